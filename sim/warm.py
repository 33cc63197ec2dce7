"""Compiles the whole model once, on all cores, so that runs and workers only load what is compiled.

Kernels compile when they are first called, one after another. Where processes can be forked, cores therefore share the
start and the first year between them: of each two, one goes through it forwards and one backwards, and what one has
compiled the other finds in the cache. Elsewhere one process does it all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sim.commissioning.policy import policy
from sim.kernel import CACHE, COMPILED
from sim.population.start import FIRST_YEAR, ROOMS, lay_world
from sim.record import record
from sim.regime import Regime
from sim.scenario import Scenario
from sim.simulate import Start, build, run_years
from sim.sums import Sums
from sim.world.luck import Luck
from sim.year import PHASES

MARK = CACHE / "compiled"
"""Lies beside the compiled code once everything has been compiled."""
YEARS = 2


def is_warm() -> bool:
    """Whether nothing is left to compile."""
    return not COMPILED or MARK.exists()


def warm_up(start: Start, scenario: Scenario, regimes: Sequence[Regime]) -> None:
    """Compiles every kernel that runs of these regimes call; leaves a mark, and does nothing where it lies."""
    if is_warm():
        return
    scenario = replace(scenario, years=YEARS)
    cores = os.cpu_count() or 1
    if hasattr(os, "fork") and cores > 1:
        steps = _steps(start, scenario, regimes[0])
        _in_children(lambda share: _take(steps, share, cores), cores)
    for regime in regimes:
        world, timeline = build(start, scenario, regime)
        run_years(world, timeline, start.seed, YEARS)
    MARK.touch()


def _steps(start: Start, scenario: Scenario, regime: Regime) -> list[Callable[[], None]]:
    """The start of every room, the phases of a year, the record, and the policy of the year in which regimes part."""
    world, timeline = lay_world(start.ground, regime.compile()), scenario.timeline()
    sums = Sums.empty(YEARS, world)

    def step(phase: Callable[..., None], year: int) -> Callable[[], None]:
        def run() -> None:
            world.year = max(year, FIRST_YEAR)
            phase(world, timeline.year(world.year), Luck(start.seed, year))

        return run

    return [
        *(step(room, FIRST_YEAR - 1) for room in ROOMS),
        *(step(phase, FIRST_YEAR) for phase in PHASES),
        lambda: record(world, timeline.year(FIRST_YEAR), sums, 0),
        step(policy, FIRST_YEAR + 1),
    ]


def _take(steps: list[Callable[[], None]], share: int, cores: int) -> None:
    """Goes through all steps from this share's end on: shares 0, 2, ... forwards, shares 1, 3, ... backwards.

    A step that comes out of order may fail; by then it has been compiled.
    """
    if share % 2 == 0:
        first = share * len(steps) // cores
        order = steps[first:] + steps[:first]
    else:
        end = (share + 1) * len(steps) // cores
        order = steps[:end][::-1] + steps[end:][::-1]
    for run in order:
        with suppress(Exception):
            run()


def _in_children(work: Callable[[int], Any], count: int) -> None:
    """Runs work(0) to work(count - 1) in forked children and waits; a child that fails is ignored: all it does is
    repeated."""
    sys.stdout.flush()
    sys.stderr.flush()
    children = []
    for share in range(count):
        child = os.fork()
        if child == 0:
            try:
                work(share)
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def main() -> int:
    """`python -m sim.warm`: compiles what runs of every shipped regime call."""
    from sim.regime import load_regime, shipped_regimes
    from sim.scenario import load_scenario
    from sim.simulate import prepare

    scenario = load_scenario("one_ccg")
    warm_up(prepare(scenario, scenario.seed), scenario, [load_regime(name) for name in shipped_regimes()])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
