"""What a level of commissioning is worth to a CCG: its own reasons, and those of the company it keeps.

Own reasons: control over what is in trouble, as far as it can use it, against hours, conflicts of interest and members'
opposition. Company: neighbours' choices, those of CCGs under the same management, and its area team. Neighbours and
area team cannot be told apart in one year of data; both are carried, with their own priors (C031).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, body_row, practices_of_whole, total_fte
from sim.commissioning.functions import AREA_TEAM, CCG
from sim.commissioning.views import ALONE, TOGETHER, VOICE, view
from sim.kernel import kernel, rule
from sim.parameters import Params
from sim.world.luck import Luck, decision, normal2, uniform, uniform2
from sim.world.states import CARETAKER, OPEN
from sim.world.world import Floats, World

TASTE = decision("uptake.taste")
LEANING = decision("uptake.leaning")
INTEREST_NEWS = decision("uptake.interest_news")
APPLICATION_NEWS = decision("uptake.application_news")
MANAGEMENT = decision("uptake.management")


class Uptake(NamedTuple):
    """Worth of a table to a CCG, log-odds against having no say."""

    voice: float
    together: float
    alone: float
    control: float
    problem: float
    enough_staff: float
    hours: float
    conflict: float
    opposition: float
    neighbours: float
    management: float
    push: float
    leaning: float
    news: float
    ease: float
    stay: float


class SharedManagement(NamedTuple):
    """Neighbouring CCGs with one chief officer and one management."""

    chance: float


@rule
def logistic(x):
    """1 / (1 + exp(-x)), safe at both ends."""
    if x < -700.0:
        return 0.0
    return 1.0 / (1.0 + math.exp(-x))


@rule
def usual_worth(grade, p):
    """What a level is worth whatever the CCG: the three intercepts fitted to the applications of January 2015."""
    if grade == ALONE:
        return p.alone
    if grade == TOGETHER:
        return p.together
    return p.voice if grade == VOICE else 0.0


@rule
def own_worth(gained, problem, capacity, hours, conflict, opposition, p):
    """What control is worth to a CCG for its own reasons, log-odds.

    gained: share of functions that it would lead (a shared lead counts half) beyond those it leads anyway, 0 to 1.
    problem: mean distress of its practices, sd. capacity: maturity x staff, 0 to 1. hours: new work over its own staff
    time. conflict: GP share of the votes x share of GP board members with a stake. opposition: share of members.
    """
    use = capacity * max(0.0, 1.0 + p.problem * problem)
    return gained * (p.control * use - p.conflict * conflict - p.opposition * opposition) - p.hours * hours


@rule
def company_worth(gained, neighbours, managed, push, leaning, p):
    """What a level is worth for the company a CCG keeps, log-odds.

    neighbours, managed: share of the CCGs of its area team, and of those under its own management, that want this very
    level, 0 to 1. push: how hard its area team presses it to take work, 0 to 1. leaning: how its area team likes this
    level, standard normal; of no weight where nothing is gained.
    """
    pressed = p.push * gained * push + (p.leaning * leaning if gained > 0.0 else 0.0)
    return p.neighbours * neighbours + p.management * managed + pressed


@rule
def gumbel(draw):
    """A taste with the spread that makes choices logit; draw: uniform."""
    return -math.log(-math.log(draw))


@rule
def position(c, applications, ccgs):
    """The level that others see a CCG at: that for which it has expressed interest, else the one it has."""
    return applications.interest[c] if applications.interest[c] >= 0 else ccgs.table[c]


@kernel
def share_management(applications, ccgs, chance, stream):
    """Which CCGs share one management: those of a county, for every county whose lasting draw lies below the chance."""
    for c in range(len(ccgs)):
        seat = ccgs.county[c]
        applications.management[c] = seat if uniform(stream, ccgs.id[seat]) < chance else -1


@rule
def count_company(out, c, t, applications, ccgs, ccg_start, ccg_row):
    """Into `out`: shares of siblings, and of siblings under the same management, that stand at table t."""
    siblings, alike, managed, managed_alike = 0.0, 0.0, 0.0, 0.0
    for k in range(ccg_start[c], ccg_start[c + 1]):
        other = ccg_row[k]
        if ccgs.seat[other] != other:  # part of another CCG by now
            continue
        same = 1.0 if position(other, applications, ccgs) == t else 0.0
        siblings += 1.0
        alike += same
        if applications.management[c] >= 0 and applications.management[other] == applications.management[c]:
            managed += 1.0
            managed_alike += same
    out[0] = alike / siblings if siblings > 0.0 else 0.0
    out[1] = managed_alike / managed if managed > 0.0 else 0.0


@kernel
def weigh(ccgs, applications, area_teams, bodies, boards, problem, menu, control, grade, gp_votes, scale, ccg_start,
          ccg_row, seen, first, p, taste, leaning, news):  # fmt: skip
    """(CCGs, menu): worth of every table of the menu to every CCG.

    problem: (CCGs,) sd. menu: rows of tables, staying out first. control, grade, gp_votes: (T,). scale: (T, kinds).
    seen: 1.0 where others' positions are known, 0.0 before anybody has taken one. first: 1.0 where nobody has a level
    to stay with. taste and leaning are streams for life, news is this stage's.
    """
    worth, company = np.zeros((len(ccgs), menu.shape[0])), np.zeros(2)
    stride, whole = len(bodies) // KINDS, practices_of_whole(ccgs)
    for c in range(len(ccgs)):
        own, team = CCG * stride + ccgs.seat[c], body_row(AREA_TEAM, scale[0, AREA_TEAM], c, ccgs, stride)
        staff, practices = max(0.5, total_fte(bodies, own)), max(1.0, whole[c])
        work = practices * total_fte(bodies, team) / bodies.practices[team] if bodies.practices[team] > 0.0 else 0.0
        capacity = ccgs.maturity[c] * min(1.0, staff / p.enough_staff)
        for m in range(menu.shape[0]):
            t = menu[m]
            gained = control[t] - control[0]
            count_company(company, c, t, applications, ccgs, ccg_start, ccg_row)
            like = normal2(leaning, area_teams.id[ccgs.team[c]], np.uint64(t))
            u = usual_worth(grade[t], p) + own_worth(
                gained, problem[c], capacity, gained * work / staff, gp_votes[t] * boards.interest_specific[c],
                ccgs.opposition[c], p,
            )  # fmt: skip
            u += company_worth(gained, seen * company[0], seen * company[1], area_teams.push[ccgs.team[c]], like, p)
            u += gumbel(uniform2(taste, ccgs.id[c], np.uint64(t))) + p.news * normal2(news, ccgs.id[c], np.uint64(t))
            if first < 0.5 and t == ccgs.table[c]:
                u += p.stay
            worth[c, m] = u
    return worth


@kernel
def local_problem(place, life, ccgs):
    """(CCGs,): mean distress of a CCG's practices in sd, as its members feel it."""
    total, count, problem = np.zeros(len(ccgs)), np.zeros(len(ccgs)), np.zeros(len(ccgs))
    for i in range(len(place)):
        if life.state[i] == OPEN or life.state[i] == CARETAKER:
            total[ccgs.seat[place.ccg[i]]] += life.distress[i]
            count[ccgs.seat[place.ccg[i]]] += 1.0
    for c in range(len(ccgs)):
        problem[c] = total[ccgs.seat[c]] / max(count[ccgs.seat[c]], 1.0)
    return problem


def worth_of_menu(world: World, params: Params, luck: Luck, news: str, seen: bool, first: bool) -> Floats:
    """(CCGs, menu): what each table of the menu is worth to each CCG at the stage whose news is given."""
    regime, lasting = world.regime, Luck(luck.seed, 0)
    problem = local_problem(world.place, world.life, world.ccgs)
    share_management(world.applications, world.ccgs, params.of(SharedManagement).chance, lasting.stream(MANAGEMENT))
    worth: Floats = weigh(
        world.ccgs, world.applications, world.area_teams, world.bodies, world.boards, problem, regime.menu,
        view(regime).control, view(regime).grade, view(regime).ccg_gp_votes, regime.scale, world.networks.ccg_start,
        world.networks.ccg_row, 1.0 if seen else 0.0, 1.0 if first else 0.0, params.of(Uptake),
        lasting.stream(TASTE), lasting.stream(LEANING), luck.stream(news),
    )  # fmt: skip
    return worth
