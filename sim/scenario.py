"""Scenarios: a place, a time, a regime and dated changes of parameters, read from TOML and checked.

`load_scenario` takes the stem of a shipped file (`england`) or a path. A scenario is frozen; what it does to the
parameters of a run is `Scenario.timeline`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, Strict, field_validator, model_validator

from sim import mechanisms, parameters
from sim.errors import InputError
from sim.parameters import FIRST_YEAR, Lever, ParameterBook, Timeline
from sim.parameters.records import number_or_path
from sim.population.facts import load_facts
from sim.population.merger_events import EVENTS, events_of, read_events
from sim.regimes import BEFORE, REGIMES, Regime, load_regime
from sim.toml_files import (
    SHIPPED,
    Block,
    RefusedError,
    Table,
    find,
    named_in,
    nearest,
    read_extended,
    unknown,
    validated,
)
from sim.world.states import REGIONS

LONGEST = 60
Whole = Annotated[int, Strict()]


class Place(Block):
    """Which CCGs are simulated: all, or those of one kind of choice."""

    ccgs: tuple[str, ...] = Field((), description='codes of CCGs as of April 2014, such as "03A"')
    region: str | None = Field(None, description="one of the four regions", json_schema_extra={"enum": list(REGIONS)})
    area_team: str | None = Field(None, description='name or code of an area team, such as "Q52"')

    @field_validator("ccgs")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for code in value:
            if not re.fullmatch(r"\d\d[A-Z]", code):
                raise RefusedError(
                    f"{code!r} is not the code of a CCG", allowed="two digits and a capital, such as 03A"
                )
            if value.count(code) > 1:
                raise RefusedError(f"{code!r} is given twice")
        return value

    @field_validator("region")
    @classmethod
    def _region(cls, value: str | None) -> str | None:
        if value is not None and value not in REGIONS:
            raise unknown("region", value, REGIONS)
        return value

    @model_validator(mode="after")
    def _one_choice(self) -> Place:
        if sum(bool(choice) for choice in (self.ccgs, self.region, self.area_team)) > 1:
            raise RefusedError("choose places in one way only", allowed=("ccgs", "region", "area_team"))
        return self

    def __str__(self) -> str:
        if self.ccgs:
            return ", ".join(self.ccgs)
        return self.region or self.area_team or "all England"


class PopulationChoice(Block):
    """Where the practices of the start come from: a synthetic England, or a folder made by `population build`."""

    synthetic: Annotated[bool, Strict()] | None = None
    folder: str | None = Field(None, description="folder of a built population, relative to the file")

    @model_validator(mode="after")
    def _one_choice(self) -> PopulationChoice:
        if self.synthetic and self.folder is not None:
            raise RefusedError("is either synthetic or a folder", allowed='synthetic = true, or folder = "…"')
        if self.synthetic is False and self.folder is None:
            raise RefusedError("needs a folder if it is not synthetic", key="folder")
        return self


class ScenarioFile(Block):
    """A scenario file with all that it extends."""

    title: str
    why: str = ""
    extends: str | None = Field(None, description="file that this one starts from; its levers come first")
    regime: str = Field(BEFORE, description="stem of a regime that comes with the program, or a path")
    start_year: Annotated[int, Strict(), Field(le=2100)] = Field(FIRST_YEAR, description="the first financial year")
    years: Annotated[int, Strict(), Field(ge=1, le=LONGEST)] = 10
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = 1
    place: Place = Place()
    population: PopulationChoice = PopulationChoice()
    ccg_mergers: Annotated[bool, Strict()] | str = Field(
        True, description="mergers of CCGs: as they came (true), none (false), or those of a CSV file"
    )
    lever: tuple[Lever, ...] = ()
    constants: dict[str, float | dict[int, float]] = Field(
        default_factory=dict, description='other values: "group.name" = number, or a path {2014 = .., 2016 = ..}'
    )
    mechanisms: dict[str, Annotated[bool, Strict()]] = Field(
        default_factory=dict,
        description="switches, false for off",
        json_schema_extra={"propertyNames": {"enum": list(mechanisms.load())}},
    )

    @field_validator("constants", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: _constant(key, number) for key, number in flat(value).items()}

    @field_validator("mechanisms")
    @classmethod
    def _mechanisms(cls, value: dict[str, bool]) -> dict[str, bool]:
        for name in value:
            mechanisms.check_name(name)
        return value

    @field_validator("start_year")
    @classmethod
    def _not_before(cls, value: int) -> int:
        if value < FIRST_YEAR:
            raise RefusedError(f"{value} is before the start of the model", allowed=f"{FIRST_YEAR} or later")
        return value


def _constant(name: str, value: Any) -> Any:
    try:
        return number_or_path(value)
    except RefusedError as error:
        raise RefusedError(error.message, key=name, allowed=error.allowed) from None


def flat(table: Mapping[str, Any]) -> dict[str, Any]:
    """Names with dots from a table: `global_sum.price = 1` without quotes is a table in TOML, and means the same."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict) and "." not in key and not all(re.fullmatch(r"\d{4}", str(k)) for k in value):
            found |= {f"{key}.{name}": inner for name, inner in value.items()}
        else:
            found[key] = value
    return found


@dataclass(frozen=True)
class Scenario:
    """What is simulated. `place` chooses among the CCGs of the population; one that is not in it is refused there."""

    name: str
    file: Path
    title: str
    why: str
    regime: Regime
    start_year: int
    years: int
    seed: int
    place: Place
    population: Path | None
    """Folder of a built population, or None for the synthetic England."""
    ccg_mergers: Path | None
    """Table of dated mergers of CCGs, or None for none."""
    levers: tuple[Lever, ...]
    constants: Mapping[str, float | Mapping[int, float]]
    mechanisms: Mapping[str, bool]

    @property
    def last_year(self) -> int:
        """The last financial year simulated, by its first calendar year."""
        return self.start_year + self.years - 1

    def timeline(self, book: ParameterBook | None = None, draw: Mapping[str, float] | None = None) -> Timeline:
        """The parameters of a run: records or `draw`, then constants, then mechanisms that are off, then levers."""
        chosen = book or parameters.load()
        known = {k: v for k, v in draw.items() if k in chosen.records} if draw else None
        off = mechanisms.neutral_values(self.mechanisms)
        return chosen.resolve(self.levers, self.start_year, self.years, known, self.constants, off)

    def without(self, names: Sequence[str]) -> Scenario:
        """This scenario with some mechanisms off. Raises InputError for an unknown name, or one that a lever needs."""
        for name in names:
            mechanisms.check_name(name, key="--without")
        less = replace(self, mechanisms={**self.mechanisms, **dict.fromkeys(names, False)})
        mechanisms.refuse_clashes(less.mechanisms, less.changed_parameters(), less.file)
        return less

    def changed_parameters(self) -> list[str]:
        """Parameters that levers or constants change."""
        return [*(lever.parameter for lever in self.levers), *self.constants]

    def notes(self) -> list[str]:
        """What a reader should know: levers that begin after the last year, and the notes on the regime."""
        late = [
            f"the lever on {lever.parameter} begins in {lever.first_year}, after the last year {self.last_year}"
            for lever in self.levers
            if lever.first_year > self.last_year
        ]
        return [*late, *self.regime.notes()]


def load_scenario(
    name: str | Path,
    *,
    regime: str | Path | None = None,
    years: int | None = None,
    seed: int | None = None,
    population: Path | None = None,
    book: ParameterBook | None = None,
) -> Scenario:
    """A scenario by the stem of its file or by path; the keywords replace what the file says.

    book: the parameters that levers and constants may name; those that come with the program if None.
    Raises InputError, naming file and key, for anything that could not be run.
    """
    file = find(name, [SHIPPED], "scenario")
    table = read_extended(file, [SHIPPED], "scenario", whole=("constants",), joined=("lever",), anchor=_anchor)
    changes = {"years": years, "seed": seed}
    table |= {key: value for key, value in changes.items() if value is not None}
    written = validated(ScenarioFile, table, file)
    scenario = Scenario(
        name=file.stem,
        file=file,
        title=written.title,
        why=written.why,
        regime=load_regime(regime or written.regime, file.parent),
        start_year=written.start_year,
        years=written.years,
        seed=written.seed,
        place=written.place,
        population=population or (Path(written.population.folder) if written.population.folder else None),
        ccg_mergers=_mergers(written.ccg_mergers),
        levers=written.lever,
        constants=written.constants,
        mechanisms=written.mechanisms,
    )
    _check_place(scenario)
    _check_changes(scenario, book or parameters.load())
    return scenario


def shipped_scenarios() -> list[str]:
    """Stems of the scenarios that come with the program."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def _anchor(table: Table, file: Path) -> None:
    """Make the files that a scenario file names absolute: a child in another folder inherits the same ones."""
    regime = table.get("regime")
    if isinstance(regime, str):
        folders = [file.parent / "regimes", REGIMES]
        table["regime"] = str(named_in(file, "regime", regime, folders, "regime"))
    mergers = table.get("ccg_mergers")
    if isinstance(mergers, str):
        table["ccg_mergers"] = str(_table(file, mergers))
    population = table.get("population")
    if isinstance(population, dict) and isinstance(population.get("folder"), str):
        population["folder"] = str(_folder(file, population["folder"]))


def _mergers(written: bool | str) -> Path | None:
    if isinstance(written, str):
        return Path(written)
    return EVENTS if written else None


def _table(file: Path, name: str) -> Path:
    """The table of mergers that a file names, beside it or where the program was started; read once to check it."""
    for path in (file.parent / name, Path(name)):
        if path.is_file():
            events = read_events(path)
            events_of(events, [str(code) for code in load_facts().ccgs["code"]])
            return path.resolve()
    raise InputError(f"no such file {name!r}", file=file, key="ccg_mergers", allowed="true, false or a CSV file")


def _folder(file: Path, name: str) -> Path:
    path = file.parent / name
    if not path.is_dir():
        names = [p.name for p in path.parent.iterdir() if p.is_dir()] if path.parent.is_dir() else []
        guess = nearest(path.name, names)
        hint = f"; did you mean {guess!r}?" if guess else ""
        raise InputError(f"no such folder {name!r}{hint}", file=file, key="population.folder")
    return path.resolve()


def _check_place(scenario: Scenario) -> None:
    """Refuse a CCG or an area team that England never had; whether a built population has it shows when it is read."""
    place = scenario.place
    if not (place.ccgs or place.area_team):
        return
    facts = load_facts()
    ccgs, teams = set(facts.ccgs["code"]), facts.area_teams
    for code in place.ccgs:
        if code not in ccgs:
            raise InputError(
                f"{code!r} is no CCG of 2014", file=scenario.file, key="place.ccgs", allowed="the 211 codes of 2014"
            )
    names = {name.casefold() for name in teams["name"]}
    if place.area_team is not None and place.area_team not in teams["code"] and place.area_team.casefold() not in names:
        named = [f"{code} ({name})" for code, name in zip(teams["code"], teams["name"], strict=True)]
        raise unknown("area team", place.area_team, named, file=scenario.file, key="place.area_team")


def _check_changes(scenario: Scenario, book: ParameterBook) -> None:
    """Refuse levers and constants that name no parameter, begin before the start, clash, or turn a value negative."""
    for i, lever in enumerate(scenario.levers):
        key = f"lever.{i}"
        book.check_name(lever.parameter, file=str(scenario.file), key=f"{key}.parameter")
        if lever.first_year < scenario.start_year:
            raise InputError(
                f"the lever on {lever.parameter} begins in {lever.first_year}, before the start",
                file=scenario.file,
                key=key,
                allowed=f"{scenario.start_year} or later",
            )
    mechanisms.refuse_clashes(scenario.mechanisms, scenario.changed_parameters(), scenario.file)
    for name in mechanisms.neutral_values(scenario.mechanisms):
        book.check_name(name, file=str(scenario.file), key="mechanisms")
    for name in scenario.constants:
        book.check_name(name, file=str(scenario.file), key=f"constants.{name}")
    reach = max([scenario.years, *(_reach(lever) - scenario.start_year + 1 for lever in scenario.levers)])
    try:
        book.resolve(scenario.levers, scenario.start_year, reach, None, scenario.constants)
    except InputError as error:
        raise InputError(error.message, file=scenario.file, key=error.key, allowed=error.allowed) from None


def _reach(lever: Lever) -> int:
    """The year by which a lever has done all it will ever do, so that a fault beyond the run is found too."""
    if lever.ramp:
        return lever.ramp.last
    return max(lever.series) if lever.series else lever.first_year
