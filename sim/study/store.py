"""The output folder: every part of a study is there whole or not at all, and nothing goes over other results untold.

    design.parquet                            one row a pair: pair, part, draw, seed and one column a drawn parameter
    runs.parquet                              one row a run: `RUN_SCHEMA`
    outcomes/level=<level>/part-<n>.parquet   run, year, place and one float64 column an outcome
    places.parquet                            places for the map: level, place, name, latitude, longitude, patients
    manifest.json                             see manifest.py
    progress/part-<n>.parquet                 rows of `runs.parquet` not yet gathered there: while a study runs

A chunk of pairs is a part. Its outcomes are written first; it counts as stored once its rows are in `progress`. Each
file is written under a temporary name beside the target, synced to disk and renamed. A lock on `.lock` keeps a second
writer out; the system drops it when its holder dies.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.study.design import Design, Integers
from sim.study.records import Finished, Outcomes, Place, Run

RUNS, OUTCOMES, PLACES, MANIFEST, PAGE = "runs.parquet", "outcomes", "places.parquet", "manifest.json", "report.html"
DESIGN, PROGRESS, LOCK, PART = "design.parquet", "progress", ".lock", "part-{part:05d}.parquet"
LONG, WIDE = "long.parquet", "outcomes-{level}.csv"

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
        ("traceback", pa.string()),
    ]
)
PAIR_COLUMNS = ("pair", "part", "draw", "seed")
KEYS = ("run", "year", "place")
"""Columns of outcomes that say what a row is about."""


def holds_results(folder: Path) -> bool:
    """Whether the folder holds the results of an earlier study, or part of them."""
    return any((folder / name).exists() for name in (RUNS, OUTCOMES, MANIFEST, DESIGN, PROGRESS))


def check_target(target: Path, force: bool) -> None:
    """Raises InputError unless results may be written to `target`: called before anything is simulated."""
    if target.exists() and not target.is_dir():
        raise InputError("is a file; results need a folder", file=target)
    if target.is_dir() and holds_results(target) and not force:
        raise InputError("holds results already; name another folder, or overwrite them with --force", file=target)
    if target.is_dir() and not holds_results(target) and any(entry.name != LOCK for entry in target.iterdir()):
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


class Store:
    """An output folder that this process alone writes to, from when it is made until `close`."""

    def __init__(self, folder: Path) -> None:
        """Takes the lock of a folder, which must be there. Raises InputError where another process has it."""
        self.folder = folder.absolute()
        self._lock = filelock.FileLock(self.folder / LOCK)
        try:
            self._lock.acquire(blocking=False)
        except filelock.Timeout:
            raise InputError("another process is writing to this folder", file=folder) from None
        except OSError as error:
            raise InputError(f"cannot be written to: {error.strerror}", file=folder) from None

    @classmethod
    def begin(cls, folder: Path, *, force: bool = False) -> Store:
        """A store in a new or an empty folder, or with `force` in place of older results. A user's own notes stay."""
        check_target(folder, force)
        folder.mkdir(parents=True, exist_ok=True)
        store = cls(folder)
        store.clear()
        return store

    def close(self) -> None:
        """Lets others write."""
        self._lock.release()

    def clear(self) -> None:
        """Removes everything of a study from the folder."""
        for entry in self.folder.iterdir():
            if _is_ours(entry.name):
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def remove(self) -> None:
        """Leaves no trace, but for files that are not of a study."""
        self.clear()
        self.close()
        (self.folder / LOCK).unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def write_design(self, design: Design, parts: Sequence[int]) -> None:
        """Keeps all pairs. parts: (pairs,) the part in which each is stored."""
        columns: dict[str, Any] = dict(
            zip(PAIR_COLUMNS, (np.arange(len(design)), np.asarray(parts), design.draw, design.seed), strict=True)
        )
        columns |= {name: np.ascontiguousarray(design.values[:, i]) for i, name in enumerate(design.names)}
        _write_table(pa.table(columns), self.folder / DESIGN)

    def write_places(self, places: Sequence[Place]) -> None:
        """Keeps the places for the map, if there are any."""
        if places:
            names = [field.name for field in fields(Place)]
            rows = {name: [getattr(place, name) for place in places] for name in names}
            _write_table(pa.table(rows), self.folder / PLACES)

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Writes the manifest anew."""
        write_text(self.folder / MANIFEST, json.dumps(manifest, indent=1, allow_nan=False) + "\n")

    def commit(self, part: int, finished: Sequence[Finished]) -> None:
        """Stores the runs of a part, in place of what it held."""
        name = PART.format(part=part)
        (self.folder / PROGRESS / name).unlink(missing_ok=True)
        done = [(one.run.run, one.outcomes) for one in finished if one.outcomes is not None]
        levels = list(done[0][1].values) if done else []
        for folder in (self.folder / OUTCOMES).glob("level=*"):
            if folder.name.removeprefix("level=") not in levels:
                (folder / name).unlink(missing_ok=True)
        for level in levels:
            _write_table(wide_table(done, level), self.folder / OUTCOMES / f"level={level}" / name)
        _write_table(_table_of_runs([one.run for one in finished]), self.folder / PROGRESS / name)

    def gather_runs(self) -> None:
        """Moves the rows in `progress` to `runs.parquet`."""
        if not (self.folder / PROGRESS).is_dir():
            return
        _write_table(runs_table(self.folder), self.folder / RUNS)
        shutil.rmtree(self.folder / PROGRESS)

    def forget(self, runs: Collection[int]) -> None:
        """Strikes the rows of some runs, so that their parts are run again."""
        self.gather_runs()
        table = runs_table(self.folder)
        kept = [run not in runs for run in table["run"].to_pylist()]
        _write_table(table.filter(pa.array(kept, pa.bool_())), self.folder / RUNS)

    def tidy(self) -> None:
        """Removes what a writer that was killed left half written."""
        for path in self.folder.rglob(".*.partial"):
            path.unlink(missing_ok=True)


def runs_table(folder: Path) -> pa.Table:
    """All rows of runs that are stored, in order: those gathered in `runs.parquet` and those in `progress`."""
    tables = [read_table(path) for path in sorted((folder / PROGRESS).glob("part-*.parquet"))]
    fresh = pa.concat_tables(tables) if tables else RUN_SCHEMA.empty_table()
    if (folder / RUNS).is_file():
        older, again = read_table(folder / RUNS), set(fresh["run"].to_pylist())
        kept = [run not in again for run in older["run"].to_pylist()]
        fresh = pa.concat_tables([older.filter(pa.array(kept, pa.bool_())), fresh])
    return fresh.sort_by("run").combine_chunks()


def _table_of_runs(runs: Sequence[Run]) -> pa.Table:
    return pa.table({name: [getattr(run, name) for run in runs] for name in RUN_SCHEMA.names}, schema=RUN_SCHEMA)


def read_design(folder: Path, master_seed: int) -> tuple[Design, Integers]:
    """The design kept in a folder, and the part of each pair."""
    table = read_table(folder / DESIGN)
    names = tuple(name for name in table.column_names if name not in PAIR_COLUMNS)
    values = np.empty((len(table), len(names)))
    for i, name in enumerate(names):
        values[:, i] = table[name].to_numpy()
    draw, seed, part = (table[name].to_numpy() for name in ("draw", "seed", "part"))
    return Design(master_seed, names, draw, seed, values), part


def is_running(folder: Path) -> bool:
    """Whether a process is writing to the folder now."""
    if not (folder / LOCK).exists():
        return False
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return True
    except OSError:  # not ours to write to, so not ours to know
        return False
    lock.release()
    return False


def _is_ours(name: str) -> bool:
    ours = {RUNS, OUTCOMES, PLACES, MANIFEST, PAGE, LONG, DESIGN, PROGRESS}
    return name in ours or fnmatch(name, WIDE.format(level="*")) or fnmatch(name, ".*.partial")


def wide_table(runs: Sequence[tuple[int, Outcomes]], level: str) -> pa.Table:
    """Some runs at one level: run, year, place and a float64 column an outcome; a row a year and place, years slowest.

    Made for all runs at once: a hundred columns a run, one by one, would cost as much as a run of a small place.
    """
    names = list(runs[0][1].outcomes)
    blocks, numbers, years, places = [], [], [], []
    for number, outcomes in runs:
        values, here = np.asarray(outcomes.values[level], dtype=np.float64), outcomes.places[level]
        if values.shape != (len(outcomes.years), len(here), len(names)):
            raise ValueError(
                f"level {level}: values of shape {values.shape}, {len(here)} places, {len(names)} outcomes"
            )
        blocks.append(np.moveaxis(values, -1, 0).reshape(len(names), -1))
        numbers.append(np.full(blocks[-1].shape[1], number, dtype=np.int64))
        years.append(np.repeat(np.asarray(outcomes.years, dtype=np.int64), len(here)))
        places.append(
            pa.array([str(place) for place in here], pa.string()).take(_tiled(len(here), len(outcomes.years)))
        )
    columns: dict[str, Any] = {
        "run": np.concatenate(numbers),
        "year": np.concatenate(years),
        "place": pa.concat_arrays(places),
    }
    columns |= dict(zip(names, np.concatenate(blocks, axis=1), strict=True))
    return pa.table(columns)


def _tiled(count: int, times: int) -> pa.Array:
    return pa.array(np.tile(np.arange(count), times))


def whole_file(path: Path, write: Callable[[Path], None]) -> None:
    """Writes a file whole or not at all: temporary name beside it, sync, rename.

    write: called with the temporary path. Raises InputError where the disk is full or the folder cannot be written to.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        with temporary.open("r+b") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be written: {reason}; what was stored before is whole", file=path) from None
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a text file whole or not at all."""
    whole_file(path, lambda temporary: _write_text(temporary, text))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _write_table(table: pa.Table, path: Path) -> None:
    """Only texts are worth a dictionary; looking for one in every column of numbers takes most of the time, and the
    least and the greatest number of every column are asked for by nobody."""
    texts = [field.name for field in table.schema if field.type == pa.string()]
    whole_file(path, lambda temporary: _parquet(table, temporary, texts))


def _parquet(table: pa.Table, path: Path, texts: list[str]) -> None:
    pq.write_table(table, path, use_dictionary=texts or False, write_statistics=False)


def sync(folder: Path) -> None:
    """Forces every file below `folder`, and the folders themselves, to disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("r+b") as stream:
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


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """One Parquet file, or some columns of it. Not by `pq.read_table`, which would read a level out of the path and
    import pandas."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=None if columns is None else list(columns))


def column_names(path: Path) -> list[str]:
    """Columns of a Parquet file, in order."""
    return list(pq.read_schema(path).names)


def read_runs(folder: Path) -> list[Run]:
    """The runs that are stored in a folder."""
    rows: Sequence[Mapping[str, Any]] = runs_table(folder).to_pylist()
    return [Run(**row) for row in rows]
