"""Prints what the declared part of the year costs as engine, as plain Mesa objects and in C, after checking that all
three bring the same events.

    python -m experiments.benchmarks.twins [--scenario england] [--repeat 3] [--profile]

CPU seconds of one process for five years, median of the repeats; neither the start nor the copying of England counts.
--profile: also where the Mesa version spends its time.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import statistics
import time
from collections.abc import Callable

from experiments.benchmarks.twins.engine import YEARS, engine_events, same_events, starting_world
from experiments.benchmarks.twins.floor import Floor, compiler, floor_events
from experiments.benchmarks.twins.plain_mesa import EXACT, Part, mesa_events
from sim.parameters import Timeline
from sim.world.world import World


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of a piece of work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def step(model: Part) -> None:
    """The years of the Mesa version."""
    for _ in range(YEARS):
        model.step()


def measure(world: World, timeline: Timeline, repeat: int) -> dict[str, float]:
    """CPU seconds of each version that this machine can run. Raises AssertionError where events differ."""
    expected = engine_events(world.copy(), timeline)
    same_events(expected, mesa_events(world, timeline), EXACT)

    def on_a_copy(run: Callable[[World, Timeline], object]) -> float:
        own = world.copy()
        return cpu(lambda: run(own, timeline))

    def as_objects() -> float:
        model = Part(world, timeline)
        return cpu(lambda: step(model))

    versions: dict[str, Callable[[], float]] = {
        "engine": lambda: on_a_copy(engine_events),
        "plain Mesa": as_objects,
    }
    if compiler() is not None:
        floor = Floor()
        same_events(expected, floor_events(floor, world.copy(), timeline))
        versions["C, -O2"] = lambda: on_a_copy(lambda own, years: floor_events(floor, own, years))
    return {name: statistics.median(once() for _ in range(repeat)) for name, once in versions.items()}


def main() -> int:
    """Runs and prints."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--scenario", default="england")
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--profile", action="store_true")
    given = arguments.parse_args()
    world, timeline = starting_world(given.scenario)
    found = measure(world, timeline, given.repeat)
    print(f"declared part of {YEARS} years, {given.scenario}: same events in {len(found)} versions")
    for name, seconds in found.items():
        ratio = seconds / found["engine"]
        print(f"{name:44s} {seconds:10.4f} s   {ratio:8.2f} times the engine")
    print(f"{'limits':44s} plain Mesa at least 100 times; the engine at most 3 times C")
    if "C, -O2" not in found:
        print("no C compiler here (cc, gcc or clang): the floor was not measured")
    if given.profile:
        model = Part(world, timeline)
        with cProfile.Profile() as profile:
            step(model)
        pstats.Stats(profile).sort_stats("tottime").print_stats(15)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
