"""Access: what is given, what is not, and what it does to doctors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parameters_of import params_of
from worlds import tiny_world

from sim.rules import access, demand, origins
from sim.rules.access import Appointments, Continuity, Tiring
from sim.rules.demand import Wanting
from sim.world.luck import Luck
from sim.world.world import World

P = params_of(2014)


def started(seed: int = 1, **changed: float) -> World:
    world = tiny_world(seed=seed)
    access.start(world, params_of(2014, **changed), Luck(seed, 2013))
    return world


@settings(deadline=None)
@given(st.floats(0.0, 50.0))
def test_what_is_given_is_a_share_and_falls_with_pressure(workload: float) -> None:
    p = P.of(Appointments)
    share = access.given_share(workload, p)
    assert 0.0 <= share <= 1.0
    assert share >= access.given_share(workload + 0.1, p)
    assert share * workload <= p.stretch + 1e-9


def test_all_is_met_where_there_is_time() -> None:
    assert access.given_share(0.4, P.of(Appointments)) > 0.99


def test_clinical_hours_lose_their_part_of_paperwork_and_no_more() -> None:
    p = P.of(Appointments)
    full = access.clinical_hours(2.0, 0.0, 0.0, 0.0, p)
    assert full == pytest.approx(2.0 * p.gp_hours)
    assert access.clinical_hours(2.0, 0.0, 0.0, 100.0, p) == pytest.approx(full - 100.0 * p.clinical_effort)
    assert access.clinical_hours(0.1, 0.0, 0.0, 1e6, p) == 0.0


def test_sustainable_supply_adds_up_over_staff() -> None:
    p = P.of(Appointments)
    assert access.sustainable(100.0, 1.0, 1.0, p) == pytest.approx(100.0 * p.per_hour + p.nurse + p.direct)


@pytest.mark.parametrize(("total", "index"), [(3000.0, 0.69), (7000.0, 0.61), (9500.0, 0.58)])
def test_continuity_by_size(total: float, index: float) -> None:
    assert access.continuity_target(total, 0.1, 0.8, 0.0, P.of(Continuity)) == pytest.approx(index, abs=0.02)


def test_continuity_suffers_from_turnover_part_time_and_dispersal() -> None:
    p = P.of(Continuity)
    usual = access.continuity_target(7000.0, 0.1, 0.8, 0.0, p)
    assert access.continuity_target(7000.0, 0.3, 0.8, 0.0, p) < usual
    assert access.continuity_target(7000.0, 0.1, 0.5, 0.0, p) < usual
    assert access.continuity_target(7000.0, 0.1, 0.8, 0.5, p) < usual


def test_access_score_stays_a_share() -> None:
    p = P.of(Appointments)
    assert access.access_score(0.0, 0.1, p) == 1.0
    assert access.access_score(1.0, 1.0, p) == 0.0


def test_strain_rises_with_workload_unmet_and_empty_posts() -> None:
    p = P.of(Tiring)
    usual = access.strain(origins.WORKLOAD, origins.UNMET, 0.0, p)
    assert usual == pytest.approx(p.usual)
    assert access.strain(1.6, 0.1, 0.0, p) > usual
    assert access.strain(1.2, 0.3, 0.0, p) > usual
    assert access.strain(1.2, 0.12, 0.3, p) > usual


def test_first_year_does_not_jump() -> None:
    world = started()
    before = world.care["unmet"].copy()
    demand.want(world.life, world.lists, world.place, world.care, 0.0, P.of(Wanting))
    access.access(world, P, Luck(1, 2014))
    assert np.allclose(world.care["unmet"], before, atol=1e-3)


def test_appointments_never_exceed_wishes() -> None:
    world = started()
    appointments, wanted, unmet = (world.care[name][:30] for name in ("appointments", "wanted", "unmet"))
    assert (appointments <= wanted + 1e-9).all()
    assert np.allclose(appointments, (1.0 - unmet) * wanted)


def test_a_practice_without_staff_meets_nothing() -> None:
    world = started()
    for column in ("gp_fte", "nurse_fte", "direct_fte"):
        world.staff[column][3] = 0.0
    access.access(world, P, Luck(1, 2014))
    assert world.care["unmet"][3] == 1.0
    assert world.care["workload"][3] == access.MOST


@pytest.mark.parametrize(("clinical", "costs"), [(0.3, True), (0.0, False)])
def test_reporting_takes_time_from_patients(clinical: float, costs: bool) -> None:
    world = started()
    twin = world.copy()
    world.care["effort_reporting"] = 500.0
    params = params_of(2014, appointments__clinical_effort=clinical)
    access.access(world, params, Luck(1, 2014))
    access.access(twin, params, Luck(1, 2014))
    assert bool(world.care["unmet"][:30].mean() > twin.care["unmet"][:30].mean()) is costs


def test_burnout_stays_put_in_a_flat_world() -> None:
    world = started()
    means = []
    for year in range(2014, 2044):
        demand.want(world.life, world.lists, world.place, world.care, 0.0, P.of(Wanting))
        access.access(world, P, Luck(1, year))
        means.append(world.doctors["burnout"][world.doctors["practice"] >= 0].mean())
    assert abs(means[-1] - means[5]) < 0.06
    assert 0.3 < means[-1] < 0.6


def test_a_shock_to_one_doctor_decays() -> None:
    world = started()
    twin = world.copy()
    world.doctors["burnout"][0] += 0.3
    gaps = []
    for year in range(2014, 2024):
        for one in (world, twin):
            access.access(one, P, Luck(1, year))
        gaps.append(abs(world.doctors["burnout"][0] - twin.doctors["burnout"][0]))
    assert gaps[-1] < 0.1 * gaps[0]
