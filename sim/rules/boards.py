"""Seats of practices on their CCG's governing body: terms end, engaged practices stand, some seats are contested."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import maker, rule
from sim.world.luck import decision, uniform
from sim.world.states import CARETAKER, OPEN

TERM = decision("boards.term")
STANDING = decision("boards.standing")
AGAIN = decision("boards.again")
VOTES = decision("boards.votes")


class Seats(NamedTuple):
    """Elections to the seats of member practices."""

    term_ends: float
    engaged: float
    stand: float
    again: float
    luck: float
    contested_speed: float


@rule
def working(state):
    """Whether a practice can hold a seat: open or in the hands of a caretaker."""
    return state == OPEN or state == CARETAKER


@rule
def appeal(engagement, draw, p):
    """Votes that a candidate draws: engagement (0-1) and what else counts (`draw`, standard uniform)."""
    return engagement + p.luck * draw


@maker
def group_by_ccg(place, seat, before):
    """Practices of each CCG, by id (seats are filled one after another, and rows say nothing), as compressed sparse
    rows: (start, row). seat: (CCGs,) where the governing body of each sits, see `ccgs.seat`. before: all rows in any
    order; in that of an earlier call there is little left to sort."""
    ccgs = len(seat)
    start = np.zeros(ccgs + 1, np.int64)
    for i in range(len(place)):
        start[seat[place.ccg[i]] + 1] += 1
    for c in range(ccgs):
        start[c + 1] += start[c]
    filled = start[:-1].copy()
    row = np.zeros(len(place), np.int64)
    for i in before:
        c = seat[place.ccg[i]]
        at = filled[c]
        while at > start[c] and place.id[row[at - 1]] > place.id[i]:
            row[at] = row[at - 1]
            at -= 1
        row[at] = i
        filled[c] += 1
    return start, row


@rule
def candidates(place, life, ties, stands, first, end, row):
    """Of a CCG's practices without a seat: the candidate with most votes, and the most engaged one; -1 where none."""
    best, most, keenest, keen = -1, 0.0, -1, -1.0
    for m in range(first, end):
        j = row[m]
        if place.board[j] == 1 or not working(life.state[j]):
            continue
        if stands[j] > most:
            best, most = j, stands[j]
        if ties.engagement[j] > keen:
            keenest, keen = j, ties.engagement[j]
    return best, keenest


@maker
def elect(place, life, ties, boards, start, row, p, term, standing, again, votes):
    """Elections of the year. The number of seats of each CCG stays what it is.

    A seat is up when its term ends or its practice has ended. Engaged practices without a seat may stand; the holder
    may stand again. With nobody standing the holder stays, or the most engaged practice is asked in.
    """
    n = len(life)
    stands = np.zeros(n)
    for i in range(n):
        if working(life.state[i]) and place.board[i] == 0 and ties.engagement[i] > p.engaged:
            if uniform(standing, place.id[i]) < p.stand:
                stands[i] = appeal(ties.engagement[i], uniform(votes, place.id[i]), p)
    for c in range(len(boards)):
        up, contested = 0.0, 0.0
        for k in range(start[c], start[c + 1]):
            holder = row[k]
            if place.board[holder] == 0:
                continue
            present = working(life.state[holder])
            if present and uniform(term, place.id[holder]) > p.term_ends:
                continue
            up += 1.0
            best, keenest = candidates(place, life, ties, stands, start[c], start[c + 1], row)
            if best >= 0 and present and uniform(again, place.id[holder]) < p.again:
                contested += 1.0
                if appeal(ties.engagement[holder], uniform(votes, place.id[holder]), p) >= stands[best]:
                    continue
            winner = best if best >= 0 else -1 if present else keenest
            if winner >= 0:
                place.board[holder] = 0
                place.board[winner] = 1
                stands[winner] = 0.0
        if up > 0.0:
            boards.contested[c] += p.contested_speed * (contested / up - boards.contested[c])


@maker
def choose_seats(w, luck, before, p):
    """A year's elections in every CCG. before: see `group_by_ccg`; the new order is put there."""
    start, row = group_by_ccg(w.place, w.ccgs.seat, before)
    for k in range(len(row)):  # numba compiles its message about unequal arrays for one put into another: two seconds
        before[k] = row[k]
    elect(
        w.place, w.life, w.ties, w.boards, start, row, p, luck.stream(TERM), luck.stream(STANDING), luck.stream(AGAIN),
        luck.stream(VOTES),
    )  # fmt: skip
    contested = w.boards.contested.copy()
    for c in range(len(w.boards)):
        w.boards.contested[c] = contested[w.ccgs.seat[c]]
