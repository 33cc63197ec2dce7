"""The four sizes at which the engine is timed: one CCG, one region, England, and ten Englands side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sim.population.columns import TABLES
from sim.population.start import lay_ground
from sim.population.tables import Array, Population, derived_ids
from sim.scenario import Scenario, load_scenario
from sim.simulate import Start, prepare

SIZES = ("one_ccg", "one_region", "england", "ten_englands")
TEN = 10
DEGREES_APART = 10.0
"""Between the Englands: far enough that no patient or doctor of one finds a practice of another."""


def begin(size: str, seed: int) -> tuple[Start, Scenario]:
    """The starting England of a size, and its scenario."""
    if size != "ten_englands":
        scenario = load_scenario(size)
        return prepare(scenario, seed), scenario
    scenario = load_scenario("england")
    whole = repeated(prepare(scenario, seed).population, TEN)
    return Start(whole, lay_ground(whole, seed), seed), replace(scenario, name=size)


def repeated(population: Population, times: int) -> Population:
    """A population so many times over, each of other ids and codes, and in a place of its own."""
    tables = {
        name: {key: np.concatenate(list(_copies(population, name, key, times))) for key in columns}
        for name, columns in TABLES.items()
    }
    return Population(**tables, source=f"{times} times {population.source}")


def _copies(population: Population, name: str, key: str, times: int) -> Iterator[Array]:
    values, column = population.table(name)[key], TABLES[name][key]
    for time in range(times):
        if column.kind == "id":
            yield derived_ids(values, np.full(len(values), time), np.zeros(len(values)))
        elif column.refers:
            yield values + time * population.rows(column.refers)
        elif key in ("code", "name") and time > 0:
            yield np.array([f"{value} {time}" for value in values])
        elif key == "longitude":
            yield values + time * DEGREES_APART
        else:
            yield values
