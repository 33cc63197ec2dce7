"""What a body believes of a case, and how long a case takes: rules that must not favour a regime by the way."""

from __future__ import annotations

import numpy as np
import pytest
from life_of import living_world
from rivals import of
from worlds import tiny_regime

from sim.commissioning import functions as f
from sim.commissioning.capacity import Hours, queue
from sim.commissioning.cycle import INVESTIGATION
from sim.commissioning.governance import Interests
from sim.commissioning.perception import perceive
from sim.commissioning.utilities import Weights
from sim.commissioning.views import view
from sim.world import states as s
from sim.world.luck import Luck
from sim.world.table import Table
from sim.world.world import Floats, World

CASES = 50


def perceived(kind: int, other: int, quality: float = 0.0) -> Floats:
    """What a CCG finds in fifty cases, where the area team, with cell `other`, believes in this quality (sd)."""
    world = living_world()
    regime = tiny_regime(f.CCG)
    regime.cells[0, :, f.AREA_TEAM] = other
    world.cases = Table("cases", CASES)
    rng = np.random.default_rng(4)
    world.cases["id"], world.cases["severity"] = rng.integers(1, 2**60, CASES), rng.normal(size=CASES)
    world.cases["kind"], world.cases["function"] = kind, f.QUALITY_IMPROVEMENT
    rows = len(world.place)
    world.beliefs = Table("beliefs", 2 * rows)
    world.beliefs["quality_var"] = world.beliefs["distress_var"] = 0.5
    world.beliefs["routine_var"], world.cases["partner"] = 1.0, -1
    world.beliefs["quality"][rows:] = quality
    world.belief_slot[f.CCG], world.belief_slot[f.AREA_TEAM] = 0, 1
    world.bodies["kind"] = f.CCG
    v = view(regime)
    found, good = np.zeros((CASES, 2)), np.zeros((CASES, 2))
    perceive(
        world.cases, CASES, world.place, world.beliefs, world.belief_slot, world.ccgs, world.boards, world.bodies, v,
        of(Interests), of(Weights), 1.0, found, good, Luck(1, 2015).stream(INVESTIGATION), rows,
    )  # fmt: skip
    return found[:, 0]


def test_a_body_that_only_executes_lends_nobody_its_eyes() -> None:
    alone = perceived(s.QUALITY, f.EMPTY, quality=3.0)
    assert np.array_equal(perceived(s.QUALITY, f.EXECUTES, quality=3.0), alone)
    assert not np.array_equal(perceived(s.QUALITY, f.ADVISES, quality=3.0), alone)


def test_what_is_believed_of_quality_says_nothing_of_access() -> None:
    assert np.array_equal(perceived(s.ACCESS, f.ADVISES, quality=3.0), perceived(s.ACCESS, f.ADVISES))
    assert perceived(s.QUALITY, f.ADVISES, quality=3.0).mean() < perceived(s.QUALITY, f.ADVISES).mean()


def queued(clock: float, used: tuple[float, float]) -> World:
    """A case of 100 hours that body 0 decides, at half of them, and body 1 executes, after a year's queue; each holds
    1,000 hours, of which it has used so many before."""
    world = living_world()
    world.bodies = Table("bodies", 2)
    world.bodies["hours_held"], world.bodies["hours_used"] = 1000.0, used
    case = {"status": s.WAITING, "clock": clock, "hours": 100.0, "body": 0, "partner": -1, "executor": 1}
    for column, value in case.items():
        world.cases[column][0] = value
    queue(world.cases, 1, world.bodies, np.zeros(1), of(Hours, decide_share=0.5), 30.0)
    return world


def test_a_case_waits_for_the_last_of_those_who_work_on_it() -> None:
    """Who decides has hours to spare, who executes has not: the wait is that of the one who executes."""
    world = queued(99.0, (0.0, 800.0))
    assert world.cases["status"][0] == s.DECIDED
    assert world.cases["months"][0] == 12.0 * 0.85


@pytest.mark.parametrize(("left", "used"), [(60.0, [50.0, 990.0]), (40.0, [100.0, 960.0])])
def test_who_decides_does_the_work_itself_where_the_executor_has_no_hours_left(left: float, used: list[float]) -> None:
    world = queued(6.0, (0.0, 1000.0 - left))
    assert world.cases["status"][0] == s.DECIDED
    assert world.bodies["hours_used"].tolist() == used
