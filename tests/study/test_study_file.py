"""Study files: what they give, and how mistakes in them are refused."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema
import pytest

from sim.cli import main
from sim.errors import InputError
from sim.schemas import FOLDER, kind_of, schema, schema_text
from sim.study.study_file import STUDIES, load_study

BASE = 'title = "Mine"\nregimes = ["area_team_only", "delegated"]\nscenarios = ["one_ccg"]\n'
SHIPPED = sorted(path for path in STUDIES.glob("*.toml") if "regimes" in tomllib.loads(path.read_text("utf-8")))


def write(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_studies_load_and_satisfy_their_schema(file: Path) -> None:
    study = load_study(file.stem)
    assert study.notes()
    assert kind_of(file) == "study"
    jsonschema.validate(tomllib.loads(file.read_text(encoding="utf-8")), schema("study"))


def test_the_schema_is_up_to_date() -> None:
    assert (FOLDER / "study.schema.json").read_text(encoding="utf-8") == schema_text("study"), "python -m sim.schemas"


def test_a_study_holds_scenarios_regimes_and_its_whole_design(tmp_path: Path) -> None:
    text = BASE.replace('["one_ccg"]', '["one_ccg", "england"]') + (
        'years = 3\nlevels = ["ccg"]\noutcomes = ["practices_open"]\nwithout = ["capture"]\n'
        '[design]\nmethod = "latin_hypercube"\nruns = 4\nseeds = 2\nparameters = ["leaving.*"]\n'
    )
    study = load_study(write(tmp_path, text))
    assert list(study.task.scenarios) == ["one_ccg", "england"]
    assert all(scenario.mechanisms["capture"] is False for scenario in study.task.scenarios.values())
    assert study.task.levels == ("national", "ccg"), "the nation is always kept"
    assert (study.task.years, study.task.runs_per_pair, len(study.design)) == (3, 4, 8)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (BASE + "sed = 1", "mine.toml: sed: unknown key 'sed'; did you mean 'seed'?"),
        (BASE + "[design]\nrun = 3", "design.run: unknown key 'run'; did you mean 'runs'?"),
        (BASE + "[design]\nmethod = 'sobel'", "design.method: 'sobel' is not one of the allowed values"),
        (BASE + "[design]\nmethod = 'sobol'\nruns = 6", "design.runs: 6 is no power of two"),
        (BASE + "[design]\nmethod = 'grid'", "design.grid: is missing"),
        (BASE + "[design]\nmethod = 'fixed'\ngrid = {'leaving.base' = [0.1]}", "nothing is fixed under a grid"),
        (BASE + "[design]\nmethod = 'ensemble'", "design.file: goes with the method ensemble"),
        (BASE + "[design]\nmethod = 'ensemble'\nfile = 'nowhere.csv'", "no such file 'nowhere.csv'"),
        (BASE + "[design]\nmethod = 'ranges'\nparameters = ['leaving.bass']", "did you mean 'leaving.base'"),
        (BASE + "[design]\nmethod = 'ranges'\nparameters = ['leavin.*']", "no uncertain parameter is like 'leavin.*'"),
        (BASE + "[design]\nparameters = ['leaving.*']", "design.parameters: says nothing to the method plausible"),
        (BASE + "[design]\nengland = 'england_2014'\nmethod = 'fixed'", "goes with the method plausible"),
        (BASE + "[design]\nmethod = 'morris'\nranges = {'leaving.base' = [2, 1]}", "2 is not below 1"),
        (BASE + "[design.grid]\nleaving.bass = [1.0]", "design.grid.leaving.bass: unknown parameter"),
        (BASE + "[design.grid]\n'regime.exit.notice_months' = {times = [1.0]}", "is drawn as a quantile"),
        (BASE + "levels = ['county']", "levels: unknown level 'county'; did you mean"),
        (BASE + "outcomes = ['practices']", "outcomes: unknown outcome 'practices'; did you mean"),
        (BASE + "without = ['captur']", "without: unknown mechanism 'captur'; did you mean 'capture'?"),
        (BASE.replace("delegated", "delegatd"), "regimes: 'delegatd': unknown regime"),
        (BASE.replace("one_ccg", "one_cgc"), "scenarios: 'one_cgc': unknown scenario"),
        (BASE.replace("delegated", "area_team_only"), "is given twice"),
        (BASE + "years = 0", "years: should be greater than or equal to 1, not 0"),
        ("title = 'T'", "regimes: is missing"),
    ],
)
def test_bad_input_is_one_line_that_names_file_and_key(
    tmp_path: Path, text: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_study(file)
    assert fault in str(caught.value)
    assert main(["study", "run", str(file), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_scenarios_of_different_lengths_need_years(tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text('extends = "england"\ntitle = "Short"\nyears = 2\n', encoding="utf-8")
    text = BASE.replace('["one_ccg"]', '["short", "england"]')
    with pytest.raises(InputError, match=r"mine\.toml: years: the scenarios differ"):
        load_study(write(tmp_path, text))
    assert load_study(write(tmp_path, text + "years = 3")).task.years == 3


def test_checking_a_study_says_how_many_runs_it_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write(tmp_path, BASE + "[design]\nruns = 3\n"))]) == 0
    assert "6 runs of 10 years (scenarios x regimes x pairs: 1 x 2 x 3)" in capsys.readouterr().out
