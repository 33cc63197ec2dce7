"""Dispersals: a practice ends and its patients go to its neighbours, where they start anew."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.kernel import maker, rule
from sim.rules.counts import is_working
from sim.rules.endings import DISPERSES, MERGES, end_code, release_provider, share_out
from sim.rules.mergers import blend
from sim.rules.sorting import into_bins
from sim.world.states import DISPERSED
from sim.world.world import Rows

STRIP_KM = 20.0


class Strips(NamedTuple):
    """Practices that live on, by strips of the country of STRIP_KM from west to east."""

    row: Rows
    start: Rows
    """Where among them each strip begins, and the last ends."""
    of: Rows
    """Strip in which each practice lies, whether it lives on or not."""


@rule
def lives_on(b, life, fate):
    """Whether a practice works and goes on doing so under its own code."""
    return is_working(life.state[b]) and fate[b] != MERGES and fate[b] != DISPERSES


@maker
def lay_strips(place, life, fate):
    """The strips of this year."""
    west, east = place.x[0], place.x[0]
    for b in range(len(fate)):
        west, east = min(west, place.x[b]), max(east, place.x[b])
    living, many, strip = np.zeros(len(fate), np.int64), 0, np.zeros(len(fate), np.int64)
    for b in range(len(fate)):
        strip[b] = int((place.x[b] - west) / STRIP_KM)
        if lives_on(b, life, fate):
            living[many] = b
            many += 1
    row, start = into_bins(living[:many], strip, int((east - west) / STRIP_KM) + 1)
    return Strips(row, start, strip)


@rule
def nearest_in(strip, i, place, strips, found, best):
    """Nearest practice to `i` in a strip that lives on, the first of several, and its squared distance; what was found
    before (squared km: `best`) where none is nearer."""
    for k in range(strips.start[strip], strips.start[strip + 1]):
        b = strips.row[k]
        squared = (place.x[i] - place.x[b]) ** 2 + (place.y[i] - place.y[b]) ** 2
        if b != i and (squared < best or (squared == best and b < found)):
            found, best = b, squared
    return found, best


@rule
def nearest_living(i, place, strips):
    """Nearest practice to `i` of all that live on; -1 if there is none. Looks through its own strip and then those on
    either side, until all others are further away than the nearest so far."""
    found, best, own, many = -1, 1e18, strips.of[i], len(strips.start) - 1
    for away in range(many):
        if ((away - 1) * STRIP_KM) ** 2 > best:
            break
        if own >= away:
            found, best = nearest_in(own - away, i, place, strips, found, best)
        if away > 0 and own + away < many:
            found, best = nearest_in(own + away, i, place, strips, found, best)
    return found


@maker
def receiver_weights(i, before, lists, life, fate, neighbours, km, p):
    """Shares in which neighbours take the patients of `i`: near and large ones more, closed lists not at all.

    Where no open list is near, the nearest neighbour that lives on takes them by allocation. Sum to 1, or to 0 where
    there is no such neighbour.
    """
    weights = np.zeros(neighbours.shape[1])
    total = 0.0
    fallback = -1
    for k in range(neighbours.shape[1]):
        b = neighbours[i, k]
        if b < 0 or not lives_on(b, life, fate):
            continue
        if fallback < 0 or km[i, k] < km[i, fallback]:
            fallback = k
        if lists.open[b] == 1:
            weights[k] = before[b] * math.exp(-p.per_km * km[i, k])
            total += weights[k]
    if total > 0.0:
        return weights / total
    if fallback >= 0:
        weights[fallback] = 1.0
    return weights


@rule
def hand_over(i, b, share, lists):
    """Moves a share of the patients of `i`, by age band, to practice `b`."""
    lists.need[b] = blend(lists.need[i], lists.need[b], share * lists.total[i], lists.total[b])
    lists.age_0_4[b] += share * lists.age_0_4[i]
    lists.age_5_64[b] += share * lists.age_5_64[i]
    lists.age_65_74[b] += share * lists.age_65_74[i]
    lists.age_75[b] += share * lists.age_75[i]
    lists.total[b] += share * lists.total[i]
    lists.weighted[b] += share * lists.weighted[i]
    lists.received[b] += share * lists.total[i]


@maker
def disperse_lists(
    place, lists, contract, money, staff, care, life, providers, nation, fate, into, neighbours, km, p, year
):
    """Ends the codes that are dispersed; `into` then names the main receiver, whom doctors may follow.

    Sink of the liability: landlords and staff made redundant. Nurses and others leave; receivers hire as their lists
    grow.
    """
    before, strips = lists.total.copy(), lay_strips(place, life, fate)
    for i in range(len(fate)):
        if fate[i] != DISPERSES:
            continue
        weights = receiver_weights(i, before, lists, life, fate, neighbours, km, p)
        most = 0.0
        for k in range(len(weights)):
            if weights[k] > 0.0:
                hand_over(i, neighbours[i, k], weights[k], lists)
                if weights[k] > most:
                    most, into[i] = weights[k], neighbours[i, k]
        if most == 0.0:
            into[i] = nearest_living(i, place, strips)
            hand_over(i, into[i], 1.0, lists)
        life.displaced[i] = lists.total[i]
        nation.moved[0] += lists.total[i]
        release_provider(i, contract, providers)
        share_out(i, contract, money)
        contract.sites[i] = 0
        staff.nurse_fte[i] = 0.0
        staff.direct_fte[i] = 0.0
        staff.admin_fte[i] = 0.0
        end_code(i, DISPERSED, -1, lists, staff, care, life, p, year)
