"""Maps of a coverage: cover with its margin, classes of level."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from htcoverage.errors import argument_fault
from htcoverage.export.classes import (
    COVER_COLOURS,
    LEVEL_COLOURS,
    PROBABILITY_BREAKS,
    QUANTITY,
    cover_classes,
    cover_labels,
    level_classes,
    level_labels,
    range_labels,
)
from htcoverage.export.pictures import area_mask
from htcoverage.figures import CoverCriteria, criteria_words, excess_db
from htcoverage.grid import grid_of
from htcoverage.labels import Language, label, number
from htcoverage.plots.drawing import (
    draw_districts,
    draw_sites,
    frame_to,
)
from htcoverage.plots.frame import (
    FAINT,
    LAND,
    asked_for,
    axes_or_new,
    decorate_map,
    modelled_note,
    modelled_words,
)

#: The standard normal quantile at which each class of probability begins.
_PROBABILITY_Z = tuple(NormalDist().inv_cdf(share) for share in PROBABILITY_BREAKS)


def plot_coverage(
    coverage: xr.Dataset,
    *,
    technology: Literal["3G", "4G"] = "4G",
    operator: str = "any",
    show: Literal["cover", "level", "probability"] = "cover",
    criteria: CoverCriteria | None = None,
    districts: gpd.GeoDataFrame | None = None,
    bts: gpd.GeoDataFrame | None = None,
    modelled: Sequence[str] = (),
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw one layer of a coverage: cover with its margin, median level, or probability.

    Parameters
    ----------
    coverage : Dataset
        From `compute_coverage`.
    technology, operator : str
        The layer; operator ``any`` is the strongest of all.
    show : {"cover", "level", "probability"}
        ``cover``: covered with the margin, at the median only, not covered. ``level``: median RSRP
        or RSCP in the classes of the legend, dBm. ``probability``: that the threshold is met,
        Φ((level − threshold) / σ), in %.
    criteria : CoverCriteria, optional
        The default criteria when left out.
    districts : GeoDataFrame, optional
        Outlines; what they hold and no level reaches is not covered, as in the figures, and grey
        in the picture of levels. Elsewhere such pixels are left clear: nothing was computed there.
    bts : GeoDataFrame, optional
        Sites to be marked; what is modelled of them is said without ``modelled``.
    modelled : sequence of str
        Keys of the words for what is modelled of the data, such as ``base_stations``: the picture
        says so.
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
        If the coverage has no such layer, or ``show`` is none of the three.

    Examples
    --------
    With the coverage of the example of `compute_coverage`:

    >>> ax = ht.plot_coverage(coverage, districts=town, language="vi")
    >>> ax.get_title(loc="left")
    '4G, bất kỳ nhà mạng nào'
    """
    if show not in ("cover", "level", "probability"):
        raise argument_fault("show", show, "'cover', 'level' or 'probability'")
    criteria = criteria or CoverCriteria()
    excess = excess_db(
        coverage, criteria=criteria, technology=technology, operator=operator, basis="median"
    ).to_numpy()
    level_dbm = np.where(np.isneginf(excess), np.nan, excess + criteria.threshold_dbm(technology))
    if show == "cover":
        classes = cover_classes(excess, criteria.margin_db)
        colours, words = COVER_COLOURS, cover_labels(criteria, language)
        legend_title = label("map_cover", language)
    elif show == "probability":
        # A share of p is reached where the excess is z(p)·σ.
        least_db = np.array(_PROBABILITY_Z) * criteria.sigma_db
        reached = np.count_nonzero(excess[..., None] >= least_db, axis=-1)
        classes = (len(least_db) + 1 - reached).astype(np.uint8)
        colours = LEVEL_COLOURS
        words = range_labels([number(100.0 * share, language) for share in PROBABILITY_BREAKS])
        legend_title = label("pic_probability", language)
    else:
        classes = level_classes(level_dbm.astype(np.float32), technology)
        colours, words = LEVEL_COLOURS, level_labels(technology)
        legend_title = f"{label('map_level', language)}: {QUANTITY[technology]}, dBm"

    if show != "level":
        classes = np.where(np.isnan(level_dbm) & ~_inside(districts, coverage), 0, classes)

    ax = axes_or_new(ax)
    outlines = draw_districts(ax, districts, coverage.attrs["crs"])
    bounds_m = draw_classes(ax, classes, ListedColormap(colours), coverage)
    handles: list[Artist] = [
        Patch(facecolor=colour, label=word) for colour, word in zip(colours, words, strict=True)
    ]
    if outlines is not None and show == "level":
        handles.append(Patch(facecolor=LAND, edgecolor=FAINT, label=label("no_level", language)))
    handles += draw_sites(ax, _of_layer(bts, technology, operator), coverage.attrs["crs"], language)
    frame_to(ax, outlines, bounds_m)
    decorate_map(
        ax,
        title=asked_for(technology, operator, language),
        handles=handles,
        legend_title=legend_title,
        notes=[
            "; ".join(criteria_words(criteria, language=language)),
            model_note(coverage, language),
            modelled_note(language, base_stations=bts)
            or modelled_words([label(key, language).lower() for key in modelled], language),
        ],
        language=language,
    )
    return ax


def _inside(districts: gpd.GeoDataFrame | None, coverage: xr.Dataset) -> npt.NDArray[np.bool_]:
    """Return which pixels lie in the districts: there, no level means that nobody is heard."""
    grid = grid_of(coverage)
    return np.zeros(grid.shape, bool) if districts is None else area_mask(districts, grid)


def _of_layer(
    bts: gpd.GeoDataFrame | None, technology: str, operator: str
) -> gpd.GeoDataFrame | None:
    if bts is None:
        return None
    chosen = bts["technology"] == technology
    return bts[chosen if operator == "any" else chosen & (bts["operator"] == operator)]


def draw_classes(
    ax: Axes, classes: npt.NDArray[np.uint8], colours: ListedColormap, coverage: xr.Dataset
) -> tuple[float, float, float, float]:
    """Draw classes from 1 on the pixels of a coverage, 0 clear; return west, south, east, north."""
    a, _, west, _, e, north = coverage.attrs["transform"]
    rows, columns = classes.shape
    east, south = west + a * columns, north + e * rows
    ax.imshow(
        np.ma.masked_equal(classes, 0), cmap=colours, vmin=0.5, vmax=colours.N + 0.5,
        extent=(west, east, south, north), interpolation="nearest", zorder=2,
    )  # fmt: skip
    return west, south, east, north


def model_note(coverage: xr.Dataset, language: Language) -> str:
    """Return what a coverage was computed with: model, radius, pixel, CRS."""
    attributes = coverage.attrs
    words = [str(attributes["model"])] if "model" in attributes else []
    if "radius_km" in attributes:
        words.append(f"{label('radius', language)} {attributes['radius_km']:g} km")
    words.append(f"{label('pixel', language)} {abs(attributes['transform'][0]):g} m")
    words.append(str(attributes["crs"]))
    return "; ".join(words)
