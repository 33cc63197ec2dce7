"""The manifest of an output folder: what was run, with what, when and how it went; enough to run it again."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.study.design import Design
from sim.study.records import FAILED, Run, Task

PACKAGE = Path(__file__).resolve().parent.parent
FORMAT = 1
"""Version of the layout of output folders."""


def describe(
    command: str, task: Task, design: Design, runs: Sequence[Run], started: datetime, ended: datetime, workers: int
) -> dict[str, Any]:
    """The manifest as plain JSON values; `started` and `ended` carry their zone."""
    scenario, regimes = _content(task.scenario), {name: _content(regime) for name, regime in task.regimes.items()}
    return {
        "format": FORMAT,
        "command": command,
        "arguments": sys.argv[1:],
        "scenario": task.scenario_name,
        "scenario_title": str(getattr(task.scenario, "title", task.scenario_name)),
        "regimes": list(task.regimes),
        "regime_titles": {name: str(getattr(regime, "title", name)) for name, regime in task.regimes.items()},
        "years": task.years,
        "equal_staff_cost": task.equal_staff_cost,
        "population": None if task.population is None else str(task.population),
        "design": design.as_json(),
        "program": {"version": version(), **program()},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "dependencies": dependencies(),
        "hashes": {
            "scenario": _digest(scenario),
            "regimes": {name: _digest(content) for name, content in regimes.items()},
            "parameters": parameters_hash(),
        },
        "scenario_content": scenario,
        "regime_content": regimes,
        "workers": workers,
        "times": {
            "started": started.isoformat(timespec="seconds"),
            "ended": ended.isoformat(timespec="seconds"),
            "seconds": round((ended - started).total_seconds(), 2),
        },
        "runs": len(runs),
        "failures": [
            {"run": run.run, "stage": run.stage, "error": run.error, "traceback": run.details}
            for run in runs
            if run.status == FAILED
        ],
    }


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


def _content(thing: Any) -> Any:
    """A scenario or regime as plain JSON values, whatever class holds it; paths of the program are relative."""
    if hasattr(thing, "model_dump"):
        return _content(thing.model_dump(mode="json"))
    if is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: _content(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, Mapping):
        return {str(key): _content(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [_content(value) for value in thing]
    if thing is None or isinstance(thing, bool | int | float):
        return thing
    return str(thing).replace(f"{PACKAGE.parent}{os.sep}", "")


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
