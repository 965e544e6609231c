"""Variability of the Irregular Terrain Model in time, location and situation.

Source: G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2: the Algorithm (1995), §5; the
curves over the effective distance are those of NBS Technical Note 101 (figure 10.13; III.69, 70).
"""

from __future__ import annotations

import math

from htcoverage.jit import kernel
from htcoverage.propagation.itm.mechanisms import MHZ_PER_WAVE_NUMBER, roughness_at_m
from htcoverage.propagation.p1812.combine import inverse_normal

SINGLE_MESSAGE, ACCIDENTAL, MOBILE, BROADCAST = 0, 1, 2, 3

# One column a climate: equatorial, continental subtropical, maritime subtropical, desert,
# continental temperate, maritime temperate over land, maritime temperate over sea.
# A curve is (C1, C2 in dB; x1, x2, x3 in m).
_MEDIAN = (
    (-9.67, -0.62, 1.26, -9.21, -0.62, -0.39, 3.15),
    (12.7, 9.19, 15.5, 9.05, 9.19, 2.86, 857.9),
    (144.9e3, 228.9e3, 262.6e3, 84.1e3, 228.9e3, 141.7e3, 2222.0e3),
    (190.3e3, 205.2e3, 185.2e3, 101.1e3, 205.2e3, 315.9e3, 164.8e3),
    (133.8e3, 143.6e3, 99.8e3, 98.6e3, 143.6e3, 167.4e3, 116.3e3),
)
_BELOW_MEDIAN = (
    (2.13, 2.66, 6.11, 1.98, 2.68, 6.86, 8.51),
    (159.5, 7.67, 6.65, 13.11, 7.16, 10.38, 169.8),
    (762.2e3, 100.4e3, 138.2e3, 139.1e3, 93.7e3, 187.8e3, 609.8e3),
    (123.6e3, 172.5e3, 242.2e3, 132.7e3, 186.8e3, 169.6e3, 119.9e3),
    (94.5e3, 136.4e3, 178.6e3, 193.5e3, 133.5e3, 108.9e3, 106.6e3),
)
_ABOVE_MEDIAN = (
    (2.11, 6.87, 10.08, 3.68, 4.75, 8.58, 8.43),
    (102.3, 15.53, 9.60, 159.3, 8.12, 13.97, 8.19),
    (636.9e3, 138.7e3, 165.3e3, 464.4e3, 93.2e3, 216.0e3, 136.2e3),
    (134.8e3, 143.7e3, 225.7e3, 93.1e3, 135.9e3, 152.0e3, 188.5e3),
    (95.6e3, 98.6e3, 129.7e3, 94.2e3, 113.4e3, 122.7e3, 122.9e3),
)
# Factors of frequency: g = b1 + b2/((b3·q)² + 1), q = ln(0.133·k).
_FREQUENCY_BELOW = (
    (1.0, 1.0, 1.0, 1.0, 0.92, 1.0, 1.0),
    (0.0, 0.0, 0.0, 0.0, 0.25, 0.0, 0.0),
    (0.0, 0.0, 0.0, 0.0, 1.77, 0.0, 0.0),
)
_FREQUENCY_ABOVE = (
    (1.0, 0.93, 1.0, 0.93, 0.93, 1.0, 1.0),
    (0.0, 0.31, 0.0, 0.19, 0.31, 0.0, 0.0),
    (0.0, 2.00, 0.0, 1.79, 2.00, 0.0, 0.0),
)
# Tail of the time distribution: C_D and z_D (table 5.1).
_TAIL_FACTOR = (1.224, 0.801, 1.380, 1.000, 1.224, 1.518, 1.518)
_TAIL_DEVIATE = (1.282, 2.161, 1.282, 20.0, 1.282, 1.282, 1.282)


@kernel
def _curve_db(
    c1_db: float, c2_db: float, x1_m: float, x2_m: float, x3_m: float, distance_m: float
) -> float:
    rise = (distance_m / x1_m) * (distance_m / x1_m)
    shape = (distance_m - x2_m) / x3_m
    return (c1_db + c2_db / (1.0 + shape * shape)) * rise / (1.0 + rise)


@kernel
def effective_distance_m(
    distance_m: float, tx_effective_m: float, rx_effective_m: float, freq_mhz: float
) -> float:
    """Distance that the curves of variability count by, m ([A] 5.3)."""
    wave_number = freq_mhz / MHZ_PER_WAVE_NUMBER
    scatter_m: float = (575.7e12 / wave_number) ** (1.0 / 3.0)
    reach_m = math.sqrt(18000e3 * tx_effective_m) + math.sqrt(18000e3 * rx_effective_m) + scatter_m
    if distance_m < reach_m:
        return 130e3 * distance_m / reach_m
    return 130e3 + distance_m - reach_m


@kernel
def variable_attenuation_db(
    reference_db: float,
    distance_m: float,
    tx_effective_m: float,
    rx_effective_m: float,
    roughness_m: float,
    freq_mhz: float,
    climate: int,
    mode: int,
    location_varies: bool,
    situation_varies: bool,
    time_percent: float,
    location_percent: float,
    situation_percent: float,
) -> float:
    """Attenuation beyond free space not exceeded for three shares, dB ([A] 5.1–5.11).

    Parameters
    ----------
    climate : int
        1 to 7.
    mode : int
        Which variabilities are one: 0 single message (all), 1 accidental (location and situation),
        2 mobile (time and location), 3 broadcast (none).
    location_varies, situation_varies : bool
        Whether location (situation) adds its own spread.
    """
    z_time = inverse_normal(0.01 * time_percent)
    z_location = inverse_normal(0.01 * location_percent)
    z_situation = inverse_normal(0.01 * situation_percent)
    if mode == SINGLE_MESSAGE:
        z_time = z_situation
        z_location = z_situation
    elif mode == ACCIDENTAL:
        z_location = z_situation
    elif mode == MOBILE:
        z_location = z_time

    c = climate - 1
    wave_number = freq_mhz / MHZ_PER_WAVE_NUMBER
    d_m = effective_distance_m(distance_m, tx_effective_m, rx_effective_m, freq_mhz)
    situation_db = 5.0 + 3.0 * math.exp(-d_m / 100e3) if situation_varies else 0.0
    waves = wave_number * roughness_at_m(distance_m, roughness_m)
    location_db = 10.0 * waves / (waves + 13.0) if location_varies else 0.0
    median_db = _curve_db(
        _MEDIAN[0][c], _MEDIAN[1][c], _MEDIAN[2][c], _MEDIAN[3][c], _MEDIAN[4][c], d_m
    )
    q = math.log(0.133 * wave_number)
    if z_time < 0.0:
        spread = _FREQUENCY_BELOW[2][c] * q
        time_db = _curve_db(
            _BELOW_MEDIAN[0][c], _BELOW_MEDIAN[1][c], _BELOW_MEDIAN[2][c],
            _BELOW_MEDIAN[3][c], _BELOW_MEDIAN[4][c], d_m,
        ) * (_FREQUENCY_BELOW[0][c] + _FREQUENCY_BELOW[1][c] / (spread * spread + 1.0))  # fmt: skip
    else:
        spread = _FREQUENCY_ABOVE[2][c] * q
        time_db = _curve_db(
            _ABOVE_MEDIAN[0][c], _ABOVE_MEDIAN[1][c], _ABOVE_MEDIAN[2][c],
            _ABOVE_MEDIAN[3][c], _ABOVE_MEDIAN[4][c], d_m,
        ) * (_FREQUENCY_ABOVE[0][c] + _FREQUENCY_ABOVE[1][c] / (spread * spread + 1.0))  # fmt: skip
        if z_time > _TAIL_DEVIATE[c]:
            tail = _TAIL_FACTOR[c] + (1.0 - _TAIL_FACTOR[c]) * _TAIL_DEVIATE[c] / z_time
            time_db = time_db * tail

    y_time = time_db * z_time
    y_location = location_db * z_location
    z2 = z_situation * z_situation
    variance = (
        situation_db * situation_db
        + y_time * y_time / (7.8 + z2)
        + y_location * y_location / (24.0 + z2)
    )
    if mode == SINGLE_MESSAGE:
        reliable_db = 0.0
        variance += time_db * time_db + location_db * location_db
    elif mode == ACCIDENTAL:
        reliable_db = y_time
        variance += location_db * location_db
    elif mode == MOBILE:
        reliable_db = math.sqrt(time_db * time_db + location_db * location_db) * z_time
    else:
        reliable_db = y_time + y_location
    loss_db = reference_db - median_db - reliable_db - math.sqrt(variance) * z_situation
    if loss_db < 0.0:
        loss_db = loss_db * (29.0 - loss_db) / (29.0 - 10.0 * loss_db)
    return loss_db
