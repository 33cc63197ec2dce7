"""Quantiles read off tables: as near to the exact ones as their docstrings say."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from sim.rules.chances import REACH, logistic
from sim.world.luck import inverse_gumbel, inverse_normal

DRAW = st.floats(0.0, 1.0, exclude_min=True, exclude_max=True).filter(lambda p: 1e-15 < p < 1.0 - 1e-15)


@given(DRAW)
@example(50 / 2048)
@example(1.0 - 50 / 2048)
def test_quantiles_of_the_normal_distribution(p: float) -> None:
    assert abs(inverse_normal(p) - NormalDist().inv_cdf(p)) < 2e-5


@given(DRAW)
@example(50 / 2048)
@example(1.0 - 50 / 2048 - 1e-9)
def test_quantiles_of_the_gumbel_distribution(p: float) -> None:
    assert abs(inverse_gumbel(p) + math.log(-math.log(p))) < 1e-4


def test_the_logistic_is_near_the_exact_one_rises_and_is_safe_at_both_ends() -> None:
    x = np.linspace(-REACH - 1.0, REACH + 1.0, 20_001)
    found = np.array([logistic(one) for one in x])
    assert np.abs(found * (1.0 + np.exp(-x)) - 1.0).max() < 3e-7
    assert (np.diff(found) > -1e-9).all()
    assert logistic(-1e4) == 0.0
    assert logistic(1e4) == 1.0
