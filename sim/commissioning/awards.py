"""Awards: providers bid for practice contracts under APMS and for services out of hospital; one wins, the others lose.

A company in which member practices hold a stake is pulled for by GPs with a stake in it, like any action (K012, C069,
C071). An award that this pull has won is set aside when a loser's challenge brings it to light (K047). Contracts for
services have a term; what ends comes up for a bid anew.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.commissioning import functions as f
from sim.commissioning.cases import joint
from sim.commissioning.committee import committee_of, sit
from sim.kernel import maker, rule
from sim.rules.takeovers import sort_bidders
from sim.world import states as s
from sim.world.luck import decision, inverse_gumbel, uniform2

BID_LUCK = decision("awards.bid_luck")


class ServiceContract(NamedTuple):
    """Terms of a service out of hospital."""

    years: float
    shift: float


@rule
def bid_luck(stream, who, provider):
    """Standard Gumbel draw of a case and a bidder (ids)."""
    return inverse_gumbel(uniform2(stream, who, provider))


@rule
def may_bid(providers, j, service, year):
    """Whether a provider can take on a contract: it runs one service out of hospital at a time."""
    return not service or providers.service_ends[j] <= year


@rule
def linked(providers, j):
    """Whether member practices of the CCG hold a stake in a provider."""
    return providers.owned_by_members[j] > 0.0


@maker
def award(cases, n, providers, boards, ccgs, bodies, v, year, ending, interests, meetings, stream, attending,
          declaring):  # fmt: skip
    """Finds the winner of every contract that is awarded this year, and whether the pull of interest made it win.

    A bid's weight is that of `takeovers.bid_weight`; its logarithm plus a keyed draw plus the pull decides. Without a
    bidder a service is not commissioned. The meeting is the one that chose to award; each of its GPs has a stake in a
    company of members or not.
    """
    start, provider, weight = sort_bidders(providers, ccgs, ending)
    for k in range(n):
        service = cases.action[k] == s.COMMISSION_SERVICE
        if cases.status[k] != s.DECIDED or cases.body[k] < 0 or not (service or cases.action[k] == s.APMS_CONTRACT):
            continue
        c = cases.ccg[k]
        t = ccgs.table[c]
        who = f.JOINT_COMMITTEE if joint(v, t, cases.function[k]) else bodies.kind[cases.body[k]]
        room = committee_of(v.seats, v.rules, v.recusal, t, who)
        stake = boards.interest_specific[c]
        _, pull, _, _ = sit(cases.id[k], room, stake, meetings, interests, attending, declaring)
        pull *= interests.pull
        best, free_best, winner, free, bidders = -1e18, -1e18, -1, -1, 0
        for unit in (c, len(ccgs) + ccgs.area_team[c]):
            if service and unit != c:
                continue
            for m in range(start[unit], start[unit + 1]):
                j = provider[m]
                if not may_bid(providers, j, service, year) or weight[m] <= 0.0:
                    continue
                bidders += 1
                worth = math.log(weight[m]) + bid_luck(stream, cases.id[k], providers.id[j])
                if worth > free_best:
                    free_best, free = worth, j
                worth += pull if linked(providers, j) else 0.0
                if worth > best:
                    best, winner = worth, j
        cases.winner[k] = winner
        cases.fair_winner[k] = free
        if winner < 0:
            cases.action[k] = s.NOTHING if service else s.APMS_CONTRACT
            continue
        cases.losers[k] = bidders - 1
        boards.awards[c] += 1.0
        boards.awards_linked[c] += 1.0 if linked(providers, winner) else 0.0
        if winner != free and cases.captured[k] == 0:
            cases.captured[k] = 1
            boards.captured[c] += 1.0


@rule
def set_aside(cases, k, boards, bodies, providers, hours_share, months):
    """A challenge that is upheld: the bids are assessed again without those who pulled, for more months, and for more
    hours as far as the year has them.

    The same bidders bid; whoever wins without the pull has the contract. Nothing happens where the pull changed
    whether to award, but not to whom.
    """
    was, now = cases.winner[k], cases.fair_winner[k]
    if was < 0 or was == now:
        return
    cases.winner[k] = now
    b = cases.body[k]
    again = min(hours_share * cases.hours[k], max(0.0, bodies.hours_held[b] - bodies.hours_used[b]))
    bodies.hours_used[b] += again
    cases.hours[k] += again
    cases.months[k] += months
    boards.awards_linked[cases.ccg[k]] -= 1.0 if linked(providers, was) else 0.0
    boards.awards_linked[cases.ccg[k]] += 1.0 if linked(providers, now) else 0.0


@maker
def begin_services(cases, n, providers, plans, year, p):
    """Winners begin the services that they won; two bodies with conflicting asks get half of one."""
    for k in range(n):
        j = cases.winner[k]
        if cases.status[k] != s.DECIDED or cases.action[k] != s.COMMISSION_SERVICE or j < 0:
            continue
        providers.service[j] = p.shift * (0.5 if cases.doubled[k] == 1 else 1.0)
        providers.service_ends[j] = year + int(max(1.0, p.years))
        providers.contracts[j] += 1.0
        plans.community_shift[cases.ccg[k]] += providers.service[j]


@maker
def services_end(providers, plans, year, ended):
    """Services whose term is over end; ended: (CCGs,) 1 where one did, filled here."""
    for c in range(len(plans)):
        ended[c] = 0
    for j in range(len(providers)):
        if providers.service[j] > 0.0 and providers.service_ends[j] <= year:
            c = providers.unit[j]
            ended[c] = 1
            plans.community_shift[c] = max(0.0, plans.community_shift[c] - providers.service[j])
            providers.service[j] = 0.0
            providers.contracts[j] -= 1.0
