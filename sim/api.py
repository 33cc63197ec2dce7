"""What a person does with the model from Python: run one regime, compare several, survey doctors, run a study."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.compare import HEADLINES, Comparison, Registry
from sim.analysis.compare import compare as compare_results
from sim.analysis.replication import FEWEST, MAIN_OUTCOME, advise, check_precision, least_known
from sim.errors import InputError
from sim.study.conduct import conduct, extend, model_engine
from sim.study.design import single
from sim.study.executors import Executor, executor_for
from sim.study.plan import Plan, Study, draw_design, england_of
from sim.study.records import Engine, Task
from sim.study.results import Results, open_results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.analysis.survey import Surveyed
    from sim.analysis.validation.validate import Validation
    from sim.regimes import Regime
    from sim.scenario import Scenario

DEFAULT_SCENARIO = "england"
DEFAULT_PAIRS = 20
DEFAULT_SEED = 1
AS_IT_WAS = "voluntary_2015"
"""The menu of 2015, under which England was commissioned."""
DEFAULT_VALIDATION = 100
VALIDATED_YEARS = 9
"""To 2022-23."""
MOST_PAIRS = 2000
"""Pairs after which a comparison stops growing, whatever precision was asked for."""


@dataclass(frozen=True)
class Compared:
    """What `compare` returns: the runs and, for any level and year, the paired differences from the first regime."""

    results: Results
    registry: Registry

    def comparison(self, level: str = "national", year: int | None = None) -> Comparison:
        """Paired differences at a level and year (the last one for None)."""
        return compare_results(self.results, self.registry, level=level, year=year)

    def table(self, outcomes: Sequence[str] | None = None, *, level: str = "national", year: int | None = None) -> str:
        """Text: mean difference from the first regime, 90% interval, how often better; headline outcomes by default."""
        return self.comparison(level, year).table(outcomes)

    def rows(self, *, level: str = "national", year: int | None = None) -> list[dict[str, Any]]:
        """The same as plain rows, one a place, outcome and regime, every outcome."""
        return self.comparison(level, year).tidy()

    def rests_on(self, outcomes: Sequence[str] = HEADLINES) -> str:
        """Text: how far differences rest on parameters that calibration did not narrow (fairness rule 6)."""
        from sim.analysis.prior_driven import told
        from sim.parameters.plausible_sets import shipped

        ensemble = shipped(synthetic=self.results.manifest.get("population") is None)
        return told(self.results, ensemble.narrowed if ensemble else (), outcomes)

    def plot(self, outcome: str) -> Figure:
        """A matplotlib figure of one outcome for all England: trends by regime with bands, and differences."""
        from sim.report.figures import outcome_figure

        return outcome_figure(self.results, self.registry, outcome)


def run(
    scenario: str | Path | Scenario = DEFAULT_SCENARIO,
    *,
    regime: str | Path | None = None,
    seed: int | None = None,
    years: int | None = None,
    population: str | Path | None = None,
    out: str | Path | None = None,
    force: bool = False,
    quiet: bool = False,
    case_file: str | None = None,
    against: str | Path | None = None,
    engine: Engine | None = None,
) -> Results:
    """Runs one regime once, every parameter at the value of its record.

    scenario: a scenario, or the path or name of one. regime, seed, years, population: the scenario's own for None; a
    regime is named by its file's stem or path, a population by the folder that `commissim population build` made.
    out: folder to write; None keeps the results in memory. case_file: code of a practice whose story is written into
    the folder; against: a second regime, under which the story is told again with the same luck. Raises InputError for
    anything that cannot be used.
    """
    if against is not None and case_file is None:
        raise InputError("tells the story of --case-file again, which is missing", key="--against")
    chosen = _scenario(scenario, years, population, regime)
    task = _task(chosen, {chosen.regime.name: chosen.regime}, engine)
    design = single(chosen.seed if seed is None else seed)
    study = Study("run", chosen.title, task, design)
    if case_file is None:
        return conduct(study, out=_path(out), force=force, quiet=quiet)
    return _with_case_file(study, case_file, against, out, force, quiet)


def _with_case_file(
    study: Study,
    practice: str,
    against: str | Path | None,
    out: str | Path | None,
    force: bool,
    quiet: bool,
) -> Results:
    """A run, and the story of one of its practices in the same folder."""
    from sim.case_file import follow, row_of, write_case_file

    folder = _path(out)
    if folder is None:
        raise InputError("needs a folder to be written into", key="--case-file", allowed="out=FOLDER")
    task, seed = study.task, study.design.pair(0).seed
    regimes = {**task.regimes, **({} if against is None else load_regimes([against]))}
    (scenario,) = task.scenarios.values()
    start = task.engine.prepare(scenario, seed, task.population)
    row_of(start, practice)
    results = conduct(study, out=folder, force=force, quiet=quiet)
    stories = [follow(start, scenario, regime, practice, seed, task.years) for regime in regimes.values()]
    write_case_file(folder, stories)
    return results


def compare(
    regimes: Sequence[str | Path],
    *,
    scenario: str | Path | Scenario = DEFAULT_SCENARIO,
    runs: int = DEFAULT_PAIRS,
    precision: float | None = None,
    outcome: str = MAIN_OUTCOME,
    seed: int = DEFAULT_SEED,
    years: int | None = None,
    workers: int | None = 1,
    fixed_parameters: bool = False,
    uninformed: bool = False,
    without: Sequence[str] = (),
    equal_staff_cost: bool = False,
    population: str | Path | None = None,
    out: str | Path | None = None,
    force: bool = False,
    quiet: bool = False,
    engine: Engine | None = None,
) -> Compared:
    """Compares regimes with the first one, in `runs` pairs of one parameter draw and one seed each.

    precision: instead of `runs`, as many pairs as it takes until the mean difference of `outcome`, in all England and
    the last year, is known within this much on either side (90% interval), for every regime; no more than `MOST_PAIRS`.
    workers: processes; 1 runs in this one, None takes all cores (a script must then guard its main part with
    `if __name__ == "__main__":`). fixed_parameters: draw seeds only. uninformed: draw parameters from their ranges,
    not from the plausible sets that calibration left. without: mechanisms that are off under every
    regime. equal_staff_cost: every regime spends on commissioning staff what the first one does; else as each is
    funded. For the rest see `run`.
    """
    if isinstance(regimes, str) or len(regimes) < 2:
        raise InputError("a comparison needs at least two regimes", key="REGIME")
    loaded = load_regimes(regimes)
    executor = executor_for(workers)
    if precision is not None:
        check_precision(precision, outcome, registry())
    chosen = _scenario(scenario, years, population).without(without)
    task = replace(_task(chosen, loaded, engine), equal_staff_cost=equal_staff_cost)
    plan = _plan(chosen, runs if precision is None else FEWEST, fixed_parameters, uninformed)
    study = Study("compare", chosen.title, task, draw_design(plan, seed), plan, plan.runs)
    results = conduct(study, out=_path(out), force=force, executor=executor, quiet=quiet)
    if precision is not None:
        results = _grow(study, results, precision, outcome, executor, quiet)
    return Compared(results, registry())


def _grow(study: Study, results: Results, width: float, outcome: str, executor: Executor, quiet: bool) -> Results:
    """Adds pairs to a comparison until a difference is known within a width: each time as many as the spread so far
    calls for, but no more than there are, since a spread told by few pairs may be off."""
    assert study.plan is not None
    pairs = study.units
    while True:
        known = least_known(advise(results, registry(), [outcome]))
        needed = known.pairs_for(width) or MOST_PAIRS + 1
        if not quiet:
            print(f"{known}; for ± {width:g}: {max(0, needed - pairs)} more pairs", file=sys.stderr)
        if known.half_width <= width or pairs >= MOST_PAIRS or known.pairs < 2:
            return results
        more = max(1, min(needed - pairs, pairs, MOST_PAIRS - pairs))
        if results.folder is not None:
            extend(results.folder, study.task.engine, more, executor=executor, quiet=quiet)
            results = open_results(results.folder)
        else:
            design = study.design.joined(draw_design(study.plan, study.design.master_seed, more, after=pairs))
            study = replace(study, design=design, units=pairs + more)
            results = results.joined(conduct(study, executor=executor, quiet=quiet, first=pairs))
        pairs += more


def run_study(
    file: str | Path,
    *,
    out: str | Path,
    runs: int | None = None,
    scenario: str | None = None,
    years: int | None = None,
    workers: int | None = 1,
    dask: str | None = None,
    population: str | Path | None = None,
    force: bool = False,
    quiet: bool = False,
) -> Results:
    """Runs a study file (its path, or the stem of one that comes with the program) and returns its results.

    runs, scenario, years: instead of what the file says, to try a study in a small size.
    dask: address of a scheduler whose workers run it, instead of processes of this machine. For the rest see `compare`.
    """
    from sim.study.study_file import load_study

    study = load_study(file, runs=runs, scenario=scenario, years=years, population=_path(population))
    return conduct(study, out=Path(out), force=force, executor=executor_for(workers, dask), quiet=quiet)


def survey(
    scenario: str | Path | Scenario = DEFAULT_SCENARIO,
    *,
    regime: str | Path | None = None,
    runs: int = DEFAULT_PAIRS,
    seed: int = DEFAULT_SEED,
    years: int = 1,
    workers: int | None = 1,
    fixed_parameters: bool = False,
    uninformed: bool = False,
    population: str | Path | None = None,
    quiet: bool = False,
    engine: Engine | None = None,
) -> Surveyed:
    """Surveys the model's doctors after some years (1: in March 2015) and holds them against the surveys of the time.

    runs: each is one parameter draw and one seed; one more has every parameter at the value of its record, with the
    seed of the first. Nothing is written. For the rest see `run` and `compare`.
    """
    from sim.analysis.survey import Surveyed
    from sim.survey import survey_engine

    executor = executor_for(workers)
    chosen = _scenario(scenario, years, population, regime)
    design = draw_design(_plan(chosen, runs, fixed_parameters, uninformed), seed)
    if not fixed_parameters:
        design = single(design.pair(0).seed).joined(design)
    task = _task(chosen, {chosen.regime.name: chosen.regime}, engine or survey_engine())
    return Surveyed(conduct(Study("survey", chosen.title, task, design), executor=executor, quiet=quiet))


def _plan(scenario: Scenario, runs: int, fixed_parameters: bool, uninformed: bool) -> Plan:
    """Seeds only, independent draws from ranges, or what calibration left plausible of a scenario's England."""
    if runs < 1:
        raise InputError(f"{runs} is too few", key="--runs", allowed="a whole number from 1")
    if fixed_parameters or uninformed:
        return Plan(method="fixed" if fixed_parameters else "ranges", runs=runs)
    return Plan(method="plausible", runs=runs, england=england_of(scenario.population))


def validate(
    scenario: str | Path | Scenario = DEFAULT_SCENARIO,
    *,
    regime: str | Path | None = AS_IT_WAS,
    runs: int = DEFAULT_VALIDATION,
    seed: int = DEFAULT_SEED,
    years: int = VALIDATED_YEARS,
    workers: int | None = 1,
    fixed_parameters: bool = False,
    uninformed: bool = False,
    parts: Sequence[str] = (),
    population: str | Path | None = None,
    out: str | Path | None = None,
    force: bool = False,
    kept: str | Path | None = None,
    quiet: bool = False,
    engine: Engine | None = None,
) -> Validation:
    """Holds the model against England, from national totals to single practices.

    parts: some of `sim.analysis.validation.validate.PARTS`; all for none. out: folder for the page and its tables; None
    writes nothing. kept: a folder for what takes long, so that a validation that was stopped goes on. The folder named
    by COMMISSIM_DATA has the panels that single practices are held against. For the rest see `run` and `compare`.
    """
    from sim.analysis.validation.ensemble import run_ensemble
    from sim.analysis.validation.fates import follow_engine
    from sim.analysis.validation.tables import write
    from sim.analysis.validation.validate import check_parts, examine
    from sim.study.store import check_target

    executor = executor_for(workers)
    folder, wanted = _path(out), check_parts(parts, years)
    if folder is not None:
        check_target(folder, force)
    chosen = _scenario(scenario, years, population, regime)
    plan = _plan(chosen, runs, fixed_parameters, uninformed)
    task = _task(chosen, {chosen.regime.name: chosen.regime}, engine or follow_engine())
    study = Study("validate", chosen.title, task, draw_design(plan, seed), plan, runs)
    ensemble = run_ensemble(study, executor, quiet=quiet)
    found = examine(ensemble, study, wanted, kept=_path(kept), quiet=quiet)
    if folder is not None:
        from sim.report.validation import validation_page

        write(found, validation_page(found), folder, force=force)
    return found


def registry() -> Registry:
    """The model's registry of outcomes."""
    from sim.outcomes import OUTCOMES

    return OUTCOMES


def load_regimes(names: Sequence[str | Path]) -> dict[str, Regime]:
    """Regimes by the stem of their file, in the order given. Raises InputError for one unknown or given twice."""
    from sim.regimes import load_regime

    loaded: dict[str, Regime] = {}
    for name in names:
        regime = load_regime(name)
        if regime.name in loaded:
            raise InputError(f"{regime.name!r} is given twice", key="REGIME")
        loaded[regime.name] = regime
    return loaded


def _scenario(
    scenario: str | Path | Scenario,
    years: int | None,
    population: str | Path | None,
    regime: str | Path | None = None,
) -> Scenario:
    from sim.regimes import load_regime
    from sim.scenario import LONGEST, load_scenario

    if years is not None and not 1 <= years <= LONGEST:
        raise InputError(f"{years} years cannot be simulated", key="--years", allowed=f"1 to {LONGEST}")
    folder = _path(population)
    if folder is not None and not folder.is_dir():
        raise InputError("no such folder; make one with `commissim population build`", file=folder, key="--population")
    if isinstance(scenario, str | Path):
        return load_scenario(scenario, regime=regime, years=years, population=folder)
    return replace(
        scenario,
        years=years or scenario.years,
        population=folder or scenario.population,
        regime=scenario.regime if regime is None else load_regime(regime),
    )


def _task(scenario: Scenario, regimes: Mapping[str, Regime], engine: Engine | None) -> Task:
    return Task({scenario.name: scenario}, regimes, scenario.years, scenario.population, engine or model_engine())


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)
