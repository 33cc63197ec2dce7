"""Runs the chunks of a design with an executor, whatever happens to its workers, and gives back their runs.

Chunks come back as they end; what is written does not depend on that, since every run has its number and every chunk
its own files. A chunk whose worker died twice (out of memory, say) is split, and each of its pairs is run by itself:
one fatal pair costs its own runs and no others.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from functools import partial

from tqdm import tqdm

from sim.study.executors import Executor, Killed, Result, Work
from sim.study.records import Chunk, Finished, Task
from sim.study.work import failed, run_chunk, runs_of


def execute(
    task: Task, chunks: Iterable[Chunk], executor: Executor, *, runs: int, quiet: bool = False
) -> Generator[tuple[Chunk, list[Finished]], None, None]:
    """Every chunk with its runs, as they end; within a chunk in order.

    runs: how many runs there are in all, for the bar that shows the time left. quiet: no bar. Raises InputError where
    the model finds bad input.
    """
    work = partial(run_chunk, task)
    with tqdm(total=runs, unit="run", desc="Simulating", disable=quiet, file=sys.stderr, smoothing=0.1) as bar:
        for chunk, result in executor.run(work, chunks):
            finished = _one_by_one(task, chunk, executor, work) if isinstance(result, Killed) else result
            bar.update(len(finished))
            yield chunk, finished


def _one_by_one(task: Task, chunk: Chunk, executor: Executor, work: Work) -> list[Finished]:
    """The pairs of a chunk that killed its worker, each by itself; those that kill again are failed runs."""
    finished: list[Finished] = []
    for i, pair in enumerate(chunk.pairs):
        one = Chunk(chunk.part, chunk.first + i, (pair,))
        result: Result = executor.alone(work, one)
        if isinstance(result, Killed):
            rows = [failed(run, "worker", result.error) for run in runs_of(task, one.first, pair)]
            result = [Finished(row, None) for row in rows]
        finished.extend(result)
    return finished
