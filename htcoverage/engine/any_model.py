"""One mast by any model of the registry: the loss of every pixel on its own, without radials.

P.1812 has the sweep. The other models are evaluated pixel by pixel: the empirical ones from the
distance and the antenna heights above ground, the path models from a profile cut for the pixel.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from htcoverage.engine.bands import band_constants
from htcoverage.engine.exact import cut_profile
from htcoverage.engine.inputs import Antennas, Cells, Land, Mast, Pixels, Servers, Setup
from htcoverage.engine.owners import COL, DISTANCE_KM, ROW, SLANT_DB, TABLE
from htcoverage.engine.pixel import NEAREST_KM
from htcoverage.engine.radials import bilinear
from htcoverage.engine.servers import enter_levels, wanted_bands, weigh_cells
from htcoverage.engine.sweep import EVALUATED, NEAR, SKIPPED
from htcoverage.jit import kernel, prange
from htcoverage.propagation.hata import cost231_loss_db, hata_loss_db
from htcoverage.propagation.p525 import p525_loss_db
from htcoverage.propagation.p1812.combine import slant_distance_km
from htcoverage.propagation.p1812.diffraction import DB_PER_NEPER
from htcoverage.propagation.path_kernels import (
    ehata_path_db,
    itm_area_pixel_db,
    itm_path_db,
    p526_cylinders_path_db,
    p526_edges_path_db,
    p526_path_db,
    p1812_path_db,
    spm_path_db,
)
from htcoverage.propagation.tr38901 import (
    any_scenario_loss_db,
    rma_loss_db,
    uma_loss_db,
    umi_loss_db,
)

#: Names of the registry in the order of the codes below; those up to "spm" read a profile.
MODEL_NAMES = (
    "p1812", "p526", "p526-cylinders", "p526-edges", "itm", "ehata", "spm", "p525", "itm-area",
    "hata", "cost231", "tr38901", "tr38901-rma", "tr38901-uma", "tr38901-umi",
)  # fmt: skip
(
    _P1812, _P526, _CYLINDERS, _EDGES, _ITM, _EHATA, _SPM, _P525, _ITM_AREA,
    _HATA, _COST231, _TR38901, _RMA, _UMA, _UMI,
) = range(15)  # fmt: skip

#: Nearer than this a formula of the logarithm of distance means nothing: free space counts.
NEAREST_FORMULA_KM = 0.02


@kernel
def table_position(south: float, east: float, half: int) -> float:
    """Return where a direction stands in the sweep's tables of radials, between its entries.

    Parameters
    ----------
    south, east : float
        From the mast to the pixel, in any unit.
    half : int
        Radials on half a side of the frame.
    """
    if south == 0.0 and east == 0.0:
        return float(half)  # due east
    if abs(east) >= abs(south):
        side = 0 if east > 0.0 else 2
        tangent = south / abs(east)
    else:
        side = 1 if south > 0.0 else 3
        tangent = east / abs(south)
    return side * (2 * half + 1) + (tangent + 1.0) * half


@kernel
def row_pixels(
    where: np.ndarray,
    geometry: np.ndarray,
    row: int,
    pixels: Pixels,
    mast: Mast,
    setup: Setup,
    tx_m: float,
) -> int:
    """List the wanted pixels of a row in reach, as `htcoverage.engine.owners` does of a radial."""
    reach = setup.radius_km / pixels.resolution_km
    first = max(math.ceil(mast.col - reach), 0)
    last = min(math.floor(mast.col + reach), pixels.wanted.shape[1] - 1)
    south = row - mast.row
    count = 0
    for col in range(first, last + 1):
        east = col - mast.col
        distance_km = pixels.resolution_km * math.sqrt(south * south + east * east)
        if distance_km > setup.radius_km or not pixels.wanted[row, col]:
            continue
        rx_m = float(pixels.rx_ground[row, col]) + setup.rx_height_m
        slant_km = slant_distance_km(distance_km, tx_m, rx_m)
        where[ROW, count] = row
        where[COL, count] = col
        geometry[DISTANCE_KM, count] = distance_km
        geometry[SLANT_DB, count] = 2.0 * DB_PER_NEPER * math.log(slant_km)
        geometry[TABLE, count] = table_position(south, east, setup.half)
        count += 1
    return count


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
        Its parameters are those of `htcoverage.engine.sweep.sweep_mast`, and ``environments``,
        uint8[ny, nx], the number of the model's own at every pixel. It returns the same counts:
        evaluated, skipped, and so near that free space counts.

    Notes
    -----
    The model's number is a constant of the compiled function, so that the branches of the others
    are cut off before they are compiled: a model costs its own compilation only.

    A loss below free space is held there: empirical formulas fall below it nearby, and the proof by
    which work is skipped rests on it. A loss that is not a number is no link.
    """
    code = MODEL_NAMES.index(name)
    nearest_km = NEAREST_KM if code == _P1812 else NEAREST_FORMULA_KM

    def enter_mast(
        servers: Servers,
        pixels: Pixels,
        land: Land,
        mast: Mast,
        setup: Setup,
        freq_ghz: np.ndarray,
        cells: Cells,
        antennas: Antennas,
        skip: bool,
        environments: np.ndarray,
    ) -> np.ndarray:
        rows = servers.level.shape[0]
        counts = np.zeros((rows, 3), np.int64)
        ground, clutter, zone, posting_km = land
        bands = band_constants(freq_ghz, setup.n0)
        ratio = pixels.resolution_km / posting_km
        tx_m = bilinear(ground, mast.terrain_row, mast.terrain_col) + mast.tx_height_m
        tx_height_m = mast.tx_height_m
        rx_height_m = setup.rx_height_m
        for at in prange(rows):
            most = 2 * math.ceil(setup.radius_km / pixels.resolution_km) + 2
            where = np.empty((2, most), np.int32)
            geometry = np.empty((3, most), np.float64)
            patterns_db = np.empty((most, cells.band.size), np.float64)
            matters = np.empty((most, cells.band.size), np.bool_)
            row = servers.first_row + at
            count = row_pixels(where, geometry, row, pixels, mast, setup, tx_m)
            left = weigh_cells(
                patterns_db, matters, where, geometry, count, servers, bands, cells, antennas,
                pixels.rx_ground, tx_m - rx_height_m, 500.0 / setup.earth_radius_km, skip,
            )  # fmt: skip
            wanted = wanted_bands(matters, left, cells.band, bands.shape[0])
            losses_db = np.empty((left, bands.shape[0]), np.float64)
            for k in range(left):
                distance_km = geometry[DISTANCE_KM, k]
                environment = int(environments[row, where[COL, k]])
                slant_km = 10.0 ** (0.05 * geometry[SLANT_DB, k])
                near = distance_km < nearest_km
                if near:
                    counts[at, NEAR] += 1
                if code <= _SPM and not near:
                    d_km, ground_m, clutter_m, _ = cut_profile(
                        ground, clutter, zone, mast.terrain_row, mast.terrain_col,
                        mast.terrain_row + ratio * (row - mast.row),
                        mast.terrain_col + ratio * (where[COL, k] - mast.col), distance_km,
                        setup.clearance_km, max(math.ceil(distance_km / posting_km), 4),
                    )  # fmt: skip
                for band in range(bands.shape[0]):
                    if not wanted[k, band]:
                        continue
                    f = 1000.0 * freq_ghz[band]
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
                        elif code == _CYLINDERS:
                            loss_db = p526_cylinders_path_db(
                                d_km, ground_m, clutter_m, tx_height_m, rx_height_m, f, environment
                            )
                        elif code == _EDGES:
                            loss_db = p526_edges_path_db(
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
                        elif code == _TR38901:
                            loss_db = any_scenario_loss_db(
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
                    losses_db[k, band] = max(loss_db, free_db)
                    if math.isnan(loss_db):
                        wanted[k, band] = False
            enter_levels(servers, where, wanted, losses_db, patterns_db, matters, cells)
            counts[at, EVALUATED] = left
            counts[at, SKIPPED] = count - left
        total: np.ndarray = counts.sum(axis=0)
        return total

    # numba numbers the cached functions of one name and does not lock that list: two processes
    # that compile two models at once would each take the other's. By its own name each is alone.
    enter_mast.__qualname__ = f"enter_mast-{name}"
    compiled: Callable[..., np.ndarray] = kernel(parallel=True)(enter_mast)
    return compiled
