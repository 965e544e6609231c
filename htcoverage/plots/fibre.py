"""Maps of the fibre: by kind, by what a cut takes, and the planned routes."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.fibre.classes import CLASS_STYLES, MEASURES, PHASE_COLOURS
from htcoverage.fibre.extension import ExtensionPlan
from htcoverage.fibre.status import counted_spans
from htcoverage.labels import Language, label, number, value_label
from htcoverage.plots.drawing import (
    draw_districts,
    draw_shapes,
    draw_spans,
    frame_to,
    mark,
    metric_crs,
)
from htcoverage.plots.frame import FAINT, INK, axes_or_new, decorate_map, modelled_note

_IDLE = (FAINT, 0.8, (0.0, (3, 2)))


def plot_fibre(
    spans: gpd.GeoDataFrame,
    *,
    districts: gpd.GeoDataFrame,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the fibre by kind: trunk, ring, access, inter-provincial, with the length of each.

    Parameters
    ----------
    spans : GeoDataFrame
        Table ``spans``; those not in service are drawn dashed and not measured.
    districts : GeoDataFrame
        Outlines; their CRS is the map's, or EPSG:9209 where theirs is in degrees.
    language : {"en", "vi"}
        Language of the words.
    ax : Axes, optional
        A new figure's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Of the figure that was drawn on.
    """
    ax = axes_or_new(ax)
    crs = metric_crs(districts)
    outlines = draw_districts(ax, districts, crs)
    counted = counted_spans(spans)
    handles = draw_spans(ax, spans[counted], crs, language)
    if not handles:
        handles.append(Patch(facecolor="none", label=label("pic_no_spans", language)))
    handles += _draw_idle(ax, spans[~counted], crs, language)
    frame_to(ax, outlines, None)
    decorate_map(
        ax,
        title=label("fibre", language),
        handles=handles,
        legend_title=label("route_km", language),
        notes=[modelled_note(language, fibre=spans)],
        language=language,
    )
    return ax


def plot_criticality(
    spans: gpd.GeoDataFrame,
    *,
    districts: gpd.GeoDataFrame,
    by: Literal["bts", "residents"] = "bts",
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the fibre by what a cut of its pole line takes; the wider, the more.

    Parameters
    ----------
    spans : GeoDataFrame
        From `fibre_map_spans`.
    districts : GeoDataFrame
        Outlines; their CRS is the map's, or EPSG:9209 where theirs is in degrees.
    by : {"bts", "residents"}
        Count base stations, or residents.
    language : {"en", "vi"}
        Language of the words.
    ax : Axes, optional
        A new figure's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Of the figure that was drawn on.

    Raises
    ------
    InputError
        If the spans do not carry what their cuts take.
    """
    if by not in MEASURES:
        raise argument_fault("by", by, "'bts' or 'residents'")
    measure = MEASURES[by]
    if measure.column not in spans:
        raise argument_fault("spans", f"no {measure.column}", "spans from fibre_map_spans")
    ax = axes_or_new(ax)
    crs = metric_crs(districts)
    outlines = draw_districts(ax, districts, crs)
    moved = reproject(spans, crs)
    classes = measure.classes(spans)
    handles: list[Artist] = []
    for place, ((colour, width), words) in enumerate(
        zip(CLASS_STYLES, measure.words(language), strict=True)
    ):
        chosen = moved[classes == place]
        if len(chosen):
            chosen.plot(ax=ax, color=colour, linewidth=0.7 * width, zorder=3 + 0.1 * place)
        told = f"{words} ({number(len(chosen), language)})"
        handles.append(Line2D([], [], color=colour, linewidth=0.7 * width, label=told))
    handles = handles[::-1]
    handles += _draw_idle(ax, spans[classes < 0], crs, language)
    frame_to(ax, outlines, None)
    decorate_map(
        ax,
        title=label("fibre_criticality", language),
        handles=handles,
        legend_title=f"{label(measure.word, language)}\n({label('fibre:spans', language)})",
        notes=[modelled_note(language, fibre=spans)],
        language=language,
    )
    return ax


def plot_routes(
    plan: ExtensionPlan,
    *,
    spans: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the routes of an extension by phase, over the network that they extend.

    Parameters
    ----------
    plan : ExtensionPlan
        From `plan_extension`.
    spans : GeoDataFrame
        Table ``spans``: what stands.
    districts : GeoDataFrame
        Outlines; their CRS is the map's, or EPSG:9209 where theirs is in degrees.
    language : {"en", "vi"}
        Language of the words.
    ax : Axes, optional
        A new figure's by default.

    Returns
    -------
    matplotlib.axes.Axes
        Of the figure that was drawn on.
    """
    ax = axes_or_new(ax)
    crs = metric_crs(districts)
    outlines = draw_districts(ax, districts, crs)
    draw_shapes(
        ax, reproject(spans[counted_spans(spans)], crs), color=FAINT, linewidth=0.4, zorder=2
    )
    standing = label("plan_standing", language)
    handles: list[Artist] = [Line2D([], [], color=FAINT, linewidth=0.8, label=standing)]
    routes = reproject(plan.routes, crs)
    for phase, built in routes.groupby("phase"):
        colour = PHASE_COLOURS[min(int(str(phase)), len(PHASE_COLOURS)) - 1]
        built.plot(ax=ax, color=colour, linewidth=2.0, zorder=4)
        words = label("plan_phase_words", language).format(
            phase=phase,
            km=number(float(built["length_km"].sum()), language, digits=1),
            cost=number(float(built["cost"].sum()), language),
            currency=value_label("currency", plan.currency, language),
        )
        handles.append(Line2D([], [], color=colour, linewidth=2.0, label=words))
    if len(plan.steps):
        at = reproject(plan.steps, crs).geometry
        ax.scatter(at.x, at.y, s=14, color=INK, edgecolors="white", linewidths=0.5, zorder=5)
        handles.append(mark("o", INK, label("plan_target", language), size=4.5))
    frame_to(ax, outlines, None)
    decorate_map(
        ax,
        title=label("plan_title", language),
        handles=handles,
        legend_title=label("map_legend", language),
        notes=[
            label("plan_bound", language).format(
                cost=number(plan.cost, language),
                bound=number(plan.lower_bound, language),
                currency=value_label("currency", plan.currency, language),
            ),
            modelled_note(language, fibre=spans),
        ],
        language=language,
    )
    return ax


def _draw_idle(ax: Axes, spans: gpd.GeoDataFrame, crs: str, language: Language) -> list[Artist]:
    """Draw spans that carry nothing; return what the legend says of them."""
    if len(spans) == 0:
        return []
    colour, width, dashes = _IDLE
    reproject(spans, crs).plot(ax=ax, color=colour, linewidth=width, linestyle=dashes, zorder=2.9)
    words = label("map_fibre_idle", language)
    return [Line2D([], [], color=colour, linewidth=width, linestyle=dashes, label=words)]
