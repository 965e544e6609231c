"""`htcoverage run` from end to end: a process of its own over the whole reference province."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import signal
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from cli_process import COARSE, PROGRAM, environment, hear_interruption, run_cli
from rasterio.features import geometry_mask

from htcoverage.reference import data_dir
from htcoverage.run import read_run

#: What planners and scripts count on; a run may leave more beside them.
FILES = {
    "figures.json", "figures.csv", "coverage_3g.tif", "coverage_4g.tif", "gaps.gpkg",
    "settlements.gpkg", "map.html", "run.json",
}  # fmt: skip
ROW_COLUMNS = [
    "area_level", "area_code", "area", "technology", "operator", "denominator", "settlement_part",
    "basis", "covered_share", "covered", "total", "unit", "low", "high",
]  # fmt: skip
OPERATORS = ("Viettel", "VinaPhone", "MobiFone")
KEYS = ["technology", "operator", "denominator", "settlement_part", "basis"]

#: Amounts are written to three digits; thirteen of them add up to within this.
ROUNDING = 13 * 0.0005 + 1e-9


def no_constant(word: str) -> float:
    raise AssertionError(f"{word} is not JSON")


def read_json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=no_constant)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def document(small_run) -> dict:
    return read_json(small_run.folder / "figures.json")


@pytest.fixture(scope="module")
def shares(document) -> pd.DataFrame:
    return pd.DataFrame(document["shares"])


@pytest.fixture(scope="module")
def record(small_run) -> dict:
    return read_json(small_run.folder / "run.json")


# What it leaves and says


def test_a_run_leaves_the_files_it_promises_and_none_that_it_does_not_name(small_run, record):
    left = {path.name for path in small_run.folder.iterdir()}
    assert left >= FILES
    assert left == {"run.json", *(entry["file"] for entry in record["outputs"])}


def test_a_run_says_its_headline_and_what_the_headline_is_not(small_run):
    said = small_run.process.stdout
    for words in (
        "median (50 %)", "cell edge 90 %", "residential area", "residents", "households",
        "settlements", "predicted", "outdoors, at 1.5 m", "downlink level only", "reported",
        "modelled", "map.html",
    ):  # fmt: skip
        assert words in said
    assert "Traceback" not in small_run.process.stderr
    assert "Warning" not in small_run.process.stderr


# figures.json


def test_the_figures_stand_beside_what_was_reported_and_what_the_network_is(document):
    assert list(document)[:5] == ["area", "reported", "network", "assumptions", "shares"]
    assert document["reported"]["covered_residential_share"] == 0.99
    assert document["reported"]["bts"] == 3250
    network = document["network"]
    assert network["bts"] == 3250
    assert network["cable_km"] == pytest.approx(21_000, rel=0.005)
    assert 1_100 <= network["sites"] <= 1_250
    # Trench and pole line: there are several cables on most of it, and one route across the
    # province is 150 km long.
    assert 1_000 < network["route_km"] < network["cable_km"] / 2


def test_how_sure_the_figures_are_stands_beside_them(document):
    curve = document["sensitivity"]
    residents = [
        (row["shift_db"], row["covered_share"])
        for row in curve
        if (row["technology"], row["denominator"]) == ("4G", "residents")
    ]
    assert len(residents) > 10
    # The higher all thresholds, the less is covered.
    shares = [share for _, share in sorted(residents)]
    assert shares == sorted(shares, reverse=True)
    now = [share for shift_db, share in residents if shift_db == 0.0]
    (row,) = (
        row
        for row in document["shares"]
        if (row["area_level"], row["technology"], row["operator"], row["denominator"], row["basis"])
        == ("province", "4G", "any", "residents", "cell_edge")
    )
    assert now == [row["covered_share"]]
    assert 0.0 <= row["low"] <= row["high"] <= 1.0
    lost = [row["residents"] for row in document["single_site_failure"]]
    assert all(0.0 < people <= 1_288_866 for people in lost)


def test_the_assumptions_are_those_asked_for_and_the_stated_defaults(document):
    assumed = document["assumptions"]
    stated = {
        "model": "ITU-R P.1812-8", "threshold_3g_dbm": -95.0, "threshold_4g_dbm": -105.0,
        "cell_edge_probability": 0.9, "model_sigma_db": 7.0, "radius_km": 5.0, "rx_height_m": 1.5,
        "clutter_clearance_m": 100.0, "resolution_m": 1000.0, "crs": "EPSG:9209",
    }  # fmt: skip
    assert {name: assumed[name] for name in stated} == stated
    # P.1812-8, §4.7, at 1.8 GHz and 1000 m, by hand: (0.52 + 0.024·1.8)·1000^0.28.
    location_db = 0.5632 * 1000**0.28
    assert assumed["location_sigma_db"] == pytest.approx(location_db, abs=1e-4)
    # z(90 %) = 1.2815515655 (tables of the normal distribution).
    margin_db = 1.2815515655 * math.hypot(location_db, 7.0)
    assert assumed["margin_db"] == pytest.approx(margin_db, abs=1e-4)
    assert "interference, uplink and load not checked" in assumed["not_checked"]


def test_every_row_has_the_agreed_columns_and_no_row_comes_twice(document, shares):
    assert all(list(row) == ROW_COLUMNS for row in document["shares"])
    assert not shares.duplicated(["area_code", *KEYS]).any()
    assert set(shares["area_level"]) == {"province", "district"}
    assert shares.loc[shares["area_level"] == "district", "area_code"].nunique() == 13
    assert set(shares["technology"]) == {"3G", "4G", "any", "both"}
    assert set(shares["operator"]) == {*OPERATORS, "any", "all"}
    assert set(shares["basis"]) == {"median", "cell_edge", "expected"}
    parts = shares.groupby("denominator")["settlement_part"].unique()
    assert set(parts.index) == {
        "land_area", "residential_area", "residents", "households", "settlements",
    }  # fmt: skip
    assert sorted(parts["settlements"]) == [0.5, 0.8, 0.95, 1.0]
    assert all(np.isnan(parts[name]).all() for name in parts.index if name != "settlements")


def test_totals_are_those_of_the_census_and_the_bundled_layers(shares, reference):
    province = shares[shares["area_level"] == "province"].groupby("denominator")["total"]
    assert province.nunique().eq(1).all()
    total = province.first()
    assert total["residents"] == 1_288_866
    assert total["households"] == 378_648
    assert total["settlements"] == len(reference.settlements)
    assert total["land_area"] == pytest.approx(5_994.45, rel=0.005)


def test_districts_add_up_to_the_province(shares):
    filled = shares.fillna({"settlement_part": 0.0})
    amounts = filled.groupby(["area_level", *KEYS])[["covered", "total"]].sum()
    province, districts = amounts.loc["province"], amounts.loc["district"]
    assert len(province) == len(districts) > 100
    difference = (districts - province.loc[districts.index]).abs()
    assert difference.to_numpy().max() <= ROUNDING


def test_shares_are_shares_and_amounts_over_totals(shares):
    assert shares["covered_share"].between(0.0, 1.0).all()
    assert (shares["covered"] <= shares["total"]).all()
    # Six digits of the share, three of the amounts.
    error = (shares["covered_share"] * shares["total"] - shares["covered"]).abs()
    assert (error <= 0.001 + 5e-7 * shares["total"] + 1e-9).all()
    # Nothing tunes the figure: a short reach leaves the mountains without a level.
    land = shares[(shares["denominator"] == "land_area") & (shares["area_level"] == "province")]
    assert land["covered_share"].max() < 0.9


def _side_by_side(shares: pd.DataFrame, column: str) -> pd.DataFrame:
    keys = ["area_code", *(key for key in KEYS if key != column)]
    return shares.fillna({"settlement_part": 0.0}).pivot_table(
        index=keys, columns=column, values="covered_share", aggfunc="sum", fill_value=None
    )


def _province_row(shares: pd.DataFrame, **wanted: str) -> pd.Series:
    """Return the one row of any operator that is wanted."""
    wanted = {"area_level": "province", "operator": "any", **wanted}
    rows = shares[np.logical_and.reduce([shares[key] == word for key, word in wanted.items()])]
    assert len(rows) == 1
    return rows.iloc[0]


def test_more_certainty_never_covers_more(shares):
    by_basis = _side_by_side(shares, "basis").dropna(subset=["median", "cell_edge"])
    assert len(by_basis) > 500
    assert (by_basis["cell_edge"] <= by_basis["median"]).all()
    assert (by_basis["cell_edge"] < by_basis["median"]).any()


def test_either_covers_at_least_each_and_both_at_most_each(shares):
    by_technology = _side_by_side(shares, "technology").dropna()
    assert len(by_technology) > 500
    for technology in ("3G", "4G"):
        assert (by_technology["any"] >= by_technology[technology]).all()
        assert (by_technology["both"] <= by_technology[technology]).all()


def test_anyone_covers_at_least_each_operator_and_all_together_at_most_each(shares):
    by_operator = _side_by_side(shares, "operator")
    by_operator = by_operator.dropna(subset=["any", "all"])
    assert len(by_operator) > 500
    for operator in OPERATORS:
        own = by_operator[operator].dropna()
        assert (by_operator.loc[own.index, "any"] >= own).all()
        assert (by_operator.loc[own.index, "all"] <= own).all()


def test_no_file_of_text_carries_the_time_of_the_run(small_run):
    today = time.strftime("%Y-%m-%d", time.gmtime())
    for name in ("figures.json", "figures.csv", "run.json"):
        text = (small_run.folder / name).read_text(encoding="utf-8")
        assert today not in text
        assert not re.search(r"\d\d:\d\d:\d\d", text)


def test_the_csv_holds_the_rows_of_the_json(small_run, shares):
    table = pd.read_csv(small_run.folder / "figures.csv", dtype={"area_code": str})
    assert list(table.columns) == ROW_COLUMNS
    pd.testing.assert_frame_equal(
        table, shares.astype({"low": float, "high": float}), check_dtype=False
    )


# The rasters


@pytest.mark.parametrize(
    ("technology", "file"), [("3G", "coverage_3g.tif"), ("4G", "coverage_4g.tif")]
)
def test_the_rasters_say_what_they_hold(small_run, technology, file):
    with rasterio.open(small_run.folder / file) as raster:
        assert raster.descriptions == tuple(
            f"{technology} {who}" for who in ("any operator", *OPERATORS)
        )
        assert raster.crs.to_epsg() == 9209
        assert raster.res == (1000.0, 1000.0)
        assert [value % 1000 for value in raster.bounds] == [0.0] * 4
        assert raster.nodata == -9999.0
        assert set(raster.units) == {"dBm"}
        assert set(raster.dtypes) == {"float32"}
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.tags()["model"] == "ITU-R P.1812-8"
        levels = raster.read(masked=True).filled(np.nan)
    heard = levels[np.isfinite(levels)]
    assert len(heard) > 10_000
    # Under 46 dBm less 31 dB for the resource element plus 17 dBi even at the mast's foot; above
    # what anything receives at the end of 5 km behind a mountain.
    assert -250.0 < heard.min() < -110.0
    assert -60.0 < heard.max() < 10.0
    np.testing.assert_array_equal(np.fmax.reduce(levels[1:]), levels[0])
    assert np.isnan(levels).all(axis=0).any()


def test_the_land_figure_can_be_counted_again_from_the_raster(small_run, shares, reference):
    with rasterio.open(small_run.folder / "coverage_4g.tif") as raster:
        any_operator = raster.read(1, masked=True).filled(-np.inf)
        inside = geometry_mask(
            reference.districts.to_crs(raster.crs).geometry,
            out_shape=raster.shape, transform=raster.transform, invert=True,
        )  # fmt: skip
    row = _province_row(shares, technology="4G", denominator="land_area", basis="median")
    # Whole pixels of 1 km² by their centres, against exact fractions at the border.
    assert np.count_nonzero(inside & (any_operator >= -105.0)) == pytest.approx(
        row["covered"], rel=0.01
    )


# The GIS files


def test_the_gaps_are_ranked_and_hold_everyone_without_cover(small_run, shares):
    gaps = gpd.read_file(small_run.folder / "gaps.gpkg", layer="gaps")
    assert gaps.crs.to_epsg() == 9209
    assert gaps["rank"].tolist() == list(range(1, len(gaps) + 1))
    assert gaps["residents"].is_monotonic_decreasing
    assert gaps["gap_id"].is_unique
    assert gaps.geometry.is_valid.all()
    assert gaps["district"].notna().all()
    assert gaps[["technology", "operator", "basis"]].drop_duplicates().to_numpy().tolist() == [
        ["4G", "any", "cell_edge"]
    ]
    for column, denominator in (("residents", "residents"), ("area_km2", "residential_area")):
        row = _province_row(shares, technology="4G", denominator=denominator, basis="cell_edge")
        assert gaps[column].sum() == pytest.approx(row["total"] - row["covered"], rel=1e-3)
    assert (gaps["area_km2"] - gaps.area / 1e6).abs().max() < 1e-3


def test_the_settlements_carry_the_shares_that_add_up_to_the_figure(small_run, shares):
    settlements = gpd.read_file(small_run.folder / "settlements.gpkg", layer="settlements")
    assert settlements.crs.to_epsg() == 9209
    assert settlements["residents"].sum() == 1_288_866
    for technology in ("3G", "4G", "any"):
        for basis in ("median", "cell_edge"):
            covered = settlements[f"covered_{technology.lower()}_{basis}"]
            assert covered.between(0.0, 1.0).all()
            row = _province_row(shares, technology=technology, denominator="residents", basis=basis)
            assert covered @ settlements["residents"] == pytest.approx(row["covered"], abs=1.0)


# run.json


def test_the_record_names_every_input_by_the_hash_of_its_file(record, reference):
    by_name = {path.name: path for path in reference.data_dir.rglob("*") if path.is_file()}
    told = {entry["file"]: entry["sha256"] for entry in record["inputs"]}
    assert told == {name: digest(by_name[name]) for name in told}
    assert {
        "bts.csv", "cells.csv", "settlements.gpkg", "districts.gpkg", "spans.gpkg", "ground_m.tif",
        "clutter_class.tif", "clutter_classes.csv", "zone.tif",
    } <= told.keys()  # fmt: skip


def test_the_record_names_every_output_by_the_hash_of_its_file(record, small_run):
    told = {entry["file"]: entry["sha256"] for entry in record["outputs"]}
    assert told == {name: digest(small_run.folder / name) for name in told}


def test_the_record_tells_parameters_versions_and_grid(record):
    assert record["parameters"] == {
        "resolution_m": 1000.0, "radius_km": 5.0, "threshold_3g_dbm": -95.0,
        "threshold_4g_dbm": -105.0, "cell_edge_probability": 0.9, "user_loss_db": 0.0,
        "user_loss_sigma_db": 0.0, "model_sigma_db": 7.0, "preset": None,
        "rx_height_m": 1.5, "clutter_clearance_m": 100.0, "delta_n": 50.0, "n0": 370.0,
        "model": "p1812", "environment": None, "worlds": 200, "seed": None,
    }  # fmt: skip
    assert {"htcoverage", "numpy", "numba", "rasterio", "pyproj"} <= record["versions"].keys()
    assert record["versions"] == {name: version(name) for name in record["versions"]}
    assert record["grid"]["crs"] == "EPSG:9209"
    assert record["coverage"]["pixels_evaluated"] > 10_000


def test_the_record_is_read_back_and_its_files_are_found_unchanged(small_run):
    run = read_run(small_run.folder)
    assert run.parameters.radius_km == 5.0
    assert digest(run.path_of("map.html")) == digest(small_run.folder / "map.html")
    assert run.inputs.keys() >= {"bts.csv"}


# The same again


def test_a_run_is_repeated_from_its_record_to_the_byte(small_run, tmp_path):
    again = run_cli("run", "--from", str(small_run.folder / "run.json"), "--out", "b", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    for name in ("figures.json", "run.json", "map.html", "coverage_4g.tif"):
        assert digest(tmp_path / "b" / name) == digest(small_run.folder / name), name


def test_a_run_is_not_repeated_with_another_ledger_or_other_options(small_run, tmp_path):
    ledger = tmp_path / "bts.csv"
    lines = (data_dir() / "bts" / "bts.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    ledger.write_text("".join(lines[:-1]), encoding="utf-8")
    record = str(small_run.folder / "run.json")
    other = run_cli("run", "--from", record, "--bts", str(ledger), "--out", "b", cwd=tmp_path)
    assert other.returncode == 2
    assert "bts.csv" in other.stderr
    assert "the file of the run, SHA-256" in other.stderr
    assert "cells.csv" in other.stderr
    wished = run_cli("run", "--from", record, "--radius-km", "9", "--out", "b", cwd=tmp_path)
    assert wished.returncode == 2
    assert "--radius-km" in wished.stderr
    assert not (tmp_path / "b").exists()


def test_one_thread_makes_the_same_bytes_as_two_over_an_earlier_run(small_run, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "figures.json").write_text("from an earlier run")
    (out / "mine.txt").write_text("not of any run")
    again = run_cli("run", *COARSE, "--out", "out", cwd=tmp_path, threads=1)
    assert again.returncode == 0, again.stderr
    files = {path.name for path in small_run.folder.iterdir()}
    assert {path.name for path in out.iterdir()} == {*files, "mine.txt"}
    differing = [name for name in files if digest(out / name) != digest(small_run.folder / name)]
    assert differing == []


def test_another_seed_draws_another_ledger_of_the_same_size(document, tmp_path):
    other = run_cli("run", *COARSE, "--seed", "7", cwd=tmp_path)
    assert other.returncode == 0, other.stderr
    drawn = read_json(tmp_path / "out" / "figures.json")
    assert drawn["network"] == document["network"]
    assert drawn["shares"] != document["shares"]
    record = read_json(tmp_path / "out" / "run.json")
    assert record["parameters"]["seed"] == 7
    # The bundled ledger is no part of these figures, so it is no input of theirs.
    assert "bts.csv" not in [entry["file"] for entry in record["inputs"]]


# Broken off


def test_an_interrupt_ends_with_130_and_leaves_nothing(small_run, tmp_path):
    # The default resolution and radius: sweeping takes far longer than the test waits.
    process = subprocess.Popen(
        [str(PROGRAM), "run", "--out", "deep/out"], cwd=tmp_path, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        preexec_fn=hear_interruption,
    )  # fmt: skip
    try:
        said = []
        while not said or "sweeping masts" not in said[-1]:
            said.append(process.stderr.readline())
            assert said[-1], "ended before it was interrupted"
        process.send_signal(signal.SIGINT)
        output, rest = process.communicate(timeout=600)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert "interrupted" in rest
    assert "Traceback" not in rest
    assert output == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_told_before_the_work(tmp_path):
    tmp_path.chmod(0o500)
    refused = run_cli("run", *COARSE, "--out", str(tmp_path / "out"), cwd=tmp_path)
    tmp_path.chmod(0o700)
    assert refused.returncode == 2
    assert "read-only" in refused.stderr
    assert "sweeping" not in refused.stderr
