"""Comparisons at equal staff cost: the same money buys commissioning staff, whoever employs them."""

from __future__ import annotations

import numpy as np

from sim import api
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import prepare, simulate

YEARS = 5


def test_every_regime_spends_what_the_first_one_does() -> None:
    scenario = load_scenario("one_ccg", years=YEARS)
    start = prepare(scenario, 3)
    first = simulate(start, scenario, load_regime("area_team_only"), 3, YEARS)
    column = first.outcomes.index("staff_cost_total")
    spent = first.values["national"][:, 0, column]
    delegated = load_regime("delegated")
    funded = simulate(start, scenario, delegated, 3, YEARS)
    equal = simulate(start, scenario, delegated, 3, YEARS, staff_budget=list(spent))
    assert np.max(np.abs(funded.values["national"][:, 0, column] / spent - 1.0)) > 0.01
    np.testing.assert_allclose(equal.values["national"][:, 0, column], spent, rtol=1e-9)


def test_a_regime_on_its_own_budget_is_itself() -> None:
    scenario = load_scenario("one_ccg", years=YEARS)
    start, regime = prepare(scenario, 3), load_regime("delegated")
    funded = simulate(start, scenario, regime, 3, YEARS)
    spent = funded.values["national"][:, 0, funded.outcomes.index("staff_cost_total")]
    again = simulate(start, scenario, regime, 3, YEARS, staff_budget=list(spent))
    for level, values in funded.values.items():
        np.testing.assert_allclose(again.values[level], values, rtol=1e-6, atol=1e-9)


def test_the_command_spends_the_same_in_every_pair() -> None:
    compared = api.compare(
        ["area_team_only", "delegated", "joint"],
        scenario="one_ccg",
        runs=2,
        years=YEARS,
        equal_staff_cost=True,
        quiet=True,
    )
    spent = compared.results.cube("national").of("staff_cost_total")
    by_pair = spent[:, :, 0].reshape(2, 3, YEARS)  # pair by pair, and in a pair regime by regime
    np.testing.assert_allclose(by_pair, by_pair[:, :1] * np.ones((1, 3, 1)), rtol=1e-9)
