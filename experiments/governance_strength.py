"""How strong must governance be before conflicts of interest matter less? Declaration by audit, crossed.

python -m experiments.governance_strength [--runs N] [--workers N]
"""

from __future__ import annotations

from experiments.ready import experiment
from sim.analysis.findings import crossings_in_words, sweep_in_words
from sim.api import registry
from sim.study.results import Results

OUTCOMES = (
    "conflicted_decisions", "captured_decisions", "exposures", "legitimacy", "ccgs_delegated", "quality_true",
    "practices_open",
)  # fmt: skip


def findings(results: Results) -> list[str]:
    """What declaration and audit do, and to which regimes."""
    return [
        "## What declaration and audit do", *sweep_in_words(results, registry(), OUTCOMES),
        "## What they do to the comparison of regimes", *crossings_in_words(results, registry(), OUTCOMES),
    ]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Runs the experiment; see `experiments.ready`."""
    return experiment("governance_strength", findings, OUTCOMES, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
