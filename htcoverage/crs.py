"""Coordinate transformations, VN-2000 by one pinned operation, and lengths on the ellipsoid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.transformer import TransformerGroup

#: PROJ offers two VN-2000 to WGS 84 operations of equal stated accuracy, 0.7 m apart. The first
#: listed may change with PROJ's database, so ours is named: EPSG:6960, the seven parameters of the
#: Vietnamese decision of 2007.
VN2000_TO_WGS84 = "VN-2000 to WGS 84 (2)"

WGS84 = "EPSG:4326"

_GEOD = Geod(ellps="WGS84")


@lru_cache(maxsize=64)
def transformer(source_crs: str, target_crs: str) -> Transformer:
    """Return the transformer (x, y) → (x, y) between two CRS, VN-2000 always by one operation.

    Parameters
    ----------
    source_crs, target_crs : str
        Anything pyproj reads: ``EPSG:9209``, WKT, a PROJ string.

    Returns
    -------
    pyproj.Transformer
        With ``always_xy``: easting or longitude first.
    """
    group = TransformerGroup(source_crs, target_crs, always_xy=True)
    pinned = [t for t in group.transformers if VN2000_TO_WGS84 in t.description]
    if pinned:
        return cast("Transformer", pinned[0])
    return Transformer.from_crs(source_crs, target_crs, always_xy=True)


def reproject(table: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Return the table in another CRS, its geometry transformed by the pinned operation.

    Parameters
    ----------
    table : GeoDataFrame
        With a CRS.
    crs : str
        The CRS wanted.
    """
    if CRS.from_user_input(crs) == CRS.from_user_input(table.crs):
        return table
    through = transformer(table.crs.to_wkt(), crs)

    def move(points: np.ndarray) -> np.ndarray:
        x, y = through.transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    moved = shapely.transform(table.geometry.to_numpy(), move)
    return table.set_geometry(gpd.GeoSeries(moved, index=table.index, crs=crs))


def line_lengths_m(
    lines: Sequence[object] | npt.NDArray[np.object_], crs: Any
) -> npt.NDArray[np.float64]:
    """Return the lengths of lines on the WGS 84 ellipsoid, in m.

    Parameters
    ----------
    lines : array of LineString or MultiLineString
        In ``crs``; straight there between vertices.
    crs : anything pyproj reads
        VN-2000 always goes to WGS 84 by the pinned operation.

    Notes
    -----
    Geodesics between the vertices (Karney, *Algorithms for geodesics*, 2013, as in PROJ). Heights
    are not counted: a cable on a slope of 10 % is 0.5 % longer.
    """
    geometry = np.asarray(lines, dtype=object)
    parts, line_of_part = shapely.get_parts(geometry, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    if len(xy) < 2:
        return np.zeros(len(geometry))
    through = transformer(CRS.from_user_input(crs).to_wkt(), WGS84)
    lon_deg, lat_deg = through.transform(xy[:, 0], xy[:, 1])
    step_m = _GEOD.inv(lon_deg[:-1], lat_deg[:-1], lon_deg[1:], lat_deg[1:])[2]
    same = part[:-1] == part[1:]
    length_m: npt.NDArray[np.float64] = np.bincount(
        line_of_part[part[:-1][same]], step_m[same], minlength=len(geometry)
    ).astype(np.float64)
    return length_m
