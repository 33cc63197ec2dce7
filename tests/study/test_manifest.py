"""A manifest holds all that a study is made of, so that its folder can be carried on from anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.regimes import load_regime, shipped_regimes
from sim.scenario import load_scenario, shipped_scenarios
from sim.study.conduct import model_engine
from sim.study.design import single
from sim.study.manifest import HERE, PACKAGE, describe, program_hash, task_of
from sim.study.plan import Study
from sim.study.records import Task


def test_every_shipped_scenario_and_regime_is_read_as_it_was_written(tmp_path: Path) -> None:
    scenarios = {name: load_scenario(name, population=tmp_path) for name in shipped_scenarios()}
    scenarios["plain"] = load_scenario("england")
    regimes = {name: load_regime(name) for name in shipped_regimes()}
    task = Task(scenarios, regimes, 5, tmp_path, model_engine(), levels=("national",), outcomes=("practices_open",))
    manifest = describe(Study("study", "All", task, single(1)))
    assert task_of(manifest, task.engine) == task
    content = str(manifest["scenario_content"])
    assert HERE in content
    assert str(PACKAGE.parent) not in content, "the place of the program is no part of a study"


def test_the_hash_of_the_program_changes_with_any_rule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program_hash.cache_clear()
    before = program_hash()
    (tmp_path / "rule.py").write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr("sim.study.manifest.PACKAGE", tmp_path)
    program_hash.cache_clear()
    first = program_hash()
    (tmp_path / "rule.py").write_text("x = 2\n", encoding="utf-8")
    program_hash.cache_clear()
    assert len({before, first, program_hash()}) == 3
    program_hash.cache_clear()
