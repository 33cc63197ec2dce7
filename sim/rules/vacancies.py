"""The two sides of the market for GPs: posts on offer and doctors who look for one, on a grid of 20 km squares."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernel import maker, rule
from sim.rules import origins
from sim.rules.counts import is_working
from sim.rules.curves import exp, log
from sim.rules.leaving import MOVES
from sim.rules.sorting import bin_order, sort_within, total
from sim.world.luck import decision, mix, to_unit, uniform, uniform2
from sim.world.states import APMS, GOOD, INADEQUATE, OPEN, OUTSTANDING, PARTNER, SALARIED
from sim.world.world import Floats, Rows

OFFER = decision("workforce.offer")
NEWCOMERS = decision("workforce.newcomers")
RETURNERS = decision("workforce.returners")
HOURS = decision("workforce.hours")
PARTNERSHIP = decision("workforce.partnership_wish")

CELL_KM = 20.0
"""Side of a square of the grid. A candidate looks at the own square and the eight round it: posts within about 30 km.
"""
MOVER, QUALIFIER, RETURNER = 0, 1, 2
"""Kinds of candidate."""


class Hiring(NamedTuple):
    """What practices offer, and whom they take."""

    smallest_gap: float
    typical_fte: float
    partner_share: float
    partner_share_last: float
    reject_below: float
    months_first: float
    months_per_round: float


class PostChoice(NamedTuple):
    """What a candidate weighs: utilities of a post against the outside option."""

    income: float
    list_per_doctor: float
    deprivation: float
    size: float
    burnout: float
    poor_rating: float
    good_rating: float
    per_km: float
    buy_in: float
    outside: float
    outside_new: float
    outside_locum_price: float


class Supply(NamedTuple):
    """Doctors who look for a post each year."""

    qualifying: float
    completion: float
    return_rate: float
    pool_exit: float
    pool_per_thousand: float
    partner_wish: float
    lowest_fte: float
    highest_fte: float
    newcomer_age: float
    returner_years: float
    newcomer_burnout: float
    newcomer_female: float
    women_fewer_hours: float
    trainee_age: float
    trainee_fte: float


class Offers(NamedTuple):
    """Posts on offer, one entry a post, by square of the grid and in each by its place on the ring of the square."""

    practice: Rows
    who: NDArray[np.uint64]
    """Id of the practice."""
    number: Rows
    role: Rows
    fte: Floats
    weight: Floats
    """Weight in any candidate's choice, before distance: e to the utility."""
    ring: Floats
    """Place on the ring, 0 to 1: hashed from the practice's id, so that rows do not matter."""
    cell: Rows
    """Square of the grid."""
    x: Floats
    y: Floats


class Candidates(NamedTuple):
    """Doctors who look for a post, one entry a candidate, by square of the grid."""

    id: NDArray[np.uint64]
    row: Rows
    """Row of doctors, or -1 for those who have none."""
    kind: Rows
    region: Rows
    x: Floats
    y: Floats
    cell: Rows
    """Square of the grid."""
    fte: Floats
    partner: Rows
    """1 if open to a partnership."""


@rule
def posts_on_offer(gap, smallest, typical):
    """Number of posts a gap of `gap` FTE is advertised as: none below `smallest` FTE, else about one for each
    `typical` FTE.
    """
    if gap < smallest or typical <= 0.0:
        return 0
    return max(int(gap / typical + 0.5), 1)


@rule
def practice_appeal(list_ratio, deprived, list_size, burnout, usual_burnout, rating, p):
    """Utility of working in a practice, in whatever role; see `appeal`."""
    utility = p.size * log(max(list_size, 100.0) / origins.LIST) - p.list_per_doctor * log(max(list_ratio, 0.1))
    utility -= p.deprivation * deprived + p.burnout * (burnout - usual_burnout)
    if rating == INADEQUATE:
        return utility - p.poor_rating
    if rating == GOOD or rating == OUTSTANDING:
        return utility + p.good_rating * (rating - 2.0)
    return utility


@rule
def partnership_appeal(relative, buy_in_pounds, p):
    """Utility that a partnership adds, above or below nil; see `appeal`."""
    return p.income * relative - p.buy_in * buy_in_pounds / 1e5


@rule
def appeal(relative, list_ratio, deprived, list_size, burnout, usual_burnout, rating, buy_in_pounds, p):
    """Utility of a post to any candidate, before distance.

    relative: what it pays against the mean, -1 to 1; list_ratio: patients per post over England's; deprived: fifth of
    deprivation over 4 (E071: more than 5,000 pounds of 1998 make up for it); list_size in patients; buy_in_pounds:
    what a partner must find or guarantee.
    """
    place = practice_appeal(list_ratio, deprived, list_size, burnout, usual_burnout, rating, p)
    return place + partnership_appeal(relative, buy_in_pounds, p)


@maker
def make_grid(place, life):
    """Origin and size of the grid that holds all working practices: west and south edge (km), columns and rows."""
    west, south, east, north = 1e9, 1e9, -1e9, -1e9
    for i in range(len(life)):
        if is_working(life.state[i]):
            west, east = min(west, place.x[i]), max(east, place.x[i])
            south, north = min(south, place.y[i]), max(north, place.y[i])
    grid = np.zeros(4)
    grid[0], grid[1] = west, south
    grid[2] = max(math.floor((east - west) / CELL_KM) + 1.0, 1.0)
    grid[3] = max(math.floor((north - south) / CELL_KM) + 1.0, 1.0)
    return grid


@rule
def cell_of(x, y, grid):
    """Square of the grid in which a point (km) lies, counted column by column from the south-west on; points outside
    count to the nearest square."""
    column = min(int(max((x - grid[0]) / CELL_KM, 0.0)), int(grid[2]) - 1)
    row = min(int(max((y - grid[1]) / CELL_KM, 0.0)), int(grid[3]) - 1)
    return column * int(grid[3]) + row


@maker
def count_posts(lists, staff, life, h):
    """Posts that each practice offers, shape (practices,), and England's patients for each FTE of posts.

    Practices whose partners have given notice do not advertise.
    """
    posts, patients, fte = np.zeros(len(life), np.int64), 0.0, 0.0
    for i in range(len(life)):
        if is_working(life.state[i]):
            patients += lists.total[i]
            fte += staff.posts_fte[i]
            if life.handing_back[i] == 0:
                posts[i] = posts_on_offer(staff.posts_fte[i] - staff.gp_fte[i], h.smallest_gap, h.typical_fte)
    return posts, patients / fte if fte > 0.0 else 1.0


@maker
def ring_order(ring):
    """Rows by rising `ring`, numbers between 0 and 1 that are spread evenly: sorted into bins, then by insertion."""
    bins = np.zeros(len(ring), np.int64)
    for v in range(len(ring)):
        bins[v] = int(ring[v] * len(ring))
    return sort_within(bin_order(np.arange(len(ring)), bins, len(ring)), bins, ring)


@rule
def offered_role(kind, state, partners, luck, h):
    """Whether a post is offered to a partner: never under APMS or a caretaker, oftener where the last partner is
    alone.
    """
    if kind == APMS or state != OPEN:
        return SALARIED
    share = h.partner_share_last if partners < 1.5 else h.partner_share
    return PARTNER if luck < share else SALARIED


@maker
def offer_posts(place, lists, contract, staff, care, life, ccgs, regions, relative, grid, h, c, usual_burnout, stream):
    """Posts on offer, by square and ring. relative: partners' relative income, see `compare_incomes`."""
    posts, usual = count_posts(lists, staff, life, h)
    n = total(posts)
    rows, numbers, roles = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    ftes, weights, ring = np.zeros(n), np.zeros(n), np.zeros(n)
    regions.vacancies[:] = 0.0
    v = 0
    for i in range(len(life)):
        if posts[i] == 0:
            continue
        gap = staff.posts_fte[i] - staff.gp_fte[i]
        burnout = staff.burnout[i] if staff.doctors[i] > 0.0 else usual_burnout
        ratio = lists.total[i] / max(staff.posts_fte[i], 0.1) / usual
        utility = practice_appeal(
            ratio, place.fifth[i] / 4.0, lists.total[i], burnout, usual_burnout, care.rating[i], c
        )
        buy_in = contract.liability[i] / (staff.partners[i] + 1.0)
        regions.vacancies[ccgs.region[place.ccg[i]]] += posts[i]
        for k in range(posts[i]):
            who = np.uint64(k)
            rows[v], numbers[v], ftes[v] = i, k, min(gap / posts[i], 1.0)
            luck = uniform2(stream, place.id[i], who)
            roles[v] = offered_role(contract.kind[i], life.state[i], staff.partners[i], luck, h)
            partnership = partnership_appeal(relative[i], buy_in, c) if roles[v] == PARTNER else 0.0
            weights[v] = exp(utility + partnership)
            ring[v] = to_unit(mix(place.id[i] + who))
            v += 1
    ids, cell, x, y = place.id[rows], np.zeros(n, np.int64), place.x[rows], place.y[rows]
    for v in range(n):
        cell[v] = cell_of(x[v], y[v], grid)
    o = bin_order(ring_order(ring), cell, int(grid[2] * grid[3]))
    return Offers(rows[o], ids[o], numbers[o], roles[o], ftes[o], weights[o], ring[o], cell[o], x[o], y[o])


@rule
def keyed_round(expected, luck):
    """A whole number whose mean is `expected`; `luck` is a standard uniform."""
    return math.floor(expected + luck)


@maker
def entries_by_square(home, seat, heads, squares):
    """Where candidates go, square by square: the entry of each leaver, from the square of the home, and the first of
    the entries of each CCG's own, so many `heads`, from the square of its seat."""
    start = np.zeros(squares + 1, np.int64)
    for k in range(len(home)):
        start[home[k] + 1] += 1
    for c in range(len(seat)):
        start[seat[c] + 1] += heads[c]
    for square in range(squares):
        start[square + 1] += start[square]
    entry, first = np.zeros(len(home), np.int64), np.zeros(len(seat), np.int64)
    for k in range(len(home)):
        entry[k] = start[home[k]]
        start[home[k]] += 1
    for c in range(len(seat)):
        first[c] = start[seat[c]]
        start[seat[c]] += heads[c]
    return entry, first


@maker
def find_candidates(
    doctors, place, lists, life, ccgs, regions, leavers, grid, s, year, newcomers, returners, hours, wishing
):
    """Everyone who looks for a post, by square, as posts come: movers and finishing trainees (with a row), other
    qualifiers and returners (without).

    Qualifiers are drawn for each CCG by its patients, less the trainees who finished in its practices; returners come
    out of the region's pool. Also lets the pool shrink by those who retire from it.
    """
    n_ccgs = len(ccgs)
    patients, trained = np.zeros(n_ccgs), np.zeros(n_ccgs)
    region_patients = np.zeros(len(regions))
    for i in range(len(life)):
        trained[place.ccg[i]] += leavers.finished[i]
        if is_working(life.state[i]):
            patients[place.ccg[i]] += lists.total[i]
    for c in range(n_ccgs):
        region_patients[ccgs.region[c]] += patients[c]
    new, back = np.zeros(n_ccgs, np.int64), np.zeros(n_ccgs, np.int64)
    mean_fte = 0.5 * (s.lowest_fte + s.highest_fte)
    for r in range(len(regions)):
        regions.pool[r] *= 1.0 - s.pool_exit
    for c in range(n_ccgs):
        qualified = s.qualifying * s.completion * patients[c] / 1e6 - trained[c]
        new[c] = max(keyed_round(qualified, uniform(newcomers, ccgs.id[c])), 0)
        r = ccgs.region[c]
        if region_patients[r] > 0.0 and mean_fte > 0.0:
            heads = s.return_rate * regions.pool[r] / mean_fte * patients[c] / region_patients[r]
            back[c] = keyed_round(heads, uniform(returners, ccgs.id[c]))
    home, seat = np.zeros(len(leavers.row), np.int64), np.zeros(n_ccgs, np.int64)
    for j in range(len(home)):
        home[j] = cell_of(place.x[leavers.home[j]], place.y[leavers.home[j]], grid)
    for c in range(n_ccgs):
        seat[c] = cell_of(ccgs.x[c], ccgs.y[c], grid)
    entry, first = entries_by_square(home, seat, new + back, int(grid[2] * grid[3]))
    n = len(home) + total(new) + total(back)
    ids, rows, kinds = np.zeros(n, np.uint64), np.full(n, -1, np.int64), np.zeros(n, np.int64)
    where, x, y, cell = np.zeros(n, np.int64), np.zeros(n), np.zeros(n), np.zeros(n, np.int64)
    fte, wish = np.zeros(n), np.zeros(n, np.int64)
    for j in range(len(home)):
        k, row, i = entry[j], leavers.row[j], leavers.home[j]
        ids[k], rows[k], kinds[k] = doctors.id[row], row, MOVER if leavers.fate[row] == MOVES else QUALIFIER
        where[k], x[k], y[k], cell[k] = ccgs.region[place.ccg[i]], place.x[i], place.y[i], home[j]
    for c in range(n_ccgs):
        for j in range(new[c] + back[c]):
            k = first[c] + j
            kinds[k] = QUALIFIER if j < new[c] else RETURNER
            ids[k] = mix(mix(ccgs.id[c] + np.uint64(year)) + np.uint64(j + 100000 * kinds[k]))
            where[k], x[k], y[k], cell[k] = ccgs.region[c], ccgs.x[c], ccgs.y[c], seat[c]
    for k in range(n):
        fte[k] = s.lowest_fte + (s.highest_fte - s.lowest_fte) * uniform(hours, ids[k])
        wish[k] = 1 if uniform(wishing, ids[k]) < s.partner_wish else 0
        if kinds[k] == MOVER:
            fte[k] = doctors.fte[rows[k]]
            wish[k] = max(wish[k], 1 if doctors.role[rows[k]] == PARTNER else 0)
    return Candidates(ids, rows, kinds, where, x, y, cell, fte, wish)
