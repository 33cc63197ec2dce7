"""Structural variants: rival readings of why practices end, each a set of parameter settings and ranges."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import Field

from sim import parameters
from sim.errors import InputError
from sim.parameters.records import Number, Pair
from sim.toml_files import Block, read_toml, validated

FILE = Path(__file__).parent / "ensemble" / "variants.toml"


class Variant(Block):
    """One reading. settings: parameter to the value that it has; ranges: parameter to the range it is drawn from."""

    title: str
    why: str
    settings: dict[str, Number] = Field(default_factory=dict)
    ranges: dict[str, Pair] = Field(default_factory=dict)


@cache
def load_variants(file: Path = FILE) -> Mapping[str, Variant]:
    """The variants by name, in the order of the file. Raises InputError for an unknown parameter or a range that is
    upside down."""
    book = parameters.load()
    found = {}
    for name, table in read_toml(file).items():
        if not isinstance(table, dict):
            raise InputError("must be a table", file=file, key=name, allowed="[name] with title and why")
        variant = found[name] = validated(Variant, table, file)
        for parameter in (*variant.settings, *variant.ranges):
            book.check_name(parameter, file=str(file), key=name)
        for parameter, (low, high) in variant.ranges.items():
            if low > high or parameter in variant.settings:
                raise InputError(
                    "needs a range, lowest first, of what is not set", file=file, key=f"{name}.{parameter}"
                )
    if not found:
        raise InputError("holds no variants", file=file)
    return found
