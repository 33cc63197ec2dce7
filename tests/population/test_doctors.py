"""Doctors: sums that must hold exactly, and shapes that the evidence gives."""

import numpy as np
import pytest

from sim.errors import InputError
from sim.population.doctors import ATTITUDES, cast_back, sample_doctors
from sim.population.synthetic import synthetic_england
from sim.population.tables import Population
from sim.population.traits import number, traits
from sim.world.states import LOCUM, PARTNER, SALARIED, TRAINEE


@pytest.fixture(scope="module")
def england() -> Population:
    return synthetic_england(11)


def _permanent(england: Population) -> np.ndarray:
    return england.doctors["role"] <= SALARIED


def test_fte_and_heads_of_each_practice_are_what_it_reports(england: Population):
    practices, doctors = england.practices, england.doctors
    n, who = england.rows("practices"), _permanent(england)
    sums = np.bincount(doctors["practice"][who], doctors["fte"][who], minlength=n)
    assert np.allclose(sums, practices["gp_fte"], rtol=0, atol=1e-9)
    assert np.array_equal(np.bincount(doctors["practice"][who], minlength=n), practices["gp_headcount"].astype(int))
    who = doctors["role"] == TRAINEE
    sums = np.bincount(doctors["practice"][who], doctors["fte"][who], minlength=n)
    assert np.allclose(sums, practices["trainee_fte"], rtol=0, atol=1e-9)
    assert (doctors["fte"] > 0).all()


def test_there_are_as_many_as_the_census_says(england: Population):
    role = england.doctors["role"]
    assert 35_000 < _permanent(england).sum() < 37_500
    assert 24_000 < (role == PARTNER).sum() < 26_500  # 24,826 in September 2015, falling [WF0029]
    assert 1_400 < (role == LOCUM).sum() < 1_800  # [PA155]
    assert 28_000 < england.doctors["fte"][_permanent(england)].sum() < 30_000


def test_ages_sexes_and_hours_follow_the_evidence(england: Population):
    doctors, who = england.doctors, _permanent(england)
    age, partner = doctors["age"], doctors["role"] == PARTNER
    assert (age[who] >= 55).mean() == pytest.approx(0.208, abs=0.01)  # [WF0241]
    assert (age[who] < 35).mean() == pytest.approx(0.134, abs=0.01)  # [WF0243]
    assert doctors["female"][partner].mean() == pytest.approx(0.432, abs=0.01)
    assert doctors["female"][doctors["role"] == SALARIED].mean() == pytest.approx(0.745, abs=0.015)
    share = doctors["fte"][partner].sum() / doctors["fte"][who].sum()
    assert share == pytest.approx(0.74, abs=0.02)  # [WF0169]
    assert doctors["fte"][partner].mean() == pytest.approx(0.875, abs=0.04)  # [WF0161]
    heads = np.bincount(doctors["practice"][who])
    partners = np.bincount(doctors["practice"][partner], minlength=len(heads)) / heads
    assert partners.mean() == pytest.approx(0.713, abs=0.05)  # [WF0168]
    assert partners.std() == pytest.approx(0.273, abs=0.03)


def test_attitudes_have_their_records_distribution_and_links(england: Population):
    values = np.column_stack([england.doctors[name] for name in ATTITUDES])
    for k, name in enumerate(ATTITUDES):
        mean, concentration = traits()[f"attitude.{name}"].distribution["beta"]
        assert values[:, k].mean() == pytest.approx(mean, abs=0.02)
        assert values[:, k].std() == pytest.approx(np.sqrt(mean * (1 - mean) / (concentration + 1)), abs=0.02)
    linked = np.corrcoef(values.T)
    assert linked[0, 2] == pytest.approx(number("link.trust_conflict_worry"), abs=0.05)
    assert linked[3, 4] == pytest.approx(number("link.workload_threat_burnout"), abs=0.05)


def test_burnout_rises_with_patients_per_doctor(england: Population):
    per_doctor = england.practices["list_size"] / england.practices["gp_fte"]
    crowded = (per_doctor > np.median(per_doctor))[england.doctors["practice"]]
    burnout = england.doctors["burnout"]
    assert burnout[crowded].mean() > burnout[~crowded].mean() + 0.02


def test_same_seed_same_doctors_and_other_seed_others(england: Population):
    practices = england.practices
    one, same, other = sample_doctors(practices, 1), sample_doctors(practices, 1), sample_doctors(practices, 2)
    assert all(np.array_equal(one[key], same[key]) for key in one)
    assert not np.array_equal(one["trust"][:1000], other["trust"][:1000])


def test_missing_staff_is_refused(england: Population):
    fte = england.practices["gp_fte"].copy()
    fte[5] = np.nan
    with pytest.raises(InputError, match="missing in row 5"):
        sample_doctors({**england.practices, "gp_fte": fte}, 1)


def test_casting_back_multiplies_fte_and_keeps_heads_whole(england: Population):
    cast, note = cast_back(england.practices, 4)
    factor = number("staff.cast_back")
    assert np.allclose(cast["gp_fte"], england.practices["gp_fte"] * factor)
    assert (cast["gp_headcount"] == np.round(cast["gp_headcount"])).all()
    grown = cast["gp_headcount"].sum() / england.practices["gp_headcount"].sum()
    assert grown == pytest.approx(factor, abs=0.003)
    assert "WF0049" in note


def test_a_high_fte_a_head_and_a_single_doctor_can_be_shared_out():
    few = {
        "id": np.array([1, 2], dtype=np.uint64), "list_size": np.array([2000.0, 9000.0]), "rural": np.array([0, 1]),
        "contract": np.array([2, 0]), "gp_fte": np.array([0.05, 3.9]), "gp_headcount": np.array([1.0, 2.0]),
        "trainee_fte": np.array([0.1, 2.6]),
    }  # fmt: skip
    doctors = sample_doctors(few, 0)
    who = doctors["role"] <= SALARIED
    assert np.allclose(np.bincount(doctors["practice"][who], doctors["fte"][who]), few["gp_fte"])
    assert doctors["fte"].max() <= 2.0


def test_every_trait_states_unit_distribution_status_and_source():
    for trait in traits().values():
        assert trait.unit
        assert trait.distribution
        assert len(trait.source) > 20
        assert (trait.status == "assumed") == trait.source.startswith("judgement:")
        assert trait.status == "assumed" or "[" in trait.source, trait.name
