"""Measures one size of the benchmark, in a process of its own: CPU seconds, memory, and what each phase changes."""

from __future__ import annotations

import contextlib
import io
import resource
import statistics
import tempfile
import time
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

from experiments.benchmarks.sizes import begin
from sim.record import record
from sim.regimes import load_regime
from sim.simulate import build, simulate
from sim.sums import Sums
from sim.world.columns import GROUPS
from sim.world.luck import Luck
from sim.world.world import World
from sim.year import PHASES

REGIME, SEED = "voluntary_2015", 7
OFTEN = {"one_ccg": 20, "one_region": 4}
"""How many runs stand for one where a run is short, so that a busy moment of the machine does not make the figure."""
FEW, MANY = 2, {"one_ccg": 42, "england": 12}
"""Pairs of the two comparisons whose difference is what a stored run costs; many where runs are short, since the page
that is drawn at the end takes seconds."""


def measure_size(size: str, years: int, repeat: int) -> dict[str, Any]:
    """CPU seconds of a run (median and least, once compiled and loaded), of its parts and its start; megabytes; and how
    many numbers each phase changes a year."""
    cpu = time.process_time
    begun = cpu()
    start, scenario = begin(size, SEED)
    prepared = cpu() - begun
    regime = load_regime(REGIME)
    simulate(start, scenario, regime, SEED, years)  # loads what is compiled
    runs = []
    for _ in range(repeat * OFTEN.get(size, 1)):
        begun = cpu()
        simulate(start, scenario, regime, SEED, years)
        runs.append(cpu() - begun)
    begun = cpu()
    world, timeline = build(start, replace(scenario, years=years), regime)
    built = cpu() - begun
    sums = Sums.empty(years, world)
    seconds = dict.fromkeys([*(phase.__name__ for phase in PHASES), "record"], 0.0)
    for index in range(years):
        luck, params = Luck(SEED, world.year), timeline.year(world.year)
        for phase in PHASES:
            begun = cpu()
            phase(world, params, luck)
            seconds[phase.__name__] += cpu() - begun
        begun = cpu()
        record(world, params, sums, index)
        seconds["record"] += cpu() - begun
        world.year += 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    run = statistics.median(runs)
    return {
        "run": run, "least": min(runs), "prepare": prepared, "world": built, "memory": memory,
        "phases": {name: spent / years for name, spent in seconds.items()},
        "doctors": run / years / float((start.ground.tables["doctors"]["practice"] >= 0).sum()),
        "changes": changes(*build(start, replace(scenario, years=years), regime), years),
    }  # fmt: skip


def measure_stored(size: str, regimes: tuple[str, ...], years: int) -> dict[str, float]:
    """CPU seconds of a stored run of `commissim compare`, and those of them that the store takes: what many pairs cost
    more than a few, in a process that has loaded everything."""
    from sim.study.store import Store  # here, since a worker that stores nothing does without

    spent, in_store = [], []
    commit = Store.commit

    def timed(store: Any, part: int, finished: Any) -> None:
        begun = time.process_time()
        commit(store, part, finished)
        in_store[-1] += time.process_time() - begun

    with patch.object(Store, "commit", timed):
        for pairs in (FEW, FEW, MANY[size]):
            in_store.append(0.0)
            begun = time.process_time()
            _compare(size, regimes, years, pairs)
            spent.append(time.process_time() - begun)
    runs = (MANY[size] - FEW) * len(regimes)
    return {"stored": (spent[-1] - spent[-2]) / runs, "storing": (in_store[-1] - in_store[-2]) / runs}


def _compare(size: str, regimes: tuple[str, ...], years: int, pairs: int) -> None:
    from sim.cli import app

    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        command = ["compare", *regimes, "--scenario", size, "--years", str(years), "--runs", str(pairs)]
        app([*command, "--workers", "1", "--quiet", "--out", f"{folder}/out"], standalone_mode=False)


def changes(world: World, timeline: Any, years: int) -> dict[str, float]:
    """Numbers in the tables of the World that each phase changes in a year, on average: nil for a phase that is
    idle."""
    counts = dict.fromkeys((phase.__name__ for phase in PHASES), 0.0)
    for _ in range(years):
        luck, params = Luck(SEED, world.year), timeline.year(world.year)
        for phase in PHASES:
            before = world.copy()
            phase(world, params, luck)
            counts[phase.__name__] += sum(_differ(world, before, group) for group in GROUPS) / years
        world.year += 1
    return counts


def _differ(world: World, before: World, group: str) -> int:
    now, then = getattr(world, group), getattr(before, group)
    if len(now) != len(then):
        return len(now)
    return sum(int(np.count_nonzero(now[name] != then[name])) for name, *_ in GROUPS[group])
