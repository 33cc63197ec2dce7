"""What a regime file may say as a whole: who leads what, and the blocks of `sim.regimes.blocks`.

`sim.regimes` reads such files and compiles them to arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, model_validator

from sim.commissioning.functions import BODIES, CELLS, FIXED_FUNCTIONS, FUNCTIONS, SCALES
from sim.regimes.blocks import (
    Budgets,
    Committee,
    Entry,
    Exit,
    PracticeBudget,
    Restructure,
    Staffing,
    Transition,
    known,
)  # fmt: skip
from sim.toml_files import Block, RefusedError

Row = dict[str, str]

ROLES = CELLS[1:]
PLAIN_KEYS = ("contract_protection", "unclear_mandates", "scale", "menu", "before", "from_year")
"""Keys of a file without a block of their own; their source stands in `sources`."""

_BODIES_SCHEMA: dict[str, Any] = {"propertyNames": {"enum": list(BODIES)}}
_FUNCTIONS_SCHEMA: dict[str, Any] = {
    "propertyNames": {"enum": list(FUNCTIONS)},
    "additionalProperties": {
        "type": "object",
        "propertyNames": {"enum": list(BODIES)},
        "additionalProperties": {"enum": list(ROLES)},
    },
}


class RegimeFile(Block):
    """A regime file with all that it extends: who leads what, with what money, staff and governance."""

    title: str
    why: str = ""
    extends: str | None = Field(None, description="file that this one starts from; a function not named keeps its row")
    before: str | None = Field(None, description="regime whose table is in force before `from_year`; area_team_only")
    from_year: Annotated[int, Strict(), Field(ge=2014, le=2100)] = 2015
    menu: tuple[str, ...] = Field((), description="regimes whose tables each CCG may choose beside this one")
    contract_protection: Literal["national", "local"] = "national"
    unclear_mandates: tuple[str, ...] = Field((), description="functions whose unclear mandate is meant")
    functions: dict[str, Row] = Field(default_factory=dict, json_schema_extra=_FUNCTIONS_SCHEMA)
    sources: dict[str, str] = Field(
        default_factory=dict, description="by function, `functions` for the rest; and by plain key of the file"
    )
    powers: dict[str, str] = Field(
        default_factory=dict, description="legal power under which a function is held; `functions` for the rest"
    )
    budgets: Budgets = Budgets()
    practice_budget: PracticeBudget = PracticeBudget()
    committee: dict[str, Committee] = Field(default_factory=dict, json_schema_extra=_BODIES_SCHEMA)
    staffing: Staffing = Staffing()
    scale: dict[str, str] = Field(
        default_factory=dict,
        json_schema_extra={**_BODIES_SCHEMA, "additionalProperties": {"enum": list(SCALES)}},
    )
    entry: Entry = Entry()
    exit: Exit = Exit()
    transition: Transition = Transition()
    restructure: Restructure = Restructure()

    @model_validator(mode="after")
    def _names(self) -> RegimeFile:
        for function, row in self.functions.items():
            known("function", function, FUNCTIONS, f"functions.{function}")
            for body, role in row.items():
                known("body", body, BODIES, f"functions.{function}.{body}")
                known("role", role, ROLES, f"functions.{function}.{body}")
        for function in self.unclear_mandates:
            known("function", function, FUNCTIONS, "unclear_mandates")
        for function in self.sources:
            known("function", function, (*FUNCTIONS, "functions", *PLAIN_KEYS), f"sources.{function}")
        for function in self.powers:
            known("function", function, (*FUNCTIONS, "functions"), f"powers.{function}")
        for body in self.committee:
            known("body", body, BODIES, f"committee.{body}")
        for body, scale in self.scale.items():
            known("body", body, BODIES, f"scale.{body}")
            known("scale", scale, SCALES, f"scale.{body}")
        return self

    @model_validator(mode="after")
    def _mandates(self) -> RegimeFile:
        for function in FUNCTIONS:
            row = self.functions.get(function, {})
            _check_fixed(function, row)
            fault = mandate_fault(row)
            if fault and function not in self.unclear_mandates:
                raise RefusedError(
                    f"{fault}; if that is meant, name it in unclear_mandates",
                    key=f"functions.{function}",
                    allowed="one lead, or several shared under a joint_committee that leads, or nobody",
                )
        if self.leads("joint_committee") and "joint_committee" not in self.committee:
            raise RefusedError("leads a function but has no seats", key="committee.joint_committee")
        return self

    def leads(self, body: str) -> list[str]:
        """The functions that a body leads."""
        return [function for function, row in self.functions.items() if row.get(body) == "lead"]


def _check_fixed(function: str, row: Row) -> None:
    if function not in FIXED_FUNCTIONS:
        return
    others = [body for body, role in row.items() if body != "nhs_england" and role in ("lead", "shared")]
    if row.get("nhs_england") != "lead" or others:
        raise RefusedError(
            "stays with NHS England in every regime",
            key=f"functions.{function}",
            allowed='nhs_england = "lead"; others may advise or execute',
        )


def mandate_fault(row: Mapping[str, str]) -> str | None:
    """Why the mandate of a function is unclear, or None where it is clear or nobody has it.

    Clear is one lead alone, or several bodies that share under a joint committee that leads.
    """
    leads = [body for body, role in row.items() if role == "lead"]
    sharing = [body for body, role in row.items() if role == "shared"]
    if len(leads) > 1:
        return f"{len(leads)} bodies lead ({', '.join(leads)})"
    if row and not leads:
        return "bodies have a part but none leads"
    if sharing and leads != ["joint_committee"]:
        return f"{', '.join(sharing)} share with a lead that is not a joint committee"
    if leads == ["joint_committee"] and len(sharing) < 2:
        return "a joint committee needs two bodies that share"
    return None
