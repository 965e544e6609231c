"""From cut fibre to lost signal: base stations down, residents without cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xarray as xr

from htcoverage.antennas import Pattern
from htcoverage.coverage import compute_coverage
from htcoverage.crs import reproject
from htcoverage.errors import argument_fault
from htcoverage.fibre.graph import BoolArray, FibreNetwork
from htcoverage.fibre.lengths import FloatArray, IntArray
from htcoverage.fibre.reach import Attachments
from htcoverage.fibre.risk import RiskGroups, fallen_bts
from htcoverage.figures.cover import ANY_OPERATOR, CoverCriteria, LayerExcess, Technology
from htcoverage.figures.zones import polygon_faults, raise_faults, zone_areas
from htcoverage.grid import grid_of
from htcoverage.propagation.registry import DEFAULT_MODEL
from htcoverage.store import release_memory, values_at
from htcoverage.terrain import Terrain

#: Attributes of a coverage that are arguments of another sweep like it.
_SWEEP = ("radius_km", "rx_height_m", "clutter_clearance_m", "delta_n", "n0")


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
        not in the coverage, and ``lost_high`` takes it for nothing. `exact_cover_lost` computes it.
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
    failed = np.isin(cover.bts_ids, list(bts_ids))
    before = _covered(cover, cover.level_dbm)
    covered = float(cover.residents[before].sum())
    # -1 is the last of the array, a base station that never fails.
    down = np.append(failed, False)
    best = down[cover.best_bts]
    touched = before & best.any(axis=0)
    if not touched.any():
        return CoverLoss(covered, 0.0, 0.0)
    best = best[:, touched]
    level = cover.level_dbm[:, touched]
    runner_up = cover.runner_up_dbm[:, touched]
    also = down[cover.runner_up_bts[:, touched]]
    half = np.append(np.isin(cover.bts_group, cover.bts_group[~failed]), False)
    stays = half[cover.best_bts[:, touched]]  # another base station of the site is still on air
    none = np.float32(np.nan)
    low = np.where(best, np.where(also, none, runner_up), level)
    # The third cell is no stronger than the runner-up, one of the same site than the best.
    high = np.where(best, np.where(stays, level, runner_up), level)
    residents = cover.residents[touched]
    return CoverLoss(
        covered,
        float(residents[~_covered(cover, high)].sum()),
        float(residents[~_covered(cover, low)].sum()),
    )


def _covered(cover: HomeCover, level_dbm: npt.NDArray[np.float32]) -> BoolArray:
    excess = {}
    for (technology, operator), level in zip(cover.layers, level_dbm, strict=True):
        over = level.astype(np.float64) - cover.criteria.threshold_dbm(technology)
        excess[technology, operator] = np.where(np.isnan(over), -np.inf, over)
    combined = LayerExcess(excess).combined_db(cover.technology, cover.operator)
    margin = cover.criteria.margin_db if cover.basis == "cell_edge" else 0.0
    covered: BoolArray = combined >= margin
    return covered


def rank_cover_loss(
    network: FibreNetwork,
    attachments: Attachments,
    groups: RiskGroups,
    cover: HomeCover,
) -> pd.DataFrame:
    """Rank the pole lines whose cut takes base stations down by the residents who lose signal.

    Lines whose cut takes the same base stations are one row.

    Parameters
    ----------
    network, attachments, groups : FibreNetwork, Attachments, RiskGroups
    cover : HomeCover

    Returns
    -------
    DataFrame
        ``span_ids`` (of the longest such line), ``lines, length_km`` (how many, together),
        ``bts_down, residents_lost_low, residents_lost_high``, the most lost first.
    """
    told = [
        {
            **cut.told(),
            "residents_lost_low": loss.lost_low,
            "residents_lost_high": loss.lost_high,
        }
        for cut, loss in _cuts(network, attachments, groups, cover)
    ]
    return pd.DataFrame(told, columns=[*_CUT, "residents_lost_low", "residents_lost_high"])


def worst_cover_loss(
    network: FibreNetwork,
    attachments: Attachments,
    groups: RiskGroups,
    cover: HomeCover,
    coverage: xr.Dataset,
    *,
    count: int,
    bts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    terrain: Terrain,
    model: str = DEFAULT_MODEL,
    environment: str | None = None,
    patterns: Mapping[str, Pattern] | None = None,
) -> pd.DataFrame:
    """Return the pole lines whose cut takes the signal of the most residents, exactly.

    Lines are computed again in the order of their upper bounds, until no bound that is left is
    above the last of the worst: the others need no sweep.

    Parameters
    ----------
    network, attachments, groups, cover
        As for `rank_cover_loss`.
    coverage, bts, cells, terrain, model, environment, patterns
        As for `exact_cover_lost`.
    count : int
        How many lines.

    Returns
    -------
    DataFrame
        ``span_ids, lines, length_km, bts_down, residents_lost``, the most lost first.
    """
    if count < 1:
        raise argument_fault("count", count, "1 or more")
    found: list[tuple[float, dict[str, object]]] = []
    for cut, loss in _cuts(network, attachments, groups, cover):
        if len(found) >= count and loss.lost_high <= found[count - 1][0]:
            break
        exact = exact_cover_lost(
            cover, coverage, cut.bts_ids, bts=bts, cells=cells, terrain=terrain, model=model,
            environment=environment, patterns=patterns,
        )  # fmt: skip
        found.append((exact.lost_high, cut.told()))
        found.sort(key=lambda row: -row[0])
    told = [{**row, "residents_lost": lost} for lost, row in found[:count]]
    return pd.DataFrame(told, columns=[*_CUT, "residents_lost"])


_CUT = ("span_ids", "lines", "length_km", "bts_down")


@dataclass(frozen=True, eq=False)
class _Cut:
    """Pole lines whose cut takes the same base stations down, named by the longest."""

    span_ids: str
    lines: int
    length_km: float
    bts_ids: tuple[str, ...]

    def told(self) -> dict[str, object]:
        values = (self.span_ids, self.lines, self.length_km, len(self.bts_ids))
        return dict(zip(_CUT, values, strict=True))


def _cuts(
    network: FibreNetwork, attachments: Attachments, groups: RiskGroups, cover: HomeCover
) -> list[tuple[_Cut, CoverLoss]]:
    """Return what every cut takes that takes a base station, the most residents first."""
    names = network.spans["span_id"].to_numpy()
    bts_ids = attachments.bts["bts_id"].to_numpy()
    same: dict[tuple[int, ...], list[int]] = {}
    for number, fallen in enumerate(fallen_bts(network, attachments, groups)):
        if len(fallen):
            same.setdefault(tuple(np.sort(fallen).tolist()), []).append(number)
    found = []
    for rows, numbers in same.items():
        longest = max(numbers, key=lambda number: (groups.length_m[number], -number))
        cut = _Cut(
            span_ids="; ".join(names[groups.members[longest]]),
            lines=len(numbers),
            length_km=float(groups.length_m[numbers].sum()) / 1000.0,
            bts_ids=tuple(bts_ids[list(rows)].tolist()),
        )
        found.append((cut, cover_lost(cover, cut.bts_ids)))
    return sorted(found, key=lambda f: (-f[1].lost_high, -len(f[0].bts_ids), f[0].span_ids))


def exact_cover_lost(
    cover: HomeCover,
    coverage: xr.Dataset,
    bts_ids: Iterable[str],
    *,
    bts: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    terrain: Terrain,
    model: str = DEFAULT_MODEL,
    environment: str | None = None,
    patterns: Mapping[str, Pattern] | None = None,
) -> CoverLoss:
    """Return the residents who lose cover, computed again where they had it from what fails.

    Exact, whatever fails together: the sweep runs over the ledger less the failed base stations,
    at the pixels whose best server fails.

    Parameters
    ----------
    cover : HomeCover
        Of that coverage.
    coverage : xarray.Dataset
        Gives the grid and the parameters.
    bts_ids : iterable of str
        Base stations that fail.
    bts, cells, terrain, model, environment, patterns
        The inputs of that coverage.
    """
    failed = list(bts_ids)
    loss = cover_lost(cover, failed)
    if loss.lost_low == loss.lost_high:
        return loss
    left = bts[~bts["bts_id"].isin(failed)]
    grid = grid_of(coverage)
    down = np.append(np.isin(cover.bts_ids, failed), False)
    touched = _covered(cover, cover.level_dbm) & down[cover.best_bts].any(axis=0)
    pixels = cover.pixels[touched]
    row, col = np.divmod(pixels, grid.shape[1])
    x, y = grid.transform * (col + 0.5, row + 0.5)
    if not _reached(left, x, y, crs=str(grid.crs), radius_km=coverage.attrs["radius_km"]):
        lost = float(cover.residents[touched].sum())
        return CoverLoss(loss.covered_before, lost, lost)
    quarter = abs(float(grid.resolution.x)) / 4.0
    boxes = shapely.box(x - quarter, y - quarter, x + quarter, y + quarter)
    attributes = coverage.attrs
    again = compute_coverage(
        left,
        cells[~cells["bts_id"].isin(failed)],
        terrain,
        grid,
        model=model,
        environment=environment,
        patterns=patterns,
        **{name: attributes[name] for name in _SWEEP if name in attributes},
        area=gpd.GeoDataFrame(geometry=boxes, crs=str(grid.crs)),
    )
    level = np.full((len(cover.layers), len(pixels)), np.nan, dtype=np.float32)
    pairs = zip(again["technology"].to_numpy(), again["operator"].to_numpy(), strict=True)
    for layer, pair in enumerate(pairs):
        if pair in cover.layers:
            values = again["level_dbm"].to_numpy()[layer].ravel()
            level[cover.layers.index(pair)] = values[pixels]
    lost = float(cover.residents[touched][~_covered(cover, level)].sum())
    return CoverLoss(loss.covered_before, lost, lost)


def _reached(
    bts: gpd.GeoDataFrame, x: FloatArray, y: FloatArray, *, crs: str, radius_km: float
) -> bool:
    """Return whether a base station on air may serve any of the places, m."""
    on_air = bts[bts["status"] == "on-air"] if "status" in bts else bts
    around = shapely.box(x.min(), y.min(), x.max(), y.max())
    sites = reproject(on_air, crs).geometry.to_numpy()
    return bool((shapely.distance(sites, around) <= 1000.0 * radius_km).any())
