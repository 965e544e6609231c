"""A river network drawn by chance and by the known rivers, and the relief that it implies.

Every pixel drains along its cheapest path to the sea, a river or the frame: a tree, so there are no
closed hollows. Slopes along the paths follow Flint's law, slope = k · area^−θ (J. J. Flint, Water
Resources Research 10, 1974), levelled off where the drained area is a hillslope's, which makes
concave rivers and sharp divides; k is fitted block by block so that the 2′ means come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage, sparse
from scipy.sparse.csgraph import dijkstra

from htcoverage.reference_builder.blocks import Blocks, Bools, Floats
from htcoverage.reference_builder.parameters import RELIEF

Indices = npt.NDArray[np.int64]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Network:
    """Relief on the network's pixels.

    Parameters
    ----------
    height_m : ndarray
        Ground above sea level.
    stream_m : ndarray
        Height of the stream into which each pixel drains.
    stream : ndarray of bool
        Pixels that drain more than a stream's area.
    """

    height_m: Floats
    stream_m: Floats
    stream: Bools


def coarsen(values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Return every n-th pixel, those at the middle of the network's pixels."""
    n = RELIEF.network_factor
    return values[n // 2 :: n, n // 2 :: n]


def refine(values: Floats, shape: tuple[int, int], *, order: Literal[0, 1] = 1) -> Floats:
    """Return values of the network's pixels on the fine pixels."""
    n = RELIEF.network_factor
    at = [(np.arange(size) - n // 2) / n for size in shape]
    rows, columns = np.meshgrid(*at, indexing="ij")
    fine: Floats = ndimage.map_coordinates(
        values, np.stack([rows, columns]), order=order, mode="nearest"
    )
    return fine


def draw_network(
    blocks: Blocks,
    row: Floats,
    column: Floats,
    *,
    sea: Bools,
    river: Bools,
    rng: np.random.Generator,
) -> Network:
    """Return the network's relief.

    Parameters
    ----------
    blocks : Blocks
        The 2′ means wanted.
    row, column : ndarray
        Fractional position of each fine pixel in the 2′ raster.
    sea, river : ndarray of bool
        Fine pixels of the sea and of known rivers.
    rng : numpy.random.Generator
        Draws the noise.
    """
    n = RELIEF.network_factor
    sea, row, column = coarsen(sea), coarsen(row), coarsen(column)
    river = coarsen(ndimage.maximum_filter(river, n + 1)) & ~sea
    pixel_m = RELIEF.pixel_m * n
    thin = Blocks(blocks.target_m, row, column, ~sea)
    wanted_m = thin.surface(thin.target_m)
    cost = np.exp(RELIEF.path_spread * coloured_noise(sea.shape, pixel_m, rng))
    cost *= ((wanted_m + RELIEF.path_height_m) / 100.0) ** RELIEF.path_power
    cost[river] *= RELIEF.river_pull
    edge = np.zeros(sea.shape, dtype=bool)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    exits = Exits(np.flatnonzero(sea | edge), np.where(sea, 0.0, 0.4 * wanted_m).ravel())
    tolls = np.where(sea, 0.0, 1.0 + wanted_m / 50.0).ravel()
    _, parent, step_m = drain(cost, Exits(exits.pixels, tolls), pixel_m)

    distance_m = ndimage.distance_transform_edt(~(river | sea)) * pixel_m
    near = np.clip(distance_m / RELIEF.floor_m, 0.0, 1.0)
    floor = RELIEF.floor_share + (1 - RELIEF.floor_share) * near**2
    steepness = np.clip(thin.target_m / 2500.0, *RELIEF.steepness_bounds)
    for _ in range(RELIEF.network_rounds):
        area = accumulate(parent).reshape(sea.shape)
        law = floor * (1.0 + area / RELIEF.hillslope_pixels) ** -RELIEF.concavity
        ancestors = _ancestors(parent)
        for _ in range(RELIEF.steepness_rounds):
            rise_m = step_m * (law * thin.surface(steepness)).ravel()
            height_m = _climb(rise_m, exits.start, ancestors).reshape(sea.shape)
            ratio = thin.target_m / np.maximum(thin.means(height_m), 0.1)
            steepness *= np.clip(ratio, 0.4, 2.5) ** 0.8
            steepness = np.clip(steepness, *RELIEF.steepness_bounds)
        slope = law * thin.surface(steepness)
        height_m, parent, step_m = drain(slope * pixel_m, exits, pixel_m)
    drained_km2 = accumulate(parent).reshape(sea.shape) * (pixel_m / 1e3) ** 2
    stream = (drained_km2 > RELIEF.stream_km2) & ~sea
    nearest = ndimage.distance_transform_edt(
        ~(stream | sea), return_distances=False, return_indices=True
    )
    smooth_m = ndimage.gaussian_filter(height_m, 0.8)
    return Network(smooth_m, height_m[tuple(nearest)], stream)


def coloured_noise(shape: tuple[int, ...], pixel_m: float, rng: np.random.Generator) -> Floats:
    """Return Gaussian noise of zero mean and unit variance with a power-law spectrum."""
    frequency = np.hypot(
        np.fft.fftfreq(shape[0], pixel_m)[:, None], np.fft.rfftfreq(shape[1], pixel_m)
    )
    power = np.maximum(frequency, 1 / RELIEF.noise_longest_m) ** -RELIEF.noise_slope
    white = np.fft.rfft2(rng.standard_normal(shape))
    noise = np.fft.irfft2(white * np.sqrt(power), s=shape)
    result: Floats = (noise - noise.mean()) / noise.std()
    return result


def roughness(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Return noise of unit variance in the fine octaves, equal parts of each."""
    frequency = np.hypot(
        np.fft.fftfreq(shape[0], RELIEF.pixel_m)[:, None],
        np.fft.rfftfreq(shape[1], RELIEF.pixel_m),
    )
    frequency[0, 0] = 1e-9
    total = np.zeros(shape)
    for wavelength_m in RELIEF.rough_wavelengths_m:
        ring = np.exp(-(np.log(frequency * wavelength_m) ** 2) / (2 * 0.35**2))
        band = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * ring, s=shape)
        total += band / band.std() * wavelength_m
    result: Floats = total / total.std()
    return result


def lattice_graph(cost: Floats, *, extra: int = 0) -> sparse.csr_matrix:
    """Return the undirected graph of a raster's 8 neighbourhoods, one direction of each edge.

    Parameters
    ----------
    cost : ndarray, shape (rows, columns)
        Cost of crossing a pixel; an edge costs the mean of its two, times its length.
    extra : int
        Nodes without edges, numbered after the pixels.
    """
    rows, columns = cost.shape
    number = np.arange(cost.size).reshape(cost.shape)
    origins, targets, weights = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = (slice(0, rows - down), slice(max(0, -right), columns - max(0, right)))
        there = (slice(down, rows), slice(max(0, right), columns - max(0, -right)))
        mean = (cost[here] + cost[there]) / 2 * np.hypot(down, right)
        origins.append(number[here].ravel())
        targets.append(number[there].ravel())
        weights.append(mean.ravel())
    ends = (np.concatenate(origins), np.concatenate(targets))
    size = cost.size + extra
    return sparse.csr_matrix((np.concatenate(weights), ends), shape=(size, size))


@dataclass(frozen=True)
class Exits:
    """Where water leaves: flat indices of pixels, and every pixel's cost or height if it exits."""

    pixels: Indices
    start: Floats


def drain(cost: Floats, exits: Exits, pixel_m: float) -> tuple[Floats, Indices, Floats]:
    """Return each pixel's cheapest way out of the raster.

    Parameters
    ----------
    cost : ndarray, shape (rows, columns)
        Of crossing a pixel; if it is a rise in metres, the ways' costs are a continuous ground.
    exits : Exits
        Pixels that may end a way, and at what cost.
    pixel_m : float
        Side of a pixel.

    Returns
    -------
    (ndarray, ndarray of int, ndarray)
        Cost of the way (shape of the raster); the next pixel on it, itself at its end, and the
        step to that in metres (both flat).
    """
    columns, outside = cost.shape[1], cost.size
    # One virtual node stands for everything outside; a weight of 0 would be no edge at all.
    tolls = np.maximum(exits.start[exits.pixels], 1e-9)
    ends = (np.full(exits.pixels.size, outside), exits.pixels)
    lattice = lattice_graph(cost, extra=1)
    graph = lattice + sparse.csr_matrix((tolls, ends), shape=lattice.shape)
    total, before = dijkstra(
        graph, directed=False, indices=[outside], return_predecessors=True, min_only=True
    )[:2]
    itself = np.arange(outside)
    parent = np.where(before[:-1] == outside, itself, before[:-1]).astype(np.int64)
    row_step = np.abs(parent // columns - itself // columns)
    column_step = np.abs(parent % columns - itself % columns)
    step_m = np.hypot(row_step, column_step) * pixel_m
    return total[:-1].reshape(cost.shape), parent, step_m


def _ancestors(parent: Indices) -> list[Indices]:
    """Return parents 1, 2, 4, 8 … steps on, until all have reached their outlet."""
    jumps = [parent]
    while not np.array_equal(jumps[-1][jumps[-1]], jumps[-1]):
        jumps.append(jumps[-1][jumps[-1]])
    return jumps


def _climb(rise_m: Floats, start_m: Floats, jumps: list[Indices]) -> Floats:
    """Return each pixel's height: its outlet's plus all rises on the way (pointer jumping)."""
    outlet = jumps[0] == np.arange(rise_m.size)
    total = np.where(outlet, 0.0, rise_m)
    for jump in jumps:
        total = total + total[jump]
    return total + start_m[jumps[-1][jumps[-1]]]


def accumulate(parent: Indices) -> Floats:
    """Return the pixels drained by each pixel, itself included, level by level of the tree."""
    depth = (parent != np.arange(parent.size)).astype(np.int64)
    jump = parent
    while True:
        further = depth + depth[jump]
        if np.array_equal(further, depth):
            break
        depth, jump = further, jump[jump]
    order = np.argsort(depth, kind="stable")
    bounds = np.searchsorted(depth[order], np.arange(depth.max() + 2))
    area = np.ones(parent.size)
    for level in range(int(depth.max()), 0, -1):
        nodes = order[bounds[level] : bounds[level + 1]]
        np.add.at(area, parent[nodes], area[nodes])
    return area
