"""Who pays what for hospital care: trusts' beds and costs, settlements of trusts with CCGs, and the CCGs' accounts.

Every pound has two ends. A trust's income is what CCGs pay it (`settle`), `trusts.other_income` (specialised care,
teaching, patients outside the modelled flows) and dated national `trusts.support`. A CCG's allocation and what it
carried over is spent on hospitals, community and other care, its local scheme, and what practices that hold part of the
hospital budget keep of it; the rest is its `outturn`, which is
carried into the next year in full: all of `carried` and `primary_carried` together.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.functions import HOSPITAL, PRIMARY_MEDICAL
from sim.kernel import kernel, rule
from sim.parameters import Params
from sim.rules.demand import START_YEAR, Ageing, grown
from sim.world.luck import Luck, decision, normal
from sim.world.states import CARETAKER, OPEN
from sim.world.world import Floats, Rows, World

TARGET_GAP = decision("settlements.target_gap")
COST_CHANCE = decision("settlements.cost_chance")
SURPLUS = decision("settlements.surplus")

AE, EMERGENCY, REFERRALS, ELECTIVE = range(4)
"""Columns of a table of hospital activity by CCG: attendances, admissions, GP referrals, admissions; a year."""
DAYS = 365.0
MOST_MODELLED = 0.9
"""Largest share of a trust's income and bed days at the start that modelled flows may explain; each has others."""
MOST_OCCUPIED = 1.1
"""Beds cannot hold more: a bound."""


class Tariff(NamedTuple):
    """National prices of 2014-15, pounds; yearly change; marginal rate of the year."""

    emergency: float
    ae: float
    referral: float
    elective: float
    change: float
    marginal_rate: float
    baseline: float


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


class Settlement(NamedTuple):
    """What a trust and a CCG bargain about, and who has their way."""

    base: float
    per_trust_share: float
    per_ccg_share: float
    per_cohesion: float
    per_deficit: float
    penalties: float
    block: float


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
def value(activity, c, p):
    """Tariff value of a CCG's activity at the prices of 2014-15, pounds."""
    urgent = p.emergency * activity[c, EMERGENCY] + p.ae * activity[c, AE]
    return urgent + p.referral * activity[c, REFERRALS] + p.elective * activity[c, ELECTIVE]


@rule
def trusts_way(trust_share, ccg_share, cohesion, deficit, p):
    """How far a trust has its way with a CCG, 0 to 1.

    trust_share: of the CCG's hospital spending. ccg_share: of the trust's tariff income. cohesion: how far one leads
    for all who buy there, 0 to 1. deficit: last year's, share of income; a trust close to failing is rescued (K058).
    """
    pull = p.base + p.per_trust_share * (trust_share - 0.5) - p.per_ccg_share * (ccg_share - 0.3)
    pull += p.per_deficit * max(0.0, deficit) - p.per_cohesion * (cohesion - 0.4)
    return 1.0 / (1.0 + math.exp(-pull))


@rule
def settled(ask, offer, way):
    """What is paid, pounds: between the trust's ask and the CCG's offer. way: how far the trust has its way, 0 to 1."""
    return way * ask + (1.0 - way) * offer


@rule
def offer_of(ask, withheld, overrun, p):
    """A CCG's offer, pounds: the tariff value less the marginal rate, penalties and part of what exceeds its plan."""
    return max(0.0, ask - withheld - p.penalties * ask - p.block * max(0.0, overrun))


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


@kernel
def flow(activity, ccg_trusts, shares, trusts, plans, p_tariff, p, stay_level, chances):
    """Patients reach trusts; beds are cut on the CCGs' plans; occupancy and cost follow.

    stay_level: lengths of stay against the start, ratio. Cost grows with unit cost, with volume (in part), and beds
    opened in haste; a bed closed saves what a bed costs.
    """
    rows = len(trusts)
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


@rule
def stay_days(trusts, t, stay_level, p):
    """Bed days of the modelled flows of trust `t` at England's lengths of stay (PB072 to PB075)."""
    return stay_level * (p.stay_emergency * trusts.emergency[t] + p.stay_elective * trusts.elective[t])


@kernel
def bargain(activity, planned, ccg_trusts, shares, trusts, ccg_money, level, p_tariff, p, support):
    """Each trust and CCG settle; writes trusts' income and balance, and the CCGs' hospital spending.

    planned: emergency admissions that each CCG planned for. level: tariff prices against 2014-15. support: share of
    income that the nation adds this year.
    """
    rows = len(trusts)
    income, squares = np.zeros(rows), np.zeros(rows)
    for c in range(len(ccg_money)):
        worth = value(activity, c, p_tariff)
        for k in range(ccg_trusts.shape[1]):
            income[ccg_trusts[c, k]] += shares[c, k] * worth
    for c in range(len(ccg_money)):
        worth = value(activity, c, p_tariff)
        for k in range(ccg_trusts.shape[1]):
            t = ccg_trusts[c, k]
            if income[t] > 0.0:
                squares[t] += (shares[c, k] * worth / income[t]) ** 2
    deficit, paid = np.zeros(rows), np.zeros(rows)
    for t in range(rows):
        deficit[t] = -trusts.balance[t] / trusts.income[t] if trusts.income[t] > 0.0 else 0.0
    for c in range(len(ccg_money)):
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
            overrun = share * (activity[c, EMERGENCY] - planned[c]) * p_tariff.emergency * price
            ask = share * worth * price
            bill = settled(ask, offer_of(ask, withheld, overrun, p), way)
            paid[t] += bill
            spent += bill
        ccg_money.hospital[c] = spent
    for t in range(rows):
        own = paid[t] + trusts.other_income[t]
        trusts.support[t] = support * own
        trusts.income[t] = own + trusts.support[t]
        trusts.balance[t] = trusts.income[t] - trusts.cost[t]


@kernel
def account(ccg_money, plans, schemes, patients, expected, one_holder, england_growth, p):
    """A CCG's year: allocation, spending that answers to the money there is, outturn, and what is carried over.

    patients: registered with its practices now. Services out of hospital cost what is contracted; community nursing
    that is made in the area's own body follows money more slowly than what is bought.

    expected: hospital spending that its plan led it to expect, pounds.
    one_holder: 1 where one body holds hospital and primary medical money and may move it.
    """
    for c in range(len(ccg_money)):
        population = patients[c] / ccg_money.population[c] - 1.0 if ccg_money.population[c] > 0.0 else 0.0
        ratio = allocation_growth(p.growth, population, england_growth, ccg_money.target_gap[c], p)
        ccg_money.allocation[c] *= ratio
        ccg_money.target_gap[c] *= 1.0 - p.pace
        ccg_money.population[c] = patients[c]
        services = plans.community_shift[c] * ccg_money.hospital[c]
        community = (ccg_money.community[c] - ccg_money.services[c]) * (1.0 + p.care_growth)
        other = ccg_money.other_care[c] * (1.0 + p.care_growth)
        available = ccg_money.allocation[c] * (1.0 - p.target_surplus) + ccg_money.carried[c]
        practices = ccg_money.practice_kept[c] + ccg_money.practice_admin[c]
        spare = available - expected[c] - community - services - other - ccg_money.scheme[c] - practices
        answer = p.answer * spare / (community + other) if community + other > 0.0 else 0.0
        slow = 1.0 - p.slow_made * plans.make_community[c]
        ccg_money.services[c] = services
        ccg_money.community[c] = services + community * max(0.0, 1.0 + slow * answer)
        ccg_money.other_care[c] = other * max(0.0, 1.0 + answer)
        spent = ccg_money.hospital[c] + ccg_money.community[c] + ccg_money.other_care[c] + ccg_money.scheme[c]
        spent += practices
        ccg_money.outturn[c] = ccg_money.allocation[c] + ccg_money.carried[c] - spent
        ccg_money.primary_carried[c] = 0.0
        if one_holder[c] == 1:
            excess = ccg_money.outturn[c] - p.target_surplus * ccg_money.allocation[c]
            overrun = ccg_money.hospital[c] - expected[c]
            ccg_money.primary_carried[c] = cash_answer(overrun, excess, p)
        ccg_money.carried[c] = ccg_money.outturn[c] - ccg_money.primary_carried[c]


def prices(world: World, params: Params) -> Tariff:
    """Tariff of the year. The start holds the money of 2014-15 itself: nothing grows in that year."""
    tariff = params.of(Tariff)
    return tariff._replace(change=0.0) if world.year <= START_YEAR else tariff


def costs(world: World, params: Params) -> TrustCost:
    """Costs of trusts in the year; see `prices`."""
    cost = params.of(TrustCost)
    return cost._replace(other_growth=0.0, unit_growth=0.0) if world.year <= START_YEAR else cost


def allocations(world: World, params: Params) -> Allocation:
    """Money of CCGs in the year; see `prices`."""
    money = params.of(Allocation)
    return money._replace(growth=0.0, care_growth=0.0) if world.year <= START_YEAR else money


def one_holder(world: World) -> Rows:
    """1 for each CCG where one body holds hospital and primary medical money, pooled, under the CCG's table; else 0."""
    budgets = world.regime.budgets
    same = (budgets[:, HOSPITAL] == budgets[:, PRIMARY_MEDICAL]) & (budgets[:, HOSPITAL] >= 0)
    return (same & (world.regime.pooled == 1)).astype(np.int64)[world.ccgs["table"]]


def patients_by_ccg(world: World) -> Floats:
    """Registered patients of each CCG's practices, now."""
    served = (world.life["state"] == OPEN) | (world.life["state"] == CARETAKER)
    counted = np.where(served, world.lists["total"], 0.0)
    sums: Floats = np.bincount(world.place["ccg"], weights=counted, minlength=len(world.ccgs)).astype(np.float64)
    return sums


def stay_level(world: World, params: Params) -> float:
    """Lengths of stay against those of 2014-15."""
    cost = params.of(TrustCost)
    return float(grown(float(world.year - START_YEAR), -cost.stay_fall, cost.stay_fall_fade))


def trusts_treat(world: World, params: Params, luck: Luck, activity: Floats) -> None:
    """Patients reach trusts. activity: (CCGs, 4), see `AE`."""
    networks = world.networks
    flow(
        activity, networks.ccg_trusts, networks.ccg_trust_share, world.trusts, world.plans,
        prices(world, params), costs(world, params), stay_level(world, params), luck.stream(COST_CHANCE),
    )  # fmt: skip


def settle(world: World, params: Params, activity: Floats) -> None:
    """Prices of the year, and what every CCG pays every trust."""
    tariff, networks = prices(world, params), world.networks
    world.nation["tariff_level"] *= 1.0 + tariff.change
    level = float(world.nation["tariff_level"][0])
    bargain(
        activity, np.array(world.plans["emergency"]), networks.ccg_trusts, networks.ccg_trust_share, world.trusts,
        world.ccg_money, level, tariff, params.of(Settlement), params.of(TrustCost).support,
    )  # fmt: skip
    use = world.use
    urgent = tariff.emergency * use["emergency"] + tariff.ae * use["ae"]
    use["cost"] = level * (urgent + tariff.referral * use["referrals"] + tariff.elective * use["elective"])


def close_accounts(world: World, params: Params) -> None:
    """Accounts of all CCGs; `plans.hospital` is what each expected to spend at trusts, before this year's prices."""
    expected = world.plans["hospital"] * (1.0 + prices(world, params).change)
    account(
        world.ccg_money, world.plans, world.schemes, patients_by_ccg(world), expected,
        one_holder(world), params.of(Ageing).england_growth, allocations(world, params),
    )  # fmt: skip


@kernel
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


@kernel
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


@kernel
def begin_ccgs(ccg_money, ccgs, patients, p, gap_draws, surplus_draws):
    """Allocations, community and other care of 2014-15, from patients, hospital spending and distance from target."""
    for c in range(len(ccg_money)):
        gap = p.gap_spread * normal(gap_draws, ccgs.id[c])
        ccg_money.target_gap[c] = gap
        fair = 0.5 * p.per_head * patients[c] + 0.5 * ccg_money.hospital[c] / p.hospital_share
        ccg_money.allocation[c] = fair * (1.0 + gap)
        surplus = p.start_surplus + p.surplus_spread * normal(surplus_draws, ccgs.id[c]) + p.surplus_per_gap * gap
        ccg_money.community[c] = p.community_share * ccg_money.allocation[c]
        spent = ccg_money.hospital[c] + ccg_money.community[c]
        ccg_money.outturn[c] = surplus * ccg_money.allocation[c]
        ccg_money.carried[c] = ccg_money.outturn[c]
        ccg_money.other_care[c] = max(0.0, ccg_money.allocation[c] - spent)
        ccg_money.population[c] = patients[c]


def start(world: World, params: Params, luck: Luck, activity: Floats) -> None:
    """Trusts and CCGs' money of 1 April 2014. activity: (CCGs, 4) of the year just ended."""
    networks, trusts, tariff = world.networks, world.trusts, params.of(Tariff)
    reported, balances = np.array(trusts["income"]), np.array(trusts["balance"])
    world.nation["tariff_level"] = 1.0
    trusts["elective"] = 0.0
    begin_trusts(
        activity, networks.ccg_trusts, networks.ccg_trust_share, trusts, tariff, params.of(TrustCost)
    )  # fmt: skip
    planned = np.ascontiguousarray(activity[:, EMERGENCY])
    for _ in range(2):
        trusts["income"], trusts["balance"] = reported, balances
        bargain(
            activity, planned, networks.ccg_trusts, networks.ccg_trust_share, trusts, world.ccg_money, 1.0, tariff,
            params.of(Settlement), 0.0,
        )  # fmt: skip
        begin_money(trusts, reported, balances)
    draws = luck.stream(TARGET_GAP), luck.stream(SURPLUS)
    begin_ccgs(world.ccg_money, world.ccgs, patients_by_ccg(world), params.of(Allocation), *draws)
