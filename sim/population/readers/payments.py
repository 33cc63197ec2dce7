"""NHS Payments to General Practice (NHS Digital), one row a practice and financial year, in pounds.

The header's spelling differs by year: spaced names (2014-15, 2017-18), CamelCase ending in `_£` (2015-16, 2016-17).
Two traps of the publication:

- "Total National Enhanced Services" is a remainder, not a total (in 2014-15 all streams with it sum to the total
  paid, in every row): `pay_national_es` is the sum of the directed enhanced services and of that remainder; where a
  year's column is no less than the sum of its parts, it is taken for the total that its name says.
- Local enhanced services come as one column, as two (by paying system, 2015-16), or as "local incentive schemes"
  (2018-19 on).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.errors import InputError
from sim.population.readers.csv_file import MISSING, CsvFile, Floats, Texts, read_csv

CONTRACT_WORDS = {"GMS": 0.0, "PMS": 1.0, "APMS": 2.0, "PCTMS": 2.0}
"""Contract types; the few run by a primary care trust or its heir (PCTMS) are time-limited like APMS."""
YES_NO = {"YES": 1.0, "Y": 1.0, "1": 1.0, "TRUE": 1.0, "NO": 0.0, "N": 0.0, "0": 0.0, "FALSE": 0.0}

_UNKNOWN = MISSING | {"UNKNOWN", "OTHER"}
_REQUIRED = {
    "code": ["Practice Code"],
    "contract": ["Contract Type"],
    "registered": ["Number of Registered Patients (Last Known Figure)", "Average Number of Registered Patients"],
    "weighted": ["Number of Weighted Patients (Last Known Figure)", "Average Number of Weighted Patients"],
    "pay_global_sum": ["Global Sum"],
    "pay_mpig": ["MPIG Correction factor"],
    "pay_premises": ["Premises Payments"],
    "pay_seniority": ["Seniority"],
    "pay_qof": ["Total QOF Payments"],
    "pay_pms_balance": ["Balance of PMS Expenditure"],
    "dispensing_fees": ["Dispensing Fee Payments"],
    "drugs": ["Reimbursement of Drugs"],
    "total": ["Total NHS Payments to General Practice"],
}
_LOCAL = {
    "local": ["Total Local Enhanced Services", "Local Enhanced Services", "Total Local Incentive Schemes"],
    "local_nhais": ["Local Enhanced Services_NHAIS"],
    "local_isfe": ["Local Enhanced Services_ISFE"],
}
_NATIONAL = {
    f"des_{number}": spellings
    for number, spellings in enumerate(
        [
            ["Total National Enhanced Services", "National Enhanced Services"],
            ["Alcohol"],
            ["Childhood Vaccination and Immunisation Scheme"],
            ["GP Extended Hours Access", "Extended Hours Access"],
            ["Facilitating Timely Diagnosis and Support for People with Dementia"],
            ["Improving Patient Online Access"],
            ["Influenza and Pneumococcal Immunisations"],
            ["Learning Disabilities"],
            ["Minor Surgery"],
            ["Patient Participation"],
            ["Remote Care Monitoring"],
            ["Risk Profiling and Case Management"],
            ["Rotavirus and Shingles Immunisation"],
            ["Services for Violent Patients"],
            ["Unplanned Admissions"],
            ["Out Of Area in Hours Urgent Care"],
            ["Meningitis"],
            ["Pertussis"],
        ]
    )
}
_NATIONAL_TOTAL = "des_0"
_DISPENSING = {"dispensing": ["Dispensing Practice"]}
_STREAMS = ("pay_global_sum", "pay_mpig", "pay_pms_balance", "pay_premises", "pay_seniority", "pay_qof")


@dataclass(frozen=True)
class Payments:
    """What practices were paid in a year; arrays of one entry a practice.

    `columns` maps the names of the practice table (contract, dispensing, pay_*, need) to float64, NaN where not told;
    `pay_total` is before deductions. `registered` patients are those on which the publication bases its averages.
    """

    path: Path
    code: Texts
    registered: Floats
    columns: dict[str, Floats]


def read_payments(path: str | Path) -> Payments:
    """Reads a payments file of any year from 2014-15; raises InputError for a missing column or a practice twice."""
    file = read_csv(path, _REQUIRED, {**_LOCAL, **_NATIONAL, **_DISPENSING})
    code = file.codes("code")
    registered = file.numbers("registered", low=0.0)
    weighted = file.numbers("weighted", low=0.0)
    columns = {name: file.numbers(name) for name in _STREAMS}
    columns["pay_national_es"] = _national(file)
    columns["pay_local_es"] = _sum(file, _local_columns(file))
    columns["pay_dispensing"] = _sum(file, ["dispensing_fees", "drugs"])
    columns["pay_total"] = file.numbers("total")
    columns["contract"] = file.choices("contract", CONTRACT_WORDS, missing=_UNKNOWN)
    columns["dispensing"] = (
        file.choices("dispensing", YES_NO, missing=_UNKNOWN) if "dispensing" in file else np.full(len(file), np.nan)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        columns["need"] = np.where((registered > 0) & (weighted > 0), weighted / registered, np.nan)
    return Payments(path=file.path, code=code, registered=registered, columns=columns)


def _local_columns(file: CsvFile) -> list[str]:
    if "local" in file:
        return ["local"]
    if "local_nhais" in file and "local_isfe" in file:
        return ["local_nhais", "local_isfe"]
    raise InputError(
        "column 'Total Local Enhanced Services' is missing",
        file=file.path,
        key="line 1",
        allowed=[spellings[0] for spellings in _LOCAL.values()],
    )


def _national(file: CsvFile) -> Floats:
    """Directed enhanced services: the sum of each and of the remainder, or the published total where it is one."""
    parts = _sum(file, [name for name in _NATIONAL if name in file and name != _NATIONAL_TOTAL])
    if _NATIONAL_TOTAL not in file:
        return parts
    published = file.numbers(_NATIONAL_TOTAL)
    is_total = np.nansum(published) >= np.nansum(parts)
    return published if is_total else np.nan_to_num(parts) + np.nan_to_num(published)


def _sum(file: CsvFile, names: list[str]) -> Floats:
    """Sum of columns where any is told; a blank beside a number counts as nothing paid."""
    values = np.column_stack([file.numbers(name) for name in names]) if names else np.full((len(file), 1), np.nan)
    return np.asarray(np.where(np.isnan(values).all(axis=1), np.nan, np.nansum(values, axis=1)))
