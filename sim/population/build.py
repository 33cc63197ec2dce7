"""Builds a starting England row by row from real files: one practice table, or the published NHS files.

What files do not tell is imputed from the shipped facts (`imputation.py`): from ODS and list sizes alone there are no
doctors, deprivation, places or payments. CCGs, area teams, trusts and catchments come from the facts; where the
list-size file tells the area team of a CCG, from there. A practice works if its ODS dates say it was open in the
quarter of the lists, it is a GP practice by its prescribing setting, and at least MIN_LIST patients are on its list.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.population.columns import AREA_TEAMS, REGIONS, TRUSTS, Column
from sim.population.doctors import cast_back, sample_doctors
from sim.population.facts import Facts, load_facts
from sim.population.imputation import RawPractices, impute
from sim.population.imputation_report import Dropped, ImputationReport
from sim.population.readers.csv_file import Floats, rows_by_code
from sim.population.readers.epraccur import Epraccur, read_epraccur
from sim.population.readers.lists import AGE_BANDS, PatientLists
from sim.population.readers.patients import read_patients
from sim.population.readers.payments import read_payments
from sim.population.readers.practice_table import PracticeTable, read_practice_table
from sim.population.readers.workforce import read_workforce
from sim.population.synthetic import ccg_table, trust_share_table
from sim.population.tables import Population, Table

Marks = npt.NDArray[np.bool_]

MIN_LIST = 100.0
"""Fewest registered patients of a working practice where only lists tell (the definition of "practices open")."""
STRAY = 0.001
"""Patients of CCG codes that are not among the 211 may be this share of all: lists of clinics and councils; more is a
file of another time, which cannot build 2014."""
YEAR = (20140401, 20150331)
"""Days on one of which a practice must be open, where neither the list-size file nor its name tells its quarter."""


@dataclass(frozen=True)
class Built:
    """A population and the report of what was read and imputed."""

    population: Population
    report: ImputationReport

    def save(self, folder: str | Path, *, force: bool = False) -> None:
        """Writes the population, `imputed.csv` and `report.md` into a new or empty folder, all at once or not at all.

        With `force`, a folder that holds an earlier population is replaced. Raises InputError for any other that holds
        files.
        """
        target = Path(folder)
        _check_target(target, force)
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            self.population.save(made / "new")
            self.report.write(made / "new")
            if target.exists():
                os.replace(target, made / "old")
            os.replace(made / "new", target)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _check_target(target: Path, force: bool) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not force:
        raise InputError("holds files already", file=target, allowed="a new or empty folder, or --force")
    if not (target / "population.json").is_file():
        raise InputError("is no population, so --force does not replace it", file=target, allowed="a folder of one")


def build_population(
    *,
    table: str | Path | None = None,
    epraccur: str | Path | None = None,
    patients: str | Path | None = None,
    payments: str | Path | None = None,
    workforce: str | Path | None = None,
    seed: int = 1,
    out: str | Path | None = None,
    force: bool = False,
) -> Population:
    """The population alone, saved with its report in the folder `out` if one is named; see `build_with_report`.

    Raises InputError also if `out` holds files, before anything is read; `force` replaces an earlier population.
    """
    if out is not None:
        _check_target(Path(out), force)
    built = build_with_report(
        table=table, epraccur=epraccur, patients=patients, payments=payments, workforce=workforce, seed=seed
    )
    if out is not None:
        built.save(out, force=force)
    return built.population


def build_with_report(
    *,
    table: str | Path | None = None,
    epraccur: str | Path | None = None,
    patients: str | Path | None = None,
    payments: str | Path | None = None,
    workforce: str | Path | None = None,
    seed: int = 1,
) -> Built:
    """Builds a population from a practice table, or from ODS practices and registered patients.

    `patients` is NHSBSA's Patient_List_Size or gp-reg-pat-prac-all, told apart by the header; `payments` and
    `workforce` are optional. `seed` decides what is imputed and who the doctors are: the same files and seed give the
    same population. Raises InputError, one line, for a wrong choice of files, a mistake in a file, CCG codes that are
    not of 2014, or when no working practice is left.
    """
    _check_choice(table, {"epraccur": epraccur, "patients": patients, "payments": payments, "workforce": workforce})
    facts = load_facts()
    area_team_of: dict[str, str] = {}
    if table is not None:
        raw, dropped = _from_table(read_practice_table(table), facts)
        source = f"the practice table {Path(table).name}"
    else:
        assert epraccur is not None
        assert patients is not None
        lists = read_patients(patients)
        raw, dropped, area_team_of = _from_files(read_epraccur(epraccur), lists, facts)
        source = f"{Path(epraccur).name} and {Path(patients).name}"
        for path, add in ((payments, _add_payments), (workforce, _add_workforce)):
            if path is not None:
                add(raw, path)
                source += f" and {Path(path).name}"
    return _finish(raw, dropped, area_team_of, source, facts, seed)


def _check_choice(table: str | Path | None, files: dict[str, str | Path | None]) -> None:
    given = [f"--{name}" for name, path in files.items() if path is not None]
    allowed = "either --table, or --epraccur and --patients with --payments and --workforce if you have them"
    if table is not None and given:
        raise InputError(f"--table cannot go with {', '.join(given)}", allowed=allowed)
    missing = [name for name in ("epraccur", "patients") if files[name] is None]
    if table is None and missing:
        raise InputError("no file is given" if not given else f"--{missing[0]} is missing", allowed=allowed)


def _finish(
    raw: RawPractices, dropped: list[Dropped], area_team_of: dict[str, str], source: str, facts: Facts, seed: int
) -> Built:
    practices, records = impute(raw, facts, seed)
    practices, note = cast_back(practices, seed)
    patients = float(practices["list_size"].sum())
    report = ImputationReport(source, len(raw.code), patients, records, dropped, [*raw.notes, note])
    ccgs = _with_area_teams(ccg_table(facts), area_team_of, facts)
    population = Population(
        practices=practices, doctors=sample_doctors(practices, seed), ccgs=ccgs,
        area_teams=_columns(facts.area_teams, AREA_TEAMS), trusts=_columns(facts.trusts, TRUSTS),
        trust_shares=trust_share_table(facts), source=source, notes=report.sentences(),
    )  # fmt: skip
    served = np.unique(practices["ccg"])
    if len(served) < len(ccgs["code"]):
        population = population.select(ccgs=ccgs["code"][served].tolist())
    return Built(population.check(), report)


def _columns(facts: Table, columns: dict[str, Column]) -> Table:
    """Columns of the facts in the types of a population."""
    types = {"int": np.int64, "float": np.float64}
    return {name: facts[name].astype(types.get(column.kind, facts[name].dtype)) for name, column in columns.items()}


def _with_area_teams(ccgs: Table, area_team_of: dict[str, str], facts: Facts) -> Table:
    """The CCGs under the area teams that a file tells, and in their regions."""
    row_of = rows_by_code(facts.area_teams["code"])
    told = [area_team_of.get(str(code)) for code in ccgs["code"]]
    rows = np.array([own if team is None else row_of[team] for own, team in zip(ccgs["area_team"], told, strict=True)])
    region = facts.area_teams["region"][rows].astype(np.int64)
    return {**ccgs, "area_team": rows, "region": region, "region_name": np.array(REGIONS)[region]}


def _from_table(table: PracticeTable, facts: Facts) -> tuple[RawPractices, list[Dropped]]:
    columns = table.columns
    size, working = columns["list_size"], columns["working"] != 0.0
    keep = working & (size > 0)
    dropped = [
        Dropped("not working by the table", int((~working).sum()), float(np.nansum(size[~working]))),
        Dropped("nobody on the list", int((working & ~(size > 0)).sum()), 0.0),
    ]
    _check_some(keep, table.path)
    codes = rows_by_code(facts.ccgs["code"])
    for row in np.flatnonzero(keep):
        if str(table.ccg[row]) not in codes:
            key = f"line {table.lines[row]}, column ccg"
            raise InputError(
                f"{table.ccg[row]} is no CCG of 2014",
                file=table.path,
                key=key,
                allowed=f"the {len(codes)} codes of 2014",
            )
    raw = RawPractices(
        code=table.code[keep], ccg=np.array([codes[str(code)] for code in table.ccg[keep]], dtype=np.int64),
        columns={name: values[keep] for name, values in columns.items()}, staff_told="gp_fte" in table.told,
    )  # fmt: skip
    fees, drugs = raw.get("pay_dispensing_fees"), raw.get("pay_drugs")
    unknown = np.isnan(fees) & np.isnan(drugs)
    raw.columns["pay_dispensing"] = np.where(unknown, np.nan, np.nan_to_num(fees) + np.nan_to_num(drugs))
    weighted, registered = raw.get("weighted_patients"), raw.get("payment_patients")
    registered = np.where(registered > 0, registered, raw.get("list_size"))
    raw.columns["need"] = _need(weighted, registered)
    return raw, dropped


def _from_files(ods: Epraccur, lists: PatientLists, facts: Facts) -> tuple[RawPractices, list[Dropped], dict[str, str]]:
    codes = rows_by_code(facts.ccgs["code"])
    _check_codes(lists, set(codes))
    row_of = rows_by_code(ods.code)
    row = np.array([row_of.get(str(code), -1) for code in lists.code], dtype=np.int64)
    first, last = (lists.first or YEAR[0], lists.last or YEAR[1])
    reasons: list[tuple[str, Marks]] = [
        ("nobody on the list", lists.list_size <= 0),
        ("not of one of the 211 CCGs", ~np.isin(lists.ccg, list(codes))),
        ("not in the ODS file", row < 0),
        ("no GP practice by its ODS prescribing setting", ~ods.is_gp()[row]),
        (f"not open between {first} and {last} by ODS dates", ~ods.is_open(first, last)[row]),
        (f"fewer than {MIN_LIST:.0f} patients", lists.list_size < MIN_LIST),
    ]
    keep = np.ones(len(lists.code), dtype=bool)
    dropped = []
    for reason, falls in reasons:
        out = keep & falls
        dropped.append(Dropped(reason, int(out.sum()), float(lists.list_size[out].sum())))
        keep &= ~falls
    _check_some(keep, lists.path)
    kept = lists.only(keep)
    columns = {"list_size": kept.list_size}
    if kept.ages is not None:
        shares = kept.ages / kept.list_size[:, None]
        columns |= {f"share_{band}": shares[:, k] for k, band in enumerate(AGE_BANDS) if band != "age_5_64"}
    raw = RawPractices(
        kept.code, np.array([codes[str(code)] for code in kept.ccg], dtype=np.int64), columns, staff_told=False
    )
    raw.notes.append(f"practices that were open between {first} and {last} by ODS dates")
    return raw, dropped, _area_teams(kept, facts, raw.notes)


def _check_codes(lists: PatientLists, known: set[str]) -> None:
    """A file of another time has other CCG codes; raises InputError naming them."""
    strange = ~np.isin(lists.ccg, list(known)) & (lists.list_size > 0)
    share = lists.list_size[strange].sum() / max(lists.total(), 1.0)
    if share > STRAY:
        names = np.unique(lists.ccg[strange]).tolist()
        more = f" and {len(names) - 40} more" if len(names) > 40 else ""
        message = (
            f"{len(names)} CCG codes with {share:.1%} of the patients are not of 2014: {', '.join(names[:40])}{more}; "
            "England of 2014 cannot be built from it"
        )
        raise InputError(
            message, file=lists.path, key="CCG codes", allowed=f"the {len(known)} CCG codes of April 2013 to March 2015"
        )


def _area_teams(lists: PatientLists, facts: Facts, notes: list[str]) -> dict[str, str]:
    """Area team of each CCG by the list-size file; empty if it tells none or names others than those of 2014."""
    if lists.area_team is None:
        notes.append("area teams are those of the facts: the file of patients does not tell them")
        return {}
    told = dict(zip(lists.ccg.tolist(), np.char.upper(lists.area_team).tolist(), strict=True))
    strange = sorted(set(told.values()) - set(facts.area_teams["code"].tolist()))
    if strange:
        notes.append(f"area teams are those of the facts: {', '.join(strange)} of {lists.path.name} are not of 2014")
        return {}
    notes.append(f"area teams of {len(told)} CCGs are those of {lists.path.name}")
    return told


def _check_some(keep: Marks, path: Path) -> None:
    if not keep.any():
        raise InputError(
            "no working practice is left", file=path, allowed="at least one working practice with patients"
        )


def _need(weighted: Floats, registered: Floats) -> Floats:
    """Weighted over registered patients; NaN where either is 0 or the ratio cannot be one of needs."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = weighted / registered
    return np.where((registered > 0) & (ratio >= 0.5) & (ratio <= 2.0), ratio, np.nan)


def _joined(raw: RawPractices, codes: npt.NDArray[np.str_], columns: dict[str, Floats]) -> dict[str, Floats]:
    """Columns of another file in the order of the practices; NaN where it does not have a practice."""
    row_of = rows_by_code(codes)
    row = np.array([row_of.get(str(code), -1) for code in raw.code], dtype=np.int64)
    return {name: np.where(row < 0, np.nan, values[row]) for name, values in columns.items()}


def _add_payments(raw: RawPractices, path: str | Path) -> None:
    payments = read_payments(path)
    joined = _joined(raw, payments.code, payments.columns)
    joined["need"] = np.where((joined["need"] >= 0.5) & (joined["need"] <= 2.0), joined["need"], np.nan)
    raw.columns |= joined
    found = int((~np.isnan(joined["pay_total"])).sum())
    raw.notes.append(f"{found} of {len(raw.code)} practices are in {payments.path.name}")


def _add_workforce(raw: RawPractices, path: str | Path) -> None:
    workforce = read_workforce(path)
    joined = _joined(raw, workforce.code, workforce.columns)
    contract = joined.pop("contract")
    raw.columns["contract"] = np.where(np.isnan(raw.get("contract")), contract, raw.get("contract"))
    raw.columns |= joined
    raw.staff_told = True
    raw.notes.append(f"GPs are counted as {workforce.path.name} does: {workforce.gps_counted}")
