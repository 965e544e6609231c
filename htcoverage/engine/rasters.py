"""Loops over the whole grid that stand beside the sweep: receivers' ground, and any operator."""

from __future__ import annotations

import numpy as np

from htcoverage.engine.radials import bilinear, nearest_index
from htcoverage.engine.sweep import merge_server
from htcoverage.jit import kernel, prange


@kernel(parallel=True)
def sample_pixels(
    ground: np.ndarray,
    zone: np.ndarray,
    ny: int,
    nx: int,
    col_scale: float,
    row_scale: float,
    first_col: float,
    first_row: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Terrain (bilinear) and zone (nearest) at the centres of the analysis pixels.

    Parameters
    ----------
    ground, zone : float32[H, W], uint8[H, W]
        Terrain grid.
    ny, nx : int
        Shape of the analysis grid.
    col_scale, row_scale, first_col, first_row : float
        Analysis pixel in terrain pixels, and the position of the first centre.

    Returns
    -------
    float32[ny, nx], uint8[ny, nx]
    """
    rx_ground = np.empty((ny, nx), np.float32)
    rx_zone = np.empty((ny, nx), np.uint8)
    for row in prange(ny):
        for col in range(nx):
            r = first_row + row * row_scale
            c = first_col + col * col_scale
            rx_ground[row, col] = bilinear(ground, r, c)
            rx_zone[row, col] = zone[
                nearest_index(r, zone.shape[0]), nearest_index(c, zone.shape[1])
            ]
    return rx_ground, rx_zone


@kernel(parallel=True)
def merge_operators(
    level: np.ndarray,
    server: np.ndarray,
    members: np.ndarray,
    target: int,
    cell_site: np.ndarray,
) -> None:
    """Fill a layer with the strongest of several others, and the strongest of another site.

    The two strongest sites of a union are among the two strongest of each part, so nothing is lost
    by merging layers instead of cells.

    Parameters
    ----------
    level, server : float32[ny, nx, layers, 2], int32[ny, nx, layers, 2]
        Changed in place in the layer ``target``.
    members : int64[m]
        Layers to merge.
    cell_site : int32[cells]
        Site of every cell.
    """
    for row in prange(level.shape[0]):
        for col in range(level.shape[1]):
            for k in range(members.size):
                for place in range(2):
                    cell = server[row, col, members[k], place]
                    if cell >= 0:
                        merge_server(
                            level, server, row, col, target, level[row, col, members[k], place],
                            cell, cell_site,
                        )  # fmt: skip
