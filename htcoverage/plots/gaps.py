"""Map of the gaps: where homes lack cover, how many, and why."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from htcoverage.crs import reproject
from htcoverage.labels import Language, label, number
from htcoverage.plots.drawing import (
    draw_districts,
    draw_shapes,
    frame_to,
    mark,
    write_names,
)
from htcoverage.plots.frame import (
    BLUE,
    INK,
    ORANGE,
    PURPLE,
    VERMILION,
    asked_for,
    axes_or_new,
    decorate_map,
    modelled_note,
)

#: Mark and colour of each reason; marks differ, so that grey print tells them apart.
WHY_MARKS: dict[str | None, tuple[str, str]] = {
    "terrain": ("^", VERMILION),
    "clutter": ("o", BLUE),
    "too_far": ("s", ORANGE),
    "beam": ("D", PURPLE),
    "model": ("v", INK),
}


#: Gaps whose settlement is written beside them.
NAMED_GAPS = 8


def plot_gaps(
    gaps: gpd.GeoDataFrame,
    *,
    districts: gpd.GeoDataFrame | None = None,
    settlements: gpd.GeoDataFrame | None = None,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw gaps as marks whose area grows with their residents, by the reason of each.

    Parameters
    ----------
    gaps : GeoDataFrame
        From `find_gaps`; with the column ``why`` every reason has its own mark.
    districts : GeoDataFrame, optional
        Outlines.
    settlements : GeoDataFrame, optional
        Homes, drawn faintly.
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
    crs = gaps.crs.to_wkt()
    outlines = draw_districts(ax, districts, crs)
    if settlements is not None:
        draw_shapes(ax, reproject(settlements, crs), facecolor="#d6cfc4", linewidth=0.0, zorder=2)
    points = shapely.get_coordinates(shapely.centroid(gaps.geometry.to_numpy()))
    # Largest first, so that small ones lie on top and are seen.
    largest = max(float(gaps["residents"].max()), 1.0) if len(gaps) else 1.0
    size = 8.0 + 160.0 * gaps["residents"].to_numpy(np.float64) / largest
    told = gaps["why"].tolist() if "why" in gaps else [None] * len(gaps)
    # Read back from a file, what is not there may be NaN.
    reasons = [why if why in WHY_MARKS else None for why in told]
    handles: list[Artist] = []
    marks: dict[str | None, tuple[str, str]] = dict(WHY_MARKS) | {None: ("o", BLUE)}
    for why, (shape, colour) in marks.items():
        chosen = np.array([reason == why for reason in reasons], dtype=bool)
        if not chosen.any():
            continue
        ax.scatter(
            points[chosen, 0], points[chosen, 1], s=size[chosen], marker=shape, facecolors=colour,
            edgecolors="white", linewidths=0.5, alpha=0.85, zorder=4,
        )  # fmt: skip
        what = label("gaps" if why is None else f"why_{why}", language)
        people = number(float(gaps["residents"][chosen].sum()), language)
        words = f"{what}: {int(chosen.sum())}; {people} {label('people', language)}"
        handles.append(mark(shape, colour, words))
    frame_to(ax, outlines, tuple(gaps.total_bounds.tolist()) if len(gaps) else None)
    write_names(ax, points[:NAMED_GAPS], gaps["settlement"].tolist())
    if not handles:
        handles.append(Patch(facecolor="none", label=label("map_no_gaps", language)))
    asked = ""
    if len(gaps):
        first = gaps.iloc[0]
        asked = asked_for(first["technology"], first["operator"], language)
    decorate_map(
        ax,
        title=": ".join(filter(None, [label("gaps_title", language), asked])),
        handles=handles,
        legend_title=label("gap_marks", language),
        notes=[
            label("prediction_notice", language),
            modelled_note(language, settlements=settlements),
        ],
        language=language,
    )
    return ax
