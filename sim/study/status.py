"""How far a study is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sim.study.conduct import read_manifest
from sim.study.records import FAILED, Run
from sim.study.results import Results, open_results
from sim.study.store import is_running, read_runs

MOST_KINDS = 5
"""Kinds of failure that are told."""


@dataclass(frozen=True)
class Status:
    """How far a study is. runs: how many it has in all; stored: rows of runs; results: None while there are none."""

    title: str
    runs: int
    stored: int
    failures: tuple[Run, ...]
    running: bool
    folder: Path
    results: Results | None

    @property
    def failed(self) -> int:
        """How many runs failed."""
        return len(self.failures)

    def text(self) -> str:
        """A few lines: counts, kinds of failures, and what to do next."""
        missing = self.runs - self.stored
        lines = [
            f"{self.title}: {self.stored - self.failed:,} done, {self.failed:,} failed, {missing:,} missing of "
            f"{self.runs:,} runs" + (", running now" if self.running else "")
        ]
        kinds = Counter(f"at {run.stage}: {run.error}" for run in self.failures)
        lines += [f"  {count} failed {kind}" for kind, count in kinds.most_common(MOST_KINDS)]
        if missing and not self.running:
            lines.append(f"Carry on with: commissim study resume {self.folder}")
        if self.failures and not self.running:
            lines.append(f"Once mended: commissim study rerun {self.folder} --failed")
        return "\n".join(lines)


def status_of(folder: Path) -> Status:
    """How far the study in a folder is. Raises InputError where there is none."""
    manifest = read_manifest(folder)
    runs = read_runs(folder)
    failures = tuple(run for run in runs if run.status == FAILED)
    results = open_results(folder) if runs else None
    return Status(manifest["title"], manifest["runs"], len(runs), failures, is_running(folder), folder, results)
