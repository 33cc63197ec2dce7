"""Every target beside the ensemble: the simulated interval, a verdict, and whether it holds what was observed.

A verdict asks for more than overlap. *pass*: the median run and at least half of all runs lie in the target's range.
*fail*: the median lies outside it, and what was observed lies outside the simulated 90% interval. *inconclusive*: the
rest, where the ensemble is too wide to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.targets import Target, measure_targets
from sim.study.records import Floats, Outcomes

PASS, FAIL, INCONCLUSIVE, UNMEASURED = "pass", "fail", "inconclusive", "not measured"
INTERVAL = (5.0, 50.0, 95.0)


@dataclass(frozen=True)
class Verdict:
    """A target and the runs' answers to it: median, 5th and 95th percentile, and the share of runs in its range."""

    target: Target
    runs: Floats
    median: float
    low: float
    high: float
    within: float

    @property
    def verdict(self) -> str:
        """One of PASS, FAIL, INCONCLUSIVE, and UNMEASURED where runs do not say."""
        if not math.isfinite(self.median):
            return UNMEASURED
        passes = self.target.passes(self.median)
        if passes and self.within >= 0.5:
            return PASS
        return FAIL if not passes and not self.covered else INCONCLUSIVE

    @property
    def covered(self) -> bool:
        """Whether the simulated 90% interval holds what was observed."""
        return self.low <= self.target.value <= self.high

    def row(self) -> dict[str, Any]:
        """The verdict as a plain row of a table."""
        t = self.target
        return {
            "sample": t.sample, "target": t.name, "outcome": t.outcome, "level": t.level, "place": t.place,
            "kind": t.kind, "from": t.first, "year": t.year, "tag": t.tag, "headline": t.headline, "unit": t.unit,
            "observed": t.value, "range_low": t.low, "range_high": t.high, "simulated": self.median,
            "simulated_low": self.low, "simulated_high": self.high, "runs_within": self.within,
            "covered": self.covered, "verdict": self.verdict, "evidence": " ".join(t.evidence),
        }  # fmt: skip


def verdicts(runs: Sequence[Outcomes], targets: Iterable[Target]) -> list[Verdict]:
    """A verdict for each target, in their order."""
    wanted = list(targets)
    told = [measure_targets(run, wanted) for run in runs]
    return [_verdict(target, np.array([one[target.name] for one in told])) for target in wanted]


def _verdict(target: Target, values: Floats) -> Verdict:
    known = values[np.isfinite(values)]
    if not len(known):
        return Verdict(target, values, math.nan, math.nan, math.nan, math.nan)
    low, median, high = (float(q) for q in np.percentile(known, INTERVAL))
    within = float(np.mean((known >= target.low) & (known <= target.high)))
    return Verdict(target, values, median, low, high, within)


def counts(found: Iterable[Verdict]) -> dict[str, int]:
    """How many of each verdict."""
    told = [one.verdict for one in found]
    return {name: told.count(name) for name in (PASS, INCONCLUSIVE, FAIL, UNMEASURED)}


def pass_rate(found: Iterable[Verdict]) -> float:
    """Share of passes among the behavioural targets that runs can answer; NaN for none."""
    told = [one.verdict for one in found if one.target.tag == "behavioural" and one.verdict != UNMEASURED]
    return told.count(PASS) / len(told) if told else math.nan
