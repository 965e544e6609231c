"""The map of what a run starts from: the layers of the province."""

from __future__ import annotations

import geopandas as gpd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from htcoverage.crs import reproject
from htcoverage.labels import Language, label
from htcoverage.plots.drawing import (
    HALO,
    draw_relief,
    draw_sites,
    draw_spans,
    frame_to,
    metric_crs,
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
    outlines.plot(
        ax=ax, facecolor="none" if terrain is not None else LAND, edgecolor=INK, linewidth=0.7,
        zorder=3,
    )  # fmt: skip
    if spans is not None:
        handles += draw_spans(ax, spans, crs, language)
    if settlements is not None:
        reproject(settlements, crs).plot(ax=ax, facecolor=ORANGE, linewidth=0.0, zorder=4)
        handles.append(Patch(facecolor=ORANGE, label=label("settlements", language)))
    handles += draw_sites(ax, bts, crs, language)
    _write_names(ax, outlines)
    handles.append(Line2D([], [], color=INK, linewidth=0.7, label=label("districts", language)))
    frame_to(ax, outlines, None)
    decorate_map(
        ax,
        title=label("province_title", language),
        handles=handles,
        legend_title=label("map_legend", language),
        notes=[modelled_note(language, base_stations=bts, settlements=settlements, fibre=spans)],
        language=language,
    )
    return ax


def _write_names(ax: Axes, districts: gpd.GeoDataFrame) -> None:
    for point, name in zip(
        districts.geometry.representative_point(), districts["full_name"], strict=True
    ):
        ax.annotate(
            str(name), (point.x, point.y), ha="center", va="center", fontsize=7, color=INK,
            path_effects=HALO, zorder=6,
        )  # fmt: skip
