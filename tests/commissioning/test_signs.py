"""Which way the rules of commissioning point. Those of uptake are in `test_uptake`, those of claims in `mechanisms`.

A test here fails when the sign of its rule is turned round (tried once in a copy).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from life_of import living_world
from rivals import of
from worlds import tiny_regime, tiny_world

from sim.commissioning import functions as f
from sim.commissioning.capacity import Hours, Mandate, assign, hours_held, queue, specialist_factor
from sim.commissioning.carry_out import (
    OptIn,
    SchemeTerms,
    authority_of,
    carry_out,
    change_area,
    optin_chance,
    wind_up,
)
from sim.commissioning.governance import Interests, pull_of
from sim.commissioning.knowledge import Knowing, bias, own_precision
from sim.commissioning.reorganisation import forget
from sim.commissioning.utilities import (
    IMPOSSIBLE,
    Costs,
    Effects,
    Matter,
    Weights,
    area_utility,
    improvement_utility,
    improvements,
    open_to,
)
from sim.commissioning.views import view
from sim.world import states as s
from sim.world.table import Table

shares = st.floats(0.0, 1.0)

# ------------------------------------------------------------------ knowledge


@settings(deadline=None)
@given(votes=shares, trust=shares)
def test_peers_are_lenient_and_those_who_can_punish_are_told_less(votes: float, trust: float) -> None:
    p = of(Knowing, leniency=0.2, concealment=0.3)
    assert bias(votes, 0, trust, p) == pytest.approx(0.2 * votes)
    assert bias(votes, 1, trust, p) - bias(votes, 0, trust, p) == pytest.approx(0.3 * (1.0 - trust))
    harsh = of(Knowing, leniency=-0.2, concealment=-0.3)
    assert bias(votes, 1, trust, harsh) == pytest.approx(-bias(votes, 1, trust, p))


def test_a_visit_tells_less_from_afar() -> None:
    p = of(Knowing)
    near, far = (own_precision(10.0, km, 0.0, 0.0, p) for km in (0.0, p.km_half))
    assert far == pytest.approx(near / 2.0)
    assert near > 0.0
    assert own_precision(20.0, 0.0, 0.0, 0.0, p) > near
    assert own_precision(0.0, 0.0, 1.0, 0.0, p) == pytest.approx(p.engagement)


def test_a_reorganisation_makes_what_was_known_less_certain() -> None:
    world = living_world()
    n = len(world.place)
    world.beliefs = Table("beliefs", n)
    for column in ("distress_var", "quality_var", "routine_var"):
        world.beliefs[column] = 0.5
    slots, lost = np.full(len(f.BODIES), -1), np.array([0.2, 0.2, 0.0])
    slots[f.CCG] = 0
    forget(world.beliefs, world.place, np.array([1, 0, 1]), lost, slots)
    assert world.beliefs["quality_var"][world.place["ccg"] == 0] == pytest.approx(0.625)
    assert world.beliefs["quality_var"][world.place["ccg"] != 0] == pytest.approx(0.5)


# ------------------------------------------------------------------ hours


def test_hours_grow_with_experience_and_shrink_in_a_transition() -> None:
    p = of(Hours, fixed_tasks=0.0)
    usual = hours_held(2.0, 1.0, 0.0, 0.2, 0.0, p)
    assert usual == pytest.approx(2.0 * p.per_fte * (1.0 - p.fixed_share))
    assert hours_held(2.0, 0.0, 0.0, 0.2, 0.0, p) == pytest.approx(p.novice * usual)
    assert hours_held(2.0, 1.0, 1.0, 0.2, 0.0, p) == pytest.approx(0.8 * usual)
    two = of(Hours, fixed_tasks=300.0)
    assert 2.0 * hours_held(1.0, 1.0, 0.0, 0.0, 0.0, two) == pytest.approx(usual - 600.0)  # a pool that is split loses


def test_work_takes_longer_without_a_whole_specialist() -> None:
    p = of(Hours)
    assert specialist_factor(1.0, p) == specialist_factor(3.0, p) == 1.0
    assert specialist_factor(0.0, p) == pytest.approx(1.0 + p.specialist)
    assert 1.0 < specialist_factor(0.5, p) < specialist_factor(0.0, p)


def reached(clocks: tuple[float, ...], worth: tuple[float, ...]) -> list[int]:
    """Which of some cases a body reaches that has hours for one."""
    world = tiny_world()
    n = len(clocks)
    world.cases = Table("cases", n)
    for column, value in (("status", s.WAITING), ("hours", 50.0), ("partner", -1), ("executor", -1)):
        world.cases[column] = value
    world.cases["clock"] = clocks
    world.bodies["hours_held"], world.bodies["hours_used"] = 60.0, 0.0
    queue(world.cases, n, world.bodies, np.array(worth), of(Hours), 30.0)
    return np.flatnonzero(world.cases["status"] == s.DECIDED).tolist()


def test_statutory_clocks_come_first_then_value_per_hour() -> None:
    assert reached((99.0, 3.0), (9.0, 0.0)) == [1]
    assert reached((6.0, 3.0), (9.0, 0.0)) == [1]
    assert reached((99.0, 99.0), (1.0, 2.0)) == [1]
    assert reached((99.0, 99.0), (2.0, 1.0)) == [0]


def hours_of(leads: tuple[int, ...], km: float = 0.0) -> float:
    """Hours that a case of a practice takes for the bodies that lead, by their distance from practices."""
    world = tiny_world(regime=tiny_regime(leads[0]))
    world.regime.cells[0, :, list(leads)] = f.LEAD
    world.cases, world.bodies = Table("cases", 1), Table("bodies", len(f.BODIES))
    world.cases["status"], world.cases["function"] = s.WAITING, f.QUALITY_IMPROVEMENT
    world.bodies["quality_fte"] = world.bodies["contracts_fte"] = 2.0
    world.bodies["km"] = km
    kinds, sure = len(s.CASE_KINDS), of(Mandate, base=50.0)
    assign(
        world.cases, 1, world.ccgs, world.bodies, view(world.regime).cells, world.regime.scale, sure,
        np.full(kinds, 50.0), np.zeros(kinds), 0.0, of(Hours, spread=0.0), np.uint64(1), np.uint64(2),
    )  # fmt: skip
    return float(world.cases["hours"][0])


def test_work_takes_longer_far_away_and_twice_as_long_where_two_act() -> None:
    assert hours_of((f.AREA_TEAM,)) == pytest.approx(50.0)
    assert hours_of((f.AREA_TEAM,), km=40.0) == pytest.approx(50.0 * (1.0 + 40.0 * of(Hours).travel_per_km))
    assert hours_of((f.AREA_TEAM, f.CCG)) == pytest.approx(100.0)


# ------------------------------------------------------------------ choice and interests


def test_a_hospital_saving_counts_for_who_holds_that_money_and_schemes_for_who_knows() -> None:
    w = of(Weights, hospital_saving=0.6)
    nothing = Matter(*(0.0 for _ in Matter._fields))._replace(holds_community=1)
    service = [area_utility(s.COMMISSION_SERVICE, nothing._replace(holds_hospital=holds), w) for holds in (0.0, 1.0)]
    assert service[1] - service[0] == pytest.approx(0.6)
    full, poor = nothing._replace(severity=0.2), nothing._replace(deficit=1.0)
    assert area_utility(s.COMMISSION_SERVICE, full, w) > area_utility(s.COMMISSION_SERVICE, nothing, w)
    for action in (s.COMMISSION_SERVICE, s.MAKE):
        assert area_utility(action, poor, w) < area_utility(action, nothing, w)
        assert area_utility(action, nothing._replace(holds_community=0), w) == IMPOSSIBLE
    scheme = [area_utility(s.START_SCHEME, nothing._replace(fit=fit), w) for fit in (0.9, 0.1)]
    assert scheme[0] > 0.0 > scheme[1]


def test_each_concern_is_answered_by_what_helps_against_it() -> None:
    """Relief for who asks or cannot be seen, care for who falls short, a notice for who broke the contract."""
    table = improvements(of(Weights, contract_term=2.0), of(Effects), of(Costs))
    matter = Matter(*(0.0 for _ in Matter._fields))._replace(need=2.0, may_improve=1, may_punish=1, may_remove=1)

    def worth(kind: int, action: int, **more: float) -> float:
        return float(improvement_utility(action, matter._replace(kind=kind, **more), table))

    assert worth(s.DISTRESS, s.SUPPORT_TEAM) > worth(s.QUALITY, s.SUPPORT_TEAM)
    assert worth(s.QUALITY, s.EDUCATION) > 0.0 > worth(s.ACCESS, s.EDUCATION)
    assert worth(s.DISTRESS, s.REMEDIAL) == IMPOSSIBLE < worth(s.ACCESS, s.REMEDIAL) < worth(s.QUALITY, s.REMEDIAL)
    assert worth(s.CONTRACT_FAILURE, s.BREACH) > 0.0
    assert worth(s.QUALITY, s.BREACH) == IMPOSSIBLE < worth(s.QUALITY, s.BREACH, sanctioned=1.0)


def test_national_terms_let_a_contract_end_after_a_breach_notice_and_local_terms_after_any() -> None:
    matter = Matter(*(0.0 for _ in Matter._fields))._replace(kind=s.QUALITY, may_punish=1, may_remove=1)
    for step, (national, local) in {0.0: (False, False), 1.0: (False, True), 1.5: (True, True)}.items():
        assert open_to(s.REMOVAL, matter._replace(sanctioned=step)) is national
        assert open_to(s.REMOVAL, matter._replace(sanctioned=step, local_terms=1)) is local


def test_interests_pull_towards_own_gain_and_colleagues_and_against_rivals() -> None:
    boards, p = living_world().boards, of(Interests)
    boards["interest_class"], boards["interest_rival"] = 0.5, 0.0
    boards["interest_specific"], boards["loyalty"] = 0.5, 0.4
    for action, kind in ((s.START_SCHEME, s.SCHEME), (s.PMS_KEEP, s.PMS_REVIEW)):
        assert pull_of(action, kind, 1.0, 0, boards, 0, p) == pytest.approx(0.5 * p.pull)
    assert pull_of(s.PAYMENT, s.DISTRESS, 1.0, 0, boards, 0, p) == pytest.approx(0.4 * p.pull)
    assert pull_of(s.COMMISSION_SERVICE, s.BID, 1.0, 0, boards, 0, p) > 0.0
    assert pull_of(s.BREACH, s.QUALITY, 1.0, 1, boards, 0, p) < pull_of(s.BREACH, s.QUALITY, 1.0, 0, boards, 0, p) < 0.0
    boards["interest_rival"], boards["loyalty"] = 0.5, 0.0
    assert pull_of(s.BREACH, s.QUALITY, 1.0, 0, boards, 0, p) > 0.0
    assert pull_of(s.APPROVE, s.NEW_PRACTICE, 1.0, 0, boards, 0, p) < 0.0
    assert pull_of(s.APPROVE, s.MERGER, 1.0, 1, boards, 0, p) > 0.0 > pull_of(s.APPROVE, s.MERGER, 1.0, 0, boards, 0, p)
    assert pull_of(s.SUPPORT_TEAM, s.DISTRESS, 1.0, 1, boards, 0, p) == 0.0


# ------------------------------------------------------------------ what follows


def test_practices_join_schemes_that_pay_if_they_trust_and_have_time() -> None:
    p = of(OptIn)
    usual = optin_chance(8.0, 40.0, 7000.0, 0.5, 1.0, p)
    assert optin_chance(16.0, 40.0, 7000.0, 0.5, 1.0, p) > usual
    assert optin_chance(8.0, 80.0, 7000.0, 0.5, 1.0, p) < usual
    assert optin_chance(8.0, 40.0, 7000.0, 0.9, 1.0, p) > usual
    assert optin_chance(8.0, 40.0, 7000.0, 0.5, 1.4, p) < usual
    assert optin_chance(8.0, 40.0, 7000.0, 0.5, 1.0, of(OptIn, medical_committee=2.0)) < usual


def test_practices_heed_the_body_that_decided() -> None:
    world = living_world()
    world.bodies = Table("bodies", 2)
    world.bodies["kind"] = [f.AREA_TEAM, f.CCG]
    world.ties["authority_nhse"], world.ties["authority_ccg"] = 0.7, 0.2
    assert [authority_of(0, body, world.bodies, world.ties) for body in (0, 1)] == pytest.approx([0.7, 0.2])


def skimped(hours_used: float, action: int = s.BUY) -> float:
    """How far community nursing is skimped, by hours used of a hundred held."""
    world = living_world()
    world.bodies = Table("bodies", 1)
    world.bodies["hours_held"], world.bodies["hours_used"] = 100.0, hours_used
    change_area(0, action, 0, world.bodies, world.schemes, world.plans, 0.5, of(SchemeTerms))
    return float(world.plans["community_skimp"][0])


def test_a_bought_service_is_skimped_by_a_buyer_without_time() -> None:
    assert skimped(100.0) > skimped(50.0) > skimped(0.0) == 0.0
    assert skimped(100.0, s.MAKE) == 0.0


def sent(appeal: float, authority: float = 0.5) -> tuple[int, float, float]:
    """The action that stands after a breach notice, the sanction in force, and by how much care answers, in sd."""
    world = living_world()
    case = {"status": s.DECIDED, "action": s.BREACH, "kind": s.QUALITY, "practice": 0, "body": 0, "partner": -1}
    for column, value in case.items():
        world.cases[column][0] = value
    world.bodies["kind"], world.ties["authority_ccg"] = f.CCG, authority
    before = float(world.care["support"][0])
    carry_out(
        world.cases, 1, world.lists, world.contract, world.money, world.care, world.life, world.ties, world.ccg_money,
        world.schemes, world.plans, world.bodies, world.ccgs["seat"], np.zeros(3), 2016,
        of(Effects, appeal=appeal, breach_quality=0.2), of(Costs), of(SchemeTerms), np.uint64(3),
    )  # fmt: skip
    answered = float(world.care["support"][0]) - before
    return int(world.cases["action"][0]), float(world.life["sanctioned"][0]), answered


def test_a_notice_falls_where_the_appeal_succeeds_and_is_answered_as_far_as_it_is_heeded() -> None:
    assert sent(appeal=1.0) == (s.NOTHING, 0.0, 0.0)
    for authority in (0.2, 0.9):
        assert sent(0.0, authority) == pytest.approx((s.BREACH, 2.0, 0.2 * authority))


def removed(free: dict[int, float], executes: int | None = f.AREA_TEAM) -> tuple[int, list[float]]:
    """What stands of a removal that CCG 0 decided and that takes 350 hours; hours used by CCG and area team.

    free: hours that each has left, by kind of body; whoever is named has staff. executes: who executes removals.
    """
    world, regime = living_world(), tiny_regime(f.CCG)
    if executes is not None:
        regime.cells[0, f.CONTRACT_REMOVAL, executes] = f.EXECUTES
    stride = len(world.ccgs)
    world.bodies = Table("bodies", len(f.BODIES) * stride)
    world.bodies["kind"] = np.repeat(np.arange(len(f.BODIES)), stride)
    for kind, hours in free.items():
        world.bodies["contracts_fte"][kind * stride], world.bodies["hours_held"][kind * stride] = 1.0, hours
    decided = {"status": s.DECIDED, "action": s.REMOVAL, "practice": 0, "ccg": 0, "body": f.CCG * stride}
    for column, value in decided.items():
        world.cases[column][0] = value
    wind_up(world.cases, 1, world.ccgs, world.bodies, view(regime).cells, regime.scale, 350.0)
    used = world.bodies["hours_used"]
    return int(world.cases["action"][0]), [float(used[kind * stride]) for kind in (f.CCG, f.AREA_TEAM)]


def test_ending_a_contract_takes_the_hours_of_whoever_executes_removals() -> None:
    both = {f.CCG: 1000.0, f.AREA_TEAM: 400.0}
    assert removed(both) == (s.REMOVAL, [0.0, 350.0])
    assert removed(both, executes=None) == (s.REMOVAL, [350.0, 0.0])
    assert removed({f.CCG: 1000.0}) == (s.REMOVAL, [350.0, 0.0]), "an executor without staff executes nothing"


def test_a_contract_goes_on_where_there_is_no_room_to_end_it() -> None:
    assert removed({f.CCG: 1000.0, f.AREA_TEAM: 349.0}) == (s.NOTHING, [0.0, 0.0])
    assert removed({f.CCG: 349.0}, executes=None) == (s.NOTHING, [0.0, 0.0])
