"""Practices: slow help and closures (K004), drawings and exits (K005), board ties (K034), federations (K043).

Every inverted rule named in a docstring was tried once in a copy, and its test failed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from life_of import living_world
from rivals import of, shares

from sim.commissioning.capacity import Hours, queue
from sim.rules.attitudes import hear_colleagues
from sim.rules.choices import Choice, MergerPartner, merger_utility, option_utilities
from sim.rules.endings import DISPERSES, LIVES, Ending, read_decisions, was_viable
from sim.rules.leaving import relative_income
from sim.rules.relations import Groups, group
from sim.world import states as s
from sim.world.luck import Luck

MEAN = 100_000.0


def fate_of_sound_practice(hours: float, months: float) -> int:
    """What becomes of a practice that gave notice, where its team has `hours` and would help."""
    world = living_world()
    world.bodies["hours_held"] = hours
    world.life["handing_back"][0], world.life["months_left"][0] = 1, months
    case = {"kind": s.HAND_BACK, "status": s.WAITING, "clock": months, "hours": 250.0, "practice": 0}
    case |= {"body": 0, "partner": -1, "executor": -1}
    for column, value in case.items():
        world.cases[column][0] = value
    queue(world.cases, 1, world.bodies, np.zeros(1), of(Hours), 30.0)
    if world.cases["status"][0] == s.DECIDED:
        world.cases["action"][0] = s.SUPPORT_TEAM
    ending = of(Ending, withdraw=1.0)
    stream = Luck(1, 2014).stream("practice_life.withdrawing")
    fate, *_ = read_decisions(world.place, world.lists, world.contract, world.life, world.cases, ending, 2014, stream)
    return int(fate[0])


def test_mechanism_k004_sound_practices_close_where_help_is_slow() -> None:
    """K004. Counter-world: notices so long that help can be late. Inverted: months_left above nil disperses a list."""
    assert was_viable(6000.0, 0.5, s.UNRATED, of(Ending)) == 1
    assert fate_of_sound_practice(hours=1000.0, months=3.0) == LIVES
    assert fate_of_sound_practice(hours=100.0, months=3.0) == DISPERSES
    assert fate_of_sound_practice(hours=100.0, months=99.0) == LIVES


def hand_back_share(drawings: float, liability: float, c: Choice) -> float:
    """How often the partners of a practice hand back, by drawings a partner in pounds."""
    relative = relative_income(drawings, MEAN)
    options = option_utilities(0.0, relative, 1.2, 52.0, 0.1, 0.5, 0.7, liability, 0.0, c)
    return shares([0.0, *options])[3]


def test_mechanism_k005_nil_drawings_precede_handing_back() -> None:
    """K005. Counter-world: what falls on the last partner is so large that nobody can leave. Inverted: the sign of
    `hand_back_per_income`."""
    usual = of(Choice)
    assert hand_back_share(0.0, 50_000.0, usual) > 2.0 * hand_back_share(MEAN, 50_000.0, usual)
    bound = of(Choice, hand_back_per_liability=100.0)
    assert hand_back_share(0.0, 50_000.0, bound) < 1e-20


def linked_share(km_linked: float, km_other: float, m: MergerPartner) -> float:
    """How often a practice merges with a partner on the board rather than with one that is not, all else equal."""
    both = ((km_linked, 1.0), (km_other, 0.0))
    return shares([merger_utility(km, 1.0, 1.0, 1.0, tie, 0.0, m) for km, tie in both])[0]


def test_mechanism_k034_practices_tied_to_the_board_take_others_over() -> None:
    """K034; the prior crosses zero. Counter-world: distance decides all. Inverted: the sign of `board_tie`."""
    assert linked_share(1.0, 1.0, of(MergerPartner)) > 0.5
    assert linked_share(2.0, 1.0, of(MergerPartner, per_km=50.0)) < 1e-9


def joiners(peers_federated: int, p: Groups, engagement: float = 0.4) -> int:
    """How many of thirty practices without a federation join one in a year, by whether those tied to them have."""
    world = living_world(practices=60)
    world.ties["engagement"] = engagement
    rows = len(world.place)
    pairs = np.append(np.arange(60) ^ 1, np.zeros(rows - 60, dtype=np.int64))  # each is tied to one other
    start = np.minimum(np.arange(rows + 1), 60)
    networks = replace(world.networks, peer_start=start, peer_row=pairs[:60])
    odd = np.arange(rows) % 2 == 1
    world.life["at_scale"] = np.where(odd & (world.life["state"] == s.OPEN), peers_federated, 0)
    luck = Luck(3, 2015)
    group(
        world.place, world.life, world.care, world.ties,
        hear_colleagues(world.ties, world.life, networks.peer_start, networks.peer_row), p,
        luck.stream("relations.joining"), luck.stream("relations.leaving_group"), luck.stream("relations.stake"),
    )  # fmt: skip
    return int(world.life["at_scale"][:60][~odd[:60]].sum())


def test_mechanism_k043_federations_spread_between_tied_practices() -> None:
    """K043, the part on peers. Counter-world: nobody is inclined to join. Inverted: the sign of `join_per_peers`."""
    steep = of(Groups, join_per_peers=3.0)
    assert joiners(1, steep) > joiners(0, steep)
    never = of(Groups, join_per_peers=3.0, join=-50.0)
    assert joiners(1, never) == joiners(0, never) == 0


def test_mechanism_k043_a_ccg_that_engages_its_members_sees_more_federations() -> None:
    """K043, the part on who commissions: through engagement alone; the prior crosses zero. Counter-world: engagement
    does not matter to joining. Inverted: the sign of `join_per_engagement`."""
    steep = of(Groups, join=-1.0, join_per_engagement=3.0)
    assert joiners(1, steep, engagement=0.8) > joiners(1, steep, engagement=0.1)
    flat = of(Groups, join=-1.0, join_per_engagement=0.0)
    assert joiners(1, flat, engagement=0.8) == joiners(1, flat, engagement=0.1) > 0


def test_mechanism_k004_help_that_came_holds_back_from_handing_back() -> None:
    """K004, the part on partners. Counter-world: help is nothing to those who have made up their minds. Inverted: the
    sign of `hand_back_per_relief`."""

    def back(relief: float, c: Choice) -> float:
        return float(option_utilities(0.0, -0.5, 1.2, 52.0, 0.1, 0.5, 0.7, 5e4, relief, c)[2])

    assert back(0.5, of(Choice)) < back(0.0, of(Choice)) < back(-0.5, of(Choice))
    deaf = of(Choice, hand_back_per_relief=0.0)
    assert back(0.5, deaf) == back(0.0, deaf)
