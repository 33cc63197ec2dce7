"""What no regression of exits can do: how practices answer to losing money, in the simulation and in the panels.

The correction factor (MPIG) falls by a seventh of its start a year whoever commissions; PMS premiums taper as they are
reviewed. Losers are practices that had much of it per patient in 2014-15; they are held against the others with the
same contract, beside size and deprivation. The sets are practices of CCGs on which no regression here was fitted, and
all practices; the simulation was fitted to none of them one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.validation.fates import Fates
from sim.analysis.validation.panel import YEARS, Panel
from sim.analysis.validation.regression import folds
from sim.analysis.validation.scores import Interval, bootstrap
from sim.analysis.validation.survivors import observed_growth, simulated_growth
from sim.population.tables import Table
from sim.study.records import Floats
from sim.world.states import GMS, OPEN, PMS

Marks = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

MPIG_LOSERS, PMS_LOSERS = 5.0, 10.0
"""Pounds per patient in 2014-15 from which a GMS practice loses MPIG, and a PMS practice premium."""
HELD_OUT = (0, 1)
"""Folds of CCGs that are held out: two of five."""
ANSWERS = ("exit, points", "list, %", "GPs, %")
"""Codes ended by 2017-18; growth of the list from 2014-15 to 2017-18 and of FTE from September 2015 to 2017 (in the
simulation the ends of 2014-15 and 2016-17), of codes that were still there."""


@dataclass(frozen=True)
class Response:
    """How losers differ from others in one answer: observed, and over runs (5th and 95th percentile)."""

    money: str
    practices: str
    answer: str
    losers: int
    others: int
    observed: Interval
    simulated: float
    low: float
    high: float

    @property
    def agrees(self) -> bool:
        """Whether the simulated mean lies in the observed 95% interval."""
        return self.observed.low <= self.simulated <= self.observed.high

    def row(self) -> dict[str, Any]:
        """As a plain row."""
        return {
            "money": self.money, "practices": self.practices, "answer": self.answer, "losers": self.losers,
            "others": self.others, "observed": self.observed.value, "observed_low": self.observed.low,
            "observed_high": self.observed.high, "simulated": self.simulated, "simulated_low": self.low,
            "simulated_high": self.high, "agrees": self.agrees,
        }  # fmt: skip


@dataclass(frozen=True)
class _Group:
    """Practices of one contract: which lose, and what stands beside that in the comparison."""

    money: str
    practices: str
    rows: Rows
    loses: Marks
    beside: Floats


def responses(panel: Panel, runs: Sequence[Fates], practices: Table, ccg: npt.NDArray[Any]) -> list[Response]:
    """Each money, set of practices and answer. ccg: code of each practice's CCG."""
    observed = _observed(panel)
    simulated = [_simulated(run) for run in runs]
    found = []
    for group in _groups(panel, practices, ccg):
        for k, answer in enumerate(ANSWERS):
            gap = partial(_gap, group, observed[k])
            seen = bootstrap({"gap": gap}, np.asarray(ccg)[group.rows])["gap"]
            everyone = np.arange(len(group.rows))
            told = [_gap(group, one[k], everyone) for one in simulated]
            low, high = np.nanpercentile(told, [5.0, 95.0])
            loses = int(group.loses.sum())
            found.append(
                Response(
                    group.money, group.practices, answer, loses, len(group.rows) - loses, seen,
                    float(np.nanmean(told)), float(low), float(high),
                )
            )  # fmt: skip
    return found


def _groups(panel: Panel, practices: Table, ccg: npt.NDArray[Any]) -> list[_Group]:
    there = panel.paid[0]
    per_patient = {
        "MPIG": (GMS, panel.mpig[0], MPIG_LOSERS),
        "PMS premium": (PMS, panel.premium[0], PMS_LOSERS),
    }
    held = np.isin(folds(ccg), HELD_OUT)
    made = []
    for money, (kind, pounds, threshold) in per_patient.items():
        for name, wanted in (("held-out CCGs", held), ("all CCGs", np.ones_like(held))):
            rows = np.flatnonzero(there & wanted & (practices["contract"] == kind))
            each = pounds[rows] / panel.registered[0][rows]
            size = np.log(practices["list_size"][rows])
            beside = np.column_stack([size, size**2, practices["imd"][rows]])
            loses = each >= threshold
            if loses.any() and not loses.all():
                made.append(_Group(money, name, rows, loses, beside))
    return made


def _observed(panel: Panel) -> tuple[Floats, Floats, Floats]:
    """Each answer of every practice; NaN where it has none."""
    exits = np.where(panel.paid[0], 100.0 * panel.exits.any(axis=0), np.nan)
    return exits, *observed_growth(panel)


def _simulated(run: Fates) -> tuple[Floats, Floats, Floats]:
    """The same of one run: ended by the year before the last of the panel."""
    return 100.0 * (run.state[len(YEARS) - 2] != OPEN), *simulated_growth(run)


def _gap(group: _Group, answer: Floats, rows: Rows) -> float:
    """Mean of losers less that of others, at the same size and deprivation (least squares)."""
    y, loses, beside = answer[group.rows[rows]], group.loses[rows], group.beside[rows]
    known = np.isfinite(y)
    design = np.column_stack([np.ones(known.sum()), loses[known], beside[known]])
    return float(np.linalg.lstsq(design, y[known], rcond=None)[0][1])
