"""The declared part of the year as plain Mesa objects: an agent a practice and an agent a doctor, each with its own
attributes and methods, in the style of Mesa's own examples.

Written to be no slower than such a model need be: agents hold direct references to each other, parameters are plain
attributes, and all draws of a kind are made at once with numpy. Its profile: `python -m experiments.benchmarks.twins
--profile`.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from experiments.benchmarks.twins.engine import SEED, YEARS, Events
from sim.parameters import Timeline
from sim.rules import access, chances, demand, leaving, origins
from sim.rules.expenses import StaffCosts
from sim.rules.leaving import MOVES, QUALIFIES, STAYS, VACANT
from sim.rules.workforce import salary_worth
from sim.world.luck import Luck
from sim.world.states import APMS, CARETAKER, OPEN, PARTNER, SALARIED, TRAINEE
from sim.world.world import World

GOLDEN, MIX_1, MIX_2 = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
NOBODY = [0.0, 0.0, 0.0, 0.0]
REACH, STEPS = chances.REACH, chances.STEPS
EXACT = 1e-5
"""Share within which amounts are those of the engine, whose exponentials, logarithms and powers are read off tables."""
LEVEL, SLOPE, BEND = chances.LEVEL.tolist(), chances.SLOPE.tolist(), chances.BEND.tolist()


def mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser, as in `sim.world.luck`."""
    x = (x ^ (x >> np.uint64(30))) * MIX_1
    x = (x ^ (x >> np.uint64(27))) * MIX_2
    return x ^ (x >> np.uint64(31))


def uniforms(stream: np.uint64, ids: NDArray[np.uint64]) -> list[float]:
    """The draws of many agents in a stream: those of `sim.world.luck.uniform`."""
    bits = mixed(stream ^ mixed(ids + GOLDEN)) >> np.uint64(11)
    drawn: list[float] = ((bits.astype(float) + 0.5) * (1.0 / 9007199254740992.0)).tolist()
    return drawn


def weight_per_patient(surgery: Surgery) -> float:
    """Age weight of the mean patient of a list; 1 for an empty one."""
    total = surgery.age_0_4 + surgery.age_5_64 + surgery.age_65_74 + surgery.age_75
    return surgery.age_weight() / total if total > 0.0 else 1.0


def relative_income(drawings: float, usual: float) -> float:
    """Income of a full-time partner against what is usual, -1 to 1."""
    return 2.0 * logistic(2.0 * min(drawings / usual - 1.0, 20.0)) - 1.0 if usual > 0.0 else 0.0


def logistic(x: float) -> float:
    """The logistic off the pieces of `sim.rules.chances`, in lists, which Python reads faster than arrays."""
    if not -REACH < x < REACH:
        return 1.0 / (1.0 + exp(-x))
    piece = int((x + REACH) * STEPS)
    value: float = LEVEL[piece] + (SLOPE[piece] + BEND[piece] * x) * x
    return value


class Surgery(mesa.Agent):
    """A practice that sees patients."""

    model: Part

    def __init__(self, model: Part, world: World, row: int) -> None:
        super().__init__(model)
        self.row = row
        self.key = world.place["id"][row]
        for group, names in COLUMNS.items():
            table = getattr(world, group)
            for name in names:
                setattr(self, name, table[name][row].item())
        self.open = bool(self.open)
        self.is_open = self.state == OPEN
        self.near: list[tuple[Surgery, float]] = []
        self.draw = 0.0

    # ------------------------------------------------------------------ demand
    def age_weight(self) -> float:
        """Carr-Hill weighted patients."""
        return (
            demand.WEIGHT_0_4 * self.age_0_4 + demand.WEIGHT_5_64 * self.age_5_64
            + demand.WEIGHT_65_74 * self.age_65_74 + demand.WEIGHT_75 * self.age_75
        ) / demand.WEIGHT_MEAN  # fmt: skip

    def count(self) -> None:
        """The list and its weight, from its ages."""
        self.total = self.age_0_4 + self.age_5_64 + self.age_65_74 + self.age_75
        self.weighted = self.total * self.need

    def chance_growth(self) -> float:
        """This year's chance share of growth: Laplace's form, gains spread wider than losses."""
        p = self.model.ageing
        spread = p.shock * (origins.LIST / max(self.total, 100.0)) ** p.spread_per_list
        losses = spread / sqrt(1.0 + p.skew * p.skew)
        gains, below = p.skew * losses, 1.0 / (1.0 + p.skew)
        if self.draw < below:
            return losses - gains + losses * log(max(self.draw, p.rarest) / below)
        return losses - gains - gains * log(max(1.0 - self.draw, p.rarest) / (1.0 - below))

    def grow(self) -> None:
        """Births, birthdays, deaths; people come to its place or leave it."""
        p = self.model.ageing
        self.before = weight_per_patient(self)
        shock = self.chance_growth()
        moving = (p.migration + self.growth - p.england_growth + shock) * self.total
        self.growth += p.calming * (p.england_growth - self.growth)
        born = p.births * self.age_5_64
        up_5, up_65, up_75 = p.leave_0_4 * self.age_0_4, p.reach_65 * self.age_5_64, p.reach_75 * self.age_65_74
        died_5_64, died_65_74 = p.deaths_5_64 * self.age_5_64, p.deaths_65_74 * self.age_65_74
        died_75 = p.deaths_75 * self.age_75
        self.age_0_4 += born - up_5
        self.age_5_64 += up_5 - up_65 - died_5_64
        self.age_65_74 += up_65 - up_75 - died_65_74
        self.age_75 += up_75 - died_75
        if moving < 0.0:
            young = self.age_0_4 + self.age_5_64
            share = min(0.25, -moving / young) if young > 0.0 else 0.0
            self.age_0_4 -= share * self.age_0_4
            self.age_5_64 -= share * self.age_5_64
            return
        taker = self if self.open else next((other for other, _ in self.near if other.open), None)
        if taker is not None:
            taker.arriving += moving

    def take_in(self) -> None:
        """Those who came to its place register."""
        p = self.model.ageing
        self.age_0_4 += p.under_5_share * self.arriving
        self.age_5_64 += (1.0 - p.under_5_share) * self.arriving
        self.arriving = 0.0
        self.need *= weight_per_patient(self) / self.before
        self.received *= 1.0 - p.settling
        self.count()

    def attract(self) -> None:
        """How strongly it draws patients."""
        if not self.open:
            self.pull = 0.0
            return
        p = self.model.switching
        pull = exp(p.per_quality * self.quality_true + p.per_experience * (self.experience - origins.EXPERIENCE))
        self.pull = pull * (max(self.total, 1.0) / origins.LIST) ** p.per_list

    def lose(self) -> None:
        """Patients look for another practice."""
        p = self.model.switching
        weights = [other.pull * left for other, left in self.near]
        total = sum(weights)
        self.share = 0.0
        if total <= 0.0:
            return
        self.share = share = min(0.5, p.rate * exp(p.per_dissatisfied * (origins.EXPERIENCE - self.experience)))
        for (other, _), weight in zip(self.near, weights, strict=True):
            if weight > 0.0:
                part = weight / total * share
                gained = other.gained
                gained[0] += part * self.age_0_4
                gained[1] += part * self.age_5_64
                gained[2] += part * self.age_65_74
                gained[3] += part * self.age_75

    def settle(self) -> None:
        """Those who switched are moved."""
        stay, gained = 1.0 - self.share, self.gained
        self.age_0_4 = self.age_0_4 * stay + gained[0]
        self.age_5_64 = self.age_5_64 * stay + gained[1]
        self.age_65_74 = self.age_65_74 * stay + gained[2]
        self.age_75 = self.age_75 * stay + gained[3]
        self.gained = NOBODY.copy()
        self.count()

    def want(self) -> None:
        """Consultations wanted: fresh ones, and part of what went unmet last year."""
        p = self.model.wanting
        gradient = exp(p.per_imd * (self.imd - origins.IMD))
        fresh = p.per_person * self.model.level * self.age_weight() * gradient
        fresh *= 1.0 + p.per_access * (self.access - origins.ACCESS)
        self.wanted = max(0.0, fresh) + p.carried_over * self.unmet * self.wanted

    # ------------------------------------------------------------------ workforce
    def press(self) -> None:
        """What it adds to the log-odds that its doctors leave; counts begin anew."""
        p = self.model.leaving
        self.load = self.workload if self.workload > 0.0 else 1.0
        self.push_others = p.per_workload * (self.load - 1.0) + p.deprivation * self.fifth / 4.0
        relative = self.worth = 0.0
        if self.is_open:
            relative = relative_income(self.drawings_each, self.model.mean_drawings)
            self.worth = relative_income(self.drawings_each, self.model.salary_worth)
        bound = p.last_partner if self.partners < 1.5 else 0.0
        self.push_partners = self.push_others + p.per_relative_income * relative + bound
        self.stay_partners = 0.0
        self.fte = [0.0, 0.0, 0.0, 0.0]
        self.heads = 0

    def weigh_roles(self) -> None:
        """Chances that a partner steps down and that a salaried GP becomes one."""
        p = self.model.working
        self.step_down = self.promote = 0.0
        if not self.is_open or self.kind == APMS:
            return
        if self.stay_partners > 1.5:
            x = p.step_down + p.step_down_per_workload * (self.workload - 1.0) - p.step_down_per_income * self.worth
            self.step_down = logistic(x)
        each = self.liability / (self.stay_partners + 1.0)
        press = p.promotion_without_partner if self.stay_partners < 0.5 else 0.0
        x = p.promotion + press + p.promotion_per_income * self.worth - p.promotion_per_liability * each / 1e5
        self.promote = logistic(x)

    def count_doctors(self) -> None:
        """Hours and heads as its doctors left them."""
        self.gp_fte = self.fte[PARTNER] + self.fte[SALARIED]
        self.trainee_fte = self.fte[TRAINEE]
        self.doctors = self.heads
        self.partners = self.stay_partners

    # ------------------------------------------------------------------ access
    def serve(self) -> None:
        """A year of appointments, and the strain they bring."""
        p, c, t = self.model.appointments, self.model.continuities, self.model.tiring
        effort = self.effort_reporting + self.effort_scheme
        hours = p.gp_hours * (self.gp_fte + p.trainee * self.trainee_fte + p.locum * self.locum_fte)
        hours = max(0.0, hours - p.clinical_effort * effort)
        capacity = hours * p.per_hour + p.nurse * self.nurse_fte + p.direct * self.direct_fte
        workload, share = access.MOST, 0.0
        if capacity > 0.0:
            workload = self.wanted / capacity
            share = 1.0
            if workload > 0.0:
                share = (1.0 + (workload / p.stretch) ** p.sharpness) ** (-1.0 / p.sharpness)
        self.workload = min(access.MOST, workload)
        self.appointments = share * self.wanted
        self.unmet = 1.0 - share
        score = exp(-p.access_loss * self.unmet) + p.access_per_turnover * (self.turnover - origins.TURNOVER)
        self.access = min(1.0, max(0.0, score))
        part_time = min(1.0, self.gp_fte / self.doctors) if self.doctors > 0.0 else origins.PART_TIME
        received = min(1.0, self.received / self.total) if self.total > 0.0 else 0.0
        target = c.usual + c.per_log_size * log(max(self.total, 100.0) / origins.LIST)
        target += c.per_turnover * (self.turnover - origins.TURNOVER)
        target += c.per_part_time * (part_time - origins.PART_TIME) + c.per_received * received
        self.continuity += c.speed * (min(1.0, max(0.0, target)) - self.continuity)
        vacant = min(1.0, self.vacant_fte / self.posts_fte) if self.posts_fte > 0.0 else 0.0
        pressure = t.per_workload * (self.workload - origins.WORKLOAD)
        pressure += t.per_unmet * (self.unmet - origins.UNMET)
        pull = log(t.usual / (1.0 - t.usual)) + pressure + t.per_vacancy * vacant
        self.strain = logistic(pull)


COLUMNS = {
    "life": ("state",),
    "lists": ("age_0_4", "age_5_64", "age_65_74", "age_75", "total", "need", "growth", "received", "open"),
    "place": ("imd", "fifth"),
    "contract": ("kind", "liability"),
    "money": ("drawings_each",),
    "staff": (
        "partner_fte", "gp_fte", "trainee_fte", "locum_fte", "nurse_fte", "direct_fte", "doctors", "partners",
        "turnover", "posts_fte", "vacant_fte",
    ),
    "care": (
        "wanted", "unmet", "access", "workload", "continuity", "quality_true", "experience", "effort_reporting",
        "effort_scheme",
    ),
}  # fmt: skip
"""What a surgery holds."""


class GP(mesa.Agent):
    """A doctor in a practice, trainees too."""

    model: Part

    def __init__(self, model: Part, surgery: Surgery, world: World, row: int) -> None:
        super().__init__(model)
        self.row, self.surgery = row, surgery
        doctors = world.doctors
        self.key = doctors["id"][row]
        self.role = int(doctors["role"][row])
        self.age, self.fte = float(doctors["age"][row]), float(doctors["fte"][row])
        self.burnout, self.intention = float(doctors["burnout"][row]), float(doctors["intention"][row])
        self.threat = float(world.minds["workload_threat"][row])
        self.draws = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        self.fate = STAYS

    def leave(self) -> None:
        """A year older; leaves, moves, finishes or stays."""
        p, q, w, d = self.model.leaving, self.model.intention, self.model.working, self.model.destinations
        surgery = self.surgery
        intending, leaves, where, graduating = self.draws[:4]
        self.age += 1.0
        self.fate = STAYS
        if self.role == TRAINEE:
            if graduating * w.traineeship_years < 1.0:
                self.fate = QUALIFIES
            return
        age = self.age
        press = q.per_burnout * (self.burnout - p.usual_burnout) + q.per_workload * (surgery.load - 1.0)
        x = q.base + q.per_year_over_50 * max(age - 50.0, 0.0) + press + q.spread * (intending - 0.5)
        self.intention += q.speed * (logistic(x) - self.intention)
        years = min(int(age), 119)
        usual = self.model.usual_by_age
        unusual = self.intention - (usual[years] + (age - years) * (usual[years + 1] - usual[years]))
        log_odds = p.base + p.per_year_under_40 * max(40.0 - age, 0.0)
        log_odds += p.per_year_52_to_57 * min(max(age - 52.0, 0.0), 5.0) + p.per_year_over_57 * max(age - 57.0, 0.0)
        log_odds += p.per_burnout * (self.burnout - p.usual_burnout) + p.per_intention * unusual
        log_odds += surgery.push_partners if self.role == PARTNER else surgery.push_others
        if leaves >= logistic(log_odds):
            surgery.stay_partners += 1.0 if self.role == PARTNER else 0.0
            return
        move = 0.0 if age >= d.older_age else d.move_share
        self.fate = MOVES if where < move else VACANT

    def change(self) -> None:
        """Hours drift; a partner may step down, a salaried GP may become a partner."""
        w, surgery = self.model.working, self.surgery
        if self.role == PARTNER or self.role == SALARIED:
            usual = w.partner_fte if self.role == PARTNER else w.salaried_fte
            wanted = usual - w.fte_per_burnout * (self.burnout - self.model.leaving.usual_burnout)
            self.fte += w.speed * (wanted - self.fte)
            draw = self.draws[4]
            if self.role == SALARIED:
                if draw < surgery.promote:
                    self.role = PARTNER
                    surgery.stay_partners += 1.0
            elif draw < surgery.step_down and surgery.stay_partners > 1.5:
                self.role = SALARIED
                surgery.stay_partners -= 1.0
            surgery.heads += 1
        surgery.fte[self.role] += self.fte

    def tire(self) -> None:
        """Burn-out follows the strain of the practice."""
        t = self.model.tiring
        target = self.surgery.strain + t.per_threat * (self.threat - 0.5)
        shock = (self.draws[5] - 0.5) * demand.UNIFORM_SPREAD * t.shock
        burnout = self.burnout + t.speed * (target - self.burnout) + shock
        self.burnout = min(1.0, max(0.0, burnout))


class Part(mesa.Model):
    """The declared part of the year. world: as it stands at the start; it is read once."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        super().__init__()
        self.timeline, self.year = timeline, world.year
        self.rows, self.doctor_rows = len(world.life), len(world.doctors)
        seen = np.flatnonzero((world.life["state"] == OPEN) | (world.life["state"] == CARETAKER))
        self.surgeries = [Surgery(self, world, int(row)) for row in seen]
        at = {surgery.row: surgery for surgery in self.surgeries}
        left = demand.distance_weights(world.networks, timeline.year(self.year).of(demand.Switching).per_km)
        for surgery in self.surgeries:
            surgery.arriving, surgery.gained = 0.0, NOBODY.copy()
            others = zip(world.networks.neighbours[surgery.row].tolist(), left[surgery.row].tolist(), strict=True)
            surgery.near = [(at[row], float(weight)) for row, weight in others if row in at]
        held = np.flatnonzero(world.doctors["practice"] >= 0)
        self.gps = [GP(self, at[int(world.doctors["practice"][row])], world, int(row)) for row in held]

    def step(self) -> None:
        """One year."""
        self._set_parameters()
        self._draw()
        surgeries, gps = self.agents_by_type[Surgery], self.agents_by_type[GP]
        for method in ("grow", "take_in", "attract", "lose", "settle", "want"):
            surgeries.do(method)
        paid = [(s.drawings_each * s.partner_fte, s.partner_fte) for s in self.surgeries if s.is_open]
        fte = sum(part for _, part in paid)
        self.mean_drawings = sum(pounds for pounds, _ in paid) / fte if fte > 0.0 else 0.0
        surgeries.do("press")
        gps.do("leave")
        self.fates = {gp.row: gp.fate for gp in self.gps}
        for gp in self.gps:
            if gp.fate != STAYS:
                gp.remove()
        self.gps = [gp for gp in self.gps if gp.fate == STAYS]
        gps = self.agents_by_type[GP]
        surgeries.do("weigh_roles")
        gps.do("change")
        surgeries.do("count_doctors")
        surgeries.do("serve")
        gps.do("tire")
        for surgery in self.surgeries:
            surgery.partner_fte = surgery.fte[PARTNER]
        self.year += 1

    def _set_parameters(self) -> None:
        params = self.timeline.year(self.year)
        of = params.of
        self.salary_worth = salary_worth(of(leaving.WorkingLife), of(StaffCosts))
        self.ageing, self.switching, self.wanting = of(demand.Ageing), of(demand.Switching), of(demand.Wanting)
        self.leaving, self.intention = of(leaving.Leaving), of(leaving.Intention)
        self.destinations, self.working = of(leaving.Destinations), of(leaving.WorkingLife)
        self.appointments, self.continuities, self.tiring = (
            of(access.Appointments), of(access.Continuity), of(access.Tiring),
        )  # fmt: skip
        years = float(self.year - demand.START_YEAR)
        self.level = float(demand.grown(years, self.wanting.growth, self.wanting.growth_fade))
        self.usual_by_age = [leaving.usual_intention(float(age), self.intention) for age in range(121)]

    def _draw(self) -> None:
        luck = Luck(SEED, self.year)
        keys = np.array([s.key for s in self.surgeries], np.uint64)
        for surgery, draw in zip(self.surgeries, uniforms(luck.stream(demand.GROWTH_SHOCK), keys), strict=True):
            surgery.draw = draw
        keys = np.array([gp.key for gp in self.gps], np.uint64)
        streams = (
            leaving.INTENTION, leaving.LEAVING, leaving.DESTINATION, leaving.GRADUATION, leaving.ROLE, access.STRAIN,
        )  # fmt: skip
        columns = [uniforms(luck.stream(name), keys) for name in streams]
        for gp, draws in zip(self.gps, zip(*columns, strict=True), strict=True):
            gp.draws = draws

    def events(self) -> Events:
        """What happened in the year that has passed."""
        fate = np.full(self.doctor_rows, VACANT, np.int8)
        role, burnout = np.zeros(self.doctor_rows, np.int64), np.zeros(self.doctor_rows)
        for row, what in self.fates.items():
            fate[row] = what
        for gp in self.gps:
            role[gp.row], burnout[gp.row] = gp.role, gp.burnout
        lists, appointments = np.zeros(self.rows), np.zeros(self.rows)
        for surgery in self.surgeries:
            lists[surgery.row], appointments[surgery.row] = surgery.total, surgery.appointments
        return Events(fate, role, lists, appointments, burnout)


def mesa_events(world: World, timeline: Timeline, years: int = YEARS) -> list[Events]:
    """The events of some years; the World is not changed."""
    model: Any = Part(world, timeline)
    events = []
    for _ in range(years):
        model.step()
        events.append(model.events())
    return events
