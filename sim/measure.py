"""Outcomes measured: from the sums of a run to every outcome, at every level, in every year."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from sim.kernel import kernel, maker
from sim.outcomes import LEVELS, OUTCOMES, Outcome, Ratio
from sim.sums import CCG_FROM, FIFTHS, SUMS, Columns, Sums
from sim.world.states import CONTRACTS
from sim.world.world import Floats, Rows, World


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
    found = {level: np.empty((len(OUTCOMES), years, place.stop - place.start)) for level, place in place_of.items()}
    together = max(1, AT_ONCE // ends[-1])
    for first in range(0, years, together):
        some = slice(first, first + together)
        out = _measure_some(world, Sums(sums.by_group[some], sums.quantiles[some]), place_of)
        for level, place in place_of.items():
            found[level][:, some] = out[..., place]
    return {level: np.moveaxis(values, 0, -1) for level, values in found.items()}


def _measure_some(world: World, sums: Sums, place_of: dict[str, slice]) -> Floats:
    """All outcomes of some years, (outcomes, years, places). place_of: where the places of each level are."""
    years, places = len(sums.by_group), place_of[LEVELS[-1]].stop
    columns, out = np.zeros((len(SUMS), years, places)), np.full((len(OUTCOMES), years, places), np.nan)
    ratios, times, others = _formulas(len(OUTCOMES))
    bounds = np.array([0, *(place_of[level].stop for level in LEVELS)])
    measure_ratios(
        sums.by_group, world.ccgs.region, world.ccgs.area_team, len(world.regions), len(world.area_teams), ratios,
        times, bounds, columns, out,
    )  # fmt: skip
    everywhere, ccgs = Columns(columns, sums.quantiles), Columns(columns[..., place_of["ccg"]], sums.quantiles)
    for k, formula, one in others:
        if one.between_ccgs:
            out[k, :, place_of["national"]] = formula(ccgs)
            continue
        here = slice(place_of[one.levels[0]].start, place_of[one.levels[-1]].stop)
        out[k, :, here] = formula(everywhere)[:, here]
    return out


Other = tuple[int, Callable[[Columns], Floats], Outcome]


@lru_cache(maxsize=2)
def _formulas(_known: int) -> tuple[Rows, Floats, list[Other]]:
    """Of all outcomes known by now those that are a `Ratio`, (ratios, 5): place among the outcomes, top and bottom
    among the sums (-1 for none), first level and that after the last; what each is multiplied by; and the others."""
    ratios: list[tuple[int, ...]] = []
    times: list[float] = []
    others: list[Other] = []
    for k, one in enumerate(OUTCOMES.values()):
        formula, first = one.formula, LEVELS.index(one.levels[0])
        if isinstance(formula, Ratio):
            bottom = SUMS.index(formula.bottom) if formula.bottom else -1
            ratios.append((k, SUMS.index(formula.top), bottom, first, first + len(one.levels)))
            times.append(float(formula.times))
        else:
            others.append((k, formula, one))
    return np.array(ratios), np.array(times), others


@kernel
def measure_ratios(by_group, region, area_team, regions, teams, ratios, times, bounds, columns, out):
    """Fills columns, see `add_up`, and of out, (outcomes, years, places), what is a `Ratio`. ratios, times: see
    `_formulas`. bounds: where the places of each level begin, and where the last ends."""
    add_up(by_group, region, area_team, regions, teams, columns)
    for r in range(len(ratios)):
        k, top, bottom = ratios[r, 0], ratios[r, 1], ratios[r, 2]
        for y in range(out.shape[1]):
            for place in range(bounds[ratios[r, 3]], bounds[ratios[r, 4]]):
                value = columns[top, y, place]
                if bottom >= 0:
                    divisor = columns[bottom, y, place]
                    value = value / divisor if divisor > 0.0 else np.nan
                out[k, y, place] = times[r] * value


@maker
def add_up(by_group, region, area_team, regions, teams, columns):
    """Fills columns, (SUMS, years, places): nation, regions and area teams, added in the order of CCGs, then the groups
    themselves, of which those that are no CCG have none of the sums that belong to a CCG as a whole.

    by_group: (years, groups, SUMS), of which the first are CCGs. region, area_team: (CCGs,) where each lies.
    """
    first_team, first_group = 1 + regions, 1 + regions + teams
    for y in range(by_group.shape[0]):
        for k in range(by_group.shape[2]):
            here = columns[k, y]
            for g in range(by_group.shape[1]):
                value = by_group[y, g, k]
                here[first_group + g] = value if g < len(region) or k < CCG_FROM else np.nan
                if g < len(region):
                    here[0] += value
                    here[1 + region[g]] += value
                    here[first_team + area_team[g]] += value
