"""A lower bound on every Steiner tree: Wong's dual ascent.

Source: R. T. Wong, *A dual ascent approach for Steiner tree problems on a directed graph*,
Mathematical Programming 28 (1984). Any set of nodes that holds a terminal and not the root must be
entered by the tree; the sum of what is paid to such sets, no arc paying more than its cost, is at
most the cost of every tree.

The kernel calls no other kernel, so numba's own check of this file sees every change.
"""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from htcoverage.fibre.lengths import FloatArray, IntArray
from htcoverage.jit import kernel

#: A component grows by this factor before the smallest one has its turn. Nearer to 1 is tighter
#: and slower: 90 000 nodes and 500 terminals, see `benchmarks/fibre.py`.
_GROWTH = 1.5

#: A reduced cost below this share of the mean cost is spent: sums of floats rarely meet at 0.
_SPENT_SHARE = 1e-12


@kernel
def _ascend(
    indptr: npt.NDArray[np.int64],
    neighbour: npt.NDArray[np.int64],
    reverse: npt.NDArray[np.int64],
    cost: npt.NDArray[np.float64],
    terminals: npt.NDArray[np.int64],
    root: int,
    growth: float,
    spent: float,
) -> tuple[float, npt.NDArray[np.float64]]:
    """Return the sum of the duals and what is left of each arc's cost.

    Raising a component step by step is Dijkstra's search backwards from its terminal over reduced
    costs: a search up to the radius R pays R and takes min(R, d(tail)) - d(head) from every arc.
    """
    nodes = indptr.size - 1
    left = cost.copy()  # reduced cost of the arc from a row's node to its neighbour
    distance = np.empty(nodes, np.float64)
    stamp = np.zeros(nodes, np.int64)  # round in which a node was last given a distance
    settled = np.zeros(nodes, np.int64)  # round in which it was last settled
    order = np.empty(nodes, np.int64)
    # A search that meets the root or a terminal still at work is done: whatever joins that one to
    # the root joins this one too, by the spent way between them.
    at_work = np.zeros(nodes, np.bool_)
    at_work[root] = True
    at_work[terminals] = True
    size = np.ones(terminals.size, np.int64)
    active = np.ones(terminals.size, np.bool_)
    bound = 0.0
    mark = 0
    while True:
        best = -1
        for k in range(terminals.size):
            if active[k] and (best < 0 or size[k] < size[best]):
                best = k
        if best < 0:
            return bound, left
        mark += 1
        start = terminals[best]
        limit = np.int64(growth * size[best]) + 1
        distance[start] = 0.0
        stamp[start] = mark
        heap = [(0.0, start)]
        count = 0
        radius = 0.0
        while len(heap) > 0:
            d, node = heapq.heappop(heap)
            if settled[node] == mark:
                continue
            radius = d
            if at_work[node] and node != start:
                active[best] = False
                at_work[start] = False
                break
            if count >= limit and d > spent:
                break
            settled[node] = mark
            order[count] = node
            count += 1
            for arc in range(indptr[node], indptr[node + 1]):
                other = neighbour[arc]
                further = d + left[reverse[arc]]
                if stamp[other] != mark or further < distance[other]:
                    stamp[other] = mark
                    distance[other] = further
                    heapq.heappush(heap, (further, other))
        size[best] = count
        bound += radius
        for place in range(count):
            node = order[place]
            for arc in range(indptr[node], indptr[node + 1]):
                other = neighbour[arc]
                tail = min(radius, distance[other])
                paid = tail - distance[node]
                if paid > 0.0:
                    back = reverse[arc]
                    left[back] = max(0.0, left[back] - paid)


def ascend(matrix: csr_array, terminals: IntArray) -> tuple[float, FloatArray]:
    """Return a cost that no tree over the terminals undercuts, and what is left of each cost.

    Parameters
    ----------
    matrix : csr_array
        Symmetric costs above 0, sorted indices.
    terminals : int[...]
        At least one, all connected; the first is the root.

    Returns
    -------
    bound : float
        In the unit of the matrix.
    left : float64[entries]
        Reduced cost of an edge, the mean of its two directions, for each entry of the matrix:
        near 0 where good trees run.
    """
    n = matrix.shape[0]
    row = np.repeat(np.arange(n), np.diff(matrix.indptr))
    # Entry (i, j) of a symmetric matrix is entry (j, i) of the order by column, then row.
    reverse = np.empty(len(row), dtype=np.int64)
    reverse[np.lexsort((row, matrix.indices))] = np.arange(len(row))
    bound, left = _ascend(
        matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), reverse,
        matrix.data.astype(np.float64), terminals[1:].astype(np.int64), int(terminals[0]),
        _GROWTH, _SPENT_SHARE * float(matrix.data.mean()),
    )  # fmt: skip
    return float(bound), (left + left[reverse]) / 2.0
