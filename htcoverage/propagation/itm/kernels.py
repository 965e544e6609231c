"""The two modes of the Irregular Terrain Model as kernels.

Sources: G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2: the Algorithm (1995); the
profile's reading as in G. A. Hufford, A. G. Longley, W. A. Kissick, NTIA Report 82-100 (1982).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from htcoverage.jit import kernel
from htcoverage.propagation.itm.mechanisms import Link
from htcoverage.propagation.itm.reference import reference_attenuation_db
from htcoverage.propagation.itm.terrain import fitted_ends_m, horizons, terrain_irregularity_m
from htcoverage.propagation.itm.variability import variable_attenuation_db

_EARTH_CURVATURE_PER_M = 157e-9


class ItmLoss(NamedTuple):
    """What the kernel returns: losses in dB, lengths in m, angles in rad."""

    free_space_db: float
    reference_attenuation_db: float
    basic_transmission_loss_db: float
    mechanism: int
    tx_horizon_rad: float
    rx_horizon_rad: float
    tx_horizon_m: float
    rx_horizon_m: float
    tx_effective_m: float
    rx_effective_m: float
    terrain_irregularity_m: float
    surface_refractivity: float
    earth_radius_m: float


@kernel
def effective_earth_radius_m(surface_refractivity: float) -> float:
    """Effective Earth radius for the refractivity at the ground, m (TN 101, 4.4)."""
    bending = 1.0 - 0.04665 * math.exp(surface_refractivity / 179.3)
    return 1.0 / (_EARTH_CURVATURE_PER_M * bending)


@kernel
def ground_impedance(
    freq_mhz: float, permittivity: float, conductivity_s_per_m: float, vertical: bool
) -> complex:
    """Surface transfer impedance of the ground, relative to that of space."""
    complex_permittivity = complex(permittivity, 18000.0 * conductivity_s_per_m / freq_mhz)
    impedance: complex = np.sqrt(complex_permittivity - 1.0)
    if vertical:
        impedance = impedance / complex_permittivity
    return impedance


@kernel
def _loss(
    distance_m: float,
    link: Link,
    climate: int,
    mode: int,
    location_varies: bool,
    situation_varies: bool,
    time_percent: float,
    location_percent: float,
    situation_percent: float,
) -> ItmLoss:
    reference_db, mechanism = reference_attenuation_db(distance_m, link)
    free_db = 32.45 + 20.0 * math.log10(1e-3 * distance_m * link.freq_mhz)
    beyond_db = variable_attenuation_db(
        reference_db, distance_m, link.tx_effective_m, link.rx_effective_m, link.roughness_m,
        link.freq_mhz, climate, mode, location_varies, situation_varies, time_percent,
        location_percent, situation_percent,
    )  # fmt: skip
    return ItmLoss(
        free_db,
        reference_db,
        free_db + beyond_db,
        mechanism,
        link.tx_horizon_rad,
        link.rx_horizon_rad,
        link.tx_horizon_m,
        link.rx_horizon_m,
        link.tx_effective_m,
        link.rx_effective_m,
        link.roughness_m,
        link.surface_refractivity,
        link.earth_radius_m,
    )


@kernel
def _shrunk_horizon_m(effective_m: float, roughness_m: float, radius_m: float) -> float:
    """Median horizon distance over irregular terrain, m (Algorithm, 3.3)."""
    smooth_m = math.sqrt(2.0 * effective_m * radius_m)
    return smooth_m * math.exp(-0.07 * math.sqrt(roughness_m / max(effective_m, 5.0)))


@kernel
def _median_horizon_rad(
    effective_m: float, horizon_m: float, roughness_m: float, radius_m: float
) -> float:
    """Median horizon angle over irregular terrain, rad (Algorithm, 3.4)."""
    smooth_m = math.sqrt(2.0 * effective_m * radius_m)
    rise_m = 0.65 * roughness_m * (smooth_m / horizon_m - 1.0)
    return (rise_m - 2.0 * effective_m) / smooth_m


@kernel
def point_to_point_loss(
    ground_m: np.ndarray,
    step_m: float,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    vertical: bool,
    permittivity: float,
    conductivity_s_per_m: float,
    n0: float,
    climate: int,
    mode: int,
    location_varies: bool,
    situation_varies: bool,
    time_percent: float,
    location_percent: float,
    situation_percent: float,
) -> ItmLoss:
    """Loss over a profile of equal steps (see `itm`); climate 1 to 7, mode 0 to 3."""
    n = ground_m.size - 1
    distance_m = n * step_m
    tenth = int(0.1 * n)
    height_m = 0.0
    for i in range(tenth, n - tenth + 1):
        height_m += ground_m[i]
    height_m /= n - 2 * tenth + 1
    surface = n0 * math.exp(-height_m / 9460.0)
    radius_m = effective_earth_radius_m(surface)

    tx_rad, rx_rad, tx_hzn_m, rx_hzn_m = horizons(
        ground_m, step_m, tx_height_m, rx_height_m, radius_m
    )
    # Terrain counts from 15 antenna heights, or a tenth of the way to the horizon, onwards.
    start_m = min(15.0 * tx_height_m, 0.1 * tx_hzn_m)
    end_m = distance_m - min(15.0 * rx_height_m, 0.1 * rx_hzn_m)
    roughness_m = terrain_irregularity_m(ground_m, step_m, start_m, end_m)
    if tx_hzn_m + rx_hzn_m > 1.5 * distance_m:
        # Well within sight: what the eye would see as horizon is no obstacle.
        fit_tx_m, fit_rx_m = fitted_ends_m(ground_m, step_m, start_m, end_m)
        tx_eff_m = tx_height_m + max(ground_m[0] - fit_tx_m, 0.0)
        rx_eff_m = rx_height_m + max(ground_m[n] - fit_rx_m, 0.0)
        both_m = _shrunk_horizon_m(tx_eff_m, roughness_m, radius_m) + _shrunk_horizon_m(
            rx_eff_m, roughness_m, radius_m
        )
        if both_m <= distance_m:
            # The antennas see each other, so they must be higher than their fit says.
            factor = (distance_m / both_m) * (distance_m / both_m)
            tx_eff_m *= factor
            rx_eff_m *= factor
        tx_hzn_m = _shrunk_horizon_m(tx_eff_m, roughness_m, radius_m)
        rx_hzn_m = _shrunk_horizon_m(rx_eff_m, roughness_m, radius_m)
        tx_rad = _median_horizon_rad(tx_eff_m, tx_hzn_m, roughness_m, radius_m)
        rx_rad = _median_horizon_rad(rx_eff_m, rx_hzn_m, roughness_m, radius_m)
    else:
        fit_tx_m, _ = fitted_ends_m(ground_m, step_m, start_m, 0.9 * tx_hzn_m)
        _, fit_rx_m = fitted_ends_m(ground_m, step_m, distance_m - 0.9 * rx_hzn_m, end_m)
        tx_eff_m = tx_height_m + max(ground_m[0] - fit_tx_m, 0.0)
        rx_eff_m = rx_height_m + max(ground_m[n] - fit_rx_m, 0.0)

    link = Link(
        freq_mhz, radius_m, surface,
        ground_impedance(freq_mhz, permittivity, conductivity_s_per_m, vertical),
        tx_height_m, rx_height_m, tx_eff_m, rx_eff_m, tx_hzn_m, rx_hzn_m, tx_rad, rx_rad,
        roughness_m, True,
    )  # fmt: skip
    return _loss(
        distance_m, link, climate, mode, location_varies, situation_varies, time_percent,
        location_percent, situation_percent,
    )  # fmt: skip


@kernel
def _sited_height_m(height_m: float, roughness_m: float, siting: int) -> float:
    """Effective height of an antenna sited at random (0), carefully (1) or very (2), m (3.2)."""
    if siting == 0:
        return height_m
    gain_m = 4.0 if siting == 1 else 9.0
    if height_m < 5.0:
        gain_m *= math.sin(0.1 * math.pi * height_m)
    return height_m + (1.0 + gain_m) * math.exp(-min(20.0, 2.0 * height_m / max(1e-3, roughness_m)))


@kernel
def area_loss(
    distance_km: float,
    freq_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    roughness_m: float,
    tx_siting: int,
    rx_siting: int,
    vertical: bool,
    permittivity: float,
    conductivity_s_per_m: float,
    n0: float,
    climate: int,
    mode: int,
    location_varies: bool,
    situation_varies: bool,
    time_percent: float,
    location_percent: float,
    situation_percent: float,
) -> ItmLoss:
    """Loss over terrain of a stated irregularity (see `itm_area`)."""
    radius_m = effective_earth_radius_m(n0)
    tx_eff_m = _sited_height_m(tx_height_m, roughness_m, tx_siting)
    rx_eff_m = _sited_height_m(rx_height_m, roughness_m, rx_siting)
    tx_hzn_m = _shrunk_horizon_m(tx_eff_m, roughness_m, radius_m)
    rx_hzn_m = _shrunk_horizon_m(rx_eff_m, roughness_m, radius_m)
    link = Link(
        freq_mhz, radius_m, n0,
        ground_impedance(freq_mhz, permittivity, conductivity_s_per_m, vertical),
        tx_height_m, rx_height_m, tx_eff_m, rx_eff_m, tx_hzn_m, rx_hzn_m,
        _median_horizon_rad(tx_eff_m, tx_hzn_m, roughness_m, radius_m),
        _median_horizon_rad(rx_eff_m, rx_hzn_m, roughness_m, radius_m),
        roughness_m, False,
    )  # fmt: skip
    return _loss(
        1e3 * distance_km, link, climate, mode, location_varies, situation_varies, time_percent,
        location_percent, situation_percent,
    )  # fmt: skip
