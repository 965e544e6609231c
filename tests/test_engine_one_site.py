"""The benchmark's single-site job over any DEM, by its command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import engine_world as world
import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin

PROGRAM = Path(__file__).parent.parent / "benchmarks" / "engine.py"
ROW, COL = 40.0, 44.0


def write_dem(path: Path, ground: np.ndarray) -> list[str]:
    """Write a DEM and return the arguments of a site on it."""
    terrain = world.make_terrain(ground)
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, height=ground.shape[0],
        width=ground.shape[1], crs=world.CRS, transform=terrain.geobox.transform,
    ) as file:  # fmt: skip
        file.write(ground, 1)
    x, y = terrain.geobox.transform * (COL + 0.5, ROW + 0.5)
    lon, lat = Transformer.from_crs(world.CRS, "EPSG:4326", always_xy=True).transform(x, y)
    return [
        "--dem", str(path), "--lon", str(lon), "--lat", str(lat), "--tx-height-m", "30",
        "--rx-height-m", "1.5", "--freq-mhz", "1800", "--radius-km", "3",
    ]  # fmt: skip


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *arguments], capture_output=True, text=True, check=False
    )


def test_the_loss_of_one_site_is_written_where_it_belongs(tmp_path: Path) -> None:
    ground = world.hills(90, seed=21, top_m=300.0)
    given = write_dem(tmp_path / "dem.tif", ground)
    done = run(*given, "--out", str(tmp_path / "loss.tif"))
    assert done.returncode == 0, done.stderr
    exact = world.exact_db(world.make_terrain(ground), ROW, COL, radius_km=3.0)
    with rasterio.open(tmp_path / "loss.tif") as file:
        loss = file.read(1)
        left, top = file.transform.c, file.transform.f
    row, col = round((world.NORTH_M - top) / 100.0), round((left - world.WEST_M) / 100.0)
    part = exact[row : row + loss.shape[0], col : col + loss.shape[1]]
    there = np.isfinite(loss) & np.isfinite(part)
    # The rim is left to rounding.
    assert there.sum() >= np.isfinite(exact).sum() - 12
    assert np.median(np.abs(loss[there] - part[there])) < 0.1


def test_what_lies_at_or_behind_a_void_has_no_loss_and_the_rest_is_as_without(
    tmp_path: Path,
) -> None:
    ground = world.hills(90, seed=21, top_m=300.0)
    given = write_dem(tmp_path / "whole.tif", ground)
    assert run(*given, "--out", str(tmp_path / "whole_loss.tif")).returncode == 0
    torn = ground.copy()
    torn[37:44, 56:72] = np.nan  # due east
    given = write_dem(tmp_path / "torn.tif", torn)
    done = run(*given, "--out", str(tmp_path / "torn_loss.tif"))
    assert done.returncode == 0, done.stderr
    with (
        rasterio.open(tmp_path / "whole_loss.tif") as whole,
        rasterio.open(tmp_path / "torn_loss.tif") as part,
    ):
        whole_db, torn_db = whole.read(1), part.read(1)
        col, row = ~whole.transform * (world.WEST_M + 100.0 * (COL + 0.5), world.NORTH_M - 4050.0)
    lost = np.isfinite(whole_db) & np.isnan(torn_db)
    there = np.isfinite(torn_db)
    np.testing.assert_array_equal(torn_db[there], whole_db[there])
    east = np.arange(whole_db.shape[1]) + 0.5 - col
    assert lost[int(row), east >= 12].sum() == np.isfinite(whole_db[int(row), east >= 12]).sum()
    assert not lost[int(row), east < 11].any()
    assert not lost[: int(row) - 12].any()
    assert f"{lost.sum()} pixels at or behind voids" in done.stderr
    assert lost.sum() < 0.2 * np.isfinite(whole_db).sum()


def test_a_missing_argument_is_told(tmp_path: Path) -> None:
    given = write_dem(tmp_path / "dem.tif", world.hills(90, seed=21, top_m=300.0))
    missing = run(*given)
    assert missing.returncode == 2
    assert "--out" in missing.stderr


def test_a_dem_in_degrees_on_the_other_side_of_the_equator(tmp_path: Path) -> None:
    ground = world.hills(120, seed=21, top_m=300.0)
    with rasterio.open(
        tmp_path / "dem.tif", "w", driver="GTiff", dtype="float32", count=1, height=120, width=120,
        crs="EPSG:4326", transform=from_origin(-70.06, -33.34, 0.001, 0.001),
    ) as file:  # fmt: skip
        file.write(ground, 1)
    site = ["--lon", "-70.0", "--lat", "-33.4", "--tx-height-m", "30", "--rx-height-m", "1.5"]
    loss = tmp_path / "loss.tif"
    done = run(
        "--dem", str(tmp_path / "dem.tif"), *site, "--freq-mhz", "1800", "--radius-km", "3",
        "--out", str(loss),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with rasterio.open(loss) as file:
        assert file.crs.to_epsg() == 32719
        x, y = Transformer.from_crs(4326, 32719, always_xy=True).transform(-70.0, -33.4)
        (under,) = next(file.sample([(x, y)]))
        rows, cols = np.nonzero(np.isfinite(file.read(1)))
        d_m = np.hypot(*(np.array(file.xy(rows, cols)) - [[x], [y]]))
    # Some 30 m of slant free space under the mast; the whole disk round the site, and no more.
    assert under == pytest.approx(92.4 + 20 * np.log10(1.8 * 0.0285), abs=8.0)
    assert d_m.max() <= 3000.0
    assert len(d_m) * 111.32**2 == pytest.approx(np.pi * 3000.0**2, rel=0.01)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--lon", "104.9", "a site that lies on"),
        ("--lat", "nan", "within 84° of the equator"),
        ("--dem", "nowhere.tif", "a raster file that exists"),
        ("--out", "nowhere/loss.tif", "cannot be written"),
        ("--tx-height-m", "-2", "tx_height_m is -2 m"),
        ("--rx-height-m", "0", "rx_height_m is 0 m"),
        ("--freq-mhz", "26000", "freq_mhz is 26000 MHz"),
        ("--radius-km", "0", "distance_km is 0 km"),
    ],
)
def test_what_the_model_or_the_dem_does_not_hold_for_is_told(
    tmp_path: Path, option: str, value: str, words: str
) -> None:
    given = write_dem(tmp_path / "dem.tif", world.hills(90, seed=21, top_m=300.0))
    done = run(*given, "--out", str(tmp_path / "loss.tif"), option, value)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "loss.tif").exists()
