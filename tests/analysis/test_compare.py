"""Paired differences against numbers worked out by hand."""

import math

import numpy as np
import pytest
from fake_model import REGISTRY, run, task

from sim.analysis.compare import compare, how_often, paired, summarise
from sim.errors import InputError
from sim.study.design import draw_pairs
from sim.study.results import Results


def study(*regimes: str, pairs: int = 4) -> Results:
    return run(task(*regimes), draw_pairs(pairs, 3))


def test_differences_by_hand() -> None:
    first, other = np.array([10.0, 20.0, 30.0, 40.0]), np.array([11.0, 19.0, 33.0, 40.0])
    got = summarise(first, other, direction=1)  # differences: +1, -1, +3, 0
    assert (got.pairs, got.mean_first, got.mean_other) == (4, 25.0, 25.75)
    assert got.difference == pytest.approx(0.75)
    # Sorted -1, 0, 1, 3: the 5th percentile lies 0.15 of the way from -1 to 0, the 95th 0.85 of the way from 1 to 3.
    assert (got.low, got.high) == pytest.approx((-0.85, 2.7))
    assert got.standard_error == pytest.approx(math.sqrt((0.0625 + 3.0625 + 5.0625 + 0.5625) / 3) / 2)
    assert (got.better, got.worse) == (0.5, 0.25)


def test_direction_says_what_is_better() -> None:
    first, other = np.zeros(4), np.array([1.0, 1.0, 1.0, -1.0])
    assert summarise(first, other, direction=1).better == 0.75
    assert summarise(first, other, direction=-1).better == 0.25
    assert math.isnan(summarise(first, other, direction=0).better)


def test_last_bits_are_no_difference() -> None:
    got = summarise(np.array([0.3, 1e8]), np.array([0.1 + 0.2, 1e8 + 1e-7]), direction=1)
    assert (got.difference, got.better, got.worse) == (0.0, 0.0, 0.0)


def test_pairing_takes_out_what_both_share() -> None:
    luck = np.random.default_rng(1).normal(0, 100, 50)
    got = summarise(luck, luck + 0.5, direction=1)
    assert (got.low, got.high) == pytest.approx((0.5, 0.5))


def test_values_not_recorded_do_not_count() -> None:
    got = summarise(np.array([1.0, np.nan, 3.0]), np.array([2.0, 2.0, np.nan]), direction=1)
    assert (got.pairs, got.difference) == (1, 1.0)
    assert math.isnan(got.standard_error)
    nothing = summarise(np.array([np.nan]), np.array([1.0]), direction=1)
    assert nothing.pairs == 0
    assert math.isnan(nothing.difference)


def test_regimes_are_compared_with_the_first_at_the_last_year() -> None:
    comparison = compare(study("plain", "other", "worse"), REGISTRY)
    assert (comparison.year, comparison.level) == (2016, "national")
    found = {row.regime: row.summary.difference for row in comparison.of("gp_fte_per_1000")}
    assert found == pytest.approx({"other": 1.0, "worse": -0.5})  # gains of 0.5 and -0.25 a year, after two years
    assert {row.first for row in comparison.rows} == {"plain"}


def test_another_year_and_level() -> None:
    results = study("plain", "other")
    assert compare(results, REGISTRY, year=2014).of("practices_open")[0].summary.difference == 0.0
    rows = compare(results, REGISTRY, level="ccg", year=2015).of("practices_open")
    assert [row.place for row in rows] == ["01A", "02B", "03C", "04D"]
    assert [row.summary.difference for row in rows] == pytest.approx([0.5] * 4)
    with pytest.raises(InputError, match="2014 to 2016"):
        compare(results, REGISTRY, year=2013)


def test_a_pair_counts_only_where_every_regime_finished() -> None:
    results = study("plain", "fails_on_odd", pairs=12)
    odd = sum(run.seed % 2 for run in results.runs) // 2
    assert 0 < odd < 12
    assert compare(results, REGISTRY).rows[0].summary.pairs == 12 - odd
    values = paired(results, "national")
    np.testing.assert_array_equal(values["plain"], values["fails_on_odd"])


def test_equal_regimes_are_neither_better_nor_worse() -> None:
    row = compare(study("plain", "unnamed"), REGISTRY).of("gp_fte_per_1000")[0]
    assert (row.summary.difference, row.summary.better, row.summary.worse) == (0.0, 0.0, 0.0)
    assert how_often(row.summary) == "all the same"


def test_tidy_rows_are_flat() -> None:
    row = compare(study("plain", "other"), REGISTRY).tidy()[0]
    assert {"level", "place", "year", "outcome", "regime", "first", "difference", "low", "high", "better"} <= set(row)
    assert not any(isinstance(value, dict) for value in row.values())


def test_the_table_for_the_terminal() -> None:
    comparison = compare(study("plain", "other", "worse"), REGISTRY)
    text = comparison.table(["gp_fte_per_1000"])
    assert text.splitlines()[0] == "Difference from plain in 2016-17, 4 pairs (same parameters, start and luck)"
    assert "GP FTE per 1,000" in text
    assert "+1.00" in text
    assert "4 of 4" in text
    assert "0 of 4" in text
    assert "Practices open" not in text
    with pytest.raises(InputError, match="unknown outcome"):
        comparison.table(["happiness"])
