"""Mergers of CCGs, as dated events: places stay, the body that serves them becomes one.

The rows of CCGs, patients and practices are the unit of measurement and never merge. From 1 April of an event its
members share `ccgs.seat`, the row whose body serves them all: one staff, one governing body, one level and one
application, one account. Nobody is hired for it: kept + lost = before. Which CCGs merge, and when, is a table of
events that a scenario may replace or switch off.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, total_fte
from sim.commissioning.functions import CCG_SCALE
from sim.commissioning.reorganisation import (
    ReorganisationCost,
    disturb,
    forget,
    move,
    move_to_tables,
    recount,
)
from sim.kernel import kernel, maker
from sim.parameters import Params
from sim.population.merger_events import due
from sim.world.world import Floats, Rows, World


class CcgMerger(NamedTuple):
    """What a merger costs those who merge."""

    posts_lost: float
    years: float
    hours_lost: float
    knowledge_lost: float


@kernel
def merge_bodies(bodies, before, ccgs, accounts, nation, into, scale, p, hiring):
    """Staff of every body at the scale of CCGs go to that of the row in `into`, less posts that are lost; accounts are
    pooled.

    before: a copy of bodies. into: (CCGs,) rows of ccgs; a seat is its own. scale: (T, kinds) of the regime.
    """
    stride = len(bodies) // KINDS
    for c in range(len(ccgs)):
        seat = into[c]
        if seat == c or ccgs.seat[c] != c:
            continue
        for kind in range(KINDS):
            if scale[ccgs.table[c], kind] != CCG_SCALE:
                continue
            source, target = kind * stride + c, kind * stride + seat
            disturb(bodies, target, p.years, p.hours_lost)
            if total_fte(before, source) <= 0.0:
                continue
            lost = move(bodies, before, source, target, 1.0, p.posts_lost)
            bodies.came_fte[target] += before.came_fte[source]
            bodies.hired_fte[target] += before.hired_fte[source]
            bodies.came_fte[source] = 0.0
            bodies.hired_fte[source] = 0.0
            nation.staff_lost[0] += lost
            nation.staff_hire_cost[0] += lost * hiring.cost_per_redundancy
    for c in range(len(ccgs)):
        ccgs.seat[c] = into[c]
    pool_accounts(accounts, ccgs.seat)


@maker
def pool_accounts(accounts, seat):
    """One account a merged CCG: its outturn, and what it carries over, are its places' by their allocations.

    seat: (CCGs,). Pounds of all members before = after.
    """
    n = len(accounts)
    members = np.zeros(n, np.int64)
    whole, outturn, carried, primary = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for c in range(n):
        s = seat[c]
        members[s] += 1
        whole[s] += accounts.allocation[c]
        outturn[s] += accounts.outturn[c]
        carried[s] += accounts.carried[c]
        primary[s] += accounts.primary_carried[c]
    for c in range(n):
        s = seat[c]
        if members[s] > 1 and whole[s] > 0.0:
            share = accounts.allocation[c] / whole[s]
            accounts.outturn[c] = share * outturn[s]
            accounts.carried[c] = share * carried[s]
            accounts.primary_carried[c] = share * primary[s]


def mean_of_members(values: Floats, weights: Floats, seat: Rows) -> Floats:
    """(CCGs,): weighted mean over those with one seat; a CCG of its own keeps its value to the last bit."""
    alone = np.bincount(seat, minlength=len(seat))[seat] == 1
    total = np.bincount(seat, weights=weights, minlength=len(seat))
    pooled = np.bincount(seat, weights=weights * values, minlength=len(seat)) / np.where(total > 0.0, total, 1.0)
    return np.where(alone, values, pooled[seat])


def seats_of_new(world: World, groups: list[tuple[int, Rows]]) -> Rows:
    """(CCGs,): `ccgs.seat` after these mergers. The largest of the old CCGs, by patients, is the seat of the new one;
    whoever had merged with a member before comes along."""
    seat = world.ccgs["seat"].astype(np.int64)
    patients = np.bincount(seat, weights=world.ccgs["patients"], minlength=len(seat))
    for _, members in groups:
        heads = np.unique(seat[members])
        becomes = np.arange(len(seat))
        becomes[heads] = heads[np.lexsort((world.ccgs["id"][heads], -patients[heads]))[0]]
        seat = becomes[seat]
    return seat


def tables_of_new(world: World, into: Rows) -> Rows:
    """(CCGs,): the table of every CCG when members agree on one: that which governs most of their patients."""
    table = world.ccgs["table"].astype(np.int64)
    for seat in np.unique(into[into != world.ccgs["seat"]]):
        members = into == seat
        under = np.bincount(table[members], weights=world.ccgs["patients"][members])
        table[members] = int(under.argmax())
    return table


def keep_seats(world: World, into: Rows, grown: Rows) -> None:
    """A new governing body has as many seats for practices as the largest of the old ones; the most engaged keep
    them."""
    ccg, everyone = world.place["ccg"], np.flatnonzero(world.place["board"] == 1)
    body = into[ccg[everyone]]
    for seat in grown:
        sitting = everyone[body == seat]
        if len(sitting) == 0:
            continue
        places = int(np.bincount(world.ccgs["seat"][ccg[sitting]].astype(np.int64)).max())
        by_engagement = np.lexsort((world.place["id"][sitting], -world.ties["engagement"][sitting]))
        world.place["board"][sitting[by_engagement[places:]]] = 0


def merge_ccgs(world: World, params: Params) -> None:
    """The CCGs whose merger is dated 1 April of this year, one or more, become one.

    Members first come under one table, with what that costs; then bodies, boards, standing and accounts are joined.
    """
    into, p = seats_of_new(world, due(world.mergers, world.year)), params.of(CcgMerger)
    changed = into != world.ccgs["seat"]
    if not changed.any():
        return
    move_to_tables(world, tables_of_new(world, into), params)
    recount(world)
    grown = np.unique(into[changed])
    keep_seats(world, into, grown)
    merge_bodies(
        world.bodies, world.bodies.copy(), world.ccgs, world.accounts, world.nation, into, world.regime.scale, p,
        params.of(ReorganisationCost),
    )  # fmt: skip
    patients, practices = world.ccgs["patients"].copy(), world.ccgs["practices"].copy()
    for column in ("maturity", "legitimacy"):
        world.ccgs[column] = mean_of_members(world.ccgs[column], patients, into)
    for column in ("interest_class", "interest_rival", "loyalty", "contested"):
        world.boards[column] = mean_of_members(world.boards[column], practices, into)
    for column in ("engagement", "opposition"):
        world.ccgs[column] = mean_of_members(world.ccgs[column], practices, into)
    for column in ("interest", "notice"):
        world.applications[column] = world.applications[column][into]
    lost = np.full(len(into), p.knowledge_lost)
    local = np.where((world.regime.scale == CCG_SCALE).any(axis=0), world.belief_slot, -1)
    forget(world.beliefs, world.place, np.isin(into, grown).astype(np.int64), lost, local)
    recount(world)
