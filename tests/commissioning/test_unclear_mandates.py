"""Unclear mandates: who acts, who goes first, and who leaves it to the other."""

from __future__ import annotations

import numpy as np
from rivals import of

from sim.commissioning import functions as f
from sim.commissioning.capacity import Mandate, responsible
from sim.world.luck import Luck


def who_acts(leads: tuple[int, ...], mandate: Mandate, cases: int = 400) -> list[tuple[int, int, int]]:
    """(first, second, doubled) of many cases of a function that these kinds of body lead."""
    cells = np.zeros((1, len(f.FUNCTIONS), len(f.BODIES)), dtype=np.int64)
    cells[0, f.QUALITY_IMPROVEMENT, list(leads)] = f.LEAD
    stream = Luck(3, 2015).stream("capacity.unclear_mandate")
    ids = np.random.default_rng(1).integers(1, 2**60, cases).astype(np.uint64)
    parts = np.zeros((1, len(f.FUNCTIONS), 6), dtype=np.int64)
    found = [responsible(parts, cells, 0, f.QUALITY_IMPROVEMENT, who, mandate, stream) for who in ids]
    return [(int(one), int(two), int(doubled)) for one, two, doubled in found]


def test_where_two_act_either_may_go_first() -> None:
    both = who_acts((f.AREA_TEAM, f.CCG), of(Mandate, base=60.0))
    assert all(doubled == 1 and {one, two} == {f.AREA_TEAM, f.CCG} for one, two, doubled in both)
    assert 0.4 < np.mean([one == f.AREA_TEAM for one, _, _ in both]) < 0.6


def test_where_three_act_each_is_among_the_two_as_often() -> None:
    three = who_acts((f.NHS_ENGLAND, f.AREA_TEAM, f.CCG), of(Mandate, base=60.0), 900)
    for kind in (f.NHS_ENGLAND, f.AREA_TEAM, f.CCG):
        assert 0.6 < np.mean([kind in (one, two) for one, two, _ in three]) < 0.74
        assert 0.27 < np.mean([one == kind for one, _, _ in three]) < 0.4


def test_an_unclear_mandate_may_be_left_by_both_and_a_clear_one_is_not() -> None:
    assert set(who_acts((f.AREA_TEAM, f.CCG), of(Mandate, base=-60.0))) == {(-1, -1, 0)}
    assert set(who_acts((f.CCG,), of(Mandate, base=-60.0))) == {(f.CCG, -1, 0)}
    some = who_acts((f.AREA_TEAM, f.CCG), of(Mandate))
    assert {doubled for _, _, doubled in some} == {0, 1}
    assert {one for one, _, _ in some} == {-1, f.AREA_TEAM, f.CCG}
