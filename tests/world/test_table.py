"""Tables: what Python sees and what kernels see is the same memory."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from sim.kernel import kernel
from sim.world.columns import GROUPS
from sim.world.table import Table, add_row, clear_row, copy_row


@kernel
def mark(lists, at, value):
    """Writes a number, a whole number and a row's copy, and clears another row; returns the number of rows."""
    lists.total[at] = value
    lists.open[at] = int(value)
    copy_row(lists, at + 1, at)
    clear_row(lists, at + 2)
    return len(lists)


@kernel
def join(money, to, source):
    """Adds a row to another."""
    add_row(money, to, source)


def filled(rows: int = 5) -> Table:
    lists = Table("lists", rows)
    for k, (name, *_) in enumerate(GROUPS["lists"]):
        lists[name] = np.arange(rows) + 100 * k
    return lists


def test_a_kernel_writes_the_rows_that_python_reads() -> None:
    lists, before = filled(), filled()
    assert mark(lists, 1, 42.0) == 5
    assert (lists["total"][1], lists["open"][1]) == (42.0, 42)
    for name, *_ in GROUPS["lists"]:
        assert lists[name][2] == lists[name][1]
        assert lists[name][3] == 0
        assert (lists[name][[0, 4]] == before[name][[0, 4]]).all()


def test_python_and_compiled_rows_are_copied_and_cleared_alike() -> None:
    ours, theirs = filled(), filled()
    mark(theirs, 0, 7.0)
    ours["total"][0], ours["open"][0] = 7.0, 7
    copy_row(ours, 1, 0)
    clear_row(ours, 2)
    assert all((ours[name] == theirs[name]).all() for name, *_ in GROUPS["lists"])


def test_python_and_compiled_rows_are_added_alike_where_all_are_amounts() -> None:
    ours, theirs = Table("money", 3), Table("money", 3)
    for k, (name, *_) in enumerate(GROUPS["money"]):
        ours[name] = theirs[name] = [0.1 * k, 0.7, 5.0]
    add_row(ours, 0, 1)
    join(theirs, 0, 1)
    for k, (name, *_) in enumerate(GROUPS["money"]):
        assert ours[name].tolist() == theirs[name].tolist() == [0.1 * k + 0.7, 0.7, 5.0]
    with pytest.raises(TypeError, match="lists holds more than amounts"):
        add_row(filled(), 0, 1)


def test_columns_keep_their_types_and_identifiers_all_their_bits() -> None:
    place = Table("place", 2)
    place["id"] = np.array([2**64 - 1, 1], dtype=np.uint64)
    assert place["id"].tolist() == [2**64 - 1, 1]
    assert place["ccg"].dtype == np.int64
    assert place["x"].flags.c_contiguous


def test_copies_pickles_and_selections_stand_alone() -> None:
    lists = filled()
    copied, pickled, taken = lists.copy(), pickle.loads(pickle.dumps(lists)), lists.take(np.array([3, 0]))
    lists["total"] = -1.0
    assert (copied["total"] == filled()["total"]).all()
    assert (pickled["open"] == filled()["open"]).all()
    assert taken["total"].tolist() == [403.0, 400.0]
    assert mark(pickled, 0, 1.0) == 5


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(KeyError, match="lists has no column 'totl'"):
        filled()["totl"]
    with pytest.raises(AttributeError):
        _ = filled().totl
    with pytest.raises(KeyError):
        filled()["totl"] = 1.0
