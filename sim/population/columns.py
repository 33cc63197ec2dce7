"""What each table of a Population holds: one line a column, with its unit, type, meaning and physical bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["float", "int", "id", "text"]


@dataclass(frozen=True)
class Column:
    """One column of a table: its unit, its meaning, how it is stored and the values it may take (inclusive)."""

    unit: str
    doc: str
    kind: Kind = "float"
    low: float = -math.inf
    high: float = math.inf
    refers: str = ""
    """Name of the table whose row numbers this column holds, if any."""


def _row(table: str, doc: str) -> Column:
    return Column("row", doc, "int", 0, refers=table)


def _pounds(doc: str) -> Column:
    return Column("pounds, 2014-15", doc)


def _share(doc: str) -> Column:
    return Column("0-1", doc, low=0.0, high=1.0)


_LATITUDE = Column("degrees north", "place: latitude", low=49.8, high=55.9)
_LONGITUDE = Column("degrees east", "place: longitude", low=-6.5, high=1.9)
_CODE = Column("ODS code", "code of the organisation", "text")
_NAME = Column("text", "name of the organisation", "text")

PRACTICES: dict[str, Column] = {
    "id": Column("id", "stable id: a hash of the code", "id"),
    "code": Column("ODS code", "practice code; synthetic ones begin with S-", "text"),
    "ccg": _row("ccgs", "CCG that the practice belongs to"),
    "latitude": _LATITUDE,
    "longitude": _LONGITUDE,
    "list_size": Column("patients", "registered patients", low=1.0),
    "age_0_4": Column("patients", "of them under 5", low=0.0),
    "age_5_64": Column("patients", "of them 5 to 64", low=0.0),
    "age_65_74": Column("patients", "of them 65 to 74", low=0.0),
    "age_75_plus": Column("patients", "of them 75 and over", low=0.0),
    "imd": Column("IMD 2015 score", "deprivation of the registered patients; higher is poorer", low=0.0, high=90.0),
    "rural": Column("0 or 1", "1 if in a village, hamlet or rural town", "int", 0, 1),
    "need": Column("ratio", "weighted over registered patients (Carr-Hill)", low=0.2, high=5.0),
    "contract": Column("0 GMS, 1 PMS, 2 APMS", "kind of primary medical contract", "int", 0, 2),
    "dispensing": Column("0 or 1", "1 if the practice may dispense", "int", 0, 1),
    "pay_global_sum": _pounds("global sum"),
    "pay_mpig": _pounds("correction factor (MPIG)"),
    "pay_pms_balance": _pounds("PMS expenditure (the baseline payment of PMS practices)"),
    "pay_premises": _pounds("premises payments"),
    "pay_seniority": _pounds("seniority payments"),
    "pay_qof": _pounds("Quality and Outcomes Framework"),
    "pay_national_es": _pounds("national enhanced services (DES)"),
    "pay_local_es": _pounds("local enhanced services"),
    "pay_dispensing": _pounds("dispensing: fees and drugs reimbursed"),
    "pay_other": _pounds("the rest of the total; for APMS practices this holds their contract payment"),
    "gp_fte": Column("FTE", "permanent qualified GPs, without trainees and locums", low=0.0),
    "gp_headcount": Column("people", "permanent qualified GPs, without trainees and locums", low=1.0),
    "nurse_fte": Column("FTE", "nurses", low=0.0),
    "direct_care_fte": Column("FTE", "other staff in direct patient care", low=0.0),
    "admin_fte": Column("FTE", "administrative staff", low=0.0),
    "trainee_fte": Column("FTE", "GP trainees in the practice", low=0.0),
}

DOCTORS: dict[str, Column] = {
    "id": Column("id", "stable id: a hash of practice, role and seat", "id"),
    "practice": _row("practices", "where the doctor works"),
    "age": Column("years", "age at 1 April 2014", low=23.0, high=85.0),
    "female": Column("0 or 1", "1 if a woman", "int", 0, 1),
    "role": Column("0 partner, 1 salaried, 2 locum, 3 trainee", "kind of post", "int", 0, 3),
    "fte": Column("FTE", "full-time equivalents; 1 is 37.5 hours", low=0.0, high=2.5),
    "trust": _share("trust in those who commission"),
    "autonomy": _share("worth set on professional autonomy"),
    "conflict_worry": _share("worry about conflicts of interest"),
    "workload_threat": _share("how far change is read as more work"),
    "burnout": _share("emotional exhaustion"),
}

CCGS: dict[str, Column] = {
    "code": _CODE,
    "name": _NAME,
    "area_team": _row("area_teams", "area team of 2014"),
    "region": Column("row", "0 North, 1 Midlands and East, 2 London, 3 South", "int", 0, 3),
    "region_name": Column("text", "region of NHS England", "text"),
    "latitude": _LATITUDE,
    "longitude": _LONGITUDE,
    "imd": Column("IMD 2015 score", "mean deprivation of registered patients", low=0.0, high=90.0),
    "avoidable_admissions": Column("per 100,000 a year", "avoidable acute emergency admissions", low=0.0),
    "list_growth": Column("per year", "growth of registered patients", low=-0.2, high=0.2),
    "out_of_hours_good": _share("patients who call GP out-of-hours care good"),
}

AREA_TEAMS: dict[str, Column] = {
    "code": _CODE,
    "name": _NAME,
    "region": Column("row", "0 North, 1 Midlands and East, 2 London, 3 South", "int", 0, 3),
    "latitude": _LATITUDE,
    "longitude": _LONGITUDE,
}

TRUSTS: dict[str, Column] = {
    "code": _CODE,
    "name": _NAME,
    "specialist": Column("0 or 1", "1 if a specialist trust", "int", 0, 1),
    "latitude": _LATITUDE,
    "longitude": _LONGITUDE,
    "income": Column("pounds, 2014-15", "operating income", low=1.0),
    "beds": Column("beds", "general and acute beds", low=0.0),
    "occupancy": _share("share of beds occupied"),
    "balance": Column("pounds, 2014-15", "surplus, or deficit if negative"),
    "admissions": Column("per year", "hospital admissions", low=0.0),
}

TRUST_SHARES: dict[str, Column] = {
    "ccg": _row("ccgs", "where patients live"),
    "trust": _row("trusts", "where they are admitted"),
    "share": _share("share of the CCG's admissions; sums to 1 for each CCG"),
}

TABLES: dict[str, dict[str, Column]] = {
    "practices": PRACTICES,
    "doctors": DOCTORS,
    "ccgs": CCGS,
    "area_teams": AREA_TEAMS,
    "trusts": TRUSTS,
    "trust_shares": TRUST_SHARES,
}

REGIONS = ("North", "Midlands and East", "London", "South")
ROLES = ("partner", "salaried", "locum", "trainee")
