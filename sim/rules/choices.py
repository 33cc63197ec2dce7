"""What partners decide about their practice each year: carry on, ask for help, merge or hand the contract back.

The four are competing risks, each with its own covariates. Size enters only through what it means: how many partners
share the load, whether a successor was found, what falls on the last one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernel import maker, rule
from sim.rules import origins
from sim.rules.chances import logistic
from sim.rules.counts import is_working
from sim.rules.curves import exp, log
from sim.world.luck import decision, uniform, uniform2
from sim.world.states import APMS, OPEN

CHOICE = decision("practice_life.choice")
ACCEPTING = decision("practice_life.accepting")
PARTNER_CHOICE = decision("practice_life.partner_choice")

CARRY_ON, ASK, MERGE, HAND_BACK = 0, 1, 2, 3


class Distress(NamedTuple):
    """Hidden distress of a practice, in standard deviations."""

    per_income: float
    per_deficit: float
    per_vacancy: float
    per_workload: float
    per_burnout: float
    per_liability: float
    alone: float


class Choice(NamedTuple):
    """Utilities of asking, merging and handing back against carrying on (nil)."""

    ask: float
    ask_per_distress: float
    merge: float
    merge_per_income: float
    merge_per_workload: float
    merge_per_age: float
    merge_per_vacancy: float
    merge_alone: float
    merge_per_independence: float
    hand_back: float
    hand_back_per_income: float
    hand_back_per_workload: float
    hand_back_per_age: float
    hand_back_per_vacancy: float
    hand_back_alone: float
    hand_back_per_independence: float
    hand_back_per_liability: float
    hand_back_per_relief: float
    pressing_age: float
    own_practice: float
    inspection: float
    unfelt_share: float


class MergerPartner(NamedTuple):
    """With whom practices merge."""

    accept: float
    accept_per_liability: float
    accept_per_workload: float
    accept_board: float
    per_km: float
    per_size_gap: float
    contract_gap: float
    other_ccg: float
    board_tie: float
    leased: float


class Property(NamedTuple):
    """Leases, what falls on the last partner, and periods of notice."""

    owned: float
    lease_term: float
    years_owed: float
    redundancy: float
    dilapidations: float
    sole_notice_2013: float
    notice_partnership: float
    notice_sole: float
    branch_share: float
    apms_term: float


@rule
def loneliness(partners):
    """How much of the load of being partner falls on each: 1 over the number of partners, and 1 where none is left."""
    return 1.0 / max(partners, 1.0)


@rule
def hidden_distress(relative, deficit, vacancy, workload, burnout, usual_burnout, liability_each, alone, p):
    """Distress of a practice in sd, near 0 for an average one.

    relative: partners' relative income, -1 to 1; deficit: negative reserves over yearly income; vacancy: share of posts
    empty; workload: ratio; liability_each: pounds that would fall on each partner; alone: `loneliness`.
    """
    money = -p.per_income * relative + p.per_deficit * deficit
    people = (
        p.per_vacancy * vacancy + p.per_burnout * (burnout - usual_burnout) + p.alone * (alone - origins.LONELINESS)
    )
    return (
        money
        + people
        + p.per_workload * (workload - 1.0)
        + p.per_liability * (liability_each / 1e5 - origins.LIABILITY)
    )


@rule
def cost_of_independence(pounds, income, unfelt):
    """How much it weighs to run a practice of one's own, from 0: the logarithm of what it costs against `unfelt`.

    pounds: a year's cost of having one at all, whatever its list (reception, manager, returns to make, inspections);
    income: pounds a year; unfelt: share of income at which the cost begins to be felt. Each doubling beyond it counts
    alike: a list of 1,500 spends a tenth of its income so, one of 12,000 a hundredth (PA104-PA108).
    """
    return log(1.0 + pounds / max(income, 1.0) / unfelt)


@rule
def option_utilities(distress, relative, workload, age, vacancy, alone, independence, liability_each, relief, c):
    """Utilities (ask, merge, hand back) against carrying on. age: mean age of the GPs in years; independence: see
    `cost_of_independence`; relief: sd of distress that help has lifted; others as in `hidden_distress`, whose parts
    weigh on handing back one by one.
    """
    old = max(age - c.pressing_age, 0.0) / 5.0
    load = workload - 1.0
    ask = c.ask + c.ask_per_distress * distress
    merge = c.merge - c.merge_per_income * relative + c.merge_per_workload * load + c.merge_per_age * old
    merge += c.merge_per_vacancy * vacancy + c.merge_alone * alone + c.merge_per_independence * independence
    back = c.hand_back - c.hand_back_per_income * relative + c.hand_back_per_workload * load + c.hand_back_per_age * old
    back += (
        c.hand_back_per_vacancy * vacancy + c.hand_back_alone * alone - c.hand_back_per_liability * liability_each / 1e5
    )
    back += c.hand_back_per_independence * independence - c.hand_back_per_relief * relief
    return ask, merge, back


@rule
def choose_option(ask, merge, back, draw):
    """Multinomial logit over carrying on (nil), asking, merging and handing back; `draw` is a standard uniform."""
    a, m, b = exp(ask), exp(merge), exp(back)
    left = draw * (1.0 + a + m + b)
    if left < 1.0:
        return CARRY_ON
    if left < 1.0 + a:
        return ASK
    return MERGE if left < 1.0 + a + m else HAND_BACK


@rule
def acceptance(liability_each, workload, board, m):
    """Chance that a neighbour agrees to take a practice in.

    liability_each: pounds of the newcomer's liability for each partner of the neighbour; workload: the neighbour's;
    board: 1 if one of its partners sits on the governing body (K034).
    """
    x = (
        m.accept
        - m.accept_per_liability * liability_each / 1e5
        - m.accept_per_workload * (workload - 1.0)
        + m.accept_board * board
    )
    return logistic(x)


@rule
def merger_utility(km, size_ratio, same_contract, same_ccg, board, leased, m):
    """Utility of a partner in a merger: near, of a like or larger list, same contract and CCG, tied to the board,
    free of lease.
    """
    utility = -m.per_km * km + m.per_size_gap * log(max(size_ratio, 0.05)) + m.board_tie * board - m.leased * leased
    return utility - m.contract_gap * (1.0 - same_contract) - m.other_ccg * (1.0 - same_ccg)


@rule
def can_take(life, noticed, contract, staff, b):
    """Whether practice `b` could take another in: open, no notice given (`noticed`, 0 or 1), with partners or a
    provider to run it.
    """
    return life.state[b] == OPEN and noticed[b] == 0 and (staff.partners[b] > 0.5 or contract.kind[b] == APMS)


@maker
def find_partner(i, place, lists, contract, staff, care, life, noticed, neighbours, km, m, accepting, choosing):
    """The neighbour with whom practice `i` agrees to merge, or -1 if nobody accepts."""
    weights = np.zeros(neighbours.shape[1])
    total = 0.0
    for k in range(neighbours.shape[1]):
        b = neighbours[i, k]
        if b < 0 or not can_take(life, noticed, contract, staff, b):
            continue
        each = contract.liability[i] / max(staff.partners[b], 1.0)
        load = care.workload[b] if care.workload[b] > 0.0 else 1.0
        if uniform2(accepting, place.id[i], place.id[b]) >= acceptance(each, load, place.board[b], m):
            continue
        same_contract = 1.0 if contract.kind[i] == contract.kind[b] else 0.0
        same_ccg = 1.0 if place.ccg[i] == place.ccg[b] else 0.0
        tie = max(place.board[i], place.board[b])
        leased = 1.0 if contract.lease_years[b] > 0.0 else 0.0
        ratio = lists.total[b] / max(lists.total[i], 1.0)
        weights[k] = exp(merger_utility(km[i, k], ratio, same_contract, same_ccg, tie, leased, m))
        total += weights[k]
    left = uniform(choosing, place.id[i]) * total
    for k in range(len(weights)):
        if weights[k] > 0.0 and left < weights[k]:
            return neighbours[i, k]
        left -= weights[k]
    return -1


@rule
def last_liability(lease_years, premises_pay, list_size, sites, staff_fte, p):
    """Pounds that fall on the last partner if the practice ends: rent owed, making good what was leased, and
    redundancy.

    lease_years: left on the lease, of which at most `years_owed` fall due; premises_pay: pounds per patient a year,
    taken for the rent; staff_fte: FTE other than GPs.
    """
    leased = min(lease_years, p.years_owed) * premises_pay * list_size
    if lease_years > 0.0:
        leased += p.dilapidations * sites
    return leased + p.redundancy * staff_fte


@maker
def hold_property(lists, contract, staff, life, p):
    """Leases run on and are renewed when they end; what would fall on the last partner follows. APMS holders bear
    none.
    """
    for i in range(len(life)):
        if not is_working(life.state[i]):
            continue
        if contract.lease_years[i] > 0.0:
            contract.lease_years[i] = contract.lease_years[i] - 1.0 if contract.lease_years[i] > 1.0 else p.lease_term
        others = staff.nurse_fte[i] + staff.direct_fte[i] + staff.admin_fte[i]
        owed = last_liability(
            contract.lease_years[i], contract.premises_pay[i], lists.total[i], contract.sites[i], others, p
        )
        contract.liability[i] = 0.0 if contract.kind[i] == APMS else owed


@maker
def feel_distress(contract, money, staff, care, life, relative, d, usual_burnout):
    """Hidden distress of every working practice, this year. relative: of partners' incomes, `compare_incomes`."""
    for i in range(len(life)):
        if not is_working(life.state[i]):
            continue
        run_by_partners = contract.kind[i] != APMS and life.state[i] == OPEN
        income = relative[i] if run_by_partners and staff.partner_fte[i] > 0.0 else 0.0
        deficit = max(-money.reserves[i], 0.0) / money.income[i] if money.income[i] > 0.0 else 0.0
        vacancy = staff.vacant_fte[i] / staff.posts_fte[i] if staff.posts_fte[i] > 0.0 else 0.0
        load = care.workload[i] if care.workload[i] > 0.0 else 1.0
        alone = loneliness(staff.partners[i]) if run_by_partners else origins.LONELINESS
        burnout = staff.burnout[i] if staff.doctors[i] > 0.0 else usual_burnout
        each = contract.liability[i] * alone
        felt = hidden_distress(income, deficit, vacancy, load, burnout, usual_burnout, each, alone, d)
        life.distress[i] = felt - life.relief[i]


@maker
def choose(
    place,
    lists,
    contract,
    money,
    staff,
    care,
    life,
    relative,
    neighbours,
    km,
    c,
    m,
    p,
    choosing,
    accepting,
    partner_choosing,
):
    """Partners of every open practice without a notice or a merger under way choose; a practice without a partner
    must end. relative: of partners' incomes, see `compare_incomes`.

    Sets life.asking, merger_wish, handing_back and months_left. Where no neighbour accepts a merger, partners ask for
    help instead, and a practice without partners hands back. Of two that want each other only the smaller keeps its
    wish.
    """
    noticed = life.handing_back.copy()
    for i in range(len(life)):
        life.asking[i] = 0
        if not is_working(life.state[i]) or life.handing_back[i] != 0 or life.merger_wish[i] >= 0:
            continue
        draw = uniform(choosing, place.id[i])
        load = care.workload[i] if care.workload[i] > 0.0 else 1.0
        vacancy = staff.vacant_fte[i] / staff.posts_fte[i] if staff.posts_fte[i] > 0.0 else 0.0
        alone = loneliness(staff.partners[i])
        each = contract.liability[i] * alone
        income = relative[i] if staff.partner_fte[i] > 0.0 else 0.0
        own = cost_of_independence(c.own_practice + c.inspection, money.income[i], c.unfelt_share)
        ask, merge, back = option_utilities(
            life.distress[i], income, load, staff.mean_age[i], vacancy, alone, own, each, life.relief[i], c
        )
        if contract.kind[i] == APMS or life.state[i] != OPEN:
            life.asking[i] = 1 if draw >= 1.0 / (1.0 + exp(ask)) else 0
            continue
        ended = staff.partners[i] < 0.5
        option = MERGE if ended else choose_option(ask, merge, back, draw)
        if option == MERGE:
            b = find_partner(
                i, place, lists, contract, staff, care, life, noticed, neighbours, km, m, accepting, partner_choosing
            )
            life.merger_wish[i] = b
            if b < 0:
                option = HAND_BACK if ended else ASK
        if option == HAND_BACK:
            life.handing_back[i] = 1
            life.months_left[i] = p.notice_partnership if staff.partners[i] > 1.5 else p.notice_sole
        elif option == ASK:
            life.asking[i] = 1
    drop_crossed_wishes(place, lists, life)


@maker
def drop_crossed_wishes(place, lists, life):
    """Keeps wishes pointing from the smaller list to the larger where the other also wishes to merge, or is handing
    back.
    """
    wish = life.merger_wish.copy()
    for i in range(len(life)):
        b = wish[i]
        if b < 0:
            continue
        larger = lists.total[i] > lists.total[b] or (lists.total[i] == lists.total[b] and place.id[i] > place.id[b])
        if life.handing_back[b] != 0 or (wish[b] >= 0 and larger):
            life.merger_wish[i] = -1
            life.asking[i] = 1
