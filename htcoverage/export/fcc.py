"""Availability polygons in the layout of the FCC's Broadband Data Collection.

Fields as the FCC's guide "Formatting Mobile Broadband Availability Coverage Maps" (BDC Help Center,
article 6047425308187) and 47 CFR § 1.7004(c) name them: polygons by ranges of signal strength, and
the details of the propagation model. Conforms to that layout; the FCC has not seen it, and its
speeds, loading factor and link budgets are the provider's to state.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rasterio.features import shapes

from htcoverage.crs import WGS84, reproject
from htcoverage.errors import argument_fault
from htcoverage.export.classes import QUANTITY
from htcoverage.export.vectors import write_gpkg
from htcoverage.figures import CoverCriteria
from htcoverage.grid import grid_of

if TYPE_CHECKING:
    import xarray as xr

#: The guide's codes: 300 for 3G, 400 for 4G LTE; 0 for a receiver outdoors that stands still.
TECHNOLOGY_CODES = {"3G": 300, "4G": 400}
OUTDOOR_STATIONARY = 0

#: Least speeds in Mbit/s that the guide couples with the technology (download, upload).
_SPEEDS_MBPS = {"3G": (0.2, 0.05), "4G": (5.0, 1.0)}

#: Width of a range of signal strength.
_STEP_DB = 10.0


def availability(
    coverage: xr.Dataset, technology: str, *, operator: str, criteria: CoverCriteria
) -> gpd.GeoDataFrame:
    """Return where an operator's service is available, as polygons by signal strength.

    A pixel is available when its level has the margin of the cell-edge probability; ``minsignal``
    is the lowest median level of its range: the threshold with the margin, then every 10 dB up.

    Parameters
    ----------
    coverage : xarray.Dataset
        With ``level_dbm``.
    technology : {"3G", "4G"}
        Which layer.
    operator : str
        An operator of the coverage.
    criteria : CoverCriteria
        Threshold and margin.

    Returns
    -------
    GeoDataFrame
        ``providerid`` (empty: the FCC gives it), ``brandname, technology, mindown, minup`` (Mbit/s;
        the technology's lowest tier, not computed), ``minsignal`` (dBm), ``environmnt``;
        multipolygons in EPSG:4326, one a range, strongest first, without overlaps.

    Raises
    ------
    InputError
        If the coverage has no such layer.
    """
    wanted = (coverage["technology"] == technology) & (coverage["operator"] == operator)
    places = np.flatnonzero(wanted.to_numpy())
    if len(places) == 0 or technology not in TECHNOLOGY_CODES:
        known = ", ".join(map(str, coverage["layer"].to_numpy()))
        raise argument_fault("operator, technology", f"{operator} {technology}", f"one of: {known}")
    level_dbm = coverage["level_dbm"].to_numpy()[places[0]]
    lowest_dbm = criteria.threshold_dbm(technology) + criteria.margin_db
    # 0: not available; k: k-th range from the weakest.
    above = np.where(np.isnan(level_dbm), -np.inf, level_dbm.astype(np.float64) - lowest_dbm)
    ranges = np.where(above >= 0, np.floor(above / _STEP_DB) + 1, 0)
    ranges = np.clip(ranges, 0, 255).astype(np.uint8)
    numbers = np.unique(ranges[ranges > 0])[::-1]
    outlines = _outlines(ranges, coverage)
    mindown, minup = _SPEEDS_MBPS[technology]
    table = gpd.GeoDataFrame(
        {
            "providerid": pd.array([pd.NA] * len(numbers), dtype="Int64"),
            "brandname": pd.array([operator] * len(numbers), dtype="str"),
            "technology": np.full(len(numbers), TECHNOLOGY_CODES[technology]),
            "mindown": np.full(len(numbers), mindown),
            "minup": np.full(len(numbers), minup),
            "minsignal": lowest_dbm + _STEP_DB * (numbers.astype(np.float64) - 1),
            "environmnt": np.full(len(numbers), OUTDOOR_STATIONARY),
        },
        geometry=[shapely.MultiPolygon(outlines[number]) for number in numbers.tolist()],
        crs=coverage.attrs["crs"],
    )
    return reproject(table, WGS84)


def write_availability(
    coverage: xr.Dataset,
    technology: str,
    path: str | Path,
    *,
    operator: str,
    criteria: CoverCriteria,
    metadata: Mapping[str, object] | None = None,
) -> None:
    """Write `availability` as a GeoPackage with the details of the propagation model beside it.

    Layer ``availability`` holds the polygons, table ``propagation_model`` the model's name and
    edition, resolution, receiver height, terrain and clutter with source and vintage, cell-edge
    probability, and tool with version.

    Parameters
    ----------
    coverage, technology, operator, criteria
        As for `availability`.
    path : str or Path
        File to write.
    metadata : mapping, optional
        Parameters of the run. ``terrain_source, terrain_vintage, clutter_source`` and
        ``clutter_vintage`` go into the details.

    Raises
    ------
    InputError
        If the coverage has no such layer.
    """
    table = availability(coverage, technology, operator=operator, criteria=criteria)
    told = dict(metadata or {})
    attributes = coverage.attrs
    details = {
        "model_name": attributes["model"],
        "model_resolution_m": abs(attributes["transform"][0]),
        "receiver_height_m": attributes["rx_height_m"],
        "radius_km": attributes["radius_km"],
        "signal_quantity": QUANTITY[technology],
        "cell_edge_probability": criteria.cell_edge_probability,
        "fading_sigma_db": criteria.sigma_db,
        "fading_margin_db": criteria.margin_db,
        "cell_loading_factor": "not modelled: downlink level only",
        "terrain_source": told.get("terrain_source", "not stated"),
        "terrain_vintage": told.get("terrain_vintage", "not stated"),
        "terrain_resolution_m": attributes.get("terrain_posting_m", "not stated"),
        "clutter_source": told.get("clutter_source", "not stated"),
        "clutter_vintage": told.get("clutter_vintage", "not stated"),
        "planning_tool": "htcoverage",
        "planning_tool_version": version("htcoverage"),
        "environment": "outdoor, stationary",
        "layout": "conforms to the cited layout; not a submission",
    }
    rows = pd.DataFrame({"field": list(details), "value": [str(v) for v in details.values()]})
    write_gpkg({"availability": table, "propagation_model": rows}, path, metadata=told)


def _outlines(
    ranges: npt.NDArray[np.uint8], coverage: xr.Dataset
) -> dict[int, list[shapely.Polygon]]:
    """Return the polygons of each range, along the edges of pixels."""
    found: dict[int, list[shapely.Polygon]] = {}
    transform = grid_of(coverage).affine
    for outline, number in shapes(ranges, mask=ranges > 0, connectivity=4, transform=transform):
        rings = outline["coordinates"]
        found.setdefault(int(number), []).append(shapely.Polygon(rings[0], rings[1:]))
    return found
