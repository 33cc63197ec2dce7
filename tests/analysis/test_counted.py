"""Lists as the payments panel counts them: by date, a code that ended once more, and targets read them so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from england import DURHAM, scenario_of, start_of

from sim.analysis.counted import COUNTED_AT, LISTS, counted_at, list_outcomes, lists_of_year, panel_levels
from sim.analysis.practice_years import PracticeYears, simulate_watched
from sim.analysis.targets import history, load_targets, measure_targets
from sim.regimes import load_regime
from sim.simulate import RunResult

YEARS = 4


@pytest.fixture(scope="module")
def watched() -> tuple[RunResult, PracticeYears]:
    regime = load_regime("voluntary_2015")
    return simulate_watched(start_of(DURHAM, 7), scenario_of(DURHAM, YEARS), regime, 7, YEARS)


def three_codes() -> PracticeYears:
    """One year: the first code takes over the second, the third grows by a tenth, and a fourth begins."""
    nought = np.zeros((2, 4))
    return PracticeYears(
        first_year=2014, codes=("A", "B", "C", ""), fifth=np.array([0, 0, 4, 4]),
        list_size=np.array([[1000.0, 500.0, 2000.0, 0.0], [1600.0, 0.0, 2200.0, 300.0]]),
        working=np.array([[True, True, True, False], [True, False, True, True]]),
        merged=np.array([[False] * 4, [False, True, False, False]]), dispersed=np.zeros((2, 4), dtype=bool),
        let_anew=np.zeros((2, 4), dtype=bool), gp_fte=nought, heads=nought, partners=nought,
        contract=np.zeros((2, 4), dtype=np.int64),
    )  # fmt: skip


def test_a_code_that_ended_counts_with_the_list_with_which_it_entered() -> None:
    first, last, paid = lists_of_year(three_codes(), 0)
    assert first.tolist() == [1000.0, 500.0, 2000.0, 300.0]
    assert last.tolist() == [1600.0, 500.0, 2200.0, 300.0]
    assert paid.all()


def test_lists_lie_between_the_ends_of_the_year() -> None:
    first, last, _ = lists_of_year(three_codes(), 0)
    starts, middle, ends = (dict(zip(LISTS, list_outcomes(first, last, share), strict=True)) for share in (0, 0.25, 1))
    assert starts["list_size_mean"] == 950.0
    assert ends["list_size_mean"] == 1150.0
    assert middle["list_size_mean"] == pytest.approx(1000.0)
    assert starts["list_size_p50"] < middle["list_size_p50"] < ends["list_size_p50"]
    assert np.isnan(list_outcomes(first[:0], last[:0], 0.25)).all()


def test_lists_are_counted_in_july_and_from_2016_in_january() -> None:
    assert [counted_at(year) for year in (2014, 2015, 2016, 2017, 2022)] == [0.25, 0.25, 0.75, 0.75, 0.75]
    assert max(COUNTED_AT) == 2016  # nothing of the held-out year


def test_a_fifth_counts_its_own_codes(watched: tuple[RunResult, PracticeYears]) -> None:
    result, _ = watched
    k = result.outcomes.index("list_size_mean")
    years = replace(three_codes(), first_year=result.years[0])
    one = replace(result, years=[2014], values={level: table[:1] for level, table in result.values.items()})
    levels = panel_levels(one, years)
    assert levels["panel_national"][0, 0, k] == pytest.approx(1000.0)
    assert levels["panel_deprivation_fifth"][0, 0, k] == pytest.approx(0.75 * 750.0 + 0.25 * 1050.0)
    assert levels["panel_deprivation_fifth"][0, 4, k] == pytest.approx(0.75 * 1150.0 + 0.25 * 1250.0)
    assert np.isnan(levels["panel_deprivation_fifth"][0, 1]).all()
    assert np.isnan(levels["panel_national"][0, 0, result.outcomes.index("practices_open")])


def test_targets_of_lists_are_measured_so_and_others_are_not(watched: tuple[RunResult, PracticeYears]) -> None:
    result, _ = watched
    targets = [target for target in load_targets() if target.kind == "level" and target.level == "national"]
    found = measure_targets(result, targets)
    plain = {level: table for level, table in result.values.items() if not level.startswith("panel_")}
    places = {level: names for level, names in result.places.items() if level in plain}
    unwatched = measure_targets(replace(result, values=plain, places=places), targets)
    moved = {target.outcome for target in targets if found[target.name] != unwatched[target.name]}
    assert moved == set(LISTS)
    assert history(result, "list_size_mean", "national")[0, 0] == found["list_size_mean.2014"]
