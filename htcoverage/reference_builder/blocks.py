"""The 2′ blocks of the coarse elevation and the fine pixels in them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from odc.geo.geobox import GeoBox
from rasterio.features import rasterize
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from htcoverage.crs import WGS84, transformer
from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.sources import CoarseElevation

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def block_position(grid: GeoBox, coarse: CoarseElevation) -> tuple[Floats, Floats]:
    """Return each pixel centre's fractional (row, column) in the 2′ raster, edges at integers.

    The transformation is exact every 32 pixels and linear between (an error below 1 m).
    """
    rows, columns = grid.shape
    step = 32
    a = grid.affine
    lattice_row, lattice_column = np.mgrid[0 : rows + step : step, 0 : columns + step : step]
    x, y = a * (lattice_column + 0.5, lattice_row + 0.5)
    lon, lat = transformer(DEFAULT_CRS, WGS84).transform(x, y)
    block_column, block_row = ~coarse.transform * (lon, lat)
    at = np.mgrid[0:rows, 0:columns] / step
    return (
        ndimage.map_coordinates(block_row, at, order=1),
        ndimage.map_coordinates(block_column, at, order=1),
    )


def burn(shapes: list[BaseGeometry], grid: GeoBox) -> Bools:
    """Return the pixels whose centre lies in any of the shapes."""
    burnt = rasterize(shapes, out_shape=grid.shape, transform=grid.affine, dtype="uint8")
    return burnt.astype(bool)


def spline(coefficients: Floats, row: Floats, column: Floats) -> Floats:
    """Return the cubic B-spline surface with the given block coefficients at the pixels."""
    at = np.stack([row - 0.5, column - 0.5])
    return ndimage.map_coordinates(coefficients, at, order=3, prefilter=False, mode="nearest")


class Blocks:
    """2′ blocks and the pixels in them."""

    def __init__(self, elevation_m: Floats, row: Floats, column: Floats, land: Bools) -> None:
        self.shape = elevation_m.shape
        number = np.floor(row).astype(np.int64) * self.shape[1] + np.floor(column).astype(np.int64)
        self.number = np.where(land, number, elevation_m.size)
        self.land = land
        count = np.bincount(self.number.ravel(), minlength=elevation_m.size + 1)[:-1]
        self.count = count.reshape(self.shape)
        nearest = ndimage.distance_transform_edt(
            self.count == 0, return_distances=False, return_indices=True
        )
        self.target_m: Floats = np.maximum(elevation_m, 2.0)[tuple(nearest)]

    def means(self, values: Floats) -> Floats:
        """Return each block's mean over land; the target where it has none."""
        total = np.bincount(self.number.ravel(), values.ravel(), minlength=self.count.size + 1)
        total = total[:-1].reshape(self.shape)
        return np.where(self.count > 0, total / np.maximum(self.count, 1), self.target_m)
