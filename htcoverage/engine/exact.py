"""The exact job: a profile of its own for every pixel, by the Recommendation to the letter.

Slow by design; the sweep is measured against it, and `htcoverage.profile` draws one such path.
"""

from __future__ import annotations

import math

import numpy as np

from htcoverage.engine.pixel import NEAREST_KM
from htcoverage.engine.radials import bilinear, nearest_index
from htcoverage.jit import kernel, prange
from htcoverage.propagation.p1812.combine import free_space_db, slant_distance_km
from htcoverage.propagation.p1812.model import effective_radius_km, profile_loss
from htcoverage.propagation.p1812.profile import NO_COAST_KM, SEA, path_parameters


@kernel
def cut_profile(
    ground: np.ndarray,
    clutter: np.ndarray,
    zone: np.ndarray,
    tx_row: float,
    tx_col: float,
    rx_row: float,
    rx_col: float,
    distance_km: float,
    clearance_km: float,
    intervals: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Sample the straight path between two positions of the terrain grid in equal intervals.

    Returns
    -------
    d_km, ground_m, clutter_m, zones : float64[n + 1] (zones uint8)
        Clutter is 0 at both ends and nearer to the receiver than ``clearance_km``.
    """
    rows, cols = ground.shape
    d_km = np.empty(intervals + 1)
    ground_m = np.empty(intervals + 1)
    clutter_m = np.zeros(intervals + 1)
    zones = np.empty(intervals + 1, np.uint8)
    for i in range(intervals + 1):
        share = i / intervals
        row = tx_row + share * (rx_row - tx_row)
        col = tx_col + share * (rx_col - tx_col)
        d_km[i] = share * distance_km
        ground_m[i] = bilinear(ground, row, col)
        r = nearest_index(row, rows)
        c = nearest_index(col, cols)
        zones[i] = zone[r, c]
        if 0 < i < intervals and distance_km - d_km[i] >= clearance_km - 1e-9:
            clutter_m[i] = clutter[r, c]
    return d_km, ground_m, clutter_m, zones


@kernel(parallel=True)
def exact_losses(
    wanted_pixels: np.ndarray,
    ground: np.ndarray,
    clutter: np.ndarray,
    zone: np.ndarray,
    mast_row: float,
    mast_col: float,
    resolution_km: float,
    terrain_row: float,
    terrain_col: float,
    posting_km: float,
    tx_height_m: float,
    rx_height_m: float,
    radius_km: float,
    clearance_km: float,
    delta_n: float,
    n0: float,
    latitude_deg: float,
    step_km: float,
    freq_ghz: float,
) -> np.ndarray:
    """Median basic transmission loss of every wanted pixel in reach, dB; NaN elsewhere.

    Parameters are those of `htcoverage.engine.sweep.sweep_mast`.
    """
    ny, nx = wanted_pixels.shape
    losses = np.full((ny, nx), np.nan, np.float32)
    ratio = resolution_km / posting_km
    for row in prange(ny):
        for col in range(nx):
            if not wanted_pixels[row, col]:
                continue
            south = row - mast_row
            east = col - mast_col
            distance_km = resolution_km * math.sqrt(south * south + east * east)
            if distance_km > radius_km:
                continue
            intervals = max(math.ceil(distance_km / step_km), 4)
            rx_row = terrain_row + ratio * south
            rx_col = terrain_col + ratio * east
            if distance_km < NEAREST_KM:
                slant_km = slant_distance_km(
                    distance_km,
                    bilinear(ground, terrain_row, terrain_col) + tx_height_m,
                    bilinear(ground, rx_row, rx_col) + rx_height_m,
                )
                losses[row, col] = free_space_db(slant_km, freq_ghz)
                continue
            d_km, ground_m, clutter_m, zones = cut_profile(
                ground, clutter, zone, terrain_row, terrain_col, rx_row, rx_col, distance_km,
                clearance_km, intervals,
            )  # fmt: skip
            path = path_parameters(
                d_km, ground_m, tx_height_m, rx_height_m, effective_radius_km(delta_n), freq_ghz
            )
            loss = profile_loss(
                path, d_km, ground_m, clutter_m, zones, tx_height_m, rx_height_m, freq_ghz, 50.0,
                50.0, 0.0, True, latitude_deg, delta_n, n0,
                0.0 if zones[0] == SEA else NO_COAST_KM,
                0.0 if zones[intervals] == SEA else NO_COAST_KM,
            )  # fmt: skip
            losses[row, col] = loss.basic_transmission_loss_db
    return losses
