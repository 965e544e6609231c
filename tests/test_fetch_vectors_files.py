"""Files of the vector sources in their true formats, read without a server."""

import json
import math
import unicodedata
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from fetch_vector_world import feature, square, way
from hypothesis import given
from hypothesis import strategies as st

from htcoverage.errors import InputError, SetupError
from htcoverage.fetch.names import find_name
from htcoverage.fetch.osm_features import (
    answer_fault,
    overpass_query,
    read_features,
    roads_of,
    settlements_of,
    squares_over,
)
from htcoverage.fetch.units import read_release, read_units, units_of
from htcoverage.fetch.vectors import inside_shares, tidy_text, valid_polygons, widened

pytest.importorskip("osmnx")

PROVINCES = ["Hà Nam", "Hà Nội", "Hà Tĩnh", "Nghệ An", "Quảng Bình", "Thanh Hóa"]
CODES = [f"VNM-ADM1-{number}" for number in range(len(PROVINCES))]


# ---- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Hà Tĩnh", "Ha Tinh", "HÀ TĨNH", "hatinh", "Ha Tinh Province", "Tỉnh Hà Tĩnh",
        "Province of Ha Tinh", unicodedata.normalize("NFD", "Hà Tĩnh"), "  ha   tinh ",
        "VNM-ADM1-2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_province_is_found_however_it_is_written(words: str, form: str) -> None:
    names = [unicodedata.normalize(form, name) for name in PROVINCES]  # type: ignore[arg-type]
    assert find_name(words, names, codes=CODES, what="provinces") == 2


def test_names_of_the_source_may_lack_diacritics_or_carry_the_kind() -> None:
    names = ["Ha Nam Province", "Ha Tinh Province", "Thanh pho Da Nang"]
    assert find_name("Hà Tĩnh", names, codes=CODES[:3], what="provinces") == 1
    assert find_name("Đà Nẵng", names, codes=CODES[:3], what="provinces") == 2


def test_several_units_of_one_name_are_all_listed_with_their_codes() -> None:
    with pytest.raises(InputError, match=r"Ky Anh \(a\), Kỳ Anh \(b\)"):
        find_name("kyanh", ["Ky Anh", "Kỳ Anh", "Can Lộc"], codes=["a", "b", "c"], what="units")
    assert (
        find_name("Kỳ Anh", ["Ky Anh", "Kỳ Anh", "Can Lộc"], codes=["a", "b", "c"], what="units")
        == 1
    )


def test_a_name_that_is_not_there_gets_the_nearest_ones() -> None:
    with pytest.raises(InputError) as caught:
        find_name("Ha Tihn", PROVINCES, codes=CODES, what="provinces of VNM")
    assert "one of the 6 provinces of VNM; the nearest names are Hà Tĩnh" in str(caught.value)
    with pytest.raises(InputError, match="the nearest names are Hà Tĩnh"):
        find_name("tinh", PROVINCES, codes=CODES, what="provinces")
    with pytest.raises(InputError, match="one of the 6 provinces"):
        find_name("", PROVINCES, codes=CODES, what="provinces")


def test_text_of_a_server_is_one_harmless_line() -> None:
    assert tidy_text("Can\u202e Lộc\n\x1b[31m\tred\x00") == "Can Lộc [31m red"
    assert tidy_text(unicodedata.normalize("NFD", "Kỳ Anh")) == "Kỳ Anh"
    assert tidy_text(None) == ""
    assert len(tidy_text("x" * 10_000)) == 200


# ---- outlines -------------------------------------------------------------------------------

BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def test_outlines_become_valid_and_lose_no_ground() -> None:
    spike = shapely.from_wkt("POLYGON ((0 0, 1 0, 1 1, 1 2, 1 1, 0 1, 0 0))")
    collection = shapely.GeometryCollection(
        [shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (5, 5)])]
    )
    shapes, repaired = valid_polygons(
        np.array([BOW_TIE, spike, shapely.box(0, 0, 1, 1), collection, shapely.Point(0, 0), None])
    )
    assert repaired == 2
    assert shapely.is_valid(shapes).all()
    assert set(shapely.get_type_id(shapes)) <= {3, 6}
    assert shapely.area(shapes).tolist() == pytest.approx([2.0, 1.0, 1.0, 1.0, 0.0, 0.0])


@given(st.floats(-1, 2), st.floats(-1, 2), st.floats(0.1, 2))
def test_the_share_inside_is_the_common_area(x: float, y: float, size: float) -> None:
    outline = shapely.box(0, 0, 1, 1)
    wide = max(0.0, min(1.0, x + size) - max(0.0, x))
    high = max(0.0, min(1.0, y + size) - max(0.0, y))
    shares = inside_shares(np.array([shapely.box(x, y, x + size, y + size)]), outline)
    assert shares[0] == pytest.approx(wide * high / size**2, abs=1e-9)


def test_an_outline_is_widened_by_kilometres_on_the_ground() -> None:
    wide = widened(shapely.box(105.0, 18.0, 106.0, 19.0), 15.0)
    west, south, east, north = shapely.bounds(wide)
    metres_a_degree = 111_320 * math.cos(math.radians(18.5))
    assert (105.0 - west) * metres_a_degree == pytest.approx(15_000, rel=0.02)
    assert (north - 19.0) * 110_700 == pytest.approx(15_000, rel=0.02)
    assert (18.0 - south) * 110_700 == pytest.approx(15_000, rel=0.02)
    assert east > 106.1


# ---- geoBoundaries --------------------------------------------------------------------------


def geojson(path: Path, features: list[dict[str, object]]) -> Path:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    whole = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return path


def test_units_of_a_province_are_those_that_lie_in_it_and_stay_whole(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "adm2.geojson",
        [
            feature("Can Lộc", "2", shapely.box(0.0, 0.0, 0.5, 1.01)),
            feature("Bow\u202e tie", "1", shapely.affinity.translate(BOW_TIE, 10, 0)),
            feature("Kỳ Anh", "4", shapely.box(0.5, 0.5, 1.0, 1.0)),
            feature("Kỳ Anh", "3", shapely.box(0.5, 0.0, 1.0, 0.5)),
            feature("Neighbour", "5", shapely.box(0.99, 0.0, 3.0, 1.0)),
            feature("", "6", shapely.box(0, 0, 1, 1)),
            feature("Twice", "5", shapely.box(0, 0, 1, 1)),
        ],
    )
    units, notes = read_units(path)
    assert units["name"].tolist() == ["Can Lộc", "Bow tie", "Kỳ Anh", "Kỳ Anh", "Neighbour"]
    assert units.geometry.is_valid.all()
    assert notes == (
        "1 outlines crossed themselves and were repaired",
        "1 units without code, name or outline left out",
        "1 units left out whose code another has",
    )
    mine, told = units_of(units, shapely.box(0, 0, 1, 1), cut=False)
    assert mine["district_code"].tolist() == ["2", "3", "4"]
    assert mine.geometry.iloc[0].bounds == (0.0, 0.0, 0.5, 1.01)
    assert "2 units share their names: their codes tell them apart" in told


def test_units_of_a_window_are_cut_at_its_edge(tmp_path: Path) -> None:
    path = geojson(tmp_path / "adm2.geojson", [feature("A", "1", shapely.box(0, 0, 2, 1))])
    units, _ = read_units(path)
    mine, told = units_of(units, shapely.box(1.5, 0, 5, 5), cut=True)
    assert mine.geometry.iloc[0].bounds == (1.5, 0.0, 2.0, 1.0)
    assert mine["inside_share"].tolist() == [0.25]
    assert told[1] == "1 of them are cut at its edge"


def test_the_address_of_a_large_file_is_not_taken_for_the_file(tmp_path: Path) -> None:
    path = tmp_path / "adm1.geojson"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    with pytest.raises(SetupError, match="git LFS"):
        read_units(path)
    path.write_text('{"type": "FeatureCollection", "features": [{"type":')
    with pytest.raises(SetupError, match="cannot be read"):
        read_units(path)
    geojson(path, [{"type": "Feature", "properties": {"a": 1}, "geometry": None}])
    with pytest.raises(SetupError, match="lacks shapeID"):
        read_units(path)


def test_an_interface_that_answers_otherwise_is_told(tmp_path: Path) -> None:
    path = tmp_path / "api.json"
    for text in ("<html>", "[]", '{"error": "no"}', "12", "\x00"):
        path.write_text(text)
        with pytest.raises(SetupError, match="gjDownloadURL"):
            read_release(path, level="ADM1")


# ---- OpenStreetMap --------------------------------------------------------------------------


def osm(path: Path, elements: str) -> Path:
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<osm version="0.6" generator="Overpass API 0.7.62.4 2390de5a">\n'
        "<note>The data included in this document is from www.openstreetmap.org. The data is made "
        "available under ODbL.</note>\n"
        '<meta osm_base="2026-11-01T00:00:00Z"/>\n' + elements + "\n</osm>\n",
        encoding="utf-8",
    )
    return path


TAGS = {
    "landuse": ["residential"],
    "place": ["village", "hamlet", "isolated_dwelling", "neighbourhood", "quarter", "city_block"],
}
AREA = shapely.box(105.7, 18.2, 106.0, 18.5)


def settlements(path: Path, elements: str) -> gpd.GeoDataFrame:
    return settlements_of(read_features([osm(path, elements)], TAGS), AREA)[0]


def test_settlements_do_not_overlap_and_bear_the_names_of_their_places(tmp_path: Path) -> None:
    residential = {"landuse": "residential"}
    table = settlements(
        tmp_path / "a.osm",
        way(1, square(105.90, 18.30, 0.010), residential)
        + way(2, square(105.905, 18.305, 0.009), {**residential, "name": "Thôn B"})
        + way(3, square(105.9, 18.3, 0.03), {"place": "village", "name": "Thôn A"})
        + way(4, square(105.8, 18.3, 0.01), {"place": "hamlet", "name": "Xóm C"})
        + way(5, square(105.901, 18.301, 0.002), residential)
        + way(6, square(105.75, 18.3, 0.0001), residential)
        + way(7, square(105.85, 18.4, 0.005), residential)
        + way(8, square(105.6, 18.4, 0.005), residential)
        + way(9, square(105.7, 18.2, 0.3), {"place": "town", "name": "Thị trấn"})
        + '<node id="1" lat="18.302" lon="105.902"><tag k="place" v="hamlet"/>'
        '<tag k="name" v="Xóm D"/></node>',
    )
    named = dict(zip(table["settlement_id"], table["name"], strict=True))
    # 5 is drawn twice, 6 is tiny, 8 outside, 3 said again by 1 and 2, 9 is a town's whole ground.
    assert named == {
        "way/1": "Xóm D", "way/2": "Thôn B", "way/4": "Xóm C", "way/7": "way/7",
    }  # fmt: skip
    assert shapely.area(shapely.union_all(table.geometry)) == pytest.approx(
        shapely.area(table.geometry).sum()
    )
    assert table.geometry.is_valid.all()
    assert table["kind"].tolist() == ["landuse=residential"] * 2 + [
        "place=hamlet", "landuse=residential",
    ]  # fmt: skip


def test_the_same_ground_drawn_twice_counts_once_and_a_neighbour_keeps_its_own(
    tmp_path: Path,
) -> None:
    residential = {"landuse": "residential"}
    table = settlements(
        tmp_path / "a.osm",
        way(1, square(105.80, 18.30, 0.010), residential)
        + way(2, square(105.804, 18.3, 0.009), residential)  # 6/9 of it inside 1
        + way(3, square(105.806, 18.31, 0.009), residential)  # beside 1
        + way(4, square(105.9, 18.3, 0.02), {"place": "village", "boundary": "administrative"}),
    )
    assert table["settlement_id"].tolist() == ["way/1", "way/3"]


def test_a_road_of_two_answers_counts_once(tmp_path: Path) -> None:
    body = way(1, [(105.9, 18.3), (106.2, 18.3)], {"highway": "primary"})
    paths = [osm(tmp_path / "a.osm", body), osm(tmp_path / "b.osm", body)]
    assert len(roads_of(read_features(paths, {"highway": True}), AREA)[0]) == 1


def test_a_multipolygon_is_put_together_with_its_hole(tmp_path: Path) -> None:
    table = settlements(
        tmp_path / "a.osm",
        way(1, square(105.8, 18.3, 0.01), {})
        + way(2, square(105.803, 18.303, 0.004), {})
        + '<relation id="77"><member type="way" ref="1" role="outer"/>'
        '<member type="way" ref="2" role="inner"/><tag k="type" v="multipolygon"/>'
        '<tag k="landuse" v="residential"/><tag k="name" v="Làng"/></relation>',
    )
    assert table["settlement_id"].tolist() == ["relation/77"]
    assert shapely.area(table.geometry.iloc[0]) == pytest.approx(0.01**2 - 0.004**2, rel=1e-6)


def test_an_element_of_two_answers_counts_once(tmp_path: Path) -> None:
    body = way(1, square(105.8, 18.3, 0.01), {"landuse": "residential"})
    paths = [osm(tmp_path / "a.osm", body), osm(tmp_path / "b.osm", body)]
    assert len(settlements_of(read_features(paths, TAGS), AREA)[0]) == 1


def test_a_square_without_anything_is_no_error(tmp_path: Path) -> None:
    path = osm(tmp_path / "a.osm", "")
    assert answer_fault(path) is None
    table, _ = settlements_of(read_features([path], TAGS), AREA)
    assert len(table) == 0
    assert len(roads_of(read_features([path], {"highway": True}), AREA)[0]) == 0


def test_roads_keep_their_class_and_cross_the_edge_whole(tmp_path: Path) -> None:
    path = osm(
        tmp_path / "r.osm",
        way(1, [(105.9, 18.3), (106.2, 18.3)], {"highway": "primary", "ref": "QL1"})
        + way(2, [(105.9, 18.31), (105.91, 18.31)], {"highway": "footway"})
        + way(3, [(106.9, 18.31), (106.91, 18.31)], {"highway": "track"})
        + way(4, square(105.9, 18.4, 0.01), {"highway": "residential", "name": "Vòng"}),
    )
    table, _ = roads_of(read_features([path], {"highway": True}), AREA)
    assert table["road_id"].tolist() == ["way/1", "way/4"]
    assert table["highway"].tolist() == ["primary", "residential"]
    assert table["ref"].fillna("").tolist() == ["QL1", ""]
    assert table.geometry.iloc[0].bounds[2] == 106.2


def test_overpass_tells_of_failures_inside_a_good_answer(tmp_path: Path) -> None:
    words = 'runtime error: Query timed out in "query" at line 1 after 181 seconds.'
    path = osm(tmp_path / "a.osm", f"<remark> {words} </remark>")
    assert answer_fault(path) == words
    path.write_text('<?xml version="1.0"?>\n<osm version="0.6">\n<node id="1" lat="18')
    assert answer_fault(path) == "an answer that was cut"
    path.write_text("<html><body>The server is probably too busy</body></html>")
    assert "too busy" in (answer_fault(path) or "")


@given(
    st.floats(-170, 170), st.floats(-80, 80), st.floats(0.001, 3.0), st.floats(0.001, 3.0)
)  # fmt: skip
def test_squares_cover_the_area_and_no_more(x: float, y: float, wide: float, high: float) -> None:
    area = shapely.box(x, y, x + wide, y + high)
    squares = [shapely.box(*each) for each in squares_over((x, y, x + wide, y + high))]
    assert shapely.union_all(squares).buffer(1e-9).contains(area)
    assert all(each.intersects(area) for each in squares)


def test_a_query_asks_for_a_box_in_the_order_of_overpass() -> None:
    query = overpass_query("roads", (105.5, 18.0, 106.0, 18.5), timeout_s=180)
    assert query.startswith('[out:xml][timeout:180];(way["highway"~"^(motorway|')
    assert query.count("(18,105.5,18.5,106);") == 1
    assert (
        overpass_query("settlements", (0.0, 0.0, 0.5, 0.5), timeout_s=1).count("(0,0,0.5,0.5)") == 5
    )
    assert query.endswith("(._;>;);out body;")
