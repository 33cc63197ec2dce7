"""The registry of outcomes: name, unit, definition, which direction is better, and how each is worked out from the
sums of a run.

An outcome is the same formula at every level. Ratios are ratios of sums, so a region's rate weighs its CCGs by size.
Where a formula has nothing to work on (no practice, nobody decided anything) the outcome is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sim.record import CCG_SUMS, COLUMN, CONTRACTS, FIFTHS, NATION_SUMS, POLL_SUMS, QUANTILES, Sums
from sim.rules.polls import POLLED
from sim.world.world import Floats, World

LEVELS = ("national", "region", "area_team", "ccg", "deprivation_fifth", "contract")


class Columns:
    """Sums by name, (years, places); `q` gives a quantile by name."""

    def __init__(self, sums: Floats, quantiles: Floats) -> None:
        self._sums, self._quantiles = sums, quantiles

    def __getattr__(self, name: str) -> Floats:
        return self._sums[..., COLUMN[name]]

    def q(self, name: str) -> Floats:
        return self._quantiles[..., QUANTILES.index(name)]


@dataclass(frozen=True)
class Outcome:
    """One outcome. direction: 1 more is better, -1 less is better, 0 neither. formula: from `Columns` to (years,
    places)."""

    name: str
    unit: str
    definition: str
    direction: int
    formula: Callable[[Columns], Floats] = field(repr=False, compare=False)
    levels: tuple[str, ...] = LEVELS


OUTCOMES: dict[str, Outcome] = {}
CCG_LEVELS = LEVELS[:4]


def outcome(
    name: str,
    unit: str,
    direction: int,
    definition: str,
    formula: Callable[[Columns], Floats],
    levels: tuple[str, ...] = LEVELS,
) -> None:
    """Adds an outcome to the registry; a name can be taken once."""
    if name in OUTCOMES:
        raise ValueError(f"outcome {name!r} is registered twice")
    OUTCOMES[name] = Outcome(name, unit, definition, direction, formula, levels)


def over(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, NaN where bottom is 0."""
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)


def spread(count: Floats, total: Floats, squared: Floats) -> Floats:
    """Standard deviation from count, sum and sum of squares; NaN where nothing was counted."""
    mean = over(total, count)
    return np.asarray(np.sqrt(np.maximum(over(squared, count) - mean**2, 0.0)))


# ---------------------------------------------------------------- practices and lists
outcome(
    "practices_open",
    "practices",
    0,
    "practice codes paid in the year: open at its end, or ended in it",
    lambda c: c.practices + c.exited,
)
outcome("patients", "patients", 0, "registered patients", lambda c: c.patients)
outcome(
    "list_size_mean",
    "patients",
    0,
    "registered patients for each practice code paid in the year",
    lambda c: over(c.patients, c.practices + c.exited),
)
outcome("list_size_p5", "patients", 0, "5th percentile of lists", lambda c: c.q("list_size_p5"))
outcome("list_size_p50", "patients", 0, "median list", lambda c: c.q("list_size_p50"))
outcome("list_size_p95", "patients", 0, "95th percentile of lists", lambda c: c.q("list_size_p95"))
outcome(
    "practices_exited", "practices a year", 0, "codes that ended in the year: merged or dispersed", lambda c: c.exited
)
outcome("practices_merged", "practices a year", 0, "codes that ended by merger; the patients stay", lambda c: c.merged)
outcome("practices_new", "practices a year", 0, "codes that began in the year", lambda c: c.new)
outcome(
    "patients_displaced",
    "patients a year",
    -1,
    "patients of dispersed practices, who had to find another",
    lambda c: c.displaced,
)
outcome(
    "closures_unjustified",
    "practices a year",
    -1,
    "dispersed practices that gave sound care and were viable (K004)",
    lambda c: c.unjustified,
)
outcome(
    "lists_closed", "practices", -1, "practices with a closed list at the end of the year", lambda c: c.lists_closed
)
outcome("practices_gms", "practices", 0, "open practices with a GMS contract", lambda c: c.gms)
outcome("practices_pms", "practices", 0, "open practices with a PMS contract", lambda c: c.pms)
outcome("practices_apms", "practices", 0, "open practices with an APMS contract", lambda c: c.apms)
outcome("at_scale_share", "share", 0, "practices in a group or federation", lambda c: over(c.at_scale, c.practices))
outcome(
    "distress_mean",
    "sd",
    -1,
    "mean hidden distress of practices; 0 is England's mean at the start",
    lambda c: over(c.distress, c.practices),
)
# ---------------------------------------------------------------- workforce
outcome("gp_fte", "FTE", 1, "permanent qualified GPs, without trainees and locums", lambda c: c.gp_fte)
outcome(
    "gp_fte_per_1000",
    "FTE per 1,000 patients",
    1,
    "the same for each 1,000 registered patients",
    lambda c: 1000 * over(c.gp_fte, c.patients),
)
outcome(
    "gp_vacancies",
    "share",
    -1,
    "GP posts left empty at the end of the year's matching, of all posts",
    lambda c: over(c.vacant, c.posts),
)
outcome("gp_leavers", "doctors a year", -1, "GPs who left their practice", lambda c: c.left)
outcome("burnout_mean", "0 to 1", -1, "mean burn-out of GPs", lambda c: over(c.burnout, c.doctors))
outcome(
    "partner_share", "share", 0, "partners among permanent GPs, by headcount", lambda c: over(c.partners, c.doctors)
)
# ---------------------------------------------------------------- money
outcome(
    "drawings_mean",
    "pounds per partner",
    1,
    "income before tax of contractor GPs, a head",
    lambda c: over(c.drawings, c.partners),
)
outcome("drawings_p10", "pounds per partner FTE", 1, "10th percentile of practices", lambda c: c.q("drawings_p10"))
outcome(
    "drawings_nil_share",
    "share",
    -1,
    "partnerships whose partners draw nothing",
    lambda c: over(c.drawings_nil, c.has_partners),
)
outcome(
    "payment_per_patient", "pounds per patient", 0, "NHS payments to practices", lambda c: over(c.income, c.patients)
)
outcome("payment_per_patient_sd", "pounds per patient", 0, "spread of payments between practices, weighted by patients",
        lambda c: spread(c.patients, c.pay_per_patient, c.pay_per_patient_squared))  # fmt: skip
outcome("payments_total", "pounds", 0, "NHS payments to practices", lambda c: c.income)
outcome("expenses_per_patient", "pounds per patient", 0, "practices' expenses", lambda c: over(c.expenses, c.patients))
outcome("reserves_per_patient", "pounds per patient", 1, "practices' reserves", lambda c: over(c.reserves, c.patients))
outcome("mpig_total", "pounds", 0, "correction factor payments", lambda c: c.mpig)
outcome("global_sum_total", "pounds", 0, "global sum payments of GMS practices", lambda c: c.global_sum)
outcome("premium_total", "pounds", 0, "PMS premium", lambda c: c.premium)
outcome("seniority_total", "pounds", 0, "seniority payments", lambda c: c.seniority)
outcome("qof_total", "pounds", 0, "Quality and Outcomes Framework", lambda c: c.qof)
outcome("general_practice_share", "share", 0,
        "general practice in what is spent on it, hospitals, community and other care",
        lambda c: over(c.income, c.income + c.hospital_spend + c.community_spend + c.other_spend),
        CCG_LEVELS)  # fmt: skip
# ---------------------------------------------------------------- access and quality
outcome(
    "appointments_wanted",
    "consultations per patient",
    0,
    "consultations patients want",
    lambda c: over(c.wanted, c.patients),
)
outcome(
    "consultations_per_patient",
    "consultations per patient",
    0,
    "consultations given",
    lambda c: over(c.appointments, c.patients),
)
outcome(
    "appointments_unmet_share", "share", -1, "consultations wanted and not given", lambda c: over(c.unmet, c.wanted)
)
outcome(
    "workload_mean",
    "ratio",
    -1,
    "demand on GP time against the sustainable level",
    lambda c: over(c.workload, c.practices),
)
outcome("continuity_mean", "share", 1, "consultations with the usual GP", lambda c: over(c.continuity, c.practices))
outcome(
    "experience_good",
    "share",
    1,
    "patients with a good experience of their practice",
    lambda c: over(c.experience, c.patients),
)
outcome(
    "quality_true",
    "sd",
    1,
    "mean true quality; 0 is England's mean at the start",
    lambda c: over(c.quality, c.practices),
)
outcome("quality_recorded", "share", 0, "share of QOF points achieved", lambda c: over(c.recorded, c.practices))
outcome(
    "quality_sd",
    "sd",
    -1,
    "spread of true quality between practices",
    lambda c: spread(c.practices, c.quality, c.quality_squared),
)
outcome("quality_deprivation_gap", "sd", -1, "true quality in the least deprived fifth less that in the most deprived",
        lambda c: over(c.quality_rich, c.rich) - over(c.quality_poor, c.poor), CCG_LEVELS)  # fmt: skip
outcome(
    "scheme_hours_per_practice", "hours a year", 0, "time on local schemes", lambda c: over(c.scheme_hours, c.practices)
)
outcome(
    "reporting_hours_per_practice",
    "hours a year",
    -1,
    "time on reports, inspection and notices",
    lambda c: over(c.reporting_hours, c.practices),
)
# ---------------------------------------------------------------- hospital
outcome(
    "emergency_admissions_per_1000",
    "admissions per 1,000",
    -1,
    "emergency admissions",
    lambda c: 1000 * over(c.emergency, c.patients),
)
outcome(
    "ae_attendances_per_1000", "attendances per 1,000", -1, "A&E attendances", lambda c: 1000 * over(c.ae, c.patients)
)
outcome("referrals_per_1000", "referrals per 1,000", 0, "GP referrals", lambda c: 1000 * over(c.referrals, c.patients))
outcome(
    "elective_per_1000", "admissions per 1,000", 0, "elective admissions", lambda c: 1000 * over(c.elective, c.patients)
)
outcome(
    "budget_holding_share",
    "share",
    0,
    "practices that hold part of their patients' hospital budget",
    lambda c: over(c.budget_holders, c.practices),
)
outcome(
    "budget_savings_per_patient",
    "pounds per patient",
    0,
    "kept by practices that hold part of the hospital budget, over all patients",
    lambda c: over(c.budget_kept, c.patients),
)
outcome("out_of_hospital_share", "share", 0, "community care in what is spent on hospitals and community",
        lambda c: over(c.community_spend, c.community_spend + c.hospital_spend), CCG_LEVELS)  # fmt: skip
outcome(
    "trust_balance", "pounds", 1, "surplus of acute trusts, by patients treated", lambda c: c.trust_balance, CCG_LEVELS
)
outcome("ccg_overspending", "share", -1, "CCGs that overspent", lambda c: over(c.overspending, c.ccgs), CCG_LEVELS)
outcome(
    "plan_error_gps",
    "share",
    -1,
    "mean error of CCGs' forecasts of this year's GPs, up or down (K003)",
    lambda c: over(c.error_gps, c.ccgs),
    CCG_LEVELS,
)
outcome(
    "plan_error_admissions",
    "share",
    -1,
    "mean error of CCGs' forecasts of this year's emergency admissions, up or down (K003)",
    lambda c: over(c.error_admissions, c.ccgs),
    CCG_LEVELS,
)
# ---------------------------------------------------------------- commissioning
outcome("commissioner_hours", "hours a year", 0, "staff time spent on decided cases", lambda c: c.hours, CCG_LEVELS)
outcome("cases_decided", "cases a year", 0, "cases decided", lambda c: c.decided, CCG_LEVELS)
outcome("backlog_cases", "cases", -1, "cases that wait at the end of the year", lambda c: c.waiting, CCG_LEVELS)
outcome("case_wait_months", "months", -1, "mean wait of decided cases", lambda c: over(c.waits, c.decided), CCG_LEVELS)
outcome("cases_undone", "cases a year", -1, "cases that nobody decided in time", lambda c: c.undone, CCG_LEVELS)
outcome(
    "cases_doubled",
    "cases a year",
    -1,
    "cases on which two bodies acted against each other",
    lambda c: c.doubled,
    CCG_LEVELS,
)
outcome(
    "breach_notices",
    "notices a year",
    0,
    "notices of breach of contract, remedial or breach",
    lambda c: c.notices,
    CCG_LEVELS,
)
outcome(
    "contracts_removed", "contracts a year", 0, "contracts ended by the commissioner", lambda c: c.removals, CCG_LEVELS
)
outcome("support_granted", "pounds", 0, "discretionary support", lambda c: c.grants, CCG_LEVELS)
outcome(
    "support_lapsed",
    "pounds a year",
    -1,
    "NHS England's money for practices in trouble that was not granted and went back to the Treasury",
    lambda c: c.lapsed,
    CCG_LEVELS,
)
outcome(
    "conflicted_decisions",
    "decisions a year",
    -1,
    "decisions in which a voter had an interest",
    lambda c: c.conflicted,
    CCG_LEVELS,
)
outcome(
    "captured_decisions",
    "decisions a year",
    -1,
    "decisions that would have differed without the pull of interest",
    lambda c: c.captured,
    CCG_LEVELS,
)
outcome(
    "recused_votes",
    "votes a year",
    0,
    "votes not cast because a member with an interest left the room",
    lambda c: c.recused,
    CCG_LEVELS,
)
outcome(
    "decisions_deferred",
    "decisions a year",
    -1,
    "decisions put off to the next year because no meeting had a quorum",
    lambda c: c.deferred,
    CCG_LEVELS,
)
outcome(
    "joint_disagreements",
    "decisions a year",
    0,
    "joint decisions where one side wanted what the other did not, so that nothing came of it",
    lambda c: c.disagreed,
    CCG_LEVELS,
)
outcome(
    "awards_to_member_companies",
    "share",
    0,
    "contracts awarded in the year that went to companies in which member practices hold a stake (K012)",
    lambda c: over(c.awards_linked, c.awards),
    CCG_LEVELS,
)
outcome(
    "contracts_with_member_companies",
    "share",
    0,
    "contracts held by a CCG's own providers that are with companies in which member practices hold a stake (C071)",
    lambda c: over(c.contracts_linked, c.contracts_held),
    CCG_LEVELS,
)
outcome("exposures", "a year", -1, "decisions exposed as captured, rightly or not", lambda c: c.exposures, CCG_LEVELS)
outcome(
    "seats_contested",
    "share",
    0,
    "GP seats on CCGs' boards that were contested",
    lambda c: over(c.contested, c.ccgs),
    CCG_LEVELS,
)
outcome("legitimacy", "0 to 1", 1, "mean standing of CCGs", lambda c: over(c.legitimacy, c.ccgs), CCG_LEVELS)
outcome(
    "engagement", "0 to 1", 1, "mean engagement of practices with their CCG", lambda c: over(c.engagement, c.practices)
)
outcome(
    "perceived_influence",
    "0 to 1",
    1,
    "mean influence on the CCG as practices see it",
    lambda c: over(c.influence, c.practices),
)
outcome("trust_in_ccg", "0 to 1", 1, "mean trust of practices in their CCG", lambda c: over(c.trust_ccg, c.practices))
outcome(
    "trust_in_nhs_england",
    "0 to 1",
    1,
    "mean trust of practices in NHS England",
    lambda c: over(c.trust_nhse, c.practices),
)
outcome(
    "support_for_ccg_control",
    "0 to 1",
    0,
    "mean support of doctors for CCG control",
    lambda c: over(c.support_control, c.practices),
)
outcome("ccgs_delegated", "CCGs", 0, "CCGs that lead half of the functions or more", lambda c: c.delegated, CCG_LEVELS)
outcome("ccgs_joint", "CCGs", 0, "CCGs that decide together with their area team", lambda c: c.joint, CCG_LEVELS)
outcome(
    "ccgs_greater_involvement",
    "CCGs",
    0,
    "CCGs under another table than area teams alone, without deciding",
    lambda c: c.greater_involvement,
    CCG_LEVELS,
)
for _name, _definition, _of in (
    ("ccgs_interested", "CCGs that had expressed interest in more control when this year's round was held",
     lambda c: c.interested),
    ("ccgs_applied_joint", "CCGs that applied this year to decide together with their area team",
     lambda c: c.applied_joint),
    ("ccgs_applied_delegated", "CCGs that applied this year to lead alone", lambda c: c.applied_delegated),
    ("ccgs_approved_joint", "CCGs approved this year to decide together, some of which applied for more",
     lambda c: c.approved_joint),
    ("ccgs_approved_delegated", "CCGs approved this year to lead alone", lambda c: c.approved_delegated),
    ("ccgs_on_notice", "CCGs that have given notice to leave their table", lambda c: c.on_notice),
):  # fmt: skip
    outcome(_name, "CCGs", 0, _definition, _of, CCG_LEVELS)
outcome(
    "staff_cost_total",
    "pounds a year",
    -1,
    "commissioning staff for general practice, of all bodies",
    lambda c: c.staff_cost,
    CCG_LEVELS,
)
outcome(
    "staff_fte_total",
    "FTE",
    0,
    "commissioning staff for general practice, of all bodies",
    lambda c: c.staff_fte,
    CCG_LEVELS,
)
outcome(
    "staff_change_cost",
    "pounds a year",
    -1,
    "hiring and redundancy in reorganisations",
    lambda c: c.staff_change_cost,
    ("national",),
)
outcome(
    "regime_ended",
    "0 or 1",
    0,
    "the government has ended the regime",
    lambda c: np.minimum(c.ended, 1.0),
    ("national",),
)


def share_in_favour(function: str) -> Callable[[Columns], Floats]:
    """Formula: share of those who answer a poll who want the CCG to control a function."""
    return lambda c: over(getattr(c, f"yes_{function}"), c.answers)


for _function in POLLED:
    outcome(
        f"survey_support_{_function}",
        "share",
        0,
        f"GPs who answer a poll and want CCG control of {_function.replace('_', ' ')}",
        share_in_favour(_function),
        CCG_LEVELS,
    )


def board_lead(c: Columns) -> Floats:
    """How much more often board members than other GPs support CCG control, mean over functions."""
    yes = sum((getattr(c, f"yes_{function}") for function in POLLED), np.zeros_like(c.answers)) / len(POLLED)
    return over(c.board_yes, c.board_answers) - over(yes - c.board_yes, c.answers - c.board_answers)


outcome(
    "survey_board_lead",
    "difference of shares",
    0,
    "support for CCG control of a function, mean of all: GPs with a seat on a governing body less other GPs",
    board_lead,
    CCG_LEVELS,
)


def quality_between(ccg: Columns) -> Floats:
    """(years, 1): sd of CCGs' mean true quality."""
    return np.asarray(np.nanstd(over(ccg.quality, ccg.practices), axis=-1, keepdims=True))


def quality_within(ccg: Columns) -> Floats:
    """(years, 1): root mean square of the sd of true quality within CCGs, weighted by practices."""
    variance = spread(ccg.practices, ccg.quality, ccg.quality_squared) ** 2
    return np.asarray(
        np.sqrt(
            over(np.nansum(variance * ccg.practices, axis=-1, keepdims=True), ccg.practices.sum(axis=-1, keepdims=True))
        )
    )


outcome(
    "quality_sd_between_ccgs",
    "sd",
    -1,
    "spread of mean true quality between CCGs (K027)",
    quality_between,
    ("national",),
)
outcome("quality_sd_within_ccgs", "sd", -1, "spread of true quality within CCGs (K028)", quality_within, ("national",))


def places_of(world: World) -> dict[str, list[str]]:
    """Names of the places of every level, in the order of rows; two CCGs never share a name."""
    names = world.names
    return {
        "national": ["England" if len(names.ccgs) > 1 else names.ccgs[0]],
        "region": names.regions,
        "area_team": names.area_teams,
        "ccg": names.ccg_codes,
        "deprivation_fifth": [str(k + 1) for k in range(FIFTHS)],
        "contract": ["GMS", "PMS", "APMS"][:CONTRACTS],
    }


def measure(world: World, sums: Sums) -> dict[str, Floats]:
    """All outcomes of a run by level: (years, places, outcomes), in the order of `OUTCOMES`; NaN where one has no
    meaning there."""
    n_ccgs = len(world.ccgs)
    by_ccg, rest = sums.by_group[:, :n_ccgs], sums.by_group[:, n_ccgs:].copy()
    rest[..., [COLUMN[name] for name in (*CCG_SUMS, *NATION_SUMS, *POLL_SUMS)]] = np.nan
    tables = (
        by_ccg.sum(axis=1, keepdims=True),
        _add_up(by_ccg, world.ccgs["region"], len(world.regions)),
        _add_up(by_ccg, world.ccgs["area_team"], len(world.area_teams)),
        by_ccg,
        rest[:, :FIFTHS],
        rest[:, FIFTHS:],
    )
    ends = np.cumsum([table.shape[1] for table in tables])
    place_of = dict(
        zip(LEVELS, (slice(end - t.shape[1], end) for end, t in zip(ends, tables, strict=True)), strict=True)
    )
    everywhere, ccgs = Columns(np.concatenate(tables, axis=1), sums.quantiles), Columns(by_ccg, sums.quantiles)
    out = np.full((len(by_ccg), int(ends[-1]), len(OUTCOMES)), np.nan)
    for k, one in enumerate(OUTCOMES.values()):
        if one.formula in (quality_between, quality_within):
            out[:, :1, k] = one.formula(ccgs)
            continue
        found = one.formula(everywhere)
        for level in one.levels:
            out[:, place_of[level], k] = found[:, place_of[level]]
    return {level: out[:, place] for level, place in place_of.items()}


def _add_up(by_ccg: Floats, group: Floats, count: int) -> Floats:
    """Sums of CCGs by group: (years, count, sums), added in the order of CCGs."""
    out = np.zeros((by_ccg.shape[0], count, by_ccg.shape[2]))
    for c, g in enumerate(group.tolist()):
        out[:, g] += by_ccg[:, c]
    return out
