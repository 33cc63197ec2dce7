"""Posts, other staff and locums of a practice, and the recount of its doctors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import kernel, rule
from sim.rules.leaving import is_working, mean_drawings, relative_income
from sim.world.states import LOCUM, OPEN, PARTNER, SALARIED, TRAINEE


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


@kernel
def count_staff(doctors, staff, life):
    """Counts each practice's partners, salaried GPs and trainees from the doctors: FTE, heads, age, burn-out."""
    for i in range(len(staff)):
        staff.doctors[i] = 0.0
        staff.partners[i] = 0.0
        staff.partner_fte[i] = 0.0
        staff.salaried_fte[i] = 0.0
        staff.trainee_fte[i] = 0.0
        staff.burnout[i] = 0.0
        staff.mean_age[i] = 0.0
    for row in range(len(doctors)):
        i = doctors.practice[row]
        if i < 0 or doctors.role[row] == LOCUM:
            continue
        if doctors.role[row] == TRAINEE:
            staff.trainee_fte[i] += doctors.fte[row]
            continue
        staff.doctors[i] += 1.0
        staff.burnout[i] += doctors.burnout[row]
        staff.mean_age[i] += doctors.age[row]
        if doctors.role[row] == PARTNER:
            staff.partners[i] += 1.0
            staff.partner_fte[i] += doctors.fte[row]
        elif doctors.role[row] == SALARIED:
            staff.salaried_fte[i] += doctors.fte[row]
    for i in range(len(staff)):
        staff.gp_fte[i] = staff.partner_fte[i] + staff.salaried_fte[i]
        if staff.doctors[i] > 0.0:
            staff.burnout[i] /= staff.doctors[i]
            staff.mean_age[i] /= staff.doctors[i]
        if not is_working(life.state[i]):
            staff.locum_fte[i] = 0.0
            staff.vacant_fte[i] = 0.0


@rule
def wanted_posts(posts, list_ratio, workload, relative, p):
    """GP posts (FTE) a practice wants this year, from last year's: follows its list, its workload and its income.

    list_ratio: list over last year's; workload: ratio, 1 is sustainable; relative: partners' relative income, -1 to 1.
    """
    growth = p.per_list * (list_ratio - 1.0) + p.per_workload * (workload - 1.0) + p.per_income * relative
    return posts * max(1.0 + growth, 0.0)


@kernel
def plan_posts(lists, money, staff, care, life, p):
    """Posts and other staff follow the list; a share of posts long empty is given up and replaced by other clinicians.

    Flow: posts given up -> other direct care staff (substitution FTE a GP post). Staff are hired from, or let go to,
    the general labour market, which the model does not hold.
    """
    mean = mean_drawings(money, staff, life)
    for i in range(len(life)):
        if not is_working(life.state[i]):
            continue
        ratio = lists.total[i] / staff.list_before[i] if staff.list_before[i] > 0.0 else 1.0
        workload = care.workload[i] if care.workload[i] > 0.0 else 1.0
        relative = relative_income(money.drawings_each[i], mean) if life.state[i] == OPEN else 0.0
        staff.posts_fte[i] = wanted_posts(staff.posts_fte[i], ratio, workload, relative, p)
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


@kernel
def hire_locums(doctors, place, staff, life, ccgs, regions, covered, p):
    """Locums for posts that are empty, or were for some months (`covered`, FTE by practice); prices answer scarcity.

    Practices ask for less when last year's price was high; where the region's locums do not suffice all get the same
    share. Locums with a row of their own serve first. Sets staff.locum_fte and regions.locum_price.
    """
    n = len(life)
    wanted = np.zeros(n)
    asked = np.zeros(len(regions))
    for i in range(n):
        staff.locum_fte[i] = 0.0
        if not is_working(life.state[i]):
            continue
        r = ccgs.region[place.ccg[i]]
        dear = regions.locum_price[r] / p.base_price if p.base_price > 0.0 else 1.0
        wanted[i] = p.cover * (staff.vacant_fte[i] + covered[i]) * max(dear, 0.01) ** (-p.cover_elasticity)
        asked[r] += wanted[i]
    for r in range(len(regions)):
        supply = p.supply_share * regions.pool[r]
        if asked[r] > 0.0 and supply > 0.0:
            regions.locum_price[r] = locum_price(p.base_price, asked[r] / supply, p.usual_tightness, p.price_elasticity)
    for row in range(len(doctors)):
        if doctors.practice[row] >= 0 and doctors.role[row] == LOCUM:
            staff.locum_fte[doctors.practice[row]] += doctors.fte[row]
    for i in range(n):
        if wanted[i] > 0.0:
            r = ccgs.region[place.ccg[i]]
            hired = wanted[i] * min(1.0, p.supply_share * regions.pool[r] / asked[r])
            staff.locum_fte[i] = max(staff.locum_fte[i], hired)


@kernel
def close_year(staff, life, p):
    """Vacancies at the end of the matching, how long they have been open, and smoothed turnover."""
    for i in range(len(life)):
        if not is_working(life.state[i]):
            continue
        staff.vacant_fte[i] = max(staff.posts_fte[i] - staff.gp_fte[i], 0.0)
        staff.vacant_months[i] = staff.vacant_months[i] + 12.0 if staff.vacant_fte[i] > 0.3 else 0.0
        heads = staff.doctors[i] + staff.left[i]
        rate = min(staff.left[i] / heads, 1.0) if heads > 0.0 else 0.0
        staff.turnover[i] += p.turnover_speed * (rate - staff.turnover[i])
