"""What cut fibre takes of the signal, exactly: parts of the network swept again where needed.

Best server and runner-up tell nearly all. What they leave open are the pixels where both fail, or
half of a site does, and nothing else covers. There the network is swept again, for all failures
together: first the base stations that none of them takes, which mostly cover or are too weak
whatever fails; then, failure by failure and where that does not decide, those of the others that
stay on air. The strongest of the two is the level of the ledger less the failed base stations.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import geopandas as gpd
import numba
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xarray as xr
from scipy.spatial import cKDTree

from htcoverage.antennas import Pattern
from htcoverage.coverage import compute_coverage
from htcoverage.crs import reproject
from htcoverage.fibre.graph import FibreNetwork
from htcoverage.fibre.lengths import FloatArray, IntArray
from htcoverage.fibre.radio import CoverLoss, HomeCover, LevelBounds, covered_at, level_bounds
from htcoverage.fibre.reach import Attachments
from htcoverage.fibre.risk import RiskGroups, fallen_bts
from htcoverage.grid import grid_of
from htcoverage.propagation.registry import DEFAULT_MODEL
from htcoverage.terrain import Terrain

#: Attributes of a coverage that are arguments of another sweep like it.
_SWEEP = ("radius_km", "rx_height_m", "clutter_clearance_m", "delta_n", "n0")

#: Masts are placed to 0.1 m; one at the very edge of the radius must not be left out.
_SLACK_M = 1.0


@dataclass(frozen=True, eq=False)
class Sweep:
    """A coverage with what it was computed from, to sweep parts of it again.

    Parameters
    ----------
    coverage : xarray.Dataset
        Gives the grid and the parameters.
    bts, cells, terrain, model, environment, patterns
        The inputs of that coverage.
    """

    coverage: xr.Dataset
    bts: gpd.GeoDataFrame
    cells: pd.DataFrame
    terrain: Terrain
    model: str = DEFAULT_MODEL
    environment: str | None = None
    patterns: Mapping[str, Pattern] | None = None


def exact_cover_losses(
    cover: HomeCover, sweep: Sweep, failures: Sequence[Collection[str]]
) -> list[CoverLoss]:
    """Return the residents who lose cover by each of some failures, exactly.

    Equal to the coverage of the ledger less the failed base stations, whatever fails together.

    Parameters
    ----------
    cover : HomeCover
        Of that coverage.
    sweep : Sweep
    failures : sequence of collections of str
        Base stations that fail together.
    """
    before = covered_at(cover, cover.level_dbm)
    total = float(cover.residents[before].sum())
    lost = np.zeros(len(failures))
    opens: dict[int, LevelBounds] = {}
    for number, bts_ids in enumerate(failures):
        bounds = level_bounds(cover, bts_ids, among=before)
        kept = covered_at(cover, bounds.low_dbm)
        undecided = ~kept & covered_at(cover, bounds.high_dbm)
        lost[number] = cover.residents[bounds.pixels[~kept & ~undecided]].sum()
        if undecided.any():
            opens[number] = _at(bounds, undecided)
    taken = {bts_id for number in opens for bts_id in failures[number]}
    # What no failure takes, once for all.
    pixels = np.unique(np.concatenate([[], *(each.pixels for each in opens.values())])).astype(int)
    left = _levels_at(cover, sweep, pixels, set(sweep.bts["bts_id"]) - taken)
    for number, bounds in opens.items():
        level = np.fmax(bounds.low_dbm, left[:, np.searchsorted(pixels, bounds.pixels)])
        dark = ~covered_at(cover, level)
        bounds, level = _at(bounds, dark), level[:, dark]
        others = taken.difference(failures[number])
        level = np.fmax(level, _levels_at(cover, sweep, bounds.pixels, others))
        lost[number] += cover.residents[bounds.pixels[~covered_at(cover, level)]].sum()
    return [CoverLoss(total, each, each) for each in lost.tolist()]


def _at(bounds: LevelBounds, chosen: npt.NDArray[np.bool_]) -> LevelBounds:
    return LevelBounds(bounds.pixels[chosen], bounds.low_dbm[:, chosen], bounds.high_dbm[:, chosen])


def _levels_at(
    cover: HomeCover, sweep: Sweep, places: IntArray, bts_ids: Collection[str]
) -> npt.NDArray[np.float32]:
    """Return the strongest of some base stations in each layer at some of the cover's pixels.

    Base stations that can reach none of the pixels are not swept.
    """
    level = np.full((len(cover.layers), len(places)), np.nan, dtype=np.float32)
    if len(places) == 0:
        return level
    attributes, grid = sweep.coverage.attrs, grid_of(sweep.coverage)
    row, col = np.divmod(cover.pixels[places], grid.shape[1])
    x, y = grid.transform * (col + 0.5, row + 0.5)
    known = sweep.bts["bts_id"].isin(bts_ids) & sweep.bts["bts_id"].isin(sweep.cells["bts_id"])
    if "status" in sweep.bts:
        known &= sweep.bts["status"] == "on-air"
    bts = sweep.bts[known]
    sites = shapely.get_coordinates(reproject(bts, str(grid.crs)).geometry.to_numpy())
    within_m = 1000.0 * attributes["radius_km"] + _SLACK_M
    far_m, _ = cKDTree(np.column_stack([x, y])).query(sites) if len(bts) else (np.zeros(0), None)
    bts = bts[far_m <= within_m]
    if len(bts) == 0:
        return level
    # A sweep of the whole grid takes a tenth of a second before its first mast.
    top, left = int(row.min()), int(col.min())
    part = grid[top : int(row.max()) + 1, left : int(col.max()) + 1]
    quarter = abs(float(grid.resolution.x)) / 4.0
    boxes = shapely.box(x - quarter, y - quarter, x + quarter, y + quarter)
    with _one_thread():
        again = compute_coverage(
            bts,
            sweep.cells[sweep.cells["bts_id"].isin(bts["bts_id"])],
            sweep.terrain,
            part,
            model=sweep.model,
            environment=sweep.environment,
            patterns=sweep.patterns,
            **{name: attributes[name] for name in _SWEEP if name in attributes},
            area=gpd.GeoDataFrame(geometry=boxes, crs=str(grid.crs)),
        )
    pairs = zip(again["technology"].to_numpy(), again["operator"].to_numpy(), strict=True)
    for layer, pair in enumerate(pairs):
        if pair in cover.layers:
            values = again["level_dbm"].to_numpy()[layer]
            level[cover.layers.index(pair)] = values[row - top, col - left]
    return level


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sweep on one thread: of a few pixels a mast there is less to do than threads take to meet.

    1,278 masts at 130 pixels: 1.2 s of the processor on one thread, 15 on two of a busy machine.
    The result does not depend on it.
    """
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(threads)


@dataclass(frozen=True, eq=False)
class SignalLoss:
    """Residents without signal by the failure of each span and of each pole line.

    Parameters
    ----------
    spans : float64[spans]
        By the failure of a span alone, in the order of the network.
    routes : float64[groups]
        By the cut of a pole line, every cable on it.
    ranked : DataFrame
        ``span_ids`` (of the longest such line), ``lines, length_km`` (how many, together),
        ``bts_down, residents_without_signal``: pole lines whose cut takes base stations down, the
        most residents first; lines whose cut takes the same base stations are one row.
    """

    spans: FloatArray
    routes: FloatArray
    ranked: pd.DataFrame


def signal_loss(
    network: FibreNetwork,
    attachments: Attachments,
    groups: RiskGroups,
    cover: HomeCover,
    sweep: Sweep,
) -> SignalLoss:
    """Return what every single failure of fibre takes of the signal, exactly.

    A base station without fibre falls silent.

    Parameters
    ----------
    network, attachments, groups : FibreNetwork, Attachments, RiskGroups
    cover, sweep : HomeCover, Sweep
        As for `exact_cover_losses`.
    """
    alone = [np.asarray([span]) for span in range(len(network.ends))]
    singles = RiskGroups(tuple(alone), network.spans["length_m"].to_numpy(), groups.lines[:0])
    by_span = [_key(each) for each in fallen_bts(network, attachments, singles)]
    by_route = [_key(each) for each in fallen_bts(network, attachments, groups)]
    distinct = sorted({*by_span, *by_route} - {()})
    bts_ids = attachments.bts["bts_id"].to_numpy()
    losses = exact_cover_losses(cover, sweep, [bts_ids[list(each)].tolist() for each in distinct])
    lost = {(): 0.0, **{k: loss.lost_high for k, loss in zip(distinct, losses, strict=True)}}
    return SignalLoss(
        np.array([lost[key] for key in by_span]),
        np.array([lost[key] for key in by_route]),
        _ranked(network, groups, by_route, lost),
    )


def _key(rows: IntArray) -> tuple[int, ...]:
    return tuple(np.sort(rows).tolist())


def _ranked(
    network: FibreNetwork,
    groups: RiskGroups,
    by_route: Sequence[tuple[int, ...]],
    lost: Mapping[tuple[int, ...], float],
) -> pd.DataFrame:
    names = network.spans["span_id"].to_numpy()
    same: dict[tuple[int, ...], list[int]] = {}
    for number, key in enumerate(by_route):
        if key:
            same.setdefault(key, []).append(number)
    rows = []
    for key, numbers in same.items():
        longest = max(numbers, key=lambda number: (groups.length_m[number], -number))
        span_ids = "; ".join(names[groups.members[longest]])
        length_km = float(groups.length_m[numbers].sum()) / 1000.0
        rows.append((span_ids, len(numbers), length_km, len(key), lost[key]))
    rows.sort(key=lambda row: (-row[4], -row[3], row[0]))
    columns = ["span_ids", "lines", "length_km", "bts_down", "residents_without_signal"]
    return pd.DataFrame(rows, columns=columns)
