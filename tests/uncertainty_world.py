"""A small real world: a valley of Vũ Quang with the sites around it, from the bundled province."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd
import shapely
import xarray as xr

from htcoverage.coverage import compute_coverage
from htcoverage.grid import make_grid
from htcoverage.reference import load_reference
from htcoverage.terrain import Terrain

BOUNDS_M = (490_000.0, 2_028_000.0, 501_000.0, 2_039_000.0)
REACH_M = 6_000.0


@dataclass(frozen=True, eq=False)
class World:
    bts: gpd.GeoDataFrame
    cells: pd.DataFrame
    settlements: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    terrain: Terrain
    coverage: xr.Dataset


def small_world() -> World:
    reference = load_reference()
    window = shapely.box(*BOUNDS_M)
    settlements = reference.settlements
    settlements = settlements[settlements.within(window)].reset_index(drop=True)
    districts = reference.districts[
        reference.districts["district_code"].isin(set(settlements["district_code"]))
    ]
    districts = districts.assign(geometry=districts.intersection(window)).reset_index(drop=True)
    near = reference.bts.to_crs(settlements.crs).within(window.buffer(REACH_M))
    bts = reference.bts[near].reset_index(drop=True)
    cells = reference.cells[reference.cells["bts_id"].isin(bts["bts_id"])].reset_index(drop=True)
    world = World(bts, cells, settlements, districts, reference.terrain, xr.Dataset())
    return replace(world, coverage=cover(world, bts))


def cover(world: World, bts: gpd.GeoDataFrame) -> xr.Dataset:
    """Return the coverage of the world by these base stations, at the settlements alone."""
    return compute_coverage(
        bts,
        world.cells,
        world.terrain,
        make_grid(BOUNDS_M),
        radius_km=REACH_M / 1000.0,
        area=world.settlements,
    )
