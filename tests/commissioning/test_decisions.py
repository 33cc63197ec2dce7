"""What always holds of a year's decisions, whoever takes them."""

from collections import Counter

import numpy as np
import pytest
from england import DURHAM, FEW, begin, each_year, run, step
from hypothesis import given
from hypothesis import strategies as st

from sim import parameters
from sim.commissioning import functions as f
from sim.commissioning.awards import ServiceContract, begin_services, services_end
from sim.commissioning.cases import ANSWERS, OTHERWISE
from sim.commissioning.choice import part_of_gps
from sim.commissioning.explain import Deliberation, Seen
from sim.commissioning.knowledge import Knowing, error, own_part, updated
from sim.commissioning.perception import pooled
from sim.commissioning.support import closed, opened
from sim.commissioning.views import view
from sim.regimes import load_regime, shipped_regimes
from sim.rules.endings import drop_unanswered
from sim.world import states as s
from sim.world.luck import Luck
from sim.world.table import Table
from sim.world.world import World

PARAMS = parameters.load().resolve(levers=[], start_year=2014, years=10).year(2015)
KNOWING = PARAMS.of(Knowing)
pounds = st.floats(-1e6, 1e6)


# ------------------------------------------------------------------ every year, every regime


@pytest.mark.parametrize("regime", shipped_regimes())
def test_cases_hours_grants_and_votes_add_up(regime: str) -> None:
    world, timeline = begin(FEW, regime, 6)

    def look(world: World) -> None:
        cases, used = world.cases, world.cases["status"] != s.FREE
        assert np.isin(cases["status"][used], (s.WAITING, s.DECIDED, s.UNDONE)).all()
        decided = cases["status"] == s.DECIDED
        assert np.all(cases["action"][decided] >= 0)
        assert not cases["captured"][~decided].any()
        assert np.all(world.bodies["hours_used"] <= world.bodies["hours_held"] + 1e-6)
        assert np.all(world.ccg_money["support_spent"] <= world.ccg_money["support_budget"] + 1e-3)
        assert np.all(world.boards["captured"] <= world.boards["conflicted"])
        assert np.all(world.boards["conflicted"] <= world.boards["decisions"])
        assert np.all(world.boards["awards_linked"] <= world.boards["awards"])
        assert np.all(world.providers["contracts"] >= 0.0)
        shifts = np.zeros(len(world.ccgs))
        local = world.providers["kind"] != s.CORPORATE
        np.add.at(shifts, world.providers["unit"][local], world.providers["service"][local])
        np.testing.assert_allclose(world.plans["community_shift"], shifts, rtol=0, atol=1e-12)

    each_year(world, timeline, 7, 6, look)


@pytest.mark.parametrize("regime", ["delegated", "worst_delegated", "joint"])
def test_nothing_is_captured_without_a_pull(regime: str) -> None:
    free = run(DURHAM, regime, levers=(step("interests.pull", 2014, to_value=0.0),))
    pulled = run(DURHAM, regime, levers=(step("interests.pull", 2014, to_value=6.0),))
    k = free.outcomes.index("captured_decisions")
    assert not free.values["national"][..., k].any()
    assert pulled.values["national"][..., k].sum() > 0.0


def test_interests_pull_contracts_to_companies_of_members() -> None:
    won: Counter[float] = Counter()
    for pull in (0.0, 12.0):
        levers = (step("interests.pull", 2014, to_value=pull), step("arrivals.bid", 2014, to_value=1.0))
        world, timeline = begin(DURHAM, "worst_delegated", 8, levers=levers)
        each_year(world, timeline, 7, 8, lambda w, at=pull: won.update({at: w.boards["awards_linked"].sum()}))
    assert won[12.0] > won[0.0]


# ------------------------------------------------------------------ pooled beliefs


def beliefs_of(own: tuple[float, ...]) -> Table:
    """Beliefs of bodies on one practice after three years of routine data and so much precision of their own."""
    beliefs = Table("beliefs", len(own))
    beliefs["quality_var"] = beliefs["routine_var"] = KNOWING.prior_var
    for row, more in enumerate(own):
        for _ in range(3):
            drifted = beliefs["quality_var"][row] + KNOWING.drift, beliefs["routine_var"][row] + KNOWING.drift
            _, beliefs["quality_var"][row] = updated(0.0, drifted[0], 0.0, KNOWING.routine + more)
            _, beliefs["routine_var"][row] = updated(0.0, drifted[1], 0.0, KNOWING.routine)
        beliefs["quality"][row] = 1.0
    return beliefs


def known(own: tuple[float, ...], heard: float = 1.0) -> tuple[float, float]:
    """Precision and belief of quality of those who decide together under `joint`."""
    tables = load_regime("joint").compile()
    v, t = view(tables), tables.start_table
    slots = np.full(len(f.BODIES), -1)
    for slot, kind in enumerate((f.AREA_TEAM, f.CCG)[: len(own)]):
        slots[kind] = slot
    total, _, quality = pooled(beliefs_of(own), slots, v, t, f.QUALITY_IMPROVEMENT, f.AREA_TEAM, 0, 1, heard)
    return total, quality


def test_two_bodies_with_routine_data_only_know_no_more_than_one() -> None:
    assert known((0.0, 0.0)) == pytest.approx(known((0.0,)))
    assert known((0.0, 1.0))[0] > known((0.0,))[0]
    assert known((0.0, 1.0), heard=0.0) == pytest.approx(known((0.0,)))


def test_routine_data_err_alike_for_all_and_own_eyes_apart() -> None:
    assert error(0.5, 0.0, 1.0, 2.0) == error(0.5, 0.0, 1.0, -2.0)
    assert error(0.5, 0.5, 1.0, 2.0) != error(0.5, 0.5, 1.0, -2.0)
    draws = np.random.default_rng(1).normal(size=(20000, 2))
    assert np.var([error(0.5, 1.5, a, b) for a, b in draws]) == pytest.approx(0.5, rel=0.05)
    assert own_part(0.5, 0.5) == 0.0


# ------------------------------------------------------------------ joint decisions


def taken(seen_by_team: float, seen_by_ccg: float) -> Counter[int]:
    """Actions on the improvement cases of a joint committee whose two sides see so much need, sd."""
    world, timeline = begin((*DURHAM, *FEW), "joint", 4)
    each_year(world, timeline, 7, 3, lambda w: None)
    cases, n = world.cases, len(world.cases)
    found: Counter[int] = Counter()
    need, none = np.tile([seen_by_team, seen_by_ccg], (n, 1)), np.zeros(len(world.ccgs))
    seen = Seen(np.ones(len(world.place)), none, none, need, np.zeros((n, 2)))
    meeting = Deliberation(world, n, seen, timeline.year(2017), Luck(5, 2017))
    for j in np.flatnonzero((cases["status"] == s.DECIDED) & (cases["partner"] >= 0)):
        if ANSWERS[cases["kind"][j], OTHERWISE] != s.NOTHING or cases["practice"][j] < 0:
            continue
        if cases["kind"][j] == s.CONTRACT_FAILURE:  # its need is plain to both
            continue
        found.update(action.action for action in meeting.explain(int(j)) if action.chosen)
    return found


def test_a_joint_decision_needs_both_sides() -> None:
    both, neither = taken(6.0, 6.0), taken(0.0, 0.0)
    assert sum(both.values()) == sum(neither.values()) > 10
    assert both[s.NOTHING] < neither[s.NOTHING]
    for one_side in (taken(6.0, 0.0), taken(0.0, 6.0)):
        assert one_side[s.NOTHING] >= neither[s.NOTHING]


def test_member_gps_sit_on_the_side_that_they_elect() -> None:
    assert part_of_gps(f.CCG, f.AREA_TEAM, 0.2) == 0.4
    assert part_of_gps(f.AREA_TEAM, f.CCG, 0.2) == 0.0
    assert part_of_gps(f.CCG, -1, 0.2) == 0.2
    assert part_of_gps(f.LOCAL_AUTHORITY, f.NHS_ENGLAND, 0.2) == 0.2


# ------------------------------------------------------------------ money, services, mergers


@given(fund=st.floats(0.0, 1e6), carried=pounds, granted=st.floats(0.0, 1.0))
def test_every_pound_of_the_support_fund_has_a_source_and_a_sink(fund: float, carried: float, granted: float) -> None:
    budget, owed = opened(fund, carried)
    spent = granted * budget
    lapsed, back = closed(budget, spent, carried)
    assert fund + carried == pytest.approx(spent + lapsed + back + owed, abs=1e-6)
    assert min(budget, lapsed, back, -owed) >= 0.0
    assert back <= max(0.0, carried)


def test_what_hospitals_saved_does_not_lapse() -> None:
    assert closed(150.0, 0.0, 50.0) == (100.0, 50.0)
    assert closed(150.0, 120.0, 50.0) == (0.0, 30.0)


def test_services_end_with_their_term() -> None:
    cases, providers, plans = Table("cases", 1), Table("providers", 2), Table("plans", 2)
    cases["status"], cases["action"], cases["winner"] = s.DECIDED, s.COMMISSION_SERVICE, 1
    providers["unit"], ended = 1, np.zeros(2, dtype=np.int64)
    cases["ccg"] = 1
    begin_services(cases, 1, providers, plans, 2015, ServiceContract(years=3.0, shift=0.002))
    assert plans["community_shift"].tolist() == [0.0, 0.002]
    for year in (2016, 2017):
        services_end(providers, plans, year, ended)
        assert plans["community_shift"][1] == 0.002
        assert not ended.any()
    services_end(providers, plans, 2018, ended)
    assert ended.tolist() == [0, 1]
    assert not plans["community_shift"].any()
    assert not providers["contracts"].any()


def test_services_no_longer_raise_community_spending_year_upon_year() -> None:
    """One service in every CCG for ten years: its share of hospital money, not ten times as much."""
    levers = (step("arrivals.bid", 2014, to_value=1.0), step("weights.service", 2014, to_value=50.0))
    world, timeline = begin(FEW, "area_team_only", 10, levers=levers)
    most: list[float] = []
    each_year(
        world, timeline, 7, 10, lambda w: most.append(float((w.accounts["services"] / w.accounts["hospital"]).max()))
    )
    assert 0.0 < max(most) <= 3 * PARAMS.of(ServiceContract).shift + 1e-9


def test_practices_merge_as_they_please_without_a_commissioner() -> None:
    world, timeline = begin(DURHAM, "no_commissioner", 6)
    merged: list[int] = []

    def look(world: World) -> None:
        cases = world.cases
        assert not ((cases["kind"] == s.MERGER) & (cases["status"] == s.UNDONE)).any() or world.year == 2014
        merged.append(int(((world.life["state"] == s.MERGED) & (world.life["closed"] == world.year)).sum()))

    each_year(world, timeline, 7, 6, look)
    assert sum(merged[1:]) > 0


def test_a_wish_to_merge_that_nobody_answers_lapses() -> None:
    cases, life = Table("cases", 2), Table("life", 2)
    life["merger_wish"] = 1
    cases["practice"], cases["kind"], cases["status"] = [0, 1], s.MERGER, [s.UNDONE, s.WAITING]
    for n in range(2):
        drop_unanswered(cases, n, life)
    assert life["merger_wish"].tolist() == [-1, 1]
