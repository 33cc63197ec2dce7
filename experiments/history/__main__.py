"""History: what earlier ways of commissioning are known to have done, and what the model makes of them.

    python -m experiments.history [--runs 10] [--seed 2001] [--out results/history]

Four findings of the literature, none of which a calibration has seen. Parameters are at their records. Where a record
leans on the very study (`practice_budgets.answer` on E044, `practice_budgets.content` in part on E046), the line says
so: it then shows that the mechanism does what it was given, and only the selection of practices is a result. Prints a
table and writes `history.csv`.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t as student

from sim.regimes import load_regime, shipped_regimes
from sim.scenario import load_scenario
from sim.simulate import RunResult, build, prepare, simulate
from sim.world.world import World
from sim.year import advance

YEARS = 4
SCENARIO = load_scenario("england", years=YEARS).without(["regime_ending"])
"""What a regime does is asked, not whether government keeps it."""
MORE = 0.1
"""Share by which community care of the PCTs that invest is raised."""

CARE = (
    "gp_fte_per_1000", "gp_vacancies", "burnout_mean", "drawings_mean", "appointments_unmet_share", "workload_mean",
    "continuity_mean", "experience_good", "quality_true", "quality_recorded", "quality_sd", "distress_mean",
    "emergency_admissions_per_1000", "ae_attendances_per_1000",
)  # fmt: skip
"""Outcomes that do not grow with a place's size and say how its patients fare, as the indicators of E054 did."""
COMMISSIONING = (
    "case_wait_months", "plan_error_gps", "plan_error_admissions", "legitimacy", "perceived_influence", "trust_in_ccg",
)  # fmt: skip
"""The same, about the work of the commissioner itself, on which the study was silent."""

Row = dict[str, Any]


def fitted(y: np.ndarray, x: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    """Slope of y on x by least squares beside other columns and a constant, and its two-sided p-value."""
    design = np.column_stack([x, np.ones(len(x)), others])
    found, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    left = y - design @ found
    free = len(y) - rank
    error = np.sqrt((left @ left) / free * np.linalg.pinv(design.T @ design)[0, 0])
    return float(found[0]), float(2.0 * student.sf(abs(found[0] / error), free)) if error > 0.0 else 1.0


def place_values(result: RunResult, name: str, year: int) -> np.ndarray:
    """(CCGs,): an outcome of every place in a year of the run."""
    return np.asarray(result.values["ccg"][year][:, result.outcomes.index(name)])


def middle_and_ends(values: list[float], digits: int = 3) -> tuple[str, str]:
    """Mean over runs, and 5th to 95th percentile, as text."""
    low, high = np.percentile(values, [5, 95])
    return f"{np.mean(values):.{digits}f}", f"{low:.{digits}f} to {high:.{digits}f}"


def worlds(seed: int, regime: str) -> Iterator[World]:
    """The World at the end of every year: the same one, as it changes."""
    world, timeline = build(prepare(SCENARIO, seed), SCENARIO, load_regime(regime))
    for _ in range(YEARS):
        advance(world, timeline.year(world.year), seed)
        yield world
        world.year += 1


def go_with_size(result: RunResult, names: tuple[str, ...], about: np.ndarray) -> int:
    """How many of some outcomes go with the size of places at the end, at 5%, beside what else is known of them."""
    size = np.log(place_values(result, "patients", 0))
    ends = [place_values(result, name, YEARS - 1) for name in names]
    return sum(fitted(y, size, about)[1] < 0.05 for y in ends)


def size_of_trusts(runs: int, seed: int) -> Iterator[Row]:
    """E054: of 36 indicators 14 went with the size of PCTs, and none after adjustment."""
    lines: dict[tuple[str, str], list[float]] = {}
    for k in range(runs):
        start = prepare(SCENARIO, seed + k)
        result = simulate(start, SCENARIO, load_regime("pct"), seed + k, YEARS)
        region = np.asarray(start.population.ccgs["region"])
        regions = [1.0 * (region == name) for name in np.unique(region)[1:]]
        imd = np.asarray(start.population.ccgs["imd"], float)
        about = np.column_stack([imd, *regions, place_values(result, "gp_fte_per_1000", 0)])
        for names, what in ((CARE, "of care"), (COMMISSIONING, "of commissioning")):
            line = f"of {len(names)} indicators {what}, those that go with the size of a PCT"
            raw, held = go_with_size(result, names, about[:, :0]), go_with_size(result, names, about)
            lines.setdefault((line, "14 of 36" if names is CARE else ""), []).append(float(raw))
            adjusted = f"{line}, by deprivation, region and GPs"
            lines.setdefault((adjusted, "none of 36" if names is CARE else ""), []).append(float(held))
    for (line, known), values in lines.items():
        mean, ends = middle_and_ends(values, 1)
        yield {"evidence": "E054", "line": line, "known": known, "model": mean, "range": ends, "fitted": "no"}


def admissions(world: World) -> np.ndarray:
    """(CCGs,): emergency admissions a patient."""
    n, place = len(world.ccgs), world.place["ccg"]
    patients = np.bincount(place, world.lists["total"], n)
    return np.asarray(np.bincount(place, world.use["emergency"], n) / patients)


def investors_difference(seed: int) -> tuple[float, float]:
    """Growth of emergency admissions a patient over two years where community care got a tenth more, less that where it
    did not, in %; and its p-value. The money comes from outside, to every other PCT, after two years."""
    for year, world in enumerate(worlds(seed, "pct")):
        if year == YEARS - 3:
            investors = (np.arange(len(world.ccgs)) + seed) % 2
            before = admissions(world)
            world.accounts["community"] *= 1.0 + MORE * investors
    growth = 100.0 * (admissions(world) / before - 1.0)
    return fitted(growth, 1.0 * investors, np.empty((len(growth), 0)))


def marginal_investment(runs: int, seed: int) -> Iterator[Row]:
    """E056: where PCTs moved more money into community care, emergency admissions did no better."""
    found = [investors_difference(seed + k) for k in range(runs)]
    mean, ends = middle_and_ends([slope for slope, _ in found], 2)
    yield {"evidence": "E056", "line": "emergency admissions where community care got a tenth more less elsewhere, %",
           "known": "no evidence of effect", "model": mean, "range": ends, "fitted": "no"}  # fmt: skip
    yield {"evidence": "E056", "line": f"runs of {runs} in which that is significant at 5%", "known": "",
           "model": str(sum(p < 0.05 for _, p in found)), "range": "", "fitted": "no"}  # fmt: skip


def rate(world: World, column: str, rows: np.ndarray) -> float:
    """Admissions for 1,000 patients of some practices."""
    return float(1000.0 * world.use[column][rows].sum() / world.lists["total"][rows].sum())


def liking(world: World, rows: np.ndarray) -> float:
    """Share of patients of some practices who call their experience good."""
    return float(np.average(world.care["experience"][rows], weights=world.lists["total"][rows]))


def fundholding(runs: int, seed: int) -> Iterator[Row]:
    """E044 and E046: fundholders' electives and satisfaction; how the practices that chose it differ anyway."""
    found: dict[str, list[float]] = {key: [] for key in ("holders", "elective", "emergency", "content", "part")}
    for k in range(runs):
        held, plain = (list(worlds(seed + k, regime))[-1] for regime in ("fundholding", "area_team_only"))
        both = (held.life["state"] == 1) & (plain.life["state"] == 1) & (held.life["opened"] < 2014)
        holders, others = both & (held.use["holds"] == 1), both & (held.use["holds"] == 0)
        effect = rate(held, "elective", holders) / rate(plain, "elective", holders)
        gap = rate(held, "elective", holders) / rate(held, "elective", others)
        found["holders"].append(100.0 * holders.sum() / both.sum())
        found["elective"].append(100.0 * (effect - 1.0))
        found["part"].append(100.0 * (gap / effect - 1.0))
        change = rate(held, "emergency", holders) / rate(plain, "emergency", holders)
        found["emergency"].append(100.0 * (change - 1.0))
        found["content"].append(100.0 * (liking(held, holders) - liking(plain, holders)))
    for evidence, key, line, known, given in (
        ("PB344", "holders", "practices that hold a budget after three years, %", "", "no"),
        ("E044", "elective", "electives of holders against the same practices without a budget, %", "-3.3",
         "practice_budgets.answer is taken from E044"),
        ("E044", "part", "electives of holders against other practices, the budget's effect taken off, %",
         "-2.5 (43% of the raw gap)", "no"),
        ("E044", "emergency", "emergency admissions of holders against the same practices without, %", "no effect",
         "no"),
        ("E046", "content", "holders' patients with a good experience, points", "-7.3 (-13.8 to -0.9), very satisfied",
         "practice_budgets.content leans on E046"),
    ):  # fmt: skip
        mean, ends = middle_and_ends(found[key], 2)
        yield {"evidence": evidence, "line": line, "known": known, "model": mean, "range": ends, "fitted": given}


def enforcement(runs: int, seed: int) -> Iterator[Row]:
    """PB245: 282 breach notices in two years, 1.8% of practices a year; contracts were hardly ever removed."""
    for name in shipped_regimes():
        notices, removed = [], []
        for k in range(runs):
            result = simulate(prepare(SCENARIO, seed + k), SCENARIO, load_regime(name), seed + k, YEARS)
            national = result.values["national"][1:, 0]
            practices = national[:, result.outcomes.index("practices_open")]
            notices.append(100.0 * float((national[:, result.outcomes.index("breach_notices")] / practices).mean()))
            removed.append(100.0 * float((national[:, result.outcomes.index("contracts_removed")] / practices).mean()))
        mean, ends = middle_and_ends(notices, 2)
        known = "1.8" if name == "area_team_only" else ""
        yield {"evidence": "PB245", "line": f"{name}: breach notices for 100 practices a year", "known": known,
               "model": mean, "range": ends, "fitted": "no"}  # fmt: skip
        mean, ends = middle_and_ends(removed, 3)
        yield {"evidence": "PB245", "line": f"{name}: contracts removed for 100 practices a year", "known": "",
               "model": mean, "range": ends, "fitted": "no"}  # fmt: skip


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=2001)
    parser.add_argument("--out", type=Path, default=Path("results/history"))
    args = parser.parse_args()
    rows: list[Row] = []
    for part, runs in ((size_of_trusts, args.runs), (marginal_investment, args.runs), (fundholding, args.runs),
                       (enforcement, max(1, args.runs // 5))):  # fmt: skip
        for row in part(runs, args.seed):
            print(f"{row['evidence']:6s} {row['line']:88s} {row['model']:>9s} ({row['range']})  known: {row['known']}")
            rows.append(row)
    args.out.mkdir(parents=True, exist_ok=True)
    with (args.out / "history.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
