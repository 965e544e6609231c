"""``htcoverage fibre`` as a user calls it: every format, every bad file, routes, hazards, costs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import project_world
import pyogrio
import pytest
import shapely
from fibre_world import CRS, ORIGIN, ladder_network, spans

from htcoverage.cli.main import execute
from htcoverage.crs import WGS84, line_lengths_m, reproject

if TYPE_CHECKING:
    from htcoverage import Reference

Write = Callable[[gpd.GeoDataFrame, Path], None]


def _kmz(table: gpd.GeoDataFrame, path: Path) -> None:
    table.to_crs(WGS84).to_file(path.with_suffix(".kml"), driver="LIBKML", engine="pyogrio")
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(path.with_suffix(".kml"), "doc.kml")


def _dxf(table: gpd.GeoDataFrame, path: Path) -> None:
    drawn = table[["kind", "geometry"]].rename(columns={"kind": "Layer"})
    drawn.to_file(path, driver="DXF", engine="pyogrio")


def _segments(table: gpd.GeoDataFrame, path: Path) -> None:
    """One row a straight piece, as a spreadsheet of segments has it."""
    rows = []
    for row, line in zip(table.to_dict("records"), table.geometry, strict=True):
        xy = shapely.get_coordinates(line)
        for k, (start, stop) in enumerate(pairwise(xy)):
            told = {name: row[name] for name in ("owner", "kind", "cables", "fibres", "status")}
            ends = dict(zip(("from_x", "from_y", "to_x", "to_y"), [*start, *stop], strict=True))
            rows.append({"span_id": f"{row['span_id']}-{k}", **told, **ends})
    pd.DataFrame(rows).to_csv(path, index=False)


def _driver(name: str, *, degrees: bool = False) -> Write:
    def write(table: gpd.GeoDataFrame, path: Path) -> None:
        moved = reproject(table, WGS84) if degrees else table
        moved.to_file(path, driver=name, engine="pyogrio")

    return write


FORMATS: dict[str, tuple[Write, tuple[str, ...]]] = {
    "net.gpkg": (_driver("GPKG"), ()),
    "net.geojson": (_driver("GeoJSON", degrees=True), ()),
    "net.shp": (_driver("ESRI Shapefile"), ()),
    "net.kml": (_driver("LIBKML", degrees=True), ()),
    "net.kmz": (_kmz, ()),
    "net.tab": (_driver("MapInfo File"), ("--crs", CRS)),
    "net.dxf": (_dxf, ("--crs", CRS, "--owner", "V")),
    "net.csv": (_segments, ("--crs", CRS)),
}


def figures_of(tmp_path: Path, path: Path, *options: str) -> dict[str, object]:
    out = tmp_path / "figures.json"
    assert execute(["fibre", "--spans", str(path), "--json", str(out), *options]) == 0
    found: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_network(tmp_path: Path, name: str) -> None:
    write, options = FORMATS[name]
    write(ladder_network(), tmp_path / name)
    figures = figures_of(tmp_path, tmp_path / name, *options)
    pieces = 1 if name == "net.csv" else 0  # DA has a corner
    assert figures["spans"] == 5 + pieces
    assert figures["nodes"] == 5 + pieces
    assert figures["bridges"] == 2
    assert figures["route_km"] == pytest.approx(5.0, rel=1e-3)


def test_the_figures_come_in_the_order_that_scripts_know(tmp_path: Path) -> None:
    _driver("GPKG")(ladder_network(), tmp_path / "net.gpkg")
    assert list(figures_of(tmp_path, tmp_path / "net.gpkg"))[:11] == [
        "route_km", "cable_km", "spans", "nodes", "components", "bridges", "articulation_nodes",
        "bts_total", "bts_on_fibre", "settlements_without_fibre", "critical_spans",
    ]  # fmt: skip


# Bad input


def refused(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert execute(["fibre", "--spans", str(path), *options]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


def test_a_span_of_400_km_is_told_with_its_vertex(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = spans(("long", "V", "ring", 1, [(0, 0), (1000, 0), (1000, 400_000)]))
    _driver("GPKG")(table, tmp_path / "net.gpkg")
    assert "vertex 3" in refused(tmp_path / "net.gpkg", capsys)


def test_no_cable_or_fewer_is_told_with_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = ladder_network()
    table.loc[[1, 3], "cables"] = [0, -2]
    _driver("GPKG")(table, tmp_path / "net.gpkg")
    said = refused(tmp_path / "net.gpkg", capsys)
    assert "row 2, column 'cables': found '0'" in said
    assert "row 4, column 'cables': found '-2'" in said


def test_an_empty_network_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _driver("GPKG")(ladder_network().iloc[:0], tmp_path / "net.gpkg")
    assert "empty" in refused(tmp_path / "net.gpkg", capsys)


def test_a_network_in_another_country_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = ladder_network()
    moved["geometry"] = moved.translate(60_000, 90_000)
    _driver("GPKG")(moved, tmp_path / "net.gpkg")
    assert "within 25 km of the area" in refused(tmp_path / "net.gpkg", capsys)


def test_lines_with_heights_several_parts_and_loops_are_taken(tmp_path: Path) -> None:
    table = ladder_network()
    high = shapely.force_3d(table.geometry.to_numpy(), 12.0)
    high[3] = shapely.MultiLineString(  # DA in two parts that meet
        [
            np.array([(1000, 1000), (0, 1000)]) + ORIGIN,
            np.array([(0, 1000), (0, 0)]) + ORIGIN,
        ]
    )
    high[4] = shapely.LineString(  # DE crosses itself
        np.array(
            [(1000, 1000), (1600, 1000), (1600, 1300), (1300, 1300), (1300, 900), (2000, 1000)]
        )
        + ORIGIN
    )
    table = table.set_geometry(gpd.GeoSeries(high, crs=CRS))
    _driver("GPKG")(table, tmp_path / "net.gpkg")
    figures = figures_of(tmp_path, tmp_path / "net.gpkg")
    assert figures["findings"] == {"multi_part": 1, "self_crossing": 1}
    assert (figures["spans"], figures["bridges"]) == (5, 2)
    loop_km = line_lengths_m(high[4:], CRS)[0] / 1000.0
    assert figures["route_km"] == pytest.approx(4.0 + loop_km, rel=1e-3)


def test_thousands_of_duplicates_are_dropped_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.concat([ladder_network()] * 1000, ignore_index=True)
    table["span_id"] = [f"S{k}" for k in range(len(table))]
    _driver("GPKG")(table, tmp_path / "net.gpkg")
    figures = figures_of(tmp_path, tmp_path / "net.gpkg", "--lang", "vi")
    assert figures["spans"] == 5
    assert figures["findings"] == {"duplicate": 4995}
    assert "phát hiện 4.995 lần: đoạn trùng lặp, đã bỏ" in capsys.readouterr().out


# Signal


def test_spans_are_ranked_by_who_loses_signal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    middle = project_world.WEST_M + project_world.SIDE_M / 2
    south = project_world.SOUTH_M
    net = gpd.GeoDataFrame(
        {"span_id": ["x", "a"], "owner": project_world.OPERATORS[0],
         "kind": ["inter-provincial", "access"], "cables": 1, "fibres": 24},
        geometry=[
            shapely.LineString([(middle, south - 2000), (middle, south + 500)]),
            shapely.LineString([(middle, south + 500), (middle, south + project_world.SIDE_M)]),
        ],
        crs=project_world.CRS,
    )  # fmt: skip
    net.to_file(tmp_path / "fibra.gpkg")
    project = project_world.put_province(
        tmp_path, project=project_world.PROJECT + '[layers.spans]\npath = "fibra.gpkg"\n'
    )
    out, layers = tmp_path / "net.json", tmp_path / "net.gpkg"
    asked = ["fibre", "--project", str(project), "--reach-m", "9000", "--json", str(out)]
    assert execute([*asked, "--out", str(layers), "--signal", "--resolution", "500"]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    silent = "residents_without_signal"
    assert [row["span_id"] for row in found["signal_spans"]][:1] == ["x"]  # all hangs on it
    assert found["signal_spans"][0][silent] > 0.0
    drawn = pyogrio.read_dataframe(layers, layer="spans").set_index("span_id")[silent]
    assert drawn["x"] == round(found["signal_spans"][0][silent]) >= drawn["a"]
    capsys.readouterr()
    worst = tmp_path / "worst.json"
    asked = ["fibre", "signal", "--project", str(project), "--reach-m", "9000", "--worst", "1"]
    assert execute([*asked, "--resolution", "500", "--json", str(worst)]) == 0
    rows = json.loads(worst.read_text(encoding="utf-8"))["signal"]
    assert [row["span_ids"] for row in rows] == ["x"]
    assert rows[0][silent] == found["signal_spans"][0][silent]
    assert "residents without signal" in capsys.readouterr().out
    assert execute(["fibre", "signal", "--worst", "0"]) == 2


# Routes


def plan_of(tmp_path: Path, *options: str) -> dict[str, object]:
    out = tmp_path / "plan.json"
    assert execute(["fibre", "route", "--json", str(out), *options]) == 0
    found: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_a_route_to_points_and_polygons_of_a_file_tells_what_lies_on_another_island(
    tmp_path: Path, reference: Reference
) -> None:
    homes = reference.settlements.set_index("settlement_id")
    wanted = homes.loc[["18334-04", "18502-05"]].reset_index()[["settlement_id", "geometry"]]
    at_sea = gpd.GeoDataFrame(
        {"settlement_id": ["island"]}, geometry=[shapely.Point(590_000, 2_050_000)], crs=CRS
    )
    both = pd.concat([wanted.set_geometry(wanted.representative_point()), at_sea])
    both.to_file(tmp_path / "points.gpkg", driver="GPKG", engine="pyogrio")
    wanted.to_file(tmp_path / "areas.geojson", driver="GeoJSON", engine="pyogrio")
    plan = plan_of(tmp_path, "--to", str(tmp_path / "points.gpkg"))
    assert plan["unreachable"] == ["island"]
    assert {step["target_id"] for step in plan["steps"]} == {"18334-04", "18502-05"}
    areas = plan_of(tmp_path, "--to", str(tmp_path / "areas.geojson"))
    assert (areas["targets"], areas["unreachable"]) == (2, [])
    assert areas["cost"] == pytest.approx(plan["cost"], rel=0.3)


def test_the_planners_prices_and_budget_make_the_phases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    costs = tmp_path / "costs.csv"
    assert execute(["fibre", "costs", "--out", str(costs)]) == 0
    assert execute(["fibre", "costs", "--out", str(costs)]) == 2  # never over one's own prices
    by_default = plan_of(tmp_path)
    assert by_default["costs_assumed"] != []
    lines = costs.read_text(encoding="utf-8").splitlines()
    dearer = [line.replace("million VND", "USD") for line in lines]
    assert dearer[1].startswith("fibre_pole_line,per km,60")
    costs.write_text("\n".join([*dearer, ""]), encoding="utf-8")
    out = tmp_path / "routes.gpkg"
    plan = plan_of(
        tmp_path, "--costs", str(costs), "--phase-budget", "2000", "--out", str(out), "--lang", "vi"
    )
    assert plan["currency"] == "USD"
    assert plan["costs_assumed"] == []
    assert plan["cost"] == pytest.approx(by_default["cost"])
    phases = plan["phase_costs"]
    assert sum(phases.values()) == pytest.approx(plan["cost"], abs=0.1)
    assert len(phases) == 3
    routes = pyogrio.read_dataframe(out, layer="routes")
    assert routes.groupby("phase")["cost"].sum().to_dict() == pytest.approx(
        {int(phase): cost for phase, cost in phases.items()}
    )
    assert "giai đoạn" in capsys.readouterr().out
    ducts = plan_of(tmp_path, "--costs", str(costs), "--build", "buried_duct")
    assert ducts["cost"] > 3 * plan["cost"]


def test_faults_of_the_cost_table_are_told_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "costs.csv").write_text(
        "item,unit,cost,currency\nfibre_pole_line,per km,-1,USD\nfibre_pol_line,per km,2,USD\n",
        encoding="utf-8",
    )
    assert execute(["fibre", "route", "--costs", str(tmp_path / "costs.csv")]) == 2
    said = capsys.readouterr().err
    assert "row 2, column 'cost': found '-1'" in said
    assert "did you mean fibre_pole_line?" in said


def test_another_province_is_planned_by_the_prices_of_its_project(tmp_path: Path) -> None:
    middle = project_world.WEST_M + project_world.SIDE_M / 2
    south = project_world.SOUTH_M
    lines = [
        [(middle, south - 2000), (middle, south + 1000)],
        [(middle, south + 1000), (middle - 2300, south + 2000)],
        [(middle, south + 1000), (middle, south + 7000)],
    ]
    gpd.GeoDataFrame(
        {
            "span_id": ["x", "a", "b"],
            "owner": project_world.OPERATORS[0],
            "kind": ["inter-provincial", "access", "access"],
            "cables": 1,
            "fibres": 24,
            "status": ["existing", "existing", "quy hoạch"],
        },
        geometry=[shapely.LineString(line) for line in lines],
        crs=project_world.CRS,
    ).to_file(tmp_path / "fibra.gpkg")
    project = project_world.put_province(
        tmp_path,
        project=project_world.PROJECT
        + '[layers.spans]\npath = "fibra.gpkg"\n[costs]\npath = "custos.csv"\n',
    )
    (tmp_path / "custos.csv").write_text(
        "item;unit;cost;currency\nfibre_pole_line;per km;3000;USD\n"
        "fibre_buried_duct;per km;9000;USD\nfibre_river_crossing;per crossing;500;USD\n"
        "fibre_slope_from_percent:90;factor;2;\n",
        encoding="utf-8",
    )
    plan = plan_of(tmp_path, "--project", str(project), "--step-m", "100")
    assert (plan["currency"], plan["cost_per_km"], plan["targets"]) == ("USD", 3000.0, 1)
    # Two km and a half to the edge of the village, and on to its middle; no class makes it dearer.
    assert plan["cost"] == pytest.approx(3000.0 * plan["length_km"], rel=1e-2)
    built = plan_of(tmp_path, "--project", str(project), "--step-m", "100", "--with-planned")
    assert built["cost"] < 0.8 * plan["cost"]
    figures = figures_of(tmp_path, tmp_path / "fibra.gpkg", "--project", str(project))
    assert (figures["bts_total"], figures["bts_on_fibre"]) == (2, 1)
    assert figures["settlements_without_fibre"] == 1
    assert figures["not_counted"]["planned"]["spans"] == 1


# Reach


def reach_of(tmp_path: Path, *options: str) -> dict[str, object]:
    _driver("GPKG")(ladder_network(), tmp_path / "net.gpkg")
    out = tmp_path / "reach.json"
    asked = ["fibre", "reach", "--spans", str(tmp_path / "net.gpkg"), "--json", str(out)]
    assert execute([*asked, *options]) == 0
    found: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return found


def places_file(tmp_path: Path) -> Path:
    """A school beside the ring, a clinic at the tail's end, a polygon far away."""
    at = [(1000, 1100), (2000, 1000), (2000, 9000)]
    shapes = [shapely.Point(np.array(xy) + ORIGIN) for xy in at]
    shapes[2] = shapes[2].buffer(1000.0)
    table = gpd.GeoDataFrame(
        {"name": ["Trường học", "<b>Trạm xá</b>", None], "residents": [300, 20, 7]},
        geometry=shapes, crs=CRS,
    )  # fmt: skip
    table.to_file(tmp_path / "places.gpkg", driver="GPKG", engine="pyogrio")
    return tmp_path / "places.gpkg"


def test_places_of_a_file_are_told_straight_and_along_the_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(places_file(tmp_path))
    out = tmp_path / "reach.gpkg"
    straight = reach_of(tmp_path, file, "--within-m", "150", "--out", str(out), "--lang", "vi")
    places = straight["places"]
    assert (places["total"], places["within"]) == (3, 2)
    assert (places["residents"], places["residents_within"]) == (327.0, 320.0)
    told = {row["place"]: row for row in places["rows"]}
    assert [row["place"] for row in places["rows"]] == [3, 1, 2]  # the farthest first
    assert told[1]["straight_m"] == pytest.approx(100.0, abs=0.1)
    assert told[3]["straight_m"] == pytest.approx(7000.0, rel=1e-3)
    assert (told[2]["span_id"], told[1]["along_m"]) == ("DE", None)
    assert pyogrio.read_dataframe(out, layer="places")["within"].sum() == 2
    assert "1 nơi xa nhất trong 1" in capsys.readouterr().out
    # From the exit's far end: 1 km to A, 2 km round the ring to D, 1 km to E.
    along = reach_of(tmp_path, file, "--within-m", "3500", "--along")
    assert along["measured"] == "along"
    by_place = {row["place"]: row for row in along["places"]["rows"]}
    assert by_place[1]["along_m"] == pytest.approx(3100.0, rel=1e-3)
    assert by_place[2]["along_m"] == pytest.approx(4000.0, rel=1e-3)
    assert [by_place[k]["within"] for k in (1, 2, 3)] == [True, False, False]


def test_reach_tells_base_stations_and_settlements_of_the_province(tmp_path: Path) -> None:
    out = tmp_path / "reach.json"
    assert execute(["fibre", "reach", "--json", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    beyond = [row for row in found["settlements"]["rows"] if not row["within"]]
    assert len(beyond) == 26
    assert len({row["district_code"] for row in beyond}) == 7
    assert (found["bts"]["total"], found["bts"]["within"]) == (3250, 3216)
    assert found["settlements"]["residents"] == 1_288_866
    far = [row["straight_m"] for row in found["bts"]["rows"]]
    assert far == sorted(far, reverse=True)


def test_a_place_on_another_island_is_reached_by_the_cable_that_hangs_on_the_core(
    tmp_path: Path,
) -> None:
    table = pd.concat(
        [ladder_network(), spans(("apart", "V", "access", 1, [(1900, 1300), (2100, 1300)]))],
        ignore_index=True,
    )
    _driver("GPKG")(gpd.GeoDataFrame(table, crs=CRS), tmp_path / "two.gpkg")
    at = gpd.GeoDataFrame(geometry=[shapely.Point(np.array([2000, 1300]) + ORIGIN)], crs=CRS)
    at.to_file(tmp_path / "at.geojson", driver="GeoJSON", engine="pyogrio")
    out = tmp_path / "reach.json"
    asked = ["fibre", "reach", str(tmp_path / "at.geojson"), "--spans", str(tmp_path / "two.gpkg")]
    rows = []
    for more in ([], ["--along"]):
        assert execute([*asked, "--json", str(out), *more]) == 0
        rows += json.loads(out.read_text(encoding="utf-8"))["places"]["rows"]
    assert (rows[0]["span_id"], rows[0]["straight_m"]) == ("apart", 0.0)
    assert rows[1]["span_id"] == "DE"
    assert rows[1]["along_m"] == pytest.approx(4300.0, rel=1e-3)


@pytest.mark.parametrize("within", ["-1", "nan", "far"])
def test_a_reach_that_is_no_distance_is_refused(
    within: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["fibre", "reach", "--within-m", within]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "number" in said


def test_a_file_of_places_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["fibre", "reach", str(tmp_path / "none.gpkg")]) == 2
    assert "none.gpkg" in capsys.readouterr().err


# Additions


def additions_of(tmp_path: Path, *options: str) -> dict[str, object]:
    _driver("GPKG")(ladder_network(), tmp_path / "net.gpkg")
    out = tmp_path / "additions.json"
    asked = ["fibre", "additions", "--spans", str(tmp_path / "net.gpkg"), "--json", str(out)]
    assert execute([*asked, *options]) == 0
    found: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_additions_for_the_trunk_and_for_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trunk = additions_of(tmp_path)
    assert (trunk["spans"], trunk["bridges_before"], trunk["unprotected"]) == (1, 1, 0)
    assert trunk["length_km"] == pytest.approx(2.0, rel=1e-3)
    out, page = tmp_path / "additions.gpkg", tmp_path / "additions.html"
    everything = additions_of(
        tmp_path, "--protect", "everything", "--out", str(out), "--map", str(page), "--lang", "vi"
    )
    # One line from the exit's far end to the tail's, where two, past A and past D, take 3.41 km.
    assert everything["length_km"] == pytest.approx(np.hypot(3.0, 1.0), rel=1e-3)
    assert everything["owners"][0]["owner"] == "V"
    drawn = pyogrio.read_dataframe(out, layer="additions")
    assert drawn["length_km"].sum() == pytest.approx(everything["length_km"], abs=1e-3)
    row = everything["additions"][0]
    ends = reproject(
        gpd.GeoSeries.from_xy(
            [row["from_longitude"], row["to_longitude"]],
            [row["from_latitude"], row["to_latitude"]], crs=WGS84,
        ).to_frame("geometry"), CRS,
    )  # fmt: skip
    at = np.column_stack([ends.geometry.x, ends.geometry.y]) - ORIGIN
    assert np.round(at[np.argsort(at[:, 0])], -1).tolist() == [[-1000, 0], [2000, 1000]]
    said = capsys.readouterr().out
    assert "Các đoạn bổ sung ngắn nhất" in said
    text = page.read_text(encoding="utf-8")
    assert "V: 1 đoạn, 3,2 km" in text


def test_with_its_additions_no_base_station_of_the_province_hangs_on_a_single_span(
    tmp_path: Path,
) -> None:
    out, net = tmp_path / "additions.json", tmp_path / "new.gpkg"
    assert execute(
        ["fibre", "additions", "--protect", "everything", "--json", str(out), "--out", str(net)]
    ) == 0  # fmt: skip
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["bts_survive_before"] < found["bts_survive_after"] == found["bts_on_fibre"] == 3216
    assert found["residents_survive_after"] == found["residents_on_fibre"]
    assert found["lower_bound_km"] <= found["length_km"] <= 1.02 * found["lower_bound_km"]
    assert len(pyogrio.read_dataframe(net)) == found["spans"] == len(found["additions"])
    one = additions_one_owner(tmp_path)
    assert [row["owner"] for row in one["owners"]] == ["VNPT"]
    assert one["owners"][0] == next(row for row in found["owners"] if row["owner"] == "VNPT")


def additions_one_owner(tmp_path: Path) -> dict[str, object]:
    out = tmp_path / "one.json"
    asked = ["fibre", "additions", "--protect", "everything", "--extend", "VNPT"]
    assert execute([*asked, "--json", str(out)]) == 0
    found: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_additions_of_an_owner_that_is_not_there_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["fibre", "additions", "--extend", "FPT"]) == 2
    assert "one of MobiFone, VNPT, Viettel" in capsys.readouterr().err
    assert execute(["fibre", "additions", "--protect", "all"]) == 2
    assert "Traceback" not in capsys.readouterr().err


# Hazards


def hazard_of(tmp_path: Path, *options: str) -> dict[str, object]:
    out = tmp_path / "hazard.json"
    assert execute(["fibre", "hazard", "--json", str(out), *options]) == 0
    found: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_a_higher_flood_takes_no_less(tmp_path: Path) -> None:
    names = ("spans_hit", "nodes_hit", "bts_inside", "bts_cut_off", "residents_cut_off")
    floods = [hazard_of(tmp_path, "--below-m", height) for height in ("-500", "2", "4", "9000")]
    for lower, higher in pairwise(floods):
        for name in names:
            assert lower[name] <= higher[name]
    assert [floods[0][name] for name in names] == [0, 0, 0, 0, 0]
    assert (floods[-1]["bts_inside"], floods[-1]["bts_cut_off"]) == (3250, 3216)


def test_a_polygon_cuts_what_it_touches_and_tells_the_districts(
    tmp_path: Path, reference: Reference, capsys: pytest.CaptureFixture[str]
) -> None:
    districts = reference.districts
    one = districts[districts["district_code"] == "439"]
    one.to_file(tmp_path / "slide.geojson", driver="GeoJSON", engine="pyogrio")
    out = tmp_path / "hazard.gpkg"
    found = hazard_of(
        tmp_path, "--area", str(tmp_path / "slide.geojson"), "--out", str(out), "--lang", "vi"
    )
    assert found["districts"][0]["district_code"] == "439"
    assert sum(row["bts_cut_off"] for row in found["districts"]) == found["bts_cut_off"]
    hit = pyogrio.read_dataframe(out, layer="spans")
    assert len(hit) == found["spans_hit"]
    assert reproject(hit, str(one.crs)).intersects(one.union_all().buffer(1.0)).all()
    assert "đoạn cáp bị ảnh hưởng" in capsys.readouterr().out


def test_a_hazard_is_an_area_or_a_height(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["fibre", "hazard"]) == 2
    assert "either --area or --below-m" in capsys.readouterr().err
