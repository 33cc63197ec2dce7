"""Awards that a loser challenges: which are set aside, who wins then, and what it costs."""

from __future__ import annotations

import pytest
from life_of import living_world
from rivals import of

from sim.commissioning.awards import set_aside
from sim.commissioning.governance import Exposure, challenged, expose, found_out
from sim.commissioning.views import view
from sim.world import states as s
from sim.world.luck import Luck
from sim.world.table import Table


def tender(fair_winner: int = 1) -> tuple[Table, Table, Table, Table]:
    """One award to provider 0, which members own; provider 1 is nobody's."""
    cases, boards, bodies, providers = Table("cases", 1), Table("boards", 1), Table("bodies", 1), Table("providers", 2)
    cases["winner"], cases["fair_winner"], cases["hours"], cases["months"] = 0, fair_winner, 400.0, 8.0
    providers["owned_by_members"] = [0.8, 0.0]
    boards["awards_linked"] = 1.0
    bodies["hours_held"], bodies["hours_used"] = 1000.0, 500.0
    return cases, boards, bodies, providers


def test_an_award_that_is_set_aside_goes_to_the_best_bid_without_the_pull() -> None:
    cases, boards, bodies, providers = tender()
    set_aside(cases, 0, boards, bodies, providers, 0.5, 6.0)
    assert cases["winner"][0] == 1
    assert (cases["hours"][0], cases["months"][0]) == (600.0, 14.0)
    assert bodies["hours_used"][0] == 700.0
    assert boards["awards_linked"][0] == 0.0


def test_an_award_stands_where_the_pull_did_not_make_the_winner() -> None:
    cases, boards, bodies, providers = tender(fair_winner=0)
    set_aside(cases, 0, boards, bodies, providers, 0.5, 6.0)
    assert (cases["winner"][0], cases["hours"][0], boards["awards_linked"][0]) == (0, 400.0, 1.0)


def test_work_on_a_challenge_ends_with_the_years_hours() -> None:
    cases, boards, bodies, providers = tender()
    bodies["hours_used"] = 950.0
    set_aside(cases, 0, boards, bodies, providers, 0.5, 6.0)
    assert (bodies["hours_used"][0], cases["hours"][0], cases["months"][0]) == (1000.0, 450.0, 14.0)


@pytest.mark.parametrize(("challenge", "winner"), [(0.0, 0), (1.0, 1)])
def test_only_a_challenge_undoes_an_award_that_comes_to_light(challenge: float, winner: int) -> None:
    """Audit finds the other; it stands."""
    world = living_world()
    world.cases["status"][0], world.cases["captured"][0], world.cases["losers"][0] = s.DECIDED, 1, 2
    world.cases["action"][0], world.cases["fair_winner"][0] = s.COMMISSION_SERVICE, 1
    providers, stream = Table("providers", 2), Luck(1, 2015).stream("governance.exposure")
    expose(
        world.cases, 1, world.boards, world.ccgs, world.bodies, providers, view(world.regime), world.ties,
        world.place, world.life, of(Exposure, audit=1.0, challenge=challenge), stream,
    )  # fmt: skip
    assert world.boards["exposed"][0] == 1.0
    assert world.cases["winner"][0] == winner


def test_a_challenge_is_part_of_what_comes_to_light() -> None:
    p = of(Exposure)
    assert challenged(0.0, p) == 0.0
    assert found_out(0.0, 3.0, p) > challenged(3.0, p) > challenged(1.0, p) > 0.0
