"""Three rounds in which candidates choose posts and practices choose candidates; then the doctors take up their posts.

In each round a candidate looks at some posts nearby and applies for one, or takes the outside option (locum, portfolio,
abroad); a practice takes its best applicant, if good enough. Who looks at what is a keyed draw on a ring of posts: one
post more or less disturbs only the looks that fall next to it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.kernel import kernel, rule
from sim.rules.vacancies import QUALIFIER, RETURNER, cell_of
from sim.world.luck import decision, mix, normal2, uniform, uniform2
from sim.world.states import OPEN, PARTNER, TRAINEE

LOOKING = decision("workforce.looking")
CHOOSING = decision("workforce.choosing")
SELECTING = decision("workforce.selecting")
TRAITS = decision("workforce.traits")

ROUNDS, LOOKS = 3, 8
TAKEN_NONE, OUTSIDE = -1, -2


class NewcomerTraits(NamedTuple):
    """Usual traits of those new to general practice, 0-1, and their spread on the logit scale."""

    trust: float
    autonomy: float
    conflict_worry: float
    workload_threat: float
    spread: float


@rule
def square_bounds(starts, cell, grid):
    """Nine squares round `cell` as first post and count, shape (9, 2); squares off the grid are empty."""
    found = np.zeros((9, 2), np.int64)
    columns, rows = int(grid[2]), int(grid[3])
    column, row = cell % columns, cell // columns
    k = 0
    for north in range(-1, 2):
        for east in range(-1, 2):
            a, b = column + east, row + north
            if 0 <= a < columns and 0 <= b < rows:
                found[k, 0] = starts[b * columns + a]
                found[k, 1] = starts[b * columns + a + 1] - found[k, 0]
            k += 1
    return found


@rule
def post_at(keys, squares, total, draw, cells_of):
    """The post that a draw (0-1) points at: first a square by its number of posts, then the next post on the square's ring."""
    left = draw * total
    for k in range(9):
        count = squares[k, 1]
        if left < count:
            share = left / count
            low, high = squares[k, 0], squares[k, 0] + count
            first = low
            cell = cells_of[first]
            while low < high:
                middle = (low + high) // 2
                if keys[middle] < cell + share:
                    low = middle + 1
                else:
                    high = middle
            return first if low == squares[k, 0] + count else low
        left -= count
    return squares[4, 0]


@rule
def outside_utility(kind, price_ratio, c):
    """Utility of locum or portfolio work, or of going abroad; price_ratio: the region's locum price over the usual one."""
    utility = c.outside + c.outside_locum_price * math.log(max(price_ratio, 0.1))
    return utility + c.outside_new if kind == QUALIFIER else utility


@kernel
def post_starts(keys, grid):
    """First post of every square of the grid (one entry more than squares), and the square of every post."""
    squares = int(grid[2] * grid[3])
    starts = np.zeros(squares + 1, np.int64)
    cells = np.zeros(len(keys), np.int64)
    for v in range(len(keys)):
        cells[v] = int(math.floor(keys[v]))
        starts[cells[v] + 1] += 1
    for s in range(squares):
        starts[s + 1] += starts[s]
    return starts, cells


@rule
def apply_for(k, who, attempt, x, y, wish, outside, place, rows, roles, pulls, keys, cells, squares, total, taken, c, looking, choosing):
    """The post a candidate applies for in a round, or OUTSIDE: multinomial choice over up to LOOKS posts still open.

    Posts seen twice count once a look; a partnership is passed over by those who do not want one.
    """
    weights = np.zeros(LOOKS)
    seen = np.zeros(LOOKS, np.int64)
    sum_of_weights = math.exp(outside)
    for look in range(LOOKS):
        v = post_at(keys, squares, total, uniform2(looking, who, np.uint64(LOOKS * attempt + look)), cells)
        seen[look] = v
        if taken[v] != TAKEN_NONE or (roles[v] == PARTNER and wish == 0):
            continue
        i = rows[v]
        km = math.hypot(place.x[i] - x, place.y[i] - y)
        weights[look] = math.exp(pulls[v] - c.per_km * km)
        sum_of_weights += weights[look]
    left = uniform2(choosing, who, np.uint64(attempt)) * sum_of_weights
    for look in range(LOOKS):
        if left < weights[look]:
            return seen[look]
        left -= weights[look]
    return OUTSIDE


@kernel
def match(place, regions, rows, roles, pulls, keys, ids, kinds, where, x, y, wish, grid, starts, cells, reject_below, base_price, c,
          looking, choosing, selecting):  # fmt: skip
    """Three rounds of applications. Returns each candidate's post (or -1) and each post's candidate (or -1) and round."""
    got = np.full(len(ids), TAKEN_NONE, np.int64)
    taken = np.full(len(rows), TAKEN_NONE, np.int64)
    when = np.zeros(len(rows), np.int64)
    best = np.zeros(len(rows), np.int64)
    score = np.zeros(len(rows))
    for attempt in range(ROUNDS):
        best[:] = TAKEN_NONE
        for k in range(len(ids)):
            if got[k] != TAKEN_NONE:
                continue
            squares = square_bounds(starts, cell_of(x[k], y[k], grid), grid)
            total = squares[:, 1].sum()
            if total == 0:
                got[k] = OUTSIDE
                continue
            ratio = regions.locum_price[where[k]] / base_price if base_price > 0.0 else 1.0
            outside = outside_utility(kinds[k], ratio, c)
            v = apply_for(k, ids[k], attempt, x[k], y[k], wish[k], outside, place, rows, roles, pulls, keys, cells, squares,
                          float(total), taken, c, looking, choosing)  # fmt: skip
            if v == OUTSIDE:
                got[k] = OUTSIDE
                continue
            merit = normal2(selecting, ids[k], place.id[rows[v]])
            if merit >= reject_below and (best[v] == TAKEN_NONE or merit > score[v]):
                best[v], score[v] = k, merit
        for v in range(len(rows)):
            if best[v] != TAKEN_NONE and taken[v] == TAKEN_NONE:
                taken[v], when[v] = best[v], attempt
                got[best[v]] = v
    return got, taken, when


@rule
def joiner_id(year, practice, number):
    """Id of a doctor new to general practice, from the year, the practice's id and the number of the post; never 0."""
    fresh = mix(mix(practice + np.uint64(year)) ^ mix(np.uint64(number) + np.uint64(1)))
    return fresh if fresh != np.uint64(0) else np.uint64(1)


@rule
def free_row(doctors, fate, start):
    """First row from `start` on that no doctor holds, or the number of rows if there is none."""
    row = start
    while row < len(doctors) and (doctors.practice[row] >= 0 or fate[row] != 0):
        row += 1
    return row


@rule
def trait(centre, spread, draw):
    """A trait (0-1) from its usual value, 0-1, its spread in log-odds and a standard normal draw."""
    centre = min(max(centre, 1e-6), 1.0 - 1e-6)
    return 1.0 / (1.0 + math.exp(-math.log(centre / (1.0 - centre)) - spread * draw))


@rule
def newcomer(doctors, row, who, age, s, t, intention, stream):
    """Fills a free row with a doctor new to general practice; traits are independent of each other."""
    doctors.id[row] = who
    doctors.age[row] = age
    doctors.female[row] = 1 if uniform2(stream, who, np.uint64(0)) < s.newcomer_female else 0
    doctors.burnout[row] = s.newcomer_burnout
    doctors.intention[row] = intention
    doctors.trust[row] = trait(t.trust, t.spread, normal2(stream, who, np.uint64(1)))
    doctors.autonomy[row] = trait(t.autonomy, t.spread, normal2(stream, who, np.uint64(2)))
    doctors.conflict_worry[row] = trait(t.conflict_worry, t.spread, normal2(stream, who, np.uint64(3)))
    doctors.workload_threat[row] = trait(t.workload_threat, t.spread, normal2(stream, who, np.uint64(4)))
    doctors.opinion_start[row] = 0.0
    doctors.opinion[row] = 0.0


@rule
def enter(doctors, row, i, role, fte, staff, nation):
    """A doctor takes up a post in practice `i`."""
    doctors.practice[row] = i
    doctors.role[row] = role
    doctors.fte[row] = fte
    doctors.tenure[row] = 0.0
    nation.doctors_in[0] += 1.0
    if role != TRAINEE:
        staff.joined[i] += 1.0


@kernel
def take_up_posts(doctors, place, staff, ccgs, regions, nation, fate, rows, numbers, roles, ftes, taken, when, ids, from_row, kinds, where,
                  wanted, h, s, t, intention, year, traits):  # fmt: skip
    """Matched candidates enter their practices; returns the FTE by practice that was empty until then, as a share of the year.

    Flow: pool or training -> practices (nation.doctors_in). A returner's FTE leaves the region's pool.
    """
    covered = np.zeros(len(place))
    regions.filled[:] = 0.0
    free = 0
    for v in range(len(rows)):
        k = taken[v]
        if k < 0:
            continue
        i = rows[v]
        row = from_row[k]
        fte = min(wanted[k], max(ftes[v], s.lowest_fte))
        if kinds[k] == RETURNER and regions.pool[where[k]] < fte:
            taken[v] = TAKEN_NONE
            continue
        if row < 0:
            free = free_row(doctors, fate, free)
            if free == len(doctors):
                taken[v] = TAKEN_NONE
                continue
            row = free
            who = joiner_id(year, place.id[i], numbers[v])
            age = s.newcomer_age + (s.returner_years if kinds[k] == RETURNER else 0.0) * uniform(traits, ids[k])
            newcomer(doctors, row, who, age, s, t, intention, traits)
        fate[row] = 0
        if kinds[k] == RETURNER:
            regions.pool[where[k]] -= fte
        enter(doctors, row, i, roles[v], fte, staff, nation)
        covered[i] += fte * min((h.months_first + h.months_per_round * when[v]) / 12.0, 1.0)
        regions.filled[ccgs.region[place.ccg[i]]] += 1.0
    return covered


@kernel
def settle_unmatched(doctors, regions, fate, got, taken, from_row, kinds, where, wanted):
    """Candidates without a post: qualifiers and movers go to the region's pool, returners stay in it; their rows are freed."""
    for k in range(len(got)):
        if got[k] >= 0 and taken[got[k]] == k:
            continue
        if kinds[k] != RETURNER:
            regions.pool[where[k]] += wanted[k]
        if from_row[k] >= 0:
            doctors.id[from_row[k]] = np.uint64(0)
            fate[from_row[k]] = 0


@kernel
def refill_traineeships(doctors, place, life, staff, nation, places, fate, s, t, intention, year, traits):
    """A trainee who finished makes room for a new one in the same practice, while it is open (nation.doctors_in)."""
    free = 0
    for i in range(len(places)):
        for k in range(places[i]):
            free = free_row(doctors, fate, free)
            if free == len(doctors) or life.state[i] != OPEN:
                break
            who = joiner_id(year, place.id[i], 1000 + k)
            newcomer(doctors, free, who, s.trainee_age, s, t, intention, traits)
            enter(doctors, free, i, TRAINEE, s.trainee_fte, staff, nation)

