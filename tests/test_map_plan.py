"""The map of an extension: routes by phase, targets by name, nothing asked of the network."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import map_world as world
import numpy as np
import pytest
import shapely
from fibre_world import CRS, ORIGIN, bts_at, homes_at, ladder_network
from map_browser import Visit, open_browser
from test_fibre_status import DISTRICT

from htcoverage.fibre import CostGraph, RouteCosts, build_network, plan_extension, plan_figures
from htcoverage.fibre.classes import PHASE_COLOURS
from htcoverage.fibre.terrain_costs import symmetric_matrix
from htcoverage.maps import make_plan_map, save_map
from htcoverage.plots import plot_routes

NAMES = ("Bản Rào Tre", "<b>Thôn Đông Hà</b>", "Trường học", None)


def grid_graph(side: int = 12, step_m: float = 1000.0) -> CostGraph:
    """A square of places 1 km apart, 1 a step."""
    number = np.arange(side * side).reshape(side, side)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    y, x = np.divmod(np.arange(side * side), side)
    xy = np.column_stack([x, y]) * step_m + ORIGIN
    costs = RouteCosts(pole_line_cost_per_km=1.0)
    return CostGraph(symmetric_matrix(a, b, np.ones(len(a)), side * side), xy, CRS, step_m, costs)


def targets_at(*places: tuple[float, float], names: tuple[str | None, ...]) -> gpd.GeoDataFrame:
    at = [shapely.Point(np.asarray(place) * 1000.0 + ORIGIN) for place in places]
    return gpd.GeoDataFrame(
        {"target_id": [f"t{k}" for k in range(len(at))], "name": names,
         "residents": [40.0, 30.0, 20.0, 10.0][: len(at)]}, geometry=at, crs=CRS,
    )  # fmt: skip


def plan_of(names: tuple[str | None, ...] = NAMES, **options: float):
    places = ((3.0, 2.0), (6.0, 2.0), (9.0, 2.0), (9.0, 9.0))[: len(names)]
    network = build_network(ladder_network())
    return network, plan_extension(
        network, targets_at(*places, names=names), grid_graph(), **options
    )


def page_of(path: Path, **options: float) -> Path:
    network, plan = plan_of(**options)
    page = make_plan_map(
        plan, network.spans, settlements=homes_at(("h", 700, 500, 500)),
        districts=DISTRICT.assign(full_name="Huyện Vũ Quang", communes=10),
        bts=bts_at(("b", "V", 0, 0)),
    )  # fmt: skip
    save_map(page, path)
    return path


def test_targets_are_told_by_name_and_identifier_everywhere() -> None:
    _, plan = plan_of(phase_budget=3.0)
    assert plan.steps["target"].tolist() == ["Bản Rào Tre", "<b>Thôn Đông Hà</b>", "Trường học", ""]
    assert [plan.called(each) for each in plan.steps["target_id"]] == [
        "Bản Rào Tre (t0)", "<b>Thôn Đông Hà</b> (t1)", "Trường học (t2)", "t3",
    ]  # fmt: skip
    assert plan.routes["names"][0] == "Bản Rào Tre; <b>Thôn Đông Hà</b>; Trường học"
    assert plan.routes["targets"][0] == "t0; t1; t2; t3"
    at = shapely.get_coordinates(plan.steps.geometry.to_numpy()) - ORIGIN
    assert at.tolist() == [[3000, 2000], [6000, 2000], [9000, 2000], [9000, 9000]]
    told = plan_figures(plan, RouteCosts())
    assert told["names"] == {"t0": NAMES[0], "t1": NAMES[1], "t2": NAMES[2]}
    assert [step["target"] for step in told["steps"]] == plan.steps["target"].tolist()


def test_the_picture_marks_every_target() -> None:
    network, plan = plan_of()
    drawn = plot_routes(plan, spans=network.spans, districts=DISTRICT)
    marks = [dots for dots in drawn.collections if len(dots.get_offsets()) == len(plan.steps)]
    at = shapely.get_coordinates(plan.steps.geometry.to_numpy())
    assert any(np.allclose(np.asarray(dots.get_offsets()), at) for dots in marks)


@pytest.fixture(scope="module")
def browser():
    with open_browser() as chromium:
        yield chromium


def test_the_reader_sees_phases_and_finds_targets(browser, tmp_path: Path) -> None:
    path = page_of(tmp_path / "plan.html", phase_budget=3.0)
    visit = Visit(browser, path)
    page = visit.page
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-htc-ready]")
    rows = page.evaluate(
        "HTC.overlays.routes.getLayers()[0].getLayers().map(s =>"
        " [HTC.value(HTC.data.themes.routes, 2, s.row), s.options.color])"
    )
    # 2, 3, 3 and 7 km, each paid when 3 a phase have been saved for it.
    assert dict(rows) == {phase: PHASE_COLOURS[phase - 1] for phase in (1, 2, 3, 5)}
    last = page.evaluate("HTC.data.plan.targets[3][1]")
    assert last == ["t3", "t3", 4, 5, 10.0, "7 million VND", "15 million VND"]
    legend = page.inner_text("#htc-legend")
    assert "phase 5: 7.0 km, 7 million VND" in legend
    assert "fibre in service" in legend
    names = page.locator(".htc-label").all_inner_texts()
    assert {"Bản Rào Tre", "<b>Thôn Đông Hà</b>", "Trường học", "t3"} <= set(names)
    page.fill("#htc-search", "thon dong ha")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup")
    popup = page.inner_text(".leaflet-popup-content")
    assert "<b>Thôn Đông Hà</b>" in popup
    assert "t1" in popup
    page.keyboard.press("Escape")
    assert page.locator("#htc-surface").count() == 0  # no pictures, no choice of them
    page.mouse.click(600, 780)
    page.uncheck("#htc-show-routes")
    assert "phase" not in page.inner_text("#htc-legend")
    assert visit.said == []
    assert set(visit.asked) == {path.as_uri()}


def test_the_same_plan_makes_the_same_page(tmp_path: Path) -> None:
    first, second = (page_of(tmp_path / name).read_bytes() for name in ("a.html", "b.html"))
    assert first == second
    assert b"default-src 'none'" in first


def test_other_maps_have_no_plan(tmp_path: Path) -> None:
    save_map(world.world_map(), tmp_path / "map.html")
    assert '"plan":null' in (tmp_path / "map.html").read_text(encoding="utf-8").replace(" ", "")
