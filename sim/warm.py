"""Compiles the whole model once, on all cores, so that runs and workers only load what is compiled.

Kernels compile when they are first called, one after another. Where processes can be forked, cores therefore share the
start and the first year between them: of each two, one goes through it forwards and one backwards, each step is taken
by one of them, and what one has compiled the other finds in the cache. Then they share the regimes, for what only some
of these call. Elsewhere one process does it all.

Half of the time goes into Python code of numba's, of which `sim.quick_compiling` does some in a quicker way.
"""

from __future__ import annotations

import gc
import hashlib
import mmap
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from sim.commissioning.policy import policy
from sim.kernel import CACHE, COMPILED, KERNELS
from sim.kernel_cache import stamp_of
from sim.population.start import FIRST_YEAR, ROOMS, lay_world
from sim.quick_compiling import compile_quickly
from sim.record import record
from sim.regimes import Regime
from sim.scenario import Scenario
from sim.simulate import Start, build, run_years
from sim.sums import Sums
from sim.world.luck import Luck
from sim.world.world import World
from sim.year import PHASES

YEARS = 2
SLOTS = 2**17
"""Of eight bytes each; see `_with_room`."""


def is_warm() -> bool:
    """Whether nothing is left to compile."""
    return not COMPILED or _mark().exists()


@cache
def _mark() -> Path:
    """Lies beside the compiled code once everything has been compiled; its name changes with what is to compile."""
    stamps = sorted({stamp_of(Path(kernel.file)) for kernel in KERNELS})
    return CACHE / f"compiled-{sys.version_info.minor}-{hashlib.sha256(''.join(stamps).encode()).hexdigest()[:16]}"


def warm_up(start: Start, scenario: Scenario, regimes: Sequence[Regime]) -> None:
    """Compiles every kernel that runs of these regimes call; leaves a mark, and does nothing where it lies."""
    if is_warm():
        return
    compile_quickly()
    scenario = replace(scenario, years=YEARS)
    cores = os.cpu_count() or 1
    shared = False
    if hasattr(os, "fork") and cores > 1:
        steps = _steps(start, scenario, regimes)
        taken = mmap.mmap(-1, len(steps))  # the children see each other's marks in it

        def work(share: int) -> None:
            _take(steps, share, cores, taken)
            _run(start, scenario, regimes[share::cores])

        shared = _in_children(_with_room(work), cores)
    if not shared:
        _with_room(_run)(start, scenario, regimes)
    _mark().touch()


def _with_room(work: Callable[..., None]) -> Callable[..., None]:
    """The same work, called from a frame of a megabyte.

    Python keeps the frames of calls in pieces of 16 kB, and asks the system for a piece, or gives one back, whenever a
    call crosses from one to the next. Numba calls deep and crosses some hundred thousand times, which takes a tenth of
    compiling. After a frame so large there is as much room in its own piece, and nothing is crossed.
    """

    def call(*arguments: Any) -> None:
        work(*arguments)

    wide = call.__code__.replace(co_stacksize=SLOTS)
    return FunctionType(wide, globals(), closure=call.__closure__)


def _run(start: Start, scenario: Scenario, regimes: Sequence[Regime]) -> None:
    """The first years under each of these regimes."""
    for regime in regimes:
        world, timeline = build(start, scenario, regime)
        run_years(world, timeline, start.seed, YEARS)


def _steps(start: Start, scenario: Scenario, regimes: Sequence[Regime]) -> list[Callable[[], None]]:
    """The start of every room, the phases of a year, the record, and the policy of the year in which regimes part.

    What takes longest comes first and last, out of its phase and without cases, so that both ends begin with it. The
    policy of all regimes follows at one end: what any of them calls there is compiled once.
    """
    worlds, timeline = [lay_world(start.ground, regime.compile()) for regime in regimes], scenario.timeline()
    world = worlds[0]
    sums, params = Sums.empty(YEARS, world), timeline.year(FIRST_YEAR)

    def step(phase: Callable[..., None], year: int, world: World = world) -> Callable[[], None]:
        def run() -> None:
            world.year = max(year, FIRST_YEAR)
            phase(world, timeline.year(world.year), Luck(start.seed, year))

        return run

    return [
        *(step(policy, FIRST_YEAR + 1, own) for own in worlds),
        *(step(room, FIRST_YEAR - 1) for room in ROOMS),
        *(step(phase, FIRST_YEAR) for phase in PHASES),
        lambda: record(world, params, sums, 0),
    ]


def _take(steps: list[Callable[[], None]], share: int, cores: int, taken: mmap.mmap) -> None:
    """Goes through the steps from this share's end on, but for those that others have taken: shares 0, 2, ...
    forwards, shares 1, 3, ... backwards.

    A step that comes out of order may fail; by then it has been compiled.
    """
    places = list(range(len(steps)))
    if share % 2 == 0:
        first = share * len(steps) // cores
        order = places[first:] + places[:first]
    else:
        end = (share + 1) * len(steps) // cores
        order = places[:end][::-1] + places[end:][::-1]
    for place in order:
        if taken[place]:
            continue
        taken[place] = 1
        with suppress(Exception):
            steps[place]()


def _in_children(work: Callable[[int], None], count: int) -> bool:
    """Runs work(0) to work(count - 1) in forked children and waits; returns whether all went well."""
    sys.stdout.flush()
    sys.stderr.flush()
    children = []
    for share in range(count):
        child = os.fork()
        if child == 0:
            gc.disable()  # compiling makes many small objects that live on: looking for rubbish takes a tenth of it
            failed = 1
            try:
                work(share)
                failed = 0
            finally:
                os._exit(failed)
        children.append(child)
    return sum(os.waitpid(child, 0)[1] for child in children) == 0


def main() -> int:
    """`python -m sim.warm`: compiles what runs of every shipped regime call."""
    from sim.regimes import load_regime, shipped_regimes
    from sim.scenario import load_scenario
    from sim.simulate import prepare

    scenario = load_scenario("one_ccg")
    warm_up(prepare(scenario, scenario.seed), scenario, [load_regime(name) for name in shipped_regimes()])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
