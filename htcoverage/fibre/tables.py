"""The analysis as tables with geometry, for files and maps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from htcoverage.crs import WGS84, line_lengths_m, reproject
from htcoverage.fibre.criticality import LOST
from htcoverage.fibre.signal import SignalLoss
from htcoverage.fibre.summary import FibreAnalysis


def fibre_layers(
    analysis: FibreAnalysis, *, signal: SignalLoss | None = None
) -> dict[str, gpd.GeoDataFrame]:
    """Return the spans, nodes and pole lines with what their failure takes, and the findings.

    Parameters
    ----------
    analysis : FibreAnalysis
    signal : SignalLoss, optional
        What its failures take of the signal; spans and pole lines then carry
        ``residents_without_signal``.

    Returns
    -------
    dict of str to GeoDataFrame
        ``spans`` (those of `fibre_map_spans` that count, and ``bridge``), ``nodes`` and
        ``pole_lines`` (``span_ids, owners, length_km``), each with ``bts_cut_off,
        residents_cut_off, settlements_cut_off``; ``not_counted`` (spans left out by their status);
        ``findings`` of cleaning, as points.
    """
    found = analysis.criticality
    spans = analysis.network.spans
    nodes, findings = found.nodes, analysis.clean.findings
    counted = fibre_map_spans(analysis).iloc[: len(spans)]
    layers: dict[str, gpd.GeoDataFrame] = {
        "spans": counted.join(found.spans[["bridge", LOST[2]]]),
        "nodes": nodes.assign(geometry=gpd.points_from_xy(nodes["longitude"], nodes["latitude"])),
        "pole_lines": found.routes.assign(geometry=list(analysis.groups.lines)),
        "not_counted": analysis.left_out,
        "findings": findings.assign(
            geometry=gpd.points_from_xy(findings["longitude"], findings["latitude"])
        ),
    }
    if signal is not None:
        for name, lost in (("spans", signal.spans), ("pole_lines", signal.routes)):
            layers[name] = layers[name].assign(residents_without_signal=np.rint(lost))
    crs = spans.crs.to_wkt()
    for name, own_crs in (("nodes", WGS84), ("pole_lines", crs), ("findings", WGS84)):
        layers[name] = gpd.GeoDataFrame(layers[name], geometry="geometry", crs=own_crs)
    return layers


def fibre_map_spans(analysis: FibreAnalysis) -> gpd.GeoDataFrame:
    """Return all spans for a map, each with what its own failure and that of its line take.

    Parameters
    ----------
    analysis : FibreAnalysis

    Returns
    -------
    GeoDataFrame
        Columns of ``schema.SPANS``, ``length_km`` and ``bts_cut_off, residents_cut_off`` of the
        span alone; ``bts_cut_off_together, residents_cut_off_together`` of the worst place of its
        pole line, where every cable is cut. Spans that do not count stand at the end, without
        these.
    """
    found, groups = analysis.criticality, analysis.groups
    span = np.concatenate(groups.members)
    group = np.repeat(np.arange(len(groups.members)), [len(each) for each in groups.members])
    spans = analysis.network.spans.drop(columns="length_m")
    table = pd.concat([spans, reproject(analysis.left_out, spans.crs.to_wkt())], ignore_index=True)
    told = {"length_km": np.round(line_lengths_m(table.geometry, spans.crs) / 1000.0, 2)}
    counted = slice(0, len(spans))
    for name in LOST[:2]:
        alone, together = np.full((2, len(table)), np.nan)
        alone[counted] = np.rint(found.spans[name].to_numpy(dtype=np.float64))
        together[counted] = 0.0
        np.maximum.at(together, span, np.rint(found.routes[name].to_numpy(dtype=np.float64))[group])
        told |= {name: alone, f"{name}_together": together}
    return gpd.GeoDataFrame(table.assign(**told), crs=spans.crs)
