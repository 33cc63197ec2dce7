"""Funding: every pound has a source and a sink; terms of contracts hold to the letter."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import tiny_world

from sim import parameters
from sim.parameters import FIRST_YEAR, Lever, Params, Step
from sim.rules import expenses, funding
from sim.world.luck import Luck
from sim.world.states import APMS, GMS, MERGED, OPEN, PMS
from sim.world.world import World

BOOK = parameters.read([parameters.FOLDER / "funding.toml"])
STREAMS = (
    "global_sum", "mpig", "premium", "apms", "qof", "des", "local_services", "local_scheme", "reinvested", "premises",
    "seniority", "dispensing", "other",
)  # fmt: skip


def params_of(year: int, **changed: float) -> Params:
    levers = [
        Lever(parameter=name.replace("__", "."), why="a test", step=Step(year=FIRST_YEAR, to_value=value))
        for name, value in changed.items()
    ]
    return BOOK.resolve(levers=levers, start_year=FIRST_YEAR, years=40).year(year)


def before_start(seed: int = 1) -> World:
    """A tiny world with contracts as a population gives them: whole PMS pay in `premium_2013`."""
    world, rng = tiny_world(seed=seed), np.random.default_rng(seed)
    used = world.life["state"] == OPEN
    n = len(used)
    world.lists["weighted"] = world.lists["total"] * world.lists["need"]
    contract, staff = world.contract, world.staff
    contract["kind"] = np.where(used, rng.choice([GMS, PMS, APMS], n, p=[0.5, 0.4, 0.1]), GMS)
    contract["mpig_2013"] = np.where(contract["kind"] == GMS, rng.uniform(0, 60000, n) * used, 0.0)
    pms = used & (contract["kind"] == PMS)
    contract["premium_2013"] = pms * world.lists["weighted"] * rng.uniform(66, 100, n) * (rng.uniform(0, 1, n) > 0.1)
    contract["apms_price"] = np.where(contract["kind"] == APMS, 110.0, 0.0)
    for name in ("premises_pay", "dispensing_pay", "des_pay", "local_pay", "other_pay"):
        contract[name] = rng.uniform(0, 12, n) * used
    contract["staff_pay"] = 1.0
    staff["partners"] = np.maximum(1, np.floor(0.7 * staff["doctors"])) * (contract["kind"] != APMS) * used
    staff["partner_fte"] = 0.88 * staff["partners"]
    staff["salaried_fte"] = np.maximum(0.0, staff["gp_fte"] - staff["partner_fte"])
    staff["admin_fte"] = world.lists["total"] * 1.1 / 1000
    staff["locum_fte"] = 0.1 * used
    staff["mean_age"] = rng.uniform(40, 55, n)
    world.care["quality_recorded"] = rng.uniform(0.8, 1.0, n)
    world.care["workload"] = rng.uniform(0.8, 1.4, n)
    world.regions["locum_price"] = 110000.0
    return world


def started(seed: int = 1, **changed: float) -> World:
    world = before_start(seed)
    funding.start(world, params_of(2014, **changed), Luck(seed, 2013))
    return world


def a_year(world: World, year: int = 2015, **changed: float) -> World:
    world.year = year
    funding.funding(world, params_of(year, **changed), Luck(1, year))
    return world


@pytest.mark.parametrize(("years_elapsed", "left"), [(0, 7), (1, 6), (6, 1), (7, 0), (12, 0)])
def test_correction_factor_falls_by_a_seventh(years_elapsed: int, left: float) -> None:
    assert funding.correction_factor(7.0, float(years_elapsed), 7.0) == pytest.approx(left)


def test_qof_is_points_times_pounds_for_the_average_practice() -> None:
    p = params_of(2015).of(funding.QofPay)._replace(paid_ratio=1.0)
    full = funding.qof_pay(1.0, p.average_list, p.average_list, 0.0, p)
    assert full == pytest.approx(559 * 160.15)
    assert funding.qof_pay(1.0, p.average_list, p.average_list, 0.4, p) == pytest.approx(0.6 * full)


@settings(deadline=None)
@given(st.floats(0.2, 3.0))
def test_overloaded_practices_take_fewer_services(workload: float) -> None:
    p = params_of(2014).of(funding.Services)
    assert funding.des_ratio(1.0, p) == pytest.approx(1.0)
    assert funding.des_ratio(workload, p) > funding.des_ratio(workload + 0.1, p) > 0.0


def test_seniority_grows_with_age_and_ends() -> None:
    p = params_of(2014).of(funding.OtherPay)
    assert funding.seniority_pay(3.0, 50.0, p) > funding.seniority_pay(3.0, 40.0, p) > 0.0
    assert funding.seniority_pay(3.0, 30.0, p) == 0.0
    assert funding.seniority_pay(3.0, 50.0, params_of(2020).of(funding.OtherPay)) == 0.0


@settings(deadline=None)
@given(st.floats(-3e5, 3e5), st.floats(-1e5, 1e5))
def test_drawings_are_never_negative_and_follow_the_surplus(surplus: float, reserves: float) -> None:
    p = params_of(2014).of(expenses.Ownership)
    taken = expenses.drawings_of(surplus, reserves, 20000.0, p)
    assert taken >= 0.0
    assert expenses.drawings_of(surplus + 1000.0, reserves, 20000.0, p) >= taken


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 10**6), st.integers(2014, 2026))
def test_pounds_are_conserved_in_every_practice(seed: int, year: int) -> None:
    world = started(seed)
    world.money["discretionary"][:5] = 7000.0
    world.contract["premium_left"][world.contract["premium_2013"] > 0] = 0.5
    world.schemes["active"], world.schemes["pounds"], world.ties["opted_in"] = 1, 4.0, 1
    grants, reserves = world.money["discretionary"].copy(), world.money["reserves"].copy()
    m = a_year(world, year).money
    np.testing.assert_allclose(m["income"], sum(m[stream] for stream in STREAMS) + grants, rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(
        m["income"], m["expenses"] + m["drawings"] + m["reserves"] - reserves, rtol=1e-12, atol=1e-5
    )
    assert not m["discretionary"].any()
    assert (m["drawings"] >= 0.0).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 10**6), st.floats(0.0, 1.0), st.floats(0.0, 20.0))
def test_scheme_and_reinvestment_come_from_the_pool_and_the_ccg(seed: int, left: float, pounds: float) -> None:
    world = started(seed)
    world.contract["premium_left"][world.contract["premium_2013"] > 0] = left
    world.schemes["active"][0], world.schemes["pounds"][0], world.ties["opted_in"] = 1, pounds, 1
    a_year(world)

    def by_ccg(column: str) -> np.ndarray:
        return np.bincount(world.place["ccg"], world.money[column], minlength=len(world.ccgs))

    out = by_ccg("local_scheme") + by_ccg("reinvested")
    np.testing.assert_allclose(out, world.ccg_money["premium_pool"] + world.ccg_money["scheme"], rtol=1e-9, atol=1e-4)
    assert world.ccg_money["scheme"][1:].sum() == 0.0
    cost = world.ccg_money["primary_medical"] + world.ccg_money["scheme"] + world.ccg_money["local_services"]
    np.testing.assert_allclose(cost, by_ccg("income"), rtol=1e-12)


def test_what_mpig_releases_is_what_the_price_hands_out() -> None:
    world = started()
    world.contract["kind"][world.contract["kind"] == PMS] = GMS
    world.contract["premium_2013"], world.contract["premium_left"] = 0.0, 0.0
    whole = {"global_sum__england_patients": float(world.lists["total"].sum())}
    for year in (2014, 2016, 2020, 2024):
        a_year(world, year, **whole)
        base = funding.base_price(params_of(year).of(funding.GlobalSum))
        gms = world.contract["kind"] == GMS
        weighted = (world.lists["weighted"] * world.nation["normaliser"][0])[gms].sum()
        released = world.contract["mpig_2013"].sum() - world.money["mpig"].sum()
        assert world.money["global_sum"].sum() - base * weighted == pytest.approx(released, abs=1e-3)
        assert world.nation["mpig_saved"][0] == pytest.approx(released)


def test_nobody_gains_when_all_of_england_ages() -> None:
    world = before_start()
    whole = {"global_sum__england_patients": float(world.lists["total"].sum())}
    funding.start(world, params_of(2014, **whole), Luck(1, 2013))
    a_year(world, 2014, **whole)
    before = world.money["income"].copy()
    world.lists["weighted"] *= 1.1
    a_year(world, 2014, **whole)
    np.testing.assert_allclose(world.money["income"], before, rtol=1e-9)


def test_a_part_of_england_that_ages_alone_gains() -> None:
    world = a_year(started(), 2014)
    before = world.money["global_sum"].sum()
    world.lists["weighted"] *= 1.1
    assert a_year(world, 2014).money["global_sum"].sum() == pytest.approx(1.1 * before, rel=1e-3)


def test_premium_falls_by_a_quarter_a_year_after_the_cut() -> None:
    world = started()
    i = int(np.flatnonzero(world.contract["premium_2013"] > 0)[0])
    full = float(world.contract["premium_2013"][i])
    paid = [float(a_year(world, 2014).money["premium"][i])]
    world.contract["premium_left"][i] = 0.75
    paid += [float(a_year(world, year).money["premium"][i]) for year in range(2015, 2020)]
    assert paid == pytest.approx([full, 0.75 * full, 0.5 * full, 0.25 * full, 0.0, 0.0])


def test_a_pms_practice_without_a_balance_has_no_premium_and_is_paid_the_gms_price() -> None:
    world = before_start()
    i = int(np.flatnonzero(world.contract["kind"] == PMS)[0])
    world.contract["premium_2013"][i] = 0.0
    funding.start(world, params_of(2014), Luck(1, 2013))
    assert world.contract["premium_2013"][i] == 0.0
    price = world.money["global_sum"][i] / (world.lists["weighted"][i] * world.nation["normaliser"][0])
    assert price == pytest.approx(world.nation["global_sum_price"][0])


def test_the_start_does_not_jump() -> None:
    world = started()
    before = {name: world.money[name].copy() for name in ("income", "expenses", "drawings")}
    a_year(world, 2014)
    for name, column in before.items():
        np.testing.assert_allclose(world.money[name], column, rtol=1e-9)


def test_incomes_at_the_start_keep_the_mean_of_the_accounts() -> None:
    plain = started(ownership__income_spread=0.0, ownership__income_kept=0.0)
    partners = plain.staff["partner_fte"] > 0
    each = plain.money["drawings_each"][partners]
    assert each.std() == pytest.approx(0.0, abs=1e-6 * each.mean())
    spread = started()
    total = spread.money["drawings"][partners].sum()
    assert total == pytest.approx(plain.money["drawings"][partners].sum(), rel=1e-9)


def test_an_ended_practice_is_paid_nothing_and_a_late_grant_settles_its_debts() -> None:
    world = started()
    world.life["state"][0] = MERGED
    world.money["discretionary"][0], world.money["reserves"][0] = 5000.0, -2000.0
    m = a_year(world).money
    assert m["income"][0] == m["drawings"][0] == m["global_sum"][0] == 0.0
    assert m["reserves"][0] == pytest.approx(3000.0)


def test_a_practice_in_the_red_takes_no_drawings_and_eats_its_reserves() -> None:
    world = started()
    world.contract["own_costs"][0] += 100.0
    reserves = world.money["reserves"][0]
    m = a_year(world, 2014).money
    assert m["drawings"][0] == 0.0
    assert m["reserves"][0] < reserves


def test_the_order_of_rows_does_not_matter() -> None:
    world, turned = started(), started()
    order = np.arange(len(world.place))[::-1].copy()
    for group in ("place", "lists", "contract", "money", "staff", "care", "life", "ties"):
        setattr(turned, group, getattr(turned, group).take(order))
    a_year(world)
    a_year(turned)
    np.testing.assert_allclose(turned.money["drawings"][order], world.money["drawings"], rtol=1e-9)


@pytest.mark.parametrize("record", sorted(BOOK.records))
def test_every_parameter_moves_money(record: str) -> None:
    """Set to its neutral value each parameter changes what some practice gets, spends or keeps within two years."""

    def flows(**changed: Any) -> np.ndarray:
        world = started(3, **changed)
        world.contract["premium_left"][world.contract["premium_2013"] > 0] = 0.75
        world.schemes["active"], world.schemes["pounds"], world.ties["opted_in"] = 1, 1.0, 1
        world.money["reserves"] += 100.0
        a_year(world, 2014, **changed)
        a_year(world, 2015, **changed)
        return np.array([world.money[name] for name in ("income", "expenses", "drawings", "reserves")])

    neutral = BOOK.records[record].neutral
    assert not np.array_equal(flows(), flows(**{record.replace(".", "__"): neutral}))
