"""The model's survey beside the surveys of the time: shares, 90% intervals over runs, fitted or predicted."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.rules.polls import POLLED
from sim.rules.statements import GRADES, GROUPS, QUESTIONS
from sim.study.records import DEFAULT_VALUES, Floats
from sim.study.results import Results
from sim.survey import column
from sim.toml_files import read_toml

FILE = Path(__file__).with_name("survey.toml")
KINDS = ("fitted", "predicted")
CLOSE = 0.08
"""A share counts as found where it lies no further than this from what was published."""
Z90 = 1.6448536269514722


@dataclass(frozen=True)
class Item:
    """One published share. low, high: what its words allow, 0 to 1. sample: doctors who answered."""

    words: str
    question: str
    low: float
    high: float
    quote: str
    source: str
    sample: int
    kind: str
    answer: str = "support"
    group: str = "respondents"

    @property
    def column(self) -> str:
        """Where the model's share is found."""
        return column(self.group, self.question, self.answer)

    @property
    def middle(self) -> float:
        """The middle of what the words allow."""
        return 0.5 * (self.low + self.high)

    def gap(self, share: float) -> float:
        """Distance of a share from what the words allow; 0 within."""
        return max(self.low - share, share - self.high, 0.0)

    def sampling(self, share: float) -> float:
        """Half-width of the 90% interval of a poll of this size, if the true share were `share`."""
        return Z90 * math.sqrt(max(0.0, share * (1.0 - share)) / self.sample)


@cache
def items() -> tuple[Item, ...]:
    """The published shares that the model's survey is held against. Raises ValueError for an item nobody can ask."""
    found = tuple(Item(**entry) for entry in read_toml(FILE)["item"])
    for item in found:
        known = item.question in QUESTIONS and item.answer in GRADES and item.group in GROUPS and item.kind in KINDS
        if not known or not 0.0 <= item.low <= item.high <= 1.0:
            raise ValueError(f"{FILE.name}: {item.words}: unknown question, answer, group or kind, or no interval")
    return found


@dataclass(frozen=True)
class Line:
    """One item and what the runs gave: the share with parameters at their records, 5th and 95th percentile of draws."""

    item: Item
    share: float
    low: float
    high: float

    @property
    def sampling(self) -> float:
        """Half-width of the 90% interval of a poll of the real size."""
        return self.item.sampling(self.share)

    @property
    def close(self) -> bool:
        """Within eight points of what was published."""
        return self.item.gap(self.share) <= CLOSE

    @property
    def agrees(self) -> bool:
        """What was published could have come from a poll of its size, if the model's share were true."""
        return self.item.gap(self.share) <= self.sampling


@dataclass(frozen=True)
class Surveyed:
    """What `survey` returns: the runs, and their shares beside the published ones."""

    results: Results

    def shares(self, name: str) -> Floats:
        """(runs,): the share of a column (see `sim.survey.column`), 0 to 1; NaN where nobody was in the group."""
        return np.asarray(self.results.cube("national").of(name)[:, -1, 0])

    def summary(self, shares: Floats) -> tuple[float, float, float]:
        """Of values by run: the mean with every parameter at its record, and the 5th and 95th percentile of draws.

        Where nothing was drawn, of all runs, which then differ by their seeds.
        """
        draws = {run.run: run.draw for run in self.results.runs}
        drawn = np.array([draws[run] != DEFAULT_VALUES for run in self.results.cube("national").runs])
        low, high = np.percentile(shares[drawn] if drawn.any() else shares, [5.0, 95.0])
        return float((shares if drawn.all() else shares[~drawn]).mean()), float(low), float(high)

    def lines(self) -> list[Line]:
        """Every published share with the model's and its 90% interval over runs."""
        return [Line(item, *self.summary(self.shares(item.column))) for item in items()]

    def support(self, group: str) -> Floats:
        """(runs,): share of a group who support CCG control, mean over functions."""
        return np.asarray(np.mean([self.shares(column(group, function, "support")) for function in POLLED], axis=0))

    def rows(self) -> list[dict[str, Any]]:
        """The lines as plain rows."""
        return [
            {
                "source": line.item.source, "item": line.item.words, "group": line.item.group, "kind": line.item.kind,
                "published_low": line.item.low, "published_high": line.item.high, "share": line.share,
                "low": line.low, "high": line.high, "sampling": line.sampling, "agrees": line.agrees,
                "within_8_points": line.close,
            }
            for line in self.lines()
        ]  # fmt: skip

    def table(self) -> str:
        """Text: item, published, model's share, 90% intervals over runs and of a poll of the real size, kind, close."""
        head = f"{'':<42}{'source':<8}{'published':>10}{'model':>7}{'runs, 90%':>11}{'poll, 90%':>11}  "
        text = [f"Survey of the model's GPs, {self._when()}; shares of those who answer, in %", ""]
        text.append(f"{head}{'kind':<11}within 8 points")
        for line in self.lines():
            item, half = line.item, line.sampling
            text.append(
                f"{item.words:<42}{item.source:<8}{_range(item.low, item.high):>10}{100 * line.share:>7.1f}"
                f"{_range(line.low, line.high):>11}{_range(line.share - half, line.share + half):>11}"
                f"  {item.kind:<11}{'yes' if line.close else 'NO'}"
            )
        return "\n".join([*text, "", *self._groups(), "", *_legend()])

    def _when(self) -> str:
        year = self.results.cube("national").years[-1]
        return f"March {year + 1}, regime {', '.join(self.results.regimes)}, {len(self.results.kept)} runs"

    def _groups(self) -> list[str]:
        names = {"everyone": "all GPs, whether they answer or not"} | {name: name for name in GROUPS[1:]}
        values = {name: self.support(group) for group, name in names.items()}
        values["board less grassroots"] = values["board"] - values["grassroots"]
        text = ["Support for CCG control, mean over functions, with 90% of runs:"]
        for name, shares in values.items():
            share, low, high = self.summary(shares)
            text.append(f"    {name:<38}{100 * share:>7.1f}{_range(low, high):>13}")
        return text


def _range(low: float, high: float) -> str:
    """A range in whole per cent, one number where both ends are the same."""
    a, b = f"{100 * low:.0f}", f"{100 * high:.0f}"
    return a if a == b else f"{a} to {b}"


def _legend() -> list[str]:
    words = (
        "published: what the words of the report allow. model: with every parameter at its record. runs: with "
        "parameters drawn, which no survey has narrowed. poll: where a poll as large as the real one would lie if the "
        "model were right. fitted: three free numbers were set on these nine shares. predicted: every "
        "number behind it was set on other sources, by people who knew the figure."
    )
    return textwrap.wrap(words, 105)
