"""What a level of commissioning is worth to a CCG: its own reasons, and those of the company it keeps.

Own reasons: control over what is in trouble and over what sends patients to hospital at the CCG's cost, as far as it
can use it, against hours, conflicts of interest and members' opposition. Company: neighbours' choices, those of CCGs
under the same management, its area team, and the regional team above that. Neighbours and area team cannot be told
apart in one year of data; both are carried, with their own priors (C031).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, body_row, practices_of_whole, total_fte
from sim.commissioning.functions import AREA_TEAM, CCG
from sim.commissioning.views import ALONE, TOGETHER, VOICE, view
from sim.kernel import kernel, rule
from sim.parameters import Params
from sim.world.luck import Luck, decision, inverse_gumbel, normal2, uniform, uniform2
from sim.world.states import CARETAKER, OPEN
from sim.world.world import Floats, World

TASTE = decision("uptake.taste")
LEANING = decision("uptake.leaning")
REGIONAL_LEANING = decision("uptake.regional_leaning")
INTEREST_NEWS = decision("uptake.interest_news")
APPLICATION_NEWS = decision("uptake.application_news")
MANAGEMENT = decision("uptake.management")
USUAL_EMERGENCIES = 0.0888
"""Emergency admissions per registered patient in England's usual practice of 2014-15 (see `rules.hospital`)."""
CCGS_OF_REGIONS = (68.0, 61.0, 32.0, 50.0)
"""North, Midlands and East, London, South (C110)."""


class Uptake(NamedTuple):
    """Worth of a table to a CCG, log-odds against having no say."""

    voice: float
    together: float
    alone: float
    control: float
    problem: float
    burden: float
    enough_staff: float
    hours: float
    conflict: float
    opposition: float
    neighbours: float
    management: float
    push: float
    leaning: float
    regional_leaning: float
    news: float
    ease: float
    stay: float


class SharedManagement(NamedTuple):
    """Neighbouring CCGs with one chief officer and one management."""

    chance: float


@rule
def usual_worth(grade, p):
    """What a level is worth whatever the CCG: the three intercepts fitted to the applications of January 2015."""
    if grade == ALONE:
        return p.alone
    if grade == TOGETHER:
        return p.together
    return p.voice if grade == VOICE else 0.0


@rule
def own_worth(gained, problem, burden, capacity, hours, conflict, opposition, p):
    """What control is worth to a CCG for its own reasons, log-odds.

    gained: share of functions that it would lead (a shared lead counts half) beyond those it leads anyway, 0 to 1.
    problem: mean distress of its practices, sd. burden: emergency admissions that it pays for above England's usual,
    share. capacity: maturity x staff, 0 to 1. hours: new work over its own staff time. conflict: GP share of the
    votes x share of GP board members with a stake. opposition: share of members.
    """
    use = capacity * max(0.0, 1.0 + p.problem * problem + p.burden * burden)
    return gained * (p.control * use - p.conflict * conflict - p.opposition * opposition) - p.hours * hours


@rule
def company_worth(gained, neighbours, managed, push, leaning, p):
    """What a level is worth for the company a CCG keeps, log-odds.

    neighbours, managed: share of the CCGs of its area team, and of those under its own management, that want this very
    level, 0 to 1. push: how hard its area team presses it to take work, 0 to 1. leaning: how its area team likes this
    level, log-odds; of no weight where nothing is gained.
    """
    pressed = p.push * gained * push + (leaning if gained > 0.0 else 0.0)
    return p.neighbours * neighbours + p.management * managed + pressed


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
def weigh(ccgs, applications, area_teams, bodies, boards, problem, burden, menu, control, grade, gp_votes, pays, scale,
          ccg_start, ccg_row, seen, first, p, liking, taste, news):  # fmt: skip
    """(CCGs, menu): worth of every table of the menu to every CCG.

    problem: (CCGs,) sd. burden: (CCGs,) share. menu: rows of tables, staying out first. control, grade, gp_votes: (T,).
    pays: (T,) 1 where the CCG pays for hospital care. scale: (T, kinds). seen: 1.0 where others' positions are known,
    0.0 before anybody has taken one. first: 1.0 where nobody has a level to stay with. liking: (area teams, T),
    log-odds. taste is a stream for life, news is this stage's.
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
            like = liking[ccgs.team[c], t]
            u = usual_worth(grade[t], p) + own_worth(
                gained, problem[c], pays[t] * burden[c], capacity, gained * work / staff,
                gp_votes[t] * boards.interest_specific[c], ccgs.opposition[c], p,
            )  # fmt: skip
            u += company_worth(gained, seen * company[0], seen * company[1], area_teams.push[ccgs.team[c]], like, p)
            u += inverse_gumbel(uniform2(taste, ccgs.id[c], np.uint64(t)))
            u += p.news * normal2(news, ccgs.id[c], np.uint64(t))
            if first < 0.5 and t == ccgs.table[c]:
                u += p.stay
            worth[c, m] = u
    return worth


@kernel
def look_at_practices(place, lists, life, use, ccgs):
    """Of each CCG, (CCGs,) each: mean distress of its practices in sd, as its members feel it; and last year's
    emergency admissions per patient above England's usual of 2014-15, as a share of it, nil without patients."""
    n = len(ccgs)
    distress, practices, sent, patients = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(len(place)):
        if life.state[i] == OPEN or life.state[i] == CARETAKER:
            c = ccgs.seat[place.ccg[i]]
            distress[c] += life.distress[i]
            practices[c] += 1.0
            sent[c] += use.emergency[i]
            patients[c] += lists.total[i]
    problem, burden = np.zeros(n), np.zeros(n)
    for c in range(n):
        whole = ccgs.seat[c]
        problem[c] = distress[whole] / max(practices[whole], 1.0)
        burden[c] = sent[whole] / patients[whole] / USUAL_EMERGENCIES - 1.0 if patients[whole] > 0.0 else 0.0
    return problem, burden


@lru_cache(maxsize=64)
def liking_of_teams(
    team_ids: tuple[int, ...], regions: tuple[int, ...], tables: int, p: Uptake, own: np.uint64, above: np.uint64
) -> Floats:
    """(area teams, T): how each area team likes each table, log-odds: its own leaning and its regional team's.

    A regional team's leaning is against the mean of all CCGs of England, which the intercepts hold: they were fitted to
    England's one draw of four regions. own, above: streams for life.
    """
    of_team, of_region = _leanings(team_ids, tables, own, above)
    return np.asarray(p.leaning * of_team + p.regional_leaning * of_region[list(regions)])


@lru_cache(maxsize=4)
def _leanings(team_ids: tuple[int, ...], tables: int, own: np.uint64, above: np.uint64) -> tuple[Floats, Floats]:
    """Standard leanings of area teams, (area teams, T), and of regional teams, (4, T): for a run they are the same."""
    share = np.array(CCGS_OF_REGIONS) / sum(CCGS_OF_REGIONS)
    columns = [np.uint64(t) for t in range(tables)]
    of_region = np.array([[normal2(above, np.uint64(r), t) for t in columns] for r in range(len(share))])
    of_region -= share @ of_region
    return np.array([[normal2(own, np.uint64(who), t) for t in columns] for who in team_ids]), of_region


def worth_of_menu(world: World, params: Params, luck: Luck, news: str, seen: bool, first: bool) -> Floats:
    """(CCGs, menu): what each table of the menu is worth to each CCG at the stage whose news is given."""
    regime, lasting, p = world.regime, Luck(luck.seed, 0), params.of(Uptake)
    problem, burden = look_at_practices(world.place, world.lists, world.life, world.use, world.ccgs)
    share_management(world.applications, world.ccgs, params.of(SharedManagement).chance, lasting.stream(MANAGEMENT))
    liking = liking_of_teams(
        tuple(world.area_teams.id.tolist()), tuple(world.area_teams.region.tolist()), len(regime.scale), p,
        lasting.stream(LEANING), lasting.stream(REGIONAL_LEANING),
    )  # fmt: skip
    worth: Floats = weigh(
        world.ccgs, world.applications, world.area_teams, world.bodies, world.boards, problem, burden, regime.menu,
        view(regime).control, view(regime).grade, view(regime).ccg_gp_votes, view(regime).holds_hospital[:, CCG],
        regime.scale, world.networks.ccg_start, world.networks.ccg_row, 1.0 if seen else 0.0, 1.0 if first else 0.0, p,
        liking, lasting.stream(TASTE), luck.stream(news),
    )  # fmt: skip
    return worth
