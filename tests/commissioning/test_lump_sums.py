"""Money for support that is given out late in the year: to whom, by whom, and that pounds are conserved."""

from __future__ import annotations

import numpy as np
import pytest
from england import FEW, advance, begin, run
from rivals import of
from worlds import tiny_regime, tiny_world

from sim.commissioning import functions as f
from sim.commissioning.support import SupportFund, lump_sums, payer
from sim.commissioning.utilities import Costs, Effects
from sim.commissioning.views import view
from sim.world.table import Table
from sim.world.world import World


def funded(pounds: float = 1e6, hours: float = 1000.0, **changed: float) -> World:
    """A tiny world after the lump sums of a year in which each CCG had so many pounds left and its team so many
    hours."""
    world = tiny_world(30)
    n = len(world.place)
    world.belief_slot[f.AREA_TEAM] = 0
    world.beliefs = Table("beliefs", n)
    world.beliefs["distress"] = np.linspace(-1.0, 1.0, n)
    world.bodies = Table("bodies", len(f.BODIES))
    world.bodies["hours_held"] = hours
    world.ccg_money["support_budget"] = pounds
    lump_sums(
        world.place, world.lists, world.money, world.life, world.ties, world.ccgs,
        world.ccg_money, world.bodies, world.beliefs, world.belief_slot, view(world.regime), world.regime.budgets,
        world.regime.scale, of(SupportFund, **changed), of(Costs), of(Effects),
    )  # fmt: skip
    return world


def test_those_believed_worst_off_get_what_is_left() -> None:
    rich = funded()
    given = rich.money["discretionary"] > 0.0
    assert np.array_equal(given[:30], rich.beliefs["distress"][:30] > 0.0)
    assert np.all(rich.life["relief"][given] == of(Effects).payment_distress)
    assert rich.ccg_money["support_spent"].sum() == pytest.approx(rich.money["discretionary"].sum())
    poor = funded(pounds=60_000.0)
    spent = poor.ccg_money["support_spent"]
    assert np.all(spent <= 0.6 * 60_000.0)
    got = np.flatnonzero(poor.money["discretionary"] > 0.0)
    assert 0 < len(got) < given.sum()
    assert poor.beliefs["distress"][got].mean() > rich.beliefs["distress"][given].mean()


def test_no_lump_sums_without_money_hours_or_a_payer() -> None:
    for world in (funded(pounds=0.0), funded(hours=0.0), funded(placed=0.0)):
        assert not world.money["discretionary"].any()
    assert funded().bodies["hours_used"].sum() == 0.0


def test_who_holds_the_money_pays() -> None:
    regime = tiny_regime(f.JOINT_COMMITTEE)
    regime.cells[0, :, [f.AREA_TEAM, f.CCG]] = f.SHARED
    slots = np.full(len(f.BODIES), -1)
    assert payer(view(regime), 0, slots, f.AREA_TEAM) == -1
    slots[[f.AREA_TEAM, f.CCG]] = 0, 1
    assert payer(view(regime), 0, slots, f.AREA_TEAM) == f.AREA_TEAM
    assert payer(view(regime), 0, slots, f.CCG) == f.CCG


def test_more_of_the_fund_is_granted_and_pounds_are_conserved() -> None:
    late, never = (
        run(FEW, "area_team_only", 3, constants={"support_fund.placed": share}) for share in (0.6, 0.0)
    )  # fmt: skip
    k = late.outcomes.index("support_granted")
    assert late.values["national"][2, 0, k] > never.values["national"][2, 0, k]
    world, timeline = begin(FEW, "area_team_only", 1)
    advance(world, timeline.year(2014), 7)
    money = world.ccg_money
    assert money["support_spent"].sum() + money["support_lapsed"].sum() == pytest.approx(money["support_budget"].sum())
