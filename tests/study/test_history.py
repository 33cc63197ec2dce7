"""The experiment on history: its arithmetic, and that every part of it runs in a small place."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress

from experiments.history import __main__ as history
from sim.scenario import load_scenario


def test_a_slope_and_its_p_value_are_those_of_least_squares() -> None:
    rng = np.random.default_rng(1)
    x, z = rng.normal(size=50), rng.normal(size=50)
    y = 0.3 * x + rng.normal(size=50)
    known = linregress(x, y)
    assert history.fitted(y, x, np.empty((50, 0))) == pytest.approx((known.slope, known.pvalue))
    # Beside another column, the slope is that of what the column leaves of both.
    left_x, left_y = x - np.polyval(np.polyfit(z, x, 1), z), y - np.polyval(np.polyfit(z, y, 1), z)
    assert history.fitted(y, x, z[:, None])[0] == pytest.approx(linregress(left_x, left_y).slope)


def test_every_part_runs_in_a_small_place(monkeypatch: pytest.MonkeyPatch) -> None:
    small = load_scenario("one_region", years=history.YEARS).without(["regime_ending"])
    monkeypatch.setattr(history, "SCENARIO", small)
    monkeypatch.setattr(history, "shipped_regimes", lambda: ["area_team_only", "split_functions"])
    parts = (history.size_of_trusts, history.marginal_investment, history.fundholding, history.enforcement)
    rows = [row for part in parts for row in part(1, 5)]
    assert {row["evidence"] for row in rows} == {"E054", "E056", "PB344", "E044", "E046", "PB245"}
    assert all(np.isfinite(float(row["model"])) for row in rows)
    holders, electives = (next(row for row in rows if row["evidence"] == which) for which in ("PB344", "E044"))
    assert float(holders["model"]) > 5.0
    assert float(electives["model"]) < -1.0, "the mechanism that E044 gave"
