"""The case file tells what happened to a practice, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import api
from sim.analysis.words import label
from sim.case_file import Story, follow
from sim.errors import InputError
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import prepare
from sim.world.states import ACTIONS

YEARS = 6


def stories_of_all(regime: str) -> list[Story]:
    scenario = load_scenario("one_ccg", years=YEARS)
    start = prepare(scenario, 7)
    codes = start.ground.names.practices[:12]
    return [follow(start, scenario, load_regime(regime), code, 7, YEARS) for code in codes]


def test_every_year_is_told_and_cases_have_somebody_who_decides() -> None:
    stories = stories_of_all("delegated")
    assert all([c.year for c in story.chapters] == list(range(2014, 2014 + YEARS)) for story in stories)
    cases = [case for story in stories for chapter in story.chapters for case in chapter.cases]
    assert len(cases) > 10
    for case in cases:
        assert (case.status == "decided") == bool(case.action)
        assert case.bodies != "nobody" or case.status != "decided"
    assert any("CCG" in case.bodies for case in cases)
    assert any("area team" in case.bodies for case in cases)  # of 2014-15, before the regime


@pytest.mark.parametrize("regime", ["voluntary_2015", "joint"])
def test_every_decision_is_explained_by_what_was_weighed(regime: str) -> None:
    chapters = [chapter for story in stories_of_all(regime) for chapter in story.chapters]
    cases = [case for chapter in chapters for case in chapter.cases if case.weighed]
    assert len(cases) > 10
    for case in cases:
        (taken,) = [action for action in case.weighed if action.chosen]
        assert case.action in (label(ACTIONS[taken.action]), "Nothing")  # no bidder: nothing
        assert [action.luck for action in case.weighed if action.otherwise] == [0.0]
        assert all(len(action.worth) == len(case.sides) for action in case.weighed)
        if len(case.sides) == 1:
            assert taken == case.weighed[0]
    assert any(len(case.sides) == 2 for case in cases) == (regime == "joint")


def test_nothing_differs_before_the_regimes_part() -> None:
    one, other = stories_of_all("area_team_only"), stories_of_all("delegated")
    assert [s.chapters[0] for s in one] == [s.chapters[0] for s in other]
    assert [s.chapters[1:] for s in one] != [s.chapters[1:] for s in other]


def test_the_command_writes_it_beside_the_results(tmp_path: Path) -> None:
    out = tmp_path / "story"
    with pytest.raises(InputError, match="did you mean 'S-03A-0"):
        api.run("one_ccg", years=2, case_file="S-03A-01", out=out, quiet=True)
    assert not out.exists()
    api.run("one_ccg", regime="area_team_only", years=2, case_file="S-03A-020", against="joint", out=out, quiet=True)
    text = (out / "case-file-S-03A-020.md").read_text(encoding="utf-8")
    assert text.startswith("# Practice S-03A-020, NHS Greater Huddersfield CCG")
    assert text.count("## 2014-15") == 1
    assert text.count("believed: distress") > 2
    assert text.count("in all.") > 3
