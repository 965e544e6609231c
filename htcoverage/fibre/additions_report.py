"""The shortest additions of every owner, and what they save, as a table and as figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from htcoverage.crs import WGS84, transformer
from htcoverage.fibre.cuts import safe_from_edges, walk_from_core
from htcoverage.fibre.lengths import IntArray
from htcoverage.fibre.resilience import Additions
from htcoverage.fibre.risk import keeping_fibre
from htcoverage.fibre.summary import FibreAnalysis


def additions_table(found: Mapping[str, Additions], analysis: FibreAnalysis) -> gpd.GeoDataFrame:
    """Return the new spans of all owners.

    Parameters
    ----------
    found : mapping of str to Additions
        Owner → what its network needs, from `shortest_additions`.
    analysis : FibreAnalysis
        Of the network.

    Returns
    -------
    GeoDataFrame
        ``addition_id, owner, length_km, from_longitude, from_latitude, to_longitude, to_latitude``
        (WGS 84) and a straight line each, owner by owner, the longest first.
    """
    network = analysis.network
    spans = pd.concat([each.spans for each in found.values()], ignore_index=True)
    ends = _ends(found)
    crs = network.spans.crs
    degrees = np.round(transformer(crs.to_wkt(), WGS84).transform(*network.node_xy_m[ends].T), 6)
    (from_x, to_x), (from_y, to_y) = degrees
    told = {
        "from_longitude": from_x, "from_latitude": from_y,
        "to_longitude": to_x, "to_latitude": to_y,
    }  # fmt: skip
    table = spans.assign(**told).sort_values(
        ["owner", "length_km"], ascending=[True, False], kind="stable"
    )
    table.insert(0, "addition_id", [f"A{k:04d}" for k in range(1, len(table) + 1)])
    columns = ["addition_id", "owner", "length_km", *told, "geometry"]
    return gpd.GeoDataFrame(table[columns].reset_index(drop=True), crs=crs)


def additions_figures(
    found: Mapping[str, Additions], analysis: FibreAnalysis, *, protect: str
) -> dict[str, Any]:
    """Return what additions cost in length and what they save, as plain values, for JSON.

    Parameters
    ----------
    found : mapping of str to Additions
    analysis : FibreAnalysis
        Of the network.
    protect : {"trunk", "everything"}
        As asked for.

    Returns
    -------
    dict
        ``protect, core``; ``spans, length_km, lower_bound_km, bridges_before, unprotected`` and
        ``gap_share`` for all and in ``owners``; base stations and residents that keep their fibre
        whatever single span is cut, ``bts_survive_before, bts_survive_after,
        residents_survive_before, residents_survive_after``, beside ``bts_on_fibre,
        residents_on_fibre``; ``additions``, the rows of `additions_table`.
    """
    rows = [
        {
            "owner": owner,
            "spans": len(each.spans),
            "length_km": round(each.length_km, 3),
            "lower_bound_km": round(each.lower_bound_km, 3),
            "gap_share": round(each.gap_share, 6),
            "bridges_before": each.bridges_before,
            "unprotected": each.unprotected,
        }
        for owner, each in found.items()
    ]
    sums = pd.DataFrame(rows)[
        ["spans", "length_km", "lower_bound_km", "bridges_before", "unprotected"]
    ].sum()
    bound_km = float(sums["lower_bound_km"])
    none = np.zeros((0, 2), dtype=np.intp)
    before, after = (_surviving(analysis, extra) for extra in (none, _ends(found)))
    table = additions_table(found, analysis).drop(columns="geometry").round({"length_km": 3})
    return {
        "protect": protect,
        "core": analysis.network.core_rule,
        "spans": int(sums["spans"]),
        "length_km": round(float(sums["length_km"]), 3),
        "lower_bound_km": round(bound_km, 3),
        "gap_share": round(float(sums["length_km"]) / bound_km - 1.0, 6) if bound_km else 0.0,
        "bridges_before": int(sums["bridges_before"]),
        "unprotected": int(sums["unprotected"]),
        "bts_on_fibre": before["bts_on_fibre"],
        "bts_survive_before": before["bts_survive"],
        "bts_survive_after": after["bts_survive"],
        "residents_on_fibre": before["residents_on_fibre"],
        "residents_survive_before": before["residents_survive"],
        "residents_survive_after": after["residents_survive"],
        "owners": rows,
        "additions": table.to_dict("records"),
    }


def _ends(found: Mapping[str, Additions]) -> IntArray:
    ends: IntArray = np.concatenate([each.ends for each in found.values()])
    return ends


def _surviving(analysis: FibreAnalysis, extra: IntArray) -> dict[str, Any]:
    """Return who is on fibre, and who keeps it through any cut span, with some spans added."""
    network, places = analysis.network, analysis.attachments
    ends = np.concatenate([network.ends, extra])
    tree = walk_from_core(len(network.node_xy_m), ends, network.core)
    bts, homes = keeping_fibre(places, tree, safe_from_edges(tree))
    residents = places.settlements["residents"].to_numpy()
    connected = analysis.criticality.settlement_survives["connected"].to_numpy()
    return {
        "bts_on_fibre": int(analysis.criticality.bts_survives["connected"].sum()),
        "bts_survive": int(bts.sum()),
        "residents_on_fibre": round(float(residents[connected].sum()), 3),
        "residents_survive": round(float(residents[homes].sum()), 3),
    }
