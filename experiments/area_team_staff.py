"""How much hangs on the staff of area teams, which nobody published?

python -m experiments.area_team_staff [--runs N] [--workers N]
"""

from __future__ import annotations

from experiments.ready import experiment
from sim.analysis.findings import crossings_in_words, sweep_in_words
from sim.api import registry
from sim.study.results import Results

OUTCOMES = (
    "backlog_cases", "case_wait_months", "cases_undone", "commissioner_hours", "practices_open", "quality_true",
    "appointments_unmet_share", "staff_cost_total",
)  # fmt: skip


def findings(results: Results) -> list[str]:
    """What staff does to each regime, and to the difference between them."""
    return [
        "## What more staff does", *sweep_in_words(results, registry(), OUTCOMES),
        "## What it does to the comparison", *crossings_in_words(results, registry(), OUTCOMES),
    ]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Runs the experiment; see `experiments.ready`."""
    return experiment("area_team_staff", findings, OUTCOMES, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
