"""`gp-reg-pat-prac-all.csv`: patients registered at a GP practice (NHS Digital), totals without ages; and
`read_patients`, which takes this file or the NHSBSA list sizes and tells them apart by their header.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np

from sim.errors import InputError
from sim.population.readers.csv_file import CsvFile, header_of, read_csv
from sim.population.readers.list_size import SIGNS as LIST_SIZE_SIGNS
from sim.population.readers.list_size import read_list_size
from sim.population.readers.lists import PatientLists

_REQUIRED = {
    "code": ["CODE", "PRACTICE_CODE", "ORG_CODE"],
    "ccg": ["CCG_CODE", "SUB_ICB_LOCATION_CODE"],
    "patients": ["NUMBER_OF_PATIENTS"],
}
_OPTIONAL = {"type": ["TYPE", "ORG_TYPE"], "sex": ["SEX"], "age": ["AGE"], "date": ["EXTRACT_DATE"]}
_SIGNS = frozenset({"numberofpatients"})


def read_patients(path: str | Path) -> PatientLists:
    """Reads registered patients from either published file; raises InputError where the header is neither's."""
    header = header_of(path)
    if header >= LIST_SIZE_SIGNS:
        return read_list_size(path)
    if header >= _SIGNS:
        return read_registered(path)
    raise InputError(
        "has no header of a file of registered patients",
        file=path,
        key="line 1",
        allowed="NHSBSA Patient_List_Size (PCO Code, Male 0-4 ...) or gp-reg-pat-prac-all (NUMBER_OF_PATIENTS ...)",
    )


def read_registered(path: str | Path) -> PatientLists:
    """Reads gp-reg-pat-prac-all; raises InputError for a missing column, a practice twice or a negative list."""
    file = read_csv(path, _REQUIRED, _OPTIONAL)
    wanted = {"type": ("GP", ""), "sex": ("ALL",), "age": ("ALL",)}
    keep = [
        row
        for row in range(len(file))
        if all(file.cells[name][row].upper() in words for name, words in wanted.items() if name in file)
    ]
    if not keep:
        raise InputError("has no row of a whole practice", file=file.path, allowed="TYPE GP, SEX ALL, AGE ALL")
    file = file.only(keep)
    size = file.numbers("patients", low=0.0, missing=())
    day = _extract_day(file) if "date" in file else None
    return PatientLists(
        path=file.path,
        publication="Patients registered at a GP practice",
        code=file.codes("code"),
        ccg=np.char.upper(file.text("ccg")),
        list_size=size,
        ages=None,
        lines=file.lines,
        first=day,
        last=day,
    )


def _extract_day(file: CsvFile) -> int:
    value = file.cells["date"][0]
    for form in ("%d%b%Y", "%Y-%m-%d", "%d/%m/%Y"):
        try:
            return int(datetime.datetime.strptime(value, form).strftime("%Y%m%d"))
        except ValueError:
            continue
    raise InputError(
        f"{value!r} is not a date", file=file.path, key=file.place("date", 0), allowed="a date such as 01JAN2021"
    )
