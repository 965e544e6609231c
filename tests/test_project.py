"""A province of one's own, from files alone; and what is said of a bad project file."""

from __future__ import annotations

import json
import math
import os
import tomllib
from dataclasses import fields
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from project_world import (
    CRS,
    OPERATORS,
    PROJECT,
    SIDE_M,
    SOUTH_M,
    WEST_M,
    octagon_area_m2,
    put_province,
    put_raster,
)

from htcoverage.cli.main import execute
from htcoverage.errors import Fault, InputError
from htcoverage.project import parse_project, project_template, read_project, read_project_layers
from htcoverage.readers.layers import read_mapped
from htcoverage.run import (
    RunParameters,
    open_project,
    project_inputs,
    read_layers,
    read_run,
)
from htcoverage.schema import DISTRICTS


def faults_of(path: Path) -> dict[str, Fault]:
    with pytest.raises(InputError) as caught:
        open_project(path)
    return {str(fault.column): fault for fault in caught.value.faults}


# ---- a whole run


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("province")
    assert execute(["run", "--project", str(put_province(folder))]) == 0
    return folder / "results"


def test_invented_southern_province_runs_from_files_alone(results: Path) -> None:
    run = json.loads((results / "run.json").read_text(encoding="utf-8"))
    assert run["area"] == "Província <Nova>"
    assert run["grid"]["crs"] == CRS
    west, south = run["grid"]["transform"][2], run["grid"]["transform"][5] - SIDE_M
    assert (west, south) == (WEST_M, SOUTH_M)
    assert run["parameters"]["threshold_4g_dbm"] == -100.0
    assert run["parameters"]["resolution_m"] == 200.0
    files = {entry["file"] for entry in run["inputs"]}
    assert files == {
        "htcoverage.toml", "torres.csv", "distritos.gpkg", "aldeias.geojson", "populacao.tif",
        "relevo.tif",
    }  # fmt: skip
    figures = json.loads((results / "figures.json").read_text(encoding="utf-8"))
    assert figures["reported"]["covered_residential_share"] == 0.8
    assert (figures["network"]["bts"], figures["network"]["cells"]) == (2, 5)
    assert "Hà Tĩnh" not in json.dumps([run, figures], ensure_ascii=False)


def test_residents_of_the_raster_are_counted_by_exact_area(results: Path) -> None:
    figures = json.loads((results / "figures.json").read_text(encoding="utf-8"))
    total = next(
        row["total"]
        for row in figures["shares"]
        if row["denominator"] == "residents" and row["area_level"] == "province"
    )
    # Four residents on each hectare; the outlines went through degrees and back.
    area_m2 = octagon_area_m2(300) + octagon_area_m2(400)
    assert total == pytest.approx(4.0 * area_m2 / 10_000, rel=1e-4)
    districts = {
        row["area_code"]: row["total"]
        for row in figures["shares"]
        if row["denominator"] == "residents" and row["area_level"] == "district"
    }
    assert districts["W"] == pytest.approx(4.0 * octagon_area_m2(300) / 10_000, rel=1e-4)


def test_sites_stand_where_the_ledger_says(results: Path) -> None:
    bts = gpd.read_file(results / "layers.gpkg", layer="bts").set_index("bts_id").to_crs(CRS)
    assert bts.geometry["T1"].x == pytest.approx(WEST_M + 1600, abs=0.01)
    assert bts.geometry["T1"].y == pytest.approx(SOUTH_M + 2100, abs=0.01)
    assert (bts.loc["T1", "operator"], bts.loc["T2", "operator"]) == OPERATORS


# ---- operators of one's own


def test_operators_of_the_province_are_the_vocabulary_of_everything(results: Path) -> None:
    first, second = OPERATORS
    run = read_run(results)
    assert run.content["operators"] == [first, second]
    layers = read_layers(run)
    names = dict(
        zip(layers.coverage["layer"].values, layers.coverage["operator"].values, strict=True)
    )
    assert names == {
        "telco_ñandú_4g": first, "rede_b_3g": second, "any_3g": "any", "any_4g": "any",
    }  # fmt: skip
    told = layers.figures.dropna(subset=["low"])
    assert {first, second} <= set(told["operator"])
    page = (results / "map.html").read_text(encoding="utf-8")
    assert "<Rede" not in page


def test_a_carrier_of_the_province_is_delivered_its_own(results: Path, tmp_path: Path) -> None:
    out = tmp_path / "own"
    arguments = ["deliver", str(results), "--operator", OPERATORS[0], "--out", str(out)]
    assert execute(arguments) == 0
    text = "".join(
        each.read_text(encoding="utf-8", errors="replace")
        for each in out.rglob("*")
        if each.suffix in (".html", ".json", ".csv", ".qml")
    )
    assert "Telco" in text
    assert "Rede" not in text
    assert list(gpd.read_file(out / "coverage.gpkg", layer="sites")["site_id"].unique()) == [
        read_layers(read_run(results)).bts.set_index("bts_id")["site_id"]["T1"]
    ]
    assert (out / "map_telco_ñandú.html").is_file()


@pytest.mark.parametrize(
    ("operators", "expected"),
    [
        ("5", "a list of names"),
        ("[]", "a list of names"),
        ('["A", 3]', "text between double quotes"),
        ('["A", "any"]', "any and all have a meaning"),
        ('["A-1", "a 1"]', "differs from 'A-1'"),
        ('["A ", "B"]', "no space at either end"),
        ('["A\\u0007"]', "printable"),
    ],
)
def test_operators_that_cannot_be(tmp_path: Path, operators: str, expected: str) -> None:
    start, end = PROJECT.index("[operators]"), PROJECT.index("[layers.bts]")
    text = f"operators = {operators}\n" + PROJECT[:start] + PROJECT[end:]
    found = faults_of(put_province(tmp_path, project=text))
    (fault,) = (fault for name, fault in found.items() if name.startswith("operators"))
    assert expected in fault.expected
    assert fault.row == 1


def test_a_word_for_no_operator_is_a_fault_of_the_file(tmp_path: Path) -> None:
    text = PROJECT.replace("[layers.districts]", '[layers.bts.operators]\nX = "Nobody"\n\n'
                           "[layers.districts]", 1)  # fmt: skip
    fault = faults_of(put_province(tmp_path, project=text))["layers.bts.operators.X"]
    assert OPERATORS[0] in fault.expected


# ---- what goes before what


def test_what_is_said_on_the_command_line_goes_first(tmp_path: Path) -> None:
    project = put_province(tmp_path)
    out = tmp_path / "elsewhere"
    arguments = ["run", "--project", str(project), "--out", str(out), "--threshold-4g", "-90"]
    assert execute(arguments) == 0
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["parameters"]["threshold_4g_dbm"] == -90.0
    assert run["parameters"]["radius_km"] == 5.0
    assert not (tmp_path / "results").exists()


def test_layers_are_named_in_the_project_or_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = put_province(tmp_path)
    assert execute(["run", "--project", str(project), "--bts", "x.csv", "--seed", "1"]) == 2
    told = capsys.readouterr().err
    assert "--bts" in told
    assert "--seed" in told


def test_crs_left_out_is_the_utm_zone_of_the_districts_and_told(tmp_path: Path) -> None:
    path = put_province(tmp_path, project=PROJECT.replace('crs = "EPSG:32736"\noutput', "output"))
    inputs = project_inputs(read_project(path), reach_km=5.0)
    assert str(inputs.terrain.geobox.crs) == "EPSG:32736"
    assert any("EPSG:32736" in note.words() for note in inputs.notes)


# ---- faults of the file


def test_every_fault_of_the_file_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = (
        PROJECT.replace('path = "distritos.gpkg"', 'path = "nowhere.gpkg"')
        .replace('crs = "EPSG:32736"\noutput', 'crs = "EPSG:4326"\noutput')
        .replace("resolution_m = 200.0", "resolution_m = 2.0\nresolution = 5")
        .replace('ground = "relevo.tif"', "ground = 7")
        .replace("radius_km = 5.0", "radius_km = true")
    )
    path = put_province(tmp_path, project=text)
    found = faults_of(path)
    lines = text.splitlines()
    assert set(found) == {
        "crs", "layers.districts.path", "grid.resolution_m", "grid.resolution",
        "layers.terrain.ground", "model.radius_km",
    }  # fmt: skip
    for name, fault in found.items():
        assert fault.file == str(path)
        assert fault.row is not None
        assert lines[fault.row - 1].startswith(name.rsplit(".", 1)[-1]), name
    assert "projected CRS in metres" in found["crs"].expected
    assert found["layers.districts.path"].value == "nowhere.gpkg"
    assert "5 to 2000 m" in found["grid.resolution_m"].expected
    assert "resolution_m" in found["grid.resolution"].expected


@pytest.mark.parametrize(
    ("missing", "name"),
    [
        ('[layers.bts]\npath = "torres.csv"\n', "layers.bts.path"),
        ('path = "distritos.gpkg"\n', "layers.districts.path"),
        ('ground = "relevo.tif"\n', "layers.terrain.ground"),
        ('name = "Província <Nova>"\n', "name"),
    ],
)
def test_what_has_no_default_is_an_error(tmp_path: Path, missing: str, name: str) -> None:
    kept = "[layers.bts]\n" if missing.startswith("[layers.bts]") else ""
    found = faults_of(put_province(tmp_path, project=PROJECT.replace(missing, kept)))
    assert name in found
    assert "this key" in found[name].expected


@pytest.mark.parametrize(
    ("content", "row", "expected"),
    [
        (b"name = 'a'\n[layers\n", 2, "TOML"),
        (b"\xff\xfe\x00", None, "UTF-8"),
        (b"name = 'a'\nname = 'b'\n", 2, "TOML"),
    ],
)
def test_file_that_is_no_project(
    tmp_path: Path, content: bytes, row: int | None, expected: str
) -> None:
    path = tmp_path / "htcoverage.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        parse_project(path)
    (fault,) = caught.value.faults
    assert fault.row == row
    assert expected in fault.expected


def test_project_that_is_not_there() -> None:
    with pytest.raises(InputError, match="an existing file"):
        read_project("nowhere/htcoverage.toml")


def test_faults_of_every_layer_are_told_at_once(tmp_path: Path) -> None:
    path = put_province(tmp_path)
    (tmp_path / "distritos.gpkg").write_bytes(b"garbage")
    (tmp_path / "relevo.tif").write_bytes(b"garbage")
    text = (tmp_path / "torres.csv").read_text(encoding="utf-8")
    (tmp_path / "torres.csv").write_text(text.replace("Rede B", "Rede C"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_project_layers(read_project(path), reach_km=5.0)
    files = {Path(fault.file).name for fault in caught.value.faults}
    assert files >= {"distritos.gpkg", "relevo.tif", "torres.csv"}
    operator = next(fault for fault in caught.value.faults if fault.file.endswith("torres.csv"))
    assert (operator.row, operator.column, operator.value) == (3, "Operator", "Rede C")


def test_faulty_rows_stop_or_are_dropped_as_the_project_says(tmp_path: Path) -> None:
    path = put_province(tmp_path)
    text = (tmp_path / "torres.csv").read_text(encoding="utf-8")
    (tmp_path / "torres.csv").write_text(text.replace("Rede B", "Rede C"), encoding="utf-8")
    with pytest.raises(InputError, match="Rede C"):
        read_project_layers(read_project(path), reach_km=5.0)
    path.write_text(
        PROJECT.replace('path = "torres.csv"', 'path = "torres.csv"\nfaulty_rows = "drop"'),
        encoding="utf-8",
    )
    layers = read_project_layers(read_project(path), reach_km=5.0)
    assert list(layers.bts["bts_id"]) == ["T1"]
    assert layers.cleaned.report.dropped == 1
    assert any("unknown word" in note.words() for note in layers.notes)


def test_mapping_of_a_column_that_is_not_there(tmp_path: Path) -> None:
    text = PROJECT.replace('full_name = "nome"', 'full_name = "nomme"')
    with pytest.raises(InputError, match="did you mean 'nome'"):
        read_project_layers(read_project(put_province(tmp_path, project=text)), reach_km=5.0)


def test_mistyped_keys_of_columns_and_values_are_told_with_all_other_faults(tmp_path: Path) -> None:
    path = tmp_path / "htcoverage.toml"  # with none of its files there
    path.write_text(
        PROJECT.replace('bts_id = "Estação"', 'bts_idd = "Estação"')
        .replace('full_name = "nome"', 'full_name = "codigo"')
        .replace("[layers.districts]\n", '[layers.bts.values]\noperatr = "Rede A"\n'
                 "[layers.districts]\n")
        .replace('"Telco Ñandú" =', '"any" =')
        .replace("radius_km = 5.0", 'radius_km = "wide"'),
        encoding="utf-8",
    )  # fmt: skip
    found = faults_of(path)
    key = found["layers.bts.columns.bts_idd"]
    assert key.expected.endswith("did you mean 'bts_id'?")
    assert key.row == path.read_text(encoding="utf-8").splitlines().index('bts_idd = "Estação"') + 1
    assert found["layers.bts.values.operatr"].expected.endswith("did you mean 'operator'?")
    assert found["layers.districts.columns"].value == "codigo"
    assert found["operators"].value == "any"
    assert {"layers.bts.path", "layers.terrain.ground", "model.radius_km"} <= set(found)


# ---- costs and worlds


def test_faults_of_the_cost_table_are_told_with_those_of_the_file(tmp_path: Path) -> None:
    text = PROJECT.replace("radius_km = 5.0", "radius_km = 500.0") + '[costs]\npath = "c.csv"\n'
    path = put_province(tmp_path, project=text)
    assert set(faults_of(path)) == {"model.radius_km", "costs.path"}
    (tmp_path / "c.csv").write_text("item,unit,cost\nfibre_pole_line,per km,-3\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        open_project(path)
    told = {(Path(fault.file).name, fault.row) for fault in caught.value.faults}
    assert ("c.csv", 2) in told
    assert any(fault.column == "model.radius_km" for fault in caught.value.faults)
    rows = "item,unit,cost,currency\nfibre_pole_line,per km,90,million VND\n"
    (tmp_path / "c.csv").write_text(rows, encoding="utf-8")
    path.write_text(text.replace("500.0", "5.0"), encoding="utf-8")
    assert open_project(path)[0].costs == tmp_path / "c.csv"


@pytest.mark.parametrize(("worlds", "expected"), [("40", 40), ("0", 0)])
def test_worlds_of_the_project(tmp_path: Path, worlds: str, expected: int) -> None:
    text = f"{PROJECT}[uncertainty]\nworlds = {worlds}\n"
    found = open_project(put_province(tmp_path, project=text))[1].worlds
    assert (found, type(found)) == (expected, int)


@pytest.mark.parametrize("worlds", ["7", "-1", "20.5", '"many"'])
def test_worlds_that_cannot_be(tmp_path: Path, worlds: str) -> None:
    text = f"{PROJECT}[uncertainty]\nworlds = {worlds}\n"
    assert "uncertainty.worlds" in faults_of(put_province(tmp_path, project=text))


# ---- the finished run of a project


@pytest.mark.parametrize(
    "command", [["report"], ["export", "--format", "csv"], ["deliver", "--operator", OPERATORS[0]]]
)
def test_commands_take_the_run_of_a_project(
    results: Path, tmp_path: Path, command: list[str]
) -> None:
    project = str(results.parent / "htcoverage.toml")
    out = tmp_path / "out"
    assert execute([*command, "--project", project, "--out", str(out)]) == 0
    assert any(out.iterdir())
    assert execute([*command, "--out", str(tmp_path / "none")]) == 2
    assert execute([*command, str(results), "--project", project, "--out", str(out)]) == 2


def test_two_runs_are_compared_the_second_by_its_project(results: Path, tmp_path: Path) -> None:
    arguments = ["compare", str(results), "--project", str(results.parent)]
    assert execute([*arguments, "--out", str(tmp_path / "same")]) == 0


def test_the_ledger_of_a_project_is_checked_without_being_named(results: Path) -> None:
    assert execute(["check", "--project", str(results.parent)]) == 0
    assert execute(["check"]) == 2


# ---- the template


def test_init_writes_a_template_that_is_a_project_but_for_its_files(tmp_path: Path) -> None:
    assert execute(["init", str(tmp_path)]) == 0
    path = tmp_path / "htcoverage.toml"
    assert set(faults_of(path)) == {
        "layers.bts.path", "layers.districts.path", "layers.settlements.path",
        "layers.terrain.ground",
    }  # fmt: skip
    for name in ("bts.csv", "districts.gpkg", "settlements.gpkg", "dem.tif"):
        (tmp_path / name).touch()
    project, parameters = open_project(path)
    assert project.name == "My province"
    assert parameters == RunParameters()


def test_init_never_replaces_unasked(tmp_path: Path) -> None:
    path = tmp_path / "htcoverage.toml"
    path.write_text("mine", encoding="utf-8")
    assert execute(["init", str(tmp_path)]) == 2
    assert path.read_text(encoding="utf-8") == "mine"
    assert execute(["init", str(tmp_path), "--force"]) == 0
    assert path.read_text(encoding="utf-8") == project_template()


def test_defaults_that_the_template_states_are_the_defaults() -> None:
    lines = [line.removeprefix("# ") for line in project_template().splitlines()]
    start = next(place for place, line in enumerate(lines) if line.startswith("[grid]"))
    end = next(place for place, line in enumerate(lines) if line.startswith("[reported]"))
    stated = tomllib.loads("\n".join(line for line in lines[start:end] if line[:3] != "---"))
    values = {
        name: value
        for section in ("grid", "thresholds", "model", "uncertainty")
        for name, value in stated[section].items()
    }
    assert values.pop("model") == RunParameters().model
    del values["environment"], values["preset"]  # P.1812 has none; no preset is the default
    defaults = RunParameters().as_dict()
    names = {field.name for field in fields(RunParameters)}
    assert set(values) <= names
    assert {name: float(value) for name, value in values.items()} == {
        name: defaults[name] for name in values
    }


def test_every_commented_key_of_the_template_is_allowed(tmp_path: Path) -> None:
    lines = project_template().splitlines()
    bare = [
        line.removeprefix("# ")
        if line.startswith("# ") and line[2] != " " and ("=" in line or line.startswith("# ["))
        else line
        for line in lines
    ]
    text = "\n".join(line for line in bare if not line.startswith("htcoverage project"))
    path = tmp_path / "htcoverage.toml"
    path.write_text(text, encoding="utf-8")
    parsed = parse_project(path)
    assert parsed.project is not None
    assert parsed.project.layers.bts.columns["operator"] == "Nhà mạng"
    assert parsed.project.reported["covered_residential_share"] == 0.99


# ---- real boundaries, where they are at hand


def test_the_communes_of_2025_serve_as_boundaries() -> None:
    folder = os.environ.get("HTCOVERAGE_REALISTIC_DIR")
    if not folder:
        pytest.skip("HTCOVERAGE_REALISTIC_DIR names no folder with hatinh_communes69_2025.geojson")
    found = read_mapped(Path(folder) / "hatinh_communes69_2025.geojson", DISTRICTS)
    assert len(found.table) == 69
    assert found.table["full_name"].str.startswith(("Xã ", "Phường ")).all()
    assert found.table["district_code"].is_unique
    area_km2 = found.table.to_crs("EPSG:9209").area.sum() / 1e6
    assert math.isclose(area_km2, 5967, abs_tol=1.0)
    assert {match.column: match.name for match in found.matches} == {
        "district_code": "code", "full_name": "fullName",
    }  # fmt: skip


def test_model_of_the_project_is_checked_with_all_else(tmp_path: Path) -> None:
    text = PROJECT.replace("radius_km = 5.0", 'radius_km = 500.0\nmodel = "nonesuch"')
    found = faults_of(put_province(tmp_path, project=text))
    assert set(found) == {"model.radius_km", "model.model"}
    assert found["model.model"].value == "nonesuch"


# ---- boundaries that others drew


def test_settlements_of_other_boundaries_are_placed(tmp_path: Path) -> None:
    path = put_province(tmp_path)
    villages = gpd.read_file(tmp_path / "aldeias.geojson").assign(district_code=["436", "437"])
    villages.to_file(tmp_path / "aldeias.geojson")
    layers = read_project_layers(read_project(path), reach_km=5.0)
    assert list(layers.settlements["district_code"]) == ["W", "E"]
    assert any("436, 437, … are codes of other boundaries" in note.words() for note in layers.notes)


def test_a_strange_code_among_known_ones_is_a_fault(tmp_path: Path) -> None:
    path = put_province(tmp_path)
    villages = gpd.read_file(tmp_path / "aldeias.geojson").assign(district_code=["W", "437"])
    villages.to_file(tmp_path / "aldeias.geojson")
    with pytest.raises(InputError) as caught:
        read_project_layers(read_project(path), reach_km=5.0)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column, fault.value) == (2, "district_code", "437")


# ---- settlements made of other things


def test_buildings_become_settlements_by_the_stated_rule(tmp_path: Path) -> None:
    path = put_province(
        tmp_path,
        project=PROJECT.replace(
            'path = "aldeias.geojson"', 'path = "casas.gpkg"\nclustered_within_m = 60.0'
        ),
    )
    # Two villages of 3 × 3 houses 40 m apart, one lonely hut.
    corners = [(WEST_M + 1000, SOUTH_M + 1000), (WEST_M + 5000, SOUTH_M + 5000)]
    houses = [
        shapely.box(x + 50 * i, y + 50 * j, x + 50 * i + 10, y + 50 * j + 10)
        for x, y in corners
        for i in range(3)
        for j in range(3)
    ]
    houses.append(shapely.box(WEST_M + 3000, SOUTH_M + 3000, WEST_M + 3010, SOUTH_M + 3010))
    gpd.GeoDataFrame(geometry=houses, crs=CRS).to_file(tmp_path / "casas.gpkg")
    layers = read_project_layers(read_project(path), reach_km=5.0)
    assert list(layers.settlements["district_code"]) == ["E", "W"]  # from north to south
    # The hull of 110 m, widened by 30 and narrowed by 15 m: its corners are rounded.
    assert layers.settlements.area.between(130**2, 140**2).all()
    assert layers.settlements["residents"].between(4 * 1.69, 4 * 1.96).all()
    assert any("2 settlements made of 19 outlines" in note.words() for note in layers.notes)


def test_built_up_pixels_become_settlements(tmp_path: Path) -> None:
    path = put_province(
        tmp_path,
        project=PROJECT.replace(
            'path = "aldeias.geojson"', 'path = "cobertura.tif"\nbuilt_up_class = 50'
        ),
    )
    cover = np.full((80, 80), 40, np.uint8)
    cover[10:14, 10:15] = 50  # 20 pixels of 1 ha in the west
    cover[60, 70] = 50
    put_raster(tmp_path / "cobertura.tif", cover, WEST_M, SOUTH_M + SIDE_M, 100.0)
    layers = read_project_layers(read_project(path), reach_km=5.0)
    assert list(layers.settlements["district_code"]) == ["W", "E"]
    assert layers.settlements.area.iloc[0] == pytest.approx(20 * 1e4, rel=0.15)


def test_buildings_without_residents_are_an_error(tmp_path: Path) -> None:
    text = PROJECT.replace('population = "populacao.tif"', "clustered_within_m = 60.0")
    with pytest.raises(InputError, match="do not tell residents"):
        read_project_layers(read_project(put_province(tmp_path, project=text)), reach_km=5.0)
