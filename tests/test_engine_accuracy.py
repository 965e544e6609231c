"""The sweep against a profile of its own for every pixel, term by term and at large."""

from __future__ import annotations

import engine_world as world
import numpy as np
import numpy.typing as npt
import pytest

from htcoverage.engine.exact import exact_losses
from htcoverage.terrain import Terrain

#: A posting that is exact in binary: along the axes of the grid radial and profile then take the
#: very same samples, and what is left between sweep and exact job is rounding.
POSTING_M = 125.0
N, MIDDLE = 121, 60


def coast(n: int) -> npt.NDArray[np.uint8]:
    """Sea in the east, a coastal strip, inland in the west."""
    zone = np.full((n, n), 4, np.uint8)
    zone[:, n // 2 - 10 :] = 3
    zone[:, n // 2 + 25 :] = 1
    return zone


def worlds() -> dict[str, Terrain]:
    rng = np.random.default_rng(5)
    forest = np.where(rng.random((N, N)) < 0.4, 12.0, 0.0)
    low = world.hills(N, seed=3, top_m=60.0)
    shore = np.where(coast(N) == 1, 0.0, low)
    return {
        "mountains": world.make_terrain(world.hills(N, seed=1), posting_m=POSTING_M),
        "valleys": world.make_terrain(world.hills(N, seed=2, top_m=400.0), posting_m=POSTING_M),
        "plain": world.make_terrain(low, posting_m=POSTING_M),
        "forest": world.make_terrain(low, posting_m=POSTING_M, clutter=forest),
        "wooded mountains": world.make_terrain(
            world.hills(N, seed=1), posting_m=POSTING_M, clutter=forest
        ),
        "coast": world.make_terrain(shore, posting_m=POSTING_M, zone=coast(N)),
    }


def along_axes(n: int, middle: int) -> npt.NDArray[np.bool_]:
    axes = np.zeros((n, n), np.bool_)
    axes[middle, :] = axes[:, middle] = True
    # A profile has four steps at least: up to there it is denser than the radial.
    axes[middle - 3 : middle + 4, middle - 3 : middle + 4] = False
    return axes


@pytest.mark.parametrize("name", worlds())
@pytest.mark.parametrize("band_mhz", [450.0, 1800.0])
@pytest.mark.parametrize("antenna_height_m", [10.0, 45.0])
def test_where_samples_agree_the_loss_agrees(
    name: str, band_mhz: float, antenna_height_m: float
) -> None:
    terrain = worlds()[name]
    options = {"radius_km": 7.51, "band_mhz": band_mhz, "antenna_height_m": antenna_height_m}
    swept = world.loss_db(terrain, MIDDLE, MIDDLE, **options)
    exact = world.exact_db(terrain, MIDDLE, MIDDLE, wanted=along_axes(N, MIDDLE), **options)
    there = np.isfinite(exact)
    assert there.sum() == 4 * 57
    np.testing.assert_allclose(swept[there], exact[there], atol=0.012)


@pytest.mark.parametrize("rx_height_m", [1.5, 10.0])
def test_the_share_of_sea_is_the_exact_jobs(rx_height_m: float) -> None:
    # At 40 MHz sea and land are decibels apart: half a step of shore would be seen.
    terrain = worlds()["coast"]
    options = {
        "radius_km": 7.51, "band_mhz": 40.0, "antenna_height_m": 10.0, "rx_height_m": rx_height_m,
    }  # fmt: skip
    swept = world.loss_db(terrain, MIDDLE, MIDDLE, **options)
    exact = world.exact_db(terrain, MIDDLE, MIDDLE, wanted=along_axes(N, MIDDLE), **options)
    there = np.isfinite(exact)
    np.testing.assert_allclose(swept[there], exact[there], atol=0.012)


@pytest.mark.parametrize("clearance_m", [0.0, 125.0, 310.0, 1000.0, 1250.0])
def test_the_clearance_from_clutter_is_the_exact_jobs(clearance_m: float) -> None:
    terrain = worlds()["forest"]
    options = {"radius_km": 7.51, "clutter_clearance_m": clearance_m}
    swept = world.loss_db(terrain, MIDDLE, MIDDLE, **options)
    exact = world.exact_db(terrain, MIDDLE, MIDDLE, wanted=along_axes(N, MIDDLE), **options)
    there = np.isfinite(exact)
    np.testing.assert_allclose(swept[there], exact[there], atol=0.012)


@pytest.mark.parametrize("delta_n", [30.0, 70.0])
@pytest.mark.parametrize("rx_height_m", [1.5, 10.0])
def test_refraction_and_the_receivers_height_are_the_exact_jobs(
    delta_n: float, rx_height_m: float
) -> None:
    terrain = worlds()["valleys"]
    options = {"radius_km": 7.51, "delta_n": delta_n, "rx_height_m": rx_height_m}
    swept = world.loss_db(terrain, MIDDLE, MIDDLE, **options)
    exact = world.exact_db(terrain, MIDDLE, MIDDLE, wanted=along_axes(N, MIDDLE), **options)
    there = np.isfinite(exact)
    np.testing.assert_allclose(swept[there], exact[there], atol=0.012)


@pytest.mark.parametrize("at_sea", [False, True])
@pytest.mark.parametrize("antenna_height_m", [10.0, 40.0])
def test_far_beyond_the_horizon_ducting_and_troposcatter_are_the_exact_jobs(
    at_sea: bool, antenna_height_m: float
) -> None:
    # 80 km over low ground: Bullington exceeds both other mechanisms, so they carry the result.
    posting_m, columns = 500.0, 181
    ground = np.tile(world.hills(columns, seed=8, top_m=30.0)[0], (5, 1))
    zone = np.full((5, columns), 4, np.uint8)
    if at_sea:
        ground[:, 4:] = 0.0
        zone[:, 2:] = 3
        zone[:, 4:] = 1
    terrain = world.make_terrain(ground, posting_m=posting_m, zone=zone)
    axis = np.zeros((5, columns), np.bool_)
    axis[2, 5:] = True
    options = {"radius_km": 88.0, "band_mhz": 900.0, "antenna_height_m": antenna_height_m}
    swept = world.loss_db(terrain, 2, 1, **options)
    exact = world.exact_db(terrain, 2, 1, wanted=axis, **options)
    there = np.isfinite(exact)
    np.testing.assert_allclose(swept[there], exact[there], atol=0.012)


@pytest.mark.parametrize(("wooded", "median_db", "p95_db"), [(False, 0.1, 2.0), (True, 0.3, 3.0)])
def test_the_sweep_keeps_its_stated_accuracy(wooded: bool, median_db: float, p95_db: float) -> None:
    n = 181
    forest = np.where(world.hills(n, seed=4, top_m=1.0) > 0.5, 12.0, 0.0)
    terrain = world.make_terrain(
        world.hills(n, seed=1, top_m=1200.0), posting_m=90.0, clutter=forest if wooded else 0.0
    )
    options = {"radius_km": 8.0}
    swept = world.loss_db(terrain, 90.3, 89.6, **options)
    exact = world.exact_db(terrain, 90.3, 89.6, **options)
    there = np.isfinite(exact)
    error = swept[there] - exact[there]
    assert abs(error.mean()) < 0.05
    assert np.median(np.abs(error)) < median_db
    assert np.quantile(np.abs(error), 0.95) < p95_db
    threshold = np.median(exact[there])
    assert np.mean((swept[there] < threshold) != (exact[there] < threshold)) < 0.008


@pytest.mark.parametrize("at_sea", [False, True])
def test_a_finer_grid_over_very_coarse_terrain_has_profiles_from_the_first_quarter_kilometre_on(
    at_sea: bool,
) -> None:
    # Nearer than one and a half steps of terrain both take four equal intervals to the pixel.
    zone = np.where(np.arange(15) > 7, 1, 4) if at_sea else 4
    terrain = world.make_terrain(
        world.hills(15, seed=6, top_m=900.0), posting_m=1000.0, clutter=12.0, zone=zone
    )
    fine = world.whole_grid(terrain).zoom_out(0.0625)
    here = world.at_pixel(terrain, 7, 7) | {"band_mhz": 450.0, "antenna_height_m": 15.0}
    swept = -world.cover(terrain, here, grid=fine, radius_km=1.45)["level_dbm"].to_numpy()[0]
    middle = 7.5 * 16 - 0.5
    exact = exact_losses(
        np.ones(fine.shape, np.bool_), terrain.ground_m, terrain.clutter_height_m, terrain.zone,
        middle, middle, 0.0625, 7.0, 7.0, 1.0, 15.0, 1.5, 1.45, 0.1, 50.0, 370.0,
        world.LATITUDE_DEG, 1.0, 0.45,
    )  # fmt: skip
    there = np.isfinite(exact)
    assert there.sum() == np.isfinite(swept).sum()
    np.testing.assert_allclose(swept[there], exact[there], atol=0.012)


def test_a_finer_grid_over_coarse_terrain_keeps_the_accuracy() -> None:
    terrain = world.make_terrain(world.hills(101, seed=6, top_m=500.0), posting_m=100.0)
    fine = world.whole_grid(terrain).zoom_out(0.5)
    swept = -world.cover(terrain, world.at_pixel(terrain, 50, 50), grid=fine, radius_km=4.0)[
        "level_dbm"
    ].to_numpy()[0]
    middle = 50 * 2 + 0.5
    exact = exact_losses(
        np.ones(fine.shape, np.bool_), terrain.ground_m, terrain.clutter_height_m, terrain.zone,
        middle, middle, 0.05, 50.0, 50.0, 0.1, 30.0, 1.5, 4.0, 0.1, 50.0, 370.0,
        world.LATITUDE_DEG, 0.1, 1.8,
    )  # fmt: skip
    there = np.isfinite(exact)
    assert there.sum() == np.isfinite(swept).sum()
    error = swept[there] - exact[there]
    assert np.median(np.abs(error)) < 0.1
    assert abs(error.mean()) < 0.05
