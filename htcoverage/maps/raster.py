"""Levels and cover as palette images in web Mercator."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.features import rasterize
from rasterio.io import MemoryFile

from htcoverage.crs import WGS84, reproject, transformer

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox

_WEB_MERCATOR = "EPSG:3857"

#: Larger pictures are drawn with larger pixels: a phone holds four bytes for each.
_MAX_PIXELS = 6_000_000

UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class MercatorWarp:
    """Where each pixel of a web Mercator picture lies in the analysis grid.

    Parameters
    ----------
    row, col : int32[height, width]
        Pixel of the analysis grid; meaningless where ``inside`` is False.
    inside : bool[height, width]
        Whether the pixel's centre lies in the analysis grid.
    transform : Affine
        Pixel to EPSG:3857 metres.
    bounds_deg : (float, float, float, float)
        South, west, north, east of the picture's edges, in WGS 84 degrees.
    """

    row: npt.NDArray[np.int32]
    col: npt.NDArray[np.int32]
    inside: npt.NDArray[np.bool_]
    transform: Affine
    bounds_deg: tuple[float, float, float, float]

    def apply(self, classes: UInt8) -> UInt8:
        """Return the classes on the picture's pixels, 0 outside the grid."""
        warped: UInt8 = np.where(self.inside, classes[self.row, self.col], 0).astype(np.uint8)
        return warped


def mercator_warp(grid: GeoBox) -> MercatorWarp:
    """Return the nearest-pixel warp of a grid to web Mercator at the same ground resolution.

    rasterio would pick the datum operation itself, and warp every picture anew; here it is the
    pinned one, and the indices are computed once for all pictures.

    Parameters
    ----------
    grid : GeoBox
        The analysis grid.
    """
    forth = transformer(str(grid.crs), _WEB_MERCATOR)
    back = transformer(_WEB_MERCATOR, str(grid.crs))
    to_degrees = transformer(_WEB_MERCATOR, WGS84)
    west, south, east, north = forth.transform_bounds(*grid.extent.boundingbox.bbox, densify_pts=51)
    _, latitude_deg = to_degrees.transform((west + east) / 2, (south + north) / 2)
    size = abs(grid.affine.a) / math.cos(math.radians(latitude_deg))
    size *= max(1.0, math.sqrt((east - west) * (north - south) / size**2 / _MAX_PIXELS))
    width, height = math.ceil((east - west) / size), math.ceil((north - south) / size)
    transform = Affine(size, 0, west, 0, -size, north)

    x, y = np.meshgrid(
        west + (np.arange(width) + 0.5) * size, north - (np.arange(height) + 0.5) * size
    )
    source_x, source_y = back.transform(x, y)
    col, row = ~grid.affine * (source_x, source_y)
    row, col = np.floor(row).astype(np.int32), np.floor(col).astype(np.int32)
    rows, cols = grid.shape
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    left, bottom = to_degrees.transform(west, north - height * size)
    right, top = to_degrees.transform(west + width * size, north)
    return MercatorWarp(
        row=np.where(inside, row, 0),
        col=np.where(inside, col, 0),
        inside=inside,
        transform=transform,
        bounds_deg=(bottom, left, top, right),
    )


def area_mask(area: gpd.GeoDataFrame, grid: GeoBox) -> npt.NDArray[np.bool_]:
    """Return which pixel centres of the grid lie in any polygon of the table."""
    shapes = reproject(area, str(grid.crs)).geometry
    burnt = rasterize(shapes, out_shape=grid.shape, transform=grid.affine, dtype=np.uint8)
    mask: npt.NDArray[np.bool_] = burnt.astype(bool)
    return mask


def palette_png(classes: UInt8, colours: list[str], transform: Affine) -> bytes:
    """Return a palette PNG: class 0 transparent, class k of the colour ``colours[k - 1]``."""
    rows, cols = classes.shape
    palette = {
        index: (*bytes.fromhex(colour.removeprefix("#")), 255)
        for index, colour in enumerate(colours, start=1)
    }
    with MemoryFile() as file:
        with file.open(
            driver="PNG", width=cols, height=rows, count=1, dtype="uint8", transform=transform,
            nbits=4, zlevel=9,
        ) as picture:  # fmt: skip
            picture.write_colormap(1, {0: (0, 0, 0, 0), **palette})
            picture.write(classes, 1)
        return bytes(file.read())
