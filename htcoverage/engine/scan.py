"""Straight loops over a profile in float32: multiply, compare, keep; LLVM makes them vector code.

Heights are measured from the plane that touches the Earth at the mast: the bulge of the effective
Earth, 500·x²/a, is taken off every point, and off the receiver. In that frame the rays are straight
lines, P.1812's slopes S_tim and S_rim (eq. 13, 17) are slopes less one constant, and the clearance
of eq. 15 is the height above one straight line.
"""

from __future__ import annotations

import numpy as np

from htcoverage.engine.radials import BARE_M, CLUTTERED_M, GROUND_M, X_KM
from htcoverage.jit import SCAN_MATH, kernel, larger, smaller


@kernel(fastmath=SCAN_MATH)
def least_clearance_squared(
    run: np.ndarray,
    surface: int,
    first: int,
    last: int,
    tx_m: float,
    slope: float,
    distance_km: float,
) -> float:
    """Smallest (height below the ray)²/(x·(d − x)) over points first..last of one surface.

    ``surface`` is the row of the radial's buffer: `CLUTTERED_M` or `BARE_M`.

    All of these points lie below the ray, so the square orders them as the clearance itself does,
    and no root is needed inside the loop.
    """
    antenna_m = np.float32(tx_m)
    rise = np.float32(slope)
    reach_km = np.float32(distance_km)
    least = np.float32(np.inf)
    for i in range(first, last + 1):
        x = run[X_KM, i]
        below = antenna_m + rise * x - run[surface, i]
        squared = below * below / (x * (reach_km - x))
        least = smaller(least, squared)
    return float(least)


@kernel(fastmath=SCAN_MATH)
def back_slopes(
    run: np.ndarray,
    first: int,
    last: int,
    distance_km: float,
    rx_curved_m: float,
    rx_m: float,
    tx_m: float,
    slope: float,
) -> tuple[float, float, float, float]:
    """Largest slopes seen from the receiver, and the highest obstacle above the straight ray.

    Parameters
    ----------
    run : float32[7, n]
        Buffer of the radial.
    first, last : int
        Points to visit.
    rx_curved_m, rx_m : float32
        Receiving antenna in the curved frame and above sea level.
    tx_m, slope : float32
        Transmitting antenna and slope of the straight ray, m/km.

    Returns
    -------
    cluttered_slope, bare_slope : float32
        In the curved frame, m/km.
    ground_slope : float32
        Above sea level, without curvature, m/km.
    obstacle_m : float32
        Highest terrain above the straight ray, m.
    """
    reach_km = np.float32(distance_km)
    curved_m = np.float32(rx_curved_m)
    straight_m = np.float32(rx_m)
    rise = np.float32(slope)
    cluttered_slope = np.float32(-np.inf)
    bare_slope = np.float32(-np.inf)
    ground_slope = np.float32(-np.inf)
    obstacle_m = np.float32(-np.inf)
    for i in range(first, last + 1):
        x = run[X_KM, i]
        inverse = np.float32(1.0) / (reach_km - x)
        cluttered_slope = larger(cluttered_slope, (run[CLUTTERED_M, i] - curved_m) * inverse)
        bare_slope = larger(bare_slope, (run[BARE_M, i] - curved_m) * inverse)
        ground_slope = larger(ground_slope, (run[GROUND_M, i] - straight_m) * inverse)
        obstacle_m = larger(obstacle_m, run[GROUND_M, i] - rise * x)
    return (
        float(cluttered_slope), float(bare_slope), float(ground_slope), float(obstacle_m) - tx_m,
    )  # fmt: skip
