"""The page of an output folder: one file that needs nothing else and asks nobody."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from sim.analysis.compare import Registry, compare
from sim.analysis.words import financial_year, label
from sim.errors import InputError
from sim.report import content, figures
from sim.study.records import DEFAULT_VALUES
from sim.study.results import Results, open_results
from sim.study.store import PAGE, write_text


def write_page(folder: Path, registry: Registry | None = None) -> Path:
    """Writes `report.html` into an output folder, whole or not at all, and returns its path.

    registry: the model's outcomes unless given. Raises InputError for a folder without results, or in which no run
    finished.
    """
    if registry is None:
        from sim.outcomes import OUTCOMES

        registry = OUTCOMES
    results = open_results(folder)
    path = folder / PAGE
    with warnings.catch_warnings():
        # An outcome that has no meaning for a place or a year is NaN by design, and its mean and quantiles too.
        warnings.simplefilter("ignore", RuntimeWarning)
        text = page(results, registry)
    write_text(path, text)
    return path


def page(results: Results, registry: Registry) -> str:
    """The page as text. Raises InputError if no run finished."""
    if len(results.failures) == len(results.runs):
        raise InputError("no run finished, so there is nothing to show", file=results.folder)
    cube = results.cube("national")
    several = len(results.arms) > 1
    comparison = compare(results, registry)
    headlines = content.shown_outcomes(cube.outcomes)
    template = environment().get_template("page.html.j2")
    return template.render(
        title=_title(results),
        several=several,
        where=_where(results),
        regimes=[
            {"name": name, "title": results.titles[name], "colour": figures.colour(i), "dash": _dash(i)}
            for i, name in enumerate(results.arms)
        ],
        facts=_facts(results),
        span=(financial_year(cube.years[0]), financial_year(cube.years[-1])),
        pairs=comparison.rows[0].summary.pairs if several else 0,
        fewest=content.FEWEST_PAIRS,
        drawn=_drawn(results),
        in_short=content.in_short(comparison, headlines) if several else [],
        headlines=content.lines(comparison, headlines) if several else [],
        cards=content.cards(results, registry, comparison),
        galleries=content.galleries(results, registry),
        everything=content.lines(comparison, cube.outcomes) if several else [],
        values=[] if several else content.value_lines(results, registry),
        definitions=[registry[name] for name in cube.outcomes if name in registry],
        failures=results.failures,
        titles=results.titles,
        label=label,
    )


def environment() -> Environment:
    """What fills the templates of pages."""
    loader = PackageLoader("sim.report")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _title(results: Results) -> str:
    if results.manifest.get("command") == "study":
        return str(results.manifest["title"])
    names = list(results.titles.values())
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]} compared"


def _where(results: Results) -> str:
    """What outcomes are of: all England, or the scenarios by title where they choose a part of it."""
    contents = results.manifest.get("scenario_content", {}).values()
    if not any(any(content.get("place", {}).values()) for content in contents):
        return "all England"
    return " and ".join(f"“{title}”" for title in results.manifest["scenario_titles"].values())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _drawn(results: Results) -> bool:
    return any(run.draw != DEFAULT_VALUES for run in results.runs)


def _dash(i: int) -> str:
    """The line style of a regime for the key, as an SVG dash pattern."""
    style = figures.dash(i)
    return "none" if style == "solid" else " ".join(str(2 * part) for part in style[1])


def _facts(results: Results) -> list[tuple[str, Any]]:
    manifest = results.manifest
    design, last = manifest.get("design", {}), (manifest.get("sessions") or [{}])[-1]
    program = last.get("program", {})
    commit = program.get("git_commit")
    version = f"commissim {program.get('version', '')}" + (f", commit {commit[:10]}" if commit else "")
    if program.get("git_dirty"):
        version += " with local changes"
    seconds = sum(session["seconds"] for session in manifest.get("sessions", []))
    return [
        ("Scenario", ", ".join(str(title) for title in manifest.get("scenario_titles", {}).values())),
        ("Starting England", manifest.get("population") or "synthetic, drawn anew for each seed"),
        ("Runs", _runs(results)),
        (
            "Parameters",
            f"{len(design.get('parameters', []))} uncertain ones drawn for each pair"
            if _drawn(results)
            else "every one at the value of its record",
        ),
        ("Master seed", design.get("master_seed", "")),
        ("Simulated", f"{last.get('ended', '')[:10]}, in {seconds:.0f} s"),
        ("Program", version),
    ]


def _runs(results: Results) -> str:
    """How many runs there are, and of what; in a study that was stopped, how many are missing."""
    if len(results.runs) == 1:
        return "1"
    pairs = len({(run.draw, run.seed) for run in results.runs})
    words = [_count(len(results.regimes), "regime"), _count(pairs, "pair")]
    if len(results.scenarios) > 1:
        words.insert(0, _count(len(results.scenarios), "scenario"))
    missing = int(results.manifest.get("runs", 0)) - len(results.runs)
    return ", ".join(words) + (f"; {missing} runs are still missing" if missing > 0 else "")
