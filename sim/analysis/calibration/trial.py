"""Recovery of known parameters from synthetic truth: runs whose parameters are known stand in for England.

Each truth is a run that the emulator has not seen. Its targets take the place of England's, with the same tolerances,
and the sets that are not ruled out are compared with the parameters that made it, under its own structural variant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calibration.plausible import Searcher
from sim.analysis.calibration.waves import Wave

Floats = NDArray[np.float64]
CHAINS = 40
STEPS = 100
EVEN = float(np.sqrt(1.0 / 12.0))
"""Standard deviation of an even spread over the unit interval."""


@dataclass(frozen=True)
class Recovery:
    """By calibrated parameter, in the order of `names`. truths: (parameters,) how many could tell: those whose variant
    leaves it open; covered: of these, where the truth lies within the 5th to 95th percentile of sets not ruled out;
    narrowed: mean fall of its standard deviation from the prior's, a share; closer: mean fall of the distance of the
    sets' mean from the truth against that of the prior's mean, a share."""

    names: tuple[str, ...]
    truths: NDArray[np.int64]
    covered: NDArray[np.int64]
    narrowed: Floats
    closer: Floats

    @property
    def coverage(self) -> float:
        """Share of all truths and parameters that are covered; about 0.9 and more is right."""
        return float(self.covered.sum() / max(self.truths.sum(), 1))


def recover(searcher: Searcher, truths: Wave, columns: Sequence[int], cut: float, rng: np.random.Generator) -> Recovery:
    """truths: runs that the searcher's emulator has not seen; columns: of the space, the searcher's parameters."""
    n = len(searcher.names)
    of_truth = np.repeat(np.arange(len(truths)), CHAINS)
    judge = replace(searcher.judge, middle=truths.measured[of_truth])
    variant = [truths.variant[k] for k in of_truth]
    start = rng.uniform(size=(len(of_truth), n))
    walk = replace(searcher, judge=judge).walk(start, variant, cut, STEPS, rng, groups=of_truth)
    found = walk.u.reshape(len(truths), CHAINS, n)
    known = truths.u[:, list(columns)]
    left_open = np.array(
        [[name not in searcher.space.variants[v].settings for name in searcher.names] for v in truths.variant]
    )
    low, high = np.percentile(found, [5, 95], axis=1)
    told = left_open.sum(axis=0)
    narrowed = np.where(left_open, 1.0 - found.std(axis=1) / EVEN, 0.0).sum(axis=0) / np.maximum(told, 1)
    off = np.where(left_open, np.abs(found.mean(axis=1) - known), 0.0).sum(axis=0)
    prior_off = np.where(left_open, np.abs(0.5 - known), 0.0).sum(axis=0)
    covered = (left_open & (low <= known) & (known <= high)).sum(axis=0)
    return Recovery(searcher.names, told, covered, narrowed, 1.0 - off / np.maximum(prior_off, 1e-9))
