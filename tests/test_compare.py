from __future__ import annotations

import json
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
import rasterio
from figures_world import box, levels, make_coverage, make_districts, make_settlements
from report_world import PARAMETERS, finished_run, renamed
from uncertainty_world import cover, small_world

from htcoverage.compare import (
    Side,
    Stated,
    common_ground,
    compare_runs,
    compare_sides,
    write_comparison,
)
from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures

mpl.use("Agg")

WEST, EAST = (slice(None), slice(0, 2)), (slice(None), slice(2, 4))
DISTRICTS = make_districts(("d", box(0, 0, 4, 4)))
HOMES = make_settlements(
    ("far_west", "d", 40.0, box(0, 0, 2, 4)), ("east", "d", 60.0, box(2, 0, 4, 4))
)
CRITERIA = CoverCriteria()


def side(good, homes=HOMES, **keywords) -> Side:
    return Side(make_coverage(a_4g=levels(4, 4, good=good)), homes, operator="a", **keywords)


def attributed(coverage, **attrs):
    return coverage.assign_attrs(rx_height_m=1.5, model="ITU-R P.1812-8", **attrs)


def ground(before, after, *, first=CRITERIA, second=CRITERIA, reduce=False):
    return common_ground(
        before, after, criteria_before=first, criteria_after=second, reduce=reduce
    )  # fmt: skip


def test_cover_moves_from_the_west_half_to_the_east_half():
    found = compare_sides(side(WEST), side(EAST), DISTRICTS, criteria=CRITERIA)
    assert found.difference.to_numpy().tolist() == [[3, 3, 2, 2]] * 4
    homes = found.settlements.set_index("settlement_id")
    assert homes["outcome"].to_dict() == {"far_west": "lost", "east": "gained"}
    assert homes["residents_change"].to_dict() == {"far_west": -40.0, "east": 60.0}
    shares = found.shares[
        (found.shares["area_level"] == "province") & (found.shares["basis"] == "cell_edge")
    ].set_index("denominator")
    assert shares.loc["residents", ["before", "after"]].tolist() == [0.4, 0.6]
    assert shares.loc["residents", "change"] == pytest.approx(0.2)
    assert shares.loc["land_area", "change"] == 0.0


def test_a_cover_against_itself_changes_nothing():
    found = compare_sides(side(WEST), side(WEST), DISTRICTS, criteria=CRITERIA)
    assert set(found.difference.to_numpy().ravel()) == {0, 1}
    assert (found.settlements["outcome"] == "same").all()
    assert (found.shares["change"] == 0.0).all()


def test_nothing_is_gained_or_lost_beyond_the_districts():
    western = make_districts(("d", box(0, 0, 2, 4)))
    homes = HOMES.iloc[:1]
    found = compare_sides(side(WEST, homes), side(EAST, homes), western, criteria=CRITERIA)
    assert found.difference.to_numpy().tolist() == [[3, 3, 0, 0]] * 4


def test_sides_swapped_turn_every_sign():
    random = np.random.default_rng(4)
    one, two = (
        Side(make_coverage(a_4g=random.normal(-96.0, 8.0, (4, 4))), HOMES, operator="a")
        for _ in range(2)
    )
    there, back = (
        compare_sides(*pair, DISTRICTS, criteria=CRITERIA) for pair in ((one, two), (two, one))
    )
    forth = there.settlements.set_index("settlement_id")["change"]
    assert back.settlements.set_index("settlement_id")["change"].to_dict() == (-forth).to_dict()
    assert back.shares["change"].tolist() == (-there.shares["change"]).tolist()
    swapped = np.array([0, 1, 3, 2])[there.difference.to_numpy()]
    np.testing.assert_array_equal(back.difference.to_numpy(), swapped)


def test_a_settlement_of_one_boundary_layer_only_is_named_not_counted():
    other = make_settlements(
        ("east", "d", 60.0, box(2, 0, 4, 4)), ("new", "d", 5.0, box(0, 0, 1, 1))
    )
    found = compare_sides(side(WEST), side(WEST, other), DISTRICTS, criteria=CRITERIA)
    homes = found.settlements.set_index("settlement_id")
    assert homes["outcome"].to_dict() == {
        "far_west": "only_before", "east": "same", "new": "only_after",
    }  # fmt: skip
    assert homes.loc["far_west", "residents"] == 40.0
    assert homes["residents_change"].isna().sum() == 2


def test_a_settlement_better_below_the_part_is_not_gained():
    wide = make_settlements(("h", "d", 100.0, box(0, 0, 4, 4)))
    found = compare_sides(
        side(None, wide), side(WEST, wide), DISTRICTS, criteria=CRITERIA, settlement_part=0.8
    )  # fmt: skip
    assert found.settlements["outcome"].tolist() == ["better"]
    found = compare_sides(
        side(None, wide), side(WEST, wide), DISTRICTS, criteria=CRITERIA, settlement_part=0.5
    )  # fmt: skip
    assert found.settlements["outcome"].tolist() == ["gained"]


def test_every_reason_against_a_comparison_is_told_at_once():
    before = attributed(make_coverage(a_4g=levels(4, 4)))
    after = attributed(make_coverage(a_4g=levels(4, 4)), crs="EPSG:9210").assign_attrs(
        rx_height_m=10.0, transform=(50.0, 0.0, 500_000.0, 0.0, -50.0, 2_000_000.0)
    )
    with pytest.raises(InputError) as caught:
        ground(before, after, reduce=True)
    assert {fault.column for fault in caught.value.faults} == {"crs", "rx_height_m"}


def test_thresholds_and_grids_that_differ_need_the_common_ground():
    before = attributed(make_coverage(a_4g=levels(4, 4, good=WEST)))
    after = attributed(make_coverage(a_4g=levels(6, 5, good=WEST)))
    strict = replace(CRITERIA, threshold_4g_dbm=-100.0, cell_edge_probability=0.95)
    with pytest.raises(InputError) as caught:
        ground(before, after, second=strict)
    assert {fault.column for fault in caught.value.faults} == {
        "threshold_4g_dbm", "cell_edge_probability", "grid",
    }  # fmt: skip
    found = ground(before, after, second=strict, reduce=True)
    assert found.criteria == CRITERIA
    assert dict(found.after.sizes) == dict(before.sizes)
    assert found.after.attrs["transform"] == list(before.attrs["transform"])
    assert set(found.stated) == {
        Stated("threshold_4g_dbm", "-105", "-100"),
        Stated("cell_edge_probability", "0.9", "0.95"),
        Stated("grid", "4 × 4", "6 × 5"),
    }


def test_the_common_pixels_are_cut_where_they_lie():
    whole = attributed(make_coverage(a_4g=np.arange(30.0).reshape(5, 6) - 100.0))
    a, _, west, _, e, north = whole.attrs["transform"]
    part = whole.isel(y=slice(1, 4), x=slice(2, 6))
    part = part.assign_attrs(transform=(a, 0.0, west + 2 * a, 0.0, e, north + e))
    for found in (ground(whole, part, reduce=True), ground(part, whole, reduce=True)):
        for cut in (found.before, found.after):
            np.testing.assert_array_equal(cut["level_dbm"], part["level_dbm"])
            assert cut.attrs["transform"] == list(part.attrs["transform"])


def test_grids_apart_are_refused():
    before = attributed(make_coverage(a_4g=levels(4, 4)))
    a, _, _, _, e, north = before.attrs["transform"]
    for east_m in (1e5, 1e5 + 30.0):
        west = 500_000.0 + east_m
        away = before.assign_coords(x=before["x"] + east_m)
        away = away.assign_attrs(transform=(a, 0.0, west, 0.0, e, north))
        with pytest.raises(InputError, match="no pixel in common"):
            ground(before, away, reduce=True)


def of_pixel(coverage, pixel_m, east_m=0.0):
    """Return a coverage with pixels of another size from the same corner, or one beside it."""
    west, north = coverage.attrs["transform"][2] + east_m, coverage.attrs["transform"][5]
    rows, cols = coverage.sizes["y"], coverage.sizes["x"]
    return coverage.assign_coords(
        y=north - pixel_m * (np.arange(rows) + 0.5), x=west + pixel_m * (np.arange(cols) + 0.5)
    ).assign_attrs(transform=(pixel_m, 0.0, west, 0.0, -pixel_m, north))


FINE = replace(CRITERIA, location_sigma_db=1.5)


def test_pixels_of_two_sizes_need_the_common_ground_and_the_refusal_says_how():
    coarse = attributed(make_coverage(a_4g=levels(4, 4, good=WEST)))
    west = levels(8, 8, good=(slice(None), slice(0, 3)))
    fine = of_pixel(attributed(make_coverage(a_4g=west)), 50.0)
    with pytest.raises(InputError, match=r"'100, 50'.*--common-ground.*reduce=True"):
        ground(coarse, fine)
    for before, after, first, second, sizes in (
        (coarse, fine, CRITERIA, FINE, ("100", "50")),
        (fine, coarse, FINE, CRITERIA, ("50", "100")),
    ):
        found = ground(before, after, first=first, second=second, reduce=True)
        assert found.stated[0] == Stated("resolution_m", *sizes)
        # Each keeps the spread inside its own pixel.
        assert (found.criteria, found.criteria_after) == (first, second)
        for side, own in ((found.before, before), (found.after, after)):
            assert side.attrs["transform"] == [50.0, 0.0, 500_000.0, 0.0, -50.0, 2_000_000.0]
            apart = 8 // own.sizes["x"]
            expected = own["level_dbm"].to_numpy().repeat(apart, axis=1).repeat(apart, axis=2)
            np.testing.assert_array_equal(side["level_dbm"], expected)


@pytest.mark.parametrize("homes", [HOMES, HOMES.translate(30.0, -20.0).buffer(-60.0)])
def test_coarser_pixels_parted_into_finer_ones_keep_every_share(homes):
    homes = HOMES.set_geometry(homes.geometry if homes is HOMES else homes)
    random = np.random.default_rng(6)
    coarse = attributed(make_coverage(a_4g=random.normal(-96.0, 8.0, (4, 4))))
    fine = of_pixel(attributed(make_coverage(a_4g=random.normal(-96.0, 8.0, (8, 8)))), 50.0)
    found = ground(coarse, fine, second=FINE, reduce=True)
    compared = compare_sides(
        Side(found.before, homes, operator="a"), Side(found.after, homes, operator="a"), DISTRICTS,
        criteria=found.criteria, criteria_after=found.criteria_after,
    )  # fmt: skip
    for coverage, criteria, column in ((coarse, CRITERIA, "before"), (fine, FINE, "after")):
        own = compute_figures(coverage, homes, DISTRICTS, criteria=criteria)
        own = own[(own["technology"] == "4G") & (own["operator"] == "a")]
        keys = ["area_code", "denominator", "settlement_part", "basis"]
        told = compared.shares.merge(own[[*keys, "covered_share"]], on=keys, validate="1:1")
        assert len(told) > 10
        np.testing.assert_allclose(told[column], told["covered_share"], atol=1e-6)
    assert compared.difference.shape == (8, 8)


def test_grids_out_of_step_are_compared_by_the_nearest_pixel():
    before = attributed(make_coverage(a_4g=levels(4, 4, good=WEST)))
    beside = of_pixel(before, 100.0, east_m=30.0)
    found = ground(before, beside, reduce=True)
    # The centre of the westernmost pixel lies 20 m inside the other's first: all four are kept.
    assert found.before.sizes["x"] == 4
    np.testing.assert_array_equal(found.after["level_dbm"], before["level_dbm"])
    far = ground(before, of_pixel(before, 100.0, east_m=60.0), reduce=True)
    assert far.after["x"].to_numpy().tolist() == before["x"].to_numpy()[1:].tolist()
    np.testing.assert_array_equal(far.after["level_dbm"], before["level_dbm"][:, :, :3])


def test_other_models_are_compared_and_stated():
    before = attributed(make_coverage(a_4g=levels(4, 4)))
    found = ground(before, before.assign_attrs(model="ITU-R P.452"))
    assert found.stated == (Stated("model", "ITU-R P.1812-8", "ITU-R P.452"),)


@pytest.fixture(scope="module")
def world():
    return small_world()


@pytest.fixture(scope="module")
def runs(world, tmp_path_factory):
    """A run, and one without a fifth of its sites."""
    sites = sorted(set(world.bts["site_id"]))[::5]
    thinned = world.bts[~world.bts["site_id"].isin(sites)].reset_index(drop=True)
    after = replace(world, bts=thinned, coverage=cover(world, thinned))
    return [
        finished_run(each, tmp_path_factory.mktemp("run"), evidence=False)
        for each in (world, after)
    ]


def test_sites_taken_away_lose_what_the_two_runs_figures_say(runs):
    found = compare_runs(*runs)
    criteria = PARAMETERS.criteria
    residents = []
    for layers in runs:
        figures = compute_figures(
            layers.coverage, layers.settlements, layers.districts, criteria=criteria
        )
        residents.append(
            figures[
                (figures["area_level"] == "province")
                & (figures["technology"] == "4G")
                & (figures["operator"] == "any")
                & (figures["denominator"] == "residents")
                & (figures["basis"] == "cell_edge")
            ]["covered"].iloc[0]
        )
    homes = found.comparison.settlements
    change = residents[1] - residents[0]
    assert change < -1.0
    assert homes["residents_change"].sum() == pytest.approx(change)
    assert (homes["residents_change"] <= 0.0).all()
    assert not (found.comparison.difference == 2).any()
    assert (found.comparison.difference == 3).any()
    assert found.stated == ()


def test_a_comparison_is_written_whole_and_twice_the_same(runs, tmp_path):
    found = compare_runs(*runs)
    for out in (tmp_path / "a", tmp_path / "b"):
        written = write_comparison(found, out)
    names = {path.name for path in written}
    assert names == {
        "compare_en.html", "comparison.json", "difference.tif", "gaps.csv", "settlements.csv",
        "shares.csv",
    }  # fmt: skip
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    with rasterio.open(tmp_path / "a" / "difference.tif") as raster:
        np.testing.assert_array_equal(raster.read(1), found.comparison.difference)
        assert raster.tags()["class_3"] == "lost"
    told = json.loads((tmp_path / "a" / "comparison.json").read_text(encoding="utf-8"))
    counts = found.comparison.settlements["outcome"].value_counts().to_dict()
    assert told["outcomes"] == counts
    page = (tmp_path / "a" / "compare_en.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    # The gaps of both runs, and none where the runs hold no gaps of what is compared.
    gaps = found.gaps
    assert gaps is not None
    assert gaps["residents_after"].sum() == pytest.approx(runs[1].gaps["residents"].sum())
    assert gaps["residents_before"].sum() == pytest.approx(runs[0].gaps["residents"].sum())
    closed, new = ((gaps["outcome"] == name).sum() for name in ("closed", "new"))
    assert f"{closed} gaps closed" in page
    assert f"{new} new" in page
    for changed in ({"technology": "any"}, {"operator_after": "all"}, {"basis": "median"}):
        assert compare_runs(*runs, **changed).gaps is None


def test_two_operators_of_one_run(runs):
    found = compare_runs(runs[0], runs[0], operator_before="Viettel", operator_after="MobiFone")
    assert Stated("operator", "Viettel", "MobiFone") in found.stated
    alone = compare_runs(runs[0], runs[0], operator_before="Viettel", operator_after="Viettel")
    assert (alone.comparison.shares["change"] == 0.0).all()
    lost = found.comparison.shares["change"]
    assert (lost < 0.0).any()


def test_names_in_a_comparison_stay_text(world, runs, tmp_path):
    hostile = "<img src=x onerror=alert(1)>"
    after = finished_run(renamed(world, hostile), tmp_path, evidence=False)
    found = compare_runs(runs[1], after)
    write_comparison(found, tmp_path / "out", language="vi")
    page = (tmp_path / "out" / "compare_vi.html").read_text(encoding="utf-8")
    assert "onerror=alert" in page
    assert "<img src=x" not in page
