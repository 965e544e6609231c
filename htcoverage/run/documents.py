"""What a run says of itself: assumptions, and the content of ``figures.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from htcoverage.crs import reproject
from htcoverage.fibre import counted_spans
from htcoverage.fibre.lengths import INTER_PROVINCIAL, length_table
from htcoverage.presets import preset
from htcoverage.reconcile import reconciliation_document
from htcoverage.run.compute import RunResult
from htcoverage.run.parameters import RunParameters
from htcoverage.uncertainty import evidence_document

#: The receiver; what lies between it and the outdoor level is the loss to the user.
USER_EQUIPMENT = "0 dBi"


def assumptions(result: RunResult) -> dict[str, Any]:
    """Return what the figures rest on, by name, as plain values."""
    coverage = result.coverage.attrs
    criteria = result.parameters.criteria
    assumed = result.inputs.cells["assumed"].fillna("").astype(str).str.split()
    counts = assumed.explode().dropna().value_counts().sort_index()
    return {
        "model": coverage["model"],
        "level": "median of time and locations, predicted, outdoors",
        "not_checked": "downlink level only: interference, uplink and load not checked",
        "threshold_3g_dbm": criteria.threshold_3g_dbm,
        "threshold_3g_quantity": "RSCP",
        "threshold_4g_dbm": criteria.threshold_4g_dbm,
        "threshold_4g_quantity": "RSRP per resource element and antenna port",
        "cell_edge_probability": criteria.cell_edge_probability,
        "location_sigma_db": round(criteria.location_sigma_db, 4),
        "model_sigma_db": criteria.model_sigma_db,
        "margin_db": round(criteria.margin_db, 4),
        "user_loss_db": criteria.user_loss_db,
        "user_loss_sigma_db": criteria.user_loss_sigma_db,
        "user_equipment": USER_EQUIPMENT,
        **({} if result.parameters.preset is None else {"preset": result.parameters.preset}),
        **{
            name: coverage[name]
            for name in (
                "environment", "radius_km", "rx_height_m", "clutter_clearance_m", "delta_n", "n0",
                "polarization", "terrain_posting_m", "pixels_extrapolated_below_250_m",
            )
            if name in coverage
        },
        "resolution_m": result.parameters.resolution_m,
        "crs": coverage["crs"],
        "residents": "spread evenly over the area of their settlement",
        "cell_columns_assumed": {str(name): int(count) for name, count in counts.items()},
        "provenance": provenance(result),
    }  # fmt: skip


def figures_document(result: RunResult) -> dict[str, Any]:
    """Return the content of ``figures.json``: the same for the same input, to the byte."""
    inputs = result.inputs
    cable_km, route_km = _network_km(inputs.spans, str(inputs.terrain.geobox.crs))
    beside = result.reconciliation
    return {
        "area": inputs.name,
        "reported": dict(inputs.reported),
        "network": {
            "bts": len(inputs.bts),
            "sites": int(inputs.bts["site_id"].nunique()),
            "cells": len(inputs.cells),
            "cable_km": round(cable_km, 1),
            "route_km": round(route_km, 1),
        },
        "assumptions": assumptions(result),
        "shares": plain_rows(result.figures),
        **({} if result.operators is None else {"operators": plain_rows(result.operators)}),
        **(
            {}
            if result.presets is None
            else {"presets": preset_rows(result.presets, result.parameters)}
        ),
        **({} if beside is None else {"reconciliation": reconciliation_document(beside)}),
        **({} if result.evidence is None else evidence_document(result.evidence)),
    }


def preset_rows(presets: pd.DataFrame, parameters: RunParameters) -> list[dict[str, Any]]:
    """Return the rows of `compare_presets` as plain values, with what must be said with each.

    Parameters
    ----------
    presets : DataFrame
        From `compare_presets`.
    parameters : RunParameters
        Of the run: what a source asks of them and they do not have is told as ``not_met``.
    """
    return [
        {
            **row,
            "margin_db": round(row["margin_db"], 4),
            "least_level_dbm": round(row["least_level_dbm"], 4),
            "title": preset(row["preset"]).title,
            "sources": dict(preset(row["preset"]).sources),
            "caution": preset(row["preset"]).caution,
            "not_met": [
                note.words()
                for note in preset(row["preset"]).unmet(
                    rx_height_m=parameters.rx_height_m, resolution_m=parameters.resolution_m
                )
            ],
        }
        for row in plain_rows(presets)
    ]


def _network_km(spans: gpd.GeoDataFrame, crs: str) -> tuple[float, float]:
    """Cable and route inside the province, km on the ellipsoid; a shared route counts once."""
    inside = spans[counted_spans(spans) & (spans["kind"] != INTER_PROVINCIAL).to_numpy()]
    if inside.empty:
        return 0.0, 0.0
    total = length_table(reproject(inside, crs), by=()).iloc[0]
    return float(total["cable_km"]), float(total["route_km"])


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values: shares to 6 digits, amounts and levels to 3, empty as null."""
    rounded = table.copy()
    for column, digits in (
        ("covered_share", 6),
        ("share", 6),
        ("amount", 3),
        ("covered", 3),
        ("total", 3),
        ("low", 6),
        ("high", 6),
        ("level_dbm", 3),
        ("excess_db", 3),
    ):
        if column in rounded:
            rounded[column] = rounded[column].astype(float).round(digits)
    plain = rounded.astype(object).where(rounded.notna(), None)
    return plain.to_dict("records")  # type: ignore[return-value]


def provenance(result: RunResult) -> dict[str, dict[str, int]]:
    """Count rows by where they come from, for every table that says it."""
    inputs = result.inputs
    tables = {"bts": inputs.bts, "settlements": inputs.settlements, "spans": inputs.spans}
    return {
        name: {str(k): int(v) for k, v in table["provenance"].value_counts().sort_index().items()}
        for name, table in tables.items()
        if "provenance" in table
    }


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write plain values as JSON, in the order given."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
