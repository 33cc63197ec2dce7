"""Explanations: why a case was decided as it was, by the same rules that decide it.

Each action that was open, with what it was worth to each side, how interests pulled at it, and its luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.commissioning.cases import OTHERWISE, answers, candidate, steps
from sim.commissioning.choice import GUMBEL, consider, decide, deciders, hold_meeting
from sim.commissioning.committee import ATTENDING, DECLARING, Meetings
from sim.commissioning.governance import Interests
from sim.commissioning.utilities import IMPOSSIBLE, Costs, Effects, Weights, improvements
from sim.commissioning.views import view
from sim.parameters import Params
from sim.world import states as s
from sim.world.luck import Luck
from sim.world.world import Floats, World


@dataclass(frozen=True)
class Weighed:
    """An action as those weighed it who decided a case, in points of utility."""

    action: int
    worth: tuple[float, ...]
    """To each side: to the body, and to its partner where two must agree."""
    pull: tuple[float, ...]
    """Of interests on each side."""
    luck: float
    """Draw of the action less that of what holds otherwise."""
    otherwise: bool
    """Whether it is what holds where nothing else is agreed."""
    chosen: bool

    @property
    def total(self) -> float:
        """What the choice goes by: the mean of the sides, and luck."""
        return (sum(self.worth) + sum(self.pull)) / len(self.worth) + self.luck


class Seen(NamedTuple):
    """What a year's decisions go by, filled as its cases arrive; see `choice.choose`."""

    alternatives: Floats
    """(practices,): choice that patients of each have, 0 to 1."""
    deficit: Floats
    """(CCGs,): what each overspent last year, percent of its allocation."""
    fit: Floats
    """(CCGs,): how well those who would design a local scheme know which practices are poor, 0 to 1."""
    need: Floats
    quality: Floats
    """(cases, 2) each, of which the first `n` count: what those believe who decide, sd; see `perceive`."""


@dataclass(frozen=True)
class Deliberation:
    """What bodies go by when they choose among `n` cases."""

    world: World
    n: int
    seen: Seen
    params: Params
    luck: Luck

    def explain(self, j: int) -> list[Weighed]:
        """Every action open to those who decide case `j`, the best first; none where nobody decides it this year.

        To be asked before `choose`, which changes nothing that this reads but the case's own row.
        """
        w, of, v, cases, seen = self.world, self.params.of, view(self.world.regime), self.world.cases, self.seen
        if cases["status"][j] != s.DECIDED or cases["body"][j] < 0:
            return []
        kind, i, t = cases["kind"][j], cases["practice"][j], w.ccgs["table"][cases["ccg"][j]]
        on_board = w.place["board"][i] if i >= 0 else 0
        kinds, table = w.bodies["kind"], improvements(of(Weights), of(Effects), of(Costs))
        shape = (2, len(s.ACTIONS))
        worth, pull, luck = np.zeros(shape), np.zeros(shape), np.zeros(shape[1])
        with np.errstate(over="ignore"):
            one, other, powers = deciders(j, cases, kinds, v, t)
            decided, weight, _, _, stake = hold_meeting(
                j, cases, on_board, w.boards, v, t, powers, of(Interests), of(Meetings), self.luck.stream(ATTENDING),
                self.luck.stream(DECLARING),
            )  # fmt: skip
            if not decided:
                return []
            sides = consider(
                j, one, other, powers, max(0.0, v.gp_votes[t, powers]), weight, stake, on_board, cases, w.lists,
                w.life, w.ccg_money, w.boards, kinds, v, t, seen.deficit, seen.fit, seen.need, seen.quality,
                seen.alternatives, of(Interests), table, of(Weights), of(Effects), of(Costs), self.luck.stream(GUMBEL),
                worth, pull, luck,
            )  # fmt: skip
        taken, _ = decide(kind, sides, worth, pull, luck, 1.0)
        found = [candidate(kind, step) for step in range(steps(kind))]
        weighed = [
            Weighed(
                int(a), tuple(worth[:sides, a].tolist()), tuple(pull[:sides, a].tolist()), float(luck[a]),
                bool(a == answers(kind, OTHERWISE)), bool(a == taken),
            )
            for a in found
            if a >= 0 and worth[0, a] > IMPOSSIBLE
        ]  # fmt: skip
        return sorted(weighed, key=lambda action: -action.total)
