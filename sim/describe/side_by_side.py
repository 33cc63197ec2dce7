"""All regimes side by side, for `commissim describe regimes`: who decides what, with which money, votes and staff."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from sim.commissioning.functions import BUDGETS, FUNCTIONS
from sim.regimes import Regime
from sim.regimes.blocks import NOBODY, FromPredecessor, Uncertain
from sim.regimes.file import RegimeFile, Row, mandate_fault

CODES = {
    "nhs_england": "NE",
    "area_team": "AT",
    "ccg": "CCG",
    "joint_committee": "JC",
    "support_unit": "CSU",
    "local_authority": "LA",
    "combined_authority": "CA",
    "ha_body": "HA",
    "pct_body": "PCT",
    "fhsa_body": "FHSA",
    "practice": "GP",
}
"""Short names of bodies, where there is no room for long ones."""

LABEL, COLUMN, ACROSS = 31, 11, 7


def short(row: Row) -> str:
    """Who decides a function, in codes: `AT`, `JC(AT+CCG)`, `AT+CCG?` where the mandate is unclear, `-` for nobody."""
    leads = [CODES[body] for body, role in row.items() if role == "lead"]
    shares = [CODES[body] for body, role in row.items() if role == "shared"]
    unclear = "?" if mandate_fault(row) else ""
    return ("+".join(leads) or "-") + (f"({'+'.join(shares)})" if shares else "") + unclear


def side_by_side(regimes: Sequence[Regime]) -> str:
    """A table of all regimes from their first year, some to a block, after a list of their numbers."""
    lines = ["Regimes side by side, from the first year of each", ""]
    for number, regime in enumerate(regimes, start=1):
        options = ", ".join(name for name, _ in regime.options)
        menu = f"; here who chooses nothing, others choose {options}" if options else ""
        lines.append(f"{number:3d} {regime.name}: {regime.title}{menu}")
    codes = ", ".join(f"{code} {body}" for body, code in CODES.items())
    lines += ["", *textwrap.wrap(f"Who leads (who shares): {codes}; ? unclear mandate, - nobody.", 110), ""]
    for first in range(0, len(regimes), ACROSS):
        block = [regime.table for regime in regimes[first : first + ACROSS]]
        lines.append(_line("", [str(first + k + 1) for k in range(len(block))]))
        lines += [_line(label, [cell(table) for table in block]) for label, cell in _rows()]
        lines.append("")
    return "\n".join(lines).rstrip()


def _rows() -> list[tuple[str, Callable[[RegimeFile], str]]]:
    def function(name: str) -> Callable[[RegimeFile], str]:
        return lambda table: short(table.functions.get(name, {}))

    def budget(name: str) -> Callable[[RegimeFile], str]:
        return lambda table: _holder(getattr(table.budgets, name))

    return [
        *((name, function(name)) for name in FUNCTIONS),
        *((f"{name} money", budget(name)) for name in BUDGETS),
        ("pooled", lambda table: "yes" if table.budgets.pooled else "no"),
        ("GP votes where most is decided", _gp_votes),
        ("area team's staff: move, lost", lambda table: _moved(table.staffing.from_area_team)),
        ("CCG's staff: move, lost", lambda table: _moved(table.staffing.from_ccg)),
        ("running costs for hiring", lambda table: _share(table.staffing.running_cost_share)),
        ("years of change", lambda table: f"{table.transition.years.value:g}"),
        ("practices may hold", lambda table: _share(table.practice_budget.share)),
        ("staff cut of area teams", lambda table: _share(table.restructure.staff_cut)),
        ("imposed or chosen", lambda table: table.entry.mode),
    ]


def _line(label: str, cells: Sequence[str]) -> str:
    return (f"{label:<{LABEL}}" + "".join(f"{cell:<{COLUMN}}" for cell in cells)).rstrip()


def _holder(body: str) -> str:
    return "-" if body == NOBODY else CODES[body]


def _share(value: Uncertain) -> str:
    return f"{100 * value.value:g}%"


def _moved(staff: FromPredecessor) -> str:
    assigned, lost = staff.share_assigned, staff.share_lost
    return "stay" if assigned.value == 0.0 else f"{100 * assigned.value:g}, {100 * lost.value:g}%"


def _gp_votes(table: RegimeFile) -> str:
    bodies = [body for body in table.committee if table.leads(body)]
    if not bodies:
        return "-"
    seats = table.committee[max(bodies, key=lambda body: len(table.leads(body)))].seats
    return f"{seats.gp} of {seats.lay + seats.executive + seats.gp + seats.outside_clinician}"
