"""What follows from decisions: support, money, notices, closed lists, PMS terms, schemes, services.

Endings and mergers are left on the case; the practice-life phase carries them out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS
from sim.commissioning.capacity import executor_of, room_for
from sim.commissioning.functions import AREA_TEAM, CONTRACT_REMOVAL, NHS_ENGLAND
from sim.commissioning.support import share_support
from sim.kernel import maker, rule
from sim.rules.chances import logistic
from sim.rules.curves import log
from sim.world import states as s
from sim.world.luck import decision, uniform

APPEAL = decision("carry_out.appeal")


class SchemeTerms(NamedTuple):
    """What a new local scheme offers and asks."""

    pounds_per_patient: float
    qof_suspended: float
    qof_watched: float
    reporting_hours: float
    effort_hours_per_pound: float
    fit_share: float
    skimp_bought: float
    by_need: float


class OptIn(NamedTuple):
    """Whether a practice takes part in the local scheme, log-odds; GMS rights stand, nobody is forced."""

    base: float
    pay: float
    trust: float
    workload: float
    medical_committee: float


@rule
def optin_chance(pounds, reporting_hours, size, trust, workload, p):
    """Chance that a practice opts in; pay counts as pounds for each hour of reporting, over 100. size: patients.
    trust: in the CCG and goodwill
    towards commissioners, 0 to 1."""
    pay = pounds * size / max(1.0, reporting_hours) / 100.0
    z = p.base + p.pay * log(1.0 + pay) + p.trust * (trust - 0.5) - p.workload * (workload - 1.0) - p.medical_committee
    return logistic(z)


@rule
def notice(care, life, ties, i, level, quality, goodwill, hours):
    """A contractual step against a practice: it answers (quality), it works on the answer (hours), and goodwill
    goes."""
    life.sanctioned[i] = max(life.sanctioned[i], level)
    care.support[i] += quality
    care.effort_reporting[i] += hours
    ties.goodwill[i] *= 1.0 - goodwill


@rule
def grant_asked(cases, j, lists, k):
    """Pounds that a decided case asks of the support budget."""
    granted = cases.status[j] == s.DECIDED and cases.action[j] == s.PAYMENT
    return k.grant_per_patient * lists.total[cases.practice[j]] if granted else 0.0


@rule
def help_practice(i, a, grant, half, heeded, money, care, life, ties, e):
    """Support, money and education. half: 0.5 where two bodies act against each other; heeded: see `authority_of`."""
    if a == s.EDUCATION:
        care.support[i] += heeded * e.education_quality
        return
    if a == s.SUPPORT_TEAM:
        care.support[i] += half * e.support_quality
        life.relief[i] += half * e.support_distress
    else:
        money.discretionary[i] += grant
        life.relief[i] += half * e.payment_distress
    ties.goodwill[i] += e.support_goodwill * (1.0 - ties.goodwill[i])


@rule
def act_against(i, a, heeded, care, life, ties, e):
    """Contractual actions, one step harder than the last."""
    if a == s.REMEDIAL:
        notice(care, life, ties, i, 1.0, heeded * e.remedial_quality, e.remedial_goodwill, e.notice_hours)
    elif a == s.BREACH:
        notice(care, life, ties, i, 2.0, heeded * e.breach_quality, e.breach_goodwill, e.notice_hours)
    elif a == s.SANCTION:
        notice(care, life, ties, i, 3.0, heeded * e.sanction_quality, e.sanction_goodwill, e.notice_hours)
        life.relief[i] -= e.sanction_distress


@rule
def answer_request(i, a, kind, year, lists, contract, life, ties, e):
    """Requests granted or refused, and what becomes of a PMS premium."""
    if a == s.APPROVE:
        if kind == s.LIST_CLOSURE:
            lists.open[i] = 0
            lists.closed_until[i] = year + 1
        return
    lost = e.refusal_goodwill * (e.revert_goodwill if a == s.GMS_REVERT else 1.0)
    ties.goodwill[i] *= max(0.0, 1.0 - lost)
    if a == s.REFUSE:
        if kind == s.MERGER:
            life.merger_wish[i] = -1
        return
    contract.premium_left[i] = 1.0 - e.premium_cut
    if a == s.GMS_REVERT:
        contract.kind[i] = s.GMS


@rule
def change_area(c, a, body, bodies, schemes, plans, fit, terms):
    """What is decided for a whole CCG: its local scheme, and community nursing made or bought."""
    if a == s.START_SCHEME:
        schemes.active[c] = 1
        schemes.pounds[c] = terms.pounds_per_patient
        schemes.qof_suspended[c] = terms.qof_suspended
        schemes.qof_watched[c] = 1 if terms.qof_watched >= 0.5 else 0
        schemes.reporting[c] = terms.reporting_hours
        schemes.by_need[c] = terms.by_need
        schemes.fit[c] = terms.fit_share * fit
    elif a == s.MAKE:
        plans.make_community[c] = 1
        plans.community_skimp[c] = 0.0
    elif a == s.BUY:
        # A bought service is skimped as far as the buyer lacks the hours to watch it.
        watching = 1.0 - min(1.0, bodies.hours_used[body] / max(1.0, bodies.hours_held[body]))
        plans.make_community[c] = 0
        plans.community_skimp[c] = terms.skimp_bought * (1.0 - watching)


@rule
def authority_of(i, body, bodies, ties):
    """Authority that a practice grants the body that decided, 0 to 1: it complies as far (K075-K077)."""
    kind = bodies.kind[body]
    return ties.authority_nhse[i] if kind == NHS_ENGLAND or kind == AREA_TEAM else ties.authority_ccg[i]


@maker
def carry_out(cases, n, lists, contract, money, care, life, ties, ccg_money, schemes, plans, bodies, seat, fit, year, e,
              k, terms, stream):  # fmt: skip
    """Applies this year's decisions. Grants come out of the CCG's support budget and nothing else, and share what there
    is; an appeal may undo a notice."""
    asked = np.zeros(len(ccg_money))
    for j in range(n):
        asked[cases.ccg[j]] += grant_asked(cases, j, lists, k)
    share_support(ccg_money, seat, asked)
    for j in range(n):
        if cases.status[j] != s.DECIDED or cases.body[j] < 0:
            continue
        i, c, a, kind = cases.practice[j], cases.ccg[j], cases.action[j], cases.kind[j]
        if i < 0:
            for other in range(len(seat)):  # all that are one CCG by now
                if seat[other] == seat[c] and not (a == s.START_SCHEME and schemes.active[other] == 1):
                    change_area(other, a, cases.body[j], bodies, schemes, plans, fit[c], terms)
            continue
        half = 0.5 if cases.doubled[j] == 1 else 1.0  # two bodies with conflicting asks undo half of what each does
        if cases.doubled[j] == 1:
            care.effort_reporting[i] += e.conflicting_hours
        heeded = half * authority_of(i, cases.body[j], bodies, ties)
        if a >= s.REMEDIAL and a <= s.REMOVAL and uniform(stream, cases.id[j]) < e.appeal:
            cases.action[j] = s.NOTHING
        elif a == s.SUPPORT_TEAM or a == s.PAYMENT or a == s.EDUCATION:
            grant = grant_asked(cases, j, lists, k)
            if asked[c] > ccg_money.support_budget[c]:
                grant *= ccg_money.support_budget[c] / asked[c]
            ccg_money.support_spent[c] += grant
            help_practice(i, a, grant, half, heeded, money, care, life, ties, e)
        elif a >= s.REMEDIAL and a <= s.SANCTION:
            act_against(i, a, heeded, care, life, ties, e)
        elif a == s.APPROVE or a == s.REFUSE or a == s.PMS_TAPER or a == s.GMS_REVERT:
            answer_request(i, a, kind, year, lists, contract, life, ties, e)


@maker
def wind_up(cases, n, ccgs, bodies, cells, scale, hours):
    """Ends the contracts that are removed. It takes hours of whoever executes removals, or else of the body that
    decided; where they have no room for it this year, the contract goes on."""
    stride = len(bodies) // KINDS
    for j in range(n):
        if cases.status[j] == s.DECIDED and cases.action[j] == s.REMOVAL and cases.body[j] >= 0:
            c = cases.ccg[j]
            executor = executor_of(bodies, cells, scale, ccgs.table[c], CONTRACT_REMOVAL, c, ccgs, stride)
            works = executor if executor >= 0 else cases.body[j]
            if room_for(bodies, works, hours):
                bodies.hours_used[works] += hours
            else:
                cases.action[j] = s.NOTHING


@maker
def opt_in(place, lists, care, life, ties, schemes, p, terms, stream):
    """Practices join or leave the local scheme for the year, and give it hours."""
    for i in range(len(place)):
        care.effort_scheme[i] = 0.0
        ties.opted_in[i] = 0
        if life.state[i] == s.UNUSED or life.state[i] > s.CARETAKER:
            continue
        c = place.ccg[i]
        if schemes.active[c] == 0:
            continue
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
            care.effort_scheme[i] = terms.effort_hours_per_pound * schemes.pounds[c] * lists.total[i] / 1000.0
            care.effort_reporting[i] += schemes.reporting[c]
