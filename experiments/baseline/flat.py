"""England with flat inputs: every dated path stays at its value of 2014 and nothing grows of itself."""

from __future__ import annotations

from dataclasses import replace

from sim import parameters
from sim.scenario import Scenario, load_scenario

NO_TREND = {
    "ageing.migration": None, "wanting.growth": 0.0, "emergency_use.growth": 0.0, "ae_use.growth": 0.0,
    "referral_use.growth": 0.0, "trust_cost.other_growth": 0.0, "trust_cost.unit_growth": 0.0,
    "allocation.growth": 0.0, "allocation.care_growth": 0.0,
}  # fmt: skip
"""Growth that is a rate rather than a dated path, and its value where nothing grows; None keeps the record."""


def flat_scenario(years: int = 30) -> Scenario:
    """`years` years of England without dated inputs or trends; single mergers of CCGs and reviews are left out too."""
    held = {name: record.central for name, record in parameters.load().records.items() if len(record.path) > 1}
    still = {name: value for name, value in NO_TREND.items() if value is not None}
    return replace(load_scenario("england", years=years), constants=held | still, ccg_mergers=None)
