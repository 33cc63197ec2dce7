"""The parameters: every number that the model uses, with its unit, range, status and source.

`load()` reads all `*.toml` files of this folder once. A room declares the parameters it needs as a NamedTuple of floats
whose name in snake case is a group (`Leaving` is `[leaving.…]`), and asks a year's `Params` for it:

    timeline = load().resolve(levers=(), start_year=2014, years=10)
    timeline.year(2016).of(Leaving).per_burnout
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.parameters.book import ParameterBook, Params, Timeline
from sim.parameters.levers import Lever, Ramp, Step
from sim.parameters.records import FIRST_YEAR, Draws, Prior, Record, faults
from sim.toml_files import read_toml, validated

__all__ = [
    "FIRST_YEAR",
    "Draws",
    "Lever",
    "ParameterBook",
    "Params",
    "Prior",
    "Ramp",
    "Record",
    "Step",
    "Timeline",
    "lint",
    "load",
    "read",
]

FOLDER = Path(__file__).resolve().parent


@cache
def load() -> ParameterBook:
    """The parameters that come with the program; read once a process. Raises InputError for a malformed record."""
    return read(sorted(FOLDER.glob("*.toml")))


def read(files: Iterable[Path]) -> ParameterBook:
    """The parameters of some files. Raises InputError for a malformed record or a group that two files define."""
    records: dict[str, Record] = {}
    homes: dict[str, Path] = {}
    for file in files:
        for group, table in read_toml(file).items():
            if group in homes:
                raise InputError(f"the group is already defined in {homes[group].name}", file=file, key=group)
            homes[group] = file
            for name, entry in _entries(table, group, file):
                records[f"{group}.{name}"] = _record(entry, f"{group}.{name}", file)
    return ParameterBook(records)


def _entries(table: Any, group: str, file: Path) -> list[tuple[str, Mapping[str, Any]]]:
    if not isinstance(table, dict) or not all(isinstance(entry, dict) for entry in table.values()):
        raise InputError("must be a group of records", file=file, key=group, allowed="[group.name] tables")
    for name in (group, *table):
        if not name.isidentifier():
            raise InputError(f"{name!r} is not a name", file=file, key=group, allowed="letters, digits and _")
    return list(table.items())


def _record(entry: Mapping[str, Any], full_name: str, file: Path) -> Record:
    try:
        return validated(Record, entry, file)
    except InputError as error:
        key = f"{full_name}.{error.key}" if error.key else full_name
        raise InputError(error.message, file=file, key=key, allowed=error.allowed) from None


def lint(files: Iterable[Path] | None = None) -> list[str]:
    """Everything wrong with the records, one line each: `file: group.name: fault`; an empty list if all is well.

    Records that cannot be read at all are reported too, so that one bad file does not hide the next.
    """
    found: list[str] = []
    homes: dict[str, Path] = {}
    for file in sorted(FOLDER.glob("*.toml")) if files is None else files:
        try:
            groups = read_toml(file)
        except InputError as error:
            found.append(str(error))
            continue
        for group, table in groups.items():
            if group in homes:
                found.append(f"{file.name}: {group}: already defined in {homes[group].name}")
            homes.setdefault(group, file)
            found += _faults_of_group(group, table, file)
    return found


def _faults_of_group(group: str, table: Any, file: Path) -> list[str]:
    found = []
    try:
        entries = _entries(table, group, file)
    except InputError as error:
        return [str(error)]
    for name, entry in entries:
        try:
            record = _record(entry, f"{group}.{name}", file)
        except InputError as error:
            found.append(str(error))
        else:
            found += [f"{file.name}: {group}.{name}: {fault}" for fault in faults(record)]
    return found
