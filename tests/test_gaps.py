from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from figures_world import (
    BAD_DBM,
    CRS,
    GOOD_DBM,
    NORTH_M,
    WEST_M,
    box,
    levels,
    make_coverage,
    make_districts,
    make_settlements,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.gaps import find_gaps

DISTRICTS = make_districts(("w", box(0, 0, 5, 6)), ("e", box(5, 0, 10, 6)))


def make_bts(*rows: tuple[str, str, str, str, float, float]) -> gpd.GeoDataFrame:
    """Return bts from (site_id, operator, technology, status, column, row), place in pixels."""
    return gpd.GeoDataFrame(
        {
            "bts_id": [f"{row[0]}-{row[1]}-{row[2]}" for row in rows],
            "site_id": [row[0] for row in rows],
            "site_name": [f"Trạm {row[0]}" for row in rows],
            "operator": [row[1] for row in rows],
            "technology": [row[2] for row in rows],
            "status": [row[3] for row in rows],
        },
        geometry=[shapely.Point(WEST_M + 100 * row[4], NORTH_M - 100 * row[5]) for row in rows],
        crs=CRS,
    )


BTS = make_bts(("far", "a", "4G", "on-air", 0.0, 0.0))


def east_of(column: int, *, rows: int = 6, columns: int = 10) -> np.ndarray:
    """Return levels that are good west of a column and bad from it on."""
    return levels(rows, columns, good=(slice(None), slice(0, column)))


def test_a_gap_across_two_settlements_and_districts():
    # Both lie side by side over column 5, uncovered from column 4 on: a quarter of the west one
    # and the whole of the east one.
    homes = make_settlements(
        ("west", "w", 100.0, box(1, 1, 5, 3)), ("east", "e", 60.0, box(5, 1, 7, 3))
    )
    gaps = find_gaps(make_coverage(a_4g=east_of(4)), homes, DISTRICTS, BTS)
    assert len(gaps) == 1
    gap = gaps.iloc[0]
    assert (gap["rank"], gap["gap_id"], gap["settlement"]) == (1, "east", "Thôn east")
    assert gap["settlement_ids"] == "east; west"
    assert gap["settlements"] == "Thôn east; Thôn west"
    assert (gap["district_code"], gap["district"]) == ("e", "Huyện e")
    assert gap["residents"] == pytest.approx(60 + 25)
    assert gap["households"] == pytest.approx(15 + 6.25)
    assert gap["area_km2"] == pytest.approx(0.06)
    assert gap.geometry.equals(box(4, 1, 7, 3))
    assert (gap["technology"], gap["operator"], gap["basis"]) == ("4G", "any", "cell_edge")
    assert gaps.crs == CRS


def test_gaps_are_clipped_to_the_homes_and_ranked_by_residents():
    small, large = box(6.3, 0.4, 6.8, 1.2), box(8.1, 3.2, 9.7, 5.1)
    homes = make_settlements(("few", "e", 10.0, small), ("many", "e", 90.0, large))
    gaps = find_gaps(make_coverage(a_4g=east_of(4)), homes, DISTRICTS, BTS)
    assert gaps["gap_id"].tolist() == ["many", "few"]
    assert gaps["rank"].tolist() == [1, 2]
    for outline, home in zip(gaps.geometry, (large, small), strict=True):
        assert outline.symmetric_difference(home).area == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(gaps.geometry.area / 1e6, gaps["area_km2"], rtol=1e-6)


def test_pixels_that_touch_at_a_corner_are_one_gap_and_others_are_not():
    level_dbm = np.full((6, 10), GOOD_DBM)
    level_dbm[1, 1] = level_dbm[2, 2] = level_dbm[2, 5] = BAD_DBM
    homes = make_settlements(("s", "w", 60.0, box(0, 0, 10, 6)))
    gaps = find_gaps(make_coverage(a_4g=level_dbm), homes, DISTRICTS, BTS)
    assert gaps["residents"].tolist() == pytest.approx([2.0, 1.0])
    assert gaps.geometry.is_valid.all()
    assert gaps.geometry.iloc[0].equals(box(1, 1, 2, 2).union(box(2, 2, 3, 3)))


def test_the_commune_is_that_of_the_main_settlement_and_may_be_unknown():
    homes = make_settlements(
        ("one", "w", 10.0, box(0, 0, 2, 2)),
        ("two", "e", 20.0, box(6, 0, 8, 2)),
        ("three", "e", 5.0, box(8, 0, 9, 2)),
    ).assign(commune_code=[None, "c2", "c3"])
    gaps = find_gaps(make_coverage(a_4g=east_of(0)), homes, DISTRICTS, BTS)
    assert gaps["commune_code"].tolist() == ["c2", None]


def test_uncovered_land_without_homes_joins_nothing():
    homes = make_settlements(
        ("one", "w", 10.0, box(0, 0, 2, 2)), ("two", "e", 20.0, box(6, 0, 8, 2))
    )
    gaps = find_gaps(make_coverage(a_4g=east_of(0)), homes, DISTRICTS, BTS)
    assert gaps["gap_id"].tolist() == ["two", "one"]


def test_missing_db_of_the_median_the_worst_and_no_level_at_all():
    # Threshold −105, no spread. Areas: 1, 1 and 2 of four pixels lack 3, 8 and 12 dB.
    criteria = CoverCriteria(location_sigma_db=0.0, model_sigma_db=0.0)
    level_dbm = np.full((6, 10), GOOD_DBM)
    level_dbm[0, :4] = (-108.0, -113.0, -117.0, -117.0)
    homes = make_settlements(("s", "w", 60.0, box(0, 0, 4, 1)))
    gap = find_gaps(make_coverage(a_4g=level_dbm), homes, DISTRICTS, BTS, criteria=criteria).iloc[0]
    assert (gap["missing_db"], gap["worst_missing_db"]) == (8.0, 12.0)
    assert gap["no_level_share"] == 0.0

    level_dbm[0, 3] = np.nan
    gap = find_gaps(make_coverage(a_4g=level_dbm), homes, DISTRICTS, BTS, criteria=criteria).iloc[0]
    assert (gap["missing_db"], gap["worst_missing_db"]) == (8.0, 12.0)
    assert gap["no_level_share"] == 0.25

    level_dbm[0, 1:4] = np.nan
    gap = find_gaps(make_coverage(a_4g=level_dbm), homes, DISTRICTS, BTS, criteria=criteria).iloc[0]
    assert np.isnan(gap["missing_db"])
    assert gap["worst_missing_db"] == 3.0
    assert gap["no_level_share"] == 0.75


def test_the_median_is_weighted_by_residential_area():
    # The pixel that lacks 3 dB holds a tenth of its area in the settlement, the other all of it.
    criteria = CoverCriteria(location_sigma_db=0.0, model_sigma_db=0.0)
    level_dbm = np.full((6, 10), GOOD_DBM)
    level_dbm[0, :2] = (-108.0, -113.0)
    homes = make_settlements(("s", "w", 60.0, box(0.9, 0, 2, 1)))
    gap = find_gaps(make_coverage(a_4g=level_dbm), homes, DISTRICTS, BTS, criteria=criteria).iloc[0]
    assert gap["missing_db"] == 8.0


def test_the_margin_is_part_of_what_is_missing_at_the_cell_edge():
    level_dbm = np.full((6, 10), -100.0)
    homes = make_settlements(("s", "w", 60.0, box(0, 0, 4, 1)))
    coverage = make_coverage(a_4g=level_dbm)
    gap = find_gaps(coverage, homes, DISTRICTS, BTS).iloc[0]
    assert gap["missing_db"] == pytest.approx(CoverCriteria().margin_db - 5.0)
    assert len(find_gaps(coverage, homes, DISTRICTS, BTS, basis="median")) == 0


def test_a_level_at_the_threshold_is_no_gap():
    homes = make_settlements(("s", "w", 60.0, box(0, 0, 4, 1)))
    coverage = make_coverage(a_4g=np.full((6, 10), -105.0))
    assert len(find_gaps(coverage, homes, DISTRICTS, BTS, basis="median")) == 0


def test_the_nearest_site_is_on_air_and_of_the_technology_and_operator():
    # The gap's centre is at column 7, row 2.
    homes = make_settlements(("s", "e", 60.0, box(6, 1, 8, 3)))
    bts = make_bts(
        ("planned", "a", "4G", "planned", 7.0, 2.0),
        ("old", "a", "3G", "on-air", 7.0, 3.0),
        ("near", "b", "4G", "on-air", 7.0, 6.0),
        ("near", "a", "4G", "on-air", 7.0, 6.0),
        ("near", "c", "3G", "on-air", 7.0, 6.0),
        ("mine", "c", "4G", "on-air", 4.0, 6.0),
    )
    names = {"a_4g": east_of(0), "c_4g": east_of(0), "c_3g": east_of(0)}

    def nearest(technology: str, operator: str) -> tuple[str, str, str, float]:
        gap = find_gaps(
            make_coverage(**names), homes, DISTRICTS, bts, technology=technology, operator=operator
        ).iloc[0]
        return (
            gap["nearest_site_id"],
            gap["nearest_site"],
            gap["nearest_site_operators"],
            pytest.approx(gap["nearest_site_km"]),
        )

    assert nearest("4G", "any") == ("near", "Trạm near", "a; b", 0.4)
    assert nearest("4G", "c") == ("mine", "Trạm mine", "c", 0.5)
    assert nearest("any", "any") == ("old", "Trạm old", "a", 0.1)
    assert nearest("both", "c") == ("near", "Trạm near", "c", 0.4)


def test_without_a_site_the_gap_is_still_there():
    homes = make_settlements(("s", "e", 60.0, box(6, 1, 8, 3)))
    gap = find_gaps(make_coverage(a_4g=east_of(0)), homes, DISTRICTS, BTS[:0]).iloc[0]
    assert gap["residents"] == pytest.approx(60.0)
    assert gap["nearest_site_id"] is None
    assert np.isnan(gap["nearest_site_km"])
    assert gap["nearest_cover_operator"] is None
    assert np.isnan(gap["nearest_cover_km"])


def test_the_operator_whose_cover_is_nearest():
    # The gap is column 6; a covers up to column 3 (3 pixels west), b from column 8 on (2 east).
    homes = make_settlements(("s", "e", 60.0, box(6, 1, 7, 3)))
    coverage = make_coverage(
        a_4g=east_of(4), b_4g=levels(6, 10, good=(slice(None), slice(8, None)))
    )
    gap = find_gaps(coverage, homes, DISTRICTS, BTS).iloc[0]
    assert gap["nearest_cover_operator"] == "b"
    assert gap["nearest_cover_km"] == pytest.approx(0.2)
    # b lacks cover at home where a has it: the nearest cover is then a's, at no distance.
    homes = make_settlements(("s", "w", 60.0, box(2, 1, 3, 3)))
    gap = find_gaps(coverage, homes, DISTRICTS, BTS, operator="b").iloc[0]
    assert gap["nearest_cover_operator"] == "a"
    assert gap["nearest_cover_km"] == 0.0


def test_of_operators_whose_cover_is_equally_near_the_first_is_named():
    homes = make_settlements(("s", "w", 10.0, box(4, 2, 5, 3)))
    both = east_of(3)
    gaps = find_gaps(make_coverage(b_4g=both, a_4g=both), homes, DISTRICTS, BTS)
    assert gaps["nearest_cover_operator"].tolist() == ["b"]
    assert gaps["nearest_cover_km"].tolist() == pytest.approx([0.2])


def test_a_gap_of_a_few_houses_is_one_and_a_scrap_below_a_square_metre_is_none():
    homes = make_settlements(
        ("houses", "w", 10.0, box(3.9, 2, 4.02, 3)),  # 200 m² east of the cover
        ("scrap", "w", 10.0, box(3, 4, 4.00005, 5)),  # half a square metre
    )
    gaps = find_gaps(make_coverage(a_4g=east_of(4)), homes, DISTRICTS, BTS)
    assert gaps["settlement_id"].tolist() == ["houses"]
    assert gaps["residents"].tolist() == pytest.approx([10.0 / 6.0], rel=1e-4)


def test_identifiers_stay_when_the_edge_of_a_gap_moves():
    homes = make_settlements(
        ("s1", "w", 100.0, box(0, 0, 4, 3)), ("s2", "e", 80.0, box(6, 0, 9, 3))
    )
    before = find_gaps(make_coverage(a_4g=east_of(1)), homes, DISTRICTS, BTS)
    after = find_gaps(make_coverage(a_4g=east_of(2)), homes, DISTRICTS, BTS)
    assert set(before["gap_id"]) == set(after["gap_id"]) == {"s1", "s2"}


def test_further_gaps_of_a_settlement_are_told_apart():
    level_dbm = np.full((6, 10), GOOD_DBM)
    level_dbm[1:3, 1] = level_dbm[1, 3] = level_dbm[1, 8] = level_dbm[3, 8] = BAD_DBM
    homes = make_settlements(("s", "w", 60.0, box(0, 0, 10, 6)))
    gaps = find_gaps(make_coverage(a_4g=level_dbm), homes, DISTRICTS, BTS)
    assert gaps["gap_id"].is_unique
    assert gaps["gap_id"].iloc[0] == "s"
    # Cells of 500 m: x 500 350 and 500 850, y 1 999 850 and 1 999 650.
    assert set(gaps["gap_id"]) == {"s", "s-E1000N3999", "s-E1001N3999", "s-E1001N3999-2"}


def test_nothing_uncovered_is_an_empty_table_that_can_be_written(tmp_path):
    homes = make_settlements(("s", "w", 60.0, box(0, 0, 4, 3)))
    some = find_gaps(make_coverage(a_4g=east_of(0)), homes, DISTRICTS, BTS)
    none = find_gaps(make_coverage(a_4g=east_of(10)), homes, DISTRICTS, BTS)
    assert len(none) == 0
    assert none.columns.tolist() == some.columns.tolist()
    assert none.dtypes.tolist() == some.dtypes.tolist()
    assert none.crs == some.crs
    for name, table in (("some", some), ("none", none)):
        table.to_file(tmp_path / f"{name}.gpkg", driver="GPKG")
        assert len(gpd.read_file(tmp_path / f"{name}.gpkg")) == len(table)


def test_faults_are_those_of_the_figures():
    homes = make_settlements(("s", "lost", 60.0, box(0, 0, 40, 3)))
    with pytest.raises(InputError) as caught:
        find_gaps(make_coverage(a_4g=east_of(0)), homes, DISTRICTS, BTS)
    assert [fault.column for fault in caught.value.faults] == ["geometry", "district_code"]
    homes = make_settlements(("s", "w", 60.0, box(0, 0, 4, 3)))
    with pytest.raises(InputError, match="3G any"):
        find_gaps(make_coverage(a_4g=east_of(0)), homes, DISTRICTS, BTS, technology="3G")


HOMES = make_settlements(
    ("s1", "w", 120.0, box(0.3, 0.2, 2.6, 2.1)),
    ("s2", "e", 44.0, box(5.5, 2.1, 8.7, 4.9)),
    ("s3", "w", 0.0, box(2.6, 0.2, 3.0, 4.1)),
)


@given(
    arrays(np.float32, (2, 6, 10), elements=st.sampled_from([BAD_DBM, -104.0, np.nan, GOOD_DBM])),
    st.sampled_from(["3G", "4G", "any", "both"]),
    st.sampled_from(["median", "cell_edge"]),
)
@settings(max_examples=40, deadline=None)
def test_gaps_hold_exactly_those_whom_the_figures_find_uncovered(levels_dbm, technology, basis):
    coverage = make_coverage(a_3g=levels_dbm[0], a_4g=levels_dbm[1])
    gaps = find_gaps(coverage, HOMES, DISTRICTS, BTS, technology=technology, basis=basis)
    figures = compute_figures(coverage, HOMES, DISTRICTS, area_levels=("province",))
    for denominator, column in (
        ("residents", "residents"),
        ("households", "households"),
        ("residential_area", "area_km2"),
    ):
        row = figures[
            (figures["technology"] == technology)
            & (figures["operator"] == "any")
            & (figures["basis"] == basis)
            & (figures["denominator"] == denominator)
        ].iloc[0]
        uncovered = row["total"] - row["covered"]
        assert gaps[column].sum() == pytest.approx(uncovered, abs=1e-4 * row["total"])
    assert gaps["gap_id"].is_unique
    assert gaps.geometry.is_valid.all()
    assert (gaps["missing_db"].dropna() > 0).all()
    assert gaps["residents"].is_monotonic_decreasing
