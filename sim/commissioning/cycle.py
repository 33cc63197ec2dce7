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
from sim.commissioning.capacity import (
    HOURS_OF_CASE,
    UNCLEAR,
    CaseHours,
    Hours,
    Mandate,
    assign,
    hold_hours,
    hours_by_kind,
    queue,
)
from sim.commissioning.carry_out import APPEAL, OptIn, SchemeTerms, carry_out, opt_in, wind_up
from sim.commissioning.cases import Arrivals, Clocks, cases_arrive, usual_emergencies
from sim.commissioning.choice import GUMBEL, choose
from sim.commissioning.committee import ATTENDING, DECLARING, Meetings
from sim.commissioning.explain import Deliberation, Seen
from sim.commissioning.functions import INCENTIVE_DESIGN
from sim.commissioning.governance import EXPOSURE, Exposure, Interests, clear_year, expose, register_stakes
from sim.commissioning.knowledge import DISTRESS_SEEN, QUALITY_SEEN, Knowing, insight, learn
from sim.commissioning.perception import perceive
from sim.commissioning.standing import StandingWork, have_staff, hours_by_table, standing_work
from sim.commissioning.support import SupportFund, close_funds, lump_sums, open_funds
from sim.commissioning.utilities import Costs, Effects, Weights
from sim.commissioning.views import view
from sim.kernel import kernel, maker
from sim.parameters import Params
from sim.rules.endings import Ending
from sim.world import states as s
from sim.world.luck import Luck, decision
from sim.world.world import World

INVESTIGATION = decision("choice.investigation")
OPT_IN = decision("carry_out.opt_in")

Witness = Callable[[Deliberation], None]


class Routine(NamedTuple):
    """What every practice bears each year whoever commissions it, and how long sanctions and closed lists last."""

    reporting_hours: float
    sanction_years: float
    relief_kept: float
    choice_needs: float


@maker
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


@maker
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


@maker
def overspent(accounts, deficit):
    """Into deficit, (CCGs,): what each CCG overspent last year, percent of its allocation, 0 or more."""
    for c in range(len(accounts)):
        deficit[c] = 100.0 * max(0.0, -accounts.outturn[c]) / max(accounts.allocation[c], 1.0)


def commissioning(world: World, params: Params, luck: Luck, witness: Witness | None = None) -> None:
    """Cases arrive, somebody is responsible, bodies observe, hours reach some cases, which are decided and carried out.

    witness: is told what bodies go by when they choose, and changes nothing.
    """
    of, regime, year, v = params.of, world.regime, world.year, view(world.regime)
    places, ccgs, cases = len(world.place), len(world.ccgs), (len(world.cases), 2)
    seen = Seen(np.empty(places), np.empty(ccgs), np.empty(ccgs), np.empty(cases), np.empty(cases))
    medians, per_practice = hours_by_kind(of(CaseHours))
    n = prepare_cases(
        world, luck, year, world.networks.neighbours, usual_emergencies(world), world.belief_slot, regime.scale, v,
        seen, of(Routine), of(SupportFund), of(StaffCost), of(StandingWork), of(Knowing), of(Arrivals), of(Clocks),
        of(Mandate), medians, per_practice, of(Hours), of(Interests), of(Weights),
    )  # fmt: skip
    if witness is not None:
        witness(Deliberation(world, n, seen, params, luck))
    decide_cases(
        world, luck, year, n, world.belief_slot, regime.budgets, regime.scale, v, seen, of(Interests), of(Meetings),
        of(Weights), of(Effects), of(Costs), of(Arrivals).lapse_months, of(Ending), of(SchemeTerms), of(OptIn),
        of(Exposure), of(ServiceContract), of(SupportFund), of(StaffCost),
    )  # fmt: skip


@maker
def open_books(w, year, neighbours, alternatives, routine, support, cost):
    """Opens the year's books and registers. alternatives: see `open_year`."""
    fund = np.zeros(len(w.ccgs))
    open_year(w.lists, w.care, w.life, w.place, neighbours, alternatives, fund, year, routine, support.per_patient)
    open_funds(w.ccg_money, w.accounts, fund)
    clear_year(w.boards)
    register_stakes(w.boards, w.providers, w.place, w.life, w.ties, w.ccgs.seat)
    scale_staff(w.bodies, w.nation, cost)


@kernel
def prepare_cases(
    w, luck, year, neighbours, usual, slots, scale, v, seen, routine, support, cost, standing, knowing, arrivals,
    clocks, mandate, medians, per_practice, held, interests, weights,
):  # fmt: skip
    """What bodies see, which cases arrive, who is to decide them, how they look to those, and which their hours reach.

    Returns how many cases are open, and fills seen. usual: see `usual_emergencies`.
    """
    open_books(w, year, neighbours, seen.alternatives, routine, support, cost)
    hours = hours_by_table(v.cells, standing, held.decide_share, have_staff(w.bodies))
    work = standing_work(w.bodies, w.ccgs, scale, hours)
    hold_hours(w.bodies, slots, w.nation.staff_scale[0], knowing.visit_share, work, held)
    learn(
        w.beliefs, w.place, w.life, w.care, w.ties, w.ccgs, w.bodies, slots, v.observers, v.acts, v.punishes,
        v.gp_votes, v.clinicians, scale, knowing, luck.stream(DISTRESS_SEEN), luck.stream(QUALITY_SEEN),
    )  # fmt: skip
    ended = np.zeros(len(w.ccgs), np.int64)
    services_end(w.providers, w.plans, year, ended)
    n = cases_arrive(w, luck, year, ended, usual, arrivals, clocks)
    assign(
        w.cases, n, w.ccgs, w.bodies, v.cells, scale, mandate, medians, per_practice, standing.advise_share, held,
        luck.stream(HOURS_OF_CASE), luck.stream(UNCLEAR),
    )  # fmt: skip
    insight(w.beliefs, w.place, w.life, w.care, w.ccgs, v.may, slots, INCENTIVE_DESIGN, seen.fit)
    overspent(w.accounts, seen.deficit)
    perceive(
        w.cases, n, w.place, w.beliefs, slots, w.ccgs, w.boards, w.bodies, v, interests, weights, knowing.heard,
        seen.need, seen.quality, luck.stream(INVESTIGATION), len(w.place),
    )  # fmt: skip
    queue(w.cases, n, w.bodies, value_per_hour(w.cases, seen.need[:n]), held, arrivals.lapse_months)
    return n


@kernel
def decide_cases(
    w, luck, year, n, slots, budgets, scale, v, seen, interests, meetings, weights, effects, costs, lapse, ending,
    terms, joining, exposure, service, support, cost,
):  # fmt: skip
    """What bodies choose, who wins contracts, what follows, what comes to light, and what is spent as the year ends."""
    attending, declaring = luck.stream(ATTENDING), luck.stream(DECLARING)
    choose(
        w.cases, n, w.place, w.lists, w.life, w.ccgs, w.ccg_money, w.boards, w.bodies, v, seen.deficit, seen.fit,
        seen.need, seen.quality, seen.alternatives, interests, meetings, weights, effects, costs, lapse,
        luck.stream(GUMBEL), attending, declaring,
    )  # fmt: skip
    award(
        w.cases, n, w.providers, w.boards, w.ccgs, w.bodies, v, year, ending, interests, meetings,
        luck.stream(BID_LUCK), attending, declaring,
    )  # fmt: skip
    carry_out(
        w.cases, n, w.lists, w.contract, w.money, w.care, w.life, w.ties, w.ccg_money, w.schemes, w.plans, w.bodies,
        w.ccgs.seat, seen.fit, year, effects, costs, terms, luck.stream(APPEAL),
    )  # fmt: skip
    wind_up(w.cases, n, w.ccgs, w.bodies, v.cells, scale, costs.removal_hours)
    opt_in(w.place, w.lists, w.care, w.life, w.ties, w.schemes, joining, terms, luck.stream(OPT_IN))
    expose(
        w.cases, n, w.boards, w.ccgs, w.bodies, w.providers, v, w.ties, w.place, w.life, exposure,
        luck.stream(EXPOSURE),
    )  # fmt: skip
    begin_services(w.cases, n, w.providers, w.plans, year, service)
    lump_sums(
        w.place, w.lists, w.money, w.life, w.ties, w.ccgs, w.ccg_money, w.bodies, w.beliefs, slots, v, budgets, scale,
        support, costs, effects,
    )  # fmt: skip
    close_funds(w.ccg_money, w.accounts)
    staff_year(w.bodies, w.nation, cost)
