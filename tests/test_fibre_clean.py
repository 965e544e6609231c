"""Reading, cleaning and measuring fibre spans: every format, every fault, every length."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from fibre_world import CRS, ORIGIN, ladder_network, spans
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from htcoverage.crs import line_lengths_m, reproject
from htcoverage.errors import InputError
from htcoverage.fibre import SpanDefaults, read_fibre
from htcoverage.fibre.clean import clean_spans
from htcoverage.fibre.graph import build_network, cluster_points
from htcoverage.fibre.lengths import compare_reported, length_table

WGS84 = "EPSG:4326"


def one_degree(lat_deg: float) -> float:
    return Geod(ellps="WGS84").inv(105.0, lat_deg, 106.0, lat_deg)[2]


def test_length_of_a_meridian_degree_is_the_published_one() -> None:
    # Length of a degree of latitude on WGS 84 from 0° to 1°: 110 574 m (the ellipsoid's
    # a = 6378137 m, f = 1/298.257223563; e.g. NGA, Length of a degree).
    length_m = line_lengths_m([shapely.LineString([(105.0, 0.0), (105.0, 1.0)])], WGS84)
    assert length_m[0] == pytest.approx(110_574.4, abs=0.5)


def test_route_counts_a_shared_line_once_and_cable_times_its_cables() -> None:
    line = [(0, 0), (1000, 0)]
    table = spans(
        ("a", "V", "access", 3, line),
        ("b", "W", "access", 2, line[::-1]),
        ("c", "W", "ring", 1, [(1000, 0), (1000, 1000)]),
    )
    lengths = length_table(table, by=("owner",)).set_index("owner")
    km = line_lengths_m(table.geometry.to_numpy(), CRS) / 1000.0
    assert lengths.loc["all", "route_km"] == pytest.approx(km[0] + km[2])
    assert lengths.loc["all", "span_km"] == pytest.approx(km.sum())
    assert lengths.loc["all", "cable_km"] == pytest.approx(5 * km[0] + km[2])
    assert lengths.loc["W", "route_km"] == pytest.approx(km[1] + km[2])


def test_districts_share_out_the_whole_length() -> None:
    x, y = ORIGIN
    halves = gpd.GeoDataFrame(
        {"district_code": ["west", "east"]},
        geometry=[
            shapely.box(x - 500, y - 500, x + 250, y + 500),
            shapely.box(x + 250, y - 500, x + 600, y + 500),
        ],
        crs=CRS,
    )
    table = spans(("a", "V", "access", 2, [(0, 0), (1000, 0)]))
    lengths = length_table(table, by=("district_code",), districts=halves)
    share = lengths.set_index("district_code")["route_km"] / lengths["route_km"].iloc[-1]
    assert share[["west", "east", ""]].tolist() == pytest.approx([0.25, 0.35, 0.4], abs=1e-6)
    # A line along the border of both is counted once.
    border = spans(("b", "V", "access", 1, [(250, -100), (250, 100)]))
    both = length_table(border, by=("district_code",), districts=halves)
    assert both["route_km"].iloc[:-1].sum() == pytest.approx(both["route_km"].iloc[-1])


def test_reported_figure_stands_beside_what_it_counts() -> None:
    table = compare_reported(ladder_network(), reported_cable_km=21_000).set_index("what")
    km = line_lengths_m(ladder_network().geometry.to_numpy(), CRS) / 1000.0
    assert table.loc["cable_km", "km"] == pytest.approx((km * [0, 6, 4, 4, 1]).sum())
    assert table.loc["inter_provincial_cable_km", "km"] == pytest.approx(2 * km[0])
    assert table.loc["cable_km", "share_of_reported"] == pytest.approx(19.0 / 21_000, rel=0.01)


FORMATS = {
    "spans.gpkg": "GPKG", "spans.geojson": "GeoJSON", "spans.shp": "ESRI Shapefile",
    "spans.kml": "LIBKML",
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_formats_carry_the_same_spans(tmp_path: Path, name: str) -> None:
    table = ladder_network()
    written = table if name in ("spans.gpkg", "spans.shp") else table.to_crs(WGS84)
    written.to_file(tmp_path / name, driver=FORMATS[name], engine="pyogrio")
    read = read_fibre(tmp_path / name).spans
    assert read["span_id"].tolist() == table["span_id"].tolist()
    assert read["kind"].tolist() == table["kind"].tolist()
    assert read["cables"].tolist() == table["cables"].tolist()
    there = reproject(read, CRS).geometry
    assert shapely.hausdorff_distance(there.to_numpy(), table.geometry.to_numpy()).max() < 0.01


def test_mapinfo_cannot_name_vn2000(tmp_path: Path) -> None:
    ladder_network().to_file(tmp_path / "a.tab", driver="MapInfo File", engine="pyogrio")
    with pytest.raises(InputError, match="EPSG:9209"):
        read_fibre(tmp_path / "a.tab")
    read = read_fibre(tmp_path / "a.tab", crs=CRS).spans
    there = reproject(read, CRS).geometry
    gap_m = shapely.hausdorff_distance(there.to_numpy(), ladder_network().geometry.to_numpy())
    assert gap_m.max() < 0.03  # MapInfo stores centimetres
    ladder_network().to_crs("EPSG:32648").to_file(
        tmp_path / "b.tab", driver="MapInfo File", engine="pyogrio"
    )
    there = reproject(read_fibre(tmp_path / "b.tab").spans, CRS).geometry
    gap_m = shapely.hausdorff_distance(there.to_numpy(), ladder_network().geometry.to_numpy())
    assert gap_m.max() < 1.0  # to_crs above may take PROJ's other operation


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>Trunk</name>
<Placemark><name>T1</name><LineString><coordinates>105.7,18.3,12 105.8,18.3,15</coordinates>
</LineString></Placemark>
<Placemark><name>closure</name><Point><coordinates>105.7,18.3</coordinates></Point></Placemark>
</Folder>
<Folder><name>Khác</name>
<Placemark><name>T1</name><LineString><coordinates>105.8,18.3 105.8,18.4</coordinates>
</LineString></Placemark></Folder>
</Document></kml>"""


def test_kmz_folders_give_kinds_heights_are_dropped_points_passed_over(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "net.kmz", "w") as archive:
        archive.writestr("doc.kml", KML)
    found = read_fibre(tmp_path / "net.kmz", defaults=SpanDefaults(owner="VNPT", kind="ring"))
    assert found.spans["kind"].tolist() == ["trunk", "ring"]
    assert found.spans["span_id"].is_unique
    assert not found.spans.has_z.any()
    told = {each.about or each.key: each.facts["count"] for each in found.notes}
    assert told["owner",] == 2
    assert told["kind",] == 1
    assert told["not_lines"] == 1


def test_dxf_needs_a_crs_and_takes_kinds_from_layers(tmp_path: Path) -> None:
    drawn = ladder_network()[["kind", "geometry"]].rename(columns={"kind": "Layer"})
    drawn.to_file(tmp_path / "net.dxf", driver="DXF", engine="pyogrio")
    with pytest.raises(InputError, match="a CRS"):
        read_fibre(tmp_path / "net.dxf")
    read = read_fibre(tmp_path / "net.dxf", crs=CRS).spans
    assert sorted(read["kind"]) == sorted(ladder_network()["kind"])


def test_csv_of_segments(tmp_path: Path) -> None:
    text = (
        "span_id,owner,kind,cables,fibres,from_longitude,from_latitude,to_longitude,to_latitude\n"
        "a,VNPT,ring,2,96,105.7,18.3,105.8,18.3\nb,VNPT,ring,0,96,105.8,18.3,105.8,xx\n"
    )
    (tmp_path / "net.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_fibre(tmp_path / "net.csv")
    assert [(f.row, f.column) for f in error.value.faults] == [(3, "to_latitude")]
    (tmp_path / "net.csv").write_text(text.replace("xx", "18.4"), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_fibre(tmp_path / "net.csv")
    assert [(f.row, f.column, f.value) for f in error.value.faults] == [(3, "cables", "0")]
    (tmp_path / "net.csv").write_text(
        text.replace("xx", "18.4").replace("ring,0", "ring,4"), encoding="utf-8"
    )
    read = read_fibre(tmp_path / "net.csv").spans
    assert read["cables"].tolist() == [2, 4]
    assert read.geometry.iloc[0].equals(shapely.LineString([(105.7, 18.3), (105.8, 18.3)]))


def write(tmp_path: Path, table: gpd.GeoDataFrame) -> Path:
    path = tmp_path / "net.gpkg"
    table.to_file(path, driver="GPKG", engine="pyogrio")
    return path


def test_a_mistyped_coordinate_is_named_with_its_vertex(tmp_path: Path) -> None:
    table = spans(("long", "V", "ring", 1, [(0, 0), (1000, 0), (1000, 400_000)]))
    with pytest.raises(InputError) as error:
        read_fibre(write(tmp_path, table))
    (fault,) = error.value.faults
    assert fault.row == 1
    assert "vertex 3" in fault.expected
    assert fault.value == "401 km"


@pytest.mark.parametrize("cables", [0, -3])
def test_cables_are_one_or_more(tmp_path: Path, cables: int) -> None:
    table = ladder_network()
    table.loc[2, "cables"] = cables
    with pytest.raises(InputError) as error:
        read_fibre(write(tmp_path, table))
    assert [(f.row, f.column) for f in error.value.faults] == [(3, "cables")]


def test_points_among_spans_are_a_fault_in_a_layer(tmp_path: Path) -> None:
    table = ladder_network()
    table.loc[1, "geometry"] = shapely.Point(ORIGIN)
    with pytest.raises(InputError) as error:
        read_fibre(write(tmp_path, table))
    assert [(f.row, f.value) for f in error.value.faults] == [(2, "Point")]


def test_empty_network_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        read_fibre(write(tmp_path, ladder_network().iloc[:0]))
    with pytest.raises(InputError, match="empty"):
        clean_spans(ladder_network().iloc[:0])
    with pytest.raises(InputError, match="empty"):
        build_network(ladder_network().iloc[:0])


def findings(table: gpd.GeoDataFrame, **options: float) -> pd.DataFrame:
    cleaned = clean_spans(table, **options)
    change_m = cleaned.findings["length_change_m"].sum()
    assert cleaned.length_after_m - cleaned.length_before_m == pytest.approx(change_m, abs=1e-6)
    return cleaned.findings


def test_a_clean_network_has_no_finding_and_stays_as_it_is() -> None:
    table = ladder_network()
    cleaned = clean_spans(table)
    assert len(cleaned.findings) == 0
    assert cleaned.spans.geometry.geom_equals(table.geometry).all()


def test_repairs_are_reported_with_position_and_length() -> None:
    table = spans(
        ("a", "V", "trunk", 1, [(0, 0), (1000, 0)]),
        ("near", "V", "trunk", 1, [(1000.6, 0), (2000, 0)]),
        ("zero", "V", "access", 1, [(500, 0), (500, 0.2)]),
        ("copy", "V", "trunk", 1, [(1000, 0), (0, 0)]),
        ("thick", "V", "trunk", 4, [(0, 0), (1000, 0)]),
        ("tee", "V", "access", 1, [(400, 300), (400, 0.4)]),
        ("other", "W", "trunk", 1, [(0, 0), (1000, 0)]),
    )
    cleaned = clean_spans(table)
    rows = cleaned.findings.groupby("finding")["span_ids"].agg(list).to_dict()
    assert rows["zero_length"] == ["zero"]
    assert rows["duplicate"] == ["copy; a"]
    assert rows["parallel_cable"] == ["thick/1; a/1", "thick/2; a/2"]
    assert rows["near_miss"] == ["near"]
    assert sorted(rows["end_on_span"]) == ["a; tee", "thick; tee"]
    assert set(cleaned.spans["span_id"]) == {
        "a/1", "a/2", "near", "thick/1", "thick/2", "tee", "other",
    }  # fmt: skip
    near = cleaned.findings.set_index("finding").loc["near_miss"]
    at = reproject(
        gpd.GeoDataFrame(geometry=[shapely.Point(near["longitude"], near["latitude"])], crs=WGS84),
        CRS,
    ).geometry.iloc[0]
    assert at.distance(shapely.Point(ORIGIN + np.array([1000, 0]))) < 0.05
    assert near["length_change_m"] == pytest.approx(0.6, abs=0.01)
    change_m = cleaned.findings["length_change_m"].sum()
    assert cleaned.length_after_m - cleaned.length_before_m == pytest.approx(change_m, abs=1e-6)
    assert build_network(cleaned.spans).components()[0] == 2  # V is one, W is the other


def test_what_is_only_reported_is_left_as_drawn() -> None:
    table = spans(
        ("a", "V", "trunk", 1, [(0, 0), (1000, 0), (2000, 0)]),
        ("b", "V", "ring", 1, [(500, -500), (500, 500)]),
        ("c", "V", "trunk", 1, [(1000, 0), (2000, 0), (2000, 900)]),
        ("loop", "V", "access", 1, [(2000, 900), (2400, 1300), (2400, 900), (2000, 1300)]),
        ("short", "V", "access", 1, [(3000, 0), (2012, 0)]),
        ("w", "W", "ring", 1, [(700, -500), (700, 500)]),
        ("d", "W", "ring", 1, [(700, 500), (700, 600), (700, 700)]),
        ("e", "W", "ring", 1, [(700, 500), (700, 600), (800, 700)]),
    )
    found = findings(table).groupby("finding")["span_ids"].agg(list).to_dict()
    assert found["duplicate"] == ["c/1; a/2"]
    assert found["crossing"] == ["a/1; b"]
    assert found["self_crossing"] == ["loop"]
    assert found["overlap"] == ["d; e"]
    assert found["dangling_end"] == ["short; a/2"]
    assert sorted(found["island"]) == ["b", "short"]


def test_multi_part_lines_become_one_or_several() -> None:
    table = spans(
        ("one", "V", "trunk", 1, [(0, 0), (1, 0)]), ("two", "V", "trunk", 1, [(0, 0), (1, 0)])
    )
    x, y = ORIGIN
    table = table.set_geometry(
        [
            shapely.MultiLineString([[(x, y), (x + 50, y)], [(x + 90, y), (x + 50, y)]]),
            shapely.MultiLineString([[(x, y), (x, y + 70)], [(x, y + 100), (x, y + 200)]]),
        ],
        crs=CRS,
    )
    cleaned = clean_spans(table)
    assert cleaned.spans["span_id"].tolist() == ["one", "two/1", "two/2"]
    assert cleaned.length_after_m == pytest.approx(cleaned.length_before_m)


def test_thousands_of_duplicates_are_dropped_and_counted() -> None:
    table = pd.concat([ladder_network()] * 1000, ignore_index=True)
    table["span_id"] = [f"{name}-{k}" for k, name in enumerate(table["span_id"])]
    cleaned = clean_spans(gpd.GeoDataFrame(table, crs=CRS))
    assert len(cleaned.spans) == 5
    assert (cleaned.findings["finding"] == "duplicate").sum() == 4995


def test_a_network_drawn_twice_by_a_shaky_hand_is_one() -> None:
    rng = np.random.default_rng(3)
    twice = pd.concat([ladder_network(), ladder_network()], ignore_index=True)
    twice["span_id"] = [f"{name}-{k}" for k, name in enumerate(twice["span_id"])]
    shaken = shapely.transform(
        twice.geometry.to_numpy(), lambda xy: xy + rng.uniform(-0.3, 0.3, xy.shape)
    )
    cleaned = clean_spans(gpd.GeoDataFrame(twice, geometry=shaken, crs=CRS))
    assert len(cleaned.spans) == 5
    assert len(build_network(cleaned.spans).node_xy_m) == 5


def test_a_network_elsewhere_names_the_crs_that_would_fit() -> None:
    area = gpd.GeoDataFrame(geometry=[shapely.box(*ORIGIN, *(ORIGIN + 10_000))], crs=CRS)
    wrong = ladder_network().to_crs("EPSG:32648").set_crs(CRS, allow_override=True)
    with pytest.raises(InputError, match="EPSG:32648"):
        clean_spans(wrong, area=area)
    swapped = ladder_network().to_crs(WGS84)
    swapped = swapped.set_geometry(
        shapely.transform(swapped.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=WGS84
    )
    with pytest.raises(InputError, match="swapped"):
        clean_spans(swapped, area=area)
    assert len(clean_spans(ladder_network(), area=area).spans) == 5


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.sampled_from([0.0, 0.4, 300.0, 300.6, 650.0, 1000.0])] * 4),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_lengths_never_change_silently(ends: list[tuple[float, ...]]) -> None:
    rows = [
        (f"s{k}", "V", "trunk", 1, [e[:2], e[2:]]) for k, e in enumerate(ends) if e[:2] != e[2:]
    ]
    if not any(np.hypot(r[4][0][0] - r[4][1][0], r[4][0][1] - r[4][1][1]) > 1 for r in rows):
        return
    table = spans(*rows)
    cleaned = clean_spans(table)
    change_m = cleaned.findings["length_change_m"].sum()
    assert cleaned.length_after_m - cleaned.length_before_m == pytest.approx(change_m, abs=1e-6)
    again = clean_spans(cleaned.spans)
    assert not again.findings["repaired"].any()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12))
def test_clusters_are_the_chains_of_near_points(places: list[tuple[int, int]]) -> None:
    xy = np.array(places, dtype=float)
    label = cluster_points(xy, tolerance_m=3.0)
    near = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) <= 3.0
    for _ in range(len(xy)):
        near = near @ near
    assert ((label[:, None] == label[None]) == near).all()
    assert label[0] == 0


def test_a_line_on_a_border_is_half_of_each_district() -> None:
    districts = gpd.GeoDataFrame(
        {"district_code": ["436", "437"]},
        geometry=[
            shapely.box(ORIGIN[0], ORIGIN[1], ORIGIN[0] + 3000, ORIGIN[1] + 2000),
            shapely.box(ORIGIN[0], ORIGIN[1] - 2000, ORIGIN[0] + 3000, ORIGIN[1]),
        ],
        crs=CRS,
    )
    table = spans(
        ("border", "V", "trunk", 2, [(0, 0), (1000, 0)]),
        ("over", "V", "trunk", 1, [(500, 500), (500, -1500)]),
        ("abroad", "V", "trunk", 1, [(2000, 1000), (5000, 1000)]),
    )
    told = length_table(table, by=("district_code",), districts=districts)
    km = told.set_index("district_code")["cable_km"]
    assert km.to_dict() == pytest.approx(
        {"": 2.0, "436": 1.0 + 0.5 + 1.0, "437": 1.0 + 1.5, "all": 7.0}, rel=1e-3
    )


@pytest.mark.parametrize(
    ("column", "other"), [("fibres", 12), ("cables", 5), ("status", "planned"), ("year", 2024)]
)
def test_a_second_cable_on_the_line_is_no_duplicate(column: str, other: object) -> None:
    line = [(0, 0), (1000, 0)]
    table = spans(("a", "V", "trunk", 1, line), ("b", "V", "trunk", 1, line[::-1]))
    assert clean_spans(table).findings["finding"].tolist() == ["duplicate"]
    table[column] = [table[column][0], other]
    found = clean_spans(table)
    assert "parallel_cable" in found.findings["finding"].tolist()
    assert found.length_after_m == found.length_before_m


def test_an_end_near_another_owners_span_is_not_loose() -> None:
    table = spans(
        ("a", "V", "trunk", 1, [(0, 0), (1000, 0)]), ("b", "W", "trunk", 1, [(500, 5), (500, 900)])
    )
    assert len(clean_spans(table).findings) == 0
    found = clean_spans(table.assign(owner="V")).findings
    assert found["finding"].tolist() == ["dangling_end", "island"]
    assert found["detail"][0] == "ends 5.0 m short of a: not joined"
