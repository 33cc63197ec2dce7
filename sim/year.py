"""The schedule: the phases of a financial year, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.commissioning.cycle import commissioning
from sim.commissioning.policy import policy
from sim.parameters import Params
from sim.rules.access import access
from sim.rules.demand import demand
from sim.rules.funding import funding
from sim.rules.hospital import hospital
from sim.rules.practice_life import practice_life
from sim.rules.relations import relations
from sim.rules.workforce import workforce
from sim.world.luck import Luck
from sim.world.world import World

Phase = Callable[[World, Params, Luck], None]

PHASES: tuple[Phase, ...] = (
    policy,
    demand,
    workforce,
    access,
    funding,
    commissioning,
    practice_life,
    hospital,
    relations,
)
"""What happens in a year, in order; the record is taken at its end."""


def advance(world: World, params: Params, seed: int, phases: Sequence[Phase] = PHASES) -> None:
    """Runs one financial year, `world.year`. Whoever calls it records the year and moves `world.year` on."""
    luck = Luck(seed, world.year)
    for phase in phases:
        phase(world, params, luck)


def describe_schedule(phases: Sequence[Phase] = PHASES) -> list[tuple[str, str]]:
    """(name, first line of what it says of itself) of every phase, for people."""
    return [(phase.__name__, (phase.__doc__ or "").strip().split("\n")[0]) for phase in phases]
