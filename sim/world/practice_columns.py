"""Columns of practices and doctors; `sim.world.columns` says what a column is and has the others."""

from __future__ import annotations

Column = tuple[str, str, str, str]
"""Name, type, unit, meaning."""

# --------------------------------------------------------------------------- practices
PLACE: tuple[Column, ...] = (
    ("id", "u8", "id", "for life; draws and ties use it"),
    ("ccg", "i8", "row of ccgs", "the CCG it belongs to"),
    ("x", "f8", "km east", "place on a flat grid"),
    ("y", "f8", "km north", "place on a flat grid"),
    ("imd", "f8", "score", "Index of Multiple Deprivation 2015 of its patients"),
    ("fifth", "i8", "0 to 4", "fifth of deprivation among practices; 0 is the least deprived"),
    ("rural", "i8", "0 or 1", "in a rural area"),
    ("trust", "i8", "row of trusts", "nearest main trust by catchment"),
    ("trust_km", "f8", "km", "distance to that trust"),
    ("board", "i8", "0 or 1", "a partner sits on the CCG's governing body"),
)
LISTS: tuple[Column, ...] = (
    ("age_0_4", "f8", "patients", "registered, aged 0 to 4"),
    ("age_5_64", "f8", "patients", "registered, aged 5 to 64"),
    ("age_65_74", "f8", "patients", "registered, aged 65 to 74"),
    ("age_75", "f8", "patients", "registered, aged 75 and over"),
    ("total", "f8", "patients", "the list: sum of the four bands"),
    ("need", "f8", "ratio", "Carr-Hill weighted patients per patient; moves as its patients age"),
    ("weighted", "f8", "weighted patients", "list weighted by need, this year"),
    ("open", "i8", "0 or 1", "takes new patients"),
    ("closed_until", "i8", "year", "first year in which a closed list opens again"),
    ("growth", "f8", "share a year", "how fast the population of its place grows"),
    ("received", "f8", "patients", "taken from closed practices, of whom continuity is not yet rebuilt; fades"),
    ("switched_in", "f8", "patients", "joined by choice this year"),
    ("switched_out", "f8", "patients", "left by choice this year"),
)
CONTRACT: tuple[Column, ...] = (
    ("kind", "i8", "0 GMS, 1 PMS, 2 APMS", "contract"),
    ("ends", "i8", "year", "year in which an APMS contract ends; 9999 without end"),
    ("mpig_2013", "f8", "pounds a year", "correction factor of 2013-14"),
    ("premium_2013", "f8", "pounds a year", "PMS premium over GMS before the taper"),
    ("premium_left", "f8", "0 to 1", "share of the premium still paid"),
    ("premises_pay", "f8", "pounds per patient", "premises reimbursement at the start"),
    ("dispensing_pay", "f8", "pounds per patient", "dispensing fees and drugs at the start"),
    ("des_pay", "f8", "pounds per patient", "national enhanced services at the start"),
    ("local_pay", "f8", "pounds per patient", "locally commissioned services at the start"),
    ("other_pay", "f8", "pounds per patient", "other payments at the start"),
    ("apms_price", "f8", "pounds per weighted patient", "agreed price of an APMS contract"),
    ("lease_years", "f8", "years", "left on the premises lease; 0 where the partners own them"),
    ("liability", "f8", "pounds", "what falls on the last partner if the practice ends (lease, redundancy)"),
    ("sites", "i8", "count", "surgeries, main and branch"),
    ("provider", "i8", "row of providers or -1", "company that holds an APMS contract"),
    ("staff_pay", "f8", "ratio", "own staff cost against the national mean (practice-level variation)"),
    ("own_costs", "f8", "pounds per patient", "running costs above the national mean, less private income"),
)
MONEY: tuple[Column, ...] = (
    ("global_sum", "f8", "pounds", "global sum or its PMS equivalent"),
    ("mpig", "f8", "pounds", "correction factor"),
    ("premium", "f8", "pounds", "PMS premium"),
    ("apms", "f8", "pounds", "APMS contract price"),
    ("qof", "f8", "pounds", "Quality and Outcomes Framework"),
    ("des", "f8", "pounds", "national enhanced services"),
    ("local_services", "f8", "pounds", "locally commissioned services, with public health"),
    ("local_scheme", "f8", "pounds", "local incentive scheme"),
    ("reinvested", "f8", "pounds", "released PMS premium that came back by local design"),
    ("premises", "f8", "pounds", "premises reimbursement"),
    ("seniority", "f8", "pounds", "seniority payments"),
    ("dispensing", "f8", "pounds", "dispensing fees and drugs"),
    ("discretionary", "f8", "pounds", "discretionary support (section 96, resilience)"),
    ("other", "f8", "pounds", "other payments"),
    ("income", "f8", "pounds", "sum of the streams above"),
    ("expenses", "f8", "pounds", "staff, premises, drugs, locums and the rest"),
    ("drawings", "f8", "pounds", "taken by all partners"),
    ("drawings_each", "f8", "pounds per partner FTE", "income before tax of a full-time partner"),
    ("reserves", "f8", "pounds", "kept in the practice; may be negative"),
)
STAFF: tuple[Column, ...] = (
    ("gp_fte", "f8", "FTE", "partners and salaried, without trainees and locums"),
    ("doctors", "f8", "count", "partners and salaried"),
    ("partners", "f8", "count", "partners"),
    ("partner_fte", "f8", "FTE", "partners"),
    ("salaried_fte", "f8", "FTE", "salaried GPs"),
    ("trainee_fte", "f8", "FTE", "trainees"),
    ("locum_fte", "f8", "FTE", "locums hired this year"),
    ("nurse_fte", "f8", "FTE", "practice nurses"),
    ("direct_fte", "f8", "FTE", "other direct patient care"),
    ("admin_fte", "f8", "FTE", "administration"),
    ("posts_fte", "f8", "FTE", "GP posts the practice wants to fill"),
    ("vacant_fte", "f8", "FTE", "posts left empty at the end of the year's matching"),
    ("vacant_months", "f8", "months", "how long its oldest vacancy has been open"),
    ("left", "f8", "count", "GPs who left this year"),
    ("joined", "f8", "count", "GPs who joined this year"),
    ("turnover", "f8", "0 to 1", "smoothed share of GPs who change in a year"),
    ("burnout", "f8", "0 to 1", "mean of its GPs"),
    ("mean_age", "f8", "years", "mean of its GPs"),
    ("list_before", "f8", "patients", "its list when posts were last planned"),
)
CARE: tuple[Column, ...] = (
    ("wanted", "f8", "consultations a year", "wanted by patients"),
    ("appointments", "f8", "consultations a year", "given"),
    ("unmet", "f8", "0 to 1", "share of wanted that is not met"),
    ("workload", "f8", "ratio", "demand on each GP hour against the sustainable level; 1 is sustainable"),
    ("access", "f8", "0 to 1", "how easily patients are seen"),
    ("continuity", "f8", "0 to 1", "share of consultations with the usual GP"),
    ("quality_true", "f8", "sd", "true quality of care, England's mean at the start is 0, sd 1"),
    ("quality_base", "f8", "sd", "what quality returns to when nothing presses on it"),
    ("quality_recorded", "f8", "0 to 1", "share of QOF points achieved"),
    ("coding", "f8", "sd", "how diligently the practice records"),
    ("experience", "f8", "0 to 1", "share of patients who call their experience good"),
    ("rating", "i8", "0 none, 1 inadequate .. 4 outstanding", "CQC rating"),
    ("effort_scheme", "f8", "hours a year", "spent on local-scheme domains"),
    ("effort_reporting", "f8", "hours a year", "spent on reporting, inspection and complying with commissioners"),
    ("support", "f8", "sd a year", "improvement support in force; fades"),
    ("facilities", "f8", "0 to 1", "room and equipment to do work moved out of hospital"),
)
LIFE: tuple[Column, ...] = (
    ("state", "i8", "see world.states", "0 unused, 1 open, 2 caretaker, 3 merged, 4 dispersed"),
    ("opened", "i8", "year", "first year"),
    ("closed", "i8", "year", "year in which the code ended; 0 while open"),
    ("distress", "f8", "sd", "hidden distress: money, people and workload together"),
    ("relief", "f8", "sd", "distress relieved by commissioners' help (negative: added by sanctions); fades"),
    ("asking", "i8", "0 or 1", "has asked its commissioner for help this year"),
    ("handing_back", "i8", "0 or 1", "partners have given notice"),
    ("months_left", "f8", "months", "until the notice or the caretaker's term ends"),
    ("merged_into", "i8", "row or -1", "the practice that took it over"),
    ("viable", "i8", "0 or 1", "was viable when it ended (a closure of a viable, sound practice is unjustified)"),
    ("at_scale", "i8", "0 or 1", "member of a group or federation"),
    ("sanctioned", "f8", "0 to 3", "highest contractual action in force: remedial 1, breach 2, removal 3"),
    ("merger_wish", "i8", "row or -1", "partner with whom it has asked to merge"),
    ("displaced", "f8", "patients", "patients displaced when it was dispersed this year"),
)
TIES: tuple[Column, ...] = (
    ("engagement", "f8", "0 to 1", "time and attention given to the CCG"),
    ("trust_ccg", "f8", "0 to 1", "trust in the CCG"),
    ("trust_nhse", "f8", "0 to 1", "trust in NHS England and its area team"),
    ("influence", "f8", "0 to 1", "influence on the CCG as the practice sees it"),
    ("authority_ccg", "f8", "0 to 1", "perceived authority of the CCG"),
    ("authority_nhse", "f8", "0 to 1", "perceived authority of NHS England and its area team"),
    ("shareholder", "f8", "0 to 1", "stake of its partners in the local GP company"),
    ("opted_in", "i8", "0 or 1", "takes part in the local scheme"),
    ("goodwill", "f8", "0 to 1", "goodwill towards whoever commissions it"),
    ("support_control", "f8", "0 to 1", "mean support of its doctors for CCG control"),
)
USE: tuple[Column, ...] = (
    ("ae", "f8", "attendances", "A&E attendances of its patients"),
    ("emergency", "f8", "admissions", "emergency admissions of its patients"),
    ("referrals", "f8", "referrals", "GP referrals"),
    ("elective", "f8", "admissions", "elective admissions"),
    ("community", "f8", "contacts", "work done out of hospital that would have been done in it"),
    ("luck", "f8", "ratio", "lasting difference of its patients' emergency use from its place's mean"),
    ("usual_referrals", "f8", "referrals", "that the ages of its patients say"),
    ("holds", "i8", "0 or 1", "holds part of its patients' hospital budget"),
    ("held_back", "f8", "0 to 1", "share of referrals to hospital that it does not make because it holds the budget"),
    ("budget_ratio", "f8", "ratio", "referrals to hospital against the usual ones when it took the budget"),
    ("budget", "f8", "pounds", "hospital budget that it held this year"),
    ("kept", "f8", "pounds", "saved of that budget and kept"),
)
# --------------------------------------------------------------------------- doctors
# Two groups, since several passes a year over all doctors read the first alone: its eight columns fill a cache line.
DOCTORS: tuple[Column, ...] = (
    ("id", "u8", "id", "for life; 0 marks a free row"),
    ("practice", "i8", "row of practices or -1", "where the doctor works; -1 is a free row"),
    ("age", "f8", "years", ""),
    ("role", "i8", "0 partner, 1 salaried, 2 locum, 3 trainee", ""),
    ("fte", "f8", "FTE", "share of full time"),
    ("burnout", "f8", "0 to 1", ""),
    ("intention", "f8", "0 to 1", "intention to leave within five years"),
    ("opinion", "f8", "-1 to 1", "for (1) or against (-1) control by the CCG"),
)
MINDS: tuple[Column, ...] = (
    ("joined", "f8", "year", "when the doctor joined this practice"),
    ("female", "i8", "0 or 1", ""),
    ("trust", "f8", "0 to 1", "trait: trusts commissioners"),
    ("autonomy", "f8", "0 to 1", "trait: wants to decide for oneself"),
    ("conflict_worry", "f8", "0 to 1", "trait: worries about conflicts of interest"),
    ("workload_threat", "f8", "0 to 1", "trait: sees change as more work"),
    ("opinion_start", "f8", "-1 to 1", "the opinion the traits alone would give"),
)

PRACTICE_TABLES: dict[str, tuple[Column, ...]] = {
    "place": PLACE, "lists": LISTS, "contract": CONTRACT, "money": MONEY, "staff": STAFF, "care": CARE, "life": LIFE,
    "ties": TIES, "use": USE,
}  # fmt: skip
DOCTOR_TABLES: dict[str, tuple[Column, ...]] = {"doctors": DOCTORS, "minds": MINDS}
