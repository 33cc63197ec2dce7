"""Reading TOML files that people write: `extends`, unknown keys with the nearest valid name, errors of one line.

A file may extend another of its kind. Tables are merged key by key, everything else is replaced, except the lists that
the caller names, which are joined. A chain that comes back to itself is refused.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from sim.errors import InputError

Table = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "scenarios"
"""Folder of the scenarios that come with the program; its folder `regimes` holds the regimes."""

LONGEST_LIST = 30
"""Names that an error gives in full."""
PRINTED = ("parameter", "mechanism", "outcome")
"""Names that `commissim describe` prints."""
EXPECTED = {
    "model_type": "a table",
    "dict_type": "a table",
    "tuple_type": "a list in brackets",
    "string_type": "a text in quotes",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
}
"""What to write, by the kind of fault that pydantic finds."""


class RefusedError(InputError, ValueError):
    """An InputError raised while a block is checked; `validated` adds the file and the key of the block."""


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that looks most like `name`, or None if none does."""
    names = {a.lower(): a for a in allowed}
    found = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    return names[found[0]] if found else None


def unknown(
    what: str, name: str, allowed: Iterable[str], *, file: str | Path | None = None, key: str | None = None
) -> RefusedError:
    """The error for a name that does not exist: it gives the nearest one, and all of them where they are few, or else
    the command that prints them."""
    names = list(allowed)
    guess = nearest(name, names)
    hint = f"; did you mean {guess!r}?" if guess else ""
    printed = f"what `commissim describe {what}s` prints" if what in PRINTED else None
    shown = names if len(names) <= LONGEST_LIST else printed
    return RefusedError(f"unknown {what} {name!r}{hint}", file=file, key=key, allowed=shown)


def read_toml(path: Path) -> Table:
    """The content of one TOML file. Raises InputError if it is missing, unreadable or not TOML (with the line)."""
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError:
        names = sorted(p.name for p in path.parent.glob("*.toml"))
        guess = nearest(path.name, names)
        raise InputError(f"no such file{f'; did you mean {guess!r}?' if guess else ''}", file=path) from None
    except IsADirectoryError:
        raise InputError("is a folder, not a TOML file", file=path) from None
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 text (byte {error.start})", file=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"is not valid TOML: {error}", file=path) from None


def find(name: str | Path, folders: Sequence[Path], what: str) -> Path:
    """The file a user means by a path, or by the bare stem of a file in one of `folders`.

    Raises InputError with the nearest stem if there is none.
    """
    path = Path(name)
    if path.is_file():
        return path.resolve()
    file = path if path.suffix == ".toml" else path.with_name(path.name + ".toml")
    for folder in folders:
        if (folder / file).is_file():
            return (folder / file).resolve()
    stems = sorted({p.stem for folder in folders for p in folder.glob("*.toml")})
    if path.suffix or path.parent != Path("."):
        guess = nearest(path.stem, stems)
        raise InputError(f"no such {what} file{f'; did you mean {guess!r}?' if guess else ''}", file=name)
    raise unknown(what, str(name), stems)


def merge(parent: Mapping[str, Any], child: Mapping[str, Any], whole: Sequence[str], joined: Sequence[str]) -> Table:
    """`parent` overridden by `child`: tables merged key by key.

    whole: keys of tables whose entries are replaced entire (`functions`: a row of cells is one thing).
    joined: keys of lists that are joined, the parent's first (`lever`).
    """
    merged = dict(parent)
    for key, value in child.items():
        old = merged.get(key)
        if key in joined and isinstance(old, list) and isinstance(value, list):
            merged[key] = old + value
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[key] = {**old, **value} if key in whole else merge(old, value, whole, ())
        else:
            merged[key] = value
    return merged


def read_extended(
    path: Path,
    folders: Sequence[Path],
    what: str,
    *,
    whole: Sequence[str] = (),
    joined: Sequence[str] = (),
    anchor: Callable[[Table, Path], None] | None = None,
) -> Table:
    """A file merged over all that it extends, without the key `extends`.

    folders: where bare stems are looked up, after the folder of the file itself.
    anchor: called with each file's own table and its path, before merging; it makes the names of other files absolute,
        so that a child in another folder inherits the same file.
    Raises InputError for a cycle, naming it.
    """
    chain: list[Path] = []
    layers: list[Table] = []
    current: Path | None = path.resolve()
    while current is not None:
        if current in chain:
            names = " -> ".join(p.name for p in [*chain[chain.index(current) :], current])
            raise InputError(f"extends itself: {names}", file=path, key="extends")
        chain.append(current)
        table = read_toml(current)
        parent = table.pop("extends", None)
        if parent is not None and not isinstance(parent, str):
            raise InputError("must be the name of one file, in quotes", file=current, key="extends")
        if anchor is not None:
            anchor(table, current)
        layers.append(table)
        current = named_in(current, "extends", parent, folders, what) if parent is not None else None
    merged: Table = {}
    for table in reversed(layers):
        merged = merge(merged, table, whole, joined)
    return merged


def named_in(file: Path, key: str, name: str, folders: Sequence[Path], what: str) -> Path:
    """The file that `file` names under `key`: beside it first, even before the folder where the program was started."""
    beside = file.parent / name
    for path in (beside, beside.with_name(beside.name + ".toml")):
        if path.is_file():
            return path.resolve()
    try:
        return find(name, [file.parent, *folders], what)
    except InputError as error:
        raise InputError(f"{name!r}: {error.message}", file=file, key=key, allowed=error.allowed) from None


class Block(BaseModel):
    """A table of a file that people write: frozen, and an unknown key is refused with the nearest valid one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: object) -> object:
        if isinstance(data, dict):
            allowed = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in allowed:
                    context = {"name": str(key), "allowed": "\n".join(allowed)}
                    raise PydanticCustomError("unknown_key", "unknown key '{name}'", context)
        return data


def validated(model: type[Model], table: Mapping[str, Any], file: Path | None) -> Model:
    """`table` as a `model`. Raises InputError for the first fault: file, key, and what is allowed."""
    try:
        return model.model_validate(dict(table))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise _in_one_line(faults[0], file) from None


def _in_one_line(fault: Any, file: Path | None) -> InputError:
    context = fault.get("ctx", {})
    key = ".".join(str(part) for part in fault["loc"]) or None
    if fault["type"] == "unknown_key":
        whole_key = f"{key}.{context['name']}" if key else context["name"]
        return unknown("key", context["name"], context["allowed"].split("\n"), file=file, key=whole_key)
    if fault["type"] == "missing":
        return InputError("is missing", file=file, key=key)
    message, allowed = str(fault["msg"]), None
    if fault["type"] == "literal_error":
        message, allowed = f"{fault['input']!r} is not one of the allowed values", context["expected"]
    elif fault["type"] == "value_error":
        cause = context.get("error")
        if isinstance(cause, InputError):
            whole_key = ".".join(part for part in (key, cause.key) if part)
            return InputError(cause.message, file=file, key=whole_key, allowed=cause.allowed)
        message = str(cause)
    elif fault["type"] in EXPECTED:
        message = f"should be {EXPECTED[fault['type']]}, not {fault['input']!r}"
    elif not isinstance(fault["input"], (dict, list)):
        message = f"{message[0].lower()}{message[1:].replace('Input', 'the value')}, not {fault['input']!r}"
        message = message.removeprefix("input ")
    return InputError(message, file=file, key=key, allowed=allowed)
