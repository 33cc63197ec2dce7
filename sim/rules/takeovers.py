"""Contracts that pass to a provider under APMS or to a caretaker: patients, surgeries and most staff stay.

A contract let to a provider may get a new code: the old one then counts as ended, although nobody has to move.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernel import maker, rule
from sim.rules.endings import IN_CARE, TAKEN_OVER, release_provider, share_out
from sim.rules.sorting import total
from sim.world.luck import decision, uniform
from sim.world.states import APMS, CARETAKER, CORPORATE, NEVER, OPEN

AWARD = decision("practice_life.award")
NEW_CODE = decision("practice_life.new_code")


@rule
def bid_weight(skill, quality, cost, p):
    """Weight of a provider's bid: skill at bidding (0-1), quality (sd) and cost against the mean."""
    return math.exp(p.bid_skill * skill + p.bid_quality * quality - p.bid_cost * (cost - 1.0))


@maker
def sort_bidders(providers, ccgs, p):
    """Who bids where, as compressed sparse rows: (start, provider, weight of the bid).

    Row c is CCG c; after the CCGs stand the area teams, where corporate providers work.
    """
    n, units = len(ccgs), 0
    for j in range(len(providers)):
        units = max(units, providers.unit[j] + 1)
    for c in range(n):
        units = max(units, ccgs.area_team[c] + 1)
    start = np.zeros(n + units + 1, np.int64)
    for j in range(len(providers)):
        unit = providers.unit[j] + (n if providers.kind[j] == CORPORATE else 0)
        start[unit + 1] += 1
    for unit in range(len(start) - 1):
        start[unit + 1] += start[unit]
    filled = start.copy()
    provider, weight = np.zeros(len(providers), np.int64), np.zeros(len(providers))
    for j in range(len(providers)):
        unit = providers.unit[j] + (n if providers.kind[j] == CORPORATE else 0)
        provider[filled[unit]] = j
        weight[filled[unit]] = bid_weight(providers.skill[j], providers.quality[j], providers.cost[j], p)
        filled[unit] += 1
    return start, provider, weight


@rule
def choose_provider(ccg, team, draw, start, provider, weight):
    """Who wins an APMS contract in a CCG of an area team (row): those who bid in either, by weight; -1 if none.

    draw: standard uniform; start, provider, weight: see `sort_bidders`.
    """
    left = draw * (total(weight[start[ccg] : start[ccg + 1]]) + total(weight[start[team] : start[team + 1]]))
    for unit in (ccg, team):
        for k in range(start[unit], start[unit + 1]):
            if left < weight[k]:
                return provider[k]
            left -= weight[k]
    return -1


@rule
def change_code(i, kind, life, year):
    """The list goes on under a new code; that of a contract of this `kind` has ended."""
    life.let_anew[i] = year
    life.let_from[i] = kind
    life.opened[i] = year


@maker
def take_over(place, contract, money, care, life, ccgs, providers, fate, winner, p, year, award, new_code):
    """Hands lists to a provider under APMS, or to a caretaker for some months; surgeries and most staff stay.

    winner: (practices,) provider that won the contract; a caretaker is found without a contest. The partners who left
    share out reserves; the lease passes on, so that no liability falls on them.
    """
    start, provider, weight = sort_bidders(providers, ccgs, p)
    for i in range(len(fate)):
        if fate[i] != TAKEN_OVER and fate[i] != IN_CARE:
            continue
        release_provider(i, contract, providers)
        contract.liability[i] = 0.0
        share_out(i, contract, money)
        kind = contract.kind[i]
        contract.kind[i] = APMS
        contract.mpig_2013[i] = 0.0
        contract.premium_2013[i] = 0.0
        life.handing_back[i] = 0
        life.merger_wish[i] = -1
        life.sanctioned[i] = 0.0
        c, j = place.ccg[i], winner[i]
        if fate[i] == IN_CARE:
            draw = uniform(award, place.id[i])
            j = choose_provider(c, len(ccgs) + ccgs.area_team[c], draw, start, provider, weight)
        contract.provider[i] = j
        contract.apms_price[i] = p.apms_price
        if j >= 0:
            contract.apms_price[i] = p.apms_price * providers.cost[j] if providers.cost[j] > 0.0 else p.apms_price
            providers.contracts[j] += 1.0
        if fate[i] == IN_CARE:
            life.state[i] = CARETAKER
            life.months_left[i] = p.caretaker_months
            contract.ends[i] = NEVER
        else:
            life.state[i] = OPEN
            life.months_left[i] = 0.0
            contract.ends[i] = year + int(p.apms_years)
            if uniform(new_code, place.id[i]) < p.new_code:
                change_code(i, kind, life, year)
            if j >= 0:
                care.quality_base[i] = providers.quality[j]
