"""Regimes: read from TOML, checked, and compiled to the arrays that rules see.

A regime is data. `load_regime` takes the stem of a shipped file (`delegated`) or a path; `Regime.compile` gives
`RegimeTables`, in which no name occurs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sim.commissioning import functions as names
from sim.commissioning.regime_tables import RegimeTables
from sim.errors import InputError
from sim.regimes.blocks import NOBODY, Committee, Uncertain
from sim.regimes.file import RegimeFile, mandate_fault
from sim.toml_files import SHIPPED, Table, find, named_in, read_extended, validated

REGIMES = SHIPPED / "regimes"
BEFORE = "area_team_only"
"""The regime in force until others begin, unless a file says otherwise."""

UNCERTAIN: tuple[str, ...] = (
    "regime.staffing.share_assigned",
    "regime.staffing.share_lost",
    "regime.staffing.running_cost_share",
    "regime.staffing.hiring_months",
    "regime.exit.notice_months",
    "regime.transition.years",
    "regime.transition.hours_lost_share",
    "regime.transition.knowledge_lost_share",
    "regime.restructure.staff_cut",
    "regime.restructure.hours_lost_share",
    "regime.restructure.knowledge_lost_share",
    "regime.staffing.ccg_share_assigned",
    "regime.staffing.ccg_share_lost",
    "regime.practice_budget.smallest_list",
    "regime.practice_budget.share",
    "regime.practice_budget.saving_kept",
    "regime.practice_budget.allowance",
)
"""Values of regimes that may be uncertain. A draw gives each a quantile (0 to 1) of its range, the same one in every
table and regime: what is unknown in two regimes for the same reason is drawn alike in both."""

DEFAULT_SCALE = {
    "nhs_england": "nation",
    "area_team": "area_team",
    "ccg": "ccg",
    "joint_committee": "ccg",
    "support_unit": "region",
    "local_authority": "ccg",
    "combined_authority": "area_team",
    "ha_body": "county",
    "pct_body": "ccg",
    "fhsa_body": "county",
    "practice": "practice",
}


@dataclass(frozen=True)
class Regime:
    """A regime as read: its own table, the table before it, and those that CCGs may choose.

    `name` and `file` are for people; nothing that a rule sees depends on them.
    """

    name: str
    file: Path
    table: RegimeFile
    before: tuple[str, RegimeFile]
    options: tuple[tuple[str, RegimeFile], ...] = ()

    @property
    def title(self) -> str:
        """What it is called in reports."""
        return self.table.title

    @property
    def why(self) -> str:
        """Why it is worth a run."""
        return self.table.why

    def notes(self) -> list[str]:
        """What a reader should know: unclear mandates, functions nobody leads, money that nobody holds."""
        return [
            note
            for title, table in [(self.title, self.table), *((t.title, t) for _, t in self.options)]
            for note in _notes(title, table)
        ]

    def compile(self, draw: Mapping[str, float] | None = None) -> RegimeTables:
        """The arrays of the regime.

        draw: quantiles (0 to 1) of uncertain values by the names of `UNCERTAIN`; others of the mapping are left
        alone, so that one draw may hold parameters too. Without it every value is the central one.
        Tables that are equal are kept once, whatever they are called.
        """
        quantiles = {key: draw[key] for key in UNCERTAIN if key in draw} if draw else {}
        return self._tables(quantiles) if quantiles else self._central

    @cached_property
    def _central(self) -> RegimeTables:
        return self._tables({})

    def _tables(self, quantiles: Mapping[str, float]) -> RegimeTables:
        written = [self.before, (self.name, self.table), *self.options]
        kept: list[dict[str, Any]] = []
        titles: list[str] = []
        rows: list[int] = []
        for name, table in written:
            arrays = _arrays(table, quantiles)
            same = [i for i, other in enumerate(kept) if _equal(arrays, other)]
            if not same:
                kept.append(arrays)
                titles.append(name)
            rows.append(same[0] if same else len(kept) - 1)
        shock = self.table.restructure
        return RegimeTables(
            **{key: np.stack([arrays[key] for arrays in kept]) for key in kept[0]},
            start_table=rows[1],
            from_year=self.table.from_year,
            chosen=self.table.entry.mode == "chosen",
            menu=np.array(list(dict.fromkeys(rows[1:])), dtype=np.int64),
            restructure_year=shock.year,
            restructure=np.array(
                [
                    *_drawn(shock, "regime.restructure", names.RESTRUCTURE[:3], quantiles),
                    float(shock.merge_teams),
                ]
            ),
            names=tuple(titles),
            title=self.title,
            notes=tuple(self.notes()),
        )


def load_regime(name: str | Path, folder: Path | None = None) -> Regime:
    """A regime by the stem of its file or by path.

    folder: where stems are looked up before the regimes that come with the program: that of a scenario.
    Raises InputError for a missing file, a cycle, an unknown key or name, an unclear mandate that is not owned to.
    """
    own = [folder, folder / "regimes"] if folder is not None and folder.resolve() != SHIPPED else []
    folders = [*own, REGIMES]
    file = find(name, folders, "regime")
    table = _read(file, folders)
    earlier = Path(table.before) if table.before else find(BEFORE, folders, "regime")
    before = table if earlier == file else _read(earlier, folders)
    options = tuple((Path(path).stem, _option(Path(path), folders, file)) for path in table.menu)
    if options and table.entry.mode != "chosen":
        raise InputError("a menu is for CCGs to choose from", file=file, key="entry.mode", allowed='"chosen"')
    if table.entry.mode == "chosen" and not options:
        raise InputError("is empty, so there is nothing to choose", file=file, key="menu", allowed="stems of regimes")
    return Regime(file.stem, file, table, (earlier.stem, before), options)


def shipped_regimes() -> list[str]:
    """Stems of the regimes that come with the program."""
    return sorted(path.stem for path in REGIMES.glob("*.toml"))


def _read(file: Path, folders: Sequence[Path]) -> RegimeFile:
    def anchor(table: Table, at: Path) -> None:
        if isinstance(table.get("before"), str):
            table["before"] = str(named_in(at, "before", table["before"], folders, "regime"))
        if isinstance(table.get("menu"), list):
            stems = [_stem(stem, at) for stem in table["menu"]]
            table["menu"] = [str(named_in(at, "menu", stem, folders, "regime")) for stem in stems]
        _spread_source(table)

    return validated(RegimeFile, read_extended(file, folders, "regime", whole=("functions",), anchor=anchor), file)


def _spread_source(table: Table) -> None:
    """Give each row of a file its general source and power, so that a child's general ones stay off inherited rows."""
    rows = table.get("functions")
    for key in ("sources", "powers"):
        said = table.get(key)
        if isinstance(said, dict) and isinstance(rows, dict) and "functions" in said:
            general = said.pop("functions")
            table[key] = {**dict.fromkeys(rows, general), **said}


def _stem(stem: object, file: Path) -> str:
    if not isinstance(stem, str):
        raise InputError(f"{stem!r} is not the name of a regime", file=file, key="menu", allowed="names in quotes")
    return stem


def _option(path: Path, folders: Sequence[Path], file: Path) -> RegimeFile:
    option = _read(path, folders)
    if option.menu:
        raise InputError(f"{path.stem} is itself a menu", file=file, key="menu", allowed="regimes without a menu")
    return option


def _arrays(table: RegimeFile, quantiles: Mapping[str, float]) -> dict[str, Any]:
    """One table as arrays without the axis of tables."""
    bodies = {body: i for i, body in enumerate(names.BODIES)}
    cells = np.zeros((len(names.FUNCTIONS), len(names.BODIES)), dtype=np.int8)
    for function, row in table.functions.items():
        for body, role in row.items():
            cells[names.FUNCTIONS.index(function), bodies[body]] = names.CELLS.index(role)
    seats = np.zeros((len(names.BODIES), len(names.SEATS)))
    rules = np.zeros((len(names.BODIES), len(names.RULES)))
    for body, committee in table.committee.items():
        seats[bodies[body]], rules[bodies[body]] = _committee(committee)
    holders = [getattr(table.budgets, budget) for budget in names.BUDGETS]
    scale = {**DEFAULT_SCALE, **table.scale}
    staff = table.staffing
    return {
        "cells": cells,
        "seats": seats,
        "rules": rules,
        "budgets": np.array([-1 if body == NOBODY else bodies[body] for body in holders], dtype=np.int64),
        "pooled": np.int64(table.budgets.pooled),
        "staffing": np.array(
            [
                *_drawn(staff.from_area_team, "regime.staffing", names.STAFFING[:2], quantiles),
                *_drawn(staff, "regime.staffing", names.STAFFING[2:4], quantiles),
                *_drawn(staff.from_ccg, "regime.staffing.ccg", names.STAFFING[:2], quantiles, "_"),
            ]
        ),
        "scale": np.array([names.SCALES.index(scale[body]) for body in names.BODIES], dtype=np.int64),
        "transition": np.array(_drawn(table.transition, "regime.transition", names.TRANSITION, quantiles)),
        "practice_budget": np.array(
            _drawn(table.practice_budget, "regime.practice_budget", names.PRACTICE_BUDGET, quantiles)
        ),
        "protection": np.int64(names.PROTECTIONS.index(table.contract_protection)),
        "stages": np.array([stage in table.entry.stages for stage in names.STAGES], dtype=np.int64),
        "exit_notice_months": np.float64(_drawn(table.exit, "regime.exit", ("notice_months",), quantiles)[0]),
    }


def _committee(committee: Committee) -> tuple[list[float], list[float]]:
    seats, rules, quorum = committee.seats, committee.rules, committee.rules.quorum
    flags = [float(getattr(rules, rule)) for rule in names.RULES[:4]]
    return [float(getattr(seats, seat)) for seat in names.SEATS], [*flags, float(quorum.lay), float(quorum.executive)]


def _drawn(
    block: object, path: str, keys: Sequence[str], quantiles: Mapping[str, float], joint: str = "."
) -> list[float]:
    values: list[Uncertain] = [getattr(block, key) for key in keys]
    return [value.at(quantiles.get(f"{path}{joint}{key}")) for key, value in zip(keys, values, strict=True)]


def _equal(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(np.array_equal(one[key], other[key]) for key in one)


def _notes(title: str, table: RegimeFile) -> list[str]:
    found = []
    for function in names.FUNCTIONS:
        row = table.functions.get(function, {})
        fault = mandate_fault(row)
        if fault:
            found.append(f"{title}: unclear mandate for {function}: {fault}")
        elif not row:
            found.append(f"{title}: nobody has {function}; it is not done")
    unheld = [budget for budget in names.BUDGETS if getattr(table.budgets, budget) == NOBODY]
    return found + [f"{title}: nobody holds the {budget} money" for budget in unheld]
