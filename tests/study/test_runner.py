"""Running a design: order, workers, failures."""

from pathlib import Path

import numpy as np
import pytest
from fake_model import sample, task

from sim.errors import InputError
from sim.study.conduct import conduct
from sim.study.design import draw_pairs
from sim.study.records import Finished
from sim.study.runner import check_workers, execute


def runs_of(finished: list[Finished]) -> list[tuple[int, str, str]]:
    return [(one.run.run, one.run.regime, one.run.status) for one in finished]


def test_runs_come_in_order_pair_by_pair() -> None:
    finished = list(execute(task("plain", "other"), draw_pairs(2, 1), quiet=True))
    assert runs_of(finished) == [(0, "plain", "done"), (1, "other", "done"), (2, "plain", "done"), (3, "other", "done")]
    assert len({one.run.seed for one in finished}) == 2


def test_places_come_once() -> None:
    finished = list(execute(task("plain", "other"), draw_pairs(3, 1), quiet=True))
    assert [len(one.places) for one in finished] == [4, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(("workers", "chunk"), [(2, 1), (2, 3)])
def test_results_are_the_same_at_any_number_of_workers_and_size_of_chunk(workers: int, chunk: int) -> None:
    design = draw_pairs(5, 3, sample)
    alone = list(execute(task("plain", "other"), design, quiet=True))
    spread = list(execute(task("plain", "other"), design, workers=workers, chunk=chunk, quiet=True))
    assert [one.run for one in spread] == [one.run for one in alone]
    for a, b in zip(alone, spread, strict=True):
        assert a.outcomes is not None
        assert b.outcomes is not None
        for level, values in a.outcomes.values.items():
            np.testing.assert_array_equal(values, b.outcomes.values[level])


def test_files_are_the_same_to_the_last_bit_at_any_number_of_workers(tmp_path: Path) -> None:
    design = draw_pairs(3, 3, sample)
    for workers in (1, 2):
        conduct(
            "compare",
            task("plain", "other"),
            design,
            out=tmp_path / str(workers),
            workers=workers,
            quiet=True,
            warm=False,
        )
    one, two = tmp_path / "1", tmp_path / "2"
    files = sorted(path.relative_to(one) for path in one.rglob("*.parquet"))
    assert files == sorted(path.relative_to(two) for path in two.rglob("*.parquet"))
    assert all((one / file).read_bytes() == (two / file).read_bytes() for file in files)


def test_a_failed_run_is_a_row_and_the_rest_goes_on() -> None:
    finished = list(execute(task("plain", "fails"), draw_pairs(2, 1), quiet=True))
    assert runs_of(finished) == [
        (0, "plain", "done"),
        (1, "fails", "failed"),
        (2, "plain", "done"),
        (3, "fails", "failed"),
    ]
    failed = finished[1].run
    assert (failed.stage, failed.error) == ("simulate", "ZeroDivisionError: no doctors left")
    assert "simulate" in failed.details


def test_a_start_that_cannot_be_built_fails_all_regimes_of_the_pair() -> None:
    finished = list(execute(task("plain", "other", scenario="unprepared"), draw_pairs(1, 1), quiet=True))
    assert [(one.run.status, one.run.stage) for one in finished] == [("failed", "prepare")] * 2


def test_a_worker_that_dies_costs_its_own_pairs_only() -> None:
    finished = list(execute(task("plain", "dies"), draw_pairs(2, 1), workers=2, chunk=1, quiet=True))
    assert [one.run.run for one in finished] == [0, 1, 2, 3]
    assert {one.run.stage for one in finished} == {"worker"}


@pytest.mark.parametrize("workers", [1, 2])
def test_bad_input_stops_everything(workers: int) -> None:
    with pytest.raises(InputError, match=r"practices\.csv: list_size: a column is missing"):
        list(execute(task("plain", "refused"), draw_pairs(2, 1), workers=workers, quiet=True))


def test_workers_are_capped_at_cores_and_at_least_one() -> None:
    assert 1 <= check_workers(10_000) == check_workers(None)
    with pytest.raises(InputError, match="--workers"):
        check_workers(0)
