"""The registry of outcomes: what a run is measured by, from top to bottom in the order of results.

An outcome has a name, a unit, a direction (is more of it better?), a definition, a formula over the sums of a year
(`sim.sums`) and the levels at which it has a meaning. The formula is the same at every level. Ratios are ratios of
sums, so a region's rate weighs its CCGs by size. Where a formula has nothing to work on (no practice, nobody decided
anything) the outcome is NaN. Pages print the name in words: `gp_fte_per_1000` is "GP FTE per 1,000".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sim.rules.polls import POLLED
from sim.sums import Columns, over, spread
from sim.world.world import Floats

MORE, LESS, NEITHER = 1, -1, 0
"""What is better."""

LEVELS = ("national", "region", "area_team", "ccg", "deprivation_fifth", "contract")
CCG_LEVELS = LEVELS[:4]
NATIONAL = LEVELS[:1]


@dataclass(frozen=True)
class Ratio:
    """The formula of most outcomes, as data, so that all of them are worked out at once: a sum, or one over another
    (NaN where that is 0), times a number."""

    top: str
    bottom: str = ""
    times: float = 1.0


Formula = Ratio | Callable[[Columns], Floats]


@dataclass(frozen=True)
class Outcome:
    """One outcome. direction: 1 more is better, -1 less is better, 0 neither. formula: a `Ratio`, or from `Columns` to
    (years, places). between_ccgs: the formula compares CCGs, so it is given theirs for the nation's value."""

    name: str
    unit: str
    definition: str
    direction: int
    formula: Formula = field(repr=False, compare=False)
    levels: tuple[str, ...] = LEVELS
    between_ccgs: bool = False


OUTCOMES: dict[str, Outcome] = {}


def outcome(
    name: str,
    unit: str,
    direction: int,
    definition: str,
    formula: Formula,
    levels: tuple[str, ...] = LEVELS,
    between_ccgs: bool = False,
) -> None:
    """Adds an outcome to the registry; a name can be taken once. levels: some that follow each other in `LEVELS`."""
    if name in OUTCOMES:
        raise ValueError(f"outcome {name!r} is registered twice")
    if levels != LEVELS[LEVELS.index(levels[0]) :][: len(levels)]:
        raise ValueError(f"the levels of outcome {name!r} do not follow each other")
    OUTCOMES[name] = Outcome(name, unit, definition, direction, formula, levels, between_ccgs)


# ---------------------------------------------------------------- formulas that need more than a line
def board_lead(c: Columns) -> Floats:
    """How much more often board members than other GPs support CCG control, mean over functions."""
    yes = sum((getattr(c, f"yes_{function}") for function in POLLED), np.zeros_like(c.answers)) / len(POLLED)
    return over(c.board_yes, c.board_answers) - over(yes - c.board_yes, c.answers - c.board_answers)


def quality_between(ccg: Columns) -> Floats:
    """(years, 1): sd of CCGs' mean true quality."""
    return np.asarray(np.nanstd(over(ccg.quality, ccg.practices), axis=-1, keepdims=True))


def quality_within(ccg: Columns) -> Floats:
    """(years, 1): root mean square of the sd of true quality within CCGs, weighted by practices."""
    variance = spread(ccg.practices, ccg.quality, ccg.quality_squared) ** 2
    weighted = np.nansum(variance * ccg.practices, axis=-1, keepdims=True)
    return np.asarray(np.sqrt(over(weighted, ccg.practices.sum(axis=-1, keepdims=True))))


# fmt: off
# ---------------------------------------------------------------- practices and lists
outcome("practices_open", "practices", NEITHER, "practice codes paid in the year: open at its end, or ended in it",
        lambda c: c.practices + c.exited)
outcome("patients", "patients", NEITHER, "registered patients",
        Ratio("patients"))
outcome("list_size_mean", "patients", NEITHER, "registered patients for each practice code paid in the year",
        lambda c: over(c.patients, c.practices + c.exited))
outcome("list_size_p5", "patients", NEITHER, "5th percentile of lists of codes paid in the year",
        lambda c: c.q("list_size_p5"))
outcome("list_size_p25", "patients", NEITHER, "25th percentile of lists of codes paid in the year",
        lambda c: c.q("list_size_p25"))
outcome("list_size_p50", "patients", NEITHER, "median list of codes paid in the year",
        lambda c: c.q("list_size_p50"))
outcome("list_size_p75", "patients", NEITHER, "75th percentile of lists of codes paid in the year",
        lambda c: c.q("list_size_p75"))
outcome("list_size_p95", "patients", NEITHER, "95th percentile of lists of codes paid in the year",
        lambda c: c.q("list_size_p95"))
outcome("practices_exited", "practices a year", NEITHER,
        "codes that ended in the year: merged, dispersed or let anew under another",
        Ratio("exited"))
outcome("practices_merged", "practices a year", NEITHER, "codes that ended by merger; the patients stay",
        Ratio("merged"))
outcome("practices_new", "practices a year", NEITHER, "codes that began in the year",
        Ratio("new"))
outcome("patients_displaced", "patients a year", LESS, "patients of dispersed practices, who had to find another",
        Ratio("displaced"))
outcome("closures_unjustified", "practices a year", LESS,
        "dispersed practices that gave sound care and were viable (K004)",
        Ratio("unjustified"))
outcome("lists_closed", "practices", LESS, "practices with a closed list at the end of the year",
        Ratio("lists_closed"))
outcome("practices_gms", "practices", NEITHER, "open practices with a GMS contract",
        Ratio("gms"))
outcome("practices_pms", "practices", NEITHER, "open practices with a PMS contract",
        Ratio("pms"))
outcome("practices_apms", "practices", NEITHER, "open practices with an APMS contract",
        Ratio("apms"))
outcome("at_scale_share", "share", NEITHER, "practices in a group or federation",
        Ratio("at_scale", "practices"))
outcome("distress_mean", "sd", LESS, "mean hidden distress of practices; 0 is England's mean at the start",
        Ratio("distress", "practices"))

# ---------------------------------------------------------------- workforce
outcome("gp_fte", "FTE", MORE, "permanent qualified GPs, without trainees and locums",
        Ratio("gp_fte"))
outcome("gp_fte_per_1000", "FTE per 1,000 patients", MORE, "permanent qualified GPs for each 1,000 registered patients",
        Ratio("gp_fte", "patients", 1000))
outcome("nurse_fte", "FTE", MORE, "practice nurses",
        Ratio("nurses"))
outcome("gp_vacancies", "share", LESS, "GP posts left empty at the end of the year's matching, of all posts",
        Ratio("vacant", "posts"))
outcome("gp_leavers", "doctors a year", LESS, "GPs who left their practice",
        Ratio("left"))
outcome("burnout_mean", "0 to 1", LESS, "mean burn-out of GPs",
        Ratio("burnout", "doctors"))
outcome("partner_share", "share", NEITHER, "partners among permanent GPs, by FTE",
        Ratio("partner_fte", "gp_fte"))

# ---------------------------------------------------------------- money
outcome("drawings_mean", "pounds per partner", MORE, "income before tax of contractor GPs, a head",
        Ratio("drawings", "partners"))
outcome("drawings_p10", "pounds per partner", MORE, "10th percentile over partnerships of income before tax, a head",
        lambda c: c.q("drawings_p10"))
outcome("drawings_nil_share", "share", LESS, "partnerships whose partners draw nothing",
        Ratio("drawings_nil", "has_partners"))
outcome("payment_per_patient", "pounds per patient", NEITHER, "NHS payments to practices",
        Ratio("income", "patients"))
outcome("payment_per_patient_sd", "pounds per patient", NEITHER,
        "spread of payments between practices, weighted by patients",
        lambda c: spread(c.patients, c.pay_per_patient, c.pay_per_patient_squared))
outcome("payments_total", "pounds", NEITHER, "NHS payments to practices",
        Ratio("income"))
outcome("expenses_per_patient", "pounds per patient", NEITHER, "practices' expenses",
        Ratio("expenses", "patients"))
outcome("reserves_per_patient", "pounds per patient", MORE, "practices' reserves",
        Ratio("reserves", "patients"))
outcome("mpig_total", "pounds", NEITHER, "correction factor payments",
        Ratio("mpig"))
outcome("global_sum_total", "pounds", NEITHER, "global sum payments of GMS practices",
        Ratio("global_sum"))
outcome("pms_core_total", "pounds", NEITHER, "core payments of PMS practices: what GMS would pay them, and the premium",
        Ratio("pms_core"))
outcome("premium_total", "pounds", NEITHER, "PMS premium",
        Ratio("premium"))
outcome("seniority_total", "pounds", NEITHER, "seniority payments",
        Ratio("seniority"))
outcome("qof_total", "pounds", NEITHER, "Quality and Outcomes Framework",
        Ratio("qof"))
outcome("premises_total", "pounds", NEITHER, "premises payments",
        Ratio("premises"))
outcome("local_total", "pounds", NEITHER, "local services, local schemes and released PMS premium paid to practices",
        Ratio("local"))
outcome("general_practice_share", "share", NEITHER,
        "general practice in what is spent on it, hospitals, community and other care",
        lambda c: over(c.income, c.income + c.hospital_spend + c.community_spend + c.other_spend), CCG_LEVELS)

# ---------------------------------------------------------------- access and quality
outcome("appointments_wanted", "consultations per patient", NEITHER, "consultations patients want",
        Ratio("wanted", "patients"))
outcome("consultations_per_patient", "consultations per patient", NEITHER, "consultations given",
        Ratio("appointments", "patients"))
outcome("appointments_unmet_share", "share", LESS, "consultations wanted and not given",
        Ratio("unmet", "wanted"))
outcome("workload_mean", "ratio", LESS, "demand on GP time against the sustainable level",
        Ratio("workload", "practices"))
outcome("continuity_mean", "share", MORE, "consultations with the usual GP",
        Ratio("continuity", "practices"))
outcome("experience_good", "share", MORE, "patients with a good experience of their practice",
        Ratio("experience", "patients"))
outcome("quality_true", "sd", MORE, "mean true quality; 0 is England's mean at the start",
        Ratio("quality", "practices"))
outcome("quality_recorded", "share", NEITHER, "share of QOF points achieved",
        Ratio("recorded", "practices"))
outcome("quality_sd", "sd", LESS, "spread of true quality between practices",
        lambda c: spread(c.practices, c.quality, c.quality_squared))
outcome("quality_deprivation_gap", "sd", LESS,
        "true quality in the least deprived fifth less that in the most deprived",
        lambda c: over(c.quality_rich, c.rich) - over(c.quality_poor, c.poor), CCG_LEVELS)
outcome("scheme_hours_per_practice", "hours a year", NEITHER, "time on local schemes",
        Ratio("scheme_hours", "practices"))
outcome("reporting_hours_per_practice", "hours a year", LESS, "time on reports, inspection and notices",
        Ratio("reporting_hours", "practices"))

# ---------------------------------------------------------------- hospital
outcome("emergency_admissions_per_1000", "admissions per 1,000", LESS, "emergency admissions",
        Ratio("emergency", "patients", 1000))
outcome("ae_attendances_per_1000", "attendances per 1,000", LESS, "A&E attendances",
        Ratio("ae", "patients", 1000))
outcome("referrals_per_1000", "referrals per 1,000", NEITHER, "GP referrals",
        Ratio("referrals", "patients", 1000))
outcome("elective_per_1000", "admissions per 1,000", NEITHER, "elective admissions",
        Ratio("elective", "patients", 1000))
outcome("budget_holding_share", "share", NEITHER, "practices that hold part of their patients' hospital budget",
        Ratio("budget_holders", "practices"))
outcome("budget_savings_per_patient", "pounds per patient", NEITHER,
        "kept by practices that hold part of the hospital budget, over all patients",
        Ratio("budget_kept", "patients"))
outcome("out_of_hospital_share", "share", NEITHER, "community care in what is spent on hospitals and community",
        lambda c: over(c.community_spend, c.community_spend + c.hospital_spend), CCG_LEVELS)
outcome("trust_balance", "pounds", MORE, "surplus of acute trusts, by patients treated",
        Ratio("trust_balance"), CCG_LEVELS)
outcome("ccg_overspending", "share", LESS, "CCGs that overspent",
        Ratio("overspending", "ccgs"), CCG_LEVELS)
outcome("plan_error_gps", "share", LESS, "mean error of CCGs' forecasts of this year's GPs, up or down (K003)",
        Ratio("error_gps", "ccgs"), CCG_LEVELS)
outcome("plan_error_admissions", "share", LESS,
        "mean error of CCGs' forecasts of this year's emergency admissions, up or down (K003)",
        Ratio("error_admissions", "ccgs"), CCG_LEVELS)

# ---------------------------------------------------------------- commissioning
outcome("commissioner_hours", "hours a year", NEITHER, "staff time spent on decided cases",
        Ratio("hours"), CCG_LEVELS)
outcome("cases_decided", "cases a year", NEITHER, "cases decided",
        Ratio("decided"), CCG_LEVELS)
outcome("backlog_cases", "cases", LESS, "cases that wait at the end of the year",
        Ratio("waiting"), CCG_LEVELS)
outcome("case_wait_months", "months", LESS, "mean wait of decided cases",
        Ratio("waits", "decided"), CCG_LEVELS)
outcome("cases_undone", "cases a year", LESS, "cases that nobody decided in time",
        Ratio("undone"), CCG_LEVELS)
outcome("cases_doubled", "cases a year", LESS, "cases on which two bodies acted against each other",
        Ratio("doubled"), CCG_LEVELS)
outcome("breach_notices", "notices a year", NEITHER, "notices of breach of contract, remedial or breach",
        Ratio("notices"), CCG_LEVELS)
outcome("contracts_removed", "contracts a year", NEITHER, "contracts ended by the commissioner",
        Ratio("removals"), CCG_LEVELS)
outcome("support_granted", "pounds", NEITHER, "discretionary support",
        Ratio("grants"), CCG_LEVELS)
outcome("support_lapsed", "pounds a year", LESS,
        "NHS England's money for practices in trouble that was not granted and went back to the Treasury",
        Ratio("lapsed"), CCG_LEVELS)
outcome("conflicted_decisions", "decisions a year", LESS, "decisions in which a voter had an interest",
        Ratio("conflicted"), CCG_LEVELS)
outcome("captured_decisions", "decisions a year", LESS,
        "decisions that would have differed without the pull of interest",
        Ratio("captured"), CCG_LEVELS)
outcome("recused_votes", "votes a year", NEITHER, "votes not cast because a member with an interest left the room",
        Ratio("recused"), CCG_LEVELS)
outcome("decisions_deferred", "decisions a year", LESS,
        "decisions put off to the next year because no meeting had a quorum",
        Ratio("deferred"), CCG_LEVELS)
outcome("joint_disagreements", "decisions a year", NEITHER,
        "joint decisions where one side wanted what the other did not, so that nothing came of it",
        Ratio("disagreed"), CCG_LEVELS)
outcome("awards_to_member_companies", "share", NEITHER,
        "contracts awarded in the year that went to companies in which member practices hold a stake (K012)",
        Ratio("awards_linked", "awards"), CCG_LEVELS)
outcome("contracts_with_member_companies", "share", NEITHER,
        "contracts held by a CCG's own providers that are with companies in which member practices hold a stake (C071)",
        Ratio("contracts_linked", "contracts_held"), CCG_LEVELS)
outcome("exposures", "a year", LESS, "decisions exposed as captured, rightly or not",
        Ratio("exposures"), CCG_LEVELS)
outcome("seats_contested", "share", NEITHER, "GP seats on CCGs' boards that were contested",
        Ratio("contested", "ccgs"), CCG_LEVELS)
outcome("legitimacy", "0 to 1", MORE, "mean standing of CCGs",
        Ratio("legitimacy", "ccgs"), CCG_LEVELS)
outcome("engagement", "0 to 1", MORE, "mean engagement of practices with their CCG",
        Ratio("engagement", "practices"))
outcome("perceived_influence", "0 to 1", MORE, "mean influence on the CCG as practices see it",
        Ratio("influence", "practices"))
outcome("trust_in_ccg", "0 to 1", MORE, "mean trust of practices in their CCG",
        Ratio("trust_ccg", "practices"))
outcome("trust_in_nhs_england", "0 to 1", MORE, "mean trust of practices in NHS England",
        Ratio("trust_nhse", "practices"))
outcome("support_for_ccg_control", "0 to 1", NEITHER, "mean support of doctors for CCG control",
        Ratio("support_control", "practices"))
outcome("ccgs_delegated", "CCGs", NEITHER, "CCGs that lead half of the functions or more",
        Ratio("delegated"), CCG_LEVELS)
outcome("ccgs_joint", "CCGs", NEITHER, "CCGs that decide together with their area team",
        Ratio("joint"), CCG_LEVELS)
outcome("ccgs_greater_involvement", "CCGs", NEITHER, "CCGs under another table than area teams alone, without deciding",
        Ratio("greater_involvement"), CCG_LEVELS)
outcome("ccgs_interested", "CCGs", NEITHER,
        "CCGs that had expressed interest in more control when this year's round was held",
        Ratio("interested"), CCG_LEVELS)
outcome("ccgs_applied_joint", "CCGs", NEITHER, "CCGs that applied this year to decide together with their area team",
        Ratio("applied_joint"), CCG_LEVELS)
outcome("ccgs_applied_delegated", "CCGs", NEITHER, "CCGs that applied this year to lead alone",
        Ratio("applied_delegated"), CCG_LEVELS)
outcome("ccgs_approved_joint", "CCGs", NEITHER,
        "CCGs approved this year to decide together, some of which applied for more",
        Ratio("approved_joint"), CCG_LEVELS)
outcome("ccgs_approved_delegated", "CCGs", NEITHER, "CCGs approved this year to lead alone",
        Ratio("approved_delegated"), CCG_LEVELS)
outcome("ccgs_on_notice", "CCGs", NEITHER, "CCGs that have given notice to leave their table",
        Ratio("on_notice"), CCG_LEVELS)
outcome("staff_cost_total", "pounds a year", LESS, "commissioning staff for general practice, of all bodies",
        Ratio("staff_cost"), CCG_LEVELS)
outcome("staff_fte_total", "FTE", NEITHER, "commissioning staff for general practice, of all bodies",
        Ratio("staff_fte"), CCG_LEVELS)
outcome("staff_change_cost", "pounds a year", LESS, "hiring and redundancy in reorganisations",
        Ratio("staff_change_cost"), NATIONAL)
outcome("regime_ended", "0 or 1", NEITHER, "the government has ended the regime",
        lambda c: np.minimum(c.ended, 1.0), NATIONAL)

# ---------------------------------------------------------------- what GPs would answer in a poll
for _function in POLLED:
    outcome(f"survey_support_{_function}", "share", NEITHER,
            f"GPs who answer a poll and want CCG control of {_function.replace('_', ' ')}",
            Ratio(f"yes_{_function}", "answers"), CCG_LEVELS)
outcome("survey_board_lead", "difference of shares", NEITHER,
        "support for CCG control of a function, mean of all: GPs with a seat on a governing body less other GPs",
        board_lead, CCG_LEVELS)

# ---------------------------------------------------------------- differences between places
outcome("quality_sd_between_ccgs", "sd", LESS, "spread of mean true quality between CCGs (K027)",
        quality_between, NATIONAL, between_ccgs=True)
outcome("quality_sd_within_ccgs", "sd", LESS, "spread of true quality within CCGs (K028)",
        quality_within, NATIONAL, between_ccgs=True)
# fmt: on
