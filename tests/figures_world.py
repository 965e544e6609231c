"""Small worlds for the tests of figures and gaps: coverages and tables made by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr

CRS = "EPSG:9209"
WEST_M, NORTH_M, PIXEL_M = 500_000.0, 2_000_000.0, 100.0

#: Levels that are surely covered and surely not, at any basis and in either technology.
GOOD_DBM, BAD_DBM = -60.0, -140.0


def make_coverage(**layers: np.ndarray) -> xr.Dataset:
    """Return a coverage of layers named operator_technology (``a_4g=levels``), row 0 north."""
    names = list(layers)
    level_dbm = np.stack([np.asarray(layers[name], dtype=np.float32) for name in names])
    _, rows, columns = level_dbm.shape
    operators, technologies = zip(*(name.rsplit("_", 1) for name in names), strict=True)
    return xr.Dataset(
        {"level_dbm": (("layer", "y", "x"), level_dbm)},
        coords={
            "layer": names,
            "operator": ("layer", list(operators)),
            "technology": ("layer", [technology.upper() for technology in technologies]),
            "y": NORTH_M - PIXEL_M * (np.arange(rows) + 0.5),
            "x": WEST_M + PIXEL_M * (np.arange(columns) + 0.5),
        },
        attrs={"crs": CRS, "transform": (PIXEL_M, 0.0, WEST_M, 0.0, -PIXEL_M, NORTH_M)},
    )


def box(left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    """Return a rectangle in pixels from the grid's north-west corner, y downwards."""
    return shapely.box(
        WEST_M + PIXEL_M * left,
        NORTH_M - PIXEL_M * bottom,
        WEST_M + PIXEL_M * right,
        NORTH_M - PIXEL_M * top,
    )


def make_settlements(*rows: tuple[str, str, float, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return settlements from (id, district_code, residents, polygon); four people a household."""
    return gpd.GeoDataFrame(
        {
            "settlement_id": [row[0] for row in rows],
            "name": [f"Thôn {row[0]}" for row in rows],
            "district_code": [row[1] for row in rows],
            "residents": [row[2] for row in rows],
            "households": [row[2] / 4 for row in rows],
        },
        geometry=[row[3] for row in rows],
        crs=CRS,
    )


def make_districts(*rows: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return districts from (code, polygon)."""
    return gpd.GeoDataFrame(
        {"district_code": [row[0] for row in rows], "full_name": [f"Huyện {r[0]}" for r in rows]},
        geometry=[row[1] for row in rows],
        crs=CRS,
    )


def levels(rows: int, columns: int, *, good: tuple[slice, slice] | None = None) -> np.ndarray:
    """Return levels that are good in a window and bad elsewhere."""
    level_dbm = np.full((rows, columns), BAD_DBM, dtype=np.float32)
    if good is not None:
        level_dbm[good] = GOOD_DBM
    return level_dbm
