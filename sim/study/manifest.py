"""The manifest of an output folder: what was run, with what, when and how it went; enough to run it again.

`describe` writes everything that makes a study what it is, scenarios and regimes included; `task_of` reads it again, so
that a folder can be carried on where the files it was made from are gone or have changed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from sim.errors import InputError
from sim.study.design import Design
from sim.study.plan import Study
from sim.study.records import FAILED, Engine, Run, Task

PACKAGE = Path(__file__).resolve().parent.parent
HERE = "<program>"
"""Stands in a manifest for the folder that holds the program."""
FORMAT = 2
"""Version of the layout of output folders."""
MOST_FAILURES = 100
"""Failures told in the manifest; `runs.parquet` has them all, with their tracebacks."""


def describe(study: Study) -> dict[str, Any]:
    """The manifest of a study that is about to begin, as plain JSON values."""
    task = study.task
    scenarios = {name: _content(scenario) for name, scenario in task.scenarios.items()}
    regimes = {name: _content(regime) for name, regime in task.regimes.items()}
    return {
        "format": FORMAT,
        "command": study.command,
        "title": study.title,
        "scenarios": list(task.scenarios),
        "scenario_titles": {name: _title(scenario, name) for name, scenario in task.scenarios.items()},
        "regimes": list(task.regimes),
        "regime_titles": {name: _title(regime, name) for name, regime in task.regimes.items()},
        "years": task.years,
        "levels": None if task.levels is None else list(task.levels),
        "outcomes": None if task.outcomes is None else list(task.outcomes),
        "equal_staff_cost": task.equal_staff_cost,
        "population": None if task.population is None else str(task.population),
        "plan": None if study.plan is None else study.plan.model_dump(mode="json", exclude_unset=True),
        "design": about(study.design, study.units),
        "runs": len(study.design) * task.runs_per_pair,
        "hashes": {
            "scenarios": {name: _digest(content) for name, content in scenarios.items()},
            "regimes": {name: _digest(content) for name, content in regimes.items()},
            "parameters": parameters_hash(),
        },
        "scenario_content": scenarios,
        "regime_content": regimes,
        "sessions": [],
    }


def about(design: Design, units: int) -> dict[str, Any]:
    """What the manifest says of the design; the whole of it is in `design.parquet`."""
    return {
        "file": "design.parquet",
        "pairs": len(design),
        "units": units,
        "master_seed": design.master_seed,
        "parameters": list(design.names),
    }


def session(
    command: str, executor: str, workers: int, started: datetime, ended: datetime, seconds: float
) -> dict[str, Any]:
    """One stretch of work on a study: by which program, with what, when and how long."""
    return {
        "command": command,
        "arguments": sys.argv[1:],
        "program": {"version": version(), **program(), "hash": program_hash()},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "dependencies": dependencies(),
        "executor": executor,
        "workers": workers,
        "started": started.isoformat(timespec="seconds"),
        "ended": ended.isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
    }


def failures(runs: Sequence[Run]) -> dict[str, Any]:
    """How many runs failed, and the first of them."""
    failed = [run for run in runs if run.status == FAILED]
    told = [{"run": run.run, "stage": run.stage, "error": run.error} for run in failed[:MOST_FAILURES]]
    return {"failed": len(failed), "failures": told}


def task_of(manifest: Mapping[str, Any], engine: Engine) -> Task:
    """The task that `describe` wrote. Raises InputError for one that this version of the program cannot read."""
    if manifest.get("format") != FORMAT:
        raise InputError(
            f"was written by another version of the program, in format {manifest.get('format')}", key="format"
        )

    def read(kind: type, content: Any) -> Any:
        whole = dict.fromkeys((field.name for field in fields(kind)), None) | content  # None was left out
        text = json.dumps(whole).replace(HERE, json.dumps(str(PACKAGE.parent))[1:-1])
        return TypeAdapter(kind).validate_json(text)

    try:
        return Task(
            {name: read(engine.scenario_type, content) for name, content in manifest["scenario_content"].items()},
            {name: read(engine.regime_type, content) for name, content in manifest["regime_content"].items()},
            manifest["years"],
            None if manifest["population"] is None else Path(manifest["population"]),
            engine,
            manifest["equal_staff_cost"],
            None if manifest["levels"] is None else tuple(manifest["levels"]),
            None if manifest["outcomes"] is None else tuple(manifest["outcomes"]),
        )
    except (KeyError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", file="manifest.json") from None


def _title(thing: Any, name: str) -> str:
    return str(getattr(thing, "title", name))


def version() -> str:
    """Version of the installed program, or `unknown` for a bare source tree."""
    try:
        return importlib.metadata.version("commissim")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def dependencies() -> dict[str, str]:
    """Installed version of everything the program requires."""
    try:
        required = importlib.metadata.requires("commissim") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in required if "extra ==" not in line]
    found = {}
    for name in sorted(names):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def parameters_hash() -> str:
    """SHA-256 over the parameter files, in order of their names, and the neutral values of mechanisms."""
    digest = hashlib.sha256()
    for path in [*sorted((PACKAGE / "parameters").glob("*.toml")), PACKAGE / "mechanisms.toml"]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def program() -> dict[str, Any]:
    """Commit of the source tree and whether it holds changes; None where it is no git tree."""
    commit = _ask_git("rev-parse", "HEAD")
    status = _ask_git("status", "--porcelain") if commit else None
    return {"git_commit": commit or None, "git_dirty": None if status is None else bool(status)}


def _ask_git(*words: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(PACKAGE), *words], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


@cache
def program_hash() -> str:
    """SHA-256 over all files of the package that decide what a run gives, in order of their names."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in (".py", ".toml", ".csv"):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _content(thing: Any) -> Any:
    """A scenario or regime as plain JSON values; paths within the program are given from its folder."""
    content = TypeAdapter(type(thing)).dump_json(thing, by_alias=True, exclude_none=True).decode()
    return json.loads(content.replace(json.dumps(str(PACKAGE.parent))[1:-1], HERE))


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
