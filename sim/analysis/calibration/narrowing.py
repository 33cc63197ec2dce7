"""What calibration learnt: how much each parameter was narrowed, and which ones only together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
NARROWED_BY = 0.10
"""Share by which a standard deviation must fall for a parameter to count as narrowed ..."""
MOVED_BEYOND = 0.001
"""... or the chance below which its values are no draw from the prior (Kolmogorov-Smirnov)."""
TIED = 0.25
"""Rank correlations from this on are told."""
FEWEST = 20
"""Sets of a variant below which its correlations are chance."""


@dataclass(frozen=True)
class Narrowing:
    """Of one parameter, in its unit: 5th, 50th and 95th percentile before and after; by: fall of its standard
    deviation, a share (negative: wider); chance: that its values are a draw from the prior."""

    name: str
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    by: float
    chance: float

    @property
    def narrowed(self) -> bool:
        """Whether calibration informed it."""
        return self.by >= NARROWED_BY or self.chance < MOVED_BEYOND


def narrowing(name: str, prior: Floats, kept: Floats) -> Narrowing:
    """prior: (n,) values drawn from the prior, all variants together; kept: (m,) values of the ensemble."""
    spread = float(prior.std())
    by = 1.0 - float(kept.std()) / spread if spread > 0.0 else 0.0
    chance = float(stats.ks_2samp(prior, kept).pvalue) if spread > 0.0 else 1.0
    return Narrowing(name, _quantiles(prior), _quantiles(kept), by, chance)


def _quantiles(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.percentile(values, [5, 50, 95])
    return float(low), float(middle), float(high)


def rank_correlations(names: tuple[str, ...], kept: Floats, variant: tuple[str, ...]) -> list[tuple[str, str, float]]:
    """Pairs of parameters whose rank correlation (Spearman) over the ensemble is `TIED` or more, strongest first.

    Taken within each structural variant in which both vary, and averaged: variants set some parameters together, which
    says nothing about what data tie.
    """
    of = np.asarray(variant)
    total, sets = np.zeros((len(names), len(names))), np.zeros((len(names), len(names)))
    for name in dict.fromkeys(variant):
        own = kept[of == name]
        varying = np.flatnonzero(own.std(axis=0) > 0.0)
        if len(own) < FEWEST or len(varying) < 2:
            continue
        ranks = np.argsort(np.argsort(own[:, varying], axis=0, kind="stable"), axis=0, kind="stable").astype(float)
        total[np.ix_(varying, varying)] += len(own) * np.corrcoef(ranks, rowvar=False)
        sets[np.ix_(varying, varying)] += len(own)
    matrix = np.divide(total, sets, out=np.zeros_like(total), where=sets > 0.0)
    pairs = np.argwhere(np.triu(np.abs(matrix) >= TIED, 1))
    return sorted(((names[a], names[b], float(matrix[a, b])) for a, b in pairs), key=lambda tie: -abs(tie[2]))
