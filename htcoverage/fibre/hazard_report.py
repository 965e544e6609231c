"""What a hazard hits and cuts off, as figures and as tables with geometry."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from htcoverage.fibre.hazard import Hazard
from htcoverage.fibre.lengths import length_table
from htcoverage.fibre.resilience import districts_at
from htcoverage.fibre.summary import FibreAnalysis


def hazard_figures(
    analysis: FibreAnalysis, hazard: Hazard, districts: gpd.GeoDataFrame
) -> dict[str, Any]:
    """Return the figures of a hazard as plain values, for JSON.

    Parameters
    ----------
    analysis : FibreAnalysis
        Of the network that is hit.
    hazard : Hazard
    districts : GeoDataFrame
        ``district_code, full_name``, polygons.

    Returns
    -------
    dict
        ``spans_hit, route_km_hit, nodes_hit, bts_inside`` and what loses its fibre: ``bts_cut_off,
        settlements_cut_off, residents_cut_off``, for all and in ``districts``, the most residents
        first; ``span_ids`` hit, ``bts_ids`` and ``settlement_ids`` cut off.
    """
    network, places = analysis.network, analysis.attachments
    hit = network.spans[hazard.spans]
    stations = places.bts[hazard.failure.bts]
    homes = places.settlements[hazard.failure.settlements]
    route_km = length_table(hit, by=()).iloc[0]["route_km"] if len(hit) else 0.0
    code = districts_at(
        stations["x"].to_numpy(), stations["y"].to_numpy(), districts, network.spans.crs.to_wkt()
    )
    bts = pd.Series(code, dtype=object).value_counts()
    lived = homes.groupby("district_code")["residents"]
    names = dict(
        zip(districts["district_code"].astype(str), districts["full_name"].astype(str), strict=True)
    )
    rows = [
        {
            "district_code": district,
            "full_name": names.get(district, ""),
            "bts_cut_off": int(bts.get(district, 0)),
            "settlements_cut_off": int(lived.size().get(district, 0)),
            "residents_cut_off": round(float(lived.sum().get(district, 0.0)), 3),
        }
        for district in [*names, ""]
        if district in bts.index or district in lived.groups
    ]
    return {
        "spans_hit": len(hit),
        "route_km_hit": round(float(route_km), 3),
        "nodes_hit": int(hazard.nodes.sum()),
        "bts_inside": int(hazard.bts_inside.sum()),
        "bts_cut_off": len(stations),
        "settlements_cut_off": len(homes),
        "residents_cut_off": round(float(homes["residents"].sum()), 3),
        "core": network.core_rule,
        "districts": sorted(rows, key=lambda row: (-row["residents_cut_off"], -row["bts_cut_off"])),
        "span_ids": hit["span_id"].astype(str).tolist(),
        "bts_ids": stations["bts_id"].astype(str).tolist(),
        "settlement_ids": homes["settlement_id"].astype(str).tolist(),
    }


def hazard_layers(analysis: FibreAnalysis, hazard: Hazard) -> dict[str, gpd.GeoDataFrame]:
    """Return the spans hit, and the base stations and settlements that lose their fibre.

    Parameters
    ----------
    analysis : FibreAnalysis
    hazard : Hazard

    Returns
    -------
    dict of str to GeoDataFrame
        ``spans``; ``bts`` (those cut off, and those inside with ``cut_off`` false) and
        ``settlements`` as points.
    """
    network, places = analysis.network, analysis.attachments
    crs = network.spans.crs
    failed = hazard.failure.bts | hazard.bts_inside
    bts = places.bts[failed].assign(
        inside=hazard.bts_inside[failed], cut_off=hazard.failure.bts[failed]
    )
    homes = places.settlements[hazard.failure.settlements]

    def points(table: pd.DataFrame) -> gpd.GeoDataFrame:
        at = gpd.points_from_xy(table["x"], table["y"])
        return gpd.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=at, crs=crs)

    return {
        "spans": network.spans[hazard.spans],
        "bts": points(bts),
        "settlements": points(homes),
    }
