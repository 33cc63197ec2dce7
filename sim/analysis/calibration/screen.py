"""Which parameters move any target: forward selection, target by target, against what chance alone would find.

There are more parameters than a screening can have runs, most of which move nothing in three years. For each target
the parameter that correlates best with what the others leave unexplained is taken in, as long as that correlation is
higher than all parameters together would reach by chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]
MOST_PER_TARGET = 14
FALSE_ALARM = 0.02
"""Chance that a target which nothing moves is said to be moved by something."""


@dataclass(frozen=True)
class Screened:
    """moved[p, t]: share of the variance of target t that parameter p explained when it was taken in; 0 if it was not.
    explained: (targets,) share explained by all that were."""

    moved: Floats
    explained: Floats

    def order(self, weights: Floats) -> NDArray[np.int64]:
        """Parameters that move anything, the most important first: by explained variance, summed with weights."""
        worth = self.moved @ weights
        found = np.flatnonzero(self.moved.max(axis=1) > 0.0)
        return found[np.argsort(-worth[found], kind="stable")]


def screen(inputs: Floats, outputs: Floats) -> Screened:
    """inputs: (n, parameters); outputs: (n, targets), finite. Columns that do not vary move nothing."""
    x, y = _standard(inputs), _standard(outputs)
    moved = np.zeros((x.shape[1], y.shape[1]))
    explained = np.zeros(y.shape[1])
    threshold = _threshold(len(x), x.shape[1])
    for t in range(y.shape[1]):
        for p, gain in _forward(x, y[:, t], threshold):
            moved[p, t] = gain
        explained[t] = moved[:, t].sum()
    return Screened(moved, explained)


def _threshold(runs: int, parameters: int) -> float:
    """The correlation that the best of so many parameters without any effect exceeds with the chance FALSE_ALARM."""
    return float(norm.isf(FALSE_ALARM / (2.0 * max(parameters, 1))) / math.sqrt(runs))


def _forward(x: Floats, y: Floats, threshold: float) -> list[tuple[int, float]]:
    """(parameter, share of variance it added) in the order in which they are taken in."""
    chosen: list[int] = []
    gains: list[tuple[int, float]] = []
    rest = y.copy()
    while len(chosen) < min(MOST_PER_TARGET, len(y) // 5) and rest.var() > 1e-12:
        correlation = np.abs(x.T @ rest) / (len(y) * rest.std())
        correlation[chosen] = 0.0
        best = int(np.argmax(correlation))
        if correlation[best] < threshold:
            break
        chosen.append(best)
        used = x[:, chosen]
        fitted = used @ np.linalg.lstsq(used, y, rcond=None)[0]
        gains.append((best, float(rest.var() - (y - fitted).var())))
        rest = y - fitted
    return gains


def _standard(a: Floats) -> Floats:
    """Columns with mean 0 and variance 1; 0 where they do not vary."""
    spread = a.std(axis=0)
    return np.asarray((a - a.mean(axis=0)) / np.where(spread > 1e-12 * (1.0 + np.abs(a.mean(axis=0))), spread, np.inf))
