"""`commissim study`: run a study file, see how far it is, carry it on, extend it, run again what failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli_options import Dask, Force, Population, Quiet, Workers
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.study.executors import Executor

study_app = typer.Typer(help="Many runs from one file: resumable, extendable, on any machine.", rich_markup_mode=None)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a study.")]


@study_app.command("run")
def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Study: name of a shipped one, or path of a file.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    runs: Annotated[int | None, typer.Option(help="Units of the design instead of those of the file.")] = None,
    scenario: Annotated[str | None, typer.Option(help="One scenario instead of those of the file.")] = None,
    years: Annotated[int | None, typer.Option(help="Financial years instead of those of the file.")] = None,
    workers: Workers = None,
    dask: Dask = None,
    population: Population = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Run a study from its beginning, as its file says or in a smaller size."""
    from sim.study.conduct import conduct
    from sim.study.store import check_target
    from sim.study.study_file import load_study

    check_target(out, force)
    study = load_study(file, runs=runs, scenario=scenario, years=years, population=population)
    conduct(study, out=out, force=force, executor=_executor(workers, dask), quiet=quiet)
    _say(out, quiet)


@study_app.command("status")
def status(
    folder: Folder,
    outcome: Annotated[str | None, typer.Option(help="Advice for this outcome instead of the headlines.")] = None,
) -> None:
    """Say how far a study is, what failed, and how many more pairs would halve what is unknown of each difference."""
    from sim.analysis.replication import advice_text, advise
    from sim.outcomes import OUTCOMES
    from sim.study.status import status_of

    found = status_of(folder)
    typer.echo(found.text())
    if found.results is not None and len(found.results.arms) > 1 and len(found.results.failures) < found.stored:
        typer.echo("\n" + advice_text(advise(found.results, OUTCOMES, [outcome] if outcome else None)))


@study_app.command("resume")
def resume(folder: Folder, workers: Workers = None, dask: Dask = None, quiet: Quiet = False) -> None:
    """Carry on a study that was stopped, however that came about."""
    from sim.study.conduct import carry_on, model_engine, read_manifest

    read_manifest(folder)
    carry_on(folder, model_engine(), executor=_executor(workers, dask), quiet=quiet)
    _say(folder, quiet)


@study_app.command("extend")
def extend(
    folder: Folder,
    runs: Annotated[int, typer.Option(help="How many more, counted as `runs` in the study file.")],
    workers: Workers = None,
    dask: Dask = None,
    quiet: Quiet = False,
) -> None:
    """Add runs to a study; those it has stay as they are."""
    from sim.study.conduct import extend as extend_study
    from sim.study.conduct import model_engine, read_manifest

    read_manifest(folder)
    extend_study(folder, model_engine(), runs, executor=_executor(workers, dask), quiet=quiet)
    _say(folder, quiet)


@study_app.command("rerun")
def rerun(
    folder: Folder,
    failed: Annotated[bool, typer.Option("--failed", help="Those that failed; nothing else can be run again.")] = False,
    workers: Workers = None,
    dask: Dask = None,
    quiet: Quiet = False,
) -> None:
    """Run again what failed, say after a fault was mended."""
    from sim.study.conduct import model_engine, read_manifest, run_failed_again

    if not failed:
        raise InputError("is missing: what ended well is not run again", key="--failed")
    read_manifest(folder)
    run_failed_again(folder, model_engine(), executor=_executor(workers, dask), quiet=quiet)
    _say(folder, quiet)


def _executor(workers: int | None, dask: str | None) -> Executor:
    from sim.study.executors import executor_for

    if workers is not None and dask is not None:
        raise InputError("goes with processes of this machine, not with --dask", key="--workers")
    return executor_for(workers, dask)


def _say(folder: Path, quiet: bool) -> None:
    """Says how it went. Exit status 1 if no run finished."""
    from sim.study.status import status_of

    found = status_of(folder)
    if not quiet:
        typer.echo(f"{found.text()}\nResults: {folder}; a page of them: commissim report {folder}")
    if found.stored and found.failed == found.stored:
        raise typer.Exit(1)
