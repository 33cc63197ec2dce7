"""The real model behind the runner: same numbers to the last bit, whoever runs it."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.cli import main
from sim.study.results import Results, open_results


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


def test_a_small_study_from_its_file_to_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "small.toml", tmp_path / "out"
    text = """
        title = "Small"
        scenarios = ["one_ccg"]
        regimes = ["area_team_only", "delegated"]
        years = 2
        outcomes = ["practices_open", "workload_mean"]
        [design]
        method = "latin_hypercube"
        parameters = ["assumed"]
        runs = 2
    """
    file.write_text(text, encoding="utf-8")
    assert main(["study", "run", str(file), "--out", str(out), "--workers", "1", "--quiet"]) == 0
    assert main(["study", "extend", str(out), "--runs", "1", "--workers", "1", "--quiet"]) == 0
    assert main(["study", "resume", str(out), "--workers", "1", "--quiet"]) == 0
    assert main(["report", str(out), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["study", "status", str(out)]) == 0
    assert "Small: 6 done, 0 failed, 0 missing of 6 runs" in capsys.readouterr().out
    results = open_results(out)
    assert results.levels == ["national", "area_team", "deprivation_fifth"]
    assert results.cube().values.shape == (6, 2, 1, 2)
    assert np.isfinite(results.cube().values).all()
    again = sim.run_study(file, out=tmp_path / "again", quiet=True)
    np.testing.assert_array_equal(again.cube().values, results.cube().values[:4])
