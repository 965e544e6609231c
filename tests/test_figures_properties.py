from __future__ import annotations

import numpy as np
from figures_world import box, make_coverage, make_districts, make_settlements
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from htcoverage.figures import CoverCriteria, compute_figures

SETTLEMENTS = make_settlements(
    ("s1", "w", 120.0, box(0.3, 0.2, 2.6, 2.1)),
    ("s2", "e", 44.0, box(2.5, 2.1, 3.7, 2.9)),
)
DISTRICTS = make_districts(("w", box(0, 0, 2.4, 3)), ("e", box(2.4, 0, 4, 3)))
NAMES = ("a_3g", "a_4g", "b_3g", "b_4g")

level_dbm = st.one_of(st.just(np.nan), st.floats(-140, -60, width=32))
networks = arrays(np.float32, (4, 3, 4), elements=level_dbm)


def figures_of(levels: np.ndarray, **criteria: float):
    coverage = make_coverage(**dict(zip(NAMES, levels, strict=True)))
    return compute_figures(coverage, SETTLEMENTS, DISTRICTS, criteria=CoverCriteria(**criteria))


@given(networks, st.floats(0, 30, width=32))
@settings(max_examples=40, deadline=None)
def test_more_level_never_covers_less(levels, rise_db):
    before, after = figures_of(levels), figures_of(levels + np.float32(rise_db))
    assert (after["covered"] >= before["covered"]).all()
    assert (after["total"] == before["total"]).all()


@given(networks, st.floats(0.5, 0.999))
@settings(max_examples=40, deadline=None)
def test_the_cell_edge_never_covers_more_than_the_median(levels, probability):
    figures = figures_of(levels, cell_edge_probability=probability)
    wide = figures.pivot(
        index=["area_code", "technology", "operator", "denominator", "settlement_part"],
        columns="basis",
        values="covered_share",
    )
    assert (wide["cell_edge"] <= wide["median"]).all()
    assert figures["covered_share"].between(0.0, 1.0).all()


@given(networks)
@settings(max_examples=40, deadline=None)
def test_any_holds_each_and_each_holds_all(levels):
    figures = figures_of(levels)
    keys = ["area_code", "denominator", "settlement_part", "basis"]
    counted = figures[figures["basis"] != "expected"]
    by_operator = counted.pivot(
        index=[*keys, "technology"], columns="operator", values="covered_share"
    )
    for operator in ("a", "b"):
        assert (by_operator["any"] >= by_operator[operator]).all()
        assert (by_operator["all"] <= by_operator[operator]).all()
    by_technology = counted.pivot(
        index=[*keys, "operator"], columns="technology", values="covered_share"
    )
    for technology in ("3G", "4G"):
        assert (by_technology["any"] >= by_technology[technology]).all()
        assert (by_technology["both"] <= by_technology[technology]).all()


@given(networks)
@settings(max_examples=25, deadline=None)
def test_the_order_of_layers_does_not_matter(levels):
    keys = [
        "area_code", "technology", "operator", "denominator", "settlement_part", "basis",
    ]  # fmt: skip
    forth = figures_of(levels).set_index(keys)["covered"].sort_index()
    coverage = make_coverage(**dict(reversed(list(zip(NAMES, levels, strict=True)))))
    back = compute_figures(coverage, SETTLEMENTS, DISTRICTS).set_index(keys)["covered"]
    assert (forth == back.sort_index()).all()
