"""Relations: opinions, trust, engagement, boards and groups."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opinions import P, params_of, started

from sim.commissioning import functions as names
from sim.commissioning.leads import leads_of
from sim.regimes import load_regime
from sim.rules import attitudes, boards, relations
from sim.world import states as s
from sim.world.luck import Luck
from sim.world.table import Table
from sim.world.world import World

SHARES = ("engagement", "trust_ccg", "trust_nhse", "influence", "authority_ccg", "authority_nhse", "goodwill")


def a_year(world: World, year: int = 2014, **changed: float) -> World:
    world.year = year
    relations.relations(world, params_of(**changed), Luck(1, year))
    return world


def with_case(world: World, practice: int, action: int, body: int, status: int = s.DECIDED) -> World:
    case = {"practice": practice, "action": action, "body": body, "status": status, "partner": -1, "id": 1}
    world.cases = Table("cases", 1)
    for name, value in case.items():
        world.cases[name] = value
    return world


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_dispositions_lie_between_against_and_for(trust: float, autonomy: float, worry: float, threat: float) -> None:
    p = P.of(attitudes.Disposition)
    found = attitudes.disposition(trust, autonomy, worry, threat, p)
    assert -1.0 <= found <= 1.0
    assert attitudes.disposition(min(1.0, trust + 0.1), autonomy, worry, threat, p) >= found
    assert attitudes.disposition(trust, autonomy, worry, min(1.0, threat + 0.1), p) <= found


@settings(deadline=None)
@given(st.floats(-1, 1))
def test_a_quiet_doctor_among_like_minded_does_not_drift(opinion: float) -> None:
    p = attitudes.shares(P.of(attitudes.Updating)._replace(committee=0.0))
    assert attitudes.updated_opinion(opinion, opinion, opinion, 0.0, p) == pytest.approx(opinion)


@settings(deadline=None)
@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1), st.floats(-5, 5))
def test_opinions_stay_in_bounds(opinion: float, start: float, peers: float, signal: float) -> None:
    assert -1.0 <= attitudes.updated_opinion(opinion, start, peers, signal, P.of(attitudes.Updating)) <= 1.0


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(-6, 6))
def test_signals_move_a_share_within_its_bounds(level: float, signal: float) -> None:
    after = relations.moved(level, signal)
    assert 0.0 <= after <= 1.0
    assert (after - level) * signal >= 0.0


def test_engagement_rises_with_influence_and_falls_with_work() -> None:
    p = P.of(relations.Engagement)
    usual = relations.engagement_wanted(0.4, 0.4, 0.0, 0.0, 1.0, 0.0, p)
    assert relations.engagement_wanted(0.7, 0.4, 0.0, 0.0, 1.0, 0.0, p) > usual
    assert relations.engagement_wanted(0.4, 0.4, 1.0, 0.0, 1.0, 0.0, p) > usual
    assert relations.engagement_wanted(0.4, 0.4, 0.0, 0.0, 1.4, 0.0, p) < usual


def test_an_unclear_mandate_costs_authority() -> None:
    p = P.of(relations.Influence)
    assert relations.authority_wanted(0.5, 1.0, p) > relations.authority_wanted(0.5, 0.2, p)
    assert relations.authority_wanted(0.0, 0.0, p) == pytest.approx(p.authority_usual)


@settings(deadline=None)
@given(st.integers(0, len(s.ACTIONS) - 1))
def test_help_is_good_news_and_notices_are_bad(action: int) -> None:
    p = P.of(relations.Encounters)
    signal = relations.signal_of(action, s.DECIDED, p)
    if action in (s.SUPPORT_TEAM, s.PAYMENT, s.EDUCATION, s.APPROVE, s.PMS_KEEP):
        assert signal > 0.0
    if s.REMEDIAL <= action <= s.REMOVAL or action in (s.REFUSE, s.PMS_TAPER, s.GMS_REVERT):
        assert signal < 0.0


@pytest.mark.parametrize(("body", "hurt", "spared"), [
    (names.AREA_TEAM, "trust_nhse", "trust_ccg"), (names.CCG, "trust_ccg", "trust_nhse"),
])  # fmt: skip
def test_a_breach_notice_costs_the_trust_of_whoever_sends_it(body: int, hurt: str, spared: str) -> None:
    quiet, noticed = a_year(started()), a_year(with_case(started(), 4, s.BREACH, body))
    assert noticed.ties[hurt][4] < quiet.ties[hurt][4]
    assert noticed.ties[spared][4] == quiet.ties[spared][4]
    others = np.arange(len(quiet.place)) != 4
    np.testing.assert_array_equal(noticed.ties["trust_nhse"][others], quiet.ties["trust_nhse"][others])


@pytest.mark.parametrize(("partner", "of_nation"), [(names.AREA_TEAM, 0.5), (names.COMBINED_AUTHORITY, 0.0)])
def test_a_joint_decision_counts_half_for_each_who_made_it(partner: int, of_nation: float) -> None:
    """A board of a CCG and a combined authority is nobody's in the nation."""
    world = with_case(started(), 4, s.SANCTION, names.CCG)
    world.cases["partner"] = partner
    p = P.of(relations.Encounters)
    felt = relations.encounters(world.cases, world.bodies, len(world.place), p)
    assert felt[4].tolist() == pytest.approx([-p.sanction * (1.0 - of_nation), -p.sanction * of_nation])


def test_practices_heed_those_who_share_and_not_those_who_only_advise() -> None:
    """Joint committees: area team and CCG lead half each; CCG and combined authority leave nothing to the nation."""
    joint, board = (load_regime(name).compile() for name in ("joint", "devolved_joint_board"))
    local, national, *_ = leads_of(joint)[joint.start_table] * 20.0
    assert (local, national) == (4.0 + 13 / 2, 3.0 + 13 / 2)  # of twenty functions thirteen are decided together
    local, national, _, heard, _ = leads_of(board)[board.start_table] * 20.0
    assert (local, national, heard) == pytest.approx((18.0, 2.0, 18.0))  # enhanced services and complaints


def test_trust_lost_comes_back() -> None:
    quiet, world = started(), with_case(started(), 4, s.SANCTION, names.CCG)
    a_year(quiet)
    a_year(world)
    gap = [quiet.ties["trust_ccg"][4] - world.ties["trust_ccg"][4]]
    world.cases["status"] = s.FREE
    for year in range(2015, 2030):
        a_year(quiet, year)
        a_year(world, year)
        gap.append(quiet.ties["trust_ccg"][4] - world.ties["trust_ccg"][4])
    assert gap[0] > 0.05
    assert abs(gap[-1]) < 0.1 * gap[0]


def test_authority_is_read_from_who_leads() -> None:
    teams, ccgs = started(holder=names.AREA_TEAM), started(holder=names.CCG)
    used = teams.life["state"] == s.OPEN
    assert (teams.ties["authority_nhse"][used] > ccgs.ties["authority_nhse"][used]).all()
    assert (teams.ties["authority_ccg"][used] < ccgs.ties["authority_ccg"][used]).all()


def test_a_table_imposed_costs_trust_in_the_centre_and_a_chosen_one_does_not() -> None:
    world = started()
    p = P.of(relations.Trust)
    world.year = 2015
    world.regime = replace(world.regime, start_table=1)

    def conduct() -> np.ndarray:
        return relations.conduct_of(world.applications, relations.imposes(world), p)

    assert (conduct() == p.imposed).all()
    world.regime = replace(world.regime, chosen=True)
    assert not conduct().any()
    world.applications["refused"] = 1
    assert (conduct() == p.refused).all()


def test_the_start_does_not_jump() -> None:
    world = started()
    before = {name: world.ties[name].mean() for name in SHARES}
    a_year(world)
    for name, mean in before.items():
        assert world.ties[name].mean() == pytest.approx(mean, abs=0.01)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 12))
def test_seats_are_conserved_and_shares_stay_in_bounds(seed: int, years: int) -> None:
    world = started(seed)
    held = lambda: np.bincount(world.place["ccg"], world.place["board"], minlength=len(world.ccgs))
    seats = held()
    for year in range(2014, 2014 + years):
        a_year(world, year, seats__stand=0.5)
        world.life["state"][year % 40] = s.MERGED
    np.testing.assert_array_equal(held(), seats)
    for name in (*SHARES, "support_control"):
        assert ((world.ties[name] >= 0.0) & (world.ties[name] <= 1.0)).all()
    assert ((world.ties["shareholder"] == 0.0) | (world.life["at_scale"] == 1)).all()


def test_a_seat_of_an_ended_practice_goes_to_another() -> None:
    world = started()
    world.life["state"][0] = s.MERGED
    a_year(world)
    assert world.place["board"][0] == 0


def test_groups_grow_and_the_engaged_win_seats() -> None:
    world = started(5)
    first = world.life["at_scale"].mean()
    for year in range(2014, 2026):
        a_year(world, year)
    assert world.life["at_scale"].mean() > first
    used = world.life["state"] == s.OPEN
    on_board = world.place["board"] == 1
    assert world.ties["engagement"][used & on_board].mean() > world.ties["engagement"][used & ~on_board].mean()


def test_a_newcomer_brings_an_opinion() -> None:
    world = started()
    row = int(np.flatnonzero(world.doctors["practice"] >= 0)[0])
    world.minds["trust"][row] = 1.0
    world.doctors["opinion"][row] = world.minds["opinion_start"][row] = 0.0
    a_year(world)
    assert world.doctors["opinion"][row] == world.minds["opinion_start"][row] > 0.0


def test_boards_ask_the_keenest_where_nobody_stands() -> None:
    world = started()
    world.life["state"][0] = s.MERGED
    c = world.place["ccg"][0]
    free = (world.place["ccg"] == c) & (world.place["board"] == 0) & (world.life["state"] == s.OPEN)
    keenest = int(np.flatnonzero(free)[np.argmax(world.ties["engagement"][free])])
    nobody = params_of().of(boards.Seats)._replace(stand=0.0, term_ends=0.0)
    boards.choose_seats(world, Luck(1, 2014), np.arange(len(world.place)), nobody)
    assert world.place["board"][keenest] == 1
