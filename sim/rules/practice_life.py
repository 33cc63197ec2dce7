"""The life of practices: decided cases are carried out, notices run out, and partners choose for the year to come."""

from __future__ import annotations

import numpy as np

from sim.kernel import kernel, maker
from sim.parameters import Params
from sim.rules.choices import (
    ACCEPTING,
    CHOICE,
    PARTNER_CHOICE,
    Choice,
    Distress,
    MergerPartner,
    Property,
    choose,
    feel_distress,
    hold_property,
)
from sim.rules.counts import count_staff
from sim.rules.dispersals import disperse_lists
from sim.rules.endings import AFTERWARDS, STAYING, WITHDRAWING, Ending, move_doctors, read_decisions, settle_fates
from sim.rules.leaving import Leaving, compare_incomes
from sim.rules.mergers import merge_practices
from sim.rules.openings import Opening, open_practices
from sim.rules.takeovers import AWARD, NEW_CODE, take_over
from sim.world.luck import Luck, decision, uniform, uniform2
from sim.world.states import APMS, OPEN
from sim.world.world import World

__all__ = ["practice_life", "start"]

START_PROPERTY = decision("practice_life.start_property")
START_NOTICE = decision("practice_life.start_notice")


def practice_life(world: World, params: Params, luck: Luck) -> None:
    """Practices end as was decided or runs out, others open; then distress, and what partners choose for next year."""
    of, net = params.of, world.networks
    year_of_practices(
        world, luck, luck.year, net.neighbours, net.neighbour_km, of(Ending), of(Opening), of(Property), of(Distress),
        of(Choice), of(MergerPartner), of(Leaving).usual_burnout,
    )  # fmt: skip


@kernel
def year_of_practices(w, luck, year, near, km, ending, opening, premises, distress, choice, partner, usual_burnout):
    """The phase in order; near, km: the nearest other practices, see `Networks`."""
    end_practices(w, luck, year, near, km, ending)
    open_practices(
        w.cases, w.place, w.lists, w.contract, w.money, w.staff, w.care, w.life, w.ties, w.use, w.ccgs, w.nation,
        opening, year,
    )  # fmt: skip
    hold_property(w.lists, w.contract, w.staff, w.life, premises)
    make_choices(w, luck, near, km, premises, distress, choice, partner, usual_burnout)


def start(world: World, params: Params, luck: Luck) -> None:
    """State of 1 April 2014: leases, sites, APMS terms and holders, and what partners decided in the year before, when
    nobody was inspected yet.
    """
    of, net = params.of, world.networks
    before = of(Choice)._replace(inspection=0.0)
    start_practices(
        world, luck, net.neighbours, net.neighbour_km, of(Property), of(Distress), before, of(MergerPartner),
        of(Leaving).usual_burnout,
    )  # fmt: skip


@kernel
def start_practices(w, luck, near, km, premises, distress, choice, partner, usual_burnout):
    """The start of all practices; see `start`."""
    w.life.merged_into[:] = -1
    w.life.merger_wish[:] = -1
    start_property(w.place, w.contract, w.life, premises, luck.stream(START_PROPERTY))
    hold_property(w.lists, w.contract, w.staff, w.life, premises)
    sole_partners_leave(w.place, w.contract, w.staff, w.life, premises, luck.stream(START_NOTICE))
    make_choices(w, luck, near, km, premises, distress, choice, partner, usual_burnout)
    count_staff(w.doctors, w.staff, w.life)


@maker
def end_practices(w, luck, year, near, km, p):
    """Carries out what was decided about mergers, hand-backs and ends of contracts, and what nobody decided in time."""
    w.life.displaced[:] = 0.0
    w.nation.moved[:] = 0.0
    fate, into, winner = read_decisions(
        w.place, w.lists, w.contract, w.life, w.cases, p, year, luck.stream(WITHDRAWING)
    )
    settle_fates(w.life, fate, into)
    merge_practices(
        w.place, w.lists, w.contract, w.money, w.staff, w.care, w.life, w.use, w.providers, w.nation, fate,
        into, p, year,
    )  # fmt: skip
    disperse_lists(
        w.place, w.lists, w.contract, w.money, w.staff, w.care, w.life, w.providers, w.nation, fate, into, near,
        km, p, year,
    )  # fmt: skip
    take_over(
        w.place, w.contract, w.money, w.care, w.life, w.ccgs, w.providers, fate, winner, p, year,
        luck.stream(AWARD), luck.stream(NEW_CODE),
    )  # fmt: skip
    move_doctors(
        w.doctors, w.minds, w.place, w.contract, w.staff, w.life, w.ccgs, w.regions, w.nation, fate, into, p,
        year, luck.stream(STAYING), luck.stream(AFTERWARDS),
    )  # fmt: skip


@maker
def make_choices(w, luck, near, km, premises, distress, choice, partner, usual_burnout):
    """Distress of every practice, and what its partners decide about the year to come."""
    relative = compare_incomes(w.money, w.staff, w.life)
    feel_distress(w.contract, w.money, w.staff, w.care, w.life, relative, distress, usual_burnout)
    choose(
        w.place, w.lists, w.contract, w.money, w.staff, w.care, w.life, relative, near, km, choice, partner, premises,
        luck.stream(CHOICE), luck.stream(ACCEPTING), luck.stream(PARTNER_CHOICE),
    )  # fmt: skip


@maker
def start_property(place, contract, life, p, stream):
    """Who owns and who rents, years left of leases, branch surgeries, and when APMS contracts of the start end."""
    for i in range(len(life)):
        if life.state[i] != OPEN:
            continue
        who = place.id[i]
        rents = uniform2(stream, who, np.uint64(1)) >= p.owned
        contract.lease_years[i] = 1.0 + p.lease_term * uniform2(stream, who, np.uint64(2)) if rents else 0.0
        contract.sites[i] = 2 if uniform2(stream, who, np.uint64(3)) < p.branch_share else 1
        if contract.kind[i] == APMS:
            contract.ends[i] = 2014 + int(p.apms_term * uniform(stream, who))


@maker
def sole_partners_leave(place, contract, staff, life, p, stream):
    """Some sole partners of the start had given notice: for the choices of that year their practices count as without
    any.
    """
    for i in range(len(life)):
        sole = life.state[i] == OPEN and contract.kind[i] != APMS and staff.partners[i] < 1.5
        if sole and uniform(stream, place.id[i]) < p.sole_notice_2013:
            staff.partners[i] = 0.0
