"""``htcoverage check``: exit codes, JSON, page, cleaned ledger."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from project_world import put_province

from htcoverage.cleaning import clean_ledger
from htcoverage.cli.main import execute

CLEAN = (
    "bts_id,site_id,operator,technology,longitude,latitude\n"
    "A,S1,Viettel,4G,105.7012,18.5012\nB,S2,MobiFone,3G,105.8034,18.4034\n"
)
WARN = CLEAN + "C,S3,Vietel,4G,105.9056,18.3056\n"
BAD = WARN + "<b>D</b>,S4,Viettel,4G,0,0\n"


def put(folder: Path, text: str) -> Path:
    path = folder / "ledger.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "code"), [(CLEAN, 0), (WARN, 1), (BAD, 2), ("", 2)])
def test_exit_code_is_the_worst_finding(tmp_path: Path, text: str, code: int) -> None:
    assert execute(["check", str(put(tmp_path, text))]) == code


def test_missing_file_and_bad_option(tmp_path: Path) -> None:
    assert execute(["check", str(tmp_path / "no.csv")]) == 2
    assert execute(["check", str(put(tmp_path, CLEAN)), "--column", "operator"]) == 2
    assert execute(["check", str(put(tmp_path, CLEAN)), "--crs", "EPSG:0"]) == 2


def test_json_report(tmp_path: Path) -> None:
    path, report = put(tmp_path, BAD), tmp_path / "report.json"
    before = path.read_bytes()
    assert execute(["check", str(path), "--json", str(report)]) == 2
    told = json.loads(report.read_text(encoding="utf-8"))
    assert (told["rows"], told["kept"], told["dropped"]) == (4, 3, 1)
    assert told["mapped_columns"]["operator"] == {
        "name": "operator", "confidence": 1.0, "how": "same name",
    }  # fmt: skip
    fault = next(each for each in told["faults"] if each["rule"] == "null-island")
    del fault["detail"]
    assert fault == {
        "row": 5, "column": "latitude", "value": "0, 0", "rule": "null-island",
        "severity": "error", "action": "dropped",
    }  # fmt: skip
    assert path.read_bytes() == before
    first = report.read_bytes()
    assert execute(["check", str(path), "--json", str(report)]) == 2
    assert report.read_bytes() == first
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ledger.csv", "report.json"]


def test_page_escapes_and_asks_for_nothing(tmp_path: Path) -> None:
    text = BAD + '"<img src=x onerror=alert(1)>",S5,Viettel,4G,105.7512,18.4512\n'
    path, page = put(tmp_path, text), tmp_path / "report.html"
    outline = gpd.GeoDataFrame(
        {"district_code": ["1"]}, geometry=[shapely.box(105.1, 17.9, 106.5, 18.8)], crs="EPSG:4326"
    )
    outline.to_file(tmp_path / "d.gpkg")
    arguments = ["check", str(path), "--html", str(page), "--districts", str(tmp_path / "d.gpkg")]
    assert execute(arguments) == 2
    shown = page.read_text(encoding="utf-8")
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert not re.search(r"(?i)(src|href)\s*=|<script|url\(|https?://", shown.replace("src=x", ""))
    assert shown.count("<circle") == 4  # kept base stations, each once
    assert shown.count("<title>row 6: ") == 1  # the suspect one names its row
    assert "<path" in shown


def test_cleaned_ledger_is_written_and_read_again(tmp_path: Path) -> None:
    path, out = put(tmp_path, WARN), tmp_path / "clean.gpkg"
    assert execute(["check", str(path), "--clean", str(out)]) == 1
    assert execute(["check", str(out)]) == 0
    again = clean_ledger(out)
    assert again.ledger is not None
    assert list(again.ledger.bts["operator"]) == ["Viettel", "MobiFone", "Viettel"]


def test_mapping_and_boundaries_of_a_project(tmp_path: Path) -> None:
    project = put_province(tmp_path)
    ledger = tmp_path / "torres.csv"
    assert execute(["check", str(ledger)]) == 2  # no CRS, unknown operators
    report = tmp_path / "r.json"
    assert execute(["check", str(ledger), "--project", str(project), "--json", str(report)]) == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["mapped_columns"]["x"] == {"name": "Leste", "confidence": 1.0, "how": "given"}
    assert told["base_stations"] == 2


def test_no_traceback_and_no_markup_on_the_terminal(tmp_path: Path) -> None:
    path = put(tmp_path, BAD + "[red]X[/red],S6,[bold]?[/bold],4G,105.7,18.5\n")
    done = subprocess.run(
        [sys.executable, "-c", "from htcoverage.cli import main; main()", "check", str(path)],
        capture_output=True, text=True, encoding="utf-8", check=False,
        env={"PYTHONIOENCODING": "utf-8", "PATH": "", "COLUMNS": "200"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "[bold]?[/bold]" in done.stdout


def test_a_missing_column_hides_no_fault_of_a_cell(tmp_path: Path) -> None:
    text = (
        "bts_id,site_id,operator,xyz,longitude,latitude,antenna_height_m,azimuth_deg\n"
        "A,S1,Viettel,4G,105.7012,18.5012,-36,0\n"
        "B,S2,Beeline,3G,105.8034,north,30,0\n"
        "C,S3,Orange,3G,105.8034,18.4034,30,0 999\n"
    )
    report = tmp_path / "r.json"
    assert execute(["check", str(put(tmp_path, text)), "--json", str(report)]) == 2
    faults = json.loads(report.read_text(encoding="utf-8"))["faults"]
    told = {(each["row"], each["column"]) for each in faults if each["severity"] != "info"}
    assert told == {
        (1, "technology"), (2, "antenna_height_m"), (3, "latitude"), (3, "operator"),
        (4, "operator"), (4, "azimuth_deg"),
    }  # fmt: skip


def test_a_row_that_is_lost_tells_all_that_is_wrong_with_it(tmp_path: Path) -> None:
    text = CLEAN + "C,S3,Viettel,6G,105.9056,18.3056\n"
    text = text.replace("latitude\n", "latitude,antenna_height_m\n")
    lines = [line + end for line, end in zip(text.splitlines(), ("", ",30", ",31", ",5000"),
                                             strict=True)]  # fmt: skip
    report = tmp_path / "r.json"
    path = put(tmp_path, "\n".join(lines) + "\n")
    assert execute(["check", str(path), "--json", str(report)]) == 2
    faults = json.loads(report.read_text(encoding="utf-8"))["faults"]
    told = {(e["row"], e["column"], e["severity"], e["action"]) for e in faults}
    assert (4, "technology", "error", "dropped") in told
    assert (4, "antenna_height_m", "warning", "dropped") in told


def test_a_column_that_is_the_same_in_all_rows_is_asked_for(tmp_path: Path) -> None:
    """Atoll tells neither operator nor technology: nothing else is wrong with such a ledger."""
    sites, transmitters = tmp_path / "sites.csv", tmp_path / "transmitters.csv"
    sites.write_text("Name,Longitude,Latitude\nHT1,105.9012,18.3512\n", encoding="utf-8")
    transmitters.write_text(
        "Site,Transmitter,Azimuth (°)\nHT1,HT1_1,0\nHT1,HT1_2,120\n", encoding="utf-8"
    )
    report = tmp_path / "r.json"
    arguments = ["check", str(sites), "--cells", str(transmitters), "--json", str(report)]
    assert execute(arguments) == 2
    faults = json.loads(report.read_text(encoding="utf-8"))["faults"]
    errors = [each for each in faults if each["severity"] == "error"]
    assert {each["column"] for each in errors} == {"operator", "technology"}
    assert all("--value" in each["detail"] for each in errors)
    assert execute([*arguments, "--value", "operator=Viettel", "--value", "technology=4G"]) == 0


@pytest.mark.parametrize("name", ["ledger.csv", "ledger.xlsx", "ledger.kml", "ledger.gpkg"])
def test_an_empty_file_is_called_empty(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).touch()
    assert execute(["check", str(tmp_path / name)]) == 2
    assert "the file is empty" in capsys.readouterr().out
