"""What is run: pairs of one parameter draw and one seed, all drawn before any worker starts.

Regimes and scenarios are compared inside a pair: same parameters, same starting England, same luck. A design holds its
pairs as columns, so that ten thousand draws of hundreds of parameters are one array; `sim.study.plan` says how they are
drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.study.records import DEFAULT_VALUES, Chunk, Floats, Pair

if TYPE_CHECKING:
    from sim.parameters.plausible_sets import Ensemble

Integers = npt.NDArray[np.int64]
Sampler = Callable[[np.random.Generator], Mapping[str, float]]

SEED_RANGE = 2**32


@dataclass(frozen=True, eq=False)
class Design:
    """All pairs of a study, in order, and the master seed they come from.

    draw, seed: (pairs,). names: parameters that some pair draws. values: (pairs, names), NaN where a pair does not.
    """

    master_seed: int
    names: tuple[str, ...]
    draw: Integers
    seed: Integers
    values: Floats

    def __len__(self) -> int:
        return len(self.draw)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Design)
            and (self.master_seed, self.names) == (other.master_seed, other.names)
            and all(np.array_equal(getattr(self, name), getattr(other, name)) for name in ("draw", "seed"))
            and np.array_equal(self.values, other.values, equal_nan=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def pair(self, index: int) -> Pair:
        """One pair, by its number."""
        row = self.values[index].tolist()
        drawn = {name: value for name, value in zip(self.names, row, strict=True) if value == value}
        return Pair(int(self.draw[index]), int(self.seed[index]), drawn)

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs at once."""
        return tuple(self.pair(i) for i in range(len(self)))

    def first(self, pairs: int) -> Design:
        """The first pairs alone."""
        return Design(self.master_seed, self.names, self.draw[:pairs], self.seed[:pairs], self.values[:pairs])

    def joined(self, more: Design) -> Design:
        """This design with the pairs of another one after its own."""
        names = tuple(dict.fromkeys([*self.names, *more.names]))
        return Design(
            self.master_seed,
            names,
            np.concatenate([self.draw, more.draw]),
            np.concatenate([self.seed, more.seed]),
            np.concatenate([_aligned(self, names), _aligned(more, names)]),
        )

    def chunks(self, size: int, first: int = 0) -> Iterator[Chunk]:
        """The pairs from number `first` on in chunks of `size`, made one at a time."""
        for part, begin in enumerate(range(first, len(self), size)):
            yield Chunk(part, begin, tuple(self.pair(i) for i in range(begin, min(begin + size, len(self)))))


def _aligned(design: Design, names: Sequence[str]) -> Floats:
    values = np.full((len(design), len(names)), np.nan)
    values[:, [names.index(name) for name in design.names]] = design.values
    return values


def design_of(pairs: Sequence[Pair], master_seed: int) -> Design:
    """A design from its pairs."""
    names = tuple(dict.fromkeys(name for pair in pairs for name in pair.parameters))
    values = np.array([[pair.parameters.get(name, np.nan) for name in names] for pair in pairs], dtype=np.float64)
    return Design(
        master_seed,
        names,
        np.array([pair.draw for pair in pairs], dtype=np.int64),
        np.array([pair.seed for pair in pairs], dtype=np.int64),
        values.reshape(len(pairs), len(names)),
    )


def draw_pairs(pairs: int, master_seed: int, sample: Sampler | None = None, *, first: int = 0) -> Design:
    """`pairs` pairs from a master seed. Pair number i is always the same, however many pairs are asked for.

    sample: draws every uncertain parameter once, given a numpy Generator; None keeps the parameters fixed and draws
    seeds only. The seeds are the same either way. first: number of the first pair, to extend an earlier design.
    Raises InputError for less than one pair or a negative seed.
    """
    if pairs < 1:
        raise InputError(f"{pairs} is too few", key="--runs", allowed="a whole number from 1")
    check_seed(master_seed)
    drawn = []
    for i in range(first, first + pairs):
        generator = np.random.default_rng([master_seed, i])
        seed = int(generator.integers(SEED_RANGE))
        if sample is None:
            drawn.append(Pair(DEFAULT_VALUES, seed, {}))
        else:
            drawn.append(Pair(i, seed, {name: float(value) for name, value in sample(generator).items()}))
    return design_of(drawn, master_seed)


def seed_of(master_seed: int, group: int, which: int = 0) -> int:
    """Seed number `which` of a group of rows that share their seeds; the first is that of `draw_pairs`."""
    key: list[Any] = [master_seed, group] + ([which] if which else [])
    return int(np.random.default_rng(key).integers(SEED_RANGE))


def draw_uncertain(generator: np.random.Generator) -> dict[str, float]:
    """One draw of everything uncertain from its range or prior: parameters by full name, and quantiles (0 to 1) of what
    regimes hold."""
    from sim import parameters
    from sim.regimes import UNCERTAIN

    drawn = parameters.load().sample(generator)
    return {**drawn, **{name: float(generator.uniform()) for name in UNCERTAIN}}


def plausible_sampler(synthetic: bool = True) -> Sampler:
    """What draws everything uncertain: plausible sets where calibration made some, and ranges for the rest.

    synthetic: those of the synthetic England, else those of the published practice table.
    """
    from sim.parameters.plausible_sets import shipped

    ensemble = shipped(synthetic)
    return draw_uncertain if ensemble is None else partial(_draw_plausible, ensemble)


def _draw_plausible(ensemble: Ensemble, generator: np.random.Generator) -> dict[str, float]:
    """One draw of everything uncertain, of which what was calibrated comes from one plausible set."""
    drawn = draw_uncertain(generator)
    return ensemble.into(drawn, int(generator.integers(len(ensemble))))


def single(seed: int) -> Design:
    """One run with this very seed and every parameter at the value of its record."""
    check_seed(seed)
    return design_of([Pair(DEFAULT_VALUES, seed, {})], seed)


def check_seed(seed: int) -> None:
    """Raises InputError for a seed that is not a whole number from 0 to 2^63 - 1."""
    if not 0 <= seed < 2**63:
        raise InputError(f"{seed} cannot be used", key="--seed", allowed="a whole number from 0 to 2^63 - 1")
