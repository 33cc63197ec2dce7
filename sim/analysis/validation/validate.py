"""A whole validation: the runs once, and each part of what they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.analysis.validation.ensemble import Ensemble, text_table
from sim.analysis.validation.forecast import Forecast, chances, forecasts
from sim.analysis.validation.panel import data_folder, read_panel
from sim.errors import InputError

PARTS = ("forecast",)
"""What can be asked for, in the order in which it is done."""


@dataclass(frozen=True)
class Validation:
    """What was found. A part that was not asked for, or could not be done, is empty, and `notes` say why."""

    ensemble: Ensemble
    notes: tuple[str, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def text(self) -> str:
        """What was found, for the terminal."""
        return "\n\n".join([*map(_forecast_text, self.forecasts), *self.notes])


def check_parts(parts: Sequence[str]) -> tuple[str, ...]:
    """The parts to do, in order; all for none. Raises InputError for one that is not known."""
    for part in parts:
        if part not in PARTS:
            raise InputError(f"{part!r} is not known", key="--part", allowed=PARTS)
    return tuple(part for part in PARTS if not parts or part in parts)


def examine(ensemble: Ensemble, parts: Sequence[str]) -> Validation:
    """Holds an ensemble against what it can be held against."""
    notes: list[str] = []
    found: tuple[Forecast, ...] = ()
    if "forecast" in parts:
        found = _forecast(ensemble, notes)
    return Validation(ensemble, tuple(notes), found)


def _forecast(ensemble: Ensemble, notes: list[str]) -> tuple[Forecast, ...]:
    folder = data_folder()
    if folder is None:
        notes.append("No forecast by practice: COMMISSIM_DATA does not name the published tables.")
        return ()
    panel = read_panel(folder, ensemble.codes)
    if not panel.paid.any():
        notes.append("No forecast by practice: a synthetic England has none of the real practices.")
        return ()
    chance = chances([run.fates for run in ensemble.runs], ensemble.years)
    return tuple(forecasts(panel, chance, ensemble.population.practices, ensemble.ccg))


def _forecast_text(forecast: Forecast) -> str:
    q = forecast.question
    head = (f"({q.name}) {q.title}: {int(q.happened.sum())} of {len(q.rows)}", "", "95% by CCG")
    rows = [(name, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}") for name, one in forecast.scores.items()]
    return text_table(head, rows)
