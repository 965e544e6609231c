"""The sweep: one position and antenna height, every radial, every pixel, every cell there."""

from __future__ import annotations

import math

import numpy as np

from htcoverage.engine.bands import band_constants, ducting_floor_db
from htcoverage.engine.inputs import Antennas, Cells, Land, Mast, Pixels, Servers, Setup
from htcoverage.engine.owners import DISTANCE_KM, owned_pixels
from htcoverage.engine.pixel import NEAREST_KM, radial_losses
from htcoverage.engine.radials import bilinear
from htcoverage.engine.servers import enter_levels, wanted_bands, weigh_cells
from htcoverage.jit import kernel, prange

#: Columns of the counts that a sweep returns.
EVALUATED, SKIPPED, NEAR = 0, 1, 2


@kernel(parallel=True)
def sweep_mast(
    servers: Servers,
    pixels: Pixels,
    land: Land,
    mast: Mast,
    setup: Setup,
    freq_ghz: np.ndarray,
    cells: Cells,
    antennas: Antennas,
    skip: bool,
) -> np.ndarray:
    """Sweep the terrain around one antenna position and enter its cells into a block of rows.

    Parameters
    ----------
    servers : Servers
        Changed in place.
    pixels, land, mast, setup, cells, antennas
        See `htcoverage.engine.inputs`.
    freq_ghz : float64[bands]
        Bands in use here.
    skip : bool
        Whether to leave out pixels that no cell here can change.

    Returns
    -------
    int64[3]
        Pixels evaluated, skipped, and nearer than P.1812's range.

    Notes
    -----
    Skipping changes nothing. At 50 % of time P.1812's loss is at least free space (eq. 69), so no
    cell can reach more than its reference level less free space on the slant distance and less its
    pattern's loss in the pixel's direction. That bound is computed as the level itself is, with the
    lesser loss in place of the loss, and rounding keeps the order of two numbers: so it holds to
    the last bit. Where it lies below the runner-up of its layer (below, not equal: ties are decided
    by ledger order), the cell is left out. The strongest cell of the site in the layer is then
    another or, if it was this one, lies below the runner-up itself and changes nothing; nor can
    what takes its place, being weaker. The runner-up never falls, so what could not matter then
    never will. A band is evaluated only where one of its cells may matter.
    """
    radials = 4 * (2 * setup.half + 1)
    counts = np.zeros((radials, 3), np.int64)
    bands = band_constants(freq_ghz, setup.n0)
    ducting_floor = ducting_floor_db(mast.latitude_deg, setup.radius_km)
    # A parallel loop counts in unsigned numbers, for which every kernel would be compiled again.
    signed = np.arange(radials)
    for k in prange(radials):
        radial = signed[k]
        evaluated, skipped, near = _sweep_radial(
            radial, servers, pixels, land, mast, setup, bands, ducting_floor, cells, antennas, skip
        )
        counts[radial, EVALUATED] = evaluated
        counts[radial, SKIPPED] = skipped
        counts[radial, NEAR] = near
    total: np.ndarray = counts.sum(axis=0)
    return total


@kernel
def _sweep_radial(
    radial: int,
    servers: Servers,
    pixels: Pixels,
    land: Land,
    mast: Mast,
    setup: Setup,
    bands: np.ndarray,
    ducting_floor: float,
    cells: Cells,
    antennas: Antennas,
    skip: bool,
) -> tuple[int, int, int]:
    """Serve the pixels that one radial owns; return what `sweep_mast` counts."""
    tx_m = bilinear(land.ground, mast.terrain_row, mast.terrain_col) + mast.tx_height_m
    reach = math.ceil(setup.radius_km / pixels.resolution_km) + 2
    most = reach * (reach // setup.half + 2)
    where = np.empty((2, most), np.int32)
    geometry = np.empty((3, most), np.float64)
    patterns_db = np.empty((most, cells.band.size), np.float64)
    matters = np.empty((most, cells.band.size), np.bool_)
    count = owned_pixels(where, geometry, radial, servers, pixels, mast, setup, tx_m)
    left = weigh_cells(
        patterns_db, matters, where, geometry, count, servers, bands, cells, antennas,
        pixels.rx_ground, tx_m - setup.rx_height_m, 500.0 / setup.earth_radius_km, skip,
    )  # fmt: skip
    if left == 0:
        return 0, count, 0
    wanted = wanted_bands(matters, left, cells.band, bands.shape[0])
    losses_db = np.empty((left, bands.shape[0]), np.float64)
    radial_losses(
        losses_db, wanted, where, geometry, radial, pixels, land, mast, setup, bands, tx_m,
        ducting_floor,
    )  # fmt: skip
    enter_levels(servers, where, wanted, losses_db, patterns_db, matters, cells)
    near = 0
    for k in range(left):
        if geometry[DISTANCE_KM, k] < NEAREST_KM:
            near += 1
    return left, count - left, near
