"""Drawings of a validation: history beside the ensemble, calibration of forecasts, flat years, a shock."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.analysis.validation.scores import CalibrationGroup
from sim.analysis.validation.verdicts import Verdict
from sim.report.figures import FAINT, GRID, INK, PALETTE, STYLE, WIDTH, Ticks
from sim.study.records import Floats

TALL = 2.55
OBSERVED, SIMULATED = "#D55E00", PALETTE[0]


def history_figure(years: Sequence[int], runs: Floats, points: Sequence[Verdict]) -> Figure:
    """The ensemble's median, 50% and 90% bands, and what was observed with the range in which a run passes.

    runs: (runs, years) in the unit of the outcome. points: levels of the same outcome and place.
    """
    with mpl.rc_context(STYLE):
        figure, axes = _panel()
        bands = np.nanpercentile(runs, [5, 25, 50, 75, 95], axis=0)
        axes.fill_between(years, bands[0], bands[4], color=SIMULATED, alpha=0.15, linewidth=0)
        axes.fill_between(years, bands[1], bands[3], color=SIMULATED, alpha=0.25, linewidth=0)
        axes.plot(years, bands[2], color=SIMULATED, linewidth=1.6)
        for one in points:
            t = one.target
            axes.plot([t.year, t.year], [t.low, t.high], color=OBSERVED, linewidth=1.2)
            fill = OBSERVED if t.sample == "in" else "white"
            axes.plot(t.year, t.value, "o", color=OBSERVED, markersize=4.5, markerfacecolor=fill)
        _finish_years(axes)
    return figure


def calibration_figure(by: dict[str, list[CalibrationGroup]]) -> Figure:
    """Share that happened against what was forecast, by forecaster; on the diagonal forecasts are right."""
    with mpl.rc_context(STYLE):
        figure, axes = _panel()
        top = max((group.high for groups in by.values() for group in groups), default=1.0)
        axes.plot([0, top], [0, top], color=FAINT, linewidth=0.9)
        for k, (name, groups) in enumerate(by.items()):
            ink, mark = PALETTE[k], "os"[k % 2]
            at = [group.forecast for group in groups]
            for group in groups:
                axes.plot([group.forecast] * 2, [group.low, group.high], color=ink, linewidth=0.9, alpha=0.6)
            axes.plot(at, [group.observed for group in groups], mark, color=ink, markersize=4, label=name)
        axes.legend(frameon=False, loc="upper left")
        axes.set_xlabel("Forecast chance of ending")
        axes.set_ylabel("Share that ended")
        _grid(axes)
    return figure


def line_figure(values: Sequence[float], start: int, ylabel: str, base: float | None = None) -> Figure:
    """A line over years; base: a level to compare with."""
    with mpl.rc_context(STYLE):
        figure, axes = _panel()
        if base is not None:
            axes.axhline(base, color=FAINT, linewidth=0.9)
        axes.plot(range(start, start + len(values)), values, color=SIMULATED, linewidth=1.6)
        axes.set_ylabel(ylabel)
        _finish_years(axes)
    return figure


def _panel() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, TALL))
    return figure, figure.add_axes((0.155, 0.17, 0.82, 0.79))


def _finish_years(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_formatter(Ticks())
    _grid(axes)


def _grid(axes: Axes) -> None:
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelcolor=INK)
