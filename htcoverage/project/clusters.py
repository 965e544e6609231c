"""Settlements made of buildings: the ground about those that stand near one another."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

#: Corners of a quarter of the circle about a corner of a widened outline.
_QUAD_SEGS = 4

#: Outlines are joined by squares of so many distances first, then by squares so many times as wide.
_FIRST_SQUARE = 4.0
_WIDER = 4.0

Shapes = npt.NDArray[np.object_]


def clustered(
    outlines: gpd.GeoDataFrame, *, within_m: float, smallest_m2: float
) -> gpd.GeoDataFrame:
    """Join buildings into settlements: the ground within half a distance of them, closed over gaps.

    Buildings nearer to one another than the distance come into one settlement. Its outline is the
    union of the buildings, widened by half the distance and narrowed by a quarter of it, so that
    yards between houses count as lived in and a settlement keeps a margin about its outer houses.

    Parameters
    ----------
    outlines : GeoDataFrame
        Buildings or built-up pixels, polygons in a projected CRS in metres.
    within_m : float
        Largest distance between neighbours, m.
    smallest_m2 : float
        Smaller clusters are left out, m².

    Returns
    -------
    GeoDataFrame
        Polygons from north to south, then from west to east.
    """
    wide = shapely.buffer(outlines.geometry.to_numpy(), within_m / 2, quad_segs=_QUAD_SEGS)
    parts = shapely.get_parts(_narrowed(_joined(wide, near_m=within_m), within_m / 4))
    parts = parts[(shapely.area(parts) >= smallest_m2) & ~shapely.is_empty(parts)]
    bounds = shapely.bounds(parts).reshape(-1, 4)
    order = np.lexsort((bounds[:, 0], -bounds[:, 3]))
    return gpd.GeoDataFrame(geometry=list(parts[order]), crs=outlines.crs)


class _Joined(NamedTuple):
    """Polygons that do not touch, taken apart.

    Parameters
    ----------
    shells : array of Polygon, (polygons,)
        Without their holes.
    holes : array of Polygon, (holes,)
        What is not theirs inside them.
    owner : array of int, (holes,)
        Which polygon each hole is in.
    """

    shells: Shapes
    holes: Shapes
    owner: npt.NDArray[np.intp]


def _joined(shapes: Shapes, *, near_m: float) -> _Joined:
    """Return the union of polygons, joined square by square.

    A union of all takes a time that grows with the corners of all, many times over, and a plain of
    scattered farms is one polygon with tens of thousands of holes. So what is whole is set aside
    as soon as a square is joined: a polygon, and a hole, whose box meets no other polygon's.
    """
    side_m = _FIRST_SQUARE * near_m
    whole: list[Shapes] = []
    early: list[Shapes] = [np.array([], dtype=object)]
    parts = shapes[~shapely.is_empty(shapes)]
    while len(parts):
        squares = _by_square(parts, side_m)
        parts = shapely.get_parts([shapely.union_all(square) for square in squares])
        tree = shapely.STRtree(parts)
        alone = _count(tree, parts) == 1
        rings, part = shapely.get_rings(parts[~alone], return_index=True)
        inner = _same_as_before(part)
        holes = _filled(rings[inner])
        own = _count(tree, holes) == 1
        whole.append(parts[alone])
        early.append(holes[own])
        kept = ~inner
        kept[inner] = ~own
        parts = _polygons(rings[kept], part[kept])
        if len(squares) == 1:
            whole.append(parts)
            break
        side_m *= _WIDER
    return _taken_apart(np.concatenate([*whole, early[0]]), np.concatenate(early))


def _taken_apart(polygons: Shapes, holes: Shapes) -> _Joined:
    """Return polygons without their holes, and with those that were set aside before."""
    rings, part = shapely.get_rings(polygons, return_index=True)
    inner = _same_as_before(part)
    owner = np.empty(len(holes), dtype=np.intp)
    # An edge lies in its polygon alone; the middle of a hole may lie in an island.
    edges = shapely.line_interpolate_point(shapely.get_exterior_ring(holes), 0.5, normalized=True)
    found, hole = shapely.STRtree(edges).query(polygons, predicate="contains")
    owner[hole] = found
    return _Joined(
        _filled(rings[~inner]),
        np.concatenate([holes, _filled(rings[inner])]),
        np.concatenate([owner, part[inner]]),
    )


def _count(tree: shapely.STRtree, shapes: Shapes) -> npt.NDArray[np.intp]:
    """Return how many boxes of a tree the box of each shape meets."""
    return np.bincount(tree.query(shapes)[0], minlength=len(shapes))


def _same_as_before(part: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Return which rings are of the same polygon as the ring before: its holes."""
    same: npt.NDArray[np.bool_] = np.diff(part, prepend=-1) == 0
    return same


def _by_square(shapes: Shapes, side_m: float) -> list[Shapes]:
    """Return polygons by the square that the middle of their box lies in."""
    bounds = shapely.bounds(shapes)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    column, row = ((middle - middle.min(axis=0)) // side_m).astype(int).T
    square = row * (column.max() + 1) + column
    order = np.argsort(square, kind="stable")
    return np.split(shapes[order], np.flatnonzero(np.diff(square[order])) + 1)


def _filled(rings: Shapes) -> Shapes:
    """Return the polygon in each ring."""
    return np.asarray(shapely.polygons(rings), dtype=object)


def _polygons(rings: Shapes, part: npt.NDArray[np.intp]) -> Shapes:
    """Return polygons of rings, the shell of each first."""
    starts = np.flatnonzero(~_same_as_before(part))
    made = _filled(rings[starts])
    ends = np.append(starts[1:], len(rings))
    for place in np.flatnonzero(ends - starts > 1).tolist():
        made[place] = shapely.Polygon(rings[starts[place]], rings[starts[place] + 1 : ends[place]])
    return made


def _narrowed(joined: _Joined, by_m: float) -> Shapes:
    """Return the buffer of polygons by a negative distance: their shells', less holes widened.

    One buffer of all rings takes a time that grows with the square of their number.
    """
    made: Shapes = shapely.buffer(joined.shells, -by_m, quad_segs=_QUAD_SEGS)
    wide = shapely.buffer(joined.holes, by_m, quad_segs=_QUAD_SEGS)
    order = np.argsort(joined.owner, kind="stable")
    starts = np.searchsorted(joined.owner[order], np.arange(1, len(made)))
    for place, own in enumerate(np.split(wide[order], starts)):
        if len(own):
            made[place] = shapely.difference(made[place], shapely.disjoint_subset_union_all(own))
    return made
