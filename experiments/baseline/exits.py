"""Which practice codes ended, in England and in the model, by the definition of an exit that the targets use."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import build, prepare, run_years
from sim.world.states import NEVER

YEARS = 3
"""Years whose exits can be known: the panel ends in 2017-18, so that the last exits are those of 2016-17."""
LEAST = 100.0
"""Registered patients from which a paid code counts as open."""
BOUNDS = (1000.0, 2000.0, 3000.0, 4000.0, 5000.0, 6000.0, 8000.0, 10000.0, 12000.0, 15000.0)
CLASSES = (
    "under 1,000", "1,000 to 2,000", "2,000 to 3,000", "3,000 to 4,000", "4,000 to 5,000", "5,000 to 6,000",
    "6,000 to 8,000", "8,000 to 10,000", "10,000 to 12,000", "12,000 to 15,000", "over 15,000",
)  # fmt: skip


class Observed(NamedTuple):
    """What England's codes did, in the order of the population's practices."""

    first: int
    lists: np.ndarray
    """Patients at the start."""
    ended: np.ndarray
    """Last year in which the code was paid, 0 if it was paid in the last year of the panel."""
    at_start: np.ndarray
    """Whether it was paid in the first year."""


def class_of(lists: np.ndarray) -> np.ndarray:
    """Which of `CLASSES` each list falls in."""
    return np.searchsorted(BOUNDS, lists, side="right")


def read_observed(population: Path, data: Path) -> Observed:
    """Exits of a population's practices in the panel of payments; `data` holds `panel_payments_annual.csv`."""
    paid: dict[str, set[int]] = {}
    with (data / "panel_payments_annual.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if float(row["registered"] or 0.0) >= LEAST:
                paid.setdefault(row["practice_code"], set()).add(int(row["year"][:4]))
    start = prepare(load_scenario("england"), 1, population)
    codes = [str(code) for code in start.population.practices["code"]]
    panel_end = max(max(years) for years in paid.values())
    last = np.array([max(paid.get(code, {0})) for code in codes])
    return Observed(
        2014,
        np.asarray(start.population.practices["list_size"], dtype=float),
        np.where(last < panel_end, last, 0),
        np.array([2014 in paid.get(code, set()) for code in codes]),
    )


def simulate_exits(population: Path, runs: int, seed: int) -> np.ndarray:
    """(runs, practices): year in which each code ended, 0 if it did not; England as it was, parameters at records."""
    scenario, regime = load_scenario("england"), load_regime("voluntary_2015")
    found = []
    for k in range(runs):
        start = prepare(scenario, seed + k, population)
        world, timeline = build(start, scenario, regime)
        run_years(world, timeline, seed + k, YEARS)
        years = np.stack([world.life["closed"], world.life["let_anew"]])[:, : len(start.population.practices["code"])]
        first = np.where(years == 0, NEVER, years).min(axis=0)  # a code ends when it is let anew, or else with its list
        found.append(np.where(first == NEVER, 0, first))
    return np.array(found)
