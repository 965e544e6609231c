"""Which pixels are wanted, and whether the terrain reaches around them and their masts."""

from __future__ import annotations

import math
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from odc.geo.geobox import GeoBox
from rasterio.features import geometry_mask

from htcoverage.crs import reproject
from htcoverage.errors import Fault, InputError, argument_fault
from htcoverage.terrain import Terrain

#: Land lies between the shore of the Dead Sea (−430 m) and 8,849 m; a value beyond is a file's
#: mark for "nothing here" that the file does not declare.
LOWEST_M, HIGHEST_M = -500.0, 9000.0


class Window(NamedTuple):
    """Bounds on the grid, metres."""

    west_m: float
    south_m: float
    east_m: float
    north_m: float


def wanted_pixels(grid: GeoBox, area: gpd.GeoDataFrame | None) -> npt.NDArray[np.bool_]:
    """Pixels that touch the area; all without one."""
    if area is None:
        return np.ones(grid.shape, np.bool_)
    wanted: npt.NDArray[np.bool_] = geometry_mask(
        reproject(area, str(grid.crs)).geometry, out_shape=grid.shape, transform=grid.transform,
        all_touched=True, invert=True,
    )  # fmt: skip
    if not wanted.any():
        raise argument_fault("area", "no pixel", "polygons that overlap the grid")
    return wanted


def window_of(grid: GeoBox, wanted: npt.NDArray[np.bool_]) -> Window:
    """Bounds of the wanted pixels."""
    rows = np.flatnonzero(wanted.any(axis=1))
    cols = np.flatnonzero(wanted.any(axis=0))
    west, north = grid.transform * (int(cols[0]), int(rows[0]))
    east, south = grid.transform * (int(cols[-1]) + 1, int(rows[-1]) + 1)
    return Window(west, south, east, north)


def _length(metres: float) -> str:
    return f"{metres / 1000:.1f} km" if metres >= 100.0 else f"{math.ceil(metres)} m"


def usable_ground(
    terrain: Terrain, window: Window, masts_m: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Terrain whose every value on a possible path is known.

    Paths run straight from mast to pixel, so all of them lie in the box around both.

    Parameters
    ----------
    terrain : Terrain
    window : Window
        Bounds of the wanted pixels.
    masts_m : float64[n, 2]
        Positions of the masts.

    Raises
    ------
    InputError
        If the terrain ends inside that box, or has voids there.
    """
    west, south = np.minimum(masts_m.min(axis=0), (window.west_m, window.south_m))
    east, north = np.maximum(masts_m.max(axis=0), (window.east_m, window.north_m))
    name = terrain.sources[0][0] if terrain.sources else "terrain"
    box = terrain.geobox.boundingbox
    short = {
        side: gap
        for side, gap in (
            ("west", box.left - west), ("south", box.bottom - south),
            ("east", east - box.right), ("north", north - box.top),
        )
        if gap > 0
    }  # fmt: skip
    if short:
        words = ", ".join(f"{_length(gap)} to the {side}" for side, gap in short.items())
        raise InputError(
            [Fault(name, None, None, f"ends too early: {words}",
                   "terrain that reaches around every site and pixel")]
        )  # fmt: skip
    inverse = ~terrain.geobox.transform
    left, top = (math.floor(v) for v in inverse * (west, north))
    right, bottom = (math.ceil(v) for v in inverse * (east, south))
    rows = slice(max(top - 1, 0), bottom + 1)
    cols = slice(max(left - 1, 0), right + 1)
    part = terrain.ground_m[rows, cols]
    void = ~((part > LOWEST_M) & (part < HIGHEST_M))
    if void.any():
        r, c = np.argwhere(void)[0]
        x, y = terrain.geobox.transform * (cols.start + int(c) + 0.5, rows.start + int(r) + 0.5)
        raise InputError(
            [Fault(name, None, None, f"{int(void.sum())} voids, the first at x {x:.0f}, y {y:.0f}",
                   "terrain without voids between sites and pixels: fill them, they are not sea")]
        )  # fmt: skip
    if np.isfinite(terrain.ground_m).all():
        return np.ascontiguousarray(terrain.ground_m, np.float32)
    return np.nan_to_num(terrain.ground_m, nan=0.0).astype(np.float32)  # outside every path
