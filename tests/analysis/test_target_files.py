"""Targets: files are checked, figures are measured by their own definition, and a changed file is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.targets import FROZEN, IN_SAMPLE, OUT_OF_SAMPLE, check_frozen, digest, load_targets, measure_targets
from sim.errors import InputError

FILE = """
[level.practices_open]
outcome = "practices_open"
level = "national"
tag = "initial_state"
unit = "practices"
evidence = ["PR0050"]
weight = 3.0
[level.practices_open.years]
2014 = {value = 100, low = 90, high = 120}
2015 = {value = 90, low = 80, high = 100}
2016 = {value = 80, low = 70, high = 90}

[change.exits_london]
outcome = "practices_exited"
level = "region"
place = "London"
kind = "sum"
from = 2014
to = 2016
value = 12
low = 8
high = 16
tag = "behavioural"
evidence = ["computed"]

[change.practices_open]
outcome = "practices_open"
level = "national"
kind = "relative"
from = 2014
to = 2016
value = -0.2
low = -0.3
high = -0.1
tag = "behavioural"
evidence = ["PR0050"]
"""


@dataclass(frozen=True)
class Run:
    """A run of three years with two outcomes."""

    years = [2014, 2015, 2016]
    outcomes = ("practices_open", "practices_exited")
    places = {"national": ["England"], "region": ["North", "London"]}
    values = {
        "national": np.array([[[100.0, 6.0]], [[92.0, 7.0]], [[80.0, 8.0]]]),
        "region": np.array([[[60.0, 1.0], [40.0, 5.0]], [[50.0, 2.0], [42.0, 5.0]], [[40.0, 4.0], [40.0, 4.0]]]),
    }


def written(folder: Path, text: str) -> Path:
    path = folder / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_run_is_measured_in_the_words_of_each_target(tmp_path: Path) -> None:
    targets = load_targets(written(tmp_path, FILE))
    found = measure_targets(Run(), targets)
    assert found == {
        "practices_open.2014": 100.0, "practices_open.2015": 92.0, "practices_open.2016": 80.0,
        "change.exits_london": 14.0, "change.practices_open": pytest.approx(-0.2),
    }  # fmt: skip
    assert [t.passes(found[t.name]) for t in targets] == [True] * 5
    assert [t.weight for t in targets] == [1.0, 1.0, 1.0, 1.0, 1.0]  # the weight of a series is shared by its years
    assert [t.headline for t in targets] == [True, True, True, False, True]
    assert {t.series for t in targets} == {"practices_open", "change.exits_london", "change.practices_open"}


def test_what_a_run_lacks_is_not_a_number(tmp_path: Path) -> None:
    text = FILE.replace('place = "London"', 'place = "Wessex"').replace("2014 = {", "2031 = {")
    found = measure_targets(Run(), load_targets(written(tmp_path, text)))
    assert math.isnan(found["change.exits_london"]) and math.isnan(found["practices_open.2031"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('tag = "behavioural"', 'tag = "guess"', "accounting, initial_state, behavioural"),
        ('kind = "sum"', 'kind = "product"', "level, relative, absolute, sum"),
        ("value = 12", "value = 20", "not within 8 to 16"),
        ('evidence = ["computed"]', "evidence = []", "lacks evidence"),
        ("from = 2014", "from = 2016", "from"),
        ("2014 = {value = 100, low = 90,", "2014 = {value = 100,", "lacks low"),
    ],
)
def test_bad_files_are_refused_by_name_and_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(InputError, match=r"targets\.toml") as caught:
        load_targets(written(tmp_path, FILE.replace(old, new)))
    assert says in str(caught.value)


def test_a_file_that_changed_since_it_was_frozen_is_refused(tmp_path: Path) -> None:
    path, frozen = written(tmp_path, FILE), tmp_path / FROZEN.name
    frozen.write_text(f'[sha256]\n"{path.name}" = "{digest(path)}"\n', encoding="utf-8")
    assert check_frozen(path) == digest(path)
    path.write_text(FILE.replace("value = 12", "value = 13"), encoding="utf-8")
    with pytest.raises(InputError, match="frozen"):
        check_frozen(path)


@pytest.mark.parametrize(
    ("path", "sample", "years"), [(IN_SAMPLE, "in", (2014, 2016)), (OUT_OF_SAMPLE, "out", (2017, 2017))]
)
def test_shipped_files_are_the_frozen_ones_and_keep_to_their_years(
    path: Path, sample: str, years: tuple[int, int]
) -> None:
    check_frozen(path)
    targets = load_targets(path)
    assert {target.sample for target in targets} == {sample}
    assert {years[0] <= target.year <= years[1] for target in targets} == {True}
    assert len({target.name for target in targets}) == len(targets)
