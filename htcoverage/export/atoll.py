"""Sites and Transmitters tables in the layout of Atoll's data structure.

Column names are those of the tables ``Sites`` and ``Transmitters`` in Forsk's Data Structure
Reference Guide for Atoll 3: a site is a position, a transmitter one antenna of it. Conforms to
that layout; whether a given Atoll project takes a column is for its owner to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from htcoverage.crs import WGS84, reproject
from htcoverage.errors import argument_fault
from htcoverage.export.files import write_parameters
from htcoverage.export.tables import csv_cell
from htcoverage.files import whole_files

if TYPE_CHECKING:
    import geopandas as gpd

TRANSMITTERS_FILE = "Transmitters.txt"
SITES_FILE = "Sites.txt"


def write_atoll(
    bts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    folder: str | Path,
    *,
    metadata: Mapping[str, object] | None = None,
) -> None:
    """Write ``Sites.txt`` and ``Transmitters.txt``: tab-separated, UTF-8, longitude and latitude.

    A site stands where its first base station stands. ``AZIMUT`` is clockwise from true north and
    ``TILT`` (mechanical) and ``REDT`` (electrical) positive downwards, in degrees; ``HEIGHT`` in
    metres above ground. Parameters of the run stand in ``parameters.json``.

    Parameters
    ----------
    bts : GeoDataFrame
        Columns of ``schema.BTS``.
    cells : DataFrame
        Columns of ``schema.CELLS``; each is a transmitter.
    folder : str or Path
        Folder that exists.
    metadata : mapping, optional
        Parameters of the run.

    Raises
    ------
    InputError
        If a cell's base station is not in the ledger.
    """
    strange = sorted(set(cells["bts_id"]) - set(bts["bts_id"]))
    if strange:
        raise argument_fault("cells", ", ".join(strange[:5]), "cells of the base stations given")
    station = bts.set_index("bts_id")
    of_cell = station.loc[cells["bts_id"]]
    states = of_cell["status"] if "status" in of_cell else ["on-air"] * len(of_cell)
    transmitters = pd.DataFrame(
        {
            "TX_ID": cells["cell_id"].to_numpy(),
            "SITE_NAME": of_cell["site_id"].to_numpy(),
            "ACTIVE": ["TRUE" if state == "on-air" else "FALSE" for state in states],
            "DX": 0,
            "DY": 0,
            "ANTENNA_NAME": cells["antenna"].to_numpy(),
            "HEIGHT": cells["antenna_height_m"].to_numpy(),
            "AZIMUT": cells["azimuth_deg"].to_numpy(),
            "TILT": cells["mechanical_tilt_deg"].to_numpy(),
            "REDT": cells["electrical_tilt_deg"].to_numpy(),
            "COMMENT_": [
                f"{operator} {technology} {band:g} MHz"
                for operator, technology, band in zip(
                    of_cell["operator"], of_cell["technology"], cells["band_mhz"], strict=True
                )
            ],
        }
    )
    first = reproject(bts.drop_duplicates("site_id"), WGS84)
    names = first["site_name"] if "site_name" in first else pd.Series("", first.index)
    sites = pd.DataFrame(
        {
            "NAME": first["site_id"].to_numpy(),
            "LONGITUDE": first.geometry.x.round(7).to_numpy(),
            "LATITUDE": first.geometry.y.round(7).to_numpy(),
            "COMMENT_": names.fillna("").to_numpy(),
        }
    )
    with whole_files(Path(folder) / SITES_FILE) as part:
        _write_tabbed(sites, part)
        _write_tabbed(transmitters, part.with_name(TRANSMITTERS_FILE))
        write_parameters(metadata, part.with_name("parameters.json"))


def _write_tabbed(table: pd.DataFrame, path: Path) -> None:
    lines = ["\t".join(table.columns)]
    for row in table.itertuples(index=False, name=None):
        lines.append("\t".join(_tabbed_cell(value) for value in row))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _tabbed_cell(value: object) -> str:
    """Return a value without tabs and line ends: quotes mean nothing in this format."""
    return str(csv_cell(" ".join(value.split()) if isinstance(value, str) else value))
