"""Writes the tables of `results/README.md` from folders of results, each between its marks; the words stay as they are.

    python scripts/results_page.py side synthetic=results/compare-1 "practice table=results/table" ...
    python scripts/results_page.py regimes funded=results/all equal=results/all-equal
    python scripts/results_page.py validation synthetic=results/validation-a "practice table=results/validation-b"

`side`: Englands side by side, the first regime and how `delegated` differs. `regimes`: every regime's difference from
the first in the last year. `validation`: what was asked and found, which targets were missed, and of the last folder,
which holds a real table, what exits go with, what the forecast leans on, and answers to lost money.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from sim.analysis.compare import Comparison, compare
from sim.outcomes import OUTCOMES
from sim.study.results import open_results

PAGE = Path(__file__).resolve().parent.parent / "results" / "README.md"
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
VERDICTS = {"true": "met", "false": "**not met**", "": ""}
UNREAD = ("none", "rural", "dispensing", "global sum", "seniority", "QOF")
"""Start columns that the model does not read, or works out itself."""

Folders = dict[str, Path]
Cells = list[list[str]]


def text(name: str, value: float, sign: bool = False) -> str:
    """A value of an outcome with its usual number of digits; pounds of the whole country in millions."""
    value = value / 1e6 if name in MILLIONS else value
    digits = DIGITS.get(name, 3)
    if abs(value) < 0.5 * 10.0**-digits:
        value = 0.0
    return f"{value:{'+' if sign and value else ''},.{digits}f}".replace("-", "−")


def difference(comparison: Comparison, name: str, regime: str) -> str:
    """Mean difference from the first regime with the 5th to 95th percentile of pairs."""
    rows = comparison.of(name, regime)
    if not rows:
        return "-"
    s = rows[0].summary
    return f"{text(name, s.difference, True)} ({text(name, s.low, True)} to {text(name, s.high, True)})"


def side(folders: Folders) -> Iterator[tuple[str, Cells]]:
    """Levels of the first regime in the first and last year, then the difference that `delegated` makes."""
    opened = {name: open_results(folder) for name, folder in folders.items()}
    levels, apart = [["outcome", *opened]], [["outcome", *opened]]
    for name in SIDE:
        row = [f"`{name}`"]
        for results in opened.values():
            first = [run.run for run in results.runs if run.regime == results.regimes[0]]
            cube = results.cube("national", (name,))
            values = cube.of(name)[[cube.runs.index(run) for run in first], :, 0].mean(axis=0)
            row.append(f"{text(name, values[0])} → {text(name, values[-1])}")
        levels.append(row)
        apart.append([
            f"`{name}`", *(difference(compare(results, OUTCOMES), name, "delegated") for results in opened.values())
        ])  # fmt: skip
    yield "side: levels", levels
    yield "side: differences", apart


def regimes(folders: Folders) -> Iterator[tuple[str, Cells]]:
    """For every folder a table: a row a regime, a column an outcome, mean difference; * where 90% of pairs agree on the
    sign."""
    for title, folder in folders.items():
        comparison = compare(open_results(folder), OUTCOMES)
        base = [comparison.of(name)[0].summary.mean_first for name in REGIMES]
        cells = [
            ["regime", *(f"`{name}`" for name in REGIMES)],
            [f"**{comparison.regimes[0]}** (level)", *map(text, REGIMES, base)],
        ]
        for regime in comparison.regimes[1:]:
            found = [comparison.of(name, regime)[0].summary for name in REGIMES]
            sure = ["*" if s.low > 0.0 or s.high < 0.0 else "" for s in found]
            told = [text(name, s.difference, True) + mark for name, s, mark in zip(REGIMES, found, sure, strict=True)]
            cells.append([regime, *told])
        yield f"regimes: {title}", cells


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """Rows of a table of a validation; none where that part was not done."""
    path = folder / f"{name}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def checks(folders: Folders) -> Cells:
    """What was asked, and what each England gave."""
    told = [{one["what"]: one for one in read(folder, "checks")} for folder in folders.values()]
    cells = [["what", "asked", *folders]]
    for what in dict.fromkeys(what for one in told for what in one):
        found = [f"{one[what]['found']} {VERDICTS[one[what]['met']]}".strip() if what in one else "" for one in told]
        cells.append([what, next(one[what]["asked"] for one in told if what in one), *found])
    return cells


def misses(folders: Folders) -> Cells:
    """Every target but policy inputs that fails in one England or the other."""
    told = [{(one["sample"], one["target"]): one for one in read(folder, "targets")} for folder in folders.values()]
    cells = [["target", "observed (range)", *folders]]
    for key, first in told[0].items():
        own = [one[key] for one in told if key in one]
        if first["tag"] == "accounting" or all(one["verdict"] != "fail" for one in own):
            continue
        found = [f"{between(one, 'simulated', 'simulated_low', 'simulated_high')} {one['verdict']}" for one in own]
        title = f"`{first['target']}` ({first['tag']}{', out of sample' * (first['sample'] == 'out')})"
        cells.append([title, between(first, "observed", "range_low", "range_high"), *found])
    return cells


def between(one: dict[str, str], *columns: str, form: str = "") -> str:
    """Three columns as a number and its range."""
    middle, low, high = (format(float(one[column]), form) if form else short(one[column]) for column in columns)
    return f"{middle} ({low} to {high})"


def short(cell: str) -> str:
    """A number in four figures."""
    value = float(cell)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def validation(folders: Folders) -> Iterator[tuple[str, Cells]]:
    """Checks and misses of all Englands, and what else is known of the last one."""
    yield "validation: checks", checks(folders)
    yield "validation: misses", misses(folders)
    real = list(folders.values())[-1]
    cells = [["trait", "England (95% by CCG)", "simulation", "agrees"]]
    for one in read(real, "associations"):
        agrees = "yes" if one["agrees"] == "true" else "no"
        told = f"{float(one['simulated']):+.2f}"
        cells.append([one["trait"], between(one, "observed", "low", "high", form="+.2f"), told, agrees])
    yield "validation: what exits go with", cells
    cells = [["column", "AUC", "fall (95%)"]]
    for one in sorted(read(real, "permutation"), key=lambda one: -float(one["fall"])):
        if one["column"] not in UNREAD:
            fall = between(one, "fall", "fall_low", "fall_high", form="+.3f")
            cells.append([one["column"], f"{float(one['auc']):.3f}", fall])
    yield "validation: columns shuffled", cells
    cells = [["money and answer", "practices", "observed (95%)", "simulated (90% of runs)"]]
    for one in read(real, "responses"):
        observed = between(one, "observed", "observed_low", "observed_high", form="+.1f")
        told = between(one, "simulated", "simulated_low", "simulated_high", form="+.1f")
        cells.append([f"{one['money']}: {one['answer']}", one["practices"], observed, told])
    yield "validation: lost money", cells


def write(page: str, mark: str, cells: Cells) -> str:
    """The page with this table between its marks. Raises SystemExit where the page has no such marks, once."""
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    lines.insert(1, "|" + "---|" * len(cells[0]))
    block = re.compile(rf"(<!-- {re.escape(mark)} -->\n).*?(\n<!-- end -->)", re.DOTALL)
    if len(block.findall(page)) != 1:
        raise SystemExit(f"{PAGE} needs one block that begins <!-- {mark} --> and ends <!-- end -->")
    return block.sub(lambda found: found[1] + "\n".join(lines) + found[2], page)


KINDS: dict[str, Callable[[Folders], Iterator[tuple[str, Cells]]]] = {
    "side": side, "regimes": regimes, "validation": validation,
}  # fmt: skip


def main() -> int:
    """Reads what is asked for on the command line."""
    kind, *named = sys.argv[1:] or [""]
    if kind not in KINDS or not named or not all("=" in one for one in named):
        print(__doc__, file=sys.stderr)
        return 2
    folders = {name: Path(folder) for name, folder in (one.split("=", 1) for one in named)}
    page = PAGE.read_text(encoding="utf-8")
    for mark, cells in KINDS[kind](folders):
        page = write(page, mark, cells)
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
