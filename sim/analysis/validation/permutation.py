"""How much each start column counts for the forecast of exits: the fall in AUC when it is shuffled among practices.

A column is shuffled in the start table, before the model builds a World from it; all else stays, so that doctors are
drawn anew where theirs were shuffled. Every column meets the same draws and seeds as the table as it is. A fall near
nought says that the column does not tell exits apart in the model, or that others tell the same.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.validation.fates import Fates, Followed
from sim.analysis.validation.forecast import chances
from sim.analysis.validation.panel import YEARS, Panel
from sim.analysis.validation.scores import Interval, auc, bootstrap
from sim.population.doctors import sample_doctors
from sim.population.tables import Population, Table
from sim.study.conduct import conduct
from sim.study.design import Design
from sim.study.executors import InProcess
from sim.study.manifest import PACKAGE, parameters_hash
from sim.study.plan import Study
from sim.study.records import Task

RUNS = 10
"""Runs a column; the table as it is gets as many, with the same pairs. Few, so that falls are rougher than the AUC of a
whole validation, but no column is favoured. They run in this process: starting others would take longer."""
TOLD = len(YEARS) - 1
"""Years simulated: exits are known up to the year before the last of the panel."""
SHUFFLED: dict[str, tuple[str, ...]] = {
    "list size": ("list_size",),
    "age shares": ("age_0_4", "age_5_64", "age_65_74", "age_75_plus"),
    "place": ("latitude", "longitude"),
    "deprivation": ("imd",),
    "rural": ("rural",),
    "need": ("need",),
    "contract": ("contract",),
    "dispensing": ("dispensing",),
    "doctors (FTE and heads)": ("gp_fte", "gp_headcount"),
    "nurses": ("nurse_fte",),
    "other direct care": ("direct_care_fte",),
    "administration": ("admin_fte",),
    "trainees": ("trainee_fte",),
    "global sum": ("pay_global_sum",),
    "correction factor": ("pay_mpig",),
    "PMS payments": ("pay_pms_balance",),
    "premises": ("pay_premises",),
    "seniority": ("pay_seniority",),
    "QOF": ("pay_qof",),
    "national services": ("pay_national_es",),
    "local services": ("pay_local_es",),
    "dispensing pay": ("pay_dispensing",),
    "other payments": ("pay_other",),
}
"""What is shuffled together under one name: columns of the population's practices. Names and CCGs stay."""
PEOPLE = ("doctors (FTE and heads)", "trainees")
"""Columns from which single doctors are drawn, anew where these are shuffled."""
BUILD_SEED = 1
"""Seed with which `population build` draws doctors."""
MODEL = ("rules", "commissioning", "population", "world", "regimes")
"""Folders of the program on which what is kept depends, beside the parameters."""

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Fall:
    """AUC with a column shuffled, and how far it fell (95% by resampling CCGs)."""

    column: str
    auc: float
    fall: Interval

    def row(self) -> dict[str, Any]:
        """As a plain row."""
        return {"column": self.column, "auc": self.auc, "fall": self.fall.value, "fall_low": self.fall.low,
                "fall_high": self.fall.high}  # fmt: skip


def shuffled(population: Population, name: str, seed: int) -> Population:
    """The population with a column of SHUFFLED in another order. Ages are shares, so a list keeps its own."""
    rng = np.random.default_rng([seed, int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")])
    order = rng.permutation(len(population.practices["id"]))
    practices = dict(population.practices)
    if name == "list size":
        practices = _with_lists(practices, practices["list_size"][order])
    elif name == "age shares":
        for band in SHUFFLED[name]:
            practices[band] = (practices[band] / practices["list_size"])[order] * practices["list_size"]
    else:
        practices |= {column: practices[column][order] for column in SHUFFLED[name]}
    redrawn = sample_doctors(practices, BUILD_SEED) if name in PEOPLE else population.doctors
    return replace(population, practices=practices, doctors=redrawn)


def _with_lists(practices: Table, lists: npt.NDArray[np.float64]) -> Table:
    bands = {band: practices[band] / practices["list_size"] * lists for band in SHUFFLED["age shares"]}
    return {**practices, **bands, "list_size": lists}


def falls(
    task: Task, population: Population, panel: Panel, ccg: npt.NDArray[Any], *, design: Design,
    runs: int = RUNS, kept: Path | None = None, say: Callable[[str], None] = lambda _: None,
) -> list[Fall]:  # fmt: skip
    """The fall for every column, the greatest first, and the AUC of the table as it is under the name "none".

    design: its first `runs` pairs are run for every column. kept: a file in which finished columns are kept, so that a
    run that was stopped goes on; it counts for the same population, model and pairs only.
    """
    rows = np.flatnonzero(panel.paid[0])
    happened: Marks = np.asarray(panel.exits.any(axis=0))[rows]
    first = design.first(runs)
    cache = _Cache(kept, _key(task, population, first))
    gone: dict[str, npt.NDArray[np.float64]] = {}
    for name in ("none", *SHUFFLED):
        say(name)
        gone[name] = cache.get(name, partial(_exits, task, population, name, first))[rows]
    made = [_fall(name, gone[name], gone["none"], happened, np.asarray(ccg)[rows]) for name in gone]
    return [made[0], *sorted(made[1:], key=lambda one: -one.fall.value)]


def _fall(
    name: str, gone: npt.NDArray[np.float64], plain: npt.NDArray[np.float64], happened: Marks, ccg: npt.NDArray[Any]
) -> Fall:
    def difference(rows: npt.NDArray[np.int64]) -> float:
        return auc(plain[rows], happened[rows]) - auc(gone[rows], happened[rows])

    return Fall(name, auc(gone, happened), bootstrap({"fall": difference}, ccg, draws=200)["fall"])


def _exits(task: Task, population: Population, name: str, design: Design) -> npt.NDArray[np.float64]:
    """(practices,): share of runs in which each code has ended after TOLD years."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "population"
        (population if name == "none" else shuffled(population, name, design.master_seed)).save(target)
        told = replace(task, population=target, years=TOLD)
        fates: Sequence[Fates] = list(_fates(Study("permutation", name, told, design)))
    return np.asarray(chances(fates, YEARS[:TOLD]).ended[-1])


def _fates(study: Study) -> Iterator[Fates]:
    for outcomes in conduct(study, executor=InProcess(), quiet=True).kept.values():
        if isinstance(outcomes, Followed):
            yield outcomes.fates


def _key(task: Task, population: Population, design: Design) -> str:
    """What a kept column counts for: the model's source and parameters, the population, the pairs."""
    digest = hashlib.sha256(parameters_hash().encode())
    for folder in MODEL:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    digest.update(np.ascontiguousarray(population.practices["id"]).tobytes())
    digest.update(np.ascontiguousarray(population.practices["list_size"]).tobytes())
    for values in (design.draw, design.seed, design.values):
        digest.update(np.ascontiguousarray(values).tobytes())
    digest.update(json.dumps([design.names, list(task.scenarios), list(task.regimes)]).encode())
    return digest.hexdigest()


class _Cache:
    """Columns done so far, in a file; none where no file is named."""

    def __init__(self, file: Path | None, key: str) -> None:
        self._file, self._key = file, key
        self._kept: dict[str, list[float]] = {}
        if file is not None and file.is_file():
            told = json.loads(file.read_text(encoding="utf-8"))
            if told.get("key") == key:
                self._kept = told["columns"]

    def get(self, name: str, make: Callable[[], npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
        """A column, made now if it is not there."""
        if name not in self._kept:
            self._kept[name] = [round(float(value), 6) for value in make()]
            if self._file is not None:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.write_text(json.dumps({"key": self._key, "columns": self._kept}), encoding="utf-8")
        return np.array(self._kept[name])
