"""The baseline against England of 2014-15 to 2016-17: targets frozen before tuning, each printed and checked.

The five core targets must hold in every year; the others are printed with their verdict (a miss there is a finding for
the check against England, not a failure of this test).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sim.regime import load_regime
from sim.scenario import load_scenario
from sim.simulate import RunResult, prepare, simulate

TARGETS = tomllib.loads((Path(__file__).parents[1] / "experiments" / "targets.toml").read_text(encoding="utf-8"))
LEVELS, CHANGES = TARGETS["level"], TARGETS["change"]
SEED = 11


@pytest.fixture(scope="module")
def baseline() -> RunResult:
    """England as it was: the menu of 2015, every parameter at the value of its record."""
    scenario = load_scenario("england")
    return simulate(prepare(scenario, SEED), scenario, load_regime("voluntary_2015"), SEED, 3)


def value(run: RunResult, outcome: str, year: int) -> float:
    """An outcome of all England in a year."""
    return float(run.values["national"][run.years.index(year), 0, run.outcomes.index(outcome)])


def verdict(found: float, low: float, high: float) -> str:
    return "ok" if low <= found <= high else "MISS"


def line(name: str, year: str, found: float, target: dict[str, Any]) -> str:
    return (
        f"{name:32s} {year:>10s} {found:14.5g} in {target['low']:.5g} to {target['high']:.5g} "
        f"(England {target['value']:.5g})  {verdict(found, target['low'], target['high'])}"
    )


def test_every_target_names_an_outcome_and_its_evidence(baseline: RunResult) -> None:
    for name, target in [*LEVELS.items(), *CHANGES.items()]:
        assert target["outcome"] in baseline.outcomes, name
        assert target["evidence"], name


def test_the_baseline_looks_like_england(baseline: RunResult) -> None:
    lines, missed = [], []
    for name, target in LEVELS.items():
        for year, box in target["years"].items():
            found = value(baseline, target["outcome"], int(year))
            lines.append(line(name, year, found, box) + ("  core" if target["core"] else ""))
            if target["core"] and not box["low"] <= found <= box["high"]:
                missed.append(lines[-1])
    for name, target in CHANGES.items():
        first, last = (value(baseline, target["outcome"], target[key]) for key in ("from", "to"))
        found = last / first - 1.0 if target["kind"] == "relative" else last - first
        lines.append(line(f"change of {name}", f"{target['from']}-{target['to']}", found, target))
        if target["core"] and not target["low"] <= found <= target["high"]:
            missed.append(lines[-1])
    print("\n" + "\n".join(lines))
    assert not missed, "\n".join(missed)
