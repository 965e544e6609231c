"""One radial: terrain sampled outwards into contiguous buffers, with everything that runs along.

A radial's buffers are three arrays, one row a quantity: an array handed to a function costs more
than a number, and pixels are many.
"""

from __future__ import annotations

import math

import numpy as np

from htcoverage.jit import kernel
from htcoverage.propagation.p1812.profile import INLAND, SEA

#: Rows of the float32 buffer: distance, km; terrain above sea level; terrain and terrain with
#: clutter in the curved frame (see `htcoverage.engine.scan`), m; largest slope from the transmitter
#: over points 1 to here, m/km: bare and cluttered in the curved frame, bare above sea level.
X_KM, GROUND_M, BARE_M, CLUTTERED_M, BARE_SLOPE, CLUTTERED_SLOPE, STRAIGHT_SLOPE = range(7)
#: Rows of the float64 buffer: P.1812's sums v1 and v2 (eq. 85, 86); length over sea with point 0
#: counted half, km; longest unbroken section of land and of inland so far, first point to last, km.
V1, V2, SEA_KM, LAND_KM, INLAND_KM = range(5)
#: Rows of the int32 buffer: point of the largest bare slope so far; radio-climatic zone.
HORIZON, ZONE = range(2)


@kernel
def bilinear(raster: np.ndarray, row: float, col: float) -> float:
    """Value between pixel centres; ``row`` and ``col`` count from the centre of pixel (0, 0).

    Positions beyond the outermost centres take the value at the edge.
    """
    rows, cols = raster.shape
    row = min(max(row, 0.0), rows - 1.0)
    col = min(max(col, 0.0), cols - 1.0)
    r = min(int(row), rows - 2)
    c = min(int(col), cols - 2)
    fr = row - r
    fc = col - c
    top = raster[r, c] + fc * (raster[r, c + 1] - raster[r, c])
    bottom = raster[r + 1, c] + fc * (raster[r + 1, c + 1] - raster[r + 1, c])
    value: float = top + fr * (bottom - top)
    return value


@kernel
def nearest_index(position: float, size: int) -> int:
    """Index of the pixel whose centre is nearest, clamped to the raster."""
    return min(max(math.floor(position + 0.5), 0), size - 1)


@kernel
def walk_radial(
    ground: np.ndarray,
    clutter: np.ndarray,
    zone: np.ndarray,
    mast_row: float,
    mast_col: float,
    row_step: float,
    col_step: float,
    step_km: float,
    tx_m: float,
    bulge: float,
    run: np.ndarray,
    sums: np.ndarray,
    marks: np.ndarray,
) -> None:
    """Sample a radial and fill its running maxima and sums.

    Parameters
    ----------
    ground, clutter, zone : float32[H, W], float32[H, W], uint8[H, W]
        Terrain, representative clutter height and radio-climatic zone on one grid.
    mast_row, mast_col, row_step, col_step : float
        Position of the mast and one step along the radial, in terrain pixels.
    step_km : float
        Step along the radial.
    tx_m : float
        Transmitting antenna above sea level.
    bulge : float
        500 by effective Earth radius, m/km².
    run, sums, marks : float32[7, n], float64[5, n], int32[2, n]
        Written: rows as named in this module, point 0 at the mast.
    """
    rows, cols = ground.shape
    height = bilinear(ground, mast_row, mast_col)
    run[X_KM, 0] = 0.0
    run[GROUND_M, 0] = height
    run[BARE_M, 0] = height
    run[CLUTTERED_M, 0] = height
    run[BARE_SLOPE, 0] = -np.inf
    run[CLUTTERED_SLOPE, 0] = -np.inf
    run[STRAIGHT_SLOPE, 0] = -np.inf
    marks[HORIZON, 0] = 0
    marks[ZONE, 0] = zone[nearest_index(mast_row, rows), nearest_index(mast_col, cols)]
    sums[V1, 0] = 0.0
    sums[V2, 0] = 0.0
    sums[SEA_KM, 0] = 0.5 * step_km if marks[ZONE, 0] == SEA else 0.0
    sums[LAND_KM, 0] = 0.0
    sums[INLAND_KM, 0] = 0.0
    land_km = 0.0
    inland_km = 0.0
    largest_bare = -np.inf
    largest_cluttered = -np.inf
    largest_straight = -np.inf
    at = 0
    v1 = 0.0
    v2 = 0.0
    sea_km = sums[SEA_KM, 0]
    for i in range(1, run.shape[1]):
        row = mast_row + i * row_step
        col = mast_col + i * col_step
        r = nearest_index(row, rows)
        c = nearest_index(col, cols)
        before_m = height
        height = bilinear(ground, row, col)
        x = i * step_km
        curved = height - bulge * x * x
        topped = curved + clutter[r, c]
        inverse = 1.0 / x
        slope = (curved - tx_m) * inverse
        if slope > largest_bare:
            largest_bare = slope
            at = i
        largest_cluttered = max(largest_cluttered, (topped - tx_m) * inverse)
        largest_straight = max(largest_straight, (height - tx_m) * inverse)
        run[X_KM, i] = x
        run[GROUND_M, i] = height
        run[BARE_M, i] = curved
        run[CLUTTERED_M, i] = topped
        run[BARE_SLOPE, i] = largest_bare
        run[CLUTTERED_SLOPE, i] = largest_cluttered
        run[STRAIGHT_SLOPE, i] = largest_straight
        x0 = x - step_km
        v1 += step_km * (height + before_m)
        v2 += step_km * (height * (2.0 * x + x0) + before_m * (x + 2.0 * x0))
        z = zone[r, c]
        if z == SEA:
            sea_km += step_km
        z0 = marks[ZONE, i - 1]
        land_km = land_km + step_km if z != SEA and z0 != SEA else 0.0
        inland_km = inland_km + step_km if z == INLAND and z0 == INLAND else 0.0
        sums[V1, i] = v1
        sums[V2, i] = v2
        sums[SEA_KM, i] = sea_km
        sums[LAND_KM, i] = max(land_km, sums[LAND_KM, i - 1])
        sums[INLAND_KM, i] = max(inland_km, sums[INLAND_KM, i - 1])
        marks[HORIZON, i] = at
        marks[ZONE, i] = z
