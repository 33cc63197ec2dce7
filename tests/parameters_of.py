"""Parameters of named files, for tests that must not wait for the rest."""

from __future__ import annotations

from sim import parameters
from sim.parameters import FIRST_YEAR, Lever, Params, Step

MINE = ("demand", "access", "quality", "hospital", "settlements", "plans", "practice_budgets")


def params_of(year: int, **changed: float) -> Params:
    """Params of a year from the files of patients and money; `group__name=value` changes a record's value."""
    files = [parameters.FOLDER / f"{name}.toml" for name in MINE]
    levers = [
        Lever(parameter=name.replace("__", "."), why="a test", step=Step(year=FIRST_YEAR, to_value=value))
        for name, value in changed.items()
    ]
    return parameters.read(files).resolve(levers=levers, start_year=FIRST_YEAR, years=40).year(year)
