"""What the model was asked to show, each with its figure, the bar, and whether it is met."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sim.analysis.validation.flat import LATE
from sim.analysis.validation.forecast import REGRESSION, SIMULATION, Forecast
from sim.analysis.validation.naive import sharpness
from sim.analysis.validation.validate import SCORED, StabilityFound, TargetsFound, Validation
from sim.analysis.validation.verdicts import FAIL, PASS, Verdict, pass_rate
from sim.analysis.words import label

HEADLINES = {
    "practices open": ("practices_open",), "mean list": ("list_size_mean",), "exits": ("practices_exited",),
    "GP FTE": ("gp_fte_per_1000", "gp_fte"), "drawings": ("drawings_mean",), "experience": ("experience_good",),
}  # fmt: skip
"""The six that may not be missed, by outcome."""
PERCENTILES = ("list_size_p5", "list_size_p25", "list_size_p50", "list_size_p75", "list_size_p95")


@dataclass(frozen=True)
class Check:
    """One thing to show: what was found, what was asked, and whether it is met (None where it cannot be said)."""

    what: str
    found: str
    asked: str
    met: bool | None

    def row(self) -> dict[str, Any]:
        """As a plain row."""
        return {"what": self.what, "found": self.found, "asked": self.asked, "met": self.met}


def checks(validation: Validation) -> list[Check]:
    """All that can be checked in what was done."""
    made: list[Check] = []
    if validation.targets is not None:
        made += _of_targets(validation.targets)
    for forecast in validation.forecasts:
        made += _of_forecast(forecast)
    for one in validation.tracked:
        told = (
            f"off by {one.error:.1f}%, no change by {one.unchanged:.1f}%; {_percent(one.covered)} within 90% intervals"
        )
        made.append(Check(f"Single practices that go on: {one.what}", told, "shown", None))
    if validation.responses:
        agree = sum(one.agrees for one in validation.responses)
        made.append(
            Check(
                "Responses to lost MPIG or PMS money within the observed 95% interval",
                f"{agree} of {len(validation.responses)}", "shown", None,
            )
        )  # fmt: skip
    if validation.stability is not None:
        made += _of_stability(validation.stability)
    return made


def headline_verdicts(found: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """The national verdicts of each headline, by its name."""
    return {
        name: [v for v in found if v.target.level == "national" and v.target.outcome in outcomes]
        for name, outcomes in HEADLINES.items()
    }


def _of_targets(found: TargetsFound) -> Iterator[Check]:
    behavioural = [v for v in found.past if v.target.tag == "behavioural"]
    rate = pass_rate(behavioural)
    passed = sum(v.verdict == PASS for v in behavioural)
    yield Check(
        "Behavioural targets in sample that pass", f"{passed} of {len(behavioural)}, {_percent(rate)}",
        "80% or more", rate >= 0.8,
    )  # fmt: skip
    missed = [name for name, own in headline_verdicts(found.past).items() if any(v.verdict == FAIL for v in own)]
    yield Check("Headlines missed in sample", ", ".join(missed) or "none", "none", not missed)
    for tags, words in ((SCORED, "series"), ((*SCORED, "accounting"), "series, policy inputs among them")):
        series = found.series.of(tags)
        beats = sum(one.beats_both for one in series)
        share = beats / len(series) if series else math.nan
        bare = sum(one.beats_both for one in found.bare[0].of(tags))
        told = (
            f"{beats} of {len(series)}, {_percent(share)}; {found.series.excluded} had too few points; {bare} by "
            "parameters and luck alone"
        )
        bar = share >= 0.6 if tags == SCORED else None
        yield Check(f"Interval score of 2017-18 better than both naive forecasts: {words}", told, "60% or more", bar)
    c = found.coverage
    told = f"{_percent(c.share)} ({_percent(c.low)} to {_percent(c.high)}), {c.points} points of {c.series} series; "
    told += f"{_percent(found.bare[1].share)} by parameters and luck alone"
    yield Check("Observed points within 90% intervals, by series", told, "80% to 97%", 0.8 <= c.share <= 0.97)
    wide = sharpness(found.series.of(SCORED))
    narrow = sharpness(found.bare[0].of(SCORED))["mean"]
    told = f"{wide['mean']:.2f} (median {wide['median']:.2f}); {narrow:.2f} by parameters and luck alone"
    yield Check("Mean width against the best naive forecast", told, "1.25 or less", wide["mean"] <= 1.25)
    yield from _of_distribution(found)


def _of_distribution(found: TargetsFound) -> Iterator[Check]:
    percentiles = [
        v for v in found.new
        if v.target.kind == "level" and v.target.level == "national" and v.target.outcome in PERCENTILES
    ]  # fmt: skip
    gaps = {v.target.outcome: v.median / v.target.value - 1.0 for v in percentiles}
    told = ", ".join(f"{label(name.removeprefix('list_size_'))} {100 * gap:+.1f}%" for name, gap in gaps.items())
    yield Check("Lists of 2017-18 by percentile", told, "within 3%", all(abs(g) <= 0.03 for g in gaps.values()))
    classes = [v for v in found.past if v.target.level == "list_size_class" and v.target.outcome == "practices_exited"]
    inside = sum(v.covered for v in classes)
    told = f"{inside} of {len(classes)}"
    yield Check("Exits by class of list within 90% intervals", told, "9 of 11", inside >= 9)
    fifths = [
        v for v in (*found.past, *found.new)
        if v.target.level == "deprivation_fifth" and v.target.outcome == "gp_fte_per_1000"
        and v.target.kind == "relative"
    ]  # fmt: skip
    right = sum(v.median * v.target.value > 0.0 for v in fifths)
    told = f"{right} of {len(fifths)} changes"
    yield Check(
        "Change in doctors per 1,000 by deprivation fifth has the right sign", told, "all", right == len(fifths)
    )


def _of_forecast(forecast: Forecast) -> Iterator[Check]:
    q, scores = forecast.question, forecast.scores
    gap = scores[f"AUC, {SIMULATION} less {REGRESSION}"]
    told = (
        f"{scores[f'AUC, {SIMULATION}'].value:.3f} and {scores[f'AUC, {REGRESSION}'].value:.3f}: "
        f"{gap.value:+.3f} ({gap.low:+.3f} to {gap.high:+.3f})"
    )
    yield Check(f"({q.name}) {q.title}: AUC beside the regression", told, "not more than 0.03 less", gap.value >= -0.03)
    skill = scores[f"Brier skill, {SIMULATION}"]
    told = f"{skill.value:+.3f} ({skill.low:+.3f} to {skill.high:+.3f})"
    bar = skill.value > 0.0 if q.name == "b" else None
    yield Check(f"({q.name}) Brier skill of the simulation", told, "above 0" if q.name == "b" else "shown", bar)


def _of_stability(found: StabilityFound) -> Iterator[Check]:
    moving = [
        f"{label(one.outcome)} {100 * one.whole:+.2f}% ({100 * one.low:+.2f} to {100 * one.high:+.2f}; "
        f"in the last {LATE} years {100 * one.late:+.2f})"
        for one in found.drifts
        if not one.flat
    ]
    told = ", ".join(moving) or "none"
    yield Check("Headlines that drift by 1% a year or more over 30 flat years", told, "none", not moving)
    left = f"{100 * found.decay.left[-1]:.0f}% of the gap left after {len(found.decay.left) - 1} years"
    yield Check("A shock to one practice decays", left, "decays", found.decay.decays)
    most = max(found.hits, key=lambda one: max(one.at_low, one.at_high))
    told = f"at most {100 * max(most.at_low, most.at_high):.1f}% ({most.bound.what})"
    yield Check("States that lie at a physical bound", told, "shown", None)
    told = "; ".join(f"{one.loop} {one.gain:+.3f}" for one in found.gains)
    yield Check("Gains of feedback loops", told, "below 1", all(one.gain < 1.0 for one in found.gains))


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f}%" if math.isfinite(share) else "–"
