"""Running a design: order, workers, failures."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fake_model import run, sample, task

from sim.errors import InputError
from sim.study.design import Design, draw_pairs
from sim.study.executors import Executor, InProcess, Processes, check_workers
from sim.study.records import Finished, Task
from sim.study.runner import execute


def all_runs(task: Task, design: Design, executor: Executor | None = None, size: int = 1) -> list[Finished]:
    """Every run of a design, in order of their numbers."""
    chunks = execute(task, design.chunks(size), executor or InProcess(), runs=len(design), quiet=True)
    return sorted((one for _, chunk in chunks for one in chunk), key=lambda one: one.run.run)


def runs_of(finished: list[Finished]) -> list[tuple[int, str, str]]:
    return [(one.run.run, one.run.regime, one.run.status) for one in finished]


def test_runs_are_numbered_pair_by_pair_scenario_by_scenario_regime_by_regime() -> None:
    finished = all_runs(task("plain", "other", scenarios=("small", "large")), draw_pairs(2, 1))
    assert [one.run.run for one in finished] == list(range(8))
    assert [one.run.scenario for one in finished] == ["small", "small", "large", "large"] * 2
    assert [one.run.regime for one in finished] == ["plain", "other"] * 4
    assert len({one.run.seed for one in finished}) == 2


@pytest.mark.parametrize(("workers", "size"), [(1, 4), (2, 1), (2, 3)])
def test_results_are_the_same_at_any_number_of_workers_and_size_of_chunk(workers: int, size: int) -> None:
    design = draw_pairs(5, 3, sample)
    alone = all_runs(task("plain", "other"), design)
    spread = all_runs(task("plain", "other"), design, Processes(workers), size)
    assert [one.run for one in spread] == [one.run for one in alone]
    for a, b in zip(alone, spread, strict=True):
        assert a.outcomes is not None
        assert b.outcomes is not None
        for level, values in a.outcomes.values.items():
            np.testing.assert_array_equal(values, b.outcomes.values[level])


def test_files_are_the_same_to_the_last_bit_at_any_number_of_workers(tmp_path: Path) -> None:
    design = draw_pairs(3, 3, sample)
    for workers in (1, 2):
        run(task("plain", "other"), design, tmp_path / str(workers), executor=Processes(workers))
    one, two = tmp_path / "1", tmp_path / "2"
    files = sorted(path.relative_to(one) for path in one.rglob("*.parquet"))
    assert files == sorted(path.relative_to(two) for path in two.rglob("*.parquet"))
    assert all((one / file).read_bytes() == (two / file).read_bytes() for file in files)


def test_only_what_is_asked_for_is_kept() -> None:
    less = task("plain", levels=("national", "ccg"), outcomes=("gp_fte_per_1000",))
    (whole,), (some,) = (all_runs(which, draw_pairs(1, 1)) for which in (task("plain"), less))
    assert whole.outcomes is not None
    assert some.outcomes is not None
    assert list(some.outcomes.values) == ["national", "ccg"]
    assert list(some.outcomes.outcomes) == ["gp_fte_per_1000"]
    np.testing.assert_array_equal(some.outcomes.values["ccg"][..., 0], whole.outcomes.values["ccg"][..., 1])


def test_a_failed_run_is_a_row_and_the_rest_goes_on() -> None:
    finished = all_runs(task("plain", "fails"), draw_pairs(2, 1))
    assert runs_of(finished) == [
        (0, "plain", "done"),
        (1, "fails", "failed"),
        (2, "plain", "done"),
        (3, "fails", "failed"),
    ]
    failed = finished[1].run
    assert (failed.stage, failed.error) == ("simulate", "ZeroDivisionError: no doctors left")
    assert "in simulate" in failed.traceback


def test_a_start_that_cannot_be_built_fails_the_regimes_of_its_scenario_alone() -> None:
    finished = all_runs(task("plain", "other", scenarios=("unprepared", "small")), draw_pairs(1, 1))
    stages = [(one.run.status, one.run.stage) for one in finished]
    assert stages == [("failed", "prepare")] * 2 + [("done", "")] * 2


def test_a_chunk_that_kills_twice_is_split_and_fatal_pairs_alone_fail() -> None:
    design = draw_pairs(8, 1)
    odd = [bool(seed % 2) for seed in design.seed for _ in range(2)]
    assert 2 < sum(odd) < 14
    finished = all_runs(task("plain", "dies_on_odd"), design, Processes(2), size=4)
    assert [one.run.run for one in finished] == list(range(16))
    assert [one.run.stage == "worker" for one in finished] == odd, "both runs of a pair share its fate, and no others"
    assert all(one.run.traceback for one in finished if one.run.stage == "worker")


@pytest.mark.parametrize("executor", [InProcess(), Processes(2)], ids=lambda one: one.name)
def test_bad_input_stops_everything(executor: Executor) -> None:
    with pytest.raises(InputError, match=r"practices\.csv: list_size: a column is missing"):
        all_runs(task("plain", "refused"), draw_pairs(2, 1), executor)


def test_no_more_chunks_are_made_than_workers_can_take() -> None:
    """So that a long study is not in memory at once, whether as pairs or as results."""
    made = 0

    def counted() -> Iterator[object]:
        nonlocal made
        for chunk in draw_pairs(20, 1).chunks(1):
            made += 1
            yield chunk

    for ended, _ in enumerate(execute(task("plain"), counted(), Processes(2), runs=20, quiet=True), start=1):  # type: ignore[arg-type]
        assert made <= ended + 4


def test_workers_are_capped_at_cores_and_at_least_one() -> None:
    assert 1 <= check_workers(10_000) == check_workers(None)
    with pytest.raises(InputError, match="--workers"):
        check_workers(0)
