"""The command line. Everything heavy is imported by the command that needs it, so that help comes at once.

Exit status: 0 done; 1 every run failed; 2 bad input, with one line that says what and where.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli_options import SCENARIO, FixedParameters, Force, Out, Population, Quiet, Regime, Uninformed, Workers, Years
from sim.cli_study import study_app
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.study.results import Results

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Who should decide what about general practice in England? Simulate regimes of commissioning; compare them.",
)
population_app = typer.Typer(help="Starting populations from published files.", rich_markup_mode=None)
app.add_typer(population_app, name="population")
app.add_typer(study_app, name="study")

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""What a wrong option raises; newer versions of typer keep the class to themselves."""


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help=SCENARIO)],
    regime: Regime = None,
    seed: Annotated[int | None, typer.Option(help="Seed; the scenario's own by default.")] = None,
    years: Years = None,
    population: Population = None,
    out: Out = None,
    force: Force = False,
    quiet: Quiet = False,
    case_file: Annotated[
        str | None, typer.Option(metavar="PRACTICE", help="Also write the story of this practice, by its code.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="With --case-file: a second regime, under which the story is told again.")
    ] = None,
) -> None:
    """Run one regime once, with every parameter at the value of its record."""
    from sim import api

    with _folder("run", out, force) as folder:
        results = api.run(
            scenario, regime=regime, seed=seed, years=years, population=population, out=folder, force=force,
            quiet=quiet, case_file=case_file, against=against,
        )  # fmt: skip
    _finish(results, folder, quiet)


@app.command()
def compare(
    regimes: Annotated[list[str], typer.Argument(metavar="REGIME REGIME...", help="The first is compared with.")],
    scenario: Annotated[str, typer.Option(help=SCENARIO)] = "england",
    runs: Annotated[int | None, typer.Option(help="Pairs of one parameter draw and one seed; 20 by default.")] = None,
    precision: Annotated[
        float | None,
        typer.Option(help="Instead of --runs: until the mean difference of --outcome is known to within this much."),
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="With --precision: the outcome it is about.")] = None,
    seed: Annotated[int, typer.Option(help="Master seed, from which all pairs are drawn.")] = 1,
    years: Years = None,
    workers: Workers = None,
    fixed_parameters: FixedParameters = False,
    uninformed: Uninformed = False,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="MECHANISM", help="Switch a mechanism off under every regime; can be given again."),
    ] = None,
    equal_staff_cost: Annotated[
        bool,
        typer.Option("--equal-staff-cost", help="Commissioning staff cost what they cost under the first regime."),
    ] = False,
    population: Population = None,
    out: Out = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Compare regimes in pairs: same parameters, same starting England, same luck."""
    from sim import api
    from sim.analysis.replication import MAIN_OUTCOME

    if precision is not None and runs is not None:
        raise InputError("goes with --precision or alone, not both", key="--runs", allowed="one of the two")
    if outcome is not None and precision is None:
        raise InputError("says what --precision is about, which is missing", key="--outcome")
    with _folder("compare", out, force) as folder:
        compared = api.compare(
            regimes, scenario=scenario, runs=api.DEFAULT_PAIRS if runs is None else runs, precision=precision,
            outcome=outcome or MAIN_OUTCOME, seed=seed, years=years, workers=workers,
            fixed_parameters=fixed_parameters, uninformed=uninformed, without=without or (),
            equal_staff_cost=equal_staff_cost, population=population, out=folder, force=force, quiet=quiet,
        )  # fmt: skip
    if len(compared.results.failures) < len(compared.results.runs):
        typer.echo(f"{compared.table()}\n\n{compared.rests_on()}")
    _finish(compared.results, folder, quiet)


@app.command()
def survey(
    scenario: Annotated[str, typer.Argument(help=SCENARIO)] = "england",
    regime: Regime = None,
    runs: Annotated[int, typer.Option(help="Runs of one parameter draw and one seed each.")] = 20,
    seed: Annotated[int, typer.Option(help="Master seed, from which all runs are drawn.")] = 1,
    years: Annotated[int, typer.Option(help="Financial years before the survey; 1 asks in March 2015.")] = 1,
    workers: Workers = None,
    fixed_parameters: FixedParameters = False,
    uninformed: Uninformed = False,
    population: Population = None,
    quiet: Quiet = False,
) -> None:
    """Ask the model's doctors what the surveys of 2014 asked real ones, and print both."""
    from sim import api

    surveyed = api.survey(
        scenario, regime=regime, runs=runs, seed=seed, years=years, workers=workers, fixed_parameters=fixed_parameters,
        uninformed=uninformed, population=population, quiet=quiet,
    )  # fmt: skip
    _say_failures(surveyed.results)
    typer.echo(surveyed.table())


@app.command()
def validate(
    scenario: Annotated[str, typer.Argument(metavar="[FILE]", help=SCENARIO)] = "england",
    runs: Annotated[int, typer.Option(help="Runs of one parameter draw and one seed each.")] = 100,
    seed: Annotated[int, typer.Option(help="Master seed, from which all runs are drawn.")] = 1,
    years: Annotated[int, typer.Option(help="Financial years to simulate, at least 4; 9 end in 2022-23.")] = 9,
    workers: Workers = None,
    fixed_parameters: FixedParameters = False,
    uninformed: Uninformed = False,
    part: Annotated[
        list[str] | None,
        typer.Option(help="Only targets, forecast, response, permutation or stability; can be given again."),
    ] = None,
    population: Population = None,
    out: Out = None,
    force: Force = False,
    kept: Annotated[Path | None, typer.Option(help="Folder for what takes long, to go on after a stop.")] = None,
    quiet: Quiet = False,
) -> None:
    """Hold the model against what happened in England, from national totals to single practices."""
    from sim import api
    from sim.analysis.validation.tables import PAGE, text

    with _folder("validate", out, force) as folder:
        validated = api.validate(
            scenario, runs=runs, seed=seed, years=years, workers=workers, fixed_parameters=fixed_parameters,
            uninformed=uninformed, parts=part or (), population=population, out=folder, force=force, kept=kept,
            quiet=quiet,
        )  # fmt: skip
    typer.echo(text(validated))
    if not quiet:
        typer.echo(f"\nResults: {folder}\nPage: {folder / PAGE}")


@app.command()
def calibrate(
    file: Annotated[Path | None, typer.Argument(help="Settings; those shipped by default.")] = None,
    out: Out = None,
    population: Population = None,
    workers: Workers = None,
    trial: Annotated[
        bool, typer.Option("--trial", help="Only recover known parameters from synthetic truth, the first step.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Begin anew where another calibration was made.")] = False,
    quiet: Quiet = False,
) -> None:
    """Find the sets of parameters that are plausible, given what England did from 2014-15 to 2016-17."""
    from sim.analysis.calibration.conduct import calibrate as conduct
    from sim.study import store

    folder = store.new_folder("calibrate") if out is None else out
    made = conduct(file, folder, population=population, workers=workers, trial=trial, force=force, quiet=quiet)
    for path in made.files:
        typer.echo(str(path))


@population_app.command("build")
def build(
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    table: Annotated[Path | None, typer.Option(help="One practice table of documented columns.")] = None,
    epraccur: Annotated[Path | None, typer.Option(help="Published list of practices.")] = None,
    patients: Annotated[Path | None, typer.Option(help="Published list sizes.")] = None,
    payments: Annotated[Path | None, typer.Option(help="Published payments to practices.")] = None,
    workforce: Annotated[Path | None, typer.Option(help="Published general practice workforce.")] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Build a starting population from published files, or from one practice table."""
    from sim.population.build import build_population

    made = build_population(
        table=table, epraccur=epraccur, patients=patients, payments=payments, workforce=workforce, out=out, force=force
    )
    if not quiet:
        for note in made.notes:
            typer.echo(note)
        typer.echo(f"Population: {out}; what was read and imputed: {out / 'report.md'}")


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A scenario, a regime or a study.")]) -> None:
    """Check a scenario, regime or study and say what should be known about it."""
    from sim.schemas import check as check_file

    for note in check_file(file):
        typer.echo(f"note: {note}")
    typer.echo(f"{file}: valid")


@app.command()
def describe(
    what: Annotated[
        str,
        typer.Argument(
            help="parameters, mechanisms, outcomes, regimes, fidelity, schedule, or a scenario, regime or study FILE."
        ),
    ] = "schedule",
) -> None:
    """Print what the model holds: parameters, mechanisms, outcomes, regimes and their powers, schedule, or a file."""
    from sim.describe import topics

    typer.echo(topics.describe(what))


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of results.")],
    quiet: Quiet = False,
) -> None:
    """Write the page of a folder of results anew."""
    from sim.report import report as write

    path = write(folder)
    if not quiet:
        typer.echo(f"Page: {path}")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of results.")],
    long: Annotated[bool, typer.Option("--long", help="One long table, a row a value, instead of wide ones.")] = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write results for other programs: a wide CSV a level, or one long Parquet table."""
    from sim.study.export import export_long, export_wide

    for path in [export_long(folder, force=force)] if long else export_wide(folder, force=force):
        if not quiet:
            typer.echo(str(path))


@contextmanager
def _folder(command: str, out: Path | None, force: bool) -> Iterator[Path]:
    """The folder to write: `out`, checked before anything is run, or a new one that goes if nothing was written."""
    from sim.study import store

    if out is not None:
        store.check_target(out, force)
        yield out
        return
    folder = store.new_folder(command)
    try:
        yield folder
    finally:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _say_failures(results: Results) -> None:
    """Says what failed. Exit status 1 if no run finished."""
    failures = results.failures
    if failures:
        first = failures[0]
        typer.echo(
            f"{len(failures)} of {len(results.runs)} runs failed; the first at {first.stage}: {first.error}", err=True
        )
    if len(failures) == len(results.runs):
        raise typer.Exit(1)


def _finish(results: Results, folder: Path, quiet: bool) -> None:
    """Says what failed, writes the page and says where everything is. Exit status 1 if no run finished."""
    _say_failures(results)
    from sim.report import report as write

    page = write(folder)
    if not quiet:
        typer.echo(f"\nResults: {folder}\nPage: {page}")


def main(arguments: list[str] | None = None) -> int:
    """Runs a command and returns its exit status; the console command and `python -m sim` end here."""
    try:
        status: Any = app(args=arguments, prog_name="commissim", standalone_mode=False)
    except InputError as error:
        return _refuse(str(error))
    except USAGE_ERROR as error:
        return _refuse(error.format_message())  # type: ignore[attr-defined]
    except (typer.Abort, KeyboardInterrupt):
        return _stopped()
    except BrokenPipeError:  # whoever read the output has had enough (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except typer.Exit as leave:
        return leave.exit_code
    if status == INTERRUPTED:  # newer versions of typer say so of Ctrl-C
        return _stopped()
    return status if isinstance(status, int) else 0


def _stopped() -> int:
    print("commissim: stopped; `commissim study resume DIR` carries on with what was stored", file=sys.stderr)
    return INTERRUPTED


def _refuse(message: str) -> int:
    print(f"commissim: {' '.join(message.split())}", file=sys.stderr)
    return 2
