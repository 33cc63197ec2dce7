"""Fits the survey: sets three free numbers on the nine shares of seed article 001 and writes what follows.

    python -m experiments.survey [--seeds 3] [--out results/survey]

Free are `function_ease.base`, `function_ease.per_rung` and `poll.noise`. A fourth, the response of strong opinions
(`poll.per_strength`), is fixed at values in turn: `strength.csv` shows how little the nine shares say of it. Each share
counts by the sampling error of 600 answers and the width that its words leave. Written: `fit.toml` (values, standard
errors, misfit), `shares.csv` (every published share, fitted or not, beside the model's) and `strength.csv`.
"""

from __future__ import annotations

import argparse
import csv
import math
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from sim.analysis.survey import Item, items
from sim.regimes import load_regime
from sim.rules.statements import GRADES, GROUPS, QUESTIONS, survey
from sim.scenario import load_scenario
from sim.simulate import build, prepare
from sim.world.world import World
from sim.year import advance

FREE = ("function_ease.base", "function_ease.per_rung", "poll.noise")
STRENGTH = "poll.per_strength"
STRENGTHS = (0.0, 0.5, 1.0, 1.5, 2.0)
BEGIN = (0.1, 0.2, 0.5)
SCENARIO = load_scenario("england", years=1)


def world_of(seed: int) -> World:
    """England in March 2015, before regimes part."""
    world, timeline = build(prepare(SCENARIO, seed), SCENARIO, load_regime("area_team_only"))
    advance(world, timeline.year(world.year), seed)
    return world


def shares(worlds: list[World], draw: dict[str, float], asked: tuple[Item, ...]) -> np.ndarray:
    """The model's share for every item under some parameters, mean of the worlds."""
    params = SCENARIO.timeline(draw=draw).year(worlds[0].year)
    found = sum(survey(world, params) for world in worlds)
    return np.array([
        found[GROUPS.index(item.group), QUESTIONS.index(item.question), GRADES.index(item.answer)]
        / found[GROUPS.index(item.group), QUESTIONS.index(item.question)].sum()
        for item in asked
    ])  # fmt: skip


def fit(worlds: list[World], strength: float | None = None) -> tuple[np.ndarray, np.ndarray, float]:
    """The free numbers, their standard errors and the misfit (sum of squares); strength: None for its record's."""
    fixed = {} if strength is None else {STRENGTH: strength}
    targets = tuple(item for item in items() if item.kind == "fitted")
    middle = np.array([item.middle for item in targets])
    # An even spread over a width w has a variance of w squared / 12.
    error = np.array([
        math.hypot(math.sqrt(item.middle * (1.0 - item.middle) / item.sample), (item.high - item.low) / math.sqrt(12.0))
        for item in targets
    ])  # fmt: skip

    def misfit(values: np.ndarray) -> np.ndarray:
        return (shares(worlds, fixed | dict(zip(FREE, values.tolist(), strict=True)), targets) - middle) / error

    found = least_squares(misfit, BEGIN, bounds=([-2.0, -1.0, 0.05], [2.0, 2.0, 3.0]), diff_step=1e-4)
    return found.x, np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac))), float(2.0 * found.cost)


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    """A CSV with a header."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def main() -> None:
    """Fits, predicts, writes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="starting Englands, with seeds from 1")
    parser.add_argument("--out", type=Path, default=Path("results/survey"), help="folder to write")
    arguments = parser.parse_args()
    worlds = [world_of(seed) for seed in range(1, arguments.seeds + 1)]
    values, errors, misfit = fit(worlds)
    best = dict(zip(FREE, values.tolist(), strict=True))
    rows: list[dict[str, object]] = []
    for item, share in zip(items(), shares(worlds, best, items()).tolist(), strict=True):
        rows.append({
            "source": item.source, "item": item.words, "kind": item.kind, "published_low": item.low,
            "published_high": item.high, "model": round(share, 4), "gap": round(item.gap(share), 4),
            "sampling_90": round(item.sampling(share), 4), "agrees": item.gap(share) <= item.sampling(share),
            "within_8_points": item.gap(share) <= 0.08,
        })  # fmt: skip
        print(f"{item.kind:<11}{item.words:<44}{item.low:.3f} to {item.high:.3f}  {share:.3f}")
    strengths: list[dict[str, object]] = []
    for strength in STRENGTHS:
        at, _, loss = fit(worlds, strength)
        refitted = {name: round(value, 4) for name, value in zip(FREE, at.tolist(), strict=True)}
        strengths.append({STRENGTH: strength, **refitted, "misfit": round(loss, 3)})
        print(f"{STRENGTH} {strength:g}: misfit {loss:.2f}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_table(arguments.out / "shares.csv", rows)
    write_table(arguments.out / "strength.csv", strengths)
    lines = [f"# {arguments.seeds} starting Englands; 9 shares, {len(FREE)} free numbers", f"misfit = {misfit:.4f}"]
    for name, value, error in zip(FREE, values.tolist(), errors.tolist(), strict=True):
        lines += ["", f'["{name}"]', f"value = {value:.5f}", f"standard_error = {error:.5f}"]
        print(f"{name} = {value:.4f} (standard error {error:.4f})")
    (arguments.out / "fit.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
