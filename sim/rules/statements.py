"""The survey of the model's doctors: graded answers to every function, to five statements, and on their ties.

Seed article 001 reports what GPs who answered think of the functions and of five statements. The functions are asked
as in the yearly poll. Each statement has a rule of its own, from traits and opinions; no number in one is fitted. What
doctors say of their CCG is read from the ties of their practice, less what a seat gives to whoever holds it.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernel import kernel, rule
from sim.parameters import Params
from sim.rules.attitudes import has_opinion
from sim.rules.chances import logistic
from sim.rules.polls import (
    POLLED,
    FunctionEase,
    Poll,
    agrees,
    ease_of_functions,
    holds_seat_weight,
    loudness,
    quietness,
    support_chance,
)
from sim.rules.relations import Engagement, Influence
from sim.world.states import PARTNER
from sim.world.world import Floats, World

STATEMENTS = (
    "schemes_vary",
    "schemes_meet_need",
    "schemes_add_work",
    "conflicts_harder",
    "lay_lead_undermines",
)
"""Local schemes create variation; they target local needs; they add work; conflicts of interest are harder to avoid;
lay-led committees undermine clinical leadership (K027, K029, K030, K032, K033)."""
TIES = ("somewhat_engaged", "highly_engaged", "can_influence", "ccg_influential")
"""With the CCG: engaged at least somewhat, highly; able to influence it; feeling its influence at work (C076-C080)."""
QUESTIONS = (*POLLED, *STATEMENTS, *TIES)
SCHEMES = POLLED.index("incentive_design")
GROUPS = ("everyone", "respondents", "board", "grassroots")
"""All GPs, whether they answer or not; those who answer; of these, holders of seats and the others."""
GRADES = ("support", "neutral", "oppose", "dont_know")

SOMEWHAT, HIGHLY = 0.3, 0.7
"""Engagement above which a doctor is somewhat or highly engaged: the scale of `engagement.base`."""


WORK, CONFLICTS = STATEMENTS.index("schemes_add_work"), STATEMENTS.index("conflicts_harder")
"""Statements that a trait answers by itself; as a trait over 0.5 stands for yes, all others do not agree."""


@rule
def lean(trait):
    """From a trait (0 to 1) to a lean (-1 to 1)."""
    return 2.0 * trait - 1.0


@rule
def sees_variation(expects_need, fears_interests):
    """Chance (0-1) of expecting variation: whoever expects schemes to follow local needs, or local interests."""
    return 1.0 - (1.0 - expects_need) * (1.0 - fears_interests)


@rule
def statement_chances(opinion, ease, autonomy, conflict_worry, workload_threat, p):
    """Chances (0-1) to agree with each of `STATEMENTS`, of those who know. ease: of designing local schemes.

    Need: as often as the doctor wants CCGs to design schemes. Work and conflicts: the traits themselves. Lay lead:
    worth set on professional autonomy, from which an answer differs by the noise of any poll.
    """
    need = agrees(opinion + ease - p.band, p.noise)
    conflicts = agrees(lean(conflict_worry), 0.0)
    work = agrees(lean(workload_threat), 0.0)
    return sees_variation(need, conflicts), need, work, conflicts, agrees(lean(autonomy), p.noise)


@rule
def own_engagement(engagement, board, seat, paid_role):
    """Engagement (0-1) of a doctor: that of the practice, less what its seat (board 1) adds unless it is theirs."""
    if board == 0 or seat == 1 or engagement <= 0.0 or engagement >= 1.0:
        return engagement
    return logistic(math.log(engagement / (1.0 - engagement)) - paid_role)


@rule
def own_influence(influence, board, seat, added):
    """Influence (0-1) of a doctor: that of the practice, less what its seat (board 1) adds unless it is theirs."""
    return influence if board == 0 or seat == 1 else max(0.0, influence - added)


@rule
def feels_influence(authority, engagement):
    """Chance (0-1) that a doctor finds the CCG influential: by its authority, or by the work done for it."""
    return 1.0 - (1.0 - authority) * (1.0 - engagement)


@rule
def answer_questions(doctors, minds, place, ties, d, seat, ease, p, paid_role, added, answers):
    """Fills `answers` (questions, grades) with the chances of a doctor's answers; seat: 1 if they hold one."""
    i, functions, opinion = doctors.practice[d], len(ease), doctors.opinion[d]
    for q in range(answers.shape[0]):
        for grade in range(answers.shape[1]):
            answers[q, grade] = 0.0
    for f in range(functions):
        answers[f, 0] = support_chance(opinion, ease[f], p)
        answers[f, 2] = support_chance(-opinion, -ease[f], p)
        answers[f, 1] = max(0.0, 1.0 - p.dont_know - answers[f, 0] - answers[f, 2])
        answers[f, 3] = p.dont_know
    chances = statement_chances(
        opinion, ease[SCHEMES], minds.autonomy[d], minds.conflict_worry[d], minds.workload_threat[d], p
    )
    for k in range(len(chances)):
        unsure = 0.0 if k == WORK or k == CONFLICTS else p.dont_know
        answers[functions + k, 0] = (1.0 - unsure) * chances[k]
        answers[functions + k, 2] = (1.0 - unsure) * (1.0 - chances[k])
        answers[functions + k, 3] = unsure
    for grade in range(answers.shape[1]):
        answers[functions + 1, grade] = answers[SCHEMES, grade]
    engagement = own_engagement(ties.engagement[i], place.board[i], seat, paid_role)
    first = functions + len(chances)
    answers[first, 0] = 1.0 if engagement > SOMEWHAT else 0.0
    answers[first + 1, 0] = 1.0 if engagement > HIGHLY else 0.0
    answers[first + 2, 0] = own_influence(ties.influence[i], place.board[i], seat, added)
    answers[first + 3, 0] = feels_influence(ties.authority_ccg[i], engagement)
    for k in range(first, first + 4):
        answers[k, 2] = 1.0 - answers[k, 0]


@kernel
def find_seats(doctors, minds, place, p):
    """(doctors,): chance (0-1) that each holds a seat on the governing body: one partner of each practice with one."""
    chance, total = np.zeros(len(doctors)), np.zeros(len(place))
    for d in range(len(doctors)):
        i = doctors.practice[d]
        if i >= 0 and place.board[i] == 1 and doctors.role[d] == PARTNER:
            chance[d] = holds_seat_weight(minds.trust[d], p)
            total[i] += chance[d]
    for d in range(len(doctors)):
        if chance[d] > 0.0:
            chance[d] /= total[doctors.practice[d]]
    return chance


@rule
def add_answers(found, group, weight, answers):
    """Adds a doctor's answers, `weight` times, to those of a group. Loops: sums of whole arrays compile for seconds."""
    for q in range(answers.shape[0]):
        for grade in range(answers.shape[1]):
            found[group, q, grade] += weight * answers[q, grade]


@kernel
def ask_doctors(doctors, minds, place, ties, seats, ease, questions, p, paid_role, added):
    """Expected answers of all GPs, (groups, questions, grades), see `survey`. seats: see `find_seats`."""
    found = np.zeros((4, questions, 4))
    answers = np.zeros((questions, 4))
    for d in range(len(doctors)):
        i = doctors.practice[d]
        if not has_opinion(i, doctors.role[d]):
            continue
        odds = loudness(abs(doctors.opinion[d]), p) * quietness(ties.engagement[i], p)
        for seat in range(2):
            share = seats[d] if seat == 1 else 1.0 - seats[d]
            if share <= 0.0:
                continue
            answer_questions(doctors, minds, place, ties, d, seat, ease, p, paid_role, added, answers)
            add_answers(found, 0, share, answers)
            add_answers(found, 1, share / (1.0 + odds), answers)
            add_answers(found, 3 - seat, share / (1.0 + odds), answers)
    return found


def survey(world: World, params: Params) -> Floats:
    """A survey of all GPs on `QUESTIONS`: expected numbers, (`GROUPS`, `QUESTIONS`, `GRADES`).

    The grades of a question sum to the number in the group. Asked on demand; the yearly record has `polls.poll`.
    """
    w, p = world, params.of(Poll)
    seats = find_seats(w.doctors, w.minds, w.place, p)
    found: Floats = ask_doctors(
        w.doctors, w.minds, w.place, w.ties, seats, ease_of_functions(params.of(FunctionEase)), len(QUESTIONS), p,
        params.of(Engagement).paid_role, params.of(Influence).board,
    )  # fmt: skip
    return found
