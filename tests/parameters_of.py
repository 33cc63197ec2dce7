"""Parameters of named files, for tests that must not wait for the rest."""

from __future__ import annotations

from collections.abc import Sequence

from sim import parameters
from sim.parameters import FIRST_YEAR, Lever, Params, Step

MINE = ("demand", "access", "quality", "hospital", "settlements", "plans", "practice_budgets")


def params_from(files: Sequence[str], year: int, **changed: float) -> Params:
    """Params of a year from some files; `group__name=value` changes a record's value."""
    levers = [
        Lever(parameter=name.replace("__", "."), why="a test", step=Step(year=FIRST_YEAR, to_value=value))
        for name, value in changed.items()
    ]
    book = parameters.read([parameters.FOLDER / f"{name}.toml" for name in files])
    return book.resolve(levers=levers, start_year=FIRST_YEAR, years=40).year(year)


def params_of(year: int, **changed: float) -> Params:
    """Params of a year from the files of patients and money; see `params_from`."""
    return params_from(MINE, year, **changed)
