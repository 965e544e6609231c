from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from profile_world import (
    CRS,
    EAST,
    FLAT,
    SIZE,
    WEST,
    hills,
    lon_lat,
    make_terrain,
    patches,
    wall_terrain,
)

from htcoverage.coverage import compute_coverage
from htcoverage.crs import WGS84, transformer
from htcoverage.engine.exact import exact_losses
from htcoverage.errors import InputError, ValidityError
from htcoverage.grid import make_grid
from htcoverage.link_budget import cell_reference_level_dbm
from htcoverage.profile import loss_table, path_profile
from htcoverage.propagation.p1812.combine import free_space_db

ANTENNAS = {"tx_height_m": 40.0, "rx_height_m": 1.5, "freq_mhz": 1800.0}


@pytest.mark.parametrize("cluttered", [False, True])
def test_it_is_the_exact_job_at_that_pixel(cluttered):
    zone = np.full((SIZE, SIZE), 4, np.uint8)
    zone[:, 90:120] = 3
    zone[:, 120:] = 1
    terrain = make_terrain(hills(), clutter_m=patches() if cluttered else None, zone=zone)
    mast_col, mast_row = 61.3, 77.8
    tx = lon_lat(mast_col, mast_row)
    wanted = np.zeros((SIZE, SIZE), bool)
    picked = np.random.default_rng(1).integers(2, SIZE - 2, (40, 2))
    # One beside the mast, nearer than the model holds for.
    picked[0] = 78, 62
    wanted[picked[:, 0], picked[:, 1]] = True
    losses = exact_losses(
        wanted, terrain.ground_m, terrain.clutter_height_m, terrain.zone, mast_row - 0.5,
        mast_col - 0.5, 0.09, mast_row - 0.5, mast_col - 0.5, 0.09, 35.0, 1.5, 50.0, 0.1, 45.0,
        350.0, tx[1], 0.09, 0.9,
    )  # fmt: skip
    for row, col in picked.tolist():
        profile = path_profile(
            terrain, tx, lon_lat(col + 0.5, row + 0.5), tx_height_m=35.0, freq_mhz=900.0,
            delta_n=45.0, n0=350.0,
        )  # fmt: skip
        assert profile.path_loss_db == pytest.approx(float(losses[row, col]), abs=2e-3)
        assert profile.extrapolated == (profile.distance_km < 0.25)


def test_the_sweep_agrees_within_its_stated_accuracy():
    terrain = make_terrain(hills())
    tx = lon_lat(80.2, 79.7)
    cells = pd.DataFrame(
        {
            "cell_id": ["c"], "bts_id": ["b"], "technology": ["4G"], "band_mhz": [1800.0],
            "bandwidth_mhz": [20.0], "antenna_height_m": [35.0], "azimuth_deg": [0.0],
            "electrical_tilt_deg": [0.0], "mechanical_tilt_deg": [0.0], "antenna": ["omni"],
            "antenna_gain_dbi": [17.0], "feeder_loss_db": [1.0], "port_power_dbm": [46.0],
            "cpich_power_dbm": [np.nan], "rs_boost_db": [0.0],
        }
    )  # fmt: skip
    bts = gpd.GeoDataFrame(
        {"bts_id": ["b"], "site_id": ["s"], "operator": ["Viettel"], "technology": ["4G"]},
        geometry=[shapely.Point(*tx)], crs=WGS84,
    )  # fmt: skip
    x0, y0 = 540_900.0, 2_016_000.0
    grid = make_grid((x0, y0, x0 + 12_600.0, y0 + 12_600.0), resolution_m=90.0)
    coverage = compute_coverage(bts, cells.drop(columns="technology"), terrain, grid, radius_km=8.0)
    level = coverage["level_dbm"].sel(layer="viettel_4g").to_numpy()
    reference_dbm = float(cell_reference_level_dbm(cells)[0])
    to_wgs84 = transformer(CRS, WGS84)
    differences = []
    for row, col in np.random.default_rng(2).integers(0, 140, (150, 2)).tolist():
        if np.isnan(level[row, col]):
            continue
        rx = to_wgs84.transform(float(coverage["x"][col]), float(coverage["y"][row]))
        profile = path_profile(terrain, tx, rx, tx_height_m=35.0, freq_mhz=1800.0)
        differences.append(reference_dbm - float(level[row, col]) - profile.path_loss_db)
    off_db = np.abs(differences)
    assert len(off_db) > 80
    # As stated for a posting of 90 m over bare ground.
    assert np.median(off_db) < 0.1
    assert np.percentile(off_db, 95) < 2.0


def test_geometry_of_a_flat_path_by_hand():
    profile = path_profile(FLAT, WEST, EAST, **ANTENNAS | {"freq_mhz": 1000.0})
    points = profile.points
    assert profile.distance_km == pytest.approx(10.08)
    assert len(points) == 113
    middle = points.iloc[56]
    assert middle["distance_km"] == pytest.approx(5.04)
    # λ = 0.2998 m: √(0.2998·5040·5040/10080); 5.04² km² / (2·6371 km·157/107).
    assert middle["fresnel_radius_m"] == pytest.approx(27.486, abs=1e-3)
    assert middle["earth_bulge_m"] == pytest.approx(1.3587, abs=1e-4)
    assert middle["line_of_sight_m"] == pytest.approx(20.75)
    assert middle["clearance_m"] == pytest.approx(20.75 - 1.3587, abs=1e-4)
    ends = points.iloc[[0, -1]]
    assert ends["line_of_sight_m"].tolist() == [40.0, 1.5]
    assert ends["fresnel_radius_m"].tolist() == [0.0, 0.0]
    assert (points["longitude_deg"].iloc[0], points["latitude_deg"].iloc[0]) == pytest.approx(WEST)
    assert (points["longitude_deg"].iloc[-1], points["latitude_deg"].iloc[-1]) == pytest.approx(
        EAST
    )


def test_the_hill_that_blocks_is_named_by_place_height_and_excess():
    profile = path_profile(wall_terrain(120.0), WEST, EAST, **ANTENNAS)
    hill = profile.obstacle
    # Column 62 lies 42 postings from the mast: 3.78 km; the line there is 40 − 38.5·3.78/10.08 m,
    # the bulge 3.78·6.30/(2·9347.9 km) in m.
    assert hill.kind == "terrain"
    assert hill.distance_km == pytest.approx(3.78)
    assert (hill.longitude_deg, hill.latitude_deg) == pytest.approx(lon_lat(62.5, 80.5), abs=1e-6)
    assert (hill.ground_m, hill.clutter_m) == pytest.approx((120.0, 0.0), abs=0.01)
    assert hill.blocks_m == pytest.approx(120.0 - 25.5625 + 1.2738, abs=0.01)
    clear = path_profile(FLAT, WEST, EAST, **ANTENNAS)
    assert profile.path_loss_db > clear.path_loss_db + 15.0


def test_what_only_trees_block_is_said_to_be_clutter():
    clutter = np.zeros((SIZE, SIZE))
    clutter[:, 128] = 15.0
    near = {"tx_height_m": 60.0, "freq_mhz": 3500.0}
    # 2.88 km, the trees 360 m before the receiver.
    tx = lon_lat(100.5, 80.5)
    path = make_terrain(np.zeros((SIZE, SIZE)), clutter_m=clutter)
    assert path_profile(FLAT, tx, EAST, **near).obstacle is None
    trees = path_profile(path, tx, EAST, **near).obstacle
    assert (trees.kind, trees.clutter_m, trees.ground_m) == ("clutter", 15.0, 0.0)
    assert trees.distance_km == pytest.approx(2.52)
    # Nearer than the clearance they count as bare.
    wide = path_profile(path, tx, EAST, clutter_clearance_m=400.0, **near)
    assert wide.obstacle is None
    assert wide.points["clutter_m"].max() == 0.0
    bare = path_profile(FLAT, tx, EAST, **near)
    assert wide.path_loss_db == bare.path_loss_db


def test_the_points_tell_the_loss_again():
    terrain = make_terrain(hills(), clutter_m=patches())
    profile = path_profile(terrain, WEST, EAST, **ANTENNAS)
    points = profile.points
    np.testing.assert_allclose(
        points["clearance_m"],
        points["line_of_sight_m"]
        - points["ground_m"]
        - points["clutter_m"]
        - points["earth_bulge_m"],
    )
    assert points["clutter_m"].iloc[[0, -1]].tolist() == [0.0, 0.0]
    worst = (points["clearance_m"] / points["fresnel_radius_m"]).iloc[1:-1].idxmin()
    assert profile.obstacle.distance_km == points["distance_km"][worst]
    table = loss_table(profile).set_index("term")["value"]
    assert table["diffraction (delta-Bullington)"] == pytest.approx(
        table["diffraction over the actual path (Bullington)"]
        + max(
            table["diffraction over a spherical Earth"]
            - table["diffraction over the smooth path (Bullington)"],
            0.0,
        )
    )
    assert table["path loss (median)"] == profile.path_loss_db
    assert loss_table(profile, language="vi")["term"].iloc[0] == "không gian tự do"


def test_nearer_than_the_model_holds_it_is_slant_free_space_and_says_so():
    # 180 m along, 38.5 m up.
    profile = path_profile(FLAT, lon_lat(20, 80), lon_lat(22, 80), **ANTENNAS)
    assert profile.extrapolated
    assert profile.terms is None
    expected_db = free_space_db(math.hypot(0.18, 0.0385), 1.8)
    assert profile.path_loss_db == pytest.approx(expected_db, abs=1e-5)
    assert loss_table(profile)["value"].tolist() == [profile.path_loss_db] * 2
    assert not path_profile(FLAT, lon_lat(20, 80), lon_lat(23, 80), **ANTENNAS).extrapolated


def test_a_finer_step_adds_points_and_changes_a_smooth_path_little():
    ground = np.repeat(np.linspace(0.0, 200.0, SIZE)[None, :], SIZE, axis=0)
    terrain = make_terrain(ground)
    coarse = path_profile(terrain, WEST, EAST, **ANTENNAS)
    fine = path_profile(terrain, WEST, EAST, step_m=30.0, **ANTENNAS)
    assert (len(coarse.points), len(fine.points)) == (113, 337)
    assert fine.step_m == pytest.approx(30.0)
    assert fine.path_loss_db == pytest.approx(coarse.path_loss_db, abs=0.05)


def test_one_place_is_no_path():
    with pytest.raises(InputError, match=r"rx_lon_lat.*at least 1 m from the transmitter"):
        path_profile(FLAT, WEST, WEST, **ANTENNAS)


def test_points_beside_the_terrain_and_swapped_coordinates_are_named_together():
    with pytest.raises(InputError) as caught:
        path_profile(FLAT, (WEST[1], WEST[0]), (106.9, 18.3), **ANTENNAS, step_m=0.0)
    assert [fault.column for fault in caught.value.faults] == ["step_m", "tx_lon_lat", "rx_lon_lat"]
    with pytest.raises(InputError, match="latitude −90 to 90"):
        path_profile(FLAT, WEST, (math.nan, 18.0), **ANTENNAS)


@pytest.mark.parametrize("value", ["2", None, True, [2.0]])
def test_what_is_no_number_or_no_pair_of_them_is_told_at_once(value):
    names = ("tx_height_m", "rx_height_m", "freq_mhz", "clutter_clearance_m", "delta_n", "n0")
    with pytest.raises(InputError) as caught:
        path_profile(FLAT, value, ("106", 18.0), **dict.fromkeys(names, value))
    told = [fault.column for fault in caught.value.faults]
    assert told == [*names, "tx_lon_lat", "rx_lon_lat"]
    for position in ((1.0, 2.0, 3.0), (None, None), "xy", shapely.Point(EAST)):
        with pytest.raises(InputError, match="tx_lon_lat"):
            path_profile(FLAT, position, EAST, **ANTENNAS)
    with pytest.raises(InputError, match="step_m"):
        path_profile(FLAT, WEST, EAST, **ANTENNAS, step_m="30")
    with pytest.raises(InputError, match="terrain"):
        path_profile(FLAT.ground_m, WEST, EAST, **ANTENNAS)


def test_a_pair_may_be_any_sequence():
    plain = path_profile(FLAT, WEST, EAST, **ANTENNAS).path_loss_db
    for kind in (list, np.array):
        assert path_profile(FLAT, kind(WEST), kind(EAST), **ANTENNAS).path_loss_db == plain


@pytest.mark.parametrize("nothing_m", [math.nan, -32768.0, 32767.0])
def test_a_void_on_the_path_is_an_error_and_one_beside_it_is_not(nothing_m):
    ground = np.zeros((SIZE, SIZE))
    ground[80, 70] = nothing_m
    with pytest.raises(
        InputError, match=r"[12] of 113 profile points void, the first 4\.(41|50) km"
    ):
        path_profile(make_terrain(ground), WEST, EAST, **ANTENNAS)
    ground[80, 70] = 0.0
    ground[90, 70] = nothing_m
    beside = path_profile(make_terrain(ground), WEST, EAST, **ANTENNAS)
    assert beside.path_loss_db == path_profile(FLAT, WEST, EAST, **ANTENNAS).path_loss_db


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"tx_height_m": -3.0}, "tx_height_m is -3 m; ITU-R P.1812-8 holds from 1 to 3000 m"),
        ({"rx_height_m": 0.0}, "rx_height_m is 0 m"),
        ({"tx_height_m": math.nan}, "tx_height_m is nan m"),
        ({"freq_mhz": 26_000.0}, "freq_mhz is 26000 MHz; .* holds from 30 to 6000 MHz"),
        ({"freq_mhz": 1.8}, "freq_mhz is 1.8 MHz"),
    ],
)
@pytest.mark.parametrize("rx", [EAST, lon_lat(21.5, 80.5)])
def test_what_the_model_does_not_hold_for_is_refused_on_any_path(changed, message, rx):
    with pytest.raises(ValidityError, match=message):
        path_profile(FLAT, WEST, rx, **ANTENNAS | changed)


@pytest.mark.parametrize("rx", [EAST, lon_lat(21.5, 80.5)])
def test_a_climate_clearance_or_step_that_cannot_be_is_refused(rx):
    for name, values in (
        ("clutter_clearance_m", (-1.0, math.inf, math.nan)),
        ("delta_n", (-1.0, 157.0, math.nan)),
        ("n0", (0.0, math.inf)),
        ("step_m", (0.0, 1e-9, math.nan)),
    ):
        for value in values:
            with pytest.raises(InputError, match=name):
                path_profile(FLAT, WEST, rx, **{name: value}, **ANTENNAS)
