"""What every single cut of a graph takes from its core: one depth-first walk, O(nodes + edges).

The core's nodes hang on one virtual root by edges that cannot fail. In the walk from the root an
edge to a child is a bridge, and a node an articulation point towards a child, when no edge from the
child's subtree leads back above it (Tarjan, *Depth-first search and linear graph algorithms*, SIAM
J. Comput. 1, 1972); the subtree is then exactly what is cut off, a run of the walk's order. This is
the block-cut tree, rooted at the core and not written down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from htcoverage.fibre.graph import BoolArray
from htcoverage.fibre.lengths import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class CutTree:
    """The walk from the core.

    Parameters
    ----------
    order : int[reached]
        Nodes in the order of the walk; every subtree is a run of it.
    place : int[nodes]
        Place of a node in ``order``; −1 where no core node is reached.
    size : int[nodes]
        Nodes in the subtree of a node, itself among them; 0 where not reached.
    parent, parent_edge : int[nodes]
        −1 at children of the virtual root and where not reached.
    bridge : bool[edges]
        Edges whose failure cuts some node off.
    separates : bool[nodes]
        For a child in the walk: whether the failure of its parent node cuts it off.
    """

    order: IntArray
    place: IntArray
    size: IntArray
    parent: IntArray
    parent_edge: IntArray
    bridge: BoolArray
    separates: BoolArray

    def below_edge(self, edge: int, ends: IntArray) -> slice:
        """Return the run of ``order`` that the failure of an edge cuts off; empty if none."""
        if not self.bridge[edge]:
            return slice(0, 0)
        a, b = ends[edge].tolist()
        child = b if self.parent_edge[b] == edge else a
        start = int(self.place[child])
        return slice(start, start + int(self.size[child]))


def walk_from_core(nodes: int, ends: IntArray, core: IntArray) -> CutTree:
    """Walk a graph depth first from its core.

    Parameters
    ----------
    nodes : int
        Number of nodes.
    ends : int[edges, 2]
        Undirected; parallel edges and loops are allowed.
    core : int[...]
        Nodes that count as connected.
    """
    indptr, neighbour, edge_at = _adjacency(nodes, ends)
    place = [-1] * nodes
    low = [0] * nodes
    parent = [-1] * nodes
    parent_edge = [-1] * nodes
    order: list[int] = []
    is_core = np.zeros(nodes, dtype=bool)
    is_core[core] = True
    core_flag = is_core.tolist()
    size = [0] * nodes
    bridge = np.zeros(len(ends), dtype=bool)
    separates = np.zeros(nodes, dtype=bool)
    cursor = indptr[:-1].copy()
    # The root has place −1 in spirit: a low of −1 says that a core node lies below.
    for start in np.unique(core).tolist():
        if place[start] >= 0:
            continue
        place[start] = len(order)
        low[start] = -1
        order.append(start)
        stack = [start]
        while stack:
            node = stack[-1]
            at = cursor[node]
            if at < indptr[node + 1]:
                cursor[node] = at + 1
                other, edge = neighbour[at], edge_at[at]
                if edge == parent_edge[node]:
                    continue
                if place[other] < 0:
                    place[other] = len(order)
                    low[other] = -1 if core_flag[other] else place[other]
                    parent[other] = node
                    parent_edge[other] = edge
                    order.append(other)
                    stack.append(other)
                elif place[other] < low[node]:
                    low[node] = place[other]
                continue
            stack.pop()
            size[node] = len(order) - place[node]
            above = parent[node]
            if above >= 0:
                low[above] = min(low[above], low[node])
                if low[node] >= place[above]:
                    separates[node] = True
                    bridge[parent_edge[node]] = low[node] > place[above]
    return CutTree(
        np.asarray(order, dtype=np.intp),
        np.asarray(place, dtype=np.intp),
        np.asarray(size, dtype=np.intp),
        np.asarray(parent, dtype=np.intp),
        np.asarray(parent_edge, dtype=np.intp),
        bridge,
        separates,
    )


def _adjacency(nodes: int, ends: IntArray) -> tuple[list[int], list[int], list[int]]:
    start = np.concatenate([ends[:, 0], ends[:, 1]])
    stop = np.concatenate([ends[:, 1], ends[:, 0]])
    edge = np.tile(np.arange(len(ends)), 2)
    order = np.argsort(start, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(start, minlength=nodes))])
    return indptr.tolist(), stop[order].tolist(), edge[order].tolist()


def cut_off_by_edge(tree: CutTree, weight: npt.ArrayLike, ends: IntArray) -> FloatArray:
    """Return the weight that each edge's failure cuts off, float64[edges].

    Parameters
    ----------
    tree : CutTree
    weight : float[nodes]
        What hangs on each node.
    ends : int[edges, 2]
        The edges of the walk.
    """
    sums = _subtree_sums(tree, weight)
    lost = np.zeros(len(ends))
    child = np.flatnonzero(tree.parent_edge >= 0)
    child = child[tree.bridge[tree.parent_edge[child]]]
    lost[tree.parent_edge[child]] = sums[child]
    return lost


def cut_off_by_node(tree: CutTree, weight: npt.ArrayLike) -> FloatArray:
    """Return the weight that each node's failure cuts off, its own among it, float64[nodes]."""
    sums = _subtree_sums(tree, weight)
    lost = np.where(tree.place >= 0, np.asarray(weight, dtype=np.float64), 0.0)
    child = np.flatnonzero(tree.separates)
    np.add.at(lost, tree.parent[child], sums[child])
    return lost


def _subtree_sums(tree: CutTree, weight: npt.ArrayLike) -> FloatArray:
    along = np.concatenate([[0.0], np.cumsum(np.asarray(weight, dtype=np.float64)[tree.order])])
    start = np.maximum(tree.place, 0)
    return np.where(tree.place >= 0, along[start + tree.size] - along[start], 0.0)


def safe_from_edges(tree: CutTree) -> BoolArray:
    """Return for each node whether it reaches the core after the failure of any one edge."""
    safe = np.zeros(len(tree.place), dtype=bool)
    for node in tree.order.tolist():
        above = tree.parent[node]
        safe[node] = above < 0 or (safe[above] and not tree.bridge[tree.parent_edge[node]])
    return safe


def safe_from_nodes(tree: CutTree) -> BoolArray:
    """Return for each node whether it reaches the core after the failure of any one other node."""
    safe = np.zeros(len(tree.place), dtype=bool)
    for node in tree.order.tolist():
        safe[node] = tree.parent[node] < 0 or (safe[tree.parent[node]] and not tree.separates[node])
    return safe
