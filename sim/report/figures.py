"""Every drawing: trends with bands, differences, maps. The only module that imports matplotlib.

Regimes are told apart by colour (Okabe and Ito's palette, safe for colour-blind readers), by line style and, where they
stand in rows, by name.
"""

from __future__ import annotations

import base64
import io
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator

from sim.analysis.compare import Registry, Row, compare, paired, words_of
from sim.analysis.words import financial_year, label, number, signed
from sim.study.records import Floats, Place
from sim.study.results import Results

INK, FAINT, GRID = "#1f2933", "#616e7c", "#dfe3e8"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES: tuple[Any, ...] = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
VALUES_MAP, DIFFERENCES_MAP = "viridis", "PuOr"

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "commissim",
}

LONDON = (51.28, 51.70, -0.52, 0.33)
"""Degrees south, north, west and east of the inset: 32 CCGs that would hide one another."""
CITIES = {
    "Newcastle": (54.98, -1.61),
    "Manchester": (53.48, -2.24),
    "Birmingham": (52.48, -1.89),
    "Bristol": (51.45, -2.59),
    "Norwich": (52.63, 1.30),
    "Plymouth": (50.38, -4.14),
}
LARGEST_DOT = 170.0
WIDTH = 4.3
PIXELS = 170
"""Width of a figure in inches, a card on the page; pixels an inch where it is not a drawing of lines."""


class Ticks(Formatter):
    """Numbers at the ticks of an axis: alike in decimals, thousands separated, millions as m; `signs` marks gains."""

    def __init__(self, signs: bool = False) -> None:
        self.write = signed if signs else number

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Any) -> list[str]:
        ticks = np.asarray(values, dtype=np.float64)
        largest = float(np.abs(ticks).max(initial=0.0))
        factor, suffix = (1e6, "m") if largest >= 1e6 else (1.0, "")
        ticks = ticks / factor
        step = float(np.diff(ticks).min()) if len(ticks) > 1 else largest / factor or 1.0
        exact = (d for d in range(9) if np.allclose(ticks, np.round(ticks, d), rtol=0, atol=step / 1e3))
        decimals = next(exact, 9)
        return [self.write(tick, decimals) + (suffix if tick else "") for tick in ticks.tolist()]


@dataclass(frozen=True)
class Scale:
    """Colours of a map: both limits in the unit of the outcome; `diverging` has white at nought."""

    low: float
    high: float
    diverging: bool

    @property
    def colours(self) -> str:
        return DIFFERENCES_MAP if self.diverging else VALUES_MAP


def colour(i: int) -> str:
    """Colour of the i-th regime."""
    return PALETTE[i % len(PALETTE)]


def dash(i: int) -> Any:
    """Line style of the i-th regime."""
    return DASHES[i % len(DASHES)]


def embed(figure: Figure, kind: str = "svg") -> str:
    """The figure as a data address that an `img` shows without any request. The same figure gives the same bytes.

    kind: `svg`, or `png` for figures of many marks.
    """
    stream = io.BytesIO()
    described: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with mpl.rc_context(STYLE):
        figure.savefig(stream, format=kind, metadata=described, dpi=PIXELS)
    media = "image/svg+xml" if kind == "svg" else "image/png"
    return f"data:{media};base64,{base64.b64encode(stream.getvalue()).decode()}"


def trend_figure(values: Mapping[str, Floats], years: Sequence[int]) -> Figure:
    """Median and 50% and 90% bands by regime. values: regime to an array of shape (runs, years)."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 2.55))
        # Fixed margins: a page holds dozens of figures, and fitting each layout would take most of its time.
        axes = figure.add_axes((0.15, 0.105, 0.835, 0.865))
        draw_trend(axes, values, years)
    return figure


def draw_trend(
    axes: Axes, values: Mapping[str, Floats], years: Sequence[int], titles: Mapping[str, str] | None = None
) -> None:
    """The drawing of `trend_figure` on given axes; `titles` name the regimes in a legend."""
    several = len(values) > 1
    for i, (regime, runs) in enumerate(values.items()):
        p5, p25, p50, p75, p95 = np.nanpercentile(runs, [5, 25, 50, 75, 95], axis=0)
        if len(runs) > 1:
            axes.fill_between(years, p5, p95, color=colour(i), alpha=0.07 if several else 0.15, linewidth=0)
            axes.fill_between(years, p25, p75, color=colour(i), alpha=0.13 if several else 0.25, linewidth=0)
        marker = "o" if len(years) == 1 else None
        axes.plot(
            years,
            p50,
            color=colour(i),
            linestyle=dash(i),
            linewidth=1.7,
            label=titles[regime] if titles else None,
            marker=marker,
        )
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.margins(x=0.01)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: financial_year(round(x))))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_formatter(Ticks())


def difference_figure(rows: Sequence[Row], colours: Mapping[str, str], titles: Mapping[str, str]) -> Figure:
    """Mean difference from the first regime (dot), 90% of pairs (thin line), two standard errors (thick).

    colours, titles: of each regime.
    """
    height = 0.55 + 0.34 * len(rows)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.34, 0.47 / height, 0.625, 1 - 0.5 / height))
        draw_differences(axes, rows, colours, titles)
    return figure


def draw_differences(axes: Axes, rows: Sequence[Row], colours: Mapping[str, str], titles: Mapping[str, str]) -> None:
    """The drawing of `difference_figure` on given axes."""
    axes.axvline(0.0, color=FAINT, linewidth=1.0)
    for y, row in enumerate(rows):
        s, ink = row.summary, colours[row.regime]
        if s.pairs == 0:
            continue
        axes.plot([s.low, s.high], [y, y], color=ink, linewidth=1.2, solid_capstyle="butt")
        if math.isfinite(s.standard_error):
            known = [s.difference - 2 * s.standard_error, s.difference + 2 * s.standard_error]
            axes.plot(known, [y, y], color=ink, linewidth=4.5, alpha=0.45, solid_capstyle="butt")
        axes.plot(s.difference, y, "o", color=ink, markersize=5.5)
    axes.set_yticks(range(len(rows)), [_wrapped(titles[row.regime], 21, lines=2) for row in rows])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, symmetric=False))
    axes.xaxis.set_major_formatter(Ticks(signs=True))
    if rows:
        axes.set_xlabel(_wrapped(f"Difference from {titles[rows[0].first]}", 46, lines=1))


def map_figure(places: Sequence[Place], values: Floats, scale: Scale, unit: str) -> Figure:
    """A dot a place, coloured by its value and sized by its patients; London enlarged beside it.

    values: one a place, NaN where unknown (drawn as an empty ring).
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 4.7), layout="constrained")
        axes = figure.add_subplot()
        at = np.array([[p.latitude, p.longitude] for p in places])
        patients = np.array([p.patients for p in places])
        area = LARGEST_DOT * patients / max(float(patients.max()), 1.0)
        dots = _dots(axes, at, values, area, scale)
        axes.set_axis_off()
        _name_cities(axes, at)
        _inset_london(axes, at, values, area, scale)
        bar = figure.colorbar(dots, ax=axes, orientation="horizontal", shrink=0.75, aspect=32, pad=0.02)
        bar.ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
        bar.ax.xaxis.set_major_formatter(Ticks(signs=scale.diverging))
        bar.set_label(_wrapped(unit, 58))
        bar.outline.set_visible(False)
    return figure


def _dots(axes: Axes, at: Floats, values: Floats, area: Floats, scale: Scale) -> Any:
    order = np.argsort(-area, kind="stable")  # small places on top of large ones
    dots = axes.scatter(
        at[order, 1],
        at[order, 0],
        s=area[order],
        c=values[order],
        cmap=scale.colours,
        vmin=scale.low,
        vmax=scale.high,
        edgecolors="#52606d",
        linewidths=0.5,
        plotnonfinite=True,
    )
    middle = math.radians(float(np.mean(at[:, 0])))
    axes.set_aspect(1.0 / math.cos(middle))
    return dots


def _name_cities(axes: Axes, at: Floats) -> None:
    (south, west), (north, east) = at.min(axis=0), at.max(axis=0)
    for name, (latitude, longitude) in CITIES.items():
        if south <= latitude <= north and west <= longitude <= east:
            note = axes.annotate(name, (longitude, latitude), fontsize=7, color=INK, ha="center", va="center")
            note.set_path_effects([_halo()])


def _halo() -> Any:
    from matplotlib.patheffects import withStroke

    return withStroke(linewidth=2.2, foreground="white", alpha=0.85)


def _inset_london(axes: Axes, at: Floats, values: Floats, area: Floats, scale: Scale) -> None:
    south, north, west, east = LONDON
    inside = (at[:, 0] > south) & (at[:, 0] < north) & (at[:, 1] > west) & (at[:, 1] < east)
    if not 5 <= inside.sum() < len(at):
        return
    inset = axes.inset_axes((-0.12, 0.48, 0.38, 0.24))
    _dots(inset, at[inside], values[inside], area[inside], scale)
    inset.set_xlim(west, east)
    inset.set_ylim(south, north)
    inset.set_xticks([])
    inset.set_yticks([])
    inset.set_title("London", fontsize=8, color=INK, pad=2)
    for spine in inset.spines.values():
        spine.set_visible(True)
        spine.set_color(GRID)


def outcome_figure(results: Results, registry: Registry, outcome: str) -> Figure:
    """Trends and, for several regimes, differences of one national outcome side by side, with a legend."""
    cube = results.cube("national")
    column = cube.outcomes.index(outcome) if outcome in cube.outcomes else None
    if column is None:
        cube.of(outcome)  # raises InputError with the names that exist
        raise AssertionError
    unit, _ = words_of(registry, outcome)
    titles = results.titles
    values = {regime: v[:, :, 0, column] for regime, v in paired(results, "national").items()}
    rows = compare(results, registry).of(outcome)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.0 if rows else 5.0, 3.6), layout="constrained")
        panels = figure.subplots(1, 2 if rows else 1, squeeze=False)[0]
        draw_trend(panels[0], values, cube.years, titles)
        panels[0].set_ylabel(_wrapped(unit, 40))
        panels[0].legend(frameon=False)
        if rows:
            colours = {regime: colour(i) for i, regime in enumerate(results.arms)}
            draw_differences(panels[1], rows, colours, titles)
        figure.suptitle(label(outcome))
    return figure


def _wrapped(text: str, width: int, lines: int | None = None) -> str:
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …"))
