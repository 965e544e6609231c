"""Which radial serves which pixel.

Radials run from the mast to points on a square frame around it, ``2·half + 1`` to a side, and every
pixel belongs to the one radial that passes nearest in the direction of its side. Because the owner
of a pixel is a function of its position, radials can run in parallel without locks: no two ever
write the same pixel. Mast offsets are rounded to 1/1024 of a pixel when owners are decided, so that
this arithmetic is exact and the radials part the pixels without gap or overlap.
"""

from __future__ import annotations

import math

import numpy as np

from htcoverage.engine.inputs import Mast, Pixels, Servers, Setup
from htcoverage.jit import kernel
from htcoverage.propagation.p1812.combine import slant_distance_km
from htcoverage.propagation.p1812.diffraction import DB_PER_NEPER

#: Rows of a radial's list of pixels: where they are, int32, and float64: distance from the mast;
#: 20·log10 of the distance between the antennas in km; direction as a place between radials.
ROW, COL = range(2)
DISTANCE_KM, SLANT_DB, TABLE = range(3)


@kernel
def radial_direction(radial: int, half: int) -> tuple[int, int, float]:
    """Side (0 east, 1 south, 2 west, 3 north), place on it, and tangent −1..1 of a radial."""
    per_side = 2 * half + 1
    side = radial // per_side
    place = radial % per_side
    return side, place, place / half - 1.0


@kernel
def radial_azimuth_deg(radial: int, half: int) -> float:
    """Direction of a radial, degrees clockwise from grid north."""
    side, _, tangent = radial_direction(radial, half)
    if side == 0:
        east, south = 1.0, tangent
    elif side == 1:
        east, south = tangent, 1.0
    elif side == 2:
        east, south = -1.0, tangent
    else:
        east, south = tangent, -1.0
    return math.degrees(math.atan2(east, -south)) % 360.0


@kernel
def owned_range(
    along: float, place: int, half: int, inclusive: bool, mast: float
) -> tuple[int, int]:
    """First and last index, across a side, of the pixels that a radial owns at one distance.

    Parameters
    ----------
    along : float
        Distance from the mast in the direction of the side, in pixels, above 0.
    place, half : int
        Place of the radial on its side, 0 to ``2·half``.
    inclusive : bool
        Whether the side owns the two diagonals (east and west do).
    mast : float
        Index of the mast across the side, pixel centres being whole.
    """
    low = (2 * place - 1 - 2 * half) / (2.0 * half)
    high = (2 * place + 1 - 2 * half) / (2.0 * half)
    first = math.ceil(mast + along * low)
    last = math.ceil(mast + along * high) - 1
    if place == 0:
        first = math.ceil(mast - along) if inclusive else math.floor(mast - along) + 1
    if place == 2 * half:
        last = math.floor(mast + along) if inclusive else math.ceil(mast + along) - 1
    return first, last


@kernel
def lattice(position: float) -> float:
    """Round a position to 1/1024 of a pixel: owners are then decided exactly in floating point."""
    return math.floor(position * 1024.0 + 0.5) / 1024.0


@kernel
def line_ahead(side: int, ahead: int, own_row: float, own_col: float) -> tuple[int, float]:
    """Return the line of pixels that lies ``ahead`` lines away on a side, and its distance."""
    if side == 0:
        line = math.ceil(own_col) + ahead
        return line, line - own_col
    if side == 1:
        line = math.ceil(own_row) + ahead
        return line, line - own_row
    if side == 2:
        line = math.floor(own_col) - ahead
        return line, own_col - line
    line = math.floor(own_row) - ahead
    return line, own_row - line


@kernel
def steps_of(side: int, tangent: float, step: float) -> tuple[float, float]:
    """Rows and columns of a step of given length along a radial."""
    ahead = step / math.sqrt(1.0 + tangent * tangent)
    if side == 0:
        return tangent * ahead, ahead
    if side == 1:
        return ahead, tangent * ahead
    if side == 2:
        return tangent * ahead, -ahead
    return -ahead, tangent * ahead


@kernel
def owned_pixels(
    where: np.ndarray,
    geometry: np.ndarray,
    radial: int,
    servers: Servers,
    pixels: Pixels,
    mast: Mast,
    setup: Setup,
    tx_m: float,
) -> int:
    """List the wanted pixels in reach that a radial owns, outwards; return their number.

    Parameters
    ----------
    where, geometry : int32[2, n], float64[3, n]
        Written, rows as named in this module.
    tx_m : float
        Transmitting antenna above sea level.
    """
    wanted = pixels.wanted
    rx_ground = pixels.rx_ground
    resolution_km = pixels.resolution_km
    half = setup.half
    nx = wanted.shape[1]
    first_row = servers.first_row
    last_row = first_row + servers.level.shape[0] - 1
    side, place, _ = radial_direction(radial, half)
    sideways = side in (0, 2)
    own_row = lattice(mast.row)
    own_col = lattice(mast.col)
    own_across = own_row if sideways else own_col
    side_first = float(radial - place)
    count = 0
    for ahead in range(math.ceil(setup.radius_km / resolution_km) + 2):
        line, along = line_ahead(side, ahead, own_row, own_col)
        if along > 0.0:
            first, last = owned_range(along, place, half, sideways, own_across)
        elif side == 0 and place == half and own_row == math.floor(own_row):
            # The mast stands on a pixel's centre: this radial alone owns it.
            first = last = int(own_row)
        else:
            continue
        if sideways:
            if line < 0 or line >= nx:
                continue
            first = max(first, first_row)
            last = min(last, last_row)
        else:
            if line < first_row or line > last_row:
                continue
            first = max(first, 0)
            last = min(last, nx - 1)
        for across in range(first, last + 1):
            row = across if sideways else line
            col = line if sideways else across
            if not wanted[row, col]:
                continue
            south_km = (row - mast.row) * resolution_km
            east_km = (col - mast.col) * resolution_km
            distance_km = math.sqrt(south_km * south_km + east_km * east_km)
            if distance_km > setup.radius_km:
                continue
            slant_km = slant_distance_km(
                distance_km, tx_m, float(rx_ground[row, col]) + setup.rx_height_m
            )
            where[ROW, count] = row
            where[COL, count] = col
            geometry[DISTANCE_KM, count] = distance_km
            geometry[SLANT_DB, count] = 2.0 * DB_PER_NEPER * math.log(slant_km)
            tangent = (across - own_across) / along if along > 0.0 else 0.0
            geometry[TABLE, count] = side_first + min(max((tangent + 1.0) * half, 0.0), 2.0 * half)
            count += 1
    return count
