"""What the page says, gathered before it is laid out: plain values and figures, no markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.compare import HEADLINES, Comparison, Registry, Row, how_often, paired, words_of
from sim.analysis.words import BETTER_IF, financial_year, label, number, places_for, signed
from sim.report import figures
from sim.study.records import Floats
from sim.study.results import Results

MAPPED = ("gp_fte_per_1000", "appointments_unmet_share", "quality_true", "emergency_admissions_per_1000")
MOST_CARDS = 16
FEWEST_PAIRS = 10
"""With fewer pairs nothing is called better or worse: that all lie on one side of nought is then too easily luck."""


@dataclass(frozen=True)
class Picture:
    """A figure as a data address, with what it shows in words for those who do not see it."""

    source: str
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Card:
    """One outcome: its words, its trend and, for several regimes, its differences."""

    name: str
    title: str
    unit: str
    better_if: str
    definition: str
    trend: Picture
    differences: Picture | None


@dataclass(frozen=True)
class Line:
    """One line of a table of differences."""

    title: str
    unit: str
    better_if: str
    first: str
    cells: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Gallery:
    """The maps of one outcome, one a regime, under one scale of colours."""

    title: str
    better_if: str
    maps: tuple[Picture, ...]


@dataclass(frozen=True)
class ValueLine:
    """One line of the table of a single run."""

    title: str
    unit: str
    better_if: str
    start: str
    end: str
    change: str


def shown_outcomes(known: Sequence[str]) -> list[str]:
    """The headlines that were recorded; the first outcomes of all where there are none."""
    return [name for name in HEADLINES if name in known] or list(known[:MOST_CARDS])


def cards(results: Results, registry: Registry, comparison: Comparison) -> list[Card]:
    """Cards of the headline outcomes for all England."""
    cube = results.cube("national")
    values = paired(results, "national")
    colours = {regime: figures.colour(i) for i, regime in enumerate(results.arms)}
    made = []
    for name in shown_outcomes(cube.outcomes):
        column = cube.outcomes.index(name)
        of_regime = {regime: v[:, :, 0, column] for regime, v in values.items()}
        unit, direction = words_of(registry, name)
        rows = comparison.of(name)
        trend = figures.trend_figure(of_regime, cube.years)
        made.append(
            Card(
                name,
                label(name),
                unit,
                BETTER_IF[direction],
                registry[name].definition if name in registry else "",
                Picture(figures.embed(trend), _trend_in_words(name, of_regime, cube.years, unit, results.titles)),
                _differences(rows, colours, results.titles) if rows else None,
            )
        )
    return made


def _differences(rows: Sequence[Row], colours: Mapping[str, str], titles: Mapping[str, str]) -> Picture:
    words = "; ".join(
        f"{titles[row.regime]} {signed(row.summary.difference)} "
        f"(90% of pairs {signed(row.summary.low)} to {signed(row.summary.high)})"
        for row in rows
    )
    title = f"{label(rows[0].outcome)}: difference from {titles[rows[0].first]}, {rows[0].unit}. {words}."
    return Picture(figures.embed(figures.difference_figure(rows, colours, titles)), title)


def _trend_in_words(
    name: str, values: Mapping[str, Floats], years: Sequence[int], unit: str, titles: Mapping[str, str]
) -> str:
    span = f"{financial_year(years[0])} to {financial_year(years[-1])}"
    ends = "; ".join(
        f"{titles[regime]} from {number(float(np.nanmedian(v[:, 0])))} to {number(float(np.nanmedian(v[:, -1])))}"
        for regime, v in values.items()
    )
    return f"{label(name)}, {unit}, {span}. {'Medians' if len(values) > 1 else 'Value'}: {ends}."


def lines(comparison: Comparison, outcomes: Sequence[str]) -> list[Line]:
    """Table of differences, one line an outcome and one cell a regime."""
    made = []
    for name in outcomes:
        rows = comparison.of(name)
        first = number(rows[0].summary.mean_first)
        cells = tuple(_cell(row) for row in rows)
        made.append(Line(label(name), rows[0].unit, BETTER_IF[rows[0].direction], first, cells))
    return made


def _cell(row: Row) -> dict[str, str]:
    s = row.summary
    decimals = places_for(s.difference, s.low, s.high) if s.pairs else 0
    return {
        "difference": signed(s.difference, decimals),
        "interval": f"{signed(s.low, decimals)} to {signed(s.high, decimals)}" if s.pairs else "–",
        "often": how_often(s),
        "verdict": verdict(row),
    }


def verdict(row: Row) -> str:
    """`better` or `worse` where the 90% interval of enough pairs leaves out nought, for an outcome with a direction."""
    s = row.summary
    if not row.direction or s.pairs < FEWEST_PAIRS or not (s.low > 0 or s.high < 0):
        return ""
    return "better" if s.difference * row.direction > 0 else "worse"


def in_short(comparison: Comparison, outcomes: Sequence[str]) -> list[dict[str, Any]]:
    """For each regime, which headline outcomes stand clear of nought, and how many do not."""
    made = []
    for regime in comparison.regimes[1:]:
        rows = [row for name in outcomes for row in comparison.of(name, regime) if row.direction]
        made.append(
            {
                "regime": regime,
                "better": [label(row.outcome) for row in rows if verdict(row) == "better"],
                "worse": [label(row.outcome) for row in rows if verdict(row) == "worse"],
                "open": sum(verdict(row) == "" for row in rows),
                "of": len(rows),
            }
        )
    return made


def value_lines(results: Results, registry: Registry) -> list[ValueLine]:
    """Table of a single regime: mean over runs in the first and the last year, every outcome."""
    cube = results.cube("national")
    means = np.nanmean(cube.values[:, :, 0, :], axis=0)
    made = []
    for column, name in enumerate(cube.outcomes):
        unit, direction = words_of(registry, name)
        start, end = float(means[0, column]), float(means[-1, column])
        made.append(ValueLine(label(name), unit, BETTER_IF[direction], number(start), number(end), signed(end - start)))
    return made


def galleries(results: Results, registry: Registry) -> list[Gallery]:
    """Maps of CCGs in the last year: differences from the first regime, or values where there is one regime."""
    if "ccg" not in results.levels or not results.places:
        return []
    cube = results.cube("ccg", MAPPED)
    spots = {place.place: place for place in results.places if place.level == "ccg"}
    here = [i for i, code in enumerate(cube.places) if code in spots]
    if not here:
        return []
    places = [spots[cube.places[i]] for i in here]
    last = {regime: v[:, -1, here, :].mean(axis=0) for regime, v in paired(results, "ccg", MAPPED).items()}
    first, *others = results.arms
    made = []
    for name in [name for name in MAPPED if name in cube.outcomes]:
        column = cube.outcomes.index(name)
        shown = {r: last[r][:, column] - last[first][:, column] for r in others} or {first: last[first][:, column]}
        unit, direction = words_of(registry, name)
        scale = _scale(list(shown.values()), diverging=bool(others))
        maps = tuple(
            _map(name, results.titles[regime], values, places, scale, unit) for regime, values in shown.items()
        )
        made.append(Gallery(label(name), BETTER_IF[direction], maps))
    return made


def _map(name: str, caption: str, values: Floats, places: Any, scale: figures.Scale, unit: str) -> Picture:
    what = f"difference from the first regime, {unit}" if scale.diverging else unit
    known = np.isfinite(values)
    alt = f"Map of {len(places)} CCGs: {label(name)} under {caption}, {what}."
    if known.any():
        write = signed if scale.diverging else number
        lowest, highest = int(np.nanargmin(values)), int(np.nanargmax(values))
        alt += (
            f" Lowest {places[lowest].name} ({write(float(values[lowest]))}), "
            f"highest {places[highest].name} ({write(float(values[highest]))})."
        )
    return Picture(figures.embed(figures.map_figure(places, values, scale, what), "png"), alt, caption)


def _scale(shown: Sequence[Floats], *, diverging: bool) -> figures.Scale:
    """One scale for all maps of an outcome; a few extreme places do not flatten the rest (2% at each end)."""
    values = np.concatenate(shown)
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return figures.Scale(-1.0, 1.0, diverging)
    if diverging:
        reach = float(np.percentile(np.abs(values), 98)) or float(np.abs(values).max()) or 1.0
        return figures.Scale(-reach, reach, diverging)
    low, high = (float(v) for v in np.percentile(values, [2, 98]))
    return figures.Scale(low, high if high > low else low + 1.0, diverging)
