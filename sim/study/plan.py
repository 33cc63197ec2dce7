"""How a design is drawn: the `[design]` table of a study file, and what it gives.

A plan counts in *units*: draws, points of a hypercube, base points, trajectories, rows of a table or seeds, by its
method. Any number of units can follow those that were drawn before, so that every study can be extended.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, Strict, field_validator, model_validator

from sim.parameters.records import Number
from sim.regimes import UNCERTAIN
from sim.study.design import Design, Integers, check_seed, draw_pairs, plausible_sampler, seed_of
from sim.study.records import DEFAULT_VALUES, Floats, Task
from sim.study.sampling import (
    WORDS,
    independent,
    latin_hypercube,
    morris,
    names_of,
    read_rows,
    refuse_impossible,
    sobol,
)
from sim.toml_files import Block, RefusedError

Whole = Annotated[int, Strict(), Field(ge=1, le=10_000_000)]
Method = Literal["plausible", "ranges", "fixed", "grid", "latin_hypercube", "sobol", "morris", "ensemble"]
England = Literal["synthetic", "england_2014"]
DRAWN = ("ranges", "latin_hypercube", "sobol", "morris")
"""Methods that draw parameters themselves."""


class Times(Block):
    """Cells as multiples of what the parameter would be otherwise."""

    times: tuple[Number, ...] = Field(min_length=1)


class Plan(Block):
    """How pairs are drawn.

    `runs` counts: plausible, draws from the sets that calibration left (everything else from its range); ranges,
    independent draws; fixed and grid, seeds; latin_hypercube, points; sobol, base points, a
    power of two (each gives a row a parameter and two more); morris, trajectories (a row a parameter and one more);
    ensemble, rows of the table, from its first one on, and again from the start with new seeds when all were taken.
    """

    method: Method = Field("plausible", description="how parameters are drawn")
    england: England | None = Field(
        None, description="whose plausible sets are drawn; those of the scenarios' population unless given"
    )
    runs: Whole = Field(20, description="draws, points, base points, trajectories, rows or seeds, by the method")
    seeds: Whole = Field(1, description="seeds for each draw")
    parameters: tuple[str, ...] = Field(
        ("all",), description='what is drawn: full names, patterns such as "leaving.*", or ' + ", ".join(WORDS)
    )
    ranges: dict[str, tuple[Number, Number]] = Field(
        default_factory=dict, description='other ranges than those of the records: "group.name" = [low, high]'
    )
    file: str | None = Field(
        None, description="table of an ensemble, CSV or Parquet: a row a draw, a column a parameter"
    )
    grid: dict[str, tuple[Number, ...] | Times] = Field(
        default_factory=dict,
        description='every draw is run at every cell: "group.name" = [values], or {times = [factors]}',
    )

    @field_validator("ranges", "grid", mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        from sim.scenario import flat

        return flat(value) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _fits(self) -> Plan:
        if self.method == "grid" and not self.grid:
            raise RefusedError("is missing: a grid needs its cells", key="grid")
        if self.method == "fixed" and self.grid:
            raise RefusedError("nothing is fixed under a grid", key="method", allowed='"grid", or one that draws')
        if (self.method == "ensemble") != (self.file is not None):
            raise RefusedError("goes with the method ensemble, and only with it", key="file")
        for key in ("parameters", "ranges"):
            if key in self.model_fields_set and getattr(self, key) and self.method not in DRAWN:
                raise RefusedError(f"says nothing to the method {self.method}", key=key, allowed=DRAWN)
        if self.england is not None and self.method != "plausible":
            raise RefusedError("goes with the method plausible, and only with it", key="england")
        if self.method in ("fixed", "grid") and self.seeds > 1:
            raise RefusedError("runs counts the seeds here", key="seeds", allowed="1")
        if self.method == "sobol" and self.runs & (self.runs - 1):
            raise RefusedError(f"{self.runs} is no power of two", key="runs", allowed="1, 2, 4, 8, ...")
        if any(not values for values in self.grid.values() if isinstance(values, tuple)):
            raise RefusedError("a parameter of the grid needs values", key="grid")
        for name, (low, high) in self.ranges.items():
            if not low < high:
                raise RefusedError(f"{low:g} is not below {high:g}", key=f"ranges.{name}")
        self.check_names()
        return self

    def check_names(self) -> None:
        """Raises InputError for a parameter that does not exist, with the nearest name."""
        for key, names in (("ranges", self.ranges), ("grid", self.grid)):
            for name in names:
                names_of([name], key=f"{key}.{name}", any_record=True)
        for name, cells in self.grid.items():
            if isinstance(cells, Times) and name in UNCERTAIN:
                raise RefusedError("is drawn as a quantile", key=f"grid.{name}", allowed="quantiles, 0 to 1")
        if self.method in DRAWN:
            self.drawn()

    def drawn(self) -> list[str]:
        """What is drawn, in the order of the records."""
        return names_of(self.parameters, key="parameters", with_range=self.ranges)


def england_of(population: Path | None) -> England:
    """Whose plausible sets go with a population: a folder of a built one, or None for the synthetic England."""
    return "synthetic" if population is None else "england_2014"


@dataclass(frozen=True)
class _Rows:
    """Draws: their numbers and the groups that share seeds, (rows,), and values, (rows, names)."""

    draw: Integers
    group: Integers
    names: tuple[str, ...]
    values: Floats


def draw_design(plan: Plan, master_seed: int, units: int | None = None, *, after: int = 0) -> Design:
    """The pairs of a plan: `units` (those of the plan for None) that follow the first `after` ones.

    Raises InputError where the plan cannot be carried out, or a value would be what its parameter cannot be.
    """
    check_seed(master_seed)
    rows = _rows(plan, master_seed, plan.runs if units is None else units, after)
    names, values, draws = _with_grid(plan, rows)
    cells = len(values) // max(len(rows.draw), 1)
    refuse_impossible(names, values)
    group = np.repeat(rows.group, cells * plan.seeds)
    which = np.tile(np.arange(plan.seeds), len(values))
    seeds = [seed_of(master_seed, int(g), int(s)) for g, s in zip(group, which, strict=True)]
    return Design(
        master_seed,
        names,
        np.repeat(draws, plan.seeds),
        np.array(seeds, dtype=np.int64),
        np.repeat(values, plan.seeds, axis=0),
    )


def _rows(plan: Plan, master_seed: int, units: int, after: int) -> _Rows:
    """The draws of some units. Rows of one base point or trajectory share their seeds, so that they differ by their
    parameters alone; so do all cells of a grid."""
    number = np.arange(after, after + units)
    if plan.method in ("fixed", "grid"):
        draw = np.full(units, DEFAULT_VALUES if plan.method == "fixed" else 0)
        return _Rows(draw, number, (), np.empty((units, 0)))
    if plan.method == "plausible":
        drawn = draw_pairs(units, master_seed, plausible_sampler(plan.england != "england_2014"), first=after)
        return _Rows(drawn.draw, number, drawn.names, drawn.values)
    if plan.method == "ensemble":
        names, table = read_rows(Path(str(plan.file)))
        row = number % len(table)
        return _Rows(row, number, names, table[row])
    names = tuple(plan.drawn())
    if plan.method == "ranges":
        return _Rows(number, number, names, independent(names, plan.ranges, master_seed, number))
    generator = np.random.default_rng([master_seed, after, 0, 1])
    sample, each = {
        "latin_hypercube": (latin_hypercube, 1),
        "morris": (morris, len(names) + 1),
        "sobol": (sobol, len(names) + 2),
    }[plan.method]
    values = sample(names, plan.ranges, units, generator)
    return _Rows(np.arange(after * each, (after + units) * each), np.repeat(number, each), names, values)


def _with_grid(plan: Plan, rows: _Rows) -> tuple[tuple[str, ...], Floats, Integers]:
    """Names, values and numbers of draws, every row at every cell of the grid."""
    if not plan.grid:
        return rows.names, rows.values, rows.draw
    from sim import parameters

    names = tuple(dict.fromkeys([*rows.names, *plan.grid]))
    cells = list(product(*(c.times if isinstance(c, Times) else c for c in plan.grid.values())))
    values = np.full((len(rows.draw), len(cells), len(names)), np.nan)
    values[..., : len(rows.names)] = rows.values[:, None, :]
    records = parameters.load().records
    for k, (name, choice) in enumerate(plan.grid.items()):
        column, cell = names.index(name), np.array([cell[k] for cell in cells])
        if isinstance(choice, Times):
            base = values[..., column] if name in rows.names else np.float64(records[name].central)
            values[..., column] = base * cell
        else:
            values[..., column] = cell
    draws = rows.draw[:, None] * len(cells) + np.arange(len(cells))
    return names, values.reshape(-1, len(names)), draws.reshape(-1)


@dataclass(frozen=True)
class Study:
    """What is run, and how it came to be: what the manifest keeps of it.

    plan, units: how the design was drawn, for whoever extends it; None for a design that cannot be extended.
    """

    command: str
    title: str
    task: Task
    design: Design
    plan: Plan | None = None
    units: int = 0

    def notes(self) -> list[str]:
        """What a reader should know before running it: how many runs it makes."""
        task, pairs = self.task, len(self.design)
        return [
            f"{pairs * task.runs_per_pair:,} runs of {task.years} years (scenarios x regimes x pairs: "
            f"{len(task.scenarios)} x {len(task.regimes)} x {pairs}); {len(self.design.names)} parameters drawn"
        ]
