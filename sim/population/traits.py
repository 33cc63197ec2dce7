"""Records of what is drawn for each doctor: `traits.toml`, read once and checked for unit, distribution and source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

Floats = npt.NDArray[np.float64]

FILE = Path(__file__).resolve().parent / "traits.toml"
STATUSES = ("measured", "estimated", "assumed")
_FIELDS = ("label", "unit", "distribution", "status", "source")
_PARTS = {"value": ("value",), "chance": ("chance",), "beta": ("beta",), "lognormal": ("lognormal",),
          "bands": ("bands", "heads")}  # fmt: skip
CELLS = 1024
_GRID = np.linspace(0.0, 1.0, CELLS + 1)


@dataclass(frozen=True)
class Trait:
    """One record: a number, a chance or a distribution, with its unit, status and source."""

    name: str
    label: str
    unit: str
    distribution: dict[str, Any]
    status: str
    source: str

    @property
    def number(self) -> float:
        """The number of a record of kind `value` or `chance`."""
        return float(self.distribution["value" if "value" in self.distribution else "chance"])

    def at(self, ranks: Floats) -> Floats:
        """Values at ranks from 0 to 1, any shape: the inverse of the distribution (not for lognormal)."""
        levels, values = _quantiles(self.name)
        if levels is not _GRID:
            return np.asarray(np.interp(ranks, levels, values))
        # The same as np.interp, which would search for the cell that is known here.
        cell = np.minimum((ranks * CELLS).astype(np.int64), CELLS - 1)
        slopes = (values[1:] - values[:-1]) / (levels[1:] - levels[:-1])
        return np.asarray(slopes[cell] * (ranks - levels[cell]) + values[cell])

    def from_normal(self, z: Floats) -> Floats:
        """Values of a lognormal record for standard normal draws, any shape."""
        median, sigma = self.distribution["lognormal"]
        return np.asarray(median * np.exp(sigma * z))


@lru_cache(maxsize=1)
def traits() -> dict[str, Trait]:
    """All records by name `group.name`; raises ValueError for one without unit, distribution, status or source."""
    found = {}
    for group, records in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        for key, record in records.items():
            name = f"{group}.{key}"
            if sorted(record) != sorted(_FIELDS) or not all(record.values()):
                raise ValueError(f"{FILE.name}: {name}: needs {', '.join(_FIELDS)}")
            if tuple(record["distribution"]) not in _PARTS.values() or record["status"] not in STATUSES:
                raise ValueError(f"{FILE.name}: {name}: unknown distribution or status")
            if (record["status"] == "assumed") != record["source"].startswith("judgement:"):
                raise ValueError(f"{FILE.name}: {name}: an assumed source, and only that, begins `judgement:`")
            found[name] = Trait(name, **record)
    return found


def number(name: str) -> float:
    """The number of a record of kind `value` or `chance`."""
    return traits()[name].number


@lru_cache(maxsize=64)
def _quantiles(name: str) -> tuple[Floats, Floats]:
    """Levels and values between which a distribution is taken as straight."""
    distribution = traits()[name].distribution
    if "bands" in distribution:
        heads = np.cumsum([0.0, *distribution["heads"]])
        return heads / heads[-1], np.array(distribution["bands"], dtype=np.float64)
    mean, concentration = distribution["beta"]
    return _GRID, np.asarray(betaincinv(mean * concentration, (1.0 - mean) * concentration, _GRID))
