"""Notices to one's own members: what they cost in trust (K044), and how that keeps bodies from them (K045).

Every inverted rule named in a docstring was tried once in a copy, and its test failed.
"""

from __future__ import annotations

import pytest
from rivals import of, shares, utilities_of_help

from sim.commissioning.utilities import Costs, Effects, Weights
from sim.rules.relations import Encounters, Engagement, Trust, engagement_wanted, moved, signal_of
from sim.world import states as s


def engagement_after(actions: tuple[int, ...], p: Encounters) -> float:
    """Engagement that a practice would choose after what its CCG did to it in a year."""
    signal = sum(signal_of(action, s.DECIDED, p) for action in actions)
    trust = moved(0.5, signal) - of(Trust).usual_trait
    return float(engagement_wanted(0.4, 0.4, 0.0, trust, 1.0, 0.0, of(Engagement)))


def test_mechanism_k044_a_sanction_lowers_trust_and_engagement() -> None:
    """K044. Counter-world: help that comes with it weighs more, which reverses it. Inverted: the sign of a sanction's
    signal."""
    p = of(Encounters)
    assert engagement_after((s.SANCTION,), p) < engagement_after((), p)
    assert engagement_after((s.SANCTION,), p) < engagement_after((s.BREACH,), p)
    kind = of(Encounters, support=3.0)
    assert engagement_after((s.SANCTION, s.SUPPORT_TEAM), kind) > engagement_after((), kind)


def remedial_share(own_members: float, w: Weights) -> float:
    """How often a body that holds the contract sends a remedial notice to a practice 1 sd below standard."""
    e, k = of(Effects, remedial_quality=0.5), of(Costs)
    actions = (s.NOTHING, s.SUPPORT_TEAM, s.EDUCATION, s.REMEDIAL)
    return shares(utilities_of_help(actions, 1.0, 1, own_members, w, e, k))[3]


def test_mechanism_k045_bodies_are_slow_to_police_those_who_elect_them() -> None:
    """K045. Counter-world: improvement is worth so much that nothing else counts. Inverted: goodwill lost is a gain."""
    assert remedial_share(1.0, of(Weights)) < remedial_share(0.0, of(Weights))
    stern = of(Weights, improvement=1000.0)
    assert remedial_share(1.0, stern) == pytest.approx(remedial_share(0.0, stern)) == pytest.approx(1.0)
