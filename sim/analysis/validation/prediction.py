"""The interval in which the ensemble expects an observed figure.

Runs hold what parameters and luck leave open. A figure of England holds more: errors of counting and definition, and
what the model leaves out. The frozen ranges of the targets state it, before any fit, and calibration judged plausible
sets by it; a forecast of a figure therefore adds it to the runs as a normal error (Kennedy and O'Hagan 2001,
doi:10.1111/1467-9868.00294), its sd being half a range over 1.645. What persists from the start is forecast by its
change, in which an error of definition cancels; its error is that of the range of its change, and none where no such
range was frozen. These ranges are of two years; errors of single years add up as independent ones do, by the root of
their number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import norm

from sim.analysis.calibration.plausible import SIGMAS
from sim.analysis.targets import Target
from sim.analysis.validation.verdicts import Verdict
from sim.study.records import Floats

MISS = 0.1
"""Chance that a 90% interval may miss."""
STEPS = norm.ppf((np.arange(99) + 0.5) / 99.0)
"""An even spread over a standard normal: errors are added to every run without a draw."""

Key = tuple[str, str, str]


def key_of(target: Target) -> Key:
    """Which series a target belongs to: outcome, level and place."""
    return (target.outcome, target.level, target.place)


@dataclass(frozen=True)
class Range:
    """A 90% interval."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """Its width."""
        return self.high - self.low

    def score(self, observed: float) -> float:
        """Interval score (Gneiting and Raftery 2007): width, and 20 times the distance by which it misses; less is
        better."""
        miss = max(self.low - observed, 0.0) + max(observed - self.high, 0.0)
        return self.width + 2.0 / MISS * miss

    def holds(self, observed: float) -> bool:
        """Whether it holds a figure."""
        return self.low <= observed <= self.high


@dataclass(frozen=True)
class Errors:
    """What observed figures leave open, by the ranges of frozen targets. changes: the target of the change of a series.
    `Errors()` knows of no change, and `NONE` of no error at all."""

    changes: Mapping[Key, Target] = field(default_factory=dict)
    known: bool = True

    @classmethod
    def of(cls, past: Sequence[Verdict]) -> Errors:
        """From targets in sample."""
        changes = {key_of(v.target): v.target for v in past if v.target.kind in ("relative", "absolute")}
        return cls(changes)

    def sd(self, target: Target, anchor: Target) -> float:
        """Standard deviation of the error of a figure, in its unit; of its change since `anchor` for what persists."""
        if not self.known:
            return 0.0
        if target.tag != "initial_state":
            return target.tolerance / SIGMAS
        change = self.changes.get(key_of(target))
        if change is None:
            return 0.0
        unit = abs(anchor.value) if change.kind == "relative" else 1.0
        years = (target.year - anchor.year) / (change.year - change.first)
        return change.tolerance / SIGMAS * unit * math.sqrt(years)


NONE = Errors(known=False)


def predicted(point: Verdict, anchor: Verdict, errors: Errors) -> Range:
    """The 90% interval of a figure; what persists by itself is what was observed at `anchor` plus the runs' change."""
    values = point.runs
    if point.target.tag == "initial_state":
        values = anchor.target.value + point.runs - anchor.runs
    return with_error(values[np.isfinite(values)], errors.sd(point.target, anchor.target))


def with_error(values: Floats, sd: float) -> Range:
    """The 90% interval of values with a normal error of this sd."""
    spread = (values[:, None] + sd * STEPS).ravel() if sd > 0.0 else values
    low, high = np.percentile(spread, [100.0 * MISS / 2.0, 100.0 - 100.0 * MISS / 2.0])
    return Range(float(low), float(high))
