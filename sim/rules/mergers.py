"""Mergers: one practice code ends, its patients, staff, entitlements and money become its partner's, its surgery
stays.
"""

from __future__ import annotations

import math

from sim.kernel import maker, rule
from sim.rules.endings import MERGES, end_code, release_provider
from sim.world.states import MERGED
from sim.world.table import add_row, clear_row


@rule
def blend(a, b, weight_a, weight_b):
    """Mean of two numbers by their weights; b's number if both weigh nothing."""
    total = weight_a + weight_b
    return (a * weight_a + b * weight_b) / total if total > 0.0 else b


@rule
def merge_lists(i, b, lists):
    """All patients of `i` join the list of `b`."""
    lists.need[b] = blend(lists.need[i], lists.need[b], lists.total[i], lists.total[b])
    lists.growth[b] = blend(lists.growth[i], lists.growth[b], lists.total[i], lists.total[b])
    lists.age_0_4[b] += lists.age_0_4[i]
    lists.age_5_64[b] += lists.age_5_64[i]
    lists.age_65_74[b] += lists.age_65_74[i]
    lists.age_75[b] += lists.age_75[i]
    lists.total[b] += lists.total[i]
    lists.weighted[b] += lists.weighted[i]
    lists.received[b] += lists.received[i]


@rule
def merge_contracts(i, b, km, lists, contract, p):
    """`b` takes over entitlements, sites and liability of `i`; payments per patient are blended by list. Call before
    `merge_lists`.
    """
    a_list, b_list = lists.total[i], lists.total[b]
    premium = contract.premium_2013[i] + contract.premium_2013[b]
    if premium > 0.0:
        left = contract.premium_left[i] * contract.premium_2013[i] + contract.premium_left[b] * contract.premium_2013[b]
        contract.premium_left[b] = left / premium
    contract.premium_2013[b] = premium
    contract.mpig_2013[b] += contract.mpig_2013[i]
    contract.premises_pay[b] = blend(contract.premises_pay[i], contract.premises_pay[b], a_list, b_list)
    contract.dispensing_pay[b] = blend(contract.dispensing_pay[i], contract.dispensing_pay[b], a_list, b_list)
    contract.des_pay[b] = blend(contract.des_pay[i], contract.des_pay[b], a_list, b_list)
    contract.local_pay[b] = blend(contract.local_pay[i], contract.local_pay[b], a_list, b_list)
    contract.other_pay[b] = blend(contract.other_pay[i], contract.other_pay[b], a_list, b_list)
    contract.staff_pay[b] = blend(contract.staff_pay[i], contract.staff_pay[b], a_list, b_list)
    contract.lease_years[b] = max(contract.lease_years[i], contract.lease_years[b])
    contract.liability[b] += contract.liability[i]
    contract.liability[i] = 0.0
    contract.sites[b] += contract.sites[i] - (1 if km < p.same_building_km else 0)


@rule
def merge_care(i, b, lists, care):
    """What patients of both meet is blended by list; hours of effort add up. Call before `merge_lists`."""
    a_list, b_list = lists.total[i], lists.total[b]
    care.workload[b] = blend(care.workload[i], care.workload[b], a_list, b_list)
    care.unmet[b] = blend(care.unmet[i], care.unmet[b], care.wanted[i], care.wanted[b])
    care.wanted[b] += care.wanted[i]
    care.appointments[b] += care.appointments[i]
    care.access[b] = blend(care.access[i], care.access[b], a_list, b_list)
    care.continuity[b] = blend(care.continuity[i], care.continuity[b], a_list, b_list)
    care.quality_true[b] = blend(care.quality_true[i], care.quality_true[b], a_list, b_list)
    care.quality_base[b] = blend(care.quality_base[i], care.quality_base[b], a_list, b_list)
    care.quality_recorded[b] = blend(care.quality_recorded[i], care.quality_recorded[b], a_list, b_list)
    care.coding[b] = blend(care.coding[i], care.coding[b], a_list, b_list)
    care.experience[b] = blend(care.experience[i], care.experience[b], a_list, b_list)
    care.facilities[b] = blend(care.facilities[i], care.facilities[b], a_list, b_list)
    care.support[b] = blend(care.support[i], care.support[b], a_list, b_list)
    care.effort_scheme[b] += care.effort_scheme[i]
    care.effort_reporting[b] += care.effort_reporting[i]


@rule
def merge_staff(i, b, lists, staff):
    """All staff of `i` work for `b`. Call before `merge_lists`."""
    staff.turnover[b] = blend(staff.turnover[i], staff.turnover[b], lists.total[i], lists.total[b])
    staff.nurse_fte[b] += staff.nurse_fte[i]
    staff.direct_fte[b] += staff.direct_fte[i]
    staff.admin_fte[b] += staff.admin_fte[i]
    staff.posts_fte[b] += staff.posts_fte[i]
    staff.vacant_fte[b] += staff.vacant_fte[i]
    staff.vacant_months[b] = max(staff.vacant_months[i], staff.vacant_months[b])
    staff.list_before[b] += staff.list_before[i]
    staff.nurse_fte[i] = 0.0
    staff.direct_fte[i] = 0.0
    staff.admin_fte[i] = 0.0


@rule
def merge_money(i, b, staff, money):
    """The year's income, expenses and drawings, and the reserves, of both practices are one: every pound stands in the
    partner's account now. Call before doctors move.
    """
    each = blend(money.drawings_each[i], money.drawings_each[b], staff.partner_fte[i], staff.partner_fte[b])
    add_row(money, b, i)
    money.drawings_each[b] = each
    clear_row(money, i)


@maker
def merge_practices(place, lists, contract, money, staff, care, life, use, providers, nation, fate, into, p, year):
    """Ends merging codes: patients, staff, entitlements, reserves and liability go to the partner, sites stay."""
    for i in range(len(fate)):
        if fate[i] != MERGES:
            continue
        b = into[i]
        km = math.hypot(place.x[i] - place.x[b], place.y[i] - place.y[b])
        use.luck[b] = blend(use.luck[i], use.luck[b], lists.total[i], lists.total[b])
        release_provider(i, contract, providers)
        merge_contracts(i, b, km, lists, contract, p)
        merge_care(i, b, lists, care)
        merge_staff(i, b, lists, staff)
        merge_money(i, b, staff, money)
        life.at_scale[b] = max(life.at_scale[i], life.at_scale[b])
        nation.moved[0] += lists.total[i]
        merge_lists(i, b, lists)
        end_code(i, MERGED, b, lists, staff, care, life, p, year)
