"""Outcomes measured: from the sums of a run to every outcome, at every level, in every year."""

from __future__ import annotations

import numpy as np

from sim.outcomes import LEVELS, OUTCOMES
from sim.sums import CCG_FROM, FIFTHS, Columns, Sums
from sim.world.states import CONTRACTS
from sim.world.world import Floats, World


def places_of(world: World) -> dict[str, list[str]]:
    """Names of the places of every level, in the order of rows; two CCGs never share a name."""
    names = world.names
    return {
        "national": ["England" if len(names.ccgs) > 1 else names.ccgs[0]],
        "region": names.regions,
        "area_team": names.area_teams,
        "ccg": names.ccg_codes,
        "deprivation_fifth": [str(k + 1) for k in range(FIFTHS)],
        "contract": list(CONTRACTS),
    }


def measure(world: World, sums: Sums) -> dict[str, Floats]:
    """All outcomes of a run by level: (years, places, outcomes), in the order of `OUTCOMES`; NaN where one has no
    meaning there."""
    n_ccgs = len(world.ccgs)
    by_ccg, rest = sums.by_group[:, :n_ccgs], sums.by_group[:, n_ccgs:].copy()
    rest[..., CCG_FROM:] = np.nan
    tables = (
        by_ccg.sum(axis=1, keepdims=True),
        _add_up(by_ccg, world.ccgs["region"], len(world.regions)),
        _add_up(by_ccg, world.ccgs["area_team"], len(world.area_teams)),
        by_ccg,
        rest[:, :FIFTHS],
        rest[:, FIFTHS:],
    )
    ends = np.cumsum([table.shape[1] for table in tables])
    place_of = dict(
        zip(LEVELS, (slice(end - t.shape[1], end) for end, t in zip(ends, tables, strict=True)), strict=True)
    )
    everywhere, ccgs = Columns(np.concatenate(tables, axis=1), sums.quantiles), Columns(by_ccg, sums.quantiles)
    out = np.full((len(OUTCOMES), len(by_ccg), int(ends[-1])), np.nan)
    for values, one in zip(out, OUTCOMES.values(), strict=True):
        if one.between_ccgs:
            values[:, place_of["national"]] = one.formula(ccgs)
            continue
        here = slice(place_of[one.levels[0]].start, place_of[one.levels[-1]].stop)
        values[:, here] = one.formula(everywhere)[:, here]
    return {level: np.ascontiguousarray(np.moveaxis(out[..., place], 0, -1)) for level, place in place_of.items()}


def _add_up(by_ccg: Floats, group: Floats, count: int) -> Floats:
    """Sums of CCGs by group: (years, count, sums), added in the order of CCGs."""
    out = np.zeros((by_ccg.shape[0], count, by_ccg.shape[2]))
    for c, g in enumerate(group.tolist()):
        out[:, g] += by_ccg[:, c]
    return out
