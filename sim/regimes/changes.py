"""What a regime file changes against the file that it extends, value by value, and on what source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sim.regimes import Regime, load_regime
from sim.regimes.blocks import Uncertain
from sim.regimes.file import PLAIN_KEYS, RegimeFile
from sim.toml_files import Block, read_toml

WORDS = ("title", "why", "extends", "sources", "powers", "before", "menu")
"""Parts of a file that are not values of the table."""
SAYINGS = ("status", "source")
"""Keys of a block that speak of its values."""
ABSENT = "none"

Key = tuple[str, ...]


class Change(NamedTuple):
    """One value that differs: its name, what it was, what it is, and why."""

    name: str
    was: str
    now: str
    reason: str


def changes(regime: Regime) -> list[Change]:
    """All values in which a regime differs from its parent, in the order of the file's blocks; none without one."""
    parent = parent_of(regime)
    if parent is None:
        return []
    was, now = dict(values(parent.table)), dict(values(regime.table))
    return [
        Change(".".join(key), was.get(key, ABSENT), value, reason(regime.table, key))
        for key, value in now.items()
        if was.get(key, ABSENT) != value
    ]


def parent_of(regime: Regime) -> Regime | None:
    """The regime that a file extends."""
    name = read_toml(regime.file).get("extends")
    if not isinstance(name, str):
        return None
    beside = regime.file.parent / name
    return load_regime(beside if beside.exists() else Path(name).stem)


def values(table: RegimeFile) -> Iterator[tuple[Key, str]]:
    """Every value of a table by its name, as text; a row of functions is one value, and so is an uncertain number."""
    for name, block in table:
        if name not in WORDS:
            yield from _leaves(block, (name,))


def _leaves(value: object, key: Key) -> Iterator[tuple[Key, str]]:
    row = key[0] == "functions" and len(key) == 2
    if isinstance(value, Block) and not isinstance(value, Uncertain):
        value = {name: inner for name, inner in value if name not in SAYINGS}
    if isinstance(value, dict) and not row:
        for name, inner in value.items():
            yield from _leaves(inner, (*key, name))
    else:
        yield key, _text(value)


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{body} {role}" for body, role in value.items()) or "nobody"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def reason(table: RegimeFile, key: Key) -> str:
    """What a file says about one of its values."""
    if key[0] == "functions":
        return table.sources.get(key[1], "no source")
    if key[0] in PLAIN_KEYS:
        return table.sources.get(key[0], "no source")
    block = table.committee[key[1]] if key[0] == "committee" else getattr(table, key[0])
    return str(block.source) or "no source"
