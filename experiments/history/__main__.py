"""Holds findings of the past against the model and prints what it gives, good or bad; nothing is fitted to them.

    python -m experiments.history [--runs 20] [--seed 2001]

Three are read from runs of all England to 2019-20, parameters at their records, each with its own population and luck.
*Size of a primary care trust* (E054: no relation with 36 indicators after adjustment): indicators of its practices
against the log of its patients, given the indicator in 2014-15 and deprivation. *Marginal investment* (E056: no effect
on emergency admissions): every other trust gets a tenth more for community services from 2016-17, from outside; growth
of their patients' admissions to 2019-20 against that of the others. *Enforcement* (PB245: 282 breach notices in two
years): notices in 2014-15 and 2015-16 under area teams.

What fundholding did to elective admissions and to satisfaction (E044, E046) is in two parameter records and so is no
test of the model; it is printed to show that the records arrive. Writes `results/history/summary.csv`.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import stats

from sim.regime import load_regime
from sim.scenario import load_scenario
from sim.simulate import RunResult, Start, build, prepare, run_years
from sim.world.world import Floats, World

YEARS, BEFORE = 6, 2
"""Years of a run, and of these the years up to which growth is counted from: 2014-15 and 2015-16."""
INDICATORS = (
    "quality_true", "quality_recorded", "experience_good", "appointments_unmet_share", "list_size_mean",
    "gp_fte_per_1000", "gp_vacancies", "emergency_admissions_per_1000", "ae_attendances_per_1000", "elective_per_1000",
    "out_of_hospital_share", "engagement",
)  # fmt: skip
MORE = 0.1
"""Share by which community money of the chosen trusts is raised."""
CHANCE = 0.05
"""Two-sided level at which a relation counts as found in one run."""


def lived(start: Start, name: str, seed: int, more: Floats | None = None) -> tuple[RunResult, RunResult, Floats]:
    """Two spans of one run, and growth of emergency admissions a patient over the second, (CCGs,) logarithms.

    more: what community money of each CCG is multiplied by after the first span.
    """
    world, timeline = build(start, replace(load_scenario("england"), years=YEARS), load_regime(name))
    first = run_years(world, timeline, seed, BEFORE)
    early = admissions(world)
    if more is not None:
        world.ccg_money["community"] *= more
    last = run_years(world, timeline, seed, YEARS - BEFORE)
    return first, last, np.log(admissions(world) / early)


def admissions(world: World) -> Floats:
    """(CCGs,): emergency admissions a patient."""
    n, place = len(world.ccgs), world.place["ccg"]
    admitted = np.bincount(place, weights=world.use["emergency"], minlength=n)
    return np.asarray(admitted / np.bincount(place, weights=world.lists["total"], minlength=n))


def slope(y: Floats, x: Floats, *others: Floats) -> tuple[float, float]:
    """Slope of y on x given others, by least squares, and its two-sided p-value."""
    design = np.column_stack([x, np.ones(len(x)), *others])
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ found
    free = len(y) - design.shape[1]
    error = np.sqrt(rest @ rest / free * np.linalg.pinv(design.T @ design)[0, 0])
    return float(found[0]), float(2.0 * stats.t.sf(abs(found[0] / error), free)) if error > 0.0 else 1.0


def column(result: RunResult, name: str, level: str = "ccg") -> Floats:
    """(years, places) of an outcome."""
    return np.asarray(result.values[level][:, :, result.outcomes.index(name)])


def related_to_size(start: Start, first: RunResult, last: RunResult) -> list[bool]:
    """Which indicators go with the size of a trust, given what they were before and deprivation."""
    patients = np.log(column(first, "practices_open")[0] * column(first, "list_size_mean")[0])
    deprivation = np.asarray(start.population.ccgs["imd"], dtype=float)
    return [
        slope(column(last, name)[-1], patients, column(first, name)[0], deprivation)[1] < CHANCE for name in INDICATORS
    ]


def measure(seed: int) -> tuple[dict[str, float], list[bool]]:
    """One run under each of three regimes: numbers by name, and which indicators go with size."""
    start = prepare(load_scenario("england"), seed)
    first, last, _ = lived(start, "pct", seed)
    sized = related_to_size(start, first, last)
    chosen = (np.arange(len(start.population.ccgs["imd"])) + seed) % 2
    growth = lived(start, "pct", seed, more=1.0 + MORE * chosen)[2]
    effect, p = slope(growth, chosen.astype(float))
    teams, holders = (lived(start, name, seed)[:2] for name in ("area_team_only", "fundholding"))
    share = column(holders[1], "budget_holding_share", "national")[-1, 0]
    change = {
        name: column(holders[1], name, "national")[-1, 0] / column(teams[1], name, "national")[-1, 0] - 1.0
        for name in ("elective_per_1000", "experience_good")
    }
    return {
        "indicators that go with size, of 12": float(sum(sized)),
        "a tenth more for community care: growth of admissions": effect,
        "runs in which a difference is found": float(p < CHANCE),
        "breach notices in two years": float(column(teams[0], "breach_notices", "national").sum()),
        "contracts removed in two years": float(column(teams[0], "contracts_removed", "national").sum()),
        "practices that hold a budget, share": float(share),
        "electives under fundholding, change": float(change["elective_per_1000"]),
        "good experience under fundholding, change": float(change["experience_good"]),
    }, sized


def main() -> None:
    """Runs, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=2001)
    parser.add_argument("--out", type=Path, default=Path("results/history"))
    said = parser.parse_args()
    found = [measure(said.seed + k) for k in range(said.runs)]
    said.out.mkdir(parents=True, exist_ok=True)
    with (said.out / "summary.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "mean", "p10", "p90"])
        for name in found[0][0]:
            values = np.array([numbers[name] for numbers, _ in found])
            row = [name, *(f"{v:.4f}" for v in (values.mean(), *np.percentile(values, (10, 90))))]
            writer.writerow(row)
            print(f"{row[0]:58s} {row[1]:>10s}   {row[2]} to {row[3]}")
    often = np.array([sized for _, sized in found]).mean(axis=0)
    print(
        "goes with size in a share of runs: "
        + ", ".join(f"{n} {s:.2f}" for n, s in zip(INDICATORS, often, strict=True))
    )


if __name__ == "__main__":
    main()
