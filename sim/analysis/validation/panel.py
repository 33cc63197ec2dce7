"""What became of the practices of a real table: the panels of payments and of the workforce census.

The files are those of `england_2014` (docs/validation.md says where they come from); they are found through
COMMISSIM_DATA. A code is paid in a year if the payments panel holds it with at least PAID patients. It exits in the
last such year, as in the targets `practices_open` and `practices_exited`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.study.records import Floats

PAID = 100.0
"""Fewest registered patients of a code that counts as paid."""
YEARS = (2014, 2015, 2016, 2017)
CENSUSES = (2015, 2016, 2017)
"""Censuses of September; the panel names them by the end of the financial year after."""
PAYMENTS = "panel_payments_annual.csv"
WORKFORCE = "panel_workforce_annual.csv"

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Panel:
    """The practices of a population in the panels, in its order; (years, practices), NaN where nothing is told.

    registered: patients, by YEARS. mpig: pounds. premium: pounds that PMS practices get above the global sum of their
    weighted patients. contract: GMS, PMS, APMS or empty. fte: permanent qualified GPs by CENSUSES, NaN if unreported.
    """

    registered: Floats
    mpig: Floats
    premium: Floats
    contract: npt.NDArray[np.str_]
    fte: Floats

    @property
    def paid(self) -> Marks:
        """(years, practices): whether the code was paid."""
        return np.nan_to_num(self.registered) >= PAID

    @property
    def exits(self) -> Marks:
        """(years but the last, practices): paid in the year and in none after it."""
        paid = self.paid
        return np.stack([paid[y] & ~paid[y + 1 :].any(axis=0) for y in range(len(YEARS) - 1)])


def data_folder() -> Path | None:
    """The folder with the panels, from COMMISSIM_DATA; None where that is not set. Raises InputError if they are not
    there."""
    named = os.environ.get("COMMISSIM_DATA")
    if not named:
        return None
    folder = Path(named).expanduser() / "england_2014"
    for name in (PAYMENTS, WORKFORCE):
        if not (folder / name).is_file():
            raise InputError("is missing", file=folder / name, key="COMMISSIM_DATA", allowed="a folder with the panels")
    return folder


def read_panel(folder: Path, codes: Sequence[str]) -> Panel:
    """The panels of these practices. The price that PMS premiums are measured by is what GMS practices were paid."""
    row = {code: k for k, code in enumerate(codes)}
    shape = (len(YEARS), len(codes))
    money = {name: np.full(shape, np.nan) for name in ("registered", "weighted", "mpig", "pms_balance", "global_sum")}
    contract = np.full(shape, "", dtype="<U4")
    payments = _columns(folder / PAYMENTS)
    for n, code in enumerate(payments["practice_code"]):
        year = int(payments["year"][n][:4])
        if code in row and year in YEARS:
            at = (YEARS.index(year), row[code])
            contract[at] = payments["contract_type"][n] or ""
            for name, values in money.items():
                values[at] = _number(payments[name][n])
    fte = np.full((len(CENSUSES), len(codes)), np.nan)
    census = _columns(folder / WORKFORCE)
    for n, code in enumerate(census["practice_code"]):
        year = int(census["fiscal_year_end"][n]) - 1
        if code in row and year in CENSUSES:
            # 0 stands for "not reported" in this census.
            fte[CENSUSES.index(year), row[code]] = _number(census["gp_fte_excl_trainee_locum"][n]) or np.nan
    gms = (contract == "GMS") & (money["global_sum"] > 0.0) & (money["weighted"] > 0.0)
    price = [money["global_sum"][y, m].sum() / max(money["weighted"][y, m].sum(), 1.0) for y, m in enumerate(gms)]
    above = money["pms_balance"] - money["weighted"] * np.array(price)[:, None]
    premium = np.where(contract == "PMS", above, 0.0)
    return Panel(money["registered"], np.nan_to_num(money["mpig"]), premium, contract, fte)


def _number(cell: Any) -> float:
    return float(cell) if cell not in (None, "", "NA") else float("nan")


def _columns(path: Path) -> dict[str, list[Any]]:
    from pyarrow import csv

    columns: dict[str, list[Any]] = csv.read_csv(path).to_pydict()
    return columns
