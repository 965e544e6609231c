"""The other mechanisms of ITU-R P.1812-8 and how they are combined: §4.2, §4.4 to §4.9.

Equation numbers are those of P.1812-8.
"""

from __future__ import annotations

import math

from htcoverage.jit import kernel
from htcoverage.propagation.p1812.diffraction import DB_PER_NEPER

#: Blending of line of sight into transhorizon over the angular distance (eq. 57), mrad.
_ANGLE_BREAK_MRAD, _ANGLE_SLOPE = 0.3, 0.8
#: Blending of diffraction into ducting over the distance (eq. 58), km.
_DISTANCE_BREAK_KM, _DISTANCE_SLOPE = 20.0, 0.5
#: Softness of the minimum of ducting and line of sight (eq. 60), dB.
_ETA_DB = 2.5


@kernel
def free_space_db(slant_km: float, freq_ghz: float) -> float:
    """Free-space basic transmission loss, dB (eq. 8)."""
    return 92.4 + 2.0 * DB_PER_NEPER * math.log(freq_ghz * slant_km)


@kernel
def slant_distance_km(distance_km: float, tx_amsl_m: float, rx_amsl_m: float) -> float:
    """Distance between the antennas, their difference in height included, km (eq. 8a)."""
    rise_km = 0.001 * (tx_amsl_m - rx_amsl_m)
    return math.sqrt(distance_km * distance_km + rise_km * rise_km)


@kernel
def multipath_db(tx_horizon_km: float, rx_horizon_km: float, time_percent: float) -> float:
    """Correction for multipath and focusing, dB, negative below 50 % of time (eq. 9)."""
    reach = 1.0 - math.exp(-0.1 * (tx_horizon_km + rx_horizon_km))
    return 2.6 * reach * math.log10(time_percent / 50.0)


@kernel
def troposcatter_db(
    distance_km: float,
    angular_distance_mrad: float,
    freq_ghz: float,
    time_percent: float,
    n0: float,
) -> float:
    """Basic transmission loss of troposcatter, dB (eq. 44, 45)."""
    half_log = math.log10(0.5 * freq_ghz)
    frequency_db = 25.0 * math.log10(freq_ghz) - 2.5 * half_log * half_log
    time_db = 10.125 * math.log10(50.0 / time_percent) ** 0.7 if time_percent < 50.0 else 0.0
    return (
        190.1
        + frequency_db
        + 20.0 * math.log10(distance_km)
        + 0.573 * angular_distance_mrad
        - 0.15 * n0
        - time_db
    )


@kernel
def site_shielding_db(excess_mrad: float, horizon_km: float, freq_ghz: float) -> float:
    """Diffraction towards a duct from behind a horizon, dB (eq. 48)."""
    if excess_mrad <= 0.0:
        return 0.0
    freq_cbrt: float = freq_ghz ** (1.0 / 3.0)
    edge_db = 20.0 * math.log10(1.0 + 0.361 * excess_mrad * math.sqrt(freq_ghz * horizon_km))
    return edge_db + 0.264 * excess_mrad * freq_cbrt


@kernel
def _sea_coupling_db(
    coast_km: float, horizon_km: float, sea_share: float, antenna_amsl_m: float
) -> float:
    """Coupling into ducts over the sea, dB, not above 0 (eq. 49)."""
    if sea_share < 0.75 or coast_km > horizon_km or coast_km > 5.0:
        return 0.0
    return (
        -3.0
        * math.exp(-0.25 * coast_km * coast_km)
        * (1.0 + math.tanh(0.07 * (50.0 - antenna_amsl_m)))
    )


@kernel
def ducting_db(
    distance_km: float,
    tx_horizon_km: float,
    rx_horizon_km: float,
    tx_horizon_mrad: float,
    rx_horizon_mrad: float,
    tx_coast_km: float,
    rx_coast_km: float,
    longest_inland_km: float,
    tx_amsl_m: float,
    rx_amsl_m: float,
    ducting_tx_height_m: float,
    ducting_rx_height_m: float,
    roughness_m: float,
    freq_ghz: float,
    time_percent: float,
    sea_share: float,
    radius_km: float,
    beta0_percent: float,
) -> float:
    """Basic transmission loss by ducting and layer reflection, dB (eq. 46–56)."""
    low_frequency_db = 0.0
    if freq_ghz < 0.5:
        low_frequency_db = 45.375 - 137.0 * freq_ghz + 92.5 * freq_ghz * freq_ghz
    coupling_db = (
        102.45
        + 20.0 * math.log10(freq_ghz * (tx_horizon_km + rx_horizon_km))
        + low_frequency_db
        + site_shielding_db(tx_horizon_mrad - 0.1 * tx_horizon_km, tx_horizon_km, freq_ghz)
        + site_shielding_db(rx_horizon_mrad - 0.1 * rx_horizon_km, rx_horizon_km, freq_ghz)
        + _sea_coupling_db(tx_coast_km, tx_horizon_km, sea_share, tx_amsl_m)
        + _sea_coupling_db(rx_coast_km, rx_horizon_km, sea_share, rx_amsl_m)
    )
    specific_db_per_mrad: float = 5e-5 * radius_km * freq_ghz ** (1.0 / 3.0)
    angle_mrad = (
        1000.0 * distance_km / radius_km
        + min(tx_horizon_mrad, 0.1 * tx_horizon_km)
        + min(rx_horizon_mrad, 0.1 * rx_horizon_km)
    )

    between_km = min(distance_km - tx_horizon_km - rx_horizon_km, 40.0)
    mu3 = 1.0
    if roughness_m > 10.0:
        mu3 = math.exp(-4.6e-5 * (roughness_m - 10.0) * (43.0 + 6.0 * between_km))
    tau = 1.0 - math.exp(-4.12e-4 * longest_inland_km**2.41)
    alpha = max(-0.6 - 3.5e-9 * distance_km**3.1 * tau, -3.4)
    roots = math.sqrt(ducting_tx_height_m) + math.sqrt(ducting_rx_height_m)
    mu2 = min((500.0 / radius_km * distance_km * distance_km / (roots * roots)) ** alpha, 1.0)
    time_db = ducting_time_db(distance_km, time_percent, beta0_percent * mu2 * mu3)
    return coupling_db + specific_db_per_mrad * angle_mrad + time_db


@kernel
def ducting_time_db(distance_km: float, time_percent: float, beta_percent: float) -> float:
    """Time term A(p) of the loss by ducting, dB (eq. 53)."""
    log_beta = math.log10(beta_percent)
    gamma = (
        1.076
        / (2.0058 - log_beta) ** 1.012
        * math.exp(
            -(9.51 - 4.8 * log_beta + 0.198 * log_beta * log_beta) * 1e-6 * distance_km**1.13
        )
    )
    ratio = time_percent / beta_percent
    time_db: float = -12.0 + (1.2 + 3.7e-3 * distance_km) * math.log10(ratio) + 12.0 * ratio**gamma
    return time_db


@kernel
def _normal_tail(x: float) -> float:
    """Inverse complementary cumulative normal distribution of 1e-6 ≤ x ≤ 0.5 (Attachment 2)."""
    t = math.sqrt(-2.0 * math.log(x))
    numerator = (0.010328 * t + 0.802853) * t + 2.515516698
    return t - numerator / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)


@kernel
def inverse_normal(x: float) -> float:
    """Inverse complementary cumulative normal distribution as P.1812 approximates it (Att. 2)."""
    x = min(max(x, 1e-6), 1.0 - 1e-6)
    if x <= 0.5:
        return _normal_tail(x)
    return -_normal_tail(1.0 - x)


@kernel
def combine_db(
    distance_km: float,
    angular_distance_mrad: float,
    free_space_: float,
    los_p_db: float,
    los_beta_db: float,
    diffraction_50_db: float,
    diffraction_p_db: float,
    ducting_: float,
    troposcatter_: float,
    sea_share: float,
    time_percent: float,
    beta0_percent: float,
) -> float:
    """Basic transmission loss at a share of time, median of locations, dB (eq. 57–63).

    Parameters
    ----------
    los_p_db, los_beta_db : float
        Free space with multipath correction at the time share wanted and at β₀ (eq. 10, 11).
    diffraction_50_db, diffraction_p_db : float
        Diffraction loss at 50 % and at the time share wanted.
    """
    angle_blend = 1.0 - 0.5 * (
        1.0
        + math.tanh(
            3.0 * _ANGLE_SLOPE * (angular_distance_mrad - _ANGLE_BREAK_MRAD) / _ANGLE_BREAK_MRAD
        )
    )
    distance_blend = 1.0 - 0.5 * (
        1.0
        + math.tanh(3.0 * _DISTANCE_SLOPE * (distance_km - _DISTANCE_BREAK_KM) / _DISTANCE_BREAK_KM)
    )
    median_db = free_space_ + diffraction_50_db
    diffracted_db = los_p_db + diffraction_p_db
    land_db = (1.0 - sea_share) * diffraction_p_db
    if time_percent >= beta0_percent:
        interpolation = inverse_normal(0.01 * time_percent) / inverse_normal(0.01 * beta0_percent)
        lowest_db = median_db + (los_beta_db + land_db - median_db) * interpolation
    else:
        lowest_db = los_p_db + land_db
    # ln(e^a + e^b), written so that neither exponential overflows.
    larger = max(ducting_, los_p_db)
    smaller = min(ducting_, los_p_db)
    enhanced_db = larger + _ETA_DB * math.log1p(math.exp((smaller - larger) / _ETA_DB))
    blended_db = diffracted_db
    if enhanced_db <= diffracted_db:
        blended_db = enhanced_db + (diffracted_db - enhanced_db) * distance_blend
    modified_db = blended_db + (lowest_db - blended_db) * angle_blend
    # Power sum of two paths (with P.1812's factor 0.2), written around the weaker loss.
    least_db = min(troposcatter_, modified_db)
    most_db = max(troposcatter_, modified_db)
    return least_db - 5.0 * math.log10(1.0 + 10.0 ** (-0.2 * (most_db - least_db)))
