"""Scenarios: merged, checked, and refused with one line that helps."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema
import pytest

from sim.describe.files import describe_file, describe_scenario
from sim.errors import InputError
from sim.parameters import ParameterBook, read
from sim.scenario import Scenario, load_scenario, shipped_scenarios
from sim.schemas import check, kind_of, schema
from sim.toml_files import SHIPPED

BASE = 'title = "Base"\nyears = 5\n'
LEVER = '[[lever]]\nparameter = "global_sum.price"\nwhy = "a test"\n'


@pytest.fixture
def book(project: Path) -> ParameterBook:
    """The parameters made up for the tests of the loader."""
    return read([project / "tests" / "parameters" / "example.toml"])


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    """A scenario file."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_load_and_satisfy_their_schema(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.why
    assert scenario.start_year == 2014
    assert scenario.title in describe_scenario(scenario)
    assert kind_of(scenario.file) == "scenario"
    jsonschema.validate(tomllib.loads(scenario.file.read_text(encoding="utf-8")), schema("scenario"))


def test_england_is_all_of_it_for_ten_years() -> None:
    england = load_scenario("england")
    assert (england.years, england.last_year, str(england.place)) == (10, 2023, "all England")
    assert england.regime.name == "area_team_only"
    assert england.population is None


def test_places() -> None:
    assert load_scenario("one_ccg").place.ccgs == ("03A",)
    assert load_scenario("one_region").place.region == "North of England"


def test_austerity_cuts_running_costs_by_a_fifth_by_2020() -> None:
    austerity, england = load_scenario("austerity"), load_scenario("england")
    cut, kept = austerity.timeline(), england.timeline()
    name = "running_costs.per_head"
    assert [cut.year(y)[name] for y in (2014, 2015)] == [kept.year(y)[name] for y in (2014, 2015)]
    assert cut.year(2020)[name] == pytest.approx(0.8 * kept.year(2020)[name])
    assert austerity.regime.compile().chosen


def test_keywords_replace_what_the_file_says(tmp_path: Path) -> None:
    scenario = load_scenario("one_ccg", regime="joint", years=3, seed=9, population=tmp_path)
    assert (scenario.regime.name, scenario.years, scenario.seed, scenario.population) == ("joint", 3, 9, tmp_path)
    with pytest.raises(InputError, match="years"):
        load_scenario("one_ccg", years=0)


def test_a_child_keeps_what_it_does_not_name_and_adds_levers(tmp_path: Path, book: ParameterBook) -> None:
    parent = BASE + 'seed = 4\n[constants]\n"leaving.base" = -2.5\n' + LEVER + "step = {year = 2015, by = 0.1}\n"
    write(tmp_path, parent, "parent.toml")
    second = '[[lever]]\nparameter = "leaving.base"\nwhy = "w"\nseries = {2016 = -2.0}\n'
    child = write(tmp_path, 'extends = "parent.toml"\ntitle = "Child"\nyears = 7\n' + second)
    scenario = load_scenario(child, book=book)
    assert (scenario.title, scenario.years, scenario.seed) == ("Child", 7, 4)
    assert [lever.parameter for lever in scenario.levers] == ["global_sum.price", "leaving.base"]
    timeline = scenario.timeline(book)
    assert [timeline.year(y)["leaving.base"] for y in (2014, 2015, 2016)] == [-2.5, -2.5, -2.0]
    assert timeline.year(2015)["global_sum.price"] == pytest.approx(82.5)


def test_a_draw_with_names_of_regimes_reaches_the_parameters_only(tmp_path: Path, book: ParameterBook) -> None:
    scenario = load_scenario(write(tmp_path, BASE), book=book)
    drawn = scenario.timeline(book, {"leaving.base": -2.2, "regime.transition.years": 0.3})
    assert drawn.year(2014)["leaving.base"] == -2.2


def test_constants_are_numbers_or_paths_with_or_without_quotes(tmp_path: Path, book: ParameterBook) -> None:
    text = BASE + "[constants]\nleaving.base = -2\n" + '"global_sum.price" = {2014 = 1.0, 2016 = 2.0}\n'
    timeline = load_scenario(write(tmp_path, text), book=book).timeline(book)
    assert [timeline.year(y)["global_sum.price"] for y in range(2014, 2018)] == [1.0, 1.0, 2.0, 2.0]
    assert timeline.year(2014)["leaving.base"] == -2.0


def test_files_named_by_a_parent_are_found_from_a_child_elsewhere(tmp_path: Path, book: ParameterBook) -> None:
    (tmp_path / "near" / "tables").mkdir(parents=True)
    (tmp_path / "far").mkdir()
    (tmp_path / "near" / "own.toml").write_text('extends = "delegated"\ntitle = "Own"\n', encoding="utf-8")
    text = BASE + 'regime = "own.toml"\npopulation = {folder = "tables"}\n'
    write(tmp_path / "near", text, "parent.toml")
    child = write(tmp_path / "far", 'extends = "../near/parent.toml"\ntitle = "Child"\n')
    scenario = load_scenario(child, book=book)
    assert scenario.regime.title == "Own"
    assert scenario.population == tmp_path / "near" / "tables"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (BASE + "yeers = 3", "yeers: unknown key 'yeers'; did you mean 'years'"),
        ("years = 3", "title: is missing"),
        (BASE + "years = 3", "not valid TOML"),
        ('title = "T"\nyears = "ten"', "years: should be a whole number, not 'ten'"),
        ('title = "T"\nyears = 2.5', "years"),
        ('title = "T"\npopulation = "real"', "population: should be a table, not 'real'"),
        ('title = "T"\nplace = {ccgs = "03A"}', "place.ccgs: should be a list in brackets, not '03A'"),
        ('title = "T"\nyears = 0', "years"),
        ('title = "T"\nyears = 1000', "years"),
        (BASE + "seed = -1", "seed"),
        (BASE + "start_year = 2013", "2013 is before the start of the model"),
        (BASE + "regime = 'delegatd'", "regime: 'delegatd': unknown regime 'delegatd'; did you mean 'delegated'"),
        (BASE + "[place]\nregion = 'North of Englnd'", "did you mean 'North of England'"),
        (BASE + "[place]\nccgs = ['Leeds']", "place.ccgs: 'Leeds' is not the code of a CCG"),
        (BASE + "[place]\nccgs = ['99Z']", "place.ccgs: '99Z' is no CCG of 2014"),
        (BASE + "[place]\narea_team = 'Q99'", "place.area_team: unknown area team 'Q99'"),
        (BASE + "[place]\nccgs = ['03A', '03A']", "given twice"),
        (BASE + "[place]\nccgs = ['03A']\nregion = 'London'", "in one way only"),
        (BASE + "[population]\nfolder = 'nowhere'", "population.folder: no such folder 'nowhere'"),
        (BASE + "[population]\nsynthetic = true\nfolder = '.'", "either synthetic or a folder"),
        (BASE + "[population]\nsynthetic = false", "needs a folder"),
        (
            BASE + "[mechanisms]\ncaptur = false",
            "mechanisms.captur: unknown mechanism 'captur'; did you mean 'capture'",
        ),
        (BASE + "[mechanisms]\ncapture = 0", "mechanisms.capture: should be true or false"),
        (BASE + "[constants]\n'leaving.bass' = 1", "constants.leaving.bass: unknown parameter"),
        (BASE + "[constants]\n'leaving.base' = 'low'", "constants.leaving.base: must be a number"),
        (BASE + "[constants]\n'global_sum.price' = -3", "global_sum.price would be -3 in 2014, below 0"),
        (BASE + LEVER, "exactly one shape"),
        (BASE + LEVER + "step = {year = 2015, bye = 1}", "lever.0.step.bye: unknown key 'bye'; did you mean 'by'"),
        (BASE + LEVER + "step = {year = 2013, by = 1}", "begins in 2013, before the start"),
        (BASE + LEVER + "step = {year = 2016, by = -1.5}", "would be -40 in 2016, below 0"),
        (BASE + LEVER + "step = {year = 2030, by = -1.5}", "below 0"),
        (BASE + LEVER + "step = {year = 2016, by = 1}\n" + LEVER + "series = {2018 = 3}", "two levers change"),
        (BASE + LEVER.replace("price", "prize") + "step = {year = 2015, by = 1}", "did you mean 'global_sum.price'"),
        ('extends = "mine"\ntitle = "T"', "extends itself: mine.toml -> mine.toml"),
        ('extends = "englnd"\ntitle = "T"', "extends: 'englnd': unknown scenario 'englnd'; did you mean 'england'"),
        ("extends = 3\ntitle = 'T'", "extends: must be the name of one file"),
    ],
)
def test_bad_input_is_one_line_that_names_file_and_key(
    tmp_path: Path, book: ParameterBook, text: str, fault: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_scenario(file, book=book)
    assert fault in str(caught.value)
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_cycle_through_several_files_is_named(tmp_path: Path) -> None:
    for name, parent in (("a", "b"), ("b", "c"), ("c", "b")):
        write(tmp_path, f'extends = "{parent}"\ntitle = "T"\n', f"{name}.toml")
    with pytest.raises(InputError, match=r"b\.toml -> c\.toml -> b\.toml"):
        load_scenario(tmp_path / "a.toml")


def test_a_missing_file_names_the_nearest() -> None:
    with pytest.raises(InputError, match="unknown scenario 'engerland'; did you mean 'england'"):
        load_scenario("engerland")
    with pytest.raises(InputError, match="no such scenario file; did you mean 'england'"):
        load_scenario("scenarios/englnd.toml")
    with pytest.raises(InputError, match="no such file"):
        check("scenarios/nothing.toml")


def test_text_that_is_not_toml_or_not_text_gives_the_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at line 2"):
        load_scenario(write(tmp_path, 'title = "T"\nyears = = 3\n'))
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        load_scenario(tmp_path / "binary.toml")
    with pytest.raises(InputError, match="is a folder"):
        check(tmp_path)


def test_checking_gives_notes_that_do_not_stop_a_run(tmp_path: Path, book: ParameterBook) -> None:
    late = write(tmp_path, BASE + 'regime = "delegated"\n' + LEVER + "step = {year = 2030, by = 0.5}")
    assert check(late, book) == ["the lever on global_sum.price begins in 2030, after the last year 2018"]
    assert "+50% from 2030" in describe_file(late, book)
    assert check(SHIPPED / "england.toml")


def test_a_scenario_is_frozen() -> None:
    scenario: Scenario = load_scenario("england")
    with pytest.raises(AttributeError):
        scenario.years = 3  # type: ignore[misc]
