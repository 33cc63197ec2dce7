"""A regime as arrays: all that a rule may see of it.

There is no name in any array. `names` and `title` are for reports and are left out of every comparison; two regimes
that are equal in every field but the name compile to equal arrays (`RegimeTables.equals`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.int8]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ONLY_FOR_REPORTS = ("names", "title", "notes")


@dataclass(frozen=True, eq=False)
class RegimeTables:
    """The tables of one regime, T of them; the axes follow the tuples of `sim.commissioning.functions`.

    Table 0 is in force everywhere before `from_year`. From that year `start_table` is in force everywhere; where
    `chosen`, each CCG may then move to another table of `menu`. Equal tables are kept once, so `start_table` is 0 for a
    regime that changes nothing.
    """

    cells: Cells
    """(T, functions, bodies): 0 empty, 1 lead, 2 shared, 3 advises, 4 executes."""
    seats: Floats
    """(T, bodies, seats): voting seats of the body's committee; all 0 where it has none."""
    rules: Floats
    """(T, bodies, rules): 0 or 1, and two counts of the quorum."""
    budgets: Ints
    """(T, budgets): row of the body that holds the money; -1 where nobody does."""
    pooled: Ints
    """(T,): 1 where a body may move money between the budgets it holds."""
    staffing: Floats
    """(T, staffing): shares of 1 and months, see `STAFFING`."""
    scale: Ints
    """(T, bodies): 0 nation, 1 region, 2 area team, 3 CCG, 4 practice, 5 county."""
    transition: Floats
    """(T, transition): years, and shares of 1, see `TRANSITION`."""
    protection: Ints
    """(T,): 0 national terms, 1 local terms."""
    practice_budget: Floats
    """(T, practice budget): what practices may hold of the hospital budget, see `PRACTICE_BUDGET`; share 0 for none."""
    stages: Ints
    """(T, stages): 1 where a CCG that wants the table must pass the stage."""
    exit_notice_months: Floats
    """(T,): months of notice before a CCG may leave the table; 0 where it may leave at any year's end."""
    start_table: int
    """Row of the table in force from `from_year`."""
    from_year: int
    """First year (start of the financial year) of `start_table`."""
    chosen: bool
    """Whether each CCG chooses among `menu`; else `start_table` is imposed on all."""
    menu: Ints
    """Rows of the tables a CCG may choose, `start_table` (staying put) first."""
    restructure_year: int
    """Year of the shock to area teams; 0 for none."""
    restructure: Floats
    """(restructure,): see `RESTRUCTURE`."""
    names: tuple[str, ...]
    """One word a table, for reports only."""
    title: str
    """For reports only."""
    notes: tuple[str, ...]
    """Unclear mandates, functions nobody leads; for reports only."""

    @property
    def n_tables(self) -> int:
        """How many different tables the regime has."""
        return int(self.cells.shape[0])

    def equals(self, other: RegimeTables) -> bool:
        """Whether all that a rule can see is the same, bit for bit; names, title and notes are ignored."""
        seen = [f.name for f in fields(self) if f.name not in ONLY_FOR_REPORTS]
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in seen)
