"""The Standard Propagation Model of planning tools: a Hata-like formula with coefficients K1 to K7.

L = K1 + K2·log d + K3·log H_t + K4·L_d + K5·log d·log H_t + K6·H_r + K7·log H_r + L_c, with d in
metres, H_t and H_r the effective heights of the antennas in metres, L_d the diffraction loss over
the profile and L_c the loss of the clutter at the receiver (Forsk, Atoll technical reference guide,
Standard Propagation Model). The coefficients are meant to be fitted to measurements.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from htcoverage.errors import argument_fault
from htcoverage.jit import kernel
from htcoverage.propagation.p526 import p526
from htcoverage.propagation.validity import ValidRange, check_range

CITATION = "Standard Propagation Model (Atoll technical reference)"
FREQUENCY_RANGE = ValidRange("freq_mhz", 150.0, 3500.0, "MHz")
DISTANCE_RANGE = ValidRange("distance_km", 0.02, 100.0, "km", "warning")
TX_HEIGHT_RANGE = ValidRange("tx_height_m", 1.0, 3000.0, "m")
RX_HEIGHT_RANGE = ValidRange("rx_height_m", 1.0, 3000.0, "m")


@dataclass(frozen=True)
class SpmCoefficients:
    """Coefficients K1 to K7: dB; dB per decade; K4 a factor of the diffraction loss; K6 dB/m."""

    k1: float
    k2: float
    k3: float
    k4: float
    k5: float
    k6: float
    k7: float


#: Those of COST 231-Hata that know no frequency (see `hata_coefficients`).
_HATA_K2, _HATA_K3, _HATA_K4, _HATA_K5, _HATA_K7 = 44.9, 5.83, 1.0, -6.55, 0.0


@kernel
def _hata_k1(freq_mhz: float) -> float:
    return 46.3 - 0.8 - 3.0 * _HATA_K2 + (33.9 + 1.56) * math.log10(freq_mhz)


@kernel
def _hata_k6(freq_mhz: float) -> float:
    return 0.7 - 1.1 * math.log10(freq_mhz)


def hata_coefficients(freq_mhz: float) -> SpmCoefficients:
    """Return the coefficients that make the model COST 231-Hata for a medium city, bare of clutter.

    Parameters
    ----------
    freq_mhz : float
        150 to 3500 MHz; COST 231 itself holds from 1500 to 2000 MHz.

    Notes
    -----
    With d in metres, (44.9 − 6.55·log H)·(log d − 3) adds −134.7 to K1 and 19.65 to K3 (5.83). The
    mobile's height enters by K6 = 0.7 − 1.1·log f and by 1.56·log f − 0.8 in K1.
    """
    check_range(FREQUENCY_RANGE, freq_mhz, citation=CITATION)
    return SpmCoefficients(
        k1=float(_hata_k1(freq_mhz)),
        k2=_HATA_K2,
        k3=_HATA_K3,
        k4=_HATA_K4,
        k5=_HATA_K5,
        k6=float(_hata_k6(freq_mhz)),
        k7=_HATA_K7,
    )


@kernel
def spm_loss_db(
    k1: float,
    k2: float,
    k3: float,
    k4: float,
    k5: float,
    k6: float,
    k7: float,
    distance_km: float,
    tx_height_m: float,
    rx_height_m: float,
    diffraction_db: float,
    clutter_db: float,
) -> float:
    """Path loss by the formula above, dB; heights are the effective ones."""
    log_d = math.log10(1e3 * distance_km)
    log_tx = math.log10(tx_height_m)
    return (
        k1
        + k2 * log_d
        + k3 * log_tx
        + k4 * diffraction_db
        + k5 * log_d * log_tx
        + k6 * rx_height_m
        + k7 * math.log10(rx_height_m)
        + clutter_db
    )


@kernel
def hata_spm_loss_db(
    freq_mhz: float,
    distance_km: float,
    tx_height_m: float,
    rx_height_m: float,
    diffraction_db: float,
    clutter_db: float,
) -> float:
    """Path loss by the coefficients of `hata_coefficients`, dB."""
    return spm_loss_db(
        _hata_k1(freq_mhz), _HATA_K2, _HATA_K3, _HATA_K4, _HATA_K5, _hata_k6(freq_mhz), _HATA_K7,
        distance_km, tx_height_m, rx_height_m, diffraction_db, clutter_db,
    )  # fmt: skip


def spm(
    distance_km: npt.ArrayLike,
    ground_m: npt.ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    coefficients: SpmCoefficients | None = None,
    clutter_db: float = 0.0,
    polarization: Literal["horizontal", "vertical"] = "vertical",
) -> float:
    """Return the path loss of one path by the Standard Propagation Model.

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distance of each profile point from the transmitter, km, from 0; the whole 0.02 to 100 km,
        a warning beyond.
    ground_m : array_like, shape (n,)
        Terrain above sea level, m.
    tx_height_m, rx_height_m : float
        Antennas above ground, 1 to 3000 m: the effective heights.
    freq_mhz : float
        150 to 3500 MHz.
    coefficients : SpmCoefficients, optional
        `hata_coefficients` of the frequency where not given.
    clutter_db : float
        Loss of the clutter at the receiver, dB.
    polarization : {'horizontal', 'vertical'}
        Polarization of the wave.

    Returns
    -------
    float
        Loss, dB. L_d is the Bullington loss of ITU-R P.526.

    Raises
    ------
    ValidityError
        If a value is outside its range.
    InputError
        If the profile or the clutter loss is not finite, or a profile not ascending.

    Warns
    -----
    ExtrapolationWarning
        If the distance is outside its range.
    """
    if not math.isfinite(clutter_db):
        raise argument_fault("clutter_db", clutter_db, "a finite loss")
    for valid, value in (
        (FREQUENCY_RANGE, freq_mhz),
        (TX_HEIGHT_RANGE, tx_height_m),
        (RX_HEIGHT_RANGE, rx_height_m),
        (DISTANCE_RANGE, np.asarray(distance_km, dtype=np.float64)[-1]),
    ):
        check_range(valid, value, citation=CITATION)
    edge = p526(
        distance_km, ground_m, tx_height_m=tx_height_m, rx_height_m=rx_height_m, freq_mhz=freq_mhz,
        polarization=polarization,
    )  # fmt: skip
    k = coefficients or hata_coefficients(freq_mhz)
    return float(
        spm_loss_db(
            k.k1, k.k2, k.k3, k.k4, k.k5, k.k6, k.k7, edge.distance_km, float(tx_height_m),
            float(rx_height_m), edge.bullington_actual_db, float(clutter_db),
        )
    )  # fmt: skip
