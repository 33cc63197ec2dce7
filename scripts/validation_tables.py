"""Prints the tables of validations for `results/README.md`: what was asked and found, and which targets were missed.

python scripts/validation_tables.py results/validation-synthetic results/validation-real
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

MARKS = {"true": "met", "false": "**not met**", "": ""}
TITLES = {"validation-synthetic": "synthetic", "validation-real": "practice table"}


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """Rows of a table of a validation; none where that part was not done."""
    path = folder / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def row(*cells: str) -> None:
    """A line of a Markdown table."""
    print("| " + " | ".join(cells) + " |")


def checks(folders: list[Path]) -> None:
    """What was asked, and what each England gave."""
    told = [{one["what"]: one for one in read(folder, "checks")} for folder in folders]
    whats = list(dict.fromkeys(what for one in told for what in one))
    row("what", "asked", *(TITLES.get(folder.name, folder.name) for folder in folders))
    row(*["---"] * (2 + len(folders)))
    for what in whats:
        cells = [f"{one[what]['found']} {MARKS[one[what]['met']]}".strip() if what in one else "" for one in told]
        row(what, next(one[what]["asked"] for one in told if what in one), *cells)


def misses(folders: list[Path]) -> None:
    """Every target but policy inputs that fails in one England or the other."""
    told = [{(one["sample"], one["target"]): one for one in read(folder, "targets")} for folder in folders]
    row("target", "observed (range)", *(TITLES.get(folder.name, folder.name) for folder in folders))
    row(*["---"] * (2 + len(folders)))
    for key, first in told[0].items():
        own = [one[key] for one in told if key in one]
        if first["tag"] == "accounting" or all(one["verdict"] != "fail" for one in own):
            continue
        cells = [f"{interval(one, 'simulated', 'simulated_low', 'simulated_high')} {one['verdict']}" for one in own]
        title = f"`{first['target']}` ({first['tag']}{', out of sample' * (first['sample'] == 'out')})"
        row(title, interval(first, "observed", "range_low", "range_high"), *cells)


def interval(one: dict[str, str], middle: str, low: str, high: str) -> str:
    """Three columns as a number and its range."""
    return f"{short(one[middle])} ({short(one[low])} to {short(one[high])})"


def practices(folder: Path) -> None:
    """Scores of forecasts, responses and shuffled columns of a real table."""
    for name, columns in (
        ("forecast_scores", ("question", "score", "value", "low", "high")),
        ("permutation", ("column", "auc", "fall", "fall_low", "fall_high")),
        ("responses", ("money", "practices", "answer", "observed", "observed_low", "observed_high", "simulated",
                       "simulated_low", "simulated_high")),
        ("gains", ("loop", "push", "answer", "gain")),
    ):  # fmt: skip
        rows = read(folder, name)
        if rows:
            row(*(column.replace("_", " ") for column in columns))
            row(*["---"] * len(columns))
            for one in rows:
                row(*(short(one[column]) for column in columns))
            print()


def short(cell: str) -> str:
    """A number in four figures, anything else as it is."""
    try:
        value = float(cell)
    except ValueError:
        return cell
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def main() -> int:
    """Entry point."""
    folders = [Path(argument) for argument in sys.argv[1:]]
    if not folders or not all((folder / "checks.csv").is_file() for folder in folders):
        print("name folders that `commissim validate` has written", file=sys.stderr)
        return 2
    checks(folders)
    print()
    misses(folders)
    print()
    for folder in folders:
        practices(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
