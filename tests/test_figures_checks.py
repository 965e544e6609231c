"""What is said of polygons that overlap, share a name or have nobody in them; totals stand."""

from __future__ import annotations

import pytest
from figures_world import box, levels, make_coverage, make_districts, make_settlements
from hypothesis import given
from hypothesis import strategies as st

from htcoverage.figures import compute_figures
from htcoverage.figures.checks import find_overlaps, polygon_notes

COVERAGE = make_coverage(a_4g=levels(4, 8, good=(slice(None), slice(0, 4))))
DISTRICTS = make_districts(("d", box(0, 0, 8, 4)))


def total(figures, denominator: str) -> float:
    rows = figures[(figures["area_level"] == "province") & (figures["denominator"] == denominator)]
    assert rows["total"].nunique() == 1
    return rows["total"].iloc[0]


def test_settlements_that_overlap_are_named_with_their_area_and_totals_stand():
    homes = make_settlements(
        ("s1", "d", 80.0, box(0, 0, 2, 2)),
        ("s2", "d", 20.0, box(1, 0, 3, 2)),
        ("s3", "d", 10.0, box(3, 0, 4, 2)),
    )
    figures = compute_figures(COVERAGE, homes, DISTRICTS)
    (note,) = map(str, figures.attrs["notes"])
    # Two pixels of 100 m in both; s2 and s3 share an edge, which is no overlap.
    assert "1 pairs overlap by 0.0200 km²" in note
    assert "row 1 (Thôn s1) and row 2 (Thôn s2)" in note
    assert "residents are unchanged" in note
    assert total(figures, "residents") == 110.0
    assert total(figures, "residential_area") == pytest.approx(0.10)


def test_districts_that_overlap_count_their_land_in_both_and_it_is_said():
    districts = make_districts(("d", box(0, 0, 5, 4)), ("e", box(4, 0, 8, 4)))
    homes = make_settlements(("s1", "d", 80.0, box(0, 0, 2, 2)))
    figures = compute_figures(COVERAGE, homes, districts)
    (note,) = map(str, figures.attrs["notes"])
    assert "districts: 1 pairs overlap by 0.0400 km²" in note
    assert "row 1 (Huyện d) and row 2 (Huyện e)" in note
    assert total(figures, "land_area") == pytest.approx(0.36)


def test_names_that_stand_twice_and_homes_without_people_are_told_with_their_rows():
    homes = make_settlements(
        ("s1", "d", 80.0, box(0, 0, 1, 1)),
        ("s2", "d", 0.0, box(2, 0, 3, 1)),
        ("s3", "d", 10.0, box(4, 0, 5, 1)),
    ).assign(name=["Thôn Đông", "Thôn Tây", "Thôn Đông"])
    doubled, empty = map(str, polygon_notes(homes, DISTRICTS))
    assert "2 share a name" in doubled
    assert "row 1 (Thôn Đông); row 3 (Thôn Đông)" in doubled
    assert "1 have 0 residents" in empty
    assert "row 2 (Thôn Tây)" in empty
    # In different communes the same name is no doubt.
    (only,) = polygon_notes(homes.assign(commune_code=["1", "1", "2"]), DISTRICTS)
    assert str(only) == empty


def test_a_table_without_doubts_says_nothing():
    homes = make_settlements(("s1", "d", 80.0, box(0, 0, 1, 1)), ("s2", "d", 5.0, box(1, 0, 2, 1)))
    assert compute_figures(COVERAGE, homes, DISTRICTS).attrs["notes"] == []


@given(st.integers(0, 4), st.integers(0, 4))
def test_the_area_of_an_overlap_is_that_of_the_rectangle_in_both(right, down):
    pair = make_settlements(
        ("s1", "d", 1.0, box(0, 0, 3, 3)), ("s2", "d", 1.0, box(right, down, right + 3, down + 3))
    )
    area_m2 = 100.0**2 * max(3 - right, 0) * max(3 - down, 0)
    found = find_overlaps(pair, name_column="name")
    assert found["area_m2"].tolist() == pytest.approx([area_m2] if area_m2 else [])
