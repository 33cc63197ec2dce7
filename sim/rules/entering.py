"""Doctors take up posts: those who were matched with one, and new trainees; whoever found none goes to the pool.

Who enters is written down first, and then all enter together: where they go is spread over memory, and a loop that does
little else has many reads and writes under way at once. Whoever is new gets a row among those kept for the CCG: what
passes over all doctors looks up their practices, and those of one CCG lie side by side.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernel import maker, rule
from sim.rules.chances import logistic
from sim.rules.counts import tally_doctor
from sim.rules.leaving import STAYS, VACANT
from sim.rules.matching import NOBODY
from sim.rules.sorting import total
from sim.rules.vacancies import RETURNER
from sim.world.luck import decision, inverse_normal, mix, nth_draw, person, uniform
from sim.world.states import OPEN, TRAINEE
from sim.world.world import Floats, Rows

TRAITS = decision("workforce.traits")


class NewcomerTraits(NamedTuple):
    """Usual traits of those new to general practice, 0-1, and their spread on the logit scale."""

    trust: float
    autonomy: float
    conflict_worry: float
    workload_threat: float
    spread: float


class Newcomers(NamedTuple):
    """Doctors new to general practice, one entry each; only so many entries are in use."""

    row: Rows
    """Row of doctors, free until then."""
    id: NDArray[np.uint64]
    age: Floats


class Entrants(NamedTuple):
    """Doctors who take up a post, new or not, one entry each; only so many entries are in use."""

    row: Rows
    practice: Rows
    role: Rows
    fte: Floats


@maker
def nobody_yet(n):
    """Room for `n` newcomers and entrants."""
    new = Newcomers(np.empty(n, np.int64), np.empty(n, np.uint64), np.empty(n))
    return new, Entrants(np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n))


@rule
def joiner_id(year, practice, number):
    """Id of a doctor new to general practice, from the year, the practice's id and the number of the post; never 0."""
    fresh = mix(mix(practice + np.uint64(year)) ^ mix(np.uint64(number) + np.uint64(1)))
    return fresh if fresh != np.uint64(0) else np.uint64(1)


@rule
def free_row(fate, start):
    """First row from `start` on that no doctor holds, or the number of rows if there is none."""
    row = start
    while row < len(fate) and fate[row] != VACANT:
        row += 1
    return row


@rule
def count_free(fate):
    """How many rows of doctors are free."""
    free = 0
    for row in range(len(fate)):
        free += 1 if fate[row] == VACANT else 0
    return free


@rule
def seat(ccg, fate, begin):
    """A free row for a newcomer to a CCG: the first of those kept for its doctors, or of those after them, or of all.

    At least one must be free. begin: where to look for the next of each CCG, at first `ccgs.doctor_rows`.
    """
    row = free_row(fate, begin[ccg])
    if row == len(fate):
        row = free_row(fate, 0)
    fate[row], begin[ccg] = STAYS, row + 1
    return row


@rule
def log_odds(share):
    """Log-odds of a share, 0 to 1; finite at both ends."""
    share = min(max(share, 1e-6), 1.0 - 1e-6)
    return math.log(share / (1.0 - share))


@rule
def trait(usual, spread, draw):
    """A trait (0-1) from the log-odds of its usual value, its spread in log-odds and a standard normal draw."""
    return logistic(usual + spread * draw)


@rule
def usual_traits(t):
    """The usual traits as log-odds, as `trait` wants them; the spread stays."""
    return NewcomerTraits(
        log_odds(t.trust), log_odds(t.autonomy), log_odds(t.conflict_worry), log_odds(t.workload_threat), t.spread
    )


@rule
def is_female(luck, s):
    """Whether a newcomer whose draws begin at `luck` is a woman."""
    return nth_draw(luck, 0) < s.newcomer_female


@rule
def fill_rows(doctors, minds, new, many, s, t, intention, stream):
    """Fills the rows of the first `many` newcomers; their traits are independent of each other. t: `usual_traits`."""
    for n in range(many):
        row = new.row[n]
        doctors.id[row] = new.id[n]
        doctors.age[row] = new.age[n]
        doctors.burnout[row] = s.newcomer_burnout
        doctors.intention[row] = intention
        doctors.opinion[row] = 0.0
        minds.opinion_start[row] = 0.0
    for n in range(many):
        row, luck = new.row[n], person(stream, new.id[n])
        minds.female[row] = 1 if is_female(luck, s) else 0
        minds.trust[row] = trait(t.trust, t.spread, inverse_normal(nth_draw(luck, 1)))
        minds.autonomy[row] = trait(t.autonomy, t.spread, inverse_normal(nth_draw(luck, 2)))
        minds.conflict_worry[row] = trait(t.conflict_worry, t.spread, inverse_normal(nth_draw(luck, 3)))
        minds.workload_threat[row] = trait(t.workload_threat, t.spread, inverse_normal(nth_draw(luck, 4)))


@rule
def enter(doctors, minds, entrants, many, fate, staff, nation, tally, year):
    """The first `many` entrants take up their posts, and are counted in their practices (nation.doctors_in)."""
    for n in range(many):
        row = entrants.row[n]
        doctors.practice[row] = entrants.practice[n]
        doctors.role[row] = entrants.role[n]
        doctors.fte[row] = entrants.fte[n]
        minds.joined[row] = year
        fate[row] = STAYS
    for n in range(many):
        staff.joined[entrants.practice[n]] += 1.0 if entrants.role[n] != TRAINEE else 0.0
        tally_doctor(tally, doctors, entrants.row[n])
    nation.doctors_in[0] += many


@maker
def take_up_posts(
    doctors, minds, place, staff, ccgs, regions, nation, fate, tally, offers, taken, when, people, h, s, t,
    intention, year, traits
):  # fmt: skip
    """Matched candidates enter their practices; returns by practice the FTE of the year empty until then.

    Flow: pool or training -> practices (nation.doctors_in). A returner's FTE leaves the pool. Where the pool or
    the free rows do not suffice, the post stays empty and `taken` says so.
    """
    covered = np.zeros(len(staff))
    new, entrants = nobody_yet(len(taken))
    fresh, many, free, begin = 0, 0, count_free(fate), ccgs.doctor_rows.copy()
    for v in range(len(taken)):
        k = taken[v]
        if k == NOBODY:
            continue
        row, r = people.row[k], people.region[k]
        fte = min(people.fte[k], max(offers.fte[v], s.lowest_fte))
        returns = people.kind[k] == RETURNER
        if row < 0:
            if fresh == free or (returns and regions.pool[r] < fte):
                taken[v] = NOBODY
                continue
            row = seat(place.ccg[offers.practice[v]], fate, begin)
            older = s.returner_years * uniform(traits, people.id[k]) if returns else 0.0
            who = joiner_id(year, offers.who[v], offers.number[v])
            new.row[fresh], new.id[fresh], new.age[fresh] = row, who, s.newcomer_age + older
            fresh += 1
            if not returns and is_female(person(traits, who), s):
                fte = max(s.lowest_fte, fte * (1.0 - s.women_fewer_hours))
        if returns:
            regions.pool[r] -= fte
        entrants.row[many], entrants.practice[many] = row, offers.practice[v]
        entrants.role[many], entrants.fte[many] = offers.role[v], fte
        many += 1
        covered[offers.practice[v]] += fte * min((h.months_first + h.months_per_round * when[v]) / 12.0, 1.0)
    fill_rows(doctors, minds, new, fresh, s, t, intention, traits)
    enter(doctors, minds, entrants, many, fate, staff, nation, tally, year)
    return covered


@maker
def settle_unmatched(doctors, place, ccgs, regions, fate, offers, taken, people):
    """Without a post, qualifiers and movers go to the region's pool and returners stay in it; rows are freed.

    Also counts the posts filled in each region.
    """
    matched = np.zeros(len(people.id), np.int64)
    regions.filled[:] = 0.0
    for v in range(len(taken)):
        if taken[v] != NOBODY:
            matched[taken[v]] = 1
            regions.filled[ccgs.region[place.ccg[offers.practice[v]]]] += 1.0
    for k in range(len(matched)):
        if matched[k] == 1:
            continue
        if people.kind[k] != RETURNER:
            regions.pool[people.region[k]] += people.fte[k]
        if people.row[k] >= 0:
            doctors.id[people.row[k]] = np.uint64(0)
            fate[people.row[k]] = VACANT


@maker
def refill_traineeships(
    doctors, minds, place, life, staff, ccgs, nation, places, fate, tally, s, t, intention, year, traits
):
    """A trainee who finished makes room for a new one in the same practice, while it is open (nation.doctors_in)."""
    new, entrants = nobody_yet(total(places))
    many, free, begin = 0, count_free(fate), ccgs.doctor_rows.copy()
    for i in range(len(places)):
        if life.state[i] != OPEN:
            continue
        for k in range(places[i]):
            if many == free:
                break
            row = seat(place.ccg[i], fate, begin)
            new.row[many], new.id[many] = row, joiner_id(year, place.id[i], 1000 + k)
            new.age[many] = s.trainee_age
            entrants.row[many], entrants.practice[many] = row, i
            entrants.role[many], entrants.fte[many] = TRAINEE, s.trainee_fte
            many += 1
    fill_rows(doctors, minds, new, many, s, t, intention, traits)
    enter(doctors, minds, entrants, many, fate, staff, nation, tally, year)
