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
from sim.kernel import part, rule
from sim.world.luck import decision, nth_draw, person

ATTENDING = decision("committee.attending")
DECLARING = decision("committee.declaring")


class Meetings(NamedTuple):
    """How committees meet."""

    attendance: float
    quorum_share: float
    a_year: float
    months_between: float
    lay_chair: float


class Committee(NamedTuple):
    """Seats and rules of a committee, read once from its table."""

    lay: float
    executive: float
    outside: float
    gps: float
    seats: float
    recusal: float
    """1 where members with an interest must leave the room, 0.5 where they only declare, 0 without either."""
    leave_room: float
    lay_chair: float
    quorum_lay: float
    quorum_executive: float


@part
def committee_of(seats, rules, recusal, t, body):
    """The committee of a kind of body under table `t`. seats, rules, recusal: see `views.TableView`."""
    total = 0.0
    for seat in range(seats.shape[2]):
        total += seats[t, body, seat]
    return Committee(
        seats[t, body, LAY], seats[t, body, EXECUTIVE], seats[t, body, OUTSIDE_CLINICIAN], seats[t, body, GP], total,
        recusal[t, body], rules[t, body, LEAVE_ROOM], rules[t, body, LAY_CHAIR], rules[t, body, QUORUM_LAY],
        rules[t, body, QUORUM_EXECUTIVE],
    )  # fmt: skip


@rule
def attends(comes, meeting, seat, number, p):
    """Whether the member in a seat comes to a meeting. comes: where the draws of the case begin, see `luck.person`."""
    return nth_draw(comes, (meeting * 8 + seat) * 64 + number) < p.attendance


@rule
def present(comes, meeting, seat, seats, p):
    """How many of the members with a kind of seat come."""
    here = 0.0
    for number in range(int(seats)):
        if attends(comes, meeting, seat, number, p):
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
def meet(comes, declares, meeting, room, stake, p, interests):
    """One meeting about a case: (has a quorum, pull of GPs' interests 0 to 1, votes of GPs, GPs who left).

    comes, declares: where the draws of the case begin, see `luck.person`. room: a `Committee`. stake: chance that a
    member GP has an interest in the case, 0 to 1; each has it or not. The pull is the weight of GPs with an interest
    among all who came.
    """
    lay = present(comes, meeting, LAY, room.lay, p)
    executive = present(comes, meeting, EXECUTIVE, room.executive, p)
    outside = present(comes, meeting, OUTSIDE_CLINICIAN, room.outside, p)
    came, votes, pull = 0.0, 0.0, 0.0
    for number in range(int(room.gps)):
        if not attends(comes, meeting, GP, number, p):
            continue
        came += 1.0
        if nth_draw(declares, 64 + number) >= stake:
            votes += 1.0
            continue
        declared = nth_draw(declares, number) < interests.declared
        cast, weight = gp_vote(declared, room.recusal, room.leave_room > 0.0, room.lay_chair, interests.informal, p)
        votes += cast
        pull += weight
    others = lay + executive + outside
    good = has_quorum(lay, executive, others + votes, room.seats, room.quorum_lay, room.quorum_executive, p)
    return good, pull / max(1.0, others + came), votes, came - votes


@rule
def sit(who, room, stake, p, interests, attending, declaring):
    """The year's meetings about case `who` until one has a quorum: (decided, pull, GPs recused, months lost).

    room: a `Committee`; one without seats decides without a meeting.
    """
    if room.seats <= 0.0:
        return True, 0.0, 0.0, 0.0
    comes, declares = np.uint64(person(attending, who)), np.uint64(person(declaring, who))
    recused, lost = 0.0, 0.0
    for meeting in range(int(max(1.0, p.a_year))):
        good, pull, _, left = meet(comes, declares, meeting, room, stake, p, interests)
        recused = left
        if good:
            return True, pull, recused, lost
        lost += p.months_between
    return False, 0.0, recused, lost
