"""The 2′ blocks of the coarse elevation and the fine pixels in them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from odc.geo.geobox import GeoBox
from rasterio.features import rasterize
from scipy import ndimage, sparse
from shapely.geometry.base import BaseGeometry

from htcoverage.crs import WGS84, transformer
from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.sources import CoarseElevation

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Land has at least this mean height.
LOWEST_LAND_M = 2.0
KNOT_STEP = 6


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
    result: Bools = burnt.astype(bool)
    return result


class Blocks:
    """2′ blocks and the land pixels in them.

    Parameters
    ----------
    elevation_m : ndarray, shape (block rows, block columns)
        Mean wanted of each block, in metres.
    row, column : ndarray
        Each pixel's fractional position in the 2′ raster.
    land : ndarray of bool
        Pixels that count.
    """

    def __init__(self, elevation_m: Floats, row: Floats, column: Floats, land: Bools) -> None:
        self.shape = elevation_m.shape
        number = np.floor(row).astype(np.int64) * self.shape[1] + np.floor(column).astype(np.int64)
        self.number = np.where(land, number, elevation_m.size).ravel()
        count = np.bincount(self.number, minlength=elevation_m.size + 1)[:-1]
        self.count = count.reshape(self.shape)
        nearest = ndimage.distance_transform_edt(
            self.count == 0, return_distances=False, return_indices=True
        )
        self.target_m: Floats = np.maximum(elevation_m, LOWEST_LAND_M)[tuple(nearest)]
        knots = [np.unique(np.r_[0:size:KNOT_STEP, size - 1]) for size in row.shape]
        lattice = np.ix_(*knots)
        self._at = np.stack([row[lattice], column[lattice]]) - 0.5
        self._down, self._right = (
            _interpolation(knot, size) for knot, size in zip(knots, row.shape, strict=True)
        )

    def surface(self, coefficients: Floats) -> Floats:
        """Return the cubic B-spline surface of one coefficient a block, at every pixel.

        It is evaluated at every few pixels, far less than a block, and linear between.
        """
        few = ndimage.map_coordinates(
            coefficients, self._at, order=3, prefilter=False, mode="nearest"
        )
        result: Floats = (self._right @ (self._down @ few).T).T
        return result

    def means(self, values: Floats) -> Floats:
        """Return each block's mean over land; the target where it has none."""
        total = np.bincount(self.number, values.ravel(), minlength=self.count.size + 1)
        total = total[:-1].reshape(self.shape)
        return np.where(self.count > 0, total / np.maximum(self.count, 1), self.target_m)


def _interpolation(knots: npt.NDArray[np.int64], size: int) -> sparse.csr_array:
    """Return the matrix of linear interpolation from knots to 0 … size − 1."""
    at = np.arange(size)
    left = np.minimum(np.searchsorted(knots, at, side="right") - 1, len(knots) - 2)
    share = (at - knots[left]) / (knots[left + 1] - knots[left])
    values = np.concatenate([1 - share, share])
    rows, columns = np.tile(at, 2), np.concatenate([left, left + 1])
    return sparse.csr_array((values, (rows, columns)), shape=(size, len(knots)))
