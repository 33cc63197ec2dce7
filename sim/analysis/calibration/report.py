"""What is written of a calibration: the ensemble, its manifest, and a page of Markdown."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.calibration.calibrate import Calibrated
from sim.analysis.targets import Target
from sim.parameters.plausible_sets import MANIFEST, SETS, VARIANT
from sim.study.manifest import parameters_hash, program, version

PAGE = "calibration.md"


def write(found: Calibrated, folder: Path, population: str) -> list[Path]:
    """Writes what was found into the folder; returns the files. population: what was calibrated, in words."""
    page = folder / PAGE
    files = [page]
    if found.sets is not None:
        files += [folder / SETS, folder / MANIFEST]
        _replace(folder / SETS, lambda path: _write_sets(found, path))
        manifest = json.dumps(manifest_of(found, population), indent=1)
        _replace(folder / MANIFEST, lambda path: path.write_text(manifest + "\n", encoding="utf-8"))
    text = "\n\n".join(_sections(found, population)) + "\n"
    _replace(page, lambda path: path.write_text(text, encoding="utf-8"))
    return files


def _replace(path: Path, write_to: Any) -> None:
    temporary = path.with_name(f".{path.name}.partial")
    write_to(temporary)
    temporary.replace(path)


def _write_sets(found: Calibrated, path: Path) -> None:
    assert found.sets is not None
    columns = [found.space.names.index(name) for name in found.names]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([VARIANT, *found.names])
        for variant, row in zip(found.sets.variant, found.sets.values[:, columns].tolist(), strict=True):
            writer.writerow([variant, *(f"{value:.6g}" for value in row)])


def manifest_of(found: Calibrated, population: str) -> dict[str, Any]:
    """How the ensemble was made, and what was learnt of each calibrated parameter."""
    assert found.sets is not None
    assert found.first is not None
    return {
        "population": population,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "program": {"version": version(), **program()},
        "hashes": {"targets": found.targets_hash, "parameters": parameters_hash()},
        "settings": found.settings.model_dump(),
        "targets": {"all": len(found.targets), "fitted": len(found.fitted)},
        "runs": len(found.first) + sum(wave.runs for wave in found.waves),
        "waves": [
            {"runs": len(found.first), "design": "latin hypercube over every uncertain parameter, variants in turn"},
            *(
                {"runs": w.runs, "cut": w.cut, "best": _round(w.best), "kept_of_prior": _round(w.kept)}
                for w in found.waves
            ),
        ],
        "confirmed": {"runs": found.confirming, "sound": found.confirmed, "kept": len(found.sets)},
        "recovery": None if found.recovery is None else {"coverage": round(found.recovery.coverage, 3)},
        "narrowing": {
            n.name: {"before": n.before, "after": n.after, "by": round(n.by, 3), "narrowed": n.narrowed}
            for n in found.narrowings
        },
        "rank_correlations": [[a, b, round(rho, 2)] for a, b, rho in found.ties],
        "targets_passed": {
            tag: {"before": round(_passing(found, tag, before=True), 3), "after": round(_passing(found, tag), 3)}
            for tag in dict.fromkeys(t.tag for t in found.targets)
        },
    }  # fmt: skip


def _round(table: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in table.items()}


def _passing(found: Calibrated, tag: str, *, before: bool = False) -> float:
    """Mean share of runs within the range, over targets of a tag."""
    runs = found.first if before else found.sets
    assert runs is not None
    shares = [_passed(runs.measured[:, found.column(t)], t) for t in found.targets if t.tag == tag]
    return float(np.mean(shares))


def _passed(values: Any, target: Target) -> float:
    return float(((values >= target.low) & (values <= target.high)).mean())


# ------------------------------------------------------------------------------------------------- the page
def _sections(found: Calibrated, population: str) -> Iterable[str]:
    yield f"# Calibration of {population}"
    yield (
        f"{len(found.targets)} targets, frozen (SHA-256 {found.targets_hash[:12]}…), of which {len(found.fitted)} were "
        f"fitted ({', '.join(found.settings.tags)}). Regime {found.settings.regime}; variants: "
        f"{', '.join(found.space.variants)}."
    )
    yield from _screening(found)
    if found.recovery is not None:
        yield from _recovery(found)
    if found.sets is not None:
        yield from _matching(found)
        yield from _fit(found)
        yield from _learnt(found)


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _screening(found: Calibrated) -> Iterable[str]:
    assert found.screened is not None
    moved = found.screened.moved
    yield "## Screening"
    yield (
        f"{len(found.space.names)} parameters and quantities of regimes vary; "
        f"{int((moved.max(axis=1) > 0).sum())} move a target by more than chance. The rest stay drawn from their "
        "ranges."
    )
    order = [found.space.names.index(name) for name in found.names]
    names = [target.name for target in found.fitted]
    yield _table(
        ("calibrated", "targets moved", "moves most", "share of its variance"),
        [
            (f"`{found.space.names[p]}`", int((moved[p] > 0).sum()),
             names[int(moved[p].argmax())] if moved[p].any() else "–", f"{moved[p].max():.2f}")
            for p in order
        ],
    )  # fmt: skip


def _recovery(found: Calibrated) -> Iterable[str]:
    r = found.recovery
    assert r is not None
    yield "## Recovery of known parameters"
    yield (
        f"{found.settings.truths} runs with known parameters stood in for England. {r.coverage:.0%} of known values "
        "lie within the 5th to 95th percentile of the sets that were then not ruled out."
    )
    yield _table(
        ("parameter", "covered", "narrowed by", "closer to the truth by"),
        [
            (f"`{name}`", f"{r.covered[k]} of {r.truths[k]}", f"{r.narrowed[k]:.0%}", f"{r.closer[k]:.0%}")
            for k, name in enumerate(r.names)
        ],
    )


def _matching(found: Calibrated) -> Iterable[str]:
    assert found.first is not None
    assert found.sets is not None
    yield "## Waves"
    rows: list[tuple[Any, ...]] = [("1", len(found.first), "–", "–", "–", "–")]
    rows += [
        (k, w.runs, w.cut, _listed(w.best, ".2f"), _listed(w.kept, ".1%"), f"{w.skill:.2f}")
        for k, w in enumerate(found.waves, start=2)
    ]
    yield _table(("wave", "runs", "cut", "best implausibility squared", "prior kept", "median skill"), rows)
    yield (
        f"The last wave ran candidate sets anew, with other luck and everything else drawn from its range: "
        f"{found.confirmed} of {found.confirming} miss no headline target by more than three sigmas; "
        f"{len(found.sets)} are kept: {_listed(_count(found.sets.variant), 'd')}."
    )


def _count(variant: tuple[str, ...]) -> dict[str, int]:
    return {name: variant.count(name) for name in dict.fromkeys(variant)}


def _listed(table: Mapping[str, Any], form: str) -> str:
    return ", ".join(f"{name} {value:{form}}" for name, value in table.items())


def _fit(found: Calibrated) -> Iterable[str]:
    assert found.sets is not None
    assert found.first is not None
    yield "## Targets, before and after"
    rows = []
    for t in found.targets:
        values, before = found.sets.measured[:, found.column(t)], found.first.measured[:, found.column(t)]
        low, middle, high = np.nanpercentile(values, [5, 50, 95])
        within = "yes" if t.low <= middle <= t.high else "**no**"
        rows.append((
            t.name, t.tag, f"{t.value:.4g}", f"{t.low:.4g} to {t.high:.4g}", f"{middle:.4g}",
            f"{low:.4g} to {high:.4g}", within, f"{_passed(before, t):.0%}", f"{_passed(values, t):.0%}",
        ))  # fmt: skip
    yield _table(
        ("target", "tag", "England", "range", "median", "5th to 95th", "median within", "runs within before", "after"),
        rows,
    )


def _learnt(found: Calibrated) -> Iterable[str]:
    yield "## What was learnt of parameters"
    told = sum(n.narrowed for n in found.narrowings)
    yield f"{told} of {len(found.narrowings)} calibrated parameters were narrowed or moved."
    yield _table(
        ("parameter", "5th, 50th, 95th before", "after", "narrowed by", "informed"),
        [
            (f"`{n.name}`", ", ".join(f"{v:.3g}" for v in n.before), ", ".join(f"{v:.3g}" for v in n.after),
             f"{n.by:.0%}", "yes" if n.narrowed else "no")
            for n in found.narrowings
        ],
    )  # fmt: skip
    if found.ties:
        yield "Known only together (rank correlation within variants):"
        yield _table(("one", "other", "correlation"), [(f"`{a}`", f"`{b}`", f"{rho:+.2f}") for a, b, rho in found.ties])
