"""ITU-R P.2109-2: building entry loss, as a distribution over buildings and places inside them.

The loss spreads widely, so its percentile is never added to the percentile of the shadowing: the
two distributions are combined (`indoor_share`, `indoor_margin_db`).
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from htcoverage.errors import argument_fault
from htcoverage.jit import kernel
from htcoverage.propagation.validity import ValidRange, check_range

CITATION = "ITU-R P.2109-2"

FREQUENCY = ValidRange("freq_mhz", 80.0, 100_000.0, "MHz")
ELEVATION = ValidRange("elevation_deg", -90.0, 90.0, "°")

Building = Literal["traditional", "thermally-efficient"]

FloatArray = npt.NDArray[np.float64]


class _Coefficients(NamedTuple):
    """One column of table 1."""

    r: float
    s: float
    t: float
    u: float
    v: float
    w: float
    x: float
    y: float
    z: float


_COEFFICIENTS: dict[Building, _Coefficients] = {
    "traditional": _Coefficients(12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0),
    "thermally-efficient": _Coefficients(28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1),
}

#: Deviates at which the distribution of the entry loss is summed, and their weights.
_DEVIATES: FloatArray = np.linspace(-6.0, 6.0, 601)
_WEIGHTS: FloatArray = np.exp(-0.5 * _DEVIATES**2) / np.exp(-0.5 * _DEVIATES**2).sum()


@kernel
def entry_loss_db(
    freq_ghz: float,
    deviate: float,
    elevation_deg: float,
    r: float,
    s: float,
    t: float,
    u: float,
    v: float,
    w: float,
    x: float,
    y: float,
    z: float,
) -> float:
    """Building entry loss not exceeded at a standard normal deviate, dB (eq. 1 to 10)."""
    log_f = math.log10(freq_ghz)
    horizontal_db = r + s * log_f + t * log_f * log_f
    elevated_db = 0.212 * abs(elevation_deg)
    a = deviate * (u + v * log_f) + horizontal_db + elevated_db
    b = deviate * (y + z * log_f) + w + x * log_f
    return 10.0 * math.log10(10.0 ** (0.1 * a) + 10.0 ** (0.1 * b) + 10.0**-0.3)


def building_entry_loss_db(
    building: Building, *, freq_mhz: float, probability: float = 0.5, elevation_deg: float = 0.0
) -> float:
    """Building entry loss that is not exceeded with a given probability.

    Parameters
    ----------
    building : {"traditional", "thermally-efficient"}
        Thermally efficient: metallised glass, foil-backed panels. Vietnam's brick houses with plain
        glass are traditional.
    freq_mhz : float
        80 to 100 000 MHz.
    probability : float
        Share of buildings and of places inside them, in (0, 1).
    elevation_deg : float
        Elevation of the path at the façade, −90 to 90°.

    Returns
    -------
    float
        Loss, dB.

    Raises
    ------
    ValidityError
        Frequency or elevation lie outside the range of the Recommendation.
    InputError
        There is no such kind of building, or the probability is none or all.

    References
    ----------
    ITU-R P.2109-2 (2023), Annex 1, §3.
    """
    _check_probability("probability", probability)
    coefficients = _checked(building, freq_mhz, elevation_deg)
    deviate = float(ndtri(probability))
    return float(entry_loss_db(freq_mhz / 1e3, deviate, elevation_deg, *coefficients))


def indoor_share(
    excess_db: npt.ArrayLike,
    building: Building,
    *,
    freq_mhz: float,
    sigma_db: float,
    elevation_deg: float = 0.0,
) -> FloatArray:
    """Share of indoor places where the level reaches the threshold.

    The mean of Φ((excess − L_BEL)/σ) over the distribution of the entry loss, taken as independent
    of the shadowing outdoors: the two are convolved.

    Parameters
    ----------
    excess_db : array_like of float
        Median level outdoors less the threshold, without any margin.
    building : {"traditional", "thermally-efficient"}
    freq_mhz : float
        80 to 100 000 MHz.
    sigma_db : float
        Standard deviation of the level outdoors (location and model together), above 0 dB.
    elevation_deg : float
        Elevation of the path at the façade, −90 to 90°.

    Returns
    -------
    ndarray of float64
        Shares in [0, 1], the shape of ``excess_db``; NaN stays NaN.

    Raises
    ------
    ValidityError, InputError
        As `building_entry_loss_db`, and where ``sigma_db`` is not above 0.
    """
    at_db, share = _indoor_curve(building, freq_mhz, sigma_db, elevation_deg)
    found: FloatArray = np.interp(np.asarray(excess_db, dtype=np.float64), at_db, share)
    return found


def indoor_margin_db(
    probability: float,
    building: Building,
    *,
    freq_mhz: float,
    sigma_db: float,
    elevation_deg: float = 0.0,
) -> float:
    """Excess of the median outdoors that serves a given share of indoor places, dB.

    The inverse of `indoor_share`: entry loss and shadowing margin in one. Above one half it is less
    than the sum of both percentiles, which would suppose the worst of each at the same place.

    Parameters
    ----------
    probability : float
        Share of indoor places, in (0, 1).
    building, freq_mhz, sigma_db, elevation_deg
        As `indoor_share`, which see for the errors, too.
    """
    _check_probability("probability", probability)
    at_db, share = _indoor_curve(building, freq_mhz, sigma_db, elevation_deg)
    return float(np.interp(probability, share, at_db))


def _indoor_curve(
    building: Building, freq_mhz: float, sigma_db: float, elevation_deg: float
) -> tuple[FloatArray, FloatArray]:
    """Tabulate the share against the excess, from none to all, in steps that follow sigma."""
    coefficients = _checked(building, freq_mhz, elevation_deg)
    if not sigma_db > 0.0:
        raise argument_fault("sigma_db", sigma_db, "above 0 dB")
    freq_ghz = freq_mhz / 1e3
    loss_db = np.array(
        [entry_loss_db(freq_ghz, deviate, elevation_deg, *coefficients) for deviate in _DEVIATES]
    )
    at_db = np.linspace(loss_db[0] - 6.0 * sigma_db, loss_db[-1] + 6.0 * sigma_db, 801)
    share: FloatArray = ndtr((at_db[:, None] - loss_db) / sigma_db) @ _WEIGHTS
    return at_db, share


def _checked(building: Building, freq_mhz: float, elevation_deg: float) -> _Coefficients:
    if building not in _COEFFICIENTS:
        raise argument_fault("building", building, f"one of {', '.join(_COEFFICIENTS)}")
    check_range(FREQUENCY, freq_mhz, citation=CITATION)
    check_range(ELEVATION, elevation_deg, citation=CITATION)
    return _COEFFICIENTS[building]


def _check_probability(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise argument_fault(name, value, "a share above 0 and below 1")
