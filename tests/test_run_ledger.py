"""A planner's ledger through the front door of a run: every form that is checked is run too."""

from __future__ import annotations

import json
import math
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import openpyxl
import pytest
import rasterio
from pyproj import Transformer

from htcoverage.cleaning import accepted, clean_ledger
from htcoverage.cli.main import execute
from htcoverage.errors import InputError
from htcoverage.reference import Reference
from htcoverage.run import LayerPaths, load_inputs, read_run

#: id, operator, technology, longitude, latitude, antenna height, azimuths.
STATIONS = (
    ("HT01", "Viettel", "4G", 105.905712, 18.355934, 36.5, "0 120 240"),
    ("HT02", "VinaPhone", "3G", 106.300021, 18.070013, 42.0, "90 270"),
    ("HT03", "MobiFone", "4G", 105.700345, 18.500267, 30.0, "10"),
)
FORMS = (
    "plain.csv", "comma.csv", "dms.tsv", "sheet.xlsx", "place.kml", "place.gpkg", "metres.csv",
    "old.tab",
)  # fmt: skip
HEADER = ("Mã trạm", "Nhà mạng", "Công nghệ", "Kinh độ", "Vĩ độ", "Độ cao anten (m)", "Azimuth")


def degrees_minutes(value: float, letter: str) -> str:
    minutes = (value % 1) * 60
    return f"{int(value)}°{int(minutes)}'{(minutes % 1) * 60:.3f}\"{letter}"


def put(folder: Path, name: str) -> LayerPaths:
    """Write the stations in one of the forms that ledgers come in."""
    path = folder / name
    if name == "plain.csv":
        head = "bts_id,operator,technology,longitude,latitude,antenna_height_m,azimuth_deg"
        rows = [",".join(map(str, row)) for row in STATIONS]
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    elif name == "comma.csv":
        rows = [";".join(map(str, row)).replace(".", ",") for row in STATIONS]
        told = "\n".join(["Danh sách trạm BTS;;;;;;", ";".join(HEADER), *rows])
        path.write_bytes(told.encode("utf-16"))
    elif name == "dms.tsv":
        rows = [
            "\t".join([i, who.replace("VinaPhone", "VNPT"), t, degrees_minutes(x, "Đ"),
                       degrees_minutes(y, "B"), f"{h} m", azimuths.replace(" ", "/")])
            for i, who, t, x, y, h, azimuths in STATIONS
        ]  # fmt: skip
        path.write_text("\n".join(["\t".join(HEADER), *rows]), encoding="utf-8-sig")
    elif name == "sheet.xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        for row in (HEADER, *STATIONS):
            sheet.append(row)
        book.save(path)
    elif name == "metres.csv":
        project = Transformer.from_crs("EPSG:4326", "EPSG:9209", always_xy=True)
        rows = [
            f"{i};{who};{t};{east:.2f};{north:.2f};{h};{a}"
            for i, who, t, x, y, h, a in STATIONS
            for east, north in [project.transform(x, y)]
        ]
        head = "Mã trạm;Nhà mạng;Công nghệ;Tọa độ X;Tọa độ Y;Độ cao anten (m);Azimuth"
        path.write_text("\n".join([head, *rows]), encoding="utf-8")
        return LayerPaths(bts=path, bts_crs="EPSG:9209")
    else:
        columns = ("bts_id", "operator", "technology", "antenna_height_m", "azimuth_deg")
        table = gpd.GeoDataFrame(
            [(i, who, t, h, a) for i, who, t, _, _, h, a in STATIONS], columns=columns,
            geometry=gpd.points_from_xy([r[3] for r in STATIONS], [r[4] for r in STATIONS]),
            crs="EPSG:4326",
        )  # fmt: skip
        driver = {".kml": "LIBKML", ".tab": "MapInfo File"}.get(path.suffix, "GPKG")
        table.to_file(path, driver=driver)
    return LayerPaths(bts=path)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_network(form: str, tmp_path: Path) -> None:
    inputs = load_inputs(put(tmp_path, form))
    bts = inputs.bts.set_index("bts_id")
    for name, operator, technology, x, y, height, azimuths in STATIONS:
        assert (bts["operator"][name], bts["technology"][name]) == (operator, technology)
        point = bts.geometry[name]
        east_m = (point.x - x) * 111_320 * math.cos(math.radians(y))
        assert math.hypot(east_m, (point.y - y) * 110_600) < 1.0
        cells = inputs.cells[inputs.cells["bts_id"] == name]
        assert sorted(cells["azimuth_deg"]) == sorted(map(float, azimuths.split()))
        assert (cells["antenna_height_m"] == height).all()
    assert inputs.cleaned is not None
    assert inputs.cleaned.report.dropped == 0
    assert {path for path, _ in inputs.files} >= {form}


def test_the_bundled_tables_come_through_the_cleaning_untouched(reference: Reference) -> None:
    data = reference.data_dir / "bts"
    cleaned = clean_ledger(
        data / "bts.csv", cells_path=data / "cells.csv", area=reference.districts
    )
    ledger = accepted(cleaned)
    for ours, theirs in ((ledger.bts, reference.bts), (ledger.cells, reference.cells)):
        assert list(ours["bts_id"]) == list(theirs["bts_id"])
        for column in theirs.columns.drop("geometry", errors="ignore"):
            same = (ours[column] == theirs[column]) | (ours[column].isna() & theirs[column].isna())
            assert same.all(), column
    assert ledger.bts.geometry.geom_equals_exact(reference.bts.geometry, 1e-9, align=False).all()
    assert (cleaned.report.faults["action"] != "repaired").all()


def test_a_geopackage_of_base_stations_and_cells_keeps_its_cells(tmp_path: Path) -> None:
    source = put(tmp_path, "plain.csv").bts
    assert source is not None
    clean = tmp_path / "clean.gpkg"
    assert execute(["check", str(source), "--clean", str(clean)]) < 2
    first, again = (accepted(clean_ledger(path)) for path in (source, clean))
    assert list(first.cells["azimuth_deg"]) == list(again.cells["azimuth_deg"])
    assert list(first.cells["assumed"]) == list(again.cells["assumed"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("run")
    path = put(where, "comma.csv").bts
    assert path is not None
    told = path.read_bytes().decode("utf-16")
    told += "\nHT04;Viettel;4G;105,71;18,5;999999;\n<b>HT05</b>;Viettel;5G;105,71;18,5;30;"
    path.write_bytes(told.encode("utf-16"))
    arguments = ["run", "--bts", str(path), "--resolution", "2000", "--radius-km", "3"]
    assert execute([*arguments, "--worlds", "0", "--out", str(where / "out")]) == 0
    return where / "out"


def test_a_run_carries_the_cleaning_report_of_its_ledger(folder: Path) -> None:
    report = json.loads((folder / "cleaning.json").read_text(encoding="utf-8"))
    assert report["file"] == "comma.csv"
    assert (report["rows"], report["dropped"]) == (5, 1)
    rules = {(fault["row"], fault["rule"]) for fault in report["faults"]}
    assert {(6, "range"), (7, "technology-scope")} <= rules
    page = (folder / "cleaning.html").read_text(encoding="utf-8")
    assert "<b>HT05" not in page
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert {"cleaning.json", "cleaning.html"} <= {entry["file"] for entry in run["outputs"]}
    assert any(note["words"]["en"].startswith("bts: 1 × ") for note in run["notes"])
    assert str(folder.parent) not in json.dumps([run, report]) + page
    assert read_run(folder).folder == folder


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_report_page_lists_the_notes(folder: Path, tmp_path: Path, language: str) -> None:
    assert execute(["report", str(folder), "--lang", language, "--out", str(tmp_path)]) == 0
    page = (tmp_path / f"report_{language}.html").read_text(encoding="utf-8")
    notes = json.loads((folder / "run.json").read_text(encoding="utf-8"))["notes"]
    assert len(notes) > 1
    for note in notes:
        assert note["words"][language].replace("'", "&#x27;") in page
        assert note["words"]["en"] != note["words"]["vi"]


def test_a_run_without_a_ledger_takes_away_what_an_earlier_one_left_and_no_more(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    stale = ("cleaning.json", "coverage_5g.tif", "coverage_5g.tif.aux.xml")
    for name in (*stale, "../beside.txt", "my notes.txt", "coverage_4g.tif"):
        (out / name).write_text("of an earlier run", encoding="utf-8")
    # Not everything that a record claims is a run's to remove.
    listed = [{"file": name} for name in (*stale, "../beside.txt", "coverage_4g.tif", ".", "..")]
    (out / "run.json").write_text(json.dumps({"outputs": listed}), encoding="utf-8")
    arguments = ["run", "--resolution", "2000", "--radius-km", "1", "--worlds", "0"]
    assert execute([*arguments, "--out", str(out)]) == 0
    assert not [name for name in stale if (out / name).exists()]
    assert (out / "my notes.txt").read_text(encoding="utf-8") == "of an earlier run"
    assert (tmp_path / "beside.txt").exists()
    with rasterio.open(out / "coverage_4g.tif") as written:
        tags = written.tags()
        assert json.loads(tags["parameters"])["resolution_m"] == 2000
        assert set(json.loads(tags["input_sha256"])) >= {"bts.csv", "ground_m.tif"}
    # The cells behind the numbers of the best server stand in GDAL's file beside the raster.
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert "best_server_4g.tif.aux.xml" in {entry["file"] for entry in record["outputs"]}
    table = ElementTree.parse(out / "best_server_4g.tif.aux.xml")
    assert [field.findtext("Name") for field in table.iter("FieldDefn")] == [
        "index", "cell_id", "bts_id", "site_id",
    ]  # fmt: skip
    assert len(list(table.iter("Row"))) > 10


@pytest.mark.parametrize("option", ["bts_crs", "bts_layer", "cells"])
def test_options_of_a_ledger_need_one(option: str) -> None:
    with pytest.raises(InputError, match="the ledger"):
        load_inputs(LayerPaths(**{option: "x"}))  # type: ignore[arg-type]


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    paths = put(tmp_path, "sheet.xlsx")
    with pytest.raises(InputError, match="Sheet"):
        load_inputs(LayerPaths(bts=paths.bts, bts_layer="Trạm"))
