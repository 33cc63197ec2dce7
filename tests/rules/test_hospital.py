"""Use of hospitals by practice, and its causes, each with a world where the effect vanishes or turns."""

import numpy as np
import pytest
from parameters_of import params_of
from worlds import tiny_world

from sim.rules import access, hospital, origins
from sim.rules.hospital import AeUse, EmergencyUse, Substitution
from sim.world.luck import Luck
from sim.world.world import World

P = params_of(2014)


def started(seed: int = 1, **changed: float) -> World:
    world = tiny_world(seed=seed)
    params = params_of(2014, **changed)
    for room in (access, hospital):
        room.start(world, params, Luck(seed, 2013))
    return world


def change_of(group: str, column: str, by: float, outcome: str, **changed: float) -> float:
    """Relative change of an outcome of `use` when a column of all practices is raised."""
    world, twin = started(**changed), started(**changed)
    getattr(world, group)[column] += by
    for one in (world, twin):
        hospital.hospital(one, params_of(2014, **changed), Luck(1, 2014))
    return float(world.use[outcome].sum() / twin.use[outcome].sum() - 1.0)


def test_rates_of_england() -> None:
    p = P.of(EmergencyUse)
    rate = hospital.expected_emergencies(59.5, 769.4, 93.0, 78.1, 21.8, p)
    assert rate == pytest.approx(88.8, rel=0.04)
    assert hospital.expected_emergencies(59.5, 769.4, 93.0, 78.1, 42.0, p) > 1.2 * rate


def test_factors_are_one_in_the_usual_practice() -> None:
    usual = (origins.UNMET, origins.CONTINUITY, origins.TURNOVER, 0.0, origins.HOSPITAL_KM, 0.86)
    assert hospital.emergency_factor(*usual, P.of(EmergencyUse)) == pytest.approx(1.0)
    assert hospital.ae_factor(21.8, origins.UNMET, 0.1, origins.HOSPITAL_KM, P.of(AeUse)) == pytest.approx(1.0)


def test_distance_lowers_attendance_up_to_a_limit() -> None:
    p = P.of(AeUse)
    near, far, farther = (hospital.ae_factor(21.8, 0.1, 0.1, km, p) for km in (1.0, 2.0, 50.0))
    assert far / near == pytest.approx(np.exp(-0.015))
    assert farther == pytest.approx(hospital.ae_factor(21.8, 0.1, 0.1, p.far_km, p))


@pytest.mark.parametrize(("effect", "sign"), [(0.6, 1), (0.0, 0), (-0.6, -1)])
def test_unmet_demand_and_attendances(effect: float, sign: int) -> None:
    assert np.sign(round(change_of("care", "unmet", 0.1, "ae", ae_use__per_unmet=effect), 9)) == sign


@pytest.mark.parametrize(("effect", "sign"), [(-0.1, -1), (0.0, 0), (0.1, 1)])
def test_continuity_and_emergencies(effect: float, sign: int) -> None:
    change = change_of("care", "continuity", 0.2, "emergency", emergency_use__per_continuity=effect)
    assert np.sign(round(change, 9)) == sign


def test_full_hospitals_hold_admissions_back() -> None:
    assert change_of("trusts", "occupancy", 0.06, "emergency") == pytest.approx(np.exp(-0.03) - 1.0, abs=1e-4)


@pytest.mark.parametrize(("effect", "sign"), [(0.3, -1), (0.0, 0), (-0.3, 1)])
def test_community_services_do_as_their_effect_says_where_there_is_room(effect: float, sign: int) -> None:
    changed = {"substitution__emergency_per_spend": effect, "substitution__full_workload": 3.0}
    world, twin = started(**changed), started(**changed)
    world.accounts["community"] *= 2.0
    for one in (world, twin):
        hospital.hospital(one, params_of(2014, **changed), Luck(1, 2014))
    change = world.use["emergency"].sum() / twin.use["emergency"].sum() - 1.0
    assert np.sign(round(change, 9)) == sign


def test_without_room_nothing_moves_out_of_hospital() -> None:
    world = started()
    world.care["workload"] = 2.0
    world.accounts["community"] *= 3.0
    hospital.hospital(world, P, Luck(1, 2014))
    assert (world.use["community"] == 0.0).all()


def test_room_needs_premises_and_people() -> None:
    p = P.of(Substitution)
    assert hospital.room(1.0, p.free_workload, p) == 1.0
    assert hospital.room(1.0, p.full_workload, p) == 0.0
    assert hospital.room(0.0, 0.5, p) == 0.0


def test_skimping_takes_off_what_was_bought() -> None:
    p = P.of(Substitution)
    assert hospital.community_growth(p.usual_share * 100.0, 100.0, 0.0, 0, p) == pytest.approx(0.0)
    assert hospital.community_growth(p.usual_share * 100.0, 100.0, 1.0, 0, p) == pytest.approx(-p.skimp)
    assert hospital.community_growth(0.0, 100.0, 0.0, 0, p) == 0.0


@pytest.mark.parametrize("made", [-0.05, 0.0, 0.05])
def test_making_may_give_more_or_less_care_than_buying(made: float) -> None:
    p = P.of(Substitution)._replace(made=made)
    assert hospital.community_growth(p.usual_share * 100.0, 100.0, 0.0, 1, p) == pytest.approx(made)


def test_a_referral_is_seen_in_hospital_or_outside() -> None:
    world = started(substitution__full_workload=9.0)
    twin = started(substitution__full_workload=9.0, substitution__moved=0.0)
    assert world.use["community"].sum() > 0.0
    both = world.use["community"] + world.use["referrals"]
    assert np.allclose(both, twin.use["community"] + twin.use["referrals"])


def test_activity_of_ccgs_is_that_of_their_practices() -> None:
    world = started()
    activity = hospital.hospital_use(world, P, Luck(1, 2014))
    for column, name in enumerate(("ae", "emergency", "referrals", "elective")):
        assert activity[:, column].sum() == pytest.approx(world.use[name].sum())


def test_a_practices_luck_does_not_depend_on_others() -> None:
    world, twin = started(), started()
    twin.life["state"][5:] = 0
    for one in (world, twin):
        hospital.hospital(one, P, Luck(1, 2014))
    assert np.array_equal(world.use["emergency"][:5], twin.use["emergency"][:5])
