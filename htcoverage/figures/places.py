"""Cover at points and along lines: is this school covered, how much of that road is."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
import xarray as xr
from odc.geo.geobox import GeoBox

from htcoverage.crs import reproject
from htcoverage.errors import Fault
from htcoverage.figures.cover import (
    ANY_OPERATOR,
    CoverCriteria,
    FloatArray,
    Technology,
    excess_db,
)
from htcoverage.figures.zones import raise_faults
from htcoverage.grid import grid_of


def cover_at(
    coverage: xr.Dataset,
    points: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    technology: Technology = "4G",
    operator: str = ANY_OPERATOR,
    basis: Literal["median", "cell_edge"] = "cell_edge",
) -> gpd.GeoDataFrame:
    """Say for each point whether its pixel is covered, and by how many dB.

    Parameters
    ----------
    coverage, criteria, technology, operator, basis
        As for `excess_db`.
    points : GeoDataFrame
        Points inside the coverage's grid.

    Returns
    -------
    GeoDataFrame
        The points with ``excess_db`` (NaN where there is no level) and ``covered`` (bool).

    Raises
    ------
    InputError
        With every row that is no point or lies outside the grid; as `excess_db`.

    Examples
    --------
    With the coverage and the homes of the example of `compute_figures`:

    >>> middles = homes.head(3).set_geometry(homes.head(3).representative_point())
    >>> ht.cover_at(coverage, middles)["covered"].tolist()
    [True, True, True]
    """
    grid = grid_of(coverage)
    moved = reproject(points, coverage.attrs["crs"]).geometry.to_numpy()
    raise_faults(point_faults(moved, grid))
    excess = excess_db(
        coverage, criteria=criteria, technology=technology, operator=operator, basis=basis
    ).to_numpy()
    found = excess[pixels_at(grid, shapely.get_coordinates(moved))]
    return points.assign(
        excess_db=np.where(np.isneginf(found), np.nan, found), covered=found >= 0.0
    )


def cover_along(
    coverage: xr.Dataset,
    lines: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    technology: Technology = "4G",
    operator: str = ANY_OPERATOR,
    basis: Literal["median", "cell_edge"] = "cell_edge",
) -> gpd.GeoDataFrame:
    """Measure how much of each line is covered; lines are cut exactly where pixels end.

    Parameters
    ----------
    coverage, criteria, technology, operator, basis
        As for `excess_db`.
    lines : GeoDataFrame
        Lines, of one part or several, inside the coverage's grid.

    Returns
    -------
    GeoDataFrame
        The lines with ``length_km``, ``covered_km`` (km of the coverage's plane) and
        ``covered_share`` in [0, 1].

    Raises
    ------
    InputError
        With every row that is no line, has no length or leaves the grid; as `excess_db`.
    """
    grid = grid_of(coverage)
    moved = reproject(lines, coverage.attrs["crs"]).geometry.to_numpy()
    raise_faults(line_faults(moved, grid))
    excess = excess_db(
        coverage, criteria=criteria, technology=technology, operator=operator, basis=basis
    ).to_numpy()

    line, start, end = line_pieces(moved, grid)
    length_m = np.hypot(*(end - start).T)
    covered = excess[pixels_at(grid, 0.5 * (start + end))] >= 0.0
    total_m = np.bincount(line, weights=length_m, minlength=len(moved))
    covered_m = np.bincount(line, weights=length_m * covered, minlength=len(moved))
    return lines.assign(
        length_km=total_m / 1000.0,
        covered_km=covered_m / 1000.0,
        covered_share=covered_m / total_m,
    )


def point_faults(points: npt.NDArray[np.object_], grid: GeoBox) -> list[Fault]:
    """Return a fault for every row that is no point of the grid."""
    bad = shapely.get_type_id(points) != shapely.GeometryType.POINT
    return _place_faults(points, bad | shapely.is_empty(points), grid, kind="point")


def line_faults(lines: npt.NDArray[np.object_], grid: GeoBox) -> list[Fault]:
    """Return a fault for every row that is no line with a length inside the grid."""
    kinds = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
    bad = ~np.isin(shapely.get_type_id(lines), kinds) | (shapely.length(lines) <= 0.0)
    return _place_faults(lines, bad, grid, kind="line with a length")


def _place_faults(
    geometry: npt.NDArray[np.object_], bad: npt.NDArray[np.bool_], grid: GeoBox, *, kind: str
) -> list[Fault]:
    bounds = grid.boundingbox
    west, south, east, north = shapely.bounds(geometry).T
    inside = (west >= bounds.left) & (east <= bounds.right)
    inside &= (south >= bounds.bottom) & (north <= bounds.top)
    faults = []
    for row in np.flatnonzero(bad | ~inside).tolist():
        value = "" if geometry[row] is None else geometry[row].geom_type
        where = "" if bad[row] else " inside the coverage grid"
        faults.append(Fault("places", row + 1, "geometry", value, f"a {kind}{where}"))
    return faults


def pixels_at(grid: GeoBox, xy: FloatArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return rows and columns; what lies on the grid's last edge belongs to its last pixel."""
    column, row = ~grid.affine * (xy[:, 0], xy[:, 1])
    rows, columns = grid.shape
    return (
        np.clip(np.floor(row).astype(np.int64), 0, rows - 1),
        np.clip(np.floor(column).astype(np.int64), 0, columns - 1),
    )


def line_pieces(
    lines: npt.NDArray[np.object_], grid: GeoBox
) -> tuple[npt.NDArray[np.int64], FloatArray, FloatArray]:
    """Return the pieces of lines inside single pixels: line, start and end, in the grid's plane."""
    parts, part_line = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    joined = part[1:] == part[:-1]
    first, last = xy[:-1][joined], xy[1:][joined]
    line = part_line[part[:-1][joined]]

    of_segment = [np.arange(len(first)), np.arange(len(first))]
    at = [np.zeros(len(first)), np.ones(len(first))]
    starts = ~grid.affine * (first[:, 0], first[:, 1])
    ends = ~grid.affine * (last[:, 0], last[:, 1])
    for start, end in zip(starts, ends, strict=True):
        # Whole numbers between start and end: the pixel edges that the segment crosses.
        low = np.floor(np.minimum(start, end)).astype(np.int64) + 1
        count = np.maximum(np.ceil(np.maximum(start, end)).astype(np.int64) - low, 0)
        segment = np.repeat(np.arange(len(first)), count)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        edge = low[segment] + step
        of_segment.append(segment)
        at.append((edge - start[segment]) / (end[segment] - start[segment]))
    segment = np.concatenate(of_segment)
    fraction = np.concatenate(at)
    order = np.lexsort((fraction, segment))
    segment, fraction = segment[order], fraction[order]
    cut = first[segment] + fraction[:, None] * (last - first)[segment]
    same = segment[1:] == segment[:-1]
    return line[segment[:-1][same]], cut[:-1][same], cut[1:][same]
