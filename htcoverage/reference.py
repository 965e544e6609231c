"""The bundled reference province: Hà Tĩnh, real where it can be, modelled where it must be.

Every row says which it is in its column ``provenance``; the READMEs beside the data tell how it was
made.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from htcoverage.errors import SetupError
from htcoverage.readers import read_districts, read_ledger, read_settlements, read_spans
from htcoverage.terrain import Terrain, read_terrain

#: Public statement of October 2023 that the computed figure is set beside. The ledger behind it is
#: not public; it counts base stations and residential areas by the carriers' own measure.
REPORTED = {
    "bts": 3250,
    "cable_km": 21_000,
    "covered_residential_share": 0.99,
    "date": "2023-10",
    "counts": "3G and 4G base stations, whose signal reaches 99 % of residential areas; "
    "level, probability and operator are not stated",
}


@dataclass(frozen=True, eq=False)
class Reference:
    """The layers of the reference province, as validated tables."""

    bts: gpd.GeoDataFrame
    cells: pd.DataFrame
    settlements: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    terrain: Terrain
    data_dir: Path


def data_dir() -> Path:
    """Return the folder of the bundled data: inside the package, or the repository's ``data/``.

    Raises
    ------
    SetupError
        If neither is there.
    """
    package = Path(__file__).parent
    for folder in (package / "data", package.parent / "data"):
        if (folder / "bts" / "bts.csv").is_file():
            return folder
    raise SetupError("the bundled data is missing: install htcoverage again")


def load_reference() -> Reference:
    """Read the reference province.

    Returns
    -------
    Reference
        Tables in their own CRS (points WGS 84, polygons and lines EPSG:9209).
    """
    data = data_dir()
    ledger = read_ledger(data / "bts" / "bts.csv", cells_path=data / "bts" / "cells.csv")
    terrain = data / "terrain"
    return Reference(
        bts=ledger.bts,
        cells=ledger.cells,
        settlements=read_settlements(data / "boundaries" / "settlements.gpkg"),
        districts=read_districts(data / "boundaries" / "districts.gpkg"),
        spans=read_spans(data / "fibre" / "spans.gpkg"),
        terrain=read_terrain(
            terrain / "ground_m.tif",
            clutter_path=terrain / "clutter_class.tif",
            clutter_classes_path=terrain / "clutter_classes.csv",
            zone_path=terrain / "zone.tif",
        ),
        data_dir=data,
    )
