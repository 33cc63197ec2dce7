"""What a study found, in words: differences, what a sweep does, and which uncertain numbers drive a difference.

Sentences are made from numbers by fixed rules, so that they can be made again and cannot say more than the runs do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.compare import Registry, summarise, words_of
from sim.analysis.distributions import Grid, Group, chosen_outcomes, groups_of, values_of
from sim.analysis.words import financial_year, label, number, signed
from sim.study.records import Floats
from sim.study.results import Results

ERRORS = 2.0
"""Standard errors within which a mean difference is not told apart from nil."""
SCALE = "0 to 1"
CLEAR = 0.2
"""Rank correlation from which a parameter is named among the drivers, if it is also beyond chance."""


def _unit(registry: Registry, outcome: str) -> str:
    """The unit of an outcome as it follows a number, with a space before it; nothing for a bare scale of 0 to 1."""
    unit, _ = words_of(registry, outcome)
    return "" if unit == SCALE else f" {unit}"


def _differences(results: Results, groups: Sequence[Group], outcome: str) -> dict[str, Floats]:
    """Each arm less the first at one cell, last year, of shape (pairs,)."""
    last = {group.arm: values_of(results, group, outcome)[:, -1] for group in groups}
    first, *others = results.arms
    return {arm: last[arm] - last[first] for arm in others if arm in last and first in last}


def differences_in_words(results: Results, registry: Registry, outcomes: Sequence[str] | None = None) -> list[str]:
    """A line an outcome and arm: how far it differs from the first arm in the last year, and whether that is known."""
    groups = groups_of(results)
    if not groups:
        return ["No pair of runs finished."]
    first, *others = results.arms
    at = {group.arm: group for group in groups}
    year = financial_year(results.cube("national").years[-1])
    lines = []
    for outcome in chosen_outcomes(results, outcomes):
        unit, (_, direction) = _unit(registry, outcome), words_of(registry, outcome)
        base = values_of(results, at[first], outcome)[:, -1]
        for arm in others:
            s = summarise(base, values_of(results, at[arm], outcome)[:, -1], direction)
            if s.pairs < 2:
                continue
            known = "known to differ" if abs(s.difference) > ERRORS * s.standard_error else "not told apart from nil"
            often = f"; better in {s.better:.0%} of pairs" if direction else ""
            if s.difference == s.low == s.high == 0.0:
                known, often = "the same in every pair", ""
            lines.append(
                f"{label(outcome)} in {year}: {results.titles[arm]} {signed(s.difference)}{unit} against "
                f"{results.titles[first]} ({number(s.mean_first)}), 5th to 95th percentile of {s.pairs} pairs "
                f"{signed(s.low)} to {signed(s.high)}: {known}{often}."
            )
    return lines


def sweep_in_words(results: Results, registry: Registry, outcomes: Sequence[str] | None = None) -> list[str]:
    """Lines on a grid: for each parameter swept, what its ends do to each arm, and to the difference of arms.

    Ends of one parameter are compared over all cells of the others, pair by pair.
    """
    grid, groups = Grid.of(results), groups_of(results)
    lines = []
    for k, name in enumerate(grid.names):
        swept = sorted({cell[k] for cell in grid.cells})
        low, high = swept[0], swept[-1]
        sign = "× " if grid.times[k] else ""
        for outcome in chosen_outcomes(results, outcomes):
            unit = _unit(registry, outcome)
            for arm in results.arms:
                ends = [_stacked(results, groups, arm, k, end, outcome) for end in (low, high)]
                if min(map(len, ends)) < 2 or len(ends[0]) != len(ends[1]):
                    continue
                s = summarise(ends[0], ends[1], 0)
                known = "" if abs(s.difference) > ERRORS * s.standard_error else ", not told apart from nil"
                if s.difference == s.low == s.high == 0.0:
                    known = ", the same in every pair"
                lines.append(
                    f"{name} from {sign}{low:g} to {sign}{high:g}, {results.titles[arm]}: {label(outcome)} "
                    f"{number(s.mean_first)} to {number(s.mean_other)}{unit} ({signed(s.difference)}{known})."
                )
    return lines


def crossings_in_words(results: Results, registry: Registry, outcomes: Sequence[str] | None = None) -> list[str]:
    """Lines on how the difference from the first arm changes over a grid, and whether its sign does."""
    grid, groups = Grid.of(results), groups_of(results)
    lines = []
    for outcome in chosen_outcomes(results, outcomes):
        unit = _unit(registry, outcome)
        by_cell: dict[tuple[float, ...], Mapping[str, Floats]] = {
            at: _differences(results, [g for g in groups if g.at == at], outcome) for at in grid.cells
        }
        for arm in results.arms[1:]:
            found = {at: differences[arm] for at, differences in by_cell.items() if arm in differences}
            known = {at: d.mean() for at, d in found.items() if _known(d)}
            if not known:
                continue
            low, high = min(known, key=lambda at: known[at]), max(known, key=lambda at: known[at])
            turn = "changes sign" if known[low] < 0.0 < known[high] else "keeps its sign"
            lines.append(
                f"{label(outcome)}, {results.titles[arm]} less {results.titles[results.arms[0]]}: "
                f"{signed(float(known[low]))}{unit} at {grid.label(low)}, {signed(float(known[high]))} at "
                f"{grid.label(high)}; known in {len(known)} of {len(found)} cells, {turn}."
            )
    return lines


def _known(differences: Floats) -> bool:
    if len(differences) < 2:
        return False
    error = float(differences.std(ddof=1)) / np.sqrt(len(differences))
    return bool(abs(differences.mean()) > ERRORS * error) and bool(np.any(differences != 0.0))


def _stacked(results: Results, groups: Sequence[Group], arm: str, k: int, end: float, outcome: str) -> Floats:
    """Last-year values of an arm at all cells with this value of parameter k, in the order of cells and pairs."""
    parts = [values_of(results, g, outcome)[:, -1] for g in groups if g.arm == arm and g.at[k] == end]
    return np.concatenate(parts) if parts else np.empty(0)


@dataclass(frozen=True)
class Driver:
    """A parameter and the rank correlation of its drawn values with an outcome or a difference over pairs."""

    parameter: str
    correlation: float


def drivers(drawn: Floats, names: Sequence[str], target: Floats) -> list[Driver]:
    """Parameters by how strongly they go with a target, strongest first.

    drawn: (pairs, names); target: (pairs,). Rank correlations (Spearman); a column that does not vary is left out.
    """
    from scipy.stats import rankdata

    ranks = rankdata(drawn, axis=0)
    goal = rankdata(target)
    ranks, goal = ranks - ranks.mean(axis=0), goal - goal.mean()
    scale = np.sqrt((ranks**2).sum(axis=0) * (goal**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        found = ranks.T @ goal / scale
    order = [int(i) for i in np.argsort(-np.abs(np.nan_to_num(found)), kind="stable") if np.isfinite(found[i])]
    return [Driver(names[i], float(found[i])) for i in order]


def beyond_chance(pairs: int, names: int) -> float:
    """Rank correlation that the strongest of so many unrelated parameters would exceed in one study of twenty."""
    from scipy.stats import norm

    return float(norm.ppf(1.0 - 0.05 / (2.0 * max(names, 1))) / np.sqrt(max(pairs - 1, 1)))


def drivers_in_words(
    results: Results, drawn: Floats, names: Sequence[str], outcomes: Sequence[str] | None = None, most: int = 5
) -> list[str]:
    """A line an outcome and arm: the parameters that its difference from the first arm goes with most.

    drawn: (pairs, names), the design, in the order of pairs.
    """
    arms = results.arms
    groups = groups_of(results)
    if not groups:
        return ["No pair of runs finished."]
    kept = results.cube("national").runs
    pairs = np.array([kept[row] // len(arms) for row in groups[0].rows])
    lines = []
    for outcome in chosen_outcomes(results, outcomes):
        for arm, difference in _differences(results, groups, outcome).items():
            usable = np.isfinite(difference)
            if usable.sum() < 10 or np.ptp(difference[usable]) == 0.0:
                continue
            least = max(CLEAR, beyond_chance(int(usable.sum()), len(names)))
            named = [d for d in drivers(drawn[pairs[usable]], names, difference[usable]) if abs(d.correlation) >= least]
            told = ", ".join(f"{d.parameter} ({signed(d.correlation, 2)})" for d in named[:most])
            lines.append(
                f"{label(outcome)}, {results.titles[arm]} less {results.titles[arms[0]]}: "
                + (f"goes with {told}." if told else f"no single parameter beyond chance (|r| < {least:.2f}).")
            )
    return lines
