"""Plans that are not seen (K003), room in practices (K007), span of control (K008), unclear mandates (K075 to K077).

Every inverted rule named in a docstring was tried once in a copy, and its test failed.
"""

from __future__ import annotations

import numpy as np
import pytest
from parameters_of import params_of
from rivals import of, shares, utilities_of_help
from worlds import tiny_world

from sim.commissioning.capacity import Hours, Mandate, acts_anyway, hold_hours, queue
from sim.commissioning.plans import Planning, foresee_doctors, seen_by_table
from sim.commissioning.utilities import IMPOSSIBLE, Costs, Effects, Weights
from sim.regimes import load_regime
from sim.rules import access, hospital
from sim.rules.relations import Influence, authority_wanted
from sim.world import states as s
from sim.world.luck import Luck
from sim.world.table import Table

DRAWS = (-1.5, -0.5, 0.5, 1.5)


def forecast_error(sees: float, p: Planning) -> float:
    """Mean error of a forecast of 100 doctors, of whom three leave, over some draws."""
    return float(np.mean([abs(foresee_doctors(100.0, -0.03, sees, draw, p) - 97.0) for draw in DRAWS]))


def test_mechanism_k003_plans_are_worse_where_general_practice_is_not_seen() -> None:
    """K003. Counter-world: hope happens to be right and there is no blur. Inverted: blur grows with what is seen."""
    p = of(Planning)
    tables = load_regime("delegated").compile()
    blind, seeing = seen_by_table(tables, p)[[0, tables.start_table]]
    assert blind == p.sees_outside
    assert seeing == 1.0
    assert forecast_error(blind, p) > 1.0
    assert forecast_error(seeing, p) == pytest.approx(0.0)
    assert forecast_error(blind, of(Planning, gp_blur=0.0, gp_hope=-0.03)) == pytest.approx(0.0)


def moved_by_money(workload: float, facilities: float) -> float:
    """How much more of the referrals is dealt with out of hospital when community money doubles."""
    found = []
    for more in (1.0, 2.0):
        world = tiny_world()
        params = params_of(2014, substitution__moved_per_spend=0.2)
        for room in (access, hospital):
            room.start(world, params, Luck(1, 2013))
        world.care["workload"], world.care["facilities"] = workload, facilities
        world.accounts["community"] *= more
        hospital.hospital(world, params, Luck(1, 2014))
        found.append(float(world.use["community"].sum() / (world.use["community"] + world.use["referrals"]).sum()))
    return found[1] - found[0]


def test_mechanism_k007_work_leaves_hospital_only_where_practices_have_room() -> None:
    """K007. Counter-world: no premises, so that free hours do not help. Inverted: room grows with workload."""
    assert moved_by_money(workload=0.8, facilities=1.0) > 0.05
    assert moved_by_money(workload=1.8, facilities=1.0) == pytest.approx(0.0, abs=1e-12)
    assert moved_by_money(workload=0.8, facilities=0.0) == pytest.approx(0.0, abs=1e-12)


def reached(cases: int, p: Hours) -> float:
    """Share of cases that three officers reach in a year, one case a practice."""
    world = tiny_world()
    world.cases = Table("cases", cases)
    for column, value in (("status", s.WAITING), ("clock", 99.0), ("hours", 50.0), ("partner", -1), ("executor", -1)):
        world.cases[column] = value
    world.bodies["contracts_fte"], world.bodies["experience"] = 3.0, 1.0
    hold_hours(world.bodies, world.belief_slot, 1.0, 0.0, np.zeros(len(world.bodies)), p)
    queue(world.cases, cases, world.bodies, np.zeros(cases), p, 30.0)
    return float((world.cases["status"] == s.DECIDED).mean())


def test_mechanism_k008_a_wide_span_leaves_cases_waiting() -> None:
    """K008. Counter-world: officers whose hours never end. Inverted: there is room only where hours are used up."""
    assert reached(20, of(Hours)) == 1.0
    assert reached(200, of(Hours)) < 0.3
    assert reached(200, of(Hours, per_fte=1e6)) == 1.0


def test_mechanism_k075_authority_is_blurred_where_it_is_unclear_who_leads() -> None:
    """K075. Counter-world: practices heed everybody. Inverted: the sign of `authority_blur`."""
    p = of(Influence)
    assert authority_wanted(0.5, 0.3, p) < authority_wanted(0.5, 1.0, p)
    heeded = of(Influence, authority_usual=1.0)
    assert authority_wanted(0.5, 0.3, heeded) == authority_wanted(0.5, 1.0, heeded) == 1.0


def nobody_acts(bodies: int, p: Mandate) -> float:
    """Chance that nobody takes a case that some bodies are told to take."""
    return float((1.0 - acts_anyway(1.0 / bodies, p)) ** bodies)


def test_mechanism_k076_where_two_are_responsible_each_leaves_it_to_the_other() -> None:
    """K076. Counter-world: bodies act whatever they expect of others. Inverted: the sign of `free_ride`."""
    p = of(Mandate)
    assert nobody_acts(2, p) > 0.1  # one lead alone always takes it
    assert nobody_acts(2, p) > nobody_acts(2, of(Mandate, free_ride=0.0))
    assert nobody_acts(2, of(Mandate, base=50.0)) == pytest.approx(0.0, abs=1e-9)


def action_rate(may_punish: int, own_members: float, w: Weights) -> float:
    """How often a body does something about a practice half a sd below standard, by whether it holds the contract."""
    e, k = of(Effects, support_quality=0.0, support_distress=0.0), of(Costs)
    actions = (s.NOTHING, s.SUPPORT_TEAM, s.EDUCATION, s.REMEDIAL)
    utilities = utilities_of_help(actions, 0.5, may_punish, own_members, w, e, k)
    return 1.0 - shares([u for u in utilities if u > IMPOSSIBLE])[0]


def test_mechanism_k077_a_body_with_the_contract_acts_more_on_quality() -> None:
    """K077. Counter-world: goodwill is worth more than anything a notice brings. Inverted: notices only without the
    power to give them."""
    usual, meek = of(Weights), of(Weights, goodwill=1000.0)
    assert action_rate(1, 0.0, usual) > action_rate(0, 0.0, usual) + 0.02
    assert action_rate(1, 0.0, meek) == pytest.approx(action_rate(0, 0.0, meek))
