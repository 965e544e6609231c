"""Okumura-Hata and COST 231-Hata: Okumura's curves as formulas.

Sources: M. Hata, Empirical formula for propagation loss in land mobile radio services, IEEE Trans.
VT-29 (1980), eq. 10 to 22; COST 231 Final Report (1999), §4.4.1.

The losses are those of the documents and may fall below free space where they are used at short
distance or from high masts; a caller who extrapolates holds them to the free-space loss.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from htcoverage.errors import argument_fault
from htcoverage.jit import kernel
from htcoverage.propagation.validity import ValidRange, check_range, over_distances

HATA_CITATION = "Okumura-Hata (IEEE Trans. VT-29, 1980)"
COST231_CITATION = "COST 231-Hata (COST 231 Final Report, 1999, §4.4.1)"

HATA_FREQUENCY_RANGE = ValidRange("freq_mhz", 150.0, 1500.0, "MHz")
#: The field carries COST 231 on to the 2.1 GHz of 3G and beyond, and down to Hata's bands.
COST231_FREQUENCY_RANGE = ValidRange("freq_mhz", 1500.0, 2000.0, "MHz", "warning", (150.0, 4000.0))
#: Nearer, farther, and from masts below 30 m, the field extrapolates.
DISTANCE_RANGE = ValidRange("distance_km", 1.0, 20.0, "km", "warning")
TX_HEIGHT_RANGE = ValidRange("tx_height_m", 30.0, 200.0, "m", "warning", (1.0, 400.0))
RX_HEIGHT_RANGE = ValidRange("rx_height_m", 1.0, 10.0, "m")

HataEnvironment = Literal["large-city", "city", "suburban", "open"]
Cost231Environment = Literal["metropolitan", "city"]

LARGE_CITY, CITY, SUBURBAN, OPEN = 0, 1, 2, 3
METROPOLITAN, MEDIUM_CITY = 0, 1


@kernel
def _mobile_gain_db(freq_mhz: float, rx_height_m: float) -> float:
    """Correction a(h_m) for the mobile's height in a small or medium city, dB (Hata, eq. 12)."""
    log_f = math.log10(freq_mhz)
    return (1.1 * log_f - 0.7) * rx_height_m - (1.56 * log_f - 0.8)


@kernel
def _large_city_gain_db(freq_mhz: float, rx_height_m: float) -> float:
    """Correction a(h_m) in a large city, dB (Hata, eq. 13, 14, which leave 200 to 400 MHz open)."""
    if freq_mhz < 300.0:
        log_h = math.log10(1.54 * rx_height_m)
        return 8.29 * log_h * log_h - 1.1
    log_h = math.log10(11.75 * rx_height_m)
    return 3.2 * log_h * log_h - 4.97


@kernel
def _distance_db(distance_km: float, tx_height_m: float) -> float:
    log_h = math.log10(tx_height_m)
    return -13.82 * log_h + (44.9 - 6.55 * log_h) * math.log10(distance_km)


@kernel
def environment_gain_db(freq_mhz: float, environment: int) -> float:
    """What suburbs (2) and open country (3) gain over a city (0, 1), dB (Hata, eq. 16, 17)."""
    if environment == SUBURBAN:
        log_28 = math.log10(freq_mhz / 28.0)
        return 2.0 * log_28 * log_28 + 5.4
    if environment == OPEN:
        log_f = math.log10(freq_mhz)
        return 4.78 * log_f * log_f - 18.33 * log_f + 40.94
    return 0.0


@kernel
def hata_loss_db(
    freq_mhz: float, distance_km: float, tx_height_m: float, rx_height_m: float, environment: int
) -> float:
    """Median basic transmission loss by Okumura-Hata, dB (eq. 10 to 17).

    Parameters
    ----------
    environment : int
        0 large city, 1 small or medium city, 2 suburban, 3 open.
    """
    loss_db = 69.55 + 26.16 * math.log10(freq_mhz) + _distance_db(distance_km, tx_height_m)
    if environment == LARGE_CITY:
        return loss_db - _large_city_gain_db(freq_mhz, rx_height_m)
    return (
        loss_db
        - _mobile_gain_db(freq_mhz, rx_height_m)
        - environment_gain_db(freq_mhz, environment)
    )


@kernel
def cost231_loss_db(
    freq_mhz: float, distance_km: float, tx_height_m: float, rx_height_m: float, environment: int
) -> float:
    """Median basic transmission loss by COST 231-Hata, dB (eq. 4.4.3).

    Parameters
    ----------
    environment : int
        0 metropolitan centre, 1 medium city and suburban centre.
    """
    loss_db = 46.3 + 33.9 * math.log10(freq_mhz) + _distance_db(distance_km, tx_height_m)
    loss_db -= _mobile_gain_db(freq_mhz, rx_height_m)
    if environment == METROPOLITAN:
        loss_db += 3.0
    return loss_db


def hata(
    distance_km: npt.ArrayLike,
    *,
    freq_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    environment: HataEnvironment = "open",
) -> npt.NDArray[np.float64]:
    """Return the median basic transmission loss by Okumura-Hata.

    Parameters
    ----------
    distance_km : array_like
        1 to 20 km; a warning beyond.
    freq_mhz : float
        150 to 1500 MHz.
    tx_height_m : float
        Base station above the mean ground, 30 to 200 m; a warning beyond, refused below 1 and
        above 400 m.
    rx_height_m : float
        Mobile above ground, 1 to 10 m.
    environment : {'large-city', 'city', 'suburban', 'open'}
        Surroundings of the mobile; 'city' is a small or medium one.

    Returns
    -------
    ndarray
        Loss, dB, in the shape of ``distance_km``.

    Raises
    ------
    ValidityError
        If the frequency or the mobile's height is outside its range, or the base station's height
        far outside.
    InputError
        If the environment is none of the above.

    Warns
    -----
    ExtrapolationWarning
        If a distance or the base station's height is outside its range.

    References
    ----------
    M. Hata, IEEE Trans. VT-29 (1980), eq. 10 to 17.
    """
    code = _checked(
        environment, get_args(HataEnvironment), HATA_CITATION, HATA_FREQUENCY_RANGE,
        freq_mhz, distance_km, tx_height_m, rx_height_m,
    )  # fmt: skip
    return over_distances(hata_loss_db, freq_mhz, distance_km, tx_height_m, rx_height_m, code)


def cost231(
    distance_km: npt.ArrayLike,
    *,
    freq_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    environment: Cost231Environment = "city",
) -> npt.NDArray[np.float64]:
    """Return the median basic transmission loss by COST 231-Hata.

    Parameters
    ----------
    distance_km : array_like
        1 to 20 km; a warning beyond.
    freq_mhz : float
        1500 to 2000 MHz; a warning beyond, refused below 150 and above 4000 MHz.
    tx_height_m : float
        Base station above the mean ground, 30 to 200 m; a warning beyond, refused below 1 and
        above 400 m.
    rx_height_m : float
        Mobile above ground, 1 to 10 m.
    environment : {'metropolitan', 'city'}
        'city' is a medium one, and suburban centres with some trees.

    Returns
    -------
    ndarray
        Loss, dB, in the shape of ``distance_km``.

    Raises
    ------
    ValidityError
        If the mobile's height is outside its range, or the frequency or the base station's height
        far outside.
    InputError
        If the environment is none of the above.

    Warns
    -----
    ExtrapolationWarning
        If the frequency, a distance or the base station's height is outside its range.

    References
    ----------
    COST 231 Final Report (1999), §4.4.1, eq. 4.4.3.
    """
    code = _checked(
        environment, get_args(Cost231Environment), COST231_CITATION, COST231_FREQUENCY_RANGE,
        freq_mhz, distance_km, tx_height_m, rx_height_m,
    )  # fmt: skip
    return over_distances(cost231_loss_db, freq_mhz, distance_km, tx_height_m, rx_height_m, code)


def _checked(
    environment: str,
    choices: tuple[str, ...],
    citation: str,
    frequency_range: ValidRange,
    freq_mhz: float,
    distance_km: npt.ArrayLike,
    tx_height_m: float,
    rx_height_m: float,
) -> int:
    if environment not in choices:
        raise argument_fault("environment", environment, f"one of {', '.join(choices)}")
    check_range(frequency_range, freq_mhz, citation=citation)
    check_range(RX_HEIGHT_RANGE, rx_height_m, citation=citation)
    check_range(TX_HEIGHT_RANGE, tx_height_m, citation=citation)
    check_range(DISTANCE_RANGE, distance_km, citation=citation)
    return choices.index(environment)
