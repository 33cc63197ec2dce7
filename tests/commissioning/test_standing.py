"""Standing work: it goes to who leads, executes or advises, and nobody's hours for it come from nowhere."""

from __future__ import annotations

import numpy as np
import pytest
from rivals import of
from worlds import tiny_regime, tiny_world

from sim.commissioning import functions as f
from sim.commissioning.capacity import Hours, hold_hours
from sim.commissioning.standing import StandingWork, hours_by_table
from sim.commissioning.views import view

ALL = tuple(True for _ in f.BODIES)
NOBODY = tuple(False for _ in f.BODIES)


def hours(cells: dict[int, int], staffed: tuple[bool, ...] = ALL, share: float = 0.35) -> np.ndarray:
    """(kinds,): hours for each practice, where out-of-hours care alone is work, by the cells of its row."""
    regime = tiny_regime(f.CCG)
    regime.cells[0, f.OUT_OF_HOURS] = f.EMPTY
    for body, cell in cells.items():
        regime.cells[0, f.OUT_OF_HOURS, body] = cell
    none = dict.fromkeys(StandingWork._fields, 0.0)
    p = of(StandingWork, **none | {"out_of_hours": 2.0, "advise_share": 0.1})
    return hours_by_table(regime.cells, p, share, staffed)[0]


def test_who_executes_takes_the_work_off_who_leads_if_it_has_staff() -> None:
    both = {f.CCG: f.LEAD, f.SUPPORT_UNIT: f.EXECUTES}
    assert hours(both)[[f.CCG, f.SUPPORT_UNIT]] == pytest.approx([0.7, 1.3])
    assert hours(both, NOBODY)[[f.CCG, f.SUPPORT_UNIT]] == pytest.approx([2.0, 0.0])


def test_a_joint_committee_parts_the_work_and_two_leads_double_it() -> None:
    joint = {f.JOINT_COMMITTEE: f.LEAD, f.CCG: f.SHARED, f.AREA_TEAM: f.SHARED}
    assert hours(joint)[[f.CCG, f.AREA_TEAM, f.JOINT_COMMITTEE]] == pytest.approx([1.0, 1.0, 0.0])
    assert hours({f.CCG: f.LEAD, f.AREA_TEAM: f.LEAD}).sum() == pytest.approx(4.0)
    assert hours({f.CCG: f.LEAD, f.AREA_TEAM: f.ADVISES})[f.AREA_TEAM] == pytest.approx(0.2)
    assert hours({}).sum() == 0.0


@pytest.mark.parametrize(("standing", "left"), [(0.0, 900.0), (600.0, 300.0), (800.0, 100.0), (5000.0, 100.0)])
def test_cases_keep_some_hours_however_much_standing_work_there_is(standing: float, left: float) -> None:
    bodies = tiny_world().bodies
    bodies["contracts_fte"][0], bodies["experience"][0] = 1.0, 1.0
    p = of(Hours, per_fte=1000.0, fixed_share=0.0, fixed_tasks=100.0, kept_for_cases=0.1)
    nobody_visits = np.full(int(bodies["kind"].max()) + 1, -1)
    hold_hours(bodies, nobody_visits, 1.0, 0.0, np.full(len(bodies), standing), p)
    assert bodies["hours_held"][0] == pytest.approx(left)
    assert not bodies["hours_held"][1:].any()


def test_running_costs_are_there_for_who_holds_them_or_shares_with_who_does() -> None:
    regime = tiny_regime(f.CCG)
    assert view(regime).funded.tolist() == [1]
    away = tiny_regime(f.AREA_TEAM)
    assert view(away).funded.tolist() == [0]
