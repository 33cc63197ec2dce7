"""Prints the tables of `results/README.md` from folders of results.

    python scripts/results_tables.py side synthetic=results/compare-1 table=results/table published=results/published
    python scripts/results_tables.py regimes funded=results/all equal=results/all-equal

`side`: Englands side by side, the first regime and how `delegated` differs. `regimes`: every regime's difference from
the first in the last year.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sim.analysis.compare import Comparison, compare
from sim.outcomes import OUTCOMES
from sim.study.results import open_results

SIDE = (
    "practices_open", "list_size_mean", "gp_fte_per_1000", "gp_vacancies", "drawings_mean", "payment_per_patient",
    "appointments_unmet_share", "experience_good", "quality_true", "emergency_admissions_per_1000", "backlog_cases",
    "captured_decisions", "patients_displaced",
)  # fmt: skip
REGIMES = (
    "staff_cost_total", "case_wait_months", "cases_undone", "captured_decisions", "legitimacy", "support_granted",
    "practices_open", "patients_displaced", "gp_fte_per_1000", "appointments_unmet_share", "experience_good",
    "quality_true", "emergency_admissions_per_1000", "regime_ended",
)  # fmt: skip
DIGITS = {
    "practices_open": 0, "list_size_mean": 0, "drawings_mean": 0, "payment_per_patient": 1, "gp_fte_per_1000": 4,
    "appointments_unmet_share": 4, "quality_true": 4, "experience_good": 4, "emergency_admissions_per_1000": 2,
    "backlog_cases": 0, "captured_decisions": 1, "patients_displaced": 0, "staff_cost_total": 1, "case_wait_months": 2,
    "cases_undone": 0, "support_granted": 1, "legitimacy": 3,
}  # fmt: skip
MILLIONS = ("staff_cost_total", "support_granted")


def text(name: str, value: float, sign: bool = False) -> str:
    """A value of an outcome with its usual number of digits; pounds of the whole country in millions."""
    value = value / 1e6 if name in MILLIONS else value
    digits = DIGITS.get(name, 3)
    if abs(value) < 0.5 * 10.0**-digits:
        value = 0.0
    return f"{value:{'+' if sign and value else ''},.{digits}f}".replace("-", "−")


def lines(cells: list[list[str]]) -> Iterator[str]:
    """A table in Markdown."""
    for k, row in enumerate(cells):
        yield "| " + " | ".join(row) + " |"
        if k == 0:
            yield "|" + "---|" * len(row)


def difference(comparison: Comparison, name: str, regime: str) -> str:
    """Mean difference from the first regime with the 5th to 95th percentile of pairs."""
    rows = comparison.of(name, regime)
    if not rows:
        return "-"
    s = rows[0].summary
    return f"{text(name, s.difference, True)} ({text(name, s.low, True)} to {text(name, s.high, True)})"


def side(folders: dict[str, Path]) -> Iterator[str]:
    """Levels of the first regime in the first and last year, then the difference that `delegated` makes."""
    opened = {name: open_results(folder) for name, folder in folders.items()}
    levels = [["outcome", *opened]]
    apart = [["outcome", *opened]]
    for name in SIDE:
        row = [f"`{name}`"]
        for results in opened.values():
            first = [run.run for run in results.runs if run.regime == results.regimes[0]]
            cube = results.cube("national")
            values = cube.of(name)[[cube.runs.index(run) for run in first], :, 0].mean(axis=0)
            row.append(f"{text(name, values[0])} → {text(name, values[-1])}")
        levels.append(row)
        apart.append([
            f"`{name}`", *(difference(compare(results, OUTCOMES), name, "delegated") for results in opened.values())
        ])  # fmt: skip
    yield from lines(levels)
    yield ""
    yield from lines(apart)


def regimes(folders: dict[str, Path]) -> Iterator[str]:
    """For every folder a table: a row a regime, a column an outcome, mean difference; * where 90% of pairs agree on the
    sign."""
    for title, folder in folders.items():
        comparison = compare(open_results(folder), OUTCOMES)
        yield f"{title}, {comparison.year}-{(comparison.year + 1) % 100}:"
        yield ""
        first = comparison.regimes[0]
        cells = [["regime", *(f"`{name}`" for name in REGIMES)]]
        base = [comparison.of(name)[0].summary.mean_first for name in REGIMES]
        cells.append([f"**{first}** (level)", *map(text, REGIMES, base)])
        for regime in comparison.regimes[1:]:
            row = [regime]
            for name in REGIMES:
                s = comparison.of(name, regime)[0].summary
                sure = "*" if s.low > 0.0 or s.high < 0.0 else ""
                row.append(text(name, s.difference, True) + sure)
            cells.append(row)
        yield from lines(cells)
        yield ""


def main() -> int:
    """Reads what is asked for on the command line."""
    kind, *named = sys.argv[1:]
    folders = {name: Path(folder) for name, folder in (pair.split("=", 1) for pair in named)}
    for line in {"side": side, "regimes": regimes}[kind](folders):
        print(line)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
