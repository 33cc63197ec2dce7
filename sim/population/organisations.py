"""CCGs, area teams, trusts and providers of the starting World, and who of them is tied to whom.

None of this depends on a seed, so that all runs of one England, or of one part of it, share what is worked out once.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.commissioning.bodies import name_bodies
from sim.population.counties import counties_of
from sim.population.networks import sibling_ccgs, trust_flows
from sim.population.tables import Population, stable_ids
from sim.population.tables import Table as Columns
from sim.world import states
from sim.world.table import Table
from sim.world.world import Floats, Rows

SUB_REGIONS = Path(__file__).resolve().parent / "sub_regions.toml"
KM_PER_DEGREE = 111.2
ENGLAND_LATITUDE, ENGLAND_LONGITUDE = 52.5, -1.5


@dataclass(frozen=True)
class Organisations:
    """Tables of all that is not a practice or a doctor, and ties between them as in `Networks`; not to be changed."""

    tables: dict[str, Table]
    ccg_trusts: Rows
    ccg_trust_share: Floats
    ccg_start: Rows
    ccg_row: Rows


def organisations(population: Population) -> Organisations:
    """The organisations of a population; worked out once for all populations that have the same."""
    return _organisations(_Known(population.ccgs, population.area_teams, population.trusts, population.trust_shares))


class _Known:
    """Tables of a population, equal to others with the same numbers and names."""

    def __init__(self, ccgs: Columns, area_teams: Columns, trusts: Columns, trust_shares: Columns) -> None:
        self.ccgs, self.area_teams, self.trusts, self.trust_shares = ccgs, area_teams, trusts, trust_shares
        tables = (ccgs, area_teams, trusts, trust_shares)
        self._content = tuple(column.tobytes() for table in tables for column in table.values())

    def __hash__(self) -> int:
        return hash(self._content)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self._content == other._content


@lru_cache(maxsize=4)
def _organisations(known: _Known) -> Organisations:
    ccgs, teams = _ccgs(known.ccgs), _area_teams(known.area_teams)
    stride = max(len(ccgs), len(teams), len(states.REGIONS))
    tables = {
        "ccgs": ccgs, "area_teams": teams, "trusts": _trusts(known.trusts),
        "providers": _providers(known.ccgs["code"], known.area_teams["code"]),
        "bodies": name_bodies(stride, ccgs["id"], teams["id"]),
    }  # fmt: skip
    flows = trust_flows(len(ccgs), known.trust_shares)
    return Organisations(tables, *flows, *sibling_ccgs(known.ccgs["area_team"]))


def to_km(latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
    """x and y of places in degrees: km from the middle of England."""
    shrink = math.cos(math.radians(ENGLAND_LATITUDE))
    return (longitude - ENGLAND_LONGITUDE) * KM_PER_DEGREE * shrink, (latitude - ENGLAND_LATITUDE) * KM_PER_DEGREE


def ids(prefix: str, codes: Iterable[object]) -> np.ndarray:
    """An id for each code, uint64."""
    return stable_ids(f"{prefix}:{code}" for code in codes)


def _ccgs(source: Columns) -> Table:
    ccgs = Table("ccgs", len(source["code"]))
    ccgs["id"] = ids("ccg", source["code"])
    ccgs["area_team"] = source["area_team"]
    ccgs["team"] = source["area_team"]
    ccgs["region"] = source["region"]
    ccgs["x"], ccgs["y"] = to_km(source["latitude"], source["longitude"])
    ccgs["emergency_index"] = source["avoidable_admissions"] / source["avoidable_admissions"].mean()
    ccgs["seat"] = np.arange(len(ccgs))
    ccgs["county"] = counties_of(ccgs["area_team"], ccgs["x"], ccgs["y"], ccgs["id"])
    return ccgs


def _area_teams(source: Columns) -> Table:
    teams = Table("area_teams", len(source["code"]))
    teams["id"] = ids("area_team", source["code"])
    teams["region"] = source["region"]
    teams["x"], teams["y"] = to_km(source["latitude"], source["longitude"])
    teams["open"] = 1
    teams["successor"] = successors([str(code) for code in source["code"]])
    return teams


def successors(codes: list[str]) -> list[int]:
    """Row of the team that each team becomes part of in April 2015: the first of its sub-region that is here, else
    itself."""
    groups: list[list[str]] = tomllib.loads(SUB_REGIONS.read_text(encoding="utf-8"))["teams"]
    first = {code: next(c for c in group if c in codes) for group in groups for code in group if code in codes}
    return [codes.index(first.get(code, code)) for code in codes]


def _trusts(source: Columns) -> Table:
    trusts = Table("trusts", len(source["code"]))
    trusts["id"] = ids("trust", source["code"])
    trusts["x"], trusts["y"] = to_km(source["latitude"], source["longitude"])
    for column in ("beds", "occupancy", "income", "balance"):
        trusts[column] = source[column]
    trusts["elective"] = source["admissions"]
    return trusts


def _providers(codes: np.ndarray, teams: np.ndarray) -> Table:
    """One GP company, one community provider and one out-of-hours provider a CCG, one corporate bidder an area team."""
    kinds = (states.GP_COMPANY, states.COMMUNITY, states.OUT_OF_HOURS)
    providers = Table("providers", len(kinds) * len(codes) + len(teams))
    for k, kind in enumerate(kinds):
        block = slice(k * len(codes), (k + 1) * len(codes))
        providers["id"][block] = ids(f"provider{kind}", codes)
        providers["kind"][block] = kind
        providers["unit"][block] = np.arange(len(codes))
    block = slice(len(kinds) * len(codes), len(providers))
    providers["id"][block] = ids("corporate", teams)
    providers["kind"][block] = states.CORPORATE
    providers["unit"][block] = np.arange(len(teams))
    return providers
