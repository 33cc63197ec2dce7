"""From a task and a design to results: begin a study, carry it on, extend it, run again what failed.

Every command that simulates comes through here: `run`, `compare`, `survey` and studies.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.study import manifest as manifests
from sim.study.design import Design, Integers
from sim.study.executors import Executor, InProcess
from sim.study.plan import Plan, Study, draw_design
from sim.study.records import FAILED, Chunk, Engine, Outcomes, Place, Task
from sim.study.results import Results, gather, open_results
from sim.study.runner import execute
from sim.study.store import MANIFEST, Store, read_design, read_runs

BYTES_PER_CHUNK = 8e6
"""A chunk is so large that its outcomes take about this much memory."""
FEWEST_CHUNKS = 16
"""And so small that there are this many, for workers to share."""


def model_engine(run: Callable[..., Outcomes] | None = None) -> Engine:
    """The real model; run: what simulates instead of `sim.simulate.simulate`, with the same arguments."""
    from sim.regimes import Regime
    from sim.scenario import Scenario
    from sim.simulate import prepare, simulate

    return Engine(prepare, run or simulate, places_of, Scenario, Regime, compile_model)


def places_of(start: Any) -> list[Place]:
    """CCGs of a starting England with their place and patients (`start.population` is a `Population`)."""
    ccgs, practices = start.population.ccgs, start.population.practices
    patients = np.bincount(practices["ccg"], weights=practices["list_size"], minlength=len(ccgs["code"]))
    return [
        Place("ccg", str(code), str(name), float(latitude), float(longitude), float(count))
        for code, name, latitude, longitude, count in zip(
            ccgs["code"], ccgs["name"], ccgs["latitude"], ccgs["longitude"], patients, strict=True
        )
    ]


def compile_model(start: Any, scenario: Any, regimes: Sequence[Any], quiet: bool) -> None:
    """Compiles what runs from this start call, unless that was done before."""
    from sim import warm

    if warm.is_warm():
        return
    if not quiet:
        print("Compiling the model: the first time only, one to two minutes ...", file=sys.stderr, flush=True)
    warm.warm_up(start, scenario, regimes)


def conduct(
    study: Study,
    *,
    out: Path | None = None,
    force: bool = False,
    executor: Executor | None = None,
    chunk: int | None = None,
    quiet: bool = False,
    first: int = 0,
) -> Results:
    """Runs the whole design of a study from its beginning.

    out: folder to write; None keeps the results in memory. executor: this process for None. chunk: pairs in a chunk;
    by the size of their outcomes for None. first: in memory, pairs to leave out since they were run before. Raises
    InputError before anything is written where the first start cannot be made of what the user gave, and leaves no
    trace where that shows later but before anything was stored.
    """
    executor = executor or InProcess()
    places = make_ready(study.task, study.design, quiet=quiet)
    size = chunk or chunk_size(study.task, len(study.design), len(places))
    runs = (len(study.design) - first) * study.task.runs_per_pair
    if out is None:
        done = execute(study.task, study.design.chunks(size, first), executor, runs=runs, quiet=quiet)
        finished = sorted((one for _, chunk in done for one in chunk), key=lambda one: one.run.run)
        return gather(finished, manifests.describe(study), places, study.design)
    store = Store.begin(out, force=force)
    parts = np.arange(len(study.design)) // size
    with _session(store, manifests.describe(study), study.command, executor) as manifest:
        try:
            store.write_design(study.design, parts.tolist())
            store.write_places(places)
            store.write_manifest(manifest)
            _run(store, study.task, study.design.chunks(size), executor, runs, quiet)
        except InputError:
            if not read_runs(store.folder):
                store.remove()
            raise
    return open_results(out)


def carry_on(folder: Path, engine: Engine, *, executor: Executor, quiet: bool = False) -> None:
    """Runs what is missing of a study that was stopped, however that came about."""
    with _opened(folder, engine, "study resume", executor) as (store, task, design, parts, _):
        _run_missing(store, task, design, parts, executor, quiet)


def run_failed_again(folder: Path, engine: Engine, *, executor: Executor, quiet: bool = False) -> int:
    """Runs the parts of a study again in which a run failed, and all that is missing; returns how many had failed."""
    with _opened(folder, engine, "study rerun", executor) as (store, task, design, parts, _):
        failed = [run.run for run in read_runs(folder) if run.status == FAILED]
        again = np.isin(parts, parts[np.array(failed, dtype=np.int64) // task.runs_per_pair])
        runs = (np.flatnonzero(again)[:, None] * task.runs_per_pair + np.arange(task.runs_per_pair)).reshape(-1)
        store.forget(set(runs.tolist()))
        _run_missing(store, task, design, parts, executor, quiet)
    return len(failed)


def extend(folder: Path, engine: Engine, units: int, *, executor: Executor, quiet: bool = False) -> None:
    """Draws `units` more of the plan of a study, adds them to its design, and runs what is missing."""
    if units < 1:
        raise InputError(f"{units} is too few", key="--runs", allowed="a whole number from 1")
    with _opened(folder, engine, "study extend", executor) as (store, task, design, parts, manifest):
        if manifest["plan"] is None:
            raise InputError("a single run cannot be extended", file=folder)
        plan = Plan.model_validate_json(json.dumps(manifest["plan"] | {"runs": units}))
        before = manifest["design"]["units"]
        more = draw_design(plan, design.master_seed, after=before)
        size = int(np.bincount(parts).max())
        design = design.joined(more)
        parts = np.concatenate([parts, parts.max() + 1 + np.arange(len(more)) // size])
        # The manifest last: a longer design that it does not speak of yet is drawn once more, and is the same.
        store.write_design(design, parts.tolist())
        manifest |= {"design": manifests.about(design, before + units), "runs": len(design) * task.runs_per_pair}
        store.write_manifest(manifest)
        _run_missing(store, task, design, parts, executor, quiet)


def chunk_size(task: Task, pairs: int, ccgs: int) -> int:
    """Pairs in a chunk: by the memory that their outcomes will take, and so that workers can share them."""
    everywhere = task.levels is None or "ccg" in task.levels
    places = 45 + ccgs if everywhere else 35
    size = min(places, 3 * ccgs + 15) * task.years * (len(task.outcomes) if task.outcomes else 120) * 8
    fits = BYTES_PER_CHUNK / size / task.runs_per_pair
    return max(1, min(int(fits), -(-pairs // FEWEST_CHUNKS)))


def make_ready(task: Task, design: Design, *, quiet: bool) -> list[Place]:
    """Builds the first starting England of every scenario, and compiles the model before any worker starts.

    Returns the places for the map. What goes wrong here, other than bad input, goes wrong again in the runs, where it
    is recorded.
    """
    found: dict[tuple[str, str], Place] = {}
    for scenario in task.scenarios.values():
        try:
            start = task.engine.prepare(scenario, design.pair(0).seed, task.population)
            if task.engine.compile is not None:
                task.engine.compile(start, scenario, list(task.regimes.values()), quiet)
            found |= {(place.level, place.place): place for place in task.engine.places(start)}
        except InputError:
            raise
        except Exception:
            continue
    return list(found.values())


@contextmanager
def _session(store: Store, manifest: dict[str, Any], command: str, executor: Executor) -> Iterator[dict[str, Any]]:
    """Work on a store: whatever ends it, all runs that are stored are gathered, and the manifest says how it went."""
    started, clock = datetime.now(UTC), time.perf_counter()
    with closing(store):
        try:
            yield manifest
        finally:
            if (store.folder / MANIFEST).is_file():
                store.gather_runs()
                took = time.perf_counter() - clock
                manifest["sessions"].append(
                    manifests.session(command, executor.name, executor.workers, started, datetime.now(UTC), took)
                )
                store.write_manifest(manifest | manifests.failures(read_runs(store.folder)))


Opened = tuple[Store, Task, Design, Integers, dict[str, Any]]


@contextmanager
def _opened(folder: Path, engine: Engine, command: str, executor: Executor) -> Iterator[Opened]:
    """The store, task, design, parts and manifest of a folder of results, for a session of work on it."""
    manifest = read_manifest(folder)
    task = manifests.task_of(manifest, engine)
    store = Store(folder)
    with _session(store, manifest, command, executor):
        store.tidy()
        _note_changes(manifest)
        design, parts = read_design(folder, manifest["design"]["master_seed"])
        told = manifest["design"]["pairs"]  # a design may be longer if the writer was killed while extending it
        design = design if len(design) == told else design.first(told)
        yield store, task, design, parts[:told], manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder of results. Raises InputError where there is none."""
    if not folder.is_dir():
        raise InputError("no such folder", file=folder)
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("holds no study", file=folder) from None
    except ValueError as error:
        raise InputError(f"cannot be read: {error}", file=folder / MANIFEST) from None
    return manifest


def _note_changes(manifest: Mapping[str, Any]) -> None:
    """Says so where another program ran the first part of a study: its runs may then differ from those to come."""
    before = {session["program"]["hash"] for session in manifest["sessions"]}
    if before - {manifests.program_hash()}:
        print("note: the program has changed since this study began; old and new runs may differ", file=sys.stderr)


def _run_missing(store: Store, task: Task, design: Design, parts: Integers, executor: Executor, quiet: bool) -> None:
    """Runs every part that is not stored whole; `parts` are as in `Store.write_design`."""
    make_ready(task, design, quiet=quiet)
    stored = np.zeros(len(design), dtype=np.int64)
    np.add.at(stored, [run.run // task.runs_per_pair for run in read_runs(store.folder)], 1)
    missing = np.unique(parts[stored < task.runs_per_pair])

    def chunks() -> Iterator[Chunk]:
        for part in missing.tolist():
            rows = np.flatnonzero(parts == part).tolist()
            yield Chunk(part, rows[0], tuple(design.pair(i) for i in rows))

    _run(store, task, chunks(), executor, int(np.isin(parts, missing).sum()) * task.runs_per_pair, quiet)


def _run(store: Store, task: Task, chunks: Iterable[Chunk], executor: Executor, runs: int, quiet: bool) -> None:
    with closing(execute(task, chunks, executor, runs=runs, quiet=quiet)) as done:
        for chunk, finished in done:
            store.commit(chunk.part, finished)
