"""Values of uncertain parameters: which may be drawn, how each design draws them, and tables of draws."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim import parameters
from sim.errors import InputError
from sim.parameters.quantiles import value_at
from sim.regimes import UNCERTAIN
from sim.study.design import Integers
from sim.study.records import Floats
from sim.toml_files import unknown

Ranges = Mapping[str, tuple[float, float]]

WORDS = ("all", "assumed", "estimated")
"""Instead of names: all that is not measured and the uncertain values of regimes, or records of one status."""
MIDDLE = 0.95
"""Morris steps over this share of each distribution, between equal tails: the ends of some lie at infinity."""
LEVELS = 4
"""Steps that Morris makes between the two."""
NOT_PARAMETERS = ("draw", "seed", "run", "pair", "part")
"""Columns of a table of draws that say where a row comes from."""


def names_of(
    asked: Sequence[str], *, key: str, with_range: Collection[str] = (), any_record: bool = False
) -> list[str]:
    """Parameters by their full names, patterns or words, in the order of the records, values of regimes last.

    with_range: names that may be drawn although their records give no range; any_record: all may. Raises InputError
    for a name that no parameter has, or that has nothing to be drawn from.
    """
    records = parameters.load().records
    known = [*records, *UNCERTAIN]
    found: dict[str, None] = {}
    for name in asked:
        if name in WORDS:
            found |= dict.fromkeys(_by_word(name))
        elif any(sign in name for sign in "*?["):
            fitting = [one for one in known if fnmatchcase(one, name) and _drawable(one, with_range)]
            if not fitting:
                raise InputError(f"no uncertain parameter is like {name!r}", key=key)
            found |= dict.fromkeys(fitting)
        elif name not in known:
            raise unknown("parameter", name, known, key=key)
        elif any_record or _drawable(name, with_range):
            found[name] = None
        else:
            raise InputError(
                f"{name} has nothing to draw from, neither a range nor a prior",
                key=key,
                allowed="one of its own in ranges",
            )
    return [name for name in known if name in found]


def _by_word(word: str) -> list[str]:
    records = parameters.load().records
    if word == "all":
        return [*(name for name, record in records.items() if record.varies), *UNCERTAIN]
    return [name for name, record in records.items() if record.varies and record.status == word]


def _drawable(name: str, with_range: Collection[str]) -> bool:
    record = parameters.load().records.get(name)
    return record is None or name in with_range or record.uncertain


def independent(names: Sequence[str], ranges: Ranges, master_seed: int, numbers: Integers) -> Floats:
    """(draws, names): draw number i from a generator of its own, after the seed that `draw_pairs` takes from it."""
    records = parameters.load().records
    values = np.empty((len(numbers), len(names)))
    for row, number in enumerate(numbers.tolist()):
        generator = np.random.default_rng([master_seed, number])
        generator.integers(2**32)
        for column, name in enumerate(names):
            if name in ranges:
                values[row, column] = generator.uniform(*ranges[name])
            else:
                values[row, column] = records[name].draw(generator) if name in records else generator.uniform()
    return values


def latin_hypercube(names: Sequence[str], ranges: Ranges, points: int, generator: np.random.Generator) -> Floats:
    """(points, names): each parameter has one value in each of `points` equal shares of its distribution."""
    from scipy.stats import qmc

    return _at(names, ranges, qmc.LatinHypercube(len(names), seed=generator).random(points))


def sobol(names: Sequence[str], ranges: Ranges, points: int, generator: np.random.Generator) -> Floats:
    """(points * (names + 2), names): Saltelli's design for first and total indices of Sobol."""
    sample = _salib("sobol").sample
    return _at(names, ranges, sample(_problem(names), points, calc_second_order=False, seed=generator))


def morris(names: Sequence[str], ranges: Ranges, trajectories: int, generator: np.random.Generator) -> Floats:
    """(trajectories * (names + 1), names): trajectories that change one parameter at a time by half their steps."""
    unit = _salib("morris").sample(_problem(names), trajectories, num_levels=LEVELS, seed=generator)
    return _at(names, ranges, 0.5 + MIDDLE * (unit - 0.5))


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _salib(module: str) -> Any:
    import importlib

    try:
        return importlib.import_module(f"SALib.sample.{module}")
    except ImportError:
        raise InputError(
            "needs the package SALib", key="design.method", allowed="pip install commissim[analysis]"
        ) from None


def _at(names: Sequence[str], ranges: Ranges, quantiles: Floats) -> Floats:
    """Values at quantiles (rows, names); values of regimes are drawn as quantiles themselves."""
    records = parameters.load().records
    values = np.array(quantiles, dtype=np.float64)
    for column, name in enumerate(names):
        if name in ranges:
            low, high = ranges[name]
            values[:, column] = low + values[:, column] * (high - low)
        elif name in records:
            values[:, column] = value_at(records[name], values[:, column])
    return values


@cache
def read_rows(file: Path) -> tuple[tuple[str, ...], Floats]:
    """Names and values (rows, names) of a table of draws, CSV or Parquet by its ending.

    Raises InputError for a file that cannot be read, a column that names no parameter, or a cell without a number.
    """
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    if not file.is_file():
        raise InputError("no such file", file=file, key="design.file")
    try:
        if file.suffix == ".parquet":
            with pq.ParquetFile(file) as opened:
                table = opened.read()
        else:
            table = pc.read_csv(file)
        names = tuple(name for name in table.column_names if name not in NOT_PARAMETERS)
        columns = [table[name].cast(pa.float64()).to_numpy() for name in names]
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"cannot be read as a table of numbers: {error}", file=file) from None
    for name in names:
        if name not in parameters.load().records and name not in UNCERTAIN:
            raise unknown("parameter", name, [*parameters.load().records, *UNCERTAIN], file=file, key=name)
    values = np.column_stack(columns) if columns else np.empty((len(table), 0))
    if not len(values) or not np.isfinite(values).all():
        raise InputError("has no rows, or a cell without a number", file=file)
    return names, values


def refuse_impossible(names: Sequence[str], values: Floats) -> None:
    """Raises InputError for a value that is infinite, or negative where the parameter cannot be."""
    records = parameters.load().records
    for column, name in enumerate(names):
        found = values[:, column]
        low, high = records[name].bounds if name in records else (0.0, 1.0)
        worst = float(found.min())
        if not np.isfinite(found).all() or (low >= 0.0 and worst < 0.0) or (name in UNCERTAIN and found.max() > 1.0):
            raise InputError(
                f"{name} would be {worst:g} to {found.max():g}", key="design", allowed=f"{low:g} to {high:g}"
            )
