"""The runs that a validation looks at: England as it was commissioned, over draws of parameters and seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.validation.fates import Followed
from sim.errors import InputError
from sim.population.tables import Population
from sim.study.conduct import conduct
from sim.study.executors import Executor
from sim.study.plan import Study
from sim.study.records import Run


@dataclass(frozen=True)
class Ensemble:
    """Runs that ended well, in the order of the design, and the starting England of the first."""

    runs: tuple[Followed, ...]
    failures: tuple[Run, ...]
    population: Population
    manifest: Mapping[str, Any]

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


def run_ensemble(study: Study, executor: Executor, *, quiet: bool) -> Ensemble:
    """Runs a study of one scenario and one regime. Raises InputError if no run ended well."""
    results = conduct(study, executor=executor, quiet=quiet)
    kept = tuple(one for _, one in sorted(results.kept.items()) if isinstance(one, Followed))
    failures = tuple(results.failures)
    if not kept:
        raise InputError(f"every run failed; the first at {failures[0].stage}: {failures[0].error}", key="validate")
    (scenario,) = study.task.scenarios.values()
    start = study.task.engine.prepare(scenario, study.design.pair(0).seed, study.task.population)
    return Ensemble(kept, failures, start.population, results.manifest)
