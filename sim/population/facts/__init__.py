"""The shipped facts from which a synthetic England is drawn: counts, means and spreads, never a practice's own value.

`ccgs.csv` (211 rows), `area_teams.csv` (27), `trusts.csv` (151) and `england.toml` (national quantiles, the copula, and
the real figures that tests compare with) are computed by `scripts/make_facts.py` from published tables.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).resolve().parent
CATCHMENT = 6
"""Trusts kept for each CCG, the largest shares first."""

_TEXT = {"code", "name", "area_team", "region_name", *(f"trust{i}" for i in range(1, CATCHMENT + 1))}

Columns = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Facts:
    """`ccgs`, `area_teams`, `trusts`: columns of text or float64 by name; `england`: the tables of england.toml."""

    ccgs: Columns
    area_teams: Columns
    trusts: Columns
    england: dict[str, Any]

    @cached_property
    def practice_ccg(self) -> npt.NDArray[np.int64]:
        """Row of the CCG of each practice to be drawn: every CCG as often as it has practices; not to be changed."""
        return np.repeat(np.arange(len(self.ccgs["code"])), self.ccgs["practices"].astype(np.int64))


def read_table(path: Path) -> Columns:
    """A CSV file of facts as columns; an empty cell of a number is NaN."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    columns: Columns = {}
    for key in rows[0]:
        cells = [row[key] for row in rows]
        columns[key] = np.array(cells, dtype=str) if key in _TEXT else np.array([float(c or "nan") for c in cells])
    return columns


@lru_cache(maxsize=1)
def load_facts() -> Facts:
    """The facts shipped with the package; read once a process and never changed."""
    return Facts(
        ccgs=read_table(FOLDER / "ccgs.csv"),
        area_teams=read_table(FOLDER / "area_teams.csv"),
        trusts=read_table(FOLDER / "trusts.csv"),
        england=tomllib.loads((FOLDER / "england.toml").read_text(encoding="utf-8")),
    )
