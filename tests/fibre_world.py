"""Small fibre networks with known answers, shared by the tests of the fibre room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from htcoverage.fibre.graph import FibreNetwork

CRS = "EPSG:9209"
ORIGIN = np.array([540_000.0, 2_030_000.0])

Row = tuple[str, str, str, int, Sequence[tuple[float, float]]]


def spans(*rows: Row) -> gpd.GeoDataFrame:
    """Spans from (span_id, owner, kind, cables, vertices in metres from an origin)."""
    return gpd.GeoDataFrame(
        {
            "span_id": [row[0] for row in rows],
            "owner": [row[1] for row in rows],
            "kind": [row[2] for row in rows],
            "cables": [row[3] for row in rows],
            "fibres": [24 * row[3] for row in rows],
            "status": "in-service",
            "year": 2020,
            "provenance": "user",
        },
        geometry=[shapely.LineString(np.asarray(row[4]) + ORIGIN) for row in rows],
        crs=CRS,
    )


def bts_at(*places: tuple[str, str, float, float]) -> gpd.GeoDataFrame:
    """Base stations from (bts_id, operator, x, y)."""
    xy = np.array([place[2:] for place in places]) + ORIGIN
    return gpd.GeoDataFrame(
        {
            "bts_id": [place[0] for place in places],
            "site_id": [place[0] for place in places],
            "operator": [place[1] for place in places],
            "technology": "4G",
            "status": "on-air",
        },
        geometry=gpd.points_from_xy(*xy.T),
        crs=CRS,
    )


def homes_at(*places: tuple[str, float, float, float]) -> gpd.GeoDataFrame:
    """Settlements, squares of 20 m, from (settlement_id, residents, x, y)."""
    return gpd.GeoDataFrame(
        {
            "settlement_id": [place[0] for place in places],
            "name": [f"Thôn {place[0]}" for place in places],
            "district_code": "436",
            "residents": [place[1] for place in places],
        },
        geometry=[
            shapely.box(x - 10, y - 10, x + 10, y + 10)
            for x, y in (np.array(place[2:]) + ORIGIN for place in places)
        ],
        crs=CRS,
    )


def node_at(network: FibreNetwork, owner: str, x: float, y: float) -> int:
    """The node of an owner at a place."""
    gap = np.hypot(*(network.node_xy_m - ORIGIN - [x, y]).T)
    gap[network.node_owner != owner] = np.inf
    assert gap.min() < 1e-6
    return int(gap.argmin())


def ladder_network(**columns: Any) -> gpd.GeoDataFrame:
    """A core C, a ring A-B-D of owner V behind it, and a tail D-E; 1 km a side."""
    return spans(
        ("exit", "V", "inter-provincial", 2, [(-1000, 0), (0, 0)]),
        ("AB", "V", "trunk", 6, [(0, 0), (1000, 0)]),
        ("BD", "V", "ring", 4, [(1000, 0), (1000, 1000)]),
        ("DA", "V", "ring", 4, [(1000, 1000), (0, 1000), (0, 0)]),
        ("DE", "V", "access", 1, [(1000, 1000), (2000, 1000)]),
    ).assign(**columns)
