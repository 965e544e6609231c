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
