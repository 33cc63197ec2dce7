"""The networks of the starting World: patients' alternatives, professional ties, flows to trusts, CCGs of one team.

Drawn once and kept as fixed arrays that kernels can walk. A Generator seeded from the run's seed draws
the ties; the years that follow use keyed draws only.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from sim.population.tables import Table
from sim.world.world import Floats, Rows

NEIGHBOURS = 10
"""Nearest practices kept as patients' alternatives: half of England's practices have 9 or more within 3 km (PA274)."""
FAR = 1e9
TRUSTS_PER_CCG = 6
TIES_EACH = 3
"""Professional ties that a practice makes within its CCG; practices on the governing body get as many again."""


def nearest_practices(x: Floats, y: Floats, used: int, k: int = NEIGHBOURS) -> tuple[Rows, Floats]:
    """The k nearest other practices of each of the first `used` rows and their distance in km; -1 and 1e9 elsewhere."""
    rows = np.full((len(x), k), -1, dtype=np.int64)
    km = np.full((len(x), k), FAR)
    if used > 1:
        places = np.column_stack([x[:used], y[:used]])
        near = min(k + 1, used)
        found_km, found = cKDTree(places).query(places, k=near)
        # A practice is its own nearest, but not always first where several stand in one building: push it to the end.
        found_km[found == np.arange(used)[:, None]] = FAR
        order = np.argsort(found_km, axis=1, kind="stable")[:, : near - 1]
        rows[:used, : near - 1] = np.take_along_axis(found, order, axis=1)
        km[:used, : near - 1] = np.take_along_axis(found_km, order, axis=1)
    return rows, km


def professional_ties(ccg: Rows, board: Rows, used: int, rows: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Ties between practices of a CCG, denser round its board members, as compressed sparse rows (start, row)."""
    together = groups(ccg[:used])
    order = np.concatenate(together)
    drawn = rng.random((used, 2 * TIES_EACH))
    picks = np.empty(drawn.shape, dtype=np.int64)
    first = 0
    for members in together:
        weights = 1.0 + 2.0 * board[members]
        shares = (weights / weights.sum()).cumsum()
        shares /= shares[-1]
        last = first + len(members)
        picks[first:last] = members[shares.searchsorted(drawn[first:last], side="right")]
        first = last
    count = TIES_EACH * (1 + board[order])
    kept = (np.arange(2 * TIES_EACH) < count[:, None]) & (picks != order[:, None])
    i, k = np.nonzero(kept)
    return _sparse_rows(np.column_stack([order[i], picks[i, k]]), rows)


def sibling_ccgs(area_team: Rows) -> tuple[Rows, Rows]:
    """CCGs that share an area team, as compressed sparse rows."""
    pairs = [np.stack(np.meshgrid(members, members), axis=-1).reshape(-1, 2) for members in groups(area_team)]
    ties = np.concatenate(pairs)
    return _sparse_rows(ties[ties[:, 0] != ties[:, 1]], len(area_team))


def trust_flows(n: int, table: Table) -> tuple[Rows, Floats]:
    """(CCGs, T) trusts of each of n CCGs, largest share first, and the shares scaled to sum to 1; padded with share 0.

    table: trust_shares of a Population.
    """
    trusts = np.zeros((n, TRUSTS_PER_CCG), dtype=np.int64)
    shares = np.zeros((n, TRUSTS_PER_CCG))
    order = np.lexsort((table["trust"], -table["share"], table["ccg"]))
    filled = np.zeros(n, dtype=np.int64)
    for k in order:
        c = table["ccg"][k]
        if filled[c] < TRUSTS_PER_CCG:
            trusts[c, filled[c]] = table["trust"][k]
            shares[c, filled[c]] = table["share"][k]
            filled[c] += 1
    return trusts, shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)


def groups(labels: Rows) -> list[Rows]:
    """The rows that have the same label, in order, label by label."""
    order = np.argsort(labels, kind="stable")
    cuts = np.flatnonzero(np.diff(labels[order])) + 1
    return [part for part in np.split(order, cuts) if len(part)]


def _sparse_rows(ties: Rows, rows: int) -> tuple[Rows, Rows]:
    """Ties, (ties, 2), each known to both of its ends and once, as compressed sparse rows (start, row)."""
    both = np.sort(np.concatenate([ties[:, 0] * rows + ties[:, 1], ties[:, 1] * rows + ties[:, 0]]))
    both = both[np.append(True, both[1:] != both[:-1])[: len(both)]]
    return np.searchsorted(both, np.arange(rows + 1) * rows).astype(np.int64), both % rows
