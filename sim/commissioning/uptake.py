"""How CCGs choose a level: utility, application, members' vote, approval, and the yearly choice to stay or move.

Only regimes whose tables are chosen come here. A CCG weighs the control it would gain, where it sees problems and has
the people to act, against hours, conflict, its members' opposition, its neighbours' choices and the push of its area
team. Neighbours and push cannot be told apart in one year of data; both are carried, with their own priors (C031).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, total_fte
from sim.commissioning.functions import APPROVAL, CCG, MEMBERS_VOTE
from sim.commissioning.views import view
from sim.kernel import kernel, rule
from sim.parameters import Params
from sim.world.luck import Luck, decision, uniform, uniform2
from sim.world.world import Floats, Rows, World

TASTE = decision("uptake.taste")
VOTE = decision("uptake.vote")
ASSENT = decision("uptake.approval")


class Uptake(NamedTuple):
    """Utility of a level to a CCG, on the log-odds scale."""

    control: float
    problem: float
    capacity: float
    hours: float
    conflict: float
    opposition: float
    neighbours: float
    push: float
    deprivation: float
    stay: float


class Vote(NamedTuple):
    """Members' vote on a change of constitution, log-odds."""

    base: float
    opposition: float
    engagement: float


class Assent(NamedTuple):
    """NHS England's approval of an application, log-odds."""

    base: float
    maturity: float
    full_control: float


@rule
def logistic(x):
    """1 / (1 + exp(-x)), safe at both ends."""
    if x < -700.0:
        return 0.0
    return 1.0 / (1.0 + math.exp(-x))


@rule
def level_utility(control, problem, capacity, extra_hours, gp_votes, opposition, neighbours, push, deprivation, p):
    """Utility of a table to a CCG against having no say.

    control: share of open functions that it would lead (a shared lead counts half), 0 to 1. problem: sd by which its
    practices are in trouble. capacity: maturity x staff, 0 to 1. extra_hours: hours of new work over hours held.
    gp_votes: GP share of the votes. opposition: share of members against. neighbours: mean control its siblings have
    now. push: area team's, 0 to 1. deprivation: sd above England.
    """
    gain = control * (p.control + p.problem * problem + p.capacity * capacity + p.deprivation * deprivation)
    cost = p.hours * extra_hours + p.conflict * control * gp_votes + p.opposition * control * opposition
    return gain - cost + control * (p.neighbours * neighbours + p.push * push)


@kernel
def choose_tables(ccgs, area_teams, bodies, problem, menu, control, gp_votes, stages, ccg_start, ccg_row, first, p,
          vote, assent,
                  taste_stream, vote_stream, assent_stream):  # fmt: skip
    """The table each CCG is under after this year's round, (CCGs,).

    problem: (CCGs,) sd. menu: rows of tables to choose from, staying out first. control, gp_votes: (T,). stages: (T,
    stages).
    first: 1.0 in the first round, when nobody has a level to stay with. A refused or voted-down wish leaves the CCG
    where it was.
    """
    chosen = np.zeros(len(ccgs), np.int64)
    stride = len(bodies) // KINDS
    for c in range(len(ccgs)):
        siblings, n = 0.0, 0
        for k in range(ccg_start[c], ccg_start[c + 1]):
            siblings += control[ccgs.table[ccg_row[k]]]
            n += 1
        siblings = siblings / n if n > 0 else 0.0
        own = CCG * stride + c
        staff = total_fte(bodies, own)
        per_practice = staff / max(1.0, ccgs.practices[c])
        capacity = ccgs.maturity[c] * min(1.0, per_practice / 0.2)
        deprivation = (ccgs.imd[c] - 22.0) / 9.0
        best, wish = -1e18, ccgs.table[c]
        for m in range(menu.shape[0]):
            t = menu[m]
            extra = control[t] * 0.05 * ccgs.practices[c] / max(0.5, staff)
            u = level_utility(
                control[t], problem[c], capacity, extra, gp_votes[t], ccgs.opposition[c], siblings,
                area_teams.push[ccgs.team[c]], deprivation, p,
            )  # fmt: skip
            if t == ccgs.table[c] and first < 0.5:
                u += p.stay
            u -= math.log(-math.log(uniform2(taste_stream, ccgs.id[c], np.uint64(t))))
            if u > best:
                best, wish = u, t
        chosen[c] = ccgs.table[c] if first < 0.5 else menu[0]
        ccgs.applied[c] = wish
        if wish == chosen[c]:
            continue
        if stages[wish, MEMBERS_VOTE] == 1:
            yes = logistic(vote.base + vote.engagement * ccgs.engagement[c] - vote.opposition * ccgs.opposition[c])
            if uniform(vote_stream, ccgs.id[c]) > yes:
                continue
        if stages[wish, APPROVAL] == 1:
            ready = logistic(
                assent.base + assent.maturity * (ccgs.maturity[c] - 0.5) - assent.full_control * control[wish]
            )
            if uniform(assent_stream, ccgs.id[c]) > ready:
                continue
        chosen[c] = wish
    return chosen


def local_problem(world: World) -> Floats:
    """(CCGs,): mean distress of a CCG's practices in sd, as its members feel it."""
    open_now = (world.life["state"] == 1) | (world.life["state"] == 2)
    total = np.bincount(
        world.place["ccg"][open_now], weights=world.life["distress"][open_now], minlength=len(world.ccgs)
    )
    count = np.bincount(world.place["ccg"][open_now], minlength=len(world.ccgs))
    return np.asarray(total / np.maximum(count, 1))


def choose(world: World, params: Params, luck: Luck) -> Rows:
    """This year's round of applications; returns the table of every CCG after it."""
    regime = world.regime
    first = 1.0 if world.year == regime.from_year else 0.0
    chosen: Rows = choose_tables(
        world.ccgs, world.area_teams, world.bodies, local_problem(world), regime.menu, view(regime).control,
        view(regime).ccg_gp_votes, regime.stages, world.networks.ccg_start, world.networks.ccg_row, first,
        params.of(Uptake),
        params.of(Vote), params.of(Assent), luck.stream(TASTE), luck.stream(VOTE), luck.stream(ASSENT),
    )  # fmt: skip
    return chosen
