"""One mast by any model of the registry: the loss of every pixel on its own, without radials.

P.1812 has the sweep. The other models are evaluated pixel by pixel: the empirical ones from the
distance and the antenna heights above ground, the path models from a profile cut for the pixel.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from htcoverage.engine.exact import cut_profile
from htcoverage.engine.pixel import NEAREST_KM
from htcoverage.engine.radials import bilinear
from htcoverage.engine.sweep import EVALUATED, NEAR, SKIPPED, merge_server, vertical_loss_db
from htcoverage.jit import kernel, prange
from htcoverage.propagation.hata import cost231_loss_db, hata_loss_db
from htcoverage.propagation.p525 import p525_loss_db
from htcoverage.propagation.p1812.combine import slant_distance_km
from htcoverage.propagation.path_kernels import (
    ehata_path_db,
    itm_area_pixel_db,
    itm_path_db,
    p526_path_db,
    p1812_path_db,
    spm_path_db,
)
from htcoverage.propagation.tr38901 import rma_loss_db, uma_loss_db, umi_loss_db

#: Names of the registry in the order of the codes below; the first five read a profile.
MODEL_NAMES = (
    "p1812", "p526", "itm", "ehata", "spm", "p525", "itm-area", "hata", "cost231", "tr38901-rma",
    "tr38901-uma", "tr38901-umi",
)  # fmt: skip
_P1812, _P526, _ITM, _EHATA, _SPM, _P525, _ITM_AREA, _HATA, _COST231, _RMA, _UMA, _UMI = range(12)

#: Nearer than this a formula of the logarithm of distance means nothing: free space counts.
NEAREST_FORMULA_KM = 0.02


@kernel
def table_position(south: float, east: float, half: int) -> tuple[int, float]:
    """Radial at or before a direction in the tables of the sweep, and the share of the way on.

    Parameters
    ----------
    south, east : float
        From the mast to the pixel, in any unit.
    half : int
        Radials on half a side of the frame.
    """
    if south == 0.0 and east == 0.0:
        return half, 0.0  # due east
    if abs(east) >= abs(south):
        side = 0 if east > 0.0 else 2
        tangent = south / abs(east)
    else:
        side = 1 if south > 0.0 else 3
        tangent = east / abs(south)
    place = (tangent + 1.0) * half
    whole = min(int(place), 2 * half - 1)
    return side * (2 * half + 1) + whole, place - whole


@cache
def mast_kernel(name: str) -> Callable[..., np.ndarray]:
    """Return the kernel that enters one mast into the layers by one model.

    Parameters
    ----------
    name : str
        One of `MODEL_NAMES`.

    Returns
    -------
    callable
        Its parameters are those of `htcoverage.engine.sweep.sweep_mast`, and ``environment``, the
        number of the model's own. It returns the same counts for every row of pixels: evaluated,
        skipped, and so near that free space counts.

    Notes
    -----
    The model's number is a constant of the compiled function, so that the branches of the others
    are cut off before they are compiled: a model costs its own compilation only.

    A loss below free space is held there: empirical formulas fall below it nearby, and the proof by
    which work is skipped rests on it. A loss that is not a number is no link.
    """
    code = MODEL_NAMES.index(name)
    nearest_km = NEAREST_KM if code == _P1812 else NEAREST_FORMULA_KM

    @kernel(parallel=True)
    def enter_mast(
        level: np.ndarray,
        server: np.ndarray,
        wanted_pixels: np.ndarray,
        rx_ground: np.ndarray,
        ground: np.ndarray,
        clutter: np.ndarray,
        zone: np.ndarray,
        mast_row: float,
        mast_col: float,
        resolution_km: float,
        terrain_row: float,
        terrain_col: float,
        posting_km: float,
        tx_height_m: float,
        rx_height_m: float,
        radius_km: float,
        clearance_km: float,
        earth_radius_km: float,
        half: int,
        environment: int,
        freq_mhz: np.ndarray,
        cells: np.ndarray,
        cell_band: np.ndarray,
        cell_layer: np.ndarray,
        cell_reference_dbm: np.ndarray,
        cell_horizontal_db: np.ndarray,
        cell_tilt_deg: np.ndarray,
        cell_pattern: np.ndarray,
        pattern_vertical_db: np.ndarray,
        pattern_cap_db: np.ndarray,
        cell_site: np.ndarray,
        skip: bool,
    ) -> np.ndarray:
        ny, nx = wanted_pixels.shape
        counts = np.zeros((ny, 3), np.int64)
        layers = level.shape[2]
        bands = freq_mhz.size
        ratio = resolution_km / posting_km
        bulge = 500.0 / earth_radius_km
        tx_m = bilinear(ground, terrain_row, terrain_col) + tx_height_m
        reach = radius_km / resolution_km
        for row in prange(ny):
            south = row - mast_row
            if abs(south) > reach:
                continue
            wanted = np.empty(bands, np.bool_)
            losses_db = np.empty(bands, np.float64)
            site_dbm = np.empty(layers, np.float32)
            site_cell = np.empty(layers, np.int32)
            first = max(math.ceil(mast_col - reach), 0)
            last = min(math.floor(mast_col + reach), nx - 1)
            for col in range(first, last + 1):
                east = col - mast_col
                distance_km = resolution_km * math.sqrt(south * south + east * east)
                if distance_km > radius_km or not wanted_pixels[row, col]:
                    continue
                rx_m = float(rx_ground[row, col]) + rx_height_m
                slant_km = slant_distance_km(distance_km, tx_m, rx_m)

                for band in range(bands):
                    wanted[band] = not skip
                if skip:
                    any_wanted = False
                    for c in range(cells.size):
                        if wanted[cell_band[c]]:
                            continue
                        free_db = p525_loss_db(freq_mhz[cell_band[c]], slant_km)
                        layer = cell_layer[c]
                        if (
                            server[row, col, layer, 1] < 0
                            or np.float32(cell_reference_dbm[c] - free_db)
                            >= level[row, col, layer, 1]
                        ):
                            wanted[cell_band[c]] = True
                            any_wanted = True
                    if not any_wanted:
                        counts[row, SKIPPED] += 1
                        continue
                counts[row, EVALUATED] += 1
                near = distance_km < nearest_km
                if near:
                    counts[row, NEAR] += 1

                if code <= _SPM and not near:
                    d_km, ground_m, clutter_m, _ = cut_profile(
                        ground, clutter, zone, terrain_row, terrain_col,
                        terrain_row + ratio * south, terrain_col + ratio * east, distance_km,
                        clearance_km, max(math.ceil(distance_km / posting_km), 4),
                    )  # fmt: skip
                for band in range(bands):
                    if not wanted[band]:
                        continue
                    f = freq_mhz[band]
                    free_db = p525_loss_db(f, slant_km)
                    loss_db = free_db
                    if not near:
                        if code == _P1812:
                            loss_db = p1812_path_db(
                                d_km, ground_m, clutter_m, tx_height_m, rx_height_m, f, environment
                            )
                        elif code == _P526:
                            loss_db = p526_path_db(
                                d_km, ground_m, clutter_m, tx_height_m, rx_height_m, f, environment
                            )
                        elif code == _ITM:
                            loss_db = itm_path_db(
                                d_km, ground_m, clutter_m, tx_height_m, rx_height_m, f, environment
                            )
                        elif code == _EHATA:
                            loss_db = ehata_path_db(
                                d_km, ground_m, clutter_m, tx_height_m, rx_height_m, f, environment
                            )
                        elif code == _SPM:
                            loss_db = spm_path_db(
                                d_km, ground_m, clutter_m, tx_height_m, rx_height_m, f, environment
                            )
                        elif code == _ITM_AREA:
                            loss_db = itm_area_pixel_db(
                                f, distance_km, tx_height_m, rx_height_m, environment
                            )
                        elif code == _HATA:
                            loss_db = hata_loss_db(
                                f, distance_km, tx_height_m, rx_height_m, environment
                            )
                        elif code == _COST231:
                            loss_db = cost231_loss_db(
                                f, distance_km, tx_height_m, rx_height_m, environment
                            )
                        elif code == _RMA:
                            loss_db = rma_loss_db(
                                f, distance_km, tx_height_m, rx_height_m, environment
                            )
                        elif code == _UMA:
                            loss_db = uma_loss_db(
                                f, distance_km, tx_height_m, rx_height_m, environment
                            )
                        elif code == _UMI:
                            loss_db = umi_loss_db(
                                f, distance_km, tx_height_m, rx_height_m, environment
                            )
                    losses_db[band] = math.inf if math.isnan(loss_db) else max(loss_db, free_db)

                rise = tx_m - rx_m + bulge * distance_km * distance_km
                depression_deg = math.degrees(math.atan2(0.001 * rise, distance_km))
                radial, share = table_position(south, east, half)
                for layer in range(layers):
                    site_cell[layer] = -1
                for c in range(cells.size):
                    loss_db = losses_db[cell_band[c]]
                    if not wanted[cell_band[c]] or loss_db == math.inf:
                        continue
                    horizontal_db = cell_horizontal_db[c, radial] + share * (
                        cell_horizontal_db[c, radial + 1] - cell_horizontal_db[c, radial]
                    )
                    pattern = cell_pattern[c]
                    vertical_db = vertical_loss_db(
                        pattern_vertical_db, pattern, depression_deg - cell_tilt_deg[c, radial]
                    )
                    pattern_db = min(horizontal_db + vertical_db, pattern_cap_db[pattern])
                    dbm = np.float32(cell_reference_dbm[c] - loss_db - pattern_db)
                    layer = cell_layer[c]
                    if site_cell[layer] < 0 or dbm > site_dbm[layer]:
                        site_dbm[layer] = dbm
                        site_cell[layer] = cells[c]
                for layer in range(layers):
                    if site_cell[layer] >= 0:
                        merge_server(
                            level, server, row, col, layer, site_dbm[layer], site_cell[layer],
                            cell_site,
                        )  # fmt: skip
        return counts

    return enter_mast
