"""Readers of published files: what they read, and the one line that each mistake gives."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_files import LIST_SIZE, PAID, PAYMENTS_2014, PAYMENTS_2015, PAYMENTS_2017, REGISTERED, listed, practice

from sim.errors import InputError
from sim.population.readers.csv_file import normalised, read_csv
from sim.population.readers.epraccur import NEVER, read_epraccur
from sim.population.readers.list_size import quarter_of
from sim.population.readers.patients import read_patients
from sim.population.readers.payments import read_payments
from sim.population.readers.practice_table import COLUMNS, ENGLAND_2014, read_practice_table
from sim.population.readers.workforce import read_workforce

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes rows as CSV and returns the path."""

    def _write(name: str, *rows: list[object], encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n"
        path.write_bytes(text.encode(encoding))
        return path

    return _write


def refused(read: Callable[[Path], object], path: Path, *parts: str) -> str:
    """Reads and returns the message, which must be one line that names the file and all the parts."""
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    for part in (path.name, *parts):
        assert part in message
    return message


def test_headers_of_all_years_become_one() -> None:
    assert normalised("Global Sum") == normalised("GlobalSum_£") == normalised("GLOBAL_SUM")


def test_epraccur_tells_open_from_closed_by_dates_not_by_status(write: Write) -> None:
    rows = [practice("A1"), practice("A2", closed=20140630), practice("A3", opened=20150401), practice("A4", setting=8)]
    read = read_epraccur(write("epraccur.csv", *rows))
    assert read.is_open(20140401, 20140930).tolist() == [True, True, False, True]
    assert read.is_open(20141001, 20141231).tolist() == [True, False, False, True]
    assert read.is_gp().tolist() == [True, True, True, False]
    assert read.closed[0] == NEVER


def test_list_size_sums_bands_and_takes_the_ccg_from_the_pco_code(write: Write) -> None:
    read = read_patients(write("Patient_List_Size_2014_10-12.csv", LIST_SIZE, listed("A1"), listed("A2", "NI300", 0)))
    assert read.list_size.tolist() == [180.0, 0.0]
    assert read.ages is not None and read.ages[0].tolist() == [20.0, 120.0, 20.0, 20.0]
    assert read.ccg.tolist() == ["00C", "NI3"]
    assert (read.first, read.last) == (20141001, 20141231)
    assert read.area_team is not None and read.area_team.tolist() == ["Q45", "Q45"]


def test_the_quarter_of_a_file_name() -> None:
    assert quarter_of("Patient_List_Size_2015_01-03.csv") == (20150101, 20150331)
    assert quarter_of("lists.csv") == (None, None)
    assert quarter_of("lists_2014_11-10.csv") == (None, None)


def test_registered_patients_are_totals_by_practice(write: Write) -> None:
    rows = [
        ["GP_PRAC_PAT_LIST", "01JAN2021", "GP", "00L", "E38", "A1", "AA1", "ALL", "ALL", 5903],
        ["GP_PRAC_PAT_LIST", "01JAN2021", "GP", "00L", "E38", "A1", "AA1", "MALE", 7, 30],
    ]
    read = read_patients(write("gp-reg-pat-prac-all.csv", REGISTERED, *rows))
    assert (read.total(), read.first, read.ages) == (5903.0, 20210101, None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize(
    ("header", "cells", "national", "local"),
    [
        (PAYMENTS_2014, PAID, 2640.0, 250.0),
        (PAYMENTS_2015, [*PAID, 30], 2640.0, 280.0),
        (PAYMENTS_2017, PAID[:12] + PAID[13:], 2600.0, 250.0),
    ],
)
def test_payments_of_any_year(
    write: Write, encoding: str, header: list[str], cells: list[object], national: float, local: float
) -> None:
    read = read_payments(write("payments.csv", list(header), cells, encoding=encoding))
    assert read.columns["pay_global_sum"].tolist() == [70000.0]
    assert read.columns["pay_national_es"].tolist() == [national]
    assert read.columns["pay_local_es"].tolist() == [local]
    assert read.columns["pay_dispensing"].tolist() == [960.0]
    assert read.columns["need"].tolist() == [1.1]
    assert read.columns["contract"].tolist() == [0.0]


def test_workforce_prefers_gps_without_trainees_and_locums_and_knows_missing_codes(write: Write) -> None:
    header = [
        "PRAC_CODE",
        "CONTRACT",
        "TOTAL_PATIENTS",
        "TOTAL_GP_HC",
        "TOTAL_GP_FTE",
        "TOTAL_GP_EXRRL_FTE",
        "TOTAL_GP_EXRRL_HC",
        "TOTAL_NURSES_FTE",
        "TOTAL_GP_REG_ST3_4_FTE",
        "TOTAL_GP_REG_F1_2_FTE",
    ]
    rows = [["A1", "GMS", 9000, 6, 5, 4, 5, 2, 0.5, 0.25]]
    rows += [[f"B{i}", "PMS", 8000, *[code] * 7] for i, code in enumerate(("ND", "EST", "NS", ".", "NA", ""))]
    read = read_workforce(write("workforce.csv", list(header), *rows))
    assert read.columns["gp_fte"][0] == 4.0 and read.columns["gp_headcount"][0] == 5.0
    assert read.columns["trainee_fte"][0] == 0.75
    assert np.isnan(read.columns["gp_fte"][1:]).all()
    assert read.gps_counted == "without registrars, retainers and locums"
    assert np.isnan(read.columns["admin_fte"]).all()


def test_a_practice_table_of_documented_columns(write: Write) -> None:
    path = write(
        "t.csv",
        ["code", "ccg", "list_size", "contract", "rural", "gp_fte"],
        ["a1", "00c", "1,234", "PMS", "Rural town and fringe", ""],
        ["A2", "00D", 10, "", "N", 2.5],
    )
    table = read_practice_table(path)
    assert table.code.tolist() == ["A1", "A2"] and table.ccg.tolist() == ["00C", "00D"]
    assert table.columns["list_size"].tolist() == [1234.0, 10.0]
    assert table.columns["rural"].tolist() == [1.0, 0.0]
    assert np.isnan(table.columns["contract"][1]) and np.isnan(table.columns["imd"]).all()
    assert table.told == ("code", "ccg", "list_size", "contract", "rural", "gp_fte")


def test_a_practice_table_under_other_names(write: Write) -> None:
    path = write("t.csv", ["Practice", "Group", "Patients"], ["A1", "00C", 900])
    read = read_practice_table(path, {"code": "Practice", "ccg": "Group", "list_size": "Patients"})
    assert read.columns["list_size"].tolist() == [900.0]
    with pytest.raises(InputError, match="is no column of a practice table"):
        read_practice_table(path, {"cod": "Practice"})
    mapped = write("e.csv", ["practice_code", "ccg_code", "list_size"], ["A1", "00C", 900])
    assert read_practice_table(mapped).code.tolist() == ["A1"]


def test_the_documentation_names_every_column_of_a_practice_table(project: Path) -> None:
    page = (project / "docs" / "practice-table.md").read_text(encoding="utf-8")
    for name, column in COLUMNS.items():
        assert f"`{name}`" in page
        assert column.unit in page
        assert column.where_missing in page
    assert set(ENGLAND_2014) <= set(COLUMNS)


def test_mistakes_of_epraccur(write: Write, tmp_path: Path) -> None:
    refused(read_epraccur, tmp_path / "none.csv", "is not there", "a CSV file")
    refused(read_epraccur, write("e.csv", practice("A1")[:20]), "line 1", "has 20 cells", "27 cells")
    refused(read_epraccur, write("e.csv", practice("A1"), practice("A1")), "line 2", "A1 occurs twice, first at line 1")
    refused(
        read_epraccur,
        write("e.csv", practice("A1", opened=20141331)),
        "open date",
        "'20141331' is not a date",
        "YYYYMMDD",
    )
    refused(read_epraccur, write("e.csv", practice("")), "column 1 (code)", "is empty")


def test_mistakes_of_list_sizes(write: Write) -> None:
    short = [name for name in LIST_SIZE if name != "Female 75+"]
    refused(read_patients, write("l.csv", short, listed("A1")[:-1]), "line 1", "'Female 75+' is missing", "nearest is")
    refused(read_patients, write("l.csv", LIST_SIZE, listed("A1"), listed("A1")), "line 3", "A1 occurs twice")
    refused(
        read_patients, write("l.csv", LIST_SIZE, listed("A1", each=-1)), "line 2, column Male 0-4", "'-1'", "at least 0"
    )
    refused(read_patients, write("l.csv", LIST_SIZE, listed("A1")[:-2]), "line 2", "cells")
    refused(read_patients, write("l.csv", ["a", "b"], [1, 2]), "line 1", "Patient_List_Size", "gp-reg-pat-prac-all")


def test_mistakes_of_registered_patients(write: Write) -> None:
    row = ["P", "01JAN2021", "GP", "00L", "E38", "A1", "AA1", "ALL", "ALL", 5]
    refused(
        read_patients,
        write("g.csv", REGISTERED, [*row[:-1], "many"]),
        "NUMBER_OF_PATIENTS",
        "'many'",
        "a number of at least 0",
    )
    refused(read_patients, write("g.csv", REGISTERED, [*row[:-1], "-7"]), "line 2", "'-7'", "at least 0")
    refused(read_patients, write("g.csv", REGISTERED, row, row), "A1 occurs twice")
    refused(
        read_patients, write("g.csv", REGISTERED, [*row[:2], "CCG", *row[3:]]), "no row of a whole practice", "TYPE GP"
    )
    refused(read_patients, write("g.csv", REGISTERED, ["P", "soon", *row[2:]]), "'soon' is not a date", "01JAN2021")


def test_mistakes_of_payments_and_workforce(write: Write) -> None:
    lost = [name for name in PAYMENTS_2014 if name != "Total Local Enhanced Services"]
    refused(
        read_payments,
        write("p.csv", lost, PAID[:13] + PAID[14:]),
        "'Total Local Enhanced Services' is missing",
        "NHAIS",
    )
    refused(
        read_payments,
        write("p.csv", PAYMENTS_2014, ["A1", "XMS", *PAID[2:]]),
        "Contract Type",
        "'XMS'",
        "GMS, PMS, APMS",
    )
    refused(read_payments, write("p.csv", PAYMENTS_2014, PAID, PAID), "A1 occurs twice, first at line 2")
    refused(read_payments, write("p.csv", [*PAYMENTS_2014, "Global Sum"], [*PAID, 1]), "'Global Sum' occurs 2 times")
    refused(read_workforce, write("w.csv", ["PRAC_CODE"], ["A1"]), "'TOTAL_GP_FTE' is missing", "TOTAL_GP_EXRRL_FTE")
    refused(
        read_workforce, write("w.csv", ["PRAC_CODE", "TOTAL_GP_FTE"], ["A1", -2]), "TOTAL_GP_FTE", "'-2'", "at least 0"
    )


@pytest.mark.parametrize(
    ("column", "cell", "allowed"),
    [
        ("list_size", "-5", "at least 0"),
        ("list_size", "nan", "a number"),
        ("contract", "XYZ", "GMS, PMS, APMS"),
        ("latitude", "91", "at least 49.8 and of at most 55.9"),
        ("share_age_0_4", "5", "at most 1"),
        ("imd", "x", "a number of at least 0"),
        ("working", "maybe", "YES"),
        ("rural", "hill", "Y, N"),
    ],
)
def test_mistakes_of_a_practice_table(write: Write, column: str, cell: str, allowed: str) -> None:
    header = ["code", "ccg", "list_size"] + ([column] if column != "list_size" else [])
    row = ["A1", "00C", 10, cell] if column != "list_size" else ["A1", "00C", cell]
    refused(read_practice_table, write("t.csv", list(header), row), f"line 2, column {column}", cell, allowed)


def test_other_mistakes_of_a_practice_table(write: Write, tmp_path: Path) -> None:
    refused(
        read_practice_table,
        write("t.csv", ["code", "ccg", "listsise"], ["A1", "00C", 1]),
        "'list_size' is missing",
        "listsise",
    )
    refused(read_practice_table, write("t.csv", ["code", "ccg", "list_size"]), "has a header but no rows")
    refused(
        read_practice_table,
        write("t.csv", ["code", "ccg", "list_size"], ["A1", "00C", 1], ["a1", "00C", 2]),
        "line 3",
        "twice",
    )
    shares = ["share_age_0_4", "share_age_65_74", "share_age_75_plus"]
    refused(
        read_practice_table,
        write("t.csv", ["code", "ccg", "list_size", *shares], ["A1", "00C", 1, 0.5, 0.4, 0.3]),
        "line 2",
        "shares of ages sum to 1.200",
        "at most 1",
    )
    (tmp_path / "empty.csv").write_text("")
    refused(read_practice_table, tmp_path / "empty.csv", "is empty")
    (tmp_path / "binary.csv").write_bytes(b"\0\1\2")
    refused(read_practice_table, tmp_path / "binary.csv", "is not a text file", "UTF-8")
    (tmp_path / "open.csv").write_text('code,ccg\n"A1,00C\n')
    refused(read_practice_table, tmp_path / "open.csv", "is broken")
    refused(read_practice_table, tmp_path, "cannot be read")


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_give_an_input_error_or_a_table(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "b.csv"
    path.write_bytes(data)
    for read in (read_practice_table, read_patients, read_payments, read_workforce, read_epraccur):
        refused(read, path)


@settings(max_examples=60, deadline=None)
@given(value=st.text(alphabet="0123456789-.,eE naif", min_size=1, max_size=8))
def test_a_number_is_read_as_python_does_or_refused(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    path = tmp_path_factory.mktemp("number") / "n.csv"
    path.write_text(f'code,n\nA1,"{value}"\n', encoding="utf-8")
    file = read_csv(path, {"code": ["code"], "n": ["n"]})
    try:
        number = file.numbers("n")[0]
    except InputError as error:
        assert "line 2, column n" in str(error) and "\n" not in str(error)
        return
    if not np.isnan(number):
        assert number == float(value.strip().replace(",", ""))


@pytest.mark.real_data
def test_the_published_files(real_data: Path) -> None:
    """Counts of the files as they lie in the folder of published tables (see docs/nhs-files.md)."""
    files = real_data / "nhs_files"
    practices = read_epraccur(files / "epraccur.csv")
    assert len(practices.code) == 12_922
    assert int((practices.is_gp() & practices.is_open(20141001, 20141231)).sum()) == 8_027
    lists = read_patients(files / "Patient_List_Size_2014_10-12.csv")
    assert lists.total() == 56_809_372
    later = read_patients(files / "gp-reg-pat-prac-all.csv")
    assert (len(later.code), later.total(), len(set(later.ccg.tolist()))) == (6_658, 60_606_345, 135)
    paid = read_payments(files / "nhspaymentsgp-14-15.csv")
    assert len(paid.code) == 7_959
    assert float(np.nansum(paid.columns["pay_total"])) == pytest.approx(7_990_324_226)
    assert float(np.nansum(paid.columns["pay_national_es"])) == pytest.approx(587_161_542)


@pytest.mark.real_data
def test_the_table_of_england_maps_onto_the_documented_columns(real_data: Path) -> None:
    table = read_practice_table(real_data / "england_2014" / "practices.csv")
    assert len(table.code) == 7_959
    assert int(np.nansum(table.columns["working"])) == 7_839
    assert set(ENGLAND_2014) <= set(table.told)
