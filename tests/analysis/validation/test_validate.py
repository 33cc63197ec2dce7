"""The whole validation on one CCG: parts, tables, page, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from england import DURHAM, FEW, begin, scenario_of, start_of

from sim import api
from sim.analysis.validation.bounds import BOUNDS, hits, share_at
from sim.analysis.validation.flat import drifts, flat_scenario
from sim.analysis.validation.permutation import SHUFFLED, shuffled
from sim.analysis.validation.shocks import Twins, decay, gains, lose_half, working
from sim.analysis.validation.tables import tables, text
from sim.cli import main
from sim.errors import InputError
from sim.population.columns import PRACTICES
from sim.regimes import load_regime
from sim.scenario import Scenario
from sim.study.design import single


def small(years: int = 4) -> Scenario:
    return scenario_of(FEW, years, regime=load_regime("voluntary_2015"))


def test_a_validation_writes_its_page_and_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COMMISSIM_DATA", raising=False)
    out = tmp_path / "found"
    validated = api.validate(
        small(), regime=None, runs=3, years=4, parts=["targets", "forecast"], out=out, quiet=True
    )  # fmt: skip
    page = (out / "report.html").read_text(encoding="utf-8")
    assert 'lang="en-GB"' in page
    assert 'src="http' not in page
    assert "COMMISSIM_DATA does not name" in page
    assert {"checks.csv", "targets.csv", "targets.parquet", "series.csv", "manifest.json"} <= {
        p.name for p in out.iterdir()
    }
    rows = pq.ParquetFile(out / "targets.parquet").read().to_pylist()
    assert len(rows) == len(validated.targets.past) + len(validated.targets.new)  # type: ignore[union-attr]
    assert {row["verdict"] for row in rows} <= {"pass", "fail", "inconclusive", "not measured"}
    assert "Behavioural targets" in text(validated)
    assert "all targets are England's" in text(validated)
    with pytest.raises(InputError, match="--force"):
        api.validate(small(), regime=None, runs=1, years=4, parts=["targets"], out=out, quiet=True)


def test_what_cannot_be_used_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "one_ccg", "--part", "everything"]) == 2
    assert "--part: 'everything' is not known (allowed: targets" in capsys.readouterr().err
    assert main(["validate", "one_ccg", "--years", "3"]) == 2
    assert "2017-18" in capsys.readouterr().err


def test_states_at_a_bound_are_counted() -> None:
    world, _ = begin(FEW, "voluntary_2015", 2)
    access = next(bound for bound in BOUNDS if bound.what == "access")
    world.care["access"] = 0.5
    assert share_at(world, access) == (0.0, 0.0)
    world.care["access"][working(world)] = np.where(np.arange(working(world).sum()) % 2, 0.0, 1.0)
    assert sum(share_at(world, access)) == pytest.approx(1.0)
    assert [one.bound for one in hits(small(), None, single(7).pairs, 2)] == list(BOUNDS)


def test_flat_inputs_hold_every_dated_parameter() -> None:
    still = flat_scenario(small(), 12)
    first, last = (still.timeline().matrix[k] for k in (0, -1))
    assert np.array_equal(first, last)
    (people,) = drifts(small(), None, single(5).pairs, 12, ["patients"])
    assert abs(people.whole) < 0.01


def test_half_of_the_gps_leave_and_the_gap_narrows() -> None:
    still = flat_scenario(scenario_of(DURHAM, 8), 8)
    twins = Twins(start_of(DURHAM, 7), still, single(7).pairs[0], 1)
    world = twins.world()
    row = int(np.flatnonzero(working(world) & (world.staff["doctors"] >= 4))[0])
    before, out = world.staff["doctors"].copy(), world.nation["doctors_out"][0]
    lose_half(world, row)
    lost = before[row] - world.staff["doctors"][row]
    assert lost == np.ceil(before[row] / 2)
    assert world.nation["doctors_out"][0] == out + lost
    assert np.array_equal(np.delete(before, row), np.delete(world.staff["doctors"], row))
    found = decay(twins, practices=6, years=6)
    assert found.left[0] == pytest.approx(1.0)
    assert found.left[-1] < 0.8


def test_gains_are_answers_per_push() -> None:
    found = gains(small(), None, single(3).pairs[0])
    assert [one.loop for one in found] == ["workload and exit", "closure and dispersal", "engagement and knowledge"]
    assert all(one.gain == pytest.approx(one.answer / one.push) for one in found if one.push)


def test_a_column_is_shuffled_and_nothing_else() -> None:
    population = start_of(DURHAM, 7).population
    touched = {name for columns in SHUFFLED.values() for name in columns}
    assert touched | {"id", "code", "ccg"} == set(PRACTICES)
    for name, columns in SHUFFLED.items():
        other = shuffled(population, name, 1).check()
        for column, values in population.practices.items():
            if column in columns:
                if column not in SHUFFLED["age shares"]:
                    assert np.array_equal(np.sort(values), np.sort(other.practices[column]))
            elif not (name == "list size" and column in SHUFFLED["age shares"]):
                assert np.array_equal(values, other.practices[column]), (name, column)


def test_tables_leave_out_what_was_not_asked_for() -> None:
    validated = api.validate(small(), regime=None, runs=1, years=4, parts=["targets"], quiet=True)
    assert set(tables(validated)) == {"checks", "targets", "series"}
