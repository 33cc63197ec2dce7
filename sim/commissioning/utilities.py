"""Utilities: what each action is worth to a commissioner, against doing nothing or what is now.

What it is expected to change, less money, hours and goodwill. The pull of interests is added elsewhere (`choice`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.commissioning import functions as f
from sim.commissioning.cases import BESIDES, answers
from sim.kernel import rule
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
    notice_hours: float
    conflicting_hours: float
    appeal: float


class Costs(NamedTuple):
    """What actions cost in money and staff hours beyond looking at the case."""

    grant_per_patient: float
    support_hours: float
    notice_hours: float
    removal_hours: float
    procurement_hours: float
    education_hours: float


@rule
def notice_utility(action, need, step, loss, w, e, k):
    """Utility of a contractual action short of removal. step: the last one in force, 0 to 3; loss: weight of goodwill.

    A remedial notice takes half the hours of a breach notice or a sanction.
    """
    hours = w.hours * k.notice_hours / 100.0
    if action == s.REMEDIAL and step == 0:
        return w.improvement * e.remedial_quality * need - hours / 2.0 - loss * e.remedial_goodwill
    if action == s.BREACH and step == 1:
        return w.improvement * e.breach_quality * need - hours - loss * e.breach_goodwill
    if action == s.SANCTION and step == 2:
        return w.improvement * e.sanction_quality * need - hours - loss * e.sanction_goodwill
    return IMPOSSIBLE


@rule
def improvement_utility(
    action, need, sanctioned, grant_left, may_pay, may_improve, may_punish, may_remove, own_members, w, e, k
):
    """Utility of an action about a practice in trouble or below standard, against doing nothing (0).

    need: perceived distress or shortfall of quality, sd. sanctioned: contractual action in force, 0 to 3, fading:
    actions go up one step at a time while it lasts, removal last. own_members: 1 where the practice elects those who
    decide, else 0. may_*: 1 where the table gives the body that power.
    """
    loss = w.goodwill * (1.0 + w.own_members * own_members)
    step = math.ceil(sanctioned)
    if action == s.NOTHING:
        return 0.0
    if action == s.SUPPORT_TEAM:
        if may_improve == 0:
            return IMPOSSIBLE
        return w.improvement * (e.support_quality + e.support_distress) * need - w.hours * k.support_hours / 100.0
    if action == s.PAYMENT:
        if may_pay == 0 or grant_left <= 0.0:
            return IMPOSSIBLE
        return w.improvement * e.payment_distress * need - w.money * k.grant_per_patient
    if action == s.EDUCATION:
        if may_improve == 0:
            return IMPOSSIBLE
        return w.improvement * e.education_quality * need - w.hours * k.education_hours / 100.0
    if action == s.REMOVAL:
        if may_remove == 0 or step < 2:
            return IMPOSSIBLE
        return w.improvement * e.removal_quality * need - w.hours * k.removal_hours / 100.0 - loss * e.removal_goodwill
    return notice_utility(action, need, step, loss, w, e, k) if may_punish == 1 else IMPOSSIBLE


@rule
def ending_utility(action, kind, size, quality, need, may_improve, w, e, k):
    """Utility of an action about a contract that ends or is handed back.

    size: list in patients over the list worth a procurement (4,000, PA347). quality: perceived, sd. need: perceived
    distress, sd. A caretaker (0) buys time; support may lead partners who gave notice to stay.
    """
    if action == s.SUPPORT_TEAM:
        if may_improve == 0 or kind != s.HAND_BACK:
            return IMPOSSIBLE
        return w.keep_practice + w.improvement * e.support_distress * need - w.hours * k.support_hours / 100.0
    if action == s.CARETAKER_CONTRACT:
        return 0.0
    if action == s.APMS_CONTRACT:
        again = quality if kind == s.CONTRACT_END else 0.0
        return (
            w.keep_practice + w.viable_list * math.log(max(size, 0.05)) + again - w.hours * k.procurement_hours / 1000.0
        )
    if action == s.DISPERSE:
        return -w.viable_list * math.log(max(size, 0.05)) - w.keep_practice
    return IMPOSSIBLE


@rule
def request_utility(action, kind, need, alternatives, premium, w, e, own_members):
    """Utility of granting a practice's request (merger, closed list, its PMS premium); refusing is 0 less goodwill.

    need: perceived relief, sd. alternatives: other practices within reach over those it takes to keep a choice, 0 to
    1. premium: pounds per patient over 10.
    """
    loss = w.goodwill * (1.0 + w.own_members * own_members)
    if action == s.REFUSE:
        return -loss * e.refusal_goodwill
    if action == s.APPROVE:
        if kind == s.MERGER:
            return w.merger_base + w.merger_relief * need - w.merger_choice * (1.0 - alternatives)
        if kind == s.LIST_CLOSURE:
            return w.closure_base + w.closure_relief * need - w.merger_choice * (1.0 - alternatives)
        return w.new_practice * need
    if action == s.PMS_TAPER:
        return w.premium * premium - loss * e.refusal_goodwill
    if action == s.PMS_KEEP:
        return 0.0
    if action == s.GMS_REVERT:
        return w.premium * premium - 2.0 * loss * e.refusal_goodwill
    return IMPOSSIBLE


@rule
def area_utility(action, fit, holds_hospital, w):
    """Utility of an action for the whole CCG: scheme, service out of hospital, make or buy community nursing; nothing
    is 0.

    fit: how well the designers know their practices, 0 to 1. holds_hospital: a hospital saving counts only as far as
    the body holds that money.
    """
    if action == s.START_SCHEME:
        return w.scheme * (fit - 0.5)
    if action == s.COMMISSION_SERVICE:
        return w.service + w.hospital_saving * holds_hospital
    if action == s.MAKE:
        return w.make_community
    return 0.0


@rule
def utility(
    action, cases, j, lists, life, ccg_money, v, t, powers, own, hospital, need, quality, near, fit, w, e, k
):  # fmt: skip
    """Utility of an action about case `j` to one body, by its own beliefs.

    powers: kind of body whose part in the table says what it may do. own: share of GP votes where the practices elect
    it, else 0. hospital: 1 where it holds the hospital budget. need, quality: as it believes, sd. near: choice that
    patients have, 0 to 1. fit: insight of those who design schemes, 0 to 1.
    """
    kind, i, c = cases.kind[j], cases.practice[j], cases.ccg[j]
    improve = v.may[t, f.QUALITY_IMPROVEMENT, powers]
    if kind == s.HAND_BACK or kind == s.CONTRACT_END:
        return ending_utility(action, kind, lists.total[i] / 4000.0, quality, max(0.0, need), improve, w, e, k)
    if kind == s.SCHEME or kind == s.BID or kind == s.COMMUNITY_NURSING:
        return area_utility(action, fit, hospital, w)
    if answers(kind, BESIDES) == s.NOTHING:
        return improvement_utility(
            action, max(0.0, need), life.sanctioned[i], ccg_money.support_budget[c] - ccg_money.support_spent[c],
            v.may[t, f.DISCRETIONARY_PAYMENTS, powers], improve, v.may[t, f.CONTRACTUAL_ACTION, powers],
            v.may[t, f.CONTRACT_REMOVAL, powers], own, w, e, k,
        )  # fmt: skip
    return request_utility(action, kind, need, near, cases.severity[j], w, e, own)
