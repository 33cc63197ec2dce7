"""Practices that hold part of the hospital budget: the effect appears where it is offered, and vanishes where not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from england import FEW, begin, differences, each_year, run, working
from parameters_of import params_of
from worlds import tiny_regime, tiny_world

from sim.commissioning.tariff import Tariff, prices
from sim.outcomes import OUTCOMES
from sim.parameters import Params
from sim.regimes import load_regime
from sim.rules import practice_budgets as rooms
from sim.rules.practice_budgets import PracticeBudgets
from sim.world.luck import Luck
from sim.world.world import World

P = params_of(2015)
K = P.of(PracticeBudgets)
OFFER = np.array([[0.0, 0.7, 1.0, 0.02]])


def national(regime: object, outcome: str, **changes: object) -> float:
    """An outcome at the end of nine years."""
    result = run(FEW, regime, years=9, **changes)  # type: ignore[arg-type]
    return float(result.values["national"][-1, 0, list(OUTCOMES).index(outcome)])


@pytest.mark.parametrize(("share", "kept"), [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
def test_without_an_offer_or_a_saving_nothing_is_held_back(share: float, kept: float) -> None:
    assert rooms.held_back(share, kept, K) == 0.0


def test_more_is_held_back_for_more_of_a_saving_and_a_larger_part_of_the_budget() -> None:
    assert rooms.held_back(1.0, 1.0, K) == pytest.approx(0.033, abs=0.002)  # E044
    assert rooms.held_back(1.0, 1.0, K) > rooms.held_back(1.0, 0.3, K) > rooms.held_back(0.5, 0.3, K) > 0.0
    assert rooms.held_back(1.0, 1.0, K._replace(answer=0.0)) == 0.0
    assert rooms.held_back(1.0, 1.0, K._replace(answer=-K.answer)) < 0.0  # the other sign turns it round


def test_who_takes_a_budget() -> None:
    usual = rooms.taking_chance(5.0, 0.5, 1.2, 0.2, K)
    assert 0.0 < usual < 0.5
    assert rooms.taking_chance(0.0, 0.5, 1.2, 0.2, K) < usual
    assert rooms.taking_chance(5.0, 1.0, 1.2, 0.2, K) > usual
    assert rooms.taking_chance(5.0, 0.5, 1.6, 0.2, K) < usual
    assert rooms.taking_chance(5.0, 0.5, 1.2, 0.6, K) > usual


def test_patients_who_are_not_referred_are_less_content() -> None:
    assert rooms.less_content(0.85, 0.0, K) == 0.85
    assert rooms.less_content(0.85, 0.017, K) < 0.85
    assert rooms.less_content(0.85, 0.017, K._replace(content=0.0)) == pytest.approx(0.85)
    assert rooms.less_content(1.0, 0.1, K) == 1.0


def offered(offer: np.ndarray, params: Params = P) -> World:
    """A small world in which practices have chosen and been paid once."""
    world = tiny_world(regime=replace(tiny_regime(), practice_budget=offer))
    world.year = 2015
    world.use["usual_referrals"] = 0.23 * world.lists["total"]
    world.use["referrals"] = 0.22 * world.lists["total"]
    world.use["elective"] = 0.45 * world.use["referrals"]
    world.care["experience"] = 0.85
    world.accounts["hospital"] = 1e7
    for _ in range(40):
        rooms.take_budgets(world, Luck(1, world.year), offer, params.of(PracticeBudgets), params.of(Tariff))
        world.year += 1
    world.year = 2015
    return world


def settle(world: World, activity: np.ndarray) -> None:
    """Holders keep what they have saved in a year of so much activity."""
    rooms.keep_savings(
        world.place, world.money, world.care, world.use, world.ccgs, world.accounts, activity,
        world.regime.practice_budget, K, P.of(Tariff),
    )  # fmt: skip


def test_only_practices_above_the_smallest_list_take_budgets() -> None:
    smallest = 6000.0
    world = offered(OFFER + np.array([[smallest, 0.0, 0.0, 0.0]]))
    large = working(world) & (world.lists["total"] >= smallest)
    assert world.use["holds"][large].mean() > 0.5
    assert not world.use["holds"][~large].any()
    assert not world.use["held_back"][~large].any()


def test_an_offer_of_nothing_is_taken_by_nobody_and_changes_nothing() -> None:
    world = offered(np.array([[0.0, 0.0, 1.0, 0.02]]))
    settle(world, np.ones((3, 4)))
    for column in ("holds", "held_back", "budget", "kept"):
        assert not world.use[column].any()
    assert not world.money["discretionary"].any()
    assert not world.care["effort_reporting"].any()
    assert (world.care["experience"] == 0.85).all()


def test_a_saving_is_the_budget_less_the_practices_part_of_the_bill() -> None:
    world = offered(OFFER)
    held = world.use["holds"] == 1
    world.use["referrals"][held] *= 1.0 - world.use["held_back"][held]
    world.use["elective"][held] *= 1.0 - world.use["held_back"][held]
    activity = np.full((3, 4), 1000.0)
    settle(world, activity)
    use, c = world.use, world.place["ccg"]
    tariff = prices(world, P)
    level = world.accounts["hospital"] / np.array([rooms.value(activity, k, tariff) for k in range(3)])
    part = 0.7 * level[c] * (tariff.referral * use["referrals"] + tariff.elective * use["elective"])
    np.testing.assert_allclose(use["kept"][held], (use["budget"] - part)[held])
    saved = use["kept"][held] / use["budget"][held]
    np.testing.assert_allclose(saved, use["held_back"][held])
    np.testing.assert_allclose(world.money["discretionary"], use["kept"])
    np.testing.assert_allclose(world.accounts["practice_kept"], np.bincount(c, use["kept"], minlength=3))
    np.testing.assert_allclose(world.accounts["practice_admin"], 0.02 * np.bincount(c, use["budget"], minlength=3))


def test_a_practice_that_overspends_keeps_nothing_and_pays_nothing() -> None:
    world = offered(OFFER)
    world.use["referrals"] *= 1.5
    settle(world, np.full((3, 4), 1000.0))
    assert not world.use["kept"].any()
    assert not world.money["discretionary"].any()


def test_fundholders_refer_less_and_others_do_not() -> None:
    world, timeline = begin(FEW, "fundholding", 8)
    each_year(world, timeline, 7, 8, lambda now: None)
    now = working(world)
    holds = now & (world.use["holds"] == 1)
    assert 0.1 < holds.sum() / now.sum() < 0.9
    assert (world.lists["total"][holds] >= 5000).all()
    assert np.all(world.use["held_back"][holds] > 0.0)
    assert not world.use["held_back"][~holds].any()
    assert world.accounts["practice_kept"].sum() > 0.0


def test_fewer_electives_and_less_content_patients_emerge_under_fundholding() -> None:
    """E044 and E046: their signs follow from the offer, and emergencies do not follow it."""
    offer, none = load_regime("fundholding"), replaced(share=0.0)
    assert national(offer, "elective_per_1000") < 0.995 * national(none, "elective_per_1000")
    assert national(offer, "experience_good") < national(none, "experience_good")
    emergencies = [national(one, "emergency_admissions_per_1000") for one in (offer, none)]
    assert emergencies[0] == pytest.approx(emergencies[1], rel=0.02)
    assert national(none, "budget_holding_share") == 0.0


def test_the_effect_vanishes_where_holders_do_not_answer() -> None:
    """The counter-world: budgets are held and nobody answers, so electives are those without an offer."""
    offer, none = load_regime("fundholding"), national(replaced(share=0.0), "elective_per_1000")
    still = national(offer, "elective_per_1000", constants={"practice_budgets.answer": 0.0})
    assert still == pytest.approx(none, rel=2e-3)
    assert national(offer, "elective_per_1000") < still


def test_an_offer_of_nothing_is_the_same_whatever_else_it_says_to_the_last_bit() -> None:
    one, other = replaced(share=0.0), replaced(share=0.0, saving_kept=0.1, smallest_list=0, allowance=0.5)
    assert differences(run(FEW, one), run(FEW, other)) == []


def replaced(**budget: float) -> object:
    """The regime of fundholding with another offer."""
    regime = load_regime("fundholding")
    block = regime.table.practice_budget
    changed = block.model_validate({**block.model_dump(), **budget})
    return replace(regime, table=regime.table.model_copy(update={"practice_budget": changed}), file=Path("none.toml"))
