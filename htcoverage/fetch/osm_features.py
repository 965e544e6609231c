"""OpenStreetMap by the Overpass API: residential areas and roads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from htcoverage.crs import WGS84, reproject
from htcoverage.fetch.sources import Bounds
from htcoverage.fetch.vectors import local_crs, tidy_text, valid_polygons

#: Places that are drawn as the ground where people live; a town's or a city's outline is its
#: administrative area, most of it fields.
LIVED_IN_PLACES = (
    "village", "hamlet", "isolated_dwelling", "neighbourhood", "quarter", "city_block",
)  # fmt: skip

#: Roads that carry people and fibre; paths, steps and works are left out.
ROAD_CLASSES = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
    "living_street", "service", "track", "road", "motorway_link", "trunk_link", "primary_link",
    "secondary_link", "tertiary_link",
)  # fmt: skip

#: Queries are for squares of this size, at whole multiples, so that two areas share answers.
_SQUARE_DEG = 0.5

#: A place outline of which residential areas take this share says nothing new but its name.
_SAID_SHARE = 0.1

#: Of two residential outlines the smaller is the same ground drawn twice from this share inside.
_SAME_SHARE = 0.5

_SMALLEST_M2 = 1000.0


def squares_over(bounds: Bounds) -> list[Bounds]:
    """Return the squares of half a degree that cover bounds: west, south, east, north."""
    west, south, east, north = bounds
    step = _SQUARE_DEG
    columns = range(int(np.floor(west / step)), int(np.ceil(east / step)))
    rows = range(int(np.floor(south / step)), int(np.ceil(north / step)))
    return [
        (column * step, row * step, (column + 1) * step, (row + 1) * step)
        for row in rows
        for column in columns
    ]


def overpass_query(what: str, square: Bounds, *, timeout_s: int) -> str:
    """Return the question to Overpass for the settlements or the roads of a square.

    The elements that ways and relations consist of come with them, whole also over the edge.
    """
    west, south, east, north = square
    box = f"({south:g},{west:g},{north:g},{east:g})"
    places = f'["place"~"^({"|".join(LIVED_IN_PLACES)})$"]'
    kinds = {
        "roads": [f'way["highway"~"^({"|".join(ROAD_CLASSES)})$"]'],
        "settlements": [
            'way["landuse"="residential"]', 'relation["landuse"="residential"]',
            f"way{places}", f"relation{places}", f"node{places}",
        ],
    }  # fmt: skip
    parts = "".join(f"{kind}{box};" for kind in kinds[what])
    return f"[out:xml][timeout:{timeout_s}];({parts});(._;>;);out body;"


_REMARK = re.compile(rb"<remark>\s*(.*?)\s*</remark>", re.DOTALL)
_ENDS_BYTES = 4096


def answer_fault(path: Path) -> str | None:
    """Return what is wrong with an answer of Overpass, None if it is whole.

    Overpass answers 200 and tells of a failure inside: a remark at the end of what it had found so
    far. A cut answer lacks its last tag.
    """
    with path.open("rb") as file:
        head = file.read(_ENDS_BYTES)
        file.seek(max(0, path.stat().st_size - _ENDS_BYTES))
        tail = file.read()
    for part in (tail, head):
        if found := _REMARK.search(part):
            return tidy_text(found[1].decode("utf-8", "replace"))
    if b"<osm" not in head:
        return f"no OpenStreetMap data: {tidy_text(head[:200].decode('utf-8', 'replace'))}"
    if not tail.rstrip().endswith(b"</osm>"):
        return "an answer that was cut"
    return None


def as_of(path: Path) -> str:
    """Return the moment whose state of OpenStreetMap an answer holds, empty if it is not told."""
    with path.open("rb") as file:
        found = re.search(rb'osm_base="([0-9TZ:-]{10,25})"', file.read(_ENDS_BYTES))
    return found[1].decode() if found else ""


def read_features(paths: Sequence[Path], tags: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the features of answers, each element once, by its kind and number.

    OSMnx puts the outlines of ways and relations together.

    Parameters
    ----------
    paths : sequence of Path
        OSM XML.
    tags : mapping
        The tags wanted, as of ``osmnx.features_from_xml``.
    """
    import osmnx
    from osmnx import _errors

    found = []
    for path in paths:
        try:
            found.append(osmnx.features_from_xml(path, tags=tags))
        except _errors.InsufficientResponseError:
            continue  # nothing there: a square of sea or forest
    if not found:
        empty = gpd.GeoDataFrame({"element": [], "id": [], "geometry": []}, crs=WGS84)
        return empty.set_index(["element", "id"])
    whole = pd.concat(found)
    return whole[~whole.index.duplicated()].sort_index()


def settlements_of(
    features: gpd.GeoDataFrame, outline: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return residential areas that do not overlap, and what was done to make them so.

    Rule: ``landuse=residential`` comes first, the largest outline first; a smaller one that lies
    half or more inside what is taken is the same ground drawn twice and left out, any other keeps
    what is its own. A place outline is taken where residential areas cover less than a tenth of
    it. Names: its own, else of the one place that lies on it, else of the one place about it, else
    the element ("way/123"). Less than 1,000 m² is left out. What lies inside the area by its
    representative point is kept whole.

    Parameters
    ----------
    features : GeoDataFrame
        From `read_features`.
    outline : geometry
        The area.
    """
    table = features.reset_index()
    for column in ("landuse", "place", "name", "boundary"):
        if column not in table:
            table[column] = None
    area = (table["element"] != "node") & (shapely.get_dimensions(table.geometry.to_numpy()) == 2)
    residential = area & (table["landuse"] == "residential")
    lived_in = table["place"].isin(LIVED_IN_PLACES)
    places = area & ~residential & lived_in & (table["boundary"] != "administrative")
    chosen = table[residential | places].reset_index(drop=True)
    is_place = (chosen["landuse"] != "residential").to_numpy()
    shapes, crossed = valid_polygons(chosen.geometry.to_numpy())
    there = local_crs(outline)
    moved = reproject(gpd.GeoDataFrame(geometry=shapes, crs=WGS84), there)
    kept, of_row = _without_overlap(moved.geometry.to_numpy(), is_place)
    own = reproject(gpd.GeoDataFrame(geometry=kept, crs=there), WGS84).geometry.to_numpy()
    rows = chosen.iloc[of_row]
    names = _names(rows, own, table[lived_in])
    made = gpd.GeoDataFrame(
        {
            "settlement_id": [
                f"{element}/{number}"
                for element, number in zip(rows["element"], rows["id"], strict=True)
            ],
            "name": names,
            "kind": [
                f"place={place}" if by_place else "landuse=residential"
                for place, by_place in zip(rows["place"], is_place[of_row], strict=True)
            ],
            "provenance": "open-data",
        },
        geometry=own,
        crs=WGS84,
    )
    points = shapely.point_on_surface(own)
    shapely.prepare(outline)
    inside = shapely.intersects(outline, points)
    made = made[inside].sort_values("settlement_id").reset_index(drop=True)
    notes = (
        f"{int(residential.sum())} outlines of landuse=residential and {int(places.sum())} of "
        f"places; {len(chosen) - len(of_row)} left out because others cover them or they are "
        f"under {_SMALLEST_M2:g} m²; {len(made)} lie in the area",
        *([f"{crossed} outlines crossed themselves and were repaired"] if crossed else []),
    )
    return made, notes


def _without_overlap(
    shapes: npt.NDArray[np.object_], is_place: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """Return the ground of each outline that is its own, and the rows that have any."""
    areas = shapely.area(shapes)
    order = np.lexsort((np.arange(len(shapes)), -areas, is_place))
    tree = shapely.STRtree(shapes)
    rank = np.empty(len(shapes), dtype=np.intp)
    rank[order] = np.arange(len(shapes))
    kept: dict[int, shapely.Geometry] = {}
    for place in order.tolist():
        if areas[place] < _SMALLEST_M2:
            continue
        near = tree.query(shapes[place], predicate="intersects")
        before = [kept[other] for other in near.tolist() if rank[other] < rank[place]
                  and other in kept]  # fmt: skip
        rest = shapes[place]
        if before:
            rest = shapely.difference(rest, shapely.union_all(before))
            covered = 1.0 - shapely.area(rest) / areas[place]
            if covered >= (_SAID_SHARE if is_place[place] else _SAME_SHARE):
                continue
            parts = shapely.get_parts(rest)
            parts = parts[(shapely.get_dimensions(parts) == 2)]
            parts = parts[shapely.area(parts) >= _SMALLEST_M2]
            if not len(parts):
                continue
            rest = shapely.union_all(parts)
        kept[place] = rest
    rows = np.array(sorted(kept), dtype=np.intp)
    return np.array([kept[row] for row in rows.tolist()], dtype=object), rows


def _names(rows: pd.DataFrame, shapes: npt.NDArray[np.object_], places: pd.DataFrame) -> list[str]:
    """Return a name for every settlement; see `settlements_of`."""
    named = places[places["name"].notna()]
    outlines = named.geometry.to_numpy()
    texts = [tidy_text(name) for name in named["name"]]
    inside: list[set[str]] = [set() for _ in range(len(shapes))]
    around: list[set[str]] = [set() for _ in range(len(shapes))]
    middles = shapely.point_on_surface(outlines)
    for place, row in shapely.STRtree(shapes).query(middles, predicate="intersects").T.tolist():
        inside[row].add(texts[place])
    middles = shapely.point_on_surface(shapes)
    for row, place in shapely.STRtree(outlines).query(middles, predicate="intersects").T.tolist():
        around[row].add(texts[place])
    names = []
    for row, own, element, number in zip(
        range(len(shapes)), rows["name"], rows["element"], rows["id"], strict=True
    ):
        lent = next((found for found in (inside[row], around[row]) if len(found) == 1), set())
        names.append(tidy_text(own) or "".join(lent) or f"{element}/{number}")
    return names


def roads_of(
    features: gpd.GeoDataFrame, outline: shapely.Geometry
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the roads that touch an outline, whole, with their class.

    Parameters
    ----------
    features : GeoDataFrame
        From `read_features`.
    outline : geometry
        The area.
    """
    table = features.reset_index()
    for column in ("highway", "name", "ref", "surface", "bridge", "tunnel"):
        if column not in table:
            table[column] = None
    lines = (table["element"] == "way") & (shapely.get_dimensions(table.geometry.to_numpy()) == 1)
    table = table[lines & table["highway"].isin(ROAD_CLASSES)]
    shapely.prepare(outline)
    table = table[shapely.intersects(outline, table.geometry.to_numpy())].sort_values("id")
    made = gpd.GeoDataFrame(
        {
            "road_id": [f"way/{number}" for number in table["id"]],
            "highway": table["highway"].to_numpy(),
            **{
                name: [tidy_text(value) or None for value in table[name]]
                for name in ("name", "ref", "surface", "bridge", "tunnel")
            },
            "provenance": "open-data",
        },
        geometry=table.geometry.to_numpy(),
        crs=WGS84,
    )
    return made, (f"{len(made)} roads, whole also where they cross the edge of the area",)
