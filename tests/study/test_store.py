"""The output folder: what it holds, whole or not at all, never overwritten by mistake."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_model import ENGINE, OUTCOMES, PLACES, REGISTRY, run, sample, task

from sim.analysis.compare import paired
from sim.errors import InputError
from sim.report.page import write_page
from sim.study import store
from sim.study.design import draw_pairs
from sim.study.export import export_long, export_wide
from sim.study.manifest import task_of
from sim.study.results import Results, open_results


def study(out: Path | None, *regimes: str, pairs: int = 2, force: bool = False, chunk: int | None = None) -> Results:
    return run(task(*regimes or ("plain", "other")), draw_pairs(pairs, 3, sample), out, force=force, chunk=chunk)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != store.LOCK)


def test_the_folder_holds_what_is_promised(tmp_path: Path) -> None:
    study(tmp_path / "out")
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == [
        "design.parquet", "manifest.json", "outcomes", "places.parquet", "runs.parquet",
    ]  # fmt: skip
    runs = pq.read_table(tmp_path / "out" / "runs.parquet")
    columns = ["run", "scenario", "regime", "draw", "seed", "status", "stage", "error", "traceback"]
    assert runs.column_names == columns
    assert runs["run"].to_pylist() == [0, 1, 2, 3]
    design = pq.read_table(tmp_path / "out" / "design.parquet")
    assert design.column_names == ["pair", "part", "draw", "seed", "leaving.base", "leaving.per_burnout"]
    assert design["seed"].to_pylist() == runs["seed"].to_pylist()[::2]
    assert names(tmp_path / "out" / "outcomes") == sorted(f"level={level}" for level in PLACES)
    parts = sorted((tmp_path / "out" / "outcomes" / "level=ccg").iterdir())
    assert [part.name for part in parts] == ["part-00000.parquet", "part-00001.parquet"]
    table = pa.concat_tables([store.read_table(part) for part in parts])
    assert table.column_names == ["run", "year", "place", *OUTCOMES]
    assert {str(table.schema.field(name).type) for name in OUTCOMES} == {"double"}
    assert len(table) == 4 * 3 * len(PLACES["ccg"])


def test_the_manifest_is_enough_to_run_again(tmp_path: Path) -> None:
    study(tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert task_of(manifest, ENGINE) == task("plain", "other")
    design, parts = store.read_design(tmp_path / "out", manifest["design"]["master_seed"])
    assert design == draw_pairs(2, 3, sample)
    assert parts.tolist() == [0, 1]
    assert {"scenarios", "regimes", "parameters"} <= set(manifest["hashes"])
    (session,) = manifest["sessions"]
    assert "numpy" in session["dependencies"]
    assert {"git_commit", "git_dirty", "version", "hash"} == set(session["program"])
    assert (session["executor"], session["workers"]) == ("in-process", 1)


def test_what_is_stored_is_what_was_simulated(tmp_path: Path) -> None:
    written, kept = study(tmp_path / "out"), study(None)
    assert written.levels == kept.levels == ["national", "ccg", "deprivation_fifth"]
    for level in kept.levels:
        one, two = written.cube(level), kept.cube(level)
        assert (one.years, one.places, one.outcomes, one.runs) == (two.years, two.places, two.outcomes, two.runs)
        np.testing.assert_array_equal(one.values, two.values)
    assert written.places == kept.places
    assert [run.regime for run in written.runs] == [run.regime for run in kept.runs]


@pytest.mark.parametrize("chunk", [1, 3, 4])
def test_what_is_read_does_not_depend_on_the_size_of_chunks(tmp_path: Path, chunk: int) -> None:
    written, kept = study(tmp_path / "out", pairs=4, chunk=chunk), study(None, pairs=4)
    assert len(list((tmp_path / "out" / "outcomes" / "level=national").iterdir())) == -(-4 // chunk)
    assert written.runs == kept.runs
    np.testing.assert_array_equal(written.cube().values, kept.cube().values)


def test_named_outcomes_are_read_alone(tmp_path: Path) -> None:
    written, kept = study(tmp_path / "out"), study(None)
    for results in (written, kept):
        whole, part = results.cube("ccg"), results.cube("ccg", ["gp_fte_per_1000", "happiness"])
        assert part.outcomes == ("gp_fte_per_1000",)
        assert (part.runs, part.years, part.places) == (whole.runs, whole.years, whole.places)
        np.testing.assert_array_equal(part.of("gp_fte_per_1000"), whole.of("gp_fte_per_1000"))
        assert results.cube("ccg", []).values.shape == (*whole.values.shape[:3], 0)


def test_scenarios_are_compared_beside_regimes(tmp_path: Path) -> None:
    both = task("plain", "other", scenarios=("small", "large"))
    results = run(both, draw_pairs(3, 3, sample), tmp_path / "out")
    assert results.arms == ["small/plain", "small/other", "large/plain", "large/other"]
    values = paired(results, "national")
    assert {arm: value.shape[0] for arm, value in values.items()} == dict.fromkeys(results.arms, 3)
    np.testing.assert_array_equal(values["small/other"], values["large/other"])
    assert write_page(tmp_path / "out", REGISTRY).is_file()
    assert {row["scenario"] for row in pq.read_table(export_long(tmp_path / "out")).to_pylist()} == {"small", "large"}


def test_failed_runs_have_a_row_and_no_outcomes(tmp_path: Path) -> None:
    results = study(tmp_path / "out", "plain", "fails")
    assert [run.error for run in results.failures] == ["ZeroDivisionError: no doctors left"] * 2
    assert results.cube().runs == (0, 2)
    assert all("Traceback" in run.traceback for run in results.failures)
    assert results.manifest["failed"] == 2
    assert results.manifest["failures"][0] == {"run": 1, "stage": "simulate", "error": results.failures[0].error}


def test_results_are_not_overwritten(tmp_path: Path) -> None:
    study(tmp_path / "out")
    before = (tmp_path / "out" / "runs.parquet").stat().st_mtime_ns
    with pytest.raises(InputError, match="--force"):
        study(tmp_path / "out")
    assert (tmp_path / "out" / "runs.parquet").stat().st_mtime_ns == before


def test_force_replaces_results_whole_and_keeps_a_users_notes(tmp_path: Path) -> None:
    study(tmp_path / "out", pairs=4)
    (tmp_path / "out" / "notes.md").write_text("mine", encoding="utf-8")
    (tmp_path / "out" / "report.html").write_text("old", encoding="utf-8")
    results = study(tmp_path / "out", pairs=1, force=True)
    assert len(results.runs) == 2
    assert (tmp_path / "out" / "notes.md").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "out" / "report.html").exists()
    assert names(tmp_path) == ["out"]


def test_a_folder_with_other_files_is_refused_even_with_force(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputError, match="other files"):
        study(tmp_path, force=True)
    assert names(tmp_path) == ["thesis.txt"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        study(tmp_path / "out")


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert len(study(tmp_path / "out").runs) == 4


@pytest.mark.parametrize("force", [False, True])
def test_what_goes_wrong_leaves_no_trace(tmp_path: Path, force: bool) -> None:
    with pytest.raises(InputError, match="column is missing"):
        study(tmp_path / "out", "plain", "refused", force=force)
    assert names(tmp_path) == []


def test_new_folders_count_up(tmp_path: Path) -> None:
    made = [store.new_folder("compare", tmp_path / "results") for _ in range(2)]
    (tmp_path / "results" / "compare-7").mkdir()
    made.append(store.new_folder("compare", tmp_path / "results"))
    assert [folder.name for folder in made] == ["compare-1", "compare-2", "compare-8"]
    assert store.new_folder("run", tmp_path / "results").name == "run-1"


def test_opening_what_holds_no_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no results"):
        open_results(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        open_results(tmp_path / "nowhere")
    study(tmp_path / "out")
    (tmp_path / "out" / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"manifest\.json: is missing"):
        open_results(tmp_path / "out")


def test_unknown_levels_outcomes_and_years_are_refused(tmp_path: Path) -> None:
    results = study(tmp_path / "out")
    with pytest.raises(InputError, match=r"level 'region'.*allowed: national"):
        results.cube("region")
    with pytest.raises(InputError, match="unknown outcome"):
        results.cube().of("happiness")
    with pytest.raises(InputError, match="2014 to 2016"):
        results.cube().year_index(2030)


def test_the_long_table_has_a_row_a_value(tmp_path: Path) -> None:
    results = study(tmp_path / "out")
    table = pq.read_table(export_long(tmp_path / "out"))
    assert len(table) == 4 * 3 * sum(map(len, PLACES.values())) * len(OUTCOMES)
    rows = [row for row in table.to_pylist() if row["level"] == "ccg" and row["place"] == "03C" and row["year"] == 2015]
    found = {(row["run"], row["outcome"]): row["value"] for row in rows}
    assert found[2, "gp_fte_per_1000"] == results.cube("ccg").values[2, 1, 2, 1]
    assert {row["regime"] for row in rows} == {"plain", "other"}
    with pytest.raises(InputError, match="--force"):
        export_long(tmp_path / "out")


def test_wide_tables_have_a_file_a_level(tmp_path: Path) -> None:
    study(tmp_path / "out")
    paths = export_wide(tmp_path / "out")
    assert [path.name for path in paths] == [
        "outcomes-national.csv",
        "outcomes-ccg.csv",
        "outcomes-deprivation_fifth.csv",
    ]
    header = paths[0].read_text(encoding="utf-8").splitlines()[0].replace('"', "")
    assert header.split(",") == ["run", "scenario", "regime", "year", "place", *OUTCOMES]
    assert not [name for name in names(tmp_path / "out") if "partial" in name]
