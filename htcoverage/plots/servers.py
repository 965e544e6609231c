"""Map of the best server: whose signal is strongest where."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from htcoverage.errors import argument_fault
from htcoverage.labels import Language, label, number
from htcoverage.plots.coverage import draw_classes, model_note
from htcoverage.plots.drawing import draw_districts, frame_to
from htcoverage.plots.frame import (
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    asked_for,
    axes_or_new,
    decorate_map,
)

_COLOURS = [VERMILION, BLUE, ORANGE, GREEN, PURPLE, SKY]


def plot_best_server(
    coverage: xr.Dataset,
    *,
    technology: Literal["3G", "4G"] = "4G",
    operator: str = "any",
    districts: gpd.GeoDataFrame | None = None,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw who serves each pixel: the strongest operator, or the sites of one operator.

    Parameters
    ----------
    coverage : Dataset
        From `compute_coverage`.
    technology, operator : str
        The layer. For operator ``any`` a colour is an operator; for one of them the colours tell
        neighbouring sites apart and repeat.
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
        If the coverage has no such layer.
    """
    layers = list(zip(coverage["operator"].values, coverage["technology"].values, strict=True))
    if (operator, technology) not in layers:
        expected = "; ".join(f"{of}, {tech}" for of, tech in layers)
        raise argument_fault("operator, technology", f"{operator}, {technology}", expected)
    server = coverage["best_server"][layers.index((operator, technology))].to_numpy()
    handles: list[Artist] = []
    if operator == "any":
        names = [str(of) for of, tech in layers if tech == technology and of != "any"]
        classes = np.zeros(server.shape, np.uint8)
        for place, name in enumerate(names):
            own = coverage["best_server"][layers.index((name, technology))].to_numpy()
            # Operators never share a cell, so the strongest of all is a cell of one alone.
            serves = (server >= 0) & (server == own)
            classes[serves] = 1 + place % len(_COLOURS)
            share = 100.0 * float(serves.sum()) / max(1, int((server >= 0).sum()))
            words = label("pic_pixels_of", language).format(
                name=name, share=number(share, language, digits=1)
            )
            handles.append(Patch(facecolor=_COLOURS[place % len(_COLOURS)], label=words))
    else:
        _, site_of_cell = np.unique(coverage["site_id"].values, return_inverse=True)
        site = np.where(server >= 0, site_of_cell[server], -1)
        # Neighbours in the ledger lie beside each other on the ground and differ in colour.
        classes = np.where(site >= 0, 1 + site % len(_COLOURS), 0).astype(np.uint8)
        serving = number(len(np.unique(site[site >= 0])), language)
        words = label("pic_sites_alternate", language).format(count=serving)
        handles.append(Patch(facecolor=_COLOURS[1], label=words))
    ax = axes_or_new(ax)
    outlines = draw_districts(ax, districts, coverage.attrs["crs"])
    bounds_m = draw_classes(ax, classes, ListedColormap(_COLOURS), coverage)
    frame_to(ax, outlines, bounds_m)
    decorate_map(
        ax,
        title=asked_for(technology, operator, language),
        handles=handles,
        legend_title=label("pic_best_server", language),
        notes=[label("prediction_notice", language), model_note(coverage, language)],
        language=language,
    )
    return ax
