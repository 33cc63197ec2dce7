"""Forecasts by practice: scores against their definitions, rivals that never see the CCGs they are scored on."""

from __future__ import annotations

import numpy as np
import pytest
from england import DURHAM, scenario_of, start_of

from sim.analysis.validation.associations import associations
from sim.analysis.validation.fates import LET_ANEW, Fates, follow
from sim.analysis.validation.forecast import COLUMNS, SIMULATION, Question, chances, columns_of
from sim.analysis.validation.panel import Panel
from sim.analysis.validation.regression import fit, folds, held_out
from sim.analysis.validation.scores import auc, bootstrap, brier_skill, calibration
from sim.regimes import load_regime
from sim.world.states import DISPERSED, MERGED, OPEN


def test_auc_counts_pairs_in_the_right_order() -> None:
    happened = np.array([True, False, True, False, False])
    score = np.array([0.9, 0.1, 0.4, 0.4, 0.5])
    pairs = [(a > b) + 0.5 * (a == b) for a in score[happened] for b in score[~happened]]
    assert auc(score, happened) == pytest.approx(np.mean(pairs))
    assert np.isnan(auc(score, np.zeros(5, bool)))


def test_the_share_itself_has_no_skill_and_certainty_has_all() -> None:
    happened = np.array([True, False, False, False])
    assert brier_skill(np.full(4, 0.25), happened) == pytest.approx(0.0)
    assert brier_skill(happened.astype(float), happened) == pytest.approx(1.0)
    assert brier_skill(np.full(4, 0.9), happened) < 0.0


def test_a_regression_finds_what_made_the_data_and_scores_ccgs_it_has_not_seen() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4000, 2))
    happened = rng.random(4000) < 1.0 / (1.0 + np.exp(2.0 - x[:, 0]))
    found = fit(x, happened)
    assert [*found.intercept_, *found.coef_[0]] == pytest.approx([-2.0, 1.0, 0.0], abs=0.2)
    ccg = np.arange(4000) % 50
    fold = folds(ccg)
    assert all(len(np.unique(fold[ccg == one])) == 1 for one in range(50))
    told = np.column_stack([x, fold == 0])  # a column that gives fold 0 away is worth nothing where it is held out
    only_there = happened.copy()
    only_there[fold != 0] &= rng.random((fold != 0).sum()) < 0.05
    assert held_out([(told, only_there, fold)], told, fold)[fold == 0].mean() < 0.03 < only_there[fold == 0].mean()


def test_calibration_groups_hold_everybody_once() -> None:
    probability = np.linspace(0.0, 0.5, 100)
    happened = np.arange(100) % 3 == 0
    groups = calibration(probability, happened, 7)
    assert sum(group.practices for group in groups) == 100
    assert sum(group.observed * group.practices for group in groups) == pytest.approx(happened.sum())
    assert all(group.low <= group.observed <= group.high for group in groups)


def test_whole_clusters_are_drawn() -> None:
    cluster = np.repeat(["a", "b", "c"], [3, 5, 2])
    sizes: list[int] = []

    def rows_of_whole_clusters(rows: np.ndarray) -> float:
        counts = np.bincount(rows, minlength=10)
        assert all(len(np.unique(counts[cluster == one])) == 1 for one in "abc")
        sizes.append(len(rows))
        return float(len(rows))

    assert bootstrap({"size": rows_of_whole_clusters}, cluster, draws=20)["size"].value == 10.0
    assert len(set(sizes)) > 1


def test_chances_are_shares_of_runs_and_yearly_ones_hold_for_those_still_there() -> None:
    state = np.array([[OPEN, OPEN, MERGED], [OPEN, DISPERSED, MERGED]], np.int8)
    other = np.array([[OPEN, OPEN, OPEN], [OPEN, MERGED, OPEN]], np.int8)
    size = np.array([[100.0, 100.0, 0.0], [100.0, 0.0, 0.0]], np.float32)
    chance = chances([Fates(state, size, size), Fates(other, size + 20.0, size)], (2014, 2015))
    assert chance.ended[1].tolist() == [0.0, 1.0, 0.5]
    assert chance.merged[1].tolist() == [0.0, 0.5, 0.5]
    assert chance.list_size[1, 0] == pytest.approx(110.0)
    assert np.isnan(chance.list_size[1, 1])
    yearly = chance.within_year(2015)
    mean = 2.0 / 5.0
    assert yearly == pytest.approx([mean / 3.0, (2.0 + mean) / 3.0, mean / 2.0])


def test_a_code_exits_in_the_last_year_it_is_paid_with_enough_patients() -> None:
    registered = np.array(
        [[500.0, 500, np.nan, 90], [500, np.nan, 500, np.nan], [500, 500, 99, np.nan], [500, np.nan, np.nan, 500]]
    )
    nothing = np.zeros_like(registered)
    panel = Panel(registered, nothing, nothing, np.full((4, 4), "GMS"), nothing[:3])
    assert panel.exits.argmax(axis=0)[panel.exits.any(axis=0)].tolist() == [2, 1]
    assert panel.exits.sum() == 2


def test_what_exits_go_with_is_told_apart_in_england_and_the_simulation() -> None:
    start = start_of(DURHAM, 7).population.practices
    many = 40 * len(start["id"])
    practices = {name: np.tile(start[name], 40) for name in ("contract", "imd", "list_size", "gp_headcount", "gp_fte")}
    rng = np.random.default_rng(4)
    practices["list_size"] = rng.uniform(1000.0, 15000.0, many)
    registered = np.tile(practices["list_size"], (4, 1))
    nothing = np.zeros((4, many))
    panel = Panel(registered, nothing, nothing, np.full((4, many), ""), nothing[:3])
    size = np.log(practices["list_size"])
    size = (size - size.mean()) / size.std()
    happened = rng.random(many) < 1.0 / (1.0 + np.exp(2.0 + size))
    chance = {SIMULATION: 1.0 / (1.0 + np.exp(2.0 + 0.3 * size))}
    question = Question("a", "", np.arange(many), happened, chance, np.arange(many) % 30)
    found = {one.trait: one for one in associations(question, panel, practices)}
    assert tuple(found) == COLUMNS
    lists, poor = found["list size (log)"], found["deprivation"]
    assert lists.observed.low < -1.0 < lists.observed.high < -0.5
    assert lists.simulated == pytest.approx(-0.3, abs=0.02)
    assert not lists.agrees
    assert poor.simulated == pytest.approx(0.0, abs=0.02)
    assert poor.agrees


def test_fates_follow_the_practices_of_the_start() -> None:
    start, regime = start_of(DURHAM, 7), load_regime("voluntary_2015")
    run = follow(start, scenario_of(DURHAM, 4), regime, 7, 4)
    practices = start.population.practices
    assert run.fates.state.shape == (4, len(practices["id"]))
    gone = (run.fates.state != OPEN).sum(axis=1)
    exited = run.values["national"][:, 0, run.outcomes.index("practices_exited")]
    assert np.diff(gone, prepend=0).tolist() == exited.tolist()
    assert (run.fates.list_size[np.isin(run.fates.state, (MERGED, DISPERSED))] == 0.0).all()
    assert (run.fates.list_size[run.fates.state == LET_ANEW] > 0.0).any()
    known = columns_of(practices, np.full(len(practices["id"]), np.nan), np.full(len(practices["id"]), ""))
    assert np.exp(known[:, 0]) == pytest.approx(practices["list_size"])
