"""What tests of the workforce and of practice life share: their parameters, and a tiny world that has begun."""

from __future__ import annotations

import numpy as np
from parameters_of import params_from
from worlds import tiny_world

from sim.parameters import FIRST_YEAR, Params
from sim.rules import practice_life, workforce
from sim.rules.endings import Ending
from sim.world.columns import DOCTOR_GROUPS, GROUPS
from sim.world.luck import Luck
from sim.world.table import Table
from sim.world.world import World

FILES = ("workforce", "practice_life", "funding")


def life_params(year: int = FIRST_YEAR, **changed: float) -> Params:
    """Params of a year from their files; see `params_from`."""
    return params_from(FILES, year, **changed)


def end_practices(world: World, params: Params, luck: Luck) -> None:
    """The endings of a year, and nothing else of practice life."""
    near = world.networks
    practice_life.end_practices(world, luck, luck.year, near.neighbours, near.neighbour_km, params.of(Ending))


def living_world(practices: int = 30, seed: int = 1, roles: bool = True) -> World:
    """A tiny world with money, care, roles, reserves and cases, started by both rooms."""
    world = tiny_world(practices=practices, seed=seed)
    rng = np.random.default_rng(seed + 100)
    rows = len(world.place)
    used = np.arange(rows) < practices
    _make_room(world)
    if roles:
        filled = world.doctors["practice"] >= 0
        world.doctors["role"][filled] = rng.choice(4, size=int(filled.sum()), p=[0.62, 0.28, 0.04, 0.06])
    world.money["drawings_each"][used] = rng.uniform(0, 200_000, practices)
    world.money["income"][used] = 150.0 * world.lists["total"][used]
    world.money["drawings"][used] = 0.4 * world.money["income"][used]
    world.money["reserves"][used] = rng.normal(20_000, 60_000, practices)
    world.care["workload"][used] = rng.uniform(0.7, 1.5, practices)
    world.care["quality_true"][used] = rng.normal(size=practices)
    world.contract["premises_pay"][used] = 12.0
    world.contract["kind"][used] = rng.choice(3, size=practices, p=[0.55, 0.35, 0.1])
    world.contract["provider"] = -1
    world.life["merger_wish"] = -1
    world.staff["admin_fte"][used] = world.lists["total"][used] / 900
    world.cases = Table("cases", 60)
    start_rooms(world, seed)
    return world


def start_rooms(world: World, seed: int) -> None:
    """Starts the workforce and practice life."""
    params, luck = life_params(), Luck(seed, FIRST_YEAR - 1)
    workforce.start(world, params, luck)
    practice_life.start(world, params, luck)


def _make_room(world: World) -> None:
    """More than twice the rows for doctors."""
    for group in DOCTOR_GROUPS:
        held = getattr(world, group)
        more = Table(group, 2 * len(held) + 60)
        if group == "doctors":
            more["practice"] = -1
        for column, *_ in GROUPS[group]:
            more[column][: len(held)] = held[column]
        setattr(world, group, more)


def heads(world: World) -> int:
    """Doctors of all roles in practices."""
    return int((world.doctors["practice"] >= 0).sum())


def decide(world: World, row: int, practice: int, kind: int, action: int) -> None:
    """Writes a decided case."""
    case = world.cases
    case["id"][row], case["practice"][row], case["kind"][row] = row + 1, practice, kind
    case["status"][row], case["action"][row], case["ccg"][row] = 2, action, world.place["ccg"][practice]
