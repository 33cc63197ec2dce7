"""The real model behind the runner: same numbers to the last bit, whoever runs it."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.study.results import Results


def one_ccg(workers: int) -> Results:
    return sim.compare(
        ["area_team_only", "delegated"], scenario="one_ccg", runs=3, years=3, workers=workers, quiet=True
    ).results


@pytest.mark.slow
def test_workers_do_not_change_a_bit() -> None:
    alone, spread = one_ccg(1), one_ccg(2)
    assert not alone.failures
    assert alone.runs == spread.runs
    for level in alone.levels:
        np.testing.assert_array_equal(alone.cube(level).values, spread.cube(level).values)


def test_one_seed_gives_one_answer(tmp_path: Path) -> None:
    first = sim.run("one_ccg", seed=7, years=2, out=tmp_path / "a", quiet=True)
    again = sim.run("one_ccg", seed=7, years=2, out=tmp_path / "b", quiet=True)
    other = sim.run("one_ccg", seed=8, years=2, quiet=True)
    np.testing.assert_array_equal(first.cube().values, again.cube().values)
    assert not np.array_equal(first.cube().values, other.cube().values, equal_nan=True)


def test_the_quick_start() -> None:
    result = sim.compare(["area_team_only", "delegated"], scenario="one_ccg", runs=2, years=2, quiet=True)
    assert "delegated" in result.table()
    assert len(result.plot("appointments_unmet_share").axes) == 2
