"""Draws the figure of the README from a folder of results: `python scripts/readme_figure.py results/compare-1`."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams["svg.hashsalt"] = "commissim"  # the same results give the same file

from sim.outcomes import OUTCOMES  # noqa: E402
from sim.report.figures import outcome_figure  # noqa: E402
from sim.study.results import open_results  # noqa: E402

TARGET = Path(__file__).resolve().parents[1] / "docs" / "figures" / "regimes.svg"


def main() -> int:
    """Reads the folder named on the command line and writes the figure."""
    figure = outcome_figure(open_results(Path(sys.argv[1])), OUTCOMES, "appointments_unmet_share")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(TARGET, metadata={"Date": None})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
