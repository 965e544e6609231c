"""Single cuts: known graphs, and the walk from the core against removal of one thing at a time."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from fibre_world import bts_at, homes_at, ladder_network, node_at, spans
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.errors import InputError
from htcoverage.fibre.criticality import fail, node_criticality, span_criticality
from htcoverage.fibre.cuts import (
    cut_off_by_edge,
    cut_off_by_node,
    safe_from_edges,
    safe_from_nodes,
    walk_from_core,
)
from htcoverage.fibre.graph import build_network
from htcoverage.fibre.reach import attach
from htcoverage.fibre.risk import analyse_criticality, risk_groups


def reached(nodes: int, ends: np.ndarray, core: np.ndarray, gone: int = -1) -> set[int]:
    """Nodes that reach the core, by plain search; node ``gone`` has failed."""
    found = {int(node) for node in core if node != gone}
    todo = list(found)
    while todo:
        node = todo.pop()
        for a, b in ends.tolist():
            for here, there in ((a, b), (b, a)):
                if here == node and there != gone and there not in found:
                    found.add(there)
                    todo.append(there)
    return found


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    nodes = draw(st.integers(1, 9))
    node = st.integers(0, nodes - 1)
    ends = draw(st.lists(st.tuples(node, node), max_size=14))
    core = draw(st.lists(node, min_size=1, max_size=2))
    weight = draw(st.lists(st.integers(0, 9), min_size=nodes, max_size=nodes))
    return nodes, np.array(ends, dtype=int).reshape(-1, 2), np.unique(core), np.array(weight)


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_every_cut_takes_what_its_removal_takes(
    graph: tuple[int, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    nodes, ends, core, weight = graph
    tree = walk_from_core(nodes, ends, core)
    before = reached(nodes, ends, core)
    assert set(tree.order.tolist()) == before
    by_edge, by_node = cut_off_by_edge(tree, weight, ends), cut_off_by_node(tree, weight)
    edge_safe, node_safe = set(before), set(before)
    for edge in range(len(ends)):
        lost = before - reached(nodes, np.delete(ends, edge, axis=0), core)
        edge_safe -= lost
        assert by_edge[edge] == sum(weight[list(lost)])
        assert tree.bridge[edge] == bool(lost)
        run = tree.order[tree.below_edge(edge, ends)]
        assert set(run.tolist()) == lost
    for node in range(nodes):
        lost = before - reached(nodes, ends, core, gone=node)
        node_safe -= lost - {node}
        assert by_node[node] == sum(weight[list(lost)])
    assert set(np.flatnonzero(safe_from_edges(tree)).tolist()) == edge_safe
    assert set(np.flatnonzero(safe_from_nodes(tree)).tolist()) == node_safe


@settings(max_examples=100, deadline=None)
@given(graphs(), st.data())
def test_a_further_edge_never_lowers_survival(
    graph: tuple[int, np.ndarray, np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    nodes, ends, core, _ = graph
    edge = data.draw(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)))
    more = np.vstack([ends, edge])
    before, after = (walk_from_core(nodes, each, core) for each in (ends, more))
    for safe in (safe_from_edges, safe_from_nodes):
        assert (safe(after) >= safe(before)).all()


def world() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    bts = bts_at(
        ("b1", "Viettel", 1000, 0), ("b2", "Viettel", 2000, 1000), ("far", "Viettel", 9000, 9000)
    )
    homes = homes_at(
        ("h1", 100, 1000, 0), ("h2", 70, 2000, 1000), ("h3", 30, 1500, 1000), ("h4", 5, 9000, 0)
    )
    return bts, homes


def test_ring_with_a_tail_by_hand() -> None:
    network = build_network(ladder_network())
    bts, homes = world()
    places = attach(network, bts=bts, settlements=homes, owners={"Viettel": "V"})
    assert places.bts["node"].tolist()[2] == -1
    table = span_criticality(network, places).set_index("span_id")
    assert table["bridge"].to_dict() == {
        "exit": True, "AB": False, "BD": False, "DA": False, "DE": True,
    }  # fmt: skip
    assert table.loc["DE", ["bts_cut_off", "settlements_cut_off"]].tolist() == [1, 1]
    # h3 lies midway: it hangs on D or E alike, by the lower node; its residents follow the span DE
    # only from E.
    d = node_at(network, "V", 1000, 1000)
    assert places.drops.set_index("settlement")["node"][2] == min(
        d, node_at(network, "V", 2000, 1000)
    )
    assert table.loc["exit", "residents_cut_off"] == 200.0
    nodes = node_criticality(network, places)
    assert nodes.loc[d, "articulation"]
    assert nodes.loc[d, "residents_cut_off"] == 100.0
    assert nodes.loc[node_at(network, "V", 1000, 0), "residents_cut_off"] == 100.0
    assert not nodes.loc[node_at(network, "V", 1000, 0), "articulation"]


def test_two_exits_make_the_ring_safe() -> None:
    second = spans(("exit2", "V", "inter-provincial", 2, [(1000, 0), (3000, 0)]))
    both = gpd.GeoDataFrame(pd.concat([ladder_network(), second], ignore_index=True))
    network = build_network(both)
    bts, homes = world()
    places = attach(network, bts=bts, settlements=homes, owners={"Viettel": "V"})
    table = span_criticality(network, places).set_index("span_id")
    assert table.index[table["bridge"]].tolist() == ["DE"]
    survives = analyse_criticality(network, places).bts_survives
    assert survives["span_cut"].tolist() == [True, False, False]
    assert survives["connected"].tolist() == [True, True, False]


def shared_line() -> gpd.GeoDataFrame:
    """Two owners on one pole line to a village; W has a second way of its own."""
    return spans(
        ("Vx", "V", "inter-provincial", 1, [(-1000, 0), (0, 0)]),
        ("Wx", "W", "inter-provincial", 1, [(-1000, 50), (0, 0)]),
        ("V1", "V", "access", 1, [(0, 0), (500, 100), (1000, 0)]),
        ("W1", "W", "access", 1, [(1000, 0), (500, 100), (0, 0)]),
        ("V2", "V", "access", 1, [(1000, 0), (2000, 0)]),
        ("W2", "W", "access", 1, [(1000, 0), (2000, 0)]),
        ("W3", "W", "access", 1, [(0, 0), (1000, -800), (2000, 0)]),
    )


def test_cables_on_one_pole_line_fall_together() -> None:
    network = build_network(shared_line())
    homes = homes_at(("h1", 60, 1000, 0), ("h2", 40, 2000, 0))
    bts = bts_at(("b", "Viettel", 2000, 0), ("c", "VinaPhone", 2000, 0))
    owners = {"Viettel": "V", "VinaPhone": "W"}
    places = attach(network, bts=bts, settlements=homes, reach_m=100, owners=owners)
    groups = risk_groups(network)
    names = network.spans["span_id"].to_numpy()
    assert [names[group].tolist() for group in groups.members] == [
        ["Vx"], ["Wx"], ["V1", "W1"], ["V2", "W2"], ["W3"],
    ]  # fmt: skip
    found = analyse_criticality(network, places)
    assert (found.spans["residents_cut_off"] == 0).all()  # W always has another way, or V has one
    lost = found.routes.set_index("span_ids")[["bts_cut_off", "residents_cut_off"]]
    assert lost.loc["V1; W1"].tolist() == [1, 0.0]  # W comes round by W3
    without = build_network(shared_line().iloc[:-1])
    places = attach(without, bts=bts, settlements=homes, reach_m=100, owners=owners)
    routes = analyse_criticality(without, places).routes.set_index("span_ids")
    assert routes.loc["V1; W1", ["bts_cut_off", "residents_cut_off"]].tolist() == [2, 100.0]
    assert routes.loc["V2; W2", ["bts_cut_off", "residents_cut_off"]].tolist() == [2, 40.0]


@st.composite
def networks(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Two owners on a grid of 3 × 3 places, often on the same lines, also in part."""
    rows = [
        (f"x{o}", o, "inter-provincial", 1, [(-1000, -500 * k), (0, 0)])
        for k, o in enumerate("VW", start=1)
    ]
    steps = st.sampled_from([(1, 0), (0, 1), (-1, 0), (0, -1)])
    for k in range(draw(st.integers(1, 9))):
        x, y = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        line = [(1000 * x, 1000 * y)]
        # Spans of up to three steps share steps with others on part of their way.
        for dx, dy in draw(st.lists(steps, min_size=1, max_size=3)):
            x, y = min(max(x + dx, 0), 2), min(max(y + dy, 0), 2)
            line.append((1000 * x, 1000 * y))
        if line[0] == line[-1]:
            continue
        for owner in draw(st.sampled_from(["V", "W", "VW", "VV", "VVW"])):
            rows.append((f"s{k}{len(rows)}", owner, "access", 1, line))
    return spans(*rows)


@settings(max_examples=60, deadline=None)
@given(networks())
def test_every_failure_of_a_network_equals_its_removal(table: gpd.GeoDataFrame) -> None:
    network = build_network(table)
    corners = [(f"{x}{y}", 1000.0 * x, 1000.0 * y) for x in range(3) for y in range(3)]
    homes = homes_at(*((name, 10.0 + k, x, y) for k, (name, x, y) in enumerate(corners)))
    bts = bts_at(
        *((f"{o}{name}", o, x, y) for name, x, y in corners for o in ("Viettel", "VinaPhone"))
    )
    places = attach(
        network, bts=bts, settlements=homes, reach_m=50,
        owners={"Viettel": "V", "VinaPhone": "W"},
    )  # fmt: skip
    groups = risk_groups(network)
    found = analyse_criticality(network, places, groups=groups)
    residents = places.settlements["residents"].to_numpy()
    kept = {name: found.bts_survives["connected"].to_numpy().copy() for name in ("span", "route")}
    kept_homes = {name: found.settlement_survives["connected"].to_numpy().copy() for name in kept}
    cases = [
        *((found.spans, k, {"spans": [k]}, "span") for k in range(len(network.ends))),
        *((found.nodes, k, {"nodes": [k]}, "") for k in range(len(network.node_xy_m))),
        *((found.routes, k, {"spans": m}, "route") for k, m in enumerate(groups.members)),
    ]
    for told, k, what, name in cases:
        failure = fail(network, places, **what)
        assert told["bts_cut_off"].iloc[k] == failure.bts.sum()
        assert told["residents_cut_off"].iloc[k] == residents[failure.settlements].sum()
        assert told["settlements_cut_off"].iloc[k] == failure.settlements.sum()
        if name:
            kept[name] &= ~failure.bts
            kept_homes[name] &= ~failure.settlements
    for name in kept:
        assert (found.bts_survives[f"{name}_cut"] == kept[name]).all()
        assert (found.settlement_survives[f"{name}_cut"] == kept_homes[name]).all()


def test_an_owner_without_core_is_told() -> None:
    table = ladder_network()
    table.loc[:, "kind"] = "access"
    with pytest.raises(InputError, match="inter-provincial or trunk"):
        build_network(table)


def test_trunk_nodes_are_the_core_where_nothing_leaves() -> None:
    network = build_network(ladder_network().iloc[1:])
    assert "trunk nodes of V" in network.core_rule
    at = {node_at(network, "V", 0, 0), node_at(network, "V", 1000, 0)}
    assert set(network.core.tolist()) == at


def test_given_stations_are_the_core() -> None:
    stations = bts_at(("core", "Viettel", 1000, 980))
    network = build_network(ladder_network(), core=stations)
    assert network.core.tolist() == [node_at(network, "V", 1000, 1000)]
    with pytest.raises(InputError, match="1000 m"):
        build_network(ladder_network(), core=bts_at(("core", "Viettel", 9000, 0)))
