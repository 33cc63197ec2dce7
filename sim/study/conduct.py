"""From a task and a design to results: compile once, run, keep in memory or in a folder."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.study import manifest, store
from sim.study.design import Design
from sim.study.records import Engine, Finished, Place, Task
from sim.study.results import Results, gather, open_results
from sim.study.runner import check_workers, execute


def model_engine() -> Engine:
    """The real model."""
    from sim.simulate import prepare, simulate

    return Engine(prepare, simulate, places_of)


def places_of(start: Any) -> list[Place]:
    """CCGs of a starting England with their place and patients (`start.population` is a `Population`)."""
    import numpy as np

    ccgs, practices = start.population.ccgs, start.population.practices
    patients = np.bincount(practices["ccg"], weights=practices["list_size"], minlength=len(ccgs["code"]))
    return [
        Place("ccg", str(code), str(name), float(latitude), float(longitude), float(count))
        for code, name, latitude, longitude, count in zip(
            ccgs["code"], ccgs["name"], ccgs["latitude"], ccgs["longitude"], patients, strict=True
        )
    ]


def warm_up(task: Task, design: Design, *, quiet: bool) -> None:
    """Compiles the model before any worker starts, so that workers only load what is compiled.

    What goes wrong here, other than bad input, goes wrong again in the runs, where it is recorded.
    """
    from sim import warm

    if warm.is_warm():
        return
    if not quiet:
        print("Compiling the model: the first time only, one to two minutes ...", file=sys.stderr, flush=True)
    pair = design.pairs[0]
    try:
        start = task.engine.prepare(task.scenario, pair.seed, task.population)
        warm.warm_up(start, task.scenario, list(task.regimes.values()))
    except InputError:
        raise
    except Exception:
        return


def conduct(
    command: str,
    task: Task,
    design: Design,
    *,
    out: Path | None = None,
    force: bool = False,
    workers: int | None = 1,
    chunk: int | None = None,
    quiet: bool = False,
    warm: bool = True,
) -> Results:
    """Runs the whole design.

    out: folder to write; None keeps the results in memory. workers: None for all cores. warm: compile
    first; only an engine that is not the model does without. Raises InputError before
    anything is run where `out` may not be written or `workers` makes no sense.
    """
    used = check_workers(workers)
    if out is not None:
        store.check_target(out, force)
    if warm:
        warm_up(task, design, quiet=quiet)
    started = datetime.now(UTC)
    runs = execute(task, design, workers=used, chunk=chunk, quiet=quiet)
    if out is None:
        kept: list[Finished] = list(runs)
        rows = [finished.run for finished in kept]
        return gather(kept, manifest.describe(command, task, design, rows, started, datetime.now(UTC), used))
    with store.Writer(out, force=force) as writer:
        for finished in runs:
            writer.add(finished)
        ended = datetime.now(UTC)
        writer.finish(manifest.describe(command, task, design, writer.runs, started, ended, used))
    return open_results(out)
