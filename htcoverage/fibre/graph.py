"""Spans to a graph: fibre nodes by owner, and the core that everything must reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from htcoverage.crs import line_lengths_m, reproject
from htcoverage.errors import Fault, InputError, argument_fault
from htcoverage.fibre.lengths import INTER_PROVINCIAL, FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

#: Ends of spans this near to each other are one fibre node, in m.
DEFAULT_TOLERANCE_M = 1.0

#: A given core position takes the nearest fibre node of an owner up to here, in m.
CORE_REACH_M = 1000.0

CoreRule = Literal["exits", "trunk"]


@dataclass(frozen=True, eq=False)
class FibreNetwork:
    """The fibre graph: each owner's spans join at nodes of that owner.

    Cables of two owners that meet are not spliced: a node belongs to one owner, and the graph falls
    into one part an owner at least. What owners share is the pole line (`risk_groups`).

    Parameters
    ----------
    spans : GeoDataFrame
        Columns of ``schema.SPANS`` and ``length_m`` (ellipsoid); one LineString each, projected
        metres, numbered from 0.
    ends : int[spans, 2]
        Fibre nodes at the first and last vertex of each span.
    node_xy_m : float64[nodes, 2]
        Positions in the CRS of the spans.
    node_owner : object[nodes]
        Owner of each node.
    core : int[...]
        Nodes that count as connected: what cannot reach one of its owner's is cut off.
    core_rule : str
        How the core was chosen, in words.
    tolerance_m : float
        Snapping distance.
    """

    spans: gpd.GeoDataFrame
    ends: IntArray
    node_xy_m: FloatArray
    node_owner: npt.NDArray[np.object_]
    core: IntArray
    core_rule: str
    tolerance_m: float

    @property
    def owners(self) -> tuple[str, ...]:
        """Owners by name."""
        return tuple(sorted(set(self.node_owner.tolist())))

    def matrix(self, *, alive: BoolArray | None = None) -> csr_array:
        """Return the lengths in m between nodes, symmetric; of parallel spans the shortest.

        Parameters
        ----------
        alive : bool[spans], optional
            Spans to keep; all when left out.
        """
        keep = np.ones(len(self.ends), dtype=bool) if alive is None else alive
        keep = keep & (self.ends[:, 0] != self.ends[:, 1])
        length_m = self.spans["length_m"].to_numpy()[keep]
        low, high = np.sort(self.ends[keep], axis=1).T
        order = np.lexsort((length_m, high, low))
        low, high, length_m = low[order], high[order], length_m[order]
        first = np.ones(len(low), dtype=bool)
        first[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)
        low, high, length_m = low[first], high[first], length_m[first]
        n = len(self.node_xy_m)
        return coo_array(
            (np.tile(length_m, 2), (np.concatenate([low, high]), np.concatenate([high, low]))),
            shape=(n, n),
        ).tocsr()

    def components(self) -> tuple[int, IntArray]:
        """Return the number of connected parts and the part of each node."""
        count, label = connected_components(self.matrix(), directed=False)
        return int(count), label.astype(np.intp)


def cluster_points(xy_m: FloatArray, *, tolerance_m: float) -> IntArray:
    """Return a label for each point; points joined by steps within the tolerance share one.

    Labels count from 0 in the order in which they first occur.

    Parameters
    ----------
    xy_m : float64[points, 2]
        Positions, m.
    tolerance_m : float
        0 or more; at 0 only equal positions are one.
    """
    distinct, inverse = np.unique(xy_m, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    label: npt.NDArray[np.signedinteger] = np.arange(len(distinct))
    if tolerance_m > 0.0 and len(distinct) > 1:
        pairs = cKDTree(distinct).query_pairs(tolerance_m, output_type="ndarray")
        joined = coo_array(
            (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(distinct),) * 2
        )
        label = connected_components(joined, directed=False)[1]
    _, first, order = np.unique(label[inverse], return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.intp)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    clustered: IntArray = rank[order.ravel()]
    return clustered


def build_network(
    spans: gpd.GeoDataFrame,
    *,
    tolerance_m: float = DEFAULT_TOLERANCE_M,
    core: CoreRule | gpd.GeoDataFrame = "exits",
) -> FibreNetwork:
    """Join cleaned spans into a graph.

    Parameters
    ----------
    spans : GeoDataFrame
        Columns of ``schema.SPANS``; LineStrings in a projected CRS in metres, from `clean_spans`.
    tolerance_m : float
        Ends of one owner this near to each other are one node, m.
    core : {"exits", "trunk"} or GeoDataFrame
        What is connected by definition. ``exits``: the far ends of the inter-provincial spans, for
        a base station works as long as its owner can bring its traffic to the rest of the country
        by any of them; an owner without exits takes its trunk nodes. ``trunk``: all nodes of trunk
        spans (failures inside the trunk then cut nothing off). Points or outlines (optionally with
        ``owner``): the nearest node of each owner within 1 km, for a carrier that knows its core
        stations.

    Raises
    ------
    InputError
        If there is no span, a span is not one LineString or has no length, the CRS is not metric,
        or an owner has no core.
    """
    _check(spans, tolerance_m)
    table = spans.reset_index(drop=True)
    lines = np.asarray(table.geometry.array, dtype=object)
    table = table.assign(length_m=line_lengths_m(lines, table.crs))
    xy = np.concatenate(
        [
            shapely.get_coordinates(shapely.get_point(lines, 0)),
            shapely.get_coordinates(shapely.get_point(lines, -1)),
        ]
    )
    owner = np.tile(table["owner"].to_numpy(dtype=object), 2)
    node = np.empty(len(xy), dtype=np.intp)
    offset = 0
    for name in sorted(set(owner.tolist())):
        own = owner == name
        node[own] = cluster_points(xy[own], tolerance_m=tolerance_m) + offset
        offset = int(node[own].max()) + 1
    _, first = np.unique(node, return_index=True)
    ends = node.reshape(2, -1).T.copy()
    node_owner = owner[first]
    chosen, words = _core(table, ends, xy[first], node_owner, core)
    return FibreNetwork(table, ends, xy[first], node_owner, chosen, words, tolerance_m)


def _check(spans: gpd.GeoDataFrame, tolerance_m: float) -> None:
    if not (np.isfinite(tolerance_m) and tolerance_m >= 0.0):
        raise argument_fault("tolerance_m", tolerance_m, "a number of metres, 0 or more")
    if len(spans) == 0:
        raise argument_fault("spans", "no span", "at least one span: the network is empty")
    if spans.crs is None or not spans.crs.is_projected:
        raise argument_fault("spans", spans.crs, "a projected CRS in metres: use clean_spans first")
    kinds = spans.geometry.geom_type.to_numpy()
    bad = np.flatnonzero((kinds != "LineString") | (spans.geometry.length.to_numpy() <= 0.0))
    if len(bad):
        raise InputError(
            Fault(
                "spans", int(place) + 1, "geometry", str(spans["span_id"].iloc[place]),
                "one LineString with a length: use clean_spans first",
            )
            for place in bad
        )  # fmt: skip


def _core(
    spans: gpd.GeoDataFrame,
    ends: IntArray,
    node_xy_m: FloatArray,
    node_owner: npt.NDArray[np.object_],
    core: CoreRule | gpd.GeoDataFrame,
) -> tuple[IntArray, str]:
    owners = sorted(set(node_owner.tolist()))
    if isinstance(core, gpd.GeoDataFrame):
        return _nearest_core(core, spans, node_xy_m, node_owner), "the stations given as core"
    if core not in ("exits", "trunk"):
        raise argument_fault("core", core, "'exits', 'trunk' or points with a CRS")
    kind = spans["kind"].to_numpy()
    trunk = np.unique(ends[kind == "trunk"])
    exits = _far_ends(ends, abroad=kind == INTER_PROVINCIAL)
    found: list[IntArray] = []
    by_trunk: list[str] = []
    lacking: list[str] = []
    for owner in owners:
        own_exits, own_trunk = (nodes[node_owner[nodes] == owner] for nodes in (exits, trunk))
        if core == "exits" and len(own_exits):
            found.append(own_exits)
        elif len(own_trunk):
            found.append(own_trunk)
            by_trunk.append(owner)
        else:
            lacking.append(owner)
    if lacking:
        expected = "an inter-provincial or trunk span of this owner, or its core stations (core)"
        raise InputError(Fault("spans", None, "kind", owner, expected) for owner in lacking)
    words = "far ends of the inter-provincial spans"
    if by_trunk:
        words = "" if len(by_trunk) == len(owners) else f"{words}; "
        words += f"all trunk nodes of {', '.join(by_trunk)}"
    return np.sort(np.concatenate(found)), words


def _far_ends(ends: IntArray, *, abroad: BoolArray) -> IntArray:
    """Return the ends of inter-provincial spans that no other kind of span touches."""
    home = np.unique(ends[~abroad])
    return np.setdiff1d(ends[abroad], home)


def _nearest_core(
    points: gpd.GeoDataFrame,
    spans: gpd.GeoDataFrame,
    node_xy_m: FloatArray,
    node_owner: npt.NDArray[np.object_],
) -> IntArray:
    if points.crs is None or len(points) == 0:
        raise argument_fault("core", "no point with a CRS", "at least one point with a CRS")
    at = shapely.centroid(reproject(points, spans.crs.to_wkt()).geometry.to_numpy())
    found: list[int] = []
    owners: Sequence[str] = sorted(set(node_owner.tolist()))
    for owner in owners:
        own = np.flatnonzero(node_owner == owner)
        named = points["owner"].to_numpy() == owner if "owner" in points else np.ones(len(at), bool)
        xy = shapely.get_coordinates(at[named])
        distance_m, nearest = cKDTree(node_xy_m[own]).query(xy) if len(xy) else ([], [])
        near = np.asarray(distance_m) <= CORE_REACH_M
        if not near.any():
            raise argument_fault(
                "core", owner, f"a point within {CORE_REACH_M:g} m of a node of every owner"
            )
        found += own[np.asarray(nearest)[near]].tolist()
    return np.unique(np.asarray(found, dtype=np.intp))
