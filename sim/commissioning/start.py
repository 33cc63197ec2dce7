"""How the room of commissioning starts on 1 April 2014: bodies and staff, boards, beliefs, CCGs' maturity and
legitimacy."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import start_bodies
from sim.commissioning.governance import start_boards
from sim.commissioning.knowledge import Knowing
from sim.commissioning.policy import Maturity, count_ccgs
from sim.commissioning.reorganisation import recount
from sim.commissioning.rounds import close_rounds
from sim.parameters import Params
from sim.world.luck import Luck, decision, normal, uniform
from sim.world.world import World

MATURITY = decision("start.maturity")
TEAM_ROOM = decision("start.providers")
PROVIDER_COST = decision("start.provider_cost")


class ProviderStart(NamedTuple):
    """How providers differ on 1 April 2014 beyond quality and skill."""

    cost_spread: float


def start(world: World, params: Params, luck: Luck) -> None:
    """Sets the start of every column that commissioning owns; all CCGs are under table 0."""
    maturity = params.of(Maturity)
    stream = luck.stream(MATURITY)
    draws = np.array([normal(stream, who) for who in world.ccgs["id"]])
    world.ccgs["maturity"] = np.clip(maturity.start + maturity.spread * draws, 0.0, 1.0)
    world.ccgs["legitimacy"] = 1.0
    close_rounds(world)
    world.applications["management"] = -1
    count_ccgs(world.place, world.lists, world.life, world.ccgs, 0.0)
    start_bodies(world, params, luck)
    recount(world)
    start_boards(world, params, luck)
    world.area_teams["push"] = maturity.push_start
    world.beliefs["distress_var"] = params.of(Knowing).prior_var
    world.beliefs["quality_var"] = params.of(Knowing).prior_var
    world.beliefs["routine_var"] = params.of(Knowing).prior_var
    providers = luck.stream(TEAM_ROOM)
    world.providers["quality"] = [normal(providers, who) for who in world.providers["id"]]
    world.providers["skill"] = [uniform(providers, who) for who in world.providers["id"]]
    cost = luck.stream(PROVIDER_COST)
    spread = params.of(ProviderStart).cost_spread
    world.providers["cost"] = [math.exp(spread * normal(cost, who)) for who in world.providers["id"]]
