"""The jobs that are timed: the sweep, the floor, the exact job."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from worlds import World

from htcoverage.engine.exact import exact_losses
from htcoverage.engine.inputs import Antennas, Cells, Land, Mast, Pixels, Servers, Setup
from htcoverage.engine.sweep import sweep_mast
from htcoverage.jit import kernel
from htcoverage.propagation.p1812.combine import free_space_db, slant_distance_km
from htcoverage.propagation.p1812.model import DEFAULT_DELTA_N, DEFAULT_N0, effective_radius_km

TX_HEIGHT_M, RX_HEIGHT_M, CLEARANCE_KM, LATITUDE_DEG = 30.0, 1.5, 0.1, 18.3
ONE_BAND_GHZ, THREE_BANDS_GHZ = (1.8,), (0.9, 1.8, 2.1)
RADIAL_DENSITY = 1.25
FloatArray = npt.NDArray[np.float32]


class Timed(NamedTuple):
    """Pixels of a job, processor seconds, and its losses, dB."""

    pixels: int
    seconds: float
    loss_db: FloatArray | None


def swept(
    world: World,
    radius_km: float,
    freq_ghz: tuple[float, ...] = ONE_BAND_GHZ,
    *,
    density: float = RADIAL_DENSITY,
    step_share: float = 1.0,
    repeats: int = 2,
) -> Timed:
    """Sweep one mast with an isotropic cell a band; the loss is that of the last band.

    Parameters
    ----------
    density : float
        Radials on half a side, by the radius in terrain steps.
    step_share : float
        Step along a radial, by the posting.
    repeats : int
        The least time of so many runs counts.
    """
    land = world.land
    n = land.ground.shape[0]
    half = math.ceil(density * radius_km / land.posting_km)
    bands = len(freq_ghz)
    zeros = np.zeros((bands, 4 * (2 * half + 1)), np.float32)
    cells = Cells(
        np.arange(bands, dtype=np.int32), np.arange(bands), np.arange(bands), np.zeros(bands),
        zeros, zeros, np.zeros(bands, np.int64),
    )  # fmt: skip
    setup = Setup(
        RX_HEIGHT_M, radius_km, CLEARANCE_KM, float(effective_radius_km(DEFAULT_DELTA_N)),
        DEFAULT_N0, half, land.posting_km * step_share,
    )  # fmt: skip
    at = world.mast
    best = math.inf
    for _ in range(repeats):
        servers = Servers(
            np.full((n, n, bands, 2), np.nan, np.float32), np.full((n, n, bands, 2), -1, np.int32),
            np.zeros((0, 0, 0)), np.zeros(bands, np.int32), 0,
        )  # fmt: skip
        start = time.process_time()
        counts = sweep_mast(
            servers, Pixels(np.ones((n, n), np.bool_), land.ground, land.zone, land.posting_km),
            land, Mast(at, at, at, at, TX_HEIGHT_M, LATITUDE_DEG), setup, np.array(freq_ghz), cells,
            Antennas(np.zeros((1, 3601), np.float32), np.array([25.0])), False,
        )  # fmt: skip
        best = min(best, time.process_time() - start)
    return Timed(int(counts[0]), best, -servers.level[:, :, -1, 0])


@kernel
def _free_space(land: Land, mast: float, radius_km: float, losses: np.ndarray) -> int:
    tx_m = land.ground[int(mast), int(mast)] + TX_HEIGHT_M
    pixels = 0
    for row in range(losses.shape[0]):
        for col in range(losses.shape[1]):
            d = land.posting_km * math.sqrt((row - mast) ** 2 + (col - mast) ** 2)
            if d <= radius_km:
                slant_km = slant_distance_km(d, tx_m, land.ground[row, col] + RX_HEIGHT_M)
                losses[row, col] = free_space_db(slant_km, ONE_BAND_GHZ[0])
                pixels += 1
    return pixels


def floor(world: World, radius_km: float, *, repeats: int = 3) -> Timed:
    """Give every pixel its free-space loss and nothing else."""
    losses = np.full(world.land.ground.shape, np.nan, np.float32)
    best = math.inf
    for _ in range(repeats + 1):  # the first one compiles
        start = time.process_time()
        pixels = _free_space(world.land, world.mast, radius_km, losses)
        best = min(best, time.process_time() - start)
    return Timed(int(pixels), best, losses)


def exact(
    world: World, radius_km: float, freq_ghz: float = ONE_BAND_GHZ[0], *, every: int = 1
) -> Timed:
    """Give every pixel a profile of its own; ``every`` k-th row and column only."""
    land = world.land
    wanted = np.zeros(land.ground.shape, np.bool_)
    wanted[::every, ::every] = True
    at = world.mast
    start = time.process_time()
    losses: FloatArray = exact_losses(
        wanted, *land[:3], at, at, land.posting_km, at, at, land.posting_km, TX_HEIGHT_M,
        RX_HEIGHT_M, radius_km, CLEARANCE_KM, DEFAULT_DELTA_N, DEFAULT_N0, LATITUDE_DEG,
        land.posting_km, freq_ghz,
    )  # fmt: skip
    seconds = time.process_time() - start
    return Timed(int(np.isfinite(losses).sum()), seconds, losses)


def accuracy(world: World, radius_km: float, got: FloatArray, want: FloatArray) -> dict[str, float]:
    """Difference of two losses where both are known, and where it lies.

    The threshold that pixels may be on the wrong side of is the median loss.
    """
    there = np.isfinite(want) & np.isfinite(got)
    error = (got[there] - want[there]).astype(np.float64)
    size = np.abs(error)
    threshold = np.median(want[there])
    rows, cols = np.indices(want.shape)
    d_km = world.land.posting_km * np.hypot(rows - world.mast, cols - world.mast)[there]
    # An edge that just touches the ray costs 6 dB: more than that over free space is out of sight.
    excess_db = want[there] - 92.4 - 20.0 * np.log10(ONE_BAND_GHZ[0] * np.maximum(d_km, 0.01))
    steep = np.hypot(*np.gradient(world.land.ground, 1000.0 * world.land.posting_km))[there]
    result = {
        "mean_db": float(error.mean()),
        "median_abs_db": float(np.median(size)),
        "p95_abs_db": float(np.quantile(size, 0.95)),
        "largest_db": float(size.max()),
        "wrong_side_percent": 100.0
        * float(np.mean((got[there] < threshold) != (want[there] < threshold))),
    }
    for name, part in (
        ("under 1 km", d_km < 1.0),
        ("1 km to 5 km", (d_km >= 1.0) & (d_km < 5.0)),
        ("beyond 5 km", d_km >= 5.0),
        ("in sight", excess_db < 6.0),
        ("out of sight", excess_db >= 6.0),
        ("gentle ground, to 10 %", steep < 0.1),
        ("steep ground, from 30 %", steep >= 0.3),
    ):
        result[f"p95_abs_db, {name}"] = (
            float(np.quantile(size[part], 0.95)) if part.any() else math.nan
        )
    return result
