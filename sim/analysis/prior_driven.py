"""How much of a difference between regimes rests on parameters that calibration did not narrow.

Data of 2014-17 hold one regime and then self-selected uptake: they inform how practices live, hardly how commissioners
decide. So the variance of a difference over pairs is split by the parameters that explain it, found by forward
selection against chance (`sim.analysis.calibration.screen`): those that calibration narrowed, those that it did not,
and a rest: luck, interactions, and effects too weak to be seen in so many pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calibration.screen import screen
from sim.analysis.compare import paired
from sim.analysis.words import label
from sim.errors import InputError
from sim.study.results import Results

Floats = NDArray[np.float64]
FEWEST = 60
"""Pairs below which next to nothing can be told apart from chance."""


@dataclass(frozen=True)
class Shares:
    """Of the variance of a paired difference, summing to 1: explained by parameters that were not narrowed, by those
    that were, and by neither. All NaN where the pairs do not differ."""

    outcome: str
    regime: str
    prior: float
    narrowed: float
    rest: float


def prior_driven(
    results: Results, narrowed: Sequence[str], *, level: str = "national", year: int | None = None
) -> list[Shares]:
    """Shares of every outcome and regime against the first regime, at the first place of a level.

    narrowed: parameters that calibration informed (`Ensemble.narrowed`). Raises InputError for fewer than `FEWEST`
    pairs, or runs whose parameters were not drawn.
    """
    cube = results.cube(level)
    at = cube.year_index(year)
    values = paired(results, level)
    design = results.design
    first, *others = results.arms
    pairs = len(values[first])
    if pairs < FEWEST or not design.names:
        raise InputError(
            f"{pairs} pairs with {len(design.names)} parameters drawn cannot tell what a difference rests on",
            allowed=f"{FEWEST} pairs or more, without --fixed-parameters",
        )
    drawn = design.values[_whole_pairs(results)]
    known = np.array([name in narrowed for name in design.names])
    return [
        share
        for regime in others
        for share in split(cube.outcomes, regime, values[regime][:, at, 0] - values[first][:, at, 0], drawn, known)
    ]


def split(
    outcomes: Sequence[str], regime: str, differences: Floats, drawn: Floats, known: NDArray[np.bool_]
) -> list[Shares]:
    """differences: (pairs, outcomes); drawn: (pairs, parameters); known: (parameters,) whether calibration informed."""
    told = np.isfinite(differences).all(axis=0) & (differences.std(axis=0) > 0.0)
    parts = _parts(differences[:, told], drawn, known)
    shares = dict(zip(np.flatnonzero(told).tolist(), parts, strict=True))
    nothing = (np.nan, np.nan, np.nan)
    return [Shares(name, regime, *shares.get(k, nothing)) for k, name in enumerate(outcomes)]


def _parts(differences: Floats, drawn: Floats, known: NDArray[np.bool_]) -> list[tuple[float, float, float]]:
    if differences.shape[1] == 0:
        return []
    moved = screen(drawn, differences).moved
    narrowed, prior = moved[known].sum(axis=0), moved[~known].sum(axis=0)
    return [(float(p), float(n), float(1.0 - p - n)) for p, n in zip(prior, narrowed, strict=True)]


def _whole_pairs(results: Results) -> NDArray[np.int64]:
    """Numbers of the pairs of which every regime finished, as `paired` keeps them."""
    per_pair = len(results.arms)
    failed = {run.run // per_pair for run in results.failures}
    return np.array([k for k in range(len(results.runs) // per_pair) if k not in failed], dtype=np.int64)


def by_outcome(shares: Sequence[Shares]) -> Mapping[tuple[str, str], Shares]:
    """Shares by (outcome, regime)."""
    return {(share.outcome, share.regime): share for share in shares}


def told(results: Results, narrowed: Sequence[str], outcomes: Sequence[str]) -> str:
    """Text for the terminal on these outcomes in the last year: what each regime's differences rest on.

    Where pairs are too few, or parameters were not drawn, it says that this cannot be told (fairness rule 6).
    """
    try:
        found = by_outcome(prior_driven(results, narrowed))
    except InputError as error:
        return f"Prior-driven share of these differences: {error.message}."
    lines = [
        "Of the variance of each difference, explained by parameters that calibration did not narrow (prior-driven),",
        "by those that it did, and by neither (luck, interactions, effects too weak to be seen):",
    ]
    for name in outcomes:
        for regime in results.regimes[1:]:
            share = found.get((name, regime))
            if share is not None and np.isfinite(share.prior):
                parts = f"{share.prior:5.0%} {share.narrowed:5.0%} {share.rest:5.0%}"
                lines.append(f"{label(name):34s} {regime:24s} {parts}")
    return "\n".join(lines)
