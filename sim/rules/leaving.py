"""Who leaves general practice, who moves, who works less and who changes role: one doctor at a time.

A GP's yearly hazard is logistic in age, burn-out, relative income, workload, intention and the deprivation of the
practice. Those who go retire or leave the country, become locums or work elsewhere (the region's pool), or look for
another practice (movers, who keep their id and meet the vacancies of `matching`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernel import maker, rule
from sim.rules.chances import logistic, settles
from sim.rules.counts import TALLY, is_working, tally_doctor, write_counts
from sim.rules.curves import between
from sim.world.luck import decision, uniform
from sim.world.states import APMS, OPEN, PARTNER, SALARIED, TRAINEE
from sim.world.world import Floats, Rows

LEAVING = decision("workforce.leaving")
DESTINATION = decision("workforce.destination")
INTENTION = decision("workforce.intention")
ROLE = decision("workforce.role")
GRADUATION = decision("workforce.graduation")

STAYS, MOVES, QUALIFIES, VACANT = 0, 1, 2, 3
"""What a doctor does this year, as `age_and_leave` returns it by row; nobody holds a row that is vacant."""


class Leaving(NamedTuple):
    """Log-odds of leaving a practice in a year."""

    base: float
    per_year_under_40: float
    per_year_52_to_57: float
    per_year_over_57: float
    per_burnout: float
    usual_burnout: float
    per_relative_income: float
    per_workload: float
    per_intention: float
    deprivation: float
    last_partner: float


class Intention(NamedTuple):
    """Intention to leave within five years."""

    base: float
    per_year_over_50: float
    per_burnout: float
    per_workload: float
    spread: float
    speed: float


class Destinations(NamedTuple):
    """Where those who leave a practice go."""

    move_share: float
    pool_share: float
    older_pool_share: float
    older_age: float


class WorkingLife(NamedTuple):
    """Hours and roles of those who stay."""

    partner_fte: float
    salaried_fte: float
    speed: float
    fte_per_burnout: float
    step_down: float
    step_down_per_income: float
    step_down_per_workload: float
    promotion: float
    promotion_per_income: float
    promotion_per_liability: float
    promotion_without_partner: float
    traineeship_years: float
    partner_premium: float


class Leavers(NamedTuple):
    """What a year of leaving hands on."""

    fate: NDArray[np.int8]
    """What each row of doctors does: STAYS, MOVES, QUALIFIES or VACANT."""
    row: Rows
    """Rows of those who move or qualify."""
    home: Rows
    """Where each of these worked, row of practices."""
    partners: Floats
    """Partners who stay, by practice."""
    finished: Rows
    """Trainees who finish, by practice."""


@rule
def relative_income(drawings_each, mean):
    """How a partner's full-time income compares with England's mean, -1 to 1: -0.76 with nil drawings, 0 at the mean.

    It saturates: nobody stays for ever for money. Without a mean (no partner anywhere) it is 0.
    """
    if mean <= 0.0:
        return 0.0
    above = min(drawings_each / mean - 1.0, 20.0)
    return 2.0 * logistic(2.0 * above) - 1.0  # the hyperbolic tangent, at less cost


@rule
def age_log_odds(age, p):
    """Log-odds that age adds to leaving: higher for the young, who move about, and steep from 52 (E069, PA149)."""
    young = max(40.0 - age, 0.0)
    middle = min(max(age - 52.0, 0.0), 5.0)
    old = max(age - 57.0, 0.0)
    return p.base + p.per_year_under_40 * young + p.per_year_52_to_57 * middle + p.per_year_over_57 * old


@rule
def usual_intention(age, p):
    """Mean intention (0-1) to quit within five years of like GPs of this age at usual burn-out and workload: 13% under
    50, 62% over (PA150). Intentions are spread evenly in log-odds, so that their mean is an integral of the logistic.
    """
    centre = p.base + p.per_year_over_50 * max(age - 50.0, 0.0)
    if p.spread < 0.01:
        return logistic(centre)
    return math.log((1.0 + math.exp(centre + p.spread / 2.0)) / (1.0 + math.exp(centre - p.spread / 2.0))) / p.spread


@maker
def usual_by_age(p):
    """`usual_intention` at whole years of age from 0 to 120, to be read by `between`."""
    usual = np.zeros(121)
    for age in range(121):
        usual[age] = usual_intention(float(age), p)
    return usual


@rule
def wanted_intention(age, burnout, usual_burnout, workload, luck, p):
    """Intention (0-1) towards which a GP's own moves this year; `luck` is a standard uniform."""
    press = p.per_burnout * (burnout - usual_burnout) + p.per_workload * (workload - 1.0)
    return logistic(p.base + p.per_year_over_50 * max(age - 50.0, 0.0) + press + p.spread * (luck - 0.5))


@rule
def leaving_log_odds(age, burnout, unusual_intention, push, p):
    """Log-odds that a GP leaves the practice in a year.

    unusual_intention: intention above what is usual at this age. push: log-odds from the practice (income, workload,
    deprivation). Sources: morale E065, pay E066, intention E064, deprivation E070; level from WF0189 and WF0190.
    """
    own = p.per_burnout * (burnout - p.usual_burnout) + p.per_intention * unusual_intention
    return age_log_odds(age, p) + own + push


@rule
def leaving_probability(age, burnout, unusual_intention, push, p):
    """Yearly chance, 0 to 1, that a GP leaves the practice; see `leaving_log_odds`."""
    return logistic(leaving_log_odds(age, burnout, unusual_intention, push, p))


@rule
def mean_drawings(money, staff, life):
    """Mean income of a full-time partner in pounds, over open practices weighted by partner FTE; 0 if none."""
    pounds, fte = 0.0, 0.0
    for i in range(len(life)):
        if life.state[i] == OPEN:
            pounds += money.drawings_each[i] * staff.partner_fte[i]
            fte += staff.partner_fte[i]
    return pounds / fte if fte > 0.0 else 0.0


@maker
def compare_incomes(money, staff, life):
    """Relative income (-1 to 1) of the partners of each practice; nil where none is open. Shape (practices,)."""
    mean = mean_drawings(money, staff, life)
    relative = np.zeros(len(life))
    for i in range(len(life)):
        if life.state[i] == OPEN:
            relative[i] = relative_income(money.drawings_each[i], mean)
    return relative


@maker
def compare_with_salary(money, life, usual):
    """Partners' full-time income against a salary, -1 to 1 by practice: 0 where it is `usual` pounds, what makes a
    partnership as attractive as in 2014-15; nil where none is open. Shape (practices,).

    Where partners become few and rich this rises everywhere, which `compare_incomes` with the mean cannot show.
    """
    relative = np.zeros(len(life))
    for i in range(len(life)):
        if life.state[i] == OPEN:
            relative[i] = relative_income(money.drawings_each[i], usual)
    return relative


@maker
def practice_push(place, relative, staff, care, life, p):
    """What each practice adds to the log-odds of leaving of its partners (column 0) and of its other GPs (1), and its
    workload (2). Shape (practices, 3). relative: see `compare_incomes`.

    With the only partner the contract ends: who would go must first find a successor, merge or give notice, which is
    chosen for the practice (`choices`), so that few just leave.
    """
    push = np.zeros((len(life), 3))
    for i in range(len(life)):
        push[i, 2] = care.workload[i] if care.workload[i] > 0.0 else 1.0
        if is_working(life.state[i]):
            shared = p.per_workload * (push[i, 2] - 1.0) + p.deprivation * place.fifth[i] / 4.0
            bound = p.last_partner if staff.partners[i] < 1.5 else 0.0
            push[i, 0] = shared + p.per_relative_income * relative[i] + bound
            push[i, 1] = shared
    return push


@rule
def leave_practice(doctors, row, to_pool, ccgs, place, regions, staff, nation):
    """Takes a doctor out of the practice; a qualified one bound for the pool adds the FTE to the region's."""
    i = doctors.practice[row]
    if doctors.role[row] != TRAINEE:
        staff.left[i] += 1.0
    nation.doctors_out[0] += 1.0
    if to_pool:
        regions.pool[ccgs.region[place.ccg[i]]] += doctors.fte[row]
    doctors.practice[row] = -1


@maker
def age_and_leave(
    doctors, place, staff, ccgs, regions, nation, push, p, q, d, w, leaving, where, intending, graduating
):
    """A year of ageing and leaving. Returns `Leavers`.

    Movers and finishing trainees are out of their practice when it returns, and keep row and id for the matching; who
    leaves practice altogether loses both, and if bound for the pool leaves the FTE in it. Flow: practices -> pool,
    retirement or abroad (nation.doctors_out).
    """
    fate = np.full(len(doctors), VACANT, np.int8)
    rows, homes, many = np.empty(len(doctors), np.int64), np.empty(len(doctors), np.int64), 0
    usual = usual_by_age(q)
    partners, finished = np.zeros(len(push)), np.zeros(len(push), np.int64)
    staff.left[:] = 0.0
    staff.joined[:] = 0.0
    nation.doctors_in[0] = 0.0
    nation.doctors_out[0] = 0.0
    for row in range(len(doctors)):
        i = doctors.practice[row]
        if i < 0:
            continue
        who, role = doctors.id[row], doctors.role[row]
        doctors.age[row] += 1.0
        fate[row] = STAYS
        if role == TRAINEE:
            if uniform(graduating, who) * w.traineeship_years < 1.0:
                fate[row], rows[many], homes[many] = QUALIFIES, row, i
                many += 1
                finished[i] += 1
                leave_practice(doctors, row, False, ccgs, place, regions, staff, nation)
            continue
        age, burnout = doctors.age[row], doctors.burnout[row]
        wanted = wanted_intention(age, burnout, p.usual_burnout, push[i, 2], uniform(intending, who), q)
        doctors.intention[row] += q.speed * (wanted - doctors.intention[row])
        unusual = doctors.intention[row] - between(usual, age)
        log_odds = leaving_log_odds(age, burnout, unusual, push[i, 0 if role == PARTNER else 1], p)
        if not settles(uniform(leaving, who), log_odds):
            partners[i] += 1.0 if role == PARTNER else 0.0
            continue
        older = age >= d.older_age
        move = 0.0 if older else d.move_share
        pool = move + (d.older_pool_share if older else d.pool_share)
        draw = uniform(where, who)
        leave_practice(doctors, row, move <= draw < pool, ccgs, place, regions, staff, nation)
        if draw < move:
            fate[row], rows[many], homes[many] = MOVES, row, i
            many += 1
        else:
            fate[row] = VACANT
            doctors.id[row] = np.uint64(0)
    return Leavers(fate, rows[:many].copy(), homes[:many].copy(), partners, finished)


@rule
def step_down_probability(relative, workload, p):
    """Yearly chance that a partner becomes salaried: partners' FTE fell 4% a year and salaried rose (PA152, PA153)."""
    return logistic(p.step_down + p.step_down_per_workload * (workload - 1.0) - p.step_down_per_income * relative)


@rule
def promotion_probability(relative, liability_each, partners, p):
    """Yearly chance that a salaried GP becomes partner: 5% are partners 6 months and 34% five years after CCT (PA167).

    relative: partners' relative income; liability_each: pounds that would fall on each partner; a practice without any
    partner presses harder, since its contract hangs on it.
    """
    press = p.promotion_without_partner if partners < 0.5 else 0.0
    return logistic(
        p.promotion + press + p.promotion_per_income * relative - p.promotion_per_liability * liability_each / 1e5
    )


@maker
def change_working_lives(doctors, contract, staff, care, life, relative, partners, w, burnout, stream):
    """Hours drift towards what GPs of the role want; partners step down, salaried GPs are made partners. Nobody comes
    or goes. Counts the practices anew and returns the tally (see `counts`).

    relative: see `compare_with_salary`. partners: of each practice. burnout: England's usual burn-out, from which hours
    are counted. The last partner cannot step down.
    """
    chances = np.zeros((len(life), 2))
    for i in range(len(life)):
        if life.state[i] == OPEN and contract.kind[i] != APMS:
            chances[i, 0] = step_down_probability(relative[i], care.workload[i], w) if partners[i] > 1.5 else 0.0
            each = contract.liability[i] / (partners[i] + 1.0)
            chances[i, 1] = promotion_probability(relative[i], each, partners[i], w)
    tally = np.zeros((len(life), TALLY))
    for row in range(len(doctors)):
        i, role = doctors.practice[row], doctors.role[row]
        if i < 0:
            continue
        if role == PARTNER or role == SALARIED:
            wanted = (w.partner_fte if role == PARTNER else w.salaried_fte) - w.fte_per_burnout * (
                doctors.burnout[row] - burnout
            )
            doctors.fte[row] += w.speed * (wanted - doctors.fte[row])
            if uniform(stream, doctors.id[row]) < chances[i, role] and (role == SALARIED or partners[i] > 1.5):
                doctors.role[row] = SALARIED if role == PARTNER else PARTNER
                partners[i] += -1.0 if role == PARTNER else 1.0
        tally_doctor(tally, doctors, row)
    for i in range(len(life)):
        write_counts(i, tally, staff, life)
    return tally
