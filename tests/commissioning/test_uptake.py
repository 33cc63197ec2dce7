"""Uptake in its stages: each nests in the one before, nothing moves without a reason, and signs can be turned round."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from england import step

from experiments.uptake.frozen import FITTED, digest, frozen_records
from experiments.uptake.scores import chances, join_count, slope_within
from sim import parameters
from sim.commissioning.approval import (
    SIGNED,
    ConstitutionCheck,
    FinanceCheck,
    LeadershipCheck,
    Vote,
    constitution_chance,
    finance_chance,
    leadership_chance,
    notice_served,
    vote_chance,
)
from sim.commissioning.policy import policy
from sim.commissioning.rounds import interests, wishes
from sim.commissioning.uptake import (
    APPLICATION_NEWS,
    LEANING,
    REGIONAL_LEANING,
    SharedManagement,
    Uptake,
    UptakeEngland,
    company_worth,
    liking_of_teams,
    own_worth,
    worth_of_menu,
)
from sim.commissioning.views import ALONE, TOGETHER, offer, view
from sim.parameters import Params
from sim.population.facts import load_facts
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import RunResult, Start, build, prepare, simulate
from sim.world.luck import Luck
from sim.world.table import Table
from sim.world.world import World
from sim.year import advance

PARAMS = parameters.load().resolve(years=1).year(2014)
P = PARAMS.of(Uptake)
SEED = 5
NORTH = load_scenario("one_region", years=6)
MENU, CONTROL, ASKS = np.array([0, 1, 2, 3]), np.array([0.2, 0.2, 0.4, 0.8]), np.array([0, 0, 1, 1])


@cache
def start(where: str = "one_region") -> Start:
    return prepare(load_scenario(where), SEED)


def run(years: int = 4, **changes: object) -> RunResult:
    """The region under the menu of 2015; `draw` changes parameters."""
    draw = changes.pop("draw", None)
    return simulate(start(), replace(NORTH, **changes), load_regime("voluntary_2015"), SEED, years, draw)


def counts(result: RunResult, name: str) -> np.ndarray:
    """(years, CCGs) of an outcome."""
    return result.values["ccg"][:, :, result.outcomes.index(f"ccgs_{name}")]


def round_of_2015(where: str = "one_region", **draw: float) -> World:
    """A World just after the policy phase of 2015."""
    named = {name.replace("__", "."): value for name, value in draw.items()}
    world, timeline = build(start(where), load_scenario(where, years=2), load_regime("voluntary_2015"), named)
    advance(world, timeline.year(2014), SEED)
    world.year = 2015
    policy(world, timeline.year(2015), Luck(SEED, 2015))
    return world


def applied_for(world: World, grade: int) -> np.ndarray:
    """(CCGs,): 1 where a CCG applied for a table of this grade."""
    applied = world.applications["applied"].astype(int)
    return ((applied >= 0) & (view(world.regime).grade[applied] == grade)).astype(int)


def test_the_frozen_records_are_what_they_were() -> None:
    frozen = tomllib.loads((Path(__file__).parents[2] / "experiments/uptake/frozen.toml").read_text(encoding="utf-8"))
    assert frozen["sha256"] == digest(frozen_records())
    records = parameters.load().records
    assert {name: records[name].central for name in FITTED} == {
        f"uptake.{name}": value for name, value in frozen["intercepts"].items()
    }
    assert digest(frozen_records({"uptake.alone": 9.0})) != frozen["sha256"]


def test_englands_regions_have_the_ccgs_that_the_table_of_facts_has() -> None:
    counted = Counter(str(name) for name in load_facts().ccgs["region_name"])
    records = parameters.load().records
    for region, many in counted.items():
        assert records[f"uptake_england.{region.lower().replace(' ', '_')}"].in_year(2014) == many
    assert sum(counted.values()) == 211


def test_every_stage_nests_in_the_one_before() -> None:
    result = run()
    interested = counts(result, "interested")
    applied = counts(result, "applied_joint") + counts(result, "applied_delegated")
    approved = counts(result, "approved_joint") + counts(result, "approved_delegated")
    assert (applied <= interested).all()
    assert (approved <= applied).all()
    assert (counts(result, "approved_delegated") <= counts(result, "applied_delegated")).all()
    totals = [x[1].sum() for x in (interested, applied, approved)]
    assert totals[0] > totals[1] > totals[2] > 0
    assert not interested[0].any()


def test_signed_is_what_is_in_force_and_nobody_skips_a_stage() -> None:
    world = round_of_2015()
    signed = world.applications["stage"] == SIGNED
    assert (world.ccgs["table"][signed] == world.applications["approved"][signed]).all()
    powers = view(world.regime).grade[world.ccgs["table"].astype(int)] >= TOGETHER
    assert (powers == signed).all()
    refused = world.applications["refused"] == 1
    assert (world.applications["applied"][refused] != world.applications["approved"][refused]).all()


def test_nobody_applies_where_nothing_is_gained() -> None:
    result = run(draw={"uptake.together": -60.0, "uptake.alone": -60.0})
    for name in ("interested", "applied_joint", "applied_delegated", "joint", "delegated"):
        assert not counts(result, name).any()
    assert counts(result, "greater_involvement")[1:].any()


@pytest.mark.parametrize(("name", "grade"), [("uptake.together", TOGETHER), ("uptake.alone", ALONE)])
def test_a_higher_intercept_raises_its_own_count(name: str, grade: int) -> None:
    usual = parameters.load().records[name].central
    low, high = (
        applied_for(round_of_2015(**{name.replace(".", "__"): usual + shift}), grade).sum() for shift in (-1.0, 1.0)
    )
    assert high > low


def test_a_higher_worth_of_a_voice_raises_greater_involvement() -> None:
    low, high = (
        (round_of_2015(uptake__voice=value).applications["wish"] == 1).sum() for value in (0.0, 4.0)
    )  # fmt: skip
    assert high > low


@pytest.mark.slow
def test_without_neighbours_management_and_leaning_choices_do_not_cluster() -> None:
    """The counter-world: applications of one area team are then no more alike than those dealt at random."""

    def joins(**draw: float) -> float:
        world = round_of_2015("england", **draw)
        both = [join_count(applied_for(world, grade), world.ccgs["area_team"]) for grade in (TOGETHER, ALONE)]
        return float(sum(pair[0] for pair in both) / sum(pair[1] for pair in both))

    alone = {"uptake__management": 0.0, "uptake__leaning": 0.0, "uptake__regional_leaning": 0.0}
    without = joins(uptake__neighbours=0.0, **alone)
    assert joins(uptake__neighbours=4.0, **alone) > without + 0.1
    assert without == pytest.approx(1.0, abs=0.15)
    assert joins(**{**alone, "uptake__neighbours": 0.0, "uptake__leaning": 2.0}) > without + 0.1


def worth_in_the_first_round(world: World, params: Params) -> np.ndarray:
    """(CCGs, menu): of every table to every CCG, as others' interest stands."""
    net, news = world.networks, Luck(SEED, 2015).stream(APPLICATION_NEWS)
    return worth_of_menu(
        world, Luck(SEED, 0), news, offer(world.regime), net.ccg_start, net.ccg_row, True, True, params.of(Uptake),
        params.of(SharedManagement), params.of(UptakeEngland),
    )  # fmt: skip


def test_neighbours_are_seen_at_what_they_have_expressed_interest_in() -> None:
    world, timeline = build(start(), load_scenario("one_region", years=2), load_regime("voluntary_2015"))
    policy(world, timeline.year(2014), Luck(SEED, 2014))

    def worth(interest: int) -> np.ndarray:
        world.applications["interest"] = interest
        return worth_in_the_first_round(world, timeline.year(2014))

    change = worth(3) - worth(2)
    managed = world.applications["management"] >= 0
    draw = P.neighbours + P.management * managed
    assert np.allclose(change[:, 3], draw)
    assert np.allclose(change[:, 2], -draw)
    assert np.allclose(change[:, :2], 0.0)


def test_a_ccg_leaves_only_when_its_notice_has_run_out() -> None:
    levers = tuple(step(f"uptake.{name}", 2017, to_value=value) for name, value in
                   (("alone", 0.0), ("together", 1.0), ("voice", 4.0)))  # fmt: skip
    kept, left = run(6), run(6, levers=levers)
    assert (counts(kept, "delegated")[:3] == counts(left, "delegated")[:3]).all()
    told = counts(left, "on_notice")[3] == 1
    assert told.any()
    power = counts(left, "delegated") + counts(left, "joint")
    assert (power[3][told] == 1).all()
    assert (counts(left, "greater_involvement")[4][told] == 1).any()


def test_no_round_is_held_when_the_regime_has_ended() -> None:
    result = run(4, levers=(step("regime_ending.base", 2016, to_value=60.0),))
    for name in ("interested", "applied_joint", "applied_delegated", "approved_joint", "on_notice", "delegated"):
        assert not counts(result, name)[2:].any()
    assert counts(result, "delegated")[1].any()


@pytest.mark.parametrize(
    ("given", "months", "served"),
    [(0, 0.0, True), (0, 6.0, False), (1, 6.0, True), (1, 12.0, True), (1, 13.0, False), (2, 13.0, True)],
)
def test_notice_in_yearly_rounds(given: int, months: float, served: bool) -> None:
    assert notice_served(given, months) == served


def test_own_reasons_have_the_signs_they_are_said_to_have() -> None:
    usual = {
        "gained": 0.6, "problem": 0.5, "burden": 0.1, "capacity": 0.5, "hours": 0.2, "conflict": 0.1, "opposition": 0.3,
    }  # fmt: skip

    def worth(**changed: float) -> float:
        return float(own_worth(*{**usual, **changed}.values(), P))

    assert worth(capacity=0.9) > worth() > worth(capacity=0.1)
    assert worth(problem=1.5) > worth() > worth(problem=-1.0)
    assert worth(burden=0.3) > worth() > worth(burden=-0.3)
    assert worth(burden=0.3, capacity=0.0) == worth(capacity=0.0)  # trouble that a CCG cannot do anything about
    assert worth(hours=0.5) < worth()
    assert worth(conflict=0.3) < worth()
    assert worth(opposition=0.6) < worth()
    assert worth(gained=0.0, hours=0.0) == 0.0
    wary = P._replace(problem=-0.5)
    assert own_worth(*{**usual, "problem": 1.5}.values(), wary) < own_worth(*usual.values(), wary)


def test_regional_teams_lean_against_englands_mean_and_carry_their_area_teams_along() -> None:
    regions, p = (0, 0, 1, 2, 3), P._replace(leaning=0.0, regional_leaning=1.0)
    streams = Luck(SEED, 0).stream(LEANING), Luck(SEED, 0).stream(REGIONAL_LEANING)
    teams = Table("area_teams", 5)
    teams["id"], teams["region"] = range(1, 6), regions
    ccgs = tuple(PARAMS.of(UptakeEngland)[1:])
    liking = liking_of_teams(teams, 4, p, ccgs, *streams)
    assert (liking[0] == liking[1]).all()
    assert liking[1:].std(axis=0).min() > 0.0
    assert np.allclose(np.array(ccgs) @ liking[1:], 0.0)
    assert (liking_of_teams(teams.take(np.array([2])), 4, p, ccgs, *streams)[0] == liking[2]).all()
    assert not liking_of_teams(teams, 4, p._replace(regional_leaning=0.0), ccgs, *streams).any()


def test_what_a_ccg_pays_for_emergencies_adds_to_the_worth_of_control() -> None:
    world, timeline = build(start(), load_scenario("one_region", years=2), load_regime("voluntary_2015"))

    def worth(ratio: float) -> np.ndarray:
        was = world.use["emergency"].copy()
        world.use["emergency"] = ratio * was
        found = worth_in_the_first_round(world, timeline.year(2014))
        world.use["emergency"] = was
        return found

    change = worth(1.2) - worth(1.0)
    assert (change[:, 3] > change[:, 2]).all()
    assert (change[:, 2] > 0.0).all()
    assert not change[:, 0].any()


def test_company_counts_for_levels_with_power_only_where_a_team_leans() -> None:
    assert company_worth(0.0, 0.0, 0.0, 1.0, 3.0, P) == 0.0
    assert company_worth(0.5, 0.0, 0.0, 1.0, 3.0, P) > company_worth(0.5, 0.0, 0.0, 0.0, 0.0, P)
    assert company_worth(0.5, 1.0, 1.0, 0.0, 0.0, P) == pytest.approx(P.neighbours + P.management)


def test_checks_look_at_governance_finance_and_leadership() -> None:
    vote, constitution = PARAMS.of(Vote), PARAMS.of(ConstitutionCheck)
    finance, leadership = PARAMS.of(FinanceCheck), PARAMS.of(LeadershipCheck)
    assert vote_chance(0.5, 0.5, vote) < vote_chance(0.1, 0.5, vote)
    assert constitution_chance(0.5, 0.8, 1.0, constitution) < constitution_chance(0.2, 0.8, 1.0, constitution)
    assert constitution_chance(0.2, 0.3, 0.5, constitution) < constitution_chance(0.2, 0.3, 1.0, constitution)
    assert finance_chance(-1.0, 100.0, finance) < finance_chance(0.0, 100.0, finance)
    assert finance_chance(0.0, 100.0, finance) == finance_chance(5.0, 100.0, finance)
    assert leadership_chance(0.2, leadership) < leadership_chance(0.8, leadership)


def test_interest_is_for_more_control_and_opens_the_round() -> None:
    worth = np.array([[0.0, 1.0, 1.4, 0.0], [0.0, 2.0, 1.4, 0.0], [0.0, 0.0, 5.0, 4.8]])
    now = np.array([0, 0, 2])
    assert interests(worth, MENU, CONTROL, ASKS, now, 0.5).tolist() == [2, -1, 3]
    assert interests(worth, MENU, CONTROL, ASKS, now, 0.0).tolist() == [2, -1, -1]
    none = np.zeros(4, dtype=int)
    assert wishes(worth, MENU, CONTROL, none, ASKS, now, np.array([2, 2, 3])).tolist() == [2, 1, 2]
    assert wishes(worth, MENU, CONTROL, none, ASKS, now, np.array([-1, -1, -1])).tolist() == [1, 1, 2]
    closed = np.array([0, 1, 0, 0])
    assert wishes(worth, MENU, CONTROL, closed, ASKS, now, np.array([-1, 2, 3])).tolist() == [0, 2, 2]


def test_arithmetic_of_the_check() -> None:
    has, team = np.array([1, 1, 0, 0]), np.array([0, 0, 1, 1])
    assert join_count(has, team) == (1.0, pytest.approx(2 * 2 / 12))
    rng = np.random.default_rng(1)
    wide = chances(np.where(rng.uniform(size=400) < 0.5, 0, 10), 10)
    even = chances(rng.binomial(10, 0.5, 400), 10)
    assert wide.sum() == pytest.approx(1.0)
    assert wide[10] > 20 * even[10]
    imd, region = np.array([10.0, 20.0, 30.0, 40.0]), np.array([0, 0, 1, 1])
    assert slope_within(np.array([0, 1, 0, 1]), imd, region) == pytest.approx(100.0)
