"""What is run: pairs of one parameter draw and one seed, all drawn before any worker starts.

Regimes are compared inside a pair: same parameters, same starting England, same luck. Pair number i of a master seed is
always the same, however many pairs are asked for, so that a study can be extended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError

if TYPE_CHECKING:
    from sim.parameters.plausible_sets import Ensemble

Sampler = Callable[[np.random.Generator], Mapping[str, float]]

DEFAULT_VALUES = -1
"""The number of the draw in which every parameter keeps the value of its record."""

SEED_RANGE = 2**32


@dataclass(frozen=True)
class Pair:
    """One parameter draw and one seed.

    draw: number of the parameter draw, from 0; `DEFAULT_VALUES` where nothing was drawn.
    parameters: full name of a parameter to its drawn value, in the unit of its record; empty where nothing was drawn.
    """

    draw: int
    seed: int
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class Design:
    """All pairs of a study, in order, and the master seed they come from."""

    master_seed: int
    pairs: tuple[Pair, ...]

    def as_json(self) -> dict[str, Any]:
        """A plain table for the manifest: enough for `from_json` to give the same design."""
        names = sorted({name for pair in self.pairs for name in pair.parameters})
        return {
            "master_seed": self.master_seed,
            "draw": [pair.draw for pair in self.pairs],
            "seed": [pair.seed for pair in self.pairs],
            "parameters": {name: [pair.parameters.get(name) for pair in self.pairs] for name in names},
        }

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Design:
        """The design that `as_json` wrote."""
        columns: Mapping[str, list[float | None]] = table["parameters"]
        pairs = []
        for i, (draw, seed) in enumerate(zip(table["draw"], table["seed"], strict=True)):
            values = {name: column[i] for name, column in columns.items()}
            pairs.append(Pair(draw, seed, {name: v for name, v in values.items() if v is not None}))
        return cls(table["master_seed"], tuple(pairs))


def draw_pairs(pairs: int, master_seed: int, sample: Sampler | None = None) -> Design:
    """`pairs` pairs from a master seed.

    sample: draws every uncertain parameter once, given a numpy Generator; None keeps the parameters fixed and draws
    seeds only. The seeds are the same either way. Raises InputError for less than one pair or a negative seed.
    """
    if pairs < 1:
        raise InputError(f"{pairs} is too few", key="--runs", allowed="a whole number from 1")
    check_seed(master_seed)
    drawn = []
    for i in range(pairs):
        generator = np.random.default_rng([master_seed, i])
        seed = int(generator.integers(SEED_RANGE))
        if sample is None:
            drawn.append(Pair(DEFAULT_VALUES, seed, {}))
        else:
            drawn.append(Pair(i, seed, {name: float(value) for name, value in sample(generator).items()}))
    return Design(master_seed, tuple(drawn))


def draw_uncertain(generator: np.random.Generator) -> dict[str, float]:
    """One draw of everything uncertain from its range or prior: parameters by full name, and quantiles (0 to 1) of what
    regimes hold."""
    from sim import parameters
    from sim.regimes import UNCERTAIN

    drawn = parameters.load().sample(generator)
    return {**drawn, **{name: float(generator.uniform()) for name in UNCERTAIN}}


def sampler(population: Path | None = None, *, uninformed: bool = False) -> Sampler:
    """What draws everything uncertain: plausible sets where calibration made some, and ranges for the rest.

    population: a built population, whose sets are those of the published practice table; None for the synthetic
    England. uninformed: ranges and priors alone, as if nothing had been calibrated.
    """
    from sim.parameters.plausible_sets import shipped

    ensemble = None if uninformed else shipped(synthetic=population is None)
    return draw_uncertain if ensemble is None else partial(_draw_plausible, ensemble)


def _draw_plausible(ensemble: Ensemble, generator: np.random.Generator) -> dict[str, float]:
    """One draw of everything uncertain, of which what was calibrated comes from one plausible set."""
    drawn = draw_uncertain(generator)
    return ensemble.into(drawn, int(generator.integers(len(ensemble))))


def single(seed: int) -> Design:
    """One run with this very seed and every parameter at the value of its record."""
    check_seed(seed)
    return Design(seed, (Pair(DEFAULT_VALUES, seed, {}),))


def check_seed(seed: int) -> None:
    """Raises InputError for a seed that is not a whole number from 0 to 2^63 - 1."""
    if not 0 <= seed < 2**63:
        raise InputError(f"{seed} cannot be used", key="--seed", allowed="a whole number from 0 to 2^63 - 1")
