"""Steiner trees: against the exact cheapest tree, the stated factor, and the lower bound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree, shortest_path

from htcoverage.errors import InputError
from htcoverage.fibre.ascent import ascend
from htcoverage.fibre.steiner import steiner_tree


def matrix(nodes: int, edges: list[tuple[int, int, float]]) -> csr_array:
    dense = np.full((nodes, nodes), np.inf)
    for a, b, cost in edges:
        if a != b:
            dense[a, b] = dense[b, a] = min(dense[a, b], cost)
    dense[np.isinf(dense)] = 0.0
    return csr_array(dense)


def cheapest(graph: csr_array, terminals: list[int]) -> float:
    """Cost of the cheapest tree: the best spanning tree over the terminals and any other nodes."""
    away = shortest_path(graph, directed=False)
    others = [node for node in range(graph.shape[0]) if node not in terminals]
    best = np.inf
    # Some cheapest tree has at most terminals - 2 branching nodes.
    for count in range(max(len(terminals) - 1, 1)):
        for extra in itertools.combinations(others, count):
            keys = [*terminals, *extra]
            between = away[np.ix_(keys, keys)]
            if np.isfinite(between).all():
                best = min(best, minimum_spanning_tree(between).sum())
    return best


@st.composite
def problems(draw: st.DrawFn) -> tuple[csr_array, list[int]]:
    nodes = draw(st.integers(3, 9))
    cost = st.integers(1, 20)
    tree = [(k, draw(st.integers(0, k - 1)), draw(cost)) for k in range(1, nodes)]
    node = st.integers(0, nodes - 1)
    more = draw(st.lists(st.tuples(node, node, cost), max_size=16))
    terminals = draw(st.lists(node, min_size=2, max_size=5, unique=True))
    return matrix(nodes, tree + more), sorted(terminals)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_tree_joins_all_within_the_factor_and_above_the_bound(
    problem: tuple[csr_array, list[int]],
) -> None:
    graph, terminals = problem
    best = cheapest(graph, terminals)
    tree = steiner_tree(graph, terminals)
    a, b = tree.edges.T
    cost = graph[a, b]
    assert (cost > 0).all()
    assert cost.sum() == pytest.approx(tree.cost)
    joined = coo_array((np.ones(len(a)), (a, b)), shape=graph.shape)
    label = connected_components(joined, directed=False)[1]
    assert len(set(label[terminals].tolist())) == 1
    assert len(np.unique(tree.edges)) == len(tree.edges) + 1  # a tree
    leaves = np.flatnonzero(np.bincount(tree.edges.ravel()) == 1)
    assert set(leaves.tolist()) <= set(terminals)
    assert tree.lower_bound <= best * (1 + 1e-9)
    assert ascend(graph.sorted_indices(), np.array(terminals))[0] <= best * (1 + 1e-9)
    assert best <= tree.cost * (1 + 1e-9)
    assert tree.cost <= 2 * (1 - 1 / len(terminals)) * best * (1 + 1e-9)
    assert tree.cost <= 2 * tree.lower_bound * (1 + 1e-9)


def test_a_star_is_found_where_the_first_tree_takes_its_rim() -> None:
    # Three terminals, each 1.05 from the hub; the rim between neighbours costs 2.
    graph = matrix(4, [(0, 3, 1.05), (1, 3, 1.05), (2, 3, 1.05), (0, 1, 2), (1, 2, 2), (0, 2, 2)])
    tree = steiner_tree(graph, [0, 1, 2])
    assert tree.cost == pytest.approx(3.15)
    assert tree.lower_bound > 3.0


def test_the_bound_holds_where_the_tree_found_is_not_the_cheapest() -> None:
    # The corners of a cube of four dimensions, joined where one coordinate differs. The terminals
    # are joined by five edges; the tree found has six.
    corners = [(a, a ^ (1 << bit)) for a in range(16) for bit in range(4)]
    graph = matrix(16, [(a, b, 1.0) for a, b in corners if a < b])
    terminals = [0, 1, 3, 6, 15]
    tree = steiner_tree(graph, terminals)
    assert cheapest(graph, terminals) == 5.0
    assert tree.cost == 6.0
    assert tree.lower_bound <= 5.0


def test_two_terminals_are_joined_by_the_shortest_path() -> None:
    graph = matrix(5, [(0, 1, 2), (1, 2, 2), (0, 3, 1), (3, 4, 1), (4, 2, 1)])
    tree = steiner_tree(graph, [0, 2])
    assert tree.edges.tolist() == [[0, 3], [2, 4], [3, 4]]
    assert tree.gap_share == pytest.approx(0.0)


def test_one_terminal_costs_nothing() -> None:
    tree = steiner_tree(matrix(3, [(0, 1, 1), (1, 2, 1)]), [1])
    assert (tree.cost, len(tree.edges), tree.gap_share) == (0.0, 0, 0.0)


def test_terminals_on_another_island_are_told() -> None:
    graph = matrix(4, [(0, 1, 1), (2, 3, 1)])
    with pytest.raises(InputError, match="another island"):
        steiner_tree(graph, [0, 1, 3])
    with pytest.raises(InputError, match="at least one"):
        steiner_tree(graph, [])
