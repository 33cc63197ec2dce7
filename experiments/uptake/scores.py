"""Arithmetic of the check: intervals, join counts, slopes and log scores from counts of runs."""

from __future__ import annotations

import numpy as np
from scipy.stats import betabinom, binom

Counts = np.ndarray


def interval(values: Counts) -> tuple[float, float]:
    """10th and 90th percentile."""
    low, high = np.percentile(values, [10, 90])
    return float(low), float(high)


def alike_chances(mean: float, alike: float, n: int) -> np.ndarray:
    """(n + 1,): chance of every count out of n where each has the chance `mean` and `alike` is the intra-class
    correlation: beta-binomial, binomial at 0."""
    k = np.arange(n + 1)
    if alike <= 1e-6:
        return np.asarray(binom.pmf(k, n, mean))
    size = 1.0 / min(alike, 0.999) - 1.0
    return np.asarray(betabinom.pmf(k, n, mean * size, (1 - mean) * size))


def chances(counts: Counts, n: int) -> np.ndarray:
    """(n + 1,): chance of every count out of n, by the beta-binomial with the mean and variance of the runs.

    Runs that vary less than independent draws are taken as binomial.
    """
    mean = min(max(float(counts.mean()) / n, 1e-6), 1 - 1e-6)
    spread = float(counts.var()) / (n * mean * (1 - mean))
    return alike_chances(mean, (spread - 1.0) / (n - 1.0) if n > 1 else 0.0, n)


def log_chance(of: np.ndarray, least: int, most: int) -> float:
    """Log of the chance of a count from least to most."""
    return float(np.log(max(of[least : most + 1].sum(), 1e-300)))


def join_count(has: np.ndarray, team: np.ndarray) -> tuple[float, float]:
    """Pairs of CCGs of one area team that both have a level, and how many there would be with levels dealt at random.

    has: (CCGs,) 0 or 1. team: (CCGs,).
    """
    same = team[:, None] == team[None, :]
    np.fill_diagonal(same, False)
    pairs, n, k = same.sum() / 2, len(has), has.sum()
    both = float((same & (has[:, None] == 1) & (has[None, :] == 1)).sum() / 2)
    return both, float(pairs * k * (k - 1) / (n * (n - 1)))


def slope_within(has: np.ndarray, imd: np.ndarray, region: np.ndarray) -> float:
    """Points of chance for 10 points of IMD, by least squares with a level of its own for every region."""
    x, y = imd.astype(float).copy(), has.astype(float).copy()
    for r in np.unique(region):
        x[region == r] -= x[region == r].mean()
        y[region == r] -= y[region == r].mean()
    return float(1000.0 * (x * y).sum() / (x * x).sum())
