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
    tx_m: np.float32,
    slope: np.float32,
    distance_km: np.float32,
) -> np.float32:
    """Smallest (height below the ray)²/(x·(d − x)) over points first..last of one surface.

    ``surface`` is the row of the radial's buffer: `CLUTTERED_M` or `BARE_M`.

    All of these points lie below the ray, so the square orders them as the clearance itself does,
    and no root is needed inside the loop.
    """
    least = np.float32(np.inf)
    for i in range(first, last + 1):
        x = run[X_KM, i]
        below = tx_m + slope * x - run[surface, i]
        squared = below * below / (x * (distance_km - x))
        least = smaller(least, squared)
    return least


@kernel(fastmath=SCAN_MATH)
def back_slopes(
    run: np.ndarray,
    first: int,
    last: int,
    distance_km: np.float32,
    rx_curved_m: np.float32,
    rx_m: np.float32,
    tx_m: np.float32,
    slope: np.float32,
) -> tuple[np.float32, np.float32, np.float32, np.float32]:
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
    cluttered_slope = np.float32(-np.inf)
    bare_slope = np.float32(-np.inf)
    ground_slope = np.float32(-np.inf)
    obstacle_m = np.float32(-np.inf)
    for i in range(first, last + 1):
        x = run[X_KM, i]
        inverse = np.float32(1.0) / (distance_km - x)
        cluttered_slope = larger(cluttered_slope, (run[CLUTTERED_M, i] - rx_curved_m) * inverse)
        bare_slope = larger(bare_slope, (run[BARE_M, i] - rx_curved_m) * inverse)
        ground_slope = larger(ground_slope, (run[GROUND_M, i] - rx_m) * inverse)
        obstacle_m = larger(obstacle_m, run[GROUND_M, i] - slope * x)
    return cluttered_slope, bare_slope, ground_slope, obstacle_m - tx_m
