"""The support fund of each CCG's area: where its pounds come from in a year, and where those not granted go.

NHS England adds its fund each year; what practices are not granted of it lapses to the Treasury, as underspends of
central programmes do. Money that one body carried over from its hospital budget stays with it: what is not granted goes
back to the CCG's account. Grants come out of NHS England's fund first, since it would be lost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import kernel, rule


class SupportFund(NamedTuple):
    """Discretionary money for practices in trouble."""

    per_patient: float


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


@kernel
def open_funds(ccg_money, fund):
    """Opens the year's support budgets. fund: (CCGs,) pounds from NHS England."""
    for c in range(len(ccg_money)):
        budget, owed = opened(fund[c], ccg_money.primary_carried[c])
        ccg_money.support_budget[c] = budget
        ccg_money.support_spent[c] = 0.0
        ccg_money.carried[c] += owed


@kernel
def close_funds(ccg_money):
    """Closes them: before = after, with fund + carried + primary_carried = carried + granted + lapsed, CCG by CCG."""
    for c in range(len(ccg_money)):
        carried = ccg_money.primary_carried[c]
        lapsed, back = closed(ccg_money.support_budget[c], ccg_money.support_spent[c], carried)
        ccg_money.support_lapsed[c] = lapsed
        ccg_money.carried[c] += back
        ccg_money.primary_carried[c] = 0.0


@kernel
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
