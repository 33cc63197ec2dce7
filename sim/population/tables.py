"""Population: a starting England before it becomes a World, as plain numpy columns by table.

Both makers, the synthetic one and the readers of published files, end in a `Population`; a World knows nothing else.
`columns.py` says what each column means.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.population.columns import REGIONS, TABLES, Column

Array = npt.NDArray[Any]
Table = dict[str, Array]
Marks = npt.NDArray[np.bool_]

_DTYPES = {"float": np.float64, "int": np.int64, "id": np.uint64}
_RECORD = "population.json"


def stable_ids(codes: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Ids of agents known by a code: the first 8 bytes of SHA-256 of each code, as uint64, in order."""
    digests = b"".join(hashlib.sha256(str(code).encode()).digest()[:8] for code in codes)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def derived_ids(parents: Array, kind: Array, seat: Array) -> npt.NDArray[np.uint64]:
    """Ids of agents known by a parent, a kind and a seat (a doctor: practice, role, place in it); uint64, one a row.

    SplitMix64's finaliser, once a key, so that an id depends on these three and on no row number.
    """
    mixed = parents.astype(np.uint64)
    for key in (kind, seat):
        mixed = _mix(mixed + (key.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))
    return mixed


def _mix(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@dataclass
class Population:
    """All tables of a starting England; each a dict from column name to an array, one entry a row.

    `check` raises InputError unless every table has its columns, types, bounds and references. `notes` says in words
    what was imputed and how; `source` where the tables come from.
    """

    practices: Table
    doctors: Table
    ccgs: Table
    area_teams: Table
    trusts: Table
    trust_shares: Table
    source: str
    notes: list[str] = field(default_factory=list)

    def table(self, name: str) -> Table:
        """A table by name: practices, doctors, ccgs, area_teams, trusts or trust_shares."""
        table: Table = getattr(self, name)
        return table

    def rows(self, name: str) -> int:
        """Number of rows of a table."""
        return len(next(iter(self.table(name).values())))

    def check(self, where: str | Path | None = None) -> Population:
        """Returns itself if sound, else raises InputError with the table, the column and what is allowed."""
        for name, columns in TABLES.items():
            _check_table(name, self.table(name), columns, where)
        for name, columns in TABLES.items():
            for key, column in columns.items():
                if column.refers:
                    _check_reference(f"{name}.{key}", self.table(name)[key], self.rows(column.refers), where)
        self._check_sums(where)
        return self

    def _check_sums(self, where: str | Path | None) -> None:
        p = self.practices
        ages = p["age_0_4"] + p["age_5_64"] + p["age_65_74"] + p["age_75_plus"]
        wrong = np.flatnonzero(np.abs(ages - p["list_size"]) > 1e-6 * p["list_size"])
        if len(wrong):
            code = p["code"][wrong[0]]
            raise InputError(f"ages of practice {code} do not sum to list_size", file=where, key="practices")
        for name in ("practices", "doctors"):
            ids = self.table(name)["id"]
            in_order = np.sort(ids)
            if (in_order[1:] == in_order[:-1]).any():
                raise InputError("an id occurs twice", file=where, key=f"{name}.id")
        sums = np.bincount(self.trust_shares["ccg"], self.trust_shares["share"], minlength=self.rows("ccgs"))
        if np.any(np.abs(sums - 1.0) > 1e-9):
            code = self.ccgs["code"][int(np.argmax(np.abs(sums - 1.0)))]
            raise InputError(f"shares of CCG {code} do not sum to 1", file=where, key="trust_shares.share")

    def select(
        self,
        *,
        ccgs: Iterable[str] | None = None,
        regions: Iterable[str] | None = None,
        area_teams: Iterable[str] | None = None,
    ) -> Population:
        """The part of England made of all CCGs named by code, by region name or by area team code (their union).

        Area teams and trusts that serve none of them are left out; every row reference is renumbered, ids stay.
        Raises InputError for a code or name that does not exist.
        """
        return self.part(chosen_ccgs(self.ccgs, self.area_teams, ccgs=ccgs, regions=regions, area_teams=area_teams))

    def part(self, keep: Marks) -> Population:
        """What `select` gives, for CCGs that are marked, (CCGs,)."""
        kept = {"ccgs": keep}
        kept["area_teams"] = _mask(self.ccgs["area_team"][keep], self.rows("area_teams"))
        kept["practices"] = keep[self.practices["ccg"]]
        kept["doctors"] = kept["practices"][self.doctors["practice"]]
        kept["trust_shares"] = keep[self.trust_shares["ccg"]]
        kept["trusts"] = _mask(self.trust_shares["trust"][kept["trust_shares"]], self.rows("trusts"))
        tables = {name: self._subset(name, kept) for name in TABLES}
        note = f"{int(keep.sum())} of {len(keep)} CCGs selected"
        return Population(**tables, source=self.source, notes=[*self.notes, note])

    def _subset(self, name: str, kept: dict[str, Marks]) -> Table:
        rows = kept[name]
        part = {key: values[rows] for key, values in self.table(name).items()}
        for key, column in TABLES[name].items():
            if column.refers:
                part[key] = (np.cumsum(kept[column.refers]) - 1)[part[key]]
        return part

    def save(self, folder: str | Path) -> None:
        """Writes one parquet file a table and a small record, under a temporary name that is then renamed.

        Raises InputError if the folder exists and is not empty.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.check()
        target = Path(folder)
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise InputError("holds files already", file=target, allowed="a new or empty folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            for name in TABLES:
                arrays = {
                    key: pa.array(values.tolist() if values.dtype.kind in "OUS" else values)
                    for key, values in self.table(name).items()
                }
                pq.write_table(pa.table(arrays), made / f"{name}.parquet")
            record = {"source": self.source, "notes": self.notes, "rows": {name: self.rows(name) for name in TABLES}}
            (made / _RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
            for path in made.iterdir():
                with path.open("rb") as written:
                    os.fsync(written.fileno())
            made.chmod(0o755)
            if target.exists():
                target.rmdir()
            os.replace(made, target)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise

    @classmethod
    def load(cls, folder: str | Path) -> Population:
        """Reads and checks what `save` wrote; raises InputError if a file is missing, unreadable or unsound."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        where = Path(folder)
        for name in (_RECORD, *(f"{name}.parquet" for name in TABLES)):
            if not (where / name).is_file():
                raise InputError(
                    f"is not a population: {name} is missing",
                    file=where,
                    allowed="a folder made by `commissim population build`",
                )
        try:
            record = json.loads((where / _RECORD).read_text(encoding="utf-8"))
            raw = {name: pq.read_table(where / f"{name}.parquet") for name in TABLES}
            source, notes = str(record["source"]), [str(note) for note in record["notes"]]
        except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise InputError(f"cannot be read: {error}", file=where) from error
        tables = {
            name: {key: _as_array(table.column(key), TABLES[name].get(key)) for key in table.column_names}
            for name, table in raw.items()
        }
        return cls(**tables, source=source, notes=notes).check(where)


def chosen_ccgs(
    table: Table,
    teams: Table,
    *,
    ccgs: Iterable[str] | None = None,
    regions: Iterable[str] | None = None,
    area_teams: Iterable[str] | None = None,
) -> Marks:
    """Marks the CCGs of a ccgs table that `Population.select` keeps; `teams` is the area_teams table beside it."""
    keep = _named("ccgs", ccgs, table["code"])
    keep |= _named("regions", regions, np.array(REGIONS))[table["region"]]
    keep |= _named("area_teams", area_teams, teams["code"])[table["area_team"]]
    if not keep.any():
        raise InputError("selects no CCG", key="ccgs, regions or area_teams", allowed="at least one")
    return keep


def _as_array(column: Any, spec: Column | None) -> Array:
    if spec is not None and spec.kind == "text":
        return np.array(column.to_pylist(), dtype=str)
    return np.array(column.to_numpy())


def _check_table(name: str, table: Table, columns: dict[str, Column], where: str | Path | None) -> None:
    for key in table:
        if key not in columns:
            raise InputError("unknown column", file=where, key=f"{name}.{key}", allowed=columns)
    lengths = {key: len(values) for key, values in table.items()}
    for key, column in columns.items():
        if key not in table:
            raise InputError("column is missing", file=where, key=f"{name}.{key}", allowed=columns)
        if lengths[key] != max(lengths.values()) or table[key].ndim != 1:
            raise InputError("column is not as long as the others", file=where, key=f"{name}.{key}")
        _check_values(f"{name}.{key}", table[key], column, where)


def _check_values(key: str, values: Array, column: Column, where: str | Path | None) -> None:
    if column.kind == "text":
        if values.dtype.kind != "U" or (values == "").any():
            raise InputError("must be text, never empty", file=where, key=key)
        return
    if values.dtype != _DTYPES[column.kind]:
        raise InputError(f"has type {values.dtype}", file=where, key=key, allowed=np.dtype(_DTYPES[column.kind]).name)
    if column.kind == "id":
        return
    if not len(values) or (values.min() >= column.low and values.max() <= column.high):
        return  # no value is NaN, for then both of these would be
    wrong = np.flatnonzero(~((values >= column.low) & (values <= column.high) & np.isfinite(values)))
    if len(wrong):
        raise InputError(
            f"row {wrong[0]} is {values[wrong[0]]}",
            file=where,
            key=key,
            allowed=f"{column.low:g} to {column.high:g}, {column.unit}",
        )


def _check_reference(key: str, rows: Array, count: int, where: str | Path | None) -> None:
    if len(rows) and rows.max() >= count:
        raise InputError(f"refers to row {rows.max()} of {count}", file=where, key=key)


def _named(key: str, wanted: Iterable[str] | None, known: Array) -> Marks:
    names = [] if wanted is None else [wanted] if isinstance(wanted, str) else list(wanted)
    for name in names:
        if name not in known:
            raise InputError(f"{name!r} is not in this population", key=key, allowed=[str(k) for k in known])
    return np.isin(known, names)


def _mask(rows: Array, count: int) -> Marks:
    mask = np.zeros(count, dtype=bool)
    mask[rows] = True
    return mask
