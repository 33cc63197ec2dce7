"""Attitudes of doctors to control by their CCG (part of phase 9): where they come from and how they move.

An opinion lies between -1 (against) and 1 (for). It starts from four traits and moves as Friedkin and Johnsen describe:
most of it is what the doctor began with, some is own experience, a little is what colleagues in other practices think.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.kernel import kernel, maker, rule
from sim.world.states import CARETAKER, OPEN, PARTNER, SALARIED


class Disposition(NamedTuple):
    """How traits make an opinion, on the scale of its inverse hyperbolic tangent."""

    base: float
    trust: float
    autonomy: float
    conflict_worry: float
    workload_threat: float


class Updating(NamedTuple):
    """Weights of what moves an opinion; `shares` scales the first three to sum to 1."""

    stubborn: float
    own: float
    peers: float
    experience: float
    committee: float


@rule
def logistic(x):
    """1 / (1 + exp(-x)), safe at both ends."""
    if x < -700.0:
        return 0.0
    return 1.0 / (1.0 + math.exp(-x))


@rule
def disposition(trust, autonomy, conflict_worry, workload_threat, p):
    """The opinion (-1 to 1) that traits (0 to 1 each) alone would give."""
    z = p.base + p.trust * (trust - 0.5) + p.autonomy * (autonomy - 0.5)
    z -= p.conflict_worry * (conflict_worry - 0.5) + p.workload_threat * (workload_threat - 0.5)
    return math.tanh(z)


def shares(p: Updating) -> Updating:
    """The weights of start, own opinion and peers scaled to sum to 1; all on the own opinion where none has any."""
    total = p.stubborn + p.own + p.peers
    if total <= 0.0:
        return p._replace(stubborn=0.0, own=1.0, peers=0.0, experience=0.0)
    return p._replace(stubborn=p.stubborn / total, own=p.own / total, peers=p.peers / total)


@rule
def updated_opinion(opinion, start, peers, signal, p):
    """Next year's opinion (-1 to 1) after Friedkin and Johnsen.

    start: the disposition. peers: mean opinion of tied practices. signal: what the year showed of local against
    national commissioners, for (positive) or against local control. p: see `shares`. The weights make a mean, so that a
    quiet doctor among quiet colleagues does not drift.
    """
    return mixed_opinion(opinion, start, pull_of(peers, signal, p), p)


@rule
def pull_of(peers, signal, p):
    """What peers and the experience of the year add to each opinion in a practice; see `updated_opinion`."""
    return p.own * p.experience * signal + p.peers * (peers + p.committee)


@rule
def mixed_opinion(opinion, start, pull, p):
    """Next year's opinion (-1 to 1) under a pull; see `updated_opinion`."""
    return min(1.0, max(-1.0, p.stubborn * start + p.own * opinion + pull))


@rule
def has_opinion(practice, role):
    """Whether a doctor counts in opinion: a partner or salaried GP in a practice."""
    return practice >= 0 and (role == PARTNER or role == SALARIED)


@maker
def mean_of_peers(level, life, peer_start, peer_row):
    """Mean `level` of the working practices to which each practice is tied, its own where it has no ties."""
    working = np.zeros(len(life))
    for i in range(len(life)):
        working[i] = 1.0 if life.state[i] == OPEN or life.state[i] == CARETAKER else 0.0
    peers = level.copy()
    for i in range(len(life)):
        total, held = 0.0, 0.0
        for k in range(peer_start[i], peer_start[i + 1]):
            total += working[peer_row[k]] * level[peer_row[k]]
            held += working[peer_row[k]]
        if held > 0.0:
            peers[i] = total / held
    return peers


@kernel
def update_opinions(doctors, minds, ties, life, peer_start, peer_row, felt, settle, traits, p):
    """A year of opinions, and each practice's mean support. Returns each one's mean trait of trust (0.46 if empty).

    felt: (practices, 2) experience of the year, local and national. settle: 1.0 sets opinions to dispositions first
    (the start). Colleagues' opinions are those of last year, so that the order of rows does not matter.
    """
    n = len(life)
    opinions = np.zeros(n)
    for i in range(n):
        opinions[i] = 2.0 * ties.support_control[i] - 1.0
    pull = mean_of_peers(opinions, life, peer_start, peer_row)
    for i in range(n):
        pull[i] = pull_of(pull[i], felt[i, 0] - felt[i, 1], p)
    sums = np.zeros((n, 3))  # heads, opinion, trust
    for d in range(len(doctors)):
        i, opinion, start = doctors.practice[d], doctors.opinion[d], minds.opinion_start[d]
        if i < 0:
            continue
        if settle == 1.0 or start == 0.0:  # newcomers arrive with the opinion of their traits
            start = disposition(
                minds.trust[d], minds.autonomy[d], minds.conflict_worry[d], minds.workload_threat[d], traits
            )
            opinion = start
            minds.opinion_start[d] = start
        else:
            opinion = mixed_opinion(opinion, start, pull[i], p)
        doctors.opinion[d] = opinion
        if has_opinion(i, doctors.role[d]):
            sums[i, 0] += 1.0
            sums[i, 1] += opinion
            sums[i, 2] += minds.trust[d]
    trust = np.full(n, 0.46)
    for i in range(n):
        if sums[i, 0] > 0.0:
            ties.support_control[i] = 0.5 * (1.0 + sums[i, 1] / sums[i, 0])
            trust[i] = sums[i, 2] / sums[i, 0]
    return trust
