"""All records together, and what they say in each year of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.parameters.levers import Lever
from sim.parameters.records import FIRST_YEAR, Draws, Record
from sim.toml_files import unknown

Group = TypeVar("Group", bound=tuple[Any, ...])
Matrix = NDArray[np.float64]
Value = float | Mapping[int, float]


def group_name(group: type) -> str:
    """`GlobalSum` is `global_sum`: how a NamedTuple finds its records."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", group.__name__).lower()


class ParameterBook:
    """Every record by its full name `group.name`, in the order of the files."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self.records = dict(records)
        self.column = {name: i for i, name in enumerate(self.records)}
        self.groups: dict[str, list[str]] = {}
        for full_name in self.records:
            group, name = full_name.split(".")
            self.groups.setdefault(group, []).append(name)
        self._base: dict[tuple[int, int], Matrix] = {}
        self._columns: dict[type, list[int]] = {}
        self._latest: tuple[Any, Timeline] | None = None

    def check_name(self, name: str, *, file: str | None = None, key: str | None = None) -> Record:
        """The record of a full name. Raises InputError with the nearest name if there is none."""
        if name not in self.records:
            raise unknown("parameter", name, self.records, file=file, key=key)
        return self.records[name]

    def columns_of(self, group: type) -> list[int]:
        """Columns of a group's fields, in their order. Raises InputError if fields and records differ."""
        if group not in self._columns:
            name, fields = group_name(group), cast("tuple[str, ...]", getattr(group, "_fields", ()))
            recorded = self.groups.get(name, [])
            for field in fields:
                if field not in recorded:
                    raise unknown("parameter", f"{name}.{field}", [f"{name}.{r}" for r in recorded], key=group.__name__)
            unused = [r for r in recorded if r not in fields]
            if unused:
                names = ", ".join(f"{name}.{r}" for r in unused)
                raise InputError(f"records without a field: {names}", key=group.__name__)
            self._columns[group] = [self.column[f"{name}.{field}"] for field in fields]
        return self._columns[group]

    def resolve(
        self,
        levers: Sequence[Lever] = (),
        start_year: int = FIRST_YEAR,
        years: int = 10,
        draw: Mapping[str, float] | None = None,
        constants: Mapping[str, Value] | None = None,
        neutral: Mapping[str, float] | None = None,
    ) -> Timeline:
        """What every parameter is in every year of a run.

        draw: full name -> central value instead of the record's; a dated path is multiplied by drawn over central.
        constants: full name -> number or dated path instead of the record's (and of the draw).
        neutral: full name -> value of a mechanism that is off, in every year instead of all of these.
        levers: applied last, on whatever the value is then.
        Raises InputError for an unknown name, two levers on one parameter and year, or a value below 0 where the
        record allows none. Runs that ask for the same one after another, as the regimes of a pair do, share a timeline.
        """
        asked = (list(levers), start_year, years, dict(draw or {}), dict(constants or {}), dict(neutral or {}))
        if self._latest is None or self._latest[0] != asked:
            self._latest = asked, self._resolved(*asked)
        return self._latest[1]

    def _resolved(
        self,
        levers: Sequence[Lever],
        start_year: int,
        years: int,
        draw: Mapping[str, float],
        constants: Mapping[str, Value],
        neutral: Mapping[str, float],
    ) -> Timeline:
        matrix = self._central(start_year, years).copy()
        for name, value in draw.items():
            record = self.check_name(name, key="draw")
            column = self.column[name]
            if not isinstance(record.value, dict) or record.central == 0.0:
                matrix[:, column] = value
            else:
                matrix[:, column] *= value / record.central
        for name, constant in constants.items():
            record = self.check_name(name, key="constants")
            instead = record.model_copy(update={"value": constant})
            matrix[:, self.column[name]] = [instead.in_year(start_year + i) for i in range(years)]
            self._check_sign(name, matrix, start_year, "constants")
        for name, value in neutral.items():
            self.check_name(name, key="mechanisms")
            matrix[:, self.column[name]] = value
        for i, lever in enumerate(levers):
            self.check_name(lever.parameter, key="lever")
            _refuse_clash(lever, levers[:i])
            column = self.column[lever.parameter]
            for row in range(max(0, lever.first_year - start_year), years):
                matrix[row, column] = lever.value(start_year + row, float(matrix[row, column]))
            self._check_sign(lever.parameter, matrix, start_year, "lever")
        return Timeline(self, start_year, matrix)

    def _central(self, start_year: int, years: int) -> Matrix:
        key = (start_year, years)
        if key not in self._base:
            matrix = np.empty((years, len(self.records)))
            for column, record in enumerate(self.records.values()):
                matrix[:, column] = [record.in_year(start_year + i) for i in range(years)]
            self._base[key] = matrix
        return self._base[key]

    def _check_sign(self, name: str, matrix: Matrix, start_year: int, key: str) -> None:
        low, high = self.records[name].bounds
        values = matrix[:, self.column[name]]
        negative = np.flatnonzero(values < 0.0)
        if low >= 0.0 and len(negative):
            year, value = start_year + int(negative[0]), float(values[negative[0]])
            unit = self.records[name].unit
            allowed = f"0 or more; plausible is {low:g} to {high:g} {unit}"
            raise InputError(f"{name} would be {value:g} in {year}, below 0", key=key, allowed=allowed)

    def sample(self, rng: Draws, names: Iterable[str] | None = None) -> dict[str, float]:
        """One draw of central values: of every record that was not measured, or of the records named, in file order.

        rng: a numpy Generator seeded by whoever plans the runs. Raises InputError for an unknown name, or a named
        record with nothing to draw from.
        """
        chosen = [name for name, record in self.records.items() if record.varies]
        if names is not None:
            chosen = list(names)
            for name in chosen:
                record = self.check_name(name, key="names")
                if not record.uncertain:
                    raise InputError(f"{name} has nothing to draw from, neither a range nor a prior", key="names")
        return {name: self.records[name].draw(rng) for name in chosen}

    def describe(self) -> list[dict[str, str]]:
        """One row of text a parameter, for printing: name, value, unit, range, status, moves, label, source."""
        return [
            {
                "name": name,
                "value": r.value_text,
                "unit": r.unit,
                "range": r.range_text,
                "status": r.status,
                "moves": r.moves,
                "label": r.label,
                "source": r.source,
            }
            for name, r in self.records.items()
        ]


def _refuse_clash(lever: Lever, others: Iterable[Lever]) -> None:
    for other in others:
        year = lever.clashes(other)
        if year is not None:
            raise InputError(
                f"two levers change {lever.parameter} in {year}",
                key="lever",
                allowed="one lever a parameter and year; end one with `until`, or write one series",
            )


class Timeline:
    """The parameters of a run by year. Years in which nothing changed share one `Params`."""

    def __init__(self, book: ParameterBook, start_year: int, matrix: Matrix) -> None:
        self.book = book
        self.start_year = start_year
        self.matrix = matrix
        self._first: list[float] = matrix[0].tolist()
        self._moves: list[bool] = np.any(matrix != matrix[0], axis=0).tolist()
        same = np.all(matrix[1:] == matrix[:-1], axis=1)
        self._by_year: list[Params] = []
        for row in range(len(matrix)):
            if row and same[row - 1]:
                self._by_year.append(self._by_year[-1])
            else:
                self._by_year.append(Params(self, row))
        self._groups: dict[type, list[Any]] = {}

    def year(self, year: int) -> Params:
        """The parameters of one financial year, by its first calendar year. Raises InputError outside the run."""
        row = year - self.start_year
        if not 0 <= row < len(self._by_year):
            last = self.start_year + len(self._by_year) - 1
            raise InputError(f"{year} is not a year of this run", allowed=f"{self.start_year} to {last}")
        return self._by_year[row]

    def group(self, group: type[Group], row: int) -> Group:
        """A group filled for one row of years; equal years share one instance."""
        if group not in self._groups:
            columns = self.book.columns_of(group)
            if not any(self._moves[column] for column in columns):
                made: Any = group
                lasting: Group = made(*[self._first[column] for column in columns])
                return self._fill(group, [lasting] * len(self._by_year), row)
            values = self.matrix[:, columns]
            filled: list[Group] = []
            before: list[float] | None = None
            for numbers in values.tolist():
                filled.append(filled[-1] if numbers == before else group(*numbers))
                before = numbers
            return self._fill(group, filled, row)
        return cast("Group", self._groups[group][row])

    def _fill(self, group: type[Group], filled: list[Group], row: int) -> Group:
        """Keeps a group for all years, so that each is filled once."""
        self._groups[group] = filled
        for params, one in zip(self._by_year, filled, strict=True):
            params.filled[group] = one
        return filled[row]


class _Filled(dict[type, Any]):
    """The groups of one year, each filled when it is first asked for."""

    def __init__(self, timeline: Timeline, row: int) -> None:
        super().__init__()
        self._timeline, self._row = timeline, row

    def __missing__(self, group: type[Group]) -> Group:
        return self._timeline.group(group, self._row)


class _Of(Protocol):
    def __call__(self, group: type[Group], /) -> Group: ...


class Params:
    """All parameters in one year."""

    of: _Of
    """A room's NamedTuple, filled; every value a float. Raises InputError if its fields and the records differ. It is
    the look-up of a dict itself, since a year asks some hundred times."""

    def __init__(self, timeline: Timeline, row: int) -> None:
        self._timeline = timeline
        self._row = row
        self.filled = _Filled(timeline, row)
        self.of = self.filled.__getitem__

    @property
    def year(self) -> int:
        """The first year for which these values hold."""
        return self._timeline.start_year + self._row

    def __getitem__(self, full_name: str) -> float:
        """One value by its full name `group.name`. Raises InputError with the nearest name if there is none."""
        self._timeline.book.check_name(full_name)
        return float(self._timeline.matrix[self._row, self._timeline.book.column[full_name]])
