"""The national tariff: what hospital activity is worth, whoever pays it."""

from __future__ import annotations

from typing import NamedTuple

from sim.kernel import rule
from sim.parameters import Params
from sim.rules.demand import START_YEAR
from sim.world.world import World

AE, EMERGENCY, REFERRALS, ELECTIVE = range(4)
"""Columns of a table of hospital activity by CCG: attendances, admissions, GP referrals, admissions; a year."""


class Tariff(NamedTuple):
    """National prices of 2014-15, pounds; yearly change; marginal rate of the year."""

    emergency: float
    ae: float
    referral: float
    elective: float
    change: float
    marginal_rate: float
    baseline: float


@rule
def value(activity, c, p):
    """Tariff value of a CCG's activity at the prices of 2014-15, pounds."""
    urgent = p.emergency * activity[c, EMERGENCY] + p.ae * activity[c, AE]
    return urgent + p.referral * activity[c, REFERRALS] + p.elective * activity[c, ELECTIVE]


def prices(world: World, params: Params) -> Tariff:
    """Tariff of the year. The start holds the money of 2014-15 itself: nothing grows in that year."""
    tariff = params.of(Tariff)
    return tariff._replace(change=0.0) if world.year <= START_YEAR else tariff
