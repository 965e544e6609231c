"""Grow settlements cell by cell, and turn their cells into smooth outlines."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from rasterio.features import shapes as cell_shapes
from scipy import ndimage
from shapely import Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from htcoverage.reference_builder.appeal import Appeal
from htcoverage.reference_builder.blocks import Floats
from htcoverage.reference_builder.boundaries import polygons
from htcoverage.reference_builder.drainage import coloured_noise
from htcoverage.reference_builder.parameters import RELIEF, SETTLING

TILE = 1024
Cells = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Growth:
    """The lattice of fine cells on which settlements grow.

    Parameters
    ----------
    appeal : Appeal
        Fields on the terrain's pixels.
    transform : Affine
        From (column, row) of fine cells to metres.
    open_to : ndarray of int8
        District number of the cells free to grow into, −1 elsewhere; cells are taken as settlements
        grow, with a margin of one cell all round.
    cost : ndarray
        A periodic tile of noise: what it costs to grow into a cell.
    """

    appeal: Appeal
    transform: Affine
    open_to: npt.NDArray[np.int8]
    cost: Floats

    @staticmethod
    def start(appeal: Appeal, *, rng: np.random.Generator) -> Growth:
        """Return the empty lattice: cells whose whole neighbourhood is dry and of one district."""
        times = round(RELIEF.pixel_m / SETTLING.cell_m)
        unit = appeal.unit
        same = ndimage.maximum_filter(unit, 3) == ndimage.minimum_filter(unit, 3)
        cells = np.where(unit >= 0, unit, -1).astype(np.int8).repeat(times, 0).repeat(times, 1)
        whole = ndimage.minimum_filter(cells, 3) == ndimage.maximum_filter(cells, 3)
        whole |= same.repeat(times, 0).repeat(times, 1)
        noise = coloured_noise((TILE, TILE), SETTLING.cell_m, rng)
        return Growth(
            appeal,
            appeal.grid.affine * Affine.scale(1 / times),
            np.where(whole, cells, -1).astype(np.int8),
            np.exp(SETTLING.outline_noise * noise),
        )

    def grow(self, x: float, y: float, *, ground_m2: float, unit: int) -> Cells:
        """Return the cells (rows, columns) of one settlement and take them.

        Cells join in order of the cheapest way from the seed (first-passage percolation): dear
        where the noise is, on slopes, and away from the road, bank or shore that the seed is on.
        When the seed's surroundings are too narrow, the nearest free cells are tried instead.

        Parameters
        ----------
        x, y : float
            The seed in metres.
        ground_m2 : float
            Area wanted.
        unit : int
            District to stay in.
        """
        wanted = max(8, round(ground_m2 / SETTLING.cell_m**2))
        column, row = (int(v) for v in np.floor(~self.transform * (x, y)))
        best: list[tuple[int, int]] = []
        for seed in self._seeds(row, column, unit):
            cells = self._reach(*seed, wanted, unit)
            if len(cells) > len(best):
                best = cells
            if len(best) >= wanted:
                break
        if len(best) < SETTLING.least_ground * wanted:
            raise ValueError(f"no room for {wanted} cells near {x:.0f}, {y:.0f}: {len(best)}")
        result = self._fill(np.array(best, dtype=np.int64).T, unit)
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                self.open_to[result[0] + down, result[1] + right] = -1
        return result

    def _fill(self, cells: Cells, unit: int) -> Cells:
        """Return the cells and those they enclose, where free."""
        top, left = cells.min(axis=1)
        bottom, right = cells.max(axis=1) + 1
        mask = np.zeros((bottom - top, right - left), dtype=bool)
        mask[cells[0] - top, cells[1] - left] = True
        free = self.open_to[top:bottom, left:right] == unit
        rows, columns = np.nonzero(mask | (ndimage.binary_fill_holes(mask) & free))
        return np.stack([rows + top, columns + left])

    def _seeds(self, row: int, column: int, unit: int) -> list[tuple[int, int]]:
        """Return free cells to try: the seed, then others ever farther away on a sparse lattice."""
        reach = 60
        window = self.open_to[row - reach : row + reach + 1, column - reach : column + reach + 1]
        rows, columns = np.nonzero(window == unit)
        keep = ((rows % 4 == 0) & (columns % 4 == 0)) | ((rows == reach) & (columns == reach))
        rows, columns = rows[keep] - reach, columns[keep] - reach
        order = np.argsort(np.hypot(rows, columns), kind="stable")[:60]
        return [(int(row + rows[i]), int(column + columns[i])) for i in order]

    def _reach(self, row: int, column: int, wanted: int, unit: int) -> list[tuple[int, int]]:
        times = round(RELIEF.pixel_m / SETTLING.cell_m)
        along, slope = self.appeal.along_m, self.appeal.slope_deg
        seed_along = along[row // times, column // times]
        queue = [(0.0, row, column)]
        seen = {(row, column)}
        cells: list[tuple[int, int]] = []
        while queue and len(cells) < wanted:
            time, r, c = heapq.heappop(queue)
            cells.append((r, c))
            for next_r, next_c in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)):
                if (next_r, next_c) in seen or self.open_to[next_r, next_c] != unit:
                    continue
                seen.add((next_r, next_c))
                pixel = (next_r // times, next_c // times)
                cost = self.cost[next_r % TILE, next_c % TILE]
                cost *= 1.0 + (slope[pixel] / SETTLING.slope_scale_deg) ** 2
                away = abs(along[pixel] - seed_along)
                if away == away:  # not NaN
                    cost *= 1.0 + away / SETTLING.along_m
                heapq.heappush(queue, (time + float(cost), next_r, next_c))
        return cells


def outline(cells: Cells, growth: Growth, *, inside: BaseGeometry) -> Polygon:
    """Return the cells' outline with its steps smoothed away; a pond inside stays a hole.

    Parameters
    ----------
    cells : ndarray, shape (2, n)
        Rows and columns.
    growth : Growth
        Where the cells lie.
    inside : Polygon or MultiPolygon
        The district less a margin: spikes of its border may reach between two cells.
    """
    top, left = cells.min(axis=1) - 1
    bottom, right = cells.max(axis=1) + 2
    mask = np.zeros((bottom - top, right - left), dtype=np.uint8)
    mask[cells[0] - top, cells[1] - left] = 1
    transform = growth.transform * Affine.translation(left, top)
    soft = max(smooth_outlines(mask, transform), key=lambda part: part.area)
    if not inside.contains(soft):
        soft = max(polygons(soft.intersection(inside)), key=lambda part: part.area)
    return shapely.normalize(shapely.set_precision(soft, 0.1))


def smooth_outlines(mask: npt.NDArray[np.uint8], transform: Affine) -> list[Polygon]:
    """Return the outline of each connected group of cells that are not 0, smoothed.

    Parameters
    ----------
    mask : ndarray of uint8
        Cells.
    transform : Affine
        From (column, row) of cells to metres; cells are square.
    """
    found = [shape(part) for part, _ in cell_shapes(mask, mask=mask > 0, transform=transform)]
    return [_smooth(part, abs(transform.a)) for group in found for part in polygons(group)]


def _smooth(cells: Polygon, cell_m: float) -> Polygon:
    """Return the smoothed outline of cells, put outwards until it has their area again."""
    rings = [smooth_ring(np.array(ring.coords), cell_m) for ring in cells.interiors]
    soft = Polygon(smooth_ring(np.array(cells.exterior.coords), cell_m), rings)
    outwards_m = (cells.area - soft.area) / soft.length
    grown = soft.buffer(outwards_m, quad_segs=2).simplify(cell_m / 12)
    return max(polygons(grown), key=lambda part: part.area)


def smooth_ring(corners: Floats, cell_m: float) -> Floats:
    """Return a closed ring of cell edges with its steps smoothed away.

    Each edge of a cell gives its midpoint, which is averaged with its neighbours; then corners are
    cut twice (Chaikin).
    """
    edged = shapely.segmentize(shapely.LinearRing(corners), cell_m * 1.01)
    ring = np.array(edged.coords)[:-1]
    ring = (ring + np.roll(ring, -1, axis=0)) / 2
    ring = (np.roll(ring, 1, axis=0) + 2 * ring + np.roll(ring, -1, axis=0)) / 4
    for _ in range(2):
        following = np.roll(ring, -1, axis=0)
        cut = np.empty((2 * len(ring), 2))
        cut[0::2], cut[1::2] = 0.75 * ring + 0.25 * following, 0.25 * ring + 0.75 * following
        ring = cut
    result: Floats = ring
    return result
