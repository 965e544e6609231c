"""Polygons on the grid: how many square metres of each pixel lie in each polygon."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from odc.geo.geobox import GeoBox

from htcoverage.errors import Fault, InputError


@dataclass(frozen=True)
class ZoneAreas:
    """The area of each polygon in each pixel, one matrix for every layer and basis.

    Parameters
    ----------
    area_m2 : scipy.sparse.csr_array
        float64 (zones, len(pixels)): square metres of the projected plane.
    pixels : array of int
        Flat indices (row · columns + column) of the matrix's columns, ascending: the pixels that
        at least one polygon touches.
    """

    area_m2: sp.csr_array[np.float64]
    pixels: npt.NDArray[np.int64]


def zone_areas(polygons: gpd.GeoDataFrame, grid: GeoBox) -> ZoneAreas:
    """Measure polygons against the grid, with exact fractions of the pixels on their edges.

    Parameters
    ----------
    polygons : GeoDataFrame
        Valid polygons in the grid's CRS, all inside the grid (see `check_polygons`).
    grid : odc.geo.geobox.GeoBox
        North up, square pixels, metres.

    Returns
    -------
    ZoneAreas
        One row a polygon, in the table's order. The fractions are exactextract's, exact to its
        single precision (about 1e-7 of a pixel).
    """
    bounds = grid.boundingbox
    raster = NumPyRasterSource(
        np.zeros(grid.shape, dtype=np.uint8),
        xmin=bounds.left,
        ymin=bounds.bottom,
        xmax=bounds.right,
        ymax=bounds.top,
        srs_wkt=polygons.crs.to_wkt(),
    )
    bare = gpd.GeoDataFrame(geometry=polygons.geometry.reset_index(drop=True))
    found = exact_extract(raster, bare, ["cell_id", "coverage"], output="pandas")
    ids = [np.asarray(cells, dtype=np.int64) for cells in found["cell_id"]]
    indptr = np.concatenate([[0], np.cumsum([len(cells) for cells in ids])])
    flat = np.concatenate(ids)
    fraction = np.concatenate([np.asarray(part, dtype=np.float64) for part in found["coverage"]])
    touched = np.zeros(grid.shape[0] * grid.shape[1], dtype=bool)
    touched[flat] = True
    pixels = np.flatnonzero(touched)
    place = np.cumsum(touched, dtype=np.int32)
    area_m2 = sp.csr_array(
        (fraction * abs(grid.affine.a * grid.affine.e), place[flat] - 1, indptr),
        shape=(len(ids), len(pixels)),
    )
    return ZoneAreas(area_m2, pixels)


def only_polygons(geometry: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return geometries without the lines and points that an intersection leaves on shared edges.

    Polygons and multipolygons stay; a collection becomes the multipolygon of its polygons, other
    geometries an empty one.
    """
    kept = np.array(geometry, dtype=object)
    areal = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    for index in np.flatnonzero(~np.isin(shapely.get_type_id(kept), areal)):
        parts = shapely.get_parts(shapely.get_parts(kept[index]))
        kept[index] = shapely.union_all(
            parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        )
    return kept


def polygon_faults(
    polygons: gpd.GeoDataFrame, grid: GeoBox, *, table: str, name_column: str
) -> list[Fault]:
    """Return the faults of polygons that cannot be measured on the grid.

    A polygon must be there, be valid, have an area, and lie wholly inside the grid: a part outside
    has no level, and neither to count it as uncovered nor to leave it out would be true.

    Parameters
    ----------
    polygons : GeoDataFrame
        In the grid's CRS.
    grid : odc.geo.geobox.GeoBox
        The grid of the coverage.
    table, name_column : str
        What the table is called in the faults; the column whose value names the polygon in them.
    """
    geometry = polygons.geometry.to_numpy()
    bounds = grid.boundingbox
    slack_m = 1e-6 * abs(grid.affine.a)
    boxes = shapely.bounds(geometry)
    west, south, east, north = boxes.T
    with np.errstate(invalid="ignore"):
        inside = (
            (west >= bounds.left - slack_m)
            & (south >= bounds.bottom - slack_m)
            & (east <= bounds.right + slack_m)
            & (north <= bounds.top + slack_m)
        )
    checks = (
        (shapely.is_missing(geometry) | shapely.is_empty(geometry), "a polygon; there is none"),
        (~shapely.is_valid(geometry), "a valid polygon: rings closed, not crossing themselves"),
        (shapely.area(geometry) <= 0.0, "a polygon with an area above 0"),
        (
            ~inside,
            "a polygon wholly inside the coverage grid"
            f" ({bounds.left:.0f}, {bounds.bottom:.0f}, {bounds.right:.0f}, {bounds.top:.0f});"
            " compute the coverage on a larger grid",
        ),
    )
    faults = []
    for row, name in enumerate(polygons[name_column].astype(str)):
        expected = next((words for failed, words in checks if failed[row]), None)
        if expected is not None:
            faults.append(Fault(table, row + 1, "geometry", name, expected))
    return faults


def table_faults(
    settlements: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, grid: GeoBox
) -> list[Fault]:
    """Return what would make a figure wrong without a word: polygons, codes and counts.

    Parameters
    ----------
    settlements, districts : GeoDataFrame
        In the grid's CRS.
    grid : odc.geo.geobox.GeoBox
        The grid of the coverage.
    """
    faults = polygon_faults(settlements, grid, table="settlements", name_column="name")
    faults += polygon_faults(districts, grid, table="districts", name_column="full_name")
    names = settlements["name"].astype(str).tolist()
    known = set(districts["district_code"].astype(str))
    expected = "a code of the districts table"
    for row, code in enumerate(settlements["district_code"].astype(str)):
        if code not in known:
            value = f"{code} ({names[row]})"
            faults.append(Fault("settlements", row + 1, "district_code", value, expected))
    for column in ("residents", "households"):
        if column not in settlements.columns:
            continue
        counts = settlements[column].to_numpy(dtype=np.float64, na_value=np.nan)
        for row in np.flatnonzero(~(np.isfinite(counts) & (counts >= 0.0))).tolist():
            value = f"{counts[row]} ({names[row]})"
            faults.append(Fault("settlements", row + 1, column, value, "a number, 0 or more"))
    return faults


def raise_faults(faults: list[Fault]) -> None:
    """Raise one InputError with all the faults, if there are any."""
    if faults:
        raise InputError(faults)
