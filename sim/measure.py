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


AT_ONCE = 8000
"""Places times years that are measured at once: all that is known of them stays in the processor's cache. England has
some five thousand in twenty years."""


def measure(world: World, sums: Sums) -> dict[str, Floats]:
    """All outcomes of a run by level: (years, places, outcomes), in the order of `OUTCOMES`; NaN where one has no
    meaning there."""
    counts = (1, len(world.regions), len(world.area_teams), len(world.ccgs), FIFTHS, len(CONTRACTS))
    ends = np.cumsum(counts).tolist()
    place_of = {level: slice(end - count, end) for level, end, count in zip(LEVELS, ends, counts, strict=True)}
    years = len(sums.by_group)
    found = {level: np.empty((years, place.stop - place.start, len(OUTCOMES))) for level, place in place_of.items()}
    together = max(1, AT_ONCE // ends[-1])
    for first in range(0, years, together):
        some = slice(first, first + together)
        out = _measure_some(world, Sums(sums.by_group[some], sums.quantiles[some]), place_of)
        for level, place in place_of.items():
            found[level][some] = np.moveaxis(out[..., place], 0, -1)
    return found


def _measure_some(world: World, sums: Sums, place_of: dict[str, slice]) -> Floats:
    """All outcomes of some years, (outcomes, years, places). place_of: where the places of each level are."""
    columns = np.zeros((len(SUMS), len(sums.by_group), place_of[LEVELS[-1]].stop))
    regions, teams = len(world.regions), len(world.area_teams)
    add_up(sums.by_group, world.ccgs["region"], world.ccgs["area_team"], regions, teams, columns)
    columns[CCG_FROM:, :, place_of["ccg"].stop :] = np.nan
    everywhere, ccgs = Columns(columns, sums.quantiles), Columns(columns[..., place_of["ccg"]], sums.quantiles)
    out = np.full((len(OUTCOMES), *columns.shape[1:]), np.nan)
    for values, one in zip(out, OUTCOMES.values(), strict=True):
        if one.between_ccgs:
            values[:, place_of["national"]] = one.formula(ccgs)
        elif one.levels == LEVELS:
            values[:] = one.formula(everywhere)
        else:
            here = slice(place_of[one.levels[0]].start, place_of[one.levels[-1]].stop)
            values[:, here] = one.formula(everywhere)[:, here]
    return out


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
