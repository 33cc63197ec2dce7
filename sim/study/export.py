"""Results for other programs: wide CSV files by level, or one long Parquet table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from sim.errors import InputError
from sim.study.results import Results, open_results
from sim.study.store import KEYS, LONG, OUTCOMES, WIDE, read_table

LONG_SCHEMA = pa.schema(
    [
        ("run", pa.int64()),
        ("scenario", pa.string()),
        ("regime", pa.string()),
        ("draw", pa.int64()),
        ("seed", pa.int64()),
        ("level", pa.string()),
        ("year", pa.int64()),
        ("place", pa.string()),
        ("outcome", pa.string()),
        ("value", pa.float64()),
    ]
)


def export_long(folder: Path, *, force: bool = False) -> Path:
    """Writes `long.parquet`, a row a run, level, year, place and outcome, and returns its path.

    Raises InputError for a folder without results, or where the file is there and `force` is not.
    """
    results = open_results(folder)
    path = folder / LONG
    with _whole(path, force) as temporary, pq.ParquetWriter(temporary, LONG_SCHEMA) as writer:
        for level, table in _parts(results):
            for outcome in [name for name in table.column_names if name not in KEYS]:
                writer.write_table(_long(results, level, outcome, table))
    return path


def export_wide(folder: Path, *, force: bool = False) -> list[Path]:
    """Writes `outcomes-<level>.csv`, a row a run, year and place, and returns the paths. Errors as `export_long`."""
    results = open_results(folder)
    paths = []
    for level in results.levels:
        path = folder / WIDE.format(level=level)
        with _whole(path, force) as temporary:
            table = pa.concat_tables([table for at, table in _parts(results) if at == level])
            for place, name in enumerate(("scenario", "regime"), start=1):
                column = _by_run(results, name, table["run"].to_numpy())
                table = table.add_column(place, name, pa.array(column, pa.string()))
            pc.write_csv(table, temporary)
        paths.append(path)
    return paths


def _parts(results: Results) -> Iterator[tuple[str, pa.Table]]:
    folder = results.folder
    assert folder is not None
    for level in results.levels:
        for part in sorted((folder / OUTCOMES / f"level={level}").glob("part-*.parquet")):
            yield level, read_table(part)


def _long(results: Results, level: str, outcome: str, table: pa.Table) -> pa.Table:
    runs, rows = table["run"].to_numpy(), len(table)
    columns = {
        "run": table["run"],
        **{name: _by_run(results, name, runs) for name in ("scenario", "regime", "draw", "seed")},
        "level": [level] * rows,
        "year": table["year"],
        "place": table["place"],
        "outcome": [outcome] * rows,
        "value": table[outcome],
    }
    return pa.table(columns, schema=LONG_SCHEMA)


def _by_run(results: Results, name: str, runs: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> list[object]:
    of_run = {run.run: getattr(run, name) for run in results.runs}
    return [of_run[int(run)] for run in runs]


@contextmanager
def _whole(path: Path, force: bool) -> Iterator[Path]:
    """A temporary path beside `path` that becomes it if all goes well."""
    if path.exists() and not force:
        raise InputError("is there already; overwrite it with --force", file=path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
