"""The nouns of a study: a run, what it gave, the places it happened in, and the model that makes it happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DONE = "done"
FAILED = "failed"

DEFAULT_VALUES = -1
"""The number of the draw in which every parameter keeps the value of its record."""


class Outcomes(Protocol):
    """What one run returns (`sim.simulate.RunResult`).

    years: financial years simulated, as their first calendar year. outcomes: names of the columns.
    places: level to the names of its places. values: level to an array of shape (years, places, outcomes).
    """

    @property
    def years(self) -> Sequence[int]: ...
    @property
    def outcomes(self) -> Sequence[str]: ...
    @property
    def places(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def values(self) -> Mapping[str, Floats]: ...


@dataclass(frozen=True)
class Run:
    """One run: a regime under one pair of parameter draw and seed.

    status: `done` or `failed`. stage, error and traceback: where, why and how a run failed, else empty.
    """

    run: int
    scenario: str
    regime: str
    draw: int
    seed: int
    status: str = DONE
    stage: str = ""
    error: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Place:
    """A place that can be put on a map: degrees north and east, and patients registered at the start."""

    level: str
    place: str
    name: str
    latitude: float
    longitude: float
    patients: float


@dataclass(frozen=True)
class Finished:
    """A run that ended, well or not, with its outcomes (None if it failed)."""

    run: Run
    outcomes: Outcomes | None


@dataclass(frozen=True)
class Engine:
    """The model as the runner sees it; workers receive it by name, so its members are functions and classes of modules.

    prepare(scenario, seed, population) builds a starting England, once a pair and scenario.
    simulate(start, scenario, regime, seed, years, draw) runs one regime from it and leaves `start` as it was; with
    staff_budget=(pounds by year) its commissioning staff cost no more and no less.
    places(start) gives the places for the map. scenario_type and regime_type: dataclasses that pydantic can write as
    JSON and read again, so that a folder of results is enough to go on. compile(start, scenario, regimes, quiet), if
    there is anything to compile, is called before workers start.
    """

    prepare: Callable[[Any, int, Path | None], Any]
    simulate: Callable[..., Outcomes]
    places: Callable[[Any], Sequence[Place]]
    scenario_type: type
    regime_type: type
    compile: Callable[[Any, Any, Sequence[Any], bool], None] | None = None


@dataclass(frozen=True)
class Task:
    """What every pair of a study runs: each regime in each scenario.

    scenarios, regimes: by name, in the order they are compared. population: a folder made by `commissim population
    build`, or None for the scenario's own. levels, outcomes: what is kept of a run, None for everything.
    """

    scenarios: Mapping[str, Any]
    regimes: Mapping[str, Any]
    years: int
    population: Path | None
    engine: Engine
    equal_staff_cost: bool = False
    """Whether every regime spends on commissioning staff, year by year, what the first one does in the same pair."""
    levels: tuple[str, ...] | None = None
    outcomes: tuple[str, ...] | None = None

    @property
    def runs_per_pair(self) -> int:
        """Runs that share a parameter draw and a seed."""
        return len(self.scenarios) * len(self.regimes)


@dataclass(frozen=True)
class Pair:
    """One parameter draw and one seed.

    draw: number of the parameter draw, from 0; `DEFAULT_VALUES` where every parameter keeps the value of its record.
    parameters: full name of a parameter to its drawn value, in the unit of its record; empty where nothing was drawn.
    """

    draw: int
    seed: int
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class Chunk:
    """Some pairs of a design one after another: what a worker is handed, and what is stored at once.

    part: number of the files it is stored in. first: number of its first pair in the design.
    """

    part: int
    first: int
    pairs: tuple[Pair, ...]
