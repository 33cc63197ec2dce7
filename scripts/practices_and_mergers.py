"""How far a regime's difference in practices goes with its difference in mergers.

    python scripts/practices_and_mergers.py results/regimes_on_england [delegated]

Prints, over the pairs of a folder of results, quantiles of the difference in practices open in the last year, the share
of pairs in which it is below -200, and its correlation with the difference in mergers over all years.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sim.study.results import open_results

FEWER = -200.0


def main() -> None:
    """Prints the figures."""
    results = open_results(Path(sys.argv[1]))
    first, other = results.regimes[0], sys.argv[2] if len(sys.argv) > 2 else "delegated"
    cube = results.cube("national", ("practices_open", "practices_merged"))
    at = {run: k for k, run in enumerate(cube.runs)}
    pairs: dict[tuple[int, int], dict[str, int]] = {}
    for run in results.runs:
        if run.run in at:
            pairs.setdefault((run.draw, run.seed), {})[run.regime] = at[run.run]
    both = [rows for rows in pairs.values() if first in rows and other in rows]
    rows, base = ([pair[name] for pair in both] for name in (other, first))
    practices = cube.of("practices_open")[:, -1, 0]
    merged = cube.of("practices_merged")[:, :, 0].sum(axis=1)
    apart = practices[rows] - practices[base]
    low, middle, high = np.percentile(apart, (5.0, 50.0, 95.0))
    print(f"{other} less {first}, {len(both)} pairs: practices {apart.mean():+.0f}, median {middle:+.1f}")
    print(f"5th to 95th {low:+.0f} to {high:+.0f}; below {FEWER:.0f} in {np.mean(apart < FEWER):.0%} of pairs")
    print(f"correlation with mergers {np.corrcoef(apart, merged[rows] - merged[base])[0, 1]:+.2f}")


if __name__ == "__main__":
    main()
