"""Facts of trusts, and which trusts each CCG's patients go to, mapped from the codes of 2021 to those of 2014."""

import numpy as np
import pandas as pd

from sim.population.facts import CATCHMENT

GATHERED = {"RH5": ["RBA"], "RA7": ["RA7", "RA3"], "RXH": ["RXH", "RYR"], "R1F": []}
"""Codes of 2021 that the table of successors does not resolve: RH5 took Taunton and Somerset (April 2020), RA7 took
Weston (April 2020), the lookup books both Sussex trusts under RXH, and R1F (Isle of Wight) is not among the 151."""


def trust_facts(folder):
    """One row a trust: place, income, beds, occupancy, balance, admissions of 2014-15; what is missing is filled."""
    t = pd.read_csv(folder / "trusts.csv")
    found = pd.DataFrame({"code": t["trust_code"], "name": t["trust_name"]})
    found["specialist"] = t["specialist"].astype(bool).astype(int)
    # R1K was made in 2014 of two trusts and has no place in the table: Northwick Park Hospital, Harrow.
    missing = t["trust_code"].eq("R1K") & t["latitude"].isna()
    found["latitude"] = t["latitude"].mask(missing, 51.575).round(4)
    found["longitude"] = t["longitude"].mask(missing, -0.322).round(4)
    found["income"] = (t["op_income_k_2014"] * 1000).round(-3)
    found["balance"] = (t["surplus_deficit_k_2014"] * 1000).round(-3)
    for name, column in (("beds", "beds"), ("occupancy", "bed_occupancy"), ("admissions", "admissions")):
        found[name] = t[f"{column}_2014"].fillna(t[f"{column}_2015"]).fillna(t[f"{column}_2013"])
        found[name] = found[name].fillna(t[f"{column}_2012"])
        found[f"{name}_filled"] = t[f"{column}_2014"].isna().astype(int)
    for name in ("beds", "admissions"):  # else per pound, as in trusts of the same kind
        rate = found[name] / found["income"]
        usual = rate.groupby(found["specialist"]).transform("median")
        found[name] = found[name].fillna(usual * found["income"]).round()
    found["occupancy"] = found["occupancy"].fillna(found["occupancy"].median()).clip(0.3, 0.99)
    return found, t


def catchments(folder, trusts, raw, ccgs):
    """The largest shares of each CCG's admissions by trust of 2014, summing to 1: columns trust1, share1, ..."""
    shares = pd.read_csv(folder / "ccg_trust_shares.csv")
    by_code = trusts.set_index("code")
    gathered = {code: [code] for code in by_code.index}
    for old, new in raw.loc[raw["successor_code"].notna(), ["trust_code", "successor_code"]].itertuples(index=False):
        gathered.setdefault(new, []).append(old)
    gathered |= GATHERED
    rows = []
    for ccg, part in shares.groupby("ccg_code"):
        found = {}
        for code, share in zip(part["trust_code"], part["share"], strict=True):
            members = by_code.loc[gathered[code]]
            if len(members):
                weight = members["income"] / (5.0 + _km(members, ccgs.loc[ccg])) ** 2
                for member, w in (weight / weight.sum()).items():
                    found[member] = found.get(member, 0.0) + share * w
        top = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:CATCHMENT]
        total = sum(share for _, share in top)
        row = {"code": ccg}
        for i in range(CATCHMENT):
            row[f"trust{i + 1}"] = top[i][0] if i < len(top) else ""
            row[f"share{i + 1}"] = round(top[i][1] / total, 5) if i < len(top) else 0.0
        rows.append(row)
    return pd.DataFrame(rows).set_index("code")


def _km(members, centre):
    north = (members["latitude"] - centre["latitude"]) * 111.2
    east = (members["longitude"] - centre["longitude"]) * 111.2 * np.cos(np.radians(52.5))
    return np.hypot(north, east)
