"""Sorting and adding up inside kernels. Sorting is into bins of few rows first, then by insertion within each, in time
that grows with the rows; where one may have very many rows, by merging.

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
def merge(order, first, middle, end, key, spare):
    """Merges two sorted runs of `order`, from place first and from middle to end; of equal keys the first run's come
    first. spare: room for the first run."""
    for k in range(middle - first):
        spare[k] = order[first + k]
    a, b, many = 0, middle, middle - first
    for k in range(first, end):
        if a == many:
            break
        if b < end and key[order[b]] < key[spare[a]]:
            order[k] = order[b]
            b += 1
        else:
            order[k] = spare[a]
            a += 1


@maker
def merge_order(group, key, groups):
    """Rows of key by rising group (0 to groups - 1, or -1, which comes first), within it by rising key, and in their
    own order where both are equal. group: as long as key, or longer."""
    many = len(key)
    bins = np.empty(many, np.int64)
    for v in range(many):
        bins[v] = group[v] + 1
    order, start = into_bins(np.arange(many), bins, groups + 1)
    spare = np.empty(many, np.int64)
    for g in range(groups + 1):
        first, end = start[g], start[g + 1]
        width = 1
        while width < end - first:
            for left in range(first, end - width, 2 * width):
                merge(order, left, left + width, min(left + 2 * width, end), key, spare)
            width *= 2
    return order
