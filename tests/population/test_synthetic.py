"""The synthetic England against the real one: by shipped figures, and by the published table where it is."""

import csv
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from sim.population.columns import TABLES
from sim.population.copula import linked
from sim.population.facts import FOLDER, load_facts
from sim.population.synthetic import synthetic_england
from sim.population.tables import Population, chosen_ccgs
from sim.world.states import APMS, GMS, PMS

SEEDS = range(20)
NAMES = ("list_size", "imd", "gp_per_1000", "share_75", "pms", "apms")


def test_linked_draws_are_the_product_of_matrices() -> None:
    rng = np.random.default_rng(3)
    draws, factor = rng.standard_normal((200, 5)), np.triu(rng.standard_normal((5, 5)))
    assert linked(draws, factor) == pytest.approx((draws @ factor).T)


def ranks(values: np.ndarray) -> np.ndarray:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def spearman(columns: dict[str, np.ndarray]) -> dict[tuple[str, str], float]:
    """Rank correlation of each pair over the practices that have both."""
    found = {}
    for a, b in combinations(NAMES, 2):
        both = np.isfinite(columns[a]) & np.isfinite(columns[b])
        found[a, b] = float(np.corrcoef(ranks(columns[a][both]), ranks(columns[b][both]))[0, 1])
    return found


def compared(population: Population) -> dict[str, np.ndarray]:
    p = population.practices
    return {
        "list_size": p["list_size"], "imd": p["imd"], "gp_per_1000": 1000 * p["gp_fte"] / p["list_size"],
        "share_75": p["age_75_plus"] / p["list_size"], "pms": (p["contract"] == PMS).astype(float),
        "apms": (p["contract"] == APMS).astype(float),
    }  # fmt: skip


@pytest.fixture(scope="module")
def englands() -> list[Population]:
    return [synthetic_england(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def figures(englands: list[Population]) -> list[tuple[np.ndarray, dict[tuple[str, str], float]]]:
    levels = load_facts().england["real"]["levels"]
    return [(np.quantile(e.practices["list_size"], levels), spearman(compared(e))) for e in englands]


@pytest.fixture(scope="module")
def real_table(real_data: Path) -> dict[str, np.ndarray]:
    with (real_data / "england_2014" / "practices.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["operational_2014q4"] == "Y"]

    def numbers(name: str) -> np.ndarray:
        return np.array([float(row[name] or "nan") for row in rows])

    fte = numbers("gp_fte_2015")
    contract = np.array([row["contract_type_1415"] for row in rows])
    return {
        "ccg": np.array([row["ccg_code"] for row in rows]), "list_size": numbers("list_size"), "imd": numbers("imd"),
        "gp_per_1000": np.where(fte > 0, fte, np.nan) * 1000 / numbers("list_size"),
        "share_75": numbers("share_age_75plus_2014q4"), "pms": (contract == "PMS").astype(float),
        "apms": (contract == "APMS").astype(float),
    }  # fmt: skip


def test_list_sizes_are_within_5_percent_for_every_seed(figures):
    real = np.array(load_facts().england["real"]["list_size"])
    worst = max(float(np.abs(found / real - 1).max()) for found, _ in figures)
    print(f"\nlist-size centiles, {len(figures)} seeds: largest error {worst:.2%}")
    assert worst < 0.05


def test_rank_correlations_are_within_005_for_every_seed(figures):
    table = load_facts().england["real"]
    assert table["compared"] == list(NAMES)
    worst = 0.0
    for _, found in figures:
        for (a, b), value in found.items():
            worst = max(worst, abs(value - table["spearman"][NAMES.index(a)][NAMES.index(b)]))
    print(f"\nrank correlations, {len(figures)} seeds: largest error {worst:.3f}")
    assert worst < 0.05


def test_the_same_holds_against_the_published_table(figures, real_table):
    levels = load_facts().england["real"]["levels"]
    real = np.quantile(real_table["list_size"], levels)
    links = spearman(real_table)
    for found, correlations in figures:
        assert np.abs(found / real - 1).max() < 0.05
        assert max(abs(correlations[pair] - links[pair]) for pair in links) < 0.05


def test_practices_of_each_ccg_are_exact(englands, real_table):
    codes, counts = np.unique(real_table["ccg"], return_counts=True)
    real = dict(zip(codes.tolist(), counts.tolist(), strict=True))
    for england in englands:
        found = np.bincount(england.practices["ccg"], minlength=england.rows("ccgs"))
        assert dict(zip(england.ccgs["code"].tolist(), found.tolist(), strict=True)) == real


def test_practices_and_contracts_of_each_ccg_are_those_of_the_facts(englands):
    facts = load_facts().ccgs
    for england in englands:
        p, n = england.practices, england.rows("ccgs")
        assert np.array_equal(np.bincount(p["ccg"], minlength=n), facts["practices"])
        assert np.array_equal(np.bincount(p["ccg"], p["contract"] == PMS, minlength=n), facts["n_pms"])
        assert np.array_equal(np.bincount(p["ccg"], p["contract"] == APMS, minlength=n), facts["n_apms"])


def test_seeds_differ_and_a_seed_repeats(englands):
    for one, other in combinations(englands[:4], 2):
        assert np.mean(one.practices["list_size"] == other.practices["list_size"]) < 0.01
    again = synthetic_england(0)
    for table in ("practices", "doctors", "trust_shares"):
        for key, values in englands[0].table(table).items():
            assert np.array_equal(values, again.table(table)[key]), key


@pytest.mark.parametrize(
    "chosen", [{"ccgs": ["03V"]}, {"ccgs": ["99Q", "00C"]}, {"regions": ["London"]}, {"area_teams": ["Q49"]}]
)
def test_a_part_drawn_alone_is_that_part_of_the_whole_england(englands, chosen):
    for seed in (0, 3):
        whole = englands[seed]
        drawn = synthetic_england(seed, keep=chosen_ccgs(whole.ccgs, whole.area_teams, **chosen))
        assert drawn.rows("practices") < whole.rows("practices")
        one, other = whole.select(**chosen), drawn.select(**chosen)
        for table in TABLES:
            assert one.table(table).keys() == other.table(table).keys()
            for key, values in one.table(table).items():
                assert np.array_equal(values, other.table(table)[key]), (table, key)


def test_one_england_leaves_no_mark_on_the_next():
    first = synthetic_england(1)
    for table in TABLES:
        for values in first.table(table).values():
            values[:] = values[0]
    again = synthetic_england(1)
    assert len(np.unique(again.ccgs["code"])) == again.rows("ccgs")
    assert len(np.unique(again.practices["id"])) == again.rows("practices")
    assert again.check() is again


def test_england_has_its_parts_and_its_patients(englands):
    real = load_facts().england["real"]
    for england in englands[:5]:
        rows = {name: england.rows(name) for name in ("practices", "ccgs", "area_teams", "trusts")}
        assert rows == {"practices": 7839, "ccgs": 211, "area_teams": 27, "trusts": 151}
        assert england.practices["list_size"].sum() == pytest.approx(real["patients"], rel=0.01)


def test_patients_have_the_ages_of_englands_patients(englands, real_data):
    """Shares of all patients, not of practices, each counting the same."""
    with (real_data / "england_2014" / "practices.csv").open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["operational_2014q4"] == "Y"]
    for column, name in (("age_0_4", "0_4"), ("age_65_74", "65_74"), ("age_75_plus", "75plus")):
        told = [row for row in rows if row[f"share_age_{name}_2014q4"]]
        size = np.array([float(row["list_size"]) for row in told])
        real = np.average([float(row[f"share_age_{name}_2014q4"]) for row in told], weights=size)
        for england in englands[:5]:
            p = england.practices
            assert p[column].sum() / p["list_size"].sum() == pytest.approx(real, rel=0.005), column


def test_ccgs_keep_their_level(englands):
    """Means over CCGs of what is drawn follow the CCG's facts, so that places differ as they do."""
    facts = load_facts().ccgs
    mean = np.mean([np.bincount(e.practices["ccg"], e.practices["list_size"]) for e in englands], axis=0)
    assert np.corrcoef(mean, facts["patients"])[0, 1] > 0.98
    imd = np.mean([np.bincount(e.practices["ccg"], e.practices["imd"]) for e in englands], axis=0) / facts["practices"]
    assert np.corrcoef(imd, facts["imd"])[0, 1] > 0.97


def test_money_adds_up_to_what_was_paid(englands):
    """Totals of 2014-15, pounds: NHS Payments to General Practice; an APMS practice's price is in pay_other. Where a
    PMS practice has no recorded balance, its price counts as what the others get, 82 pounds a patient."""
    paid = {"pay_mpig": 106.5e6, "pay_qof": 720e6, "pay_premises": 671e6, "pay_seniority": 124e6, "pay_local_es": 211e6,
            "pay_national_es": 587e6, "pay_pms_balance": 2.06e9}  # fmt: skip
    for england in englands[:5]:
        for stream, total in paid.items():
            assert england.practices[stream].sum() == pytest.approx(total, rel=0.04), stream
        everything = sum(v.sum() for k, v in england.practices.items() if k.startswith("pay_"))
        assert everything == pytest.approx(7.963e9, rel=0.03)


def test_national_services_differ_by_contract_as_they_do(englands):
    """Pounds a patient over those of all: 10.77, 10.03 and 6.63 of 10.35 (NHS Payments to General Practice 2014-15)."""
    for contract, real in ((GMS, 1.04), (PMS, 0.97), (APMS, 0.64)):
        ratios = []
        for england in englands:
            p = england.practices
            here = p["contract"] == contract
            each = [p["pay_national_es"][rows].sum() / p["list_size"][rows].sum() for rows in (here, slice(None))]
            ratios.append(each[0] / each[1])
        assert np.mean(ratios) == pytest.approx(real, rel=0.05)


def test_practices_are_as_near_to_each_other_as_they_are(englands):
    p = englands[0].practices
    found = []
    for ccg in np.unique(p["ccg"]):
        here = p["ccg"] == ccg
        y, x = p["latitude"][here] * 111.2, p["longitude"][here] * 111.2 * np.cos(np.radians(52.5))
        apart = np.hypot(y[:, None] - y, x[:, None] - x) + np.diag(np.full(len(y), np.inf))
        found.append(apart.min(axis=1))
    near, real = np.percentile(np.concatenate(found), [50, 75, 90]), load_facts().england["real"]["nearest_km"][2:]
    assert np.abs(np.log(near / np.array(real))).max() < 0.45


def test_facts_hold_no_practice():
    files = [path for path in FOLDER.iterdir() if path.suffix in (".csv", ".toml")]
    text = {path.name: path.read_text(encoding="utf-8") for path in files}
    assert sorted(text) == ["area_teams.csv", "ccg_mergers.csv", "ccgs.csv", "england.toml", "trusts.csv"]
    for name, content in text.items():
        assert not re.search(r"\b[A-Y]\d{5}\b", content), f"{name} names a practice"
    for name, rows in (("ccgs.csv", 211), ("area_teams.csv", 27), ("trusts.csv", 151)):
        lines = text[name].splitlines()
        assert len(lines) == rows + 1
        assert len(lines[0].split(",")) <= 150


def test_payments_of_few_practices_are_not_shown():
    facts = load_facts().ccgs
    for fact, count in (("apms_price_pp", "n_apms"), ("dispensing_yes_pp", "n_dispensing"),
                        ("pms_balance_per_weighted", "n_pms"), ("mpig_pp", "n_gms")):  # fmt: skip
        few = facts[f"pay_{fact}"][facts[count] < 5]
        assert len(np.unique(few)) <= 1, fact


def test_no_fact_is_missing():
    facts = load_facts()
    for table in (facts.ccgs, facts.area_teams, facts.trusts):
        for key, values in table.items():
            assert values.dtype.kind == "U" or np.isfinite(values).all(), key


def test_trust_shares_name_trusts_of_2014(englands):
    shares = englands[0].trust_shares
    assert np.bincount(shares["ccg"]).max() <= 6
    assert len(np.unique(shares["trust"])) == 148  # all but three specialist trusts, in nobody's first six
    first = englands[0].trusts["code"][shares["trust"][shares["ccg"] == list(englands[0].ccgs["code"]).index("09G")][0]]
    assert first == "RYR"  # Coastal West Sussex goes to Western Sussex Hospitals, booked under RXH in 2021
