"""What common random numbers gain: how much less a difference varies in pairs than between independent runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis.compare import paired
from sim.study.results import Results


@dataclass(frozen=True)
class Gain:
    """Variance of the difference of two arms in one outcome. ratio: independent over paired; infinite where every pair
    differs by the same."""

    outcome: str
    independent: float
    paired: float

    @property
    def ratio(self) -> float:
        if self.paired > 0.0:
            return self.independent / self.paired
        return float("inf") if self.independent > 0.0 else float("nan")


def gains(results: Results, other: str, *, year: int | None = None) -> list[Gain]:
    """Every national outcome of an arm against the first one, in a year (the last for None).

    Independent runs would have the sum of both variances; pairs have that of the differences. Raises InputError for a
    year that was not simulated.
    """
    cube = results.cube("national")
    at = cube.year_index(year)
    values = paired(results, "national")
    first = results.arms[0]
    found = []
    for k, outcome in enumerate(cube.outcomes):
        a, b = values[first][:, at, 0, k], values[other][:, at, 0, k]
        usable = np.isfinite(a) & np.isfinite(b)
        if usable.sum() > 1:
            a, b = a[usable], b[usable]
            found.append(Gain(outcome, float(a.var(ddof=1) + b.var(ddof=1)), float((b - a).var(ddof=1))))
    return found
