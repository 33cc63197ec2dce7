"""Prints how much less differences between regimes vary in pairs of runs than between independent ones.

    python -m experiments.benchmarks.common_luck [--runs 40] [--year 2018] [--results DIR]

area_team_only against delegated, England, at year 5 unless told otherwise, twice: with the parameters of the records,
so that a pair shares its starting England and its luck, and with parameters drawn, which a pair shares too. What common
random numbers gain is the first. In the second a difference also varies since regimes differ by more under some
parameters than under others, which no luck can take away.
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


def ratios(results: Results, year: int) -> dict[str, float]:
    """Variance of independent runs over that of pairs, by outcome."""
    return {gain.outcome: gain.ratio for gain in gains(results, "delegated", year=year)}


def main() -> int:
    """Runs, or reads, and prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=40)
    arguments.add_argument("--year", type=int, default=2018)
    arguments.add_argument("--results", type=Path)
    given = arguments.parse_args()
    if given.results:
        columns = {"as drawn": ratios(open_results(given.results), given.year)}
    else:
        columns = {
            title: ratios(
                compare(
                    ["area_team_only", "delegated"], runs=given.runs, years=given.year - 2013, workers=None,
                    fixed_parameters=fixed,
                ).results,
                given.year,
            )
            for title, fixed in (("luck alone", True), ("parameters drawn", False))
        }  # fmt: skip
    print(f"variance of delegated less area_team_only in {given.year}: independent runs over pairs, times")
    print(f"{'':40s}" + "".join(f"{title:>18s}" for title in columns))
    first = next(iter(columns.values()))
    for name in dict.fromkeys([*ASKED, *HEADLINES]):
        verdict = f"   at least {LIMIT:g} {'ok' if first[name] >= LIMIT else 'under'}" if name in ASKED else ""
        print(f"{label(name):40s}" + "".join(f"{found[name]:18.1f}" for found in columns.values()) + verdict)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
