"""Which sets of parameters are not ruled out: implausibility, and a walk among sets that stay below a cut.

The implausibility of a set is the root of a weighted mean over targets of z squared, z being the distance of the
emulated target from the middle of its range over the root of (tolerance squared + what the emulator misses squared).
Beyond z = 3 the square goes on as a line, so that one target that no set can reach does not decide alone. A range is
taken to hold 90% of what the sources leave open: the tolerance is half its width over 1.645.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calibration.emulator import Emulator
from sim.analysis.calibration.space import Space
from sim.analysis.targets import Target

Floats = NDArray[np.float64]
SIGMAS = 1.645
FAR = 3.0
STEP = 0.22
MOVED = 5
"""A proposal moves about this many parameters by a normal of sd `STEP` in the unit cube, reflected at its walls."""


@dataclass(frozen=True)
class Judge:
    """What sets are held against. names: of targets; middle, tolerance, weight: (targets,), weights summing to 1;
    headline: (targets,) which are headline ones. In a trial each set may have a middle of its own, (n, targets)."""

    names: tuple[str, ...]
    middle: Floats
    tolerance: Floats
    weight: Floats
    headline: NDArray[np.bool_]

    @classmethod
    def of(cls, targets: Sequence[Target]) -> Judge:
        """Of targets that have a width."""
        weight = np.array([target.weight for target in targets])
        return cls(
            tuple(target.name for target in targets),
            np.array([target.middle for target in targets]),
            np.array([target.tolerance / SIGMAS for target in targets]),
            weight / weight.sum(),
            np.array([target.headline for target in targets]),
        )

    def distance(self, found: Floats, missed: Floats) -> Floats:
        """z of found targets (n, targets); missed: (targets,) variance that the emulator, or luck, adds."""
        return np.asarray((found - self.middle) / np.sqrt(self.tolerance**2 + missed))

    def squared(self, found: Floats, missed: Floats) -> Floats:
        """(n,) implausibility squared."""
        z = np.abs(self.distance(found, missed))
        return np.asarray(np.where(z <= FAR, z**2, 2.0 * FAR * z - FAR**2) @ self.weight)


def fitted_targets(targets: Sequence[Target], tags: Sequence[str], regime: str) -> list[Target]:
    """Targets that a fit uses: of these tags, with a width, and true of this regime."""
    return [t for t in targets if t.tag in tags and t.high > t.low and t.regime in ("", regime)]


@dataclass(frozen=True)
class Walk:
    """Sets not ruled out. u: (n, calibrated); squared: (n,) implausibility squared; best: the lowest of each group."""

    u: Floats
    squared: Floats
    best: dict[Any, float]


@dataclass(frozen=True)
class Searcher:
    """Walks among sets. names: calibrated parameters, in the order of the emulator's columns."""

    space: Space
    names: tuple[str, ...]
    emulator: Emulator
    judge: Judge

    def squared(self, u: Floats, variant: Sequence[str]) -> Floats:
        """(n,) implausibility squared at points (n, calibrated)."""
        values = self.space.values(u, variant, self.names)
        return self.judge.squared(self.emulator.predict(values), self.emulator.variance)

    def walk(
        self,
        start: Floats,
        variant: Sequence[str],
        cut: float,
        steps: int,
        rng: np.random.Generator,
        groups: NDArray[Any] | None = None,
    ) -> Walk:
        """Points spread over what lies less than `cut` above the best of its group. start: (n, calibrated).

        groups: (n,) who is compared with whom, by variant for None. First downhill, to find the best of each; then
        evenly within the cut, for twice as long.
        """
        u, of = start.copy(), np.asarray(variant) if groups is None else groups
        at = self.squared(u, variant)
        u, at = self._go(u, at, variant, None, steps, rng)
        best = {name: float(at[of == name].min()) for name in dict.fromkeys(of.tolist())}
        limit = np.array([best[name] for name in of.tolist()]) + cut
        for name in best:
            within, without = (np.flatnonzero((of == name) & side) for side in (at <= limit, at > limit))
            copied = within[rng.integers(len(within), size=len(without))]
            u[without], at[without] = u[copied], at[copied]
        u, at = self._go(u, at, variant, limit, 2 * steps, rng)
        return Walk(u, at, best)

    def _go(
        self, u: Floats, at: Floats, variant: Sequence[str], limit: Floats | None, steps: int, rng: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Steps that are taken where they lead no higher than `limit`, or than where one stands for None."""
        share = min(1.0, MOVED / u.shape[1])
        for _ in range(steps):
            size = STEP * rng.uniform(0.1, 1.0, (len(u), 1))
            moves = rng.normal(0.0, 1.0, u.shape) * size * (rng.uniform(size=u.shape) < share)
            to = _reflected(u + moves)
            there = self.squared(to, variant)
            taken = there <= (at if limit is None else limit)
            u[taken], at[taken] = to[taken], there[taken]
        return u, at


def _reflected(u: Floats) -> Floats:
    """Points outside the unit cube thrown back at its walls."""
    folded = np.abs(np.mod(u, 2.0))
    return np.asarray(np.where(folded > 1.0, 2.0 - folded, folded))
