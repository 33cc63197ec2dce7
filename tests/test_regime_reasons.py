"""Regime files give their reasons: every value that a file changes against its parent, and every power by law."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.commissioning.functions import FIXED_FUNCTIONS, FUNCTIONS
from sim.describe.fidelity import YEARS, entry
from sim.describe.files import describe_regime
from sim.describe.side_by_side import CODES, short, side_by_side
from sim.describe.topics import describe
from sim.regimes import REGIMES, load_regime, shipped_regimes
from sim.regimes.changes import changes, parent_of
from sim.regimes.file import PLAIN_KEYS

WORDS = ("title", "why", "extends", "sources", "powers")
CHILDREN = [path.stem for path in sorted(REGIMES.glob("*.toml")) if "extends" in path.read_text(encoding="utf-8")]
PAGE = Path(__file__).resolve().parent.parent / "docs" / "legal-fidelity.md"
ALL = pytest.mark.parametrize("name", shipped_regimes())


def written(name: str) -> dict[str, Any]:
    """A file as it is written."""
    return tomllib.loads((REGIMES / f"{name}.toml").read_text(encoding="utf-8"))


def leaves(table: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every value of nested tables by its path; a row of functions is one value."""
    if not isinstance(table, dict) or (len(path) == 2 and path[0] == "functions"):
        return {path: table}
    return {key: value for name, inner in table.items() for key, value in leaves(inner, (*path, name)).items()}


def values(name: str) -> dict[tuple[str, ...], Any]:
    """Every value of a regime with all that it extends, but for its words."""
    table = load_regime(name).table.model_dump()
    return {
        path: value
        for path, value in leaves(table).items()
        if path[0] not in WORDS and path[-1] not in ("status", "source")
    }


def reason(file: dict[str, Any], path: tuple[str, ...]) -> str:
    """What a file itself says about one of its values."""
    sources = file.get("sources", {})
    if path[0] == "functions":
        return str(sources.get(path[1], sources.get("functions", "")))
    if path[0] in PLAIN_KEYS:
        return str(sources.get(path[0], ""))
    block = file.get(path[0], {})
    return str((block.get(path[1], {}) if path[0] == "committee" else block).get("source", ""))


@pytest.mark.parametrize("name", CHILDREN)
def test_every_value_that_a_file_changes_carries_a_reason(name: str) -> None:
    file = written(name)
    parent, mine = values(Path(file["extends"]).stem), values(name)
    changed = [path for path, value in mine.items() if parent.get(path, "absent") != value]
    assert changed
    silent = [".".join(path) for path in changed if len(reason(file, path).split()) < 4]
    assert silent == []


@ALL
def test_what_differs_can_be_read_value_by_value(name: str) -> None:
    regime = load_regime(name)
    found, text = changes(regime), describe_regime(regime)
    assert (found != []) == (name in CHILDREN)
    for one in found:
        assert one.was != one.now
        assert len(one.reason.split()) >= 4, one.name
        assert f"{one.name}: {one.now} (was {one.was}). {one.reason}" in text
    assert (parent_of(regime) is None) == (name not in CHILDREN)
    told = tuple(one.name for one in found)
    assert all(".".join(path).startswith(told) for path in changed_paths(name))


def changed_paths(name: str) -> list[tuple[str, ...]]:
    """Paths of the values in which a file differs from its parent; none where it has none."""
    if name not in CHILDREN:
        return []
    parent, mine = values(Path(written(name)["extends"]).stem), values(name)
    return [path for path, value in mine.items() if path[0] not in ("menu", "before") and parent.get(path) != value]


def test_a_change_of_delegation_is_told_with_what_it_was() -> None:
    found = {one.name: one for one in changes(load_regime("delegated"))}
    assert found["functions.contract_removal"].was == "joint_committee lead, area_team shared, ccg shared"
    assert found["functions.contract_removal"].now == "ccg lead, area_team executes, nhs_england advises"
    assert found["staffing.from_area_team.share_assigned"].was == "0"
    assert found["staffing.from_area_team.share_assigned"].now == "0.25 (0.05 to 0.6)"
    assert "C048" in found["staffing.from_area_team.share_assigned"].reason
    assert "exit.notice_months" not in found


@ALL
def test_what_a_file_writes_again_without_changing_it_has_a_reason_too(name: str) -> None:
    file = written(name)
    silent = [".".join(path) for path in leaves(file) if path[0] not in WORDS and len(reason(file, path).split()) < 4]
    assert silent == []


@ALL
def test_every_function_has_a_power_and_a_source(name: str) -> None:
    table = load_regime(name).table
    for function in FUNCTIONS:
        *_, power, source = entry(function, table)
        assert len(power.split()) > 3, function
        assert len(source.split()) > 3, function


@ALL
def test_a_changed_row_does_not_inherit_the_power_of_another(name: str) -> None:
    """Who gets a function by a file gets it by a power that the same file names."""
    file = written(name)
    powers = file.get("powers", {})
    assert all(row in powers or "functions" in powers for row in file.get("functions", {}))


def test_the_page_of_powers_is_that_of_the_files() -> None:
    committed = PAGE.read_text(encoding="utf-8")
    assert committed == describe("fidelity") + "\n", "run `commissim describe fidelity > docs/legal-fidelity.md`"


def test_the_page_names_every_function_regime_and_year() -> None:
    text = describe("fidelity")
    assert all(f"## `{function}`" in text for function in FUNCTIONS)
    assert all(f"`{name}`" in text for name in shipped_regimes())
    assert (YEARS[0], YEARS[-1]) == (2014, 2017)
    for function in FUNCTIONS:
        part = text.split(f"## `{function}`")[1].split("\n## ")[0]
        assert part.count("| 2014-15 | all |") == 1
        assert "no power" not in part and "no source" not in part


def test_the_law_of_the_levels_is_on_the_page() -> None:
    removal = describe("fidelity").split("## `contract_removal`")[1].split("\n## ")[0]
    row = next(line for line in removal.splitlines() if "`delegated`, " in line)
    assert "| ccg |" in row
    assert "section 13Z" in row and "C113" in row
    row = next(line for line in removal.splitlines() if "| `joint` |" in line)
    assert "| joint_committee | area_team; ccg |" in row
    assert "S.I. 2014/2436" in row
    complaints = describe("fidelity").split("## `complaints`")[1].split("\n## ")[0]
    assert any("| ccg |" in line and "`delegated_complaints`" in line for line in complaints.splitlines())
    assert "C111" in complaints


def test_regimes_stand_side_by_side() -> None:
    text = describe("regimes")
    loaded = [load_regime(name) for name in shipped_regimes()]
    assert side_by_side(loaded) in text
    assert max(len(line) for line in side_by_side(loaded).splitlines()) <= 120
    for function in FIXED_FUNCTIONS:
        rows = [line.split()[1:] for line in text.splitlines() if line.startswith(f"{function} ")]
        assert [cell for row in rows for cell in row] == ["NE"] * len(loaded)


def test_codes_tell_bodies_apart() -> None:
    assert len(set(CODES.values())) == len(CODES)
    assert short({}) == "-"
    assert short({"ccg": "lead", "area_team": "executes"}) == "CCG"
    assert short({"ccg": "lead", "area_team": "lead"}) == "CCG+AT?"
    assert short({"joint_committee": "lead", "ccg": "shared", "area_team": "shared"}) == "JC(CCG+AT)"
