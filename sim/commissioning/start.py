"""How the room of commissioning starts on 1 April 2014: bodies and staff, boards, beliefs, CCGs' maturity and
legitimacy."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.commissioning.bodies import (
    TEAM_SIZE,
    AreaTeamStaff,
    CcgStaff,
    NationalStaff,
    RunningCosts,
    StaffCost,
    serve,
    staff_at_start,
)
from sim.commissioning.governance import Interests, start_boards
from sim.commissioning.knowledge import Knowing
from sim.commissioning.policy import Maturity, count_ccgs
from sim.commissioning.rounds import close_rounds
from sim.kernel import kernel, maker
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
    of = params.of
    start_commissioning(
        world, luck, world.regime.scale, of(Maturity), of(RunningCosts), of(AreaTeamStaff), of(CcgStaff),
        of(NationalStaff), of(StaffCost), of(Interests), of(Knowing), of(ProviderStart),
    )  # fmt: skip


@kernel
def start_commissioning(w, luck, scale, maturity, running, team, own, national, cost, interests, knowing, providers):
    """The start in order; scale: (T, kinds) of the regime."""
    close_rounds(w.applications)
    w.applications.management[:] = -1
    count_ccgs(w.place, w.lists, w.life, w.ccgs, 0.0)
    for c in range(len(w.ccgs)):
        grown = maturity.start + maturity.spread * normal(luck.stream(MATURITY), w.ccgs.id[c])
        w.ccgs.maturity[c] = min(1.0, max(0.0, grown))
        w.ccgs.legitimacy[c] = 1.0
        w.ccg_money.running_costs[c] = running.per_head * w.ccgs.patients[c]
    serve(w.bodies, w.place, w.lists, w.life, w.ccgs, w.area_teams, scale)
    staff_at_start(w.bodies, w.ccg_money, team, own, national, cost, luck.stream(TEAM_SIZE))
    start_boards(w, luck, interests)
    w.area_teams.push[:] = maturity.push_start
    w.beliefs.distress_var[:] = knowing.prior_var
    w.beliefs.quality_var[:] = knowing.prior_var
    w.beliefs.routine_var[:] = knowing.prior_var
    start_providers(w.providers, luck.stream(TEAM_ROOM), luck.stream(PROVIDER_COST), providers.cost_spread)


@maker
def start_providers(providers, room, cost, spread):
    """How providers differ. room, cost: streams."""
    for j in range(len(providers)):
        who = providers.id[j]
        providers.quality[j], providers.skill[j] = normal(room, who), uniform(room, who)
        providers.cost[j] = math.exp(spread * normal(cost, who))
