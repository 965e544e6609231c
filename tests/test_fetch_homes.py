"""Settlements made of buildings: the rule to the letter, also where it makes many holes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.project.homes import clustered

CRS = "EPSG:32648"
WITHIN_M = 50.0


def houses_about(spacing_m: float, *, side: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    middles = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2) * spacing_m
    x, y = (middles + rng.normal(0.0, 4.0, middles.shape)).T
    return np.asarray(shapely.box(x - 4, y - 6, x + 4, y + 6))


def check(houses: np.ndarray) -> np.ndarray:
    found = clustered(
        gpd.GeoDataFrame(geometry=houses, crs=CRS), within_m=WITHIN_M, smallest_m2=1.0
    ).geometry.to_numpy()
    wide = shapely.union_all(shapely.buffer(houses, WITHIN_M / 2, quad_segs=4))
    parts = shapely.get_parts(shapely.buffer(wide, -WITHIN_M / 4, quad_segs=4))
    expected = parts[shapely.area(parts) >= 1.0]
    assert len(found) == len(expected)
    assert shapely.is_valid(found).all()
    apart = shapely.symmetric_difference(shapely.union_all(found), shapely.union_all(expected))
    assert shapely.area(apart) < 1e-6
    return np.asarray(expected)


def test_a_plain_of_scattered_houses() -> None:
    """About as far apart as the distance: one settlement with many holes, and islands in them."""
    expected = check(houses_about(54.0, side=30, seed=4))
    assert shapely.get_num_interior_rings(expected).sum() > 100


@settings(max_examples=25, deadline=None)
@given(spacing_m=st.floats(8.0, 90.0), side=st.integers(1, 9), seed=st.integers(0, 99))
def test_any_pattern_of_houses(spacing_m: float, side: int, seed: int) -> None:
    check(houses_about(spacing_m, side=side, seed=seed))
