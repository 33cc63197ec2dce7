"""Posts, other staff and locums of a practice."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import maker, rule
from sim.rules.counts import is_working, locums_of, write_counts


class Posts(NamedTuple):
    """How many GPs a practice wants, and what it does about posts it cannot fill."""

    per_list: float
    per_workload: float
    per_income: float
    give_up: float
    substitution: float
    staff_per_list: float
    start_vacancy: float
    turnover_speed: float


class Locums(NamedTuple):
    """The market for locums of a region."""

    base_price: float
    usual_tightness: float
    price_elasticity: float
    cover: float
    cover_elasticity: float
    supply_share: float


@rule
def wanted_posts(posts, list_ratio, workload, relative, p):
    """GP posts (FTE) a practice wants this year, from last year's: follows its list, its workload and its income.

    list_ratio: list over last year's; workload: ratio, 1 is sustainable; relative: partners' relative income, -1 to 1.
    """
    growth = p.per_list * (list_ratio - 1.0) + p.per_workload * (workload - 1.0) + p.per_income * relative
    return posts * max(1.0 + growth, 0.0)


@maker
def plan_posts(lists, relative, staff, care, life, p):
    """Posts and other staff follow the list; a share of posts long empty is given up and replaced by other clinicians.

    relative: partners' income against a salary, see `compare_with_salary`. Flow: posts given up -> other direct care
    staff (substitution FTE a GP post). Staff are hired from, or let go to, the general labour market, which the model
    does not hold.
    """
    for i in range(len(life)):
        if not is_working(life.state[i]):
            continue
        ratio = lists.total[i] / staff.list_before[i] if staff.list_before[i] > 0.0 else 1.0
        workload = care.workload[i] if care.workload[i] > 0.0 else 1.0
        staff.posts_fte[i] = wanted_posts(staff.posts_fte[i], ratio, workload, relative[i], p)
        if staff.vacant_months[i] >= 12.0:
            given_up = min(p.give_up * staff.vacant_fte[i], staff.posts_fte[i])
            staff.posts_fte[i] -= given_up
            staff.direct_fte[i] += p.substitution * given_up
        follow = max(1.0 + p.staff_per_list * (ratio - 1.0), 0.0)
        staff.nurse_fte[i] *= follow
        staff.direct_fte[i] *= follow
        staff.admin_fte[i] *= follow
        staff.list_before[i] = lists.total[i]


@rule
def locum_price(base, tightness, usual, elasticity):
    """Pounds a year of a full-time locum: base price times (tightness over usual) to the elasticity; scarcity raises
    it.
    """
    if usual <= 0.0:
        return base
    return base * max(tightness / usual, 0.01) ** elasticity


@maker
def hire_locums(place, staff, life, ccgs, regions, covered, tally, p):
    """Locums for posts that are empty, or were for some months (`covered`, FTE by practice); prices answer scarcity.

    Practices ask for less when last year's price was high; where the region's locums do not suffice all get the same
    share. Locums with a row of their own serve first. Sets staff.locum_fte and regions.locum_price.
    """
    wanted = np.zeros(len(life))
    asked, restraint = np.zeros(len(regions)), np.ones(len(regions))
    for r in range(len(regions)):
        dear = regions.locum_price[r] / p.base_price if p.base_price > 0.0 else 1.0
        restraint[r] = max(dear, 0.01) ** (-p.cover_elasticity)
    for i in range(len(life)):
        if is_working(life.state[i]):
            r = ccgs.region[place.ccg[i]]
            wanted[i] = p.cover * (staff.vacant_fte[i] + covered[i]) * restraint[r]
            asked[r] += wanted[i]
    served = np.zeros(len(regions))
    for r in range(len(regions)):
        supply = p.supply_share * regions.pool[r]
        if asked[r] > 0.0:
            served[r] = min(1.0, supply / asked[r])
            if supply > 0.0:
                price = locum_price(p.base_price, asked[r] / supply, p.usual_tightness, p.price_elasticity)
                regions.locum_price[r] = price
    for i in range(len(life)):
        hired = wanted[i] * served[ccgs.region[place.ccg[i]]]
        staff.locum_fte[i] = max(locums_of(i, tally), hired)


@maker
def close_year(staff, life, tally, p):
    """Counts after the matching, vacancies, how long they have been open, and smoothed turnover."""
    for i in range(len(life)):
        write_counts(i, tally, staff, life)
        if not is_working(life.state[i]):
            continue
        staff.vacant_fte[i] = max(staff.posts_fte[i] - staff.gp_fte[i], 0.0)
        staff.vacant_months[i] = staff.vacant_months[i] + 12.0 if staff.vacant_fte[i] > 0.3 else 0.0
        heads = staff.doctors[i] + staff.left[i]
        rate = min(staff.left[i] / heads, 1.0) if heads > 0.0 else 0.0
        staff.turnover[i] += p.turnover_speed * (rate - staff.turnover[i])
