"""Populations built from files: what is read, what is imputed, and what is refused."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_files import LIST_SIZE, PAID, PAYMENTS_2014, REGISTERED, listed, practice

from sim.errors import InputError
from sim.population.build import build_population, build_with_report
from sim.population.conditional import ConditionalCopula
from sim.population.copula import BINARY, CONTINUOUS
from sim.population.facts import load_facts
from sim.population.tables import Population
from sim.population.traits import number
from sim.world.states import APMS

Row = list[object]


def save(path: Path, *rows: Row) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


def equal(a: Population, b: Population) -> bool:
    names = ("practices", "doctors", "ccgs", "area_teams", "trusts", "trust_shares")
    return all(np.array_equal(a.table(n)[c], b.table(n)[c]) for n in names for c in a.table(n))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three working practices of two CCGs, one that does not work, one with nobody."""
    header: Row = [
        "code",
        "ccg",
        "list_size",
        "working",
        "contract",
        "gp_fte",
        "gp_headcount",
        "nurse_fte",
        "imd",
        "pay_total",
        "pay_global_sum",
        "share_age_75_plus",
        "latitude",
        "longitude",
    ]
    return save(
        tmp_path / "table.csv", header,
        ["A1", "00C", 9000, "Y", "GMS", 5, 6, 2, 24, 1300000, 650000, 0.09, 54.5, -1.5],
        ["A2", "00C", 6000, "Y", "PMS", 0, 0, 0, "", 900000, -10, 0.08, "", ""],
        ["A3", "00D", 4000, "Y", "APMS", "", "", "", 30, 800000, 200000, "", 54.7, -1.5],
        ["A4", "00D", 4000, "N", "GMS", 2, 3, 1, 30, 600000, 200000, 0.1, 54.7, -1.5],
        ["A5", "00D", 0, "Y", "GMS", 2, 3, 1, 30, 600000, 200000, 0.1, 54.7, -1.5],
    )  # fmt: skip


@pytest.fixture
def published(tmp_path: Path) -> dict[str, Path]:
    """The two files that must be there: five of eight listed organisations are working practices."""
    ods = [practice(code) for code in ("A1", "A2", "A3", "B1", "B2", "Z9")]
    ods += [practice("C1", closed=20140831), practice("C2", opened=20150401), practice("C3", setting=8)]
    lists = [listed("A1", each=500), listed("A2", each=300), listed("A3", "00D00", 200), listed("B1", "00D00", 100)]
    lists += [listed("B2", "00D00", 6), listed("C1", each=50), listed("C2", each=50), listed("C3", each=50)]
    lists += [listed("Z9", "NI300", 0), listed("Q1", each=50), listed("Q2", "NI300", 1), listed("Q3", each=5)]
    return {
        "epraccur": save(tmp_path / "epraccur.csv", *ods),
        "patients": save(tmp_path / "Patient_List_Size_2014_10-12.csv", list(LIST_SIZE), *lists),
    }


def test_a_table_is_read_row_by_row_and_the_rest_imputed(table: Path) -> None:
    built = build_with_report(table=table, seed=3)
    p, report = built.population.practices, built.report
    assert p["code"].tolist() == ["A1", "A2", "A3"]
    assert p["list_size"].tolist() == [9000, 6000, 4000]
    assert p["contract"].tolist() == [0, 1, 2]
    assert (
        p["gp_fte"][0] == pytest.approx(5.0 * number("staff.cast_back"))
        and p["nurse_fte"][0] == 2.0
        and p["imd"][[0, 2]].tolist() == [24, 30]
    )
    assert (p["gp_fte"] > 0).all() and (p["gp_headcount"] >= 1).all()
    assert (report.of("gp_fte").read, report.of("gp_fte").imputed) == (1, 2)
    assert (report.of("imd").read, report.of("imd").imputed) == (2, 1)
    assert p["age_75_plus"][0] == pytest.approx(810)
    assert [d.practices for d in report.dropped] == [1, 1]
    assert len(np.unique(built.population.doctors["practice"])) == 3


def test_zero_doctors_are_missing_and_those_who_are_silent_have_fewer(table: Path) -> None:
    """Under one seed the draws are the same, so the two differ by the factor for silence alone: about 0.89."""
    rows = list(csv.reader(table.open(encoding="utf-8")))
    keep = [k for k, name in enumerate(rows[0]) if name not in ("gp_fte", "gp_headcount")]
    unasked = save(table.parent / "unasked.csv", *[[row[k] for k in keep] for row in rows])
    ratios = []
    for seed in range(8):
        silent, asked = (build_with_report(table=path, seed=seed) for path in (table, unasked))
        assert "that did not report" in silent.report.of("gp_fte").how
        ratios.append(silent.population.practices["gp_fte"][1:] / asked.population.practices["gp_fte"][1:])
    assert np.median(ratios) == pytest.approx(0.89, abs=0.05)


def test_payments_add_up_to_the_total_and_recoveries_count_as_nothing(table: Path) -> None:
    p = build_population(table=table, seed=3).practices
    streams = [name for name in p if name.startswith("pay_")]
    assert all((p[name] >= 0).all() for name in streams)
    assert sum(p[name][0] for name in streams) == pytest.approx(1_300_000)
    assert p["pay_global_sum"].tolist() == [650_000, 0, 0]
    assert p["pay_other"][2] > 200_000 and p["contract"][2] == APMS
    assert 0 < p["pay_national_es"][0] < 650_000


def test_a_pms_price_under_another_heading_is_not_paid_twice(tmp_path: Path) -> None:
    """Without balance and global sum the price is part of what the total leaves; with either it is known."""
    header: Row = ["code", "ccg", "list_size", "working", "contract", "pay_total", "pay_global_sum", "pay_pms_balance"]
    rows: list[Row] = [
        ["A1", "00C", 9000, "Y", "PMS", 2000000, 0, 0],
        ["A2", "00C", 9000, "Y", "PMS", 2000000, 700000, 0],
        ["A3", "00C", 9000, "Y", "PMS", 2000000, 0, 700000],
        ["A4", "00C", 9000, "Y", "GMS", 2000000, 0, 0],
    ]
    built = build_population(table=save(tmp_path / "table.csv", header, *rows)).practices
    balance, other = built["pay_pms_balance"], built["pay_other"]
    assert balance[0] == pytest.approx(9000 * 83, rel=0.4)
    assert list(balance[1:]) == [0, 700000, 0]
    paid = sum(built[name] for name in built if name.startswith("pay_"))
    assert paid == pytest.approx(2000000)
    assert other[0] < other[3] - 400000


def test_only_served_ccgs_remain(table: Path) -> None:
    population = build_population(table=table, seed=3)
    assert population.ccgs["code"].tolist() == ["00C", "00D"]
    assert population.area_teams["code"].tolist() == ["Q45"]
    sums = np.bincount(population.trust_shares["ccg"], population.trust_shares["share"])
    assert sums.tolist() == pytest.approx([1.0, 1.0])


def test_published_files_alone(published: dict[str, Path]) -> None:
    built = build_with_report(**published, seed=3)  # type: ignore[arg-type]
    p = built.population.practices
    assert p["code"].tolist() == ["A1", "A2", "A3", "B1", "B2"]
    assert p["list_size"].tolist() == [9000, 5400, 3600, 1800, 108]
    assert p["age_0_4"].tolist() == pytest.approx([1000, 600, 400, 200, 12])
    reasons = {d.reason.split(" 2014")[0]: d.practices for d in built.report.dropped}
    assert reasons == {
        "nobody on the list": 1, "not of one of the 211 CCGs": 1, "not in the ODS file": 2,
        "no GP practice by its ODS prescribing setting": 1, "not open between": 0, "fewer than 100 patients": 0,
    } | {r: n for r, n in reasons.items() if r.startswith("not open")}  # fmt: skip
    assert sum(n for r, n in reasons.items() if r.startswith("not open")) == 2
    assert built.report.of("gp_fte").imputed == 5 and built.report.of("age_0_4").read == 5
    assert built.population.area_teams["code"].tolist() == ["Q45"]


def test_the_area_team_comes_from_the_list_size_file(published: dict[str, Path]) -> None:
    text = published["patients"].read_text(encoding="utf-8")
    published["patients"].write_text(text.replace("Q45", "Q44"), encoding="utf-8")
    assert build_population(**published).area_teams["code"].tolist() == ["Q44"]  # type: ignore[arg-type]
    published["patients"].write_text(text.replace("Q45", "Q99"), encoding="utf-8")
    built = build_with_report(**published)  # type: ignore[arg-type]
    assert built.population.area_teams["code"].tolist() == ["Q45"]
    assert any("Q99" in note for note in built.population.notes)


def test_payments_and_workforce_are_joined_by_code(published: dict[str, Path], tmp_path: Path) -> None:
    paid = save(tmp_path / "payments.csv", list(PAYMENTS_2014), list(PAID), ["A3", "PMS", "No", *PAID[3:]])
    staff = save(
        tmp_path / "workforce.csv",
        ["PRAC_CODE", "TOTAL_GP_EXTGL_FTE", "TOTAL_GP_EXTGL_HC"],
        ["A2", 3.5, 4],
        ["A1", "ND", "ND"],
    )
    built = build_with_report(**published, payments=paid, workforce=staff, seed=3)  # type: ignore[arg-type]
    p, report = built.population.practices, built.report
    assert p["pay_global_sum"][0] == 70_000 and p["dispensing"][0] == 1
    assert p["contract"][[0, 2]].tolist() == [0, 1]
    assert p["gp_fte"][1] == pytest.approx(3.5 * number("staff.cast_back")) and p["gp_headcount"][1] in (4, 5)
    assert report.of("contract").read == 2 and report.of("gp_fte").read == 1
    assert p["pay_national_es"][0] == 2640


def test_the_same_files_and_seed_give_the_same_population(published: dict[str, Path], table: Path) -> None:
    assert equal(build_population(table=table, seed=5), build_population(table=table, seed=5))
    assert not equal(build_population(table=table, seed=5), build_population(table=table, seed=6))
    assert equal(build_population(**published), build_population(**published))  # type: ignore[arg-type]


def test_the_folder_holds_the_population_and_the_report(table: Path, tmp_path: Path) -> None:
    built = build_with_report(table=table, seed=3)
    built.save(tmp_path / "out")
    assert equal(Population.load(tmp_path / "out"), built.population)
    rows = list(csv.DictReader((tmp_path / "out" / "imputed.csv").open(encoding="utf-8")))
    assert {row["column"] for row in rows} >= {"gp_fte", "imd", "latitude", "pay_other"}
    assert "| gp_fte | 1 | 2 |" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="holds files already"):
        built.save(tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    with pytest.raises(InputError, match="is no population"):
        build_population(table=table, out=tmp_path / "mine", force=True)
    build_population(table=table, seed=4, out=tmp_path / "out", force=True)
    assert not equal(Population.load(tmp_path / "out"), built.population)
    assert not list(tmp_path.glob(".out*"))


def refused(parts: list[str], **files: object) -> None:
    with pytest.raises(InputError) as caught:
        build_population(**files)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert part in message


def test_what_cannot_build_is_refused_in_one_line(published: dict[str, Path], table: Path, tmp_path: Path) -> None:
    refused(["no file is given", "--table"])
    refused(["--patients is missing"], epraccur=published["epraccur"])
    refused(["--epraccur is missing"], patients=published["patients"])
    refused(["--table cannot go with --epraccur, --patients"], table=table, **published)
    none = save(tmp_path / "none.csv", ["code", "ccg", "list_size", "working"], ["A1", "00C", 100, "N"])
    refused(["none.csv", "no working practice is left"], table=none)
    strange = save(tmp_path / "strange.csv", ["code", "ccg", "list_size"], ["A1", "00C", 100], ["A2", "99Z", 100])
    refused(["strange.csv", "line 3, column ccg", "99Z is no CCG of 2014", "211"], table=strange)
    closed = save(tmp_path / "closed.csv", practice("A1", closed=20100101))
    refused(["no working practice is left"], epraccur=closed, patients=published["patients"])


def test_patients_of_another_time_are_refused_with_their_codes(published: dict[str, Path], tmp_path: Path) -> None:
    row: Row = ["P", "01JAN2021", "GP", "15E", "E38", "A1", "AA1", "ALL", "ALL", 5000]
    later = save(
        tmp_path / "later.csv", list(REGISTERED), row, [*row[:3], "00C", "E38", "A2", "AA1", "ALL", "ALL", 5000]
    )
    refused(["later.csv", "1 CCG codes with 50.0%", "15E", "211"], epraccur=published["epraccur"], patients=later)
    same = save(tmp_path / "same.csv", list(REGISTERED), [*row[:3], "00C", *row[4:]])
    built = build_with_report(epraccur=published["epraccur"], patients=same)
    assert built.population.practices["list_size"].tolist() == [5000]
    assert built.report.of("age_0_4").imputed == 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(
    st.integers(0, 210), st.floats(1, 60_000), st.sampled_from(["", "GMS", "PMS", "APMS"]),
    st.one_of(st.none(), st.floats(0, 60)), st.one_of(st.none(), st.floats(0, 0.33)),
    st.one_of(st.none(), st.floats(-1e5, 1e7)),
), min_size=1, max_size=30), st.integers(0, 9))  # fmt: skip
def test_any_sound_table_gives_a_sound_population(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]], seed: int
) -> None:
    """Whatever is missing, the result passes the checks of a population (bounds, references, sums of ages)."""
    codes = load_facts().ccgs["code"]
    lines = [[f"P{k}", codes[row[0]], *["" if v is None else v for v in row[1:]]] for k, row in enumerate(rows)]
    header: Row = ["code", "ccg", "list_size", "contract", "gp_fte", "share_age_75_plus", "pay_total"]
    path = save(tmp_path_factory.mktemp("any") / "t.csv", header, *lines)
    population = build_population(table=path, seed=seed)
    assert population.rows("practices") == len(rows)
    assert population.practices["list_size"].sum() == pytest.approx(sum(float(row[1]) for row in rows))  # type: ignore[arg-type]


def test_conditional_draws_keep_what_is_known_and_the_links() -> None:
    facts = load_facts()
    model, rng, ccg = ConditionalCopula(facts), np.random.default_rng(1), facts.practice_ccg
    free = model.complete(ccg, {}, rng)
    assert set(free) == {*CONTINUOUS, *BINARY}
    for name in BINARY:
        assert free[name].sum() == pytest.approx(facts.ccgs[f"n_{name}"].sum(), rel=0.03)
    assert np.median(free["list_size"]) == pytest.approx(facts.england["real"]["list_size"][4], rel=0.05)
    assert not ((free["pms"] > 0) & (free["apms"] > 0)).any()
    rural = np.where(np.arange(len(ccg)) % 2, 1.0, np.nan)
    given_rural = model.complete(ccg, {"rural": rural, "list_size": free["list_size"]}, rng)
    assert np.array_equal(given_rural["list_size"], free["list_size"])
    told = rural == 1.0
    assert given_rural["dispensing"][told].mean() > 2 * given_rural["dispensing"][~told].mean()


@pytest.mark.real_data
def test_england_from_the_practice_table(real_data: Path) -> None:
    built = build_with_report(table=real_data / "england_2014" / "practices.csv", seed=7)
    p, report = built.population.practices, built.report
    assert len(p["id"]) == 7_839
    assert p["list_size"].sum() == pytest.approx(56_757_205)
    assert (report.of("gp_fte").read, report.of("gp_fte").imputed) == (7_107, 732)
    assert (
        report.of("imd").imputed == 3 and report.of("latitude").imputed == 0 and report.of("age_75_plus").imputed == 6
    )
    assert np.bincount(p["contract"]).tolist() == [4_410, 3_149, 280]
    # WF0115: 28,515 FTE nationally with estimates for practices that did not report.
    assert p["gp_fte"].sum() == pytest.approx(28_515 * number("staff.cast_back"), rel=0.04)
    assert built.population.rows("ccgs") == 211 and built.population.rows("area_teams") == 27


@pytest.mark.real_data
def test_england_from_the_published_files_alone(real_data: Path, tmp_path: Path) -> None:
    """Only copies of the published files are there: nothing else can be read."""
    for name in ("epraccur.csv", "Patient_List_Size_2014_10-12.csv", "nhspaymentsgp-14-15.csv"):
        shutil.copy(real_data / "nhs_files" / name, tmp_path / name)
    two = {"epraccur": tmp_path / "epraccur.csv", "patients": tmp_path / "Patient_List_Size_2014_10-12.csv"}
    alone = build_population(**two, seed=7)
    paid = build_population(**two, payments=tmp_path / "nhspaymentsgp-14-15.csv", seed=7)
    for population in (alone, paid):
        p = population.practices
        assert len(p["id"]) == pytest.approx(7_839, rel=0.01)
        assert p["list_size"].sum() == pytest.approx(56_757_205, rel=0.01)
        assert p["gp_fte"].sum() == pytest.approx(28_515 * number("staff.cast_back"), rel=0.05)
        assert np.bincount(p["contract"]) == pytest.approx([4_410, 3_149, 280], rel=0.1)
        total = sum(p[name].sum() for name in p if name.startswith("pay_"))
        assert total == pytest.approx(7.96e9, rel=0.03)
        assert population.rows("ccgs") == 211 and population.rows("area_teams") == 27


@pytest.mark.real_data
def test_patients_of_2021_cannot_build_2014(real_data: Path) -> None:
    files = real_data / "nhs_files"
    refused(
        ["gp-reg-pat-prac-all.csv", "28 CCG codes", "15E", "cannot be built"],
        epraccur=files / "epraccur.csv",
        patients=files / "gp-reg-pat-prac-all.csv",
    )
