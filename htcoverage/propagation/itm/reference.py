"""Reference attenuation of the Irregular Terrain Model: which mechanism holds, and where."""

from __future__ import annotations

import math

from htcoverage.jit import kernel
from htcoverage.propagation.itm.mechanisms import (
    Link,
    diffraction_db,
    line_of_sight_db,
    scatter_db,
    smooth_horizon_m,
)

LINE_OF_SIGHT, DIFFRACTION, TROPOSCATTER = 1, 2, 3


@kernel
def _sight_curve_db(distance_m: float, slope: float, intercept_db: float, link: Link) -> float:
    """Loss within the smooth horizon: A + K₁·d + K₂·ln d through three points ([ERL] 3.16–3.21)."""
    smooth_m = smooth_horizon_m(link)
    reach_m = link.tx_horizon_m + link.rx_horizon_m
    end_db = smooth_m * slope + intercept_db
    first_m = 0.04 * link.freq_mhz * link.tx_effective_m * link.rx_effective_m
    if intercept_db >= 0.0:
        first_m = min(first_m, 0.5 * reach_m)
        second_m = first_m + 0.25 * (reach_m - first_m)
    else:
        second_m = max(-intercept_db / slope, 0.25 * reach_m)
    second_db = line_of_sight_db(second_m, slope, intercept_db, link)

    bent = False
    k1 = 0.0
    k2 = 0.0
    if first_m < second_m:
        first_db = line_of_sight_db(first_m, slope, intercept_db, link)
        log_ratio = math.log(smooth_m / first_m)
        whole_m = smooth_m - first_m
        part_m = second_m - first_m
        k2 = max(
            0.0,
            (whole_m * (second_db - first_db) - part_m * (end_db - first_db))
            / (whole_m * math.log(second_m / first_m) - part_m * log_ratio),
        )
        bent = intercept_db > 0.0 or k2 > 0.0
        if bent:
            k1 = (end_db - first_db - k2 * log_ratio) / whole_m
            if k1 < 0.0:
                k1 = 0.0
                k2 = max(end_db - first_db, 0.0) / log_ratio
                if k2 == 0.0:
                    k1 = slope
    if not bent:
        k1 = max(end_db - second_db, 0.0) / (smooth_m - second_m)
        k2 = 0.0
        if k1 == 0.0:
            k1 = slope
    return end_db + k1 * (distance_m - smooth_m) + k2 * math.log(distance_m / smooth_m)


@kernel
def reference_attenuation_db(distance_m: float, link: Link) -> tuple[float, int]:
    """Median attenuation beyond free space, not below 0, dB, and the mechanism ([A] 4.1–4.3).

    Returns
    -------
    attenuation_db : float
        Reference attenuation.
    mechanism : int
        1 line of sight, 2 diffraction, 3 troposcatter.
    """
    smooth_m = smooth_horizon_m(link)
    reach_m = link.tx_horizon_m + link.rx_horizon_m
    scale_m: float = (link.earth_radius_m * link.earth_radius_m / link.freq_mhz) ** (1.0 / 3.0)
    d3_m = max(smooth_m, reach_m + 5.0 * scale_m)
    d4_m = d3_m + 10.0 * scale_m
    a3_db = diffraction_db(d3_m, link)
    slope = (diffraction_db(d4_m, link) - a3_db) / (d4_m - d3_m)
    intercept_db = a3_db - slope * d3_m
    if distance_m < smooth_m:
        loss_db = _sight_curve_db(distance_m, slope, intercept_db, link)
        return max(loss_db, 0.0), LINE_OF_SIGHT

    d5_m = reach_m + 200e3
    a6_db, gain_db = scatter_db(reach_m + 400e3, -1.0, link)
    a5_db, _ = scatter_db(d5_m, gain_db, link)
    if a5_db < 1000.0:
        scatter_slope = (a6_db - a5_db) / 200e3
        meeting_m = (a5_db - intercept_db - scatter_slope * d5_m) / (slope - scatter_slope)
        meeting_m = max(
            max(smooth_m, reach_m + 1.088 * scale_m * math.log(link.freq_mhz)), meeting_m
        )
        if distance_m > meeting_m:
            loss_db = slope * meeting_m + intercept_db + scatter_slope * (distance_m - meeting_m)
            return max(loss_db, 0.0), TROPOSCATTER
    return max(slope * distance_m + intercept_db, 0.0), DIFFRACTION
