"""ITU-R P.525: loss in free space."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from htcoverage.jit import kernel
from htcoverage.propagation.validity import ValidRange, check_range, over_distances

CITATION = "ITU-R P.525-5"
FREQUENCY_RANGE = ValidRange("freq_mhz", 0.001, 1e9, "MHz")
DISTANCE_RANGE = ValidRange("distance_km", 1e-6, 1e9, "km")
TX_HEIGHT_RANGE = ValidRange("tx_height_m", 0.0, 1e9, "m")
RX_HEIGHT_RANGE = ValidRange("rx_height_m", 0.0, 1e9, "m")

SPEED_OF_LIGHT_M_PER_S = 299792458.0


@kernel
def p525_loss_db(freq_mhz: float, distance_km: float) -> float:
    """Free-space basic transmission loss, dB: 20·log10(4π·d/λ) (eq. 5)."""
    waves = 1e9 * freq_mhz * distance_km / SPEED_OF_LIGHT_M_PER_S
    return 20.0 * math.log10(4.0 * math.pi * waves)


def p525(distance_km: npt.ArrayLike, *, freq_mhz: float) -> npt.NDArray[np.float64]:
    """Return the free-space basic transmission loss.

    Parameters
    ----------
    distance_km : array_like
        Distance between the antennas, km, above 0.
    freq_mhz : float
        Frequency, MHz, above 0.

    Returns
    -------
    ndarray
        Loss between isotropic antennas, dB, in the shape of ``distance_km``.

    Raises
    ------
    ValidityError
        If the frequency or a distance is not above 0.

    References
    ----------
    Recommendation ITU-R P.525-5 (2024), eq. 5; its eq. 6 rounds the constant to 32.4 dB.
    """
    check_range(FREQUENCY_RANGE, freq_mhz, citation=CITATION)
    check_range(DISTANCE_RANGE, distance_km, citation=CITATION)
    return over_distances(p525_loss_db, freq_mhz, distance_km)


@kernel
def free_space_pixel_db(
    freq_mhz: float, distance_km: float, tx_height_m: float, rx_height_m: float, environment: int
) -> float:
    """Free-space loss along the slant between two antennas over level ground, dB."""
    slant_km = math.hypot(distance_km, 1e-3 * (tx_height_m - rx_height_m))
    return p525_loss_db(freq_mhz, slant_km)
