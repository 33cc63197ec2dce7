"""The replication advisor: how many paired runs until a difference is known within a stated width.

What is to be known is the mean difference of a regime from the first one; its 90% interval is that of Student's t over
pairs, which narrows with their number. (The 5th to 95th percentile of pairs, which tables show, says how much the
answer depends on parameters and luck; no number of runs narrows that.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.analysis.compare import HEADLINES, SAME, Registry, Row, compare
from sim.analysis.words import label, number, signed
from sim.errors import InputError
from sim.study.results import Results
from sim.toml_files import unknown

MAIN_OUTCOME = HEADLINES[0]
"""The outcome that a precision is about unless another is named."""
FEWEST = 10
"""Pairs from which a spread can be told well enough to plan with."""
MOST = 100_000
"""More pairs than anybody will run: the search for a number ends there."""


@dataclass(frozen=True)
class Advice:
    """What a number of pairs says of one difference. deviation: standard deviation of the paired differences, in the
    unit of the outcome; NaN for fewer than two pairs."""

    outcome: str
    regime: str
    first: str
    unit: str
    pairs: int
    difference: float
    deviation: float

    @property
    def half_width(self) -> float:
        """Half the width of the 90% interval of the mean difference; infinite for fewer than two pairs."""
        return half_width(self.deviation, self.pairs)

    def pairs_for(self, width: float) -> int | None:
        """Pairs after which the 90% interval is no wider than `width` on either side; None if more than `MOST`.

        Raises InputError for a width that is not positive.
        """
        return pairs_needed(self.deviation, width)

    def __str__(self) -> str:
        return (
            f"{label(self.outcome)}, {self.regime} less {self.first}: {signed(self.difference)} ± "
            f"{number(self.half_width)} {self.unit} after {self.pairs} pairs"
        )


def half_width(deviation: float, pairs: int) -> float:
    """Half the width of the 90% interval of a mean of `pairs` differences with this standard deviation."""
    from scipy.special import stdtrit

    if pairs < 2 or math.isnan(deviation):
        return math.inf
    return float(stdtrit(pairs - 1, 0.95)) * deviation / math.sqrt(pairs)


def pairs_needed(deviation: float, width: float) -> int | None:
    """The smallest number of pairs, from `FEWEST`, whose half-width is at most `width`; None above `MOST`."""
    check_width(width)
    if math.isnan(deviation) or half_width(deviation, MOST) > width:
        return None
    low, high = FEWEST - 1, MOST  # the half-width falls with the number of pairs, so halving finds it
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if half_width(deviation, middle) <= width else (middle, high)
    return high


def check_precision(width: float, outcome: str, registry: Registry) -> None:
    """Raises InputError for a width that is not positive, or an outcome that is not in the registry."""
    check_width(width)
    if outcome not in registry:
        raise unknown("outcome", outcome, registry, key="--outcome")


def check_width(width: float) -> None:
    """Raises InputError for a width that is not positive."""
    if not width > 0.0:
        raise InputError(f"{width:g} is no width", key="--precision", allowed="a number above 0, in the outcome's unit")


def advise(
    results: Results, registry: Registry, outcomes: Sequence[str] | None = None, *, year: int | None = None
) -> list[Advice]:
    """Advice on differences of all England from the first regime: of these outcomes, or of the headlines for None.

    Raises InputError for an outcome that was not kept or a year that was not simulated.
    """
    comparison = compare(results, registry, year=year)
    known = list(dict.fromkeys(row.outcome for row in comparison.rows))
    chosen = [name for name in HEADLINES if name in known] if outcomes is None else list(outcomes)
    for name in chosen:
        if name not in known:
            raise unknown("outcome", name, known, key="--outcome")
    return [_advice(row) for name in chosen for row in comparison.of(name)]


def _advice(row: Row) -> Advice:
    s = row.summary
    deviation = s.standard_error * math.sqrt(s.pairs) if s.pairs > 1 else math.nan
    if deviation <= SAME * abs(s.difference):  # the last bits of sums are no spread
        deviation = 0.0
    return Advice(row.outcome, row.regime, row.first, row.unit, s.pairs, s.difference, deviation)


def least_known(advice: Sequence[Advice]) -> Advice:
    """The difference with the widest interval."""
    return max(advice, key=lambda one: one.half_width)


def advice_text(advice: Sequence[Advice]) -> str:
    """A line a difference: what is known now, and how many pairs would halve its interval."""
    shown = [one for one in advice if one.pairs > 1 and one.deviation > 0.0]
    if not shown:
        return "Nothing differs yet, so there is no advice on more pairs."
    wide = 1 + max(len(label(one.outcome)) for one in shown)
    lines = [
        f"Mean difference from {shown[0].first} after {shown[0].pairs} pairs, with its 90% interval;",
        "then how many pairs in all would make that half as wide:",
        "",
    ]
    for one in shown:
        needed = one.pairs_for(one.half_width / 2.0)
        value = f"{signed(one.difference)} ± {number(one.half_width)}"
        count = f"more than {MOST:,}" if needed is None else f"{needed:,}"
        lines.append(f"{label(one.outcome):<{wide}}{one.regime:<22}{value:>24}{count:>10}  {one.unit}")
    return "\n".join(lines)
