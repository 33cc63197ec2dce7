"""Doctors and staff of general practice through a year: leaving, new posts, the matching of GPs and practices, locums.

The exported `count_staff` recounts practices from their doctors; whoever moves doctors calls it afterwards.
"""

from __future__ import annotations

import numpy as np

from sim.kernel import kernel, maker, rule
from sim.parameters import FIRST_YEAR, Params
from sim.rules.counts import count_staff
from sim.rules.entering import (
    TRAITS,
    NewcomerTraits,
    refill_traineeships,
    settle_unmatched,
    take_up_posts,
    usual_traits,
)
from sim.rules.expenses import StaffCosts
from sim.rules.leaving import (
    DESTINATION,
    GRADUATION,
    INTENTION,
    LEAVING,
    ROLE,
    Destinations,
    Intention,
    Leaving,
    WorkingLife,
    age_and_leave,
    change_working_lives,
    compare_incomes,
    compare_with_salary,
    practice_push,
    usual_intention,
)
from sim.rules.matching import CHOOSING, LOOKING, SELECTING, make_rings, match
from sim.rules.staffing import Locums, Posts, close_year, hire_locums, plan_posts
from sim.rules.vacancies import (
    HOURS,
    NEWCOMERS,
    OFFER,
    PARTNERSHIP,
    RETURNERS,
    Hiring,
    PostChoice,
    Supply,
    find_candidates,
    make_grid,
    offer_posts,
)
from sim.world.luck import Luck, decision, uniform
from sim.world.states import OPEN, PARTNER, SALARIED
from sim.world.world import World

__all__ = ["count_staff", "start", "workforce"]

START_VACANCY = decision("workforce.start_vacancy")
START_TENURE = decision("workforce.start_tenure")


def workforce(world: World, params: Params, luck: Luck) -> None:
    """A year of the workforce: who leaves, which posts are wanted, who fills them, and locums for the rest."""
    of = params.of
    year_of_doctors(
        world, luck, luck.year, of(Leaving), of(Intention), of(Destinations), of(WorkingLife), of(StaffCosts),
        of(Posts), of(Supply), of(Hiring), of(PostChoice), of(NewcomerTraits), of(Locums),
    )  # fmt: skip


@kernel
def year_of_doctors(
    w, luck, year, leaving, intention, destinations, working, pay, posts, supply, hiring, choice, newcomers, locums
):
    """The phase in order."""
    relative = compare_incomes(w.money, w.staff, w.life)
    worth = compare_with_salary(w.money, w.life, salary_worth(working, pay))
    push = practice_push(w.place, relative, w.staff, w.care, w.life, leaving)
    leavers = age_and_leave(
        w.doctors, w.place, w.staff, w.ccgs, w.regions, w.nation, push, leaving, intention, destinations, working,
        luck.stream(LEAVING), luck.stream(DESTINATION), luck.stream(INTENTION), luck.stream(GRADUATION),
    )  # fmt: skip
    tally = change_working_lives(
        w.doctors, w.contract, w.staff, w.care, w.life, worth, leavers.partners, working, leaving.usual_burnout,
        luck.stream(ROLE),
    )  # fmt: skip
    plan_posts(w.lists, worth, w.staff, w.care, w.life, posts)
    usual = usual_intention(supply.newcomer_age, intention)
    covered = recruit(
        w, luck, year, relative, leavers, tally, leaving.usual_burnout, supply, hiring, choice, usual_traits(newcomers),
        usual, locums.base_price,
    )  # fmt: skip
    close_year(w.staff, w.life, tally, posts)
    hire_locums(w.place, w.staff, w.life, w.ccgs, w.regions, covered, tally, locums)


@rule
def salary_worth(working, pay):
    """Partners' income that makes a partnership as attractive as in 2014-15, pounds; see `compare_with_salary`."""
    return working.partner_premium * pay.salaried * pay.level


@maker
def recruit(w, luck, year, relative, leavers, tally, usual_burnout, supply, hiring, choice, traits, intention, price):
    """The match of candidates and posts; returns by practice the FTE that was empty for part of the year.

    traits, intention: usual ones of newcomers. price: of locums, usual, pounds.
    """
    grid = make_grid(w.place, w.life)
    offers = offer_posts(
        w.place, w.lists, w.contract, w.staff, w.care, w.life, w.ccgs, w.regions, relative, grid, hiring, choice,
        usual_burnout, luck.stream(OFFER),
    )  # fmt: skip
    people = find_candidates(
        w.doctors, w.place, w.lists, w.life, w.ccgs, w.regions, leavers, grid, supply, year,
        luck.stream(NEWCOMERS), luck.stream(RETURNERS), luck.stream(HOURS), luck.stream(PARTNERSHIP),
    )  # fmt: skip
    taken, when = match(
        w.regions, offers, make_rings(offers, grid), people, grid, hiring.reject_below, price, choice,
        luck.stream(LOOKING), luck.stream(CHOOSING), luck.stream(SELECTING),
    )  # fmt: skip
    covered = take_up_posts(
        w.doctors, w.minds, w.place, w.staff, w.ccgs, w.regions, w.nation, leavers.fate, tally, offers, taken, when,
        people, hiring, supply, traits, intention, year, luck.stream(TRAITS),
    )  # fmt: skip
    settle_unmatched(w.doctors, w.place, w.ccgs, w.regions, leavers.fate, offers, taken, people)
    refill_traineeships(
        w.doctors, w.minds, w.place, w.life, w.staff, w.ccgs, w.nation, leavers.finished, leavers.fate, tally, supply,
        traits, intention, year, luck.stream(TRAITS),
    )  # fmt: skip
    return covered


def start(world: World, params: Params, luck: Luck) -> None:
    """State of 1 April 2014: posts and vacancies, intentions, tenure, the regions' pools and the usual price of
    locums.
    """
    of = params.of
    start_workforce(world, luck, of(Intention), of(Posts), of(Supply).pool_per_thousand, of(Locums))


@kernel
def start_workforce(w, luck, intention, posts, pool_per_thousand, locums):
    """The start of all doctors, posts and regions; see `start`."""
    tally = count_staff(w.doctors, w.staff, w.life)
    start_doctors(w.doctors, w.minds, intention, FIRST_YEAR, luck.stream(START_TENURE))
    start_posts(w.place, w.lists, w.staff, w.life, posts, luck.stream(START_VACANCY))
    start_regions(w.place, w.lists, w.life, w.ccgs, w.regions, pool_per_thousand, locums.base_price)
    hire_locums(w.place, w.staff, w.life, w.ccgs, w.regions, np.zeros(len(w.place)), tally, locums)


@maker
def start_regions(place, lists, life, ccgs, regions, pool_per_thousand, price):
    """Each region's pool of doctors, by its patients, and the usual price of locums."""
    patients = np.zeros(len(regions))
    for i in range(len(place)):
        if life.state[i] == OPEN:
            patients[ccgs.region[place.ccg[i]]] += lists.total[i]
    for r in range(len(regions)):
        regions.pool[r] = pool_per_thousand * patients[r] / 1000.0
        regions.locum_price[r] = price


@maker
def start_doctors(doctors, minds, q, year, stream):
    """Usual intentions, and when each joined the practice: some time since qualifying, at most twenty years ago."""
    for row in range(len(doctors)):
        if doctors.practice[row] < 0:
            continue
        doctors.intention[row] = usual_intention(doctors.age[row], q)
        settled = doctors.role[row] == PARTNER or doctors.role[row] == SALARIED
        most = min(max(doctors.age[row] - 30.0, 1.0), 20.0) if settled else 1.0
        minds.joined[row] = year - most * uniform(stream, doctors.id[row])


@maker
def start_posts(place, lists, staff, life, p, stream):
    """Posts of the start: those filled, and a vacancy in some practices so that England's share is `start_vacancy`."""
    typical = 0.8
    for i in range(len(life)):
        staff.turnover[i] = 0.09
        staff.list_before[i] = lists.total[i]
        if life.state[i] != OPEN:
            continue
        luck = uniform(stream, place.id[i])
        chance = p.start_vacancy * staff.gp_fte[i] / typical
        empty = typical if luck < chance or staff.gp_fte[i] <= 0.0 else 0.0
        staff.posts_fte[i] = staff.gp_fte[i] + empty
        staff.vacant_fte[i] = empty
        staff.vacant_months[i] = 6.0 if empty > 0.0 else 0.0
