"""Terrain, clutter and radio-climatic zone on one grid: what the waves run over."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from odc.geo.geobox import GeoBox
from pyproj import CRS
from rasterio.fill import fillnodata
from scipy import ndimage

from htcoverage.errors import Fault, InputError
from htcoverage.files import sha256_of
from htcoverage.grid import check_metric_crs
from htcoverage.notes import Note
from htcoverage.terrain.classes import class_heights, class_surroundings
from htcoverage.terrain.tiles import POSSIBLE_M, Mosaic, Tile, grid_of, mosaic, tiles_of

PathLike = str | os.PathLike[str]

_LARGEST_FILLED_VOID = 100

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
    notes : tuple of Note
        What was done to voids.
    surroundings : mapping of int to str
        Kind of surroundings (ITU-R P.2108-1, table 3) of the classes whose kind is known.
    """

    ground_m: npt.NDArray[np.float32]
    clutter_class: npt.NDArray[np.uint8]
    clutter_height_m: npt.NDArray[np.float32]
    zone: npt.NDArray[np.uint8]
    geobox: GeoBox
    sources: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()
    surroundings: Mapping[int, str] = field(default_factory=dict)

    @property
    def posting_m(self) -> float:
        """Distance between neighbouring values, m."""
        return float(self.geobox.resolution.x)


def read_terrain(
    ground_path: PathLike | Sequence[PathLike],
    *,
    clutter_path: PathLike | Sequence[PathLike] | None = None,
    clutter_classes_path: PathLike | None = None,
    zone_path: PathLike | None = None,
    crs: str | None = None,
    posting_m: float | None = None,
    source_crs: str | None = None,
    bounds_m: tuple[float, float, float, float] | None = None,
) -> Terrain:
    """Read terrain and what stands on it; anything not on the terrain's grid is warped onto it.

    Voids of at most 100 pixels inside the terrain are filled from their rim; larger ones stay, and
    are a fault where a signal crosses them.

    Parameters
    ----------
    ground_path : path-like or sequence of them
        Elevation above sea level in metres: any raster that GDAL reads, several tiles of any CRS,
        or the ``index.txt`` of a Planet tile set.
    clutter_path : path-like or sequence of them, optional
        Classes of land cover likewise. Without it all ground is bare.
    clutter_classes_path : path-like, optional
        CSV table ``class, …, height_m`` of their representative heights, or a Planet menu. Without
        it the classes are ESA WorldCover's. A column ``surroundings`` (water, open, trees,
        suburban, urban, dense-urban) says what the empirical models take a class for; without it
        the words of its name do.
    zone_path : path-like, optional
        Raster of radio-climatic zones. Without it all is inland.
    crs : str, optional
        Projected CRS in metres to work in; the elevation's own by default.
    posting_m : float, optional
        Distance between values; the elevation's own by default.
    source_crs : str, optional
        CRS of rasters that tell none.
    bounds_m : (float, float, float, float), optional
        West, south, east, north in ``crs``: no more than this is read.

    Returns
    -------
    Terrain

    Raises
    ------
    InputError
        If a file cannot be read or has no CRS, or the class table lacks a class that occurs.
    """
    faults: list[Fault] = []
    tiles = tiles_of(_paths(ground_path), crs=source_crs)
    if crs is None and not CRS.from_user_input(tiles[0].crs).is_projected:
        expected = "a projected CRS in metres, or the argument crs to warp the terrain to"
        raise InputError([Fault(str(tiles[0].path), None, "CRS", tiles[0].crs, expected)])
    check_metric_crs(crs or tiles[0].crs)
    grid = grid_of(tiles, crs=crs, posting_m=posting_m, bounds_m=bounds_m)
    found = mosaic(tiles, grid, classes=False)
    ground, of_voids = _ground(found.values, _paths(ground_path)[0])
    notes = [*_told(tiles, found), *of_voids]

    clutter_class = np.zeros(grid.shape, np.uint8)
    heights = np.zeros(256, np.float32)
    surroundings: dict[int, str] = {}
    files = [tile.path for tile in tiles]
    if clutter_path is not None:
        covers = tiles_of(_paths(clutter_path), crs=source_crs, classes=True)
        files += [tile.path for tile in covers]
        clutter_class, told, bad = _classes(covers, grid, fill=0, about="clutter")
        faults += bad
        notes += told
        table = None if clutter_classes_path is None else Path(clutter_classes_path)
        heights, bad = class_heights(
            table, np.unique(clutter_class), raster=str(_paths(clutter_path)[0])
        )
        faults += bad
        if not bad:
            surroundings, bad = class_surroundings(table)
            faults += bad
    elif clutter_classes_path is not None:
        expected = "its companion clutter_path as well"
        faults.append(Fault(str(clutter_classes_path), None, None, "", expected))
    zone = np.full(grid.shape, INLAND_ZONE, np.uint8)
    if zone_path is not None:
        zones = tiles_of([Path(zone_path)], crs=source_crs, classes=True)
        zone, told, bad = _classes(zones, grid, fill=INLAND_ZONE, about="zone")
        faults += bad
        notes += told
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
    files += [Path(path) for path in (clutter_classes_path, zone_path) if path]
    return Terrain(
        ground_m=ground,
        clutter_class=clutter_class,
        clutter_height_m=heights[clutter_class],
        zone=zone,
        geobox=grid,
        sources=tuple((path.name, sha256_of(path)) for path in files),
        notes=tuple(notes),
        surroundings=surroundings,
    )


def nearest_classes(terrain: Terrain, grid: GeoBox) -> npt.NDArray[np.uint8]:
    """Return the clutter class at the centre of every pixel of a grid, uint8[y, x].

    Parameters
    ----------
    terrain : Terrain
        The outermost class counts beyond its rim.
    grid : GeoBox
        In the terrain's CRS.
    """
    to_terrain = ~terrain.geobox.transform * grid.transform
    ny, nx = grid.shape
    at_col = np.floor([(to_terrain * (col + 0.5, 0.5))[0] for col in range(nx)]).astype(np.int64)
    at_row = np.floor([(to_terrain * (0.5, row + 0.5))[1] for row in range(ny)]).astype(np.int64)
    high, wide = terrain.clutter_class.shape
    return terrain.clutter_class[np.ix_(np.clip(at_row, 0, high - 1), np.clip(at_col, 0, wide - 1))]


def _paths(path: PathLike | Sequence[PathLike]) -> list[Path]:
    return [Path(path)] if isinstance(path, str | os.PathLike) else [Path(each) for each in path]


def _told(tiles: Sequence[Tile], found: Mosaic) -> list[Note]:
    """Return what must be said of how the tiles of an elevation were read and put together."""
    notes: list[Note] = []
    turned = [tile for tile in tiles if (tile.scale, tile.offset_m) != (1.0, 0.0)]
    if turned:
        facts: dict[str, object] = {
            "count": len(turned), "scale": turned[0].scale, "offset_m": turned[0].offset_m
        }  # fmt: skip
        notes.append(Note("elevations_by_tags", facts))
    if found.impossible:
        low, high = POSSIBLE_M
        facts = {"count": found.impossible, "low": low, "high": high}
        notes.append(Note("elevations_impossible", facts))
    if found.differing:
        notes.append(Note("tiles_differ", {"count": found.differing}))
    return notes


def _ground(
    ground: npt.NDArray[np.float32], path: Path
) -> tuple[npt.NDArray[np.float32], tuple[Note, ...]]:
    """Return the elevation without small voids, and what was done."""
    if not np.isfinite(ground).any():
        raise InputError([Fault(str(path), None, None, "", "at least one elevation")])
    notes: list[Note] = []
    void = np.isnan(ground)
    if not void.any():
        return ground, tuple(notes)
    label, count = ndimage.label(void, structure=np.ones((3, 3), int))
    sizes = np.bincount(label.ravel(), minlength=count + 1)
    edge = np.unique(np.concatenate([label[0], label[-1], label[:, 0], label[:, -1]]))
    small = sizes <= _LARGEST_FILLED_VOID
    small[0] = False
    small[edge] = False
    fill = small[label]
    if fill.any():
        filled = fillnodata(np.where(void, 0, ground), mask=~void, max_search_distance=20)
        ground = np.where(fill, filled, ground).astype(np.float32)
        facts = {"count": int(small.sum()), "pixels": int(fill.sum())}
        notes.append(Note("voids_filled", facts))
    rest = int(np.isnan(ground).sum())
    if rest:
        notes.append(Note("voids_left", {"count": rest}))
    return ground, tuple(notes)


def _classes(
    tiles: Sequence[Tile], grid: GeoBox, *, fill: int, about: str
) -> tuple[npt.NDArray[np.uint8], list[Note], list[Fault]]:
    """Return classes on a grid by nearest pixel, ``fill`` where there is none; notes and faults."""
    together = mosaic(tiles, grid, classes=True)
    lacking = np.isnan(together.values)
    found = np.where(lacking, fill, together.values)
    notes = []
    if lacking.any():
        facts = {"share": 100.0 * float(lacking.mean()), "fill": fill}
        notes.append(Note("classes_lacking", facts, (about,)))
    if together.differing:
        notes.append(Note("classes_differ", {"count": together.differing}, (about,)))
    strange = np.unique(found[(found < 0) | (found > 255) | (found != np.floor(found))])
    faults = [
        Fault(str(tiles[0].path), None, None, f"{value:g}", "whole classes from 0 to 255")
        for value in strange[:10]
    ]
    if lacking.all():
        expected = "a raster that overlaps the terrain"
        faults.append(Fault(str(tiles[0].path), None, None, "", expected))
    return np.where(np.isin(found, strange), fill, found).astype(np.uint8), notes, faults
