"""Loss at one pixel from the buffers of its radial."""

from __future__ import annotations

import math

import numpy as np

from htcoverage.engine.bands import FREE_DB, SCATTER_DB
from htcoverage.engine.inputs import Land, Mast, Pixels, Setup
from htcoverage.engine.median import (
    OWN_GROUND_M,
    OWN_TOP_M,
    OWN_X_KM,
    SLACK,
    add_scatter_db,
    diffraction_50_db,
    ducting_cannot_matter,
    with_ducting_db,
)
from htcoverage.engine.owners import COL, DISTANCE_KM, ROW, SLANT_DB, radial_direction, steps_of
from htcoverage.engine.radials import (
    BARE_M,
    BARE_SLOPE,
    CLUTTERED_M,
    CLUTTERED_SLOPE,
    GROUND_M,
    HORIZON,
    SEA_KM,
    STRAIGHT_SLOPE,
    V1,
    V2,
    X_KM,
    ZONE,
    bilinear,
    nearest_index,
    walk_radial,
)
from htcoverage.engine.scan import back_slopes, least_clearance_squared
from htcoverage.jit import kernel
from htcoverage.propagation.p1812.diffraction import DB_PER_NEPER
from htcoverage.propagation.p1812.profile import SEA, diffraction_smooth_heights

#: P.1812 is stated from here; nearer pixels get slant free space and are counted.
NEAREST_KM = 0.25

#: Points before the receiver that are sampled on the pixel's own path, not taken from its radial:
#: what stands close to a low antenna decides its horizon.
OWN_POINTS = 3


@kernel
def radial_losses(
    losses_db: np.ndarray,
    wanted: np.ndarray,
    where: np.ndarray,
    geometry: np.ndarray,
    radial: int,
    pixels: Pixels,
    land: Land,
    mast: Mast,
    setup: Setup,
    bands: np.ndarray,
    tx_m: float,
    ducting_floor: float,
) -> None:
    """Walk a radial and write the losses of its pixels."""
    ground, clutter, zone, posting_km = land
    _, rx_ground, rx_zone, resolution_km = pixels
    side, _, tangent = radial_direction(radial, setup.half)
    row_step, col_step = steps_of(side, tangent, setup.step_km / posting_km)
    count = losses_db.shape[0]
    points = int(geometry[DISTANCE_KM, :count].max() / setup.step_km) + 2
    run = np.empty((7, points), np.float32)
    sums = np.empty((3, points), np.float64)
    marks = np.empty((2, points), np.int32)
    own_points = np.empty((3, OWN_POINTS), np.float64)
    walk_radial(
        ground, clutter, zone, mast.terrain_row, mast.terrain_col, row_step, col_step,
        setup.step_km, tx_m, 500.0 / setup.earth_radius_km, run, sums, marks,
    )  # fmt: skip
    ratio = resolution_km / posting_km
    for k in range(count):
        row = where[ROW, k]
        col = where[COL, k]
        pixel_losses(
            losses_db, wanted, k, bands, geometry[DISTANCE_KM, k], geometry[SLANT_DB, k], tx_m,
            float(rx_ground[row, col]), setup.rx_height_m, rx_zone[row, col], setup.clearance_km,
            ground, clutter, zone, mast.terrain_row + ratio * (row - mast.row),
            mast.terrain_col + ratio * (col - mast.col), mast.terrain_row, mast.terrain_col, run,
            sums, marks, own_points, setup.step_km, setup.earth_radius_km, mast.latitude_deg,
            ducting_floor,
        )  # fmt: skip


@kernel(inline=True)
def pixel_losses(
    losses_db: np.ndarray,
    wanted: np.ndarray,
    pixel: int,
    bands: np.ndarray,
    distance_km: float,
    slant_db: float,
    tx_m: float,
    rx_ground_m: float,
    rx_height_m: float,
    rx_zone: int,
    clearance_km: float,
    ground: np.ndarray,
    clutter: np.ndarray,
    zone: np.ndarray,
    rx_terrain_row: float,
    rx_terrain_col: float,
    mast_terrain_row: float,
    mast_terrain_col: float,
    run: np.ndarray,
    sums: np.ndarray,
    marks: np.ndarray,
    own_points: np.ndarray,
    step_km: float,
    radius_km: float,
    latitude_deg: float,
    ducting_floor: float,
) -> None:
    """Write the median basic transmission loss, dB, of every wanted band into ``losses_db``.

    Parameters
    ----------
    losses_db, wanted, bands : float64[b], bool[b], float64[b, 8]
        Result, whether a band is wanted, and its `band_constants`.
    distance_km, slant_db : float
        Mast to pixel centre; 20·log10 of the distance between the antennas in km.
    rx_ground_m, rx_height_m, rx_zone : float, float, int
        Terrain under the receiver, antenna above it, radio-climatic zone there.
    clearance_km : float
        Clutter nearer to the receiver than this counts as bare.

    Notes
    -----
    The path follows the radial, then the last `OWN_POINTS` steps of the straight line to the pixel,
    and ends on the pixel's own terrain at the pixel's own distance.
    """
    bulge = 500.0 / radius_km
    rx_m = rx_ground_m + rx_height_m
    own = min(OWN_POINTS, int(distance_km / step_km - 0.5))
    if distance_km < NEAREST_KM or own < 1:
        for b in range(bands.shape[0]):
            losses_db[pixel, b] = bands[b, FREE_DB] + slant_db
        return
    last = int(distance_km / step_km - own - 0.5)
    last_cluttered = min(last, max(int((distance_km - clearance_km) / step_km + SLACK), 0))

    rx_curved_m = rx_m - bulge * distance_km * distance_km
    slope = (rx_curved_m - tx_m) / distance_km
    slope_straight = (rx_m - tx_m) / distance_km
    # Steepest ray from the mast, and the same over bare ground: radial first, then own points.
    steepest = float(run[CLUTTERED_SLOPE, last_cluttered])
    for i in range(last_cluttered + 1, last + 1):
        steepest = max(steepest, (run[BARE_M, i] - tx_m) / run[X_KM, i])
    tx_bare_slope = float(run[BARE_SLOPE, last])
    tx_straight_slope = float(run[STRAIGHT_SLOPE, last])
    tx_horizon_km = float(run[X_KM, marks[HORIZON, last]])
    for k in range(own):
        back_km = (own - k) * step_km
        x = distance_km - back_km
        share = back_km / distance_km
        row = rx_terrain_row + share * (mast_terrain_row - rx_terrain_row)
        col = rx_terrain_col + share * (mast_terrain_col - rx_terrain_col)
        height = bilinear(ground, row, col)
        top = height - bulge * x * x
        own_points[OWN_X_KM, k] = x
        own_points[OWN_GROUND_M, k] = height
        bare = (top - tx_m) / x
        if bare > tx_bare_slope:
            tx_bare_slope = bare
            tx_horizon_km = x
        tx_straight_slope = max(tx_straight_slope, (height - tx_m) / x)
        if back_km >= clearance_km - 1e-9:
            top += clutter[
                nearest_index(row, clutter.shape[0]), nearest_index(col, clutter.shape[1])
            ]
        own_points[OWN_TOP_M, k] = top
        steepest = max(steepest, (top - tx_m) / x)

    d32 = np.float32(distance_km)
    tx32 = np.float32(tx_m)
    obstacle_m = -1.0
    rx_obstacle_slope = 0.0
    transhorizon = False
    if steepest < slope:
        slope32 = np.float32(slope)
        squared = float(
            least_clearance_squared(run, CLUTTERED_M, 1, last_cluttered, tx32, slope32, d32)
        )
        if last_cluttered < last:
            squared = min(
                squared,
                float(
                    least_clearance_squared(
                        run, BARE_M, last_cluttered + 1, last, tx32, slope32, d32
                    )
                ),
            )
        for k in range(own):
            x = own_points[OWN_X_KM, k]
            below = tx_m + slope * x - own_points[OWN_TOP_M, k]
            squared = min(squared, below * below / (x * (distance_km - x)))
        clearance = -math.sqrt(squared * distance_km)
        rx_slope = -slope
    else:
        cluttered_back, bare_back, ground_back, obstacle32 = back_slopes(
            run, 1, last_cluttered, d32,
            np.float32(rx_curved_m), np.float32(rx_m), tx32, np.float32(slope_straight),
        )  # fmt: skip
        back = float(cluttered_back)
        bare_back_ = float(bare_back)
        ground_back_ = float(ground_back)
        obstacle_m = float(obstacle32)
        for i in range(last_cluttered + 1, last + 1):
            inverse = 1.0 / (distance_km - run[X_KM, i])
            curved_slope = (run[BARE_M, i] - rx_curved_m) * inverse
            back = max(back, curved_slope)
            bare_back_ = max(bare_back_, curved_slope)
            ground_back_ = max(ground_back_, (run[GROUND_M, i] - rx_m) * inverse)
            obstacle_m = max(obstacle_m, run[GROUND_M, i] - slope_straight * run[X_KM, i] - tx_m)
        for k in range(own):
            x = own_points[OWN_X_KM, k]
            inverse = 1.0 / (distance_km - x)
            height = own_points[OWN_GROUND_M, k]
            back = max(back, (own_points[OWN_TOP_M, k] - rx_curved_m) * inverse)
            bare_back_ = max(bare_back_, (height - bulge * x * x - rx_curved_m) * inverse)
            ground_back_ = max(ground_back_, (height - rx_m) * inverse)
            obstacle_m = max(obstacle_m, height - slope_straight * x - tx_m)
        clearance = 0.0
        both = steepest + back
        if both > 0.0:
            point_km = (rx_curved_m - tx_m + back * distance_km) / both
            rest_km = distance_km - point_km
            if point_km > 0.0 and rest_km > 0.0:
                clearance = (
                    (steepest - slope) * point_km * math.sqrt(distance_km / (point_km * rest_km))
                )
        rx_obstacle_slope = ground_back_ + slope_straight
        transhorizon = tx_bare_slope > slope
        rx_slope = bare_back_ if transhorizon else -slope
    # Horizons in mrad; only steep ones tell a tangent from its angle.
    tx_mrad = _angle_mrad(max(tx_bare_slope, slope))
    rx_mrad = _angle_mrad(rx_slope - 2.0 * bulge * distance_km)
    angular_mrad = 1000.0 * distance_km / radius_km + tx_mrad + rx_mrad

    sum1 = sums[V1, last]
    sum2 = sums[V2, last]
    x0 = float(run[X_KM, last])
    h0 = float(run[GROUND_M, last])
    for k in range(own + 1):
        x1 = own_points[OWN_X_KM, k] if k < own else distance_km
        h1 = own_points[OWN_GROUND_M, k] if k < own else rx_ground_m
        sum1 += (x1 - x0) * (h1 + h0)
        sum2 += (x1 - x0) * (h1 * (2.0 * x1 + x0) + h0 * (x1 + 2.0 * x0))
        x0 = x1
        h0 = h1
    square = distance_km * distance_km
    smooth_tx_m = (2.0 * sum1 * distance_km - sum2) / square
    smooth_rx_m = (sum2 - sum1 * distance_km) / square
    tx_ground_m = float(run[GROUND_M, 0])
    tx_surface_m, rx_surface_m = diffraction_smooth_heights(
        smooth_tx_m, smooth_rx_m, obstacle_m, tx_straight_slope - slope_straight,
        rx_obstacle_slope, tx_ground_m, rx_ground_m,
    )  # fmt: skip

    # Every point stands for half the way to its neighbours. Own points are looked up only where the
    # path may cross a shore.
    x0 = float(run[X_KM, last])
    gap_km = own_points[OWN_X_KM, 0] - x0
    sea = sums[SEA_KM, last]
    if marks[ZONE, last] == SEA:
        sea += 0.5 * (gap_km - step_km)
    if rx_zone == SEA and marks[ZONE, last] == SEA:
        sea += distance_km - x0 - 0.5 * gap_km
    elif rx_zone == SEA or marks[ZONE, last] == SEA:
        sea += own_sea_km(
            zone, own, gap_km, step_km, distance_km, rx_terrain_row, rx_terrain_col,
            mast_terrain_row, mast_terrain_col,
        )  # fmt: skip
        if rx_zone == SEA:
            sea += 0.5 * step_km
    sea_share = min(max(sea / distance_km, 0.0), 1.0)

    distance_db = 2.0 * DB_PER_NEPER * math.log(distance_km)
    for b in range(bands.shape[0]):
        if not wanted[pixel, b]:
            continue
        free_db = bands[b, FREE_DB] + slant_db
        diffraction_db = diffraction_50_db(
            clearance, distance_km, step_km, tx_m - tx_surface_m, rx_m - rx_surface_m, radius_km,
            bands, b, sea_share,
        )  # fmt: skip
        scatter_db = bands[b, SCATTER_DB] + distance_db + 0.573 * angular_mrad
        loss_db = free_db + diffraction_db
        if diffraction_db > 0.0 and not ducting_cannot_matter(
            loss_db,
            distance_km,
            tx_horizon_km if transhorizon else step_km,
            tx_horizon_km if transhorizon else distance_km,
            step_km,
            distance_km,
            tx_horizon_km + step_km if transhorizon else distance_km,
            tx_mrad,
            rx_mrad,
            bands,
            b,
            radius_km,
            sea_share,
            ducting_floor,
        ):
            loss_db = with_ducting_db(
                diffraction_db, free_db, scatter_db, run, marks, last, own_points,
                own, distance_km, rx_ground_m, rx_zone, tx_m - float(run[GROUND_M, 0]),
                rx_height_m, bands, b, sea_share, radius_km, latitude_deg,
            )  # fmt: skip
        else:
            loss_db = add_scatter_db(loss_db, scatter_db)
        losses_db[pixel, b] = max(free_db, loss_db)


@kernel
def own_sea_km(
    zone: np.ndarray,
    own: int,
    gap_km: float,
    step_km: float,
    distance_km: float,
    rx_row: float,
    rx_col: float,
    mast_row: float,
    mast_col: float,
) -> float:
    """Length of path that a pixel's own points at sea stand for, km."""
    sea_km = 0.0
    for k in range(own):
        share = (own - k) * step_km / distance_km
        row = nearest_index(rx_row + share * (mast_row - rx_row), zone.shape[0])
        col = nearest_index(rx_col + share * (mast_col - rx_col), zone.shape[1])
        if zone[row, col] == SEA:
            sea_km += 0.5 * (gap_km + step_km) if k == 0 else step_km
    return sea_km


@kernel
def _angle_mrad(slope: float) -> float:
    """Angle of a slope in m/km, mrad: exact to 1e-6 mrad below 30 mrad without an arc tangent."""
    z = 0.001 * slope
    if abs(z) < 0.03:
        square = z * z
        return slope * (1.0 - square * (1.0 / 3.0 - 0.2 * square))
    return 1000.0 * math.atan(z)
