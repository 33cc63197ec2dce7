"""Either England under either ensemble of plausible sets: `python scripts/crossed_sets.py <population> [runs]`.

Tells what a difference between the synthetic England and one built from the practice table comes from: the population,
or the sets that calibration left for it. Prints GPs per 1,000 patients and vacancies by year (means), the interval in
which GPs of 2017-18 are expected, its score and how often it would beat the better naive forecast if the same number of
runs were drawn again.
"""

import sys
from pathlib import Path

import numpy as np

from sim.analysis.targets import IN_SAMPLE, OUT_OF_SAMPLE, load_targets
from sim.analysis.validation.naive import forecast_series
from sim.analysis.validation.prediction import Errors
from sim.analysis.validation.verdicts import Verdict, verdicts
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import prepare, simulate
from sim.study.plan import Plan, draw_design

OUTCOMES = ("gp_fte_per_1000", "gp_vacancies")
SETS = ("synthetic", "england_2014")
YEARS, MASTER_SEED, AGAIN = 4, 1, 200


def run_all(population, runs):
    """The runs of every England and ensemble, by both; all share seeds."""
    scenario, regime = load_scenario("england"), load_regime("voluntary_2015")
    designs = {sets: draw_design(Plan(england=sets, runs=runs), MASTER_SEED) for sets in SETS}
    found = {}
    for i in range(runs):
        for name, folder in (("synthetic", None), ("practice table", population)):
            for sets, design in designs.items():
                pair = design.pair(i)
                start = prepare(scenario, pair.seed, folder)
                done = simulate(start, scenario, regime, pair.seed, YEARS, pair.parameters)
                found.setdefault((name, sets), []).append(done)
    return found


def expected(past, new, rows=slice(None)):
    """The forecast of GPs of 2017-18 from some of the runs."""
    few = [[Verdict(v.target, v.runs[rows], v.median, v.low, v.high, v.within) for v in told] for told in (past, new)]
    return forecast_series(*few, Errors.of(past)).series[0]


def gps_of(file):
    """National targets of GPs per 1,000 patients, levels and changes."""
    return [t for t in load_targets(file) if t.outcome == OUTCOMES[0] and t.level == "national"]


def main():
    """Runs and prints; the folder of a built population is the first argument."""
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    rng = np.random.default_rng(1)
    for (name, sets), done in run_all(Path(sys.argv[1]), runs).items():
        for outcome in OUTCOMES:
            values = np.array([one.values["national"][:, 0, one.outcomes.index(outcome)] for one in done])
            print(f"{name}, sets of {sets}: {outcome}", *values.mean(axis=0).round(4))
        past, new = (verdicts(done, gps_of(file)) for file in (IN_SAMPLE, OUT_OF_SAMPLE))
        one = expected(past, new)
        again = [expected(past, new, rng.integers(runs, size=runs)) for _ in range(AGAIN)]
        low, high = np.percentile([other.simulated.score(one.observed) for other in again], [5, 95])
        print(
            f"    expected {one.simulated.low:.4f} to {one.simulated.high:.4f}, observed {one.observed:.4f}: score "
            f"{one.simulated.score(one.observed):.4f} ({low:.4f} to {high:.4f}), naive "
            f"{one.best_naive.score(one.observed):.4f}; beaten in {np.mean([o.beats_both for o in again]):.0%}"
        )


if __name__ == "__main__":
    main()
