"""What becomes of each practice of the start, year by year: an engine of studies that also keeps its practices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.analysis.practice_years import PracticeYears, simulate_watched
from sim.regimes import Regime
from sim.scenario import Scenario
from sim.simulate import RunResult, Start
from sim.study.conduct import model_engine
from sim.study.records import Engine
from sim.world.states import DISPERSED, MERGED, OPEN

LET_ANEW = 5
"""What became of a code whose list went on under a new one, beside the states of practices."""

DROPPED = ("ccg",)
"""Levels that no target speaks of; hundreds of runs would fill the memory with them."""


@dataclass(frozen=True)
class Fates:
    """Practices of the start at the end of each year, each of shape (years, practices) in the order of the population.

    state: OPEN (a caretaker's included), MERGED, DISPERSED or LET_ANEW. list_size: registered patients. gp_fte:
    permanent qualified GPs, without trainees and locums. Kept small, since a validation holds hundreds of runs.
    """

    state: npt.NDArray[np.int8]
    list_size: npt.NDArray[np.float32]
    gp_fte: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Followed(RunResult):
    """A run that also kept the fates of its practices."""

    fates: Fates


def follow(
    start: Start, scenario: Scenario, regime: Regime, seed: int, years: int, draw: Mapping[str, float] | None = None
) -> Followed:
    """Simulates as `sim.simulate.simulate` does, and keeps every practice of the start at the end of each year."""
    run, practices = simulate_watched(start, scenario, regime, seed, years, draw)
    kept = fates_of(practices, len(start.population.practices["id"]))
    values = {level: table for level, table in run.values.items() if level not in DROPPED}
    return Followed(run.years, run.outcomes, run.places, values, kept)


def fates_of(practices: PracticeYears, started: int) -> Fates:
    """The first `started` practices, from the end of the first year on."""
    rows = (slice(1, None), slice(started))
    state = np.where(practices.merged[rows], MERGED, np.where(practices.dispersed[rows], DISPERSED, OPEN))
    state[np.logical_or.accumulate(practices.let_anew[rows])] = LET_ANEW
    return Fates(
        state.astype(np.int8),
        practices.list_size[rows].astype(np.float32),
        practices.gp_fte[rows].astype(np.float32),
    )


def follow_engine() -> Engine:
    """The model, every practice of it followed."""
    return model_engine(follow)
