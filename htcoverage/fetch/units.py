"""Administrative units of geoBoundaries: read, named, and those of an area."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from htcoverage.crs import WGS84
from htcoverage.errors import HtcoverageError, SetupError
from htcoverage.fetch.vectors import inside_shares, tidy_text, valid_polygons
from htcoverage.readers.vector import read_layer

#: A unit belongs to the area if most of it lies inside: the levels come of different surveys, and
#: a neighbour's edge strays over the line.
_BELONGS_SHARE = 0.5

_POINTER = b"version https://git-lfs"


def read_units(path: Path) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the units of a file of geoBoundaries, and what was repaired.

    Parameters
    ----------
    path : Path
        GeoJSON with ``shapeID``, ``shapeName`` and ``shapeISO``.

    Returns
    -------
    units : GeoDataFrame
        ``code``, ``name`` and valid outlines in longitude and latitude.
    notes : tuple of str
        What was repaired or left out.

    Raises
    ------
    SetupError
        If the file is something else.
    """
    with path.open("rb") as file:
        if file.read(len(_POINTER)) == _POINTER:
            raise SetupError(
                "geoBoundaries sent the address of a large file (git LFS) in its stead; try again "
                "later, or give another address in an endpoints file."
            )
    try:
        layer = read_layer(path)
    except HtcoverageError as error:
        raise SetupError(
            f"{path.name} of geoBoundaries cannot be read ({error}): try again later, or give "
            "another address in an endpoints file."
        ) from error
    frame = layer.sheet.frame
    if not {"shapeID", "shapeName"} <= set(frame.columns):
        raise SetupError(f"{path.name} of geoBoundaries lacks shapeID and shapeName.")
    shapes, crossed = valid_polygons(layer.geometry)
    units = gpd.GeoDataFrame(
        {
            "code": [tidy_text(code) for code in frame["shapeID"]],
            "name": [tidy_text(name) for name in frame["shapeName"]],
        },
        geometry=shapes,
        crs=WGS84,
    )
    lacking = (units["code"] == "") | (units["name"] == "") | shapely.is_empty(shapes)
    twice = units["code"].duplicated()
    notes = (
        *([f"{crossed} outlines crossed themselves and were repaired"] if crossed else []),
        *([f"{int(lacking.sum())} units without code, name or outline left out"] if lacking.any()
          else []),
        *([f"{int(twice.sum())} units left out whose code another has"] if twice.any() else []),
    )  # fmt: skip
    return units[~lacking & ~twice].reset_index(drop=True), notes


def units_of(
    units: gpd.GeoDataFrame, outline: shapely.Geometry, *, cut: bool
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the units of an area as table ``districts``, in the order of their names.

    Parameters
    ----------
    units : GeoDataFrame
        From `read_units`.
    outline : geometry
        The area.
    cut : bool
        Cut the units at the edge (a window has no units of its own); otherwise those belong of
        which half or more lies inside, and they stay whole.
    """
    share = inside_shares(units.geometry.to_numpy(), outline)
    chosen = share > 0 if cut else share >= _BELONGS_SHARE
    here = units[chosen]
    shapes = here.geometry.to_numpy()
    if cut:
        shapes, _ = valid_polygons(shapely.intersection(shapes, outline))
    made = gpd.GeoDataFrame(
        {
            "district_code": here["code"].to_numpy(),
            "full_name": here["name"].to_numpy(),
            "inside_share": np.round(share[chosen], 4),
        },
        geometry=shapes,
        crs=WGS84,
    )
    made = made[~shapely.is_empty(made.geometry.to_numpy())]
    notes = [f"{len(made)} of {len(units)} units lie in the area"]
    if cut:
        notes.append(f"{int((share[chosen] < 1).sum())} of them are cut at its edge")
    same = made["full_name"].duplicated(keep=False)
    if same.any():
        notes.append(f"{int(same.sum())} units share their names: their codes tell them apart")
    return made.sort_values(["full_name", "district_code"]).reset_index(drop=True), tuple(notes)


@dataclass(frozen=True)
class Release:
    """What geoBoundaries' interface tells of a level of a country.

    Parameters
    ----------
    level : str
        ``ADM1``, ``ADM2``, ``ADM3``.
    address : str
        Of the GeoJSON.
    boundary_id, year, source, licence : str
        Told beside the data.
    """

    level: str
    address: str
    boundary_id: str
    year: str
    source: str
    licence: str


def read_release(path: Path, *, level: str) -> Release:
    """Return what geoBoundaries' interface told of a level.

    Parameters
    ----------
    path : Path
        Its answer, JSON.
    level : str
        ``ADM1``, ``ADM2``, ``ADM3``.

    Raises
    ------
    SetupError
        If it is something else.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        told = told[0] if isinstance(told, list) else told
        address = str(told["gjDownloadURL"])
    except (ValueError, LookupError, TypeError) as error:
        raise SetupError(
            "geoBoundaries' interface answers other than it did (no gjDownloadURL); it may have "
            "moved: give its address in an endpoints file."
        ) from error
    return Release(
        level=level,
        address=address,
        boundary_id=tidy_text(told.get("boundaryID")),
        year=tidy_text(told.get("boundaryYearRepresented")),
        source=tidy_text(told.get("boundarySource")),
        licence=tidy_text(told.get("boundaryLicense")),
    )
