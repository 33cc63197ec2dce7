"""The names of commissioning: functions, bodies, budgets, seats and rules. No logic lives here.

The order of each tuple is the order of an axis in `RegimeTables`; a constant in capitals is a position on that axis, so
that kernels and phases never look up a string. New names go at the end.
"""

from __future__ import annotations

FUNCTIONS: tuple[str, ...] = (
    "primary_care_strategy",
    "pathway_design",
    "contract_design",
    "contract_variation_renewal",
    "contract_monitoring",
    "contractual_action",
    "contract_removal",
    "incentive_design",
    "national_enhanced_services",
    "locally_commissioned_services",
    "public_health_services",
    "discretionary_payments",
    "practice_establishment",
    "merger_approval",
    "list_closure",
    "procurement",
    "budget_setting",
    "complaints",
    "quality_improvement",
    "out_of_hours",
    "performers_list",
    "pharmacy_dental_eye",
)
"""What somebody has to decide about general practice (and, with it, about out-of-hours care)."""

(
    PRIMARY_CARE_STRATEGY,
    PATHWAY_DESIGN,
    CONTRACT_DESIGN,
    CONTRACT_VARIATION_RENEWAL,
    CONTRACT_MONITORING,
    CONTRACTUAL_ACTION,
    CONTRACT_REMOVAL,
    INCENTIVE_DESIGN,
    NATIONAL_ENHANCED_SERVICES,
    LOCALLY_COMMISSIONED_SERVICES,
    PUBLIC_HEALTH_SERVICES,
    DISCRETIONARY_PAYMENTS,
    PRACTICE_ESTABLISHMENT,
    MERGER_APPROVAL,
    LIST_CLOSURE,
    PROCUREMENT,
    BUDGET_SETTING,
    COMPLAINTS,
    QUALITY_IMPROVEMENT,
    OUT_OF_HOURS,
    PERFORMERS_LIST,
    PHARMACY_DENTAL_EYE,
) = range(22)

FIXED_FUNCTIONS: tuple[str, ...] = ("performers_list", "pharmacy_dental_eye")
"""Stay with NHS England in every regime from 2013: individual doctors and other contractors (K041, C032, C113)."""

BODIES: tuple[str, ...] = (
    "nhs_england",
    "area_team",
    "ccg",
    "joint_committee",
    "support_unit",
    "local_authority",
    "combined_authority",
    "ha_body",
    "pct_body",
    "fhsa_body",
    "practice",
)
"""Who may decide. A body exists once, or once per region, area team, CCG or practice: see `SCALES`."""

(
    NHS_ENGLAND,
    AREA_TEAM,
    CCG,
    JOINT_COMMITTEE,
    SUPPORT_UNIT,
    LOCAL_AUTHORITY,
    COMBINED_AUTHORITY,
    HA_BODY,
    PCT_BODY,
    FHSA_BODY,
    PRACTICE,
) = range(11)

CELLS: tuple[str, ...] = ("", "lead", "shared", "advises", "executes")
"""What a body is to a function; position 0 is an empty cell."""

EMPTY, LEAD, SHARED, ADVISES, EXECUTES = range(5)

BUDGETS: tuple[str, ...] = ("primary_medical", "hospital", "community", "running_costs")
"""Money that somebody holds: contracts of practices, hospital care, community care, and staff of the commissioner."""

PRIMARY_MEDICAL, HOSPITAL, COMMUNITY, RUNNING_COSTS = range(4)

SEATS: tuple[str, ...] = ("lay", "executive", "gp", "outside_clinician")
"""Voting seats of a committee; an outside clinician is a secondary-care doctor, a nurse, or a GP from elsewhere."""

LAY, EXECUTIVE, GP, OUTSIDE_CLINICIAN = range(4)

RULES: tuple[str, ...] = ("declare", "leave_room", "lay_chair", "public", "quorum_lay", "quorum_executive")
"""Rules of a committee: four that hold (1) or not (0), and the lay and executive members who must be present."""

DECLARE, LEAVE_ROOM, LAY_CHAIR, PUBLIC, QUORUM_LAY, QUORUM_EXECUTIVE = range(6)

SCALES: tuple[str, ...] = ("nation", "region", "area_team", "ccg", "practice", "county")
"""How often a body exists: once, per region, per area team, per CCG, per practice, per county (some 95 in England)."""

NATION_SCALE, REGION_SCALE, AREA_TEAM_SCALE, CCG_SCALE, PRACTICE_SCALE, COUNTY_SCALE = range(6)

STAFFING: tuple[str, ...] = (
    "share_assigned",
    "share_lost",
    "running_cost_share",
    "hiring_months",
    "ccg_share_assigned",
    "ccg_share_lost",
)
"""How a table gets its staff.

share_assigned: of the area team's staff for the CCG's practices, the share that moves to the new lead body (0-1).
share_lost: of those assigned, the share who leave rather than move (0-1); the rest of the area team's staff stays.
running_cost_share: of the lead body's running-cost allowance, the share that may go on hiring for what it took over.
hiring_months: months until a post that is paid for is filled.
ccg_share_assigned: of the CCG's own staff for general practice, the share that moves to whoever holds the hospital
budget, where that is no longer the CCG (0-1). ccg_share_lost: of those, the share who leave rather than move (0-1).
"""

(
    SHARE_ASSIGNED,
    SHARE_LOST,
    RUNNING_COST_SHARE,
    HIRING_MONTHS,
    CCG_SHARE_ASSIGNED,
    CCG_SHARE_LOST,
) = range(6)

PRACTICE_BUDGET: tuple[str, ...] = ("smallest_list", "share", "saving_kept", "allowance")
"""What a table offers practices that want to hold part of the hospital budget; a share of 0 offers nothing.

smallest_list: patients a practice must have. share: of the cost of its referrals and elective admissions that the
budget covers (0-1). saving_kept: of what it does not spend, the share that stays with the practice (0-1). allowance:
for running the budget, as a share of it (0-1).
"""

SMALLEST_LIST, BUDGET_SHARE, SAVING_KEPT, ALLOWANCE = range(4)

TRANSITION: tuple[str, ...] = ("years", "hours_lost_share", "knowledge_lost_share")
"""What a change of table costs: for how many years, which share of hours, and which share of what was known before."""

TRANSITION_YEARS, HOURS_LOST_SHARE, KNOWLEDGE_LOST_SHARE = range(3)

RESTRUCTURE: tuple[str, ...] = ("staff_cut", "hours_lost_share", "knowledge_lost_share", "merge_teams")
"""A dated shock to area teams: share of staff cut, of hours and knowledge lost in its year; whether teams merge."""

STAFF_CUT, RESTRUCTURE_HOURS_LOST, RESTRUCTURE_KNOWLEDGE_LOST, MERGE_TEAMS = range(4)

STAGES: tuple[str, ...] = (
    "expression_of_interest",
    "application",
    "members_vote",
    "constitution_change",
    "approval",
    "assurance",
    "yearly_choice",
)
"""Steps between wanting a table and being governed by it, where tables are chosen (C012-C019, C112)."""

EXPRESSION_OF_INTEREST, APPLICATION, MEMBERS_VOTE, CONSTITUTION_CHANGE, APPROVAL, ASSURANCE, YEARLY_CHOICE = range(7)

PROTECTIONS: tuple[str, ...] = ("national", "local")
"""Whose terms protect a practice's contract: national (GMS rights stand) or local."""

NATIONAL_TERMS, LOCAL_TERMS = range(2)
