"""Pictures lie where they belong, and their classes mean what the legend says."""

import io

import map_world as world
import matplotlib.image
import numpy as np
import pytest
from pyproj import Transformer

from htcoverage.crs import transformer
from htcoverage.export.classes import cover_classes, level_classes, level_labels
from htcoverage.export.pictures import area_mask, mercator_warp, palette_png

MERCATOR = "EPSG:3857"


def corner(rows, cols, transform):
    """North-west corner of the pixels that are set, in the picture's metres."""
    return transform * (cols.min(), rows.min())


@pytest.mark.parametrize(("row", "col"), [(0, 0), (37, 81), (99, 139)])
def test_a_known_pixel_lands_within_half_a_pixel(row, col):
    classes = np.zeros(world.GRID.shape, dtype=np.uint8)
    classes[row : row + 8, col : col + 8] = 1
    warp = mercator_warp(world.GRID)
    rows, cols = np.nonzero(warp.apply(classes))
    west, north = corner(rows, cols, warp.transform)
    x, y = world.GRID.affine * (col, row)
    # By hand, not by the pinned transformer: PROJ's own choice is within a metre of it.
    expected = Transformer.from_crs(world.CRS, MERCATOR, always_xy=True).transform(x, y)
    half_pixel = warp.transform.a / 2
    # The grid is turned against web Mercator by up to 0.15°: 2 m over 8 pixels.
    assert abs(west - expected[0]) <= half_pixel + 3
    assert abs(north - expected[1]) <= half_pixel + 3


def test_every_picture_pixel_holds_the_nearest_grid_pixel():
    warp = mercator_warp(world.GRID)
    back = transformer(MERCATOR, world.CRS)
    rows, cols = np.nonzero(warp.inside)
    pick = np.random.default_rng(7).choice(len(rows), 500)
    x, y = warp.transform * (cols[pick] + 0.5, rows[pick] + 0.5)
    x, y = back.transform(x, y)
    chosen_x, chosen_y = world.GRID.affine * (
        warp.col[rows[pick], cols[pick]] + 0.5,
        warp.row[rows[pick], cols[pick]] + 0.5,
    )
    assert np.abs(chosen_x - x).max() <= 50.001
    assert np.abs(chosen_y - y).max() <= 50.001


def test_every_grid_pixel_inside_is_drawn():
    warp = mercator_warp(world.GRID)
    seen = np.zeros(world.GRID.shape, dtype=bool)
    seen[warp.row[warp.inside], warp.col[warp.inside]] = True
    assert seen.mean() > 0.98


def test_the_bounds_are_the_picture_edges():
    warp = mercator_warp(world.GRID)
    to_mercator = transformer("EPSG:4326", MERCATOR)
    south, west, north, east = warp.bounds_deg
    height, width = warp.inside.shape
    left, top = to_mercator.transform(west, north)
    right, bottom = to_mercator.transform(east, south)
    assert (right - left) / width == pytest.approx(warp.transform.a, rel=1e-9)
    assert (top - bottom) / height == pytest.approx(-warp.transform.e, rel=1e-9)
    assert (left, top) == pytest.approx((warp.transform.c, warp.transform.f), abs=1e-3)


def test_a_level_on_a_break_belongs_to_the_stronger_class():
    level = np.array([-85.0, -85.01, -105.0, -115.0, -115.01, np.nan], dtype=np.float32)
    assert level_classes(level, "4G").tolist() == [1, 2, 3, 4, 5, 0]
    assert level_classes(level, "3G").tolist() == [2, 3, 4, 5, 5, 0]
    assert level_labels("4G")[0] == "≥ −85"
    assert level_labels("4G")[2] == "−105 … −95"
    assert level_labels("3G")[-1] == "< −105"


def test_cover_asks_for_the_margin_and_no_level_is_no_cover():
    excess = np.array([9.33, 9.32, 0.0, -0.01, -np.inf])
    assert cover_classes(excess, 9.33).tolist() == [1, 2, 2, 3, 3]


def test_the_palette_picture_shows_each_class_in_its_colour():
    classes = np.array([[0, 1], [2, 3]], dtype=np.uint8)
    warp = mercator_warp(world.GRID)
    png = palette_png(classes, ["#ff0000", "#00ff00", "#0a0b0c"], warp.transform)
    rgba = (matplotlib.image.imread(io.BytesIO(png)) * 255).round().astype(int)
    assert rgba[0, 0, 3] == 0
    assert rgba[0, 1].tolist() == [255, 0, 0, 255]
    assert rgba[1, 0].tolist() == [0, 255, 0, 255]
    assert rgba[1, 1].tolist() == [10, 11, 12, 255]


def test_the_mask_is_the_districts():
    mask = area_mask(world.districts("A", "B"), world.GRID)
    assert mask.sum() == 120 * 80
    assert mask[10, 10]
    assert not mask[9, 10]
    assert not mask[10, 9]
