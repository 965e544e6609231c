"""Survival by district, additions against every choice there is, reach, and hazards."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from engine_world import NORTH_M, WEST_M, make_terrain
from fibre_world import CRS, ORIGIN, bts_at, homes_at, ladder_network, node_at, spans
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.errors import InputError
from htcoverage.fibre.cuts import walk_from_core
from htcoverage.fibre.graph import FibreNetwork, build_network
from htcoverage.fibre.hazard import hazard_below, hazard_in_area
from htcoverage.fibre.reach import attach, reach_places
from htcoverage.fibre.resilience import shortest_additions, survival_by_district
from htcoverage.fibre.risk import analyse_criticality

OWNERS = {"Viettel": "V", "VinaPhone": "W"}


def bridges(network: FibreNetwork, ends: np.ndarray) -> int:
    return int(walk_from_core(len(network.node_xy_m), ends, network.core).bridge.sum())


@st.composite
def trees(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """A random tree of up to 5 nodes, no two nodes in one place, its root the core."""
    cells = draw(
        st.lists(
            st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=5, unique=True
        )
    )
    at = [(1000.0 * x + 13.0 * k, 1000.0 * y) for k, (x, y) in enumerate(cells)]
    kind = ["inter-provincial"] + ["trunk"] * (len(at) - 1)
    rows = [("exit", "V", kind[0], 1, [(-3000.0, 0.0), at[0]])]
    for k in range(1, len(at)):
        rows.append((f"s{k}", "V", kind[k], 1, [at[draw(st.integers(0, k - 1))], at[k]]))
    return spans(*rows)


@settings(max_examples=60)
@given(trees())
def test_additions_are_the_shortest_there_are(table: gpd.GeoDataFrame) -> None:
    network = build_network(table)
    exit_ = int(network.core[0])
    found = shortest_additions(network, owner="V", protect="everything")
    count = len(network.node_xy_m)
    # A second cable between the ends of one span hangs on the same poles: it is no choice.
    joined = {tuple(sorted(ends)) for ends in network.ends.tolist()}
    pairs = [pair for pair in itertools.combinations(range(count), 2) if pair not in joined]
    if not pairs:
        assert (len(found.spans), found.unprotected) == (0, 1)
        return
    length_km = {
        p: float(np.hypot(*(network.node_xy_m[p[0]] - network.node_xy_m[p[1]]))) / 1000.0
        for p in pairs
    }
    best = np.inf
    for size in range(count):
        for chosen in itertools.combinations(pairs, size):
            total = sum(length_km[p] for p in chosen)
            if total < best and bridges(network, np.vstack([network.ends, *chosen])) == 0:
                best = total
    # Lengths are on the ellipsoid, the plane's are within 0.02 % of them here.
    assert found.length_km <= best * 1.0101 + 1e-6
    assert found.lower_bound_km <= best * 1.0003 + 1e-6
    assert found.length_km >= best * 0.9997 - 1e-6
    assert found.unprotected == 0
    assert found.bridges_before == bridges(network, network.ends)
    assert exit_ in network.core
    with_new = pd.concat(
        [
            network.spans,
            found.spans.assign(span_id=[f"n{k}" for k in range(len(found.spans))], kind="access"),
        ],
        ignore_index=True,
    )
    again = build_network(gpd.GeoDataFrame(with_new, crs=CRS))
    assert bridges(again, again.ends) == 0


def test_a_second_way_out_is_found_for_the_trunk_only() -> None:
    network = build_network(ladder_network())
    trunk = shortest_additions(network, owner="V", protect="trunk")
    assert trunk.bridges_before == 1
    line = trunk.spans.geometry.iloc[0]
    assert len(trunk.spans) == 1
    ends = {tuple(np.round(np.array(c) - ORIGIN).tolist()) for c in line.coords}
    # Past the next node: a second cable from end to end of the exit would fall with the first.
    assert ends == {(-1000.0, 0.0), (1000.0, 0.0)}
    assert network.node_xy_m[trunk.ends[0]].tolist() == [list(c) for c in line.coords]
    everything = shortest_additions(network, owner="V", protect="everything")
    assert everything.bridges_before == 2
    assert everything.length_km > trunk.length_km
    with pytest.raises(InputError, match="one of V"):
        shortest_additions(network, owner="W")
    with pytest.raises(InputError, match="trunk"):
        shortest_additions(network, owner="V", protect="core")


def test_a_network_without_bridges_needs_nothing() -> None:
    table = pd.concat(
        [
            ladder_network().iloc[:4],
            spans(("exit2", "V", "inter-provincial", 2, [(1000, 1000), (3000, 0)])),
        ],
        ignore_index=True,
    )
    found = shortest_additions(build_network(gpd.GeoDataFrame(table, crs=CRS)), owner="V")
    assert (found.length_km, found.bridges_before, len(found.spans)) == (0.0, 0, 0)


def test_survival_by_district_by_hand() -> None:
    network = build_network(
        gpd.GeoDataFrame(
            pd.concat(
                [
                    ladder_network(),
                    spans(("exit2", "V", "inter-provincial", 2, [(1000, 0), (3000, 0)])),
                ],
                ignore_index=True,
            ),
            crs=CRS,
        )
    )
    bts = bts_at(
        ("ring", "Viettel", 1000, 1000), ("tail", "Viettel", 2000, 1000),
        ("none", "Viettel", 1000, 9000),
    )  # fmt: skip
    homes = homes_at(("h1", 30, 1000, 1000), ("h2", 70, 2000, 1000), ("h3", 5, 1000, 9000))
    places = attach(network, bts=bts, settlements=homes, owners=OWNERS)
    x, y = ORIGIN
    districts = gpd.GeoDataFrame(
        {"district_code": ["436", "437"], "full_name": ["Tây", "Đông"]},
        geometry=[
            shapely.box(x - 2000, y - 500, x + 1500, y + 9500),
            shapely.box(x + 1500, y - 500, x + 4000, y + 9500),
        ],
        crs=CRS,
    )
    homes["district_code"] = ["436", "437", "436"]
    places.settlements["district_code"] = homes["district_code"].to_numpy()
    table = survival_by_district(
        analyse_criticality(network, places), places, districts, crs=CRS
    ).set_index("district_code")
    assert table["bts"].to_dict() == {"436": 2, "437": 1, "all": 3}
    assert table["bts_on_fibre"].to_dict() == {"436": 1, "437": 1, "all": 2}
    assert table["bts_span_cut_share"].to_dict() == {"436": 1.0, "437": 0.0, "all": 0.5}
    assert table["residents_on_fibre"].to_dict() == {"436": 30.0, "437": 70.0, "all": 100.0}
    assert table.loc["all", "residents_route_cut_share"] == pytest.approx(0.3)


def test_base_stations_hang_on_their_owners_spans_only() -> None:
    table = spans(
        ("v", "V", "trunk", 1, [(0, 0), (1000, 0)]),
        ("w", "W", "trunk", 1, [(0, 300), (1000, 300)]),
    )
    network = build_network(table, core="trunk")
    bts = bts_at(
        ("a", "Viettel", 900, 290), ("b", "VinaPhone", 900, 10), ("c", "MobiFone", 900, 10),
        ("d", "Viettel", 100, 501),
    )  # fmt: skip
    bts["status"] = ["on-air", "on-air", "on-air", "on-air"]
    off = bts_at(("off", "Viettel", 0, 0)).assign(status="planned")
    both = gpd.GeoDataFrame(pd.concat([bts, off], ignore_index=True), crs=CRS)
    homes = homes_at(("h", 1, 500, 150), ("far", 1, 500, 812))
    places = attach(network, bts=both, settlements=homes, owners=OWNERS)
    found = places.bts.set_index("bts_id")
    assert "off" not in found.index
    assert found["owner"].to_dict() == {"a": "V", "b": "W", "c": "V", "d": "V"}  # c leases
    assert found.loc["a", "node"] == node_at(network, "V", 1000, 0)
    assert found["distance_m"].round().to_dict() == {"a": 290, "b": 290, "c": 10, "d": 501}
    assert found.loc["d", "node"] == -1
    assert places.settlements["owners"].tolist() == ["V; W", ""]
    assert places.settlements["distance_m"].round().tolist() == [140, 502]


def test_reach_along_the_network_goes_round() -> None:
    network = build_network(ladder_network())
    place = bts_at(("p", "Viettel", 1000, 1100))
    straight = reach_places(network, place, reach_m=150)
    assert straight["straight_m"].tolist() == pytest.approx([100.0])
    assert straight["within"].tolist() == [True]
    a = node_at(network, "V", 0, 0)
    along = reach_places(network, place, reach_m=2099, starts=np.array([a]))
    # By A-B-D, 2 km, as long as by the other side of the ring; 0.9999 is the scale of TM-3.
    assert along["along_m"].iloc[0] == pytest.approx(2100.0, rel=3e-4)
    assert along["within"].tolist() == [along["along_m"].iloc[0] <= 2099]
    with pytest.raises(InputError, match="at least one fibre node"):
        reach_places(network, place, starts=np.array([], dtype=int))
    with pytest.raises(InputError, match="reach_m"):
        reach_places(network, place, reach_m=-1.0)


def test_a_polygon_takes_what_touches_it_and_all_behind() -> None:
    network = build_network(ladder_network())
    bts = bts_at(
        ("b", "Viettel", 1000, 0), ("d", "Viettel", 1000, 1000), ("e", "Viettel", 2000, 1000)
    )
    homes = homes_at(("h", 9, 2000, 1000))
    places = attach(network, bts=bts, settlements=homes, owners=OWNERS)
    x, y = ORIGIN
    slide = gpd.GeoDataFrame(geometry=[shapely.box(x + 900, y + 900, x + 1100, y + 1100)], crs=CRS)
    found = hazard_in_area(network, places, slide)
    assert network.spans["span_id"][found.spans].tolist() == ["BD", "DA", "DE"]
    assert found.nodes.sum() == 1
    assert found.bts_inside.tolist() == [False, True, False]
    assert found.failure.bts.tolist() == [False, True, True]
    assert found.failure.settlements.tolist() == [True]
    with pytest.raises(InputError, match="polygon"):
        hazard_in_area(network, places, slide.iloc[:0])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (shapely.LineString([ORIGIN, ORIGIN + 500.0]), "polygons: a line"),
        (shapely.Point(ORIGIN), "polygons: a line"),
        (shapely.Point(0.0, 0.0).buffer(500.0), "check its CRS"),
    ],
)
def test_what_cannot_be_a_flooded_area_is_told(shape: shapely.Geometry, expected: str) -> None:
    network = build_network(ladder_network())
    places = attach(network, bts=bts_at(("b", "V", 0, 0)), settlements=homes_at(("h", 1, 0, 0)))
    with pytest.raises(InputError, match=expected):
        hazard_in_area(network, places, gpd.GeoDataFrame(geometry=[shape], crs=CRS))


def test_an_outline_that_crosses_itself_takes_both_its_halves() -> None:
    network = build_network(ladder_network())
    places = attach(network, bts=bts_at(("b", "V", 0, 0)), settlements=homes_at(("h", 1, 0, 0)))
    bow = shapely.Polygon(np.array([(-600, -50), (-400, 50), (-400, -50), (-600, 50)]) + ORIGIN)
    found = hazard_in_area(network, places, gpd.GeoDataFrame(geometry=[bow], crs=CRS))
    assert network.spans["span_id"][found.spans].tolist() == ["exit"]


def test_a_flood_takes_what_lies_below_it() -> None:
    ground = np.full((40, 40), 10.0)
    ground[:, 20] = 2.0  # a channel from north to south
    terrain = make_terrain(ground)
    move = np.array([WEST_M + 500.0, NORTH_M - 2000.0]) - ORIGIN
    table = ladder_network()
    table = table.set_geometry(
        shapely.transform(table.geometry.to_numpy(), lambda xy: xy + move), crs=CRS
    )
    network = build_network(table)
    bts = bts_at(("e", "Viettel", 2000 + move[0], 1000 + move[1]))
    homes = homes_at(("h", 9, 2000 + move[0], 1000 + move[1]))
    places = attach(network, bts=bts, settlements=homes, owners=OWNERS)
    none = hazard_below(network, places, terrain, height_m=2.0)
    assert not none.spans.any()
    flood = hazard_below(network, places, terrain, height_m=2.1)
    # The channel lies between x = 2000 and 2100 of the world, 1500 to 1600 m from A.
    assert network.spans["span_id"][flood.spans].tolist() == ["DE"]
    assert flood.failure.bts.tolist() == [True]
    with pytest.raises(InputError, match="height_m"):
        hazard_below(network, places, terrain, height_m=float("nan"))
