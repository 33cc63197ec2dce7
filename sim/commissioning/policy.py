"""The policy phase: what happens to the rules of the game this year, before anybody plays.

The government may end a regime; CCGs merge and area teams are restructured at their dates; where CCGs may choose, this
year's round is held; each CCG comes under the table that governs it this year. Dated national rules are parameters with
a dated path and need nothing here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, RunningCosts, StaffCost, serve
from sim.commissioning.ccg_mergers import merge_ccgs
from sim.commissioning.functions import AREA_TEAM
from sim.commissioning.reorganisation import (
    ReorganisationCost,
    hire,
    move_to_tables,
    restructure_area_teams,
)
from sim.commissioning.rounds import close_rounds, express_interest, hold_round
from sim.commissioning.views import view
from sim.kernel import kernel, maker, rule
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


@maker
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


@maker
def press(area_teams, bodies, base, workload, first_row):
    """Area teams press their CCGs to take control the more, the less of their cases last year's hours reached."""
    for a in range(len(area_teams)):
        b = first_row + a
        full = bodies.hours_used[b] / bodies.hours_held[b] if bodies.hours_held[b] > 0.0 else 0.0
        area_teams.push[a] = min(1.0, base + workload * max(0.0, full - 0.5))


@rule
def ends(ccgs, nation, luck, years, p):
    """Whether the government ends the regime this year: a hazard in lost legitimacy and the election. years: since the
    regime began."""
    if years <= 0 or nation.ended[0] == 1:
        return False
    kept = 0.0
    for c in range(len(ccgs)):
        kept += ccgs.legitimacy[c]
    lost = 1.0 - kept / len(ccgs)
    hazard = logistic(p.base + p.legitimacy * lost + p.election * p.election_year)
    return uniform(luck.stream(ENDING), NATION_ID) < hazard


@kernel
def open_year(w, luck, year, from_year, mergers, maturity, running, ending):
    """The year opens: CCGs are counted and given their allowance, area teams press, the regime may end. Returns whether
    it has ended, and whether CCGs merge this year. from_year: in which the regime began. mergers: of the World."""
    w.nation.staff_hire_cost[0] = 0.0
    w.bodies.lost_fte[:] = 0.0
    count_ccgs(w.place, w.lists, w.life, w.ccgs, maturity.gain)
    for c in range(len(w.ccgs)):
        w.ccg_money.running_costs[c] = running.per_head * w.ccgs.patients[c]
    press(w.area_teams, w.bodies, maturity.push_start, maturity.push_workload, AREA_TEAM * (len(w.bodies) // KINDS))
    if ends(w.ccgs, w.nation, luck, year - from_year, ending):
        w.nation.ended[0] = 1
    merging = False
    for m in range(len(mergers)):
        merging = merging or mergers[m, 0] == year
    return w.nation.ended[0] == 1, merging


def tables_this_year(world: World, params: Params, luck: Luck, ended: bool) -> Rows:
    """(CCGs,): the table that governs each CCG from now on: the column of the World itself where nothing changes."""
    regime, now = world.regime, world.ccgs.table
    if ended:
        close_rounds(world.applications)
        return np.zeros_like(now)
    if world.year < regime.from_year:
        return now
    if regime.chosen:
        return hold_round(world, params, luck)
    return np.full_like(now, regime.start_table)


def policy(world: World, params: Params, luck: Luck) -> None:
    """Regimes may end, CCGs merge, apply and are approved, area teams are restructured, staff move and are hired."""
    of, regime, year = params.of, world.regime, world.year
    ended, merging = open_year(
        world, luck, year, regime.from_year, world.mergers, of(Maturity), of(RunningCosts), of(RegimeEnding)
    )
    if merging:
        merge_ccgs(world, params)  # who merges on 1 April applies as one
    # Applied for in January, before teams are restructured in April.
    tables = tables_this_year(world, params, luck, ended)
    if year == regime.restructure_year:
        restructure_area_teams(world, params)
    if tables is not world.ccgs.table:
        move_to_tables(world, tables, params)
    if regime.chosen and not ended and year >= regime.from_year - 1:
        express_interest(world, params, luck)
    v = view(regime)
    staff_bodies(
        world, v.holder, v.funded, regime.scale, regime.staffing, of(ReorganisationCost), of(StaffCost).per_fte,
        of(RunningCosts).underspend,
    )  # fmt: skip


@kernel
def staff_bodies(w, holder, funded, scale, staffing, hiring, cost_per_fte, underspend):
    """Whom each body serves now, and whom it hires for it."""
    serve(w.bodies, w.place, w.lists, w.life, w.ccgs, w.area_teams, scale)
    hire(w.bodies, w.ccgs, w.ccg_money, w.nation, holder, funded, scale, staffing, hiring, cost_per_fte, underspend)
