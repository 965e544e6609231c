"""Laws that coverage obeys whatever the terrain."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import engine_world as world
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from htcoverage.antennas import Pattern, pattern
from htcoverage.grid import grid_of
from htcoverage.propagation.p1812.model import DEFAULT_N0

CALM = settings(max_examples=25, deadline=None)
TESTS = Path(__file__).parent

CELLS = st.fixed_dictionaries(
    {
        "row": st.floats(2.0, 28.0),
        "col": st.floats(2.0, 28.0),
        "antenna_height_m": st.sampled_from([15.0, 30.0, 45.0]),
        "power_dbm": st.floats(20.0, 40.0),
        "azimuth_deg": st.floats(0.0, 360.0),
        "antenna": st.sampled_from(["omni", "3gpp-36814"]),
    }
)
LAND = world.make_terrain(
    world.hills(31, seed=7, top_m=250.0),
    clutter=np.where(world.hills(31, seed=8, top_m=1.0) > 0.6, 12.0, 0.0),
)


#: One more, a millimetre beside another, shares its mast.
ON_A_CORNER = {
    "row": 2.0, "col": 2.0, "antenna_height_m": 15.0, "power_dbm": 20.0, "azimuth_deg": 0.0,
    "antenna": "omni",
}  # fmt: skip


def placed(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [cell | world.at_pixel(LAND, cell["row"], cell["col"]) for cell in cells]


@CALM
@given(cells=st.lists(CELLS, min_size=1, max_size=4), more_db=st.floats(0.0, 6.0))
def test_more_power_never_lowers_a_level(cells: list[dict[str, Any]], more_db: float) -> None:
    plain = world.cover(LAND, *placed(cells), radius_km=2.0)
    louder = [cells[0] | {"power_dbm": cells[0]["power_dbm"] + more_db}, *cells[1:]]
    more = world.cover(LAND, *placed(louder), radius_km=2.0)
    for name in ("level_dbm", "runner_up_dbm"):
        before = np.nan_to_num(plain[name].to_numpy(), nan=-np.inf)
        assert (np.nan_to_num(more[name].to_numpy(), nan=-np.inf) >= before).all()


@CALM
@given(cells=st.lists(CELLS, min_size=1, max_size=4), new=CELLS)
@example([ON_A_CORNER | {"col": 2.00001}], ON_A_CORNER)
def test_a_new_site_never_lowers_a_level(cells: list[dict[str, Any]], new: dict[str, Any]) -> None:
    plain = world.cover(LAND, *placed(cells), radius_km=2.0)
    more = world.cover(LAND, *placed([*cells, new]), radius_km=2.0)
    for name in ("level_dbm", "runner_up_dbm"):
        before = np.nan_to_num(plain[name].to_numpy(), nan=-np.inf)
        assert (np.nan_to_num(more[name].to_numpy(), nan=-np.inf) >= before).all()
    assert np.isfinite(more["level_dbm"]).sum() >= np.isfinite(plain["level_dbm"]).sum()


@CALM
@given(cells=st.lists(CELLS, min_size=1, max_size=5))
def test_no_level_is_undefined_and_the_runner_up_is_the_weaker(
    cells: list[dict[str, Any]],
) -> None:
    coverage = world.cover(LAND, *placed(cells), radius_km=2.0)
    for level, server in (("level_dbm", "best_server"), ("runner_up_dbm", "runner_up_server")):
        np.testing.assert_array_equal(np.isfinite(coverage[level]), coverage[server] >= 0)
    both = coverage["runner_up_server"].to_numpy() >= 0
    first, second = coverage["level_dbm"].to_numpy()[both], coverage["runner_up_dbm"].to_numpy()
    assert (first >= second[both]).all()
    sites = coverage["site_id"].to_numpy()
    best = sites[coverage["best_server"].to_numpy()[both]]
    assert (best != sites[coverage["runner_up_server"].to_numpy()[both]]).all()


def test_free_space_is_the_least_loss_and_all_of_it_under_250_m() -> None:
    terrain = world.make_terrain(world.hills(61, seed=2, top_m=300.0))
    swept = world.loss_db(terrain, 30, 30, radius_km=3.0)
    d = world.distance_km(terrain, 30, 30)
    slant = np.hypot(d, (terrain.ground_m + 1.5 - terrain.ground_m[30, 30] - 30.0) / 1000.0)
    floor = 92.4 + 20.0 * np.log10(1.8 * slant)
    there = np.isfinite(swept)
    assert (swept[there] >= floor[there] - 1e-4).all()
    np.testing.assert_allclose(swept[d < 0.25], floor[d < 0.25], atol=1e-4)
    assert (swept[there & (d >= 0.25)] > floor[there & (d >= 0.25)] + 1.0).any()


def test_the_pixel_under_the_mast_sees_the_antenna_from_below() -> None:
    terrain = world.make_terrain(np.full((21, 21), 40.0))
    swept = world.loss_db(terrain, 10, 10, radius_km=1.0, antenna_height_m=31.5)
    assert swept[10, 10] == pytest.approx(92.4 + 20.0 * math.log10(1.8 * 0.030), abs=1e-4)


@pytest.mark.parametrize("band_mhz", [450.0, 1800.0])
def test_level_falls_with_distance_over_flat_ground(band_mhz: float) -> None:
    terrain = world.make_terrain(np.zeros((121, 121)))
    swept = world.loss_db(terrain, 60, 60, radius_km=5.85, band_mhz=band_mhz)
    d = world.distance_km(terrain, 60, 60)
    # By rings as far apart as the profile's step: inside one, the samples lie differently. P.1812
    # itself begins at 0.25 km with a step.
    order = np.argsort(d[(d >= 0.25) & (d < 5.85)])
    losses = swept[(d >= 0.25) & (d < 5.85)][order]
    far = np.sort(d[(d >= 0.25) & (d < 5.85)])
    rings = [losses[(far >= r) & (far < r + 0.1)].mean() for r in np.arange(0.3, 5.8, 0.1)]
    assert (np.diff(rings) > 0.0).all()
    for turn in (np.rot90, np.flipud, np.transpose):
        np.testing.assert_allclose(swept, turn(swept), atol=1e-3)


@CALM
@given(
    a=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    b=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    heights_m=st.tuples(st.floats(1.5, 60.0), st.floats(1.5, 60.0)),
)
def test_reciprocity_of_the_exact_job(
    a: tuple[int, int], b: tuple[int, int], heights_m: tuple[float, float]
) -> None:
    def one_way(start: tuple[int, int], end: tuple[int, int], up_m: float, down_m: float) -> float:
        only = np.zeros(LAND.geobox.shape, np.bool_)
        only[end] = True
        # No clutter nearer to the receiver is left out, for the transmitter knows no such rule.
        return float(
            world.exact_db(
                LAND, *start, radius_km=9.0, antenna_height_m=up_m, rx_height_m=down_m,
                clutter_clearance_m=0.0, wanted=only,
            )[end]
        )  # fmt: skip

    if a != b:
        assert one_way(a, b, *heights_m) == pytest.approx(one_way(b, a, *heights_m[::-1]), abs=2e-3)


def test_the_sweep_is_reciprocal_within_its_accuracy() -> None:
    bare = world.make_terrain(LAND.ground_m)
    ends = np.random.default_rng(2).integers(0, 31, (40, 2, 2))
    ends = [(a, b) for a, b in ends.tolist() if a != b]
    there = [world.loss_db(bare, *a, radius_km=4.5, rx_height_m=12.0)[tuple(b)] for a, b in ends]
    back = [
        world.loss_db(bare, *b, radius_km=4.5, antenna_height_m=12.0, rx_height_m=30.0)[tuple(a)]
        for a, b in ends
    ]
    error = np.array(there) - np.array(back)
    assert np.median(np.abs(error)) < 0.1
    assert abs(error.mean()) < 0.2


@pytest.mark.parametrize("azimuth_deg", [0.0, 90.0, 200.0, 315.0])
def test_a_sector_covers_where_it_points(azimuth_deg: float) -> None:
    terrain = world.make_terrain(np.zeros((81, 81)))
    here = world.at_pixel(terrain, 40, 40)
    coverage = world.cover(
        terrain, here | {"azimuth_deg": azimuth_deg, "antenna": "3gpp-36814"}, radius_km=3.5
    )
    omni = world.cover(terrain, here, radius_km=3.5)
    pattern_db = (omni["level_dbm"] - coverage["level_dbm"]).to_numpy()[0]
    rows, cols = np.indices((81, 81)) - 40
    bearing = np.degrees(np.arctan2(cols, -rows))
    offset = np.abs((bearing - azimuth_deg + 180.0) % 360.0 - 180.0)
    far = np.hypot(rows, cols) > 12
    there = np.isfinite(pattern_db) & far
    # 3GPP TR 36.814: 12·(φ/70)² dB, at most 25; depression here adds up to 12·(1.4/10)² dB.
    expected = np.minimum(12.0 * (offset / 70.0) ** 2, 25.0)
    np.testing.assert_allclose(pattern_db[there], expected[there], atol=0.3)


def test_tilt_turns_the_beam_down_and_elevation_is_that_of_the_path() -> None:
    # A beam 10° wide: its vertical loss tells the depression at which a pixel sees the antenna.
    ground = np.zeros((61, 61))
    ground[:, 45:] = 120.0
    terrain = world.make_terrain(ground)
    here = world.at_pixel(terrain, 30, 30)
    tall = {"antenna_height_m": 60.0}
    omni = world.cover(terrain, here | tall, radius_km=2.9)["level_dbm"].to_numpy()[0]
    for electrical, mechanical in ((0.0, 0.0), (3.0, 0.0), (2.0, 5.0)):
        sector = here | tall | {
            "antenna": "3gpp-36814", "azimuth_deg": 90.0, "electrical_tilt_deg": electrical,
            "mechanical_tilt_deg": mechanical,
        }  # fmt: skip
        level = world.cover(terrain, sector, radius_km=2.9)["level_dbm"].to_numpy()[0]
        for col in (35, 40, 50, 58):  # straight ahead: no horizontal loss
            d_m = 100.0 * (col - 30)
            rise_m = 60.0 - 1.5 - ground[30, col] + 0.5 * d_m**2 / 9.35e6
            depression = math.degrees(math.atan2(rise_m, d_m))
            expected = min(12.0 * ((depression - electrical - mechanical) / 10.0) ** 2, 20.0)
            assert omni[30, col] - level[30, col] == pytest.approx(expected, abs=0.02)
        # To the side mechanical tilt does nothing, behind it lifts the beam.
        depression = math.degrees(math.atan2(58.5, 1000.0))
        for (row, col), tilt, back_db in (
            ((20, 30), electrical, 12.0 * (90.0 / 70.0) ** 2),
            ((30, 20), electrical - mechanical, 25.0),
        ):
            expected = min(back_db + min(12.0 * ((depression - tilt) / 10.0) ** 2, 20.0), 25.0)
            assert omni[row, col] - level[row, col] == pytest.approx(expected, abs=0.05)


def test_azimuths_are_of_true_north_not_of_the_grid() -> None:
    # Far from the central meridian of 105.5° and far north the grid is turned by several degrees.
    west_m, north_m = 800_000.0, 6_900_000.0
    terrain = world.make_terrain(np.zeros((81, 81)), west_m=west_m, north_m=north_m)
    offset = np.minimum(np.arange(3600), 3600 - np.arange(3600)) / 10.0
    needle = Pattern("needle", offset, np.zeros(3600), maximum_loss_db=200.0)  # 1 dB a degree
    here = world.at_pixel(terrain, 40, 40)
    omni = world.cover(terrain, here, radius_km=3.5)["level_dbm"].to_numpy()[0]
    level = world.cover(
        terrain, here | {"azimuth_deg": 90.0, "antenna": "needle"}, radius_km=3.5,
        patterns={"needle": needle},
    )["level_dbm"].to_numpy()[0]  # fmt: skip
    from pyproj import Transformer

    to_wgs84 = Transformer.from_crs(world.CRS, "EPSG:4326", always_xy=True)
    start = to_wgs84.transform(here["x"], here["y"])
    turned = 0.0
    for row, col in ((40, 70), (30, 65), (52, 60), (20, 45)):
        there = world.at_pixel(terrain, row, col)
        end = to_wgs84.transform(there["x"], there["y"])
        azimuth, _, _ = Geod(ellps="WGS84").inv(*start, *end)
        expected = abs((azimuth - 90.0 + 180.0) % 360.0 - 180.0)
        assert omni[row, col] - level[row, col] == pytest.approx(expected, abs=0.1)
        grid_azimuth = math.degrees(math.atan2(col - 40, 40 - row))
        turned = max(turned, abs(grid_azimuth - azimuth))
    assert turned > 3.0


def test_a_tilt_that_the_pattern_holds_already_is_not_added_again() -> None:
    built_in = pattern("3gpp-36814")
    tilted = replace(
        built_in, name="tilted", vertical_loss_db=np.roll(built_in.vertical_loss_db, 60),
        electrical_tilt_deg=6.0,
    )  # fmt: skip
    here = world.at_pixel(LAND, 15, 15) | {"azimuth_deg": 40.0, "electrical_tilt_deg": 6.0}
    plain = world.cover(LAND, here | {"antenna": "3gpp-36814"}, radius_km=2.0)
    given = world.cover(
        LAND, here | {"antenna": "tilted"}, radius_km=2.0, patterns={"tilted": tilted}
    )
    np.testing.assert_allclose(given["level_dbm"], plain["level_dbm"], atol=1e-3)


def test_two_heights_on_one_site_are_two_sweeps_of_one_site() -> None:
    terrain = world.make_terrain(np.zeros((41, 41)))
    here = world.at_pixel(terrain, 20, 20) | {"site_id": "S"}
    low, high = here | {"antenna_height_m": 12.0}, here | {"antenna_height_m": 45.0}
    both = world.cover(terrain, low, high, radius_km=1.9)
    assert both.attrs["sweeps"] == 2
    assert (both["runner_up_server"].to_numpy() == -1).all()
    single = [world.cover(terrain, cell, radius_km=1.9)["level_dbm"] for cell in (low, high)]
    np.testing.assert_array_equal(both["level_dbm"], np.fmax(*single))
    assert set(np.unique(both["best_server"])) == {-1, 0, 1}


def test_bands_of_one_mast_share_a_sweep_and_change_nothing() -> None:
    here = world.at_pixel(LAND, 14.2, 16.9)
    cells = [
        here | {"band_mhz": mhz, "operator": operator}
        for mhz, operator in ((900.0, "VinaPhone"), (1800.0, "Viettel"), (2100.0, "MobiFone"))
    ]
    together = world.cover(LAND, *cells, radius_km=2.0)
    assert together.attrs["sweeps"] == 1
    for cell in cells:
        alone = world.cover(LAND, cell, radius_km=2.0)
        layer = f"{cell['operator'].lower()}_3g"
        np.testing.assert_array_equal(
            together["level_dbm"].sel(layer=layer), alone["level_dbm"].sel(layer=layer)
        )


def test_what_is_off_air_is_left_out() -> None:
    here, there = world.at_pixel(LAND, 8, 8), world.at_pixel(LAND, 20, 20)
    with_both = world.cover(LAND, here, there | {"status": "off-air"}, radius_km=2.0)
    planned = world.cover(LAND, here, there | {"status": "planned"}, radius_km=2.0)
    alone = world.cover(LAND, here, radius_km=2.0)
    assert with_both.equals(alone)
    assert planned.equals(alone)


def test_radius_and_area_bound_what_is_served() -> None:
    import geopandas as gpd
    import shapely

    here = world.at_pixel(LAND, 15, 15)
    whole = world.cover(LAND, here, radius_km=1.21)
    d = world.distance_km(LAND, 15, 15)
    np.testing.assert_array_equal(np.isfinite(whole["level_dbm"].to_numpy()[0]), d < 1.21)
    x, y = here["x"], here["y"]
    area = gpd.GeoDataFrame(geometry=[shapely.box(x, y - 500, x + 900, y + 500)], crs=world.CRS)
    part = world.cover(LAND, here, radius_km=1.21, area=area)
    inside = np.isfinite(part["level_dbm"].to_numpy()[0])
    assert 0 < inside.sum() < np.isfinite(whole["level_dbm"]).sum()
    np.testing.assert_array_equal(
        part["level_dbm"].to_numpy()[0][inside], whole["level_dbm"].to_numpy()[0][inside]
    )


def test_a_path_over_sea_loses_less() -> None:
    flat = np.zeros((101, 101))
    sea = np.full((101, 101), 1, np.uint8)
    options = {"radius_km": 4.9, "band_mhz": 450.0, "antenna_height_m": 20.0}
    dry = world.loss_db(world.make_terrain(flat), 50, 50, **options)
    wet = world.loss_db(world.make_terrain(flat, zone=sea), 50, 50, **options)
    far = world.distance_km(world.make_terrain(flat), 50, 50) > 3.0
    there = far & np.isfinite(dry)
    assert (wet[there] < dry[there] - 0.1).all()


def test_total_refractivity_is_stated_in_the_result() -> None:
    coverage = world.cover(LAND, world.at_pixel(LAND, 15, 15), radius_km=1.0, n0=350.0)
    assert coverage.attrs["n0"] == 350.0 != DEFAULT_N0
    assert coverage.attrs["radius_km"] == 1.0
    assert grid_of(coverage) == world.whole_grid(LAND)
    # The mast stands on the centre of its pixel, and nothing is stronger.
    best = coverage["level_dbm"].isel(layer=0).argmax(("y", "x"))
    here = world.at_pixel(LAND, 15, 15)
    assert coverage["x"].to_numpy()[int(best["x"])] == here["x"]
    assert coverage["y"].to_numpy()[int(best["y"])] == here["y"]
    json.dumps(coverage.attrs)


SCRIPT = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import test_engine_sweep as sweep, engine_world as world
terrain, cells = sweep.crowd(5, seed=15)
coverage = world.cover(terrain, *cells, radius_km=2.0)
digest = hashlib.sha256()
for name in ("level_dbm", "runner_up_dbm", "best_server", "runner_up_server"):
    digest.update(coverage[name].to_numpy().tobytes())
print(digest.hexdigest())
"""


def test_the_number_of_threads_leaves_no_trace() -> None:
    digests = set()
    for threads in (1, 2, 3):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(TESTS)],
            env=os.environ | {"NUMBA_NUM_THREADS": str(threads)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        digests.add(done.stdout)
    assert len(digests) == 1
