"""Read ``data/sources``: the open data that the reference province is made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
from affine import Affine
from scipy.interpolate import PchipInterpolator
from shapely.geometry.base import BaseGeometry

from htcoverage.crs import WGS84, reproject
from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.parameters import GREY_TO_M

DISTRICTS_FILE = "districts_12_geoboundaries2016.geojson"
COMMUNES_FILE = "communes_216_gso.csv"
GROUND_FILE = "coast_rivers_border_gshhg.geojson"
ELEVATION_FILE = "elevation_2arcmin_8bit.tif"
PLACES_FILES = ("places_geonames_cities500.csv", "places_geonames_allcities.csv")


@dataclass(frozen=True)
class CoarseElevation:
    """The 2′ elevation in metres.

    Parameters
    ----------
    elevation_m : ndarray, shape (rows, columns)
        Mean above sea level of each 2′ block, by the monotone table; row 0 north.
    transform : Affine
        From (column, row) to longitude and latitude in degrees (WGS 84).
    """

    elevation_m: npt.NDArray[np.float64]
    transform: Affine


@dataclass(frozen=True)
class Sources:
    """All open data, vectors projected in EPSG:9209.

    Parameters
    ----------
    districts : GeoDataFrame
        ``name`` (no diacritics) and outline of 12 districts, not yet cleaned.
    communes : DataFrame
        216 rows, all text: ``district_code, district_full_name, commune_code, commune_name,
        commune_type, commune_full_name``.
    coast, rivers, border : tuple of LineString
        Coast and islands; rivers; the land border with Laos.
    places : GeoDataFrame
        ``name`` and point of populated places.
    elevation : CoarseElevation
        The 2′ elevation.
    """

    districts: gpd.GeoDataFrame
    communes: pd.DataFrame
    coast: tuple[BaseGeometry, ...]
    rivers: tuple[BaseGeometry, ...]
    border: tuple[BaseGeometry, ...]
    places: gpd.GeoDataFrame
    elevation: CoarseElevation


def read_sources(folder: Path) -> Sources:
    """Read and project every source.

    Parameters
    ----------
    folder : Path
        ``data/sources``.
    """
    ground = reproject(gpd.read_file(folder / GROUND_FILE), DEFAULT_CRS)
    ground = ground.explode(ignore_index=True)
    ground = ground[ground.geom_type == "LineString"]
    lines = {name: tuple(part.geometry) for name, part in ground.groupby("layer")}
    communes = pd.read_csv(folder / COMMUNES_FILE, dtype=str)
    for column in communes.columns:
        communes[column] = communes[column].str.split().str.join(" ")
    return Sources(
        districts=reproject(gpd.read_file(folder / DISTRICTS_FILE), DEFAULT_CRS),
        communes=communes,
        coast=lines["gshhs"],
        rivers=lines["rivers"],
        border=lines["countries"],
        places=_read_places(folder),
        elevation=_read_elevation(folder / ELEVATION_FILE),
    )


def _read_places(folder: Path) -> gpd.GeoDataFrame:
    tables = [pd.read_csv(folder / name) for name in PLACES_FILES]
    places = pd.concat(tables, ignore_index=True).drop_duplicates("geonameid")
    points = gpd.points_from_xy(places["longitude"], places["latitude"], crs=WGS84)
    table = gpd.GeoDataFrame({"name": places["name"].to_numpy()}, geometry=points)
    return reproject(table, DEFAULT_CRS)


def _read_elevation(path: Path) -> CoarseElevation:
    with rasterio.open(path) as band:
        grey = band.read(1).astype(float)
        transform = band.transform
    knots, heights_m = np.array(GREY_TO_M, dtype=float).T
    return CoarseElevation(PchipInterpolator(knots, heights_m)(grey), transform)
