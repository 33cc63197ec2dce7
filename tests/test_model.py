"""The model through Mesa: agents are views that live and end with their rows, and a user can add to everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from england import HUDDERSFIELD, run, working

from sim.agents import CCG, AreaTeam, Doctor, Practice, Provider, Trust
from sim.errors import InputError
from sim.model import CommissioningModel
from sim.outcomes import OUTCOMES
from sim.world.luck import Luck
from sim.world.world import World
from sim.year import PHASES

CLOSING = """
extends = "one_ccg.toml"
title   = "Practices give up"

[[lever]]
parameter = "choice.hand_back"
step      = {year = 2015, to_value = 0.0}
why       = "a test: many practices end, so that agents end"

[[lever]]
parameter = "weights.keep_practice"
step      = {year = 2015, to_value = -6.0}
why       = "a test: and are dispersed"
"""


@pytest.fixture
def closing(tmp_path: Path) -> Path:
    """A scenario in which many practices are dispersed."""
    file = tmp_path / "closing.toml"
    file.write_text(CLOSING, encoding="utf-8")
    return file


def test_a_model_is_the_same_run(closing: Path) -> None:
    """Model and `simulate` give the same national outcomes for the same seed, to the last bit."""
    model = CommissioningModel("one_ccg", regime="delegated", seed=7)
    assert isinstance(model, mesa.Model)
    assert model.year == 2013
    for _ in range(4):
        model.step()
    assert model.year == 2017
    values = run(HUDDERSFIELD, "delegated", years=4).values["national"][:, 0]
    collected = model.datacollector.get_model_vars_dataframe()
    assert list(collected["year"]) == [2014, 2015, 2016, 2017]
    np.testing.assert_array_equal(collected[list(OUTCOMES)].to_numpy(), values)
    assert next(iter(model.outcomes.values())) == values[-1, 0]


def test_agents_are_views_on_rows() -> None:
    model = CommissioningModel("one_ccg", regime="delegated")
    rows = working(model.world)
    practices = model.agents_by_type[Practice]
    assert len(practices) == rows.sum()
    assert practices.agg("total", sum) == pytest.approx(model.world.lists["total"].sum())
    assert {agent.id for agent in practices} == {int(i) for i in model.world.place["id"][rows]}
    some = practices.select(lambda practice: practice.gp_fte > 5.0)
    assert 0 < len(some) < len(practices)
    by_contract = practices.groupby("kind").count()
    assert sum(by_contract.values()) == len(practices)
    one = next(iter(practices))
    one.total = 1234.0
    assert model.world.lists["total"][one.row] == 1234.0
    kinds = (Practice, CCG, AreaTeam, Trust, Provider)
    assert {type(agent) for agent in model.agents} == set(kinds)
    assert len(model.agents_by_type[CCG]) == 1
    assert next(iter(model.agents_by_type[CCG])).allocation == model.world.accounts["allocation"][0]
    assert len(model.agents_by_type[Trust]) == len(model.world.trusts)


def test_a_user_subclasses_an_agent_adds_a_phase_and_collects() -> None:
    """What a user does: an agent with a memory, a phase of one's own, a reporter, and agents read by their type."""

    class Remembering(Practice):
        """Remembers its lists."""

        def __init__(self, model: CommissioningModel, row: int) -> None:
            super().__init__(model, row)
            self.memory: list[float] = []

        def step(self) -> None:
            self.memory.append(self.total)

    def flu(world: World, params: Any, luck: Luck) -> None:
        """One in ten patients wants two consultations more in a winter of 2016."""
        if world.year == 2016:
            world.care["wanted"] += 0.2 * world.lists["total"]

    at = PHASES.index(next(phase for phase in PHASES if phase.__name__ == "demand")) + 1
    model = CommissioningModel(
        "one_ccg",
        agent_types={"practice": Remembering},
        phases=(*PHASES[:at], flu, *PHASES[at:]),
        reporters={"largest": lambda m: m.agents_by_type[Remembering].agg("total", max)},
    )
    for _ in range(4):
        model.step()
    assert Practice not in model.agents_by_type
    agents = model.agents_by_type[Remembering]
    assert {len(agent.memory) for agent in agents} <= {1, 2, 3, 4}
    assert max(len(agent.memory) for agent in agents) == 4
    table = model.datacollector.get_model_vars_dataframe()
    assert table["largest"].iloc[-1] == max(agent.memory[-1] for agent in agents)
    plain = run(HUDDERSFIELD, "area_team_only", years=4)
    wanted = plain.values["national"][:, 0, list(OUTCOMES).index("appointments_wanted")]
    np.testing.assert_array_equal(table["appointments_wanted"][:2], wanted[:2])
    assert table["appointments_wanted"].iloc[2] > wanted[2] + 0.15


def test_agents_of_closed_practices_vanish(closing: Path) -> None:
    model = CommissioningModel(closing)
    seen = dict.fromkeys(agent.id for agent in model.agents_by_type[Practice])
    for _ in range(6):
        model.step()
        rows = np.flatnonzero(working(model.world))
        agents = model.agents_by_type[Practice]
        assert {agent.row for agent in agents} == set(rows.tolist())
        assert {agent.id for agent in agents} == {int(i) for i in model.world.place["id"][rows]}
        seen |= dict.fromkeys(agent.id for agent in agents)
    assert len(model.agents_by_type[Practice]) < len(seen)
    paid = model.outcomes["practices_open"]  # in the year: those that ended in it count
    assert paid - model.outcomes["practices_exited"] == len(model.agents_by_type[Practice])


def test_doctors_are_registered_on_request() -> None:
    assert Doctor not in CommissioningModel("one_ccg").agents_by_type
    model = CommissioningModel("one_ccg", doctors=True)
    for _ in range(3):
        held = model.world.doctors["practice"] >= 0
        doctors = model.agents_by_type[Doctor]
        assert {agent.id for agent in doctors} == {int(i) for i in model.world.doctors["id"][held]}
        ages = {int(i): age for i, age in zip(model.world.doctors["id"], model.world.doctors["age"], strict=True)}
        assert all(agent.age == ages[agent.id] for agent in doctors)
        model.step()


def test_area_teams_that_merged_leave() -> None:
    model = CommissioningModel("one_region")
    before = len(model.agents_by_type[AreaTeam])
    model.step()
    assert len(model.agents_by_type[AreaTeam]) == before
    model.step()
    assert len(model.agents_by_type[AreaTeam]) == model.world.area_teams["open"].sum() < before


def test_an_unknown_regime_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean"):
        CommissioningModel("one_ccg", regime="delegatd")
