"""Practices by year: classes of lists add up to the nation, and watching a run changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from england import DURHAM, differences, run, scenario_of, start_of

from sim.analysis.practice_years import DOCTORS_CLASS, SIZE_CLASS, PracticeYears, by_class, simulate_watched
from sim.regimes import load_regime
from sim.simulate import RunResult

YEARS = 4


@pytest.fixture(scope="module")
def watched() -> tuple[RunResult, PracticeYears]:
    regime = load_regime("voluntary_2015")
    return simulate_watched(start_of(DURHAM, 7), scenario_of(DURHAM, YEARS), regime, 7, YEARS)


def test_watching_changes_nothing(watched: tuple[RunResult, PracticeYears]) -> None:
    assert not differences(run(DURHAM, "voluntary_2015", YEARS), watched[0])


def test_classes_add_up_to_the_nation(watched: tuple[RunResult, PracticeYears]) -> None:
    result, _ = watched
    for outcome in ("practices_open", "practices_exited", "practices_merged"):
        k = result.outcomes.index(outcome)
        assert np.array_equal(result.values[SIZE_CLASS][:, :, k].sum(axis=1), result.values["national"][:, 0, k])
    assert np.isnan(result.values[SIZE_CLASS][:, :, result.outcomes.index("patients")]).all()


def test_a_contract_let_anew_under_a_new_code_ends_one_and_begins_one(
    watched: tuple[RunResult, PracticeYears],
) -> None:
    result, practices = watched
    assert practices.let_anew.sum() > 0
    opened, exited, new = (
        result.values["national"][:, 0, result.outcomes.index(name)]
        for name in ("practices_open", "practices_exited", "practices_new")
    )
    assert (new >= practices.let_anew[1:].sum(axis=1)).all()
    there = opened - exited
    assert there.tolist() == practices.working[1:].sum(axis=1).tolist()
    assert there[1:].tolist() == (there[:-1] - exited[1:] + new[1:]).tolist()


def test_what_is_let_anew_ends_a_contract_of_the_kind_it_was(watched: tuple[RunResult, PracticeYears]) -> None:
    result, practices = watched
    exited = result.values["contract"][:, :, result.outcomes.index("practices_exited")]
    for year in range(YEARS):
        let, gone = practices.let_anew[year + 1], practices.ended_in(year) & ~practices.let_anew[year + 1]
        kinds = [*practices.contract[year][let], *practices.contract[year + 1][gone]]
        assert exited[year].tolist() == np.bincount(kinds, minlength=3).tolist()


def test_a_code_ends_once_and_keeps_the_list_with_which_it_entered(watched: tuple[RunResult, PracticeYears]) -> None:
    _, practices = watched
    ended = np.array([practices.ended_in(year) for year in range(YEARS)])
    assert (ended & ~practices.let_anew[1:]).sum(axis=0).max() == 1
    for year in range(YEARS):
        assert (practices.entered_with(year)[ended[year]] > 0.0).all()
        assert (practices.working[year + 1][ended[year]] == practices.let_anew[year + 1][ended[year]]).all()
        assert ((practices.list_size[year + 1] > 0.0) == practices.working[year + 1]).all()


def test_classes_of_doctors_hold_every_practice_that_entered_with_any(
    watched: tuple[RunResult, PracticeYears],
) -> None:
    result, practices = watched
    k = result.outcomes.index("practices_exited")
    for year in range(YEARS):
        with_doctors = practices.ended_in(year) & (practices.entered_by(year) >= 1.0)
        assert result.values[DOCTORS_CLASS][year, :, k].sum() == with_doctors.sum()


def test_edges_belong_to_the_class_above() -> None:
    assert by_class([999.0, 1000.0, 15000.0, 90000.0]).tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert by_class([0.0, 1.0, 5.0, 6.0], (1, 2, 3, 4, 6, 8)).tolist() == [1, 0, 0, 1, 1, 0]
