"""A finished run measured over layers of the user's, from file to table."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import map_world as world
import numpy as np
import pandas as pd
import pytest
import run_world
import shapely

from htcoverage.cli.main import execute
from htcoverage.errors import InputError
from htcoverage.readers.own_layer import read_own_layer
from htcoverage.run import read_layers, read_run, write_run
from htcoverage.run.layers import with_runner_ups
from htcoverage.run.own_layers import latest_technology
from htcoverage.uncertainty import add_intervals, site_failures


@pytest.fixture(scope="module")
def run_json(tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    write_run(run_world.result(), out)
    return out / "run.json"


def write(path: Path, geometry: list[shapely.Geometry], **columns: list[object]) -> str:
    table = gpd.GeoDataFrame(columns, geometry=geometry, crs=world.CRS)
    table.to_crs("EPSG:4326").to_file(path)
    return str(path)


def at(x: float, y: float) -> tuple[float, float]:
    return (world.WEST + x, world.SOUTH + y)


#: HT-01 and its masts: the level there falls by 12 dB a kilometre from −60 dBm.
X, Y = 4_031.27, 5_117.43


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_wards_roads_and_schools_on_a_finished_run(run_json, tmp_path, capsys):
    # The first ward holds half of the first settlement (640 people), the second reaches over the
    # border of the districts, the third lies outside.
    wards = write(
        tmp_path / "wards.geojson",
        [
            world.box(2_000, 6_000, 2_500, 7_000),
            world.box(9_000, 3_000, 15_000, 5_000),
            world.box(20_000, 0, 21_000, 1_000),
        ],
        ma_xa=["01", "02", "03"],
        ten_xa=["Phường Một", "Xã Hai", "Xã Ngoài"],
    )
    # Three kilometres straight west from the mast, of which one lies outside the district.
    roads = write(
        tmp_path / "roads.gpkg", [shapely.LineString([at(X, Y), at(X - 4_031.27, Y)])], name=["QL8"]
    )
    schools = write(
        tmp_path / "schools.gpkg",
        [shapely.Point(at(X - 1_000, Y)), shapely.Point(at(X, Y - 4_000)), shapely.Point(at(0, 0))],
        name=["gần", "xa", "ngoài"],
    )
    out = tmp_path / "out"
    arguments = ["figures", str(run_json), "--areas", wards, "--lines", roads, "--points", schools]
    assert execute([*arguments, "--preset", "arcotel", "--out", str(out)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "row 3 (Xã Ngoài)" in said
    assert "row 3 (ngoài)" in said
    assert "4.0 km² of 1 rows lie beyond the districts" in said
    assert "1.0 km of 1 rows lie beyond the districts" in said
    assert "preset arcotel" in said
    assert "measures along drive routes" in said

    people = {
        row["area_code"]: row
        for row in rows_of(out / "figures.csv")
        if row["area_level"] == "wards"
        and (row["technology"], row["operator"], row["basis"]) == ("4G", "any", "cell_edge")
        and row["denominator"] == "residents"
    }
    assert {code: float(row["total"]) for code, row in people.items()} == {"01": 320.0, "02": 512.0}
    assert people["02"]["area"] == "Xã Hai"

    # ARCOTEL asks for −100 dBm and the margin of 9.3 dB: from −60 dBm that is 2.55 km, of three.
    (road,) = [
        row
        for row in rows_of(out / "lines_roads.csv")
        if (row["technology"], row["operator"], row["basis"]) == ("4G", "Viettel", "cell_edge")
    ]
    assert float(road["total"]) == pytest.approx(3.03, abs=0.01)
    assert float(road["covered"]) == pytest.approx(2.55, abs=0.06)

    near, far = [
        row
        for row in rows_of(out / "points_schools.csv")
        if (row["technology"], row["operator"]) == ("4G", "Viettel")
    ]
    assert float(near["level_dbm"]) == pytest.approx(-72.0, abs=0.9)
    assert (near["covered_cell_edge"], far["covered_cell_edge"]) == ("true", "false")

    told = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    assert told["preset"] == "arcotel"
    assert told["criteria"]["threshold_4g_dbm"] == -100.0
    assert {each["file"] for each in told["inputs"]} == {
        "wards.geojson", "roads.gpkg", "schools.gpkg",
    }  # fmt: skip
    shown = gpd.read_file(out / "own_layers.gpkg", layer="wards")
    assert shown["covered_4g"].tolist() == pytest.approx(
        [float(people[code]["covered_share"]) for code in ("01", "02")], abs=1e-6
    )


def test_without_layers_and_preset_the_figures_are_those_of_the_run(run_json, tmp_path):
    out = tmp_path / "out"
    assert execute(["figures", str(run_json), "--out", str(out)]) == 0
    first = rows_of(run_json.parent / "figures.csv")
    again = rows_of(out / "figures.csv")
    assert [(r["area_code"], r["covered_share"]) for r in again] == [
        (r["area_code"], r["covered_share"]) for r in first
    ]
    for path in out.iterdir():
        before = path.read_bytes()
        assert execute(["figures", str(run_json), "--out", str(out)]) == 0
        assert path.read_bytes() == before
    read_layers(read_run(run_json))


def test_polygons_that_overlap_are_told_and_each_measured_by_itself(run_json, tmp_path, capsys):
    first, second = world.box(2_000, 6_000, 3_000, 7_000), world.box(2_500, 6_000, 3_500, 7_000)
    wards = write(tmp_path / "wards.gpkg", [first, second], name=["một", "hai"])
    assert execute(["figures", str(run_json), "--areas", wards, "--out", str(tmp_path / "o")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 pairs overlap by 0.5000 km² in all" in said
    assert "row 1 (một) and row 2 (hai)" in said
    people = {
        row["area"]: float(row["total"])
        for row in rows_of(tmp_path / "o" / "figures.csv")
        if (row["area_level"], row["denominator"]) == ("wards", "residents")
    }
    assert people == pytest.approx({"một": 640.0, "hai": 320.0}, abs=0.01)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_points_come_as_a_table_too(run_json, tmp_path, capsys, kind):
    near = gpd.GeoSeries([shapely.Point(at(X - 1_000, Y))], crs=world.CRS).to_crs("EPSG:4326")[0]
    table = pd.DataFrame({"Tên trường": ["Gần"], "Vĩ độ": [near.y], "Kinh độ": [near.x]})
    path = tmp_path / f"schools.{kind}"
    if kind == "csv":
        table.to_csv(path, index=False, sep=";")
    else:
        table.to_excel(path, index=False)
    out = tmp_path / "out"
    arguments = ["figures", str(run_json), "--out", str(out), "--points"]
    assert execute([*arguments, str(path)]) == 0
    told = [
        row
        for row in rows_of(out / "points_schools.csv")
        if (row["technology"], row["operator"]) == ("4G", "Viettel")
    ]
    assert [row["name"] for row in told] == ["Gần"]
    assert float(told[0]["level_dbm"]) == pytest.approx(-72.0, abs=0.9)
    capsys.readouterr()
    (tmp_path / "bad.csv").write_text("name,lat,lon\nA,18.3,105.9\nB,x,\n", encoding="utf-8")
    assert execute([*arguments, str(tmp_path / "bad.csv")]) == 2
    said = capsys.readouterr().err
    assert "row 3, column 'lat': found 'x'; expected a number" in said
    assert "row 3, column 'lon'; expected a value" in said


def test_a_run_folder_holds_all_that_its_intervals_and_failures_rest_on(small_run):
    layers = read_layers(read_run(small_run.folder))
    coverage = with_runner_ups(layers)
    bare = layers.figures.assign(low=math.nan, high=math.nan)
    bare.attrs = layers.figures.attrs
    again = add_intervals(bare, coverage, layers.settlements, layers.districts, layers.cells)
    for end in ("low", "high"):
        np.testing.assert_allclose(again[end], layers.figures[end], atol=1e-6)
    document = json.loads((small_run.folder / "figures.json").read_text(encoding="utf-8"))
    told = {
        (row["technology"], row["site_id"]): row["residents"]
        for row in document["single_site_failure"]
    }
    for technology in ("4G", "any"):
        failures = site_failures(
            coverage, layers.settlements,
            criteria=layers.record.parameters.criteria, technology=technology,
        )  # fmt: skip
        lost = failures[failures["residents"] > 0.0].set_index("site_id")["residents"]
        assert len(lost) > 20
        assert lost.to_dict() == pytest.approx(
            {site: told[technology, site] for site in lost.index}, abs=1e-3
        )


def test_criteria_of_a_preset_bring_intervals_of_their_own(small_run, tmp_path, capsys):
    run = str(small_run.folder)
    assert execute(["figures", run, "--out", str(tmp_path / "own")]) == 0
    first = rows_of(small_run.folder / "figures.csv")
    again = rows_of(tmp_path / "own" / "figures.csv")
    assert [(r["low"], r["high"]) for r in again] == [(r["low"], r["high"]) for r in first]
    assert execute(["figures", run, "--preset", "in-car", "--out", str(tmp_path / "car")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    (told,) = [
        row
        for row in rows_of(tmp_path / "car" / "figures.csv")
        if row["area_code"] == "all"
        and (row["technology"], row["operator"], row["basis"]) == ("4G", "any", "cell_edge")
        and row["denominator"] == "residents"
    ]
    low, high = (100.0 * float(told[end]) for end in ("low", "high"))
    assert f"90 % interval {low:.2f} % to {high:.2f} %" in said
    (outdoors,) = [
        row
        for row in first
        if all(row[name] == told[name] for name in told if name not in ("covered_share", "covered",
               "low", "high"))
    ]  # fmt: skip
    # 8 dB less in a car: less is covered, and the interval lies lower.
    assert float(told["covered_share"]) < float(outdoors["covered_share"])
    assert float(told["low"]) < float(outdoors["low"])
    document = json.loads((tmp_path / "car" / "figures.json").read_text(encoding="utf-8"))
    assert document["intervals"]["draws"] == 200


def test_a_run_without_worlds_says_why_there_are_no_intervals(tmp_path, capsys):
    result = run_world.result()
    write_run(replace(result, parameters=replace(result.parameters, worlds=0)), tmp_path / "run")
    arguments = ["figures", str(tmp_path / "run"), "--out", str(tmp_path / "out")]
    assert execute(arguments) == 0
    assert "without intervals, as the run was made with --worlds 0" in capsys.readouterr().out
    assert execute([*arguments, "--preset", "in-car", "--lang", "vi"]) == 0
    assert "không có khoảng tin cậy" in capsys.readouterr().out
    assert {row["low"] for row in rows_of(tmp_path / "out" / "figures.csv")} == {""}


def test_slips_are_told_in_words(run_json, tmp_path, capsys):
    bow = shapely.Polygon([at(0, 0), at(900, 900), at(900, 0), at(0, 900)])
    wards = write(tmp_path / "wards.gpkg", [bow], name=["Xã <b>"])
    assert execute(["figures", str(run_json), "--preset", "ofcom-6g"]) == 2
    assert "ofcom-4g" in capsys.readouterr().err
    assert execute(["figures", str(run_json), "--lines", wards, "--out", str(tmp_path / "a")]) == 2
    assert "MultiLineString" in capsys.readouterr().err
    twice = ["--areas", wards, "--areas", wards, "--out", str(tmp_path / "a")]
    assert execute(["figures", str(run_json), *twice]) == 2
    assert "different names" in capsys.readouterr().err
    inside = world.box(2_000, 6_000, 2_500, 7_000)
    taken = write(tmp_path / "district.gpkg", [inside], name=["x"])
    arguments = ["figures", str(run_json), "--areas", taken, "--out", str(tmp_path / "a")]
    assert execute(arguments) == 2
    assert "a name other than province, district, commune" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


# The reader


def test_columns_are_guessed_and_told(tmp_path):
    path = write(
        tmp_path / "w.gpkg",
        [world.box(0, 0, 1, 1), world.box(1, 0, 2, 1)],
        id=["x", "x"], maXa=["1", "1"], fullName=["Xã A", None],
    )  # fmt: skip
    found = read_own_layer(path, "Polygon")
    # No column tells the rows apart, so their numbers do; a row without a name has its code.
    assert found.table["code"].tolist() == ["1", "2"]
    assert found.table["name"].tolist() == ["Xã A", "2"]
    assert found.name == "w"
    assert "their number in the file" in found.notes[0].words()
    assert "'fullName'" in found.notes[0].words()


def test_a_layer_of_a_file_is_named_behind_a_colon(tmp_path):
    path = tmp_path / "two.gpkg"
    for layer, x in (("a", 0), ("b", 5)):
        gpd.GeoDataFrame(
            {"name": [layer]}, geometry=[world.box(x, 0, x + 1, 1)], crs=world.CRS
        ).to_file(path, layer=layer)
    found = read_own_layer(f"{path}:b", "Polygon")
    assert (found.name, found.table["name"].tolist()) == ("b", ["b"])
    with pytest.raises(InputError, match="exactly one layer"):
        read_own_layer(str(path), "Polygon")
    with pytest.raises(InputError, match="there are a, b"):
        read_own_layer(f"{path}:c", "Polygon")


def test_a_crossing_outline_is_repaired_and_told_with_its_name(tmp_path):
    bow = shapely.Polygon([at(0, 0), at(900, 900), at(900, 0), at(0, 900)])
    path = write(tmp_path / "w.gpkg", [world.box(0, 0, 1, 1), bow], name=["A", "Nơ"])
    found = read_own_layer(path, "Polygon")
    assert any("row 2 (Nơ)" in note.words() for note in found.notes)
    # Two triangles of 900 m and 450 m.
    area_m2 = found.table.to_crs(world.CRS).area.iloc[1]
    assert area_m2 == pytest.approx(2 * 900 * 450 / 2, rel=1e-4)


def test_a_layer_without_a_crs_is_refused(tmp_path):
    path = tmp_path / "w.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        gpd.GeoDataFrame({"name": ["a"]}, geometry=[world.box(0, 0, 1, 1)]).to_file(path)
    with pytest.raises(InputError, match="CRS"):
        read_own_layer(str(path), "Polygon")


def test_where_3g_is_all_there_is_it_is_shown():
    rows = pd.DataFrame({"technology": ["3G", "any", "4G"]})
    assert latest_technology(rows) == "4G"
    assert latest_technology(rows[:2]) == "3G"
