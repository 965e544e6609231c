"""A small invented province for the map's tests: two districts, two operators, one hole."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from odc.geo.geobox import GeoBox

from htcoverage.crs import transformer
from htcoverage.figures import CoverCriteria
from htcoverage.gaps import find_gaps
from htcoverage.grid import make_grid
from htcoverage.maps import OnlineBaseMap, make_map

CRS = "EPSG:9209"
WEST, SOUTH = 536_000.0, 2_016_000.0
GRID = make_grid((WEST, SOUTH, WEST + 14_000, SOUTH + 10_000))
#: The hole in everybody's cover, in metres of the CRS: west, south, east, north.
HOLE = (WEST + 9_000, SOUTH + 3_000, WEST + 11_000, SOUTH + 5_000)
COVERED_DBM, HOLE_DBM = -80.0, -120.0


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def districts(*names: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"district_code": ["436", "437"], "full_name": list(names), "communes": [9, 21]},
        geometry=[box(1_000, 1_000, 7_000, 9_000), box(7_000, 1_000, 13_000, 9_000)],
        crs=CRS,
    )


def settlements(*names: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "settlement_id": ["S1", "S2"],
            "name": list(names),
            "district_code": ["436", "437"],
            "residents": [640, 512],
            "households": [190, 150],
            "provenance": "modelled",
        },
        geometry=[box(2_000, 6_000, 3_000, 7_000), box(9_500, 3_500, 10_500, 4_500)],
        crs=CRS,
    )


def bts(site_name: str, operator: str, other: str) -> gpd.GeoDataFrame:
    rows = [
        ("B1", "HT1", site_name, operator, "3G", 3_000, 3_000),
        ("B2", "HT1", site_name, operator, "4G", 3_000, 3_000),
        ("B3", "HT2", site_name, other, "4G", 5_000, 7_000),
    ]
    ids, sites, names, operators, technologies, x, y = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "bts_id": ids,
            "site_id": sites,
            "site_name": names,
            "operator": operators,
            "technology": technologies,
            "status": "on-air",
            "provenance": "modelled",
        },
        geometry=gpd.points_from_xy(WEST + np.array(x), SOUTH + np.array(y)),
        crs=CRS,
    )


def coverage(*operators: str, grid: GeoBox = GRID) -> xr.Dataset:
    rows, cols = grid.shape
    x = grid.affine.c + (np.arange(cols) + 0.5) * grid.affine.a
    y = grid.affine.f + (np.arange(rows) + 0.5) * grid.affine.e
    level = np.full(grid.shape, COVERED_DBM, dtype=np.float32)
    in_hole = np.outer((y > HOLE[1]) & (y < HOLE[3]), (x > HOLE[0]) & (x < HOLE[2]))
    level[in_hole] = HOLE_DBM
    names = [(operator, t) for t in ("3G", "4G") for operator in (*operators, "any")]
    return xr.Dataset(
        {"level_dbm": (("layer", "y", "x"), np.stack([level] * len(names)))},
        coords={
            "layer": [f"{operator}_{t}".lower() for operator, t in names],
            "operator": ("layer", [operator for operator, _ in names]),
            "technology": ("layer", [t for _, t in names]),
            "y": y,
            "x": x,
        },
        attrs={
            "crs": CRS,
            "transform": list(grid.affine)[:6],
            "model": "ITU-R P.1812-8",
            "radius_km": 15.0,
            "rx_height_m": 1.5,
        },
    )


def spans(owner: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "span_id": ["F1"],
            "owner": [owner],
            "kind": ["trunk"],
            "cables": [2],
            "fibres": [48],
            "status": ["built"],
            "year": [2015],
            "provenance": ["modelled"],
        },
        geometry=[
            shapely.LineString([(WEST + 3_000, SOUTH + 3_000), (WEST + 5_000, SOUTH + 7_000)])
        ],
        crs=CRS,
    )


def with_reason(gaps: gpd.GeoDataFrame, lng_lat: tuple[float, float]) -> gpd.GeoDataFrame:
    """The gaps, in the shadow of a hill that stands there."""
    spot = transformer(CRS, "EPSG:4326").transform(WEST + 10_000, SOUTH + 4_000)
    return gaps.assign(
        why="terrain", why_lon=spot[0], why_lat=spot[1], obstacle_lon=lng_lat[0],
        obstacle_lat=lng_lat[1], obstacle_m=312.4, obstacle_km=1.26,
    )  # fmt: skip


def world_map(
    text: str = "",
    *,
    lang: str = "en",
    base_map: OnlineBaseMap | None = None,
    fibre: gpd.GeoDataFrame | None = None,
):
    """The map of the world; ``text`` is added to every name in it."""
    first, second = f"Viettel{text}", f"MobiFone{text}"
    cover = coverage(first, second)
    homes = settlements(f"Thôn Đông Hà{text}", f"Bản Rào Tre{text}")
    areas = districts(f"Huyện Hương Khê{text}", f"Thị xã Kỳ Anh{text}")
    stations = bts(f"Trạm Đỉnh Cao{text}", first, second)
    ground = gpd.GeoDataFrame(geometry=[box(12_500, 0, 14_000, 10_000)], crs=CRS)
    return make_map(
        cover,
        homes,
        areas,
        stations,
        spans(f"Viettel{text}") if fibre is None else fibre,
        find_gaps(cover, homes, areas, stations),
        criteria=CoverCriteria(),
        title=f"Hà Tĩnh{text}",
        facts={f"Date{text}": f"October 2023{text}"},
        ground={"sea": ground},
        base_map=base_map,
        language=lang,
    )
