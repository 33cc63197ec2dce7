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
from sim.commissioning.utilities import (
    Costs,
    Effects,
    Matter,
    Weights,
    improvement_utility,
    improvements,
    weight_of_goodwill,
)
from sim.world import states

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


def utilities_of_help(
    actions: Sequence[int], need: float, may_punish: int, own_members: float, w: Weights, e: Effects, k: Costs
) -> list[float]:
    """Utilities of actions about the quality of a practice to a body that may send help; need: sd below standard."""
    matter = Matter(
        kind=states.QUALITY, need=need, severity=need, quality=-need, size=1.0, sanctioned=0.0, near=1.0,
        grants_left=0.0, deficit=0.0, fit=0.0, goodwill=weight_of_goodwill(own_members, w), may_improve=1, may_pay=0,
        may_punish=may_punish, may_remove=0, holds_hospital=0, holds_community=0, local_terms=0,
    )  # fmt: skip
    return [improvement_utility(a, matter, improvements(w, e, k)) for a in actions]
