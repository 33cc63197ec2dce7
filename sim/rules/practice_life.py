"""The life of practices: decided cases are carried out, notices run out, and partners choose for the year to come."""

from __future__ import annotations

import numpy as np

from sim.kernel import kernel
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
from sim.rules.takeovers import AWARD, take_over
from sim.world.luck import Luck, decision, uniform, uniform2
from sim.world.states import APMS, OPEN
from sim.world.world import World

__all__ = ["practice_life", "start"]

START_PROPERTY = decision("practice_life.start_property")
START_NOTICE = decision("practice_life.start_notice")


def practice_life(world: World, params: Params, luck: Luck) -> None:
    """A year of practice life: endings that were decided or ran out, new practices, then distress and partners'
    choices.
    """
    end_practices(world, params, luck)
    w = world
    open_practices(
        w.cases, w.place, w.lists, w.contract, w.money, w.staff, w.care, w.life, w.ties, w.use, w.ccgs,
        w.nation, params.of(Opening), luck.year,
    )  # fmt: skip
    hold_property(w.lists, w.contract, w.staff, w.life, params.of(Property))
    make_choices(world, params, luck)


def start(world: World, params: Params, luck: Luck) -> None:
    """State of 1 April 2014: leases, sites, APMS terms and holders, and what partners decided in the year before."""
    world.life["merged_into"] = -1
    world.life["merger_wish"] = -1
    start_property(world.place, world.contract, world.life, params.of(Property), luck.stream(START_PROPERTY))
    hold_property(world.lists, world.contract, world.staff, world.life, params.of(Property))
    sole_partners_leave(
        world.place, world.contract, world.staff, world.life, params.of(Property), luck.stream(START_NOTICE)
    )
    make_choices(world, params, luck)
    count_staff(world.doctors, world.staff, world.life)


def end_practices(world: World, params: Params, luck: Luck) -> None:
    """Carries out what was decided about mergers, hand-backs and ends of contracts, and what nobody decided in time."""
    w, p, year = world, params.of(Ending), luck.year
    near, km = w.networks.neighbours, w.networks.neighbour_km
    w.life["displaced"] = 0.0
    w.nation["moved"] = 0.0
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
        luck.stream(AWARD),
    )  # fmt: skip
    move_doctors(
        w.doctors, w.minds, w.place, w.contract, w.staff, w.life, w.ccgs, w.regions, w.nation, fate, into, p,
        year, luck.stream(STAYING), luck.stream(AFTERWARDS),
    )  # fmt: skip


def make_choices(world: World, params: Params, luck: Luck) -> None:
    """Distress of every practice, and what its partners decide about the year to come."""
    w, usual_burnout = world, params.of(Leaving).usual_burnout
    relative = compare_incomes(w.money, w.staff, w.life)
    feel_distress(w.contract, w.money, w.staff, w.care, w.life, relative, params.of(Distress), usual_burnout)
    choose(
        w.place, w.lists, w.contract, w.money, w.staff, w.care, w.life, relative, w.networks.neighbours,
        w.networks.neighbour_km, params.of(Choice), params.of(MergerPartner), params.of(Property),
        luck.stream(CHOICE), luck.stream(ACCEPTING), luck.stream(PARTNER_CHOICE),
    )  # fmt: skip


@kernel
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


@kernel
def sole_partners_leave(place, contract, staff, life, p, stream):
    """Some sole partners of the start had given notice: for the choices of that year their practices count as without
    any.
    """
    for i in range(len(life)):
        sole = life.state[i] == OPEN and contract.kind[i] != APMS and staff.partners[i] < 1.5
        if sole and uniform(stream, place.id[i]) < p.sole_notice_2013:
            staff.partners[i] = 0.0
