"""The case file: the story of one practice, year by year, and what the same luck gave it under a second regime.

It reads the World after every commissioning phase and at every year's end, and changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sim.analysis.words import financial_year, label, number, signed
from sim.commissioning import functions as f
from sim.commissioning.cycle import commissioning
from sim.commissioning.explain import Deliberation, Weighed
from sim.parameters import Params
from sim.regimes import Regime
from sim.scenario import Scenario
from sim.simulate import Start, build, run_years
from sim.toml_files import unknown
from sim.world import states as s
from sim.world.luck import Luck
from sim.world.world import World
from sim.year import PHASES, Phase

STATES = ("unused", "open", "in a caretaker's hands", "merged into another practice", "dispersed")
STATUS = ("free", "waits", "decided", "left undone")
VOTERS = ("lay", "executive", "GP", "outside clinician")


@dataclass(frozen=True)
class Belief:
    """What a body believed of the practice, in standard deviations of England's practices, and the truth."""

    body: str
    distress: float
    distress_sd: float
    quality: float
    quality_sd: float


@dataclass(frozen=True)
class Case:
    """A case about the practice, as it stood after the year's decisions."""

    kind: str
    opened: int
    severity: float
    bodies: str
    room: str
    status: str
    months: float
    hours: float
    action: str
    captured: bool
    sides: tuple[str, ...] = ()
    """Who had to prefer an action to what holds otherwise."""
    weighed: tuple[Weighed, ...] = ()
    """Every action that was open to them, the best first."""


@dataclass
class Chapter:
    """One year of the practice under one regime."""

    year: int
    table: str
    lines: list[str] = field(default_factory=list)
    beliefs: list[Belief] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


@dataclass(frozen=True)
class Story:
    """All years of a practice under one regime."""

    practice: str
    ccg: str
    regime: str
    chapters: list[Chapter]


def row_of(start: Start, practice: str) -> int:
    """Row of a practice by its code. Raises InputError with the nearest code for one that is not there."""
    codes = start.ground.names.practices
    if practice not in codes:
        raise unknown("practice", practice, codes, key="--case-file")
    return codes.index(practice)


def follow(
    start: Start, scenario: Scenario, regime: Regime, practice: str, seed: int, years: int,
    draw: Mapping[str, float] | None = None,
) -> Story:  # fmt: skip
    """The story of a practice under a regime. Arguments as for `sim.simulate.simulate`; practice: its code."""
    row = row_of(start, practice)
    world, timeline = build(start, scenario, regime, draw)
    chapters: list[Chapter] = []
    weighed: dict[int, tuple[Weighed, ...]] = {}

    def listen(meeting: Deliberation) -> None:
        weighed.clear()
        for k in range(meeting.n):
            if meeting.world.cases["practice"][k] == row:
                weighed[k] = tuple(meeting.explain(k))

    def read_decisions(world: World, params: Params, luck: Luck) -> None:
        chapters.append(_decisions(world, row, weighed))

    def read_year(world: World, params: Params, luck: Luck) -> None:
        chapters[-1].lines = _state(world, row)

    phases: list[Phase] = []
    for phase in PHASES:
        phases += [partial(commissioning, witness=listen), read_decisions] if phase is commissioning else [phase]
    run_years(world, timeline, seed, years, [*phases, read_year])
    return Story(practice, world.names.ccgs[int(world.place["ccg"][row])], regime.title, chapters)


def _decisions(world: World, row: int, weighed: Mapping[int, tuple[Weighed, ...]]) -> Chapter:
    c = int(world.place["ccg"][row])
    t = int(world.ccgs["table"][c])
    chapter = Chapter(world.year, world.regime.names[t])
    if world.life["state"][row] not in (s.OPEN, s.CARETAKER):
        return chapter
    n = len(world.place)
    for kind, slot in enumerate(world.belief_slot.tolist()):
        if slot < 0 or world.beliefs["quality_var"][slot * n + row] <= 0.0:
            continue
        b = {name: float(world.beliefs[name][slot * n + row]) for name in
             ("distress", "distress_var", "quality", "quality_var")}  # fmt: skip
        chapter.beliefs.append(
            Belief(
                _kind_of(kind), b["distress"], math.sqrt(b["distress_var"]), b["quality"], math.sqrt(b["quality_var"])
            )
        )
    for k in range(len(world.cases)):
        if world.cases["status"][k] == s.FREE:
            break
        if world.cases["practice"][k] == row:
            chapter.cases.append(_case(world, k, t, weighed.get(k, ())))
    return chapter


def _case(world: World, k: int, t: int, weighed: tuple[Weighed, ...]) -> Case:
    case = {name: world.cases[name][k].item() for name in
            ("kind", "opened", "severity", "body", "partner", "executor", "status", "months", "hours", "action",
             "captured", "doubled", "function")}  # fmt: skip
    who = [_body(world, case["body"])]
    if case["partner"] >= 0:
        who.append(_body(world, case["partner"]) + (" (a rival claim)" if case["doubled"] else " (must agree)"))
    if case["executor"] >= 0:
        who.append(_body(world, case["executor"]) + " (does the paperwork)")
    decided = case["status"] == s.DECIDED
    sides = [_body(world, case[name]) for name in ("body", "partner")]
    return Case(
        kind=label(s.CASE_KINDS[case["kind"]]), opened=case["opened"], severity=case["severity"],
        bodies=", ".join(who), room=_room(world, case["body"], t, case["function"]), status=STATUS[case["status"]],
        months=case["months"], hours=case["hours"],
        action=label(s.ACTIONS[case["action"]]) if decided and case["action"] >= 0 else "",
        captured=bool(case["captured"]), sides=tuple(sides[: len(weighed[0].worth)]) if decided and weighed else (),
        weighed=weighed if decided else (),
    )  # fmt: skip


def _body(world: World, row: int) -> str:
    """A body by name: what it is, and whom it serves."""
    if row < 0:
        return "nobody"
    kind, unit = int(world.bodies["kind"][row]), int(world.bodies["unit"][row])
    scale_names = {f.CCG: world.names.ccgs, f.AREA_TEAM: world.names.area_teams}
    names = scale_names.get(kind, [])
    return f"{names[unit]} ({_kind_of(kind)})" if unit < len(names) else _kind_of(kind)


def _kind_of(body: int) -> str:
    """A kind of body in words, as within a sentence."""
    name = f.BODIES[body].replace("_", " ")
    return {"nhs england": "NHS England", "ccg": "CCG", "ha body": "health authority", "pct body": "primary care trust",
            "fhsa body": "family health services authority"}.get(name, name)  # fmt: skip


def _room(world: World, body: int, t: int, function: int) -> str:
    """Who votes where the case is decided."""
    if body < 0:
        return ""
    kind = int(world.bodies["kind"][body])
    if world.regime.cells[t, function, f.JOINT_COMMITTEE] == f.LEAD:
        kind = f.JOINT_COMMITTEE
    seats = world.regime.seats[t, kind]
    if seats.sum() == 0:
        return "officers, without a committee"
    voters = [f"{int(count)} {name}" for name, count in zip(VOTERS, seats, strict=True) if count]
    rules = world.regime.rules[t, kind]
    said = "members with an interest leave the room" if rules[f.LEAVE_ROOM] else "members declare their interests"
    return f"{', '.join(voters)}; {said if rules[f.LEAVE_ROOM] or rules[f.DECLARE] else 'no rule on interests'}"


def _state(world: World, row: int) -> list[str]:
    """Where the practice stands at the end of a year."""
    life, state = world.life, int(world.life["state"][row])
    if state not in (s.OPEN, s.CARETAKER):
        into = int(life["merged_into"][row])
        where = f" ({world.names.practices[into]})" if 0 <= into < len(world.names.practices) else ""
        return [f"Its code ended in {int(life['closed'][row])}: {STATES[state]}{where}."]
    lists, staff, money, care = world.lists, world.staff, world.money, world.care
    lines = [
        f"{STATES[state].capitalize()}, {s.CONTRACTS[int(world.contract['kind'][row])]}; "
        f"{number(float(lists['total'][row]))} patients, {number(float(staff['gp_fte'][row]), 1)} FTE of GPs of whom "
        f"{number(float(staff['partners'][row]), 0)} partners, {number(float(staff['vacant_fte'][row]), 1)} vacant.",
        f"Income {number(float(money['income'][row]))} pounds, drawings {number(float(money['drawings_each'][row]))} a "
        f"full-time partner, reserves {number(float(money['reserves'][row]))}.",
        f"Workload {number(float(care['workload'][row]), 2)} of what is sustainable, "
        f"{number(100 * float(care['unmet'][row]), 1)}% of wishes unmet, true quality "
        f"{signed(float(care['quality_true'][row]), 2)} sd, distress {signed(float(life['distress'][row]), 2)} sd.",
    ]
    if life["let_anew"][row]:
        lines.append(f"Its contract was let anew in {int(life['let_anew'][row])}, under a new code.")
    if life["asking"][row]:
        lines.append("The partners ask their commissioner for help.")
    if life["handing_back"][row]:
        lines.append(f"The partners have given notice; {number(float(life['months_left'][row]), 0)} months are left.")
    if life["merger_wish"][row] >= 0:
        wish = int(life["merger_wish"][row])
        name = world.names.practices[wish] if wish < len(world.names.practices) else "a new practice"
        lines.append(f"The partners want to merge with {name}.")
    return lines


def write_case_file(folder: Path, stories: list[Story]) -> Path:
    """Writes the file, year by year and regime beside regime, into a folder; returns its path."""
    first = stories[0]
    regimes = " and, with the same luck, under ".join(story.regime for story in stories)
    about = (
        f"Under {regimes}. Beliefs are in standard deviations of England's practices. Below each decision stands every "
        "action that was open, in points of utility; luck has a scale of one point. Of those that all sides prefer to "
        "what holds otherwise, the best on average was taken."
    )
    text = [f"# Practice {first.practice}, {first.ccg}", "", about, ""]
    for chapters in zip(*(story.chapters for story in stories), strict=True):
        text += [f"## {financial_year(chapters[0].year)}", ""]
        for story, chapter in zip(stories, chapters, strict=True):
            text += [f"### {story.regime}", "", *_told(chapter), ""]
    path = folder / f"case-file-{first.practice}.md"
    path.write_text("\n".join(text), encoding="utf-8")
    return path


def _told(chapter: Chapter) -> list[str]:
    told = [*chapter.lines, ""]
    told += [
        f"- {belief.body[:1].upper()}{belief.body[1:]} believed: distress {signed(belief.distress, 2)} (give or take "
        f"{number(belief.distress_sd, 2)}), quality {signed(belief.quality, 2)} (give or take "
        f"{number(belief.quality_sd, 2)})."
        for belief in chapter.beliefs
    ]
    for case in chapter.cases:
        told.append(
            f"- **{case.kind}**, severity {signed(case.severity, 2)}, since {case.opened}: {case.bodies}"
            + (f"; in the room: {case.room}" if case.room else "")
            + f". {case.status[:1].upper()}{case.status[1:]} after {number(case.months, 0)} months"
            + (f" and {number(case.hours, 0)} hours: **{case.action}**" if case.action else "")
            + (", which without the pull of interest would have been otherwise" if case.captured else "")
            + "."
        )
        told += [f"  - {_weighed(action, case.sides)}" for action in case.weighed]
    if not chapter.cases:
        told.append("- Nothing about it came before a commissioner.")
    return told


def _weighed(action: Weighed, sides: tuple[str, ...]) -> str:
    """An action as it was weighed: its utility to each side, the pull of interests, and luck."""
    name = label(s.ACTIONS[action.action])
    each = [
        f"worth {signed(worth, 2)} to {side}" + (f" and pulled at by {signed(pull, 2)}" if pull else "")
        for side, worth, pull in zip(sides, action.worth, action.pull, strict=True)
    ]
    luck = "what holds otherwise" if action.otherwise else f"luck {signed(action.luck, 2)}"
    name = f"**{name}**" if action.chosen else name
    return f"{name}: {', '.join(each)}; {luck}; {signed(action.total, 2)} in all."
