"""Is it money, people or who commissions that moves general practice? Global sum by training places, crossed.

python -m experiments.funding_by_training [--runs N] [--workers N]
"""

from __future__ import annotations

from experiments.ready import experiment
from sim.analysis.findings import crossings_in_words, sweep_in_words
from sim.api import registry
from sim.study.results import Results

OUTCOMES = (
    "practices_open", "gp_fte_per_1000", "gp_vacancies", "drawings_mean", "appointments_unmet_share",
    "experience_good", "emergency_admissions_per_1000",
)  # fmt: skip


def findings(results: Results) -> list[str]:
    """What money and places do, and whether they change what delegation does."""
    return [
        "## What money and training places do", *sweep_in_words(results, registry(), OUTCOMES),
        "## What they do to the comparison of regimes", *crossings_in_words(results, registry(), OUTCOMES),
    ]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Runs the experiment; see `experiments.ready`."""
    return experiment("funding_by_training", findings, OUTCOMES, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
