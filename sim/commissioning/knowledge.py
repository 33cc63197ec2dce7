"""Knowledge: what each body believes of each practice's distress and quality, with how much doubt, and with what bias.

Local is not better by definition. Visits, engaged members and clinicians at the table add precision; peers are
lenient, and practices conceal from those who can punish them. Precision and bias are separate terms with their own
priors.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import KINDS, body_row
from sim.commissioning.functions import AREA_TEAM, NHS_ENGLAND
from sim.commissioning.views import MEMBER_BODY
from sim.kernel import maker, rule
from sim.world import states as s
from sim.world.luck import decision, inverse_normal, nth_draw, person

DISTRESS_SEEN = decision("knowledge.distress_seen")
QUALITY_SEEN = decision("knowledge.quality_seen")
ROUTINE = KINDS
"""Number of the draw of what all read of a practice; a body's own has the number of its kind."""


class Knowing(NamedTuple):
    """Precision is one over the variance of an observation, in sd of the practices of England."""

    routine: float
    per_visit_hour: float
    visit_share: float
    km_half: float
    engagement: float
    clinicians: float
    drift: float
    leniency: float
    concealment: float
    prior_var: float
    heard: float


@rule
def own_precision(visit_hours, km, engagement, clinicians, p):
    """Precision of what a body sees of a practice in a year beyond routine data, which are the same for all.

    visit_hours: per practice; they count half at km_half. engagement: of the practice with a body whose board its
    members elect, else 0. clinicians: share of those who decide who are clinicians.
    """
    return beyond_routine(visit_precision(visit_hours, km, p), engagement, clinicians, p)


@rule
def visit_precision(visit_hours, km, p):
    """What visits alone add; see `own_precision`."""
    return p.per_visit_hour * visit_hours / (1.0 + km / p.km_half) if p.km_half > 0.0 else 0.0


@rule
def beyond_routine(on_visits, engagement, clinicians, p):
    """`own_precision`, where what visits add is known."""
    return max(0.0, on_visits + p.engagement * engagement + p.clinicians * clinicians)


@rule
def error(routine, own, shared_draw, own_draw):
    """Error of a year's observation, sd. Routine data err in the same way for all who read them (`shared_draw`).

    routine, own: precision. Draws are standard normal. The variance is one over the sum of both precisions.
    """
    return blend(math.sqrt(routine) * shared_draw, math.sqrt(own), own_draw, 1.0 / max(routine + own, 1e-6))


@rule
def blend(read, sharpness, own_draw, var):
    """`error`, where its roots are known. read: what routine data add to it, times their precision. sharpness: root of
    the body's own precision. var: one over the sum of both precisions."""
    return (read + sharpness * own_draw) * var


@rule
def own_part(var, routine_var):
    """Precision of a belief beyond what routine data alone would have left. Both in sd squared."""
    return max(0.0, 1.0 / var - 1.0 / routine_var)


@rule
def bias(gp_votes, punishes, trust, p):
    """How much better than the truth a practice looks, in sd: leniency of peers, and concealment before those who
    punish."""
    return p.leniency * gp_votes + p.concealment * punishes * (1.0 - trust)


@rule
def updated(mean, var, seen, prec):
    """A belief after one observation: (mean, variance). Normal prior, normal error."""
    after = narrowed(var, prec)
    return mean + after * prec * (seen - mean), after


@rule
def narrowed(var, prec):
    """The variance that one observation leaves."""
    return var / (1.0 + prec * var)


@maker
def read_routine(place, life, precision, distress_stream, quality_stream):
    """What all read of the practices that work, by routine data of such a precision: (rows, begin, read).

    begin: (practices, 2), where the draws about distress and quality of each begin; read: (practices, 2), see `blend`.
    """
    n, many, root = len(place), 0, math.sqrt(precision)
    rows, begin, read = np.zeros(n, np.int64), np.zeros((n, 2), np.uint64), np.zeros((n, 2))
    for i in range(n):
        if life.state[i] == s.UNUSED or life.state[i] > s.CARETAKER:
            continue
        rows[many], many = i, many + 1
        begin[i, 0], begin[i, 1] = person(distress_stream, place.id[i]), person(quality_stream, place.id[i])
        read[i, 0] = root * inverse_normal(nth_draw(begin[i, 0], ROUTINE))
        read[i, 1] = root * inverse_normal(nth_draw(begin[i, 1], ROUTINE))
    return rows[:many], begin, read


@maker
def learn(beliefs, place, life, care, ties, ccgs, bodies, slots, observers, acts, punishes, gp_votes, clinicians, scale,
          p, distress_stream, quality_stream):  # fmt: skip
    """Every body with a say observes each practice it serves and updates its beliefs.

    Beside them stands the variance that routine data alone would have left, so that pooling counts those data once.

    slots: block of beliefs of each kind of body, -1 for none. observers, acts, punishes, gp_votes, clinicians: see
    `views.TableView`.
    """
    n, stride = len(place), len(bodies) // KINDS
    visits = p.visit_share / max(1e-6, 1.0 - p.visit_share)  # against hours for cases, which are what visits leave
    on_visits = np.zeros(len(bodies))
    for b in range(len(bodies)):
        hours = visits * bodies.hours_held[b] / max(1.0, bodies.practices[b])
        on_visits[b] = visit_precision(hours, bodies.km[b], p)
    rows, begin, read = read_routine(place, life, p.routine, distress_stream, quality_stream)
    for kind in observers:  # one after the other, since each has a block of beliefs of its own
        national = kind == NHS_ENGLAND or kind == AREA_TEAM
        for i in rows:
            c = place.ccg[i]
            t = ccgs.table[c]
            if acts[t, kind] == 0:
                continue
            b = body_row(kind, scale[t, kind], c, ccgs, stride)
            engaged = ties.engagement[i] if kind == MEMBER_BODY else 0.0
            own = beyond_routine(on_visits[b], engaged, max(0.0, clinicians[t, kind]), p)
            trust = ties.trust_nhse[i] if national else ties.trust_ccg[i]
            looks = bias(max(0.0, gp_votes[t, kind]), punishes[t, kind], trust, p)
            prec, sharpness, row = p.routine + own, math.sqrt(own), slots[kind] * n + i
            doubt = 1.0 / max(prec, 1e-6)
            seen = life.distress[i] - looks
            seen += blend(read[i, 0], sharpness, inverse_normal(nth_draw(begin[i, 0], kind)), doubt)
            mean, var = updated(beliefs.distress[row], beliefs.distress_var[row] + p.drift, seen, prec)
            beliefs.distress[row], beliefs.distress_var[row] = mean, var
            seen = care.quality_true[i] + looks
            seen += blend(read[i, 1], sharpness, inverse_normal(nth_draw(begin[i, 1], kind)), doubt)
            mean, var = updated(beliefs.quality[row], beliefs.quality_var[row] + p.drift, seen, prec)
            beliefs.quality[row], beliefs.quality_var[row] = mean, var
            beliefs.routine_var[row] = narrowed(beliefs.routine_var[row] + p.drift, p.routine)


@maker
def insight(beliefs, place, life, care, ccgs, may, slots, function, out):
    """How well those who hold a function know which practices are poor: correlation of belief and truth in each CCG,
    0 to 1.

    out: (CCGs,) filled here; 0 where nobody holds the function or the CCG has fewer than three practices.
    """
    n = len(place)
    moments, holder = np.zeros((len(ccgs), 6)), np.full(len(may), -1, np.int64)
    for t in range(len(may)):
        for kind in range(may.shape[2]):
            if may[t, function, kind] == 1 and slots[kind] >= 0 and holder[t] < 0:
                holder[t] = kind
    for i in range(n):
        if life.state[i] == s.UNUSED or life.state[i] > s.CARETAKER:
            continue
        c = place.ccg[i]
        kind = holder[ccgs.table[c]]
        if kind >= 0:
            x, y = beliefs.quality[slots[kind] * n + i], care.quality_true[i]
            moments[c, 0] += 1.0
            moments[c, 1] += x
            moments[c, 2] += y
            moments[c, 3] += x * x
            moments[c, 4] += y * y
            moments[c, 5] += x * y
    for c in range(len(ccgs)):
        k = moments[c, 0]
        out[c] = 0.0
        if k >= 3.0:
            vx = moments[c, 3] - moments[c, 1] ** 2 / k
            vy = moments[c, 4] - moments[c, 2] ** 2 / k
            if vx > 1e-12 and vy > 1e-12:
                out[c] = max(0.0, (moments[c, 5] - moments[c, 1] * moments[c, 2] / k) / math.sqrt(vx * vy))
