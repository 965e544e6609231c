"""Every span, node and pole line: the base stations and residents that its failure cuts off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from htcoverage.crs import WGS84, transformer
from htcoverage.fibre.cuts import CutTree, cut_off_by_edge, cut_off_by_node, walk_from_core
from htcoverage.fibre.graph import BoolArray, FibreNetwork
from htcoverage.fibre.reach import Attachments

#: Columns that say what a failure takes.
LOST = ("bts_cut_off", "residents_cut_off", "settlements_cut_off")


@dataclass(frozen=True, eq=False)
class Failure:
    """What a failure cuts off.

    Parameters
    ----------
    bts : bool[bts]
        Base stations of `Attachments` that had fibre to the core and lose it.
    settlements : bool[settlements]
        Settlements that had it by some owner and keep it by none.
    """

    bts: BoolArray
    settlements: BoolArray


def connected_nodes(network: FibreNetwork, *, spans: BoolArray, nodes: BoolArray) -> BoolArray:
    """Return the nodes that reach the core over living spans and nodes, bool[nodes].

    Parameters
    ----------
    network : FibreNetwork
    spans : bool[spans]
        Spans alive.
    nodes : bool[nodes]
        Nodes alive.
    """
    keep = spans & nodes[network.ends].all(axis=1)
    a, b = network.ends[keep].T
    n = len(nodes)
    label = connected_components(
        coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n)), directed=False
    )[1]
    live_core = network.core[nodes[network.core]]
    alive: BoolArray = np.isin(label, label[live_core]) & nodes
    return alive


def fail(
    network: FibreNetwork,
    attachments: Attachments,
    *,
    spans: Iterable[int] = (),
    nodes: Iterable[int] = (),
) -> Failure:
    """Return what falls when the given spans and nodes fail together.

    Parameters
    ----------
    network : FibreNetwork
    attachments : Attachments
    spans, nodes : iterable of int
        Positions of spans and nodes in the network.
    """
    all_spans = np.ones(len(network.ends), dtype=bool)
    all_nodes = np.ones(len(network.node_xy_m), dtype=bool)
    before = connected_nodes(network, spans=all_spans, nodes=all_nodes)
    left_spans, left_nodes = all_spans.copy(), all_nodes.copy()
    left_spans[np.fromiter(spans, dtype=np.intp)] = False
    left_nodes[np.fromiter(nodes, dtype=np.intp)] = False
    after = connected_nodes(network, spans=left_spans, nodes=left_nodes)
    bts_before, homes_before = _served(attachments, before)
    bts_after, homes_after = _served(attachments, after)
    return Failure(bts_before & ~bts_after, homes_before & ~homes_after)


def _served(attachments: Attachments, connected: BoolArray) -> tuple[BoolArray, BoolArray]:
    node = attachments.bts["node"].to_numpy()
    bts = (node >= 0) & connected[np.maximum(node, 0)]
    drops = attachments.drops
    homes = np.zeros(len(attachments.settlements), dtype=bool)
    homes[drops["settlement"].to_numpy()[connected[drops["node"].to_numpy()]]] = True
    return bts, homes


@dataclass(frozen=True, eq=False)
class Criticality:
    """What each single failure cuts off; failures that cut nothing off are in the tables too.

    Parameters
    ----------
    spans : DataFrame
        ``span_id, owner, kind, length_km, bridge, bts_cut_off, residents_cut_off,
        settlements_cut_off``, in the order of the network. ``bridge``: some node is cut off from
        the core.
    nodes : DataFrame
        ``node, owner, longitude, latitude, articulation, bts_cut_off, residents_cut_off,
        settlements_cut_off``. ``articulation``: some other node is cut off.
    routes : DataFrame
        The same for pole lines: ``span_ids, owners, length_km`` and what falls when all the cables
        on the line are cut together.
    bts_survives, settlement_survives : DataFrame
        bool columns ``connected, span_cut, route_cut, node_failure``: whether it has fibre to the
        core, and keeps it after any one failure of the kind (``node_failure``: of any node but the
        one it hangs on; a settlement with two owners keeps it by the other).
    """

    spans: pd.DataFrame
    nodes: pd.DataFrame
    routes: pd.DataFrame
    bts_survives: pd.DataFrame
    settlement_survives: pd.DataFrame


def node_weights(
    network: FibreNetwork, attachments: Attachments, tree: CutTree
) -> npt.NDArray[np.float64]:
    """Return what hangs on each node alone.

    Parameters
    ----------
    network, attachments : FibreNetwork, Attachments
    tree : CutTree
        Of the network: only drops that reach the core count.

    Returns
    -------
    float64[nodes, 3]
        Base stations, residents and settlements; of the latter only those with one connected drop.
    """
    n = len(network.node_xy_m)
    node = attachments.bts["node"].to_numpy()
    weight = np.zeros((n, 3))
    weight[:, 0] = np.bincount(node[node >= 0], minlength=n)
    drops = attachments.drops
    live = drops[tree.place[drops["node"].to_numpy()] >= 0]
    count = np.bincount(live["settlement"], minlength=len(attachments.settlements))
    alone = live[count[live["settlement"].to_numpy()] == 1]
    residents = attachments.settlements["residents"].to_numpy()[alone["settlement"].to_numpy()]
    weight[:, 1] = np.bincount(alone["node"], residents, minlength=n)
    weight[:, 2] = np.bincount(alone["node"], minlength=n)
    return weight


def span_criticality(network: FibreNetwork, attachments: Attachments) -> pd.DataFrame:
    """Return what the failure of each span alone cuts off, exactly, in O(nodes + spans).

    A settlement that two owners serve loses neither by one owner's span: only residents with one
    owner can be cut off here; `route_criticality` has both cables on one pole line fall together.

    Returns
    -------
    DataFrame
        ``Criticality.spans``.
    """
    tree = walk_from_core(len(network.node_xy_m), network.ends, network.core)
    weight = node_weights(network, attachments, tree)
    lost = np.column_stack([cut_off_by_edge(tree, w, network.ends) for w in weight.T])
    spans = network.spans
    return pd.DataFrame(
        {
            "span_id": spans["span_id"].to_numpy(),
            "owner": spans["owner"].to_numpy(),
            "kind": spans["kind"].to_numpy(),
            "length_km": spans["length_m"].to_numpy() / 1000.0,
            "bridge": tree.bridge,
            **_counts(lost),
        }
    )


def node_criticality(network: FibreNetwork, attachments: Attachments) -> pd.DataFrame:
    """Return what the failure of each fibre node alone cuts off, exactly, in O(nodes + spans).

    What hangs on the node itself falls with it.

    Returns
    -------
    DataFrame
        ``Criticality.nodes``.
    """
    tree = walk_from_core(len(network.node_xy_m), network.ends, network.core)
    weight = node_weights(network, attachments, tree)
    lost = np.column_stack([cut_off_by_node(tree, w) for w in weight.T])
    articulation = np.zeros(len(tree.place), dtype=bool)
    articulation[tree.parent[tree.separates]] = True
    longitude, latitude = transformer(network.spans.crs.to_wkt(), WGS84).transform(
        *network.node_xy_m.T
    )
    return pd.DataFrame(
        {
            "node": np.arange(len(network.node_xy_m)),
            "owner": network.node_owner,
            "longitude": np.round(longitude, 7),
            "latitude": np.round(latitude, 7),
            "articulation": articulation,
            **_counts(lost),
        }
    )


def _counts(lost: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.generic]]:
    return {
        "bts_cut_off": np.rint(lost[:, 0]).astype(np.int64),
        "residents_cut_off": np.round(lost[:, 1], 6),
        "settlements_cut_off": np.rint(lost[:, 2]).astype(np.int64),
    }
