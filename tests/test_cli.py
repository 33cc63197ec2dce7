"""The command line as a user meets it: what is refused, in which words, and that nothing is left behind."""

import subprocess
import sys
from pathlib import Path

import pytest
from fake_model import results as fake_results

from sim.cli import main


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Runs a command that must end with status 2; returns its one line."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "area_team_only", "delegated", "--runs", "0"], ["--runs", "whole number from 1"]),
        (["compare", "area_team_only", "delegated", "--runs", "many"], ["--runs", "integer"]),
        (["compare", "area_team_only", "delegatd"], ["delegatd", "did you mean 'delegated'?"]),
        (["compare", "area_team_only"], ["at least two regimes"]),
        (["compare", "delegated", "delegated"], ["given twice"]),
        (["compare", "area_team_only", "delegated", "--workers", "0"], ["--workers"]),
        (["compare", "area_team_only", "delegated", "--seed", "-1"], ["--seed"]),
        (["compare", "area_team_only", "delegated", "--years", "0"], ["--years", "1 to"]),
        (["compare", "area_team_only", "delegated", "--scenario", "nowhere.toml"], ["nowhere.toml", "no such"]),
        (["compare", "area_team_only", "delegated", "--population", "nowhere"], ["nowhere", "population build"]),
        (["compare"], ["REGIME"]),
        (["run", "nowhere.toml"], ["nowhere.toml"]),
        (["run", "england", "--regime", "delegatd"], ["delegated"]),
        (["run", "england", "--sed", "7"], ["--sed"]),
        (["run", "one_ccg", "--against", "delegated"], ["--against", "--case-file"]),
        (["compare", "area_team_only", "delegated", "--without", "luck"], ["--without", "describe mechanisms"]),
        (
            ["compare", "area_team_only", "delegated", "--precision", "5", "--outcome", "practice_open"],
            ["--outcome", "did you mean 'practices_open'?", "describe outcomes"],
        ),
        (["survey", "one_ccg", "--runs", "0"], ["--runs", "whole number from 1"]),
        (["survey", "one_ccg", "--regime", "delegatd"], ["delegated"]),
        (["survey", "one_ccg", "--years", "0"], ["--years", "1 to"]),
        (["survey", "nowhere.toml"], ["nowhere.toml"]),
        (["check", "nowhere.toml"], ["nowhere.toml"]),
        (["describe", "parametres"], ["parameters"]),
        (["report", "nowhere"], ["nowhere", "no such folder"]),
        (["export", "nowhere", "--long"], ["nowhere", "no such folder"]),
        (["nonsense"], ["nonsense"]),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    arguments: list[str],
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    line = refused(arguments, capsys)
    assert all(word in line for word in words), line
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not list(tmp_path.glob("results/*"))


@pytest.mark.parametrize("command", [["run", "england"], ["compare", "area_team_only", "delegated"]])
def test_results_are_not_overwritten(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake_results(tmp_path / "out")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert "--force" in refused([*command, "--out", str(tmp_path / "out")], capsys)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_export_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake_results(tmp_path / "out")
    assert main(["export", str(tmp_path / "out"), "--long"]) == 0
    assert (tmp_path / "out" / "long.parquet").is_file()
    capsys.readouterr()
    assert "--force" in refused(["export", str(tmp_path / "out"), "--long"], capsys)
    assert main(["export", str(tmp_path / "out"), "--long", "--force", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_help_is_light() -> None:
    code = "import sys; from sim.cli import main; main(['--help']); print(*sys.modules, sep='\\n')"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "numba", "matplotlib", "pyarrow", "pydantic", "mesa", "jinja2", "networkx"}
    assert not heavy & set(found.stdout.split())


def test_help_comes_at_once() -> None:
    resource = pytest.importorskip("resource")
    spent = []
    for _ in range(3):  # processor time, which a busy machine does not stretch as it does the clock
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "sim", "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(spent) < 0.5


def test_importing_sim_is_light_and_knows_its_names() -> None:
    code = "import sim, sys; print(*dir(sim)); print('numpy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"run", "compare"} <= set(found.stdout.split())
    assert found.stdout.endswith("False\n")


def test_what_a_topic_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "regimes"]) == 0
    assert "delegated" in capsys.readouterr().out


def test_the_schedule_says_what_each_phase_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", "schedule"]) == 0
    _, *phases = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0].split(". ")[1] for line in phases] == [
        "policy", "demand", "workforce", "access", "funding", "commissioning", "practice life", "hospital",
        "relations", "record",
    ]  # fmt: skip
    assert all(line.endswith(".") and len(line) > 40 for line in phases)


def test_a_shipped_scenario_is_valid(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "scenarios" / "england.toml"
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out.endswith("england.toml: valid\n")
    assert main(["describe", str(path)]) == 0


def test_a_calibration_refuses_targets_that_are_not_the_frozen_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, one line, and no folder is made."""
    from sim.analysis.calibration.settings import SHIPPED
    from sim.analysis.targets import FROZEN, IN_SAMPLE

    (tmp_path / "mine.toml").write_text(f'targets = "{IN_SAMPLE.name}"\n{SHIPPED.read_text(encoding="utf-8")}')
    text = IN_SAMPLE.read_text(encoding="utf-8")
    (tmp_path / IN_SAMPLE.name).write_text(text.replace("low = 7642", "low = 7641"))
    (tmp_path / FROZEN.name).write_text(FROZEN.read_text(encoding="utf-8"))
    assert main(["calibrate", str(tmp_path / "mine.toml"), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "frozen" in error and IN_SAMPLE.name in error
    assert not (tmp_path / "out").exists()


def test_who_stops_is_told_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(_folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.study.status.status_of", stop)
    assert main(["study", "status", "anywhere"]) == 130
    assert "commissim study resume DIR" in capsys.readouterr().err


def test_a_study_is_described_before_it_is_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", str(project / "experiments" / "area_team_staff.toml")]) == 0
    told = capsys.readouterr().out
    assert "Regime: Delegated commissioning (delegated)" in told
    assert "Cells: area_team_staff.contracts at 0.33, 0.67, 1, 1.5, 3 times what it would be" in told
