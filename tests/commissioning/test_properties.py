"""What always holds of commissioning: under every regime, for every draw of what is uncertain, in every year."""

from __future__ import annotations

import numpy as np
import pytest
from england import CORBY, FEW, each_year, scenario_of, staff_of, start_of
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.commissioning.bodies import SKILLS
from sim.regimes import load_regime, shipped_regimes
from sim.simulate import build
from sim.study.design import draw_uncertain
from sim.world import states as s
from sim.world.world import World

YEARS = 5
PLACES = st.sampled_from([CORBY, FEW])
SEEDS = st.integers(0, 2**32 - 1)


def check_cases(world: World) -> None:
    """Every case is decided, waits or is undone; what was decided has an action and somebody who took it.

    Only a merger that nobody can refuse goes ahead by itself.
    """
    used = world.cases["status"] != s.FREE
    assert np.isin(world.cases["status"][used], (s.WAITING, s.DECIDED, s.UNDONE)).all()
    decided = world.cases["status"] == s.DECIDED
    assert (world.cases["action"][decided] >= 0).all()
    by_nobody = decided & (world.cases["body"] < 0)
    assert (world.cases["kind"][by_nobody] == s.MERGER).all()
    assert (world.cases["action"][by_nobody] == s.APPROVE).all()
    assert not world.cases["captured"][used & ~decided].any()
    assert (world.cases["months"] >= 0.0).all()


def check_hours_and_money(world: World) -> None:
    """Nobody uses hours that it does not hold, and no fund grants pounds that it has not got."""
    bodies, money = world.bodies, world.ccg_money
    assert (bodies["hours_used"] >= 0.0).all()
    assert (bodies["hours_used"] <= bodies["hours_held"] * (1.0 + 1e-12) + 1e-9).all()
    assert (money["support_spent"] >= 0.0).all()
    assert (money["support_spent"] <= money["support_budget"] * (1.0 + 1e-12) + 1e-6).all()


def check_interests(world: World) -> None:
    """Captured decisions are among the conflicted ones, and those among all; shares stay shares."""
    boards = world.boards
    assert (boards["captured"] <= boards["conflicted"]).all()
    assert (boards["conflicted"] <= boards["decisions"]).all()
    assert (boards["awards_linked"] <= boards["awards"]).all()
    assert ((world.ccgs["legitimacy"] >= 0.0) & (world.ccgs["legitimacy"] <= 1.0)).all()


def lived(ccgs: tuple[str, ...], regime: str, seed: int, **fixed: float) -> tuple[World, list[float]]:
    """A World after some years under drawn parameters, checked every year; and decisions captured in each."""
    draw = {**draw_uncertain(np.random.default_rng(seed)), **{k.replace("__", "."): v for k, v in fixed.items()}}
    world, timeline = build(start_of(ccgs, 7), scenario_of(ccgs, YEARS), load_regime(regime), draw)
    before, captured = sum(staff_of(world).values()), []

    def look(now: World) -> None:
        check_cases(now)
        check_hours_and_money(now)
        check_interests(now)
        lost, hired = float(now.nation["staff_lost"][0]), float(now.nation["staff_hired"][0])
        assert sum(staff_of(now).values()) == pytest.approx(before - lost + hired, abs=1e-9)
        assert all((now.bodies[skill] >= -1e-12).all() for skill in SKILLS)
        captured.append(float(now.boards["captured"].sum()))

    each_year(world, timeline, seed, YEARS, look)
    return world, captured


@settings(max_examples=60, deadline=None)
@given(ccgs=PLACES, regime=st.sampled_from(shipped_regimes()), seed=SEEDS)
def test_cases_hours_money_staff_and_interests_add_up(ccgs: tuple[str, ...], regime: str, seed: int) -> None:
    lived(ccgs, regime, seed)


@settings(max_examples=20, deadline=None)
@given(regime=st.sampled_from(shipped_regimes()), seed=SEEDS)
def test_nothing_is_captured_where_the_pull_is_nil(regime: str, seed: int) -> None:
    assert lived(FEW, regime, seed, interests__pull=0.0)[1] == [0.0] * YEARS


@settings(max_examples=20, deadline=None)
@given(regime=st.sampled_from(shipped_regimes()), seed=SEEDS)
def test_nobody_leaves_the_room_where_nobody_declares(regime: str, seed: int) -> None:
    assert not lived(FEW, regime, seed, interests__declared=0.0)[0].boards["recused"].any()
