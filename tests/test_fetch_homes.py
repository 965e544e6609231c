"""Settlements made of buildings: the rule to the letter, also where it makes many holes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.project.clusters import clustered

CRS = "EPSG:32648"
WITHIN_M = 50.0

#: GEOS widens an outline after leaving out bends of less than a hundredth of the distance, from the
#: first corner on: where an outline begins moves its bends by less than a metre.
BENDS_M, BENDS_SHARE = 1.0, 1e-4


def houses_about(spacing_m: float, *, side: int, seed: int) -> np.ndarray:
    """Houses on a grid about a corner, some with negative coordinates, each a few metres off."""
    rng = np.random.default_rng(seed)
    middles = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2) - side / 3
    x, y = (middles * spacing_m + rng.normal(0.0, 4.0, middles.shape)).T
    return np.asarray(shapely.box(x - 4, y - 6, x + 4, y + 6))


def villages(*, count: int, seed: int) -> np.ndarray:
    """Villages of up to 60 houses, close or strewn, some kilometres apart."""
    rng = np.random.default_rng(seed)
    found = [
        rng.uniform(0.0, 6000.0, 2) + rng.normal(0.0, rng.uniform(20.0, 200.0), (number, 2))
        for number in rng.integers(1, 60, count)
    ]
    x, y = np.concatenate(found).T
    return np.asarray(shapely.box(x - 4, y - 6, x + 4, y + 6))


def made_of(houses: np.ndarray, *, smallest_m2: float = 1.0) -> np.ndarray:
    table = gpd.GeoDataFrame(geometry=houses, crs=CRS)
    found = clustered(table, within_m=WITHIN_M, smallest_m2=smallest_m2)
    return np.asarray(found.geometry.to_numpy())


def check(houses: np.ndarray) -> np.ndarray:
    """Compare with the rule as it is told: one union of all, one buffer of it."""
    found = made_of(houses)
    wide = shapely.union_all(shapely.buffer(houses, WITHIN_M / 2, quad_segs=4))
    parts = shapely.get_parts(shapely.buffer(wide, -WITHIN_M / 4, quad_segs=4))
    expected = parts[shapely.area(parts) >= 1.0]
    assert len(found) == len(expected)
    assert shapely.is_valid(found).all()
    assert shapely.get_num_interior_rings(found).sum() == (
        shapely.get_num_interior_rings(expected).sum()
    )
    one, other = shapely.multipolygons(found), shapely.multipolygons(expected)
    apart = shapely.area(shapely.symmetric_difference(one, other))
    assert apart < BENDS_SHARE * shapely.area(other)
    assert shapely.covers(shapely.buffer(other, BENDS_M), one)
    assert shapely.covers(shapely.buffer(one, BENDS_M), other)
    return np.asarray(expected)


@pytest.mark.parametrize("spacing_m", [46.0, 54.0, 60.0])
def test_a_plain_of_scattered_houses(spacing_m: float) -> None:
    """About as far apart as the distance: one settlement with many holes, and islands in them."""
    expected = check(houses_about(spacing_m, side=24, seed=4))
    assert shapely.get_num_interior_rings(expected).sum() > (100 if spacing_m < 60 else 0)


def test_a_hole_of_many_squares_with_an_island_in_it() -> None:
    """A ring road of houses 3 km across, a hamlet in its middle, and the hole's own neighbours."""
    turn = np.linspace(0.0, 2 * np.pi, 400, endpoint=False)
    ring = np.column_stack([1500.0 * np.cos(turn), 1500.0 * np.sin(turn)])
    hamlet = np.stack(np.meshgrid(np.arange(6), np.arange(6)), -1).reshape(-1, 2) * 60.0 * 0.8
    x, y = np.concatenate([ring, hamlet]).T
    houses = shapely.box(x - 4, y - 6, x + 4, y + 6)
    expected = check(houses)
    assert len(expected) == 2
    widest = max(
        shapely.area(shapely.Polygon(hole)) for each in expected for hole in each.interiors
    )
    assert widest > 5e6


@pytest.mark.parametrize("seed", range(4))
def test_towns_and_villages(seed: int) -> None:
    check(villages(count=60, seed=seed))


def test_the_order_of_the_houses_is_no_matter() -> None:
    houses = villages(count=30, seed=9)
    mixed = houses[np.random.default_rng(1).permutation(len(houses))]
    one, other = (shapely.multipolygons(made_of(each)) for each in (houses, mixed))
    apart = shapely.area(shapely.symmetric_difference(one, other))
    assert apart < BENDS_SHARE * shapely.area(one)


def test_settlements_stand_from_north_to_south_and_small_ones_are_left_out() -> None:
    houses = np.concatenate([shapely.box(0, y, 10, y + 10) for y in (0.0, 400.0, 200.0)], axis=None)
    houses = np.append(houses, shapely.box(0.0, 800.0, 2.0, 802.0))
    each_m2 = shapely.area(made_of(houses))
    found = made_of(houses, smallest_m2=float(each_m2.min()) + 1.0)
    assert len(found) == 3
    assert (np.diff(shapely.bounds(found)[:, 3]) < 0).all()


def test_nothing_makes_nothing() -> None:
    assert len(made_of(np.array([], dtype=object))) == 0
    assert len(made_of(np.array([shapely.Polygon()]))) == 0


@settings(max_examples=25, deadline=None)
@given(spacing_m=st.floats(8.0, 90.0), side=st.integers(1, 9), seed=st.integers(0, 99))
def test_any_pattern_of_houses(spacing_m: float, side: int, seed: int) -> None:
    check(houses_about(spacing_m, side=side, seed=seed))
