"""`htcoverage models` and `run --model`, in processes of their own."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from cli_process import COARSE, run_cli

from htcoverage.propagation.p1812.model import p1812
from htcoverage.propagation.registry import corrections, models

LOSSES = ("lbfs_db", "ld50_db", "basic_transmission_loss_db")


def write_tables(folder: Path, *, cases: int = 3, wrong_db: float = 0.0) -> tuple[str, str]:
    """Cases over a sloping plain whose losses are exact, but for one of the last case."""
    rows, points = [], []
    for k in range(cases):
        d_km = np.linspace(0.0, 4.0 + 3.0 * k, 31)
        ground_m = 20.0 + 15.0 * np.sin(d_km) + 2.0 * d_km
        result = p1812(
            d_km, ground_m, tx_height_m=30.0, rx_height_m=2.0, freq_mhz=900.0, latitude_deg=18.0,
            delta_n=50.0, n0=370.0, time_percent=50.0, location_percent=50.0,
        )  # fmt: skip
        wrong = wrong_db if k == cases - 1 else 0.0
        rows.append(
            {
                "case": f"plain-{k}", "freq_mhz": 900, "time_percent": 50, "location_percent": 50,
                "location_sigma_db": 0, "polarization": "vertical", "tx_height_m": 30,
                "rx_height_m": 2, "tx_lat_deg": 18, "tx_lon_deg": 105, "rx_lat_deg": 18,
                "rx_lon_deg": 105.01, "delta_n": 50, "n0": 370,
                "lbfs_db": result.free_space_db, "ld50_db": result.diffraction_50_db + wrong,
                "basic_transmission_loss_db": result.basic_transmission_loss_db,
            }
        )  # fmt: skip
        points += [
            {"case": f"plain-{k}", "d_km": d, "terrain_m": g, "clutter_m": 0, "zone": 4}
            for d, g in zip(d_km, ground_m, strict=True)
        ]
    fields = list(rows[0]) if rows else _header()
    for name, header, content in (
        ("cases.csv", fields, rows),
        ("profiles.csv", ["case", "d_km", "terrain_m", "clutter_m", "zone"], points),
    ):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(content)
    return "cases.csv", "profiles.csv"


def _header() -> list[str]:
    return [
        "case", "freq_mhz", "time_percent", "location_percent", "location_sigma_db",
        "polarization", "tx_height_m", "rx_height_m", "tx_lat_deg", "tx_lon_deg", "rx_lat_deg",
        "rx_lon_deg", "delta_n", "n0", *LOSSES,
    ]  # fmt: skip


def test_the_list_names_every_model_with_document_and_ranges(tmp_path: Path) -> None:
    process = run_cli("models", "--json", "models.json", cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    listed = json.loads((tmp_path / "models.json").read_text(encoding="utf-8"))
    of_models = [entry for entry in listed if entry["kind"] != "correction"]
    assert [entry["name"] for entry in of_models] == [m.name for m in models()]
    for entry, told in zip(models(), of_models, strict=True):
        assert entry.name in process.stdout
        assert told["document"] == entry.citation
        assert told["meaning"] == entry.meaning
        assert told["kind"] == ("path" if entry.needs_profile else "empirical")
        assert [r["name"] for r in told["ranges"]] == [r.name for r in entry.ranges]
        assert set(told["environments"]) == set(entry.environments)
    others = {entry["name"]: entry for entry in listed if entry["kind"] == "correction"}
    assert others["p2109"]["document"] == "ITU-R P.2109-2"
    assert [r["high"] for r in others["p2108-statistical"]["ranges"]] == [67000.0, None]
    for each in others.values():
        assert each["name"] in process.stdout
        assert each["part"].startswith("§3")
    for words in (
        "ITU-R P.1812-8",
        "by-clutter",
        "freq_mhz 30 to 6000 MHz",
        "distance_km 1 to 20 km ~",
        "open",
    ):
        assert words in process.stdout


def test_names_are_shown_whole_on_a_narrow_terminal(tmp_path: Path) -> None:
    shown = run_cli("models", cwd=tmp_path).stdout
    for entry in (*models(), *corrections()):
        assert f"│ {entry.name} " in shown


def test_a_table_within_tolerance_passes(tmp_path: Path) -> None:
    tables = write_tables(tmp_path)
    process = run_cli("models", "--check", *tables, "--json", "report.json", cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["passed"] is True
    assert report["cases"] == 3
    assert [column["column"] for column in report["columns"]] == list(LOSSES)
    for column in report["columns"]:
        assert column["column"] in process.stdout
        assert column["largest_db"] < 1e-6
    assert "passed: every deviation is within 0.01 dB" in process.stdout


def test_a_deviation_beyond_tolerance_is_a_finding(tmp_path: Path) -> None:
    tables = write_tables(tmp_path, wrong_db=0.05)
    process = run_cli("models", "--check", *tables, "--json", "report.json", cwd=tmp_path)
    assert process.returncode == 1
    assert "failed: beyond 0.01 dB: ld50_db" in process.stdout
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    by_name = {column["column"]: column for column in report["columns"]}
    assert by_name["ld50_db"]["worst_case"] == "plain-2"
    assert by_name["ld50_db"]["largest_db"] == pytest.approx(0.05, abs=1e-6)
    assert by_name["ld50_db"]["mean_db"] == pytest.approx(0.05 / 3, abs=1e-6)
    within = run_cli("models", "--check", *tables, "--tolerance-db", "0.06", cwd=tmp_path)
    assert within.returncode == 0


def test_no_cases_fail(tmp_path: Path) -> None:
    tables = write_tables(tmp_path, cases=0)
    process = run_cli("models", "--check", *tables, cwd=tmp_path)
    assert process.returncode == 1
    assert "failed: the table has no cases" in process.stdout


def test_a_loss_that_is_not_finite_fails_and_is_null(tmp_path: Path) -> None:
    tables = write_tables(tmp_path, wrong_db=math.nan)
    process = run_cli("models", "--check", *tables, "--json", "report.json", cwd=tmp_path)
    assert process.returncode == 1
    assert "failed: a loss is not a finite number: ld50_db of case plain-2" in process.stdout
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    column = next(c for c in json.loads(text)["columns"] if c["column"] == "ld50_db")
    assert column["largest_db"] is None


def test_mistakes_are_told_without_a_traceback(tmp_path: Path) -> None:
    tables = write_tables(tmp_path)
    for arguments, words in (
        (("models", "--check", "cases.csv"), "requires 2 arguments"),
        (("models", "--check", "none.csv", "profiles.csv"), "none.csv"),
        (("models", "--check", *tables, "--tolerance-db", "-1"), "0 dB or more"),
        (("models", "--json", "no/such/folder/x.json"), "a file that can be written"),
        (("run", "--model", "okumura"), "one of p1812, p525"),
        (("run", "--model", "hata", "--environment", "jungle"), "one of large-city"),
        (("run", *COARSE, "--model", "hata"), "150 to 1500 MHz"),
    ):
        process = run_cli(*arguments, cwd=tmp_path)
        assert process.returncode == 2, arguments
        assert words in process.stderr, arguments
        assert "Traceback" not in process.stderr


def test_a_run_by_another_model_says_so_everywhere(tmp_path: Path) -> None:
    options = (*COARSE, "--model", "cost231", "--environment", "metropolitan")
    process = run_cli("run", *options, "--out", "out", cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    assert "extrapolated: freq_mhz is" in process.stderr
    assert "Warning" not in process.stderr
    assert "COST 231-Hata" in process.stdout
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["parameters"]["model"] == "cost231"
    for part in (record["coverage"], record["assumptions"]):
        assert part["model"].startswith("COST 231-Hata")
        assert part["environment"] == "metropolitan"
