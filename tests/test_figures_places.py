from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
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

from htcoverage.errors import InputError
from htcoverage.figures import (
    compute_figures,
    compute_layer_figures,
    count_operators,
    cover_along,
    cover_at,
    headline,
)

WEST_HALF = make_coverage(a_4g=levels(4, 4, good=(slice(None), slice(0, 2))))
DISTRICTS = make_districts(("d", box(0, 0, 4, 4)))


def place(kind, *points: tuple[float, float]):
    return kind([(WEST_M + 100 * x, NORTH_M - 100 * y) for x, y in points])


def line(*points: tuple[float, float]) -> shapely.LineString:
    return place(shapely.LineString, *points)


def table(*geometry: shapely.Geometry, **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=CRS)


def layer_figures(coverage, homes, areas):
    return compute_layer_figures(
        coverage, homes, DISTRICTS, areas, level="ward", code_column="code", name_column="name"
    )


def amounts(figures: pd.DataFrame, denominator: str, basis: str = "median") -> dict:
    rows = figures[
        (figures["denominator"] == denominator)
        & (figures["basis"] == basis)
        & (figures["operator"] == "a")
        & (figures["technology"] == "4G")
    ]
    if denominator == "settlements":
        rows = rows[rows["settlement_part"] == 0.5]
    return {row.area_code: (row.covered, row.total) for row in rows.itertuples()}


def test_points_are_covered_or_not():
    level_dbm = np.array([[GOOD_DBM, BAD_DBM], [-100.0, np.nan]])
    points = table(
        *(place(shapely.MultiPoint, xy).geoms[0] for xy in [(0.5, 0.5), (1.5, 0.5), (1, 1), (2, 2)])
    )
    found = cover_at(make_coverage(a_4g=level_dbm), points, basis="median")
    assert found["covered"].tolist() == [True, False, False, False]
    # (1, 1) is the corner of all four: it belongs to the pixel south-east of it, as (2, 2) does,
    # which lies on the grid's last corner.
    np.testing.assert_allclose(found["excess_db"], [45.0, -35.0, np.nan, np.nan])
    assert points.columns.tolist() == ["geometry"]


def test_lines_are_cut_where_pixels_end():
    lines = table(
        line((0.3, 0.5), (3.9, 0.5)),  # 1.7 of 3.6 in the west half
        line((0, 0), (4, 4)),  # half of a diagonal through pixel corners
        line((1.2, 0.1), (1.2, 3.9)),  # all of it
        shapely.MultiLineString([line((0, 1), (1, 1)), line((3, 1), (4, 1))]),
        line((2, 0.5), (2, 3.5)),  # along the edge: belongs to the east
        line((1.5, 1.5), (2.5, 1.5), (2.5, 2.5), (1.5, 2.5)),  # half a pixel, twice
    )
    found = cover_along(WEST_HALF, lines)
    np.testing.assert_allclose(found["covered_share"], [1.7 / 3.6, 0.5, 1.0, 0.5, 0.0, 1 / 3])
    np.testing.assert_allclose(found["length_km"], [0.36, 0.4 * np.sqrt(2), 0.38, 0.2, 0.3, 0.3])
    np.testing.assert_allclose(
        found["covered_km"], found["covered_share"] * found["length_km"], rtol=1e-12
    )


#: In pixels, often on the edges of pixels.
coordinate = st.integers(0, 32).map(lambda eighths: eighths / 8)


@given(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=5, unique=True))
@settings(max_examples=100, deadline=None)
def test_a_line_is_covered_as_far_as_it_lies_in_covered_pixels(points):
    drawn = line(*points)
    found = cover_along(WEST_HALF, table(drawn)).iloc[0]
    inside_km = (
        sum(
            segment.intersection(box(0, 0, 2, 4)).length
            for segment in (line(*pair) for pair in pairwise(points))
            # A segment on the edge between the halves belongs to the east.
            if not all(abs(x - (WEST_M + 200)) < 1e-6 for x, _ in segment.coords)
        )
        / 1000
    )
    assert found["length_km"] == pytest.approx(drawn.length / 1000)
    assert found["covered_km"] == pytest.approx(inside_km, abs=1e-6)


def test_places_off_the_grid_or_of_another_kind_are_named():
    with pytest.raises(InputError) as caught:
        cover_at(WEST_HALF, table(shapely.Point(0, 0), line((0, 0), (1, 1)), shapely.Point()))
    assert [fault.row for fault in caught.value.faults] == [1, 2, 3]
    with pytest.raises(InputError, match="inside the coverage grid"):
        cover_along(WEST_HALF, table(line((0, 0), (9, 9))))
    with pytest.raises(InputError, match="line with a length"):
        cover_along(WEST_HALF, table(box(0, 0, 1, 1)))


def test_a_layer_that_cuts_a_settlement_gets_its_part_of_the_people():
    homes = make_settlements(("s", "d", 80.0, box(0, 0, 4, 1)), ("t", "d", 10.0, box(0, 2, 1, 3)))
    areas = table(
        box(0, 0, 1, 4), box(1, 0, 4, 4), code=["w1", "w2"], name=["Phường 1", "Phường 2"]
    )
    figures = layer_figures(WEST_HALF, homes, areas)
    # s has 20 residents a pixel: one in the first ward (covered), three in the second (one is).
    assert amounts(figures, "residents") == {
        "w1": (pytest.approx(30.0), pytest.approx(30.0)),
        "w2": (pytest.approx(20.0), pytest.approx(60.0)),
    }
    assert amounts(figures, "land_area") == {
        "w1": (pytest.approx(0.04), pytest.approx(0.04)),
        "w2": (pytest.approx(0.04), pytest.approx(0.12)),
    }
    # Most of s lies in the second ward, and half of it is covered: it counts there, whole.
    assert amounts(figures, "settlements") == {"w1": (1.0, 1.0), "w2": (1.0, 1.0)}
    assert set(figures["area_level"]) == {"ward"}
    assert headline(figures, area_code="w2").area == "Phường 2"


def test_the_districts_as_a_layer_have_the_figures_of_the_districts():
    rng = np.random.default_rng(7)
    coverage = make_coverage(
        a_4g=rng.uniform(-130, -80, (4, 4)), a_3g=rng.uniform(-120, -70, (4, 4))
    )
    districts = make_districts(("w", box(0, 0, 2.3, 4)), ("e", box(2.3, 0, 4, 4)))
    homes = make_settlements(
        ("s", "w", 80.0, box(0.2, 0.1, 2.1, 1.4)), ("t", "e", 10.0, box(2.4, 2, 3.3, 3.1))
    )
    expected = compute_figures(coverage, homes, districts, area_levels=["district"])
    found = compute_layer_figures(
        coverage,
        homes,
        districts,
        districts,
        level="again",
        code_column="district_code",
        name_column="full_name",
    )
    pd.testing.assert_frame_equal(
        found.drop(columns="area_level"), expected.drop(columns="area_level"), rtol=1e-6
    )


def test_a_layer_counts_land_only_and_may_lie_at_sea():
    districts = make_districts(("d", box(0, 0, 2, 4)))
    homes = make_settlements(("s", "d", 80.0, box(0, 0, 1, 1)))
    areas = table(box(1, 0, 3, 4), box(3, 0, 4, 4), code=["coast", "sea"], name=["c", "s"])
    figures = compute_layer_figures(
        WEST_HALF, homes, districts, areas, level="z", code_column="code", name_column="name"
    )
    assert amounts(figures, "land_area") == {"coast": (pytest.approx(0.04), pytest.approx(0.04))}
    assert set(figures["denominator"]) == {"land_area"}


def test_wrong_layers_are_refused():
    homes = make_settlements(("s", "d", 80.0, box(0, 0, 1, 1)))
    twice = table(box(0, 0, 1, 1), box(1, 0, 2, 1), code=["a", "a"], name=["x", "y"])
    with pytest.raises(InputError, match="repeat"):
        layer_figures(WEST_HALF, homes, twice)
    with pytest.raises(InputError, match="code_column"):
        layer_figures(WEST_HALF, homes, twice.drop(columns="code"))
    outside = table(box(0, 0, 9, 1), code=["a"], name=["Phường ngoài"])
    with pytest.raises(InputError, match="Phường ngoài"):
        layer_figures(WEST_HALF, homes, outside)
    with pytest.raises(InputError, match="level"):
        compute_layer_figures(
            WEST_HALF, homes, DISTRICTS, outside, level="district", code_column="code",
            name_column="name",
        )  # fmt: skip


def test_how_many_operators_there_are_to_choose_from():
    # Of four columns none, a, a and b, and all three cover.
    coverage = make_coverage(
        a_4g=levels(4, 4, good=(slice(None), slice(1, 4))),
        b_4g=levels(4, 4, good=(slice(None), slice(2, 4))),
        c_4g=levels(4, 4, good=(slice(None), slice(3, 4))),
        c_3g=levels(4, 4, good=(slice(None), slice(0, 4))),
        any_4g=levels(4, 4, good=(slice(None), slice(1, 4))),
    )
    homes = make_settlements(("s", "d", 80.0, box(0, 0, 4, 1)), ("t", "d", 20.0, box(3, 2, 4, 3)))
    counted = count_operators(coverage, homes, DISTRICTS)
    residents = counted[(counted["denominator"] == "residents") & (counted["area_code"] == "d")]
    assert residents["operators"].tolist() == [0, 1, 2, 3]
    assert residents["amount"].tolist() == pytest.approx([20.0, 20.0, 20.0, 40.0])
    assert residents["share"].sum() == pytest.approx(1.0)
    with pytest.raises(InputError, match="basis"):
        count_operators(coverage, homes, DISTRICTS, basis="expected")
    # Only one operator has 3G.
    counted = count_operators(coverage, homes, DISTRICTS, technology="3G")
    assert counted[counted["area_code"] == "all"]["operators"].max() == 1
    pd.testing.assert_series_equal(
        counted.groupby(["area_code", "denominator"])["share"].sum().rename(None),
        pd.Series(1.0, index=counted.groupby(["area_code", "denominator"]).size().index),
    )


def test_a_settlement_counts_once_however_polygons_part_it():
    homes = make_settlements(
        ("halves", "w", 4.0, box(1, 0, 3, 1)),  # a half each in a and b
        ("thirds", "w", 9.0, box(1.1, 1, 3.8, 2)),  # 33, 37 and 30 %
        ("parts", "w", 10.0, box(1.2, 2, 3.2, 3)),  # 40 % in a, 50 % in b, 10 % in c
        ("beyond", "w", 10.0, box(3.6, 3, 4.6, 4)),  # 40 % in c, 60 % outside
    )
    outlines = [box(0, 0, 2, 4), box(2, 0, 3, 4), box(3, 0, 4, 4)]
    wards = gpd.GeoDataFrame({"code": list("abc")}, geometry=outlines, crs=homes.crs)
    coverage = make_coverage(a_4g=levels(4, 8, good=(slice(0, 4), slice(0, 8))))
    rows = compute_layer_figures(
        coverage, homes, make_districts(("w", box(0, 0, 8, 4))), wards, level="wards",
        code_column="code", name_column="code",
    )  # fmt: skip
    counted = rows[
        (rows["denominator"] == "settlements")
        & (rows["settlement_part"] == 0.5)
        & (rows["basis"] == "median")
        & (rows["operator"] == "any")
    ]
    # The half in a comes first; 'beyond' counts nowhere.
    assert counted.set_index("area_code")["total"].to_dict() == {"a": 1.0, "b": 2.0}
    nested = gpd.GeoDataFrame(
        {"code": ["whole", "part"]}, geometry=[box(0, 0, 8, 4), box(0, 0, 3, 4)], crs=homes.crs
    )
    rows = compute_layer_figures(
        coverage, homes, make_districts(("w", box(0, 0, 8, 4))), nested, level="nested",
        code_column="code", name_column="code",
    )  # fmt: skip
    counted = rows[(rows["denominator"] == "settlements") & (rows["settlement_part"] == 0.5)]
    assert counted.groupby("area_code")["total"].max().to_dict() == {"part": 3.0, "whole": 4.0}
