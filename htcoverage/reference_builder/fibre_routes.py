"""One owner's routes over the road graph: trunk along main roads, district rings, access trees."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from htcoverage.reference_builder.corridors import CORRIDORS, to_grid
from htcoverage.reference_builder.ground import BoolArray, FloatArray, IntArray
from htcoverage.reference_builder.roads import Roads

#: A ring comes back another way unless that is this much dearer.
_RING_REUSE_FACTOR = 2.5
#: Poles that another owner already uses are preferred.
_SHARED_POLES_FACTOR = 0.8


@dataclass(frozen=True, eq=False)
class Routes:
    """Edges of one owner by kind; homes (or 30 a mast) beyond each access edge.

    ``kind`` holds, for every edge of the road graph, ``""``, ``"trunk"``, ``"ring"`` or
    ``"access"``; ``served`` the demand downstream of access edges, 0 elsewhere.
    """

    kind: npt.NDArray[np.str_]
    served: FloatArray


def route_owner(
    roads: Roads,
    *,
    owner: str,
    rings: Iterable[IntArray],
    demand: FloatArray,
    closed: BoolArray,
    shared: BoolArray,
) -> Routes:
    """Return one owner's routes, all of them in one connected graph.

    Parameters
    ----------
    roads : Roads
    owner : str
        Takes the trunk of every corridor that names it.
    rings : iterable of ndarray of int
        For each district with a ring: its hub nodes in the order of the ring.
    demand : ndarray, shape (nodes,)
        What an access cable brings fibre to, in homes; 0 where it need not go.
    closed : ndarray of bool, shape (edges,)
        Edges that no cable takes.
    shared : ndarray of bool, shape (edges,)
        Edges on which another owner has poles.
    """
    kind = np.full(len(roads.edges), "", dtype="<U6")
    kind[_trunk_edges(roads, owner=owner, closed=closed)] = "trunk"
    for ring in rings:
        laid = _ring_edges(roads, ring=ring, closed=closed)
        kind[laid[kind[laid] == ""]] = "ring"
    kind[_joining_edges(roads, laid=kind != "", closed=closed)] = "ring"

    number = roads.edge_index()
    weight = np.where(shared, _SHARED_POLES_FACTOR, 1.0)
    cost, before, _ = dijkstra(
        roads.matrix(closed=closed, weight=weight),
        indices=np.unique(roads.edges[kind != ""]),
        min_only=True,
        return_predecessors=True,
    )
    beyond = np.where(np.isfinite(cost), demand, 0.0)
    served = np.zeros(len(roads.edges))
    for node in np.argsort(-cost, kind="stable"):
        if before[node] >= 0 and beyond[node] > 0.0:
            edge = number[_pair(int(node), int(before[node]))]
            kind[edge] = "access"
            served[edge] = beyond[node]
            beyond[before[node]] += beyond[node]
    return Routes(kind, served)


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _walk_back(
    before: npt.NDArray[np.int32], *, end: int, number: dict[tuple[int, int], int]
) -> list[int]:
    """Return the edges from a node back to the source of a shortest-path tree."""
    edges = []
    while before[end] >= 0:
        edges.append(number[_pair(end, int(before[end]))])
        end = int(before[end])
    return edges


def _path(
    matrix: csr_array, *, start: int, end: int, number: dict[tuple[int, int], int]
) -> list[int]:
    before = dijkstra(matrix, indices=[start], return_predecessors=True)[1][0]
    return _walk_back(before, end=end, number=number)


def _trunk_edges(roads: Roads, *, owner: str, closed: BoolArray) -> IntArray:
    """Return the cheapest ways between the waypoints of the main roads that carry a trunk."""
    matrix = roads.matrix(closed=closed)
    number = roads.edge_index()
    open_nodes = np.flatnonzero(np.diff(matrix.indptr) > 0)
    tree = cKDTree(roads.points[open_nodes])
    edges: list[int] = []
    for corridor in CORRIDORS:
        if owner in corridor.trunk_owners:
            stops = open_nodes[tree.query(to_grid(np.asarray(corridor.waypoints_deg)))[1]]
            for a, b in itertools.pairwise(stops):
                edges += _path(matrix, start=int(a), end=int(b), number=number)
    return np.unique(np.asarray(edges, dtype=np.intp))


def _ring_edges(roads: Roads, *, ring: IntArray, closed: BoolArray) -> IntArray:
    """Return a ring through the hubs, back to the first, by another way where there is one."""
    number = roads.edge_index()
    weight = np.ones(len(roads.edges))
    edges: list[int] = []
    for a, b in zip(ring, np.roll(ring, -1), strict=True):
        matrix = roads.matrix(closed=closed, weight=weight)
        path = _path(matrix, start=int(a), end=int(b), number=number)
        weight[path] = _RING_REUSE_FACTOR
        edges += path
    return np.unique(np.asarray(edges, dtype=np.intp))


def _joining_edges(roads: Roads, *, laid: BoolArray, closed: BoolArray) -> IntArray:
    """Return the cheapest edges that join every part of a backbone to its largest part."""
    number = roads.edge_index()
    matrix = roads.matrix(closed=closed)
    joined = laid.copy()
    while True:
        nodes = np.unique(roads.edges[joined])
        label = connected_components(roads.matrix(closed=~joined), directed=False)[1][nodes]
        main = label == np.bincount(label).argmax()
        if main.all():
            return np.flatnonzero(joined & ~laid)
        cost, before, _ = dijkstra(
            matrix, indices=nodes[main], min_only=True, return_predecessors=True
        )
        nearest = int(nodes[~main][np.argmin(cost[nodes[~main]])])
        joined[_walk_back(before, end=nearest, number=number)] = True
