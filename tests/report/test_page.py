"""The page: one file that says what was run, shows it, and asks nobody."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fake_model import REGISTRY, run, sample, task

from sim.errors import InputError
from sim.report.page import page, write_page
from sim.study.design import draw_pairs, single
from sim.study.results import open_results


class Reader(HTMLParser):
    """Collects what a test asks about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.addresses: list[str] = []
        self.counts: dict[str, int] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        table = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag == "img":
            self.images.append(table)
        self.addresses += [value or "" for key, value in attrs if key in ("src", "href")]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page") / "compared"
    run(task("plain", "other", "worse"), draw_pairs(12, 1, sample), folder)
    return write_page(folder, REGISTRY).read_text(encoding="utf-8")


def test_nothing_is_asked_from_elsewhere(compared: str) -> None:
    assert all(address.startswith(("data:", "#")) for address in Reader(compared).addresses)
    assert not re.search(r"@import|url\(|<script", compared)


def test_every_image_is_told_in_words(compared: str) -> None:
    images = Reader(compared).images
    assert (
        len(images) == 3 * 2 + 2 * 2
    )  # a trend and a difference for each outcome, a map for each mapped one and regime
    assert all(len(image["alt"] or "") > 40 for image in images)
    assert any("Map of 4 CCGs" in (image["alt"] or "") for image in images)


def test_tables_have_captions_and_the_page_a_language_and_a_width(compared: str) -> None:
    counts = Reader(compared).counts
    assert counts["table"] == counts["caption"] == 2
    assert '<html lang="en-GB">' in compared
    assert 'name="viewport"' in compared


def test_it_says_what_was_run_and_what_it_is_not(compared: str) -> None:
    for words in (
        "3 regimes, 12 pairs",
        "2 uncertain ones drawn for each pair",
        "not findings about England",
        "more is better",
        "less is better",
        "FTE per 1,000 patients",
        "Permanent qualified doctors.",
    ):
        assert words in compared


def test_it_names_what_stands_clear_of_nought(compared: str) -> None:
    assert re.search(r"<h3>other</h3>\s*<ul>\s*<li><span class=\"better\">Better:</span> GP FTE per 1,000", compared)


def test_few_pairs_call_nothing_better(tmp_path: Path) -> None:
    run(task("plain", "other"), draw_pairs(4, 1), tmp_path / "out")
    text = write_page(tmp_path / "out", REGISTRY).read_text(encoding="utf-8")
    assert "With 4 pairs nothing is called better or worse" in text
    assert text.count("none stands clear") == 2


def test_one_run_has_a_page_of_its_own(tmp_path: Path) -> None:
    run(task("plain"), single(7), tmp_path / "one")
    text = write_page(tmp_path / "one", REGISTRY).read_text(encoding="utf-8")
    assert "One run of one regime" in text
    assert "In short" not in text
    assert len(Reader(text).images) == 3 + 2
    assert "every one at the value of its record" in text


def test_fixed_parameters_are_owned_to(tmp_path: Path) -> None:
    run(task("plain", "other"), draw_pairs(2, 1), tmp_path / "out")
    assert "too narrow" in write_page(tmp_path / "out", REGISTRY).read_text(encoding="utf-8")


def test_failed_runs_are_told(tmp_path: Path) -> None:
    run(task("plain", "fails_on_odd"), draw_pairs(8, 3), tmp_path / "out")
    text = write_page(tmp_path / "out", REGISTRY).read_text(encoding="utf-8")
    assert "ZeroDivisionError: an odd seed" in text


def test_nothing_to_show_is_refused(tmp_path: Path) -> None:
    run(task("fails"), single(1), tmp_path / "none")
    with pytest.raises(InputError, match="no run finished"):
        write_page(tmp_path / "none", REGISTRY)
    assert not (tmp_path / "none" / "report.html").exists()


def test_the_same_results_give_the_same_page(tmp_path: Path) -> None:
    run(task("plain"), single(7), tmp_path / "one")
    first = write_page(tmp_path / "one", REGISTRY).read_bytes()
    assert write_page(tmp_path / "one", REGISTRY).read_bytes() == first


def test_a_page_says_what_part_of_england_it_is_of(tmp_path: Path) -> None:
    run(task("plain", "other"), draw_pairs(2, 1, sample), tmp_path / "out")
    results = open_results(tmp_path / "out")
    assert "Headline outcomes for all England." in page(results, REGISTRY)
    (name,) = results.manifest["scenario_content"]
    part = {"scenario_content": {name: {"place": {"ccgs": ["03A"]}}}, "scenario_titles": {name: "One CCG"}}
    text = page(replace(results, manifest={**results.manifest, **part}), REGISTRY)
    assert "Headline outcomes for “One CCG”." in text
    assert "all England" not in text
