"""The rival of the simulation: a logistic regression, always scored on CCGs that it was not fitted on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.study.records import Floats

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

Marks = npt.NDArray[np.bool_]

FOLDS = 5


def fit(x: Floats, happened: Marks, weight: Floats | None = None) -> LogisticRegression:
    """The regression of greatest likelihood. x: (rows, columns), standardised by the caller. weight: of each row, 1 for
    None.

    A thousandth of a squared coefficient a row is taken off, so that columns that tell all do not run away.
    """
    from sklearn.linear_model import LogisticRegression

    rows = len(x) if weight is None else float(weight.sum())
    return LogisticRegression(C=1000.0 / rows).fit(x, happened, sample_weight=weight)


def fit_to_chances(x: Floats, chance: Floats) -> LogisticRegression:
    """As `fit`, to probabilities (0-1) instead of what happened: each row counts as so much of an event and the rest of
    none."""
    weight = np.concatenate([chance, 1.0 - chance])
    return fit(np.concatenate([x, x]), np.repeat([True, False], len(x)), weight)


def predict(fitted: LogisticRegression, x: Floats) -> Floats:
    """Probabilities, 0 to 1."""
    return np.asarray(fitted.predict_proba(x)[:, 1])


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
