"""General Practice Workforce, practice level (NHS Digital): doctors and staff of each practice at a census.

Which GPs a column counts is in its name: EXTGL without trainees and locums (2018 on), EXRRL without registrars,
retainers and locums, EXRR without registrars and retainers, nothing for all. The first that a file has is used. A
practice that returned nothing shows ND, EST, NS, "." or NA; some show 0, which whoever builds a population takes as
missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.errors import InputError
from sim.population.readers.csv_file import CsvFile, Floats, Texts, read_csv
from sim.population.readers.payments import CONTRACT_WORDS

VARIANTS = {
    "EXTGL": "without trainees and locums",
    "EXRRL": "without registrars, retainers and locums",
    "EXRR": "without registrars and retainers, locums included",
    "": "all GPs, trainees and locums included",
}
_REQUIRED = {"code": ["PRAC_CODE"]}
_GPS = {
    f"{measure} {variant}": [f"TOTAL_GP_{variant}_{measure}" if variant else f"TOTAL_GP_{measure}"]
    for measure in ("FTE", "HC")
    for variant in VARIANTS
}
_STAFF = {
    "nurse_fte": ["TOTAL_NURSES_FTE", "TOTAL_NURSE_FTE"],
    "direct_care_fte": ["TOTAL_DPC_FTE", "DIRECT_PATIENT_CARE_FTE"],
    "admin_fte": ["TOTAL_ADMIN_FTE", "ADMIN_FTE"],
}
_TRAINEES = {
    "trainees": ["TOTAL_GP_REG_FTE", "TOTAL_GP_TRN_GR_FTE"],
    "trainees_late": ["TOTAL_GP_REG_ST3_4_FTE"],
    "trainees_early": ["TOTAL_GP_REG_F1_2_FTE"],
}
_ABOUT = {"contract": ["CONTRACT"], "patients": ["TOTAL_PATIENTS"]}
_UNKNOWN = frozenset({"", "-", ".", "NA", "N/A", "ND", "EST", "NS", "UNKNOWN", "OTHER"})


@dataclass(frozen=True)
class Workforce:
    """Doctors and staff by practice; `columns` maps names of the practice table to float64, NaN where not reported.

    `gps_counted` says in words which GPs gp_fte and gp_headcount hold. `patients` are those of the census file.
    """

    path: Path
    code: Texts
    patients: Floats
    gps_counted: str
    columns: dict[str, Floats]


def read_workforce(path: str | Path) -> Workforce:
    """Reads a practice-level file; raises InputError for a missing column, a practice twice or a negative FTE."""
    file = read_csv(path, _REQUIRED, {**_GPS, **_STAFF, **_TRAINEES, **_ABOUT})
    code = file.codes("code")
    variant = next((v for v in VARIANTS if f"FTE {v}" in file), None)
    if variant is None:
        raise InputError(
            "column 'TOTAL_GP_FTE' is missing",
            file=file.path,
            key="line 1",
            allowed=[spellings[0] for name, spellings in _GPS.items() if name.startswith("FTE")],
        )
    columns = {"gp_fte": _optional(file, f"FTE {variant}"), "gp_headcount": _optional(file, f"HC {variant}")}
    columns |= {name: _optional(file, name) for name in _STAFF}
    columns["trainee_fte"] = _trainees(file)
    columns["contract"] = (
        file.choices("contract", CONTRACT_WORDS, missing=_UNKNOWN) if "contract" in file else np.full(len(file), np.nan)
    )
    return Workforce(file.path, code, _optional(file, "patients"), VARIANTS[variant], columns)


def _optional(file: CsvFile, name: str) -> Floats:
    return file.numbers(name, low=0.0) if name in file else np.full(len(file), np.nan)


def _trainees(file: CsvFile) -> Floats:
    if "trainees" in file:
        return _optional(file, "trainees")
    early = np.nan_to_num(_optional(file, "trainees_early"))
    return _optional(file, "trainees_late") + early
