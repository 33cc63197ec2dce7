"""Workforce: doctors are conserved, hazards have the signs of the evidence, and the market fills posts within reach."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from life_of import heads, life_params, living_world

from sim.rules import counts, entering, leaving, staffing, vacancies, workforce
from sim.rules.leaving import Leaving, WorkingLife
from sim.rules.staffing import Locums, Posts
from sim.rules.vacancies import Hiring, PostChoice
from sim.world.luck import Luck
from sim.world.states import APMS, INADEQUATE, OPEN, OUTSTANDING, PARTNER, SALARIED, TRAINEE

P = life_params()


def hazard(age: float, burnout: float = 0.467, unusual: float = 0.0, push: float = 0.0) -> float:
    return float(leaving.leaving_probability(age, burnout, unusual, push, P.of(Leaving)))


def test_hazard_of_leaving_is_u_shaped_in_age() -> None:
    assert hazard(33.0) > hazard(45.0)
    assert hazard(45.0) == pytest.approx(hazard(51.0))
    assert hazard(51.0) < hazard(55.0) < hazard(60.0) < hazard(66.0)
    assert 0.02 < hazard(45.0) < 0.06
    assert 0.1 < hazard(60.0) < 0.3


def test_burnout_raises_the_odds_of_leaving_by_the_odds_ratio_of_the_evidence() -> None:
    worn, fresh = hazard(45.0, burnout=1.0), hazard(45.0, burnout=0.0)
    odds = worn / (1 - worn) / (fresh / (1 - fresh))
    assert odds == pytest.approx(2.68, rel=0.02)


def test_relative_income_is_nil_at_the_mean_and_saturates() -> None:
    assert leaving.relative_income(100_000.0, 100_000.0) == pytest.approx(0.0)
    assert leaving.relative_income(0.0, 100_000.0) == pytest.approx(-0.76, abs=0.01)
    assert leaving.relative_income(1e7, 100_000.0) <= 1.0
    assert leaving.relative_income(5.0, 0.0) == 0.0


def test_intention_jumps_after_fifty() -> None:
    q = P.of(leaving.Intention)
    assert leaving.usual_intention(40.0, q) == pytest.approx(0.13, abs=0.02)
    assert 0.4 < leaving.usual_intention(56.0, q) < 0.75
    assert leaving.wanted_intention(40.0, 0.9, 0.467, 1.3, 0.5, q) > leaving.usual_intention(40.0, q)


def test_partners_step_down_when_work_grows_and_income_falls() -> None:
    w = P.of(WorkingLife)
    assert leaving.step_down_probability(-0.5, 1.4, w) > leaving.step_down_probability(0.3, 0.9, w)


def test_promotion_is_pressed_by_a_missing_partner_and_held_back_by_liability() -> None:
    w = P.of(WorkingLife)
    usual = leaving.promotion_probability(0.0, 0.0, 3.0, w)
    assert leaving.promotion_probability(0.0, 0.0, 0.0, w) > 2 * usual
    assert leaving.promotion_probability(0.0, 200_000.0, 3.0, w) < usual


def test_posts_follow_list_workload_and_income() -> None:
    p = P.of(Posts)
    assert staffing.wanted_posts(4.0, 1.0, 1.0, 0.0, p) == pytest.approx(4.0)
    assert staffing.wanted_posts(4.0, 1.1, 1.0, 0.0, p) == pytest.approx(4.0 * (1 + 0.1 * p.per_list))
    assert staffing.wanted_posts(4.0, 1.0, 1.4, 0.0, p) > 4.0 > staffing.wanted_posts(4.0, 1.0, 1.0, -0.7, p)


def test_locum_price_answers_scarcity() -> None:
    assert staffing.locum_price(100.0, 0.5, 0.5, 0.4) == pytest.approx(100.0)
    assert staffing.locum_price(100.0, 1.0, 0.5, 0.4) == pytest.approx(100.0 * 2**0.4)
    assert staffing.locum_price(100.0, 0.25, 0.5, 0.4) < 100.0


@pytest.mark.parametrize(("gap", "posts"), [(0.0, 0), (0.2, 0), (0.3, 1), (0.8, 1), (1.6, 2), (4.0, 5)])
def test_gaps_are_advertised_as_posts(gap: float, posts: int) -> None:
    assert vacancies.posts_on_offer(gap, 0.3, 0.8) == posts


def appeal(**changed: float) -> float:
    given = {
        "relative": 0.0,
        "list_ratio": 1.0,
        "deprived": 0.0,
        "list_size": 7000.0,
        "burnout": 0.467,
        "usual": 0.467,
        "rating": 0,
        "buy_in": 0.0,
    } | changed
    return float(vacancies.appeal(*given.values(), P.of(PostChoice)))


@pytest.mark.parametrize(
    "worse",
    [
        {"relative": -0.5},
        {"list_ratio": 1.4},
        {"deprived": 1.0},
        {"burnout": 0.9},
        {"rating": INADEQUATE},
        {"buy_in": 1e5},
    ],
)
def test_candidates_shun_what_the_evidence_says(worse: dict[str, float]) -> None:
    assert appeal(**worse) < appeal()
    assert appeal(rating=OUTSTANDING) > appeal()


def test_no_partnership_under_apms() -> None:
    h = P.of(Hiring)
    assert vacancies.offered_role(APMS, OPEN, 0.0, 0.0, h) == SALARIED
    assert vacancies.offered_role(0, OPEN, 1.0, 0.7, h) == PARTNER
    assert vacancies.offered_role(0, OPEN, 4.0, 0.7, h) == SALARIED


def test_traits_of_newcomers_centre_on_their_usual_value() -> None:
    assert entering.trait(entering.log_odds(0.62), 0.9, 0.0) == pytest.approx(0.62)
    usual = entering.log_odds(0.62)
    assert 0.0 < entering.trait(usual, 0.9, -4.0) < 0.62 < entering.trait(usual, 0.9, 4.0) < 1.0


@given(seed=st.integers(1, 10_000), years=st.integers(1, 3))
@settings(max_examples=15, deadline=None)
def test_doctors_are_conserved(seed: int, years: int) -> None:
    world = living_world(seed=seed)
    for year in range(2014, 2014 + years):
        before = heads(world)
        workforce.workforce(world, P, Luck(seed, year))
        assert heads(world) - before == world.nation["doctors_in"][0] - world.nation["doctors_out"][0]
        here = world.doctors["practice"] >= 0
        assert (world.doctors["id"][here] != 0).all()
        assert (world.doctors["id"][~here] == 0).all()
        assert len(np.unique(world.doctors["id"][here])) == here.sum()
        assert (world.regions["pool"] >= 0).all()


@given(seed=st.integers(1, 10_000))
@settings(max_examples=10, deadline=None)
def test_counts_agree_with_doctors(seed: int) -> None:
    world = living_world(seed=seed)
    workforce.workforce(world, P, Luck(seed, 2014))
    d, staff = world.doctors, world.staff
    own = (d["practice"] >= 0) & (d["role"] <= SALARIED)
    assert staff["gp_fte"].sum() == pytest.approx(d["fte"][own].sum())
    assert staff["doctors"].sum() == own.sum()
    assert staff["trainee_fte"].sum() == pytest.approx(d["fte"][(d["practice"] >= 0) & (d["role"] == TRAINEE)].sum())
    assert (staff["vacant_fte"] >= 0).all()
    assert (world.regions["filled"] <= world.regions["vacancies"]).all()


def test_same_luck_gives_the_same_year_and_other_luck_another() -> None:
    worlds = [living_world() for _ in range(3)]
    for world, seed in zip(worlds, (5, 5, 6), strict=True):
        workforce.workforce(world, P, Luck(seed, 2014))
    first, again, other = (w.doctors["id"] for w in worlds)
    assert (first == again).all()
    assert not (first == other).all()


def test_order_of_practice_rows_does_not_matter() -> None:
    world, turned = living_world(), living_world()
    order = np.arange(len(turned.place))[::-1].copy()
    place_of = np.argsort(order)
    for group in ("place", "lists", "contract", "money", "staff", "care", "life", "ties", "use"):
        setattr(turned, group, getattr(turned, group).take(order))
    here = turned.doctors["practice"] >= 0
    turned.doctors["practice"][here] = place_of[turned.doctors["practice"][here]]
    for w in (world, turned):
        workforce.workforce(w, P, Luck(3, 2014))
    by_id = dict(zip(turned.place["id"].tolist(), turned.staff["gp_fte"].tolist(), strict=True))
    for key, fte in zip(world.place["id"].tolist(), world.staff["gp_fte"].tolist(), strict=True):
        assert by_id[key] == pytest.approx(fte)


def test_without_candidates_nobody_joins_and_locums_cover() -> None:
    world = living_world()
    none = life_params(supply__qualifying=0.0, supply__return_rate=0.0, destinations__move_share=0.0)
    world.doctors["role"][world.doctors["role"] == TRAINEE] = SALARIED
    workforce.workforce(world, none, Luck(1, 2014))
    assert world.nation["doctors_in"][0] == 0.0
    assert world.staff["vacant_fte"].sum() > 0.0
    assert world.staff["locum_fte"].sum() > 0.0


def test_nobody_leaves_when_hazard_is_nil() -> None:
    world = living_world()
    world.doctors["role"][world.doctors["role"] == TRAINEE] = SALARIED
    before = heads(world)
    workforce.workforce(world, life_params(leaving__base=-60.0), Luck(1, 2014))
    assert world.nation["doctors_out"][0] == 0.0
    assert heads(world) >= before


def test_the_only_partner_is_bound_to_the_contract() -> None:
    world, p = living_world(), P.of(Leaving)
    world.staff["partners"][:2] = [1.0, 2.0]
    even = np.zeros(len(world.place))
    push = leaving.practice_push(world.place, even, world.staff, world.care, world.life, p)
    free = leaving.practice_push(world.place, even, world.staff, world.care, world.life, p._replace(last_partner=0.0))
    assert (push - free)[:2].tolist() == [[pytest.approx(p.last_partner), 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_long_empty_posts_give_way_to_other_clinicians() -> None:
    world = living_world()
    world.staff["vacant_fte"][0], world.staff["vacant_months"][0] = 1.0, 24.0
    world.care["workload"][0] = 1.0
    posts, direct = world.staff["posts_fte"][0], world.staff["direct_fte"][0]
    p, even = P.of(Posts), np.zeros(len(world.place))
    staffing.plan_posts(world.lists, even, world.staff, world.care, world.life, p)
    assert world.staff["posts_fte"][0] == pytest.approx(posts - p.give_up)
    assert world.staff["direct_fte"][0] == pytest.approx(direct + p.substitution * p.give_up)


def test_a_full_table_of_doctors_takes_nobody_but_loses_nobody() -> None:
    world = living_world()
    here = world.doctors["practice"] >= 0
    world.doctors, world.minds = world.doctors.take(here), world.minds.take(here)
    before = heads(world)
    workforce.workforce(world, life_params(leaving__base=-60.0), Luck(1, 2014))
    assert heads(world) - before == world.nation["doctors_in"][0] - world.nation["doctors_out"][0]


def test_locums_are_rationed_by_the_pool() -> None:
    world = living_world()
    nobody = np.zeros((len(world.place), counts.TALLY))
    world.regions["pool"] = 0.5
    world.staff["vacant_fte"] = 1.0
    p = P.of(Locums)
    covered = np.zeros(len(world.place))
    staffing.hire_locums(world.place, world.staff, world.life, world.ccgs, world.regions, covered, nobody, p)
    assert world.staff["locum_fte"].sum() == pytest.approx(p.supply_share * 0.5)
    assert world.regions["locum_price"][0] > p.base_price


def test_a_newcomer_sits_among_the_rows_of_the_ccg_then_after_them_then_anywhere() -> None:
    fate = np.full(8, leaving.STAYS, np.int8)
    fate[[1, 4, 6, 7]] = leaving.VACANT
    begin = np.array([0, 3, 6])  # rows 0 to 2, 3 to 5, 6 and 7
    assert [entering.seat(ccg, fate, begin) for ccg in (1, 1, 2, 2)] == [4, 6, 7, 1]
    assert (fate == leaving.STAYS).all()
