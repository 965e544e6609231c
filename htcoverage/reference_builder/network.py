"""Build and write the network: the ledger of base stations and the fibre, on a land given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from htcoverage.reference_builder.fibre import Fibre, build_fibre, write_fibre
from htcoverage.reference_builder.ground import Ground
from htcoverage.reference_builder.ledger import Ledger, build_ledger, write_ledger
from htcoverage.reference_builder.write import write_checksums


@dataclass(frozen=True, eq=False)
class Network:
    """The modelled base stations with their cells, and the modelled fibre."""

    ledger: Ledger
    fibre: Fibre


def build_network(
    settlements: gpd.GeoDataFrame,
    *,
    districts: gpd.GeoDataFrame,
    communes: pd.DataFrame,
    ground: Ground,
    seed: int,
) -> Network:
    """Return the network for a seed; ledger and fibre draw from streams of their own.

    Parameters
    ----------
    settlements, districts : GeoDataFrame
        As in ``data/boundaries``, EPSG:9209.
    communes : DataFrame
        ``commune_code, commune_name``, the codes as text.
    ground : Ground
        Heights and water on the terrain's grid.
    seed : int
    """
    settlements, districts = _without_precision(settlements), _without_precision(districts)
    ledger = build_ledger(
        settlements, districts=districts, communes=communes, ground=ground, seed=seed
    )
    fibre = build_fibre(settlements, districts=districts, bts=ledger.bts, ground=ground, seed=seed)
    return Network(ledger, fibre)


def _without_precision(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table as if read from a file.

    Geometry made on a precision grid rounds what is derived from it to that grid; files do not keep
    the grid, and the network must be the same from either.
    """
    plain = shapely.set_precision(table.geometry.to_numpy(), 0.0)
    return table.set_geometry(gpd.GeoSeries(plain, index=table.index, crs=table.crs))


def write_network(network: Network, *, data: Path) -> None:
    """Write ``bts`` and ``fibre`` below the data folder, with their checksums."""
    write_ledger(network.ledger, folder=data / "bts")
    write_fibre(network.fibre, folder=data / "fibre")
    write_checksums(data / "bts")
    write_checksums(data / "fibre")
