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
from sim.study.design import Design
from sim.study.records import DONE, Finished, Floats, Outcomes, Place, Run
from sim.study.store import (
    KEYS,
    MANIFEST,
    OUTCOMES,
    PLACES,
    column_names,
    holds_results,
    read_design,
    read_runs,
    read_table,
)
from sim.toml_files import unknown

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
            raise unknown("outcome", outcome, self.outcomes)
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
    drawn: Design | None = field(default=None, repr=False)
    """The design of results in memory; see `design`."""
    _cubes: dict[tuple[str, tuple[str, ...] | None], Cube] = field(default_factory=dict, repr=False)

    @property
    def regimes(self) -> list[str]:
        """Names of the regimes in the order they were given."""
        return list(dict.fromkeys(run.regime for run in self.runs))

    @cached_property
    def scenarios(self) -> list[str]:
        """Names of the scenarios in the order they were given."""
        return list(dict.fromkeys(run.scenario for run in self.runs))

    def arm(self, run: Run) -> str:
        """What a run is compared as: its regime, with its scenario where there are several."""
        return run.regime if len(self.scenarios) == 1 else f"{run.scenario}/{run.regime}"

    @cached_property
    def titles(self) -> dict[str, str]:
        """What each arm is called in reports, in the order of the runs; the first is what others are compared with."""
        regimes, scenarios = (self.manifest.get(f"{kind}_titles", {}) for kind in ("regime", "scenario"))
        found = {}
        for arm, run in {self.arm(run): run for run in reversed(self.runs)}.items():
            title = str(regimes.get(run.regime) or run.regime)
            place = str(scenarios.get(run.scenario) or run.scenario)
            found[arm] = title if len(self.scenarios) == 1 else f"{title} ({place})"
        return dict(reversed(found.items()))

    @property
    def arms(self) -> list[str]:
        """What is compared, in order."""
        return list(self.titles)

    @cached_property
    def levels(self) -> list[str]:
        """Levels that were kept, from the nation down."""
        if self.folder is None:
            found = set(next(iter(self.kept.values())).values) if self.kept else set()
        else:
            found = {p.name.removeprefix("level=") for p in (self.folder / OUTCOMES).glob("level=*")}
        return [level for level in LEVELS if level in found] + sorted(found - set(LEVELS))

    @cached_property
    def design(self) -> Design:
        """The pairs that were run, with what was drawn for each."""
        if self.folder is None:
            assert self.drawn is not None
            return self.drawn
        return read_design(self.folder, self.manifest["design"]["master_seed"])[0]

    @property
    def failures(self) -> list[Run]:
        """Runs that failed."""
        return [run for run in self.runs if run.status != DONE]

    def joined(self, more: Results) -> Results:
        """These results and later ones of the same study, both in memory."""
        kept = self.kept | more.kept
        return Results(self.runs + more.runs, more.manifest, self.places, kept=kept, drawn=more.drawn)

    def cube(self, level: str = "national", outcomes: Sequence[str] | None = None) -> Cube:
        """Outcomes at one level: all, or those of the ones that are named which were kept.

        A thousand runs of all England hold 4 GB at the level of CCGs: name what is needed of it. Raises InputError for
        a level that was not kept.
        """
        which = None if outcomes is None else tuple(outcomes)
        if (level, which) not in self._cubes:
            if level not in self.levels:
                raise InputError(f"no outcomes at level {level!r}", file=self.folder, allowed=self.levels or "none")
            if self.folder is None:
                self._cubes[level, which] = self._stacked(level, which)
            else:
                done = [run.run for run in self.runs if run.status == DONE]
                self._cubes[level, which] = read_cube(self.folder, level, done, which)
        return self._cubes[level, which]

    def _stacked(self, level: str, outcomes: Sequence[str] | None) -> Cube:
        first = next(iter(self.kept.values()))
        names = _wanted(first.outcomes, outcomes)
        columns = [list(first.outcomes).index(name) for name in names]
        places = list(dict.fromkeys(str(place) for one in self.kept.values() for place in one.places[level]))
        values = np.full((len(self.kept), len(first.years), len(places), len(names)), np.nan)
        for i, kept in enumerate(self.kept.values()):  # scenarios may differ in their places
            values[i][:, [places.index(place) for place in kept.places[level]]] = kept.values[level][..., columns]
        years = tuple(int(year) for year in first.years)
        return Cube(level, tuple(self.kept), years, tuple(places), tuple(names), values)


def gather(
    finished: Iterable[Finished], manifest: Mapping[str, Any], places: Sequence[Place], design: Design
) -> Results:
    """Results in memory."""
    runs: list[Run] = []
    kept: dict[int, Outcomes] = {}
    for one in finished:
        runs.append(one.run)
        if one.outcomes is not None:
            kept[one.run.run] = one.outcomes
    return Results(runs, manifest, list(places), kept=kept, drawn=design)


def open_results(folder: Path) -> Results:
    """The results in an output folder, finished or not. Raises InputError where there are none."""
    if not folder.is_dir():
        raise InputError("no such folder", file=folder)
    if not holds_results(folder):
        raise InputError("holds no results", file=folder)
    if not (folder / MANIFEST).is_file():
        raise InputError("is missing from this folder of results", file=folder / MANIFEST)
    try:
        runs = read_runs(folder)
        manifest: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        places = read_table(folder / PLACES).to_pylist() if (folder / PLACES).is_file() else []
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise InputError(f"cannot be read as results: {error}", file=folder) from None
    if not runs:
        raise InputError("no run has ended yet", file=folder)
    return Results(runs, manifest, [Place(**place) for place in places], folder=folder)


def read_cube(folder: Path, level: str, done: Sequence[int], outcomes: Sequence[str] | None = None) -> Cube:
    """One level of an output folder, from all its parts; years ascend, places keep the order of their first row.

    done: numbers of the runs to read; a part that was half written when its writer died may hold others. outcomes: as
    in `Results.cube`. One part after another, since all of them at once would take as much memory again.
    """
    parts = sorted((folder / OUTCOMES / f"level={level}").glob("part-*.parquet"))
    heads = [read_table(part, KEYS) for part in parts]
    keys = pa.concat_tables(heads).unify_dictionaries()
    known = np.isin(keys["run"].to_numpy(), done)
    keys = keys.filter(pa.array(known))
    runs, run_at = np.unique(keys["run"].to_numpy(), return_inverse=True)
    years, year_at = np.unique(keys["year"].to_numpy(), return_inverse=True)
    places, place_at = _coded(keys["place"])
    names = _wanted([name for name in column_names(parts[0]) if name not in KEYS], outcomes)
    values = np.full((len(runs), len(years), len(places), len(names)), np.nan)
    at = 0
    for part, here in zip(parts, np.split(known, np.cumsum([len(head) for head in heads[:-1]])), strict=True):
        to = slice(at, at + int(here.sum()))
        at = to.stop
        if names:
            table = read_table(part, names)
            rows = np.column_stack([table[name].to_numpy() for name in names])
            values[run_at[to], year_at[to], place_at[to]] = rows[here]
    return Cube(level, tuple(int(r) for r in runs), tuple(int(y) for y in years), tuple(places), tuple(names), values)


def _wanted(kept: Sequence[str], outcomes: Sequence[str] | None) -> list[str]:
    return [name for name in kept if outcomes is None or name in outcomes]


def _coded(column: pa.ChunkedArray) -> tuple[Sequence[str], npt.NDArray[np.int64]]:
    coded = column.combine_chunks().dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)
