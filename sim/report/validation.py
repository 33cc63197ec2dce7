"""The page of a validation: what was asked and found, target by target, practice by practice, and over flat years."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.targets import history
from sim.analysis.validation.checks import checks, headline_verdicts
from sim.analysis.validation.forecast import REGRESSION, SIMULATION, Forecast
from sim.analysis.validation.naive import SeriesForecast
from sim.analysis.validation.tables import MARKS
from sim.analysis.validation.validate import SCORED, Validation
from sim.analysis.validation.verdicts import Verdict, counts
from sim.analysis.words import financial_year, label, number, places_for
from sim.outcomes import OUTCOMES
from sim.report import validation_figures as figures
from sim.report.figures import embed
from sim.report.page import environment

SAMPLES = {"in": "in sample", "out": "out of sample"}
WORDS = {"pass": "better", "fail": "worse"}
STYLES = {True: "better", False: "worse", None: ""}
"""Classes of style of a verdict, and of what was asked and met, or not."""


@dataclass(frozen=True)
class Picture:
    """A figure as a data address, what it shows in words, and its title."""

    source: str
    alt: str
    title: str
    unit: str = ""


def validation_page(validation: Validation) -> str:
    """The page as text; it needs nothing else and asks nobody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        told = _of_targets(validation) | _of_practices(validation)
        stability = _stability(validation)
    years = validation.ensemble.years
    return (
        environment()
        .get_template("validation.html.j2")
        .render(
            facts=_facts(validation),
            span=(financial_year(years[0]), financial_year(years[-1])),
            checks=[{"mark": MARKS[c.met], "style": STYLES[c.met], **c.row()} for c in checks(validation)],
            notes=validation.notes,
            failures=validation.ensemble.failures,
            stability=stability,
            percent=_percent,
            number=number,
            **told,
        )
    )


def _of_targets(validation: Validation) -> dict[str, Any]:
    """What the page says of targets; empty where they were not asked for."""
    found = validation.targets
    if found is None:
        return {"targets": []}
    places = (
        ("Both", found.coverage), ("In sample", found.coverage_in), ("2017-18", found.coverage_out),
        ("Both, by parameters and luck alone", found.bare[1]),
    )  # fmt: skip
    return {
        "headlines": _headlines(found.past),
        "histories": _histories(validation, (*found.past, *found.new)),
        "counts": _counts(found.past, found.new),
        "targets": [_target_line(v) for v in (*found.past, *found.new)],
        "series": [_series_line(one) for one in found.series.series],
        "coverage": places,
        "excluded": found.series.excluded,
        "scored": ", ".join(label(tag).lower() for tag in SCORED),
    }


def _of_practices(validation: Validation) -> dict[str, Any]:
    """What the page says of single practices."""
    return {
        "forecasts": [_forecast(one) for one in validation.forecasts],
        "responses": [one.row() for one in validation.responses],
        "falls": validation.falls,
        "tracked": validation.tracked,
        "associations": validation.associations,
    }


def _facts(validation: Validation) -> list[tuple[str, str]]:
    told = validation.ensemble.manifest
    program = told.get("program", {})
    commit = program.get("git_commit") or ""
    drawn = told.get("design", {}).get("parameters", {})
    return [
        ("Scenario", str(told.get("scenario_title", ""))),
        ("Regime", ", ".join(told.get("regime_titles", {}).values())),
        ("Starting England", validation.population),
        ("Runs", str(len(validation.ensemble.runs))),
        ("Parameters", f"{len(drawn)} drawn for each run" if drawn else "every one at the value of its record"),
        ("Program", f"commissim {program.get('version', '')}, commit {commit[:10]}"),
    ]


def _headlines(past: tuple[Verdict, ...]) -> list[dict[str, Any]]:
    return [{"name": name, "lines": [_target_line(v) for v in own]} for name, own in headline_verdicts(past).items()]


def _counts(past: tuple[Verdict, ...], new: tuple[Verdict, ...]) -> list[dict[str, Any]]:
    return [
        {"sample": sample, "tag": label(tag), **counts([v for v in found if v.target.tag == tag])}
        for sample, found in (("in sample", past), ("2017-18", new))
        for tag in ("behavioural", "initial_state", "accounting")
    ]


def _target_line(verdict: Verdict) -> dict[str, Any]:
    t = verdict.target
    places = places_for(t.value, t.low, t.high)
    when = financial_year(t.year) if t.kind == "level" else f"{financial_year(t.first)} to {financial_year(t.year)}"
    kind = {"level": "", "sum": ", sum"}.get(t.kind, ", change")
    return {
        "title": label(t.outcome) + kind, "where": _where(t.level, t.place), "when": when, "unit": t.unit,
        "tag": label(t.tag), "sample": SAMPLES[t.sample], "observed": number(t.value, places),
        "range": f"{number(t.low, places)} to {number(t.high, places)}", "simulated": number(verdict.median, places),
        "interval": f"{number(verdict.low, places)} to {number(verdict.high, places)}", "verdict": verdict.verdict,
        "style": WORDS.get(verdict.verdict, ""), "evidence": ", ".join(t.evidence),
    }  # fmt: skip


def _where(level: str, place: str) -> str:
    if level == "national":
        return "England"
    words = {
        "deprivation_fifth": "deprivation fifth", "list_size_class": "lists of", "gp_class": "GPs:",
        "contract": "contract",
    }  # fmt: skip
    return f"{words.get(level, '')} {place}".strip()


def _histories(validation: Validation, verdicts: Sequence[Verdict]) -> list[Picture]:
    """One picture for each outcome of all England with observed levels."""
    points: dict[str, list[Verdict]] = {}
    for one in verdicts:
        if one.target.kind == "level" and one.target.level == "national":
            points.setdefault(one.target.outcome, []).append(one)
    ensemble = validation.ensemble
    made = []
    for outcome, own in points.items():
        runs = np.stack([history(run, outcome, "national")[:, 0] for run in ensemble.runs])
        title, unit = label(outcome), OUTCOMES[outcome].unit
        told = "; ".join(
            f"{financial_year(v.target.year)} observed {number(v.target.value)}, simulated {number(v.median)}"
            for v in own
        )
        figure = figures.history_figure(ensemble.years, runs, own)
        made.append(Picture(embed(figure), f"{title}, {unit}. {told}.", title, unit))
    return made


def _series_line(one: SeriesForecast) -> dict[str, Any]:
    outcome, level, place = one.key
    places = places_for(one.observed)
    told = {"simulated": one.simulated, **one.naive}
    return {
        "title": label(outcome), "where": _where(level, place), "tag": label(one.tag),
        "observed": number(one.observed, places),
        "cells": [
            {"interval": f"{number(r.low, places)} to {number(r.high, places)}",
             "score": number(r.score(one.observed))}
            for r in told.values()
        ],
        "skill": number(one.skill, 2), "style": "better" if one.beats_both else "",
    }  # fmt: skip


def _forecast(forecast: Forecast) -> dict[str, Any]:
    q = forecast.question
    figure = figures.calibration_figure(forecast.calibration)
    groups = "; ".join(
        f"{_percent(g.forecast, 1)} forecast, {_percent(g.observed, 1)} ended" for g in forecast.calibration[SIMULATION]
    )
    alt = f"Calibration of {q.title.lower()} in ten groups by the simulation's chance: {groups}."
    return {
        "title": f"({q.name}) {q.title}", "practices": len(q.rows), "exits": int(q.happened.sum()),
        "scores": forecast.scores, "picture": Picture(embed(figure), alt, "Calibration"),
        "forecasters": (SIMULATION, REGRESSION),
    }  # fmt: skip


def _stability(validation: Validation) -> dict[str, Any] | None:
    found = validation.stability
    if found is None:
        return None
    drifts = []
    for one in found.drifts:
        figure = figures.line_figure(one.values.tolist(), validation.ensemble.years[0], OUTCOMES[one.outcome].unit)
        alt = f"{label(one.outcome)} over flat years, from {number(one.values[0])} to {number(one.values[-1])}."
        drifts.append({"drift": one, "picture": Picture(embed(figure), alt, label(one.outcome))})
    left = found.decay.left
    shock = figures.line_figure((100.0 * left).tolist(), 0, "Share of the gap left, %", 0.0)
    alt = "Share of the gap in GPs per patient left, by years after the shock: " + ", ".join(
        f"{k}: {_percent(float(share))}" for k, share in enumerate(left)
    )
    return {"drifts": drifts, "shock": Picture(embed(shock), alt + ".", "After half of the GPs leave one practice"),
            "practices": found.decay.practices, "gains": found.gains, "hits": found.hits}  # fmt: skip


def _percent(share: float, decimals: int = 0) -> str:
    return f"{100.0 * share:.{decimals}f}%" if np.isfinite(share) else "–"
