"""Mechanisms that a scenario may switch off, so that the part of each in a result can be shown.

`mechanisms.toml` names each one, the parameters that carry it, and their neutral values. Off means that these hold for
the whole run, whatever was drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from pydantic import Field

from sim.errors import InputError
from sim.parameters.records import Number
from sim.toml_files import Block, read_toml, unknown, validated

FILE = Path(__file__).resolve().with_suffix(".toml")


class Mechanism(Block):
    """One mechanism: what it is, and the parameter values at which it has no part in a run."""

    about: str
    neutral: dict[str, Number] = Field(description="full name of a parameter = its value without the mechanism")
    moves: str
    needs: dict[str, str] = Field(default_factory=dict)


@cache
def load() -> dict[str, Mechanism]:
    """All mechanisms by name, in the order of the file. Raises InputError for one that is malformed."""
    found = {}
    for name, table in read_toml(FILE).items():
        try:
            found[name] = validated(Mechanism, table, FILE)
        except InputError as error:
            key = f"{name}.{error.key}" if error.key else name
            raise InputError(error.message, file=FILE, key=key, allowed=error.allowed) from None
    return found


def check_name(name: str, *, key: str | None = None) -> Mechanism:
    """The mechanism of a name. Raises InputError with the nearest name if there is none."""
    mechanisms = load()
    if name not in mechanisms:
        raise unknown("mechanism", name, mechanisms, key=key or name)
    return mechanisms[name]


def switched_off(switches: Mapping[str, bool]) -> list[str]:
    """Names of the mechanisms that are off."""
    return [name for name, on in switches.items() if not on]


def neutral_values(switches: Mapping[str, bool]) -> dict[str, float]:
    """Full name of a parameter to its neutral value, for all that carry a mechanism that is off."""
    return {name: value for off in switched_off(switches) for name, value in check_name(off).neutral.items()}


def refuse_clashes(switches: Mapping[str, bool], changed: Iterable[str], file: Path) -> None:
    """Raises InputError where a lever or constant changes a parameter of a mechanism that is off."""
    named = set(changed)
    for off in switched_off(switches):
        for parameter in check_name(off).neutral:
            if parameter in named:
                raise InputError(
                    f"{off} is off, so that nothing else can change {parameter}",
                    file=file,
                    key=f"mechanisms.{off}",
                    allowed="either the mechanism off, or a lever or constant on its parameter",
                )
