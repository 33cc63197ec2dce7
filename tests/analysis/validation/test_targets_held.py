"""Targets beside runs: verdicts, naive forecasts, scores, coverage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_model import FakeResult

from sim.analysis.targets import Target
from sim.analysis.validation.naive import (
    LAST,
    LINE,
    coverage,
    forecast_series,
    last_value,
    sharpness,
    straight_line,
)
from sim.analysis.validation.prediction import NONE, Errors, Range
from sim.analysis.validation.verdicts import FAIL, INCONCLUSIVE, PASS, UNMEASURED, Verdict, pass_rate, verdicts


def target(
    year: int, value: float, tag: str = "behavioural", outcome: str = "practices_open", **changes: object
) -> Target:
    made = Target(
        name=f"{outcome}.{year}", series=outcome, outcome=outcome, level="national", place="", kind="level",
        first=year, year=year, value=value, low=value - 10.0, high=value + 10.0, unit="", tag=tag,  # type: ignore[arg-type]
        weight=1.0, core=False, headline=False, definition="", evidence=("X",), regime="",
        sample="out" if year == 2017 else "in",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def runs(by_year: np.ndarray) -> list[FakeResult]:
    """Runs of one outcome; by_year: (runs, years from 2014)."""
    years = [2014 + k for k in range(by_year.shape[1])]
    return [
        FakeResult(years, ("practices_open",), {"national": ["England"]}, {"national": one[:, None, None]})
        for one in by_year
    ]


def verdict_of(values: np.ndarray, **changes: object) -> str:
    return verdicts(runs(values[:, None]), [target(2014, 100.0, **changes)])[0].verdict  # type: ignore[arg-type]


def test_a_pass_needs_the_median_and_half_of_the_runs_in_the_range() -> None:
    assert verdict_of(np.linspace(95.0, 105.0, 21)) == PASS
    assert verdict_of(np.linspace(40.0, 160.0, 21)) == INCONCLUSIVE  # median right, most runs outside
    assert verdict_of(np.linspace(80.0, 160.0, 21)) == INCONCLUSIVE  # median outside, but wide enough to hold England
    assert verdict_of(np.linspace(120.0, 140.0, 21)) == FAIL
    assert verdict_of(np.array([100.0]), outcome="unknown") == UNMEASURED


def test_pass_rates_count_behavioural_targets_that_were_measured() -> None:
    found = verdicts(
        runs(np.full((3, 1), 100.0)),
        [
            target(2014, 100.0),
            target(2014, 200.0),
            target(2014, 300.0, "accounting"),
            target(2014, 1.0, outcome="none"),
        ],
    )
    assert pass_rate(found) == 0.5


def test_scrambled_targets_leave_what_runs_say_unchanged() -> None:
    values = np.random.default_rng(1).normal(100.0, 5.0, (8, 3))
    plain = [target(2014 + k, 100.0 + k) for k in range(3)]
    scrambled = [replace(one, value=v, low=v - 1, high=v + 1) for one, v in zip(plain, (7.0, -3.0, 900.0), strict=True)]
    for one, other in zip(verdicts(runs(values), plain), verdicts(runs(values), scrambled), strict=True):
        assert np.array_equal(one.runs, other.runs)


def test_naive_forecasts_take_their_errors_from_the_past() -> None:
    z = 1.6448536
    last = last_value([10.0, 12.0, 13.0])
    assert (last.low + last.high) / 2 == pytest.approx(13.0)
    assert last.width / 2 == pytest.approx(z * np.sqrt((4.0 + 1.0) / 2.0))
    line = straight_line([2014, 2015, 2016], [10.0, 12.0, 14.0], 2017)
    assert (line.low, line.high) == pytest.approx((16.0, 16.0))
    bent = straight_line([2014, 2015, 2016], [10.0, 12.0, 13.0], 2017)
    assert (bent.low + bent.high) / 2 == pytest.approx(35.0 / 3.0 + 3.0)
    assert bent.width / 2 == pytest.approx(z * 1.0)  # the line through 10 and 12 said 14


def test_an_interval_score_is_width_and_twenty_times_a_miss() -> None:
    assert Range(1.0, 3.0).score(2.0) == pytest.approx(2.0)
    assert Range(1.0, 3.0).score(3.5) == pytest.approx(12.0)
    assert Range(1.0, 3.0).score(0.5) == pytest.approx(12.0)


def history(tag: str, observed: list[float], simulated: np.ndarray) -> tuple[list[Verdict], list[Verdict]]:
    found = verdicts(runs(simulated), [target(2014 + k, value, tag) for k, value in enumerate(observed)])
    return found[:3], found[3:]


def test_what_persists_is_scored_by_its_change() -> None:
    simulated = np.array([[50.0, 51.0, 52.0, 53.0], [60.0, 61.0, 62.0, 63.0], [70.0, 71.0, 72.0, 73.0]])
    past, new = history("initial_state", [100.0, 101.5, 102.0, 103.0], simulated)
    found = forecast_series(past, new, NONE)
    (one,) = found.series
    assert (one.simulated.low, one.simulated.high) == pytest.approx((103.0, 103.0))
    assert one.beats_both
    assert coverage(past, new, ["initial_state"], NONE).share == pytest.approx(2.0 / 3.0)  # all but 2015's 101.5
    past, new = history("behavioural", [100.0, 101.0, 102.0, 103.0], simulated)
    assert not forecast_series(past, new, NONE).series[0].beats_both
    assert coverage(past, new, ["behavioural"], NONE).share == 0.0


def test_series_with_too_few_points_are_counted_and_left_out() -> None:
    simulated = np.array([[100.0, 101.0, 102.0, 103.0]])
    past, new = history("behavioural", [100.0, 101.0, 102.5, 103.0], simulated)
    assert forecast_series(past[1:], new, NONE).excluded == 1
    found = forecast_series(past, new, NONE)
    assert set(found.series[0].naive) == {LAST, LINE}
    assert sharpness(found.series)["mean"] == 0.0


def test_a_forecast_of_a_figure_holds_the_error_that_its_frozen_range_states() -> None:
    luck = np.random.default_rng(2).normal(0.0, 3.0, (400, 1))
    simulated = np.array([100.0, 101.0, 102.0, 103.0]) + luck * np.array([0.0, 1.0, 0.0, 1.0])
    past, new = history("behavioural", [100.0, 101.0, 102.0, 103.0], simulated)
    (bare,), (one,) = (forecast_series(past, new, e).series for e in (NONE, Errors.of(past)))
    assert bare.simulated.width == pytest.approx(2 * 1.645 * 3.0, rel=0.1)
    assert one.simulated.width == pytest.approx(2 * np.hypot(1.645 * 3.0, 10.0), rel=0.1)  # a range of +-10


def test_what_persists_has_the_error_of_its_change_alone() -> None:
    simulated = np.array([[50.0, 51.0, 52.0, 53.0], [60.0, 61.0, 62.0, 63.0]])
    past, new = history("initial_state", [100.0, 101.0, 102.0, 103.0], simulated)
    (one,) = forecast_series(past, new, Errors.of(past)).series
    assert one.simulated.width == pytest.approx(0.0)  # no range of a change was frozen
    change = replace(target(2016, 0.02), name="change.practices_open", kind="relative", first=2014, low=0.0, high=0.04)
    past += verdicts(runs(simulated), [change])
    (one,) = forecast_series(past, new, Errors.of(past)).series
    assert one.simulated.width == pytest.approx(2 * 0.02 * 102.0 / np.sqrt(2.0), rel=0.03)  # one year of two
