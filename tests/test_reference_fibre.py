"""The modelled fibre network: stated sums, reach, one connected graph, routes to the neighbours."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from test_reference_ledger import COMMUNES, SMALL, toy_province

from htcoverage.crs import reproject
from htcoverage.reference_builder import fibre as fibre_module
from htcoverage.reference_builder.corridors import EXITS
from htcoverage.reference_builder.fibre import (
    COUNTS,
    Fibre,
    FibreCounts,
    build_fibre,
    lengths_km,
)
from htcoverage.reference_builder.fibre_reach import CLEARANCE_M, choose_unreached
from htcoverage.reference_builder.fibre_routes import route_owner
from htcoverage.reference_builder.fibre_spans import Cables, chain_spans
from htcoverage.reference_builder.ground import Ground
from htcoverage.reference_builder.ledger import build_ledger
from htcoverage.reference_builder.roads import Roads, bent_line, build_roads
from htcoverage.schema import SPANS

TOY = FibreCounts(cable_km=4000.0, villages_without_fibre=(("436", 3),))

Province = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, Ground]


@pytest.fixture(scope="module")
def province() -> Province:
    return toy_province()


@pytest.fixture(scope="module")
def bts(province: Province) -> gpd.GeoDataFrame:
    settlements, districts, ground = province
    return build_ledger(
        settlements, districts=districts, communes=COMMUNES, ground=ground, seed=1, counts=SMALL
    ).bts


@pytest.fixture(scope="module")
def fibre(province: Province, bts: gpd.GeoDataFrame) -> Fibre:
    settlements, districts, ground = province
    return build_fibre(settlements, districts=districts, bts=bts, ground=ground, seed=1, counts=TOY)


def components(spans: gpd.GeoDataFrame) -> int:
    """Connected components of a graph whose nodes are the exact end coordinates of the spans."""
    xy, line = shapely.get_coordinates(spans.geometry.to_numpy(), return_index=True)
    first = np.flatnonzero(np.diff(line, prepend=-1))
    last = np.flatnonzero(np.diff(line, append=line[-1] + 1))
    nodes, number = np.unique(np.concatenate([xy[first], xy[last]]), axis=0, return_inverse=True)
    a, b = np.split(number.ravel(), 2)
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(nodes), len(nodes)))
    return connected_components(graph, directed=False)[0]


def inside(spans: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return spans[spans["kind"] != "inter-provincial"]


def ellipsoid_km(lines: gpd.GeoSeries) -> np.ndarray:
    geod = Geod(ellps="WGS84")
    table = reproject(gpd.GeoDataFrame(geometry=lines), "EPSG:4326")
    return np.array([geod.geometry_length(line) for line in table.geometry]) / 1000.0


def test_the_stated_counts_are_those_of_the_public_statement() -> None:
    assert COUNTS.cable_km == 21_000.0
    assert sum(n for _, n in COUNTS.villages_without_fibre) == 26
    assert len({code for code, _ in COUNTS.villages_without_fibre}) == 7
    assert [code for code, _ in COUNTS.villages_without_fibre][:3] == ["444", "439", "441"]
    assert sum(len(crossing.owners) for crossing in EXITS) == 11


def test_cables_sum_to_the_stated_length_on_the_ellipsoid(fibre: Fibre) -> None:
    own = inside(fibre.spans)
    cable_km = (ellipsoid_km(own.geometry) * own["cables"]).sum()
    assert cable_km == pytest.approx(TOY.cable_km, rel=TOY.cable_tolerance_share)


def test_lengths_are_geodesic_not_planar(fibre: Fibre) -> None:
    lines = fibre.spans.geometry
    np.testing.assert_allclose(lengths_km(lines.to_numpy()), ellipsoid_km(lines), rtol=1e-9)


def test_a_sum_out_of_reach_is_refused(province: Province, bts: gpd.GeoDataFrame) -> None:
    settlements, districts, ground = province
    for cable_km in (10.0, 1e7):
        with pytest.raises(ValueError, match="no dimensioning"):
            build_fibre(
                settlements,
                districts=districts,
                bts=bts,
                ground=ground,
                seed=1,
                counts=dataclasses.replace(TOY, cable_km=cable_km),
            )


def test_spans_follow_the_schema(fibre: Fibre) -> None:
    spans = fibre.spans
    assert list(spans.columns) == [*SPANS.column_names, "geometry"]
    assert spans["span_id"].is_unique
    assert set(spans["kind"]) == {"trunk", "ring", "access", "inter-provincial"}
    for column in SPANS.columns:
        if column.low is not None:
            assert spans[column.name].between(column.low, column.high).all(), column.name
    assert (spans["fibres"] == spans["cables"] * spans["kind"].map(fibre_module.FIBRES)).all()
    assert spans.geometry.is_simple.all()
    assert (spans.length > 0.0).all()
    assert not spans.duplicated(["owner", "geometry"]).any()


def test_all_spans_inside_are_one_graph_and_so_are_each_owners(fibre: Fibre) -> None:
    own = inside(fibre.spans)
    assert components(own) == 1
    for _, spans in own.groupby("owner"):
        assert components(spans) == 1
    assert components(fibre.spans) == 1


def test_an_exit_leaves_from_its_owners_trunk_and_ends_abroad(
    fibre: Fibre, province: Province
) -> None:
    routes = fibre.spans[fibre.spans["kind"] == "inter-provincial"]
    trunk = fibre.spans[fibre.spans["kind"] == "trunk"]
    assert len(routes) == 11
    assert routes["owner"].value_counts().to_dict() == {"Viettel": 5, "VNPT": 4, "MobiFone": 2}
    for owner, line in zip(routes["owner"], routes.geometry, strict=True):
        own = trunk[trunk["owner"] == owner].geometry.union_all()
        assert own.distance(shapely.Point(line.coords[0])) == 0.0
        assert not province[1].geometry.iloc[0].contains(shapely.Point(line.coords[-1]))


def test_every_village_is_reached_but_the_stated_number(fibre: Fibre, province: Province) -> None:
    settlements, _, _ = province
    cables = shapely.union_all(fibre.spans.geometry.to_numpy())
    distance_m = shapely.distance(settlements.geometry.to_numpy(), cables)
    left_out = settlements["settlement_id"].isin(fibre.villages_without_fibre["settlement_id"])
    assert left_out.sum() == 3
    assert (distance_m[~left_out] == 0.0).all()
    assert (distance_m[left_out] > CLEARANCE_M).all()
    reported_m = fibre.villages_without_fibre["to_fibre_m"].to_numpy()
    np.testing.assert_allclose(reported_m, distance_m[left_out], atol=0.5)


def test_every_station_has_its_owners_cable_or_stands_at_a_village_without(
    fibre: Fibre, province: Province, bts: gpd.GeoDataFrame
) -> None:
    settlements, _, _ = province
    left_out = settlements["settlement_id"].isin(fibre.villages_without_fibre["settlement_id"])
    villages = shapely.union_all(settlements.geometry.to_numpy()[left_out])
    stations = reproject(bts, "EPSG:9209")
    for owner, operator in fibre_module.OWNERS:
        own = stations[stations["operator"] == operator]
        cables = fibre.spans[fibre.spans["owner"] == owner].geometry.union_all()
        # Nodes are rounded to 0.1 m, stations to 1e-6 degrees.
        without = shapely.distance(own.geometry.to_numpy(), cables) > 0.3
        assert without.mean() < 0.1
        to_village_m = shapely.distance(own.geometry.to_numpy()[without], villages)
        assert (to_village_m <= CLEARANCE_M + 0.3).all()


def hand_drawn_roads() -> Roads:
    """A street of nodes 0 to 4, 100 m apart, and a dear detour 0–5–2 past its first half."""
    points = np.array(
        [[0.0, 0.0], [100.0, 0.0], [200.0, 0.0], [300.0, 0.0], [400.0, 0.0], [100.0, 90.0]]
    )
    edges = np.array([[0, 1], [0, 5], [1, 2], [2, 3], [2, 5], [3, 4]])
    cost_m = np.array([100.0, 120.0, 100.0, 100.0, 120.0, 100.0])
    lines = np.array([shapely.LineString(points[edge]) for edge in edges])
    return Roads(points, settlements=5, masts=0, edges=edges, cost_m=cost_m, lines=lines)


def test_a_ring_comes_back_another_way_and_access_sums_the_homes_beyond() -> None:
    roads = hand_drawn_roads()
    routes = route_owner(
        roads,
        owner="nobody",
        rings=[np.array([0, 2])],
        demand=np.array([7.0, 0.0, 5.0, 30.0, 12.0, 0.0]),
        closed=np.zeros(6, dtype=bool),
        shared=np.zeros(6, dtype=bool),
    )
    assert routes.kind.tolist() == ["ring", "ring", "ring", "access", "ring", "access"]
    assert routes.served.tolist() == [0.0, 0.0, 0.0, 42.0, 0.0, 12.0]


def test_rings_apart_are_joined_by_the_cheapest_way() -> None:
    routes = route_owner(
        hand_drawn_roads(),
        owner="nobody",
        rings=[np.array([0, 1]), np.array([3, 4])],
        demand=np.zeros(6),
        closed=np.zeros(6, dtype=bool),
        shared=np.zeros(6, dtype=bool),
    )
    assert routes.kind.tolist() == ["ring", "", "ring", "ring", "", "ring"]


def test_a_road_past_a_village_without_fibre_carries_no_cable() -> None:
    """Two villages; a short road between them 300 m from a third, and a long one far from it."""
    points = np.array([[0.0, 0.0], [9000.0, 0.0], [4500.0, 400.0], [4500.0, 5000.0]])
    edges = np.array([[0, 1], [0, 3], [1, 3], [2, 3]])
    roads = Roads(
        points,
        settlements=3,
        masts=0,
        edges=edges,
        cost_m=np.hypot(*(points[edges[:, 0]] - points[edges[:, 1]]).T),
        lines=np.array([shapely.LineString(points[edge]) for edge in edges]),
    )
    villages = gpd.GeoDataFrame(
        {"district_code": "x", "commune_code": "y", "residents": [600, 600, 300]},
        geometry=shapely.buffer(shapely.points(points[:3]), 100.0),
        crs="EPSG:9209",
    )
    unreached = choose_unreached(
        villages, roads=roads, centres=np.array([0, 1]), wanted=(("x", 1),)
    )
    assert unreached.settlements.tolist() == [False, False, True]
    assert unreached.edges.tolist() == [True, False, False, True]
    with pytest.raises(ValueError, match="district x has too few remote villages: 1 of 2 lack"):
        choose_unreached(villages, roads=roads, centres=np.array([0, 1]), wanted=(("x", 2),))


def test_a_closed_edge_carries_nothing() -> None:
    roads = hand_drawn_roads()
    routes = route_owner(
        roads,
        owner="nobody",
        rings=[np.array([0, 2])],
        demand=np.array([0.0, 0.0, 0.0, 30.0, 12.0, 0.0]),
        closed=np.array([True, False, False, False, False, True]),
        shared=np.zeros(6, dtype=bool),
    )
    assert routes.kind.tolist() == ["", "ring", "", "access", "ring", ""]
    assert routes.served.tolist() == [0.0, 0.0, 0.0, 30.0, 0.0, 0.0]


def test_a_chain_becomes_one_span_and_ends_at_a_stop() -> None:
    roads = dataclasses.replace(hand_drawn_roads(), settlements=1)
    kind = np.array([["trunk", "", "trunk", "access", "", "access"]])
    cables = Cables(("Viettel",), kind, np.array([[3, 0, 3, 2, 0, 2]]))
    lines = [
        list(line.coords) for line in chain_spans(roads, cables=cables, stops=frozenset()).geometry
    ]
    assert lines == [
        [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)],
        [(200.0, 0.0), (300.0, 0.0), (400.0, 0.0)],
    ]
    stopped = chain_spans(roads, cables=cables, stops=frozenset({3}))
    assert stopped["cables"].tolist() == [3, 2, 2]
    assert stopped.length.tolist() == [200.0, 100.0, 100.0]


def test_the_same_seed_repeats_and_another_differs(
    fibre: Fibre, province: Province, bts: gpd.GeoDataFrame
) -> None:
    settlements, districts, ground = province
    build = lambda seed: build_fibre(  # noqa: E731
        settlements, districts=districts, bts=bts, ground=ground, seed=seed, counts=TOY
    )
    again, other = build(1), build(2)
    assert again.spans.equals(fibre.spans)
    assert again.villages_without_fibre.equals(fibre.villages_without_fibre)
    assert not np.array_equal(other.spans.total_bounds, fibre.spans.total_bounds) or len(
        other.spans
    ) != len(fibre.spans)


def test_roads_join_everything_and_bend_without_crossing_much(
    province: Province, bts: gpd.GeoDataFrame
) -> None:
    settlements, districts, ground = province
    sites = reproject(bts.drop_duplicates("site_id"), "EPSG:9209")
    roads = build_roads(
        settlements,
        masts=np.column_stack([sites.geometry.x, sites.geometry.y]),
        districts=districts,
        ground=ground,
        rng=np.random.default_rng(4),
    )
    assert connected_components(roads.matrix(), directed=False)[0] == 1
    straight_m = np.hypot(*(roads.points[roads.edges[:, 0]] - roads.points[roads.edges[:, 1]]).T)
    detour = shapely.length(roads.lines) / straight_m
    assert (detour >= 1.0 - 1e-9).all()
    assert 1.005 < detour.mean() < 1.2
    assert (roads.cost_m >= 0.7 * straight_m - 1e-6).all()
    a, b = shapely.STRtree(roads.lines).query(roads.lines, predicate="crosses")
    assert (a < b).sum() == 0


def test_climbing_and_crossing_water_cost_more(province: Province) -> None:
    settlements, districts, ground = province
    flooded = dataclasses.replace(ground, water=np.ones_like(ground.water))
    masts = np.empty((0, 2))
    for land, factor in ((ground, 1.0), (flooded, 7.0)):
        roads = build_roads(
            settlements,
            masts=masts,
            districts=districts,
            ground=land,
            rng=np.random.default_rng(4),
        )
        ends = roads.points[roads.edges]
        length_m = np.hypot(*(ends[:, 0] - ends[:, 1]).T)
        rise_m = np.abs(np.diff(ground.height_m(ends), axis=1))[:, 0]
        # 10 m a metre climbed; a main road has a discount of 30 %.
        assert (roads.cost_m >= 0.7 * (factor * length_m + 10.0 * rise_m) - 1e-6).all()


def test_a_bent_line_keeps_its_ends_and_its_sway() -> None:
    start, end = np.array([0.0, 0.0]), np.array([2200.0, 0.0])
    line = bent_line(start, end, amplitude=np.array([0.05, 0.0, 0.0]))
    assert line.coords[0] == (0.0, 0.0)
    assert line.coords[-1] == (2200.0, 0.0)
    # The middle of the first sine wave: 5 % of the length, to the left.
    assert line.bounds[3] == pytest.approx(110.0, abs=0.1)
    far = bent_line(start, end, amplitude=np.array([5.0, 0.0, 0.0]))
    assert far.bounds[3] == pytest.approx(0.12 * 2200.0, abs=0.1)
