"""An emulator: targets from calibrated parameters without running the model.

A quadratic in the parameters, fitted by ridge regression with a penalty for each target chosen by leave-one-out
(`sklearn.linear_model.RidgeCV`). What it cannot tell (its own error, luck, and parameters that are not calibrated) is
measured by cross-validation and enters the implausibility.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CROSSED = 14
"""Parameters, the most important first, whose products with one another are features."""
FOLDS = 5
PENALTIES = np.logspace(-1, 4, 11)
REACH = 2.5
"""Scaled values are held to this, so that a far tail is not extrapolated by a square."""


@dataclass(frozen=True)
class Emulator:
    """middle, width: (parameters,) scale of values; weights: (features, targets) and constant: (targets,) of the
    quadratic; variance: (targets,) of what it misses, in the unit of each target, squared; skill: (targets,) share of
    variance that it tells, by cross-validation."""

    middle: Floats
    width: Floats
    weights: Floats
    constant: Floats
    variance: Floats
    skill: Floats

    def predict(self, values: Floats) -> Floats:
        """Expected targets (n, targets) of parameter values (n, parameters)."""
        return np.asarray(features(_scaled(values, self.middle, self.width)) @ self.weights + self.constant)


def _scaled(values: Floats, middle: Floats, width: Floats) -> Floats:
    return np.clip((values - middle) / width, -REACH, REACH)


def features(scaled: Floats) -> Floats:
    """Values, their squares, and products of the first `CROSSED`: (n, features)."""
    first = scaled[:, :CROSSED]
    rows, columns = np.triu_indices(first.shape[1], 1)
    return np.hstack([scaled, scaled**2, first[:, rows] * first[:, columns]])


def fit(values: Floats, measured: Floats, middle: Floats, width: Floats) -> Emulator:
    """An emulator of runs. values: (n, parameters), the most important first; measured: (n, targets), finite.

    Raises ValueError for fewer runs than folds.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict

    x = features(_scaled(values, middle, width))
    level, size = x.mean(axis=0), x.std(axis=0)
    size[size == 0.0] = 1.0
    mean, spread = measured.mean(axis=0), measured.std(axis=0)
    z, y = (x - level) / size, (measured - mean) / np.where(spread > 0.0, spread, 1.0)
    regression = RidgeCV(PENALTIES, alpha_per_target=True)
    missed = y - cross_val_predict(regression, z, y, cv=KFold(FOLDS, shuffle=True, random_state=0))
    regression.fit(z, y)
    weights = regression.coef_.reshape(y.shape[1], -1).T / size[:, None] * spread
    constant = mean + regression.intercept_ * spread - level @ weights
    variance = (missed**2).mean(axis=0)
    return Emulator(middle, width, weights, constant, variance * spread**2, 1.0 - np.minimum(variance, 1.0))
