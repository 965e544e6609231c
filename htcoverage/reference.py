"""The bundled reference province: Hà Tĩnh, real where it can be, modelled where it must be.

Every row says which it is in its column ``provenance``; the READMEs beside the data tell how it was
made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from htcoverage.errors import SetupError
from htcoverage.readers import read_districts, read_ledger, read_settlements, read_spans
from htcoverage.reconcile import RESIDENTIAL_READINGS, PublicStatement
from htcoverage.reference_builder.ground import Ground
from htcoverage.reference_builder.ledger import build_ledger
from htcoverage.terrain import Terrain, read_terrain

#: Class of water in ``clutter_classes.csv``.
WATER_CLASS = 0

#: Public statement of October 2023 that the computed figure is set beside. The ledger behind it is
#: not public; it counts base stations and residential areas by the carriers' own measure.
REPORTED = {
    "bts": 3250,
    "cable_km": 21_000,
    "settlements_without_fibre": 26,
    "districts_without_fibre": 7,
    "covered_residential_share": 0.99,
    "date": "2023-10",
    "counts": "3G and 4G base stations, whose signal reaches 99 % of residential areas; "
    "level, probability and operator are not stated",
}

#: What was said in public of the province, in every reading that the words allow; the first is
#: `REPORTED`. None of it says at which level, how surely and with whose network.
PUBLIC_STATEMENTS = (
    PublicStatement(
        date="2023-10",
        share=0.99,
        technology="any",
        readings=RESIDENTIAL_READINGS,
        words_en="3,250 base stations (3G and 4G) reach 99 % of residential areas; level,"
        " probability and operator are not stated",
        words_vi="3.250 trạm BTS (3G và 4G) phủ sóng 99 % khu dân cư; không nêu mức thu, xác suất"
        " và nhà mạng",
    ),
    PublicStatement(
        date="2024",
        share=0.98,
        technology="any",
        readings=(("land_area", None), ("residential_area", None), ("residents", None)),
        words_en="98 % of the province; whether of its area or of its people is not stated",
        words_vi="98 % toàn tỉnh; không nêu là diện tích hay dân số",
    ),
    PublicStatement(
        date="2024",
        share=0.85,
        technology="4G",
        readings=(("communes", 0.5), ("communes", 0.8), ("communes", 1.0)),
        words_en="4G in 85 % of communes; what makes a commune count is not stated",
        words_vi="4G tại 85 % số xã; không nêu tiêu chí để tính một xã",
    ),
)


@dataclass(frozen=True, eq=False)
class Reference:
    """The layers of the reference province, as validated tables.

    Parameters
    ----------
    bts : GeoDataFrame
        The modelled ledger, points on WGS 84.
    cells : DataFrame
        Its cells.
    settlements, districts, spans : GeoDataFrame
        Homes, district units and fibre, EPSG:9209.
    terrain : Terrain
        Province and 30 km around it, EPSG:9209, 90 m.
    ground : mapping of str to GeoDataFrame
        ``sea``, ``rivers`` and ``lakes`` to find one's way by on a map.
    commune_names : mapping of str to str
        Kind and name of each commune by its code.
    files : mapping of str to Path
        The file of each table.
    data_dir : Path
        Folder of all bundled data.
    """

    bts: gpd.GeoDataFrame
    cells: pd.DataFrame
    settlements: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    terrain: Terrain
    ground: Mapping[str, gpd.GeoDataFrame]
    commune_names: Mapping[str, str]
    files: Mapping[str, Path]
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

    Examples
    --------
    >>> import htcoverage as ht
    >>> province = ht.load_reference()
    >>> len(province.bts), len(province.districts)
    (3250, 13)
    """
    data = data_dir()
    boundaries, terrain = data / "boundaries", data / "terrain"
    files = {
        "bts": data / "bts" / "bts.csv",
        "cells": data / "bts" / "cells.csv",
        "settlements": boundaries / "settlements.gpkg",
        "districts": boundaries / "districts.gpkg",
        "communes": boundaries / "communes.csv",
        "spans": data / "fibre" / "spans.gpkg",
    }
    ledger = read_ledger(files["bts"], cells_path=files["cells"])
    communes = pd.read_csv(files["communes"], dtype=str)
    return Reference(
        bts=ledger.bts,
        cells=ledger.cells,
        settlements=read_settlements(files["settlements"]),
        districts=read_districts(files["districts"]),
        spans=read_spans(files["spans"]),
        terrain=read_terrain(
            terrain / "ground_m.tif",
            clutter_path=terrain / "clutter_class.tif",
            clutter_classes_path=terrain / "clutter_classes.csv",
            zone_path=terrain / "zone.tif",
        ),
        ground={
            layer: gpd.read_file(boundaries / "ground.gpkg", layer=layer)
            for layer in ("sea", "rivers", "lakes")
        },
        commune_names=dict(
            zip(communes["commune_code"], communes["commune_full_name"], strict=True)
        ),
        files=files,
        data_dir=data,
    )


def modelled_ledger(reference: Reference, *, seed: int) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Draw the modelled base stations and cells of the reference province anew.

    Parameters
    ----------
    reference : Reference
        Its settlements, districts and terrain are what the generator sees; coverage is not.
    seed : int
        The bundled ledger is that of seed 42.

    Returns
    -------
    bts, cells : GeoDataFrame, DataFrame
    """
    communes = pd.read_csv(reference.files["communes"], dtype=str)
    terrain = reference.terrain
    ledger = build_ledger(
        reference.settlements,
        districts=reference.districts,
        communes=communes,
        ground=Ground(
            terrain.ground_m.astype(float), terrain.clutter_class == WATER_CLASS, terrain.geobox
        ),
        seed=seed,
    )
    return ledger.bts, ledger.cells
