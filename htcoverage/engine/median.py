"""P.1812-8 at the median of time and locations, from the geometry of one path.

The formulas are those of `htcoverage.propagation.p1812`; what is decided here is which of them
need not be evaluated because they cannot change the result.
"""

from __future__ import annotations

import math

import numpy as np

from htcoverage.engine.bands import (
    FREE_DB,
    FREQ_CBRT,
    FREQ_GHZ,
    LAND,
    NU_SCALE,
    ROOT_WAVELENGTH,
    SEA_WATER,
)
from htcoverage.engine.radials import GROUND_M, X_KM, ZONE
from htcoverage.jit import kernel
from htcoverage.propagation.p1812.combine import combine_db, ducting_db, ducting_time_db
from htcoverage.propagation.p1812.diffraction import (
    CLEARANCE_PER_ROOT,
    DB_PER_NEPER,
    bullington_db,
    first_term_mixed_db,
    smooth_clearance,
)
from htcoverage.propagation.p1812.profile import (
    NO_COAST_KM,
    SEA,
    beta0_percent,
    path_parameters,
    zone_lengths,
)

#: Rows of a pixel's own points: distance, km; terrain above sea level, m; surface in the curved
#: frame, with the clutter that counts, m.
OWN_X_KM, OWN_GROUND_M, OWN_TOP_M = range(3)

#: A path this much weaker than another changes their power sum by less than 3e-5 dB.
NEGLIGIBLE_DB = 25.0

#: Steps by which a distance may miss a whole number of them: projections return a position to a
#: fraction of a millimetre.
SLACK = 1e-5

#: Most that coupling over the sea can take off the ducting loss, both ends together (eq. 49), dB.
_SEA_COUPLING_DB = -12.0


@kernel
def smooth_earth(
    distance_km: float,
    step_km: float,
    tx_smooth_m: float,
    rx_smooth_m: float,
    radius_km: float,
    longest_root: float,
) -> tuple[float, float, float]:
    """What delta-Bullington needs of the smooth path, the same for all bands.

    Parameters
    ----------
    step_km : float
        Longest step of the path's profile.
    tx_smooth_m, rx_smooth_m : float
        Antennas above the smooth surface for diffraction.
    longest_root : float
        √λ of the lowest band, √m.

    Returns
    -------
    free_root : float
        √λ of the longest wave to which the smooth Earth is nothing, √m (eq. 23, 25); 0 from the
        marginal distance on (eq. 22), where the first term counts whole.
    spherical_radius_km : float
        Effective Earth radius for the first term (eq. 26).
    smooth : float
        Bullington's ν over the smooth path by √(0.002/λ).

    Notes
    -----
    Most paths in hills stand clear of the smooth Earth, and the arc cosine that finds the point of
    least clearance is spared where a bound tells. At a share s of the path the ray is
    h = h_t·(1 − s) + h_r·s − 500·d²·s·(1 − s)/a above the surface, and costs nothing where
    h > 17.456·√(λ·d·s·(1 − s)). Since h_t·(1 − s) + h_r·s ≥ 2·√(h_t·h_r·s·(1 − s)) and
    √(s·(1 − s)) ≤ ½, h/√(d·s·(1 − s)) ≥ (2·√(h_t·h_r) − 250·d²/a)/√d for every s. Where that
    exceeds 0 the path is shorter than the marginal distance, for 0.002·a·(√h_t + √h_r)² is at least
    0.008·a·√(h_t·h_r).
    """
    root_tx = math.sqrt(tx_smooth_m)
    root_rx = math.sqrt(rx_smooth_m)
    least = (2.0 * root_tx * root_rx - 250.0 * distance_km * distance_km / radius_km) / (
        CLEARANCE_PER_ROOT * math.sqrt(distance_km)
    )
    if least > longest_root:
        return least, radius_km, 0.0
    roots = root_tx + root_rx
    free_root = 0.0
    spherical_radius_km = radius_km
    if distance_km < math.sqrt(0.002 * radius_km) * roots:
        h_se_m, per_root = smooth_clearance(distance_km, tx_smooth_m, rx_smooth_m, radius_km)
        free_root = h_se_m / per_root
        if free_root > longest_root:
            return free_root, radius_km, 0.0
        spherical_radius_km = 500.0 * (distance_km / roots) ** 2
    smooth = smooth_path_clearance(distance_km, step_km, tx_smooth_m, rx_smooth_m, radius_km)
    return free_root, spherical_radius_km, smooth


@kernel
def diffraction_50_db(
    clearance: float,
    free_root: float,
    spherical_radius_km: float,
    smooth: float,
    distance_km: float,
    tx_smooth_m: float,
    rx_smooth_m: float,
    bands: np.ndarray,
    b: int,
    sea_share: float,
) -> float:
    """Delta-Bullington loss, vertical polarization, dB.

    Parameters
    ----------
    clearance : float
        Bullington's ν over the actual path, by √(0.002/λ).
    free_root, spherical_radius_km, smooth : float
        From `smooth_earth`.
    tx_smooth_m, rx_smooth_m : float
        Antennas above the smooth surface for diffraction.
    bands, b : float64[n, 8], int
        `band_constants`, and the row that is meant.

    Notes
    -----
    The Bullington part of the smooth path counts only where the spherical Earth costs something
    (eq. 39), so it is evaluated only there.
    """
    scale = bands[b, NU_SCALE]
    actual_db = bullington_db(clearance * scale, distance_km)
    factor: float = 1.0 - free_root / bands[b, ROOT_WAVELENGTH]
    if factor < 0.0:
        return actual_db
    spherical_db = factor * first_term_mixed_db(
        distance_km, tx_smooth_m, rx_smooth_m, spherical_radius_km, bands[b, FREQ_CBRT],
        bands[b, LAND], bands[b, SEA_WATER], sea_share,
    )  # fmt: skip
    if spherical_db <= 0.0:
        return actual_db
    return actual_db + max(spherical_db - bullington_db(smooth * scale, distance_km), 0.0)


@kernel
def smooth_path_clearance(
    distance_km: float, step_km: float, tx_m: float, rx_m: float, radius_km: float
) -> float:
    """Bullington's ν by √(0.002/λ) over a profile of height zero (eq. 103 to 110).

    Slopes and clearance have one peak along a smooth path, so the largest over all profile points
    is at one of the two beside the peak of the continuous surface. It must be a profile point:
    with a low receiver the peak lies closer to it than the last point does, and ν is larger there.
    """
    points = max(math.ceil(distance_km / step_km - SLACK), 4)
    step = distance_km / points
    bulge = 500.0 / radius_km
    at = math.sqrt(tx_m / bulge) / step
    slope_tx = -np.inf
    for i in range(2):
        x = step * min(max(math.floor(at) + i, 1.0), points - 1.0)
        slope_tx = max(slope_tx, bulge * (distance_km - x) - tx_m / x)
    direct = (rx_m - tx_m) / distance_km
    if slope_tx < direct:
        # The least clearance by Fresnel radius is nearer to the lower antenna.
        _, per_root = smooth_clearance(distance_km, tx_m, rx_m, radius_km)
        product = (per_root / CLEARANCE_PER_ROOT) ** 2 / distance_km
        longer = 0.5 + 0.5 * math.sqrt(max(1.0 - 4.0 * product, 0.0))
        at = points * (longer if tx_m > rx_m else 1.0 - longer)
        largest = -np.inf
        for i in range(2):
            x = step * min(max(math.floor(at) + i, 1.0), points - 1.0)
            rest = distance_km - x
            above = bulge * x * rest - (tx_m * rest + rx_m * x) / distance_km
            largest = max(largest, above * math.sqrt(distance_km / (x * rest)))
        return largest
    at = points - math.sqrt(rx_m / bulge) / step
    slope_rx = -np.inf
    for i in range(2):
        x = step * min(max(math.floor(at) + i, 1.0), points - 1.0)
        slope_rx = max(slope_rx, bulge * x - rx_m / (distance_km - x))
    both = slope_tx + slope_rx
    if not both > 0.0:
        return 0.0
    point_km = (rx_m - tx_m + slope_rx * distance_km) / both
    rest_km = distance_km - point_km
    if not (point_km > 0.0 and rest_km > 0.0):
        return 0.0
    return (slope_tx - direct) * point_km * math.sqrt(distance_km / (point_km * rest_km))


@kernel
def ducting_cannot_matter(
    loss_db: float,
    distance_km: float,
    tx_horizon_low_km: float,
    tx_horizon_high_km: float,
    rx_horizon_low_km: float,
    rx_horizon_high_km: float,
    both_horizons_low_km: float,
    tx_mrad: float,
    rx_mrad: float,
    bands: np.ndarray,
    b: int,
    radius_km: float,
    sea_share: float,
    floor_db: float,
    latitude_deg: float,
    land_km: float,
    inland_km: float,
) -> bool:
    """Whether the loss by ducting at 50 % of time exceeds a loss for certain.

    Then eq. 61 leaves the diffraction loss as it is, and so do eq. 59 and 62, for P.1812's
    interpolation at the median is nil.

    Parameters
    ----------
    loss_db : float
        Free space and diffraction.
    tx_horizon_low_km, tx_horizon_high_km, rx_horizon_low_km, rx_horizon_high_km : float
        Bounds of the distances of the horizons.
    both_horizons_low_km : float
        Distance that both together cannot fall below.
    tx_mrad, rx_mrad : float
        Elevation of the horizons.
    floor_db : float
        From `ducting_floor_db`.
    latitude_deg : float
        Of the path.
    land_km, inland_km : float
        Bounds below which its longest unbroken sections of land and of inland cannot fall.

    Notes
    -----
    Proof, by the terms of eq. 46 to 56. A_lf ≥ 0 below 0.5 GHz and 0 above. A_ct + A_cr ≥ −12 dB,
    and 0 unless three quarters of the path are sea. 20·log(d_lt + d_lr) grows with the distances.
    With θ″ = max(θ − 0.1·d_l, 0) an end contributes A_s(θ″) + γ_d·min(θ, 0.1·d_l), where
    A_s = 20·log(1 + 0.361·θ″·√(f·d_l)) + 0.264·f^⅓·θ″ and min(θ, 0.1·d_l) = θ − θ″. θ″ is at most
    max(θ − 0.1·d_low, 0) and at least max(θ − 0.1·d_high, 0). So both ends and the bend of the path
    give at least γ_d·θ_path − max(γ_d − 0.264·f^⅓, 0)·(θ″_t + θ″_r), where θ_path is the angular
    distance and θ″ the upper bounds, plus the logarithms with θ″ and d_l at their lower bounds;
    these are looked at only where the rest does not decide. Where they do not either, the floor of
    the time term gives way to the term at a bound on β: μ₂ and μ₃ are at most 1, β₀ falls as the
    sections grow (eq. 2 to 5), and A(50 %) falls as β grows.
    """
    freq_cbrt = bands[b, FREQ_CBRT]
    specific = 5e-5 * radius_km * freq_cbrt
    excess = max(tx_mrad - 0.1 * tx_horizon_low_km, 0.0) + max(
        rx_mrad - 0.1 * rx_horizon_low_km, 0.0
    )
    path_mrad = 1000.0 * distance_km / radius_km + tx_mrad + rx_mrad
    bound_db: float = (
        (102.45 - 92.4)
        + bands[b, FREE_DB]
        + 2.0 * DB_PER_NEPER * math.log(both_horizons_low_km)
        + (_SEA_COUPLING_DB if sea_share >= 0.75 else 0.0)
        + specific * path_mrad
        - max(specific - 0.264 * freq_cbrt, 0.0) * excess
        + floor_db
    )
    if bound_db > loss_db:
        return True
    freq = bands[b, FREQ_GHZ]
    tx_least = max(tx_mrad - 0.1 * tx_horizon_high_km, 0.0)
    rx_least = max(rx_mrad - 0.1 * rx_horizon_high_km, 0.0)
    edges = (1.0 + 0.361 * tx_least * math.sqrt(freq * tx_horizon_low_km)) * (
        1.0 + 0.361 * rx_least * math.sqrt(freq * rx_horizon_low_km)
    )
    bound_db += 2.0 * DB_PER_NEPER * math.log(edges)
    if bound_db > loss_db:
        return True
    beta = beta0_percent(latitude_deg, land_km, inland_km)
    return bound_db - floor_db + ducting_time_db(distance_km, 50.0, beta) > loss_db


@kernel
def add_scatter_db(loss_db: float, scatter_db: float) -> float:
    """Power sum of a path with troposcatter (eq. 63), where troposcatter matters, dB."""
    if scatter_db - loss_db > NEGLIGIBLE_DB:
        return loss_db
    least = min(loss_db, scatter_db)
    most = max(loss_db, scatter_db)
    return least - 0.5 * DB_PER_NEPER * math.log1p(
        math.exp((least - most) * (0.2 * math.log(10.0)))
    )


@kernel
def with_ducting_db(
    diffraction_db: float,
    free_db: float,
    scatter_db: float,
    run: np.ndarray,
    marks: np.ndarray,
    last: int,
    own_points: np.ndarray,
    own: int,
    distance_km: float,
    rx_ground_m: float,
    rx_zone: int,
    tx_height_m: float,
    rx_height_m: float,
    bands: np.ndarray,
    b: int,
    sea_share: float,
    radius_km: float,
    latitude_deg: float,
) -> float:
    """Median loss where ducting may matter: the whole analysis of the path, dB.

    The path is put together from the radial's points up to ``last``, the pixel's ``own`` points and
    the pixel itself. ``run``, ``marks`` and ``own_points`` are buffers of `radials` and `pixel`.
    """
    points = last + own + 2
    d_km = np.empty(points)
    path_m = np.empty(points)
    path_zone = np.empty(points, np.uint8)
    for i in range(last + 1):
        d_km[i] = run[X_KM, i]
        path_m[i] = run[GROUND_M, i]
        path_zone[i] = marks[ZONE, i]
    for k in range(own):
        d_km[last + 1 + k] = own_points[OWN_X_KM, k]
        path_m[last + 1 + k] = own_points[OWN_GROUND_M, k]
        path_zone[last + 1 + k] = rx_zone
    d_km[points - 1] = distance_km
    path_m[points - 1] = rx_ground_m
    path_zone[points - 1] = rx_zone

    path = path_parameters(d_km, path_m, tx_height_m, rx_height_m, radius_km, bands[b, FREQ_GHZ])
    _, land_km, inland_km = zone_lengths(d_km, path_zone)
    beta0 = beta0_percent(latitude_deg, land_km, inland_km)
    ducting = ducting_db(
        distance_km, path.tx_horizon_km, path.rx_horizon_km, path.tx_horizon_mrad,
        path.rx_horizon_mrad, 0.0 if path_zone[0] == SEA else NO_COAST_KM,
        0.0 if rx_zone == SEA else NO_COAST_KM, inland_km, path_m[0] + tx_height_m,
        rx_ground_m + rx_height_m, path.ducting_tx_height_m, path.ducting_rx_height_m,
        path.roughness_m, bands[b, FREQ_GHZ], 50.0, sea_share, radius_km, beta0,
    )  # fmt: skip
    return combine_db(
        distance_km, path.angular_distance_mrad, free_db, free_db, free_db, diffraction_db,
        diffraction_db, ducting, scatter_db, sea_share, 50.0, beta0,
    )  # fmt: skip
