"""Pushes: one run is disturbed, its twin is not, and both go on with the same luck. What differs is the answer.

A shock to one practice should die away: half of a practice's GPs leave at once, and the gap between the twins is
followed. The gain of a feedback loop is what comes back after one turn, per unit put in: below 1 the loop dies away, at
1 or above it feeds itself, below 0 it works against itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.validation.flat import flat_scenario
from sim.kernel import kernel
from sim.regimes import load_regime
from sim.rules.counts import count_staff
from sim.scenario import Scenario
from sim.simulate import Start, build, prepare, run_years
from sim.study.records import Floats, Pair
from sim.world.states import CARETAKER, OPEN, PARTNER, SALARIED
from sim.world.world import World

BEFORE_PUSH = 3
"""Years that pass before anything is disturbed."""
AFTER_PUSH = 10
SHOCKED = 25
"""Practices shocked, each in a run of its own; medium ones, so that half of their GPs can leave."""
PUSH = 0.1
"""By how much a state is pushed: workload by this share, engagement by this much."""
CLOSED_SHARE = 0.05
"""Share of practices whose partners are made to hand back at once."""
DOUBT = 0.5
"""Share of the doubt about practices that is taken away."""
FELT = 3
"""Years in which closures and decisions are felt."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Decay:
    """How much of the gap in GPs per patient that a shock tore is left, by years after it; mean over practices."""

    left: Floats
    practices: int

    @property
    def decays(self) -> bool:
        """Whether less than half is left at the end."""
        return bool(self.left[-1] < 0.5)


@dataclass(frozen=True)
class Gain:
    """A loop: what was pushed by how much, what came back after one turn, and the gain."""

    loop: str
    pushed: str
    push: float
    answer: float
    how: str

    @property
    def gain(self) -> float:
        """Answer per unit of push."""
        return self.answer / self.push

    def row(self) -> dict[str, Any]:
        """As a plain row."""
        return {
            "loop": self.loop, "pushed": self.pushed, "push": self.push, "answer": self.answer, "gain": self.gain,
            "how": self.how,
        }  # fmt: skip


class Twins:
    """A World some years on, from which undisturbed and disturbed runs go on."""

    def __init__(self, start: Start, scenario: Scenario, pair: Pair, before: int = BEFORE_PUSH) -> None:
        self.seed = pair.seed
        world, self.timeline = build(start, scenario, scenario.regime, dict(pair.parameters) or None)
        run_years(world, self.timeline, self.seed, before)
        self._world = world

    def world(self) -> World:
        """A copy of the World before any push, with every practice of it."""
        return self._world.copy()

    def after(self, push: Callable[[World], None] | None, years: int) -> World:
        """The World some years after a push, or without one."""
        world = self.world()
        if push is not None:
            push(world)
        run_years(world, self.timeline, self.seed, years)
        return world


def working(world: World) -> npt.NDArray[np.bool_]:
    """Practices in use."""
    return np.isin(world.life["state"], (OPEN, CARETAKER))


def lose_half(world: World, practice: int) -> None:
    """Every other GP of a practice, partners and salaried, leaves general practice at once."""
    doctors = world.doctors
    own = np.flatnonzero((doctors["practice"] == practice) & np.isin(doctors["role"], (PARTNER, SALARIED)))
    gone = own[::2]
    doctors["practice"][gone] = -1
    doctors["id"][gone] = 0
    world.nation["doctors_out"][0] += len(gone)
    count_again(world)


@kernel
def count_again(w: World) -> None:
    """Every practice's staff from its doctors."""
    count_staff(w.doctors, w.staff, w.life)


def decay(twins: Twins, practices: int = SHOCKED, years: int = AFTER_PUSH) -> Decay:
    """Shocks practices one by one and follows the gap in GPs per patient; those whose code ends in either run drop out
    from then on."""
    first = twins.world()
    rows = _medium(first, practices)
    calm = [first, *_years(twins, None, years)]
    gaps = np.full((len(rows), years + 1), np.nan)
    for k, row in enumerate(rows):

        def push(world: World, row: int = int(row)) -> None:
            lose_half(world, row)

        shaken = twins.world()
        push(shaken)
        for year, (one, other) in enumerate(zip(calm, [shaken, *_years(twins, push, years)], strict=True)):
            if working(one)[row] and working(other)[row]:
                gaps[k, year] = _density(one, row) - _density(other, row)
    return Decay(np.asarray(np.nanmean(gaps, axis=0) / np.nanmean(gaps[:, 0])), len(rows))


def _medium(world: World, count: int) -> Rows:
    """Practices with 4 to 8 GPs, evenly over all rows."""
    able = np.flatnonzero(working(world) & (world.staff["doctors"] >= 4.0) & (world.staff["doctors"] <= 8.0))
    return np.asarray(able[np.unique(np.linspace(0, len(able) - 1, min(count, len(able))).astype(int))])


def _years(twins: Twins, push: Callable[[World], None] | None, years: int) -> list[World]:
    """Copies of the World at the end of each year after a push."""
    world, kept = twins.world(), []
    if push is not None:
        push(world)
    for _ in range(years):
        run_years(world, twins.timeline, twins.seed, 1)
        kept.append(world.copy())
    return kept


def _density(world: World, row: int) -> float:
    return float(world.staff["gp_fte"][row] / world.lists["total"][row])


def workload_exit(twins: Twins) -> Gain:
    """Busier practices lose GPs, which makes them busier: workload is pushed, GPs leave, and it is measured a year
    later."""

    def push(world: World) -> None:
        world.care["workload"] *= 1.0 + PUSH

    calm, pushed = twins.after(None, 1), twins.after(push, 1)
    both = working(calm) & working(pushed)
    change = pushed.care["workload"][both] / calm.care["workload"][both] - 1.0
    how = "workload of all practices raised by a tenth; the same a year later, share"
    return Gain("workload and exit", "workload, share", PUSH, float(change.mean()), how)


def closure_dispersal(twins: Twins, years: int = FELT) -> Gain:
    """Patients of closed practices crowd their neighbours, which then close: some practices are made to close at once,
    and the endings of others in the years after are counted."""
    world = twins.world()
    able = np.flatnonzero(working(world))
    made = able[:: max(1, round(1.0 / CLOSED_SHARE))]

    def push(world: World) -> None:
        world.life["handing_back"][made] = 1
        world.life["months_left"][made] = 0.0

    calm, pushed = twins.after(None, years), twins.after(push, years)
    others = np.ones(len(able), dtype=bool)
    others[np.isin(able, made)] = False
    rows = able[others]
    more = float((~working(pushed)[rows]).sum() - (~working(calm)[rows]).sum())
    own = float((~working(pushed)[made]).sum() - (~working(calm)[made]).sum())
    how = f"practices made to close, every {round(1.0 / CLOSED_SHARE)}th; endings of others within {years} years"
    return Gain("closure and dispersal", "practices closed", own, more, how)


def engagement_knowledge(twins: Twins) -> Gain:
    """Engaged practices are better known, are helped better, and engage more. Engagement is sluggish by itself, so the
    loop is cut in two and the gains of its halves are multiplied: what engagement does to the doubt about practices
    within a year, and what a large fall of that doubt does to engagement once decisions have been felt."""

    def engage(world: World) -> None:
        world.ties["engagement"] = np.minimum(1.0, world.ties["engagement"] + PUSH)

    def know(world: World) -> None:
        slots = len(world.beliefs) // len(world.place)
        for name, truth in (("distress", world.life["distress"]), ("quality", world.care["quality_true"])):
            true = np.tile(truth, slots)
            world.beliefs[name] = true + math.sqrt(1.0 - DOUBT) * (world.beliefs[name] - true)
            world.beliefs[f"{name}_var"] *= 1.0 - DOUBT

    calm, engaged = twins.after(None, 1), twins.after(engage, 1)
    before = twins.world()
    rows = working(before)
    raised = float(np.mean(np.minimum(1.0, before.ties["engagement"] + PUSH)[rows] - before.ties["engagement"][rows]))
    seen = calm.beliefs["quality_var"] > 0.0
    doubt = 1.0 - float(np.mean(engaged.beliefs["quality_var"][seen] / calm.beliefs["quality_var"][seen]))
    later, known = twins.after(None, FELT), twins.after(know, FELT)
    both = working(later) & working(known)
    warmer = float(np.mean(known.ties["engagement"][both] - later.ties["engagement"][both]))
    how = (
        f"engagement raised by a tenth cuts doubt (variance) by {100.0 * doubt:.2f}% in a year; a cut of "
        f"{100.0 * DOUBT:.0f}% moves engagement by {warmer:+.5f} in {FELT} years; multiplied"
    )
    return Gain("engagement and knowledge", "engagement, 0 to 1", raised, doubt / DOUBT * warmer, how)


def gains(scenario: Scenario, population: Path | None, pair: Pair) -> list[Gain]:
    """The gain of every feedback loop under flat inputs; the third where members of CCGs decide, since it needs a body
    that they elect."""
    still = flat_scenario(scenario, BEFORE_PUSH + FELT)
    start = prepare(still, pair.seed, population)
    area_teams = Twins(start, still, pair)
    found = [workload_exit(area_teams), closure_dispersal(area_teams)]
    delegated = Twins(start, replace(still, regime=load_regime("delegated")), pair)
    return [*found, engagement_knowledge(delegated)]


def shock(scenario: Scenario, population: Path | None, pair: Pair, practices: int = SHOCKED) -> Decay:
    """A shock to one practice after another, under flat inputs."""
    still = flat_scenario(scenario, BEFORE_PUSH + AFTER_PUSH)
    return decay(Twins(prepare(still, pair.seed, population), still, pair), practices)


def mean_gain(found: Sequence[Sequence[Gain]]) -> list[Gain]:
    """Gains of several pairs put together: pushes and answers summed, so that many pushes weigh more."""
    return [
        Gain(
            ones[0].loop,
            ones[0].pushed,
            sum(o.push for o in ones) / len(ones),
            sum(o.answer for o in ones) / len(ones),
            ones[0].how,
        )
        for ones in zip(*found, strict=True)
    ]
