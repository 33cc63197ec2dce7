"""No props: every parameter, set to its neutral value in all years, changes the outcome that its record names.

One test over all records. A parameter is tried in one CCG first, for few years, and then, if its outcome stayed the
same there to the last bit, in an area team, a region and all England, where rare events are frequent enough to be seen.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from england import DURHAM, HUDDERSFIELD, scenario_of, start_of

from sim import parameters
from sim.outcomes import OUTCOMES
from sim.parameters import Record
from sim.regimes import BEFORE, Regime, load_regime
from sim.scenario import Scenario, load_scenario
from sim.simulate import Start, prepare, simulate
from sim.world.world import Floats

Place = tuple[str, int, int]
SMALL: tuple[Place, ...] = (("one CCG", 3, 7), ("an area team", 4, 7), ("a region", 4, 7), ("a region", 8, 7))
PLACES = (*SMALL, *(("England", 8, seed) for seed in range(7, 13)))
"""Where a parameter is tried, for how many years and with which seed: as soon as its outcome has moved, the rest need
not be run."""


@cache
def place(name: str, years: int, seed: int) -> tuple[Start, Scenario]:
    """A starting England, made once."""
    small = {"one CCG": HUDDERSFIELD, "an area team": DURHAM}
    if name in small:
        return start_of(small[name], seed), scenario_of(small[name], years)
    scenario = load_scenario("england" if name == "England" else "one_region", years=years)
    return prepare(scenario, seed), scenario


@cache
def regime_of(name: str) -> Regime:
    """A shipped regime, read once."""
    return load_regime(name)


RECORDS = parameters.load().records


def national(where: Place, regime: str, values: tuple[tuple[str, float], ...]) -> Floats:
    """National outcomes of a run, (years, outcomes), with some parameters set to a value in all years."""
    start, scenario = place(*where)
    # A draw scales a dated path, a constant replaces it; a constant may not cross nil where its range does not.
    dated = {name: value for name, value in values if isinstance(RECORDS[name].value, dict)}
    draw = {name: value for name, value in values if name not in dated}
    changed = replace(scenario, constants=dated)
    return simulate(start, changed, regime_of(regime), where[2], scenario.years, draw).values["national"][:, 0]


@cache
def usual(where: Place, regime: str, values: tuple[tuple[str, float], ...]) -> Floats:
    """The run that a changed one is held against."""
    return national(where, regime, values)


def moves(name: str, record: Record, where: Place) -> bool:
    """Whether the outcome that the record names is another one, in any year, with the parameter at its neutral value.

    What the record says it needs holds in both runs: a regime, or values of other parameters.
    """
    regime = record.needs.get("regime", BEFORE)
    needed = tuple((key, float(value)) for key, value in record.needs.items() if key != "regime")
    k = list(OUTCOMES).index(record.moves)
    with np.errstate(all="ignore"):
        with_it = usual(where, regime, needed)[:, k]
        without = national(where, regime, (*needed, (name, record.neutral)))[:, k]
    return not np.array_equal(with_it, without, equal_nan=True)


def fault(name: str, record: Record) -> str | None:
    """Why a parameter seems dead, or None."""
    if record.moves not in OUTCOMES:
        return f"{name}: no such outcome {record.moves!r}"
    if all(value == record.neutral for value in record.path.values()):
        return f"{name}: its value is its neutral value, {record.neutral:g}"
    for where in PLACES:
        try:
            if moves(name, record, where):
                return None
        except Exception as error:
            return f"{name}: at {record.neutral:g} in {where[0]}: {type(error).__name__}: {error}"
    return f"{name}: {record.moves} is the same with {record.neutral:g} in every place"


@pytest.mark.slow
def test_every_parameter_moves_the_outcome_it_names() -> None:
    found = [line for name, record in RECORDS.items() if (line := fault(name, record))]
    assert not found, f"{len(found)} of {len(RECORDS)} parameters:\n" + "\n".join(found)
