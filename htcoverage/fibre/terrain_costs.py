"""What a new cable costs over ground or along roads: graphs for the cheapest extension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array, csr_array

from htcoverage.crs import line_lengths_m, reproject
from htcoverage.errors import argument_fault
from htcoverage.fibre.costs import RouteCosts
from htcoverage.fibre.graph import cluster_points
from htcoverage.fibre.lengths import FloatArray
from htcoverage.terrain import Terrain

#: Radio-climatic zone of the terrain that is sea: no cable is laid there.
_SEA_ZONE = 1

_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True, eq=False)
class CostGraph:
    """Places where a new cable can run, and what it costs from one to the next.

    Parameters
    ----------
    matrix : csr_array
        Symmetric, in the currency of ``costs``; above 0.
    xy_m : float64[nodes, 2]
        Positions.
    crs : str
        Their CRS, projected metres.
    step_m : float
        How far apart neighbours are, m: a place within this of a node is at it.
    costs : RouteCosts
    """

    matrix: csr_array
    xy_m: FloatArray
    crs: str
    step_m: float
    costs: RouteCosts


def terrain_cost_graph(
    terrain: Terrain,
    *,
    bounds: tuple[float, float, float, float] | None = None,
    step_m: float = 270.0,
    rivers: gpd.GeoDataFrame | None = None,
    costs: RouteCosts | None = None,
) -> CostGraph:
    """Return a grid of places over the terrain, each joined to its eight neighbours.

    An edge costs its length times the mean of the land cover's factors at both ends, times the
    factor of its slope, and each river that it crosses. The factor of a place is the mean over its
    terrain pixels, so water narrower than a step counts by its part. The sea is left out.

    Parameters
    ----------
    terrain : Terrain
    bounds : (float, float, float, float), optional
        West, south, east, north, m, in the terrain's CRS; all of the terrain when left out.
    step_m : float
        Distance of neighbours, m; rounded to whole terrain pixels.
    rivers : GeoDataFrame, optional
        Lines, or polygons whose two banks are one crossing.
    costs : RouteCosts, optional
    """
    if not (np.isfinite(step_m) and step_m > 0.0):
        raise argument_fault("step_m", step_m, "a distance above 0, in m")
    costs = costs or RouteCosts()
    block = max(round(step_m / terrain.posting_m), 1)
    rows, cols = _window(terrain, bounds)
    factor_of = np.ones(256)
    by_land_cover = costs.factor_by_land_cover
    for code, kind in terrain.surroundings.items():
        factor_of[code] = by_land_cover.get(kind, 1.0)
    for told, factor in by_land_cover.items():
        if isinstance(told, int):
            factor_of[told] = factor
    ground_m = _blocks(terrain.ground_m[rows, cols].astype(np.float64), block)
    dearer = _blocks(factor_of[terrain.clutter_class[rows, cols]], block)
    sea = _blocks((terrain.zone[rows, cols] == _SEA_ZONE).astype(np.float64), block)
    land = (sea < 0.5) & np.isfinite(ground_m)
    if not land.any():
        raise argument_fault("bounds", bounds, "an area with land")
    number = np.cumsum(land.ravel()).reshape(land.shape) - 1
    step = block * terrain.posting_m
    low: list[npt.NDArray[np.int64]] = []
    high: list[npt.NDArray[np.int64]] = []
    price: list[FloatArray] = []
    ny, nx = land.shape
    for down, right in _NEIGHBOURS:
        here = (slice(0, ny - down), slice(max(-right, 0), nx - max(right, 0)))
        there = (slice(down, ny), slice(max(right, 0), nx + min(right, 0)))
        both = land[here] & land[there]
        run_m = step * np.hypot(down, right)
        slope_percent = 100.0 * np.abs(ground_m[here] - ground_m[there])[both] / run_m
        mean = (dearer[here] + dearer[there])[both] / 2.0
        low.append(number[here][both])
        high.append(number[there][both])
        steeper = _by_slope(slope_percent, costs.factor_by_slope_percent)
        price.append(costs.cost_per_km * run_m / 1000.0 * mean * steeper)
    a, b, cost = np.concatenate(low), np.concatenate(high), np.concatenate(price)
    y, x = np.nonzero(land)
    transform = terrain.geobox.transform
    xy = np.column_stack(
        transform * (cols.start + block * (x + 0.5), rows.start + block * (y + 0.5))
    )
    crs = str(terrain.geobox.crs)
    cost += costs.cost_per_crossing * _crossings(xy, a, b, rivers, crs=crs)
    return CostGraph(symmetric_matrix(a, b, cost, len(xy)), xy, crs, step, costs)


def road_cost_graph(
    roads: gpd.GeoDataFrame,
    *,
    crs: str,
    tolerance_m: float = 1.0,
    rivers: gpd.GeoDataFrame | None = None,
    costs: RouteCosts | None = None,
) -> CostGraph:
    """Return the vertices of road lines, joined along the lines.

    An edge costs its length times the factor of its road's class, and each river that it crosses:
    a cable on a bridge is work of its own.

    Parameters
    ----------
    roads : GeoDataFrame
        Lines with a CRS; where they meet within the tolerance one can turn. A column
        ``road_class`` or, as in OpenStreetMap, ``highway`` gives their class; ``cost_factor``
        multiplies the price further.
    crs : str
        Projected CRS in metres to work in.
    tolerance_m : float
        m.
    rivers : GeoDataFrame, optional
        As for `terrain_cost_graph`.
    costs : RouteCosts, optional
    """
    costs = costs or RouteCosts()
    table = reproject(roads, crs)
    parts, row = shapely.get_parts(table.geometry.to_numpy(), return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    if len(xy) < 2:
        raise argument_fault("roads", "no line", "at least one line")
    label = cluster_points(xy, tolerance_m=tolerance_m)
    _, first = np.unique(label, return_index=True)
    inside = np.flatnonzero((part[:-1] == part[1:]) & (label[:-1] != label[1:]))
    steps = shapely.linestrings(np.stack([xy[inside], xy[inside + 1]], axis=1))
    length_m = line_lengths_m(np.asarray(steps, dtype=object), crs)
    factor = _road_factors(table, costs)[row[part[inside]]]
    price = costs.cost_per_km * length_m / 1000.0 * factor
    a, b = label[inside], label[inside + 1]
    price += costs.cost_per_crossing * _crossings(xy[first], a, b, rivers, crs=crs)
    matrix = symmetric_matrix(a, b, price, len(first))
    return CostGraph(matrix, xy[first], crs, float(length_m.max()), costs)


def _road_factors(roads: gpd.GeoDataFrame, costs: RouteCosts) -> FloatArray:
    """Return the factor of each road, by its class and its own ``cost_factor``."""
    factor = np.ones(len(roads))
    name = next((name for name in ("road_class", "highway") if name in roads), None)
    if name is not None:
        known = costs.factor_by_road_class
        factor = np.asarray([known.get(str(each), 1.0) for each in roads[name]])
    if "cost_factor" in roads:
        given = roads["cost_factor"].to_numpy(dtype=np.float64)
        if not (np.isfinite(given) & (given > 0.0)).all():
            raise argument_fault("cost_factor", float(given.min()), "factors above 0")
        factor = factor * given
    return factor


def _by_slope(slope_percent: FloatArray, classes: Mapping[float, float]) -> FloatArray:
    """Return the factor of each slope: that of the last class that begins at or below it."""
    starts = np.asarray(sorted(classes))
    factors = np.asarray([1.0, *(classes[start] for start in starts.tolist())])
    found: FloatArray = factors[np.searchsorted(starts, slope_percent, side="right")]
    return found


def _crossings(
    xy_m: FloatArray,
    a: npt.NDArray[np.integer],
    b: npt.NDArray[np.integer],
    rivers: gpd.GeoDataFrame | None,
    *,
    crs: str,
) -> FloatArray:
    """Return how many rivers each edge crosses; of a river with two banks each is half of one."""
    times = np.zeros(len(a))
    if rivers is None or len(rivers) == 0 or len(a) == 0:
        return times
    shapes = reproject(rivers, crs).geometry.to_numpy()
    filled = shapely.get_dimensions(shapes) == 2
    edges = np.asarray(shapely.linestrings(np.stack([xy_m[a], xy_m[b]], axis=1)), dtype=object)
    for lines, weight in ((shapes[~filled], 1.0), (shapely.boundary(shapes[filled]), 0.5)):
        pieces = _pieces(lines)
        if len(pieces):
            piece, edge = shapely.STRtree(edges).query(pieces, predicate="crosses")
            met = shapely.intersection(pieces[piece], edges[edge])
            times += weight * np.bincount(
                edge, shapely.get_num_geometries(met), minlength=len(edges)
            )
    return times


def _pieces(lines: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the straight pieces of lines: their boxes are small, so few edges are looked at."""
    xy, part = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    inside = np.flatnonzero(part[:-1] == part[1:])
    pieces: npt.NDArray[np.object_] = np.asarray(
        shapely.linestrings(np.stack([xy[inside], xy[inside + 1]], axis=1)), dtype=object
    )
    return pieces


def _window(
    terrain: Terrain, bounds: tuple[float, float, float, float] | None
) -> tuple[slice, slice]:
    ny, nx = terrain.ground_m.shape
    if bounds is None:
        return slice(0, ny), slice(0, nx)
    west, south, east, north = bounds
    left, top = ~terrain.geobox.transform * (west, north)
    right, bottom = ~terrain.geobox.transform * (east, south)
    rows = slice(max(int(top), 0), min(int(bottom) + 1, ny))
    cols = slice(max(int(left), 0), min(int(right) + 1, nx))
    if rows.start >= rows.stop or cols.start >= cols.stop:
        raise argument_fault("bounds", bounds, "bounds that overlap the terrain")
    return rows, cols


def _blocks(values: FloatArray, block: int) -> FloatArray:
    """Return the means of square blocks; the rest at the far edges is left out."""
    ny, nx = values.shape[0] // block, values.shape[1] // block
    means: FloatArray = (
        values[: ny * block, : nx * block].reshape(ny, block, nx, block).mean(axis=(1, 3))
    )
    return means


def symmetric_matrix(
    a: npt.NDArray[np.integer], b: npt.NDArray[np.integer], cost: FloatArray, nodes: int
) -> csr_array:
    """Return a symmetric matrix that holds the cheapest of parallel edges."""
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((cost, high, low))
    low, high, cost = low[order], high[order], cost[order]
    first = np.ones(len(low), dtype=bool)
    first[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)
    low, high, cost = low[first], high[first], cost[first]
    return coo_array(
        (np.tile(cost, 2), (np.concatenate([low, high]), np.concatenate([high, low]))),
        shape=(nodes, nodes),
    ).tocsr()
