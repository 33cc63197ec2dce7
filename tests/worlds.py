"""Small made-up worlds for tests of rooms: no files, no population, only tables filled by hand and by a seed."""

from __future__ import annotations

import numpy as np

from sim.commissioning import functions as names
from sim.commissioning.regime_tables import RegimeTables
from sim.world.columns import CCG_GROUPS, GROUPS, PRACTICE_GROUPS
from sim.world.states import OPEN
from sim.world.table import Table
from sim.world.world import Names, Networks, World

CCGS, TRUSTS, WIDTH = 3, 3, 6


def tiny_regime(holder: int = names.AREA_TEAM, pooled: int = 0) -> RegimeTables:
    """One table: `holder` leads every function and holds the primary medical budget, CCGs hold the others."""
    cells = np.zeros((1, len(names.FUNCTIONS), len(names.BODIES)), dtype=np.int8)
    cells[0, :, holder] = names.LEAD
    return RegimeTables(
        cells=cells,
        seats=np.zeros((1, len(names.BODIES), len(names.SEATS))),
        rules=np.zeros((1, len(names.BODIES), len(names.RULES))),
        budgets=np.array([[holder, names.CCG, names.CCG, names.CCG]]),
        pooled=np.array([pooled]),
        staffing=np.zeros((1, len(names.STAFFING))),
        scale=np.zeros((1, len(names.BODIES)), dtype=np.int64),
        transition=np.zeros((1, len(names.TRANSITION))),
        protection=np.zeros(1, dtype=np.int64),
        practice_budget=np.zeros((1, len(names.PRACTICE_BUDGET))),
        stages=np.zeros((1, len(names.STAGES)), dtype=np.int64),
        exit_notice_months=np.zeros(1),
        start_table=0,
        from_year=2015,
        chosen=False,
        menu=np.array([0]),
        restructure_year=0,
        restructure=np.zeros(len(names.RESTRUCTURE)),
        names=("tiny",),
        title="",
        notes=(),
    )


def tiny_world(practices: int = 30, seed: int = 1, regime: RegimeTables | None = None) -> World:
    """A World of 3 CCGs and 3 trusts; two spare practice rows at the end; about one doctor to 1,800 patients."""
    rng = np.random.default_rng(seed)
    rows = practices + 2
    sizes = dict.fromkeys(PRACTICE_GROUPS, rows)
    sizes |= dict.fromkeys(CCG_GROUPS, CCGS) | {"trusts": TRUSTS}
    made: dict[str, Table] = {name: Table(name, sizes.get(name, 1)) for name in GROUPS}
    _practices(made, practices, rng)
    made["doctors"], made["minds"] = _doctors(made["staff"], practices, rng)
    made["ccgs"]["id"] = rng.integers(1, 2**60, CCGS)
    made["ccgs"]["seat"] = np.arange(CCGS)
    made["ccgs"]["emergency_index"] = rng.uniform(0.8, 1.2, CCGS)
    trusts = made["trusts"]
    trusts["id"] = rng.integers(1, 2**60, TRUSTS)
    trusts["income"] = rng.uniform(0.5, 1.5, TRUSTS) * 1000.0 * made["lists"]["total"].sum() / TRUSTS
    trusts["balance"] = -0.02 * trusts["income"]
    trusts["beds"] = 0.002 * made["lists"]["total"].sum() / TRUSTS
    trusts["occupancy"] = 0.86
    return World(
        year=2014, networks=_networks(made["place"], practices), names=Names(), regime=regime or tiny_regime(),
        belief_slot=np.full(len(names.BODIES), -1), **made,
    )  # fmt: skip


def _practices(made: dict[str, Table], used: int, rng: np.random.Generator) -> None:
    place, lists, staff, life = made["place"], made["lists"], made["staff"], made["life"]
    rows = len(place)
    place["id"] = rng.integers(1, 2**60, rows)
    place["ccg"] = np.arange(rows) % CCGS
    place["trust"] = place["ccg"]
    place["x"], place["y"] = rng.uniform(0, 10, (2, rows))
    place["trust_km"] = rng.uniform(1, 15, rows)
    place["imd"] = rng.uniform(5, 50, rows)
    size = rng.lognormal(np.log(6500), 0.6, used)
    for band, share in (("age_0_4", 0.06), ("age_5_64", 0.77), ("age_65_74", 0.093), ("age_75", 0.077)):
        lists[band][:used] = share * size
        lists["total"][:used] += share * size
    lists["need"][:used] = rng.uniform(0.8, 1.2, used)
    lists["open"][:used] = 1
    lists["growth"][:used] = 0.0098
    staff["doctors"][:used] = np.maximum(1, np.round(size / 1500))
    staff["gp_fte"][:used] = 0.8 * staff["doctors"][:used]
    staff["posts_fte"][:used] = staff["gp_fte"][:used] * 1.05
    staff["vacant_fte"][:used] = staff["gp_fte"][:used] * 0.05
    staff["nurse_fte"][:used] = size / 3800
    staff["direct_fte"][:used] = size / 6500
    staff["turnover"][:used] = 0.1
    life["state"][:used] = OPEN
    life["merged_into"] = -1


def _doctors(staff: Table, used: int, rng: np.random.Generator) -> tuple[Table, Table]:
    practice = np.repeat(np.arange(used), staff["doctors"][:used].astype(int))
    doctors, minds = Table("doctors", len(practice) + 5), Table("minds", len(practice) + 5)
    doctors["practice"] = -1
    n = len(practice)
    doctors["id"][:n] = rng.integers(1, 2**60, n)
    doctors["practice"][:n] = practice
    doctors["fte"][:n] = 0.8
    doctors["age"][:n] = rng.uniform(30, 65, n)
    minds["workload_threat"][:n] = rng.uniform(0, 1, n)
    doctors["burnout"][:n] = rng.uniform(0.2, 0.7, n)
    return doctors, minds


def _networks(place: Table, used: int) -> Networks:
    km = np.hypot(place["x"][:, None] - place["x"][None, :], place["y"][:, None] - place["y"][None, :])
    np.fill_diagonal(km, np.inf)
    km[:, used:] = np.inf
    near = np.argsort(km, axis=1, kind="stable")[:, :WIDTH].astype(np.int64)
    near_km = np.take_along_axis(km, near, axis=1)
    near[~np.isfinite(near_km)] = -1
    near_km[near < 0] = 1e9
    shares = np.full((CCGS, TRUSTS), 0.15)
    np.fill_diagonal(shares, 0.7)
    flows = np.tile(np.arange(TRUSTS), (CCGS, 1))
    nobody = np.zeros(len(place) + 1, dtype=np.int64)
    return Networks(
        neighbours=near, neighbour_km=near_km, peer_start=nobody, peer_row=np.zeros(0, dtype=np.int64),
        ccg_trusts=flows, ccg_trust_share=shares,
        ccg_start=np.zeros(CCGS + 1, dtype=np.int64), ccg_row=np.zeros(0, dtype=np.int64),
    )  # fmt: skip
