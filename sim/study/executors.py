"""Who runs the chunks: this process, processes of this machine, or (`sim.study.cluster`) a Dask cluster.

An executor does two things: it runs many chunks and gives each back with its runs, and it runs one chunk alone. It says
`Killed` of a chunk whose worker died, instead of raising; what that means for a study is the runner's affair.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for
from typing import Protocol

from sim.errors import InputError
from sim.study.records import Chunk, Finished

AHEAD = 2
"""Chunks handed out for each worker, so that none waits while the last one is stored."""
PATIENCE = 2
"""How often a chunk's worker may die before the chunk is given up."""
NOT_FOR_WORKERS = ("sim.report", "sim.model", "sim.agents")
"""Modules that draw figures or import mesa: runs need neither."""


@dataclass(frozen=True)
class Killed:
    """Stands for the runs of a chunk whose worker died; error: what was seen of it."""

    error: BaseException


Result = list[Finished] | Killed
Work = Callable[[Chunk], list[Finished]]


class Executor(Protocol):
    """Runs chunks. `workers` is how many it has, for the record; `name` is what the record calls it."""

    name: str
    workers: int

    def run(self, work: Work, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Result]]:
        """Each chunk with its runs, in the order in which they end. Holds no more than a few chunks at a time."""

    def alone(self, work: Work, chunk: Chunk) -> Result:
        """One chunk by itself, with a worker that dies for no other."""


class InProcess:
    """Runs one chunk after another in this process: nothing to start, and nothing survives a chunk that kills."""

    name = "in-process"
    workers = 1

    def run(self, work: Work, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Result]]:
        """See `Executor`."""
        for chunk in chunks:
            yield chunk, work(chunk)

    def alone(self, work: Work, chunk: Chunk) -> Result:
        """See `Executor`."""
        return work(chunk)


class Processes:
    """Runs chunks in processes of this machine.

    One death breaks a whole pool of Python's: it is built anew, and only what had not ended is handed out again. No
    worker outlives this process, however it ends.
    """

    name = "processes"

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, work: Work, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Result]]:
        """See `Executor`."""
        source = iter(chunks)
        again: list[Chunk] = []
        deaths: dict[int, int] = {}
        while True:
            pool, running = _pool(self.workers), dict[Future[list[Finished]], Chunk]()
            try:
                with suppress(BrokenProcessPool):
                    yield from self._until_broken(pool, running, work, again, source)
                    return
                wait(running)
                for future, chunk in running.items():
                    error = future.exception()
                    if error is None:
                        yield chunk, future.result()
                        continue
                    deaths[chunk.first] = deaths.get(chunk.first, 0) + 1
                    if deaths[chunk.first] < PATIENCE:
                        again.append(chunk)
                    else:
                        yield chunk, Killed(error)
            finally:
                # Also reached when the user stops: what is queued is dropped, what runs ends.
                pool.shutdown(wait=True, cancel_futures=True)

    def _until_broken(
        self,
        pool: ProcessPoolExecutor,
        running: dict[Future[list[Finished]], Chunk],
        work: Work,
        again: list[Chunk],
        source: Iterator[Chunk],
    ) -> Iterator[tuple[Chunk, list[Finished]]]:
        """Chunks as they end. Raises BrokenProcessPool with what had not ended in `running` and `again`."""
        while True:
            while len(running) < AHEAD * self.workers:
                chunk = again[0] if again else next(source, None)
                if chunk is None:
                    break
                if not again:
                    again.append(chunk)  # not lost if the pool is found broken just now
                running[pool.submit(work, chunk)] = chunk
                again.pop(0)
            if not running:
                return
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in [future for future in running if future in ended]:
                finished = future.result()
                yield running.pop(future), finished

    def alone(self, work: Work, chunk: Chunk) -> Result:
        """See `Executor`."""
        try:
            with _pool(1) as pool:
                return pool.submit(work, chunk).result()
        except BrokenProcessPool as error:
            return Killed(error)


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


def executor_for(workers: int | None, dask: str | None = None) -> Executor:
    """The executor that a user asks for: `dask` is the address of a scheduler. Raises InputError for bad input."""
    if dask is not None:
        from sim.study.cluster import Cluster

        return Cluster(dask)
    count = check_workers(workers)
    return InProcess() if count == 1 else Processes(count)


def _pool(workers: int) -> ProcessPoolExecutor:
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    # The server loads once what this process has loaded of the program, and its children, the workers, have it at once.
    loaded = [name for name in sys.modules if name.startswith("sim.") and not name.startswith(NOT_FOR_WORKERS)]
    context.set_forkserver_preload(loaded)
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)


def _begin_worker() -> None:
    """Leaves Ctrl-C to the parent, and ends this worker when the parent is gone: its queue alone would not tell it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
