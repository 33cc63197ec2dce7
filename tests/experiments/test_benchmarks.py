"""The benchmark's own parts: several Englands side by side are as many as one, and no phase is idle."""

from __future__ import annotations

import numpy as np

from experiments.benchmarks.__main__ import SIZES, verdicts
from experiments.benchmarks.measure import changes
from experiments.benchmarks.sizes import SIZES as KNOWN
from experiments.benchmarks.sizes import begin, repeated
from sim.population.start import lay_ground
from sim.regimes import load_regime
from sim.simulate import Start, build, simulate


def test_places_side_by_side_add_up_and_share_nobody() -> None:
    start, scenario = begin("one_ccg", 3)
    thrice = repeated(start.population, 3)
    for name in ("practices", "doctors"):
        assert len(np.unique(thrice.table(name)["id"])) == 3 * start.population.rows(name)
    whole = Start(thrice, lay_ground(thrice, 3), 3)
    neighbours, own = whole.ground.networks.neighbours, whole.ground.tables["place"]["ccg"]
    for practice in range(thrice.rows("practices")):
        near = neighbours[practice][neighbours[practice] >= 0]
        assert (own[near] == own[practice]).all()
    regime = load_regime("delegated")
    one, three = (simulate(each, scenario, regime, 3, 1) for each in (start, whole))
    patients = one.outcomes.index("patients")
    assert three.values["national"][0, 0, patients] == sum(three.values["ccg"][0, :, patients])
    ratio = three.values["national"][0, 0, patients] / one.values["national"][0, 0, patients]
    assert abs(ratio - 3.0) < 0.05


def test_every_phase_changes_the_world() -> None:
    start, scenario = begin("one_ccg", 3)
    found = changes(*build(start, scenario, load_regime("voluntary_2015")), 2)
    assert all(count > 0.0 for count in found.values()), found


def test_limits_are_held_against_what_was_measured() -> None:
    assert SIZES == KNOWN
    over, fine = verdicts({"england": {"run": 0.5, "memory": 250.0}}, None)
    assert over.endswith("over")
    assert fine.endswith("ok")
