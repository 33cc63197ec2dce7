"""Study files: scenarios x regimes x uncertain parameters x seeds, read from TOML and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, Strict, field_validator

from sim.errors import InputError
from sim.outcomes import LEVELS, OUTCOMES
from sim.regimes import REGIMES, load_regime
from sim.scenario import LONGEST, Scenario, load_scenario
from sim.study.conduct import model_engine
from sim.study.plan import Plan, Study, draw_design, england_of
from sim.study.records import Engine, Task
from sim.toml_files import SHIPPED, Block, RefusedError, Table, find, named_in, read_toml, unknown, validated

ROOT = SHIPPED.parent
STUDIES = ROOT / "experiments"
"""Folder of the studies that come with the program."""


class StudyFile(Block):
    """A study file. The design holds parameters and seeds; every pair of these is run in each scenario and regime."""

    title: str
    why: str = ""
    scenarios: tuple[str, ...] = Field(
        ("england",), min_length=1, description="stems of scenarios that come with the program, or paths"
    )
    regimes: tuple[str, ...] = Field(
        min_length=1, description="stems of regimes that come with the program, or paths; the first is compared with"
    )
    years: Annotated[int, Strict(), Field(ge=1, le=LONGEST)] | None = Field(
        None, description="financial years; those of the scenarios, which must then agree, unless given"
    )
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = Field(1, description="master seed, from which all is drawn")
    levels: tuple[str, ...] = Field(
        ("national", "area_team", "deprivation_fifth"),
        description="levels to keep; the nation always is",
        json_schema_extra={"items": {"type": "string", "enum": list(LEVELS)}},
    )
    outcomes: tuple[str, ...] = Field((), description="outcomes to keep (`commissim describe outcomes`); else all")
    without: tuple[str, ...] = Field((), description="mechanisms that are off in every run")
    equal_staff_cost: Annotated[bool, Strict()] = Field(
        False, description="commissioning staff cost under every regime what they cost under the first"
    )
    design: Plan = Plan()

    @field_validator("levels")
    @classmethod
    def _levels(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in LEVELS:
                raise unknown("level", name, LEVELS)
        return tuple(level for level in LEVELS if level in value or level == "national")

    @field_validator("outcomes")
    @classmethod
    def _outcomes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in OUTCOMES:
                raise unknown("outcome", name, OUTCOMES)
        return value

    @field_validator("scenarios", "regimes")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if value.count(name) > 1:
                raise RefusedError(f"{name!r} is given twice")
        return value


def load_study(
    name: str | Path,
    *,
    runs: int | None = None,
    scenario: str | None = None,
    years: int | None = None,
    population: Path | None = None,
    engine: Engine | None = None,
) -> Study:
    """A study by the stem of a file that comes with the program or by path, its whole design drawn.

    runs, scenario, years: instead of what the file says, to try a study in a small size. population: a folder made by
    `commissim population build`, for every scenario. Raises InputError, naming file and key, for anything that could
    not be run.
    """
    file = find(name, [STUDIES], "study")
    table = _instead(read_toml(file), runs, scenario, years)
    _anchor(table, file)
    written = validated(StudyFile, table, file)
    scenarios = [_scenario(written, one, file, population) for one in written.scenarios]
    lengths = {scenario.years for scenario in scenarios}
    if len(lengths) > 1:
        raise InputError("the scenarios differ in their years", file=file, key="years", allowed="years = one number")
    task = Task(
        {scenario.name: scenario for scenario in scenarios},
        {regime.name: regime for regime in map(load_regime, written.regimes)},
        lengths.pop(),
        population,
        engine or model_engine(),
        written.equal_staff_cost,
        written.levels,
        written.outcomes or None,
    )
    if len(task.scenarios) < len(written.scenarios) or len(task.regimes) < len(written.regimes):
        raise InputError("two files have one name", file=file, key="scenarios, regimes")
    plan = written.design
    if plan.method == "plausible" and plan.england is None:
        plan = plan.model_copy(update={"england": england_of(scenarios[0].population)})
    try:
        design = draw_design(plan, written.seed)
    except InputError as error:
        raise InputError(error.message, file=error.file or file, key=error.key, allowed=error.allowed) from None
    return Study("study", written.title, task, design, plan, plan.runs)


def _instead(table: Table, runs: int | None, scenario: str | None, years: int | None) -> Table:
    """What a study file says, with another size."""
    changed = dict(table)
    if scenario is not None:
        changed["scenarios"] = [scenario]
    if years is not None:
        changed["years"] = years
    if runs is not None:
        design = changed.get("design", {})
        changed["design"] = {**design, "runs": runs} if isinstance(design, dict) else design
    return changed


def _scenario(written: StudyFile, name: str, file: Path, population: Path | None) -> Scenario:
    try:
        return load_scenario(name, years=written.years, population=population).without(written.without)
    except InputError as error:
        if error.key == "--without":
            raise InputError(error.message, file=file, key="without", allowed=error.allowed) from None
        raise


def _anchor(table: Table, file: Path) -> None:
    """Makes the files that a study names absolute: those beside it first."""
    for key, folders, what in (
        ("scenarios", [SHIPPED], "scenario"),
        ("regimes", [file.parent / "regimes", REGIMES], "regime"),
    ):
        names = table.get(key)
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            table[key] = [str(named_in(file, key, name, folders, what)) for name in names]
    design = table.get("design")
    if isinstance(design, dict) and isinstance(design.get("file"), str):
        for path in (file.parent / design["file"], ROOT / design["file"], Path(design["file"])):
            if path.is_file():
                design["file"] = str(path.resolve())
                return
        raise InputError(f"no such file {design['file']!r}", file=file, key="design.file")
