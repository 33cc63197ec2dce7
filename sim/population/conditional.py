"""What a practice's unknown attributes may be, given the known ones: the copula of the facts, conditioned.

The synthetic England draws all attributes of a practice from a normal copula within its CCG (`copula.py`). Here the
same copula is conditioned on what files tell about a practice, so that a value imputed keeps both the level of its
CCG and the links between attributes: a rural practice with many old patients is likelier to dispense and to have more
doctors.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from sim.population.copula import ATTRIBUTES, BINARY, CONTINUOUS, SCALE, Copula
from sim.population.facts import Facts

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]

_FARTHEST = 3.5
"""A known value counts as at most this many standard deviations from its CCG's mean; tails are not normal."""
_GRID = 600


class ConditionalCopula:
    """Draws unknown attributes of practices whose CCG and some attributes are known."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.copula = Copula.of(facts.england)
        self.correlation = self.copula.factor @ self.copula.factor.T

    @cached_property
    def shares(self) -> dict[str, Floats]:
        """Share of the practices of each CCG that have an attribute of two values, kept off 0 and 1."""
        practices = self.facts.ccgs["practices"]
        return {name: np.clip(self.facts.ccgs[f"n_{name}"] / practices, 0.005, 0.995) for name in BINARY}

    def complete(self, ccg: Rows, known: dict[str, Floats], rng: np.random.Generator) -> dict[str, Floats]:
        """Every attribute of every practice, shape (practices,): the known value, or a draw where it is NaN or absent.

        `ccg` are rows of the facts; `known` maps names of attributes to values in their own units (see copula.py).
        """
        noise = rng.standard_normal((len(ccg), len(ATTRIBUTES)))
        rounding = rng.random((len(BINARY), len(self.facts.ccgs["code"])))
        hidden = np.full(noise.shape, np.nan)
        for k, name in enumerate(ATTRIBUTES):
            if name in known:
                hidden[:, k] = self._hidden_of(name, known[name], ccg)
        hidden = _conditional(hidden, self.correlation, noise)
        done = {}
        for k, name in enumerate(CONTINUOUS):
            told = known.get(name, np.full(len(ccg), np.nan))
            done[name] = np.where(np.isnan(told), self._value_of(name, hidden[:, k], ccg), told)
        for k, name in enumerate(BINARY):
            told = known.get(name, np.full(len(ccg), np.nan)).copy()
            if name == "pms":
                told = np.where(np.isnan(told) & (done["apms"] > 0), 0.0, told)
            unknown = np.isnan(told)
            score = hidden[:, len(CONTINUOUS) + k]
            told[unknown] = self._chosen(name, score, ccg, unknown, rounding[k])[unknown]
            done[name] = told
        return done

    def _hidden_of(self, name: str, values: Floats, ccg: Rows) -> Floats:
        if name in BINARY:
            share = self.shares[name][ccg]
            threshold = ndtri(1.0 - share)
            density = np.exp(-0.5 * threshold**2) / np.sqrt(2.0 * np.pi)
            return np.where(np.isnan(values), np.nan, np.where(values > 0, density / share, -density / (1.0 - share)))
        quantiles = self.copula.quantiles[name]
        scaled = _scaled(np.clip(values, quantiles[0], quantiles[-1]), SCALE[name])
        mean, spread = self.facts.ccgs[f"{name}_mean"][ccg], self.facts.ccgs[f"{name}_sd"][ccg]
        return np.clip((scaled - mean) / spread, -_FARTHEST, _FARTHEST)

    def _value_of(self, name: str, hidden: Floats, ccg: Rows) -> Floats:
        """National quantile at the rank of a practice among all practices of the facts."""
        means, spreads = self.facts.ccgs[f"{name}_mean"], self.facts.ccgs[f"{name}_sd"]
        scaled = means[ccg] + spreads[ccg] * hidden
        grid = np.linspace(scaled.min(), scaled.max(), _GRID) if len(scaled) else np.zeros(_GRID)
        weights = self.facts.ccgs["practices"] / self.facts.ccgs["practices"].sum()
        ranks = ndtr((grid[:, None] - means) / spreads) @ weights
        return np.asarray(np.interp(np.interp(scaled, grid, ranks), self.copula.levels, self.copula.quantiles[name]))

    def _chosen(self, name: str, score: Floats, ccg: Rows, unknown: Marks, rounding: Floats) -> Floats:
        """1 for the highest scores of each CCG, as many as its share says; a fraction is rounded by chance."""
        ccgs = self.facts.ccgs
        others = ccgs["n_apms"] if name == "pms" else 0.0
        share = np.clip(ccgs[f"n_{name}"] / np.maximum(ccgs["practices"] - others, 1.0), 0.0, 1.0)
        groups = len(share)
        count = np.floor(share * np.bincount(ccg[unknown], minlength=groups) + rounding)
        order = np.lexsort((-score, ccg, ~unknown))
        order = order[: int(unknown.sum())]
        first = np.searchsorted(ccg[order], np.arange(groups))
        chosen = np.zeros(len(score))
        chosen[order] = np.arange(len(order)) - first[ccg[order]] < count[ccg[order]]
        return chosen


def _scaled(values: Floats, scale: str) -> Floats:
    if scale == "log":
        return np.log(values)
    if scale == "logit":
        inside = np.clip(values, 0.002, 0.6)
        return np.log(inside / (1.0 - inside))
    return np.sqrt(values) if scale == "root" else values


def _conditional(hidden: Floats, correlation: Floats, noise: Floats) -> Floats:
    """Fills the NaN of each row by a draw of the normal given the rest; rows with the same gaps are done together."""
    filled = hidden.copy()
    patterns, of_row = np.unique(np.isnan(hidden), axis=0, return_inverse=True)
    for number, unknown in enumerate(patterns):
        if not unknown.any():
            continue
        rows = np.flatnonzero(of_row.ravel() == number)
        known = ~unknown
        inner = correlation[np.ix_(unknown, unknown)]
        mean = np.zeros((len(rows), int(unknown.sum())))
        if known.any():
            weights = np.linalg.solve(correlation[np.ix_(known, known)], correlation[np.ix_(known, unknown)])
            mean = hidden[np.ix_(rows, np.flatnonzero(known))] @ weights
            inner = inner - correlation[np.ix_(unknown, known)] @ weights
        factor = np.linalg.cholesky(inner + 1e-9 * np.eye(len(inner)))
        filled[np.ix_(rows, np.flatnonzero(unknown))] = mean + noise[np.ix_(rows, np.flatnonzero(unknown))] @ factor.T
    return filled
