"""What a level of commissioning is worth to a CCG: its own reasons, and those of the company it keeps.

Own reasons: control over what is in trouble and over what sends patients to hospital at the CCG's cost, as far as it
can use it, against hours, conflicts of interest and members' opposition. Company: neighbours' choices, those of CCGs
under the same management, its area team, and the regional team above that. Neighbours and area team cannot be told
apart in one year of data; both are carried, with their own priors (C031).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, body_row, practices_of_whole, total_fte
from sim.commissioning.functions import AREA_TEAM, CCG
from sim.commissioning.views import ALONE, TOGETHER, VOICE
from sim.kernel import maker, rule
from sim.world.luck import decision, inverse_gumbel, normal2, uniform, uniform2
from sim.world.states import CARETAKER, OPEN

TASTE = decision("uptake.taste")
LEANING = decision("uptake.leaning")
REGIONAL_LEANING = decision("uptake.regional_leaning")
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


class UptakeEngland(NamedTuple):
    """England's own figures, against which those of a CCG and of a region are held, also where the World is a part of
    England: emergency admissions a registered patient, and CCGs by region, in the order of regions."""

    emergencies: float
    north: float
    midlands_and_east: float
    london: float
    south: float


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


@maker
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


@maker
def weigh(ccgs, applications, area_teams, bodies, boards, problem, burden, o, ccg_start, ccg_row, seen, first, p,
          liking, taste, news):  # fmt: skip
    """(CCGs, menu): worth of every table of the menu to every CCG.

    problem: (CCGs,) sd. burden: (CCGs,) share. o: see `Offer`. seen: whether others' positions are known, not so
    before anybody has taken one. first: whether nobody has a level to stay with. liking: (area teams, T), log-odds.
    taste is a stream for life, news is this stage's.
    """
    menu, scale = o.menu, o.scale
    worth, company = np.zeros((len(ccgs), menu.shape[0])), np.zeros(2)
    stride, whole, known = len(bodies) // KINDS, practices_of_whole(ccgs), 1.0 if seen else 0.0
    for c in range(len(ccgs)):
        own, team = CCG * stride + ccgs.seat[c], body_row(AREA_TEAM, scale[0, AREA_TEAM], c, ccgs, stride)
        staff, practices = max(0.5, total_fte(bodies, own)), max(1.0, whole[c])
        work = practices * total_fte(bodies, team) / bodies.practices[team] if bodies.practices[team] > 0.0 else 0.0
        capacity = ccgs.maturity[c] * min(1.0, staff / p.enough_staff)
        for m in range(menu.shape[0]):
            t = menu[m]
            gained = o.control[t] - o.control[0]
            count_company(company, c, t, applications, ccgs, ccg_start, ccg_row)
            like = liking[ccgs.team[c], t]
            u = usual_worth(o.grade[t], p) + own_worth(
                gained, problem[c], o.pays[t] * burden[c], capacity, gained * work / staff,
                o.gp_votes[t] * boards.interest_specific[c], ccgs.opposition[c], p,
            )  # fmt: skip
            u += company_worth(gained, known * company[0], known * company[1], area_teams.push[ccgs.team[c]], like, p)
            u += inverse_gumbel(uniform2(taste, ccgs.id[c], np.uint64(t)))
            u += p.news * normal2(news, ccgs.id[c], np.uint64(t))
            if not first and t == ccgs.table[c]:
                u += p.stay
            worth[c, m] = u
    return worth


@maker
def look_at_practices(place, lists, life, use, ccgs, usual):
    """Of each CCG, (CCGs,) each: mean distress of its practices in sd, as its members feel it; and last year's
    emergency admissions per patient above England's `usual`, as a share of it, nil without patients."""
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
        burden[c] = sent[whole] / patients[whole] / usual - 1.0 if patients[whole] > 0.0 else 0.0
    return problem, burden


@maker
def liking_of_teams(area_teams, tables, p, ccgs_of_regions, own, above):
    """(area teams, T): how each area team likes each table, log-odds: its own leaning and its regional team's.

    A regional team's leaning is against the mean of all CCGs of England, which the intercepts hold: they were fitted to
    England's one draw of four regions. ccgs_of_regions: all of England's. own, above: streams for life.
    """
    of_region, liking = np.zeros(len(ccgs_of_regions)), np.zeros((len(area_teams), tables))
    england = 0.0
    for r in range(len(ccgs_of_regions)):
        england += ccgs_of_regions[r]
    for t in range(tables):
        mean = 0.0
        for r in range(len(of_region)):
            of_region[r] = normal2(above, np.uint64(r), np.uint64(t))
            mean += ccgs_of_regions[r] / england * of_region[r]
        for a in range(len(area_teams)):
            own_leaning = normal2(own, area_teams.id[a], np.uint64(t))
            liking[a, t] = p.leaning * own_leaning + p.regional_leaning * (of_region[area_teams.region[a]] - mean)
    return liking


@maker
def worth_of_menu(w, lasting, news, o, ccg_start, ccg_row, seen, first, p, management, england):
    """(CCGs, menu): what each table of the menu is worth to each CCG at the stage whose news is given, a stream.

    lasting: luck for life. o: see `Offer`. ccg_start, ccg_row: see `Networks`. seen, first: see `weigh`. management,
    england: see `SharedManagement`, `UptakeEngland`.
    """
    problem, burden = look_at_practices(w.place, w.lists, w.life, w.use, w.ccgs, england.emergencies)
    share_management(w.applications, w.ccgs, management.chance, lasting.stream(MANAGEMENT))
    regions = (england.north, england.midlands_and_east, england.london, england.south)
    liking = liking_of_teams(
        w.area_teams, len(o.scale), p, regions, lasting.stream(LEANING), lasting.stream(REGIONAL_LEANING)
    )
    return weigh(
        w.ccgs, w.applications, w.area_teams, w.bodies, w.boards, problem, burden, o, ccg_start, ccg_row, seen, first,
        p, liking, lasting.stream(TASTE), news,
    )  # fmt: skip
