"""Practices that go on: growth in the panel and in runs, and how far they fit."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.validation.fates import Fates
from sim.analysis.validation.panel import Panel
from sim.analysis.validation.response import ANSWERS, responses
from sim.analysis.validation.survivors import tracked
from sim.world.states import DISPERSED, OPEN

PRACTICES = 400


def panel(growth: np.ndarray, mpig: np.ndarray) -> Panel:
    """A panel of lists that grow to (1 + growth) of 5,000, and GPs half as fast."""
    lists = 5000.0 * (1.0 + growth * np.arange(4)[:, None] / 3.0)
    fte = 3.0 * (1.0 + growth / 2.0 * np.arange(3)[:, None] / 2.0)
    nothing = np.zeros((4, PRACTICES))
    return Panel(lists, np.tile(mpig, (4, 1)), nothing, np.full((4, PRACTICES), "GMS"), fte)


def run(growth: np.ndarray, ended: np.ndarray) -> Fates:
    state = np.where(ended, DISPERSED, OPEN) * np.ones((4, 1), np.int8)
    lists = 5000.0 * (1.0 + growth * np.arange(4)[:, None] / 3.0)
    fte = 3.0 * (1.0 + growth / 2.0 * np.arange(4)[:, None] / 2.0)
    return Fates(state.astype(np.int8), lists.astype(np.float32), fte.astype(np.float32))


def test_a_run_that_is_right_has_no_error() -> None:
    growth = np.linspace(-0.2, 0.3, PRACTICES)
    found = tracked(panel(growth, np.zeros(PRACTICES)), [run(growth, np.zeros(PRACTICES, bool))] * 3)
    for one, factor in zip(found, (1.0, 0.5), strict=True):
        assert one.practices == PRACTICES
        assert one.error == pytest.approx(0.0, abs=1e-3)
        assert one.unchanged == pytest.approx(100.0 * factor * np.abs(growth).mean(), rel=1e-3)
        assert one.correlation == pytest.approx(1.0)


def test_losers_differ_by_what_was_put_in() -> None:
    rng = np.random.default_rng(2)
    loses = rng.random(PRACTICES) < 0.4
    practices = {
        "contract": np.zeros(PRACTICES, np.int64), "list_size": rng.uniform(2000.0, 9000.0, PRACTICES),
        "imd": rng.uniform(5.0, 50.0, PRACTICES),
    }  # fmt: skip
    real = panel(0.05 - 0.03 * loses, np.where(loses, 50000.0, 0.0))
    simulated = run(0.05 - 0.01 * loses, loses & (np.arange(PRACTICES) % 4 == 0))
    ccg = np.arange(PRACTICES) % 20
    found = {one.answer: one for one in responses(real, [simulated] * 2, practices, ccg) if one.practices == "all CCGs"}
    assert set(found) == set(ANSWERS)
    lists, exits = found[ANSWERS[1]], found[ANSWERS[0]]
    assert lists.observed.value == pytest.approx(-3.0, abs=0.05)
    assert lists.simulated == pytest.approx(-1.0, abs=0.05)
    assert not lists.agrees
    assert exits.observed.value == pytest.approx(0.0, abs=1e-6)
    assert 15.0 < exits.simulated < 35.0
