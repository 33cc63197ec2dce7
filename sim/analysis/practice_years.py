"""Practices year by year in one run: what results leave out, since they add practices up.

Calibration and validation need single practices: which codes end, by the size of their list, and what becomes of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sim.analysis.counted import LEVELS, PANEL, panel_levels
from sim.parameters import Params
from sim.regimes import Regime
from sim.scenario import Scenario
from sim.simulate import RunResult, Start, build, run_years
from sim.world.luck import Luck
from sim.world.states import CARETAKER, DISPERSED, MERGED, OPEN
from sim.world.world import Floats, World
from sim.year import PHASES

SIZE_CLASS = "list_size_class"
"""A level of results that only watched runs have: practices by the list with which they entered the year."""
SIZE_EDGES = (0, 1000, 2000, 3000, 4000, 5000, 6000, 8000, 10000, 12000, 15000)
"""Lowest list of each of the 11 classes, patients."""
SIZE_CLASSES = (*(f"{a}-{b - 1}" for a, b in pairwise(SIZE_EDGES)), f"{SIZE_EDGES[-1]}+")
DOCTORS_CLASS = "gp_class"
"""Another such level: practices by the GPs with whom they entered the year, without those that had none."""
DOCTORS_EDGES = (1, 2, 3, 4, 6, 8)
"""Fewest GPs of each of the 6 classes, heads."""
DOCTORS_CLASSES = ("1", "2", "3", "4-5", "6-7", "8+")
COUNTED = ("practices_open", "practices_exited", "practices_merged")
"""The outcomes that are counted by class; the others are NaN there."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PracticeYears:
    """Practices of a run at its start (row 0) and at the end of each year (row k: year first_year + k - 1).

    codes: (practices,) code, empty for those that began in the run. All others are (years + 1, practices). list_size:
    patients. working: open or in a caretaker's hands. merged, dispersed: how the code has ended, by that year's end.
    let_anew: the code ended in that year, but the list went on under a new one, which has the same column from then on.
    gp_fte, heads, partners: permanent GPs. contract: 0 GMS, 1 PMS, 2 APMS. fifth: (practices,) deprivation fifth, 0 the
    least deprived.
    """

    first_year: int
    codes: tuple[str, ...]
    list_size: Floats
    working: Flags
    merged: Flags
    dispersed: Flags
    let_anew: Flags
    gp_fte: Floats
    heads: Floats
    partners: Floats
    contract: npt.NDArray[np.int64]
    fifth: npt.NDArray[np.int64]

    @property
    def years(self) -> int:
        """Years that have passed."""
        return len(self.list_size) - 1

    def entered_with(self, year: int) -> Floats:
        """(practices,): the list with which each entered year number `year` (from 0); of a new one that of its end."""
        before = self.list_size[year]
        return np.asarray(np.where(self.working[year], before, self.list_size[year + 1]))

    def entered_by(self, year: int) -> Floats:
        """(practices,): the GPs, heads, with whom each entered year number `year`; of a new one those of its end."""
        return np.asarray(np.where(self.working[year], self.heads[year], self.heads[year + 1]))

    def ended_in(self, year: int) -> Flags:
        """(practices,): codes that ended in year number `year` (from 0)."""
        gone = self.merged | self.dispersed
        return np.asarray(gone[year + 1] & ~gone[year] | self.let_anew[year + 1])

    def paid_in(self, year: int) -> Flags:
        """(practices,): codes that were paid in year number `year` (from 0), those that ended in it among them."""
        return np.asarray(self.working[year + 1] | self.ended_in(year))


class _Watch:
    """A phase at the end of the year that takes copies of what `PracticeYears` holds."""

    __name__ = "watch"

    def __init__(self) -> None:
        self.taken: list[Mapping[str, npt.NDArray[np.generic]]] = []

    def __call__(self, world: World, _params: Params, _luck: Luck) -> None:
        self.take(world)

    def take(self, world: World) -> None:
        """Copies the state of now."""
        state = world.life["state"]
        self.taken.append(
            {
                "list_size": world.lists["total"].copy(),
                "working": (state == OPEN) | (state == CARETAKER),
                "merged": state == MERGED,
                "dispersed": state == DISPERSED,
                "let_anew": world.life["let_anew"] == world.year if self.taken else np.zeros(len(state), np.bool_),
                "gp_fte": world.staff["gp_fte"].copy(),
                "heads": world.staff["doctors"].copy(),
                "partners": world.staff["partners"].copy(),
                "contract": world.contract["kind"].copy(),
            }
        )


def simulate_watched(
    start: Start, scenario: Scenario, regime: Regime, seed: int, years: int, draw: Mapping[str, float] | None = None
) -> tuple[RunResult, PracticeYears]:
    """A run as `sim.simulate.simulate` makes it, with the levels `list_size_class`, `gp_class` and those of `counted`
    added, and its practices by year."""
    world, timeline = build(start, replace(scenario, years=years), regime, draw)
    first, watch = world.year, _Watch()
    watch.take(world)
    result = run_years(world, timeline, seed, years, (*PHASES, watch))
    names = world.names.practices
    codes = (*names, *[""] * (len(world.place) - len(names)))
    columns = {name: np.stack([one[name] for one in watch.taken]) for name in watch.taken[0]}
    practices = PracticeYears(first, codes, fifth=world.place["fifth"].copy(), **columns)
    panel = panel_levels(result, practices)
    places = {PANEL + level: result.places[level] for level in LEVELS}
    result = replace(result, places={**result.places, **places}, values={**result.values, **panel})
    return with_classes(result, practices), practices


def with_classes(result: RunResult, practices: PracticeYears) -> RunResult:
    """The result with two levels more: counts of practices by class of list, and by class of doctors."""
    sizes = [practices.entered_with(year) for year in range(practices.years)]
    heads = [practices.entered_by(year) for year in range(practices.years)]
    made = {
        SIZE_CLASS: _counts(result, practices, sizes, SIZE_EDGES),
        DOCTORS_CLASS: _counts(result, practices, heads, DOCTORS_EDGES),
    }
    places = {SIZE_CLASS: list(SIZE_CLASSES), DOCTORS_CLASS: list(DOCTORS_CLASSES)}
    return replace(result, places={**result.places, **places}, values={**result.values, **made})


def _counts(result: RunResult, practices: PracticeYears, of: Sequence[Floats], edges: Sequence[int]) -> Floats:
    """(years, classes, outcomes): the outcomes COUNTED by class of what each entered the year with, `of`; else NaN."""
    values = np.full((len(result.years), len(edges), len(result.outcomes)), np.nan)
    for year in range(practices.years):
        ended = practices.ended_in(year)
        merged = ended & practices.merged[year + 1]
        for name, counted in zip(COUNTED, (practices.paid_in(year), ended, merged), strict=True):
            values[year, :, result.outcomes.index(name)] = by_class(of[year][counted], edges)
        again = by_class(of[year][practices.let_anew[year + 1]], edges)  # both codes were paid
        values[year, :, result.outcomes.index("practices_open")] += again
    return values


def by_class(sizes: Sequence[float] | Floats, edges: Sequence[int] = SIZE_EDGES) -> Floats:
    """(classes,): how many of some lists, or of anything else that `edges` divide, fall into each class; those below
    the first edge into none."""
    at = np.searchsorted(edges, np.asarray(sizes, dtype=float), side="right") - 1
    return np.bincount(at[at >= 0], minlength=len(edges)).astype(float)
