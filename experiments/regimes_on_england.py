"""Who should decide? Regimes compared on England over ten years.

python -m experiments.regimes_on_england [--runs N] [--workers N]
"""

from __future__ import annotations

from experiments.ready import experiment
from sim.analysis.findings import differences_in_words
from sim.api import registry
from sim.study.results import Results


def findings(results: Results) -> list[str]:
    """How each regime differs from area teams alone in the last year."""
    return differences_in_words(results, registry())


def main(arguments: list[str] | None = None) -> int:
    """Runs the experiment; see `experiments.ready`."""
    return experiment("regimes_on_england", findings, arguments=arguments)


if __name__ == "__main__":
    raise SystemExit(main())
