"""The output folder: written whole or not at all, never over other results unless told to.

    runs.parquet                              one row a run: run, scenario, regime, draw, seed, status, stage, error
    outcomes/level=<level>/part-<n>.parquet   run, year, place and one float64 column an outcome
    places.parquet                            places for the map: level, place, name, latitude, longitude, patients
    manifest.json                             see manifest.py

Everything is first written to a folder with a temporary name beside the target, synced to disk and renamed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.study.records import Finished, Outcomes, Place, Run

RUNS, OUTCOMES, PLACES, MANIFEST, PAGE = "runs.parquet", "outcomes", "places.parquet", "manifest.json", "report.html"
LONG, WIDE = "long.parquet", "outcomes-{level}.csv"
RUNS_PER_PART = 50

RUN_SCHEMA = pa.schema(
    [
        ("run", pa.int64()),
        ("scenario", pa.string()),
        ("regime", pa.string()),
        ("draw", pa.int64()),
        ("seed", pa.int64()),
        ("status", pa.string()),
        ("stage", pa.string()),
        ("error", pa.string()),
    ]
)


def holds_results(folder: Path) -> bool:
    """Whether the folder holds the results of an earlier study, or part of them."""
    return any((folder / name).exists() for name in (RUNS, OUTCOMES, MANIFEST))


def check_target(target: Path, force: bool) -> None:
    """Raises InputError unless results may be written to `target`: called before anything is simulated."""
    if target.exists() and not target.is_dir():
        raise InputError("is a file; results need a folder", file=target)
    if target.is_dir() and holds_results(target) and not force:
        raise InputError("holds results already; name another folder, or overwrite them with --force", file=target)
    if target.is_dir() and not holds_results(target) and any(target.iterdir()):
        raise InputError("holds other files; name a new or an empty folder", file=target)
    above = target.absolute()
    while not above.exists():
        above = above.parent
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise InputError("cannot be written to", file=above)


def new_folder(command: str, parent: Path = Path("results")) -> Path:
    """Makes and returns the next free `results/<command>-<n>`, empty, so that nobody else takes the number."""
    check_target(parent / command, force=False) if not parent.exists() else None
    parent.mkdir(parents=True, exist_ok=True)
    taken = [p.name.removeprefix(f"{command}-") for p in parent.glob(f"{command}-*")]
    number = 1 + max((int(n) for n in taken if n.isdigit()), default=0)
    while True:
        folder = parent / f"{command}-{number}"
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        except OSError as error:
            raise InputError(f"cannot be made: {error.strerror}", file=folder) from None
        else:
            return folder


class Writer:
    """Writes an output folder as runs come in.

    Use it as a context manager: left without an error and after `finish`, the folder is there; otherwise there is no
    trace of it. Runs are added in order, so that the files do not depend on who ran them.
    """

    def __init__(self, target: Path, *, force: bool = False) -> None:
        check_target(target, force)
        self.target = target.absolute()
        self.force = force
        self.runs: list[Run] = []
        self.places: list[Place] = []
        self.manifest: Mapping[str, Any] | None = None
        self._waiting: list[tuple[int, Outcomes]] = []
        self._parts = 0
        self._temporary = self.target.with_name(f".{self.target.name}.{os.getpid()}.partial")

    def __enter__(self) -> Writer:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None and self.manifest is not None:
                self._flush()
                self._write_rest(self.manifest)
                sync(self._temporary)
                self._put_in_place()
        finally:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def add(self, finished: Finished) -> None:
        """Takes the next run; full parts go to disk at once."""
        self.runs.append(finished.run)
        self.places.extend(finished.places)
        if finished.outcomes is not None:
            self._waiting.append((finished.run.run, finished.outcomes))
        if len(self._waiting) == RUNS_PER_PART:
            self._flush()

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Says that all runs are in. `manifest` is what `sim.study.manifest.describe` gives."""
        self.manifest = manifest

    def _flush(self) -> None:
        if not self._waiting:
            return
        for level in self._waiting[0][1].values:
            folder = self._temporary / OUTCOMES / f"level={level}"
            folder.mkdir(parents=True, exist_ok=True)
            table = pa.concat_tables([wide_table(run, outcomes, level) for run, outcomes in self._waiting])
            pq.write_table(table, folder / f"part-{self._parts:05d}.parquet")
        self._waiting.clear()
        self._parts += 1

    def _write_rest(self, manifest: Mapping[str, Any]) -> None:
        columns = {name: [getattr(run, name) for run in self.runs] for name in RUN_SCHEMA.names}
        pq.write_table(pa.table(columns, schema=RUN_SCHEMA), self._temporary / RUNS)
        if self.places:
            names = [field.name for field in fields(Place)]
            rows = {name: [getattr(place, name) for place in self.places] for name in names}
            pq.write_table(pa.table(rows), self._temporary / PLACES)
        text = json.dumps(manifest, indent=1, allow_nan=False)
        (self._temporary / MANIFEST).write_text(text + "\n", encoding="utf-8")

    def _put_in_place(self) -> None:
        check_target(self.target, self.force)  # somebody else may have written there in the meantime
        old = self._temporary.with_suffix(".old")
        if self.target.exists():
            self.target.rename(old)
        try:
            self._temporary.rename(self.target)
        except OSError:
            if old.exists():
                old.rename(self.target)
            raise
        if old.exists():
            for entry in old.iterdir():
                if not _is_ours(entry.name):  # a user's own notes outlive --force
                    entry.rename(self.target / entry.name)
            shutil.rmtree(old)
        _sync_folder(self.target.parent)


def _is_ours(name: str) -> bool:
    wide = WIDE.format(level="*")
    return name in {RUNS, OUTCOMES, PLACES, MANIFEST, PAGE, LONG} or fnmatch(name, wide)


def wide_table(run: int, outcomes: Outcomes, level: str) -> pa.Table:
    """One run at one level: run, year, place and a float64 column an outcome; a row a year and place, years slowest."""
    values = np.asarray(outcomes.values[level], dtype=np.float64)
    years, places = list(outcomes.years), list(outcomes.places[level])
    if values.shape != (len(years), len(places), len(outcomes.outcomes)):
        raise ValueError(f"level {level}: values of shape {values.shape} for {len(years)} years, {len(places)} places")
    flat = values.reshape(-1, values.shape[2])
    columns: dict[str, Any] = {
        "run": np.full(len(flat), run, dtype=np.int64),
        "year": np.repeat(np.asarray(years, dtype=np.int64), len(places)),
        "place": pa.array([str(place) for place in places] * len(years), pa.string()),
    }
    columns.update({name: np.ascontiguousarray(flat[:, i]) for i, name in enumerate(outcomes.outcomes)})
    return pa.table(columns)


def sync(folder: Path) -> None:
    """Forces every file below `folder`, and the folders themselves, to disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows cannot open a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Writes a text file whole or not at all: temporary name, sync, rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with temporary.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_table(path: Path) -> pa.Table:
    """One Parquet file. Not by `pq.read_table`, which would read a level out of the path and import pandas."""
    with pq.ParquetFile(path) as file:
        return file.read()


def read_runs(path: Path) -> list[Run]:
    """The runs of `runs.parquet`."""
    rows: Sequence[Mapping[str, Any]] = read_table(path).to_pylist()
    return [Run(**row) for row in rows]
