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


def test_a_void_or_a_missing_argument_is_told(tmp_path: Path) -> None:
    ground = world.hills(90, seed=21, top_m=300.0)
    ground[45:60, 45:60] = np.nan
    given = write_dem(tmp_path / "dem.tif", ground)
    void = run(*given, "--out", str(tmp_path / "loss.tif"))
    assert void.returncode == 2
    assert "voids" in void.stderr
    assert not (tmp_path / "loss.tif").exists()
    missing = run(*given)
    assert missing.returncode == 2
    assert "--out" in missing.stderr


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--lon", "104.9", "lies outside"),
        ("--lat", "nan", "lies outside"),
        ("--tx-height-m", "-2", "tx_height_m is -2 m"),
        ("--rx-height-m", "0", "rx_height_m is 0 m"),
        ("--freq-mhz", "26000", "freq_mhz is 26000 MHz"),
        ("--radius-km", "0", "distance_km is 0 km"),
    ],
)
def test_what_the_model_or_the_dem_does_not_hold_for_is_told(
    tmp_path: Path, option: str, value: str, words: str
) -> None:
    given = write_dem(tmp_path / "dem.tif", world.hills(40, seed=21, top_m=300.0))
    done = run(*given, option, value, "--out", str(tmp_path / "loss.tif"))
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "loss.tif").exists()
