"""Coordinate transformations, with the VN-2000 operation pinned by name."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.transformer import TransformerGroup

#: PROJ offers two VN-2000 to WGS 84 operations of equal stated accuracy, 0.7 m apart. The first
#: listed may change with PROJ's database, so ours is named: EPSG:6960, the seven parameters of the
#: Vietnamese decision of 2007.
VN2000_TO_WGS84 = "VN-2000 to WGS 84 (2)"

WGS84 = "EPSG:4326"


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
