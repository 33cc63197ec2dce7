"""What practices spend, what partners take, and what stays in the practice (part of phase 5).

income = expenses + drawings + change of reserves, for every practice and year. Partners share what is left: their
drawings may be nil (K005). Where a company holds the contract its profit stands in the place of drawings.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import maker, rule
from sim.rules.curves import exp, tanh
from sim.world.luck import normal
from sim.world.states import CARETAKER, OPEN

LEAST_STAFF_PAY, MOST_STAFF_PAY = 0.7, 1.4
"""Bounds of what a practice pays its recorded staff against national pay; beyond them its other costs differ."""


class StaffCosts(NamedTuple):
    """Pay of those who are employed, pounds a year per FTE, at the pay of 2014-15."""

    salaried: float
    nurse: float
    direct: float
    admin: float
    on_costs: float
    level: float


class PracticeCosts(NamedTuple):
    """Everything else a practice pays for, at the prices of 2014-15."""

    premises_own: float
    drugs: float
    office: float
    indemnity: float
    extra_work: float
    level: float


class Ownership(NamedTuple):
    """What the owners take."""

    pension: float
    reserve_months: float
    reserve_speed: float
    income_spread: float
    income_kept: float
    company_margin: float


@rule
def staff_costs(salaried_fte, nurse_fte, direct_fte, admin_fte, p):
    """Cost in pounds of employed staff at national pay with employer's contributions. Source: PA077, PA181-PA190."""
    pay = p.salaried * salaried_fte + p.nurse * nurse_fte + p.direct * direct_fte + p.admin * admin_fte
    return pay * (1.0 + p.on_costs) * p.level


@rule
def practice_costs(patients, gp_fte, premises, dispensing, extra_income, p):
    """Premises, drugs, office, indemnity, and the cost of doing the work that local money pays for; pounds.

    premises, dispensing: what the practice is reimbursed, pounds. extra_income: pounds paid for work that others could
    have declined. Source: PA079-PA090, PA097-PA099.
    """
    own = (p.premises_own + p.office) * p.level * patients
    return premises + own + p.drugs * dispensing + p.indemnity * gp_fte + p.extra_work * extra_income


@rule
def reserve_target(costs, p):
    """Reserves in pounds that partners want to hold against a year's costs."""
    return p.reserve_months / 12.0 * costs


@rule
def drawings_of(surplus, reserves, target, p):
    """What owners take in pounds, at least nil: the surplus and part of what reserves hold above target, less pension.

    Employer's pension contributions of partners come out of the practice's income, so a pound drawn costs 1 + pension.
    """
    return max(0.0, surplus + p.reserve_speed * (reserves - target)) / (1.0 + p.pension)


@rule
def other_costs(i, place, lists, contract, staff, ccgs, regions, money, p):
    """All costs of practice `i` but its employed staff: running costs and locums at the region's price; pounds."""
    services = max(0.0, money.local_services[i] - contract.local_pay[i] * lists.total[i])
    extra = money.local_scheme[i] + money.reinvested[i] + services
    locums = staff.locum_fte[i] * regions.locum_price[ccgs.region[place.ccg[i]]]
    locums += contract.own_costs[i] * p.level * lists.total[i]
    return locums + practice_costs(lists.total[i], staff.gp_fte[i], money.premises[i], money.dispensing[i], extra, p)


@rule
def employed(i, staff, p):
    """Cost of the employed staff of practice `i` at national pay, pounds."""
    return staff_costs(staff.salaried_fte[i], staff.nurse_fte[i], staff.direct_fte[i], staff.admin_fte[i], p)


@maker
def spend(place, lists, contract, staff, life, ccgs, regions, money, costs, running, ownership):
    """Expenses, drawings and reserves of every practice. Pension contributions of partners are an expense."""
    for i in range(len(life)):
        if life.state[i] != OPEN and life.state[i] != CARETAKER:
            continue
        outlay = contract.staff_pay[i] * employed(i, staff, costs)
        outlay += other_costs(i, place, lists, contract, staff, ccgs, regions, money, running)
        taken = drawings_of(money.income[i] - outlay, money.reserves[i], reserve_target(outlay, ownership), ownership)
        money.drawings[i] = taken
        money.expenses[i] = outlay + ownership.pension * taken
        money.drawings_each[i] = taken / staff.partner_fte[i] if staff.partner_fte[i] > 0.0 else 0.0
        money.reserves[i] += money.income[i] - money.expenses[i] - taken


@maker
def fit_staff_pay(place, lists, contract, staff, life, ccgs, regions, money, costs, running, ownership, stream):
    """At the start: how dear each practice's staff and other costs are, so that partners' incomes spread as in England.

    Recorded staff of 2015 and payments of 2014-15 come from two censuses and do not fit practice by practice: their
    raw difference spreads incomes far beyond what tax records show (PA046-PA049). England's mean is left as the
    accounts give it; the spread is drawn, and part (`income_kept`) of the raw difference is kept.
    """
    n = len(life)
    surplus, wanted, staff_cost = np.zeros(n), np.zeros(n), np.zeros(n)
    total, fte = 0.0, 0.0
    for i in range(n):
        if life.state[i] != OPEN:
            continue
        staff_cost[i] = employed(i, staff, costs)
        rest = other_costs(i, place, lists, contract, staff, ccgs, regions, money, running)
        surplus[i] = money.income[i] - staff_cost[i] - rest
        if staff.partner_fte[i] > 0.0:
            total += surplus[i]
            fte += staff.partner_fte[i]
    mean = total / fte if fte > 0.0 else 0.0
    if mean <= 0.0:
        return
    drawn = 0.0
    for i in range(n):
        if life.state[i] == OPEN and staff.partner_fte[i] > 0.0:
            kept = ownership.income_kept * tanh(surplus[i] / (staff.partner_fte[i] * mean) - 1.0)
            wanted[i] = staff.partner_fte[i] * exp(kept + ownership.income_spread * normal(stream, place.id[i]))
            drawn += wanted[i]
    for i in range(n):
        if life.state[i] != OPEN or lists.total[i] <= 0.0:
            continue
        goal = wanted[i] * total / drawn if staff.partner_fte[i] > 0.0 else ownership.company_margin * money.income[i]
        spare = surplus[i] - goal
        if staff_cost[i] > 0.0:
            contract.staff_pay[i] = min(MOST_STAFF_PAY, max(LEAST_STAFF_PAY, 1.0 + spare / staff_cost[i]))
        spare -= (contract.staff_pay[i] - 1.0) * staff_cost[i]
        contract.own_costs[i] = spare / (running.level * lists.total[i]) if running.level > 0.0 else 0.0


@maker
def start_reserves(place, lists, contract, staff, life, ccgs, regions, money, costs, running, ownership):
    """At the start every practice holds the reserves it aims at."""
    for i in range(len(life)):
        if life.state[i] == OPEN:
            outlay = contract.staff_pay[i] * employed(i, staff, costs)
            outlay += other_costs(i, place, lists, contract, staff, ccgs, regions, money, running)
            money.reserves[i] = reserve_target(outlay, ownership)
