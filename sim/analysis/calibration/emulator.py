"""An emulator: targets from calibrated parameters without running the model.

Each target is a quadratic in the parameters that move it, found by forward selection, and fitted by ridge regression
with a penalty chosen by leave-one-out (`sklearn.linear_model.RidgeCV`). What it cannot tell (its own error, luck, and
parameters that are not calibrated) is measured by cross-validation, selection and all, and enters the implausibility.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calibration.screen import screen

Floats = NDArray[np.float64]
Term = tuple[int, int]
"""A parameter and its factor: another one, itself for a square, -1 for none."""

CROSSED = 7
"""Of the parameters that move a target, the first so many are multiplied with one another."""
FOLDS = 5
PENALTIES = np.logspace(-1, 4, 11)
REACH = 2.5
"""Scaled values are held to this, so that a far tail is not extrapolated by a square."""


@dataclass(frozen=True)
class Emulator:
    """middle, width: (parameters,) scale of values; terms: of all quadratics; weights: (terms, targets) and constant:
    (targets,); variance: (targets,) of what it misses, in the unit of each target, squared; skill: (targets,) share of
    variance that it tells, by cross-validation."""

    middle: Floats
    width: Floats
    terms: tuple[Term, ...]
    weights: Floats
    constant: Floats
    variance: Floats
    skill: Floats

    def predict(self, values: Floats) -> Floats:
        """Expected targets (n, targets) of parameter values (n, parameters)."""
        return np.asarray(features(_scaled(values, self.middle, self.width), self.terms) @ self.weights + self.constant)


def _scaled(values: Floats, middle: Floats, width: Floats) -> Floats:
    return np.clip((values - middle) / width, -REACH, REACH)


def features(scaled: Floats, terms: tuple[Term, ...]) -> Floats:
    """The terms of scaled values (n, parameters): (n, terms)."""
    one = np.array([i for i, _ in terms], dtype=int)
    other = np.array([j for _, j in terms], dtype=int)
    whole = np.hstack([scaled, np.ones((len(scaled), 1))])  # column -1 is the factor of a term that has none
    return np.asarray(whole[:, one] * whole[:, other])


def fit(values: Floats, measured: Floats, middle: Floats, width: Floats) -> Emulator:
    """An emulator of runs. values: (n, parameters); measured: (n, targets), finite.

    Raises ValueError for fewer runs than folds.
    """
    from sklearn.model_selection import KFold

    x = _scaled(values, middle, width)
    missed = np.empty_like(measured)
    for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(x):
        terms, weights, constant = _quadratics(x[train], measured[train])
        missed[test] = measured[test] - features(x[test], terms) @ weights - constant
    variance = (missed**2).mean(axis=0)
    spread = measured.var(axis=0)
    skill = 1.0 - np.divide(variance, spread, out=np.ones_like(spread), where=spread > 0.0)
    return Emulator(middle, width, *_quadratics(x, measured), variance, np.maximum(skill, 0.0))


def _quadratics(x: Floats, measured: Floats) -> tuple[tuple[Term, ...], Floats, Floats]:
    """Terms of all targets, their weights (terms, targets) and constants (targets,)."""
    from sklearn.linear_model import RidgeCV

    moved = screen(x, measured).moved
    chosen = [_terms_of(moved[:, t]) for t in range(measured.shape[1])]
    terms = tuple(dict.fromkeys(term for own in chosen for term in own))
    place = {term: k for k, term in enumerate(terms)}
    weights, constant = np.zeros((len(terms), measured.shape[1])), measured.mean(axis=0)
    for t, own in enumerate(chosen):
        spread = measured[:, t].std()
        if own and spread > 0.0:
            z = features(x, own)
            level, size = z.mean(axis=0), z.std(axis=0)
            size[size == 0.0] = 1.0
            ridge = RidgeCV(PENALTIES).fit((z - level) / size, (measured[:, t] - constant[t]) / spread)
            slopes = ridge.coef_ * spread / size
            weights[[place[term] for term in own], t] = slopes
            constant[t] += ridge.intercept_ * spread - level @ slopes
    return terms, weights, constant


def _terms_of(moved: Floats) -> tuple[Term, ...]:
    """Terms of one target. moved: (parameters,) share of its variance that each explained."""
    order = [int(p) for p in np.argsort(-moved, kind="stable") if moved[p] > 0.0]
    first = sorted(order[:CROSSED])
    crossed = [(i, j) for k, i in enumerate(first) for j in first[k + 1 :]]
    return (*((p, -1) for p in order), *((p, p) for p in order), *crossed)
