"""Choice: what a commissioner does about a case, from a closed list of actions.

Every action has a utility (`utilities`), plus the pull of interest of those who vote. The choice is the action with the
highest utility plus a keyed Gumbel draw (a softmax). Where two bodies must agree, an action is taken only if each
prefers it, by its own beliefs, weights and interests, to what holds otherwise. A decision is captured when it differs
from the same decision, under the same draws, with the pull at zero.
"""

from __future__ import annotations

import numpy as np

from sim.commissioning import functions as f
from sim.commissioning.cases import OTHERWISE, answers, candidate, joint, steps, wait_a_year
from sim.commissioning.committee import committee_of, sit
from sim.commissioning.governance import pull_of, stake_in
from sim.commissioning.utilities import (
    IMPOSSIBLE,
    Matter,
    improvement_utility,
    improvements,
    improves,
    other_utility,
    weight_of_goodwill,
)
from sim.commissioning.views import MEMBER_BODY
from sim.kernel import maker, part, rule
from sim.world import states as s
from sim.world.luck import decision, inverse_gumbel, nth_draw, person

GUMBEL = decision("choice.gumbel")


@rule
def gumbel(begin, action):
    """Standard Gumbel draw of a case and an action: the same whatever the regime, and the same to all who decide.

    begin: where the draws of the case begin, see `luck.person`.
    """
    return inverse_gumbel(nth_draw(begin, action))


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
def elected(kind, powers, alone):
    """1 where the practices elect those who decide: the body of members, or a joint committee met by one side."""
    return 1.0 if kind == MEMBER_BODY or (alone and powers == f.JOINT_COMMITTEE) else 0.0


@part
def matter_of(j, side, powers, gps, cases, lists, life, ccg_money, kinds, v, t, deficit, fit, need, quality,
              alternatives, w):  # fmt: skip
    """What counts about case `j` to one side (0: the body, 1: its partner).

    powers: kind of body whose part in table `t` says what they may do. gps: share of GPs among those of this side.
    kinds: `bodies.kind`; v: `views.TableView`; the other arguments as in `choose`.
    """
    kind, i, c = cases.kind[j], cases.practice[j], cases.ccg[j]
    body = kinds[cases.body[j] if side == 0 else cases.partner[j]]
    goodwill = weight_of_goodwill(gps * elected(body, powers, cases.partner[j] < 0), w)
    size, sanctioned, near = 0.0, 0.0, 1.0
    held = max(v.holds_community[t, body], v.holds_community[t, powers])
    if cases.partner[j] >= 0 and cases.doubled[j] == 0:  # those who decide together have the money of each
        held = max(v.holds_community[t, kinds[cases.body[j]]], v.holds_community[t, kinds[cases.partner[j]]], held)
    if i >= 0:
        size, sanctioned, near = lists.total[i] / 4000.0, life.sanctioned[i], alternatives[i]
    return Matter(
        kind, need[j, side], cases.severity[j], quality[j, side], size, sanctioned, near,
        ccg_money.support_budget[c] - ccg_money.support_spent[c], deficit[c], fit[c], goodwill,
        v.may[t, f.QUALITY_IMPROVEMENT, powers], v.may[t, f.DISCRETIONARY_PAYMENTS, powers],
        v.may[t, f.CONTRACTUAL_ACTION, powers], v.may[t, f.CONTRACT_REMOVAL, powers],
        max(v.holds_hospital[t, body], v.holds_hospital[t, powers]),
        held, v.local_terms[t],
    )  # fmt: skip


@part
def value(matter, side, table, w, e, k, worth):
    """Fills row `side` of worth, (2, actions): what each action is worth to that side, points; see `utilities`."""
    for step in range(steps(matter.kind)):
        a = candidate(matter.kind, step)
        if a < 0:
            continue
        if improves(matter.kind):
            worth[side, a] = improvement_utility(a, matter, table)
        else:
            worth[side, a] = other_utility(a, matter, w, e, k)


@rule
def tug(kind, side, weight, on_board, boards, c, interests, pull):
    """Fills row `side` of pull, (2, actions): how interests of that weight (0 to 1) pull at each action, points."""
    for step in range(steps(kind)):
        a = candidate(kind, step)
        if a >= 0:
            pull[side, a] = pull_of(a, kind, weight, on_board, boards, c, interests)


@rule
def draw(kind, who, worth, stream, luck):
    """Fills luck, (actions,): the draw of each possible action of case `who`, less that of what holds otherwise.

    It is the same to all who decide, so that they differ by weights, beliefs and interests only.
    """
    otherwise, begin = answers(kind, OTHERWISE), np.uint64(person(stream, who))
    least = gumbel(begin, otherwise)
    for step in range(steps(kind)):
        a = candidate(kind, step)
        if a >= 0 and worth[0, a] > IMPOSSIBLE:
            luck[a] = gumbel(begin, a) - least if a != otherwise else 0.0


@part
def deciders(j, cases, kinds, v, t):
    """Kinds of body that decide case `j`: (the body, the other that must agree or -1, the one whose powers they use).

    kinds: `bodies.kind`. v: `views.TableView`; t: the table in force.
    """
    one, other = kinds[cases.body[j]], -1
    if cases.partner[j] >= 0 and cases.doubled[j] == 0:
        other = kinds[cases.partner[j]]
    return one, other, f.JOINT_COMMITTEE if joint(v, t, cases.function[j]) else one


@part
def hold_meeting(j, cases, on_board, boards, v, t, powers, interests, meetings, attending, declaring):
    """A year's meetings about case `j`: (decided, weight of GPs with an interest, GPs who left, months lost, chance
    that a GP had an interest). A body without GPs' seats asks for none; one without any decides without a meeting."""
    room = committee_of(v.seats, v.rules, v.recusal, t, powers)
    stake = stake_in(cases.kind[j], on_board, boards, cases.ccg[j]) if room.gps > 0.0 else 0.0
    decided, weight, left, lost = sit(cases.id[j], room, stake, meetings, interests, attending, declaring)
    return decided, weight, left, lost, stake


@part
def consider(j, one, other, powers, share, weight, stake, on_board, cases, lists, life, ccg_money, boards, kinds, v,
             t, deficit, fit, need, quality, alternatives, interests, table, w, e, k, stream, worth, pull,
             luck):  # fmt: skip
    """Fills worth and luck of case `j`, and pull where there is weight; see `value`, `tug` and `draw`. Returns how many
    sides must agree.

    share: of GPs among those who decide; weight: of those with an interest. Both are of the whole committee, 0 to 1.
    stake: chance that a GP had the interest; whoever has it is drawn to the action most concerned in full.
    """
    sides = 2 if other >= 0 else 1
    for side in range(sides):
        mine, theirs = (one, other) if side == 0 else (other, one)
        matter = matter_of(
            j, side, powers, part_of_gps(mine, theirs, share), cases, lists, life, ccg_money, kinds, v, t,
            deficit, fit, need, quality, alternatives, w,
        )  # fmt: skip
        value(matter, side, table, w, e, k, worth)
        if weight > 0.0:
            drawn = part_of_gps(mine, theirs, weight) / stake
            tug(cases.kind[j], side, drawn, on_board, boards, cases.ccg[j], interests, pull)
    draw(cases.kind[j], cases.id[j], worth, stream, luck)
    return sides


@rule
def decide(kind, sides, worth, pull, luck, pulled):
    """What is done about a case: (action, 1 where one side of two would have had another).

    sides: 2 where two bodies must agree. worth, pull, luck: see `value`, `tug` and `draw`. pulled: 1.0, or 0.0 where
    nobody pulls and for what would be done without. Of the actions that all sides prefer to what holds otherwise, the
    one they like best on average is taken.
    """
    otherwise = answers(kind, OTHERWISE)
    best, action, wanted, share = -1e18, otherwise, 0, 1.0 / sides
    for step in range(steps(kind)):
        a = candidate(kind, step)
        if a < 0 or worth[0, a] <= IMPOSSIBLE:
            continue
        total, agreed = 0.0, True
        for side in range(sides):
            u = worth[side, a] + pulled * pull[side, a]
            if sides == 2 and a != otherwise:
                if u + luck[a] > worth[side, otherwise] + pulled * pull[side, otherwise]:
                    wanted = 1
                else:
                    agreed = False
            total += u
        if agreed and total * share + luck[a] > best:
            best, action = total * share + luck[a], a
    return action, 1 if wanted == 1 and action == otherwise else 0


@maker
def choose(cases, n, place, lists, life, ccgs, ccg_money, boards, bodies, v, deficit, fit, need, quality,
           alternatives, interests, meetings, w, e, k, lapse_months, stream, attending, declaring):  # fmt: skip
    """Chooses the action of every case that the queue has reached, and whether the pull of interest changed it.

    v: `views.TableView`. deficit, (CCGs,): percent overspent last year. fit, (CCGs,): insight of scheme
    designers. need, quality: (n, 2) from `perceive`.
    alternatives: (practices,) 0 to 1. A committee without a quorum puts the case off.
    """
    table = improvements(w, e, k)
    worth, pull, luck = np.zeros((2, len(s.ACTIONS))), np.zeros((2, len(s.ACTIONS))), np.zeros(len(s.ACTIONS))
    for j in range(n):
        if cases.status[j] != s.DECIDED or cases.body[j] < 0:
            continue
        i, c = cases.practice[j], cases.ccg[j]
        t, on_board = ccgs.table[c], place.board[i] if i >= 0 else 0
        one, other, powers = deciders(j, cases, bodies.kind, v, t)
        decided, weight, left, lost, stake = hold_meeting(
            j, cases, on_board, boards, v, t, powers, interests, meetings, attending, declaring
        )
        boards.recused[c] += left
        if not decided:
            boards.deferred[c] += 1.0
            wait_a_year(cases, j, lapse_months)
            continue
        cases.months[j] += lost
        sides = consider(
            j, one, other, powers, max(0.0, v.gp_votes[t, powers]), weight, stake, on_board, cases, lists, life,
            ccg_money, boards, bodies.kind, v, t, deficit, fit, need, quality, alternatives, interests, table, w, e, k,
            stream, worth, pull, luck,
        )  # fmt: skip
        action, split = decide(cases.kind[j], sides, worth, pull, luck, 1.0 if weight > 0.0 else 0.0)
        free = action
        if weight > 0.0:
            free, _ = decide(cases.kind[j], sides, worth, pull, luck, 0.0)
        if weight > 0.0 or left > 0.0:
            boards.conflicted[c] += 1.0
        cases.action[j] = action
        cases.captured[j] = 1 if action != free else 0
        boards.decisions[c] += 1.0
        boards.disagreed[c] += split
        boards.captured[c] += cases.captured[j]
