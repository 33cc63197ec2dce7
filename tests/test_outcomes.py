"""The registry of outcomes and the sums it is worked out from: every name is read, and found where it is said to be."""

from __future__ import annotations

import numpy as np
import pytest

from sim.outcomes import LEVELS, OUTCOMES, Ratio, outcome
from sim.sums import AT, LIST_QUANTILES, QUANTILES, SUMS, Columns
from sim.world.world import Floats


class Watched(Columns):
    """Sums of two places in one year that note what is asked of them."""

    def __init__(self) -> None:
        super().__init__(np.ones((len(SUMS), 1, 2)), np.ones((1, 2, len(QUANTILES))))
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Floats:
        self.__dict__["asked"].add(name)
        return super().__getattr__(name)

    def q(self, name: str) -> Floats:
        self.asked.add(name)
        return super().q(name)


def test_every_sum_and_quantile_is_read_by_an_outcome() -> None:
    watched = Watched()
    for one in OUTCOMES.values():
        if isinstance(one.formula, Ratio):
            watched.asked |= {one.formula.top, one.formula.bottom} - {""}
        else:
            assert one.formula(watched).shape == ((1, 1) if one.between_ccgs else (1, 2)), one.name
    assert watched.asked == {*SUMS, *QUANTILES}


def test_sums_are_named_once_and_found_by_name() -> None:
    assert len(set(SUMS)) == len(SUMS)
    sums = Columns(np.arange(float(len(SUMS)))[:, None, None], np.array([[[5.0, 25.0, 50.0, 75.0, 95.0, 10.0]]]))
    assert [float(getattr(sums, name)[0, 0]) for name in SUMS] == [getattr(AT, name) for name in SUMS]
    assert [float(sums.q(name)[0, 0]) for name in LIST_QUANTILES] == [5.0, 25.0, 50.0, 75.0, 95.0]


def test_outcomes_say_what_a_reader_needs() -> None:
    for name, one in OUTCOMES.items():
        assert one.name == name
        assert one.unit and one.definition, name
        assert one.direction in (1, -1, 0), name
        assert set(one.levels) <= set(LEVELS) and "national" in one.levels, name


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        outcome("patients", "patients", 0, "again", Ratio("patients"))
