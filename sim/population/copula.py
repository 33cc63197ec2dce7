"""Draws of linked practice attributes: a normal copula within each CCG, and national distributions kept exactly.

Each attribute has, in every CCG, a mean and a spread on its own scale (logs of list size, logits of age shares, ...).
Within a CCG a practice's attributes are linked by one national correlation matrix. The attribute's national ranks are
then mapped to its national quantiles, which puts right what a normal within CCGs gets wrong in the tails. Attributes of
two values (PMS, dispensing, ...) go to the practices of a CCG that rank highest on a hidden scale, so that their number
in each CCG is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.population.facts import Facts

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

CONTINUOUS = (
    "list_size", "imd", "gp_per_1000", "share_75", "share_65_74", "share_0_4", "need", "nurse_per_1000",
    "direct_care_per_1000", "admin_per_1000", "fte_per_head", "premises_pp", "qof_pp",
)  # fmt: skip
BINARY = ("apms", "pms", "rural", "dispensing", "training")
ATTRIBUTES = CONTINUOUS + BINARY
SCALE = {
    "list_size": "log", "imd": "log", "gp_per_1000": "log", "share_75": "logit", "share_65_74": "logit",
    "share_0_4": "logit", "need": "log", "nurse_per_1000": "root", "direct_care_per_1000": "root",
    "admin_per_1000": "root", "fte_per_head": "as it is", "premises_pp": "root", "qof_pp": "as it is",
}  # fmt: skip
"""Scale on which the CCG means and spreads of an attribute (`<name>_mean`, `<name>_sd` in ccgs.csv) are given."""


@dataclass(frozen=True)
class Copula:
    """National part of the draw: `levels` (q,) and `quantiles` (attribute: (q,)), `factor` (k, k) lower triangular."""

    levels: Floats
    quantiles: dict[str, Floats]
    factor: Floats

    @classmethod
    def of(cls, england: dict[str, Any]) -> Copula:
        """Reads the tables `quantiles` and `copula` of england.toml."""
        table = england["quantiles"]
        quantiles = {name: np.array(table[name], dtype=np.float64) for name in CONTINUOUS}
        matrix = np.array(england["copula"]["correlation"], dtype=np.float64)
        factor = np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
        return cls(np.array(table["levels"], dtype=np.float64), quantiles, factor)


def draw_attributes(facts: Facts, copula: Copula, rng: np.random.Generator) -> dict[str, Floats]:
    """One value of every attribute for every practice of England, in order of CCG; 0 or 1 for those of two values."""
    ccg = facts.practice_ccg
    hidden = linked(rng.standard_normal((len(ccg), len(ATTRIBUTES))), copula.factor.T)
    drawn: dict[str, Floats] = {}
    for k, name in enumerate(CONTINUOUS):
        scaled = facts.ccgs[f"{name}_mean"][ccg] + facts.ccgs[f"{name}_sd"][ccg] * hidden[k]
        drawn[name] = to_quantiles(scaled, copula.levels, copula.quantiles[name], rng)
    taken = np.zeros(len(ccg))
    for k, name in enumerate(BINARY, start=len(CONTINUOUS)):
        score = np.where((name == "pms") & (taken > 0), -np.inf, hidden[k])
        drawn[name] = top_of_each(score, ccg, facts.ccgs[f"n_{name}"]).astype(np.float64)
        taken = drawn["apms"]
    return drawn


def linked(draws: Floats, factor: Floats) -> Floats:
    """Standard normal `draws`, (rows, k), linked by a factor of their correlation, (k, k): a row for each column of
    draws @ factor.

    Added up term by term: for so few columns a library of linear algebra starts threads that wait busily for more to
    do, and the last bit of its sums depends on the processor.
    """
    columns = np.ascontiguousarray(draws.T)
    found = np.zeros_like(columns)
    for k, weights in enumerate(factor.T):
        for j in np.flatnonzero(weights):
            found[k] += weights[j] * columns[j]
    return found


def to_quantiles(values: Floats, levels: Floats, quantiles: Floats, rng: np.random.Generator) -> Floats:
    """Values replaced by the national quantile at their rank, jittered within the rank's cell; order is kept."""
    order = in_order(values)
    rank = np.arange(len(values)) + rng.random(len(values))[order]
    found = np.empty(len(values))
    # From the lowest rank to the highest: there the place between two levels is found at once.
    found[order] = np.interp(rank / len(values), levels, quantiles)
    return found


def in_order(values: Floats) -> Rows:
    """The stable `argsort` of values, most of which differ: only where two are equal does it take the slower way."""
    order = np.argsort(values)
    ordered = values[order]
    return order if (ordered[1:] > ordered[:-1]).all() else np.argsort(values, kind="stable")


def top_of_each(score: Floats, group: Rows, count: Floats) -> npt.NDArray[np.bool_]:
    """Marks in every group its `count` members of highest score; `group` must be sorted."""
    first = np.searchsorted(group, np.arange(len(count) + 1))
    place = np.arange(len(score)) - first[group]
    table = np.full((len(count), int(place.max(initial=0)) + 1), np.inf)
    table[group, place] = -score
    order = np.argsort(table, axis=1, kind="stable")
    chosen = np.zeros(table.shape, dtype=bool)
    np.put_along_axis(chosen, order, np.arange(table.shape[1]) < count[:, None], axis=1)
    return np.asarray(chosen[group, place])
