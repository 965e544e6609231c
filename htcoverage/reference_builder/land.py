"""Build and write the land: boundaries, terrain, clutter, settlements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.boundaries import build_districts, build_province
from htcoverage.reference_builder.clutter import (
    COLOURS,
    build_clutter,
    build_zones,
    clutter_classes,
)
from htcoverage.reference_builder.growth import smooth_outlines
from htcoverage.reference_builder.parameters import TOWN_TYPES, WATERS
from htcoverage.reference_builder.relief import LAKE, Terrain, build_terrain, make_terrain_grid
from htcoverage.reference_builder.settlements import build_settlements
from htcoverage.reference_builder.sources import Sources
from htcoverage.reference_builder.waters import WaterShapes, build_waters
from htcoverage.reference_builder.write import write_checksums, write_cog, write_csv, write_gpkg


@dataclass(frozen=True)
class Land:
    """All that the land half makes.

    Parameters
    ----------
    districts, province, settlements : GeoDataFrame
        As in ``data/boundaries``, EPSG:9209.
    waters : WaterShapes
        Sea, coast, rivers, border.
    terrain : Terrain
        Heights and water at 90 m.
    clutter, zone : ndarray of uint8
        Classes on the terrain's grid.
    """

    districts: gpd.GeoDataFrame
    province: gpd.GeoDataFrame
    settlements: gpd.GeoDataFrame
    waters: WaterShapes
    terrain: Terrain
    clutter: npt.NDArray[np.uint8]
    zone: npt.NDArray[np.uint8]


def build_land(sources: Sources, *, seed: int, progress: Callable[[str], None]) -> Land:
    """Return the land for a seed.

    Parameters
    ----------
    sources : Sources
        The open data.
    seed : int
        Each part draws from its own stream spawned from it.
    progress : callable
        Told each part's name before it is made.
    """
    relief_rng, people_rng, clutter_rng = (
        np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(3)
    )
    progress("districts")
    districts = build_districts(sources.districts, sources.communes)
    province = build_province(districts)
    outline = province.geometry.iloc[0]
    progress("waters")
    grid = make_terrain_grid(outline)
    waters = build_waters(sources, inland=outline.representative_point(), grid=grid)
    progress("terrain")
    terrain = build_terrain(sources.elevation, waters, grid=grid, province=outline, rng=relief_rng)
    progress("settlements")
    settlements = build_settlements(
        districts, sources.communes, sources.places, terrain, rng=people_rng
    )
    progress("clutter and zones")
    urban = sources.communes["commune_type"].isin(TOWN_TYPES)
    clutter = build_clutter(
        terrain,
        settlements,
        town_communes=frozenset(sources.communes.loc[urban, "commune_code"]),
        rng=clutter_rng,
    )
    return Land(districts, province, settlements, waters, terrain, clutter, build_zones(terrain))


def _lakes(terrain: Terrain) -> gpd.GeoDataFrame:
    """Return the lakes: ``name, provenance`` and the smoothed outline of their pixels."""
    mask = (terrain.water == LAKE).astype(np.uint8)
    shapes = smooth_outlines(mask, terrain.grid.affine)
    columns = {"name": [WATERS.lake_name], "provenance": ["modelled"]}
    whole = shapely.normalize(shapely.union_all(shapes))
    return gpd.GeoDataFrame(columns, geometry=[whole], crs=DEFAULT_CRS)


def write_land(land: Land, sources: Sources, *, data: Path) -> None:
    """Write ``boundaries`` and ``terrain`` below the data folder.

    Parameters
    ----------
    land : Land
        From `build_land`.
    sources : Sources
        For the commune list, handed on as it is.
    data : Path
        The folder that holds ``sources``.
    """
    boundaries, terrain = data / "boundaries", data / "terrain"
    write_gpkg(boundaries / "districts.gpkg", {"districts": land.districts})
    write_gpkg(boundaries / "province.gpkg", {"province": land.province})
    write_csv(boundaries / "communes.csv", sources.communes)
    write_gpkg(boundaries / "settlements.gpkg", {"settlements": land.settlements})
    sea = gpd.GeoDataFrame(
        {"name": ["Biển Đông"], "provenance": ["open-data"]},
        geometry=[land.waters.sea],
        crs=DEFAULT_CRS,
    )
    write_gpkg(
        boundaries / "ground.gpkg",
        {
            "sea": sea,
            "coast": land.waters.coast,
            "rivers": land.waters.rivers,
            "lakes": _lakes(land.terrain),
            "border": land.waters.border,
        },
    )
    grid = land.terrain.grid
    write_cog(
        terrain / "ground_m.tif",
        land.terrain.ground_m,
        grid=grid,
        description="ground above sea level, m",
        overviews="AVERAGE",
    )
    write_cog(
        terrain / "clutter_class.tif",
        land.clutter,
        grid=grid,
        description="clutter class, see clutter_classes.csv",
        colours=COLOURS,
    )
    write_cog(
        terrain / "zone.tif",
        land.zone,
        grid=grid,
        description="radio-climatic zone: 1 sea, 3 coastal land, 4 inland (ITU-R P.1812)",
    )
    write_csv(terrain / "clutter_classes.csv", clutter_classes())
    write_checksums(data / "sources")
    write_checksums(boundaries)
    write_checksums(terrain)
