"""Makes the starting World, 1 April 2014, from a Population.

What the population gives is copied into columns here; what it does not give is set by the `start` function of the room
that owns the column, so that each room states its own start and the first year does not jump.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.commissioning import start as commissioning_start
from sim.commissioning.functions import BODIES
from sim.commissioning.regime_tables import RegimeTables
from sim.commissioning.views import view
from sim.parameters import Params
from sim.population.networks import nearest_practices, professional_ties
from sim.population.organisations import Organisations, ids, organisations, to_km
from sim.population.tables import Population
from sim.rules import access, demand, funding, hospital, practice_life, relations, workforce
from sim.world import states
from sim.world.columns import CCG_GROUPS, PRACTICE_GROUPS
from sim.world.luck import Luck
from sim.world.table import Table
from sim.world.world import Names, Networks, Rows, World

FIRST_YEAR = 2014
IMD_CUTS = (12.77, 18.61, 25.59, 34.21)
"""Fifths of England's 7,836 working practices by IMD 2015 score of their patients (computed from the practice scores
of PHE Fingertips)."""


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
    others = organisations(population)
    place = _place(population, rows, seed)
    place["board"][:used] = _boards(population, seed)
    doctors, minds, doctor_rows = _doctors(population)
    tables = {
        "place": place, "lists": _lists(population, rows), "contract": _contract(population, rows),
        "staff": _staff(population, rows), "life": _life(used, rows), "doctors": doctors, "minds": minds,
        "regions": Table("regions", len(states.REGIONS)), "nation": Table("nation", 1), **others.tables,
    }  # fmt: skip
    tables |= {group: Table(group, rows) for group in PRACTICE_GROUPS if group not in tables}
    tables |= {group: Table(group, n_ccgs) for group in CCG_GROUPS if group not in tables}
    tables["ccgs"]["doctor_rows"] = doctor_rows
    networks = _networks(others, place, used, seed)
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


def _place(population: Population, rows: int, seed: int) -> Table:
    practices = population.practices
    used = len(practices["id"])
    place = Table("place", rows)
    place["id"][:used] = practices["id"]
    place["id"][used:] = ids(f"spare:{seed}", range(rows - used))
    place["ccg"][:used] = practices["ccg"]
    place["x"][:used], place["y"][:used] = to_km(practices["latitude"], practices["longitude"])
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


def _doctors(population: Population) -> tuple[Table, Table, Rows]:
    """Doctors and their minds, CCG by CCG, each with a third as many free rows; and where the rows of each begin."""
    source = population.doctors
    used = len(source["id"])
    doctors, minds = Table("doctors", used + used // 3 + 64), Table("minds", used + used // 3 + 64)
    ccg = population.practices["ccg"][source["practice"]]
    before = np.searchsorted(np.sort(ccg), np.arange(len(population.ccgs["code"])))
    order = np.argsort(ccg, kind="stable")
    rows = np.arange(used) + before[ccg[order]] // 3
    doctors["practice"] = -1
    for column in ("id", "practice", "age", "role", "fte", "burnout"):
        doctors[column][rows] = source[column][order]
    for column in ("female", "trust", "autonomy", "conflict_worry", "workload_threat"):
        minds[column][rows] = source[column][order]
    return doctors, minds, before + before // 3


SEATS_OF_GPS = 5
"""Practices with a partner on the governing body of a CCG: 41% of some 13 members (C064)."""


def _boards(population: Population, seed: int) -> np.ndarray:
    """Which practices have a partner on the governing body, larger ones rather: drawn by list, without replacement.

    Who waits shortest is drawn first, each at a rate as its list (Efraimidis and Spirakis 2006).
    """
    size, ccg = population.practices["list_size"], population.practices["ccg"]
    with np.errstate(divide="ignore"):
        wait = np.random.default_rng([seed, 72]).exponential(size=len(size)) / size
    order = np.lexsort((wait, ccg))
    place = np.arange(len(order)) - np.searchsorted(ccg[order], ccg[order])
    board = np.zeros(len(size), dtype=np.int64)
    board[order[place < SEATS_OF_GPS]] = 1
    return board * (size > 0)


def _networks(others: Organisations, place: Table, used: int, seed: int) -> Networks:
    """All networks; the first `used` rows of `place` are filled."""
    neighbours, km = nearest_practices(place["x"], place["y"], used)
    rng = np.random.default_rng([seed, 71])
    ties = professional_ties(place["ccg"], place["board"], used, len(place), rng)
    return Networks(neighbours, km, *ties, others.ccg_trusts, others.ccg_trust_share, others.ccg_start, others.ccg_row)


def _nearest_trust(place: Table, trusts: Table, networks: Networks) -> None:
    """Each practice's main trust: the one that treats most of its CCG's patients, and the distance to it."""
    main = networks.ccg_trusts[place["ccg"], 0]
    place["trust"] = main
    place["trust_km"] = np.hypot(place["x"] - trusts["x"][main], place["y"] - trusts["y"][main])


def _names(population: Population) -> Names:
    return Names(
        practices=population.practices["code"].tolist(),
        ccgs=[str(name) for name in population.ccgs["name"]],
        ccg_codes=[str(code) for code in population.ccgs["code"]],
        area_teams=[str(name) for name in population.area_teams["name"]],
        regions=list(states.REGIONS),
        trusts=[str(name) for name in population.trusts["name"]],
    )
