"""Regimes compared in pairs: same parameters, same start, same luck, another regime.

The difference of a pair is what the regime did in that one possible world. Its spread over pairs says how much the
answer depends on parameters and luck (the 90% interval, 5th to 95th percentile); the standard error says how well its
mean is known from this number of pairs, which is another question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, Protocol

import numpy as np

from sim.analysis.words import financial_year, label, number, places_for, signed
from sim.study.records import DONE, Floats
from sim.study.results import Results
from sim.toml_files import unknown

HEADLINES = (
    "practices_open",
    "patients_displaced",
    "gp_fte_per_1000",
    "gp_vacancies",
    "burnout_mean",
    "drawings_mean",
    "payment_per_patient_sd",
    "appointments_unmet_share",
    "experience_good",
    "quality_true",
    "quality_deprivation_gap",
    "emergency_admissions_per_1000",
    "backlog_cases",
    "captured_decisions",
    "legitimacy",
    "staff_cost_total",
)
"""What a person would look at first; the rest is in the page and in the files."""


SAME = 1e-9
"""Values nearer to one another than this, relative to their size, are the same."""


class OutcomeWords(Protocol):
    """What the registry of outcomes says of one. direction: 1 more is better, -1 less is better, 0 neither."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def definition(self) -> str: ...
    @property
    def direction(self) -> int: ...


Registry = Mapping[str, OutcomeWords]


@dataclass(frozen=True)
class Summary:
    """Paired differences of one outcome: other minus first, in the unit of the outcome.

    low, high: 5th and 95th percentile of the differences. standard_error: of their mean; NaN for one pair.
    better, worse: share of pairs, 0 to 1, in which the other is strictly better or worse; NaN where neither direction
    is better.
    """

    pairs: int
    mean_first: float
    mean_other: float
    difference: float
    low: float
    high: float
    standard_error: float
    better: float
    worse: float


@dataclass(frozen=True)
class Row:
    """One line of a comparison; `first` is the regime that `regime` is compared with."""

    level: str
    place: str
    year: int
    outcome: str
    unit: str
    direction: int
    regime: str
    first: str
    summary: Summary

    def tidy(self) -> dict[str, Any]:
        """The row with the summary's columns beside its own."""
        table = asdict(self)
        table.update(table.pop("summary"))
        return table


@dataclass(frozen=True)
class Comparison:
    """Every regime against the first, at one level and year."""

    level: str
    year: int
    regimes: tuple[str, ...]
    rows: tuple[Row, ...]

    def tidy(self) -> list[dict[str, Any]]:
        """All rows as plain tables, one a place, outcome and regime."""
        return [row.tidy() for row in self.rows]

    def of(self, outcome: str, regime: str | None = None) -> list[Row]:
        """The rows of one outcome, and of one regime if named."""
        return [row for row in self.rows if row.outcome == outcome and regime in (None, row.regime)]

    def table(self, outcomes: Iterable[str] | None = None) -> str:
        """Text for the terminal: mean difference from the first regime, 90% interval, how often better.

        outcomes: names to show; by default the headlines. Raises InputError for a name without rows.
        """
        known = list(dict.fromkeys(row.outcome for row in self.rows))
        chosen = list(outcomes) if outcomes is not None else [name for name in HEADLINES if name in known] or known
        for name in chosen:
            if name not in known:
                raise unknown("outcome", name, known)
        wanted = [row for name in chosen for row in self.of(name)]
        return _text(self, wanted) if wanted else "No pair of runs finished: nothing to compare."


def summarise(first: Floats, other: Floats, direction: int) -> Summary:
    """Paired differences of two arrays of shape (pairs,); a pair with NaN on either side does not count."""
    both = np.isfinite(first) & np.isfinite(other)
    base, against = first[both], other[both]
    count = len(base)
    if count == 0:
        return Summary(0, *[float("nan")] * 8)
    change = against - base
    # Sums taken in another order differ in their last bits; that is no difference.
    change[np.abs(change) <= SAME * np.maximum(np.abs(base), np.abs(against))] = 0.0
    low, high = np.percentile(change, [5, 95])
    return Summary(
        pairs=count,
        mean_first=float(base.mean()),
        mean_other=float(against.mean()),
        difference=float(change.mean()),
        low=float(low),
        high=float(high),
        standard_error=float(change.std(ddof=1) / np.sqrt(count)) if count > 1 else float("nan"),
        better=float((change * direction > 0).mean()) if direction else float("nan"),
        worse=float((change * direction < 0).mean()) if direction else float("nan"),
    )


def paired(results: Results, level: str, outcomes: Sequence[str] | None = None) -> dict[str, Floats]:
    """Values of each regime over the same pairs: regime to an array of shape (pairs, years, places, outcomes).

    Where there are several scenarios, each regime in each of them is one of these; see `Results.arm`.

    A pair counts where every regime finished it. The order of pairs is that of the runs. outcomes: see `Results.cube`.
    """
    cube = results.cube(level, outcomes)
    position = {run: i for i, run in enumerate(cube.runs)}
    at: dict[tuple[int, int], dict[str, int]] = {}
    for run in results.runs:
        if run.status == DONE and run.run in position:
            at.setdefault((run.draw, run.seed), {})[results.arm(run)] = position[run.run]
    whole = [places for places in at.values() if len(places) == len(results.arms)]
    return {arm: cube.values[np.asarray([places[arm] for places in whole], dtype=np.int64)] for arm in results.arms}


def compare(results: Results, registry: Registry, *, level: str = "national", year: int | None = None) -> Comparison:
    """Every regime against the first one.

    year: first calendar year of a financial year, the last one simulated for None. Raises InputError for a level that
    was not kept or a year that was not simulated.
    """
    cube = results.cube(level)
    at = cube.year_index(year)
    values = paired(results, level)
    first, *others = results.arms
    rows = []
    for p, place in enumerate(cube.places):
        for o, outcome in enumerate(cube.outcomes):
            unit, direction = words_of(registry, outcome)
            for regime in others:
                summary = summarise(values[first][:, at, p, o], values[regime][:, at, p, o], direction)
                rows.append(Row(level, place, cube.years[at], outcome, unit, direction, regime, first, summary))
    return Comparison(level, cube.years[at], tuple(results.arms), tuple(rows))


def words_of(registry: Registry, outcome: str) -> tuple[str, int]:
    """Unit and direction of an outcome; none and neither for one that the registry does not know."""
    words = registry.get(outcome)
    return (words.unit, words.direction) if words else ("", 0)


def _text(comparison: Comparison, rows: Sequence[Row]) -> str:
    first, *_ = comparison.regimes
    several = len({row.place for row in rows}) > 1
    lines = [["Outcome, unit", first, "Regime", "Difference", "90% of pairs", "Better in"]]
    for _, block in groupby(rows, key=lambda row: (row.outcome, row.place)):
        lines.extend(_block(list(block), several))
    title = (
        f"Difference from {first} in {financial_year(comparison.year)}, "
        f"{rows[0].summary.pairs} pairs (same parameters, start and luck)"
    )
    return f"{title}\n\n{_aligned(lines, right=(1, 3, 5))}"


def _block(rows: Sequence[Row], several: bool) -> list[list[str]]:
    """Lines of one outcome and place: its name and unit stand on the left, one under the other."""
    top = rows[0]
    left = [label(top.outcome) + (f", {top.place}" if several else ""), f"  {top.unit}"]
    left += [""] * (len(rows) - 2)
    lines = []
    for i, opening in enumerate(left):
        mean = number(top.summary.mean_first) if i == 0 else ""
        if i >= len(rows):
            lines.append([opening, *[""] * 5])
            continue
        s = rows[i].summary
        decimals = places_for(s.difference, s.low, s.high) if s.pairs else 0
        interval = f"{signed(s.low, decimals)} to {signed(s.high, decimals)}" if s.pairs else "–"
        lines.append([opening, mean, rows[i].regime, signed(s.difference, decimals), interval, how_often(s)])
    return lines


def how_often(summary: Summary) -> str:
    """In how many pairs the other regime is better, with ties where there are any: `12 of 20 (3 the same)`."""
    if not np.isfinite(summary.better):
        return "–"
    better, worse = round(summary.better * summary.pairs), round(summary.worse * summary.pairs)
    same = summary.pairs - better - worse
    if same == summary.pairs:
        return "all the same"
    return f"{better} of {summary.pairs}" + (f" ({same} the same)" if same else "")


def _aligned(lines: Sequence[Sequence[str]], right: Sequence[int]) -> str:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    shown = [
        "  ".join(line[i].rjust(width) if i in right else line[i].ljust(width) for i, width in enumerate(widths))
        for line in lines
    ]
    shown.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(line.rstrip() for line in shown)
