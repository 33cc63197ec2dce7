"""The ensemble against two forecasts that know nothing but the past of the same series: its last value, and its line.

A naive interval is normal; its sd is the root mean square of the errors the same forecast made one step ahead before
the year that is forecast. What persists from the start by itself (`initial_state`) is scored by its change: the runs'
change is added to the last observed value, as the naive forecasts begin from it too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from sim.analysis.validation.prediction import MISS, Errors, Key, Range, key_of, predicted
from sim.analysis.validation.verdicts import Verdict
from sim.study.records import Floats

Z = float(norm.ppf(1.0 - MISS / 2.0))
FEWEST = 3
"""Points before the year forecast that a series needs."""
LAST, LINE = "last value", "straight line"


@dataclass(frozen=True)
class SeriesForecast:
    """One series forecast for a year: what came, and the interval of each forecaster."""

    key: Key
    tag: str
    year: int
    observed: float
    simulated: Range
    naive: dict[str, Range]

    @property
    def best_naive(self) -> Range:
        """The naive interval with the better score on this series."""
        return min(self.naive.values(), key=lambda one: one.score(self.observed))

    @property
    def skill(self) -> float:
        """1 less the ensemble's score over that of the better naive forecast; above 0 is better than both."""
        best = self.best_naive.score(self.observed)
        return 1.0 - self.simulated.score(self.observed) / best if best > 0.0 else -math.inf

    @property
    def beats_both(self) -> bool:
        """Whether the ensemble scores better than either naive forecast."""
        return self.simulated.score(self.observed) < self.best_naive.score(self.observed)

    def row(self) -> dict[str, Any]:
        """The forecast as a plain row."""
        outcome, level, place = self.key
        told = {"simulated": self.simulated, **{name.replace(" ", "_"): one for name, one in self.naive.items()}}
        row: dict[str, Any] = {
            "outcome": outcome, "level": level, "place": place, "tag": self.tag, "year": self.year,
            "observed": self.observed,
        }  # fmt: skip
        for name, one in told.items():
            row |= {f"{name}_low": one.low, f"{name}_high": one.high, f"{name}_score": one.score(self.observed)}
        return row | {"skill": self.skill, "beats_both": self.beats_both}


def last_value(values: Sequence[float]) -> Range:
    """The next value is like the last."""
    errors = np.diff(np.asarray(values))
    return _normal(float(values[-1]), errors)


def straight_line(years: Sequence[int], values: Sequence[float], year: int) -> Range:
    """The next value lies on the line of least squares through all; its errors are those of such lines before."""
    errors = [
        values[k] - _on_line(years[:k], values[:k], years[k])
        for k in range(2, len(values))  # a line needs two points
    ]
    return _normal(_on_line(years, values, year), np.asarray(errors))


def _on_line(years: Sequence[int], values: Sequence[float], year: int) -> float:
    slope, level = np.polyfit(np.asarray(years, dtype=float) - year, np.asarray(values, dtype=float), 1)
    del slope
    return float(level)


def _normal(middle: float, errors: Floats) -> Range:
    half = Z * math.sqrt(float(np.mean(errors**2)))
    return Range(middle - half, middle + half)


@dataclass(frozen=True)
class Forecasted:
    """All series with a value in the year forecast, and how many of them had too short a past."""

    series: tuple[SeriesForecast, ...]
    excluded: int

    def of(self, tags: Sequence[str]) -> list[SeriesForecast]:
        """The series of some tags."""
        return [one for one in self.series if one.tag in tags]


def by_series(found: Sequence[Verdict]) -> dict[Key, list[Verdict]]:
    """Levels by outcome, level and place, in order of years; changes are no series of points."""
    grouped: dict[Key, list[Verdict]] = {}
    for one in sorted(found, key=lambda v: v.target.year):
        if one.target.kind == "level" and math.isfinite(one.median):
            grouped.setdefault(key_of(one.target), []).append(one)
    return grouped


def forecast_series(past: Sequence[Verdict], new: Sequence[Verdict], errors: Errors) -> Forecasted:
    """Every series of `new`, by ensemble and by naive forecasts from its figures in `past`."""
    before, made, excluded = by_series(past), [], 0
    for key, points in by_series(new).items():
        history = before.get(key, [])
        if len(history) < FEWEST:
            excluded += 1
            continue
        years = [one.target.year for one in history]
        values = [one.target.value for one in history]
        point = points[0]
        naive = {LAST: last_value(values), LINE: straight_line(years, values, point.target.year)}
        simulated = predicted(point, history[-1], errors)
        made.append(SeriesForecast(key, point.target.tag, point.target.year, point.target.value, simulated, naive))
    return Forecasted(tuple(made), excluded)


@dataclass(frozen=True)
class Coverage:
    """How many observed points the simulated 90% intervals hold, each series counting the same."""

    points: int
    series: int
    share: float
    low: float
    high: float


def coverage(
    past: Sequence[Verdict], new: Sequence[Verdict], tags: Sequence[str], errors: Errors, seed: int = 1
) -> Coverage:
    """Coverage over levels of `past` and `new`. Of what persists by itself, changes: within `past` from its first
    point, in `new` from the last one of `past`. low, high: 95%, from samples of whole series."""
    history, later = by_series(past), by_series(new)
    held: list[list[bool]] = []
    for key in [*history, *(key for key in later if key not in history)]:
        points, after = history.get(key, []), later.get(key, [])
        if (points or after)[0].target.tag == "initial_state":
            own = [(one, points[0]) for one in points[1:]] + [(one, points[-1]) for one in after if points]
        else:
            own = [(one, one) for one in (*points, *after)]
        inside = [predicted(one, base, errors).holds(one.target.value) for one, base in own if one.target.tag in tags]
        if inside:
            held.append(inside)
    if not held:
        return Coverage(0, 0, math.nan, math.nan, math.nan)
    shares = np.array([np.mean(one) for one in held])
    rng = np.random.default_rng([seed, 6])
    drawn = [shares[rng.integers(len(shares), size=len(shares))].mean() for _ in range(1000)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Coverage(sum(map(len, held)), len(held), float(shares.mean()), float(low), float(high))


def sharpness(series: Sequence[SeriesForecast]) -> Mapping[str, float]:
    """Width of the simulated interval over that of the better naive forecast: mean and median over series."""
    ratios = [one.simulated.width / one.best_naive.width for one in series if one.best_naive.width > 0.0]
    if not ratios:
        return {"mean": math.nan, "median": math.nan}
    return {"mean": float(np.mean(ratios)), "median": float(np.median(ratios))}
