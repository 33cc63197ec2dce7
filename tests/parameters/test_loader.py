"""Parameters: read, linted, resolved to years, changed by levers and draws."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import parameters
from sim.errors import InputError
from sim.parameters import Lever, ParameterBook, Record, lint, read

EXAMPLE = Path(__file__).with_name("example.toml")


class Leaving(NamedTuple):
    """A group of the example, in another order than the file."""

    per_burnout: float
    base: float


class GlobalSum(NamedTuple):
    """A group of the example with a dated path."""

    price: float
    share_paid: float


@pytest.fixture
def book() -> ParameterBook:
    """The example's parameters."""
    return read([EXAMPLE])


def lever(**shape: object) -> Lever:
    """A lever on the example's dated price."""
    return Lever.model_validate({"parameter": "global_sum.price", "why": "a test", **shape})


def write(folder: Path, **changes: object) -> Path:
    """A file with one record, changed; a change to None leaves the field out."""
    record: dict[str, object] = {
        "label": '"A label"',
        "unit": '"share"',
        "value": "0.5",
        "range": "[0.0, 1.0]",
        "status": '"estimated"',
        "source": '"A source (C001)"',
        "moves": '"gp_fte"',
    }
    record |= changes
    lines = [f"{key} = {value}" for key, value in record.items() if value is not None]
    file = folder / "room.toml"
    file.write_text("[room.number]\n" + "\n".join(lines), encoding="utf-8")
    return file


def test_shipped_parameters_are_clean() -> None:
    assert lint() == []


def test_shipped_parameters_load_with_unique_full_names() -> None:
    assert all(name.count(".") == 1 for name in parameters.load().records)
    assert parameters.load() is parameters.load()


def test_a_group_is_filled_by_field_name_and_all_floats(book: ParameterBook) -> None:
    params = book.resolve(years=3).year(2014)
    assert params.of(Leaving) == Leaving(per_burnout=0.99, base=-3.0)
    assert all(type(value) is float for value in params.of(GlobalSum))
    assert params["global_sum.price"] == 70.0


def test_a_dated_value_holds_until_the_next(book: ParameterBook) -> None:
    timeline = book.resolve(years=5)
    assert [timeline.year(y).of(GlobalSum).price for y in range(2014, 2019)] == [70.0, 75.0, 80.0, 80.0, 80.0]


def test_years_without_change_share_their_instances(book: ParameterBook) -> None:
    timeline = book.resolve(years=6)
    assert timeline.year(2017) is timeline.year(2019)
    assert timeline.year(2014).of(Leaving) is timeline.year(2019).of(Leaving)
    assert timeline.year(2014).of(GlobalSum) is not timeline.year(2015).of(GlobalSum)


def test_a_year_outside_the_run_is_refused(book: ParameterBook) -> None:
    with pytest.raises(InputError, match="2013 is not a year of this run"):
        book.resolve(years=2).year(2013)


def test_fields_and_records_must_agree(book: ParameterBook) -> None:
    few = NamedTuple("Leaving", [("base", float)])  # noqa: UP014
    misspelt = NamedTuple("Leaving", [("base", float), ("per_burn_out", float)])  # noqa: UP014
    with pytest.raises(InputError, match=r"without a field: leaving\.per_burnout"):
        book.resolve(years=1).year(2014).of(few)
    with pytest.raises(InputError, match=r"did you mean 'leaving\.per_burnout'"):
        book.resolve(years=1).year(2014).of(misspelt)


@pytest.mark.parametrize(
    ("shape", "prices"),
    [
        ({"step": {"year": 2015, "by": -0.2}}, [70.0, 60.0, 64.0, 64.0]),
        ({"step": {"year": 2015, "to_value": 100.0, "until": 2015}}, [70.0, 100.0, 80.0, 80.0]),
        ({"ramp": {"from": 2016, "to": 2017, "by": -0.5}}, [70.0, 75.0, 60.0, 40.0]),
        ({"ramp": {"from": 2015, "to": 2016, "to_value": 100.0}}, [70.0, 87.5, 100.0, 100.0]),
        ({"series": {"2015": 90.0, "2017": 95.0}}, [70.0, 90.0, 90.0, 95.0]),
    ],
)
def test_levers_change_the_years_they_name(book: ParameterBook, shape: dict[str, object], prices: list[float]) -> None:
    timeline = book.resolve([lever(**shape)], years=4)
    assert [timeline.year(y).of(GlobalSum).price for y in range(2014, 2018)] == pytest.approx(prices)


@given(year=st.integers(2014, 2023), by=st.floats(-1.0, 2.0))
def test_nothing_differs_before_a_lever_begins(year: int, by: float) -> None:
    book = read([EXAMPLE])
    changed = book.resolve([lever(step={"year": year, "by": by})], years=10)
    before = year - 2014
    assert np.array_equal(changed.matrix[:before], book.resolve(years=10).matrix[:before])


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        ({}, "exactly one shape"),
        ({"step": {"year": 2015}}, "relative change or a new value"),
        ({"step": {"year": 2015, "by": 0.1, "to_value": 1.0}}, "relative change or a new value"),
        ({"ramp": {"from": 2018, "to": 2016, "by": 0.1}}, "before it begins"),
        ({"step": {"year": 2015, "bye": 0.1}}, "bye"),
        ({"series": {"soon": 1.0}}, "not a year"),
    ],
)
def test_a_malformed_lever_is_refused(shape: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        lever(**shape)


def test_two_levers_on_one_year_are_refused(book: ParameterBook) -> None:
    first = lever(step={"year": 2015, "by": 0.1})
    second = lever(ramp={"from": 2016, "to": 2018, "by": 0.1})
    with pytest.raises(InputError, match=r"two levers change global_sum\.price in 2016"):
        book.resolve([first, second], years=2)
    ended = lever(step={"year": 2015, "by": 0.1, "until": 2015})
    book.resolve([ended, second], years=5)


def test_a_value_may_not_leave_its_sign(book: ParameterBook) -> None:
    with pytest.raises(InputError, match=r"global_sum\.price would be -15 in 2015, below 0"):
        book.resolve([lever(step={"year": 2015, "by": -1.2})], years=3)
    with pytest.raises(InputError, match="below 0"):
        book.resolve(years=3, constants={"global_sum.share_paid": -0.1})
    book.resolve(years=3, constants={"leaving.base": -9.0})


def test_a_lever_on_an_unknown_parameter_names_the_nearest(book: ParameterBook) -> None:
    wrong = Lever.model_validate({"parameter": "global_sum.prize", "why": "", "step": {"year": 2015, "by": 0.1}})
    with pytest.raises(InputError, match=r"did you mean 'global_sum\.price'"):
        book.resolve([wrong])


def test_a_draw_replaces_the_centre_and_scales_a_path(book: ParameterBook) -> None:
    timeline = book.resolve(years=3, draw={"global_sum.price": 140.0, "leaving.base": -2.5})
    assert [timeline.year(y)["global_sum.price"] for y in (2014, 2015, 2016)] == [140.0, 150.0, 160.0]
    assert timeline.year(2016).of(Leaving).base == -2.5


def test_sampling_leaves_out_what_was_measured_and_keeps_to_support(book: ParameterBook) -> None:
    draws = [book.sample(np.random.default_rng(seed)) for seed in range(200)]
    assert set(draws[0]) == {"leaving.base", "leaving.per_burnout", "global_sum.share_paid"}
    assert all(-4.0 <= draw["leaving.base"] <= -2.0 and 0.0 <= draw["global_sum.share_paid"] <= 1.0 for draw in draws)
    assert np.mean([draw["leaving.per_burnout"] for draw in draws]) == pytest.approx(0.99, abs=0.06)
    assert draws[3] == book.sample(np.random.default_rng(3))
    assert set(book.sample(np.random.default_rng(0), ["global_sum.price"])) == {"global_sum.price"}


def test_a_range_of_one_value_is_held_and_not_drawn(tmp_path: Path) -> None:
    held = read([write(tmp_path, range="[0.4, 0.4]", value=0.4, prior=None)])
    assert held.sample(np.random.default_rng(1)) == {}
    with pytest.raises(InputError, match="nothing to draw from"):
        held.sample(np.random.default_rng(1), held.records)


@pytest.mark.parametrize(
    ("form", "low", "high"),
    [("lognormal = [5.0, 0.3]", 0.0, np.inf), ("uniform = [4.0, 6.0]", 4.0, 6.0), ("beta = [2.0, 3.0]", 0.0, 1.0)],
)
def test_priors_have_their_support(tmp_path: Path, form: str, low: float, high: float) -> None:
    value = "0.5" if "beta" in form else "5.0"
    book = read([write(tmp_path, value=value, range=None, prior=f"{{{form}}}")])
    record = book.records["room.number"]
    assert record.bounds == (low, high)
    drawn = [record.draw(np.random.default_rng(seed)) for seed in range(50)]
    assert low <= min(drawn) < record.central < max(drawn) <= high


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"unit": '""'}, "unit is empty"),
        ({"unit": None}, "unit: is missing"),
        ({"status": None}, "status: is missing"),
        ({"source": None}, "source: is missing"),
        ({"status": '"guessed"'}, "'guessed' is not one of the allowed values"),
        ({"lable": '"twice"'}, "did you mean 'label'"),
        ({"status": '"assumed"'}, "begins 'judgement:'"),
        ({"status": '"assumed"', "source": '"judgement: a guess"'}, "too short"),
        (
            {"status": '"assumed"', "source": '"judgement: it is so. We asked nobody at all about it."'},
            "longer than one",
        ),
        ({"status": '"measured"', "source": '"Recalled from memory (C022)"'}, "never supports"),
        ({"value": "1.5"}, r"value 1\.5 lies outside"),
        ({"value": "{2014 = 3.0, 2016 = 0.5}"}, "value 3 lies outside"),
        ({"value": "{2014 = 0.5, 2016 = -0.5}"}, r"value -0\.5 is negative"),
        ({"value": "{2016 = 0.5}"}, "begins in 2016"),
        ({"value": '"half"'}, "must be a number"),
        ({"value": "true"}, "must be a number"),
        ({"value": "nan"}, "finite"),
        ({"range": None}, "needs a range or a prior"),
        ({"range": None, "prior": "{normal = [0.5, 0.1], beta = [1.0, 1.0]}"}, "exactly one form"),
        ({"range": None, "prior": "{gamma = [0.5, 0.1]}"}, "unknown key 'gamma'"),
    ],
)
def test_the_linter_refuses(tmp_path: Path, changes: dict[str, object], fault: str) -> None:
    found = lint([write(tmp_path, **changes)])
    assert len(found) == 1
    assert re.search(fault, found[0])


def test_a_sound_record_passes_the_linter(tmp_path: Path) -> None:
    good = write(tmp_path, status='"assumed"', source='"judgement: half, since nothing better is known (C042)"')
    assert lint([good]) == []


def test_a_group_lives_in_one_file(tmp_path: Path) -> None:
    first = write(tmp_path)
    second = first.rename(tmp_path / "other.toml")
    first = write(tmp_path)
    with pytest.raises(InputError, match=r"already defined in other\.toml"):
        read([second, first])
    assert any("already defined" in line for line in lint([second, first]))


def test_describe_prints_every_record(book: ParameterBook) -> None:
    rows = book.describe()
    assert [row["name"] for row in rows] == list(book.records)
    assert rows[2]["value"] == "2014: 70, 2015: 75, 2016: 80"
    assert rows[1]["range"] == "normal(0.99, 0.23)"


def test_resolving_many_parameters_is_quick() -> None:
    example = read([EXAMPLE]).records
    many: dict[str, Record] = {f"g{i}.{j}": record for i in range(75) for j, record in enumerate(example.values())}
    book = ParameterBook(many)
    book.resolve(years=20)
    draw = {name: record.central for name, record in many.items()}
    took = []
    for _ in range(5):
        begun = time.process_time()
        book.resolve(years=20, draw=draw)
        took.append(time.process_time() - begun)
    assert min(took) < 0.004
