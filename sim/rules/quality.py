"""True quality, recorded quality, patients' experience and CQC ratings (the second half of phase 4).

True quality is in standard deviations of England's practices at the start, mean 0. It returns to `care.quality_base`
unless something presses on it. What QOF records is another thing: it depends on true quality, but more on how
diligently a practice records, and moves further than care does when money comes or goes (E025 to E031).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.kernel import maker, rule
from sim.rules import origins
from sim.rules.chances import logistic
from sim.rules.curves import exp, log
from sim.rules.demand import noise, served
from sim.world.luck import decision, normal, uniform
from sim.world.states import APMS, GOOD, INADEQUATE, OUTSTANDING, REQUIRES_IMPROVEMENT, UNRATED

DRIFT = decision("quality.drift")
INSPECTED = decision("quality.inspected")
READING = decision("quality.reading")
START_QUALITY = decision("quality.start")
START_CCG = decision("quality.start_ccg")
START_CODING = decision("quality.start_coding")
START_FACILITIES = decision("quality.start_facilities")


class TrueQuality(NamedTuple):
    """What presses on true quality and how fast it follows."""

    speed: float
    per_workload: float
    per_unmet: float
    per_nurse: float
    per_turnover: float
    support: float
    support_fade: float
    scheme: float
    scheme_half: float
    scheme_gap: float
    suspended: float
    drift: float


class RecordedQuality(NamedTuple):
    """Share of QOF points lost, and what moves it."""

    lost: float
    per_quality: float
    per_coding: float
    scheme: float
    suspended: float


class Experience(NamedTuple):
    """Patients who call their experience of the surgery good."""

    usual: float
    per_access: float
    per_continuity: float
    per_quality: float
    per_imd: float
    per_log_size: float
    per_received: float


class Inspection(NamedTuple):
    """CQC: who is inspected, how well quality is read, and where ratings begin."""

    share: float
    again: float
    reliability: float
    inadequate: float
    requires_improvement: float
    outstanding: float


class StartQuality(NamedTuple):
    """How true quality, recording and room differ between practices on 1 April 2014."""

    mean: float
    per_imd: float
    apms: float
    single: float
    between_ccgs: float
    within_ccgs: float
    coding: float
    facilities: float
    facilities_per_log_size: float
    facilities_spread: float


@rule
def scheme_work(effort, total, p):
    """Work on local-scheme domains, 0 to 1 with diminishing returns. effort: hours a year; total: list, patients."""
    if total <= 0.0 or effort <= 0.0:
        return 0.0
    per_1000 = 1000.0 * effort / total
    return per_1000 / (per_1000 + p.scheme_half)


@rule
def scheme_gain(work, fit, quality, p):
    """What a local scheme adds to the quality a practice tends to, in sd (K028).

    work: see `scheme_work`. fit: how far its domains fit local gaps, 0 to 1. quality: sd; what fits does more, or less,
    for those who lag, but never harms.
    """
    return p.scheme * fit * work * max(0.0, 1.0 - p.scheme_gap * quality)


@rule
def unwatched(opted_in, suspended, watched):
    """Share of QOF that nobody looks at in a practice: suspended by its local scheme and not watched, 0 to 1 (K031)."""
    return suspended if opted_in == 1 and watched == 0 else 0.0


@rule
def pressure(workload, unmet, nurses, turnover, p):
    """What work, unmet need, nurses (FTE per 1,000) and turnover do to the quality a practice tends to, in sd."""
    work = p.per_workload * (workload - origins.WORKLOAD) + p.per_unmet * (unmet - origins.UNMET)
    return work + p.per_nurse * (nurses - origins.NURSES) + p.per_turnover * (turnover - origins.TURNOVER)


@rule
def points_achieved(quality, coding, work, hidden, p):
    """Share of QOF points achieved, 0 to 1.

    quality, coding: sd. work: scheme work, 0 to 1. hidden: share of QOF suspended and unwatched, of which little is
    still recorded. Points lost are lognormal over practices: strongly left-skewed as in 2014-15 (MO0192, PA389).
    """
    lost = p.lost * exp(-p.per_quality * quality - p.per_coding * coding - p.scheme * work)
    return (1.0 - min(1.0, lost)) * (1.0 - p.suspended * hidden)


@rule
def good_experience(access, continuity, quality, imd, total, received, p):
    """Share of patients with a good overall experience, 0 to 1 (EX0028 to EX0053, E013 to E015, E036, E041)."""
    seen = (
        p.per_access * (access - origins.ACCESS)
        + p.per_continuity * (continuity - origins.CONTINUITY)
        + p.per_quality * quality
    )
    people = p.per_imd * (imd - origins.IMD) + p.per_log_size * log(max(total, 100.0) / origins.LIST)
    return logistic(p.usual + seen + people + p.per_received * received)


@rule
def rating_of(reading, p):
    """CQC rating from an inspector's reading of quality (sd)."""
    if reading < p.inadequate:
        return INADEQUATE
    if reading < p.requires_improvement:
        return REQUIRES_IMPROVEMENT
    return OUTSTANDING if reading > p.outstanding else GOOD


@rule
def per_1000(fte, total):
    """Staff FTE per 1,000 patients; 0 for an empty list."""
    return 1000.0 * fte / total if total > 0.0 else 0.0


@rule
def observe(i, place, lists, care, opted_in, suspended, watched, p_true, p_recorded, p_experience):
    """Writes what others see of practice `i`: recorded quality and experience."""
    work = scheme_work(care.effort_scheme[i], lists.total[i], p_true) if opted_in == 1 else 0.0
    hidden = unwatched(opted_in, suspended, watched)
    care.quality_recorded[i] = points_achieved(care.quality_true[i], care.coding[i], work, hidden, p_recorded)
    received = min(1.0, lists.received[i] / lists.total[i]) if lists.total[i] > 0.0 else 0.0
    care.experience[i] = good_experience(
        care.access[i], care.continuity[i], care.quality_true[i], place.imd[i], lists.total[i], received, p_experience
    )


@maker
def change_quality(life, place, lists, staff, care, ties, schemes, p_true, p_recorded, p_experience, shocks):
    """A year of true quality, and what is recorded and felt of it; support fades."""
    for i in range(len(life)):
        if not served(life.state[i]):
            continue
        c = place.ccg[i]
        suspended = schemes.qof_suspended[c] if schemes.active[c] == 1 else 0.0
        target = care.quality_base[i]
        nurses = per_1000(staff.nurse_fte[i], lists.total[i])
        target += pressure(care.workload[i], care.unmet[i], nurses, staff.turnover[i], p_true)
        if ties.opted_in[i] == 1:
            work = scheme_work(care.effort_scheme[i], lists.total[i], p_true)
            target += scheme_gain(work, schemes.fit[c], care.quality_true[i], p_true)
            target += p_true.suspended * unwatched(1, suspended, schemes.qof_watched[c])
        shock = noise(uniform(shocks, place.id[i]), p_true.drift)
        step = p_true.speed * (target - care.quality_true[i]) + p_true.support * care.support[i]
        care.quality_true[i] += step + shock
        care.support[i] *= 1.0 - p_true.support_fade
        watched = schemes.qof_watched[c]
        observe(i, place, lists, care, ties.opted_in[i], suspended, watched, p_true, p_recorded, p_experience)


@maker
def inspect(life, place, care, p, chances, readings):
    """CQC inspects a share of practices, more often those it found wanting, and reads their quality with error."""
    blur = math.sqrt(max(0.0, 1.0 - p.reliability * p.reliability))
    for i in range(len(life)):
        if not served(life.state[i]):
            continue
        wanting = care.rating[i] == INADEQUATE or care.rating[i] == REQUIRES_IMPROVEMENT
        chance = max(p.share, p.again) if wanting else p.share
        if uniform(chances, place.id[i]) < chance:
            reading = p.reliability * care.quality_true[i] + blur * normal(readings, place.id[i])
            care.rating[i] = rating_of(reading, p)


@maker
def begin(life, place, lists, contract, staff, care, ccgs, luck, p, p_true):
    """Quality of 1 April 2014; the base is what it returns to once this year's pressures are taken off."""
    draws, ccg_draws, coding_draws = luck.stream(START_QUALITY), luck.stream(START_CCG), luck.stream(START_CODING)
    for i in range(len(life)):
        if not served(life.state[i]):
            continue
        drawn = p.between_ccgs * normal(ccg_draws, ccgs.id[place.ccg[i]]) + p.within_ccgs * normal(draws, place.id[i])
        drawn += p.mean + p.per_imd * (place.imd[i] - origins.IMD)
        if contract.kind[i] == APMS:
            drawn += p.apms
        if staff.doctors[i] <= 1.0:
            drawn += p.single
        nurses = per_1000(staff.nurse_fte[i], lists.total[i])
        care.quality_true[i] = drawn
        care.quality_base[i] = drawn - pressure(care.workload[i], care.unmet[i], nurses, staff.turnover[i], p_true)
        care.coding[i] = p.coding * normal(coding_draws, place.id[i])
        size = log(max(lists.total[i], 100.0) / origins.LIST)
        room = p.facilities + p.facilities_per_log_size * size
        room += noise(uniform(luck.stream(START_FACILITIES), place.id[i]), p.facilities_spread)
        care.facilities[i] = min(1.0, max(0.0, room))
        care.rating[i] = UNRATED


@maker
def observe_all(life, place, lists, care, p_true, p_recorded, p_experience):
    """What others see of every practice before any local scheme runs."""
    for i in range(len(life)):
        if served(life.state[i]):
            observe(i, place, lists, care, 0, 0.0, 0, p_true, p_recorded, p_experience)


@maker
def quality(w, luck, p_true, p_recorded, p_experience, inspection):
    """The second half of phase 4."""
    change_quality(
        w.life, w.place, w.lists, w.staff, w.care, w.ties, w.schemes, p_true, p_recorded, p_experience,
        luck.stream(DRIFT),
    )  # fmt: skip
    if inspection.share > 0.0:
        inspect(w.life, w.place, w.care, inspection, luck.stream(INSPECTED), luck.stream(READING))


@maker
def start_quality(w, luck, p, p_true, p_recorded, p_experience):
    """True and recorded quality, experience and room of 1 April 2014; nobody is rated yet."""
    begin(w.life, w.place, w.lists, w.contract, w.staff, w.care, w.ccgs, luck, p, p_true)
    observe_all(w.life, w.place, w.lists, w.care, p_true, p_recorded, p_experience)
