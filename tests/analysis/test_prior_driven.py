"""What a difference rests on: parameters that calibration narrowed, those that it did not, and the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.analysis.prior_driven import prior_driven, split, told
from sim.errors import InputError
from sim.study.design import draw_pairs

RNG = np.random.default_rng(3)
DRAWN = RNG.uniform(size=(400, 30))
KNOWN = np.arange(30) < 10


def shares(difference: np.ndarray) -> tuple[float, float, float]:
    (found,) = split(["outcome"], "delegated", difference[:, None], DRAWN, KNOWN)
    return found.prior, found.narrowed, found.rest


def test_what_unknown_parameters_explain_is_prior_driven() -> None:
    prior, narrowed, rest = shares(DRAWN[:, 20])
    assert prior > 0.98 and narrowed < 0.01 and rest < 0.02


def test_what_calibration_informed_is_not() -> None:
    prior, narrowed, rest = shares(2.0 * DRAWN[:, 2] + DRAWN[:, 20])
    assert narrowed == pytest.approx(0.8, abs=0.08) and prior == pytest.approx(0.2, abs=0.08) and rest < 0.02


def test_luck_is_neither() -> None:
    prior, narrowed, rest = shares(RNG.normal(size=400))
    assert prior + narrowed < 0.06 and rest > 0.94


def test_no_difference_rests_on_nothing() -> None:
    assert np.isnan(shares(np.zeros(400))).all()


class Few:
    """Results of three pairs."""

    arms = ["a", "b"]
    design = draw_pairs(3, 1, lambda _: {"leaving.base": 0.1})

    def cube(self, _level: str) -> Any:
        class Cube:
            outcomes = ("x",)

            def year_index(self, _year: int | None) -> int:
                return 0

        return Cube()


def test_few_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sim.analysis.prior_driven.paired", lambda *_: {"a": np.zeros((3, 1, 1, 1)), "b": np.ones((3, 1, 1, 1))}
    )
    with pytest.raises(InputError, match="3 pairs"):
        prior_driven(Few(), [])  # type: ignore[arg-type]


def test_a_comparison_of_few_pairs_says_that_it_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sim.analysis.prior_driven.paired", lambda *_: {"a": np.zeros((3, 1, 1, 1)), "b": np.ones((3, 1, 1, 1))}
    )
    text = told(Few(), [], ["x"])  # type: ignore[arg-type]
    assert "3 pairs" in text and "cannot tell" in text
