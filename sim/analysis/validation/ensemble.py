"""The runs that a validation looks at: England as it was commissioned, over draws of parameters and seeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.validation.fates import Followed
from sim.errors import InputError
from sim.population.tables import Population
from sim.study import manifest
from sim.study.conduct import warm_up
from sim.study.design import Design
from sim.study.records import Run, Task
from sim.study.runner import check_workers, execute


@dataclass(frozen=True)
class Ensemble:
    """Runs that ended well, in the order of the design, and the starting England of the first."""

    runs: tuple[Followed, ...]
    failures: tuple[Run, ...]
    population: Population
    manifest: dict[str, Any]

    @property
    def years(self) -> list[int]:
        """Financial years that were simulated."""
        return list(self.runs[0].years)

    @cached_property
    def codes(self) -> list[str]:
        """Codes of the practices of the start."""
        return [str(code) for code in self.population.practices["code"]]

    @cached_property
    def ccg(self) -> npt.NDArray[np.str_]:
        """(practices,): code of each practice's CCG at the start."""
        return np.asarray(self.population.ccgs["code"][self.population.practices["ccg"]])


def run_ensemble(task: Task, design: Design, *, workers: int | None, quiet: bool) -> Ensemble:
    """Runs the design under the task's one regime. Raises InputError if no run ended well."""
    used = check_workers(workers)
    started = datetime.now(UTC)
    warm_up(task, design, quiet=quiet)
    rows: list[Run] = []
    kept: list[Followed] = []
    for finished in execute(task, design, workers=used, quiet=quiet):
        rows.append(finished.run)
        if isinstance(finished.outcomes, Followed):
            kept.append(finished.outcomes)
    failures = tuple(run for run in rows if run.status != "done")
    if not kept:
        raise InputError(f"every run failed; the first at {failures[0].stage}: {failures[0].error}", key="validate")
    told = manifest.describe("validate", task, design, rows, started, datetime.now(UTC), used)
    start = task.engine.prepare(task.scenario, design.pairs[0].seed, task.population)
    return Ensemble(tuple(kept), failures, start.population, told)
