"""Mergers of CCGs: the table of events, what is conserved, and that the new CCG is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from england import SKILLS, advance, begin, run
from worlds import CCGS, tiny_world

from sim.commissioning.ccg_mergers import (
    keep_seats,
    mean_of_members,
    pool_accounts,
    seats_of_new,
    tables_of_new,
)
from sim.commissioning.support import share_support
from sim.errors import InputError
from sim.population.facts import load_facts
from sim.population.merger_events import due, events_of, first_of, read_events
from sim.scenario import load_scenario
from sim.world.world import World

TYNE = ("00F", "00G", "00H", "00L")
"""Gateshead, Newcastle North and East, Newcastle West, which merge in April 2015, and Northumberland."""
CODES = [str(code) for code in load_facts().ccgs["code"]]


@pytest.mark.parametrize(
    ("year", "ccgs"), [(2014, 211), (2015, 209), (2017, 207), (2018, 195), (2019, 191), (2020, 135), (2021, 106)]
)
def test_england_has_as_many_ccgs_as_it_had(year: int, ccgs: int) -> None:
    """C001 to C007."""
    assert first_of(events_of(read_events(), CODES), year, len(CODES)).sum() == ccgs


def test_a_ccg_made_by_a_merger_merges_with_all_its_places() -> None:
    events = events_of(read_events(), ["10G", "10T", "11C", "10C", "99M", "00L"], CODES)
    assert events[:, 0].tolist() == [2018] * 3 + [2021] * 5
    assert sorted(events[3:, 1]) == [0, 1, 2, 3, 4]
    assert len(due(events, 2018)) == len(due(events, 2021)) == 1
    assert due(events, 2019) == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("00F,2015,X1,New,a\n00Z,2015,X1,New,a\n", "00Z"),
        ("00F,2015,X1,New,a\n", "with nobody"),
        ("00F,2015,X1,New,a\n00F,2016,X2,New,a\n00G,2015,X1,New,a\n", "twice"),
        ("00F,2015,X1,New,a\n00G,2016,X1,New,a\n", "different years"),
        ("00F,soon,X1,New,a\n", "no year"),
        ("00F,2015,X1,New,\n", "source"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, lines: str, message: str) -> None:
    file = tmp_path / "mergers.csv"
    file.write_text("code,year,into,name,source\n" + lines, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        events_of(read_events(file), CODES)


def test_a_scenario_may_replace_or_switch_off_the_mergers(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(
        "code,year,into,name,source\n00F,2016,X1,A,a test\n00L,2016,X1,A,a test\n", encoding="utf-8"
    )
    text = 'title = "t"\nccg_mergers = {}\n[place]\nccgs = ["00F", "00L"]\n'
    for value, found in (("false", None), ('"own.csv"', tmp_path / "own.csv")):
        (tmp_path / "s.toml").write_text(text.format(value), encoding="utf-8")
        assert load_scenario(tmp_path / "s.toml").ccg_mergers == found
    (tmp_path / "s.toml").write_text(text.format('"none.csv"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"none\.csv"):
        load_scenario(tmp_path / "s.toml")


def joined(regime: str = "voluntary_2015", years: int = 2, **changes: object) -> World:
    """Tyneside after so many years."""
    world, timeline = begin(TYNE, regime, years, **changes)
    for _ in range(years):
        advance(world, timeline.year(world.year), 7)
        world.year += 1
    return world


def test_nothing_differs_before_the_date_and_places_stay() -> None:
    merged, apart = run(TYNE, "delegated", 2), run(TYNE, "delegated", 2, ccg_mergers=None)
    for level in merged.values:
        assert np.array_equal(merged.values[level][0], apart.values[level][0], equal_nan=True)
    assert not np.array_equal(merged.values["national"][1], apart.values["national"][1], equal_nan=True)
    assert merged.places == apart.places


def test_the_new_ccg_is_one_body_with_one_level_board_and_account() -> None:
    world = joined()
    seat = world.ccgs["seat"]
    assert seat[0] == seat[1] == seat[2] != seat[3]
    for column in ("table", "maturity", "legitimacy", "engagement", "opposition"):
        assert len(set(world.ccgs[column][:3])) == 1, column
    for column in ("wish", "applied", "approved", "stage", "notice"):
        assert len(set(world.applications[column][:3])) == 1, column
    assert len(set(np.round(world.accounts["outturn"][:3] / world.accounts["allocation"][:3], 12))) == 1
    assert len(set(world.boards["interest_specific"][:3])) == 1
    body = np.flatnonzero(world.bodies["kind"] == 2)
    served = world.bodies["practices"][body]
    assert (served[:4] > 0).sum() == 2
    assert served.sum() == world.ccgs["practices"].sum()


def test_levels_are_counted_once_for_each_ccg() -> None:
    result = run(TYNE, "delegated", 2)
    counted = result.values["national"][:, 0, result.outcomes.index("ccgs_delegated")]
    assert counted.tolist() == [0.0, 2.0]


def test_staff_are_kept_or_lost_but_not_made() -> None:
    world, timeline = begin(TYNE, "area_team_only", 2)
    advance(world, timeline.year(2014), 7)
    world.year = 2015
    before = sum(world.bodies[skill].sum() for skill in SKILLS)
    advance(world, timeline.year(2015), 7)
    after = sum(world.bodies[skill].sum() for skill in SKILLS)
    assert after + world.nation["staff_lost"][0] - world.nation["staff_hired"][0] == pytest.approx(before)
    seat = int(world.ccgs["seat"][0])
    others = [2 * (len(world.bodies) // 11) + c for c in range(3) if c != seat]
    assert all(world.bodies[skill][others].sum() == 0.0 for skill in SKILLS)


def test_accounts_are_pooled_by_allocation_and_pounds_conserved() -> None:
    world = tiny_world()
    money, seat = world.accounts, np.array([0, 0, 2])
    money["allocation"] = [100.0, 300.0, 50.0]
    money["outturn"], money["carried"], money["primary_carried"] = [8.0, -4.0, 1.0], [4.0, 4.0, 7.0], [0.0, 2.0, 3.0]
    pool_accounts(money, seat)
    assert money["outturn"].tolist() == [1.0, 3.0, 1.0]
    assert money["carried"].tolist() == [2.0, 6.0, 7.0]
    assert money["primary_carried"].tolist() == [0.5, 1.5, 3.0]


@pytest.mark.parametrize("asked", [[60.0, 0.0, 9.0], [5.0, 5.0, 9.0], [0.0, 0.0, 9.0]])
def test_one_support_fund_serves_who_asks(asked: list[float]) -> None:
    world = tiny_world()
    money, seat = world.ccg_money, np.array([0, 0, 2])
    money["support_budget"] = [10.0, 30.0, 5.0]
    share_support(money, seat, np.array(asked))
    budget = money["support_budget"]
    assert budget.sum() == pytest.approx(45.0)
    assert budget[2] == 5.0
    granted = min(40.0, asked[0] + asked[1])
    assert np.minimum(budget[:2], asked[:2]).sum() == pytest.approx(granted)


def test_the_largest_is_the_seat_and_who_had_merged_comes_along() -> None:
    world = tiny_world()
    world.ccgs["patients"] = [10.0, 30.0, 35.0]
    assert seats_of_new(world, [(0, np.array([0, 1]))]).tolist() == [1, 1, 2]
    world.ccgs["seat"] = [1, 1, 2]
    assert seats_of_new(world, [(1, np.array([0, 2]))]).tolist() == [1, 1, 1]


def test_members_come_under_the_table_of_most_of_their_patients() -> None:
    world = tiny_world()
    world.ccgs["patients"], world.ccgs["table"] = [10.0, 30.0, 25.0], [1, 0, 1]
    assert tables_of_new(world, np.array([1, 1, 1])).tolist() == [1, 1, 1]
    assert tables_of_new(world, np.array([0, 1, 2])).tolist() == [1, 0, 1]


def test_a_new_board_is_as_large_as_the_largest_old_one() -> None:
    world = tiny_world(30)
    world.place["board"][:12] = 1
    world.ties["engagement"] = np.linspace(0, 1, len(world.place))
    keep_seats(world, np.array([0, 0, 2]), np.array([0]))
    ccg, board = world.place["ccg"], world.place["board"]
    assert board[ccg < 2].sum() == 4
    assert set(np.flatnonzero((board == 1) & (ccg < 2))) == {6, 7, 9, 10}
    assert board[ccg == 2].sum() == 4


def test_means_of_members_leave_others_alone() -> None:
    values = np.array([0.1, 0.4, 0.3])
    pooled = mean_of_members(values, np.array([1.0, 3.0, 7.0]), np.array([1, 1, 2]))
    assert pooled.tolist() == pytest.approx([0.325, 0.325, 0.3])
    assert pooled[2] == values[2]
    assert len(values) == CCGS
