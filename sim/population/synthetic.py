"""A synthetic England of 1 April 2014, drawn from the shipped facts alone.

The attributes of practices come from the copula (`copula.py`), their places from towns round the centre of each CCG,
their payments from the rates of the CCG, and their doctors from `doctors.py`. The same seed gives the same England.

List sizes are those of October-December 2014, 0.7% above January-March, for that is the table against which it is held;
a run takes them back to 1 April (`ageing.years_ahead`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.population.columns import AREA_TEAMS, CCGS, PRACTICES, TRUSTS
from sim.population.copula import Copula, draw_attributes
from sim.population.doctors import cast_back, sample_doctors
from sim.population.facts import CATCHMENT, Facts, load_facts
from sim.population.imputation import DES_BY_CONTRACT, NON_REPORTERS, TRAINEE_SHARE
from sim.population.tables import Marks, Population, Table, stable_ids
from sim.world.states import APMS, GMS, PMS

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

PRACTICES_PER_TOWN = 6.0
"""Practices of a CCG lie round this many per town centre."""
SAME_BUILDING = 0.118
"""Share of practices that stand where an earlier one stands (computed from the postcodes of NHS Choices, 2014)."""
FTE_PER_HEAD = (0.5, 1.2)
"""Bounds of the mean FTE of a practice's GPs: 5th and 95th centile of practices, September 2015. With them the heads of
England are those reported, 0.80 FTE each; without, practices of hardly any FTE a head would add 4%."""
BANDS = ("share_0_4", "share_65_74", "share_75")
_KEY = 20140401


def synthetic_england(seed: int, facts: Facts | None = None, keep: Marks | None = None) -> Population:
    """All England: 7,839 practices in 211 CCGs, 27 area teams, 151 trusts and about 40,000 doctors.

    keep: marks the CCGs, in the order of the facts, whose practices and doctors are wanted. They are those of the whole
    England of this seed; its other practices are then drawn only for the national ranks and totals, and left out with
    all their doctors. CCGs, area teams and trusts are there in any case.
    """
    facts = facts or load_facts()
    rng = np.random.default_rng([seed, _KEY])
    drawn = draw_attributes(facts, Copula.of(facts.england), rng)
    practices = _practices(facts, drawn, rng)
    practices, note = cast_back(practices, seed)
    rows = None if keep is None else np.flatnonzero(keep[practices["ccg"]])
    doctors = sample_doctors(practices, seed, rows)
    population = Population(
        practices=practices if rows is None else {name: column[rows] for name, column in practices.items()},
        doctors=doctors,
        ccgs=ccg_table(facts),
        area_teams=area_team_table(facts),
        trusts=_plain(facts.trusts, tuple(TRUSTS)),
        trust_shares=trust_share_table(facts),
        source=f"synthetic England of 2014-15, seed {seed}, drawn from sim/population/facts",
        notes=["every practice is drawn from facts of its CCG; none is a real one", note],
    )
    return population.check()


def ccg_table(facts: Facts) -> Table:
    """The ccgs table of a Population, in the order of the facts."""
    return {name: column.copy() for name, column in _ccg_table(facts).items()}


@lru_cache(maxsize=1)
def _ccg_table(facts: Facts) -> Table:
    table = _plain(facts.ccgs, tuple(name for name in CCGS if name != "area_team"))
    table["area_team"] = _rows_of(facts.ccgs["area_team"], facts.area_teams["code"])
    return table


def area_team_table(facts: Facts) -> Table:
    """The area_teams table of a Population, in the order of the facts."""
    return _plain(facts.area_teams, tuple(AREA_TEAMS))


def trust_share_table(facts: Facts) -> Table:
    """The trust_shares table: up to six trusts a CCG, shares summing to 1."""
    return {name: column.copy() for name, column in _trust_share_table(facts).items()}


@lru_cache(maxsize=1)
def _trust_share_table(facts: Facts) -> Table:
    codes = np.column_stack([facts.ccgs[f"trust{i}"] for i in range(1, CATCHMENT + 1)])
    shares = np.column_stack([facts.ccgs[f"share{i}"] for i in range(1, CATCHMENT + 1)])
    ccg, place = np.nonzero(shares > 0.0)
    shares = shares / shares.sum(axis=1, keepdims=True)
    return {"ccg": ccg, "trust": _rows_of(codes[ccg, place], facts.trusts["code"]), "share": shares[ccg, place]}


def _plain(columns: Table, names: tuple[str, ...]) -> Table:
    whole = ("region", "specialist")
    return {name: columns[name].astype(np.int64) if name in whole else columns[name].copy() for name in names}


def _rows_of(codes: npt.NDArray[np.str_], known: npt.NDArray[np.str_]) -> Rows:
    order = np.argsort(known)
    return np.asarray(order[np.searchsorted(known, codes, sorter=order)], dtype=np.int64)


@lru_cache(maxsize=1)
def _codes(facts: Facts) -> Table:
    """Ids and codes of the practices: no seed changes them."""
    ccg = facts.practice_ccg
    first = np.searchsorted(ccg, np.arange(len(facts.ccgs["code"])))
    numbers = np.arange(len(ccg)) - first[ccg] + 1
    codes = np.array([f"S-{facts.ccgs['code'][c]}-{n:03d}" for c, n in zip(ccg, numbers, strict=True)])
    return {"id": stable_ids(codes.tolist()), "code": codes, "ccg": ccg}


def _practices(facts: Facts, drawn: dict[str, Floats], rng: np.random.Generator) -> Table:
    ccg = facts.practice_ccg
    table = {name: column.copy() for name, column in _codes(facts).items()}
    table["contract"] = np.where(drawn["apms"] > 0, APMS, np.where(drawn["pms"] > 0, PMS, GMS))
    table |= _people(facts, drawn) | _places(facts, ccg, rng) | _staff(facts, drawn) | _payments(facts, ccg, drawn, rng)
    return {name: table[name] for name in PRACTICES}


def _people(facts: Facts, drawn: dict[str, Floats]) -> Table:
    """Lists by age. England's patients have the ages they had: the copula links shares and lists by their ranks alone,
    and large lists of students make the patients of England younger than its practices are on average."""
    size, of_patients = np.round(drawn["list_size"]), facts.england["patients"]
    shares = np.column_stack(
        [drawn[name] * (of_patients[name] * size.sum() / (drawn[name] * size).sum()) for name in BANDS]
    )
    # A nursing-home practice may draw more old patients than it has room for: the rest of its ages give way.
    shares[:, :2] *= np.minimum(1.0, (0.98 - shares[:, 2]) / np.maximum(shares[:, :2].sum(axis=1), 1e-9))[:, None]
    young, older, old = (shares * size[:, None]).T
    return {
        "list_size": size, "age_0_4": young, "age_65_74": older, "age_75_plus": old,
        "age_5_64": size - young - older - old, "imd": drawn["imd"], "need": drawn["need"],
        "rural": drawn["rural"].astype(np.int64), "dispensing": drawn["dispensing"].astype(np.int64),
    }  # fmt: skip


def _staff(facts: Facts, drawn: dict[str, Floats]) -> Table:
    """Staff of September 2015. GPs sum to the rate of practices that reported, fewer in those that did not."""
    size, staff = np.round(drawn["list_size"]), facts.england["staff"]
    silent = size.sum() - staff["patients_reporting"]
    rate = staff["reported_gp_fte"] / staff["patients_reporting"]
    fte = drawn["gp_per_1000"] * size
    fte *= rate * (staff["patients_reporting"] + silent * np.exp(NON_REPORTERS[0])) / fte.sum()
    heads = np.round(fte / np.clip(drawn["fte_per_head"], *FTE_PER_HEAD))
    heads = np.maximum(heads, np.maximum(np.ceil(fte / 1.6), 1.0))
    trainees = drawn["training"] * staff["locum_trainee_per_practice"] * TRAINEE_SHARE
    table: Table = {"gp_fte": fte, "gp_headcount": heads, "trainee_fte": trainees}
    for kind in ("nurse", "direct_care", "admin"):
        raw = drawn[f"{kind}_per_1000"] * size
        table[f"{kind}_fte"] = raw * (staff[f"{kind}_per_1000"] * size.sum() / 1000.0 / raw.sum())
    return table


def _places(facts: Facts, ccg: Rows, rng: np.random.Generator) -> Table:
    """Latitude and longitude, degrees: towns spread as the CCG's practices are, practices near their town's centre."""
    ccgs = facts.ccgs
    towns = np.maximum(np.round(ccgs["practices"] / PRACTICES_PER_TOWN), 2.0).astype(np.int64)
    town_ccg = np.repeat(np.arange(len(towns)), towns)
    town = (np.cumsum(towns) - towns)[ccg] + np.floor(rng.random(len(ccg)) * towns[ccg]).astype(np.int64)
    beside = (rng.random(len(ccg)) < SAME_BUILDING) & np.append(False, ccg[1:] == ccg[:-1])
    home = np.maximum.accumulate(np.where(beside, 0, np.arange(len(ccg))))
    apart = 0.35 + 0.3 * rng.random(len(ccg))  # how far from the town's centre, in spreads of the CCG
    link = np.nan_to_num(ccgs["place_correlation"])
    centres, offsets = rng.standard_normal((2, len(town_ccg))), rng.standard_normal((2, len(ccg)))
    centres[1] = link[town_ccg] * centres[0] + np.sqrt(1.0 - link[town_ccg] ** 2) * centres[1]
    places: Table = {}
    for k, name in enumerate(("latitude", "longitude")):
        spread = 0.87 * np.clip(centres[k], -2.0, 2.0)[town] + apart * offsets[k]
        drawn = ccgs[name][ccg] + ccgs[f"{name}_sd"][ccg] * np.clip(spread, -2.5, 2.5)
        places[name] = np.clip(drawn[home], PRACTICES[name].low, PRACTICES[name].high)
    return places


def _payments(facts: Facts, ccg: Rows, drawn: dict[str, Floats], rng: np.random.Generator) -> Table:
    """Streams of 2014-15 at the rates of the CCG; an APMS practice's contract payment is in pay_other."""
    size = np.round(drawn["list_size"])
    weighted, apms, pms = size * drawn["need"], drawn["apms"], drawn["pms"]
    gms = 1.0 - apms - pms
    national = gms * DES_BY_CONTRACT[GMS] + pms * DES_BY_CONTRACT[PMS] + apms * DES_BY_CONTRACT[APMS]

    def stream(fact: str, base: Floats) -> Floats:
        return _paid(fact, base, facts, ccg, rng)

    return {
        "pay_global_sum": stream("global_sum_per_weighted", weighted * gms),
        "pay_mpig": stream("mpig_pp", size * gms),
        "pay_pms_balance": stream("pms_balance_per_weighted", weighted * pms),
        "pay_premises": _scaled_to("premises_pp", drawn["premises_pp"] * size, size, facts, ccg),
        "pay_seniority": stream("seniority_pp", size * (1.0 - apms)),
        "pay_qof": _scaled_to("qof_pp", drawn["qof_pp"] * size, size, facts, ccg),
        "pay_national_es": stream("national_es_pp", size * national),
        "pay_local_es": stream("local_es_pp", size),
        "pay_dispensing": stream("dispensing_yes_pp", size * drawn["dispensing"])
        + stream("dispensing_no_pp", size * (1.0 - drawn["dispensing"])),
        "pay_other": stream("other_pp", size * (1.0 - apms)) + stream("apms_price_pp", size * apms),
    }


def _paid(fact: str, base: Floats, facts: Facts, ccg: Rows, rng: np.random.Generator) -> Floats:
    """Pounds: some practices are paid nothing, the others log-normally; the total of England is that of the rates."""
    spread = facts.england["payments"][fact]
    paid = base * (rng.random(len(ccg)) < spread["paid"])
    return _scaled_to(fact, paid * np.exp(spread["log_sd"] * rng.standard_normal(len(ccg))), base, facts, ccg)


def _scaled_to(fact: str, raw: Floats, base: Floats, facts: Facts, ccg: Rows) -> Floats:
    """`raw` at each CCG's level (copula draws have it already), brought to what the CCGs' rates make of all `base`."""
    rate = facts.ccgs[f"pay_{fact}"]
    owed = (rate[ccg] * base).sum()
    level = raw if fact in ("premises_pp", "qof_pp") else raw * rate[ccg]
    return np.asarray(level * (owed / max(level.sum(), 1e-9)))
