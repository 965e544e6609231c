"""From losses to servers: patterns, the strongest cell of a site, best server and runner-up."""

from __future__ import annotations

import math

import numpy as np

from htcoverage.engine.bands import FREE_DB
from htcoverage.engine.inputs import Antennas, Cells, Servers
from htcoverage.engine.owners import COL, DISTANCE_KM, ROW, SLANT_DB, TABLE
from htcoverage.jit import kernel


@kernel
def vertical_loss_db(tables: np.ndarray, pattern: int, angle_deg: float) -> float:
    """Loss of a pattern from its table, steps of 0.1° from −180° to 180°, between its entries."""
    position = min(max((angle_deg + 180.0) * 10.0, 0.0), 3599.0)
    index = int(position)
    low = tables[pattern, index]
    loss_db: float = low + (position - index) * (tables[pattern, index + 1] - low)
    return loss_db


@kernel
def turned_patterns(
    horizontal_db: np.ndarray,
    pattern: np.ndarray,
    azimuth_deg: np.ndarray,
    electrical_tilt_deg: np.ndarray,
    mechanical_tilt_deg: np.ndarray,
    radials_deg: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Horizontal loss and effective tilt of cells towards each radial.

    The formulas of `htcoverage.antennas.loss_db`, which a test compares, for all cells of a
    mast at once.

    Parameters
    ----------
    horizontal_db : float64[p, 3600]
        Loss of every pattern at 0.0, 0.1 … 359.9° clockwise from the boresight.
    pattern, azimuth_deg, electrical_tilt_deg, mechanical_tilt_deg : [c]
        Of the cells; the electrical tilt is what exceeds the pattern's own.
    radials_deg : float64[radials]
        Azimuths of the radials, clockwise from true north.

    Returns
    -------
    horizontal_db, tilt_deg : float32[c, radials]
    """
    shape = (pattern.size, radials_deg.size)
    loss = np.empty(shape, np.float32)
    tilt = np.empty(shape, np.float32)
    size = horizontal_db.shape[1]
    for c in range(pattern.size):
        table = horizontal_db[pattern[c]]
        for k in range(radials_deg.size):
            offset_deg = radials_deg[k] - azimuth_deg[c]
            position = (offset_deg % 360.0) * 10.0
            low = int(position)
            share = position - low
            loss[c, k] = table[low % size] * (1.0 - share) + table[(low + 1) % size] * share
            tilt[c, k] = electrical_tilt_deg[c] + mechanical_tilt_deg[c] * math.cos(
                math.radians(offset_deg)
            )
    return loss, tilt


@kernel
def merge_server(
    level: np.ndarray,
    server: np.ndarray,
    row: int,
    col: int,
    layer: int,
    candidate_dbm: np.float32,
    candidate: int,
    cell_site: np.ndarray,
) -> None:
    """Enter a site's strongest cell at a pixel: best server, and runner-up of another site.

    Equal levels go to the cell that stands first in the ledger, so the order in which sites are
    visited leaves no trace.
    """
    # Every array is read or written last outside the branches: numba then need not count references
    # to it, which costs more than the comparison does.
    best = server[row, col, layer, 0]
    best_dbm = level[row, col, layer, 0]
    second = server[row, col, layer, 1]
    second_dbm = level[row, col, layer, 1]
    rival = cell_site[max(best, 0)] != cell_site[candidate] and best >= 0
    if best < 0 or candidate_dbm > best_dbm or (candidate_dbm == best_dbm and candidate < best):
        if rival:
            second, second_dbm = best, best_dbm
        best, best_dbm = candidate, candidate_dbm
    elif rival and (
        second < 0
        or candidate_dbm > second_dbm
        or (candidate_dbm == second_dbm and candidate < second)
    ):
        second, second_dbm = candidate, candidate_dbm
    server[row, col, layer, 0] = best
    level[row, col, layer, 0] = best_dbm
    server[row, col, layer, 1] = second
    level[row, col, layer, 1] = second_dbm


@kernel
def weigh_cells(
    patterns_db: np.ndarray,
    matters: np.ndarray,
    where: np.ndarray,
    geometry: np.ndarray,
    count: int,
    servers: Servers,
    bands: np.ndarray,
    cells: Cells,
    antennas: Antennas,
    rx_ground: np.ndarray,
    tx_over_rx_m: float,
    bulge: float,
    skip: bool,
) -> int:
    """Write what the antennas lose towards the pixels; take those off that no cell can change.

    The proof is that of `htcoverage.engine.sweep.sweep_mast`.

    Parameters
    ----------
    patterns_db, matters : float64[n, c], bool[n, c]
        Written: loss of the pattern of every cell of the mast, and whether the cell may matter.
    where, geometry : int32[2, n], float64[3, n]
        List of ``count`` pixels (`htcoverage.engine.owners`), closed up in place.
    bands : float64[bands, 8]
        `band_constants`.
    rx_ground : float32[ny, nx]
        Terrain at the pixel centres.
    tx_over_rx_m : float
        Transmitting antenna above sea level, less the receiver's height above ground.
    bulge : float
        500 by effective Earth radius, m/km².
    skip : bool
        Whether pixels are taken off at all.

    Returns
    -------
    int
        Pixels that are left.
    """
    level, _, _, _, first_row = servers
    _, cell_band, cell_layer, reference_dbm, horizontal, tilt_deg, cell_pattern = cells
    vertical, cap_db = antennas
    last_radial = horizontal.shape[1] - 2
    left = 0
    for k in range(count):
        row = where[ROW, k]
        col = where[COL, k]
        distance_km = geometry[DISTANCE_KM, k]
        slant_db = geometry[SLANT_DB, k]
        rise_m = tx_over_rx_m - rx_ground[row, col] + bulge * distance_km * distance_km
        depression_deg = math.degrees(math.atan2(0.001 * rise_m, distance_km))
        radial = min(int(geometry[TABLE, k]), last_radial)
        share = geometry[TABLE, k] - radial
        keep = False
        for c in range(cell_band.size):
            # NaN where there is no runner-up: nothing lies below it.
            runner_up_dbm = level[row - first_row, col, cell_layer[c], 1]
            free_dbm = reference_dbm[c] - (bands[cell_band[c], FREE_DB] + slant_db)
            matters[left, c] = False
            if skip and np.float32(free_dbm) < runner_up_dbm:
                continue
            horizontal_db = horizontal[c, radial] + share * (
                horizontal[c, radial + 1] - horizontal[c, radial]
            )
            pattern = cell_pattern[c]
            vertical_db = vertical_loss_db(vertical, pattern, depression_deg - tilt_deg[c, radial])
            pattern_db = min(horizontal_db + vertical_db, cap_db[pattern])
            if skip and np.float32(free_dbm - pattern_db) < runner_up_dbm:
                continue
            patterns_db[left, c] = pattern_db
            matters[left, c] = True
            keep = True
        if keep:
            where[ROW, left] = row
            where[COL, left] = col
            for i in range(geometry.shape[0]):
                geometry[i, left] = geometry[i, k]
            left += 1
    return left


@kernel
def wanted_bands(matters: np.ndarray, count: int, cell_band: np.ndarray, bands: int) -> np.ndarray:
    """Return whether a cell of a band may matter at each of ``count`` pixels."""
    wanted = np.zeros((count, bands), np.bool_)
    for k in range(count):
        for c in range(cell_band.size):
            if matters[k, c]:
                wanted[k, cell_band[c]] = True
    return wanted


@kernel
def enter_levels(
    servers: Servers,
    where: np.ndarray,
    wanted: np.ndarray,
    losses_db: np.ndarray,
    patterns_db: np.ndarray,
    matters: np.ndarray,
    cells: Cells,
) -> None:
    """Enter the cells of a mast at a list of pixels.

    Parameters
    ----------
    where : int32[2, n]
        List of pixels (`htcoverage.engine.owners`), as many as there are losses.
    wanted, losses_db : bool[n, bands], float64[n, bands]
        Bands evaluated, and their loss.
    patterns_db, matters : float64[n, c], bool[n, c]
        From `weigh_cells`.
    """
    level, server, power_mw, cell_site, first_row = servers
    index, cell_band, cell_layer, reference_dbm, _, _, _ = cells
    layers = level.shape[2]
    total = power_mw.size > 0
    site_dbm = np.empty(layers, np.float32)
    site_cell = np.empty(layers, np.int32)
    for k in range(losses_db.shape[0]):
        at = where[ROW, k] - first_row
        col = where[COL, k]
        for layer in range(layers):
            site_cell[layer] = -1
        for c in range(index.size):
            band = cell_band[c]
            if not (matters[k, c] and wanted[k, band]):
                continue
            level_dbm = reference_dbm[c] - losses_db[k, band] - patterns_db[k, c]
            dbm = np.float32(level_dbm)
            layer = cell_layer[c]
            if site_cell[layer] < 0 or dbm > site_dbm[layer]:
                site_dbm[layer] = dbm
                site_cell[layer] = index[c]
            if total:
                power_mw[at, col, layer] += 10.0 ** (0.1 * level_dbm)
        for layer in range(layers):
            # Below the runner-up it changes nothing; told without a look at the servers.
            if site_cell[layer] >= 0 and not site_dbm[layer] < level[at, col, layer, 1]:
                merge_server(
                    level, server, at, col, layer, site_dbm[layer], site_cell[layer], cell_site
                )
