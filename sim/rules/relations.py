"""Relations (phase 9): trust, engagement, influence, perceived authority, boards, and groups of practices.

What happened to a practice in the year (its cases) moves its doctors' opinions and its trust in whoever decided. Who
that was is read from the body on the case and from the regime's cells, never from a regime's name. Joining a group,
standing for the board and giving time to the CCG are choices of practices; nothing here sets an outcome by itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.commissioning.bodies import practices_of_whole
from sim.commissioning.functions import AREA_TEAM, NHS_ENGLAND
from sim.commissioning.leads import leads_of
from sim.kernel import kernel, maker, rule
from sim.parameters import Params
from sim.rules import origins
from sim.rules.attitudes import (
    AT_SCALE,
    SETTLED,
    THEIR_ENGAGEMENT,
    Disposition,
    Updating,
    hear_colleagues,
    shares,
    start_opinions,
    update_opinions,
)
from sim.rules.boards import Seats, choose_seats
from sim.rules.chances import logistic, settles
from sim.rules.curves import log, tanh
from sim.world import states as s
from sim.world.luck import Luck, decision, normal, uniform
from sim.world.world import Rows, World

TASTE = decision("relations.taste")
JOINING = decision("relations.joining")
LEAVING_GROUP = decision("relations.leaving_group")
STAKE = decision("relations.stake")
GROUP_START = decision("relations.group_start")

SETTLING_ROUNDS = 12
"""At most so many rounds of opinions, and of ties, before the first year, until each fits the others."""


class Encounters(NamedTuple):
    """What a decision tells a practice about the body that made it, as a share of the room left to trust or lose."""

    support: float
    granted: float
    sanction: float
    remedial: float
    breach: float
    refusal: float
    undone: float
    conflicting: float


class Trust(NamedTuple):
    """Where trust rests, and what moves it besides decisions."""

    usual_trait: float
    nhse_usual: float
    nhse_per_trait: float
    ccg_per_influence: float
    speed: float
    imposed: float
    refused: float
    goodwill_usual: float
    goodwill_speed: float
    committee_help: float


class Engagement(NamedTuple):
    """The yearly choice of time for the CCG, log-odds."""

    base: float
    influence: float
    belonging: float
    paid_role: float
    trust: float
    workload: float
    taste: float
    speed: float


class Influence(NamedTuple):
    """Influence and authority as a practice sees them."""

    usual: float
    board: float
    engagement: float
    control: float
    by_seats: float
    per_log_members: float
    authority_usual: float
    authority_lead: float
    authority_blur: float
    speed: float


class Groups(NamedTuple):
    """Groups and federations of practices."""

    start_share: float
    join: float
    join_per_peers: float
    join_per_workload: float
    join_per_engagement: float
    leave: float
    stake: float
    stake_board: float
    against: float


@rule
def working(state):
    """Whether a practice is in use: open or in the hands of a caretaker."""
    return state == s.OPEN or state == s.CARETAKER


@rule
def signal_of(action, status, p):
    """What a case tells the practice about the body: above nil trust grows, below nil it falls. K022, K044."""
    if status == s.UNDONE:
        return -p.undone
    if status != s.DECIDED:
        return 0.0
    if action == s.SUPPORT_TEAM or action == s.PAYMENT or action == s.EDUCATION:
        return p.support
    if action == s.APPROVE or action == s.PMS_KEEP:
        return p.granted * p.support
    if action == s.REMEDIAL:
        return -p.remedial * p.sanction
    if action == s.BREACH:
        return -p.breach * p.sanction
    if action == s.SANCTION or action == s.REMOVAL:
        return -p.sanction
    if action == s.REFUSE or action == s.PMS_TAPER or action == s.GMS_REVERT:
        return -p.refusal
    return 0.0


@rule
def moved(level, signal):
    """A share (0-1) after a signal: good news fills part of the room above, bad news takes part of what there is."""
    if signal == 0.0:
        return level
    share = tanh(signal)
    return level + share * (1.0 - level) if share > 0.0 else level * (1.0 + share)


@rule
def engagement_wanted(influence, belonging, board, trust, workload, taste, p):
    """Engagement (0-1) that a practice would choose: perceived influence, belonging and paid role, less workload.

    belonging: mean engagement of tied practices, 0-1. trust: in the CCG, less what doctors usually have, -1 to 1.
    workload: ratio, 1 is sustainable. taste: standard normal.
    """
    z = (
        p.base
        + p.influence * (influence - origins.INFLUENCE)
        + p.belonging * (belonging - origins.ENGAGEMENT)
        + p.paid_role * board
    )
    return logistic(z + p.trust * trust - p.workload * (workload - 1.0) + p.taste * taste)


@rule
def hard_to_hear(members, p):
    """Influence that a practice lacks because its CCG has more members than is usual."""
    return p.per_log_members * log(max(1.0, members) / origins.MEMBERS)


@rule
def influence_wanted(board, engagement, control, size, p):
    """Influence on the CCG (0-1) as the practice sees it. control: share (0-1) led locally. size: `hard_to_hear`."""
    share = p.usual + p.board * board + p.engagement * (engagement - origins.ENGAGEMENT) + p.control * control - size
    return min(1.0, max(0.0, share))


@rule
def authority_wanted(lead, clarity, p):
    """Authority (0-1) of a body as practices see it: with what it leads, less where that is unclear (K075-K077)."""
    return min(1.0, max(0.0, p.authority_usual + p.authority_lead * lead * (1.0 - p.authority_blur * (1.0 - clarity))))


@rule
def of_the_nation(bodies, row):
    """1 where a body is NHS England or one of its teams, else 0."""
    return 1.0 if bodies.kind[row] == NHS_ENGLAND or bodies.kind[row] == AREA_TEAM else 0.0


@maker
def encounters(cases, bodies, practices, p):
    """Signals (practices, 2) of the year's cases about local bodies (0) and about NHS England and its teams (1).

    A decision of two bodies counts half for each: wholly for local bodies where neither is of the nation.
    """
    felt = np.zeros((practices, 2))
    for j in range(len(cases)):
        i, b = cases.practice[j], cases.body[j]
        if cases.status[j] == s.FREE:
            break  # rows in use come first
        if i < 0 or b < 0 or cases.status[j] == s.WAITING:
            continue
        signal = signal_of(cases.action[j], cases.status[j], p)
        if cases.doubled[j] == 1:
            signal -= p.conflicting
        national = of_the_nation(bodies, b)
        if cases.partner[j] >= 0:
            national = 0.5 * (national + of_the_nation(bodies, cases.partner[j]))
        felt[i, 0] += (1.0 - national) * signal
        felt[i, 1] += national * signal
    return felt


@maker
def tie(place, life, care, ties, ccgs, heard, felt, trait, leads, conduct, hold, p, e, q, stream):
    """A year of trust, goodwill, influence, authority and engagement. Returns by how much engagement moved at most.

    heard: see `hear_colleagues`. felt: (practices, 2), see `encounters`. trait: (practices,) mean trust of its doctors.
    leads: (T, 5), see `leads_of`. conduct: (CCGs,) strength of what NHS England imposed or refused this year. hold: 1.0
    puts every tie at its target at once (the start). stream: of the lasting taste.
    """
    size, whole = np.zeros(len(ccgs)), practices_of_whole(ccgs)
    for c in range(len(ccgs)):
        size[c] = hard_to_hear(whole[c], q)
    pace, pace_q, pace_e, most = max(hold, p.speed), max(hold, q.speed), max(hold, e.speed), 0.0
    control, local, national = np.zeros(len(leads)), np.zeros(len(leads)), np.zeros(len(leads))
    for t in range(len(leads)):
        control[t] = leads[t, 3] - q.by_seats * (leads[t, 3] - leads[t, 4])
        local[t] = authority_wanted(leads[t, 0], leads[t, 2], q)
        national[t] = authority_wanted(leads[t, 1], leads[t, 2], q)
    for i in range(len(life)):
        if not working(life.state[i]):
            continue
        c = place.ccg[i]
        t = ccgs.table[c]
        board = float(place.board[i])
        usual = min(1.0, max(0.0, trait[i] + p.ccg_per_influence * (ties.influence[i] - origins.INFLUENCE)))
        ties.trust_ccg[i] = moved(ties.trust_ccg[i] + pace * (usual - ties.trust_ccg[i]), felt[i, 0])
        usual = min(1.0, max(0.0, p.nhse_usual + p.nhse_per_trait * (trait[i] - p.usual_trait)))
        ties.trust_nhse[i] = moved(ties.trust_nhse[i] + pace * (usual - ties.trust_nhse[i]), felt[i, 1] - conduct[c])
        help_ = 1.0 + p.committee_help * min(1.0, life.sanctioned[i])
        pace_g = min(1.0, max(hold, p.goodwill_speed * help_))
        ties.goodwill[i] += pace_g * (p.goodwill_usual - ties.goodwill[i])
        aim = influence_wanted(board, ties.engagement[i], control[t], size[c], q)
        ties.influence[i] += pace_q * (aim - ties.influence[i])
        ties.authority_ccg[i] += pace_q * (local[t] - ties.authority_ccg[i])
        ties.authority_nhse[i] += pace_q * (national[t] - ties.authority_nhse[i])
        aim = engagement_wanted(
            ties.influence[i], heard[i, THEIR_ENGAGEMENT], board, ties.trust_ccg[i] - p.usual_trait,
            care.workload[i], normal(stream, place.id[i]), e,
        )  # fmt: skip
        step = pace_e * (aim - ties.engagement[i])
        ties.engagement[i] += step
        most = max(most, abs(step))
    return most


@maker
def group(place, life, care, ties, heard, p, joining, leaving, stake):
    """Practices join or leave groups and federations, and take or give up a stake in the local GP company.

    heard: see `hear_colleagues`.
    """
    for i in range(len(life)):
        if not working(life.state[i]):
            continue
        who = place.id[i]
        if life.at_scale[i] == 1:
            if uniform(leaving, who) < p.leave:
                life.at_scale[i] = 0
                ties.shareholder[i] = 0.0
            continue
        z = (
            p.join
            + p.join_per_peers * (heard[i, AT_SCALE] - origins.AT_SCALE)
            + p.join_per_workload * (care.workload[i] - 1.0)
        )
        z += p.join_per_engagement * (ties.engagement[i] - origins.ENGAGEMENT)
        if settles(uniform(joining, who), z):
            life.at_scale[i] = 1
            held = p.stake + p.stake_board * place.board[i]
            ties.shareholder[i] = 1.0 if uniform(stake, who) < held else 0.0


@maker
def start_groups(place, life, ties, p, joining, stake):
    """Who is in a group on 1 April 2014, and who holds a stake in one."""
    for i in range(len(life)):
        if working(life.state[i]) and uniform(joining, place.id[i]) < p.start_share:
            life.at_scale[i] = 1
            held = p.stake + p.stake_board * place.board[i]
            ties.shareholder[i] = 1.0 if uniform(stake, place.id[i]) < held else 0.0


@maker
def count_members(place, life, ties, ccgs, p):
    """Each CCG's mean engagement, and the share of its practices whose doctors are against more control."""
    heads, engaged, against = np.zeros(len(ccgs)), np.zeros(len(ccgs)), np.zeros(len(ccgs))
    for i in range(len(life)):
        if working(life.state[i]):
            c = ccgs.seat[place.ccg[i]]
            heads[c] += 1.0
            engaged[c] += ties.engagement[i]
            against[c] += 1.0 if ties.support_control[i] < p.against else 0.0
    for c in range(len(ccgs)):
        own = ccgs.seat[c]
        ccgs.engagement[c] = engaged[own] / heads[own] if heads[own] > 0.0 else 0.0
        ccgs.opposition[c] = against[own] / heads[own] if heads[own] > 0.0 else 0.0


def imposes(world: World) -> bool:
    """Whether NHS England imposes a table this year that nobody chose (K016)."""
    regime = world.regime
    return world.year == regime.from_year and not regime.chosen and regime.start_table != 0


@maker
def conduct_of(applications, imposed, p):
    """(CCGs,): what NHS England imposed or refused this year: a table, see `imposes`, or a wish not granted (K016)."""
    conduct = np.zeros(len(applications))
    for c in range(len(applications)):
        conduct[c] = (p.imposed if imposed else 0.0) + p.refused * applications.refused[c]
    return conduct


def _kept_order(world: World) -> Rows:
    """(practices,): the order in which the last year's elections left them, so that little is left to sort."""
    kept = world.networks.kept
    if "seats" not in kept:
        kept["seats"] = np.arange(len(world.place))
    order: Rows = kept["seats"]
    return order


def relations(world: World, params: Params, luck: Luck) -> None:
    """Opinions, trust, influence and engagement move, practices join groups, and seats on boards are filled."""
    of, net = params.of, world.networks
    year_of_relations(
        world, luck, luck.for_life, net.peer_start, net.peer_row, leads_of(world.regime), imposes(world),
        _kept_order(world), of(Encounters), of(Disposition), of(Updating), of(Trust), of(Engagement), of(Influence),
        of(Groups), of(Seats),
    )  # fmt: skip


@kernel
def year_of_relations(
    w, luck, lasting, peer_start, peer_row, leads, imposed, order, met, traits, updating, trust, engagement, influence,
    groups, seats,
):  # fmt: skip
    """The phase in order. lasting: luck for life; a practice's taste for commissioning is the same every year."""
    felt = encounters(w.cases, w.bodies, len(w.place), met)
    heard = hear_colleagues(w.ties, w.life, peer_start, peer_row)
    trait = update_opinions(w.doctors, w.minds, w.ties, heard, felt, traits, shares(updating), trust.usual_trait)
    conduct = conduct_of(w.applications, imposed, trust)
    tie(
        w.place, w.life, w.care, w.ties, w.ccgs, heard, felt, trait, leads, conduct, 0.0, trust, engagement, influence,
        lasting.stream(TASTE),
    )  # fmt: skip
    group(
        w.place, w.life, w.care, w.ties, heard, groups, luck.stream(JOINING), luck.stream(LEAVING_GROUP),
        luck.stream(STAKE),
    )  # fmt: skip
    choose_seats(w, luck, order, seats)
    count_members(w.place, w.life, w.ties, w.ccgs, groups)


def start(world: World, params: Params, luck: Luck) -> None:
    """Opinions, ties and groups of April 2014, settled so that the first year does not jump."""
    of, net = params.of, world.networks
    settle_relations(
        world, luck, luck.for_life, net.peer_start, net.peer_row, leads_of(world.regime), of(Disposition),
        of(Updating), of(Trust), of(Engagement), of(Influence), of(Groups),
    )  # fmt: skip


@kernel
def settle_relations(
    w, luck, lasting, peer_start, peer_row, leads, traits, updating, trust, engagement, influence, groups
):
    """The start in order; see `start`."""
    start_groups(w.place, w.life, w.ties, groups, luck.stream(GROUP_START), luck.stream(STAKE))
    count_practices(w.place, w.life, w.ccgs)
    w.ties.engagement[:] = origins.ENGAGEMENT
    w.ties.influence[:] = origins.INFLUENCE
    trait = start_opinions(
        w.doctors, w.minds, w.ties, w.life, peer_start, peer_row, SETTLING_ROUNDS, traits, shares(updating),
        trust.usual_trait,
    )  # fmt: skip
    felt, quiet = np.zeros((len(w.place), 2)), np.zeros(len(w.ccgs))
    for _ in range(SETTLING_ROUNDS):
        heard = hear_colleagues(w.ties, w.life, peer_start, peer_row)
        moved_by = tie(
            w.place, w.life, w.care, w.ties, w.ccgs, heard, felt, trait, leads, quiet, 1.0, trust, engagement,
            influence, lasting.stream(TASTE),
        )  # fmt: skip
        if moved_by <= SETTLED:
            break
    count_members(w.place, w.life, w.ties, w.ccgs, groups)


@rule
def count_practices(place, life, ccgs):
    """Open practices of each CCG."""
    ccgs.practices[:] = 0.0
    for i in range(len(place)):
        if life.state[i] == s.OPEN:
            ccgs.practices[place.ccg[i]] += 1.0
