"""How England's lists grew, and when the payments panel counted them: what `ageing.*` and `counted` rest on.

    python scripts/list_growth.py FOLDER [POPULATION]     # the folder with england_2014/; a population built from it

Reads NHSBSA lists, NHS Payments of 2014-15 to 2016-17 and the workforce censuses of September 2015 and 2016 (Crown
copyright, Open Government Licence v3); nothing of 2017-18. Prints log differences of the same codes between counts
(median, middle half), and by size of list of January to March 2014: growth in two years (median, 10th and 90th
percentile, skew: how much further the 90th lies from the median than the 10th), width of the middle half in one year,
and standard deviation, correlation and root of the covariance of the two years where both changes are under 12%. With
a population, the same of the model's first two years: means of eight runs, every parameter at its record.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sim.analysis.practice_years import simulate_watched
from sim.regimes import load_regime
from sim.scenario import load_scenario
from sim.simulate import prepare

SIZES = (0, 2000, 3000, 4000, 5000, 6500, 8000, 10000, 12000, 15000, 1_000_000)
WIDER = (5000, 8000)
YEARS = ("2014_01-03", "2015_01-03", "2016_01-03")
SEEN, USUAL, RUNS = 100, 0.12, 8


def counts(folder: Path) -> pd.DataFrame:
    """Registered patients of every code, a column a count; NaN under 100."""
    lists = pd.read_csv(folder / "panel_list_size_quarterly.csv").set_index("practice_code")
    paid = pd.read_csv(folder / "panel_payments_annual.csv").query("year < '2017-18'")
    paid = paid.pivot_table(index="practice_code", columns="year", values="registered")
    census = pd.read_csv(folder / "panel_workforce_annual.csv").query("fiscal_year_end < 2018")
    census = census.pivot_table(index="practice_code", columns="fiscal_year_end", values="patients")
    census.columns = [f"census of September {year - 1}" for year in census.columns]
    joined = lists.join(paid.add_prefix("payments of "), how="outer").join(census, how="outer")
    return joined.where(joined >= SEEN)


def dates(table: pd.DataFrame) -> None:
    """Log differences between counts that stand near each other."""
    for one, other in (
        ("payments of 2014-15", "2014_07-09"), ("payments of 2015-16", "2015_07-09"),
        ("payments of 2015-16", "census of September 2015"), ("payments of 2016-17", "census of September 2016"),
        ("2015_10-12", "census of September 2015"), ("2016_01-03", "census of September 2015"),
    ):  # fmt: skip
        gap = np.log(table[one] / table[other]).dropna()
        low, middle, high = gap.quantile([0.25, 0.5, 0.75])
        told = f"median {middle:+.4f}, middle half {high - low:.4f}, the same {np.mean(gap == 0):.2f}"
        print(f"{one:20s} less {other:25s} {told}")


def growth(table: pd.DataFrame) -> pd.DataFrame:
    """Statistics by size of list, see the head of this file."""
    first, second = (np.log(table[b] / table[a]) for a, b in pairwise(YEARS))
    known = pd.DataFrame({"size": table[YEARS[0]], "first": first, "second": second}).dropna()
    groups = {
        f"{a:,} to {b:,}": known[(known["size"] > a) & (known["size"] <= b)] for a, b in (*pairwise(SIZES), WIDER)
    }
    return pd.DataFrame({name: statistics(group) for name, group in groups.items()}).T


def statistics(group: pd.DataFrame) -> dict[str, float]:
    """Those of one size of list."""
    both = group["first"] + group["second"]
    low, middle, high = both.quantile([0.1, 0.5, 0.9])
    usual = group[(group["first"].abs() < USUAL) & (group["second"].abs() < USUAL)]
    return {
        "codes": len(group), "median": middle, "p10": low, "p90": high, "skew": (high - middle) / (middle - low),
        "middle half": group["first"].quantile(0.75) - group["first"].quantile(0.25), "sd": usual["first"].std(),
        "correlation": usual["first"].corr(usual["second"]),
        "lasting": max(usual["first"].cov(usual["second"]), 0.0) ** 0.5,
    }  # fmt: skip


def modelled(population: Path) -> pd.DataFrame:
    """`growth` in the model."""
    scenario, regime, found = load_scenario("england"), load_regime("voluntary_2015"), []
    for seed in range(1, RUNS + 1):
        _, practices = simulate_watched(prepare(scenario, seed, population), scenario, regime, seed, len(YEARS) - 1)
        lists = pd.DataFrame(dict(zip(YEARS, practices.list_size, strict=True)))
        found.append(growth(lists.where(lists >= SEEN)))
    return sum(found[1:], found[0]) / RUNS


def main() -> None:
    """Prints all."""
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    table = counts(Path(sys.argv[1]) / "england_2014")
    dates(table)
    print(growth(table).round(4).to_string())
    if len(sys.argv) == 3:
        print(modelled(Path(sys.argv[2])).round(4).to_string())


if __name__ == "__main__":
    main()
