"""Polls of doctors on control by their CCG: how an opinion becomes an answer, who answers, and the yearly count.

What stands between an opinion and an answer is how far the function reaches into a colleague's contract. Each function
has a place on a ladder of six rungs, read off what the function lets its holder do; two numbers turn places into ease.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.commissioning.functions import FIXED_FUNCTIONS, FUNCTIONS
from sim.kernel import kernel, maker, rule
from sim.rules import origins
from sim.rules.attitudes import has_opinion
from sim.rules.curves import exp
from sim.world.states import PARTNER
from sim.world.world import Floats

STEPS = 64
"""Steps in which the yearly poll counts opinions."""
POLLED = tuple(f for f in FUNCTIONS if f not in FIXED_FUNCTIONS)
"""Functions that a poll asks about."""

LADDER: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "buys services beside the contract, which a practice may offer or not",
        (
            "national_enhanced_services",
            "locally_commissioned_services",
            "public_health_services",
            "pathway_design",
            "out_of_hours",
        ),
    ),
    (
        "sets aims, or pay that a practice may take up in place of its usual pay",
        ("incentive_design", "primary_care_strategy", "quality_improvement"),
    ),
    (
        "looks at colleagues' contracts, or places another one beside them",
        ("contract_monitoring", "practice_establishment"),
    ),
    (
        "sets terms and money of colleagues' contracts, or grants what one of them asks for",
        (
            "contract_design",
            "discretionary_payments",
            "budget_setting",
            "procurement",
            "merger_approval",
            "list_closure",
        ),
    ),
    (
        "acts on one colleague's contract: varies or renews it, hears complaints, sends notices",
        ("contract_variation_renewal", "contractual_action", "complaints"),
    ),
    ("ends a colleague's contract", ("contract_removal",)),
)
"""How far a function reaches into a colleague's contract, rung 0 to rung 5, and the functions on each rung.

Data, not numbers to fit: a place says what the function does. The order of the rungs is that of the categories in which
the survey was reported (seed article 001); equal distances between rungs are an assumption.
"""

RUNG = {function: rung for rung, (_, functions) in enumerate(LADDER) for function in functions}
"""Rung of each function by name."""
RUNGS = np.array([RUNG[function] for function in POLLED])
"""Rung of each function in `POLLED`."""
MIDDLE = 0.5 * (len(LADDER) - 1)


class FunctionEase(NamedTuple):
    """How readily doctors grant functions to a CCG: half-way up the ladder, and what each rung takes away."""

    base: float
    per_rung: float


class Poll(NamedTuple):
    """How a poll is answered, by whom, and which partner holds a practice's seat on the governing body."""

    band: float
    noise: float
    dont_know: float
    response: float
    per_strength: float
    per_engagement: float
    seat_trust: float


def ease_of_functions(p: FunctionEase) -> Floats:
    """(functions,): what is added to an opinion when a doctor is asked about each function of `POLLED`."""
    return ease_of_rungs(p)[RUNGS]


def ease_of_rungs(p: FunctionEase) -> Floats:
    """(rungs,): what is added to an opinion when a doctor is asked about a function on each rung of the ladder."""
    return np.array([p.base - p.per_rung * (rung - MIDDLE) for rung in range(len(LADDER))])


@rule
def agrees(lean, noise):
    """Chance (0-1) that somebody who leans so far for (above nil) or against a statement agrees with it.

    noise: sd of what else moves the answer, in the unit of the lean; nil or less for none.
    """
    if noise <= 0.0:
        return 1.0 if lean > 0.0 else 0.0
    return 0.5 * math.erfc(-lean / (noise * math.sqrt(2.0)))


@rule
def support_chance(opinion, ease, p):
    """Chance (0-1) that a doctor of this opinion who answers says yes to CCG control of a function.

    Answers are graded: support, neutral (a band of width 2 `p.band`), oppose, or do not know. ease: of the function.
    Opposition is the same with both signs turned.
    """
    return (1.0 - p.dont_know) * agrees(opinion + ease - p.band, p.noise)


@rule
def loudness(strength, p):
    """Odds of silence against an answer, before engagement; strength: of the opinion, 0 to 1."""
    return math.exp(-p.response - p.per_strength * strength)


@rule
def quietness(engagement, p):
    """What engagement (0-1) of the practice multiplies the odds of silence by."""
    return exp(-p.per_engagement * (engagement - origins.ENGAGEMENT))


@rule
def holds_seat_weight(trust, p):
    """Weight of a partner (trust 0 to 1) among those of a practice, one of whom holds its seat."""
    return exp(p.seat_trust * (trust - 0.5))


@rule
def step_middle(step):
    """The opinion (-1 to 1) in the middle of a step."""
    return (step + 0.5) * 2.0 / STEPS - 1.0


@kernel
def answer_of_steps(ease, rungs, p):
    """What a doctor in the middle of each step of opinion does: `loudness`, (STEPS,), and the chances of a yes to a
    function on each rung and, last, to a usual one, (STEPS, rungs + 1).

    ease: (rungs,). rungs: (functions,) of each function.
    """
    loud, chance = np.zeros(STEPS), np.zeros((STEPS, len(ease) + 1))
    for step in range(STEPS):
        loud[step] = loudness(abs(step_middle(step)), p)
        for rung in range(len(ease)):
            chance[step, rung] = support_chance(step_middle(step), ease[rung], p)
        for f in range(len(rungs)):
            chance[step, len(ease)] += chance[step, rungs[f]] / len(rungs)
    return loud, chance


@lru_cache(maxsize=4)
def answers(p: Poll, ease: FunctionEase) -> tuple[Floats, Floats]:
    """`answer_of_steps` under these parameters: the same every year, and dear in a small world."""
    found: tuple[Floats, Floats] = answer_of_steps(ease_of_rungs(ease), RUNGS, p)
    return found


@maker
def poll_doctors(doctors, minds, place, ties, loud, chance, rungs, found, p):
    """A poll of all GPs on every function in `POLLED`, added to found, (CCGs, functions + 3), nil before.

    Column f: expected number who answer and support CCG control of function f; then the expected number who answer;
    then, of board members, the yeses to a usual function and the number who answer. Sums over CCGs give any level.

    loud, chance, rungs: see `answer_of_steps`. Who answers selects itself: strong opinions and the engaged answer more
    often. Opinions are counted in steps of 1/32, so that the answer of a step is worked out once.
    """
    ccgs, functions, usual = len(found), len(rungs), chance.shape[1] - 1
    quiet = np.zeros(len(ties))
    for i in range(len(ties)):
        quiet[i] = quietness(ties.engagement[i], p)
    answering = np.zeros((ccgs, STEPS))
    board = np.zeros((len(ties), 3))  # of each practice with a seat: weight of its partners, their yeses and answers
    for d in range(len(doctors)):
        i, role = doctors.practice[d], doctors.role[d]
        if has_opinion(i, role):
            step = min(STEPS - 1, int((doctors.opinion[d] + 1.0) * 0.5 * STEPS))
            weight = 1.0 / (1.0 + loud[step] * quiet[i])
            answering[place.ccg[i], step] += weight
            if place.board[i] == 1 and role == PARTNER:
                seat = holds_seat_weight(minds.trust[d], p)
                board[i, 0] += seat
                board[i, 1] += seat * weight * chance[step, usual]
                board[i, 2] += seat * weight
    for i in range(len(ties)):
        if board[i, 0] > 0.0:
            found[place.ccg[i], functions + 1] += board[i, 1] / board[i, 0]
            found[place.ccg[i], functions + 2] += board[i, 2] / board[i, 0]
    yes = np.zeros(usual)
    for c in range(ccgs):
        yes[:] = 0.0
        for step in range(STEPS):
            if answering[c, step] > 0.0:
                for rung in range(usual):
                    yes[rung] += chance[step, rung] * answering[c, step]
                found[c, functions] += answering[c, step]
        for f in range(functions):
            found[c, f] = yes[rungs[f]]
