"""The land as masts and cables see it: height, water, the hearts of settlements."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from odc.geo.geobox import GeoBox

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]
LineArray = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Ground:
    """A raster of the land.

    Parameters
    ----------
    ground_m : ndarray, shape (rows, columns)
        Height above sea level in metres; row 0 is the northernmost.
    water : ndarray of bool, same shape
        True over sea, lakes and rivers.
    grid : odc.geo.geobox.GeoBox
        Where the pixels lie, EPSG:9209.
    """

    ground_m: npt.NDArray[np.floating]
    water: BoolArray
    grid: GeoBox

    def _pixel(self, points: FloatArray) -> tuple[IntArray, IntArray]:
        rows, columns = self.ground_m.shape
        column, row = ~self.grid.affine * (points[..., 0], points[..., 1])
        return (
            np.clip(np.floor(row).astype(np.intp), 0, rows - 1),
            np.clip(np.floor(column).astype(np.intp), 0, columns - 1),
        )

    def height_m(self, points: FloatArray) -> FloatArray:
        """Return the height in metres of the pixel under each point of shape (..., 2)."""
        return self.ground_m[self._pixel(points)].astype(np.float64)

    def is_water(self, points: FloatArray) -> BoolArray:
        """Return whether the pixel under each point of shape (..., 2) is water."""
        wet: BoolArray = self.water[self._pixel(points)]
        return wet


def hearts(settlements: gpd.GeoDataFrame) -> FloatArray:
    """Return a point inside each settlement, shape (n, 2), in metres."""
    inner = shapely.point_on_surface(settlements.geometry.to_numpy())
    points: FloatArray = shapely.get_coordinates(inner)
    return points
