"""Demand: patients are conserved, switch to better and nearer practices, and never join a closed list."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parameters_of import params_of
from worlds import tiny_world

from sim.rules import demand, origins
from sim.rules.demand import Ageing, Switching, Wanting
from sim.world.luck import Luck
from sim.world.states import MERGED
from sim.world.world import World

P = params_of(2014)
BANDS = ("age_0_4", "age_5_64", "age_65_74", "age_75")


def patients(world: World) -> float:
    return float(sum(world.lists[band].sum() for band in BANDS))


def prepared(seed: int) -> World:
    world = tiny_world(seed=seed)
    rng = np.random.default_rng(seed)
    world.care["experience"] = rng.uniform(0.6, 0.98, len(world.care))
    world.care["quality_true"] = rng.normal(size=len(world.care))
    world.care["access"] = 0.7
    return world


def test_age_weight_of_englands_mean_patient_is_one() -> None:
    assert demand.age_weight(0.0595, 0.7694, 0.093, 0.0781) == pytest.approx(1.0, abs=0.002)


@pytest.mark.parametrize(("experience", "more"), [(0.85, False), (0.65, True), (0.95, False)])
def test_the_dissatisfied_leave(experience: float, more: bool) -> None:
    p = P.of(Switching)
    assert bool(demand.leaving_share(experience, p) > p.rate) is more


def test_attraction_rises_with_quality_as_in_the_choice_study() -> None:
    p = P.of(Switching)
    better, usual = demand.attraction(1.0, 0.85, 7000.0, p), demand.attraction(0.0, 0.85, 7000.0, p)
    assert better / usual == pytest.approx(1.17, abs=0.01)


def test_growth_fades_and_without_fading_goes_on() -> None:
    assert demand.grown(0.0, 0.02, 0.1) == 1.0
    assert demand.grown(100.0, 0.02, 0.1) == pytest.approx(np.exp(0.2), rel=1e-4)
    assert demand.grown(10.0, 0.02, 0.0) == pytest.approx(np.exp(0.2))


@pytest.mark.parametrize("skew", [1.0, 2.0])
def test_growth_varies_round_nil_by_the_spread_that_was_asked_for(skew: float) -> None:
    p = P.of(Ageing)._replace(skew=skew)
    shocks = np.array([demand.peaked_noise((k + 0.5) / 100_000, 0.02, p) for k in range(100_000)])
    assert shocks.mean() == pytest.approx(0.0, abs=2e-5)
    assert shocks.std() == pytest.approx(0.02, rel=0.01)
    beyond = np.abs(shocks) > 0.06  # three standard deviations: a flat spread has none
    assert 0.01 < beyond.mean() < 0.03
    assert np.isfinite([demand.peaked_noise(draw, 0.02, p) for draw in (0.0, 1.0)]).all()


def test_gains_are_wider_than_losses() -> None:
    draws = (0.001, 0.999)
    skewed, even = P.of(Ageing)._replace(skew=2.0), P.of(Ageing)._replace(skew=1.0)
    loss, gain = (demand.peaked_noise(draw, 0.02, skewed) for draw in draws)
    assert gain > 1.5 * -loss
    assert demand.peaked_noise(0.5, 0.02, skewed) < 0.0  # most grow a little less than the mean
    assert demand.peaked_noise(0.001, 0.02, even) == pytest.approx(-demand.peaked_noise(0.999, 0.02, even))


def test_patients_who_switch_go_to_large_lists_beyond_their_share() -> None:
    p = P.of(Switching)
    large, usual = demand.attraction(0.0, 0.85, 14000.0, p), demand.attraction(0.0, 0.85, 7000.0, p)
    assert large / usual == pytest.approx(2.0**p.per_list, rel=1e-5)
    assert large / usual > 2.0


def test_net_migration_follows_the_place() -> None:
    p = P.of(Ageing)
    assert demand.net_migration(1000.0, p.england_growth, 0.0, p) == pytest.approx(1000.0 * p.migration)
    assert demand.net_migration(1000.0, p.england_growth - 0.02, 0.0, p) < 0.0


def test_fresh_demand_rises_with_age_and_deprivation() -> None:
    p = P.of(Wanting)
    usual = demand.fresh_demand(1000.0, origins.IMD, 0.7, 1.0, p)
    assert usual == pytest.approx(1000.0 * p.per_person)
    assert demand.fresh_demand(1000.0, 50.0, 0.7, 1.0, p) > usual
    assert demand.fresh_demand(1000.0, origins.IMD, 0.4, 1.0, p) < usual


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), closed=st.floats(0.0, 1.0))
def test_patients_are_conserved(seed: int, closed: float) -> None:
    world = prepared(seed)
    used = world.life["state"] == 1
    world.lists["open"][used] = np.random.default_rng(seed).uniform(size=used.sum()) >= closed
    before = patients(world)
    demand.demand(world, P, Luck(seed, 2014))
    entered, left = world.nation["born"][0], world.nation["died"][0]
    assert patients(world) == pytest.approx(before + entered - left, rel=1e-12)
    assert world.lists["switched_in"].sum() == pytest.approx(world.lists["switched_out"].sum())
    assert all((world.lists[band] >= 0.0).all() for band in BANDS)
    assert world.lists["total"].sum() == pytest.approx(patients(world))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_nobody_joins_a_closed_list_by_choice(seed: int) -> None:
    world = prepared(seed)
    world.lists["open"][::2] = 0
    demand.demand(world, P, Luck(seed, 2014))
    assert (world.lists["switched_in"][::2] == 0.0).all()


def test_a_practice_that_ended_is_left_alone() -> None:
    world = prepared(3)
    world.life["state"][4] = MERGED
    for band in BANDS:
        world.lists[band][4] = 0.0
    world.lists["total"][4] = 0.0
    demand.demand(world, P, Luck(3, 2014))
    assert world.lists["total"][4] == 0.0
    assert world.care["wanted"][4] == 0.0


def test_england_grows_as_it_did() -> None:
    world = prepared(5)
    params = params_of(2014, ageing__shock=0.0, ageing__lasting=0.0)
    before = patients(world)
    old = world.lists["age_75"].sum()
    demand.demand(world, params, Luck(5, 2014))
    assert patients(world) / before - 1.0 == pytest.approx(0.0098, abs=0.0015)
    assert world.lists["age_75"].sum() / old - 1.0 == pytest.approx(0.0132, abs=0.006)


def test_a_good_practice_gains_and_without_the_pull_does_not() -> None:
    for pull, gains in ((0.157, True), (0.0, False)):
        world = prepared(7)
        world.care["experience"] = 0.85
        world.care["quality_true"] = 0.0
        twin = world.copy()
        world.care["quality_true"][2] = 3.0
        params = params_of(2014, switching__per_quality=pull)
        demand.demand(world, params, Luck(7, 2014))
        demand.demand(twin, params, Luck(7, 2014))
        assert bool(world.lists["switched_in"][2] > twin.lists["switched_in"][2]) is gains


def test_unmet_demand_comes_back_in_part() -> None:
    world = prepared(9)
    world.care["wanted"] = 1000.0
    twin = world.copy()
    world.care["unmet"] = 0.2
    for one in (world, twin):
        demand.want(one.life, one.lists, one.place, one.care, 0.0, P.of(Wanting))
    extra = world.care["wanted"][0] - twin.care["wanted"][0]
    assert extra == pytest.approx(P.of(Wanting).carried_over * 0.2 * 1000.0)


def test_need_follows_the_ages() -> None:
    world = prepared(11)
    world.lists["age_0_4"][1] = 0.0
    params = params_of(2014, ageing__births=0.0, ageing__migration=0.0)
    need = world.lists["need"].copy()
    demand.demand(world, params, Luck(1, 2014))
    assert (world.lists["need"][:30] > 0.0).all()
    assert not np.allclose(world.lists["need"][:30], need[:30], rtol=1e-6)
    assert world.lists["weighted"][1] == pytest.approx(world.lists["need"][1] * world.lists["total"][1])
