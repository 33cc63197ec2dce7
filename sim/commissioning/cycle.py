"""The commissioning phase: the same cycle for every body and function; only the regime's table differs.

cases arrive -> somebody is responsible -> bodies observe -> hours reach some cases -> choice -> consequences ->
exposure.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import StaffCost, scale_staff, staff_year
from sim.commissioning.capacity import Hours, assign_cases, hold_hours, queue
from sim.commissioning.carry_out import OptIn, SchemeTerms, SupportFund, decisions_take_effect, opt_in
from sim.commissioning.cases import Arrivals, cases_arrive
from sim.commissioning.choice import Costs, Effects, Weights, choose, perceive
from sim.commissioning.governance import Interests, clear_year, decisions_come_to_light, register_stakes
from sim.commissioning.knowledge import observe, scheme_insight
from sim.commissioning.views import view
from sim.kernel import kernel
from sim.parameters import Params
from sim.world import states as s
from sim.world.luck import Luck, decision
from sim.world.world import Floats, World

GUMBEL = decision("choice.gumbel")
INVESTIGATION = decision("choice.investigation")
OPT_IN = decision("carry_out.opt_in")


class Routine(NamedTuple):
    """What every practice bears each year whoever commissions it, and how long sanctions and closed lists last."""

    reporting_hours: float
    sanction_years: float
    relief_kept: float
    choice_needs: float


@kernel
def open_year(lists, care, life, ties, ccg_money, place, networks_neighbours, alternatives, year, p, fund):
    """Opens the commissioning year: sanctions fade, closed lists reopen in time, reporting hours and budgets start
    afresh.

    alternatives: (practices,) filled here: open lists among the nearest practices over those that make a choice, 0 to
    1.
    """
    for c in range(len(ccg_money)):
        ccg_money.support_budget[c] = 0.0
        ccg_money.support_spent[c] = 0.0
    for i in range(len(place)):
        alternatives[i] = 0.0
        if life.state[i] == s.UNUSED or life.state[i] > s.CARETAKER:
            continue
        if lists.open[i] == 0 and year >= lists.closed_until[i]:
            lists.open[i] = 1
        if p.sanction_years > 0.0:
            life.sanctioned[i] = max(0.0, life.sanctioned[i] - 1.0 / p.sanction_years)
        life.relief[i] *= p.relief_kept
        care.effort_reporting[i] = p.reporting_hours
        ccg_money.support_budget[place.ccg[i]] += fund.per_patient * lists.total[i]
        near = 0.0
        for m in range(networks_neighbours.shape[1]):
            j = networks_neighbours[i, m]
            if j >= 0 and (life.state[j] == s.OPEN or life.state[j] == s.CARETAKER) and lists.open[j] == 1:
                near += 1.0
        alternatives[i] = min(1.0, near / p.choice_needs) if p.choice_needs > 0.0 else 1.0
    for c in range(len(ccg_money)):
        # Where one body holds all budgets, last year's overrun or saving at the hospital is felt here first.
        left = ccg_money.support_budget[c] + ccg_money.primary_carried[c]
        ccg_money.support_budget[c] = max(0.0, left)
        # What the fund cannot bear falls on this year's hospital and community money.
        ccg_money.carried[c] += min(0.0, left)


def commissioning(world: World, params: Params, luck: Luck) -> None:
    """Phase 6 of the year."""
    v = view(world.regime)
    alternatives = np.zeros(len(world.place))
    open_year(
        world.lists, world.care, world.life, world.ties, world.ccg_money, world.place, world.networks.neighbours,
        alternatives,
        world.year, params.of(Routine), params.of(SupportFund),
    )  # fmt: skip
    clear_year(world.boards)
    register_stakes(world.boards, world.place, world.life, world.ties)
    scale_staff(world.bodies, world.nation, params.of(StaffCost))
    hold_hours(world.bodies, float(world.nation["staff_scale"][0]), params.of(Hours))
    observe(world, params, luck)
    n = cases_arrive(world, params, luck)
    assign_cases(world, n, params, luck)
    perceived, quality, fit = np.zeros(n), np.zeros(n), scheme_insight(world)
    perceive(
        world.cases, n, world.beliefs, world.belief_slot, world.ccgs, world.bodies, v.cells, v.gp_votes,
        v.recusal,
        params.of(Interests), params.of(Weights), perceived, quality, luck.stream(INVESTIGATION), len(world.place),
    )  # fmt: skip
    queue(
        world.cases,
        n,
        world.bodies,
        value_per_hour(world, n, perceived),
        params.of(Hours),
        params.of(Arrivals).lapse_months,
    )
    choose(
        world.cases, n, world.place, world.lists, world.life, world.ccgs, world.ccg_money, world.boards, world.bodies,
        v.may, v.gp_votes,
        v.recusal, v.holds_hospital, fit, perceived, quality, alternatives, params.of(Interests), params.of(Weights),
        params.of(Effects), params.of(Costs), luck.stream(GUMBEL),
    )  # fmt: skip
    decisions_take_effect(world, n, fit, params, luck)
    opt_in(
        world.place, world.lists, world.care, world.life, world.ties, world.schemes, params.of(OptIn),
        params.of(SchemeTerms),
        luck.stream(OPT_IN),
    )  # fmt: skip
    decisions_come_to_light(world, n, params, luck)
    staff_year(world.bodies, world.ccg_money, world.nation, params.of(StaffCost))
    world.nation["legitimacy"] = world.ccgs["legitimacy"].mean()


def value_per_hour(world: World, n: int, perceived: Floats) -> Floats:
    """(n,): perceived need for each hundred hours of work, by which cases without a clock are ranked."""
    hours = np.maximum(world.cases["hours"][:n], 1.0)
    return np.asarray(100.0 * perceived / hours)
