"""What a new cable costs over ground or along roads: graphs for the cheapest extension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array, csr_array

from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.fibre.graph import cluster_points
from htcoverage.fibre.lengths import FloatArray, line_lengths_m
from htcoverage.terrain import Terrain

#: Radio-climatic zone of the terrain that is sea: no cable is laid there.
_SEA_ZONE = 1

_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))


def _default_factors() -> dict[int, float]:
    return {0: 8.0, 2: 1.1, 3: 1.5, 4: 1.6}


@dataclass(frozen=True)
class RouteCosts:
    """The price of a kilometre: labelled assumptions, to be replaced by the planner's own.

    Parameters
    ----------
    per_km : float
        Aerial cable on poles over flat open land, in ``unit`` per km of route.
    unit : str
        Currency.
    slope_that_doubles : float
        Gradient (rise over run) at which a kilometre costs twice as much.
    class_factors : mapping of int to float
        Clutter class → factor; 1 for classes left out. By the reference province's classes: water
        8 (a crossing), village 1.1, town 1.5, forest 1.6.
    """

    per_km: float = 60.0
    unit: str = "million VND"
    slope_that_doubles: float = 0.2
    class_factors: Mapping[int, float] = field(default_factory=_default_factors)

    def __post_init__(self) -> None:
        for name in ("per_km", "slope_that_doubles"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) > 0.0):
                raise argument_fault(name, getattr(self, name), "a number above 0")
        for code, factor in self.class_factors.items():
            if not (np.isfinite(factor) and factor > 0.0):
                raise argument_fault("class_factors", f"{code}: {factor}", "factors above 0")


@dataclass(frozen=True, eq=False)
class CostGraph:
    """Places where a new cable can run, and what it costs from one to the next.

    Parameters
    ----------
    matrix : csr_array
        Symmetric, in the unit of ``costs``; above 0.
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
    costs: RouteCosts | None = None,
) -> CostGraph:
    """Return a grid of places over the terrain, each joined to its eight neighbours.

    An edge costs its length times the mean of the class factors at both ends, times 1 plus its
    gradient over the gradient that doubles. The factor of a place is the mean over its terrain
    pixels, so a river narrower than a step counts by its part. The sea is left out.

    Parameters
    ----------
    terrain : Terrain
    bounds : (float, float, float, float), optional
        West, south, east, north, m, in the terrain's CRS; all of the terrain when left out.
    step_m : float
        Distance of neighbours, m; rounded to whole terrain pixels.
    costs : RouteCosts, optional
    """
    costs = costs or RouteCosts()
    block = max(round(step_m / terrain.posting_m), 1)
    rows, cols = _window(terrain, bounds)
    factor_of = np.ones(256)
    for code, factor in costs.class_factors.items():
        factor_of[code] = factor
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
        gradient = np.abs(ground_m[here] - ground_m[there])[both] / run_m
        mean = (dearer[here] + dearer[there])[both] / 2.0
        low.append(number[here][both])
        high.append(number[there][both])
        price.append(
            costs.per_km * run_m / 1000.0 * mean * (1.0 + gradient / costs.slope_that_doubles)
        )
    a, b, cost = np.concatenate(low), np.concatenate(high), np.concatenate(price)
    y, x = np.nonzero(land)
    transform = terrain.geobox.transform
    xy = np.column_stack(
        transform * (cols.start + block * (x + 0.5), rows.start + block * (y + 0.5))
    )
    return CostGraph(
        symmetric_matrix(a, b, cost, len(xy)), xy, str(terrain.geobox.crs), step, costs
    )


def road_cost_graph(
    roads: gpd.GeoDataFrame,
    *,
    crs: str,
    tolerance_m: float = 1.0,
    costs: RouteCosts | None = None,
) -> CostGraph:
    """Return the vertices of road lines, joined along the lines at the price of flat open land.

    Parameters
    ----------
    roads : GeoDataFrame
        Lines with a CRS; where they meet within the tolerance one can turn.
    crs : str
        Projected CRS in metres to work in.
    tolerance_m : float
        m.
    costs : RouteCosts, optional
        ``per_km`` is used, with the column ``cost_factor`` of the roads where there is one.
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
    factor = np.ones(len(inside))
    if "cost_factor" in table:
        factor = table["cost_factor"].to_numpy(dtype=np.float64)[row[part[inside]]]
        if not (np.isfinite(factor) & (factor > 0.0)).all():
            raise argument_fault("cost_factor", float(factor.min()), "factors above 0")
    price = costs.per_km * length_m / 1000.0 * factor
    matrix = symmetric_matrix(label[inside], label[inside + 1], price, len(first))
    return CostGraph(matrix, xy[first], crs, float(length_m.max()), costs)


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
