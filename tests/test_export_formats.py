"""Each format read back by a reader that did not write it: GDAL's programs, zip, XML, SQLite."""

import csv
import json
import resource
import shutil
import sqlite3
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import jsonschema
import map_world as world
import matplotlib.image
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyproj
import pytest
import rasterio
import run_world
import shapely
from pyarrow import csv as pa_csv
from scipy.stats import norm

from htcoverage.cleaning import clean_ledger
from htcoverage.crs import WGS84, reproject, transformer
from htcoverage.errors import InputError
from htcoverage.export import (
    GroundPicture,
    Placemarks,
    availability,
    write_atoll,
    write_availability,
    write_best_server_tif,
    write_class_tif,
    write_coverage_tif,
    write_csv,
    write_geoparquet,
    write_gpkg,
    write_kmz,
    write_probability_tif,
    write_tab,
    write_xlsx,
)
from htcoverage.export.classes import COVER_COLOURS, LEVEL_COLOURS
from htcoverage.figures import CoverCriteria
from htcoverage.readers.text import read_csv_sheet
from htcoverage.run.facts import ground_facts

CRITERIA = CoverCriteria()
TOLD = {"model": "ITU-R P.1812-8", "thresholds": {"4G": -105.0}, "area": "Hà Tĩnh"}
NASTY = "=cmd|'/C calc'!A0 <b>&\"' Đèo"
KML = {"k": "http://www.opengis.net/kml/2.2"}


def run(program, *arguments):
    """The output of one of GDAL's programs."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not on the path: GDAL's own reading of the file is not tried")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def cover():
    return run_world.coverage_with_a_hole()


@pytest.fixture
def homes():
    return world.settlements(NASTY, "Bản Rào Tre")


def named_only(folder, *names):
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


def test_classes_of_cover_have_the_maps_colours_and_words(cover, tmp_path):
    path = tmp_path / "class.tif"
    write_class_tif(cover, "4G", path, criteria=CRITERIA, metadata=TOLD)
    named_only(tmp_path, "class.tif", "class.tif.aux.xml", "class.qml")
    told = json.loads(run("gdalinfo", "-json", path))
    band = told["bands"][0]
    assert band["colorInterpretation"] == "Palette"
    entries = band["colorTable"]["entries"][1:4]
    assert [tuple(entry[:3]) for entry in entries] == [
        tuple(bytes.fromhex(colour[1:])) for colour in COVER_COLOURS
    ]
    assert "covered (90 % at the cell edge)" in run("gdalinfo", path)
    assert told["metadata"][""]["class_3"] == "not covered"
    assert told["metadata"][""]["model"] == "ITU-R P.1812-8"
    assert told["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    level = cover["level_dbm"].sel(layer="any_4g").to_numpy().astype(float)
    with rasterio.open(path) as file:
        classes = file.read(1)
    for number, low, high in (
        (1, -105 + CRITERIA.margin_db, 0),
        (2, -105, -105 + CRITERIA.margin_db),
    ):
        np.testing.assert_array_equal(classes == number, (level >= low) & (level < high))
    assert (classes[np.isnan(level)] == 3).all()


def test_nothing_is_told_outside_the_area(cover, tmp_path):
    area = world.districts("a", "b")
    write_class_tif(cover, "any", tmp_path / "c.tif", criteria=CRITERIA, area=area)
    write_probability_tif(cover, "4G", tmp_path / "p.tif", criteria=CRITERIA, area=area)
    inside = np.zeros(world.GRID.shape, bool)
    inside[10:90, 10:130] = True  # the districts: 1 to 13 km east, 1 to 9 km north
    with rasterio.open(tmp_path / "c.tif") as file:
        np.testing.assert_array_equal(file.read(1) > 0, inside)
    with rasterio.open(tmp_path / "p.tif") as file:
        np.testing.assert_array_equal(file.read(1, masked=True).mask, ~inside)


def test_classes_of_level_begin_at_the_legends_breaks(cover, tmp_path):
    level = np.full(world.GRID.shape, np.nan, np.float32)
    level[0, :6] = [-84.9, -85, -95.1, -105, -115, -115.1]
    layer = cover.sel(layer=["viettel_4g"]).assign(level_dbm=(("layer", "y", "x"), level[None]))
    write_class_tif(
        layer, "4G", tmp_path / "c.tif", criteria=CRITERIA, quantity="level", operator="Viettel"
    )
    with rasterio.open(tmp_path / "c.tif") as file:
        assert file.read(1)[0, :7].tolist() == [1, 1, 3, 3, 4, 5, 0]
        assert file.nodata == 0
        assert file.colormap(1)[5][:3] == tuple(bytes.fromhex(LEVEL_COLOURS[4][1:]))
    with pytest.raises(InputError, match="operator"):
        write_class_tif(
            layer, "4G", tmp_path / "d.tif", criteria=CRITERIA, quantity="level", operator="any"
        )
    assert not (tmp_path / "d.tif").exists()


def test_probability_is_the_normal_law_of_the_excess(cover, tmp_path):
    write_probability_tif(cover, "3G", tmp_path / "p.tif", criteria=CRITERIA, metadata=TOLD)
    with rasterio.open(tmp_path / "p.tif") as file:
        assert file.descriptions[0] == "3G any operator: probability of cover"
        chance = file.read(1)
        assert float(file.tags()["sigma_db"]) == pytest.approx(np.hypot(2, 7))
    level = cover["level_dbm"].sel(layer="any_3g").to_numpy().astype(float)
    expected = np.where(np.isnan(level), 0, norm.cdf((level + 95) / np.hypot(2, 7)))
    np.testing.assert_allclose(chance, expected, atol=1e-6)
    # Covered at the cell edge is where the chance reaches the cell-edge probability.
    edge = level >= -95 + CRITERIA.margin_db
    np.testing.assert_array_equal(chance >= 0.9, edge)


def test_best_servers_are_named_by_gdals_table(cover, tmp_path):
    path = tmp_path / "best.tif"
    write_best_server_tif(cover, "4G", path, metadata=TOLD)
    with rasterio.open(path) as file:
        band = file.read(1)
        assert file.dtypes[0] == "int32"
        assert file.nodata == -1
    np.testing.assert_array_equal(band, cover["best_server"].sel(layer="any_4g").to_numpy())
    shown = run("gdalinfo", path)
    table = ElementTree.fromstring(
        shown[shown.index("<GDALRasterAttributeTable") : shown.index("</GDALRasterAttributeTable>")]
        + "</GDALRasterAttributeTable>"
    )
    rows = [[cell.text for cell in row.findall("F")] for row in table.findall("Row")]
    names = {int(index): (cell, bts, site) for index, cell, bts, site in rows}
    assert names.keys() == set(
        np.unique(cover["best_server"].sel(layer=cover["technology"] == "4G"))
    )
    for index, identities in names.items():
        columns = (cover["cell_id"], cover["bts_id"], cover["site_id"])
        assert identities == tuple(str(column.to_numpy()[index]) for column in columns)


def test_each_raster_has_a_style_by_the_name_that_qgis_looks_for(cover, tmp_path):
    cells = ["<a & b>\0", *map(str, cover["cell_id"].to_numpy()[1:])]
    write_best_server_tif(cover.assign_coords(cell_id=("cell", cells)), "4G", tmp_path / "b.x.tif")
    write_probability_tif(cover, "3G", tmp_path / "p.tif", criteria=CRITERIA)
    named_only(tmp_path, "b.x.tif", "b.x.tif.aux.xml", "b.x.qml", "p.tif", "p.qml")
    entries = list(ElementTree.parse(tmp_path / "b.x.qml").iter("paletteEntry"))
    served = np.unique(cover["best_server"].sel(layer="any_4g"))
    assert [int(entry.get("value")) for entry in entries] == served.tolist()
    names = [cells[server].replace("\0", "\ufffd") for server in served]
    assert [entry.get("label") for entry in entries] == names
    items = list(ElementTree.parse(tmp_path / "p.qml").iter("item"))
    assert [float(item.get("value")) for item in items] == [0.5, 0.75, 0.9, 0.95, np.inf]
    assert [item.get("color") for item in items] == LEVEL_COLOURS[::-1]


@pytest.fixture
def kmz(cover, homes, tmp_path):
    path = tmp_path / "c.kmz"
    classes = np.ones(world.GRID.shape, np.uint8)
    classes[20:40, 30:60] = 3
    write_kmz(
        path,
        name=f"Map {NASTY}",
        grid=world.GRID,
        pictures=[GroundPicture("4G <x>", classes, COVER_COLOURS, ["a <i>", "b", "$[c]"])],
        placemarks=[
            Placemarks("homes", homes, "name", "#c2002f"),
            Placemarks("sites", run_world.bts(), "site_name", "#1a1a1a", visible=False),
        ],
        metadata=TOLD,
    )
    return path


def test_a_kmz_is_an_archive_of_one_document_and_its_pictures(kmz):
    with zipfile.ZipFile(kmz) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["doc.kml", "files/picture0.png"]
        document = ElementTree.fromstring(archive.read("doc.kml"))
        picture = archive.read("files/picture0.png")
    assert document.findtext("k:Document/k:name", namespaces=KML) == f"Map {NASTY}"
    marks = document.findall(".//k:Placemark", KML)
    assert [mark.findtext("k:name", namespaces=KML) for mark in marks[:2]] == [NASTY, "Bản Rào Tre"]
    told = document.findall("k:Document/k:ExtendedData/k:Data", KML)
    values = {one.get("name"): one.findtext("k:value", namespaces=KML) for one in told}
    assert json.loads(values["thresholds"]) == {"4G": -105.0}
    assert values["area"] == "Hà Tĩnh"
    # Only inside the archive: a globe would fetch anything else.
    links = [node.text for node in document.iter("{http://www.opengis.net/kml/2.2}href")]
    assert links == ["files/picture0.png"]
    description = document.findtext(".//k:GroundOverlay/k:description", namespaces=KML)
    assert "a &lt;i&gt;" in description
    assert "$[" not in description
    assert description.startswith('<font color="#')
    assert picture.startswith(b"\x89PNG")


def test_the_parts_of_a_document_stand_in_the_order_of_the_schema(kmz):
    # OGC 07-147r2, ogckml22.xsd: AbstractFeatureType, then what a container adds.
    order = ["name", "visibility", "description", "styleUrl", "Style", "ExtendedData", "color",
             "Icon", "LatLonBox", "GroundOverlay", "Folder", "Placemark", "Point", "Polygon",
             "MultiGeometry", "LineString"]  # fmt: skip
    with zipfile.ZipFile(kmz) as archive:
        document = ElementTree.fromstring(archive.read("doc.kml"))
    kinds = ("Document", "Folder", "GroundOverlay", "Placemark")
    for kind in kinds:
        for part in document.iter(f"{{http://www.opengis.net/kml/2.2}}{kind}"):
            places = [order.index(child.tag.split("}")[1]) for child in part]
            assert places == sorted(places), kind


def test_a_known_corner_lies_where_the_overlay_says(kmz, tmp_path):
    with zipfile.ZipFile(kmz) as archive:
        document = ElementTree.fromstring(archive.read("doc.kml"))
        (tmp_path / "p.png").write_bytes(archive.read("files/picture0.png"))
    box = document.find(".//k:LatLonBox", KML)
    north, south, east, west = (
        float(box.findtext(f"k:{side}", namespaces=KML))
        for side in ("north", "south", "east", "west")
    )
    image = matplotlib.image.imread(tmp_path / "p.png")[..., :3] * 255
    not_covered = np.array(list(bytes.fromhex(COVER_COLOURS[2][1:])))
    rows, cols = np.nonzero(np.abs(image - not_covered).max(axis=2) < 1)
    height, width = image.shape[:2]
    corner = (
        west + (east - west) * cols.min() / width, north - (north - south) * rows.min() / height,
    )  # fmt: skip
    lon, lat = transformer(world.CRS, WGS84).transform(world.WEST + 3_000, world.SOUTH + 8_000)
    half = 0.5 * 100 / 111_195
    assert corner[1] == pytest.approx(lat, abs=1.2 * half)
    assert corner[0] == pytest.approx(lon, abs=1.2 * half / np.cos(np.radians(lat)))


def test_gdal_reads_the_placemarks_in_place(kmz, homes, tmp_path):
    run("ogr2ogr", "-f", "GeoJSON", tmp_path / "h.json", kmz, "homes")
    back = gpd.read_file(tmp_path / "h.json")
    expected = reproject(homes, WGS84)
    assert back["Name"].tolist() == homes["name"].tolist()
    assert back.geometry.geom_equals_exact(expected.geometry, 2e-6).all()
    assert back["residents"].astype(float).tolist() == [640, 512]


def test_geoparquet_holds_wkb_crs_and_parameters(homes, tmp_path):
    path = tmp_path / "homes.parquet"
    write_geoparquet(homes, path, metadata=TOLD)
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert geo["version"] == "1.0.0"
    assert column["encoding"] == "WKB"
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 9209}
    shapes = shapely.from_wkb(table[geo["primary_column"]].to_pylist())
    assert shapely.equals(shapes, homes.geometry.to_numpy()).all()
    assert table["name"].to_pylist() == homes["name"].tolist()
    assert table.schema.metadata[b"htcoverage:model"] == b"ITU-R P.1812-8"
    assert json.loads(table.schema.metadata[b"htcoverage:thresholds"]) == {"4G": -105.0}


@pytest.fixture(params=["as they are", "none", "missing", "in parts", "with heights", "degrees"])
def odd_homes(homes, request):
    """Tables whose metadata a writer could get wrong."""
    shapes = {
        "missing": [None, homes.geometry[1]],
        "in parts": [shapely.MultiPolygon([homes.geometry[0]]), homes.geometry[1]],
        "with heights": shapely.force_3d(homes.geometry.to_numpy(), 5.0),
    }
    if request.param == "degrees":
        return reproject(homes, WGS84)
    shape = shapes.get(request.param, homes.geometry.to_numpy())
    table = homes.set_geometry(gpd.GeoSeries(shape, crs=homes.crs))
    return table.iloc[:0] if request.param == "none" else table


def test_geoparquet_says_what_the_specification_asks_for(odd_homes, tmp_path):
    """GeoParquet 1.0.0, "Metadata": its tables of fields, and PROJ's schema of a CRS."""
    write_geoparquet(odd_homes, tmp_path / "h.parquet", metadata=TOLD)
    geo = json.loads(pq.read_schema(tmp_path / "h.parquet").metadata[b"geo"])
    assert geo["version"] == "1.0.0"
    assert geo["primary_column"] in geo["columns"]
    (column,) = geo["columns"].values()
    assert column["encoding"] == "WKB"
    shapes = odd_homes.geometry.dropna()
    kinds = {f"{s.geom_type}{' Z' if s.has_z else ''}" for s in shapes}
    assert set(column["geometry_types"]) == kinds
    assert len(column["geometry_types"]) == len(kinds)
    if len(shapes):
        low, high = np.split(np.array(column["bbox"]), 2)
        x_y = shapely.get_coordinates(shapes.to_numpy())
        assert low[:2].tolist() == x_y.min(axis=0).tolist()
        assert high[:2].tolist() == x_y.max(axis=0).tolist()
    else:
        assert "bbox" not in column
    schema = Path(pyproj.datadir.get_data_dir()) / "projjson.schema.json"
    jsonschema.validate(column["crs"], json.loads(schema.read_text("utf-8")))
    assert column.get("edges", "planar") == "planar"
    # No ring order is promised: what is not said is not kept.
    assert column.keys() <= {"encoding", "geometry_types", "crs", "edges", "bbox"}


def test_geoparquet_passes_a_validator(odd_homes, tmp_path):
    reason = "geoparquet-validator is not installed: its reading of the file is not tried"
    validator = pytest.importorskip("geoparquet_validator", reason=reason)
    write_geoparquet(odd_homes, tmp_path / "h.parquet", metadata=TOLD)
    report = validator.check(str(tmp_path / "h.parquet"))
    assert validator.failed(report, "core") == []
    assert any(one["status"] == "pass" for one in report["outcomes"])


def test_gdal_reads_mapinfo_tab(homes, tmp_path):
    long = "Đ" * 300
    table = homes.assign(
        name=[NASTY, long], share=[0.25, np.nan], large=[2**40, 1],
        count=pd.array([3, None], dtype="Int64"),
    ).assign(**{
        "Tên thôn": ["a", "b"],
        "a name of a column longer than thirty one": ["c", "d"],
        "a name of a column longer than thirty two": ["e", "f"],
    })  # fmt: skip
    write_tab(table, tmp_path / "homes.tab", metadata=TOLD)
    named_only(tmp_path, "homes.tab", "homes.dat", "homes.map", "homes.id", "homes.parameters.json")
    run("ogr2ogr", "-f", "GeoJSON", tmp_path / "h.json", tmp_path / "homes.tab")
    back = gpd.read_file(tmp_path / "h.json")
    assert back["name"][0] == NASTY
    assert back["name"][1].rstrip("…") == long[:125]
    assert back["name"][1].endswith("…")
    assert back["residents"].tolist() == [640, 512]
    # The format knows no missing number: 0 would be a lie.
    assert back["share"].tolist() == [0.25, -9999]
    assert back["count"].tolist() == [3, -9999]
    assert back["large"].tolist() == [2**40, 1]
    assert back["Tên_thôn"].tolist() == ["a", "b"]
    assert back["a_name_of_a_column_longer_than_"].tolist() == ["c", "d"]
    assert back["a_name_of_a_column_longer_th_2"].tolist() == ["e", "f"]
    expected = reproject(homes, WGS84)
    assert back.geometry.geom_equals_exact(expected.geometry, 1e-6).all()
    assert json.loads((tmp_path / "homes.parameters.json").read_text("utf-8")) == {
        **TOLD, "missing_number": -9999,
    }  # fmt: skip
    # GDAL leaves memory behind the names of columns in the table's head.
    head = (tmp_path / "homes.dat").read_bytes()
    names = [head[at : at + 11] for at in range(32, int.from_bytes(head[8:10], "little") - 1, 32)]
    assert len(names) == len(table.columns) - 1
    assert all(name.partition(b"\0")[2].strip(b"\0") == b"" for name in names)
    with pytest.raises(InputError, match=r"\.tab"):
        write_tab(homes, tmp_path / "homes.mif")


def test_an_empty_table_makes_an_empty_mapinfo_table(homes, tmp_path):
    write_tab(homes.iloc[:0], tmp_path / "none.tab")
    assert "Feature Count: 0" in run("ogrinfo", "-so", "-al", tmp_path / "none.tab")


def test_qgis_finds_a_style_for_each_layer(homes, tmp_path):
    path = tmp_path / "c.gpkg"
    homes = homes.assign(covered_4g_cell_edge=[0.2, 1.0])
    layers = {
        "gaps": homes, "settlements": homes, "sites": run_world.bts(),
        "districts": world.districts("a", "b"), "spans": world.spans("Viettel"),
        "cells": pd.DataFrame({"cell_id": ["=1+1"]}),
    }  # fmt: skip
    write_gpkg(layers, path, metadata=TOLD)
    with sqlite3.connect(path) as base:
        # As QGIS asks for it.
        rows = base.execute(
            "select f_table_name, styleQML from layer_styles where f_geometry_column='geom' "
            "and f_table_schema='' and useAsDefault=1"
        ).fetchall()
        assert base.execute("select cell_id from cells").fetchall() == [("=1+1",)]
        columns = [row[1] for row in base.execute("pragma table_info(layer_styles)")]
    # Columns as QGIS's documentation of the table lists them.
    assert columns == [
        "id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column",
        "styleName", "styleQML", "styleSLD", "useAsDefault", "description", "owner", "ui",
        "update_time",
    ]  # fmt: skip
    styles = {name: ElementTree.fromstring(qml) for name, qml in rows}
    assert styles.keys() == layers.keys() - {"cells"}
    for style in styles.values():
        symbols = {symbol.get("name") for symbol in style.findall(".//symbols/symbol")}
        used = {node.get("symbol") for node in style.iter() if node.get("symbol")}
        assert used <= symbols
        assert symbols
    values = {one.get("value") for one in styles["sites"].iter("category")}
    assert values == {"Viettel", "MobiFone"}
    ranges = [
        (float(one.get("lower")), float(one.get("upper")))
        for one in styles["settlements"].iter("range")
    ]
    assert ranges[0][0] == 0
    assert ranges[-1][1] == 1
    assert all(low[1] == high[0] for low, high in pairwise(ranges))
    assert "Layer name: cells" in run("ogrinfo", "-so", "-al", path)


def test_a_csv_says_how_many_lines_stand_above_it(tmp_path):
    table = pd.DataFrame({"name": ["=1+1", "Kỳ Anh"], "residents": [1.5, 2]})
    write_csv(table, tmp_path / "t.csv", metadata={**TOLD, "=bad\nkey": "@evil\n=1"})
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    lines = int(rows[0][1])
    assert rows[lines] == ["name", "residents"]
    assert rows[1] == ["# model", "ITU-R P.1812-8"]
    for row in rows:
        assert not any(cell.startswith(tuple("=+-@\t\r\n")) for cell in row)
    back = pd.read_csv(tmp_path / "t.csv", skiprows=lines)
    assert back["residents"].tolist() == [1.5, 2.0]


def test_a_csv_begins_with_the_mark_by_which_excel_knows_utf_8(tmp_path):
    """Windows' code page for Vietnamese is 1258: Excel takes a CSV for that unless it is marked."""
    table = pd.DataFrame({"Thôn": ["Kỳ Anh", "Hương Sơn"], "residents": [640, 512]})
    path = tmp_path / "t.csv"
    write_csv(table, path)
    assert path.read_bytes().startswith("\ufeffThôn,residents\n".encode())
    # Readers that are told nothing do not take the mark for a part of the first name.
    pd.testing.assert_frame_equal(pd.read_csv(path), table.astype({"Thôn": "str"}))
    assert pa_csv.read_csv(path).column_names == ["Thôn", "residents"]
    assert read_csv_sheet(path).frame["Thôn"].tolist() == ["Kỳ Anh", "Hương Sơn"]
    assert "\nThôn: String" in run("ogrinfo", "-so", "-al", path)


@pytest.mark.parametrize("separator", [",", ";"])
def test_our_own_readers_pass_over_the_parameters_of_a_csv(tmp_path, separator):
    table = pd.DataFrame({"name": ["a", "b"], "residents": [1, 2]})
    path = tmp_path / "t.csv"
    write_csv(table, path, metadata={f"parameter {k}": "x, y" for k in range(80)})
    # A spreadsheet that saves it anew fills the lines up with empty cells.
    lines = path.read_text("utf-8-sig").replace(",", separator).splitlines()
    path.write_text("\n".join(line + separator * 3 for line in lines), encoding="utf-8")
    sheet = read_csv_sheet(path, separator=separator)
    assert sheet.header_row == 82
    assert sheet.frame["name"].tolist() == ["a", "b"]
    assert sheet.frame.index.tolist() == [83, 84]


def test_a_ledger_comes_back_from_atolls_tables_as_it_went(tmp_path):
    bts = run_world.bts()
    viettel = bts[(bts["operator"] == "Viettel") & (bts["technology"] == "4G")]
    cells = run_world.cells(bts)
    cells = cells[cells["bts_id"].isin(viettel["bts_id"])]
    write_atoll(viettel, cells, tmp_path)
    back = clean_ledger(
        tmp_path / "Sites.txt", cells_path=tmp_path / "Transmitters.txt",
        values={"operator": "Viettel", "technology": "4G"},
    ).ledger  # fmt: skip
    assert back is not None
    columns = ["cell_id", "antenna_height_m", "azimuth_deg", "electrical_tilt_deg",
               "mechanical_tilt_deg", "antenna"]  # fmt: skip
    assert back.cells[columns].to_numpy().tolist() == cells[columns].to_numpy().tolist()
    assert back.bts["site_id"].tolist() == viettel["site_id"].tolist()
    placed = back.bts.geometry.set_axis(viettel.index)
    assert placed.geom_equals_exact(viettel.geometry, 1e-7).all()


def test_no_cell_of_a_workbook_is_a_formula(tmp_path):
    table = pd.DataFrame(
        {"name": ["=1+1", "+84", "\t=1", "\x07@x", None], "level_dbm": [-105.5, np.nan, 0, 1, 2],
         "ok": [True, False, True, True, True]}
    )  # fmt: skip
    path = tmp_path / "t.xlsx"
    write_xlsx({"=gaps": table}, path, metadata=TOLD | {"=k": "=v"})
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["=gaps", "metadata"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert not any(str(cell.value).startswith(("=", "@", "\t")) for cell in cells)
    assert [cell.value for cell in book["=gaps"]["B"]] == ["level_dbm", -105.5, None, 0, 1, 2]
    assert book["=gaps"]["A3"].value == "+84"  # a number
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                sheet = ElementTree.fromstring(archive.read(name))
                assert not [node for node in sheet.iter() if node.tag.endswith("}f")]
    first = path.read_bytes()
    write_xlsx({"=gaps": table}, path, metadata=TOLD | {"=k": "=v"})
    assert path.read_bytes() == first
    with pytest.raises(InputError, match="sheets"):
        write_xlsx({"a/b": table}, path)


def read_tabbed(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_atolls_tables_name_every_site_and_antenna(tmp_path):
    stations = run_world.bts().assign(site_name=["=Trạm\tĐồi"] * 2 + [" \t=1+1"] * 6)
    cells = run_world.cells(stations)
    write_atoll(stations, cells, tmp_path, metadata=TOLD)
    named_only(tmp_path, "Sites.txt", "Transmitters.txt", "parameters.json")
    sites = read_tabbed(tmp_path / "Sites.txt")
    transmitters = read_tabbed(tmp_path / "Transmitters.txt")
    assert [row["NAME"] for row in sites] == ["HT-01", "HT-02", "HT-03"]
    assert [row["COMMENT_"] for row in sites[:2]] == ["'=Trạm Đồi", "'=1+1"]
    x, y = transformer(WGS84, world.CRS).transform(
        float(sites[1]["LONGITUDE"]), float(sites[1]["LATITUDE"])
    )
    _, _, _, east, north = run_world.SITES[1]
    assert x == pytest.approx(world.WEST + east, abs=0.02)
    assert y == pytest.approx(world.SOUTH + north, abs=0.02)
    assert {row["SITE_NAME"] for row in transmitters} <= {row["NAME"] for row in sites}
    assert [row["TX_ID"] for row in transmitters] == cells["cell_id"].tolist()
    assert [float(row["AZIMUT"]) for row in transmitters] == cells["azimuth_deg"].tolist()
    assert transmitters[0]["TILT"] == "1.0"
    assert transmitters[0]["REDT"] == "5.0"
    assert transmitters[0]["HEIGHT"] == "35.5"
    with pytest.raises(InputError, match="cells"):
        write_atoll(stations.iloc[:3], cells, tmp_path)


def test_availability_is_the_covered_area_by_ranges_without_overlaps(cover):
    table = availability(cover, "4G", operator="Viettel", criteria=CRITERIA)
    assert table.columns.tolist() == [
        "providerid", "brandname", "technology", "mindown", "minup", "minsignal", "environmnt",
        "geometry",
    ]  # fmt: skip
    assert table.crs.to_epsg() == 4326
    assert set(table["technology"]) == {400}
    lowest = -105 + CRITERIA.margin_db
    level = cover["level_dbm"].sel(layer="viettel_4g").to_numpy().astype(float)
    back = reproject(table, world.CRS)
    for signal, shape in zip(back["minsignal"], back.geometry, strict=True):
        wanted = (level >= signal) & (level < signal + 10)
        assert shape.area == pytest.approx(wanted.sum() * 1e4, rel=1e-6)
    assert table["minsignal"].min() == pytest.approx(lowest)
    assert shapely.union_all(back.geometry.to_numpy()).area == pytest.approx(
        back.area.sum(), rel=1e-6
    )
    with pytest.raises(InputError, match="Nobody"):
        availability(cover, "4G", operator="Nobody", criteria=CRITERIA)


def test_gdal_reads_the_details_of_the_model(cover, tmp_path):
    path = tmp_path / "a.gpkg"
    write_availability(
        cover, "3G", path, operator="MobiFone", criteria=CRITERIA,
        metadata=TOLD | {"terrain_source": "SRTM", "terrain_vintage": "2000"},
    )  # fmt: skip
    told = run("ogrinfo", "-al", path, "propagation_model")
    for words in (
        "model_name", "ITU-R P.1812-8", "receiver_height_m", "1.5", "model_resolution_m", "100.0",
        "SRTM", "2000", "planning_tool_version", "RSCP", "not a submission",
    ):  # fmt: skip
        assert words in told
    assert "model=ITU-R P.1812-8" in run("ogrinfo", "-so", path, "availability")


def test_ground_without_clutter_is_told_as_bare():
    nothing = ground_facts([], [], [])
    assert nothing["clutter_source"] == "not stated"
    bare = ground_facts([], [], [{"note": "clutter_left_out"}])
    assert bare["clutter_source"] == bare["clutter_vintage"] == "none: all ground is bare"


def test_the_same_input_gives_the_same_bytes(cover, homes, kmz, tmp_path):
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        write_class_tif(cover, "4G", folder / "c.tif", criteria=CRITERIA, metadata=TOLD)
        write_geoparquet(homes, folder / "h.parquet", metadata=TOLD)
        write_tab(homes, folder / "h.tab", metadata=TOLD)
        write_gpkg({"gaps": homes}, folder / "h.gpkg", metadata=TOLD)
        write_kmz(
            folder / "h.kmz", name="x", placemarks=[Placemarks("h", homes, "name", "#112233")]
        )
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_a_failure_leaves_no_file(cover, homes, tmp_path):
    bare = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(1, 2)])
    marks = [Placemarks("p", bare, "name", "#000000")]
    for write in (
        lambda: write_kmz(tmp_path / "a.kmz", name="x"),
        lambda: write_kmz(tmp_path / "a.kmz", name="x", placemarks=marks),
        lambda: write_geoparquet(bare, tmp_path / "a.parquet"),
        lambda: write_tab(bare, tmp_path / "a.tab"),
        lambda: write_class_tif(cover, "5G", tmp_path / "a.tif", criteria=CRITERIA),
        lambda: write_xlsx({}, tmp_path / "a.xlsx"),
    ):  # fmt: skip
        with pytest.raises(InputError):
            write()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_told_the_same_by_every_format(cover, tmp_path):
    homes = pd.concat([world.settlements("a" * 200, "b" * 200)] * 200, ignore_index=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for write in (
        lambda: write_coverage_tif(cover, "4G", tmp_path / "a.tif"),
        lambda: write_gpkg({"homes": homes}, tmp_path / "a.gpkg"),
        lambda: write_geoparquet(homes, tmp_path / "a.parquet"),
        lambda: write_tab(homes, tmp_path / "a.tab"),
        lambda: write_csv(homes, tmp_path / "a.csv"),
        lambda: write_kmz(
            tmp_path / "a.kmz", name="x", placemarks=[Placemarks("h", homes, "name", "#112233")]
        ),
    ):
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            with pytest.raises(OSError):
                write()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert list(tmp_path.iterdir()) == []
