"""The page of powers: who held each function in each year under each regime, by which law, and who says so.

It is made from the regime files alone: `commissim describe fidelity > docs/legal-fidelity.md`. A test fails while the
page in `docs/` is out of date.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis.words import financial_year
from sim.commissioning.functions import FUNCTIONS
from sim.describe.side_by_side import CODES, short
from sim.regimes import Regime
from sim.regimes.file import ROLES, RegimeFile, mandate_fault

YEARS = (2014, 2015, 2016, 2017)
Entry = tuple[str, ...]
"""Who leads, shares, advises and executes; power; source."""

HEAD = """# Who holds which power: function, regime, year

Made from `scenarios/regimes/*.toml` by `commissim describe fidelity`; change the files, not this page. Ids in brackets
are rows of the project's evidence. A question mark behind a section or a regulation says that it is from memory and was
not read again. *None* says that no law gave the power in those years: the regime is then a thought experiment, or would
have needed an Act. Bodies of the past act in the place that the present gives them; what the model keeps with NHS
England in every regime (the last two functions) some of them held themselves.

## Dated rules

The last column says where the model has the rule; a rule that it does not date holds from the first year of its regime.

| Date | Rule | Source | In the model |
|---|---|---|---|
| April 2013 | NHS England holds the contracts of general practice through 27 area teams | C033, K073 | before 2015 |
| 20 June 2014 | CCGs express their interest | K040, C013 | 2014-15 |
| October 2014 | CCGs and NHS England may form joint committees | S.I. 2014/2436 | from April 2015 |
| December 2014 | Guidance: a committee with a lay lead decides where a CCG has an interest | C073 | from April 2015 |
| January 2015 | Forms: by the 9th for delegated, by the 30th for the other levels | C015 | one round |
| April 2015 | Levels begin; area teams become 12 sub-regions and London, with 10 to 15% less | C035, C039 | dated |
| April 2015 | CCGs merge, 211 become 209 | C001, C002 | dated |
| yearly | Notice by 30 September ends delegated or joint commissioning on 1 April | C112 | `exit` |
| March 2016 | Combined authorities may share functions and pool budgets | Act of 28 March 2016 | not dated |
| June 2016 | Guidance revised: three lay members a CCG, and the committee itself decides | C075 | not dated |
"""


def page(regimes: Sequence[Regime]) -> str:
    """The whole page in Markdown, without a last line break."""
    lines = [*HEAD.splitlines(), "", "## At a glance", ""]
    codes = ", ".join(f"{code} `{body}`" for body, code in CODES.items())
    lines += [f"Who leads (who shares) from the first year of each regime: {codes}; ? unclear mandate, - nobody.", ""]
    lines += _glance(regimes)
    for regime in regimes:
        if regime.options:
            options = ", ".join(f"`{name}`" for name, _ in regime.options)
            chosen = f"its rows hold where a CCG stays out; else those of {options}, as it chose."
            lines += ["", f"`{regime.name}`: {chosen}"]
    for function in FUNCTIONS:
        lines += ["", f"## `{function}`", "", *_function(function, regimes)]
    return "\n".join(lines)


def entry(function: str, table: RegimeFile) -> Entry:
    """A function under a table: bodies by role, then power and source."""
    row = table.functions.get(function, {})
    bodies = ["; ".join(body for body, role in row.items() if role == wanted) for wanted in ROLES]
    if mandate_fault(row):
        bodies[0] += " (unclear)"
    elif not row:
        bodies[0] = "nobody"
    return *bodies, table.powers.get(function, "no power"), table.sources.get(function, "no source")


def _glance(regimes: Sequence[Regime]) -> list[str]:
    lines = ["| function | " + " | ".join(f"`{regime.name}`" for regime in regimes) + " |"]
    lines.append("|---" * (len(regimes) + 1) + "|")
    for function in FUNCTIONS:
        cells = [short(regime.table.functions.get(function, {})) for regime in regimes]
        lines.append(f"| `{function}` | " + " | ".join(cells) + " |")
    return lines


def _function(function: str, regimes: Sequence[Regime]) -> list[str]:
    """Rows of a table; regimes of which the same holds in the same years share one."""
    rows: dict[tuple[str, Entry], list[str]] = {}
    for regime in regimes:
        for years, found in _periods(function, regime):
            rows.setdefault((years, found), []).append(regime.name)
    lines = ["| years | regimes | leads | share | advise | execute | power | source |", "|---" * 8 + "|"]
    for (years, found), names in sorted(rows.items(), key=lambda item: item[0][0]):
        who = "all" if len(names) == len(regimes) else ", ".join(f"`{name}`" for name in names)
        lines.append("| " + " | ".join([years, who, *found]) + " |")
    return lines


def _periods(function: str, regime: Regime) -> list[tuple[str, Entry]]:
    """Years of which the same holds, from the first to the last, and what."""
    found: list[tuple[int, int, Entry]] = []
    for year in YEARS:
        now = entry(function, regime.table if year >= regime.table.from_year else regime.before[1])
        new_rules = year == regime.table.from_year
        if found and found[-1][2] == now and not new_rules:
            found[-1] = (found[-1][0], year, now)
        else:
            found.append((year, year, now))
    return [(_named(first, last), now) for first, last, now in found]


def _named(first: int, last: int) -> str:
    return financial_year(first) if first == last else f"{financial_year(first)} to {financial_year(last)}"
