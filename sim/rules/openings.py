"""New practices: rare, approved by a commissioner, always APMS, with patients who come from their neighbours' lists."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import maker, rule
from sim.rules.sorting import into_bins
from sim.world.luck import mix
from sim.world.states import APMS, APPROVE, DECIDED, FREE, NEW_PRACTICE, OPEN, UNUSED
from sim.world.table import clear_row, copy_row


class Opening(NamedTuple):
    """What a new practice begins with."""

    donors: float
    share_of_list: float
    apms_price: float
    apms_years: float
    patients_per_post: float


@maker
def open_by_ccg(place, life, ccgs):
    """Rows of the open practices by CCG, and where among them each of so many CCGs begins, and the last ends."""
    rows, many = np.empty(len(life), np.int64), 0
    for i in range(len(life)):
        if life.state[i] == OPEN:
            rows[many] = i
            many += 1
    return into_bins(rows[:many], place.ccg, ccgs)


@rule
def largest_list(rows, lists):
    """Which of these rows has the longest list; -1 if there are none."""
    best = -1
    for i in rows:
        if best < 0 or lists.total[i] > lists.total[best]:
            best = i
    return best


@rule
def next_nearest(model, after, after_row, rows, place):
    """Which of these rows comes next by squared distance from `model` (then by row) after one of `after` in row
    `after_row`: (row, squared km); row -1 if there is none."""
    best, least = -1, 1e18
    for i in rows:
        away = (place.x[i] - place.x[model]) ** 2 + (place.y[i] - place.y[model]) ** 2
        if (away > after or (away == after and i > after_row)) and away < least:
            best, least = i, away
    return best, least


@rule
def give_patients(donor, row, share, lists):
    """Moves a share of a donor's patients, by age band, to the new list."""
    bands = share * lists.age_0_4[donor], share * lists.age_5_64[donor], share * lists.age_65_74[donor]
    oldest, weighted = share * lists.age_75[donor], share * lists.weighted[donor]
    lists.age_0_4[donor] -= bands[0]
    lists.age_5_64[donor] -= bands[1]
    lists.age_65_74[donor] -= bands[2]
    lists.age_75[donor] -= oldest
    lists.weighted[donor] -= weighted
    lists.total[donor] -= bands[0] + bands[1] + bands[2] + oldest
    lists.age_0_4[row] += bands[0]
    lists.age_5_64[row] += bands[1]
    lists.age_65_74[row] += bands[2]
    lists.age_75[row] += oldest
    lists.weighted[row] += weighted
    lists.total[row] += bands[0] + bands[1] + bands[2] + oldest


@rule
def new_terms(row, lists, contract, staff, care, life, p, year):
    """An APMS contract without a past: no lease, no liability, no correction factor, nobody in post yet."""
    contract.mpig_2013[row] = 0.0
    contract.premium_2013[row] = 0.0
    contract.premium_left[row] = 0.0
    contract.liability[row] = 0.0
    contract.lease_years[row] = 0.0
    contract.kind[row] = APMS
    contract.provider[row] = -1
    contract.sites[row] = 1
    contract.apms_price[row] = p.apms_price
    contract.ends[row] = year + int(p.apms_years)
    care.rating[row] = 0
    clear_row(life, row)
    life.merged_into[row] = -1
    life.merger_wish[row] = -1
    life.state[row] = OPEN
    life.opened[row] = year
    staff.posts_fte[row] = lists.total[row] / p.patients_per_post if p.patients_per_post > 0.0 else 0.0
    staff.list_before[row] = lists.total[row]


@maker
def open_practices(cases, place, lists, contract, money, staff, care, life, ties, use, ccgs, nation, p, year):
    """Opens a practice for every approved case, beside the longest list of the CCG, as long as there are free rows.

    Patients are conserved: what the new list holds left the lists of its nearest neighbours. Doctors come by the next
    matching.
    """
    row = 0
    before, start = open_by_ccg(place, life, len(ccgs))  # a CCG has one such case a year at most
    for case in range(len(cases)):
        if cases.status[case] == FREE:
            break
        if cases.status[case] != DECIDED or cases.kind[case] != NEW_PRACTICE or cases.action[case] != APPROVE:
            continue
        while row < len(life) and life.state[row] != UNUSED:
            row += 1
        rows = before[start[cases.ccg[case]] : start[cases.ccg[case] + 1]]
        model = largest_list(rows, lists)
        if row == len(life) or model < 0:
            continue
        copy_row(place, row, model)
        copy_row(contract, row, model)
        copy_row(care, row, model)
        copy_row(ties, row, model)
        clear_row(lists, row)
        clear_row(money, row)
        clear_row(staff, row)
        clear_row(use, row)
        place.id[row] = mix(cases.id[case])
        place.board[row] = 0
        lists.need[row], lists.growth[row], lists.open[row] = lists.need[model], lists.growth[model], 1
        donor, away = model, -1.0
        for _ in range(int(p.donors)):
            donor, away = next_nearest(model, away, donor if away >= 0.0 else -1, rows, place)
            if donor < 0:
                break
            give_patients(donor, row, p.share_of_list, lists)
        lists.received[row] = lists.total[row]
        nation.moved[0] += lists.total[row]
        new_terms(row, lists, contract, staff, care, life, p, year)
