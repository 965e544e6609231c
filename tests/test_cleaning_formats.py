"""Ledgers in every container: workbooks, layers, other tools' tables; and files made to do harm."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from test_cleaning import AREA, clean, ledger_of, rules

from htcoverage.cleaning import clean_ledger, datum_evidence
from htcoverage.cleaning.places import crs_candidates
from htcoverage.crs import reproject

TABLE = gpd.GeoDataFrame(
    {
        "Mã trạm": ["A", "B", "C"],
        "Nhà mạng": ["VNPT", "Viettel", "VMS"],
        "Công nghệ": ["4G", "LTE", "3G"],
        "Azimuth": [10, 20, 30],
    },
    geometry=gpd.points_from_xy([105.7012, 105.8034, 105.9056], [18.5012, 18.4034, 18.3056]),
    crs="EPSG:4326",
)


def put_workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


# ---- layers


@pytest.mark.parametrize(
    "suffix", ["gpkg", "geojson", "shp", "tab", "mif", "kml", "fgb", "zip", "kmz"]
)
def test_layers_of_points(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"ledger.{suffix}"
    ascii_names = {"Mã trạm": "Ma_tram", "Nhà mạng": "Nha_mang", "Công nghệ": "Cong_nghe"}
    if suffix == "zip":
        TABLE.rename(columns=ascii_names).to_file(tmp_path / "inner.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("inner.*"):
                archive.write(part, part.name)
    elif suffix == "kmz":
        TABLE.to_file(tmp_path / "doc.kml", driver="LIBKML")
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(tmp_path / "doc.kml", "doc.kml")
    else:
        drivers = {"tab": "MapInfo File", "mif": "MapInfo File", "kml": "LIBKML"}
        # Names in Shapefiles have ten bytes, those of MapInfo are ASCII words.
        table = TABLE.rename(columns=ascii_names) if suffix in ("shp", "tab", "mif") else TABLE
        table.to_file(path, driver=drivers.get(suffix))
    cleaned = clean(path)
    bts = ledger_of(cleaned).sort_index()
    assert list(bts.index) == ["A", "B", "C"]
    assert list(bts["operator"]) == ["VinaPhone", "Viettel", "MobiFone"]
    assert bts.geometry["B"].distance(shapely.Point(105.8034, 18.4034)) < 1e-6
    assert cleaned.ledger is not None
    assert sorted(cleaned.ledger.cells["azimuth_deg"]) == [10, 20, 30]


def test_folders_of_a_kml_are_read_together(tmp_path: Path) -> None:
    path = tmp_path / "two.kml"
    for name, part in (("north", TABLE.iloc[:1]), ("south", TABLE.iloc[1:])):
        part.to_file(path, driver="LIBKML", layer=name, mode="a" if path.exists() else "w")
    assert clean(path).report.base_stations == 3


def test_layer_in_another_crs(tmp_path: Path) -> None:
    path = tmp_path / "ledger.gpkg"
    reproject(TABLE, "EPSG:9209").to_file(path)
    points = ledger_of(clean(path)).geometry
    assert points["A"].distance(TABLE.geometry[0]) < 1e-8


# ---- workbooks


def test_workbook_with_title_dates_and_numbers(tmp_path: Path) -> None:
    path = put_workbook(
        tmp_path / "ledger.xlsx",
        {
            "Trạm": [
                ["BÁO CÁO TRẠM 2023"],
                [],
                ["Mã trạm", "Nhà mạng", "Công nghệ", "Kinh độ", "Vĩ độ", "Ngày"],
                [101, "VNPT", "4G", 105.7012, "18,5012", pd.Timestamp("2023-10-01")],
                [102, "Viettel", "3G", "105°48'12\"Đ", 18.4034, None],
            ]
        },
    )
    cleaned = clean(path)
    bts = ledger_of(cleaned)
    assert list(bts.index) == ["101", "102"]
    assert bts.geometry["102"].x == pytest.approx(105 + 48 / 60 + 12 / 3600)
    assert cleaned.ledger is not None
    assert list(cleaned.ledger.bts.index) == [4, 5]  # as the spreadsheet numbers its rows


def test_sheet_is_chosen_and_told(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["bts_id", "operator", "technology", "longitude", "latitude"],
        ["A", "Viettel", "4G", 105.7012, 18.5012],
    ]
    other = [rows[0], ["B", "MobiFone", "4G", 105.7012, 18.5012]]
    path = put_workbook(tmp_path / "l.xlsx", {"one": rows, "two": other})
    cleaned = clean(path)
    assert list(ledger_of(cleaned).index) == ["A"]
    assert "not read: two" in cleaned.report.faults.set_index("rule").loc["sheet", "detail"]
    assert list(ledger_of(clean(path, layer="two")).index) == ["B"]
    assert "one, two" in clean(path, layer="three").report.faults["detail"].iloc[0]


def test_formula_is_read_by_its_stored_value_or_not_at_all(tmp_path: Path) -> None:
    path = put_workbook(
        tmp_path / "l.xlsx",
        {
            "s": [
                ["bts_id", "operator", "technology", "longitude", "latitude"],
                ["A", "Viettel", "4G", 105.7012, 18.5012],
                ["B", "Viettel", "4G", "=105+0.8", 18.4012],  # openpyxl stores no value
            ]
        },
    )
    cleaned = clean(path)
    assert rules(cleaned, 3) == {"formula": "kept", "position": "dropped"}
    assert list(ledger_of(cleaned).index) == ["A"]


def test_atoll_sites_and_transmitters(tmp_path: Path) -> None:
    sites = [["Name", "Longitude", "Latitude", "Altitude (m)"],
             ["S1", 105.7012, 18.5012, 5], ["S2", 105.8034, 18.4034, 8]]  # fmt: skip
    transmitters = [
        ["Site", "Transmitter", "Antenna", "Height (m)", "Azimuth (°)",
         "Mechanical Downtilt (°)", "Additional Electrical Downtilt (°)"],
        ["S1", "S1_1", "K742215", 42, 0, 2, 3],
        ["S1", "S1_2", "K742215", 42, 120, 1, 4],
        ["S2", "S2_1", "K742215", 30, 90, 0, 5],
        ["S9", "S9_1", "K742215", 30, 90, 0, 5],
    ]  # fmt: skip
    values = {"operator": "Viettel", "technology": "4G", "antenna": "3gpp-36814"}
    book = put_workbook(tmp_path / "atoll.xlsx", {"Sites": sites, "Transmitters": transmitters})
    pd.DataFrame(sites[1:], columns=sites[0]).to_csv(tmp_path / "sites.csv", index=False)
    pd.DataFrame(transmitters[1:], columns=transmitters[0]).to_csv(
        tmp_path / "transmitters.txt", index=False, sep="\t"
    )
    two = clean(tmp_path / "sites.csv", cells_path=tmp_path / "transmitters.txt", values=values)
    for cleaned in (clean(book, values=values), two):
        assert cleaned.ledger is not None, cleaned.report.faults.to_string()
        bts = cleaned.ledger.bts
        assert list(bts["site_id"]) == ["S1", "S2"]
        assert bts.geometry.iloc[1].x == pytest.approx(105.8034)
        cells = cleaned.ledger.cells.set_index("cell_id")
        assert list(cells.index) == ["S1_1", "S1_2", "S2_1"]
        assert list(cells["mechanical_tilt_deg"]) == [2, 1, 0]
        assert list(cells["electrical_tilt_deg"]) == [3, 4, 5]
        assert list(cells["antenna_height_m"]) == [42, 42, 30]
        assert rules(cleaned, 5)["position"] == "dropped"  # S9 is no site


@pytest.mark.parametrize("header", [True, False])
def test_opencellid(tmp_path: Path, header: bool) -> None:
    names = (
        "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,"
        "averageSignal"
    )
    lines = [
        f"LTE,452,4,100,{256 * 777 + 1},0,105.7000,18.5000,1000,3,1,1459813819,1459813819,0",
        f"LTE,452,4,100,{256 * 777 + 2},0,105.7040,18.5040,1000,1,1,1459813819,1459813819,0",
        f"LTE,452,2,100,{256 * 777 + 1},0,105.8000,18.4000,1000,3,1,1459813819,1459813819,0",
        f"UMTS,452,1,200,{65536 * 5 + 1231},0,105.9000,18.3000,1000,3,1,1459813819,1459813819,0",
        f"UMTS,452,1,200,{65536 * 5 + 1232},0,105.9000,18.3000,1000,3,1,1459813819,1459813819,0",
        "GSM,452,4,100,1,0,105.7,18.5,1000,3,1,1459813819,1459813819,0",
        "LTE,457,1,100,257,0,105.7,18.5,1000,3,1,1459813819,1459813819,0",
        "LTE,452,7,100,257,0,105.7,18.5,1000,3,1,1459813819,1459813819,0",
        "LTE,452,5,100,x,0,105.7,18.5,1000,3,1,1459813819,1459813819,0",
    ]
    path = tmp_path / "452.csv"
    path.write_text("\n".join([*([names] if header else []), *lines]) + "\n", encoding="utf-8")
    cleaned = clean(path)
    first = 2 if header else 1
    bts = cleaned.ledger.bts if cleaned.ledger is not None else gpd.GeoDataFrame()
    assert list(bts["operator"]) == ["Viettel", "VinaPhone", "MobiFone"]
    assert list(bts["technology"]) == ["4G", "4G", "3G"]
    assert list(bts.index) == [first, first + 2, first + 3]
    assert bts.geometry.iloc[0].x == pytest.approx((3 * 105.7 + 105.704) / 4)
    assert set(bts["provenance"]) == {"open-data"}
    told = {row: list(rules(cleaned, first + row)) for row in range(5, 9)}
    assert told == {
        5: ["technology-scope"], 6: ["foreign-network"], 7: ["unknown-network"], 8: ["unreadable"],
    }  # fmt: skip
    assert (cleaned.report.rows, cleaned.report.kept) == (9, 5)


# ---- coordinate systems


def test_x_and_y_without_crs_are_never_guessed_but_evidence_is_given(tmp_path: Path) -> None:
    metres = reproject(TABLE, "EPSG:9209")
    path = tmp_path / "xy.csv"
    frame = pd.DataFrame(TABLE.drop(columns="geometry"))
    frame.assign(x=metres.geometry.x, y=metres.geometry.y).to_csv(path, index=False)
    cleaned = clean(path, area=AREA)
    assert cleaned.ledger is None
    (told,) = cleaned.report.faults["detail"][cleaned.report.faults["severity"] == "error"]
    assert "x and y do not say where" in told
    assert "EPSG:9209 (100%)" in told
    assert clean(path, area=AREA, crs="EPSG:9209").report.base_stations == 3


def test_vietnamese_x_is_the_northing(tmp_path: Path) -> None:
    metres = reproject(TABLE, "EPSG:9209")
    path = tmp_path / "xy.csv"
    frame = pd.DataFrame(TABLE.drop(columns="geometry"))
    frame.assign(x=metres.geometry.y, y=metres.geometry.x).to_csv(path, index=False)
    cleaned = clean(path, crs="EPSG:9209")
    assert ledger_of(cleaned).geometry["A"].distance(TABLE.geometry[0]) < 1e-8
    assert rules(cleaned, 2)["swapped-axes"] == "repaired"


def test_candidates_hold_every_zone_that_fits() -> None:
    metres = reproject(TABLE, "EPSG:3405").geometry
    near = gpd.GeoDataFrame(geometry=[shapely.box(105.69, 18.29, 105.92, 18.52)], crs="EPSG:4326")
    found = dict(crs_candidates(metres.x.to_numpy(), metres.y.to_numpy(), near))
    assert found["EPSG:3405"] == 1.0
    assert "EPSG:32648" in found  # 225 m apart: boundaries alone cannot tell them
    assert "EPSG:9209" not in found


def villages(count: int, radius_m: float) -> gpd.GeoDataFrame:
    """Squares on a lattice, with a site in the middle of each."""
    side = int(count**0.5)
    xs = [540_000 + 2_000 * (k % side) for k in range(side * side)]
    ys = [2_020_000 + 2_000 * (k // side) for k in range(side * side)]
    points = gpd.GeoSeries.from_xy(xs, ys, crs="EPSG:9209")
    return gpd.GeoDataFrame(geometry=points.buffer(radius_m, cap_style="square"))


@pytest.mark.parametrize(("radius_m", "seen"), [(150.0, True), (1_500.0, False)])
def test_vn2000_read_as_wgs84_is_seen_against_settlements(radius_m: float, seen: bool) -> None:
    homes = villages(100, radius_m)
    sites = homes.geometry.centroid
    # VN-2000 latitude and longitude (EPSG:4756), taken for WGS 84.
    wrong = gpd.GeoSeries(sites).to_crs("EPSG:4756")
    evidence = datum_evidence(wrong.x.to_numpy(), wrong.y.to_numpy(), homes)
    against = [each for each in evidence if each.speaks_against_reading]
    assert bool(against) is seen
    if seen:
        assert against[0].datum == "VN-2000"
        assert against[0].shift_m == pytest.approx(225, abs=40)
        assert (against[0].as_read, against[0].shifted) == (0, 100)


@pytest.mark.parametrize("wrong", [True, False])
def test_sites_beside_villages_tell_the_datum_as_well(wrong: bool) -> None:
    """Masts stand on hills near villages: hardly one is inside, all are nearer than by chance."""
    homes = villages(900, 150.0)
    rng = np.random.default_rng(5)
    middles = homes.geometry.centroid
    sites = gpd.GeoSeries.from_xy(
        middles.x + rng.normal(0, 300, len(homes)), middles.y + rng.normal(0, 300, len(homes)),
        crs="EPSG:9209",
    ).to_crs("EPSG:4756" if wrong else "EPSG:4326")  # fmt: skip
    evidence = datum_evidence(sites.x.to_numpy(), sites.y.to_numpy(), homes)
    assert [each.datum for each in evidence if each.speaks_against_reading] == (
        ["VN-2000"] if wrong else []
    )


def test_base_stations_of_one_mast_are_one_witness() -> None:
    homes = villages(16, 150.0)
    wrong = gpd.GeoSeries(homes.geometry.centroid).to_crs("EPSG:4756").iloc[:5]
    x, y = (np.tile(values.to_numpy(), 100) for values in (wrong.x, wrong.y))
    evidence = datum_evidence(x, y, homes)
    assert {each.total for each in evidence} == {5}
    assert not any(each.speaks_against_reading for each in evidence)


@pytest.mark.parametrize(
    ("true", "said", "told"),
    [(9210, 9209, "EPSG:9210"), (32649, 32648, "EPSG:32649"), (9209, 9209, None)],
)
def test_zone_that_was_said_wrongly_is_told(
    tmp_path: Path, true: int, said: int, told: str | None
) -> None:
    points = gpd.GeoSeries.from_xy([105.72, 105.75, 105.74], [18.3, 18.35, 18.4], crs="EPSG:4326")
    metres = points.to_crs(f"EPSG:{true}")
    path = tmp_path / "l.csv"
    pd.DataFrame(
        {"bts_id": range(3), "operator": "Viettel", "technology": "4G", "x": metres.x,
         "y": metres.y}
    ).to_csv(path, index=False)  # fmt: skip
    near = gpd.GeoDataFrame(geometry=[shapely.box(105.7, 18.25, 105.8, 18.45)], crs="EPSG:4326")
    faults = clean_ledger(path, area=near, crs=f"EPSG:{said}").report.faults.set_index("rule")
    assert ("datum" in faults.index) == (told is not None)
    if told is not None:
        assert "0 of 3 sites" in faults.loc["datum", "detail"]
        assert told in faults.loc["datum", "detail"]


def test_right_coordinates_raise_no_suspicion() -> None:
    homes = villages(100, 150.0)
    right = reproject(gpd.GeoDataFrame(geometry=homes.geometry.centroid), "EPSG:4326").geometry
    evidence = datum_evidence(right.x.to_numpy(), right.y.to_numpy(), homes)
    assert not any(each.speaks_against_reading for each in evidence)
    assert evidence[0].as_read == 100


def test_datum_warning_is_told_and_nothing_is_moved(tmp_path: Path) -> None:
    homes = villages(64, 150.0)
    wrong = gpd.GeoSeries(homes.geometry.centroid).to_crs("EPSG:4756")
    path = tmp_path / "l.csv"
    pd.DataFrame(
        {"bts_id": range(64), "operator": "Viettel", "technology": "4G",
         "longitude": wrong.x, "latitude": wrong.y}
    ).to_csv(path, index=False)  # fmt: skip
    cleaned = clean_ledger(path, settlements=homes)
    told = cleaned.report.faults.set_index("rule").loc["datum"]
    assert told["severity"] == "warning"
    assert "0 of 64 sites" in told["detail"]
    assert "look like VN-2000" in told["detail"]
    assert ledger_of(cleaned).geometry["0"].x == wrong.x[0]
    assert "datum" not in set(
        clean_ledger(path, settlements=homes, crs="EPSG:4756").report.faults["rule"]
    )


# ---- files made to do harm


def refused(path: Path, words: str) -> None:
    cleaned = clean(path)
    assert cleaned.ledger is None
    assert cleaned.report.exit_code == 2
    assert words in " ".join(cleaned.report.faults["detail"])


def test_zip_bomb(tmp_path: Path) -> None:
    for suffix in ("xlsx", "kmz", "zip"):
        path = tmp_path / f"bomb.{suffix}"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
        assert path.stat().st_size < 100_000
        refused(path, "zip bomb")


@pytest.mark.parametrize("name", ["../outside.kml", "/etc/x.kml", "a/../../x.kml", "..\\x.kml"])
def test_paths_that_lead_out_of_a_zip(tmp_path: Path, name: str) -> None:
    path = tmp_path / "l.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "<kml/>")
    refused(path, "stay inside the archive")
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_kml(tmp_path: Path, encoding: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<!-- {"x" * 100_000} -->'
        f'<!DOCTYPE kml [<!ENTITY e SYSTEM "file://{secret}">]>'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>&e;</name>'
        "<Point><coordinates>105.7,18.5</coordinates></Point></Placemark></Document></kml>"
    )
    path = tmp_path / "l.kml"
    path.write_bytes(text.encode(encoding))
    refused(path, "DOCTYPE")
    with zipfile.ZipFile(tmp_path / "l.kmz", "w") as archive:
        archive.writestr("doc.kml", text.encode(encoding))
    refused(tmp_path / "l.kmz", "DOCTYPE")


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "kml", "kmz", "gpkg", "shp", "tab", "geojson"])
def test_binary_garbage(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"l.{suffix}"
    path.write_bytes(bytes(range(256)) * 40)
    refused(path, "expected")
    path.write_bytes(b"")
    refused(path, "empty")


def test_encrypted_or_truncated_workbook(tmp_path: Path) -> None:
    path = put_workbook(tmp_path / "l.xlsx", {"s": [["bts_id"], ["A"]]})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refused(path, "zip archive")


def test_two_gigabytes_are_refused_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)  # a hole: it takes no room
    refused(path, "at most 600 MB")


def test_missing_file(tmp_path: Path) -> None:
    refused(tmp_path / "no.xlsx", "an existing file")


def test_tables_that_point_elsewhere(tmp_path: Path) -> None:
    for suffix in ("kml", "gpkg", "json"):
        path = tmp_path / f"l.{suffix}"
        path.write_text(
            "<OGRWFSDataSource><URL>http://localhost:9/</URL></OGRWFSDataSource>", encoding="utf-8"
        )
        refused(path, "points to others")


def test_shapefile_without_its_companions(tmp_path: Path) -> None:
    TABLE[["geometry"]].to_file(tmp_path / "whole.shp")
    shutil.copy(tmp_path / "whole.shp", tmp_path / "bare.shp")
    refused(tmp_path / "bare.shp", "expected")
