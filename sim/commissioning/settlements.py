"""Who pays what for hospital care: settlements of trusts with CCGs.

Every pound has two ends: what a trust is paid here is what CCGs spend. `sim.commissioning.trusts` has what becomes of
it there, `sim.commissioning.accounts` where a CCG has it from.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.tariff import EMERGENCY, value
from sim.commissioning.trusts import begin_money, begin_trusts
from sim.kernel import maker, rule
from sim.rules import origins
from sim.rules.chances import logistic


class Settlement(NamedTuple):
    """What a trust and a CCG bargain about, and who has their way."""

    base: float
    per_trust_share: float
    per_ccg_share: float
    per_cohesion: float
    per_deficit: float
    penalties: float
    block: float


@rule
def trusts_way(trust_share, ccg_share, cohesion, deficit, p):
    """How far a trust has its way with a CCG, 0 to 1.

    trust_share: of the CCG's hospital spending. ccg_share: of the trust's tariff income. cohesion: how far one leads
    for all who buy there, 0 to 1. deficit: last year's, share of income; a trust close to failing is rescued (K058).
    """
    pull = (
        p.base
        + p.per_trust_share * (trust_share - origins.TRUST_SHARE)
        - p.per_ccg_share * (ccg_share - origins.CCG_SHARE)
    )
    pull += p.per_deficit * max(0.0, deficit) - p.per_cohesion * (cohesion - origins.COHESION)
    return logistic(pull)


@rule
def settled(ask, offer, way):
    """What is paid, pounds: between the trust's ask and the CCG's offer. way: how far the trust has its way, 0 to 1."""
    return way * ask + (1.0 - way) * offer


@rule
def offer_of(ask, withheld, overrun, p):
    """A CCG's offer, pounds: the tariff value less the marginal rate, penalties and part of what exceeds its plan."""
    return max(0.0, ask - withheld - p.penalties * ask - p.block * max(0.0, overrun))


@maker
def bargain(activity, plans, ccg_trusts, shares, trusts, accounts, level, p_tariff, p, support):
    """Each trust and CCG settle; writes trusts' income and balance, and the CCGs' hospital spending.

    level: tariff prices against 2014-15. support: share of
    income that the nation adds this year.
    """
    rows = len(trusts)
    income, squares = np.zeros(rows), np.zeros(rows)
    for c in range(len(accounts)):
        worth = value(activity, c, p_tariff)
        for k in range(ccg_trusts.shape[1]):
            income[ccg_trusts[c, k]] += shares[c, k] * worth
    for c in range(len(accounts)):
        worth = value(activity, c, p_tariff)
        for k in range(ccg_trusts.shape[1]):
            t = ccg_trusts[c, k]
            if income[t] > 0.0:
                squares[t] += (shares[c, k] * worth / income[t]) ** 2
    deficit, paid = np.zeros(rows), np.zeros(rows)
    for t in range(rows):
        deficit[t] = -trusts.balance[t] / trusts.income[t] if trusts.income[t] > 0.0 else 0.0
    for c in range(len(accounts)):
        worth = value(activity, c, p_tariff)
        spent = 0.0
        for k in range(ccg_trusts.shape[1]):
            t, share = ccg_trusts[c, k], shares[c, k]
            if share <= 0.0 or income[t] <= 0.0:
                continue
            price = level * trusts.price_scale[t]
            way = trusts_way(share, share * worth / income[t], squares[t], deficit[t], p)
            emergencies = share * activity[c, EMERGENCY]
            all_here = trusts.emergency[t]
            above = max(0.0, 1.0 - trusts.emergency_baseline[t] / all_here) if all_here > 0.0 else 0.0
            withheld = (1.0 - p_tariff.marginal_rate) * above * emergencies * p_tariff.emergency * price
            overrun = share * (activity[c, EMERGENCY] - plans.emergency[c]) * p_tariff.emergency * price
            ask = share * worth * price
            bill = settled(ask, offer_of(ask, withheld, overrun, p), way)
            paid[t] += bill
            spent += bill
        accounts.hospital[c] = spent
    for t in range(rows):
        own = paid[t] + trusts.other_income[t]
        trusts.support[t] = support * own
        trusts.income[t] = own + trusts.support[t]
        trusts.balance[t] = trusts.income[t] - trusts.cost[t]


@maker
def settle(w, activity, ccg_trusts, shares, p_tariff, cost, p):
    """Prices of the year, and what every CCG pays every trust. activity: (CCGs, 4), see `tariff.AE`."""
    w.nation.tariff_level[0] *= 1.0 + p_tariff.change
    level = w.nation.tariff_level[0]
    bargain(activity, w.plans, ccg_trusts, shares, w.trusts, w.accounts, level, p_tariff, p, cost.support)


@maker
def start_settlements(w, activity, ccg_trusts, shares, p_tariff, cost, p):
    """Trusts and what they are paid on 1 April 2014. activity: (CCGs, 4) of the year just ended, as planned."""
    trusts = w.trusts
    reported, balances = np.zeros(len(trusts)), np.zeros(len(trusts))
    for t in range(len(trusts)):
        reported[t], balances[t] = trusts.income[t], trusts.balance[t]
        trusts.elective[t] = 0.0
    w.nation.tariff_level[0] = 1.0
    begin_trusts(activity, ccg_trusts, shares, trusts, p_tariff, cost)
    for c in range(len(w.plans)):
        w.plans.emergency[c] = activity[c, EMERGENCY]
    for _ in range(2):
        for t in range(len(trusts)):
            trusts.income[t], trusts.balance[t] = reported[t], balances[t]
        bargain(activity, w.plans, ccg_trusts, shares, trusts, w.accounts, 1.0, p_tariff, p, 0.0)
        begin_money(trusts, reported, balances)
