"""The record phase: sums over practices, cases and CCGs, from which every outcome is worked out when a run has ended.

Sums are kept for each CCG, deprivation fifth and contract; area teams, regions and the nation are sums of CCGs. What
belongs to a CCG as a whole (staff, cases about the area, trusts) is not split by fifth or contract: it is NaN there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.commissioning.approval import INTERESTED
from sim.commissioning.bodies import KINDS, body_row
from sim.commissioning.functions import PRACTICE_SCALE
from sim.commissioning.views import TOGETHER, VOICE, view
from sim.kernel import kernel
from sim.parameters import Params
from sim.rules.polls import POLLED, poll
from sim.world import states as s
from sim.world.world import Floats, Rows, World

PRACTICE_SUMS = (
    "practices", "patients", "list_squared", "exited", "merged", "displaced", "unjustified", "new", "gp_fte",
    "doctors", "partners",
    "partner_fte", "posts", "vacant", "left", "burnout", "drawings", "drawings_nil", "has_partners", "income",
    "pay_per_patient",
    "pay_per_patient_squared", "wanted", "appointments", "unmet", "workload", "continuity", "experience", "quality",
    "quality_squared",
    "recorded", "quality_rich", "rich", "quality_poor", "poor", "emergency", "ae", "referrals", "elective",
    "community", "hospital_cost",
    "engagement", "influence", "trust_ccg", "trust_nhse", "support_control", "at_scale", "opted_in", "scheme_hours",
    "reporting_hours",
    "lists_closed", "distress", "gms", "pms", "apms", "mpig", "global_sum", "premium", "seniority", "qof", "reserves",
    "expenses", "budget_holders", "budget_kept",
)  # fmt: skip
"""Summed over open practices (ended ones count in the year of their end)."""

CCG_SUMS = (
    "ccgs", "decided", "waiting", "undone", "hours", "waits", "conflicted", "captured", "exposures", "notices",
    "removals", "grants",
    "legitimacy", "ccg_engagement", "greater_involvement", "joint", "delegated", "overspending", "allocation",
    "community_spend",
    "hospital_spend", "trust_balance", "staff_cost", "staff_fte", "doubled", "other_spend", "scheme_spend",
    "contested", "recused", "deferred", "disagreed", "awards", "awards_linked", "contracts_held", "contracts_linked",
    "lapsed", "error_gps", "error_admissions", "interested", "applied_joint", "applied_delegated", "approved_joint",
    "approved_delegated", "on_notice",
)  # fmt: skip
"""Summed over CCGs."""

POLL_SUMS = (*(f"yes_{function}" for function in POLLED), "answers", "board_yes", "board_answers")
"""Expected answers in a poll of GPs on CCG control of every function, summed over CCGs; those of board members, with
the yeses of a usual function."""

NATION_SUMS = ("staff_change_cost", "staff_lost", "ended")
"""Known for the nation only."""

SUMS = PRACTICE_SUMS + CCG_SUMS + NATION_SUMS + POLL_SUMS
COLUMN = {name: k for k, name in enumerate(SUMS)}
QUANTILES = ("list_size_p5", "list_size_p50", "list_size_p95", "drawings_p10")
SHARES = np.array([0.05, 0.50, 0.95])
FIFTHS, CONTRACTS = 5, 3
WORK_FROM = COLUMN["drawings"]
WORK_TO = COLUMN["budget_kept"] + 1
KINDS_AT = COLUMN["gms"]
CCG_FROM = len(PRACTICE_SUMS)
NATION_FROM = len(PRACTICE_SUMS) + len(CCG_SUMS)
POLL_FROM = NATION_FROM + len(NATION_SUMS)
TENTH = np.array([0.10])


@dataclass(frozen=True)
class Sums:
    """All sums of a run. by_group: (years, CCGs + 5 fifths + 3 contracts, SUMS); quantiles: (years, places,
    QUANTILES). orders: (2, practices) rows by last year's list and drawings, from which this year's differ little."""

    by_group: Floats
    quantiles: Floats
    orders: Rows

    @classmethod
    def empty(cls, years: int, world: World) -> Sums:
        """Sums of zero for a World of so many CCGs and teams."""
        groups = len(world.ccgs) + FIFTHS + CONTRACTS
        places = 1 + len(world.regions) + len(world.area_teams) + groups
        orders = np.tile(np.arange(len(world.place)), (2, 1))
        return cls(np.zeros((years, groups, len(SUMS))), np.full((years, places, len(QUANTILES)), np.nan), orders)


@kernel
def sum_people(out, place, lists, contract, staff, life, year):
    """Adds counts of practices, patients and doctors: columns up to `burnout`, and the kinds of contract."""
    n_ccgs = out.shape[0] - FIFTHS - CONTRACTS
    groups = np.zeros(3, np.int64)
    row = np.zeros(16)
    for i in range(len(place)):
        state = life.state[i]
        ended = state > s.CARETAKER and life.closed[i] == year
        if state == s.UNUSED or (state > s.CARETAKER and not ended):
            continue
        groups[0] = place.ccg[i]
        groups[1] = n_ccgs + place.fifth[i]
        groups[2] = n_ccgs + FIFTHS + contract.kind[i]
        row[:] = 0.0
        if ended:
            row[3] = 1.0
            row[4] = 1.0 if state == s.MERGED else 0.0
            row[5] = life.displaced[i]
            row[6] = 1.0 if life.viable[i] == 1 and state == s.DISPERSED else 0.0
        else:
            row[0] = 1.0
            row[1] = lists.total[i]
            row[2] = lists.total[i] * lists.total[i]
            row[7] = 1.0 if life.opened[i] == year else 0.0
            row[8] = staff.gp_fte[i]
            row[9] = staff.doctors[i]
            row[10] = staff.partners[i]
            row[11] = staff.partner_fte[i]
            row[12] = staff.posts_fte[i]
            row[13] = staff.vacant_fte[i]
            row[14] = staff.left[i]
            row[15] = staff.burnout[i] * staff.doctors[i]
        for g in groups:
            for k in range(16):
                out[g, k] += row[k]
            if not ended:
                out[g, KINDS_AT + contract.kind[i]] += 1.0


@kernel
def sum_work(out, place, lists, contract, money, staff, care, life, ties, use):
    """Adds money, care, hospital use and relations of open practices: columns from `drawings` on."""
    n_ccgs = out.shape[0] - FIFTHS - CONTRACTS
    groups = np.zeros(3, np.int64)
    row = np.zeros(WORK_TO - WORK_FROM)
    for i in range(len(place)):
        if life.state[i] == s.UNUSED or life.state[i] > s.CARETAKER:
            continue
        groups[0] = place.ccg[i]
        groups[1] = n_ccgs + place.fifth[i]
        groups[2] = n_ccgs + FIFTHS + contract.kind[i]
        patients = max(lists.total[i], 1.0)
        pay = money.income[i] / patients
        partnered = 1.0 if staff.partner_fte[i] > 0.0 else 0.0
        rich, poor = 1.0 if place.fifth[i] == 0 else 0.0, 1.0 if place.fifth[i] == 4 else 0.0
        q = care.quality_true[i]
        row[0], row[1], row[2] = money.drawings[i], partnered * (1.0 if money.drawings[i] <= 0.0 else 0.0), partnered
        row[3], row[4], row[5] = money.income[i], pay * patients, pay * pay * patients
        row[6], row[7], row[8] = care.wanted[i], care.appointments[i], care.unmet[i] * care.wanted[i]
        row[9], row[10], row[11] = care.workload[i], care.continuity[i], care.experience[i] * patients
        row[12], row[13], row[14] = q, q * q, care.quality_recorded[i]
        row[15], row[16], row[17], row[18] = q * rich, rich, q * poor, poor
        row[19], row[20], row[21], row[22] = use.emergency[i], use.ae[i], use.referrals[i], use.elective[i]
        row[23], row[24] = use.community[i], use.cost[i]
        row[25], row[26], row[27], row[28] = (
            ties.engagement[i],
            ties.influence[i],
            ties.trust_ccg[i],
            ties.trust_nhse[i],
        )
        row[29], row[30], row[31] = ties.support_control[i], 1.0 * life.at_scale[i], 1.0 * ties.opted_in[i]
        row[32], row[33], row[34] = care.effort_scheme[i], care.effort_reporting[i], 1.0 - lists.open[i]
        row[35] = life.distress[i]
        gms = 1.0 if contract.kind[i] == s.GMS else 0.0
        row[39], row[40] = money.mpig[i], gms * money.global_sum[i]
        row[41], row[42] = money.premium[i], money.seniority[i]
        row[43], row[44], row[45] = money.qof[i], money.reserves[i], money.expenses[i]
        row[46], row[47] = 1.0 * use.holds[i], use.kept[i]
        for g in groups:
            for k in range(row.shape[0]):
                out[g, WORK_FROM + k] += row[k]


@kernel
def sum_ccgs(out, cases, ccgs, ccg_money, applications, plans, boards, providers, bodies, trusts, nation, ccg_trusts,
             ccg_trust_share, scale, grade):  # fmt: skip
    """Adds what is known of CCGs: cases, money, governance, staff of every body by the share of practices it serves
    there.

    grade: (T,) what the CCG has under a table, see `TableView`.
    """
    stride = len(bodies) // KINDS
    weight = np.zeros(len(trusts))
    for c in range(len(ccgs)):
        for k in range(ccg_trusts.shape[1]):
            weight[ccg_trusts[c, k]] += ccgs.patients[c] * ccg_trust_share[c, k]
    for c in range(len(ccgs)):
        t = ccgs.table[c]
        out[c, CCG_FROM + 0] += 1.0
        out[c, CCG_FROM + 6] += boards.conflicted[c]
        out[c, CCG_FROM + 7] += boards.captured[c]
        out[c, CCG_FROM + 8] += boards.exposed[c] + boards.false_exposed[c]
        out[c, CCG_FROM + 11] += ccg_money.support_spent[c]
        out[c, CCG_FROM + 12] += ccgs.legitimacy[c]
        out[c, CCG_FROM + 13] += ccgs.engagement[c]
        if grade[t] >= VOICE:
            out[c, CCG_FROM + 13 + grade[t]] += 1.0
        if applications.stage[c] >= INTERESTED:
            out[c, CCG_FROM + 38] += 1.0
        if applications.applied[c] >= 0 and grade[applications.applied[c]] >= TOGETHER:
            out[c, CCG_FROM + 37 + grade[applications.applied[c]]] += 1.0
        if applications.approved[c] >= 0 and grade[applications.approved[c]] >= TOGETHER:
            out[c, CCG_FROM + 39 + grade[applications.approved[c]]] += 1.0
        out[c, CCG_FROM + 43] += 1.0 if applications.notice[c] > 0 else 0.0
        out[c, CCG_FROM + 17] += 1.0 if ccg_money.outturn[c] < 0.0 else 0.0
        out[c, CCG_FROM + 18] += ccg_money.allocation[c]
        out[c, CCG_FROM + 19] += ccg_money.community[c]
        out[c, CCG_FROM + 20] += ccg_money.hospital[c]
        out[c, CCG_FROM + 25] += ccg_money.other_care[c]
        out[c, CCG_FROM + 26] += ccg_money.scheme[c]
        out[c, CCG_FROM + 27] += boards.contested[c]
        out[c, CCG_FROM + 28] += boards.recused[c]
        out[c, CCG_FROM + 29] += boards.deferred[c]
        out[c, CCG_FROM + 30] += boards.disagreed[c]
        out[c, CCG_FROM + 31] += boards.awards[c]
        out[c, CCG_FROM + 32] += boards.awards_linked[c]
        out[c, CCG_FROM + 35] += ccg_money.support_lapsed[c]
        out[c, CCG_FROM + 36] += abs(plans.error_gp[c])
        out[c, CCG_FROM + 37] += abs(plans.error_emergency[c])
        for k in range(ccg_trusts.shape[1]):
            j = ccg_trusts[c, k]
            if weight[j] > 0.0:
                out[c, CCG_FROM + 21] += trusts.balance[j] * ccgs.patients[c] * ccg_trust_share[c, k] / weight[j]
        for kind in range(KINDS):
            if scale[t, kind] == PRACTICE_SCALE:
                continue
            b = body_row(kind, scale[t, kind], c, ccgs, stride)
            if bodies.practices[b] > 0.0:
                here = ccgs.practices[c] / bodies.practices[b]
                fte = bodies.contracts_fte[b] + bodies.quality_fte[b] + bodies.finance_fte[b] + bodies.clinical_fte[b]
                out[c, CCG_FROM + 22] += bodies.cost[b] * here
                out[c, CCG_FROM + 23] += nation.staff_scale[0] * fte * here
    for j in range(len(providers)):
        if providers.kind[j] != s.CORPORATE:
            c = providers.unit[j]
            out[c, CCG_FROM + 33] += providers.contracts[j]
            out[c, CCG_FROM + 34] += providers.contracts[j] if providers.owned_by_members[j] > 0.0 else 0.0
    for k in range(len(cases)):
        status, c = cases.status[k], cases.ccg[k]
        if status == s.FREE:
            continue
        if status == s.DECIDED:
            out[c, CCG_FROM + 1] += 1.0
            out[c, CCG_FROM + 4] += cases.hours[k]
            out[c, CCG_FROM + 5] += cases.months[k]
            out[c, CCG_FROM + 9] += 1.0 if cases.action[k] == s.BREACH else 0.0
            out[c, CCG_FROM + 10] += 1.0 if cases.action[k] == s.REMOVAL else 0.0
            out[c, CCG_FROM + 24] += cases.doubled[k]
        elif status == s.WAITING:
            out[c, CCG_FROM + 2] += 1.0
        else:
            out[c, CCG_FROM + 3] += 1.0
    out[0, NATION_FROM + 0] += nation.staff_hire_cost[0]
    out[0, NATION_FROM + 1] += nation.staff_lost[0]
    out[0, NATION_FROM + 2] += nation.ended[0]


@kernel
def find_quantiles(order, values, counts, place, contract, ccgs, n_regions, n_teams, shares, out, column):
    """Quantiles of `values` at every place of every level, by one walk in sorted order: out[place, column + k].

    order: rows by rising value; counts: (practices,) 1 for rows that count. out: (places, quantiles), in the order of
    the places of a result.
    """
    places, levels = out.shape[0], 6
    at = np.zeros((levels, len(order)), np.int64)
    size, seen, rank = np.zeros(places, np.int64), np.zeros(places, np.int64), np.zeros((places, len(shares)), np.int64)
    ccg_from = 1 + n_regions + n_teams
    fifth_from = ccg_from + len(ccgs)
    for i in range(len(order)):
        c = place.ccg[i]
        at[1, i] = 1 + ccgs.region[c]
        at[2, i] = 1 + n_regions + ccgs.area_team[c]
        at[3, i] = ccg_from + c
        at[4, i] = fifth_from + place.fifth[i]
        at[5, i] = fifth_from + FIFTHS + contract.kind[i]
        if counts[i] == 1:
            for level in range(levels):
                size[at[level, i]] += 1
    for g in range(places):
        for k in range(len(shares)):
            rank[g, k] = int(shares[k] * (size[g] - 1) + 0.5)
    for i in order:
        if counts[i] == 1:
            for level in range(levels):
                g = at[level, i]
                for k in range(len(shares)):
                    if seen[g] == rank[g, k]:
                        out[g, column + k] = values[i]
                seen[g] += 1


def refuse_infinite(sums: Floats, year: int) -> None:
    """Raises FloatingPointError that names the sums of a year that are not finite numbers: somewhere a kernel divided
    by nil, or a parameter is out of all bounds. sums: (groups, SUMS)."""
    if np.isfinite(sums.sum()):
        return
    wrong = [SUMS[k] for k in np.flatnonzero(~np.isfinite(sums).all(axis=0))]
    raise FloatingPointError(f"not a finite number in {year}: {', '.join(wrong)} (a division by 0, or an overflow)")


def record(world: World, params: Params, sums: Sums, index: int) -> None:
    """Phase 10: adds the year to the sums, as year number `index` of the run."""
    out, w = sums.by_group[index], world
    sum_people(out, w.place, w.lists, w.contract, w.staff, w.life, w.year)
    sum_work(out, w.place, w.lists, w.contract, w.money, w.staff, w.care, w.life, w.ties, w.use)
    sum_ccgs(
        out, w.cases, w.ccgs, w.ccg_money, w.applications, w.plans, w.boards, w.providers, w.bodies, w.trusts, w.nation,
        w.networks.ccg_trusts, w.networks.ccg_trust_share, w.regime.scale, view(w.regime).grade,
    )  # fmt: skip
    out[: len(w.ccgs), POLL_FROM:] = poll(world, params)
    refuse_infinite(out, w.year)
    open_now = (w.life["state"] == s.OPEN) | (w.life["state"] == s.CARETAKER)
    with_partners = open_now & (w.staff["partner_fte"] > 0.0)
    each = w.money["drawings"] / np.maximum(w.staff["partners"], 1.0)
    for k, (values, counted, shares, column) in enumerate(
        ((w.lists["total"], open_now, SHARES, 0), (each, with_partners, TENTH, 3))
    ):
        order = sums.orders[k]
        order[:] = order[np.argsort(values[order], kind="stable")]
        find_quantiles(
            order, values, counted.view(np.int8), w.place, w.contract, w.ccgs, len(w.regions), len(w.area_teams),
            shares, sums.quantiles[index], column,
        )  # fmt: skip
