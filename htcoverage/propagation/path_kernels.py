"""The path models behind one signature, for a loop that cuts a profile for every pixel.

``(distance_km, ground_m, clutter_m, tx_height_m, rx_height_m, freq_mhz, environment) -> loss_db``:
arrays of one length in equal steps from 0, ends without clutter; medians of time, location and
situation, vertical polarization, the models' default radio climate and average ground.
"""

from __future__ import annotations

import math

import numpy as np

from htcoverage.jit import kernel
from htcoverage.propagation.ehata import ehata_profile_loss
from htcoverage.propagation.hata import environment_gain_db
from htcoverage.propagation.itm.kernels import area_loss, point_to_point_loss
from htcoverage.propagation.itm.model import AVERAGE_CONDUCTIVITY_S_PER_M, AVERAGE_PERMITTIVITY
from htcoverage.propagation.p525 import p525_loss_db
from htcoverage.propagation.p526 import path_diffraction
from htcoverage.propagation.p526_cylinders import (
    LOSS_DB,
    antennas_on,
    cascaded_cylinders,
    cascaded_edges_db,
)
from htcoverage.propagation.p1812.diffraction import (
    bullington_db,
    nu_scale,
    profile_clearance,
)
from htcoverage.propagation.p1812.model import (
    DEFAULT_DELTA_N,
    DEFAULT_N0,
    effective_radius_km,
    profile_loss,
)
from htcoverage.propagation.p1812.profile import INLAND, NO_COAST_KM, path_parameters
from htcoverage.propagation.spm import hata_spm_loss_db

_CLIMATE = 3  # maritime subtropical
_BROADCAST = 3
_MEDIAN = 50.0
_RADIUS_KM = 8500.0
_LATITUDE_DEG = 18.3

#: Terrain irregularity Δh that NTIA Report 82-100 gives for kinds of terrain, m.
AREA_ENVIRONMENTS = ("water", "plains", "hills", "mountains", "rugged-mountains")
_IRREGULARITY_M = (0.0, 30.0, 90.0, 200.0, 500.0)


@kernel
def p1812_path_db(
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    clutter_m: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    environment: int,
) -> float:
    """Loss by ITU-R P.1812-8 on an inland path, dB."""
    zone = np.full(distance_km.size, INLAND, np.uint8)
    radius_km = effective_radius_km(DEFAULT_DELTA_N)
    path = path_parameters(
        distance_km, ground_m, tx_height_m, rx_height_m, radius_km, 1e-3 * freq_mhz
    )
    return profile_loss(
        path, distance_km, ground_m, clutter_m, zone, tx_height_m, rx_height_m, 1e-3 * freq_mhz,
        _MEDIAN, _MEDIAN, 0.0, True, _LATITUDE_DEG, DEFAULT_DELTA_N, DEFAULT_N0, NO_COAST_KM,
        NO_COAST_KM,
    ).basic_transmission_loss_db  # fmt: skip


@kernel
def p526_path_db(
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    clutter_m: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    environment: int,
) -> float:
    """Free space and delta-Bullington over ground and clutter by ITU-R P.526-16, dB."""
    loss_db, _, _, _ = path_diffraction(
        distance_km, ground_m, ground_m + clutter_m, tx_height_m, rx_height_m, _RADIUS_KM,
        1e-3 * freq_mhz, 0.0, True,
    )  # fmt: skip
    height_m = antennas_on(ground_m, tx_height_m, rx_height_m)
    return loss_db + _slant_free_space_db(distance_km, height_m, freq_mhz)


@kernel
def p526_cylinders_path_db(
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    clutter_m: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    environment: int,
) -> float:
    """Free space and cascaded cylinders over ground and clutter by ITU-R P.526-16, dB."""
    height_m = antennas_on(ground_m + clutter_m, tx_height_m, rx_height_m)
    cylinders, between_db, spreading_db = cascaded_cylinders(
        distance_km, height_m, _RADIUS_KM, freq_mhz
    )
    over_db: float = cylinders[:, LOSS_DB].sum()
    free_db = _slant_free_space_db(distance_km, height_m, freq_mhz)
    return free_db + over_db + between_db + spreading_db


@kernel
def p526_edges_path_db(
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    clutter_m: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    environment: int,
) -> float:
    """Free space and at most three knife edges over ground and clutter by ITU-R P.526-16, dB."""
    height_m = antennas_on(ground_m + clutter_m, tx_height_m, rx_height_m)
    loss_db = cascaded_edges_db(distance_km, height_m, _RADIUS_KM, freq_mhz)
    return loss_db + _slant_free_space_db(distance_km, height_m, freq_mhz)


@kernel
def _slant_free_space_db(distance_km: np.ndarray, height_m: np.ndarray, freq_mhz: float) -> float:
    return p525_loss_db(freq_mhz, math.hypot(distance_km[-1], 1e-3 * (height_m[0] - height_m[-1])))


@kernel
def itm_path_db(
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    clutter_m: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    environment: int,
) -> float:
    """Loss by the Irregular Terrain Model over bare ground, dB; clutter is not part of it."""
    n = distance_km.size - 1
    return point_to_point_loss(
        ground_m, 1e3 * distance_km[n] / n, tx_height_m, rx_height_m, freq_mhz, True,
        AVERAGE_PERMITTIVITY, AVERAGE_CONDUCTIVITY_S_PER_M, DEFAULT_N0, _CLIMATE, _BROADCAST, True,
        True, _MEDIAN, _MEDIAN, _MEDIAN,
    ).basic_transmission_loss_db  # fmt: skip


@kernel
def ehata_path_db(
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    clutter_m: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    environment: int,
) -> float:
    """Loss by extended Hata, dB; clutter is in its environments (0 urban, 1 suburban, 2 rural)."""
    n = distance_km.size - 1
    flat_db, ridge_db, rolling_db, slope_db, sea_db, _ = ehata_profile_loss(
        ground_m, 1e3 * distance_km[n] / n, tx_height_m, rx_height_m, freq_mhz, environment
    )
    return flat_db - ridge_db - rolling_db - slope_db - sea_db


@kernel
def spm_path_db(
    distance_km: np.ndarray,
    ground_m: np.ndarray,
    clutter_m: np.ndarray,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    environment: int,
) -> float:
    """Loss by the Standard Propagation Model over ground and clutter, dB.

    Hata's coefficients; the environment (0 large city, 1 city, 2 suburban, 3 open) is Hata's and
    stands for the loss of the clutter at the receiver, a gain in the open.
    """
    n = distance_km.size
    clearance = profile_clearance(
        distance_km, ground_m + clutter_m, ground_m[0] + tx_height_m,
        ground_m[n - 1] + rx_height_m, _RADIUS_KM,
    )  # fmt: skip
    edge_db = bullington_db(clearance * nu_scale(1e-3 * freq_mhz), distance_km[n - 1])
    gain_db = environment_gain_db(freq_mhz, environment)
    return hata_spm_loss_db(
        freq_mhz, distance_km[n - 1], tx_height_m, rx_height_m, edge_db, -gain_db
    )


@kernel
def itm_area_pixel_db(
    freq_mhz: float, distance_km: float, tx_height_m: float, rx_height_m: float, environment: int
) -> float:
    """Loss by the Irregular Terrain Model over a kind of terrain (`AREA_ENVIRONMENTS`), dB."""
    return area_loss(
        distance_km, freq_mhz, tx_height_m, rx_height_m, _IRREGULARITY_M[environment], 0, 0, True,
        AVERAGE_PERMITTIVITY, AVERAGE_CONDUCTIVITY_S_PER_M, DEFAULT_N0, _CLIMATE, _BROADCAST, True,
        True, _MEDIAN, _MEDIAN, _MEDIAN,
    ).basic_transmission_loss_db  # fmt: skip
