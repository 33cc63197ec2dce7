"""How large a calibration is: read from a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, Strict, model_validator

from sim.analysis.targets import IN_SAMPLE, Tag, load_targets
from sim.toml_files import Block, RefusedError, read_toml, validated

SHIPPED = Path(__file__).parent / "settings.toml"
Count = Annotated[int, Strict(), Field(ge=1)]


class Settings(Block):
    """What `settings.toml` says; see there."""

    scenario: str = "england"
    regime: str = "voluntary_2015"
    targets: str | None = Field(None, description="another file of targets, relative to this one")
    tags: tuple[Tag, ...] = ("behavioural", "initial_state")
    first_runs: Annotated[int, Strict(), Field(ge=20)]
    wave_runs: tuple[Count, ...]
    cuts: tuple[Annotated[float, Field(gt=0.0)], ...]
    calibrated: Count
    confirming_runs: Count
    ensemble: Count
    truths: Annotated[int, Strict(), Field(ge=0)]
    seed: Annotated[int, Strict(), Field(ge=0)] = 2014

    @model_validator(mode="after")
    def _sizes_fit(self) -> Settings:
        if len(self.cuts) != len(self.wave_runs) + 1:
            raise RefusedError(
                "needs one more than wave_runs: a cut before each wave and one for the ensemble", key="cuts"
            )
        if list(self.cuts) != sorted(self.cuts, reverse=True):
            raise RefusedError("may not grow from wave to wave", key="cuts")
        if self.ensemble > self.confirming_runs:
            raise RefusedError("is more than confirming_runs", key="ensemble")
        if self.truths > self.first_runs // 4:
            raise RefusedError("is more than a quarter of first_runs", key="truths")
        return self


def load_settings(file: Path | None = None) -> tuple[Settings, Path]:
    """The settings of a file (those shipped for None) and the file of targets that they name. Raises InputError."""
    path = file or SHIPPED
    settings = validated(Settings, read_toml(path), path)
    named = IN_SAMPLE if settings.targets is None else (path.parent / settings.targets).resolve()
    load_targets(named)
    return settings, named
