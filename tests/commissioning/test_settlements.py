"""Hospital money: every pound has two ends, plans are scored, and beds follow them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parameters_of import params_of
from worlds import tiny_regime, tiny_world

from sim.commissioning import accounts, plans, settlements, trusts
from sim.commissioning.accounts import Allocation
from sim.commissioning.functions import CCG
from sim.commissioning.plans import Planning
from sim.commissioning.regime_tables import RegimeTables
from sim.commissioning.settlements import Settlement
from sim.commissioning.trusts import TrustCost
from sim.rules import access, hospital
from sim.world.luck import Luck
from sim.world.world import World

P = params_of(2015)


def started(seed: int = 1, regime: RegimeTables | None = None, **changed: float) -> World:
    world = tiny_world(seed=seed, regime=regime)
    params = params_of(2014, **changed)
    for room in (access, hospital):
        room.start(world, params, Luck(seed, 2013))
    return world


def a_year(world: World, year: int, **changed: float) -> None:
    world.year = year
    hospital.hospital(world, params_of(year, **changed), Luck(1, year))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), year=st.integers(2014, 2020))
def test_what_ccgs_pay_is_what_trusts_get(seed: int, year: int) -> None:
    world = started(seed)
    other = world.trusts["other_income"].copy()
    a_year(world, year)
    grown = 1.0 + trusts.costs(world, params_of(year)).other_growth
    assert np.allclose(world.trusts["other_income"], other * grown)
    tariff = world.trusts["income"] - world.trusts["other_income"] - world.trusts["support"]
    assert tariff.sum() == pytest.approx(world.accounts["hospital"].sum())
    assert np.allclose(world.trusts["income"] - world.trusts["cost"], world.trusts["balance"])


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), pooled=st.integers(0, 1))
def test_what_is_left_is_carried_over(seed: int, pooled: int) -> None:
    world = started(seed, tiny_regime(CCG, pooled))
    for year in (2014, 2015):
        brought = world.accounts["carried"].copy()
        a_year(world, year)
        money = world.accounts
        spent = money["hospital"] + money["community"] + money["other_care"] + world.ccg_money["scheme"]
        assert np.allclose(money["allocation"] + brought - spent, money["outturn"])
        assert np.allclose(money["carried"] + money["primary_carried"], money["outturn"])


def test_general_practice_pays_only_where_one_body_holds_both_budgets() -> None:
    for regime, paid in ((tiny_regime(), False), (tiny_regime(CCG), False), (tiny_regime(CCG, pooled=1), True)):
        world = started(regime=regime)
        a_year(world, 2014)
        assert bool((world.accounts["primary_carried"] != 0.0).any()) is paid


def test_cash_answer_cuts_by_the_overrun_at_most() -> None:
    p = P.of(Allocation)
    assert accounts.cash_answer(100.0, -50.0, p) == pytest.approx(-50.0 * p.pooled_share)
    assert accounts.cash_answer(20.0, -50.0, p) == pytest.approx(-20.0 * p.pooled_share)
    assert accounts.cash_answer(-20.0, -50.0, p) == 0.0
    assert accounts.cash_answer(20.0, 50.0, p) == pytest.approx(50.0 * p.pooled_share)


def test_the_start_is_what_trusts_reported() -> None:
    world = started()
    assert np.allclose(world.trusts["balance"], -0.02 * world.trusts["income"])
    days = world.trusts["other_bed_days"] + world.trusts["stay_scale"] * (
        P.of(TrustCost).stay_emergency * world.trusts["emergency"]
        + P.of(TrustCost).stay_elective * world.trusts["elective"]
    )
    assert np.allclose(days / (world.trusts["beds"] * trusts.DAYS), world.trusts["occupancy"])
    assert (world.trusts["other_bed_days"] >= 0.0).all()
    assert (world.trusts["other_income"] >= 0.0).all()


def test_trusts_way_by_position() -> None:
    p = P.of(Settlement)
    usual = settlements.trusts_way(0.5, 0.3, 0.4, 0.0, p)
    assert settlements.trusts_way(0.9, 0.3, 0.4, 0.0, p) > usual
    assert settlements.trusts_way(0.5, 0.9, 0.4, 0.0, p) < usual
    assert settlements.trusts_way(0.5, 0.3, 0.9, 0.0, p) < usual
    assert settlements.trusts_way(0.5, 0.3, 0.4, 0.1, p) > usual


def test_a_settlement_lies_between_offer_and_ask() -> None:
    p = P.of(Settlement)
    offer = settlements.offer_of(100.0, 5.0, 10.0, p)
    assert offer == pytest.approx(100.0 - 5.0 - 100.0 * p.penalties - 10.0 * p.block)
    assert settlements.offer_of(100.0, 5.0, -10.0, p) == pytest.approx(95.0 - 100.0 * p.penalties)
    assert settlements.settled(100.0, offer, 0.0) == offer
    assert settlements.settled(100.0, offer, 1.0) == 100.0


def test_a_lower_marginal_rate_costs_trusts() -> None:
    rich, poor = started(), started()
    a_year(rich, 2015, tariff__marginal_rate=1.0)
    a_year(poor, 2015, tariff__marginal_rate=0.0)
    assert poor.trusts["balance"].sum() < rich.trusts["balance"].sum()
    assert poor.accounts["hospital"].sum() < rich.accounts["hospital"].sum()


def test_allocations_follow_people_and_targets() -> None:
    p = P.of(Allocation)
    usual = accounts.allocation_growth(0.03, 0.0098, 0.0098, 0.0, p)
    assert usual == pytest.approx(1.03)
    assert accounts.allocation_growth(0.03, 0.03, 0.0098, 0.0, p) > usual
    assert accounts.allocation_growth(0.03, 0.0098, 0.0098, 0.05, p) < usual


def test_beds_are_cut_on_the_plan_and_a_wrong_plan_fills_them() -> None:
    cut, kept = started(), started()
    cut.plans["beds_cut"] = 0.05
    kept.plans["beds_cut"] = 0.0
    for world in (cut, kept):
        a_year(world, 2014)
    assert cut.trusts["beds"].sum() < kept.trusts["beds"].sum()
    assert cut.trusts["occupancy"].mean() > kept.trusts["occupancy"].mean()


def test_planned_cut_follows_the_forecast() -> None:
    p = P.of(Planning)
    assert plans.planned_cut(100.0, 95.0, p) > plans.planned_cut(100.0, 100.0, p) > 0.0
    assert plans.planned_cut(100.0, 110.0, p) < 0.0
    assert plans.planned_cut(0.0, 0.0, p) == 0.0


def test_who_sees_more_foresees_doctors_better() -> None:
    p = P.of(Planning)
    assert plans.foresee_doctors(100.0, -0.05, 1.0, 2.0, p) == pytest.approx(95.0)
    assert plans.foresee_doctors(100.0, -0.05, 0.0, 0.0, p) == pytest.approx(100.0 * (1.0 + p.gp_hope))
    assert plans.foresee_doctors(100.0, 0.0, 0.0, 2.0, p) > plans.foresee_doctors(100.0, 0.0, 0.5, 2.0, p)


def test_forecast_of_emergencies_and_of_money() -> None:
    p = P.of(Planning)
    usual = plans.foresee_emergencies(100.0, 0.0, 0.5, 0.0, p)
    assert usual == pytest.approx(100.0 * np.exp(p.trend) * (1.0 - p.optimism))
    assert plans.foresee_emergencies(100.0, 0.1, 0.5, 0.0, p) < usual
    assert plans.expected_spending(100.0, 100.0, usual, p) == pytest.approx(
        100.0 * (1.0 + 0.5 * (np.exp(p.trend) - 1.0) + 0.5 * p.trend) * (1.0 - p.missed)
    )
    ahead = plans.expected_spending(100.0, 100.0, 1.1 * usual, p._replace(emergency_part=1.0))
    assert ahead == pytest.approx(110.0 * np.exp(p.trend) * (1.0 - p.missed))
    assert plans.expected_spending(100.0, 100.0, 1.1 * usual, p._replace(emergency_part=0.0)) < ahead


def test_seeing_general_practice_takes_part_of_the_error_of_forecasts_away() -> None:
    p = P.of(Planning)
    seen, unseen = (plans.foresee_emergencies(100.0, 0.0, sees, 2.0, p) for sees in (1.0, 0.0))
    exact = plans.foresee_emergencies(100.0, 0.0, 1.0, 0.0, p)
    assert exact < seen < unseen
    useless = p._replace(activity_seen=0.0)
    assert plans.foresee_emergencies(100.0, 0.0, 1.0, 2.0, useless) == unseen


def test_lists_that_grow_steadily_are_expected_to_go_on_growing() -> None:
    """Last year's growth is that of lists, not of lists over the forecast, which would be nil every other year."""
    world = started()
    lists = np.bincount(world.place["ccg"][:30], world.lists["total"][:30])
    world.ccgs["patients"] = lists / 1.02
    for year in (2014, 2015, 2016):
        a_year(world, year)
        np.testing.assert_allclose(world.plans["patients"], 1.02 * lists)


def test_a_ccg_that_decides_sees_more() -> None:
    outside, inside = started(), started(regime=tiny_regime(CCG))
    assert (outside.plans["sees_primary"] == P.of(Planning).sees_outside).all()
    assert (inside.plans["sees_primary"] == 1.0).all()


def test_plans_are_scored_a_year_later() -> None:
    world = started()
    planned = world.plans["emergency"].copy()
    a_year(world, 2014)
    actual = np.bincount(world.place["ccg"][:30], world.use["emergency"][:30])
    assert np.allclose(world.plans["error_emergency"], planned / actual - 1.0)


def test_money_does_not_run_away() -> None:
    world = started()
    for year in range(2014, 2044):
        a_year(world, year)
    outturn = world.accounts["outturn"] / world.accounts["allocation"]
    assert (np.abs(outturn) < 0.1).all()
    assert (world.trusts["occupancy"] < 1.0).all()
