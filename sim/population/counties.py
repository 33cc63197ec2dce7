"""Areas of the size of a county, for authorities that were larger than a CCG and smaller than an area team.

England had 90 family health services authorities (1994) and 100 health authorities (1996), against 211 CCGs (PB328,
PB330). Their borders are not in the data: neighbouring CCGs of one area team are joined into as many areas.
"""

from __future__ import annotations

import numpy as np

from sim.world.world import Floats, Rows

PER_CCG = 95.0 / 211.0
"""Counties for each CCG: between the 90 of PB328 and the 100 of PB330."""

Ids = np.ndarray


def counties_of(team: Rows, x: Floats, y: Floats, ids: Ids) -> Rows:
    """(CCGs,): row of the CCG in which the county of each CCG has its seat; the same whatever the order of rows.

    team: area team of each CCG. x, y: km. ids: for ties.
    """
    county = np.zeros(len(team), dtype=np.int64)
    for one in np.unique(team):
        members = np.flatnonzero(team == one)
        wanted = max(1, int(len(members) * PER_CCG + 0.5))
        for part in _split(members, wanted, x, y, ids):
            county[part] = _seat(part, x, y, ids)
    return county


def _split(members: Rows, parts: int, x: Floats, y: Floats, ids: Ids) -> list[Rows]:
    """Neighbours in so many parts: cut across the longer side, again and again."""
    if parts <= 1 or len(members) <= 1:
        return [members]
    wide = np.ptp(x[members]) >= np.ptp(y[members])
    along = x[members] if wide else y[members]
    ordered = members[np.lexsort((ids[members], along))]
    left = parts // 2
    cut = max(1, int(len(members) * left / parts + 0.5))
    return _split(ordered[:cut], left, x, y, ids) + _split(ordered[cut:], parts - left, x, y, ids)


def _seat(members: Rows, x: Floats, y: Floats, ids: Ids) -> int:
    """The CCG nearest to the middle of its county."""
    away = (x[members] - x[members].mean()) ** 2 + (y[members] - y[members].mean()) ** 2
    return int(members[np.lexsort((ids[members], np.round(away, 6)))[0]])
