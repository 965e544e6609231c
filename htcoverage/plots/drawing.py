"""What maps are drawn of: districts, sites, spans, relief, names' halo."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LightSource
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from htcoverage.crs import reproject
from htcoverage.grid import DEFAULT_CRS
from htcoverage.labels import Language, label, number, short_number
from htcoverage.plots.frame import BLUE, FAINT, INK, LAND, VERMILION, short_name
from htcoverage.schema import SPAN_KINDS
from htcoverage.terrain import Terrain

#: Colour, width in points and dashes of each kind of span.
SPAN_STYLES: dict[str, tuple[str, float, tuple[float, tuple[int, ...]]]] = {
    "trunk": (VERMILION, 1.8, (0.0, ())),
    "ring": (BLUE, 1.1, (0.0, ())),
    "access": (FAINT, 0.5, (0.0, ())),
    "inter-provincial": (INK, 1.6, (0.0, (4, 2))),
}


HALO = [withStroke(linewidth=2.0, foreground="white")]

#: Size of names on maps, in points, and the width of a sign in sizes.
_NAME_PT, _SIGN = 7.0, 0.6

#: A map that is longer than so many times its width has no room for names and legend beside it.
_LONGEST = 2.5


def metric_crs(table: gpd.GeoDataFrame) -> str:
    """Return the table's CRS, or the default one where it is in degrees."""
    return str(table.crs.to_wkt()) if table.crs.is_projected else DEFAULT_CRS


def draw_districts(
    ax: Axes, districts: gpd.GeoDataFrame | None, crs: str
) -> gpd.GeoDataFrame | None:
    """Fill the districts below everything and draw their outlines above; return them in the CRS."""
    if districts is None:
        return None
    outlines = reproject(districts, crs)
    draw_shapes(ax, outlines, facecolor=LAND, linewidth=0.0, zorder=1)
    draw_shapes(ax, outlines.boundary, color=INK, linewidth=0.5, zorder=3)
    return outlines


def draw_shapes(ax: Axes, shapes: gpd.GeoDataFrame | gpd.GeoSeries, **style: Any) -> None:
    """Draw shapes in the map's CRS; none are no reason to warn."""
    if len(shapes):
        shapes.plot(ax=ax, **style)


def draw_sites(
    ax: Axes, bts: gpd.GeoDataFrame | None, crs: str, language: Language
) -> list[Artist]:
    """Draw a dot a site; return what the legend says of them, with their number."""
    if bts is None:
        return []
    places = reproject(bts.drop_duplicates("site_id"), crs).geometry
    ax.scatter(places.x, places.y, s=2.5, color=INK, linewidths=0.0, zorder=5)
    words = f"{label('sites', language)}: {number(len(places), language)}"
    return [mark("o", INK, words, size=3.0)]


def draw_spans(ax: Axes, spans: gpd.GeoDataFrame, crs: str, language: Language) -> list[Artist]:
    """Draw the spans by kind; return what the legend says of each, with its route length."""
    moved = reproject(spans, crs)
    handles: list[Artist] = []
    # Thin ones first, so that the trunk lies on top.
    for order, kind in enumerate(sorted(SPAN_KINDS, key=lambda name: SPAN_STYLES[name][1])):
        chosen = moved[moved["kind"] == kind]
        if len(chosen) == 0:
            continue
        colour, width, dashes = SPAN_STYLES[kind]
        chosen.plot(ax=ax, color=colour, linewidth=width, linestyle=dashes, zorder=3 + 0.1 * order)
        words = f"{label(f'kind:{kind}', language)}: {_length(chosen, language)}"
        handles.append(Line2D([], [], color=colour, linewidth=width, linestyle=dashes, label=words))
    return handles[::-1]


def _length(lines: gpd.GeoDataFrame, language: Language) -> str:
    length_km = float(lines.length.sum()) / 1000.0
    told = number if length_km >= 9.5 else partial(short_number, most_digits=2)
    return f"{told(length_km, language)} km"


def draw_relief(ax: Axes, terrain: Terrain) -> None:
    """Shade the relief in grey, light from the north-west, and the sea in pale blue."""
    step = max(1, max(terrain.geobox.shape) // 1500)
    ground = np.nan_to_num(terrain.ground_m[::step, ::step].astype(np.float64))
    posting_m = terrain.posting_m * step
    shade = LightSource(315, 45).hillshade(ground, vert_exag=2.0, dx=posting_m, dy=posting_m)
    grey = 0.55 + 0.45 * shade
    rgb = np.dstack([grey, grey, grey])
    sea = terrain.zone[::step, ::step] == 1
    rgb[sea] = (0.86, 0.92, 0.96)
    box = terrain.geobox.boundingbox
    extent = (box.left, box.right, box.bottom, box.top)
    ax.imshow(rgb, extent=extent, interpolation="nearest", zorder=0)


def frame_to(
    ax: Axes,
    outlines: gpd.GeoDataFrame | None,
    bounds_m: tuple[float, float, float, float] | None,
) -> None:
    """Set the limits around the outlines, or around the bounds where there are none.

    A strip of land has empty room on both sides of it, for names, scale and legend.
    """
    if outlines is not None:
        (west, south, east, north), part = outlines.total_bounds.tolist(), 0.02
    else:
        # Marks at the edge are larger than the place where they stand.
        (west, south, east, north), part = bounds_m or (0.0, 0.0, 1000.0, 1000.0), 0.05
    # A single place has no extent of its own.
    margin_m = part * max(east - west, north - south) or 500.0
    width_m, height_m = (side + 2.0 * margin_m for side in (east - west, north - south))
    more_x_m = margin_m + max(0.0, height_m / _LONGEST - width_m) / 2.0
    more_y_m = margin_m + max(0.0, width_m / _LONGEST - height_m) / 2.0
    ax.set_xlim(west - more_x_m, east + more_x_m)
    ax.set_ylim(south - more_y_m, north + more_y_m)


def mark(shape: str, colour: str, words: str, *, size: float = 7.0) -> Line2D:
    """Return a mark for a legend."""
    return Line2D(
        [], [], linestyle="none", marker=shape, color=colour, markeredgecolor="white",
        markeredgewidth=0.5, markersize=size, label=words,
    )  # fmt: skip


def write_names(
    ax: Axes, points: npt.NDArray[np.float64], names: Sequence[str], *, beside: bool = True
) -> None:
    """Write names beside places or upon them, the first before the others.

    None over another or over the edge of the map: beside its place a name stands on the right, or
    on the left, or is left out. The limits are set before.
    """
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    point_m = _metres_a_point(ax)
    line_pt = 1.3 * _NAME_PT
    taken: list[tuple[float, float, float, float]] = []
    for (x, y), name in zip(points.tolist(), map(short_name, names), strict=False):
        wide_pt = _SIGN * _NAME_PT * len(name)
        # Where the middle of the name may be, in points from the place.
        places = (
            [("left", 6.0, 8.0), ("right", -6.0, 8.0)]
            if beside
            else [("center", 0.0, 0.0), ("center", 0.0, line_pt), ("center", 0.0, -line_pt)]
        )
        for side, right_pt, up_pt in places:
            left_pt = right_pt - {"left": 0.0, "right": wide_pt, "center": wide_pt / 2.0}[side]
            low = y + (up_pt - line_pt / 2.0) * point_m
            left = x + left_pt * point_m
            box = (left, low, left + wide_pt * point_m, low + line_pt * point_m)
            inside = west <= box[0] and box[2] <= east and south <= box[1] and box[3] <= north
            if not inside or any(_meet(box, other) for other in taken):
                continue
            taken.append(box)
            ax.annotate(
                name, (x, y), xytext=(right_pt, up_pt), textcoords="offset points", ha=side,
                va="center", fontsize=_NAME_PT, color=INK, path_effects=HALO, zorder=6,
            )  # fmt: skip
            break


def _metres_a_point(ax: Axes) -> float:
    """Return the length on the map of a point of print, about: the layout is not done yet."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    place = ax.get_position(original=True)
    width_in, height_in = figure.get_size_inches()
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    # A quarter of the width is the legend's.
    metres: float = max(
        (east - west) / (0.75 * place.width * width_in * 72.0),
        (north - south) / (place.height * height_in * 72.0),
    )
    return metres


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
