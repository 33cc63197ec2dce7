"""The space that is searched: every uncertain parameter, from a unit cube to its value.

A point u in [0, 1]^D stands for the quantiles of all uncertain parameters, so that the prior is even in the cube. A
structural variant sets some parameters and draws others from ranges of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim import parameters
from sim.parameters.records import Record
from sim.parameters.variants import Variant, load_variants
from sim.regimes.regime import UNCERTAIN

Floats = NDArray[np.float64]


def quantile(record: Record, u: Floats) -> Floats:
    """Values of a parameter at quantiles `u` of its prior, held to its range as `Record.draw` holds them."""
    prior, (low, high) = record.prior, record.bounds
    if prior is None:
        return low + (high - low) * u
    if prior.normal:
        values = stats.norm.ppf(u, *prior.normal)
    elif prior.lognormal:
        values = stats.lognorm.ppf(u, prior.lognormal[1], scale=prior.lognormal[0])
    elif prior.beta:
        values = stats.beta.ppf(u, *prior.beta)
    else:
        values = prior.support[0] + (prior.support[1] - prior.support[0]) * u
    return np.asarray(np.clip(values, low, high))


@dataclass(frozen=True)
class Space:
    """names: uncertain parameters, then quantities that regimes hold as quantiles, in a fixed order: columns of u."""

    names: tuple[str, ...]
    variants: Mapping[str, Variant]

    @classmethod
    def of_model(cls, variants: Mapping[str, Variant] | None = None) -> Space:
        """Everything that varies by default."""
        varying = [name for name, record in parameters.load().records.items() if record.varies]
        return cls((*varying, *UNCERTAIN), load_variants() if variants is None else variants)

    @property
    def touched(self) -> list[str]:
        """Parameters that some variant sets or draws from a range of its own, in the order of `names`."""
        by_variant = {name for v in self.variants.values() for name in (*v.settings, *v.ranges)}
        return [name for name in self.names if name in by_variant]

    def values(self, u: Floats, variant: Sequence[str], names: Iterable[str] | None = None) -> Floats:
        """Values at points of the cube. u: (n, columns of `names`); variant: (n,) names. The same shape comes back.

        names: columns of u, all of the space for None.
        """
        chosen = list(self.names if names is None else names)
        records = parameters.load().records
        columns = [quantile(records[n], u[:, k]) if n in records else u[:, k] for k, n in enumerate(chosen)]
        out = np.column_stack(columns) if columns else np.empty((len(u), 0))
        of = np.asarray(variant)
        for name, reading in self.variants.items():
            rows = np.flatnonzero(of == name)
            if len(rows) == 0:
                continue
            for k, parameter in enumerate(chosen):
                if parameter in reading.settings:
                    out[rows, k] = reading.settings[parameter]
                elif parameter in reading.ranges:
                    low, high = reading.ranges[parameter]
                    out[rows, k] = low + (high - low) * u[rows, k]
        return out

    def draws(self, values: Floats, variant: Sequence[str]) -> list[dict[str, float]]:
        """Values (n, all names) as what a run takes; settings of parameters that do not vary come with them."""
        return [
            {**self.variants[name].settings, **dict(zip(self.names, row, strict=True))}
            for name, row in zip(variant, values.tolist(), strict=True)
        ]

    def scale(self, names: Sequence[str]) -> tuple[Floats, Floats]:
        """(middle, half width) of each parameter over the 5th to 95th percentile of its prior, for emulators."""
        records = parameters.load().records
        ends = np.array([0.05, 0.5, 0.95])
        found = np.array([quantile(records[n], ends) if n in records else ends for n in names]).reshape(-1, 3)
        width = (found[:, 2] - found[:, 0]) / 2.0
        return found[:, 1], np.where(width > 0.0, width, 1.0)
