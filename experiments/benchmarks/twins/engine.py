"""The declared part of the year by the engine's own kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.kernel import kernel
from sim.parameters import Params, Timeline
from sim.regimes import load_regime
from sim.rules.access import STRAIN, Appointments, Continuity, Tiring, serve, shares, tire
from sim.rules.demand import demand
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
)
from sim.rules.workforce import salary_worth
from sim.scenario import load_scenario
from sim.simulate import build, prepare
from sim.world.luck import Luck
from sim.world.states import CARETAKER, OPEN
from sim.world.world import World

SEED = 7
YEARS = 5
"""Few: nobody is recruited in the declared part, so that England runs out of doctors."""


def starting_world(scenario: str = "england") -> tuple[World, Timeline]:
    """England, or a smaller scenario, of 1 April 2014 with parameters at their records."""
    loaded = replace(load_scenario(scenario), years=YEARS)
    return build(prepare(loaded, SEED), loaded, load_regime("area_team_only"))


def engine_year(w: World, params: Params, luck: Luck) -> NDArray[np.int8]:
    """One year; returns what each row of doctors did (see `sim.rules.leaving.STAYS`)."""
    of = params.of
    demand(w, params, luck)
    fate: NDArray[np.int8] = doctors_year(
        w, luck, of(Leaving), of(Intention), of(Destinations), of(WorkingLife), of(StaffCosts)
    )
    access_year(w, luck, shares(of(Appointments)), of(Appointments), of(Continuity), of(Tiring))
    return fate


@kernel
def doctors_year(w, luck, leaving, intention, destinations, working, pay):
    """Who leaves and who changes role, as `sim.rules.workforce` has it; returns the fates of rows."""
    relative = compare_incomes(w.money, w.staff, w.life)
    worth = compare_with_salary(w.money, w.life, salary_worth(working, pay))
    leavers = age_and_leave(
        w.doctors, w.place, w.staff, w.ccgs, w.regions, w.nation,
        practice_push(w.place, relative, w.staff, w.care, w.life, leaving), leaving, intention, destinations, working,
        luck.stream(LEAVING), luck.stream(DESTINATION), luck.stream(INTENTION), luck.stream(GRADUATION),
    )  # fmt: skip
    change_working_lives(
        w.doctors, w.contract, w.staff, w.care, w.life, worth, leavers.partners, working, leaving.usual_burnout,
        luck.stream(ROLE),
    )  # fmt: skip
    return leavers.fate


@kernel
def access_year(w, luck, known, appointments, continuity, tiring):
    """Appointments and burn-out, as `sim.rules.access` has them."""
    serve(w.life, w.lists, w.staff, w.care, continuity.speed, known, appointments, continuity)
    tire(w.staff, w.care, w.doctors, w.minds, tiring, luck.stream(STRAIN))


@dataclass(frozen=True)
class Events:
    """What happened in a year, by row: fates of doctors and their roles; lists, appointments and burn-out."""

    fate: NDArray[np.int8]
    role: NDArray[np.int64]
    lists: NDArray[np.float64]
    appointments: NDArray[np.float64]
    burnout: NDArray[np.float64]

    @classmethod
    def of(cls, world: World, fate: NDArray[np.int8], seen: NDArray[np.bool_]) -> Events:
        """As the World shows them. seen: practices that see patients."""
        lists = np.where(seen, world.lists["total"], 0.0)
        role, burnout = world.doctors["role"].copy(), world.doctors["burnout"].copy()
        return cls(fate, role, lists, world.care["appointments"].copy(), burnout)


def seen_practices(world: World) -> NDArray[np.bool_]:
    """Which rows of practices see patients; none opens or ends in the declared part."""
    state = world.life["state"]
    seen: NDArray[np.bool_] = (state == OPEN) | (state == CARETAKER)
    return seen


def engine_events(world: World, timeline: Timeline, years: int = YEARS) -> list[Events]:
    """Lets the World (which is changed) pass through the declared part of some years."""
    events = []
    seen = seen_practices(world)
    for _ in range(years):
        fate = engine_year(world, timeline.year(world.year), Luck(SEED, world.year))
        events.append(Events.of(world, fate, seen))
        world.year += 1
    return events


def same_events(one: list[Events], other: list[Events], within: float = 1e-9) -> None:
    """Raises AssertionError unless both are the same: who left, moved and changed role exactly, amounts within a share.

    The engine and C read their curves off the same tables. Plain objects call the exact functions of the library, which
    Python does faster: amounts then differ by what the tables leave out.
    """
    assert len(one) == len(other)
    for year, (a, b) in enumerate(zip(one, other, strict=True)):
        assert np.array_equal(a.fate, b.fate), f"year {year}: other doctors leave"
        working = a.fate == 0
        assert np.array_equal(a.role[working], b.role[working]), f"year {year}: other doctors change role"
        np.testing.assert_allclose(a.lists, b.lists, rtol=within, err_msg=f"year {year}: lists")
        np.testing.assert_allclose(a.appointments, b.appointments, rtol=within, err_msg=f"year {year}: appointments")
        one_year, other_year = a.burnout[working], b.burnout[working]  # 0 to 1, and close to 0 for some
        np.testing.assert_allclose(one_year, other_year, rtol=0.0, atol=within, err_msg=f"year {year}: burn-out")
