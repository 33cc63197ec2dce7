"""A lever: a dated change of one parameter, as a policy would make it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict, field_validator, model_validator

from sim.parameters.records import Number, number_or_path
from sim.toml_files import Block, RefusedError

Year = Annotated[int, Strict()]


class Step(Block):
    """From one year on, at once."""

    year: Year = Field(description="first year of the change (start of the financial year)")
    until: Year | None = Field(None, description="last year of the change; without it, for good")
    by: Number | None = Field(None, description="relative change: -0.2 takes a fifth off")
    to_value: Number | None = Field(None, description="new value, in the parameter's unit")

    @model_validator(mode="after")
    def _one_way(self) -> Step:
        _by_or_value(self.by, self.to_value)
        if self.until is not None and self.until < self.year:
            raise RefusedError(f"ends in {self.until}, before it begins in {self.year}", key="until")
        return self


class Ramp(Block):
    """In equal yearly steps: the first in `from`, the whole change from `to` on."""

    first: Year = Field(alias="from", description="year of the first step")
    last: Year = Field(alias="to", description="year in which the change is complete")
    until: Year | None = Field(None, description="last year of the change; without it, for good")
    by: Number | None = Field(None, description="relative change when complete: -0.2 takes a fifth off")
    to_value: Number | None = Field(None, description="value when complete, in the parameter's unit")

    @model_validator(mode="after")
    def _one_way(self) -> Ramp:
        _by_or_value(self.by, self.to_value)
        if self.last < self.first:
            raise RefusedError(f"ends in {self.last}, before it begins in {self.first}", key="to")
        if self.until is not None and self.until < self.last:
            raise RefusedError(f"ends in {self.until}, before it is complete in {self.last}", key="until")
        return self


def _by_or_value(by: float | None, to_value: float | None) -> None:
    if (by is None) == (to_value is None):
        raise RefusedError("needs either a relative change or a new value", allowed=("by", "to_value"))


class Lever(Block):
    """A change of `parameter` (`group.name`) by exactly one of step, ramp and series."""

    parameter: str
    why: str
    step: Step | None = None
    ramp: Ramp | None = None
    series: dict[int, float] | None = Field(None, description="values by year, each until the next")

    @field_validator("series", mode="before")
    @classmethod
    def _dated(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise RefusedError("must be a table of values by year", allowed="{2016 = .., 2018 = ..}")
        return number_or_path(value)

    @model_validator(mode="after")
    def _one_shape(self) -> Lever:
        if sum(shape is not None for shape in (self.step, self.ramp, self.series)) != 1:
            message = f"the lever on {self.parameter!r} needs exactly one shape"
            raise RefusedError(message, allowed=("step", "ramp", "series"))
        return self

    @property
    def first_year(self) -> int:
        """First year in which it changes anything."""
        if self.step:
            return self.step.year
        return self.ramp.first if self.ramp else min(self.series or {0: 0.0})

    @property
    def last_year(self) -> int | None:
        """Last year in which it changes anything; None if it does so for good."""
        shape = self.step or self.ramp
        return shape.until if shape else None

    def value(self, year: int, base: float) -> float:
        """The parameter's value in `year` where it would be `base` without the lever."""
        if year < self.first_year or (self.last_year is not None and year > self.last_year):
            return base
        if self.series:
            return self.series[max(y for y in self.series if y <= year)]
        if self.step:
            return _moved(base, 1.0, self.step.by, self.step.to_value)
        assert self.ramp is not None
        done = min(1.0, (year - self.ramp.first + 1) / (self.ramp.last - self.ramp.first + 1))
        return _moved(base, done, self.ramp.by, self.ramp.to_value)

    def clashes(self, other: Lever) -> int | None:
        """The first year in which both change the same parameter, or None."""
        if self.parameter != other.parameter:
            return None
        first = max(self.first_year, other.first_year)
        ends = [end for end in (self.last_year, other.last_year) if end is not None]
        return first if all(first <= end for end in ends) else None

    def __str__(self) -> str:
        if self.step:
            end = f" until {self.step.until}" if self.step.until else ""
            return f"{self.parameter}: {_change(self.step.by, self.step.to_value)} from {self.step.year}{end}"
        if self.ramp:
            end = f" until {self.ramp.until}" if self.ramp.until else ""
            change = _change(self.ramp.by, self.ramp.to_value)
            return f"{self.parameter}: {change} in equal steps {self.ramp.first} to {self.ramp.last}{end}"
        return f"{self.parameter}: " + ", ".join(f"{v:g} from {y}" for y, v in (self.series or {}).items())


def _moved(base: float, done: float, by: float | None, to_value: float | None) -> float:
    if by is not None:
        return base * (1.0 + by * done)
    assert to_value is not None
    return base + (to_value - base) * done if done < 1.0 else to_value


def _change(by: float | None, to_value: float | None) -> str:
    return f"{100 * by:+g}%" if by is not None else f"to {to_value:g}"
