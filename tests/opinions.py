"""A tiny world whose doctors have opinions, for tests of relations and of polls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from parameters_of import params_from
from worlds import tiny_regime, tiny_world

from sim.commissioning import functions as names
from sim.parameters import FIRST_YEAR, Params
from sim.rules import relations
from sim.world.luck import Luck
from sim.world.table import Table
from sim.world.world import World


def params_of(year: int = FIRST_YEAR, **changed: float) -> Params:
    """Params of a year from the file of relations; see `params_from`."""
    return params_from(("relations",), year, **changed)


P = params_of()


def started(seed: int = 1, holder: int = names.AREA_TEAM, **changed: float) -> World:
    """A tiny world whose practices form a ring of ties within it, with a seat in every CCG."""
    world, rng = tiny_world(60, seed, tiny_regime(holder)), np.random.default_rng(seed)
    n = len(world.place)
    ring = np.column_stack([(np.arange(n) - 3) % n, (np.arange(n) + 3) % n]).ravel()
    world.networks = replace(world.networks, peer_start=np.arange(0, 2 * n + 1, 2), peer_row=ring)
    for trait in ("trust", "autonomy", "conflict_worry", "workload_threat"):
        world.minds[trait] = rng.beta(2.5, 2.5, len(world.minds))
    world.care["workload"] = rng.uniform(0.8, 1.3, n)
    world.place["board"][:9] = 1
    world.bodies = Table("bodies", len(names.BODIES))
    world.bodies["kind"] = np.arange(len(names.BODIES))
    relations.start(world, params_of(**changed), Luck(seed, 2013))
    return world
