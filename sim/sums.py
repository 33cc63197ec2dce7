"""What a run adds up, year by year, and by what name: outcomes are formulas over these sums.

A sum is named here once. Kernels write it as `out[row, AT.name]` (`sim.record`), formulas read it as `c.name`
(`sim.outcomes`).

Sums are kept for each CCG, deprivation fifth and contract; area teams, regions and the nation are sums of CCGs. What
belongs to a CCG as a whole (staff, cases about the area, trusts) is not split by fifth or contract: it is NaN there.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from sim.rules.polls import POLLED
from sim.world.states import CONTRACTS
from sim.world.world import Floats, World

FIFTHS = 5
OTHER_GROUPS = FIFTHS + len(CONTRACTS)
"""Rows of sums after those of CCGs: deprivation fifths, then contracts."""

PEOPLE_SUMS = (
    "practices", "patients", "exited", "merged", "displaced", "unjustified", "new", "gms", "pms", "apms",
    "gp_fte", "partner_fte", "doctors", "partners", "posts", "vacant", "left", "burnout", "nurses",
)  # fmt: skip
"""Over open practices, and those that ended in the year. Contracts stand in the order of `contract.kind`."""

WORK_SUMS = (
    "drawings", "drawings_nil", "has_partners", "income", "pay_per_patient", "pay_per_patient_squared", "mpig",
    "global_sum", "pms_core", "premium", "seniority", "qof", "premises", "local", "reserves", "expenses",
    "wanted", "appointments", "unmet", "workload", "continuity", "experience", "lists_closed", "distress",
    "quality", "quality_squared", "recorded", "quality_rich", "rich", "quality_poor", "poor",
    "emergency", "ae", "referrals", "elective", "budget_holders", "budget_kept",
    "engagement", "influence", "trust_ccg", "trust_nhse", "support_control", "at_scale", "scheme_hours",
    "reporting_hours",
)  # fmt: skip
"""Over open practices."""

CCG_SUMS = (
    "ccgs", "greater_involvement", "joint", "delegated",
    "interested", "applied_joint", "applied_delegated", "approved_joint", "approved_delegated", "on_notice",
    "decided", "waiting", "undone", "hours", "waits", "notices", "removals", "doubled",
    "conflicted", "captured", "exposures", "contested", "recused", "deferred", "disagreed",
    "awards", "awards_linked", "contracts_held", "contracts_linked", "legitimacy",
    "grants", "lapsed", "overspending", "community_spend", "hospital_spend", "other_spend", "trust_balance",
    "staff_cost", "staff_fte", "error_gps", "error_admissions",
)  # fmt: skip
"""Over CCGs. What differs by the grade of a table stands in the order of `TableView.grade`."""

NATION_SUMS = ("staff_change_cost", "ended")
"""Known for the nation only; they stand with the first CCG."""

POLL_SUMS = (*(f"yes_{function}" for function in POLLED), "answers", "board_yes", "board_answers")
"""Expected answers in a poll of GPs, over CCGs, in the order of `sim.rules.polls.poll_doctors`."""

SUMS = (*PEOPLE_SUMS, *WORK_SUMS, *CCG_SUMS, *NATION_SUMS, *POLL_SUMS)

AT: Any = ModuleType("AT")
AT.__dict__.update({name: column for column, name in enumerate(SUMS)})
"""The column of every sum, for kernels and Python alike. A module, since compiled code takes a number out of one as it
is; out of a tuple, all the other numbers would come along each time."""

CCG_FROM = len(PEOPLE_SUMS) + len(WORK_SUMS)
POLL_FROM = len(SUMS) - len(POLL_SUMS)

LIST_QUANTILES = {
    "list_size_p5": 0.05, "list_size_p25": 0.25, "list_size_p50": 0.50, "list_size_p75": 0.75, "list_size_p95": 0.95,
}  # fmt: skip
DRAWINGS_QUANTILES = {"drawings_p10": 0.10}
QUANTILES = (*LIST_QUANTILES, *DRAWINGS_QUANTILES)
"""Quantiles over practices by name, and the share of practices below each: of lists, and of drawings a partner."""


@dataclass(frozen=True)
class Sums:
    """All sums of a run. by_group: (years, CCGs + 5 fifths + 3 contracts, SUMS); quantiles: (years, places,
    QUANTILES)."""

    by_group: Floats
    quantiles: Floats

    @classmethod
    def empty(cls, years: int, world: World) -> Sums:
        """Sums of zero for a World of so many CCGs and teams."""
        groups = len(world.ccgs) + OTHER_GROUPS
        places = 1 + len(world.regions) + len(world.area_teams) + groups
        return cls(np.zeros((years, groups, len(SUMS))), np.full((years, places, len(QUANTILES)), np.nan))


class Columns:
    """Sums by name, (years, places), as formulas read them; `q` gives a quantile by name.

    sums: (SUMS, years, places). quantiles: (years, places, QUANTILES).
    """

    def __init__(self, sums: Floats, quantiles: Floats) -> None:
        self._sums, self._quantiles = sums, quantiles

    def __getattr__(self, name: str) -> Floats:
        column: Floats = self._sums[getattr(AT, name)]
        return column

    def q(self, name: str) -> Floats:
        return self._quantiles[..., QUANTILES.index(name)]


def over(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, NaN where bottom is 0."""
    share: Floats = top / np.where(bottom > 0, bottom, np.nan)
    return share


def spread(count: Floats, total: Floats, squared: Floats) -> Floats:
    """Standard deviation from count, sum and sum of squares; NaN where nothing was counted."""
    mean = over(total, count)
    return np.asarray(np.sqrt(np.maximum(over(squared, count) - mean**2, 0.0)))
