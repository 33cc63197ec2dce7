"""How far a regime's difference in practices goes with its difference in mergers.

    python scripts/practices_and_mergers.py results/regimes_on_england [delegated]

Prints, over the pairs of a folder of results, quantiles of the difference in practices open in the last year, the share
of pairs in which it is below -200, and its correlation with the difference in mergers over all years.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sim.analysis.compare import paired
from sim.study.results import open_results

FEWER = -200.0


def main() -> None:
    """Prints the figures."""
    results = open_results(Path(sys.argv[1]))
    first, other = results.arms[0], sys.argv[2] if len(sys.argv) > 2 else "delegated"
    values = paired(results, "national", ("practices_open", "practices_merged"))
    apart = (values[other] - values[first])[:, :, 0]
    practices, mergers = apart[:, -1, 0], apart[:, :, 1].sum(axis=1)
    low, middle, high = np.percentile(practices, (5.0, 50.0, 95.0))
    print(f"{other} less {first}, {len(apart)} pairs: practices {practices.mean():+.0f}, median {middle:+.1f}")
    print(f"5th to 95th {low:+.0f} to {high:+.0f}; below {FEWER:.0f} in {np.mean(practices < FEWER):.0%} of pairs")
    print(f"correlation with mergers {np.corrcoef(practices, mergers)[0, 1]:+.2f}")


if __name__ == "__main__":
    main()
