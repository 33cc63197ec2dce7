"""One parameter as it stands in a file: what it is, its value over the years, how sure we are, and who says so."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field, Strict, field_validator, model_validator

from sim.toml_files import Block, RefusedError

Number = Annotated[float, Strict()]
Pair = tuple[Number, Number]
Path = dict[int, float]
Status = Literal["measured", "estimated", "assumed"]

FIRST_YEAR = 2014
"""The first simulated year; a dated path must have begun by then."""

JUDGEMENT = "judgement:"


class Draws(Protocol):
    """The part of a numpy Generator that sampling needs; whoever plans the runs makes it from a recorded seed."""

    def uniform(self, low: float, high: float) -> float:
        """A number between low and high."""

    def normal(self, loc: float, scale: float) -> float:
        """A normal number."""

    def lognormal(self, mean: float, sigma: float) -> float:
        """The exponential of a normal number."""

    def beta(self, a: float, b: float) -> float:
        """A beta number, 0 to 1."""


class Prior(Block):
    """A distribution; exactly one form is given."""

    normal: Pair | None = Field(None, description="mean and standard deviation")
    lognormal: Pair | None = Field(None, description="median, and standard deviation of the logarithm")
    uniform: Pair | None = Field(None, description="lowest and highest")
    beta: Pair | None = Field(None, description="the two shapes of a share between 0 and 1")

    @model_validator(mode="after")
    def _one_form(self) -> Prior:
        if sum(form is not None for form in (self.normal, self.lognormal, self.uniform, self.beta)) != 1:
            raise RefusedError("needs exactly one form", allowed=("normal", "lognormal", "uniform", "beta"))
        if self.uniform and self.uniform[0] > self.uniform[1]:
            raise RefusedError("its lowest value is above its highest", key="uniform")
        if (self.normal and self.normal[1] < 0) or (self.lognormal and min(self.lognormal) <= 0):
            raise RefusedError("a standard deviation may not be negative, nor a median nil")
        if self.beta and min(self.beta) <= 0:
            raise RefusedError("both shapes must be positive", key="beta")
        return self

    @property
    def support(self) -> Pair:
        """Lowest and highest value that the distribution can give."""
        if self.uniform:
            return self.uniform
        if self.beta:
            return (0.0, 1.0)
        return (0.0, math.inf) if self.lognormal else (-math.inf, math.inf)

    def draw(self, rng: Draws) -> float:
        """One value, in the unit of the parameter."""
        if self.normal:
            return float(rng.normal(*self.normal))
        if self.lognormal:
            return float(rng.lognormal(math.log(self.lognormal[0]), self.lognormal[1]))
        if self.beta:
            return float(rng.beta(*self.beta))
        low, high = self.support
        return float(rng.uniform(low, high))

    def __str__(self) -> str:
        form = next(name for name in ("normal", "lognormal", "uniform", "beta") if getattr(self, name))
        first, second = getattr(self, form)
        return f"{form}({first:g}, {second:g})"


class Record(Block):
    """A parameter: its full name is `group.name`.

    value holds one number, or a path {year: value} in which each value holds from its year until the next.
    range and prior speak of the central value, which is that of the path's first year: a draw scales the whole path.
    A range of one value is a bound or an origin, which nobody need vary.
    """

    label: str
    unit: str
    value: float | Path
    range: Pair | None = None
    prior: Prior | None = None
    status: Status
    source: str
    moves: str
    neutral: Number = 0.0
    needs: dict[str, str] = Field(default_factory=dict)
    purpose: str = ""

    @field_validator("value", mode="before")
    @classmethod
    def _number_or_path(cls, value: Any) -> Any:
        return number_or_path(value)

    @property
    def path(self) -> Path:
        """The value as a dated path; a single number holds from the first year."""
        return self.value if isinstance(self.value, dict) else {FIRST_YEAR: self.value}

    @property
    def central(self) -> float:
        """The value of the first year, which a draw replaces."""
        return self.path[min(self.path)]

    @property
    def bounds(self) -> Pair:
        """Lowest and highest plausible value: the range, else what the prior can give."""
        if self.range is not None:
            return self.range
        return self.prior.support if self.prior is not None else (-math.inf, math.inf)

    @property
    def uncertain(self) -> bool:
        """Whether there is anything to draw it from: a prior, or a range of more than one value."""
        return self.prior is not None or (self.range is not None and self.range[0] < self.range[1])

    @property
    def varies(self) -> bool:
        """Whether an uncertainty analysis draws it by default: whatever is uncertain and was not measured."""
        return self.uncertain and self.status != "measured"

    def draw(self, rng: Draws) -> float:
        """A central value from the prior, held to the range where both are given; else anywhere in the range."""
        if self.prior is None:
            low, high = self.bounds
            return float(rng.uniform(low, high))
        low, high = self.bounds
        return min(max(self.prior.draw(rng), low), high)

    @property
    def value_text(self) -> str:
        """The value for printing."""
        if isinstance(self.value, dict):
            return ", ".join(f"{year}: {number:g}" for year, number in self.value.items())
        return f"{self.value:g}"

    @property
    def range_text(self) -> str:
        """The prior or range for printing."""
        if self.prior is not None:
            return str(self.prior)
        if self.range is None:
            return ""
        low, high = self.range
        return f"{low:g} to {high:g}" if low < high else "held"

    def in_year(self, year: int) -> float:
        """The value that holds in a year; the first one before the path begins."""
        path = self.path
        begun = [y for y in path if y <= year]
        return path[max(begun)] if begun else path[min(path)]


def number_or_path(value: Any) -> Any:
    """Check that a value is a number, or a table of numbers by year; years become integers. Raises RefusedError."""
    if isinstance(value, bool) or not isinstance(value, int | float | dict):
        raise RefusedError(f"must be a number, not {value!r}", allowed="a number, or {2014 = .., 2016 = ..}")
    if not isinstance(value, dict):
        return _finite(value)
    path: Path = {}
    for year, number in value.items():
        if not re.fullmatch(r"(19|20|21)\d\d", str(year)):
            raise RefusedError(f"{year!r} is not a year", allowed="a table such as {2014 = .., 2016 = ..}")
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise RefusedError(f"the value of {year} must be a number, not {number!r}")
        path[int(year)] = _finite(number)
    if not path:
        raise RefusedError("an empty table gives no value", allowed="a table such as {2014 = .., 2016 = ..}")
    return dict(sorted(path.items()))


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise RefusedError(f"must be a finite number, not {value!r}")
    return float(value)


def faults(record: Record) -> list[str]:
    """What is wrong with a record beyond its form; the linter of the tests prints them."""
    needed = ("label", "unit", "source", "moves")
    found = [f"{field} is empty" for field in needed if not getattr(record, field).strip()]
    found += _faults_of_source(record)
    low, high = record.bounds
    if low > high:
        found.append(f"range [{low:g}, {high:g}] is upside down")
    if not low <= record.central <= high:
        found.append(f"value {record.central:g} lies outside [{low:g}, {high:g}]")
    if low >= 0.0 and min(record.path.values()) < 0.0:
        found.append(f"value {min(record.path.values()):g} is negative, which its range rules out")
    if record.range is None and record.prior is None:
        found.append("needs a range or a prior")
    if min(record.path) > FIRST_YEAR:
        found.append(f"its path begins in {min(record.path)}, after {FIRST_YEAR}: say what held before")
    return found


def _faults_of_source(record: Record) -> list[str]:
    found = []
    source = record.source.strip()
    if record.status == "measured" and re.search(r"\bmemory\b", source, re.IGNORECASE):
        found.append("a row recalled from memory never supports status 'measured'")
    if record.status == "measured" and source.startswith(JUDGEMENT):
        found.append("a judgement is not a measurement: status must be 'assumed'")
    if record.status == "assumed":
        if not source.startswith(JUDGEMENT):
            found.append(f"status 'assumed' needs a source that begins {JUDGEMENT!r}")
        else:
            found += sentence_faults(source.removeprefix(JUDGEMENT))
    return found


def sentence_faults(text: str) -> list[str]:
    """Whether a judgement is one sentence: not a bare word, not a paragraph."""
    plain = re.sub(r"\([^)]*\)", "", text).strip()
    if len(plain.split()) < 4:
        return ["its judgement is too short to be a sentence: say why this value"]
    if re.search(r"[a-z0-9)%][.!?]\s+[A-Z]", plain):
        return ["its judgement is longer than one sentence"]
    return []
