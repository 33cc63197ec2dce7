"""Curves read off tables: exponentials, logarithms and powers at little cost, and what a rule worked out beforehand.

The standard library's are right to the last bit, and are called. These are right to 3e-7, far below what is known of
any rule, and become a few instructions of the loop that uses them: a power takes half as long, an exponential a fifth.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernel import rule
from sim.rules.chances import REACH, STEPS, logistic, pieces

LEVEL, SLOPE, BEND = pieces(np.exp)

CELLS = 128
INVERSES = np.array([CELLS / (CELLS + k) for k in range(CELLS)])
LOGARITHMS = np.array([math.log1p(k / CELLS) for k in range(CELLS)])
FRACTION, ONE = 0xFFFFFFFFFFFFF, 0x3FF0000000000000
"""The bits of a float that hold its fraction, and the bits of 1.0."""
LN_2 = math.log(2.0)


@rule
def exp(x):
    """e to the x, relative error under 3e-7: between -16 and 16 read off pieces of parabolas."""
    if not -REACH < x < REACH:
        return math.exp(x)
    piece = np.uint64(int((x + REACH) * STEPS))
    return LEVEL[piece] + (SLOPE[piece] + BEND[piece] * x) * x


@rule
def log(x):
    """Natural logarithm of a normal x > 0, absolute error under 1e-9: that of the power of two and of the 128th below
    it, both known, and a short series for the rest."""
    bits = np.float64(x).view(np.int64)
    cell = np.uint64((bits >> 45) & (CELLS - 1))
    rest = np.int64((bits & FRACTION) | ONE).view(np.float64) * INVERSES[cell] - 1.0
    return ((bits >> 52) - 1023) * LN_2 + LOGARITHMS[cell] + rest * (1.0 - rest * (0.5 - rest / 3.0))


@rule
def power(x, exponent):
    """A normal x > 0 to a power, relative error under 4e-7 for results between 1e-6 and 1e6."""
    return exp(exponent * log(x))


@rule
def tanh(x):
    """Hyperbolic tangent, absolute error under 6e-7."""
    return 2.0 * logistic(2.0 * x) - 1.0


@rule
def between(known, at):
    """What lies at `at` (0 or more, in steps) between numbers known at whole steps from 0 on, on a straight line."""
    step = min(int(at), len(known) - 2)
    return known[step] + (at - step) * (known[step + 1] - known[step])
