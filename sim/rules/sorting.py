"""Sorting and adding up inside kernels. Sorting is into bins of few rows first, then by insertion within each, in time
that grows with the rows; where a group may have very many rows, by merging.

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


@rule
def comes_first(a, b, group, key):
    """Whether row a comes before row b: by rising group, then rising key."""
    return key[a] < key[b] if group[a] == group[b] else group[a] < group[b]


@maker
def merge_order(group, key):
    """Rows of key by rising group, within it by rising key, and in their own order where both are equal. group: as long
    as key, or longer."""
    many = len(key)
    order, merged, width = np.arange(many), np.empty(many, np.int64), 1
    while width < many:
        for left in range(0, many, 2 * width):
            middle, end = min(left + width, many), min(left + 2 * width, many)
            a, b = left, middle
            for k in range(left, end):
                if a == middle or (b < end and comes_first(order[b], order[a], group, key)):
                    merged[k] = order[b]
                    b += 1
                else:
                    merged[k] = order[a]
                    a += 1
        order, merged, width = merged, order, 2 * width
    return order
