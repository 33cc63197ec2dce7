"""Standing work: functions that bring no cases, but hours every year for whoever leads, executes or advises.

Strategy, the yearly budget, offers of national enhanced and public-health services to practices, contracts for
out-of-hours care, the performers list, and the contracts of pharmacists, dentists and opticians. A body that takes such
a function on has that much less time for cases; a body that hands it over keeps its staff and gains the time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning import functions as f
from sim.commissioning.bodies import KINDS, body_row, total_fte
from sim.kernel import maker, rule


class StandingWork(NamedTuple):
    """Hours a year for each practice served, by function, and the part of those who only advise."""

    primary_care_strategy: float
    national_enhanced_services: float
    public_health_services: float
    budget_setting: float
    out_of_hours: float
    performers_list: float
    pharmacy_dental_eye: float
    advise_share: float


WORKS = tuple(f.FUNCTIONS.index(name) for name in StandingWork._fields[:-1])
"""The functions that are standing work, in the order of `StandingWork`."""


@maker
def hours_by_table(cells, p, decide_share, staffed):
    """(T, kinds): hours for each practice that every kind of body gives to standing work.

    Whoever leads does it all, or `decide_share` of it where a body with staff (`staffed`) executes. Several who lead or
    share each do the whole where nobody joins them, and their part under a joint committee. Whoever advises adds
    `advise_share`: somebody's papers are read and answered. cells: see `TableView`.
    """
    out = np.zeros((cells.shape[0], KINDS))
    for t in range(cells.shape[0]):
        for one in range(len(WORKS)):
            cell, hours, leaders, executors = cells[t, WORKS[one]], p[one], 0, 0
            for kind in range(KINDS):
                leaders += 1 if does_work(cell, kind) else 0
                executors += 1 if cell[kind] == f.EXECUTES and staffed[kind] else 0
            own = decide_share if executors > 0 else 1.0
            own *= 1.0 / max(leaders, 1) if cell[f.JOINT_COMMITTEE] == f.LEAD else 1.0
            for kind in range(KINDS):
                if does_work(cell, kind):
                    out[t, kind] += hours * own
                elif cell[kind] == f.ADVISES:
                    out[t, kind] += hours * p.advise_share
                elif cell[kind] == f.EXECUTES and staffed[kind]:
                    out[t, kind] += hours * (1.0 - decide_share) / executors
    return out


@rule
def does_work(cell, kind):
    """Whether a kind of body leads or shares a function. cell: (kinds,); a joint committee has no staff of its own."""
    shares = cell[kind] == f.LEAD or cell[kind] == f.SHARED
    return shares and kind != f.JOINT_COMMITTEE and kind != f.PRACTICE


@maker
def have_staff(bodies):
    """(kinds,): whether any body of a kind has staff."""
    stride, some = len(bodies) // KINDS, np.zeros(KINDS, np.bool_)
    for b in range(len(bodies)):
        if total_fte(bodies, b) > 0.0:
            some[b // stride] = True
    return some


@maker
def standing_work(bodies, ccgs, scale, hours):
    """(bodies,): hours of standing work of every body this year, for the practices of its CCGs. hours: see
    `hours_by_table`; scale: (T, kinds)."""
    stride, out = len(bodies) // KINDS, np.zeros(len(bodies))
    for c in range(len(ccgs)):
        t = ccgs.table[c]
        for kind in range(hours.shape[1]):
            if hours[t, kind] > 0.0:
                out[body_row(kind, scale[t, kind], c, ccgs, stride)] += hours[t, kind] * ccgs.practices[c]
    return out
