"""From an application to a signed agreement: members' vote, NHS England's checks, signature, and notice to leave.

A table's stages say which steps it takes. Members vote on the change; NHS England looks at a changed constitution
(governance) and, where the table asks for assurance, at finance and leadership as well (C112); what needs its approval
must be signed by both. A CCG that
passes all but assurance may have the next level down, which asks for none.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.functions import APPLICATION, APPROVAL, ASSURANCE, CONSTITUTION_CHANGE, MEMBERS_VOTE
from sim.kernel import maker, rule
from sim.rules.chances import logistic
from sim.world.luck import decision, uniform

VOTE = decision("uptake.vote")
CONSTITUTION = decision("uptake.constitution")
FINANCE = decision("uptake.finance")
LEADERSHIP = decision("uptake.leadership")
SIGNATURE = decision("uptake.signature")

INTERESTED, APPLIED, VOTED, APPROVED, SIGNED = 1, 2, 3, 4, 5
"""Stages that a CCG has reached in this year's round; each has passed those before it. 0 is none."""


class Vote(NamedTuple):
    """Members' vote on a change of constitution, log-odds."""

    base: float
    opposition: float
    engagement: float


class ConstitutionCheck(NamedTuple):
    """NHS England's approval of a constitution: governance, log-odds."""

    base: float
    interests: float
    legitimacy: float


class FinanceCheck(NamedTuple):
    """NHS England's assurance on finance, log-odds."""

    base: float
    deficit: float


class LeadershipCheck(NamedTuple):
    """NHS England's assurance on leadership, log-odds."""

    base: float
    maturity: float


class Signing(NamedTuple):
    """Whether an approved CCG signs by 1 April."""

    chance: float


@rule
def vote_chance(opposition, engagement, p):
    """Chance that members vote for the change. opposition: share against; engagement: 0 to 1."""
    return logistic(p.base - p.opposition * opposition + p.engagement * engagement)


@rule
def constitution_chance(gp_votes, interest, legitimacy, p):
    """Chance that governance passes. gp_votes: GP share of votes on the committee that decides; interest: share of GP
    board members with a stake in a local provider; legitimacy: 0 to 1."""
    return logistic(p.base - p.interests * gp_votes * interest - p.legitimacy * (1.0 - legitimacy))


@rule
def finance_chance(outturn, allocation, p):
    """Chance that finance passes, from last year's accounts: pounds; a negative outturn is a deficit."""
    percent = 100.0 * max(0.0, -outturn) / allocation if allocation > 0.0 else 0.0
    return logistic(p.base - p.deficit * percent)


@rule
def leadership_chance(maturity, p):
    """Chance that leadership passes. maturity: 0 to 1."""
    return logistic(p.base + p.maturity * (maturity - 0.5))


@rule
def notice_served(given, months):
    """Whether notice given so many yearly rounds ago has run out, for a table that asks for so many months."""
    return given >= math.ceil(months / 12.0)


@rule
def next_level_down(c, wish, now, worth, o):
    """The best table between what a CCG has and what it applied for that asks for no assurance; `now` for none."""
    menu, control = o.menu, o.control
    found, best = now, -1e18
    for m in range(menu.shape[0]):
        if menu[m] == now:
            best = worth[c, m]
    for m in range(menu.shape[0]):
        t = menu[m]
        if control[now] < control[t] < control[wish] and o.stages[t, ASSURANCE] == 0 and worth[c, m] > best:
            found, best = t, worth[c, m]
    return found


@rule
def approve(c, wish, now, worth, o, luck, ccgs, accounts, applications, boards, checks):
    """The table that a CCG which applied for `wish` is approved for; `now` where it is refused."""
    vote, constitution, finance, leadership, _ = checks
    who, stages = ccgs.id[c], o.stages
    if stages[wish, MEMBERS_VOTE] == 1 and uniform(luck.stream(VOTE), who) > vote_chance(
        ccgs.opposition[c], ccgs.engagement[c], vote
    ):
        return now
    applications.stage[c] = VOTED
    sound = constitution_chance(o.gp_votes[wish], boards.interest_specific[c], ccgs.legitimacy[c], constitution)
    if stages[wish, CONSTITUTION_CHANGE] == 1 and uniform(luck.stream(CONSTITUTION), who) > sound:
        applications.refused[c] = 1
        return now
    solvent = finance_chance(accounts.outturn[c], accounts.allocation[c], finance)
    led = leadership_chance(ccgs.maturity[c], leadership)
    if stages[wish, ASSURANCE] == 1 and (
        uniform(luck.stream(FINANCE), who) > solvent or uniform(luck.stream(LEADERSHIP), who) > led
    ):
        applications.refused[c] = 1
        return next_level_down(c, wish, now, worth, o)
    return wish


@maker
def decide(worth, wishes, o, first, luck, ccgs, accounts, applications, boards, checks):
    """(CCGs,): the table of every CCG after this year's round; `applications` tells how far each came.

    worth: (CCGs, menu). wishes: (CCGs,) tables. o: see `Offer`. first: whether it is the regime's first round. checks:
    vote, constitution, finance, leadership, signing. Less control than now needs nobody's leave, but notice; nobody
    gives notice twice, and who wants to stay again withdraws it.
    """
    control = o.control
    after = np.zeros(len(ccgs), np.int64)
    for c in range(len(ccgs)):
        now = o.menu[0] if first else ccgs.table[c]
        wish = wishes[c]
        after[c] = now
        given = applications.notice[c]
        applications.stage[c] = INTERESTED if applications.interest[c] >= 0 else 0
        applications.refused[c] = 0
        applications.notice[c] = 0
        applications.wish[c] = wish
        applications.applied[c] = -1
        applications.approved[c] = -1
        if wish == now:
            continue
        if control[wish] < control[now]:
            if notice_served(given, o.notice_months[now]):
                after[c] = wish
            else:
                applications.notice[c] = given + 1
            continue
        if o.stages[wish, APPLICATION] == 0:
            after[c] = wish
            continue
        applications.applied[c] = wish
        applications.stage[c] = APPLIED
        got = approve(c, wish, now, worth, o, luck, ccgs, accounts, applications, boards, checks)
        if got == now:
            continue
        applications.approved[c] = got
        applications.stage[c] = APPROVED
        if o.stages[got, APPROVAL] == 0 or uniform(luck.stream(SIGNATURE), ccgs.id[c]) < checks[4].chance:
            applications.stage[c] = SIGNED
            after[c] = got
    return after
