"""Lists and doctors of the practices that go on: what the simulation expects of each, against what came.

The rival says that nothing changes: the list of 2014-15 and the doctors of September 2015, from which the simulation
starts too. Codes that end in the panel or in most runs say nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.validation.fates import Fates
from sim.analysis.validation.panel import CENSUSES, YEARS, Panel
from sim.study.records import Floats
from sim.world.states import OPEN

USUAL = (-60.0, 150.0)
"""Growth in % outside of which a list or a count of GPs has another cause (a merger, a new way of counting)."""


@dataclass(frozen=True)
class Tracked:
    """One quantity of single practices: how far off the simulation and the rival are (mean absolute error, %), how far
    simulated and observed growth go together (rank correlation), and what share the simulated 90% intervals hold."""

    what: str
    practices: int
    error: float
    unchanged: float
    correlation: float
    covered: float

    def row(self) -> dict[str, Any]:
        """As a plain row."""
        return {
            "what": self.what, "practices": self.practices, "error_percent": self.error,
            "unchanged_error_percent": self.unchanged, "growth_rank_correlation": self.correlation,
            "covered": self.covered,
        }  # fmt: skip


def growth(after: Floats, before: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    """Growth in %; NaN where it is not known or not usual."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(known & (before > 0.0), 100.0 * (after / before - 1.0), np.nan)
        return np.where((found > USUAL[0]) & (found < USUAL[1]), found, np.nan)


def observed_growth(panel: Panel) -> tuple[Floats, Floats]:
    """(practices,): of lists from 2014-15 to 2017-18, of GP FTE from September 2015 to 2017; of codes that stayed."""
    stayed = panel.paid[0] & panel.paid[-1]
    return growth(panel.registered[-1], panel.registered[0], stayed), growth(panel.fte[-1], panel.fte[0], stayed)


def simulated_growth(run: Fates) -> tuple[Floats, Floats]:
    """The same of one run: ends of 2014-15 and 2017-18 for lists; ends of 2014-15 and 2016-17 for GPs, the nearest to
    the censuses."""
    last, census = len(YEARS) - 1, len(CENSUSES) - 1
    lists = growth(run.list_size[last], run.list_size[0], run.state[last] == OPEN)
    return lists, growth(run.gp_fte[census], run.gp_fte[0], run.state[census] == OPEN)


def tracked(panel: Panel, runs: Sequence[Fates]) -> list[Tracked]:
    """Lists and doctors."""
    told = [simulated_growth(run) for run in runs]
    names = ("list, 2014-15 to 2017-18", "GP FTE, September 2015 to 2017")
    return [
        _track(name, np.stack([one[k] for one in told]), came)
        for k, (name, came) in enumerate(zip(names, observed_growth(panel), strict=True))
    ]


def _track(name: str, told: Floats, came: Floats) -> Tracked:
    from scipy.stats import spearmanr

    rows = np.isfinite(came) & (np.isfinite(told).sum(axis=0) >= max(1, len(told) // 2))
    low, high = np.nanpercentile(told[:, rows], [5.0, 95.0], axis=0)
    expected = np.nanmean(told[:, rows], axis=0)
    real = came[rows]
    return Tracked(
        name, int(rows.sum()), float(np.mean(np.abs(expected - real))), float(np.mean(np.abs(real))),
        float(spearmanr(expected, real).statistic), float(np.mean((low <= real) & (real <= high))),
    )  # fmt: skip
