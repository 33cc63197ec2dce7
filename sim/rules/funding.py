"""Funding (phase 5): what each practice is paid, stream by stream, and from which purse.

Every pound has a source: the national contract (global sum, QOF, enhanced services), premium that another practice in
the CCG's area gave up, the CCG's own money, or a grant made last year. `sim.rules.expenses` has what becomes of it.

The published global-sum price includes the correction factor (MPIG) withdrawn so far. Here the price path is *net* of
it, and what is withdrawn comes back by arithmetic: pounds released over the weighted patients who share in it. Nobody
can steer that, and it is not counted twice. A PMS practice shares in it only as its premium goes, because the premium
is defined over the price without it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import kernel, maker, rule
from sim.parameters import Params
from sim.rules.curves import exp
from sim.rules.expenses import Ownership, PracticeCosts, StaffCosts, fit_staff_pay, spend, start_reserves
from sim.world.luck import Luck, decision
from sim.world.states import APMS, CARETAKER, OPEN, PMS
from sim.world.table import clear_row
from sim.world.world import World

INCOME_SPREAD = decision("funding.income_spread")

MPIG_BASE_YEAR = 2013
"""Last year in which the correction factor was paid in full."""


class GlobalSum(NamedTuple):
    """The national price, the correction factor, and what a world smaller than England must be told of the rest."""

    price: float
    out_of_hours: float
    mpig_years: float
    recycled_elsewhere: float
    england_patients: float
    england_weight: float


class PmsPremium(NamedTuple):
    """How the premium of PMS practices tapers, and what becomes of it."""

    taper_step: float
    reinvested: float


class QofPay(NamedTuple):
    """Quality and Outcomes Framework."""

    pounds_per_point: float
    points: float
    average_list: float
    by_need: float
    paid_ratio: float


class Services(NamedTuple):
    """Enhanced and local services."""

    des: float
    des_take_up: float
    des_per_workload: float
    local: float
    over_75: float
    over_75_reach: float


class OtherPay(NamedTuple):
    """Premises, seniority, dispensing, APMS and the rest."""

    premises: float
    seniority: float
    seniority_age: float
    dispensing: float
    apms: float
    other: float


@rule
def working(state):
    """Whether a practice is paid: open, or in the hands of a caretaker."""
    return state == OPEN or state == CARETAKER


@rule
def mpig_released(years_elapsed, mpig_years):
    """Share (0-1) of the correction factor withdrawn `years_elapsed` after 2013-14: all of it by 2020-21."""
    return min(1.0, max(0.0, years_elapsed / mpig_years))


@rule
def correction_factor(base_2013, years_elapsed, mpig_years):
    """Correction factor in pounds a year. base_2013: that of 2013-14. Source: contract of 2013-14; MO0095-MO0098."""
    return base_2013 * (1.0 - mpig_released(years_elapsed, mpig_years))


@rule
def base_price(p):
    """Pounds per weighted patient net of recycled MPIG and of the deduction for those without out-of-hours work."""
    return p.price * (1.0 - p.out_of_hours)


@rule
def shares_in_recycling(premium_left):
    """How far (0-1) a weighted patient gets the recycled MPIG: GMS wholly, PMS as far as the premium has gone."""
    return 1.0 - premium_left


@rule
def qof_pay(recorded, total, weighted, suspended, p):
    """QOF in pounds: points achieved x pounds a point x size against the average practice.

    recorded: share of points achieved (0-1). total, weighted: patients; disease registers follow need in part.
    suspended: share of QOF (0-1) for which a local scheme stands in. Source: MO0177-MO0208.
    """
    size = (1.0 - p.by_need) * total + p.by_need * weighted
    return p.pounds_per_point * p.points * recorded * p.paid_ratio * size / p.average_list * (1.0 - suspended)


@rule
def des_ratio(workload, p):
    """National enhanced services taken on, against those of a practice at a sustainable workload (ratio).

    Practices choose; 58% to 89% took part in the services of 2013-14 (PA393-PA399). workload: ratio, 1 is sustainable.
    """
    return 1.0 / (p.des_take_up + (1.0 - p.des_take_up) * exp(p.des_per_workload * (workload - 1.0)))


@rule
def seniority_pay(partners, mean_age, p):
    """Seniority in pounds a year. partners: heads; mean_age: of its GPs, years. Ends in 2020 (MO0641-MO0644)."""
    return p.seniority * partners * max(0.0, mean_age - p.seniority_age) / max(1.0, 46.0 - p.seniority_age)


@maker
def set_national_price(contract, lists, life, nation, p, year):
    """Weighs England's patients, counts the MPIG withdrawn, and sets this year's price of a weighted patient.

    A world smaller than England is weighed with the rest of it (`england_weight`, `recycled_elsewhere`), by its share.
    """
    years = float(year - MPIG_BASE_YEAR)
    released = mpig_released(years, p.mpig_years)
    patients, weighted, saved, sharing = 0.0, 0.0, 0.0, 0.0
    for i in range(len(life)):
        if not working(life.state[i]):
            continue
        patients += lists.total[i]
        weighted += lists.weighted[i]
        if contract.kind[i] != APMS:
            saved += contract.mpig_2013[i] * released
            sharing += lists.weighted[i] * shares_in_recycling(contract.premium_left[i])
    here = min(1.0, patients / p.england_patients) if p.england_patients > 0.0 else 1.0
    mean_weight = here * (weighted / patients if patients > 0.0 else 1.0) + (1.0 - here) * p.england_weight
    normaliser = 1.0 / mean_weight if mean_weight > 0.0 else 1.0
    recycled_here = saved / (sharing * normaliser) if sharing > 0.0 else 0.0
    recycled = here * recycled_here + (1.0 - here) * p.recycled_elsewhere * released
    nation.normaliser[0] = normaliser
    nation.mpig_saved[0] = saved
    nation.global_sum_price[0] = base_price(p) + recycled


@rule
def clear(money, i):
    """Sets every flow of a practice to nil; reserves stay. A grant to a practice that has ended settles its debts."""
    reserves = money.reserves[i] + money.discretionary[i]
    clear_row(money, i)
    money.reserves[i] = reserves


@rule
def pay_core(money, contract, i, weighted, recycled, years, apms_level, p):
    """Global sum, correction factor and premium, or the APMS price. weighted: normalised weighted patients."""
    money.global_sum[i] = 0.0
    money.mpig[i] = 0.0
    money.premium[i] = 0.0
    money.apms[i] = 0.0
    if contract.kind[i] == APMS:
        money.apms[i] = contract.apms_price[i] * apms_level * weighted
        return
    left = contract.premium_left[i]
    money.global_sum[i] = (base_price(p) + shares_in_recycling(left) * recycled) * weighted
    money.mpig[i] = correction_factor(contract.mpig_2013[i], years, p.mpig_years)
    money.premium[i] = contract.premium_2013[i] * left


@maker
def pay_contracts(place, lists, contract, staff, care, life, ties, schemes, money, nation, p, q, services, rest, year):
    """Pays every stream of national and local contracts but what is decided within the CCG (see `reinvest`)."""
    years = float(year - MPIG_BASE_YEAR)
    recycled = nation.global_sum_price[0] - base_price(p)
    for i in range(len(life)):
        if not working(life.state[i]):
            clear(money, i)
            continue
        c = place.ccg[i]
        patients, weighted = lists.total[i], lists.weighted[i] * nation.normaliser[0]
        pay_core(money, contract, i, weighted, recycled, years, rest.apms, p)
        suspended = schemes.qof_suspended[c] if schemes.active[c] == 1 and ties.opted_in[i] == 1 else 0.0
        money.qof[i] = qof_pay(care.quality_recorded[i], patients, weighted, suspended, q)
        money.des[i] = contract.des_pay[i] * services.des * patients * des_ratio(care.workload[i], services)
        over_75 = services.over_75 * services.over_75_reach
        money.local_services[i] = (contract.local_pay[i] * services.local + over_75) * patients
        money.premises[i] = contract.premises_pay[i] * rest.premises * patients
        money.seniority[i] = seniority_pay(staff.partners[i], staff.mean_age[i], rest)
        money.dispensing[i] = contract.dispensing_pay[i] * rest.dispensing * patients
        money.other[i] = contract.other_pay[i] * rest.other * patients


@rule
def scheme_pay(pounds, patients, by_need, share):
    """Pounds a year of a local scheme. by_need: its weighted patients, scaled so that those who take part have as many
    weighted patients as patients; share: of the pounds that goes by them (K029)."""
    return pounds * ((1.0 - share) * patients + share * by_need)


@maker
def reinvest(place, lists, contract, life, ties, schemes, money, ccg_money, p):
    """Premium given up in a CCG's area pays for its local scheme, then returns to its practices by weighted patients.

    Where the released premium does not cover the scheme, the CCG's own money does (`ccg_money.scheme`). Then adds up
    income, in which a grant made since the last funding counts (its column starts the year's grants from nil), and what
    each CCG's area costs.
    """
    ccgs = len(ccg_money)
    weight, scheme = np.zeros(ccgs), np.zeros(ccgs)
    taking, taking_weighted = np.zeros(ccgs), np.zeros(ccgs)
    for c in range(ccgs):
        ccg_money.premium_pool[c] = 0.0
        ccg_money.primary_medical[c] = 0.0
        ccg_money.local_services[c] = 0.0
    for i in range(len(life)):
        if not working(life.state[i]):
            continue
        c = place.ccg[i]
        weight[c] += lists.weighted[i]
        if contract.kind[i] != APMS:
            ccg_money.premium_pool[c] += contract.premium_2013[i] * (1.0 - contract.premium_left[i]) * p.reinvested
        if schemes.active[c] == 1 and ties.opted_in[i] == 1:
            taking[c] += lists.total[i]
            taking_weighted[c] += lists.weighted[i]
    for i in range(len(life)):
        if not working(life.state[i]):
            continue
        c = place.ccg[i]
        money.local_scheme[i] = 0.0
        if schemes.active[c] == 1 and ties.opted_in[i] == 1:
            mean = taking[c] / taking_weighted[c] if taking_weighted[c] > 0.0 else 1.0
            money.local_scheme[i] = scheme_pay(
                schemes.pounds[c], lists.total[i], mean * lists.weighted[i], schemes.by_need[c]
            )
            scheme[c] += money.local_scheme[i]
    for c in range(ccgs):
        ccg_money.scheme[c] = max(0.0, scheme[c] - ccg_money.premium_pool[c])
    for i in range(len(life)):
        if not working(life.state[i]):
            continue
        c = place.ccg[i]
        left = max(0.0, ccg_money.premium_pool[c] - scheme[c])
        money.reinvested[i] = left * lists.weighted[i] / weight[c] if weight[c] > 0.0 else 0.0
        contracts = (
            money.global_sum[i] + money.mpig[i] + money.premium[i] + money.apms[i] + money.qof[i] + money.des[i]
            + money.local_scheme[i] + money.reinvested[i] + money.premises[i] + money.seniority[i] + money.dispensing[i]
            + money.other[i]
        )  # fmt: skip
        ccg_money.primary_medical[c] += contracts
        ccg_money.local_services[c] += money.local_services[i]
        money.income[i] = contracts + money.local_services[i] + money.discretionary[i]
        money.discretionary[i] = 0.0
    for c in range(ccgs):
        ccg_money.primary_medical[c] -= ccg_money.scheme[c]


@maker
def taper(contract, life, p):
    """After the year's payment, each premium that a review has cut falls by a further step; nil after four years."""
    for i in range(len(life)):
        if working(life.state[i]) and contract.premium_left[i] > 0.0 and contract.premium_left[i] < 1.0:
            contract.premium_left[i] = max(0.0, contract.premium_left[i] - p.taper_step)


@maker
def split_pms_pay(contract, lists, life, nation, p):
    """At the start: turns the whole PMS payment in `premium_2013` into the premium over the base price.

    A PMS practice without a recorded balance gives no information: no premium. One paid less than the base price has
    none either, since it could go back to GMS terms at will (1% of PMS pay in 2014-15).
    """
    for i in range(len(life)):
        premium = 0.0
        if contract.kind[i] == PMS and contract.premium_2013[i] > 0.0 and working(life.state[i]):
            premium = max(0.0, contract.premium_2013[i] - base_price(p) * lists.weighted[i] * nation.normaliser[0])
        contract.premium_2013[i] = premium
        contract.premium_left[i] = 1.0 if premium > 0.0 else 0.0


@maker
def pay(w, year, p, qof, services, rest, premium):
    """Every stream of income, and its sum."""
    set_national_price(w.contract, w.lists, w.life, w.nation, p, year)
    pay_contracts(
        w.place, w.lists, w.contract, w.staff, w.care, w.life, w.ties, w.schemes, w.money, w.nation, p, qof, services,
        rest, year,
    )  # fmt: skip
    reinvest(w.place, w.lists, w.contract, w.life, w.ties, w.schemes, w.money, w.ccg_money, premium)


def funding(world: World, params: Params, luck: Luck) -> None:
    """A year's income, expenses and drawings of every practice. Nothing here is left to chance."""
    of = params.of
    year_of_funding(
        world, world.year, of(GlobalSum), of(QofPay), of(Services), of(OtherPay), of(PmsPremium), of(StaffCosts),
        of(PracticeCosts), of(Ownership),
    )  # fmt: skip


@kernel
def year_of_funding(w, year, p, qof, services, rest, premium, costs, running, ownership):
    """The phase in order."""
    pay(w, year, p, qof, services, rest, premium)
    spend(w.place, w.lists, w.contract, w.staff, w.life, w.ccgs, w.regions, w.money, costs, running, ownership)
    taper(w.contract, w.life, premium)


def start(world: World, params: Params, luck: Luck) -> None:
    """Terms and money of April 2014: premium over the base price, own staff costs, reserves, and a year's flows."""
    of = params.of
    start_funding(
        world, luck, world.year, of(GlobalSum), of(QofPay), of(Services), of(OtherPay), of(PmsPremium), of(StaffCosts),
        of(PracticeCosts), of(Ownership),
    )  # fmt: skip


@kernel
def start_funding(w, luck, year, p, qof, services, rest, premium, costs, running, ownership):
    """The start in order; see `start`."""
    set_national_price(w.contract, w.lists, w.life, w.nation, p, year)
    split_pms_pay(w.contract, w.lists, w.life, w.nation, p)
    pay(w, year, p, qof, services, rest, premium)
    fit_staff_pay(
        w.place, w.lists, w.contract, w.staff, w.life, w.ccgs, w.regions, w.money, costs, running, ownership,
        luck.stream(INCOME_SPREAD),
    )  # fmt: skip
    start_reserves(w.place, w.lists, w.contract, w.staff, w.life, w.ccgs, w.regions, w.money, costs, running, ownership)
    spend(w.place, w.lists, w.contract, w.staff, w.life, w.ccgs, w.regions, w.money, costs, running, ownership)
