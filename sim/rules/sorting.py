"""Sorting and adding up inside kernels. Sorting is into bins first, then by insertion within each, in time that grows
with the rows.

Numpy has both, but numba compiles it from general Python, with any axis and every complaint: three seconds and two.
"""

from __future__ import annotations

import numpy as np

from sim.kernel import maker, rule


@rule
def total(values):
    """Sum of a column, in its order; 0 of none."""
    added = 0
    for value in values:
        added += value
    return added


@maker
def into_bins(rows, bins, many):
    """`rows` by the bin (0 to many - 1) that each is in, and in the order given within a bin; and where among them each
    bin begins, and the last ends."""
    start = np.zeros(many + 2, np.int64)
    for v in rows:
        start[bins[v] + 2] += 1
    for b in range(many):
        start[b + 2] += start[b + 1]
    order = np.zeros(len(rows), np.int64)
    for v in rows:
        order[start[bins[v] + 1]] = v
        start[bins[v] + 1] += 1
    return order, start[: many + 1]


@maker
def bin_order(rows, bins, many):
    """`rows` by the bin (0 to many - 1) that each is in, and in the order given within a bin."""
    order, _ = into_bins(rows, bins, many)
    return order


@maker
def sort_within(order, bins, key):
    """`order`, rows bin by bin, sorted by rising `key` within each bin (of few rows); equal keys keep their order."""
    for k in range(1, len(order)):
        v, at = order[k], k
        while at > 0 and key[order[at - 1]] > key[v] and bins[order[at - 1]] == bins[v]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = v
    return order
