"""Small worlds whose shares are counted by hand: shapes that a pixel does not fit."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from figures_world import (
    CRS,
    NORTH_M,
    PIXEL_M,
    WEST_M,
    box,
    levels,
    make_coverage,
    make_districts,
    make_settlements,
)

from htcoverage.figures import (
    CoverCriteria,
    compute_figures,
    compute_layer_figures,
    count_operators,
    cover_along,
    cover_at,
)
from htcoverage.run.compute import split_communes

ALL = slice(None)
DISTRICTS = make_districts(("a", box(0, 0, 10, 10)), ("b", box(10, 0, 20, 10)))
#: The five columns in the west are covered.
WEST = make_coverage(a_4g=levels(10, 20, good=(ALL, slice(0, 5))))


def rows_of(figures, denominator, *, level="province", part=None):
    rows = figures[
        (figures["area_level"] == level)
        & (figures["denominator"] == denominator)
        & (figures["technology"] == "4G")
        & (figures["operator"] == "any")
        & (figures["basis"] == "median")
    ]
    return rows if part is None else rows[rows["settlement_part"] == part]


def covered(figures, denominator, **options):
    return rows_of(figures, denominator, **options)["covered"].tolist()


def home(shape: shapely.Geometry, residents: float = 100.0) -> gpd.GeoDataFrame:
    return make_settlements(("s", "a", residents, shape))


@pytest.mark.parametrize(
    ("shape", "people"),
    [
        (box(2.5, 2.5, 7.5, 7.5), 50.0),  # its edges on the centres of pixels
        (box(4.9, 3.3, 5.3, 3.5), 25.0),  # inside two pixels, a quarter in the covered one
        (box(4.995, 3.3, 5.005, 3.31), 50.0),  # one square metre
        (box(2, 2, 8, 8) - box(4, 4, 6, 6), 50.0),  # a hole: 16 of 32 pixels
        (shapely.MultiPolygon([box(0, 0, 3, 1), box(8, 8, 9, 9)]), 75.0),
        (
            shapely.Polygon([(WEST_M, NORTH_M), (WEST_M + 1e3, NORTH_M), (WEST_M, NORTH_M - 1e3)]),
            75,
        ),
    ],
)
def test_the_covered_part_of_any_shape(shape, people):
    figures = compute_figures(WEST, home(shape), DISTRICTS)
    assert covered(figures, "residents") == pytest.approx([people], abs=1e-4)
    whole_km2 = rows_of(figures, "residential_area")["total"].iloc[0]
    assert whole_km2 == pytest.approx(shape.area / 1e6, rel=1e-6)


@pytest.mark.parametrize(
    ("shape", "counts"),
    [
        (box(1, 0, 6, 2), True),  # four of five columns
        (box(4.2, 3.1, 5.2, 3.4), True),  # 80 % of a part of two pixels
        (box(2.2, 0.37, 5.7, 1.13), True),  # a fraction that single precision does not hold
        (box(1, 0, 6.002, 2), False),  # 79.97 %
        (box(1, 0, 6.0002, 2), False),  # 79.997 %
    ],
)
def test_a_settlement_at_four_fifths_counts_and_one_just_below_does_not(shape, counts):
    figures = compute_figures(WEST, home(shape, 1_234_567.0), DISTRICTS)
    assert covered(figures, "settlements", part=0.8) == [float(counts)]
    assert covered(figures, "settlements", part=0.5) == [1.0]
    assert covered(figures, "settlements", part=0.95) == [0.0]


def test_settlements_that_overlap_are_each_measured_by_themselves():
    homes = make_settlements(("s", "a", 90.0, box(3, 0, 6, 2)), ("t", "a", 60.0, box(4, 0, 8, 2)))
    figures = compute_figures(WEST, homes, DISTRICTS)
    # Two thirds of 90 and a quarter of 60 people; 6 and 8 pixels of a hectare.
    assert covered(figures, "residents") == pytest.approx([75.0])
    assert rows_of(figures, "residential_area")["total"].tolist() == pytest.approx([0.14])


def test_a_settlement_on_both_sides_of_a_border_is_counted_once():
    """By districts with its code's, by a layer of outlines with the part inside each."""
    homes = make_settlements(
        ("s", "a", 40.0, box(9, 0, 11, 2)), ("t", "b", 60.0, box(15, 0, 17, 2))
    )
    east = make_coverage(a_4g=levels(10, 20, good=(ALL, slice(10, 20))))
    figures = compute_figures(east, homes, DISTRICTS)
    assert covered(figures, "residents") == pytest.approx([80.0])
    assert covered(figures, "residents", level="district") == pytest.approx([20.0, 60.0])
    outlines = DISTRICTS.rename(columns={"district_code": "code", "full_name": "name"})
    cut = compute_layer_figures(
        east, homes, DISTRICTS, outlines, level="own", code_column="code", name_column="name"
    )
    people = rows_of(cut, "residents", level="own")
    assert people["total"].tolist() == pytest.approx([20.0, 80.0])
    assert people["covered"].tolist() == pytest.approx([0.0, 80.0])
    assert people["total"].sum() == rows_of(figures, "residents")["total"].iloc[0]


def at(column: float, row: float) -> tuple[float, float]:
    return (WEST_M + PIXEL_M * column, NORTH_M - PIXEL_M * row)


@pytest.mark.parametrize(
    ("ends", "share"),
    [
        (((5, 0), (5, 10)), 0.0),  # along the edge of the cover: the pixels east of it
        (((0, 3), (10, 3)), 0.5),
        (((0, 0), (10, 0)), 0.5),  # on the raster's edges
        (((0, 10), (10, 10)), 0.5),
        (((20, 0), (20, 10)), 0.0),
        (((2.5, 2.5), (7.5, 2.5)), 0.5),  # through the centres of pixels
        (((0, 0), (10, 10)), 0.5),  # through the corners of pixels
    ],
)
def test_a_line_along_the_edges_of_pixels(ends, share):
    lines = gpd.GeoDataFrame(geometry=[shapely.LineString([at(*end) for end in ends])], crs=CRS)
    found = cover_along(WEST, lines, basis="median").iloc[0]
    assert found["covered_share"] == pytest.approx(share)
    assert found["length_km"] == pytest.approx(np.hypot(*np.subtract(*ends)) / 10.0)


def test_a_point_on_the_edge_of_two_pixels_is_that_of_the_eastern_and_southern_one():
    places = [(0, 0), (5, 5), (4.999, 5), (20, 0), (0, 10), (20, 10)]
    points = gpd.GeoDataFrame(geometry=[shapely.Point(at(*place)) for place in places], crs=CRS)
    found = cover_at(WEST, points, basis="median")["covered"].tolist()
    # What lies on the last edge of the raster belongs to its last pixel.
    assert found == [True, False, True, False, True, False]
    south = make_coverage(a_4g=levels(10, 20, good=(slice(5, 10), ALL)))
    assert cover_at(south, points, basis="median")["covered"].tolist() == [
        False, True, True, False, True, True,
    ]  # fmt: skip


def test_a_layer_over_a_bay_counts_the_land_and_not_the_water_between():
    bay = make_districts(("a", box(0, 0, 10, 10) - box(4, 0, 10, 6)))
    areas = gpd.GeoDataFrame({"code": ["x"]}, geometry=[box(2, 2, 8, 8)], crs=CRS)
    figures = compute_layer_figures(
        WEST, home(box(0, 0, 1, 1)), bay, areas, level="own", code_column="code", name_column="code"
    )
    land = rows_of(figures, "land_area", level="own")
    # Of 36 pixels 16 are water; of the 20 of land two columns of six are covered and one of two.
    assert land["total"].tolist() == pytest.approx([0.20])
    assert land["covered"].tolist() == pytest.approx([0.14])


def test_an_operator_counts_at_its_threshold_and_the_margin_only_at_the_cell_edge():
    criteria = CoverCriteria()
    edge_dbm = np.float32(criteria.threshold_4g_dbm + criteria.margin_db)
    one = np.full((1, 4), -60.0, np.float32)
    two = np.array([[-60.0, np.nextafter(edge_dbm, np.float32(0)), -105.0, -105.1]], np.float32)
    coverage = make_coverage(a_4g=one, b_4g=two)
    homes, whole = home(box(0, 0, 4, 1)), make_districts(("a", box(0, 0, 4, 1)))
    for basis, shares in (("median", [0.0, 0.25, 0.75]), ("cell_edge", [0.0, 0.5, 0.5])):
        counts = count_operators(coverage, homes, whole, criteria=criteria, basis=basis)
        people = counts[(counts["area_code"] == "all") & (counts["denominator"] == "residents")]
        assert people["share"].tolist() == pytest.approx(shares)


def test_a_run_keeps_of_communes_any_and_all_at_both_bases_and_of_the_rest_everything():
    homes = make_settlements(("s", "a", 40.0, box(1, 0, 3, 2)), ("t", "b", 60.0, box(4, 0, 6, 2)))
    coverage = make_coverage(a_4g=levels(10, 20, good=(ALL, slice(0, 5))))
    homes = homes.assign(commune_code=["1", "2"])
    figures = compute_figures(coverage, homes, DISTRICTS)
    communes, larger = split_communes(figures, homes)
    assert communes is not None
    assert set(communes["operator"]) == {"any", "all"}
    assert set(communes["basis"]) == {"median", "cell_edge"}
    assert set(communes["denominator"]) == {"residential_area", "residents", "settlements"}
    assert set(communes["settlement_part"].dropna()) == {0.8}
    assert covered(communes, "residents", level="commune") == pytest.approx([40.0, 30.0])
    assert len(larger) == (figures["area_level"] != "commune").sum()
    assert "commune_provenance" not in communes
    none, every = split_communes(larger, homes)
    assert none is None
    assert len(every) == len(larger)


def test_rows_of_communes_tell_where_their_settlements_come_from():
    homes = make_settlements(*((str(k), "a", 10.0, box(k, 0, k + 1, 2)) for k in range(4)))
    homes = homes.assign(
        commune_code=["1", "1", "2", None],
        provenance=["official", "modelled", "modelled", "open-data"],
    )
    coverage = make_coverage(a_4g=levels(10, 20, good=(ALL, slice(0, 5))))
    communes, _ = split_communes(compute_figures(coverage, homes, DISTRICTS), homes)
    assert communes is not None
    told = communes.groupby("area_code")["commune_provenance"].unique()
    assert told["1"].tolist() == ["modelled official"]
    assert told["2"].tolist() == ["modelled"]


WHOLE = make_districts(("d", box(0, 0, 10, 10)))
WEST_HALF = levels(10, 10, good=(ALL, slice(0, 5)))


def shares_of(coverage, homes, **wanted):
    figures = compute_figures(coverage, homes, WHOLE)
    for name, value in {"area_code": "all", "basis": "median", **wanted}.items():
        figures = figures[figures[name] == value]
    return figures


def test_homes_over_a_hole_without_level_lose_what_lies_in_it():
    level = levels(10, 10, good=(ALL, ALL))
    level[4:6, 4:6] = np.nan
    homes = make_settlements(("s", "d", 100.0, box(3, 3, 7, 7)))
    rows = shares_of(make_coverage(a_4g=level), homes, technology="4G", operator="any")
    told = rows.set_index(["denominator", "settlement_part"])["covered_share"]
    # Four of the settlement's sixteen pixels, four of the district's hundred.
    assert told["residents"].tolist() == pytest.approx([0.75])
    assert told["land_area"].tolist() == pytest.approx([0.96])
    assert told["settlements"].to_dict() == {0.5: 1.0, 0.8: 0.0, 0.95: 0.0, 1.0: 0.0}


def test_the_hole_of_a_polygon_holds_nobody():
    # 36 pixels less a hole of 12.5 that lies all in the covered west: 18 − 12.5 of 23.5.
    ring = box(2, 2, 8, 8).difference(box(2.5, 2.5, 5, 7.5))
    homes = make_settlements(("s", "d", 235.0, ring))
    rows = shares_of(make_coverage(a_4g=WEST_HALF), homes, denominator="residents", operator="any")
    assert rows.loc[rows["technology"] == "4G", "covered"].tolist() == pytest.approx([55.0])


def test_an_operator_without_a_technology_counts_by_the_one_it_has():
    north = levels(10, 10, good=(slice(0, 5), ALL))
    coverage = make_coverage(a_4g=WEST_HALF, b_3g=north)
    homes = make_settlements(("s", "d", 100.0, box(0, 0, 10, 10)))
    rows = shares_of(coverage, homes, denominator="residents")
    told = rows.set_index(["technology", "operator"])["covered_share"].to_dict()
    assert told == pytest.approx(
        {
            ("3G", "b"): 0.5, ("3G", "any"): 0.5, ("3G", "all"): 0.5,
            ("4G", "a"): 0.5, ("4G", "any"): 0.5, ("4G", "all"): 0.5,
            ("any", "a"): 0.5, ("any", "b"): 0.5, ("any", "any"): 0.75, ("any", "all"): 0.25,
            ("both", "any"): 0.25, ("both", "all"): 0.25,
        }
    )  # fmt: skip


def test_a_settlement_of_twenty_centimetres_on_a_pixel_edge_is_halved():
    homes = make_settlements(("s", "d", 3.0, box(4.999, 4, 5.001, 4.002)))
    rows = shares_of(make_coverage(a_4g=WEST_HALF), homes, technology="4G", operator="a")
    told = rows.set_index("denominator")["covered_share"]
    assert told["residents"] == pytest.approx(0.5, abs=1e-6)
    assert told["residential_area"] == pytest.approx(0.5, abs=1e-6)


def test_where_nobody_lives_no_share_of_people_is_claimed():
    homes = make_settlements(("s", "d", 0.0, box(0, 0, 10, 10)))
    figures = compute_figures(make_coverage(a_4g=WEST_HALF), homes, WHOLE)
    assert set(figures["denominator"]) == {"land_area", "residential_area", "settlements"}
    (note,) = figures.attrs["notes"]
    assert "1 have 0 residents" in note.words()


def test_one_pixel_is_a_province():
    homes = make_settlements(("s", "d", 3.0, box(0.25, 0.25, 0.5, 0.75)))
    one = make_districts(("d", box(0, 0, 1, 1)))
    figures = compute_figures(make_coverage(a_4g=np.array([[-60.0]])), homes, one)
    certain = figures[figures["basis"] != "expected"]
    assert set(certain["covered_share"]) == {1.0}
    area = figures[figures["denominator"] == "residential_area"]
    assert area["total"].to_numpy() == pytest.approx(np.full(len(area), 0.00125))
