"""A runner of the small model in a process of its own, for tests that kill it or take away its disk.

python runner_process.py OUT [--resume] [--pairs 12] [--workers 2] [--dask ADDRESS] [--disk-full-after PARTS]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fake_model import ENGINE, sample, task

from sim.errors import InputError
from sim.study.conduct import carry_on, conduct
from sim.study.design import draw_pairs
from sim.study.executors import executor_for
from sim.study.plan import Study
from sim.study.store import Store

REGIMES = ("plain", "slow")


def fill_disk_after(parts: int) -> None:
    """Makes every file that is written after some parts too large for the disk."""
    import resource

    commit, stored = Store.commit, [0]

    def limited(self: Store, *arguments: object) -> None:
        if stored[0] == parts:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        stored[0] += 1
        commit(self, *arguments)  # type: ignore[arg-type]

    Store.commit = limited  # type: ignore[method-assign, assignment]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--dask")
    parser.add_argument("--disk-full-after", type=int)
    given = parser.parse_args()
    if given.disk_full_after is not None:
        fill_disk_after(given.disk_full_after)
    executor = executor_for(given.workers, given.dask)
    try:
        if given.resume:
            carry_on(given.out, ENGINE, executor=executor, quiet=True)
        else:
            study = Study("study", "A study", task(*REGIMES), draw_pairs(given.pairs, 3, sample))
            conduct(study, out=given.out, executor=executor, chunk=1, quiet=True)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
