"""One site's loss over any DEM, as a GeoTIFF to be laid beside any other program's."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np
import rasterio
from scipy import ndimage

from htcoverage.crs import WGS84, transformer
from htcoverage.engine.inputs import Antennas, Cells, Land, Mast, Pixels, Servers, Setup
from htcoverage.engine.radials import nearest_index
from htcoverage.engine.sweep import sweep_mast
from htcoverage.errors import HtcoverageError, InputError, argument_fault
from htcoverage.files import whole_file
from htcoverage.grid import check_metric_crs
from htcoverage.jit import kernel
from htcoverage.propagation.p1812.model import (
    CITATION,
    DEFAULT_DELTA_N,
    DEFAULT_N0,
    DISTANCE_RANGE,
    FREQUENCY_RANGE,
    RX_HEIGHT_RANGE,
    TX_HEIGHT_RANGE,
    effective_radius_km,
)
from htcoverage.propagation.validity import check_range
from htcoverage.terrain import Terrain, read_terrain
from htcoverage.terrain.tiles import tiles_of


def write_loss(parser: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    """Compute and write the loss; tell on stderr what has none. Return an exit code."""
    needed = ("lon", "lat", "tx_height_m", "rx_height_m", "freq_mhz", "radius_km", "out")
    missing = [f"--{n.replace('_', '-')}" for n in needed if getattr(given, n) is None]
    if missing:
        parser.error(f"--dem also needs {' '.join(missing)}")
    try:
        terrain, row, col = _around_site(given)
    except HtcoverageError as error:
        parser.error(str(error))
    for note in terrain.notes:
        print(f"{given.dem}: {note}", file=sys.stderr)
    known = np.isfinite(terrain.ground_m)
    # Radials run beside the straight paths, and heights are read between neighbouring values.
    sure = ndimage.minimum_filter(known, size=3, mode="nearest")
    wanted = _seen_through(sure, row, col) & known
    behind = int((_within(known.shape, row, col, terrain, given.radius_km) & ~wanted).sum())
    if behind:
        print(f"{behind} pixels at or behind voids of {given.dem} have no loss", file=sys.stderr)
    try:
        with whole_file(given.out) as part:
            _write(part, _loss_db(terrain, wanted, row, col, given), terrain)
    except OSError as error:
        parser.error(f"{given.out} cannot be written: {error.strerror or error}")
    return 0


def _around_site(given: argparse.Namespace) -> tuple[Terrain, float, float]:
    """Return the terrain within the radius, and the place of the site on it.

    What does not measure in true metres, such as degrees, is warped to UTM.
    """
    for valid, value in (
        (FREQUENCY_RANGE, given.freq_mhz), (DISTANCE_RANGE, given.radius_km),
        (TX_HEIGHT_RANGE, given.tx_height_m), (RX_HEIGHT_RANGE, given.rx_height_m),
    ):  # fmt: skip
        check_range(valid, value, citation=CITATION)
    site = f"{given.lon:g}, {given.lat:g}"
    if not (abs(given.lon) <= 180.0 and abs(given.lat) <= 84.0):
        raise argument_fault("--lon, --lat", site, "degrees, within 84° of the equator")
    crs = tiles_of([given.dem])[0].crs
    try:
        check_metric_crs(crs)
    except InputError:
        zone = min(int((given.lon + 180.0) // 6.0) + 1, 60)
        crs = f"EPSG:{32600 + zone if given.lat >= 0 else 32700 + zone}"
    x, y = transformer(WGS84, crs).transform(given.lon, given.lat)
    outside = argument_fault("--lon, --lat", site, f"a site that lies on {given.dem}, and no void")
    if not math.isfinite(x + y):
        raise outside
    # Half a kilometre more: the rim is warped from neighbours on both sides.
    reach_m = 1000.0 * given.radius_km + 500.0
    bounds_m = (x - reach_m, y - reach_m, x + reach_m, y + reach_m)
    try:
        terrain = read_terrain(given.dem, crs=crs, bounds_m=bounds_m)
    except InputError as error:
        raise outside from error
    col, row = ~terrain.geobox.transform * (x, y)
    high, wide = terrain.geobox.shape
    if not (0.0 <= row < high and 0.0 <= col < wide) or high < 2 or wide < 2:
        raise outside
    if not math.isfinite(terrain.ground_m[int(row), int(col)]):
        raise outside
    return terrain, row - 0.5, col - 0.5


@kernel
def _seen_through(known: np.ndarray, row: float, col: float) -> np.ndarray:
    """Return which pixels have a straight path from a position that meets known values only."""
    seen = np.zeros(known.shape, np.bool_)
    rows, cols = known.shape
    for r in range(rows):
        for c in range(cols):
            steps = math.ceil(max(abs(r - row), abs(c - col)))
            seen[r, c] = True
            for i in range(steps):
                share = i / steps
                at = nearest_index(row + share * (r - row), rows)
                if not known[at, nearest_index(col + share * (c - col), cols)]:
                    seen[r, c] = False
                    break
    return seen


def _within(
    shape: tuple[int, int], row: float, col: float, terrain: Terrain, radius_km: float
) -> np.ndarray:
    rows, cols = np.indices(shape, sparse=True)
    within: np.ndarray = np.hypot(rows - row, cols - col) * terrain.posting_m <= 1000.0 * radius_km
    return within


def _loss_db(
    terrain: Terrain, wanted: np.ndarray, row: float, col: float, given: argparse.Namespace
) -> np.ndarray:
    """Return the loss of every wanted pixel in reach, NaN elsewhere."""
    ground = np.nan_to_num(terrain.ground_m)  # no path meets the rest
    posting_km = terrain.posting_m / 1000.0
    shape = (*ground.shape, 1, 2)
    servers = Servers(
        np.full(shape, np.nan, np.float32), np.full(shape, -1, np.int32), np.zeros((0, 0, 0)),
        np.zeros(1, np.int32), 0,
    )  # fmt: skip
    half = math.ceil(1.25 * given.radius_km / posting_km)
    flat = np.zeros((1, 4 * (2 * half + 1)), np.float32)
    sweep_mast(
        servers, Pixels(wanted, ground, terrain.zone, posting_km),
        Land(ground, terrain.clutter_height_m, terrain.zone, posting_km),
        Mast(row, col, row, col, given.tx_height_m, given.lat),
        Setup(given.rx_height_m, given.radius_km, 0.1, float(effective_radius_km(DEFAULT_DELTA_N)),
              DEFAULT_N0, half, posting_km),
        np.array([given.freq_mhz / 1000.0]),
        Cells(np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1),
              flat, flat, np.zeros(1, np.int64)),
        Antennas(np.zeros((1, 3601), np.float32), np.zeros(1)), False,
    )  # fmt: skip
    loss_db: np.ndarray = -servers.level[:, :, 0, 0]
    return loss_db


def _write(path: Path, loss_db: np.ndarray, terrain: Terrain) -> None:
    high, wide = loss_db.shape
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, height=high, width=wide,
        crs=str(terrain.geobox.crs), transform=terrain.geobox.transform, nodata=float("nan"),
        compress="deflate",
    ) as target:  # fmt: skip
        target.write(loss_db, 1)
        target.set_band_description(1, "ITU-R P.1812-8 basic transmission loss, dB")
