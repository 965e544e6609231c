"""Rasters as they come: single files, many tiles, Planet-style tile sets; put on one grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.warp import reproject, transform_bounds
from rasterio.windows import Window, from_bounds

from htcoverage.errors import Fault, InputError
from htcoverage.grid import make_grid

Bounds = tuple[float, float, float, float]

INDEX_NAME = "index.txt"

#: Columns of a line of a Planet index: name, easting from and to, northing from and to, step.
_INDEX_COLUMNS = 6

#: Elevations on Earth; what lies outside is a mark for "none".
POSSIBLE_M = (-500.0, 9000.0)

#: Tiles that overlap may differ by as much: on a slope by where exactly their pixels lie.
_ALIKE_M = 10.0

_FOOT_M = 0.3048
_FEET = ("ft", "feet", "foot", "us survey foot", "us survey feet", "ussft", "ftus")
_WITH_HEADER = (".bil", ".bip", ".bsq", ".flt")

#: Tiles of other steps are averaged where they are this much finer than the grid.
_AVERAGED_BELOW = 0.5


@dataclass(frozen=True)
class Tile:
    """One raster file and where it lies.

    Parameters
    ----------
    path : Path
        The file.
    crs : str
        Its CRS, as ``EPSG:…`` where it has a code.
    transform : Affine
        From pixels to that CRS, rows from north to south.
    shape : (int, int)
        Rows and columns.
    raw : bool
        Whether it is a headless block of 16-bit numbers, highest byte first, as in a Planet set.
    scale, offset_m : float
        Metres are a value of the file times the one, plus the other, as its tags say.
    """

    path: Path
    crs: str
    transform: Affine
    shape: tuple[int, int]
    raw: bool = False
    scale: float = 1.0
    offset_m: float = 0.0

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in the tile's CRS."""
        rows, columns = self.shape
        west, north = self.transform * (0, 0)
        east, south = self.transform * (columns, rows)
        return west, south, east, north

    @property
    def step(self) -> float:
        """Distance between rows in the tile's CRS."""
        return abs(float(self.transform.e))


def tiles_of(paths: Sequence[Path], *, crs: str | None = None, classes: bool = False) -> list[Tile]:
    """Return the tiles that paths name: files, a Planet ``index.txt``, or a folder that holds one.

    Parameters
    ----------
    paths : sequence of Path
        At least one.
    crs : str, optional
        CRS of rasters that tell none.
    classes : bool
        Whether they hold classes, not elevations: these have no unit and may have a palette.

    Raises
    ------
    InputError
        With every file that is missing, no raster, a picture, rotated, or without a CRS.
    """
    faults: list[Fault] = []
    tiles: list[Tile] = []
    for path in paths:
        index = path / INDEX_NAME if path.is_dir() else path
        try:
            if path.is_dir() and not index.exists():
                expected = (
                    f"a raster, a pattern of them such as '{path.name}/*.tif', or a folder that "
                    f"holds the {INDEX_NAME} of a tile set"
                )
                raise _fault(path, expected)
            if index.name.lower() == INDEX_NAME:
                tiles += _planet_tiles(index, crs)
            else:
                tiles.append(_tile(path, crs, classes=classes))
        except InputError as error:
            faults += error.faults
    if not tiles and not faults:
        faults.append(Fault("argument", None, "ground", "", "at least one raster"))
    if faults:
        raise InputError(faults)
    return tiles


def _fault(path: Path, expected: str, *, column: str | None = None, value: str = "") -> InputError:
    return InputError([Fault(str(path), None, column, value, expected)])


def _tile(path: Path, crs: str | None, *, classes: bool) -> Tile:
    if not path.is_file():
        raise _fault(path, "a raster file that exists")
    try:
        with rasterio.open(path) as source:
            own = source.crs.to_wkt() if source.crs is not None else None
            transform, shape = source.transform, source.shape
            _check_band(source, path, classes=classes)
            scale, offset_m = (1.0, 0.0) if classes else _to_metres(source)
    except RasterioError as error:
        raise _fault(path, _wanted(path)) from error
    if own is None and crs is None:
        expected = "a CRS in the file, or given beside it: the raster tells none"
        raise _fault(path, expected, column="CRS")
    if transform.b or transform.d or transform.e >= 0 or transform.a <= 0:
        raise _fault(path, "a raster with rows running east to west, the northernmost first")
    return Tile(path, _named(own or str(crs)), transform, shape, scale=scale, offset_m=offset_m)


def _check_band(source: Any, path: Path, *, classes: bool) -> None:
    """Raise InputError if the first band holds neither elevations nor classes, but a picture."""
    what = "classes" if classes else "elevations"
    if ColorInterp.red in source.colorinterp:
        raise _fault(path, f"a band of {what}; this is a picture in red, green and blue")
    if not classes and source.colorinterp[0] == ColorInterp.palette:
        raise _fault(path, "a band of elevations; this is a picture with a palette")
    if np.dtype(source.dtypes[0]).kind not in "iuf":
        raise _fault(path, f"a band of {what}", value=source.dtypes[0])


def _to_metres(source: Any) -> tuple[float, float]:
    """Return by what its tags say to multiply the values of a raster, and what to add, in m."""
    unit_m = _FOOT_M if (source.units[0] or "").strip().lower() in _FEET else 1.0
    return unit_m * source.scales[0], unit_m * source.offsets[0]


def _wanted(path: Path) -> str:
    """Return what was expected of a file that is no raster to GDAL, with the likeliest cause."""
    if not path.stat().st_size:
        return "a raster; the file is empty"
    if path.suffix.lower() == ".hgt":
        return (
            "a tile of 1201 × 1201 or 3601 × 3601 heights of 16 bits, called by its south-west "
            f"corner such as N18E105.hgt; this one has {path.stat().st_size} bytes"
        )
    if path.suffix.lower() in _WITH_HEADER and not path.with_suffix(".hdr").exists():
        return f"its header {path.stem}.hdr beside it"
    return "a raster that GDAL can read, such as GeoTIFF"


def _named(crs: str) -> str:
    parsed = CRS.from_user_input(crs)
    epsg = parsed.to_epsg()
    return f"EPSG:{epsg}" if epsg is not None else parsed.to_wkt()


def _planet_tiles(index: Path, crs: str | None) -> list[Tile]:
    """Return the tiles of a Planet set: headless blocks whose places an index tells."""
    if not index.is_file():
        raise _fault(index, "the index of a tile set, or a raster file")
    if crs is None:
        raise _fault(index, "a crs given beside it: a tile set tells none", column="CRS")
    faults, tiles = [], []
    lines = index.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    if not any(map(str.strip, lines)):
        raise _fault(index, "a line for each tile; the index is empty")
    for row, line in enumerate(lines, 1):
        cells = line.split()
        if not cells:
            continue
        try:
            name = cells[0]
            west, east, south, north, step = map(float, cells[1:_INDEX_COLUMNS])
            columns, rows = round((east - west) / step), round((north - south) / step)
            if not all(map(math.isfinite, (west, east, south, north))) or min(columns, rows) < 1:
                raise ValueError
        except (ValueError, ZeroDivisionError, OverflowError):
            expected = "file name, easting from and to, northing from and to, step"
            faults.append(Fault(str(index), row, None, line[:80], expected))
            continue
        path = index.parent / name
        if Path(name).name != name:
            faults.append(Fault(str(index), row, None, name, "a file beside the index"))
        elif not path.is_file():
            faults.append(Fault(str(index), row, None, name, "a file that exists"))
        elif path.stat().st_size != 2 * rows * columns:
            expected = f"{2 * rows * columns} bytes: {columns} × {rows} numbers of 16 bits"
            faults.append(Fault(str(path), None, None, f"{path.stat().st_size} bytes", expected))
        else:
            transform = Affine(step, 0.0, west, 0.0, -step, north)
            tiles.append(Tile(path, _named(crs), transform, (rows, columns), raw=True))
    if faults:
        raise InputError(faults)
    return tiles


def grid_of(
    tiles: Sequence[Tile], *, crs: str | None, posting_m: float | None, bounds_m: Bounds | None
) -> GeoBox:
    """Return the grid that tiles are put on.

    In the first tile's own CRS and step its pixels are kept as they are, if they are square;
    otherwise the grid is snapped to whole multiples of the posting.

    Parameters
    ----------
    tiles : sequence of Tile
        At least one.
    crs : str or None
        CRS wanted; that of the first tile by default.
    posting_m : float or None
        Distance between values; the first tile's by default.
    bounds_m : tuple of float or None
        West, south, east, north wanted, in that CRS; all tiles by default.
    """
    first = tiles[0]
    target = _named(crs) if crs is not None else first.crs
    own = CRS.from_user_input(first.crs) == CRS.from_user_input(target)
    boxes = np.array([transform_bounds(t.crs, target, *t.bounds, densify_pts=21) for t in tiles])
    all_m = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    west, south, east, north = all_m
    if bounds_m is not None:
        west, south = max(west, bounds_m[0]), max(south, bounds_m[1])
        east, north = min(east, bounds_m[2]), min(north, bounds_m[3])
        if west >= east or south >= north:
            expected = "rasters that overlap the area"
            value = ", ".join(f"{edge:.0f}" for edge in all_m)
            raise InputError([Fault(str(first.path), None, None, value, expected)])
    square = math.isclose(first.transform.a, first.step, rel_tol=1e-6)
    if own and square and posting_m in (None, first.step):
        step = first.step
        left, top = first.transform.c, first.transform.f
        columns = (math.floor((west - left) / step + 1e-6), math.ceil((east - left) / step - 1e-6))
        rows = (math.floor((top - north) / step + 1e-6), math.ceil((top - south) / step - 1e-6))
        transform = first.transform * Affine.translation(columns[0], rows[0])
        return GeoBox((rows[1] - rows[0], columns[1] - columns[0]), transform, target)
    posting = posting_m or first.step * _metres_per_unit(first.crs)
    return make_grid((west, south, east, north), resolution_m=posting, crs=target)


def _metres_per_unit(crs: str) -> float:
    """Return the length of a CRS's unit in metres; of degrees, along the meridian."""
    parsed = CRS.from_user_input(crs)
    if not parsed.is_projected:
        return 111_320.0
    return float(parsed.axis_info[0].unit_conversion_factor)


class Mosaic(NamedTuple):
    """Tiles on one grid.

    Parameters
    ----------
    values : float32[y, x]
        NaN where there is none; of several tiles the first that knows prevails.
    impossible : int
        Values of the tiles that no place on Earth has, taken for voids.
    differing : int
        Pixels in which a later tile says something else by more than 10 m, or another class.
    """

    values: npt.NDArray[np.float32]
    impossible: int
    differing: int


def mosaic(tiles: Sequence[Tile], grid: GeoBox, *, classes: bool) -> Mosaic:
    """Return tiles on a grid.

    Parameters
    ----------
    tiles : sequence of Tile
        In order of preference.
    grid : GeoBox
        Where they are put.
    classes : bool
        Nearest pixel for classes; bilinear, or averages of much finer rasters, for elevation.
    """
    whole = np.full(grid.shape, np.nan, np.float32)
    low_m, high_m = POSSIBLE_M
    impossible = differing = 0
    for tile in tiles:
        values, transform = _read(tile, grid)
        if values is None:
            continue
        if not classes:  # before they are warped: a mark for a void would spoil those about it
            strange = (values < low_m) | (values > high_m)
            impossible += int(strange.sum())
            values[strange] = np.nan
        part = _on_grid(values, transform, tile.crs, grid, classes=classes)
        lacking = np.isnan(whole)
        if len(tiles) > 1:
            differing += int((np.abs(part - whole) > (0 if classes else _ALIKE_M)).sum())
        whole[lacking] = part[lacking]
    return Mosaic(whole, impossible, differing)


def _read(tile: Tile, grid: GeoBox) -> tuple[npt.NDArray[np.float32] | None, Affine]:
    """Return the part of a tile that the grid needs, NaN for voids."""
    box = grid.boundingbox
    rows, columns = tile.shape
    west, south, east, north = transform_bounds(str(grid.crs), tile.crs, *box.bbox, densify_pts=21)
    if west > east:  # across the 180th meridian: any part of the tile may be needed
        west, _, east, _ = tile.bounds
    window = from_bounds(west, south, east, north, transform=tile.transform)
    top = max(math.floor(window.row_off) - 2, 0)
    left = max(math.floor(window.col_off) - 2, 0)
    bottom = min(math.ceil(window.row_off + window.height) + 2, rows)
    right = min(math.ceil(window.col_off + window.width) + 2, columns)
    if top >= bottom or left >= right:
        return None, tile.transform
    transform = tile.transform * Affine.translation(left, top)
    if tile.raw:
        block = np.memmap(tile.path, dtype=">i2", mode="r", shape=tile.shape)
        raw = np.asarray(block[top:bottom, left:right], dtype=np.float32)
        raw[raw <= -9999] = np.nan
        return raw, transform
    try:
        with rasterio.open(tile.path) as source:
            part = source.read(1, window=Window(left, top, right - left, bottom - top), masked=True)
    except RasterioError as error:
        raise _fault(tile.path, "a whole raster; this one ends too soon or is damaged") from error
    values: npt.NDArray[np.float32] = part.astype(np.float32).filled(np.nan)
    if (tile.scale, tile.offset_m) != (1.0, 0.0):
        values = values * np.float32(tile.scale) + np.float32(tile.offset_m)
    return values, transform


def _on_grid(
    values: npt.NDArray[np.float32], transform: Affine, crs: str, grid: GeoBox, *, classes: bool
) -> npt.NDArray[Any]:
    own = CRS.from_user_input(crs) == CRS.from_user_input(str(grid.crs))
    to_grid = ~grid.transform * transform
    if (
        own
        and math.isclose(to_grid.a, 1, abs_tol=1e-9)
        and math.isclose(to_grid.e, 1, abs_tol=1e-9)
    ):
        left, top = round(to_grid.c), round(to_grid.f)
        if max(abs(left - to_grid.c), abs(top - to_grid.f)) < 1e-3:
            return _pasted(values, left, top, grid.shape)
    result = np.full(grid.shape, np.nan, np.float32)
    finer = abs(transform.e) * _metres_per_unit(crs) < _AVERAGED_BELOW * float(grid.resolution.x)
    how = Resampling.nearest if classes else Resampling.average if finer else Resampling.bilinear
    reproject(
        values, result, src_transform=transform, src_crs=crs, dst_transform=grid.transform,
        dst_crs=str(grid.crs), resampling=how, src_nodata=np.nan, dst_nodata=np.nan,
    )  # fmt: skip
    return result


def _pasted(
    values: npt.NDArray[np.float32], left: int, top: int, shape: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """Return values on a larger or smaller grid of the same pixels."""
    result = np.full(shape, np.nan, np.float32)
    rows, columns = values.shape
    first_row, first_column = max(top, 0), max(left, 0)
    last_row, last_column = min(top + rows, shape[0]), min(left + columns, shape[1])
    if first_row < last_row and first_column < last_column:
        result[first_row:last_row, first_column:last_column] = values[
            first_row - top : last_row - top, first_column - left : last_column - left
        ]
    return result
