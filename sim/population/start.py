"""Makes the starting World, 1 April 2014, from a Population.

What the population gives is copied into columns here; what it does not give is set by the `start` function of the room
that owns the column, so that each room states its own start and the first year does not jump.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.commissioning import start as commissioning_start
from sim.commissioning.bodies import name_bodies
from sim.commissioning.functions import BODIES
from sim.commissioning.regime_tables import RegimeTables
from sim.commissioning.views import view
from sim.parameters import Params
from sim.population.counties import counties_of
from sim.population.networks import build_networks
from sim.population.tables import Population
from sim.rules import access, demand, funding, hospital, practice_life, relations, workforce
from sim.world import states
from sim.world.columns import CCG_GROUPS, PRACTICE_GROUPS
from sim.world.luck import Luck, stable_hash
from sim.world.table import Table
from sim.world.world import Names, Networks, Rows, World

FIRST_YEAR = 2014
HERE = Path(__file__).resolve().parent
IMD_CUTS = (12.77, 18.61, 25.59, 34.21)
"""Fifths of England's 7,836 working practices by IMD 2015 score of their patients (computed from the practice scores
of PHE Fingertips)."""
KM_PER_DEGREE = 111.2
ENGLAND_LATITUDE, ENGLAND_LONGITUDE = 52.5, -1.5


@dataclass(frozen=True)
class Ground:
    """What no parameter and no regime changes: the agents as the population has them, and who is tied to whom."""

    tables: dict[str, Table]
    """Every column group but those that only a run fills (cases, beliefs)."""
    networks: Networks
    names: Names


def lay_ground(population: Population, seed: int) -> Ground:
    """The ground of a population; made once for all runs that start from it."""
    used = len(population.practices["id"])
    rows, n_ccgs = used + max(4, used // 20), len(population.ccgs["code"])
    place = _place(population, rows, seed)
    place["board"][:used] = _boards(population, seed)
    doctors, minds = _doctors(population)
    tables = {
        "place": place, "lists": _lists(population, rows), "contract": _contract(population, rows),
        "staff": _staff(population, rows), "life": _life(used, rows), "doctors": doctors, "minds": minds,
        "ccgs": _ccgs(population), "area_teams": _area_teams(population), "trusts": _trusts(population),
        "providers": _providers(population), "regions": Table("regions", len(states.REGIONS)),
        "nation": Table("nation", 1),
    }  # fmt: skip
    tables |= {group: Table(group, rows) for group in PRACTICE_GROUPS if group not in tables}
    tables |= {group: Table(group, n_ccgs) for group in CCG_GROUPS if group not in tables}
    stride = max(n_ccgs, len(population.area_teams["code"]), len(states.REGIONS))
    tables["bodies"] = name_bodies(stride, tables["ccgs"]["id"], tables["area_teams"]["id"])
    networks = build_networks(population, place["x"], place["y"], place["ccg"], place["board"], used, seed)
    _nearest_trust(place, tables["trusts"], networks)
    return Ground(tables, networks, _names(population))


def lay_world(ground: Ground, regime: RegimeTables) -> World:
    """A World on this ground, of which no room has set its columns yet."""
    slots = belief_slots(regime)
    rows = len(ground.tables["place"])
    return World(
        year=FIRST_YEAR, networks=ground.networks, names=ground.names, regime=regime, belief_slot=slots,
        mergers=np.zeros((0, 3), dtype=np.int64),
        cases=Table("cases", max(64, 3 * rows)), beliefs=Table("beliefs", max(1, int(slots.max()) + 1) * rows),
        **{group: table.copy() for group, table in ground.tables.items()},
    )  # fmt: skip


ROOMS = (
    demand.start, workforce.start, access.start, funding.start, practice_life.start, hospital.start, relations.start,
    commissioning_start.start,
)  # fmt: skip
"""What sets the state of 1 April 2014, in this order."""


def start_world(ground: Ground, regime: RegimeTables, params: Params, seed: int) -> World:
    """The World of 1 April 2014: every column set, no phase run yet. `params` are those of the first year."""
    world = lay_world(ground, regime)
    luck = Luck(seed, FIRST_YEAR - 1)
    for start_room in ROOMS:
        start_room(world, params, luck)
    return world


def belief_slots(regime: RegimeTables) -> Rows:
    """A block of beliefs for each kind of body that has a say in any kind of case in any table; -1 for the others."""
    acts = view(regime).acts.any(axis=0)
    slots = np.full(len(BODIES), -1, dtype=np.int64)
    slots[acts > 0] = np.arange(int((acts > 0).sum()))
    return slots


def _to_km(latitude: np.ndarray, longitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    shrink = math.cos(math.radians(ENGLAND_LATITUDE))
    return (longitude - ENGLAND_LONGITUDE) * KM_PER_DEGREE * shrink, (latitude - ENGLAND_LATITUDE) * KM_PER_DEGREE


def _ids(prefix: str, codes: np.ndarray) -> np.ndarray:
    return np.array([stable_hash(f"{prefix}:{code}") for code in codes], dtype=np.uint64)


def _place(population: Population, rows: int, seed: int) -> Table:
    practices = population.practices
    used = len(practices["id"])
    place = Table("place", rows)
    place["id"][:used] = practices["id"]
    place["id"][used:] = [stable_hash(f"spare:{seed}:{k}") for k in range(rows - used)]
    place["ccg"][:used] = practices["ccg"]
    place["x"][:used], place["y"][:used] = _to_km(practices["latitude"], practices["longitude"])
    place["imd"][:used] = practices["imd"]
    place["fifth"][:used] = np.searchsorted(IMD_CUTS, practices["imd"], side="right")
    place["rural"][:used] = practices["rural"]
    return place


def _lists(population: Population, rows: int) -> Table:
    practices = population.practices
    used = len(practices["id"])
    lists = Table("lists", rows)
    for column, source in (
        ("age_0_4", "age_0_4"),
        ("age_5_64", "age_5_64"),
        ("age_65_74", "age_65_74"),
        ("age_75", "age_75_plus"),
    ):
        lists[column][:used] = practices[source]
        lists["total"][:used] += practices[source]
    lists["need"][:used] = practices["need"]
    lists["open"][:used] = 1
    lists["growth"][:used] = population.ccgs["list_growth"][practices["ccg"]]
    return lists


def _contract(population: Population, rows: int) -> Table:
    practices = population.practices
    used = len(practices["id"])
    total = np.maximum(practices["list_size"].astype(float), 1.0)
    weighted = total * practices["need"]
    contract = Table("contract", rows)
    kind = practices["contract"]
    contract["kind"][:used] = kind
    contract["ends"] = states.NEVER
    contract["provider"] = -1
    contract["sites"][:used] = 1
    contract["staff_pay"] = 1.0
    # 2014-15 paid six sevenths of the correction factor of 2013-14.
    contract["mpig_2013"][:used] = practices["pay_mpig"] * 7.0 / 6.0
    contract["premises_pay"][:used] = practices["pay_premises"] / total
    contract["dispensing_pay"][:used] = practices["pay_dispensing"] / total
    contract["des_pay"][:used] = practices["pay_national_es"] / total
    contract["local_pay"][:used] = practices["pay_local_es"] / total
    contract["other_pay"][:used] = np.where(kind == states.APMS, 0.0, practices["pay_other"] / total)
    contract["apms_price"][:used] = np.where(
        kind == states.APMS, practices["pay_other"] / np.maximum(weighted, 1.0), 0.0
    )
    contract["premium_2013"][:used] = np.where(kind == states.PMS, practices["pay_pms_balance"], 0.0)
    return contract


def _staff(population: Population, rows: int) -> Table:
    practices = population.practices
    used = len(practices["id"])
    staff = Table("staff", rows)
    for column, source in (("nurse_fte", "nurse_fte"), ("direct_fte", "direct_care_fte"), ("admin_fte", "admin_fte")):
        staff[column][:used] = practices[source]
    return staff


def _life(used: int, rows: int) -> Table:
    life = Table("life", rows)
    life["state"][:used] = states.OPEN
    life["opened"][:used] = FIRST_YEAR - 10
    life["merged_into"] = -1
    life["merger_wish"] = -1
    return life


def _doctors(population: Population) -> tuple[Table, Table]:
    """Doctors and their minds, with a third as many free rows."""
    source = population.doctors
    used = len(source["id"])
    doctors, minds = Table("doctors", used + used // 3 + 64), Table("minds", used + used // 3 + 64)
    doctors["practice"] = -1
    for column in ("id", "practice", "age", "role", "fte", "burnout"):
        doctors[column][:used] = source[column]
    for column in ("female", "trust", "autonomy", "conflict_worry", "workload_threat"):
        minds[column][:used] = source[column]
    return doctors, minds


def _ccgs(population: Population) -> Table:
    source = population.ccgs
    ccgs = Table("ccgs", len(source["code"]))
    ccgs["id"] = _ids("ccg", source["code"])
    ccgs["area_team"] = source["area_team"]
    ccgs["team"] = source["area_team"]
    ccgs["region"] = source["region"]
    ccgs["x"], ccgs["y"] = _to_km(source["latitude"], source["longitude"])
    ccgs["emergency_index"] = source["avoidable_admissions"] / source["avoidable_admissions"].mean()
    ccgs["seat"] = np.arange(len(ccgs))
    ccgs["county"] = counties_of(ccgs["area_team"], ccgs["x"], ccgs["y"], ccgs["id"])
    return ccgs


def _boards(population: Population, seed: int) -> np.ndarray:
    """Which practices have a partner on the governing body: about five a CCG (41% of some 13 members, C064), larger
    ones first."""
    rng = np.random.default_rng([seed, 72])
    practices = population.practices
    board = np.zeros(len(practices["id"]), dtype=np.int64)
    order = np.argsort(practices["ccg"], kind="stable")
    cuts = np.flatnonzero(np.diff(practices["ccg"][order])) + 1
    for members in np.split(order, cuts):
        weight = practices["list_size"][members] / practices["list_size"][members].sum()
        seats = min(5, int(np.count_nonzero(weight)))
        board[rng.choice(members, size=seats, replace=False, p=weight)] = 1
    return board


def _area_teams(population: Population) -> Table:
    source = population.area_teams
    teams = Table("area_teams", len(source["code"]))
    teams["id"] = _ids("area_team", source["code"])
    teams["region"] = source["region"]
    teams["x"], teams["y"] = _to_km(source["latitude"], source["longitude"])
    teams["open"] = 1
    teams["successor"] = successors([str(code) for code in source["code"]])
    return teams


def successors(codes: list[str]) -> list[int]:
    """Row of the team that each team becomes part of in April 2015: the first of its sub-region that is here, else
    itself."""
    groups: list[list[str]] = tomllib.loads((HERE / "sub_regions.toml").read_text(encoding="utf-8"))["teams"]
    first = {code: next(c for c in group if c in codes) for group in groups for code in group if code in codes}
    return [codes.index(first.get(code, code)) for code in codes]


def _trusts(population: Population) -> Table:
    source = population.trusts
    trusts = Table("trusts", len(source["code"]))
    trusts["id"] = _ids("trust", source["code"])
    trusts["x"], trusts["y"] = _to_km(source["latitude"], source["longitude"])
    for column in ("beds", "occupancy", "income", "balance"):
        trusts[column] = source[column]
    trusts["elective"] = source["admissions"]
    return trusts


def _providers(population: Population) -> Table:
    """One GP company, one community provider and one out-of-hours provider a CCG, one corporate bidder an area team."""
    codes = population.ccgs["code"]
    teams = population.area_teams["code"]
    kinds = (states.GP_COMPANY, states.COMMUNITY, states.OUT_OF_HOURS)
    providers = Table("providers", len(kinds) * len(codes) + len(teams))
    for k, kind in enumerate(kinds):
        block = slice(k * len(codes), (k + 1) * len(codes))
        providers["id"][block] = _ids(f"provider{kind}", codes)
        providers["kind"][block] = kind
        providers["unit"][block] = np.arange(len(codes))
    block = slice(len(kinds) * len(codes), len(providers))
    providers["id"][block] = _ids("corporate", teams)
    providers["kind"][block] = states.CORPORATE
    providers["unit"][block] = np.arange(len(teams))
    return providers


def _nearest_trust(place: Table, trusts: Table, networks: Networks) -> None:
    """Each practice's main trust: the one that treats most of its CCG's patients, and the distance to it."""
    main = networks.ccg_trusts[place["ccg"], 0]
    place["trust"] = main
    place["trust_km"] = np.hypot(place["x"] - trusts["x"][main], place["y"] - trusts["y"][main])


def _names(population: Population) -> Names:
    return Names(
        practices=[str(code) for code in population.practices["code"]],
        ccgs=[str(name) for name in population.ccgs["name"]],
        ccg_codes=[str(code) for code in population.ccgs["code"]],
        area_teams=[str(name) for name in population.area_teams["name"]],
        regions=list(states.REGIONS),
        trusts=[str(name) for name in population.trusts["name"]],
    )
