"""Holds uptake against what England's CCGs did, with frozen parameters, and writes forecasts down.

    python -m experiments.uptake.check [--runs 200] [--seed 1001]

A run is England under the menu of 2015, 2014-15 to 2017-18, parameters at their records, its own population and luck.
Writes `results/uptake/summary.csv` (a row a line of the table) and `runs.csv` (a row a run), and prints the table.
Seeds are others than those of the fit.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np

from experiments.uptake.frozen import digest, frozen_records, targets
from experiments.uptake.scores import alike_chances, chances, interval, join_count, log_chance, slope_within
from sim.population.merger_events import events_of, first_of, read_events
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import prepare, simulate

YEARS = (2014, 2015, 2016, 2017)
REGIONS = ("North", "Midlands and East", "London", "South")
READ = ("interested", "applied_joint", "applied_delegated", "approved_delegated", "joint", "delegated")
Runs = dict[str, np.ndarray]


def run_all(runs: int, seed: int) -> tuple[Runs, dict[str, np.ndarray]]:
    """Counts by name, (runs, years, CCGs), and what does not vary: team, region and IMD of CCGs, names of teams, and
    which rows stand for a CCG of their own in 2015 (three merge that April; counts are at the seat of the new one)."""
    scenario, regime = load_scenario("england"), load_regime("voluntary_2015")
    found: dict[str, list[np.ndarray]] = {name: [] for name in READ}
    for k in range(runs):
        start = prepare(scenario, seed + k)
        result = simulate(start, scenario, regime, seed + k, len(YEARS))
        for name in READ:
            found[name].append(result.values["ccg"][:, :, result.outcomes.index(f"ccgs_{name}")])
    ccgs = start.population.ccgs
    fixed = {key: np.asarray(ccgs[key]) for key in ("area_team", "region", "imd")}
    fixed["heads"] = first_of(events_of(read_events(), [str(code) for code in ccgs["code"]]), 2015, len(ccgs["code"]))
    fixed["teams"] = np.asarray(start.population.area_teams["name"])
    return {name: np.array(values) for name, values in found.items()}, fixed


class Table:
    """Lines of the check: what, England, mean of runs, 80% interval, verdict."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, line: str, values: np.ndarray, england: float | None = None, most: float | None = None) -> None:
        """A line; `most` is the greatest width of the interval."""
        low, high = interval(values)
        verdict = "" if england is None else ("inside" if low <= england <= high else "MISS")
        if most is not None and high - low > most:
            verdict += f", wider than {most:g}"
        self.rows.append(
            {"line": line, "england": "" if england is None else england, "mean": round(float(values.mean()), 2),
             "low": round(low, 2), "high": round(high, 2), "width": round(high - low, 2), "verdict": verdict}
        )  # fmt: skip

    def note(self, line: str, value: float, verdict: str = "") -> None:
        """A line of one number."""
        self.rows.append({"line": line, "england": "", "mean": round(value, 3), "low": "", "high": "", "width": "",
                          "verdict": verdict})  # fmt: skip

    def show(self) -> None:
        """Prints the lines."""
        print(f"{'':66s} {'England':>8s} {'runs':>9s}  80% interval")
        for r in self.rows:
            box = f"{r['low']:g} to {r['high']:g} ({r['width']:g})" if r["low"] != "" else ""
            print(f"{r['line']:66s} {r['england']!s:>8s} {r['mean']:9g}  {box:24s} {r['verdict']}")


def add_counts(table: Table, runs: Runs, fixed: Runs, told: dict[str, Any]) -> None:
    """Counts held out: interest, approval by region, what is in operation."""
    most = told["width"]["most"]
    table.add("expressed interest, June 2014", runs["interested"][:, 1].sum(1), told["interested"]["value"])
    for name in ("delegated", "joint"):
        share = told["fit"][name] / 198
        table.add(f"(fitted) applied for {name}, 77 / 90 of 198 scaled to 209", runs[f"applied_{name}"][:, 1].sum(1),
                  round(share * fixed["heads"].sum(), 1))  # fmt: skip
    approved = runs["approved_delegated"][:, 1]
    table.add("approved for delegated", approved.sum(1), told["approved"]["value"], most)
    for r, region in enumerate(REGIONS):
        table.add(f"  {region}", approved[:, fixed["region"] == r].sum(1), told["approved_by_region"]["values"][region])
    delegated, joint = (runs[name][:, 1].sum(1) for name in ("delegated", "joint"))
    table.add("delegated in operation, 2015-16", delegated, told["delegated"]["value"], most)
    table.add("joint in operation, 2015-16", joint, told["joint"]["value"], most)
    table.add("neither, 2015-16", fixed["heads"].sum() - delegated - joint, told["neither"]["value"], most)


def add_patterns(table: Table, runs: Runs, fixed: Runs) -> None:
    """Clustering by area team, and deprivation."""
    heads = fixed["heads"]
    for name in ("joint", "delegated"):
        joins = np.array([join_count(has[heads], fixed["area_team"][heads]) for has in runs[f"applied_{name}"][:, 1]])
        table.add(f"joins of applications for {name} over those dealt at random", joins[:, 0] / joins[:, 1])
    applied = runs["applied_delegated"][:, 1][:, heads]
    imd, region = fixed["imd"][heads], fixed["region"][heads]
    gap = np.array([imd[has == 1].mean() - imd[has == 0].mean() for has in applied])
    table.add("IMD of applicants for delegated less others (C030: above 0)", gap)
    within = np.array([slope_within(has, imd, region) for has in applied])
    table.add("  within regions: points of chance per 10 of IMD", within)
    table.note("  share of runs with a slope above 0 within regions", float((within > 0).mean()))


def rivals(told: dict[str, Any], region: str, level: str) -> dict[str, tuple[float, float]]:
    """For each rival, the mean share of CCGs of a region and how alike they are (intra-class correlation).

    level: `approved` for delegated, or an application for `joint` or `delegated`. *Independent*: England's share.
    *Region only, told*: the region's own share as it was. *Region only, told the others*: the mean and spread of the
    other three regions. Shares of applications are those of approvals times England's ratio of the two.
    """
    table, fit = told["approved_by_region"], told["fit"]
    shares = {r: table["values"][r] / table["ccgs"][r] for r in REGIONS}
    others = np.array([share for r, share in shares.items() if r != region])
    england = told["approved"]["value"] / sum(table["ccgs"].values())
    spread = float(others.var(ddof=1) / (others.mean() * (1 - others.mean())))
    means = {"independent": england, "region only, told": shares[region], "region only, told the others": others.mean()}
    if level != "approved":
        delegated, joint = fit["delegated"] / 198, fit["joint"] / 198
        means = {name: min(0.99, mean * delegated / england) for name, mean in means.items()}
        if level == "joint":
            means = {name: joint * (1 - mean) / (1 - delegated) for name, mean in means.items()}
    return {name: (float(mean), spread if name.endswith("others") else 0.0) for name, mean in means.items()}


def add_scores(table: Table, runs: Runs, fixed: Runs, told: dict[str, Any]) -> None:
    """Log scores of the region table and of the area-team patterns: the model and its rivals."""
    by_table: dict[str, float] = {}
    by_team: dict[str, float] = {}
    for r, region in enumerate(REGIONS):
        n, k = told["approved_by_region"]["ccgs"][region], told["approved_by_region"]["values"][region]
        of = {name: alike_chances(mean, alike, n) for name, (mean, alike) in rivals(told, region, "approved").items()}
        of["model"] = chances(runs["approved_delegated"][:, 1][:, fixed["region"] == r].sum(1), n)
        for name, chance in of.items():
            by_table[name] = by_table.get(name, 0.0) + log_chance(chance, k, k)
    for pattern in told["pattern"]:
        members = fixed["area_team"] == list(fixed["teams"]).index(pattern["team"])
        n, least, most = pattern["ccgs"], pattern["least"], pattern["most"]
        region = REGIONS[int(fixed["region"][members][0])]
        counts = runs[f"applied_{pattern['level']}"][:, 1][:, members].sum(1)
        of = {name: alike_chances(m, alike, n) for name, (m, alike) in rivals(told, region, pattern["level"]).items()}
        of["model"] = chances(counts, n)
        for name, chance in of.items():
            by_team[name] = by_team.get(name, 0.0) + log_chance(chance, least, most)
        seen = float(((counts >= least) & (counts <= most)).mean())
        table.note(f"{pattern['team']}: {least} of {n} {pattern['level']}, share of runs", seen)
    for name in ("model", "independent", "region only, told the others", "region only, told"):
        note = "has seen the region table" if name == "region only, told" else ""
        table.note(f"log score, {name}: region table", by_table[name], note)
        table.note(f"log score, {name}: patterns", by_team[name])
        table.note(f"log score, {name}: both", by_table[name] + by_team[name])


def add_forecasts(table: Table, runs: Runs) -> None:
    """What the frozen parameters say of the years after the first."""
    for k, year in enumerate(YEARS[2:], start=2):
        ccgs = 209 if year < 2017 else 207
        for name in ("delegated", "joint"):
            table.add(f"forecast {year}-{year % 100 + 1}: {name} of {ccgs}", runs[name][:, k].sum(1))


def main() -> None:
    """Runs, prints and writes."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--seed", type=int, default=1001)
    options.add_argument("--out", type=Path, default=Path("results/uptake"))
    given = options.parse_args()
    runs, fixed = run_all(given.runs, given.seed)
    table, told = Table(), targets()
    add_counts(table, runs, fixed, told)
    add_patterns(table, runs, fixed)
    add_scores(table, runs, fixed, told)
    add_forecasts(table, runs)
    print(f"{given.runs} runs from seed {given.seed}; frozen records {digest(frozen_records())}")
    table.show()
    given.out.mkdir(parents=True, exist_ok=True)
    with (given.out / "summary.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table.rows[0]))
        writer.writeheader()
        writer.writerows(table.rows)
    with (given.out / "runs.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["seed", "year", *READ])
        for k in range(given.runs):
            for y, year in enumerate(YEARS):
                lines.writerow([given.seed + k, year, *(int(runs[name][k, y].sum()) for name in READ)])


if __name__ == "__main__":
    main()
