"""Pictures of how sure the figures are: sites that fail, sources of error."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.labels import Language, label, number, percent
from htcoverage.plots.drawing import draw_districts, frame_to, mark, metric_crs, write_names
from htcoverage.plots.frame import (
    BLUE,
    FAINT,
    INK,
    VERMILION,
    asked_for,
    axes_or_new,
    chart_notes,
    decorate_map,
    language_ticks,
    modelled_note,
    rows_counting,
)

#: Sites whose name is written beside them.
_NAMED = 6


def plot_failures(
    failures: pd.DataFrame,
    bts: gpd.GeoDataFrame,
    *,
    districts: gpd.GeoDataFrame | None = None,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw every site as a mark whose area is the residents who lose cover if it alone fails.

    Parameters
    ----------
    failures : DataFrame
        From `site_failures`.
    bts : GeoDataFrame
        Where the sites are; ``site_name`` is written beside the worst where there is one.
    districts : GeoDataFrame, optional
        Outlines.
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
        If no site of the failures is among the base stations.
    """
    sites = bts.drop_duplicates("site_id").set_index("site_id")
    found = failures[failures["site_id"].isin(sites.index)]
    if len(found) == 0:
        raise argument_fault("bts", len(bts), "base stations at the sites of the failures")
    ax = axes_or_new(ax)
    crs = metric_crs(districts if districts is not None else bts)
    outlines = draw_districts(ax, districts, crs)
    there = reproject(sites.loc[found["site_id"]], crs)
    xy = shapely.get_coordinates(shapely.centroid(there.geometry.to_numpy()))
    residents = found["residents"].to_numpy(np.float64)
    hurts = residents >= 0.5
    largest = max(float(residents.max()), 1.0)
    ax.scatter(xy[~hurts, 0], xy[~hurts, 1], s=2.0, color=FAINT, linewidths=0.0, zorder=4)
    ax.scatter(
        xy[hurts, 0], xy[hurts, 1], s=6.0 + 200.0 * residents[hurts] / largest, color=VERMILION,
        edgecolors="white", linewidths=0.5, alpha=0.85, zorder=5,
    )  # fmt: skip
    handles: list[Artist] = [
        mark("o", VERMILION, label("pic_failures_of", language).format(
            count=number(int(hurts.sum()), language), residents=number(largest, language))),
        mark("o", FAINT, label("pic_failures_none", language).format(
            count=number(int((~hurts).sum()), language)), size=3.0),
    ]  # fmt: skip
    if not hurts.any():
        handles = handles[1:]
    frame_to(ax, outlines, tuple(there.total_bounds.tolist()))
    names = there["site_name"] if "site_name" in there else pd.Series(there.index, there.index)
    worst = np.argsort(-residents, kind="stable")[:_NAMED]
    worst = worst[hurts[worst]]
    write_names(ax, xy[worst], names.iloc[worst].tolist())
    first = found.iloc[0]
    asked = asked_for(first["technology"], first["operator"], language)
    decorate_map(
        ax,
        title=f"{label('pic_failures', language)}; {asked}",
        handles=handles,
        legend_title=label("pic_failure_marks", language),
        notes=[
            f"{label('prediction_notice', language)}; {label(str(first['basis']), language)}",
            modelled_note(language, base_stations=bts),
        ],
        language=language,
    )
    return ax


def plot_error_sources(
    sources: pd.DataFrame,
    *,
    denominator: str = "residents",
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw what dominates the interval: the part of the variance with each source alone.

    Parameters
    ----------
    sources : DataFrame
        From `error_sources`.
    denominator : str
        Whose rows are drawn.
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
        If the table has no row of the denominator.
    """
    rows = rows_counting(sources[sources["source"] != "all"], denominator)
    rows = rows.iloc[::-1]
    ax = axes_or_new(ax, width_in=8.0, height_in=1.4 + 0.4 * len(rows))
    part = 100.0 * rows["variance_part"].fillna(0.0).to_numpy(np.float64)
    place = np.arange(len(rows))
    ax.barh(place, part, color=BLUE, height=0.6)
    for at, low, high, end in zip(place, rows["low"], rows["high"], part, strict=True):
        ax.annotate(
            f"{percent(low, language)} … {percent(high, language)}", (end, at), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize=7.5, color=INK,
        )  # fmt: skip
    ax.set_yticks(place, [source_words(str(name), language) for name in rows["source"]], fontsize=8)
    ax.set_xlim(0.0, 1.25 * max(float(part.max()), 1.0))
    ax.set_xlabel(
        label("pic_variance_part", language).format(what=label(denominator, language)), fontsize=8.5
    )
    language_ticks(ax, language)
    first = rows.iloc[0]
    ax.set_title(
        asked_for(first["technology"], first["operator"], language), loc="left", fontsize=11
    )
    words = label("report_sources_words", language).format(what=label(denominator, language))
    chart_notes(ax, [words])
    return ax


def source_words(source: str, language: Language) -> str:
    """Return the words for a source of error, such as "common, 1800 MHz"."""
    if source.startswith("common, "):
        mhz = source.removeprefix("common, ").removesuffix(" MHz")
        return label("source_common", language).format(mhz=mhz)
    return label(f"source_{source}", language)
