"""A user's mistakes on the command line: every fault is named, and nothing is written."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from cli_process import run_cli

from htcoverage.cli.main import execute
from htcoverage.labels import label

HEADER = "bts_id,site_id,operator,technology,longitude,latitude,antenna_height_m"
GOOD = (
    "A-3G,A,Viettel,3G,105.9057,18.3559,30",  # row 2: Hà Tĩnh city
    "A-4G,A,Viettel,4G,105.9057,18.3559,30",
    "B-4G,B,MobiFone,4G,106.3000,18.0700,36",
)
#: A slip that needs a decision, with what must be told: column, value, a word of what was expected.
SLIPS = {
    "text for a place": ("D,C,Viettel,4G,east,18.3,30", "longitude", "east", "a number"),
    "far outside": ("F,C,Viettel,4G,105.9,19.5,30", "latitude", "19.5", "within 15 km"),
    "duplicate": ("A-4G,C,Viettel,4G,105.9,18.3,30", "bts_id", "A-4G", "row 3 has the same"),
    "unknown operator": ("I,C,Beeline,4G,105.9,18.3,30", "operator", "Beeline", "MobiFone"),
}
#: A slip that a rule settles, with the rule that is told.
REPAIRS = {
    "text for a number": ("C,C,Viettel,4G,105.9,18.3,high", "not-a-number"),
    "lat/lon swapped": ("E,C,Viettel,4G,18.3,105.9,30", "swapped-axes"),
    "negative height": ("G,C,Viettel,4G,105.9,18.3,-30", "range"),
    "technology of no figure": ("H,C,Viettel,5G,105.9,18.3,30", "technology-scope"),
    "empty cell": ("J,,Viettel,4G,105.9,18.3,30", "identifier"),
}


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def ledger(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail for its input, and return what it said."""
    before = sorted(Path().rglob("*"))
    assert execute(["run", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert sorted(Path().rglob("*")) == before
    return said.err


def faults(said: str) -> list[str]:
    """Lines of the single faults, whose number must be that of the headline."""
    count = re.search(r"^htcoverage: (\d+) faults? in the input:$", said, flags=re.MULTILINE)
    assert count, said
    lines = [line.strip() for line in said.splitlines() if "; expected " in line]
    assert len(lines) == int(count[1])
    return lines


# Ledgers


def test_all_slips_are_told_at_once_by_the_program_itself(tmp_path):
    rows = [row for row, *_ in (*SLIPS.values(), *REPAIRS.values())]
    ledger(tmp_path / "mine.csv", *GOOD, *rows)
    before = sorted(tmp_path.rglob("*"))
    process = run_cli("run", "--bts", "mine.csv", "--out", "deep/out", cwd=tmp_path)
    assert process.returncode == 2
    assert process.stdout == ""
    assert "Traceback" not in process.stderr
    told = faults(process.stderr)
    for number, (name, (_, column, value, expected)) in enumerate(SLIPS.items(), start=5):
        (line,) = (each for each in told if f"row {number}, column {column!r}" in each)
        assert line.startswith("mine.csv, "), name
        assert value in line, name
        assert expected in line, name
    assert len(told) == len(SLIPS)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_a_rule_settles_is_told_beside_the_figures(capsys):
    path = ledger(Path("mine.csv"), *GOOD, *(row for row, _ in REPAIRS.values()))
    assert execute(["run", "--bts", str(path), "--resolution", "2000", "--worlds", "0"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    faults_told = json.loads(Path("out/cleaning.json").read_text(encoding="utf-8"))["faults"]
    for row, (name, (_, rule)) in enumerate(REPAIRS.items(), start=5):
        assert label(f"rule:{rule}") in shown, name
        assert any(each["row"] == row and each["rule"] == rule for each in faults_told), name


def test_a_missing_column_is_told_beside_the_other_faults(capsys):
    header = HEADER.replace("technology", "xyz")
    path = ledger(Path("mine.csv"), *GOOD, "C,C,Beeline,4G,105.9,north,30", header=header)
    told = faults(refused(capsys, "--bts", str(path)))
    assert len(told) == 3
    assert "column 'technology'" in told[0]
    assert "row 5, column 'latitude': found 'north'" in told[1]
    assert "row 5, column 'operator': found 'Beeline'" in told[2]


def test_a_site_over_the_border_within_the_radius_is_kept(capsys, reference):
    # 0.05° is 5.5 km: north of the northernmost point of the province.
    north = reference.districts.to_crs("EPSG:4326").geometry.union_all()
    x, y = max(shapely.get_coordinates(north.boundary), key=lambda point: point[1])
    row = f"C,C,Viettel,4G,{x:.5f},{y + 0.05:.5f},30"
    path = ledger(Path("mine.csv"), *GOOD, row)
    (told,) = faults(refused(capsys, "--bts", str(path), "--radius-km", "5"))
    assert "row 5, column 'latitude'" in told
    arguments = ("--bts", str(path), "--radius-km", "7", "--resolution", "2000", "--out", "out")
    assert execute(["run", *arguments]) == 0


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (HEADER.encode(), "at least one row of data"),
        (HEADER.replace(",", ";").encode(), "at least one row of data"),
        (b"PK\x03\x04rest", "this is a zip archive or spreadsheet"),
    ],
)
def test_a_file_that_is_no_ledger_is_told_by_name(content, expected, capsys):
    Path("mine.csv").write_bytes(content)
    (told,) = faults(refused(capsys, "--bts", "mine.csv"))
    assert told.startswith("mine.csv")
    assert expected in told


def test_files_that_are_not_there_are_told_all_at_once(capsys):
    told = faults(
        refused(capsys, "--bts", "a.csv", "--settlements", "b.gpkg", "--districts", "c.gpkg",
                "--terrain", "d.tif")
    )  # fmt: skip
    assert {line.split(";")[0].split(":")[0] for line in told} == {
        "a.csv", "b.gpkg", "c.gpkg", "d.tif"
    }  # fmt: skip


# Coordinate reference systems


def points(crs: str | None, *places: tuple[float, float]) -> gpd.GeoDataFrame:
    count = len(places)
    return gpd.GeoDataFrame(
        {
            "bts_id": [f"B{index}" for index in range(count)],
            "site_id": [f"S{index}" for index in range(count)],
            "operator": "Viettel",
            "technology": "4G",
        },
        geometry=[shapely.Point(place) for place in places],
        crs=crs,
    )


@pytest.mark.parametrize(
    ("crs", "place", "expected"),
    [
        (None, (105.9, 18.35), "a CRS: the layer tells none"),
        ("EPSG:9209", (105.9, 18.35), "degrees"),
        ("EPSG:4326", (542_900.0, 2_030_000.0), "metres"),
    ],
)
def test_a_layer_whose_crs_is_absent_or_contradicts_is_told(crs, place, expected, capsys):
    with pytest.warns(UserWarning, match="crs") if crs is None else nullcontext():
        points(crs, place, place).to_file("mine.gpkg", layer="bts")
    told = faults(refused(capsys, "--bts", "mine.gpkg"))
    assert any(line.startswith("mine.gpkg") and expected in line for line in told), told


# Terrain


def cut_terrain(
    reference, path: Path, *, columns: int, crs: str | None = "EPSG:9209", void: int = 0
) -> None:
    """Write the westernmost columns of the bundled elevation, with a square void in the middle."""
    with rasterio.open(reference.data_dir / "terrain" / "ground_m.tif") as source:
        values = source.read(1)[:, :columns].astype(np.float32)
        transform = source.transform
    if void:
        row, col = (side // 2 for side in values.shape)
        values[row : row + void, col : col + void] = np.nan
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype="float32", crs=crs, transform=transform,
    ) as file:  # fmt: skip
        file.write(values, 1)


def test_terrain_that_does_not_reach_is_told_with_how_far_it_falls_short(capsys, reference):
    cut_terrain(reference, Path("west.tif"), columns=reference.terrain.geobox.shape.x // 2)
    (told,) = faults(
        refused(capsys, "--terrain", "west.tif", "--resolution", "2000", "--radius-km", "3")
    )
    assert told.startswith("west.tif")
    assert re.search(r"ends too early: \d+\.\d km to the east", told)
    assert "terrain that reaches around every site and pixel" in told


def test_terrain_without_a_crs_is_told(capsys, reference):
    cut_terrain(reference, Path("bare.tif"), columns=300, crs=None)
    (told,) = faults(refused(capsys, "--terrain", "bare.tif"))
    assert told.startswith("bare.tif")
    assert "a CRS in the file" in told


def test_a_void_in_the_terrain_is_no_sea(capsys, reference):
    width = reference.terrain.geobox.shape.x
    cut_terrain(reference, Path("holed.tif"), columns=width, void=20)
    (told,) = faults(
        refused(capsys, "--terrain", "holed.tif", "--resolution", "2000", "--radius-km", "3")
    )
    assert told.startswith("holed.tif")
    assert "400 voids, the first at x" in told


def test_a_small_void_is_filled_and_told(capsys, reference):
    width = reference.terrain.geobox.shape.x
    cut_terrain(reference, Path("pinhole.tif"), columns=width, void=1)
    arguments = ("--terrain", "pinhole.tif", "--resolution", "2000", "--radius-km", "3")
    assert execute(["run", *arguments, "--worlds", "0", "--out", "pinhole"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "1 voids (1 pixels) are filled from their rim" in shown


# Options


def test_options_out_of_range_are_told_all_at_once(capsys):
    told = faults(
        refused(
            capsys, "--resolution", "0", "--radius-km", "-1", "--threshold-3g", "20",
            "--threshold-4g", "nan", "--cell-edge", "1.5", "--seed", "-1",
        )
    )  # fmt: skip
    for name, value in (
        ("resolution_m", "0"), ("radius_km", "-1"), ("threshold_3g_dbm", "20"),
        ("threshold_4g_dbm", "nan"), ("cell_edge_probability", "1.5"), ("seed", "-1"),
    ):  # fmt: skip
        assert any(f"argument {name}: found '{value}'" in line for line in told), name
    assert len(told) == 6


@pytest.mark.parametrize(
    "arguments",
    [["--resolution", "fine"], ["--nope"], ["--seed", "1.5"], ["--out"], ["extra"]],
)
def test_a_slip_in_the_options_is_told_without_a_traceback(arguments, capsys):
    said = refused(capsys, *arguments)
    assert (arguments[0].lstrip("-") in said) or "extra" in said
    assert "--help" in said


def test_options_that_contradict_are_told(capsys):
    ledger(Path("mine.csv"), *GOOD)
    (told,) = faults(refused(capsys, "--bts", "mine.csv", "--seed", "3"))
    assert "seed" in told
    (told,) = faults(refused(capsys, "--cells", "mine.csv"))
    assert "the ledger (bts) that it belongs to" in told


@pytest.mark.parametrize("out", ["taken", "taken/deeper", "x" * 300])
def test_a_folder_that_cannot_be_is_told_before_the_work(out, capsys):
    Path("taken").write_text("a file")
    said = refused(capsys, "--out", out)
    (told,) = faults(said)
    assert told.startswith(out)
    assert "a folder" in told
    assert "sweeping" not in said
    assert Path("taken").read_text() == "a file"


def test_nothing_needs_a_single_base_station_of_the_other_technology(capsys):
    ledger(Path("mine.csv"), *(row for row in GOOD if "4G" in row))
    assert execute(["run", "--bts", "mine.csv", "--resolution", "2000", "--radius-km", "3"]) == 0
    names = {path.name for path in Path("out").iterdir()}
    assert "coverage_4g.tif" in names
    assert "coverage_3g.tif" not in names
    with rasterio.open("out/coverage_4g.tif") as raster:
        assert raster.descriptions == ("4G any operator", "4G Viettel", "4G MobiFone")
        assert np.isfinite(raster.read(masked=True).compressed()).any()
