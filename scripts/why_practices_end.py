"""How much of the ending of practices in the model is pressure, and how much the last partner's going.

    python scripts/why_practices_end.py

Two experiments on the synthetic England. Thirty flat years (`flat_scenario`) at demand as recorded and at four fifths
of it, one run each: what exits owe to workload. Four years from 2014-15 with 30 plausible sets, as they are and with
nought for what partners weigh when they merge or hand back: what is left are practices without a partner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim import parameters
from sim.analysis.validation.flat import flat_scenario
from sim.parameters.plausible_sets import shipped
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import RunResult, prepare, simulate

SEED, SETS, YEARS = 7, 30, 4
DEMAND = "wanting.per_person"
WEIGHED = ("workload", "vacancy", "independence")


def national(run: RunResult, name: str) -> np.ndarray:
    """An outcome of all England, by year."""
    return np.asarray(run.values["national"][:, 0, run.outcomes.index(name)])


def flat_years(share: float) -> RunResult:
    """Thirty flat years in which patients want this share of what they want."""
    still = flat_scenario(load_scenario("england"))
    wanted = share * parameters.load().records[DEMAND].in_year(still.start_year)
    still = replace(still, constants={**still.constants, DEMAND: wanted})
    return simulate(prepare(still, SEED), still, still.regime, SEED, still.years)


def ended(changed: Mapping[str, float]) -> float:
    """Percent of the codes of the start that end within YEARS years, mean over the sets."""
    england, regime, sets = load_scenario("england"), load_regime("voluntary_2015"), shipped(synthetic=True)
    start, shares = prepare(england, SEED), []
    for k in range(SETS):
        run = simulate(start, england, regime, SEED + k, YEARS, {**sets.into({}, k), **changed})
        exits = national(run, "practices_exited")
        shares.append(100.0 * exits.sum() / (national(run, "practices_open")[0] + exits[0]))
    return float(np.mean(shares))


def main() -> None:
    """Prints both experiments."""
    for share in (1.0, 0.8):
        run = flat_years(share)
        exits, load = national(run, "practices_exited"), national(run, "workload_mean")
        print(
            f"demand x {share:g}: workload {load[1]:.2f}, exits {exits[:3].astype(int).tolist()}, last {exits[-1]:.0f}"
        )
    names = [f"choice.{way}_per_{what}" for way in ("merge", "hand_back") for what in WEIGHED]
    names += ["choice.merge_alone", "choice.hand_back_alone"]
    left = ended(dict.fromkeys(names, 0.0))
    print(f"codes that end in {YEARS} years: {ended({}):.1f}%, without what partners weigh {left:.1f}%")


if __name__ == "__main__":
    main()
