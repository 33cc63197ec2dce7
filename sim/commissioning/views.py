"""What rules need to know of a regime's tables, worked out once: who may act, who punishes, whose voice counts."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.commissioning.cases import FUNCTION_OF_KIND
from sim.commissioning.functions import (
    ADVISES,
    AREA_TEAM,
    CCG,
    COMMUNITY,
    CONTRACT_REMOVAL,
    CONTRACTUAL_ACTION,
    DECLARE,
    EXECUTES,
    EXPRESSION_OF_INTEREST,
    FIXED_FUNCTIONS,
    FUNCTIONS,
    GP,
    HOSPITAL,
    JOINT_COMMITTEE,
    LEAD,
    LEAVE_ROOM,
    LOCAL_TERMS,
    NHS_ENGLAND,
    OUTSIDE_CLINICIAN,
    PRACTICE,
    RUNNING_COSTS,
    SHARED,
)
from sim.commissioning.regime_tables import Cells, RegimeTables
from sim.world.world import Floats, Rows

VOICE, TOGETHER, ALONE = 1, 2, 3
"""Grades of a table for a CCG: it is asked in more functions, decides with others, or leads half of them or more."""


class TableView(NamedTuple):
    """Arrays derived from a regime, by table and kind of body (T tables, F functions, B kinds); no names in it."""

    cells: Rows
    """(T, F, B) int64 copy of the cells."""
    may: Rows
    """(T, F, B): 1 where the body leads or shares the function."""
    acts: Rows
    """(T, B): 1 where the body has a say in any kind of case; only such bodies observe practices."""
    observers: Rows
    """Kinds of body that do so under any table."""
    punishes: Rows
    """(T, B): 1 where it may issue notices or end contracts."""
    gp_votes: Floats
    """(T, B): share of its committee's votes held by member GPs; -1 where it has no committee of its own."""
    clinicians: Floats
    """(T, B): share of its committee who are clinicians, from inside or outside; -1 without a committee."""
    recusal: Floats
    """(T, B): 1 where members with an interest must leave the room, 0.5 where they only declare, 0 without either."""
    seats: Floats
    """(T, B, seats): voting seats of its committee."""
    rules: Floats
    """(T, B, rules): rules of its committee."""
    holds_hospital: Rows
    """(T, B): 1 where the body holds the hospital budget."""
    holds_community: Rows
    """(T, B): 1 where the body holds the money for community care."""
    local_terms: Rows
    """(T,): 1 where contracts stand on local terms, 0 where national terms protect them."""
    holder: Rows
    """(T,): the kind of body that leads most open functions, -1 where nobody leads any; see `_holders`."""
    funded: Rows
    """(T,): 1 where that body, or a joint committee it works for, holds the money for running costs."""
    control: Floats
    """(T,): share of all functions that the CCG leads; leading together with others counts half."""
    grade: Rows
    """(T,): what a CCG has under a table against table 0: 0 nothing more, 1 a voice, 2 decides together, 3 alone."""
    ccg_gp_votes: Floats
    """(T,): share of GP votes on the committee that decides on what a table gives a CCG: the joint one where it leads,
    else the CCG's own."""


class Offer(NamedTuple):
    """What a regime offers to CCGs in its rounds, by table (T,) unless said otherwise."""

    menu: Rows
    """Rows of tables, staying out first."""
    control: Floats
    grade: Rows
    gp_votes: Floats
    """See `TableView`: `control`, `grade` and `ccg_gp_votes`."""
    pays: Rows
    """1 where the CCG pays for hospital care."""
    asks: Rows
    """1 where a table asks for an expression of interest."""
    stages: Rows
    """(T, stages), and the months of notice before a CCG may leave: see `RegimeTables`."""
    notice_months: Floats
    scale: Rows
    """(T, kinds)."""


@lru_cache(maxsize=64)
def offer(regime: RegimeTables) -> Offer:
    """What the rounds of a regime offer, worked out once a run."""
    v = view(regime)
    pays, asks = (np.ascontiguousarray(x) for x in (v.holds_hospital[:, CCG], regime.stages[:, EXPRESSION_OF_INTEREST]))
    return Offer(
        regime.menu, v.control, v.grade, v.ccg_gp_votes, pays, asks, regime.stages, regime.exit_notice_months,
        regime.scale,
    )  # fmt: skip


@lru_cache(maxsize=64)
def view(regime: RegimeTables) -> TableView:
    """The view of a regime; cached, since a run asks for it every year.

    Regimes that differ only in what a draw changes, such as the staff that moves, have the same one: each run has its
    own regime, and to work out a view takes as long as a month of a CCG.
    """
    known = (regime.cells, regime.seats, regime.rules, regime.budgets, regime.protection)
    content = tuple(array.tobytes() for array in known)
    if content not in _VIEWS:
        if len(_VIEWS) == MOST_VIEWS:
            _VIEWS.clear()
        _VIEWS[content] = _view(regime)
    return _VIEWS[content]


MOST_VIEWS = 64
_VIEWS: dict[tuple[bytes, ...], TableView] = {}


def _view(regime: RegimeTables) -> TableView:
    cells = regime.cells.astype(np.int64)
    may = ((cells == LEAD) | (cells == SHARED)).astype(np.int64)
    decided = np.unique(FUNCTION_OF_KIND)
    acts = ((cells[:, decided] > 0) & (cells[:, decided] != EXECUTES)).any(axis=1).astype(np.int64)
    acts[:, JOINT_COMMITTEE] = 0  # its members look with the eyes of their own bodies
    acts[:, PRACTICE] = 0  # practices know themselves; they lend nobody their eyes
    observers = np.flatnonzero(acts.any(axis=0))
    punishes = (may[:, CONTRACTUAL_ACTION] | may[:, CONTRACT_REMOVAL]).astype(np.int64)
    seats = regime.seats.sum(axis=2)
    has = seats > 0
    seated = np.where(has, seats, 1.0)
    gp_votes = np.where(has, regime.seats[:, :, GP] / seated, -1.0)
    clinical = regime.seats[:, :, GP] + regime.seats[:, :, OUTSIDE_CLINICIAN]
    clinicians = np.where(has, clinical / seated, -1.0)
    recusal = np.where(regime.rules[:, :, LEAVE_ROOM] > 0, 1.0, np.where(regime.rules[:, :, DECLARE] > 0, 0.5, 0.0))
    return TableView(
        cells, may, acts, observers, punishes, gp_votes, clinicians, recusal, regime.seats.astype(np.float64),
        regime.rules.astype(np.float64), _holds(regime, HOSPITAL), _holds(regime, COMMUNITY),
        (regime.protection == LOCAL_TERMS).astype(np.int64), _holders(regime), _funded(regime), _control(regime),
        _grade(regime), _ccg_gp_votes(regime)
    )  # fmt: skip


def _holds(regime: RegimeTables, budget: int) -> Rows:
    """(T, B): 1 where the body holds a budget."""
    return (np.arange(regime.cells.shape[2]) == regime.budgets[:, [budget]]).astype(np.int64)


def _holders(regime: RegimeTables) -> Rows:
    """A joint committee has no staff of its own; its work is done by the CCG that hosts it together with the area
    team. Where neither the area team nor NHS England shares, the body that shares with the CCG does the work."""
    open_functions = [f for f, name in enumerate(FUNCTIONS) if name not in FIXED_FUNCTIONS]
    leads = (regime.cells[:, open_functions, :] == LEAD).sum(axis=1)
    leads[:, PRACTICE] = 0
    found = np.where(leads.max(axis=1) > 0, leads.argmax(axis=1), -1)
    hosts = [_host(regime.cells[t, open_functions, :]) for t in range(regime.n_tables)]
    return np.where(found == JOINT_COMMITTEE, hosts, found).astype(np.int64)


def _funded(regime: RegimeTables) -> Rows:
    """A joint committee has the use of the running costs of those who share in it."""
    paying, holder = regime.budgets[:, RUNNING_COSTS], _holders(regime)
    led = regime.cells[:, :, JOINT_COMMITTEE] == LEAD
    shares = (led[:, :, None] & (regime.cells == SHARED)).any(axis=1)
    rows = np.arange(regime.n_tables)
    together = shares[rows, paying] & shares[rows, holder]
    return (((paying == holder) | together) & (paying >= 0)).astype(np.int64)


def _host(cells: Cells) -> int:
    """Kind of body whose staff works for the joint committee of a table."""
    shares = (cells[cells[:, JOINT_COMMITTEE] == LEAD] == SHARED).sum(axis=0)
    if shares[AREA_TEAM] + shares[NHS_ENGLAND] > 0:
        return CCG
    shares[CCG] = 0
    return int(shares.argmax()) if shares.max() > 0 else CCG


def _control(regime: RegimeTables) -> Floats:
    cells = regime.cells
    alone = (cells[:, :, CCG] == LEAD).astype(float)
    together = ((cells[:, :, JOINT_COMMITTEE] == LEAD) & (cells[:, :, CCG] == SHARED)).astype(float)
    return np.asarray((alone + 0.5 * together).mean(axis=1))


def _grade(regime: RegimeTables) -> Rows:
    part, control = regime.cells[:, :, CCG], _control(regime)
    parts = ((part > 0) & (part <= ADVISES)).sum(axis=1)
    voice = np.where(parts > parts[0], VOICE, 0)
    return np.where(control >= 0.5, ALONE, np.where(control > control[0] + 0.1, TOGETHER, voice)).astype(np.int64)


def _ccg_gp_votes(regime: RegimeTables) -> Floats:
    own, joint = regime.seats[:, CCG, :], regime.seats[:, JOINT_COMMITTEE, :]
    jointly = (regime.cells[:, :, JOINT_COMMITTEE] == LEAD).any(axis=1) & (joint.sum(axis=1) > 0)
    seats = np.where(jointly[:, None], joint, own)
    return np.asarray(seats[:, GP] / np.maximum(seats.sum(axis=1), 1.0))


MEMBER_BODY = CCG
"""The kind of body whose governing body its practices elect."""
