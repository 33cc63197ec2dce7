"""The policy phase: what happens to the rules of the game this year, before anybody plays.

The government may end a regime; CCGs merge and area teams are restructured at their dates; where CCGs may choose, this
year's round is held; each CCG comes under the table that governs it this year. Dated national rules are parameters with
a dated path and need nothing here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import RunningCosts, StaffCost, stride_of
from sim.commissioning.ccg_mergers import merge_ccgs
from sim.commissioning.functions import AREA_TEAM
from sim.commissioning.reorganisation import (
    ReorganisationCost,
    hire,
    move_to_tables,
    recount,
    restructure_area_teams,
)
from sim.commissioning.rounds import close_rounds, express_interest, hold_round
from sim.commissioning.views import view
from sim.kernel import kernel
from sim.parameters import Params
from sim.rules.chances import logistic
from sim.world import states as s
from sim.world.luck import Luck, decision, uniform
from sim.world.world import Rows, World

ENDING = decision("policy.ending")
NATION_ID = np.uint64(1)


class RegimeEnding(NamedTuple):
    """The government's hazard of ending a regime, log-odds a year."""

    base: float
    legitimacy: float
    election: float
    election_year: float


class Maturity(NamedTuple):
    """How CCGs grow into their work, and how area teams press them to take more."""

    gain: float
    start: float
    spread: float
    push_workload: float
    push_start: float


@kernel
def count_ccgs(place, lists, life, ccgs, maturity_gain):
    """Patients and open practices of each CCG; a year more of maturity."""
    for c in range(len(ccgs)):
        ccgs.patients[c] = 0.0
        ccgs.practices[c] = 0.0
        ccgs.maturity[c] += maturity_gain * (1.0 - ccgs.maturity[c])
    for i in range(len(place)):
        if life.state[i] == s.OPEN or life.state[i] == s.CARETAKER:
            ccgs.patients[place.ccg[i]] += lists.total[i]
            ccgs.practices[place.ccg[i]] += 1.0


@kernel
def press(area_teams, bodies, base, workload, first_row):
    """Area teams press their CCGs to take control the more, the less of their cases last year's hours reached."""
    for a in range(len(area_teams)):
        b = first_row + a
        full = bodies.hours_used[b] / bodies.hours_held[b] if bodies.hours_held[b] > 0.0 else 0.0
        area_teams.push[a] = min(1.0, base + workload * max(0.0, full - 0.5))


def tables_this_year(world: World, params: Params, luck: Luck) -> Rows:
    """(CCGs,): the table that governs each CCG from now on."""
    regime, now = world.regime, world.ccgs.table.copy()
    if world.nation.ended[0] == 1:
        close_rounds(world)
        return np.zeros_like(now)
    if world.year < regime.from_year:
        return now
    if regime.chosen:
        return hold_round(world, params, luck)
    return np.full_like(now, regime.start_table)


def ends(world: World, params: Params, luck: Luck) -> bool:
    """Whether the government ends the regime this year: a hazard in lost legitimacy and the election."""
    p = params.of(RegimeEnding)
    if world.year <= world.regime.from_year or world.nation.ended[0] == 1:
        return False
    lost = 1.0 - float(world.ccgs.legitimacy.sum()) / len(world.ccgs)
    hazard = logistic(p.base + p.legitimacy * lost + p.election * p.election_year)
    return bool(uniform(luck.stream(ENDING), NATION_ID) < hazard)


def policy(world: World, params: Params, luck: Luck) -> None:
    """Phase 1 of the year."""
    regime, maturity = world.regime, params.of(Maturity)
    world.nation.staff_hire_cost[0] = 0.0
    world.bodies.lost_fte[:] = 0.0
    count_ccgs(world.place, world.lists, world.life, world.ccgs, maturity.gain)
    world.ccg_money.running_costs[:] = params.of(RunningCosts).per_head * world.ccgs.patients
    press(world.area_teams, world.bodies, maturity.push_start, maturity.push_workload, AREA_TEAM * stride_of(world))
    if ends(world, params, luck):
        world.nation["ended"] = 1
    merge_ccgs(world, params)  # who merges on 1 April applies as one
    tables = tables_this_year(world, params, luck)  # applied for in January, before teams are restructured in April
    if world.year == regime.restructure_year:
        restructure_area_teams(world, params)
    move_to_tables(world, tables, params)
    express_interest(world, params, luck)
    recount(world)
    hire(
        world.bodies, world.ccgs, world.ccg_money, world.nation, view(regime).holder, view(regime).funded, regime.scale,
        regime.staffing,
        params.of(ReorganisationCost),
        params.of(StaffCost).per_fte, params.of(RunningCosts).underspend,
    )  # fmt: skip
