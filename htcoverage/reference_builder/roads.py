"""A modelled road graph: what cables follow from village to village and mast to mast.

Nodes are settlements, masts, points along the main roads and thin waypoints in empty valleys. Edges
are those of the relative neighbourhood graph (two places are joined when no third lies nearer to
both), the main roads, and a minimum spanning tree by cost that keeps all of it connected. Cost is
length, more on slopes, over water and outside the province.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from htcoverage.reference_builder.corridors import CORRIDORS, corridor_points
from htcoverage.reference_builder.ground import (
    BoolArray,
    FloatArray,
    Ground,
    IntArray,
    LineArray,
    hearts,
)

#: Distance between neighbouring points of a main road, in metres.
CORRIDOR_STEP_M = 600.0
#: Waypoints of empty country stand this far apart and from everything else, in metres.
_WAYPOINT_SPACING_M = 1800.0
#: A node of a main road this near to another place is that place, in metres.
_MERGE_M = 150.0

#: Cost per metre: a slope of 10 % doubles it; water costs 7 metres a metre; abroad 5.
_SLOPE_COST = 10.0
_WATER_COST = 6.0
_ABROAD_COST = 4.0
#: A main road costs this share of its length: cables prefer it.
_MAIN_ROAD_DISCOUNT = 0.7
_SAMPLES = 9

#: A road bends: one vertex about every so many metres, off the straight by this share of length.
_VERTEX_STEP_M = 220.0
_BEND_SHARE = 0.05
_BEND_LIMIT = 0.12


@dataclass(frozen=True, eq=False)
class Roads:
    """A road graph in metres, EPSG:9209.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Settlements first, then masts, then points of main roads and waypoints.
    settlements, masts : int
        How many of each.
    edges : ndarray of int, shape (m, 2)
        Node indices, the lesser first; sorted.
    cost_m : ndarray, shape (m,)
        Length weighed by slope, water and border, in metres of flat road.
    lines : ndarray of LineString, shape (m,)
        From the lesser node to the greater, slightly bent.
    """

    points: FloatArray
    settlements: int
    masts: int
    edges: IntArray
    cost_m: FloatArray
    lines: LineArray

    def matrix(
        self, *, closed: BoolArray | None = None, weight: FloatArray | None = None
    ) -> csr_array:
        """Return the symmetric cost matrix, without closed edges, edges weighted by a factor."""
        cost = self.cost_m if weight is None else self.cost_m * weight
        keep = slice(None) if closed is None else ~closed
        a, b = self.edges[keep].T
        n = len(self.points)
        return csr_array(
            coo_array((np.tile(cost[keep], 2), (np.r_[a, b], np.r_[b, a])), shape=(n, n))
        )

    def edge_index(self) -> dict[tuple[int, int], int]:
        """Return the number of each edge by its nodes, the lesser first."""
        return {(int(a), int(b)): i for i, (a, b) in enumerate(self.edges)}


def build_roads(
    settlements: gpd.GeoDataFrame,
    *,
    masts: FloatArray,
    districts: gpd.GeoDataFrame,
    ground: Ground,
    rng: np.random.Generator,
) -> Roads:
    """Return the road graph over settlements and masts.

    Parameters
    ----------
    settlements : GeoDataFrame
        Polygons, EPSG:9209.
    masts : ndarray, shape (n, 2)
        Positions in metres, EPSG:9209.
    districts : GeoDataFrame
        Polygons, EPSG:9209.
    ground : Ground
    rng : numpy.random.Generator
        For waypoints and bends.
    """
    province = districts.geometry.union_all()
    shapely.prepare(province)
    terminals = np.concatenate([hearts(settlements), masts])
    corridors = np.concatenate(
        [corridor_points(road, step_m=CORRIDOR_STEP_M) for road in CORRIDORS]
    )
    corridors = corridors[shapely.contains_xy(province, corridors[:, 0], corridors[:, 1])]
    corridors = _thin(corridors, away_from=terminals, spacing_m=_MERGE_M)
    placed = np.concatenate([terminals, corridors])
    west, south, east, north = province.bounds
    scattered = rng.uniform((west, south), (east, north), (6000, 2))
    scattered = scattered[
        shapely.contains_xy(province, scattered[:, 0], scattered[:, 1])
        & ~ground.is_water(scattered)
    ]
    lowest_first = scattered[np.argsort(ground.height_m(scattered), kind="stable")]
    waypoints = _thin(lowest_first, away_from=placed, spacing_m=_WAYPOINT_SPACING_M)
    points = np.round(np.concatenate([placed, waypoints]), 1)

    pairs = _delaunay_pairs(points)
    cost_m = _cost_m(points, pairs=pairs, ground=ground, province=province)
    main = np.zeros(len(points), dtype=bool)
    main[_near_corridor(points)] = True
    on_main = main[pairs].all(axis=1)
    cost_m = np.where(on_main, cost_m * _MAIN_ROAD_DISCOUNT, cost_m)
    keep = _relative_neighbours(points, pairs=pairs) | on_main
    keep |= _spanning(pairs, cost_m=cost_m, nodes=len(points))
    edges, cost_m = pairs[keep], cost_m[keep]
    lines = _bent_lines(points, edges=edges, rng=rng)
    return Roads(points, len(settlements), len(masts), edges, cost_m, lines)


def _thin(points: FloatArray, *, away_from: FloatArray, spacing_m: float) -> FloatArray:
    """Keep, in order, the points that are not nearer than the spacing to anything kept before."""
    free = cKDTree(away_from).query(points)[0] >= spacing_m
    candidates = points[free]
    near = cKDTree(candidates).query_ball_point(candidates, spacing_m)
    kept = np.zeros(len(candidates), dtype=bool)
    for i, around in enumerate(near):
        kept[i] = not kept[around].any()
    return candidates[kept]


def _near_corridor(points: FloatArray) -> IntArray:
    lines = [
        shapely.LineString(corridor_points(road, step_m=CORRIDOR_STEP_M)) for road in CORRIDORS
    ]
    return np.flatnonzero(
        shapely.distance(shapely.points(points), shapely.union_all(lines)) <= _MERGE_M
    )


def _delaunay_pairs(points: FloatArray) -> IntArray:
    corners = Delaunay(points).simplices
    pairs = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.intp)


def _cost_m(
    points: FloatArray, *, pairs: IntArray, ground: Ground, province: shapely.Geometry
) -> FloatArray:
    along = np.linspace(0.0, 1.0, _SAMPLES)[None, :, None]
    start, end = points[pairs[:, 0], None, :], points[pairs[:, 1], None, :]
    samples = start + along * (end - start)
    length_m = np.hypot(*(end - start)[:, 0, :].T)
    climb_m = np.abs(np.diff(ground.height_m(samples), axis=1)).sum(axis=1)
    wet = ground.is_water(samples).mean(axis=1)
    abroad = 1.0 - shapely.contains_xy(province, samples[..., 0], samples[..., 1]).mean(axis=1)
    cost: FloatArray = (
        length_m * (1.0 + _WATER_COST * wet + _ABROAD_COST * abroad) + _SLOPE_COST * climb_m
    )
    return cost


def _relative_neighbours(points: FloatArray, *, pairs: IntArray) -> BoolArray:
    """Return which pairs have no third point nearer to both (a subset of the Delaunay edges)."""
    tree = cKDTree(points)
    length_m = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    middle = points[pairs].mean(axis=1)
    around = tree.query_ball_point(middle, length_m * np.sqrt(0.75))
    keep = np.empty(len(pairs), dtype=bool)
    for i, (a, b) in enumerate(pairs):
        third = points[around[i]]
        farther = np.maximum(np.hypot(*(third - points[a]).T), np.hypot(*(third - points[b]).T))
        keep[i] = not (farther < length_m[i] * (1.0 - 1e-9)).any()
    return keep


def _spanning(pairs: IntArray, *, cost_m: FloatArray, nodes: int) -> BoolArray:
    graph = csr_array(coo_array((cost_m, (pairs[:, 0], pairs[:, 1])), shape=(nodes, nodes)))
    tree = minimum_spanning_tree(graph).tocoo()
    chosen = {
        tuple(sorted(pair)) for pair in zip(tree.row.tolist(), tree.col.tolist(), strict=True)
    }
    return np.asarray([(int(a), int(b)) in chosen for a, b in pairs])


def _bent_lines(points: FloatArray, *, edges: IntArray, rng: np.random.Generator) -> LineArray:
    """Draw each edge slightly bent; edges that would then cross another are drawn straight."""
    amplitude = rng.normal(0.0, _BEND_SHARE, (len(edges), 3)) / np.arange(1, 4)
    bent = _draw(points, edges=edges, amplitude=amplitude)
    first, second = shapely.STRtree(bent).query(bent, predicate="crosses")
    crossing = np.unique(first[first != second])
    amplitude[crossing] = 0.0
    return _draw(points, edges=edges, amplitude=amplitude)


def _draw(points: FloatArray, *, edges: IntArray, amplitude: FloatArray) -> LineArray:
    lines = np.empty(len(edges), dtype=object)
    for i, (a, b) in enumerate(edges):
        lines[i] = bent_line(points[a], points[b], amplitude=amplitude[i])
    return lines


def bent_line(start: FloatArray, end: FloatArray, *, amplitude: FloatArray) -> shapely.LineString:
    """Return a line between two points (metres) that sways by the first sine waves.

    Parameters
    ----------
    start, end : ndarray, shape (2,)
        In metres; the ends of the line, kept exactly.
    amplitude : ndarray, shape (3,)
        Of the waves with 1, 2 and 3 half-periods, as a share of the length.
    """
    along = end - start
    length_m = float(np.hypot(*along))
    steps = max(1, round(length_m / _VERTEX_STEP_M)) if amplitude.any() else 1
    share = np.linspace(0.0, 1.0, steps + 1)[1:-1]
    waves = np.sin(np.pi * np.outer(share, np.arange(1, 4))) @ amplitude
    offset = np.clip(waves, -_BEND_LIMIT, _BEND_LIMIT)[:, None] * np.array([-along[1], along[0]])
    bends = np.round(start + share[:, None] * along + offset, 1)
    return shapely.LineString(np.concatenate([[start], bends, [end]]))
