"""Targets: what England did, frozen before any fit, and what a run says in the same words.

`targets.toml` holds 2014-15 to 2016-17, `targets_2017.toml` holds 2017-18, which no fit may use. Figures written by
hand and figures computed by `scripts/make_targets.py` stand in the same form: `[level.<series>]` gives an outcome in
each year, `[change.<series>]` one figure over several years. A target is one figure; those of one outcome and place
make a series.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sim.analysis.counted import LISTS, PANEL
from sim.errors import InputError
from sim.study.records import Floats, Outcomes
from sim.toml_files import read_toml

HERE = Path(__file__).parent
IN_SAMPLE = HERE / "targets.toml"
OUT_OF_SAMPLE = HERE / "targets_2017.toml"
FROZEN = HERE / "targets_frozen.toml"
"""Hash of both files when they were frozen; see `check_frozen`."""

HEADLINES = (
    "practices_open", "list_size_mean", "practices_exited", "gp_fte_per_1000", "drawings_mean", "experience_good",
)  # fmt: skip
"""The six series none of which may be missed, whatever the figure: level or change of all England."""

TAGS = ("accounting", "initial_state", "behavioural")
KINDS = ("level", "relative", "absolute", "sum")
_REQUIRED = ("outcome", "level", "tag", "evidence")
_UNITS = {"relative": "share", "absolute": "unit of the outcome"}

Tag = Literal["accounting", "initial_state", "behavioural"]
Kind = Literal["level", "relative", "absolute", "sum"]


@dataclass(frozen=True)
class Target:
    """One figure of England, and the range in which a run passes.

    name: `practices_open.2014`, or `change.practices_open` where it spans years. series: figures that share it are one
    history. outcome, level, place: where in results it is found; place is empty for all England. kind: `level` in
    `year`; else over the years `first` to `year`: `relative` and `absolute` change, or `sum`. value, low, high: in
    `unit`. weight: of its series, shared among its figures. core: one of the lines that the baseline must show.
    regime: under which alone it holds, or empty. sample: `in` or `out`.
    """

    name: str
    series: str
    outcome: str
    level: str
    place: str
    kind: Kind
    first: int
    year: int
    value: float
    low: float
    high: float
    unit: str
    tag: Tag
    weight: float
    core: bool
    headline: bool
    definition: str
    evidence: tuple[str, ...]
    regime: str
    sample: Literal["in", "out"]

    @property
    def tolerance(self) -> float:
        """Half the width of the range: about what a 90% interval leaves open, in `unit`."""
        return (self.high - self.low) / 2.0

    @property
    def middle(self) -> float:
        """Middle of the range; ranges need not lie evenly about the value."""
        return (self.high + self.low) / 2.0

    def passes(self, found: float) -> bool:
        """Whether a figure lies within the range."""
        return self.low <= found <= self.high


def load_targets(path: Path = IN_SAMPLE) -> list[Target]:
    """The targets of a file, in its order. Raises InputError that names what is wrong."""
    table = read_toml(path)
    sample = table.get("meta", {}).get("sample", "in")
    if sample not in ("in", "out"):
        raise InputError(f"{sample!r} is no sample", file=path, key="meta.sample", allowed="in, out")
    found = [_target(figure, sample, path) for figure in (*_levels(table, path), *_changes(table, path))]
    if not found:
        raise InputError("holds no targets", file=path, allowed="[level.<series>] and [change.<series>]")
    return found


@dataclass(frozen=True)
class _Figure:
    """A figure as it stands in a file. entry: what its series says; box: value, low and high; share: of the weight."""

    name: str
    key: str
    entry: Mapping[str, Any]
    box: Mapping[str, Any]
    kind: str
    first: int
    year: int
    share: float


def _levels(table: Mapping[str, Any], path: Path) -> Iterator[_Figure]:
    for series, entry in table.get("level", {}).items():
        years = entry.get("years")
        if not isinstance(years, dict) or not years:
            raise InputError("has no years", file=path, key=f"level.{series}", allowed="[level.<series>.years]")
        for year, box in years.items():
            key = f"level.{series}.years.{year}"
            yield _Figure(f"{series}.{year}", key, entry, box, "level", int(year), int(year), 1.0 / len(years))


def _changes(table: Mapping[str, Any], path: Path) -> Iterator[_Figure]:
    for series, entry in table.get("change", {}).items():
        first, last = (int(entry.get(end, 0)) for end in ("from", "to"))
        if not 0 < first < last:
            raise InputError("needs years `from` and `to`", file=path, key=f"change.{series}")
        key = f"change.{series}"
        yield _Figure(key, key, entry, entry, entry.get("kind", ""), first, last, 1.0)


def _target(figure: _Figure, sample: Literal["in", "out"], path: Path) -> Target:
    entry, box = figure.entry, figure.box
    missing = [field for field in _REQUIRED if not entry.get(field)]
    missing += [field for field in ("value", "low", "high") if not isinstance(box.get(field), int | float)]
    if missing:
        raise InputError(f"lacks {', '.join(missing)}", file=path, key=figure.key)
    for given, allowed in ((entry["tag"], TAGS), (figure.kind, KINDS)):
        if given not in allowed:
            raise InputError(f"{given!r} is not known", file=path, key=figure.key, allowed=", ".join(allowed))
    low, value, high = (float(box[end]) for end in ("low", "value", "high"))
    if not (low <= value <= high and math.isfinite(high - low)):
        raise InputError(f"{value:g} is not within {low:g} to {high:g}", file=path, key=figure.key)
    national = entry["level"] == "national"
    return Target(
        name=figure.name, series=figure.name.rsplit(".", 1)[0] if figure.kind == "level" else figure.name,
        outcome=entry["outcome"], level=entry["level"], place=str(entry.get("place", "")),
        kind=figure.kind, first=figure.first, year=figure.year,  # type: ignore[arg-type]  # checked above
        value=value, low=low, high=high, unit=entry.get("unit", _UNITS.get(figure.kind, "")), tag=entry["tag"],
        weight=float(entry.get("weight", 1.0)) * figure.share, core=bool(entry.get("core", False)),
        headline=national and entry["outcome"] in HEADLINES, definition=entry.get("definition", ""),
        evidence=tuple(entry["evidence"]), regime=entry.get("regime", ""), sample=sample,
    )  # fmt: skip


def measure_targets(run: Outcomes, targets: Iterable[Target] | None = None) -> dict[str, float]:
    """What a run says of each target, by its name and in its unit; NaN where the run lacks the years, level or outcome.

    targets: those of `IN_SAMPLE` for None.
    """
    return {target.name: _measure(run, target) for target in (load_targets() if targets is None else targets)}


def _measure(run: Outcomes, target: Target) -> float:
    years, places = list(run.years), list(run.places.get(target.level, ()))
    place = target.place or (places[0] if places else "")
    wanted = range(target.first, target.year + 1) if target.kind == "sum" else (target.first, target.year)
    if place not in places or target.outcome not in run.outcomes or not set(wanted) <= set(years):
        return math.nan
    column = history(run, target.outcome, target.level)[:, places.index(place)]
    found = [float(column[years.index(year)]) for year in wanted]
    if target.kind == "relative":
        return found[-1] / found[0] - 1.0 if found[0] else math.nan
    if target.kind == "absolute":
        return found[-1] - found[0]
    return math.fsum(found) if target.kind == "sum" else found[-1]


def history(run: Outcomes, outcome: str, level: str) -> Floats:
    """(years, places): an outcome as the targets count it, see `counted`; as results have it where practices were not
    watched."""
    panel = PANEL + level
    table = run.values[panel if outcome in LISTS and panel in run.places else level]
    values: Floats = table[:, :, list(run.outcomes).index(outcome)]
    return values


def digest(path: Path) -> str:
    """SHA-256 of a file of targets."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_frozen(path: Path = IN_SAMPLE) -> str:
    """The hash of a file of targets. Raises InputError where it is not the one recorded when the file was frozen, in
    the file `FROZEN` beside it."""
    frozen = path.parent / FROZEN.name
    found, recorded = digest(path), read_toml(frozen).get("sha256", {})
    if recorded.get(path.name) != found:
        raise InputError(
            f"has changed since it was frozen, or never was: its hash is {found[:12]}…", file=path, key=path.name,
            allowed=f"the file whose hash stands in {frozen.name}",
        )  # fmt: skip
    return found
