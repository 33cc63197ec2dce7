"""The state of England in columns: one group for each room of rules, at most 20 columns each.

A table is a kind of agent (practice, doctor, CCG, ...); its rows are agents and its columns are split into groups, one
for each room of rules, so that a kernel's arguments show what it reads and writes. Within kernels a column is
`lists.total[row]`; in Python it is `lists["total"][row]`. A row is only a place; what lasts is the `id`.

Columns are written once, as (name, type, unit, meaning): those of practices and doctors in
`sim.world.practice_columns`, all others here. Types: "f8" number, "i8" whole number or row, "u8" id.
Money is in pounds of the year, time in years unless the unit says otherwise, shares between 0 and 1.
"""

from __future__ import annotations

from sim.world.practice_columns import DOCTOR_TABLES, PRACTICE_TABLES, Column

# --------------------------------------------------------------------------- CCGs
CCGS: tuple[Column, ...] = (
    ("id", "u8", "id", "for life"),
    ("area_team", "i8", "row of area teams", "the team of 2014-15"),
    ("team", "i8", "row of area teams", "the team that serves it now; changes when teams merge"),
    ("region", "i8", "0 North, 1 Midlands and East, 2 London, 3 South", ""),
    ("x", "f8", "km east", ""),
    ("y", "f8", "km north", ""),
    ("patients", "f8", "patients", "registered with its practices"),
    ("practices", "f8", "count", "open practices"),
    ("table", "i8", "index of the regime's tables", "the table that governs general practice here this year"),
    ("maturity", "f8", "0 to 1", "leadership, systems and staff that know the work"),
    ("legitimacy", "f8", "0 to 1", "standing with practices, patients and press"),
    ("engagement", "f8", "0 to 1", "mean engagement of its members"),
    ("opposition", "f8", "0 to 1", "share of member practices against more control"),
    ("emergency_index", "f8", "ratio", "emergency use of its place against what age and deprivation say"),
    ("county", "i8", "row of ccgs", "where an authority of the size of a county would have its seat"),
    ("seat", "i8", "row of ccgs", "whose body serves it: itself, or another once they have merged"),
    ("doctor_rows", "i8", "row of doctors", "where the rows kept for its doctors begin; a place, no bound"),
)
CCG_MONEY: tuple[Column, ...] = (
    ("running_costs", "f8", "pounds", "running-cost allowance"),
    ("scheme", "f8", "pounds", "spent on the local scheme beyond released PMS premium"),
    ("local_services", "f8", "pounds", "paid to practices for local services, by the CCG and councils"),
    ("primary_medical", "f8", "pounds", "general practice contracts, whoever holds the budget"),
    ("premium_pool", "f8", "pounds", "PMS premium released in its area, to be reinvested this year"),
    ("support_budget", "f8", "pounds", "discretionary support for practices, this year"),
    ("support_spent", "f8", "pounds", "granted from it"),
    ("support_lapsed", "f8", "pounds", "of NHS England's fund, not granted and lost to the Treasury this year"),
)
ACCOUNTS: tuple[Column, ...] = (
    ("allocation", "f8", "pounds", "programme allocation: hospital and community care"),
    ("target_gap", "f8", "share", "distance of the allocation from target"),
    ("population", "f8", "patients", "for whom the allocation was set"),
    ("hospital", "f8", "pounds", "spent at trusts"),
    ("community", "f8", "pounds", "spent on community and out-of-hospital services"),
    ("services", "f8", "pounds", "of these, on services out of hospital that providers bid for"),
    ("other_care", "f8", "pounds", "spent on the rest (mental health, prescribing, continuing care)"),
    ("practice_kept", "f8", "pounds", "savings kept by practices that hold part of the hospital budget"),
    ("practice_admin", "f8", "pounds", "paid for running the budgets of these practices"),
    ("outturn", "f8", "pounds", "allocation less spending; negative is overspent"),
    ("carried", "f8", "pounds", "taken from (negative) or added to the next year"),
    ("primary_carried", "f8", "pounds", "added to (negative: cut from) next year's money for general practice"),
)
APPLICATIONS: tuple[Column, ...] = (
    ("management", "i8", "row of ccgs or -1", "seat of the county whose CCGs share one management; -1 has its own"),
    ("interest", "i8", "table or -1", "for which it has expressed interest, for the next round"),
    ("wish", "i8", "table or -1", "what it wants in this year's round, applied for or not"),
    ("applied", "i8", "table or -1", "what it applied for this year"),
    ("approved", "i8", "table or -1", "what it was approved for this year: what it applied for, or less"),
    ("stage", "i8", "0 to 5", "reached this year, see `commissioning.approval`"),
    ("refused", "i8", "0 or 1", "NHS England refused what it applied for this year"),
    ("notice", "i8", "years", "since it gave notice to leave its table; 0 has given none"),
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
    ("community_shift", "f8", "share", "of hospital money that pays for services out of hospital now under contract"),
    ("make_community", "i8", "0 or 1", "community nursing is run in the area's own body rather than bought"),
    ("community_skimp", "f8", "0 to 1", "how far a bought community service is skimped"),
)
SCHEMES: tuple[Column, ...] = (
    ("active", "i8", "0 or 1", "a local incentive scheme runs"),
    ("pounds", "f8", "pounds per patient", "offered"),
    ("qof_suspended", "f8", "0 to 1", "share of QOF that it stands in for"),
    ("qof_watched", "i8", "0 or 1", "suspended indicators are still watched"),
    ("reporting", "f8", "hours per practice", "a year"),
    ("by_need", "f8", "0 to 1", "share of its pounds that goes by weighted, not by registered patients"),
    ("fit", "f8", "sd", "how well its domains fit the practices' true gaps"),
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
    ("recused", "f8", "votes", "not cast because a member left the room"),
    ("deferred", "f8", "count", "decisions put off because no meeting had a quorum"),
    ("disagreed", "f8", "count", "joint decisions where one side's choice was not to the other's liking"),
    ("awards", "f8", "count", "contracts awarded to providers"),
    ("awards_linked", "f8", "count", "of these, to companies in which member practices hold a stake"),
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
    ("winner", "i8", "row of providers or -1", "who won the contract that it was about"),
    ("losers", "i8", "count", "bidders, or the practice, who lost by the decision"),
    ("fair_winner", "i8", "row of providers or -1", "who would have won it without the pull of interest"),
)
BELIEFS: tuple[Column, ...] = (
    ("distress", "f8", "sd", "believed distress of a practice"),
    ("distress_var", "f8", "sd squared", "variance of that belief"),
    ("quality", "f8", "sd", "believed true quality"),
    ("quality_var", "f8", "sd squared", "variance of that belief"),
    ("routine_var", "f8", "sd squared", "variance that routine data, the same for all, would have left by themselves"),
)
# --------------------------------------------------------------------------- area teams, trusts, providers, regions
AREA_TEAMS: tuple[Column, ...] = (
    ("id", "u8", "id", "for life"),
    ("region", "i8", "row of regions", ""),
    ("x", "f8", "km east", ""),
    ("y", "f8", "km north", ""),
    ("open", "i8", "0 or 1", "still a team of its own"),
    ("successor", "i8", "row of area teams", "the team it becomes part of when teams merge"),
    ("push", "f8", "0 to 1", "how hard it presses its CCGs to take control"),
)
TRUSTS: tuple[Column, ...] = (
    ("id", "u8", "id", "for life"),
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
    ("service", "f8", "share", "of its CCG's hospital money, that it holds for a service out of hospital"),
    ("service_ends", "i8", "year", "in which that service's term is over"),
)
REGIONS: tuple[Column, ...] = (
    ("locum_price", "f8", "pounds per FTE", "a year"),
    ("vacancies", "f8", "count", "posts offered this year"),
    ("filled", "f8", "count", "posts filled this year"),
    ("pool", "f8", "FTE", "locums and other qualified GPs outside practices"),
)
NATION: tuple[Column, ...] = (
    ("normaliser", "f8", "ratio", "that keeps England's weighted patients equal to its patients"),
    ("mpig_saved", "f8", "pounds", "correction factor withdrawn so far a year, recycled into the global-sum price"),
    ("global_sum_price", "f8", "pounds per weighted patient", "paid this year"),
    ("born", "f8", "patients", "added to lists this year by birth and immigration"),
    ("died", "f8", "patients", "taken from lists this year by death and emigration"),
    ("doctors_in", "f8", "count", "who entered practices this year"),
    ("doctors_out", "f8", "count", "who left practices this year"),
    ("ended", "i8", "0 or 1", "the regime has been ended by national decision"),
    ("moved", "f8", "patients", "moved by merger and dispersal this year"),
    ("tariff_level", "f8", "ratio", "national tariff prices against those of 2014-15"),
    ("staff_lost", "f8", "FTE", "commissioning staff lost in reorganisations so far"),
    ("staff_hired", "f8", "FTE", "commissioning staff hired so far"),
    ("staff_hire_cost", "f8", "pounds", "spent on hiring and redundancy this year"),
    ("staff_budget", "f8", "pounds", "that commissioning staff cost this year, to compare at equal cost; 0 as funded"),
    ("staff_scale", "f8", "ratio", "staff that this budget buys against those in post; 1 as funded"),
)

CCG_TABLES: dict[str, tuple[Column, ...]] = {
    "ccgs": CCGS, "ccg_money": CCG_MONEY, "accounts": ACCOUNTS, "applications": APPLICATIONS, "plans": PLANS,
    "schemes": SCHEMES, "boards": BOARDS,
}  # fmt: skip

GROUPS: dict[str, tuple[Column, ...]] = {
    **PRACTICE_TABLES, **DOCTOR_TABLES, **CCG_TABLES, "bodies": BODIES, "cases": CASES, "beliefs": BELIEFS,
    "area_teams": AREA_TEAMS, "trusts": TRUSTS, "providers": PROVIDERS, "regions": REGIONS, "nation": NATION,
}  # fmt: skip
"""Every column group by its name in `World`."""

PRACTICE_GROUPS, DOCTOR_GROUPS, CCG_GROUPS = tuple(PRACTICE_TABLES), tuple(DOCTOR_TABLES), tuple(CCG_TABLES)
"""Groups whose rows are the same practices, doctors or CCGs."""
