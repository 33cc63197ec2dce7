"""Calibration on toy models: what is known must be found again, and what cannot be told must not be claimed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.calibration.calibrate import _even, _in_turn
from sim.analysis.calibration.conduct import _begin
from sim.analysis.calibration.emulator import fit
from sim.analysis.calibration.narrowing import narrowing, rank_correlations
from sim.analysis.calibration.plausible import Judge, Searcher, fitted_targets
from sim.analysis.calibration.screen import screen
from sim.analysis.calibration.settings import SHIPPED, load_settings
from sim.analysis.calibration.space import Space, quantile
from sim.analysis.calibration.trial import recover
from sim.analysis.calibration.waves import Wave
from sim.analysis.targets import Target, load_targets
from sim.errors import InputError
from sim.parameters import load
from sim.parameters.variants import Variant, load_variants

NAMES = ("leaving.per_workload", "choice.merge", "choice.hand_back", "choice.ask")
PLAIN = {"mixed": Variant(title="toy", why="toy")}


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def toy(u: np.ndarray, noise: float, seed: int = 2) -> np.ndarray:
    """Four targets of four parameters, the last of which moves nothing."""
    a, b, c = u[:, 0], u[:, 1], u[:, 2]
    clean = np.column_stack([a + 0.3 * b, b - a**2, 2.0 * c, a * c])
    return clean + noise * rng(seed).normal(size=clean.shape)


def target(value: float, half: float = 0.05, **other: object) -> Target:
    known = {
        "name": "t", "series": "t", "outcome": "patients", "level": "national", "place": "", "kind": "level",
        "first": 2014, "year": 2014, "value": value, "low": value - half, "high": value + half, "unit": "",
        "tag": "behavioural", "weight": 1.0, "core": False, "headline": False, "definition": "", "evidence": ("x",),
        "regime": "", "sample": "in",
    }  # fmt: skip
    return Target(**{**known, **other})  # type: ignore[arg-type]


def searcher(u: np.ndarray, measured: np.ndarray, wanted: np.ndarray) -> Searcher:
    space = Space(NAMES, PLAIN)
    middle, width = space.scale(NAMES)
    values = space.values(u, ["mixed"] * len(u))
    return Searcher(space, NAMES, fit(values, measured, middle, width), Judge.of([target(w) for w in wanted]))


def test_screening_finds_what_moves_a_target_and_nothing_else() -> None:
    inputs = rng().uniform(size=(300, 80))
    outputs = np.column_stack([inputs[:, 3] + 0.5 * inputs[:, 40], rng(5).normal(size=300)])
    found = screen(inputs, outputs + 0.05 * rng(6).normal(size=outputs.shape))
    assert sorted(np.flatnonzero(found.moved[:, 0]).tolist()) == [3, 40]
    assert found.explained[0] > 0.9
    assert found.moved[:, 1].sum() < 0.1  # noise is moved by nothing, or by one false alarm
    assert found.order(np.array([1.0, 0.0]))[0] == 3


def test_screening_is_not_upset_by_columns_that_do_not_vary() -> None:
    inputs = np.ones((40, 3))
    inputs[:, 1] = rng().uniform(size=40)
    found = screen(inputs, np.column_stack([inputs[:, 1], np.full(40, 7.0)]))
    assert np.flatnonzero(found.moved[:, 0]).tolist() == [1]
    assert not found.moved[:, 1].any()


def test_an_emulator_tells_a_quadratic_and_admits_noise() -> None:
    u = rng().uniform(size=(400, 4))
    space = Space(NAMES, PLAIN)
    values = space.values(u, ["mixed"] * len(u))
    middle, width = space.scale(NAMES)
    emulator = fit(values[:300], toy(u, 0.1)[:300], middle, width)
    missed = emulator.predict(values[300:]) - toy(u, 0.0)[300:]
    assert np.abs(missed).mean() < 0.05
    assert emulator.variance == pytest.approx([0.01] * 4, rel=0.4)
    blind = fit(values, rng(9).normal(size=(400, 1)), middle, width)
    assert blind.skill[0] < 0.1 and blind.variance[0] == pytest.approx(1.0, rel=0.2)


def test_sets_that_are_not_ruled_out_surround_the_truth() -> None:
    u = rng().uniform(size=(300, 4))
    truth = np.array([[0.7, 0.3, 0.6, 0.5]])
    wanted = toy(truth, 0.0)[0]
    walk = searcher(u, toy(u, 0.02), wanted).walk(rng(3).uniform(size=(200, 4)), ["mixed"] * 200, 0.5, 120, rng(4))
    low, high = np.percentile(walk.u, [2, 98], axis=0)
    assert ((low <= truth[0]) & (truth[0] <= high)).all()
    spread = walk.u.std(axis=0)
    assert (spread[:3] < 0.12).all() and spread[3] > 0.22  # the parameter that moves nothing stays as it was
    assert (walk.squared <= walk.best["mixed"] + 0.5).all()


def test_known_parameters_are_recovered_from_synthetic_truth() -> None:
    u = rng().uniform(size=(340, 4))
    measured = toy(u, 0.03)
    space = Space(NAMES, PLAIN)
    truths = Wave(u[:20], space.values(u[:20], ["mixed"] * 20), ("mixed",) * 20, measured[:20])
    found = recover(searcher(u[20:], measured[20:], measured[0]), truths, [0, 1, 2, 3], 0.6, rng(8))
    assert found.coverage > 0.8
    assert (found.closer[:3] > 0.4).all()
    assert (found.narrowed[:3] > 0.3).all() and abs(found.narrowed[3]) < 0.15


def test_a_target_that_nothing_can_reach_does_not_decide_alone() -> None:
    judge = Judge.of([target(0.0), target(100.0)])
    near, far = judge.squared(np.array([[0.0, 0.0], [0.5, 0.0]]), np.zeros(2))
    assert near < far < np.inf
    assert far - near < judge.distance(np.array([[0.5, 0.0]]), np.zeros(2))[0, 0] ** 2


def test_only_targets_of_the_chosen_tags_with_a_width_are_fitted() -> None:
    given = [
        target(1.0), target(1.0, tag="accounting"), target(1.0, half=0.0), target(1.0, regime="delegated"),
        target(1.0, regime="voluntary_2015"),
    ]  # fmt: skip
    assert fitted_targets(given, ("behavioural",), "voluntary_2015") == [given[0], given[4]]


def test_a_point_of_the_cube_is_a_draw_of_the_record() -> None:
    records = [record for record in load().records.values() if record.varies]
    u = np.linspace(0.001, 0.999, 41)
    for record in records:
        values = quantile(record, u)
        assert (np.diff(values) >= 0.0).all()
        low, high = record.bounds
        assert (values >= low).all() and (values <= high).all()
        drawn = np.sort([record.draw(generator) for generator in map(rng, range(60))])
        assert quantile(record, np.array([0.5]))[0] == pytest.approx(np.median(drawn), abs=4 * drawn.std() / 7 + 1e-12)


def test_variants_set_parameters_and_draw_others_from_their_own_ranges() -> None:
    space = Space.of_model()
    variants = load_variants()
    assert len(variants) >= 4 and {"income", "workload", "age"} <= set(variants)
    names = list(variants)
    values = space.values(np.full((len(names), len(space.names)), 0.99), names)
    for row, name in enumerate(names):
        told = dict(zip(space.names, values[row], strict=True))
        for parameter, value in variants[name].settings.items():
            assert told[parameter] == value
        for parameter, (low, high) in variants[name].ranges.items():
            assert told[parameter] == pytest.approx(low + 0.99 * (high - low))
    untouched = [k for k, name in enumerate(space.names) if name not in space.touched]
    assert np.ptp(values[:, untouched], axis=0).max() == 0.0


def test_what_did_not_move_counts_as_not_narrowed() -> None:
    prior = rng().uniform(size=800)
    assert not narrowing("a", prior, rng(2).uniform(size=200)).narrowed
    assert narrowing("a", prior, rng(2).uniform(0.4, 0.6, size=200)).by > 0.7
    assert narrowing("a", prior, 0.2 + 0.8 * rng(2).uniform(size=200)).narrowed
    assert not narrowing("a", np.ones(800), np.ones(200)).narrowed


def test_parameters_that_are_known_only_together_are_told() -> None:
    a = rng().uniform(size=200)
    kept = np.column_stack([a, 1.0 - a + 0.1 * rng(2).uniform(size=200), rng(3).uniform(size=200), np.ones(200)])
    (tie,) = rank_correlations(("a", "b", "c", "d"), kept, ("mixed",) * 200)
    assert tie[:2] == ("a", "b") and tie[2] < -0.9


def test_what_variants_set_together_does_not_count_as_tied_by_data() -> None:
    kept = rng().uniform(size=(200, 2))
    kept[100:] = 0.0
    assert not rank_correlations(("a", "b"), kept, ("income",) * 100 + ("age",) * 100)


def test_variants_take_equal_parts_as_long_as_they_last() -> None:
    variant = np.array(["x", "x", "x", "x", "y", "z"], dtype=object)
    assert _even(variant, np.arange(6), 5).tolist() == [0, 4, 5, 1, 2]
    assert _in_turn(Space(NAMES, {"p": PLAIN["mixed"], "q": PLAIN["mixed"]}), 3) == ("p", "q", "p")


def test_a_folder_is_gone_on_with_only_by_the_same_calibration(tmp_path: Path) -> None:
    out = tmp_path / "made"
    _begin(out, {"targets": "a"}, force=False)
    (out / "wave-1").mkdir()
    _begin(out, {"targets": "a"}, force=False)
    with pytest.raises(InputError, match="--force"):
        _begin(out, {"targets": "b"}, force=False)
    _begin(out, {"targets": "b"}, force=True)
    assert not (out / "wave-1").exists()
    assert json.loads((out / "begun.json").read_text()) == {"targets": "b"}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="other files"):
        _begin(tmp_path / "other", {}, force=True)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("cuts = [0.4, 0.25, 0.15]", "cuts = [0.5]", "one more than wave_runs"),
        ("cuts = [0.4, 0.25, 0.15]", "cuts = [0.1, 0.25, 0.15]", "grow"),
        ('tags = ["behavioural"', 'tags = ["likely"', "behavioural"),
        ("first_runs", "frist_runs", "first_runs"),
        ("ensemble = 400", "ensemble = 90000", "confirming_runs"),
    ],
)
def test_bad_settings_are_refused_by_name_and_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "settings.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"settings\.toml") as caught:
        load_settings(path)
    assert says in str(caught.value)


def test_the_targets_of_another_year_stay_out_of_the_fit() -> None:
    settings, path = load_settings()
    assert {t.sample for t in load_targets(path)} == {"in"}
    assert settings.regime == "voluntary_2015"
