"""The whole analysis of a network in one call, and its figures as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from htcoverage.errors import argument_fault
from htcoverage.fibre.clean import CleanSpans, clean_spans
from htcoverage.fibre.criticality import LOST, Criticality
from htcoverage.fibre.graph import (
    DEFAULT_TOLERANCE_M,
    CoreRule,
    FibreNetwork,
    build_network,
)
from htcoverage.fibre.lengths import INTER_PROVINCIAL, length_table
from htcoverage.fibre.place import check_fit
from htcoverage.fibre.reach import DEFAULT_OWNERS, DEFAULT_REACH_M, Attachments, attach
from htcoverage.fibre.resilience import survival_by_district
from htcoverage.fibre.risk import RiskGroups, analyse_criticality, risk_groups
from htcoverage.fibre.signal import SignalLoss
from htcoverage.fibre.status import counted_spans, status_lengths
from htcoverage.grid import DEFAULT_CRS

_SILENT = "residents_without_signal"

#: Spans and pole lines that are listed by name.
_LISTED = 20


@dataclass(frozen=True, eq=False)
class FibreAnalysis:
    """A network and what was found of it.

    Parameters
    ----------
    clean : CleanSpans
        Spans after repair, and the findings.
    left_out : GeoDataFrame
        Spans that count nowhere: planned, unless they were asked for, and out of service.
    network : FibreNetwork
    attachments : Attachments
    groups : RiskGroups
    criticality : Criticality
    lengths : DataFrame
        Route-km and cable-km by owner and kind.
    survival : DataFrame
        Single-cut survival by district.
    """

    clean: CleanSpans
    left_out: gpd.GeoDataFrame
    network: FibreNetwork
    attachments: Attachments
    groups: RiskGroups
    criticality: Criticality
    lengths: pd.DataFrame
    survival: pd.DataFrame


def analyse_fibre(
    spans: gpd.GeoDataFrame,
    *,
    bts: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    tolerance_m: float = DEFAULT_TOLERANCE_M,
    reach_m: float = DEFAULT_REACH_M,
    core: CoreRule | gpd.GeoDataFrame = "exits",
    owners: Mapping[str, str] = DEFAULT_OWNERS,
    with_planned: bool = False,
    crs: str = DEFAULT_CRS,
) -> FibreAnalysis:
    """Clean, join, measure and cut a network: its spans in service.

    Parameters
    ----------
    spans, bts, settlements, districts : GeoDataFrame
        Tables of the schema.
    tolerance_m : float
        Snapping distance, m.
    reach_m : float
        Straight distance from a span at which a place has fibre, m.
    core : {"exits", "trunk"} or GeoDataFrame
        What counts as connected, see `build_network`.
    owners : mapping of str to str
        Operator → owner of the cables that serve it.
    with_planned : bool
        Whether planned spans count as if they were built.
    crs : str
        Projected CRS in metres to work in.

    Raises
    ------
    InputError
        As `clean_spans`, `build_network` and `attach`; or if the base stations tell that the spans
        are in another CRS than they say.
    """
    counted = counted_spans(spans, with_planned=with_planned)
    if len(spans) and not counted.any():
        raise argument_fault(
            "spans", f"{len(spans)} spans, none in service",
            "a span in service, or to count planned ones (with_planned)",
        )  # fmt: skip
    clean = clean_spans(spans[counted], tolerance_m=tolerance_m, crs=crs, area=districts)
    check_fit(spans[counted], bts, crs=crs)
    network = build_network(clean.spans, tolerance_m=tolerance_m, core=core)
    attachments = attach(network, bts=bts, settlements=settlements, reach_m=reach_m, owners=owners)
    groups = risk_groups(network)
    criticality = analyse_criticality(network, attachments, groups=groups)
    return FibreAnalysis(
        clean=clean,
        left_out=spans[~counted],
        network=network,
        attachments=attachments,
        groups=groups,
        criticality=criticality,
        lengths=length_table(network.spans),
        survival=survival_by_district(criticality, attachments, districts, crs=crs),
    )


def summarise_fibre(analysis: FibreAnalysis, *, signal: SignalLoss | None = None) -> dict[str, Any]:
    """Return the figures of an analysis as plain values, for JSON.

    Parameters
    ----------
    analysis : FibreAnalysis
    signal : SignalLoss, optional
        What its failures take of the signal.

    Returns
    -------
    dict
        Only spans that count (in service; planned ones where they were asked for).
        ``route_km, cable_km`` are intra-provincial (each pole line once; each span times its
        cables), with ``inter_provincial_cable_km`` and ``inter_provincial_routes`` apart.
        ``nodes``, ``components``, ``bridges`` and ``articulation_nodes`` are counted within owners,
        for cables of two owners are not joined. ``bts_on_fibre`` have a way to the core.
        ``critical_spans`` and ``critical_routes`` (pole lines) are the worst 20 by base stations,
        then residents; with a signal they carry ``residents_without_signal`` as well, and
        ``signal_spans`` are the worst 20 spans by these. ``shared_pole_lines`` carry several
        spans that fall together. ``not_counted`` has the spans left out by status; ``cleaning`` the
        sum of all span lengths before and after repair, km; ``assumptions`` says what the figures
        rest on: of them
        ``cables_of`` has the owner whose cables serve each operator, "" where the nearest do.
    """
    network, found = analysis.network, analysis.criticality
    abroad = (network.spans["kind"] == INTER_PROVINCIAL).to_numpy()
    inside = length_table(network.spans[~abroad], by=()).iloc[0]
    outside = length_table(network.spans[abroad], by=()).iloc[0]
    homes = analysis.attachments.settlements
    without = homes[homes["owners"] == ""]
    findings = analysis.clean.findings
    stations = analysis.attachments.bts
    connected = found.bts_survives["connected"]
    shared = [len(members) > 1 for members in analysis.groups.members]
    spans, routes = found.spans, found.routes
    if signal is not None:
        spans = spans.assign(**{_SILENT: np.round(signal.spans, 3)})
        routes = routes.assign(**{_SILENT: np.round(signal.routes, 3)})
    told = ["span_id", "owner", "kind", "length_km"]
    return {
        "route_km": round(float(inside["route_km"]), 3),
        "cable_km": round(float(inside["cable_km"]), 3),
        "spans": len(network.spans),
        "nodes": len(network.node_xy_m),
        "components": network.components()[0],
        "bridges": int(found.spans["bridge"].sum()),
        "articulation_nodes": int(found.nodes["articulation"].sum()),
        "bts_total": len(stations),
        "bts_on_fibre": int(connected.sum()),
        "settlements_without_fibre": len(without),
        "critical_spans": _worst(spans, told, first=LOST),
        "critical_routes": _worst(routes, ["span_ids", "owners", "length_km"], first=LOST),
        **({} if signal is None else {"signal_spans": _worst(spans, told, first=(_SILENT, *LOST))}),
        "inter_provincial_cable_km": round(float(outside["cable_km"]), 3),
        "inter_provincial_routes": int(abroad.sum()),
        "districts_without_fibre": int(without["district_code"].nunique()),
        "villages_without_fibre": without["settlement_id"].tolist(),
        "sites_without_fibre": sorted(set(stations["site_id"][~connected].astype(str))),
        "residents_within_reach": float(homes.loc[homes["owners"] != "", "residents"].sum()),
        "shared_pole_lines": sum(shared),
        "shared_pole_line_km": round(float(analysis.groups.length_m[shared].sum()) / 1000.0, 3),
        "not_counted": status_lengths(analysis.left_out, crs=network.spans.crs.to_wkt()),
        "cleaning": {
            "length_before_km": round(analysis.clean.length_before_m / 1000.0, 3),
            "length_after_km": round(analysis.clean.length_after_m / 1000.0, 3),
        },
        "findings": {str(k): int(v) for k, v in sorted(findings["finding"].value_counts().items())},
        "assumptions": {
            "core": network.core_rule,
            "tolerance_m": network.tolerance_m,
            "reach_m": analysis.attachments.reach_m,
            "lengths": "horizontal, on the WGS 84 ellipsoid",
            "residents": "cut off when no owner within reach keeps a way to its core",
            "cables_of": dict(analysis.attachments.served_by),
        },
    }


def _worst(table: pd.DataFrame, names: list[str], *, first: Sequence[str]) -> list[dict[str, Any]]:
    """Return the worst rows by what they take: by two measures, the first foremost, and by name."""
    rank = list(first[:2])
    hurt = table[(table[list(first)] > 0).any(axis=1)]
    order = hurt.sort_values(
        [*rank, names[0]], ascending=[False] * len(rank) + [True], kind="stable"
    )
    counts = [name for name in (*LOST, _SILENT) if name in table]
    rows = order[[*names, *counts]].head(_LISTED)
    return [
        {
            str(key): round(value, 3) if isinstance(value, float) else value
            for key, value in row.items()
        }
        for row in rows.to_dict("records")
    ]
