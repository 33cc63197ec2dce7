"""Computes the shipped facts of sim/population/facts from the published tables: `python scripts/make_facts.py`.

Reads `england_2014/` (and `nhs_files/epraccur.csv`) in the folder COMMISSIM_DATA, else ../shared/data. Sources: NHS
Payments to General Practice 2014-15, NHSBSA patient list size, General Practice Workforce September 2015, ODS, PHE
Fingertips, NHS Choices and trust accounts; Crown copyright, Open Government Licence v3.

No practice's own value is written: spreads are shrunk, quantiles are means over neighbours, and payments of fewer than
five practices are replaced by the national figure.
"""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from facts_copula import fit, real_spearman
from facts_practices import (
    LEVELS,
    ccg_facts,
    nearest_km,
    payment_dispersion,
    smooth_quantiles,
    working_practices,
)
from facts_trusts import catchments, trust_facts

from sim.population.copula import ATTRIBUTES, CONTINUOUS
from sim.population.facts import FOLDER, Facts, read_table

REGIONS = {"Y54": (0, "North"), "Y55": (1, "Midlands and East"), "Y56": (2, "London"), "Y57": (3, "South")}
COMPARED = ("list_size", "imd", "gp_per_1000", "share_75", "pms", "apms")


def list_growth(data):
    """Yearly growth of each CCG's patients, April-June 2013 to January-March 2015, closed practices included."""
    panel = pd.read_csv(data / "england_2014" / "panel_list_size_quarterly.csv").set_index("practice_code")
    table = pd.read_csv(data / "england_2014" / "practices.csv", low_memory=False)
    ccg = table.set_index("practice_code")["ccg_code"]
    ods = pd.read_csv(data / "nhs_files" / "epraccur.csv", header=None, low_memory=False, dtype=str)
    ccg = pd.concat([ccg, ods.set_index(0)[14]]).groupby(level=0).first()
    sums = panel.groupby(ccg.reindex(panel.index))[["2013_04-06", "2015_01-03"]].sum()
    growth = (sums["2015_01-03"] / sums["2013_04-06"]) ** (1 / 1.75) - 1
    return growth.clip(-0.03, 0.05).round(5)


def ccg_table(data, practices):
    """The columns of ccgs.csv but catchments, in order of code."""
    raw = pd.read_csv(data / "england_2014" / "ccgs.csv").set_index("ccg_code")
    head = pd.DataFrame({"name": raw["ccg_name"], "area_team": raw["area_team_code"]})
    head["region"] = raw["region_code"].map(lambda code: REGIONS[code][0])
    head["region_name"] = raw["region_code"].map(lambda code: REGIONS[code][1])
    facts = head.join(ccg_facts(practices))
    facts["avoidable_admissions"] = raw["avoidable_emergency_adm_acute_per100k"]
    facts["list_growth"] = list_growth(data)
    facts["out_of_hours_good"] = (raw["gp_ooh_experience_pct"] / 100).round(4)
    facts.index.name = "code"
    return facts.sort_index()


def area_team_table(data, ccgs):
    """The columns of area_teams.csv; a place missing in the source is the mean of its CCGs."""
    raw = pd.read_csv(data / "england_2014" / "area_teams.csv").set_index("area_team_code").sort_index()
    centre = ccgs.groupby("area_team")[["latitude", "longitude"]].mean()
    found = pd.DataFrame({"name": raw["area_team_name"]})
    found["region"] = raw["region_code"].map(lambda code: REGIONS[code][0])
    found["latitude"] = raw["hq_latitude"].fillna(centre["latitude"]).round(4)
    found["longitude"] = raw["hq_longitude"].fillna(centre["longitude"]).round(4)
    found.index.name = "code"
    return found


def mean_per_1000(practices, kind):
    """FTE of a kind of staff per 1,000 patients of the practices that report it."""
    known = practices[practices[f"{kind}_per_1000"].notna()]
    return round(float(np.average(known[f"{kind}_per_1000"], weights=known["list_size"])), 4)


def share_of_patients(practices, name):
    """Share of England's patients in an age band; that of practices, each counting the same, is another number."""
    known = practices[practices[name].notna()]
    return round(float(np.average(known[name], weights=known["list_size"])), 5)


def england_tables(practices, quantiles, matrix, target):
    """The tables of england.toml: what is drawn nationally, and the real figures that tests compare with."""
    levels = [0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99]
    order = [ATTRIBUTES.index(name) for name in COMPARED]
    reported = practices["gp_fte"].notna()
    near = practices.groupby("ccg")[["latitude", "longitude"]].apply(lambda g: pd.Series(nearest_km(g)))
    return {
        "quantiles": {"levels": [float(v) for v in LEVELS], **quantiles},
        "copula": {"attributes": list(ATTRIBUTES), "correlation": np.round(matrix, 4).tolist()},
        "real": {
            "practices": len(practices), "patients": float(practices["list_size"].sum().round(-3)),
            "levels": levels, "list_size": practices["list_size"].quantile(levels).round(1).tolist(),
            "compared": list(COMPARED), "spearman": np.round(target[np.ix_(order, order)], 4).tolist(),
            "nearest_km": [round(float(v), 3) for v in np.percentile(near, [10, 25, 50, 75, 90])],
        },
        "patients": {name: share_of_patients(practices, name) for name in ("share_0_4", "share_65_74", "share_75")},
        "staff": {
            "reporting_share": round(float(reported.mean()), 4),
            "reported_gp_fte": round(float(practices["gp_fte"].sum()), 0),
            "patients_reporting": float(practices.loc[reported, "list_size"].sum().round(-3)),
            "locum_trainee_fte": round(float(practices["locum_trainee_fte"].sum()), 0),
            "locum_trainee_per_practice": round(float(
                practices.loc[practices["locum_trainee_fte"] > 0, "locum_trainee_fte"].mean()), 3),
            **{f"{kind}_per_1000": mean_per_1000(practices, kind) for kind in ("nurse", "direct_care", "admin")},
        },
        "payments": payment_dispersion(practices),
    }  # fmt: skip


def write_toml(path, tables):
    """Writes nested tables of numbers, texts and lists."""
    lines = ["# Computed by scripts/make_facts.py from published NHS tables (Open Government Licence v3).", ""]

    def text(value):
        if isinstance(value, list):
            return "[" + ", ".join(text(v) for v in value) + "]"
        return f'"{value}"' if isinstance(value, str) else repr(value)

    for name, table in tables.items():
        if all(isinstance(v, dict) for v in table.values()):
            for key, record in table.items():
                lines += [f"[{name}.{key}]", *(f"{k} = {text(v)}" for k, v in record.items()), ""]
            continue
        lines.append(f"[{name}]")
        for key, value in table.items():
            if isinstance(value, list) and value and isinstance(value[0], list):
                lines += [f"{key} = [", *(f"    {text(row)}," for row in value), "]"]
            else:
                lines.append(f"{key} = {text(value)}")
        lines.append("")
    path.write_text("\n".join(lines), encoding="utf-8")


def main():
    """Computes all four files and prints how well the copula fits."""
    data = Path(os.environ.get("COMMISSIM_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
    folder = data / "england_2014"
    practices = working_practices(data)
    ccgs = ccg_table(data, practices)
    trusts, raw = trust_facts(folder)
    trusts = trusts.sort_values("code")
    ccgs = ccgs.join(catchments(folder, trusts, raw, ccgs))
    FOLDER.mkdir(exist_ok=True)
    ccgs.to_csv(FOLDER / "ccgs.csv")
    trusts.to_csv(FOLDER / "trusts.csv", index=False)
    area_team_table(data, ccgs).to_csv(FOLDER / "area_teams.csv")
    quantiles = {name: smooth_quantiles(practices[name]) for name in CONTINUOUS}
    print(f"{len(ccgs)} CCGs, {ccgs.shape[1] + 1} columns; fitting the copula")
    read = Facts(
        read_table(FOLDER / "ccgs.csv"), read_table(FOLDER / "area_teams.csv"), read_table(FOLDER / "trusts.csv"), {}
    )
    target = real_spearman(practices)
    arrays = {name: np.array(values) for name, values in quantiles.items()}
    matrix, error = fit(read, np.array(LEVELS, dtype=float), arrays, target)
    write_toml(FOLDER / "england.toml", england_tables(practices, quantiles, matrix, target))
    print(f"largest error of a mean rank correlation {error:.3f}")


if __name__ == "__main__":
    main()
