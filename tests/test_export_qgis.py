"""QGIS opens what is written as it is meant: styles are picked up, colours are the legend's."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import map_world as world
import matplotlib.image
import numpy as np
import pytest
import run_world

from htcoverage.export import (
    write_best_server_tif,
    write_class_tif,
    write_coverage_tif,
    write_gpkg,
    write_probability_tif,
)
from htcoverage.export.classes import COVER_COLOURS, LEVEL_COLOURS
from htcoverage.figures import CoverCriteria

CRITERIA = CoverCriteria()


def qgis_python():
    """The interpreter that can import QGIS: the system's own, as packages of it are made."""
    for python in filter(None, ("/usr/bin/python3", shutil.which("python3"), sys.executable)):
        if (
            Path(python).exists()
            and not subprocess.run(
                [python, "-c", "import qgis.core"], capture_output=True
            ).returncode
        ):
            return python
    return None


@pytest.fixture(scope="module")
def cover():
    return run_world.coverage_with_a_hole()


@pytest.fixture(scope="module")
def opened(cover, tmp_path_factory):
    """What QGIS tells of one file of each kind, and the pictures that it draws of them."""
    python = qgis_python()
    if python is None:
        pytest.skip("no Python with QGIS: its own opening of the files is not tried")
    folder = tmp_path_factory.mktemp("qgis")
    homes = world.settlements("a & <b>", "Bản Rào Tre").assign(covered_4g_cell_edge=[0.2, 1.0])
    sites = run_world.bts()
    write_coverage_tif(cover, "4G", folder / "level.tif")
    write_probability_tif(cover, "4G", folder / "probability.tif", criteria=CRITERIA)
    write_best_server_tif(cover, "4G", folder / "server.tif")
    write_class_tif(cover, "4G", folder / "class.tif", criteria=CRITERIA, language="vi")
    tables = {
        "gaps": homes, "settlements": homes, "sites": sites, "bts": sites,
        "districts": world.districts("a", "b"), "spans": world.spans("Viettel"),
        "cells": run_world.cells(sites),
    }  # fmt: skip
    write_gpkg(tables, folder / "all.gpkg")
    files = [folder / f"{name}.tif" for name in ("level", "probability", "server", "class")]
    done = subprocess.run(
        [python, Path(__file__).with_name("qgis_reader.py"), folder, *files, folder / "all.gpkg"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), folder


def picture(folder, name):
    return np.rint(matplotlib.image.imread(folder / f"{name}.png")[..., :3] * 255).astype(int)


def rgb(colours):
    return np.array([list(bytes.fromhex(colour[1:])) for colour in colours])


def test_a_raster_of_several_bands_opens_in_the_colours_of_the_legend(cover, opened):
    told, folder = opened
    assert told["level.tif"]["renderer"] == "singlebandpseudocolor"
    assert told["level.tif"]["crs"] == "EPSG:9209"
    assert told["level.tif"]["legend"][-1] == ["RSRP ≥ −85 dBm", LEVEL_COLOURS[0]]
    level = cover["level_dbm"].sel(layer="any_4g").to_numpy()
    number = np.digitize(level, [-85, -95, -105, -115])
    expected = np.where(np.isnan(level)[..., None], 255, rgb(LEVEL_COLOURS)[number])
    np.testing.assert_array_equal(picture(folder, "level"), expected)
    assert told["probability.tif"]["renderer"] == "singlebandpseudocolor"
    words = ["< 50 %", "50 … 75 %", "75 … 90 %", "90 … 95 %", "≥ 95 %"]
    assert [entry[0] for entry in told["probability.tif"]["legend"]] == words
    # The class from 90 % on begins where cover at the cell edge does.
    sure = (picture(folder, "probability")[..., None, :] == rgb(LEVEL_COLOURS[:2])).all(-1).any(-1)
    np.testing.assert_array_equal(sure, np.nan_to_num(level, nan=-999) + 105 >= CRITERIA.margin_db)


def test_classes_open_with_their_own_entries_and_words_only(cover, opened):
    told, folder = opened
    legend = told["class.tif"]["legend"]
    assert [entry[1] for entry in legend] == COVER_COLOURS
    assert legend[2][0] == "không có sóng"
    excess = np.nan_to_num(cover["level_dbm"].sel(layer="any_4g").to_numpy(), nan=-999) + 105
    number = np.where(excess >= CRITERIA.margin_db, 0, np.where(excess >= 0, 1, 2))
    np.testing.assert_array_equal(picture(folder, "class"), rgb(COVER_COLOURS)[number])


def test_best_servers_open_as_cells_by_name(cover, opened):
    told, folder = opened
    server = cover["best_server"].sel(layer="any_4g").to_numpy()
    cells = np.unique(server).tolist()
    legend = told["server.tif"]["legend"]
    assert [entry[0] for entry in legend] == cover["cell_id"].to_numpy()[cells].tolist()
    number = np.searchsorted(cells, server)
    expected = rgb([entry[1] for entry in legend])[number]
    np.testing.assert_array_equal(picture(folder, "server"), expected)


def test_every_layer_of_a_geopackage_opens_in_its_own_style(opened):
    told, folder = opened
    layers = told["all.gpkg"]
    assert layers.keys() == {"gaps", "settlements", "sites", "bts", "districts", "spans"}
    assert all(layer["styled"] for layer in layers.values())
    for name in ("sites", "bts"):
        assert [entry[0] for entry in layers[name]["legend"]] == ["MobiFone", "Viettel"]
    assert layers["spans"]["renderer"] == "categorizedSymbol"
    assert layers["settlements"]["renderer"] == "graduatedSymbol"
    colours = [entry[1] for entry in layers["settlements"]["legend"]]
    drawn = picture(folder, "settlements")
    # The one covered by a fifth and the one covered whole.
    for colour in (colours[0], colours[-1]):
        assert (drawn == rgb([colour])[0]).all(axis=-1).sum() > 100
