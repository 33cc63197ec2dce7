"""New practices: rare, approved by a commissioner, always APMS, with patients who come from their neighbours' lists."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.world.luck import stable_hash
from sim.world.states import APMS, APPROVE, DECIDED, NEW_PRACTICE, OPEN, UNUSED
from sim.world.world import World

COPIED = ("place", "lists", "contract", "money", "staff", "care", "life", "ties", "use")


class Opening(NamedTuple):
    """What a new practice begins with."""

    donors: float
    share_of_list: float
    apms_price: float
    apms_years: float
    patients_per_post: float


def open_practices(world: World, p: Opening, year: int) -> None:
    """Opens a practice for every approved case, in a free row, as long as there are any."""
    cases = world.cases
    approved = np.flatnonzero(
        (cases["status"] == DECIDED)
        & (cases["kind"] == NEW_PRACTICE)
        & (cases["action"] == APPROVE)
        & (cases["id"] != 0)
    )
    for case in approved:
        identity = np.uint64(stable_hash(f"new practice:{int(cases['id'][case])}"))
        free = np.flatnonzero(world.life["state"] == UNUSED)
        if len(free) and not np.any(world.place["id"] == identity):
            open_practice(world, int(free[0]), int(cases["ccg"][case]), identity, p, year)


def open_practice(world: World, row: int, ccg: int, identity: np.uint64, p: Opening, year: int) -> None:
    """Opens a practice in a row beside the largest list of a CCG; its nearest neighbours give it a share of their
    lists.

    Patients are conserved: what the new list holds left the donors' lists. Doctors come by the next matching.
    """
    members = np.flatnonzero((world.place["ccg"] == ccg) & (world.life["state"] == OPEN))
    if not len(members):
        return
    model = int(members[np.argmax(world.lists["total"][members])])
    away = np.hypot(
        world.place["x"][members] - world.place["x"][model], world.place["y"][members] - world.place["y"][model]
    )
    donors = members[np.argsort(away, kind="stable")][: int(p.donors)]
    for group in COPIED:
        getattr(world, group)[row] = getattr(world, group)[model]
    world.place["id"][row] = identity
    world.place["board"][row] = 0
    for column in ("money", "staff", "use"):
        _clear(world, column, row)
    _take_patients(world, row, donors, p.share_of_list)
    _new_terms(world, row, p, year)


def _clear(world: World, group: str, row: int) -> None:
    table = getattr(world, group)
    for column in table.dtype.names:
        table[column][row] = 0


def _take_patients(world: World, row: int, donors: np.ndarray, share: float) -> None:
    lists = world.lists
    bands = ("age_0_4", "age_5_64", "age_65_74", "age_75")
    for column in (*bands, "total", "weighted", "received", "switched_in", "switched_out"):
        lists[column][row] = 0.0
    for column in (*bands, "total", "weighted"):
        moved = lists[column][donors] * share
        lists[column][donors] -= moved
        lists[column][row] = moved.sum()
    lists["received"][row] = lists["total"][row]
    lists["open"][row] = 1
    world.nation["moved"][0] += lists["total"][row]


def _new_terms(world: World, row: int, p: Opening, year: int) -> None:
    contract, life, total = world.contract, world.life, float(world.lists["total"][row])
    for column in ("mpig_2013", "premium_2013", "premium_left", "liability", "lease_years"):
        contract[column][row] = 0.0
    contract["kind"][row] = APMS
    contract["provider"][row] = -1
    contract["sites"][row] = 1
    contract["apms_price"][row] = p.apms_price
    contract["ends"][row] = year + int(p.apms_years)
    for column in ("closed", "asking", "handing_back", "viable", "at_scale"):
        life[column][row] = 0
    for column in ("distress", "months_left", "sanctioned", "displaced"):
        life[column][row] = 0.0
    life["merged_into"][row] = life["merger_wish"][row] = -1
    life["state"][row] = OPEN
    life["opened"][row] = year
    world.care["rating"][row] = 0
    world.staff["posts_fte"][row] = total / p.patients_per_post if p.patients_per_post > 0.0 else 0.0
    world.staff["list_before"][row] = total
