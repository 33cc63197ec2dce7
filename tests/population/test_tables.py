"""A Population: what it refuses, what it keeps when a part is selected, and what it writes."""

import json
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.population.columns import TABLES
from sim.population.synthetic import synthetic_england
from sim.population.tables import Population, derived_ids, stable_ids


@pytest.fixture(scope="module")
def england() -> Population:
    return synthetic_england(3)


@pytest.fixture
def one_ccg(england: Population) -> Population:
    return deepcopy(england.select(ccgs=["00C"]))


def test_every_column_states_its_unit_and_meaning():
    for table in TABLES.values():
        for column in table.values():
            assert column.unit
            assert column.doc


@pytest.mark.parametrize(
    ("chosen", "ccgs"),
    [({"ccgs": ["00C", "10N"]}, 2), ({"regions": ["London"]}, 32), ({"area_teams": ["Q49", "Q50"]}, 16)],
)
def test_a_part_is_sound_and_keeps_each_reference(england: Population, chosen: dict, ccgs: int):
    part = england.select(**chosen).check()
    assert part.rows("ccgs") == ccgs
    home = england.practices["ccg"]
    codes = set(part.ccgs["code"])
    assert part.rows("practices") == sum(code in codes for code in england.ccgs["code"][home])
    for row, doctor in enumerate(part.doctors["id"][:200]):
        before = np.flatnonzero(england.doctors["id"] == doctor)[0]
        then = england.practices["id"][england.doctors["practice"][before]]
        assert part.practices["id"][part.doctors["practice"][row]] == then
    first = {
        c: england.trust_shares["trust"][england.trust_shares["ccg"] == i][0]
        for i, c in enumerate(england.ccgs["code"])
    }
    for i, code in enumerate(part.ccgs["code"]):
        mine = part.trust_shares["trust"][part.trust_shares["ccg"] == i][0]
        assert part.trusts["code"][mine] == england.trusts["code"][first[code]]
        assert (
            england.area_teams["code"][england.ccgs["area_team"][list(england.ccgs["code"]).index(code)]]
            == (part.area_teams["code"][part.ccgs["area_team"][i]])
        )
    assert part.rows("trusts") == len(np.unique(part.trust_shares["trust"]))


@pytest.mark.parametrize("chosen", [{"ccgs": ["00c"]}, {"regions": ["Wales"]}, {"area_teams": ["Q1"]}, {}])
def test_a_part_that_does_not_exist_is_refused(england: Population, chosen: dict):
    with pytest.raises(InputError, match="allowed"):
        england.select(**chosen)


def test_what_is_saved_is_read_back_to_the_last_bit(one_ccg: Population, tmp_path: Path):
    one_ccg.save(tmp_path / "ccg")
    again = Population.load(tmp_path / "ccg")
    for name, columns in TABLES.items():
        for key in columns:
            mine, theirs = one_ccg.table(name)[key], again.table(name)[key]
            assert theirs.dtype.kind == mine.dtype.kind
            assert np.array_equal(theirs, mine), f"{name}.{key}"
    assert (again.source, again.notes) == (one_ccg.source, one_ccg.notes)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ccg"]


def test_a_folder_with_files_is_never_written_over(one_ccg: Population, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(InputError, match="holds files already"):
        one_ccg.save(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_that_is_no_population_is_refused(one_ccg: Population, tmp_path: Path):
    with pytest.raises(InputError, match=r"population\.json is missing"):
        Population.load(tmp_path)
    one_ccg.save(tmp_path / "ccg")
    (tmp_path / "ccg" / "trusts.parquet").write_bytes(b"broken")
    with pytest.raises(InputError, match="cannot be read"):
        Population.load(tmp_path / "ccg")
    (tmp_path / "ccg" / "population.json").write_text(json.dumps([]))
    with pytest.raises(InputError):
        Population.load(tmp_path / "ccg")


def _spoil(population: Population, table: str, key: str, value: object) -> None:
    population.table(table)[key][0] = value


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("practices", "list_size", -5.0), ("practices", "gp_fte", np.nan), ("practices", "contract", 3),
        ("practices", "age_5_64", 0.0), ("practices", "ccg", 7), ("doctors", "practice", 99_999),
        ("doctors", "trust", 1.5), ("trust_shares", "share", 0.0), ("ccgs", "area_team", -1),
    ],
)  # fmt: skip
def test_unsound_values_are_refused_by_name(one_ccg: Population, table: str, key: str, value: object):
    _spoil(one_ccg, table, key, value)
    with pytest.raises(InputError) as error:
        one_ccg.check()
    assert "\n" not in str(error.value)
    assert table in str(error.value)


def test_missing_unknown_and_doubled_things_are_refused(one_ccg: Population):
    for change, words in (
        (lambda p: p.practices.pop("imd"), "column is missing"),
        (lambda p: p.practices.update(imdd=p.practices["imd"]), "unknown column"),
        (lambda p: p.practices.update(imd=p.practices["imd"][:-1]), "not as long"),
        (lambda p: p.practices.update(imd=p.practices["imd"].astype(np.float32)), "float32"),
        (lambda p: p.practices["id"].put(0, p.practices["id"][1]), "twice"),
    ):
        spoilt = deepcopy(one_ccg)
        change(spoilt)
        with pytest.raises(InputError, match=words):
            spoilt.check()


def test_ids_depend_on_codes_alone():
    assert list(stable_ids(["A", "B"])) == list(stable_ids(["B", "A"]))[::-1]
    parents = stable_ids(["A", "A", "A"])
    ids = derived_ids(parents, np.array([0, 0, 1]), np.array([0, 1, 0]))
    assert len(set(ids.tolist())) == 3
    assert derived_ids(parents[:1], np.array([1]), np.array([0]))[0] == ids[2]
