"""Trusts: the patients who reach them, their beds, and what they cost.

A trust's income is what CCGs pay it (`sim.commissioning.settlements`), `trusts.other_income` (specialised care,
teaching, patients outside the modelled flows) and dated national `trusts.support`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.tariff import AE, ELECTIVE, EMERGENCY, REFERRALS, value
from sim.kernel import maker, rule
from sim.parameters import Params
from sim.rules.demand import START_YEAR, grown
from sim.world.luck import decision, normal
from sim.world.world import World

COST_CHANCE = decision("settlements.cost_chance")

DAYS = 365.0
MOST_MODELLED = 0.9
"""Largest share of a trust's income and bed days at the start that modelled flows may explain; each has others."""
MOST_OCCUPIED = 1.1
"""Beds cannot hold more: a bound."""


class TrustCost(NamedTuple):
    """How trusts' other income, costs, stays and beds move."""

    other_growth: float
    unit_growth: float
    variable: float
    stay_emergency: float
    stay_elective: float
    stay_fall: float
    stay_fall_fade: float
    bed: float
    reopen: float
    reopen_above: float
    chance: float
    support: float


@rule
def stay_days(trusts, t, stay_level, p):
    """Bed days of the modelled flows of trust `t` at England's lengths of stay (PB072 to PB075)."""
    return stay_level * (p.stay_emergency * trusts.emergency[t] + p.stay_elective * trusts.elective[t])


@rule
def stays(years, p):
    """Lengths of stay against those of 2014-15, ratio."""
    return grown(years, -p.stay_fall, p.stay_fall_fade)


@maker
def flow(activity, ccg_trusts, shares, trusts, plans, p_tariff, p, years, chances):
    """Patients reach trusts; beds are cut on the CCGs' plans; occupancy and cost follow.

    activity: (CCGs, 4), see `tariff.AE`. years: since the start. Cost grows with unit cost, with volume (in part), and
    beds opened in haste; a bed closed saves what a bed costs.
    """
    rows, stay_level = len(trusts), stays(years, p)
    before, cut, weight = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    for t in range(rows):
        urgent = p_tariff.emergency * trusts.emergency[t] + p_tariff.ae * trusts.ae[t]
        before[t] = urgent + p_tariff.referral * trusts.referrals[t] + p_tariff.elective * trusts.elective[t]
        trusts.emergency[t] = 0.0
        trusts.ae[t] = 0.0
        trusts.referrals[t] = 0.0
        trusts.elective[t] = 0.0
    for c in range(len(plans)):
        worth = value(activity, c, p_tariff)
        for k in range(ccg_trusts.shape[1]):
            t, share = ccg_trusts[c, k], shares[c, k]
            trusts.ae[t] += share * activity[c, AE]
            trusts.emergency[t] += share * activity[c, EMERGENCY]
            trusts.referrals[t] += share * activity[c, REFERRALS]
            trusts.elective[t] += share * activity[c, ELECTIVE]
            cut[t] += share * worth * plans.beds_cut[c]
            weight[t] += share * worth
    for t in range(rows):
        beds = trusts.beds[t]
        if weight[t] > 0.0:
            trusts.beds[t] *= 1.0 - cut[t] / weight[t]
        days = stay_days(trusts, t, stay_level, p) * trusts.stay_scale[t] + trusts.other_bed_days[t] * stay_level
        if trusts.beds[t] > 0.0:
            crowded = days / (trusts.beds[t] * DAYS) - p.reopen_above
            trusts.beds[t] *= 1.0 + p.reopen * max(0.0, crowded)
            trusts.occupancy[t] = min(MOST_OCCUPIED, days / (trusts.beds[t] * DAYS))
        tariff = before[t] * trusts.price_scale[t]
        grown_tariff = weight[t] * trusts.price_scale[t] - tariff
        volume = grown_tariff + trusts.other_income[t] * (p.other_growth - p_tariff.change)
        whole = tariff + trusts.other_income[t]
        more = p.variable * volume / whole if whole > 0.0 else 0.0
        unit = p.unit_growth + p.chance * normal(chances, trusts.id[t])
        trusts.cost[t] = trusts.cost[t] * (1.0 + unit) * (1.0 + more) + p.bed * (trusts.beds[t] - beds)
        trusts.other_income[t] *= 1.0 + p.other_growth


def costs(world: World, params: Params) -> TrustCost:
    """Costs of trusts in the year; see `prices`."""
    cost = params.of(TrustCost)
    return cost._replace(other_growth=0.0, unit_growth=0.0) if world.year <= START_YEAR else cost


@maker
def begin_trusts(activity, ccg_trusts, shares, trusts, p_tariff, p):
    """Activity, bed days and emergency baseline of each trust at the start; explains beds and stays that it reports."""
    for c in range(activity.shape[0]):
        for k in range(ccg_trusts.shape[1]):
            t, share = ccg_trusts[c, k], shares[c, k]
            trusts.ae[t] += share * activity[c, AE]
            trusts.emergency[t] += share * activity[c, EMERGENCY]
            trusts.referrals[t] += share * activity[c, REFERRALS]
            trusts.elective[t] += share * activity[c, ELECTIVE]
    for t in range(len(trusts)):
        trusts.emergency_baseline[t] = p_tariff.baseline * trusts.emergency[t]
        reported = trusts.beds[t] * DAYS * trusts.occupancy[t]
        modelled = stay_days(trusts, t, 1.0, p)
        trusts.stay_scale[t] = min(1.0, MOST_MODELLED * reported / modelled) if modelled > 0.0 else 1.0
        trusts.other_bed_days[t] = reported - modelled * trusts.stay_scale[t]
        trusts.price_scale[t] = 1.0


@maker
def begin_money(trusts, reported, balances):
    """Splits a trust's reported income into tariff and other; cost is income less the reported balance.

    Called after a settlement at full prices. Where the flows would explain more than the trust earns, its prices are
    scaled down (case mix, market forces).
    """
    for t in range(len(trusts)):
        paid = trusts.income[t] - trusts.other_income[t] - trusts.support[t]
        if paid > MOST_MODELLED * reported[t]:
            trusts.price_scale[t] *= MOST_MODELLED * reported[t] / paid
            paid = MOST_MODELLED * reported[t]
        trusts.other_income[t] = reported[t] - paid
        trusts.income[t] = reported[t]
        trusts.balance[t] = balances[t]
        trusts.cost[t] = reported[t] - balances[t]
