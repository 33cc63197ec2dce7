"""What the tests of mechanisms share: parameter groups with single values changed, and shares of a softmax.

Each test here is the smallest world where the observable of a claim should appear, and a counter-world: a rival
parameter at its limit, with the mechanism still on, where it vanishes or reverses. They test that a mechanism does what
it says. They are never evidence that a claim holds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

from sim import parameters

Group = TypeVar("Group", bound=tuple[Any, ...])


def of(group: type[Group], year: int = 2016, **changed: float) -> Group:
    """A group of parameters as recorded for a year, with some values replaced."""
    recorded = parameters.load().resolve(years=10).year(year).of(group)
    return recorded._replace(**changed)  # type: ignore[attr-defined, no-any-return]


def shares(utilities: Sequence[float]) -> list[float]:
    """How often each of some actions is chosen, by their utilities."""
    top = max(utilities)
    weights = [math.exp(u - top) for u in utilities]
    return [weight / sum(weights) for weight in weights]
