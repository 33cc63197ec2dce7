"""Choice: what a commissioner does about a case, from a closed list of actions.

Every action has a perceived utility: what it is expected to change, less money, hours and goodwill, plus the pull of
interest of those who vote. The choice is the action with the highest utility plus a keyed Gumbel draw (a softmax). A
decision is captured when it differs from the same decision, under the same draws, with the pull at zero.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning import functions as f
from sim.commissioning.governance import pull_of
from sim.commissioning.views import MEMBER_BODY
from sim.kernel import kernel, rule
from sim.world import states as s
from sim.world.luck import normal, uniform2

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
    if action == s.REMEDIAL:
        if may_punish == 0 or step != 0:
            return IMPOSSIBLE
        return w.improvement * e.remedial_quality * need - w.hours * k.notice_hours / 200.0 - loss * e.remedial_goodwill
    if action == s.BREACH:
        if may_punish == 0 or step != 1:
            return IMPOSSIBLE
        return w.improvement * e.breach_quality * need - w.hours * k.notice_hours / 100.0 - loss * e.breach_goodwill
    if action == s.SANCTION:
        if may_punish == 0 or step != 2:
            return IMPOSSIBLE
        return w.improvement * e.sanction_quality * need - w.hours * k.notice_hours / 100.0 - loss * e.sanction_goodwill
    if action == s.REMOVAL:
        if may_remove == 0 or step < 2:
            return IMPOSSIBLE
        return w.improvement * e.removal_quality * need - w.hours * k.removal_hours / 100.0 - loss * e.removal_goodwill
    return IMPOSSIBLE


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
def first_action(kind):
    """First of the run of actions that a kind of case allows; see `last_action`. Nothing (0) is allowed besides where
    it makes sense."""
    if kind == s.HAND_BACK or kind == s.CONTRACT_END:
        return s.APMS_CONTRACT
    if kind == s.MERGER or kind == s.LIST_CLOSURE or kind == s.NEW_PRACTICE:
        return s.APPROVE
    if kind == s.PMS_REVIEW:
        return s.PMS_KEEP
    if kind == s.SCHEME:
        return s.START_SCHEME
    if kind == s.BID:
        return s.COMMISSION_SERVICE
    if kind == s.COMMUNITY_NURSING:
        return s.MAKE
    return s.SUPPORT_TEAM


@rule
def last_action(kind):
    """Last of the run of actions that a kind of case allows."""
    if kind == s.HAND_BACK or kind == s.CONTRACT_END:
        return s.DISPERSE
    if kind == s.MERGER or kind == s.LIST_CLOSURE or kind == s.NEW_PRACTICE:
        return s.REFUSE
    if kind == s.PMS_REVIEW:
        return s.GMS_REVERT
    if kind == s.SCHEME:
        return s.START_SCHEME
    if kind == s.BID:
        return s.COMMISSION_SERVICE
    if kind == s.COMMUNITY_NURSING:
        return s.BUY
    return s.REMOVAL


@rule
def allows_nothing(kind):
    """Whether doing nothing answers a case: not where somebody waits for a yes or no, or patients need a practice."""
    return first_action(kind) == s.SUPPORT_TEAM or kind == s.SCHEME or kind == s.BID


@rule
def gumbel(stream, who, action):
    """Standard Gumbel draw of a case and an action: the same whatever the regime."""
    return -math.log(-math.log(uniform2(stream, who, np.uint64(action + 1))))


@kernel
def perceive(
    cases,
    n,
    beliefs,
    slots,
    ccgs,
    bodies,
    cells,
    gp_votes,
    recusal,
    interests,
    w,
    perceived,
    quality,
    stream,
    places,
):
    """What the deciding body believes of each case after looking into it, in sd: perceived (the need) and quality,
    (n,) each.

    Its own belief is joined with those of bodies that advise or share, by precision, and with what the investigation
    shows; a body that only executes lends nobody its eyes. Recused clinicians take part of their insight with them,
    which substitutes restore in part.
    """
    for k in range(n):
        b, i = cases.body[k], cases.practice[k]
        perceived[k], quality[k] = cases.severity[k], 0.0
        if b < 0 or i < 0:
            continue
        kind, t = bodies.kind[b], ccgs.table[cases.ccg[k]]
        voters = f.JOINT_COMMITTEE if cells[t, cases.function[k], f.JOINT_COMMITTEE] == f.LEAD else kind
        total, dist, qual = 0.0, 0.0, 0.0
        for other in range(cells.shape[2]):
            cell = cells[t, cases.function[k], other]
            if slots[other] < 0 or (other != kind and (cell == f.EMPTY or cell == f.EXECUTES)):
                continue
            row = slots[other] * places + i
            precision = 1.0 / beliefs.quality_var[row]
            total += precision
            dist += precision * beliefs.distress[row]
            qual += precision * beliefs.quality[row]
        votes = (
            max(0.0, gp_votes[t, voters])
        )
        recused = votes * recusal[t, voters] * interests.declared * (1.0 - interests.substitute)
        look = w.investigation * max(0.0, 1.0 - w.recused_input * recused)
        if total <= 0.0 and look <= 0.0:
            continue
        seen = cases.severity[k] + normal(stream, cases.id[k]) / math.sqrt(max(look, 1e-6))
        quality[k] = qual / total if total > 0.0 else 0.0
        money_case = cases.kind[k] == s.DISTRESS or cases.kind[k] == s.HAND_BACK or cases.kind[k] == s.MERGER
        prior = dist if money_case else -qual
        if cases.kind[k] == s.ACCESS:  # what is believed of care does not tell how hard it is to be seen
            prior, total = 0.0, 1.0
        if first_action(cases.kind[k]) == s.SUPPORT_TEAM or money_case:
            perceived[k] = (prior + look * seen) / (total + look)


@kernel
def choose(cases, n, place, lists, life, ccgs, ccg_money, boards, bodies, may, gp_votes, recusal, holds_hospital, fit,
          perceived, quality,
           alternatives, interests, w, e, k, stream):  # fmt: skip
    """Chooses the action of every case that the queue has reached, and whether the pull of interest changed it.

    may: (T, F, kinds). fit, (CCGs,): insight of scheme designers. perceived, quality: (n,) from `perceive`.
    alternatives: (practices,) 0 to 1.
    """
    for j in range(n):
        if cases.status[j] != s.DECIDED:
            continue
        b, i, c, kind = cases.body[j], cases.practice[j], cases.ccg[j], cases.kind[j]
        t, body = ccgs.table[c], bodies.kind[b]
        if may[t, cases.function[j], f.JOINT_COMMITTEE] == 1:  # a joint committee decides with its own seats and rules
            body = f.JOINT_COMMITTEE
        votes = max(0.0, gp_votes[t, body])
        own = votes if body == MEMBER_BODY or body == f.JOINT_COMMITTEE else 0.0
        first, last = first_action(kind), last_action(kind)
        best, free_best, action, free_action = -1e18, -1e18, s.NOTHING, s.NOTHING
        conflict = 0.0
        for step in range(last - first + 2):
            # Nothing comes first, where it answers the case; then the run of actions that the kind of case allows.
            a = s.NOTHING if step == 0 else first + step - 1
            if step == 0 and kind == s.HAND_BACK:
                a = s.SUPPORT_TEAM
            elif step == 0 and not allows_nothing(kind):
                continue
            if kind == s.HAND_BACK or kind == s.CONTRACT_END:
                u = ending_utility(
                    a, kind, lists.total[i] / 4000.0, quality[j], max(0.0, perceived[j]),
                    may[t, f.QUALITY_IMPROVEMENT, body], w, e, k,
                )  # fmt: skip
            elif kind == s.SCHEME or kind == s.BID or kind == s.COMMUNITY_NURSING:
                u = area_utility(a, fit[c], holds_hospital[t, body], w) if a != s.NOTHING else 0.0
            elif first == s.SUPPORT_TEAM:
                u = improvement_utility(
                    a, max(0.0, perceived[j]), life.sanctioned[i],
                    ccg_money.support_budget[c] - ccg_money.support_spent[c],
                    may[t, f.DISCRETIONARY_PAYMENTS, body], may[t, f.QUALITY_IMPROVEMENT, body],
                    may[t, f.CONTRACTUAL_ACTION, body], may[t, f.CONTRACT_REMOVAL, body], own, w, e, k,
                )  # fmt: skip
            else:
                near = alternatives[i] if i >= 0 else 1.0
                u = request_utility(a, kind, perceived[j], near, cases.severity[j], w, e, own)
            if u <= IMPOSSIBLE:
                continue
            on_board = place.board[i] if i >= 0 else 0
            pull = pull_of(a, kind, votes, recusal[t, body], on_board, boards, c, interests)
            conflict = max(conflict, abs(pull))
            luck = gumbel(stream, cases.id[j], a)
            if u + luck > free_best:
                free_best, free_action = u + luck, a
            if u + pull + luck > best:
                best, action = u + pull + luck, a
        cases.action[j] = action
        cases.captured[j] = 1 if action != free_action else 0
        boards.decisions[c] += 1.0
        if conflict > 0.0 and votes > 0.0:
            boards.conflicted[c] += 1.0
            boards.recused[c] += recusal[t, body]
        boards.captured[c] += cases.captured[j]
