"""Antenna patterns as two tables of loss, and the loss towards a direction with tilt.

Angles: azimuth offsets clockwise from the boresight, depressions positive below the horizon.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from htcoverage.errors import argument_fault

FloatArray = npt.NDArray[np.float64]

#: Steps of 0.1° around the circle.
TABLE_SIZE = 3600

#: Azimuth offset of each entry of ``Pattern.horizontal_loss_db``.
AZIMUTH_OFFSETS_DEG: FloatArray = np.arange(TABLE_SIZE) / 10.0

#: Depression of each entry of ``Pattern.vertical_loss_db``.
DEPRESSIONS_DEG: FloatArray = (np.arange(TABLE_SIZE) - TABLE_SIZE // 2) / 10.0


@dataclass(frozen=True, eq=False)
class Pattern:
    """The two cuts of an antenna's pattern, as loss against its main beam.

    Parameters
    ----------
    name : str
        Name as the column ``antenna`` of the cells gives it.
    horizontal_loss_db : ndarray of float64, shape (3600,)
        Loss at 0.0, 0.1 … 359.9° clockwise from the boresight.
    vertical_loss_db : ndarray of float64, shape (3600,)
        Loss at −180.0, −179.9 … 179.9° of depression: the entry of a depression is
        ``round((depression_deg + 180)·10) mod 3600``. Beyond ±90° lies the back of the antenna.
    maximum_loss_db : float
        Cap of the sum of the two; infinite where the pattern has none.
    gain_dbi : float or None
        Gain of the main beam, where the pattern's source states it.
    electrical_tilt_deg : float
        Depression at which the vertical cut already holds the main beam. A cell's electrical tilt
        turns the cut only by what differs from this.
    """

    name: str
    horizontal_loss_db: FloatArray
    vertical_loss_db: FloatArray
    maximum_loss_db: float
    gain_dbi: float | None = None
    electrical_tilt_deg: float = 0.0

    def __post_init__(self) -> None:
        for field in ("horizontal_loss_db", "vertical_loss_db"):
            table = np.array(getattr(self, field), dtype=np.float64)
            if table.shape != (TABLE_SIZE,) or not np.all(np.isfinite(table)):
                raise argument_fault(field, table.shape, f"{TABLE_SIZE} finite losses in dB")
            table.flags.writeable = False
            object.__setattr__(self, field, table)


def _interpolate(table: FloatArray, position: FloatArray) -> FloatArray:
    """Read a circular table between its entries (position in entries, any sign)."""
    lower = np.floor(position)
    fraction = position - lower
    index = lower.astype(np.int64) % TABLE_SIZE
    value: FloatArray = table[index] * (1.0 - fraction) + table[(index + 1) % TABLE_SIZE] * fraction
    return value


def _horizontal(pattern: Pattern, azimuth_offset_deg: FloatArray) -> FloatArray:
    return _interpolate(pattern.horizontal_loss_db, azimuth_offset_deg * 10.0)


def _vertical(pattern: Pattern, depression_deg: FloatArray) -> FloatArray:
    return _interpolate(pattern.vertical_loss_db, (depression_deg + 180.0) * 10.0)


def effective_tilt_deg(
    pattern: Pattern,
    azimuth_offset_deg: npt.ArrayLike,
    *,
    electrical_tilt_deg: float,
    mechanical_tilt_deg: float,
) -> FloatArray:
    """Depression by which the vertical cut is turned towards an azimuth offset.

    Electrical tilt turns the cut alike all around. Mechanical tilt is projected,
    ``mechanical_tilt_deg·cos(azimuth offset)``: full in front, none at the sides, upwards behind.
    Against the rotation of the antenna's frame this neglects the second order: within 15° of the
    horizon and for tilts up to 8° the depression is within 0.25° and the azimuth within 2.2°.

    Parameters
    ----------
    pattern : Pattern
    azimuth_offset_deg : array_like of float
        Clockwise from the boresight, any range.
    electrical_tilt_deg, mechanical_tilt_deg : float
        Positive downwards.

    Returns
    -------
    ndarray of float64
        Effective tilt in degrees, the shape of ``azimuth_offset_deg``.
    """
    offset_rad = np.radians(np.asarray(azimuth_offset_deg, dtype=np.float64))
    turned_deg = electrical_tilt_deg - pattern.electrical_tilt_deg
    tilt: FloatArray = turned_deg + mechanical_tilt_deg * np.cos(offset_rad)
    return tilt


def loss_db(
    pattern: Pattern,
    azimuth_offset_deg: npt.ArrayLike,
    depression_deg: npt.ArrayLike,
    *,
    electrical_tilt_deg: float = 0.0,
    mechanical_tilt_deg: float = 0.0,
) -> FloatArray:
    """Loss towards a direction: the sum of the two cuts, capped.

    ``min(H(φ) + V(θ − tilt(φ)), maximum_loss_db)``: 3GPP TR 36.814 V9.2.0, table A.2.1.1-2
    ("combining method in 3D antenna pattern"). This is what the coverage engine uses.

    Parameters
    ----------
    pattern : Pattern
    azimuth_offset_deg, depression_deg : array_like of float
        Direction, broadcast against each other: clockwise from the boresight, and below the
        horizon.
    electrical_tilt_deg, mechanical_tilt_deg : float
        Positive downwards; see `effective_tilt_deg`.

    Returns
    -------
    ndarray of float64
        Loss against the main beam, dB.
    """
    offset = np.asarray(azimuth_offset_deg, dtype=np.float64)
    depression = np.asarray(depression_deg, dtype=np.float64)
    tilt = effective_tilt_deg(
        pattern,
        offset,
        electrical_tilt_deg=electrical_tilt_deg,
        mechanical_tilt_deg=mechanical_tilt_deg,
    )
    total = _horizontal(pattern, offset) + _vertical(pattern, depression - tilt)
    capped: FloatArray = np.minimum(total, pattern.maximum_loss_db)
    return capped


def interpolated_loss_db(
    pattern: Pattern,
    azimuth_offset_deg: npt.ArrayLike,
    depression_deg: npt.ArrayLike,
    *,
    electrical_tilt_deg: float = 0.0,
    mechanical_tilt_deg: float = 0.0,
) -> FloatArray:
    """Loss towards a direction: horizontal projection interpolation of two measured cuts.

    With φ the azimuth offset folded to 0…180°, w = φ/180 and θ the depression less the tilt,
    ``H(φ) + (1 − w)·(V(θ) − min H) + w·(V(180° − θ) − H(180°))``: the front of the vertical cut
    fades into its back. Where the cuts agree (H(180°) is the loss of the vertical cut behind, and
    min H its loss where the horizontal cut was taken) both are reproduced. Unlike the sum of cuts
    it knows the back lobe's own vertical shape; straight up and down it
    still depends on the azimuth. Negative sums are set to zero.

    Parameters
    ----------
    pattern : Pattern
    azimuth_offset_deg, depression_deg : array_like of float
        Direction, broadcast against each other: clockwise from the boresight, and −90…90° below
        the horizon.
    electrical_tilt_deg, mechanical_tilt_deg : float
        Positive downwards; see `effective_tilt_deg`.

    Returns
    -------
    ndarray of float64
        Loss against the main beam, dB.

    References
    ----------
    F. Gil, A. R. Claro, J. M. Ferreira, C. Pardelinha, L. M. Correia, "A 3D interpolation method
    for base-station-antenna radiation patterns", IEEE Antennas and Propagation Magazine, vol. 43,
    no. 2, 2001 (the horizontal projection method is the one it compares with).
    """
    offset = np.asarray(azimuth_offset_deg, dtype=np.float64)
    depression = np.asarray(depression_deg, dtype=np.float64)
    tilt = effective_tilt_deg(
        pattern,
        offset,
        electrical_tilt_deg=electrical_tilt_deg,
        mechanical_tilt_deg=mechanical_tilt_deg,
    )
    weight = np.abs((offset + 180.0) % 360.0 - 180.0) / 180.0
    turned = depression - tilt
    front = _vertical(pattern, turned) - pattern.horizontal_loss_db.min()
    back = _vertical(pattern, 180.0 - turned) - pattern.horizontal_loss_db[TABLE_SIZE // 2]
    total = _horizontal(pattern, offset) + (1.0 - weight) * front + weight * back
    capped: FloatArray = np.clip(total, 0.0, pattern.maximum_loss_db)
    return capped


def _omni() -> Pattern:
    """Return the pattern that is the same in every direction."""
    none = np.zeros(TABLE_SIZE)
    return Pattern("omni", none, none, maximum_loss_db=0.0)


def _tr36814(name: str = "3gpp-36814", *, beamwidth_deg: float = 70.0) -> Pattern:
    """Build 3GPP TR 36.814 V9.2.0, table A.2.1.1-2: 70°/25 dB, 10°/20 dB, both at most 25 dB.

    Another horizontal beamwidth takes the place of the 70° in its formula.
    """
    offset = np.minimum(AZIMUTH_OFFSETS_DEG, 360.0 - AZIMUTH_OFFSETS_DEG)
    return Pattern(
        name,
        np.minimum(12.0 * (offset / beamwidth_deg) ** 2, 25.0),
        np.minimum(12.0 * (DEPRESSIONS_DEG / 10.0) ** 2, 20.0),
        maximum_loss_db=25.0,
    )


_BUILT_IN = {built.name: built for built in (_tr36814(), _omni())}

#: Names that `pattern` knows.
PATTERN_NAMES = tuple(_BUILT_IN)


#: The 3GPP pattern of another horizontal beamwidth, such as 3gpp-36814-h65.
_OF_BEAMWIDTH = re.compile(r"3gpp-36814-h([0-9]{1,3}(?:\.[0-9]+)?)")
_BEAMWIDTHS_DEG = (5.0, 360.0)


def is_built_in(name: str) -> bool:
    """Return whether `pattern` knows a name."""
    return name in _BUILT_IN or _beamwidth_deg(name) is not None


def _beamwidth_deg(name: str) -> float | None:
    found = _OF_BEAMWIDTH.fullmatch(name)
    low, high = _BEAMWIDTHS_DEG
    return float(found[1]) if found and low <= float(found[1]) <= high else None


def pattern(name: str) -> Pattern:
    """Return a built-in pattern by its name; ``3gpp-36814-h65`` is 65° wide instead of 70°.

    Raises
    ------
    InputError
        No built-in pattern has this name; the message lists those there are.
    """
    if beamwidth_deg := _beamwidth_deg(name):
        return _tr36814(name, beamwidth_deg=beamwidth_deg)
    if name not in _BUILT_IN:
        raise argument_fault("antenna", name, f"one of {', '.join(PATTERN_NAMES)}")
    return _BUILT_IN[name]
