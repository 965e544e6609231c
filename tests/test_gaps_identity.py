from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from figures_world import BAD_DBM, GOOD_DBM, box, make_coverage, make_districts, make_settlements
from hypothesis import given, settings
from hypothesis import strategies as st

from htcoverage.gaps import compare_gaps, find_gaps, keep_gap_ids

DISTRICTS = make_districts(("w", box(0, 0, 20, 20)))
NO_BTS = gpd.GeoDataFrame(
    {"bts_id": [], "site_id": [], "operator": [], "technology": []}, geometry=[], crs="EPSG:9209"
)
HOMES = make_settlements(
    ("s1", "w", 900.0, box(1, 1, 9, 9)),
    ("s2", "w", 500.0, box(11, 1, 19, 9)),
    ("s3", "w", 300.0, box(1, 11, 19, 19)),
)


def world(*holes: tuple[int, int, int, int]) -> np.ndarray:
    """Return levels that are good but for holes given by left, top, right, bottom pixel."""
    level_dbm = np.full((20, 20), GOOD_DBM, dtype=np.float32)
    for left, top, right, bottom in holes:
        level_dbm[top:bottom, left:right] = BAD_DBM
    return level_dbm


def gaps_of(level_dbm: np.ndarray) -> gpd.GeoDataFrame:
    return find_gaps(make_coverage(a_4g=level_dbm), HOMES, DISTRICTS, NO_BTS)


def ids(gaps: gpd.GeoDataFrame) -> dict[tuple[float, float], str]:
    """Return each identifier by the north-west corner of its gap, in pixels."""
    corners = gaps.geometry.bounds
    east = ((corners["minx"] - 500_000.0) / 100.0).round(3)
    south = ((2_000_000.0 - corners["maxy"]) / 100.0).round(3)
    return dict(zip(zip(east, south, strict=True), gaps["gap_id"], strict=True))


@given(
    st.lists(st.integers(-1, 1), min_size=4, max_size=4),
    st.floats(-30.0, 30.0),
)
@settings(max_examples=30, deadline=None)
def test_edges_that_move_by_a_pixel_leave_every_settlements_name(moves, shift_db):
    left, top, right, bottom = moves
    before = gaps_of(world((3, 3, 7, 7), (13, 3, 17, 7), (8, 13, 12, 17)))
    after = gaps_of(
        world(
            (3 + left, 3, 7, 7 + bottom), (13, 3 + top, 17 + right, 7), (8, 13, 12 + right, 17)
        )
        - np.float32(shift_db)
    )  # fmt: skip
    assert set(before["gap_id"]) == set(after["gap_id"]) == {"s1", "s2", "s3"}


def test_the_order_in_which_settlements_are_given_names_nothing_else():
    level = world((3, 3, 7, 7), (13, 3, 17, 7), (8, 13, 12, 17))
    forward = gaps_of(level)
    backward = find_gaps(make_coverage(a_4g=level), HOMES.iloc[::-1], DISTRICTS, NO_BTS)
    assert ids(forward) == ids(backward)


def test_a_run_keeps_its_own_names():
    gaps = gaps_of(world((2, 2, 4, 4), (6, 6, 8, 8), (13, 3, 17, 7)))
    assert keep_gap_ids(gaps, gaps)["gap_id"].tolist() == gaps["gap_id"].tolist()


def test_two_gaps_of_a_settlement_do_not_swap_names_as_one_outgrows_the_other():
    before = gaps_of(world((2, 2, 5, 5), (6, 6, 8, 8)))
    assert ids(before) == {(2, 2): "s1", (6, 6): "s1-E1001N3998"}
    after = gaps_of(world((2, 2, 4, 4), (6, 6, 9, 9)))
    # By itself the larger one takes the settlement's name; carried over, the places keep theirs.
    assert ids(after)[6, 6] == "s1"
    assert ids(keep_gap_ids(after, before)) == ids(before)


def test_a_gap_that_splits_goes_on_as_its_larger_part():
    before = gaps_of(world((12, 3, 18, 6)))
    after = keep_gap_ids(gaps_of(world((12, 3, 13, 6), (15, 3, 18, 6))), before)
    assert ids(after)[15, 3] == "s2"
    assert after["gap_id"].is_unique
    assert ids(after)[12, 3].startswith("s2-")


def test_gaps_that_grow_together_go_on_as_the_one_that_gave_more():
    before = gaps_of(world((2, 12, 4, 14), (6, 12, 9, 14)))
    assert ids(before) == {(6, 12): "s3", (2, 12): "s3-E1000N3997"}
    after = keep_gap_ids(gaps_of(world((2, 12, 9, 14))), before)
    assert ids(after) == {(2, 12): "s3"}


def test_a_new_gap_never_takes_a_name_that_is_carried_on():
    before = gaps_of(world((2, 2, 4, 4)))
    assert ids(before) == {(2, 2): "s1"}
    # The new gap is larger, so by itself it would be s1.
    after = gaps_of(world((2, 2, 4, 4), (5, 5, 9, 9)))
    carried = keep_gap_ids(after, before)
    assert ids(carried) == {(2, 2): "s1", (5, 5): "s1-2"}


def test_names_are_carried_between_projections_and_from_nothing():
    gaps = gaps_of(world((2, 2, 5, 5), (6, 6, 8, 8)))
    assert ids(keep_gap_ids(gaps, gaps.to_crs("EPSG:4326"))) == ids(gaps)
    assert ids(keep_gap_ids(gaps, gaps.iloc[:0])) == ids(gaps)
    assert len(keep_gap_ids(gaps.iloc[:0], gaps)) == 0


@given(st.lists(st.tuples(st.integers(1, 17), st.integers(1, 17), st.integers(1, 3)), max_size=8))
@settings(max_examples=25, deadline=None)
def test_carried_names_are_unique_whatever_comes_and_goes(squares):
    before = gaps_of(world((2, 2, 5, 5), (6, 6, 8, 8), (13, 3, 17, 7), (3, 12, 6, 15)))
    after = gaps_of(world(*[(x, y, x + side, y + side) for x, y, side in squares]))
    carried = keep_gap_ids(after, before)
    assert carried["gap_id"].is_unique
    assert carried.drop(columns="gap_id").equals(after.drop(columns="gap_id"))
    assert carried["residents"].sum() == pytest.approx(after["residents"].sum())


def test_a_closed_gap_never_lends_its_name():
    before = gaps_of(world((2, 2, 4, 4)))
    assert ids(before) == {(2, 2): "s1"}
    # s1's gap is closed; another one opens at the other end of the same settlement.
    after = gaps_of(world((6, 6, 8, 8)))
    assert ids(after) == {(6, 6): "s1"}
    assert ids(keep_gap_ids(after, before)) == {(6, 6): "s1-2"}


def test_what_became_of_each_gap():
    # Of 900 people on 64 pixels: 9, 4 and 16 pixels; of 500 on 64: 16.
    before = gaps_of(world((2, 2, 5, 5), (6, 6, 8, 8), (13, 3, 17, 7)))
    after = gaps_of(world((1, 1, 5, 5), (8, 13, 12, 17), (13, 3, 17, 7)))
    found = compare_gaps(before.to_crs("EPSG:4326"), after).set_index("gap_id")
    assert found["outcome"].to_dict() == {
        "s1": "open", "s1-E1001N3998": "closed", "s2": "open", "s3": "new"
    }  # fmt: skip
    person = 900.0 / 64.0
    assert found["residents_before"].to_dict() == pytest.approx(
        {"s1": 9 * person, "s1-E1001N3998": 4 * person, "s2": 125.0, "s3": 0.0}
    )
    # 300 people on 18 × 8 pixels.
    assert found["residents_after"].to_dict() == pytest.approx(
        {"s1": 16 * person, "s1-E1001N3998": 0.0, "s2": 125.0, "s3": 300.0 * 16 / 144}
    )
    assert found["area_after_km2"].to_dict() == pytest.approx(
        {"s1": 0.16, "s1-E1001N3998": 0.0, "s2": 0.16, "s3": 0.16}
    )
    assert found["gap_id_after"].to_dict() == {
        "s1": "s1", "s1-E1001N3998": None, "s2": "s2", "s3": "s3"
    }  # fmt: skip
    # The greatest change comes first: 98 people, then 56, 33, none.
    assert found.index.tolist() == ["s1", "s1-E1001N3998", "s3", "s2"]
    assert found.loc["s1-E1001N3998", "settlement"] == "Thôn s1"
    assert (compare_gaps(after, after)["outcome"] == "open").all()
    assert compare_gaps(after.iloc[:0], after)["outcome"].tolist() == ["new"] * 3
    assert compare_gaps(after, after.iloc[:0])["outcome"].tolist() == ["closed"] * 3
