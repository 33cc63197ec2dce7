"""Cases: what commissioners have to decide, as it arrives each year.

A case is about one practice, or about a whole CCG (schemes, bids, community nursing). It arrives because something
happened or was asked for, never because a regime exists; who decides it is settled later, from the table alone.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning import functions as f
from sim.commissioning.functions import JOINT_COMMITTEE, LEAD
from sim.kernel import maker, rule
from sim.rules.chances import logistic, settles
from sim.world import states as s
from sim.world.luck import decision, mix, nth_draw, person, uniform, uniform2
from sim.world.table import copy_row
from sim.world.world import World

ARRIVAL = decision("cases.arrival")

FUNCTION_OF_KIND = np.array(
    [
        f.DISCRETIONARY_PAYMENTS, f.QUALITY_IMPROVEMENT, f.CONTRACT_MONITORING, f.PROCUREMENT,
        f.CONTRACT_VARIATION_RENEWAL,
        f.MERGER_APPROVAL, f.CONTRACT_DESIGN, f.COMPLAINTS, f.INCENTIVE_DESIGN, f.LOCALLY_COMMISSIONED_SERVICES,
        f.LIST_CLOSURE, f.CONTRACTUAL_ACTION, f.PRACTICE_ESTABLISHMENT, f.PATHWAY_DESIGN, f.CONTRACTUAL_ACTION,
    ],
    dtype=np.int64,
)  # fmt: skip
"""Function under which each kind of case is decided, in the order of `states.CASE_KINDS`."""

IMPROVEMENT = (s.SUPPORT_TEAM, s.REMOVAL, s.NOTHING, s.NOTHING)
FAILURE = (s.BREACH, s.REMOVAL, s.NOTHING, s.NOTHING)  # a date that has passed cannot be remedied
REQUEST = (s.APPROVE, s.REFUSE, -1, s.REFUSE)
ANSWERS = np.array(
    [
        IMPROVEMENT, IMPROVEMENT, IMPROVEMENT,
        (s.APMS_CONTRACT, s.DISPERSE, s.SUPPORT_TEAM, s.CARETAKER_CONTRACT),
        (s.APMS_CONTRACT, s.DISPERSE, -1, s.CARETAKER_CONTRACT),
        REQUEST,
        (s.PMS_KEEP, s.GMS_REVERT, -1, s.PMS_KEEP),
        IMPROVEMENT,
        (s.START_SCHEME, s.START_SCHEME, s.NOTHING, s.NOTHING),
        (s.COMMISSION_SERVICE, s.COMMISSION_SERVICE, s.NOTHING, s.NOTHING),
        REQUEST, IMPROVEMENT, REQUEST,
        (s.MAKE, s.BUY, -1, s.BUY),
        FAILURE,
    ],
    dtype=np.int64,
)  # fmt: skip
"""(kinds, 4), in the order of `states.CASE_KINDS`: the first and the last of the run of actions that answer a case, one
more besides (-1: none), and what holds where two who must agree do not."""

FIRST, LAST, BESIDES, OTHERWISE = range(4)
"""Columns of `ANSWERS`."""

NO_CLOCK = 99.0
N_KINDS = len(s.CASE_KINDS)


class Arrivals(NamedTuple):
    """How often cases come up, a year."""

    quality_base: float
    quality_slope: float
    access_base: float
    access_slope: float
    complaints_per_1000: float
    list_closure_base: float
    list_closure_slope: float
    pms_review: float
    scheme: float
    bid: float
    new_practice_base: float
    new_practice_growth: float
    community: float
    failure_base: float
    failure_distress: float
    failure_under_notice: float
    lapse_months: float


class Clocks(NamedTuple):
    """Statutory or contractual time for a decision, months."""

    merger: float
    list_closure: float
    complaint: float
    contract_end: float
    inadequate: float


@rule
def answers(kind, column):
    """A column of `ANSWERS` for a kind of case."""
    return ANSWERS[kind, column]


@rule
def candidate(kind, step):
    """The action that comes at a step of going through those that answer a kind of case; -1 where there is none."""
    return answers(kind, BESIDES) if step == 0 else answers(kind, FIRST) + step - 1


@rule
def steps(kind):
    """How many steps `candidate` takes."""
    return answers(kind, LAST) - answers(kind, FIRST) + 2


@rule
def joint(v, t, function):
    """Whether a joint committee leads a function under table `t`; v: `views.TableView`."""
    return v.cells[t, function, JOINT_COMMITTEE] == LEAD


@rule
def wait_a_year(cases, k, lapse_months):
    """A case that was not decided waits for next year, or is undone when its clock or patience has run out."""
    cases.months[k] += 12.0
    cases.status[k] = s.WAITING
    if cases.clock[k] < NO_CLOCK:
        cases.clock[k] -= 12.0
    if cases.clock[k] <= 0.0 or cases.months[k] >= lapse_months:
        cases.status[k] = s.UNDONE


@rule
def case_id(who, kind, year):
    """Id of a case, from whom it is about, its kind and the year in which it arrived."""
    return mix(who ^ mix(np.uint64(kind * 100000 + year)))


@rule
def add(cases, at, who, kind, practice, ccg, year, clock, severity):
    """Writes a case into row `at`; returns the next free row (the same one when the table is full)."""
    if at >= len(cases):
        return at
    cases.id[at] = case_id(who, kind, year)
    cases.kind[at] = kind
    cases.practice[at] = practice
    cases.ccg[at] = ccg
    cases.function[at] = FUNCTION_OF_KIND[kind]
    cases.opened[at] = year
    cases.months[at] = 0.0
    cases.clock[at] = clock
    cases.severity[at] = severity
    cases.hours[at] = 0.0
    cases.body[at] = -1
    cases.partner[at] = -1
    cases.executor[at] = -1
    cases.status[at] = s.WAITING
    cases.action[at] = -1
    cases.captured[at] = 0
    cases.winner[at] = -1
    cases.losers[at] = 0
    cases.fair_winner[at] = -1
    cases.doubled[at] = 0
    return at + 1


@rule
def free(cases, k):
    """A row for another case: nothing of the one that it held is to be counted again."""
    cases.status[k] = s.FREE
    cases.id[k] = np.uint64(0)
    cases.captured[k] = 0


@maker
def keep_waiting(cases, life, waiting):
    """Moves the cases that still wait to the front and frees the rest; returns how many wait.

    waiting: (practices, kinds) 0 or 1, filled here: a practice has at most one open case of a kind. A case about a
    practice that has ended is closed with it. Rows in use come first, here and wherever cases are read.
    """
    n = 0
    for k in range(len(cases)):
        if cases.status[k] == s.FREE:
            break
        if cases.status[k] == s.WAITING:
            i = cases.practice[k]
            if i >= 0 and (life.state[i] == s.UNUSED or life.state[i] > s.CARETAKER):
                free(cases, k)
                continue
            if i >= 0:
                waiting[i, cases.kind[k]] = 1
            if k != n:
                copy_row(cases, n, k)
                free(cases, k)
            n += 1
        else:
            free(cases, k)
    return n


@maker
def arrive(cases, n, place, lists, contract, care, staff, life, waiting, year, p, clocks, stream):
    """New cases about practices; returns the number of open rows."""
    for i in range(len(place)):
        if life.state[i] == s.UNUSED or life.state[i] > s.CARETAKER:
            continue
        who, c, begin = place.id[i], place.ccg[i], person(stream, place.id[i])
        if life.asking[i] == 1 and waiting[i, s.DISTRESS] == 0:
            n = add(cases, n, who, s.DISTRESS, i, c, year, NO_CLOCK, life.distress[i])
        # A notice, or a caretaker's term that runs out: somebody must find patients a practice.
        if (life.handing_back[i] == 1 or life.state[i] == s.CARETAKER) and waiting[i, s.HAND_BACK] == 0:
            n = add(cases, n, who, s.HAND_BACK, i, c, year, max(life.months_left[i], 3.0), life.distress[i])
        if life.merger_wish[i] >= 0 and waiting[i, s.MERGER] == 0:
            n = add(cases, n, who, s.MERGER, i, c, year, clocks.merger, life.distress[i])
        if contract.ends[i] == year and waiting[i, s.CONTRACT_END] == 0 and life.handing_back[i] == 0:
            n = add(cases, n, who, s.CONTRACT_END, i, c, year, clocks.contract_end, -care.quality_true[i])
        if care.rating[i] == s.INADEQUATE and waiting[i, s.INADEQUATE_RATING] == 0:
            n = add(cases, n, who, s.INADEQUATE_RATING, i, c, year, clocks.inadequate, -care.quality_true[i])
        elif waiting[i, s.QUALITY] == 0:
            log_odds = p.quality_base - p.quality_slope * care.quality_true[i]
            if settles(nth_draw(begin, s.QUALITY), log_odds):
                n = add(cases, n, who, s.QUALITY, i, c, year, NO_CLOCK, -care.quality_true[i])
        if waiting[i, s.ACCESS] == 0:
            log_odds = p.access_base + p.access_slope * care.unmet[i]
            if settles(nth_draw(begin, s.ACCESS), log_odds):
                n = add(cases, n, who, s.ACCESS, i, c, year, NO_CLOCK, 10.0 * care.unmet[i])
        if waiting[i, s.COMPLAINT] == 0:
            expected = p.complaints_per_1000 * lists.total[i] / 1000.0 * (2.0 - care.experience[i])
            draw = nth_draw(begin, s.COMPLAINT)
            if draw < expected and draw < 1.0 - math.exp(-expected):  # the chance is below what is expected
                n = add(cases, n, who, s.COMPLAINT, i, c, year, clocks.complaint, -care.quality_true[i])
        if lists.open[i] == 1 and waiting[i, s.LIST_CLOSURE] == 0:
            pressure = care.workload[i] - 1.0 + staff.vacant_fte[i] / max(1.0, staff.posts_fte[i])
            log_odds = p.list_closure_base + p.list_closure_slope * pressure
            if settles(nth_draw(begin, s.LIST_CLOSURE), log_odds):
                n = add(cases, n, who, s.LIST_CLOSURE, i, c, year, clocks.list_closure, pressure)
        if waiting[i, s.CONTRACT_FAILURE] == 0:
            under_notice = p.failure_under_notice if life.sanctioned[i] > 0.0 else 0.0
            log_odds = p.failure_base + under_notice + p.failure_distress * life.distress[i]
            if settles(nth_draw(begin, s.CONTRACT_FAILURE), log_odds):
                n = add(cases, n, who, s.CONTRACT_FAILURE, i, c, year, NO_CLOCK, 1.0)
        if contract.kind[i] == s.PMS and contract.premium_left[i] >= 1.0 and waiting[i, s.PMS_REVIEW] == 0:
            if nth_draw(begin, s.PMS_REVIEW) < p.pms_review:
                premium = contract.premium_2013[i] / max(1.0, lists.total[i])
                n = add(cases, n, who, s.PMS_REVIEW, i, c, year, NO_CLOCK, premium / 10.0)
    return n


@maker
def arrive_for_ccgs(cases, n, ccgs, schemes, ended, lists_growth, pressure, year, p, stream):
    """New cases about a whole CCG: a local scheme, a bid for work out of hospital, a new practice, community nursing.

    ended: (CCGs,) 1 where a service's term is over, so that it is bid for anew. lists_growth: (CCGs,) yearly growth of
    its population. pressure: (CCGs,), see `planned_pressure`. A merged CCG has one local scheme and one
    community service. Returns the number of open rows.
    """
    open_kinds = np.zeros((len(ccgs), N_KINDS), np.int64)
    for k in range(n):
        if cases.practice[k] < 0:
            whole = cases.kind[k] == s.SCHEME or cases.kind[k] == s.COMMUNITY_NURSING
            open_kinds[ccgs.seat[cases.ccg[k]] if whole else cases.ccg[k], cases.kind[k]] = 1
    without = np.zeros(len(ccgs), np.int64)
    for c in range(len(ccgs)):
        without[ccgs.seat[c]] += 1 - schemes.active[c]
    for c in range(len(ccgs)):
        who, one = ccgs.id[c], ccgs.seat[c] == c
        if (
            one
            and without[c] > 0
            and open_kinds[c, s.SCHEME] == 0
            and uniform2(stream, who, np.uint64(s.SCHEME)) < p.scheme
        ):
            n = add(cases, n, who, s.SCHEME, -1, c, year, NO_CLOCK, 0.0)
        bid = ended[c] == 1 or uniform2(stream, who, np.uint64(s.BID)) < p.bid
        if open_kinds[c, s.BID] == 0 and bid:
            n = add(cases, n, who, s.BID, -1, c, year, NO_CLOCK, pressure[c])
        rate = logistic(p.new_practice_base + p.new_practice_growth * lists_growth[c])
        if open_kinds[c, s.NEW_PRACTICE] == 0 and uniform2(stream, who, np.uint64(s.NEW_PRACTICE)) < rate:
            n = add(cases, n, who, s.NEW_PRACTICE, -1, c, year, NO_CLOCK, 100.0 * lists_growth[c])
        if one and open_kinds[c, s.COMMUNITY_NURSING] == 0 and uniform(stream, who) < p.community:
            n = add(cases, n, who, s.COMMUNITY_NURSING, -1, c, year, NO_CLOCK, pressure[c])
    return n


@maker
def growth_of_lists(place, lists, ccgs):
    """(CCGs,): lasting growth of lists, a year, weighted by patients."""
    growing, patients = np.zeros(ccgs), np.zeros(ccgs)
    for i in range(len(place)):
        growing[place.ccg[i]] += lists.total[i] * lists.growth[i]
        patients[place.ccg[i]] += lists.total[i]
    for c in range(ccgs):
        growing[c] /= max(patients[c], 1.0)
    return growing


def usual_emergencies(world: World) -> float:
    """Emergency admissions that CCGs plan for, per patient of all CCGs."""
    plans = world.plans
    return float(np.add.reduce(plans.emergency)) / max(1.0, float(np.add.reduce(plans.patients)))


@maker
def planned_pressure(plans, usual):
    """(CCGs,): emergency admissions that each CCG plans for, per patient against all CCGs, less 1. usual: see
    `usual_emergencies`."""
    pressure = np.zeros(len(plans))
    for c in range(len(plans)):
        each = plans.emergency[c] / max(plans.patients[c], 1.0)
        pressure[c] = each / usual - 1.0 if usual > 0.0 else 0.0
    return pressure


@maker
def cases_arrive(w, luck, year, ended, usual, p, clocks):
    """This year's cases join those that wait; returns how many rows are open. ended: see `arrive_for_ccgs`; usual: see
    `usual_emergencies`."""
    waiting, stream = np.zeros((len(w.place), N_KINDS), np.int8), luck.stream(ARRIVAL)
    n = keep_waiting(w.cases, w.life, waiting)
    n = arrive(w.cases, n, w.place, w.lists, w.contract, w.care, w.staff, w.life, waiting, year, p, clocks, stream)
    growth = growth_of_lists(w.place, w.lists, len(w.ccgs))
    pressure = planned_pressure(w.plans, usual)
    return arrive_for_ccgs(w.cases, n, w.ccgs, w.schemes, ended, growth, pressure, year, p, stream)
