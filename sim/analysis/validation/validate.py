"""A whole validation: the runs once, and each part of what they are held against."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.analysis.targets import IN_SAMPLE, OUT_OF_SAMPLE, check_frozen, load_targets
from sim.analysis.validation.associations import Association, associations
from sim.analysis.validation.bounds import Hits, hits
from sim.analysis.validation.ensemble import Ensemble
from sim.analysis.validation.flat import Drift, drifts
from sim.analysis.validation.forecast import Chances, Forecast, chances, forecasts
from sim.analysis.validation.naive import Coverage, Forecasted, coverage, forecast_series
from sim.analysis.validation.panel import Panel, data_folder, read_panel
from sim.analysis.validation.permutation import Fall, falls
from sim.analysis.validation.prediction import NONE, Errors
from sim.analysis.validation.response import Response, responses
from sim.analysis.validation.shocks import Decay, Gain, gains, mean_gain, shock
from sim.analysis.validation.survivors import Tracked, tracked
from sim.analysis.validation.verdicts import Verdict, verdicts
from sim.errors import InputError
from sim.scenario import Place
from sim.study.plan import Study

PARTS = ("targets", "forecast", "response", "permutation", "stability")
"""What can be asked for, in the order in which it is done."""
NEEDED_YEARS = 4
"""Years that end in 2017-18."""
PAIRS, FLAT_PAIRS = 5, 30
"""Pairs of a seed and a draw over which stability is averaged; drift, which differs most between draws, over more."""
SCORED = ("initial_state", "behavioural")
"""Tags of targets that say something of the model: `accounting` ones are policy seen again."""


@dataclass(frozen=True)
class TargetsFound:
    """Verdicts in sample and out of sample, series forecast, coverage of all scored tags together, in sample and of
    2017-18. bare: the forecast and coverage of intervals that hold parameters and luck alone."""

    past: tuple[Verdict, ...]
    new: tuple[Verdict, ...]
    series: Forecasted
    coverage: Coverage
    coverage_in: Coverage
    coverage_out: Coverage
    bare: tuple[Forecasted, Coverage]


@dataclass(frozen=True)
class StabilityFound:
    """Drift under flat inputs, what is left of a shock to one practice, gains of feedback loops, bounds met."""

    drifts: tuple[Drift, ...]
    decay: Decay
    gains: tuple[Gain, ...]
    hits: tuple[Hits, ...]


@dataclass(frozen=True)
class Validation:
    """What was found. A part that was not asked for, or could not be done, is empty, and `notes` say why."""

    ensemble: Ensemble
    population: str
    notes: tuple[str, ...]
    targets: TargetsFound | None = None
    forecasts: tuple[Forecast, ...] = ()
    associations: tuple[Association, ...] = ()
    tracked: tuple[Tracked, ...] = ()
    chances: Chances | None = None
    responses: tuple[Response, ...] = ()
    falls: tuple[Fall, ...] = ()
    stability: StabilityFound | None = None


def check_parts(parts: Sequence[str], years: int) -> tuple[str, ...]:
    """The parts to do, in order; all for none. Raises InputError for one that is not known, or too few years."""
    for part in parts:
        if part not in PARTS:
            raise InputError(f"{part!r} is not known", key="--part", allowed=PARTS)
    if years < NEEDED_YEARS:
        raise InputError(f"{years} do not reach 2017-18", key="--years", allowed=f"{NEEDED_YEARS} or more")
    return tuple(part for part in PARTS if not parts or part in parts)


@dataclass
class _Work:
    """What the parts share."""

    ensemble: Ensemble
    study: Study
    kept: Path | None
    quiet: bool
    notes: list[str] = field(default_factory=list)

    def say(self, what: str) -> None:
        """A line of progress."""
        if not self.quiet:
            print(what, file=sys.stderr, flush=True)


def examine(ensemble: Ensemble, study: Study, parts: Sequence[str], *, kept: Path | None, quiet: bool) -> Validation:
    """Holds an ensemble against what it can be held against.

    kept: a folder for what takes long, so that a validation that was stopped goes on.
    """
    work = _Work(ensemble, study, kept, quiet)
    task = study.task
    work.notes += [
        f"Only {scenario.place} was simulated, but all targets are England's: verdicts on them say nothing."
        for scenario in task.scenarios.values()
        if scenario.place != Place()
    ]
    targets = _targets(work) if "targets" in parts else None
    panel = _panel(work) if {"forecast", "response", "permutation"} & set(parts) else None
    chance = None if panel is None else chances([run.fates for run in ensemble.runs], ensemble.years)
    practices = ensemble.population.practices
    found: list[Forecast] = []
    leaning: list[Association] = []
    followed: list[Tracked] = []
    answers: list[Response] = []
    fallen: list[Fall] = []
    if panel is not None and chance is not None and "forecast" in parts:
        work.say("Forecasts by practice ...")
        found = forecasts(panel, chance, practices, ensemble.ccg)
        leaning = associations(found[0].question, panel, practices)
        followed = tracked(panel, [run.fates for run in ensemble.runs])
    if panel is not None and "response" in parts:
        work.say("Responses to lost money ...")
        answers = responses(panel, [run.fates for run in ensemble.runs], practices, ensemble.ccg)
    if panel is not None and "permutation" in parts:
        file = None if kept is None else kept / "permutation.json"
        fallen = falls(
            task, ensemble.population, panel, ensemble.ccg, design=study.design, kept=file,
            say=lambda name: work.say(f"Start table with {name} shuffled ..."),
        )  # fmt: skip
    stability = _stability(work) if "stability" in parts else None
    return Validation(
        ensemble, ensemble.population.source if task.population else "synthetic England", tuple(work.notes), targets,
        tuple(found), tuple(leaning), tuple(followed), chance, tuple(answers), tuple(fallen), stability,
    )  # fmt: skip


def _targets(work: _Work) -> TargetsFound:
    work.say("Targets ...")
    wanted = {}
    for file in (IN_SAMPLE, OUT_OF_SAMPLE):
        check_frozen(file)
        regime = next(iter(work.study.task.regimes))
        wanted[file] = [target for target in load_targets(file) if target.regime in ("", regime)]
    past, new = (verdicts(work.ensemble.runs, wanted[file]) for file in (IN_SAMPLE, OUT_OF_SAMPLE))
    errors = Errors.of(past)
    return TargetsFound(
        tuple(past), tuple(new), forecast_series(past, new, errors), coverage(past, new, SCORED, errors),
        coverage(past, [], SCORED, errors), _coverage_of_new(past, new, errors),
        (forecast_series(past, new, NONE), coverage(past, new, SCORED, NONE)),
    )  # fmt: skip


def _coverage_of_new(past: Sequence[Verdict], new: Sequence[Verdict], errors: Errors) -> Coverage:
    """Coverage of the points of 2017-18 alone, whose changes are still counted from the last point before."""
    last = [one for one in past if one.target.year == max(v.target.year for v in past)]
    return coverage([one for one in last if one.target.tag == "initial_state"], new, SCORED, errors)


def _panel(work: _Work) -> Panel | None:
    folder = data_folder()
    if folder is None:
        work.notes.append("No forecast by practice: COMMISSIM_DATA does not name the published tables.")
        return None
    panel = read_panel(folder, work.ensemble.codes)
    if not panel.paid.any():
        work.notes.append("No forecast by practice: a synthetic England has none of the real practices.")
        return None
    exits = panel.exits.sum(axis=1)
    work.notes.append(
        f"{int(panel.paid[0].sum())} practices of the start are in the payments panel of 2014-15; "
        f"{', '.join(str(int(n)) for n in exits)} of them exit in 2014-15, 2015-16 and 2016-17. Codes that had ended "
        "before the table was taken are not in it, so that the first figure lies below that of all England."
    )
    return panel


def _stability(work: _Work) -> StabilityFound:
    task = work.study.task
    (scenario,), population, pairs = task.scenarios.values(), task.population, work.study.design.first(PAIRS).pairs
    work.say("Thirty years with flat inputs ...")
    drifted = drifts(scenario, population, work.study.design.first(FLAT_PAIRS).pairs)
    work.say("A shock to one practice ...")
    shaken = shock(scenario, population, pairs[0])
    work.say("Gains of feedback loops ...")
    found = mean_gain([gains(scenario, population, pair) for pair in pairs])
    work.say("States at their bounds ...")
    met = hits(scenario, population, pairs, len(work.ensemble.years))
    return StabilityFound(tuple(drifted), shaken, tuple(found), tuple(met))
