"""Decibels, Earth and light: conversions and constants, each with its source."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

#: Speed of light as ITU-R P.1812-8 uses it, in m/s (the exact value is 299 792 458 m/s).
SPEED_OF_LIGHT_P1812_M_PER_S = 2.998e8

#: Mean Earth radius in km (ITU-R P.1812-8, §3.5).
EARTH_RADIUS_KM = 6371.0

#: EIRP minus ERP in dB: the gain of a half-wave dipole over an isotropic antenna.
DIPOLE_GAIN_DBI = 2.15


@overload
def db_to_linear(value_db: float) -> float: ...
@overload
def db_to_linear(value_db: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]: ...
def db_to_linear(value_db: float | npt.NDArray[np.floating]) -> float | npt.NDArray[np.floating]:
    """Convert decibels to a power ratio (dBm to mW)."""
    return 10.0 ** (value_db / 10.0)


@overload
def linear_to_db(ratio: float) -> float: ...
@overload
def linear_to_db(ratio: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]: ...
def linear_to_db(ratio: float | npt.NDArray[np.floating]) -> float | npt.NDArray[np.floating]:
    """Convert a power ratio to decibels (mW to dBm)."""
    result: float | npt.NDArray[np.floating] = 10.0 * np.log10(ratio)
    return result
