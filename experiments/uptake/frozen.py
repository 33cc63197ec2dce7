"""Which parameter records are frozen, and the hash that tells whether they still are what they were."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from sim import parameters

HERE = Path(__file__).parent
GROUPS = (
    "uptake", "shared_management", "vote", "constitution_check", "finance_check", "leadership_check", "signing",
    "maturity",
)  # fmt: skip
"""Groups of records of which uptake and approval are made."""
FITTED = ("uptake.voice", "uptake.together", "uptake.alone")
"""The intercepts; nothing else is fitted."""


def frozen_records(changed: dict[str, float] | None = None) -> dict[str, Any]:
    """Value by year, range and prior of every frozen record; `changed` replaces central values by name."""
    kept: dict[str, Any] = {}
    for name, record in parameters.load().records.items():
        if name.split(".")[0] in GROUPS:
            path = dict(record.path)
            if changed and name in changed:
                path[min(path)] = changed[name]
            kept[name] = {"value": sorted(path.items()), "range": record.range, "prior": str(record.prior or "")}
    return kept


def digest(records: dict[str, Any]) -> str:
    """SHA-256 of records, the same whatever their order in the files."""
    return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()


def targets() -> dict[str, Any]:
    """The figures of England."""
    return tomllib.loads((HERE / "targets.toml").read_text(encoding="utf-8"))


def write_fit(
    file: Path, fitted: dict[str, float], found: dict[str, float], wanted: dict[str, float], runs: int
) -> None:
    """Writes the fitted intercepts, the counts they give and the hash of all frozen records with them in force."""
    lines = ["# Written by experiments/uptake/fit.py.", "", f'sha256 = "{digest(frozen_records(fitted))}"', ""]
    lines += [
        f"runs = {runs}",
        "",
        "[intercepts]",
        *(f"{name.split('.')[1]} = {value}" for name, value in fitted.items()),
    ]
    lines += ["", "[counts]  # mean over runs, and all CCGs in the shares of the 198 that told"]
    lines += [f"{key} = {{found = {found[key]:.2f}, wanted = {wanted[key]:.2f}}}" for key in wanted]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
