"""Ledgers: what a good one becomes, and what is said of each kind of bad one."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from htcoverage.errors import Fault, InputError
from htcoverage.readers import Assumption, Ledger, check_within, read_ledger
from htcoverage.readers import defaults as d
from htcoverage.schema import BTS, CELLS

BTS_HEADER = "bts_id,site_id,site_name,operator,technology,status,provenance,longitude,latitude"
BTS_LINES = (
    "V4,S1,Cẩm Xuyên,Viettel,4G,on-air,user,105.9876,18.2468",
    "V3,S1,Cẩm Xuyên,Viettel,3G,on-air,user,105.9876,18.2468",
    "N4,S2,,VinaPhone,4G,planned,user,105.7043,18.3421",
)
CELLS_HEADER = ",".join(CELLS.column_names)
CELLS_LINES = (
    "V4-1,V4,1800,20,42,0,3,0,3gpp-36814,17,0.5,43,,0,",
    "V3-1,V3,2100,5,40,120,3,1,3gpp-36814,17,2,,33,0,feeder_loss_db antenna",
    "N4-1,N4,1800,20,30,240,-1,0,3gpp-36814,17,0.5,46,,3,antenna",
)
AREA = gpd.GeoDataFrame(geometry=[shapely.box(105.1, 17.9, 106.5, 18.8)], crs="EPSG:4326")


def put(folder: Path, name: str, header: str, lines: tuple[str, ...]) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def put_bts(folder: Path, *lines: str, header: str = BTS_HEADER) -> Path:
    return put(folder, "bts.csv", header, lines or BTS_LINES)


def put_cells(folder: Path, *lines: str, header: str = CELLS_HEADER) -> Path:
    return put(folder, "cells.csv", header, lines or CELLS_LINES)


def faults_of(path: Path, **options: object) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_ledger(path, **options)  # type: ignore[arg-type]
    return caught.value.faults


def only(faults: tuple[Fault, ...]) -> Fault:
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


def changed(line: str, header: str, column: str, value: str) -> str:
    cells = line.split(",")
    cells[header.split(",").index(column)] = value
    return ",".join(cells)


# ---- good ledgers


def test_ledger_of_two_files(tmp_path: Path) -> None:
    ledger = read_ledger(put_bts(tmp_path), cells_path=put_cells(tmp_path))
    assert list(ledger.bts.columns) == [*BTS.column_names, "geometry"]
    assert list(ledger.cells.columns) == list(CELLS.column_names)
    assert ledger.bts.crs == "EPSG:4326"
    assert ledger.bts.index.name == ledger.cells.index.name == "row"
    assert list(ledger.bts.index) == list(ledger.cells.index) == [2, 3, 4]
    assert (ledger.bts.geometry[2].x, ledger.bts.geometry[2].y) == (105.9876, 18.2468)
    assert pd.isna(ledger.bts["site_name"][4])
    assert ledger.cells["port_power_dbm"][4] == 46.0
    assert math.isnan(ledger.cells["port_power_dbm"][3])
    marked = "marked as assumed in the file"
    assert ledger.defaults == (
        Assumption("cells", "antenna", 2, 3, marked),
        Assumption("cells", "feeder_loss_db", 1, 3, marked),
    )


def test_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    plain = read_ledger(put_bts(tmp_path))
    path = tmp_path / "bts.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    again = read_ledger(path)
    pd.testing.assert_frame_equal(again.bts, plain.bts)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_other_separators_and_wide_text(tmp_path: Path, encoding: str, separator: str) -> None:
    plain = read_ledger(put_bts(tmp_path))
    path = tmp_path / "bts.csv"
    text = path.read_text(encoding="utf-8").replace(",", separator)
    path.write_bytes(text.encode(encoding))
    pd.testing.assert_frame_equal(read_ledger(path).bts, plain.bts)


def test_lists_inside_cells_are_no_separators(tmp_path: Path) -> None:
    header = f"{BTS_HEADER},azimuth_deg"
    lines = (f"{line},0;120;240" for line in BTS_LINES)
    ledger = read_ledger(put_bts(tmp_path, *lines, header=header))
    assert len(ledger.cells) == 9


def test_separator_that_excel_declares(tmp_path: Path) -> None:
    path = put_bts(tmp_path, "a|,b", *BTS_LINES)
    text = "\n".join(["sep=;", BTS_HEADER.replace(",", ";"), BTS_LINES[0].replace(",", ";")])
    path.write_text(text, encoding="utf-8")
    assert list(read_ledger(path).bts.index) == [3]


def test_rows_are_lines_even_below_a_name_of_two_lines_and_an_empty_line(tmp_path: Path) -> None:
    two_lines = BTS_LINES[0].replace("Cẩm Xuyên", '"Cẩm\nXuyên"')
    ledger = read_ledger(put_bts(tmp_path, two_lines, "", ",,,,,,,,", *BTS_LINES[1:]))
    assert list(ledger.bts.index) == [2, 6, 7]
    assert ledger.bts["site_name"][2] == "Cẩm\nXuyên"


def test_base_stations_alone_become_cells_by_stated_defaults(tmp_path: Path) -> None:
    ledger = read_ledger(put_bts(tmp_path))
    cells = ledger.cells.set_index("cell_id")
    assert len(cells) == 9
    assert list(cells.loc[["V4-1", "V4-2", "V4-3"], "azimuth_deg"]) == [0, 120, 240]
    four, three = cells.loc["V4-1"], cells.loc["V3-1"]
    assert (four["band_mhz"], three["band_mhz"]) == (1800, 2100)
    assert (four["bandwidth_mhz"], three["bandwidth_mhz"]) == (20, 5)
    assert (four["port_power_dbm"], three["cpich_power_dbm"]) == (43, 33)
    assert math.isnan(four["cpich_power_dbm"])
    assert math.isnan(three["port_power_dbm"])
    assert four["antenna_height_m"] == 30
    assert four["electrical_tilt_deg"] == 3  # atan(30 m / 600 m) = 2.86°
    assert four["antenna"] == "3gpp-36814"
    named = set(four["assumed"].split())
    assert named == {column.name for column in CELLS.columns[2:-1]} - {"cpich_power_dbm"}
    assert three["rs_boost_db"] == 0
    assert "rs_boost_db" not in three["assumed"].split()
    counts = {(each.table, each.column): (each.count, each.total) for each in ledger.defaults}
    assert counts["cells", "port_power_dbm"] == (6, 9)
    assert counts["cells", "cpich_power_dbm"] == (3, 9)
    assert counts["cells", "antenna_height_m"] == (9, 9)
    assert ("bts", "status") not in counts


def test_columns_of_the_ledger_override_defaults(tmp_path: Path) -> None:
    header = BTS_HEADER + ",antenna_height_m,azimuth_deg,band_mhz,antenna_gain_dbi"
    ledger = read_ledger(
        put_bts(
            tmp_path,
            BTS_LINES[0] + ",45,10 190,1800/900,",
            BTS_LINES[1] + ",,,,14.5",
            BTS_LINES[2] + ",24,77,,",
            header=header,
        )
    )
    cells = ledger.cells.set_index("cell_id")
    pairs = cells.loc[["V4-1", "V4-2", "V4-3", "V4-4"], ["band_mhz", "azimuth_deg"]]
    assert pairs.to_numpy().tolist() == [[1800, 10], [1800, 190], [900, 10], [900, 190]]
    assert cells.loc["V4-3", "antenna_gain_dbi"] == 15.5  # below 1 GHz
    assert cells.loc["V4-3", "bandwidth_mhz"] == 10
    assert cells.loc["V4-1", "electrical_tilt_deg"] == 4  # atan(45 / 600) = 4.29°
    assert cells.loc["V3-2", "antenna_gain_dbi"] == 14.5
    assert [name for name in cells.index if name.startswith("N4")] == ["N4-1"]
    assert "antenna_height_m" not in cells.loc["N4-1", "assumed"].split()
    assert "band_mhz" in cells.loc["N4-1", "assumed"].split()
    assert "azimuth_deg" not in cells.loc["N4-1", "assumed"].split()
    assert "azimuth_deg" in cells.loc["V3-1", "assumed"].split()
    counts = {each.column: each.count for each in ledger.defaults if each.table == "cells"}
    assert counts["antenna_height_m"] == counts["azimuth_deg"] == 3
    assert counts["antenna_gain_dbi"] == 5


def test_every_default_lies_in_the_range_of_its_column() -> None:
    for line in d.RADIO:
        for column in CELLS.columns:
            value = getattr(line, column.name, None)
            if value is not None and column.low is not None:
                assert column.low <= value <= column.high, column.name
    assert set(d.IN_WORDS) == {"status", "provenance", *CELLS.column_names[2:-1]}


@pytest.mark.parametrize("technology", ["3G", "4G"])
@pytest.mark.parametrize("band", ["30", "900", "1000", "2100", "6000"])
def test_every_band_has_every_default(tmp_path: Path, technology: str, band: str) -> None:
    line = changed(BTS_LINES[0], BTS_HEADER, "technology", technology)
    path = put_bts(tmp_path, f"{line},{band}", header=f"{BTS_HEADER},band_mhz")
    cells = read_ledger(path).cells
    other = "cpich_power_dbm" if technology == "4G" else "port_power_dbm"
    assert [name for name in CELLS.column_names if cells[name].isna().any()] == [other]


def test_pandera_is_imported_by_reading_alone() -> None:
    code = "import sys, htcoverage.readers; sys.exit('pandera' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_projected_coordinates_with_their_crs(tmp_path: Path) -> None:
    # On the central meridian of the zone (105°30′) the false easting is 500 km by definition.
    header = BTS_HEADER.replace("longitude,latitude", "x,y")
    path = put_bts(tmp_path, "A,S,,Viettel,4G,,,500000,2030000", header=header)
    ledger = read_ledger(path, crs="EPSG:9209")
    point = ledger.bts.geometry[2]
    # VN-2000 lies some 200 m from WGS 84: 0.0018° of longitude here.
    assert 105.5010 < point.x < 105.5025
    assert 18.34 < point.y < 18.37
    assert ledger.bts["status"][2] == "on-air"
    assert ledger.bts["provenance"][2] == "user"


def test_the_crs_says_which_of_two_pairs_of_coordinates_is_meant(tmp_path: Path) -> None:
    path = put_bts(tmp_path, BTS_LINES[0] + ",500000,2030000", header=BTS_HEADER + ",x,y")
    assert read_ledger(path).bts.geometry[2].x == 105.9876
    assert 105.5 < read_ledger(path, crs="EPSG:9209").bts.geometry[2].x < 105.51


@pytest.mark.parametrize("cells", ["none", "layer", "csv"])
def test_geopackage_holds_the_same_as_csv(tmp_path: Path, cells: str) -> None:
    cells_csv = put_cells(tmp_path)
    wanted = read_ledger(put_bts(tmp_path), cells_path=None if cells == "none" else cells_csv)
    path = tmp_path / "ledger.gpkg"
    wanted.bts.to_crs("EPSG:9209").to_file(path, layer="bts")
    if cells == "layer":
        gpd.GeoDataFrame(wanted.cells).to_file(path, layer="cells")
    found = read_ledger(path, cells_path=cells_csv if cells == "csv" else None)
    same_ledger(found, wanted)


def same_ledger(found: Ledger, wanted: Ledger) -> None:
    # A layer counts features from 1, a CSV lines from its header.
    assert list(found.bts.index + 1) == list(wanted.bts.index)
    pd.testing.assert_frame_equal(
        found.bts.drop(columns="geometry").reset_index(drop=True),
        wanted.bts.drop(columns="geometry").reset_index(drop=True),
    )
    # 1e-5° is a metre; geopandas may have taken the other VN-2000 operation, 0.7 m away.
    distance_deg = shapely.distance(found.bts.geometry.array, wanted.bts.geometry.array)
    assert distance_deg.max() < 1e-5
    pd.testing.assert_frame_equal(
        found.cells.reset_index(drop=True), wanted.cells.reset_index(drop=True)
    )


def test_one_layer_of_any_name_is_the_base_stations(tmp_path: Path) -> None:
    wanted = read_ledger(put_bts(tmp_path))
    path = tmp_path / "stations.gpkg"
    wanted.bts.to_file(path, layer="trạm")
    assert list(read_ledger(path).bts["bts_id"]) == ["V4", "V3", "N4"]


def test_names_that_look_like_formulas_or_html_stay_text(tmp_path: Path) -> None:
    names = ("=HYPERLINK(1)", "<script>alert(1)</script>", "+84 912")
    lines = [
        changed(line, BTS_HEADER, "site_name", name)
        for line, name in zip(BTS_LINES, names, strict=True)
    ]
    assert tuple(read_ledger(put_bts(tmp_path, *lines)).bts["site_name"]) == names


# ---- one fault in a row


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("bts_id", "", "a value: identifier of the base station"),
        ("bts_id", "V4", "occurs once; row 2 has the same"),
        ("site_id", "", "a value"),
        ("operator", "Viettell", "did you mean Viettel?"),
        ("operator", "viettel", "did you mean Viettel?"),
        ("operator", "VNPT", "VinaPhone is meant"),
        ("operator", "Gmobile", "one of Viettel, VinaPhone, MobiFone, Vietnamobile"),
        ("technology", "5G", "one of 3G, 4G"),
        ("technology", "LTE", "4G is meant"),
        ("status", "broken", "one of on-air, planned, off-air"),
        ("provenance", "hearsay", "one of official, open-data, modelled, user"),
        ("longitude", "", "a value"),
        ("longitude", "east", "a number"),
        ("longitude", "1e999", "a number"),
        ("longitude", "NaN", "a number"),
        ("longitude", "１０５", "a number"),
        ("longitude", "1_05", "a number"),
        ("longitude", "205.7", "a longitude from -180 to 180"),
        ("latitude", "-98", "a latitude from -90 to 90"),
        ("latitude", "18.3N", "a number"),
    ],
)
def test_one_bad_cell_of_the_base_stations(
    tmp_path: Path, column: str, value: str, expected: str
) -> None:
    bad = changed(BTS_LINES[2], BTS_HEADER, column, value)
    path = put_bts(tmp_path, *BTS_LINES[:2], bad)
    fault = only(faults_of(path))
    assert (fault.file, fault.row, fault.column) == (str(path), 4, column)
    assert fault.value == value
    assert expected in fault.expected


@pytest.mark.parametrize(
    ("line", "column", "value", "expected"),
    [
        (1, "antenna_height_m", "-5", "between 1 and 300 m"),
        (1, "antenna_height_m", "tall", "a number (antenna centre above ground)"),
        (1, "antenna_height_m", "30 m", "a number"),
        (1, "azimuth_deg", "361", "between 0 and 360 °"),
        (1, "band_mhz", "1.8", "between 30 and 6000 MHz"),
        (1, "band_mhz", "", "a value: carrier frequency"),
        (1, "cell_id", "V4-1", "occurs once; row 2 has the same"),
        (1, "bts_id", "", "a value"),
        (0, "port_power_dbm", "", "a value, for the base station is 4G"),
        (1, "cpich_power_dbm", "", "a value, for the base station is 3G"),
        (0, "port_power_dbm", "20 W", "a number"),
        (0, "assumed", "colour", "names of columns"),
    ],
)
def test_one_bad_cell_of_the_cells(
    tmp_path: Path, line: int, column: str, value: str, expected: str
) -> None:
    lines = list(CELLS_LINES)
    lines[line] = changed(lines[line], CELLS_HEADER, column, value)
    # A second cell for each base station: that none lacks a cell is another test.
    spare = [cell.replace("-1,", "-2,", 1) for cell in CELLS_LINES]
    path = put_cells(tmp_path, *lines, *spare)
    fault = only(faults_of(put_bts(tmp_path), cells_path=path))
    assert (fault.file, fault.row, fault.column) == (str(path), line + 2, column)
    assert fault.value == value
    assert expected in fault.expected


def test_decimal_comma_is_named(tmp_path: Path) -> None:
    bad = BTS_LINES[0].replace("105.9876", '"105,9876"')
    fault = only(faults_of(put_bts(tmp_path, bad)))
    assert (fault.row, fault.column, fault.value) == (2, "longitude", "105,9876")
    assert "a decimal point, not a comma" in fault.expected


def test_swapped_row_is_named(tmp_path: Path) -> None:
    bad = BTS_LINES[1].replace("105.9876,18.2468", "18.2468,105.9876")
    fault = only(faults_of(put_bts(tmp_path, BTS_LINES[0], bad), area=AREA))
    assert (fault.row, fault.column, fault.value) == (3, "latitude", "105.9876")
    assert "latitude and longitude look swapped" in fault.expected


@pytest.mark.parametrize("column", ["antenna_height_m", "azimuth_deg", "band_mhz"])
@pytest.mark.parametrize("value", ["-5", "0 120 x", "9999"])
def test_bad_override_is_told_at_the_base_station(tmp_path: Path, column: str, value: str) -> None:
    header = f"{BTS_HEADER},{column}"
    path = put_bts(tmp_path, BTS_LINES[0] + ",", f"{BTS_LINES[1]},{value}", header=header)
    fault = only(faults_of(path))
    assert (fault.file, fault.row, fault.column, fault.value) == (str(path), 3, column, value)


def test_twice_the_same_sector_is_a_fault(tmp_path: Path) -> None:
    path = put_bts(tmp_path, f"{BTS_LINES[0]},0 120 0", header=f"{BTS_HEADER},azimuth_deg")
    fault = only(faults_of(path))
    assert (fault.row, fault.column, fault.value) == (2, "azimuth_deg", "0 120 0")


def test_cell_without_base_station_and_base_station_without_cell(tmp_path: Path) -> None:
    stray = changed(CELLS_LINES[2], CELLS_HEADER, "bts_id", "N5")
    bts, cells = put_bts(tmp_path), put_cells(tmp_path, *CELLS_LINES[:2], stray)
    bare, lost = faults_of(bts, cells_path=cells)
    assert (bare.file, bare.row, bare.column, bare.value) == (str(bts), 4, "bts_id", "N4")
    assert "at least one cell" in bare.expected
    assert (lost.file, lost.row, lost.column, lost.value) == (str(cells), 4, "bts_id", "N5")
    assert "the bts_id of a row of" in lost.expected


@pytest.mark.parametrize("extra", [",surplus", None])
def test_row_of_another_width_is_one_fault(tmp_path: Path, extra: str | None) -> None:
    bad = BTS_LINES[1] + extra if extra else "V3,S1,Cẩm Xuyên,Viettel,3G"
    fault = only(faults_of(put_bts(tmp_path, BTS_LINES[0], bad, BTS_LINES[2])))
    assert (fault.row, fault.column, fault.value) == (3, None, bad)
    assert "9 cells as in the header" in fault.expected


def test_all_faults_of_both_files_are_in_one_error(tmp_path: Path) -> None:
    bts = put_bts(
        tmp_path,
        BTS_LINES[0].replace("Viettel", "VNPT"),
        BTS_LINES[1].replace("V3,", "V4,").replace("3G", "2G"),
        BTS_LINES[2].replace("105.7043", "115.7043"),
        "N5,S3,,VinaPhone,4G,on-air,user,18.3,105.7",
        "N6,S3,,VinaPhone,4G,on-air,user,x,18.3",
    )
    cells = put_cells(tmp_path, CELLS_LINES[0].replace(",42,", ",-42,"), *CELLS_LINES[1:])
    found = [
        (Path(fault.file).name, fault.row, fault.column)
        for fault in faults_of(bts, cells_path=cells, area=AREA)
    ]
    assert set(found) == {
        ("bts.csv", 2, "operator"),
        ("bts.csv", 3, "bts_id"),
        ("bts.csv", 3, "technology"),
        ("bts.csv", 4, "longitude"),
        ("bts.csv", 5, "latitude"),
        ("bts.csv", 5, "bts_id"),
        ("bts.csv", 6, "longitude"),
        ("bts.csv", 6, "bts_id"),
        ("cells.csv", 2, "antenna_height_m"),
        ("cells.csv", 3, "bts_id"),
    }
    assert [row for name, row, _ in found if name == "bts.csv"] == [2, 3, 3, 4, 5, 5, 6, 6]
    assert [name for name, _, _ in found] == ["bts.csv"] * 8 + ["cells.csv"] * 2


# ---- the file as a whole


@pytest.mark.parametrize(
    "column", ["bts_id", "site_id", "operator", "technology", "longitude", "latitude"]
)
def test_missing_column(tmp_path: Path, column: str) -> None:
    header = BTS_HEADER.split(",")
    place = header.index(column)
    lines = [line.split(",") for line in BTS_LINES]
    for cells in (header, *lines):
        del cells[place]
    path = put_bts(tmp_path, *(",".join(line) for line in lines), header=",".join(header))
    fault = only(faults_of(path))
    assert (fault.file, fault.row, fault.column) == (str(path), 1, column)
    assert f"a column {column!r}" in fault.expected


def test_misspelt_column_is_pointed_at(tmp_path: Path) -> None:
    path = put_bts(tmp_path, header=BTS_HEADER.replace("longitude", "Longtitude"))
    fault = only(faults_of(path))
    assert fault.column == "longitude"
    assert "rename 'Longtitude'" in fault.expected


@pytest.mark.parametrize(
    ("content", "row", "expected"),
    [
        (b"", None, "the file is empty"),
        (b"\xef\xbb\xbf\n \n", None, "the file is empty"),
        (BTS_HEADER.encode(), None, "at least one row of data"),
        (b"\x89\x00\x01\x02\x03", None, "binary data"),
        (b"PK\x03\x04rest", None, "spreadsheet"),
        (b"SQLite format 3\x00", None, "GeoPackage"),
        (
            f"{BTS_HEADER}\n{BTS_LINES[2]}\n".encode()
            + "A,S,Thị,".encode().replace("ị".encode(), b"\xca\xf2"),
            3,
            "UTF-8 text; the file has another encoding",
        ),
        (f'{BTS_HEADER}\n{BTS_LINES[2]}\n"A,S'.encode(), 3, "check the double quotes"),
        (f"{BTS_HEADER},bts_id\n{BTS_LINES[0]},V5".encode(), 1, "each column name once"),
    ],
)
def test_file_that_is_no_ledger(
    tmp_path: Path, content: bytes, row: int | None, expected: str
) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(content)
    fault = only(faults_of(path))
    assert (fault.file, fault.row) == (str(path), row)
    assert expected in fault.expected


@pytest.mark.parametrize("name", ["no.csv", "no.gpkg", ".", "a\x00b.csv", "x" * 300 + ".csv"])
def test_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    fault = only(faults_of(tmp_path / name))
    assert fault.file == str(tmp_path / name)
    assert "file" in fault.expected or "path" in fault.expected


def test_both_missing_files_are_told(tmp_path: Path) -> None:
    first, second = faults_of(tmp_path / "a.csv", cells_path=tmp_path / "b.gpkg")
    assert (Path(first.file).name, Path(second.file).name) == ("a.csv", "b.gpkg")


# ---- coordinate systems


XY_HEADER = BTS_HEADER.replace("longitude,latitude", "x,y")
METRES = ("A,S,,Viettel,4G,,,551000,2030000", "B,S,,Viettel,4G,,,540000,2010000")


@pytest.mark.parametrize(
    ("header", "lines", "crs", "expected"),
    [
        (XY_HEADER, METRES, None, "x and y do not say where"),
        (XY_HEADER, METRES, "EPSG:4326", "these look like metres"),
        (BTS_HEADER, METRES, None, "these look like metres"),
        (XY_HEADER, BTS_LINES, "EPSG:9209", "these look like degrees"),
        (BTS_HEADER, BTS_LINES, "EPSG:9209", "a crs in degrees for longitude and latitude"),
    ],
)
def test_crs_absent_or_against_the_coordinates(
    tmp_path: Path, header: str, lines: tuple[str, ...], crs: str | None, expected: str
) -> None:
    path = put_bts(tmp_path, *lines, header=header)
    fault = only(faults_of(path, crs=crs))
    assert fault.file == str(path)
    assert expected in fault.expected


def test_x_and_y_swapped(tmp_path: Path) -> None:
    path = put_bts(tmp_path, METRES[0], "B,S,,Viettel,4G,,,2010000,540000", header=XY_HEADER)
    fault = only(faults_of(path, crs="EPSG:9209"))
    assert (fault.row, fault.column, fault.value) == (3, "y", "540000")
    assert "x and y look swapped" in fault.expected


def test_x_and_y_of_another_zone(tmp_path: Path) -> None:
    fault = only(faults_of(put_bts(tmp_path, METRES[0], header=XY_HEADER), crs="EPSG:27700"))
    assert fault.row == 2
    assert "EPSG:27700 (OSGB36 / British National Grid)" in fault.expected


@pytest.mark.parametrize("crs", ["EPSG:0", "nonsense", "EPSG:4978"])
def test_crs_that_is_none(tmp_path: Path, crs: str) -> None:
    fault = only(faults_of(put_bts(tmp_path), crs=crs))
    assert (fault.file, fault.column, fault.value) == ("argument", "crs", crs)


def test_layer_without_crs_needs_one_and_takes_one(tmp_path: Path) -> None:
    wanted = read_ledger(put_bts(tmp_path))
    path = tmp_path / "bts.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        wanted.bts.set_crs(None, allow_override=True).to_file(path, layer="bts")
    fault = only(faults_of(path))
    assert fault.file.startswith(str(path))
    assert "the layer tells none" in fault.expected
    assert read_ledger(path, crs="EPSG:4326").bts.geometry.iloc[0].x == 105.9876
    assert "these look like degrees" in only(faults_of(path, crs="EPSG:9209")).expected


def test_virtual_dataset_is_refused(tmp_path: Path) -> None:
    source = put_bts(tmp_path)
    path = tmp_path / "ledger.gpkg"
    path.write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="bts">'
        f"<SrcDataSource>{source}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    assert "this one points to others" in only(faults_of(path)).expected


def test_layer_with_another_crs_than_given(tmp_path: Path) -> None:
    path = tmp_path / "bts.gpkg"
    read_ledger(put_bts(tmp_path)).bts.to_file(path, layer="bts")
    fault = only(faults_of(path, crs="EPSG:9209"))
    assert "EPSG:4326" in fault.expected


def test_layer_with_a_point_missing_and_a_line(tmp_path: Path) -> None:
    table = read_ledger(put_bts(tmp_path)).bts
    shapes = [table.geometry.iloc[0], None, shapely.LineString([(105, 18), (106, 18)])]
    path = tmp_path / "bts.gpkg"
    table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=4326)).to_file(path)
    missing, line = faults_of(path)
    assert (missing.row, missing.column) == (2, "geometry")
    assert "empty" in missing.expected
    assert (line.row, line.column, line.value) == (3, "geometry", "LineString")


def test_several_layers_of_points(tmp_path: Path) -> None:
    table = read_ledger(put_bts(tmp_path)).bts
    path = tmp_path / "two.gpkg"
    table.to_file(path, layer="one")
    table.to_file(path, layer="two")
    fault = only(faults_of(path))
    assert fault.value == "layers: one, two"


# ---- within reach of the area

#: A degree of latitude at 18.8° N is 110.68 km (GRS 80).
KM_PER_DEGREE = 110.68


@pytest.mark.parametrize(("beyond_km", "kept"), [(-5, True), (14.7, True), (15.3, False)])
def test_site_over_the_border_is_kept_within_reach(
    tmp_path: Path, beyond_km: float, kept: bool
) -> None:
    latitude = round(18.8 + beyond_km / KM_PER_DEGREE, 5)
    line = f"X,S9,,MobiFone,3G,on-air,user,105.8,{latitude}"
    path = put_bts(tmp_path, *BTS_LINES, line)
    if kept:
        assert 5 in read_ledger(path, area=AREA).bts.index
        return
    fault = only(faults_of(path, area=AREA))
    assert (fault.file, fault.row, fault.column) == (str(path), 5, "latitude")
    assert str(latitude) in fault.value
    assert "within 15 km of" in fault.expected


def test_reach_does_not_depend_on_the_crs_of_the_area(tmp_path: Path) -> None:
    table = read_ledger(put_bts(tmp_path)).bts
    metric = AREA.to_crs("EPSG:9209")
    for reach_km in (0.0, 15.0):
        assert check_within(table, metric, reach_km=reach_km, file="f") == []
    away = table.set_geometry(table.geometry.translate(xoff=3.0))
    faults = check_within(away, metric, reach_km=15.0, file="f")
    assert [fault.row for fault in faults] == [2, 3, 4]
    assert {fault.column for fault in faults} == {"longitude"}


def test_swapped_where_both_are_possible_latitudes() -> None:
    # 60° E 20° N and 20° E 60° N are both on Earth: only the area can tell.
    area = gpd.GeoDataFrame(geometry=[shapely.box(59, 19, 61, 21)], crs="EPSG:4326")
    table = gpd.GeoDataFrame(geometry=[shapely.Point(20, 60)], index=[7], crs="EPSG:4326")
    (fault,) = check_within(table, area, reach_km=1.0, file="f")
    assert fault.row == 7
    assert "look swapped" in fault.expected


@pytest.mark.parametrize("reach_km", [-1.0, math.nan, math.inf])
def test_reach_that_is_none(reach_km: float) -> None:
    with pytest.raises(InputError, match="reach_km"):
        check_within(AREA, AREA, reach_km=reach_km, file="f")


# ---- large tables take a faster way


def large(rows: int) -> str:
    lines = [
        f"B{k},S{k // 2}, Trạm {k} ,Viettel,{'34'[k % 2]}G,on-air,user,"
        f"{105.1 + k / 20_000:.5f},{18.1 + k / 40_000:.5f}"
        for k in range(rows)
    ]
    return "\n".join([BTS_HEADER, *lines]) + "\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_large_table_is_read_like_a_small_one(tmp_path: Path, end: str) -> None:
    text = large(12_000)
    lines = text.splitlines()
    lines[5:5] = ["", ""]  # empty lines count, but are no rows
    lines[9:9] = [",,,,,,,,"]
    fast, slow = tmp_path / "fast.csv", tmp_path / "slow.csv"
    fast.write_bytes(end.join([*lines, ""]).encode())
    # One cell in quotes: Python's own reader takes the whole file.
    quoted = [*lines[:-1], lines[-1].replace("Viettel", '"Viettel"')]
    slow.write_bytes(end.join(quoted).encode())
    one, two = read_ledger(fast), read_ledger(slow)
    pd.testing.assert_frame_equal(one.bts, two.bts)
    pd.testing.assert_frame_equal(one.cells, two.cells)
    assert one.bts.index[:8].tolist() == [2, 3, 4, 5, 8, 9, 11, 12]
    assert one.bts["site_name"].iloc[0] == "Trạm 0"
    assert len(one.cells) == 36_000


def test_a_broken_row_in_a_large_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    text = large(12_000)
    path.write_text(text.replace("B11000,S5500,", "B11000,S5500,x,"), encoding="utf-8")
    fault = only(faults_of(path))
    assert fault.row == 11_002
    path.write_text(text.replace("on-air,user,105.65000,", "on-air,user,east,"), encoding="utf-8")
    assert only(faults_of(path)).value == "east"
