"""Every mechanism can be switched off by name, and a run without it is another one.

Small runs: one CCG first and, where its outcome stayed the same there to the last bit, an area team, a region and all
England. This says that a switch works and that a mechanism is alive, not that it matters.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from england import DURHAM, HUDDERSFIELD, scenario_of, start_of, step

from sim import mechanisms, parameters
from sim.cli import main
from sim.describe.files import describe_file
from sim.errors import InputError
from sim.outcomes import OUTCOMES
from sim.regimes import BEFORE, load_regime
from sim.scenario import Scenario, load_scenario
from sim.simulate import Start, prepare, simulate
from sim.world.world import Floats

YEARS, SEED = 8, 7
PLACES = ("one CCG", "an area team", "a region", "England")
ALL = mechanisms.load()


@cache
def place(name: str) -> tuple[Start, Scenario]:
    """A starting England, made once."""
    small = {"one CCG": HUDDERSFIELD, "an area team": DURHAM}
    if name in small:
        return start_of(small[name], SEED), scenario_of(small[name], YEARS)
    scenario = load_scenario("england" if name == "England" else "one_region", years=YEARS)
    return prepare(scenario, SEED), scenario


@cache
def national(where: str, needs: tuple[tuple[str, str], ...], off: tuple[str, ...]) -> Floats:
    """National outcomes of a run, (years, outcomes), under what is needed and with some mechanisms off."""
    start, scenario = place(where)
    wanted = dict(needs)
    regime = load_regime(wanted.pop("regime", BEFORE))
    draw = {name: float(value) for name, value in wanted.items()}
    return simulate(start, scenario.without(off), regime, SEED, YEARS, draw).values["national"][:, 0]


@pytest.mark.parametrize("name", ALL)
def test_without_a_mechanism_the_outcome_that_it_names_is_another(name: str) -> None:
    one = ALL[name]
    k, needs = list(OUTCOMES).index(one.moves), tuple(one.needs.items())
    for where in PLACES:
        with_it, without = (national(where, needs, off)[:, k] for off in ((), (name,)))
        if not np.array_equal(with_it, without, equal_nan=True):
            return
    pytest.fail(f"{one.moves} is the same without {name} in every place")


def test_every_mechanism_is_carried_by_parameters_of_its_own_and_is_on_by_default() -> None:
    records = parameters.load().records
    for name, one in ALL.items():
        assert one.about.endswith("."), name
        values = [(value, neutral) for p, neutral in one.neutral.items() for value in records[p].path.values()]
        assert any(value != neutral for value, neutral in values), f"{name} is off by default"
    shared = [parameter for parameter, n in Counter(p for one in ALL.values() for p in one.neutral).items() if n > 1]
    assert not shared, "a parameter carries one mechanism only"


def test_off_holds_for_the_whole_run_whatever_was_drawn() -> None:
    scenario = scenario_of(HUDDERSFIELD, 3).without(["capture", "regime_ending"])
    timeline = scenario.timeline(draw={"interests.pull": 2.5, "interests.declared": 0.5})
    assert [timeline.year(year)["interests.pull"] for year in (2014, 2015, 2016)] == [0.0, 0.0, 0.0]
    assert timeline.year(2015)["interests.declared"] == 0.5
    assert replace(scenario, mechanisms={"capture": True}).timeline().year(2014)["interests.pull"] == 1.5


def test_all_mechanisms_can_be_off_at_once() -> None:
    start, scenario = place("one CCG")
    result = simulate(start, scenario.without(list(ALL)), load_regime("delegated"), SEED, 3)
    captured = result.values["national"][:, 0, list(OUTCOMES).index("captured_decisions")]
    assert np.all(captured == 0.0)


def test_a_lever_or_constant_on_a_mechanism_that_is_off_is_refused(tmp_path: Path) -> None:
    said = "capture is off, so that nothing else can change interests.pull"
    with pytest.raises(InputError, match=said):
        replace(scenario_of(HUDDERSFIELD, 3), levers=(step("interests.pull", 2016, by=0.5),)).without(["capture"])
    file = tmp_path / "mine.toml"
    constants = '[constants]\n"interests.pull" = 1.0\n'
    file.write_text(f'title = "T"\n{constants}[mechanisms]\ncapture = false\n', encoding="utf-8")
    with pytest.raises(InputError, match=rf"mine.toml: mechanisms.capture: {said}"):
        load_scenario(file)
    file.write_text('title = "T"\n[mechanisms]\ncapture = false\nleniency = true\n', encoding="utf-8")
    text = describe_file(file)
    assert "Off: capture. The interests of GPs" in text
    assert "leniency" not in text


def test_the_command_line_names_the_nearest_mechanism(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "area_team_only", "delegated", "--without", "captur"]) == 2
    assert "--without: unknown mechanism 'captur'; did you mean 'capture'?" in capsys.readouterr().err
    assert main(["describe", "mechanisms"]) == 0
    text = capsys.readouterr().out
    assert all(f"{name}\n" in text for name in ALL)
    assert "off: interests.pull = 0" in text
