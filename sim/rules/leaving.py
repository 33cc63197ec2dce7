"""Who leaves general practice, who moves, who works less and who changes role: one doctor at a time.

A GP's yearly hazard is logistic in age, burn-out, relative income, workload, intention and the deprivation of the
practice. Those who go retire or leave the country, become locums or work elsewhere (the region's pool), or look for
another practice (movers, who keep their id and meet the vacancies of `matching`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.kernel import kernel, rule
from sim.world.luck import decision, uniform
from sim.world.states import APMS, CARETAKER, LOCUM, OPEN, PARTNER, SALARIED, TRAINEE

LEAVING = decision("workforce.leaving")
DESTINATION = decision("workforce.destination")
INTENTION = decision("workforce.intention")
ROLE = decision("workforce.role")
GRADUATION = decision("workforce.graduation")

STAYS, MOVES, QUALIFIES = 0, 1, 2
"""What a doctor does this year, as `age_and_leave` returns it by row; those who left altogether have no row any more.
"""


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


@rule
def logistic(x):
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + math.exp(-x))


@rule
def relative_income(drawings_each, mean):
    """How a partner's full-time income compares with England's mean, -1 to 1: -0.76 with nil drawings, 0 at the mean.

    It saturates: nobody stays for ever for money. Without a mean (no partner anywhere) it is 0.
    """
    if mean <= 0.0:
        return 0.0
    return math.tanh(drawings_each / mean - 1.0)


@rule
def age_log_odds(age, p):
    """Log-odds that age adds to leaving: higher for the young, who move about, and steep from 52 (E069, PA149)."""
    young = max(40.0 - age, 0.0)
    middle = min(max(age - 52.0, 0.0), 5.0)
    old = max(age - 57.0, 0.0)
    return p.base + p.per_year_under_40 * young + p.per_year_52_to_57 * middle + p.per_year_over_57 * old


@rule
def usual_intention(age, p):
    """Usual intention (0-1) to quit within five years at this age: 13% under 50, 62% over (PA150)."""
    return logistic(p.base + p.per_year_over_50 * max(age - 50.0, 0.0))


@rule
def wanted_intention(age, burnout, usual_burnout, workload, luck, p):
    """Intention (0-1) towards which a GP's own moves this year; `luck` is a standard uniform."""
    press = p.per_burnout * (burnout - usual_burnout) + p.per_workload * (workload - 1.0)
    return logistic(p.base + p.per_year_over_50 * max(age - 50.0, 0.0) + press + p.spread * (luck - 0.5))


@rule
def leaving_probability(age, burnout, unusual_intention, push, p):
    """Yearly chance, 0 to 1, that a GP leaves the practice.

    unusual_intention: intention above what is usual at this age. push: log-odds from the practice (income, workload,
    deprivation). Sources: morale E065, pay E066, intention E064, deprivation E070; level from WF0189 and WF0190.
    """
    own = p.per_burnout * (burnout - p.usual_burnout) + p.per_intention * unusual_intention
    return logistic(age_log_odds(age, p) + own + push)


@rule
def is_working(state):
    """Whether a practice code is in use."""
    return state in (OPEN, CARETAKER)


@rule
def mean_drawings(money, staff, life):
    """Mean income of a full-time partner in pounds, over open practices weighted by partner FTE; 0 if none."""
    pounds, fte = 0.0, 0.0
    for i in range(len(life)):
        if life.state[i] == OPEN:
            pounds += money.drawings_each[i] * staff.partner_fte[i]
            fte += staff.partner_fte[i]
    return pounds / fte if fte > 0.0 else 0.0


@kernel
def practice_push(place, money, staff, care, life, p):
    """Log-odds that each practice adds to leaving, shape (2, practices): of its partners and of its other GPs."""
    push = np.zeros((2, len(life)))
    mean = mean_drawings(money, staff, life)
    for i in range(len(life)):
        if not is_working(life.state[i]):
            continue
        shared = p.per_workload * (care.workload[i] - 1.0) if care.workload[i] > 0.0 else 0.0
        shared += p.deprivation * place.fifth[i] / 4.0
        push[1, i] = shared
        push[0, i] = shared + p.per_relative_income * relative_income(money.drawings_each[i], mean)
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


@kernel
def age_and_leave(
    doctors, place, care, staff, ccgs, regions, nation, push, p, q, d, w, leaving, where, intending, graduating
):
    """A year of ageing and leaving. Returns what each row does (`STAYS`, `MOVES`, `QUALIFIES`) and where it came from.

    Movers and finishing trainees are out of their practice when it returns, and keep row and id for the matching; who
    leaves practice altogether loses both, and if bound for the pool leaves the FTE in it. Flow: practices -> pool,
    retirement or abroad (nation.doctors_out).
    """
    fate = np.zeros(len(doctors), np.int64)
    home = np.full(len(doctors), -1, np.int64)
    staff.left[:] = 0.0
    staff.joined[:] = 0.0
    nation.doctors_in[0] = 0.0
    nation.doctors_out[0] = 0.0
    for row in range(len(doctors)):
        i = doctors.practice[row]
        if i < 0:
            continue
        who = doctors.id[row]
        doctors.age[row] += 1.0
        doctors.tenure[row] += 1.0
        home[row] = i
        if doctors.role[row] == TRAINEE:
            if uniform(graduating, who) * w.traineeship_years < 1.0:
                fate[row] = QUALIFIES
                leave_practice(doctors, row, False, ccgs, place, regions, staff, nation)
            continue
        age = doctors.age[row]
        workload = care.workload[i] if care.workload[i] > 0.0 else 1.0
        wanted = wanted_intention(age, doctors.burnout[row], p.usual_burnout, workload, uniform(intending, who), q)
        doctors.intention[row] += q.speed * (wanted - doctors.intention[row])
        unusual = doctors.intention[row] - usual_intention(age, q)
        role = 0 if doctors.role[row] == PARTNER else 1
        if uniform(leaving, who) >= leaving_probability(age, doctors.burnout[row], unusual, push[role, i], p):
            continue
        older = age >= d.older_age
        move = 0.0 if older else d.move_share
        pool = move + (d.older_pool_share if older else d.pool_share)
        draw = uniform(where, who)
        leave_practice(doctors, row, move <= draw < pool, ccgs, place, regions, staff, nation)
        if draw < move:
            fate[row] = MOVES
        else:
            doctors.id[row] = np.uint64(0)
    return fate, home


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


@kernel
def change_working_lives(doctors, contract, money, staff, care, life, w, burnout, stream):
    """Hours drift towards what GPs of the role want; partners step down, salaried GPs are made partners. Nobody comes
    or goes.

    burnout: England's usual burn-out, from which hours are counted. The last partner cannot step down.
    """
    mean = mean_drawings(money, staff, life)
    down, up = np.zeros(len(life)), np.zeros(len(life))
    partners = np.zeros(len(life))
    for row in range(len(doctors)):
        if doctors.practice[row] >= 0 and doctors.role[row] == PARTNER:
            partners[doctors.practice[row]] += 1.0
    for i in range(len(life)):
        if life.state[i] == OPEN and contract.kind[i] != APMS:
            relative = relative_income(money.drawings_each[i], mean)
            down[i] = step_down_probability(relative, care.workload[i], w) if partners[i] > 1.5 else 0.0
            each = contract.liability[i] / (partners[i] + 1.0)
            up[i] = promotion_probability(relative, each, partners[i], w)
    for row in range(len(doctors)):
        i = doctors.practice[row]
        if i < 0 or doctors.role[row] in (LOCUM, TRAINEE):
            continue
        partner = doctors.role[row] == PARTNER
        wanted = (w.partner_fte if partner else w.salaried_fte) - w.fte_per_burnout * (doctors.burnout[row] - burnout)
        doctors.fte[row] += w.speed * (wanted - doctors.fte[row])
        chance = down[i] if partner else up[i]
        if chance > 0.0 and uniform(stream, doctors.id[row]) < chance and (not partner or partners[i] > 1.5):
            doctors.role[row] = SALARIED if partner else PARTNER
            partners[i] += -1.0 if partner else 1.0
