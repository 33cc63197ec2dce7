"""Pairs that share their luck vary less; pairs that share nothing do not."""

from __future__ import annotations

import math

import pytest

from sim.analysis.common_luck import Gain, gains
from sim.api import compare


def test_the_ratio_is_that_of_the_variances() -> None:
    assert Gain("x", 8.0, 2.0).ratio == 4.0
    assert math.isinf(Gain("x", 8.0, 0.0).ratio)
    assert math.isnan(Gain("x", 0.0, 0.0).ratio)


def test_pairs_of_the_real_model_share_their_luck() -> None:
    results = compare(
        ["area_team_only", "greater_involvement"], scenario="one_ccg", runs=6, years=3, quiet=True
    ).results
    found = {gain.outcome: gain.ratio for gain in gains(results, "greater_involvement")}
    assert found["list_size_mean"] > 4.0
    with pytest.raises(Exception, match="not simulated"):
        gains(results, "greater_involvement", year=1999)
