"""Fits the three intercepts of uptake to what CCGs wanted in January 2015, and nothing else.

    python -m experiments.uptake.fit [--runs 40] [--seed 1]

Every run is England to April 2015 with parameters at their records; the same seeds at every step, so that counts differ
by the intercepts alone. An intercept moves by the log of wanted over found share, against that of wanting nothing.
Writes `results/uptake/fit.toml` and says which values belong in `sim/parameters/commissioning_uptake.toml`.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.uptake.frozen import FITTED, targets, write_fit
from sim import parameters
from sim.commissioning.policy import policy
from sim.commissioning.views import view
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import Start, build, prepare
from sim.world.luck import Luck
from sim.year import advance

LEVELS = ("nothing", "greater_involvement", "joint", "delegated")
"""By grade of the table wanted, see `sim.commissioning.views`."""


def wanted_in_january(start: Start, draw: dict[str, float]) -> np.ndarray:
    """(4,): CCGs that want each level in the round of 2015; the three that merge on 1 April apply as one."""
    scenario = replace(load_scenario("england"), years=2)
    world, timeline = build(start, scenario, load_regime("voluntary_2015"), draw)
    advance(world, timeline.year(world.year), start.seed)
    world.year += 1
    policy(world, timeline.year(world.year), Luck(start.seed, world.year))
    heads = world.ccgs["seat"] == np.arange(len(world.ccgs))
    wish = world.applications["wish"][heads].astype(int)
    return np.bincount(view(world.regime).grade[wish], minlength=len(LEVELS))


def wanted_counts(ccgs: int) -> np.ndarray:
    """(4,): the answers of January 2015 as if every CCG had given one."""
    told = np.array([targets()["fit"][level] for level in LEVELS], float)
    return told / told.sum() * ccgs


def fit(starts: list[Start], steps: int, tolerance: float) -> tuple[dict[str, float], np.ndarray]:
    """Intercepts to three decimals and the mean counts they give."""
    book = parameters.load()
    values = {name: book.records[name].central for name in FITTED}
    for step in range(steps):
        found = np.mean([wanted_in_january(start, values) for start in starts], axis=0)
        wanted = wanted_counts(int(found.sum()))
        print(
            step, {k: round(v, 3) for k, v in values.items()}, dict(zip(LEVELS, found.round(1).tolist(), strict=True))
        )
        if np.abs(found - wanted).max() < tolerance:
            break
        gap = np.log(wanted / np.maximum(found, 0.5))
        values = {name: round(float(values[name] + gap[k + 1] - gap[0]), 3) for k, name in enumerate(FITTED)}
    return values, found


def main() -> None:
    """Fits, writes and prints."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--runs", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--steps", type=int, default=15)
    options.add_argument("--tolerance", type=float, default=0.6, help="CCGs")
    options.add_argument("--out", type=Path, default=Path("results/uptake"))
    given = options.parse_args()
    scenario = load_scenario("england")
    starts = [prepare(scenario, given.seed + k) for k in range(given.runs)]
    values, found = fit(starts, given.steps, given.tolerance)
    wanted = wanted_counts(int(math.fsum(found)))
    named = dict(zip(LEVELS, found.tolist(), strict=True)), dict(zip(LEVELS, wanted.tolist(), strict=True))
    write_fit(given.out / "fit.toml", values, *named, given.runs)
    print(f"wrote {given.out / 'fit.toml'}; put into the records: {values}")


if __name__ == "__main__":
    main()
