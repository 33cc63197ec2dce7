"""Whether something with given log-odds happens, at no more cost than the draw needs."""

from __future__ import annotations

import math

from sim.kernel import rule


@rule
def logistic(x):
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + math.exp(-x))


@rule
def settles(draw, log_odds):
    """Whether a standard uniform `draw` falls below the probability with these log-odds.

    Where they are low, e^-x >= 1 - x + x^2/2 settles most draws without an exponential.
    """
    if log_odds < 0.0 and draw * (2.0 - log_odds + 0.5 * log_odds * log_odds) >= 1.0:
        return False
    return draw < logistic(log_odds)
