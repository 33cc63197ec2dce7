"""Starting runners in processes of their own, watching and killing them, and comparing what they leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pyarrow as pa

from sim.study.store import OUTCOMES, read_table, runs_table

TESTS = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
"""Seconds after which a test gives up; far more than anything here takes."""


def environment(**changes: str) -> dict[str, str]:
    """That of this process, in which the small model can be imported."""
    return {**os.environ, "PYTHONPATH": str(TESTS), **changes}


def runner(out: Path, *options: str, **changes: str) -> subprocess.Popen[str]:
    """Starts a runner of the small model; see runner_process.py."""
    command = [sys.executable, str(TESTS / "study" / "runner_process.py"), str(out), *options]
    return subprocess.Popen(command, env=environment(**changes), text=True, stderr=subprocess.PIPE)


def wait_until(happens: Callable[[], bool], what: str) -> None:
    """Waits for something. Raises AssertionError if it does not happen."""
    until = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.01)


def stored_parts(out: Path) -> int:
    """Parts that a study which is running has stored."""
    return len(list((out / "progress").glob("part-*.parquet")))


def wait_for_parts(out: Path, parts: int) -> None:
    wait_until(lambda: stored_parts(out) >= parts, f"{parts} parts stored")


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Worker processes of a runner: the children of its server."""
    children = psutil.Process(process.pid).children()
    return [worker for child in children for worker in child.children()]


def kill(process: psutil.Process | subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)


def content(out: Path) -> tuple[list[dict[str, object]], dict[str, list[dict[str, object]]]]:
    """Rows of runs and of every level, in order."""
    levels = {}
    for folder in sorted((out / OUTCOMES).iterdir()):
        table = pa.concat_tables([read_table(part) for part in sorted(folder.glob("part-*.parquet"))])
        levels[folder.name] = table.sort_by([("run", "ascending"), ("year", "ascending")]).to_pylist()
    return runs_table(out).to_pylist(), levels
