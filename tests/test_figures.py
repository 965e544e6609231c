from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import shapely
from figures_world import (
    BAD_DBM,
    CRS,
    GOOD_DBM,
    PIXEL_M,
    box,
    levels,
    make_coverage,
    make_districts,
    make_settlements,
)
from geopandas.testing import assert_geodataframe_equal

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures, excess_db

WEST_HALF = (slice(None), slice(0, 2))
EAST_HALF = (slice(None), slice(2, 4))


def share(figures: pd.DataFrame, **wanted: object) -> float:
    """Return the one share that the wanted values single out (province, median by default)."""
    wanted = {"area_level": "province", "basis": "median", **wanted}
    rows = figures
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, rows
    return float(rows["covered_share"].iloc[0])


def world(coverage, polygon=None, *, residents=100.0, **keywords):
    """Return the figures of one settlement (4 × 4 pixels when left out) in one 4 × 4 district."""
    return compute_figures(
        coverage,
        make_settlements(("s", "d", residents, box(0, 0, 4, 4) if polygon is None else polygon)),
        make_districts(("d", box(0, 0, 4, 4))),
        **keywords,
    )


def test_half_covered_square():
    figures = world(make_coverage(a_4g=levels(4, 4, good=WEST_HALF)))
    for denominator in ("land_area", "residential_area", "residents", "households"):
        assert share(figures, technology="4G", operator="a", denominator=denominator) == 0.5
    row = figures[(figures["denominator"] == "residents") & (figures["operator"] == "a")].iloc[0]
    assert (row["covered"], row["total"], row["unit"]) == (50.0, 100.0, "people")
    land = figures[figures["denominator"] == "land_area"].iloc[0]
    assert (land["covered"], land["total"], land["unit"]) == pytest.approx((0.08, 0.16, "km2"))


def test_a_settlement_counts_from_the_stated_part_on():
    figures = world(make_coverage(a_4g=levels(4, 4, good=WEST_HALF)))
    of_settlements = {
        part: share(
            figures,
            technology="4G",
            operator="a",
            denominator="settlements",
            settlement_part=part,
        )
        for part in (0.5, 0.8, 0.95, 1.0)
    }
    assert of_settlements == {0.5: 1.0, 0.8: 0.0, 0.95: 0.0, 1.0: 0.0}


def test_a_settlement_on_a_pixel_edge_is_measured_by_fractions():
    # 0.6 of its width lies in the covered column 1, 1.0 in the uncovered column 2.
    figures = world(make_coverage(a_4g=levels(4, 4, good=WEST_HALF)), box(1.4, 1.25, 3.0, 1.75))
    found = share(figures, technology="4G", operator="a", denominator="residents")
    assert found == pytest.approx(0.6 / 1.6, abs=1e-6)
    area = figures[figures["denominator"] == "residential_area"]["total"].iloc[0]
    assert area == pytest.approx(1.6 * 0.5 * PIXEL_M**2 / 1e6, rel=1e-6)


def test_a_village_inside_one_pixel_has_its_own_area():
    figures = world(make_coverage(a_4g=levels(4, 4, good=WEST_HALF)), box(1.9, 0.1, 2.1, 0.2))
    found = share(figures, technology="4G", operator="a", denominator="households")
    assert found == pytest.approx(0.5, abs=1e-6)


def test_two_operators_that_overlap_by_a_third():
    # On three columns a covers the first two, b the last two: one third is covered by both.
    coverage = make_coverage(
        a_4g=levels(3, 3, good=(slice(None), slice(0, 2))),
        b_4g=levels(3, 3, good=(slice(None), slice(1, 3))),
    )
    figures = compute_figures(
        coverage,
        make_settlements(("s", "d", 90.0, box(0, 0, 3, 3))),
        make_districts(("d", box(0, 0, 3, 3))),
    )
    shares = {
        operator: share(figures, technology="4G", operator=operator, denominator="residents")
        for operator in ("a", "b", "any", "all")
    }
    third = pytest.approx(1 / 3)
    assert shares == {"a": 2 * third.expected, "b": 2 * third.expected, "any": 1.0, "all": third}


def test_technologies_that_cover_different_halves():
    figures = world(
        make_coverage(
            a_3g=levels(4, 4, good=WEST_HALF),
            a_4g=levels(4, 4, good=EAST_HALF),
        )
    )
    shares = {
        technology: share(figures, technology=technology, operator="a", denominator="land_area")
        for technology in ("3G", "4G", "any", "both")
    }
    assert shares == {"3G": 0.5, "4G": 0.5, "any": 1.0, "both": 0.0}


def test_combinations_across_operators_follow_their_definitions():
    # Four columns; what covers there:    3G: a    | 3G: a, 4G: b | 3G: b, 4G: b | 4G: a
    pattern = {"a_3g": (1, 1, 0, 0), "a_4g": (0, 0, 0, 1), "b_3g": (0, 0, 1, 0)}
    pattern["b_4g"] = (0, 1, 1, 0)
    layers = {
        name: np.tile(np.where(columns, GOOD_DBM, BAD_DBM), (4, 1))
        for name, columns in pattern.items()
    }
    figures = world(make_coverage(**layers))
    expected = {
        ("any", "a"): 3 / 4,
        ("any", "b"): 2 / 4,
        ("any", "any"): 1.0,
        ("any", "all"): 1 / 4,  # column 1: a in 3G, b in 4G
        ("both", "a"): 0.0,
        ("both", "b"): 1 / 4,
        ("both", "any"): 2 / 4,  # column 1 by two operators, column 2 by one
        ("both", "all"): 0.0,
        ("4G", "all"): 0.0,
        ("3G", "any"): 3 / 4,
    }
    found = {
        (technology, operator): share(
            figures, technology=technology, operator=operator, denominator="land_area"
        )
        for technology, operator in expected
    }
    assert found == expected


def test_technologies_are_compared_with_their_own_threshold():
    # −100 dBm is enough in 4G (−105) and not in 3G (−95): dBm must not be mixed.
    level_dbm = np.full((4, 4), -100.0)
    figures = world(make_coverage(a_3g=level_dbm, a_4g=level_dbm))
    expected = {"3G": 0.0, "4G": 1.0, "any": 1.0, "both": 0.0}
    for technology, wanted in expected.items():
        assert (
            share(figures, technology=technology, operator="a", denominator="land_area") == wanted
        )


def test_an_operator_of_one_technology_has_no_row_for_both_and_no_say_in_the_other():
    figures = world(
        make_coverage(
            a_3g=levels(4, 4, good=WEST_HALF),
            b_3g=levels(4, 4, good=EAST_HALF),
            b_4g=levels(4, 4, good=EAST_HALF),
        )
    )
    rows = figures[["technology", "operator"]].drop_duplicates()
    assert ("both", "a") not in set(rows.itertuples(index=False, name=None))
    assert share(figures, technology="4G", operator="all", denominator="land_area") == 0.5
    assert share(figures, technology="3G", operator="all", denominator="land_area") == 0.0


def test_the_layer_of_the_strongest_is_no_operator():
    figures = world(make_coverage(a_4g=levels(4, 4), any_4g=levels(4, 4, good=WEST_HALF)))
    assert share(figures, technology="4G", operator="any", denominator="land_area") == 0.5
    assert share(figures, technology="4G", operator="all", denominator="land_area") == 0.0
    assert set(figures["operator"]) == {"a", "any", "all"}


def test_no_level_is_not_covered_and_gives_no_missing_share():
    level_dbm = levels(4, 4, good=WEST_HALF)
    level_dbm[:, 2:] = np.nan
    figures = world(make_coverage(a_4g=level_dbm, b_4g=np.full((4, 4), np.nan)))
    assert share(figures, technology="4G", operator="any", denominator="land_area") == 0.5
    assert share(figures, technology="4G", operator="b", denominator="land_area") == 0.0
    expected = share(
        figures, technology="4G", operator="b", denominator="land_area", basis="expected"
    )
    assert expected == 0.0
    assert figures[["covered_share", "covered", "total"]].notna().all(axis=None)


def test_margin_at_the_cell_edge():
    # z(0.9) = 1.2816, σ = √(2² + 7²) = 7.2801 dB: a margin of 9.330 dB.
    criteria = CoverCriteria()
    assert criteria.margin_db == pytest.approx(9.330, abs=5e-4)
    level_dbm = np.array([[-105.0 + 9.32, -105.0 + 9.34, -105.0, -105.01]])
    coverage = make_coverage(a_4g=np.tile(level_dbm, (4, 1)))
    figures = world(coverage)
    keys = {"technology": "4G", "operator": "a", "denominator": "land_area"}
    assert share(figures, **keys, basis="cell_edge") == 1 / 4
    assert share(figures, **keys, basis="median") == 3 / 4


def test_expected_share_is_the_mean_probability():
    # One, two σ above and below the threshold, and on it: Φ(±1) = 0.8413 or 0.1587, Φ(2) = 0.9772.
    criteria = CoverCriteria(location_sigma_db=0.0, model_sigma_db=8.0)
    level_dbm = np.tile([-105.0, -97.0, -113.0, -89.0], (4, 1))
    figures = world(make_coverage(a_4g=level_dbm), criteria=criteria)
    keys = {"technology": "4G", "operator": "a", "basis": "expected"}
    mean = (0.5 + 0.841345 + 0.158655 + 0.977250) / 4
    assert share(figures, **keys, denominator="land_area") == pytest.approx(mean, abs=1e-6)
    assert share(figures, **keys, denominator="residents") == pytest.approx(mean, abs=1e-6)
    with_expected = figures[figures["basis"] == "expected"]
    assert set(with_expected["technology"]) == {"4G"}
    assert set(with_expected["operator"]) == {"a", "any"}
    assert "settlements" not in set(with_expected["denominator"])


def test_without_spread_the_expected_share_is_the_median_one():
    criteria = CoverCriteria(location_sigma_db=0.0, model_sigma_db=0.0)
    coverage = make_coverage(a_4g=levels(4, 4, good=WEST_HALF))
    figures = world(coverage, criteria=criteria)
    for basis in ("median", "cell_edge", "expected"):
        keys = {"technology": "4G", "operator": "a", "denominator": "land_area"}
        assert share(figures, **keys, basis=basis) == 0.5


def test_the_loss_to_the_user_is_taken_off_the_level():
    level_dbm = np.tile([-96.9, -97.0, -97.1, -105.0], (4, 1))
    figures = world(make_coverage(a_4g=level_dbm), criteria=CoverCriteria(user_loss_db=8.0))
    assert share(figures, technology="4G", operator="a", denominator="land_area") == 0.5


def two_districts():
    """Return a world of two districts with three settlements, one over the border between them."""
    rng = np.random.default_rng(5)
    coverage = make_coverage(
        a_3g=rng.uniform(-120, -70, (6, 8)),
        a_4g=rng.uniform(-130, -80, (6, 8)),
        b_4g=rng.uniform(-130, -80, (6, 8)),
    )
    settlements = make_settlements(
        ("s1", "w", 120.0, box(0.3, 0.2, 2.6, 2.1)),
        ("s2", "w", 44.0, box(3.5, 3.1, 4.7, 4.9)),
        ("s3", "e", 300.0, box(5.0, 1.0, 7.0, 3.0).centroid.buffer(140.0)),
    )
    districts = make_districts(("w", box(0, 0, 4.4, 6)), ("e", box(4.4, 0, 8, 6)))
    return coverage, settlements, districts


def test_districts_add_up_to_the_province():
    figures = compute_figures(*two_districts())
    keys = ["technology", "operator", "denominator", "settlement_part", "basis"]
    sums = (
        figures[figures["area_level"] == "district"]
        .groupby(keys, dropna=False)[["covered", "total"]]
        .sum()
    )
    province = figures[figures["area_level"] == "province"].set_index(keys)[["covered", "total"]]
    pd.testing.assert_frame_equal(sums, province.sort_index(), rtol=1e-12)
    assert len(sums) == len(province) > 100


def test_a_settlement_belongs_to_the_district_of_its_code():
    coverage, settlements, districts = two_districts()
    figures = compute_figures(coverage, settlements, districts)
    rows = figures[(figures["denominator"] == "residents") & (figures["basis"] == "median")]
    totals = rows.drop_duplicates("area_code").set_index("area_code")["total"]
    assert totals.to_dict() == {"all": 464.0, "w": 164.0, "e": 300.0}


def test_communes_have_rows_where_settlements_name_them():
    coverage, settlements, districts = two_districts()
    settlements = settlements.assign(commune_code=["c2", None, "c1"])
    figures = compute_figures(coverage, settlements, districts)
    communes = figures[figures["area_level"] == "commune"]
    residents = communes[communes["denominator"] == "residents"].drop_duplicates("area_code")
    assert residents.set_index("area_code")["total"].to_dict() == {"c1": 300.0, "c2": 120.0}
    assert "land_area" not in set(communes["denominator"])


def test_an_area_without_homes_has_land_but_no_share_of_residents():
    figures = compute_figures(
        make_coverage(a_4g=levels(4, 4)),
        make_settlements(("s", "w", 10.0, box(0, 0, 1, 1))),
        make_districts(("w", box(0, 0, 2, 4)), ("e", box(2, 0, 4, 4))),
    )
    assert set(figures[figures["area_code"] == "e"]["denominator"]) == {"land_area"}
    assert figures["covered_share"].notna().all()


def test_covered_everywhere_is_exactly_one_and_nothing_leaves_the_unit_interval():
    _, settlements, districts = two_districts()
    everywhere = compute_figures(
        make_coverage(a_4g=np.full((6, 8), GOOD_DBM)), settlements, districts
    )
    assert (everywhere[everywhere["basis"] != "expected"]["covered_share"] == 1.0).all()
    figures = compute_figures(*two_districts())
    assert figures["covered_share"].between(0.0, 1.0).all()
    assert figures["covered_share"].nunique() > 100


def test_every_row_is_told_apart_and_the_same_twice():
    figures = compute_figures(*two_districts())
    keys = [
        "area_level", "area_code", "technology", "operator", "denominator", "settlement_part",
        "basis",
    ]  # fmt: skip
    assert not figures.duplicated(keys).any()
    pd.testing.assert_frame_equal(figures, compute_figures(*two_districts()), check_exact=True)


def test_figures_do_not_depend_on_the_crs_of_the_tables():
    coverage, settlements, districts = two_districts()
    settlements = settlements.set_geometry(settlements.geometry.segmentize(10.0))
    here = compute_figures(coverage, settlements, districts)
    there = compute_figures(coverage, settlements.to_crs("EPSG:4756"), districts)
    np.testing.assert_allclose(here["covered_share"], there["covered_share"], atol=1e-5)


def test_excess_is_what_is_left_over():
    coverage = make_coverage(a_3g=[[-90.0, np.nan]], a_4g=[[-110.0, -100.0]])
    criteria = CoverCriteria(location_sigma_db=0.0, model_sigma_db=1.0)
    median = excess_db(coverage, criteria=criteria, technology="any", operator="a", basis="median")
    np.testing.assert_allclose(median.to_numpy(), [[5.0, 5.0]])
    both = excess_db(coverage, criteria=criteria, technology="both", operator="a")
    np.testing.assert_allclose(both.to_numpy(), [[-5.0 - 1.28155, -np.inf]], atol=1e-5)
    np.testing.assert_array_equal(both["x"], coverage["x"])


def test_faults_of_the_tables_are_told_all_at_once_with_row_and_name():
    crossing = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    settlements = make_settlements(
        ("in", "d", 1.0, box(0, 0, 1, 1)),
        ("half out", "d", 1.0, box(3.5, 3, 4.5, 4)),
        ("out", "d", 1.0, box(9, 9, 10, 10)),
        ("flat", "d", 1.0, shapely.Polygon([box(0, 0, 1, 1).exterior.coords[0]] * 4)),
        ("none", "d", 1.0, shapely.Polygon()),
        ("bow", "d", 1.0, shapely.affinity.translate(crossing, 500_100, 1_999_800)),
        ("lost", "x", 1.0, box(0, 0, 1, 1)),
        ("fewer", "d", -1.0, box(0, 0, 1, 1)),
        ("unknown", "d", math.nan, box(0, 0, 1, 1)),
    )
    with pytest.raises(InputError) as caught:
        compute_figures(
            make_coverage(a_4g=levels(4, 4)), settlements, make_districts(("d", box(0, 0, 4, 4)))
        )
    found = {(fault.row, fault.column) for fault in caught.value.faults}
    assert found == {
        *itertools.product((2, 3, 4, 5, 6), ("geometry",)),
        (7, "district_code"),
        *itertools.product((8, 9), ("residents", "households")),
    }
    text = str(caught.value)
    assert "Thôn half out" in text
    assert "larger grid" in text
    assert "x (Thôn lost)" in text


def test_a_district_beyond_the_grid_is_named():
    with pytest.raises(InputError, match="Huyện far"):
        compute_figures(
            make_coverage(a_4g=levels(4, 4)),
            make_settlements(("s", "far", 1.0, box(0, 0, 1, 1))),
            make_districts(("far", box(0, 0, 4.1, 4))),
        )


@pytest.mark.parametrize(
    "change",
    [
        {"threshold_4g_dbm": math.nan},
        {"cell_edge_probability": 1.0},
        {"cell_edge_probability": 90.0},
        {"model_sigma_db": -1.0},
        {"user_loss_db": math.inf},
    ],
)
def test_criteria_out_of_range_are_refused(change):
    with pytest.raises(InputError, match=next(iter(change))):
        CoverCriteria(**change)


def test_wrong_arguments_are_refused():
    coverage = make_coverage(a_4g=levels(4, 4))
    with pytest.raises(InputError, match="settlement_parts"):
        world(coverage, settlement_parts=(0.0,))
    with pytest.raises(InputError, match="area_levels"):
        world(coverage, area_levels=("region",))
    with pytest.raises(InputError, match="4G a"):
        excess_db(coverage, technology="3G", operator="a")
    with pytest.raises(InputError, match="basis"):
        excess_db(coverage, basis="expected")


def test_the_tables_handed_in_stay_as_they_were():
    coverage, settlements, districts = two_districts()
    before = coverage.copy(deep=True), settlements.copy(), districts.copy()
    compute_figures(coverage, settlements, districts)
    assert coverage.identical(before[0])
    assert_geodataframe_equal(settlements, before[1])
    assert_geodataframe_equal(districts, before[2])
    assert settlements.crs == CRS
