"""Which spans count: those in service; planned ones only where they are asked for."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from htcoverage.crs import reproject
from htcoverage.fibre.graph import BoolArray
from htcoverage.fibre.lengths import length_table
from htcoverage.schema import SPAN_STATUSES

IN_SERVICE, PLANNED, OUT_OF_SERVICE = SPAN_STATUSES


def counted_spans(spans: gpd.GeoDataFrame, *, with_planned: bool = False) -> BoolArray:
    """Return which spans carry traffic, bool[spans]: in service, or of no stated status.

    Parameters
    ----------
    spans : GeoDataFrame
        With a column ``status`` of ``schema.SPAN_STATUSES``, or without.
    with_planned : bool
        Whether planned spans count as if they were built.
    """
    if "status" not in spans:
        return np.ones(len(spans), dtype=bool)
    status = spans["status"].fillna(IN_SERVICE).to_numpy(dtype=object)
    counted: BoolArray = np.isin(status, [IN_SERVICE, PLANNED] if with_planned else [IN_SERVICE])
    return counted


def status_lengths(spans: gpd.GeoDataFrame, *, crs: str) -> dict[str, dict[str, float]]:
    """Return the number and length of spans that do not count, by their status.

    Parameters
    ----------
    spans : GeoDataFrame
        Spans left out.
    crs : str
        Projected CRS in metres to measure in.

    Returns
    -------
    dict
        Status → ``spans, route_km, cable_km``.
    """
    if len(spans) == 0:
        return {}
    table = length_table(reproject(spans, crs), by=("status",))
    return {
        str(row["status"]): {
            "spans": int(row["spans"]),
            "route_km": round(float(row["route_km"]), 3),
            "cable_km": round(float(row["cable_km"]), 3),
        }
        for row in table.to_dict("records")[:-1]
    }
