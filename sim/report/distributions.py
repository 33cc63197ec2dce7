"""Drawings of distributions over runs: histogram, cumulative distribution and fan of an outcome, and maps of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.analysis.compare import Registry, words_of
from sim.analysis.distributions import Grid, Group, chosen_outcomes, groups_of, values_of
from sim.analysis.words import financial_year, label, number
from sim.report.figures import GRID, STYLE, Ticks, colour, dash, draw_trend
from sim.study.records import Floats
from sim.study.results import Results

BINS = 24
MOST_LINES = 7
"""Groups drawn in one panel; of a longer sweep, the ends and what lies evenly between."""


def draw_distributions(
    results: Results, registry: Registry, folder: Path, outcomes: Sequence[str] | None = None
) -> list[Path]:
    """Writes `<outcome>.svg` for each outcome: all England, a row of panels for each arm where the study has a grid.

    Returns the files. Where two parameters were swept, also `<outcome>-grid.svg`, the mean of the last year by cell.
    """
    folder.mkdir(parents=True, exist_ok=True)
    grid, groups = Grid.of(results), groups_of(results)
    written = []
    for outcome in chosen_outcomes(results, outcomes):
        written.append(_saved(_panels(results, registry, grid, groups, outcome), folder / f"{outcome}.svg"))
        if len(grid.names) == 2:
            written.append(_saved(_heat(results, registry, grid, groups, outcome), folder / f"{outcome}-grid.svg"))
    return written


def _saved(figure: Figure, file: Path) -> Path:
    with mpl.rc_context(STYLE):
        figure.savefig(file, metadata={"Date": None, "Creator": None})
    return file


def _rows(results: Results, grid: Grid, groups: Sequence[Group]) -> dict[str, dict[str, Group]]:
    """Panels by row: what each is called, and in it the groups by theirs."""
    if not grid.names:
        return {"": {results.titles[group.arm]: group for group in groups}}
    rows: dict[str, dict[str, Group]] = {}
    for arm in results.arms:
        own = [group for group in groups if group.arm == arm]
        shown = sorted({round(i) for i in np.linspace(0, len(own) - 1, min(MOST_LINES, len(own)))})
        rows[results.titles[arm]] = {grid.label(own[i].at): own[i] for i in shown}
    return rows


def _panels(results: Results, registry: Registry, grid: Grid, groups: Sequence[Group], outcome: str) -> Figure:
    unit, _ = words_of(registry, outcome)
    rows, years = _rows(results, grid, groups), results.cube("national").years
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11.0, 0.8 + 2.7 * len(rows)))
        panels = figure.subplots(len(rows), 3, squeeze=False)
        _margins(figure, len(rows), 3, left=0.8, right=0.35, bottom=0.5, top=0.45, wide=0.75, high=0.6)
        for (title, members), (histogram, cumulative, fan) in zip(rows.items(), panels, strict=True):
            values = {name: values_of(results, group, outcome) for name, group in members.items()}
            last = {name: v[np.isfinite(v[:, -1]), -1] for name, v in values.items()}
            _histogram(histogram, last)
            _cumulative(cumulative, last)
            draw_trend(fan, values, years, {name: name for name in values})
            histogram.set_ylabel("share of runs" + (f"\n{title}" if title else ""))
            cumulative.set_ylabel("share of runs at or below")
            for axes in (histogram, cumulative):
                axes.set_xlabel(f"{unit}, {financial_year(years[-1])}")
            fan.set_ylabel(unit)
            fan.legend(frameon=False, fontsize=7)
        figure.suptitle(f"{label(outcome)}: distribution in the last year, and year by year (median, 50% and 90%)")
    return figure


def _margins(
    figure: Figure, rows: int, columns: int, left: float, right: float, bottom: float, top: float,
    wide: float, high: float = 0.0,
) -> None:  # fmt: skip
    """Inches around rows and columns of panels and between them. They are fixed: a study has dozens of figures, and
    fitting the layout of each would take most of the time of drawing them."""
    width, height = figure.get_size_inches()
    panel_width = (width - left - right - wide * (columns - 1)) / columns
    panel_height = (height - bottom - top - high * (rows - 1)) / rows
    figure.subplots_adjust(
        left=left / width, right=1.0 - right / width, bottom=bottom / height, top=1.0 - top / height,
        wspace=wide / panel_width, hspace=high / panel_height,
    )  # fmt: skip


def _histogram(axes: Axes, last: dict[str, Floats]) -> None:
    everything = np.concatenate(list(last.values()))
    low, high = float(everything.min()), float(everything.max())
    edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
    for i, values in enumerate(last.values()):
        share = np.histogram(values, edges)[0] / max(len(values), 1)
        axes.stairs(share, edges, color=colour(i), fill=len(last) == 1, linewidth=1.4, linestyle=dash(i))
    _finish(axes)


def _cumulative(axes: Axes, last: dict[str, Floats]) -> None:
    for i, values in enumerate(last.values()):
        axes.ecdf(values, color=colour(i), linestyle=dash(i), linewidth=1.5)
    _finish(axes)


def _finish(axes: Axes) -> None:
    axes.grid(color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.xaxis.set_major_formatter(Ticks())


def _heat(results: Results, registry: Registry, grid: Grid, groups: Sequence[Group], outcome: str) -> Figure:
    """Mean of the last year at each cell of two parameters, a panel an arm, one scale for all."""
    unit, _ = words_of(registry, outcome)
    rows, columns = (sorted({cell[k] for cell in grid.cells}) for k in (0, 1))
    means = {arm: np.full((len(rows), len(columns)), np.nan) for arm in results.arms}
    for group in groups:
        at = rows.index(group.at[0]), columns.index(group.at[1])
        means[group.arm][at] = np.nanmean(values_of(results, group, outcome)[:, -1])
    low, high = (
        bound([np.nanmin(m) if bound is min else np.nanmax(m) for m in means.values()]) for bound in (min, max)
    )
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1.2 + 4.2 * len(means), 3.6))
        panels = figure.subplots(1, len(means), squeeze=False)[0]
        _margins(figure, 1, len(means), left=0.7, right=1.1, bottom=0.5, top=0.65, wide=0.7)
        for axes, (arm, table) in zip(panels, means.items(), strict=True):
            image = axes.imshow(table, origin="lower", aspect="auto", cmap="cividis", vmin=low, vmax=high)
            axes.set_title(results.titles[arm], fontsize=9)
            axes.set_xticks(range(len(columns)), [f"{value:g}" for value in columns])
            axes.set_yticks(range(len(rows)), [f"{value:g}" for value in rows])
            axes.set_xlabel(grid.names[1] + (" (factor)" if grid.times[1] else ""))
            axes.set_ylabel(grid.names[0] + (" (factor)" if grid.times[0] else ""))
            for y, x in np.ndindex(table.shape):
                light = table[y, x] < (low + high) / 2.0
                axes.text(x, y, number(float(table[y, x])), ha="center", va="center", fontsize=7,
                          color="white" if light else "black")  # fmt: skip
        width = figure.get_figwidth()
        scale = figure.add_axes((1.0 - 0.95 / width, 0.5 / 3.6, 0.15 / width, 2.45 / 3.6))
        figure.colorbar(image, cax=scale, label=unit, format=Ticks())
        figure.suptitle(f"{label(outcome)}: mean over runs in {financial_year(results.cube('national').years[-1])}")
    return figure
