"""Whole-number codes that columns hold, by name."""

from __future__ import annotations

# life.state
UNUSED, OPEN, CARETAKER, MERGED, DISPERSED = 0, 1, 2, 3, 4
# contract.kind
GMS, PMS, APMS = 0, 1, 2
CONTRACTS = ("GMS", "PMS", "APMS")
# ccgs.region
REGIONS = ("North of England", "Midlands and East of England", "London", "South of England")
# doctors.role
PARTNER, SALARIED, LOCUM, TRAINEE = 0, 1, 2, 3
# cases.status
FREE, WAITING, DECIDED, UNDONE = 0, 1, 2, 3
# care.rating
UNRATED, INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING = 0, 1, 2, 3, 4
# providers.kind
GP_COMPANY, CORPORATE, COMMUNITY, OUT_OF_HOURS = 0, 1, 2, 3

NEVER = 9999
"""A year that does not come."""

CASE_KINDS = (
    "distress", "quality", "access", "hand_back", "contract_end", "merger", "pms_review", "complaint", "scheme",
    "bid", "list_closure", "inadequate", "new_practice", "community", "contract_failure",
)  # fmt: skip
"""What a case can be about, in the order of the codes below (cases.kind)."""
(
    DISTRESS, QUALITY, ACCESS, HAND_BACK, CONTRACT_END, MERGER, PMS_REVIEW, COMPLAINT, SCHEME,
    BID, LIST_CLOSURE, INADEQUATE_RATING, NEW_PRACTICE, COMMUNITY_NURSING, CONTRACT_FAILURE,
) = range(15)  # fmt: skip

ACTIONS = (
    "nothing", "support_team", "payment", "education", "remedial", "breach", "sanction", "removal",
    "apms", "caretaker", "disperse", "approve", "refuse", "pms_keep", "pms_taper", "gms_revert",
    "scheme", "service", "make", "buy",
)  # fmt: skip
"""The closed list of what a commissioner can do about a case, in the order of the codes below (cases.action)."""
(
    NOTHING, SUPPORT_TEAM, PAYMENT, EDUCATION, REMEDIAL, BREACH, SANCTION, REMOVAL,
    APMS_CONTRACT, CARETAKER_CONTRACT, DISPERSE, APPROVE, REFUSE, PMS_KEEP, PMS_TAPER, GMS_REVERT,
    START_SCHEME, COMMISSION_SERVICE, MAKE, BUY,
) = range(20)  # fmt: skip
