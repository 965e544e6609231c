"""Ledgers as offices write them: joined headings, totals, both coordinates in a cell, sectors."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
from test_cleaning_fuzz import OFFICE

from htcoverage.cleaning import CleanedLedger, clean_ledger

NAMES = ["Mã trạm", "Nhà mạng", "Công nghệ", "Kinh độ", "Vĩ độ", "Độ cao anten (m)"]
ROWS: list[list[object]] = [
    ["HT001", "Viettel", "4G", 105.9012, 18.3405, 42],
    ["HT002", "VNPT", "3G", 105.8512, 18.3605, 36],
    ["HT003", "MobiFone", "4G", 105.8012, 18.3205, 30],
]
PLACES = {"HT001": (105.9012, 18.3405), "HT002": (105.8512, 18.3605), "HT003": (105.8012, 18.3205)}


def workbook(path: Path, *sheets: list[list[object]], hidden: int | None = None) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"S{number}")
        for row in rows:
            sheet.append(row)
        if number == hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def table(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def places(cleaned: CleanedLedger) -> dict[str, tuple[float, float]]:
    assert cleaned.ledger is not None
    bts = cleaned.ledger.bts
    rounded = zip(bts.geometry.x.round(4), bts.geometry.y.round(4), strict=True)
    return dict(zip(bts["bts_id"], rounded, strict=True))


def dropped(cleaned: CleanedLedger) -> dict[int, str]:
    faults = cleaned.report.faults
    gone = faults[(faults["action"] == "dropped") & (faults["rule"] != "above-header")]
    return dict(zip(gone["row"].astype(int), gone["rule"], strict=True))


def test_names_in_two_rows_below_joined_cells(tmp_path: Path) -> None:
    upper: list[object] = ["TT", *NAMES[:3], "Tọa độ", None, "Anten", None]
    lower: list[object] = [None, None, None, None, "Kinh độ", "Vĩ độ", "Độ cao (m)", "Azimuth"]
    rows = [[number, *row, "0/90"] for number, row in enumerate(ROWS)]
    cleaned = clean_ledger(workbook(tmp_path / "l.xlsx", [["Phụ lục"], upper, lower, *rows]))
    assert places(cleaned) == PLACES
    assert cleaned.ledger is not None
    cells = cleaned.ledger.cells.drop_duplicates("bts_id").set_index("bts_id")
    assert cells["antenna_height_m"].to_dict() == {"HT001": 42, "HT002": 36, "HT003": 30}
    assert sorted(set(cleaned.ledger.cells["azimuth_deg"])) == [0, 90]
    assert list(cleaned.ledger.bts.index) == [4, 5, 6]  # as the spreadsheet numbers them


def test_an_annex_with_all_of_it(tmp_path: Path) -> None:
    """Two rows of names, their numbers, a heading, marks, pairs and sectors, a total."""
    path = table(tmp_path / "l.csv", *OFFICE.splitlines())
    cleaned = clean_ledger(path)
    assert dropped(cleaned) == {4: "no-station", 5: "no-station", 9: "no-station"}
    assert cleaned.report.exit_code == 1
    assert cleaned.ledger is not None
    bts, cells = cleaned.ledger.bts, cleaned.ledger.cells
    assert list(zip(bts["operator"], bts["technology"], strict=True)) == [
        ("MobiFone", "3G"), ("MobiFone", "4G"), ("Viettel", "4G"), ("VinaPhone", "3G"),
    ]  # fmt: skip
    assert bts.geometry.x.round(4).tolist() == [105.9012, 105.9012, 105.9033, 105.9412]
    azimuths = cells.groupby("bts_id", sort=False)["azimuth_deg"].apply(list).tolist()
    assert azimuths == [[180, 135], [180, 135], [330, 120], [10]]
    assert cells.groupby("bts_id", sort=False)["antenna_height_m"].first().tolist() == [
        42,
        42,
        36,
        30,
    ]


def test_names_in_two_rows_of_a_text_table(tmp_path: Path) -> None:
    path = table(
        tmp_path / "l.csv", "Mã trạm,Nhà mạng,Công nghệ,Tọa độ,", ",,,Kinh độ,Vĩ độ",
        "HT001,Viettel,4G,105.9012,18.3405", "HT002,VNPT,x,105.8512,18.3605",
    )  # fmt: skip
    cleaned = clean_ledger(path)
    assert places(cleaned) == {"HT001": PLACES["HT001"]}
    assert dropped(cleaned) == {4: "unknown-word"}


@pytest.mark.parametrize(
    "below",
    [
        [None, None, None, "(độ)", "(độ)", "(m)"],
        ["(text)", None, None, "độ", "độ", "m"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        [1, 2, 3, 4, 5, 6],
    ],
)
def test_units_and_column_numbers_below_the_names(tmp_path: Path, below: list[object]) -> None:
    cleaned = clean_ledger(workbook(tmp_path / "l.xlsx", [NAMES, below, *ROWS]))
    assert places(cleaned) == PLACES
    assert dropped(cleaned) == {2: "no-station"}
    assert cleaned.report.exit_code == 1


def test_headings_totals_and_notes_are_no_base_stations(tmp_path: Path) -> None:
    rows = [
        NAMES, ["I. Huyện Kỳ Anh (2 trạm)"], *ROWS[:2], ["II. Huyện Đức Thọ"], ROWS[2],
        ["Tổng cộng", None, None, None, None, 108], ["Ghi chú: số liệu đến 30/9/2023"],
        ["Người lập biểu", None, None, "Giám đốc"],
    ]  # fmt: skip
    cleaned = clean_ledger(workbook(tmp_path / "l.xlsx", rows))
    assert places(cleaned) == PLACES
    assert dropped(cleaned) == dict.fromkeys((2, 5, 7, 8, 9), "no-station")
    assert cleaned.report.kept == 3
    assert cleaned.report.rows == 8


def test_base_station_that_lost_all_but_its_name_stays_a_fault(tmp_path: Path) -> None:
    cleaned = clean_ledger(workbook(tmp_path / "l.xlsx", [NAMES, *ROWS, ["HT009"]]))
    rules = cleaned.report.faults.set_index("row")["rule"]
    assert set(rules.loc[5]) == {"position", "empty"}
    assert cleaned.report.exit_code == 2


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Tọa độ", ['"18.3405, 105.9012"', '"18.3605, 105.8512"']),
        ("Toạ độ GPS", ["18.3405 105.9012", "18.3605 105.8512"]),
        ("Lat/Long", ["18.3405;105.9012", "18.3605;105.8512"]),
        ("Long/Lat", ['"105,9012; 18,3405"', '"105,8512; 18,3605"']),
        ("Coordinates", ["18.3405N 105.9012E", "18.3605N 105.8512E"]),
        ("Vị trí (tọa độ)", []),
    ],
)
def test_both_coordinates_in_one_column(tmp_path: Path, name: str, cells: list[str]) -> None:
    lines = [f"HT00{n},Viettel,4G,{cell}" for n, cell in enumerate(cells, start=1)]
    lines = lines or ["HT001,Viettel,4G,Kỳ Anh"]
    cleaned = clean_ledger(table(tmp_path / "l.csv", f"Mã trạm,Nhà mạng,Công nghệ,{name}", *lines))
    if not cells:  # words are no coordinates
        assert cleaned.ledger is None
        return
    assert places(cleaned) == {key: PLACES[key] for key in ("HT001", "HT002")}
    matched = {match.column: match.name for match in cleaned.report.mapped_columns}
    assert matched["longitude"] == matched["latitude"] == name
    assert cleaned.report.unused_columns == ()


def test_pair_that_cannot_be_cut_is_told_as_it_stands(tmp_path: Path) -> None:
    lines = [f"B{n},Viettel,4G,18.3{n} 105.9{n}" for n in range(8)]
    path = table(tmp_path / "l.csv", "Mã trạm,Nhà mạng,Công nghệ,Tọa độ", *lines, "C,Viettel,4G,?x")
    cleaned = clean_ledger(path)
    assert len(places(cleaned)) == 8
    error = cleaned.report.faults.query("severity == 'error'").iloc[0]
    assert (error["row"], error["column"], error["value"]) == (10, "Tọa độ", "?x")


def test_azimuths_of_sectors_side_by_side(tmp_path: Path) -> None:
    path = table(
        tmp_path / "l.csv",
        "Mã trạm,Nhà mạng,Công nghệ,Kinh độ,Vĩ độ,Azimuth 1,Azimuth 2,Azimuth 3,Tilt 1,Tilt 2",
        "HT001,Viettel,4G,105.9012,18.3405,10,130,250,3,3",
        "HT002,VNPT,4G,105.8512,18.3605,0,180,,4,5",
    )
    cleaned = clean_ledger(path)
    assert cleaned.ledger is not None
    azimuths = cleaned.ledger.cells.groupby("bts_id")["azimuth_deg"].apply(list).to_dict()
    assert azimuths == {"HT001": [10, 130, 250], "HT002": [0, 180]}
    assert set(cleaned.report.unused_columns) == {"Tilt 1", "Tilt 2"}  # they differ in a row
    assert "electrical_tilt_deg" in {each.column for each in cleaned.report.assumed}


def test_technologies_told_by_marks(tmp_path: Path) -> None:
    path = table(
        tmp_path / "l.csv", "Mã trạm,Nhà mạng,2G,3G,4G,Kinh độ,Vĩ độ",
        "A,Viettel,x,x,x,105.9012,18.3405", "B,VNPT,,1,0,105.8512,18.3605",
        "C,VNPT,x,,,105.8012,18.3205",
    )  # fmt: skip
    cleaned = clean_ledger(path)
    assert cleaned.ledger is not None
    told = sorted(zip(cleaned.ledger.bts["site_id"], cleaned.ledger.bts["technology"], strict=True))
    assert [technology for _, technology in told] == ["3G", "4G", "3G"]
    assert dropped(cleaned) == {4: "technology-scope"}


@pytest.mark.parametrize(
    ("cell", "azimuths"),
    [
        ("N/SE/SW", [0, 135, 225]),
        ("Đông Bắc", [45]),
        ("-30", [330]),
        ("-30 120", [330, 120]),
        ("0-120-240", [0, 120, 240]),
        ("Bắc; Tây Nam", [0, 225]),
    ],
)
def test_directions_in_words(tmp_path: Path, cell: str, azimuths: list[float]) -> None:
    names = "Mã trạm,Nhà mạng,Công nghệ,Kinh độ,Vĩ độ,Azimuth"
    path = table(tmp_path / "l.csv", names, f"A,Viettel,4G,105.9012,18.3405,{cell}")
    cleaned = clean_ledger(path)
    assert cleaned.ledger is not None
    assert cleaned.ledger.cells["azimuth_deg"].tolist() == azimuths


def test_n_is_south_beside_vietnamese_letters(tmp_path: Path) -> None:
    path = table(
        tmp_path / "l.csv", "Mã trạm,Nhà mạng,Công nghệ,Kinh độ,Vĩ độ,Azimuth",
        "A,Viettel,4G,105.9012,18.3405,N", "B,Viettel,4G,105.8512,18.3605,ĐB",
    )  # fmt: skip
    cleaned = clean_ledger(path)
    assert cleaned.ledger is not None
    assert cleaned.ledger.cells["azimuth_deg"].tolist() == [180, 45]


def test_sheet_with_the_table_is_found_behind_others(tmp_path: Path) -> None:
    path = workbook(tmp_path / "l.xlsx", [["Hướng dẫn"], ["Điền vào"]], [["cũ"], ["x"]],
                    [NAMES, *ROWS], hidden=1)  # fmt: skip
    cleaned = clean_ledger(path)
    assert places(cleaned) == PLACES
    assert cleaned.report.exit_code == 1


def test_several_sheets_that_are_ledgers_need_a_decision(tmp_path: Path) -> None:
    path = workbook(tmp_path / "l.xlsx", *([NAMES, row] for row in ROWS))
    cleaned = clean_ledger(path)
    assert cleaned.report.exit_code == 2
    error = cleaned.report.faults.query("severity == 'error'").iloc[0]
    assert "S1, S2" in error["detail"]
    assert list(places(clean_ledger(path, layer="S1"))) == ["HT002"]


def test_remarks_may_share_a_name_but_not_coordinates(tmp_path: Path) -> None:
    names = "Mã trạm,Nhà mạng,Công nghệ,Kinh độ,Vĩ độ"
    row = "HT001,Viettel,4G,105.9012,18.3405"
    cleaned = clean_ledger(table(tmp_path / "a.csv", f"{names},Ghi chú,Ghi chú", f"{row},a,b"))
    assert cleaned.report.unused_columns == ("Ghi chú", "Ghi chú (2)")
    cleaned = clean_ledger(table(tmp_path / "b.csv", f"{names},Kinh độ", f"{row},105.8"))
    assert cleaned.ledger is None


def test_degrees_that_a_sheet_took_for_thousands(tmp_path: Path) -> None:
    path = table(tmp_path / "l.csv", ";".join(NAMES[:5]), "A;Viettel;4G;105.901.200;18.340.500")
    cleaned = clean_ledger(path)
    assert places(cleaned) == {"A": PLACES["HT001"]}
    assert cleaned.report.exit_code == 1


def test_web_page_with_the_name_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "l.xlsx"
    path.write_text("<html><table></table></html>", encoding="utf-8")
    assert "web page" in clean_ledger(path).report.faults["detail"].iloc[0]


def test_view_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.gpkg"
    points = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(105.9, 18.3)], crs="EPSG:4326")
    points.to_file(path, layer="points")
    with closing(sqlite3.connect(path)) as base:
        base.execute(
            "CREATE VIEW bts AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS fid, (SELECT geom FROM points) AS geom FROM n"
        )
        base.execute("INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id) "
                     "VALUES ('bts', 'features', 'bts', 4326)")  # fmt: skip
        base.execute(
            "INSERT INTO gpkg_geometry_columns VALUES ('bts', 'geom', 'POINT', 4326, 0, 0)"
        )
        base.commit()
    assert "views" in clean_ledger(path).report.faults["detail"].iloc[0]


@pytest.mark.parametrize("lost", [".dbf", ".shx"])
def test_shapefile_names_the_companion_that_it_lacks(tmp_path: Path, lost: str) -> None:
    path = tmp_path / "l.shp"
    points = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(105.9, 18.3)], crs="EPSG:4326")
    points.to_file(path)
    path.with_suffix(lost).unlink()
    assert lost in clean_ledger(path).report.faults["detail"].iloc[0]


def test_site_named_by_a_southern_or_western_place_begins_with_no_minus(tmp_path: Path) -> None:
    """A minus in front is taken for a formula, in this library's own tables too."""
    path = table(
        tmp_path / "l.csv", "Operadora,Tecnologia,Longitude,Latitude", "Claro,4G,-57.6359,-25.3007",
        "Claro,4G,105.9012,-0.1", "Claro,4G,-0.00001,18.3",
    )  # fmt: skip
    ledger = clean_ledger(path, operators=["Claro"]).ledger
    assert ledger is not None
    assert list(ledger.bts["site_id"]) == ["S25.3007 W57.6359", "S0.1 105.9012", "18.3 0"]
    assert list(ledger.bts["bts_id"]) == [f"{site} Claro 4G" for site in ledger.bts["site_id"]]


def test_what_lies_across_the_180th_meridian_is_told_so(tmp_path: Path) -> None:
    path = table(
        tmp_path / "l.csv", "bts_id,operator,technology,x,y", "A,Viettel,4G,177000,8140000",
        "B,Viettel,4G,187000,8140000",
    )  # fmt: skip
    faults = clean_ledger(path, crs="EPSG:32701").report.faults.query("severity == 'error'")
    assert faults["row"].tolist() == [2]
    assert "180th meridian" in faults["detail"].iloc[0]


def test_headings_in_the_fonts_before_unicode(tmp_path: Path) -> None:
    names = "M· tr¹m,Nhµ m¹ng,C«ng nghÖ,Kinh ®é,VÜ ®é,§é cao anten (m)"
    rows = [",".join(map(str, row)) for row in ROWS]
    cleaned = clean_ledger(table(tmp_path / "l.csv", names, *rows))
    assert places(cleaned) == PLACES
    assert cleaned.report.unused_columns == ()


def test_marks_that_mark_nothing_are_a_fault(tmp_path: Path) -> None:
    path = table(
        tmp_path / "l.csv", "Mã trạm,Nhà mạng,3G,4G,Kinh độ,Vĩ độ", "A1,Viettel,,,105.9012,18.3405"
    )
    cleaned = clean_ledger(path)
    assert cleaned.ledger is None
    assert dropped(cleaned) == {2: "empty"}
