"""Utilities: what each action is worth to a commissioner, against doing nothing or what is now.

What it is expected to change, less money, hours and goodwill. The pull of interests is added elsewhere (`choice`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.cases import BESIDES, answers
from sim.kernel import maker, rule
from sim.rules.curves import log
from sim.world import states as s

IMPOSSIBLE = -1e9


class Weights(NamedTuple):
    """What counts to a commissioner, in points of utility; the scale of the draws is 1."""

    improvement: float
    money: float
    hours: float
    goodwill: float
    own_members: float
    hospital_saving: float
    merger_base: float
    merger_relief: float
    merger_choice: float
    closure_base: float
    closure_relief: float
    keep_practice: float
    viable_list: float
    premium: float
    scheme: float
    service: float
    new_practice: float
    make_community: float
    investigation: float
    recused_input: float
    contract_term: float
    service_need: float
    service_deficit: float


class Effects(NamedTuple):
    """What each action changes in the practice, in sd of quality or distress (positive is better), as commissioners
    expect it and as it comes."""

    support_quality: float
    support_distress: float
    payment_distress: float
    education_quality: float
    remedial_quality: float
    breach_quality: float
    sanction_quality: float
    removal_quality: float
    sanction_distress: float
    support_goodwill: float
    remedial_goodwill: float
    breach_goodwill: float
    sanction_goodwill: float
    removal_goodwill: float
    refusal_goodwill: float
    revert_goodwill: float
    premium_cut: float
    notice_hours: float
    conflicting_hours: float
    appeal: float


class Costs(NamedTuple):
    """What actions cost in money and staff hours beyond looking at the case."""

    grant_per_patient: float
    support_hours: float
    notice_hours: float
    remedial_share: float
    removal_hours: float
    procurement_hours: float
    education_hours: float


class Matter(NamedTuple):
    """What counts about a case to one of the bodies that decide it."""

    kind: int
    """See `states.CASE_KINDS`."""
    need: float
    """Distress, shortfall of quality or relief that a request would bring, sd, as the body believes."""
    severity: float
    """What the case says of itself, sd; in a review of a PMS premium, pounds per patient over 10; about a service for a
    whole CCG, emergency admissions that it plans for, per patient against other CCGs, less 1."""
    quality: float
    """Of the practice, sd, as the body believes."""
    size: float
    """List in patients over the list worth a procurement (4,000, PA347)."""
    sanctioned: float
    """Contractual action in force, 0 to 3, fading: actions go up one step at a time while it lasts, removal last."""
    near: float
    """Other practices within reach over those it takes to keep a choice, 0 to 1."""
    grants_left: float
    """In the support fund of the area, pounds."""
    deficit: float
    """Overspent by the CCG last year, percent of its allocation, 0 or more."""
    fit: float
    """How well those who design schemes know their practices, 0 to 1."""
    goodwill: float
    """What goodwill of the practice counts to the body, points; see `weight_of_goodwill`."""
    may_improve: int
    """1 where the table lets those who decide send help; likewise the next three."""
    may_pay: int
    may_punish: int
    may_remove: int
    holds_hospital: int
    """1 where the body, or the committee, holds the hospital budget."""
    holds_community: int
    """1 where the body, or the committee, holds the money for community care."""
    local_terms: int
    """1 where contracts stand on local terms, 0 where national terms protect them."""


@rule
def weight_of_goodwill(own_members, w):
    """What goodwill of practices counts to a body, points; more where those it may upset elect it.

    own_members: 1 where the practices elect all who decide, 0 where none of them.
    """
    return w.goodwill * (1.0 + w.own_members * own_members)


RELIEF, QUALITY, TERM, COST, GOODWILL = range(5)
"""Columns of `improvements`."""


@rule
def promise(table, action, relief, quality, cost, goodwill):
    """Writes the row of an action in `improvements`, all but what a kept term of the contract is worth."""
    table[action, RELIEF], table[action, QUALITY] = relief, quality
    table[action, COST], table[action, GOODWILL] = cost, goodwill


@maker
def improvements(w, e, k):
    """(actions, 5): what an action brings a practice in trouble for each sd of distress, one below standard for each sd
    of quality, and one that broke a term of its contract; what it costs in money and hours, all in points; and the
    goodwill that it loses, sd.

    Each concern is answered by what helps against it: relief is no better care, and a notice relieves nobody.
    """
    table = np.zeros((len(s.ACTIONS), 5))
    i, notice = w.improvement, w.hours * k.notice_hours / 100.0
    team = w.hours * k.support_hours / 100.0
    promise(table, s.SUPPORT_TEAM, i * e.support_distress, i * e.support_quality, team, 0.0)
    promise(table, s.PAYMENT, i * e.payment_distress, 0.0, w.money * k.grant_per_patient, 0.0)
    promise(table, s.EDUCATION, 0.0, i * e.education_quality, w.hours * k.education_hours / 100.0, 0.0)
    promise(table, s.REMEDIAL, 0.0, i * e.remedial_quality, k.remedial_share * notice, e.remedial_goodwill)
    promise(table, s.BREACH, 0.0, i * e.breach_quality, notice, e.breach_goodwill)
    promise(table, s.SANCTION, 0.0, i * e.sanction_quality, notice, e.sanction_goodwill)
    promise(table, s.REMOVAL, 0.0, i * e.removal_quality, w.hours * k.removal_hours / 100.0, e.removal_goodwill)
    for action in (s.BREACH, s.SANCTION, s.REMOVAL):
        table[action, TERM] = w.contract_term
    return table


@rule
def against(kind):
    """What an action about a kind of case is to help against: the column of `improvements`."""
    if kind == s.DISTRESS or kind == s.ACCESS:
        return RELIEF
    return TERM if kind == s.CONTRACT_FAILURE else QUALITY


@rule
def next_step(m):
    """The contractual action that is next against a practice, one step harder than what is in force.

    A concern begins with a remedial notice, a term that was broken and cannot be mended with a breach notice.
    """
    least = s.BREACH if m.kind == s.CONTRACT_FAILURE else s.REMEDIAL
    return max(least, s.REMEDIAL + math.ceil(m.sanctioned))


@rule
def open_to(action, m):
    """Whether an action about a practice in trouble, below standard or in breach is open to those who decide.

    A practice that asks for help has broken nothing, so that no notice answers it. National terms let a contract end
    only after a breach notice, local terms after any.
    """
    if action == s.NOTHING:
        return True
    if action == s.SUPPORT_TEAM or action == s.EDUCATION:
        return m.may_improve == 1
    if action == s.PAYMENT:
        return m.may_pay == 1 and m.grants_left > 0.0
    if m.kind == s.DISTRESS:
        return False
    if action == s.REMOVAL:
        return m.may_remove == 1 and math.ceil(m.sanctioned) >= (1 if m.local_terms == 1 else 2)
    return m.may_punish == 1 and action == next_step(m)


@rule
def improvement_utility(action, m, table):
    """Utility of an action about a practice in trouble, below standard or in breach, against doing nothing (0).

    table: see `improvements`.
    """
    if not open_to(action, m):
        return IMPOSSIBLE
    gain = table[action, against(m.kind)] * max(0.0, m.need)
    return gain - table[action, COST] - m.goodwill * table[action, GOODWILL]


@rule
def ending_utility(action, m, w, e, k):
    """Utility of an action about a contract that ends or is handed back.

    A caretaker (0) buys time; support may lead partners who gave notice to stay.
    """
    if action == s.SUPPORT_TEAM:
        if m.may_improve == 0 or m.kind != s.HAND_BACK:
            return IMPOSSIBLE
        relieved = w.improvement * e.support_distress * max(0.0, m.need)
        return w.keep_practice + relieved - w.hours * k.support_hours / 100.0
    if action == s.CARETAKER_CONTRACT:
        return 0.0
    viable = w.viable_list * log(max(m.size, 0.05))
    if action == s.APMS_CONTRACT:
        again = m.quality if m.kind == s.CONTRACT_END else 0.0
        return w.keep_practice + viable + again - w.hours * k.procurement_hours / 1000.0
    if action == s.DISPERSE:
        return -viable - w.keep_practice
    return IMPOSSIBLE


@rule
def request_utility(action, m, w, e):
    """Utility of granting a practice's request (merger, closed list, its PMS premium); refusing is 0 less goodwill."""
    lost = m.goodwill * e.refusal_goodwill
    if action == s.REFUSE:
        return -lost
    if action == s.APPROVE:
        if m.kind == s.MERGER:
            return w.merger_base + w.merger_relief * m.need - w.merger_choice * (1.0 - m.near)
        if m.kind == s.LIST_CLOSURE:
            return w.closure_base + w.closure_relief * m.need - w.merger_choice * (1.0 - m.near)
        return w.new_practice * m.need
    if action == s.PMS_TAPER:
        return w.premium * m.severity - lost
    if action == s.PMS_KEEP:
        return 0.0
    if action == s.GMS_REVERT:
        return w.premium * m.severity - e.revert_goodwill * lost
    return IMPOSSIBLE


@rule
def area_utility(action, m, w):
    """Utility of an action for the whole CCG: scheme, service out of hospital, make or buy community nursing; nothing
    is 0.

    Services and own nursing are open only to who holds the money for community care; need as planned speaks for a
    service, a deficit against both. A hospital saving counts only as far as the body holds that money.
    """
    if action == s.START_SCHEME:
        return w.scheme * (m.fit - 0.5)
    if action == s.COMMISSION_SERVICE or action == s.MAKE:
        if m.holds_community == 0:
            return IMPOSSIBLE
        affordable = -w.service_deficit * m.deficit
        if action == s.MAKE:
            return w.make_community + affordable
        return w.service + w.service_need * m.severity + w.hospital_saving * m.holds_hospital + affordable
    return 0.0


@rule
def about_area(kind):
    """Whether a kind of case is about a scheme, a service or community nursing of the whole CCG."""
    return kind == s.SCHEME or kind == s.BID or kind == s.COMMUNITY_NURSING


@rule
def improves(kind):
    """Whether a kind of case is about a practice in trouble or below standard."""
    return answers(kind, BESIDES) == s.NOTHING and not about_area(kind)


@rule
def other_utility(action, m, w, e, k):
    """Utility of an action about a case of any other kind, to one body, by its own beliefs."""
    if m.kind == s.HAND_BACK or m.kind == s.CONTRACT_END:
        return ending_utility(action, m, w, e, k)
    return area_utility(action, m, w) if about_area(m.kind) else request_utility(action, m, w, e)
