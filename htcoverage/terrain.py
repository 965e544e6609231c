"""Terrain, clutter and radio-climatic zone on one grid: what the waves run over."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
from odc.geo.geobox import GeoBox
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.warp import reproject

from htcoverage.errors import Fault, InputError
from htcoverage.grid import check_metric_crs, make_grid

#: Zone of land where no zone raster is given (ITU-R P.1812-8, §3.2: 1 sea, 3 coastal, 4 inland).
INLAND_ZONE = 4


@dataclass(frozen=True, eq=False)
class Terrain:
    """Rasters that share one projected grid in metres, row 0 north.

    Parameters
    ----------
    ground_m : float32[y, x]
        Terrain above sea level, m; NaN where unknown.
    clutter_class : uint8[y, x]
        Class of what stands on it.
    clutter_height_m : float32[y, x]
        Representative height of that class, m.
    zone : uint8[y, x]
        Radio-climatic zone: 1 sea, 3 coastal land, 4 inland.
    geobox : GeoBox
        Their grid.
    sources : tuple of (str, str)
        Name and SHA-256 of the files that they came from.
    """

    ground_m: npt.NDArray[np.float32]
    clutter_class: npt.NDArray[np.uint8]
    clutter_height_m: npt.NDArray[np.float32]
    zone: npt.NDArray[np.uint8]
    geobox: GeoBox
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def posting_m(self) -> float:
        """Distance between neighbouring values, m."""
        return float(self.geobox.resolution.x)


def read_terrain(
    ground_path: str | os.PathLike[str],
    *,
    clutter_path: str | os.PathLike[str] | None = None,
    clutter_classes_path: str | os.PathLike[str] | None = None,
    zone_path: str | os.PathLike[str] | None = None,
    crs: str | None = None,
    posting_m: float | None = None,
) -> Terrain:
    """Read terrain and what stands on it; anything not on the terrain's grid is warped onto it.

    Parameters
    ----------
    ground_path : path-like
        Elevation above sea level in metres, any raster that GDAL reads.
    clutter_path, clutter_classes_path : path-like, optional
        Raster of classes, and the CSV table ``class, …, height_m`` of their representative heights
        (both or neither). Without them all ground is bare.
    zone_path : path-like, optional
        Raster of radio-climatic zones. Without it all is inland.
    crs : str, optional
        Projected CRS in metres to work in; the elevation's own by default.
    posting_m : float, optional
        Distance between values; the elevation's own by default, needed where its CRS is in degrees.

    Returns
    -------
    Terrain

    Raises
    ------
    InputError
        If a file cannot be read or has no CRS, or the class table lacks a class that occurs.
    """
    faults: list[Fault] = []
    ground, ground_grid = _read_ground(Path(ground_path))
    if crs is None and not ground_grid.crs.projected:
        raise InputError(
            [
                Fault(
                    str(ground_path), None, "CRS", str(ground_grid.crs),
                    "a projected CRS in metres, or the argument crs to warp the terrain to",
                )
            ]
        )  # fmt: skip
    grid = ground_grid
    if crs is not None and (str(ground_grid.crs) != crs or posting_m is not None):
        bounds = (
            ground_grid.to_crs(crs).boundingbox
            if ground_grid.crs != crs
            else (ground_grid.boundingbox)
        )
        posting = posting_m or _metres_of(ground_grid)
        grid = make_grid(tuple(bounds.bbox), resolution_m=posting, crs=crs)
        ground = _warp(ground, ground_grid, grid, Resampling.bilinear, np.nan)
    check_metric_crs(str(grid.crs))

    clutter_class = np.zeros(grid.shape, np.uint8)
    heights = np.zeros(256, np.float32)
    if clutter_path is not None and clutter_classes_path is not None:
        clutter_class = _read_classes(Path(clutter_path), grid, fill=0)
        heights, found = _read_heights(Path(clutter_classes_path), np.unique(clutter_class))
        faults += found
    elif clutter_path is not None or clutter_classes_path is not None:
        given, other = (
            (clutter_path, "clutter_classes_path")
            if clutter_path is not None
            else (clutter_classes_path, "clutter_path")
        )
        faults.append(Fault(str(given), None, None, "", f"its companion {other} as well"))
    zone = np.full(grid.shape, INLAND_ZONE, np.uint8)
    if zone_path is not None:
        zone = _read_classes(Path(zone_path), grid, fill=INLAND_ZONE)
        strange = sorted(set(np.unique(zone).tolist()) - {1, 3, 4})
        if strange:
            faults.append(
                Fault(
                    str(zone_path), None, None, str(strange),
                    "zones 1 (sea), 3 (coastal land) and 4 (inland) only",
                )
            )  # fmt: skip
    if faults:
        raise InputError(faults)
    paths = [p for p in (ground_path, clutter_path, clutter_classes_path, zone_path) if p]
    return Terrain(
        ground_m=ground,
        clutter_class=clutter_class,
        clutter_height_m=heights[clutter_class],
        zone=zone,
        geobox=grid,
        sources=tuple((Path(p).name, sha256_of(p)) for p in paths),
    )


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(path: Path) -> rasterio.DatasetReader:
    if not path.is_file():
        raise InputError([Fault(str(path), None, None, "", "a raster file that exists")])
    try:
        source = rasterio.open(path)
    except RasterioError as error:
        raise InputError(
            [Fault(str(path), None, None, "", f"a raster that GDAL can read ({error})")]
        ) from error
    if source.crs is None:
        source.close()
        raise InputError(
            [Fault(str(path), None, "CRS", "", "a CRS in the file: set it, e.g. by gdal_edit")]
        )
    return source


def _read_ground(path: Path) -> tuple[npt.NDArray[np.float32], GeoBox]:
    """Elevation as float32 with NaN for voids, and its grid."""
    with _open(path) as source:
        if source.transform.b or source.transform.d:
            raise InputError(
                [Fault(str(path), None, None, "", "a raster with rows running east to west")]
            )
        values = source.read(1, masked=True)
        grid = GeoBox(values.shape, source.transform, source.crs.to_wkt())
        epsg = source.crs.to_epsg()
        if epsg is not None:
            grid = GeoBox(values.shape, source.transform, f"EPSG:{epsg}")
    ground = values.astype(np.float32).filled(np.nan)
    if not np.isfinite(ground).any():
        raise InputError([Fault(str(path), None, None, "", "at least one elevation")])
    return ground, grid


def _read_classes(path: Path, grid: GeoBox, *, fill: int) -> npt.NDArray[np.uint8]:
    """Classes on a grid, by nearest pixel; ``fill`` beyond the raster."""
    with _open(path) as source:
        classes = source.read(1)
        own = GeoBox(classes.shape, source.transform, source.crs.to_wkt())
    if own.shape == grid.shape and own.transform == grid.transform and own.crs == grid.crs:
        own_classes: npt.NDArray[np.uint8] = classes.astype(np.uint8)
        return own_classes
    return _warp(classes.astype(np.uint8), own, grid, Resampling.nearest, fill)


def _warp(
    values: npt.NDArray[Any], source: GeoBox, target: GeoBox, how: Resampling, fill: float
) -> npt.NDArray[Any]:
    result = np.full(target.shape, fill, values.dtype)
    reproject(
        values, result, src_transform=source.transform, src_crs=str(source.crs),
        dst_transform=target.transform, dst_crs=str(target.crs), resampling=how,
        src_nodata=np.nan if values.dtype == np.float32 else None, dst_nodata=fill,
    )  # fmt: skip
    return result


def _read_heights(
    path: Path, occurring: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.float32], list[Fault]]:
    """Height of every class, float32[256], and the faults of the table."""
    heights = np.zeros(256, np.float32)
    if not path.is_file():
        return heights, [Fault(str(path), None, None, "", "a CSV file that exists")]
    table = pd.read_csv(path)
    missing = [c for c in ("class", "height_m") if c not in table.columns]
    if missing:
        return heights, [Fault(str(path), 1, c, "", "this column") for c in missing]
    faults = []
    for row, (code, height) in enumerate(zip(table["class"], table["height_m"], strict=True), 2):
        if not (0 <= code <= 255) or not (0 <= height <= 100):
            faults.append(
                Fault(
                    str(path), row, "class, height_m", f"{code}, {height}",
                    "a class from 0 to 255 and a height from 0 to 100 m",
                )
            )  # fmt: skip
            continue
        heights[int(code)] = height
    lacking = sorted(set(occurring.tolist()) - set(table["class"].tolist()))
    faults += [
        Fault(str(path), None, "class", str(code), "a row: the class occurs in the raster")
        for code in lacking
    ]
    return heights, faults


def _metres_of(grid: GeoBox) -> float:
    """Posting in metres of a grid that may be in degrees, along the meridian."""
    step = abs(float(grid.resolution.y))
    return step if grid.crs.projected else step * 111_320.0
