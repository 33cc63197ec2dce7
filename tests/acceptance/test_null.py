"""Null tests: where nothing that could make a difference differs, regimes do not differ; and a planted gain is found.

`delegated` moves functions from an area team to a CCG. What that may change is a list of mechanisms. With all of them
off, and no staff moved, it must equal `area_team_only` in distribution; whatever is left would be put in by hand. It
differs in luck only: each body sees practices with errors of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from england import CORBY, FEW, HUDDERSFIELD, differences, run, scenario_of, start_of

from sim.outcomes import OUTCOMES
from sim.regimes import REGIMES, Regime, load_regime
from sim.simulate import simulate
from sim.world.world import Floats

YEARS = 4
"""2014-15, which is the same by construction, and three years apart."""
PAIRS = 1000
"""Rare events (a contract removed) hit both runs of a pair at different times: 400 pairs would leave their interval as
wide as 0.14 sd on either side."""

OF_WHO_DECIDES = (
    "ccgs_delegated", "ccgs_joint", "ccgs_greater_involvement", "conflicted_decisions", "recused_votes",
)  # fmt: skip
"""Outcomes that only say which table is in force, and that GPs sit where decisions are made."""

STAFF = ("scarce_hours", "travel", "specialists", "fixed_tasks", "learning_by_doing", "standing_work")
KNOWLEDGE = ("knowledge_visits", "knowledge_engagement", "knowledge_clinicians", "plan_blindness", "recusal_cost")
BIAS = ("leniency", "concealment", "own_members")
INTEREST = ("capture", "conflict_exposure")
"""No pull, and nobody accused of one."""
MEETINGS = ("quorum",)
"""A committee with many seats and a rule of quorum puts cases off that a director decides at once."""
STANDING = ("authority_of_lead", "decisions_felt", "sanction_trust", "imposed_change", "local_voice")
"""Whom practices heed, credit and blame for decisions. These too follow whoever leads."""
MONEY = ("pooled_overruns",)
NEUTRAL = (*STAFF, *KNOWLEDGE, *BIAS, *INTEREST, *MEETINGS, *STANDING, *MONEY, "regime_ending")

NO_STAFF_MOVED = """
[staffing]
from_area_team     = {share_assigned = 0.0, share_lost = 0.0}
running_cost_share = 0.0
hiring_months      = 0
[transition]
years                = 0.0
hours_lost_share     = 0.0
knowledge_lost_share = 0.15
"""
"""What the new body forgets is what area teams forget in the restructure of the same year."""
DOUBLE_MANDATE = 'quality_improvement = {ccg = "lead", area_team = "lead"}'
"""As under `area_team_only`: a clear mandate is a difference of its own (K077)."""


def written(folder: Path, name: str, text: str) -> Regime:
    """A regime from the text of its file."""
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return load_regime(file)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Regime:
    """`delegated` without staff that move, and with the mandate for quality improvement as unclear as before."""
    head = 'extends = "delegated.toml"\ntitle = "plain"\nunclear_mandates = ["quality_improvement"]\n'
    text = f"{head}[functions]\n{DOUBLE_MANDATE}\n{NO_STAFF_MOVED}"
    return written(tmp_path_factory.mktemp("null"), "plain", text)


def last_years(
    regimes: Sequence[Regime], ccgs: tuple[str, ...], pairs: int, off: Sequence[str] = NEUTRAL,
    draw: Mapping[str, float] | None = None, years: int = YEARS,
) -> list[Floats]:  # fmt: skip
    """National outcomes of the last year, (pairs, outcomes) for each regime; pairs share start and luck."""
    scenario = scenario_of(ccgs, years).without(list(off))
    found: list[list[Floats]] = [[] for _ in regimes]
    for pair in range(pairs):
        start = start_of(ccgs, 7 + pair % 3)
        for regime, rows in zip(regimes, found, strict=True):
            rows.append(simulate(start, scenario, regime, 1000 + pair, years, draw).values["national"][-1, 0])
    return [np.array(rows) for rows in found]


def intervals(one: Floats, other: Floats) -> dict[str, tuple[float, float]]:
    """95% interval of the mean paired difference of each outcome, in sd of the first regime's values over pairs.

    An outcome that is the same in all runs of both has none; one that never varies under the first regime, but does
    under the other, has an infinite one.
    """
    found = {}
    for k, name in enumerate(OUTCOMES):
        difference = (other - one)[:, k]
        difference = difference[~np.isnan(difference)]
        if name in OF_WHO_DECIDES or not np.any(difference):
            continue
        spread = float(np.nanstd(one[:, k]))
        mean, error = difference.mean(), difference.std(ddof=1) / np.sqrt(len(difference))
        unit = spread if spread > 0.0 else 0.0
        with np.errstate(divide="ignore"):
            found[name] = (float(np.divide(mean - 1.96 * error, unit)), float(np.divide(mean + 1.96 * error, unit)))
    return found


def table(found: Mapping[str, tuple[float, float]], rows: int = 10) -> str:
    """The widest intervals, for printing."""
    widest = sorted(found.items(), key=lambda item: -max(abs(end) for end in item[1]))
    return "\n".join(f"{name:34s} {low:+.4f} {high:+.4f}" for name, (low, high) in widest[:rows])


# ------------------------------------------------------------------ equal tables, equal runs; names of bodies


def test_equal_tables_staff_and_budgets_give_equal_runs(tmp_path: Path) -> None:
    """A regime that takes all of `delegated` back, field by field, is `area_team_only` to the last bit."""
    text = (REGIMES / "area_team_only.toml").read_text(encoding="utf-8")
    rest = "[exit]\nnotice_months = 0\n" + NO_STAFF_MOVED.replace("0.15", "0.0")
    committees = "[committee.joint_committee]\nseats = {lay = 0, executive = 0, gp = 0, outside_clinician = 0}\n"
    committees += "rules = {declare = false, leave_room = false, lay_chair = false, public = false,"
    committees += " quorum = {lay = 0, executive = 0}}\n"
    entry = '[entry]\nmode = "imposed"\nstages = []\n'
    text = re.sub(r"(?ms)^\[entry\]\n.*?(?=^\[)", "", text)
    back = written(tmp_path, "back", f'extends = "delegated.toml"\n{text}\n{committees}{entry}{rest}')
    assert back.table.functions == load_regime("area_team_only").table.functions
    for ccgs in (HUDDERSFIELD, FEW):
        assert differences(run(ccgs, "area_team_only"), run(ccgs, back)) == []
    assert differences(run(FEW, "area_team_only"), run(FEW, "delegated"))


@pytest.mark.parametrize("body", ["fhsa_body", "combined_authority"])
def test_renaming_a_body_changes_nothing(body: str, tmp_path: Path) -> None:
    """Health authorities under the name of another local body: the same, but for whose errors of sight are drawn."""
    text = (REGIMES / "health_authority.toml").read_text(encoding="utf-8").replace("ha_body", body)
    renamed = written(tmp_path, "renamed", text)
    assert renamed.table.functions != load_regime("health_authority").table.functions
    one, other = last_years((load_regime("health_authority"), renamed), CORBY, 200, off=())
    found = intervals(one, other)
    assert found, "luck is drawn by body"
    apart = {name: ends for name, ends in found.items() if ends[0] > 0.1 or ends[1] < -0.1}
    assert not apart, table(apart)


# ------------------------------------------------------------------ delegation without what it may change


@pytest.mark.slow
def test_delegation_without_gain_bias_or_interest_equals_area_teams(plain: Regime) -> None:
    one, other = last_years((load_regime("area_team_only"), plain), HUDDERSFIELD, PAIRS)
    found = intervals(one, other)
    print(f"\n{PAIRS} pairs, {len(found)} outcomes differ in some; widest 95% intervals, in sd\n{table(found)}")
    assert len(found) > 60
    outside = {name: ends for name, ends in found.items() if max(abs(end) for end in ends) >= 0.1}
    assert not outside, table(outside)


def test_a_planted_gain_of_knowledge_is_found(plain: Regime) -> None:
    """Clinicians on the committee take 0.5 sd off the CCG's error of belief: 0.80 to 0.29 sd where it settles.

    Errors settle where a year's drift (0.3) is what a year's look takes off: routine data alone leave a variance of
    0.64, with clinicians (4 of 10 seats x 20) 0.09.
    """
    off = [name for name in NEUTRAL if name != "knowledge_clinicians"]
    regimes = (load_regime("area_team_only"), plain)
    with_gain = last_years(regimes, HUDDERSFIELD, 400, off, {"knowing.clinicians": 20.0})
    found = intervals(*with_gain)
    print(f"\n{table(found)}")
    assert found["quality_true"][0] > 0.0, "help goes to those who need it"
    assert found["scheme_hours_per_practice"][0] > 0.0, "those who know the gaps start more schemes"


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_flipping_knowledge_and_bias_flips_a_ranking(sign: float, plain: Regime) -> None:
    """Near and clear-sighted, or near and lenient: which regime has the better quality depends on the sign.

    A leniency of 4 sd at all the votes is 0.8 sd at two seats of ten. With the sign turned the effect is smaller; five
    years apart show it more clearly than three.
    """
    off = [name for name in NEUTRAL if name not in ("knowledge_clinicians", "leniency")]
    draw = {"knowing.clinicians": 1.4 * sign, "knowing.leniency": -4.0 * sign}
    regimes = (load_regime("area_team_only"), plain)
    found = intervals(*last_years(regimes, HUDDERSFIELD, 400, off, draw, years=6))
    low, high = found["quality_true"]
    print(f"\nsign {sign:+.0f}: quality_true {low:+.4f} {high:+.4f}")
    assert low * sign > 0.0
    assert high * sign > 0.0
