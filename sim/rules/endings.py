"""Which practice codes end or change hands, and which doctors go where with them.

Patients, reserves and doctors are conserved: patients and reserves of a merged code go to its partner (`mergers`);
patients of a dispersed one to its neighbours (`dispersals`), its reserves or its debt, and its liability, to its last
partners' drawings. `takeovers` holds what happens under a provider or a caretaker.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import maker, rule
from sim.rules.counts import TALLY, is_working, tally_doctor, write_counts
from sim.world.luck import decision, uniform
from sim.world.states import (
    APMS,
    APMS_CONTRACT,
    APPROVE,
    CARETAKER,
    CARETAKER_CONTRACT,
    CONTRACT_END,
    DECIDED,
    DISPERSE,
    HAND_BACK,
    INADEQUATE,
    LOCUM,
    MERGED,
    MERGER,
    PARTNER,
    PAYMENT,
    REFUSE,
    REMOVAL,
    SALARIED,
    SUPPORT_TEAM,
    TRAINEE,
    UNDONE,
)

WITHDRAWING = decision("practice_life.withdrawing")
STAYING = decision("practice_life.staying")
AFTERWARDS = decision("practice_life.afterwards")

LIVES, MERGES, DISPERSES, TAKEN_OVER, IN_CARE = 0, 1, 2, 3, 4
"""What becomes of a practice this year, as the kernels below hand it on."""


class Ending(NamedTuple):
    """Terms and consequences of endings."""

    caretaker_months: float
    apms_years: float
    apms_price: float
    new_code: float
    withdraw: float
    stay_taken_over: float
    join_receiver: float
    retiring_age: float
    pool_share: float
    per_km: float
    viable_list: float
    sound_quality: float
    same_building_km: float
    bid_skill: float
    bid_quality: float
    bid_cost: float


@rule
def answer_to_help(life, i, stays, list_size, viable):
    """Partners who are helped withdraw their notice (`stays`); else a caretaker takes over a list of at least `viable`
    patients, and a smaller one, which nobody would bid for, is dispersed (PA347, PA348). Returns its fate."""
    if not stays:
        return IN_CARE if list_size >= viable else DISPERSES
    life.handing_back[i] = 0
    life.months_left[i] = 0.0
    return LIVES


@rule
def drop_unanswered(cases, n, life):
    """A wish to merge that nobody answered in time lapses, and the partners choose anew."""
    if cases.status[n] == UNDONE and cases.kind[n] == MERGER and cases.practice[n] >= 0:
        life.merger_wish[cases.practice[n]] = -1


@maker
def read_decisions(place, lists, contract, life, cases, p, year, withdrawing):
    """What commissioners decided, and notices that ran out undecided; returns each practice's fate, its merger
    partner and the provider that won its contract.

    A decision counts only while what it is about still holds. An undecided notice loses twelve months; when none are
    left the list is dispersed. An APMS contract whose end nobody decided runs on for a year.
    """
    fate = np.zeros(len(life), np.int64)
    into = np.full(len(life), -1, np.int64)
    winner = np.full(len(life), -1, np.int64)
    for n in range(len(cases)):
        i = cases.practice[n]
        drop_unanswered(cases, n, life)
        if cases.status[n] != DECIDED or i < 0 or not is_working(life.state[i]):
            continue
        kind, action = cases.kind[n], cases.action[n]
        if kind == MERGER and life.merger_wish[i] >= 0 and fate[i] == LIVES:
            if action == APPROVE:
                fate[i], into[i] = MERGES, life.merger_wish[i]
            elif action == REFUSE:
                life.merger_wish[i] = -1
        elif action == REMOVAL or (kind in (HAND_BACK, CONTRACT_END) and action == CARETAKER_CONTRACT):
            fate[i] = IN_CARE
        elif kind in (HAND_BACK, CONTRACT_END) and action == APMS_CONTRACT:
            fate[i], winner[i] = TAKEN_OVER, cases.winner[n]
        elif kind in (HAND_BACK, CONTRACT_END) and action == DISPERSE:
            fate[i] = DISPERSES
        elif kind == HAND_BACK and action in (SUPPORT_TEAM, PAYMENT):
            stays = uniform(withdrawing, place.id[i]) < p.withdraw
            fate[i] = answer_to_help(life, i, stays, lists.total[i], p.viable_list)
    for i in range(len(life)):
        if not is_working(life.state[i]) or fate[i] != LIVES:
            continue
        if life.handing_back[i] != 0 or life.state[i] == CARETAKER:
            life.months_left[i] -= 12.0
            if life.months_left[i] <= 0.0:
                fate[i] = DISPERSES
        elif contract.kind[i] == APMS and contract.ends[i] <= year:
            contract.ends[i] = year + 1
    return fate, into, winner


@maker
def settle_fates(life, fate, into):
    """Follows chains of mergers to their end, refuses those that lead nowhere, and keeps a list that nobody could take.

    After it every partner in `into` is a practice that lives on.
    """
    for i in range(len(fate)):
        if fate[i] != MERGES:
            continue
        root, steps = into[i], 0
        while root >= 0 and root != i and steps < 20 and (life.state[root] == MERGED or fate[root] == MERGES):
            root = life.merged_into[root] if life.state[root] == MERGED else into[root]
            steps += 1
        bad = root < 0 or root == i or steps >= 20 or not is_working(life.state[root]) or fate[root] == DISPERSES
        life.merger_wish[i] = -1
        into[i] = -1 if bad else root
    takers = 0
    for i in range(len(fate)):
        if fate[i] == MERGES and into[i] < 0:
            fate[i] = LIVES
        takers += 1 if is_working(life.state[i]) and fate[i] not in (MERGES, DISPERSES) else 0
    for i in range(len(fate)):
        if fate[i] == DISPERSES and takers == 0:
            fate[i] = IN_CARE
        if fate[i] == LIVES and life.merger_wish[i] >= 0 and not is_working(life.state[life.merger_wish[i]]):
            life.merger_wish[i] = -1


@rule
def was_viable(list_size, quality, rating, p):
    """1 if a practice was viable and sound: a list of at least `viable_list`, care not poor (sd), not rated
    inadequate (K004).
    """
    return 1 if list_size >= p.viable_list and quality >= p.sound_quality and rating != INADEQUATE else 0


@rule
def end_code(i, state, partner, lists, staff, care, life, p, year):
    """Closes a code: its list is empty, its state says how it ended, and whether it was viable."""
    life.viable[i] = was_viable(lists.total[i], care.quality_true[i], care.rating[i], p)
    life.state[i] = state
    life.closed[i] = year
    life.merged_into[i] = partner
    life.merger_wish[i] = -1
    life.handing_back[i] = 0
    life.months_left[i] = 0.0
    life.asking[i] = 0
    lists.age_0_4[i] = 0.0
    lists.age_5_64[i] = 0.0
    lists.age_65_74[i] = 0.0
    lists.age_75[i] = 0.0
    lists.total[i] = 0.0
    lists.weighted[i] = 0.0
    lists.received[i] = 0.0
    lists.open[i] = 0
    staff.posts_fte[i] = 0.0
    staff.vacant_fte[i] = 0.0
    staff.vacant_months[i] = 0.0


@rule
def share_out(i, contract, money):
    """The last partners draw the reserves left, or make good the debt, and pay what falls on them (lease,
    redundancy).
    """
    money.drawings[i] += money.reserves[i] - contract.liability[i]
    money.reserves[i] = 0.0
    contract.liability[i] = 0.0


@rule
def release_provider(i, contract, providers):
    """An APMS contract ends: its provider has one fewer."""
    j = contract.provider[i]
    if j >= 0:
        providers.contracts[j] -= 1.0
        contract.provider[i] = -1


@rule
def stays_on(row, fate, doctors, p, staying):
    """Whether a doctor of a practice with this fate goes on working in it, or in the practice that takes its place."""
    role = doctors.role[row]
    if fate == DISPERSES:
        chance = p.join_receiver if doctors.age[row] < p.retiring_age else 0.0
        return role == TRAINEE or (role != LOCUM and uniform(staying, doctors.id[row]) < chance)
    if (fate == TAKEN_OVER or fate == IN_CARE) and role == PARTNER:
        return uniform(staying, doctors.id[row]) < p.stay_taken_over
    return True


@maker
def move_doctors(
    doctors, minds, place, contract, staff, life, ccgs, regions, nation, fate, into, p, year, staying, afterwards
):
    """Doctors of ended practices: all go along with a merger; others join the main receiver, stay with the new
    provider or leave. Counts anew the practices that it touches.

    Flow: practices -> the region's pool or retirement (nation.doctors_out). A partner becomes salaried where a receiver
    or a provider takes him or her on. Locums of an ended practice leave.
    """
    touched = np.zeros(len(fate), np.int8)
    for i in range(len(fate)):
        if fate[i] != LIVES:
            touched[i] = 1
            if into[i] >= 0:
                touched[into[i]] = 1
    tally = np.zeros((len(fate), TALLY))
    for row in range(len(doctors)):
        i = doctors.practice[row]
        if i < 0 or touched[i] == 0:
            continue
        if fate[i] == LIVES:
            tally_doctor(tally, doctors, row)
            continue
        role = doctors.role[row]
        if not stays_on(row, fate[i], doctors, p, staying):
            if role != TRAINEE:
                staff.left[i] += 1.0
            nation.doctors_out[0] += 1.0
            if uniform(afterwards, doctors.id[row]) < p.pool_share and doctors.age[row] < p.retiring_age:
                regions.pool[ccgs.region[place.ccg[i]]] += doctors.fte[row]
            doctors.practice[row] = -1
            doctors.id[row] = np.uint64(0)
            continue
        home = into[i] if fate[i] == MERGES or fate[i] == DISPERSES else i
        if role == PARTNER and (fate[i] != MERGES or contract.kind[home] == APMS):
            doctors.role[row] = SALARIED
        doctors.practice[row] = home
        if fate[i] == DISPERSES:
            minds.joined[row] = year
            if role != TRAINEE:
                staff.posts_fte[home] += doctors.fte[row]
        tally_doctor(tally, doctors, row)
    for i in range(len(fate)):
        if touched[i] == 1:
            write_counts(i, tally, staff, life)
