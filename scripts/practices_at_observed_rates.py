"""Thirty years of practices at England's own exit rates: what "flat" can mean for their number.

    python scripts/practices_at_observed_rates.py FOLDER     # the folder with england_2014/

Lists of 2014-15 end at the yearly rates of their class in the payments panel, those of 2014-15 to 2017-18 or those of
the first year alone, for ever. About
half go whole to one practice (PA340), larger ones oftener (`merger_partner.per_size_gap`), the rest to four; patients
stay the same in number. New practices have the median list of new codes. No rule of the model is used.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

CLASSES = np.array([100, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10000, 15000, 1e9])
YEARS, RUNS, WHOLE, PER_SIZE, NEW_LIST = 30, 20, 0.53, 0.6, 3400.0


def class_of(lists: np.ndarray) -> np.ndarray:
    """Class of each list, from 0."""
    return np.asarray(np.clip(np.digitize(lists, CLASSES) - 1, 0, len(CLASSES) - 2))


def exit_rates(by_year: pd.DataFrame) -> np.ndarray:
    """Yearly share of codes that end, by class of list."""
    ended, all_codes = np.zeros(len(CLASSES) - 1), np.zeros(len(CLASSES) - 1)
    for now, then in zip(by_year.columns, by_year.columns[1:], strict=False):
        lists = by_year[now].dropna()
        classes, gone = class_of(lists.to_numpy()), by_year[then].reindex(lists.index).isna().to_numpy()
        all_codes += np.bincount(classes, minlength=len(all_codes))
        ended += np.bincount(classes[gone], minlength=len(ended))
    return ended / all_codes


def next_year(lists: np.ndarray, rates: np.ndarray, new: int, rng: np.random.Generator) -> np.ndarray:
    """Lists a year on; patients are as many as before."""
    gone = rng.random(len(lists)) < rates[class_of(lists)]
    kept = lists[~gone]
    chance = kept**PER_SIZE / (kept**PER_SIZE).sum()
    for ended in lists[gone]:
        takers = 1 if rng.random() < WHOLE else 4
        kept[rng.choice(len(kept), takers, p=chance)] += ended / takers
    kept = np.concatenate([kept, np.full(new, NEW_LIST)])
    return kept * lists.sum() / kept.sum()


def counts(lists: np.ndarray, rates: np.ndarray, new: int) -> np.ndarray:
    """Number of practices year by year, mean of RUNS runs."""
    runs = []
    for seed in range(RUNS):
        rng, now = np.random.default_rng(seed), lists.copy()
        run = [len(now)]
        for _ in range(YEARS - 1):
            now = next_year(now, rates, new, rng)
            run.append(len(now))
        runs.append(run)
    return np.asarray(np.mean(runs, axis=0))


def main() -> None:
    """Prints the yearly drift for 0, 9 and 20 new practices a year (CL0069, CL0067, CL0068)."""
    paid = pd.read_csv(Path(sys.argv[1]) / "england_2014" / "panel_payments_annual.csv").query("registered >= 100")
    by_year = paid.pivot_table(index="practice_code", columns="year", values="registered")
    lists = by_year["2014-15"].dropna().to_numpy()
    for title, years in (("2014-15 to 2017-18", 4), ("2014-15", 2)):
        rates = exit_rates(by_year.iloc[:, :years])
        print(f"rates of {title}, % by class of list:", np.round(100.0 * rates, 2).tolist())
        for new in (0, 9, 20):
            mean = counts(lists, rates, new)
            drift = (mean[-1] / mean[0]) ** (1 / (YEARS - 1)) - 1.0
            print(f"{new:2} new a year: {mean[0]:,.0f} to {mean[-1]:,.0f}, {100 * drift:+.2f}% a year")


if __name__ == "__main__":
    main()
