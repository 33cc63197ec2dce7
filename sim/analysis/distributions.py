"""Distributions of outcomes over the runs of a study: by what is compared, and by cell where the study has a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.compare import HEADLINES
from sim.study.records import Floats
from sim.study.results import Results

QUANTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True)
class Group:
    """Runs of one arm (regime, with its scenario where there are several) at one cell of the grid.

    at: value or, where `times`, factor of each parameter of the grid, in its order; empty without a grid. rows:
    positions of the runs in a cube, in the order of pairs: row k of every arm of a cell is of the same pair.
    """

    arm: str
    at: tuple[float, ...]
    rows: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """The parameters of a study's grid, their cells in order, and which of them are factors."""

    names: tuple[str, ...] = ()
    cells: tuple[tuple[float, ...], ...] = ((),)
    times: tuple[bool, ...] = ()

    @classmethod
    def of(cls, results: Results) -> Grid:
        """The grid in the manifest of a study; a grid of one nameless cell where there is none."""
        plan = results.manifest.get("plan") or {}
        choices: dict[str, Any] = plan.get("grid") or {}
        values = [choice["times"] if isinstance(choice, dict) else choice for choice in choices.values()]
        return cls(tuple(choices), tuple(product(*values)), tuple(isinstance(c, dict) for c in choices.values()))

    def label(self, at: Sequence[float]) -> str:
        """A cell in words: `global_sum.price × 1.1, supply.qualifying × 0.8`."""
        parts = zip(self.names, at, self.times, strict=True)
        return ", ".join(f"{name} × {value:g}" if times else f"{name} = {value:g}" for name, value, times in parts)


def groups_of(results: Results) -> list[Group]:
    """The finished runs of a study, grouped; only pairs all of whose arms have finished, so that groups compare."""
    grid = Grid.of(results)
    plan = results.manifest.get("plan") or {}
    arms = results.arms
    position = {run: row for row, run in enumerate(results.cube("national").runs)}
    found: dict[tuple[int, str], list[int]] = {(cell, arm): [] for cell in range(len(grid.cells)) for arm in arms}
    pairs: dict[int, dict[str, int]] = {}
    for run in results.runs:
        if run.run in position:
            pairs.setdefault(run.run // len(arms), {})[results.arm(run)] = position[run.run]
    for pair in sorted(pairs):
        if len(pairs[pair]) == len(arms):
            cell = pair // int(plan.get("seeds") or 1) % len(grid.cells)
            for arm, row in pairs[pair].items():
                found[cell, arm].append(row)
    return [Group(arm, grid.cells[cell], np.array(rows, dtype=np.int64)) for (cell, arm), rows in found.items() if rows]


def chosen_outcomes(results: Results, outcomes: Sequence[str] | None = None) -> list[str]:
    """Outcomes asked for, or the headlines that were kept."""
    kept = results.cube("national").outcomes
    return [name for name in (HEADLINES if outcomes is None else outcomes) if name in kept]


def values_of(results: Results, group: Group, outcome: str) -> Floats:
    """One national outcome of a group, of shape (runs, years)."""
    values: Floats = results.cube("national").of(outcome)[group.rows, :, 0]
    return values


def distribution_rows(results: Results, outcomes: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """A row a group, outcome and year: number of runs, mean, standard deviation and quantiles of all England."""
    grid, years = Grid.of(results), results.cube("national").years
    rows = []
    for group in groups_of(results):
        for outcome in chosen_outcomes(results, outcomes):
            values = values_of(results, group, outcome)
            for k, year in enumerate(years):
                found = values[np.isfinite(values[:, k]), k]
                if len(found):
                    spread = float(found.std(ddof=1)) if len(found) > 1 else float("nan")
                    quantiles = np.percentile(found, QUANTILES).tolist()
                    rows.append(
                        {
                            "arm": group.arm, "cell": grid.label(group.at), "outcome": outcome, "year": year,
                            "runs": len(found), "mean": float(found.mean()), "sd": spread,
                            **{f"p{q}": value for q, value in zip(QUANTILES, quantiles, strict=True)},
                        }
                    )  # fmt: skip
    return rows


def write_distributions(results: Results, file: Path, outcomes: Sequence[str] | None = None) -> None:
    """Writes `distribution_rows` as CSV."""
    import pyarrow as pa
    import pyarrow.csv as pc

    file.parent.mkdir(parents=True, exist_ok=True)
    pc.write_csv(pa.Table.from_pylist(distribution_rows(results, outcomes)), file)
