"""Loops over the whole grid that stand beside the sweep: receivers' ground, and the results."""

from __future__ import annotations

import math

import numpy as np

from htcoverage.engine.inputs import Servers
from htcoverage.engine.radials import bilinear, nearest_index
from htcoverage.engine.servers import merge_server
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
def write_rows(
    servers: Servers,
    members: np.ndarray,
    level_dbm: np.ndarray,
    runner_up_dbm: np.ndarray,
    best_server: np.ndarray,
    runner_up_server: np.ndarray,
    total_power_dbm: np.ndarray,
) -> None:
    """Write a block of rows into the results, and with it the layers of any operator.

    The two strongest sites of a union are among the two strongest of each part, so nothing is lost
    by merging layers instead of cells.

    Parameters
    ----------
    servers : Servers
        The block.
    members : bool[shared, own]
        Which own layers each shared one is made of.
    level_dbm, runner_up_dbm, best_server, runner_up_server : float32 or int32[layers, ny, nx]
        Results, changed in place: own layers first, then the shared ones.
    total_power_dbm : float32[layers, ny, nx], or of no size
        Likewise, where it is wanted.
    """
    rows, nx, own, _ = servers.level.shape
    shared = members.shape[0]
    for at in prange(rows):
        row = servers.first_row + at
        best_dbm = np.empty((1, 1, 1, 2), np.float32)
        best = np.empty((1, 1, 1, 2), np.int32)
        for col in range(nx):
            for layer in range(own + shared):
                if layer < own:
                    best_dbm[0, 0, 0] = servers.level[at, col, layer]
                    best[0, 0, 0] = servers.server[at, col, layer]
                else:
                    best_dbm[0, 0, 0] = np.nan
                    best[0, 0, 0] = -1
                    for member in range(own):
                        for place in range(2):
                            cell = servers.server[at, col, member, place]
                            if members[layer - own, member] and cell >= 0:
                                merge_server(
                                    best_dbm, best, 0, 0, 0,
                                    servers.level[at, col, member, place], cell, servers.cell_site,
                                )  # fmt: skip
                level_dbm[layer, row, col] = best_dbm[0, 0, 0, 0]
                runner_up_dbm[layer, row, col] = best_dbm[0, 0, 0, 1]
                best_server[layer, row, col] = best[0, 0, 0, 0]
                runner_up_server[layer, row, col] = best[0, 0, 0, 1]
                if total_power_dbm.size > 0:
                    sum_mw = 0.0
                    if layer < own:
                        sum_mw = servers.power_mw[at, col, layer]
                    else:
                        for member in range(own):
                            if members[layer - own, member]:
                                sum_mw += servers.power_mw[at, col, member]
                    total_power_dbm[layer, row, col] = (
                        10.0 * math.log10(sum_mw) if sum_mw > 0.0 else np.nan
                    )
