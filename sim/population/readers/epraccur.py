"""`epraccur.csv`: prescribing practices of the NHS Organisation Data Service (27 columns, no header).

Columns used (counted from 1): 1 code, 2 name, 10 postcode, 11 open date, 12 close date, 15 commissioner, 26 prescribing
setting (4 = GP practice). Whether a practice is open comes from the dates: the status column tells the day the file
was made.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.population.readers.csv_file import CsvFile, Texts, read_rows

COLUMNS = 27
GP_PRACTICE = "4"
NEVER = 99991231
"""Close date of a practice that has none."""

_PLACES = {"code": 0, "name": 1, "postcode": 9, "open date": 10, "close date": 11, "commissioner": 14, "setting": 25}
_HEADERS = {name: f"{place + 1} ({name})" for name, place in _PLACES.items()}


@dataclass(frozen=True)
class Epraccur:
    """Practices by ODS code; arrays of one entry a row. Dates are integers YYYYMMDD; `closed` is NEVER while open."""

    path: Path
    code: Texts
    name: Texts
    postcode: Texts
    commissioner: Texts
    opened: npt.NDArray[np.int64]
    closed: npt.NDArray[np.int64]
    setting: Texts

    def is_gp(self) -> npt.NDArray[np.bool_]:
        """True for GP practices, false for other prescribers (hospices, walk-in centres, prisons ...)."""
        return np.asarray(self.setting == GP_PRACTICE)

    def is_open(self, first: int, last: int) -> npt.NDArray[np.bool_]:
        """True for those open on any day from `first` to `last` (YYYYMMDD)."""
        return np.asarray((self.opened <= last) & (self.closed >= first))


def read_epraccur(path: str | Path) -> Epraccur:
    """Reads an ODS practice file; raises InputError for another shape, a bad date or a practice twice."""
    where = Path(path)
    rows, lines = read_rows(where)
    for row, line in zip(rows, lines, strict=True):
        if len(row) != COLUMNS:
            message = f"has {len(row)} cells"
            raise InputError(
                message, file=where, key=f"line {line}", allowed=f"{COLUMNS} cells and no header, as ODS publishes it"
            )
    file = CsvFile(where, {name: [row[place] for row in rows] for name, place in _PLACES.items()}, _HEADERS, lines)
    return Epraccur(
        path=where,
        code=file.codes("code"),
        name=file.text("name", blank=True),
        postcode=file.text("postcode", blank=True),
        commissioner=file.text("commissioner", blank=True),
        opened=_dates(file, "open date", blank=0),
        closed=_dates(file, "close date", blank=NEVER),
        setting=file.text("setting", blank=True),
    )


def _dates(file: CsvFile, name: str, blank: int) -> npt.NDArray[np.int64]:
    dates = np.full(len(file), blank, dtype=np.int64)
    sound: set[str] = set()
    for row, value in enumerate(file.cells[name]):
        if not value:
            continue
        if value not in sound:
            _check_date(file, name, row)
            sound.add(value)
        dates[row] = int(value)
    return dates


def _check_date(file: CsvFile, name: str, row: int) -> None:
    value = file.cells[name][row]
    try:
        if len(value) != 8:
            raise ValueError
        datetime.datetime.strptime(value, "%Y%m%d")
    except ValueError:
        allowed = "a date as YYYYMMDD" + (" or nothing" if name == "close date" else "")
        raise InputError(
            f"{value!r} is not a date", file=file.path, key=file.place(name, row), allowed=allowed
        ) from None
