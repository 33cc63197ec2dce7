"""The record phase: adds the year to the sums, from which every outcome is worked out when a run has ended."""

from __future__ import annotations

import math

import numpy as np

from sim.commissioning.approval import INTERESTED
from sim.commissioning.bodies import KINDS, body_row
from sim.commissioning.functions import PRACTICE_SCALE
from sim.commissioning.views import TOGETHER, VOICE, view
from sim.kernel import kernel, maker, rule
from sim.parameters import Params
from sim.rules.polls import RUNGS, FunctionEase, Poll, answers, poll_doctors
from sim.rules.sorting import bin_order, sort_within
from sim.sums import (
    AT,
    CCG_FROM,
    DRAWINGS_QUANTILES,
    FIFTHS,
    LIST_QUANTILES,
    OTHER_GROUPS,
    POLL_FROM,
    SUMS,
    Sums,
)  # fmt: skip
from sim.world import states as s
from sim.world.world import Floats, World

LIST_SHARES = np.array(list(LIST_QUANTILES.values()))
DRAWINGS_SHARES = np.array(list(DRAWINGS_QUANTILES.values()))


@rule
def both(fifth, kind):
    """Row of the sums of practices of a deprivation fifth and a contract."""
    return fifth * len(s.CONTRACTS) + kind


@rule
def add(out, c, by_both, group, column, amount):
    """Adds an amount to a column of the sums of a CCG, and of those of a fifth and a contract at once."""
    out[c, column] += amount
    by_both[group, column] += amount


@rule
def add_to_groups(out, by_both):
    """Adds sums by fifth and contract at once, (15, sums of practices), to those of each fifth and each contract."""
    fifths = out.shape[0] - OTHER_GROUPS
    for fifth in range(FIFTHS):
        for kind in range(len(s.CONTRACTS)):
            for k in range(by_both.shape[1]):
                out[fifths + fifth, k] += by_both[both(fifth, kind), k]
                out[fifths + FIFTHS + kind, k] += by_both[both(fifth, kind), k]


@rule
def sum_people(out, by_both, place, lists, contract, staff, life, year):
    """Counts of practices, patients and doctors, those of practices that ended in the year among them. Where a list
    went on under a new code in the year, the old one ended and the new one began."""
    for i in range(len(place)):
        state = life.state[i]
        ended = state > s.CARETAKER and life.closed[i] == year
        if state == s.UNUSED or (state > s.CARETAKER and not ended):
            continue
        c, group = place.ccg[i], both(place.fifth[i], contract.kind[i])
        if ended:
            add(out, c, by_both, group, AT.exited, 1.0)
            add(out, c, by_both, group, AT.merged, 1.0 if state == s.MERGED else 0.0)
            add(out, c, by_both, group, AT.displaced, life.displaced[i])
            add(out, c, by_both, group, AT.unjustified, 1.0 if life.viable[i] == 1 and state == s.DISPERSED else 0.0)
        else:
            add(out, c, by_both, group, AT.practices, 1.0)
            add(out, c, by_both, group, AT.patients, lists.total[i])
            add(out, c, by_both, group, AT.new, 1.0 if life.opened[i] == year else 0.0)
            if life.let_anew[i] == year:
                add(out, c, by_both, both(place.fifth[i], life.let_from[i]), AT.exited, 1.0)
            add(out, c, by_both, group, AT.gms + contract.kind[i], 1.0)
            add(out, c, by_both, group, AT.gp_fte, staff.gp_fte[i])
            add(out, c, by_both, group, AT.partner_fte, staff.partner_fte[i])
            add(out, c, by_both, group, AT.doctors, staff.doctors[i])
            add(out, c, by_both, group, AT.partners, staff.partners[i])
            add(out, c, by_both, group, AT.posts, staff.posts_fte[i])
            add(out, c, by_both, group, AT.vacant, staff.vacant_fte[i])
            add(out, c, by_both, group, AT.left, staff.left[i])
            add(out, c, by_both, group, AT.burnout, staff.burnout[i] * staff.doctors[i])
            add(out, c, by_both, group, AT.nurses, staff.nurse_fte[i])


@rule
def counts_in_work(i, life):
    """Whether practice `i` is open, so that its year counts in the sums of work."""
    return life.state[i] == s.OPEN or life.state[i] == s.CARETAKER


@rule
def sum_money(out, by_both, place, lists, contract, money, staff, life):
    """What open practices are paid, spend and earn."""
    for i in range(len(place)):
        if not counts_in_work(i, life):
            continue
        c, group = place.ccg[i], both(place.fifth[i], contract.kind[i])
        patients = max(lists.total[i], 1.0)
        pay = money.income[i] / patients
        partnered = 1.0 if staff.partner_fte[i] > 0.0 else 0.0
        add(out, c, by_both, group, AT.drawings, money.drawings[i])
        add(out, c, by_both, group, AT.drawings_nil, partnered * (1.0 if money.drawings[i] <= 0.0 else 0.0))
        add(out, c, by_both, group, AT.has_partners, partnered)
        add(out, c, by_both, group, AT.income, money.income[i])
        add(out, c, by_both, group, AT.pay_per_patient, pay * patients)
        add(out, c, by_both, group, AT.pay_per_patient_squared, pay * pay * patients)
        add(out, c, by_both, group, AT.mpig, money.mpig[i])
        add(out, c, by_both, group, AT.global_sum, money.global_sum[i] if contract.kind[i] == s.GMS else 0.0)
        core = money.global_sum[i] + money.premium[i] if contract.kind[i] == s.PMS else 0.0
        add(out, c, by_both, group, AT.pms_core, core)
        add(out, c, by_both, group, AT.premium, money.premium[i])
        add(out, c, by_both, group, AT.seniority, money.seniority[i])
        add(out, c, by_both, group, AT.qof, money.qof[i])
        add(out, c, by_both, group, AT.premises, money.premises[i])
        add(out, c, by_both, group, AT.local, money.local_services[i] + money.local_scheme[i] + money.reinvested[i])
        add(out, c, by_both, group, AT.reserves, money.reserves[i])
        add(out, c, by_both, group, AT.expenses, money.expenses[i])


@rule
def sum_care(out, by_both, place, lists, contract, care, life):
    """What patients of open practices want and get, how good it is, and what it takes."""
    for i in range(len(place)):
        if not counts_in_work(i, life):
            continue
        c, group = place.ccg[i], both(place.fifth[i], contract.kind[i])
        patients = max(lists.total[i], 1.0)
        rich, poor = 1.0 if place.fifth[i] == 0 else 0.0, 1.0 if place.fifth[i] == 4 else 0.0
        q = care.quality_true[i]
        add(out, c, by_both, group, AT.wanted, care.wanted[i])
        add(out, c, by_both, group, AT.appointments, care.appointments[i])
        add(out, c, by_both, group, AT.unmet, care.unmet[i] * care.wanted[i])
        add(out, c, by_both, group, AT.workload, care.workload[i])
        add(out, c, by_both, group, AT.continuity, care.continuity[i])
        add(out, c, by_both, group, AT.experience, care.experience[i] * patients)
        add(out, c, by_both, group, AT.lists_closed, 1.0 - lists.open[i])
        add(out, c, by_both, group, AT.quality, q)
        add(out, c, by_both, group, AT.quality_squared, q * q)
        add(out, c, by_both, group, AT.recorded, care.quality_recorded[i])
        add(out, c, by_both, group, AT.quality_rich, q * rich)
        add(out, c, by_both, group, AT.rich, rich)
        add(out, c, by_both, group, AT.quality_poor, q * poor)
        add(out, c, by_both, group, AT.poor, poor)
        add(out, c, by_both, group, AT.scheme_hours, care.effort_scheme[i])
        add(out, c, by_both, group, AT.reporting_hours, care.effort_reporting[i])


@rule
def sum_ties(out, by_both, place, contract, life, ties, use):
    """Hospital use, distress and relations of open practices."""
    for i in range(len(place)):
        if not counts_in_work(i, life):
            continue
        c, group = place.ccg[i], both(place.fifth[i], contract.kind[i])
        add(out, c, by_both, group, AT.distress, life.distress[i])
        add(out, c, by_both, group, AT.emergency, use.emergency[i])
        add(out, c, by_both, group, AT.ae, use.ae[i])
        add(out, c, by_both, group, AT.referrals, use.referrals[i])
        add(out, c, by_both, group, AT.elective, use.elective[i])
        add(out, c, by_both, group, AT.budget_holders, 1.0 * use.holds[i])
        add(out, c, by_both, group, AT.budget_kept, use.kept[i])
        add(out, c, by_both, group, AT.engagement, ties.engagement[i])
        add(out, c, by_both, group, AT.influence, ties.influence[i])
        add(out, c, by_both, group, AT.trust_ccg, ties.trust_ccg[i])
        add(out, c, by_both, group, AT.trust_nhse, ties.trust_nhse[i])
        add(out, c, by_both, group, AT.support_control, ties.support_control[i])
        add(out, c, by_both, group, AT.at_scale, 1.0 * life.at_scale[i])


@maker
def sum_practices(out, place, lists, contract, money, staff, care, life, ties, use, year):
    """Adds what is known of practices: `PEOPLE_SUMS` and `WORK_SUMS`. Few columns at a time: memory is read ahead in so
    many places at once and no more."""
    by_both = np.zeros((FIFTHS * len(s.CONTRACTS), CCG_FROM))
    sum_people(out, by_both, place, lists, contract, staff, life, year)
    sum_money(out, by_both, place, lists, contract, money, staff, life)
    sum_care(out, by_both, place, lists, contract, care, life)
    sum_ties(out, by_both, place, contract, life, ties, use)
    add_to_groups(out, by_both)


@rule
def sum_ccgs(out, ccgs, ccg_money, accounts, applications, plans, boards, grade):
    """Adds what is known of CCGs: table, applications, governance, money and plans.

    grade: (T,) what the CCG has under a table, see `TableView`.
    """
    for c in range(len(ccgs)):
        out[c, AT.ccgs] += 1.0
        head = ccgs.seat[c] == c  # CCGs that have merged count once
        if head and grade[ccgs.table[c]] >= VOICE:
            out[c, AT.greater_involvement + grade[ccgs.table[c]] - VOICE] += 1.0
        out[c, AT.interested] += 1.0 if head and applications.stage[c] >= INTERESTED else 0.0
        if head and applications.applied[c] >= 0 and grade[applications.applied[c]] >= TOGETHER:
            out[c, AT.applied_joint + grade[applications.applied[c]] - TOGETHER] += 1.0
        if head and applications.approved[c] >= 0 and grade[applications.approved[c]] >= TOGETHER:
            out[c, AT.approved_joint + grade[applications.approved[c]] - TOGETHER] += 1.0
        out[c, AT.on_notice] += 1.0 if head and applications.notice[c] > 0 else 0.0
        out[c, AT.conflicted] += boards.conflicted[c]
        out[c, AT.captured] += boards.captured[c]
        out[c, AT.exposures] += boards.exposed[c] + boards.false_exposed[c]
        out[c, AT.contested] += boards.contested[c]
        out[c, AT.recused] += boards.recused[c]
        out[c, AT.deferred] += boards.deferred[c]
        out[c, AT.disagreed] += boards.disagreed[c]
        out[c, AT.awards] += boards.awards[c]
        out[c, AT.awards_linked] += boards.awards_linked[c]
        out[c, AT.legitimacy] += ccgs.legitimacy[c]
        out[c, AT.grants] += ccg_money.support_spent[c]
        out[c, AT.lapsed] += ccg_money.support_lapsed[c]
        out[c, AT.overspending] += 1.0 if accounts.outturn[c] < 0.0 else 0.0
        out[c, AT.community_spend] += accounts.community[c]
        out[c, AT.hospital_spend] += accounts.hospital[c]
        out[c, AT.other_spend] += accounts.other_care[c]
        out[c, AT.error_gps] += abs(plans.error_gp[c])
        out[c, AT.error_admissions] += abs(plans.error_emergency[c])


@rule
def sum_cases(out, cases):
    """Adds the year's cases, and those that wait."""
    for k in range(len(cases)):
        status, c = cases.status[k], cases.ccg[k]
        if status == s.FREE:
            break  # rows in use come first
        if status == s.DECIDED:
            out[c, AT.decided] += 1.0
            out[c, AT.hours] += cases.hours[k]
            out[c, AT.waits] += cases.months[k]
            out[c, AT.notices] += 1.0 if s.REMEDIAL <= cases.action[k] <= s.BREACH else 0.0
            out[c, AT.removals] += 1.0 if cases.action[k] == s.REMOVAL else 0.0
            out[c, AT.doubled] += cases.doubled[k]
        elif status == s.WAITING:
            out[c, AT.waiting] += 1.0
        else:
            out[c, AT.undone] += 1.0


@rule
def sum_bodies(out, ccgs, bodies, nation, scale):
    """Adds staff of every body by the share of the practices it serves there; and what is known of the nation alone."""
    stride = len(bodies) // KINDS
    for c in range(len(ccgs)):
        for kind in range(KINDS):
            if scale[ccgs.table[c], kind] == PRACTICE_SCALE:
                continue
            b = body_row(kind, scale[ccgs.table[c], kind], c, ccgs, stride)
            if bodies.practices[b] > 0.0:
                here = ccgs.practices[c] / bodies.practices[b]
                fte = bodies.contracts_fte[b] + bodies.quality_fte[b] + bodies.finance_fte[b] + bodies.clinical_fte[b]
                out[c, AT.staff_cost] += bodies.cost[b] * here
                out[c, AT.staff_fte] += nation.staff_scale[0] * fte * here
    out[0, AT.staff_change_cost] += nation.staff_hire_cost[0]
    out[0, AT.ended] += nation.ended[0]


@maker
def sum_providers(out, ccgs, providers, trusts, ccg_trusts, ccg_trust_share):
    """Adds contracts of the CCGs' own providers, and trusts' balances by patients treated."""
    for j in range(len(providers)):
        if providers.kind[j] != s.CORPORATE:
            c = providers.unit[j]
            out[c, AT.contracts_held] += providers.contracts[j]
            out[c, AT.contracts_linked] += providers.contracts[j] if providers.owned_by_members[j] > 0.0 else 0.0
    weight = np.zeros(len(trusts))
    for c in range(len(ccgs)):
        for k in range(ccg_trusts.shape[1]):
            weight[ccg_trusts[c, k]] += ccgs.patients[c] * ccg_trust_share[c, k]
    for c in range(len(ccgs)):
        for k in range(ccg_trusts.shape[1]):
            t = ccg_trusts[c, k]
            if weight[t] > 0.0:
                out[c, AT.trust_balance] += trusts.balance[t] * ccgs.patients[c] * ccg_trust_share[c, k] / weight[t]


@maker
def rising(values, counts):
    """Rows that count (1), by rising value: put into as many bins as there are rows, then sorted within each."""
    rows, n, low, high = np.zeros(len(values), np.int64), 0, math.inf, -math.inf
    for i in range(len(values)):
        if counts[i] == 1:
            rows[n], n = i, n + 1
            low, high = min(low, values[i]), max(high, values[i])
    bins = np.zeros(len(values), np.int64)
    for i in rows[:n]:
        bins[i] = int((values[i] - low) / (high - low) * (n - 1)) if high > low else 0
    return sort_within(bin_order(rows[:n], bins, n), bins, values)


REGION, TEAM, OWN, FIFTH, CONTRACT = range(5)
"""Columns of `places_of_practices`."""


@maker
def places_of_practices(place, contract, ccgs, n_regions, n_teams):
    """(practices, 5): the place of each practice at each level but the nation's (in the order of `LEVELS`), among the
    places of all levels."""
    teams = 1 + n_regions
    own = teams + n_teams
    fifths = own + len(ccgs)
    places = np.zeros((len(place), 5), np.uint16)  # narrow, since all that follows reads them at random
    for i in range(len(place)):
        c = place.ccg[i]
        places[i, REGION] = 1 + ccgs.region[c]
        places[i, TEAM] = teams + ccgs.area_team[c]
        places[i, OWN] = own + c
        places[i, FIFTH] = fifths + place.fifth[i]
        places[i, CONTRACT] = fifths + FIFTHS + contract.kind[i]
    return places


@maker
def count_places(order, places, many):
    """(places,): how many of the rows in `order` lie at each place but the nation; see `places_of_practices`."""
    size, seen = np.zeros(many, np.int64), np.full(many, -1, np.int64)
    for i in order:
        size[places[i, OWN]] += 1
        size[places[i, FIFTH]] += 1
        size[places[i, CONTRACT]] += 1
        seen[places[i, OWN]] = i
    for own in range(many):
        if seen[own] >= 0:  # a CCG with rows: one of them says where it lies
            size[places[seen[own], REGION]] += size[own]
            size[places[seen[own], TEAM]] += size[own]
    return size


@rule
def rank_of(share, size):
    """The rank, from 0, of the value below which lies such a share of so many."""
    return int(share * (size - 1) + 0.5)


@rule
def further(shares, k, size):
    """How many ranks quantile `k` lies above the one before; -1 where there is none. shares: rising."""
    return rank_of(shares[k], size) - rank_of(shares[k - 1], size) if k < len(shares) else -1


@maker
def quantiles(order, values, places, shares, out, column):
    """Quantiles of `values` at every place of every level: out[place, column + k].

    order: rows by rising value. places: see `places_of_practices`. shares: rising. One pass: each place counts down to
    the row that has the rank of its next quantile.
    """
    for k in range(len(shares) if len(order) > 0 else 0):
        out[0, column + k] = values[order[rank_of(shares[k], len(order))]]
    size, taken = count_places(order, places, len(out)), np.zeros(len(out), np.int64)
    left = np.zeros(len(out), np.int64)
    for g in range(len(out)):
        left[g] = rank_of(shares[0], size[g])
    for i in order:
        for level in range(places.shape[1]):
            g = places[i, level]
            while left[g] == 0:
                out[g, column + taken[g]] = values[i]
                taken[g] += 1
                left[g] = further(shares, taken[g], size[g])
            left[g] -= 1


@maker
def find_quantiles(place, contract, money, staff, life, ccgs, n_regions, n_teams, year, list_shares, drawings_shares,
                   out):  # fmt: skip
    """Quantiles of lists, and of drawings a partner where there are partners: out (places, quantiles), in the order of
    the places of a result.

    A code that ended counts in its last year, as in `practices_open`: lists are those of phase 3, before codes end.
    """
    n = len(place)
    paid, partnered, drawings = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n)
    for i in range(n):
        if life.state[i] > s.CARETAKER and life.closed[i] == year:
            paid[i] = 1
        if life.state[i] == s.OPEN or life.state[i] == s.CARETAKER:
            paid[i] = 1
            partnered[i] = 1 if staff.partner_fte[i] > 0.0 else 0
            drawings[i] = money.drawings[i] / max(staff.partners[i], 1.0)
    by_list, by_drawings = rising(staff.list_before, paid), rising(drawings, partnered)
    places = places_of_practices(place, contract, ccgs, n_regions, n_teams)
    quantiles(by_list, staff.list_before, places, list_shares, out, 0)
    quantiles(by_drawings, drawings, places, drawings_shares, out, len(list_shares))


@rule
def finite(sums):
    """Whether every number in `sums` is finite: (groups, SUMS)."""
    total = 0.0
    for g in range(sums.shape[0]):
        for k in range(sums.shape[1]):
            total += sums[g, k]
    return math.isfinite(total)


def refuse_infinite(sums: Floats, year: int) -> None:
    """Raises FloatingPointError that names the sums of a year that are not finite numbers: somewhere a kernel divided
    by nil, or a parameter is out of all bounds. sums: (groups, SUMS)."""
    wrong = [SUMS[k] for k in np.flatnonzero(~np.isfinite(sums).all(axis=0))]
    raise FloatingPointError(f"not a finite number in {year}: {', '.join(wrong)} (a division by 0, or an overflow)")


@kernel
def record_year(w, year, grade, scale, ccg_trusts, ccg_trust_share, loud, chance, p, out, found):
    """Into out, (groups, SUMS), and found, (places, QUANTILES): the year's sums and quantiles. Returns whether all sums
    are finite. grade: see `TableView`. loud, chance: see `rules.polls`."""
    sum_practices(out, w.place, w.lists, w.contract, w.money, w.staff, w.care, w.life, w.ties, w.use, year)
    sum_ccgs(out, w.ccgs, w.ccg_money, w.accounts, w.applications, w.plans, w.boards, grade)
    sum_cases(out, w.cases)
    sum_bodies(out, w.ccgs, w.bodies, w.nation, scale)
    sum_providers(out, w.ccgs, w.providers, w.trusts, ccg_trusts, ccg_trust_share)
    poll_doctors(w.doctors, w.minds, w.place, w.ties, loud, chance, RUNGS, out[: len(w.ccgs), POLL_FROM:], p)
    find_quantiles(
        w.place, w.contract, w.money, w.staff, w.life, w.ccgs, len(w.regions), len(w.area_teams), year, LIST_SHARES,
        DRAWINGS_SHARES, found,
    )  # fmt: skip
    return finite(out)


def record(world: World, params: Params, sums: Sums, index: int) -> None:
    """Phase 10: adds the year to the sums, as year number `index` of the run."""
    out, net, p = sums.by_group[index], world.networks, params.of(Poll)
    all_finite = record_year(
        world, world.year, view(world.regime).grade, world.regime.scale, net.ccg_trusts, net.ccg_trust_share,
        *answers(p, params.of(FunctionEase)), p, out, sums.quantiles[index],
    )  # fmt: skip
    if not all_finite:
        refuse_infinite(out, world.year)
