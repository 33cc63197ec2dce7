"""The calibration, in order: frozen targets, wave 1, screening, recovery from synthetic truth, waves, the ensemble.

History matching (Craig, Goldstein, Seheult and Smith 1997; Vernon, Goldstein and Bower 2010): each wave runs the model
among sets that the emulator of all runs so far does not rule out. No run sees what it is held against.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sim import parameters
from sim.analysis.calibration.emulator import Emulator, fit
from sim.analysis.calibration.narrowing import Narrowing, narrowing, rank_correlations
from sim.analysis.calibration.plausible import FAR, Judge, Searcher, Walk, fitted_targets
from sim.analysis.calibration.screen import Screened, screen
from sim.analysis.calibration.settings import Settings
from sim.analysis.calibration.space import Space
from sim.analysis.calibration.trial import Recovery, recover
from sim.analysis.calibration.waves import Wave, run_wave, task_of, together
from sim.analysis.targets import Target, check_frozen, load_targets
from sim.errors import InputError
from sim.regimes.regime import load_regime
from sim.scenario import load_scenario
from sim.study.conduct import make_ready
from sim.study.design import single
from sim.study.executors import Executor
from sim.study.records import Task

Floats = NDArray[np.float64]
STEPS = 250
CHAINS = 480
KEPT_FOR_FIT = 0.6
"""Share of the runs so far, those that the last emulator finds least implausible, on which the next is fitted."""
CONFIRMED = "confirmed"

Say = Callable[[str], None]


@dataclass(frozen=True)
class WaveReport:
    """What a wave did. runs: made; cut: above the best; best: implausibility squared of the best set by variant; kept:
    share of sets of the prior that would not be ruled out, by variant; skill: median over targets of the emulator."""

    runs: int
    cut: float
    best: dict[str, float]
    kept: dict[str, float]
    skill: float


@dataclass
class Calibrated:
    """All that a calibration found; see `sim.analysis.calibration.report` for what is written of it."""

    settings: Settings
    targets: list[Target]
    fitted: list[Target]
    targets_hash: str
    space: Space
    names: tuple[str, ...] = ()
    screened: Screened | None = None
    recovery: Recovery | None = None
    waves: list[WaveReport] = field(default_factory=list)
    first: Wave | None = None
    sets: Wave | None = None
    """The sets of the ensemble with the runs that confirmed them."""
    confirming: int = 0
    confirmed: int = 0
    narrowings: list[Narrowing] = field(default_factory=list)
    ties: list[tuple[str, str, float]] = field(default_factory=list)

    def column(self, target: Target) -> int:
        """Where a target stands in `measured`."""
        return [t.name for t in self.targets].index(target.name)


@dataclass
class Calibration:
    """One calibration at work. folder: where waves are kept; population: a built one, or None for the synthetic
    England; say: takes lines for people."""

    settings: Settings
    targets_file: Path
    folder: Path
    population: Path | None
    executor: Executor
    quiet: bool
    say: Say

    def run(self, *, trial_only: bool = False) -> Calibrated:
        """The whole, or only as far as the recovery from synthetic truth.

        Raises InputError where targets are not the frozen ones, before anything is run.
        """
        found = self._frozen()
        task = self._task(found)
        make_ready(task, single(self.settings.seed), quiet=self.quiet)
        first = self._first_wave(found, task)
        self._screen(found, first)
        used = [found.column(target) for target in found.fitted]
        found.recovery = self._recover(found, first, used)
        if trial_only:
            return found
        runs, emulator = first, self._emulate(found, first, used)
        for number, (size, cut) in enumerate(zip(self.settings.wave_runs, self.settings.cuts, strict=False), start=2):
            walk, variant, searcher = self._search(found, emulator, size, cut, number)
            wave = self._run(found, task, f"wave-{number}", walk.u, variant, number)
            runs = together([runs, wave])
            emulator = self._emulate(found, self._near(found, searcher, runs), used)
            self._note(found, len(wave), cut, walk, searcher, emulator)
        self._confirm(found, task, emulator, used)
        return found

    def _frozen(self) -> Calibrated:
        hashed = check_frozen(self.targets_file)
        targets = load_targets(self.targets_file)
        fitted = fitted_targets(targets, self.settings.tags, self.settings.regime)
        if not fitted:
            raise InputError("no target has one of the tags", file=self.targets_file, key="tags")
        return Calibrated(self.settings, targets, fitted, hashed, Space.of_model())

    def _task(self, found: Calibrated) -> Task:
        scenario = load_scenario(self.settings.scenario)
        return task_of(scenario, load_regime(self.settings.regime), self.population, found.targets)

    def _first_wave(self, found: Calibrated, task: Task) -> Wave:
        """A space-filling design over everything that is uncertain; variants take turns."""
        n, seed = self.settings.first_runs, self.settings.seed
        self.say(f"wave 1: {n} runs over {len(found.space.names)} uncertain parameters")
        u = qmc.LatinHypercube(len(found.space.names), seed=np.random.default_rng([seed, 1])).random(n)
        wave = self._launch(found, task, "wave-1", u, _in_turn(found.space, n), 1)
        found.first = wave
        return wave

    def _launch(self, found: Calibrated, task: Task, name: str, u: Floats, variant: Sequence[str], number: int) -> Wave:
        seed = int(np.random.default_rng([self.settings.seed, number, 7]).integers(2**32))
        wave = run_wave(self.folder / name, task, found.space, u, variant, seed, self.executor, self.quiet)
        whole = np.asarray(np.isfinite(wave.measured[:, [found.column(t) for t in found.fitted]]).all(axis=1))
        if whole.sum() < max(20, len(wave) // 2):
            raise InputError(f"{int((~whole).sum())} of {len(wave)} runs failed", key=name)
        return wave.rows(whole)

    def _screen(self, found: Calibrated, first: Wave) -> None:
        """Which parameters are calibrated: those that variants touch, then those that move targets most."""
        used = [found.column(target) for target in found.fitted]
        found.screened = screen(first.values, first.measured[:, used])
        weights = np.array([target.weight for target in found.fitted])
        known = parameters.load().records
        ordered = [found.space.names[p] for p in found.screened.order(weights)]
        touched = found.space.touched
        rest = [name for name in ordered if name in known and name not in touched]
        chosen = {*touched, *rest[: max(self.settings.calibrated - len(touched), 1)]}
        found.names = (*(name for name in ordered if name in chosen), *(n for n in touched if n not in ordered))
        self.say(f"screening: {len(ordered)} parameters move a target; {len(found.names)} are calibrated")

    def _columns(self, found: Calibrated) -> list[int]:
        return [found.space.names.index(name) for name in found.names]

    def _emulate(self, found: Calibrated, runs: Wave, used: Sequence[int]) -> Emulator:
        middle, width = found.space.scale(found.names)
        return fit(runs.values[:, self._columns(found)], runs.measured[:, list(used)], middle, width)

    def _searcher(self, found: Calibrated, emulator: Emulator) -> Searcher:
        return Searcher(found.space, found.names, emulator, Judge.of(found.fitted))

    def _recover(self, found: Calibrated, first: Wave, used: Sequence[int]) -> Recovery | None:
        truths = min(self.settings.truths, len(first) // 4)
        if truths == 0:
            return None
        unseen, seen = first.rows(np.arange(truths)), first.rows(np.arange(truths, len(first)))
        searcher = self._searcher(found, self._emulate(found, seen, used))
        reduced = Wave(unseen.u, unseen.values, unseen.variant, unseen.measured[:, list(used)])
        rng = np.random.default_rng([self.settings.seed, 2])
        recovery = recover(searcher, reduced, self._columns(found), self.settings.cuts[-1], rng)
        self.say(f"recovery: {recovery.coverage:.0%} of {int(recovery.truths.sum())} known values are covered")
        return recovery

    def _search(
        self, found: Calibrated, emulator: Emulator, size: int, cut: float, number: int
    ) -> tuple[Walk, tuple[str, ...], Searcher]:
        """Sets not ruled out, variants in equal parts."""
        searcher = self._searcher(found, emulator)
        variant = _in_turn(found.space, max(size, CHAINS))
        rng = np.random.default_rng([self.settings.seed, number, 3])
        walk = searcher.walk(rng.uniform(size=(len(variant), len(found.names))), variant, cut, STEPS, rng)
        part = Walk(walk.u[:size], walk.squared[:size], walk.best)
        return part, variant[:size], searcher

    def _run(self, found: Calibrated, task: Task, name: str, u: Floats, variant: Sequence[str], number: int) -> Wave:
        """Runs sets of calibrated parameters, everything else drawn anew."""
        self.say(f"{name}: {len(u)} runs")
        rng = np.random.default_rng([self.settings.seed, number, 4])
        whole = rng.uniform(size=(len(u), len(found.space.names)))
        whole[:, self._columns(found)] = u
        return self._launch(found, task, name, whole, variant, number)

    def _near(self, found: Calibrated, searcher: Searcher, runs: Wave) -> Wave:
        """The runs least implausible by the last emulator, so that the next is best where it is needed."""
        squared = searcher.squared(runs.u[:, self._columns(found)], runs.variant)
        return runs.rows(np.sort(np.argsort(squared, kind="stable")[: int(KEPT_FOR_FIT * len(runs))]))

    def _note(
        self, found: Calibrated, runs: int, cut: float, walk: Walk, searcher: Searcher, emulator: Emulator
    ) -> None:
        assert found.first is not None
        prior = searcher.squared(found.first.u[:, self._columns(found)], found.first.variant)
        of = np.asarray(found.first.variant)
        kept = {name: float((prior[of == name] <= best + cut).mean()) for name, best in walk.best.items()}
        skill = float(np.median(emulator.skill))
        found.waves.append(WaveReport(runs, cut, walk.best, kept, skill))
        told = ", ".join(f"{name} {best:.2f}" for name, best in walk.best.items())
        self.say(f"  best implausibility squared: {told}; median skill of the next emulator {skill:.2f}")

    def _confirm(self, found: Calibrated, task: Task, emulator: Emulator, used: Sequence[int]) -> None:
        """Runs candidate sets anew; those with no headline target beyond three sigmas stay, in equal parts."""
        settings, number = self.settings, len(self.settings.wave_runs) + 2
        walk, variant, searcher = self._search(found, emulator, settings.confirming_runs, settings.cuts[-1], number)
        wave = self._run(found, task, CONFIRMED, walk.u, variant, number)
        self._note(found, len(wave), settings.cuts[-1], walk, searcher, emulator)
        z = np.abs(searcher.judge.distance(wave.measured[:, list(used)], emulator.variance))
        sound = np.flatnonzero((z[:, searcher.judge.headline] <= FAR).all(axis=1))
        found.confirming, found.confirmed = len(wave), len(sound)
        if len(sound) == 0:
            raise InputError("no set is plausible: every one misses a headline target by more than three sigmas")
        found.sets = wave.rows(_even(np.asarray(wave.variant)[sound], sound, settings.ensemble))
        columns = self._columns(found)
        assert found.first is not None
        found.narrowings = [
            narrowing(name, found.first.values[:, c], found.sets.values[:, c])
            for name, c in zip(found.names, columns, strict=True)
        ]
        found.ties = rank_correlations(found.names, found.sets.values[:, columns], found.sets.variant)
        self.say(f"ensemble: {len(found.sets)} sets of {len(sound)} confirmed among {len(wave)}")


def _in_turn(space: Space, n: int) -> tuple[str, ...]:
    """Variants of n runs, one after another."""
    names = list(space.variants)
    return tuple(names[k % len(names)] for k in range(n))


def _even(variant: NDArray[np.object_], rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Up to `most` of some rows, one variant after another as long as each has any, in order."""
    queues = [list(rows[variant == name]) for name in dict.fromkeys(variant.tolist())]
    chosen: list[int] = []
    while len(chosen) < most and any(queues):
        for queue in queues:
            if queue and len(chosen) < most:
                chosen.append(int(queue.pop(0)))
    return np.array(chosen, dtype=np.int64)
