"""How good a set of probabilities was: discrimination, sharpness, calibration, and how sure that is.

Uncertainty comes from resampling whole CCGs, since practices of one CCG share commissioners, bidders and luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, rankdata

from sim.study.records import Floats

Marks = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Statistic = Callable[[Rows], float]

DRAWS = 500
"""Bootstrap samples."""
GROUPS = 10
"""Groups of a calibration plot."""


def auc(score: Floats, happened: Marks) -> float:
    """Chance that a case scores above a non-case, ties counted half; NaN where there is only one kind."""
    cases = int(happened.sum())
    others = len(happened) - cases
    if cases == 0 or others == 0:
        return float("nan")
    ranks = rankdata(score)
    return float((ranks[happened].sum() - cases * (cases + 1) / 2.0) / (cases * others))


def brier_skill(probability: Floats, happened: Marks) -> float:
    """1 less the mean square error over that of the share which did happen: above 0 is better than that one number."""
    share = happened.mean()
    return 1.0 - float(np.mean((probability - happened) ** 2)) / float(share * (1.0 - share))


@dataclass(frozen=True)
class Interval:
    """A statistic with its 95% bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CalibrationGroup:
    """Practices of similar probability: how many, their mean probability, the share of exits and its 90% interval."""

    practices: int
    forecast: float
    observed: float
    low: float
    high: float


def bootstrap(
    statistics: Mapping[str, Statistic], cluster: npt.NDArray[Any], seed: int = 1, draws: int = DRAWS
) -> dict[str, Interval]:
    """Every statistic of all rows, with the interval from samples of whole clusters; all share the same samples.

    statistics: each from row numbers to a value. cluster: one label a row.
    """
    samples = resampled(cluster, seed, draws)
    found = {}
    everyone = np.arange(len(cluster))
    for name, statistic in statistics.items():
        low, high = np.nanpercentile([statistic(rows) for rows in samples], [2.5, 97.5])
        found[name] = Interval(statistic(everyone), float(low), float(high))
    return found


def resampled(cluster: npt.NDArray[Any], seed: int = 1, draws: int = DRAWS) -> list[Rows]:
    """Row numbers of samples of whole clusters, with replacement. cluster: one label a row."""
    rng = np.random.default_rng([seed, 4])
    number = np.unique(cluster, return_inverse=True)[1]
    order = np.argsort(number, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
    return [np.concatenate([members[k] for k in rng.integers(len(members), size=len(members))]) for _ in range(draws)]


def calibration(probability: Floats, happened: Marks, groups: int = GROUPS) -> list[CalibrationGroup]:
    """Groups of equal size by probability. The interval of a share is Jeffreys's."""
    parts = np.array_split(np.argsort(probability, kind="stable"), groups)
    made = []
    for rows in parts:
        if len(rows):
            many = int(happened[rows].sum())
            low, high = beta.ppf([0.05, 0.95], many + 0.5, len(rows) - many + 0.5)
            forecast = float(probability[rows].mean())
            made.append(CalibrationGroup(len(rows), forecast, many / len(rows), float(low), float(high)))
    return made
