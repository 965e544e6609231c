"""What maps are drawn of: districts, sites, spans, relief, names' halo."""

from __future__ import annotations

from collections.abc import Sequence

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
from htcoverage.labels import Language, label, number
from htcoverage.plots.frame import BLUE, FAINT, INK, LAND, VERMILION
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
    outlines.plot(ax=ax, facecolor=LAND, linewidth=0.0, zorder=1)
    outlines.boundary.plot(ax=ax, color=INK, linewidth=0.5, zorder=3)
    return outlines


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
        length = number(float(chosen.length.sum()) / 1000.0, language)
        words = f"{label(f'kind:{kind}', language)}: {length} km"
        handles.append(Line2D([], [], color=colour, linewidth=width, linestyle=dashes, label=words))
    return handles[::-1]


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
    """Set the limits around the outlines, or around the bounds where there are none."""
    if outlines is not None:
        (west, south, east, north), part = outlines.total_bounds.tolist(), 0.02
    else:
        # Marks at the edge are larger than the place where they stand.
        (west, south, east, north), part = bounds_m or (0.0, 0.0, 1000.0, 1000.0), 0.05
    # A single place has no extent of its own.
    margin_m = part * max(east - west, north - south) or 500.0
    ax.set_xlim(west - margin_m, east + margin_m)
    ax.set_ylim(south - margin_m, north + margin_m)


def mark(shape: str, colour: str, words: str, *, size: float = 7.0) -> Line2D:
    """Return a mark for a legend."""
    return Line2D(
        [], [], linestyle="none", marker=shape, color=colour, markeredgecolor="white",
        markeredgewidth=0.5, markersize=size, label=words,
    )  # fmt: skip


def write_names(ax: Axes, points: npt.NDArray[np.float64], names: Sequence[str]) -> None:
    """Write names beside places, the first before the others; none over another's."""
    west, east = ax.get_xlim()
    south, north = ax.get_ylim()
    named: list[tuple[float, float]] = []
    for (x, y), name in zip(points.tolist(), names, strict=False):
        if any(abs(x - a) < 0.2 * (east - west) and abs(y - b) < 0.03 * (north - south)
               for a, b in named):  # fmt: skip
            continue
        named.append((x, y))
        ax.annotate(
            name, (x, y), xytext=(6, 4), textcoords="offset points", fontsize=7, color=INK,
            path_effects=HALO, zorder=6,
        )  # fmt: skip
