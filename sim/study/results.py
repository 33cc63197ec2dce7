"""Finished runs as arrays, from memory or from an output folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.errors import InputError
from sim.study.records import DONE, Finished, Floats, Outcomes, Place, Run
from sim.study.store import MANIFEST, OUTCOMES, PLACES, RUNS, holds_results, read_runs, read_table

LEVELS = ("national", "region", "area_team", "ccg", "deprivation_fifth", "contract")


@dataclass(frozen=True)
class Cube:
    """All runs at one level.

    values: float64 of shape (runs, years, places, outcomes); NaN where nothing was recorded.
    """

    level: str
    runs: tuple[int, ...]
    years: tuple[int, ...]
    places: tuple[str, ...]
    outcomes: tuple[str, ...]
    values: Floats

    def of(self, outcome: str) -> Floats:
        """One outcome, of shape (runs, years, places)."""
        if outcome not in self.outcomes:
            raise InputError(f"unknown outcome {outcome!r}", allowed=self.outcomes)
        return self.values[..., self.outcomes.index(outcome)]

    def year_index(self, year: int | None) -> int:
        """Position of a financial year, the last one for None. Raises InputError for a year that was not simulated."""
        if year is None:
            return len(self.years) - 1
        if year not in self.years:
            raise InputError(f"{year} was not simulated", key="year", allowed=f"{self.years[0]} to {self.years[-1]}")
        return self.years.index(year)


@dataclass
class Results:
    """The runs of a study and their outcomes; `cube(level)` is read when first asked for.

    folder: where they are kept, None for results in memory only.
    """

    runs: list[Run]
    manifest: Mapping[str, Any]
    places: list[Place]
    folder: Path | None = None
    kept: dict[int, Outcomes] = field(default_factory=dict, repr=False)
    _cubes: dict[str, Cube] = field(default_factory=dict, repr=False)

    @property
    def regimes(self) -> list[str]:
        """Names of the regimes in the order they were given; the first is what others are compared with."""
        return list(dict.fromkeys(run.regime for run in self.runs))

    @property
    def titles(self) -> dict[str, str]:
        """What each regime is called in reports."""
        told = self.manifest.get("regime_titles", {})
        return {name: str(told.get(name) or name) for name in self.regimes}

    @cached_property
    def levels(self) -> list[str]:
        """Levels that were kept, from the nation down."""
        if self.folder is None:
            found = set(next(iter(self.kept.values())).values) if self.kept else set()
        else:
            found = {p.name.removeprefix("level=") for p in (self.folder / OUTCOMES).glob("level=*")}
        return [level for level in LEVELS if level in found] + sorted(found - set(LEVELS))

    @property
    def failures(self) -> list[Run]:
        """Runs that failed."""
        return [run for run in self.runs if run.status != DONE]

    def cube(self, level: str = "national") -> Cube:
        """All outcomes at one level. Raises InputError for a level that was not kept."""
        if level not in self._cubes:
            if level not in self.levels:
                raise InputError(f"no outcomes at level {level!r}", file=self.folder, allowed=self.levels or "none")
            self._cubes[level] = self._stacked(level) if self.folder is None else read_cube(self.folder, level)
        return self._cubes[level]

    def _stacked(self, level: str) -> Cube:
        first = next(iter(self.kept.values()))
        return Cube(
            level,
            tuple(self.kept),
            tuple(int(year) for year in first.years),
            tuple(str(place) for place in first.places[level]),
            tuple(first.outcomes),
            np.stack([np.asarray(outcomes.values[level], dtype=np.float64) for outcomes in self.kept.values()]),
        )


def gather(finished: Iterable[Finished], manifest: Mapping[str, Any]) -> Results:
    """Results in memory."""
    runs: list[Run] = []
    places: list[Place] = []
    kept: dict[int, Outcomes] = {}
    for one in finished:
        runs.append(one.run)
        places.extend(one.places)
        if one.outcomes is not None:
            kept[one.run.run] = one.outcomes
    return Results(runs, manifest, places, kept=kept)


def open_results(folder: Path) -> Results:
    """The results in an output folder. Raises InputError where there are none."""
    if not folder.is_dir():
        raise InputError("no such folder", file=folder)
    if not holds_results(folder):
        raise InputError("holds no results", file=folder)
    for name in (RUNS, MANIFEST):
        if not (folder / name).is_file():
            raise InputError("is missing from this folder of results", file=folder / name)
    try:
        runs = read_runs(folder / RUNS)
        manifest: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        places = read_table(folder / PLACES).to_pylist() if (folder / PLACES).is_file() else []
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise InputError(f"cannot be read as results: {error}", file=folder) from None
    return Results(runs, manifest, [Place(**place) for place in places], folder=folder)


def read_cube(folder: Path, level: str) -> Cube:
    """One level of an output folder, from all its parts; years ascend, places keep the order of their first row."""
    parts = sorted((folder / OUTCOMES / f"level={level}").glob("part-*.parquet"))
    table = pa.concat_tables([read_table(part) for part in parts]).unify_dictionaries()
    runs, run_at = np.unique(table["run"].to_numpy(), return_inverse=True)
    years, year_at = np.unique(table["year"].to_numpy(), return_inverse=True)
    places, place_at = _coded(table["place"])
    names = [name for name in table.column_names if name not in ("run", "year", "place")]
    values = np.full((len(runs), len(years), len(places), len(names)), np.nan)
    for i, name in enumerate(names):
        values[run_at, year_at, place_at, i] = table[name].to_numpy()
    return Cube(level, tuple(int(r) for r in runs), tuple(int(y) for y in years), tuple(places), tuple(names), values)


def _coded(column: pa.ChunkedArray) -> tuple[Sequence[str], npt.NDArray[np.int64]]:
    coded = column.combine_chunks().dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)
