"""The rules of fairness that a test can show: no effect is an input, and nothing happens before its cause."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from england import CORBY, DURHAM, FEW, HUDDERSFIELD, begin, differences, each_year, fingerprint, run, staff_of, step
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import parameters
from sim.commissioning import functions as f
from sim.commissioning.bodies import SKILLS
from sim.commissioning.reorganisation import ReorganisationCost, hire, merge_teams, move_to_tables, recount
from sim.commissioning.views import view
from sim.regimes import REGIMES, Regime, load_regime, shipped_regimes
from sim.simulate import run_years
from sim.world.columns import PRACTICE_GROUPS
from sim.world.world import World

BOTH = pytest.mark.parametrize("ccgs", [HUDDERSFIELD, FEW], ids=["one_ccg", "six_ccgs"])
ALL_REGIMES = pytest.mark.parametrize("regime", shipped_regimes())


# ------------------------------------------------------------------ rule 2: names do not matter, nor does the future


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Regime]:
    """Every shipped regime under a random word: its file, its title, and wherever another regime names it."""
    folder = tmp_path_factory.mktemp("renamed")
    words = {stem: f"r{secrets.token_hex(6)}" for stem in shipped_regimes()}
    for stem, word in words.items():
        text = (REGIMES / f"{stem}.toml").read_text(encoding="utf-8")
        for old, new in words.items():
            text = re.sub(rf'"{old}(\.toml)?"', f'"{new}.toml"', text)
        text = re.sub(r"(?m)^before *=.*$", "", text)
        text = re.sub(r'(?m)^title *= *".*"$', f'title = "{word}"', text)
        (folder / f"{word}.toml").write_text(_with_before(text, words), encoding="utf-8")
    return {stem: load_regime(folder / f"{word}.toml") for stem, word in words.items()}


def _with_before(text: str, words: dict[str, str]) -> str:
    """Names the renamed `area_team_only` as what is in force before, which is otherwise found by its name."""
    top, table, rest = text.partition("\n[")
    return f'{top}\nbefore = "{words["area_team_only"]}.toml"\n{table}{rest}'


@BOTH
@ALL_REGIMES
def test_a_regime_under_another_name_is_the_same_to_the_last_bit(
    regime: str, ccgs: tuple[str, ...], renamed: dict[str, Regime]
) -> None:
    assert renamed[regime].name != regime
    assert renamed[regime].before[0] != "area_team_only"
    assert differences(run(ccgs, regime), run(ccgs, renamed[regime])) == []


def test_regimes_differ_once_they_part() -> None:
    """The guard of the test above: output does depend on what a regime says."""
    runs = {regime: fingerprint(run(FEW, regime)) for regime in shipped_regimes()}
    assert len(set(runs.values())) == len(runs)


@BOTH
@ALL_REGIMES
def test_regimes_are_one_before_they_begin(regime: str, ccgs: tuple[str, ...]) -> None:
    baseline, other = run(ccgs, "area_team_only"), run(ccgs, regime)
    assert baseline.years[0] == 2014
    assert differences(baseline, other, years=1) == []
    assert regime == "area_team_only" or differences(baseline, other)


@BOTH
@pytest.mark.parametrize(
    "lever",
    [
        step("global_sum.price", 2018, by=-0.3),
        step("leaving.base", 2018, to_value=-1.5),
        step("wanting.per_person", 2018, by=0.1),
        step("hours.per_fte", 2018, by=-0.5),
        step("tariff.emergency", 2018, by=0.1),
        step("staff_cost.per_fte", 2018, by=0.2),
    ],
    ids=lambda lever: lever.parameter,
)
def test_nothing_differs_before_a_levers_first_year(lever: parameters.Lever, ccgs: tuple[str, ...]) -> None:
    without, with_it = run(ccgs, "voluntary_2015"), run(ccgs, "voluntary_2015", levers=(lever,))
    assert differences(without, with_it, years=4) == []
    assert differences(without, with_it)


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from([name for name, record in parameters.load().records.items() if record.central != 0.0]),
    year=st.integers(2015, 2019),
    by=st.sampled_from([-0.4, 0.4]),
    regime=st.sampled_from(shipped_regimes()),
)
def test_no_parameter_reaches_back(name: str, year: int, by: float, regime: str) -> None:
    without, with_it = run(CORBY, regime), run(CORBY, regime, levers=(step(name, year, by=by),))
    assert differences(without, with_it, years=year - 2014) == []


# ------------------------------------------------------------------ rule 3: a change of level creates no staff

shares = st.floats(0.0, 1.0)


def _with_staffing(world: World, assigned: float, lost: float) -> World:
    """A copy of a World whose every table moves these shares of staff."""
    staffing = world.regime.staffing.copy()
    staffing[:, f.SHARE_ASSIGNED], staffing[:, f.SHARE_LOST] = assigned, lost
    changed = world.copy()
    changed.regime = replace(world.regime, staffing=staffing)
    return changed


@pytest.fixture(scope="module", params=["delegated", "no_commissioner", "voluntary_2015"])
def started(request: pytest.FixtureRequest) -> tuple[World, parameters.Timeline]:
    """Six CCGs in April 2014, counted, under a regime of several tables."""
    world, timeline = begin(FEW, request.param, 2)
    world.nation["staff_hire_cost"] = 0.0
    recount(world)
    return world, timeline


@settings(max_examples=60, deadline=None)
@given(assigned=shares, lost=shares, picks=st.lists(st.integers(0, 3), min_size=2 * len(FEW), max_size=2 * len(FEW)))
def test_a_change_of_tables_conserves_staff(
    started: tuple[World, parameters.Timeline], assigned: float, lost: float, picks: list[int]
) -> None:
    """kept + assigned + lost = before, by skill and by body, for any CCGs that move, once and again."""
    world = _with_staffing(started[0], assigned, lost)
    for round_ in (picks[: len(FEW)], picks[len(FEW) :]):
        before, bodies = staff_of(world), world.bodies.copy()
        lost_before = float(world.nation["staff_lost"][0])
        move_to_tables(world, np.array(round_) % world.regime.n_tables, started[1].year(2014))
        after = staff_of(world)
        gone = float(world.nation["staff_lost"][0]) - lost_before
        assert sum(after.values()) + gone == pytest.approx(sum(before.values()), abs=1e-9)
        assert all(after[skill] <= before[skill] + 1e-9 for skill in SKILLS)
        change = sum(world.bodies[skill] - bodies[skill] for skill in SKILLS)
        left = world.bodies["lost_fte"] - bodies["lost_fte"]
        assert float(left.sum()) == pytest.approx(gone, abs=1e-9)
        assigned_to_others = change[change > 0.0].sum()
        given_up = -change[change < 0.0].sum()
        assert given_up == pytest.approx(assigned_to_others + gone, abs=1e-9)
        assert all(np.all(world.bodies[skill] >= -1e-9) for skill in SKILLS)
        assert np.all((world.bodies["experience"] >= 0.0) & (world.bodies["experience"] <= 1.0))


@settings(max_examples=40, deadline=None)
@given(cut=shares, hours_lost=shares, merge=st.booleans())
def test_a_merger_of_area_teams_conserves_staff(
    started: tuple[World, parameters.Timeline], cut: float, hours_lost: float, merge: bool
) -> None:
    world, timeline = started[0].copy(), started[1]
    before, teams = staff_of(world), int(world.area_teams["open"].sum())
    cost = timeline.year(2014).of(ReorganisationCost)
    merge_teams(world.bodies, world.area_teams, world.ccgs, world.nation, cut, hours_lost, 1.0 if merge else 0.0, cost)
    lost = float(world.nation["staff_lost"][0])
    assert sum(staff_of(world).values()) + lost == pytest.approx(sum(before.values()), abs=1e-9)
    assert float(world.bodies["lost_fte"].sum()) == pytest.approx(lost, abs=1e-9)
    assert float(world.nation["staff_hire_cost"][0]) == pytest.approx(lost * cost.cost_per_redundancy)
    assert int(world.area_teams["open"].sum()) == teams - (1 if merge else 0)
    assert np.all(world.area_teams["open"][world.ccgs["team"]] == 1)
    closed = f.AREA_TEAM * (len(world.bodies) // len(f.BODIES)) + np.flatnonzero(world.area_teams["open"] == 0)
    assert all(np.all(np.abs(world.bodies[skill][closed]) < 1e-9) for skill in SKILLS)


@settings(max_examples=40, deadline=None)
@given(share=shares, months=st.floats(0.0, 24.0), underspend=shares, per_fte=st.floats(20_000.0, 200_000.0))
def test_hired_staff_come_out_of_an_allowance(
    started: tuple[World, parameters.Timeline], share: float, months: float, underspend: float, per_fte: float
) -> None:
    """after = before + hired, nobody hires beyond the share of the allowance that the table gives, and hiring costs."""
    world, timeline = started[0].copy(), started[1]
    world.ccgs["table"] = world.regime.start_table
    staffing = world.regime.staffing.copy()
    staffing[:, f.RUNNING_COST_SHARE], staffing[:, f.HIRING_MONTHS] = share, months
    before, experience = staff_of(world), world.bodies["experience"].copy()
    cost = timeline.year(2014).of(ReorganisationCost)
    holder = np.where(view(world.regime).holder >= 0, f.CCG, -1)
    allowed = share * world.ccg_money["running_costs"] * (1.0 - underspend) / per_fte
    for _ in range(3):
        hire(
            world.bodies, world.ccgs, world.ccg_money, world.nation, holder, np.ones_like(holder), world.regime.scale,
            staffing, cost, per_fte, underspend,
        )  # fmt: skip
    hired = float(world.nation["staff_hired"][0])
    assert sum(staff_of(world).values()) == pytest.approx(sum(before.values()) + hired, abs=1e-9)
    assert float(world.bodies["hired_fte"].sum()) == pytest.approx(hired, abs=1e-9)
    assert float(world.nation["staff_hire_cost"][0]) == pytest.approx(hired * cost.cost_per_hire)
    ccg_rows = f.CCG * (len(world.bodies) // len(f.BODIES)) + np.arange(len(FEW))
    governed = holder[world.ccgs["table"]] >= 0
    assert np.all(world.bodies["hired_fte"][ccg_rows] <= np.where(governed, allowed, 0.0) + 1e-9)
    assert np.all(world.bodies["experience"] <= experience)


@BOTH
@ALL_REGIMES
def test_staff_of_all_bodies_are_conserved_in_whole_runs(regime: str, ccgs: tuple[str, ...]) -> None:
    """Every year: staff now = staff before - lost + hired; hiring and losing costs money in that year."""
    world, timeline = begin(ccgs, regime, 12)
    _check_staff_year_by_year(world, timeline, 12)


@pytest.mark.parametrize(("regime", "year"), [("no_commissioner", 2018), ("delegated", 2019), ("joint", 2016)])
def test_staff_are_conserved_when_a_regime_begins_later(regime: str, year: int, tmp_path: Path) -> None:
    """Apart from the merger of area teams, and after practices have closed: nobody gives more staff than there are."""
    file = tmp_path / "later.toml"
    file.write_text(f'extends = "{regime}.toml"\ntitle = "later"\nfrom_year = {year}\n', encoding="utf-8")
    world, timeline = begin(FEW, load_regime(file), 8)
    _check_staff_year_by_year(world, timeline, 8)
    if regime == "no_commissioner":
        rows = slice(f.AREA_TEAM * (len(world.bodies) // len(f.BODIES)), f.CCG * (len(world.bodies) // len(f.BODIES)))
        assert all(np.all(np.abs(world.bodies[skill][rows]) < 1e-9) for skill in SKILLS)


def _check_staff_year_by_year(world: World, timeline: parameters.Timeline, years: int) -> None:
    last = [sum(staff_of(world).values()), 0.0, 0.0]

    def look(now: World) -> None:
        total = sum(staff_of(now).values())
        lost, hired = float(now.nation["staff_lost"][0]), float(now.nation["staff_hired"][0])
        assert total == pytest.approx(last[0] - (lost - last[1]) + (hired - last[2]), abs=1e-9)
        assert (float(now.nation["staff_hire_cost"][0]) > 0.0) == (lost > last[1] or hired > last[2])
        assert float(now.bodies["lost_fte"].sum()) == pytest.approx(lost - last[1], abs=1e-9)
        assert float(now.bodies["hired_fte"].sum()) == pytest.approx(hired, abs=1e-9)
        assert all(np.all(now.bodies[skill] >= -1e-12) for skill in SKILLS)
        last[:] = [total, lost, hired]

    each_year(world, timeline, 7, years, look)


# ------------------------------------------------------------------ same seed, same bits


@BOTH
@pytest.mark.parametrize("regime", ["area_team_only", "voluntary_2015", "delegated"])
def test_a_seed_gives_the_same_bits_and_another_seed_others(regime: str, ccgs: tuple[str, ...]) -> None:
    assert differences(run(ccgs, regime, seed=7), run(ccgs, regime, seed=7)) == []
    assert differences(run(ccgs, regime, seed=7), run(ccgs, regime, seed=8))


PRINT_FINGERPRINT = """
from sim.scenario import load_scenario
from sim.simulate import prepare, simulate
from england import fingerprint
scenario = load_scenario("one_ccg", regime="voluntary_2015")
print(fingerprint(simulate(prepare(scenario, 7), scenario, scenario.regime, 7, 6)))
"""


def test_results_do_not_depend_on_the_hash_of_strings(project: Path) -> None:
    def started(hash_seed: str) -> subprocess.Popen[str]:
        paths = os.pathsep.join([str(project), str(project / "tests"), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": paths}
        command = [sys.executable, "-c", PRINT_FINGERPRINT]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    here = fingerprint(run(HUDDERSFIELD, "voluntary_2015"))
    runs = [started(hash_seed) for hash_seed in ("1", "4242")]
    assert [process.communicate(timeout=300)[0].strip() for process in runs] == [here, here]


# ------------------------------------------------------------------ the order of rows does not matter


def _shuffled(world: World, seed: int) -> World:
    """The same World with practices and doctors in other rows; whatever points to a row follows."""
    rng = np.random.default_rng(seed)
    order, doctors = rng.permutation(len(world.place)), rng.permutation(len(world.doctors))
    now_at = np.empty(len(order) + 1, dtype=np.int64)
    now_at[order], now_at[-1] = np.arange(len(order)), -1  # row -1 stays: nobody
    moved = world.copy()
    for group in PRACTICE_GROUPS:
        setattr(moved, group, getattr(world, group).take(order))
    moved.doctors, moved.minds = world.doctors.take(doctors), world.minds.take(doctors)
    moved.doctors["practice"] = now_at[moved.doctors["practice"]]
    for column in ("merger_wish", "merged_into"):
        moved.life[column] = now_at[moved.life[column]]
    slots = len(world.beliefs) // len(order)
    moved.beliefs = world.beliefs.take(np.concatenate([k * len(order) + order for k in range(slots)]))
    ties = [world.networks.peer_row[world.networks.peer_start[i] : world.networks.peer_start[i + 1]] for i in order]
    moved.networks = replace(
        world.networks,
        neighbours=now_at[world.networks.neighbours[order]],
        neighbour_km=world.networks.neighbour_km[order],
        peer_start=np.concatenate([[0], np.cumsum([len(tied) for tied in ties])]),
        peer_row=now_at[np.concatenate(ties)],
    )
    return moved


@pytest.mark.parametrize("regime", ["area_team_only", "delegated", "no_commissioner"])
def test_the_order_of_rows_does_not_matter(regime: str) -> None:
    """Sums in another order round otherwise, so equal means within 1e-9, while practices end and begin."""
    years = 5
    world, timeline = begin(DURHAM, regime, years, levers=(step("choice.hand_back", 2015, by=-0.5),))
    other = _shuffled(world, 1)
    one, two = (run_years(start, timeline, 7, years) for start in (world, other))
    for level, values in one.values.items():
        np.testing.assert_allclose(two.values[level], values, rtol=1e-9, atol=1e-9, err_msg=level)
