"""Commissioning bodies as rows: which body serves a practice, and what staff it starts with.

A body's row is kind * stride + unit; the unit is a nation, region, area team or CCG, as the regime's table says.
Staff are held by rows, so that a change of level can only move them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.functions import (
    AREA_TEAM,
    AREA_TEAM_SCALE,
    BODIES,
    CCG,
    CCG_SCALE,
    COUNTY_SCALE,
    NATION_SCALE,
    NHS_ENGLAND,
    PRACTICE_SCALE,
    REGION_SCALE,
)
from sim.kernel import maker, rule
from sim.world.luck import decision, normal, stable_hash
from sim.world.table import Table
from sim.world.world import Rows, World

KINDS = len(BODIES)
SKILLS = ("contracts_fte", "quality_fte", "finance_fte", "clinical_fte")
TEAM_SIZE = decision("bodies.team_size")


class AreaTeamStaff(NamedTuple):
    """Area-team staff for general practice per 100 practices, by skill."""

    contracts: float
    quality: float
    finance: float
    clinical: float
    spread: float
    experience: float


class NationalStaff(NamedTuple):
    """NHS England's central staff for the functions it keeps, per 100 practices."""

    contracts: float
    quality: float


class CcgStaff(NamedTuple):
    """CCG staff on general practice before any delegation, paid from running costs."""

    share_of_running_costs: float
    contracts: float
    quality: float
    finance: float
    clinical: float
    experience: float


class StaffCost(NamedTuple):
    """What a full-time commissioner costs a year, and how quickly experience comes back."""

    per_fte: float
    clinical_per_fte: float
    experience_gain: float


class RunningCosts(NamedTuple):
    """The CCG's allowance for its own running, outside care money."""

    per_head: float
    underspend: float


@rule
def unit_of(scale, c, ccgs):
    """Unit of a body that serves CCG `c`: nation 0, its region, its area team now, its county, or the CCG itself.

    CCGs that have merged are one unit, at the seat of the new one.
    """
    if scale == NATION_SCALE:
        return 0
    if scale == REGION_SCALE:
        return ccgs.region[c]
    if scale == AREA_TEAM_SCALE:
        return ccgs.team[c]
    if scale == COUNTY_SCALE:
        return ccgs.county[c]
    return ccgs.seat[c]


@rule
def body_row(kind, scale, c, ccgs, stride):
    """Row of the body of a kind that serves CCG `c`."""
    return kind * stride + unit_of(scale, c, ccgs)


@maker
def practices_of_whole(ccgs):
    """(CCGs,): practices of each CCG together with those it has merged with."""
    whole = np.zeros(len(ccgs))
    for c in range(len(ccgs)):
        whole[ccgs.seat[c]] += ccgs.practices[c]
    for c in range(len(ccgs)):
        whole[c] = whole[ccgs.seat[c]]
    return whole


@rule
def total_fte(bodies, row):
    """All staff of a body in FTE."""
    return bodies.contracts_fte[row] + bodies.quality_fte[row] + bodies.finance_fte[row] + bodies.clinical_fte[row]


def stride_of(world: World) -> int:
    """Distance between the blocks of body kinds in `world.bodies`."""
    return len(world.bodies) // KINDS


@maker
def serve(bodies, place, lists, life, ccgs, area_teams, scale):
    """Counts whom each body serves under the tables now in force: practices, patients, mean distance from its seat.

    scale: (T, kinds) of the regime. Seats: a CCG's own place, or that of one of its members; one of its CCGs for a
    county; an area team's headquarters for all wider bodies.
    """
    stride, county = len(bodies) // scale.shape[1], False
    for t in range(len(scale)):
        for kind in range(scale.shape[1]):
            county = county or scale[t, kind] == COUNTY_SCALE
    count, patients = np.zeros(len(ccgs)), np.zeros(len(ccgs))
    to_ccg, to_team, to_county = np.zeros(len(ccgs)), np.zeros(len(ccgs)), np.zeros(len(ccgs))
    for i in range(len(place)):
        if life.state[i] == 0 or life.state[i] > 2:
            continue
        c = place.ccg[i]
        team, seat, own = ccgs.team[c], ccgs.county[c], ccgs.seat[c]
        count[c] += 1.0
        patients[c] += lists.total[i]
        to_ccg[c] += math.sqrt((place.x[i] - ccgs.x[own]) ** 2 + (place.y[i] - ccgs.y[own]) ** 2)
        if county:
            to_county[c] += math.sqrt((place.x[i] - ccgs.x[seat]) ** 2 + (place.y[i] - ccgs.y[seat]) ** 2)
        to_team[c] += math.sqrt((place.x[i] - area_teams.x[team]) ** 2 + (place.y[i] - area_teams.y[team]) ** 2)
    for b in range(len(bodies)):
        bodies.practices[b] = 0.0
        bodies.patients[b] = 0.0
        bodies.km[b] = 0.0
    for c in range(len(ccgs)):
        for kind in range(scale.shape[1]):
            s = scale[ccgs.table[c], kind]
            if s != PRACTICE_SCALE:
                b = body_row(kind, s, c, ccgs, stride)
                bodies.practices[b] += count[c]
                bodies.patients[b] += patients[c]
                far = to_county[c] if s == COUNTY_SCALE else to_team[c]
                bodies.km[b] += to_ccg[c] if s == CCG_SCALE else far
    for b in range(len(bodies)):
        if bodies.practices[b] > 0.0:
            bodies.km[b] /= bodies.practices[b]


@maker
def staff_at_start(bodies, ccg_money, team, own, national, cost, stream):
    """Area teams and CCGs get their staff of April 2014; every other body starts empty."""
    stride = len(bodies) // KINDS
    for u in range(stride):
        b = AREA_TEAM * stride + u
        size = bodies.practices[b] / 100.0 * max(0.2, 1.0 + team.spread * normal(stream, bodies.id[b]))
        bodies.contracts_fte[b] = team.contracts * size
        bodies.quality_fte[b] = team.quality * size
        bodies.finance_fte[b] = team.finance * size
        bodies.clinical_fte[b] = team.clinical * size
        bodies.experience[b] = team.experience
        if u >= len(ccg_money):
            continue
        b = CCG * stride + u
        fte = ccg_money.running_costs[u] * own.share_of_running_costs / cost.per_fte
        bodies.contracts_fte[b] = own.contracts * fte
        bodies.quality_fte[b] = own.quality * fte
        bodies.finance_fte[b] = own.finance * fte
        bodies.clinical_fte[b] = own.clinical * fte
        bodies.experience[b] = own.experience
    b = NHS_ENGLAND * stride
    bodies.contracts_fte[b] = national.contracts * bodies.practices[b] / 100.0
    bodies.quality_fte[b] = national.quality * bodies.practices[b] / 100.0
    bodies.experience[b] = team.experience


@rule
def staff_cost(bodies, row, cost):
    """Pounds a year that the staff of a body cost."""
    clinical = bodies.clinical_fte[row]
    return cost.per_fte * (total_fte(bodies, row) - clinical) + cost.clinical_per_fte * clinical


@maker
def scale_staff(bodies, nation, cost):
    """Sets how much staff this year's budget buys, as a ratio to those in post, the same for all bodies."""
    total = 0.0
    for b in range(len(bodies)):
        if bodies.practices[b] > 0.0:
            total += staff_cost(bodies, b, cost)
    budget = nation.staff_budget[0]
    nation.staff_scale[0] = budget / total if budget > 0.0 and total > 0.0 else 1.0


@maker
def staff_year(bodies, nation, cost):
    """A year of experience gained, what is left of a reorganisation's disturbance, and the cost of staff."""
    for b in range(len(bodies)):
        fte = total_fte(bodies, b)
        bodies.cost[b] = nation.staff_scale[0] * staff_cost(bodies, b, cost)
        if fte > 0.0:
            bodies.experience[b] += cost.experience_gain * (1.0 - bodies.experience[b])
        if bodies.transition[b] > 0.0:
            bodies.transition[b] -= 1.0
        if bodies.transition[b] <= 0.0:
            bodies.hours_lost[b] = 0.0


def name_bodies(stride: int, ccg_ids: Rows, team_ids: Rows) -> Table:
    """Bodies of every kind with id, kind and unit, without staff: `stride` rows a kind."""
    bodies = Table("bodies", KINDS * stride)
    bodies["kind"] = np.repeat(np.arange(KINDS), stride)
    bodies["unit"] = np.tile(np.arange(stride), KINDS)
    units = {CCG: ccg_ids, AREA_TEAM: team_ids}
    for kind, name in enumerate(BODIES):
        known = units.get(kind, np.zeros(0, np.uint64))
        keys = [int(known[u]) if u < len(known) else u for u in range(stride)]
        bodies["id"][kind * stride : (kind + 1) * stride] = [stable_hash(f"body:{name}:{key}") for key in keys]
    return bodies
