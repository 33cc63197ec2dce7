"""Staff of the regimes that abolish area teams or CCGs: they go where the work goes, and nobody comes from nowhere."""

from __future__ import annotations

import numpy as np
import pytest
from england import DURHAM, FEW, begin, each_year, staff_of

from sim.commissioning import functions as f
from sim.commissioning.bodies import SKILLS, stride_of
from sim.commissioning.reorganisation import move_to_tables
from sim.commissioning.views import view
from sim.population.counties import counties_of
from sim.regimes import load_regime, shipped_regimes
from sim.world.world import World

LOCAL = {
    "pct": f.PCT_BODY,
    "health_authority": f.HA_BODY,
    "devolved_stripped": f.COMBINED_AUTHORITY,
    "local_authority_lead": f.LOCAL_AUTHORITY,
    "devolved_joint_board": f.COMBINED_AUTHORITY,
    "fhsa": f.FHSA_BODY,
}
"""Who does the work of the area team."""


def fte(world: World, kind: int) -> float:
    """Staff of all bodies of a kind."""
    rows = slice(kind * stride_of(world), (kind + 1) * stride_of(world))
    return float(sum(world.bodies[skill][rows].sum() for skill in SKILLS))


@pytest.mark.parametrize("regime", shipped_regimes())
def test_staff_of_every_year_are_those_before_less_lost_and_hired(regime: str) -> None:
    world, timeline = begin(FEW, regime, 4)
    total, lost, hired = sum(staff_of(world).values()), 0.0, 0.0

    def look(now: World) -> None:
        nonlocal total, lost, hired
        came = float(now.nation["staff_hired"][0]) - hired
        went = float(now.nation["staff_lost"][0]) - lost
        assert sum(staff_of(now).values()) == pytest.approx(total + came - went, abs=1e-9)
        assert all(np.all(now.bodies[skill] >= -1e-12) for skill in SKILLS)
        total, lost, hired = sum(staff_of(now).values()), lost + went, hired + came

    each_year(world, timeline, 7, 4, look)


@pytest.mark.parametrize("regime", LOCAL)
def test_the_area_teams_staff_go_to_those_who_do_its_work(regime: str) -> None:
    tables = load_regime(regime).compile()
    assert view(tables).holder[tables.start_table] == LOCAL[regime]
    world, timeline = begin(FEW, regime, 2)
    before = fte(world, f.AREA_TEAM)
    each_year(world, timeline, 7, 2, lambda now: None)
    assert fte(world, f.AREA_TEAM) == pytest.approx(0.0, abs=1e-9)
    assert 0.5 * before < fte(world, LOCAL[regime])
    assert float(world.nation["staff_hired"][0]) == 0.0


@pytest.mark.parametrize(
    ("regime", "heir"), [("pct", f.PCT_BODY), ("fhsa", f.HA_BODY), ("health_authority", f.HA_BODY)]
)
def test_the_ccgs_staff_follow_the_hospital_budget_and_come_back_with_it(regime: str, heir: int) -> None:
    world, timeline = begin(FEW, regime, 4)
    own = fte(world, f.CCG)
    each_year(world, timeline, 7, 2, lambda now: None)
    assert fte(world, f.CCG) == pytest.approx(0.0, abs=1e-9)
    assert fte(world, heir) > 0.7 * own
    world.nation["ended"] = 1  # the government ends the regime: all go back under table 0
    each_year(world, timeline, 7, 2, lambda now: None)
    assert (world.ccgs["table"] == 0).all()
    assert fte(world, heir) == pytest.approx(0.0, abs=1e-9)
    assert 0.7 * own < fte(world, f.CCG) < own
    assert fte(world, f.AREA_TEAM) > 0.0
    assert np.abs(world.bodies["came_fte"]).max() == pytest.approx(0.0, abs=1e-9)


def test_where_ccgs_keep_the_hospital_budget_they_keep_their_people() -> None:
    for regime in ("local_authority_lead", "devolved_joint_board"):
        world, timeline = begin(FEW, regime, 2)
        before = fte(world, f.CCG)
        each_year(world, timeline, 7, 2, lambda now: None)
        assert fte(world, f.CCG) == pytest.approx(before)


def test_authorities_of_the_size_of_a_county_serve_several_ccgs() -> None:
    world, timeline = begin(DURHAM, "health_authority", 2)
    each_year(world, timeline, 7, 2, lambda now: None)
    stride = stride_of(world)
    staff = sum(world.bodies[skill] for skill in SKILLS)[f.HA_BODY * stride : (f.HA_BODY + 1) * stride]
    assert np.count_nonzero(staff) == len(np.unique(world.ccgs["county"])) == 2
    served = world.bodies["practices"][f.HA_BODY * stride : (f.HA_BODY + 1) * stride]
    assert served.sum() == world.ccgs["practices"].sum()


def test_england_has_about_ninety_five_counties_whatever_the_order_of_rows() -> None:
    rng = np.random.default_rng(3)
    n = 211
    team, x, y = np.sort(rng.integers(0, 27, n)), rng.uniform(0, 400, n), rng.uniform(0, 500, n)
    ids = rng.integers(1, 2**60, n)
    county = counties_of(team, x, y, ids)
    assert 85 <= len(np.unique(county)) <= 105
    assert np.array_equal(team[county], team)
    assert np.array_equal(county[county], county)
    order = rng.permutation(n)
    again = counties_of(team[order], x[order], y[order], ids[order])
    assert np.array_equal(ids[order][again], ids[county][order])


def test_the_worst_delegation_has_nobody_but_the_ccgs_own() -> None:
    world, timeline = begin(FEW, "worst_delegated", 3)
    own = fte(world, f.CCG)
    each_year(world, timeline, 7, 3, lambda now: None)
    assert fte(world, f.AREA_TEAM) == pytest.approx(0.0, abs=1e-9)
    assert fte(world, f.CCG) == pytest.approx(own)


def test_the_best_area_team_keeps_its_people_and_hires() -> None:
    world, timeline = begin(FEW, "best_area_team", 3)
    before = fte(world, f.AREA_TEAM)
    each_year(world, timeline, 7, 3, lambda now: None)
    hired = float(world.nation["staff_hired"][0])
    assert hired > 0.0
    assert fte(world, f.AREA_TEAM) == pytest.approx(before + hired)
    assert world.area_teams["open"].all()


def staff_after(levels: list[int]) -> tuple[float, float]:
    """Staff of CCGs and of area teams after every CCG has had some tables of the menu of 2015 one after another."""
    world, timeline = begin(FEW, "voluntary_2015", 2)
    for level in levels:
        move_to_tables(world, np.full(len(world.ccgs), world.regime.menu[level]), timeline.year(2015))
    return fte(world, f.CCG), fte(world, f.AREA_TEAM)


def test_staff_do_not_depend_on_the_way_to_a_table() -> None:
    """Under joint commissioning nobody changes desk, so who goes on to delegation takes the same staff along."""
    none, joint, delegated = 0, 2, 3
    start = staff_after([])
    assert staff_after([joint]) == pytest.approx(start)
    straight = staff_after([delegated])
    assert straight[0] > start[0]
    assert staff_after([joint, delegated]) == pytest.approx(straight)
    back = staff_after([delegated, none])
    assert staff_after([delegated, joint]) == pytest.approx(back)
    assert back[0] == pytest.approx(start[0])
    assert back[1] < start[1], "those who were lost on the way do not come back"
