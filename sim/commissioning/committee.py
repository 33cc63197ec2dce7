"""Committees: who comes to the meeting, who must leave it, whether it has a quorum, and how far interests pull at it.

A body without seats of its own decides without a meeting. Where a meeting has no quorum the case comes to the next one;
when none of a year's meetings has one, it is put off to the next year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.functions import (
    EXECUTIVE,
    GP,
    LAY,
    LAY_CHAIR,
    LEAVE_ROOM,
    OUTSIDE_CLINICIAN,
    QUORUM_EXECUTIVE,
    QUORUM_LAY,
)
from sim.kernel import rule
from sim.world.luck import decision, uniform2

ATTENDING = decision("committee.attending")
DECLARING = decision("committee.declaring")


class Meetings(NamedTuple):
    """How committees meet."""

    attendance: float
    quorum_share: float
    a_year: float
    months_between: float
    lay_chair: float


@rule
def attends(who, meeting, seat, number, p, stream):
    """Whether the member in a seat comes to a meeting about case `who`: 0 to 1."""
    return uniform2(stream, who, np.uint64((meeting * 8 + seat) * 64 + number)) < p.attendance


@rule
def present(who, meeting, seat, seats, p, stream):
    """How many of the members with a kind of seat come."""
    here = 0.0
    for number in range(int(seats)):
        if attends(who, meeting, seat, number, p, stream):
            here += 1.0
    return here


@rule
def gp_vote(declared, recusal, leaves_room, lay_chair, informal, p):
    """What a GP with an interest does at a meeting: (votes cast, 0 or 1; pull on the others' decision, 0 to 1).

    An interest that is not declared pulls with the full vote. Who must leave the room never votes, and keeps informal
    influence, which a lay chair may curb (or, with a negative parameter, fail to see). Who only declares votes on,
    discounted by `recusal`.
    """
    if not declared or recusal <= 0.0:
        return 1.0, 1.0
    if leaves_room:
        return 0.0, informal * (1.0 - p.lay_chair * lay_chair)
    return 1.0, 1.0 - recusal * (1.0 - informal)


@rule
def has_quorum(lay, executive, voters, seats, quorum_lay, quorum_executive, p):
    """Whether those who can still vote may decide. A committee without any rule of quorum always may."""
    if quorum_lay + quorum_executive <= 0.0:
        return True
    return lay >= quorum_lay and executive >= quorum_executive and voters >= p.quorum_share * seats


@rule
def meet(who, meeting, v, t, body, conflicted, p, interests, attending, declaring):
    """One meeting about case `who`: (has a quorum, pull of GPs' interests 0 to 1, votes of GPs, GPs who left).

    conflicted: whether any member GP has an interest in the case. The pull is the weight of GPs with an interest among
    all who came.
    """
    lay = present(who, meeting, LAY, v.seats[t, body, LAY], p, attending)
    executive = present(who, meeting, EXECUTIVE, v.seats[t, body, EXECUTIVE], p, attending)
    outside = present(who, meeting, OUTSIDE_CLINICIAN, v.seats[t, body, OUTSIDE_CLINICIAN], p, attending)
    came, votes, pull = 0.0, 0.0, 0.0
    for number in range(int(v.seats[t, body, GP])):
        if not attends(who, meeting, GP, number, p, attending):
            continue
        came += 1.0
        declared = conflicted and uniform2(declaring, who, np.uint64(number)) < interests.declared
        cast, weight = gp_vote(
            declared, v.recusal[t, body], v.rules[t, body, LEAVE_ROOM] > 0.0, v.rules[t, body, LAY_CHAIR],
            interests.informal, p,
        )  # fmt: skip
        votes += cast
        pull += weight
    others, seats = lay + executive + outside, 0.0
    for seat in range(v.seats.shape[2]):
        seats += v.seats[t, body, seat]
    good = has_quorum(
        lay, executive, others + votes, seats, v.rules[t, body, QUORUM_LAY], v.rules[t, body, QUORUM_EXECUTIVE], p
    )
    return good, pull / max(1.0, others + came), votes, came - votes


@rule
def sit(who, v, t, body, conflicted, p, interests, attending, declaring):
    """The year's meetings about a case until one has a quorum: (decided, pull, votes of GPs recused, months lost)."""
    if v.gp_votes[t, body] < 0.0:
        return True, 0.0, 0.0, 0.0
    recused, lost = 0.0, 0.0
    for meeting in range(int(max(1.0, p.a_year))):
        good, pull, _, left = meet(who, meeting, v, t, body, conflicted, p, interests, attending, declaring)
        recused = left
        if good:
            return True, pull, recused, lost
        lost += p.months_between
    return False, 0.0, recused, lost
