"""Small maps of a table's rows, without any other layer."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from htcoverage.crs import reproject
from htcoverage.labels import Language, label, number
from htcoverage.plots import plot_gaps
from htcoverage.plots.drawing import draw_spans, frame_to, mark, metric_crs
from htcoverage.plots.frame import (
    BLUE,
    GREEN,
    INK,
    LAND,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    decorate_map,
    modelled_note,
)
from htcoverage.schema import SPAN_KINDS

#: More shapes than this are drawn as a dot each: nobody would see their outlines.
_MOST_SHAPES = 20_000

#: Colours of operators in the order in which a table has them.
OPERATOR_COLOURS = (VERMILION, BLUE, ORANGE, GREEN, PURPLE, SKY)

Kind = Literal["gaps", "sites", "spans", "districts", "settlements"]


def kind_of(table: gpd.GeoDataFrame) -> Kind | None:
    """Return what a table's rows are, by columns and geometry; None where no map can be drawn."""
    if table.active_geometry_name is None or table.crs is None:
        return None
    if not np.isfinite(table.total_bounds).all():
        return None
    columns = set(table.columns)
    if {"missing_db", "residents", "settlement", "technology", "operator"} <= columns:
        return "gaps"
    if {"site_id", "operator"} <= columns:
        return "sites"
    if "span_id" in columns and "kind" in columns and set(table["kind"]) <= set(SPAN_KINDS):
        return "spans"
    if "full_name" in columns:
        return "districts"
    return "settlements" if "settlement_id" in columns else None


def draw_table(ax: Axes, table: gpd.GeoDataFrame, language: Language) -> None:
    """Draw the rows of a table that `kind_of` knows."""
    kind = kind_of(table)
    there = table[~(table.geometry.isna() | table.geometry.is_empty)]
    if kind == "gaps":
        plot_gaps(there, language=language, ax=ax)
        return
    crs = metric_crs(there)
    moved = reproject(there, crs)
    handles: list[Artist]
    if kind == "sites":
        handles = _draw_operators(ax, moved, language)
        key = "base_stations"
    elif kind == "spans":
        handles = draw_spans(ax, there, crs, language)
        key = "fibre"
    else:
        key = "districts" if kind == "districts" else "settlements"
        colour, edge = (LAND, INK) if kind == "districts" else (ORANGE, ORANGE)
        if len(moved) > _MOST_SHAPES:
            xy = shapely.get_coordinates(shapely.centroid(moved.geometry.to_numpy()))
            ax.scatter(xy[:, 0], xy[:, 1], s=1.0, color=colour, linewidths=0.0)
        else:
            moved.plot(ax=ax, facecolor=colour, edgecolor=edge, linewidth=0.5)
        told = f"{label(key, language)}: {number(len(moved), language)}"
        handles = [Patch(facecolor=colour, edgecolor=edge, label=told)]
    frame_to(ax, moved, None)
    decorate_map(
        ax, title="", handles=handles, legend_title=label("map_legend", language),
        notes=[modelled_note(language, **{key: there})], language=language,
    )  # fmt: skip


def _draw_operators(ax: Axes, bts: gpd.GeoDataFrame, language: Language) -> list[Artist]:
    """Draw a dot a site and operator; return what the legend says of them."""
    handles: list[Artist] = []
    xy = shapely.get_coordinates(shapely.centroid(bts.geometry.to_numpy()))
    names = bts["operator"].astype(str).to_numpy()
    for place, operator in enumerate(dict.fromkeys(names.tolist())):
        colour = OPERATOR_COLOURS[place % len(OPERATOR_COLOURS)]
        own = np.flatnonzero(names == operator)
        # Dots of several operators on one mast lie beside each other.
        ax.scatter(xy[own, 0], xy[own, 1], s=5.0 / (1 + place), color=colour, linewidths=0.0)
        told = f"{operator}: {number(len(own), language)} BTS"
        handles.append(mark("o", colour, told, size=5.0))
    return handles
