"""What a worker does: all runs of a chunk, pair by pair.

The starting England of a pair is built once a scenario and serves every regime. A run that fails becomes a row and the
rest goes on; bad input of the user stops everything at once. Nothing is kept between chunks.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sim.errors import InputError
from sim.study.records import FAILED, Chunk, Finished, Floats, Outcomes, Pair, Run, Task


@dataclass(frozen=True)
class Kept:
    """The part of a run's outcomes that is stored; shapes as in `Outcomes`."""

    years: Sequence[int]
    outcomes: Sequence[str]
    places: Mapping[str, Sequence[str]]
    values: Mapping[str, Floats]


def run_chunk(task: Task, chunk: Chunk) -> list[Finished]:
    """All runs of a chunk, in the order of their numbers."""
    return [done for i, pair in enumerate(chunk.pairs) for done in run_pair(task, chunk.first + i, pair)]


def run_pair(task: Task, index: int, pair: Pair) -> Iterator[Finished]:
    """All runs of one pair: scenario by scenario, and in each regime by regime."""
    runs = runs_of(task, index, pair)
    for scenario in task.scenarios.values():
        here = [next(runs) for _ in task.regimes]
        try:
            start = task.engine.prepare(scenario, pair.seed, task.population)
        except InputError:
            raise
        except Exception as error:
            yield from (Finished(failed(run, "prepare", error), None) for run in here)
        else:
            yield from _regimes(task, scenario, start, pair, here)


def _regimes(task: Task, scenario: object, start: object, pair: Pair, runs: Sequence[Run]) -> Iterator[Finished]:
    draw = dict(pair.parameters) or None
    budget: dict[str, list[float]] = {}
    for run, regime in zip(runs, task.regimes.values(), strict=True):
        try:
            outcomes = task.engine.simulate(start, scenario, regime, pair.seed, task.years, draw, **budget)
            if task.equal_staff_cost and run is runs[0]:
                budget = {"staff_budget": _staff_cost(outcomes)}
            kept = keep(outcomes, task)
        except InputError:
            raise
        except Exception as error:
            yield Finished(failed(run, getattr(error, "stage", "simulate"), error), None)
        else:
            yield Finished(run, kept)


def _staff_cost(outcomes: Outcomes) -> list[float]:
    """What commissioning staff cost England each year of a run, pounds."""
    column = list(outcomes.outcomes).index("staff_cost_total")
    return [float(cost) for cost in outcomes.values["national"][:, 0, column]]


def keep(outcomes: Outcomes, task: Task) -> Outcomes:
    """The levels and outcomes that the task asks for; all others go before anything is sent or stored."""
    if task.levels is None and task.outcomes is None:
        return outcomes
    levels = [level for level in outcomes.values if task.levels is None or level in task.levels]
    names = [name for name in outcomes.outcomes if task.outcomes is None or name in task.outcomes]
    columns = [list(outcomes.outcomes).index(name) for name in names]
    return Kept(
        outcomes.years,
        names,
        {level: outcomes.places[level] for level in levels},
        {level: outcomes.values[level][..., columns] for level in levels},
    )


def runs_of(task: Task, index: int, pair: Pair) -> Iterator[Run]:
    """The runs of pair number `index`; their numbers depend on nothing else."""
    number = index * task.runs_per_pair
    for scenario in task.scenarios:
        for regime in task.regimes:
            yield Run(number, scenario, regime, pair.draw, pair.seed)
            number += 1


def failed(run: Run, stage: str, error: BaseException) -> Run:
    """The row of a run that failed."""
    line = " ".join(f"{type(error).__name__}: {error}".split())
    return replace(run, status=FAILED, stage=stage, error=line, traceback="".join(traceback.format_exception(error)))
