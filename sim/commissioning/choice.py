"""Choice: what a commissioner does about a case, from a closed list of actions.

Every action has a utility (`utilities`), plus the pull of interest of those who vote. The choice is the action with the
highest utility plus a keyed Gumbel draw (a softmax). Where two bodies must agree, an action is taken only if each
prefers it, by its own beliefs, weights and interests, to what holds otherwise. A decision is captured when it differs
from the same decision, under the same draws, with the pull at zero.
"""

from __future__ import annotations

import math

import numpy as np

from sim.commissioning import functions as f
from sim.commissioning.cases import BESIDES, FIRST, LAST, OTHERWISE, answers, joint, wait_a_year
from sim.commissioning.committee import sit
from sim.commissioning.governance import pull_of
from sim.commissioning.utilities import IMPOSSIBLE, utility
from sim.commissioning.views import MEMBER_BODY
from sim.kernel import kernel, rule
from sim.world import states as s
from sim.world.luck import uniform2


@rule
def gumbel(stream, who, action):
    """Standard Gumbel draw of a case and an action: the same whatever the regime, and the same to all who decide."""
    return -math.log(-math.log(uniform2(stream, who, np.uint64(action + 1))))


@rule
def candidate(kind, step):
    """The action that comes at a step of going through those that answer a kind of case; -1 where there is none."""
    return answers(kind, BESIDES) if step == 0 else answers(kind, FIRST) + step - 1


@rule
def steps(kind):
    """How many steps `candidate` takes."""
    return answers(kind, LAST) - answers(kind, FIRST) + 2


@rule
def part_of_gps(kind, other, share):
    """Share of GPs among those who decide on one of two sides that have half of a joint committee each.

    The member GPs sit on the side of the body that practices elect; where neither is that body they sit on both. other:
    -1 where one body decides alone. share: of the whole committee, 0 to 1.
    """
    if other < 0 or (kind != MEMBER_BODY and other != MEMBER_BODY):
        return share
    return min(1.0, 2.0 * share) if kind == MEMBER_BODY else 0.0


@rule
def stake_in(kind, on_board, boards, c, interests):
    """Strongest pull that any action about a kind of case could have on a member GP, points of utility."""
    most = 0.0
    for step in range(steps(kind)):
        a = candidate(kind, step)
        if a >= 0:
            most = max(most, abs(pull_of(a, kind, 1.0, on_board, boards, c, interests)))
    return most


@rule
def elected(kind, powers, alone):
    """1 where the practices elect those who decide: the body of members, or a joint committee met by one side."""
    return 1.0 if kind == MEMBER_BODY or (alone and powers == f.JOINT_COMMITTEE) else 0.0


@rule
def liked(a, j, side, pull, gps, cases, place, lists, life, ccg_money, boards, bodies, v, t, powers, fit, need, quality,
          alternatives, interests, w, e, k):  # fmt: skip
    """Utility of an action to one side (0: the body, 1: its partner), with the pull on it; see `decide`."""
    i, c = cases.practice[j], cases.ccg[j]
    kind = bodies.kind[cases.body[j] if side == 0 else cases.partner[j]]
    own = gps * elected(kind, powers, cases.partner[j] < 0)
    hospital = max(v.holds_hospital[t, kind], v.holds_hospital[t, powers])
    near = alternatives[i] if i >= 0 else 1.0
    on_board = place.board[i] if i >= 0 else 0
    worth = utility(
        a, cases, j, lists, life, ccg_money, v, t, powers, own, hospital, need[j, side], quality[j, side], near,
        fit[c], w, e, k,
    )  # fmt: skip
    if worth <= IMPOSSIBLE:
        return IMPOSSIBLE
    return worth + pull_of(a, cases.kind[j], pull, on_board, boards, c, interests)


@rule
def decide(j, pull, share, cases, place, lists, life, ccg_money, boards, bodies, v, t, powers, fit, need, quality,
           alternatives, interests, w, e, k, stream):  # fmt: skip
    """What is done about case `j`: (action, 1 where one side of two would have had another).

    pull: weight of interests on the whole committee; share: of GPs' votes. Of the actions that all sides prefer to what
    holds otherwise, the one they like best on average is taken. The draw of an action is the same to both sides, so
    that they differ by weights, beliefs and interests only.
    """
    kind, who = cases.kind[j], cases.id[j]
    one, other = bodies.kind[cases.body[j]], -1
    if cases.partner[j] >= 0 and cases.doubled[j] == 0:
        other = bodies.kind[cases.partner[j]]
    otherwise = answers(kind, OTHERWISE)
    best, action, wanted = -1e18, otherwise, 0
    for step in range(steps(kind)):
        a = candidate(kind, step)
        if a < 0:
            continue
        ahead = gumbel(stream, who, a) - gumbel(stream, who, otherwise)
        total, agreed = 0.0, True
        for side in range(2 if other >= 0 else 1):
            mine, theirs = (one, other) if side == 0 else (other, one)
            tug, gps = part_of_gps(mine, theirs, pull), part_of_gps(mine, theirs, share)
            u = liked(a, j, side, tug, gps, cases, place, lists, life, ccg_money, boards, bodies, v, t, powers, fit,
                      need, quality, alternatives, interests, w, e, k)  # fmt: skip
            if u <= IMPOSSIBLE:
                agreed = False
                break
            if other >= 0 and a != otherwise:
                stay = liked(otherwise, j, side, tug, gps, cases, place, lists, life, ccg_money, boards, bodies, v, t,
                             powers, fit, need, quality, alternatives, interests, w, e, k)  # fmt: skip
                if u + ahead > stay:
                    wanted = 1
                else:
                    agreed = False
            total += u
        if agreed and total / (2.0 if other >= 0 else 1.0) + ahead > best:
            best, action = total / (2.0 if other >= 0 else 1.0) + ahead, a
    return action, 1 if wanted == 1 and action == otherwise else 0


@kernel
def choose(cases, n, place, lists, life, ccgs, ccg_money, boards, bodies, v, fit, need, quality, alternatives,
           interests, meetings, w, e, k, lapse_months, stream, attending, declaring):  # fmt: skip
    """Chooses the action of every case that the queue has reached, and whether the pull of interest changed it.

    v: `views.TableView`. fit, (CCGs,): insight of scheme designers. need, quality: (n, 2) from `perceive`.
    alternatives: (practices,) 0 to 1. A committee without a quorum puts the case off.
    """
    for j in range(n):
        if cases.status[j] != s.DECIDED or cases.body[j] < 0:
            continue
        i, c, kind = cases.practice[j], cases.ccg[j], cases.kind[j]
        t = ccgs.table[c]
        powers = f.JOINT_COMMITTEE if joint(v, t, cases.function[j]) else bodies.kind[cases.body[j]]
        stake = stake_in(kind, place.board[i] if i >= 0 else 0, boards, c, interests)
        decided, pull, recused, lost = sit(
            cases.id[j], v, t, powers, stake > 0.0, meetings, interests, attending, declaring
        )
        boards.recused[c] += recused
        if not decided:
            boards.deferred[c] += 1.0
            wait_a_year(cases, j, lapse_months)
            continue
        cases.months[j] += lost
        share = max(0.0, v.gp_votes[t, powers])
        action, split = decide(j, pull, share, cases, place, lists, life, ccg_money, boards, bodies, v, t, powers, fit,
                               need, quality, alternatives, interests, w, e, k, stream)  # fmt: skip
        free = action
        if pull > 0.0 and stake > 0.0:
            free, _ = decide(j, 0.0, share, cases, place, lists, life, ccg_money, boards, bodies, v, t, powers, fit,
                             need, quality, alternatives, interests, w, e, k, stream)  # fmt: skip
            boards.conflicted[c] += 1.0
        cases.action[j] = action
        cases.captured[j] = 1 if action != free else 0
        boards.decisions[c] += 1.0
        boards.disagreed[c] += split
        boards.captured[c] += cases.captured[j]
