"""From base stations down to residents without cover, as far as best server and runner-up tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from htcoverage.crs import reproject
from htcoverage.fibre.graph import BoolArray
from htcoverage.fibre.lengths import FloatArray, IntArray
from htcoverage.figures.cover import ANY_OPERATOR, CoverCriteria, LayerExcess, Technology
from htcoverage.figures.zones import polygon_faults, raise_faults, zone_areas
from htcoverage.grid import grid_of
from htcoverage.store import release_memory, values_at


@dataclass(frozen=True, eq=False)
class HomeCover:
    """A coverage at the pixels where people live, ready to lose base stations.

    Parameters
    ----------
    layers : tuple of (str, str)
        Technology and operator of each layer; the layers of the strongest operator are left out,
        for they follow from these.
    level_dbm, runner_up_dbm : float32[layers, pixels]
        Strongest cell, and strongest of another site; NaN where none.
    best_bts, runner_up_bts : int[layers, pixels]
        Their base stations, positions in ``bts_ids``; −1 where none.
    bts_ids : object[...]
        Base stations of the coverage.
    bts_group : int[...]
        Site and layer of each: base stations of one group stand together.
    pixels : int[pixels]
        Flat index (row · columns + column) in the coverage's grid.
    residents : float64[pixels]
        Residents spread evenly over their settlements.
    criteria, technology, operator, basis
        What is asked of the cover.
    """

    layers: tuple[tuple[str, str], ...]
    level_dbm: npt.NDArray[np.float32]
    runner_up_dbm: npt.NDArray[np.float32]
    best_bts: IntArray
    runner_up_bts: IntArray
    bts_ids: npt.NDArray[np.object_]
    bts_group: IntArray
    pixels: npt.NDArray[np.int64]
    residents: FloatArray
    criteria: CoverCriteria
    technology: Technology
    operator: str
    basis: Literal["median", "cell_edge"]


@dataclass(frozen=True)
class CoverLoss:
    """Residents who have cover, and who lose it when base stations fail.

    Parameters
    ----------
    covered_before : float
        Residents with cover while all work.
    lost_low, lost_high : float
        Residents who lose it. The two are equal, and exact, unless somewhere the strongest and the
        runner-up fail together (or half of a site stays on air): what the third cell gives there is
        not in the coverage, and ``lost_high`` takes it for nothing; see `exact_cover_losses`.
    """

    covered_before: float
    lost_low: float
    lost_high: float


def prepare_cover(
    coverage: xr.Dataset,
    settlements: gpd.GeoDataFrame,
    *,
    criteria: CoverCriteria | None = None,
    technology: Technology = "any",
    operator: str = ANY_OPERATOR,
    basis: Literal["median", "cell_edge"] = "cell_edge",
) -> HomeCover:
    """Pick the pixels where people live out of a coverage.

    Parameters
    ----------
    coverage : xarray.Dataset
        From `compute_coverage`.
    settlements : GeoDataFrame
        ``settlement_id, name, residents``, polygons inside the coverage's grid.
    criteria : CoverCriteria, optional
    technology, operator, basis
        As for `excess_db`; by default any signal of any operator, with the cell-edge margin.
    """
    grid = grid_of(coverage)
    homes = reproject(settlements, str(grid.crs))
    raise_faults(polygon_faults(homes, grid, table="settlements", name_column="name"))
    areas = zone_areas(homes, grid)
    per_m2 = (
        homes["residents"].to_numpy(dtype=np.float64)
        / np.asarray(areas.area_m2.sum(axis=1)).ravel()
    )
    residents = np.asarray(areas.area_m2.T @ per_m2)
    named = np.flatnonzero(coverage["operator"].to_numpy() != ANY_OPERATOR)
    technologies = coverage["technology"].to_numpy()[named].tolist()
    operators = coverage["operator"].to_numpy()[named].tolist()
    picked = {
        name: values_at(coverage, name, named, areas.pixels)
        for name in ("level_dbm", "runner_up_dbm", "best_server", "runner_up_server")
    }
    of_cell, bts_ids = pd.factorize(coverage["bts_id"].to_numpy())
    site_of_cell = coverage["site_id"].to_numpy()
    first = np.unique(of_cell, return_index=True)[1]
    layer_of_bts = -1 - np.arange(len(bts_ids))  # a base station never seen is a group of its own
    for name in ("runner_up_server", "best_server"):
        for row, layer in enumerate(named):
            servers = np.unique(coverage[name].to_numpy()[layer])
            layer_of_bts[of_cell[servers[servers >= 0]]] = row
            release_memory(coverage)
    pairs = list(zip(site_of_cell[first].tolist(), layer_of_bts.tolist(), strict=True))
    return HomeCover(
        layers=tuple(zip(technologies, operators, strict=True)),
        level_dbm=picked["level_dbm"],
        runner_up_dbm=picked["runner_up_dbm"],
        best_bts=_bts_of(picked["best_server"], of_cell),
        runner_up_bts=_bts_of(picked["runner_up_server"], of_cell),
        bts_ids=np.asarray(bts_ids, dtype=object),
        bts_group=pd.factorize(pd.Series(pairs))[0],
        pixels=areas.pixels,
        residents=residents,
        criteria=criteria or CoverCriteria(),
        technology=technology,
        operator=operator,
        basis=basis,
    )


def _bts_of(server: npt.NDArray[np.int32], of_cell: IntArray) -> IntArray:
    found: IntArray = np.where(server >= 0, of_cell[np.maximum(server, 0)], -1)
    return found


def cover_lost(cover: HomeCover, bts_ids: Iterable[str]) -> CoverLoss:
    """Return the residents who lose cover when base stations fail.

    Parameters
    ----------
    cover : HomeCover
    bts_ids : iterable of str
        Base stations that fail; those not in the coverage had no cell on air.
    """
    before = covered_at(cover, cover.level_dbm)
    bounds = level_bounds(cover, bts_ids, among=before)
    residents = cover.residents[bounds.pixels]
    return CoverLoss(
        float(cover.residents[before].sum()),
        float(residents[~covered_at(cover, bounds.high_dbm)].sum()),
        float(residents[~covered_at(cover, bounds.low_dbm)].sum()),
    )


@dataclass(frozen=True, eq=False)
class LevelBounds:
    """What is left of the levels where a best server fails.

    Parameters
    ----------
    pixels : int[n]
        Positions in the cover's pixels.
    low_dbm, high_dbm : float32[layers, n]
        What is left for certain, and at most; NaN where none.
    """

    pixels: IntArray
    low_dbm: npt.NDArray[np.float32]
    high_dbm: npt.NDArray[np.float32]


def level_bounds(cover: HomeCover, bts_ids: Iterable[str], *, among: BoolArray) -> LevelBounds:
    """Return bounds of the levels at some pixels where base stations that fail serve best.

    Parameters
    ----------
    cover : HomeCover
    bts_ids : iterable of str
        Base stations that fail.
    among : bool[pixels]
        Pixels to look at.
    """
    failed = np.isin(cover.bts_ids, list(bts_ids))
    # -1 is the last of the array, a base station that never fails.
    down = np.append(failed, False)
    pixels = np.flatnonzero(among & down[cover.best_bts].any(axis=0))
    best = down[cover.best_bts[:, pixels]]
    level = cover.level_dbm[:, pixels]
    runner_up = cover.runner_up_dbm[:, pixels]
    also = down[cover.runner_up_bts[:, pixels]]
    half = np.append(np.isin(cover.bts_group, cover.bts_group[~failed]), False)
    stays = half[cover.best_bts[:, pixels]]  # another base station of the site is still on air
    low = np.where(best, np.where(also, np.float32(np.nan), runner_up), level)
    # The third cell is no stronger than the runner-up, one of the same site than the best.
    high = np.where(best, np.where(stays, level, runner_up), level)
    return LevelBounds(pixels, low, high)


def covered_at(cover: HomeCover, level_dbm: npt.NDArray[np.float32]) -> BoolArray:
    """Return whether levels of each layer, float32[layers, n], are the cover that is asked for."""
    excess = {}
    for (technology, operator), level in zip(cover.layers, level_dbm, strict=True):
        over = level.astype(np.float64) - cover.criteria.threshold_dbm(technology)
        excess[technology, operator] = np.where(np.isnan(over), -np.inf, over)
    combined = LayerExcess(excess).combined_db(cover.technology, cover.operator)
    margin = cover.criteria.margin_db if cover.basis == "cell_edge" else 0.0
    covered: BoolArray = combined >= margin
    return covered
