"""The rounds of a regime whose tables are chosen: interest in June, application in January, agreement in April.

In the policy phase of a year CCGs express interest in next year's round (by 20 June, C012, C013); in that of the next
year, before anything else of that year, they apply (by January, C015-C018), having seen whom of their neighbours
interest has moved, and those who pass all stages are under their new table from 1 April.
"""

from __future__ import annotations

import math

import numpy as np

from sim.commissioning.approval import ConstitutionCheck, FinanceCheck, LeadershipCheck, Signing, Vote, decide
from sim.commissioning.functions import YEARLY_CHOICE
from sim.commissioning.uptake import APPLICATION_NEWS, INTEREST_NEWS, SharedManagement, Uptake, worth_of_menu
from sim.commissioning.views import offer
from sim.kernel import kernel, maker
from sim.parameters import FIRST_YEAR, Params
from sim.world.luck import Luck
from sim.world.world import Rows, World

NEVER = -math.inf


@maker
def interests(worth, menu, control, asks, now, ease):
    """(CCGs,): the table in which each CCG expresses interest, -1 for none.

    worth: (CCGs, menu). asks: (T,) 1 where a table asks for an expression. now: (CCGs,) tables. Interest is expressed
    in the best table that asks for it and gives more control than now, where with `ease` (an expression binds nobody)
    it is worth more than every other choice.
    """
    expressed = np.empty(len(now), np.int64)
    for c in range(len(now)):
        best, other, chosen = NEVER, NEVER, -1
        for m in range(len(menu)):
            t = menu[m]
            if control[t] > control[now[c]] and asks[t] == 1:
                if worth[c, m] > best:
                    best, chosen = worth[c, m], t
            else:
                other = max(other, worth[c, m])
        expressed[c] = chosen if best + ease > other else -1
    return expressed


@maker
def wishes(worth, menu, control, closed, asks, now, interest):
    """(CCGs,): the table that each CCG wants in this round: the best of those open to it, or the one it has.

    closed: (T,) 1 where a table is not on offer this year. More control is open only to those who expressed interest,
    where the table asks for it.
    """
    wanted = np.empty(len(now), np.int64)
    for c in range(len(now)):
        best, wanted[c] = NEVER, menu[0]
        for m in range(len(menu)):
            t = menu[m]
            barred = control[t] > control[now[c]] and asks[t] == 1 and interest[c] < 0
            if t != now[c] and (barred or closed[t] == 1):
                continue
            if worth[c, m] > best:
                best, wanted[c] = worth[c, m], t
    return wanted


def express_interest(world: World, params: Params, luck: Luck) -> None:
    """CCGs express interest in next year's round."""
    regime, net, of = world.regime, world.networks, params.of
    begun = world.year >= regime.from_year
    look_ahead(
        world, luck, luck.for_life, begun, not begun, offer(regime), net.ccg_start, net.ccg_row, of(Uptake),
        of(SharedManagement),
    )  # fmt: skip


@kernel
def look_ahead(w, luck, lasting, seen, first, o, ccg_start, ccg_row, p, management):
    """See `express_interest`, and `weigh` for seen and first: before the first round all stand at the first of the
    menu."""
    now = np.full(len(w.ccgs), o.menu[0])
    for c in range(len(w.ccgs)):
        w.applications.interest[c] = -1  # last year's interest has been acted upon, or not
        if not first:
            now[c] = w.ccgs.table[c]
    worth = worth_of_menu(w, lasting, luck.stream(INTEREST_NEWS), o, ccg_start, ccg_row, seen, first, p, management)
    interested = interests(worth, o.menu, o.control, o.asks, now, p.ease)
    for c in range(len(w.ccgs)):
        w.applications.interest[c] = interested[w.ccgs.seat[c]]


@maker
def close_rounds(applications):
    """No round is held any more: nobody has applied, been refused or given notice."""
    applications.interest[:] = -1
    applications.wish[:] = -1
    applications.applied[:] = -1
    applications.approved[:] = -1
    applications.stage[:] = 0
    applications.refused[:] = 0
    applications.notice[:] = 0


def hold_round(world: World, params: Params, luck: Luck) -> Rows:
    """This year's round of applications; returns the table of every CCG after it: the column of the World itself
    where nobody moves."""
    regime, net, of = world.regime, world.networks, params.of
    if world.year == FIRST_YEAR:  # a run that begins with the round: interest was expressed in the months before
        world.applications["interest"] = 0
    after = np.empty(len(world.ccgs), np.int64)
    checks = of(Vote), of(ConstitutionCheck), of(FinanceCheck), of(LeadershipCheck), of(Signing)
    some_move = apply_and_approve(
        world, luck, luck.for_life, True, world.year == regime.from_year, offer(regime), net.ccg_start,
        net.ccg_row, of(Uptake), of(SharedManagement), checks, after,
    )  # fmt: skip
    return after if some_move else world.ccgs.table


@kernel
def apply_and_approve(w, luck, lasting, seen, first, o, ccg_start, ccg_row, p, management, checks, after):
    """See `hold_round`, and `weigh` for seen and first: in the first round all stand at the first of the menu, and
    every table is open. checks: see `approval.decide`. Fills after, (CCGs,); returns whether anybody moves."""
    now, closed = np.full(len(w.ccgs), o.menu[0]), np.zeros(len(o.grade), np.int64)
    if not first:
        for c in range(len(now)):
            now[c] = w.ccgs.table[c]
        for t in range(len(closed)):
            closed[t] = 1 - o.stages[t, YEARLY_CHOICE]
    closed[o.menu[0]] = 0  # staying out is always open
    worth = worth_of_menu(w, lasting, luck.stream(APPLICATION_NEWS), o, ccg_start, ccg_row, seen, first, p, management)
    wanted = wishes(worth, o.menu, o.control, closed, o.asks, now, w.applications.interest)
    own = decide(worth, wanted, o, first, luck, w.ccgs, w.accounts, w.applications, w.boards, checks)
    join_applications(w.applications, w.ccgs.seat)
    some_move = False
    for c in range(len(own)):
        after[c] = own[w.ccgs.seat[c]]
        some_move = some_move or after[c] != w.ccgs.table[c]
    return some_move


@maker
def join_applications(applications, seat):
    """Who has merged applies once: what the round wrote for the CCG at the seat holds for all its members."""
    for c in range(len(seat)):
        if seat[c] != c:
            applications.wish[c] = applications.wish[seat[c]]
            applications.applied[c] = applications.applied[seat[c]]
            applications.approved[c] = applications.approved[seat[c]]
            applications.stage[c] = applications.stage[seat[c]]
            applications.refused[c] = applications.refused[seat[c]]
            applications.notice[c] = applications.notice[seat[c]]
