"""The baseline against England of 2014-15 to 2016-17: targets frozen before tuning, each printed and checked.

The core targets must hold in every year; the others are printed with their verdict (a miss there is a finding for
the check against England, not a failure of this test).
"""

from __future__ import annotations

import pytest

from sim.analysis.practice_years import simulate_watched
from sim.analysis.targets import Target, load_targets, measure_targets
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import RunResult, prepare

TARGETS = load_targets()
SEED = 11


@pytest.fixture(scope="module")
def baseline() -> RunResult:
    """England as it was: the menu of 2015, every parameter at the value of its record."""
    scenario = load_scenario("england")
    return simulate_watched(prepare(scenario, SEED), scenario, load_regime("voluntary_2015"), SEED, 3)[0]


def line(target: Target, found: float) -> str:
    return (
        f"{target.name:40s} {found:14.5g} in {target.low:.5g} to {target.high:.5g} (England {target.value:.5g})  "
        f"{'ok' if target.passes(found) else 'MISS'}{'  core' if target.core else ''}"
    )


def test_every_target_names_an_outcome_and_its_evidence(baseline: RunResult) -> None:
    for target in TARGETS:
        assert target.outcome in baseline.outcomes, target.name
        assert not target.place or target.place in baseline.places[target.level], target.name
        assert target.evidence, target.name


def test_the_baseline_looks_like_england(baseline: RunResult) -> None:
    found = measure_targets(baseline, TARGETS)
    lines = {target.name: line(target, found[target.name]) for target in TARGETS}
    print("\n" + "\n".join(lines.values()))
    missed = [lines[t.name] for t in TARGETS if t.core and not t.passes(found[t.name])]
    assert not missed, "\n".join(missed)
