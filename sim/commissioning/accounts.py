"""The CCGs' accounts: a year's money, what it is spent on, and what is carried over.

A CCG's allocation and what it carried over is spent on hospitals, community and other care, its local scheme, and what
practices that hold part of the hospital budget keep of it; the rest is its `outturn`, which is carried into the next
year in full: all of `carried` and `primary_carried` together.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.commissioning.functions import HOSPITAL, PRIMARY_MEDICAL
from sim.commissioning.regime_tables import RegimeTables
from sim.kernel import maker, rule
from sim.parameters import Params
from sim.rules.demand import START_YEAR
from sim.world.luck import decision, normal
from sim.world.states import CARETAKER, OPEN
from sim.world.world import Rows, World

TARGET_GAP = decision("settlements.target_gap")
SURPLUS = decision("settlements.surplus")


class Allocation(NamedTuple):
    """CCGs' money: growth, pace of change, and how spending answers to it."""

    per_head: float
    growth: float
    pace: float
    care_growth: float
    community_share: float
    hospital_share: float
    gap_spread: float
    target_surplus: float
    start_surplus: float
    surplus_spread: float
    surplus_per_gap: float
    answer: float
    slow_made: float
    pooled_share: float


@rule
def allocation_growth(growth, population_growth, england_growth, target_gap, p):
    """Growth of a CCG's allocation, ratio: the nation's, its people's, and a step to its target (PB165 to PB170)."""
    return (1.0 + growth) * (1.0 + population_growth) / (1.0 + england_growth) * (1.0 - p.pace * target_gap)


@rule
def cash_answer(overrun, excess, p):
    """Change of next year's money for general practice, pounds, where one body holds it pooled with hospital money.

    overrun: hospital spending above plan, pounds; excess: outturn above the surplus it must hold (negative: short).
    """
    if excess < 0.0:
        return -p.pooled_share * min(max(0.0, overrun), -excess)
    return p.pooled_share * excess


@maker
def account(accounts, ccg_money, plans, patients, expected, held_by_one, england_growth, p):
    """A CCG's year: allocation, spending that answers to the money there is, outturn, and what is carried over.

    patients: registered with its practices now. Services out of hospital cost what is contracted; community nursing
    that is made in the area's own body follows money more slowly than what is bought.

    expected: hospital spending that its plan led it to expect, pounds.
    held_by_one: 1 where one body holds hospital and primary medical money and may move it.
    """
    for c in range(len(accounts)):
        population = patients[c] / accounts.population[c] - 1.0 if accounts.population[c] > 0.0 else 0.0
        ratio = allocation_growth(p.growth, population, england_growth, accounts.target_gap[c], p)
        accounts.allocation[c] *= ratio
        accounts.target_gap[c] *= 1.0 - p.pace
        accounts.population[c] = patients[c]
        services = plans.community_shift[c] * accounts.hospital[c]
        community = (accounts.community[c] - accounts.services[c]) * (1.0 + p.care_growth)
        other = accounts.other_care[c] * (1.0 + p.care_growth)
        available = accounts.allocation[c] * (1.0 - p.target_surplus) + accounts.carried[c]
        practices = accounts.practice_kept[c] + accounts.practice_admin[c]
        spare = available - expected[c] - community - services - other - ccg_money.scheme[c] - practices
        answer = p.answer * spare / (community + other) if community + other > 0.0 else 0.0
        slow = 1.0 - p.slow_made * plans.make_community[c]
        accounts.services[c] = services
        accounts.community[c] = services + community * max(0.0, 1.0 + slow * answer)
        accounts.other_care[c] = other * max(0.0, 1.0 + answer)
        spent = accounts.hospital[c] + accounts.community[c] + accounts.other_care[c] + ccg_money.scheme[c]
        spent += practices
        accounts.outturn[c] = accounts.allocation[c] + accounts.carried[c] - spent
        accounts.primary_carried[c] = 0.0
        if held_by_one[c] == 1:
            excess = accounts.outturn[c] - p.target_surplus * accounts.allocation[c]
            overrun = accounts.hospital[c] - expected[c]
            accounts.primary_carried[c] = cash_answer(overrun, excess, p)
        accounts.carried[c] = accounts.outturn[c] - accounts.primary_carried[c]


def allocations(world: World, params: Params) -> Allocation:
    """Money of CCGs in the year; see `prices`."""
    money = params.of(Allocation)
    return money._replace(growth=0.0, care_growth=0.0) if world.year <= START_YEAR else money


@lru_cache(maxsize=64)
def one_holder(regime: RegimeTables) -> Rows:
    """(T,): 1 where one body holds hospital and primary medical money, pooled; else 0."""
    budgets = regime.budgets
    same = (budgets[:, HOSPITAL] == budgets[:, PRIMARY_MEDICAL]) & (budgets[:, HOSPITAL] >= 0)
    return (same & (regime.pooled == 1)).astype(np.int64)


@maker
def patients_by_ccg(w):
    """(CCGs,): registered patients of each CCG's practices, now."""
    patients = np.zeros(len(w.ccgs))
    for i in range(len(w.place)):
        if w.life.state[i] == OPEN or w.life.state[i] == CARETAKER:
            patients[w.place.ccg[i]] += w.lists.total[i]
    return patients


@maker
def close_accounts(w, pooled, price_change, england_growth, p):
    """Accounts of all CCGs; `plans.hospital` is what each expected to spend at trusts, before this year's prices.

    pooled: see `one_holder`.
    """
    expected, held_by_one = np.zeros(len(w.ccgs)), np.zeros(len(w.ccgs), np.int64)
    for c in range(len(w.ccgs)):
        expected[c] = w.plans.hospital[c] * (1.0 + price_change)
        held_by_one[c] = pooled[w.ccgs.table[c]]
    account(w.accounts, w.ccg_money, w.plans, patients_by_ccg(w), expected, held_by_one, england_growth, p)


@maker
def begin_ccgs(accounts, ccgs, patients, p, gap_draws, surplus_draws):
    """Allocations, community and other care of 2014-15, from patients, hospital spending and distance from target."""
    for c in range(len(accounts)):
        gap = p.gap_spread * normal(gap_draws, ccgs.id[c])
        accounts.target_gap[c] = gap
        fair = 0.5 * p.per_head * patients[c] + 0.5 * accounts.hospital[c] / p.hospital_share
        accounts.allocation[c] = fair * (1.0 + gap)
        surplus = p.start_surplus + p.surplus_spread * normal(surplus_draws, ccgs.id[c]) + p.surplus_per_gap * gap
        accounts.community[c] = p.community_share * accounts.allocation[c]
        spent = accounts.hospital[c] + accounts.community[c]
        accounts.outturn[c] = surplus * accounts.allocation[c]
        accounts.carried[c] = accounts.outturn[c]
        accounts.other_care[c] = max(0.0, accounts.allocation[c] - spent)
        accounts.population[c] = patients[c]
