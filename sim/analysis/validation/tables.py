"""A validation as tables: for the terminal, and as CSV and Parquet files in a folder."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.analysis.validation.checks import checks
from sim.analysis.validation.forecast import Forecast
from sim.analysis.validation.validate import Validation
from sim.study.store import MANIFEST, check_target, sync

PAGE = "report.html"
MARKS = {True: "met", False: "NOT MET", None: ""}

Rows = list[dict[str, Any]]


def tables(validation: Validation) -> dict[str, Rows]:
    """Every table by the name of its file; only those that hold something."""
    found: dict[str, Rows] = {"checks": [one.row() for one in checks(validation)]}
    if validation.targets is not None:
        found["targets"] = [one.row() for one in (*validation.targets.past, *validation.targets.new)]
        found["series"] = [one.row() for one in validation.targets.series.series]
    found["forecast_scores"] = [row for one in validation.forecasts for row in _score_rows(one)]
    found["forecast_calibration"] = [row for one in validation.forecasts for row in _calibration_rows(one)]
    found["associations"] = [one.row() for one in validation.associations]
    found["survivors"] = [one.row() for one in validation.tracked]
    found["practices"] = practice_rows(validation)
    found["responses"] = [one.row() for one in validation.responses]
    found["permutation"] = [one.row() for one in validation.falls]
    if validation.stability is not None:
        found["drift"] = [one.row() for one in validation.stability.drifts]
        found["shock"] = [
            {"years_after": k, "gap_left": float(left)} for k, left in enumerate(validation.stability.decay.left)
        ]
        found["gains"] = [one.row() for one in validation.stability.gains]
        found["bounds"] = [one.row() for one in validation.stability.hits]
    return {name: rows for name, rows in found.items() if rows}


def _score_rows(forecast: Forecast) -> Rows:
    return [
        {"question": forecast.question.name, "score": name, "value": one.value, "low": one.low, "high": one.high}
        for name, one in forecast.scores.items()
    ]


def _calibration_rows(forecast: Forecast) -> Rows:
    return [
        {
            "question": forecast.question.name, "forecaster": name, "practices": group.practices,
            "forecast": group.forecast, "observed": group.observed, "low": group.low, "high": group.high,
        }
        for name, groups in forecast.calibration.items()
        for group in groups
    ]  # fmt: skip


def practice_rows(validation: Validation) -> Rows:
    """Each practice of a real table: chances of merging, of closing and of going on under a new code, expected list and
    GPs, by year."""
    chance, ensemble = validation.chances, validation.ensemble
    if chance is None:
        return []
    return [
        {
            "practice": code, "ccg": str(ensemble.ccg[k]), "year": year, "merged": float(chance.merged[y, k]),
            "closed": float(chance.dispersed[y, k]), "let_anew": float(chance.let_anew[y, k]),
            "list_size": float(chance.list_size[y, k]), "gp_fte": float(chance.gp_fte[y, k]),
        }
        for k, code in enumerate(ensemble.codes)
        for y, year in enumerate(chance.years)
    ]  # fmt: skip


def text(validation: Validation) -> str:
    """What was found, for the terminal."""
    parts = [_forecast_text(one) for one in validation.forecasts]
    if validation.falls:
        rows = [(one.column, f"{one.auc:.3f}", f"{one.fall.value:+.3f}") for one in validation.falls]
        parts.append(side_by_side(("Start column shuffled", "AUC", "fall"), rows))
    parts.append("\n".join(f"{MARKS[c.met]:<8}{c.what}: {c.found} (asked: {c.asked})" for c in checks(validation)))
    return "\n\n".join([*parts, *validation.notes])


def _forecast_text(forecast: Forecast) -> str:
    q = forecast.question
    head = (f"({q.name}) {q.title}: {int(q.happened.sum())} of {len(q.rows)}", "", "95% by CCG")
    rows = [(name, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}") for name, one in forecast.scores.items()]
    return side_by_side(head, rows)


def side_by_side(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns beside each other, the first to the left and the others to the right."""
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    lines = []
    for first, *rest in [head, *rows]:
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells]))
    return "\n".join(lines)


def write(validation: Validation, page: str, out: Path, *, force: bool) -> None:
    """Writes page, tables and manifest into a folder, all at once or not at all; see `store.check_target`."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    check_target(out, force)
    out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for name, rows in tables(validation).items():
            table = pa.Table.from_pylist(rows)
            csv.write_csv(table, made / f"{name}.csv")
            parquet.write_table(table, made / f"{name}.parquet")
        (made / MANIFEST).write_text(json.dumps(validation.ensemble.manifest, indent=1) + "\n", encoding="utf-8")
        (made / PAGE).write_text(page, encoding="utf-8")
        sync(made)
        made.chmod(0o755)
        if out.exists():
            _keep_notes(out, made)
            shutil.rmtree(out)
        os.replace(made, out)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _keep_notes(old: Path, new: Path) -> None:
    """A user's own files outlive --force."""
    for entry in old.iterdir():
        if entry.suffix not in (".csv", ".parquet") and entry.name not in (MANIFEST, PAGE):
            entry.rename(new / entry.name)
