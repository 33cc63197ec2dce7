"""What was read and what was imputed when a population is built from files: `imputed.csv` and `report.md`."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class ImputedColumn:
    """One column of the practices: how many values came from files, how many were imputed, and how."""

    column: str
    read: int
    imputed: int
    how: str


@dataclass(frozen=True)
class Dropped:
    """Rows of a file that became no practice: why, how many, and the patients on their lists."""

    reason: str
    practices: int
    patients: float


@dataclass
class ImputationReport:
    """All that a reader must know of how a population came from files."""

    source: str
    practices: int
    patients: float
    columns: list[ImputedColumn]
    dropped: list[Dropped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, column: str) -> ImputedColumn:
        """The record of one column; raises KeyError for a column that is not reported."""
        return {record.column: record for record in self.columns}[column]

    def sentences(self) -> list[str]:
        """The report in short: one sentence for each column with imputed values, each reason to drop and each note."""
        lines = [f"{r.column}: {r.read} read, {r.imputed} imputed ({r.how})" for r in self.columns if r.imputed]
        lines += [
            f"left out: {d.practices} rows, {d.patients:.0f} patients ({d.reason})" for d in self.dropped if d.practices
        ]
        return [*self.notes, *lines]

    def to_csv(self) -> str:
        """`imputed.csv`: column, read, imputed, how; one row a column."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["column", "read", "imputed", "how"])
        writer.writerows([r.column, r.read, r.imputed, r.how] for r in self.columns)
        return stream.getvalue()

    def to_markdown(self) -> str:
        """`report.md`: the same for people."""
        lines = [
            "# How this population was built",
            "",
            f"From {self.source}.",
            "",
            f"{self.practices:,} practices, {self.patients:,.0f} registered patients.",
            "",
        ]
        lines += [f"- {note}" for note in self.notes]
        lines += ["", "## Rows left out", ""]
        lines += [
            f"- {d.practices:,} rows with {d.patients:,.0f} patients: {d.reason}" for d in self.dropped if d.practices
        ]
        if not any(d.practices for d in self.dropped):
            lines.append("None.")
        lines += ["", "## Columns", "", "| column | read | imputed | how |", "|---|---:|---:|---|"]
        lines += [f"| {r.column} | {r.read:,} | {r.imputed:,} | {r.how if r.imputed else ''} |" for r in self.columns]
        return "\n".join(lines) + "\n"

    def write(self, folder: str | Path) -> None:
        """Writes both files into a folder that exists."""
        (Path(folder) / "imputed.csv").write_text(self.to_csv(), encoding="utf-8")
        (Path(folder) / "report.md").write_text(self.to_markdown(), encoding="utf-8")
