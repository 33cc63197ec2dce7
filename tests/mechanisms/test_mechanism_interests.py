"""Interests: conflicts (K032), lay-led committees (K033), exposure and legitimacy (K046, K047, K050), recusal (K048),
split functions (K049).

Every inverted rule named in a docstring was tried once in a copy, and its test failed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from england import CORBY, begin, run
from life_of import living_world
from rivals import of, shares
from worlds import tiny_regime

from sim.commissioning import functions as f
from sim.commissioning.committee import Meetings, gp_vote
from sim.commissioning.governance import Exposure, Interests, expose, pull_of
from sim.commissioning.knowledge import Knowing, own_precision
from sim.commissioning.leads import leads_of
from sim.commissioning.perception import perceive
from sim.commissioning.policy import RegimeEnding, ends
from sim.commissioning.regime_tables import RegimeTables
from sim.commissioning.utilities import Weights
from sim.commissioning.views import view
from sim.outcomes import OUTCOMES
from sim.regimes import REGIMES, Regime, load_regime
from sim.rules.relations import Influence, influence_wanted
from sim.world import states as s
from sim.world.luck import Luck
from sim.world.table import Table

NO_INTERESTS = {"interests.class_start": 0.0, "interests.rival_start": 0.0, "interests.loyalty_start": 0.0}
NO_INTERESTS |= {"groups.stake": 0.0, "groups.stake_board": 0.0}


SMALL = {"hours.fixed_tasks": 0.0}
"""A body for five practices has hours only without the standing work of a whole one."""


def conflicts(regime: str | Regime, constants: dict[str, float] | None = None) -> float:
    """Decisions with a conflict of interest a decision, in a CCG of five practices, 2015-16 to 2018-19: of four worlds
    together, since one decides a dozen cases."""
    column, found = list(OUTCOMES).index, np.zeros(2)
    for seed in range(4):
        ran = run(CORBY, regime, years=5, seed=seed, constants={**SMALL, **(constants or {})})
        found += ran.values["national"][1:, 0][:, [column("conflicted_decisions"), column("cases_decided")]].sum(axis=0)
    return float(found[0] / found[1])


def test_mechanism_k032_gps_who_vote_on_contracts_meet_conflicts() -> None:
    """K032. Counter-world: GPs without any interest. Inverted: those without votes are pulled."""
    assert conflicts("delegated") > conflicts("area_team_only") + 0.1
    assert conflicts("delegated", constants=NO_INTERESTS) == 0.0


def with_gps(folder: Path) -> Regime:
    """Split functions with three GP votes among the directors of an area team."""
    text = "[committee.area_team]\nseats = {gp = 3}\nrules = {leave_room = false}\n"
    file = folder / "with_gps.toml"
    file.write_text(f'extends = "{REGIMES / "split_functions.toml"}"\ntitle = "T"\n{text}', encoding="utf-8")
    return load_regime(file)


def test_mechanism_k049_split_functions_keep_design_local_and_conflicts_low(tmp_path: Path) -> None:
    """K049. Counter-world: GPs vote in the area team too, and conflicts come with them. Inverted: see K032."""
    split, delegated = (load_regime(name).compile() for name in ("split_functions", "delegated"))
    for tables in (split, delegated):
        assert view(tables).may[tables.start_table, f.INCENTIVE_DESIGN, f.CCG] == 1
    assert view(split).may[split.start_table, f.CONTRACTUAL_ACTION, f.CCG] == 0
    assert conflicts("split_functions") < conflicts("delegated") - 0.1
    assert conflicts(with_gps(tmp_path)) > conflicts("split_functions") + 0.1


def committee(**seats: int) -> RegimeTables:
    """One table in which a CCG with these seats leads everything."""
    regime = tiny_regime(f.CCG)
    for seat, count in seats.items():
        regime.seats[0, f.CCG, f.SEATS.index(seat)] = count
    return regime


def seen_by(regime: RegimeTables) -> float:
    """Precision of what its committee sees of a practice in a year."""
    return float(own_precision(0.0, 10.0, 0.5, float(view(regime).clinicians[0, f.CCG]), of(Knowing)))


def test_mechanism_k033_lay_led_committees_know_less_of_practices() -> None:
    """K033, the part on clinical input. Counter-world: clinicians from outside
    take the seats of GPs. Inverted: the sign of `clinicians` in precision."""
    gp_led, lay_led = committee(gp=6, lay=2, executive=2), committee(gp=2, lay=4, executive=4)
    assert seen_by(lay_led) < seen_by(gp_led)
    assert seen_by(committee(gp=0, outside_clinician=6, lay=2, executive=2)) == seen_by(gp_led)


TABLES = ("cells", "seats", "rules", "budgets", "pooled", "staffing", "scale", "transition", "protection",
          "practice_budget", "stages", "exit_notice_months")  # fmt: skip
"""Fields of `RegimeTables` with a row a table."""


def influence(leads: np.ndarray, p: Influence) -> float:
    """Influence that a usual practice sees for itself on a CCG, by a row of `leads_of`."""
    return float(influence_wanted(0.0, 0.4, leads[3] - p.by_seats * (leads[3] - leads[4]), 0.0, p))


def test_mechanism_k033_practices_feel_less_heard_by_a_lay_led_committee() -> None:
    """K033, the part on engagement, which follows influence; the prior crosses zero. Counter-world: who sits there is
    nothing to practices. Inverted: practices are heard more the fewer GPs vote."""
    own = committee(gp=6, lay=2, executive=2)
    lay = committee(gp=2, lay=4, executive=4)
    both = replace(own, **{name: np.concatenate([getattr(own, name), getattr(lay, name)]) for name in TABLES})
    before, after = leads_of(both)
    assert before[3] == after[3]
    assert after[4] < before[4] == before[3]
    of_seats, deaf = of(Influence, by_seats=0.5), of(Influence, by_seats=0.0)
    assert influence(after, of_seats) < influence(before, of_seats)
    assert influence(after, deaf) == influence(before, deaf)


def legitimacy_after(captured: int, p: Exposure) -> float:
    """Legitimacy of a CCG after a year with some captured decisions among twenty."""
    world = living_world()
    world.ccgs["legitimacy"] = 1.0
    rng = np.random.default_rng(2)
    world.cases["id"][:20] = rng.integers(1, 2**60, 20)
    world.cases["status"][:20] = s.DECIDED
    world.cases["captured"][:captured] = 1
    stream = Luck(1, 2015).stream("governance.exposure")
    world.cases["winner"] = -1
    expose(
        world.cases, 20, world.boards, world.ccgs, world.bodies, world.providers, view(world.regime), world.ties,
        world.place, world.life, p, stream,
    )  # fmt: skip
    return float(world.ccgs["legitimacy"][0])


def test_mechanism_k046_exposed_gain_costs_legitimacy() -> None:
    """K046. Counter-world: the public forgets at once. Inverted: an exposure adds legitimacy."""
    seen = of(Exposure, audit=0.5)
    assert legitimacy_after(10, seen) < legitimacy_after(0, seen) - 0.1
    assert legitimacy_after(10, of(Exposure, audit=0.5, recovery=1.0)) == pytest.approx(1.0)


def weight_of(recusal: float, p: Interests) -> float:
    """Weight of GPs with half the votes, of whom the share who declare an interest meet this rule of recusal."""
    declared = gp_vote(True, recusal, recusal >= 1.0, 0.0, p.informal, of(Meetings))[1]
    return float(0.5 * (1.0 - p.declared + p.declared * declared))


def captured_share(recusal: float, p: Interests) -> float:
    """How much more often interests than merits alone make a committee with half its votes from GPs start a scheme."""
    boards = living_world().boards
    boards["interest_class"] = 1.0
    pull = pull_of(s.START_SCHEME, s.SCHEME, weight_of(recusal, p), 0, boards, 0, p)
    return shares([0.0, pull])[1] - 0.5


def test_mechanism_k047_recusal_leaves_less_to_challenge() -> None:
    """K047: losers challenge captured decisions. Counter-world: those who leave keep all their influence. Inverted:
    recusal adds to the weight of votes."""
    usual, idle = of(Interests), of(Interests, informal=1.0)
    assert captured_share(1.0, usual) < captured_share(0.5, usual) < captured_share(0.0, usual)
    assert captured_share(1.0, idle) == captured_share(0.0, idle) > 0.0
    assert weight_of(1.0, usual) < 0.5


def error_of_judgement(recusal: float, p: Interests) -> float:
    """Mean error of what a committee of GPs finds when it looks into 400 concerns about quality it knew nothing of."""
    world, n = living_world(), 400
    world.cases = Table("cases", n)
    rng = np.random.default_rng(4)
    world.cases["id"], world.cases["severity"] = rng.integers(1, 2**60, n), rng.normal(size=n)
    world.cases["kind"], world.cases["function"] = s.QUALITY, f.QUALITY_IMPROVEMENT
    world.beliefs = Table("beliefs", len(world.place))
    world.beliefs["quality_var"] = world.beliefs["distress_var"] = world.beliefs["routine_var"] = 1e6
    world.belief_slot[f.CCG] = 0
    world.bodies["kind"] = f.CCG
    world.boards["loyalty"] = 1.0
    v = view(committee(gp=4, outside_clinician=4))
    v = v._replace(recusal=np.full_like(v.recusal, recusal))
    perceived, quality = np.zeros((n, 2)), np.zeros((n, 2))
    world.cases["partner"] = -1
    perceive(
        world.cases, n, world.place, world.beliefs, world.belief_slot, world.ccgs, world.boards, world.bodies, v, p,
        of(Weights), 1.0, perceived, quality, Luck(1, 2015).stream("choice.investigation"), len(world.place),
    )  # fmt: skip
    return float(np.abs(perceived[:, 0] - world.cases["severity"]).mean())


def test_mechanism_k048_recusal_costs_judgement() -> None:
    """K048. Counter-world: substitutes bring all that was lost. Inverted: recused clinicians add to what is seen."""
    assert error_of_judgement(1.0, of(Interests)) > error_of_judgement(0.0, of(Interests)) * 1.05
    replaced = of(Interests, substitute=1.0)
    assert error_of_judgement(1.0, replaced) == error_of_judgement(0.0, replaced)


def endings(captured: int, p: Exposure) -> int:
    """In how many of 300 possible worlds a regime ends in the year after some captured decisions."""
    world, timeline = begin(CORBY, "delegated", 3, constants={"regime_ending.base": -3.0})
    world.ccgs["legitimacy"] = legitimacy_after(captured, p)
    world.year = 2016
    hazard = timeline.year(2016).of(RegimeEnding)
    assert hazard.legitimacy > 0.0
    return sum(ends(world.ccgs, world.nation, Luck(seed, 2016), 1, hazard) for seed in range(300))


def test_mechanism_k050_regimes_survive_by_how_few_conflicts_come_to_light() -> None:
    """K050. Counter-world: nothing ever comes to light. Inverted: lost legitimacy lowers the hazard."""
    seen, hidden = of(Exposure, audit=0.5), of(Exposure, audit=0.0, press=0.0, challenge=0.0, false_alarm=0.0)
    assert endings(10, seen) > endings(0, seen) + 5
    assert endings(10, hidden) == endings(0, hidden)
