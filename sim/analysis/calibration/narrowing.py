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


def rank_correlations(names: tuple[str, ...], kept: Floats) -> list[tuple[str, str, float]]:
    """Pairs of parameters whose rank correlation (Spearman) over the ensemble is `TIED` or more, strongest first."""
    ranks = np.argsort(np.argsort(kept, axis=0, kind="stable"), axis=0, kind="stable").astype(float)
    spread = ranks.std(axis=0)
    if len(kept) < 3:
        return []
    varying = np.flatnonzero((spread > 0.0) & (kept.std(axis=0) > 0.0))
    matrix = np.corrcoef(ranks[:, varying], rowvar=False).reshape(len(varying), len(varying))
    found = [
        (names[varying[a]], names[varying[b]], float(matrix[a, b]))
        for a in range(len(varying))
        for b in range(a + 1, len(varying))
        if abs(matrix[a, b]) >= TIED
    ]
    return sorted(found, key=lambda tie: -abs(tie[2]))
