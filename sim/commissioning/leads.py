"""Who leads, as practices see it: what a regime's cells say of control, clarity and of how far GPs are heard."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.commissioning.functions import (
    AREA_TEAM,
    CCG,
    FIXED_FUNCTIONS,
    FUNCTIONS,
    JOINT_COMMITTEE,
    LEAD,
    NHS_ENGLAND,
    PRACTICE,
    SHARED,
)
from sim.commissioning.regime_tables import RegimeTables
from sim.commissioning.views import view
from sim.world.world import Floats


@lru_cache(maxsize=64)
def leads_of(regime: RegimeTables) -> Floats:
    """(T, 5): share of open functions led locally, led by NHS England or its teams, clear (exactly one lead), led
    locally where GPs are heard, and that as far as GPs vote on the committee of the CCG or a joint one too (K033).

    A joint committee's lead counts for each side by its share of the bodies that share. A local body other than the CCG
    counts in the last column as far as GPs vote on its committee, against those of table 0 on the CCG's; where its
    table names none, in full.
    """
    open_functions = [f for f, name in enumerate(FUNCTIONS) if name not in FIXED_FUNCTIONS]
    lead = (regime.cells[:, open_functions, :] == LEAD).astype(float)
    clear = (lead.sum(axis=2) == 1.0).mean(axis=1)
    shared = (regime.cells[:, open_functions, :] == SHARED) & (lead[:, :, [JOINT_COMMITTEE]] == 1.0)
    of_nation = np.isin(np.arange(lead.shape[2]), (NHS_ENGLAND, AREA_TEAM))
    of_place = ~of_nation & ~np.isin(np.arange(lead.shape[2]), (JOINT_COMMITTEE, PRACTICE))
    both = np.maximum(shared.sum(axis=2), 1)
    local, national = (
        np.maximum(lead[:, :, side].max(axis=2), shared[:, :, side].sum(axis=2) / both)
        for side in (of_place, of_nation)
    )
    voiced = (lead * _heard(regime)[:, None, :])[:, :, of_place].max(axis=2)
    heard = np.maximum(voiced, shared[:, :, of_place].sum(axis=2) / both)
    seats = _seated(regime)
    by_seats = (lead * seats[:, None, :])[:, :, of_place].max(axis=2)
    seated = np.maximum(by_seats, shared[:, :, of_place].sum(axis=2) / both * seats[:, JOINT_COMMITTEE, None])
    return np.column_stack([local.mean(axis=1), national.mean(axis=1), clear, heard.mean(axis=1), seated.mean(axis=1)])


def _heard(regime: RegimeTables) -> Floats:
    """(T, bodies): how far practices are heard where a body leads, 0 to 1; 1 for the CCG, whose members they are."""
    heard = _seated(regime)
    heard[:, CCG] = 1.0
    return heard


def _seated(regime: RegimeTables) -> Floats:
    """(T, bodies): GPs' share of the votes of a body against that of table 0 on the CCG's, at most 1; 1 without one."""
    v = view(regime)
    usual = v.ccg_gp_votes[0]
    seated = np.minimum(1.0, v.gp_votes / usual) if usual > 0.0 else np.ones_like(v.gp_votes)
    return np.asarray(np.where(v.gp_votes < 0.0, 1.0, seated))
