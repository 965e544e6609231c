"""Analysis of one terrain profile for ITU-R P.1812-8: Attachment 1 to Annex 1, and §3.6, §3.7."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from htcoverage.jit import kernel
from htcoverage.propagation.p1812.diffraction import nu_scale

SEA, COASTAL_LAND, INLAND = 1, 3, 4

#: Where no coast lies on the path, dct and dcr stand for "far away" (§4.5).
NO_COAST_KM = 500.0


class PathParameters(NamedTuple):
    """What P.1812 needs to know of a bare profile; heights in m above sea level."""

    smooth_tx_m: float
    smooth_rx_m: float
    diffraction_smooth_tx_m: float
    diffraction_smooth_rx_m: float
    ducting_tx_height_m: float
    ducting_rx_height_m: float
    roughness_m: float
    tx_horizon_km: float
    rx_horizon_km: float
    tx_horizon_mrad: float
    rx_horizon_mrad: float
    angular_distance_mrad: float
    transhorizon: bool


@kernel
def smooth_earth(distance_km: np.ndarray, ground_m: np.ndarray) -> tuple[float, float]:
    """Ends of the least-squares smooth surface, m above sea level (eq. 85–88)."""
    n = distance_km.size
    v1 = 0.0
    v2 = 0.0
    for i in range(1, n):
        step = distance_km[i] - distance_km[i - 1]
        v1 += step * (ground_m[i] + ground_m[i - 1])
        v2 += step * (
            ground_m[i] * (2.0 * distance_km[i] + distance_km[i - 1])
            + ground_m[i - 1] * (distance_km[i] + 2.0 * distance_km[i - 1])
        )
    total_km = distance_km[n - 1]
    return (
        (2.0 * v1 * total_km - v2) / (total_km * total_km),
        (v2 - v1 * total_km) / (total_km * total_km),
    )


@kernel
def diffraction_smooth_heights(
    smooth_tx_m: float,
    smooth_rx_m: float,
    obstacle_m: float,
    tx_obstacle_slope: float,
    rx_obstacle_slope: float,
    tx_ground_m: float,
    rx_ground_m: float,
) -> tuple[float, float]:
    """Smooth-surface heights for diffraction, lowered where terrain stands in the way (eq. 89–91).

    Parameters
    ----------
    smooth_tx_m, smooth_rx_m : float
        Ends of the smooth surface.
    obstacle_m : float
        Highest obstacle above the straight line between the antennas; not above 0: none.
    tx_obstacle_slope, rx_obstacle_slope : float
        Largest slope of an obstacle above that line, seen from either end.
    tx_ground_m, rx_ground_m : float
        Ground at the ends, which the surface may not exceed.
    """
    if obstacle_m > 0.0:
        both = tx_obstacle_slope + rx_obstacle_slope
        smooth_tx_m -= obstacle_m * tx_obstacle_slope / both
        smooth_rx_m -= obstacle_m * rx_obstacle_slope / both
    return min(smooth_tx_m, tx_ground_m), min(smooth_rx_m, rx_ground_m)


@kernel
def path_parameters(
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    radius_km: float,
    freq_ghz: float,
) -> PathParameters:
    """Analyse a bare profile; antenna heights in m above ground, median effective Earth radius."""
    n = distance_km.size
    total_km = distance_km[n - 1]
    tx_m = ground_m[0] + tx_height_m
    rx_m = ground_m[n - 1] + rx_height_m
    smooth_tx_m, smooth_rx_m = smooth_earth(distance_km, ground_m)

    obstacle_m = -np.inf
    tx_slope = -np.inf
    rx_slope = -np.inf
    highest = -np.inf  # tangent of the elevation: the arc tangent is taken once, at the end
    tx_index = 1
    for i in range(1, n - 1):
        d = distance_km[i]
        rest = total_km - d
        above = ground_m[i] - (tx_m * rest + rx_m * d) / total_km
        obstacle_m = max(obstacle_m, above)
        tx_slope = max(tx_slope, above / d)
        rx_slope = max(rx_slope, above / rest)
        elevation = (ground_m[i] - tx_m) / (1000.0 * d) - d / (2.0 * radius_km)
        if elevation > highest:
            highest = elevation
            tx_index = i
    smooth_tx_d_m, smooth_rx_d_m = diffraction_smooth_heights(
        smooth_tx_m, smooth_rx_m, obstacle_m, tx_slope, rx_slope, ground_m[0], ground_m[n - 1]
    )

    half_bend = total_km / (2.0 * radius_km)
    direct = (rx_m - tx_m) / (1000.0 * total_km) - half_bend
    transhorizon = highest > direct
    rx_index = tx_index
    if transhorizon:
        tx_theta = 1000.0 * math.atan(highest)
        highest = -np.inf
        for i in range(1, n - 1):
            rest = total_km - distance_km[i]
            elevation = (ground_m[i] - rx_m) / (1000.0 * rest) - rest / (2.0 * radius_km)
            # The nearest of equal horizons counts, hence >=.
            if elevation >= highest:
                highest = elevation
                rx_index = i
        rx_theta = 1000.0 * math.atan(highest)
    else:
        tx_theta = 1000.0 * math.atan(direct)
        rx_theta = 1000.0 * math.atan((tx_m - rx_m) / (1000.0 * total_km) - half_bend)
        # Line of sight: both horizons are the point of the largest diffraction parameter.
        largest = -np.inf
        scale = nu_scale(freq_ghz)
        bulge = 500.0 / radius_km
        for i in range(1, n - 1):
            d = distance_km[i]
            rest = total_km - d
            above = ground_m[i] + bulge * d * rest - (tx_m * rest + rx_m * d) / total_km
            nu = above * scale * math.sqrt(total_km / (d * rest))
            if nu >= largest:
                largest = nu
                tx_index = i
        rx_index = tx_index

    duct_tx_m = min(smooth_tx_m, ground_m[0])
    duct_rx_m = min(smooth_rx_m, ground_m[n - 1])
    slope = (duct_rx_m - duct_tx_m) / total_km
    roughness_m = -np.inf
    for i in range(tx_index, rx_index + 1):
        roughness_m = max(roughness_m, ground_m[i] - (duct_tx_m + slope * distance_km[i]))

    return PathParameters(
        smooth_tx_m,
        smooth_rx_m,
        smooth_tx_d_m,
        smooth_rx_d_m,
        tx_height_m + ground_m[0] - duct_tx_m,
        rx_height_m + ground_m[n - 1] - duct_rx_m,
        roughness_m,
        distance_km[tx_index],
        total_km - distance_km[rx_index],
        tx_theta,
        rx_theta,
        1000.0 * total_km / radius_km + tx_theta + rx_theta,
        transhorizon,
    )


@kernel
def _point_width_km(distance_km: np.ndarray, i: int) -> float:
    """Length of path that profile point i stands for: half way to its neighbours."""
    n = distance_km.size
    low: float = distance_km[0] if i == 0 else 0.5 * (distance_km[i - 1] + distance_km[i])
    high: float = distance_km[n - 1] if i == n - 1 else 0.5 * (distance_km[i] + distance_km[i + 1])
    return high - low


@kernel
def zone_lengths(distance_km: np.ndarray, zone: np.ndarray) -> tuple[float, float, float]:
    """Sea share of the path, longest land section and longest inland section (§3.6, eq. 1).

    Returns
    -------
    sea_share : float
        0 to 1.
    longest_land_km, longest_inland_km : float
        Longest unbroken section of land (coastal or inland), and of inland alone.
    """
    sea_km = 0.0
    land_run_km = 0.0
    inland_run_km = 0.0
    longest_land_km = 0.0
    longest_inland_km = 0.0
    for i in range(distance_km.size):
        width_km = _point_width_km(distance_km, i)
        if zone[i] == SEA:
            sea_km += width_km
            land_run_km = 0.0
        else:
            land_run_km += width_km
        if zone[i] == INLAND:
            inland_run_km += width_km
        else:
            inland_run_km = 0.0
        longest_land_km = max(longest_land_km, land_run_km)
        longest_inland_km = max(longest_inland_km, inland_run_km)
    total_km = distance_km[distance_km.size - 1] - distance_km[0]
    return sea_km / total_km, longest_land_km, longest_inland_km


@kernel
def beta0_percent(latitude_deg: float, longest_land_km: float, longest_inland_km: float) -> float:
    """Share of time, %, in which ducting may be expected at a path centre (eq. 2–5)."""
    tau = 1.0 - math.exp(-4.12e-4 * longest_inland_km**2.41)
    mu1: float = (
        10.0 ** (-longest_land_km / (16.0 - 6.6 * tau)) + 10.0 ** (-5.0 * (0.496 + 0.354 * tau))
    ) ** 0.2
    mu1 = min(mu1, 1.0)
    north = abs(latitude_deg)
    if north <= 70.0:
        base: float = 10.0 ** (-0.015 * north + 1.67)
        mu4: float = mu1 ** (-0.935 + 0.0176 * north)
    else:
        base = 4.17
        mu4 = mu1**0.3
    return base * mu1 * mu4
