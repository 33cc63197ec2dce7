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

ROUNDS, LOOKS = 3, 6
NOBODY, OUTSIDE = -1, -2


class NewcomerTraits(NamedTuple):
    """Usual traits of those new to general practice, 0-1, and their spread on the logit scale."""

    trust: float
    autonomy: float
    conflict_worry: float
    workload_threat: float
    spread: float


@rule
def post_at(key, cells, squares, total, draw):
    """The post that a draw (0-1) points at: first a square by its number of posts, then the next post on its ring.

    key, cells: key and square of every post; squares: first post and count of nine squares; total: posts in them.
    """
    left = draw * total
    for k in range(9):
        first, count = squares[k, 0], squares[k, 1]
        if left < count:
            point, v = cells[first] + left / count, first + int(left)
            while v > first and key[v - 1] >= point:
                v -= 1
            while v < first + count and key[v] < point:
                v += 1
            return v if v < first + count else first
        left -= count
    return squares[4, 0]


@rule
def outside_utility(kind, price_ratio, c):
    """Utility of locum work or of going abroad; price_ratio: the region's locum price over the usual one."""
    utility = c.outside + c.outside_locum_price * math.log(max(price_ratio, 0.1))
    return utility + c.outside_new if kind == QUALIFIER else utility


@kernel
def post_squares(key, grid):
    """The posts within reach of each square of the grid, and the square of every post.

    Returns (squares, 9, 2): first post and count in each of the nine squares round it, empty beyond the grid; and the
    square of each post in the order of `key`.
    """
    columns, rows = int(grid[2]), int(grid[3])
    starts = np.zeros(columns * rows + 1, np.int64)
    cells = np.zeros(len(key), np.int64)
    for v in range(len(key)):
        cells[v] = math.floor(key[v])
        starts[cells[v] + 1] += 1
    for s in range(columns * rows):
        starts[s + 1] += starts[s]
    reach = np.zeros((columns * rows, 9, 2), np.int64)
    for s in range(columns * rows):
        for k in range(9):
            a, b = s % columns + k % 3 - 1, s // columns + k // 3 - 1
            if 0 <= a < columns and 0 <= b < rows:
                reach[s, k, 0] = starts[b * columns + a]
                reach[s, k, 1] = starts[b * columns + a + 1] - starts[b * columns + a]
    return reach, cells


@rule
def apply_for(k, attempt, outside, offers, cells, people, squares, taken, c, looking, choosing, weights, seen):
    """The post that candidate `k` applies for in a round, or OUTSIDE: a multinomial choice over LOOKS posts.

    Posts already filled, and partnerships for those who do not want one, weigh nothing; a post seen twice counts twice.
    weights, seen: room for LOOKS numbers.
    """
    total = squares[:, 1].sum()
    sum_of_weights = math.exp(outside)
    for look in range(LOOKS):
        weights[look] = 0.0
        if total == 0:
            continue
        draw = uniform2(looking, people.id[k], np.uint64(LOOKS * attempt + look))
        v = post_at(offers.key, cells, squares, total, draw)
        seen[look] = v
        if taken[v] == NOBODY and (offers.role[v] != PARTNER or people.partner[k] == 1):
            east, north = offers.x[v] - people.x[k], offers.y[v] - people.y[k]
            weights[look] = math.exp(offers.pull[v] - c.per_km * math.sqrt(east * east + north * north))
            sum_of_weights += weights[look]
    left = uniform2(choosing, people.id[k], np.uint64(attempt)) * sum_of_weights
    for look in range(LOOKS):
        if left < weights[look]:
            return seen[look]
        left -= weights[look]
    return OUTSIDE


@kernel
def match(
    place, regions, offers, cells, reach, people, grid, reject_below, base_price, c, looking, choosing, selecting
):
    """Three rounds of applications: returns each post's candidate, -1 where nobody came, and round (0-2)."""
    done = np.zeros(len(people.id), np.int64)
    taken = np.full(len(offers.key), NOBODY, np.int64)
    when = np.zeros(len(offers.key), np.int64)
    best = np.zeros(len(offers.key), np.int64)
    score = np.zeros(len(offers.key))
    weights, seen = np.zeros(LOOKS), np.zeros(LOOKS, np.int64)
    for attempt in range(ROUNDS):
        best[:] = NOBODY
        for k in range(len(people.id)):
            if done[k] == 1:
                continue
            squares = reach[cell_of(people.x[k], people.y[k], grid)]
            price = regions.locum_price[people.region[k]] / base_price if base_price > 0.0 else 1.0
            outside = outside_utility(people.kind[k], price, c)
            v = apply_for(
                k, attempt, outside, offers, cells, people, squares, taken, c, looking, choosing, weights, seen
            )
            if v == OUTSIDE:
                done[k] = 1
                continue
            merit = normal2(selecting, people.id[k], place.id[offers.practice[v]])
            if merit >= reject_below and (best[v] == NOBODY or merit > score[v]):
                best[v], score[v] = k, merit
        for v in range(len(best)):
            if best[v] != NOBODY:
                taken[v], when[v] = best[v], attempt
                done[best[v]] = 1
    return taken, when


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
def take_up_posts(
    doctors, place, staff, ccgs, regions, nation, fate, offers, taken, when, people, h, s, t, intention, year, traits
):
    """Matched candidates enter their practices; returns by practice the FTE of the year empty until then.

    Flow: pool or training -> practices (nation.doctors_in). A returner's FTE leaves the pool. Where the pool or
    the free rows do not suffice, the post stays empty and `taken` says so.
    """
    covered = np.zeros(len(place))
    regions.filled[:] = 0.0
    free = 0
    for v in range(len(taken)):
        k = taken[v]
        if k == NOBODY:
            continue
        i, row, r = offers.practice[v], people.row[k], people.region[k]
        fte = min(people.fte[k], max(offers.fte[v], s.lowest_fte))
        if row < 0:
            free = free_row(doctors, fate, free)
            if free == len(doctors) or (people.kind[k] == RETURNER and regions.pool[r] < fte):
                taken[v] = NOBODY
                continue
            row = free
            older = s.returner_years * uniform(traits, people.id[k]) if people.kind[k] == RETURNER else 0.0
            who = joiner_id(year, place.id[i], offers.number[v])
            newcomer(doctors, row, who, s.newcomer_age + older, s, t, intention, traits)
        fate[row] = 0
        if people.kind[k] == RETURNER:
            regions.pool[r] -= fte
        enter(doctors, row, i, offers.role[v], fte, staff, nation)
        covered[i] += fte * min((h.months_first + h.months_per_round * when[v]) / 12.0, 1.0)
        regions.filled[ccgs.region[place.ccg[i]]] += 1.0
    return covered


@kernel
def settle_unmatched(doctors, regions, fate, taken, people):
    """Without a post, qualifiers and movers go to the region's pool and returners stay in it; rows are freed."""
    matched = np.zeros(len(people.id), np.int64)
    for v in range(len(taken)):
        if taken[v] != NOBODY:
            matched[taken[v]] = 1
    for k in range(len(matched)):
        if matched[k] == 1:
            continue
        if people.kind[k] != RETURNER:
            regions.pool[people.region[k]] += people.fte[k]
        if people.row[k] >= 0:
            doctors.id[people.row[k]] = np.uint64(0)
            fate[people.row[k]] = 0


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
