"""Waves on disk, and what targets may not do: change a run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from england import CORBY, fingerprint, run, scenario_of, start_of

from sim.analysis import targets as target_files
from sim.analysis.calibration import waves
from sim.analysis.calibration.space import Space
from sim.analysis.calibration.waves import engine_of, no_places, run_wave
from sim.analysis.practice_years import simulate_watched
from sim.analysis.targets import IN_SAMPLE, Target, history, load_targets
from sim.parameters import load
from sim.parameters.variants import Variant
from sim.regimes import load_regime
from sim.simulate import RunResult
from sim.study.executors import InProcess
from sim.study.records import Engine, Task

SPACE = Space(("leaving.base", "choice.merge"), {"mixed": Variant(title="toy", why="toy")})
LOWEST, HIGHEST = load().records["choice.merge"].bounds
LIKELY = HIGHEST - 0.15 * (HIGHEST - LOWEST)
CALLS: list[int] = []


def prepare(_scenario: Any, seed: int, _population: Path | None) -> int:
    return seed


def simulate(
    start: int,
    _s: Any,
    _r: Any,
    seed: int,
    _years: int,
    draw: Mapping[str, float] | None,
    *,
    targets: tuple[Target, ...],
) -> RunResult:
    """A model whose two targets are its luck and a parameter; it fails where merging is likeliest."""
    CALLS.append(seed)
    assert draw is not None and start == seed
    if draw["choice.merge"] > LIKELY:
        raise FloatingPointError("a division by 0")
    values = np.array([[[float(seed), draw["leaving.base"]]]])
    return RunResult([2016], tuple(t.name for t in targets), {"national": ["England"]}, {"national": values})


def task(targets: list[Target]) -> Task:
    engine = Engine(prepare, partial(simulate, targets=tuple(targets)), no_places, type(None), type(None))
    return Task({"toy": None}, {"toy": None}, 3, None, engine)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waves, "BLOCK", 8)
    monkeypatch.setattr(waves, "SHARING", 4)
    CALLS.clear()


def test_a_wave_that_was_broken_off_goes_on_with_the_same_result(tmp_path: Path, small_blocks: None) -> None:
    u = np.random.default_rng(1).uniform(size=(20, 2))
    two = load_targets()[:2]

    def wave(folder: str) -> waves.Wave:
        return run_wave(tmp_path / folder, task(two), SPACE, u, ["mixed"] * 20, 5, InProcess(), True)

    whole = wave("a")
    assert len(CALLS) == 20 and len(set(CALLS)) == 5  # a seed for every four rows
    (tmp_path / "a" / "block-001.parquet").unlink()
    again = wave("a")
    assert len(CALLS) == 28
    assert np.array_equal(whole.measured, again.measured, equal_nan=True)
    failed = whole.values[:, 1] > LIKELY
    assert failed.any() and np.isnan(whole.measured[failed]).all() and np.isfinite(whole.measured[~failed]).all()
    assert np.allclose(whole.measured[~failed, 1], whole.values[~failed, 0])


def scrambled(path: Path) -> Path:
    """The targets with every figure changed."""
    lines = []
    for line in IN_SAMPLE.read_text(encoding="utf-8").splitlines():
        words = line.split(" = ")
        lines.append(
            f"{words[0]} = 1" if words[0] in ("value", "low", "high") else line.replace("value = ", "value = 9")
        )
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_scrambled_targets_leave_a_run_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(run(CORBY, "voluntary_2015", 3))
    path = scrambled(tmp_path / "targets.toml")
    assert path.read_text(encoding="utf-8") != IN_SAMPLE.read_text(encoding="utf-8")
    monkeypatch.setattr(target_files, "IN_SAMPLE", path)
    assert fingerprint(run(CORBY, "voluntary_2015", 3)) == before


def test_only_the_analysis_knows_of_targets(project: Path) -> None:
    outside = [p for p in (project / "sim").rglob("*.py") if "analysis" not in p.parts and "report" not in p.parts]
    knowing = [p.name for p in outside if "analysis.targets" in p.read_text(encoding="utf-8")]
    assert not knowing, "no rule may see what a run is held against"


def test_the_model_reduced_to_targets_gives_what_its_outcomes_say() -> None:
    wanted = [t for t in load_targets() if t.name in ("practices_open.2016", "change.list_size_mean")]
    engine = engine_of(wanted)
    start, scenario = start_of(CORBY, 7), scenario_of(CORBY, 3)
    reduced = engine.simulate(start, scenario, load_regime("voluntary_2015"), 7, 3, None)
    whole, _ = simulate_watched(start, scenario, load_regime("voluntary_2015"), 7, 3)
    lists = history(whole, "list_size_mean", "national")[:, 0]
    opened = whole.values["national"][2, 0, whole.outcomes.index("practices_open")]
    assert reduced.outcomes == ("practices_open.2016", "change.list_size_mean")
    assert reduced.values["national"][0, 0].tolist() == [opened, lists[2] / lists[0] - 1.0]
