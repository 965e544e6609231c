"""What one carrier gets of a run holds nothing of another's."""

import dataclasses
import json
import shutil
from pathlib import Path

import geopandas as gpd
import leaks
import numpy as np
import pandas as pd
import pytest
import rasterio
import run_world as world
from run_world import OWN, RIVAL, SITES

from htcoverage.cli.main import execute
from htcoverage.crs import WGS84, transformer
from htcoverage.deliver import DEFAULT_FORMATS, FORMATS, carrier_view, deliver, export_run
from htcoverage.errors import InputError
from htcoverage.run import read_layers, read_run, write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    write_run(world.result(), folder)
    return folder


@pytest.fixture(scope="module")
def layers(run):
    return read_layers(read_run(run))


@pytest.fixture(scope="module")
def delivery(layers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("delivery")
    deliver(layers, OWN, folder, formats=list(FORMATS))
    return folder


@pytest.fixture(scope="module")
def delivery_with_union(layers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("union")
    deliver(layers, OWN, folder, with_union=True, formats=list(FORMATS), language="vi")
    return folder


def places() -> set[bytes]:
    """Where the mast of the rival alone stands."""
    _, _, _, east, north = SITES[1]
    x, y = world.world.WEST + east, world.world.SOUTH + north
    lon, lat = transformer(world.world.CRS, WGS84).transform(x, y)
    return leaks.coordinates({"x": x, "y": y, "lon": lon, "lat": lat})


def secrets() -> set[bytes]:
    """All that the rival alone has: identifiers, the name and the place of its own mast."""
    stations = world.bts()
    theirs = stations[stations["operator"] == RIVAL]
    words = {*theirs["bts_id"], *(f"{name}-1" for name in theirs["bts_id"]), "F-MF", RIVAL}
    words |= {RIVAL.lower(), "ledger_of", *SITES[1][:2]}
    return places().union(*(leaks.spellings(word) for word in words))


def test_a_run_comes_back_as_it_was(layers):
    result = world.result()
    order = layers.coverage["layer"].to_numpy()
    for name in ("level_dbm", "best_server"):
        expected = result.coverage[name].sel(layer=order).to_numpy()
        np.testing.assert_array_equal(layers.coverage[name].to_numpy(), expected)
    for name in ("cell_id", "bts_id", "site_id"):
        assert (
            layers.coverage[name].to_numpy().tolist() == result.coverage[name].to_numpy().tolist()
        )
    pd.testing.assert_frame_equal(
        layers.cells, result.inputs.cells, check_dtype=False, check_like=True
    )
    assert layers.bts["bts_id"].tolist() == result.inputs.bts["bts_id"].tolist()
    assert layers.bts.geometry.geom_equals(result.inputs.bts.geometry).all()
    assert layers.bts.crs.to_epsg() == 4326
    assert layers.gaps["gap_id"].tolist() == result.gaps["gap_id"].tolist()
    assert set(layers.ground) == {"sea"}


def test_the_search_finds_what_is_there(layers, tmp_path):
    """Each format of the whole run betrays the rival: else the next test would prove nothing."""
    telling = set(FORMATS) - {"level", "class", "probability"}
    for name in sorted(telling):
        folder = tmp_path / name
        export_run(layers, [name], folder)
        assert leaks.find(folder, secrets()), name
        if name not in ("best-server", "fcc"):
            assert leaks.find(folder, places()), name
    (tmp_path / "map").mkdir()
    shutil.copy(layers.record.path_of("map.html"), tmp_path / "map")
    assert leaks.find(tmp_path / "map", places())


def test_no_byte_of_a_delivery_tells_of_a_rival(delivery):
    assert len(list(delivery.iterdir())) > 40
    assert leaks.find(delivery, secrets()) == []


def test_nor_does_a_union(delivery_with_union):
    assert leaks.find(delivery_with_union, secrets()) == []


def test_the_carrier_finds_all_its_own(delivery):
    sites = gpd.read_file(delivery / "coverage.gpkg", layer="sites")
    stations = world.bts()
    own = stations[stations["operator"] == OWN]
    assert sites["bts_id"].tolist() == own["bts_id"].tolist()
    assert sites.geometry.geom_equals(own.geometry.reset_index(drop=True)).all()
    cells = gpd.read_file(delivery / "coverage.gpkg", layer="cells")
    assert cells["bts_id"].tolist() == own["bts_id"].tolist()
    figures = pd.read_csv(delivery / "figures.csv", comment="#")
    assert set(figures["operator"]) == {OWN}
    page = (delivery / "map_viettel.html").read_text("utf-8")
    assert "Trạm Riêng Biển" in page


@pytest.mark.parametrize("technology", ["3G", "4G"])
def test_cover_and_servers_are_the_carriers_own(run, delivery, layers, technology):
    with rasterio.open(delivery / f"level_{technology.lower()}.tif") as file:
        assert file.descriptions == (f"{technology} {OWN}",)
        level = file.read(1, masked=True).filled(np.nan)
    layer = f"{OWN}_{technology}".lower()
    whole = layers.coverage.sel(layer=layer)
    np.testing.assert_array_equal(level, whole["level_dbm"].to_numpy())
    view = carrier_view(layers, OWN)
    own = view.layers.coverage.sel(layer=layer)
    at = np.s_[::7, ::7]
    expected = whole["cell_id"].to_numpy()[whole["best_server"].to_numpy()[at]]
    found = own["cell_id"].to_numpy()[own["best_server"].to_numpy()[at]]
    assert found.tolist() == expected.tolist()


def test_gaps_are_the_carriers_own(layers):
    """The rival alone covers the second settlement: to the carrier it is a gap."""
    assert layers.gaps.empty
    view = carrier_view(layers, OWN)
    assert view.layers.gaps["operator"].unique().tolist() == [OWN]
    assert set(view.layers.gaps["nearest_site_operators"]) <= {OWN}
    assert view.layers.gaps["residents"].sum() > 0


def test_a_union_tells_cover_alone_and_tells_it_rightly(layers, delivery_with_union):
    view = carrier_view(layers, OWN, with_union=True)
    criteria = layers.record.parameters.criteria
    for technology in ("3G", "4G"):
        told = view.union.sel(layer=f"any_{technology.lower()}")["level_dbm"].to_numpy()
        true = layers.coverage.sel(layer=f"any_{technology.lower()}")["level_dbm"].to_numpy()
        assert len(np.unique(told[~np.isnan(told)])) <= 2
        threshold = criteria.threshold_dbm(technology)
        for least in (threshold, threshold + criteria.margin_db):
            told_covered = told.astype(float) >= least
            np.testing.assert_array_equal(told_covered, true.astype(float) >= least)
    with rasterio.open(delivery_with_union / "cover_class_union_4g.tif") as file:
        assert set(np.unique(file.read(1))) <= {0, 1, 2, 3}
    page = (delivery_with_union / "map_viettel.html").read_text("utf-8")
    assert "cover:4G:any" in page
    assert "level:4G:any" not in page
    figures = pd.read_csv(delivery_with_union / "figures.csv", comment="#")
    assert set(figures["operator"]) == {OWN, "any"}


def test_a_delivery_without_union_shows_no_union(delivery):
    page = (delivery / "map_viettel.html").read_text("utf-8")
    assert f"cover:4G:{OWN}" in page
    assert ':any"' not in page


def test_the_same_run_gives_the_same_bytes(layers, delivery, tmp_path):
    deliver(layers, OWN, tmp_path / "again", formats=list(FORMATS))
    for path in delivery.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_nothing_else_goes_out_with_a_delivery(layers, tmp_path):
    out = tmp_path / "out"
    deliver(layers, RIVAL, out, formats=["csv"])
    with pytest.raises(InputError, match="earlier delivery"):
        deliver(layers, OWN, out, formats=["csv"])
    (out / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="notes"):
        deliver(layers, RIVAL, out, formats=["csv"])
    (out / "notes.txt").unlink()
    deliver(layers, RIVAL, out, formats=["atoll"])
    assert not (out / "sites.csv").exists()
    listed = json.loads((out / "delivery.json").read_text("utf-8"))["outputs"]
    names = {path.name for path in out.iterdir()} - {"delivery.json"}
    assert {entry["file"] for entry in listed} == names


def test_the_commands(run, tmp_path, capsys):
    assert execute(["deliver", str(run), "--operator", OWN, "--out", str(tmp_path / "a")]) == 0
    assert "map_viettel.html" in capsys.readouterr().out
    assert (tmp_path / "a" / "coverage.kmz").is_file()
    assert set(DEFAULT_FORMATS) <= set(FORMATS)
    assert execute(["deliver", str(run), "--operator", "Nobody", "--out", str(tmp_path / "b")]) == 2
    assert "Viettel, MobiFone" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()
    assert execute(["export", str(run), "--format", "dxf", "--out", str(tmp_path / "c")]) == 2
    assert ", ".join(FORMATS) in capsys.readouterr().err.replace("\n", " ")
    assert execute(["export", str(run), "--format", "all", "--out", str(tmp_path / "c")]) == 0
    written = {path.name for path in (tmp_path / "c").iterdir()}
    assert {"sites.csv", "level_3g.tif", "coverage.kmz", "gaps.tab", "Sites.txt"} <= written
    assert {Path(line).name for line in capsys.readouterr().out.split()} == written


def test_an_operator_without_one_technology_is_exported_too(layers, tmp_path):
    there = layers.coverage.sel(layer=layers.coverage["layer"] != "mobifone_3g")
    export_run(dataclasses.replace(layers, coverage=there), list(FORMATS), tmp_path)
    names = {path.name for path in tmp_path.glob("availability_*")}
    assert names == {
        "availability_viettel_3g.gpkg", "availability_viettel_4g.gpkg",
        "availability_mobifone_4g.gpkg",
    }  # fmt: skip


def test_an_export_does_not_touch_the_files_of_a_run(run, capsys):
    before = {path: path.read_bytes() for path in run.iterdir()}
    assert execute(["export", str(run), "--format", "csv", "--out", str(run)]) == 2
    assert "a folder other than a finished run's" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in run.iterdir()} == before
