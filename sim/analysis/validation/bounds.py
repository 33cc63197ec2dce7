"""How often a state lies at a physical bound: a model that leans on its bounds hides what its rules would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.commissioning.trusts import MOST_OCCUPIED
from sim.parameters import Params
from sim.rules.access import MOST
from sim.rules.expenses import LEAST_STAFF_PAY, MOST_STAFF_PAY
from sim.scenario import Scenario
from sim.simulate import build, prepare, run_years
from sim.study.records import Pair
from sim.world.luck import Luck
from sim.world.states import CARETAKER, OPEN
from sim.world.world import Floats, World
from sim.year import PHASES


@dataclass(frozen=True)
class Bound:
    """A state that is held within bounds. who: whose rows are counted (see `rows_of`)."""

    what: str
    who: str
    group: str
    column: str
    low: float
    high: float


BOUNDS = (
    Bound("access", "practice", "care", "access", 0.0, 1.0),
    Bound("continuity", "practice", "care", "continuity", 0.0, 1.0),
    Bound("experience", "practice", "care", "experience", 0.0, 1.0),
    Bound("workload", "practice", "care", "workload", 0.0, MOST),
    Bound("engagement", "practice", "ties", "engagement", 0.0, 1.0),
    Bound("staff pay of the practice", "practice", "contract", "staff_pay", LEAST_STAFF_PAY, MOST_STAFF_PAY),
    Bound("drawings", "partnership", "money", "drawings_each", 0.0, np.inf),
    Bound("burn-out", "doctor", "doctors", "burnout", 0.0, 1.0),
    Bound("occupancy", "trust", "trusts", "occupancy", 0.0, MOST_OCCUPIED),
)


@dataclass(frozen=True)
class Hits:
    """Share of the rows of a bound that lie at its lower and at its upper end, mean over years and pairs."""

    bound: Bound
    at_low: float
    at_high: float

    def row(self) -> dict[str, Any]:
        """As a plain row."""
        b = self.bound
        return {
            "state": b.what, "of": b.who, "low": b.low, "high": b.high, "at_low": self.at_low, "at_high": self.at_high,
        }  # fmt: skip


class _Count:
    """A phase at the end of the year that counts what lies at a bound: (bounds, 2) for each year."""

    __name__ = "count"

    def __init__(self) -> None:
        self.taken: list[Floats] = []

    def __call__(self, world: World, _params: Params, _luck: Luck) -> None:
        self.taken.append(np.array([share_at(world, bound) for bound in BOUNDS]))


def rows_of(world: World, who: str) -> np.ndarray:
    """A mask over the rows whose state counts: working practices, those that partners run, doctors in post, trusts."""
    state = world.life["state"]
    if who == "practice":
        return np.asarray((state == OPEN) | (state == CARETAKER))
    if who == "partnership":
        return np.asarray((state == OPEN) & (world.staff["partner_fte"] > 0.0))
    if who == "doctor":
        return np.asarray(world.doctors["practice"] >= 0)
    return np.ones(len(world.trusts), dtype=bool)


def share_at(world: World, bound: Bound) -> tuple[float, float]:
    """Share of rows at the lower and at the upper bound; nil where there are none."""
    values = getattr(world, bound.group)[bound.column][rows_of(world, bound.who)]
    if not len(values):
        return 0.0, 0.0
    return float(np.mean(values <= bound.low)), float(np.mean(values >= bound.high))


def hits(scenario: Scenario, population: Path | None, pairs: tuple[Pair, ...], years: int) -> list[Hits]:
    """How often each bound is met at the ends of years, mean over pairs of a seed and a draw of parameters."""
    found = []
    for pair in pairs:
        draw: Mapping[str, float] | None = dict(pair.parameters) or None
        start = prepare(scenario, pair.seed, population)
        world, timeline = build(start, replace(scenario, years=years), scenario.regime, draw)
        count = _Count()
        run_years(world, timeline, pair.seed, years, (*PHASES, count))
        found.append(np.mean(count.taken, axis=0))
    mean = np.mean(found, axis=0)
    return [Hits(bound, float(mean[k, 0]), float(mean[k, 1])) for k, bound in enumerate(BOUNDS)]
