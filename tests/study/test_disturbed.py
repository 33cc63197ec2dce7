"""Whatever happens to a study, after `resume` it equals one that nobody disturbed, row for row."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from fake_model import ENGINE, sample, task
from processes import TESTS, content, environment, kill, runner, stored_parts, wait_for_parts, wait_until, workers_of
from runner_process import REGIMES

from sim.errors import InputError
from sim.study.conduct import carry_on, conduct
from sim.study.design import draw_pairs
from sim.study.executors import InProcess
from sim.study.plan import Study
from sim.study.status import status_of

posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX systems")
PAIRS = 12


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study, run in this process from beginning to end, in larger chunks than the others."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    conduct(Study("study", "A study", task(*REGIMES), draw_pairs(PAIRS, 3, sample)), out=out, chunk=5, quiet=True)
    return out


def resume(out: Path) -> None:
    carry_on(out, ENGINE, executor=InProcess(), quiet=True)


@posix
def test_a_killed_worker_is_replaced(tmp_path: Path, undisturbed: Path) -> None:
    process = runner(tmp_path / "out")
    wait_for_parts(tmp_path / "out", 2)
    kill(workers_of(process)[0])
    assert process.wait(60) == 0
    assert content(tmp_path / "out") == content(undisturbed)


@posix
def test_a_killed_runner_leaves_no_worker_and_a_study_that_goes_on(tmp_path: Path, undisturbed: Path) -> None:
    process = runner(tmp_path / "out")
    wait_for_parts(tmp_path / "out", 2)
    started = psutil.Process(process.pid).children(recursive=True)
    assert len(started) >= 3
    kill(process)
    process.wait(60)
    wait_until(lambda: not any(child.is_running() for child in started), "the end of all workers")
    before = stored_parts(tmp_path / "out")
    assert 2 <= before < PAIRS
    status = status_of(tmp_path / "out")
    assert (status.stored, status.running) == (before * len(REGIMES), False)
    resume(tmp_path / "out")
    assert content(tmp_path / "out") == content(undisturbed)
    assert not list((tmp_path / "out").rglob("*.partial"))


@posix
def test_a_full_disk_stops_a_study_that_then_goes_on(tmp_path: Path, undisturbed: Path) -> None:
    process = runner(tmp_path / "out", "--disk-full-after", "3", "--workers", "1")
    _, words = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "cannot be written" in words
    assert "Traceback" not in words
    assert status_of(tmp_path / "out").stored == 3 * len(REGIMES)
    resume(tmp_path / "out")
    assert content(tmp_path / "out") == content(undisturbed)


def test_a_disk_full_from_the_start_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    process = runner(tmp_path / "out", "--disk-full-after", "0", "--workers", "1")
    assert process.wait(60) == 2
    assert not (tmp_path / "out").exists()


@posix
def test_a_real_disk_that_fills(tmp_path: Path, undisturbed: Path) -> None:
    """A file system of its own, in a name space of its own, where the system lets us have one."""
    allowed = ["unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
    if shutil.which("unshare") is None or subprocess.run(allowed, capture_output=True).returncode:
        pytest.skip("the system lets nobody mount a file system of their own")
    disk, saved = tmp_path / "disk", tmp_path / "saved"
    disk.mkdir()
    run = f"{sys.executable} {TESTS}/study/runner_process.py {disk}/out --workers 1"
    script = f"mount -t tmpfs -o size=160k tmpfs {disk} && {run}; status=$?; cp -a {disk}/out {saved}; exit $status"
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script], env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2, done.stderr
    assert "No space left" in done.stderr
    assert 0 < status_of(saved).stored < PAIRS * len(REGIMES)
    resume(saved)
    assert content(saved) == content(undisturbed)


def test_only_one_runner_may_write(tmp_path: Path) -> None:
    process = runner(tmp_path / "out", "--pairs", "1000")
    try:
        wait_for_parts(tmp_path / "out", 1)
        assert status_of(tmp_path / "out").running
        with pytest.raises(InputError, match="another process is writing"):
            resume(tmp_path / "out")
        second = runner(tmp_path / "out", "--resume")
        assert "another process is writing" in second.communicate(timeout=60)[1]
        assert second.returncode == 2
        assert process.poll() is None, "the first goes on"
    finally:
        process.kill()
        process.communicate(timeout=60)


def test_values_do_not_depend_on_the_hash_seed(tmp_path: Path, undisturbed: Path) -> None:
    for seed in ("0", "1"):
        assert runner(tmp_path / seed, PYTHONHASHSEED=seed).wait(60) == 0
        assert content(tmp_path / seed) == content(undisturbed)
