"""The map of what a run starts from: the layers of the province."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from htcoverage.crs import reproject
from htcoverage.labels import Language, label
from htcoverage.plots.drawing import (
    draw_relief,
    draw_shapes,
    draw_sites,
    draw_spans,
    frame_to,
    metric_crs,
    write_names,
)
from htcoverage.plots.frame import (
    INK,
    LAND,
    ORANGE,
    axes_or_new,
    decorate_map,
    modelled_note,
)
from htcoverage.terrain import Terrain


def plot_province(
    districts: gpd.GeoDataFrame,
    *,
    settlements: gpd.GeoDataFrame | None = None,
    bts: gpd.GeoDataFrame | None = None,
    spans: gpd.GeoDataFrame | None = None,
    terrain: Terrain | None = None,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the layers that a run starts from: relief, districts with names, homes, sites, fibre.

    Parameters
    ----------
    districts : GeoDataFrame
        Outlines and ``full_name``.
    settlements, bts, spans : GeoDataFrame, optional
        Drawn where given.
    terrain : Terrain, optional
        Shaded relief; the map is then in its CRS, otherwise in that of the districts, or EPSG:9209
        where theirs is in degrees.
    language : {"en", "vi"}
        Language of the words.
    ax : Axes, optional
        A new figure's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Of the figure that was drawn on.
    """
    crs = str(terrain.geobox.crs) if terrain is not None else metric_crs(districts)
    ax = axes_or_new(ax)
    handles: list[Artist] = []
    outlines = reproject(districts, crs)
    if terrain is not None:
        draw_relief(ax, terrain)
    draw_shapes(
        ax, outlines, facecolor="none" if terrain is not None else LAND, edgecolor=INK,
        linewidth=0.7, zorder=3,
    )  # fmt: skip
    if spans is not None:
        handles += draw_spans(ax, spans, crs, language)
    if settlements is not None:
        draw_shapes(ax, reproject(settlements, crs), facecolor=ORANGE, linewidth=0.0, zorder=4)
        handles.append(Patch(facecolor=ORANGE, label=label("settlements", language)))
    handles += draw_sites(ax, bts, crs, language)
    handles.append(Line2D([], [], color=INK, linewidth=0.7, label=label("districts", language)))
    frame_to(ax, outlines, None)
    inside = shapely.get_coordinates(outlines.geometry.representative_point().to_numpy())
    # Large ones first: there is room for their names.
    order = np.argsort(-outlines.area.to_numpy(), kind="stable")
    write_names(ax, inside[order], outlines["full_name"].iloc[order].tolist(), beside=False)
    decorate_map(
        ax,
        title=label("province_title", language),
        handles=handles,
        legend_title=label("map_legend", language),
        notes=[modelled_note(language, base_stations=bts, settlements=settlements, fibre=spans)],
        language=language,
    )
    return ax
