"""P.1812 against the reference values in tests/vectors, and the check that compares them."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from htcoverage.errors import InputError, ValidityError
from htcoverage.propagation.check import LOSS_COLUMNS, check_cases

VECTORS = Path(__file__).parent / "vectors"
CASES, PROFILES = VECTORS / "p1812_8_cases.csv", VECTORS / "p1812_8_profiles.csv"


def write(path: Path, rows: list[dict[str, str]], header: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert reader.fieldnames
    return list(reader.fieldnames), rows


def changed(tmp_path: Path, row: int, **values: str) -> Path:
    header, rows = read(CASES)
    rows[row] |= values
    return write(tmp_path / "cases.csv", rows, header)


def test_every_loss_column_agrees_with_the_independent_values() -> None:
    report = check_cases(CASES, PROFILES)
    assert report.cases == 80
    assert [c.column for c in report.columns] == list(LOSS_COLUMNS)
    assert {c.column: c.largest_db for c in report.columns if c.largest_db > 0.001} == {}
    assert report.passed


def test_a_deviation_is_reported_with_its_case_and_fails(tmp_path: Path) -> None:
    loss = float(read(CASES)[1][7]["ld50_db"])
    report = check_cases(changed(tmp_path, 7, ld50_db=str(loss + 0.4)), PROFILES)
    column = next(c for c in report.columns if c.column == "ld50_db")
    assert column.largest_db == pytest.approx(0.4, abs=1e-3)
    assert column.mean_db == pytest.approx(0.4 / 80, abs=1e-4)
    assert column.worst_case == read(CASES)[1][7]["case"]
    assert not report.passed
    assert check_cases(tmp_path / "cases.csv", PROFILES, tolerance_db=0.5).passed


def test_only_the_loss_columns_present_are_compared(tmp_path: Path) -> None:
    header, rows = read(CASES)
    header = [h for h in header if h not in LOSS_COLUMNS or h == "lbfs_db"]
    rows = [{h: row[h] for h in header} for row in rows[:3]]
    report = check_cases(write(tmp_path / "cases.csv", rows, header), PROFILES)
    assert [c.column for c in report.columns] == ["lbfs_db"]
    assert report.passed


def test_no_case_and_a_loss_that_is_not_finite_fail(tmp_path: Path) -> None:
    header, _ = read(CASES)
    assert not check_cases(write(tmp_path / "none.csv", [], header), PROFILES).passed
    report = check_cases(changed(tmp_path, 3, ldp_db="nan"), PROFILES, tolerance_db=1e9)
    column = next(c for c in report.columns if c.column == "ldp_db")
    assert math.isnan(column.largest_db)
    assert column.worst_case == read(CASES)[1][3]["case"]
    assert not report.passed


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("freq_mhz", "fast", "a finite number"),
        ("n0", "inf", "a finite number"),
        ("case", "nowhere", "a case with profile rows"),
        ("points", "30", "31, the number of its profile rows"),
    ],
)
def test_a_bad_cell_is_named_with_row_and_value(
    tmp_path: Path, column: str, value: str, expected: str
) -> None:
    with pytest.raises(InputError) as caught:
        check_cases(changed(tmp_path, 0, **{column: value}), PROFILES)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (2, column, value)
    assert expected in fault.expected


def test_all_faults_come_in_one_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        check_cases(changed(tmp_path, 0, freq_mhz="", n0="x", tx_lat_deg="?"), PROFILES)
    assert [f.column for f in caught.value.faults] == ["freq_mhz", "tx_lat_deg", "n0"]


def test_a_case_out_of_range_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValidityError, match=r"case flat-000: freq_mhz is 7000 MHz.*30 to 6000"):
        check_cases(changed(tmp_path, 0, freq_mhz="7000"), PROFILES)


def test_missing_files_and_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent"):
        check_cases(tmp_path / "absent.csv", PROFILES)
    header, rows = read(CASES)
    with pytest.raises(InputError, match="n0"):
        check_cases(write(tmp_path / "c.csv", [], [h for h in header if h != "n0"]), PROFILES)
    bare = [h for h in header if h not in LOSS_COLUMNS]
    rows = [{h: row[h] for h in bare} for row in rows]
    with pytest.raises(InputError, match="at least one of lbfs_db"):
        check_cases(write(tmp_path / "c.csv", rows, bare), PROFILES)
    (tmp_path / "latin.csv").write_bytes("case,n\xf6".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        check_cases(tmp_path / "latin.csv", PROFILES)


def test_a_bad_profile_is_named_row_by_row(tmp_path: Path) -> None:
    header, rows = read(PROFILES)
    first = rows[0]["case"]
    rows = [row for row in rows if row["case"] == first]
    rows[2] |= {"d_km": rows[1]["d_km"], "zone": "2"}
    rows[4] |= {"clutter_m": "-1"}
    rows.append({**rows[0], "case": "stub"})
    with pytest.raises(InputError) as caught:
        check_cases(CASES, write(tmp_path / "profiles.csv", rows, header))
    told = [(f.row, f.column, f.value) for f in caught.value.faults if f.file != str(CASES)]
    assert told == [
        (4, "d_km", rows[1]["d_km"]), (4, "zone", "2"), (6, "clutter_m", "-1"),
        (None, "case", "stub"),
    ]  # fmt: skip


def test_what_the_model_refuses_is_named_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        check_cases(changed(tmp_path, 1, polarization="circular"), PROFILES)
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column) == (str(tmp_path / "cases.csv"), 3, "polarization")
    with pytest.raises(InputError, match="row 2, column 'rx_lat_deg': found '91'"):
        check_cases(changed(tmp_path, 0, rx_lat_deg="91"), PROFILES)


def test_all_cases_out_of_range_come_in_one_error(tmp_path: Path) -> None:
    header, rows = read(CASES)
    rows[0]["time_percent"], rows[2]["location_percent"] = "51", "0.5"
    with pytest.raises(ValidityError) as caught:
        check_cases(write(tmp_path / "cases.csv", rows, header), PROFILES)
    assert str(caught.value).splitlines() == [
        f"case {rows[0]['case']}: time_percent is 51 %; ITU-R P.1812-8 holds from 1 to 50 %",
        f"case {rows[2]['case']}: location_percent is 0.5 %; ITU-R P.1812-8 holds from 1 to 99 %",
    ]


def test_cells_are_read_as_people_write_them(tmp_path: Path) -> None:
    lines = CASES.read_text(encoding="utf-8").splitlines()[:4]
    # Blank between cells and lines, and a last line of commas alone: nothing is another.
    spaced = [line.replace(",", " , ") for line in lines] + ["," * lines[0].count(",")]
    (tmp_path / "c.csv").write_text("\n\n".join(spaced), encoding="utf-8")
    report = check_cases(tmp_path / "c.csv", PROFILES)
    assert (report.cases, report.passed) == (3, True)
    # A fault has the line of the file, and a decimal comma shows as a cell too many.
    at = lines[0].split(",").index("freq_mhz")
    cells = lines[2].split(",")
    cells[at] = "450,5"
    broken = [lines[0], "", lines[1], ",".join(cells)]
    (tmp_path / "c.csv").write_text("\n".join(broken), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        check_cases(tmp_path / "c.csv", PROFILES)
    first = caught.value.faults[0]
    n = len(cells)
    assert (first.row, first.value) == (4, f"{n + 1} cells")
    assert first.expected == f"{n} cells, as in the header"
    (tmp_path / "c.csv").write_text("\n".join(lines).replace(",31,", ",31.0,"), encoding="utf-8")
    assert check_cases(tmp_path / "c.csv", PROFILES).passed


def test_headers_are_read_as_people_write_them(tmp_path: Path) -> None:
    header, rows = read(CASES)
    text = CASES.read_text(encoding="utf-8")
    names = ", ".join(header[::-1]).replace("ldp_db", "ducting_db")
    lines = [names, *(",".join(row[name] for name in header[::-1]) for row in rows)]
    (tmp_path / "c.csv").write_text("\r\n".join(lines), encoding="utf-8-sig")
    report = check_cases(tmp_path / "c.csv", PROFILES)
    assert report.passed
    assert {c.column for c in report.columns} == set(LOSS_COLUMNS) - {"ldp_db"}
    assert report.not_compared == ("ducting_db",)
    (tmp_path / "c.csv").write_text(text.replace(",", ";"), encoding="utf-8")
    with pytest.raises(InputError, match="separated by commas"):
        check_cases(tmp_path / "c.csv", PROFILES)
    (tmp_path / "c.csv").write_text(text.replace("ld50_db", "lbfs_db", 1), encoding="utf-8")
    with pytest.raises(InputError, match="'lbfs_db'; expected this column only once"):
        check_cases(tmp_path / "c.csv", PROFILES)
