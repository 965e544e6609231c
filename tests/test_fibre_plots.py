"""Pictures of the fibre: classes of what a cut takes, routes by phase, what does not count."""

from __future__ import annotations

import matplotlib as mpl
import pytest
from test_fibre_extension import COSTS, at, flat, network_along, places
from test_fibre_status import DISTRICT, STATUS
from test_map_fibre import map_spans

from htcoverage.errors import InputError
from htcoverage.fibre import plan_extension, terrain_cost_graph
from htcoverage.plots import plot_criticality, plot_fibre, plot_routes

mpl.use("Agg")


def words(ax: mpl.axes.Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_spans_are_drawn_by_what_their_cut_takes() -> None:
    spans = map_spans(status=["in-service"] * 4 + ["planned"])
    ax = plot_criticality(spans, districts=DISTRICT)
    assert words(ax) == [
        "50 and more (0)", "20 – 49 (0)", "5 – 19 (0)", "1 – 4 (1)", "none (3)",
        "not counted: planned or out of service",
    ]  # fmt: skip
    drawn = {line.get_label(): line.get_linewidth() for line in ax.get_legend().get_lines()}
    assert drawn["50 and more (0)"] > drawn["1 – 4 (1)"] > drawn["none (3)"]
    ax = plot_criticality(spans, districts=DISTRICT, by="residents", language="vi")
    assert words(ax)[2:5] == ["500 – 999 (1)", "1 – 499 (0)", "không (3)"]


def test_what_cannot_be_drawn_is_told() -> None:
    with pytest.raises(InputError, match="fibre_map_spans"):
        plot_criticality(map_spans().drop(columns="bts_cut_off_together"), districts=DISTRICT)
    with pytest.raises(InputError, match="'bts' or 'residents'"):
        plot_criticality(map_spans(), districts=DISTRICT, by="km")


def test_fibre_that_is_not_in_service_is_not_measured() -> None:
    ax = plot_fibre(map_spans(status=STATUS), districts=DISTRICT)
    assert words(ax) == [
        "trunk: 1 km", "inter-provincial: 1 km", "ring: 1 km",
        "not counted: planned or out of service",
    ]  # fmt: skip


def test_routes_are_drawn_by_phase_with_their_costs() -> None:
    graph = terrain_cost_graph(flat(), step_m=100, costs=COSTS)
    network = network_along(at(0, 0), at(8, 0))
    targets = places(at(0, 2), at(8, 5), residents=(10.0, 50.0))
    plan = plan_extension(network, targets, graph, phase_budget=50.0)
    ax = plot_routes(plan, spans=network.spans, districts=DISTRICT)
    assert words(ax) == [
        "fibre in service", "phase 1: 0.5 km, 50 million VND", "phase 2: 0.2 km, 20 million VND",
        "target",
    ]  # fmt: skip
    told = plot_routes(plan, spans=network.spans, districts=DISTRICT, language="vi")
    assert words(told)[1] == "giai đoạn 1: 0,5 km, 50 triệu đồng"
    (marked,) = [drawn for drawn in ax.collections if drawn.get_zorder() == 5]
    assert {tuple(point) for point in marked.get_offsets().tolist()} == {at(0, 2), at(8, 5)}
