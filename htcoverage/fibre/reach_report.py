"""Which base stations, settlements or given places fibre reaches, as tables and as figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from htcoverage.fibre.reach import reach_places
from htcoverage.fibre.summary import FibreAnalysis

#: What is told of a given place: its row in the file, and what it says of itself.
_NAMES = ("place", "target_id", "settlement_id", "name", "residents")

_TOLD = ("span_id", "owner", "straight_m", "along_m", "within")


def reach_layers(
    analysis: FibreAnalysis,
    places: gpd.GeoDataFrame | None,
    *,
    settlements: gpd.GeoDataFrame,
    within_m: float,
    along: bool = False,
) -> dict[str, gpd.GeoDataFrame]:
    """Return who lies within reach of the network, the farthest first.

    Parameters
    ----------
    analysis : FibreAnalysis
        Of the network.
    places : GeoDataFrame or None
        Points, lines or polygons, with what names them; None asks for the base stations on air and
        for the settlements.
    settlements : GeoDataFrame
        Table ``settlements``.
    within_m : float
        Greatest distance, m.
    along : bool
        Whether to measure along the spans from the core and then straight; straight else.

    Returns
    -------
    dict of str to GeoDataFrame
        ``places`` (``place``: its row), or ``bts`` and ``settlements``: what names them,
        ``residents`` where it is known, and ``span_id, owner, straight_m, along_m, within`` of
        `reach_places`. A base station is measured to the cables that serve its operator, all else
        to the nearest of any owner.
    """
    network, stations = analysis.network, analysis.attachments.bts
    starts = network.core if along else None

    def measured(table: gpd.GeoDataFrame, names: list[str], **owners: Any) -> gpd.GeoDataFrame:
        found = reach_places(network, table, reach_m=within_m, starts=starts, **owners)
        told = table[[*names, table.geometry.name]].join(found[list(_TOLD)])
        far = found["along_m" if along else "straight_m"]
        return told.loc[far.sort_values(ascending=False, kind="stable").index]

    if places is not None:
        numbered = places.reset_index(drop=True).assign(place=np.arange(1, len(places) + 1))
        return {"places": measured(numbered, [name for name in _NAMES if name in numbered])}
    at = gpd.points_from_xy(stations["x"], stations["y"])
    bts = gpd.GeoDataFrame(stations, geometry=at, crs=network.spans.crs)
    serving = [analysis.attachments.served_by[each] for each in bts["operator"]]
    homes = ["settlement_id", "name", "district_code", "residents"]
    return {
        "bts": measured(
            bts.drop(columns="owner"), ["bts_id", "site_id", "operator"], owners=serving
        ),
        "settlements": measured(settlements.reset_index(drop=True), homes),
    }


def reach_figures(
    layers: Mapping[str, gpd.GeoDataFrame],
    analysis: FibreAnalysis,
    *,
    within_m: float,
    along: bool = False,
) -> dict[str, Any]:
    """Return the figures of `reach_layers` as plain values, for JSON.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
    analysis : FibreAnalysis
    within_m, along : float, bool
        As they were asked for.

    Returns
    -------
    dict
        ``within_m``; ``measured``: ``straight``, or ``along`` the spans from the ``core``; for each
        layer ``total, within``, ``residents, residents_within`` where they are known, and ``rows``,
        the farthest first. A distance is null where no cable leads there.
    """
    return {
        "within_m": within_m,
        "measured": "along" if along else "straight",
        "core": analysis.network.core_rule,
        **{name: _figures(table) for name, table in layers.items()},
    }


def _figures(table: gpd.GeoDataFrame) -> dict[str, Any]:
    within = table["within"].to_numpy(bool)
    told: dict[str, Any] = {"total": len(table), "within": int(within.sum())}
    if "residents" in table:
        told["residents"] = round(float(table["residents"].sum()), 3)
        told["residents_within"] = round(float(table.loc[within, "residents"].sum()), 3)
    plain = pd.DataFrame(table.drop(columns=table.geometry.name))
    far = plain[["straight_m", "along_m"]].round(1)
    plain = plain.assign(**{str(name): far[name].where(np.isfinite(far[name])) for name in far})
    plain = plain.astype(object).where(plain.notna(), None)
    return {**told, "rows": plain.to_dict("records")}
