"""Facts of practices by CCG and for England, computed from the published practice table."""

import numpy as np
import pandas as pd

from sim.population.copula import BINARY, CONTINUOUS, SCALE
from sim.population.readers.payments import read_payments

LEVELS = [0.0, 0.002, 0.005, *np.round(np.arange(0.01, 1.0, 0.01), 2), 0.995, 0.998, 1.0]
PRIOR = 10
"""Practices' worth of national evidence by which a CCG's spread is shrunk."""
FEW = 5
"""Payments of fewer practices than this are not shown for a CCG: the national figure stands in."""
RENAMED = {
    "pay_global_sum_1415": "global_sum", "pay_mpig_1415": "mpig", "pay_pms_balance_1415": "pms_balance",
    "pay_premises_1415": "premises", "pay_seniority_1415": "seniority", "pay_qof_1415": "qof",
    "pay_local_es_1415": "local_es",
}  # fmt: skip


def working_practices(data):
    """The practices that worked at the end of 2014, with one column for every attribute; missing is NaN."""
    table = pd.read_csv(data / "england_2014" / "practices.csv", low_memory=False)
    w = table[table["operational_2014q4"] == "Y"].reset_index(drop=True)
    fte = w["gp_fte_2015"].where(w["gp_fte_2015"] > 0)
    reported = fte.notna()
    per_1000 = 1000.0 / w["list_size"]
    p = pd.DataFrame({"ccg": w["ccg_code"], "latitude": w["latitude"], "longitude": w["longitude"]})
    p["list_size"], p["imd"], p["gp_per_1000"] = w["list_size"], w["imd"], fte * per_1000
    p["share_75"], p["share_65_74"] = w["share_age_75plus_2014q4"], w["share_age_65_74_2014q4"]
    p["share_0_4"] = w["share_age_0_4_2014q4"]
    p["need"] = (w["n_weighted_1415"] / w["n_registered_1415"]).where(w["n_registered_1415"] > 100).clip(0.6, 1.6)
    # Without nurses or reception a practice has not reported them; none in direct care is believed beside others.
    p["nurse_per_1000"] = (w["nurse_fte_2015"] * per_1000).where(w["nurse_fte_2015"] > 0)
    p["admin_per_1000"] = (w["admin_fte_2015"] * per_1000).where(w["admin_fte_2015"] > 0)
    others = p["nurse_per_1000"].notna() | p["admin_per_1000"].notna()
    p["direct_care_per_1000"] = (w["dpc_fte_2015"] * per_1000).where((w["dpc_fte_2015"] > 0) | others)
    p["fte_per_head"] = (fte / w["gp_headcount_2015"]).where(w["gp_headcount_2015"] > 0)
    p["premises_pp"] = (w["pay_premises_1415"] / w["list_size"]).clip(lower=0)
    p["qof_pp"] = (w["pay_qof_1415"] / w["list_size"]).clip(lower=0)
    for kind in ("APMS", "PMS"):
        p[kind.lower()] = (w["contract_type_1415"] == kind).astype(float)
    p["rural"] = w["rural_urban"].fillna("").str.startswith("Rural").astype(float)
    p["dispensing"] = (w["dispensing_1415"] == "Yes").astype(float)
    p["training"] = (w["gp_locum_trainee_fte_2015"] > 0).astype(float).where(reported)
    p["locum_trainee_fte"] = w["gp_locum_trainee_fte_2015"].where(reported)
    p["gp_fte"], p["gp_headcount"] = fte, w["gp_headcount_2015"].where(reported)
    for key, name in RENAMED.items():
        p[name] = w[key].clip(lower=0)
    p["dispensing_pay"] = (w["pay_dispensing_1415"] + w["pay_drugs_reimbursed_1415"]).clip(lower=0)
    # The table's "national enhanced services" is a remainder of 10 million; the payments file has each service.
    payments = read_payments(data / "nhs_files" / "nhspaymentsgp-14-15.csv")
    national = pd.Series(payments.columns["pay_national_es"], index=payments.code)
    p["national_es"] = w["practice_code"].map(national).fillna(0.0).clip(lower=0)
    known = [*RENAMED, "pay_dispensing_1415", "pay_drugs_reimbursed_1415"]
    p["other"] = (w["pay_total_1415"] - w[known].sum(axis=1) - p["national_es"]).clip(lower=0)
    apms = p["apms"] > 0
    for stream in ("global_sum", "mpig", "pms_balance"):  # an APMS price, under whatever heading it was booked
        p["other"] += p[stream].where(apms, 0)
        p[stream] = p[stream].where(~apms, 0)
    # A PMS practice without a balance has its price under another heading: neither tells anything of the others.
    elsewhere = (p["pms"] > 0) & ~(p["pms_balance"] > 0)
    p.loc[elsewhere, "pms_balance"] = np.nan
    p.loc[elsewhere & ~(p["global_sum"] > 0), "other"] = np.nan
    return p


def scaled(values, name):
    """Values on the scale of an attribute's CCG facts."""
    kind = SCALE[name]
    if kind == "log":
        return np.log(values)
    if kind == "logit":
        inside = values.clip(0.002, 0.6)
        return np.log(inside / (1 - inside))
    return np.sqrt(values) if kind == "root" else values


def smooth_quantiles(values):
    """Quantiles as means over about 20 neighbouring practices, so that no level shows one practice."""
    ordered = np.sort(values.dropna().to_numpy())
    half = max(1, round(0.00125 * len(ordered)))
    middle = np.round(np.array(LEVELS) * (len(ordered) - 1)).astype(int)
    found = [ordered[max(0, m - half) : m + half + 1].mean() for m in middle]
    return [float(f"{v:.5g}") for v in np.maximum.accumulate(found)]


def ccg_facts(p):
    """One row a CCG: counts, means and shrunk spreads of every attribute, places and payments; index is the code."""
    groups = p.groupby("ccg")
    facts = pd.DataFrame({"practices": groups.size(), "patients": groups["list_size"].sum().round(-1)})
    for name in BINARY:
        share = groups[name].mean()
        facts[f"n_{name}"] = (share.fillna(p[name].mean()) * facts["practices"]).round().astype(int)
    facts["n_gms"] = facts["practices"] - facts["n_pms"] - facts["n_apms"]
    for name in CONTINUOUS:
        values = scaled(p[name], name)
        mean = values.groupby(p["ccg"]).mean()
        pooled = ((values - p["ccg"].map(mean)) ** 2).sum() / (values.notna().sum() - len(mean))
        n, var = values.groupby(p["ccg"]).count(), values.groupby(p["ccg"]).var().fillna(pooled)
        facts[f"{name}_mean"] = mean.round(5)
        facts[f"{name}_sd"] = np.sqrt(((n - 1) * var + PRIOR * pooled) / (n - 1 + PRIOR)).round(5)
    for level in (10, 25, 50, 75, 90):  # for readers of the table: smoothed by the log-normal of the CCG
        z = {10: -1.2816, 25: -0.6745, 50: 0.0, 75: 0.6745, 90: 1.2816}[level]
        facts[f"list_size_p{level}"] = np.exp(facts["list_size_mean"] + z * facts["list_size_sd"]).round(-1)
    weight = p["list_size"] * p["imd"].notna()
    facts["imd"] = ((p["imd"] * weight).groupby(p["ccg"]).sum() / weight.groupby(p["ccg"]).sum()).round(3)
    for axis in ("latitude", "longitude"):
        facts[axis] = groups[axis].mean().round(3)
        facts[f"{axis}_sd"] = groups[axis].std().round(3)
    facts["place_correlation"] = groups[["latitude", "longitude"]].corr().iloc[0::2, 1].droplevel(1).round(2)
    facts["neighbour_km"] = p.groupby("ccg")[["latitude", "longitude"]].apply(_neighbour).round(2)
    return facts.join(_payments(p))


def nearest_km(places):
    """Distance of each practice to the next one of its group, km."""
    y = places["latitude"].to_numpy() * 111.2
    x = places["longitude"].to_numpy() * 111.2 * np.cos(np.radians(52.5))
    d = np.hypot(y[:, None] - y, x[:, None] - x)
    np.fill_diagonal(d, np.inf)
    return d.min(axis=1)


def _neighbour(places):
    return float(np.mean(nearest_km(places)))


def payment_bases(p):
    """For every payment fact: the stream, the practices that it is about and what it is paid on."""
    weighted, patients = p["list_size"] * p["need"].fillna(1.0), p["list_size"]
    gms, pms, apms = (p["apms"] + p["pms"]) == 0, p["pms"] > 0, p["apms"] > 0
    disp = p["dispensing"] > 0
    return {
        "global_sum_per_weighted": ("global_sum", gms, weighted), "mpig_pp": ("mpig", gms, patients),
        "pms_balance_per_weighted": ("pms_balance", pms, weighted), "apms_price_pp": ("other", apms, patients),
        "premises_pp": ("premises", gms | True, patients), "seniority_pp": ("seniority", ~apms, patients),
        "qof_pp": ("qof", gms | True, patients), "national_es_pp": ("national_es", gms | True, patients),
        "local_es_pp": ("local_es", gms | True, patients), "other_pp": ("other", ~apms, patients),
        "dispensing_yes_pp": ("dispensing_pay", disp, patients),
        "dispensing_no_pp": ("dispensing_pay", ~disp, patients),
    }  # fmt: skip


def _payments(p):
    columns = {}
    for name, (stream, who, base) in payment_bases(p).items():
        part = p[who & p[stream].notna()]
        sums = pd.DataFrame({"pay": part[stream], "base": base[part.index], "n": 1.0}).groupby(part["ccg"]).sum()
        national = sums["pay"].sum() / sums["base"].sum()
        rate = (sums["pay"] + PRIOR / 2 * national * sums["base"] / sums["n"]) / (
            sums["base"] * (1 + PRIOR / 2 / sums["n"])
        )
        columns[f"pay_{name}"] = rate.where(sums["n"] >= FEW, national).reindex(p["ccg"].unique()).fillna(national)
    return pd.DataFrame(columns).round(3)


def payment_dispersion(p):
    """Per stream: share of practices paid any, and the spread of the log of what they get per head, after its CCG."""
    found = {}
    for name, (stream, who, base) in payment_bases(p).items():
        paid = p[who & (p[stream] > 0)]
        logs = np.log((paid[stream] / base[paid.index]).clip(lower=0.01))
        spread = logs - logs.groupby(paid["ccg"]).transform("median")
        middle = float(np.subtract(*np.percentile(spread, [84, 16])) / 2)
        found[name] = {"paid": round(len(paid) / int((who & p[stream].notna()).sum()), 4), "log_sd": round(middle, 4)}
    return found
