"""What people see of finished runs: figures and one self-contained page."""

from __future__ import annotations

from pathlib import Path


def report(folder: str | Path) -> Path:
    """Writes `report.html` into an output folder and returns its path. Raises InputError where there are no results."""
    from sim.report.page import write_page

    return write_page(Path(folder))
