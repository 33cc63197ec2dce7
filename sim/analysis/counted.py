"""Lists as the payments panel counts them: what a run's practices say at the dates and in the words of the targets.

NHS Payments to General Practice holds a row for every code paid in a year, with its "last known figure" of registered
patients. That of 2014-15 names the quarter: the second for 7,917 of 7,959 codes, the first for 38. 2015-16 is alike:
39% of codes have exactly what NHSBSA counted for July to September 2015, and so has the median. In 2016-17 the figure
is that of the fourth quarter: the median code has 0.21% more patients than in the workforce census of September 2016
(middle half of codes 1.0% apart), as NHSBSA's lists of January to March 2016 have 0.17% more than the census of 2015
(1.0%), while those of October to December 2015 agree with that census to 0.01% (0.14%). So a quarter's lists are those
of its first day: 1 July 2014 and 2015, 1 January 2017. 2017-18, which no choice may rest on, is taken to be counted as
the year before it.

A model year gives lists on 1 April and on the 31 March after it. A code that ended in the year counts with the list
with which it entered, and its patients once more where they went. A share of the year's endings has happened by the
date; which, the model does not say, so that percentiles and means lie between those of both ends by that share of the
year. Payments per patient are left as they are: a run pays for the very list that it divides by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.sums import LIST_QUANTILES
from sim.world.world import Floats

if TYPE_CHECKING:
    from sim.analysis.practice_years import PracticeYears
    from sim.simulate import RunResult

COUNTED_AT = {2014: 0.25, 2015: 0.25, 2016: 0.75}
"""Share of a financial year that has passed when its lists are counted; of later years that of the last."""
LISTS = (*LIST_QUANTILES, "list_size_mean")
"""Outcomes whose targets are counts of the panel."""
PANEL = "panel_"
"""Before the name of a level: these outcomes so counted; the others are NaN there."""
LEVELS = ("national", "deprivation_fifth")
"""Levels at which targets speak of them."""

Flags = npt.NDArray[np.bool_]


def counted_at(year: int) -> float:
    """Share of a financial year, 2014 or later, that has passed when its lists are counted."""
    return COUNTED_AT[min(year, max(COUNTED_AT))]


def lists_of_year(practices: PracticeYears, index: int) -> tuple[Floats, Floats, Flags]:
    """Of year number `index` (from 0): the lists on 1 April and on 31 March, and which codes were paid."""
    first = practices.entered_with(index)
    last = np.where(practices.working[index + 1], practices.list_size[index + 1], first)
    return first, last, practices.paid_in(index)


def list_outcomes(first: Floats, last: Floats, share: float) -> Floats:
    """The outcomes `LISTS`, of lists at both ends of a year after a share of it; NaN where there are none."""
    if not len(first):
        return np.full(len(LISTS), np.nan)
    percents = [100.0 * below for below in LIST_QUANTILES.values()]
    ends = [np.array([*np.percentile(lists, percents), lists.mean()]) for lists in (first, last)]
    return np.asarray((1.0 - share) * ends[0] + share * ends[1])


def panel_levels(result: RunResult, practices: PracticeYears) -> dict[str, Floats]:
    """The levels `panel_<level>` of a run, each (years, places, outcomes)."""
    columns = [result.outcomes.index(name) for name in LISTS]
    found = {PANEL + level: np.full_like(result.values[level], np.nan) for level in LEVELS}
    everywhere = np.zeros_like(practices.fifth)
    for index, year in enumerate(result.years):
        first, last, paid = lists_of_year(practices, index)
        for level, place in zip(LEVELS, (everywhere, practices.fifth), strict=True):
            for k, out in enumerate(found[PANEL + level][index]):
                here = paid & (place == k)
                out[columns] = list_outcomes(first[here], last[here], counted_at(year))
    return found
