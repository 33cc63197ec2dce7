"""What the ready experiments share: run a study file, save distributions, and say in words what was found.

Each `experiments/<name>.py` is a question; the runs it needs are in `experiments/<name>.toml`. Everything goes to
`results/<name>/`: the study itself, `distributions.csv`, `figures/`, and `findings.md`. A study that was stopped is
carried on when the script is run again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sim.analysis.distributions import write_distributions
from sim.api import registry, run_study
from sim.errors import InputError
from sim.report import report
from sim.report.distributions import draw_distributions
from sim.study.conduct import carry_on, model_engine
from sim.study.executors import executor_for
from sim.study.results import Results, open_results
from sim.study.store import holds_results

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results"

Findings = Callable[[Results], Sequence[str]]
"""Says in words what a study found, a line a finding; a line that begins with `#` is a heading."""


def experiment(
    name: str, findings: Findings, outcomes: Sequence[str] | None = None, arguments: list[str] | None = None
) -> int:
    """Runs `experiments/<name>.toml`, or a smaller version of it, and writes what it found. Returns an exit status.

    outcomes: to draw and tabulate; the headlines for None. arguments: of the command line.
    """
    parser = argparse.ArgumentParser(description=f"Runs experiments/{name}.toml and says what it found.")
    parser.add_argument("--out", type=Path, default=RESULTS / name, help="folder to write (results/<name>)")
    parser.add_argument("--runs", type=int, help="units of the design instead of those of the file")
    parser.add_argument("--scenario", help="one scenario instead of those of the file, say one_ccg")
    parser.add_argument("--years", type=int, help="financial years instead of those of the file")
    parser.add_argument("--workers", type=int, help="processes; all cores by default")
    parser.add_argument("--force", action="store_true", help="begin anew where there are results")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    given = parser.parse_args(arguments)
    try:
        results = _results(name, given)
    except InputError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    if len(results.failures) == len(results.runs):
        print(f"{name}: every run failed; the first: {results.failures[0].error}", file=sys.stderr)
        return 1
    write_distributions(results, given.out / "distributions.csv", outcomes)
    draw_distributions(results, registry(), given.out / "figures", outcomes)
    report(given.out)
    text = "\n".join(_page(name, results, findings(results)))
    (given.out / "findings.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


def _results(name: str, given: argparse.Namespace) -> Results:
    executor = executor_for(given.workers)
    if holds_results(given.out) and not given.force:
        carry_on(given.out, model_engine(), executor=executor, quiet=given.quiet)
        return open_results(given.out)
    return run_study(
        HERE / f"{name}.toml", out=given.out, workers=given.workers, force=given.force, quiet=given.quiet,
        runs=given.runs, scenario=given.scenario, years=given.years,
    )  # fmt: skip


def _page(name: str, results: Results, findings: Sequence[str]) -> list[str]:
    failed = f", {len(results.failures)} of them failed" if results.failures else ""
    lines = [
        f"# {results.manifest['title']}",
        "",
        f"`python -m experiments.{name}`: {len(results.runs)} runs of {results.manifest['years']} years{failed}. "
        "Means and intervals are over draws and luck; see `figures/` and `distributions.csv`. "
        "What follows is what the stated assumptions imply, not a measurement of England.",
        "",
    ]
    for finding in findings:
        lines += ["", finding, ""] if finding.startswith("#") else [f"- {finding}"]
    return [*lines, ""]
