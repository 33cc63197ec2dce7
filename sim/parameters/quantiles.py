"""Quantiles of what a parameter may be: from numbers between 0 and 1, as space-filling designs give them, to values."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.parameters.records import Prior, Record


def value_at(record: Record, quantile: ArrayLike) -> NDArray[np.float64]:
    """Central values at quantiles (0 to 1) of the prior, held to the range where both are given; else of the range.

    The same distribution as `Record.draw`. A prior without ends gives an infinite value at 0 or 1.
    """
    at = np.asarray(quantile, dtype=np.float64)
    low, high = record.bounds
    if record.prior is None:
        return low + at * (high - low)
    return np.clip(_of_prior(record.prior, at), low, high)


def _of_prior(prior: Prior, at: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import betaincinv, ndtri

    if prior.normal:
        mean, deviation = prior.normal
        found = mean + deviation * ndtri(at)
    elif prior.lognormal:
        median, deviation = prior.lognormal
        found = np.exp(math.log(median) + deviation * ndtri(at))
    elif prior.beta:
        found = betaincinv(*prior.beta, at)
    else:
        low, high = prior.support
        found = low + at * (high - low)
    return np.asarray(found, dtype=np.float64)
