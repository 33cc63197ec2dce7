"""Thirty years in which nothing changes from outside: what drifts then, drifts by the model's own doing.

Flat inputs: every dated parameter keeps the value of its first year; what a parameter lets grow year by year does not
grow (GROWTH); nobody is born, ages, dies or moves into England, while places still grow at each other's cost; the
correction factor and PMS premiums stay; inspections do not begin; no CCGs merge and no government ends the regime.
Area teams alone commission, whose reorganisation of April 2015 is the one event that stays, since it is written into
the regime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim import mechanisms, parameters
from sim.regimes import BEFORE, load_regime
from sim.scenario import Scenario
from sim.simulate import prepare, simulate
from sim.study.records import Floats, Pair

YEARS = 30
LATE = 10
"""Last years of which drift is also measured: what then goes on has not to do with the start."""
LIMIT = 0.01
"""Largest drift a year that counts as flat."""
OUTCOMES = ("practices_open", "list_size_mean", "gp_fte_per_1000", "drawings_mean", "experience_good", "patients")
"""The headline outcomes that are levels, and the patients that all of them are of."""
GROWTH = {
    "ageing.births": 0.0, "ageing.leave_0_4": 0.0, "ageing.reach_65": 0.0, "ageing.reach_75": 0.0,
    "ageing.deaths_5_64": 0.0, "ageing.deaths_65_74": 0.0, "ageing.deaths_75": 0.0, "ageing.migration": 0.0,
    "wanting.growth": 0.0, "emergency_use.growth": 0.0, "ae_use.growth": 0.0, "referral_use.growth": 0.0,
    "tariff.change": 0.0, "trust_cost.unit_growth": 0.0, "trust_cost.other_growth": 0.0, "trust_cost.stay_fall": 0.0,
    "allocation.growth": 0.0, "allocation.care_growth": 0.0, "planning.trend": 0.0, "planning.stay_fall": 0.0,
    "planning.gp_hope": 0.0,
}  # fmt: skip
"""Parameters that make something grow, and the value at which it does not."""
WITHOUT = ("mpig_withdrawal", "pms_review", "inspection", "regime_ending")


@dataclass(frozen=True)
class Drift:
    """How an outcome of all England moved, mean of runs: yearly rate from the first year to the last, and in the LATE
    last years."""

    outcome: str
    values: Floats
    whole: float
    late: float
    low: float
    """5th percentile, over draws of parameters, of the yearly rate over the whole time; `high` is the 95th."""
    high: float

    @property
    def flat(self) -> bool:
        """Whether it stays under LIMIT a year over the whole time."""
        return abs(self.whole) < LIMIT

    def row(self) -> dict[str, Any]:
        """As a plain row."""
        return {
            "outcome": self.outcome, "first": float(self.values[0]), "last": float(self.values[-1]),
            "drift_a_year": self.whole, "drift_a_year_late": self.late, "low": self.low,
            "high": self.high, "flat": self.flat,
        }  # fmt: skip


def flat_scenario(scenario: Scenario, years: int = YEARS) -> Scenario:
    """This scenario with flat inputs (see the module) under area teams alone."""
    records = parameters.load().records
    frozen = {name: record.in_year(scenario.start_year) for name, record in records.items() if len(record.path) > 1}
    off = mechanisms.neutral_values(dict.fromkeys(WITHOUT, False))
    constants = {name: value for name, value in {**frozen, **GROWTH}.items() if name not in off}
    regime = load_regime(BEFORE)
    still = replace(scenario, years=years, regime=regime, ccg_mergers=None, levers=(), constants=constants)
    return still.without(WITHOUT)


def drifts(
    scenario: Scenario,
    population: Path | None,
    pairs: Sequence[Pair],
    years: int = YEARS,
    outcomes: Sequence[str] = OUTCOMES,
) -> list[Drift]:
    """Drift of each outcome, mean over pairs of a seed and a draw of parameters."""
    still = flat_scenario(scenario, years)
    runs = []
    for pair in pairs:
        start = prepare(still, pair.seed, population)
        runs.append(simulate(start, still, still.regime, pair.seed, years, dict(pair.parameters) or None))
    national = np.array([run.values["national"][:, 0] for run in runs])
    return [_drift(name, national[:, :, runs[0].outcomes.index(name)]) for name in outcomes]


def _drift(name: str, values: Floats) -> Drift:
    """values: (runs, years)."""
    mean, late = values.mean(axis=0), min(LATE + 1, values.shape[1])
    low, high = np.percentile([_rate(run) for run in values], (5.0, 95.0))
    return Drift(name, mean, _rate(mean), _rate(mean[-late:]), float(low), float(high))


def _rate(values: Floats) -> float:
    """Yearly rate of change from the first to the last value, share."""
    return float((values[-1] / values[0]) ** (1.0 / (len(values) - 1)) - 1.0)
