"""The declared part of the year in C (`floor.c`), compiled with -O2 and called on the engine's own columns."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.benchmarks.twins.engine import SEED, YEARS, Events, seen_practices
from sim.parameters import Params, Timeline
from sim.rules import access, chances, curves, demand, leaving
from sim.rules.expenses import StaffCosts
from sim.rules.workforce import salary_worth
from sim.world import states
from sim.world.columns import GROUPS
from sim.world.luck import Luck
from sim.world.table import PLACES, Table
from sim.world.world import World

SOURCE = Path(__file__).with_name("floor.c")
PARAMETERS = (
    demand.Ageing, demand.Switching, demand.Wanting, leaving.Leaving, leaving.Intention, leaving.Destinations,
    leaving.WorkingLife, access.Appointments, access.Continuity, access.Tiring,
)  # fmt: skip
CODES = {
    **{name: getattr(states, name) for name in ("OPEN", "CARETAKER", "APMS", "PARTNER", "SALARIED", "TRAINEE")},
    **{name: getattr(leaving, name) for name in ("STAYS", "MOVES", "QUALIFIES", "VACANT")},
    **{name: getattr(chances, name) for name in ("REACH", "STEPS")},
    "CELLS": curves.CELLS,
    "STEPS_OF_WORKLOAD": access.STEPS_OF_WORKLOAD,
}


def compiler() -> str | None:
    """A C compiler on this machine, if there is one."""
    return next((found for found in map(shutil.which, ("cc", "gcc", "clang")) if found), None)


def definitions() -> Iterator[str]:
    """Places of columns and parameters, and codes, for the C text."""
    for group in GROUPS:
        for name, (place, _) in PLACES[group].items():
            yield f"#define {group.upper()}_{name.upper()} {place}"
    for kind in PARAMETERS:
        words = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).upper()
        for place, name in enumerate(kind._fields):
            yield f"#define {words}_{name.upper()} {place}"
    for name, code in CODES.items():
        yield f"#define {name} {code}"


def build(folder: Path) -> ctypes.CDLL:
    """Compiles the C text into a library in this folder. Raises RuntimeError without a compiler."""
    command = compiler()
    if command is None:
        raise RuntimeError("there is no C compiler on this machine (cc, gcc or clang)")
    text, library = folder / "floor.c", folder / "floor.so"
    text.write_text("\n".join([*definitions(), SOURCE.read_text(encoding="utf-8")]), encoding="utf-8")
    subprocess.run([command, "-O2", "-std=c99", "-fPIC", "-shared", "-o", library, text, "-lm"], check=True)
    return ctypes.CDLL(str(library))


class Floor:
    """The compiled functions, called with tables, arrays, parameters and streams."""

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self._library = build(Path(folder))
        self._kept: dict[int, NDArray[np.float64]] = {}
        self.call("begin")

    def call(self, name: str, *given: Any) -> None:
        """Calls a function of the library."""
        words: list[Any] = []
        for one in given:
            if isinstance(one, Table):
                words += [ctypes.c_void_p(one._block.ctypes.data), ctypes.c_int64(len(one))]
            elif isinstance(one, np.ndarray):
                words.append(ctypes.c_void_p(one.ctypes.data))
            elif isinstance(one, tuple):
                words.append(ctypes.c_void_p(self._numbers(one).ctypes.data))
            elif isinstance(one, np.uint64):
                words.append(ctypes.c_uint64(int(one)))
            else:
                words.append(ctypes.c_double(one) if isinstance(one, float) else ctypes.c_int64(one))
        getattr(self._library, name)(*words)

    def _numbers(self, values: Sequence[float]) -> NDArray[np.float64]:
        return self._kept.setdefault(id(values), np.array(values, float))

    def year(self, w: World, params: Params, luck: Luck) -> NDArray[np.int8]:
        """One year; returns what each row of doctors did."""
        self._kept.clear()
        of, stream, call = params.of, luck.stream, self.call
        near, width = w.networks.neighbours, w.networks.neighbours.shape[1]
        switching, wanting = of(demand.Switching), of(demand.Wanting)
        call("age_and_move", w.life, w.lists, w.place, w.nation, near, width, of(demand.Ageing),
             stream(demand.GROWTH_SHOCK))  # fmt: skip
        left = demand.distance_weights(w.networks, switching.per_km)
        call("switch_practice", w.life, w.lists, w.care, near, width, left, switching)
        level = float(demand.grown(float(w.year - demand.START_YEAR), wanting.growth, wanting.growth_fade))
        call("want", w.life, w.lists, w.place, w.care, level, wanting)
        rows, quits = len(w.life), of(leaving.Leaving)
        worth, push, partners = np.empty(rows), np.empty((rows, 3)), np.empty(rows)
        fate = np.empty(len(w.doctors), np.int8)
        salary = salary_worth(of(leaving.WorkingLife), of(StaffCosts))
        call("press", w.life, w.place, w.money, w.staff, w.care, worth, push, salary, quits)
        streams = (leaving.LEAVING, leaving.DESTINATION, leaving.INTENTION, leaving.GRADUATION)
        working = of(leaving.WorkingLife)
        call("age_and_leave", w.doctors, w.place, w.staff, w.ccgs, w.regions, w.nation, push, fate, partners, quits,
             of(leaving.Intention), of(leaving.Destinations), working, *map(stream, streams))  # fmt: skip
        call("change_working_lives", w.doctors, w.contract, w.staff, w.care, w.life, worth, partners, working,
             float(quits.usual_burnout), stream(leaving.ROLE))  # fmt: skip
        appointments = of(access.Appointments)
        known = access.shares(appointments)
        call("serve", w.life, w.lists, w.staff, w.care, known, appointments, of(access.Continuity))
        call("tire", w.staff, w.care, w.doctors, w.minds, of(access.Tiring), stream(access.STRAIN))
        return fate


def floor_events(floor: Floor, world: World, timeline: Timeline, years: int = YEARS) -> list[Events]:
    """Lets the World (which is changed) pass through the declared part of some years."""
    events = []
    seen = seen_practices(world)
    for _ in range(years):
        fate = floor.year(world, timeline.year(world.year), Luck(SEED, world.year))
        events.append(Events.of(world, fate, seen))
        world.year += 1
    return events
