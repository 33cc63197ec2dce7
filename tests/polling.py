"""The poll of a year, as it is recorded."""

from __future__ import annotations

from sim.parameters import Params
from sim.record import record
from sim.sums import POLL_FROM, Sums
from sim.world.world import Floats, World


def poll(world: World, params: Params) -> Floats:
    """(CCGs, functions + 3), see `sim.rules.polls.poll_doctors`."""
    sums = Sums.empty(1, world)
    record(world, params, sums, 0)
    return sums.by_group[0, : len(world.ccgs), POLL_FROM:]
