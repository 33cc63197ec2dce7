"""The ensemble of plausible sets: what calibration left of the uncertain parameters, and how to draw from it.

`ensemble/<England>/` holds `sets.csv` (a row a set: its structural variant, then the parameters that were calibrated)
and `manifest.json` (how it was made, and how much each parameter was narrowed). `commissim calibrate` writes both.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sim import parameters
from sim.errors import InputError
from sim.parameters.variants import load_variants

FOLDER = Path(__file__).parent / "ensemble"
SETS, MANIFEST = "sets.csv", "manifest.json"
SYNTHETIC, REAL = "synthetic", "england_2014"
"""Ensembles that come with the program: of the synthetic England, and of the published practice table of 2014-15."""
VARIANT = "variant"


@dataclass(frozen=True)
class Ensemble:
    """names: calibrated parameters. variants: of each set; rows: its values, in the order of `names`."""

    names: tuple[str, ...]
    variants: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    manifest: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def narrowed(self) -> tuple[str, ...]:
        """Parameters that calibration informed."""
        return tuple(name for name, told in self.manifest["narrowing"].items() if told["narrowed"])

    def narrowing_text(self, name: str) -> str:
        """What calibration left of a parameter, in a line."""
        told = self.manifest["narrowing"][name]
        low, middle, high = told["after"]
        informed = "informed" if told["narrowed"] else "hardly informed"
        spread = f"{-told['by']:+.0%}"
        return f"calibrated: {low:.4g} to {high:.4g}, median {middle:.4g}; spread {spread} ({informed} by data)"

    def into(self, drawn: Mapping[str, float], row: int) -> dict[str, float]:
        """A draw of everything in which the parameters of set number `row` have the values of that set."""
        settings = load_variants()[self.variants[row]].settings
        return {**drawn, **settings, **dict(zip(self.names, self.rows[row], strict=True))}


@cache
def load_ensemble(folder: Path = FOLDER / SYNTHETIC) -> Ensemble:
    """The sets of a folder. Raises InputError for a file that is missing or malformed, or names what does not exist."""
    path = folder / SETS
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            header, *lines = list(csv.reader(stream))
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError("no such file; `commissim calibrate` writes it", file=error.filename) from None
    except ValueError as error:
        raise InputError(f"cannot be read: {error}", file=path) from None
    if not lines or header[:1] != [VARIANT]:
        raise InputError(f"needs a first column {VARIANT!r} and a row a set", file=path)
    for name in header[1:]:
        parameters.load().check_name(name, file=str(path), key="first line")
    try:
        rows = tuple(tuple(float(value) for value in line[1:]) for line in lines)
    except ValueError as error:
        raise InputError(f"holds what is no number: {error}", file=path) from None
    for number, (line, row) in enumerate(zip(lines, rows, strict=True), start=2):
        if len(row) != len(header) - 1 or line[0] not in load_variants():
            raise InputError("is no set", file=path, key=f"line {number}", allowed=", ".join(load_variants()))
    return Ensemble(tuple(header[1:]), tuple(line[0] for line in lines), rows, manifest)


def shipped(synthetic: bool) -> Ensemble | None:
    """The ensemble of an England that comes with the program, or None where none was made."""
    folder = FOLDER / (SYNTHETIC if synthetic else REAL)
    return load_ensemble(folder) if (folder / SETS).exists() else None
