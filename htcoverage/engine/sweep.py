"""The sweep: one position and antenna height, every radial, every pixel, every cell there.

Radials run from the mast to points on a square frame around it, ``2·half + 1`` to a side, and every
pixel belongs to the one radial that passes nearest in the direction of its side. Because the owner
of a pixel is a function of its position, radials can run in parallel without locks: no two ever
write the same pixel. Mast offsets are rounded to 1/1024 of a pixel when owners are decided, so that
this arithmetic is exact and the radials part the pixels without gap or overlap.
"""

from __future__ import annotations

import math

import numpy as np

from htcoverage.engine.bands import FREE_DB, band_constants, ducting_floor_db
from htcoverage.engine.pixel import NEAREST_KM, OWN_POINTS, pixel_losses
from htcoverage.engine.radials import bilinear, walk_radial
from htcoverage.jit import kernel, prange
from htcoverage.propagation.p1812.combine import slant_distance_km
from htcoverage.propagation.p1812.diffraction import DB_PER_NEPER

#: Columns of the counts that a sweep returns.
EVALUATED, SKIPPED, NEAR = 0, 1, 2


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
def vertical_loss_db(tables: np.ndarray, pattern: int, angle_deg: float) -> float:
    """Loss of a pattern from its table, steps of 0.1° from −180° to 180°, between its entries."""
    position = min(max((angle_deg + 180.0) * 10.0, 0.0), 3599.0)
    index = int(position)
    low = tables[pattern, index]
    return low + (position - index) * (tables[pattern, index + 1] - low)


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
    site = cell_site[candidate]
    best = server[row, col, layer, 0]
    best_dbm = level[row, col, layer, 0]
    if best < 0:
        level[row, col, layer, 0] = candidate_dbm
        server[row, col, layer, 0] = candidate
        return
    wins = candidate_dbm > best_dbm or (candidate_dbm == best_dbm and candidate < best)
    if cell_site[best] == site:
        if wins:
            level[row, col, layer, 0] = candidate_dbm
            server[row, col, layer, 0] = candidate
        return
    if wins:
        level[row, col, layer, 1] = best_dbm
        server[row, col, layer, 1] = best
        level[row, col, layer, 0] = candidate_dbm
        server[row, col, layer, 0] = candidate
        return
    second = server[row, col, layer, 1]
    second_dbm = level[row, col, layer, 1]
    if (
        second < 0
        or candidate_dbm > second_dbm
        or (candidate_dbm == second_dbm and candidate < second)
    ):
        level[row, col, layer, 1] = candidate_dbm
        server[row, col, layer, 1] = candidate


@kernel(parallel=True)
def sweep_mast(
    level: np.ndarray,
    server: np.ndarray,
    wanted_pixels: np.ndarray,
    rx_ground: np.ndarray,
    rx_zone: np.ndarray,
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
    n0: float,
    latitude_deg: float,
    half: int,
    step_km: float,
    freq_ghz: np.ndarray,
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
    """Sweep the terrain around one antenna position and enter its cells into the layers.

    Parameters
    ----------
    level, server : float32[ny, nx, layers, 2], int32[ny, nx, layers, 2]
        Strongest cell and the strongest of another site; changed in place. server −1 = none.
    wanted_pixels : bool[ny, nx]
        Pixels to evaluate.
    rx_ground, rx_zone : float32[ny, nx], uint8[ny, nx]
        Terrain and radio-climatic zone at the pixel centres.
    ground, clutter, zone : float32[H, W], float32[H, W], uint8[H, W]
        Terrain grid.
    mast_row, mast_col : float
        Mast on the analysis grid, pixel centres being whole numbers.
    resolution_km, posting_km : float
        Pixel sizes of the analysis grid and of the terrain.
    terrain_row, terrain_col : float
        Mast on the terrain grid.
    tx_height_m, rx_height_m : float
        Antennas above ground.
    radius_km : float
        Pixels farther away are not evaluated.
    clearance_km : float
        Clutter nearer to the receiver than this counts as bare.
    earth_radius_km, n0, latitude_deg : float
        Effective Earth radius, refractivity, latitude of the path's centre.
    half, step_km : int, float
        Radials on half a side of the frame; step along a radial.
    freq_ghz : float64[bands]
        Bands in use here.
    cells : int32[c]
        Index in the ledger of every cell here, ascending.
    cell_band, cell_layer, cell_pattern : int64[c]
        Band, layer and pattern of each.
    cell_reference_dbm : float64[c]
        Level at 0 dB loss in the antenna's main beam.
    cell_horizontal_db, cell_tilt_deg : float32[c, radials]
        Horizontal pattern loss and effective tilt towards each radial.
    pattern_vertical_db, pattern_cap_db : float32[p, 3601], float64[p]
        Vertical loss from −180° to 180° of depression, every 0.1°; most that a pattern loses.
    cell_site : int32[all cells]
        Site of every cell of the ledger.
    skip : bool
        Whether to leave out pixels that no cell here can change.

    Returns
    -------
    int64[radials, 3]
        Pixels evaluated, skipped, and nearer than P.1812's range, for each radial.

    Notes
    -----
    Skipping changes nothing. At 50 % of time P.1812's loss is at least free space (eq. 69), and a
    pattern's loss is at least 0, so no cell can reach more than its reference level less free space
    on the slant distance. Where that bound lies below the runner-up of its layer (below, not equal:
    ties are decided by ledger order), neither best server nor runner-up can change; a band is
    evaluated only where one of its cells may matter.
    """
    ny, nx = wanted_pixels.shape
    radials = 4 * (2 * half + 1)
    counts = np.zeros((radials, 3), np.int64)
    layers = level.shape[2]
    bands = freq_ghz.size
    constants = band_constants(freq_ghz, n0)
    ducting_floor = ducting_floor_db(latitude_deg, radius_km)
    ratio = resolution_km / posting_km
    bulge = 500.0 / earth_radius_km
    tx_m = bilinear(ground, terrain_row, terrain_col) + tx_height_m
    reach = math.ceil(radius_km / resolution_km) + 1
    # Owners are decided with the mast on a lattice of 1/1024 pixel: exact in floating point.
    own_row = math.floor(mast_row * 1024.0 + 0.5) / 1024.0
    own_col = math.floor(mast_col * 1024.0 + 0.5) / 1024.0
    points = int(radius_km / step_km) + 2

    for radial in prange(radials):
        side, place, tangent = radial_direction(radial, half)
        stretch = math.sqrt(1.0 + tangent * tangent)
        terrain_step = step_km / posting_km / stretch
        if side == 0:
            row_step, col_step = tangent * terrain_step, terrain_step
        elif side == 1:
            row_step, col_step = terrain_step, tangent * terrain_step
        elif side == 2:
            row_step, col_step = tangent * terrain_step, -terrain_step
        else:
            row_step, col_step = -terrain_step, tangent * terrain_step
        run = np.empty((7, points), np.float32)
        sums = np.empty((3, points), np.float64)
        marks = np.empty((2, points), np.int32)
        own_points = np.empty((3, OWN_POINTS), np.float64)
        losses_db = np.empty(bands, np.float64)
        wanted = np.empty(bands, np.bool_)
        site_dbm = np.empty(layers, np.float32)
        site_cell = np.empty(layers, np.int32)
        walked = False
        neighbour = radial + 1 if place < 2 * half else radial - 1
        neighbour_tangent = 1.0 / half if place < 2 * half else -1.0 / half

        for ahead in range(0, reach + 1):
            if side == 0:
                line = math.ceil(own_col) + ahead
                along = line - own_col
            elif side == 1:
                line = math.ceil(own_row) + ahead
                along = line - own_row
            elif side == 2:
                line = math.floor(own_col) - ahead
                along = own_col - line
            else:
                line = math.floor(own_row) - ahead
                along = own_row - line
            sideways = side == 0 or side == 2
            if line < 0 or line >= (nx if sideways else ny):
                continue
            if along == 0.0:
                # The mast stands on this line of centres: only its own pixel is nobody else's.
                first = int(own_row) if sideways else int(own_col)
                last = first
                mine = side == 0 and place == half and float(first) == own_row
                if not mine:
                    continue
            else:
                first, last = owned_range(
                    along, place, half, sideways, own_row if sideways else own_col
                )
            for across in range(first, last + 1):
                if sideways:
                    row, col = across, line
                else:
                    row, col = line, across
                if row < 0 or row >= ny or col < 0 or col >= nx or not wanted_pixels[row, col]:
                    continue
                south_km = (row - mast_row) * resolution_km
                east_km = (col - mast_col) * resolution_km
                distance_km = math.sqrt(south_km * south_km + east_km * east_km)
                if distance_km > radius_km:
                    continue
                if not walked:
                    walk_radial(
                        ground, clutter, zone, terrain_row, terrain_col, row_step, col_step,
                        step_km, tx_m, bulge, run, sums, marks,
                    )  # fmt: skip
                    walked = True
                rx_ground_m = float(rx_ground[row, col])
                slant_km = slant_distance_km(distance_km, tx_m, rx_ground_m + rx_height_m)
                slant_db = 2.0 * DB_PER_NEPER * math.log(slant_km)

                for band in range(bands):
                    wanted[band] = not skip
                if skip:
                    any_wanted = False
                    for c in range(cells.size):
                        if wanted[cell_band[c]]:
                            continue
                        layer = cell_layer[c]
                        free_db = constants[cell_band[c], FREE_DB] + slant_db
                        ceiling_dbm = cell_reference_dbm[c] - free_db
                        if (
                            server[row, col, layer, 1] < 0
                            or np.float32(ceiling_dbm) >= level[row, col, layer, 1]
                        ):
                            wanted[cell_band[c]] = True
                            any_wanted = True
                    if not any_wanted:
                        counts[radial, 1] += 1
                        continue

                pixel_losses(
                    losses_db, wanted, constants, distance_km, slant_db, tx_m, rx_ground_m,
                    rx_height_m, rx_zone[row, col], clearance_km, ground, clutter, zone,
                    terrain_row + ratio * (row - mast_row), terrain_col + ratio * (col - mast_col),
                    terrain_row, terrain_col, run, sums, marks, own_points, step_km,
                    earth_radius_km, latitude_deg, ducting_floor,
                )  # fmt: skip
                counts[radial, 0] += 1
                if distance_km < NEAREST_KM:
                    counts[radial, 2] += 1

                rise = tx_m - (rx_ground_m + rx_height_m) + bulge * distance_km * distance_km
                depression_deg = math.degrees(math.atan2(0.001 * rise, distance_km))
                offset = 0.0
                if along > 0.0:
                    reference = own_row if sideways else own_col
                    offset = ((across - reference) / along - tangent) / neighbour_tangent
                for layer in range(layers):
                    site_cell[layer] = -1
                for c in range(cells.size):
                    if not wanted[cell_band[c]]:
                        continue
                    horizontal_db = cell_horizontal_db[c, radial] + offset * (
                        cell_horizontal_db[c, neighbour] - cell_horizontal_db[c, radial]
                    )
                    pattern = cell_pattern[c]
                    vertical_db = vertical_loss_db(
                        pattern_vertical_db, pattern, depression_deg - cell_tilt_deg[c, radial]
                    )
                    pattern_db = min(max(horizontal_db, 0.0) + vertical_db, pattern_cap_db[pattern])
                    dbm = np.float32(cell_reference_dbm[c] - losses_db[cell_band[c]] - pattern_db)
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
