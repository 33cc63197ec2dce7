"""Mergers of CCGs as a table of dated events: which CCGs of April 2014 became part of which, and when.

The shipped table ends with April 2021: 211 CCGs became 209, 207, 195, 191, 135 and 106 (C001 to C007, PB236). What a
merger does is in `sim.commissioning.ccg_mergers`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.population.facts import FOLDER
from sim.world.world import Rows

EVENTS = FOLDER / "ccg_mergers.csv"
COLUMNS = ("code", "year", "into", "name", "source")


class Event(NamedTuple):
    """One CCG that becomes part of another; the code may be that of a CCG made by an earlier merger."""

    code: str
    year: int
    into: str


def read_events(file: Path = EVENTS) -> list[Event]:
    """The events of a table with the columns code, year, into, name and source, by year.

    Raises InputError where a column, a year or a code cannot be used, or a CCG would merge twice or with nobody.
    """
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    events = []
    for line, row in enumerate(rows, start=2):
        missing = [name for name in COLUMNS if not (row.get(name) or "").strip()]
        if missing:
            raise InputError(f"nothing under {missing[0]!r}", file=file, key=f"line {line}", allowed=COLUMNS)
        if not row["year"].strip().isdigit():
            raise InputError(f"{row['year']!r} is no year", file=file, key=f"line {line}")
        events.append(Event(row["code"].strip(), int(row["year"]), row["into"].strip()))
    times, members = Counter(event.code for event in events), Counter(event.into for event in events)
    years = {event.into: event.year for event in events}
    for event in events:
        if times[event.code] > 1:
            raise InputError(f"CCG {event.code} merges twice", file=file)
        if members[event.into] < 2:
            raise InputError(f"CCG {event.code} merges with nobody into {event.into}", file=file)
        if years[event.into] != event.year:
            raise InputError(f"members of {event.into} merge in different years", file=file)
    return sorted(events, key=lambda event: (event.year, event.into, event.code))


def events_of(events: Sequence[Event], codes: Sequence[str], known: Sequence[str] = ()) -> Rows:
    """(events, 3): year, row of a member, number of the CCG that it becomes part of, by year.

    codes: of the CCGs of a run, of April 2014. known: codes of all England; members that are known but not part of the
    run are left out. Raises InputError for a code that is neither known nor made by an earlier merger.
    """
    rows = {code: [row] for row, code in enumerate(codes)} | {code: [] for code in known if code not in codes}
    numbers = {into: number for number, into in enumerate(sorted({event.into for event in events}))}
    found = []
    for event in sorted(events, key=lambda event: event.year):
        if event.code not in rows:
            raise InputError(f"no CCG has the code {event.code!r} in {event.year}", key="ccg_mergers")
        found += [(event.year, row, numbers[event.into]) for row in rows[event.code]]
        rows.setdefault(event.into, []).extend(rows[event.code])
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def first_of(events: Rows, year: int, ccgs: int) -> NDArray[np.bool_]:
    """(CCGs,): whether a row is the first of those that are one CCG in a year; their sum is how many CCGs there are."""
    one = np.arange(ccgs)
    for then in np.unique(events[:, 0][events[:, 0] <= year]):
        for _, members in due(events, int(then)):
            one[np.isin(one, one[members])] = one[members].min()
    return np.asarray(one == np.arange(ccgs))


def due(events: Rows, year: int) -> list[tuple[int, Rows]]:
    """(number, rows of members) of every CCG that is made in a year."""
    now = events[events[:, 0] == year]
    if not len(now):  # so in most years
        return []
    return [(int(one), now[now[:, 2] == one][:, 1]) for one in np.unique(now[:, 2])]
