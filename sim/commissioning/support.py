"""The support fund of each CCG's area: where its pounds come from in a year, and where those not granted go.

NHS England adds its fund each year; what practices are not granted of it lapses to the Treasury, as underspends of
central programmes do. Money that one body carried over from its hospital budget stays with it: what is not granted goes
back to the CCG's account. Grants come out of NHS England's fund first, since it would be lost.
"""

from __future__ import annotations

from typing import NamedTuple

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
def open_funds(ccg_money, accounts, fund):
    """Opens the year's support budgets. fund: (CCGs,) pounds from NHS England."""
    for c in range(len(ccg_money)):
        budget, owed = opened(fund[c], accounts.primary_carried[c])
        ccg_money.support_budget[c] = budget
        ccg_money.support_spent[c] = 0.0
        accounts.carried[c] += owed


@kernel
def close_funds(ccg_money, accounts):
    """Closes them: before = after, with fund + carried + primary_carried = carried + granted + lapsed, CCG by CCG."""
    for c in range(len(ccg_money)):
        carried = accounts.primary_carried[c]
        lapsed, back = closed(ccg_money.support_budget[c], ccg_money.support_spent[c], carried)
        ccg_money.support_lapsed[c] = lapsed
        accounts.carried[c] += back
        accounts.primary_carried[c] = 0.0
