"""Map of the best server: whose signal is strongest where."""

from __future__ import annotations

from collections.abc import Sequence
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
from htcoverage.labels import Language, label, number
from htcoverage.plots.coverage import draw_classes, model_note
from htcoverage.plots.drawing import draw_districts, frame_to
from htcoverage.plots.frame import (
    BLUE,
    FAINT,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    asked_for,
    axes_or_new,
    decorate_map,
    short_name,
)

#: The last one is that of all further operators.
_COLOURS = [VERMILION, BLUE, ORANGE, GREEN, PURPLE, SKY, FAINT]
_NAMED = len(_COLOURS) - 1


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
        The layer. For operator ``any`` a colour is an operator, and grey all beyond the six that
        serve most; for one of them the colours tell neighbouring sites apart and repeat.
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
        classes, words = _operators(coverage, server, layers, technology, language)
        handles += [
            Patch(facecolor=colour, label=word)
            for colour, word in zip(_COLOURS, words, strict=False)
        ]
    else:
        _, site_of_cell = np.unique(coverage["site_id"].values, return_inverse=True)
        site = np.where(server >= 0, site_of_cell[server], -1)
        # Neighbours in the ledger lie beside each other on the ground and differ in colour.
        classes = np.where(site >= 0, 1 + site % _NAMED, 0).astype(np.uint8)
        serving = number(len(np.unique(site[site >= 0])), language)
        told = label("pic_sites_alternate", language).format(count=serving)
        handles.append(Patch(facecolor=_COLOURS[1], label=told))
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


def _operators(
    coverage: xr.Dataset,
    server: npt.NDArray[np.int32],
    layers: Sequence[tuple[str, str]],
    technology: str,
    language: Language,
) -> tuple[npt.NDArray[np.uint8], list[str]]:
    """Return the class of each pixel by the operator of its strongest cell, and their words."""
    names = [str(of) for of, tech in layers if tech == technology and of != "any"]
    # Operators never share a cell, so the strongest of all is a cell of one alone.
    serves = [
        (server >= 0)
        & (server == coverage["best_server"][layers.index((name, technology))].to_numpy())
        for name in names
    ]
    pixels = np.array([int(own.sum()) for own in serves])
    shares = 100.0 * pixels / max(1, int((server >= 0).sum()))
    # In the ledger's order, as on every other picture.
    most = set(np.argsort(-pixels, kind="stable")[:_NAMED].tolist())
    classes = np.zeros(server.shape, np.uint8)
    words: list[str] = []
    for place in sorted(most):
        words.append(
            label("pic_pixels_of", language).format(
                name=short_name(names[place]), share=number(shares[place], language, digits=1)
            )
        )
        classes[serves[place]] = len(words)
    if len(names) > _NAMED:
        rest = [place for place in range(len(names)) if place not in most]
        for place in rest:
            classes[serves[place]] = len(_COLOURS)
        words.append(
            label("pic_further_operators", language).format(
                count=number(len(rest), language),
                share=number(float(shares[rest].sum()), language, digits=1),
            )
        )
    return classes, words
