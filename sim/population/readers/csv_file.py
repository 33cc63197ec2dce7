"""CSV files as published: read whole, checked strictly; every mistake is one line with file, line and column.

Publications differ by year in the spelling of a header (`Global Sum`, `GlobalSum_£`, `GLOBAL_SUM`), so headers are
compared after `normalised`, which keeps only letters and digits. Files come as UTF-8, with or without a byte order
mark, or in the Windows code page 1252 of older releases.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import InputError

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.str_]

MISSING = frozenset({"", "-", ".", "NA", "N/A", "ND", "EST", "NS"})
"""Cells that say "no value" in NHS publications: not applicable, no data, estimated elsewhere, not submitted."""

_ENCODINGS = ("utf-8-sig", "cp1252")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")


def normalised(header: str) -> str:
    """A column's name without case, spaces and punctuation: `Global Sum`, `GlobalSum_£` and `GLOBAL_SUM` become one."""
    return re.sub(r"[^a-z0-9]", "", header.lower())


@dataclass(frozen=True)
class CsvFile:
    """The wanted columns of a CSV file as text, with the line in the file at which each row ends.

    `cells` holds lists of equal length by the reader's own name of a column; `headers` the spelling found in the file.
    """

    path: Path
    cells: Mapping[str, list[str]]
    headers: Mapping[str, str]
    lines: list[int]

    def __contains__(self, name: str) -> bool:
        return name in self.cells

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, name: str, row: int) -> str:
        """Where a cell is, for messages."""
        return f"line {self.lines[row]}, column {self.headers[name]}"

    def text(self, name: str, *, blank: bool = False) -> Texts:
        """A column as stripped text; raises InputError at an empty cell unless `blank`."""
        values = self.cells[name]
        if not blank and "" in values:
            raise InputError("is empty", file=self.path, key=self.place(name, values.index("")), allowed="a value")
        return np.array(values, dtype=str)

    def numbers(
        self, name: str, *, low: float = -np.inf, high: float = np.inf, missing: Collection[str] = MISSING
    ) -> Floats:
        """A column as float64, NaN where missing; raises InputError at a cell that is no number or out of bounds."""
        values = self.cells[name]
        known = np.array([value.upper() not in missing for value in values], dtype=bool)
        numbers = np.full(len(values), np.nan)
        try:
            numbers[known] = [float(value) for value, ok in zip(values, known, strict=True) if ok]
        except ValueError:
            for row in np.flatnonzero(known):
                numbers[row] = self._number(name, int(row), low, high)
        wrong = np.flatnonzero(known & ~((numbers >= low) & (numbers <= high) & np.isfinite(numbers)))
        if len(wrong):
            self._refuse(name, int(wrong[0]), _bounds(low, high))
        return numbers

    def _number(self, name: str, row: int, low: float, high: float) -> float:
        value = self.cells[name][row]
        try:
            return float(value.replace(",", "") if _THOUSANDS.fullmatch(value) else value)
        except ValueError:
            self._refuse(name, row, _bounds(low, high))
            raise

    def choices(self, name: str, allowed: Mapping[str, float], *, missing: Collection[str] = MISSING) -> Floats:
        """A column of words as numbers by `allowed` (capitals), NaN where missing; InputError at any other word."""
        numbers = np.full(len(self), np.nan)
        for row, value in enumerate(self.cells[name]):
            word = value.upper()
            if word in allowed:
                numbers[row] = allowed[word]
            elif word not in missing:
                self._refuse(name, row, ", ".join(allowed))
        return numbers

    def codes(self, name: str) -> Texts:
        """A column of codes in capitals, none empty; raises InputError naming both lines of a repeated one."""
        codes = [value.upper() for value in self.text(name).tolist()]
        first: dict[str, int] = {}
        for row, code in enumerate(codes):
            if code in first:
                message = f"{code} occurs twice, first at line {self.lines[first[code]]}"
                raise InputError(message, file=self.path, key=self.place(name, row), allowed="each practice once")
            first[code] = row
        return np.array(codes, dtype=str)

    def only(self, rows: Sequence[int] | npt.NDArray[np.intp]) -> CsvFile:
        """The same file with these rows alone."""
        cells = {name: [values[row] for row in rows] for name, values in self.cells.items()}
        return CsvFile(self.path, cells, self.headers, [self.lines[row] for row in rows])

    def _refuse(self, name: str, row: int, allowed: str) -> None:
        shown = self.cells[name][row]
        raise InputError(f"{shown!r} is not allowed", file=self.path, key=self.place(name, row), allowed=allowed)


def _bounds(low: float, high: float) -> str:
    parts = []
    if np.isfinite(low):
        parts.append(f"of at least {low:g}")
    if np.isfinite(high):
        parts.append(f"of at most {high:g}")
    return "a number" + (" " + " and ".join(parts) if parts else "")


def read_rows(path: str | Path) -> tuple[list[list[str]], list[int]]:
    """All rows of a CSV file with cells stripped, blank rows left out, and the line at which each ends.

    Raises InputError if the file is missing, not text, broken, or empty.
    """
    where = Path(path)
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(_text_of(where), newline=""), strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append(stripped)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(f"is broken: {error}", file=where, key=f"line {reader.line_num}", allowed="CSV") from None
    if not rows:
        raise InputError("is empty", file=where, allowed="a CSV file with rows")
    return rows, lines


def _text_of(where: Path) -> str:
    try:
        raw = where.read_bytes()
    except OSError as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise InputError(reason, file=where, allowed="a CSV file") from None
    if b"\0" not in raw:
        for encoding in _ENCODINGS:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise InputError("is not a text file", file=where, allowed="CSV in UTF-8 or Windows code page 1252")


def header_of(path: str | Path) -> set[str]:
    """The normalised names in the first line, to tell which format a file has; InputError as `read_rows`."""
    first = next((line for line in _text_of(Path(path)).splitlines() if line.strip()), "")
    return {normalised(cell) for cells in csv.reader([first]) for cell in cells}


def read_csv(
    path: str | Path,
    required: Mapping[str, Sequence[str]],
    optional: Mapping[str, Sequence[str]] | None = None,
) -> CsvFile:
    """Reads the wanted columns of a CSV file that has a header.

    Parameters
    ----------
    required, optional:
        The reader's name of each column, and the headers under which it is published (any spelling that `normalised`
        makes equal). The first is the one that messages show.

    Raises InputError if a required column is missing, a wanted one occurs twice, or a row is too short or too long.
    """
    where = Path(path)
    rows, lines = read_rows(where)
    header = rows[0]
    found = _find(where, lines[0], header, required, optional or {})
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            message = f"has {len(row)} cells, the header {len(header)}"
            raise InputError(message, file=where, key=f"line {line}", allowed="as many cells as the header")
    if len(rows) == 1:
        raise InputError("has a header but no rows", file=where, allowed="at least one practice")
    body = rows[1:]
    cells = {name: [row[column] for row in body] for name, column in found.items()}
    return CsvFile(where, cells, {name: header[column] for name, column in found.items()}, lines[1:])


def _find(
    where: Path,
    line: int,
    header: list[str],
    required: Mapping[str, Sequence[str]],
    optional: Mapping[str, Sequence[str]],
) -> dict[str, int]:
    places: dict[str, list[int]] = {}
    for column, cell in enumerate(header):
        places.setdefault(normalised(cell), []).append(column)
    found: dict[str, int] = {}
    for name, spellings in {**required, **optional}.items():
        match = next((places[normalised(s)] for s in spellings if normalised(s) in places), [])
        if len(match) > 1:
            message = f"column {spellings[0]!r} occurs {len(match)} times"
            raise InputError(message, file=where, key=f"line {line}", allowed="each column once")
        if match:
            found[name] = match[0]
        elif name in required:
            near = difflib.get_close_matches(spellings[0], header, n=1, cutoff=0.6)
            hint = f"; the nearest is {near[0]!r}" if near else ""
            needed = [spelling[0] for spelling in required.values()]
            raise InputError(
                f"column {spellings[0]!r} is missing{hint}", file=where, key=f"line {line}", allowed=needed
            )
    return found


def rows_by_code(codes: Iterable[Any]) -> dict[str, int]:
    """Row number of each code, to join one file to another."""
    return {str(code): row for row, code in enumerate(codes)}
