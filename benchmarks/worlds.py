"""Terrain for benchmarks: seeded hills and the reference province, as squares around one mast."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from htcoverage.engine.inputs import Land
from htcoverage.reference import load_reference

TOP_M = 1500.0
INLAND = 4


class World(NamedTuple):
    """A square of terrain with a mast in the middle, pixels and terrain on one grid."""

    name: str
    land: Land
    mast: float


def hills(posting_m: float, radius_km: float, *, clutter: bool, seed: int = 1) -> World:
    """Seeded ground from 0 to 1500 m with the slopes of young mountains; woods on a third of it."""
    n = 2 * math.ceil(1000.0 * radius_km / posting_m) + 41
    rng = np.random.default_rng(seed)
    ground = _fractal(rng, n, posting_m, roughness=1.9)
    ground *= TOP_M / ground.max()
    woods = np.zeros((n, n), np.float32)
    if clutter:
        woods[_fractal(rng, n, posting_m, roughness=1.5) > 0.6] = 12.0
    zone = np.full((n, n), INLAND, np.uint8)
    return World(
        "hills", Land(ground.astype(np.float32), woods, zone, posting_m / 1000.0), n / 2 + 0.3
    )


def _fractal(
    rng: np.random.Generator, n: int, posting_m: float, *, roughness: float
) -> npt.NDArray[np.float64]:
    """Return values from 0 to 1 with a power spectrum that is the same at any posting."""
    k = np.hypot(
        np.fft.fftfreq(n, posting_m / 1000.0)[:, None],
        np.fft.rfftfreq(n, posting_m / 1000.0)[None],
    )
    k[0, 0] = 1.0
    waves = np.fft.rfft2(rng.standard_normal((n, n))) * k**-roughness / (1.0 + (0.06 / k) ** 2)
    values: npt.NDArray[np.float64] = np.fft.irfft2(waves, (n, n))
    values -= values.min()
    return values / values.max()


def province(posting_m: float, radius_km: float, *, clutter: bool) -> World:
    """Return the reference terrain around its middle, resampled from its own 90 m."""
    terrain = load_reference().terrain
    scale = posting_m / terrain.posting_m
    n = 2 * math.ceil(1000.0 * radius_km / posting_m) + 41
    offset = [0.5 * (size - 1) - 0.5 * (n - 1) * scale for size in terrain.ground_m.shape]
    ground, woods = (
        ndimage.affine_transform(
            values, [scale, scale], offset, (n, n), order=order, mode="nearest", output=np.float32
        )
        for values, order in ((terrain.ground_m, 1), (terrain.clutter_height_m, 0))
    )
    zone = ndimage.affine_transform(
        terrain.zone, [scale, scale], offset, (n, n), order=0, mode="nearest", output=np.uint8
    )
    if not clutter:
        woods = np.zeros_like(woods)
    return World("province", Land(ground, woods, zone, posting_m / 1000.0), n / 2 + 0.3)
