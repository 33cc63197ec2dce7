"""One run: a starting England, years that pass, and the outcomes of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from sim.errors import InputError
from sim.measure import measure, places_of
from sim.memory import keep_freed_memory
from sim.outcomes import OUTCOMES
from sim.parameters import Timeline
from sim.population.facts import load_facts
from sim.population.merger_events import events_of, read_events
from sim.population.start import FIRST_YEAR, Ground, lay_ground, start_world
from sim.population.synthetic import area_team_table, ccg_table, synthetic_england
from sim.population.tables import Marks, Population, Table, chosen_ccgs
from sim.record import record
from sim.regimes import Regime
from sim.scenario import Place, Scenario
from sim.sums import Sums
from sim.world.world import Floats, Rows, World
from sim.year import PHASES, Phase, advance

keep_freed_memory()


@dataclass(frozen=True)
class Start:
    """A starting England for one seed: what every regime of a pair begins with."""

    population: Population
    ground: Ground
    seed: int


@dataclass(frozen=True)
class RunResult:
    """What a run leaves. values[level]: (years, places, outcomes); places[level]: their names; NaN where an outcome
    has no meaning."""

    years: list[int]
    outcomes: tuple[str, ...]
    places: dict[str, list[str]]
    values: dict[str, Floats]


@lru_cache(maxsize=1)
def _loaded(folder: Path) -> Population:
    return Population.load(folder)


def prepare(scenario: Scenario, seed: int, population_dir: Path | None = None) -> Start:
    """The starting England of a scenario and a seed: a saved population, or a synthetic one drawn from the shipped
    facts."""
    folder = population_dir or scenario.population
    if folder is None:
        facts = load_facts()
        keep = _chosen(scenario.place, ccg_table(facts), area_team_table(facts))
        population = synthetic_england(seed, keep=keep)
    else:
        population = _loaded(Path(folder))
        keep = _chosen(scenario.place, population.ccgs, population.area_teams)
    chosen = population if keep is None else population.part(keep)
    return Start(chosen, lay_ground(chosen, seed), seed)


def _chosen(place: Place, ccgs: Table, area_teams: Table) -> Marks | None:
    """Marks the CCGs that a scenario is about; None for all."""
    if not (place.ccgs or place.region or place.area_team):
        return None
    return chosen_ccgs(
        ccgs,
        area_teams,
        ccgs=place.ccgs or None,
        regions=[place.region.removesuffix(" of England")] if place.region else None,
        area_teams=[_team_code(area_teams, place.area_team)] if place.area_team else None,
    )


def _team_code(area_teams: Table, name: str) -> str:
    """Code of an area team that is given by name or code; an unknown one is passed on, and refused there."""
    for code, known in zip(area_teams["code"], area_teams["name"], strict=True):
        if str(known).casefold() == name.casefold():
            return str(code)
    return name


def build(
    start: Start, scenario: Scenario, regime: Regime, draw: Mapping[str, float] | None = None
) -> tuple[World, Timeline]:
    """The World of 1 April 2014 and the parameters of every year, ready for the first year."""
    timeline = scenario.timeline(draw=draw)
    world = start_world(start.ground, regime.compile(draw), timeline.year(FIRST_YEAR), start.seed)
    if scenario.ccg_mergers is not None:
        changed = scenario.ccg_mergers.stat().st_mtime_ns
        world.mergers = _merger_rows(scenario.ccg_mergers, changed, tuple(world.names.ccg_codes))
    return world, timeline


@lru_cache(maxsize=8)
def _merger_rows(file: Path, _changed: int, codes: tuple[str, ...]) -> Rows:
    """The dated mergers of a file among CCGs of these codes; read once a process for all runs, while it is the same."""
    return events_of(read_events(file), codes, [str(code) for code in load_facts().ccgs["code"]])


def simulate(
    start: Start,
    scenario: Scenario,
    regime: Regime,
    seed: int,
    years: int,
    draw: Mapping[str, float] | None = None,
    phases: Sequence[Phase] = PHASES,
    staff_budget: Sequence[float] | None = None,
) -> RunResult:
    """Runs a regime for some years from a starting England. Same arguments, same values to the last bit.

    draw: values of uncertain parameters by name; the others keep the value of their record. staff_budget: pounds a year
    that commissioning staff may cost, for comparisons at equal cost; None as funded. Raises InputError for years < 1.
    """
    if years < 1:
        raise InputError(f"{years} years cannot be simulated", key="years", allowed="1 or more")
    world, timeline = build(start, replace(scenario, years=years), regime, draw)
    return run_years(world, timeline, seed, years, phases, staff_budget)


def run_years(
    world: World,
    timeline: Timeline,
    seed: int,
    years: int,
    phases: Sequence[Phase] = PHASES,
    staff_budget: Sequence[float] | None = None,
) -> RunResult:
    """Lets a World pass through some years (it is changed) and measures them."""
    first = world.year
    sums = Sums.empty(years, world)
    for index in range(years):
        params = timeline.year(world.year)
        if staff_budget is not None:
            world.nation["staff_budget"] = staff_budget[index]
        advance(world, params, seed, phases)
        record(world, params, sums, index)
        world.year += 1
    return RunResult(list(range(first, first + years)), tuple(OUTCOMES), places_of(world), measure(world, sums))
