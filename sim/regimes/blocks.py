"""The blocks of a regime file: money, committees, staff, entry and exit, changes; each checked key by key.

A number may be written plainly, or with the range in which it is uncertain: `{value = 0.25, range = [0.1, 0.5]}`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, Strict, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.commissioning.functions import BODIES, BUDGETS, STAGES
from sim.parameters.records import Number, Pair, Status
from sim.toml_files import Block, RefusedError, unknown

Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict(), Field(ge=0)]

NOBODY = "nobody"


def known(what: str, name: str, allowed: tuple[str, ...], key: str | None = None) -> str:
    """`name` if it is allowed. Raises RefusedError with the nearest name if not."""
    if name not in allowed:
        raise unknown(what, name, allowed, key=key)
    return name


class Uncertain(Block):
    """A number with the range in which it is uncertain; a plain number is certain."""

    value: Number
    range: Pair | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_number(cls, data: Any) -> Any:
        return data if isinstance(data, dict | Uncertain) else {"value": data}

    @model_validator(mode="after")
    def _within(self) -> Uncertain:
        if self.range and not self.range[0] <= self.value <= self.range[1]:
            raise RefusedError(f"{self.value:g} lies outside its range [{self.range[0]:g}, {self.range[1]:g}]")
        if min(self.value, *(self.range or (0.0,))) < 0.0:
            raise RefusedError("may not be negative", allowed="0 or more")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        table = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [{"type": "number", "minimum": 0}, table]}

    def at(self, quantile: float | None) -> float:
        """The value; or, if it is uncertain, the point of its range at `quantile` (0 to 1)."""
        if self.range is None or quantile is None:
            return self.value
        low, high = self.range
        return low + quantile * (high - low)

    def __str__(self) -> str:
        return f"{self.value:g}" + (f" ({self.range[0]:g} to {self.range[1]:g})" if self.range else "")


class Share(Uncertain):
    """A share of 1, perhaps uncertain."""

    @model_validator(mode="after")
    def _at_most_one(self) -> Share:
        if max(self.value, *(self.range or (0.0,))) > 1.0:
            raise RefusedError("is a share", allowed="0 to 1")
        return self


class Sourced(Block):
    """A block that says where its values come from."""

    status: Status | None = None
    source: str = ""


class Budgets(Sourced):
    """Who holds which money, `nobody` for none, and whether a body may move money between what it holds."""

    primary_medical: str = NOBODY
    hospital: str = NOBODY
    community: str = NOBODY
    running_costs: str = NOBODY
    pooled: Flag = False

    @field_validator(*BUDGETS)
    @classmethod
    def _body(cls, value: str) -> str:
        return value if value == NOBODY else known("body", value, (*BODIES, NOBODY))


class Seats(Block):
    """Voting seats of a committee."""

    lay: Whole = 0
    executive: Whole = 0
    gp: Whole = 0
    outside_clinician: Whole = 0


class Quorum(Block):
    """Who must be present."""

    lay: Whole = 0
    executive: Whole = 0


class CommitteeRules(Block):
    """How a committee keeps interests apart from decisions."""

    declare: Flag = False
    leave_room: Flag = False
    lay_chair: Flag = False
    public: Flag = False
    quorum: Quorum = Quorum()


class Committee(Sourced):
    """The seats and rules by which a body decides."""

    seats: Seats
    rules: CommitteeRules = CommitteeRules()

    @model_validator(mode="after")
    def _possible(self) -> Committee:
        if self.rules.quorum.lay > self.seats.lay or self.rules.quorum.executive > self.seats.executive:
            raise RefusedError("a quorum larger than the seats can never meet", key="rules.quorum")
        if self.rules.lay_chair and self.seats.lay == 0:
            raise RefusedError("a lay chair needs a lay seat", key="rules.lay_chair")
        return self


class FromPredecessor(Block):
    """What becomes of the staff of whoever did the work before; who is not assigned stays."""

    share_assigned: Share = Share(value=0.0)
    share_lost: Share = Share(value=0.0)


class Staffing(Sourced):
    """Staff come from the predecessor or are hired out of running costs; nobody comes from nowhere."""

    from_area_team: FromPredecessor = FromPredecessor()
    from_ccg: FromPredecessor = Field(
        FromPredecessor(), description="where the hospital budget leaves the CCG: its staff for general practice"
    )
    running_cost_share: Share = Share(value=0.0)
    hiring_months: Uncertain = Uncertain(value=0.0)


class PracticeBudget(Sourced):
    """What practices may hold of the hospital budget, one by one and if they want to; a share of 0 offers nothing."""

    smallest_list: Uncertain = Uncertain(value=0.0)
    share: Share = Share(value=0.0)
    saving_kept: Share = Share(value=0.0)
    allowance: Share = Share(value=0.0)


class Entry(Sourced):
    """Whether the regime is imposed or its tables are chosen, and the stages before a CCG is governed by this table."""

    mode: Literal["imposed", "chosen"] = "imposed"
    stages: tuple[str, ...] = ()

    @field_validator("stages")
    @classmethod
    def _stages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known("stage", stage, STAGES) for stage in value)


class Exit(Sourced):
    """How a CCG leaves the table."""

    notice_months: Uncertain = Uncertain(value=0.0)


class Transition(Sourced):
    """What the change to this table costs."""

    years: Uncertain = Uncertain(value=0.0)
    hours_lost_share: Share = Share(value=0.0)
    knowledge_lost_share: Share = Share(value=0.0)


class Restructure(Sourced):
    """A dated shock to area teams; year 0 for none."""

    year: Whole = 0
    staff_cut: Share = Share(value=0.0)
    hours_lost_share: Share = Share(value=0.0)
    knowledge_lost_share: Share = Share(value=0.0)
    merge_teams: Flag = False
