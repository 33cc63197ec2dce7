"""Contracts that pass to a provider under APMS or to a caretaker: the code, its surgeries and most staff stay."""

from __future__ import annotations

import math

import numpy as np

from sim.kernel import kernel, rule
from sim.rules.endings import IN_CARE, TAKEN_OVER, release_provider, share_out
from sim.world.luck import decision, uniform
from sim.world.states import APMS, CARETAKER, CORPORATE, NEVER, OPEN

AWARD = decision("practice_life.award")


@rule
def choose_provider(i, place, contract, ccgs, providers, p, stream):
    """Who wins the APMS contract of practice `i`: providers of its CCG or area team, by skill, quality and cost; -1
    if none.
    """
    weights = np.zeros(len(providers))
    total = 0.0
    for j in range(len(providers)):
        unit = ccgs.area_team[place.ccg[i]] if providers.kind[j] == CORPORATE else place.ccg[i]
        if providers.unit[j] == unit:
            bid = (
                p.bid_skill * providers.skill[j]
                + p.bid_quality * providers.quality[j]
                - p.bid_cost * (providers.cost[j] - 1.0)
            )
            weights[j] = math.exp(bid)
            total += weights[j]
    left = uniform(stream, place.id[i]) * total
    for j in range(len(providers)):
        if weights[j] > 0.0 and left < weights[j]:
            return j
        left -= weights[j]
    return -1


@kernel
def take_over(place, lists, contract, money, care, life, ccgs, providers, fate, p, year, award):
    """Hands lists to a provider under APMS, or to a caretaker for some months; surgeries and most staff stay.

    The partners who left share out reserves; the lease passes on, so that no liability falls on them.
    """
    for i in range(len(fate)):
        if fate[i] not in (TAKEN_OVER, IN_CARE):
            continue
        release_provider(i, lists, contract, providers)
        contract.liability[i] = 0.0
        share_out(i, contract, money)
        contract.kind[i] = APMS
        contract.mpig_2013[i] = 0.0
        contract.premium_2013[i] = 0.0
        life.handing_back[i] = 0
        life.merger_wish[i] = -1
        life.sanctioned[i] = 0.0
        j = choose_provider(i, place, contract, ccgs, providers, p, award)
        contract.provider[i] = j
        contract.apms_price[i] = p.apms_price
        if j >= 0:
            contract.apms_price[i] = p.apms_price * providers.cost[j] if providers.cost[j] > 0.0 else p.apms_price
            providers.contracts[j] += 1.0
            providers.patients[j] += lists.total[i]
        if fate[i] == IN_CARE:
            life.state[i] = CARETAKER
            life.months_left[i] = p.caretaker_months
            contract.ends[i] = NEVER
        else:
            life.state[i] = OPEN
            life.months_left[i] = 0.0
            contract.ends[i] = year + int(p.apms_years)
            if j >= 0:
                care.quality_base[i] = providers.quality[j]
