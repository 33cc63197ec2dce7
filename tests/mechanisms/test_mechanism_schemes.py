"""Local schemes: variation (K027), consistency (K028), targeting (K029), workload (K030), double burden (K031).

Every inverted rule named in a docstring was tried once in a copy, and its test failed.
"""

from __future__ import annotations

import numpy as np
import pytest
from life_of import living_world
from rivals import of

from sim.commissioning.carry_out import OptIn, SchemeTerms, opt_in
from sim.commissioning.cycle import OPT_IN
from sim.commissioning.functions import AREA_TEAM, FUNCTIONS, INCENTIVE_DESIGN
from sim.commissioning.knowledge import insight
from sim.commissioning.views import view
from sim.rules.access import Appointments, clinical_hours, sustainable
from sim.rules.funding import PmsPremium, QofPay, qof_pay, reinvest
from sim.rules.quality import RecordedQuality, TrueQuality, points_achieved, scheme_gain, unwatched
from sim.world.luck import Luck
from sim.world.states import OPEN
from sim.world.table import Table
from sim.world.world import World


def services_by_ccg(p: OptIn, schemes: int) -> list[float]:
    """Hours for local services a patient in each of three CCGs, of which the first `schemes` have a scheme."""
    world = living_world()
    world.schemes["active"] = np.arange(3) < schemes
    world.schemes["pounds"], world.schemes["reporting"] = 8.0, 40.0
    stream = Luck(1, 2015).stream(OPT_IN)
    opt_in(world.place, world.lists, world.care, world.life, world.ties, world.schemes, p, of(SchemeTerms), stream)
    used, ccg = world.life["state"] == OPEN, np.array(world.place["ccg"])
    return [float(world.care["effort_scheme"][used & (ccg == c)].sum()) for c in range(3)]


def test_mechanism_k027_local_schemes_make_ccgs_differ() -> None:
    """K027. Counter-world: schemes that nobody joins. Inverted: a scheme counts where there is none."""
    one = services_by_ccg(of(OptIn), schemes=1)
    assert one[0] > 0.0
    assert one[1:] == [0.0, 0.0]
    assert services_by_ccg(of(OptIn), schemes=0) == [0.0, 0.0, 0.0]
    assert services_by_ccg(of(OptIn, base=-50.0), schemes=1) == [0.0, 0.0, 0.0]


def narrowing(fit: float, p: TrueQuality) -> float:
    """By how much a scheme that all join brings a practice 1 sd below average nearer to one 1 sd above."""
    return float(scheme_gain(0.7, fit, -1.0, p) - scheme_gain(0.7, fit, 1.0, p))


def test_mechanism_k028_a_scheme_that_fits_makes_care_more_alike() -> None:
    """K028. Counter-worlds: designers who know nothing, and one that speaks to the keen, which reverses it. Inverted:
    the sign of `scheme_gap`."""
    p = of(TrueQuality)
    assert narrowing(0.8, p) > 0.0
    assert narrowing(0.0, p) == 0.0
    assert narrowing(0.8, of(TrueQuality, scheme_gap=-0.3)) < 0.0


def world_of_beliefs(knows: bool) -> World:
    """Area teams that know the quality of each practice, or believe something unrelated to it."""
    world = living_world()
    world.belief_slot[AREA_TEAM] = 0
    world.beliefs = Table("beliefs", len(world.place))
    world.beliefs["quality"] = world.care["quality_true"]
    if not knows:
        world.beliefs["quality"] = np.random.default_rng(5).normal(size=len(world.place))
    return world


def lift_where_needed(knows: bool, p: TrueQuality) -> float:
    """What a scheme adds to practices 1 sd below average, by what its designers know."""
    world = world_of_beliefs(knows)
    fit = np.zeros(3)
    insight(
        world.beliefs, world.place, world.life, world.care, world.ccgs, view(world.regime).may, world.belief_slot,
        INCENTIVE_DESIGN, fit,
    )  # fmt: skip
    return float(np.mean([scheme_gain(0.7, of(SchemeTerms).fit_share * f, -1.0, p) for f in fit]))


def test_mechanism_k029_a_scheme_helps_where_need_is_if_designers_know_where() -> None:
    """K029, the part on what is done. Counter-world: work that changes nothing.
    Inverted: what is believed counts against what is true."""
    assert FUNCTIONS[INCENTIVE_DESIGN] == "incentive_design"
    p = of(TrueQuality)
    assert lift_where_needed(True, p) > 2.0 * lift_where_needed(False, p)
    useless = of(TrueQuality, scheme=0.0)
    assert lift_where_needed(True, useless) == lift_where_needed(False, useless) == 0.0


def scheme_pounds(by_need: float) -> tuple[float, float, float]:
    """Pounds a patient that a scheme brings a practice of much and one of little need, and all pounds together."""
    world = living_world()
    used = world.life["state"] == OPEN
    world.lists["weighted"] = world.lists["total"] * np.where(np.arange(len(world.place)) % 2 == 0, 1.3, 0.8)
    world.schemes["active"], world.schemes["pounds"], world.schemes["by_need"] = 1, 8.0, by_need
    world.ties["opted_in"] = 1
    reinvest(
        world.place, world.lists, world.contract, world.life, world.ties, world.schemes, world.money, world.ccg_money,
        of(PmsPremium),
    )  # fmt: skip
    each = world.money["local_scheme"][used] / world.lists["total"][used]
    needy = np.arange(len(each)) % 2 == 0
    return float(each[needy].mean()), float(each[~needy].mean()), float(world.money["local_scheme"][used].sum())


def test_mechanism_k029_part_of_the_pounds_follows_need() -> None:
    """K029, the part on money. Counter-world: all of it goes by registered patients. Inverted: need counts against."""
    much, little, all_of_it = scheme_pounds(0.5)
    assert much > 8.0 > little
    same, as_much, plain = scheme_pounds(0.0)
    assert same == as_much == pytest.approx(8.0)
    assert all_of_it == pytest.approx(plain)


def workload(effort: float, p: Appointments) -> float:
    """Workload of a practice of 7,000 patients and four GPs whose scheme takes `effort` hours a year."""
    return 38_000.0 / sustainable(clinical_hours(4.0, 0.0, 0.0, effort, p), 1.8, 0.5, p)


def test_mechanism_k030_scheme_hours_raise_workload() -> None:
    """K030. Counter-world: clinicians do none of the paperwork. Inverted: effort adds clinical hours."""
    assert workload(540.0, of(Appointments)) > workload(0.0, of(Appointments)) + 0.02
    clerks = of(Appointments, clinical_effort=0.0)
    assert workload(540.0, clerks) == workload(0.0, clerks)


def scheme_income(pounds: float) -> float:
    """Pounds a year that a scheme brings a practice of 7,000 patients, net of the QOF for which it stands in."""
    share, q = of(SchemeTerms).qof_suspended, of(QofPay)
    return pounds * 7000.0 + qof_pay(0.95, 7000.0, 7000.0, share, q) - qof_pay(0.95, 7000.0, 7000.0, 0.0, q)


def recorded(watched: int) -> float:
    """Share of QOF points still recorded under a scheme that stands in for all of QOF."""
    return float(points_achieved(0.0, 0.0, 0.0, unwatched(1, 1.0, watched), of(RecordedQuality)))


def test_mechanism_k031_a_scheme_beside_a_watched_qof_is_more_work_for_the_same_money() -> None:
    """K031. Counter-worlds: nobody watches and the old work is dropped; or pay is ten times as high. Inverted: what
    is watched is dropped."""
    terms = of(SchemeTerms)
    hours = terms.reporting_hours + terms.effort_hours_per_pound * terms.pounds_per_patient * 7.0
    assert hours > 200.0
    per_hour = scheme_income(terms.pounds_per_patient) / hours
    assert per_hour < 70.0  # less than an hour of a GP costs
    assert recorded(watched=1) == pytest.approx(points_achieved(0.0, 0.0, 0.0, 0.0, of(RecordedQuality)))
    assert recorded(watched=0) < recorded(watched=1)
    assert scheme_income(10.0 * terms.pounds_per_patient) / hours > 10.0 * per_hour
