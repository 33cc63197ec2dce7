"""How many pairs until a difference is known: the arithmetic, and comparisons that grow until it is."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import fake_model
import numpy as np
import pytest
from fake_model import REGISTRY, FakeResult, Named, run, sample, task
from scipy.stats import t

from sim import api
from sim.analysis.replication import FEWEST, advice_text, advise, half_width, least_known, pairs_needed
from sim.cli import main
from sim.errors import InputError
from sim.regimes import Regime
from sim.scenario import Scenario
from sim.study.design import draw_pairs
from sim.study.records import Engine


def test_the_half_width_is_that_of_students_interval() -> None:
    differences = np.random.default_rng(1).normal(3.0, 2.0, 25)
    low, high = t.interval(0.9, 24, differences.mean(), differences.std(ddof=1) / 5.0)
    assert half_width(differences.std(ddof=1), 25) == pytest.approx((high - low) / 2.0)
    assert half_width(1.0, 1) == math.inf


@pytest.mark.parametrize("width", [0.05, 0.5, 1.0])
def test_the_number_needed_is_the_smallest_that_will_do(width: float) -> None:
    needed = pairs_needed(2.0, width)
    assert needed is not None
    assert half_width(2.0, needed) <= width
    assert needed == FEWEST or half_width(2.0, needed - 1) > width


def test_what_no_number_will_tell_is_owned_to() -> None:
    assert pairs_needed(1e6, 1e-6) is None
    assert pairs_needed(math.nan, 1.0) is None
    assert pairs_needed(0.0, 1e-9) == FEWEST
    with pytest.raises(InputError, match="--precision"):
        pairs_needed(1.0, 0.0)


def test_four_times_the_pairs_halve_the_interval() -> None:
    """What is advised from few pairs comes true, within what few pairs can tell."""
    few, many = (
        least_known(advise(run(task("plain", "noisy"), draw_pairs(pairs, 1, sample)), REGISTRY, ["practices_open"]))
        for pairs in (100, 400)
    )
    assert few.half_width == pytest.approx(2.0 * many.half_width, rel=0.2)
    needed = few.pairs_for(many.half_width)
    assert needed == pytest.approx(400, rel=0.4)


def test_advice_names_outcomes_that_differ() -> None:
    results = run(task("plain", "noisy", "other"), draw_pairs(12, 1, sample))
    text = advice_text(advise(results, REGISTRY, list(REGISTRY)))
    assert "noisy" in text
    assert "Practices open" in text
    assert not [line for line in text.splitlines() if line.startswith("Practices open") and " other " in line]
    with pytest.raises(InputError, match="--outcome"):
        advise(results, REGISTRY, ["happiness"])


def simulate(start: int, scenario: Scenario, regime: Regime, *arguments: Any) -> FakeResult:
    """The small model for real scenarios and regimes: `delegated` differs by a random amount."""
    name = "noisy" if regime.name == "delegated" else "plain"
    return fake_model.simulate(start, Named("small"), Named(name), *arguments)


ENGINE = Engine(fake_model.prepare, simulate, fake_model.places, Scenario, Regime)


@pytest.mark.parametrize("to_folder", [False, True])
def test_a_comparison_grows_until_its_precision_is_reached(tmp_path: Path, to_folder: bool) -> None:
    compare = partial(
        api.compare, ["area_team_only", "delegated"], scenario="one_ccg", seed=3, quiet=True, engine=ENGINE
    )
    pilot = compare(runs=FEWEST)
    width = 0.4 * least_known(advise(pilot.results, REGISTRY, ["practices_open"])).half_width
    grown = compare(precision=width, out=tmp_path / "out" if to_folder else None)
    reached = least_known(advise(grown.results, REGISTRY, ["practices_open"]))
    assert 3 * FEWEST < reached.pairs < 20 * FEWEST
    assert reached.half_width <= width
    first = pilot.results.runs
    assert grown.results.runs[: len(first)] == first, "the same pairs, and more of them"
    np.testing.assert_array_equal(grown.results.cube().values[: len(first)], pilot.results.cube().values)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--precision", "0"], ["--precision", "above 0"]),
        (["--precision", "5", "--runs", "3"], ["--runs", "one of the two"]),
        (["--outcome", "practices_open"], ["--outcome", "--precision"]),
        (["--precision", "5", "--outcome", "practices"], ["--outcome", "practices_open"]),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, options: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["compare", "area_team_only", "delegated", "--out", str(out), *options]) == 2
    assert all(word in capsys.readouterr().err for word in words[:1])
    assert not out.exists()
