"""Hospital (phase 8): A&E, emergencies, referrals and electives of each practice, and what they mean for trusts.

Levels are those of English practices in 2014-15 per 1,000 registered patients: 324.9 A&E attendances and 88.8 emergency
admissions (HO0060, HO0063, from hospital statistics; national counts over residents are higher: HO0044). What practices
do moves them little: most published effects are small, and several are nothing at all (E019, E053, E056, E062).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning import accounts, plans
from sim.commissioning.accounts import SURPLUS, TARGET_GAP, Allocation, begin_ccgs, close_accounts, patients_by_ccg
from sim.commissioning.ccg_mergers import pool_accounts
from sim.commissioning.plans import Planning, plan, start_plans
from sim.commissioning.settlements import Settlement, settle, start_settlements
from sim.commissioning.tariff import AE, ELECTIVE, EMERGENCY, REFERRALS, Tariff, prices
from sim.commissioning.trusts import COST_CHANCE, TrustCost, costs, flow
from sim.kernel import kernel, maker, rule
from sim.parameters import Params
from sim.rules import origins
from sim.rules.curves import exp
from sim.rules.demand import START_YEAR, Ageing, grown, noise, served
from sim.rules.practice_budgets import PracticeBudgets, keep_savings, offered, take_budgets
from sim.world.luck import Luck, decision, uniform
from sim.world.world import Floats, World

EMERGENCY_CHANCE = decision("hospital.emergency_chance")
AE_CHANCE = decision("hospital.ae_chance")
LASTING_USE = decision("hospital.lasting_use")


class EmergencyUse(NamedTuple):
    """Emergency admissions: yearly rates per patient by age at England's mean deprivation, and what moves them."""

    age_0_4: float
    age_5_64: float
    age_65_74: float
    age_75: float
    per_imd_young: float
    per_imd_old: float
    per_unmet: float
    per_continuity: float
    per_turnover: float
    per_quality: float
    per_km: float
    per_occupancy: float
    growth: float
    growth_fade: float
    chance: float
    lasting: float
    place: float


class AeUse(NamedTuple):
    """A&E attendances of all types: yearly rates per patient by age, and what moves them."""

    age_0_4: float
    age_5_64: float
    age_65_74: float
    age_75: float
    per_imd: float
    per_unmet: float
    per_turnover: float
    per_km: float
    far_km: float
    growth: float
    growth_fade: float
    chance: float


class ReferralUse(NamedTuple):
    """GP referrals by age, and the elective admissions that follow."""

    age_0_4: float
    age_5_64: float
    age_65_74: float
    age_75: float
    per_unmet: float
    elective: float
    growth: float
    growth_fade: float


class Substitution(NamedTuple):
    """What community services do instead of hospitals, where practices have room to receive the work (K007)."""

    full_workload: float
    free_workload: float
    usual_share: float
    moved: float
    moved_per_spend: float
    emergency_per_spend: float
    skimp: float
    made: float


@rule
def by_age(lists, i, rates):
    """Sum of yearly rates per patient over the four bands of row `i`. rates: a group with age_0_4 .. age_75."""
    young = rates.age_0_4 * lists.age_0_4[i] + rates.age_5_64 * lists.age_5_64[i]
    return young + rates.age_65_74 * lists.age_65_74[i] + rates.age_75 * lists.age_75[i]


@rule
def expected_emergencies(age_0_4, age_5_64, age_65_74, age_75, imd, p):
    """Emergency admissions a year that age and deprivation say. Counts in patients, imd a score (PB001 to PB036)."""
    poor = imd - origins.IMD
    young = (p.age_0_4 * age_0_4 + p.age_5_64 * age_5_64) * exp(p.per_imd_young * poor)
    return young + (p.age_65_74 * age_65_74 + p.age_75 * age_75) * exp(p.per_imd_old * poor)


@rule
def emergency_factor(unmet, continuity, turnover, quality, km, occupancy, p):
    """What a practice and its hospital do to emergency admissions, ratio; 1 in England's usual practice of 2014-15.

    unmet, continuity, turnover: shares. quality: sd. km: to its main hospital. occupancy: of it, last year: full
    beds hold admissions back (E074). Sources: E001 to E004, E012, E019, E023, E073.
    """
    care = p.per_unmet * (unmet - origins.UNMET) + p.per_continuity * (continuity - origins.CONTINUITY)
    care += p.per_turnover * (turnover - origins.TURNOVER) + p.per_quality * quality
    return exp(care + p.per_km * (km - origins.HOSPITAL_KM) + p.per_occupancy * (occupancy - origins.OCCUPANCY))


@rule
def ae_factor(imd, unmet, turnover, km, p):
    """What deprivation, practice and distance do to A&E attendances, ratio (E005 to E011, E075, PB045 to PB054)."""
    near = min(km, p.far_km) - origins.HOSPITAL_KM
    pull = p.per_imd * (imd - origins.IMD) + p.per_unmet * (unmet - origins.UNMET)
    return exp(pull + p.per_turnover * (turnover - origins.TURNOVER) + p.per_km * near)


@rule
def room(facilities, workload, p):
    """Room of a practice for work moved out of hospital, 0 to 1: premises, and people who are not full (K007)."""
    free = (p.full_workload - workload) / (p.full_workload - p.free_workload)
    return facilities * min(1.0, max(0.0, free))


@rule
def community_growth(community, allocation, skimp, made, p):
    """Log of community spending against its usual share of the allocation, less what is skimped where it is bought.

    made: 1 where it is made in the area's own body: no contract to make and watch, but overheads of its own.
    """
    if community <= 0.0 or allocation <= 0.0:
        return 0.0
    return math.log(community / (p.usual_share * allocation)) - p.skimp * skimp + p.made * made


@maker
def growth_by_ccg(accounts, plans_of, p):
    """`community_growth` of every CCG, (CCGs,)."""
    growth = np.zeros(len(accounts))
    for c in range(len(accounts)):
        growth[c] = community_growth(
            accounts.community[c], accounts.allocation[c], plans_of.community_skimp[c], plans_of.make_community[c], p
        )
    return growth


@rule
def spread(chance, count):
    """Standard deviation of a yearly count relative to its mean: its own chance, and that of small numbers."""
    return math.sqrt(chance * chance + 1.0 / max(count, 4.0))


@maker
def use_urgent_care(
    life, place, lists, staff, care, use, ccgs, accounts, plans_of, trusts, levels, p, p_ae, p_sub, keys
):  # fmt: skip
    """A&E attendances and emergency admissions of each practice. levels: growth of (emergency, A&E); keys: streams."""
    growth = growth_by_ccg(accounts, plans_of, p_sub)
    for i in range(len(life)):
        if not served(life.state[i]):
            use.emergency[i] = 0.0
            use.ae[i] = 0.0
            continue
        c = place.ccg[i]
        unmet, turnover, km = care.unmet[i], staff.turnover[i], place.trust_km[i]
        occupancy = trusts.occupancy[place.trust[i]]
        due = expected_emergencies(
            lists.age_0_4[i], lists.age_5_64[i], lists.age_65_74[i], lists.age_75[i], place.imd[i], p
        )
        due *= emergency_factor(unmet, care.continuity[i], turnover, care.quality_true[i], km, occupancy, p)
        due *= exp(-p_sub.emergency_per_spend * growth[c] * room(care.facilities[i], care.workload[i], p_sub))
        due *= ccgs.emergency_index[c] * use.luck[i] * levels[0]
        use.emergency[i] = max(0.0, due * (1.0 + noise(uniform(keys[0], place.id[i]), spread(p.chance, due))))
        due = by_age(lists, i, p_ae) * ae_factor(place.imd[i], unmet, turnover, km, p_ae) * use.luck[i] * levels[1]
        use.ae[i] = max(0.0, due * (1.0 + noise(uniform(keys[1], place.id[i]), spread(p_ae.chance, due))))


@maker
def refer(life, place, lists, care, use, accounts, plans_of, level, p, p_sub, p_budget):
    """GP referrals of each practice: some are dealt with out of hospital, some lead to elective admission.

    A practice that holds the budget for them holds some back, and does part of that work itself.
    """
    growth = growth_by_ccg(accounts, plans_of, p_sub)
    for i in range(len(life)):
        if not served(life.state[i]):
            use.referrals[i] = 0.0
            use.elective[i] = 0.0
            use.community[i] = 0.0
            use.usual_referrals[i] = 0.0
            continue
        use.usual_referrals[i] = by_age(lists, i, p) * level
        due = by_age(lists, i, p) * exp(p.per_unmet * (care.unmet[i] - origins.UNMET)) * level
        moved = p_sub.moved + p_sub.moved_per_spend * growth[place.ccg[i]]
        moved *= room(care.facilities[i], care.workload[i], p_sub)
        use.community[i] = due * min(0.9, max(0.0, moved))
        sent = due - use.community[i]
        use.referrals[i] = sent * (1.0 - use.held_back[i])
        use.community[i] += p_budget.in_house * use.held_back[i] * sent
        use.elective[i] = p.elective * use.referrals[i]


@maker
def sum_by_ccg(life, place, use, activity):
    """Adds up the use of each CCG's practices: columns AE, EMERGENCY, REFERRALS, ELECTIVE of `activity`."""
    activity[:, :] = 0.0
    for i in range(len(life)):
        if served(life.state[i]):
            c = place.ccg[i]
            activity[c, AE] += use.ae[i]
            activity[c, EMERGENCY] += use.emergency[i]
            activity[c, REFERRALS] += use.referrals[i]
            activity[c, ELECTIVE] += use.elective[i]


@kernel
def lasting_use(w, luck, p):
    """Lasting differences of use at the start: by practice, and by place beyond what age and deprivation say.

    Until now `ccgs.emergency_index` holds avoidable admissions of each CCG against the mean, as published: not adjusted
    for age or deprivation.
    """
    lists, place, ccgs, draws = w.lists, w.place, w.ccgs, luck.stream(LASTING_USE)
    expected, patients, england, everyone = np.zeros(len(ccgs)), np.zeros(len(ccgs)), 0.0, 0.0
    for i in range(len(place)):
        w.use.luck[i] = 1.0 + noise(uniform(draws, place.id[i]), p.lasting)
        if served(w.life.state[i]):
            due = expected_emergencies(
                lists.age_0_4[i], lists.age_5_64[i], lists.age_65_74[i], lists.age_75[i], place.imd[i], p
            )
            expected[place.ccg[i]] += due
            patients[place.ccg[i]] += lists.total[i]
            england += due
            everyone += lists.total[i]
    for c in range(len(ccgs)):
        if patients[c] > 0.0 and ccgs.emergency_index[c] > 0.0:
            says = (expected[c] / patients[c]) / (england / everyone)
            ccgs.emergency_index[c] = math.pow(ccgs.emergency_index[c] / says, p.place)


@kernel
def use_hospitals(w, luck, years, emergency, ae, referral, substitution, budgets, activity):
    """Writes `use` of every practice, and activity by CCG (CCGs, 4): A&E, emergency, referrals, elective.

    years: since the start.
    """
    keys = luck.stream(EMERGENCY_CHANCE), luck.stream(AE_CHANCE)
    levels = grown(years, emergency.growth, emergency.growth_fade), grown(years, ae.growth, ae.growth_fade)
    use_urgent_care(
        w.life, w.place, w.lists, w.staff, w.care, w.use, w.ccgs, w.accounts, w.plans, w.trusts, levels, emergency, ae,
        substitution, keys,
    )  # fmt: skip
    level = grown(years, referral.growth, referral.growth_fade)
    refer(w.life, w.place, w.lists, w.care, w.use, w.accounts, w.plans, level, referral, substitution, budgets)
    sum_by_ccg(w.life, w.place, w.use, activity)


def hospital_use(world: World, params: Params, luck: Luck) -> Floats:
    """Writes `use` of every practice; returns activity by CCG; see `use_hospitals`."""
    of, activity = params.of, np.empty((len(world.ccgs), 4))
    use_hospitals(
        world, luck, float(world.year - START_YEAR), of(EmergencyUse), of(AeUse), of(ReferralUse), of(Substitution),
        of(PracticeBudgets), activity,
    )  # fmt: skip
    return activity


def hospital(world: World, params: Params, luck: Luck) -> None:
    """Patients use hospitals, trusts treat them, bills are settled, accounts closed, plans made."""
    of, net, regime = params.of, world.networks, world.regime
    if offered(regime.practice_budget):
        take_budgets(world, luck, regime.practice_budget, of(PracticeBudgets), of(Tariff))
    settle_year(
        world, luck, float(world.year - START_YEAR), hospital_use(world, params, luck), net.ccg_trusts,
        net.ccg_trust_share, regime.practice_budget, accounts.one_holder(regime),
        plans.seen_by_table(regime, of(Planning)), of(PracticeBudgets), prices(world, params), costs(world, params),
        of(Settlement), of(Ageing).england_growth, accounts.allocations(world, params), of(Planning),
    )  # fmt: skip


@kernel
def settle_year(
    w, luck, years, activity, ccg_trusts, shares, offer, pooled, sees, budgets, tariff, cost, settlement,
    england_growth, allocation, planning,
):  # fmt: skip
    """The money of the phase, once patients have been to hospital. years: since the start; activity: see
    `use_hospitals`; offer: `practice_budgets`; pooled: `accounts.one_holder`; sees: `plans.seen_by_table`."""
    flow(activity, ccg_trusts, shares, w.trusts, w.plans, tariff, cost, years, luck.stream(COST_CHANCE))
    settle(w, activity, ccg_trusts, shares, tariff, cost, settlement)
    if offered(offer):
        keep_savings(w.place, w.money, w.care, w.use, w.ccgs, w.accounts, activity, offer, budgets, tariff)
    close_accounts(w, pooled, tariff.change, england_growth, allocation)
    pool_accounts(w.accounts, w.ccgs.seat)
    plan(w, luck, sees, planning)


def start(world: World, params: Params, luck: Luck) -> None:
    """Use, trusts, money of CCGs and plans of 1 April 2014, such that the first year follows from them."""
    of, net = params.of, world.networks
    lasting_use(world, luck, of(EmergencyUse))
    start_money(
        world, luck, hospital_use(world, params, luck), net.ccg_trusts, net.ccg_trust_share,
        plans.seen_by_table(world.regime, of(Planning)), of(Tariff), of(TrustCost), of(Settlement), of(Allocation),
        of(Planning),
    )  # fmt: skip


@kernel
def start_money(w, luck, activity, ccg_trusts, shares, sees, tariff, cost, settlement, allocation, planning):
    """Money and plans at the start; see `start`."""
    start_settlements(w, activity, ccg_trusts, shares, tariff, cost, settlement)
    begin_ccgs(w.accounts, w.ccgs, patients_by_ccg(w), allocation, luck.stream(TARGET_GAP), luck.stream(SURPLUS))
    start_plans(w, luck, sees, planning)
