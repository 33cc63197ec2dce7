"""The rounds of a regime whose tables are chosen: interest in June, application in January, agreement in April.

In the policy phase of a year CCGs express interest in next year's round (by 20 June, C012, C013); in that of the next
year, before anything else of that year, they apply (by January, C015-C018), having seen whom of their neighbours
interest has moved, and those who pass all stages are under their new table from 1 April.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sim.commissioning.approval import (
    CONSTITUTION,
    FINANCE,
    LEADERSHIP,
    SIGNATURE,
    VOTE,
    ConstitutionCheck,
    FinanceCheck,
    LeadershipCheck,
    Signing,
    Streams,
    Vote,
    decide,
)
from sim.commissioning.functions import EXPRESSION_OF_INTEREST, YEARLY_CHOICE
from sim.commissioning.regime_tables import RegimeTables
from sim.commissioning.uptake import APPLICATION_NEWS, INTEREST_NEWS, Uptake, worth_of_menu
from sim.commissioning.views import view
from sim.kernel import kernel
from sim.parameters import FIRST_YEAR, Params
from sim.world.luck import Luck
from sim.world.world import Rows, World

NEVER = -math.inf
ROUND = ("wish", "applied", "approved", "stage", "refused", "notice")
"""What a round writes for every CCG."""


@kernel
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


@kernel
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
    """CCGs express interest in next year's round; nobody does where no round is held."""
    regime = world.regime
    if not regime.chosen or world.year < regime.from_year - 1 or world.nation["ended"][0] == 1:
        return
    begun = world.year >= regime.from_year
    now = world.ccgs.table if begun else np.full(len(world.ccgs), regime.menu[0])
    world.applications["interest"] = -1  # last year's interest has been acted upon, or not
    worth = worth_of_menu(world, params, luck, INTEREST_NEWS, seen=begun, first=not begun)
    interested = interests(worth, regime.menu, view(regime).control, _asks(regime), now, params.of(Uptake).ease)
    world.applications["interest"] = interested[world.ccgs.seat]


@lru_cache(maxsize=64)
def _asks(regime: RegimeTables) -> Rows:
    """(T,): 1 where a table asks for an expression of interest."""
    return np.ascontiguousarray(regime.stages[:, EXPRESSION_OF_INTEREST])


def close_rounds(world: World) -> None:
    """No round is held any more: nobody has applied, been refused or given notice."""
    for column in ("interest", "wish", "applied", "approved"):
        world.applications[column] = -1
    for column in ("stage", "refused", "notice"):
        world.applications[column] = 0


def hold_round(world: World, params: Params, luck: Luck) -> Rows:
    """This year's round of applications; returns the table of every CCG after it."""
    regime, seen = world.regime, view(world.regime)
    first = world.year == regime.from_year
    if world.year == FIRST_YEAR:  # a run that begins with the round: interest was expressed in the months before
        world.applications["interest"] = 0
    now = np.full(len(world.ccgs), regime.menu[0]) if first else world.ccgs.table
    worth = worth_of_menu(world, params, luck, APPLICATION_NEWS, seen=True, first=first)
    closed = np.zeros_like(seen.grade) if first else 1 - regime.stages[:, YEARLY_CHOICE]
    closed[regime.menu[0]] = 0  # staying out is always open
    wanted = wishes(worth, regime.menu, seen.control, closed, _asks(regime), now, world.applications.interest)
    checks = (params.of(Vote), params.of(ConstitutionCheck), params.of(FinanceCheck), params.of(LeadershipCheck))
    streams = Streams(*(luck.stream(name) for name in (VOTE, CONSTITUTION, FINANCE, LEADERSHIP, SIGNATURE)))
    after: Rows = decide(
        worth, wanted, regime.menu, seen.control, seen.ccg_gp_votes, regime.stages,
        regime.exit_notice_months, 1.0 if first else 0.0, world.ccgs, world.accounts, world.applications, world.boards,
        checks, params.of(Signing), streams,
    )  # fmt: skip
    seat = world.ccgs.seat  # who has merged applies once, and has one level
    if (seat == np.arange(len(seat))).all():
        return after
    for column in ROUND:
        world.applications[column] = world.applications[column][seat]
    return after[seat]
