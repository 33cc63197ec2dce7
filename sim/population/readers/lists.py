"""What both files of registered patients hold: a list a practice, its CCG and, where published, ages and area team."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.population.readers.csv_file import Floats, Texts

AGE_BANDS = ("age_0_4", "age_5_64", "age_65_74", "age_75_plus")


@dataclass(frozen=True)
class PatientLists:
    """Registered patients by practice; arrays of one entry a practice.

    `ages` has shape (practices, 4) in the order of AGE_BANDS, or is None where the file has no ages. `area_team`,
    `area_team_name` and `region` are None where the file does not tell them. `first` and `last` (YYYYMMDD) are the days
    that the lists describe, None where neither the file nor its name says. `lines` are lines in the file.
    """

    path: Path
    publication: str
    code: Texts
    ccg: Texts
    list_size: Floats
    ages: Floats | None
    lines: list[int]
    first: int | None = None
    last: int | None = None
    area_team: Texts | None = None
    area_team_name: Texts | None = None
    region: Texts | None = None

    def total(self) -> float:
        """All registered patients of the file."""
        return float(self.list_size.sum())

    def only(self, keep: npt.NDArray[np.bool_]) -> PatientLists:
        """The same file with these practices alone."""

        def part(values: npt.NDArray[np.str_] | None) -> Texts | None:
            return None if values is None else values[keep]

        return PatientLists(
            path=self.path,
            publication=self.publication,
            code=self.code[keep],
            ccg=self.ccg[keep],
            list_size=self.list_size[keep],
            ages=None if self.ages is None else self.ages[keep],
            lines=[line for line, kept in zip(self.lines, keep, strict=True) if kept],
            first=self.first,
            last=self.last,
            area_team=part(self.area_team),
            area_team_name=part(self.area_team_name),
            region=part(self.region),
        )
