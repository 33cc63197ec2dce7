"""The commissioning phase: the same cycle for every body and function; only the regime's table differs.

cases arrive -> somebody is responsible -> bodies observe -> hours reach some cases -> choice -> consequences ->
exposure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.commissioning.awards import BID_LUCK, ServiceContract, award, begin_services, services_end
from sim.commissioning.bodies import StaffCost, scale_staff, staff_year
from sim.commissioning.capacity import Hours, assign_cases, hold_hours, queue
from sim.commissioning.carry_out import OptIn, SchemeTerms, decisions_take_effect, opt_in
from sim.commissioning.cases import Arrivals, cases_arrive
from sim.commissioning.choice import GUMBEL, choose
from sim.commissioning.committee import ATTENDING, DECLARING, Meetings
from sim.commissioning.explain import Deliberation
from sim.commissioning.governance import Interests, clear_year, decisions_come_to_light, register_stakes
from sim.commissioning.knowledge import Knowing, observe, scheme_insight
from sim.commissioning.perception import perceive
from sim.commissioning.standing import standing_work
from sim.commissioning.support import SupportFund, close_funds, open_funds, spend_late
from sim.commissioning.utilities import Costs, Effects, Weights
from sim.commissioning.views import view
from sim.kernel import kernel
from sim.parameters import Params
from sim.rules.endings import Ending
from sim.world import states as s
from sim.world.luck import Luck, decision
from sim.world.world import Floats, World

INVESTIGATION = decision("choice.investigation")
OPT_IN = decision("carry_out.opt_in")

Witness = Callable[[Deliberation], None]


class Routine(NamedTuple):
    """What every practice bears each year whoever commissions it, and how long sanctions and closed lists last."""

    reporting_hours: float
    sanction_years: float
    relief_kept: float
    choice_needs: float


@kernel
def open_year(lists, care, life, place, networks_neighbours, alternatives, fund, year, p, per_patient):
    """Opens the commissioning year: sanctions fade, closed lists reopen in time, reporting hours start afresh.

    Filled here: alternatives, (practices,): open lists among the nearest practices over those that make a choice, 0 to
    1; fund, (CCGs,): NHS England's money for practices in trouble, pounds, of so much per patient.
    """
    fund[:] = 0.0
    takes = np.zeros(len(place))  # 1 where a practice takes patients
    for i in range(len(place)):
        works = life.state[i] == s.OPEN or life.state[i] == s.CARETAKER
        takes[i] = 1.0 if works and lists.open[i] == 1 else 0.0
    for i in range(len(place)):
        alternatives[i] = 0.0
        if life.state[i] == s.UNUSED or life.state[i] > s.CARETAKER:
            continue
        if lists.open[i] == 0 and year >= lists.closed_until[i]:
            lists.open[i] = 1
            takes[i] = 1.0
        if p.sanction_years > 0.0:
            life.sanctioned[i] = max(0.0, life.sanctioned[i] - 1.0 / p.sanction_years)
        life.relief[i] *= p.relief_kept
        care.effort_reporting[i] = p.reporting_hours
        fund[place.ccg[i]] += per_patient * lists.total[i]
        near = 0.0
        for m in range(networks_neighbours.shape[1]):
            if near >= p.choice_needs:
                break
            near += takes[networks_neighbours[i, m]] if networks_neighbours[i, m] >= 0 else 0.0
        alternatives[i] = min(1.0, near / p.choice_needs) if p.choice_needs > 0.0 else 1.0


@kernel
def value_per_hour(cases, need):
    """(n,): need as those see it who decide, for each hundred hours of work, by which cases without a clock are ranked.

    need: (n, 2), see `perceive`; where two must agree their mean counts.
    """
    value = np.empty(len(need))
    for k in range(len(need)):
        two = cases.partner[k] >= 0 and cases.doubled[k] == 0
        asked = (need[k, 0] + need[k, 1]) / 2.0 if two else need[k, 0]
        value[k] = 100.0 * asked / max(cases.hours[k], 1.0)
    return value


@kernel
def overspent(accounts, deficit):
    """Into deficit, (CCGs,): what each CCG overspent last year, percent of its allocation, 0 or more."""
    for c in range(len(accounts)):
        deficit[c] = 100.0 * max(0.0, -accounts.outturn[c]) / max(accounts.allocation[c], 1.0)


def commissioning(world: World, params: Params, luck: Luck, witness: Witness | None = None) -> None:
    """Phase 6 of the year. witness: is told what bodies go by when they choose, and changes nothing."""
    alternatives = begin_year(world, params)
    observe(world, params, luck)
    ended = np.zeros(len(world.ccgs), dtype=np.int64)
    services_end(world.providers, world.plans, world.year, ended)
    n = cases_arrive(world, params, luck, ended)
    assign_cases(world, n, params, luck)
    decide_cases(world, n, alternatives, params, luck, witness)
    opt_in(
        world.place, world.lists, world.care, world.life, world.ties, world.schemes, params.of(OptIn),
        params.of(SchemeTerms),
        luck.stream(OPT_IN),
    )  # fmt: skip
    decisions_come_to_light(world, n, params, luck)
    begin_services(world.cases, n, world.providers, world.plans, world.year, params.of(ServiceContract))
    spend_late(world, params)
    close_funds(world.ccg_money, world.accounts)
    staff_year(world.bodies, world.nation, params.of(StaffCost))


def begin_year(world: World, params: Params) -> Floats:
    """Opens the year's books, registers and hours; returns the choice that patients of each practice have, 0 to 1."""
    alternatives, fund = np.zeros(len(world.place)), np.zeros(len(world.ccgs))
    open_year(
        world.lists, world.care, world.life, world.place, world.networks.neighbours, alternatives, fund,
        world.year, params.of(Routine), params.of(SupportFund).per_patient,
    )  # fmt: skip
    open_funds(world.ccg_money, world.accounts, fund)
    clear_year(world.boards)
    register_stakes(world.boards, world.providers, world.place, world.life, world.ties, world.ccgs["seat"])
    scale_staff(world.bodies, world.nation, params.of(StaffCost))
    hold_hours(
        world.bodies, world.belief_slot, float(world.nation["staff_scale"][0]), params.of(Knowing).visit_share,
        standing_work(world, params, params.of(Hours).decide_share), params.of(Hours),
    )  # fmt: skip
    return alternatives


def decide_cases(
    world: World, n: int, alternatives: Floats, params: Params, luck: Luck, witness: Witness | None = None
) -> None:
    """What bodies believe, which cases their hours reach, what they choose, who wins contracts, and what follows."""
    w, v = world, view(world.regime)
    interests, meetings, lapse = params.of(Interests), params.of(Meetings), params.of(Arrivals).lapse_months
    need, quality, fit = np.zeros((n, 2)), np.zeros((n, 2)), scheme_insight(world)
    deficit = np.empty(len(w.ccgs))
    overspent(w.accounts, deficit)
    perceive(
        w.cases, n, w.place, w.beliefs, w.belief_slot, w.ccgs, w.boards, w.bodies, v, interests, params.of(Weights),
        params.of(Knowing).heard, need, quality, luck.stream(INVESTIGATION), len(w.place),
    )  # fmt: skip
    queue(w.cases, n, w.bodies, value_per_hour(w.cases, need), params.of(Hours), lapse)
    if witness is not None:
        witness(Deliberation(world, n, deficit, fit, need, quality, alternatives, params, luck))
    attending, declaring = luck.stream(ATTENDING), luck.stream(DECLARING)
    choose(
        w.cases, n, w.place, w.lists, w.life, w.ccgs, w.ccg_money, w.boards, w.bodies, v, deficit, fit, need,
        quality, alternatives, interests, meetings, params.of(Weights), params.of(Effects), params.of(Costs), lapse,
        luck.stream(GUMBEL), attending, declaring,
    )  # fmt: skip
    award(
        w.cases, n, w.providers, w.boards, w.ccgs, w.bodies, v, w.year, params.of(Ending), interests, meetings,
        luck.stream(BID_LUCK), attending, declaring,
    )  # fmt: skip
    decisions_take_effect(world, n, fit, params, luck)
