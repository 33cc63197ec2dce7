"""Demand (phase 2): lists age, grow and move; patients switch practice; consultations are wanted.

Patients are counted in four age bands, as numbers that need not be whole. Every patient comes from somewhere: births
and immigration (`nation.born`), a younger band, or another practice; and goes somewhere: deaths and emigration
(`nation.died`), an older band, or another practice. Nobody joins a closed list but by birth into it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.kernel import kernel, maker, rule
from sim.parameters import Params
from sim.rules import origins
from sim.rules.curves import exp, log, power
from sim.world.luck import Luck, decision, uniform
from sim.world.states import CARETAKER, OPEN
from sim.world.world import Floats, Networks, World

GROWTH_SHOCK = decision("demand.growth_shock")
LASTING_GROWTH = decision("demand.lasting_growth")

START_YEAR = 2014
WEIGHT_0_4, WEIGHT_5_64, WEIGHT_65_74, WEIGHT_75, WEIGHT_MEAN = 3.81, 1.893, 4.556, 6.117, 2.585
"""Carr-Hill workload weights of the four bands (males aged 5-14 are 1) and their mean over England's patients of
2015; both sexes and finer bands joined by their numbers (PA206-PA219, PA275-PA292)."""
UNIFORM_SPREAD = 3.4641016151377544
"""Width of a uniform distribution whose standard deviation is 1."""


class Ageing(NamedTuple):
    """Yearly rates, per patient of the band named; births and migration see the records."""

    births: float
    leave_0_4: float
    reach_65: float
    reach_75: float
    deaths_5_64: float
    deaths_65_74: float
    deaths_75: float
    migration: float
    england_growth: float
    under_5_share: float
    shock: float
    lasting: float
    spread_per_list: float
    skew: float
    rarest: float
    calming: float
    settling: float
    years_ahead: float


class Switching(NamedTuple):
    """Why and where patients move without moving home."""

    rate: float
    per_dissatisfied: float
    per_quality: float
    per_experience: float
    per_km: float
    per_list: float


class Wanting(NamedTuple):
    """What patients want from their practice."""

    per_person: float
    growth: float
    growth_fade: float
    per_imd: float
    per_access: float
    carried_over: float


@rule
def served(state):
    """Whether a practice sees patients: open or in a caretaker's hands."""
    return state == OPEN or state == CARETAKER


@rule
def age_weight(age_0_4, age_5_64, age_65_74, age_75):
    """Carr-Hill weighted patients, with England's mean patient as 1. Counts in patients."""
    weighted = WEIGHT_0_4 * age_0_4 + WEIGHT_5_64 * age_5_64 + WEIGHT_65_74 * age_65_74 + WEIGHT_75 * age_75
    return weighted / WEIGHT_MEAN


@rule
def noise(draw, spread):
    """A draw in (0, 1) as a shock of mean 0 and standard deviation `spread`; flat, so that none is extreme."""
    return (draw - 0.5) * UNIFORM_SPREAD * spread


@rule
def peaked_noise(draw, spread, p):
    """A draw in (0, 1) as a shock of mean 0 and standard deviation `spread`, of Laplace's form with a longer tail of
    gains: most lists change little, a few much, and gains are spread `p.skew` times as wide as losses. What is rarer
    than `p.rarest` on either side counts as that, so that no shock is without bound.
    """
    skew = p.skew
    losses = spread / math.sqrt(1.0 + skew * skew)
    gains, below = skew * losses, 1.0 / (1.0 + skew)
    top = losses - gains
    if draw < below:
        return top + losses * log(max(draw, p.rarest) / below)
    return top - gains * log(max(1.0 - draw, p.rarest) / (1.0 - below))


@rule
def spread_by_list(spread, list_size, per_list):
    """Standard deviation of growth of a list (patients), which is `spread` at 7,000: the smaller the list, the more a
    new block of flats or a partner's leaving sways it."""
    return spread * power(origins.LIST / max(list_size, 100.0), per_list)


@rule
def grown(years, growth, fade):
    """How much a quantity has grown after `years` at a yearly `growth` that itself fades by `fade` a year; ratio."""
    if fade <= 0.0:
        return math.exp(growth * years)
    return math.exp(growth * (1.0 - math.exp(-fade * years)) / fade)


@rule
def net_migration(total, place_growth, shock, p):
    """Patients a year who come to (or, negative, leave) a practice's place.

    total: list, patients. place_growth: yearly growth of its place, share. England's mean comes on top of births and
    deaths; a place that grows faster than England does so by migration (PA293-PA302, PA315, PA316).
    """
    return (p.migration + place_growth - p.england_growth + shock) * total


@rule
def leaving_share(experience, p):
    """Share of a list that looks for another practice in a year, at most 0.5. experience: 0 to 1 (PA260-PA262)."""
    return min(0.5, p.rate * exp(p.per_dissatisfied * (origins.EXPERIENCE - experience)))


@rule
def attraction(quality, experience, list_size, p):
    """How strongly a practice draws patients who look for one, before distance (E042, PA266).

    list_size: patients. At a power (`per_list`) of 1 a large practice draws as many of its size as a small one; at 0
    as many heads, so that small lists swell and large ones shrink.
    """
    pull = exp(p.per_quality * quality + p.per_experience * (experience - origins.EXPERIENCE))
    return pull * power(max(list_size, 1.0) / origins.LIST, p.per_list)


@rule
def fresh_demand(weighted, imd, access, level, p):
    """Consultations a year that a list wants, without those carried over.

    weighted: age-weighted patients. imd: score. access: 0 to 1, last year's; where it is hard to be seen fewer ask.
    level: growth since the start, ratio. Source: DE0013, PA206-PA219, PA230.
    """
    gradient = exp(p.per_imd * (imd - origins.IMD))
    return max(0.0, p.per_person * level * weighted * gradient * (1.0 + p.per_access * (access - origins.ACCESS)))


@rule
def nearest_open(row, life, lists, neighbours):
    """Row of the practice that takes newcomers to `row`'s place: itself, or its nearest open neighbour; -1 if none."""
    if lists.open[row] == 1:
        return row
    for k in range(neighbours.shape[1]):
        other = neighbours[row, k]
        if other >= 0 and served(life.state[other]) and lists.open[other] == 1:
            return other
    return -1


@rule
def grow_older(lists, i, p):
    """Moves the patients of row `i` through the bands; returns (births, deaths) in patients."""
    born = p.births * lists.age_5_64[i]
    up_5, up_65 = p.leave_0_4 * lists.age_0_4[i], p.reach_65 * lists.age_5_64[i]
    up_75 = p.reach_75 * lists.age_65_74[i]
    died_5_64, died_65_74 = p.deaths_5_64 * lists.age_5_64[i], p.deaths_65_74 * lists.age_65_74[i]
    died_75 = p.deaths_75 * lists.age_75[i]
    lists.age_0_4[i] += born - up_5
    lists.age_5_64[i] += up_5 - up_65 - died_5_64
    lists.age_65_74[i] += up_65 - up_75 - died_65_74
    lists.age_75[i] += up_75 - died_75
    return born, died_5_64 + died_65_74 + died_75


@rule
def emigrate(lists, i, wanted):
    """Takes up to `wanted` patients under 65 (at most a quarter of them) off row `i`; returns how many went."""
    young = lists.age_0_4[i] + lists.age_5_64[i]
    if young <= 0.0:
        return 0.0
    share = min(0.25, wanted / young)
    lists.age_0_4[i] -= share * lists.age_0_4[i]
    lists.age_5_64[i] -= share * lists.age_5_64[i]
    return share * young


@rule
def count(lists, i):
    """Sums the bands of row `i` and weights them: total, and weighted patients at its need."""
    lists.total[i] = lists.age_0_4[i] + lists.age_5_64[i] + lists.age_65_74[i] + lists.age_75[i]
    lists.weighted[i] = lists.total[i] * lists.need[i]


@rule
def weight_per_patient(lists, i):
    """Age weight of the mean patient of row `i`; 1 for an empty list."""
    total = lists.age_0_4[i] + lists.age_5_64[i] + lists.age_65_74[i] + lists.age_75[i]
    if total <= 0.0:
        return 1.0
    return age_weight(lists.age_0_4[i], lists.age_5_64[i], lists.age_65_74[i], lists.age_75[i]) / total


@maker
def age_and_move(life, lists, place, nation, neighbours, p, shocks):
    """A year of births, birthdays, deaths and migration; need follows the ages; memories of lost practices fade."""
    rows = len(lists)
    arriving, before = np.zeros(rows), np.ones(rows)
    born, died = 0.0, 0.0
    for i in range(rows):
        if not served(life.state[i]):
            continue
        before[i] = weight_per_patient(lists, i)
        spread = spread_by_list(p.shock, lists.total[i], p.spread_per_list)
        shock = peaked_noise(uniform(shocks, place.id[i]), spread, p)
        moving = net_migration(lists.total[i], lists.growth[i], shock, p)
        lists.growth[i] += p.calming * (p.england_growth - lists.growth[i])
        births, deaths = grow_older(lists, i, p)
        born += births
        died += deaths
        if moving < 0.0:
            died += emigrate(lists, i, -moving)
        else:
            taker = nearest_open(i, life, lists, neighbours)
            if taker >= 0:
                arriving[taker] += moving
    for i in range(rows):
        if not served(life.state[i]):
            continue
        lists.age_0_4[i] += p.under_5_share * arriving[i]
        lists.age_5_64[i] += (1.0 - p.under_5_share) * arriving[i]
        born += arriving[i]
        lists.need[i] *= weight_per_patient(lists, i) / before[i]
        lists.received[i] *= 1.0 - p.settling
        count(lists, i)
    nation.born[0] = born
    nation.died[0] = died


@kernel
def weigh_distance(neighbours, neighbour_km, per_km):
    """(practices, K): what distance leaves of the pull of each neighbour, 0 to 1; nil where there is none."""
    left = np.zeros(neighbours.shape)
    for i in range(neighbours.shape[0]):
        for k in range(neighbours.shape[1]):
            if neighbours[i, k] >= 0:
                left[i, k] = math.exp(-per_km * neighbour_km[i, k])
    return left


def distance_weights(networks: Networks, per_km: float) -> Floats:
    """`weigh_distance` under this parameter: the same every year."""
    if networks.kept.get("per_km") != per_km:
        networks.kept["left"] = weigh_distance(networks.neighbours, networks.neighbour_km, per_km)
        networks.kept["per_km"] = per_km
    left: Floats = networks.kept["left"]
    return left


@maker
def switch(life, lists, care, neighbours, left, p):
    """Patients leave for a neighbour that is good and near, never for a closed list; bands move in proportion.

    left: see `weigh_distance`.
    """
    rows, width = len(lists), neighbours.shape[1]
    pull, gained, share, weights = np.zeros(rows), np.zeros((rows, 4)), np.zeros(rows), np.zeros(width)
    for i in range(rows):
        if served(life.state[i]) and lists.open[i] == 1:
            pull[i] = attraction(care.quality_true[i], care.experience[i], lists.total[i], p)
    for i in range(rows):
        if not served(life.state[i]):
            continue
        total = 0.0
        for k in range(width):
            weights[k] = pull[max(neighbours[i, k], 0)] * left[i, k]
            total += weights[k]
        if total <= 0.0:
            continue
        share[i] = leaving_share(care.experience[i], p)
        for k in range(width):
            if weights[k] > 0.0:
                j, part = neighbours[i, k], weights[k] / total * share[i]
                gained[j, 0] += part * lists.age_0_4[i]
                gained[j, 1] += part * lists.age_5_64[i]
                gained[j, 2] += part * lists.age_65_74[i]
                gained[j, 3] += part * lists.age_75[i]
    for i in range(rows):
        lists.switched_in[i] = gained[i, 0] + gained[i, 1] + gained[i, 2] + gained[i, 3]
        lists.switched_out[i] = share[i] * lists.total[i]
        if served(life.state[i]):
            lists.age_0_4[i] += gained[i, 0] - share[i] * lists.age_0_4[i]
            lists.age_5_64[i] += gained[i, 1] - share[i] * lists.age_5_64[i]
            lists.age_65_74[i] += gained[i, 2] - share[i] * lists.age_65_74[i]
            lists.age_75[i] += gained[i, 3] - share[i] * lists.age_75[i]
            count(lists, i)


@maker
def want(life, lists, place, care, years, p):
    """Consultations wanted this year: fresh ones, and part of what went unmet last year. years: since the start."""
    level = grown(years, p.growth, p.growth_fade)
    for i in range(len(lists)):
        if not served(life.state[i]):
            care.wanted[i] = 0.0
            continue
        weighted = age_weight(lists.age_0_4[i], lists.age_5_64[i], lists.age_65_74[i], lists.age_75[i])
        left_over = p.carried_over * care.unmet[i] * care.wanted[i]
        care.wanted[i] = fresh_demand(weighted, place.imd[i], care.access[i], level, p) + left_over


def demand(world: World, params: Params, luck: Luck) -> None:
    """Lists age, grow and move, patients switch practice, and consultations are wanted."""
    of, net, years = params.of, world.networks, float(world.year - START_YEAR)
    left = distance_weights(net, of(Switching).per_km)
    year_of_lists(world, luck, years, net.neighbours, left, of(Ageing), of(Switching), of(Wanting))


@kernel
def year_of_lists(w, luck, years, neighbours, left, ageing, switching, wanting):
    """The phase in order. years: since the start. left: see `weigh_distance`."""
    age_and_move(w.life, w.lists, w.place, w.nation, neighbours, ageing, luck.stream(GROWTH_SHOCK))
    switch(w.life, w.lists, w.care, neighbours, left, switching)
    want(w.life, w.lists, w.place, w.care, years, wanting)


@rule
def shrink(lists, i, ratio):
    """Leaves `ratio` of every band of row `i`."""
    lists.age_0_4[i] *= ratio
    lists.age_5_64[i] *= ratio
    lists.age_65_74[i] *= ratio
    lists.age_75[i] *= ratio


@maker
def lasting_growth(lists, place, p, draws):
    """Gives each practice its own lasting growth round that of its CCG, or of England where the CCG's is not given, and
    takes its list back by it from the date of the start table to 1 April 2014.
    """
    for i in range(len(lists)):
        if lists.growth[i] == 0.0:
            lists.growth[i] = p.england_growth
        count(lists, i)
        spread = spread_by_list(p.lasting, lists.total[i], p.spread_per_list)
        lists.growth[i] += peaked_noise(uniform(draws, place.id[i]), spread, p)
        shrink(lists, i, math.exp(-p.years_ahead * lists.growth[i]))
        count(lists, i)


def start(world: World, params: Params, luck: Luck) -> None:
    """Lasting growth and weighted lists of 1 April 2014; what patients want is set with access, which it needs."""
    start_lists(world, luck, params.of(Ageing))


@kernel
def start_lists(w, luck, ageing):
    """See `start`."""
    lasting_growth(w.lists, w.place, ageing, luck.stream(LASTING_GROWTH))
