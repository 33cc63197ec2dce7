"""Sorting inside kernels against numpy's."""

from __future__ import annotations

import numpy as np
import pytest

from sim.rules.sorting import merge_order


@pytest.mark.parametrize("many", [0, 1, 2, 3, 7, 64, 1000])
def test_rows_come_by_group_then_key_and_equal_ones_keep_their_order(many: int) -> None:
    rng = np.random.default_rng(many)
    group, key = rng.integers(-1, 5, many), rng.integers(0, 20, many).astype(float)
    longer = np.append(group, -2)  # as a table with rows to spare is
    assert list(merge_order(longer, key, 5)) == list(np.lexsort((np.arange(many), key, group)))
