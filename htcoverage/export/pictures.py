"""Levels and cover as palette images in the CRS of a page or of a globe."""

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
_METRES_PER_DEGREE = 111_195.0

#: Larger pictures are drawn with larger pixels: a phone holds four bytes for each.
_MAX_PIXELS = 6_000_000

UInt8 = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class PictureWarp:
    """Where each pixel of a picture in another CRS lies in the analysis grid.

    Parameters
    ----------
    row, col : int32[height, width]
        Pixel of the analysis grid; meaningless where ``inside`` is False.
    inside : bool[height, width]
        Whether the pixel's centre lies in the analysis grid.
    transform : Affine
        Pixel to coordinates of the picture's CRS.
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


def mercator_warp(grid: GeoBox) -> PictureWarp:
    """Return the nearest-pixel warp of a grid to web Mercator at the same ground resolution.

    Parameters
    ----------
    grid : GeoBox
        The analysis grid.
    """
    resolution_m = abs(grid.affine.a)
    latitude_deg = _middle_deg(grid)
    size = resolution_m / math.cos(math.radians(latitude_deg))
    return _warp(grid, _WEB_MERCATOR, size, size)


def degrees_warp(grid: GeoBox) -> PictureWarp:
    """Return the nearest-pixel warp of a grid to longitude and latitude, as a globe lays it out.

    Parameters
    ----------
    grid : GeoBox
        The analysis grid.
    """
    height_deg = abs(grid.affine.a) / _METRES_PER_DEGREE
    width_deg = height_deg / math.cos(math.radians(_middle_deg(grid)))
    return _warp(grid, WGS84, width_deg, height_deg)


def _middle_deg(grid: GeoBox) -> float:
    west, south, east, north = grid.extent.boundingbox.bbox
    _, latitude_deg = transformer(str(grid.crs), WGS84).transform(
        (west + east) / 2, (south + north) / 2
    )
    return float(latitude_deg)


def _warp(grid: GeoBox, crs: str, width: float, height: float) -> PictureWarp:
    """Return the warp to a CRS; pixels of the size given, larger where they would be too many.

    rasterio would pick the datum operation itself, and warp every picture anew; here it is the
    pinned one, and the indices are computed once for all pictures.
    """
    forth = transformer(str(grid.crs), crs)
    back = transformer(crs, str(grid.crs))
    west, south, east, north = forth.transform_bounds(*grid.extent.boundingbox.bbox, densify_pts=51)
    enlarged = math.sqrt((east - west) * (north - south) / (width * height) / _MAX_PIXELS)
    width, height = (side * max(1.0, enlarged) for side in (width, height))
    cols, rows = math.ceil((east - west) / width), math.ceil((north - south) / height)
    transform = Affine(width, 0, west, 0, -height, north)

    x, y = np.meshgrid(
        west + (np.arange(cols) + 0.5) * width, north - (np.arange(rows) + 0.5) * height
    )
    place_col, place_row = ~grid.affine * back.transform(x, y)
    row, col = np.floor(place_row).astype(np.int32), np.floor(place_col).astype(np.int32)
    inside = (row >= 0) & (row < grid.shape[0]) & (col >= 0) & (col < grid.shape[1])
    to_degrees = transformer(crs, WGS84)
    left, bottom = to_degrees.transform(west, north - rows * height)
    right, top = to_degrees.transform(west + cols * width, north)
    return PictureWarp(
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
