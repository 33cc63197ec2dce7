"""One practice table (`--table`): a CSV file with one row a practice and the documented columns of COLUMNS.

`docs/practice-table.md` says the same for people. A table under other names is read through a map of columns; the map
ENGLAND_2014 is found by itself when a header has its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from sim.errors import InputError
from sim.population.readers.csv_file import MISSING, CsvFile, Floats, Texts, header_of, normalised, read_csv
from sim.population.readers.payments import CONTRACT_WORDS, YES_NO

Kind = Literal["code", "number", "contract", "yes or no", "rural"]


@dataclass(frozen=True)
class TableColumn:
    """One documented column: unit, how cells are read, bounds (inclusive) and what happens where it has no value."""

    unit: str
    kind: Kind
    where_missing: str
    low: float = -np.inf
    high: float = np.inf
    required: bool = False


def _count(unit: str, where_missing: str, *, required: bool = False) -> TableColumn:
    return TableColumn(unit, "number", where_missing, low=0.0, required=required)


_DRAWN = "drawn by the facts of its CCG, given what is known of the practice"
_STAFF = f"{_DRAWN}; 0 counts as not reported"


def _share(what: str) -> TableColumn:
    return TableColumn(f"share of the list {what}, 0 to 1", "number", _DRAWN, low=0.0, high=1.0)


def _pounds(what: str, where_missing: str = "per patient as in the CCG and contract") -> TableColumn:
    return TableColumn(f"pounds in 2014-15, {what}", "number", where_missing)


COLUMNS: dict[str, TableColumn] = {
    "code": TableColumn("ODS practice code, each once", "code", "", required=True),
    "ccg": TableColumn("code of one of the 211 CCGs of 2014", "code", "", required=True),
    "list_size": _count("registered patients", "rows without one or with 0 are left out", required=True),
    "working": TableColumn("Y or N", "yes or no", "taken as Y"),
    "contract": TableColumn("GMS, PMS or APMS", "contract", _DRAWN),
    "latitude": TableColumn("degrees north", "number", "near the centre of the CCG", low=49.8, high=55.9),
    "longitude": TableColumn("degrees east", "number", "near the centre of the CCG", low=-6.5, high=1.9),
    "share_age_0_4": _share("under 5"),
    "share_age_65_74": _share("65 to 74"),
    "share_age_75_plus": _share("75 and over"),
    "imd": TableColumn("IMD 2015 score", "number", _DRAWN, low=0.0, high=90.0),
    "rural": TableColumn("Y or N, or the ONS rural-urban class", "rural", _DRAWN),
    "weighted_patients": _count("weighted patients of the payments file", f"need is {_DRAWN}"),
    "payment_patients": _count("registered patients of the payments file", "list_size"),
    "dispensing": TableColumn("Y or N", "yes or no", _DRAWN),
    "pay_global_sum": _pounds("global sum"),
    "pay_mpig": _pounds("correction factor"),
    "pay_pms_balance": _pounds("PMS expenditure"),
    "pay_premises": _pounds("premises", _DRAWN),
    "pay_seniority": _pounds("seniority"),
    "pay_qof": _pounds("Quality and Outcomes Framework", _DRAWN),
    "pay_national_es": _pounds(
        "all directed enhanced services", "per patient as in the CCG and contract; taken out of the rest"
    ),
    "pay_local_es": _pounds("local enhanced services"),
    "pay_dispensing_fees": _pounds("dispensing fees"),
    "pay_drugs": _pounds("drugs reimbursed"),
    "pay_total": _pounds("all payments before deductions", "the streams and the rest as in the CCG"),
    "gp_fte": _count(
        "FTE of permanent qualified GPs", f"{_DRAWN}, and fewer: missing not at random; 0 counts as not reported"
    ),
    "gp_headcount": _count("permanent qualified GPs", "gp_fte over the mean FTE of a GP"),
    "nurse_fte": _count("FTE", _STAFF),
    "direct_care_fte": _count("FTE", f"{_DRAWN}; 0 counts as none where other staff is reported"),
    "admin_fte": _count("FTE", _STAFF),
    "trainee_fte": _count("FTE of GP trainees", "the trainee share of locum_trainee_fte, else the mean of England"),
    "locum_trainee_fte": _count("FTE of locums and trainees together", "only used for trainee_fte"),
}

ENGLAND_2014: dict[str, str] = {
    "code": "practice_code",
    "ccg": "ccg_code",
    "list_size": "list_size",
    "working": "operational_2014q4",
    "contract": "contract_type_1415",
    "latitude": "latitude",
    "longitude": "longitude",
    "share_age_0_4": "share_age_0_4_2014q4",
    "share_age_65_74": "share_age_65_74_2014q4",
    "share_age_75_plus": "share_age_75plus_2014q4",
    "imd": "imd",
    "rural": "rural_urban",
    "weighted_patients": "n_weighted_1415",
    "payment_patients": "n_registered_1415",
    "dispensing": "dispensing_1415",
    "pay_global_sum": "pay_global_sum_1415",
    "pay_mpig": "pay_mpig_1415",
    "pay_pms_balance": "pay_pms_balance_1415",
    "pay_premises": "pay_premises_1415",
    "pay_seniority": "pay_seniority_1415",
    "pay_qof": "pay_qof_1415",
    "pay_local_es": "pay_local_es_1415",
    "pay_dispensing_fees": "pay_dispensing_1415",
    "pay_drugs": "pay_drugs_reimbursed_1415",
    "pay_total": "pay_total_1415",
    "gp_fte": "gp_fte_2015",
    "gp_headcount": "gp_headcount_2015",
    "nurse_fte": "nurse_fte_2015",
    "direct_care_fte": "dpc_fte_2015",
    "admin_fte": "admin_fte_2015",
    "locum_trainee_fte": "gp_locum_trainee_fte_2015",
}
"""Documented column -> column of england_2014/practices.csv. Its `pay_national_es_1415` is left out on purpose: that
publication's column is a remainder of 0.17 pounds a patient, not the directed enhanced services (see payments.py)."""

KNOWN_MAPS: dict[str, dict[str, str]] = {"england_2014/practices.csv": ENGLAND_2014}


@dataclass(frozen=True)
class PracticeTable:
    """The rows of a practice table; `columns` holds every documented column but the codes, NaN where not told.

    `lines` are lines in the file; `told` the documented columns that the file has.
    """

    path: Path
    code: Texts
    ccg: Texts
    columns: dict[str, Floats]
    lines: list[int]
    told: tuple[str, ...]


def read_practice_table(path: str | Path, column_map: Mapping[str, str] | None = None) -> PracticeTable:
    """Reads a practice table.

    `column_map` gives the file's name of a documented column; without it, a known map whose required columns are all in
    the header is used, else the documented names. Raises InputError for a column missing, a practice twice, a value out
    of bounds, or a key of the map that is not documented.
    """
    names = dict(_known_map(path) if column_map is None else column_map)
    for name in names:
        if name not in COLUMNS:
            raise InputError(f"{name!r} is no column of a practice table", key="column map", allowed=COLUMNS)
    spelled = {name: [names.get(name, name)] for name in COLUMNS if not names or name in names}
    required = {name: [names.get(name, name)] for name, column in COLUMNS.items() if column.required}
    file = read_csv(path, required, {name: s for name, s in spelled.items() if name not in required})
    columns = {name: _read(file, name, column) for name, column in COLUMNS.items() if column.kind != "code"}
    _check_ages(file, columns)
    return PracticeTable(
        path=file.path,
        code=file.codes("code"),
        ccg=np.char.upper(file.text("ccg")),
        columns=columns,
        lines=file.lines,
        told=tuple(name for name in COLUMNS if name in file),
    )


def _known_map(path: str | Path) -> Mapping[str, str]:
    header = header_of(path)
    required = [name for name, column in COLUMNS.items() if column.required]
    for names in KNOWN_MAPS.values():
        if all(normalised(names[name]) in header for name in required):
            return names
    return {}


def _read(file: CsvFile, name: str, column: TableColumn) -> Floats:
    if name not in file:
        return np.full(len(file), np.nan)
    if column.kind == "contract":
        return file.choices(name, CONTRACT_WORDS, missing=MISSING | {"UNKNOWN"})
    if column.kind == "yes or no":
        return file.choices(name, YES_NO)
    if column.kind == "rural":
        return _rural(file, name)
    return file.numbers(name, low=column.low, high=column.high)


def _rural(file: CsvFile, name: str) -> Floats:
    """Rural town, village or dispersed is 1, as in the ONS classification of 2011; yes and no words also do."""
    values = np.full(len(file), np.nan)
    for row, cell in enumerate(file.cells[name]):
        word = cell.upper()
        if word in YES_NO:
            values[row] = YES_NO[word]
        elif word.startswith(("RURAL", "URBAN")):
            values[row] = float(word.startswith("RURAL"))
        elif word not in MISSING:
            raise InputError(
                f"{cell!r} is not allowed",
                file=file.path,
                key=file.place(name, row),
                allowed="Y, N, or a class that begins with Rural or Urban",
            )
    return values


def _check_ages(file: CsvFile, columns: Mapping[str, Floats]) -> None:
    told = sum((np.nan_to_num(columns[name]) for name in COLUMNS if name.startswith("share_age_")), np.zeros(len(file)))
    wrong = np.flatnonzero(told > 1.0 + 1e-6)
    if len(wrong):
        raise InputError(
            f"shares of ages sum to {told[wrong[0]]:.3f}",
            file=file.path,
            key=f"line {file.lines[wrong[0]]}",
            allowed="at most 1",
        )
