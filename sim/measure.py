"""Outcomes measured: from the sums of a run to every outcome, at every level, in every year."""

from __future__ import annotations

import numpy as np

from sim.kernel import kernel
from sim.outcomes import LEVELS, OUTCOMES
from sim.sums import CCG_FROM, FIFTHS, SUMS, Columns, Sums
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
    counts = (1, len(world.regions), len(world.area_teams), n_ccgs, FIFTHS, len(CONTRACTS))
    ends = np.cumsum(counts).tolist()
    place_of = {level: slice(end - count, end) for level, end, count in zip(LEVELS, ends, counts, strict=True)}
    columns = np.zeros((len(SUMS), len(sums.by_group), ends[-1]))
    add_up(sums.by_group, world.ccgs["region"], world.ccgs["area_team"], counts[1], counts[2], columns)
    columns[CCG_FROM:, :, ends[3] :] = np.nan
    everywhere, ccgs = Columns(columns, sums.quantiles), Columns(columns[..., place_of["ccg"]], sums.quantiles)
    out = np.full((len(OUTCOMES), *columns.shape[1:]), np.nan)
    for values, one in zip(out, OUTCOMES.values(), strict=True):
        if one.between_ccgs:
            values[:, place_of["national"]] = one.formula(ccgs)
            continue
        here = slice(place_of[one.levels[0]].start, place_of[one.levels[-1]].stop)
        values[:, here] = one.formula(everywhere)[:, here]
    return {level: np.ascontiguousarray(np.moveaxis(out[..., place], 0, -1)) for level, place in place_of.items()}


@kernel
def add_up(by_group, region, area_team, regions, teams, columns):
    """Fills columns, (SUMS, years, places): nation, regions and area teams, added in the order of CCGs, then the groups
    themselves.

    by_group: (years, groups, SUMS), of which the first are CCGs. region, area_team: (CCGs,) where each lies.
    """
    first_team, first_group = 1 + regions, 1 + regions + teams
    for y in range(by_group.shape[0]):
        for k in range(by_group.shape[2]):
            here = columns[k, y]
            for g in range(by_group.shape[1]):
                value = by_group[y, g, k]
                here[first_group + g] = value
                if g < len(region):
                    here[0] += value
                    here[1 + region[g]] += value
                    here[first_team + area_team[g]] += value
