"""Which practices end: the simulation's probabilities beside those of a logistic regression.

(a) exits to 2017-18 among codes of 2014-15; (b) exits in 2017-18 among codes of 2016-17, for which the regression is
fitted on the exits before. A code that ends in simulated year y is paid in y for the last time, as an observed exit is.
No exit score enters the simulation: its exits come from income, work, age and what commissioners decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.validation.fates import LET_ANEW, Fates
from sim.analysis.validation.panel import YEARS, Panel
from sim.analysis.validation.regression import folds, held_out
from sim.analysis.validation.scores import (
    CalibrationGroup,
    Interval,
    Statistic,
    auc,
    bootstrap,
    brier_skill,
    calibration,
)
from sim.population.tables import Table
from sim.study.records import Floats
from sim.world.states import CONTRACTS, DISPERSED, MERGED, OPEN

Marks = npt.NDArray[np.bool_]

COLUMNS = ("list size (log)", "deprivation", "PMS", "APMS", "single doctor", "doctors per 1,000")
"""What the regression knows of a practice."""
SIMULATION, REGRESSION, LIST_ALONE = "simulation", "regression", "list size alone"
LATE_REGRESSION = "regression that knows the lists of 2016-17"

Score = Callable[[Floats, Marks], float]


@dataclass(frozen=True)
class Chances:
    """Of every practice of the start, over runs: (years, practices) shares of runs in which it has merged, has been
    dispersed or was let anew under another code, by the end of the year, and mean list and GP FTE where it lives on
    (NaN where it never does)."""

    years: tuple[int, ...]
    runs: int
    merged: Floats
    dispersed: Floats
    let_anew: Floats
    list_size: Floats
    gp_fte: Floats

    @property
    def ended(self) -> Floats:
        """Share of runs in which the code has ended by the end of the year."""
        return self.merged + self.dispersed + self.let_anew

    def within_year(self, year: int) -> Floats:
        """Chance that a code that is there at the start of a year ends in it.

        Runs in which it is gone do not count. One run's worth of England's mean is added, so that a practice that
        hardly ever gets so far has a chance too.
        """
        k = self.years.index(year)
        before = self.ended[k - 1] if k else np.zeros_like(self.ended[0])
        alive = self.runs * (1.0 - before)
        ended = self.runs * (self.ended[k] - before)
        return np.asarray((ended + ended.sum() / alive.sum()) / (alive + 1.0))


def chances(fates: Sequence[Fates], years: Sequence[int]) -> Chances:
    """Shares and means over the runs."""
    state = np.stack([one.state for one in fates])
    lives = state == OPEN
    many = lives.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        lists = (np.stack([one.list_size for one in fates]) * lives).sum(axis=0, dtype=np.float64) / many
        fte = (np.stack([one.gp_fte for one in fates]) * lives).sum(axis=0, dtype=np.float64) / many
    merged, dispersed, let_anew = ((state == how).mean(axis=0) for how in (MERGED, DISPERSED, LET_ANEW))
    return Chances(tuple(years), len(fates), merged, dispersed, let_anew, lists, fte)


def columns_of(practices: Table, registered: Floats, contract: npt.NDArray[np.str_]) -> Floats:
    """(practices, COLUMNS): what the regression is given, from the start table and a year's list and contract."""
    own = np.array(CONTRACTS)[practices["contract"]]
    kind = np.where(contract == "", own, contract)
    size = np.where(registered > 0.0, registered, practices["list_size"])
    return np.column_stack([
        np.log(size), practices["imd"], kind == "PMS", ~np.isin(kind, ("GMS", "PMS")),
        practices["gp_headcount"] < 1.5, 1000.0 * practices["gp_fte"] / size,
    ]).astype(np.float64)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """Who is asked about, who of them exited, and what each forecaster says; all of shape (rows,).

    rows: in the population. chance: name of a forecaster to its probabilities; `SIMULATION` and `REGRESSION` know the
    same start table.
    """

    name: str
    title: str
    rows: npt.NDArray[np.int64]
    happened: Marks
    chance: dict[str, Floats]
    ccg: npt.NDArray[Any]


@dataclass(frozen=True)
class Forecast:
    """A question scored: statistics by name with their intervals, and calibration by who forecasts."""

    question: Question
    scores: dict[str, Interval]
    calibration: dict[str, list[CalibrationGroup]]


def to_2017(panel: Panel, chance: Chances, practices: Table, ccg: npt.NDArray[Any]) -> Question:
    """(a): codes of 2014-15 that are gone by 2017-18."""
    rows = np.flatnonzero(panel.paid[0])
    happened, fold = np.asarray(panel.exits.any(axis=0))[rows], folds(ccg)[rows]
    x = columns_of(practices, panel.registered[0], panel.contract[0])[rows]
    by = {
        SIMULATION: chance.ended[chance.years.index(YEARS[-2])][rows],
        REGRESSION: held_out([(x, happened, fold)], x, fold),
        LIST_ALONE: held_out([(x[:, :1], happened, fold)], x[:, :1], fold),
    }
    return Question("a", "Exits to 2017-18 among codes of 2014-15", rows, happened, by, ccg[rows])


def in_2017(panel: Panel, chance: Chances, practices: Table, ccg: npt.NDArray[Any]) -> Question:
    """(b): codes of 2016-17 that are gone in 2017-18; regressions know the exits of the two years before.

    The regression that is compared knows the table of 2014-15, as the simulation does. One that also knows the lists of
    2016-17 is shown beside it: a list that winds down gives the end of its practice away.
    """
    rows, fold = np.flatnonzero(panel.paid[2]), folds(ccg)
    by = {
        SIMULATION: chance.within_year(YEARS[-2])[rows],
        REGRESSION: _by_earlier_exits(panel, practices, fold, (0, 0, 0), len(COLUMNS)),
        LIST_ALONE: _by_earlier_exits(panel, practices, fold, (0, 0, 0), 1),
        LATE_REGRESSION: _by_earlier_exits(panel, practices, fold, (0, 1, 2), len(COLUMNS)),
    }
    return Question("b", "Exits in 2017-18 among codes of 2016-17", rows, panel.exits[2][rows], by, ccg[rows])


def _by_earlier_exits(
    panel: Panel, practices: Table, fold: npt.NDArray[np.int64], known: tuple[int, int, int], columns: int
) -> Floats:
    """Chances of the codes of 2016-17 from a regression on the exits of 2014-15 and 2015-16.

    known: the year whose list and contract stand for those of each year. columns: how many of `COLUMNS` are used.
    """
    x = [columns_of(practices, panel.registered[y], panel.contract[y])[:, :columns] for y in known]
    paid, exits = panel.paid, panel.exits
    earlier = [(x[y][paid[y]], exits[y][paid[y]], fold[paid[y]]) for y in (0, 1)]
    return held_out(earlier, x[2][paid[2]], fold[paid[2]])


def scored(question: Question) -> Forecast:
    """AUC and Brier skill of every forecaster, and how the simulation differs from the regression."""
    q = question
    statistics: dict[str, Statistic] = {}
    for word, score in (("AUC", auc), ("Brier skill", brier_skill)):
        for name in q.chance:
            statistics[f"{word}, {name}"] = partial(_score, q, score, name)
        statistics[f"{word}, {SIMULATION} less {REGRESSION}"] = partial(_difference, q, score)
    drawn = {name: calibration(q.chance[name], q.happened) for name in (SIMULATION, REGRESSION)}
    return Forecast(question, bootstrap(statistics, q.ccg), drawn)


def _score(question: Question, score: Score, name: str, rows: npt.NDArray[np.int64]) -> float:
    return score(question.chance[name][rows], question.happened[rows])


def _difference(question: Question, score: Score, rows: npt.NDArray[np.int64]) -> float:
    return _score(question, score, SIMULATION, rows) - _score(question, score, REGRESSION, rows)


def forecasts(panel: Panel, chance: Chances, practices: Table, ccg: npt.NDArray[Any]) -> list[Forecast]:
    """Both questions, scored. ccg: code of each practice's CCG."""
    return [scored(ask(panel, chance, practices, ccg)) for ask in (to_2017, in_2017)]
