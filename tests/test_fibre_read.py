"""Fibre files as planners have them: headings, words, decimal commas, mixed drawings, owners."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import project_world
import pytest
import shapely
from fibre_world import CRS, ORIGIN, bts_at, homes_at, ladder_network, spans

from htcoverage.cli.main import execute
from htcoverage.crs import WGS84, line_lengths_m, reproject
from htcoverage.errors import InputError
from htcoverage.fibre import attach, build_network, clean_spans, read_fibre
from htcoverage.fibre.place import check_fit
from htcoverage.run.inputs import open_project, project_inputs

#: How files call the eight columns of a segment and the fibres.
HEADINGS = {
    "ours": ("span_id", "owner", "kind", "cables", "fibres",
             "from_longitude", "from_latitude", "to_longitude", "to_latitude"),
    "vietnamese": ("Mã tuyến", "Chủ sở hữu", "Loại", "Số cáp", "Số sợi",
                   "Kinh độ đầu", "Vĩ độ đầu", "Kinh độ cuối", "Vĩ độ cuối"),
    "glued": ("SpanID", "OPERATOR", "Type", "Cables", "Fibers", "Lon1", "Lat1", "Lon2", "Lat2"),
    "camel": ("id", "Đơn vị", "kind", "cables", "fibre_count",
              "startLon", "startLat", "endLon", "endLat"),
}  # fmt: skip


def segments(names: tuple[str, ...]) -> pd.DataFrame:
    """The straight spans of the ladder, a row each."""
    table = ladder_network().iloc[[0, 1, 2, 4]]
    ends = shapely.get_coordinates(reproject(table, WGS84).geometry.to_numpy()).reshape(-1, 4)
    own = table[["span_id", "owner", "kind", "cables", "fibres"]].to_numpy(dtype=object)
    return pd.DataFrame(np.column_stack([own, ends]), columns=list(names))


@pytest.mark.parametrize("words", HEADINGS)
@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ",")])
def test_segments_by_any_usual_heading(
    tmp_path: Path, words: str, separator: str, decimal: str
) -> None:
    table = segments(HEADINGS[words])
    for name in table.columns[5:]:
        table[name] = [f"{value:.9f}".replace(".", decimal) for value in table[name]]
    table.to_csv(tmp_path / "net.csv", sep=separator, index=False)
    read = read_fibre(tmp_path / "net.csv").spans
    assert read["span_id"].tolist() == ["exit", "AB", "BD", "DE"]
    assert read["kind"].tolist() == ["inter-provincial", "trunk", "ring", "access"]
    assert read["cables"].tolist() == [2, 6, 4, 1]
    assert read["fibres"].tolist() == [48, 144, 96, 24]
    assert set(read["owner"]) == {"V"}
    assert line_lengths_m(read.geometry.to_numpy(), read.crs) == pytest.approx(1000.0, rel=1e-3)


def test_words_for_kinds_and_fibres_with_their_unit(tmp_path: Path) -> None:
    table = segments(HEADINGS["ours"])
    table["kind"] = ["Liên tỉnh", "Cáp trục", "vòng", "truy nhập"]
    table["fibres"] = ["24 FO", "96fo", "48 sợi", 12]
    table.to_csv(tmp_path / "net.csv", index=False)
    read = read_fibre(tmp_path / "net.csv").spans
    assert read["kind"].tolist() == ["inter-provincial", "trunk", "ring", "access"]
    assert read["fibres"].tolist() == [24, 96, 48, 12]
    table["cables"] = ["24 FO", 0, "", -1]  # fibres are no cables
    table.to_csv(tmp_path / "net.csv", index=False)
    with pytest.raises(InputError) as error:
        read_fibre(tmp_path / "net.csv")
    assert [(f.row, f.column) for f in error.value.faults] == [
        (2, "cables"), (3, "cables"), (5, "cables"),
    ]  # fmt: skip


def test_a_type_of_cable_is_no_kind_of_span(tmp_path: Path) -> None:
    table = ladder_network().drop(columns="kind").assign(type="ADSS", name="năm")
    table.to_file(tmp_path / "net.gpkg", engine="pyogrio")
    read = read_fibre(tmp_path / "net.gpkg")
    assert set(read.spans["kind"]) == {"access"}
    told = [str(note) for note in read.notes if note.about == ("kind",)]
    assert told == ["kind: access by default in 5 of 5 rows"]
    with pytest.raises(InputError, match="'ADSS'; expected one of trunk"):
        read_fibre(tmp_path / "net.gpkg", columns={"kind": "type"})


def test_degrees_minutes_and_seconds_of_either_axis(tmp_path: Path) -> None:
    (tmp_path / "net.csv").write_text(
        "lon1;lat1;lon2;lat2\n105°30'00″E;18°15'00″N;105.75;18°30'B\n", encoding="utf-8"
    )
    line = read_fibre(tmp_path / "net.csv").spans.geometry.iloc[0]
    assert list(line.coords) == [(105.5, 18.25), (105.75, 18.5)]
    (tmp_path / "net.csv").write_text(
        "lon1,lat1,lon2,lat2\n18°15'N,105°30'E,105.75,18.5\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as error:  # the letters say that these are swapped
        read_fibre(tmp_path / "net.csv")
    assert [f.column for f in error.value.faults] == ["lon1", "lat1"]


def test_metres_without_a_crs_ask_for_it(tmp_path: Path) -> None:
    names = (*HEADINGS["ours"][:5], "from_x", "from_y", "to_x", "to_y")
    segments(names).to_csv(tmp_path / "net.csv", index=False)
    with pytest.raises(InputError, match="the argument crs"):
        read_fibre(tmp_path / "net.csv")


MIXED = """<kml xmlns="http://www.opengis.net/kml/2.2"
 xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><Folder><name>Trục</name>
<Placemark><name>mixed</name><MultiGeometry><Point><coordinates>105.8,18.3</coordinates></Point>
<LineString><coordinates>105.8,18.3 105.9,18.3</coordinates></LineString></MultiGeometry>
</Placemark><Placemark><name>track</name><gx:Track>
<when>2020-01-01T00:00:00Z</when><when>2020-01-01T00:01:00Z</when>
<gx:coord>105.9 18.3 0</gx:coord><gx:coord>105.9 18.4 0</gx:coord></gx:Track></Placemark>
<Placemark><name>house</name><Point><coordinates>105.8,18.3</coordinates></Point></Placemark>
</Folder></Document></kml>"""


def test_lines_among_other_geometry_of_a_drawing_count(tmp_path: Path) -> None:
    (tmp_path / "net.kml").write_text(MIXED, encoding="utf-8")
    read = read_fibre(tmp_path / "net.kml")
    assert read.spans["span_id"].tolist() == ["mixed", "track"]
    assert set(read.spans["kind"]) == {"trunk"}
    assert "1 of 3 features are no lines and are passed over" in map(str, read.notes)


@pytest.mark.parametrize("tolerance_m", [5000.0, 1e7])
def test_a_tolerance_beyond_every_span_is_told(tolerance_m: float) -> None:
    with pytest.raises(InputError, match="a span longer than the tolerance"):
        clean_spans(ladder_network(), tolerance_m=tolerance_m)


def test_core_stations_may_be_outlines() -> None:
    yard = gpd.GeoDataFrame(
        geometry=[shapely.Point(ORIGIN[0] + 900.0, ORIGIN[1]).buffer(200)], crs=CRS
    )
    network = build_network(ladder_network(), core=yard)
    assert (network.node_xy_m[network.core] - ORIGIN).tolist() == [[1000.0, 0.0]]


def test_an_operator_hangs_on_its_own_cables_however_these_are_written() -> None:
    table = spans(
        ("a", "TELCO NANDU", "trunk", 1, [(0, 0), (1000, 0)]),
        ("b", "Cables S.A.", "trunk", 1, [(0, 100), (1000, 100)]),
        ("c", "Other", "trunk", 1, [(0, 50), (1000, 50)]),
    )
    stations = bts_at(
        ("1", "Telco Ñandú", 10, 60), ("2", "Rede", 10, 40), ("3", "Nobody's", 10, 60)
    )
    places = attach(
        build_network(table), bts=stations, settlements=homes_at(("h", 1, 0, 0)),
        owners={"Rede": "cables s.a."},
    )  # fmt: skip
    assert places.bts["owner"].tolist() == ["TELCO NANDU", "Cables S.A.", "Other"]
    assert places.served_by == {
        "Telco Ñandú": "TELCO NANDU", "Rede": "Cables S.A.", "Nobody's": "",
    }  # fmt: skip


def put_fibre_province(folder: Path) -> Path:
    """The invented province with a DXF whose layers tell the kinds, and one owner for all."""
    west, south = project_world.WEST_M, project_world.SOUTH_M
    lines = [[(500, 1500), (1650, 2150)], [(1650, 2150), (6500, 5000)]]
    drawn = gpd.GeoDataFrame(
        {"Layer": ["BACKBONE", "nhánh"]},
        geometry=[shapely.LineString(np.asarray(xy) + np.array([west, south])) for xy in lines],
        crs=project_world.CRS,
    )
    drawn.to_file(folder / "cabos.dxf", driver="DXF", engine="pyogrio")
    section = f"""
[layers.spans]
path = "cabos.dxf"
crs = "{project_world.CRS}"
owner = "Cabos <S.A.>"
[layers.spans.owners]
"Telco Ñandú" = "Cabos <S.A.>"
"""
    text = project_world.PROJECT.replace("[layers.settlements]", f"{section}\n[layers.settlements]")
    return project_world.put_province(folder, project=text)


def test_a_project_elsewhere_names_its_owners(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put_fibre_province(tmp_path)
    project, parameters = open_project(path)
    inputs = project_inputs(project, reach_km=parameters.radius_km)
    assert inputs.spans["kind"].tolist() == ["trunk", "access"]
    told = [str(note) for note in inputs.notes if note.about[:1] == ("spans",)]
    assert "spans: owner: Cabos <S.A.> by default in 2 of 2 rows" in told
    assert execute(["fibre", "--project", str(path)]) == 0
    said = capsys.readouterr().out
    assert "<Rede & B>: the nearest of any owner, Telco Ñandú: Cabos <S.A.>" in said
    assert "spans: owner: Cabos <S.A.> by default in 2 of 2 rows" in said


def masts_along_the_ladder() -> gpd.GeoDataFrame:
    lines = ladder_network().geometry
    at = [
        line.interpolate(share, normalized=True)
        for line in lines
        for share in (0.1, 0.3, 0.5, 0.7, 0.9)
    ]
    xy = np.array([(point.x, point.y) for point in at]) - ORIGIN
    return bts_at(*((f"b{k}", "V", *place) for k, place in enumerate(xy.tolist())))


@pytest.mark.parametrize("claimed", ["EPSG:3405", "EPSG:32648", "EPSG:9210"])
def test_a_crs_that_misses_the_masts_is_told_with_the_one_that_meets_them(claimed: str) -> None:
    masts = masts_along_the_ladder()
    check_fit(ladder_network(), masts, crs=CRS)
    with pytest.raises(InputError, match=f"{claimed}.* read as {CRS}, 100% would"):
        check_fit(ladder_network().set_crs(claimed, allow_override=True), masts, crs=CRS)


def test_a_datum_200_m_away_is_told() -> None:
    drawn = reproject(ladder_network(), "EPSG:3405").set_crs("EPSG:32648", allow_override=True)
    with pytest.raises(InputError, match=r"EPSG:32648.* read as EPSG:3405, 100% would"):
        check_fit(drawn, masts_along_the_ladder(), crs=CRS)


def test_masts_that_no_crs_meets_say_nothing() -> None:
    masts = masts_along_the_ladder()
    masts["geometry"] = masts.translate(7_000, 5_000)
    check_fit(ladder_network(), masts, crs=CRS)  # a network that serves others
    few = masts_along_the_ladder().iloc[:5]
    check_fit(ladder_network().set_crs("EPSG:3405", allow_override=True), few, crs=CRS)


def test_masts_of_two_minds_say_nothing() -> None:
    wrong = ladder_network().set_crs("EPSG:3405", allow_override=True)
    shift = reproject(wrong, CRS).geometry.iloc[0].coords[0] - ORIGIN - [-1000.0, 0.0]
    masts = masts_along_the_ladder()
    there = masts.iloc[:16].set_geometry(masts.geometry.iloc[:16].translate(*shift))
    both = gpd.GeoDataFrame(pd.concat([masts.iloc[:24], there]), crs=CRS)
    check_fit(wrong, both, crs=CRS)  # 40 % are met as it stands, 60 % in the other CRS
    with pytest.raises(InputError, match="read as"):
        check_fit(wrong, both.iloc[:32], crs=CRS)  # 25 % and 75 %


def test_an_option_before_the_sub_command_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["fibre", "--spans", "net.gpkg", "route"]) == 2
    assert "--spans" in (said := capsys.readouterr().err)
    assert "behind 'route'" in said
