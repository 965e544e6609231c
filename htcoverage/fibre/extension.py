"""The cheapest extension of a network to places without fibre, and what to build first."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from htcoverage.crs import line_lengths_m, reproject
from htcoverage.errors import argument_fault
from htcoverage.fibre.costs import RouteCosts
from htcoverage.fibre.graph import FibreNetwork
from htcoverage.fibre.lengths import FloatArray, IntArray
from htcoverage.fibre.steiner import steiner_tree
from htcoverage.fibre.terrain_costs import CostGraph, symmetric_matrix


@dataclass(frozen=True, eq=False)
class ExtensionPlan:
    """New cable that joins targets to a network.

    Parameters
    ----------
    routes : GeoDataFrame
        ``route_id, phase, length_km, cost, targets, names`` and a line each, projected: pieces of
        the tree between branches, in the order of building; ``targets`` and ``names`` are the
        identifiers and the names of all beyond it.
    steps : GeoDataFrame
        ``step, target_id, target, residents, cost, cumulative_cost, cumulative_residents, phase``
        and a point each: the targets in the order of building, with their names and the cost of
        what each adds.
    cost, lower_bound : float
        Of all targets that can be joined; no plan over this graph costs less than the bound.
    currency : str
        Of all costs.
    connected : tuple of str
        Targets at which the network already is, to within a step of the graph.
    unreachable : tuple of str
        Targets that the graph does not join to the network: on another island, or off the graph.
    names : mapping of str to str
        Identifier → name of every target that has one.
    """

    routes: gpd.GeoDataFrame
    steps: gpd.GeoDataFrame
    cost: float
    lower_bound: float
    currency: str
    connected: tuple[str, ...]
    unreachable: tuple[str, ...]
    names: Mapping[str, str]

    def called(self, target_id: str) -> str:
        """Return the name of a target with its identifier, which alone tells it apart."""
        name = self.names.get(target_id)
        return target_id if name is None else f"{name} ({target_id})"

    @property
    def gap_share(self) -> float:
        """How far above the cheapest plan this one can be at most, as a share of the bound."""
        return 0.0 if self.cost == 0.0 else self.cost / self.lower_bound - 1.0


def plan_extension(
    network: FibreNetwork,
    targets: gpd.GeoDataFrame,
    graph: CostGraph,
    *,
    owner: str | None = None,
    phase_budget: float | None = None,
) -> ExtensionPlan:
    """Join targets to the network by the cheapest tree that can be found, with a bound.

    The existing network is one terminal: a new cable may leave it anywhere. Each target adds the
    straight way from its own place to the nearest place of the graph, at the price of open land.
    What is built first: again and again the target with the most residents for the money that it
    still needs. A phase ends where its budget and what earlier phases left over are spent.

    Parameters
    ----------
    network : FibreNetwork
    targets : GeoDataFrame
        Points or polygons with a CRS; a column ``target_id``, ``settlement_id``, ``gap_id`` or
        ``site_id`` identifies them, ``name``, ``settlements`` or ``site_name`` names them,
        ``residents`` weighs them (1 each when left out).
    graph : CostGraph
        From `terrain_cost_graph` or `road_cost_graph`.
    owner : str, optional
        Extend this owner's spans only; anyone's when left out.
    phase_budget : float, optional
        Money of each phase, in the currency of the costs; one phase when left out.

    Raises
    ------
    InputError
        If there is no target, one has fewer residents than none, the owner has no span, or the
        budget is not above 0.
    """
    if len(targets) == 0:
        raise argument_fault("targets", "none", "at least one place to connect")
    if phase_budget is not None and not (np.isfinite(phase_budget) and phase_budget > 0.0):
        raise argument_fault("phase_budget", phase_budget, "an amount above 0")
    if owner is not None and owner not in network.owners:
        raise argument_fault("owner", owner, f"one of {', '.join(network.owners)}")
    ids = _target_ids(targets)
    names = _target_names(targets, ids)
    places = reproject(targets, graph.crs).geometry.to_numpy()
    middle = shapely.get_coordinates(shapely.centroid(places))
    weight = np.ones(len(targets))
    if "residents" in targets:
        weight = targets["residents"].to_numpy(dtype=np.float64)
        if not (weight >= 0.0).all():
            raise argument_fault("residents", float(weight.min()), "numbers of people, 0 or more")
    found = cKDTree(graph.xy_m).query(middle)
    tail_m, node = np.asarray(found[0]), np.asarray(found[1], dtype=np.intp)
    existing = _network_nodes(network, graph, owner)
    contracted = _contract(graph.matrix, existing)
    label = connected_components(contracted.matrix, directed=False)[1]
    at = contracted.node[node]
    is_joined = at == 0
    is_far = (label[at] != label[0]) | (tail_m > 2.0 * graph.step_m)
    wanted = np.flatnonzero(~is_joined & ~is_far)
    tree = steiner_tree(contracted.matrix, np.unique(np.append(at[wanted], 0)))
    parent = _rooted(tree.edges, root=0)
    branches = _branches(parent, at[wanted])
    tail_cost = graph.costs.cost_per_km * tail_m / 1000.0
    order, steps, built = _build_order(branches, contracted, at, wanted, ids, weight, tail_cost)
    steps.insert(2, "target", [names.get(each, "") for each in steps["target_id"]])
    steps = gpd.GeoDataFrame(
        steps.assign(phase=_phases(steps["cumulative_cost"].to_numpy(), phase_budget)),
        geometry=gpd.points_from_xy(*middle[order].T), crs=graph.crs,
    )  # fmt: skip
    phase_of_step = steps["phase"].to_numpy()
    routes = _routes(branches, built, phase_of_step, contracted, graph, at, wanted, ids, middle)
    beyond = [[names.get(each, "") for each in told.split("; ")] for told in routes["targets"]]
    routes.insert(5, "names", ["; ".join(filter(None, each)) for each in beyond])
    tails = float(tail_cost[wanted].sum())
    return ExtensionPlan(
        routes=routes,
        steps=steps,
        cost=tree.cost + tails,
        lower_bound=tree.lower_bound + tails,
        currency=graph.costs.currency,
        connected=tuple(ids[is_joined & ~is_far].tolist()),
        unreachable=tuple(ids[is_far].tolist()),
        names=names,
    )


def plan_figures(plan: ExtensionPlan, costs: RouteCosts) -> dict[str, Any]:
    """Return the figures of a plan as plain values, for JSON.

    Parameters
    ----------
    plan : ExtensionPlan
    costs : RouteCosts
        That it was made with.

    Returns
    -------
    dict
        ``cost, lower_bound, phase_costs`` and the costs of ``steps`` in ``currency``;
        ``costs_assumed`` names the items of the cost table that hold defaults; ``names`` has the
        name of each target, by its identifier.
    """
    by_phase = plan.steps.groupby("phase")["cost"].sum()
    return {
        "cost": round(plan.cost, 3),
        "lower_bound": round(plan.lower_bound, 3),
        "gap_share": round(plan.gap_share, 6),
        "currency": plan.currency,
        "build": costs.build,
        "cost_per_km": costs.cost_per_km,
        "cost_per_crossing": costs.cost_per_crossing,
        "costs_assumed": list(costs.assumed),
        "length_km": round(float(plan.routes["length_km"].sum()), 3),
        "targets": len(plan.steps),
        "already_connected": list(plan.connected),
        "unreachable": list(plan.unreachable),
        "phase_costs": {str(phase): round(float(cost), 3) for phase, cost in by_phase.items()},
        "steps": [
            {
                str(key): round(value, 3) if isinstance(value, float) else value
                for key, value in row.items()
            }
            for row in plan.steps.drop(columns="geometry").to_dict("records")
        ],
        "names": dict(plan.names),
    }


def _target_ids(targets: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    for column in ("target_id", "settlement_id", "gap_id", "site_id"):
        if column in targets:
            return np.asarray([str(value) for value in targets[column]], dtype=object)
    return np.asarray([f"target {k}" for k in range(1, len(targets) + 1)], dtype=object)


def _target_names(targets: gpd.GeoDataFrame, ids: npt.NDArray[np.object_]) -> dict[str, str]:
    """Return the name of each target that has one, by its identifier."""
    for column in ("name", "settlements", "site_name"):
        if column in targets:
            told = zip(ids.tolist(), targets[column], strict=True)
            return {key: str(name) for key, name in told if pd.notna(name) and str(name) != key}
    return {}


def _network_nodes(network: FibreNetwork, graph: CostGraph, owner: str | None) -> IntArray:
    """Return the places of the graph at which the network is: the nearest to its every stretch."""
    spans = reproject(network.spans, graph.crs)
    lines = spans.geometry.to_numpy()
    if owner is not None:
        lines = lines[(spans["owner"] == owner).to_numpy()]
    dense = shapely.segmentize(lines, graph.step_m / 2.0)
    query = cKDTree(graph.xy_m).query(shapely.get_coordinates(dense))
    distance_m, nearest = np.asarray(query[0]), np.asarray(query[1], dtype=np.intp)
    found = np.unique(nearest[distance_m <= graph.step_m])
    if len(found) == 0:
        raise argument_fault("graph", "no place near the network", "a graph around the network")
    return found


@dataclass(frozen=True, eq=False)
class _Contracted:
    """The graph with the network as node 0; ``node`` old → new, ``old`` new → old (0: unused).

    ``door`` is, for each new node, the network's place from which it is reached cheapest.
    """

    matrix: csr_array
    node: IntArray
    old: IntArray
    door: IntArray


def _contract(matrix: csr_array, existing: IntArray) -> _Contracted:
    n = matrix.shape[0]
    node = np.full(n, -1, dtype=np.intp)
    node[existing] = 0
    rest = np.flatnonzero(node < 0)
    node[rest] = np.arange(1, len(rest) + 1)
    row = np.repeat(np.arange(n), np.diff(matrix.indptr))
    col, cost = matrix.indices, matrix.data
    keep = (row < col) & ((node[row] > 0) | (node[col] > 0))
    small = symmetric_matrix(node[row[keep]], node[col[keep]], cost[keep], len(rest) + 1)
    leaving = np.flatnonzero((node[row] == 0) & (node[col] > 0))
    leaving = leaving[np.lexsort((row[leaving], cost[leaving], node[col[leaving]]))]
    outer, first = np.unique(node[col[leaving]], return_index=True)
    door = np.full(len(rest) + 1, -1, dtype=np.intp)
    door[outer] = row[leaving[first]]
    return _Contracted(small, node, np.concatenate([[0], rest]), door)


def _rooted(edges: IntArray, *, root: int) -> dict[int, int]:
    """Return the parent of each node of a tree but the root."""
    beside: dict[int, list[int]] = defaultdict(list)
    for a, b in edges.tolist():
        beside[a].append(b)
        beside[b].append(a)
    parent: dict[int, int] = {}
    todo = [root]
    while todo:
        node = todo.pop()
        for other in beside[node]:
            if other != parent.get(node):
                parent[other] = node
                todo.append(other)
    return parent


@dataclass(frozen=True, eq=False)
class _Branches:
    """Pieces of the rooted tree between key nodes: nodes from the lower end up, and the one above.

    ``of`` maps a key node to the piece that leads up from it.
    """

    nodes: list[list[int]]
    of: dict[int, int]

    def way_up(self, node: int) -> list[int]:
        """Return the pieces from a key node to the root."""
        found = []
        while node in self.of:
            piece = self.of[node]
            found.append(piece)
            node = self.nodes[piece][-1]
        return found


def _branches(parent: dict[int, int], targets: IntArray) -> _Branches:
    children: dict[int, int] = defaultdict(int)
    for above in parent.values():
        children[above] += 1
    wanted = set(targets.tolist())
    keys = {node for node in parent if children[node] > 1 or node in wanted}
    nodes: list[list[int]] = []
    of: dict[int, int] = {}
    for key in sorted(keys):
        piece = [key]
        while piece[-1] in parent:
            piece.append(parent[piece[-1]])
            if piece[-1] in keys:
                break
        of[key] = len(nodes)
        nodes.append(piece)
    return _Branches(nodes, of)


def _build_order(
    branches: _Branches,
    contracted: _Contracted,
    at: IntArray,
    wanted: IntArray,
    ids: npt.NDArray[np.object_],
    weight: FloatArray,
    tail_cost: FloatArray,
) -> tuple[list[int], pd.DataFrame, dict[int, int]]:
    """Return the targets in the order of building, and the step that builds each piece."""
    price = [
        float(sum(contracted.matrix[a, b] for a, b in itertools.pairwise(p)))
        for p in branches.nodes
    ]
    ways = {int(k): branches.way_up(int(at[k])) for k in wanted}
    built: dict[int, int] = {}
    order: list[int] = []
    rows: list[tuple[int, str, float, float]] = []
    while ways:
        needs = {
            k: tail_cost[k] + sum(price[piece] for piece in way if piece not in built)
            for k, way in ways.items()
        }
        best = max(needs, key=lambda k: (weight[k] / max(needs[k], 1e-12), -k))
        step = len(rows) + 1
        for piece in ways.pop(best):
            built.setdefault(piece, step)
        order.append(best)
        rows.append((step, str(ids[best]), float(weight[best]), float(needs[best])))
    table = pd.DataFrame(rows, columns=["step", "target_id", "residents", "cost"]).astype(
        {"step": "int64", "target_id": object, "residents": float, "cost": float}
    )
    return (
        order,
        table.assign(
            cumulative_cost=table["cost"].cumsum(),
            cumulative_residents=table["residents"].cumsum(),
        ),
        built,
    )


def _phases(cumulative_cost: FloatArray, budget: float | None) -> npt.NDArray[np.int64]:
    if budget is None:
        return np.ones(len(cumulative_cost), dtype=np.int64)
    return np.maximum(np.ceil(cumulative_cost / budget - 1e-9), 1.0).astype(np.int64)


def _routes(
    branches: _Branches,
    built: dict[int, int],
    phase_of_step: npt.NDArray[np.int64],
    contracted: _Contracted,
    graph: CostGraph,
    at: IntArray,
    wanted: IntArray,
    ids: npt.NDArray[np.object_],
    middle: FloatArray,
) -> gpd.GeoDataFrame:
    beyond: dict[int, list[str]] = defaultdict(list)
    ends: dict[int, list[int]] = defaultdict(list)
    for k in wanted.tolist():
        ends[int(at[k])].append(k)
        for piece in branches.way_up(int(at[k])):
            beyond[piece].append(str(ids[k]))
    rows = []
    for piece in sorted(built, key=lambda p: (built[p], p)):
        nodes = branches.nodes[piece]
        olds = [int(contracted.old[node]) for node in nodes if node != 0]
        if nodes[-1] == 0:
            olds.append(int(contracted.door[nodes[-2]]))
        cost = sum(contracted.matrix[a, b] for a, b in itertools.pairwise(nodes))
        line = shapely.LineString(graph.xy_m[olds])
        rows.append((built[piece], float(cost), "; ".join(sorted(beyond[piece])), line))
    for node, here in sorted(ends.items()):
        for k in here:
            line = shapely.LineString([middle[k], graph.xy_m[contracted.old[node]]])
            if line.length > 0.0:
                step = built[branches.of[node]]
                price = graph.costs.cost_per_km * line.length / 1000.0
                rows.append((step, price, str(ids[k]), line))
    rows.sort(key=lambda row: row[0])
    lines = [row[3] for row in rows]
    return gpd.GeoDataFrame(
        {
            "route_id": [f"N{k:04d}" for k in range(1, len(rows) + 1)],
            "phase": np.asarray([phase_of_step[row[0] - 1] for row in rows], dtype=np.int64),
            "length_km": line_lengths_m(lines, graph.crs) / 1000.0,
            "cost": np.asarray([row[1] for row in rows], dtype=np.float64),
            "targets": np.asarray([row[2] for row in rows], dtype=object),
        },
        geometry=lines,
        crs=graph.crs,
    )
