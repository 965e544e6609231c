"""Shared risk: cables on one pole line fall together, whoever owns them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from htcoverage.fibre.criticality import Criticality, fail, node_criticality, span_criticality
from htcoverage.fibre.cuts import CutTree, safe_from_edges, safe_from_nodes, walk_from_core
from htcoverage.fibre.graph import BoolArray, FibreNetwork
from htcoverage.fibre.lengths import FloatArray, IntArray, split_segments
from htcoverage.fibre.reach import Attachments


@dataclass(frozen=True, eq=False)
class RiskGroups:
    """Sets of spans with a common pole line; each cut position belongs to one of them.

    Parameters
    ----------
    members : tuple of int arrays
        Positions of the spans of each group, ascending.
    length_m : float64[groups]
        Length of line on which exactly these spans run, on the ellipsoid.
    lines : object[groups]
        That line, in the CRS of the spans.
    """

    members: tuple[IntArray, ...]
    length_m: FloatArray
    lines: npt.NDArray[np.object_]


def risk_groups(network: FibreNetwork) -> RiskGroups:
    """Return the sets of spans that fall together where their common pole line is cut.

    Spans share a line where the straight pieces between their vertices are the same (to 0.1 m, in
    either direction). A span that runs with another on part of its way is in a group for that part
    and in one for the rest.
    """
    segments = split_segments(network.spans)
    table = pd.DataFrame({"segment": segments.segment, "span": segments.span}).drop_duplicates()
    table = table.sort_values(["segment", "span"], kind="stable")
    start = np.flatnonzero(np.diff(table["segment"], prepend=-1))
    spans = np.split(table["span"].to_numpy(), start[1:])
    pieces: dict[tuple[int, ...], list[int]] = {}
    for segment, group in zip(table["segment"].to_numpy()[start], spans, strict=True):
        pieces.setdefault(tuple(group.tolist()), []).append(int(segment))
    members = sorted(pieces)
    segment = np.concatenate([pieces[key] for key in members])
    group = np.repeat(np.arange(len(members)), [len(pieces[key]) for key in members])
    lines = shapely.multilinestrings(segments.lines[segment], indices=group)
    return RiskGroups(
        tuple(np.asarray(key, dtype=np.intp) for key in members),
        np.bincount(group, segments.length_m[segment]).astype(np.float64),
        np.asarray(shapely.line_merge(lines), dtype=object),
    )


@dataclass(frozen=True, eq=False)
class _Bundles:
    """Spans that always fall together and join the same nodes, as one edge."""

    ends: IntArray
    bundle: IntArray
    tree: CutTree


def analyse_criticality(
    network: FibreNetwork, attachments: Attachments, *, groups: RiskGroups | None = None
) -> Criticality:
    """Return what every single failure cuts off, exactly: spans, nodes, pole lines.

    Parameters
    ----------
    network : FibreNetwork
    attachments : Attachments
    groups : RiskGroups, optional
        The network's own when left out.
    """
    groups = groups or risk_groups(network)
    bundles = _bundles(network, groups)
    tree = bundles.tree
    by_node = _terminals_by_place(tree, attachments)
    live = _live_drops(tree, attachments)
    residents = attachments.settlements["residents"].to_numpy()
    bts_safe = np.ones(len(attachments.bts), dtype=bool)
    homes_safe = np.ones(len(attachments.settlements), dtype=bool)
    rows = []
    names = network.spans["span_id"].to_numpy()
    owners = network.spans["owner"].to_numpy()
    for members, length_m in zip(groups.members, groups.length_m, strict=True):
        bts, homes = _lost(network, attachments, bundles, by_node, live, members)
        bts_safe[bts] = False
        homes_safe[homes] = False
        rows.append(
            (
                "; ".join(names[members]),
                "; ".join(sorted(set(owners[members].tolist()))),
                length_m / 1000.0,
                len(bts),
                round(float(residents[homes].sum()), 6),
                len(homes),
            )
        )
    routes = pd.DataFrame(
        rows,
        columns=[
            "span_ids", "owners", "length_km", "bts_cut_off", "residents_cut_off",
            "settlements_cut_off",
        ],
    )  # fmt: skip
    own = walk_from_core(len(network.node_xy_m), network.ends, network.core)
    spans = span_criticality(network, attachments)
    return Criticality(
        spans,
        node_criticality(network, attachments),
        routes,
        *_survival(attachments, own, bts_safe, homes_safe),
    )


def fallen_bts(
    network: FibreNetwork, attachments: Attachments, groups: RiskGroups
) -> list[IntArray]:
    """Return for each group the rows of ``attachments.bts`` that its failure cuts off."""
    bundles = _bundles(network, groups)
    by_node = _terminals_by_place(bundles.tree, attachments)
    live = _live_drops(bundles.tree, attachments)
    return [
        _lost(network, attachments, bundles, by_node, live, members)[0]
        for members in groups.members
    ]


def _bundles(network: FibreNetwork, groups: RiskGroups) -> _Bundles:
    of_span: list[list[int]] = [[] for _ in range(len(network.ends))]
    for number, members in enumerate(groups.members):
        for span in members.tolist():
            of_span[span].append(number)
    number_of: dict[tuple[int, ...], int] = {}
    bundle = np.empty(len(network.ends), dtype=np.intp)
    ends: list[list[int]] = []
    for span, (pair, own) in enumerate(
        zip(np.sort(network.ends, axis=1).tolist(), of_span, strict=True)
    ):
        key = (*pair, *own)
        if key not in number_of:
            number_of[key] = len(ends)
            ends.append(pair)
        bundle[span] = number_of[key]
    table = np.asarray(ends, dtype=np.intp)
    return _Bundles(table, bundle, walk_from_core(len(network.node_xy_m), table, network.core))


@dataclass(frozen=True, eq=False)
class _ByPlace:
    """Terminals sorted by the place of their node in the walk: a subtree is a slice."""

    place: IntArray
    row: IntArray

    def inside(self, run: slice) -> IntArray:
        low, high = np.searchsorted(self.place, [run.start, run.stop])
        return self.row[low:high]


def _terminals_by_place(tree: CutTree, attachments: Attachments) -> _ByPlace:
    node = attachments.bts["node"].to_numpy()
    place = np.where(node >= 0, tree.place[np.maximum(node, 0)], -1)
    return _sorted_by_place(place, np.arange(len(node)))


def _sorted_by_place(place: IntArray, row: IntArray) -> _ByPlace:
    order = np.argsort(place, kind="stable")
    order = order[place[order] >= 0]
    return _ByPlace(place[order], row[order])


@dataclass(frozen=True, eq=False)
class _Drops:
    by_place: _ByPlace
    count: IntArray


def _live_drops(tree: CutTree, attachments: Attachments) -> _Drops:
    place = tree.place[attachments.drops["node"].to_numpy()]
    settlement = attachments.drops["settlement"].to_numpy()
    count = np.bincount(settlement[place >= 0], minlength=len(attachments.settlements))
    return _Drops(_sorted_by_place(place, settlement), count)


def _lost(
    network: FibreNetwork,
    attachments: Attachments,
    bundles: _Bundles,
    bts: _ByPlace,
    drops: _Drops,
    members: IntArray,
) -> tuple[IntArray, IntArray]:
    """Return the rows of base stations and settlements that a group's failure cuts off."""
    edges = np.unique(bundles.bundle[members])
    owners = network.node_owner[bundles.ends[edges, 0]]
    if len(set(owners.tolist())) < len(edges):
        # Several edges of one owner fall together: no walk for single cuts answers that.
        failure = fail(network, attachments, spans=members)
        return np.flatnonzero(failure.bts), np.flatnonzero(failure.settlements)
    runs = [bundles.tree.below_edge(int(edge), bundles.ends) for edge in edges]
    stations = np.concatenate([bts.inside(run) for run in runs])
    fallen, times = np.unique(
        np.concatenate([drops.by_place.inside(run) for run in runs]), return_counts=True
    )
    return stations, fallen[times == drops.count[fallen]]


def keeping_fibre(
    attachments: Attachments, tree: CutTree, safe: BoolArray
) -> tuple[BoolArray, BoolArray]:
    """Return which base stations and settlements keep their fibre, where nodes are safe or not.

    Parameters
    ----------
    attachments : Attachments
    tree : CutTree
        Of the network.
    safe : bool[nodes]
        Whether a node reaches the core after any one failure of a kind.
    """
    node = attachments.bts["node"].to_numpy()
    bts = (node >= 0) & safe[np.maximum(node, 0)]
    drops = attachments.drops
    n = len(attachments.settlements)
    where, settlement = drops["node"].to_numpy(), drops["settlement"].to_numpy()
    live = tree.place[where] >= 0
    by_one = np.bincount(settlement[live & safe[where]], minlength=n) > 0
    # Owners' networks are apart: one span or node takes one owner's drop at most.
    homes: BoolArray = by_one | (np.bincount(settlement[live], minlength=n) > 1)
    return bts, homes


def _survival(
    attachments: Attachments, tree: CutTree, bts_safe: BoolArray, homes_safe: BoolArray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    connected = keeping_fibre(attachments, tree, tree.place >= 0)
    span_cut = keeping_fibre(attachments, tree, safe_from_edges(tree))
    node_failure = keeping_fibre(attachments, tree, safe_from_nodes(tree))
    bts, homes = (
        pd.DataFrame(
            {
                "connected": connected[k],
                "span_cut": span_cut[k],
                "route_cut": connected[k] & safe,
                "node_failure": node_failure[k],
            }
        )
        for k, safe in enumerate((bts_safe, homes_safe))
    )
    return bts, homes
