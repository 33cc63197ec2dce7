"""Standing work: functions that bring no cases, but hours every year for whoever leads, executes or advises.

Strategy, the yearly budget, offers of national enhanced and public-health services to practices, contracts for
out-of-hours care, the performers list, and the contracts of pharmacists, dentists and opticians. A body that takes such
a function on has that much less time for cases; a body that hands it over keeps its staff and gains the time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.commissioning import functions as f
from sim.commissioning.bodies import KINDS, body_row, total_fte
from sim.commissioning.regime_tables import RegimeTables
from sim.kernel import maker
from sim.world.world import Floats


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


@lru_cache(maxsize=64)
def hours_by_table(regime: RegimeTables, p: StandingWork, decide_share: float, staffed: tuple[bool, ...]) -> Floats:
    """(T, kinds): hours for each practice that every kind of body gives to standing work.

    Whoever leads does it all, or `decide_share` of it where a body with staff (`staffed`) executes. Several who lead or
    share each do the whole where nobody joins them, and their part under a joint committee. Whoever advises adds
    `advise_share`: somebody's papers are read and answered.
    """
    out = np.zeros((regime.n_tables, KINDS))
    for name in StandingWork._fields[:-1]:
        cells, hours = regime.cells[:, f.FUNCTIONS.index(name), :], float(getattr(p, name))
        joint = cells[:, f.JOINT_COMMITTEE] == f.LEAD
        works = (cells == f.LEAD) | (cells == f.SHARED)
        works[:, [f.JOINT_COMMITTEE, f.PRACTICE]] = False
        part = np.where(joint, 1.0 / np.maximum(works.sum(axis=1), 1), 1.0)
        executes = (cells == f.EXECUTES) & np.asarray(staffed)
        handed = executes.any(axis=1)
        own = np.where(handed, decide_share, 1.0) * part
        out += hours * (works * own[:, None] + p.advise_share * (cells == f.ADVISES))
        out += hours * (1.0 - decide_share) * executes / np.maximum(executes.sum(axis=1, keepdims=True), 1)
    return out


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
