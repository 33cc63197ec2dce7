"""How designs are drawn: each method, grids, tables, seeds, and that all of them can be extended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest

from sim import parameters
from sim.errors import InputError
from sim.parameters.quantiles import value_at
from sim.regimes import UNCERTAIN
from sim.study.design import draw_pairs, draw_uncertain, plausible_sampler
from sim.study.plan import Plan, draw_design
from sim.study.records import DEFAULT_VALUES

TWO = ("leaving.base", "regime.exit.notice_months")
RECORDS = parameters.load().records


def test_plausible_draws_are_those_of_a_comparison() -> None:
    plan = Plan(method="plausible", runs=3, england="synthetic")
    assert draw_design(plan, 7) == draw_pairs(3, 7, plausible_sampler())
    assert draw_design(plan, 7, 1).joined(draw_design(plan, 7, 2, after=1)) == draw_design(plan, 7)


def test_independent_draws_are_those_of_an_uninformed_comparison() -> None:
    assert draw_design(Plan(method="ranges", runs=3), 7) == draw_pairs(3, 7, draw_uncertain)
    assert draw_design(Plan(method="fixed", runs=3), 7) == draw_pairs(3, 7)


@pytest.mark.parametrize("method", ["fixed", "ranges"])
def test_more_pairs_extend_fewer(method: str) -> None:
    plan = Plan(method=method, runs=5)
    assert draw_design(plan, 7, 2).joined(draw_design(plan, 7, 3, after=2)) == draw_design(plan, 7)


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol", "morris"])
def test_an_extension_is_another_block_with_its_own_draws_and_seeds(method: str) -> None:
    plan = Plan(method=method, runs=4, parameters=TWO)
    first, more = draw_design(plan, 7), draw_design(plan, 7, 4, after=4)
    assert first == draw_design(plan, 7)
    assert not set(first.draw) & set(more.draw)
    assert not set(first.seed) & set(more.seed)
    assert not np.array_equal(first.values, more.values)


def test_a_hypercube_has_a_value_in_every_share_of_a_distribution() -> None:
    plan = Plan(method="latin_hypercube", runs=20, parameters=TWO, ranges={"leaving.base": (2.0, 4.0)})
    design = draw_design(plan, 1)
    assert design.names == TWO
    assert sorted(((design.values[:, 0] - 2.0) * 10.0).astype(int)) == list(range(20))
    assert sorted((design.values[:, 1] * 20.0).astype(int)) == list(range(20)), "values of regimes are quantiles"
    assert len(set(design.seed)) == 20


def test_rows_of_a_trajectory_share_a_seed_and_differ_in_one_parameter() -> None:
    design = draw_design(Plan(method="morris", runs=3, parameters=TWO), 1)
    assert len(design) == 3 * (len(TWO) + 1)
    for begin in range(0, len(design), 3):
        rows = slice(begin, begin + 3)
        assert len(set(design.seed[rows])) == 1
        assert (np.diff(design.values[rows], axis=0) != 0.0).sum(axis=1).tolist() == [1, 1]
    assert len(set(design.seed)) == 3


def test_a_design_for_indices_of_sobol_has_two_rows_more_than_parameters() -> None:
    design = draw_design(Plan(method="sobol", runs=4, parameters=TWO), 1)
    assert len(design) == 4 * (len(TWO) + 2)
    first, *others = design.values[:4]
    assert [int((row != first).sum()) for row in others] == [1, 1, 2]
    assert len(set(design.seed)) == 4


def test_a_grid_is_crossed_and_its_cells_share_seeds() -> None:
    grid = {"global_sum.price": {"times": [0.9, 1.1]}, "leaving.base": [0.02, 0.03, 0.04]}
    design = draw_design(Plan(method="grid", runs=2, grid=grid), 1)
    assert len(design) == 2 * 6
    assert design.draw.tolist() == [*range(6)] * 2
    assert len(set(design.seed[:6])) == 1
    price = RECORDS["global_sum.price"].central
    assert sorted(set(design.values[:, 0])) == pytest.approx([0.9 * price, 1.1 * price])
    assert design.values[:3, 1].tolist() == [0.02, 0.03, 0.04]


def test_a_grid_may_stand_beside_draws_and_multiplies_them() -> None:
    grid = {"leaving.base": {"times": (1.0, 2.0)}}
    plan = Plan(method="ranges", runs=3, parameters=("leaving.base",), grid=grid, seeds=2)
    design = draw_design(plan, 1)
    assert design.draw.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    base = design.values[:, 0].reshape(3, 2, 2)
    np.testing.assert_allclose(base[:, 1], 2.0 * base[:, 0])
    seeds = design.seed.reshape(3, 2, 2)
    assert (seeds[:, 0] == seeds[:, 1]).all(), "cells share the seeds of their draw"
    assert len(set(design.seed)) == 6


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_rows_of_a_table_are_taken_in_turn_and_then_again_with_other_seeds(tmp_path: Path, name: str) -> None:
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    table = pa.table({"draw": [7, 8], "leaving.base": [0.02, 0.03], TWO[1]: [0.1, 0.9]})
    (pc.write_csv if name.endswith("csv") else pq.write_table)(table, tmp_path / name)
    design = draw_design(Plan(method="ensemble", file=str(tmp_path / name), runs=5), 1)
    assert design.draw.tolist() == [0, 1, 0, 1, 0]
    assert design.values[:, 0].tolist() == [0.02, 0.03, 0.02, 0.03, 0.02]
    assert len(set(design.seed)) == 5


def test_a_table_that_names_no_parameter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("leaving.bass\n0.1\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"rows\.csv: leaving\.bass: unknown parameter .* did you mean 'leaving\.base'"
    ):
        draw_design(Plan(method="ensemble", file=str(tmp_path / "rows.csv")), 1)
    (tmp_path / "gap.csv").write_text("leaving.base\n0.1\nlow\n", encoding="utf-8")
    with pytest.raises(InputError, match="table of numbers"):
        draw_design(Plan(method="ensemble", file=str(tmp_path / "gap.csv")), 1)


def test_what_a_parameter_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"global_sum\.price would be -1 to -1"):
        draw_design(Plan(method="grid", grid={"global_sum.price": [-1.0]}), 1)


def test_words_and_patterns_choose_parameters() -> None:
    assert Plan(method="ranges", parameters=("regime.*",)).drawn() == list(UNCERTAIN)
    assumed = Plan(method="ranges", parameters=("assumed",)).drawn()
    assert assumed
    assert all(RECORDS[name].status == "assumed" for name in assumed)
    assert Plan(method="ranges").drawn() == [*(name for name, record in RECORDS.items() if record.varies), *UNCERTAIN]


def test_quantiles_are_those_of_the_draws() -> None:
    """One record of each form of prior, and one with a range alone."""
    forms: dict[str, str] = {}
    for name, record in RECORDS.items():
        forms.setdefault(str(record.prior).partition("(")[0], name)
    assert len(forms) >= 3
    generator = np.random.default_rng(1)
    for name in forms.values():
        record = RECORDS[name]
        drawn = [record.draw(generator) for _ in range(400)]
        quantiles = value_at(record, np.linspace(0.0005, 0.9995, 2000))
        assert kstest(drawn, quantiles).pvalue > 0.001, name


def test_fixed_draws_nothing() -> None:
    assert set(draw_design(Plan(method="fixed", runs=3), 7).draw) == {DEFAULT_VALUES}
