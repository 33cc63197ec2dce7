"""Prints what a run costs: CPU seconds of a 20-year run at three sizes, per phase, start-up, compiling, memory.

    python -m experiments.benchmarks [--years 20] [--repeat 5] [--no-compile]

Every size is measured in a process of its own, so that memory is that of one worker. CPU seconds are user plus system
time of the process; the median of the repeats is quoted. Declared limits are printed beside the figures, with `ok` or
`over`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

SIZES = ("one_ccg", "one_region", "england")
LIMITS = {"england.run": 0.30, "one_ccg.run": 0.010, "england.memory": 400.0, "compile": 60.0}
"""Seconds of CPU for a compiled 20-year run, megabytes of a worker, seconds to compile everything once."""


def measure_size(name: str, years: int, repeat: int) -> dict[str, object]:
    """CPU seconds of a run and of each phase, the start and the memory of one size; runs in a process of its own."""
    import resource

    from sim.regimes import load_regime
    from sim.scenario import load_scenario
    from sim.simulate import build, prepare, simulate
    from sim.world.luck import Luck
    from sim.year import PHASES

    cpu = time.process_time
    scenario, regime = load_scenario(name), load_regime("voluntary_2015")
    begun = cpu()
    start = prepare(scenario, 7)
    prepared = cpu() - begun
    simulate(start, scenario, regime, 7, 2)
    runs = []
    for _ in range(repeat):
        begun = cpu()
        simulate(start, scenario, regime, 7, years)
        runs.append(cpu() - begun)
    world, timeline = build(start, replace(scenario, years=years), regime)
    phases = dict.fromkeys((phase.__name__ for phase in PHASES), 0.0)
    for _ in range(years):
        luck, params = Luck(7, world.year), timeline.year(world.year)
        for phase in PHASES:
            begun = cpu()
            phase(world, params, luck)
            phases[phase.__name__] += cpu() - begun
        world.year += 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return {"run": statistics.median(runs), "prepare": prepared, "memory": memory, "phases": phases}


def measure_compile() -> float:
    """Seconds to compile every kernel into an empty cache, on all cores, less those of a warm repeat."""
    with tempfile.TemporaryDirectory() as folder:
        took = []
        for _ in range(2):
            begun = time.perf_counter()
            environment = {**os.environ, "COMMISSIM_CACHE": folder}
            subprocess.run([sys.executable, "-m", "sim.warm"], check=True, env=environment)
            took.append(time.perf_counter() - begun)
    return took[0] - took[1]


def line(label: str, value: float, unit: str, limit: float | None = None) -> str:
    """One line of the table."""
    verdict = "" if limit is None else f"   limit {limit:g} {'ok' if value <= limit else 'over'}"
    return f"{label:44s} {value:10.4f} {unit}{verdict}"


def main() -> int:
    """Runs the benchmarks asked for and prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--years", type=int, default=20)
    arguments.add_argument("--repeat", type=int, default=5)
    arguments.add_argument("--no-compile", action="store_true")
    arguments.add_argument("--size", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.size:
        print(json.dumps(measure_size(given.size, given.years, given.repeat)))
        return 0
    print(f"{given.years}-year runs under voluntary_2015, median of {given.repeat}, CPU seconds of one process")
    if not given.no_compile:
        print(line("compiling everything once", measure_compile(), "s", LIMITS["compile"]))
    for size in SIZES:
        command = [
            sys.executable,
            "-m",
            "experiments.benchmarks",
            "--size",
            size,
            "--years",
            str(given.years),
            "--repeat",
            str(given.repeat),
        ]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[2]
        )
        found = json.loads(done.stdout.strip().splitlines()[-1])
        print(line(f"{size}: one run", found["run"], "s", LIMITS.get(f"{size}.run")))
        print(line(f"{size}: runs an hour on one core", 3600.0 / found["run"], "runs"))
        print(line(f"{size}: starting England for one seed", found["prepare"], "s"))
        print(line(f"{size}: memory of a worker", found["memory"], "MB", LIMITS.get(f"{size}.memory")))
        for phase, seconds in found["phases"].items():
            print(line(f"    {phase}", 1000.0 * seconds / given.years, "ms a year"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
