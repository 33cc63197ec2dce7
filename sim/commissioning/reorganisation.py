"""Reorganisations: a change of table, and the dated merger of area teams. They move and lose staff; they create none.

kept + assigned + lost = before, for every giver; posts that are hired later come out of a running-cost allowance.
What a change costs otherwise: hours for some years, and part of what was known (E055, C035-C039).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, body_row, serve, total_fte
from sim.commissioning.functions import (
    AREA_TEAM,
    CCG,
    CCG_SHARE_ASSIGNED,
    CCG_SHARE_LOST,
    HIRING_MONTHS,
    HOSPITAL,
    HOURS_LOST_SHARE,
    KNOWLEDGE_LOST_SHARE,
    MERGE_TEAMS,
    RESTRUCTURE_HOURS_LOST,
    RESTRUCTURE_KNOWLEDGE_LOST,
    RUNNING_COST_SHARE,
    SHARE_ASSIGNED,
    SHARE_LOST,
    STAFF_CUT,
    TRANSITION_YEARS,
)
from sim.commissioning.views import view
from sim.kernel import kernel, maker, rule
from sim.parameters import Params
from sim.world.world import Rows, World


class ReorganisationCost(NamedTuple):
    """What a new commissioner costs in the year in which somebody is hired or made redundant."""

    cost_per_hire: float
    cost_per_redundancy: float


@rule
def move(bodies, before, source, target, amount, lost):
    """Moves `amount` (a share of the source's staff in `before`) to a target row; of these, the share `lost` leave.

    bodies is changed, before is the table as it stood when the change began, so that the order of CCGs does not matter.
    Target -1: all leave. Returns the FTE lost. Experience moves with people.
    """
    staff = total_fte(before, source) * amount
    if target < 0:
        lost = 1.0
    else:
        coming = staff * (1.0 - lost)
        after = total_fte(bodies, target) + coming
        if after > 0.0:
            known = bodies.experience[target] * (after - coming) + before.experience[source] * coming
            bodies.experience[target] = known / after
        stay = amount * (1.0 - lost)
        bodies.contracts_fte[target] += before.contracts_fte[source] * stay
        bodies.quality_fte[target] += before.quality_fte[source] * stay
        bodies.finance_fte[target] += before.finance_fte[source] * stay
        bodies.clinical_fte[target] += before.clinical_fte[source] * stay
    bodies.contracts_fte[source] -= before.contracts_fte[source] * amount
    bodies.quality_fte[source] -= before.quality_fte[source] * amount
    bodies.finance_fte[source] -= before.finance_fte[source] * amount
    bodies.clinical_fte[source] -= before.clinical_fte[source] * amount
    bodies.lost_fte[source] += staff * lost
    return staff * lost


@rule
def disturb(bodies, row, years, hours_lost):
    """A reorganisation disturbs a body: the longest disturbance and the larger loss of hours count."""
    bodies.transition[row] = max(bodies.transition[row], years)
    bodies.hours_lost[row] = max(bodies.hours_lost[row], hours_lost)


@rule
def keeper(holder, staffing, t):
    """Kind of body that keeps the staff for general practice under table `t`; -1 for nobody.

    That which holds most of its functions; but where the table assigns it nobody, that of table 0, as before.
    """
    return holder[0] if holder[t] >= 0 and staffing[t, SHARE_ASSIGNED] <= 0.0 else holder[t]


@kernel
def change_tables(bodies, before, ccgs, nation, new_table, holder, scale, staffing, transition, hiring):
    """Moves each CCG to its new table and the staff for its practices with it.

    before: a copy of bodies. new_table: (CCGs,) rows of tables; holder: (T,) kinds, see `views.TableView`. A giver
    loses the sum of what its CCGs take, by their share of its practices, all from its staff before any of them left.
    """
    stride = len(bodies) // KINDS
    for c in range(len(ccgs)):
        old, new = ccgs.table[c], new_table[c]
        if old == new:
            continue
        giver_kind, taker_kind = keeper(holder, staffing, old), keeper(holder, staffing, new)
        ccgs.table[c] = new
        if holder[new] >= 0:
            leader = body_row(holder[new], scale[new, holder[new]], c, ccgs, stride)
            disturb(bodies, leader, transition[new, TRANSITION_YEARS], transition[new, HOURS_LOST_SHARE])
        taker = body_row(taker_kind, scale[new, taker_kind], c, ccgs, stride) if taker_kind >= 0 else -1
        if giver_kind < 0 or (giver_kind == taker_kind and scale[old, giver_kind] == scale[new, giver_kind]):
            continue
        giver = body_row(giver_kind, scale[old, giver_kind], c, ccgs, stride)
        if bodies.practices[giver] <= 0.0:
            continue
        part = ccgs.practices[c] / bodies.practices[giver]
        share = staffing[new, SHARE_ASSIGNED] * part
        leaving = staffing[new, SHARE_LOST]
        if staffing[new, SHARE_ASSIGNED] <= 0.0 and total_fte(before, giver) > 0.0:
            # A table that assigns nobody gives back who came with the functions; those hired for them lose their posts.
            back = before.came_fte[giver] + before.hired_fte[giver]
            share = min(1.0, back / total_fte(before, giver)) * part
            leaving = before.hired_fte[giver] / back if back > 0.0 else 0.0
            bodies.came_fte[giver] -= before.came_fte[giver] * part
            bodies.hired_fte[giver] -= before.hired_fte[giver] * part
        elif taker >= 0:
            bodies.came_fte[taker] += total_fte(before, giver) * share * (1.0 - leaving)
        lost = move(bodies, before, giver, taker, share, leaving)
        nation.staff_lost[0] += lost
        nation.staff_hire_cost[0] += lost * hiring.cost_per_redundancy


@kernel
def move_ccg_staff(bodies, before, ccgs, nation, new_table, heir, scale, staffing, hiring):
    """Where the hospital budget passes from the CCG to another body, the CCG's staff for general practice go with it.

    before: a copy of bodies. heir: (T,) kind of body that holds the hospital budget, -1 for nobody. Those who went come
    back when it does. Called before `change_tables`, which puts the new tables in force.
    """
    stride = len(bodies) // KINDS
    for c in range(len(ccgs)):
        old, new = ccgs.table[c], new_table[c]
        if old == new:
            continue
        own = CCG * stride + ccgs.seat[c]
        part = ccgs.practices[c] / before.practices[own] if before.practices[own] > 0.0 else 1.0  # of a merged CCG
        away = part * max(0.0, -before.came_fte[own])
        if away > 0.0:
            giver = body_row(heir[old], scale[old, heir[old]], c, ccgs, stride)
            staff = total_fte(before, giver)
            if staff > 0.0:
                move(bodies, before, giver, own, min(1.0, away / staff), 0.0)
            bodies.came_fte[giver] -= away
            bodies.came_fte[own] += away
        share = staffing[new, CCG_SHARE_ASSIGNED]
        if share <= 0.0 or away > 0.0 or heir[new] < 0 or heir[new] == CCG:
            continue
        taker = body_row(heir[new], scale[new, heir[new]], c, ccgs, stride)
        share *= part
        lost = move(bodies, before, own, taker, share, staffing[new, CCG_SHARE_LOST])
        went = total_fte(before, own) * share - lost
        bodies.came_fte[taker] += went
        bodies.came_fte[own] -= went
        nation.staff_lost[0] += lost
        nation.staff_hire_cost[0] += lost * hiring.cost_per_redundancy


@maker
def hire(bodies, ccgs, ccg_money, nation, holder, funded, scale, staffing, hiring, cost_per_fte, underspend):
    """Bodies that took functions over may hire from the running-cost share that their table allows; posts fill with
    time.

    The money is the CCG's own allowance: what is hired here is not there for anything else (it is counted in staff
    cost). holder, funded: (T,), see `views.TableView`.
    """
    stride = len(bodies) // KINDS
    allowed, pace = np.zeros(len(bodies)), np.zeros(len(bodies))
    for c in range(len(ccgs)):
        t = ccgs.table[c]
        kind = holder[t]
        if kind < 0 or funded[t] == 0 or staffing[t, RUNNING_COST_SHARE] <= 0.0:
            continue
        b = body_row(kind, scale[t, kind], c, ccgs, stride)
        allowed[b] += staffing[t, RUNNING_COST_SHARE] * ccg_money.running_costs[c] * (1.0 - underspend) / cost_per_fte
        pace[b] = max(0.0, 1.0 - staffing[t, HIRING_MONTHS] / 12.0)
    for b in range(len(bodies)):
        wanted = max(0.0, allowed[b] - bodies.hired_fte[b])
        filled = wanted * pace[b]
        if filled <= 0.0:
            continue
        before = total_fte(bodies, b)
        bodies.contracts_fte[b] += filled
        bodies.hired_fte[b] += filled
        bodies.experience[b] *= before / (before + filled)  # newcomers start without experience of this work
        nation.staff_hired[0] += filled
        nation.staff_hire_cost[0] += filled * hiring.cost_per_hire


@kernel
def merge_teams(bodies, area_teams, ccgs, nation, staff_cut, hours_lost, merge, hiring):
    """The dated restructure of area teams: a cut of staff (lost), then teams that join hand the rest to their
    successor."""
    stride = len(bodies) // KINDS
    for a in range(len(area_teams)):
        lost = move(bodies, bodies, AREA_TEAM * stride + a, -1, staff_cut, 1.0)
        disturb(bodies, AREA_TEAM * stride + a, 1.0, hours_lost)
        nation.staff_lost[0] += lost
        nation.staff_hire_cost[0] += lost * hiring.cost_per_redundancy
    if merge <= 0.0:
        return
    for a in range(len(area_teams)):  # a successor is its own successor: none both gives and receives
        to = area_teams.successor[a]
        if to == a or area_teams.open[a] == 0:
            continue
        move(bodies, bodies, AREA_TEAM * stride + a, AREA_TEAM * stride + to, 1.0, 0.0)
        area_teams.open[a] = 0
    for c in range(len(ccgs)):
        ccgs.team[c] = area_teams.successor[ccgs.team[c]]


@kernel
def forget(beliefs, place, changed, lost_share, slots):
    """What is known becomes less certain in CCGs that changed: variance grows as if a share of the evidence were lost.

    changed: (CCGs,) 0 or 1; lost_share: (CCGs,) 0 to 1. slots: (kinds,) blocks of beliefs.
    """
    n = len(place)
    for k in range(slots.shape[0]):
        if slots[k] < 0:
            continue
        for i in range(n):
            c = place.ccg[i]
            if changed[c] == 1:
                row = slots[k] * n + i
                keep = max(0.05, 1.0 - lost_share[c])
                beliefs.distress_var[row] /= keep
                beliefs.quality_var[row] /= keep
                beliefs.routine_var[row] /= keep


def move_to_tables(world: World, new_table: Rows, params: Params) -> None:
    """Puts every CCG under its new table, with its staff, transition and loss of knowledge. No change: nothing
    happens."""
    regime = world.regime
    changed = (new_table != world.ccgs.table).astype(np.int64)
    if not changed.any():
        return
    recount(world)  # who gives counts its practices as they are now, after a year of closures
    lost = regime.transition[new_table, KNOWLEDGE_LOST_SHARE]
    move_ccg_staff(
        world.bodies, world.bodies.copy(), world.ccgs, world.nation, new_table,
        np.ascontiguousarray(regime.budgets[:, HOSPITAL]), regime.scale, regime.staffing, params.of(ReorganisationCost),
    )  # fmt: skip
    change_tables(
        world.bodies, world.bodies.copy(), world.ccgs, world.nation, new_table, view(regime).holder, regime.scale,
        regime.staffing, regime.transition, params.of(ReorganisationCost),
    )  # fmt: skip
    forget(world.beliefs, world.place, changed, lost, world.belief_slot)
    recount(world)


def restructure_area_teams(world: World, params: Params) -> None:
    """The shock that hits every regime of the time: staff cut, teams merged, part of what was known lost."""
    regime = world.regime
    merge_teams(
        world.bodies, world.area_teams, world.ccgs, world.nation, float(regime.restructure[STAFF_CUT]),
        float(regime.restructure[RESTRUCTURE_HOURS_LOST]), float(regime.restructure[MERGE_TEAMS]),
        params.of(ReorganisationCost),
    )  # fmt: skip
    everyone = np.ones(len(world.ccgs), dtype=np.int64)
    lost = np.full(len(world.ccgs), float(regime.restructure[RESTRUCTURE_KNOWLEDGE_LOST]))
    team_only = np.where(np.arange(KINDS) == AREA_TEAM, world.belief_slot, -1)
    forget(world.beliefs, world.place, everyone, lost, team_only)
    recount(world)


@kernel
def count_served(w, scale):
    """See `recount`."""
    serve(w.bodies, w.place, w.lists, w.life, w.ccgs, w.area_teams, scale)


def recount(world: World) -> None:
    """Whom each body serves now."""
    count_served(world, world.regime.scale)
