"""The analysis as tables with geometry, for files and maps."""

from __future__ import annotations

import geopandas as gpd

from htcoverage.crs import WGS84
from htcoverage.fibre.criticality import LOST
from htcoverage.fibre.summary import FibreAnalysis


def fibre_layers(analysis: FibreAnalysis) -> dict[str, gpd.GeoDataFrame]:
    """Return the spans, nodes and pole lines with what their failure takes, and the findings.

    Parameters
    ----------
    analysis : FibreAnalysis

    Returns
    -------
    dict of str to GeoDataFrame
        ``spans`` (columns of ``schema.SPANS``, ``length_m``, ``bridge``), ``nodes`` and
        ``pole_lines`` (``span_ids, owners, length_km``), each with ``bts_cut_off,
        residents_cut_off, settlements_cut_off``; ``not_counted`` (spans left out by their status);
        ``findings`` of cleaning, as points.
    """
    found = analysis.criticality
    spans = analysis.network.spans
    nodes, findings = found.nodes, analysis.clean.findings
    layers: dict[str, gpd.GeoDataFrame] = {
        "spans": spans.join(found.spans[["bridge", *LOST]]),
        "nodes": nodes.assign(geometry=gpd.points_from_xy(nodes["longitude"], nodes["latitude"])),
        "pole_lines": found.routes.assign(geometry=list(analysis.groups.lines)),
        "not_counted": analysis.left_out,
        "findings": findings.assign(
            geometry=gpd.points_from_xy(findings["longitude"], findings["latitude"])
        ),
    }
    crs = spans.crs.to_wkt()
    for name, own_crs in (("nodes", WGS84), ("pole_lines", crs), ("findings", WGS84)):
        layers[name] = gpd.GeoDataFrame(layers[name], geometry="geometry", crs=own_crs)
    return layers
