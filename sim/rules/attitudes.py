"""Attitudes of doctors to control by their CCG (part of phase 9): where they come from and how they move.

An opinion lies between -1 (against) and 1 (for). It starts from four traits and moves as Friedkin and Johnsen describe:
most of it is what the doctor began with, some is own experience, a little is what colleagues in other practices think.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import maker, rule
from sim.rules.curves import tanh
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
def disposition(trust, autonomy, conflict_worry, workload_threat, p):
    """The opinion (-1 to 1) that traits (0 to 1 each) alone would give."""
    z = p.base + p.trust * (trust - 0.5) + p.autonomy * (autonomy - 0.5)
    z -= p.conflict_worry * (conflict_worry - 0.5) + p.workload_threat * (workload_threat - 0.5)
    return tanh(z)


@rule
def shares(p):
    """The weights of start, own opinion and peers scaled to sum to 1; all on the own opinion where none has any."""
    total = p.stubborn + p.own + p.peers
    if total <= 0.0:
        return Updating(0.0, 1.0, 0.0, 0.0, p.committee)
    return Updating(p.stubborn / total, p.own / total, p.peers / total, p.experience, p.committee)


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
    return within(p.stubborn * start + p.own * opinion + pull)


@rule
def within(opinion):
    """An opinion within the bounds of the scale, -1 to 1."""
    return min(1.0, max(-1.0, opinion))


@rule
def has_opinion(practice, role):
    """Whether a doctor counts in opinion: a partner or salaried GP in a practice."""
    return practice >= 0 and (role == PARTNER or role == SALARIED)


@maker
def mean_of_peers(level, life, peer_start, peer_row):
    """Mean `level` of the working practices to which each practice is tied, its own where it has no ties."""
    counted, peers = of_those_working(level, life), np.zeros(len(life))
    for i in range(len(life)):
        peers[i] = mean_of_tied(i, level[i], counted, peer_start, peer_row)
    return peers


@maker
def of_those_working(level, life):
    """(practices, 2): the level of each practice that works, and 1; nil for others. Side by side in memory."""
    counted = np.zeros((len(life), 2))
    for i in range(len(life)):
        if life.state[i] == OPEN or life.state[i] == CARETAKER:
            counted[i, 0], counted[i, 1] = level[i], 1.0
    return counted


@rule
def mean_of_tied(i, own, counted, peer_start, peer_row):
    """Mean level of those working to which practice `i` is tied, else its own. counted: see `of_those_working`."""
    total, held = 0.0, 0.0
    for k in range(peer_start[i], peer_start[i + 1]):
        total += counted[peer_row[k], 0]
        held += counted[peer_row[k], 1]
    return total / held if held > 0.0 else own


THEIR_OPINION, THEIR_ENGAGEMENT, AT_SCALE = range(3)
"""Columns of `hear_colleagues`."""


@maker
def hear_colleagues(ties, life, peer_start, peer_row):
    """(practices, 3): mean opinion (-1 to 1) and engagement (0 to 1) of the working practices to which each is tied,
    and the share of them that is in a group; its own where it has no ties.

    What all of phase 9 goes by, as it was before anything moves: each tie is looked up once.
    """
    n = len(life)
    told, heard = np.zeros((n, 4)), np.zeros((n, 3))
    for i in range(n):
        if life.state[i] == OPEN or life.state[i] == CARETAKER:
            told[i, THEIR_OPINION] = 2.0 * ties.support_control[i] - 1.0
            told[i, THEIR_ENGAGEMENT] = ties.engagement[i]
            told[i, AT_SCALE] = life.at_scale[i]
            told[i, 3] = 1.0
    for i in range(n):
        opinion, engagement, at_scale, held = 0.0, 0.0, 0.0, 0.0
        for k in range(peer_start[i], peer_start[i + 1]):
            j = peer_row[k]
            opinion += told[j, THEIR_OPINION]
            engagement += told[j, THEIR_ENGAGEMENT]
            at_scale += told[j, AT_SCALE]
            held += told[j, 3]
        alone = held == 0.0
        heard[i, THEIR_OPINION] = 2.0 * ties.support_control[i] - 1.0 if alone else opinion / held
        heard[i, THEIR_ENGAGEMENT] = ties.engagement[i] if alone else engagement / held
        heard[i, AT_SCALE] = life.at_scale[i] if alone else at_scale / held
    return heard


SETTLED = 0.001
"""Rounds before the first year end where nothing moves by more: a thousandth of a scale of 1."""

HEADS, OPINION, TRUST = range(3)
"""Columns of sums over the doctors of a practice who count in opinion."""


@maker
def opinions_of_practices(ties):
    """(practices,): mean opinion of each practice's doctors, -1 to 1."""
    opinions = np.zeros(len(ties))
    for i in range(len(ties)):
        opinions[i] = 2.0 * ties.support_control[i] - 1.0
    return opinions


@maker
def sum_up(sums, ties, usual_trait):
    """Sets each practice's mean support; returns its doctors' mean trait of trust, (practices,), the usual one where it
    has none.

    sums: (practices, 3).
    """
    trust = np.full(len(ties), usual_trait)
    for i in range(len(ties)):
        if sums[i, HEADS] > 0.0:
            ties.support_control[i] = 0.5 * (1.0 + sums[i, OPINION] / sums[i, HEADS])
            trust[i] = sums[i, TRUST] / sums[i, HEADS]
    return trust


@rule
def arrive_with(d, minds, traits):
    """The opinion of a doctor's traits, with which one begins."""
    start = disposition(minds.trust[d], minds.autonomy[d], minds.conflict_worry[d], minds.workload_threat[d], traits)
    minds.opinion_start[d] = start
    return start


@rule
def count_in(d, i, opinion, doctors, minds, sums):
    """Gives a doctor of practice `i` an opinion, and counts it among those of the practice."""
    doctors.opinion[d] = opinion
    counts = 1.0 if has_opinion(i, doctors.role[d]) else 0.0
    sums[i, HEADS] += counts
    sums[i, OPINION] += counts * opinion
    sums[i, TRUST] += counts * minds.trust[d]


@maker
def start_opinions(doctors, minds, ties, life, peer_start, peer_row, rounds, traits, p, usual_trait):
    """Opinions of April 2014, and each practice's mean support; returns what `update_opinions` does.

    So many quiet years, or fewer where no practice's mean moves by more than `SETTLED`. All doctors of a practice are
    under the same pull, so that the years are those of the means; then each doctor's opinion is so much of the start
    (`kept`), and what the pull of those years has added (`lift`).
    """
    n = len(life)
    sums, lift = np.zeros((n, 3)), np.zeros(n)
    for d in range(len(doctors)):
        if doctors.practice[d] >= 0:
            count_in(d, doctors.practice[d], arrive_with(d, minds, traits), doctors, minds, sums)
    sum_up(sums, ties, usual_trait)
    begun, kept = opinions_of_practices(ties), 1.0
    opinions = begun.copy()
    for _ in range(rounds):
        peers = mean_of_peers(opinions, life, peer_start, peer_row)
        kept, most = p.stubborn + p.own * kept, 0.0
        for i in range(n):
            lift[i] = p.own * lift[i] + pull_of(peers[i], 0.0, p)
            if sums[i, HEADS] > 0.0:
                opinion = within(kept * begun[i] + lift[i])
                opinions[i], most = opinion, max(most, abs(opinion - opinions[i]))
        if most <= SETTLED:
            break
    sums[:] = 0.0
    for d in range(len(doctors)):
        i = doctors.practice[d]
        if i >= 0:
            count_in(d, i, within(kept * minds.opinion_start[d] + lift[i]), doctors, minds, sums)
    return sum_up(sums, ties, usual_trait)


@maker
def update_opinions(doctors, minds, ties, heard, felt, traits, p, usual_trait):
    """A year of opinions, and each practice's mean support. Returns each one's mean trait of trust; see `sum_up`.

    heard: see `hear_colleagues`; of last year, so that the order of rows does not matter. felt: (practices, 2)
    experience of the year, local and national.
    """
    pull, sums = np.zeros(len(ties)), np.zeros((len(ties), 3))
    for i in range(len(ties)):
        pull[i] = pull_of(heard[i, THEIR_OPINION], felt[i, 0] - felt[i, 1], p)
    for d in range(len(doctors)):
        i, start = doctors.practice[d], minds.opinion_start[d]
        if i < 0:
            continue
        if start == 0.0:  # a newcomer
            opinion = arrive_with(d, minds, traits)
        else:
            opinion = mixed_opinion(doctors.opinion[d], start, pull[i], p)
        count_in(d, i, opinion, doctors, minds, sums)
    return sum_up(sums, ties, usual_trait)
