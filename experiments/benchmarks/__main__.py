"""Prints what a run costs, at four sizes: one CCG, one region, England and ten Englands.

    python -m experiments.benchmarks [--years 20] [--repeat 5] [--sizes one_ccg ...] [--no-compile] [--no-store]

CPU seconds are user plus system time of one process, once everything is compiled and loaded; the median of the repeats
is quoted. Every size is measured in a process of its own, so that memory is that of one worker. Declared limits are
printed below the table, with `ok` or `over`. A run that is stored is one of `commissim compare`: what further pairs of
two regimes cost, everything counted, its share of a starting England too. Storing is what the store itself takes of
that: tables, files and their sync. Events are the numbers that a phase changes in the tables of the World.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZES = ("one_ccg", "one_region", "england", "ten_englands")
REGIMES = ("voluntary_2015", "delegated")
LIMITS = {
    "England: CPU s a run": 0.24, "England: MB of a worker": 300.0, "England: store, share of a stored run": 0.10,
    "one CCG: CPU s a run": 0.008, "ten Englands over England": 12.0, "compiling everything once, s": 60.0,
}  # fmt: skip
"""What is asked of the engine."""

Measured = dict[str, Any]


def measured(size: str, years: int, repeat: int, what: str = "--one") -> Measured:
    """`measure_size` (what: "--one") or `measure_stored` ("--stored") in a process of its own."""
    command = [sys.executable, "-m", "experiments.benchmarks", what, size]
    command += ["--years", str(years), "--repeat", str(repeat)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: Measured = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def measure_compile() -> float:
    """Seconds to compile every kernel into an empty cache, on all cores, less those of a warm repeat."""
    with tempfile.TemporaryDirectory() as folder:
        took = []
        for _ in range(2):
            begun = time.perf_counter()
            environment = {**os.environ, "COMMISSIM_CACHE": folder}
            subprocess.run([sys.executable, "-m", "sim.warm"], check=True, env=environment, cwd=ROOT)
            took.append(time.perf_counter() - begun)
    return took[0] - took[1]


def row(label: str, found: dict[str, Measured], value: Callable[[Measured], float | None], digits: int) -> str:
    """A row of the table: a value of every size, a dash where there is none."""
    values = (value(found[size]) for size in found)
    return f"{label:34s}" + "".join(f"{'-' if one is None else f'{one:,.{digits}f}':>15s}" for one in values)


def table(found: dict[str, Measured], cores: int) -> list[str]:
    """The lines of the table."""
    rows = [
        f"{'':34s}" + "".join(f"{size:>15s}" for size in found),
        row("CPU s a run", found, lambda m: m["run"], 4),
        row("  least, on a busy machine", found, lambda m: m["least"], 4),
        row("  of a stored run", found, lambda m: m.get("stored"), 4),
        row("  storing, share of it", found, store_share, 2),
        row(f"runs stored an hour, {cores} cores", found, lambda m: hourly(m, cores), 0),
        row("CPU s, a starting England", found, lambda m: m["prepare"], 3),
        row("CPU s, its World of April 2014", found, lambda m: m["world"], 4),
        row("MB of a worker", found, lambda m: m["memory"], 0),
        row("ns a doctor and year", found, lambda m: 1e9 * m["doctors"], 0),
        "CPU ms a year:",
    ]
    phases = next(iter(found.values()))["phases"]
    rows += [row(f"  {name}", found, lambda m, n=name: 1e3 * m["phases"][n], 3) for name in phases]
    rows.append("events a year:")
    changed = next(iter(found.values()))["changes"]
    return rows + [row(f"  {name}", found, lambda m, n=name: m["changes"][n], 0) for name in changed]


def store_share(found: Measured) -> float | None:
    """Share of storing in a stored run; None where not measured."""
    return found["storing"] / found["stored"] if "stored" in found else None


def hourly(found: Measured, cores: int) -> float | None:
    """Stored runs an hour on all cores; None where not measured."""
    return cores * 3600.0 / found["stored"] if "stored" in found else None


def verdicts(found: dict[str, Measured], compiling: float | None) -> list[str]:
    """Every declared limit that was measured, with `ok` or `over`."""
    england, ccg, ten = found.get("england", {}), found.get("one_ccg", {}), found.get("ten_englands", {})
    values = {
        "England: CPU s a run": england.get("run"),
        "England: MB of a worker": england.get("memory"),
        "England: store, share of a stored run": store_share(england),
        "one CCG: CPU s a run": ccg.get("run"),
        "ten Englands over England": ten["run"] / england["run"] if ten and england else None,
        "compiling everything once, s": compiling,
    }
    return [
        f"{name:40s} {value:10.4f}   limit {LIMITS[name]:g} {'ok' if value <= LIMITS[name] else 'over'}"
        for name, value in values.items()
        if value is not None
    ]


def main() -> int:
    """Runs the benchmarks asked for and prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--years", type=int, default=20)
    arguments.add_argument("--repeat", type=int, default=5)
    arguments.add_argument("--sizes", nargs="+", choices=SIZES, default=SIZES)
    arguments.add_argument("--no-compile", action="store_true")
    arguments.add_argument("--no-store", action="store_true")
    arguments.add_argument("--one", choices=SIZES, help=argparse.SUPPRESS)
    arguments.add_argument("--stored", choices=SIZES, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one or given.stored:
        from experiments.benchmarks.measure import measure_size, measure_stored

        found_here = (
            measure_size(given.one, given.years, given.repeat)
            if given.one
            else measure_stored(given.stored, REGIMES, given.years)
        )
        print(json.dumps(found_here))
        return 0
    found = {}
    for size in given.sizes:
        found[size] = measured(size, given.years, given.repeat)
        if not given.no_store and size in ("one_ccg", "england"):
            found[size] |= measured(size, given.years, given.repeat, "--stored")
    print(f"{given.years}-year runs under {REGIMES[0]}, median of {given.repeat}, all mechanisms on")
    print("\n".join(table(found, os.cpu_count() or 1)))
    print("\n".join(verdicts(found, None if given.no_compile else measure_compile())))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
