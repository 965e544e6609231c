from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from figures_world import box, make_coverage, make_districts, make_settlements
from uncertainty_dense import dense_world, true_errors_db

from htcoverage.errors import InputError
from htcoverage.figures import CoverCriteria, compute_figures
from htcoverage.uncertainty import LevelErrors, add_intervals, compute_sensitivity, error_sources
from htcoverage.uncertainty.level_errors import local_errors_db, path_keys, spread_left_db

NO_ERRORS = LevelErrors(0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def world():
    return dense_world(sites=12, seed=3, loss_at_1_km_db=118.0)


def figures_of(world, coverage, **keywords) -> pd.DataFrame:
    return compute_figures(coverage, world.settlements, world.districts, **keywords)


def one_server(excess_db: np.ndarray, *, technology: str = "4G"):
    """Return a coverage with one cell that serves every pixel, in one layer."""
    threshold_dbm = CoverCriteria().threshold_dbm(technology)
    coverage = make_coverage(**{f"a_{technology.lower()}": threshold_dbm + excess_db})
    nothing = np.full((1, *excess_db.shape), np.nan, np.float32)
    dims = ("layer", "y", "x")
    return coverage.assign(
        runner_up_dbm=(dims, nothing),
        best_server=(dims, np.zeros(nothing.shape, np.int32)),
        runner_up_server=(dims, np.full(nothing.shape, -1, np.int32)),
    ).assign_coords(site_id=("cell", ["A"]), cell_id=("cell", ["A1"]))


ONE_CELL = pd.DataFrame({"cell_id": ["A1"], "band_mhz": [1800.0]})


def one_home(side: int):
    whole = box(0, 0, side, side)
    return make_settlements(("h", "d", 100.0, whole)), make_districts(("d", whole))


def test_the_interval_holds_the_truth_in_nine_of_ten_worlds(world):
    coverage = world.coverage()
    figures = figures_of(world, coverage, area_levels=("province",))
    found = add_intervals(
        figures, coverage, world.settlements, world.districts, world.cells, draws=400
    )
    random = np.random.default_rng(11)
    inside = np.zeros(len(figures))
    # Where nothing but the spread inside a pixel is left unknown, `expected` averages over that.
    known = replace(CoverCriteria(), model_sigma_db=0.0)
    for _ in range(200):
        truth = world.coverage(true_errors_db(world, random))
        share = figures_of(world, truth, area_levels=("province",))["covered_share"]
        expected = figures_of(world, truth, area_levels=("province",), criteria=known)
        share = share.where(figures["basis"] != "expected", expected["covered_share"])
        inside += (found["low"] - 1e-9 <= share) & (share <= found["high"] + 1e-9)
    part = inside / 200
    areal = figures["denominator"] != "settlements"
    asked = part[areal & (figures["operator"] == "any")]
    assert len(asked) == 40
    assert asked.between(0.85, 0.95).all(), asked.describe()
    # Counts of settlements jump: whole steps lie inside, so more than nine tenths may.
    assert 0.87 <= part[areal].mean() <= 0.93
    assert part[~areal].min() >= 0.82


def test_without_errors_the_interval_is_the_figure(world):
    coverage = world.coverage()
    figures = figures_of(world, coverage)
    found = add_intervals(
        figures, coverage, world.settlements, world.districts, world.cells,
        errors=NO_ERRORS, draws=20,
    )  # fmt: skip
    assert set(found["area_level"]) == {"province", "district"}
    np.testing.assert_allclose(found["low"], figures["covered_share"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["high"], figures["covered_share"], rtol=0, atol=1e-12)


def test_local_errors_alone_leave_the_share_that_theory_gives():
    # 2 dB above the threshold everywhere, local errors of 5.6 dB: Φ(2 / 5.6) of the pixels hold.
    side, errors = 120, LevelErrors(0.0, 0.0, 5.6)
    coverage = one_server(np.full((side, side), 2.0))
    homes, districts = one_home(side)
    criteria = CoverCriteria(model_sigma_db=5.6)
    figures = compute_figures(coverage, homes, districts, criteria=criteria)
    found = add_intervals(figures, coverage, homes, districts, ONE_CELL, errors=errors, draws=100)
    held = NormalDist().cdf(2.0 / 5.6)
    sd = np.sqrt(held * (1.0 - held)) / side
    rows = found[(found["denominator"] == "residents") & (found["technology"] == "4G")]
    median = rows[rows["basis"] == "median"].iloc[0]
    assert median["covered_share"] == 1.0
    assert median["low"] == pytest.approx(held - 1.645 * sd, abs=0.6 * sd)
    assert median["high"] == pytest.approx(held + 1.645 * sd, abs=0.6 * sd)
    # `expected` has averaged over the errors already: the worlds keep to it.
    expected = rows[rows["basis"] == "expected"].iloc[0]
    assert expected["covered_share"] == pytest.approx(NormalDist().cdf(2.0 / criteria.sigma_db))
    assert expected["low"] < expected["covered_share"] < expected["high"]
    assert expected["high"] - expected["low"] < 2 * 1.645 * sd


def test_common_errors_alone_move_along_the_curve_of_shifted_thresholds():
    side = 40
    excess_db = np.linspace(-15.0, 25.0, side * side).reshape(side, side)
    coverage = one_server(excess_db)
    homes, districts = one_home(side)
    figures = compute_figures(coverage, homes, districts)
    found = add_intervals(
        figures, coverage, homes, districts, ONE_CELL,
        errors=LevelErrors(3.0, 0.0, 0.0), draws=1000,
    )  # fmt: skip
    row = found[
        (found["denominator"] == "residents")
        & (found["basis"] == "cell_edge")
        & (found["operator"] == "a")
        & (found["technology"] == "4G")
    ].iloc[0]
    curve = next(
        each
        for each in compute_sensitivity(coverage, homes, districts, operator="a")
        if each.denominator == "residents"
    )
    # 0.3 dB is twice the standard error of a twentieth's end after 1000 draws of 3 dB.
    for end, shift_db in (("low", 3.0 * 1.645), ("high", -3.0 * 1.645)):
        assert curve.share_at(shift_db + 0.4) <= row[end] <= curve.share_at(shift_db - 0.4)


def test_site_and_common_errors_are_shared_and_local_ones_are_not():
    # Two halves with a site of their own: the spread of the whole tells who shares what.
    side = 40
    excess_db = np.tile(np.linspace(-20.0, 20.0, side), (side, 1))
    coverage = one_server(excess_db)
    server = coverage["best_server"].to_numpy().copy()
    server[:, : side // 2] = 1
    two = coverage.drop_vars(["site_id", "cell_id"]).assign(
        best_server=(("layer", "y", "x"), server)
    )
    two = two.assign_coords(site_id=("cell", ["A", "B"]), cell_id=("cell", ["A1", "B1"]))
    cells = pd.DataFrame({"cell_id": ["B1", "A1"], "band_mhz": [1800.0, 1800.0]})
    homes, districts = one_home(side)

    def width(coverage, errors: LevelErrors) -> float:
        figures = compute_figures(coverage, homes, districts, area_levels=("province",))
        found = add_intervals(
            figures, coverage, homes, districts, cells, errors=errors, draws=400
        )  # fmt: skip
        row = found[(found["denominator"] == "residents") & (found["basis"] == "median")].iloc[0]
        return float(row["high"] - row["low"])

    common = width(two, LevelErrors(3.0, 0.0, 0.0))
    one_site = width(coverage, LevelErrors(0.0, 3.0, 0.0))
    two_sites = width(two, LevelErrors(0.0, 3.0, 0.0))
    local = width(two, LevelErrors(0.0, 0.0, 3.0))
    assert one_site == pytest.approx(common, rel=0.15)
    assert two_sites == pytest.approx(common / np.sqrt(2.0), rel=0.15)
    assert local < common / 5.0


def test_the_greatest_source_comes_first_and_alone_explains_what_it_explains(world):
    table = error_sources(
        world.coverage(), world.settlements, world.districts, world.cells,
        errors=LevelErrors(6.0, 1.0, 1.0), technology="4G",
    )  # fmt: skip
    residents = table[table["denominator"] == "residents"].set_index("source")
    assert residents.index[0] == "all"
    assert residents.index[1] == "common, 1800 MHz"
    assert residents.loc["all", "variance_part"] == 1.0
    assert residents.loc["common, 1800 MHz", "variance_part"] > 0.8
    # 4G has no cell at 2100 MHz here.
    assert residents.loc["common, 2100 MHz", "sd_share"] < 1e-12


def test_the_seed_decides_and_more_draws_only_add(world):
    coverage = world.coverage()
    figures = figures_of(world, coverage, area_levels=("province",))
    tables = (world.settlements, world.districts, world.cells)
    first, again, other = (
        add_intervals(figures, coverage, *tables, draws=40, seed=seed) for seed in (5, 5, 6)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not np.array_equal(first["low"], other["low"])
    assert first.attrs["intervals"]["seed"] == 5
    assert figures["low"].isna().all()


def test_rows_of_other_layers_keep_what_they_have(world):
    coverage = world.coverage()
    figures = figures_of(world, coverage, area_levels=("province",))
    strange = figures.assign(area_level="ward", low=0.1, high=0.2)
    both = pd.concat([figures, strange], ignore_index=True)
    both.attrs = figures.attrs
    found = add_intervals(
        both, coverage, world.settlements, world.districts, world.cells, draws=20
    )  # fmt: skip
    wards = found["area_level"] == "ward"
    assert (found.loc[wards, "low"] == 0.1).all()
    assert found["low"].notna().all()


def test_local_errors_are_normal_and_belong_to_the_path():
    site, pixel = (each.ravel() for each in np.meshgrid(np.arange(40), np.arange(5000)))
    paths = path_keys(site, pixel)
    error = local_errors_db(paths, np.uint64(7), 5.6).reshape(5000, 40)
    assert error.mean() == pytest.approx(0.0, abs=5.6 * 4.0 / np.sqrt(error.size))
    assert error.std() == pytest.approx(5.6, rel=0.01)
    for first, second in ((error[:, 0], error[:, 1]), (error[:-1, 5], error[1:, 5])):
        assert abs(np.corrcoef(first, second)[0, 1]) < 4.0 / np.sqrt(5000)
    other = local_errors_db(paths, np.uint64(8), 5.6).reshape(5000, 40)
    assert abs(np.corrcoef(error.ravel(), other.ravel())[0, 1]) < 4.0 / np.sqrt(error.size)
    np.testing.assert_array_equal(local_errors_db(paths[::-1], np.uint64(7), 5.6)[::-1],
                                  error.ravel())  # fmt: skip


def test_what_is_drawn_leaves_the_spread():
    criteria = CoverCriteria(location_sigma_db=2.0, model_sigma_db=7.0)
    assert spread_left_db(criteria, NO_ERRORS) == criteria.sigma_db
    assert spread_left_db(criteria, LevelErrors()) == pytest.approx(2.0)
    assert spread_left_db(criteria, LevelErrors(3.0, 0.0, 0.0)) == pytest.approx(np.sqrt(44.0))
    assert LevelErrors().total_sigma_db == pytest.approx(7.0, abs=0.05)


@pytest.mark.parametrize(
    ("keywords", "word"),
    [({"draws": 19}, "draws"), ({"seed": -1}, "seed")],
)
def test_bad_arguments_are_refused(world, keywords, word):
    coverage = world.coverage()
    figures = figures_of(world, coverage, area_levels=("province",))
    tables = (world.settlements, world.districts, world.cells)
    with pytest.raises(InputError, match=word):
        add_intervals(figures, coverage, *tables, **keywords)


def test_every_missing_cell_is_named(world):
    coverage = world.coverage()
    figures = figures_of(world, coverage, area_levels=("province",))
    with pytest.raises(InputError) as caught:
        add_intervals(
            figures, coverage, world.settlements, world.districts, world.cells.iloc[2:]
        )  # fmt: skip
    assert {fault.value for fault in caught.value.faults} == set(world.cells["cell_id"].iloc[:2])
    with pytest.raises(InputError, match="site_sigma_db"):
        LevelErrors(site_sigma_db=-1.0)
