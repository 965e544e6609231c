"""Loss at one pixel from the buffers of its radial."""

from __future__ import annotations

import math

import numpy as np

from htcoverage.engine.bands import FREE_DB, ROOT_WAVELENGTH, SCATTER_DB
from htcoverage.engine.inputs import Land, Mast, Pixels, Setup
from htcoverage.engine.median import (
    OWN_GROUND_M,
    OWN_TOP_M,
    OWN_X_KM,
    SLACK,
    add_scatter_db,
    diffraction_50_db,
    ducting_cannot_matter,
    smooth_earth,
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
    INLAND_KM,
    LAND_KM,
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
    """Walk a radial and write the median basic transmission losses of its pixels.

    Parameters
    ----------
    losses_db, wanted, bands : float64[n, b], bool[n, b], float64[b, 8]
        Result, dB; whether a band is wanted; `band_constants`.
    where, geometry : int32[2, n], float64[3, n]
        List of pixels (`htcoverage.engine.owners`), as many as there are losses.

    Notes
    -----
    The path of a pixel follows the radial, then the last `OWN_POINTS` steps of the straight line to
    the pixel (nearer than one and a half steps, three points of that line), and ends on the pixel's
    own terrain at the pixel's own distance.

    The loop over pixels stands in the function that holds the arrays: a body of its own would count
    references to every one of them at every pixel.
    """
    ground, clutter, zone, posting_km = land
    _, rx_ground, rx_zones, resolution_km = pixels
    step_km = setup.step_km
    radius_km = setup.earth_radius_km
    bulge = 500.0 / radius_km
    side, _, tangent = radial_direction(radial, setup.half)
    row_step, col_step = steps_of(side, tangent, step_km / posting_km)
    count = losses_db.shape[0]
    farthest_km = 0.0
    for k in range(count):
        farthest_km = max(farthest_km, geometry[DISTANCE_KM, k])
    points = int(farthest_km / step_km) + 2
    run = np.empty((7, points), np.float32)
    sums = np.empty((5, points), np.float64)
    marks = np.empty((2, points), np.int32)
    own_points = np.empty((3, OWN_POINTS), np.float64)
    walk_radial(
        ground, clutter, zone, mast.terrain_row, mast.terrain_col, row_step, col_step, step_km,
        tx_m, bulge, run, sums, marks,
    )  # fmt: skip
    ratio = resolution_km / posting_km
    longest_root = 0.0
    for b in range(bands.shape[0]):
        longest_root = max(longest_root, bands[b, ROOT_WAVELENGTH])
    for k in range(count):
        distance_km = geometry[DISTANCE_KM, k]
        slant_db = geometry[SLANT_DB, k]
        if distance_km < NEAREST_KM:
            for b in range(bands.shape[0]):
                losses_db[k, b] = bands[b, FREE_DB] + slant_db
            continue
        row = where[ROW, k]
        col = where[COL, k]
        rx_ground_m = float(rx_ground[row, col])
        rx_zone = rx_zones[row, col]
        rx_row = mast.terrain_row + ratio * (row - mast.row)
        rx_col = mast.terrain_col + ratio * (col - mast.col)
        rx_m = rx_ground_m + setup.rx_height_m
        own_step_km = step_km
        own = min(OWN_POINTS, int(distance_km / step_km - 0.5))
        if own < 1:
            # Over coarse terrain the radial has no point before the pixel: all are the pixel's own.
            own = OWN_POINTS
            own_step_km = distance_km / (OWN_POINTS + 1)
        last = max(int(distance_km / step_km - own - 0.5), 0)
        last_cluttered = min(
            last, max(int((distance_km - setup.clearance_km) / step_km + SLACK), 0)
        )
        rx_curved_m = rx_m - bulge * distance_km * distance_km
        slope = (rx_curved_m - tx_m) / distance_km
        straight_slope = (rx_m - tx_m) / distance_km

        # Steepest rays from the mast: the radial's, then those of the pixel's own points.
        own_steepest, own_bare_slope, own_straight_slope, own_horizon_km = own_slopes(
            own_points, own, ground, clutter, rx_row, rx_col, mast.terrain_row, mast.terrain_col,
            distance_km, own_step_km, setup.clearance_km, tx_m, bulge,
        )  # fmt: skip
        steepest = max(own_steepest, float(run[CLUTTERED_SLOPE, last_cluttered]))
        for i in range(last_cluttered + 1, last + 1):
            steepest = max(steepest, (run[BARE_M, i] - tx_m) / run[X_KM, i])
        tx_bare_slope = float(run[BARE_SLOPE, last])
        tx_horizon_km = float(run[X_KM, marks[HORIZON, last]])
        if own_bare_slope > tx_bare_slope:
            tx_bare_slope = own_bare_slope
            tx_horizon_km = own_horizon_km
        tx_straight_slope = max(own_straight_slope, float(run[STRAIGHT_SLOPE, last]))

        obstacle_m = -1.0
        rx_straight_slope = 0.0
        rx_slope = -slope
        transhorizon = False
        if steepest < slope:
            # Every point lies below the ray (eq. 15).
            squared = min(
                least_clearance_squared(
                    run, CLUTTERED_M, 1, last_cluttered, tx_m, slope, distance_km
                ),
                least_clearance_squared(
                    run, BARE_M, last_cluttered + 1, last, tx_m, slope, distance_km
                ),
                own_clearance_squared(own_points, own, tx_m, slope, distance_km),
            )
            clearance = -math.sqrt(squared * distance_km)
        else:
            cluttered_back, bare_back, straight_back, highest_m = back_slopes(
                run, 1, last_cluttered, distance_km, rx_curved_m, rx_m, tx_m, straight_slope
            )
            near_cluttered, near_bare, near_straight, near_m = near_slopes(
                run, last_cluttered + 1, last, own_points, own, distance_km, rx_curved_m, rx_m,
                tx_m, straight_slope, bulge,
            )  # fmt: skip
            clearance = obstructed_clearance(
                steepest, max(cluttered_back, near_cluttered), slope, tx_m, rx_curved_m, distance_km
            )
            rx_straight_slope = max(straight_back, near_straight)
            obstacle_m = max(highest_m, near_m)
            transhorizon = tx_bare_slope > slope
            if transhorizon:
                rx_slope = max(bare_back, near_bare)
        # Horizons in mrad; only steep ones tell a tangent from its angle.
        tx_mrad = angle_mrad(max(tx_bare_slope, slope))
        rx_mrad = angle_mrad(rx_slope - 2.0 * bulge * distance_km)
        angular_mrad = 1000.0 * distance_km / radius_km + tx_mrad + rx_mrad

        smooth_tx_m, smooth_rx_m = smooth_ends(
            run, sums, last, own_points, own, distance_km, rx_ground_m
        )
        tx_surface_m, rx_surface_m = diffraction_smooth_heights(
            smooth_tx_m, smooth_rx_m, obstacle_m, tx_straight_slope - straight_slope,
            rx_straight_slope + straight_slope, float(run[GROUND_M, 0]), rx_ground_m,
        )  # fmt: skip
        tx_smooth_m = tx_m - tx_surface_m
        rx_smooth_m = rx_m - rx_surface_m

        # Every point stands for half the way to its neighbours. Own points are looked up only where
        # the path may cross a shore.
        gap_km = own_points[OWN_X_KM, 0] - run[X_KM, last]
        sea_km = sums[SEA_KM, last]
        if marks[ZONE, last] == SEA:
            sea_km += 0.5 * (gap_km - step_km)
        if rx_zone == SEA and marks[ZONE, last] == SEA:
            sea_km += distance_km - run[X_KM, last] - 0.5 * gap_km
        elif rx_zone == SEA or marks[ZONE, last] == SEA:
            sea_km += own_sea_km(
                zone, own, gap_km, own_step_km, distance_km, rx_row, rx_col, mast.terrain_row,
                mast.terrain_col,
            )  # fmt: skip
            if rx_zone == SEA:
                sea_km += 0.5 * own_step_km
        sea_share = min(max(sea_km / distance_km, 0.0), 1.0)

        free_root, spherical_radius_km, smooth = smooth_earth(
            distance_km, step_km, tx_smooth_m, rx_smooth_m, radius_km, longest_root
        )
        distance_db = 2.0 * DB_PER_NEPER * math.log(distance_km)
        for b in range(bands.shape[0]):
            if not wanted[k, b]:
                continue
            free_db = bands[b, FREE_DB] + slant_db
            diffraction_db = diffraction_50_db(
                clearance, free_root, spherical_radius_km, smooth, distance_km, tx_smooth_m,
                rx_smooth_m, bands, b, sea_share,
            )  # fmt: skip
            scatter_db = bands[b, SCATTER_DB] + distance_db + 0.573 * angular_mrad
            loss_db = free_db + diffraction_db
            if diffraction_db > 0.0 and not ducting_cannot_matter(
                loss_db,
                distance_km,
                tx_horizon_km if transhorizon else own_step_km,
                tx_horizon_km if transhorizon else distance_km,
                own_step_km,
                distance_km,
                tx_horizon_km + own_step_km if transhorizon else distance_km,
                tx_mrad,
                rx_mrad,
                bands,
                b,
                radius_km,
                sea_share,
                ducting_floor,
                mast.latitude_deg,
                sums[LAND_KM, last],
                sums[INLAND_KM, last],
            ):
                loss_db = with_ducting_db(
                    diffraction_db, free_db, scatter_db, run, marks, last, own_points, own,
                    distance_km, rx_ground_m, rx_zone, tx_m - float(run[GROUND_M, 0]),
                    setup.rx_height_m, bands, b, sea_share, radius_km, mast.latitude_deg,
                )  # fmt: skip
            else:
                loss_db = add_scatter_db(loss_db, scatter_db)
            losses_db[k, b] = max(free_db, loss_db)


@kernel
def own_slopes(
    own_points: np.ndarray,
    own: int,
    ground: np.ndarray,
    clutter: np.ndarray,
    rx_row: float,
    rx_col: float,
    mast_row: float,
    mast_col: float,
    distance_km: float,
    step_km: float,
    clearance_km: float,
    tx_m: float,
    bulge: float,
) -> tuple[float, float, float, float]:
    """Sample a pixel's own points and return the largest slopes of them from the mast.

    Parameters
    ----------
    own_points, own : float64[3, OWN_POINTS], int
        Written, as many as stand in ``own``.
    rx_row, rx_col, mast_row, mast_col : float
        Both ends on the terrain grid.

    Returns
    -------
    cluttered_slope, bare_slope, straight_slope, horizon_km : float
        In the curved frame with the clutter that counts and without, and above sea level, m/km;
        distance of the point of the second.
    """
    cluttered_slope = -np.inf
    bare_slope = -np.inf
    straight_slope = -np.inf
    horizon_km = 0.0
    for k in range(own):
        back_km = (own - k) * step_km
        x = distance_km - back_km
        share = back_km / distance_km
        row = rx_row + share * (mast_row - rx_row)
        col = rx_col + share * (mast_col - rx_col)
        height = bilinear(ground, row, col)
        top = height - bulge * x * x
        bare = (top - tx_m) / x
        if bare > bare_slope:
            bare_slope = bare
            horizon_km = x
        straight_slope = max(straight_slope, (height - tx_m) / x)
        if back_km >= clearance_km - 1e-9:
            top += clutter[
                nearest_index(row, clutter.shape[0]), nearest_index(col, clutter.shape[1])
            ]
        cluttered_slope = max(cluttered_slope, (top - tx_m) / x)
        own_points[OWN_X_KM, k] = x
        own_points[OWN_GROUND_M, k] = height
        own_points[OWN_TOP_M, k] = top
    return cluttered_slope, bare_slope, straight_slope, horizon_km


@kernel
def own_clearance_squared(
    own_points: np.ndarray, own: int, tx_m: float, slope: float, distance_km: float
) -> float:
    """Return `least_clearance_squared` of a pixel's own points."""
    least = np.inf
    for k in range(own):
        x = own_points[OWN_X_KM, k]
        below = tx_m + slope * x - own_points[OWN_TOP_M, k]
        least = min(least, below * below / (x * (distance_km - x)))
    return least


@kernel
def obstructed_clearance(
    steepest: float, back: float, slope: float, tx_m: float, rx_curved_m: float, distance_km: float
) -> float:
    """Bullington's ν by √(0.002/λ) of the point where the steepest rays meet (eq. 18 to 20)."""
    both = steepest + back
    if both > 0.0:
        point_km = (rx_curved_m - tx_m + back * distance_km) / both
        rest_km = distance_km - point_km
        if point_km > 0.0 and rest_km > 0.0:
            return (steepest - slope) * point_km * math.sqrt(distance_km / (point_km * rest_km))
    return 0.0


@kernel
def near_slopes(
    run: np.ndarray,
    first: int,
    last: int,
    own_points: np.ndarray,
    own: int,
    distance_km: float,
    rx_curved_m: float,
    rx_m: float,
    tx_m: float,
    straight_slope: float,
    bulge: float,
) -> tuple[float, float, float, float]:
    """Return `back_slopes` of points nearer than clutter counts, and of a pixel's own."""
    bare_slope = -np.inf
    ground_slope = -np.inf
    obstacle_m = -np.inf
    for i in range(first, last + 1):
        x = run[X_KM, i]
        inverse = 1.0 / (distance_km - x)
        bare_slope = max(bare_slope, (run[BARE_M, i] - rx_curved_m) * inverse)
        ground_slope = max(ground_slope, (run[GROUND_M, i] - rx_m) * inverse)
        obstacle_m = max(obstacle_m, run[GROUND_M, i] - straight_slope * x - tx_m)
    cluttered_slope = bare_slope
    for k in range(own):
        x = own_points[OWN_X_KM, k]
        inverse = 1.0 / (distance_km - x)
        height = own_points[OWN_GROUND_M, k]
        cluttered_slope = max(cluttered_slope, (own_points[OWN_TOP_M, k] - rx_curved_m) * inverse)
        bare_slope = max(bare_slope, (height - bulge * x * x - rx_curved_m) * inverse)
        ground_slope = max(ground_slope, (height - rx_m) * inverse)
        obstacle_m = max(obstacle_m, height - straight_slope * x - tx_m)
    return cluttered_slope, bare_slope, ground_slope, obstacle_m


@kernel
def smooth_ends(
    run: np.ndarray,
    sums: np.ndarray,
    last: int,
    own_points: np.ndarray,
    own: int,
    distance_km: float,
    rx_ground_m: float,
) -> tuple[float, float]:
    """Ends of the smooth surface that fits a path best, m above sea level (eq. 85 to 88)."""
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
    return (2.0 * sum1 * distance_km - sum2) / square, (sum2 - sum1 * distance_km) / square


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
def angle_mrad(slope: float) -> float:
    """Angle of a slope in m/km, mrad: exact to 1e-6 mrad below 30 mrad without an arc tangent."""
    z = 0.001 * slope
    if abs(z) < 0.03:
        square = z * z
        return slope * (1.0 - square * (1.0 / 3.0 - 0.2 * square))
    return 1000.0 * math.atan(z)
