"""The rival of the simulation: a logistic regression, always scored on CCGs that it was not fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from sim.study.records import Floats

Marks = npt.NDArray[np.bool_]

FOLDS = 5


def fit(x: Floats, happened: Marks) -> Floats:
    """Coefficients, the constant first, of greatest likelihood. x: (rows, columns), standardised by the caller.

    A thousandth of a squared coefficient a row is taken off, so that columns that tell all do not run away.
    """
    design = np.column_stack([np.ones(len(x)), x])
    signs = np.where(happened, 1.0, -1.0)

    def loss(b: Floats) -> tuple[float, Floats]:
        at = signs * (design @ b)
        penalty = 1e-3 * b
        penalty[0] = 0.0
        gradient = -(signs * expit(-at)) @ design / len(x) + penalty
        return float(np.logaddexp(0.0, -at).mean() + 0.5 * penalty @ b), gradient

    return np.asarray(minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B").x)


def predict(coefficients: Floats, x: Floats) -> Floats:
    """Probabilities, 0 to 1."""
    return np.asarray(expit(coefficients[0] + x @ coefficients[1:]))


def folds(ccg: npt.NDArray[Any], seed: int = 1, count: int = FOLDS) -> npt.NDArray[np.int64]:
    """A number of 0 to count - 1 for each row; rows of a CCG share it."""
    names, at = np.unique(ccg, return_inverse=True)
    place = np.random.default_rng([seed, 5]).permutation(len(names)) % count
    return np.asarray(place[at], dtype=np.int64)


def held_out(
    fitted_on: list[tuple[Floats, Marks, npt.NDArray[np.int64]]], x: Floats, fold: npt.NDArray[np.int64]
) -> Floats:
    """Probability of each row of `x` from a regression fitted without the CCGs of its fold.

    fitted_on: columns, what happened and folds of each set of rows to fit on, put together.
    """
    columns = np.concatenate([part[0] for part in fitted_on])
    mean, sd = columns.mean(axis=0), columns.std(axis=0)
    sd = np.where(sd > 0.0, sd, 1.0)
    out = np.full(len(x), np.nan)
    for k in np.unique(fold):
        parts = [(c[f != k], h[f != k]) for c, h, f in fitted_on]
        one = fit((np.concatenate([c for c, _ in parts]) - mean) / sd, np.concatenate([h for _, h in parts]))
        out[fold == k] = predict(one, (x[fold == k] - mean) / sd)
    return out
