"""Regimes: shipped ones hold the law of their time, and what a rule sees depends on no name."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.commissioning import functions as names
from sim.describe.files import describe_regime
from sim.errors import InputError
from sim.regimes import REGIMES, UNCERTAIN, load_regime, shipped_regimes
from sim.regimes.file import mandate_fault
from sim.schemas import FOLDER, MODELS, check, kind_of, lint_regime, schema, schema_text

ISSUED = (
    "area_team_only",
    "greater_involvement",
    "joint",
    "delegated",
    "split_functions",
    "voluntary_2015",
    "no_commissioner",
    "pct",
    "health_authority",
    "fhsa",
    "fundholding",
    "devolved_joint_board",
    "devolved_stripped",
    "local_authority_lead",
    "best_area_team",
    "worst_delegated",
    "delegated_complaints",
)
OTHER_BUYERS = ("pct", "health_authority", "fhsa", "devolved_stripped", "devolved_joint_board")
"""Those that take hospital care from CCGs."""


@pytest.fixture
def regimes(tmp_path: Path) -> Path:
    """A copy of the shipped regimes, to change."""
    return Path(shutil.copytree(REGIMES, tmp_path / "regimes"))


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    """A regime of one's own beside the copies."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def cell(regime: str, function: str, body: str) -> str:
    """What a body is to a function in a shipped regime from its first year."""
    tables = load_regime(regime).compile()
    row, column = names.FUNCTIONS.index(function), names.BODIES.index(body)
    return names.CELLS[tables.cells[tables.start_table, row, column]]


def test_names_and_positions_agree() -> None:
    assert (len(names.FUNCTIONS), len(names.BODIES)) == (22, 11)
    assert names.FUNCTIONS[names.OUT_OF_HOURS] == "out_of_hours"
    assert names.FUNCTIONS[names.PHARMACY_DENTAL_EYE] == "pharmacy_dental_eye"
    assert names.BODIES[names.PRACTICE] == "practice"
    assert names.RULES[names.QUORUM_EXECUTIVE] == "quorum_executive"


def test_sixteen_regimes_and_a_variant_are_shipped() -> None:
    assert sorted(ISSUED) == shipped_regimes()
    assert len(ISSUED) == 17


@pytest.mark.parametrize("name", shipped_regimes())
def test_shipped_regimes_give_arrays_of_the_documented_shapes(name: str) -> None:
    tables = load_regime(name).compile()
    t, functions, bodies = tables.n_tables, len(names.FUNCTIONS), len(names.BODIES)
    assert (tables.cells.shape, tables.cells.dtype) == ((t, functions, bodies), np.int8)
    assert (tables.seats.shape, tables.seats.dtype) == ((t, bodies, len(names.SEATS)), np.float64)
    assert (tables.rules.shape, tables.rules.dtype) == ((t, bodies, len(names.RULES)), np.float64)
    assert (tables.budgets.shape, tables.budgets.dtype) == ((t, len(names.BUDGETS)), np.int64)
    assert (tables.staffing.shape, tables.staffing.dtype) == ((t, len(names.STAFFING)), np.float64)
    assert (tables.scale.shape, tables.scale.dtype) == ((t, bodies), np.int64)
    assert (tables.transition.shape, tables.transition.dtype) == ((t, len(names.TRANSITION)), np.float64)
    assert (tables.stages.shape, tables.stages.dtype) == ((t, len(names.STAGES)), np.int64)
    for vector, kind in (
        (tables.pooled, np.int64),
        (tables.protection, np.int64),
        (tables.exit_notice_months, np.float64),
    ):
        assert (vector.shape, vector.dtype) == ((t,), kind)
    assert tables.restructure.shape == (len(names.RESTRUCTURE),)
    assert tables.menu[0] == tables.start_table


@pytest.mark.parametrize("name", shipped_regimes())
def test_shipped_regimes_say_why_and_on_whose_word(name: str) -> None:
    assert lint_regime(REGIMES / f"{name}.toml") == []
    assert "no source" not in describe_regime(load_regime(name))


@pytest.mark.parametrize("name", shipped_regimes())
def test_every_regime_begins_under_area_teams_and_meets_the_shock_of_2015(name: str) -> None:
    tables, before = load_regime(name).compile(), load_regime("area_team_only").compile()
    assert np.array_equal(tables.cells[0], before.cells[0])
    assert tables.from_year == 2015
    if name == "best_area_team":  # which is that shock undone
        assert tables.restructure_year == 0
        assert not tables.restructure.any()
        return
    assert tables.restructure_year == 2015
    assert np.array_equal(tables.restructure, before.restructure)
    assert 0.10 <= tables.restructure[names.STAFF_CUT] <= 0.15


@pytest.mark.parametrize("name", shipped_regimes())
@pytest.mark.parametrize("function", names.FIXED_FUNCTIONS)
def test_fixed_functions_stay_with_nhs_england(name: str, function: str) -> None:
    assert cell(name, function, "nhs_england") == "lead"


def test_greater_involvement_brings_no_power() -> None:
    before, asked = load_regime("area_team_only").compile(), load_regime("greater_involvement").compile()
    decides = [names.LEAD, names.SHARED]
    assert np.array_equal(np.isin(before.cells[0], decides), np.isin(asked.cells[1], decides))
    assert asked.stages[1, names.APPROVAL] == 0
    assert cell("greater_involvement", "contract_removal", "ccg") == "advises"


def test_joint_decides_together_and_nhs_england_keeps_the_budget() -> None:
    tables = load_regime("joint").compile()
    for function in ("contractual_action", "contract_removal", "incentive_design"):
        assert cell("joint", function, "joint_committee") == "lead"
        assert cell("joint", function, "ccg") == cell("joint", function, "area_team") == "shared"
    assert tables.budgets[1, names.PRIMARY_MEDICAL] == names.AREA_TEAM
    assert tables.stages[1, [names.MEMBERS_VOTE, names.CONSTITUTION_CHANGE, names.APPROVAL]].all()
    assert not tables.stages[1, names.ASSURANCE]


def test_delegation_gives_notices_removal_and_budget_but_not_complaints() -> None:
    tables = load_regime("delegated").compile()
    for function in ("contractual_action", "contract_removal", "discretionary_payments", "budget_setting"):
        assert cell("delegated", function, "ccg") == "lead"
    assert cell("delegated", "complaints", "nhs_england") == "lead"
    assert cell("delegated_complaints", "complaints", "ccg") == "lead"
    assert tables.budgets[1, names.PRIMARY_MEDICAL] == names.CCG
    assert tables.pooled.tolist() == [0, 1]
    assert tables.exit_notice_months.tolist() == [0.0, 6.0]
    seats = tables.seats[1, names.CCG]
    assert seats[names.LAY] + seats[names.EXECUTIVE] > seats[names.GP] + seats[names.OUTSIDE_CLINICIAN]
    assert 1 <= seats[names.GP] <= 3
    assert tables.rules[1, names.CCG, [names.LAY_CHAIR, names.PUBLIC, names.LEAVE_ROOM]].all()


def test_out_of_hours_is_with_ccgs_and_public_health_with_councils_before_and_after() -> None:
    for name in set(ISSUED) - set(OTHER_BUYERS):
        assert cell(name, "out_of_hours", "ccg") == "lead"
        assert cell(name, "public_health_services", "local_authority") == "lead"


def test_the_menu_of_2015_holds_three_levels_and_staying_out() -> None:
    tables = load_regime("voluntary_2015").compile()
    assert tables.chosen
    assert tables.start_table == 0
    assert tables.menu.tolist() == [0, 1, 2, 3]
    for row, name in enumerate(("greater_involvement", "joint", "delegated"), start=1):
        assert np.array_equal(tables.cells[row], load_regime(name).compile().cells[1])


def test_nobody_commissions_general_practice_in_the_yardstick() -> None:
    tables = load_regime("no_commissioner").compile()
    assert not tables.cells[1, names.CONTRACTUAL_ACTION].any()
    assert any("nobody has contractual_action" in note for note in tables.notes)


def test_a_duty_without_a_lever_is_an_unclear_mandate() -> None:
    assert any("quality_improvement" in note for note in load_regime("area_team_only").compile().notes)
    assert load_regime("delegated").compile().notes == ()


@pytest.mark.parametrize("name", shipped_regimes())
def test_a_random_file_name_changes_nothing_that_a_rule_sees(name: str, regimes: Path) -> None:
    renamed = regimes / "quibble.toml"
    shutil.copy(regimes / f"{name}.toml", renamed)
    assert load_regime(renamed).compile().equals(load_regime(name).compile())


def test_equal_tables_are_kept_once_whatever_their_names(regimes: Path) -> None:
    write(regimes, 'extends = "delegated"\ntitle = "Another word"\n', "twin.toml")
    menu = write(
        regimes,
        'extends = "area_team_only"\ntitle = "T"\nmenu = ["delegated", "twin"]\n[entry]\nmode = "chosen"\n',
    )
    tables = load_regime(menu).compile()
    assert tables.menu.tolist() == [0, 1]
    assert tables.n_tables == 2


@given(quantile=st.floats(0.0, 1.0))
def test_a_draw_moves_uncertain_values_within_their_range(quantile: float) -> None:
    tables = load_regime("delegated").compile(dict.fromkeys(UNCERTAIN, quantile) | {"leaving.base": 1.0})
    assert tables.staffing[1, names.SHARE_ASSIGNED] == pytest.approx(0.05 + 0.55 * quantile)
    assert not tables.staffing[0].any()
    assert 0.10 <= tables.restructure[names.STAFF_CUT] <= 0.15


def test_equals_sees_a_difference() -> None:
    one, other = load_regime("delegated").compile(), load_regime("delegated_complaints").compile()
    assert one.equals(load_regime("delegated").compile())
    assert not one.equals(other)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({}, None),
        ({"ccg": "lead"}, None),
        ({"ccg": "lead", "area_team": "executes", "nhs_england": "advises"}, None),
        ({"joint_committee": "lead", "ccg": "shared", "area_team": "shared"}, None),
        ({"ccg": "lead", "area_team": "lead"}, "2 bodies lead"),
        ({"ccg": "shared", "area_team": "shared"}, "none leads"),
        ({"ccg": "lead", "area_team": "shared"}, "not a joint committee"),
        ({"joint_committee": "lead", "ccg": "shared"}, "two bodies that share"),
        ({"ccg": "advises"}, "none leads"),
    ],
)
def test_what_makes_a_mandate_unclear(row: dict[str, str], fault: str | None) -> None:
    found = mandate_fault(row)
    assert (found is None) if fault is None else (fault in str(found))


HEAD = 'extends = "delegated"\ntitle = "Mine"\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEAD + "bugdets = 1", "bugdets: unknown key 'bugdets'; did you mean 'budgets'"),
        (HEAD + "[budgets]\nprimary_medcal = 'ccg'", "did you mean 'primary_medical'"),
        (HEAD + "[budgets]\nhospital = 'cgc'", "budgets.hospital: unknown body 'cgc'; did you mean 'ccg'"),
        (HEAD + "[functions]\ncomplaint = {ccg = 'lead'}", "did you mean 'complaints'"),
        (HEAD + "[functions]\ncomplaints = {area_tame = 'lead'}", "did you mean 'area_team'"),
        (HEAD + "[functions]\ncomplaints = {ccg = 'leads'}", "did you mean 'lead'"),
        (HEAD + "[functions]\ncomplaints = {ccg = 'lead', area_team = 'lead'}", "2 bodies lead (ccg, area_team)"),
        (HEAD + "[functions]\nperformers_list = {ccg = 'lead'}", "stays with NHS England"),
        (HEAD + "[functions]\npharmacy_dental_eye = {pct_body = 'lead'}", "stays with NHS England"),
        (HEAD + "[functions]\nperformers_list = {nhs_england = 'lead', ccg = 'shared'}", "stays with NHS England"),
        (HEAD + "[functions]\npharmacy_dental_eye = {}", "stays with NHS England"),
        (HEAD + "[practice_budget]\nshare = 2", "practice_budget.share: is a share"),
        (HEAD + "[powers]\ncomplaint = 'x'", "did you mean 'complaints'"),
        (HEAD + "[functions]\ncomplaints = {ccg = 'lead'}\ncomplaints = {}", "not valid TOML"),
        (HEAD + "[committee.ccg]\nseats = {lay = -1}", "committee.ccg.seats.lay"),
        (HEAD + "[committee.ccg]\nseats = {lay = 0}", "rules.quorum"),
        (HEAD + "[staffing.from_area_team]\nshare_assigned = 1.5", "share_assigned: is a share"),
        (HEAD + "[transition]\nyears = -1", "transition.years: may not be negative"),
        (HEAD + "[transition]\nyears = {value = 4, range = [1, 2]}", "lies outside its range"),
        (HEAD + "[scale]\nccg = 'town'", "unknown scale 'town'"),
        (HEAD + "[entry]\nmode = 'optional'", "'optional' is not one of the allowed values"),
        (HEAD + "[entry]\nstages = ['vote']", "unknown stage 'vote'"),
        (HEAD + "[entry]\nmode = 'chosen'", "menu: is empty"),
        (HEAD + "from_year = 2009", "from_year"),
        (HEAD + "menu = ['voluntary_2015']\n[entry]\nmode = 'chosen'", "is itself a menu"),
        (HEAD + "menu = ['joint']", "a menu is for CCGs to choose from"),
        (HEAD + "menu = [3]", "3 is not the name of a regime"),
        ('extends = "mine"\ntitle = "Mine"', "extends itself: mine.toml -> mine.toml"),
        ('extends = "delegatd"\ntitle = "Mine"', "did you mean 'delegated'"),
        ('title = "Mine"\n[functions]\ncomplaints = {joint_committee = "lead"}', "a joint committee needs two bodies"),
        ("why = 'no title'", "title: is missing"),
        ("title = 'Bare'", "stays with NHS England"),
    ],
)
def test_bad_input_is_one_line_that_names_file_and_key(regimes: Path, text: str, fault: str) -> None:
    file = write(regimes, text)
    with pytest.raises(InputError) as caught:
        load_regime(file)
    assert fault in str(caught.value)
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unclear_mandate_is_allowed_where_it_is_owned_to(regimes: Path) -> None:
    text = "unclear_mandates = ['complaints']\n[functions]\ncomplaints = {ccg = 'lead', area_team = 'lead'}"
    file = write(regimes, HEAD + text)
    assert any("unclear mandate for complaints" in note for note in check(file))


def test_extending_keeps_what_is_not_named(regimes: Path) -> None:
    file = write(regimes, HEAD + "[budgets]\npooled = false\n[functions]\ncomplaints = {ccg = 'lead'}")
    mine, parent = load_regime(file).compile(), load_regime("delegated").compile()
    assert np.array_equal(mine.budgets, parent.budgets)
    assert mine.pooled.tolist() == [0, 0]
    differs = np.flatnonzero((mine.cells[1] != parent.cells[1]).any(axis=1))
    assert differs.tolist() == [names.COMPLAINTS]
    assert mine.cells[1, names.COMPLAINTS, names.NHS_ENGLAND] == names.EMPTY


def test_a_child_in_another_folder_inherits_the_same_files(regimes: Path, tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    file = write(far, 'extends = "../regimes/voluntary_2015.toml"\ntitle = "Far"\n')
    assert load_regime(file).compile().equals(load_regime("voluntary_2015").compile())


def test_a_missing_regime_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'voluntary_2015'"):
        load_regime("voluntary_2014")
    with pytest.raises(InputError, match="no such regime file"):
        load_regime("nowhere/delegated.toml")


@pytest.mark.parametrize("kind", MODELS)
def test_schemas_for_editors_are_up_to_date(kind: str) -> None:
    text = (FOLDER / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert text == schema_text(kind), "run `python -m sim.schemas`"  # type: ignore[arg-type]


@pytest.mark.parametrize("file", sorted(REGIMES.glob("*.toml")), ids=lambda file: file.stem)
def test_shipped_files_satisfy_their_schema(file: Path) -> None:
    assert kind_of(file) == "regime"
    jsonschema.validate(tomllib.loads(file.read_text(encoding="utf-8")), schema("regime"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"functions": {"complaint": {"ccg": "lead"}}}, schema("regime"))


def test_the_linter_asks_for_status_and_source(regimes: Path) -> None:
    bare = write(regimes, HEAD + "why = 'w'\n[functions]\ncomplaints = {ccg = 'lead'}\n[transition]\nyears = 1")
    assert lint_regime(bare) == [
        "mine.toml: functions.complaints has no entry in [sources]",
        "mine.toml: functions.complaints has no entry in [powers]",
        "mine.toml: transition: status is missing",
        "mine.toml: transition: source is missing",
    ]
    guess = write(regimes, HEAD + "why = 'w'\n[transition]\nyears = 1\nstatus = 'assumed'\nsource = 'me'")
    assert "begins 'judgement:'" in lint_regime(guess)[0]
    recalled = write(regimes, HEAD + "why = 'w'\n[exit]\nnotice_months = 6\nstatus = 'measured'\nsource = 'memory'")
    assert "never supports" in lint_regime(recalled)[0]
