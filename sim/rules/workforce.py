"""Doctors and staff of general practice through a year: leaving, new posts, the matching of GPs and practices, locums.

The exported `count_staff` recounts practices from their doctors; whoever moves doctors calls it afterwards.
"""

from __future__ import annotations

import numpy as np

from sim.kernel import kernel
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
    Leavers,
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
from sim.world.world import Floats, World

__all__ = ["count_staff", "start", "workforce"]

START_VACANCY = decision("workforce.start_vacancy")
START_TENURE = decision("workforce.start_tenure")


def workforce(world: World, params: Params, luck: Luck) -> None:
    """A year of the workforce: who leaves, which posts are wanted, who fills them, and locums for the rest."""
    relative = compare_incomes(world.money, world.staff, world.life)
    worth = compare_with_salary(world.money, world.life, salary_worth(params))
    leavers = _leave(world, params, luck, relative)
    tally = change_working_lives(
        world.doctors, world.contract, world.staff, world.care, world.life, worth, leavers.partners,
        params.of(WorkingLife), params.of(Leaving).usual_burnout, luck.stream(ROLE),
    )  # fmt: skip
    plan_posts(world.lists, worth, world.staff, world.care, world.life, params.of(Posts))
    covered = _recruit(world, params, luck, relative, leavers, tally)
    close_year(world.staff, world.life, tally, params.of(Posts))
    hire_locums(world.place, world.staff, world.life, world.ccgs, world.regions, covered, tally, params.of(Locums))


def salary_worth(params: Params) -> float:
    """Partners' income that makes a partnership as attractive as in 2014-15, pounds; see `compare_with_salary`."""
    pay = params.of(StaffCosts)
    worth: float = params.of(WorkingLife).partner_premium * pay.salaried * pay.level
    return worth


def start(world: World, params: Params, luck: Luck) -> None:
    """State of 1 April 2014: posts and vacancies, intentions, tenure, the regions' pools and the usual price of
    locums.
    """
    tally = count_staff(world.doctors, world.staff, world.life)
    supply, locums = params.of(Supply), params.of(Locums)
    start_doctors(world.doctors, world.minds, params.of(Intention), FIRST_YEAR, luck.stream(START_TENURE))
    start_posts(world.place, world.lists, world.staff, world.life, params.of(Posts), luck.stream(START_VACANCY))
    working = world.life["state"] == OPEN
    region = world.ccgs["region"][world.place["ccg"][working]]
    patients = np.bincount(region, world.lists["total"][working], minlength=len(world.regions))
    world.regions["pool"] = supply.pool_per_thousand * patients / 1000.0
    world.regions["locum_price"] = locums.base_price
    nothing = np.zeros(len(world.place))
    hire_locums(world.place, world.staff, world.life, world.ccgs, world.regions, nothing, tally, locums)


def _leave(world: World, params: Params, luck: Luck, relative: Floats) -> Leavers:
    """Ageing and exits."""
    leaving = params.of(Leaving)
    push = practice_push(world.place, relative, world.care, world.life, leaving)
    leavers: Leavers = age_and_leave(
        world.doctors, world.place, world.staff, world.ccgs, world.regions, world.nation, push, leaving,
        params.of(Intention), params.of(Destinations), params.of(WorkingLife), luck.stream(LEAVING),
        luck.stream(DESTINATION), luck.stream(INTENTION), luck.stream(GRADUATION),
    )  # fmt: skip
    return leavers


def _recruit(world: World, params: Params, luck: Luck, relative: Floats, leavers: Leavers, tally: Floats) -> Floats:
    """The match of candidates and posts; returns by practice the FTE that was empty for part of the year."""
    w, supply, hiring, choice = world, params.of(Supply), params.of(Hiring), params.of(PostChoice)
    traits = usual_traits(params.of(NewcomerTraits))
    intention = float(usual_intention(supply.newcomer_age, params.of(Intention)))
    grid = make_grid(w.place, w.life)
    offers = offer_posts(
        w.place, w.lists, w.contract, w.staff, w.care, w.life, w.ccgs, w.regions, relative, grid, hiring, choice,
        params.of(Leaving).usual_burnout, luck.stream(OFFER),
    )  # fmt: skip
    people = find_candidates(
        w.doctors, w.place, w.lists, w.life, w.ccgs, w.regions, leavers, grid, supply, luck.year,
        luck.stream(NEWCOMERS), luck.stream(RETURNERS), luck.stream(HOURS), luck.stream(PARTNERSHIP),
    )  # fmt: skip
    taken, when = match(
        w.regions, offers, make_rings(offers, grid), people, grid, hiring.reject_below, params.of(Locums).base_price,
        choice, luck.stream(LOOKING), luck.stream(CHOOSING), luck.stream(SELECTING),
    )  # fmt: skip
    covered: Floats = take_up_posts(
        w.doctors, w.minds, w.place, w.staff, w.ccgs, w.regions, w.nation, leavers.fate, tally, offers, taken, when,
        people, hiring, supply, traits, intention, luck.year, luck.stream(TRAITS),
    )  # fmt: skip
    settle_unmatched(w.doctors, w.place, w.ccgs, w.regions, leavers.fate, offers, taken, people)
    refill_traineeships(
        w.doctors, w.minds, w.place, w.life, w.staff, w.ccgs, w.nation, leavers.finished, leavers.fate, tally, supply,
        traits, intention, luck.year, luck.stream(TRAITS),
    )  # fmt: skip
    return covered


@kernel
def start_doctors(doctors, minds, q, year, stream):
    """Usual intentions, and when each joined the practice: some time since qualifying, at most twenty years ago."""
    for row in range(len(doctors)):
        if doctors.practice[row] < 0:
            continue
        doctors.intention[row] = usual_intention(doctors.age[row], q)
        settled = doctors.role[row] == PARTNER or doctors.role[row] == SALARIED
        most = min(max(doctors.age[row] - 30.0, 1.0), 20.0) if settled else 1.0
        minds.joined[row] = year - most * uniform(stream, doctors.id[row])


@kernel
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
