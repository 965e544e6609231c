"""One site's loss over any DEM, as a GeoTIFF to be laid beside any other program's."""

from __future__ import annotations

import argparse

import numpy as np
import rasterio
from rasterio.windows import Window

from htcoverage.crs import WGS84, transformer
from htcoverage.engine.inputs import Antennas, Cells, Land, Mast, Pixels, Servers, Setup
from htcoverage.engine.sweep import sweep_mast
from htcoverage.errors import HtcoverageError
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
from htcoverage.terrain import read_terrain


def write_loss(parser: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    """Compute and write the loss; a DEM in degrees is warped to UTM first. Return an exit code."""
    needed = ("lon", "lat", "tx_height_m", "rx_height_m", "freq_mhz", "radius_km", "out")
    missing = [f"--{n.replace('_', '-')}" for n in needed if getattr(given, n) is None]
    if missing:
        parser.error(f"--dem also needs {' '.join(missing)}")
    with rasterio.open(given.dem) as source:
        projected = source.crs is not None and source.crs.is_projected
    zone = int((given.lon + 180.0) // 6.0) + 1
    utm = f"EPSG:{32600 + zone if given.lat >= 0 else 32700 + zone}"
    try:
        for valid, value in (
            (FREQUENCY_RANGE, given.freq_mhz), (DISTANCE_RANGE, given.radius_km),
            (TX_HEIGHT_RANGE, given.tx_height_m), (RX_HEIGHT_RANGE, given.rx_height_m),
        ):  # fmt: skip
            check_range(valid, value, citation=CITATION)
        terrain = read_terrain(given.dem, crs=None if projected else utm)
    except HtcoverageError as error:
        parser.error(str(error))
    box = terrain.geobox
    x, y = transformer(WGS84, str(box.crs)).transform(given.lon, given.lat)
    col, row = ~box.transform * (x, y)
    row, col = row - 0.5, col - 0.5
    if not (0.0 <= row <= box.shape[0] - 1 and 0.0 <= col <= box.shape[1] - 1):
        parser.error(f"the site {given.lon:g}, {given.lat:g} lies outside {given.dem}")
    posting_km = terrain.posting_m / 1000.0
    reach = int(given.radius_km / posting_km) + 2
    top, left = max(int(row) - reach, 0), max(int(col) - reach, 0)
    ny, nx = (
        min(int(at) + reach + 1, size) - first
        for at, size, first in zip((row, col), box.shape, (top, left), strict=True)
    )
    part = np.s_[top : top + ny, left : left + nx]
    ground = np.ascontiguousarray(terrain.ground_m[part])
    if ny < 2 or nx < 2 or not np.isfinite(ground).all():
        parser.error(f"{given.dem} has voids within {given.radius_km:g} km of the site")
    row, col = row - top, col - left
    land = Land(
        ground, terrain.clutter_height_m[part].copy(), terrain.zone[part].copy(), posting_km
    )
    servers = Servers(
        np.full((ny, nx, 1, 2), np.nan, np.float32), np.full((ny, nx, 1, 2), -1, np.int32),
        np.zeros((0, 0, 0)), np.zeros(1, np.int32), 0,
    )  # fmt: skip
    half = int(np.ceil(1.25 * given.radius_km / posting_km))
    flat = np.zeros((1, 4 * (2 * half + 1)), np.float32)
    sweep_mast(
        servers, Pixels(np.ones((ny, nx), np.bool_), ground, land.zone, posting_km), land,
        Mast(row, col, row, col, given.tx_height_m, given.lat),
        Setup(given.rx_height_m, given.radius_km, 0.1, float(effective_radius_km(DEFAULT_DELTA_N)),
              DEFAULT_N0, half, posting_km),
        np.array([given.freq_mhz / 1000.0]),
        Cells(np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1),
              flat, flat, np.zeros(1, np.int64)),
        Antennas(np.zeros((1, 3601), np.float32), np.zeros(1)), False,
    )  # fmt: skip
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "height": ny, "width": nx,
        "crs": str(box.crs), "nodata": float("nan"), "compress": "deflate",
        "transform": rasterio.windows.transform(Window(left, top, nx, ny), box.transform),
    }  # fmt: skip
    with rasterio.open(given.out, "w", **profile) as target:
        target.write(-servers.level[:, :, 0, 0], 1)
        target.set_band_description(1, "ITU-R P.1812-8 basic transmission loss, dB")
    return 0
