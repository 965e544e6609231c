"""Lines and points in every combination of layers, on worlds whose shares are counted by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from figures_world import BAD_DBM, CRS, GOOD_DBM, NORTH_M, WEST_M, box, levels, make_coverage

from htcoverage.errors import InputError
from htcoverage.figures import (
    CoverCriteria,
    compute_line_figures,
    compute_point_figures,
    cover_along,
)

WEST, NORTH = (slice(None), slice(0, 2)), (slice(0, 2), slice(None))
#: 3G of a covers the west half, 4G of a the north half, 4G of b the west half.
COVERAGE = make_coverage(
    a_3g=levels(4, 4, good=WEST), a_4g=levels(4, 4, good=NORTH), b_4g=levels(4, 4, good=WEST)
)


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(WEST_M + 100 * x, NORTH_M - 100 * y) for x, y in points])


def table(*geometry: shapely.Geometry) -> gpd.GeoDataFrame:
    codes = [str(row) for row in range(len(geometry))]
    return gpd.GeoDataFrame(
        {"code": codes, "name": [f"QL{code}" for code in codes]}, geometry=list(geometry), crs=CRS
    )


def shares(rows, code: str, basis: str = "cell_edge") -> dict[tuple[str, str], float]:
    kept = rows[(rows["code"] == code) & (rows["basis"] == basis)]
    return {(row.technology, row.operator): row.covered_share for row in kept.itertuples()}


def test_a_road_is_covered_as_far_as_each_combination_reaches():
    # Along the top row, from the west half a quarter of its length into the east half; and down
    # the first column.
    roads = table(line((0, 0.5), (3, 0.5)), line((0.5, 0), (0.5, 4)))
    found = compute_line_figures(COVERAGE, roads, code_column="code", name_column="name")
    assert shares(found, "0") == pytest.approx(
        {
            ("3G", "a"): 2 / 3, ("3G", "any"): 2 / 3, ("3G", "all"): 2 / 3,
            ("4G", "a"): 1.0, ("4G", "b"): 2 / 3, ("4G", "any"): 1.0, ("4G", "all"): 2 / 3,
            ("any", "a"): 1.0, ("any", "b"): 2 / 3, ("any", "any"): 1.0, ("any", "all"): 2 / 3,
            ("both", "a"): 2 / 3, ("both", "any"): 2 / 3, ("both", "all"): 2 / 3,
        }
    )  # fmt: skip
    assert shares(found, "1")["4G", "a"] == pytest.approx(0.5)
    assert shares(found, "1")["any", "all"] == pytest.approx(1.0)
    assert set(found["unit"]) == {"km"}
    assert found.loc[found["code"] == "0", "total"].unique() == pytest.approx([0.3])
    assert set(found["name"]) == {"QL0", "QL1"}


def test_one_combination_is_that_of_the_single_measurement():
    roads = table(line((0.3, 0.2), (3.7, 3.1)), line((3.9, 0.1), (0.4, 3.3)))
    found = compute_line_figures(COVERAGE, roads, code_column="code", name_column="name")
    for operator in ("a", "any"):
        alone = cover_along(COVERAGE, roads, technology="4G", operator=operator)
        rows = found[
            (found["technology"] == "4G")
            & (found["operator"] == operator)
            & (found["basis"] == "cell_edge")
        ]
        np.testing.assert_allclose(rows["covered_share"], alone["covered_share"])


def test_a_point_has_a_level_only_where_one_technology_and_one_operator_tell_it():
    level = np.full((4, 4), BAD_DBM)
    level[0, 0], level[0, 1] = -100.0, np.nan
    coverage = make_coverage(a_3g=np.full((4, 4), GOOD_DBM), a_4g=level)
    points = table(*(line((x, 0.5), (9, 9)).interpolate(0) for x in (0.5, 1.5, 2.5)))
    rows = compute_point_figures(
        coverage, points, code_column="code", name_column="name",
        criteria=CoverCriteria(user_loss_db=3.0),
    ).set_index(["technology", "operator", "code"]).sort_index()  # fmt: skip
    four = rows.loc["4G", "a"]
    np.testing.assert_allclose(four["level_dbm"], [-100.0, np.nan, BAD_DBM])
    # −100 against −105 and a loss of 3 dB to the user; the margin of 9.3 dB is not in hand.
    np.testing.assert_allclose(four["excess_db"], [2.0, np.nan, BAD_DBM + 102.0])
    assert four["covered_median"].tolist() == [True, False, False]
    assert four["covered_cell_edge"].tolist() == [False, False, False]
    either = rows.loc["any", "a"]
    assert either["level_dbm"].isna().all()
    assert either["covered_cell_edge"].tolist() == [True, True, True]


def test_what_leaves_the_grid_or_is_of_another_kind_is_named():
    with pytest.raises(InputError, match=r"row 2.*inside the coverage grid"):
        compute_line_figures(
            COVERAGE, table(line((0, 0), (1, 1)), line((0, 0), (9, 9))),
            code_column="code", name_column="name",
        )  # fmt: skip
    with pytest.raises(InputError, match="a point"):
        compute_point_figures(
            COVERAGE, table(box(0, 0, 1, 1)), code_column="code", name_column="name"
        )
