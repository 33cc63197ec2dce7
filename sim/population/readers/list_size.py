"""NHSBSA `Patient_List_Size`: registered patients of a quarter by practice, sex and age band (NHS Prescription
Services).

The CCG is the first three characters of the PCO code. The file also lists organisations that are no practices of a CCG
(councils, trusts, clinics), mostly with nobody on their list; whoever builds a population drops them.
"""

from __future__ import annotations

import calendar
import re
from pathlib import Path

import numpy as np

from sim.population.readers.csv_file import read_csv
from sim.population.readers.lists import AGE_BANDS, PatientLists

_BAND_OF = {
    "0-4": 0,
    "5-14": 1,
    "15-24": 1,
    "25-34": 1,
    "35-44": 1,
    "45-54": 1,
    "55-64": 1,
    "65-74": 2,
    "75+": 3,
}
_AGES = {f"{sex} {age}": band for age, band in _BAND_OF.items() for sex in ("Male", "Female")}
_REQUIRED = {"code": ["Practice Code"], "pco": ["PCO Code"], **{column: [column] for column in _AGES}}
_OPTIONAL = {
    "area_team": ["Area Team Code"],
    "area_team_name": ["Area Team Name"],
    "region": ["Regional Office Code"],
}
_QUARTER = re.compile(r"(20\d\d)[-_ ](\d\d)[-_ ](\d\d)")

SIGNS = frozenset({"pcocode", "male04"})
"""Normalised headers by which this format is recognised."""


def read_list_size(path: str | Path) -> PatientLists:
    """Reads a quarterly file; raises InputError for a missing column, a practice twice or a negative count."""
    file = read_csv(path, _REQUIRED, _OPTIONAL)
    code = file.codes("code")
    ages = np.zeros((len(file), len(AGE_BANDS)))
    for column, band in _AGES.items():
        ages[:, band] += np.nan_to_num(file.numbers(column, low=0.0))
    first, last = quarter_of(file.path.name)
    told = {name: file.text(name, blank=True) for name in _OPTIONAL if name in file}
    return PatientLists(
        path=file.path,
        publication="NHSBSA patient list size",
        code=code,
        ccg=np.array([pco[:3].upper() for pco in file.text("pco").tolist()], dtype=str),
        list_size=ages.sum(axis=1),
        ages=ages,
        lines=file.lines,
        first=first,
        last=last,
        area_team=told.get("area_team"),
        area_team_name=told.get("area_team_name"),
        region=told.get("region"),
    )


def quarter_of(name: str) -> tuple[int | None, int | None]:
    """First and last day (YYYYMMDD) of the quarter in a name such as `Patient_List_Size_2014_10-12.csv`, else None."""
    match = _QUARTER.search(name)
    if match is None:
        return None, None
    year, start, end = (int(part) for part in match.groups())
    if not 1 <= start <= end <= 12:
        return None, None
    return year * 10000 + start * 100 + 1, year * 10000 + end * 100 + calendar.monthrange(year, end)[1]
