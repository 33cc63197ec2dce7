"""The World: all tables, networks and fixed sizes of one run, and nothing that acts."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.commissioning.regime_tables import RegimeTables
from sim.world.compiled_world import WORD_OF, known_to_kernels
from sim.world.table import Table

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Networks:
    """Who is tied to whom; fixed shapes so that kernels can walk them.

    neighbours, neighbour_km: (practices, K) nearest other practices, -1 where fewer; patients' alternatives and
    partners in mergers.
    peer_start, peer_row: professional ties between practices of a CCG as compressed sparse rows (start has practices
    + 1 entries).
    ccg_trusts, ccg_trust_share: (CCGs, T) trusts that treat its patients and their shares (rows of shares sum to 1;
    row 0 with share 0 pads).
    ccg_start, ccg_row: CCGs that share an area team, as compressed sparse rows.
    kept: what kernels worked out from these in an earlier year and can use again; it saves time and changes nothing.
    """

    neighbours: Rows
    neighbour_km: Floats
    peer_start: Rows
    peer_row: Rows
    ccg_trusts: Rows
    ccg_trust_share: Floats
    ccg_start: Rows
    ccg_row: Rows
    kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass
class Names:
    """Names for people; no rule reads them."""

    practices: list[str] = field(default_factory=list)
    ccgs: list[str] = field(default_factory=list)
    ccg_codes: list[str] = field(default_factory=list)
    area_teams: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    trusts: list[str] = field(default_factory=list)


@known_to_kernels
@dataclass
class World:
    """State of all England at one moment. Column groups are documented in `sim.world.columns`.

    Practices stand in `place` to `use` (same rows); doctors in `doctors, minds`; CCGs in `ccgs` to `boards`. `regime`
    holds the tables that assign functions to bodies (see `sim.regimes`).
    `belief_slot[kind]` gives a body kind's block of `beliefs` (row = slot * practices + practice) or -1.
    `mergers`: dated mergers of CCGs, (events, 3), see `sim.population.merger_events.events_of`.
    """

    year: int
    place: Table
    lists: Table
    contract: Table
    money: Table
    staff: Table
    care: Table
    life: Table
    ties: Table
    use: Table
    doctors: Table
    minds: Table
    ccgs: Table
    ccg_money: Table
    accounts: Table
    applications: Table
    plans: Table
    schemes: Table
    boards: Table
    bodies: Table
    cases: Table
    beliefs: Table
    area_teams: Table
    trusts: Table
    providers: Table
    regions: Table
    nation: Table
    networks: Networks
    names: Names
    regime: RegimeTables
    belief_slot: Rows
    mergers: Rows = field(default_factory=lambda: np.zeros((0, 3), dtype=np.int64))

    def __setattr__(self, name: str, value: Any) -> None:
        """Sets an attribute; of a table also the address and the length by which kernels find it: `words`, which lie
        at `handle`."""
        if name in WORD_OF:
            if "handle" not in self.__dict__:
                self.__dict__["words"] = words = array("q", [0, 0] * len(WORD_OF))
                self.__dict__["handle"] = words.buffer_info()[0]
            self.__dict__["words"][WORD_OF[name] : WORD_OF[name] + 2] = value.words
        self.__dict__[name] = value

    def __reduce__(self) -> tuple[Any, ...]:
        """Made anew elsewhere, since addresses hold here only."""
        return World, tuple(getattr(self, f.name) for f in fields(self))

    def copy(self) -> World:
        """A World that can be changed without touching this one; networks and names are shared, they never change."""
        state = {f.name: getattr(self, f.name) for f in fields(self)}
        copies: dict[str, Any] = {
            name: kept.copy() for name, kept in state.items() if isinstance(kept, Table | np.ndarray)
        }
        return replace(self, **copies)
