"""The themes of the map, one packed layer each, and the sites."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import polylabel

from htcoverage.crs import WGS84, reproject
from htcoverage.labels import Language, label, value_label
from htcoverage.maps.escape import Json, clean_text

_METRES_PER_DEGREE = 111_195.0
#: Decimals of a degree: 1e-5 is 1.1 m.
_DECIMALS = 5
#: Columns whose values have words in the user's language.
_VOCABULARIES = ("provenance", "status", "kind")


def theme(
    table: gpd.GeoDataFrame,
    columns: Sequence[tuple[str, str]],
    *,
    tolerance_m: float,
    language: Language,
) -> dict[str, Json]:
    """Return a table of lines or polygons as the page draws it: rounded, simplified, packed.

    GeoJSON would take two to three times the room for thousands of small shapes.

    Parameters
    ----------
    table : GeoDataFrame
        With a CRS; all lines or all polygons.
    columns : sequence of (str, str)
        Column and key of its word; a column that the table lacks is left out. The first is the
        feature's title.
    tolerance_m : float
        How far a simplified outline may leave the true one, in metres.
    language : 'en' or 'vi'
        Language of the fields' words.

    Returns
    -------
    dict
        ``fields``: the words; ``columns``: for each field ``[words, indices]``, the row's value
        being ``words[indices[row]]``, or the values where few repeat; ``filled``: whether these
        are polygons; ``shapes``: for each row its parts, each part its rings (a line is one ring),
        each ring ``[x0, y0, dx1, dy1, ...]`` in 1e-5 degrees, longitude first.
    """
    kept = [(column, key) for column, key in columns if column in table.columns]
    shapes = _drawn(table, tolerance_m)
    return {
        "fields": [label(key, language) for _, key in kept],
        "columns": [_column(table, column, language) for column, _ in kept],
        "filled": bool(np.any(shapely.get_dimensions(shapes) == 2)),
        "shapes": [[_rings(part) for part in shapely.get_parts(shape)] for shape in shapes],
    }


def _packed(values: list[Json]) -> Json:
    words: dict[Json, int] = {}
    indices = [words.setdefault(value, len(words)) for value in values]
    return [list(words), indices] if len(words) * 2 <= len(values) else values


def _rings(part: shapely.Geometry) -> list[Json]:
    """Return the outline and the holes of a polygon, or a line, as differences of whole steps."""
    lines = [part.exterior, *part.interiors] if isinstance(part, shapely.Polygon) else [part]
    return [_steps(shapely.get_coordinates(line)) for line in lines]


def _steps(points_deg: npt.NDArray[np.float64]) -> Json:
    steps = np.rint(points_deg * 10**_DECIMALS).astype(np.int64)
    differences: list[int] = np.diff(steps, axis=0, prepend=[[0, 0]]).ravel().tolist()
    return differences


def sites(bts: gpd.GeoDataFrame, *, language: Language) -> dict[str, Json]:
    """Return the sites and the base stations at each, packed.

    Parameters
    ----------
    bts : GeoDataFrame
        Base stations; a site stands where its first base station stands.
    language : 'en' or 'vi'
        Language of status and provenance.

    Returns
    -------
    dict
        ``places``: ``[x0, y0, dx1, dy1, ...]`` in 1e-5 degrees, longitude first, a pair a site in
        the order in which sites appear; ``columns``: packed ``site_id, site_name, provenance``, one
        value a site; ``counts``: base stations at each site; ``stations``: packed ``operator,
        technology, bts_id, status``, one value a base station, site after site.
    """
    order, _ = pd.factorize(bts["site_id"])
    by_site = bts.iloc[np.argsort(order, kind="stable")]
    first = by_site.drop_duplicates("site_id")
    points = shapely.get_coordinates(reproject(first, WGS84).geometry.to_numpy())
    return {
        "places": _steps(points),
        "columns": [
            _column(first, name, language) for name in ("site_id", "site_name", "provenance")
        ],
        "counts": np.bincount(order).tolist(),
        "stations": [
            _column(by_site, name, language)
            for name in ("operator", "technology", "bts_id", "status")
        ],
    }


def _column(table: gpd.GeoDataFrame, name: str, language: Language) -> Json:
    if name not in table.columns:
        return _packed([None] * len(table))
    values = [plain(value) for value in table[name]]
    if name in _VOCABULARIES:
        values = [v if v is None else value_label(name, str(v), language) for v in values]
    return _packed(values)


def label_points(table: gpd.GeoDataFrame, column: str) -> list[Json]:
    """Return ``[latitude, longitude, name]`` of each polygon, deep inside its largest part."""
    rows: list[Json] = []
    for shape, name in zip(_drawn(table, 100), table[column], strict=True):
        largest = max(shapely.get_parts(shape), key=shapely.area)
        point = polylabel(largest, 0.005)
        rows.append([round(point.y, _DECIMALS), round(point.x, _DECIMALS), plain(name)])
    return rows


def plain(value: object) -> Json:
    """Return a table's value as JSON can say it: missing as None, text without control signs."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return round(float(value), 3) if math.isfinite(value) else None
    return clean_text(value)


def named(codes: Iterable[object], names: dict[object, object]) -> list[object]:
    """Return the name for each code, the code itself where no name is known."""
    return [names.get(code, code) for code in codes]


def stretched(sea: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sea carried on past the edge of its data, so that a tall screen does not show it.

    Sea ends in straight lines where its data end. Where such an edge lies beyond the land's extent
    its points move straight outwards; where sea ends inside that extent it ends at a coast.

    Parameters
    ----------
    sea : GeoDataFrame
        Polygons.
    land : GeoDataFrame
        What is mapped; in any CRS.
    """
    if len(sea) == 0:
        return sea
    west, south, east, north = reproject(land, sea.crs.to_wkt()).total_bounds
    left, bottom, right, top = sea.total_bounds
    reach = 4.0 * max(east - west, north - south)
    near = 1e-6 * reach

    def move(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = points[:, 0], points[:, 1]
        return np.column_stack(
            [
                x + reach * ((x > right - near) & (right > east))
                - reach * ((x < left + near) & (left < west)),
                y + reach * ((y > top - near) & (top > north))
                - reach * ((y < bottom + near) & (bottom < south)),
            ]
        )  # fmt: skip

    moved = shapely.transform(sea.geometry.to_numpy(), move)
    return sea.set_geometry(gpd.GeoSeries(moved, index=sea.index, crs=sea.crs))


def bounds_deg(table: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Return south, west, north, east of a table, in WGS 84 degrees."""
    west, south, east, north = (float(edge) for edge in reproject(table, WGS84).total_bounds)
    return south, west, north, east


def _drawn(table: gpd.GeoDataFrame, tolerance_m: float) -> npt.NDArray[np.object_]:
    shapes = reproject(table, WGS84).geometry.to_numpy()
    simple = shapely.simplify(shapes, tolerance_m / _METRES_PER_DEGREE)
    drawn: npt.NDArray[np.object_] = shapely.transform(
        simple, lambda points: np.round(points, _DECIMALS)
    )
    return drawn
