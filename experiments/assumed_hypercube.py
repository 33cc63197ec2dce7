"""Which assumptions does the answer hang on? A Latin hypercube over every parameter whose status is `assumed`.

python -m experiments.assumed_hypercube [--runs N] [--workers N]
"""

from __future__ import annotations

from experiments.ready import experiment
from sim.analysis.findings import differences_in_words, drivers_in_words
from sim.api import registry
from sim.study.results import Results
from sim.study.store import read_design


def findings(results: Results) -> list[str]:
    """How wide the difference between regimes is, and which assumptions it goes with."""
    assert results.folder is not None
    design, _ = read_design(results.folder, results.manifest["design"]["master_seed"])
    return [
        f"## How wide the answer is when {len(design.names)} assumed parameters are free",
        *differences_in_words(results, registry()),
        "## What it hangs on (rank correlation over draws)",
        *drivers_in_words(results, design.values, design.names),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Runs the experiment; see `experiments.ready`."""
    return experiment("assumed_hypercube", findings, arguments=arguments)


if __name__ == "__main__":
    raise SystemExit(main())
