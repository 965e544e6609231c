"""Settlements, districts and spans: what is read, and what is said of a bad layer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from htcoverage.errors import Fault, InputError
from htcoverage.readers import read_districts, read_settlements, read_spans
from htcoverage.schema import DISTRICTS, SETTLEMENTS, SPANS

Reader = Callable[[Path], gpd.GeoDataFrame]

SQUARE = shapely.box(540_000, 2_020_000, 541_000, 2_021_000)
ISLANDS = shapely.MultiPolygon([SQUARE, shapely.box(542_000, 2_020_000, 543_000, 2_021_000)])
BOW_TIE = shapely.Polygon([(540e3, 202e4), (541e3, 2021e3), (541e3, 202e4), (540e3, 2021e3)])


def settlements() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "settlement_id": ["T1", "T2", "T3"],
            "name": ["Xóm 1", "<b>Thôn</b>", "=1+1"],
            "district_code": [447, 448, 449],
            "residents": [640, 0, 120.5],
            "colour": ["red", "green", "blue"],
        },
        geometry=[SQUARE, ISLANDS, shapely.transform(SQUARE, lambda xy: xy + 5000)],
        crs="EPSG:9209",
    )


def districts() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "district_code": ["447", "449"],
            "full_name": ["Thị xã Kỳ Anh", "Huyện Kỳ Anh"],
            "communes": [11, 20],
        },
        geometry=[SQUARE, ISLANDS],
        crs="EPSG:9209",
    )


def spans() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "span_id": ["F1", "F2"],
            "owner": ["VNPT", "Viettel"],
            "kind": ["trunk", "access"],
            "cables": [2, 1],
            "fibres": [96, 24],
            "status": ["built", "built"],
        },
        geometry=[
            shapely.LineString([(540e3, 202e4), (541e3, 2021e3)]),
            shapely.MultiLineString([[(0, 2e6), (1e3, 2e6)], [(2e3, 2e6), (3e3, 2e6)]]),
        ],
        crs="EPSG:9209",
    )


def faults_of(reader: Reader, table: gpd.GeoDataFrame, path: Path) -> tuple[Fault, ...]:
    table.to_file(path)
    with pytest.raises(InputError) as caught:
        reader(path)
    return caught.value.faults


def only(faults: tuple[Fault, ...]) -> Fault:
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "fgb"])
def test_settlements_keep_schema_crs_and_every_part(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"settlements.{suffix}"
    written = settlements() if suffix != "geojson" else settlements().to_crs(4326)
    written.to_file(path)
    table = read_settlements(path)
    assert list(table.columns) == [*SETTLEMENTS.column_names, "geometry"]
    assert table.crs == written.crs
    table = table.sort_values("settlement_id")  # FlatGeobuf orders features by place
    assert list(table["district_code"]) == ["447", "448", "449"]
    assert list(table["name"]) == ["Xóm 1", "<b>Thôn</b>", "=1+1"]
    assert list(table["residents"]) == [640, 0, 120.5]
    assert list(table["provenance"]) == ["user"] * 3
    assert table["households"].isna().all()
    assert table.geometry.iloc[1].area == pytest.approx(written.geometry.iloc[1].area, rel=1e-4)


def test_districts_and_spans_have_whole_numbers(tmp_path: Path) -> None:
    districts().to_file(tmp_path / "districts.gpkg")
    spans().iloc[:1].to_file(tmp_path / "one.gpkg")
    spans().to_file(tmp_path / "spans.gpkg")
    found = read_districts(tmp_path / "districts.gpkg")
    assert list(found.columns) == [*DISTRICTS.column_names, "geometry"]
    assert list(found.index) == [1, 2]
    assert (str(found["communes"].dtype), list(found["communes"])) == ("int64", [11, 20])
    lines = read_spans(tmp_path / "spans.gpkg")
    assert list(lines.columns) == [*SPANS.column_names, "geometry"]
    assert set(lines.geometry.geom_type) == {"MultiLineString"}  # a layer has one type
    assert list(read_spans(tmp_path / "one.gpkg").geometry.geom_type) == ["LineString"]
    assert (str(lines["cables"].dtype), list(lines["fibres"])) == ("int64", [96, 24])
    assert str(lines["year"].dtype) == "Int64"
    assert lines["year"].isna().all()


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("settlement_id", "T1", "occurs once; row 1 has the same"),
        ("settlement_id", None, "a value"),
        ("name", None, "a value: name, with its diacritics"),
        ("residents", -1, "between 0 and 1e+07 people"),
        ("residents", None, "a value: people who live there"),
    ],
)
def test_one_bad_value(tmp_path: Path, column: str, value: object, expected: str) -> None:
    table = settlements()
    table.loc[1, column] = value
    fault = only(faults_of(read_settlements, table, tmp_path / "s.gpkg"))
    assert (fault.file, fault.row, fault.column) == (str(tmp_path / "s.gpkg"), 2, column)
    found, _, name = fault.value.partition(" (")
    assert found.removesuffix(".0") == {None: "" if column == "name" else "nothing"}.get(
        value, str(value)
    )
    # A row is told with its name, where it has one.
    assert name == ("" if column == "name" else f"{table.loc[1, 'name']})")
    assert expected in fault.expected


def test_text_where_numbers_belong(tmp_path: Path) -> None:
    table = settlements().astype({"residents": object})
    table["residents"] = ["640", "many", "12"]
    fault = only(faults_of(read_settlements, table, tmp_path / "s.gpkg"))
    told = f"many ({table.loc[1, 'name']})"
    assert (fault.row, fault.column, fault.value) == (2, "residents", told)


def test_part_of_a_cable_and_unknown_kind(tmp_path: Path) -> None:
    table = spans().astype({"cables": float})
    table.loc[0, "cables"] = 1.5
    table.loc[1, "kind"] = "acces"
    part, kind = faults_of(read_spans, table, tmp_path / "s.gpkg")
    assert (part.row, part.column, part.value) == (1, "cables", "1.5")
    assert "a whole number" in part.expected
    assert (kind.row, kind.column, kind.value) == (2, "kind", "acces")
    assert "did you mean access?" in kind.expected


@pytest.mark.parametrize(
    ("shape", "value", "expected"),
    [
        (None, "", "the geometry is empty"),
        (shapely.Polygon(), "", "the geometry is empty"),
        (BOW_TIE, "Self-intersection", "a valid Polygon: repair it"),
        (shapely.Point(540e3, 202e4), "Point", "MultiPolygon or Polygon"),
    ],
)
def test_bad_geometry(
    tmp_path: Path, shape: shapely.Geometry | None, value: str, expected: str
) -> None:
    table = settlements()
    shapes = [SQUARE, ISLANDS, shape]
    bad = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs))
    fault = only(faults_of(read_settlements, bad, tmp_path / "s.gpkg"))
    assert (fault.row, fault.column) == (3, "geometry")
    assert value in fault.value
    assert expected in fault.expected


def test_missing_column_of_a_layer(tmp_path: Path) -> None:
    table = settlements().rename(columns={"residents": "Residents_"})
    fault = only(faults_of(read_settlements, table, tmp_path / "s.gpkg"))
    assert (fault.row, fault.column) == (None, "residents")
    assert "rename 'Residents_'" in fault.expected


def test_faults_of_attributes_and_geometry_come_together(tmp_path: Path) -> None:
    table = settlements()
    table.loc[0, "residents"] = -3
    shapes = [SQUARE, ISLANDS, BOW_TIE]
    bad = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=table.crs))
    found = faults_of(read_settlements, bad, tmp_path / "s.gpkg")
    assert [(fault.row, fault.column) for fault in found] == [(1, "residents"), (3, "geometry")]


def test_layer_without_crs(tmp_path: Path) -> None:
    table = settlements().set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="crs"):
        table.to_file(tmp_path / "s.gpkg")
    with pytest.raises(InputError, match="the layer tells none; set it in a GIS"):
        read_settlements(tmp_path / "s.gpkg")


@pytest.mark.parametrize(
    ("crs", "expected"), [("EPSG:4326", "look like metres"), ("EPSG:27700", "near the area of")]
)
def test_crs_against_the_coordinates(tmp_path: Path, crs: str, expected: str) -> None:
    table = settlements().set_crs(crs, allow_override=True)
    faults = faults_of(read_settlements, table, tmp_path / "s.gpkg")
    assert all(fault.file == str(tmp_path / "s.gpkg") for fault in faults)
    assert all(expected in fault.expected for fault in faults)


def test_degrees_in_a_metric_crs(tmp_path: Path) -> None:
    table = settlements().to_crs(4326).set_crs("EPSG:9209", allow_override=True)
    fault = only(faults_of(read_settlements, table, tmp_path / "s.gpkg"))
    assert "these look like degrees" in fault.expected
    assert fault.row is None


@pytest.mark.parametrize("reader", [read_settlements, read_districts, read_spans])
@pytest.mark.parametrize("content", [b"", b"\x00\x01garbage", b"{}", b"SQLite format 3\x00", None])
def test_file_that_is_no_layer(tmp_path: Path, reader: Reader, content: bytes | None) -> None:
    path = tmp_path / "layer.gpkg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        reader(path)
    fault = only(caught.value.faults)
    assert (fault.file, fault.row, fault.column) == (str(path), None, None)


def test_damaged_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "s.gpkg"
    settlements().to_file(path)
    path.write_bytes(path.read_bytes()[:-60_000])
    with pytest.raises(InputError) as caught:
        read_settlements(path)
    assert caught.value.faults[0].file == str(path)


def test_layer_without_features(tmp_path: Path) -> None:
    fault = only(faults_of(read_settlements, settlements().iloc[:0], tmp_path / "s.gpkg"))
    assert "the layer is empty" in fault.expected


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder"):
        read_districts(tmp_path)


def test_polygon_with_a_coordinate_that_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "d.geojson"
    ring = [[105.0, 18.0], [106.0, 18.0], [106.0, 1e999], [105.0, 18.0]]
    feature = {
        "type": "Feature",
        "properties": {"district_code": "1", "full_name": "Huyện A"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(InputError) as caught:
        read_districts(path)
    assert str(path) == caught.value.faults[0].file


def test_reader_leaves_file_and_frame_dtype_of_text_alone(tmp_path: Path) -> None:
    path = tmp_path / "d.gpkg"
    districts().to_file(path)
    before = path.read_bytes()
    found = read_districts(path)
    assert found["full_name"].dtype == pd.Series(["text"]).dtype
    assert path.read_bytes() == before
