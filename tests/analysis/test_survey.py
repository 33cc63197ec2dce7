"""The survey beside the published ones: items, the table, and a regime by another name."""

import re
from dataclasses import replace

import numpy as np
import pytest
from england import CORBY, scenario_of

from sim import api
from sim.analysis import survey as module
from sim.analysis.survey import Item, Surveyed, items
from sim.errors import InputError
from sim.regimes import load_regime

ITEM = Item("made up", "contract_design", 0.3, 0.4, "some", "K000", 600, "fitted")


@pytest.fixture(scope="module")
def surveyed() -> Surveyed:
    return api.survey(scenario_of(CORBY, 1), runs=2, quiet=True)


def test_nine_shares_are_fitted_with_at_most_four_free_numbers_and_ten_are_not() -> None:
    kinds = [item.kind for item in items()]
    assert kinds.count("fitted") == 9
    assert {item.source for item in items() if item.kind != "fitted"} == {
        "K027", "K029", "K030", "K032", "K033", "C076", "C077", "C078", "C079", "C080",
    }  # fmt: skip
    from sim import parameters

    estimated = {
        name
        for name, record in parameters.load().records.items()
        if name.startswith(("poll.", "function_ease.", "disposition.", "updating.")) and record.status == "estimated"
    }
    assert estimated <= {"function_ease.base", "function_ease.per_rung", "poll.noise", "disposition.base"}


def test_no_number_behind_a_predicted_share_was_set_on_it() -> None:
    """No trait of doctors, and no estimated parameter, may name the source of an item that is called predicted."""
    from sim import parameters
    from sim.population.traits import traits

    records = parameters.load().records.values()
    cited = " ".join(
        [record.source for record in records if record.status == "estimated"]
        + [record.source for record in traits().values()]
    )
    for item in items():
        if item.kind == "predicted":
            assert not re.search(rf"\b{item.source}\b", cited), item.words


def test_distances_and_sampling() -> None:
    assert ITEM.gap(0.35) == 0.0
    assert ITEM.gap(0.45) == pytest.approx(0.05)
    assert ITEM.gap(0.2) == pytest.approx(0.1)
    assert ITEM.sampling(0.5) == pytest.approx(1.6449 * 0.5 / 600**0.5, abs=1e-4)
    assert ITEM.sampling(0.0) == ITEM.sampling(1.0) == 0.0


def test_the_table_has_a_line_for_every_item(surveyed: Surveyed) -> None:
    lines, text = surveyed.lines(), surveyed.table()
    assert len(lines) == len(items())
    for line in lines:
        assert 0.0 <= line.low <= line.high <= 1.0
        assert 0.0 <= line.share <= 1.0
        assert line.item.words in text
    assert "March 2015" in text
    assert max(map(len, text.splitlines())) <= 120
    assert [row["source"] for row in surveyed.rows()] == [item.source for item in items()]


def test_the_models_share_has_parameters_at_their_records_and_the_interval_those_drawn(surveyed: Surveyed) -> None:
    assert [run.draw for run in surveyed.results.runs] == [-1, 0, 1]
    assert surveyed.summary(np.array([0.5, 0.2, 0.2])) == pytest.approx((0.5, 0.2, 0.2))
    fixed = api.survey(scenario_of(CORBY, 1), runs=2, fixed_parameters=True, quiet=True)
    assert fixed.summary(np.array([0.2, 0.4])) == pytest.approx((0.3, 0.21, 0.39))


def test_a_regime_by_another_name_finds_the_same(surveyed: Surveyed) -> None:
    scenario = scenario_of(CORBY, 1)
    renamed = replace(scenario.regime, name="another")
    other = api.survey(replace(scenario, regime=renamed), runs=2, quiet=True)
    np.testing.assert_array_equal(other.results.cube("national").values, surveyed.results.cube("national").values)


def test_before_regimes_part_they_find_the_same(surveyed: Surveyed) -> None:
    scenario = replace(scenario_of(CORBY, 1), regime=load_regime("delegated"))
    other = api.survey(scenario, runs=2, quiet=True)
    np.testing.assert_array_equal(other.results.cube("national").values, surveyed.results.cube("national").values)


def test_a_malformed_item_is_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "read_toml", lambda _: {"item": [vars(ITEM) | {"kind": "wished"}]})
    items.cache_clear()
    with pytest.raises(ValueError, match="made up"):
        items()
    items.cache_clear()


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="years"):
        api.survey("one_ccg", years=0)
    with pytest.raises(InputError, match="--runs"):
        api.survey("one_ccg", runs=0)
