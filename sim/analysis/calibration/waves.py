"""Waves: runs of a design, reduced to targets at once and kept on disk block by block.

Runs that follow one another share a seed, so that a starting England is built once for many. What is on disk is not run
again: a calibration that was broken off goes on where it stopped, with the same result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.analysis.calibration.space import Space
from sim.analysis.practice_years import simulate_watched
from sim.analysis.targets import Target, measure_targets
from sim.regimes.regime import Regime
from sim.scenario import Scenario
from sim.simulate import RunResult, Start, prepare
from sim.study.conduct import compile_model, conduct
from sim.study.design import SEED_RANGE, design_of
from sim.study.executors import Executor
from sim.study.plan import Study
from sim.study.records import Engine, Pair, Task

Floats = NDArray[np.float64]
BLOCK = 240
"""Runs written at once: many for one start of the workers, few enough to lose when the work is broken off."""
SHARING = 40
"""Runs that share a seed."""


@dataclass(frozen=True)
class Wave:
    """Runs that are done. u, values: (n, space) points and values; variant: (n,); measured: (n, targets), NaN where a
    run failed or lacks a figure."""

    u: Floats
    values: Floats
    variant: tuple[str, ...]
    measured: Floats

    def __len__(self) -> int:
        return len(self.variant)

    def rows(self, chosen: NDArray[Any]) -> Wave:
        """Some of the runs: row numbers or a mask."""
        variant = tuple(np.asarray(self.variant, dtype=object)[chosen].tolist())
        return Wave(self.u[chosen], self.values[chosen], variant, self.measured[chosen])


def together(waves: Sequence[Wave]) -> Wave:
    """All runs of several waves, in order."""
    return Wave(
        np.concatenate([w.u for w in waves]),
        np.concatenate([w.values for w in waves]),
        tuple(name for w in waves for name in w.variant),
        np.concatenate([w.measured for w in waves]),
    )


class _Starts:
    """The last starting England of this process, since runs of a block share it."""

    kept: tuple[tuple[Path, int, Path | None], Start] | None = None

    @classmethod
    def get(cls, scenario: Scenario, seed: int, population: Path | None) -> Start:
        """As `sim.simulate.prepare`."""
        key = (scenario.file, seed, population)
        if cls.kept is None or cls.kept[0] != key:
            cls.kept = (key, prepare(scenario, seed, population))
        return cls.kept[1]


def simulate_targets(
    start: Start,
    scenario: Scenario,
    regime: Regime,
    seed: int,
    years: int,
    draw: Mapping[str, float] | None,
    *,
    targets: tuple[Target, ...],
) -> RunResult:
    """A run of which only its targets are kept: one year, all England, a column a target."""
    result, _ = simulate_watched(start, scenario, regime, seed, years, draw)
    found = measure_targets(result, targets)
    names = tuple(target.name for target in targets)
    return RunResult(
        [result.years[-1]], names, {"national": ["England"]}, {"national": np.array([[[*found.values()]]])}
    )


def no_places(_start: Any) -> list[Any]:
    """Calibration draws no map."""
    return []


def engine_of(targets: Sequence[Target]) -> Engine:
    """The model, reduced to targets."""
    simulate = partial(simulate_targets, targets=tuple(targets))
    return Engine(_Starts.get, simulate, no_places, Scenario, Regime, compile_model)


def task_of(scenario: Scenario, regime: Regime, population: Path | None, targets: Sequence[Target]) -> Task:
    """Runs of as many years as targets ask for."""
    years = max(target.year for target in targets) - scenario.start_year + 1
    return Task({scenario.name: scenario}, {regime.name: regime}, years, population, engine_of(targets))


def run_wave(
    folder: Path,
    task: Task,
    space: Space,
    u: Floats,
    variant: Sequence[str],
    seed: int,
    executor: Executor,
    quiet: bool,
) -> Wave:
    """Runs a design, or takes from `folder` what has been run. u: (n, space); `seed`: of the wave's luck."""
    folder.mkdir(parents=True, exist_ok=True)
    values = space.values(u, variant)
    draws = space.draws(values, variant)
    measured = []
    for block, first in enumerate(range(0, len(u), BLOCK)):
        path = folder / f"block-{block:03d}.parquet"
        if not path.exists():
            pairs = [Pair(k, _luck(seed, k), draws[k]) for k in range(first, min(first + BLOCK, len(draws)))]
            _write(path, _measure(Study("calibrate", folder.name, task, design_of(pairs, seed)), executor, quiet))
        measured.append(_read(path))
    return Wave(u, values, tuple(variant), np.concatenate(measured))


def _luck(seed: int, row: int) -> int:
    """The seed of a run by its row: the same for `SHARING` rows."""
    return int(np.random.default_rng([seed, row // SHARING]).integers(SEED_RANGE))


def _measure(study: Study, executor: Executor, quiet: bool) -> Mapping[str, Floats]:
    """(n,) by target; NaN for a run that failed."""
    names = [target.name for target in study.task.engine.simulate.keywords["targets"]]  # type: ignore[attr-defined]
    results = conduct(study, executor=executor, quiet=quiet)
    rows = [
        results.kept[run.run].values["national"][0, 0] if run.run in results.kept else np.full(len(names), np.nan)
        for run in results.runs
    ]
    return dict(zip(names, np.array(rows).T, strict=True))


def _write(path: Path, columns: Mapping[str, Floats]) -> None:
    temporary = path.with_suffix(".partial")
    pq.write_table(pa.table(dict(columns)), temporary)
    temporary.replace(path)


def _read(path: Path) -> Floats:
    table = pq.read_table(path)
    return np.column_stack([column.to_numpy() for column in table.columns])
