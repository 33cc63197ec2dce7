"""Shows that a study's memory does not grow with its runs, and what storing costs.

    python -m experiments.benchmarks.memory [--scenario one_ccg] [--runs 10000] [--years 20] [--workers 2]

All shipped regimes are run under as many pairs as it takes, into a temporary folder. Printed at every tenth of the way:
runs stored, megabytes of the runner and of its largest worker (resident set), seconds; at the end how far memory rose
after the first fifth, and the share of storing in the processor time of runner and workers.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from sim.regimes import load_regime, shipped_regimes
from sim.scenario import load_scenario
from sim.study.conduct import conduct, model_engine
from sim.study.executors import executor_for
from sim.study.plan import Plan, Study, draw_design
from sim.study.records import Task
from sim.study.store import Store

MEGABYTE = 1e6
LEVELS = ("national", "area_team", "deprivation_fifth")


def study_of(scenario: str, runs: int, years: int) -> Study:
    """At least `runs` runs under all shipped regimes, parameters drawn, levels as studies keep them."""
    regimes = {name: load_regime(name) for name in shipped_regimes()}
    plan = Plan(method="ranges", runs=-(-runs // len(regimes)))
    place = load_scenario(scenario, years=years)
    task = Task({scenario: place}, regimes, years, None, model_engine(), levels=LEVELS)
    return Study("benchmark", "Memory", task, draw_design(plan, 1), plan, plan.runs)


class Watch:
    """Counts what is stored, and looks at the memory of this process and of all that it started."""

    def __init__(self, runs: int) -> None:
        self.runs, self.stored = runs, 0
        self.rows: list[tuple[int, float, float]] = []
        self.in_store, self.in_workers = 0.0, 0.0
        self.begun, self.wall = time.process_time(), time.perf_counter()

    def commit(self, store: Store, part: int, finished: Any) -> None:
        begun = time.process_time()
        ORIGINAL(store, part, finished)
        self.in_store += time.process_time() - begun
        self.stored += len(finished)
        if self.stored >= (len(self.rows) + 1) * self.runs / 10:
            self.look()

    def look(self) -> None:
        me = psutil.Process()
        workers = [one for child in me.children() for one in child.children()]
        largest = max((one.memory_info().rss for one in workers), default=0)
        self.in_workers = sum(sum(one.cpu_times()[:2]) for one in workers)
        row = (self.stored, me.memory_info().rss / MEGABYTE, largest / MEGABYTE)
        self.rows.append(row)
        seconds = time.perf_counter() - self.wall
        print(f"{row[0]:8,} runs  runner {row[1]:6.0f} MB  worker {row[2]:6.0f} MB  {seconds:6.0f} s", flush=True)


ORIGINAL = Store.commit


def main() -> None:
    """Runs the study and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="one_ccg")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    study = study_of(given.scenario, given.runs, given.years)
    runs = len(study.design) * study.task.runs_per_pair
    watch = Watch(runs)
    Store.commit = lambda store, part, finished: watch.commit(store, part, finished)  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        results = conduct(study, out=out, executor=executor_for(given.workers), quiet=True)
        size = sum(path.stat().st_size for path in out.rglob("*")) / MEGABYTE
    spent = time.process_time() - watch.begun + watch.in_workers
    early, last = next(row for row in watch.rows if row[0] >= runs / 5), watch.rows[-1]
    print(f"{runs:,} runs of {given.years} years, {len(results.failures)} failed, {size:.0f} MB stored")
    print(f"rise after a fifth: runner {last[1] - early[1]:+.0f} MB, worker {last[2] - early[2]:+.0f} MB")
    print(f"share of storing: {watch.in_store / spent:.1%} of {spent:.0f} s of processor time")


if __name__ == "__main__":
    main()
