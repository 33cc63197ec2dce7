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

    status: `done` or `failed`. stage and error: where and why a run failed, else empty; `details` holds the traceback
    for the manifest.
    """

    run: int
    scenario: str
    regime: str
    draw: int
    seed: int
    status: str = DONE
    stage: str = ""
    error: str = ""
    details: str = ""


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
    """A run that ended, well or not, with its outcomes (None if it failed) and, for the first pair only, its places."""

    run: Run
    outcomes: Outcomes | None
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Engine:
    """The model as the runner sees it; workers receive it by name, so its members are functions of a module.

    prepare(scenario, seed, population) builds a starting England, once a pair.
    simulate(start, scenario, regime, seed, years, draw) runs one regime from it and leaves `start` as it was; with
    staff_budget=(pounds by year) its commissioning staff cost no more and no less.
    places(start) gives the places for the map.
    """

    prepare: Callable[[Any, int, Path | None], Any]
    simulate: Callable[..., Outcomes]
    places: Callable[[Any], Sequence[Place]]


@dataclass(frozen=True)
class Task:
    """What every pair of a study runs.

    regimes: name to regime, in the order they are compared. population: a folder made by `commissim population build`,
    or None for a synthetic England.
    """

    scenario_name: str
    scenario: Any
    regimes: Mapping[str, Any]
    years: int
    population: Path | None
    engine: Engine
    equal_staff_cost: bool = False
    """Whether every regime spends on commissioning staff, year by year, what the first one does in the same pair."""
