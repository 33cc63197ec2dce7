"""Extending a study, running again what failed, and saying how far it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from fake_model import ENGINE, results, run, task
from processes import content

from sim.cli import main
from sim.errors import InputError
from sim.study.conduct import carry_on, conduct, extend, run_failed_again
from sim.study.design import single
from sim.study.executors import InProcess, Result, Work
from sim.study.plan import Plan, Study, draw_design
from sim.study.records import Chunk
from sim.study.results import open_results
from sim.study.status import status_of

PLAN = Plan(method="ranges", runs=3, parameters=("leaving.base",))


def study(runs: int, *regimes: str) -> Study:
    return Study("study", "A study", task(*regimes or ("plain", "other")), draw_design(PLAN, 7, runs), PLAN, runs)


def test_an_extended_study_equals_one_that_was_as_long_from_the_start(tmp_path: Path) -> None:
    conduct(study(7), out=tmp_path / "long", chunk=2, quiet=True)
    conduct(study(3), out=tmp_path / "grown", chunk=2, quiet=True)
    before = {path: path.read_bytes() for path in (tmp_path / "grown" / "outcomes").rglob("*.parquet")}
    for more in (1, 3):
        extend(tmp_path / "grown", ENGINE, more, executor=InProcess(), quiet=True)
    assert content(tmp_path / "grown") == content(tmp_path / "long")
    assert all(path.read_bytes() == old for path, old in before.items()), "what was there stays as it was"
    manifest = open_results(tmp_path / "grown").manifest
    assert (manifest["runs"], manifest["design"]["units"], manifest["failed"]) == (14, 7, 0)
    assert [session["command"] for session in manifest["sessions"]] == ["study", "study extend", "study extend"]


def test_an_extension_that_was_cut_short_while_it_was_drawn_is_drawn_again(tmp_path: Path) -> None:
    conduct(study(3), out=tmp_path / "out", quiet=True)
    manifest = (tmp_path / "out" / "manifest.json").read_bytes()
    extend(tmp_path / "out", ENGINE, 2, executor=InProcess(), quiet=True)
    whole = content(tmp_path / "out")
    (tmp_path / "out" / "manifest.json").write_bytes(manifest)
    extend(tmp_path / "out", ENGINE, 2, executor=InProcess(), quiet=True)
    assert content(tmp_path / "out") == whole


class Noting(InProcess):
    """Notes which chunks it is given."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def run(self, work: Work, chunks: Iterable[Chunk]) -> Iterator[tuple[Chunk, Result]]:
        for chunk in chunks:
            self.given.append(chunk.first)
            yield chunk, work(chunk)


def test_what_failed_is_run_again_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    conduct(study(6, "plain", "fails_on_odd"), out=out, chunk=1, quiet=True)
    failed = sorted(run.run // 2 for run in open_results(out).failures)
    assert 0 < len(failed) < 6
    before = content(out)
    executor = Noting()
    assert run_failed_again(out, ENGINE, executor=executor, quiet=True) == len(failed)
    assert executor.given == failed
    assert content(out) == before, "the fault is still there, and so are its rows"


def test_a_whole_study_has_nothing_to_resume(tmp_path: Path) -> None:
    conduct(study(2), out=tmp_path / "out", quiet=True)
    before = content(tmp_path / "out")
    carry_on(tmp_path / "out", ENGINE, executor=InProcess(), quiet=True)
    assert content(tmp_path / "out") == before


def test_the_status_says_what_is_done_failed_and_missing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    conduct(study(3, "plain", "fails"), out=out, chunk=1, quiet=True)
    assert "3 done, 3 failed, 0 missing of 6 runs" in status_of(out).text()
    assert "3 failed at simulate: ZeroDivisionError: no doctors left" in status_of(out).text()
    assert f"commissim study rerun {out} --failed" in status_of(out).text()
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    (out / "manifest.json").write_text(json.dumps(manifest | {"runs": 10}), encoding="utf-8")
    assert "4 missing of 10 runs" in status_of(out).text()
    assert f"commissim study resume {out}" in status_of(out).text()


def test_a_single_run_cannot_be_extended(tmp_path: Path) -> None:
    run(task("plain"), single(1), tmp_path / "out")
    with pytest.raises(InputError, match="a single run cannot be extended"):
        extend(tmp_path / "out", ENGINE, 1, executor=InProcess(), quiet=True)


@pytest.mark.parametrize("command", ["status", "resume", "extend --runs 1", "rerun --failed"])
def test_a_folder_without_a_study_is_refused(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, *options = command.split()
    for folder, words in ((tmp_path / "nowhere", "no such folder"), (tmp_path, "holds no study")):
        assert main(["study", name, str(folder), *options]) == 2
        assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_meant_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results(tmp_path / "out")
    for command, words in (
        (["rerun", str(tmp_path / "out")], "--failed"),
        (["extend", str(tmp_path / "out"), "--runs", "0"], "--runs"),
        (["resume", str(tmp_path / "out"), "--workers", "2", "--dask", "tcp://x:1"], "--workers"),
        (["resume", str(tmp_path / "out"), "--workers", "0"], "--workers"),
    ):
        assert main(["study", *command]) == 2
        assert words in capsys.readouterr().err
