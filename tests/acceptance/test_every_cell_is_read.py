"""No dead words in a regime file: whatever a file may say, some run differs when it says something else.

Each change is made to the compiled table of a regime from its first year on; the run with it is held against the one
without it, over an area team. Values that a file cannot change (the two functions fixed to NHS England) are not tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
from england import DURHAM, FEW, differences, scenario_of, start_of

from sim.commissioning import functions as f
from sim.commissioning.regime_tables import RegimeTables
from sim.regimes import Regime, load_regime
from sim.simulate import RunResult, build, run_years

YEARS, SEED = 8, 7
LEVERS: dict[str, dict[str, float]] = {
    "local_terms": {"weights.contract_term": 4.0},
    "quorum_lay": {"meetings.attendance": 0.5},
    "quorum_executive": {"meetings.attendance": 0.5},
    "lay_chair": {"interests.pull": 12.0, "meetings.lay_chair": 1.0},
    "public": {"interests.pull": 12.0, "exposure.press": 0.3, "exposure.public": 1.0},
    "pathway_design": {"arrivals.community": 1.0},
    "contract_removal executes of another": {
        "arrivals.failure_base": 0.0,
        "effects.removal_goodwill": 0.0,
        "effects.removal_quality": 4.0,
    },
    "declare": {"interests.pull": 12.0},
    "stages": {
        "vote.base": 0.0,
        "constitution_check.base": 0.0,
        "leadership_check.base": -1.0,
        "signing.chance": 0.5,
        "uptake.alone": 6.0,
        "uptake.together": 6.0,
    },
    "leave_room": {"interests.pull": 12.0},
    "seat": {"interests.pull": 12.0, "meetings.attendance": 0.7},
}
"""What holds in both runs where what a value does is rare otherwise."""


@dataclass(frozen=True)
class Compiled(Regime):
    """A regime whose tables are given."""

    tables: RegimeTables | None = None

    def compile(self, draw: object = None) -> RegimeTables:
        """Those tables."""
        assert self.tables is not None
        return self.tables


@cache
def tables_of(regime: str) -> RegimeTables:
    """The compiled tables of a shipped regime."""
    return load_regime(regime).compile()


def ran(regime: str, tables: RegimeTables, constants: dict[str, float], ccgs: tuple[str, ...] = DURHAM) -> RunResult:
    """A run of some years under given tables."""
    read = load_regime(regime)
    given = Compiled(read.name, read.file, read.table, read.before, read.options, tables)
    draw = dict(constants)
    world, timeline = build(start_of(ccgs, SEED), scenario_of(ccgs, YEARS), given, draw)
    return run_years(world, timeline, SEED, YEARS)


@cache
def usual(regime: str, constants: tuple[tuple[str, float], ...]) -> RunResult:
    """The run that changed ones are held against."""
    return ran(regime, tables_of(regime), dict(constants))


def with_value(regime: str, field: str, at: tuple[int, ...], value: float) -> RegimeTables:
    """The tables with one value of the regime's own table changed."""
    tables = tables_of(regime)
    array = getattr(tables, field).copy()
    array[(tables.start_table, *at)] = value
    return replace(tables, **{field: array})


def cells() -> Iterator[tuple[str, str, tuple[int, ...], float, str]]:
    """Every open function gets another lead, an adviser more, and somebody who executes."""
    for row, name in enumerate(f.FUNCTIONS):
        if name in f.FIXED_FUNCTIONS:
            continue
        lead = int(np.argmax(tables_of("delegated").cells[tables_of("delegated").start_table, row] == f.LEAD))
        other = f.CCG if lead in (f.AREA_TEAM, f.LOCAL_AUTHORITY) else f.AREA_TEAM
        now = tables_of("delegated").cells[tables_of("delegated").start_table, row, other]
        yield f"{name} lead", "delegated", (row, lead), f.EMPTY, "cells"
        for role in (f.LEAD, f.ADVISES, f.EXECUTES):
            changed = f.EMPTY if role == now else role
            yield f"{name} {f.CELLS[role]} of another", "delegated", (row, other), changed, "cells"


def values() -> Iterator[tuple[str, str, tuple[int, ...], float, str]]:
    """Budgets, committees, staff, transition, protection, practice budgets, stages and exit."""
    for k, name in enumerate(f.BUDGETS):
        yield f"{name} money", "delegated", (k,), -1, "budgets"
    yield "pooled", "delegated", (), 0, "pooled"
    for k, name in enumerate(f.SEATS):
        yield f"seat {name}", "delegated", (f.CCG, k), 6.0, "seats"
    table = tables_of("delegated")
    for k, name in enumerate(f.RULES):
        now = table.rules[table.start_table, f.CCG, k]
        regime = "worst_delegated" if name == "declare" else "delegated"  # who must leave has declared
        yield name, regime, (f.CCG, k), 3.0 if name.startswith("quorum") else 1.0 - now, "rules"
    for k, name in enumerate(f.STAFFING[:4]):
        yield f"staffing {name}", "delegated", (k,), 9.0 if name == "hiring_months" else 0.6, "staffing"
    for k, name in enumerate(f.STAFFING[4:], start=4):
        yield f"staffing {name}", "devolved_stripped", (k,), 0.77, "staffing"
    yield "scale of ccg", "delegated", (f.CCG,), f.REGION_SCALE, "scale"
    yield "scale of area_team", "best_area_team", (f.AREA_TEAM,), f.CCG_SCALE, "scale"
    for k, name in enumerate(f.TRANSITION):
        yield f"transition {name}", "delegated", (k,), 3.0 if name == "years" else 0.9, "transition"
    yield "local_terms", "delegated", (), f.LOCAL_TERMS, "protection"
    for k, name in enumerate(f.PRACTICE_BUDGET):
        value = 9000.0 if name == "smallest_list" else 0.123
        yield f"practice budget {name}", "fundholding", (k,), value, "practice_budget"


EVERY = [*cells(), *values()]


@pytest.mark.parametrize(("name", "regime", "at", "value", "field"), EVERY, ids=[case[0] for case in EVERY])
def test_every_value_of_a_regime_file_is_read(
    name: str, regime: str, at: tuple[int, ...], value: float, field: str
) -> None:
    changed = with_value(regime, field, at, value)
    assert not changed.equals(tables_of(regime))
    constants = LEVERS.get(name, LEVERS.get(name.split()[0], {}))
    other = ran(regime, changed, constants)
    assert differences(usual(regime, tuple(constants.items())), other)


@pytest.mark.parametrize("stage", f.STAGES)
def test_every_stage_of_entry_is_read(stage: str) -> None:
    """Stages of all tables of the menu of 2015, each turned round."""
    tables = tables_of("voluntary_2015")
    stages = tables.stages.copy()
    stages[1:, f.STAGES.index(stage)] = 1 - stages[1:, f.STAGES.index(stage)]
    strict = LEVERS["stages"]
    other = ran("voluntary_2015", replace(tables, stages=stages), strict)
    assert differences(usual("voluntary_2015", tuple(strict.items())), other)


def test_the_notice_to_leave_is_read() -> None:
    """Where CCGs tire of what they have (no leaning to stay), a notice of five years keeps them in it."""
    tables, tired = tables_of("voluntary_2015"), {"uptake.stay": -6.0}
    months = np.where(tables.exit_notice_months > 0.0, 60.0, tables.exit_notice_months)
    assert (months != tables.exit_notice_months).any()
    longer = ran("voluntary_2015", replace(tables, exit_notice_months=months), tired)
    assert differences(usual("voluntary_2015", tuple(tired.items())), longer)


@pytest.mark.parametrize(("k", "name"), list(enumerate(f.RESTRUCTURE)))
def test_the_restructure_of_area_teams_is_read(k: int, name: str) -> None:
    tables = tables_of("area_team_only")
    shock = tables.restructure.copy()
    shock[k] = 0.0
    ccgs = FEW if name == "merge_teams" else DURHAM
    as_it_was = ran("area_team_only", tables, {}, ccgs)
    assert differences(as_it_was, ran("area_team_only", replace(tables, restructure=shock), {}, ccgs))
