"""Where new cable runs: what ground costs, the tree over it, what is built first."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from engine_world import CRS, NORTH_M, WEST_M, make_terrain
from fibre_world import spans
from hypothesis import given
from hypothesis import strategies as st

from htcoverage.errors import InputError
from htcoverage.fibre.costs import RouteCosts
from htcoverage.fibre.extension import plan_extension
from htcoverage.fibre.graph import FibreNetwork, build_network
from htcoverage.fibre.terrain_costs import CostGraph, road_cost_graph, terrain_cost_graph
from htcoverage.terrain import Terrain

COSTS = RouteCosts(
    pole_line_cost_per_km=100.0,
    cost_per_crossing=7.0,
    factor_by_slope_percent={10.0: 1.5, 20.0: 2.0},
    factor_by_land_cover={1: 1.0, 7: 5.0},
)


def at(row: float, col: float) -> tuple[float, float]:
    """Middle of a terrain pixel of 100 m."""
    return WEST_M + 100.0 * (col + 0.5), NORTH_M - 100.0 * (row + 0.5)


def flat(rows: int = 9, cols: int = 9, **changes: np.ndarray) -> Terrain:
    terrain = make_terrain(changes.get("ground", np.zeros((rows, cols))))
    classes = changes.get("classes", np.ones((rows, cols)))
    terrain.clutter_class[:] = classes
    if "zone" in changes:
        terrain = make_terrain(np.zeros((rows, cols)), zone=changes["zone"])
        terrain.clutter_class[:] = classes
    return terrain


def network_along(*line: tuple[float, float]) -> FibreNetwork:
    table = spans(("s", "V", "trunk", 1, [(0, 0), (1, 0)]))
    return build_network(table.set_geometry([shapely.LineString(line)], crs=CRS))


def places(*points: tuple[float, float], residents: tuple[float, ...] = ()) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(
        {"target_id": [f"t{k}" for k in range(len(points))]},
        geometry=[shapely.Point(point) for point in points],
        crs=CRS,
    )
    return table.assign(residents=residents) if residents else table


def cost_between(graph: CostGraph, a: tuple[float, float], b: tuple[float, float]) -> float:
    i, j = (int(np.hypot(*(graph.xy_m - point).T).argmin()) for point in (a, b))
    return float(graph.matrix[i, j])


def test_a_step_costs_its_length_its_ground_and_its_slope() -> None:
    ground = np.zeros((3, 3))
    ground[2, 2] = 20.0
    classes = np.ones((3, 3))
    classes[0, 2] = 7
    graph = terrain_cost_graph(flat(3, 3, ground=ground, classes=classes), step_m=100, costs=COSTS)
    assert cost_between(graph, at(0, 0), at(0, 1)) == pytest.approx(10.0)
    assert cost_between(graph, at(0, 0), at(1, 1)) == pytest.approx(10.0 * 2**0.5)
    assert cost_between(graph, at(0, 1), at(0, 2)) == pytest.approx(30.0)  # half of it dear
    assert cost_between(graph, at(1, 2), at(2, 2)) == pytest.approx(20.0)  # a slope of 20 %
    assert cost_between(graph, at(0, 0), at(0, 2)) == 0.0  # no neighbours


def test_the_sea_is_closed_and_blocks_are_means() -> None:
    zone = np.full((4, 4), 4)
    zone[:, 2:] = 1
    graph = terrain_cost_graph(flat(4, 4, zone=zone), step_m=200, costs=COSTS)
    assert len(graph.xy_m) == 2
    assert graph.step_m == 200.0
    assert graph.xy_m[0].tolist() == [WEST_M + 100.0, NORTH_M - 100.0]
    assert graph.matrix[0, 1] == pytest.approx(20.0)


def test_a_straight_extension_by_hand() -> None:
    graph = terrain_cost_graph(flat(), step_m=100, costs=COSTS)
    network = network_along(at(0, 0), at(8, 0))
    plan = plan_extension(network, places(at(4, 5)), graph)
    assert plan.cost == pytest.approx(50.0)  # 500 m at 100 a km
    assert plan.lower_bound == pytest.approx(50.0)
    assert plan.routes["length_km"].sum() == pytest.approx(0.5, rel=1e-3)
    line = plan.routes.geometry.iloc[0]
    assert sorted([line.coords[0], line.coords[-1]]) == [at(4, 0), at(4, 5)]


def test_a_river_is_gone_round_where_that_is_cheaper() -> None:
    classes = np.ones((9, 9))
    classes[:8, 4] = 7  # a river with a way round at the last row
    graph = terrain_cost_graph(flat(classes=classes), step_m=100, costs=COSTS)
    network = network_along(at(0, 0), at(0, 1))
    near = plan_extension(network, places(at(0, 8)), graph)
    crossed = shapely.union_all(near.routes.geometry.to_numpy())
    assert crossed.intersects(shapely.box(*at(7.5, 4), *at(-0.5, 4)))  # over: 10 dear steps less
    classes[:8, 4] = 200  # no factor: 1
    dear = RouteCosts(pole_line_cost_per_km=100.0, factor_by_land_cover={200: 50.0})
    graph = terrain_cost_graph(flat(classes=classes), step_m=100, costs=dear)
    far = plan_extension(network, places(at(0, 8)), graph)
    round_ = shapely.union_all(far.routes.geometry.to_numpy())
    assert not round_.intersects(shapely.box(*at(7.4, 4), *at(-0.5, 4)))


def test_the_most_residents_for_the_money_come_first_and_budgets_carry_over() -> None:
    graph = terrain_cost_graph(flat(), step_m=100, costs=COSTS)
    network = network_along(at(0, 0), at(8, 0))
    targets = places(at(0, 2), at(8, 2), at(8, 8), residents=(10.0, 50.0, 60.0))
    plan = plan_extension(network, targets, graph, phase_budget=25.0)
    assert plan.steps["target_id"].tolist() == ["t1", "t2", "t0"]  # 50/20, 60/60, 10/20
    assert plan.steps["cost"].tolist() == pytest.approx([20.0, 60.0, 20.0])
    assert plan.steps["phase"].tolist() == [1, 4, 4]
    assert plan.steps["cumulative_residents"].tolist() == [50.0, 110.0, 120.0]
    assert plan.routes["cost"].sum() == pytest.approx(plan.cost)
    assert plan.routes["targets"].tolist()[0] == "t1; t2"


def test_what_is_connected_and_what_cannot_be_is_told() -> None:
    zone = np.full((9, 9), 4)
    zone[:, 5] = 1  # a strait
    graph = terrain_cost_graph(flat(zone=zone), step_m=100, costs=COSTS)
    network = network_along(at(0, 0), at(8, 0))
    targets = places(at(3, 0), at(3, 3), at(3, 7))
    plan = plan_extension(network, targets, graph)
    assert plan.connected == ("t0",)
    assert plan.unreachable == ("t2",)
    assert plan.steps["target_id"].tolist() == ["t1"]
    nothing = plan_extension(network, targets.iloc[[0, 2]], graph)
    assert (nothing.cost, nothing.gap_share, len(nothing.routes)) == (0.0, 0.0, 0)


def test_roads_are_followed() -> None:
    roads = gpd.GeoDataFrame(
        {"cost_factor": [1.0, 3.0]},
        geometry=[
            shapely.LineString([at(0, 0), at(0, 8), at(8, 8)]),
            shapely.LineString([at(0, 0), at(8, 8)]),
        ],
        crs=CRS,
    )
    network = network_along(at(0, 0), at(-1, 0))
    graph = road_cost_graph(roads, crs=CRS, costs=COSTS)
    plan = plan_extension(network, places(at(8, 8)), graph)
    assert plan.cost == pytest.approx(160.0, rel=1e-3)  # 1.6 km round, not 1.13 km at thrice
    roads["cost_factor"] = 1.0
    plan = plan_extension(network, places(at(8, 8)), road_cost_graph(roads, crs=CRS, costs=COSTS))
    assert plan.cost == pytest.approx(80.0 * 2**0.5, rel=1e-3)


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=6, unique=True),
    st.integers(0, 3),
)
def test_every_plan_joins_its_targets_for_what_it_says(
    cells: list[tuple[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    ground = rng.uniform(0.0, 60.0, (9, 9))
    graph = terrain_cost_graph(flat(ground=ground), step_m=100, costs=COSTS)
    network = network_along(at(0, 0), at(0, 1))
    targets = places(*(at(*cell) for cell in cells))
    plan = plan_extension(network, targets, graph, phase_budget=40.0)
    assert len(plan.connected) + len(plan.steps) == len(cells)
    assert plan.lower_bound <= plan.cost * (1 + 1e-9) <= 2 * plan.lower_bound * (1 + 1e-6) + 1e-9
    assert plan.steps["cost"].sum() == pytest.approx(plan.cost)
    assert plan.routes["cost"].sum() == pytest.approx(plan.cost)
    together = shapely.union_all(
        [*plan.routes.geometry, *network.spans.geometry, shapely.Point(at(0, 0))]
    ).buffer(1.0)
    assert together.geom_type == "Polygon"  # all of it hangs together
    assert all(together.covers(point) for point in targets.geometry)


def test_bad_arguments_are_told() -> None:
    graph = terrain_cost_graph(flat(), step_m=100, costs=COSTS)
    network = network_along(at(0, 0), at(8, 0))
    with pytest.raises(InputError, match="at least one place"):
        plan_extension(network, places(at(0, 1)).iloc[:0], graph)
    with pytest.raises(InputError, match="above 0"):
        plan_extension(network, places(at(0, 1)), graph, phase_budget=0.0)
    with pytest.raises(InputError, match="one of V"):
        plan_extension(network, places(at(0, 1)), graph, owner="W")
    with pytest.raises(InputError, match="near"):
        plan_extension(network_along((0, 0), (50, 0)), places(at(0, 1)), graph)
    with pytest.raises(InputError, match="per_km"):
        RouteCosts(pole_line_cost_per_km=-1.0)
    with pytest.raises(InputError, match="factors"):
        RouteCosts(factor_by_land_cover={1: 0.0})
    with pytest.raises(InputError, match="pole_line"):
        RouteCosts(build="by air")  # type: ignore[arg-type]


def test_slopes_have_classes_and_buried_cable_its_own_price() -> None:
    ground = np.zeros((2, 4))
    ground[0] = [0.0, 9.0, 9.0, 28.0]  # 9 %, flat, 19 %
    duct = RouteCosts(
        build="buried_duct", buried_duct_cost_per_km=400.0, factor_by_land_cover={},
        factor_by_slope_percent={10.0: 1.5, 20.0: 2.0},
    )  # fmt: skip
    graph = terrain_cost_graph(flat(2, 4, ground=ground), step_m=100, costs=duct)
    row = [cost_between(graph, at(0, col), at(0, col + 1)) for col in range(3)]
    assert row == pytest.approx([40.0, 40.0, 60.0])


def test_each_river_costs_a_crossing_however_it_is_drawn() -> None:
    line = shapely.LineString([at(-0.6, 1.4), at(2.6, 1.4)])
    wide = shapely.LineString([at(-0.6, 6.0), at(2.6, 6.0)]).buffer(80.0)  # banks 160 m apart
    rivers = gpd.GeoDataFrame(geometry=[line, wide], crs=CRS)
    graph = terrain_cost_graph(flat(3, 9), step_m=100, rivers=rivers, costs=COSTS)
    row = [cost_between(graph, at(1, col), at(1, col + 1)) for col in range(8)]
    assert row == pytest.approx([10, 17, 10, 10, 10, 13.5, 13.5, 10])
    roads = gpd.GeoDataFrame(
        {"highway": ["track"]}, geometry=[shapely.LineString([at(1, 0), at(1, 8)])], crs=CRS
    )
    graph = road_cost_graph(
        roads, crs=CRS, rivers=rivers.to_crs("EPSG:4326"),
        costs=RouteCosts(pole_line_cost_per_km=100.0, cost_per_crossing=7.0),
    )  # fmt: skip
    assert graph.matrix[0, 1] == pytest.approx(80.0 * 1.2 + 14.0, rel=1e-3)


def test_kinds_of_land_cover_have_factors_and_a_class_goes_before_its_kind() -> None:
    terrain = replace(
        flat(1, 4, classes=np.array([[1, 4, 4, 9]])), surroundings={4: "trees", 9: "water"}
    )
    costs = RouteCosts(
        pole_line_cost_per_km=100.0, factor_by_land_cover={"trees": 2.0, "water": 8.0, 9: 4.0}
    )
    graph = terrain_cost_graph(terrain, step_m=100, costs=costs)
    row = [cost_between(graph, at(0, col), at(0, col + 1)) for col in range(3)]
    assert row == pytest.approx([15.0, 20.0, 30.0])
    bare = terrain_cost_graph(flat(1, 2, classes=np.zeros((1, 2))), step_m=100)
    assert cost_between(bare, at(0, 0), at(0, 1)) == pytest.approx(6.0)  # class 0 of no land cover


@pytest.mark.parametrize("step_m", [0.0, -90.0, float("nan"), float("inf")])
def test_a_step_that_is_none_is_told(step_m: float) -> None:
    with pytest.raises(InputError, match="a distance above 0"):
        terrain_cost_graph(flat(), step_m=step_m, costs=COSTS)


def test_fewer_residents_than_none_are_told() -> None:
    network = network_along(at(0, 0), at(0, 8))
    graph = terrain_cost_graph(flat(), step_m=100, costs=COSTS)
    with pytest.raises(InputError, match="0 or more"):
        plan_extension(network, places(at(4, 4), at(6, 6), residents=(5.0, -1.0)), graph)


def test_the_last_stretch_to_a_target_costs_open_land_and_ends_two_steps_off_the_graph() -> None:
    network = network_along(at(0, 0), at(0, 8))
    graph = terrain_cost_graph(flat(), step_m=100, costs=COSTS)
    x, y = at(8, 4)
    plan = plan_extension(network, places((x, y - 150.0), (x, y - 250.0), (x, y)), graph)
    assert plan.unreachable == ("t1",)  # 250 m is more than two steps
    assert plan.steps.set_index("target_id")["cost"].to_dict() == pytest.approx(
        {"t2": 80.0, "t0": 15.0}
    )
    assert (plan.cost, plan.lower_bound) == pytest.approx((95.0, 95.0))
    assert plan.routes["cost"].sum() == pytest.approx(95.0)
