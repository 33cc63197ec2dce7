"""Computes targets from the published panels and writes them under the marker of the target files.

    python scripts/make_targets.py

Reads `england_2014/` in the folder COMMISSIM_DATA, else ../shared/data: NHS Payments to General Practice 2014-15 to
2017-18 and the General Practice Workforce censuses of September 2015, 2016 and 2017 (Crown copyright, Open Government
Licence v3). Writes the part below the marker of `sim/analysis/targets.toml` and `targets_2017.toml`, what stands above
is written by hand, and freezes both: their hashes go into `sim/analysis/targets_frozen.toml`.

A count of n exits may vary by Poisson, and by 15% for codes that end near 31 March: its range is n -+ 1.645 x
sqrt(n + (0.15 n)^2 + 1). Exits by number of GPs are known of codes that lived to the census of September 2015; they are
scaled, by class of list, to all exits of the same two years, their range with them, and 20% stands for 15%.
"""

import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sim.analysis.practice_years import (
    DOCTORS_CLASS,
    DOCTORS_CLASSES,
    DOCTORS_EDGES,
    SIZE_CLASS,
    SIZE_CLASSES,
    by_class,
)
from sim.analysis.targets import FROZEN, IN_SAMPLE, OUT_OF_SAMPLE, digest
from sim.population.start import IMD_CUTS
from sim.world.states import CONTRACTS, REGIONS

MARKER = "# --- computed by scripts/make_targets.py; nothing below this line is written by hand\n"
YEARS = (2014, 2015, 2016, 2017)
SEEN = 100
"""Registered patients from which a paid code counts as open."""
SCALED_BY = (0.0, 2000.0, 3000.0, 4000.0, 6000.0, math.inf)
"""Classes of list by which exits of a known number of GPs are scaled to all."""
FIFTHS = ("1", "2", "3", "4", "5")
CENSUS = {2015: 2016, 2016: 2017, 2017: 2018}
"""Financial year: the year in which it ends, by which the workforce panel names a census of September."""


@dataclass(frozen=True)
class England:
    """Paid codes of 100 patients or more, a row a code and year, and censuses, with region and fifth; NHSBSA lists."""

    paid: pd.DataFrame
    census: pd.DataFrame
    lists: pd.DataFrame
    heads: pd.Series
    """Permanent GPs of each code in the census of September 2015."""

    def ended(self, year: int) -> pd.DataFrame:
        """Codes paid in a year and in no later one."""
        later = set(self.paid.loc[self.paid.year > year, "practice_code"])
        of_year = self.paid[self.paid.year == year]
        ended = of_year[~of_year.practice_code.isin(later)]
        entered = ended["practice_code"].map(self.lists[f"{year}_01-03"])
        return ended.assign(entered=entered.where(entered >= SEEN).fillna(ended["registered"]))


def read(data: Path) -> England:
    """The panels, with the region and deprivation of every code where they are known."""
    table = pd.read_csv(data / "practices.csv", low_memory=False).set_index("practice_code")
    ccgs = pd.read_csv(data / "ccgs.csv").set_index("ccg_code")
    paid = pd.read_csv(data / "panel_payments_annual.csv")
    census = pd.read_csv(data / "panel_workforce_annual.csv")
    paid["year"] = paid["year"].str[:4].astype(int)
    paid = paid[paid["registered"] >= SEEN].copy()
    first_ccg = paid.sort_values("year").groupby("practice_code")["ccg_code"].first()
    region = table["ccg_code"].combine_first(first_ccg).map(ccgs["region_name"])
    imd = table["imd"].combine_first(census.groupby("practice_code")["imd"].first())
    fifth = pd.Series(np.searchsorted(IMD_CUTS, imd, side="right") + 1, imd.index).astype(str)
    fifth[imd.isna()] = ""
    for panel in (paid, census):
        panel["region"] = panel["practice_code"].map(region)
        panel["fifth"] = panel["practice_code"].map(fifth).fillna("")
    census = census[census["fiscal_year_end"].isin(CENSUS.values())]
    lists = pd.read_csv(data / "panel_list_size_quarterly.csv").set_index("practice_code")
    return England(paid, census, lists, table["gp_headcount_2015"])


# ------------------------------------------------------------------------------------------------- how a target is said
def text(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(text(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value:.6g}"


def level(series: str, boxes: dict[int, tuple[float, float, float]], **entry: object) -> str:
    """A series with a figure in each year: (value, low, high)."""
    lines = [f"[level.{series}]", *(f"{key} = {text(value)}" for key, value in entry.items())]
    lines.append(f"[level.{series}.years]")
    lines += [
        f"{year} = {{ value = {text(v)}, low = {text(low)}, high = {text(high)} }}"
        for year, (v, low, high) in boxes.items()
    ]
    return "\n".join(lines)


def change(series: str, kind: str, span: tuple[int, int], box: tuple[float, float, float], **entry: object) -> str:
    """One figure over several years."""
    value, low, high = box
    head = {"kind": kind, "from": span[0], "to": span[1], "value": value, "low": low, "high": high}
    return "\n".join([f"[change.{series}]", *(f"{k} = {text(v)}" for k, v in {**entry, **head}.items())])


def around(value: float, share: float) -> tuple[float, float, float]:
    """A range of a share either way."""
    return value, value - share * abs(value), value + share * abs(value)


def within(value: float, gap: float) -> tuple[float, float, float]:
    """A range of an amount either way."""
    return value, value - gap, value + gap


def counted(n: float, unsure: float = 0.15, scale: float = 1.0) -> tuple[float, float, float]:
    """The range of a count, see the head of this file; `scale`: all that it stands for over what was counted."""
    gap = 1.645 * math.sqrt(n + (unsure * n) ** 2 + 1.0)
    return scale * n, scale * max(n - gap, 0.0), scale * (n + gap)


def short(name: str) -> str:
    """The name of a place as part of the name of a series."""
    return name.lower().replace(" of england", "").replace(" and ", "_").replace(" ", "_").replace("-", "_to_")


# ------------------------------------------------------------------------------------------------- figures
def quantiles(england: England, years: tuple[int, ...]) -> list[str]:
    """Levels of the list's quartiles; of all quantiles where no line was written by hand (2017-18)."""
    shares = {"p25": (25, 0.03), "p75": (75, 0.03)}
    if years == (2017,):
        shares = {"p5": (5, 0.03), **shares, "p50": (50, 0.03), "p95": (95, 0.03)}
    out = []
    for name, (share, gap) in shares.items():
        boxes = {
            y: around(float(np.percentile(england.paid.loc[england.paid.year == y, "registered"], share)), gap)
            for y in years
        }
        out.append(level(
            f"list_size_{name}", boxes, outcome=f"list_size_{name}", level="national", unit="patients",
            tag="initial_state", definition=f"{share}th percentile over open practices (same codes as practices_open)",
            evidence=["computed"], how="-+3%, as the issue of this check asks of 2017-18",
        ))  # fmt: skip
    return out


def quantile_changes(england: England, span: tuple[int, int]) -> list[str]:
    """Relative change of the list's quantiles."""
    out = []
    for share in (5, 25, 50, 75):
        first, last = (np.percentile(england.paid.loc[england.paid.year == y, "registered"], share) for y in span)
        gap = 0.03 if share == 5 else 0.025
        out.append(change(
            f"list_size_p{share}", "relative", span, within(float(last / first - 1), gap * (span[1] - span[0]) / 2),
            outcome=f"list_size_p{share}", level="national", tag="behavioural", evidence=["computed"],
            definition=f"{share}th percentile over open practices, last over first year less 1",
            how="-+2.5 points in two years (5th percentile: 3): two definitions of open differ by 1 to 3% in level",
        ))  # fmt: skip
    return out


def exits(england: England) -> list[str]:
    """Exits of 2014-15 to 2016-17 by class of list, region, fifth and contract, and entries."""
    ended = pd.concat([england.ended(year) for year in (2014, 2015, 2016)])
    groups = [(SIZE_CLASS, name, n) for name, n in zip(SIZE_CLASSES, by_class(ended["entered"]), strict=True)]
    groups += [("region", name, float((ended["region"] == name).sum())) for name in REGIONS]
    groups += [("deprivation_fifth", name, float((ended["fifth"] == name).sum())) for name in FIFTHS]
    groups += [("contract", name, float((ended["contract_type"] == name).sum())) for name in CONTRACTS]
    prefix = {SIZE_CLASS: "lists_of_", "deprivation_fifth": "fifth_"}
    return [
        change(
            f"exits_{prefix.get(kind, '')}{short(name).replace('+', '_up')}", "sum", (2014, 2016), counted(n),
            outcome="practices_exited", level=kind, place=name, unit="practices in three years",
            tag="behavioural", weight=0.5,
            definition="codes paid with at least 100 patients and never again so, by what they were then"
            + (": the NHSBSA list of January to March before that year" if kind == SIZE_CLASS else ""),
            evidence=["computed"], how="Poisson and 15% for codes that end near 31 March",
        )
        for kind, name, n in groups
    ]  # fmt: skip


def exits_by_doctors(england: England) -> list[str]:
    """Exits of 2015-16 and 2016-17 by GPs in September 2015, scaled by class of list to all exits of these years."""
    ended = pd.concat([england.ended(year) for year in (2015, 2016)])
    heads = ended["practice_code"].map(england.heads).fillna(0.0)
    lists = pd.cut(ended["entered"], SCALED_BY, right=False)
    scale = lists.map(lists.value_counts() / lists[heads > 0].value_counts()).astype(float)
    out = []
    for name, low, high in zip(DOCTORS_CLASSES, DOCTORS_EDGES, (*DOCTORS_EDGES[1:], math.inf), strict=True):
        here = (heads >= low) & (heads < high)
        n, stands_for = float(here.sum()), float(scale[here].mean())
        out.append(change(
            f"exits_gps_{short(name).replace('+', '_up')}", "sum", (2015, 2016), counted(n, 0.2, stands_for),
            outcome="practices_exited", level=DOCTORS_CLASS, place=name, unit="practices in two years",
            tag="behavioural", weight=0.5,
            definition="codes paid with at least 100 patients and never again so, by their permanent GPs (heads) in "
            "the census of September 2015, scaled by class of list to all exits of the two years",
            evidence=["computed"],
            how=f"Poisson and 20%, times {stands_for:.2f}: known are exits of codes that lived to the census",
        ))  # fmt: skip
    return out


def open_changes(england: England, span: tuple[int, int]) -> list[str]:
    """Relative change of open practices by region and fifth, and of their mean list by fifth."""
    out = []
    paid = england.paid
    for column, kind, names in (("region", "region", REGIONS), ("fifth", "deprivation_fifth", FIFTHS)):
        for name in names:
            first, last = ((paid.year == year) & (paid[column] == name) for year in span)
            place = short(name) if kind == "region" else f"fifth_{name}"
            net = last.sum() / first.sum() - 1
            out.append(change(
                f"practices_open_{place}", "relative", span, within(net, 0.009 * (span[1] - span[0])),
                outcome="practices_open", level=kind, place=name, tag="behavioural", evidence=["computed"],
                definition="paid codes of 100 patients or more there, last over first year less 1",
                how="-+0.9 points a year: about 1.6 sd of the net exits of 1,500 practices, and uneven timing",
            ))  # fmt: skip
            if kind == "deprivation_fifth":
                mean = [paid.loc[rows, "registered"].mean() for rows in (first, last)]
                out.append(change(
                    f"list_size_mean_{place}", "relative", span, within(mean[1] / mean[0] - 1, 0.03),
                    outcome="list_size_mean", level=kind, place=name, tag="behavioural", evidence=["computed"],
                    definition="patients a paid code there, last over first year less 1",
                    how="-+3 points: the payments files overstate growth by 1.6 points (change.list_size_mean)",
                ))  # fmt: skip
    return out


def doctors(england: England, years: tuple[int, ...], span: tuple[int, int]) -> list[str]:
    """GP FTE per 1,000 patients by fifth: level of those that report; change of those that report in both censuses."""
    census = england.census[england.census["gp_fte_excl_trainee_locum"] > 0]
    out = []
    for column, kind, names in (("fifth", "deprivation_fifth", FIFTHS), ("region", "region", REGIONS)):
        for name in names:
            here = census[census[column] == name]
            place = short(name) if kind == "region" else f"fifth_{name}"
            if kind == "deprivation_fifth":
                boxes = {y: around(_per_1000(here, y, "gp_fte_excl_trainee_locum"), 0.06) for y in years}
                out.append(level(
                    f"gp_fte_per_1000_{place}", boxes, outcome="gp_fte_per_1000", level=kind, place=name,
                    unit="FTE per 1,000 patients", tag="initial_state", evidence=["computed", "DP0232"],
                    definition="permanent qualified GPs over patients, practices that report doctors, September",
                    how="-+6%: doctors are missing where they are fewest",
                ))  # fmt: skip
            moved = _matched(here, span, "gp_fte_excl_trainee_locum")
            out.append(change(
                f"gp_fte_per_1000_{place}", "relative", span, within(moved, 0.015 * (span[1] - span[0])),
                outcome="gp_fte_per_1000", level=kind, place=name, tag="behavioural", evidence=["computed"],
                definition="change of FTE per patient, practices that report doctors in both censuses",
                how="-+1.5 points a year: matched practices differ from all, and reporting changed",
            ))  # fmt: skip
    moved = _matched(england.census[england.census["nurse_fte"] > 0], span, "nurse_fte", per_patient=False)
    out.append(change(
        "nurse_fte", "relative", span, within(moved, 0.02 * (span[1] - span[0])), outcome="nurse_fte",
        level="national", tag="behavioural", definition="practice nurses' FTE, practices that report in both censuses",
        evidence=["computed", "WF0117"], how="-+2 points a year",
    ))  # fmt: skip
    return out


def _per_1000(census: pd.DataFrame, year: int, column: str) -> float:
    rows = census[census["fiscal_year_end"] == CENSUS[year]]
    return float(1000 * rows[column].sum() / rows["patients"].sum())


def _matched(census: pd.DataFrame, span: tuple[int, int], column: str, per_patient: bool = True) -> float:
    """Relative change over practices that report in both censuses."""
    first, last = (census[census["fiscal_year_end"] == CENSUS[y]].set_index("practice_code") for y in span)
    both = first.index.intersection(last.index)
    staff = last.loc[both, column].sum() / first.loc[both, column].sum()
    patients = last.loc[both, "patients"].sum() / first.loc[both, "patients"].sum()
    return float(staff / patients - 1) if per_patient else float(staff - 1)


def money(england: England, years: tuple[int, ...]) -> list[str]:
    """Streams of payments, and payments per patient by contract."""
    paid, out = england.paid, []
    streams = (
        ("qof_total", "qof", 0.05, "", ["MO0177", "MO0178", "MO0179", "MO0180"], "quality and outcomes framework"),
        ("premises_total", "premises", 0.08, "", ["computed"], "premises payments"),
        ("pms_core_total", "pms_balance", 0.08, "PMS", ["computed"], "balance of PMS and global sum of PMS practices"),
    )  # fmt: skip
    for series, column, share, contract, evidence, words in streams:
        rows = paid if not contract else paid[paid["contract_type"] == contract]
        total = rows.groupby("year")[column].sum()
        if contract:
            total = total + rows.groupby("year")["global_sum"].sum()
        out.append(level(
            series, {y: around(float(total[y]), share) for y in years}, outcome=series, level="national",
            unit="pounds, cash", tag="accounting", definition=f"{words}, all open practices", evidence=evidence,
            how=f"-+{100 * share:.0f}%: as paid; dates of reversion and of files",
        ))  # fmt: skip
    for name in CONTRACTS:
        rows = paid[paid["contract_type"] == name].groupby("year")[["total", "registered"]].sum()
        boxes = {y: _paid(float(rows.loc[y, "total"] / rows.loc[y, "registered"]), y) for y in years}
        out.append(level(
            f"payment_per_patient_{name.lower()}", boxes, outcome="payment_per_patient", level="contract", place=name,
            unit="pounds per patient, cash", tag="initial_state", evidence=["computed", "MO0093"],
            definition="all payments to open practices with this contract over their registered patients",
            how="-+5% (2016-17 on: -14% to +5%, since coverage grew by 806 million pounds)",
        ))  # fmt: skip
    return out


def _paid(value: float, year: int) -> tuple[float, float, float]:
    return value, value * (0.95 if year < 2016 else 0.86), value * 1.05


def totals_2017(england: England) -> list[str]:
    """National lines of 2017-18 that stand by hand in the file of 2014-15 to 2016-17, by the same definitions."""
    now = england.paid[england.paid.year == 2017]
    before = set(england.paid.loc[england.paid.year == 2016, "practice_code"])
    new = float((~now["practice_code"].isin(before)).sum())
    reporting = england.census[england.census["gp_fte_excl_trainee_locum"] > 0]
    shared = {"level": "national", "evidence": ["computed"]}
    lines = [
        level("practices_open", {2017: (len(now), len(now) * 0.965, len(now) * 1.01)}, outcome="practices_open",
              unit="practices", tag="initial_state", core=True, definition="as in 2014-15 to 2016-17", **shared),
        level("list_size_mean", {2017: around(float(now["registered"].mean()), 0.03)}, outcome="list_size_mean",
              unit="patients per practice", tag="initial_state", core=True, definition="as in 2014-15 to 2016-17",
              **shared),
        level("practices_new", {2017: (new, new * 0.4, new * 2.0)}, outcome="practices_new",
              unit="practices per year", tag="behavioural", definition="as in 2014-15 to 2016-17", **shared),
        level("gp_fte_per_1000",
              {2017: around(_per_1000(reporting, 2017, "gp_fte_excl_trainee_locum"), 0.04)},
              outcome="gp_fte_per_1000", unit="FTE per 1,000 patients", tag="initial_state", core=True,
              definition="permanent qualified GPs over patients, practices that report doctors, September 2017",
              **shared),
        level("global_sum_total", {2017: around(float(now["global_sum"].sum()), 0.05)}, outcome="global_sum_total",
              unit="pounds, cash", tag="accounting", definition="as in 2014-15 to 2016-17", **shared),
        level("payment_per_patient",
              {2017: _paid(float(now["total"].sum() / now["registered"].sum()), 2017)}, outcome="payment_per_patient",
              unit="pounds per patient, cash", tag="accounting", definition="as in 2014-15 to 2016-17", **shared),
    ]  # fmt: skip
    for name, share in (("GMS", 0.04), ("PMS", 0.07), ("APMS", 0.15)):
        count = float((now["contract_type"] == name).sum())
        lines.append(level(
            f"practices_{name.lower()}", {2017: around(count, share)}, outcome=f"practices_{name.lower()}",
            unit="practices", tag="behavioural" if name == "APMS" else "accounting",
            definition="as in 2014-15 to 2016-17", **shared,
        ))  # fmt: skip
    net = len(now) / (england.paid.year == 2015).sum() - 1
    lines.append(change(
        "practices_open", "relative", (2015, 2017), within(float(net), 0.018), outcome="practices_open",
        tag="behavioural", core=True, definition="two years of net exits", **shared,
    ))  # fmt: skip
    return lines


def write(path: Path, blocks: list[str]) -> None:
    """Replaces what stands under the marker."""
    by_hand = path.read_text(encoding="utf-8").split(MARKER)[0].rstrip("\n")
    path.write_text(f"{by_hand}\n\n{MARKER}\n" + "\n\n".join(blocks) + "\n", encoding="utf-8")


def main() -> None:
    """Computes, writes and freezes."""
    root = Path(__file__).resolve().parent.parent
    data = Path(os.environ.get("COMMISSIM_DATA") or root.parent / "shared" / "data") / "england_2014"
    england = read(data)
    inside = (2014, 2015, 2016)
    write(IN_SAMPLE, [
        *quantiles(england, inside), *quantile_changes(england, (2014, 2016)), *exits(england),
        *exits_by_doctors(england),
        *open_changes(england, (2014, 2016)), *doctors(england, (2015, 2016), (2015, 2016)), *money(england, inside),
    ])  # fmt: skip
    write(OUT_OF_SAMPLE, [
        *totals_2017(england), *quantiles(england, (2017,)), *quantile_changes(england, (2015, 2017)),
        *open_changes(england, (2015, 2017)), *doctors(england, (2017,), (2015, 2017)), *money(england, (2017,)),
    ])  # fmt: skip
    hashes = "\n".join(f'"{path.name}" = "{digest(path)}"' for path in (IN_SAMPLE, OUT_OF_SAMPLE))
    FROZEN.write_text(
        f"# Written by scripts/make_targets.py: the target files as they were frozen.\n\n[sha256]\n{hashes}\n"
    )


if __name__ == "__main__":
    main()
