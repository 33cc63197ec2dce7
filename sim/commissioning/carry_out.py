"""What follows from decisions: support, money, notices, closed lists, PMS terms, schemes, services.

Endings and mergers are left on the case; the practice-life phase carries them out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.choice import Costs, Effects
from sim.commissioning.functions import AREA_TEAM, NHS_ENGLAND
from sim.kernel import kernel, rule
from sim.parameters import Params
from sim.world import states as s
from sim.world.luck import Luck, decision, uniform
from sim.world.world import Floats, World

APPEAL = decision("carry_out.appeal")


class SchemeTerms(NamedTuple):
    """What a new local scheme offers and asks."""

    pounds_per_patient: float
    qof_suspended: float
    qof_watched: float
    reporting_hours: float
    effort_hours_per_pound: float
    fit_share: float
    service_shift: float
    skimp_bought: float


class OptIn(NamedTuple):
    """Whether a practice takes part in the local scheme, log-odds; GMS rights stand, nobody is forced."""

    base: float
    pay: float
    trust: float
    workload: float
    medical_committee: float


class SupportFund(NamedTuple):
    """Discretionary money for practices in trouble."""

    per_patient: float


@rule
def optin_chance(pounds, reporting_hours, size, trust, workload, p):
    """Chance that a practice opts in; pay counts as pounds for each hour of reporting, over 100. size: patients.
    trust: in the CCG and goodwill
    towards commissioners, 0 to 1."""
    pay = pounds * size / max(1.0, reporting_hours) / 100.0
    z = (
        p.base
        + p.pay * math.log(1.0 + pay)
        + p.trust * (trust - 0.5)
        - p.workload * (workload - 1.0)
        - p.medical_committee
    )
    return 1.0 / (1.0 + math.exp(-z)) if z > -700.0 else 0.0


@rule
def notice(care, life, ties, i, level, quality, goodwill, hours):
    """A contractual step against a practice: it answers (quality), it works on the answer (hours), and goodwill
    goes."""
    life.sanctioned[i] = max(life.sanctioned[i], level)
    care.support[i] += quality
    care.effort_reporting[i] += hours
    ties.goodwill[i] *= 1.0 - goodwill


@kernel
def carry_out(
    cases,
    n,
    lists,
    contract,
    money,
    care,
    life,
    ties,
    ccg_money,
    schemes,
    plans,
    bodies,
    fit,
    year,
    e,
    k,
    terms,
    stream,
):
    """Applies this year's decisions. Grants come out of the CCG's support budget and nothing else, and share what there
    is; an appeal may undo a notice."""
    asked = np.zeros(len(ccg_money))
    for j in range(n):
        if cases.status[j] == s.DECIDED and cases.action[j] == s.PAYMENT:
            asked[cases.ccg[j]] += k.grant_per_patient * lists.total[cases.practice[j]]
    for j in range(n):
        if cases.status[j] != s.DECIDED:
            continue
        i, c, a = cases.practice[j], cases.ccg[j], cases.action[j]
        half = 0.5 if cases.doubled[j] == 1 else 1.0  # two bodies with conflicting asks undo half of what each does
        heeded = half
        if i >= 0 and cases.body[j] >= 0:  # practices comply as far as they grant the body authority (K075-K077)
            kind = bodies.kind[cases.body[j]]
            national = kind == NHS_ENGLAND or kind == AREA_TEAM
            heeded *= ties.authority_nhse[i] if national else ties.authority_ccg[i]
        if i >= 0 and cases.doubled[j] == 1:
            care.effort_reporting[i] += e.conflicting_hours
        if a >= s.REMEDIAL and a <= s.REMOVAL and uniform(stream, cases.id[j]) < e.appeal:
            cases.action[j] = s.NOTHING
            continue
        if a == s.SUPPORT_TEAM:
            care.support[i] += half * e.support_quality
            life.relief[i] += half * e.support_distress
            ties.goodwill[i] += e.support_goodwill * (1.0 - ties.goodwill[i])
        elif a == s.PAYMENT:
            grant = k.grant_per_patient * lists.total[i]
            if asked[c] > ccg_money.support_budget[c]:
                grant *= ccg_money.support_budget[c] / asked[c]
            ccg_money.support_spent[c] += grant
            money.discretionary[i] += grant
            life.relief[i] += half * e.payment_distress
            ties.goodwill[i] += e.support_goodwill * (1.0 - ties.goodwill[i])
        elif a == s.EDUCATION:
            care.support[i] += heeded * e.education_quality
        elif a == s.REMEDIAL:
            notice(care, life, ties, i, 1.0, heeded * e.remedial_quality, e.remedial_goodwill, e.notice_hours)
        elif a == s.BREACH:
            notice(care, life, ties, i, 2.0, heeded * e.breach_quality, e.breach_goodwill, e.notice_hours)
        elif a == s.SANCTION:
            notice(care, life, ties, i, 3.0, heeded * e.sanction_quality, e.sanction_goodwill, e.notice_hours)
            life.relief[i] -= e.sanction_distress
        elif a == s.REFUSE:
            if i >= 0:
                ties.goodwill[i] *= 1.0 - e.refusal_goodwill
                life.merger_wish[i] = -1
        elif a == s.APPROVE:
            if cases.kind[j] == s.LIST_CLOSURE:
                lists.open[i] = 0
                lists.closed_until[i] = year + 1
        elif a == s.PMS_TAPER:
            contract.premium_left[i] = 0.75
            ties.goodwill[i] *= 1.0 - e.refusal_goodwill
        elif a == s.GMS_REVERT:
            contract.premium_left[i] = 0.75
            contract.kind[i] = s.GMS
            ties.goodwill[i] *= 1.0 - e.refusal_goodwill
        elif a == s.START_SCHEME:
            schemes.active[c] = 1
            schemes.pounds[c] = terms.pounds_per_patient
            schemes.qof_suspended[c] = terms.qof_suspended
            schemes.qof_watched[c] = 1 if terms.qof_watched >= 0.5 else 0
            schemes.reporting[c] = terms.reporting_hours
            schemes.fit[c] = terms.fit_share * fit[c]
            schemes.since[c] = year
        elif a == s.COMMISSION_SERVICE:
            plans.community_shift[c] += half * terms.service_shift
        elif a == s.MAKE:
            plans.make_community[c] = 1
            plans.community_skimp[c] = 0.0
        elif a == s.BUY:
            # A bought service is skimped as far as the buyer lacks the hours to watch it.
            b = cases.body[j]
            watching = 1.0 - min(1.0, bodies.hours_used[b] / max(1.0, bodies.hours_held[b]))
            plans.make_community[c] = 0
            plans.community_skimp[c] = terms.skimp_bought * (1.0 - watching)


@kernel
def opt_in(place, lists, care, life, ties, schemes, p, terms, stream):
    """Practices join or leave the local scheme for the year, and give it hours; schemes.optin is the share that takes
    part."""
    joined = np.zeros(len(schemes))
    asked = np.zeros(len(schemes))
    for i in range(len(place)):
        care.effort_scheme[i] = 0.0
        ties.opted_in[i] = 0
        if life.state[i] == s.UNUSED or life.state[i] > s.CARETAKER:
            continue
        c = place.ccg[i]
        if schemes.active[c] == 0:
            continue
        asked[c] += 1.0
        chance = optin_chance(
            schemes.pounds[c],
            schemes.reporting[c],
            lists.total[i],
            0.5 * (ties.trust_ccg[i] + ties.goodwill[i]),
            care.workload[i],
            p,
        )
        if uniform(stream, place.id[i]) < chance:
            ties.opted_in[i] = 1
            joined[c] += 1.0
            care.effort_scheme[i] = terms.effort_hours_per_pound * schemes.pounds[c] * lists.total[i] / 1000.0
            care.effort_reporting[i] += schemes.reporting[c]
    for c in range(len(schemes)):
        schemes.optin[c] = joined[c] / asked[c] if asked[c] > 0.0 else 0.0


def decisions_take_effect(world: World, n: int, fit: Floats, params: Params, luck: Luck) -> None:
    """Carries the year's decisions out."""
    carry_out(
        world.cases, n, world.lists, world.contract, world.money, world.care, world.life, world.ties, world.ccg_money,
        world.schemes, world.plans, world.bodies, fit, world.year, params.of(Effects), params.of(Costs),
        params.of(SchemeTerms),
        luck.stream(APPEAL),
    )  # fmt: skip
