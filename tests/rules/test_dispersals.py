"""Dispersals: whom the patients of a practice go to where nobody near is left."""

import numpy as np
from life_of import living_world

from sim.rules.dispersals import lay_strips, nearest_living
from sim.rules.endings import DISPERSES, LIVES, MERGES
from sim.world.states import UNUSED


def test_the_nearest_that_lives_on_is_found_however_far_it_is() -> None:
    world, rng = living_world(40), np.random.default_rng(5)
    n = len(world.place)
    world.place["x"], world.place["y"] = rng.uniform(0, 400, n), rng.uniform(0, 400, n)
    world.life["state"][rng.choice(n, 5, replace=False)] = UNUSED
    fate = rng.choice([LIVES, MERGES, DISPERSES], n, p=[0.3, 0.3, 0.4])
    living = np.flatnonzero((fate == LIVES) & (world.life["state"] != UNUSED))
    strips = lay_strips(world.place, world.life, fate)
    for i in np.flatnonzero(fate == DISPERSES):
        km = np.hypot(world.place["x"][living] - world.place["x"][i], world.place["y"][living] - world.place["y"][i])
        assert nearest_living(i, world.place, strips) == living[km.argmin()]
    nobody = lay_strips(world.place, world.life, np.full(n, DISPERSES))
    assert nearest_living(0, world.place, nobody) == -1
