"""Okumura's corrections for terrain and sea, as extended Hata reads them (gains in dB).

Source: Y. Okumura et al., Rev. ECL 16 (1968), §4 and figures 29 to 35, in the fits of NTIA Report
15-517, appendix A.
"""

from __future__ import annotations

import math

from htcoverage.jit import kernel

# Isolated ridge, figure 31: distance to the ridge from the base (km), and from the mobile (0 to
# 8 km), for a ridge of 200 m.
_RIDGE_BASE_KM = (15.0, 30.0, 60.0)
_RIDGE_DB = (
    (4.0, -13.0, -17.5, -17.5, -15.0, -12.5, -10.0, -8.0, -6.0),
    (12.0, -8.5, -13.0, -12.0, -10.0, -8.0, -6.5, -5.0, -4.0),
    (20.0, -4.0, -6.5, -6.0, -4.5, -3.5, -2.5, -2.0, -1.0),
)
# Mixed path, figure 35: share of sea, and the gain with the sea at the base (first row) or at the
# mobile (second row), for paths to 30 km and from 60 km.
_SEA_30_SHARE = (0.0, 0.15, 0.35, 0.45, 0.6, 0.65, 0.725, 0.775, 0.85, 1.0)
_SEA_30_DB = (
    (0.0, 1.0, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0),
    (0.0, 4.0, 5.5, 7.0, 8.5, 9.0, 9.5, 9.8, 10.25, 11.0),
)
_SEA_60_SHARE = (0.0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.725, 0.85, 0.9, 1.0)
_SEA_60_DB = (
    (0.0, 2.0, 4.0, 5.5, 7.0, 9.0, 11.0, 13.0, 14.0, 15.0),
    (0.0, 4.25, 6.25, 9.2, 10.5, 11.75, 13.0, 14.0, 14.25, 15.0),
)


@kernel
def ridge_gain_db(tx_horizon_km: float, rx_horizon_km: float, ridge_m: float) -> float:
    """Gain behind an isolated ridge, dB, not above 0 ([O] §4.2, figure 31).

    A base nearer than 15 km counts as at 15 km; beyond 60 km and 8 km the lines are extended.
    """
    row = 1 if tx_horizon_km >= _RIDGE_BASE_KM[1] else 0
    column = max(0, min(7, math.ceil(rx_horizon_km) - 1))
    share = rx_horizon_km - column
    low = _RIDGE_DB[row][column] + share * (_RIDGE_DB[row][column + 1] - _RIDGE_DB[row][column])
    high = _RIDGE_DB[row + 1][column] + share * (
        _RIDGE_DB[row + 1][column + 1] - _RIDGE_DB[row + 1][column]
    )
    along = max(tx_horizon_km - _RIDGE_BASE_KM[row], 0.0) / (
        _RIDGE_BASE_KM[row + 1] - _RIDGE_BASE_KM[row]
    )
    return min(math.sqrt(ridge_m / 200.0) * (low + (high - low) * along), 0.0)


@kernel
def rolling_gain_db(
    irregularity_m: float,
    height_10_m: float,
    height_50_m: float,
    height_90_m: float,
    mobile_ground_m: float,
) -> float:
    """Gain over rolling hilly terrain, median and fine, dB ([O] §4.1, figures 29, 30)."""
    log_median = math.log10(max(irregularity_m, 15.0))
    median_db = -1.5072013 + log_median * (8.458676 - 6.102538 * log_median)
    if irregularity_m < 10.0:
        return median_db
    log_fine = math.log10(irregularity_m)
    fine_db = -11.728795 + log_fine * (15.544272 - 1.8154766 * log_fine)
    if mobile_ground_m >= height_10_m:
        return median_db + fine_db
    if mobile_ground_m <= height_90_m:
        return median_db - fine_db
    if mobile_ground_m >= height_50_m:
        share = (mobile_ground_m - height_50_m) / (height_10_m - height_50_m)
    else:
        share = (mobile_ground_m - height_50_m) / (height_50_m - height_90_m)
    return median_db + fine_db * share


@kernel
def slope_gain_db(slope_mrad: float, distance_km: float) -> float:
    """Gain of ground that rises or falls towards the mobile, dB ([O] §4.3, figure 34)."""
    share = min(max(0.05 * (distance_km - 10.0), 0.0), 1.0)
    if slope_mrad <= 0.0:
        return slope_mrad * (0.25 + share * 0.55)
    if distance_km <= 30.0:
        return slope_mrad * (0.125 + share * 0.225)
    return slope_mrad * (0.35 + min(distance_km - 30.0, 30.0) / 30.0 * 0.25)


@kernel
def _sea_curve_db(share: float, shares: tuple[float, ...], row: tuple[float, ...]) -> float:
    i = 0
    while i < 8 and share > shares[i + 1]:
        i += 1
    return row[i] + (share - shares[i]) * (row[i + 1] - row[i]) / (shares[i + 1] - shares[i])


@kernel
def sea_gain_db(sea_share: float, sea_end: int, distance_km: float) -> float:
    """Gain of a path partly over sea, dB ([O] §4.4, figure 35).

    Parameters
    ----------
    sea_end : int
        Where the most of the sea is: 1 at the mobile, 0 at the base, -1 both alike.
    """
    base_db = _sea_curve_db(sea_share, _SEA_30_SHARE, _SEA_30_DB[0])
    mobile_db = _sea_curve_db(sea_share, _SEA_30_SHARE, _SEA_30_DB[1])
    far_base_db = _sea_curve_db(sea_share, _SEA_60_SHARE, _SEA_60_DB[0])
    far_mobile_db = _sea_curve_db(sea_share, _SEA_60_SHARE, _SEA_60_DB[1])
    at_mobile = 0.5 if sea_end < 0 else float(sea_end)
    near_db = base_db + at_mobile * (mobile_db - base_db)
    far_db = far_base_db + at_mobile * (far_mobile_db - far_base_db)
    along = min(max((distance_km - 30.0) / 30.0, 0.0), 1.0)
    return near_db + along * (far_db - near_db)
