"""A CCG's plan for the next year: doctors, lists, emergency admissions, and the beds it cuts on the strength of it.

A CCG that does not see the plans for general practice knows less of who is leaving, and its forecast is worse (K003).
The forecast is scored a year later against what happened. Nothing is decided by the score: beds were cut already.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.commissioning.functions import (
    ADVISES,
    CCG,
    CONTRACT_MONITORING,
    EXECUTES,
    HOSPITAL,
    LEAD,
    PRIMARY_CARE_STRATEGY,
    SHARED,
)
from sim.commissioning.regime_tables import RegimeTables
from sim.kernel import maker, rule
from sim.rules.demand import served
from sim.world.luck import decision, normal
from sim.world.world import Floats

GP_ERROR = decision("plans.gp_error")
ACTIVITY_ERROR = decision("plans.activity_error")

GPS, PATIENTS, EMERGENCIES, DOCTORS, CHANGE = range(5)
"""Columns of what is counted for plans; see `count_for_plans`."""


class Planning(NamedTuple):
    """How CCGs forecast, and what they do about it."""

    sees_outside: float
    sees_advises: float
    sees_shared: float
    gp_blur: float
    activity_blur: float
    activity_seen: float
    gp_hope: float
    trend: float
    per_doctor: float
    optimism: float
    emergency_part: float
    missed: float
    beds_follow: float
    stay_fall: float
    start_cut: float


@rule
def foresee_doctors(now, net_change, sees, draw, p):
    """Forecast of next year's GP FTE.

    now: FTE. net_change: last year's joiners less leavers, share of GPs. draw: standard normal.

    What a CCG does not see it fills with hope (`p.gp_hope`) and error.
    """
    expected = sees * net_change + (1.0 - sees) * p.gp_hope
    return now * max(0.0, 1.0 + expected + p.gp_blur * (1.0 - sees) * draw)


@rule
def foresee_emergencies(now, doctors_change, sees, draw, p):
    """Forecast of next year's emergency admissions.

    doctors_change: forecast change of GPs per patient, share. Planned savings (`p.optimism`) count as if certain:
    plans of 2015-16 had a fall of 3% and met a rise (PB188, PB192, E063).
    """
    blur = p.activity_blur * (1.0 - p.activity_seen * sees) * draw
    return now * math.exp(p.trend + p.per_doctor * doctors_change + blur) * (1.0 - p.optimism)


@rule
def planned_cut(now, forecast, p):
    """Share of beds that a plan cuts (negative: opens), from the bed days it foresees."""
    if now <= 0.0:
        return 0.0
    return p.beds_follow * (1.0 - forecast / now * (1.0 - p.stay_fall))


@rule
def expected_spending(spent, now, forecast, p):
    """Hospital spending that a CCG expects next year at this year's prices, pounds.

    A part follows the forecast of emergencies without its savings, the rest the usual trend; of the savings themselves
    most come (K063), and `p.missed` of spending is counted on and does not.
    """
    ahead = forecast / (now * (1.0 - p.optimism)) - 1.0 if now > 0.0 else 0.0
    return spent * (1.0 + p.emergency_part * ahead + (1.0 - p.emergency_part) * p.trend) * (1.0 - p.missed)


@maker
def count_for_plans(w):
    """(CCGs, 5): GP FTE, patients, emergency admissions, doctors, and doctors who joined less those who left."""
    counts = np.zeros((len(w.plans), 5))
    for i in range(len(w.life)):
        if served(w.life.state[i]):
            c = w.place.ccg[i]
            counts[c, GPS] += w.staff.gp_fte[i]
            counts[c, PATIENTS] += w.lists.total[i]
            counts[c, EMERGENCIES] += w.use.emergency[i]
            counts[c, DOCTORS] += w.staff.doctors[i]
            counts[c, CHANGE] += w.staff.joined[i] - w.staff.left[i]
    return counts


@rule
def score(plans, counts):
    """Scores last year's plans against what happened. counts: see `count_for_plans`."""
    for c in range(len(plans)):
        gps, emergencies = counts[c, GPS], counts[c, EMERGENCIES]
        plans.error_gp[c] = plans.gp_fte[c] / gps - 1.0 if gps > 0.0 else 0.0
        plans.error_emergency[c] = plans.emergency[c] / emergencies - 1.0 if emergencies > 0.0 else 0.0


@rule
def forecast(plans, ccgs, accounts, counts, sees, p, gp_draws, activity_draws):
    """Makes the plans for the next year. counts: see `count_for_plans`; sees: see `seen_by_table`."""
    for c in range(len(plans)):
        gps, patients, emergencies = counts[c, GPS], counts[c, PATIENTS], counts[c, EMERGENCIES]
        doctors, change = counts[c, DOCTORS], counts[c, CHANGE]
        growth = patients / ccgs.patients[c] if ccgs.patients[c] > 0.0 else 1.0  # this year's
        plans.sees_primary[c] = sees[ccgs.table[c]]
        who = ccgs.id[c]
        net = change / doctors if doctors > 0.0 else 0.0
        plans.gp_fte[c] = foresee_doctors(gps, net, plans.sees_primary[c], normal(gp_draws, who), p)
        plans.patients[c] = patients * growth
        ahead = plans.gp_fte[c] / gps / (plans.patients[c] / patients) - 1.0 if gps > 0.0 else 0.0
        draw = normal(activity_draws, who)
        plans.emergency[c] = foresee_emergencies(emergencies, ahead, plans.sees_primary[c], draw, p)
        plans.beds_cut[c] = planned_cut(emergencies, plans.emergency[c], p)
        plans.hospital[c] = expected_spending(accounts.hospital[c], emergencies, plans.emergency[c], p)


@lru_cache(maxsize=64)
def seen_by_table(regime: RegimeTables, p: Planning) -> Floats:
    """How much of the plans for general practice those who plan hospital care see under each table, 0 to 1.

    They are the body that holds the hospital budget, usually the CCG. By its own part in primary care strategy and in
    contract monitoring; under a joint committee it shares.
    """
    worth = np.zeros(5)
    worth[ADVISES], worth[EXECUTES], worth[SHARED], worth[LEAD] = p.sees_advises, p.sees_advises, p.sees_shared, 1.0
    cells = regime.cells[:, [PRIMARY_CARE_STRATEGY, CONTRACT_MONITORING], :]
    holder = regime.budgets[:, HOSPITAL]
    planner = np.where(holder >= 0, holder, CCG)
    cells = np.take_along_axis(cells, planner[:, None, None], axis=2)[:, :, 0]
    part = worth[cells.astype(np.int64)].mean(axis=1)
    return p.sees_outside + (1.0 - p.sees_outside) * part


@maker
def plan(w, luck, sees, p):
    """Scores the plan for this year and makes the plan for the next. sees: see `seen_by_table`."""
    counts = count_for_plans(w)
    score(w.plans, counts)
    forecast(w.plans, w.ccgs, w.accounts, counts, sees, p, luck.stream(GP_ERROR), luck.stream(ACTIVITY_ERROR))


@maker
def start_plans(w, luck, sees, p):
    """The plans for 2014-15, made by CCGs that saw little of general practice; beds cut as in the years before."""
    counts = count_for_plans(w)
    forecast(w.plans, w.ccgs, w.accounts, counts, sees, p, luck.stream(GP_ERROR), luck.stream(ACTIVITY_ERROR))
    w.plans.beds_cut[:] = p.start_cut
