"""Whom ended practices merged with: a conditional logit of absorbing practices, for `merger_partner.*`.

    python scripts/merger_partners.py FOLDER     # the folder with england_2014/

A code ends if it has 100 or more registered patients in one year of the payments panel and none in the next. It was
absorbed if one of its 12 nearest neighbours within 10 km grew by 60% to 130% of its list, beyond usual growth of 2%.
Prints coefficients and standard errors of distance (km), the logarithm of the list, and the same contract.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize

NAMES = ("per_km", "per_size_gap", "contract_gap")
FEWEST, NEAREST, FARTHEST, USUAL = 800, 12, 10.0, 0.02


class Choice(NamedTuple):
    """Neighbours of one ended code, and which of them absorbed it."""

    features: np.ndarray
    taken: int


def choices(folder: Path) -> list[Choice]:
    """Every absorption that can be read from the panel."""
    paid = pd.read_csv(folder / "england_2014" / "panel_payments_annual.csv").query("registered >= 100")
    lists = paid.pivot_table(index="practice_code", columns="year", values="registered")
    where = pd.read_csv(folder / "england_2014" / "practices.csv").set_index("practice_code")
    found = []
    for before, after in zip(lists.columns, lists.columns[1:], strict=False):
        here, there = lists[before].notna(), lists[after].notna()
        open_ones = lists.index[here & there].intersection(where.index)
        size, grown = lists.loc[open_ones, before], lists.loc[open_ones, after] - lists.loc[open_ones, before]
        for code in lists.index[here & ~there].intersection(where.index):
            own = lists.loc[code, before]
            km = distances(where.loc[open_ones], where.loc[code])
            near = np.argsort(km)[:NEAREST]
            near = near[km[near] < FARTHEST]
            if len(near) < 3 or own < FEWEST:
                continue
            taken_on = (grown.iloc[near] - USUAL * size.iloc[near]) / own
            best = int(np.argmax(taken_on))
            if 0.6 < taken_on.iloc[best] < 1.3:
                contract = where["contract_type_1415"]
                same = contract.loc[open_ones[near]] == contract.loc[code]
                features = np.column_stack([-km[near], np.log(size.iloc[near]), same.astype(float)])
                found.append(Choice(features, best))
    return found


def distances(others: pd.DataFrame, one: pd.Series) -> np.ndarray:
    """Kilometres from one practice to others."""
    east = (others["longitude"] - one["longitude"]) * np.cos(np.radians(one["latitude"]))
    return np.asarray(111.2 * np.hypot(others["latitude"] - one["latitude"], east))


def misfit(weights: np.ndarray, found: list[Choice]) -> float:
    """Negative log-likelihood of the logit."""
    utilities = [one.features @ weights for one in found]
    return float(sum(np.log(np.exp(u - u[one.taken]).sum()) for u, one in zip(utilities, found, strict=True)))


def information(weights: np.ndarray, found: list[Choice]) -> np.ndarray:
    """Fisher information of the logit: the sum of the variances of the features over who could have been chosen."""
    total = np.zeros((len(weights), len(weights)))
    for one in found:
        odds = np.exp(one.features @ weights)
        total += np.cov(one.features.T, aweights=odds / odds.sum(), ddof=0)
    return total


def main() -> None:
    """Prints the coefficients."""
    found = choices(Path(sys.argv[1]))
    fit = minimize(misfit, np.array([0.5, 0.2, 0.5]), args=(found,), method="BFGS")
    print(f"{len(found)} codes absorbed by one neighbour")
    errors = np.sqrt(np.diag(np.linalg.inv(information(fit.x, found))))
    for name, value, error in zip(NAMES, fit.x, errors, strict=True):
        print(f"{name:14} {value:.2f} (standard error {error:.2f})")


if __name__ == "__main__":
    main()
