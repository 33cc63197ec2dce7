"""Chunks on a Dask cluster, by the address of its scheduler. See docs/studies.md for Slurm, Kubernetes and SSH.

Dask hands the chunk of a worker that is lost to another one. When a chunk has lost more workers than the scheduler
allows (`distributed.scheduler.allowed-failures`, 3 unless set), it is given up and the runner takes it apart.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from functools import cache, partial
from itertools import islice
from typing import Any

from sim.errors import InputError
from sim.study.executors import AHEAD, Killed, Result, Work
from sim.study.manifest import program_hash
from sim.study.records import Chunk, Finished

WAIT = 60
"""Seconds to wait for a scheduler and its first worker."""


class Cluster:
    """Runs chunks on the workers of a scheduler. Only this process writes; workers need the program, and the folder of
    a built population under the same path, but not the folder of results."""

    name = "dask"

    def __init__(self, address: str) -> None:
        """Raises InputError where no scheduler answers, or none of its workers."""
        try:
            from distributed import Client
        except ImportError:
            raise InputError(
                "needs the package distributed", key="--dask", allowed="pip install commissim[cluster]"
            ) from None
        try:
            self.client = Client(address, timeout=WAIT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise InputError(f"no scheduler answers at {address!r}: {error}", key="--dask") from None
        try:
            self.client.wait_for_workers(1, timeout=WAIT)
        except TimeoutError:
            self.client.close()
            raise InputError(f"the scheduler at {address!r} has no workers", key="--dask") from None
        self.workers = self._slots()
        self._study = uuid.uuid4().hex[:12]

    def run(self, work: Work, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Result]]:
        """See `Executor`."""
        from distributed import as_completed

        source = iter(chunks)
        running: dict[str, Chunk] = {}
        ended = as_completed(loop=self.client.loop)

        def hand_out() -> None:
            for chunk in islice(source, max(0, AHEAD * self._slots() - len(running))):
                future = self._submit(work, chunk)
                running[future.key] = chunk
                ended.add(future)

        try:
            hand_out()
            while running:
                future = next(ended)
                chunk, result = running.pop(future.key), self._result(future)
                future.release()  # the worker forgets it
                hand_out()
                yield chunk, result
        finally:
            self.client.cancel(ended.futures)
            self.client.close()

    def alone(self, work: Work, chunk: Chunk) -> Result:
        """See `Executor`. A worker has but one chunk at a time, so one that dies does so for its own."""
        return self._result(self._submit(work, chunk))

    def _slots(self) -> int:
        """How many chunks the workers there now can run at once, at least one: others may come."""
        return max(1, sum(int(threads) for threads in self.client.nthreads().values()))

    def _submit(self, work: Work, chunk: Chunk) -> Any:
        key = f"commissim-{self._study}-{chunk.first}-{len(chunk.pairs)}"
        return self.client.submit(partial(_checked, program_hash(), work), chunk, key=key, pure=False)

    def _result(self, future: Any) -> Result:
        from distributed import KilledWorker

        try:
            return list(future.result())
        except KilledWorker as error:
            return Killed(RuntimeError(f"the worker died each time: {error}"))
        except (CancelledError, OSError) as error:
            raise InputError(
                f"the scheduler was lost ({type(error).__name__}); `commissim study resume DIR` goes on", key="--dask"
            ) from None


def _checked(program: str, work: Work, chunk: Chunk) -> list[Finished]:
    """Runs a chunk if this worker has the same program. Raises InputError for another one."""
    if _own_program() != program:
        raise InputError("a worker has another version of the program", key="--dask", allowed="the same source files")
    return work(chunk)


@cache
def _own_program() -> str:
    return program_hash()
