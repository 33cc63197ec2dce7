"""The command: a folder that can be gone on with, the calibration, and what is written of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.analysis.calibration.calibrate import Calibrated, Calibration
from sim.analysis.calibration.report import write
from sim.analysis.calibration.settings import Settings, load_settings
from sim.analysis.targets import check_frozen
from sim.errors import InputError
from sim.parameters.variants import FILE as VARIANTS
from sim.study.executors import executor_for
from sim.study.manifest import PACKAGE, parameters_hash

BEGUN = "begun.json"


@dataclass(frozen=True)
class Made:
    """What `calibrate` returns: findings, and the files that were written."""

    found: Calibrated
    files: list[Path]


def calibrate(
    file: Path | None,
    out: Path,
    *,
    population: Path | None = None,
    workers: int | None = None,
    trial: bool = False,
    force: bool = False,
    quiet: bool = False,
) -> Made:
    """Calibrates the model and writes the ensemble of plausible sets into a folder.

    file: settings, the shipped ones for None. population: a folder made by `commissim population build`, or None for
    the synthetic England. trial: only the recovery of known parameters. A folder that holds waves of the same
    calibration is gone on with; `force` begins anew. Raises InputError for bad input before anything is run.
    """
    settings, targets = load_settings(file)
    check_frozen(targets)
    executor = executor_for(workers)
    if population is not None and not population.is_dir():
        raise InputError("no such folder; make one with `commissim population build`", file=population)
    _begin(out, _inputs(settings, targets, population), force)
    calibration = Calibration(settings, targets, out, population, executor, quiet, _silent if quiet else _say)
    found = calibration.run(trial_only=trial)
    words = "the synthetic England" if population is None else f"practices of {_source(population)}"
    return Made(found, write(found, out, words))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _silent(_line: str) -> None:
    return


def _source(population: Path) -> str:
    """Where a population comes from, in its own words."""
    from sim.population.tables import Population

    return Population.load(population).source


def _inputs(settings: Settings, targets: Path, population: Path | None) -> dict[str, Any]:
    """What a wave on disk depends on; a calibration with other inputs may not use it."""
    people = hashlib.sha256()
    for path in sorted(population.glob("*")) if population is not None else []:
        people.update(path.read_bytes())
    return {
        "settings": json.loads(settings.model_dump_json()),
        "targets": check_frozen(targets),
        "parameters": parameters_hash(),
        "rules": _rules_hash(),
        "variants": hashlib.sha256(VARIANTS.read_bytes()).hexdigest(),
        "population": people.hexdigest() if population is not None else "synthetic",
    }


def _rules_hash() -> str:
    """SHA-256 of the code that a run depends on."""
    code = hashlib.sha256()
    for room in ("world", "population", "rules", "commissioning", "regimes"):
        for path in sorted((PACKAGE / room).rglob("*.py")):
            code.update(path.name.encode() + path.read_bytes())
    return code.hexdigest()


def _begin(out: Path, inputs: dict[str, Any], force: bool) -> None:
    """Makes the folder, or finds in it the waves of this very calibration."""
    begun = out / BEGUN
    if out.exists() and not out.is_dir():
        raise InputError("is a file; a calibration needs a folder", file=out)
    if begun.exists():
        if json.loads(begun.read_text(encoding="utf-8")) == inputs:
            return
        if not force:
            raise InputError(
                "holds a calibration of other settings, targets, parameters or practices; name another folder, or "
                "begin anew with --force", file=out,
            )  # fmt: skip
        for wave in (*out.glob("wave-*"), out / "confirmed"):
            shutil.rmtree(wave, ignore_errors=True)
    elif out.is_dir() and any(out.iterdir()):
        raise InputError("holds other files; name a new or an empty folder", file=out)
    out.mkdir(parents=True, exist_ok=True)
    begun.write_text(json.dumps(inputs, indent=1) + "\n", encoding="utf-8")
