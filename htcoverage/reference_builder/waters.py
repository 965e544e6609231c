"""Sea, rivers and border as shapes, from GSHHG and a few modelled courses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from odc.geo.geobox import GeoBox
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from htcoverage.crs import WGS84, transformer
from htcoverage.grid import DEFAULT_CRS
from htcoverage.reference_builder.parameters import WATERS
from htcoverage.reference_builder.sources import Sources

Degrees = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class WaterShapes:
    """Waters inside the terrain's frame, EPSG:9209.

    Parameters
    ----------
    sea : MultiPolygon
        Islands are left out of it.
    rivers : GeoDataFrame
        ``name, width_m, provenance`` and a line; direction as in the source.
    coast : GeoDataFrame
        ``kind`` (coast, island), ``provenance`` and a line.
    border : GeoDataFrame
        ``name, provenance`` and the land border with Laos.
    """

    sea: BaseGeometry
    rivers: gpd.GeoDataFrame
    coast: gpd.GeoDataFrame
    border: gpd.GeoDataFrame


def metres(points_deg: Degrees) -> npt.NDArray[np.float64]:
    """Return longitude and latitude pairs as easting and northing in EPSG:9209."""
    lon_deg, lat_deg = np.array(points_deg, dtype=float).T
    return np.column_stack(transformer(WGS84, DEFAULT_CRS).transform(lon_deg, lat_deg))


def build_waters(sources: Sources, *, inland: Point, grid: GeoBox) -> WaterShapes:
    """Return sea, coast, rivers and border inside the grid.

    Parameters
    ----------
    sources : Sources
        Coast, rivers, border.
    inland : Point
        A point of the mainland, which tells land from sea.
    grid : odc.geo.geobox.GeoBox
        Its frame closes the sea.
    """
    frame = box(*grid.boundingbox)
    mainland = max(sources.coast, key=lambda line: line.length)
    islands = [line for line in sources.coast if line is not mainland]
    north, south = metres(WATERS.coast_north_deg), metres(WATERS.coast_south_deg)
    coast = LineString([*north[::-1], *mainland.coords, *south])
    cut = shapely.union_all([coast, frame.boundary])
    sea = shapely.union_all(
        [face for face in shapely.polygonize([cut]).geoms if not face.covers(inland)]
    ).intersection(frame)
    rings = [Polygon(line.coords) for line in islands if line.is_closed]
    return WaterShapes(
        sea=shapely.normalize(sea.difference(shapely.union_all(rings))),
        rivers=_rivers(sources.rivers, frame),
        coast=_lines(
            {
                "kind": ["coast"] * 3 + ["island"] * len(islands),
                "provenance": ["open-data", "modelled", "modelled"] + ["open-data"] * len(islands),
            },
            [
                mainland,
                LineString([*north[::-1], mainland.coords[0]]),
                LineString([mainland.coords[-1], *south]),
                *islands,
            ],
            frame,
        ),
        border=_lines(
            {"name": ["Việt Nam – Lào"], "provenance": ["open-data"]},
            [shapely.line_merge(shapely.union_all(sources.border))],
            frame,
        ),
    )


def _rivers(lines: tuple[BaseGeometry, ...], frame: BaseGeometry) -> gpd.GeoDataFrame:
    merged = shapely.line_merge(shapely.union_all([line for line in lines if line.length > 0]))
    open_data = sorted(shapely.get_parts(merged).tolist(), key=lambda part: part.bounds)
    names, widths_m = [], []
    for line in open_data:
        named = [
            (name, width_m)
            for name, near_deg, width_m in WATERS.rivers
            if _nearest(open_data, Point(metres((near_deg,))[0])) is line
        ]
        name, width_m = named[0] if named else ("", WATERS.other_river_width_m)
        names.append(name)
        widths_m.append(width_m)
    modelled = []
    for name, width_m, course_deg in WATERS.modelled_rivers:
        course = metres(course_deg)
        modelled.append(LineString(_meander(course)))
        names.append(name)
        widths_m.append(width_m)
    provenance = ["open-data"] * len(open_data) + ["modelled"] * len(modelled)
    columns: dict[str, list[Any]] = {"name": names, "width_m": widths_m, "provenance": provenance}
    return _lines(columns, [*open_data, *modelled], frame)


def _nearest(lines: list[BaseGeometry], point: Point) -> BaseGeometry:
    return min(lines, key=lambda line: line.distance(point))


def _meander(course: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a course with its corners rounded (corner cutting) and swinging, ends kept."""
    for _ in range(3):
        first, second = course[:-1], course[1:]
        cut = np.empty((2 * len(first), 2))
        cut[0::2], cut[1::2] = 0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second
        course = np.vstack([course[:1], cut, course[-1:]])
    course = np.array(shapely.segmentize(LineString(course), 150.0).coords)
    steps = np.diff(course, axis=0)
    along_m = np.concatenate([[0.0], np.cumsum(np.hypot(*steps.T))])
    swing_m = np.zeros(len(course))
    for amplitude_m, wavelength_m in WATERS.meanders_m:
        swing_m += amplitude_m * np.sin(2 * np.pi * along_m / wavelength_m)
    swing_m *= np.sin(np.pi * along_m / along_m[-1]) ** 0.5
    direction = np.gradient(course, axis=0)
    direction /= np.hypot(*direction.T)[:, None]
    aside = np.column_stack([-direction[:, 1], direction[:, 0]])
    result: npt.NDArray[np.float64] = course + swing_m[:, None] * aside
    return result


def _lines(
    columns: dict[str, list[Any]], lines: list[BaseGeometry], frame: BaseGeometry
) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(columns, geometry=lines, crs=DEFAULT_CRS)
    table = table.set_geometry(table.geometry.intersection(frame))
    return table[~table.geometry.is_empty].reset_index(drop=True)
