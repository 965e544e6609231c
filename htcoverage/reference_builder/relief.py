"""Ground heights at 90 m: the 2′ elevation plus seeded relief that keeps the 2′ means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from odc.geo.geobox import GeoBox
from scipy import ndimage
from shapely import Point, box
from shapely.geometry.base import BaseGeometry

from htcoverage.grid import make_grid
from htcoverage.reference_builder.blocks import Blocks, Bools, Floats, block_position, burn
from htcoverage.reference_builder.drainage import draw_network, refine, roughness
from htcoverage.reference_builder.parameters import RELIEF, WATERS
from htcoverage.reference_builder.sources import CoarseElevation
from htcoverage.reference_builder.waters import WaterShapes, metres

SEA, RIVER, LAKE = 1, 2, 3


@dataclass(frozen=True)
class Terrain:
    """The modelled ground.

    Parameters
    ----------
    grid : odc.geo.geobox.GeoBox
        Province and margin, EPSG:9209, edges at multiples of the pixel.
    ground_m : ndarray of int16, shape (rows, columns)
        Above sea level; sea 0.
    water : ndarray of uint8
        0 land, 1 sea, 2 river, 3 lake.
    stream : ndarray of bool
        Pixels along streams too small to be water here.
    """

    grid: GeoBox
    ground_m: npt.NDArray[np.int16]
    water: npt.NDArray[np.uint8]
    stream: Bools


def make_terrain_grid(province: BaseGeometry) -> GeoBox:
    """Return the terrain's grid: the province's bounds, the margin all round, snapped."""
    west, south, east, north = province.bounds
    margin = RELIEF.margin_m
    return make_grid(
        (west - margin, south - margin, east + margin, north + margin), resolution_m=RELIEF.pixel_m
    )


def build_terrain(
    coarse: CoarseElevation,
    waters: WaterShapes,
    *,
    grid: GeoBox,
    province: BaseGeometry,
    rng: np.random.Generator,
) -> Terrain:
    """Return the modelled ground and water at 90 m.

    A river network carries the relief (`htcoverage.reference_builder.drainage`); fine roughness is
    added in proportion to the height above the nearest stream, so plains stay flat; a smooth
    factor then brings every 2′ block's mean over land to the source's.

    Parameters
    ----------
    coarse : CoarseElevation
        Metres on the 2′ raster.
    waters : WaterShapes
        Sea and rivers.
    grid : odc.geo.geobox.GeoBox
        From `make_terrain_grid`.
    province : Polygon or MultiPolygon
        Holds the highest point.
    rng : numpy.random.Generator
        The only source of chance.
    """
    row, column = block_position(grid, coarse)
    sea = burn([waters.sea], grid)
    river = ~sea & burn(
        [
            line.buffer(max(width_m, RELIEF.pixel_m * 1.05) / 2)
            for line, width_m in zip(waters.rivers.geometry, waters.rivers.width_m, strict=True)
        ],
        grid,
    )
    blocks = Blocks(coarse.elevation_m, row, column, ~sea)
    network = draw_network(blocks, row, column, sea=sea, river=river, rng=rng)
    ground_m = refine(network.height_m, grid.shape)
    stream_m = refine(network.stream_m, grid.shape)
    above_m = np.maximum(ground_m - stream_m, 0.0)
    ground_m = np.maximum(ground_m, 0.5)
    ground_m += RELIEF.rough_share * above_m * roughness(grid.shape, rng)
    lake = _lake(ground_m, waters, grid)
    for number in range(RELIEF.mean_rounds):
        ratio = blocks.target_m / np.maximum(blocks.means(ground_m), 0.1)
        # The spline smooths the correction, so it is overdone.
        ground_m *= blocks.surface(np.clip(ratio**1.7, 0.4, 2.5))
        if number == RELIEF.mean_rounds // 2:
            ground_m = _bend(ground_m)
        ground_m[lake] = ground_m[lake].mean()
    around = Point(metres((RELIEF.highest_deg,))[0]).buffer(RELIEF.highest_within_m)
    ground_m = _summit(_bend(ground_m), burn([around.intersection(province)], grid))
    ground_m = _river_beds(ground_m, river)
    whole = np.maximum(np.rint(ground_m), 1.0)
    whole[sea] = 0.0
    water = np.zeros(grid.shape, dtype=np.uint8)
    water[river], water[lake], water[sea] = RIVER, LAKE, SEA
    stream = refine(network.stream.astype(float), grid.shape, order=0) > 0
    return Terrain(grid, whole.astype(np.int16), water, stream & ~sea)


def _bend(ground_m: Floats) -> Floats:
    """Return the ground with heights above the bend pressed below the highest point."""
    room = 0.93 * RELIEF.highest_m - RELIEF.bend_m
    above = np.maximum(ground_m - RELIEF.bend_m, 0.0)
    bent: Floats = np.minimum(ground_m, RELIEF.bend_m) + room * np.tanh(above / room)
    return bent


def _summit(ground_m: Floats, inside: Bools) -> Floats:
    """Return the ground with the highest of the given pixels raised to its known height."""
    top = np.unravel_index(np.argmax(np.where(inside, ground_m, 0.0)), ground_m.shape)
    row, column = np.ogrid[: ground_m.shape[0], : ground_m.shape[1]]
    distance2 = ((row - top[0]) ** 2 + (column - top[1]) ** 2) * RELIEF.pixel_m**2
    peak = np.exp(-distance2 / (2 * (RELIEF.summit_m / 3) ** 2))
    raised: Floats = ground_m + (RELIEF.highest_m - ground_m[top]) * peak
    return raised


def _lake(ground_m: Floats, waters: WaterShapes, grid: GeoBox) -> Bools:
    """Return the reservoir: the lowest connected ground of the stated area along its river."""
    south, north = (metres(((105.9, lat),))[0, 1] for lat in WATERS.lake_south_north_deg)
    name = WATERS.rivers[2][0]
    river = waters.rivers.geometry[waters.rivers["name"] == name].union_all()
    west, _, east, _ = river.bounds
    stretch = river.intersection(box(west - 1, south, east + 1, north))
    reach = burn([stretch.buffer(WATERS.lake_reach_m)], grid)
    start = burn([stretch.buffer(RELIEF.pixel_m)], grid)
    smooth = ndimage.gaussian_filter(ground_m, 1.5)
    wanted = WATERS.lake_km2 * 1e6 / RELIEF.pixel_m**2
    low, high = 0.0, float(smooth[reach].max())
    for _ in range(40):
        level_m = (low + high) / 2
        labels, _ = ndimage.label((reach & (smooth <= level_m)) | start)
        flooded = np.isin(labels, np.unique(labels[start]))
        low, high = (level_m, high) if flooded.sum() < wanted else (low, level_m)
    lake: Bools = ndimage.binary_opening(flooded, iterations=1) | (flooded & start)
    return lake


def _river_beds(ground_m: Floats, river: Bools) -> Floats:
    """Return the ground with rivers at the lowest height of their banks."""
    bed = ndimage.minimum_filter(ground_m, 7)
    return np.where(river, bed, ground_m)


def slope_deg(terrain: Terrain) -> Floats:
    """Return the slope in degrees of the ground smoothed over about three pixels."""
    smooth = ndimage.gaussian_filter(terrain.ground_m.astype(float), 1.0)
    down, right = np.gradient(smooth, RELIEF.pixel_m)
    result: Floats = np.degrees(np.arctan(np.hypot(down, right)))
    return result
