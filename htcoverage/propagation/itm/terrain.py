"""What the Irregular Terrain Model reads from a profile of equal steps ([A] §3, [ERL] annex 3)."""

from __future__ import annotations

import math

import numpy as np

from htcoverage.jit import kernel


@kernel
def horizons(
    ground_m: np.ndarray, step_m: float, tx_height_m: float, rx_height_m: float, radius_m: float
) -> tuple[float, float, float, float]:
    """Horizon angles (rad) and distances (m) of transmitter and receiver ([TN101] 6.15).

    Where nothing stands above the straight ray, the other antenna is the horizon.
    """
    n = ground_m.size - 1
    total_m = n * step_m
    tx_m = ground_m[0] + tx_height_m
    rx_m = ground_m[n] + rx_height_m
    tilt = (rx_m - tx_m) / total_m
    tx_rad = tilt - total_m / (2.0 * radius_m)
    rx_rad = -tilt - total_m / (2.0 * radius_m)
    tx_horizon_m = total_m
    rx_horizon_m = total_m
    for i in range(1, n):
        from_tx_m = i * step_m
        from_rx_m = total_m - from_tx_m
        angle = (ground_m[i] - tx_m) / from_tx_m - from_tx_m / (2.0 * radius_m)
        if angle > tx_rad:
            tx_rad = angle
            tx_horizon_m = from_tx_m
        angle = (ground_m[i] - rx_m) / from_rx_m - from_rx_m / (2.0 * radius_m)
        if angle > rx_rad:
            rx_rad = angle
            rx_horizon_m = from_rx_m
    return tx_rad, rx_rad, tx_horizon_m, rx_horizon_m


@kernel
def fitted_ends_m(
    heights_m: np.ndarray, step_m: float, start_m: float, end_m: float
) -> tuple[float, float]:
    """Ends of the whole profile on the line fitted to a part of it, m ([A] 6.4)."""
    last = heights_m.size - 1
    first_i = int(max(start_m / step_m, 0.0))
    last_i = last - int(max(last - end_m / step_m, 0.0))
    if last_i <= first_i:
        first_i = max(first_i - 1, 0)
        last_i = last - max(last - (last_i + 1), 0)
    length = float(last_i - first_i)
    middle = 0.5 * (first_i + last_i)
    # The two end points count half.
    total = 0.5 * (heights_m[first_i] + heights_m[last_i])
    moment = 0.25 * length * (heights_m[last_i] - heights_m[first_i])
    for i in range(first_i + 1, last_i):
        total += heights_m[i]
        moment += heights_m[i] * (i - middle)
    mean = total / length
    slope = 12.0 * moment / ((length * length + 2.0) * length)
    return mean - slope * middle, mean + slope * (last - middle)


@kernel
def terrain_irregularity_m(
    ground_m: np.ndarray, step_m: float, start_m: float, end_m: float
) -> float:
    """Interdecile range Δh of the terrain about its fitted line, for a long path, m ([ERL] 3)."""
    first = start_m / step_m
    last = end_m / step_m
    if last - first < 2.0:
        return 0.0
    tenth = min(max(4, int(0.1 * (last - first + 8.0))), 25)
    n = 10 * tenth - 5
    stride = (last - first) / (n - 1)
    samples = np.empty(n)
    top = ground_m.size - 1
    i = int(first)
    offset = first - (i + 1)
    for j in range(n):
        while offset > 0.0 and i + 1 < top:
            offset -= 1.0
            i += 1
        samples[j] = ground_m[i + 1] + (ground_m[i + 1] - ground_m[i]) * offset
        offset += stride
    left, right = fitted_ends_m(samples, 1.0, 0.0, n - 1.0)
    slope = (right - left) / (n - 1)
    for j in range(n):
        samples[j] -= left + slope * j
    samples.sort()
    # The 10 % highest and, counted from the top as well, the 90 % highest.
    spread_m: float = samples[n - tenth] - samples[tenth - 1]
    return spread_m / (1.0 - 0.8 * math.exp(-(end_m - start_m) / 50e3))
