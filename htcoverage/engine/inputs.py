"""What a sweep is given, in named groups of plain numbers and contiguous arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Land(NamedTuple):
    """Terrain grid.

    Parameters
    ----------
    ground, clutter, zone : float32[H, W], float32[H, W], uint8[H, W]
        Terrain above sea level, m; representative clutter height, m; radio-climatic zone.
    posting_km : float
        Distance between values.
    """

    ground: np.ndarray
    clutter: np.ndarray
    zone: np.ndarray
    posting_km: float


class Pixels(NamedTuple):
    """Analysis grid.

    Parameters
    ----------
    wanted : bool[ny, nx]
        Pixels to evaluate.
    rx_ground, rx_zone : float32[ny, nx], uint8[ny, nx]
        Terrain and radio-climatic zone at the pixel centres.
    resolution_km : float
        Side of a pixel.
    """

    wanted: np.ndarray
    rx_ground: np.ndarray
    rx_zone: np.ndarray
    resolution_km: float


class Mast(NamedTuple):
    """One antenna position and height.

    Parameters
    ----------
    row, col : float
        On the analysis grid, pixel centres being whole numbers.
    terrain_row, terrain_col : float
        On the terrain grid, likewise.
    tx_height_m : float
        Antenna above ground.
    latitude_deg : float
        Latitude, which stands for that of every path's centre.
    """

    row: float
    col: float
    terrain_row: float
    terrain_col: float
    tx_height_m: float
    latitude_deg: float


class Setup(NamedTuple):
    """Parameters of every sweep of a run.

    Parameters
    ----------
    rx_height_m : float
        Receiving antenna above ground.
    radius_km : float
        Pixels farther away are not evaluated.
    clearance_km : float
        Clutter nearer to the receiver than this counts as bare.
    earth_radius_km, n0 : float
        Effective Earth radius; sea-level refractivity, N-units.
    half : int
        Radials on half a side of the frame.
    step_km : float
        Step along a radial.
    """

    rx_height_m: float
    radius_km: float
    clearance_km: float
    earth_radius_km: float
    n0: float
    half: int
    step_km: float


class Cells(NamedTuple):
    """Cells on one mast.

    Parameters
    ----------
    ledger_index : int32[c]
        Place of every cell in the ledger, ascending.
    band, layer, pattern : int64[c]
        Band, layer and pattern of each.
    reference_dbm : float64[c]
        Level at 0 dB loss in the antenna's main beam.
    horizontal_db, tilt_deg : float32[c, radials]
        Horizontal pattern loss and effective tilt towards each radial.
    """

    ledger_index: np.ndarray
    band: np.ndarray
    layer: np.ndarray
    reference_dbm: np.ndarray
    horizontal_db: np.ndarray
    tilt_deg: np.ndarray
    pattern: np.ndarray


class Antennas(NamedTuple):
    """Patterns of all cells.

    Parameters
    ----------
    vertical_db : float32[p, 3601]
        Vertical loss from −180° to 180° of depression, every 0.1°.
    cap_db : float64[p]
        Most that a pattern loses.
    """

    vertical_db: np.ndarray
    cap_db: np.ndarray


class Servers(NamedTuple):
    """Strongest servers of a block of rows; the arrays are changed in place.

    Parameters
    ----------
    level, server : float32[rows, nx, layers, 2], int32[rows, nx, layers, 2]
        Strongest cell and the strongest of another site; server −1 = none.
    power_mw : float64[rows, nx, layers], or of no size
        Sum of all levels, where it is wanted.
    cell_site : int32[all cells]
        Site of every cell of the ledger.
    first_row : int
        Row of the analysis grid that is the block's first.
    """

    level: np.ndarray
    server: np.ndarray
    power_mw: np.ndarray
    cell_site: np.ndarray
    first_row: int
