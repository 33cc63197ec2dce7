"""Patients, doctors and pounds are conserved in every phase of every year, closures and mergers included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from england import CORBY, FEW, HUDDERSFIELD, begin, step, working, wrapped
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.commissioning.support import SupportFund
from sim.parameters import Lever
from sim.regimes import shipped_regimes
from sim.simulate import run_years
from sim.world.states import DISPERSED, MERGED
from sim.world.world import World
from sim.year import PHASES

BANDS = ("age_0_4", "age_5_64", "age_65_74", "age_75")
STREAMS = (
    "global_sum", "mpig", "premium", "apms", "qof", "des", "local_services", "local_scheme", "reinvested", "premises",
    "seniority", "dispensing", "other",
)  # fmt: skip
"""Streams of income but `discretionary`, which is granted between two fundings and counted by the second."""

HARD_TIMES: tuple[Lever, ...] = (
    step("global_sum.price", 2015, by=-0.5),
    step("choice.hand_back", 2015, to_value=-3.0),
    step("choice.merge", 2016, to_value=-3.0),
    step("leaving.base", 2016, to_value=-1.0),
    step("arrivals.new_practice_base", 2016, to_value=1.0),
)
"""Many practices lose their income, their doctors and their will to carry on, and new ones open."""

# What a year moves is counted in hundreds of thousands of patients and hundreds of millions of pounds, added up in
# another order than the model does: equal means equal within rounding.
PATIENTS, POUNDS = 1e-6, 1e-3


class Ledger:
    """Checks round every phase; `seen` counts what happened, so that a test can tell there was something to see."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.fund: Callable[[int], float] = lambda year: 0.0
        """Pounds per patient of NHS England's support fund, by year."""

    def phases(self) -> tuple:
        """The year's phases with these checks round them."""
        return wrapped(
            {
                "*": self.nothing_moves, "demand": self.demand, "workforce": self.workforce, "funding": self.funding,
                "commissioning": self.commissioning, "practice_life": self.practice_life, "hospital": self.hospital,
            }
        )  # fmt: skip

    def nothing_moves(self, world: World, act: Callable[[], None]) -> None:
        """A phase that moves nobody between practices and no pound in or out of them."""
        before = patients(world), doctors(world), pounds(world)
        act()
        assert (patients(world), doctors(world), pounds(world)) == before
        sound(world)

    def demand(self, world: World, act: Callable[[], None]) -> None:
        """patients = before + born - died; who switches leaves one list for another."""
        before, heads, money = patients(world), doctors(world), pounds(world)
        act()
        born, died = float(world.nation["born"][0]), float(world.nation["died"][0])
        assert patients(world) == pytest.approx(before + born - died, abs=PATIENTS)
        assert world.lists["switched_in"].sum() == pytest.approx(world.lists["switched_out"].sum(), abs=PATIENTS)
        assert (doctors(world), pounds(world)) == (heads, money)
        sound(world)

    def workforce(self, world: World, act: Callable[[], None]) -> None:
        """doctors = before + in - out."""
        before, people, money = doctors(world), patients(world), pounds(world)
        act()
        came, went = float(world.nation["doctors_in"][0]), float(world.nation["doctors_out"][0])
        assert doctors(world) == before + came - went
        assert (patients(world), pounds(world)) == (people, money)
        self.seen["joined"] += int(came)
        sound(world)

    def funding(self, world: World, act: Callable[[], None]) -> None:
        """income = streams = what payers pay = expenses + drawings + change of reserves, practice by practice."""
        grants, reserves = world.money["discretionary"].copy(), world.money["reserves"].copy()
        before = patients(world), doctors(world)
        act()
        money, now, payers = world.money, working(world), world.ccg_money
        streams = sum(money[stream] for stream in STREAMS)
        np.testing.assert_allclose(money["income"][now], (streams + grants)[now], rtol=0, atol=POUNDS)
        assert not money["discretionary"].any()
        assert not money["income"][~now].any()
        kept = money["reserves"] - reserves
        flows = money["expenses"] + money["drawings"] + kept
        np.testing.assert_allclose(flows[now], money["income"][now], rtol=0, atol=POUNDS)
        np.testing.assert_allclose(kept[~now], grants[~now], rtol=0, atol=POUNDS)  # a grant settles debts of the ended
        paid = payers["primary_medical"] + payers["scheme"] + payers["local_services"]
        assert money["income"].sum() == pytest.approx(paid.sum() + grants[now].sum(), abs=POUNDS)
        released = payers["premium_pool"] + payers["scheme"]
        local = np.bincount(
            world.place["ccg"][now], (money["local_scheme"] + money["reinvested"])[now], minlength=len(payers)
        )
        np.testing.assert_allclose(local, released, rtol=0, atol=POUNDS)
        assert (patients(world), doctors(world)) == before
        sound(world)

    def commissioning(self, world: World, act: Callable[[], None]) -> None:
        """Grants are what CCGs' support budgets spend, and no more than there is; what is not granted lapses or goes
        back to the CCG. CCGs that have merged have one fund."""
        before, people, payers = pounds(world), (patients(world), doctors(world)), world.ccg_money
        accounts = world.accounts
        brought = accounts["carried"] + accounts["primary_carried"]
        act()
        spent = payers["support_spent"]
        now = working(world)
        fund = self.fund(world.year) * np.bincount(
            world.place["ccg"][now], world.lists["total"][now], minlength=len(payers)
        )
        left = accounts["carried"] + spent + payers["support_lapsed"]
        np.testing.assert_allclose(together(world, brought + fund), together(world, left), rtol=0, atol=POUNDS)
        assert not accounts["primary_carried"].any()
        assert np.all(together(world, payers["support_lapsed"]) <= together(world, fund) + POUNDS)
        assert pounds(world) == pytest.approx(before + spent.sum(), abs=POUNDS)
        assert np.all(spent <= world.ccg_money["support_budget"] + POUNDS)
        assert np.all(world.money["discretionary"] >= 0.0)
        assert (patients(world), doctors(world)) == people
        self.seen["grants"] += int(spent.sum() > 0.0)
        sound(world)

    def practice_life(self, world: World, act: Callable[[], None]) -> None:
        """Endings move patients and money; doctors who leave are counted; the dispersed pay what falls on them."""
        before, money, heads = patients(world), pounds(world), doctors(world)
        out_before, liability = float(world.nation["doctors_out"][0]), world.contract["liability"].copy()
        state = world.life["state"].copy()
        act()
        ended = state != world.life["state"]
        dispersed = ended & (world.life["state"] == DISPERSED)
        assert patients(world) == pytest.approx(before, abs=PATIENTS)
        assert doctors(world) == heads - (float(world.nation["doctors_out"][0]) - out_before)
        assert pounds(world) == pytest.approx(money - liability[dispersed].sum(), abs=POUNDS)
        assert not world.money["reserves"][dispersed].any()
        self.seen["dispersed"] += int(dispersed.sum())
        self.seen["merged"] += int((ended & (world.life["state"] == MERGED)).sum())
        self.seen["opened"] += int((world.life["opened"][working(world)] == world.year).sum())
        displaced = world.life["displaced"][dispersed].sum()
        assert world.nation["moved"][0] >= displaced - PATIENTS
        sound(world)

    def hospital(self, world: World, act: Callable[[], None]) -> None:
        """Every pound between CCGs and trusts has two ends; a CCG's allocation is spent or carried over, and those that
        have merged have one account."""
        before, carried = (patients(world), doctors(world)), world.accounts["carried"].copy()
        money = pounds(world)
        act()
        trusts, payers = world.trusts, world.accounts
        other = trusts["other_income"] + trusts["support"]
        # other income was raised for the next year at the year's treatment, before bills were paid: it is this year's
        assert trusts["income"].sum() == pytest.approx(payers["hospital"].sum() + other.sum(), rel=1e-12)
        np.testing.assert_allclose(trusts["balance"], trusts["income"] - trusts["cost"], rtol=0, atol=POUNDS)
        spent = payers["hospital"] + payers["community"] + payers["other_care"] + world.ccg_money["scheme"]
        spent = spent + payers["practice_kept"] + payers["practice_admin"]
        unspent = together(world, payers["allocation"] + carried - spent)
        np.testing.assert_allclose(together(world, payers["outturn"]), unspent, rtol=0, atol=POUNDS)
        forward = payers["carried"] + payers["primary_carried"]
        np.testing.assert_allclose(forward, payers["outturn"], rtol=0, atol=POUNDS)
        # what practices save of a hospital budget and keep is all that reaches them here, CCG by CCG
        kept = np.bincount(world.place["ccg"], world.use["kept"], minlength=len(payers))
        np.testing.assert_allclose(payers["practice_kept"], kept, rtol=0, atol=POUNDS)
        assert pounds(world) == pytest.approx(money + kept.sum(), abs=POUNDS)
        assert (patients(world), doctors(world)) == before
        self.seen["kept"] += int(kept.sum() > 0.0)
        sound(world)


def together(world: World, values: np.ndarray) -> np.ndarray:
    """Sums over the places of each CCG, at its seat; nil elsewhere."""
    return np.bincount(world.ccgs["seat"], weights=values, minlength=len(values))


def patients(world: World) -> float:
    """Registered anywhere."""
    return float(world.lists["total"].sum())


def doctors(world: World) -> int:
    """With a practice, trainees and locums included."""
    return int(np.count_nonzero(world.doctors["practice"] >= 0))


def pounds(world: World) -> float:
    """Of practices and their partners: reserves, this year's drawings, and grants not yet counted as income."""
    money = world.money
    return float(money["reserves"].sum() + money["drawings"].sum() + money["discretionary"].sum())


def sound(world: World) -> None:
    """What always holds: lists are sums of bands; nobody is on the list of an ended practice, or works there."""
    lists, now = world.lists, working(world)
    bands = sum(lists[band] for band in BANDS)
    np.testing.assert_allclose(lists["total"], bands, rtol=0, atol=PATIENTS)
    assert all(np.all(lists[band] >= 0.0) for band in BANDS)
    assert not lists["total"][~now].any()
    at_work = world.doctors["practice"] >= 0
    assert now[world.doctors["practice"][at_work]].all()
    ids = world.doctors["id"][at_work]
    assert np.all(ids != 0) and len(np.unique(ids)) == len(ids)


def passes(ccgs: tuple[str, ...], regime: str, years: int, seed: int, levers: tuple[Lever, ...]) -> Counter[str]:
    """A whole run with every check; returns what was seen."""
    ledger = Ledger()
    world, timeline = begin(ccgs, regime, years, seed, levers=levers)
    ledger.fund = lambda year: timeline.year(year).of(SupportFund).per_patient
    sound(world)
    run_years(world, timeline, seed, years, ledger.phases())
    return ledger.seen


def test_every_phase_is_checked() -> None:
    """A phase that is renamed must not slip out of its check."""
    names = {phase.__name__ for phase in PHASES}
    assert {"demand", "workforce", "funding", "commissioning", "practice_life", "hospital"} <= names


@pytest.mark.parametrize("regime", shipped_regimes())
def test_patients_doctors_and_pounds_are_conserved(regime: str) -> None:
    seen = passes(FEW, regime, 10, 7, ())
    assert seen["joined"] > 0
    assert (seen["kept"] > 0) == (regime in ("fundholding", "pct"))


def test_they_are_conserved_while_most_practices_end() -> None:
    """And while there is all of it to see: dispersals, mergers, new practices, grants."""
    seen: Counter[str] = Counter()
    for regime in ("area_team_only", "delegated", "no_commissioner"):
        one = passes(FEW, regime, 12, 9, HARD_TIMES)
        assert one["dispersed"] + one["merged"] > 15
        seen += one
    assert min(seen[kind] for kind in ("dispersed", "merged", "opened", "grants")) > 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ccgs=st.sampled_from([CORBY, HUDDERSFIELD, ("10M", "10N")]),
    regime=st.sampled_from(shipped_regimes()),
    seed=st.integers(1, 4),
    price=st.floats(-0.8, 0.5),
    leaving=st.floats(-5.0, 0.0),
    hand_back=st.floats(-8.0, 2.0),
    year=st.integers(2014, 2018),
)
def test_they_are_conserved_whatever_happens(
    ccgs: tuple[str, ...], regime: str, seed: int, price: float, leaving: float, hand_back: float, year: int
) -> None:
    shocks = (
        step("global_sum.price", year, by=price),
        step("leaving.base", year, to_value=leaving),
        step("choice.hand_back", year, to_value=hand_back),
    )
    passes(ccgs, regime, 8, seed, shocks)
