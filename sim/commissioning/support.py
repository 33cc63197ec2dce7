"""The support fund of each CCG's area: where its pounds come from in a year, and where those not granted go.

NHS England adds its fund each year; what practices are not granted of it lapses to the Treasury, as underspends of
central programmes do. Money that one body carried over from its hospital budget stays with it: what is not granted goes
back to the CCG's account. Grants come out of NHS England's fund first, since it would be lost. What is left
near the end of the year is offered in lump sums, by letter and not by case (PB272, PB276).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, body_row
from sim.commissioning.functions import DISCRETIONARY_PAYMENTS, PRIMARY_MEDICAL
from sim.kernel import maker, rule
from sim.rules.sorting import bin_order, sort_within
from sim.world import states as s


class SupportFund(NamedTuple):
    """Discretionary money for practices in trouble."""

    per_patient: float
    placed: float


@rule
def opened(fund, carried):
    """A year's support budget, and what falls on the CCG's account, pounds (not above 0).

    fund: from NHS England. carried: from last year's hospital budget, where one body holds both; negative: owed to it.
    What the fund cannot bear of an overrun falls on this year's hospital and community money.
    """
    return max(0.0, fund + carried), min(0.0, fund + carried)


@rule
def closed(budget, spent, carried):
    """What becomes of money not granted, pounds: (lapses to the Treasury, goes back to the CCG)."""
    left = max(0.0, budget - spent)
    back = min(left, max(0.0, carried))
    return left - back, back


@maker
def open_funds(ccg_money, accounts, fund):
    """Opens the year's support budgets. fund: (CCGs,) pounds from NHS England."""
    for c in range(len(ccg_money)):
        budget, owed = opened(fund[c], accounts.primary_carried[c])
        ccg_money.support_budget[c] = budget
        ccg_money.support_spent[c] = 0.0
        accounts.carried[c] += owed


@maker
def close_funds(ccg_money, accounts):
    """Closes them: before = after, with fund + carried + primary_carried = carried + granted + lapsed, CCG by CCG."""
    for c in range(len(ccg_money)):
        carried = accounts.primary_carried[c]
        lapsed, back = closed(ccg_money.support_budget[c], ccg_money.support_spent[c], carried)
        ccg_money.support_lapsed[c] = lapsed
        accounts.carried[c] += back
        accounts.primary_carried[c] = 0.0


@maker
def share_support(ccg_money, seat, asked):
    """Places of a merged CCG have one support fund: each has what it asks of it, or its part of what there is.

    asked: (CCGs,) pounds. What nobody asks for stays where it was. Pounds before = after.
    """
    n = len(ccg_money)
    members = np.zeros(n, np.int64)
    wanted, fund = np.zeros(n), np.zeros(n)
    for c in range(n):
        members[seat[c]] += 1
        wanted[seat[c]] += asked[c]
        fund[seat[c]] += ccg_money.support_budget[c]
    for c in range(n):
        s = seat[c]
        if members[s] == 1 or wanted[s] <= 0.0:
            continue
        if wanted[s] >= fund[s]:
            ccg_money.support_budget[c] = fund[s] * asked[c] / wanted[s]
        else:
            spare = ccg_money.support_budget[c] * (1.0 - wanted[s] / fund[s])
            ccg_money.support_budget[c] = asked[c] + spare


@rule
def payer(v, t, slots, holder):
    """The kind of body that grants support under table `t` outside cases: of those that may, and have a view of
    practices, the one that holds the money (`holder`), else any; -1 for nobody."""
    found = -1
    for kind in range(v.may.shape[2]):
        if v.may[t, DISCRETIONARY_PAYMENTS, kind] == 1 and slots[kind] >= 0 and (found < 0 or kind == holder):
            found = kind
    return found


@rule
def give(i, grant, money, life, ties, e):
    """A grant outside any case: the money, the relief of a payment, and the goodwill of help."""
    money.discretionary[i] += grant
    life.relief[i] += e.payment_distress
    ties.goodwill[i] += e.support_goodwill * (1.0 - ties.goodwill[i])


@maker
def lump_sums(place, lists, money, life, ties, ccgs, ccg_money, bodies, beliefs, slots, v, budgets, scale, p, k,
              e):  # fmt: skip
    """Late in the year part of what is left of each fund goes in lump sums to those believed worst off.

    budgets: (T, budgets), see `RegimeTables`. A practice gets one where whoever pays believes it worse off than most
    (above nil sd), it has had no grant in the year, the money suffices, and the payer has staff. Payments are part of
    standing work and take no hours from cases. Neediest first in each CCG.
    """
    n, stride = len(place), len(bodies) // KINDS
    left, who = np.zeros(len(ccgs)), np.full(len(ccgs), -1, np.int64)
    ease, asking, asks = np.zeros(n), np.zeros(n, np.int64), 0
    for c in range(len(ccgs)):
        who[c] = payer(v, ccgs.table[c], slots, budgets[ccgs.table[c], PRIMARY_MEDICAL])
        left[c] = p.placed * max(0.0, ccg_money.support_budget[c] - ccg_money.support_spent[c])
    for i in range(n):
        c, kind = place.ccg[i], who[place.ccg[i]]
        affordable = k.grant_per_patient * lists.total[i] <= left[c]
        if kind >= 0 and affordable and life.state[i] == s.OPEN and money.discretionary[i] <= 0.0:
            ease[i] = -beliefs.distress[slots[kind] * n + i]
            if ease[i] < 0.0:
                asking[asks], asks = i, asks + 1
    for i in sort_within(bin_order(asking[:asks], place.ccg, len(ccgs)), place.ccg, ease):
        c = place.ccg[i]
        b = body_row(who[c], scale[ccgs.table[c], who[c]], c, ccgs, stride)
        grant = k.grant_per_patient * lists.total[i]
        if grant > left[c] or bodies.hours_held[b] <= 0.0:
            continue
        left[c] -= grant
        ccg_money.support_spent[c] += grant
        give(i, grant, money, life, ties, e)
