"""The baseline against England: ten years under area teams, and who ends, practice by practice.

    python -m experiments.baseline [--runs 20] [--seed 4001] [--population FOLDER --data FOLDER]

Parameters are at their records. Without a population England is synthetic and only the ten years are printed. With one
built from the real practice table (`commissim population build --table`) and the folder that holds
`panel_payments_annual.csv`, exits of single practices are scored against what happened: by class of list, and as a
ranking (area under the curve) by the share of runs in which a practice ends. `pytest -s tests/test_targets.py` prints
the targets.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from experiments.baseline.exits import CLASSES, Observed, class_of, read_observed, simulate_exits
from sim.analysis.validation.flat import YEARS, flat_scenario
from sim.analysis.validation.scores import auc, brier_skill
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import RunResult, prepare, simulate

PATH = (
    "practices_open", "practices_exited", "practices_merged", "practices_new", "practices_apms", "list_size_mean",
    "list_size_p5", "list_size_p50", "list_size_p95", "gp_fte", "gp_fte_per_1000", "gp_vacancies", "gp_leavers",
    "burnout_mean", "partner_share", "drawings_mean", "drawings_p10", "drawings_nil_share", "payment_per_patient",
    "expenses_per_patient", "consultations_per_patient", "appointments_unmet_share", "experience_good",
    "quality_true", "emergency_admissions_per_1000", "patients_displaced", "trust_balance", "ccg_overspending",
)  # fmt: skip
"""Outcomes of the ten years."""


def print_path(result: RunResult, step: int = 1) -> None:
    """A line an outcome, a column a year (every `step` years)."""
    values = result.values["national"][::step, 0, :]
    print(f"{'':30s}" + "".join(f"{year:>12d}" for year in result.years[::step]))
    for name in PATH:
        print(f"{name:30s}" + "".join(f"{x:12.5g}" for x in values[:, result.outcomes.index(name)]))


def print_exits(observed: Observed, ended: np.ndarray) -> None:
    """Exits by class of list and year, and how well the model knows who ends. ended: (runs, practices), year or 0."""
    last = observed.ended.max()
    print(f"\nexits by class of list, {observed.first} to {last}: England, mean of runs, 90% of runs")
    known = observed.at_start
    where = class_of(observed.lists)
    inside = 0
    for k, name in enumerate(CLASSES):
        rows = known & (where == k)
        counts = ((ended[:, rows] > 0) & (ended[:, rows] <= last)).sum(axis=1)
        low, high = np.quantile(counts, [0.05, 0.95])
        england = int((observed.ended[rows] > 0).sum())
        inside += int(low <= england <= high)
        ok = "inside" if low <= england <= high else "MISS"
        print(f"  {name:>16s} {england:5d} {counts.mean():8.1f} {low:6.0f} to {high:<6.0f} {ok}")
    print(f"  inside in {inside} of {len(CLASSES)} classes")
    chance = ((ended > 0) & (ended <= last)).mean(axis=0)[known]
    truth = observed.ended[known] > 0
    print(f"codes of the start that ended by {last}: {report(truth, chance, observed.lists[known])}")
    alive = known & ((observed.ended == 0) | (observed.ended == last))
    still = ~((ended > 0) & (ended < last))[:, alive]
    chance = ((ended == last)[:, alive] & still).sum(axis=0) / np.maximum(still.sum(axis=0), 1)
    late = report(observed.ended[alive] == last, chance, observed.lists[alive])
    print(f"codes of the last year that ended in it: {late}")


def report(truth: np.ndarray, chance: np.ndarray, lists: np.ndarray) -> str:
    """One line: counts, area under the curve of the model and of list size alone, Brier skill."""
    model, alone = auc(chance, truth), auc(-lists, truth)
    counts = f"England {truth.sum()}, model {chance.sum():.0f}"
    return f"{counts}; AUC {model:.3f}, list size alone {alone:.3f}; Brier skill {brier_skill(chance, truth):+.3f}"


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m experiments.baseline", description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=20, help="runs for exits, each with its own luck")
    parser.add_argument("--seed", type=int, default=4001, help="seed of the first run")
    parser.add_argument("--years", type=int, default=10, help="years of the path; 0 leaves it out")
    parser.add_argument("--population", type=Path, help="population built from the real practice table")
    parser.add_argument("--data", type=Path, help="folder with panel_payments_annual.csv")
    parser.add_argument("--flat", action="store_true", help="30 years with every dated input held at 2014")
    given = parser.parse_args()
    regime = load_regime("area_team_only")
    if given.flat:
        scenario = flat_scenario(load_scenario("england"))
        print_path(simulate(prepare(scenario, given.seed, given.population), scenario, regime, given.seed, YEARS), 5)
        return
    if given.years:
        scenario = load_scenario("england")
        start = prepare(scenario, given.seed, given.population)
        print_path(simulate(start, scenario, regime, given.seed, given.years))
    if given.population and given.data:
        observed = read_observed(given.population, given.data)
        print_exits(observed, simulate_exits(given.population, given.runs, given.seed))


if __name__ == "__main__":
    main()
