"""Polls and the survey: places of functions, graded answers, who answers, and who holds a seat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opinions import P, params_of, started
from polling import poll

from sim.rules import polls, statements
from sim.rules.statements import GROUPS, QUESTIONS, STATEMENTS, survey
from sim.world.states import LOCUM, PARTNER, TRAINEE
from sim.world.world import World

EVERYONE, RESPONDENTS, BOARD, GRASSROOTS = range(len(GROUPS))
SHARE = st.floats(0, 1)


def shares(world: World, **changed: float) -> np.ndarray:
    """(groups, questions, grades): shares of each group."""
    found = survey(world, params_of(**changed))
    return np.asarray(found / found.sum(axis=2, keepdims=True))


def support(found: np.ndarray, group: int) -> float:
    """Mean share of a group in favour, over functions."""
    return float(found[group, : len(polls.POLLED), 0].mean())


def test_every_function_has_one_place_on_the_ladder() -> None:
    placed = [function for _, functions in polls.LADDER for function in functions]
    assert sorted(placed) == sorted(polls.POLLED)
    assert polls.RUNG["contract_removal"] == 5
    ease = polls.ease_of_functions(polls.FunctionEase(base=0.2, per_rung=0.1))
    by_rung = {polls.RUNG[function]: ease[k] for k, function in enumerate(polls.POLLED)}
    np.testing.assert_allclose([by_rung[rung] for rung in range(6)], 0.2 - 0.1 * (np.arange(6) - 2.5))


@settings(deadline=None)
@given(st.floats(-1, 1), st.floats(-1, 1))
def test_yes_is_said_more_often_by_those_in_favour(opinion: float, ease: float) -> None:
    p = P.of(polls.Poll)
    chance = polls.support_chance(opinion, ease, p)
    assert 0.0 <= chance <= 1.0 - p.dont_know
    assert polls.support_chance(opinion + 0.1, ease, p) > chance
    assert chance + polls.support_chance(-opinion, -ease, p) <= 1.0 - p.dont_know
    assert polls.support_chance(opinion, ease, p._replace(noise=0.0)) in (0.0, 1.0 - p.dont_know)


@settings(deadline=None)
@given(st.floats(-1, 1), st.floats(-1, 1), SHARE, SHARE, SHARE)
def test_statements_are_agreed_with_by_shares(opinion: float, ease: float, a: float, b: float, c: float) -> None:
    p = P.of(polls.Poll)
    vary, need, work, conflicts, lay = statements.statement_chances(opinion, ease, a, b, c, p)
    assert all(0.0 <= chance <= 1.0 for chance in (vary, need, work, conflicts, lay))
    assert vary >= max(need, conflicts) - 1e-12
    assert work == float(c > 0.5)
    assert statements.statement_chances(opinion, ease, min(1.0, a + 0.1), b, c, p)[4] >= lay


@settings(deadline=None)
@given(SHARE, SHARE)
def test_a_seat_is_worth_what_its_holder_says(engagement: float, influence: float) -> None:
    assert statements.own_engagement(engagement, 0, 0, 1.5) == engagement
    assert statements.own_engagement(engagement, 1, 1, 1.5) == engagement
    assert 0.0 <= statements.own_engagement(engagement, 1, 0, 1.5) <= engagement
    assert statements.own_influence(influence, 1, 1, 0.3) == influence
    assert 0.0 <= statements.own_influence(influence, 1, 0, 0.3) <= influence


def test_grades_of_every_question_sum_to_those_who_answer() -> None:
    world = started()
    found = survey(world, P)
    assert found.shape == (len(GROUPS), len(QUESTIONS), 4)
    assert (found >= 0.0).all()
    heads = found.sum(axis=2)
    np.testing.assert_allclose(heads, heads[:, :1] * np.ones(len(QUESTIONS)))
    np.testing.assert_allclose(heads[BOARD] + heads[GRASSROOTS], heads[RESPONDENTS])
    assert heads[EVERYONE, 0] == pytest.approx((world.doctors["practice"] >= 0).sum())
    assert heads[RESPONDENTS, 0] < heads[EVERYONE, 0]


def test_nobody_outside_a_practice_and_no_locum_or_trainee_answers() -> None:
    world, rows = started(), slice(0, 3)
    before = survey(world, P)[EVERYONE, 0].sum()
    world.doctors["practice"][0] = -1
    world.doctors["role"][1], world.doctors["role"][2] = LOCUM, TRAINEE
    assert survey(world, P)[EVERYONE, 0].sum() == pytest.approx(before - 3.0)
    world.doctors["opinion"][rows] = 1.0
    world.minds["autonomy"][rows] = 1.0
    after = survey(world, P)
    world.doctors["opinion"][rows] = -1.0
    np.testing.assert_array_equal(after, survey(world, P))
    polled = poll(world, params_of(poll__response=50.0))
    assert polled[:, len(polls.POLLED)].sum() == pytest.approx(before - 3.0)


def test_without_self_selection_respondents_are_like_everyone() -> None:
    world = started()
    chosen = shares(world, poll__per_strength=2.0, poll__per_engagement=2.0)
    assert np.abs(chosen[RESPONDENTS] - chosen[EVERYONE]).max() > 0.01
    plain = shares(world, poll__per_strength=0.0, poll__per_engagement=0.0)
    np.testing.assert_allclose(plain[RESPONDENTS], plain[EVERYONE], atol=1e-12)


def test_the_yearly_poll_counts_what_the_survey_finds() -> None:
    world, functions = started(), len(polls.POLLED)
    yearly, found = poll(world, P).sum(axis=0), survey(world, P)
    asked = found[:, :functions, 0]
    heads = found[:, 0].sum(axis=1)
    np.testing.assert_allclose(
        yearly[:functions] / yearly[functions], asked[RESPONDENTS] / heads[RESPONDENTS], atol=0.01
    )
    board = yearly[functions + 1] / yearly[functions + 2]
    assert board == pytest.approx((asked[BOARD] / heads[BOARD]).mean(), abs=0.01)


def test_a_poll_that_all_answer_counts_every_gp() -> None:
    world = started()
    everybody = poll(world, params_of(poll__response=50.0))
    assert everybody[:, len(polls.POLLED)].sum() == pytest.approx((world.doctors["practice"] >= 0).sum())
    assert everybody[:, -1].sum() == pytest.approx(9.0)


def test_support_falls_from_rung_to_rung() -> None:
    found = shares(started())
    by_rung = [
        {round(float(found[RESPONDENTS, polls.POLLED.index(f), 0]), 12) for f in functions}
        for _, functions in polls.LADDER
    ]
    assert all(len(same) == 1 for same in by_rung)
    assert [max(same) for same in by_rung] == sorted((max(same) for same in by_rung), reverse=True)


def test_one_partner_of_each_practice_with_a_seat_holds_it() -> None:
    world = started()
    world.doctors["role"][world.doctors["practice"] == 3] = LOCUM
    seats = statements.find_seats(world.doctors, world.minds, world.place, P.of(polls.Poll))
    held = np.bincount(world.doctors["practice"][seats > 0.0], seats[seats > 0.0], minlength=len(world.place))
    with_partner = world.place["board"] == 1
    with_partner[3] = False
    np.testing.assert_allclose(held, with_partner.astype(float))
    assert (world.doctors["role"][seats > 0.0] == PARTNER).all()


def test_board_members_are_more_favourable_than_grassroots() -> None:
    found = shares(started())
    assert support(found, BOARD) > support(found, GRASSROOTS) + 0.02
    influence = QUESTIONS.index("can_influence")
    assert found[BOARD, influence, 0] > found[GRASSROOTS, influence, 0]


def test_board_members_are_like_grassroots_where_traits_are_neutral_and_less_favourable_where_doubters_stand() -> None:
    doubters = shares(started(), poll__seat_trust=-4.0)
    assert support(doubters, BOARD) < support(doubters, GRASSROOTS)
    world = started()
    for trait in ("trust", "autonomy", "conflict_worry", "workload_threat"):
        world.minds[trait] = 0.5
    world.doctors["opinion"] = 0.0
    neutral = shares(world)
    asked = len(polls.POLLED) + len(STATEMENTS)
    np.testing.assert_allclose(neutral[BOARD, :asked], neutral[GRASSROOTS, :asked], atol=1e-12)


def test_a_survey_does_not_change_the_world_and_reads_no_published_share(monkeypatch: pytest.MonkeyPatch) -> None:
    world = started()
    opinions = world.doctors["opinion"].copy()
    before = survey(world, P)

    def unread() -> None:
        raise AssertionError("the published shares were read")

    monkeypatch.setattr("sim.analysis.survey.items", unread)
    np.testing.assert_array_equal(survey(world, P), before)
    np.testing.assert_array_equal(world.doctors["opinion"], opinions)


def test_of_what_is_not_fitted_only_expectations_of_schemes_hear_of_the_fitted_ease() -> None:
    world, first = started(), len(polls.POLLED)
    usual, easy = shares(world), shares(world, function_ease__base=1.0)
    moved = np.abs(usual - easy).max(axis=(0, 2)) > 0.0
    assert {QUESTIONS[k] for k in np.flatnonzero(moved) if k >= first} == {"schemes_vary", "schemes_meet_need"}


def test_answers_do_not_depend_on_what_practices_are_called() -> None:
    world = started()
    before = survey(world, P)
    world.place["id"] = np.random.default_rng(5).permutation(world.place["id"])
    world.doctors["id"] = world.doctors["id"][::-1].copy()
    np.testing.assert_array_equal(survey(world, P), before)
