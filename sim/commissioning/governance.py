"""Governance: interests and their pull on a decision, and what happens when it comes to light.

Interests are *class* (all member GPs gain), *specific* (a stake in a provider), *rival* (a competitor under review)
and *loyalty* (a colleague under review). They are declared or not; recusal takes the vote and leaves informal
influence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.awards import set_aside
from sim.commissioning.cases import candidate, joint, steps
from sim.commissioning.functions import JOINT_COMMITTEE, PUBLIC
from sim.kernel import maker, rule
from sim.world import states as s
from sim.world.luck import decision, uniform, uniform2

EXPOSURE = decision("governance.exposure")
BOARD_START = decision("governance.board_start")


class Interests(NamedTuple):
    """Strength of interests and what governance does about them."""

    pull: float
    declared: float
    informal: float
    substitute: float
    class_start: float
    rival_start: float
    loyalty_start: float
    contested: float


class Exposure(NamedTuple):
    """Chances a year that a decision comes to light as conflicted, and what follows."""

    audit: float
    press: float
    public: float
    challenge: float
    false_alarm: float
    legitimacy_loss: float
    trust_loss: float
    recovery: float
    again_hours: float
    again_months: float


@rule
def interest_in(action, kind, on_board, boards, c):
    """Mean interest of member GPs in an action, towards (positive) or away from it, -1 to 1.

    Class: all members gain by schemes and by premiums that stay. Specific: contracts, for those with a stake. Loyalty
    and rivalry: what is done for or against one practice. on_board: 1 where a partner of the practice sits on the
    governing body. Which provider wins a contract is pulled at in `awards`.
    """
    if action == s.START_SCHEME or action == s.PMS_KEEP:
        return boards.interest_class[c]
    if action == s.COMMISSION_SERVICE or action == s.MAKE:
        return boards.interest_specific[c]
    if action == s.APPROVE:
        if kind == s.NEW_PRACTICE:
            return -boards.interest_rival[c]
        return boards.interest_specific[c] if on_board == 1 else -boards.interest_rival[c]
    if action == s.PAYMENT or (action >= s.REMEDIAL and action <= s.REMOVAL):
        friend = min(1.0, boards.loyalty[c] * (1.0 + on_board)) - boards.interest_rival[c]
        return friend if action == s.PAYMENT else -friend
    if action == s.DISPERSE:
        return boards.interest_rival[c]
    return 0.0


@rule
def stake_in(kind, on_board, boards, c):
    """Chance that a member GP has an interest in a case of some kind: the strongest that any answer to it meets, 0 to
    1."""
    most = 0.0
    for step in range(steps(kind)):
        a = candidate(kind, step)
        if a >= 0:
            most = max(most, abs(interest_in(a, kind, on_board, boards, c)))
    return most


@rule
def pull_of(action, kind, weight, on_board, boards, c, p):
    """Pull of interest towards (positive) or away from (negative) an action, in points of utility.

    weight: of GPs with an interest at the meeting over the chance of one, so that who has it pulls in full.
    """
    return weight * p.pull * interest_in(action, kind, on_board, boards, c)


@rule
def against_practice(action):
    """Whether an action goes against the practice that it is about, which may then challenge it."""
    refused = action == s.REFUSE or action == s.PMS_TAPER or action == s.GMS_REVERT
    return refused or action == s.DISPERSE or (action >= s.REMEDIAL and action <= s.REMOVAL)


@rule
def found_out(public, losers, p):
    """Chance that a captured decision comes to light: audit, press, or one of those who lost by it, 0 to 1.

    public: 1 where the committee met in public, which helps the press (or keeps what is awkward out of the papers).
    """
    press = min(1.0, max(0.0, p.press * (1.0 + p.public * public)))
    return 1.0 - (1.0 - p.audit) * (1.0 - press) * (1.0 - challenged(losers, p))


@rule
def challenged(losers, p):
    """Chance that one of those who lost by a captured decision challenges it and is upheld, 0 to 1."""
    return 1.0 - (1.0 - p.challenge) ** losers


@rule
def accused(share, linked, losers, p):
    """Chance that a clean decision is taken for a captured one, 0 to 1.

    share: of the year's decisions here that were conflicted. linked: 1 where it gave a contract to a company of member
    practices, whatever the reason. Each who lost by it may accuse as well.
    """
    return 1.0 - (1.0 - p.false_alarm * min(1.0, share + linked)) ** (1.0 + losers)


@rule
def may_be_accused(draw, share, linked, losers, p):
    """Whether a draw is below what the chance in `accused` is at most: that of one accuser, times their number.

    It settles most draws without a power; the margin is for rounding.
    """
    return draw < 1.000001 * p.false_alarm * min(1.0, share + linked) * (1.0 + losers)


@maker
def expose(cases, n, boards, ccgs, bodies, providers, v, ties, place, life, p, stream):
    """Captured decisions come to light by audit, press or a loser's challenge; some clean ones are accused.
    Legitimacy and trust fall.

    An award that comes to light by a challenge is set aside. Anchors: C064-C071, K012, K047, K071. One draw a decision.
    """
    losses = np.zeros(len(boards))
    conflicted, decisions = np.zeros(len(boards)), np.zeros(len(boards))
    for c in range(len(boards)):
        conflicted[ccgs.seat[c]] += boards.conflicted[c]
        decisions[ccgs.seat[c]] += boards.decisions[c]
    for k in range(n):
        if cases.status[k] != s.DECIDED or cases.body[k] < 0:
            continue
        c, t = cases.ccg[k], ccgs.table[cases.ccg[k]]
        who = JOINT_COMMITTEE if joint(v, t, cases.function[k]) else bodies.kind[cases.body[k]]
        losers = float(cases.losers[k]) + (1.0 if against_practice(cases.action[k]) else 0.0)
        share = conflicted[ccgs.seat[c]] / max(1.0, decisions[ccgs.seat[c]])
        j = cases.winner[k]
        linked = 1.0 if j >= 0 and v.gp_votes[t, who] > 0.0 and providers.owned_by_members[j] > 0.0 else 0.0
        u = uniform(stream, cases.id[k])
        if cases.captured[k] == 1:
            if u < found_out(v.rules[t, who, PUBLIC], losers, p):
                boards.exposed[c] += 1.0
                if u < challenged(losers, p):
                    set_aside(cases, k, boards, bodies, providers, p.again_hours, p.again_months)
                losses[ccgs.seat[c]] += 1.0
        elif may_be_accused(u, share, linked, losers, p) and u < accused(share, linked, losers, p):
            boards.false_exposed[c] += 1.0
            losses[ccgs.seat[c]] += 1.0
    for c in range(len(boards)):
        ccgs.legitimacy[c] *= (1.0 - p.legitimacy_loss) ** losses[ccgs.seat[c]]
        ccgs.legitimacy[c] += p.recovery * (1.0 - ccgs.legitimacy[c])
    for i in range(len(place)):
        lost = losses[ccgs.seat[place.ccg[i]]]
        if (life.state[i] == s.OPEN or life.state[i] == s.CARETAKER) and lost > 0.0:
            ties.trust_ccg[i] *= (1.0 - p.trust_loss) ** lost


@maker
def register_stakes(boards, providers, place, life, ties, seat):
    """The register of interests: share of a governing body's GPs whose practice holds a stake in the local GP company,
    and how far member practices own that company. seat: (CCGs,); who has merged has one governing body."""
    seats = np.zeros(len(boards))
    members, owners = np.zeros(len(boards)), np.zeros(len(boards))
    for c in range(len(boards)):
        boards.interest_specific[c] = 0.0
    for i in range(len(place)):
        if life.state[i] != s.OPEN and life.state[i] != s.CARETAKER:
            continue
        members[place.ccg[i]] += 1.0
        owners[place.ccg[i]] += ties.shareholder[i]
        if place.board[i] == 1:
            seats[seat[place.ccg[i]]] += 1.0
            boards.interest_specific[seat[place.ccg[i]]] += ties.shareholder[i]
    for c in range(len(boards)):
        if seats[c] > 0.0:
            boards.interest_specific[c] /= seats[c]
    for c in range(len(boards)):
        boards.interest_specific[c] = boards.interest_specific[seat[c]]
    for j in range(len(providers)):
        if providers.kind[j] == s.GP_COMPANY:
            c = providers.unit[j]
            providers.owned_by_members[j] = owners[c] / members[c] if members[c] > 0.0 else 0.0


@maker
def clear_year(boards):
    """Sets the year's counts of every CCG to zero."""
    for c in range(len(boards)):
        boards.decisions[c] = 0.0
        boards.conflicted[c] = 0.0
        boards.captured[c] = 0.0
        boards.exposed[c] = 0.0
        boards.false_exposed[c] = 0.0
        boards.recused[c] = 0.0
        boards.deferred[c] = 0.0
        boards.disagreed[c] = 0.0
        boards.awards[c] = 0.0
        boards.awards_linked[c] = 0.0


@maker
def start_boards(w, luck, p):
    """Registers of interest of April 2014, with a spread between CCGs: beta-like around the parameters."""
    register_stakes(w.boards, w.providers, w.place, w.life, w.ties, w.ccgs.seat)
    stream, boards = luck.stream(BOARD_START), w.boards
    for c in range(len(boards)):
        who = w.ccgs.id[c]
        boards.contested[c] = p.contested
        boards.interest_class[c] = p.class_start
        boards.interest_rival[c] = min(1.0, p.rival_start * (0.5 + uniform2(stream, who, np.uint64(1))))
        boards.loyalty[c] = min(1.0, p.loyalty_start * (0.5 + uniform(stream, who)))
