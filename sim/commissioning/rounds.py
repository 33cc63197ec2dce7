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
from sim.commissioning.uptake import (
    APPLICATION_NEWS,
    INTEREST_NEWS,
    SharedManagement,
    Uptake,
    UptakeEngland,
    worth_of_menu,
)
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
    begun = world.year >= world.regime.from_year
    _stage(world, params, luck, ahead=True, seen=begun, first=not begun, after=world.ccgs.table)


def hold_round(world: World, params: Params, luck: Luck) -> Rows:
    """This year's round of applications; returns the table of every CCG after it: the column of the World itself
    where nobody moves."""
    if world.year == FIRST_YEAR:  # a run that begins with the round: interest was expressed in the months before
        world.applications["interest"] = 0
    after = np.empty(len(world.ccgs), np.int64)
    first = world.year == world.regime.from_year
    some_move = _stage(world, params, luck, ahead=False, seen=True, first=first, after=after)
    return after if some_move else world.ccgs.table


def _stage(world: World, params: Params, luck: Luck, *, ahead: bool, seen: bool, first: bool, after: Rows) -> bool:
    of, net, regime = params.of, world.networks, world.regime
    checks = of(Vote), of(ConstitutionCheck), of(FinanceCheck), of(LeadershipCheck), of(Signing)
    some_move: bool = stage_of_round(
        world, luck, luck.for_life, ahead, seen, first, offer(regime), net.ccg_start, net.ccg_row, of(Uptake),
        of(SharedManagement), of(UptakeEngland), checks, after,
    )  # fmt: skip
    return some_move


@kernel
def stage_of_round(w, luck, lasting, ahead, seen, first, o, ccg_start, ccg_row, p, management, england, checks, after):
    """A stage of a round: CCGs express interest in next year's where `ahead`; else they apply in this year's.

    Returns whether any CCG moves; fills after, (CCGs,) tables, where they apply. seen, first: see `weigh`; where
    nobody has a level to stay with, all stand at the first of the menu. management, england: see `worth_of_menu`.
    checks: see `approval.decide`.
    """
    now = np.full(len(w.ccgs), o.menu[0])
    for c in range(len(w.ccgs)):
        if not first:
            now[c] = w.ccgs.table[c]
        if ahead:
            w.applications.interest[c] = -1  # last year's interest has been acted upon, or not
    news = luck.stream(INTEREST_NEWS) if ahead else luck.stream(APPLICATION_NEWS)
    worth = worth_of_menu(w, lasting, news, o, ccg_start, ccg_row, seen, first, p, management, england)
    if not ahead:
        return apply_and_approve(w, luck, worth, now, first, o, checks, after)
    interested = interests(worth, o.menu, o.control, o.asks, now, p.ease)
    for c in range(len(w.ccgs)):
        w.applications.interest[c] = interested[w.ccgs.seat[c]]
    return False


@maker
def apply_and_approve(w, luck, worth, now, first, o, checks, after):
    """CCGs that stand at the tables `now` apply and are approved or not; see `stage_of_round`. In the first round
    every table is open."""
    closed = np.zeros(len(o.grade), np.int64)
    for t in range(len(closed)):
        closed[t] = 0 if first else 1 - o.stages[t, YEARLY_CHOICE]
    closed[o.menu[0]] = 0  # staying out is always open
    wanted = wishes(worth, o.menu, o.control, closed, o.asks, now, w.applications.interest)
    own = decide(worth, wanted, o, first, luck, w.ccgs, w.accounts, w.applications, w.boards, checks)
    join_applications(w.applications, w.ccgs.seat)
    some_move = False
    for c in range(len(own)):
        after[c] = own[w.ccgs.seat[c]]
        some_move = some_move or after[c] != w.ccgs.table[c]
    return some_move


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
