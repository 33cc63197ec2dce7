"""Studies on a Dask cluster: a real scheduler and real workers, each a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from fake_model import sample, task
from processes import content, environment, kill, runner, wait_for_parts, wait_until
from runner_process import REGIMES

from sim.errors import InputError
from sim.study.conduct import conduct
from sim.study.design import draw_pairs
from sim.study.executors import executor_for
from sim.study.plan import Study
from sim.study.records import Task

pytest.importorskip("distributed")
PAIRS = 12
DEATHS = "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, psutil.Process]]:
    """Address of a scheduler with two workers, and the process that starts them anew when they die."""
    folder = tmp_path_factory.mktemp("cluster")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    commands = (
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        [*dask, "worker", address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"],
    )
    with (folder / "log").open("w") as log:
        processes = [
            subprocess.Popen(command, env=environment(**{DEATHS: "1"}), cwd=folder, stdout=log, stderr=log)
            for command in commands
        ]
        try:
            yield address, psutil.Process(processes[1].pid)
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait(60)


def on(address: str, study: Task, pairs: int, out: Path) -> None:
    """Runs a study on the cluster."""
    drawn = Study("study", "A study", study, draw_pairs(pairs, 3, sample))
    conduct(drawn, out=out, executor=executor_for(None, address), chunk=2, quiet=True)


def test_a_study_on_a_cluster_equals_one_at_home_even_if_a_worker_is_killed(
    tmp_path: Path, cluster: tuple[str, psutil.Process]
) -> None:
    address, nanny = cluster
    study = Study("study", "A study", task(*REGIMES), draw_pairs(PAIRS, 3, sample))
    conduct(study, out=tmp_path / "home", quiet=True)
    process = runner(tmp_path / "out", "--dask", address)
    wait_for_parts(tmp_path / "out", 1)
    victim = next(one for one in nanny.children(recursive=True) if "spawn_main" in " ".join(one.cmdline()))
    kill(victim)
    assert process.wait(60) == 0
    assert content(tmp_path / "out") == content(tmp_path / "home")
    wait_until(lambda: not victim.is_running(), "the end of the worker")


def test_a_pair_that_kills_workers_is_a_failed_row(tmp_path: Path, cluster: tuple[str, psutil.Process]) -> None:
    design = draw_pairs(2, 3, sample)
    odd = [bool(seed % 2) for seed in design.seed for _ in range(2)]
    assert 0 < sum(odd) < 4, "one of the two pairs kills"
    on(cluster[0], task("plain", "dies_on_odd"), 2, tmp_path / "out")
    runs, _ = content(tmp_path / "out")
    assert [run["stage"] == "worker" for run in runs] == odd


def test_bad_input_on_a_worker_is_told(tmp_path: Path, cluster: tuple[str, psutil.Process]) -> None:
    with pytest.raises(InputError, match=r"practices\.csv: list_size: a column is missing"):
        on(cluster[0], task("plain", "refused"), 2, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_no_scheduler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.cluster.WAIT", 1)
    with pytest.raises(InputError, match=r"no scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        executor_for(None, "tcp://127.0.0.1:9")
    with pytest.raises(InputError, match="no scheduler answers"):
        executor_for(None, "nonsense://")
