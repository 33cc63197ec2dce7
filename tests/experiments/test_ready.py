"""Each ready experiment, small: it runs, saves distributions and says what it found."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

from experiments.ready import HERE
from sim.analysis.distributions import Grid, chosen_outcomes, groups_of
from sim.analysis.findings import beyond_chance, drivers
from sim.study.results import Results, open_results
from sim.study.store import read_design

NAMES = {
    "regimes_on_england": 2, "area_team_staff": 2, "funding_by_training": 1, "governance_strength": 2,
    "assumed_hypercube": 12,
}  # fmt: skip


def test_every_study_file_has_its_script() -> None:
    assert {path.stem for path in HERE.glob("*.toml")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_saves_distributions_and_says_what_it_found(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All outcomes are tabulated and told. All are drawn in one experiment, three in the others: it takes long."""
    if name != "regimes_on_england":
        few = lambda results, outcomes: chosen_outcomes(results, outcomes)[:3]
        monkeypatch.setattr("sim.report.distributions.chosen_outcomes", few)
    out = tmp_path / name
    small = ["--out", str(out), "--runs", str(NAMES[name]), "--scenario", "one_ccg", "--years", "2", "--workers", "1"]
    script = importlib.import_module(f"experiments.{name}")
    assert script.main([*small, "--quiet"]) == 0
    text = (out / "findings.md").read_text()
    assert text in capsys.readouterr().out
    assert sum(line.startswith("- ") for line in text.splitlines()) >= 1
    assert (out / "distributions.csv").read_text().count("\n") > 10
    assert (out / "report.html").is_file()

    results = open_results(out)
    groups = groups_of(results)
    drawn = 3 if name != "regimes_on_england" else len(chosen_outcomes(results))
    kinds = 2 if len(Grid.of(results).names) == 2 else 1
    assert len(list((out / "figures").glob("*.svg"))) == drawn * kinds
    assert len(groups) == len(results.arms) * len(Grid.of(results).cells)
    assert sum(len(group.rows) for group in groups) == len(results.runs)
    check_cells(results, out)


def check_cells(results: Results, out: Path) -> None:
    """Each cell of a grid of values holds the runs that had its values, as the design table tells."""
    design, _ = read_design(out, results.manifest["design"]["master_seed"])
    grid, runs = Grid.of(results), results.cube("national").runs
    for k in (k for k, times in enumerate(grid.times) if not times):
        drawn = design.values[:, design.names.index(grid.names[k])]
        for group in groups_of(results):
            assert drawn[[runs[row] // len(results.arms) for row in group.rows]] == pytest.approx(group.at[k])


def test_a_stopped_experiment_is_carried_on_and_a_bad_option_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = importlib.import_module("experiments.regimes_on_england")
    assert script.main(["--out", str(tmp_path / "new"), "--runs", "0", "--quiet"]) == 2
    assert "runs" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_drivers_are_found_where_they_are_and_not_elsewhere() -> None:
    generator = np.random.default_rng(5)
    drawn = generator.uniform(size=(200, 6))
    drawn[:, 5] = 1.0  # does not vary
    target = np.exp(3.0 * drawn[:, 2]) + generator.normal(size=200)
    found = drivers(drawn, list("abcdef"), target)
    assert found[0].parameter == "c"
    assert found[0].correlation > 0.8
    assert all(abs(one.correlation) < beyond_chance(200, 6) for one in found[1:])
    assert "f" not in {one.parameter for one in found}
