"""Runs a design, in this process or with workers, and gives the runs back in order.

A pair is the unit of work: its starting England is built once and serves every regime. A run that fails becomes a row
and the rest goes on; bad input of the user stops everything at once. The order in which results come back is the order
of the design, so that nothing that is written depends on the number of workers or on the size of the chunks.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from tqdm import tqdm

from sim.errors import InputError
from sim.study.design import Design, Pair
from sim.study.records import FAILED, Finished, Outcomes, Run, Task

Numbered = tuple[int, Pair]
Chunk = list[Numbered]

LARGEST_CHUNK = 16
CHUNKS_PER_WORKER = 8


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_workers(workers: int | None) -> int:
    """Workers to use: all cores for None, never more than there are cores. Raises InputError below 1."""
    if workers is None:
        return cores()
    if workers < 1:
        raise InputError(f"{workers} is too few", key="--workers", allowed="a whole number from 1")
    return min(workers, cores())


def execute(
    task: Task, design: Design, *, workers: int = 1, chunk: int | None = None, quiet: bool = False
) -> Iterator[Finished]:
    """Every run of the design, in order: pair by pair, and in a pair regime by regime.

    workers: 1 runs in this process. chunk: pairs handed to a worker at once; by default about eight chunks a worker.
    quiet: no progress bar. Raises InputError where the model finds bad input.
    """
    numbered = list(enumerate(design.pairs))
    workers = min(workers, len(numbered))
    total = len(numbered) * len(task.regimes)
    with tqdm(total=total, unit="run", desc="Simulating", disable=quiet, file=sys.stderr, smoothing=0.1) as bar:
        for finished in _alone(task, numbered) if workers == 1 else _with_workers(task, numbered, workers, chunk):
            bar.update()
            yield finished


def run_pair(task: Task, index: int, pair: Pair) -> Iterator[Finished]:
    """All regimes of one pair, from one starting England."""
    try:
        start = task.engine.prepare(task.scenario, pair.seed, task.population)
        places = tuple(task.engine.places(start)) if index == 0 else ()
    except InputError:
        raise
    except Exception as error:
        for run in _runs(task, index, pair):
            yield Finished(_failed(run, "prepare", error), None)
        return
    draw = dict(pair.parameters) or None
    budget: dict[str, list[float]] = {}
    for run, regime in zip(_runs(task, index, pair), task.regimes.values(), strict=True):
        try:
            outcomes = task.engine.simulate(start, task.scenario, regime, pair.seed, task.years, draw, **budget)
            if task.equal_staff_cost and run.regime == next(iter(task.regimes)):
                budget = {"staff_budget": _staff_cost(outcomes)}
        except InputError:
            raise
        except Exception as error:
            yield Finished(_failed(run, getattr(error, "stage", "simulate"), error), None, places)
        else:
            yield Finished(run, outcomes, places)
        places = ()


def _staff_cost(outcomes: Outcomes) -> list[float]:
    """What commissioning staff cost England each year of a run, pounds."""
    column = list(outcomes.outcomes).index("staff_cost_total")
    return [float(cost) for cost in outcomes.values["national"][:, 0, column]]


def _runs(task: Task, index: int, pair: Pair) -> list[Run]:
    first = index * len(task.regimes)
    return [Run(first + i, task.scenario_name, regime, pair.draw, pair.seed) for i, regime in enumerate(task.regimes)]


def _failed(run: Run, stage: str, error: BaseException) -> Run:
    line = " ".join(f"{type(error).__name__}: {error}".split())
    return replace(run, status=FAILED, stage=stage, error=line, details="".join(traceback.format_exception(error)))


def _alone(task: Task, numbered: Sequence[Numbered]) -> Iterator[Finished]:
    for index, pair in numbered:
        yield from run_pair(task, index, pair)


def _run_chunk(task: Task, chunk: Chunk) -> list[Finished]:
    return list(_alone(task, chunk))


def _with_workers(task: Task, numbered: list[Numbered], workers: int, size: int | None) -> Iterator[Finished]:
    size = size or max(1, min(LARGEST_CHUNK, len(numbered) // (workers * CHUNKS_PER_WORKER)))
    chunks = [numbered[i : i + size] for i in range(0, len(numbered), size)]
    while chunks:
        ended = 0
        try:
            for finished in _pooled(task, chunks, workers):
                yield from finished
                ended += 1
        except BrokenProcessPool:
            # A worker died (out of memory, say). The chunk it may have held is run pair by pair, each in a process of
            # its own, and the rest in a new pool: one fatal pair costs its own runs and no others.
            for one in chunks[ended]:
                yield from _in_own_process(task, one)
            ended += 1
        chunks = chunks[ended:]


def _pooled(task: Task, chunks: list[Chunk], workers: int) -> Iterator[list[Finished]]:
    pool = _pool(workers)
    try:
        futures = [pool.submit(_run_chunk, task, chunk) for chunk in chunks]
        for future in futures:
            yield future.result()
    finally:
        # Also reached when the user stops: what is queued is dropped, what runs ends.
        pool.shutdown(wait=True, cancel_futures=True)


def _in_own_process(task: Task, one: Numbered) -> list[Finished]:
    try:
        with _pool(1) as pool:
            return pool.submit(_run_chunk, task, [one]).result()
    except BrokenProcessPool as error:
        return [Finished(_failed(run, "worker", error), None) for run in _runs(task, *one)]


def _pool(workers: int) -> ProcessPoolExecutor:
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    return ProcessPoolExecutor(workers, mp_context=context)
