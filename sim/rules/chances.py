"""The logistic function, and whether something with given log-odds happens, at little cost."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.kernel import rule

REACH, STEPS = 16, 32
"""Between log-odds of -16 and 16 the logistic is read off pieces of parabolas, so many for each unit."""


def pieces(curve: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.float64]:
    """(3, pieces): a, b and c of the parabola a + b x + c x^2 that meets a curve at the ends of each piece and
    half-way."""
    x = np.arange(-2 * REACH * STEPS, 2 * REACH * STEPS + 1) / (2 * STEPS)
    y = curve(x)
    start, left, middle, right = x[:-1:2], y[:-1:2], y[1::2], y[2::2]
    c = (left - 2.0 * middle + right) * 2.0 * STEPS**2
    b = (right - left) * STEPS - c / STEPS
    return np.array([left - b * start + c * start**2, b - 2.0 * c * start, c])


LEVEL, SLOPE, BEND = pieces(lambda x: 1.0 / (1.0 + np.exp(-x)))


@rule
def logistic(x):
    """1 / (1 + e^-x), relative error under 3e-7: an exponential and a division take twice as long as a parabola, and
    workforce alone needs a hundred thousand a year."""
    if not -REACH < x < REACH:
        return 1.0 / (1.0 + math.exp(-x)) if x > -700.0 else 0.0
    piece = np.uint64(int((x + REACH) * STEPS))
    return LEVEL[piece] + (SLOPE[piece] + BEND[piece] * x) * x


@rule
def settles(draw, log_odds):
    """Whether a standard uniform `draw` falls below the probability with these log-odds."""
    return draw < logistic(log_odds)
