"""Compiles the whole model once, on all cores, so that runs and workers only load what is compiled.

Kernels compile when they are first called, one after another. Where processes can be forked, each core therefore begins
the year at another phase; what one has compiled the others find in the cache. Elsewhere one process does it all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sim.kernel import CACHE, COMPILED
from sim.regime import Regime
from sim.scenario import Scenario
from sim.simulate import Start, build, run_years
from sim.year import PHASES, advance

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
    world, timeline = build(start, scenario, regimes[0])
    cores = os.cpu_count() or 1
    if hasattr(os, "fork") and cores > 1:

        def compile_from(share: int) -> None:
            first = share * len(PHASES) // cores
            for year in (world.year, world.year + 1):
                world.year = year
                advance(world, timeline.year(year), start.seed, PHASES[first:] + PHASES[:first])

        _in_children(compile_from, cores)
    for regime in regimes:
        world, timeline = build(start, scenario, regime)
        run_years(world, timeline, start.seed, YEARS)
    MARK.touch()


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
