"""The benchmark's twins do what the engine does: a comparison of speed is worth something only between equals."""

from __future__ import annotations

import dataclasses

import pytest

from experiments.benchmarks.twins.engine import Events, engine_events, same_events, starting_world
from experiments.benchmarks.twins.floor import Floor, compiler, floor_events
from experiments.benchmarks.twins.plain_mesa import EXACT, mesa_events
from sim.parameters import Timeline
from sim.world.world import World


@pytest.fixture(scope="module")
def corby() -> tuple[World, Timeline, list[Events]]:
    world, timeline = starting_world("one_ccg")
    return world, timeline, engine_events(world.copy(), timeline)


def test_somebody_leaves_and_lists_change(corby: tuple[World, Timeline, list[Events]]) -> None:
    events = corby[2]
    assert len({int((year.fate == 0).sum()) for year in events}) > 1
    assert len({float(year.lists.sum()) for year in events}) == len(events)


def test_plain_mesa_objects_bring_the_same_events(corby: tuple[World, Timeline, list[Events]]) -> None:
    world, timeline, expected = corby
    same_events(expected, mesa_events(world, timeline), EXACT)


@pytest.mark.skipif(compiler() is None, reason="there is no C compiler on this machine")
def test_the_floor_in_c_brings_the_same_events(corby: tuple[World, Timeline, list[Events]]) -> None:
    world, timeline, expected = corby
    same_events(expected, floor_events(Floor(), world.copy(), timeline))


def test_other_events_are_refused(corby: tuple[World, Timeline, list[Events]]) -> None:
    events = corby[2]
    changed = dataclasses.replace(events[0], fate=events[0].fate * 0)
    with pytest.raises(AssertionError, match="other doctors leave"):
        same_events(events[:1], [changed])
