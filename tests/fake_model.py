"""A small model in place of the real one, for tests of what runs, stores, compares and shows.

Its regimes go by name: `plain`, `other` and `worse` differ by known amounts, `noisy` by a random one; `slow` takes its
time; `fails`, `dies` and `refused` go wrong, each in its own way.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.study.conduct import conduct
from sim.study.design import Design, draw_pairs
from sim.study.executors import Executor
from sim.study.plan import Study
from sim.study.records import Engine, Place, Task
from sim.study.results import Results

OUTCOMES = ("practices_open", "gp_fte_per_1000", "appointments_unmet_share")
PLACES = {
    "national": ["England"],
    "ccg": ["01A", "02B", "03C", "04D"],
    "deprivation_fifth": ["1", "2", "3", "4", "5"],
}
FIRST_YEAR = 2014
GAIN = {"plain": 0.0, "other": 0.5, "worse": -0.25}


@dataclass(frozen=True)
class Words:
    name: str
    unit: str
    definition: str
    direction: int


REGISTRY = {
    "practices_open": Words("practices_open", "practices", "Codes paid with patients.", 0),
    "gp_fte_per_1000": Words("gp_fte_per_1000", "FTE per 1,000 patients", "Permanent qualified doctors.", 1),
    "appointments_unmet_share": Words("appointments_unmet_share", "share of appointments wanted", "Not met.", -1),
}


@dataclass(frozen=True)
class Named:
    """A scenario or a regime."""

    title: str


@dataclass(frozen=True)
class FakeResult:
    years: list[int]
    outcomes: tuple[str, ...]
    places: dict[str, list[str]]
    values: dict[str, np.ndarray[Any, Any]]


def prepare(scenario: Named, seed: int, population: Path | None) -> int:
    if scenario.title == "unprepared":
        raise ValueError("no practices")
    return seed


def simulate(
    start: int, scenario: Named, regime: Named, seed: int, years: int, draw: Mapping[str, float] | None
) -> FakeResult:
    name = regime.title
    if name == "fails":
        raise ZeroDivisionError("no doctors left")
    if name == "fails_on_odd" and seed % 2:
        raise ZeroDivisionError("an odd seed")
    if name == "dies" or (name == "dies_on_odd" and seed % 2):
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "slow":
        time.sleep(0.05)
    if name == "refused":
        raise InputError("a column is missing", file="practices.csv", key="list_size")
    luck = np.random.default_rng(start)
    values = {}
    for level, places in PLACES.items():
        base = 1.0 + luck.random((years, len(places), len(OUTCOMES)))
        steps = np.arange(years, dtype=float)[:, None, None]
        values[level] = base + GAIN.get(name, 0.0) * steps + sum((draw or {}).values())
        if name == "noisy":
            values[level] += luck.random(values[level].shape)
    return FakeResult([FIRST_YEAR + i for i in range(years)], OUTCOMES, PLACES, values)


def places(start: int) -> list[Place]:
    return [
        Place("ccg", code, f"CCG {code}", 51.0 + i, -1.0 - i / 2, 100_000.0 * (i + 1))
        for i, code in enumerate(PLACES["ccg"])
    ]


ENGINE = Engine(prepare, simulate, places, Named, Named)


def task(*regimes: str, years: int = 3, scenarios: tuple[str, ...] = ("small",), **other: Any) -> Task:
    """Scenarios and regimes are called what they do; `small` does nothing."""
    named = {name: Named(name) for name in scenarios}
    return Task(named, {name: Named(name) for name in regimes}, years, None, ENGINE, **other)


def sample(generator: np.random.Generator) -> dict[str, float]:
    return {"leaving.base": float(generator.uniform(0, 0.1)), "leaving.per_burnout": float(generator.uniform(0, 0.1))}


def run(
    task: Task, design: Design, out: Path | None = None, *, executor: Executor | None = None, **options: Any
) -> Results:
    """Conducts a comparison quietly."""
    study = Study("compare", "A comparison", task, design)
    return conduct(study, out=out, executor=executor, quiet=True, **options)


def results(folder: Path) -> None:
    """Writes a small folder of results."""
    run(task("plain", "other"), draw_pairs(2, 1), folder)
