"""Prints how much less differences between regimes vary in pairs of runs than between independent ones.

    python -m experiments.benchmarks.common_luck [--runs 40] [--year 2018] [--fixed-parameters] [--results DIR]

area_team_only against delegated, England, at year 5 unless told otherwise. A pair shares its parameters, its starting
England and its luck; with --fixed-parameters all have the parameters of the records, so that luck alone is shared.
--results: a folder of `commissim compare` instead of new runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.analysis.common_luck import gains
from sim.analysis.compare import HEADLINES
from sim.analysis.words import label
from sim.api import compare
from sim.study.results import Results, open_results

ASKED = ("practices_open", "gp_fte", "appointments_unmet_share")
LIMIT = 4.0
"""Times by which variance must fall for practices, doctors and unmet demand."""


def main() -> int:
    """Runs, or reads, and prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=40)
    arguments.add_argument("--year", type=int, default=2018)
    arguments.add_argument("--fixed-parameters", action="store_true")
    arguments.add_argument("--results", type=Path)
    given = arguments.parse_args()
    results: Results = (
        open_results(given.results)
        if given.results
        else compare(
            ["area_team_only", "delegated"], runs=given.runs, years=given.year - 2013, workers=None,
            fixed_parameters=given.fixed_parameters,
        ).results
    )  # fmt: skip
    found = {gain.outcome: gain for gain in gains(results, "delegated", year=given.year)}
    print(f"variance of delegated less area_team_only in {given.year}: independent runs over pairs")
    for name in dict.fromkeys([*ASKED, *HEADLINES]):
        verdict = f"   at least {LIMIT:g} {'ok' if found[name].ratio >= LIMIT else 'under'}" if name in ASKED else ""
        print(f"{label(name):40s} {found[name].ratio:10.1f} times{verdict}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
