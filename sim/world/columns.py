"""The state of England in columns: one structured array per column group, at most 20 columns each.

A table is a kind of agent (practice, doctor, CCG, ...); its rows are agents and its columns are split into groups, one
for each room of rules, so that a kernel's arguments show what it reads and writes. Within kernels a column is
`lists.total[row]`; in Python it is `lists["total"][row]`. A row is only a place; what lasts is the `id`.

Columns are written here once, as (name, type, unit, meaning). Types: "f8" number, "i8" whole number or row, "u8" id.
Money is in pounds of the year, time in years unless the unit says otherwise, shares between 0 and 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernel import COMPILED

Column = tuple[str, str, str, str]
Table = NDArray[Any]

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
    ("cost", "f8", "pounds", "tariff cost of its patients' hospital care"),
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
# --------------------------------------------------------------------------- CCGs
CCGS: tuple[Column, ...] = (
    ("id", "u8", "id", "for life"),
    ("area_team", "i8", "row of area teams", "the team of 2014-15"),
    ("team", "i8", "row of area teams", "the team that serves it now; changes when teams merge"),
    ("region", "i8", "0 North, 1 Midlands and East, 2 London, 3 South", ""),
    ("x", "f8", "km east", ""),
    ("y", "f8", "km north", ""),
    ("imd", "f8", "score", "mean deprivation"),
    ("patients", "f8", "patients", "registered with its practices"),
    ("practices", "f8", "count", "open practices"),
    ("table", "i8", "index of the regime's tables", "the table that governs general practice here this year"),
    ("years_in", "f8", "years", "under that table"),
    ("maturity", "f8", "0 to 1", "leadership, systems and staff that know the work"),
    ("legitimacy", "f8", "0 to 1", "standing with practices, patients and press"),
    ("engagement", "f8", "0 to 1", "mean engagement of its members"),
    ("opposition", "f8", "0 to 1", "share of member practices against more control"),
    ("applied", "i8", "table or -1", "what it applied for this year"),
    ("emergency_index", "f8", "ratio", "emergency use of its place against what age and deprivation say"),
    ("out_of_hours", "f8", "0 to 1", "share of patients with a good experience of GP out-of-hours"),
    ("county", "i8", "row of ccgs", "where an authority of the size of a county would have its seat"),
)
CCG_MONEY: tuple[Column, ...] = (
    ("allocation", "f8", "pounds", "programme allocation: hospital and community care"),
    ("target_gap", "f8", "share", "distance of the allocation from target"),
    ("running_costs", "f8", "pounds", "running-cost allowance"),
    ("hospital", "f8", "pounds", "spent at trusts"),
    ("community", "f8", "pounds", "spent on community and out-of-hospital services"),
    ("other_care", "f8", "pounds", "spent on the rest (mental health, prescribing, continuing care)"),
    ("scheme", "f8", "pounds", "spent on the local scheme beyond released PMS premium"),
    ("local_services", "f8", "pounds", "paid to practices for local services, by the CCG and councils"),
    ("primary_medical", "f8", "pounds", "general practice contracts, whoever holds the budget"),
    ("premium_pool", "f8", "pounds", "PMS premium released in its area, to be reinvested this year"),
    ("support_budget", "f8", "pounds", "discretionary support for practices, this year"),
    ("support_spent", "f8", "pounds", "granted from it"),
    ("outturn", "f8", "pounds", "allocation less spending; negative is overspent"),
    ("carried", "f8", "pounds", "taken from (negative) or added to the next year"),
    (
        "primary_carried",
        "f8",
        "pounds",
        "added to (negative: cut from) next year's money for general practice, see settlements",
    ),
    ("population", "f8", "patients", "for whom the allocation was set"),
    ("settlement", "f8", "0 to 1", "how far the trusts had their way"),
    ("staff_cost", "f8", "pounds", "paid for its commissioning staff"),
    ("practice_kept", "f8", "pounds", "savings kept by practices that hold part of the hospital budget"),
    ("practice_admin", "f8", "pounds", "paid for running the budgets of these practices"),
)
PLANS: tuple[Column, ...] = (
    ("gp_fte", "f8", "FTE", "forecast of next year's doctors"),
    ("patients", "f8", "patients", "forecast of next year's lists"),
    ("emergency", "f8", "admissions", "forecast of next year's emergency admissions"),
    ("hospital", "f8", "pounds", "that it expects to spend at trusts next year"),
    ("error_gp", "f8", "share", "relative error of the last forecast of doctors"),
    ("error_emergency", "f8", "share", "relative error of the last forecast of admissions"),
    ("sees_primary", "f8", "0 to 1", "how much of the plans for general practice the CCG sees"),
    ("beds_cut", "f8", "share", "cut of beds it plans with its trusts"),
    ("community_shift", "f8", "share", "of hospital money it moves into community services"),
    ("make_community", "i8", "0 or 1", "community nursing is run in the area's own body rather than bought"),
    ("community_skimp", "f8", "0 to 1", "how far a bought community service is skimped"),
)
SCHEMES: tuple[Column, ...] = (
    ("active", "i8", "0 or 1", "a local incentive scheme runs"),
    ("pounds", "f8", "pounds per patient", "offered"),
    ("qof_suspended", "f8", "0 to 1", "share of QOF that it stands in for"),
    ("qof_watched", "i8", "0 or 1", "suspended indicators are still watched"),
    ("reporting", "f8", "hours per practice", "a year"),
    ("fit", "f8", "sd", "how well its domains fit the practices' true gaps"),
    ("since", "i8", "year", "first year"),
    ("optin", "f8", "0 to 1", "share of practices that take part"),
)
BOARDS: tuple[Column, ...] = (
    ("interest_specific", "f8", "0 to 1", "share of its GPs with a stake in a local provider"),
    ("interest_class", "f8", "0 to 1", "strength of the interest all member GPs share"),
    ("interest_rival", "f8", "0 to 1", "strength of rivalry with practices under review"),
    ("loyalty", "f8", "0 to 1", "loyalty to colleagues"),
    ("contested", "f8", "0 to 1", "share of GP seats that were contested"),
    ("decisions", "f8", "count", "decisions on general practice this year"),
    ("conflicted", "f8", "count", "of these, where a voting member had an interest"),
    ("captured", "f8", "count", "of these, those that differ from the choice without the pull of interest"),
    ("exposed", "f8", "count", "captured decisions exposed this year"),
    ("false_exposed", "f8", "count", "decisions exposed as captured that were not"),
    ("recused", "f8", "count", "votes not cast because a member left the room"),
)
# --------------------------------------------------------------------------- commissioning bodies
BODIES: tuple[Column, ...] = (
    ("id", "u8", "id", "for life"),
    (
        "kind",
        "i8",
        "index of functions.BODIES",
        "what sort of body; row = kind * stride + unit, stride = rows // kinds",
    ),
    ("unit", "i8", "row", "of the nation, region, area team or CCG it serves"),
    ("contracts_fte", "f8", "FTE", "staff: contracts and primary care commissioning"),
    ("quality_fte", "f8", "FTE", "staff: quality improvement"),
    ("finance_fte", "f8", "FTE", "staff: finance and information"),
    ("clinical_fte", "f8", "FTE", "staff: paid clinical leads"),
    ("experience", "f8", "0 to 1", "of its staff with this work"),
    ("vacant_fte", "f8", "FTE", "posts funded and not yet filled"),
    ("hours_held", "f8", "hours", "for cases this year"),
    ("hours_used", "f8", "hours", "on cases this year"),
    ("practices", "f8", "count", "practices it serves"),
    ("patients", "f8", "patients", "registered with them"),
    ("km", "f8", "km", "mean distance from its seat to them"),
    ("transition", "f8", "years", "left of the disturbance of a reorganisation"),
    ("hours_lost", "f8", "0 to 1", "share of hours lost while it lasts"),
    (
        "came_fte",
        "f8",
        "FTE",
        "staff who came with functions it took over, and go back with them; negative: its own, gone",
    ),
    ("lost_fte", "f8", "FTE", "staff who left with a reorganisation this year"),
    ("hired_fte", "f8", "FTE", "hired so far out of the running-cost share that its table allows"),
    ("cost", "f8", "pounds", "of its staff this year"),
    ("cases", "f8", "count", "decided this year"),
)
CASES: tuple[Column, ...] = (
    ("id", "u8", "id", "from practice, kind and year; 0 marks a free row"),
    ("kind", "i8", "index of cases.KINDS", ""),
    ("practice", "i8", "row of practices or -1", "whom it is about; -1 is a case of the whole CCG"),
    ("ccg", "i8", "row of ccgs", "where"),
    ("function", "i8", "index of functions.FUNCTIONS", "under which function it is decided"),
    ("opened", "i8", "year", ""),
    ("months", "f8", "months", "waited so far"),
    ("clock", "f8", "months", "statutory time left; 99 without a clock"),
    ("severity", "f8", "sd", "true severity"),
    ("hours", "f8", "hours", "of staff time that deciding it takes"),
    ("body", "i8", "row of bodies or -1", "that decides it this year; -1 nobody"),
    ("partner", "i8", "row of bodies or -1", "that must agree as well"),
    ("executor", "i8", "row of bodies or -1", "that does the paperwork for the body that decides"),
    ("status", "i8", "see world.states", "0 free, 1 waiting, 2 decided, 3 undone"),
    ("action", "i8", "index of choice.ACTIONS", "what was done; -1 nothing yet"),
    ("captured", "i8", "0 or 1", "differs from the choice without the pull of interest"),
    ("doubled", "i8", "0 or 1", "two bodies acted, with conflicting asks"),
)
BELIEFS: tuple[Column, ...] = (
    ("distress", "f8", "sd", "believed distress of a practice"),
    ("distress_var", "f8", "sd squared", "variance of that belief"),
    ("quality", "f8", "sd", "believed true quality"),
    ("quality_var", "f8", "sd squared", "variance of that belief"),
)
# --------------------------------------------------------------------------- area teams, trusts, providers, regions
AREA_TEAMS: tuple[Column, ...] = (
    ("id", "u8", "id", "for life"),
    ("region", "i8", "row of regions", ""),
    ("x", "f8", "km east", ""),
    ("y", "f8", "km north", ""),
    ("open", "i8", "0 or 1", "still a team of its own"),
    ("successor", "i8", "row of area teams", "the team it becomes part of when teams merge"),
    ("notices", "f8", "count", "breach notices this year"),
    ("push", "f8", "0 to 1", "how hard it presses its CCGs to take control"),
)
TRUSTS: tuple[Column, ...] = (
    ("id", "u8", "id", "for life"),
    ("specialist", "i8", "0 or 1", ""),
    ("x", "f8", "km east", ""),
    ("y", "f8", "km north", ""),
    ("beds", "f8", "beds", ""),
    ("occupancy", "f8", "0 to 1.1", "bed days used over bed days open"),
    ("ae", "f8", "attendances", ""),
    ("emergency", "f8", "admissions", ""),
    ("elective", "f8", "admissions", ""),
    ("referrals", "f8", "referrals", ""),
    ("emergency_baseline", "f8", "admissions", "above which the marginal rate is paid"),
    ("income", "f8", "pounds", ""),
    ("cost", "f8", "pounds", ""),
    ("balance", "f8", "pounds", "income less cost"),
    ("other_income", "f8", "pounds", "not from tariff activity of the modelled practices"),
    ("support", "f8", "pounds", "national support for trusts in deficit, part of income"),
    (
        "price_scale",
        "f8",
        "ratio",
        "its tariff payments per unit of activity against England's (case mix, market forces)",
    ),
    ("stay_scale", "f8", "ratio", "its lengths of stay against England's"),
    ("other_bed_days", "f8", "bed days", "a year, of patients who are not of the modelled flows"),
    ("power", "f8", "0 to 1", "mean share of its way in settlements"),
)
PROVIDERS: tuple[Column, ...] = (
    ("id", "u8", "id", "for life"),
    ("kind", "i8", "0 GP company, 1 corporate, 2 community, 3 out-of-hours", ""),
    ("unit", "i8", "row", "CCG (0, 2, 3) or area team (1) where it works"),
    ("owned_by_members", "f8", "0 to 1", "share owned by member practices"),
    ("quality", "f8", "sd", "true quality"),
    ("cost", "f8", "ratio", "cost against the mean"),
    ("skill", "f8", "0 to 1", "at bidding"),
    ("contracts", "f8", "count", "held"),
    ("patients", "f8", "patients", "of its APMS lists"),
    ("won", "f8", "count", "bids won this year"),
)
REGIONS: tuple[Column, ...] = (
    ("locum_price", "f8", "pounds per FTE", "a year"),
    ("candidates", "f8", "count", "doctors looking for a post this year"),
    ("vacancies", "f8", "count", "posts offered this year"),
    ("filled", "f8", "count", "posts filled this year"),
    ("pool", "f8", "FTE", "locums and other qualified GPs outside practices"),
)
NATION: tuple[Column, ...] = (
    ("weighted_patients", "f8", "weighted patients", "England, this year"),
    ("normaliser", "f8", "ratio", "that keeps England's weighted patients equal to its patients"),
    ("mpig_saved", "f8", "pounds", "correction factor withdrawn so far a year, recycled into the global-sum price"),
    ("global_sum_price", "f8", "pounds per weighted patient", "paid this year"),
    ("born", "f8", "patients", "added to lists this year by birth and immigration"),
    ("died", "f8", "patients", "taken from lists this year by death and emigration"),
    ("doctors_in", "f8", "count", "who entered practices this year"),
    ("doctors_out", "f8", "count", "who left practices this year"),
    ("ended", "i8", "0 or 1", "the regime has been ended by national decision"),
    ("legitimacy", "f8", "0 to 1", "mean over CCGs"),
    ("moved", "f8", "patients", "moved by merger and dispersal this year"),
    ("tariff_level", "f8", "ratio", "national tariff prices against those of 2014-15"),
    ("staff_lost", "f8", "FTE", "commissioning staff lost in reorganisations so far"),
    ("staff_hired", "f8", "FTE", "commissioning staff hired so far"),
    ("staff_hire_cost", "f8", "pounds", "spent on hiring and redundancy this year"),
)

GROUPS: dict[str, tuple[Column, ...]] = {
    "place": PLACE, "lists": LISTS, "contract": CONTRACT, "money": MONEY, "staff": STAFF, "care": CARE, "life": LIFE,
    "ties": TIES, "use": USE, "doctors": DOCTORS, "minds": MINDS, "ccgs": CCGS, "ccg_money": CCG_MONEY, "plans": PLANS,
    "schemes": SCHEMES, "boards": BOARDS, "bodies": BODIES, "cases": CASES, "beliefs": BELIEFS,
    "area_teams": AREA_TEAMS, "trusts": TRUSTS, "providers": PROVIDERS, "regions": REGIONS, "nation": NATION,
}  # fmt: skip
"""Every column group by its name in `World`."""

PRACTICE_GROUPS = ("place", "lists", "contract", "money", "staff", "care", "life", "ties", "use")
DOCTOR_GROUPS = ("doctors", "minds")
CCG_GROUPS = ("ccgs", "ccg_money", "plans", "schemes", "boards")


def dtype_of(group: str) -> np.dtype[Any]:
    """The record type of a column group: 8-byte fields, aligned."""
    return np.dtype([(name, f"<{kind}") for name, kind, _, _ in GROUPS[group]], align=True)


def table(group: str, rows: int) -> Table:
    """A zeroed column group of `rows` rows. Uncompiled runs need attribute access, hence the view."""
    fresh = np.zeros(rows, dtype_of(group))
    return fresh if COMPILED else fresh.view(np.recarray)
