"""Capacity: who is responsible for a case, how many hours it takes, and which cases the hours reach.

Hours = staff x 1,500 x (1 - fixed share) x (0.6 + 0.4 x experience), less fixed tasks that every body has however
small and the standing work for its practices. A pool that is split duplicates those tasks, and a body without a whole
specialist needs longer for the specialist's work.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, body_row, practices_of_whole, total_fte
from sim.commissioning.cases import NO_CLOCK, wait_a_year
from sim.commissioning.functions import (
    ADVISES,
    CONTRACT_REMOVAL,
    CONTRACTUAL_ACTION,
    EXECUTES,
    JOINT_COMMITTEE,
    LEAD,
    PRACTICE,
    SHARED,
)
from sim.kernel import maker, rule
from sim.rules.chances import logistic
from sim.rules.curves import exp
from sim.rules.sorting import merge_order
from sim.world import states as s
from sim.world.luck import decision, normal, uniform2
from sim.world.world import Floats

HOURS_OF_CASE = decision("capacity.hours_of_case")
UNCLEAR = decision("capacity.unclear_mandate")


class Hours(NamedTuple):
    """From staff to hours for cases."""

    per_fte: float
    fixed_share: float
    fixed_tasks: float
    novice: float
    travel_per_km: float
    specialist: float
    joint_cycle: float
    spread: float
    decide_share: float
    kept_for_cases: float


class CaseHours(NamedTuple):
    """Median hours of staff time a case takes, by kind (`states.CASE_KINDS`); a scheme takes more for each practice."""

    distress: float
    quality: float
    access: float
    hand_back: float
    contract_end: float
    merger: float
    pms_review: float
    complaint: float
    scheme: float
    scheme_per_practice: float
    bid: float
    list_closure: float
    inadequate: float
    new_practice: float
    community: float
    contract_failure: float


class Mandate(NamedTuple):
    """Whether a body acts where it is not clear who should, log-odds."""

    base: float
    clarity: float
    free_ride: float


@rule
def hours_held(fte, experience, in_transition, hours_lost, standing, p):
    """Hours a body has for cases in a year; fte of staff, experience 0 to 1 (0.6 to 1 of full pace, `novice` is the
    floor), standing: hours of standing work for its practices.

    However much of that and of fixed tasks there is, the share `kept_for_cases` stays: notices and applications have
    dates by law.
    """
    pace = p.novice + (1.0 - p.novice) * experience
    hours = fte * p.per_fte * (1.0 - p.fixed_share) * pace
    if in_transition > 0.0:
        hours *= 1.0 - hours_lost
    return max(p.kept_for_cases * hours, hours - p.fixed_tasks - standing)


@rule
def specialist_factor(fte_of_skill, p):
    """How much longer work takes where there is less than one whole specialist for it; 1 with one or more."""
    return 1.0 + p.specialist * max(0.0, 1.0 - fte_of_skill)


@rule
def acts_anyway(clarity, p):
    """Chance that a body acts under an unclear mandate, when it expects the others to reason alike.

    Solves q = logistic(base + clarity x c - free_ride x q) by bisection: the more it believes the other will act, the
    less it does.
    """
    low, high = 0.0, 1.0
    for _ in range(30):
        q = 0.5 * (low + high)
        if q < logistic(p.base + p.clarity * clarity - p.free_ride * q):
            low = q
        else:
            high = q
    return 0.5 * (low + high)


@rule
def skill_for(bodies, row, kind):
    """FTE of the skill that a kind of case needs: quality for care, finance for money, contracts for the rest."""
    if kind == s.QUALITY or kind == s.ACCESS or kind == s.COMPLAINT or kind == s.INADEQUATE_RATING:
        return bodies.quality_fte[row]
    if kind == s.SCHEME or kind == s.PMS_REVIEW or kind == s.BID:
        return bodies.finance_fte[row]
    return bodies.contracts_fte[row]


@maker
def hold_hours(bodies, slots, scale, visits, standing, p):
    """Fills hours_held of every body from its staff, less `standing` (bodies,) work, and clears those used.

    Bodies that have a view of practices (`slots`) spend the share `visits` of their free hours on visits. scale: see
    `nation.staff_scale`.
    """
    for b in range(len(bodies)):
        staff = scale * total_fte(bodies, b)
        free = hours_held(staff, bodies.experience[b], bodies.transition[b], bodies.hours_lost[b], standing[b], p)
        bodies.hours_held[b] = free * (1.0 - visits) if slots[bodies.kind[b]] >= 0 else free
        bodies.hours_used[b] = 0.0


KNOWN, FIRST, SECOND, CLAIMANTS, EXECUTED, ADVISED = range(6)
"""Columns of what `read_parts` reads: 1 once it is read; the kinds of body that decide, -1 for none; under an unclear
mandate how many claim to; 1 where a body executes or advises."""


@rule
def claims(cells, t, function):
    """What a table says on who takes a case: (first, second, claimants).

    One lead: that body. A joint committee that leads: those who share, together. Several leads, or sharers without a
    lead: an unclear mandate with so many claimants. -1 for nobody.
    """
    leads, shares, only = 0, 0, -1
    first, second = -1, -1
    joint = cells[t, function, JOINT_COMMITTEE] == LEAD
    for kind in range(cells.shape[2]):
        if kind == PRACTICE or kind == JOINT_COMMITTEE:
            continue
        if cells[t, function, kind] == LEAD:
            leads, only = leads + 1, kind
        elif cells[t, function, kind] == SHARED:
            shares += 1
            if first < 0:
                first = kind
            elif second < 0:
                second = kind
    if leads == 1 and not joint and shares == 0:
        return only, -1, 0
    if joint and leads == 0:
        return first, second, 0
    return -1, -1, leads + shares


@rule
def read_parts(parts, cells, t, function):
    """Reads once a year who has which part in a function under table `t`: into parts, (T, functions, 6)."""
    if parts[t, function, KNOWN] == 1:
        return
    first, second, claimants = claims(cells, t, function)
    parts[t, function, KNOWN] = 1
    parts[t, function, FIRST], parts[t, function, SECOND] = first, second
    parts[t, function, CLAIMANTS] = claimants
    for kind in range(cells.shape[2]):
        if kind != PRACTICE and cells[t, function, kind] == EXECUTES:
            parts[t, function, EXECUTED] = 1
        if kind != PRACTICE and cells[t, function, kind] == ADVISES:
            parts[t, function, ADVISED] = 1


@rule
def contend(cells, t, function, who, claimants, mandate, stream):
    """Who takes a case under an unclear mandate: (first, second, doubled); -1 for nobody.

    Each acts or not by its own draw; none leaves the case undone, two act against each other, and whose decision stands
    is drawn as well: no order of a list says who goes first.
    """
    first, second = -1, -1
    q = acts_anyway(1.0 / claimants, mandate)
    ahead, next_ahead = 2.0, 2.0
    for kind in range(cells.shape[2]):
        cell = cells[t, function, kind]
        if kind != PRACTICE and (cell == LEAD or cell == SHARED) and uniform2(stream, who, np.uint64(kind)) < q:
            turn = uniform2(stream, who, np.uint64(cells.shape[2] + kind))
            if turn < ahead:
                first, second, ahead, next_ahead = kind, first, turn, ahead
            elif turn < next_ahead:
                second, next_ahead = kind, turn
    return first, second, 1 if second >= 0 else 0


@rule
def responsible(parts, cells, t, function, who, mandate, stream):
    """The kinds of body that take a case: (first, second, doubled). -1 for nobody. parts: see `read_parts`."""
    read_parts(parts, cells, t, function)
    claimants = parts[t, function, CLAIMANTS]
    if claimants > 0:
        return contend(cells, t, function, who, claimants, mandate, stream)
    return parts[t, function, FIRST], parts[t, function, SECOND], 0


@rule
def executor_of(bodies, cells, scale, t, function, c, ccgs, stride):
    """Row of the body that executes a function for the one that decides, if it has staff; -1 otherwise."""
    for kind in range(cells.shape[2]):
        if cells[t, function, kind] == EXECUTES and kind != PRACTICE:
            b = body_row(kind, scale[t, kind], c, ccgs, stride)
            if total_fte(bodies, b) > 0.0:
                return b
    return -1


@rule
def take_advice(bodies, cells, scale, t, function, hours, c, ccgs, stride):
    """Bodies that advise on a function read and answer the papers of a case, so many hours each, as far as they have
    them."""
    for kind in range(cells.shape[2]):
        if cells[t, function, kind] == ADVISES and kind != PRACTICE:
            b = body_row(kind, scale[t, kind], c, ccgs, stride)
            bodies.hours_used[b] += min(hours, max(0.0, bodies.hours_held[b] - bodies.hours_used[b]))


@rule
def room_for(bodies, row, hours):
    """Whether a body can still take on work of so many hours this year; nobody (-1) is no hindrance."""
    return row < 0 or bodies.hours_used[row] + hours <= bodies.hours_held[row]


@rule
def hours_gone(bodies, row):
    """Share of a year's hours that a body has used so far, 0 or more; 0 for nobody (-1)."""
    return bodies.hours_used[row] / max(1.0, bodies.hours_held[row]) if row >= 0 else 0.0


@maker
def assign(cases, n, ccgs, bodies, cells, scale, mandate, medians, per_practice, advice, p, hours_stream,
           unclear_stream):  # fmt: skip
    """Settles for each open case who is responsible and how long it takes.

    medians: (kinds,) hours of a case; per_practice: (kinds,) more for each practice of the CCG.
    advice: hours of those who advise, as a share; whoever advises on removals does so on every notice. A case for which
    nobody
    has a part in the table is undone, but for mergers: without anybody to refuse, partners merge as they please.
    """
    stride, whole = len(bodies) // KINDS, practices_of_whole(ccgs)
    parts = np.zeros((cells.shape[0], cells.shape[1], 6), np.int64)
    for k in range(n):
        c, function = cases.ccg[k], cases.function[k]
        t = ccgs.table[c]
        first, second, doubled = responsible(parts, cells, t, function, cases.id[k], mandate, unclear_stream)
        cases.doubled[k] = doubled
        if first < 0:
            cases.body[k] = -1
            cases.partner[k] = -1
            claimed = False
            for kind in range(cells.shape[2]):
                if kind != PRACTICE and (cells[t, function, kind] == LEAD or cells[t, function, kind] == SHARED):
                    claimed = True
            if not claimed and cases.kind[k] == s.MERGER:
                cases.status[k], cases.action[k] = s.DECIDED, s.APPROVE
            elif not claimed:
                cases.status[k] = s.UNDONE
            continue
        b = body_row(first, scale[t, first], c, ccgs, stride)
        cases.body[k] = b
        cases.partner[k] = -1
        if second >= 0:
            cases.partner[k] = body_row(second, scale[t, second], c, ccgs, stride)
        hours = medians[cases.kind[k]] + per_practice[cases.kind[k]] * whole[c]
        hours *= exp(p.spread * normal(hours_stream, cases.id[k]))
        hours *= (1.0 + p.travel_per_km * bodies.km[b]) * specialist_factor(skill_for(bodies, b, cases.kind[k]), p)
        if doubled == 1:
            hours *= 2.0
        cases.hours[k] = hours
        if advice > 0.0:
            if parts[t, function, ADVISED] == 1:
                take_advice(bodies, cells, scale, t, function, advice * hours, c, ccgs, stride)
            if function == CONTRACTUAL_ACTION:
                take_advice(bodies, cells, scale, t, CONTRACT_REMOVAL, advice * hours, c, ccgs, stride)
        cases.executor[k] = -1
        if parts[t, function, EXECUTED] == 1:
            cases.executor[k] = executor_of(bodies, cells, scale, t, function, c, ccgs, stride)


@maker
def give_hours(cases, order, bodies, p, lapse_months):
    """Gives hours to cases in this order of rows; a joint decision needs the hours of both bodies.

    Marks reached cases DECIDED and adds their wait; the rest wait, or are undone when their clock or patience has run
    out.
    """
    for j in range(len(order)):
        k = order[j]
        b = cases.body[k]
        if cases.status[k] != s.WAITING:
            continue
        other, executor = cases.partner[k], cases.executor[k]
        # The body that decides does a share of the work itself where another executes, or all of it where that one has
        # no hours left; so does the second body of a joint decision, which gets the papers of the first. Two that act
        # against each other do it all twice.
        own = cases.hours[k] * (p.decide_share if executor >= 0 else 1.0)
        if not room_for(bodies, executor, cases.hours[k] - own):
            executor, own = -1, cases.hours[k]
            cases.executor[k] = -1
        theirs = own if cases.doubled[k] == 1 else cases.hours[k] * p.decide_share
        if b >= 0 and room_for(bodies, b, own) and room_for(bodies, other, theirs):
            bodies.hours_used[b] += own
            if executor >= 0:
                bodies.hours_used[executor] += cases.hours[k] - own
            if other >= 0:
                bodies.hours_used[other] += theirs
                if cases.doubled[k] == 0:
                    cases.months[k] += p.joint_cycle
            # The case is closed when the last of those who work on it has come to it.
            last = max(hours_gone(bodies, b), hours_gone(bodies, other), hours_gone(bodies, executor))
            cases.months[k] += 12.0 * last
            cases.status[k] = s.DECIDED
        else:
            wait_a_year(cases, k, lapse_months)


@rule
def rank(cases, k, priority):
    """By what a body takes on its cases, the lowest first: statutory clock, then value per hour."""
    clock = min(cases.clock[k], NO_CLOCK)
    urgent = 1e6 - 1e3 * clock if clock < NO_CLOCK else 0.0
    return -urgent - min(max(priority, -100.0), 100.0)


@maker
def queue(cases, n, bodies, priority, p, lapse_months):
    """Gives out hours, body by body: statutory clocks first, then value per hour.

    priority: (n,) perceived value per hour.
    """
    key = np.empty(n)
    for k in range(n):
        key[k] = rank(cases, k, priority[k])
    give_hours(cases, merge_order(cases.body, key, len(bodies)), bodies, p, lapse_months)


@lru_cache(maxsize=64)
def hours_by_kind(hours: CaseHours) -> tuple[Floats, Floats]:
    """(kinds of case,) each: median hours, and hours for every practice of the CCG."""
    medians = [getattr(hours, kind) for kind in s.CASE_KINDS]
    per_practice = [hours.scheme_per_practice if kind == "scheme" else 0.0 for kind in s.CASE_KINDS]
    return np.array(medians), np.array(per_practice)
