"""Fills what files do not tell about practices, and records for every column how many values were read and imputed.

Attributes that the copula of the facts links (`conditional.py`) are drawn given those known. Payments that are
missing are paid at the rates of the practice's CCG and kind of contract, with the spread seen among practices.
Payments below 0 are recoveries of earlier years and count as nothing paid, as in the facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.population.columns import PRACTICES
from sim.population.conditional import ConditionalCopula
from sim.population.facts import Facts
from sim.population.imputation_report import ImputedColumn
from sim.population.tables import Table, stable_ids
from sim.world.states import APMS, GMS, PMS

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

NON_REPORTERS = (-0.115, 0.023)
"""Log ratio (estimate, standard error) of GP FTE per 1,000 patients of practices that returned no GPs in September
2015 to that of others, at equal list size, contract, deprivation and region, by what both returned in September 2016
(7,220 practices; computed from the General Practice Workforce, practice level). The returns are missing not at
random."""
DES_BY_CONTRACT = {GMS: 1.04, PMS: 0.97, APMS: 0.64}
"""Directed enhanced services a registered patient by contract, as a ratio to all practices: 10.77, 10.03 and 6.63 of
10.35 pounds (computed from NHS Payments to General Practice 2014-15, 7,909 practices with over 100 patients)."""
TRAINEE_SHARE = 0.71
"""Trainees' share of the FTE of locums and trainees: 692 FTE of locums were recorded (PA155) beside 2,402 of both."""
FTE_PER_HEAD = (0.4, 1.3)
"""Bounds of the mean FTE of a practice's GPs where the headcount is imputed."""

_BASED_ON_LIST = {
    "gp_fte": "gp_per_1000", "nurse_fte": "nurse_per_1000", "direct_care_fte": "direct_care_per_1000",
    "admin_fte": "admin_per_1000",
}  # fmt: skip
_SHARES = {"age_0_4": "share_0_4", "age_65_74": "share_65_74", "age_75_plus": "share_75"}
_CCG_STREAMS = {
    "pay_global_sum": "global_sum_per_weighted", "pay_mpig": "mpig_pp", "pay_pms_balance": "pms_balance_per_weighted",
    "pay_seniority": "seniority_pp", "pay_local_es": "local_es_pp",
}  # fmt: skip
_ONLY = {"pay_global_sum": GMS, "pay_mpig": GMS, "pay_pms_balance": PMS}
_COPULA = "drawn by the facts of its CCG, given what is known of the practice"
_RATES = "rate of the CCG for this contract, spread as in England"


@dataclass
class RawPractices:
    """Practices as files tell them: `columns` by name of the practices table (or attribute), NaN where not told.

    `ccg` are rows of the facts. Beside the columns of the table: share_age_0_4, share_age_65_74, share_age_75_plus,
    pay_total (before deductions) and locum_trainee_fte. `staff_told`: some file reports staff, so silence means
    something.
    """

    code: npt.NDArray[np.str_]
    ccg: Rows
    columns: dict[str, Floats]
    staff_told: bool
    notes: list[str] = field(default_factory=list)

    def get(self, name: str) -> Floats:
        """A column as told; all NaN where no file has it."""
        return self.columns.get(name, np.full(len(self.code), np.nan))


def impute(raw: RawPractices, facts: Facts, seed: int) -> tuple[Table, list[ImputedColumn]]:
    """The complete practices table of a population, and what was read and imputed for each of its columns."""
    rng = np.random.default_rng([seed, 20140401, 4])
    _drop_unreported(raw)
    size = raw.get("list_size")
    attributes = ConditionalCopula(facts).complete(raw.ccg, _known(raw, size), rng)
    table: Table = {"id": stable_ids(raw.code.tolist()), "code": raw.code, "ccg": raw.ccg, "list_size": size}
    records = [ImputedColumn("list_size", len(size), 0, "")]
    table |= _places(raw, facts, rng, records)
    table |= _people(raw, size, attributes, records)
    table |= _staff(raw, size, attributes, facts, rng, records)
    table |= _payments(raw, table, attributes, facts, rng, records)
    return {name: table[name] for name in PRACTICES}, records


def _drop_unreported(raw: RawPractices) -> None:
    """FTE and headcount of 0 mean "not reported"; no direct-care staff is believed where other staff is reported.

    A PMS practice with neither balance nor global sum has its price under another heading (161 practices of 2014-15,
    whose other payments are 85 pounds a patient, those of other PMS practices 10): its balance is not told. Were it
    taken as none, the model would pay the price of its patients on top.
    """
    for name in ("gp_fte", "gp_headcount", "nurse_fte", "admin_fte"):
        values = raw.get(name)
        raw.columns[name] = np.where(values > 0, values, np.nan)
    other = ~np.isnan(raw.columns["nurse_fte"]) | ~np.isnan(raw.columns["admin_fte"])
    untold = (raw.get("contract") == PMS) & ~(raw.get("pay_pms_balance") > 0) & ~(raw.get("pay_global_sum") > 0)
    raw.columns["pay_pms_balance"] = np.where(untold, np.nan, raw.get("pay_pms_balance"))
    direct = raw.get("direct_care_fte")
    raw.columns["direct_care_fte"] = np.where((direct > 0) | other, direct, np.nan)


def _known(raw: RawPractices, size: Floats) -> dict[str, Floats]:
    """What files tell of the attributes of the copula, in their units."""
    known = {"list_size": size, "imd": raw.get("imd"), "need": raw.get("need")}
    known |= {attribute: raw.get(f"share_{age}") for age, attribute in _SHARES.items()}
    known |= {attribute: 1000.0 * raw.get(staff) / size for staff, attribute in _BASED_ON_LIST.items()}
    known["fte_per_head"] = raw.get("gp_fte") / raw.get("gp_headcount")
    for stream in ("premises", "qof"):
        known[f"{stream}_pp"] = np.maximum(raw.get(f"pay_{stream}"), 0.0) / size
    contract = raw.get("contract")
    known["apms"] = np.where(np.isnan(contract), np.nan, contract == APMS)
    known["pms"] = np.where(np.isnan(contract), np.nan, contract == PMS)
    trainees = np.where(np.isnan(raw.get("trainee_fte")), raw.get("locum_trainee_fte"), raw.get("trainee_fte"))
    known["training"] = np.where(np.isnan(trainees), np.nan, trainees > 0)
    return known | {name: raw.get(name) for name in ("rural", "dispensing")}


def _filled(told: Floats, drawn: Floats, name: str, how: str, records: list[ImputedColumn]) -> Floats:
    unknown = np.isnan(told)
    records.append(ImputedColumn(name, int((~unknown).sum()), int(unknown.sum()), how))
    return np.asarray(np.where(unknown, drawn, told))


def _places(raw: RawPractices, facts: Facts, rng: np.random.Generator, records: list[ImputedColumn]) -> Table:
    """Latitude and longitude; where unknown, drawn from the normal spread of the CCG's practices round its centre."""
    ccgs, ccg = facts.ccgs, raw.ccg
    first, second = rng.standard_normal((2, len(ccg)))
    link = np.nan_to_num(ccgs["place_correlation"])[ccg]
    second = link * first + np.sqrt(1.0 - link**2) * second
    places: Table = {}
    for name, noise in (("latitude", first), ("longitude", second)):
        drawn = ccgs[name][ccg] + np.nan_to_num(ccgs[f"{name}_sd"])[ccg] * np.clip(noise, -2.5, 2.5)
        drawn = np.clip(drawn, PRACTICES[name].low, PRACTICES[name].high)
        places[name] = _filled(raw.get(name), drawn, name, "drawn round the centre of the CCG's practices", records)
    return places


def _people(raw: RawPractices, size: Floats, attributes: dict[str, Floats], records: list[ImputedColumn]) -> Table:
    """Ages, deprivation, rurality, need, contract and dispensing."""
    people: Table = {}
    for age, attribute in _SHARES.items():
        people[age] = size * _filled(raw.get(f"share_{age}"), attributes[attribute], age, _COPULA, records)
    people["age_5_64"] = np.maximum(size - people["age_0_4"] - people["age_65_74"] - people["age_75_plus"], 0.0)
    for name in ("imd", "need"):
        column = PRACTICES[name]
        people[name] = np.clip(
            _filled(raw.get(name), attributes[name], name, _COPULA, records), column.low, column.high
        )
    for name in ("rural", "dispensing"):
        people[name] = _filled(raw.get(name), attributes[name], name, _COPULA, records).astype(np.int64)
    drawn = np.where(attributes["apms"] > 0, APMS, np.where(attributes["pms"] > 0, PMS, GMS))
    people["contract"] = _filled(raw.get("contract"), drawn, "contract", _COPULA, records).astype(np.int64)
    return people


def _staff(
    raw: RawPractices, size: Floats, attributes: dict[str, Floats], facts: Facts, rng: np.random.Generator,
    records: list[ImputedColumn],
) -> Table:  # fmt: skip
    """Doctors and staff; practices that did not report have fewer GPs by a factor drawn once a seed (NON_REPORTERS)."""
    silent = np.isnan(raw.get("gp_fte"))
    if not raw.staff_told:
        silent &= rng.random(len(size)) >= facts.england["staff"]["reporting_share"]
    fewer = float(np.exp(rng.normal(*NON_REPORTERS)))
    staff: Table = {}
    for name, attribute in _BASED_ON_LIST.items():
        drawn, how = attributes[attribute] * size / 1000.0, _COPULA
        if name == "gp_fte":
            drawn = drawn * np.where(silent, fewer, 1.0)
            what = "that did not report" if raw.staff_told else "drawn as if they had not reported"
            how += f"; {int(silent.sum())} {what} times {fewer:.3f}, for such practices have fewer"
        staff[name] = _filled(raw.get(name), drawn, name, how, records)
    heads = np.maximum(np.round(staff["gp_fte"] / np.clip(attributes["fte_per_head"], *FTE_PER_HEAD)), 1.0)
    staff["gp_headcount"] = _filled(
        raw.get("gp_headcount"), heads, "gp_headcount", "gp_fte over a drawn mean FTE of a GP", records
    )
    staff["gp_headcount"] = np.maximum(staff["gp_headcount"], 1.0)
    told = np.where(
        np.isnan(raw.get("trainee_fte")), TRAINEE_SHARE * raw.get("locum_trainee_fte"), raw.get("trainee_fte")
    )
    drawn = TRAINEE_SHARE * attributes["training"] * facts.england["staff"]["locum_trainee_per_practice"]
    how = f"the mean of England for a training practice; {TRAINEE_SHARE:g} of locums and trainees where told together"
    staff["trainee_fte"] = _filled(told, drawn, "trainee_fte", how, records)
    return staff


def _payments(
    raw: RawPractices, table: Table, attributes: dict[str, Floats], facts: Facts, rng: np.random.Generator,
    records: list[ImputedColumn],
) -> Table:  # fmt: skip
    """All streams. An APMS practice's contract payment, under whatever heading it was booked, is in pay_other."""
    size, contract = table["list_size"], table["contract"]
    weighted = size * table["need"]
    streams: Table = {}
    for name, fact in _CCG_STREAMS.items():
        base = weighted if fact.endswith("per_weighted") else size
        drawn = _rate(fact, raw.ccg, facts, rng) * base * (contract == _ONLY.get(name, contract))
        if name == "pay_seniority":
            drawn = drawn * (contract != APMS)
        streams[name] = _filled(raw.get(name), drawn, name, _RATES, records)
    for name in ("pay_premises", "pay_qof"):
        streams[name] = _filled(raw.get(name), attributes[f"{name[4:]}_pp"] * size, name, _COPULA, records)
    kinds = [_rate(f"dispensing_{word}_pp", raw.ccg, facts, rng) for word in ("no", "yes")]
    drawn = np.where(table["dispensing"] > 0, kinds[1], kinds[0]) * size
    streams["pay_dispensing"] = _filled(raw.get("pay_dispensing"), drawn, "pay_dispensing", _RATES, records)
    return _rest(raw, streams, size, contract, facts, rng, records)


def _rest(
    raw: RawPractices, streams: Table, size: Floats, contract: Rows, facts: Facts, rng: np.random.Generator,
    records: list[ImputedColumn],
) -> Table:  # fmt: skip
    """Splits what a total holds beside the streams into directed enhanced services and other payments."""
    by_contract = np.array([DES_BY_CONTRACT[kind] for kind in (GMS, PMS, APMS)])[contract]
    usual = _rate("national_es_pp", raw.ccg, facts, rng) * by_contract * size
    other = np.where(
        contract == APMS, _rate("apms_price_pp", raw.ccg, facts, rng), _rate("other_pp", raw.ccg, facts, rng)
    )
    told = raw.get("pay_total") - np.sum(list(streams.values()), axis=0)
    rest = np.maximum(np.where(np.isnan(told), usual + other * size, told), 0.0)
    streams = {name: np.maximum(values, 0.0) for name, values in streams.items()}
    for name in _ONLY:
        rest = rest + np.where(contract == APMS, streams[name], 0.0)
        streams[name] = np.where(contract == APMS, 0.0, streams[name])
    how = f"{_RATES}; at most what the total leaves"
    des = _filled(raw.get("pay_national_es"), usual, "pay_national_es", how, records)
    streams["pay_national_es"] = np.clip(des, 0.0, rest)
    streams["pay_other"] = rest - streams["pay_national_es"]
    unknown = int(np.isnan(told).sum())
    records.append(ImputedColumn("pay_other", len(size) - unknown, unknown, _RATES))
    return streams


def _rate(fact: str, ccg: Rows, facts: Facts, rng: np.random.Generator) -> Floats:
    """Pounds per patient: the CCG's rate, log-normally spread, and nothing for the share that is paid nothing."""
    spread = facts.england["payments"][fact]
    noise = np.exp(spread["log_sd"] * rng.standard_normal(len(ccg)) - spread["log_sd"] ** 2 / 2.0) / spread["paid"]
    return np.asarray(facts.ccgs[f"pay_{fact}"][ccg] * noise * (rng.random(len(ccg)) < spread["paid"]))
