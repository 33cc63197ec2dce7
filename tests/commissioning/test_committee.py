"""Committees and the register of interests: who may vote, what a quorum asks, and what comes to light."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import parameters
from sim.commissioning import functions as f
from sim.commissioning.committee import Meetings, committee_of, gp_vote, has_quorum, meet
from sim.commissioning.governance import Exposure, Interests, accused, against_practice, found_out
from sim.commissioning.perception import restored
from sim.commissioning.views import TableView, view
from sim.regimes import load_regime
from sim.world import states as s
from sim.world.luck import person

PARAMS = parameters.load().resolve(levers=[], start_year=2014, years=10).year(2015)
INTERESTS, MEETINGS, EXPOSURE = PARAMS.of(Interests), PARAMS.of(Meetings), PARAMS.of(Exposure)
KEYS = np.uint64(11), np.uint64(12)
shares = st.floats(0.0, 1.0)


@cache
def table_of(regime: str) -> tuple[TableView, int]:
    """The view of a regime and the table that it starts in 2015."""
    tables = load_regime(regime).compile()
    return view(tables), tables.start_table


def held(who: int, regime: str, conflicted: bool, interests: Interests, meetings: Meetings) -> tuple[float, ...]:
    v, t = table_of(regime)
    room = committee_of(v.seats, v.rules, v.recusal, t, f.CCG)
    with np.errstate(over="ignore"):
        comes, declares = (np.uint64(person(key, np.uint64(who))) for key in KEYS)
        return meet(comes, declares, 0, room, conflicted, meetings, interests)


@settings(max_examples=40, deadline=None)
@given(who=st.integers(1, 2**60), declared=shares, informal=shares, attendance=shares, chair=st.floats(-0.2, 1.0))
def test_recused_members_never_vote(
    who: int, declared: float, informal: float, attendance: float, chair: float
) -> None:
    interests = INTERESTS._replace(declared=declared, informal=informal)
    meetings = MEETINGS._replace(attendance=attendance, lay_chair=chair)
    _, pull, votes, recused = held(who, "delegated", True, interests, meetings)
    _, _, came, none = held(who, "delegated", False, interests, meetings)
    assert none == 0.0
    assert votes + recused == came  # who leaves is there and casts no vote
    _, pull_all, _, left = held(who, "delegated", True, interests._replace(declared=1.0, informal=0.0), meetings)
    assert left == came
    assert pull_all == 0.0
    assert 0.0 <= pull <= 1.0


def test_who_only_declares_votes_on() -> None:
    assert gp_vote(True, 0.5, False, 0.0, 0.25, MEETINGS)[0] == 1.0
    assert gp_vote(True, 1.0, True, 0.0, 0.25, MEETINGS) == (0.0, 0.25)
    assert gp_vote(False, 1.0, True, 0.0, 0.25, MEETINGS) == (1.0, 1.0)


def test_a_lay_chair_can_curb_or_miss_informal_influence() -> None:
    curbing, blind = MEETINGS._replace(lay_chair=0.5), MEETINGS._replace(lay_chair=-0.5)
    assert gp_vote(True, 1.0, True, 1.0, 0.2, curbing)[1] < 0.2 < gp_vote(True, 1.0, True, 1.0, 0.2, blind)[1]
    assert gp_vote(True, 1.0, True, 0.0, 0.2, curbing)[1] == 0.2


def test_a_quorum_needs_lay_members_executives_and_enough_who_may_vote() -> None:
    p = MEETINGS._replace(quorum_share=0.5)
    assert has_quorum(1.0, 1.0, 5.0, 10.0, 1.0, 1.0, p)
    assert not has_quorum(0.0, 3.0, 9.0, 10.0, 1.0, 1.0, p)
    assert not has_quorum(3.0, 0.0, 9.0, 10.0, 1.0, 1.0, p)
    assert not has_quorum(1.0, 1.0, 4.0, 10.0, 1.0, 1.0, p)
    assert has_quorum(0.0, 0.0, 0.0, 10.0, 0.0, 0.0, p)


def test_governance_of_the_worst_table_is_another_one() -> None:
    """Beside its seats: nobody must leave, so that the same interests pull harder."""
    pulls = {name: [held(who, name, True, INTERESTS, MEETINGS)[1:4:2] for who in range(1, 200)]
             for name in ("delegated", "worst_delegated")}  # fmt: skip
    means = {name: np.mean(values, axis=0) for name, values in pulls.items()}
    assert means["worst_delegated"][0] > means["delegated"][0]
    assert means["worst_delegated"][1] == 0.0 < means["delegated"][1]


def test_substitutes_bring_back_clinical_input_only_where_they_sit() -> None:
    assert restored(2.0, 0.0, 0.6) == 0.0
    assert restored(2.0, 1.0, 0.6) == pytest.approx(0.3)
    assert restored(2.0, 4.0, 0.6) == 0.6


def test_losers_and_meetings_in_public_bring_captured_decisions_to_light() -> None:
    p = EXPOSURE._replace(public=0.5)
    assert found_out(0.0, 0.0, p) < found_out(1.0, 0.0, p) < found_out(1.0, 3.0, p) < 1.0
    assert found_out(1.0, 0.0, p._replace(public=-0.5)) < found_out(0.0, 0.0, p)
    assert accused(0.2, 0.0, 0.0, p) < accused(0.2, 1.0, 0.0, p) < accused(0.2, 1.0, 3.0, p)
    assert accused(0.0, 0.0, 3.0, p) == 0.0
    assert against_practice(s.REFUSE)
    assert not against_practice(s.SUPPORT_TEAM)
