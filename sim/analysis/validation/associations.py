"""What endings go with: how exits lean on traits of the practice, in England and in the simulation.

One regression is fitted twice on the same practices, to what happened and to the simulation's chances. A forecast can
be as good as another and rest on something else; here that shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.validation.forecast import COLUMNS, SIMULATION, Question, columns_of
from sim.analysis.validation.panel import Panel
from sim.analysis.validation.regression import fit, fit_to_chances
from sim.analysis.validation.scores import Interval, resampled
from sim.population.tables import Table


@dataclass(frozen=True)
class Association:
    """Log-odds of exit for one standard deviation more of a trait, the other traits being equal.

    observed: with its 95% interval, from samples of whole CCGs. simulated: of the share of runs in which a practice
    ends.
    """

    trait: str
    observed: Interval
    simulated: float

    @property
    def agrees(self) -> bool:
        """Whether the simulation lies within the interval of what was observed."""
        return self.observed.low <= self.simulated <= self.observed.high

    def row(self) -> dict[str, Any]:
        """As a plain row."""
        seen = self.observed
        return {
            "trait": self.trait, "observed": seen.value, "low": seen.low, "high": seen.high,
            "simulated": self.simulated, "agrees": self.agrees,
        }  # fmt: skip


def associations(question: Question, panel: Panel, practices: Table) -> list[Association]:
    """Of the practices of a question, by the traits of 2014-15 that the rival regression knows."""
    x = columns_of(practices, panel.registered[0], panel.contract[0])[question.rows]
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    happened = question.happened
    observed = fit(x, happened).coef_[0]
    drawn = np.array([fit(x[rows], happened[rows]).coef_[0] for rows in resampled(question.ccg)])
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    simulated = fit_to_chances(x, question.chance[SIMULATION]).coef_[0]
    return [
        Association(trait, Interval(float(observed[k]), float(low[k]), float(high[k])), float(simulated[k]))
        for k, trait in enumerate(COLUMNS)
    ]
