"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SCENARIO = "Scenario: name of a shipped one, or path of a file."
Regime = Annotated[str | None, typer.Option(help="Regime; the scenario's own by default.")]
Workers = Annotated[int | None, typer.Option(help="Processes; all cores by default.")]
FixedParameters = Annotated[
    bool, typer.Option("--fixed-parameters", help="Draw seeds only; parameters keep their values.")
]
Uninformed = Annotated[
    bool,
    typer.Option("--uninformed", help="Draw parameters from their ranges, not from the sets that calibration left."),
]
Years = Annotated[int | None, typer.Option(help="Financial years to simulate; the scenario's own by default.")]
Population = Annotated[
    Path | None, typer.Option(help="Folder made by `population build`; else the scenario's, or a synthetic England.")
]
Out = Annotated[Path | None, typer.Option(help="Folder to write; a new one below results/ by default.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite results that are there.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Only what was asked for: no progress, no notes.")]
Dask = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Run on the workers of a Dask scheduler, such as tcp://host:8786."),
]
