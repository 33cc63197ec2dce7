"""Plausible sets: read, refused where they are not sets, and drawn from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.parameters import plausible_sets
from sim.parameters.plausible_sets import MANIFEST, SETS, SYNTHETIC, load_ensemble
from sim.parameters.variants import load_variants
from sim.study.design import draw_pairs, draw_uncertain, plausible_sampler

ROWS = "variant,leaving.base,choice.merge\nmixed,-3.31,-7.01\nage,-3.42,-7.02\n"


def ensemble_in(folder: Path, rows: str = ROWS) -> Path:
    folder.mkdir(parents=True)
    (folder / SETS).write_text(rows, encoding="utf-8")
    told = {"narrowing": {"leaving.base": {"narrowed": True}, "choice.merge": {"narrowed": False}}}
    (folder / MANIFEST).write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.fixture
def only_toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program comes with a toy ensemble for the synthetic England, and none for the practice table."""
    ensemble_in(tmp_path / SYNTHETIC)
    monkeypatch.setattr(plausible_sets, "FOLDER", tmp_path)


def test_a_set_gives_its_parameters_and_the_settings_of_its_variant(tmp_path: Path) -> None:
    ensemble = load_ensemble(ensemble_in(tmp_path / "a"))
    drawn = ensemble.into({"leaving.base": 0.0, "choice.ask": -3.0, "choice.merge_per_income": 1.0}, 1)
    assert drawn["leaving.base"] == -3.42 and drawn["choice.ask"] == -3.0
    assert {name: drawn[name] for name in load_variants()["age"].settings} == load_variants()["age"].settings
    assert ensemble.into({"choice.merge_per_income": 1.0}, 0)["choice.merge_per_income"] == 1.0
    assert ensemble.narrowed == ("leaving.base",)


def test_draws_come_from_the_sets_and_the_rest_as_if_there_were_none(only_toy: None) -> None:
    informed = draw_pairs(40, 3, plausible_sampler()).pairs
    prior = draw_pairs(40, 3, draw_uncertain).pairs
    assert prior == draw_pairs(40, 3, draw_uncertain).pairs
    assert {pair.parameters["leaving.base"] for pair in informed} == {-3.31, -3.42}
    assert [a.seed for a in informed] == [b.seed for b in prior]
    settled = {"leaving.base", "choice.merge", *load_variants()["age"].settings}
    for one, other in zip(informed, prior, strict=True):
        assert {n: v for n, v in one.parameters.items() if n not in settled} == {
            n: v for n, v in other.parameters.items() if n not in settled
        }


def test_another_england_without_sets_is_drawn_from_ranges(only_toy: None, tmp_path: Path) -> None:
    assert plausible_sampler(synthetic=False) is draw_uncertain


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("variant,leaving.bass\nmixed,1\n", "leaving.base"),
        ("set,leaving.base\nmixed,1\n", "first column"),
        ("variant,leaving.base\nmixed,low\n", "no number"),
        ("variant,leaving.base\nmixed,1,2\n", "line 2"),
        ("variant,leaving.base\nweather,1\n", "workload"),
        ("variant,leaving.base\n", "row a set"),
    ],
)
def test_bad_sets_are_refused(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(InputError, match=r"sets\.csv") as caught:
        load_ensemble(ensemble_in(tmp_path / "a", rows))
    assert says in str(caught.value)


def test_shipped_sets_lie_within_what_records_allow() -> None:
    for folder in sorted(p.parent for p in plausible_sets.FOLDER.glob(f"*/{SETS}")):
        ensemble = load_ensemble(folder)
        assert set(ensemble.variants) >= {"income", "workload", "age"}
        values = np.array(ensemble.rows)
        for k, name in enumerate(ensemble.names):
            low, high = plausible_sets.parameters.load().records[name].bounds
            settings = [v.settings[name] for v in load_variants().values() if name in v.settings]
            slack = 1e-4 * (abs(low) + abs(high)) if np.isfinite(high - low) else np.inf
            assert values[:, k].min() >= min(low, *settings, high) - slack, name
            assert values[:, k].max() <= max(high, *settings, low) + slack, name
        assert (folder / SETS).stat().st_size < 1_000_000
