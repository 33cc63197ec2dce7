"""Practices that hold part of their patients' hospital budget: fundholding, and its indicative successors.

The table of the regime offers it (`PRACTICE_BUDGET`): to practices of some size, for a share of the cost of referrals
and elective admissions, of which they keep what they save. Each year every eligible practice may take a budget or give
it up. A holder sends fewer patients to hospital the more of a saving it keeps. Nothing here reads more of a regime than
that offer, and an offer of nothing leaves everything as it is.

Pounds: trusts are paid the same bill whoever holds the money. `accounts.hospital` is the whole bill for a CCG's
patients; its own hospital money is less by what practices hold. A saving is the budget less the practice's part of the
bill; what is kept of it leaves the CCG's account (`practice_kept`) and reaches the practice as a grant does, in next
year's income. The allowance is spent on running the budget. An overrun falls on the CCG.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.functions import ALLOWANCE, BUDGET_SHARE, SAVING_KEPT, SMALLEST_LIST
from sim.commissioning.tariff import value
from sim.kernel import kernel, maker, rule
from sim.rules.chances import logistic
from sim.rules.demand import served
from sim.world.luck import decision, uniform

TAKING = decision("practice_budgets.taking")
GIVING_UP = decision("practice_budgets.giving_up")


class PracticeBudgets(NamedTuple):
    """Who takes a budget, what a holder does, and what its patients think of it."""

    base: float
    per_saving: float
    per_log_size: float
    per_workload: float
    per_peer: float
    give_up: float
    answer: float
    in_house: float
    content: float
    hours: float


@rule
def held_back(share, saving_kept, p):
    """Share (0-1) of referrals to hospital that a holder does not make.

    share: of their cost that its budget covers, 0 to 1. saving_kept: of what it saves, 0 to 1. Chargeable elective
    admissions of fundholders, who kept all, were 3.3% lower; emergencies were not (E044, E045).
    """
    return share * (1.0 - math.exp(-p.answer * saving_kept))


@rule
def taking_chance(saving, log_size, workload, peers, p):
    """Yearly chance (0-1) that an eligible practice takes a budget.

    saving: that it may expect to keep, pounds per patient a year. log_size: log of its list against the smallest that
    is eligible. workload: ratio, 1 is sustainable. peers: share of its CCG's practices that hold one, 0 to 1.
    """
    z = p.base + p.per_saving * saving + p.per_log_size * log_size - p.per_workload * (workload - 1.0)
    return logistic(z + p.per_peer * peers)


@rule
def less_content(experience, not_done, p):
    """Share of patients with a good experience where a share `not_done` of hospital referrals is not made (E046)."""
    if not_done <= 0.0 or experience <= 0.0 or experience >= 1.0:
        return experience
    return logistic(math.log(experience / (1.0 - experience)) - p.content * not_done)


@rule
def planned_cost(referrals, elective, p_tariff):
    """Referrals and the elective admissions that follow, at the prices of 2014-15, pounds."""
    return p_tariff.referral * referrals + p_tariff.elective * elective


@rule
def give_back(use, i):
    """Practice `i` holds nothing."""
    use.holds[i] = 0
    use.held_back[i] = 0.0
    use.budget_ratio[i] = 0.0


@kernel
def take_budgets(w, luck, offer, p, p_tariff):
    """Each practice takes a budget, keeps it or gives it up. offer: (T, 4), see `PRACTICE_BUDGET`.

    A new holder's budget starts from its own referrals of the year before, against those that its patients' ages say.
    """
    life, place, lists, use, ccgs = w.life, w.place, w.lists, w.use, w.ccgs
    taking, giving_up = luck.stream(TAKING), luck.stream(GIVING_UP)
    holders, practices = np.zeros(len(ccgs)), np.zeros(len(ccgs))
    for i in range(len(life)):
        if served(life.state[i]):
            practices[place.ccg[i]] += 1.0
            holders[place.ccg[i]] += use.holds[i]
    for i in range(len(life)):
        c = place.ccg[i]
        t = ccgs.table[c]
        share, kept, smallest = offer[t, BUDGET_SHARE], offer[t, SAVING_KEPT], offer[t, SMALLEST_LIST]
        use.budget[i] = 0.0
        use.kept[i] = 0.0
        if not served(life.state[i]) or share <= 0.0 or lists.total[i] < smallest or lists.total[i] <= 0.0:
            give_back(use, i)
            continue
        if use.holds[i] == 1 and uniform(giving_up, place.id[i]) < p.give_up:
            give_back(use, i)
        elif use.holds[i] == 0 and use.usual_referrals[i] > 0.0:
            cost = planned_cost(use.referrals[i], use.elective[i], p_tariff) / lists.total[i]
            saving = kept * cost * held_back(share, kept, p)
            log_size = math.log(lists.total[i] / max(smallest, 1000.0))
            chance = taking_chance(saving, log_size, w.care.workload[i], holders[c] / practices[c], p)
            if uniform(taking, place.id[i]) < chance:
                use.holds[i] = 1
                use.budget_ratio[i] = use.referrals[i] / use.usual_referrals[i]
        if use.holds[i] == 1:
            use.held_back[i] = held_back(share, kept, p)


@maker
def keep_savings(place, money, care, use, ccgs, accounts, activity, offer, p, p_tariff):
    """What holders save and keep, and what holding costs: money of the CCG, hours of the practice, patients' content.

    activity: (CCGs, 4) of `hospital_use`. A holder pays its part of the settled bill.
    """
    worth = np.zeros(len(accounts))  # of all hospital care at the prices of 2014-15
    for c in range(len(accounts)):
        worth[c] = value(activity, c, p_tariff)
        accounts.practice_kept[c] = 0.0
        accounts.practice_admin[c] = 0.0
    for i in range(len(place)):
        c = place.ccg[i]
        t = ccgs.table[c]
        if use.holds[i] == 0 or use.referrals[i] <= 0.0 or worth[c] <= 0.0:
            continue
        price = accounts.hospital[c] / worth[c]
        paid = offer[t, BUDGET_SHARE] * price * planned_cost(use.referrals[i], use.elective[i], p_tariff)
        use.budget[i] = paid * use.budget_ratio[i] * use.usual_referrals[i] / use.referrals[i]
        use.kept[i] = offer[t, SAVING_KEPT] * max(0.0, use.budget[i] - paid)
        money.discretionary[i] += use.kept[i]
        accounts.practice_kept[c] += use.kept[i]
        accounts.practice_admin[c] += offer[t, ALLOWANCE] * use.budget[i]
        care.effort_reporting[i] += p.hours
        not_done = use.held_back[i] * (1.0 - p.in_house)
        care.experience[i] = less_content(care.experience[i], not_done, p)


@rule
def offered(offer):
    """Whether any table of the regime offers practices a part of the hospital budget. offer: see `take_budgets`."""
    some = False
    for t in range(offer.shape[0]):
        some = some or offer[t, BUDGET_SHARE] > 0.0
    return some
