"""Practice life: patients, doctors and reserves survive mergers and dispersals; partners choose for sourced reasons."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from life_of import decide, end_practices, heads, life_params, living_world

from sim.rules import choices, endings, practice_life, takeovers
from sim.rules.choices import Choice, Distress, MergerPartner, Property
from sim.rules.counts import count_staff
from sim.rules.endings import Ending
from sim.world import states
from sim.world.luck import Luck
from sim.world.states import (
    APMS,
    APMS_CONTRACT,
    APPROVE,
    CARETAKER,
    CARETAKER_CONTRACT,
    CONTRACT_END,
    DISPERSE,
    DISPERSED,
    GMS,
    HAND_BACK,
    MERGED,
    MERGER,
    NEW_PRACTICE,
    OPEN,
    PARTNER,
    PAYMENT,
    PMS,
    REFUSE,
    REMOVAL,
    SALARIED,
)
from sim.world.table import Table
from sim.world.world import World

P = life_params()
BANDS = ("age_0_4", "age_5_64", "age_65_74", "age_75")


def patients(world: World) -> float:
    return float(sum(world.lists[band].sum() for band in BANDS))


def quiet(world: World) -> World:
    """Takes back whatever partners had in mind."""
    world.life["merger_wish"], world.life["handing_back"], world.life["asking"] = -1, 0, 0
    world.contract["kind"] = GMS
    world.contract["liability"] = 0.0
    return world


def year(world: World, seed: int = 1, now: int = 2014) -> World:
    practice_life.practice_life(world, P, Luck(seed, now))
    return world


def test_inspections_weigh_on_choices_but_not_on_those_of_the_year_before_the_start() -> None:
    started, chosen = [], []
    for pounds in (0.0, 1e6):
        world, p = living_world(), life_params(choice__inspection=pounds)
        practice_life.start(world, p, Luck(1, 2013))
        started.append(world.life["merger_wish"].copy())
        practice_life.practice_life(quiet(world), p, Luck(1, 2014))
        chosen.append(int(((world.life["merger_wish"] >= 0) | (world.life["handing_back"] != 0)).sum()))
    assert np.array_equal(*started)
    assert chosen[1] > chosen[0]


def utilities(**changed: float) -> tuple[float, float, float]:
    given = {
        "distress": 0.0,
        "relative": 0.0,
        "workload": 1.0,
        "age": 48.0,
        "vacancy": 0.0,
        "alone": 0.25,
        "independence": 0.6,
        "liability": 5e4,
        "relief": 0.0,
    }
    ask, merge, back = choices.option_utilities(*(given | changed).values(), P.of(Choice))
    return float(ask), float(merge), float(back)


@pytest.mark.parametrize(
    "worse",
    [{"relative": -0.6}, {"workload": 1.5}, {"age": 60.0}, {"vacancy": 0.4}, {"alone": 1.0}, {"independence": 1.5}],
)
def test_each_strain_makes_mergers_and_hand_backs_likelier(worse: dict[str, float]) -> None:
    _, merge, back = utilities()
    _, merge_worse, back_worse = utilities(**worse)
    assert merge_worse > merge
    assert back_worse > back


def test_a_practice_of_its_own_weighs_by_its_share_of_income_and_only_where_it_costs() -> None:
    cost = choices.cost_of_independence
    assert cost(20_000.0, 200_000.0, 0.02) > cost(20_000.0, 1_000_000.0, 0.02) > cost(20_000.0, 2_800_000.0, 0.02) > 0.0
    assert cost(0.0, 200_000.0, 0.02) == 0.0


def test_a_lease_holds_partners_back_from_handing_back_only() -> None:
    assert utilities(liability=3e5)[2] < utilities()[2]
    assert utilities(liability=3e5)[1] == utilities()[1]


def test_options_follow_the_draw_in_order() -> None:
    drawn = [choices.choose_option(0.0, 0.0, 0.0, u) for u in (0.1, 0.3, 0.6, 0.9)]
    assert drawn == [choices.CARRY_ON, choices.ASK, choices.MERGE, choices.HAND_BACK]


def test_distress_is_near_nil_for_an_average_practice_and_rises_with_each_strain() -> None:
    usual = {
        "relative": 0.0,
        "deficit": 0.0,
        "vacancy": 0.0,
        "workload": 1.0,
        "burnout": 0.467,
        "usual": 0.467,
        "liability": 4e4,
        "alone": 0.4,
    }
    base = choices.hidden_distress(*usual.values(), P.of(Distress))
    assert base == pytest.approx(0.0, abs=1e-9)
    strains = (
        {"relative": -0.7},
        {"deficit": 0.2},
        {"vacancy": 0.3},
        {"workload": 1.4},
        {"burnout": 0.8},
        {"liability": 2e5},
    )
    for worse in strains:
        assert choices.hidden_distress(*(usual | worse).values(), P.of(Distress)) > base


def test_neighbours_accept_less_with_liability_and_work() -> None:
    m = P.of(MergerPartner)
    assert choices.acceptance(2e5, 1.0, 0, m) < choices.acceptance(0.0, 1.0, 0, m)
    assert choices.acceptance(0.0, 1.5, 0, m) < choices.acceptance(0.0, 1.0, 0, m)


def test_near_partners_of_the_same_kind_are_preferred() -> None:
    m = P.of(MergerPartner)
    near = choices.merger_utility(0.5, 1.0, 1.0, 1.0, 0, 0.0, m)
    assert choices.merger_utility(5.0, 1.0, 1.0, 1.0, 0, 0.0, m) < near
    assert choices.merger_utility(0.5, 1.0, 0.0, 1.0, 0, 0.0, m) < near
    assert choices.merger_utility(0.5, 1.0, 1.0, 0.0, 0, 0.0, m) < near


def test_liability_counts_rent_owed_and_redundancy() -> None:
    p = P.of(Property)
    assert choices.last_liability(0.0, 12.0, 5000.0, 1, 10.0, p) == pytest.approx(10 * p.redundancy)
    assert choices.last_liability(9.0, 12.0, 5000.0, 2, 0.0, p) == pytest.approx(
        p.years_owed * 60_000 + 2 * p.dilapidations
    )


@pytest.mark.parametrize(
    ("size", "quality", "rating", "viable"),
    [(6000.0, 0.0, 3, 1), (2000.0, 0.0, 3, 0), (6000.0, -1.5, 3, 0), (6000.0, 0.0, 1, 0)],
)
def test_viable_means_large_enough_and_sound(size: float, quality: float, rating: int, viable: int) -> None:
    assert endings.was_viable(size, quality, rating, P.of(Ending)) == viable


def test_an_approved_merger_moves_everything_to_the_partner() -> None:
    world = quiet(living_world())
    world.life["merger_wish"][0] = 1
    decide(world, 0, 0, MERGER, APPROVE)
    total, reserves, fte = world.lists["total"][[0, 1]].sum(), world.money["reserves"][[0, 1]].sum(), heads(world)
    year(world)
    assert world.life["state"][0] == MERGED
    assert world.life["merged_into"][0] == 1
    assert world.life["closed"][0] == 2014
    assert world.lists["total"][1] == pytest.approx(total)
    assert world.money["reserves"][1] == pytest.approx(reserves)
    assert world.life["displaced"][0] == 0.0
    assert heads(world) == fte
    assert not (world.doctors["practice"] == 0).any()
    assert world.contract["sites"][1] >= 2


def test_a_refused_or_undecided_merger_leaves_both_open() -> None:
    for action in (REFUSE, None):
        world = quiet(living_world())
        world.life["merger_wish"][0] = 1
        if action is not None:
            decide(world, 0, 0, MERGER, action)
        year(world)
        assert world.life["state"][0] == world.life["state"][1] == OPEN


def test_chains_of_mergers_end_in_the_last_and_rings_are_refused() -> None:
    world = quiet(living_world())
    world.life["merger_wish"][:2] = 1, 2
    decide(world, 0, 0, MERGER, APPROVE)
    decide(world, 1, 1, MERGER, APPROVE)
    year(world)
    assert world.life["merged_into"][:2].tolist() == [2, 2]
    world = quiet(living_world())
    world.life["merger_wish"][:2] = 1, 0
    decide(world, 0, 0, MERGER, APPROVE)
    decide(world, 1, 1, MERGER, APPROVE)
    year(world)
    assert world.life["state"][:2].tolist() == [OPEN, OPEN]


def test_dispersed_patients_go_to_open_lists_only() -> None:
    world = quiet(living_world())
    near = world.networks.neighbours[0]
    world.lists["open"][near] = 0
    world.lists["open"][near[3]] = 1
    world.life["handing_back"][0] = 1
    decide(world, 0, 0, HAND_BACK, DISPERSE)
    before, mine = world.lists["total"].copy(), world.lists["total"][0]
    year(world)
    assert world.life["state"][0] == DISPERSED
    assert world.life["displaced"][0] == pytest.approx(mine)
    assert world.lists["total"][near[3]] - before[near[3]] == pytest.approx(mine)
    assert world.lists["received"][near[3]] == pytest.approx(mine)


def test_where_every_list_is_closed_the_nearest_takes_by_allocation() -> None:
    world = quiet(living_world())
    world.lists["open"] = 0
    decide(world, 0, 0, HAND_BACK, DISPERSE)
    nearest = world.networks.neighbours[0, 0]
    before, mine = world.lists["total"][nearest], world.lists["total"][0]
    year(world)
    assert world.lists["total"][nearest] == pytest.approx(before + mine)


def test_an_undecided_notice_runs_out_into_dispersal() -> None:
    world = quiet(living_world())
    world.life["handing_back"][0], world.life["months_left"][0] = 1, 6.0
    year(world)
    assert world.life["state"][0] == DISPERSED


def test_support_can_make_partners_withdraw_their_notice() -> None:
    world = quiet(living_world())
    world.life["handing_back"][0], world.life["months_left"][0] = 1, 13.0
    decide(world, 0, 0, HAND_BACK, PAYMENT)
    end_practices(world, life_params(ending__withdraw=1.0), Luck(1, 2014))
    assert world.life["handing_back"][0] == 0
    assert world.life["state"][0] == OPEN


@pytest.mark.parametrize(
    ("action", "state"), [(APMS_CONTRACT, OPEN), (CARETAKER_CONTRACT, CARETAKER), (REMOVAL, CARETAKER)]
)
def test_take_overs_keep_patients_and_end_partnerships(action: int, state: int) -> None:
    world = quiet(living_world())
    world.life["handing_back"][0] = 1
    mine = world.lists["total"][0]
    decide(world, 0, 0, HAND_BACK, action)
    year(world)
    assert world.life["state"][0] == state
    assert world.contract["kind"][0] == APMS
    assert world.lists["total"][0] == pytest.approx(mine)
    here = world.doctors["practice"] == 0
    assert not (world.doctors["role"][here] == PARTNER).any()
    assert world.money["reserves"][0] == 0.0
    assert world.life["handing_back"][0] == 0


def test_a_contract_let_to_a_provider_may_get_a_new_code() -> None:
    for chance, year_let in ((1.0, 2014), (0.0, 0)):
        world = quiet(living_world())
        world.contract["kind"][0] = PMS
        decide(world, 0, 0, HAND_BACK, APMS_CONTRACT)
        mine = world.lists["total"][0]
        end_practices(world, life_params(ending__new_code=chance), Luck(1, 2014))
        assert world.life["let_anew"][0] == year_let
        assert world.life["state"][0] == OPEN
        assert world.lists["total"][0] == pytest.approx(mine)
        if year_let:
            assert (world.life["opened"][0], world.life["let_from"][0]) == (2014, PMS)


def test_apms_contracts_run_on_where_nobody_decides_and_are_renewed_where_somebody_does() -> None:
    world = quiet(living_world())
    world.contract["kind"][:2], world.contract["ends"][:2] = APMS, 2014
    decide(world, 0, 1, CONTRACT_END, APMS_CONTRACT)
    year(world)
    assert world.contract["ends"][:2].tolist() == [2015, 2014 + int(P.of(Ending).apms_years)]


def test_providers_are_chosen_among_those_of_the_place() -> None:
    world = living_world()
    world.providers = Table("providers", 4)
    world.providers["unit"] = [0, 1, 0, 0]
    world.providers["kind"] = [states.GP_COMPANY, states.GP_COMPANY, states.CORPORATE, states.COMMUNITY]
    world.providers["cost"] = 1.0
    world.ccgs["area_team"] = 5
    c, first_team = int(world.place["ccg"][0]), len(world.ccgs)
    bidders = takeovers.sort_bidders(world.providers, world.ccgs, P.of(Ending))
    won = {int(takeovers.choose_provider(c, first_team + 5, k / 60, *bidders)) for k in range(60)}
    assert won == {0, 3}


def test_a_practice_without_partners_must_end() -> None:
    world = quiet(living_world())
    world.doctors["role"][world.doctors["practice"] == 0] = SALARIED
    count_staff(world.doctors, world.staff, world.life)
    year(world)
    assert world.life["handing_back"][0] == 1 or world.life["merger_wish"][0] >= 0


@given(seed=st.integers(1, 10_000), actions=st.lists(st.integers(0, 19), min_size=12, max_size=12))
@settings(max_examples=25, deadline=None)
def test_patients_doctors_and_pounds_are_conserved(seed: int, actions: list[int]) -> None:
    world = living_world(seed=seed)
    rng = np.random.default_rng(seed)
    for k, action in enumerate(actions):
        kind = int(rng.choice([HAND_BACK, MERGER, CONTRACT_END, NEW_PRACTICE]))
        world.life["merger_wish" if kind == MERGER else "handing_back"][k] = (
            int(rng.integers(12)) if kind == MERGER else 1
        )
        decide(world, k, k, kind, action)
    many, people = patients(world), heads(world)
    pounds = world.money["reserves"].sum() + world.money["drawings"].sum()
    owed = world.contract["liability"].sum()
    world.nation["doctors_in"] = world.nation["doctors_out"] = 0.0
    end_practices(world, P, Luck(seed, 2014))
    paid = owed - world.contract["liability"].sum()
    dispersed = world.life["state"] == DISPERSED
    assert patients(world) == pytest.approx(many)
    assert world.lists["total"].sum() == pytest.approx(many)
    assert heads(world) - people == world.nation["doctors_in"][0] - world.nation["doctors_out"][0]
    gone = ~np.isin(world.life["state"], (OPEN, CARETAKER))
    assert not np.isin(world.doctors["practice"], np.flatnonzero(gone)).any()
    assert (world.lists["total"][gone] == 0.0).all()
    assert (world.money["reserves"][gone] == 0.0).all()
    lost = pounds - (world.money["reserves"].sum() + world.money["drawings"].sum())
    assert -1e-6 <= lost <= paid + 1e-6
    if not dispersed.any():
        assert lost == pytest.approx(0.0, abs=1e-6)


def test_a_new_practice_draws_its_patients_from_its_neighbours() -> None:
    world = quiet(living_world())
    decide(world, 0, 0, NEW_PRACTICE, APPROVE)
    many, rows = patients(world), int((world.life["state"] == OPEN).sum())
    year(world)
    assert (world.life["state"] == OPEN).sum() == rows + 1
    assert patients(world) == pytest.approx(many)
    new = int(np.flatnonzero(world.life["opened"] == 2014)[0])
    assert world.contract["kind"][new] == APMS
    assert world.lists["total"][new] > 0.0
    year(world, now=2015)
    assert (world.life["state"] == OPEN).sum() <= rows + 1


def test_leases_run_on_and_are_renewed() -> None:
    world = quiet(living_world())
    world.contract["lease_years"][:3] = 0.0, 1.0, 5.0
    p = P.of(Property)
    choices.hold_property(world.lists, world.contract, world.staff, world.life, p)
    assert world.contract["lease_years"][:3].tolist() == [0.0, p.lease_term, 4.0]
    assert (world.contract["liability"][:3] > 0.0).all()
