"""Three rounds in which candidates choose posts and practices choose candidates; `entering` does the rest.

In each round a candidate looks at some posts nearby and applies for one, or takes the outside option (locum, portfolio,
abroad); a practice takes its best applicant, if good enough. Who looks at what is a keyed draw on a ring of posts: one
post more or less disturbs only the looks that fall next to it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernel import maker, part, rule
from sim.rules.vacancies import CELL_KM, QUALIFIER
from sim.world.luck import decision, nth_draw, person, uniform2
from sim.world.states import PARTNER
from sim.world.world import Floats, Rows

LOOKING = decision("workforce.looking")
CHOOSING = decision("workforce.choosing")
SELECTING = decision("workforce.selecting")

ROUNDS, LOOKS, SLOTS = 3, 6, 4
NOBODY = -1
STEPS_A_KM = 8.0


class Rings(NamedTuple):
    """The posts of every square of the grid as a ring, with some slots for each post to begin the search at."""

    start: Rows
    """First post of each square, and their number at the end."""
    find: NDArray[np.int32]
    """First post from the beginning of each slot on, the end of the square if none; SLOTS for each post, by square."""
    near: Rows
    """(squares, 9): posts in the square and the eight round it, summed up from the south-west on."""


class Looks(NamedTuple):
    """What one candidate sees of LOOKS posts. Worked out step by step for all looks, not look by look: the processor
    then has many under way at once, which takes little more than half as long."""

    square: Rows
    """Square of the grid of each post."""
    point: Floats
    """Where on the square's ring the search for it begins, 0 to 1."""
    post: Rows
    """The posts, and NOBODY for the outside option."""
    sums: Floats
    """Their weights for the candidate, summed up."""


Sure = np.uint64
"""An index that is not negative: spares the test whether it counts from the end."""


@rule
def square_at(draw, square, rows, near):
    """Which of the nine squares round `square` a draw (0-1) chooses, by their number of posts (`Rings.near`)."""
    s, at = Sure(square), int(draw * near[square, 8])
    up = (1 if near[s, 2] <= at else 0) + (1 if near[s, 5] <= at else 0)
    east = (1 if near[s, Sure(3 * up)] <= at else 0) + (1 if near[s, Sure(3 * up + 1)] <= at else 0)
    return square + (east - 1) * rows + up - 1


@rule
def post_from(slot, point, first, end, ring, find):
    """The first post from a point (0-1) of a ring on; it lies in this slot, and the ring's posts from first to end."""
    v = int(find[Sure(slot)])
    v += 1 if (v < end) & (ring[Sure(min(v, len(ring) - 1))] < point) else 0  # seldom more, so that none is guessed
    while v < end and ring[Sure(v)] < point:
        v += 1
    return v if v < end else first


@part
def look_round(begin, number, square, rows, ring, rings, looks):
    """A candidate of `square` finds LOOKS posts within reach, by draws `number` and on; only where there are posts.

    A draw's leading digits choose one of nine squares by the number of posts, its further digits a point on that
    square's ring; the next post from there on is the one.
    """
    for look in range(LOOKS):
        draw = nth_draw(begin, number + look)
        s = square_at(draw, square, rows, rings.near)
        digits = draw * 1048576.0
        point = digits - int(digits)
        first, end = rings.start[Sure(s)], rings.start[Sure(s + 1)]
        looks.square[look], looks.point[look] = s, point
        looks.post[look] = SLOTS * first + int(point * (SLOTS * (end - first)))
    for look in range(LOOKS):
        s = looks.square[look]
        first, end = rings.start[Sure(s)], rings.start[Sure(s + 1)]
        looks.post[look] = post_from(looks.post[look], looks.point[look], first, end, ring, rings.find)


@part
def choose_look(x, y, wish, outside, draw, posts, near, looks):
    """The post that a candidate at (x, y) km applies for by a draw (0-1), or NOBODY for the outside option.

    wish: 1 for those who want a partnership. outside: weight of the outside option. posts: see `posts_at_hand`. near:
    see `nearness`.
    """
    total = 0.0
    for look in range(LOOKS):
        v = Sure(looks.post[look])
        steps = steps_between(posts[v, X] - x, posts[v, Y] - y)
        total += posts[v, Sure(wish)] * near[Sure(min(steps, len(near) - 1))]
        looks.sums[look] = total
    return looks.post[first_above(looks.sums, draw * (total + outside))]


@rule
def outside_utility(kind, price_ratio, c):
    """Utility of locum work or of going abroad; price_ratio: the region's locum price over the usual one."""
    utility = c.outside + c.outside_locum_price * math.log(max(price_ratio, 0.1))
    return utility + c.outside_new if kind == QUALIFIER else utility


@maker
def outside_weights(regions, base_price, c):
    """Weight of the outside option in each region (rows) for each kind of candidate (columns)."""
    weights = np.zeros((len(regions), 3))
    for r in range(len(regions)):
        price = regions.locum_price[r] / base_price if base_price > 0.0 else 1.0
        for kind in range(3):
            weights[r, kind] = math.exp(outside_utility(kind, price, c))
    return weights


@maker
def count_near(count, columns, rows):
    """(squares, 9): `count` of each square and the eight round it, nil beyond the grid, summed up in this order."""
    near = np.zeros((columns * rows, 9), np.int64)
    for s in range(columns * rows):
        total = 0
        for k in range(9):
            a, b = s // rows + k % 3 - 1, s % rows + k // 3 - 1
            if 0 <= a < columns and 0 <= b < rows:
                total += count[a * rows + b]
            near[s, k] = total
    return near


@maker
def make_rings(offers, grid):
    """The rings of posts of all squares. Posts must come by square and ring, as `offer_posts` gives them."""
    columns, rows = int(grid[2]), int(grid[3])
    count = np.zeros(columns * rows, np.int64)
    for v in range(len(offers.cell)):
        count[offers.cell[v]] += 1
    start = np.zeros(columns * rows + 1, np.int64)
    find = np.zeros(SLOTS * len(offers.cell), np.int32)
    for s in range(columns * rows):
        start[s + 1] = start[s] + count[s]
        v = start[s]
        for slot in range(SLOTS * count[s]):
            while v < start[s + 1] and offers.ring[v] * (SLOTS * count[s]) < slot:
                v += 1
            find[SLOTS * start[s] + slot] = v
    return Rings(start, find, count_near(count, columns, rows))


@maker
def nearness(per_km):
    """What distance leaves of a post's weight, in steps of 1 / STEPS_A_KM up to the diagonal of three squares."""
    left = np.zeros(int(4.5 * CELL_KM * STEPS_A_KM))
    for step in range(len(left)):
        left[step] = math.exp(-per_km * (step + 0.5) / STEPS_A_KM)
    return left


@rule
def steps_between(east, north):
    """Distance of two points, given in km east and north, in steps of `nearness`."""
    return int(STEPS_A_KM * math.sqrt(east * east + north * north))


@rule
def first_above(sums, left):
    """First entry of the LOOKS rising `sums` above `left`, or LOOKS; counted, since a branch would be a guess."""
    k = 0
    for look in range(LOOKS):
        k += 1 if sums[look] <= left else 0
    return k


X, Y = 2, 3
"""Columns of `posts_at_hand`, after the weights."""


@maker
def posts_at_hand(offers):
    """What a look at a post reads, side by side in memory, (posts, 4): its weight for candidates who do not want a
    partnership (0) and who do (1), and where it is (km)."""
    posts = np.zeros((len(offers.role), 4))
    for v in range(len(offers.role)):
        posts[v, 0] = offers.weight[v] if offers.role[v] != PARTNER else 0.0
        posts[v, 1] = offers.weight[v]
        posts[v, X], posts[v, Y] = offers.x[v], offers.y[v]
    return posts


@rule
def take_best(attempt, best, taken, when, posts, hired):
    """Practices take the best candidate of a round; a post that is filled weighs nothing from then on."""
    for v in range(len(best)):
        if best[v] != NOBODY:
            taken[v], when[v] = best[v], attempt
            hired[best[v]] = 1
            posts[v, 0] = posts[v, 1] = 0.0


@maker
def within_reach(people, near):
    """Candidates who have a post within reach."""
    some = np.zeros(len(people.cell), np.int64)
    for k in range(len(some)):
        some[k] = near[people.cell[k], 8] > 0
    return np.nonzero(some)[0]


@maker
def still_waiting(waiting, choice, hired):
    """Those who were neither hired nor took the outside option."""
    left, many = np.zeros(len(waiting), np.int64), 0
    for k in waiting:
        left[many] = k
        many += 1 if (choice[k] != NOBODY) & (hired[k] == 0) else 0
    return left[:many]


@maker
def match(regions, offers, rings, people, grid, reject_below, base_price, c, looking, choosing, selecting):
    """Three rounds of applications: returns each post's candidate, -1 where nobody came, and round (0-2).

    A candidate applies for a post or takes the outside option by multinomial choice over LOOKS posts; those filled, or
    of a role that is not wanted, weigh nothing; a post seen twice counts twice. A candidate's merit is a draw for each
    practice, by its rank (0-1); practices reject those below the rank of a standard normal `reject_below`.
    """
    n, rows = len(offers.cell), int(grid[3])
    taken, when = np.full(n, NOBODY, np.int64), np.zeros(n, np.int64)
    best, score = np.zeros(n, np.int64), np.zeros(n)
    posts, outside, near = posts_at_hand(offers), outside_weights(regions, base_price, c), nearness(c.per_km)
    lowest = 0.5 * math.erfc(-reject_below / math.sqrt(2.0))
    looks = Looks(np.zeros(LOOKS, np.int64), np.zeros(LOOKS), np.full(LOOKS + 1, NOBODY, np.int64), np.zeros(LOOKS))
    hired, choice = np.zeros(len(people.id), np.int64), np.zeros(len(people.id), np.int64)
    waiting = within_reach(people, rings.near)
    for attempt in range(ROUNDS):
        best[:] = NOBODY
        for k in waiting:
            begin, number = person(looking, people.id[k]), LOOKS * attempt
            look_round(begin, number, people.cell[k], rows, offers.ring, rings, looks)
            draw = uniform2(choosing, people.id[k], np.uint64(attempt))
            other = outside[people.region[k], people.kind[k]]
            choice[k] = choose_look(people.x[k], people.y[k], people.partner[k], other, draw, posts, near, looks)
        for k in waiting:
            v = choice[k]
            if v != NOBODY:
                merit = uniform2(selecting, people.id[k], offers.who[v])
                if merit >= lowest and (best[v] == NOBODY or merit > score[v]):
                    best[v], score[v] = k, merit
        take_best(attempt, best, taken, when, posts, hired)
        waiting = still_waiting(waiting, choice, hired)
    return taken, when
