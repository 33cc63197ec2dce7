"""Small parts of the synthetic England on which the tests run the whole model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from sim.commissioning.bodies import SKILLS
from sim.parameters import Lever, Step, Timeline
from sim.regimes import Regime, load_regime
from sim.scenario import Place, Scenario, load_scenario
from sim.simulate import RunResult, Start, build, prepare, run_years
from sim.world.luck import Luck
from sim.world.states import CARETAKER, OPEN
from sim.world.world import World
from sim.year import PHASES, Phase, advance

HUDDERSFIELD = ("03A",)
CORBY = ("03V",)
"""The CCG with the fewest practices, five."""
FEW = ("02D", "01F", "10M", "10N", "10C", "03V")
"""Six small CCGs of five area teams, two of which merge in April 2015."""
DURHAM = ("00C", "00D", "00J", "00K", "00M")
"""The whole area team Q45: five CCGs, 171 practices."""


@cache
def start_of(ccgs: tuple[str, ...], seed: int) -> Start:
    """The starting England of some CCGs; made once a session."""
    return prepare(scenario_of(ccgs, 1), seed)


def scenario_of(ccgs: tuple[str, ...], years: int, **changes: Any) -> Scenario:
    """A scenario without levers for some CCGs; `changes` replaces fields of it."""
    return replace(load_scenario("one_ccg"), place=Place(ccgs=ccgs), years=years, **changes)


def step(parameter: str, year: int, **change: float) -> Lever:
    """A lever that moves a parameter at once: `by` a share, or `to_value`."""
    return Lever(parameter=parameter, why="a test", step=Step(year=year, **change))


def begin(
    ccgs: tuple[str, ...], regime: str | Regime, years: int, seed: int = 7, **changes: Any
) -> tuple[World, Timeline]:
    """A World of 1 April 2014 and its parameters."""
    chosen = load_regime(regime) if isinstance(regime, str) else regime
    return build(start_of(ccgs, seed), scenario_of(ccgs, years, **changes), chosen)


def run(ccgs: tuple[str, ...], regime: str | Regime, years: int = 6, seed: int = 7, **changes: Any) -> RunResult:
    """A run of some CCGs, from their start."""
    world, timeline = begin(ccgs, regime, years, seed, **changes)
    return run_years(world, timeline, seed, years)


def each_year(world: World, timeline: Timeline, seed: int, years: int, look: Callable[[World], None]) -> None:
    """Lets years pass and calls `look` at the end of each, before `world.year` moves on."""
    for _ in range(years):
        advance(world, timeline.year(world.year), seed)
        look(world)
        world.year += 1


def differences(one: RunResult, other: RunResult, years: int | None = None) -> list[str]:
    """Where two runs are not the same to the last bit: level, year, place and outcome, in their first `years`."""
    found = []
    for level, values in one.values.items():
        a, b = values[:years], other.values[level][:years]
        unequal = a.view(np.int64) != b.view(np.int64)
        for year, place, outcome in np.argwhere(unequal & ~(np.isnan(a) & np.isnan(b)))[:3]:
            found.append(f"{level} {one.places[level][place]} {one.years[year]} {one.outcomes[outcome]}")
    return found


def fingerprint(result: RunResult) -> str:
    """A hash of every bit of a run's values."""
    digest = hashlib.sha256()
    for level in sorted(result.values):
        digest.update(level.encode() + np.ascontiguousarray(result.values[level]).tobytes())
    return digest.hexdigest()


def staff_of(world: World) -> dict[str, float]:
    """FTE of commissioning staff of all bodies, by skill."""
    return {skill: float(world.bodies[skill].sum()) for skill in SKILLS}


def working(world: World) -> np.ndarray:
    """Which practice rows are open or in a caretaker's hands."""
    return (world.life["state"] == OPEN) | (world.life["state"] == CARETAKER)


def wrapped(checks: Mapping[str, Callable[[World, Callable[[], None]], None]]) -> tuple[Phase, ...]:
    """The year's phases, those named with a check round them: it is given the World and must call the phase once."""

    def around(phase: Phase) -> Phase:
        check = checks.get(phase.__name__, checks["*"])

        def checked(world: World, params: Any, luck: Luck) -> None:
            check(world, lambda: phase(world, params, luck))

        return checked

    return tuple(around(phase) for phase in PHASES)
