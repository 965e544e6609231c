"""Extended Hata: Okumura's curves to 3 GHz and 100 km, corrected by the terrain of the path.

Sources: [TR] E. Drocella et al., 3.5 GHz Exclusion Zone Analyses and Methodology, NTIA Report
15-517 (2015), appendix A; [O] Y. Okumura et al., Field strength and its variability in VHF and UHF
land-mobile radio service, Rev. ECL 16 (1968); [H] M. Hata, IEEE Trans. VT-29 (1980).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from htcoverage.errors import argument_fault
from htcoverage.jit import kernel
from htcoverage.propagation.ehata_corrections import (
    ridge_gain_db,
    rolling_gain_db,
    sea_gain_db,
    slope_gain_db,
)
from htcoverage.propagation.itm.kernels import effective_earth_radius_m
from htcoverage.propagation.itm.terrain import fitted_ends_m, horizons
from htcoverage.propagation.p525 import SPEED_OF_LIGHT_M_PER_S
from htcoverage.propagation.validity import ValidRange, check_range, equal_steps

CITATION = "Extended Hata (NTIA Report 15-517, appendix A)"
FREQUENCY_RANGE = ValidRange("freq_mhz", 1500.0, 3000.0, "MHz", "warning", (100.0, 6000.0))
DISTANCE_RANGE = ValidRange("distance_km", 1.0, 100.0, "km", "warning")
TX_HEIGHT_RANGE = ValidRange("tx_height_m", 30.0, 200.0, "m", "warning")
RX_HEIGHT_RANGE = ValidRange("rx_height_m", 1.0, 10.0, "m", "warning")

Environment = Literal["urban", "suburban", "rural"]

_REFERENCE_TX_M, _REFERENCE_RX_M = 200.0, 3.0
#: Okumura's attenuation 1 km from a mast of 200 m at 1.5, 2 and 3 GHz, dB ([TR] A-4).
_URBAN_1KM_DB = (22.0, 23.5, 25.85)
_SUBURBAN_1KM_DB = (11.5, 12.4, 14.0)
#: Polynomial in log10 of the frequency in MHz through 63.5, 65.75, 69.5 dB at 100 km ([TR] A-5).
_ATTENUATION_100KM = (120.78129, -52.714929, 10.919011)
#: Half the power of distance beyond the break, at base heights of 24.5, 70 and 200 m ([O] fig. 12).
_EXPONENT_HEIGHTS_M, _EXPONENTS = (24.5, 70.0, 200.0), (2.5, 3.0, 3.22)


def _parabola(x: tuple[float, ...], y: tuple[float, ...]) -> tuple[float, float, float]:
    """Coefficients of 1, x, x² through three points."""
    c2, c1, c0 = np.polyfit(x, y, 2)
    return float(c0), float(c1), float(c2)


def _wave_number(freq_mhz: float) -> float:
    return 2e6 * math.pi * freq_mhz / SPEED_OF_LIGHT_M_PER_S


_MHZ = (1500.0, 2000.0, 3000.0)
_SLANT_1KM_M = math.hypot(1000.0, _REFERENCE_TX_M - _REFERENCE_RX_M)
_TX_GAIN_DB = 13.82 * math.log10(_REFERENCE_TX_M)
_RX_GAIN_DB = 3.2 * math.log10(11.75 * _REFERENCE_RX_M) ** 2 - 4.97
#: Loss at 1 km of the reference heights, those gains taken out again, over log10 of MHz.
_URBAN = _parabola(
    tuple(math.log10(f) for f in _MHZ),
    tuple(
        a + _TX_GAIN_DB + _RX_GAIN_DB + 20.0 * math.log10(2.0 * _wave_number(f) * _SLANT_1KM_M)
        for f, a in zip(_MHZ, _URBAN_1KM_DB, strict=True)
    ),
)
_SUBURBAN = _parabola(tuple(math.log10(f) for f in _MHZ), _SUBURBAN_1KM_DB)
_FAR = _parabola(tuple(math.log10(h) for h in _EXPONENT_HEIGHTS_M), _EXPONENTS)


class ProfileTerms(NamedTuple):
    """What the corrections need to know of a profile, seen from the mobile."""

    tx_effective_m: float
    rx_effective_m: float
    height_10_m: float
    height_50_m: float
    height_90_m: float
    irregularity_m: float
    slope_mrad: float
    sea_share: float
    sea_end: int
    tx_horizon_km: float
    rx_horizon_km: float
    single_horizon: bool
    ridge_m: float


@dataclass(frozen=True)
class ExtendedHataResult:
    """Median basic transmission loss of one path, dB, and the corrections in it (gains, dB)."""

    basic_transmission_loss_db: float
    flat_loss_db: float
    ridge_gain_db: float
    rolling_gain_db: float
    slope_gain_db: float
    sea_gain_db: float
    tx_effective_m: float
    rx_effective_m: float
    terrain_irregularity_m: float


@kernel
def _square(c0: float, c1: float, c2: float, x: float) -> float:
    return c0 + x * (c1 + x * c2)


@kernel
def ehata_median_db(
    freq_mhz: float,
    distance_km: float,
    tx_height_m: float,
    rx_height_m: float,
    environment: int,
) -> float:
    """Median basic transmission loss over quasi-smooth terrain, dB ([TR] A-3 to A-10).

    Parameters
    ----------
    environment : int
        0 urban, 1 suburban, 2 rural.
    """
    log_f = math.log10(freq_mhz)
    log_h = math.log10(tx_height_m)
    wave_number = 2e6 * math.pi * freq_mhz / SPEED_OF_LIGHT_M_PER_S
    urban_db = _square(_URBAN[0], _URBAN[1], _URBAN[2], log_f)
    near_db = (
        urban_db - _TX_GAIN_DB - _RX_GAIN_DB - 20.0 * math.log10(2.0 * wave_number * _SLANT_1KM_M)
    )
    far_db = _square(_ATTENUATION_100KM[0], _ATTENUATION_100KM[1], _ATTENUATION_100KM[2], log_f)
    heights_db = -13.82 * log_h - 3.2 * math.log10(11.75 * rx_height_m) ** 2 + 4.97
    near_power = 44.9 - 6.55 * log_h
    # Powers of distance beyond free space below and above the break.
    n_low = 0.1 * near_power - 2.0
    n_high = 2.0 * (_square(_FAR[0], _FAR[1], _FAR[2], log_h) - 1.0)
    break_km: float = 10.0 ** ((2.0 * n_high + 0.1 * (near_db - far_db)) / (n_high - n_low))
    if distance_km <= break_km:
        loss_db = urban_db + heights_db + near_power * math.log10(distance_km)
    else:
        slant_m = math.hypot(1e3 * distance_km, tx_height_m - rx_height_m)
        loss_db = (
            far_db
            + _TX_GAIN_DB
            + _RX_GAIN_DB
            + heights_db
            + 10.0 * n_high * (math.log10(distance_km) - 2.0)
            + 20.0 * math.log10(2.0 * wave_number * slant_m)
        )
    if environment == 1:
        loss_db -= _square(_SUBURBAN[0], _SUBURBAN[1], _SUBURBAN[2], log_f)
    elif environment == 2:
        loss_db -= _square(40.94, -18.33, 4.78, log_f)
    return loss_db


@kernel
def _mean(values: np.ndarray, first: int, last: int) -> float:
    total = 0.0
    for i in range(first, last + 1):
        total += values[i]
    return total / (last - first + 1)


@kernel
def _slope_mrad(from_rx: np.ndarray, step_m: float, distance_m: float) -> float:
    """General slope at the mobile, mrad, positive where the ground rises towards it ([O] 2.4)."""
    steepest = -np.inf
    flattest = np.inf
    first = 0.0
    reach_m = 5000.0
    while distance_m >= reach_m and reach_m <= 10000.0:
        segment = from_rx[: int(reach_m / step_m) + 1]
        near_m, far_m = fitted_ends_m(segment, step_m, 0.0, reach_m)
        slope = -1000.0 * (far_m - near_m) / reach_m
        steepest = max(steepest, slope)
        flattest = min(flattest, slope)
        if reach_m == 5000.0:
            first = slope
        reach_m += 1000.0
    if distance_m <= 5000.0 or steepest * flattest < 0.0:
        return first
    return steepest if steepest >= 0.0 else flattest


@kernel
def profile_terms(
    ground_m: np.ndarray, step_m: float, tx_height_m: float, rx_height_m: float
) -> ProfileTerms:
    """Read a profile of equal steps from base station to mobile; ground at 0 m is sea."""
    n = ground_m.size - 1
    from_rx = ground_m[::-1].copy()
    distance_m = n * step_m
    distance_km = 1e-3 * distance_m

    rx_mean_m = from_rx[0]
    tx_mean_m = from_rx[n]
    three = int(3000.0 / step_m)
    if distance_km > 15.0:
        fifteen = int(15000.0 / step_m)
        rx_mean_m = _mean(from_rx, three, fifteen)
        tx_mean_m = _mean(from_rx, n - fifteen, n - three)
    elif distance_km >= 3.0:
        share = (distance_km - 3.0) / 12.0
        rx_mean_m += share * (_mean(from_rx, three, n) - rx_mean_m)
        tx_mean_m += share * (_mean(from_rx, 0, n - three) - tx_mean_m)

    count = n + 1 if distance_km < 10.0 else int(10000.0 / step_m) + 1
    heights = np.sort(from_rx[:count])
    factor = 1.0
    if distance_km < 10.0:
        factor = (1.0 - 0.8 * math.exp(-0.2)) / (1.0 - 0.8 * math.exp(-0.02 * distance_km))
    height_10_m = factor * heights[count - 1 - max(int(0.1 * count - 1.0), 0)]
    height_50_m = factor * heights[count - 1 - max(int(0.5 * count - 1.0), 0)]
    height_90_m = factor * heights[count - 1 - max(int(0.9 * count - 1.0), 0)]

    near_sea = 0
    far_sea = 0
    for i in range(n + 1):
        if from_rx[i] == 0.0:
            if i < n // 2:
                near_sea += 1
            else:
                far_sea += 1
    sea_end = -1
    if near_sea > far_sea:
        sea_end = 1
    elif far_sea > near_sea:
        sea_end = 0

    surface = 301.0 * math.exp(-_mean(from_rx, 0, n) / 9460.0)
    radius_m = effective_earth_radius_m(surface)
    _, _, rx_horizon_m, tx_horizon_m = horizons(from_rx, step_m, rx_height_m, tx_height_m, radius_m)
    single = abs(distance_m - rx_horizon_m - tx_horizon_m) <= 0.5 * step_m
    ridge_m = 0.0
    if single:
        edge_m = from_rx[int(rx_horizon_m / step_m + 0.5)]
        base_m = from_rx[n] + tx_height_m
        mobile_m = from_rx[0] + rx_height_m
        ray_m = (base_m * rx_horizon_m + mobile_m * tx_horizon_m) / distance_m
        ridge_m = max(edge_m - ray_m + 0.5 * rx_horizon_m * tx_horizon_m / radius_m, 0.0)

    return ProfileTerms(
        min(max(tx_height_m + from_rx[n] - tx_mean_m, 30.0), 200.0),
        min(max(rx_height_m + from_rx[0] - rx_mean_m, 1.0), 10.0),
        height_10_m,
        height_50_m,
        height_90_m,
        height_10_m - height_90_m,
        _slope_mrad(from_rx, step_m, distance_m),
        (near_sea + far_sea) / (n + 1),
        sea_end,
        1e-3 * tx_horizon_m,
        1e-3 * rx_horizon_m,
        single,
        ridge_m,
    )


@kernel
def ehata_profile_loss(
    ground_m: np.ndarray,
    step_m: float,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    environment: int,
) -> tuple[float, float, float, float, float, ProfileTerms]:
    """Loss over a profile: flat loss, then gains of ridge, rolling terrain, slope, sea; dB."""
    distance_km = 1e-3 * step_m * (ground_m.size - 1)
    terms = profile_terms(ground_m, step_m, tx_height_m, rx_height_m)
    flat_db = ehata_median_db(
        freq_mhz, distance_km, terms.tx_effective_m, terms.rx_effective_m, environment
    )
    ridge_db = 0.0
    rolling_db = 0.0
    slope_db = 0.0
    if terms.single_horizon:
        ridge_db = ridge_gain_db(terms.tx_horizon_km, terms.rx_horizon_km, terms.ridge_m)
    else:
        rolling_db = rolling_gain_db(
            terms.irregularity_m,
            terms.height_10_m,
            terms.height_50_m,
            terms.height_90_m,
            ground_m[ground_m.size - 1],
        )
        slope_db = slope_gain_db(terms.slope_mrad, distance_km)
    sea_db = sea_gain_db(terms.sea_share, terms.sea_end, distance_km)
    return flat_db, ridge_db, rolling_db, slope_db, sea_db, terms


def ehata(
    distance_km: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    environment: Environment = "suburban",
) -> ExtendedHataResult:
    """Return the median basic transmission loss of one path by extended Hata.

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distance of each profile point from the base station, km, equal steps from 0; n at least 3.
    ground_m : array_like, shape (n,)
        Terrain above sea level, m; exactly 0 is sea.
    tx_height_m, rx_height_m : float
        Base station and mobile above ground; the effective heights are held to 30 to 200 m and 1 to
        10 m, and a warning is given for others.
    freq_mhz : float
        1500 to 3000 MHz; a warning beyond, refused below 100 and above 6000 MHz.
    environment : {'urban', 'suburban', 'rural'}
        Surroundings of the mobile.

    Returns
    -------
    ExtendedHataResult

    Raises
    ------
    ValidityError
        If the frequency is far outside its range.
    InputError
        If an argument is none of its choices, or the profile is not finite or not of equal steps.

    Warns
    -----
    ExtrapolationWarning
        Outside the ranges of the report, paths of 1 to 100 km among them.
    """
    d, ground, step_km = equal_steps(distance_km, ground_m)
    if environment not in get_args(Environment):
        raise argument_fault("environment", environment, f"one of {get_args(Environment)}")
    for valid, value in (
        (FREQUENCY_RANGE, freq_mhz),
        (DISTANCE_RANGE, d[-1]),
        (TX_HEIGHT_RANGE, tx_height_m),
        (RX_HEIGHT_RANGE, rx_height_m),
    ):
        check_range(valid, value, citation=CITATION)
    flat_db, ridge_db, rolling_db, slope_db, sea_db, terms = ehata_profile_loss(
        ground, 1e3 * step_km, float(tx_height_m), float(rx_height_m), float(freq_mhz),
        get_args(Environment).index(environment),
    )  # fmt: skip
    return ExtendedHataResult(
        basic_transmission_loss_db=float(flat_db - ridge_db - rolling_db - slope_db - sea_db),
        flat_loss_db=float(flat_db),
        ridge_gain_db=float(ridge_db),
        rolling_gain_db=float(rolling_db),
        slope_gain_db=float(slope_db),
        sea_gain_db=float(sea_db),
        tx_effective_m=float(terms.tx_effective_m),
        rx_effective_m=float(terms.rx_effective_m),
        terrain_irregularity_m=float(terms.irregularity_m),
    )
