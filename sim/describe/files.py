"""Regimes, scenarios and studies in plain text, for `commissim describe`."""

from __future__ import annotations

from pathlib import Path

from sim import mechanisms
from sim.analysis.words import financial_year
from sim.commissioning.functions import BUDGETS, FUNCTIONS
from sim.parameters import ParameterBook
from sim.regimes import Regime, load_regime
from sim.regimes.changes import changes, parent_of
from sim.regimes.file import RegimeFile, mandate_fault
from sim.scenario import Scenario, load_scenario
from sim.schemas import kind_of
from sim.study.plan import Study, Times
from sim.study.study_file import load_study


def describe_regime(regime: Regime) -> str:
    """A regime in plain text: who does what, with which money, staff and governance, and on whose word."""
    table = regime.table
    lines = [f"{regime.title} ({regime.name})", table.why, ""]
    lines.append(f"In force from {table.from_year}; until then: {regime.before[1].title}.")
    if regime.options:
        titles = "; ".join(option.title for _, option in regime.options)
        lines.append(f"Each CCG may choose: {titles}; or stay put.")
    lines += ["", "Function, who has it, source"]
    lines += [f"  {_function_line(function, table)}" for function in FUNCTIONS]
    lines += ["", "Money: " + "; ".join(f"{budget} {getattr(table.budgets, budget)}" for budget in BUDGETS)]
    lines.append(f"Pooled: {'yes' if table.budgets.pooled else 'no'}. Contracts: {table.contract_protection} terms.")
    for body in (body for body in table.committee if table.leads(body)):
        committee = table.committee[body]
        seats = ", ".join(f"{count} {seat}" for seat, count in committee.seats if count)
        rules = ", ".join(rule for rule, holds in committee.rules if holds is True)
        lines.append(f"Committee of {body}: {seats}; rules: {rules or 'none'}. {committee.source}")
    lines += _staff_lines(table)
    lines += _change_lines(regime)
    if regime.notes():
        lines += ["", "Notes", *(f"  {note}" for note in regime.notes())]
    return "\n".join(lines)


def _change_lines(regime: Regime) -> list[str]:
    """Value by value what differs from the regime that the file extends, and on what source."""
    parent = parent_of(regime)
    if parent is None:
        return []
    lines = [f"  {one.name}: {one.now} (was {one.was}). {one.reason}" for one in changes(regime)]
    return ["", f"What differs from {parent.title} ({parent.name}), and why", *lines]


def _staff_lines(table: RegimeFile) -> list[str]:
    staff, change, shock = table.staffing, table.transition, table.restructure
    moved = staff.from_area_team
    lines = [
        f"Staff: {moved.share_assigned} of the area team's are assigned, {moved.share_lost} of those are lost;"
        f" {staff.running_cost_share} of running costs may go on hiring, which takes {staff.hiring_months} months."
        f" {staff.source}",
        *_ccg_staff_lines(table),
        f"Change: for {change.years} years {change.hours_lost_share} of hours are lost, and at once"
        f" {change.knowledge_lost_share} of knowledge. {change.source}",
    ]
    if shock.year:
        lines.append(f"Area teams in {shock.year}: {shock.staff_cut} of staff cut. {shock.source}")
    return lines


def _ccg_staff_lines(table: RegimeFile) -> list[str]:
    moved, offer, lines = table.staffing.from_ccg, table.practice_budget, []
    if moved.share_assigned.value > 0.0:
        lines.append(f"Staff of the CCG: {moved.share_assigned} are assigned, {moved.share_lost} of those are lost.")
    if offer.share.value > 0.0:
        lines.append(
            f"Practices of {offer.smallest_list} patients or more may hold {offer.share} of the cost of referrals and"
            f" electives, keep {offer.saving_kept} of what they save, and get {offer.allowance} for it. {offer.source}"
        )
    return lines


def _function_line(function: str, table: RegimeFile) -> str:
    row = table.functions.get(function, {})
    who = ", ".join(f"{body} {role}" for body, role in row.items()) or "nobody"
    unclear = " [unclear mandate]" if mandate_fault(row) else ""
    said = f"{table.sources.get(function, 'no source')}. Power: {table.powers.get(function, 'not given')}"
    return f"{function}: {who}{unclear} - {said}"


def describe_scenario(scenario: Scenario) -> str:
    """A scenario in plain text."""
    lines = [f"{scenario.title} ({scenario.name})", scenario.why, ""]
    first, last = financial_year(scenario.start_year), financial_year(scenario.last_year)
    lines.append(f"Years: {first} to {last}; seed {scenario.seed}")
    lines.append(f"Place: {scenario.place}; population: {scenario.population or 'synthetic England'}")
    lines.append(f"Regime: {scenario.regime.title} ({scenario.regime.name})")
    lines += [f"Lever: {lever}. {lever.why}" for lever in scenario.levers]
    lines += [f"Constant: {name} = {value}" for name, value in scenario.constants.items()]
    off = mechanisms.switched_off(scenario.mechanisms)
    lines += [f"Off: {name}. {mechanisms.check_name(name).about}" for name in off]
    lines += [f"Note: {note}" for note in scenario.notes()]
    return "\n".join(lines)


def describe_study(study: Study) -> str:
    """A study in plain text: what is run, what is drawn, and how much that is."""
    task, plan = study.task, study.plan
    lines = [study.title, ""]
    lines += [f"Scenario: {one.title} ({name}); {one.place}" for name, one in task.scenarios.items()]
    lines += [f"Regime: {one.title} ({name})" for name, one in task.regimes.items()]
    lines.append(f"Levels: {', '.join(task.levels or ['all'])}; outcomes: {', '.join(task.outcomes or ['all'])}")
    if task.equal_staff_cost:
        lines.append("Commissioning staff cost under every regime what they cost under the first.")
    if plan is not None:
        lines.append(f"Design: {plan.method}; master seed {study.design.master_seed}")
        for name, cells in plan.grid.items():
            values = cells.times if isinstance(cells, Times) else cells
            said = " times what it would be" if isinstance(cells, Times) else ""
            lines.append(f"Cells: {name} at {', '.join(f'{value:g}' for value in values)}{said}")
    lines += [note.capitalize() if note else note for note in study.notes()]
    return "\n".join(lines)


def describe_file(path: str | Path, book: ParameterBook | None = None) -> str:
    """A scenario, regime or study file in plain text. Raises InputError if it could not be run."""
    file = Path(path)
    kind = kind_of(file)
    if kind == "regime":
        return describe_regime(load_regime(file))
    if kind == "study":
        return describe_study(load_study(file))
    return describe_scenario(load_scenario(file, book=book))
