"""Terrain made by hand for the tests of paths: flat, hilly, with a ridge, with clutter."""

from __future__ import annotations

import math

import numpy as np
from odc.geo.geobox import GeoBox

from htcoverage.crs import WGS84, transformer
from htcoverage.terrain import Terrain

CRS = "EPSG:9209"
POSTING_M = 90.0
SIZE = 160
WEST_M, NORTH_M = 540_000.0, 2_030_040.0


def make_terrain(ground, *, clutter_m=None, zone=None) -> Terrain:
    ground = np.asarray(ground, dtype=np.float32)
    clutter = np.zeros_like(ground) if clutter_m is None else np.asarray(clutter_m, np.float32)
    bounds = (
        WEST_M, NORTH_M - POSTING_M * ground.shape[0], WEST_M + POSTING_M * ground.shape[1], NORTH_M
    )  # fmt: skip
    return Terrain(
        ground_m=ground,
        clutter_class=np.zeros(ground.shape, np.uint8),
        clutter_height_m=clutter,
        zone=np.full(ground.shape, 4, np.uint8) if zone is None else zone,
        geobox=GeoBox.from_bbox(bounds, crs=CRS, shape=ground.shape, tight=True),
    )


def hills(seed: int = 3) -> np.ndarray:
    """Return seeded hilly ground of 0 to about 600 m."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    ground = np.zeros((SIZE, SIZE))
    for octave in range(1, 7):
        for _ in range(3):
            (ky, kx), phase = rng.normal(0, 2**octave / 2, 2), rng.uniform(0, 7)
            ground += 130.0 / 1.8**octave * np.sin(2 * math.pi * (ky * y + kx * x) + phase)
    return np.maximum(ground + 150.0, 0.0)


def patches(seed: int = 4) -> np.ndarray:
    """Return clutter heights in blocks: open, village, forest."""
    blocks = np.random.default_rng(seed).choice([0.0, 8.0, 15.0], (SIZE // 8, SIZE // 8))
    return np.kron(blocks, np.ones((8, 8)))


def wall_terrain(height_m: float) -> Terrain:
    """Return flat ground with a ridge along column 62, 3.78 km east of WEST."""
    ground = np.zeros((SIZE, SIZE))
    ground[:, 62] = height_m
    return make_terrain(ground)


def lon_lat(column: float, row: float) -> tuple[float, float]:
    """Return the place that many postings from the north-west corner."""
    x, y = WEST_M + POSTING_M * column, NORTH_M - POSTING_M * row
    lon, lat = transformer(CRS, WGS84).transform(x, y)
    return float(lon), float(lat)


FLAT = make_terrain(np.zeros((SIZE, SIZE)))
#: 10.08 km west to east along the middle of a row.
WEST, EAST = lon_lat(20.5, 80.5), lon_lat(132.5, 80.5)
