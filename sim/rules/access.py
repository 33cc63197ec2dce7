"""Access (phase 4): appointments against what is wanted, workload, continuity, and what it costs the doctors.

A practice's *sustainable* supply is what its staff can give in their contracted hours. When more is wanted GPs stretch,
up to a limit, and pay for it in burn-out; what is still not met is `care.unmet`. Quality, experience and ratings follow
in `sim.rules.quality`, in the same phase.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.kernel import kernel, maker, rule
from sim.parameters import Params
from sim.rules import origins, quality
from sim.rules.chances import logistic
from sim.rules.curves import between, exp, log
from sim.rules.demand import Wanting, noise, served, want
from sim.rules.quality import Experience, Inspection, RecordedQuality, StartQuality, TrueQuality
from sim.world.luck import Luck, decision, uniform
from sim.world.states import PARTNER, SALARIED
from sim.world.world import Floats, World

STRAIN = decision("access.strain")

MOST = 5.0
"""The highest workload; where nobody is left to do the work the ratio has no meaning, and this stands for it."""
STEPS_OF_WORKLOAD = 1024
"""For each unit of workload, at which the share of what is wanted that is given is known."""
SETTLING_ROUNDS = 4
"""Times that demand and access are worked out in turn before the first year, until each fits the other."""


class Appointments(NamedTuple):
    """What staff can give, and how far GPs stretch."""

    gp_hours: float
    per_hour: float
    trainee: float
    locum: float
    nurse: float
    direct: float
    clinical_effort: float
    stretch: float
    sharpness: float
    access_loss: float
    access_per_turnover: float


class Continuity(NamedTuple):
    """Share of consultations with the usual GP, and what moves it."""

    usual: float
    per_log_size: float
    per_turnover: float
    per_part_time: float
    per_received: float
    speed: float


class Tiring(NamedTuple):
    """Burn-out of doctors: what presses on it, and how fast it follows."""

    usual: float
    per_workload: float
    per_unmet: float
    per_vacancy: float
    per_threat: float
    speed: float
    shock: float


@rule
def clinical_hours(gp_fte, trainee_fte, locum_fte, effort, p):
    """Hours a year in which patients are seen: all doctors, in hours of a GP, less their part of paperwork.

    effort: hours a year of reporting and local-scheme work in the whole practice, of which `p.clinical_effort` falls on
    clinicians' time with patients. Source: PA174-PA178, PA408.
    """
    hours = p.gp_hours * (gp_fte + p.trainee * trainee_fte + p.locum * locum_fte)
    return max(0.0, hours - p.clinical_effort * effort)


@rule
def sustainable(hours, nurse_fte, direct_fte, p):
    """Consultations a year that a practice can give in contracted hours. hours: clinical hours of its doctors."""
    return hours * p.per_hour + p.nurse * nurse_fte + p.direct * direct_fte


@rule
def given_share(workload, p):
    """Share of what is wanted that is given, 0 to 1. workload: wanted over sustainable consultations.

    With little pressure all is met; as pressure grows supply nears `p.stretch` times the sustainable level. A low
    `p.sharpness` means that hours and wishes fit badly, so that some go unmet before the practice is full.
    """
    if workload <= 0.0:
        return 1.0
    return math.pow(1.0 + math.pow(workload / p.stretch, p.sharpness), -1.0 / p.sharpness)


@kernel
def share_by_workload(p):
    """`given_share` at workloads of 0, 1/1024, ... to `MOST`; between them it is read with an error under 1e-6."""
    share = np.zeros(int(MOST) * STEPS_OF_WORKLOAD + 1)
    for step in range(len(share)):
        share[step] = given_share(step / STEPS_OF_WORKLOAD, p)
    return share


@lru_cache(maxsize=4)
def shares(p: Appointments) -> Floats:
    """`share_by_workload` under these parameters, which are the same in most years."""
    found: Floats = share_by_workload(p)
    return found


@rule
def access_score(unmet, turnover, p):
    """How easily patients are seen, 0 to 1: falls with what is unmet, and where doctors keep changing (E014)."""
    score = exp(-p.access_loss * unmet) + p.access_per_turnover * (turnover - origins.TURNOVER)
    return min(1.0, max(0.0, score))


@rule
def continuity_target(total, turnover, part_time, received, p):
    """Share of consultations with the usual GP to which a practice tends, 0 to 1.

    total: list, patients. turnover: yearly share of GPs who change. part_time: mean FTE of its GPs. received: share of
    the list taken from closed practices and not yet settled. Source: E001, E013, PA257-PA259, E039-E041.
    """
    size = p.per_log_size * log(max(total, 100.0) / origins.LIST)
    staff = p.per_turnover * (turnover - origins.TURNOVER) + p.per_part_time * (part_time - origins.PART_TIME)
    return min(1.0, max(0.0, p.usual + size + staff + p.per_received * received))


@rule
def strain(workload, unmet, vacant, p):
    """Burn-out, 0 to 1, to which the doctors of a practice tend. vacant: share of its GP posts that stay empty."""
    pressure = p.per_workload * (workload - origins.WORKLOAD) + p.per_unmet * (unmet - origins.UNMET)
    pull = log(p.usual / (1.0 - p.usual)) + pressure + p.per_vacancy * vacant
    return logistic(pull)


@rule
def give(i, staff, care, known, p):
    """Appointments of practice `i`: how many are given, workload, what is unmet, and access. known: see
    `share_by_workload`."""
    effort = care.effort_reporting[i] + care.effort_scheme[i]
    hours = clinical_hours(staff.gp_fte[i], staff.trainee_fte[i], staff.locum_fte[i], effort, p)
    capacity = sustainable(hours, staff.nurse_fte[i], staff.direct_fte[i], p)
    workload = care.wanted[i] / capacity if capacity > 0.0 else MOST
    care.workload[i] = min(MOST, workload)
    share = 0.0
    if capacity > 0.0:
        share = between(known, workload * STEPS_OF_WORKLOAD) if workload < MOST else given_share(workload, p)
    care.appointments[i] = share * care.wanted[i]
    care.unmet[i] = 1.0 - share
    care.access[i] = access_score(care.unmet[i], staff.turnover[i], p)


@maker
def serve(life, lists, staff, care, speed, known, p, p_continuity):
    """A year of appointments in every practice. speed: 1.0 puts continuity at its target at once (the start). known:
    see `share_by_workload`."""
    for i in range(len(life)):
        if not served(life.state[i]):
            care.appointments[i] = 0.0
            continue
        give(i, staff, care, known, p)
        doctors = staff.doctors[i]
        part_time = min(1.0, staff.gp_fte[i] / doctors) if doctors > 0.0 else origins.PART_TIME
        received = min(1.0, lists.received[i] / lists.total[i]) if lists.total[i] > 0.0 else 0.0
        target = continuity_target(lists.total[i], staff.turnover[i], part_time, received, p_continuity)
        care.continuity[i] += speed * (target - care.continuity[i])


@maker
def tire(staff, care, doctors, minds, p, shocks):
    """Burn-out of each doctor moves towards the strain of the practice and the doctor's own fear of more work.

    Also sets each practice's mean burn-out of its partners and salaried GPs.
    """
    strains, sums = np.zeros(len(staff)), np.zeros((len(staff), 2))
    for i in range(len(staff)):
        posts = staff.posts_fte[i]
        vacant = min(1.0, staff.vacant_fte[i] / posts) if posts > 0.0 else 0.0
        strains[i] = strain(care.workload[i], care.unmet[i], vacant, p)
    for d in range(len(doctors)):
        i = doctors.practice[d]
        if i < 0:
            continue
        target = strains[i] + p.per_threat * (minds.workload_threat[d] - 0.5)
        shock = noise(uniform(shocks, doctors.id[d]), p.shock)
        burnout = doctors.burnout[d] + p.speed * (target - doctors.burnout[d]) + shock
        doctors.burnout[d] = min(1.0, max(0.0, burnout))
        if doctors.role[d] == PARTNER or doctors.role[d] == SALARIED:
            sums[i, 0] += 1.0
            sums[i, 1] += doctors.burnout[d]
    for i in range(len(staff)):
        staff.burnout[i] = sums[i, 1] / sums[i, 0] if sums[i, 0] > 0.0 else 0.0


def access(world: World, params: Params, luck: Luck) -> None:
    """Appointments are given, at some workload; continuity, quality, experience, ratings and burn-out follow."""
    of = params.of
    year_of_access(
        world, luck, shares(of(Appointments)), of(Appointments), of(Continuity), of(TrueQuality), of(RecordedQuality),
        of(Experience), of(Inspection), of(Tiring),
    )  # fmt: skip


@kernel
def year_of_access(
    w, luck, known, appointments, continuity, true_quality, recorded, experience, inspection, tiring
):  # fmt: skip
    """The phase in order. known: see `share_by_workload`."""
    serve(w.life, w.lists, w.staff, w.care, continuity.speed, known, appointments, continuity)
    quality.quality(w, luck, true_quality, recorded, experience, inspection)
    tire(w.staff, w.care, w.doctors, w.minds, tiring, luck.stream(STRAIN))


def start(world: World, params: Params, luck: Luck) -> None:
    """Demand, access and quality of 1 April 2014, such that each fits the others."""
    of = params.of
    start_access(
        world, luck, shares(of(Appointments)), of(Wanting), of(Appointments), of(Continuity), of(StartQuality),
        of(TrueQuality), of(RecordedQuality), of(Experience),
    )  # fmt: skip


@kernel
def start_access(w, luck, known, wanting, appointments, continuity, start, true_quality, recorded, experience):
    """The start in order; see `start`."""
    w.care.access[:] = origins.ACCESS
    for _ in range(SETTLING_ROUNDS):
        want(w.life, w.lists, w.place, w.care, 0.0, wanting)
        serve(w.life, w.lists, w.staff, w.care, 1.0, known, appointments, continuity)
    quality.start_quality(w, luck, start, true_quality, recorded, experience)
