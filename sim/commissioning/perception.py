"""Perception: what those who decide a case believe of the practice after looking into it.

Bodies that decide together meet with one set of papers, but each weighs what it knows itself in full and what another
tells only in part. Routine data are the same for all and count once, however many bodies have read them.
"""

from __future__ import annotations

import math

from sim.commissioning import functions as f
from sim.commissioning.cases import joint
from sim.commissioning.governance import stake_in
from sim.commissioning.knowledge import own_part
from sim.kernel import maker, rule
from sim.world import states as s
from sim.world.luck import normal


@rule
def pooled(beliefs, slots, v, t, function, kind, practice, places, heard):
    """What a kind of body and those who tell it something know together: (precision, distress, quality).

    The body's own belief counts in full, that of another with a part in the function by what it adds beyond routine
    data, times the share that is heard. A body that only executes lends nobody its eyes; a joint committee has none of
    its own.
    """
    if slots[kind] < 0:
        return 0.0, 0.0, 0.0
    row = slots[kind] * places + practice
    total = 1.0 / beliefs.quality_var[row]
    distress, quality = total * beliefs.distress[row], total * beliefs.quality[row]
    for other in v.observers:
        cell = v.cells[t, function, other]
        if other == kind or slots[other] < 0 or v.acts[t, other] == 0 or cell == f.EMPTY or cell == f.EXECUTES:
            continue
        row = slots[other] * places + practice
        added = heard * own_part(beliefs.quality_var[row], beliefs.routine_var[row])
        total += added
        distress += added * beliefs.distress[row]
        quality += added * beliefs.quality[row]
    return total, distress / total, quality / total


@rule
def restored(gps, outside, substitute):
    """Share of the clinical input of GPs who leave that substitutes bring back, where there are any at the table.

    gps, outside: seats of member GPs and of a hospital doctor, a nurse or a GP from elsewhere. substitute: what one
    brings back of what one GP takes along (K048).
    """
    return substitute * min(1.0, outside / gps) if gps > 0.0 else 0.0


@rule
def of_care(kind):
    """Whether a kind of case is about how well a practice cares or how hard it is to be seen there.

    That a practice was rated inadequate is known to all; how far it falls short is not.
    """
    return kind == s.QUALITY or kind == s.ACCESS or kind == s.COMPLAINT or kind == s.INADEQUATE_RATING


@maker
def perceive(cases, n, place, beliefs, slots, ccgs, boards, bodies, v, interests, w, heard, need, quality, stream,
             places):  # fmt: skip
    """Fills need and quality, (n, 2) each, in sd: what the body that decides (0) and its partner (1) believe.

    An investigation shows the true severity with noise, the same to both. Recused clinicians take part of their
    insight with them, which substitutes restore in part.
    """
    for k in range(n):
        b, i = cases.body[k], cases.practice[k]
        for side in range(2):
            need[k, side], quality[k, side] = cases.severity[k], 0.0
        if b < 0 or i < 0:
            continue
        t, function = ccgs.table[cases.ccg[k]], cases.function[k]
        voters = f.JOINT_COMMITTEE if joint(v, t, function) else bodies.kind[b]
        kind = cases.kind[k]
        gone = max(0.0, v.gp_votes[t, voters]) * v.recusal[t, voters] * interests.declared
        if gone != 0.0:
            gone *= stake_in(kind, place.board[i], boards, cases.ccg[k])
            gps, outside = v.seats[t, voters, f.GP], v.seats[t, voters, f.OUTSIDE_CLINICIAN]
            gone *= 1.0 - restored(gps, outside, interests.substitute)
        look = w.investigation * max(0.0, 1.0 - w.recused_input * gone)
        money_case = kind == s.DISTRESS or kind == s.HAND_BACK or kind == s.MERGER
        looked_into, seen = money_case or of_care(kind), 0.0
        if looked_into:
            seen = cases.severity[k] + normal(stream, cases.id[k]) / math.sqrt(max(look, 1e-6))
        for side in range(2):
            who = b if side == 0 else cases.partner[k]
            if who < 0:
                continue
            total, dist, qual = pooled(beliefs, slots, v, t, function, bodies.kind[who], i, places, heard)
            quality[k, side] = qual
            if looked_into and total + look > 0.0:
                prior = dist if money_case else -qual
                if kind == s.ACCESS:  # what is believed of care does not tell how hard it is to be seen
                    prior, total = 0.0, 1.0
                need[k, side] = (total * prior + look * seen) / (total + look)
