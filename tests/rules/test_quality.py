"""True and recorded quality, experience and ratings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parameters_of import params_of
from worlds import tiny_world

from sim.parameters import Params
from sim.rules import access, origins, quality
from sim.rules.quality import Experience, Inspection, RecordedQuality, TrueQuality
from sim.world import states
from sim.world.luck import Luck
from sim.world.world import World

P = params_of(2015)
STILL = {"true_quality__drift": 0.0}


def started(practices: int = 30, **changed: float) -> World:
    world = tiny_world(practices)
    access.start(world, params_of(2014, **changed), Luck(1, 2013))
    return world


def a_year(world: World, params: Params, luck: Luck) -> None:
    """A year of quality, alone."""
    groups = (TrueQuality, RecordedQuality, Experience, Inspection)
    quality.quality(world, luck, *(params.of(group) for group in groups))


@settings(deadline=None)
@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(0, 1), st.floats(0, 1))
def test_points_are_a_share(true: float, coding: float, work: float, hidden: float) -> None:
    assert 0.0 <= quality.points_achieved(true, coding, work, hidden, P.of(RecordedQuality)) <= 1.0


def test_points_of_england() -> None:
    rng = np.random.default_rng(1)
    p = P.of(RecordedQuality)
    points = [quality.points_achieved(q, c, 0.0, 0.0, p) for q, c in rng.normal(size=(20_000, 2))]
    assert np.mean(points) == pytest.approx(530.4 / 559, abs=0.01)
    assert np.std(points) == pytest.approx(38.4 / 559, abs=0.015)


def test_recorded_quality_moves_more_than_true_when_nobody_watches() -> None:
    worlds = [started(300, **STILL) for _ in range(2)]
    for world, watched in zip(worlds, (0, 1), strict=True):
        world.ties["opted_in"] = 1
        world.schemes["active"] = 1
        world.schemes["qof_suspended"] = 1.0
        world.schemes["qof_watched"] = watched
        a_year(world, params_of(2015, **STILL), Luck(1, 2015))
    unwatched, watched_world = (world.care for world in worlds)
    true_fall = (watched_world["quality_true"] - unwatched["quality_true"])[:300].mean()
    recorded_fall = (watched_world["quality_recorded"] - unwatched["quality_recorded"])[:300].mean()
    assert 0.0 < true_fall < 0.1
    assert recorded_fall / watched_world["quality_recorded"][:300].std() > true_fall


@pytest.mark.parametrize(("effect", "sign"), [(0.15, 1), (0.0, 0), (-0.15, -1)])
def test_a_scheme_helps_harms_or_does_nothing_as_its_effect_says(effect: float, sign: int) -> None:
    changed = {"true_quality__scheme": effect, **STILL}
    with_scheme, without = started(**changed), started(**changed)
    with_scheme.ties["opted_in"] = 1
    with_scheme.schemes["active"] = 1
    with_scheme.schemes["fit"] = 1.0
    with_scheme.care["effort_scheme"] = 300.0
    for world in (with_scheme, without):
        a_year(world, params_of(2015, **changed), Luck(1, 2015))
    change = with_scheme.care["quality_true"][:30].mean() - without.care["quality_true"][:30].mean()
    assert np.sign(round(change, 9)) == sign


def test_scheme_work_has_diminishing_returns() -> None:
    p = P.of(TrueQuality)
    assert quality.scheme_work(0.0, 7000.0, p) == 0.0
    assert quality.scheme_work(p.scheme_half * 7.0, 7000.0, p) == pytest.approx(0.5)
    assert quality.scheme_work(1e9, 7000.0, p) < 1.0


def test_unwatched_needs_opt_in() -> None:
    assert quality.unwatched(1, 0.8, 0) == 0.8
    assert quality.unwatched(0, 0.8, 0) == 0.0
    assert quality.unwatched(1, 0.8, 1) == 0.0


def test_support_lifts_quality_and_lapses() -> None:
    world, twin = started(**STILL), started(**STILL)
    world.care["support"][0] = 0.5
    lifts = []
    for year in range(2015, 2035):
        for one in (world, twin):
            a_year(one, params_of(2015, **STILL), Luck(1, year))
        lifts.append(world.care["quality_true"][0] - twin.care["quality_true"][0])
    assert lifts[0] == pytest.approx(0.5)
    assert abs(lifts[-1]) < 0.01
    assert world.care["support"][0] < 1e-3


def test_quality_stays_put_in_a_flat_world() -> None:
    world = started(300)
    start = world.care["quality_true"][:300].copy()
    for year in range(2014, 2044):
        a_year(world, params_of(2014), Luck(1, year))
    assert abs(world.care["quality_true"][:300].mean() - start.mean()) < 0.1
    assert world.care["quality_true"][:300].std() == pytest.approx(start.std(), rel=0.15)


def test_experience_of_the_usual_practice() -> None:
    p = P.of(Experience)
    usual = quality.good_experience(0.7, 0.6, 0.0, 21.8, 7000.0, 0.0, p)
    assert usual == pytest.approx(0.86, abs=0.02)
    assert quality.good_experience(0.5, 0.6, 0.0, 21.8, 7000.0, 0.0, p) < usual
    assert quality.good_experience(0.7, 0.4, 0.0, 21.8, 7000.0, 0.0, p) < usual
    assert quality.good_experience(0.7, 0.6, 0.0, 21.8, 7000.0, 0.4, p) < usual


@pytest.mark.parametrize(
    ("reading", "rating"),
    [(-3.0, states.INADEQUATE), (-1.2, states.REQUIRES_IMPROVEMENT), (0.0, states.GOOD), (2.5, states.OUTSTANDING)],
)
def test_ratings(reading: float, rating: int) -> None:
    assert quality.rating_of(reading, P.of(Inspection)) == rating


def test_ratings_spread_as_at_first_inspection() -> None:
    world = started(3000, inspection__share=1.0)
    a_year(world, params_of(2015, inspection__share=1.0), Luck(1, 2015))
    shares = np.bincount(world.care["rating"][:3000], minlength=5) / 3000
    assert shares[states.GOOD] == pytest.approx(0.79, abs=0.05)
    assert shares[states.INADEQUATE] == pytest.approx(0.04, abs=0.02)
    assert shares[states.UNRATED] == 0.0


def test_pressure_lowers_quality_and_nurses_raise_it() -> None:
    p = P.of(TrueQuality)
    usual = quality.pressure(origins.WORKLOAD, origins.UNMET, origins.NURSES, 0.1, p)
    assert usual == pytest.approx(0.0)
    assert quality.pressure(2.0, origins.UNMET, origins.NURSES, 0.1, p) < 0.0
    assert quality.pressure(origins.WORKLOAD, origins.UNMET, 0.6, 0.1, p) > 0.0
